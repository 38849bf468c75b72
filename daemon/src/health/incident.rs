//! Faults from their first failed observation to their repair.

use std::fmt;

use jiff::Timestamp;
use messages::Message;
use serde::{Deserialize, Serialize};

use crate::backup::Fault;
use crate::config::{CheckId, DeviceName, JobName, RepositoryName};
use crate::probe::Failure;

/// The number of an incident, counted from 1 over the whole life of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IncidentId(pub i64);

/// A fault, from its first failed observation to its repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Its number.
    pub id: IncidentId,
    /// What is broken.
    pub subject: Subject,
    /// How bad it is now.
    pub severity: Severity,
    /// The first of the observations that confirmed it: when it broke, not when we were sure.
    pub opened: Timestamp,
    /// Why.
    pub reason: Reason,
    /// How often it came and went, while it does so again and again.
    pub flapping: Option<u32>,
    /// When it was seen to work again.
    pub resolved: Option<Timestamp>,
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It works, but not as it should.
    Warning,
    /// It does not work.
    Critical,
}

/// What an incident is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Subject {
    /// A check of a device.
    Check(CheckId),
    /// A backup job.
    Job {
        /// Its name.
        job: JobName,
    },
    /// Something that is promised of the backups of a job.
    Promise {
        /// The job.
        job: JobName,
        /// What is promised.
        promise: Promise,
    },
    /// A repository of backups.
    Repository {
        /// Its name.
        repository: RepositoryName,
    },
    /// What a repository has that is a copy of another.
    Copy {
        /// Its name.
        repository: RepositoryName,
    },
    /// The machine that watches, or a part of the daemon.
    Watcher {
        /// Which part.
        part: Part,
    },
    /// Something that a person reported.
    Reported {
        /// What is broken, in their words.
        what: String,
        /// The device, if it is one that is watched.
        device: Option<DeviceName>,
    },
}

/// What is promised of the backups of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Promise {
    /// The newest is not older than `max_age`: the recovery point objective.
    Age,
    /// A restore takes no longer than `max_restore_time`: the recovery time objective.
    RestoreTime,
    /// What is restored is what was dumped.
    Drill,
    /// It looks as it usually does.
    Size,
    /// What is not kept is removed, and not too much of it.
    Retention,
    /// A server's log comes, and all of it.
    Wal,
}

/// A part of what watches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The network of this machine.
    Network,
    /// Checks start when they are due.
    Poller,
    /// The measurements can be written.
    Store,
    /// A channel of notifications.
    Channel(String),
    /// A job starts when it is due.
    Schedule(JobName),
}

/// Why something is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A check failed.
    Probe(Failure),
    /// A backup failed, or was stored and could not be proven.
    Backup(Fault),
    /// This machine has lost its network.
    Network {
        /// How many devices fell silent.
        silent: u32,
        /// The gateways that are silent; empty if none is configured.
        gateways: Vec<DeviceName>,
    },
    /// Checks start too late.
    Late {
        /// By how much one of a hundred is, in words.
        by: String,
        /// Rounds that were left out since the start.
        skipped: u64,
    },
    /// What was due was not started.
    NotStarted,
    /// The newest backup is older than promised.
    TooOld {
        /// How old, in seconds; none: there is none.
        age: Option<u64>,
        /// How old it may be, in seconds.
        most: u64,
    },
    /// A restore took longer than promised.
    TooSlow {
        /// How long, in seconds.
        took: u64,
        /// How long it may take, in seconds.
        most: u64,
    },
    /// The newest backup is much smaller, or larger, than those before it.
    UnusualSize {
        /// Octets of those before it.
        was: u64,
        /// Of the newest.
        is: u64,
    },
    /// Nearly all of the newest backup is new.
    UnusualChange {
        /// Octets that those before it added.
        was: u64,
        /// That the newest did.
        is: u64,
    },
    /// More backups would be removed at once than is allowed.
    TooManyExpired {
        /// How many.
        removed: usize,
        /// Of how many.
        of: usize,
    },
    /// What a person, or a part of the daemon, says of it.
    Said(String),
}

/// What became of an open incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Update {
    /// It is worse or better than it was.
    Severity {
        /// How bad it is now.
        severity: Severity,
        /// Why.
        reason: Reason,
    },
    /// It comes and goes again and again; said once.
    Flapping {
        /// How often it changed until then.
        changes: u32,
    },
    /// It no longer does.
    Calm {
        /// How often it changed.
        changes: u32,
    },
}

impl Incident {
    /// Takes in what became of it.
    pub fn take_in(&mut self, update: &Update) {
        match update {
            Update::Severity { severity, reason } => (self.severity, self.reason) = (*severity, reason.clone()),
            Update::Flapping { changes } => self.flapping = Some(*changes),
            Update::Calm { .. } => self.flapping = None,
        }
    }
}

impl Severity {
    /// Its name in the journal, in metrics and in keys of the message catalogue.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl Reason {
    /// The reason in words.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Probe(failure) => failure.message(),
            Self::Backup(fault) => fault.message(),
            Self::Network { silent, gateways } if gateways.is_empty() => {
                Message::new("reason-watcher").with("silent", u64::from(*silent))
            }
            Self::Network { gateways, .. } => {
                let names: Vec<&str> = gateways.iter().map(DeviceName::as_str).collect();
                Message::new("reason-watcher-gateways").with("gateways", names.join(", "))
            }
            Self::Late { by, skipped } => Message::new("reason-late").with("by", by.as_str()).with("skipped", *skipped),
            Self::NotStarted => Message::new("reason-not-started"),
            Self::TooOld { age: None, most } => Message::new("reason-no-backup").with("most", short(*most)),
            Self::TooOld { age: Some(age), most } => {
                Message::new("reason-too-old").with("age", short(*age)).with("most", short(*most))
            }
            Self::TooSlow { took, most } => {
                Message::new("reason-too-slow").with("took", short(*took)).with("most", short(*most))
            }
            Self::UnusualSize { was, is } => Message::new("reason-unusual-size").with("was", *was).with("is", *is),
            Self::UnusualChange { was, is } => Message::new("reason-unusual-change").with("was", *was).with("is", *is),
            Self::TooManyExpired { removed, of } => Message::new("reason-too-many-expired")
                .with("removed", u64::try_from(*removed).unwrap_or(u64::MAX))
                .with("of", u64::try_from(*of).unwrap_or(u64::MAX)),
            Self::Said(text) => Message::new("reason-said").with("text", text.as_str()),
        }
    }
}

impl Update {
    /// What became of it in words.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Severity { severity, reason } => Message::new("update-severity")
                .with("severity", Message::new(format!("severity-{}", severity.name())))
                .with("reason", reason.message()),
            Self::Flapping { changes } => Message::new("update-flapping").with("changes", u64::from(*changes)),
            Self::Calm { changes } => Message::new("update-calm").with("changes", u64::from(*changes)),
        }
    }
}

/// English, see [`Update::message`].
impl fmt::Display for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

/// English, see [`Reason::message`].
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

impl Subject {
    /// The device that it is about, if it is one.
    #[must_use]
    pub const fn device(&self) -> Option<&DeviceName> {
        match self {
            Self::Check(check) => Some(&check.device),
            Self::Reported { device, .. } => device.as_ref(),
            Self::Job { .. }
            | Self::Promise { .. }
            | Self::Repository { .. }
            | Self::Copy { .. }
            | Self::Watcher { .. } => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(check) => check.fmt(f),
            Self::Job { job } => job.fmt(f),
            Self::Promise { job, promise } => promise.message(job.as_str()).fmt(f),
            Self::Repository { repository } | Self::Copy { repository } => repository.fmt(f),
            Self::Watcher { part } => part.message().fmt(f),
            Self::Reported { what, .. } => what.fmt(f),
        }
    }
}

impl Promise {
    /// What is promised of what, in words.
    #[must_use]
    pub fn message(self, of: &str) -> Message {
        let key = match self {
            Self::Age => "promise-age",
            Self::RestoreTime => "promise-restore-time",
            Self::Drill => "promise-drill",
            Self::Size => "promise-size",
            Self::Retention => "promise-retention",
            Self::Wal => "promise-wal",
        };
        Message::new(key).with("name", of)
    }
}

/// A length of time in letters that every language reads: `26 h 5 min`.
fn short(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

impl Part {
    /// What it is in words.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Network => Message::new("watcher-network"),
            Self::Poller => Message::new("watcher-poller"),
            Self::Store => Message::new("watcher-store"),
            Self::Channel(name) => Message::new("watcher-channel").with("name", name.as_str()),
            Self::Schedule(job) => Message::new("watcher-schedule").with("name", job.as_str()),
        }
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
