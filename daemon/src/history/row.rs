//! One answer's numbers in few octets, by themselves: what the tick log and open chunks are made of.
//!
//! A row needs no other row to be read, so that the log can be cut anywhere. Neighbours alike (absent, nought, of few bits, of
//! many) are written as runs; most interfaces of a switch are silent, and cost nothing.

use super::octets::{Octets, put_count, put_number};

/// More columns than this are no layout of ours.
pub(super) const MOST_COLUMNS: usize = 1 << 20;

/// Numbers that few bits are enough for keep the first so many octets of a binary64: sign, exponent and 12 bits.
const SHORT: usize = 3;

/// How the numbers of a run are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    Absent,
    Nought,
    Short,
    Long,
}

impl Run {
    const ALL: [Self; 4] = [Self::Absent, Self::Nought, Self::Short, Self::Long];

    fn of(value: f64) -> Self {
        let octets = value.to_be_bytes();
        if value.is_nan() {
            Self::Absent
        } else if value == 0.0 {
            Self::Nought
        } else if octets[SHORT..].iter().all(|octet| *octet == 0) {
            Self::Short
        } else {
            Self::Long
        }
    }
}

/// What one answer measured: when, and a value for each of the first columns, NaN for none.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Row {
    /// Milliseconds since 1970-01-01T00:00Z.
    pub(super) at: i64,
    pub(super) values: Vec<f64>,
}

impl Row {
    /// Takes the values of a row of the same time, where it has some.
    pub(super) fn overwrite(&mut self, later: &Self) {
        self.values.resize(self.values.len().max(later.values.len()), f64::NAN);
        for (value, later) in self.values.iter_mut().zip(&later.values).filter(|(_, later)| !later.is_nan()) {
            *value = *later;
        }
    }
}

/// Appends a row.
pub(super) fn put_row(into: &mut Vec<u8>, at: i64, values: &[f64]) {
    put_number(into, at.cast_unsigned());
    let runs = values.chunk_by(|before, after| Run::of(*before) == Run::of(*after));
    let mut left = values.len();
    for run in runs {
        left -= run.len();
        let kind = Run::of(run[0]);
        if kind == Run::Absent && left == 0 {
            break;
        }
        put_number(into, (run.len() as u64) << 2 | kind as u64);
        match kind {
            Run::Absent | Run::Nought => {}
            Run::Short => run.iter().for_each(|value| into.extend_from_slice(&value.to_be_bytes()[..SHORT])),
            Run::Long => run.iter().for_each(|value| into.extend_from_slice(&value.to_be_bytes())),
        }
    }
    // No run is of no length: the end.
    put_count(into, 0);
}

/// The next row.
pub(super) fn take_row(octets: &mut Octets<'_>) -> Option<Row> {
    let at = octets.number()?.cast_signed();
    let mut values = Vec::new();
    loop {
        let header = octets.number()?;
        if header == 0 {
            return Some(Row { at, values });
        }
        let count = usize::try_from(header >> 2).ok()?;
        if count == 0 || count > MOST_COLUMNS - values.len() {
            return None;
        }
        match Run::ALL[(header & 3) as usize] {
            Run::Absent => values.resize(values.len() + count, f64::NAN),
            Run::Nought => values.resize(values.len() + count, 0.0),
            Run::Short => {
                let short = octets.take(count * SHORT)?.chunks_exact(SHORT);
                values.extend(short.map(|short| f64::from_be_bytes([short[0], short[1], short[2], 0, 0, 0, 0, 0])));
            }
            Run::Long => {
                for _ in 0..count {
                    values.push(f64::from_be_bytes(octets.array()?));
                }
            }
        }
    }
}

/// All rows; none if something else is among them.
pub(super) fn rows(octets: &[u8]) -> Option<Vec<Row>> {
    let mut octets = Octets::new(octets);
    let mut rows = Vec::new();
    while !octets.is_empty() {
        rows.push(take_row(&mut octets)?);
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::precision;
    use super::*;
    use crate::probe::Metric;

    pub(crate) fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            2 => Just(f64::NAN),
            3 => Just(0.0),
            3 => (0.0_f64..1e10).prop_map(|value| precision::kept(Metric::ReceiveRate, value)),
            2 => (-1000_i32..1000).prop_map(f64::from),
            1 => any::<f64>().prop_filter("finite", |value| value.is_finite()),
        ]
    }

    proptest! {
        #[test]
        fn rows_come_back(rows in proptest::collection::vec((0_i64..4e12 as i64, proptest::collection::vec(value(), 0..40)), 0..9)) {
            let mut octets = Vec::new();
            rows.iter().for_each(|(at, values)| put_row(&mut octets, *at, values));
            let read = super::rows(&octets).unwrap();
            prop_assert_eq!(read.len(), rows.len());
            for (read, (at, values)) in read.iter().zip(&rows) {
                prop_assert_eq!(read.at, *at);
                prop_assert!(read.values.len() <= values.len());
                for (place, value) in values.iter().enumerate() {
                    let found = read.values.get(place).copied().unwrap_or(f64::NAN);
                    prop_assert!(found == *value || found.is_nan() && value.is_nan());
                }
            }
        }

        #[test]
        fn anything_can_be_read(octets in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = super::rows(&octets);
        }
    }

    #[test]
    fn silent_interfaces_cost_nothing() {
        let mut octets = Vec::new();
        put_row(&mut octets, 1_800_000_000_000, &[0.0; 96]);
        assert_eq!(octets.len(), 6 + 2 + 1);
    }
}
