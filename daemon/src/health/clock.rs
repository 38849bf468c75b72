//! Whether time has passed as it should: a machine that slept, or whose clock was set, knows nothing of what happened
//! meanwhile.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A moment by both clocks of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The time of day, which people and time servers set.
    #[serde(rename = "now")]
    pub at: Timestamp,
    /// Time that has passed since the start of the daemon, also while the machine slept (`CLOCK_BOOTTIME`,
    /// clock_gettime(2)).
    #[serde(with = "seconds")]
    pub elapsed: Duration,
}

/// What is odd about time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeFault {
    /// We were not there for so long: suspended, stopped, or without any processor.
    Paused(Duration),
    /// The time of day jumped by so much.
    Jumped(SignedDuration),
}

/// Looks at both clocks again and again.
#[derive(Debug, Default)]
pub(super) struct Clock {
    last: Option<Moment>,
    /// By how much the time of day has jumped in all.
    jumped: SignedDuration,
    /// Failures are not believed until so much has elapsed.
    distrust_until: Duration,
    /// The time of day is not believed until so much has elapsed.
    doubted_until: Duration,
}

/// Time is looked at each second; who was not there for so long missed answers.
const PAUSE: Duration = Duration::from_secs(10);

/// A time server corrects less than this at once.
const JUMP: SignedDuration = SignedDuration::from_secs(2);

/// Afterwards failures are not believed for so long: questions may have been under way, and the network needs a while.
const SETTLING: Duration = Duration::from_secs(30);

/// A clock that jumped so far says nothing about certificates and other clocks,
const FAR: SignedDuration = SignedDuration::from_mins(10);

/// for so long, unless it jumps back: then people must have looked at it.
const DOUBTED: Duration = Duration::from_hours(24);

impl Clock {
    /// Takes in what time it is.
    pub(super) fn pass(&mut self, now: Moment) -> Option<TimeFault> {
        let last = self.last.replace(now)?;
        let passed = now.elapsed.saturating_sub(last.elapsed);
        let by = now.at.duration_since(last.at) - SignedDuration::try_from(passed).unwrap_or(SignedDuration::ZERO);
        let fault = if by.abs() > JUMP {
            self.jumped += by;
            self.doubted_until = if self.jumped.abs() >= FAR { now.elapsed + DOUBTED } else { Duration::ZERO };
            TimeFault::Jumped(by)
        } else if passed > PAUSE {
            TimeFault::Paused(passed)
        } else {
            return None;
        };
        self.distrust_until = now.elapsed + SETTLING;
        Some(fault)
    }

    /// Whether a failure that is seen now may be believed.
    pub(super) fn is_settled(&self, now: Moment) -> bool {
        now.elapsed >= self.distrust_until
    }

    /// Whether the time of day is to be believed.
    pub(super) fn is_trusted(&self, now: Moment) -> bool {
        now.elapsed >= self.doubted_until
    }
}

mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(duration.as_secs_f64())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(at: i64, elapsed: u64) -> Moment {
        Moment { at: Timestamp::from_second(1_800_000_000 + at).unwrap(), elapsed: Duration::from_secs(elapsed) }
    }

    #[test]
    fn time_that_passes_evenly_is_no_fault() {
        let mut clock = Clock::default();
        for second in 0..100 {
            assert_eq!(clock.pass(moment(i64::try_from(second).unwrap(), second)), None);
        }
        assert!(clock.is_settled(moment(100, 100)) && clock.is_trusted(moment(100, 100)));
    }

    #[test]
    fn after_a_pause_failures_are_not_believed_for_a_while() {
        let mut clock = Clock::default();
        assert_eq!(clock.pass(moment(0, 0)), None);
        assert_eq!(clock.pass(moment(3600, 3600)), Some(TimeFault::Paused(Duration::from_secs(3600))));
        assert!(!clock.is_settled(moment(3629, 3629)));
        assert!(clock.is_settled(moment(3630, 3630)) && clock.is_trusted(moment(3601, 3601)));
    }

    #[test]
    fn a_clock_that_jumps_far_is_doubted_until_it_jumps_back() {
        let mut clock = Clock::default();
        clock.pass(moment(0, 0));
        assert_eq!(clock.pass(moment(7201, 1)), Some(TimeFault::Jumped(SignedDuration::from_hours(2))));
        assert!(!clock.is_trusted(moment(7202, 2)));
        assert_eq!(clock.pass(moment(2, 2)), Some(TimeFault::Jumped(SignedDuration::from_hours(-2))));
        assert!(clock.is_trusted(moment(3, 3)));
    }
}
