//! From counters to rates, never a false spike.
//!
//! A counter says nothing by itself; two readings say what went through between them, unless the counter started anew in
//! between: the agent restarted (sysUpTime went back), it says so (ifCounterDiscontinuityTime), or a 64-bit counter went
//! back, which cannot be a wrap (RFC 2863, 3.1.6: at 1 Tbit/s that takes 4.6 years). Then there is no rate.

use std::collections::HashMap;
use std::time::Duration;

use super::interfaces::{Count, Counters, InterfaceIndex};
use super::{Interface, Reading};

/// What goes through an interface.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rate {
    /// Bits received a second.
    pub received: f64,
    /// Bits sent a second.
    pub sent: f64,
    /// Packets a second that were received damaged; none if the agent does not count them.
    pub receive_errors: Option<f64>,
    /// Packets a second that could not be sent because of errors.
    pub send_errors: Option<f64>,
    /// Packets a second that were dropped on arrival.
    pub receive_discards: Option<f64>,
    /// Packets a second that were dropped instead of being sent.
    pub send_discards: Option<f64>,
}

/// The rates between `before` and `after`, which were taken `elapsed` apart.
///
/// An interface is the same when its name is, whatever its index has become. Nothing is said about an interface whose
/// counters started anew, or whose rate would exceed its own speed twice over, as a missed wrap of a 32-bit counter makes
/// it seem.
#[must_use]
pub fn rates(before: &Reading, after: &Reading, elapsed: Duration) -> Vec<(InterfaceIndex, Rate)> {
    let has_booted = before.system.boots.zip(after.system.boots).is_some_and(|(before, after)| before != after);
    if elapsed.is_zero() || has_booted || has_restarted(before.system.uptime, after.system.uptime) {
        return Vec::new();
    }
    let mut by_name: Option<HashMap<&str, &Interface>> = None;
    let mut earlier_of = |place: usize, interface: &Interface| {
        // Nearly always the interfaces come in the same order as before.
        let same_place = before.interfaces.get(place).filter(|earlier| earlier.name == interface.name);
        same_place.or_else(|| {
            let named = before.interfaces.iter().map(|earlier| (&*earlier.name, earlier));
            by_name.get_or_insert_with(|| named.collect()).get(&*interface.name).copied()
        })
    };
    let mut rates = Vec::with_capacity(after.interfaces.len());
    for (place, interface) in after.interfaces.iter().enumerate() {
        let rate = earlier_of(place, interface).and_then(|earlier| rate(earlier, interface, elapsed.as_secs_f64()));
        rates.extend(rate.map(|rate| (interface.index, rate)));
    }
    rates
}

fn rate(before: &Interface, after: &Interface, seconds: f64) -> Option<Rate> {
    if before.discontinuity != after.discontinuity {
        return None;
    }
    let a_second = |of: fn(&Counters) -> Option<Count>| {
        let (before, after) = of(&before.counters).zip(of(&after.counters))?;
        Some(difference(before, after)? / seconds)
    };
    let rate = Rate {
        received: a_second(|counters| counters.received)? * 8.0,
        sent: a_second(|counters| counters.sent)? * 8.0,
        receive_errors: a_second(|counters| counters.receive_errors),
        send_errors: a_second(|counters| counters.send_errors),
        receive_discards: a_second(|counters| counters.receive_discards),
        send_discards: a_second(|counters| counters.send_discards),
    };
    #[expect(clippy::cast_precision_loss, reason = "a bound, not a figure")]
    let most = after.speed.map_or(f64::INFINITY, |speed| 2.0 * speed as f64);
    (rate.received <= most && rate.sent <= most).then_some(rate)
}

/// sysUpTime counts hundredths of a second in 32 bits: a step back from near its end is a wrap after 497 days, not a
/// restart.
pub(super) fn has_restarted(before: Option<Duration>, after: Option<Duration>) -> bool {
    const WRAP: Duration = Duration::from_millis((1 << 32) * 10);
    const NEAR: Duration = Duration::from_secs(3600);
    match (before, after) {
        (Some(before), Some(after)) => after < before && before + NEAR < WRAP,
        _ => false,
    }
}

/// How far a counter went; none if it started anew, or became another kind of counter.
#[expect(clippy::cast_precision_loss, reason = "differences between polls stay far below 2^53")]
fn difference(before: Count, after: Count) -> Option<f64> {
    match (before, after) {
        (Count::Wide(before), Count::Wide(after)) => after.checked_sub(before).map(|difference| difference as f64),
        (Count::Narrow(before), Count::Narrow(after)) => Some(f64::from(after.wrapping_sub(before))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::System;
    use super::super::interfaces::tests::named;
    use super::*;

    fn reading(uptime: u64, octets: Count) -> Reading {
        let counters = Counters { received: Some(octets), sent: Some(octets), ..Counters::default() };
        let interface =
            Interface { speed: Some(1_000_000_000), counters, discontinuity: Some(0.0), ..named(1, "eth0") };
        Reading {
            system: System { uptime: Some(Duration::from_secs(uptime)), ..System::default() },
            interfaces: vec![interface],
            rates: Vec::new(),
            sections: Vec::new(),
        }
    }

    fn wide(octets: u64) -> Count {
        Count::Wide(octets)
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn octets_become_bits_a_second() {
        let rates = rates(&reading(10, wide(1000)), &reading(70, wide(61_000)), MINUTE);
        assert_eq!(rates, [(InterfaceIndex(1), Rate { received: 8000.0, sent: 8000.0, ..Rate::default() })]);
    }

    #[test]
    fn a_restarted_agent_has_no_rate() {
        assert_eq!(rates(&reading(5000, wide(1000)), &reading(5, wide(61_000)), MINUTE), []);
    }

    #[test]
    fn a_wide_counter_that_went_back_has_no_rate() {
        assert_eq!(rates(&reading(10, wide(1000)), &reading(70, wide(999)), MINUTE), []);
    }

    #[test]
    fn a_declared_discontinuity_has_no_rate() {
        let mut after = reading(70, wide(61_000));
        after.interfaces[0].discontinuity = Some(60.0);
        assert_eq!(rates(&reading(10, wide(1000)), &after, MINUTE), []);
    }

    #[test]
    fn an_index_given_to_another_interface_has_no_rate() {
        let mut after = reading(70, wide(61_000));
        after.interfaces[0].name = "eth1".into();
        assert_eq!(rates(&reading(10, wide(1000)), &after, MINUTE), []);
    }

    #[test]
    fn an_interface_keeps_its_rate_when_its_index_changes() {
        let mut after = reading(70, wide(61_000));
        after.interfaces[0].index = InterfaceIndex(9);
        after.interfaces.insert(0, named(1, "eth1"));
        let rates = rates(&reading(10, wide(1000)), &after, MINUTE);
        assert_eq!(rates.iter().map(|(index, rate)| (index.0, rate.sent)).collect::<Vec<_>>(), [(9, 8000.0)]);
    }

    #[test]
    fn an_engine_that_was_booted_has_no_rate() {
        let (mut before, mut after) = (reading(10, wide(1000)), reading(70, wide(61_000)));
        (before.system.boots, after.system.boots) = (Some(3), Some(4));
        assert_eq!(rates(&before, &after, MINUTE), []);
    }

    #[test]
    fn a_narrow_counter_wraps() {
        let rates = rates(&reading(10, Count::Narrow(u32::MAX - 99)), &reading(70, Count::Narrow(500)), MINUTE);
        assert_eq!(rates[0].1.received, 80.0);
    }

    #[test]
    fn the_wrap_of_uptime_is_not_a_restart() {
        let end = Duration::from_millis(u64::from(u32::MAX) * 10);
        assert!(!has_restarted(Some(end), Some(Duration::from_secs(20))));
        assert!(has_restarted(Some(Duration::from_secs(86_400)), Some(Duration::from_secs(20))));
    }

    proptest! {
        #[test]
        fn a_rate_is_never_negative_nor_beyond_the_speed(before: u64, after: u64, elapsed in 1_u64..1_000_000) {
            let elapsed = Duration::from_millis(elapsed);
            for (_, rate) in rates(&reading(10, wide(before)), &reading(70, wide(after)), elapsed) {
                prop_assert!((0.0..=2e9).contains(&rate.received));
            }
        }
    }
}
