//! What agents have to say: recorded, or made.

use std::time::Duration;

use super::ber::{self, OCTETS, Oid};

/// What an agent has, in the order of the object identifiers.
#[derive(Debug, Clone, Default)]
pub struct Walk {
    pub(super) entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) oid: Oid,
    encoded_oid: Vec<u8>,
    value: Value,
}

#[derive(Debug, Clone)]
enum Value {
    /// Always the same, with tag and length.
    Fixed(Vec<u8>),
    /// sysUpTime.
    Uptime,
    /// Grows by so much a second.
    Counter { tag: u8, rate: u64 },
}

const COUNTER32: u8 = 0x41;
const GAUGE32: u8 = 0x42;
const TICKS: u8 = 0x43;
const COUNTER64: u8 = 0x46;
const UPTIME: [u32; 9] = [1, 3, 6, 1, 2, 1, 1, 3, 0];

impl Walk {
    /// Reads a recording in the format of snmpsim: lines of `OID|TAG|VALUE`, where a tag with an `x` has hexadecimal octets.
    /// Lines that are none are left out.
    #[must_use]
    pub fn recorded(text: &str) -> Self {
        let mut walk = Self::default();
        for line in text.lines() {
            let mut fields = line.splitn(3, '|');
            let (Some(oid), Some(tag), Some(value)) = (fields.next(), fields.next(), fields.next()) else { continue };
            let oid: Option<Oid> = oid.split('.').map(|arc| arc.parse().ok()).collect();
            let (Some(oid), Some(value)) = (oid, recorded_value(tag, value)) else { continue };
            walk.put(oid, if tag == "67" { Value::Uptime } else { Value::Fixed(value) });
        }
        walk.in_order()
    }

    /// A switch of `ports` ports: SNMPv2-MIB, IF-MIB with ifXTable, and the forwarding table of BRIDGE-MIB.
    #[must_use]
    pub fn switch(ports: u32) -> Self {
        let mut walk = Self::default();
        let text = |text: &str| Value::Fixed(ber::tlv(OCTETS, text.as_bytes()));
        let number = |value: u32| Value::Fixed(ber::number(ber::INTEGER, value.into()));
        let gauge = |value: u32| Value::Fixed(ber::number(GAUGE32, value.into()));
        let system = [1, 3, 6, 1, 2, 1, 1];
        let below = |table: &[u32], rest: &[u32]| [table, rest].concat();
        walk.put(below(&system, &[1, 0]), text("Switch of 48 ports, made for measuring"));
        walk.put(below(&system, &[2, 0]), Value::Fixed(ber::oid(&[1, 3, 6, 1, 4, 1, 99999, 1])));
        walk.put(UPTIME.to_vec(), Value::Uptime);
        walk.put(below(&system, &[4, 0]), text("it@azuolynas.example"));
        walk.put(below(&system, &[5, 0]), text("komutatorius"));
        walk.put(below(&system, &[6, 0]), text("Serverinė"));
        let interfaces = [1, 3, 6, 1, 2, 1, 2, 2, 1];
        let more = [1, 3, 6, 1, 2, 1, 31, 1, 1, 1];
        for port in 1..=ports {
            let mut put = |table: &[u32], column: u32, value: Value| walk.put(below(table, &[column, port]), value);
            let counter = |rate: u64| Value::Counter { tag: COUNTER32, rate };
            let wide = |rate: u64| Value::Counter { tag: COUNTER64, rate };
            put(&interfaces, 1, number(port));
            put(&interfaces, 2, text(&format!("GigabitEthernet1/0/{port}")));
            put(&interfaces, 3, number(6));
            put(&interfaces, 4, number(1500));
            put(&interfaces, 5, gauge(1_000_000_000));
            put(&interfaces, 6, Value::Fixed(ber::tlv(OCTETS, &[2, 0, 0, 0, 0, port.to_le_bytes()[0]])));
            put(&interfaces, 7, number(1));
            put(&interfaces, 8, number(if port % 3 == 0 { 2 } else { 1 }));
            put(&interfaces, 9, Value::Fixed(ber::number(TICKS, 0)));
            for (column, rate) in
                [(10, 125_000), (11, 900), (13, 0), (14, 0), (16, 250_000), (17, 800), (19, 0), (20, 0)]
            {
                put(&interfaces, column, counter(rate));
            }
            put(&more, 1, text(&format!("Gi1/0/{port}")));
            for (column, rate) in [(6, 125_000), (7, 900), (8, 1), (9, 2), (10, 250_000), (11, 800), (12, 1), (13, 2)] {
                put(&more, column, wide(rate));
            }
            put(&more, 15, gauge(1000));
            put(&more, 18, text(if port == 1 { "Į branduolį" } else { "" }));
            put(&more, 19, Value::Fixed(ber::number(TICKS, 0)));
        }
        walk.in_order()
    }

    fn put(&mut self, oid: Oid, value: Value) {
        self.entries.push(Entry { encoded_oid: ber::oid(&oid), oid, value });
    }

    fn in_order(mut self) -> Self {
        self.entries.sort_by(|one, other| one.oid.cmp(&other.oid));
        self.entries.dedup_by(|one, other| one.oid == other.oid);
        self
    }

    pub(super) fn find(&self, oid: &[u32]) -> Option<usize> {
        self.entries.binary_search_by(|entry| entry.oid.as_slice().cmp(oid)).ok()
    }

    /// The first behind `oid`, which need not be there.
    pub(super) fn after(&self, oid: &[u32]) -> usize {
        self.entries.partition_point(|entry| entry.oid.as_slice() <= oid)
    }
}

impl Entry {
    /// Name and value in a sequence, as at `uptime`.
    pub(super) fn write(&self, uptime: Duration, octets: &mut Vec<u8>) {
        let counted;
        let value = match &self.value {
            Value::Fixed(value) => value,
            Value::Uptime => {
                counted = ber::number(TICKS, i128::try_from(uptime.as_millis() / 10 % (1 << 32)).unwrap());
                &counted
            }
            Value::Counter { tag, rate } => {
                let count = uptime.as_millis() * u128::from(*rate) / 1000;
                let count = if *tag == COUNTER32 { count % (1 << 32) } else { count };
                counted = ber::number(*tag, i128::try_from(count).unwrap());
                &counted
            }
        };
        octets.push(ber::SEQUENCE);
        ber::push_length(octets, self.encoded_oid.len() + value.len());
        octets.extend_from_slice(&self.encoded_oid);
        octets.extend_from_slice(value);
    }
}

fn recorded_value(tag: &str, value: &str) -> Option<Vec<u8>> {
    let (tag, is_hexadecimal) = tag.strip_suffix('x').map_or((tag, false), |tag| (tag, true));
    let tag: u8 = tag.parse().ok()?;
    let number = || value.parse().ok().map(|number: i128| ber::number(tag, number));
    match tag {
        2 | 65 | 66 | 67 | 70 => number(),
        4 | 64 | 68 if is_hexadecimal => {
            let digits = value.as_bytes().chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok());
            digits.collect::<Option<Vec<u8>>>().map(|octets| ber::tlv(tag, &octets))
        }
        64 => {
            let octets: Option<Vec<u8>> = value.split('.').map(|octet| octet.parse().ok()).collect();
            octets.map(|octets| ber::tlv(tag, &octets))
        }
        4 | 68 => Some(ber::tlv(tag, value.as_bytes())),
        5 => Some(ber::tlv(tag, &[])),
        6 => {
            let arcs: Option<Oid> = value.trim_start_matches('.').split('.').map(|arc| arc.parse().ok()).collect();
            arcs.map(|arcs| ber::oid(&arcs))
        }
        _ => None,
    }
}
