//! What the gate says, and what the language editor does.

use std::path::Path;

use jiff::Timestamp;
use messages::{Language, Message};
use rayon::prelude::*;
use sitegen::check::{self, Format, Gate, History, Severity, Verdict};
use sitegen::render::Renderer;
use sitegen::site::{Publish, Site};
use sitegen::workshop::{BuildError, Workshop};

use crate::{SiteArguments, TimeArguments, find, publish};

/// The gate said no, and has said why.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) String);

pub(crate) fn open_gate(arguments: &SiteArguments, policy: Option<&Path>) -> anyhow::Result<Gate> {
    let workshop = Workshop::open(&arguments.site, &arguments.cache(), arguments.language)?;
    Ok(Gate::new(workshop, policy, History::of_folder(&arguments.site)?, arguments.language)?)
}

pub(crate) fn site_of(gate: &mut Gate, time: &TimeArguments) -> Site {
    gate.site(time.now.unwrap_or_else(Timestamp::now), publish(time.drafts))
}

pub(crate) fn judge(
    arguments: &SiteArguments,
    time: &TimeArguments,
    format: Format,
    policy: Option<&Path>,
) -> anyhow::Result<()> {
    let mut gate = open_gate(arguments, policy)?;
    let site = site_of(&mut gate, time);
    let verdict = gate.judge(&site);
    // Whether templates do is only known when each file was made; with mistakes in the content there is no plan to make them by.
    if let Ok((site, outputs)) = gate.workshop.plan(time.now.unwrap_or_else(Timestamp::now), publish(time.drafts)) {
        let renderer = Renderer::new(&site, gate.workshop.theme());
        let tried = outputs.par_iter().try_for_each(|(_, output)| renderer.render(output).map(drop));
        tried.map_err(|error| BuildError::of(error, arguments.language))?;
    }
    print!("{}", format.write(&verdict, arguments.language));
    let summary = summary(&verdict, arguments.language);
    if !verdict.is_good() {
        return Err(Refused(summary).into());
    }
    if format == Format::Text {
        println!("{summary}");
    }
    Ok(())
}

pub(crate) fn summary(verdict: &Verdict, language: Language) -> String {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let message = Message::new("check-summary")
        .with("errors", number(Severity::Error.count(verdict)))
        .with("warnings", number(Severity::Warning.count(verdict)))
        .with("notes", number(Severity::Note.count(verdict)))
        .with("excused", number(verdict.excused));
    language.say(&message)
}

pub(crate) fn approve(arguments: &SiteArguments, files: &[String]) -> anyhow::Result<()> {
    let language = arguments.language;
    let mut gate = open_gate(arguments, None)?;
    let (Some(approval), Some(history)) = (gate.policy.approval.clone(), gate.history.take()) else {
        anyhow::bail!(language.text("check-pending-off"));
    };
    let site = gate.workshop.site(Timestamp::now(), Publish::Everything);
    let found: anyhow::Result<Vec<String>> = files
        .iter()
        .map(|file| find(&gate.workshop, &site, file, language).map(|id| site.page(id).file.path.clone()))
        .collect();
    let approved = check::approval::approve(gate.workshop.sources(), &approval, &history, &found?);
    let commit = approved.map_err(|error| match error {
        check::approval::ApproveError::Refused(message) => anyhow::anyhow!(language.say(&message)),
        other => other.into(),
    })?;
    let short = commit.get(..12).unwrap_or(&commit).to_owned();
    let message = Message::new("check-approved").with("count", u64::try_from(files.len())?).with("commit", short);
    println!("{}", language.say(&message));
    Ok(())
}

pub(crate) fn pending(arguments: &SiteArguments, time: &TimeArguments) -> anyhow::Result<()> {
    let language = arguments.language;
    let mut gate = open_gate(arguments, None)?;
    let (Some(approval), Some(history)) = (gate.policy.approval.clone(), gate.history.take()) else {
        println!("{}", language.text("check-pending-off"));
        return Ok(());
    };
    let site = site_of(&mut gate, time);
    let pending = check::approval::pending(&gate.case(&site), &approval, &history)?;
    print!("{}", check::approval::list(&pending, time.now.unwrap_or_else(Timestamp::now), language));
    Ok(())
}

pub(crate) fn compliance(arguments: &SiteArguments, time: &TimeArguments) -> anyhow::Result<()> {
    let mut gate = open_gate(arguments, None)?;
    let site = site_of(&mut gate, time);
    print!("{}", check::table(&check::compliance(&gate.case(&site)), arguments.language));
    Ok(())
}
