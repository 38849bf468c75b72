//! Faults from their first failed observation to their repair.

use std::fmt;

use jiff::Timestamp;
use messages::Message;
use serde::{Deserialize, Serialize};

use crate::backup::Fault;
use crate::config::{CheckId, JobName};
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
    /// The first of the observations that confirmed it: when it broke, not when we were sure.
    pub opened: Timestamp,
    /// Why.
    pub reason: Reason,
    /// When it was seen to work again.
    pub resolved: Option<Timestamp>,
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
}

/// Why something is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A check failed.
    Probe(Failure),
    /// A backup failed, or was stored and could not be proven.
    Backup(Fault),
}

impl Reason {
    /// The reason in words.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Probe(failure) => failure.message(),
            Self::Backup(fault) => fault.message(),
        }
    }
}

/// English, see [`Reason::message`].
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(check) => check.fmt(f),
            Self::Job { job } => job.fmt(f),
        }
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
