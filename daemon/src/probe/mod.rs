//! How to ask one question of one target. One file a protocol, all of the same shape: a target and a time limit go in, an
//! [`Answer`] comes out. A probe knows no state and no history, and looks at the time of day only to judge a certificate.
//!
//! An answer always carries what was measured, also when it failed: a host that answers nothing has a loss of 100 %.
//! Why it failed is a typed [`Failure`] that reaches the page, the journal and the log in words.

pub mod certificate;
pub(crate) mod connection;
mod database;
pub mod dns;
pub mod exec;
mod failure;
pub mod http;
pub mod icmp;
pub mod imap;
mod lines;
pub mod mail;
mod metric;
pub mod mysql;
pub mod ntp;
pub mod postgres;
pub mod smtp;
pub mod snmp;
pub mod tcp;
pub mod tls;
pub(crate) mod web_client;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::error::Elapsed;

pub use failure::{Amount, CertificateFault, ClockFault, DnsFault, Failure, Obstacle, Rejected};
pub use metric::{Metric, Unit};

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
    pub outcome: Outcome,
    /// Everything measured, in no order; each metric at most once an instance.
    pub measurements: Vec<Measurement>,
    /// What the target said for people to read, on one line: a banner, the issuer of a certificate, a plugin's text.
    pub said: Option<String>,
    /// What an SNMP agent said of itself.
    pub reading: Option<Arc<Reading>>,
}

/// Whether a target did what was asked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It did.
    Good,
    /// It did, but not as it should: some packets are lost, a certificate expires soon.
    Impaired(Failure),
    /// It did not.
    Failed(Failure),
}

/// One number.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// What it measures, and in what unit.
    pub metric: Metric,
    /// Of which of several things alike: the label of a plugin's performance data, the name of an interface.
    pub instance: Option<Arc<str>>,
    /// The number, in the metric's unit.
    pub value: f64,
}

impl Measurement {
    /// A number of the target as a whole.
    #[must_use]
    pub const fn new(metric: Metric, value: f64) -> Self {
        Self { metric, instance: None, value }
    }

    /// A time in seconds.
    #[must_use]
    pub const fn time(metric: Metric, time: Duration) -> Self {
        Self::new(metric, time.as_secs_f64())
    }
}

impl Outcome {
    /// Why the target did not do as it should; none when it did.
    #[must_use]
    pub const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Good => None,
            Self::Impaired(failure) | Self::Failed(failure) => Some(failure),
        }
    }
}

impl Answer {
    /// An answer that is good, with what was measured.
    #[must_use]
    pub const fn good(measurements: Vec<Measurement>) -> Self {
        Self { outcome: Outcome::Good, measurements, said: None, reading: None }
    }

    /// An answer that is only a failure.
    #[must_use]
    pub fn failed(failure: Failure) -> Self {
        Self { outcome: Outcome::Failed(failure), ..Self::good(Vec::new()) }
    }

    /// This answer, begun while asking, with how the asking has ended: what was measured until then stays.
    fn concluded(mut self, asked: Result<Result<(), Failure>, Elapsed>, timeout: Duration) -> Self {
        match asked {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => self.outcome = Outcome::Failed(failure),
            Err(_) => self.outcome = Outcome::Failed(Failure::Timeout { after: timeout }),
        }
        self
    }

    /// The value of a metric of the target as a whole, if it was measured.
    #[must_use]
    pub fn value(&self, metric: Metric) -> Option<f64> {
        let is_it = |found: &&Measurement| found.metric == metric && found.instance.is_none();
        self.measurements.iter().find(is_it).map(|found| found.value)
    }
}

/// Adds to what the target said so far.
fn add_said(answer: &mut Answer, said: &str) {
    let before = answer.said.take().map(|before| format!("{before}, ")).unwrap_or_default();
    answer.said = Some(one_line(format!("{before}{said}").as_bytes()));
}

/// Whether `wanted`, which is not empty, stands somewhere in what a target sent.
fn contains(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|window| window == wanted)
}

/// The first line of what a target sent, for people to read: bounded, without control characters.
#[must_use]
pub fn one_line(octets: &[u8]) -> String {
    const LONGEST: usize = 200;
    let text = String::from_utf8_lossy(octets);
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.trim().chars().filter(|character| !character.is_control()).take(LONGEST).collect()
}
