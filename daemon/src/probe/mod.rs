//! How to ask one question of one target. One file a protocol, all of the same shape: a target and a time limit go in, an
//! [`Answer`] comes out. A probe knows no state, no history and no time of day.
//!
//! An answer always carries what was measured, also when it failed: a host that answers nothing has a loss of 100 %.
//! Why it failed is a typed [`Failure`] that reaches the page, the journal and the log in words.

pub mod icmp;
pub mod snmp;
pub mod tcp;

use std::time::Duration;

use jiff::Timestamp;
use messages::Message;
use serde::{Deserialize, Serialize};

use crate::config::CheckId;
use crate::snmp::Reading;

/// One answer to one check.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Which question it answers.
    pub check: CheckId,
    /// When it was asked.
    pub at: Timestamp,
    /// What came back.
    pub answer: Answer,
}

/// What came back from a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Whether the target did what was asked, and why not.
    pub outcome: Result<(), Failure>,
    /// Everything measured, in no order, each metric at most once.
    pub measurements: Vec<Measurement>,
    /// What an SNMP agent said of itself.
    pub reading: Option<Box<Reading>>,
}

/// One number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurement {
    /// What it measures, and in what unit.
    pub metric: Metric,
    /// The number, in the metric's unit.
    pub value: f64,
}

/// What a number measures. The unit belongs to the metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// Share of echo requests without a reply, 0 to 1.
    Loss,
    /// Shortest round trip of a round, seconds.
    RttMin,
    /// Mean round trip of a round, seconds.
    RttMean,
    /// Longest round trip of a round, seconds.
    RttMax,
    /// Time until a TCP connection stood, seconds.
    ConnectTime,
    /// Time until an SNMP agent had answered everything, seconds.
    PollTime,
    /// Bits an interface received a second.
    ReceiveRate,
    /// Bits an interface sent a second.
    TransmitRate,
}

impl Metric {
    /// Stable name with the unit, after the conventions of Prometheus.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss_ratio",
            Self::RttMin => "rtt_min_seconds",
            Self::RttMean => "rtt_seconds",
            Self::RttMax => "rtt_max_seconds",
            Self::ConnectTime => "connect_seconds",
            Self::PollTime => "poll_seconds",
            Self::ReceiveRate => "receive_bits_per_second",
            Self::TransmitRate => "transmit_bits_per_second",
        }
    }
}

/// Why a target did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Failure {
    /// Nothing came back in time.
    Timeout {
        /// How long was waited.
        after: Duration,
    },
    /// The target is there and refuses.
    Refused,
    /// The network says that the target cannot be reached.
    Unreachable {
        /// What the network said.
        detail: String,
    },
    /// The target does not accept who we say we are.
    Authentication {
        /// What it does not accept.
        rejected: Rejected,
    },
    /// The target answers something else than the protocol allows.
    Protocol {
        /// What it answered.
        detail: String,
    },
    /// This process may not send echo requests. It says nothing about the target.
    NotPermitted,
    /// This machine could not even ask. It says nothing about the target.
    Local {
        /// What the system said.
        detail: String,
    },
}

/// What a target did not accept (the usmStats counters of RFC 3414, 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rejected {
    /// No such user there.
    User,
    /// The user exists, the authentication passphrase or protocol is wrong.
    AuthenticationPassphrase,
    /// The privacy passphrase or protocol is wrong.
    PrivacyPassphrase,
    /// The clocks of the two engines disagree.
    Clock,
    /// The agent does not say what.
    Unspecified,
}

impl Failure {
    /// The failure in words.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Timeout { after } => Message::new("failure-timeout").with("seconds", after.as_secs_f64()),
            Self::Refused => Message::new("failure-refused"),
            Self::Unreachable { detail } => Message::new("failure-unreachable").with("detail", detail.as_str()),
            Self::Authentication { rejected } => Message::new(match rejected {
                Rejected::User => "failure-authentication-user",
                Rejected::AuthenticationPassphrase => "failure-authentication-passphrase",
                Rejected::PrivacyPassphrase => "failure-authentication-privacy",
                Rejected::Clock => "failure-authentication-clock",
                Rejected::Unspecified => "failure-authentication",
            }),
            Self::Protocol { detail } => Message::new("failure-protocol").with("detail", detail.as_str()),
            Self::NotPermitted => Message::new("failure-not-permitted"),
            Self::Local { detail } => Message::new("failure-local").with("detail", detail.as_str()),
        }
    }

    /// What an error of the operating system says about a target.
    #[must_use]
    pub fn from_io(error: &std::io::Error, after: Duration) -> Self {
        use std::io::ErrorKind as Kind;
        match error.kind() {
            Kind::TimedOut => Self::Timeout { after },
            Kind::ConnectionRefused | Kind::ConnectionReset => Self::Refused,
            Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown => {
                Self::Unreachable { detail: error.to_string() }
            }
            _ => Self::Local { detail: error.to_string() },
        }
    }
}

/// English, see [`Failure::message`].
impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.message().fmt(f)
    }
}

impl Answer {
    /// An answer that is only a failure.
    #[must_use]
    pub const fn failed(failure: Failure) -> Self {
        Self { outcome: Err(failure), measurements: Vec::new(), reading: None }
    }

    /// The value of a metric, if it was measured.
    #[must_use]
    pub fn value(&self, metric: Metric) -> Option<f64> {
        self.measurements.iter().find(|measurement| measurement.metric == metric).map(|found| found.value)
    }
}
