//! Intervals whose starts are spread: a thousand checks of thirty seconds start thirty-odd a second, not all at once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// Where in its interval a check starts: a stable share of it that depends only on `identity`.
///
/// The same check keeps its phase over restarts and changes of the configuration, so that neither bunches.
#[must_use]
pub fn phase<I: Hash>(identity: &I, interval: Duration) -> Duration {
    // `DefaultHasher::new` has fixed keys: the same identity hashes alike in every process.
    let mut hasher = DefaultHasher::new();
    identity.hash(&mut hasher);
    let share = hasher.finish() >> 32;
    let nanoseconds = (interval.as_nanos() * u128::from(share)) >> 32;
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
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
