//! `[[rule]]` and `[notify]`: who is told of what, and when.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use messages::{Language, Message};
use strict_toml::{FromText, Table, choose};

use super::maintenance::Occasion;
use super::name::ChannelName;
use super::{Channel, Endpoint, Reading};
use crate::health::Severity;
use crate::schedule::Calendar;

/// What is told through one channel. Of an incident that several rules of a channel are about it is told once.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Through which.
    pub channel: ChannelName,
    /// Only what is at least so bad.
    pub severity: Severity,
    /// Only what stands there; empty: anywhere.
    pub sites: Vec<String>,
    /// Only what belongs to one of these; empty: to any or none.
    pub groups: Vec<String>,
    /// Only faults of these kinds; empty: of all.
    pub kinds: Vec<FaultKind>,
    /// Only while this is open; what comes outside waits. None: always.
    pub hours: Option<Occasion>,
    /// Only what nobody has acknowledged after so long: escalation.
    pub after: Option<Duration>,
    /// Again so often while nobody has acknowledged it.
    pub repeat: Option<Duration>,
    /// Also that it works again.
    pub recovery: bool,
    /// In which language.
    pub language: Language,
}

/// What a fault is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// A check of a device.
    Check,
    /// A backup job.
    Backup,
    /// The watching machine, or a part of the daemon.
    Watcher,
    /// Something that a person has reported.
    Reported,
}

/// What holds for all rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Notify {
    /// How many letters go through a channel in an hour; what is more waits and comes as one digest.
    pub limit: u32,
    /// The address at which people see the status pages, without a slash at its end.
    pub link: Option<String>,
    /// The language, where a rule does not say another.
    pub language: Language,
    /// Who is told again and again that the daemon lives.
    pub heartbeat: Option<Heartbeat>,
}

/// Who is told again and again that the daemon lives.
#[derive(Debug, Clone, PartialEq)]
pub struct Heartbeat {
    /// Whom to ask (GET).
    pub endpoint: Endpoint,
    /// From one time to the next.
    pub every: Duration,
}

impl Default for Notify {
    fn default() -> Self {
        Self { limit: 20, link: None, language: Language::Lithuanian, heartbeat: None }
    }
}

impl FromText for FaultKind {
    const EXAMPLE: &'static str = "\"check\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        let choices = [
            ("check", Self::Check),
            ("backup", Self::Backup),
            ("watcher", Self::Watcher),
            ("reported", Self::Reported),
        ];
        choose(text, &choices)
    }
}

impl FromText for Severity {
    const EXAMPLE: &'static str = "\"critical\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &[Self::Warning, Self::Critical].map(|severity| (severity.name(), severity)))
    }
}

/// A language by its tag; here because the catalogue knows nothing of TOML.
#[derive(Debug, Clone, Copy)]
struct Tongue(Language);

impl FromText for Tongue {
    const EXAMPLE: &'static str = "\"lt\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &Language::ALL.map(|language| (language.tag(), Self(language))))
    }
}

impl Rule {
    /// Everything, at any time, through this channel: what holds for a channel that no rule names.
    pub(crate) fn all(channel: &Channel, notify: &Notify) -> Self {
        Self {
            channel: channel.name.clone(),
            severity: Severity::Warning,
            sites: Vec::new(),
            groups: Vec::new(),
            kinds: Vec::new(),
            hours: None,
            after: None,
            repeat: None,
            recovery: true,
            language: notify.language,
        }
    }

    /// Whether people are told by it at this time.
    #[must_use]
    pub fn is_open(&self, at: Timestamp, zone: &TimeZone) -> bool {
        self.hours.as_ref().is_none_or(|hours| hours.is_open(at, zone))
    }
}

/// Reads `[notify]`.
pub(super) fn read_notify(mut table: Table<'_>, reading: &Reading<'_>) -> Notify {
    let default = Notify::default();
    let limit = table.or("limit", default.limit);
    if limit == 0 {
        table.report(&table.place_of("limit"), Message::new("config-notify-limit"));
    }
    let link: Option<String> = table.optional("link");
    if link.as_ref().is_some_and(|link| !link.starts_with("https://") && !link.starts_with("http://")) {
        table.report(&table.place_of("link"), Message::new("config-notify-link"));
    }
    let language = table.optional("language").map_or(default.language, |Tongue(language)| language);
    let heartbeat = table.table("heartbeat").and_then(|mut table| {
        let every = table.or("every", Duration::from_secs(60));
        Some(Heartbeat { endpoint: Endpoint::read(&mut table, reading)?, every })
    });
    Notify { limit, link: link.map(|link| link.trim_end_matches('/').to_owned()), language, heartbeat }
}

/// Reads one `[[rule]]`.
pub(super) fn read(mut table: Table<'_>, channels: &[std::sync::Arc<Channel>], notify: &Notify) -> Option<Rule> {
    let channel: Option<ChannelName> = table.required("channel");
    if let Some(wanted) = &channel
        && channels.iter().all(|channel| channel.name != *wanted)
    {
        let known = channels.iter().map(|channel| channel.name.as_str());
        let message = super::unknown_name("config-unknown-channel", wanted.as_str(), known);
        table.report(&table.place_of("channel"), message);
    }
    let severity = table.or("severity", Severity::Warning);
    let sites = table.or("sites", Vec::new());
    let groups = table.or("groups", Vec::new());
    let kinds = table.or("kinds", Vec::new());
    let hours = table.table("hours").and_then(read_hours);
    let after = table.optional("after");
    let repeat = table.optional("repeat");
    let recovery = table.or("recovery", true);
    let language = table.optional("language").map_or(notify.language, |Tongue(language)| language);
    Some(Rule { channel: channel?, severity, sites, groups, kinds, hours, after, repeat, recovery, language })
}

/// Reads `hours = { schedule = "Mon..Fri 08:00", duration = "9h" }`.
fn read_hours(mut table: Table<'_>) -> Option<Occasion> {
    let schedule: Option<Calendar> = table.required("schedule");
    let duration: Option<Duration> = table.required("duration");
    Some(Occasion::Recurring { schedule: schedule?, duration: duration? })
}
