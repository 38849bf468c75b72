//! The tables of `history.db`, and what is read from and written to them.
//!
//! | table | what | for how long |
//! | --- | --- | --- |
//! | `layout` | which series a check measures, in which column | as long as anything has it |
//! | `tick` | rows as they came, of all checks, one tick a commit | until their check's next chunk |
//! | `flushed` | up to which tick the rows of a check are elsewhere | |
//! | `open` | chunks of rows of one check | until there are enough for a block |
//! | `block` | compressed blocks of samples and points of one check | as the configuration says |
//!
//! Keys are composed, so that what belongs together lies together and is found without an index.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::octets::{Octets, put_count, put_number};
use super::pages;
use super::resolution::{Resolution, Retention, SECOND};
use super::row::{self, Row};

/// `PRAGMA user_version`.
pub(super) const VERSION: i64 = 3;

const SCHEMA: &str = "
    -- `columns`: an array of [metric, instance or null]; only ever made longer.
    CREATE TABLE IF NOT EXISTS layout (
        id INTEGER PRIMARY KEY, device TEXT NOT NULL, check_name TEXT NOT NULL, columns TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS layout_check ON layout (device, check_name);
    -- `id`: the number of the tick * 32 + the layout's number modulo 32. `data`: rows, each with its layout's number.
    CREATE TABLE IF NOT EXISTS tick (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS flushed (layout INTEGER PRIMARY KEY, tick INTEGER NOT NULL) STRICT;
    -- `place`: the layout's number * 2^32 + the number of the tick. `first`, `last`: milliseconds since 1970-01-01T00:00Z.
    CREATE TABLE IF NOT EXISTS open (
        place INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, rows INTEGER NOT NULL, data BLOB NOT NULL
    ) STRICT;
    -- `place`: ((the layout's number * 4 + 0 for samples, 1 for five minutes, 2 for an hour) * 2^32) + the first second.
    -- `last`: the beginning of the last sample or point, in milliseconds.
    CREATE TABLE IF NOT EXISTS block (
        place INTEGER PRIMARY KEY, last INTEGER NOT NULL, rows INTEGER NOT NULL, data BLOB NOT NULL
    ) STRICT;
";

/// Rows of a tick stand in so many shares, so that who looks for one check reads a thirty-second of the log.
const SHARES: i64 = 32;

/// Seconds that have room in a key: until 2106.
pub(super) const SECONDS: i64 = 1 << 32;

/// Rows of one check, one after the other.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) octets: Vec<u8>,
    pub(super) extent: Extent,
}

/// How many rows there are, and from when to when, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Extent {
    pub(super) rows: u32,
    pub(super) first: i64,
    pub(super) last: i64,
}

impl Extent {
    pub(super) fn with(self, other: Self) -> Self {
        match (self.rows, other.rows) {
            (0, _) => other,
            (_, 0) => self,
            (rows, others) => Self {
                rows: rows.saturating_add(others),
                first: self.first.min(other.first),
                last: self.last.max(other.last),
            },
        }
    }

    /// From the first to the last.
    pub(super) const fn span(self) -> i64 {
        self.last.saturating_sub(self.first)
    }
}

impl Chunk {
    pub(super) fn push(&mut self, at: i64, values: &[f64]) {
        row::put_row(&mut self.octets, at, values);
        self.extent = self.extent.with(Extent { rows: 1, first: at, last: at });
    }
}

/// Opens the file for writing.
///
/// SQLite syncs at every commit: what was committed is there after a power failure. Syncing only now and then would lose all
/// commits since the last checkpoint, which may be many minutes.
pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    connection.set_prepared_statement_cache_capacity(64);
    if version(&connection)? < VERSION {
        // The second version's layouts are ours; its rows are moved in turn (see `former`). The first one's are gone.
        connection.execute_batch(&format!(
            "BEGIN IMMEDIATE; DROP TABLE IF EXISTS sample; DROP TABLE IF EXISTS series; {SCHEMA}
             PRAGMA user_version = {VERSION}; COMMIT;"
        ))?;
    }
    Ok(connection)
}

/// Opens the file for reading, also while it is written.
pub(super) fn open_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok(connection)
}

pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// The first key of a block of a layout.
pub(super) const fn block_place(layout: i64, resolution: Resolution, second: i64) -> i64 {
    let second = if second < 0 {
        0
    } else if second < SECONDS {
        second
    } else {
        SECONDS - 1
    };
    (layout * 4 + resolution as i64) * SECONDS + second
}

const fn open_place(layout: i64, tick: i64) -> i64 {
    layout * SECONDS + tick
}

/// The number of the last tick.
pub(super) fn last_tick(connection: &Connection) -> rusqlite::Result<i64> {
    let select =
        "SELECT max(coalesce((SELECT max(id) / 32 FROM tick), 0), coalesce((SELECT max(tick) FROM flushed), 0))";
    connection.query_row(select, [], |row| row.get(0))
}

/// Writes rows of a tick, each with its layout.
pub(super) fn put_tick<'r>(
    connection: &Connection,
    tick: i64,
    rows: impl Iterator<Item = (i64, &'r [u8])>,
) -> rusqlite::Result<()> {
    let mut shares = vec![Vec::new(); usize::try_from(SHARES).unwrap_or(1)];
    for (layout, octets) in rows {
        let share = usize::try_from(layout.rem_euclid(SHARES)).unwrap_or(0);
        put_number(&mut shares[share], layout.cast_unsigned());
        put_count(&mut shares[share], octets.len());
        shares[share].extend_from_slice(octets);
    }
    let mut insert = connection.prepare_cached("INSERT OR REPLACE INTO tick VALUES (?1, ?2)")?;
    for (share, mut octets) in (0..).zip(shares).filter(|(_, octets)| !octets.is_empty()) {
        pages::seal(&mut octets, 0);
        insert.execute(params![tick * SHARES + share, octets])?;
    }
    Ok(())
}

/// Rows of one share of a tick with their layouts; none if it is damaged.
fn tick_rows(sealed: &[u8]) -> Option<Vec<(i64, &[u8])>> {
    let mut octets = Octets::new(pages::unsealed(sealed)?);
    let mut rows = Vec::new();
    while !octets.is_empty() {
        let layout = octets.number()?.cast_signed();
        let length = octets.count(octets.len())?;
        rows.push((layout, octets.take(length)?));
    }
    Some(rows)
}

/// Up to which tick the rows of a layout are in chunks.
fn flushed(connection: &Connection, layout: i64) -> rusqlite::Result<i64> {
    let mut select = connection.prepare_cached("SELECT tick FROM flushed WHERE layout = ?1")?;
    Ok(select.query_row([layout], |row| row.get(0)).optional()?.unwrap_or(-1))
}

/// Calls `take` with the rows in the log that are in no chunk: of one layout, or of all.
pub(super) fn for_each_unflushed(
    connection: &Connection,
    layout: Option<i64>,
    mut take: impl FnMut(i64, &[u8]),
) -> rusqlite::Result<()> {
    let mut after = std::collections::HashMap::new();
    let (first, last): (Option<i64>, Option<i64>) =
        connection.query_row("SELECT (SELECT min(id) FROM tick), (SELECT max(id) FROM tick)", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let (Some(first), Some(last)) = (first, last) else { return Ok(()) };
    let mut shares = connection.prepare_cached("SELECT id, data FROM tick WHERE id BETWEEN ?1 AND ?2 ORDER BY id")?;
    let mut take_share = |id: i64, data: &[u8]| -> rusqlite::Result<()> {
        let Some(rows) = tick_rows(data) else {
            tracing::warn!("a part of the history's log is damaged and left out (tick {id})");
            return Ok(());
        };
        for (of, octets) in rows {
            if layout.is_some_and(|layout| layout != of) {
                continue;
            }
            let after = match after.get(&of) {
                Some(after) => *after,
                None => *after.entry(of).or_insert(flushed(connection, of)?),
            };
            if id.div_euclid(SHARES) > after {
                take(of, octets);
            }
        }
        Ok(())
    };
    if let Some(layout) = layout {
        for tick in first.div_euclid(SHARES)..=last.div_euclid(SHARES) {
            let id = tick * SHARES + layout.rem_euclid(SHARES);
            let mut rows = shares.query([id, id])?;
            while let Some(row) = rows.next()? {
                take_share(id, row.get_ref(1)?.as_blob()?)?;
            }
        }
        return Ok(());
    }
    let mut rows = shares.query([first, last])?;
    while let Some(row) = rows.next()? {
        take_share(row.get(0)?, row.get_ref(1)?.as_blob()?)?;
    }
    Ok(())
}

/// Forgets the log before a tick.
pub(super) fn drop_ticks(connection: &Connection, before: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM tick WHERE id < ?1")?.execute([before * SHARES])?;
    Ok(())
}

/// Writes a chunk of all rows in memory: from now on rows of the layout in ticks up to this one count no more.
pub(super) fn put_chunk(connection: &Connection, layout: i64, tick: i64, chunk: &Chunk) -> rusqlite::Result<()> {
    put_rest(connection, open_place(layout, tick), chunk)?;
    connection.prepare_cached("INSERT OR REPLACE INTO flushed VALUES (?1, ?2)")?.execute([layout, tick])?;
    Ok(())
}

/// Writes a chunk of rows that were in chunks before.
pub(super) fn put_rest(connection: &Connection, place: i64, chunk: &Chunk) -> rusqlite::Result<()> {
    let Extent { rows, first, last } = chunk.extent;
    let mut octets = chunk.octets.clone();
    pages::seal(&mut octets, 0);
    let mut insert = connection.prepare_cached("INSERT OR REPLACE INTO open VALUES (?1, ?2, ?3, ?4, ?5)")?;
    insert.execute(params![place, first, last, rows, octets])?;
    Ok(())
}

/// The rows of a layout's chunks, in the order in which they came, and the place of the last chunk.
pub(super) fn chunks(connection: &Connection, layout: i64) -> rusqlite::Result<(Vec<Row>, i64)> {
    let mut select =
        connection.prepare_cached("SELECT place, data FROM open WHERE place BETWEEN ?1 AND ?2 ORDER BY place")?;
    let mut found = select.query([open_place(layout, 0), open_place(layout, SECONDS - 1)])?;
    let (mut all, mut place) = (Vec::new(), open_place(layout, 0));
    while let Some(chunk) = found.next()? {
        place = chunk.get(0)?;
        match pages::unsealed(chunk.get_ref(1)?.as_blob()?).and_then(row::rows) {
            Some(rows) => all.extend(rows),
            None => tracing::warn!("measurements of the history's layout {layout} are damaged and left out"),
        }
    }
    Ok((all, place))
}

/// How much a layout has in chunks.
pub(super) fn extent(connection: &Connection, layout: i64) -> rusqlite::Result<Extent> {
    let select = "SELECT coalesce(sum(rows), 0), coalesce(min(first), 0), coalesce(max(last), 0) FROM open
         WHERE place BETWEEN ?1 AND ?2";
    let mut select = connection.prepare_cached(select)?;
    select.query_row([open_place(layout, 0), open_place(layout, SECONDS - 1)], |row| {
        Ok(Extent { rows: row.get(0)?, first: row.get(1)?, last: row.get(2)? })
    })
}

pub(super) fn drop_chunks(connection: &Connection, layout: i64) -> rusqlite::Result<()> {
    let mut delete = connection.prepare_cached("DELETE FROM open WHERE place BETWEEN ?1 AND ?2")?;
    delete.execute([open_place(layout, 0), open_place(layout, SECONDS - 1)])?;
    Ok(())
}

/// Forgets what is older than is kept of a layout.
pub(super) fn forget(
    connection: &Connection,
    layout: i64,
    retention: &Retention,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let mut delete = connection.prepare_cached("DELETE FROM block WHERE place BETWEEN ?1 AND ?2 AND last < ?3")?;
    for resolution in Resolution::ALL {
        let oldest = retention.oldest(resolution, now);
        let (first, last) = (block_place(layout, resolution, 0), block_place(layout, resolution, oldest.as_second()));
        delete.execute([first, last, oldest.as_millisecond() - resolution.step().unwrap_or(0)])?;
    }
    Ok(())
}

/// Whether nothing has this layout, and its check has another since.
pub(super) fn is_former(connection: &Connection, layout: i64) -> rusqlite::Result<bool> {
    let select = "SELECT NOT EXISTS (SELECT 1 FROM block WHERE place BETWEEN ?2 AND ?3)
         AND NOT EXISTS (SELECT 1 FROM open WHERE place BETWEEN ?4 AND ?5)
         AND EXISTS (SELECT 1 FROM layout AS newer JOIN layout AS former ON former.id = ?1
             WHERE newer.device = former.device AND newer.check_name = former.check_name AND newer.id > former.id)";
    let (first, last) = (block_place(layout, Resolution::Full, 0), block_place(layout + 1, Resolution::Full, 0) - 1);
    let open = (open_place(layout, 0), open_place(layout, SECONDS - 1));
    connection.prepare_cached(select)?.query_row([layout, first, last, open.0, open.1], |row| row.get(0))
}

pub(super) fn drop_layout(connection: &Connection, layout: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM flushed WHERE layout = ?1")?.execute([layout])?;
    connection.prepare_cached("DELETE FROM layout WHERE id = ?1")?.execute([layout])?;
    Ok(())
}

/// The beginning of a time's second, for keys.
pub(super) const fn second(at: i64) -> i64 {
    at.div_euclid(SECOND)
}
