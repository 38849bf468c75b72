//! A table of a check in one sequence of octets: times, which column has something when, and the numbers in [`pages`].
//!
//! In front stands what says where everything is, so that one series is read without reading the others:
//!
//! ```text
//! version, length of the front                  1 + 4 octets
//! front: number of rows and columns, times,     checksum in its last 4 octets
//!        per column: rows that have something,
//!        where the pages are
//! pages                                         each with its checksum
//! ```
//!
//! Times are differences of differences. A column of samples is one page; one of points is four: means, how far the least
//! and the greatest lie from them, and how many samples there were.

use std::borrow::Cow;
use std::ops::Range;

use pco::errors::PcoError;

use super::octets::{Octets, put_count, put_signed};
use super::pages::{self, Class, Directory, Numbers, Source, Unpacking};
use super::precision::MANTISSA;
use super::resolution::Resolution;
use super::rollup::{Cell, Table};
use super::row::MOST_COLUMNS;

const VERSION: u8 = 1;

/// Octets before the front.
const HEADER: usize = 5;

/// More rows, or more rows times columns, than this are no block of ours.
const MOST_ROWS: usize = 1 << 16;
const MOST_CELLS: usize = 1 << 21;

/// Codes are the sign, the exponent and the first 12 bits of a binary64.
const DROPPED: u32 = MANTISSA - 12;
const SIGN: u32 = 1 << 23;
const CODES: u32 = (1 << 24) - 1;

/// How many pages a column of points has.
const PLANES: usize = 4;

/// What stands in front of a block.
#[derive(Debug)]
pub(super) struct Front {
    pub(super) times: Vec<i64>,
    present: Vec<Present>,
    is_rolled: bool,
    directory: Directory,
}

/// Which rows a column has something in: runs of rows that alternately have and have not, beginning with one that has.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Present {
    runs: Vec<usize>,
    count: usize,
}

/// A number as a whole number of the same order; none if it has more bits than that.
fn code(value: f64) -> Option<u32> {
    let bits = value.to_bits();
    if value.is_nan() || bits & ((1 << DROPPED) - 1) != 0 {
        return None;
    }
    let short = u32::try_from(bits >> DROPPED).ok()?;
    Some(if short & SIGN == 0 { short | SIGN } else { !short & CODES })
}

fn decoded(code: u32) -> f64 {
    let short = if code & SIGN != 0 { code & !SIGN } else { !code };
    f64::from_bits(u64::from(short & CODES) << DROPPED)
}

fn coded(values: impl Iterator<Item = f64>) -> Option<Vec<u32>> {
    values.map(code).collect()
}

/// Numbers as codes if all can be.
fn numbers(values: impl Iterator<Item = f64> + Clone) -> Numbers {
    coded(values.clone()).map_or_else(|| Numbers::Exact(values.collect()), |codes| Numbers::Whole(Class::Codes, codes))
}

/// The four pages of a column of points.
fn planes(cells: &[Cell]) -> [Numbers; PLANES] {
    let counts = Numbers::Whole(Class::Counts, cells.iter().map(|cell| cell.count).collect());
    let [means, least, greatest] =
        [|cell: &Cell| cell.mean, |cell: &Cell| cell.min, |cell: &Cell| cell.max].map(|value| cells.iter().map(value));
    let spreads = |low: &[u32], high: &[u32]| {
        let spreads = low.iter().zip(high).map(|(low, high)| high.checked_sub(*low)).collect::<Option<_>>()?;
        Some(Numbers::Whole(Class::Spreads, spreads))
    };
    if let (Some(mean), Some(min), Some(max)) = (coded(means.clone()), coded(least.clone()), coded(greatest.clone()))
        && let (Some(below), Some(above)) = (spreads(&min, &mean), spreads(&mean, &max))
    {
        return [Numbers::Whole(Class::Codes, mean), below, above, counts];
    }
    [numbers(means), numbers(least), numbers(greatest), counts]
}

fn cells_of(planes: [Numbers; PLANES]) -> Option<Vec<Cell>> {
    let [means, below, above, Numbers::Whole(Class::Counts, counts)] = planes else { return None };
    let (least, greatest) = match (&means, &below, &above) {
        (Numbers::Whole(_, mean), Numbers::Whole(Class::Spreads, below), Numbers::Whole(Class::Spreads, above)) => {
            let least = mean.iter().zip(below).map(|(mean, below)| mean.checked_sub(*below)).collect::<Option<_>>()?;
            let greatest =
                mean.iter().zip(above).map(|(mean, above)| mean.checked_add(*above)).collect::<Option<_>>()?;
            (Numbers::Whole(Class::Codes, least), Numbers::Whole(Class::Codes, greatest))
        }
        _ => (below, above),
    };
    let [means, least, greatest] = [values_of(means)?, values_of(least)?, values_of(greatest)?];
    let cells = means.into_iter().zip(least).zip(greatest).zip(counts);
    cells.map(|(((mean, min), max), count)| (count > 0).then_some(Cell { count, min, max, mean })).collect()
}

fn values_of(numbers: Numbers) -> Option<Vec<f64>> {
    let values = match numbers {
        Numbers::Exact(values) => values,
        Numbers::Whole(Class::Codes, codes) => codes.into_iter().map(decoded).collect(),
        Numbers::Whole(..) => return None,
    };
    // What is no number was never written.
    values.iter().all(|value| value.is_finite()).then_some(values)
}

impl Present {
    fn of(cells: &[Cell]) -> Self {
        let mut runs = Vec::new();
        for run in cells.chunk_by(|before, after| (before.count > 0) == (after.count > 0)) {
            // Runs alternate, and the first of them has something.
            if runs.is_empty() && run[0].count == 0 {
                runs.push(0);
            }
            runs.push(run.len());
        }
        Self { runs, count: cells.iter().filter(|cell| cell.count > 0).count() }
    }

    fn put(&self, into: &mut Vec<u8>) {
        // Nearly all columns have something in every row: one octet.
        put_count(into, self.runs.len() - 1);
        let all_but_the_last = self.runs.iter().take(self.runs.len() - 1);
        all_but_the_last.for_each(|run| put_count(into, *run));
    }

    fn take(octets: &mut Octets<'_>, rows: usize) -> Option<Self> {
        let more = octets.count(rows.min(octets.len()))?;
        let mut runs = Vec::with_capacity(more + 1);
        let mut left = rows;
        for _ in 0..more {
            let run = octets.count(left)?;
            left -= run;
            runs.push(run);
        }
        runs.push(left);
        let count = runs.iter().step_by(2).sum();
        Some(Self { runs, count })
    }

    /// Cells of all rows, those that have something from `cells`.
    fn spread(&self, cells: Vec<Cell>) -> Vec<Cell> {
        if self.runs.len() == 1 {
            return cells;
        }
        let mut cells = cells.into_iter();
        let mut all = Vec::with_capacity(self.runs.iter().sum());
        for (place, run) in self.runs.iter().enumerate() {
            if place % 2 == 0 {
                all.extend(cells.by_ref().take(*run));
            } else {
                all.resize(all.len() + run, Cell::NONE);
            }
        }
        all
    }
}

/// How many rows a block of so many columns has at most.
pub(super) fn most_rows(columns: usize) -> usize {
    const CELLS: usize = 500_000;
    (CELLS / columns.max(1)).clamp(1, 4096)
}

/// Writes a table that has at least one row; of how many cells, see [`most_rows`].
///
/// # Errors
/// The codec refuses; it has no reason to.
pub(super) fn encoded(table: &Table, resolution: Resolution) -> Result<Vec<u8>, PcoError> {
    let mut front = Vec::new();
    put_count(&mut front, table.times.len());
    put_count(&mut front, table.columns.len());
    let (mut before, mut step) = (0, 0);
    for at in &table.times {
        put_signed(&mut front, (at - before) - step);
        (before, step) = (*at, at - before);
    }
    let mut pages = Vec::with_capacity(table.columns.len());
    for cells in &table.columns {
        let present = Present::of(cells);
        present.put(&mut front);
        let cells: Cow<'_, [Cell]> = match present.runs.len() {
            1 => Cow::Borrowed(cells),
            _ => cells.iter().filter(|cell| cell.count > 0).copied().collect(),
        };
        match resolution {
            Resolution::Full => pages.push(numbers(cells.iter().map(|cell| cell.mean))),
            _ => pages.extend(planes(&cells)),
        }
    }
    let (directory, body) = pages::compress(&pages)?;
    front.extend_from_slice(&directory);
    pages::seal(&mut front, 0);
    let mut block = Vec::with_capacity(HEADER + front.len() + body.len());
    block.push(VERSION);
    // Rows and columns are bounded, and so is this.
    block.extend_from_slice(&u32::try_from(front.len()).unwrap_or(u32::MAX).to_le_bytes());
    block.extend_from_slice(&front);
    block.extend_from_slice(&body);
    Ok(block)
}

impl Front {
    /// Reads what stands in front of a block of a resolution; none if it is damaged.
    pub(super) fn read(source: &impl Source, resolution: Resolution) -> Option<Self> {
        let header = source.read(0..HEADER)?;
        let (version, length) = header.split_first()?;
        let length = usize::try_from(u32::from_le_bytes(length.try_into().ok()?)).ok()?;
        if *version != VERSION {
            return None;
        }
        let sealed = source.read(HEADER..HEADER.checked_add(length)?)?;
        let mut octets = Octets::new(pages::unsealed(&sealed)?);
        let rows = octets.count(MOST_ROWS.min(octets.len()))?;
        let columns = octets.count(MOST_COLUMNS.min(octets.len()))?;
        if rows.saturating_mul(columns) > MOST_CELLS {
            return None;
        }
        let times = times(&mut octets, rows)?;
        let present = (0..columns).map(|_| Present::take(&mut octets, rows)).collect::<Option<_>>()?;
        let is_rolled = resolution != Resolution::Full;
        let pages = if is_rolled { columns * PLANES } else { columns };
        let directory = Directory::read(&mut octets, pages, HEADER + length)?;
        Some(Self { times, present, is_rolled, directory })
    }

    /// What unpacks the columns.
    pub(super) fn unpacking<S: Source>(&self, source: S) -> Columns<'_, S> {
        Columns { front: self, pages: Unpacking::new(&self.directory, source) }
    }

    pub(super) fn columns(&self) -> Range<usize> {
        0..self.present.len()
    }
}

fn times(octets: &mut Octets<'_>, rows: usize) -> Option<Vec<i64>> {
    let mut times = Vec::with_capacity(rows);
    let (mut at, mut step) = (0_i64, 0_i64);
    for row in 0..rows {
        step = step.checked_add(octets.signed()?)?;
        if row > 0 && step <= 0 {
            return None;
        }
        at = at.checked_add(step)?;
        times.push(at);
    }
    Some(times)
}

/// Unpacks columns of a block.
pub(super) struct Columns<'f, S> {
    front: &'f Front,
    pages: Unpacking<'f, S>,
}

impl<S: Source> Columns<'_, S> {
    /// The cells of a column, one a row; none if it is not there or damaged.
    pub(super) fn cells(&mut self, column: usize) -> Option<Vec<Cell>> {
        let present = self.front.present.get(column)?;
        let count = present.count;
        let cells = if self.front.is_rolled {
            let first = column * PLANES;
            let mut plane = |place| self.pages.column(first + place, count);
            cells_of([plane(0)?, plane(1)?, plane(2)?, plane(3)?])?
        } else {
            values_of(self.pages.column(column, count)?)?.into_iter().map(Cell::sample).collect()
        };
        Some(present.spread(cells))
    }
}

/// The whole table; none if something of it is damaged.
pub(super) fn decoded_table(block: &[u8], resolution: Resolution) -> Option<Table> {
    let front = Front::read(&block, resolution)?;
    let mut unpacking = front.unpacking(block);
    let columns = front.columns().map(|column| unpacking.cells(column)).collect::<Option<_>>()?;
    Some(Table { times: front.times, columns })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rollup::rolled_up;
    use super::super::row::Row;
    use super::*;
    use crate::probe::Metric;

    fn tables() -> impl Strategy<Value = Table> {
        let value = prop_oneof![
            Just(f64::NAN),
            Just(0.0),
            (0.0_f64..1e10).prop_map(|value| super::super::precision::kept(Metric::ReceiveRate, value)),
            any::<f64>().prop_map(|value| if value.is_finite() { value } else { f64::NAN }),
        ];
        let row = (0_i64..4_000_000_000_000, proptest::collection::vec(value, 0..5));
        let rows = proptest::collection::vec(row.prop_map(|(at, values)| Row { at, values }), 1..300);
        rows.prop_map(Table::of_rows)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn tables_come_back(table in tables(), resolution in proptest::sample::select(&Resolution::ALL)) {
            let table = rolled_up(&table, resolution, &[Some(Metric::ReceiveRate); 5]);
            let block = encoded(&table, resolution).unwrap();
            let read = decoded_table(&block, resolution).unwrap();
            prop_assert_eq!(&read.times, &table.times);
            for (read, cells) in read.columns.iter().zip(&table.columns) {
                for (read, cell) in read.iter().zip(cells) {
                    prop_assert!(read == cell || read.count == 0 && cell.count == 0, "{:?} {:?}", read, cell);
                }
            }
        }

        /// A block is all or nothing to whoever reads the whole of it.
        #[test]
        fn damage_is_noticed(table in tables(), at in any::<prop::sample::Index>(), bit in 0_u32..8, cut in any::<prop::sample::Index>()) {
            let block = encoded(&table, Resolution::Full).unwrap();
            let mut damaged = block.clone();
            damaged[at.index(block.len())] ^= 1_u8 << bit;
            prop_assert_eq!(decoded_table(&damaged, Resolution::Full), None);
            prop_assert_eq!(decoded_table(&block[..cut.index(block.len())], Resolution::Full), None);
            let _ = decoded_table(&block, Resolution::Hour);
        }

        #[test]
        fn anything_can_be_read(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut front = octets.clone();
            pages::seal(&mut front, 0);
            let mut block = vec![VERSION];
            block.extend_from_slice(&u32::try_from(front.len()).unwrap().to_le_bytes());
            block.extend_from_slice(&front);
            for resolution in Resolution::ALL {
                prop_assert!(decoded_table(&octets, resolution).is_none_or(|table| table.columns.is_empty()));
                let _ = decoded_table(&block, resolution);
            }
        }

        #[test]
        fn codes_are_in_the_order_of_numbers(one in any::<f64>(), other in any::<f64>()) {
            let kept = |value| super::super::precision::kept(Metric::ReceiveRate, value);
            let (one, other) = (kept(one), kept(other));
            prop_assume!(!one.is_nan() && !other.is_nan());
            let (first, second) = (code(one).unwrap(), code(other).unwrap());
            prop_assert_eq!(first.cmp(&second), one.partial_cmp(&other).unwrap());
            prop_assert_eq!((decoded(first), decoded(second)), (one, other));
        }
    }
}
