//! What is asked for on the command line: which series, from when until when, how finely and in what format.

use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::export::CannotExport;
use super::{Resolution, Retention, Series};

/// A time as it is said on the command line.
#[derive(Debug, Clone)]
pub enum Moment {
    /// With its offset, RFC 3339.
    Exact(Timestamp),
    /// In the time zone of the configuration.
    Local(DateTime),
    /// So long ago.
    Ago(Span),
}

/// How samples are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180) with a header.
    Csv,
    /// A JSON object a line.
    JsonLines,
    /// `OpenMetrics` text with timestamps.
    OpenMetrics,
}

/// Which series are meant; none of a kind: all.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Names of devices.
    pub devices: Vec<String>,
    /// Names of checks.
    pub checks: Vec<String>,
    /// Names of metrics.
    pub metrics: Vec<String>,
    /// Instances, such as names of interfaces.
    pub instances: Vec<String>,
}

/// From when until before when, and how finely.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// The beginning.
    pub from: Timestamp,
    /// The end.
    pub to: Timestamp,
    /// How finely.
    pub resolution: Resolution,
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "now" {
            return Ok(Self::Ago(Span::new()));
        }
        let exact = text.parse().map(Self::Exact);
        let local = || text.parse().map(Self::Local);
        // „24h“ and „24h ago“ mean the same.
        let ago = || text.parse().map(|span: Span| Self::Ago(span.abs()));
        exact.or_else(|_| local()).or_else(|_| ago()).map_err(|_: jiff::Error| {
            "a time looks like 2026-11-24T08:00:00Z, 2026-11-24T10:00, or 24h (so long ago)".to_owned()
        })
    }
}

impl Moment {
    /// The time that is meant.
    ///
    /// # Errors
    /// It lies outside of what can be reckoned with.
    pub fn timestamp(&self, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
        match self {
            Self::Exact(at) => Ok(*at),
            Self::Local(at) => zone.to_timestamp(*at),
            // A month ago is a matter of calendars.
            Self::Ago(span) => now.to_zoned_datetime(zone.clone()).checked_sub(*span).map(|at| at.timestamp()),
        }
    }
}

impl Format {
    /// All, with what they are called on the command line.
    pub const ALL: [(&'static str, Self); 3] =
        [("csv", Self::Csv), ("jsonl", Self::JsonLines), ("openmetrics", Self::OpenMetrics)];
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|(name, _)| *name == text);
        let known = || Self::ALL.map(|(name, _)| name).join(", ");
        found.map(|(_, format)| format).ok_or_else(|| format!("a format is one of {}", known()))
    }
}

impl Selection {
    pub(super) fn has(&self, series: &Series) -> bool {
        let among = |wanted: &[String], name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
        among(&self.devices, series.check.device.as_str())
            && among(&self.checks, series.check.check.as_str())
            && among(&self.metrics, series.metric.name())
            && among(&self.instances, series.instance.as_deref().unwrap_or_default())
    }
}

impl Stretch {
    /// From one moment to another; in the resolution that suits them unless one is asked for.
    ///
    /// # Errors
    /// The moments are out of range or reversed.
    pub fn new(
        from: Timestamp,
        to: Timestamp,
        resolution: Option<Resolution>,
        retention: &Retention,
        now: Timestamp,
    ) -> Result<Self, CannotExport> {
        if to < from {
            return Err(CannotExport::Reversed);
        }
        Ok(Self { from, to, resolution: resolution.unwrap_or_else(|| retention.resolution(from, to, now)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_said_in_several_ways() {
        let zone = TimeZone::get("Europe/Vilnius").unwrap();
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let read = |text: &str| text.parse::<Moment>().unwrap().timestamp(now, &zone).unwrap().to_string();
        assert_eq!(read("now"), "2026-11-24T12:00:00Z");
        assert_eq!(read("2026-11-24T08:00:00+02:00"), "2026-11-24T06:00:00Z");
        assert_eq!(read("2026-11-24T08:00"), "2026-11-24T06:00:00Z");
        assert_eq!(read("2026-11-24"), "2026-11-23T22:00:00Z");
        assert_eq!(read("24h"), "2026-11-23T12:00:00Z");
        assert_eq!(read("30 days ago"), "2026-10-25T12:00:00Z");
        assert_eq!(read("1 month"), "2026-10-24T11:00:00Z", "the clocks went back on 25 October");
        assert!("yesterday".parse::<Moment>().is_err());
    }
}
