//! How people are told: a [`Letter`], which is words and what they are about, goes through a channel.
//!
//! Who is told of what, and when, is decided by the [`Planner`], purely, from the events of [`crate::health`]. Its letters stand in the
//! journal until they are delivered, and are carried by the outbox ([`carry`]), again and again until each is taken or refused. A
//! channel puts one letter into its form, hands it over once, and brings back what the other side says: that it has it
//! ([`Receipt`]), or why not and whether it is worth another try ([`NotDelivered`]).

mod channel;
pub mod heartbeat;
mod letter;
mod outbox;
mod planner;
pub(crate) mod template;
mod words;

use std::fmt;
use std::time::Duration;

use messages::Message;

use crate::probe::{Failure, one_line};

pub use channel::deliver;
pub use letter::{Alert, Letter, LetterKind};
pub use outbox::{Attempt, Delivery, carry};
pub use planner::{Planned, Planner, Recollection, Told};

/// How long one delivery may take as a whole; then it counts as not delivered for now.
pub const LONGEST_DELIVERY: Duration = Duration::from_secs(60);

/// What the other side said when it took a letter, on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// In its own words.
    pub answer: String,
}

/// Why a letter was not taken. No secret of the channel is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotDelivered {
    /// It may be taken later: nobody answered, or asked us to come again, or somebody here has to mend the channel.
    Temporary {
        /// What was answered, or what is in the way, on one line.
        answer: String,
    },
    /// This letter will not be taken.
    Permanent {
        /// What was answered, on one line.
        answer: String,
    },
}

/// A letter's id in an alphabet that needs no escaping in a Message-ID, a URL or a header field; different ids stay different.
fn letter_id(id: &str) -> String {
    let mut written = String::with_capacity(id.len());
    for octet in id.bytes() {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => written.push(char::from(octet)),
            other => written.push_str(&format!("={other:02X}")),
        }
    }
    written
}

impl Receipt {
    /// What the other side said, as it came.
    fn of(answer: &str) -> Self {
        Self { answer: one_line(answer.as_bytes()) }
    }
}

impl NotDelivered {
    fn temporary(answer: &str) -> Self {
        Self::Temporary { answer: one_line(answer.as_bytes()) }
    }

    fn permanent(answer: &str) -> Self {
        Self::Permanent { answer: one_line(answer.as_bytes()) }
    }

    /// In words, for the administrator.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Temporary { answer } => Message::new("notify-not-delivered-yet").with("answer", answer.as_str()),
            Self::Permanent { answer } => Message::new("notify-refused").with("answer", answer.as_str()),
        }
    }
}

/// Whatever keeps us from asking passes, or somebody mends it.
impl From<Failure> for NotDelivered {
    fn from(failure: Failure) -> Self {
        Self::temporary(&failure.to_string())
    }
}

/// English, see [`NotDelivered::message`].
impl fmt::Display for NotDelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

impl std::error::Error for NotDelivered {}
