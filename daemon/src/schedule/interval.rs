//! Intervals whose starts are spread: a thousand checks of thirty seconds start thirty-odd a second, not all at once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// Phases are whole ticks: those who start in the same one are woken up together. To be woken up one by one costs ten
/// times what a ping does.
pub const TICK: Duration = Duration::from_millis(250);

/// Where in its interval a check starts: a stable share of it, in whole [`TICK`]s, that depends only on `identity`.
///
/// The same check keeps its phase over restarts and changes of the configuration, so that neither bunches.
#[must_use]
pub fn phase<I: Hash>(identity: &I, interval: Duration) -> Duration {
    // `DefaultHasher::new` has fixed keys: the same identity hashes alike in every process.
    let mut hasher = DefaultHasher::new();
    identity.hash(&mut hasher);
    let share = hasher.finish() >> 32;
    let nanoseconds = (interval.as_nanos() * u128::from(share)) >> 32;
    Duration::from_nanos(u64::try_from(nanoseconds - nanoseconds % TICK.as_nanos()).unwrap_or(u64::MAX))
}

/// The first start after `elapsed`, both counted from the start of the daemon on a clock that never jumps.
///
/// Starts that were missed are left out, not made up for: a check that was late once is not asked twice.
#[must_use]
pub fn next_start(elapsed: Duration, interval: Duration, phase: Duration) -> Duration {
    let Some(since_phase) = elapsed.checked_sub(phase) else { return phase };
    let interval_nanoseconds = interval.as_nanos().max(1);
    let rounds = since_phase.as_nanos() / interval_nanoseconds + 1;
    let offset = u64::try_from(rounds.saturating_mul(interval_nanoseconds)).unwrap_or(u64::MAX);
    phase.saturating_add(Duration::from_nanos(offset))
}

/// How many starts are left out between two.
#[must_use]
pub fn rounds_between(from: Duration, to: Duration, interval: Duration) -> u32 {
    let rounds = to.saturating_sub(from).as_nanos() / interval.as_nanos().max(1);
    u32::try_from(rounds).unwrap_or(u32::MAX).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const INTERVAL: Duration = Duration::from_secs(30);

    #[test]
    fn a_thousand_checks_are_spread_evenly() {
        let mut starts_in_second = [0_u32; 30];
        for number in 0..1000 {
            let second = phase(&format!("device-{number}"), INTERVAL).as_secs();
            starts_in_second[usize::try_from(second).unwrap()] += 1;
        }
        assert!(starts_in_second.iter().all(|count| (10..=60).contains(count)), "{starts_in_second:?}");
    }

    #[test]
    fn starts_left_out_are_counted() {
        let second = Duration::from_secs;
        assert_eq!(rounds_between(second(10), second(40), INTERVAL), 0);
        assert_eq!(rounds_between(second(10), second(100), INTERVAL), 2);
        assert_eq!(rounds_between(second(10), second(10), INTERVAL), 0, "asked again in between");
        assert_eq!(rounds_between(second(3), second(10), INTERVAL), 0, "the first round is early");
    }

    proptest! {
        #[test]
        fn the_next_start_is_in_phase_and_at_most_one_interval_away(
            identity: String, elapsed in 0_u64..10_000_000, interval in 1_u64..100_000,
        ) {
            let (elapsed, interval) = (Duration::from_millis(elapsed), Duration::from_millis(interval));
            let phase = phase(&identity, interval);
            let next = next_start(elapsed, interval, phase);
            prop_assert!(phase < interval);
            prop_assert!(next > elapsed || (elapsed < phase && next == phase));
            prop_assert!(next <= elapsed + interval);
            prop_assert_eq!((next - phase).as_nanos() % interval.as_nanos(), 0);
        }
    }
}
