//! Network interfaces (IF-MIB, RFC 2863): from rows of the profile's table to what rates and pages work with.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;

use super::profile::{Datum, Row};
use super::section::Section;

/// ifIndex: the agent's number for an interface. It may change when the agent restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct InterfaceIndex(pub u32);

/// One interface.
#[derive(Debug, Clone, PartialEq)]
pub struct Interface {
    /// ifIndex.
    pub index: InterfaceIndex,
    /// ifName, else ifDescr, else the index; told apart from others that the agent calls alike. It is the interface's
    /// identity: the index may change when the agent restarts, the name stays.
    pub name: Arc<str>,
    /// ifAlias: what an administrator wrote on the device.
    pub alias: Option<Arc<str>>,
    /// Bits a second; none when the agent says 0 or nothing.
    pub speed: Option<u64>,
    /// ifOperStatus.
    pub status: OperationalStatus,
    /// What it counts.
    pub counters: Counters,
    /// ifCounterDiscontinuityTime: sysUpTime in seconds when the counters last started anew.
    pub discontinuity: Option<f64>,
}

/// What an interface counts since its last discontinuity; none of what the agent does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Octets received.
    pub received: Option<Count>,
    /// Octets sent.
    pub sent: Option<Count>,
    /// Packets received that were damaged.
    pub receive_errors: Option<Count>,
    /// Packets that could not be sent because of errors.
    pub send_errors: Option<Count>,
    /// Packets received that were dropped though whole.
    pub receive_discards: Option<Count>,
    /// Packets that were not sent though whole.
    pub send_discards: Option<Count>,
}

/// What a counter shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Of 32 bits: wraps within minutes on a busy link.
    Narrow(u32),
    /// Of 64 bits.
    Wide(u64),
}

/// ifOperStatus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the MIB's own")]
pub enum OperationalStatus {
    Up,
    Down,
    Testing,
    Unknown,
    Dormant,
    NotPresent,
    LowerLayerDown,
}

impl OperationalStatus {
    /// The name, as profiles write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Testing => "testing",
            Self::Unknown => "unknown",
            Self::Dormant => "dormant",
            Self::NotPresent => "not-present",
            Self::LowerLayerDown => "lower-layer-down",
        }
    }

    fn new(word: Option<&str>) -> Self {
        let all =
            [Self::Up, Self::Down, Self::Testing, Self::Dormant, Self::NotPresent, Self::LowerLayerDown, Self::Unknown];
        all.into_iter().find(|status| Some(status.name()) == word).unwrap_or(Self::Unknown)
    }
}

impl Interface {
    /// The interface in a row of the section; none if the row has no index.
    #[must_use]
    pub fn new(row: &Row) -> Option<Self> {
        let section = Section::INTERFACES;
        let get = |field: &str| row.get(section, field);
        let text = |field: &str| get(field).and_then(Datum::as_text).cloned();
        let count = |field: &str| match get(field)? {
            Datum::Counter32(count) => Some(Count::Narrow(*count)),
            Datum::Counter64(count) => Some(Count::Wide(*count)),
            _ => None,
        };
        let index = get("index").and_then(Datum::as_arc)?;
        Some(Self {
            index: InterfaceIndex(index),
            name: text("name").or_else(|| text("description")).unwrap_or_else(|| index.to_string().into()),
            alias: text("alias"),
            speed: speed(
                get("speed_bits_per_second").and_then(Datum::as_number),
                get("high_speed_bits_per_second").and_then(Datum::as_number),
            ),
            status: OperationalStatus::new(text("status").as_deref()),
            counters: Counters {
                received: count("received_octets"),
                sent: count("sent_octets"),
                receive_errors: count("receive_errors"),
                send_errors: count("send_errors"),
                receive_discards: count("receive_discards"),
                send_discards: count("send_discards"),
            },
            discontinuity: get("discontinuity_seconds").and_then(Datum::as_number),
        })
    }

    /// An agent may call two interfaces alike: those are told apart by ifIndex, because a name is an identity.
    pub(super) fn tell_apart(interfaces: &mut [Self]) {
        let mut times: HashMap<Arc<str>, usize> = HashMap::new();
        for interface in interfaces.iter() {
            *times.entry(Arc::clone(&interface.name)).or_default() += 1;
        }
        if times.len() == interfaces.len() {
            return;
        }
        let mut taken = HashSet::new();
        for interface in interfaces {
            let mut is_distinct = times.get(&interface.name) == Some(&1);
            // An agent that names an interface after our own addition only makes the name longer.
            while !is_distinct || !taken.insert(Arc::clone(&interface.name)) {
                let mut name = interface.name.to_string();
                let _ = write!(name, " (ifIndex {})", interface.index.0);
                interface.name = name.into();
                is_distinct = true;
            }
        }
    }

    /// Names and other texts that have not changed are kept only once, in the reading before and in this one.
    pub(super) fn share_names(interfaces: &mut [Self], before: &[Self]) {
        for (interface, before) in interfaces.iter_mut().zip(before) {
            if interface.name == before.name {
                interface.name = Arc::clone(&before.name);
            }
            if interface.alias == before.alias {
                interface.alias.clone_from(&before.alias);
            }
        }
    }
}

/// ifSpeed is exact up to 4.29 Gbit/s, where it stops; ifHighSpeed goes on, in whole megabits (RFC 2863, 3.1.7).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from f64 saturates")]
fn speed(exact: Option<f64>, high: Option<f64>) -> Option<u64> {
    let is_exact = |exact: &f64| *exact < f64::from(u32::MAX) && high.is_none_or(|high| (high - exact).abs() <= 1e6);
    exact.filter(is_exact).or(high).or(exact).map(|speed| speed as u64).filter(|speed| *speed > 0)
}

#[cfg(test)]
pub(in crate::snmp) mod tests {
    use super::*;

    #[test]
    fn the_exact_speed_wins_until_it_ends() {
        assert_eq!(speed(Some(1_544_000.0), Some(2e6)), Some(1_544_000));
        assert_eq!(speed(Some(f64::from(u32::MAX)), Some(1e10)), Some(10_000_000_000));
        assert_eq!(speed(Some(1e7), Some(1e9)), Some(1_000_000_000), "some agents stop counting earlier");
        assert_eq!(speed(None, Some(1e8)), Some(100_000_000));
        assert_eq!(speed(Some(1e8), None), Some(100_000_000));
        assert_eq!(speed(None, None), None);
    }

    #[test]
    fn interfaces_that_are_called_alike_are_told_apart() {
        let mut interfaces: Vec<Interface> =
            [(1, "lan"), (2, "lan"), (3, "wan"), (4, "lan (ifIndex 2)")].map(|(index, name)| named(index, name)).into();
        Interface::tell_apart(&mut interfaces);
        let names: Vec<&str> = interfaces.iter().map(|interface| &*interface.name).collect();
        assert_eq!(names, ["lan (ifIndex 1)", "lan (ifIndex 2)", "wan", "lan (ifIndex 2) (ifIndex 4)"]);
    }

    /// An interface of which only index and name are known.
    pub(in crate::snmp) fn named(index: u32, name: &str) -> Interface {
        Interface {
            index: InterfaceIndex(index),
            name: name.into(),
            alias: None,
            speed: None,
            status: OperationalStatus::Up,
            counters: Counters::default(),
            discontinuity: None,
        }
    }
}
