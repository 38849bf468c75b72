//! From counters to rates, never a false spike.
//!
//! A counter says nothing by itself; two readings say what went through between them, unless the counter started anew in
//! between: the agent restarted (sysUpTime went back), it says so (ifCounterDiscontinuityTime), or a 64-bit counter went
//! back, which cannot be a wrap (RFC 2863, 3.1.6: at 1 Tbit/s that takes 4.6 years). Then there is no rate.

use std::time::Duration;

use super::Reading;
use super::interfaces::{InterfaceIndex, OctetCounters};

/// What goes through an interface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Bits received a second.
    pub received: f64,
    /// Bits sent a second.
    pub sent: f64,
}

/// The rates between `before` and `after`, which were taken `elapsed` apart.
///
/// An interface is the same when its index and its name are. Nothing is said about an interface whose counters started
/// anew, or whose rate would exceed its own speed twice over, as a missed wrap of a 32-bit counter makes it seem.
#[must_use]
pub fn rates(before: &Reading, after: &Reading, elapsed: Duration) -> Vec<(InterfaceIndex, Rate)> {
    if elapsed.is_zero() || has_restarted(before.system.uptime, after.system.uptime) {
        return Vec::new();
    }
    let seconds = elapsed.as_secs_f64();
    let mut rates = Vec::with_capacity(after.interfaces.len());
    for interface in &after.interfaces {
        let earlier = before.interfaces.iter().find(|earlier| earlier.index == interface.index);
        let Some(earlier) = earlier.filter(|earlier| earlier.name == interface.name) else { continue };
        if earlier.discontinuity != interface.discontinuity {
            continue;
        }
        let Some((received, sent)) = earlier.octets.zip(interface.octets).and_then(|(a, b)| difference(a, b)) else {
            continue;
        };
        let rate = Rate { received: bits(received) / seconds, sent: bits(sent) / seconds };
        #[expect(clippy::cast_precision_loss, reason = "a bound, not a figure")]
        let most = interface.speed.map_or(f64::INFINITY, |speed| 2.0 * speed as f64);
        if rate.received <= most && rate.sent <= most {
            rates.push((interface.index, rate));
        }
    }
    rates
}

/// sysUpTime counts hundredths of a second in 32 bits: a step back from near its end is a wrap after 497 days, not a
/// restart.
fn has_restarted(before: Option<Duration>, after: Option<Duration>) -> bool {
    const WRAP: Duration = Duration::from_millis((1 << 32) * 10);
    const NEAR: Duration = Duration::from_secs(3600);
    match (before, after) {
        (Some(before), Some(after)) => after < before && before + NEAR < WRAP,
        _ => false,
    }
}

fn difference(before: OctetCounters, after: OctetCounters) -> Option<(u64, u64)> {
    match (before, after) {
        (
            OctetCounters::Wide { received: received_before, sent: sent_before },
            OctetCounters::Wide { received, sent },
        ) => Some((received.checked_sub(received_before)?, sent.checked_sub(sent_before)?)),
        (
            OctetCounters::Narrow { received: received_before, sent: sent_before },
            OctetCounters::Narrow { received, sent },
        ) => Some((received.wrapping_sub(received_before).into(), sent.wrapping_sub(sent_before).into())),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "differences between polls stay far below 2^53 octets")]
fn bits(octets: u64) -> f64 {
    octets as f64 * 8.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Interface, OperationalStatus, System};
    use super::*;

    fn reading(uptime: u64, octets: OctetCounters) -> Reading {
        Reading {
            system: System { uptime: Some(Duration::from_secs(uptime)), ..System::default() },
            interfaces: vec![Interface {
                index: InterfaceIndex(1),
                name: "eth0".to_owned(),
                alias: None,
                speed: Some(1_000_000_000),
                status: OperationalStatus::Up,
                octets: Some(octets),
                discontinuity: Some(0),
            }],
            rates: Vec::new(),
        }
    }

    fn wide(octets: u64) -> OctetCounters {
        OctetCounters::Wide { received: octets, sent: octets }
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn octets_become_bits_a_second() {
        let rates = rates(&reading(10, wide(1000)), &reading(70, wide(61_000)), MINUTE);
        assert_eq!(rates, [(InterfaceIndex(1), Rate { received: 8000.0, sent: 8000.0 })]);
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
        after.interfaces[0].discontinuity = Some(6000);
        assert_eq!(rates(&reading(10, wide(1000)), &after, MINUTE), []);
    }

    #[test]
    fn an_index_given_to_another_interface_has_no_rate() {
        let mut after = reading(70, wide(61_000));
        after.interfaces[0].name = "eth1".to_owned();
        assert_eq!(rates(&reading(10, wide(1000)), &after, MINUTE), []);
    }

    #[test]
    fn a_narrow_counter_wraps() {
        let narrow = |octets| OctetCounters::Narrow { received: octets, sent: octets };
        let rates = rates(&reading(10, narrow(u32::MAX - 99)), &reading(70, narrow(500)), MINUTE);
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
