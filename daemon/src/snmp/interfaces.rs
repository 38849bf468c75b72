//! The interface table, `ifTable` with `ifXTable` (IF-MIB, RFC 2863, section 6): from single values to one row a port.

use std::collections::BTreeMap;

use async_snmp::{Oid, Value, VarBind};

/// ifIndex: the agent's number for an interface. It may change when the agent restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceIndex(pub u32);

/// One interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// ifIndex.
    pub index: InterfaceIndex,
    /// ifName, else ifDescr, else the index.
    pub name: String,
    /// ifAlias: what an administrator wrote on the device.
    pub alias: Option<String>,
    /// ifHighSpeed, else ifSpeed: bits a second; none when the agent says 0 or nothing.
    pub speed: Option<u64>,
    /// ifOperStatus.
    pub status: OperationalStatus,
    /// Octets received and sent since the last discontinuity.
    pub octets: Option<OctetCounters>,
    /// ifCounterDiscontinuityTime: sysUpTime in hundredths of a second when the counters last started anew.
    pub discontinuity: Option<u32>,
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

/// Both octet counters of an interface, of the same width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OctetCounters {
    /// ifHCInOctets and ifHCOutOctets.
    Wide {
        /// Received.
        received: u64,
        /// Sent.
        sent: u64,
    },
    /// ifInOctets and ifOutOctets, from agents without ifXTable; they wrap within minutes on a busy link.
    Narrow {
        /// Received.
        received: u32,
        /// Sent.
        sent: u32,
    },
}

/// Columns that are asked for; each is `TABLE.COLUMN.ifIndex`.
const IF_ENTRY: [u32; 9] = [1, 3, 6, 1, 2, 1, 2, 2, 1];
const IF_X_ENTRY: [u32; 10] = [1, 3, 6, 1, 2, 1, 31, 1, 1, 1];

const IF_DESCR: u32 = 2;
const IF_SPEED: u32 = 5;
const IF_OPER_STATUS: u32 = 8;
const IF_IN_OCTETS: u32 = 10;
const IF_OUT_OCTETS: u32 = 16;
const IF_NAME: u32 = 1;
const IF_HC_IN_OCTETS: u32 = 6;
const IF_HC_OUT_OCTETS: u32 = 10;
const IF_HIGH_SPEED: u32 = 15;
const IF_ALIAS: u32 = 18;
const IF_COUNTER_DISCONTINUITY_TIME: u32 = 19;

/// The columns to walk: those of `ifXTable` first, so that the old counters need only be asked where they are missing.
pub(super) fn columns(has_wide_counters: bool) -> Vec<Oid> {
    let entry = |prefix: &[u32], column| Oid::new(prefix.iter().copied().chain([column]));
    let mut columns = vec![entry(&IF_ENTRY, IF_DESCR), entry(&IF_ENTRY, IF_OPER_STATUS)];
    if !has_wide_counters {
        columns.extend([IF_SPEED, IF_IN_OCTETS, IF_OUT_OCTETS].map(|column| entry(&IF_ENTRY, column)));
    }
    columns.extend(
        [IF_NAME, IF_HC_IN_OCTETS, IF_HC_OUT_OCTETS, IF_HIGH_SPEED, IF_ALIAS, IF_COUNTER_DISCONTINUITY_TIME]
            .map(|column| entry(&IF_X_ENTRY, column)),
    );
    columns
}

/// The rows that the values of the columns make up, in the order of ifIndex. What does not belong to them is ignored.
pub(super) fn rows(values: &[VarBind]) -> Vec<Interface> {
    let mut rows: BTreeMap<u32, Row<'_>> = BTreeMap::new();
    for VarBind { oid, value } in values {
        let (prefix_length, is_extension) = match oid.arcs() {
            arcs if arcs.starts_with(&IF_ENTRY) => (IF_ENTRY.len(), false),
            arcs if arcs.starts_with(&IF_X_ENTRY) => (IF_X_ENTRY.len(), true),
            _ => continue,
        };
        if let [column, index] = oid.arcs()[prefix_length..] {
            rows.entry(index).or_default().columns.insert((is_extension, column), value);
        }
    }
    rows.into_iter().map(|(index, row)| row.interface(index)).collect()
}

/// The values of one ifIndex, by table (whether `ifXTable`) and column.
#[derive(Default)]
struct Row<'v> {
    columns: BTreeMap<(bool, u32), &'v Value>,
}

impl Row<'_> {
    fn interface(&self, index: u32) -> Interface {
        let name = self.text(true, IF_NAME).or_else(|| self.text(false, IF_DESCR));
        Interface {
            index: InterfaceIndex(index),
            name: name.unwrap_or_else(|| index.to_string()),
            alias: self.text(true, IF_ALIAS),
            speed: self.speed(),
            status: self.status(),
            octets: self.octets(),
            discontinuity: self.number(true, IF_COUNTER_DISCONTINUITY_TIME),
        }
    }

    fn text(&self, is_extension: bool, column: u32) -> Option<String> {
        self.columns.get(&(is_extension, column)).and_then(|value| readable(value))
    }

    fn number(&self, is_extension: bool, column: u32) -> Option<u32> {
        self.columns.get(&(is_extension, column)).and_then(|value| value.as_u32())
    }

    fn speed(&self) -> Option<u64> {
        let high = self.number(true, IF_HIGH_SPEED).map(|megabits| u64::from(megabits) * 1_000_000);
        let low = self.number(false, IF_SPEED).map(u64::from);
        high.filter(|speed| *speed > 0).or(low).filter(|speed| *speed > 0)
    }

    fn status(&self) -> OperationalStatus {
        match self.columns.get(&(false, IF_OPER_STATUS)).and_then(|value| value.as_i32()) {
            Some(1) => OperationalStatus::Up,
            Some(2) => OperationalStatus::Down,
            Some(3) => OperationalStatus::Testing,
            Some(5) => OperationalStatus::Dormant,
            Some(6) => OperationalStatus::NotPresent,
            Some(7) => OperationalStatus::LowerLayerDown,
            _ => OperationalStatus::Unknown,
        }
    }

    fn octets(&self) -> Option<OctetCounters> {
        let wide = |column| match self.columns.get(&(true, column)) {
            Some(Value::Counter64(value)) => Some(*value),
            _ => None,
        };
        let narrow = |column| match self.columns.get(&(false, column)) {
            Some(Value::Counter32(value)) => Some(*value),
            _ => None,
        };
        if let Some((received, sent)) = wide(IF_HC_IN_OCTETS).zip(wide(IF_HC_OUT_OCTETS)) {
            return Some(OctetCounters::Wide { received, sent });
        }
        let (received, sent) = narrow(IF_IN_OCTETS).zip(narrow(IF_OUT_OCTETS))?;
        Some(OctetCounters::Narrow { received, sent })
    }
}

/// An octet string as text: what is not UTF-8 is shown as such, control characters are dropped, and nothing is no text.
pub(super) fn readable(value: &Value) -> Option<String> {
    let bytes = value.as_bytes()?;
    let text: String = String::from_utf8_lossy(bytes).chars().filter(|character| !character.is_control()).collect();
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(prefix: &[u32], column: u32, index: u32, value: Value) -> VarBind {
        VarBind::new(Oid::new(prefix.iter().copied().chain([column, index])), value)
    }

    fn text(bytes: &'static [u8]) -> Value {
        Value::OctetString(bytes.into())
    }

    #[test]
    fn columns_of_both_tables_become_one_row_an_interface() {
        let rows = rows(&[
            value(&IF_ENTRY, IF_DESCR, 7, text(b"GigabitEthernet0/7")),
            value(&IF_ENTRY, IF_OPER_STATUS, 7, Value::Integer(2)),
            value(&IF_X_ENTRY, IF_NAME, 7, text(b"Gi0/7")),
            value(&IF_X_ENTRY, IF_HIGH_SPEED, 7, Value::Gauge32(10_000)),
            value(&IF_X_ENTRY, IF_HC_IN_OCTETS, 7, Value::Counter64(1)),
            value(&IF_X_ENTRY, IF_HC_OUT_OCTETS, 7, Value::Counter64(u64::MAX)),
        ]);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].name, "Gi0/7");
        assert_eq!(rows[0].speed, Some(10_000_000_000));
        assert_eq!(rows[0].status, OperationalStatus::Down);
        assert_eq!(rows[0].octets, Some(OctetCounters::Wide { received: 1, sent: u64::MAX }));
    }

    #[test]
    fn values_of_the_wrong_type_leave_the_field_empty() {
        let rows = rows(&[
            value(&IF_X_ENTRY, IF_HC_IN_OCTETS, 1, text(b"many")),
            value(&IF_X_ENTRY, IF_HC_OUT_OCTETS, 1, Value::Counter32(4)),
            value(&IF_X_ENTRY, IF_NAME, 1, Value::Integer(3)),
            value(&IF_ENTRY, IF_OPER_STATUS, 1, Value::Integer(99)),
        ]);
        assert_eq!(rows[0].name, "1");
        assert_eq!(rows[0].octets, None);
        assert_eq!(rows[0].status, OperationalStatus::Unknown);
    }

    #[test]
    fn strange_octets_stay_readable() {
        assert_eq!(readable(&text(b"P\xC3\xA0gas\x00\x1B[2J")), Some("P\u{e0}gas[2J".to_owned()));
        assert_eq!(readable(&text(b"\xFFeth0")), Some("\u{FFFD}eth0".to_owned()));
        assert_eq!(readable(&text(b" \x00")), None);
    }
}
