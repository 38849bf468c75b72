//! What people say of incidents.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::health::IncidentId;

/// What a person says of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Of which.
    pub incident: IncidentId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub author: String,
    /// What.
    pub words: Words,
}

/// What can be said of an incident. What was said stays said: a correction is a remark of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Words {
    /// They have reported it.
    Reported,
    /// Somebody works on it.
    Acknowledged {
        /// What they say.
        text: Option<String>,
    },
    /// Anything.
    Note {
        /// What they say.
        text: String,
    },
    /// How it was repaired: what the yearly report counts.
    Repair {
        /// What was wrong.
        wrong: String,
        /// What was done.
        done: String,
        /// What was put in.
        parts: Vec<String>,
        /// Minutes of work.
        minutes: u32,
    },
    /// It is over, says a person.
    Closed {
        /// Why.
        text: Option<String>,
    },
    /// It belongs together with another.
    Linked {
        /// With which.
        to: IncidentId,
    },
}
