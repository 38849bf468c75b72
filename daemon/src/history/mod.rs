//! Time series: what was measured, to be drawn and compared. Large and replaceable, in `history.db`.
//!
//! Every sample is kept for days, and what samples come to in five minutes and in an hour for months and years ([`Retention`]).
//! What one answer measured is one [`row`], in the order of the check's [`layout`]. A row goes its way by steps, each written less
//! often and in less room than the one before:
//!
//! 1. It is gathered in memory, for seconds, and committed with those of all other checks as one tick of a log. After a
//!    power failure all that was committed is there.
//! 2. When a check has gathered half a kilobyte, or after a while, its rows become a chunk of its own, and leave memory and log.
//! 3. Four hours of a check's chunks are closed ([`closing`]): compressed to a [`block`] of columns, and rolled up.
//!
//! So memory holds little more than what a check measured in a few minutes, whatever is in the file. All work is done in small
//! portions with the commits. A damaged file is put aside and a new one begun, and a damaged block left out, because a daemon
//! that watches a network must not refuse to watch for want of its graphs.

mod block;
mod closing;
pub mod export;
mod former;
mod gathering;
mod layout;
mod octets;
mod pages;
mod precision;
mod reader;
pub mod request;
mod resolution;
mod rollup;
mod row;
mod store;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use self::closing::Closing;
use self::gathering::{Change, Gathering};
use self::store::{Chunk, Extent};
use crate::config::CheckId;
use crate::probe::{Metric, Observation};

pub use reader::HistoryReader;
pub use resolution::{Point, Resolution, Retention};

/// How often samples are committed.
pub const COMMIT_INTERVAL: Duration = Duration::from_secs(10);

/// A sequence of numbers that belong together: one metric of one check, and of one interface if the metric is of those.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Series {
    /// The check that measures it.
    pub check: CheckId,
    /// What is measured, and in what unit.
    pub metric: Metric,
    /// Of which of several things alike: the name of the interface (ifName), the label of a plugin's performance data.
    pub instance: Option<Arc<str>>,
}

/// Samples of a series, the oldest first, in the unit of its metric.
pub type Samples = Vec<(Timestamp, f64)>;

/// The file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The system or SQLite says no.
    #[error("the history {path} cannot be used: {source}", path = .path.display())]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// It was written by a release that keeps it in another way.
    #[error("the history {path} was written by another release of rotused; start this one's daemon first", path = .0.display())]
    OtherRelease(PathBuf),
}

/// Writes samples. There is one, in the recorder.
#[derive(Debug)]
pub struct History {
    path: PathBuf,
    connection: Connection,
    retention: Retention,
    /// What has been measured by what, and where each check is among them.
    checks: Vec<Gathering>,
    places: HashMap<CheckId, usize>,
    /// Those whose layout began anew, with rows of the old one.
    outdated: Vec<Gathering>,
    /// A row while it is filled.
    row: Vec<f64>,
    /// The tick of the next commit.
    tick: i64,
    /// How many octets, and how many values, are gathered that are not committed.
    uncommitted: usize,
    values: usize,
    /// Layouts that have enough rows for a block, and wait for their turn.
    due: VecDeque<i64>,
    /// Up to which layout old blocks have been forgotten in this turn.
    forgotten: i64,
}

/// More octets than this are not gathered while the disk refuses to take them; the newest are left out then.
const MOST_UNCOMMITTED: usize = 16 << 20;

/// So many cells are closed at each commit, and twice as many as came since the last one.
const CLOSING: usize = 200_000;

/// Of so many layouts old blocks are forgotten at each commit, in turn.
const FORGETTING: i64 = 300;

impl History {
    /// Opens the file at `path`, making it if it is not there. A damaged one is put aside as `….damaged`.
    ///
    /// # Errors
    /// The file or its folder cannot be written.
    pub fn open(path: &Path, retention: Retention) -> Result<Self, HistoryError> {
        let failed = |source| HistoryError::Unusable { path: path.to_owned(), source };
        let connection = match prepare(path) {
            Err(error) if is_damage(&error) => {
                put_aside(path, "db.damaged", &format!("is damaged ({error})"));
                prepare(path).map_err(failed)?
            }
            Ok((connection, _)) if store::version(&connection).map_err(failed)? > store::VERSION => {
                drop(connection);
                put_aside(path, "db.newer", "was written by a newer rotused");
                prepare(path).map_err(failed)?
            }
            other => other.map_err(failed)?,
        };
        let (connection, tick) = connection;
        Ok(Self {
            path: path.to_owned(),
            connection,
            retention,
            checks: Vec::new(),
            places: HashMap::new(),
            outdated: Vec::new(),
            row: Vec::new(),
            tick,
            uncommitted: 0,
            values: 0,
            due: VecDeque::new(),
            forgotten: 0,
        })
    }

    /// Another connection to the same file that can only read.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn reader(&self) -> Result<HistoryReader, HistoryError> {
        HistoryReader::open(&self.path)
    }

    /// Gathers what an answer measured; [`History::commit`] writes it.
    pub fn append(&mut self, observation: &Observation) {
        let measurements = &observation.answer.measurements;
        let at = observation.at.as_millisecond();
        let has_room = self.uncommitted < MOST_UNCOMMITTED && (0..store::SECONDS).contains(&store::second(at));
        if measurements.is_empty() || !has_room {
            return;
        }
        let place = match self.places.get(&observation.check) {
            Some(place) => *place,
            None => {
                let gathering = Gathering::recalled(&self.connection, &observation.check, measurements);
                self.places.insert(observation.check.clone(), self.checks.len());
                self.checks.push(gathering);
                self.checks.len() - 1
            }
        };
        let gathering = &mut self.checks[place];
        if !gathering.layout.fill(&mut self.row, measurements) {
            if gathering.layout.is_outdated(measurements) {
                let anew = Gathering::new(gathering.check.clone());
                self.outdated.push(std::mem::replace(gathering, anew));
            }
            gathering.layout.extend(measurements);
            gathering.layout.fill(&mut self.row, measurements);
        }
        if gathering.rows.extent.rows == 0 {
            gathering.since = self.tick;
        }
        let before = gathering.rows.octets.len();
        gathering.rows.push(at, &self.row);
        self.uncommitted += gathering.rows.octets.len() - before;
        self.values += measurements.len();
    }

    /// Writes what was gathered, closes what is enough for blocks and forgets what is older than is kept, some checks at a time.
    ///
    /// # Errors
    /// It could not be written; it stays gathered for the next time.
    pub fn commit(&mut self, now: Timestamp) -> Result<(), HistoryError> {
        let failed = |source| HistoryError::Unusable { path: self.path.clone(), source };
        let written = self.write(now).map_err(failed)?;
        self.tick += 1;
        self.forgotten = written.forgotten;
        self.uncommitted = 0;
        self.values = 0;
        let mut written_checks = written.checks.into_iter();
        for gathering in self.outdated.iter_mut().chain(&mut self.checks) {
            // One for each, in the same order.
            let Some(Change { id, chunk }) = written_checks.next() else { break };
            if id.is_some() {
                gathering.written = gathering.layout.len();
            }
            gathering.id = id.or(gathering.id);
            gathering.logged = gathering.rows.octets.len();
            if let Some(stored) = chunk {
                let extent = stored.with(std::mem::take(&mut gathering.rows.extent));
                gathering.rows.octets.clear();
                gathering.logged = 0;
                gathering.stored = Some(extent);
                if closing::is_due(extent) && !gathering.is_due {
                    gathering.is_due = true;
                    self.due.extend(gathering.id);
                }
            }
        }
        self.outdated.clear();
        let closed: HashMap<i64, Extent> = written.closed.into_iter().collect();
        if !closed.is_empty() {
            self.due.retain(|id| !closed.contains_key(id));
            for gathering in &mut self.checks {
                if let Some(left) = gathering.id.and_then(|id| closed.get(&id)) {
                    (gathering.stored, gathering.is_due) = (Some(*left), false);
                }
            }
        }
        Ok(())
    }

    /// All of a commit in one transaction; nothing in memory is changed.
    fn write(&self, now: Timestamp) -> rusqlite::Result<Written> {
        let transaction = self.connection.unchecked_transaction()?;
        let mut checks = Vec::with_capacity(self.outdated.len() + self.checks.len());
        let mut logged: Vec<(i64, &[u8])> = Vec::new();
        let mut oldest = self.tick + 1;
        for gathering in &self.outdated {
            checks.push(gathering.write(&transaction, self.tick, true, &mut logged)?);
        }
        for gathering in &self.checks {
            let change = gathering.write(&transaction, self.tick, false, &mut logged)?;
            if change.chunk.is_none() && gathering.rows.extent.rows > 0 {
                oldest = oldest.min(gathering.since);
            }
            checks.push(change);
        }
        store::put_tick(&transaction, self.tick, logged.into_iter())?;
        store::drop_ticks(&transaction, oldest)?;
        let closed = self.close(&transaction)?;
        let forgotten = self.forget(&transaction, now)?;
        former::move_some(&transaction, CLOSING + 2 * self.values)?;
        transaction.commit()?;
        Ok(Written { checks, closed, forgotten })
    }

    /// Closes chunks of those that are due, as many as have room in one commit.
    fn close(&self, transaction: &Connection) -> rusqlite::Result<Vec<(i64, Extent)>> {
        let mut closed = Vec::new();
        let mut room = CLOSING + 2 * self.values;
        for id in &self.due {
            let columns: u32 = transaction
                .prepare_cached("SELECT json_array_length(columns) FROM layout WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?
                .unwrap_or(1);
            closed.push((*id, closing::close(transaction, *id, Closing::FullHours)?));
            let cells = columns.max(1).saturating_mul(closing::ENOUGH_ROWS);
            room = room.saturating_sub(usize::try_from(cells).unwrap_or(usize::MAX));
            if room == 0 {
                break;
            }
        }
        Ok(closed)
    }

    /// Forgets old blocks of the next layouts, and layouts that nothing has any longer; closes rows that no more will come to.
    /// Says up to which layout; 0 when all have had their turn.
    fn forget(&self, transaction: &Connection, now: Timestamp) -> rusqlite::Result<i64> {
        let mut next = transaction.prepare_cached("SELECT id FROM layout WHERE id > ?1 ORDER BY id LIMIT ?2")?;
        let layouts: Vec<i64> =
            next.query_map([self.forgotten, FORGETTING], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        let is_moving = former::is_there(transaction)?;
        for layout in &layouts {
            let stored = store::extent(transaction, *layout)?;
            let idle = now.as_millisecond().saturating_sub(stored.last);
            if stored.rows > 0 && idle > closing::LONGEST_OPEN + resolution::SECOND * 3600 {
                closing::close(transaction, *layout, Closing::All)?;
            }
            store::forget(transaction, *layout, &self.retention, now)?;
            if !is_moving && store::is_former(transaction, *layout)? {
                store::drop_layout(transaction, *layout)?;
            }
        }
        Ok(layouts.last().copied().unwrap_or(0))
    }
}

/// What a commit has changed.
struct Written {
    checks: Vec<Change>,
    closed: Vec<(i64, Extent)>,
    forgotten: i64,
}

/// Opens the file; what was in the log becomes chunks, and memory begins empty. Also says what the next tick is.
fn prepare(path: &Path) -> rusqlite::Result<(Connection, i64)> {
    let connection = store::open(path)?;
    if store::version(&connection)? > store::VERSION {
        return Ok((connection, 0));
    }
    let transaction = connection.unchecked_transaction()?;
    let tick = store::last_tick(&transaction)? + 1;
    let mut chunks: HashMap<i64, Chunk> = HashMap::new();
    store::for_each_unflushed(&transaction, None, |layout, octets| {
        let chunk = chunks.entry(layout).or_default();
        row::rows(octets).unwrap_or_default().iter().for_each(|row| chunk.push(row.at, &row.values));
    })?;
    for (layout, chunk) in chunks.iter().filter(|(_, chunk)| chunk.extent.rows > 0) {
        store::put_chunk(&transaction, *layout, tick, chunk)?;
    }
    store::drop_ticks(&transaction, tick)?;
    transaction.commit()?;
    Ok((connection, tick + 1))
}

fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

fn put_aside(path: &Path, extension: &str, why: &str) {
    let aside = path.with_extension(extension);
    tracing::warn!("the history {} {why}; it was put aside as {} and a new one begun", path.display(), aside.display());
    // What cannot be renamed is found again, and said, when it is opened a second time.
    let _ = std::fs::rename(path, &aside);
    for suffix in ["db-wal", "db-shm"] {
        let _ = std::fs::remove_file(path.with_extension(suffix));
    }
}
