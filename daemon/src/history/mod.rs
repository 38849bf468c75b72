//! Time series: what was measured, to be drawn and compared. Large and replaceable, in `history.db`.
//!
//! All that one answer measured is one row, in the order of the check's [`layout`]: a switch of 48 ports costs one insertion
//! a poll instead of hundreds. Rows are gathered and committed every few seconds, not one by one: losing the last seconds of
//! a graph in a power failure is no loss, wearing a disk out is. A damaged file is put aside and a new one begun, because a daemon that
//! watches a network must not refuse to watch for want of its graphs.

mod layout;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};

use self::layout::Layout;
use crate::config::CheckId;
use crate::probe::{Metric, Observation};

/// How long samples are kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How often samples are committed.
pub const COMMIT_INTERVAL: Duration = Duration::from_secs(10);

/// A sequence of numbers that belong together: one metric of one check, and of one interface if the metric is of those.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
#[error("the history {path} cannot be used: {source}", path = .path.display())]
pub struct HistoryError {
    path: PathBuf,
    source: rusqlite::Error,
}

/// Writes samples. There is one, in the recorder.
#[derive(Debug)]
pub struct History {
    path: PathBuf,
    connection: Connection,
    /// Every layout that is in use, and which one a check has now.
    layouts: Vec<Stored>,
    current: HashMap<CheckId, usize>,
    gathered: Vec<Row>,
    /// How many values are gathered.
    values: usize,
    /// Up to which layout old rows have been forgotten in this turn.
    forgotten: i64,
}

/// A layout and its number in the file; none while it is not written.
#[derive(Debug)]
struct Stored {
    check: CheckId,
    layout: Layout,
    id: Option<i64>,
}

/// What one answer measured.
#[derive(Debug)]
struct Row {
    /// Its place among the layouts.
    layout: usize,
    /// Milliseconds since 1970-01-01T00:00Z.
    at: i64,
    values: Box<[f64]>,
}

/// Reads samples while others are written.
#[derive(Debug)]
pub struct HistoryReader {
    path: PathBuf,
    connection: Connection,
}

/// More values than this are not gathered while the disk refuses to take them; the newest are left out then.
const MOST_GATHERED: usize = 1_000_000;

/// Of so many checks old rows are forgotten at each commit, in turn.
const FORGETTING: i64 = 300;

/// `PRAGMA user_version`. What an older version wrote is begun anew.
const VERSION: i64 = 2;

const SCHEMA: &str = "
    DROP TABLE IF EXISTS sample;
    DROP TABLE IF EXISTS series;
    -- `columns`: an array of [metric, instance or null].
    CREATE TABLE IF NOT EXISTS layout (
        id INTEGER PRIMARY KEY, device TEXT NOT NULL, check_name TEXT NOT NULL, columns TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS layout_check ON layout (device, check_name);
    -- `at` in milliseconds since 1970-01-01T00:00Z; `data` is a little-endian IEEE 754 binary64 for each column, NaN for none.
    CREATE TABLE IF NOT EXISTS poll (
        layout INTEGER NOT NULL REFERENCES layout, at INTEGER NOT NULL, data BLOB NOT NULL,
        PRIMARY KEY (layout, at)
    ) STRICT, WITHOUT ROWID;
";

impl History {
    /// Opens the file at `path`, making it if it is not there. A damaged one is put aside as `….damaged`.
    ///
    /// # Errors
    /// The file or its folder cannot be written.
    pub fn open(path: &Path) -> Result<Self, HistoryError> {
        let failed = |source| HistoryError { path: path.to_owned(), source };
        let connection = match prepare(path) {
            Err(error) if is_damage(&error) => {
                let aside = path.with_extension("db.damaged");
                let (damaged, shown) = (path.display(), aside.display());
                tracing::warn!(
                    "the history {damaged} is damaged ({error}); it was put aside as {shown} and a new one begun"
                );
                // What cannot be renamed is found again, and said, when it is opened a second time.
                let _ = std::fs::rename(path, &aside);
                for suffix in ["db-wal", "db-shm"] {
                    let _ = std::fs::remove_file(path.with_extension(suffix));
                }
                prepare(path).map_err(failed)?
            }
            other => other.map_err(failed)?,
        };
        let (layouts, current, gathered) = (Vec::new(), HashMap::new(), Vec::new());
        Ok(Self { path: path.to_owned(), connection, layouts, current, gathered, values: 0, forgotten: 0 })
    }

    /// Another connection to the same file that can only read.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn reader(&self) -> Result<HistoryReader, HistoryError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(|source| self.failed(source))?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(|source| self.failed(source))?;
        Ok(HistoryReader { path: self.path.clone(), connection })
    }

    /// Gathers what an answer measured; [`History::commit`] writes it.
    pub fn append(&mut self, observation: &Observation) {
        let measurements = &observation.answer.measurements;
        if measurements.is_empty() || self.values >= MOST_GATHERED {
            return;
        }
        let known = self.current.get(&observation.check).map(|place| (*place, &self.layouts[*place].layout));
        let row = known.and_then(|(place, layout)| Some((place, layout.row(measurements)?)));
        let at = observation.at.as_millisecond();
        if let Some((layout, values)) = row {
            self.gather(Row { layout, at, values });
            return;
        }
        let layout = known.map(|(_, layout)| layout.extended(measurements));
        let layout = layout.unwrap_or_else(|| Layout::default().extended(measurements));
        if let Some(values) = layout.row(measurements) {
            let place = self.layouts.len();
            self.layouts.push(Stored { check: observation.check.clone(), layout, id: None });
            self.current.insert(observation.check.clone(), place);
            self.gather(Row { layout: place, at, values });
        }
    }

    fn gather(&mut self, row: Row) {
        self.values += row.values.len();
        self.gathered.push(row);
    }

    /// Writes what was gathered and forgets what is older than [`KEPT`], some checks at a time.
    ///
    /// # Errors
    /// It could not be written; it stays gathered for the next time.
    pub fn commit(&mut self, now: Timestamp) -> Result<(), HistoryError> {
        let written = write(&mut self.connection, &self.layouts, &self.gathered, self.forgotten, now);
        let Written { new_layouts, forgotten } = written.map_err(|source| self.failed(source))?;
        for (place, id) in new_layouts {
            self.layouts[place].id = Some(id);
        }
        self.forgotten = forgotten;
        self.gathered.clear();
        self.values = 0;
        self.drop_former_layouts();
        Ok(())
    }

    /// Layouts that no check has any longer, once their rows are written.
    fn drop_former_layouts(&mut self) {
        if self.layouts.len() == self.current.len() {
            return;
        }
        let layouts = std::mem::take(&mut self.layouts).into_iter().enumerate();
        self.layouts = layouts
            .filter(|(place, stored)| self.current.get(&stored.check) == Some(place))
            .map(|(_, stored)| stored)
            .collect();
        self.current = self.layouts.iter().enumerate().map(|(place, stored)| (stored.check.clone(), place)).collect();
    }

    fn failed(&self, source: rusqlite::Error) -> HistoryError {
        HistoryError { path: self.path.clone(), source }
    }
}

impl HistoryReader {
    /// The samples of each of `wanted` since `from`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn since(&self, wanted: &[Series], from: Timestamp) -> Result<Vec<Samples>, HistoryError> {
        let mut found = vec![Samples::new(); wanted.len()];
        let mut left: Vec<usize> = (0..wanted.len()).collect();
        // All series of a check stand in the same rows, which are read once.
        while let Some(check) = left.first().map(|first| &wanted[*first].check) {
            let (of_check, others) = left.iter().partition(|place| wanted[**place].check == *check);
            self.read(check, &of_check, wanted, from, &mut found)
                .map_err(|source| HistoryError { path: self.path.clone(), source })?;
            left = others;
        }
        Ok(found)
    }

    fn read(
        &self,
        check: &CheckId,
        places: &Vec<usize>,
        wanted: &[Series],
        from: Timestamp,
        found: &mut [Samples],
    ) -> rusqlite::Result<()> {
        let mut layouts = self.connection.prepare_cached(LAYOUTS_OF_CHECK)?;
        let mut polls =
            self.connection.prepare_cached("SELECT at, data FROM poll WHERE layout = ?1 AND at >= ?2 ORDER BY at")?;
        let mut rows = layouts.query([check.device.as_str(), check.check.as_str()])?;
        while let Some(layout) = rows.next()? {
            let (id, columns): (i64, String) = (layout.get(0)?, layout.get(1)?);
            let columns = Layout::from_json(&columns).unwrap_or_default();
            let column_of = |series: &Series| {
                let instance = series.instance.as_deref();
                columns.iter().position(|(metric, of)| *metric == Some(series.metric) && of.as_deref() == instance)
            };
            let meant: Vec<(usize, usize)> =
                places.iter().filter_map(|place| Some((*place, column_of(&wanted[*place])?))).collect();
            if meant.is_empty() {
                continue;
            }
            let mut rows = polls.query(params![id, from.as_millisecond()])?;
            while let Some(row) = rows.next()? {
                let (at, data) = (row.get(0)?, row.get_ref(1)?.as_blob()?);
                let Ok(at) = Timestamp::from_millisecond(at) else { continue };
                for (place, column) in &meant {
                    let octets = data.get(column * 8..).and_then(|rest| rest.first_chunk());
                    let value = octets.map(|octets| f64::from_le_bytes(*octets)).filter(|value| !value.is_nan());
                    found[*place].extend(value.map(|value| (at, value)));
                }
            }
        }
        // A check that measures more since a while has rows of several layouts.
        for place in places {
            found[*place].sort_by_key(|(at, _)| *at);
        }
        Ok(())
    }
}

const LAYOUTS_OF_CHECK: &str = "SELECT id, columns FROM layout WHERE device = ?1 AND check_name = ?2 ORDER BY id";

fn prepare(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")?;
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found != VERSION {
        connection.execute_batch(SCHEMA)?;
        connection.pragma_update(None, "user_version", VERSION)?;
    }
    Ok(connection)
}

fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

/// What a commit has changed.
struct Written {
    /// Places of layouts, and the numbers that they got.
    new_layouts: Vec<(usize, i64)>,
    forgotten: i64,
}

fn write(
    connection: &mut Connection,
    layouts: &[Stored],
    rows: &[Row],
    forgotten: i64,
    now: Timestamp,
) -> rusqlite::Result<Written> {
    let transaction = connection.transaction()?;
    let mut new_layouts = Vec::new();
    for (place, stored) in layouts.iter().enumerate().filter(|(_, stored)| stored.id.is_none()) {
        new_layouts.push((place, layout_id(&transaction, stored)?));
    }
    {
        let new: HashMap<usize, i64> = new_layouts.iter().copied().collect();
        let mut insert = transaction.prepare_cached("INSERT OR REPLACE INTO poll VALUES (?1, ?2, ?3)")?;
        let mut octets: Vec<u8> = Vec::new();
        for row in rows {
            let id = layouts[row.layout].id.or_else(|| new.get(&row.layout).copied());
            octets.clear();
            octets.extend(row.values.iter().flat_map(|value| value.to_le_bytes()));
            insert.execute(params![id, row.at, octets])?;
        }
    }
    let forgotten = forget(&transaction, forgotten, now)?;
    transaction.commit()?;
    Ok(Written { new_layouts, forgotten })
}

/// Forgets old rows, and layouts without rows that are not the newest of their check, of the next checks after the layout `after`, and says up to which; 0 when all have had their turn.
fn forget(transaction: &Transaction<'_>, after: i64, now: Timestamp) -> rusqlite::Result<i64> {
    let oldest = now.saturating_sub(KEPT).map_or(i64::MIN, |oldest| oldest.as_millisecond());
    let next = "SELECT max(id) FROM (SELECT id FROM layout WHERE id > ?1 ORDER BY id LIMIT ?2)";
    let last: Option<i64> = transaction.prepare_cached(next)?.query_row([after, FORGETTING], |row| row.get(0))?;
    let Some(last) = last else { return Ok(0) };
    let layouts = "SELECT id FROM layout WHERE id > ?1 AND id <= ?2";
    let delete = format!("DELETE FROM poll WHERE layout IN ({layouts}) AND at < ?3");
    transaction.prepare_cached(&delete)?.execute([after, last, oldest])?;
    let former = "DELETE FROM layout AS former WHERE id > ?1 AND id <= ?2
         AND NOT EXISTS (SELECT 1 FROM poll WHERE layout = former.id)
         AND EXISTS (SELECT 1 FROM layout AS newer
             WHERE newer.device = former.device AND newer.check_name = former.check_name AND newer.id > former.id)";
    transaction.prepare_cached(former)?.execute([after, last])?;
    Ok(last)
}

/// The number of a layout. The newest of the check may be it, from before a restart.
fn layout_id(transaction: &Transaction<'_>, stored: &Stored) -> rusqlite::Result<i64> {
    let Stored { check, layout, .. } = stored;
    let (device, name, columns) = (check.device.as_str(), check.check.as_str(), layout.to_json());
    let select = "SELECT id, columns FROM layout WHERE device = ?1 AND check_name = ?2 ORDER BY id DESC LIMIT 1";
    let newest = transaction.prepare_cached(select)?.query_row([device, name], |row| Ok((row.get(0)?, row.get(1)?)));
    let newest: Option<(i64, String)> = newest.optional()?;
    if let Some((id, _)) = newest.filter(|(_, found)| *found == columns) {
        return Ok(id);
    }
    let insert = "INSERT INTO layout (device, check_name, columns) VALUES (?1, ?2, ?3) RETURNING id";
    transaction.prepare_cached(insert)?.query_row([device, name, &columns], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{Answer, Measurement};

    fn check() -> CheckId {
        CheckId { device: "sw-1".parse().unwrap(), check: "icmp".parse().unwrap() }
    }

    fn observation(second: i64, measured: &[(Metric, f64)]) -> Observation {
        let measurements = measured.iter().map(|(metric, value)| Measurement::new(*metric, *value)).collect();
        Observation { check: check(), at: at(second), answer: Answer::good(measurements) }
    }

    fn rtt(second: i64, value: f64) -> Observation {
        observation(second, &[(Metric::RttMean, value)])
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn values_of(history: &History, metric: Metric) -> Vec<f64> {
        let series = Series { check: check(), metric, instance: None };
        let samples = history.reader().unwrap().since(&[series], at(0)).unwrap().remove(0);
        samples.into_iter().map(|(_, value)| value).collect()
    }

    fn values(history: &History) -> Vec<f64> {
        values_of(history, Metric::RttMean)
    }

    #[test]
    fn samples_are_read_back_in_order_also_after_reopening() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("history.db");
        let mut history = History::open(&path).unwrap();
        for observation in [rtt(2, 0.2), rtt(1, 0.1), rtt(-1, 9.0), rtt(3, f64::NAN)] {
            history.append(&observation);
        }
        assert_eq!(values(&history), Vec::<f64>::new());
        history.commit(at(3)).unwrap();
        assert_eq!(values(&history), [0.1, 0.2]);
        drop(history);
        let mut history = History::open(&path).unwrap();
        history.append(&rtt(4, 0.4));
        history.commit(at(4)).unwrap();
        assert_eq!(values(&history), [0.1, 0.2, 0.4]);
        let layouts: i64 = history.connection.query_row("SELECT count(*) FROM layout", [], |row| row.get(0)).unwrap();
        assert_eq!(layouts, 1);
    }

    #[test]
    fn what_is_measured_later_or_only_sometimes_has_its_own_samples() {
        let directory = tempfile::tempdir().unwrap();
        let mut history = History::open(&directory.path().join("history.db")).unwrap();
        history.append(&rtt(1, 0.1));
        history.append(&observation(2, &[(Metric::Loss, 0.5), (Metric::RttMean, 0.2)]));
        history.append(&observation(3, &[(Metric::Loss, 1.0)]));
        history.commit(at(3)).unwrap();
        history.append(&rtt(4, 0.4));
        history.commit(at(4)).unwrap();
        assert_eq!(values(&history), [0.1, 0.2, 0.4]);
        assert_eq!(values_of(&history, Metric::Loss), [0.5, 1.0]);
        assert_eq!(values_of(&history, Metric::Jitter), Vec::<f64>::new());
    }

    #[test]
    fn a_layout_is_forgotten_with_its_last_row() {
        let directory = tempfile::tempdir().unwrap();
        let mut history = History::open(&directory.path().join("history.db")).unwrap();
        history.append(&rtt(1, 0.1));
        history.append(&observation(2, &[(Metric::Loss, 0.5)]));
        history.commit(at(2)).unwrap();
        assert_eq!(history.layouts.len(), 1, "the former one is not needed for writing");
        let layouts = |history: &History| -> i64 {
            history.connection.query_row("SELECT count(*) FROM layout", [], |row| row.get(0)).unwrap()
        };
        assert_eq!(layouts(&history), 2);
        // The first one after all have had their turn.
        for _ in 0..2 {
            history
                .commit(at(1).saturating_add(KEPT).unwrap().saturating_add(SignedDuration::from_millis(500)).unwrap())
                .unwrap();
        }
        assert_eq!(layouts(&history), 1);
        assert_eq!(values_of(&history, Metric::Loss), [0.5]);
        history.append(&rtt(3, 0.3));
        history.commit(at(3)).unwrap();
        assert_eq!(values(&history), [0.3]);
    }

    #[test]
    fn old_samples_are_forgotten() {
        let directory = tempfile::tempdir().unwrap();
        let mut history = History::open(&directory.path().join("history.db")).unwrap();
        history.append(&rtt(0, 0.1));
        history.append(&rtt(100, 0.2));
        history.commit(at(50).saturating_add(KEPT).unwrap()).unwrap();
        assert_eq!(values(&history), [0.2]);
    }

    #[test]
    fn what_cannot_be_written_is_written_later() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("history.db");
        let mut history = History::open(&path).unwrap();
        history.connection.busy_timeout(Duration::from_millis(1)).unwrap();
        history.append(&rtt(1, 0.1));
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert!(history.commit(at(1)).is_err());
        other.execute_batch("ROLLBACK").unwrap();
        history.append(&rtt(2, 0.2));
        history.commit(at(2)).unwrap();
        assert_eq!(values(&history), [0.1, 0.2]);
    }

    #[test]
    fn a_damaged_file_is_put_aside_and_a_new_one_begun() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("history.db");
        std::fs::write(&path, [b'x'; 8192]).unwrap();
        let mut history = History::open(&path).unwrap();
        history.append(&rtt(1, 0.1));
        history.commit(at(1)).unwrap();
        assert_eq!(values(&history), [0.1]);
        assert!(directory.path().join("history.db.damaged").exists());
    }
}
