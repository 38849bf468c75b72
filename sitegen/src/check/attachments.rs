//! Personal data in texts and in documents that are published as they are, and documents that not everybody can read.

use std::path::Path;

use messages::Message;
use rayon::prelude::*;
use strict_toml::Problem;

use super::documents::{self, Concern, Unreadable};
use super::finding::{Finding, Rule, Severity};
use super::{Case, personal};
use crate::site::PageId;

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let pages: Vec<PageId> = case.site.pages().collect();
    let mut found: Vec<Finding> = pages.par_iter().flat_map_iter(|id| of_page(case, *id)).collect();
    let mut files: Vec<&Path> = case.site.assets().values().map(std::path::PathBuf::as_path).collect();
    files.sort_unstable();
    found.par_extend(files.par_iter().flat_map_iter(|file| of_file(case, file)));
    found
}

fn is_allowed(case: &Case<'_>, data: &personal::PersonalData, text: &str) -> bool {
    let compact = |account: &String| account.split_whitespace().collect::<String>().to_uppercase();
    data.kind == personal::PersonalKind::Iban
        && case.policy.accounts.iter().any(|account| compact(account) == data.compact(text))
}

/// A page's whole file: what stands in its head is public as well.
fn of_page(case: &Case<'_>, id: PageId) -> Vec<Finding> {
    let Ok(parts) = case.site.page(id).parts() else { return Vec::new() };
    let text = parts.document.text();
    let found = personal::find(text).into_iter().filter(|data| !is_allowed(case, data, text));
    let found = found.map(|data| {
        let mut problem = parts.document.problem(&data.range, data.message(text));
        // The line itself would tell it again.
        if let Some(place) = &mut problem.place {
            place.source = hidden(&place.source);
        }
        Finding::new(Rule::PersonalData, problem)
    });
    found.collect()
}

/// A line with its digits made unreadable.
fn hidden(line: &str) -> String {
    line.chars().map(|letter| if letter.is_ascii_digit() { '•' } else { letter }).collect()
}

fn of_file(case: &Case<'_>, file: &Path) -> Vec<Finding> {
    // What cannot be read keeps the site from being built, and says so by itself.
    let Ok(octets) = std::fs::read(file) else { return Vec::new() };
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let say = |rule: Rule, severity: Severity, message: Message| Finding {
        rule,
        severity,
        problem: Problem::of_file(file, message),
    };
    let of_concern = |concern: Concern| {
        let (rule, severity) = weight(concern);
        say(rule, severity, concern.message())
    };
    let facts = match documents::inspect(&name, &octets) {
        Ok(facts) => facts,
        Err(error) => return Unreadable::concern(&error).map(of_concern).into_iter().collect(),
    };
    let mut found: Vec<Finding> = facts.concerns().into_iter().map(of_concern).collect();
    let data = personal::find(&facts.text).into_iter().filter(|data| !is_allowed(case, data, &facts.text));
    found.extend(data.map(|data| say(Rule::PersonalData, Rule::PersonalData.severity(), data.message(&facts.text))));
    found
}

/// By which rule a concern is one, and how much it weighs.
const fn weight(concern: Concern) -> (Rule, Severity) {
    match concern {
        Concern::Position | Concern::TrackedChanges | Concern::Comments => {
            (Rule::PersonalData, Rule::PersonalData.severity())
        }
        Concern::Author | Concern::Cut => (Rule::Document, Severity::Note),
        Concern::Untagged
        | Concern::Untitled
        | Concern::NoLanguage
        | Concern::Scanned
        | Concern::Encrypted
        | Concern::Outdated
        | Concern::Unreadable => (Rule::Document, Rule::Document.severity()),
    }
}
