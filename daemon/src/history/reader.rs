//! Reads what was kept, also while it is written: blocks first, then the rows that are in none yet, rolled up on the way.

use std::borrow::Cow;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::blob::Blob;
use rusqlite::{Connection, MAIN_DB, params};

use super::block::Front;
use super::layout::{Layout, StoredColumn};
use super::pages::Source;
use super::resolution::{Point, Resolution};
use super::rollup::{Cell, Table, rolled_up};
use super::row::{self, Row};
use super::{HistoryError, Samples, Series, store};
use crate::config::CheckId;
use crate::probe::Metric;

/// Reads samples while others are written.
#[derive(Debug)]
pub struct HistoryReader {
    path: PathBuf,
    connection: Connection,
}

/// What is looked for in one layout.
struct Search<'s> {
    resolution: Resolution,
    /// Milliseconds; of points the beginning of the one that has the first.
    span: Range<i64>,
    /// Places among what is wanted, and their columns.
    meant: Vec<(usize, usize)>,
    metrics: Vec<Option<Metric>>,
    found: &'s mut [Vec<(i64, Cell)>],
}

/// The data of a block in the file.
struct InFile<'c>(Blob<'c>);

impl Source for &InFile<'_> {
    fn read(&self, range: Range<usize>) -> Option<Cow<'_, [u8]>> {
        // Before so much memory is asked for.
        if range.start > range.end || range.end > self.0.len() {
            return None;
        }
        let mut octets = vec![0; range.len()];
        self.0.read_at_exact(&mut octets, range.start).ok()?;
        Some(Cow::Owned(octets))
    }
}

impl HistoryReader {
    /// Opens the file at `path`, which the daemon may be writing.
    ///
    /// # Errors
    /// It is not there, cannot be read, or was written by another release.
    pub fn open(path: &Path) -> Result<Self, HistoryError> {
        let failed = |source| HistoryError::Unusable { path: path.to_owned(), source };
        let connection = store::open_to_read(path).map_err(failed)?;
        if store::version(&connection).map_err(failed)? != store::VERSION {
            return Err(HistoryError::OtherRelease(path.to_owned()));
        }
        Ok(Self { path: path.to_owned(), connection })
    }

    /// Every series that something may be kept of, in order.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn series(&self) -> Result<Vec<Series>, HistoryError> {
        let read = || {
            let mut select = self.connection.prepare("SELECT device, check_name, columns FROM layout")?;
            let mut layouts = select.query([])?;
            let mut all = Vec::new();
            while let Some(layout) = layouts.next()? {
                let (device, name) = (layout.get::<_, String>(0)?.parse(), layout.get::<_, String>(1)?.parse());
                let (Ok(device), Ok(check)) = (device, name) else { continue };
                let check = CheckId { device, check };
                for (metric, instance) in Layout::from_json(&layout.get::<_, String>(2)?).unwrap_or_default() {
                    let instance: Option<Arc<str>> = instance.map(Into::into);
                    all.extend(metric.map(|metric| Series { check: check.clone(), metric, instance }));
                }
            }
            all.sort_unstable();
            all.dedup();
            Ok(all)
        };
        read().map_err(|source| self.failed(source))
    }

    /// The samples of each of `wanted` since `from`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn since(&self, wanted: &[Series], from: Timestamp) -> Result<Vec<Samples>, HistoryError> {
        let points = self.range(wanted, from, Timestamp::MAX, Resolution::Full)?;
        Ok(points.into_iter().map(|points| points.iter().map(|point| (point.at, point.mean)).collect()).collect())
    }

    /// The points of each of `wanted` from `from` until before `to`, the oldest first. At full resolution each sample is
    /// one; at the others the first is the one that has `from` in it, and where nothing was measured there is none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn range(
        &self,
        wanted: &[Series],
        from: Timestamp,
        to: Timestamp,
        resolution: Resolution,
    ) -> Result<Vec<Vec<Point>>, HistoryError> {
        let step = resolution.step().unwrap_or(1);
        let span = from.as_millisecond().div_euclid(step) * step..to.as_millisecond();
        let found = self.cells(wanted, &span, resolution).map_err(|source| self.failed(source))?;
        Ok(found.into_iter().map(|cells| points(cells, resolution)).collect())
    }

    fn cells(
        &self,
        wanted: &[Series],
        span: &Range<i64>,
        resolution: Resolution,
    ) -> rusqlite::Result<Vec<Vec<(i64, Cell)>>> {
        // All is read as it was at one moment: rows move from the log to chunks and blocks meanwhile.
        let moment = self.connection.unchecked_transaction()?;
        let mut found = vec![Vec::new(); wanted.len()];
        let mut left: Vec<usize> = (0..wanted.len()).collect();
        // All series of a check stand in the same blocks, which are read once.
        while let Some(check) = left.first().map(|first| &wanted[*first].check) {
            let (of_check, others): (Vec<usize>, _) = left.iter().partition(|place| wanted[**place].check == *check);
            for (layout, columns) in self.layouts(check)? {
                let column_of = |series: &Series| {
                    let instance = series.instance.as_deref();
                    columns.iter().position(|(metric, of)| *metric == Some(series.metric) && of.as_deref() == instance)
                };
                let meant: Vec<(usize, usize)> =
                    of_check.iter().filter_map(|place| Some((*place, column_of(&wanted[*place])?))).collect();
                if meant.is_empty() {
                    continue;
                }
                let metrics = columns.iter().map(|(metric, _)| *metric).collect();
                let mut search = Search { resolution, span: span.clone(), meant, metrics, found: &mut found };
                search.blocks(&moment, layout)?;
                search.rows(&moment, layout)?;
            }
            left = others;
        }
        moment.finish()?;
        Ok(found)
    }

    fn layouts(&self, check: &CheckId) -> rusqlite::Result<Vec<(i64, Vec<StoredColumn>)>> {
        let select = "SELECT id, columns FROM layout WHERE device = ?1 AND check_name = ?2 ORDER BY id";
        let mut select = self.connection.prepare_cached(select)?;
        let layouts = select.query_map([check.device.as_str(), check.check.as_str()], |row| {
            Ok((row.get(0)?, Layout::from_json(&row.get::<_, String>(1)?).unwrap_or_default()))
        })?;
        layouts.collect()
    }

    fn failed(&self, source: rusqlite::Error) -> HistoryError {
        HistoryError::Unusable { path: self.path.clone(), source }
    }
}

impl Search<'_> {
    fn blocks(&mut self, connection: &Connection, layout: i64) -> rusqlite::Result<()> {
        let period = self.resolution.period();
        let start = store::second(self.span.start.div_euclid(period).saturating_mul(period));
        let first = store::block_place(layout, self.resolution, start);
        let last = store::block_place(layout, self.resolution, store::second(self.span.end));
        let range = params![first, last, self.span.start];
        // Of few columns only what belongs to them is read.
        if self.meant.len() * 4 > self.metrics.len() {
            let select = "SELECT place, data FROM block WHERE place BETWEEN ?1 AND ?2 AND last >= ?3 ORDER BY place";
            let mut select = connection.prepare_cached(select)?;
            let mut blocks = select.query(range)?;
            while let Some(block) = blocks.next()? {
                self.take_block(&block.get_ref(1)?.as_blob()?, block.get(0)?);
            }
            return Ok(());
        }
        let select = "SELECT place FROM block WHERE place BETWEEN ?1 AND ?2 AND last >= ?3 ORDER BY place";
        let mut select = connection.prepare_cached(select)?;
        let mut places = select.query(range)?;
        let mut open: Option<InFile<'_>> = None;
        while let Some(place) = places.next()? {
            let place = place.get(0)?;
            let blob = match open.take() {
                Some(InFile(mut blob)) => {
                    blob.reopen(place)?;
                    blob
                }
                None => connection.blob_open(MAIN_DB, "block", "data", place, true)?,
            };
            let blob = InFile(blob);
            self.take_block(&&blob, place);
            open = Some(blob);
        }
        Ok(())
    }

    /// Takes what is wanted from a block; what is damaged is left out.
    fn take_block<S: Source + Copy>(&mut self, source: &S, place: i64) {
        let damaged = || tracing::warn!("a block of the history is damaged and left out (place {place})");
        let Some(front) = Front::read(source, self.resolution) else { return damaged() };
        let start = front.times.partition_point(|at| *at < self.span.start);
        let end = front.times.partition_point(|at| *at < self.span.end).max(start);
        let mut columns = front.unpacking(*source);
        for (wanted, column) in &self.meant {
            if !front.columns().contains(column) {
                continue;
            }
            let Some(cells) = columns.cells(*column) else {
                damaged();
                continue;
            };
            let cells = front.times[start..end].iter().copied().zip(cells.into_iter().skip(start));
            self.found[*wanted].extend(cells.filter(|(_, cell)| cell.count > 0));
        }
    }

    /// Takes the rows that are in no block.
    fn rows(&mut self, connection: &Connection, layout: i64) -> rusqlite::Result<()> {
        let (mut rows, _) = store::chunks(connection, layout)?;
        store::for_each_unflushed(connection, Some(layout), |_, octets| {
            rows.extend(row::rows(octets).unwrap_or_default());
        })?;
        rows.retain(|row| self.span.contains(&row.at));
        let value = |row: &Row, column: usize| row.values.get(column).copied().unwrap_or(f64::NAN);
        let narrow =
            |row: Row| Row { at: row.at, values: self.meant.iter().map(|(_, column)| value(&row, *column)).collect() };
        let table = Table::of_rows(rows.into_iter().map(narrow).collect());
        let metrics: Vec<_> =
            self.meant.iter().map(|(_, column)| self.metrics.get(*column).copied().flatten()).collect();
        let table = rolled_up(&table, self.resolution, &metrics);
        for ((wanted, _), cells) in self.meant.iter().zip(&table.columns) {
            let cells = table.times.iter().copied().zip(cells.iter().copied());
            self.found[*wanted].extend(cells.filter(|(_, cell)| cell.count > 0));
        }
        Ok(())
    }
}

/// Cells in the order in which they were written, as points in the order of time.
fn points(mut cells: Vec<(i64, Cell)>, resolution: Resolution) -> Vec<Point> {
    // A check that measures more since a while has several layouts, and clocks jump.
    if !cells.is_sorted_by_key(|(at, _)| *at) {
        cells.sort_by_key(|(at, _)| *at);
    }
    let mut points: Vec<Point> = Vec::with_capacity(cells.len());
    for same in cells.chunk_by(|before, after| before.0 == after.0) {
        let cell = same.iter().map(|(_, cell)| *cell).reduce(|before, after| match resolution {
            // Of two samples of one time the one that was written later counts.
            Resolution::Full => after,
            _ => before.with(after),
        });
        if let (Some(Cell { count, min, max, mean }), Ok(at)) = (cell, Timestamp::from_millisecond(same[0].0)) {
            points.push(Point { at, count, min, max, mean });
        }
    }
    points
}
