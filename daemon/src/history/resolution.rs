//! How finely history is kept, for how long, and how finely a span of time is best shown.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// How finely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resolution {
    /// Every sample.
    Full,
    /// A point every five minutes.
    FiveMinutes,
    /// A point every hour.
    Hour,
}

/// How long what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Every sample.
    pub full: Duration,
    /// Points of five minutes.
    pub five_minutes: Duration,
    /// Points of an hour.
    pub hour: Duration,
}

/// What happened in one step of time, or one sample, in the unit of the metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// When it begins.
    pub at: Timestamp,
    /// How many samples there were, at least one.
    pub count: u32,
    /// The least of them.
    pub min: f64,
    /// The greatest of them.
    pub max: f64,
    /// Their mean; rounded to one part in 8,192 where samples are.
    pub mean: f64,
}

pub(super) const SECOND: i64 = 1000;
const DAY: i64 = 86_400 * SECOND;

const DAY_LONG: Duration = Duration::from_secs(86_400);

impl Default for Retention {
    fn default() -> Self {
        Self { full: 14 * DAY_LONG, five_minutes: 396 * DAY_LONG, hour: 3653 * DAY_LONG }
    }
}

impl Retention {
    pub(super) const fn of(&self, resolution: Resolution) -> Duration {
        match resolution {
            Resolution::Full => self.full,
            Resolution::FiveMinutes => self.five_minutes,
            Resolution::Hour => self.hour,
        }
    }

    /// Since when there may be something.
    pub(super) fn oldest(&self, resolution: Resolution, now: Timestamp) -> Timestamp {
        now.saturating_sub(self.of(resolution)).unwrap_or(Timestamp::MIN)
    }

    /// The finest resolution in which all of the span is still there, and no more points than a curve can show.
    #[must_use]
    pub fn resolution(&self, from: Timestamp, to: Timestamp, now: Timestamp) -> Resolution {
        let span = to.duration_since(from);
        let fits = |resolution: &Resolution| {
            from >= self.oldest(*resolution, now) && resolution.longest_span().is_none_or(|longest| span <= longest)
        };
        [Resolution::Full, Resolution::FiveMinutes].into_iter().find(fits).unwrap_or(Resolution::Hour)
    }
}

impl Resolution {
    /// All, the finest first.
    pub const ALL: [Self; 3] = [Self::Full, Self::FiveMinutes, Self::Hour];

    /// What it is called on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::FiveMinutes => "5m",
            Self::Hour => "1h",
        }
    }

    /// From one point to the next in milliseconds; none where points are samples.
    pub(super) const fn step(self) -> Option<i64> {
        match self {
            Self::Full => None,
            Self::FiveMinutes => Some(300 * SECOND),
            Self::Hour => Some(3600 * SECOND),
        }
    }

    /// A block lies within one period of so many milliseconds, counted from 1970-01-01T00:00Z: who looks for a time looks from
    /// the beginning of its period. All have some 250 points in it.
    pub(super) const fn period(self) -> i64 {
        match self {
            Self::Full | Self::FiveMinutes => DAY,
            Self::Hour => 10 * DAY,
        }
    }

    /// The longest span that is well shown; none: any.
    const fn longest_span(self) -> Option<SignedDuration> {
        match self {
            Self::Full => Some(SignedDuration::from_hours(2 * 24)),
            Self::FiveMinutes => Some(SignedDuration::from_hours(62 * 24)),
            Self::Hour => None,
        }
    }
}

impl std::str::FromStr for Resolution {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || Self::ALL.map(Self::name).join(", ");
        Self::ALL
            .into_iter()
            .find(|one| one.name() == text)
            .ok_or_else(|| format!("a resolution is one of {}", known()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_shown_as_finely_as_makes_sense_and_is_kept() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let retention = Retention::default();
        let days = |from: i64, to: i64| {
            let ago = |days| now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap();
            retention.resolution(ago(from), ago(to), now)
        };
        assert_eq!(days(1, 0), Resolution::Full);
        assert_eq!(days(14, 13), Resolution::Full);
        assert_eq!(days(15, 14), Resolution::FiveMinutes, "no longer kept in full");
        assert_eq!(days(30, 0), Resolution::FiveMinutes);
        assert_eq!(days(365, 0), Resolution::Hour);
        assert_eq!(days(500, 499), Resolution::Hour);
    }
}
