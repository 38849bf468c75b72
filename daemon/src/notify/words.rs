//! What a letter says.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use messages::{Language, Message};

use super::planner::Known;
use super::template::entities;
use super::{Alert, Letter, LetterKind};
use crate::health::{Severity, Subject};

/// What a letter is, beside its words.
pub(super) struct Composed<'a> {
    pub(super) id: String,
    pub(super) thread: String,
    pub(super) kind: LetterKind,
    pub(super) language: Language,
    pub(super) at: Timestamp,
    pub(super) zone: &'a TimeZone,
    pub(super) link: Option<&'a str>,
}

/// A mail program shows no more of a subject.
const LONGEST_SUBJECT: usize = 160;

/// So many names are listed.
const MOST_NAMES: usize = 20;

/// A letter about these incidents, at least one.
pub(super) fn compose(composed: Composed<'_>, known: &[&Known]) -> Letter {
    let Composed { id, thread, kind, language, at, zone, link } = composed;
    let severity = known.iter().map(|known| known.incident.severity).max().unwrap_or(Severity::Critical);
    let mut by_site: BTreeMap<Option<&str>, Vec<&Known>> = BTreeMap::new();
    for known in known {
        by_site.entry(known.place.site.as_deref()).or_default().push(known);
    }
    let subject = subject(kind, severity, known, &by_site, language);
    let heading: String = subject.chars().take(LONGEST_SUBJECT).collect();
    let (mut text, mut html) = (format!("{subject}\n"), String::new());
    for (site, of_site) in &by_site {
        let site = site.map_or_else(|| language.text("notify-no-site"), str::to_owned);
        let _ = write!(text, "\n{site}\n");
        let _ = write!(html, "<h2>{}</h2>\n<ul>\n", entities(&site));
        for known in of_site {
            let (what, lines) = (what(known, language), lines(known, at, zone, language));
            let link = link.map(|link| format!("{link}/incidents/{}", known.incident.id));
            let _ = writeln!(text, "\n• {what}");
            for line in lines.iter().chain(&link) {
                let _ = writeln!(text, "  {line}");
            }
            let title = match &link {
                Some(link) => format!("<a href=\"{}\">{}</a>", entities(link), entities(&what)),
                None => entities(&what),
            };
            let lines: Vec<String> = lines.iter().map(|line| entities(line)).collect();
            let _ = writeln!(html, "<li><strong>{title}</strong><br>{}</li>", lines.join("<br>"));
        }
        html.push_str("</ul>\n");
    }
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"{tag}\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n{html}</body></html>\n",
        tag = language.tag(),
        title = entities(&subject),
    );
    let link = match (link, known) {
        (Some(link), [only]) => Some(format!("{link}/incidents/{}", only.incident.id)),
        (link, _) => link.map(|link| format!("{link}/")),
    };
    Letter {
        id,
        thread: Some(thread),
        kind,
        severity,
        subject: heading,
        text,
        html,
        alerts: known.iter().map(|known| alert(known, at, zone, language)).collect(),
        link,
        language: language.tag().to_owned(),
        at,
    }
}

/// One incident says all; several of one site say how many they are and which is the probable root.
fn subject(
    kind: LetterKind,
    severity: Severity,
    known: &[&Known],
    by_site: &BTreeMap<Option<&str>, Vec<&Known>>,
    language: Language,
) -> String {
    let tag = match kind {
        LetterKind::Opened => format!("notify-tag-{}", severity.name()),
        other => format!("notify-tag-{}", other.name()),
    };
    let message = |key: &str| Message::new(key).with("tag", Message::new(tag.clone()));
    let said = match known {
        [only] => {
            message("notify-subject-one").with("what", what(only, language)).with("why", only.incident.reason.message())
        }
        several => {
            let count = u64::try_from(several.len()).unwrap_or(u64::MAX);
            let root = probable_root(several).map(|root| what(root, language)).unwrap_or_default();
            let sites: Vec<&str> = by_site.keys().copied().flatten().collect();
            match (sites[..].as_ref(), by_site.len()) {
                ([site], 1) => message("notify-subject-site").with("site", *site),
                (_, places) => message("notify-subject-sites").with("sites", u64::try_from(places).unwrap_or(u64::MAX)),
            }
            .with("count", count)
            .with("root", root)
        }
    };
    language.say(&said)
}

/// The one that takes most with it, and of those that take nothing the first to break.
fn probable_root<'k>(known: &[&'k Known]) -> Option<&'k Known> {
    let rank = |known: &&Known| (std::cmp::Reverse(known.taken.len()), known.incident.opened, known.incident.id);
    known.iter().copied().min_by_key(rank)
}

/// What is broken, as people call it.
fn what(known: &Known, language: Language) -> String {
    match &known.incident.subject {
        Subject::Check(check) => {
            let title = known.place.title.as_deref().unwrap_or(check.device.as_str());
            format!("{title} ({check})")
        }
        Subject::Job { job } => language.say(&Message::new("web-backup-of").with("title", job.as_str())),
        Subject::Promise { job, promise } => language.say(&promise.message(job.as_str())),
        Subject::Repository { repository } => {
            language.say(&Message::new("web-repository").with("name", repository.as_str()))
        }
        Subject::Copy { repository } => language.say(&Message::new("web-copy-to").with("name", repository.as_str())),
        Subject::Watcher { part } => language.say(&part.message()),
        Subject::Reported { what, .. } => what.clone(),
    }
}

/// Why, since when, and what else is to be known.
fn lines(known: &Known, at: Timestamp, zone: &TimeZone, language: Language) -> Vec<String> {
    let incident = &known.incident;
    let local = |at: Timestamp| at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let lasted = incident.resolved.unwrap_or(at).duration_since(incident.opened);
    let since = Message::new(if incident.resolved.is_some() { "notify-lasted" } else { "notify-since" })
        .with("from", local(incident.opened))
        .with("to", local(incident.resolved.unwrap_or(at)))
        .with("duration", language.duration(lasted));
    let mut lines = vec![language.say(&incident.reason.message()), language.say(&since)];
    if let Some(changes) = incident.flapping {
        lines.push(language.say(&Message::new("update-flapping").with("changes", u64::from(changes))));
    }
    if !known.taken.is_empty() {
        let names: Vec<&str> = known.taken.iter().take(MOST_NAMES).map(crate::config::DeviceName::as_str).collect();
        let more = if known.taken.len() > MOST_NAMES { ", …" } else { "" };
        let taken = Message::new("notify-taken")
            .with("count", u64::try_from(known.taken.len()).unwrap_or(u64::MAX))
            .with("names", format!("{}{more}", names.join(", ")));
        lines.push(language.say(&taken));
    }
    lines
}

fn alert(known: &Known, at: Timestamp, zone: &TimeZone, language: Language) -> Alert {
    let incident = &known.incident;
    let check = match &incident.subject {
        Subject::Check(check) => check.check.to_string(),
        Subject::Job { job } | Subject::Promise { job, .. } => job.to_string(),
        Subject::Repository { repository } | Subject::Copy { repository } => repository.to_string(),
        Subject::Watcher { .. } | Subject::Reported { .. } => String::new(),
    };
    Alert {
        number: incident.id.0,
        device: incident.subject.device().map(ToString::to_string).unwrap_or_default(),
        check,
        site: known.place.site.clone(),
        severity: incident.severity,
        summary: format!("{}: {}", what(known, language), language.say(&incident.reason.message())),
        description: lines(known, at, zone, language).join("\n"),
        started: incident.opened,
        ended: incident.resolved,
    }
}
