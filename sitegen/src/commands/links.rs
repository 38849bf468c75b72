//! Whether what the site links to on other sites still answers.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use messages::{Language, Message};
use sitegen::check::{Format, Policy, Severity, Verdict};
use sitegen::elsewhere::{Asked, Manners, Order, ask};
use sitegen::publish::{Configuration, Copy, tell_administrator};
use sitegen::workshop::{BuildError, Mistakes, Workshop};

use super::gate::Refused;
use crate::SiteArguments;

#[derive(Args)]
pub(crate) struct ExternalArguments {
    /// Asks all addresses of other sites to which published pages lead, and says which of them do not work
    #[arg(long)]
    external: bool,
    /// Of the public site of this publish.toml instead of a folder; its administrator is written to of what newly fails
    #[arg(long, value_name = "FILE", requires = "external", conflicts_with_all = ["site", "cache", "policy"])]
    config: Option<PathBuf>,
    /// How findings are written: text, json, sarif, or forgejo
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = Format::of_word, requires = "external")]
    format: Format,
    /// A policy of one's own in the place of content/gate.toml
    #[arg(long, value_name = "FILE", requires = "external")]
    policy: Option<PathBuf>,
    /// Tells of what fails today, and not only after the days of patience that gate.toml says
    #[arg(long, requires = "external")]
    at_once: bool,
    /// Asks again what was fine lately
    #[arg(long, requires = "external")]
    again: bool,
    /// Asks addresses of this machine and of private networks too; never for content that strangers may change
    #[arg(long, requires = "external")]
    allow_private: bool,
    /// How long a connection, and then an answer, is waited for
    #[arg(long, value_name = "SECONDS", default_value_t = 20, requires = "external", value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    /// How long each server is left alone after a request
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 500, requires = "external", value_parser = clap::value_parser!(u64).range(..=3_600_000))]
    pause: u64,
    /// The site as it is at this time, such as 2026-11-24T12:00:00Z, for which answers are remembered too
    #[arg(long, value_name = "TIME", requires = "external")]
    now: Option<Timestamp>,
}

/// Where the site is and what it is judged by.
struct Subject {
    workshop: Workshop,
    policy: Policy,
    cache: PathBuf,
    language: Language,
    /// The public site and how people are told, when it is that.
    public: Option<(Configuration, Copy)>,
}

impl Subject {
    fn open(site: &SiteArguments, arguments: &ExternalArguments) -> anyhow::Result<Self> {
        let (folder, cache, policy, language, public);
        if let Some(file) = &arguments.config {
            let configuration = Configuration::read(file)?;
            let copy = Copy::of(&configuration)?;
            folder = copy.site().to_owned();
            (cache, policy) = (configuration.cache.clone(), configuration.policy.clone());
            language = configuration.language;
            public = Some((configuration, copy));
        } else {
            (folder, cache) = (site.site.clone(), site.cache());
            (policy, language, public) = (arguments.policy.clone(), site.language, None);
        }
        let workshop = Workshop::open(&folder, &cache, language)?;
        let policy = Policy::read(&folder, policy.as_deref())
            .map_err(|problems| BuildError::Mistakes(Mistakes::new(problems, language)))?;
        Ok(Self { workshop, policy, cache, language, public })
    }
}

pub(crate) fn external(site: &SiteArguments, arguments: &ExternalArguments) -> anyhow::Result<()> {
    let mut subject = Subject::open(site, arguments)?;
    let language = subject.language;
    let manners = Manners {
        timeout: Duration::from_secs(arguments.timeout),
        pause: Duration::from_millis(arguments.pause),
        allow_private: arguments.allow_private,
        ..Manners::default()
    };
    let order = Order {
        now: arguments.now.unwrap_or_else(Timestamp::now),
        cache: &subject.cache,
        again: arguments.again,
        at_once: arguments.at_once,
        manners,
    };
    let tell = |text: &str| eprintln!("{text}");
    let mut asked = ask(&mut subject.workshop, &subject.policy, &order, language, &tell)?;
    if let Some((configuration, copy)) = &subject.public {
        asked.report.name_files_in(copy.site());
        write_to_administrator(configuration, &mut asked, &tell);
    }
    let report = &asked.report;
    print!("{}", arguments.format.write(&report.verdict, language));
    let summary = language.say(&report.summary());
    if !report.verdict.is_good() {
        return Err(Refused(summary).into());
    }
    if arguments.format == Format::Text {
        println!("{summary}");
    }
    Ok(())
}

/// Once for each address that fails: whoever has been told needs no letter a day.
fn write_to_administrator(configuration: &Configuration, asked: &mut Asked, tell: &dyn Fn(&str)) {
    let (language, report) = (configuration.language, &asked.report);
    let errors = report.verdict.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let errors = Verdict { findings: errors.cloned().collect(), ..Verdict::default() };
    if errors.is_good() || !asked.is_news() {
        return;
    }
    let dead = u64::try_from(report.dead.len()).unwrap_or(u64::MAX);
    let subject = language.say(&Message::new("links-letter-title").with("dead", dead));
    let findings = Format::Text.write(&errors, language);
    let text = format!("{}\n\n{findings}\n{}\n", language.text("links-letter"), language.say(&report.summary()));
    match tell_administrator(configuration, subject, text) {
        Ok(true) => asked.remember_letter().unwrap_or_else(|error| tell(&error.to_string())),
        Ok(false) => {}
        Err(error) => tell(&error),
    }
}
