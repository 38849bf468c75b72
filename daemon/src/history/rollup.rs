//! From samples to points: how many there were, the least, the greatest, the mean.
//!
//! Both steps of time are computed from the samples themselves, when a block of them is closed. A step whose samples came to lie
//! in two blocks has two points until they are merged, here or by who reads them; where nothing was measured there is no point.

use super::precision;
use super::resolution::Resolution;
use super::row::Row;
use crate::probe::Metric;

/// What is known of one column at one time. Nothing was measured if `count` is nought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub(super) count: u32,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) mean: f64,
}

/// Cells of all columns of a check, in the order of time.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Table {
    /// Milliseconds since 1970-01-01T00:00Z; each is greater than the one before.
    pub(super) times: Vec<i64>,
    /// For each column a cell for each time.
    pub(super) columns: Vec<Vec<Cell>>,
}

impl Cell {
    pub(super) const NONE: Self = Self { count: 0, min: f64::NAN, max: f64::NAN, mean: f64::NAN };

    /// One sample; none if it is no number.
    pub(super) const fn sample(value: f64) -> Self {
        if value.is_nan() { Self::NONE } else { Self { count: 1, min: value, max: value, mean: value } }
    }

    /// What both say together, with the mean as exact as can be.
    pub(super) fn with(self, other: Self) -> Self {
        if self.count == 0 {
            return other;
        }
        if other.count == 0 {
            return self;
        }
        let count = self.count.saturating_add(other.count);
        let share = f64::from(other.count) / (f64::from(self.count) + f64::from(other.count));
        // Not the sum of both, which may be greater than any number.
        let mean = self.mean * (1.0 - share) + other.mean * share;
        let (min, max) = (self.min.min(other.min), self.max.max(other.max));
        Self { count, min, max, mean: mean.clamp(min, max) }
    }

    /// With the mean as it is kept.
    fn kept(self, metric: Option<Metric>) -> Self {
        if self.count < 2 {
            return self;
        }
        Self { mean: precision::kept_mean(metric, self.mean).clamp(self.min, self.max), ..self }
    }
}

/// The points of a resolution that samples, or points already, come to; `metrics` says what the columns measure.
pub(super) fn rolled_up(table: &Table, resolution: Resolution, metrics: &[Option<Metric>]) -> Table {
    let Some(step) = resolution.step() else { return table.clone() };
    let start = |at: i64| at.div_euclid(step) * step;
    let runs: Vec<usize> =
        table.times.chunk_by(|before, after| start(*before) == start(*after)).map(<[i64]>::len).collect();
    let mut times = Vec::with_capacity(runs.len());
    let mut place = 0;
    for run in &runs {
        times.push(start(table.times[place]));
        place += run;
    }
    let columns = table.columns.iter().enumerate().map(|(column, cells)| {
        let metric = metrics.get(column).copied().flatten();
        let mut rest = cells.as_slice();
        let mut points = Vec::with_capacity(runs.len());
        for run in &runs {
            let (cells, others) = rest.split_at((*run).min(rest.len()));
            rest = others;
            points.push(cells.iter().copied().fold(Cell::NONE, Cell::with).kept(metric));
        }
        points
    });
    Table { times, columns: columns.collect() }
}

/// Both tables in one. Points of the same time become one; of two samples of the same time `later` has the one that counts.
pub(super) fn merged(earlier: &Table, later: &Table, resolution: Resolution, metrics: &[Option<Metric>]) -> Table {
    let mut order: Vec<(i64, bool, usize)> = Vec::with_capacity(earlier.times.len() + later.times.len());
    for (is_later, table) in [(false, earlier), (true, later)] {
        order.extend(table.times.iter().enumerate().map(|(row, at)| (*at, is_later, row)));
    }
    order.sort_unstable();
    let width = earlier.columns.len().max(later.columns.len());
    let mut merged = Table { times: Vec::with_capacity(order.len()), columns: vec![Vec::new(); width] };
    for same in order.chunk_by(|before, after| before.0 == after.0) {
        merged.times.push(same[0].0);
        for (column, cells) in merged.columns.iter_mut().enumerate() {
            let mut cell = Cell::NONE;
            for (_, is_later, row) in same {
                let table = if *is_later { later } else { earlier };
                let found = table.columns.get(column).and_then(|cells| cells.get(*row)).copied().unwrap_or(Cell::NONE);
                let is_replaced = resolution == Resolution::Full && found.count > 0;
                cell = if is_replaced { found } else { cell.with(found) };
            }
            cells.push(if same.len() > 1 { cell.kept(metrics.get(column).copied().flatten()) } else { cell });
        }
    }
    merged
}

impl Table {
    /// Of rows in the order in which they came. Of two values of the same time the one that came later counts.
    pub(super) fn of_rows(mut rows: Vec<Row>) -> Self {
        rows.sort_by_key(|row| row.at);
        rows.dedup_by(|later, earlier| {
            let is_same = later.at == earlier.at;
            if is_same {
                earlier.overwrite(later);
            }
            is_same
        });
        let width = rows.iter().map(|row| row.values.len()).max().unwrap_or(0);
        let of = |column| {
            rows.iter().map(move |row| row.values.get(column).map_or(Cell::NONE, |value| Cell::sample(*value)))
        };
        let columns = (0..width).map(|column| of(column).collect()).collect();
        Self { times: rows.iter().map(|row| row.at).collect(), columns }
    }

    /// Tables of at most `rows` rows, each within one period of the resolution.
    pub(super) fn parts(&self, resolution: Resolution, rows: usize) -> Vec<Self> {
        let period = |at: &i64| at.div_euclid(resolution.period());
        let mut parts = Vec::new();
        let mut start = 0;
        for run in self.times.chunk_by(|before, after| period(before) == period(after)) {
            for part in run.chunks(rows.max(1)) {
                let range = start..start + part.len();
                start = range.end;
                let columns = self.columns.iter().map(|cells| cells[range.clone()].to_vec()).collect();
                parts.push(Self { times: part.to_vec(), columns });
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const METRICS: [Option<Metric>; 2] = [Some(Metric::ReceiveRate), Some(Metric::Connections)];

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let noisy = prop_oneof![
            Just(f64::NAN),
            Just(0.0),
            (0.0_f64..1e10).prop_map(|value| precision::kept(Metric::ReceiveRate, value)),
        ];
        let exact = prop_oneof![Just(f64::NAN), (-1e6_f64..1e6)];
        let row = (0_i64..20_000_000, noisy, exact);
        let row = row.prop_map(|(at, noisy, exact)| Row { at, values: vec![noisy, exact] });
        proptest::collection::vec(row, 0..200)
    }

    /// The slow and obvious way.
    fn expected(rows: &[Row], column: usize, start: i64, step: i64) -> Option<(u32, f64, f64, f64)> {
        let mut newest = std::collections::BTreeMap::new();
        for row in rows.iter().filter(|row| (start..start + step).contains(&row.at)) {
            if !row.values[column].is_nan() {
                newest.insert(row.at, row.values[column]);
            }
        }
        let values: Vec<f64> = newest.into_values().collect();
        let count = u32::try_from(values.len()).unwrap();
        let fold = |with: fn(f64, f64) -> f64| values.iter().copied().reduce(with);
        let mean = values.iter().sum::<f64>() / f64::from(count);
        Some((count, fold(f64::min)?, fold(f64::max)?, mean))
    }

    proptest! {
        #[test]
        fn points_are_what_the_samples_come_to(rows in rows(), cut in 0_usize..200) {
            for resolution in [Resolution::FiveMinutes, Resolution::Hour] {
                let step = resolution.step().unwrap();
                let whole = rolled_up(&Table::of_rows(rows.clone()), resolution, &METRICS);
                for (row, start) in whole.times.iter().enumerate() {
                    for column in 0..whole.columns.len() {
                        let cell = whole.columns[column][row];
                        let Some((count, min, max, mean)) = expected(&rows, column, *start, step) else {
                            prop_assert_eq!(cell.count, 0);
                            continue;
                        };
                        prop_assert_eq!((cell.count, cell.min, cell.max), (count, min, max));
                        let bits = if column == 0 { 12 } else { 22 };
                        let bound = min.abs().max(max.abs()) * 2_f64.powi(-bits);
                        prop_assert!((cell.mean - mean).abs() <= bound, "{} {}", cell.mean, mean);
                        prop_assert!((min..=max).contains(&cell.mean));
                    }
                }
                // In pieces it is the same: no count, least or greatest is lost or found twice.
                let (early, late) = rows.split_at(cut.min(rows.len()));
                let distinct = |rows: &[Row]| rows.iter().map(|row| row.at).collect::<std::collections::HashSet<_>>();
                prop_assume!(distinct(early).is_disjoint(&distinct(late)));
                let [early, late] = [early, late].map(|rows| rolled_up(&Table::of_rows(rows.to_vec()), resolution, &METRICS));
                let pieces = merged(&early, &late, resolution, &METRICS);
                prop_assert_eq!(&pieces.times, &whole.times);
                for (pieces, whole) in pieces.columns.iter().flatten().zip(whole.columns.iter().flatten()) {
                    prop_assert_eq!(pieces.count, whole.count);
                    prop_assert!(whole.count == 0 || (pieces.min, pieces.max) == (whole.min, whole.max));
                }
            }
        }

        #[test]
        fn parts_are_the_whole(rows in rows(), most in 1_usize..50) {
            let table = Table::of_rows(rows);
            let parts = table.parts(Resolution::Full, most);
            prop_assert!(parts.iter().all(|part| (1..=most).contains(&part.times.len())));
            let times: Vec<i64> = parts.iter().flat_map(|part| part.times.clone()).collect();
            prop_assert_eq!(times, table.times);
        }
    }

    #[test]
    fn the_greatest_numbers_have_a_mean() {
        let cell = Cell::sample(f64::MAX).with(Cell::sample(f64::MAX)).kept(Some(Metric::ReceiveRate));
        assert_eq!(cell.mean, f64::MAX);
        assert_eq!(Cell::sample(f64::MAX).with(Cell::sample(f64::MIN)).mean, 0.0);
    }

    #[test]
    fn of_two_samples_of_one_time_the_later_counts() {
        let row = |at, value| Row { at, values: vec![value] };
        let table = Table::of_rows(vec![row(2, 1.0), row(1, 2.0), row(2, 3.0)]);
        assert_eq!(table.times, [1, 2]);
        assert_eq!(table.columns[0].iter().map(|cell| cell.mean).collect::<Vec<_>>(), [2.0, 3.0]);
        let both = Table::of_rows(vec![Row { at: 1, values: vec![1.0] }, Row { at: 1, values: vec![f64::NAN, 2.0] }]);
        assert_eq!(both.columns.iter().map(|column| column[0].mean).collect::<Vec<_>>(), [1.0, 2.0]);
    }
}
