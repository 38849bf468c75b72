//! What agents send, freed from the library's types and from the packets it came in, and small enough to be kept.

use async_snmp::Value;
use smallvec::SmallVec;

/// The arcs after a column: which row a value belongs to.
pub type Suffix = SmallVec<[u32; 4]>;

/// One value as the agent sent it.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// INTEGER.
    Integer(i32),
    /// Gauge32 and Unsigned32.
    Gauge(u32),
    /// Counter32: wraps.
    Counter32(u32),
    /// Counter64: wraps, but not in our time.
    Counter64(u64),
    /// TimeTicks: hundredths of a second.
    Ticks(u32),
    /// OCTET STRING.
    Octets(Box<[u8]>),
    /// OBJECT IDENTIFIER.
    Oid(Box<[u32]>),
    /// IpAddress.
    Address([u8; 4]),
    /// A float that net-snmp packs into Opaque.
    Float(f64),
}

/// The values of one column in the order of their rows, each row at most once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column(Vec<(Suffix, Raw)>);

impl Raw {
    /// What the library decoded; none for what says that there is no value, or that nobody can read.
    #[must_use]
    pub fn new(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Integer(number) => Self::Integer(*number),
            Value::Gauge32(number) | Value::UInteger32(number) => Self::Gauge(*number),
            Value::Counter32(number) => Self::Counter32(*number),
            Value::Counter64(number) => Self::Counter64(*number),
            Value::TimeTicks(ticks) => Self::Ticks(*ticks),
            Value::OctetString(octets) | Value::Nsap(octets) => Self::Octets(octets.as_ref().into()),
            Value::ObjectIdentifier(oid) => Self::Oid(oid.arcs().into()),
            Value::IpAddress(octets) => Self::Address(*octets),
            Value::Opaque(octets) => {
                let float = value.as_opaque_float().map(f64::from).or_else(|| value.as_opaque_double());
                match (float, value.as_opaque_counter64().or_else(|| value.as_opaque_u64())) {
                    (Some(float), _) => Self::Float(float),
                    (None, Some(number)) => Self::Counter64(number),
                    (None, None) => Self::Octets(octets.as_ref().into()),
                }
            }
            _ => return None,
        })
    }

    /// The number, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(f64::from(*number)),
            Self::Gauge(number) | Self::Counter32(number) | Self::Ticks(number) => Some(f64::from(*number)),
            #[expect(clippy::cast_precision_loss, reason = "whoever needs all 64 bits matches on the counter")]
            Self::Counter64(number) => Some(*number as f64),
            Self::Float(number) => Some(*number).filter(|number| number.is_finite()),
            Self::Octets(octets) => leading_number(octets),
            Self::Oid(_) | Self::Address(_) => None,
        }
    }

    /// The number as an arc of an OID, if it can be one.
    #[must_use]
    pub fn arc(&self) -> Option<u32> {
        match self {
            Self::Integer(number) => u32::try_from(*number).ok(),
            Self::Gauge(number) | Self::Counter32(number) => Some(*number),
            _ => None,
        }
    }
}

/// The number that a text begins with: net-snmp sends loads as "0.42", others temperatures as "23.5 C".
fn leading_number(octets: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(octets).ok()?.trim();
    let digits = |character: char| character.is_ascii_digit() || matches!(character, '.' | '-' | '+');
    let end = text.find(|character| !digits(character)).unwrap_or(text.len());
    text[..end].parse().ok().filter(|number: &f64| number.is_finite())
}

/// As an agent's tools show it.
impl std::fmt::Display for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(number) => write!(f, "INTEGER {number}"),
            Self::Gauge(number) => write!(f, "Gauge32 {number}"),
            Self::Counter32(number) => write!(f, "Counter32 {number}"),
            Self::Counter64(number) => write!(f, "Counter64 {number}"),
            Self::Ticks(ticks) => write!(f, "TimeTicks {ticks}"),
            Self::Octets(octets) => match std::str::from_utf8(octets) {
                Ok(text) if !text.chars().any(char::is_control) => write!(f, "STRING \"{text}\""),
                _ => {
                    f.write_str("Hex-STRING")?;
                    octets.iter().try_for_each(|octet| write!(f, " {octet:02X}"))
                }
            },
            Self::Oid(arcs) => write!(f, "OID {}", dotted(arcs)),
            Self::Address([a, b, c, d]) => write!(f, "IpAddress {a}.{b}.{c}.{d}"),
            Self::Float(number) => write!(f, "Opaque Float {number}"),
        }
    }
}

/// An OID as people write it.
#[must_use]
pub fn dotted(arcs: &[u32]) -> String {
    let mut text = String::with_capacity(arcs.len() * 3);
    for (place, arc) in arcs.iter().enumerate() {
        if place > 0 {
            text.push('.');
        }
        text.push_str(&arc.to_string());
    }
    text
}

/// The arcs of an OID as people write it, with or without a leading dot; none if it is none.
#[must_use]
pub fn arcs(text: &str) -> Option<Vec<u32>> {
    let text = text.strip_prefix('.').unwrap_or(text);
    text.split('.').map(|arc| arc.parse().ok()).collect::<Option<Vec<u32>>>().filter(|arcs| arcs.len() >= 2)
}

impl Column {
    /// Adds a value. A row that is there already keeps its first value: an agent that says two things is not made to
    /// be believed the second time.
    pub fn insert(&mut self, suffix: Suffix, value: Raw) {
        match self.0.last() {
            // Agents answer in order, so that nearly always it goes to the end.
            Some((last, _)) if *last >= suffix => {
                if let Err(place) = self.0.binary_search_by(|(found, _)| found.cmp(&suffix)) {
                    self.0.insert(place, (suffix, value));
                }
            }
            _ => self.0.push((suffix, value)),
        }
    }

    /// Puts a value in the place of the one before.
    pub fn set(&mut self, suffix: &[u32], value: Raw) {
        match self.0.binary_search_by(|(found, _)| found.as_slice().cmp(suffix)) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (Suffix::from_slice(suffix), value)),
        }
    }

    /// The value of a row.
    #[must_use]
    pub fn get(&self, suffix: &[u32]) -> Option<&Raw> {
        let place = self.0.binary_search_by(|(found, _)| found.as_slice().cmp(suffix)).ok()?;
        Some(&self.0[place].1)
    }

    /// The first row whose suffix begins with `prefix`, as what comes after it.
    #[must_use]
    pub fn first_under(&self, prefix: &[u32]) -> Option<&[u32]> {
        let place = self.0.partition_point(|(found, _)| found.as_slice() < prefix);
        self.0.get(place).and_then(|(found, _)| found.strip_prefix(prefix))
    }

    /// The rows whose suffix begins with `prefix`, in order.
    pub fn rows_under<'a>(&'a self, prefix: &'a [u32]) -> impl Iterator<Item = &'a (Suffix, Raw)> {
        let first = self.0.partition_point(|(found, _)| found.as_slice() < prefix);
        self.0[first..].iter().take_while(move |(found, _)| found.starts_with(prefix))
    }

    /// All rows in order.
    pub fn rows(&self) -> impl Iterator<Item = &(Suffix, Raw)> {
        self.0.iter()
    }

    /// Whether it has nothing but empty texts.
    #[must_use]
    pub fn says_nothing(&self) -> bool {
        self.0.iter().all(|(_, value)| matches!(value, Raw::Octets(octets) if octets.is_empty()))
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_found_in_texts_that_begin_with_one() {
        let number = |text: &str| Raw::Octets(text.as_bytes().into()).number();
        assert_eq!(number("0.42"), Some(0.42));
        assert_eq!(number(" -3.5 C"), Some(-3.5));
        assert_eq!(number("n/a"), None);
        assert_eq!(number(""), None);
    }

    #[test]
    fn oids_are_read_as_people_write_them() {
        assert_eq!(arcs(".1.3.6.1"), Some(vec![1, 3, 6, 1]));
        assert_eq!(arcs("1.3.6.1.4.1.4294967295"), Some(vec![1, 3, 6, 1, 4, 1, u32::MAX]));
        for text in ["", ".", "1", "1..3", "1.3.x", "1.3.4294967296", "1.3."] {
            assert_eq!(arcs(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_column_is_in_order_whatever_comes_in_which_order(rows in proptest::collection::vec((0_u32..9, 0_u32..9), 0..40)) {
            let mut column = Column::default();
            for (place, (a, b)) in (0..).zip(&rows) {
                column.insert(Suffix::from_slice(&[*a, *b]), Raw::Integer(place));
            }
            prop_assert!(column.0.windows(2).all(|pair| pair[0].0 < pair[1].0));
            for (place, (a, b)) in rows.iter().enumerate() {
                let first = rows.iter().position(|row| row == &(*a, *b)).unwrap();
                prop_assert_eq!(column.get(&[*a, *b]), Some(&Raw::Integer(i32::try_from(first).unwrap())), "{}", place);
            }
        }
    }
}
