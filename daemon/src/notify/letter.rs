//! What is to be told, ready in words.

use jiff::Timestamp;
use messages::{Language, Message};
use serde::{Deserialize, Serialize};

use super::template::entities;
use crate::config::ChannelName;
use crate::health::Severity;

/// What is to be told, ready in words. Serialisable, because it waits in the journal until it is delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Unique, and the same however often delivery is tried: by it the other side can know a letter that it has already.
    pub id: String,
    /// The id of the first letter about the same matter, by which mail programs put letters together; that first letter's
    /// own is its `id`.
    pub thread: Option<String>,
    /// Why it is written.
    pub kind: LetterKind,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about, on one line.
    pub subject: String,
    /// All of it, as plain text.
    pub text: String,
    /// All of it, as a page of HTML.
    pub html: String,
    /// The incidents that it speaks of.
    pub alerts: Vec<Alert>,
    /// Where more is to be seen: the status page.
    pub link: Option<String>,
    /// The language of its words: `lt` or `en`.
    pub language: String,
    /// When it was written.
    pub at: Timestamp,
}

/// Why a letter is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterKind {
    /// Something broke.
    Opened,
    /// It is still broken.
    Reminder,
    /// It has become worse, or nobody has taken care of it.
    Escalated,
    /// It works again.
    Resolved,
    /// Several things at once, or how things stand.
    Digest,
    /// Somebody wants to see whether the channel works.
    Test,
    /// The daemon speaks of itself: it lives, or cannot do its work.
    Watcher,
}

/// An incident that a letter speaks of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The incident's number.
    pub number: i64,
    /// The device; empty when it is about none.
    pub device: String,
    /// The check of that device, or the backup job.
    pub check: String,
    /// Where the device stands.
    pub site: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// What is broken, on one line.
    pub summary: String,
    /// Why, and what is known beside.
    pub description: String,
    /// Since when.
    pub started: Timestamp,
    /// Until when; none: still.
    pub ended: Option<Timestamp>,
}

impl LetterKind {
    /// As in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Reminder => "reminder",
            Self::Escalated => "escalated",
            Self::Resolved => "resolved",
            Self::Digest => "digest",
            Self::Test => "test",
            Self::Watcher => "watcher",
        }
    }
}

impl Letter {
    /// One that tells that the channel works, and asks nothing of who reads it.
    #[must_use]
    pub fn test(channel: &ChannelName, language: Language, now: Timestamp) -> Self {
        let subject = language.text("notify-test-subject");
        let text = language.say(&Message::new("notify-test-text").with("channel", channel.as_str()));
        let html = format!(
            "<!DOCTYPE html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
             <body><p>{words}</p></body></html>\n",
            title = entities(&subject),
            words = entities(&text),
        );
        Self {
            id: format!("test-{}", now.as_nanosecond()),
            thread: None,
            kind: LetterKind::Test,
            severity: Severity::Warning,
            subject,
            text,
            html,
            alerts: Vec::new(),
            link: None,
            language: language.tag().to_owned(),
            at: now,
        }
    }

    /// One with all that a template could stumble over, to try it with.
    #[must_use]
    pub(crate) fn example() -> Self {
        let at = Timestamp::UNIX_EPOCH;
        let alert = Alert {
            number: 17,
            device: "sw-rotuse-1".to_owned(),
            check: "icmp".to_owned(),
            site: Some("Rotušė, „rūsys“".to_owned()),
            severity: Severity::Critical,
            summary: "Neatsako: \"sw-rotuse-1\"".to_owned(),
            description: "per 2 s nesulaukta atsakymo\n<script>\\".to_owned(),
            started: at,
            ended: None,
        };
        Self {
            id: "17-opened".to_owned(),
            thread: Some("17-opened".to_owned()),
            kind: LetterKind::Opened,
            severity: Severity::Critical,
            subject: alert.summary.clone(),
            text: alert.description.clone(),
            html: "<p class=\"x\">Neatsako</p>".to_owned(),
            alerts: vec![alert],
            link: Some("https://rotuse.azuolynas.lt/?a=\"b\"".to_owned()),
            language: Language::Lithuanian.tag().to_owned(),
            at,
        }
    }
}
