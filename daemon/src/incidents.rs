//! What `rotused incident list` and `show` print.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::config::ChannelName;
use crate::health::{Incident, Update};
use crate::journal::{LetterStory, Remark, Story, Words};
use crate::notify::Delivery;

/// One line an incident: number, state, severity, since when, what and why.
#[must_use]
pub fn list(incidents: &[Incident], zone: &TimeZone) -> String {
    incidents.iter().map(|incident| line(incident, zone)).collect()
}

fn line(incident: &Incident, zone: &TimeZone) -> String {
    let Incident { id, subject, severity, opened, reason, .. } = incident;
    let state = if incident.resolved.is_some() { "resolved" } else { "open" };
    format!("{:>6}  {state:8}  {:8}  {}  {subject}: {reason}\n", id.0, severity.name(), local(*opened, zone))
}

/// Everything that is known of one, in the order of time.
#[must_use]
pub fn story(story: &Story, zone: &TimeZone) -> String {
    let Incident { id, subject, severity, opened, reason, resolved, .. } = &story.incident;
    let mut text = format!("incident {id}: {subject}\n");
    text += &format!("severity: {}\nreason:   {reason}\n", severity.name());
    text += &format!("opened:   {}\n", local(*opened, zone));
    text += &match resolved {
        Some(at) => format!("resolved: {}, after {:#}\n", local(*at, zone), at.duration_since(*opened)),
        None => "resolved: not yet\n".to_owned(),
    };
    let mut happened: Vec<(Timestamp, String)> = Vec::new();
    happened.extend(story.updates.iter().map(|(at, update)| (*at, update.to_string())));
    happened.extend(story.remarks.iter().map(|remark| (remark.at, said(remark))));
    for LetterStory { channel, letter, attempts } in &story.letters {
        happened.push((letter.at, format!("queued for {channel}: {}", letter.subject)));
        happened.extend(attempts.iter().map(|(at, delivery)| (*at, delivered(channel, delivery))));
    }
    happened.sort_by_key(|(at, _)| *at);
    text.extend(happened.iter().map(|(at, words)| format!("  {}  {words}\n", local(*at, zone))));
    let mut taken: Vec<&str> = story.taken.iter().map(|change| change.check.device.as_str()).collect();
    taken.sort_unstable();
    taken.dedup();
    if !taken.is_empty() {
        text += &format!("took with it: {}\n", taken.join(", "));
    }
    text
}

fn delivered(channel: &ChannelName, delivery: &Delivery) -> String {
    match delivery {
        Delivery::Delivered { answer } => format!("sent by {channel}: {answer}"),
        Delivery::Delayed { answer, next } => format!("not sent by {channel} yet, tried again at {next}: {answer}"),
        Delivery::Refused { answer } => format!("refused by {channel}: {answer}"),
    }
}

fn said(Remark { author, words, .. }: &Remark) -> String {
    let with = |text: &Option<String>| text.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
    match words {
        Words::Reported => format!("{author} has reported it"),
        Words::Acknowledged { text } => format!("{author} works on it{}", with(text)),
        Words::Note { text } => format!("{author}: {text}"),
        Words::Repair { wrong, done, parts, minutes } => {
            let parts = if parts.is_empty() { String::new() } else { format!("; parts: {}", parts.join(", ")) };
            format!("{author} repaired it in {minutes} min: {wrong}; {done}{parts}")
        }
        Words::Closed { text } => format!("{author} closed it{}", with(text)),
        Words::Linked { to } => format!("{author}: it belongs together with incident {to}"),
    }
}

fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// An incident as JSON, for programs.
#[must_use]
pub fn as_json(incident: &Incident) -> Value {
    json!({
        "incident": incident.id,
        "subject": incident.subject,
        "severity": incident.severity,
        "opened": incident.opened,
        "resolved": incident.resolved,
        "reason": incident.reason.to_string(),
        "flapping": incident.flapping,
    })
}

/// Everything that is known of one as JSON, for programs.
#[must_use]
pub fn story_as_json(story: &Story) -> Value {
    let updates = story.updates.iter().map(|(at, update): &(Timestamp, Update)| json!({ "at": at, "update": update }));
    let remarks = story
        .remarks
        .iter()
        .map(|Remark { at, author, words, .. }| json!({ "at": at, "author": author, "remark": words }));
    let taken = story.taken.iter().map(|change| json!({ "at": change.at, "check": change.check, "state": change.to }));
    let letters = story.letters.iter().map(|LetterStory { channel, letter, attempts }| {
        json!({ "channel": channel, "queued": letter.at, "subject": letter.subject, "kind": letter.kind, "attempts": attempts })
    });
    let mut all = as_json(&story.incident);
    all["updates"] = updates.collect();
    all["remarks"] = remarks.collect();
    all["letters"] = letters.collect();
    all["taken"] = taken.collect();
    all
}
