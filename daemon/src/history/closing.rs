//! From chunks of rows to blocks: samples are compressed, and rolled up once and for all.
//!
//! A check's rows are closed when there are enough of them for a good block, up to the last full hour: then no step of time lies in
//! two blocks. Nothing depends on it (see [`rollup`](super::rollup)), so that a clock that jumps does no harm.

use rusqlite::{Connection, OptionalExtension, params};

use super::block;
use super::layout::Layout;
use super::resolution::{Resolution, SECOND};
use super::rollup::{Table, merged, rolled_up};
use super::row::Row;
use super::store::{self, Chunk, Extent};
use crate::probe::Metric;

/// So many rows make a block: four hours of a minute's interval.
pub(super) const ENOUGH_ROWS: u32 = 240;

/// Rows that span so many milliseconds are closed however few they are: a block lies within a day.
pub(super) const LONGEST_OPEN: i64 = 24 * 3600 * SECOND;

/// Points are gathered to blocks of so many.
const POINTS: usize = 288;

/// Whether rows are enough, or old enough, for a block.
pub(super) const fn is_due(open: Extent) -> bool {
    open.rows >= ENOUGH_ROWS || open.span() >= LONGEST_OPEN
}

/// Which of the rows of a check are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closing {
    /// Those before the hour of the newest one, if they are the most.
    FullHours,
    /// All of them: no more will come.
    All,
}

/// Closes the rows that a layout has in chunks, and says what is left there.
pub(super) fn close(connection: &Connection, layout: i64, closing: Closing) -> rusqlite::Result<Extent> {
    let (rows, last) = store::chunks(connection, layout)?;
    let (closed, left) = match closing {
        Closing::FullHours => split(rows),
        Closing::All => (rows, Vec::new()),
    };
    store::drop_chunks(connection, layout)?;
    let mut chunk = Chunk::default();
    left.iter().for_each(|row| chunk.push(row.at, &row.values));
    if chunk.extent.rows > 0 {
        store::put_rest(connection, last, &chunk)?;
    }
    store_samples(connection, layout, closed)?;
    Ok(chunk.extent)
}

/// The rows that are closed, and those that stay open: of the hour of the row that came last.
fn split(rows: Vec<Row>) -> (Vec<Row>, Vec<Row>) {
    const HOUR: i64 = 3600 * SECOND;
    let cut = rows.last().map_or(i64::MIN, |newest| newest.at.div_euclid(HOUR) * HOUR);
    let all = rows.len();
    let (closed, left): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.at < cut);
    if closed.len() * 2 >= all {
        return (closed, left);
    }
    // The interval is so short that an hour has more than enough rows, or the clock jumped.
    let mut rows = closed;
    rows.extend(left);
    (rows, Vec::new())
}

/// Stores samples of a layout, and what they come to at each resolution.
pub(super) fn store_samples(connection: &Connection, layout: i64, rows: Vec<Row>) -> rusqlite::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let metrics = metrics(connection, layout)?;
    let table = Table::of_rows(rows);
    for part in table.parts(Resolution::Full, block::most_rows(table.columns.len())) {
        put(connection, layout, Resolution::Full, part, &metrics)?;
    }
    for resolution in [Resolution::FiveMinutes, Resolution::Hour] {
        let points = rolled_up(&table, resolution, &metrics);
        for part in points.parts(resolution, block::most_rows(points.columns.len())) {
            gather(connection, layout, resolution, part, &metrics)?;
        }
    }
    Ok(())
}

fn metrics(connection: &Connection, layout: i64) -> rusqlite::Result<Vec<Option<Metric>>> {
    let mut select = connection.prepare_cached("SELECT columns FROM layout WHERE id = ?1")?;
    let columns: Option<String> = select.query_row([layout], |row| row.get(0)).optional()?;
    let columns = columns.and_then(|columns| Layout::from_json(&columns)).unwrap_or_default();
    Ok(columns.into_iter().map(|(metric, _)| metric).collect())
}

/// Adds points to the newest block of their period unless it is much larger: so each point is written anew only a few times,
/// and a period has few blocks.
fn gather(
    connection: &Connection,
    layout: i64,
    resolution: Resolution,
    mut points: Table,
    metrics: &[Option<Metric>],
) -> rusqlite::Result<()> {
    let Some(first) = points.times.first() else { return Ok(()) };
    let period = first.div_euclid(resolution.period()) * resolution.period();
    let range =
        [period, period + resolution.period() - 1].map(|at| store::block_place(layout, resolution, store::second(at)));
    let most = POINTS.min(block::most_rows(metrics.len()));
    loop {
        let newest = "SELECT place, rows FROM block WHERE place BETWEEN ?1 AND ?2 ORDER BY place DESC LIMIT 1";
        let newest = connection.prepare_cached(newest)?.query_row(range, |row| Ok((row.get(0)?, row.get(1)?)));
        let newest: Option<(i64, u32)> = newest.optional()?;
        let small = |rows: usize| rows <= 3 * points.times.len() && rows + points.times.len() <= most;
        let Some((place, _)) = newest.filter(|(_, rows)| usize::try_from(*rows).is_ok_and(small)) else { break };
        let Some(before) = read(connection, place, resolution)? else { break };
        points = merged(&before, &points, resolution, metrics);
        connection.prepare_cached("DELETE FROM block WHERE place = ?1")?.execute([place])?;
    }
    put(connection, layout, resolution, points, metrics)
}

/// Stores a block. One that begins in the same second, after a clock jumped back, becomes one with it.
fn put(
    connection: &Connection,
    layout: i64,
    resolution: Resolution,
    mut table: Table,
    metrics: &[Option<Metric>],
) -> rusqlite::Result<()> {
    let Some(first) = table.times.first() else { return Ok(()) };
    let place = store::block_place(layout, resolution, store::second(*first));
    if let Some(before) = read(connection, place, resolution)? {
        table = merged(&before, &table, resolution, metrics);
    }
    let Some(last) = table.times.last() else { return Ok(()) };
    let block = match block::encoded(&table, resolution) {
        Ok(block) => block,
        Err(error) => {
            tracing::warn!("measurements of the history's layout {layout} cannot be compressed and are lost: {error}");
            return Ok(());
        }
    };
    let mut insert = connection.prepare_cached("INSERT OR REPLACE INTO block VALUES (?1, ?2, ?3, ?4)")?;
    let rows = i64::try_from(table.times.len()).unwrap_or(i64::MAX);
    insert.execute(params![place, last, rows, block])?;
    Ok(())
}

fn read(connection: &Connection, place: i64, resolution: Resolution) -> rusqlite::Result<Option<Table>> {
    let mut select = connection.prepare_cached("SELECT data FROM block WHERE place = ?1")?;
    let mut rows = select.query([place])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let table = block::decoded_table(row.get_ref(0)?.as_blob()?, resolution);
    if table.is_none() {
        tracing::warn!("a block of the history is damaged and left out (place {place})");
    }
    Ok(table)
}
