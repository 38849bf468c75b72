//! Time series: what was measured, to be drawn and compared. Large and replaceable, in `history.db`.
//!
//! Samples are gathered and committed every few seconds, not one by one: losing the last seconds of a graph in a power
//! failure is no loss, wearing a disk out is. A damaged file is put aside and a new one begun, because a daemon that
//! watches a network must not refuse to watch for want of its graphs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::config::CheckId;
use crate::probe::{Measurement, Metric, Observation};

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

/// One number of one series at one time, in the unit of the series' metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Of what.
    pub series: Series,
    /// When it was measured.
    pub at: Timestamp,
    /// The number.
    pub value: f64,
}

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
    series: HashMap<Series, i64>,
    gathered: Vec<Sample>,
}

/// Reads samples while others are written.
#[derive(Debug)]
pub struct HistoryReader {
    path: PathBuf,
    connection: Connection,
}

/// More than this is not gathered while the disk refuses to take it; the newest are left out then.
const MOST_GATHERED: usize = 1_000_000;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS series (
        id INTEGER PRIMARY KEY,
        device TEXT NOT NULL, check_name TEXT NOT NULL, metric TEXT NOT NULL, interface TEXT NOT NULL,
        UNIQUE (device, check_name, metric, interface)
    ) STRICT;
    -- `at` in milliseconds since 1970-01-01T00:00Z.
    CREATE TABLE IF NOT EXISTS sample (
        series INTEGER NOT NULL REFERENCES series, at INTEGER NOT NULL, value REAL NOT NULL,
        PRIMARY KEY (series, at)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS sample_at ON sample (at);
    PRAGMA user_version = 1;
";

/// The samples in an observation.
#[must_use]
pub fn samples(observation: &Observation) -> Vec<Sample> {
    let sample = |measured: &Measurement| Sample {
        series: Series {
            check: observation.check.clone(),
            metric: measured.metric,
            instance: measured.instance.clone(),
        },
        at: observation.at,
        value: measured.value,
    };
    observation.answer.measurements.iter().map(sample).collect()
}

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
        Ok(Self { path: path.to_owned(), connection, series: HashMap::new(), gathered: Vec::new() })
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

    /// Gathers samples; [`History::commit`] writes them.
    pub fn append(&mut self, samples: impl IntoIterator<Item = Sample>) {
        let room = MOST_GATHERED.saturating_sub(self.gathered.len());
        self.gathered.extend(samples.into_iter().filter(|sample| sample.value.is_finite()).take(room));
    }

    /// Writes what was gathered and forgets what is older than [`KEPT`].
    ///
    /// # Errors
    /// It could not be written; it stays gathered for the next time.
    pub fn commit(&mut self, now: Timestamp) -> Result<(), HistoryError> {
        let written = write(&mut self.connection, &mut self.series, &self.gathered, now);
        if let Err(source) = written {
            // Rows that were made in the transaction are gone with it.
            self.series.clear();
            return Err(self.failed(source));
        }
        self.gathered.clear();
        Ok(())
    }

    fn failed(&self, source: rusqlite::Error) -> HistoryError {
        HistoryError { path: self.path.clone(), source }
    }
}

impl HistoryReader {
    /// The samples of a series since `from`, the oldest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn since(&self, series: &Series, from: Timestamp) -> Result<Vec<(Timestamp, f64)>, HistoryError> {
        self.read(series, from).map_err(|source| HistoryError { path: self.path.clone(), source })
    }

    fn read(&self, series: &Series, from: Timestamp) -> rusqlite::Result<Vec<(Timestamp, f64)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT at, value FROM sample JOIN series ON series.id = sample.series
             WHERE device = ?1 AND check_name = ?2 AND metric = ?3 AND interface = ?4 AND at >= ?5 ORDER BY at",
        )?;
        let (device, check, metric, interface) = key(series);
        let rows = statement.query_map(params![device, check, metric, interface, from.as_millisecond()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, f64>(1)?))
        })?;
        let mut samples = Vec::new();
        for row in rows {
            let (at, value) = row?;
            samples.extend(Timestamp::from_millisecond(at).ok().map(|at| (at, value)));
        }
        Ok(samples)
    }
}

fn prepare(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.execute_batch(SCHEMA)?;
    Ok(connection)
}

fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

fn key(series: &Series) -> (&str, &str, &str, &str) {
    let CheckId { device, check } = &series.check;
    (device.as_str(), check.as_str(), series.metric.name(), series.instance.as_deref().unwrap_or_default())
}

fn write(
    connection: &mut Connection,
    known: &mut HashMap<Series, i64>,
    samples: &[Sample],
    now: Timestamp,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare_cached("INSERT OR REPLACE INTO sample VALUES (?1, ?2, ?3)")?;
        for sample in samples {
            let id = match known.get(&sample.series) {
                Some(id) => *id,
                None => {
                    let id = series_id(&transaction, &sample.series)?;
                    known.insert(sample.series.clone(), id);
                    id
                }
            };
            insert.execute(params![id, sample.at.as_millisecond(), sample.value])?;
        }
    }
    let oldest = now.saturating_sub(KEPT).map_or(i64::MIN, |oldest| oldest.as_millisecond());
    transaction.execute("DELETE FROM sample WHERE at < ?1", [oldest])?;
    transaction.commit()
}

fn series_id(connection: &Connection, series: &Series) -> rusqlite::Result<i64> {
    let (device, check, metric, interface) = key(series);
    let select = "SELECT id FROM series WHERE device = ?1 AND check_name = ?2 AND metric = ?3 AND interface = ?4";
    let found = connection.query_row(select, [device, check, metric, interface], |row| row.get(0)).optional()?;
    if let Some(id) = found {
        return Ok(id);
    }
    let insert = "INSERT INTO series (device, check_name, metric, interface) VALUES (?1, ?2, ?3, ?4) RETURNING id";
    connection.query_row(insert, [device, check, metric, interface], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(second: i64, value: f64) -> Sample {
        let check = CheckId { device: "sw-1".parse().unwrap(), check: "icmp".parse().unwrap() };
        let series = Series { check, metric: Metric::RttMean, instance: None };
        Sample { series, at: at(second), value }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn values(history: &History) -> Vec<f64> {
        let reader = history.reader().unwrap();
        let samples = reader.since(&sample(0, 0.0).series, at(0)).unwrap();
        samples.into_iter().map(|(_, value)| value).collect()
    }

    #[test]
    fn samples_are_read_back_in_order_also_after_reopening() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("history.db");
        let mut history = History::open(&path).unwrap();
        history.append([sample(2, 0.2), sample(1, 0.1), sample(-1, 9.0), sample(3, f64::NAN)]);
        assert_eq!(values(&history), Vec::<f64>::new());
        history.commit(at(3)).unwrap();
        assert_eq!(values(&history), [0.1, 0.2]);
        drop(history);
        let mut history = History::open(&path).unwrap();
        history.append([sample(4, 0.4)]);
        history.commit(at(4)).unwrap();
        assert_eq!(values(&history), [0.1, 0.2, 0.4]);
    }

    #[test]
    fn old_samples_are_forgotten() {
        let directory = tempfile::tempdir().unwrap();
        let mut history = History::open(&directory.path().join("history.db")).unwrap();
        history.append([sample(0, 0.1), sample(100, 0.2)]);
        history.commit(at(50).saturating_add(KEPT).unwrap()).unwrap();
        assert_eq!(values(&history), [0.2]);
    }

    #[test]
    fn a_damaged_file_is_put_aside_and_a_new_one_begun() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("history.db");
        std::fs::write(&path, [b'x'; 8192]).unwrap();
        let mut history = History::open(&path).unwrap();
        history.append([sample(1, 0.1)]);
        history.commit(at(1)).unwrap();
        assert_eq!(values(&history), [0.1]);
        assert!(directory.path().join("history.db.damaged").exists());
    }
}
