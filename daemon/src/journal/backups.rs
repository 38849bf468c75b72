//! The records of backups: what was in what was stored, drills, what was removed, how repositories were looked after. They answer
//! the auditor, so that each is sealed: the seal of a record is the digest of the seal before it and of the record, and whoever
//! changes one quietly has to change all after it, of which the newest stands on paper or in a letter.
//!
//! The catalogue is in here too: a snapshot is a backup if a run that was complete says so and nobody has said that it was removed.

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::row::{self, from_json, parsed};
use super::{JournalError, JournalReader, json};
use crate::backup::wal::WalBatch;
use crate::backup::{Content, Drill, Fault, Outcome, Restorable, Run, RunId, SnapshotId, Stored, hex};
use crate::config::{JobName, RepositoryName};

/// What version 4 has beside that.
pub(super) const SCHEMA: &str = "
    CREATE TABLE content (snapshot TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
    CREATE TABLE drill (
        id INTEGER PRIMARY KEY, job TEXT NOT NULL, started TEXT NOT NULL, at TEXT NOT NULL, outcome TEXT NOT NULL
    ) STRICT;
    CREATE INDEX drill_job ON drill (job, id);
    CREATE TABLE removal (run INTEGER PRIMARY KEY REFERENCES run, at TEXT NOT NULL, why TEXT NOT NULL) STRICT;
    CREATE TABLE upkeep (
        id INTEGER PRIMARY KEY, repository TEXT NOT NULL, started TEXT NOT NULL, at TEXT NOT NULL,
        task TEXT NOT NULL, outcome TEXT NOT NULL
    ) STRICT;
    CREATE INDEX upkeep_repository ON upkeep (repository, task, id);
    CREATE TABLE seal (id INTEGER PRIMARY KEY, record TEXT NOT NULL UNIQUE, seal TEXT NOT NULL) STRICT;
";

/// What version 5 has beside that: what was stored of servers' logs, and the newest run that had been started then. That tells whether it
/// came after a base backup also when a clock was set.
pub(super) const SCHEMA_5: &str = "
    CREATE TABLE wal (
        id INTEGER PRIMARY KEY, job TEXT NOT NULL, at TEXT NOT NULL, stored TEXT NOT NULL, files TEXT NOT NULL,
        segment_size INTEGER NOT NULL, run INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX wal_job ON wal (job, run, id);
";

pub(super) const TABLES: [&str; 5] = ["content", "drill", "removal", "upkeep", "seal"];

/// Why a backup went out of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The job keeps newer ones.
    Expired,
}

/// A backup that is no longer one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// What stored it.
    pub run: RunId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: Why,
}

/// What is done for a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// `restic check`, and some of the data is read.
    Check,
    /// `restic prune`.
    Prune,
    /// `restic copy` from another repository.
    Copy,
}

/// Something that was done for a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upkeep {
    /// Which.
    pub repository: RepositoryName,
    /// What.
    pub task: Task,
    /// When it was started.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// What it came to.
    pub outcome: Result<(), Fault>,
}

/// A backup in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// What stored it.
    pub run: RunId,
    /// When that began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// The snapshots.
    pub snapshots: Vec<Stored>,
}

/// Where the seals are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealing {
    /// How many records are sealed.
    pub records: u64,
    /// The newest seal.
    pub seal: String,
}

/// What the seals say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sealed {
    /// Every record is as it was written.
    Whole {
        /// How many there are.
        records: u64,
        /// The newest seal.
        seal: String,
    },
    /// A record is not what it was, or gone.
    Broken {
        /// Which, the first of them.
        record: String,
    },
}

impl Task {
    /// Its name in the journal and in keys of the message catalogue.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Prune => "prune",
            Self::Copy => "copy",
        }
    }
}

impl Run {
    /// What counts of it.
    fn into_backup(self) -> Option<Backup> {
        let Self { id, started, ended, outcome, .. } = self;
        match outcome {
            Outcome::Complete { snapshots, .. } => Some(Backup { run: id, started, ended, snapshots }),
            _ => None,
        }
    }
}

pub(super) fn write_run(connection: &Connection, run: &Run) -> rusqlite::Result<()> {
    let values = params![run.id.0, run.ended.to_string(), json(&run.outcome)?];
    connection.execute("INSERT INTO run_outcome VALUES (?1, ?2, ?3)", values)?;
    seal(connection, "run_outcome", "run", run.id.0)?;
    for stored in run.outcome.snapshots() {
        if let Some(content) = &stored.manifest.content {
            // The same data twice are the same snapshot to nobody: each has a number of its own.
            let values = params![stored.snapshot.as_str(), json(content)?];
            connection.execute("INSERT INTO content VALUES (?1, ?2)", values)?;
            seal(connection, "content", "rowid", connection.last_insert_rowid())?;
        }
    }
    Ok(())
}

pub(super) fn write_drill(connection: &Connection, drill: &Drill) -> rusqlite::Result<()> {
    let values = params![drill.job.as_str(), drill.started.to_string(), drill.ended.to_string(), json(&drill.outcome)?];
    connection.execute("INSERT INTO drill (job, started, at, outcome) VALUES (?1, ?2, ?3, ?4)", values)?;
    seal(connection, "drill", "id", connection.last_insert_rowid())
}

pub(super) fn write_removal(connection: &Connection, removal: &Removal) -> rusqlite::Result<()> {
    let values = params![removal.run.0, removal.at.to_string(), json(&removal.why)?];
    connection.execute("INSERT INTO removal VALUES (?1, ?2, ?3)", values)?;
    seal(connection, "removal", "run", removal.run.0)
}

pub(super) fn write_wal(connection: &Connection, batch: &WalBatch) -> rusqlite::Result<()> {
    let WalBatch { job, at, stored, files, segment_size } = batch;
    let size = i64::try_from(*segment_size).unwrap_or(i64::MAX);
    let values = params![job.as_str(), at.to_string(), json(stored)?, json(files)?, size];
    connection.execute(
        "INSERT INTO wal (job, at, stored, files, segment_size, run)
         SELECT ?1, ?2, ?3, ?4, ?5, coalesce(max(id), 0) FROM run",
        values,
    )?;
    seal(connection, "wal", "id", connection.last_insert_rowid())
}

pub(super) fn write_upkeep(connection: &Connection, upkeep: &Upkeep) -> rusqlite::Result<()> {
    let Upkeep { repository, task, started, ended, outcome } = upkeep;
    let outcome = json(&outcome.as_ref().err())?;
    let values = params![repository.as_str(), started.to_string(), ended.to_string(), task.name(), outcome];
    connection
        .execute("INSERT INTO upkeep (repository, started, at, task, outcome) VALUES (?1, ?2, ?3, ?4, ?5)", values)?;
    seal(connection, "upkeep", "id", connection.last_insert_rowid())
}

/// Seals what was written before there were seals.
pub(super) fn seal_old(connection: &Connection) -> rusqlite::Result<()> {
    let mut select = connection.prepare("SELECT run FROM run_outcome ORDER BY run")?;
    let runs: Vec<i64> = select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    runs.into_iter().try_for_each(|run| seal(connection, "run_outcome", "run", run))
}

fn seal(connection: &Connection, table: &str, key: &str, id: i64) -> rusqlite::Result<()> {
    let before = newest_seal(connection)?;
    let record = format!("{table}.{key}={id}");
    let digest = digest(connection, &before, &record, table, key, id)?.unwrap_or_default();
    connection.execute("INSERT INTO seal (record, seal) VALUES (?1, ?2)", params![record, digest]).map(drop)
}

fn newest_seal(connection: &Connection) -> rusqlite::Result<String> {
    let select = "SELECT seal FROM seal ORDER BY id DESC LIMIT 1";
    Ok(connection.prepare_cached(select)?.query_row([], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// The seal of a record; none if it is not there.
fn digest(
    connection: &Connection,
    before: &str,
    record: &str,
    table: &str,
    key: &str,
    id: i64,
) -> rusqlite::Result<Option<String>> {
    // Names of tables are ours; what comes from the file is only compared with them.
    let mut select = connection.prepare_cached(&format!("SELECT * FROM {table} WHERE {key} = ?1"))?;
    let columns = select.column_count();
    let mut digest = Sha256::new();
    let mut take = |octets: &[u8]| {
        // Each with its length, so that nothing can be moved from one to the next.
        digest.update((octets.len() as u64).to_le_bytes());
        digest.update(octets);
    };
    take(before.as_bytes());
    take(record.as_bytes());
    let mut rows = select.query([id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    for column in 0..columns {
        match row.get_ref(column)? {
            ValueRef::Integer(number) => take(number.to_string().as_bytes()),
            ValueRef::Text(text) | ValueRef::Blob(text) => take(text),
            ValueRef::Real(_) | ValueRef::Null => take(&[]),
        }
    }
    Ok(Some(hex(&digest.finalize())))
}

/// What is sealed, and by which column it is found.
const SEALED: [(&str, &str); 6] = [
    ("run_outcome", "run"),
    ("content", "rowid"),
    ("drill", "id"),
    ("removal", "run"),
    ("upkeep", "id"),
    ("wal", "id"),
];

impl JournalReader {
    /// The backups of a job that count, the oldest first.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn catalogue(&self, job: &JobName) -> Result<Vec<Backup>, JournalError> {
        self.read_catalogue(job).map_err(|source| self.failed(source))
    }

    /// The newest backup of a job that counts, if there is one.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn newest_backup(&self, job: &JobName) -> Result<Option<Backup>, JournalError> {
        let newest = self.newest_first(job, |backups| backups.next().transpose());
        newest.map_err(|source| self.failed(source))
    }

    fn read_catalogue(&self, job: &JobName) -> rusqlite::Result<Vec<Backup>> {
        let mut backups = self.newest_first(job, |backups| backups.collect::<rusqlite::Result<Vec<Backup>>>())?;
        backups.reverse();
        Ok(backups)
    }

    /// Takes as many of the backups of a job that count as are wanted.
    fn newest_first<T>(
        &self,
        job: &JobName,
        take: impl FnOnce(&mut dyn Iterator<Item = rusqlite::Result<Backup>>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let mut select = self.connection.prepare_cached(
            "SELECT run.id, job, started, at, outcome FROM run JOIN run_outcome ON run = run.id
             WHERE job = ?1 AND run.id NOT IN (SELECT run FROM removal) ORDER BY run.id DESC",
        )?;
        let runs = select.query_map([job.as_str()], row::run)?;
        take(&mut runs.filter_map(|run| run.map(Run::into_backup).transpose()))
    }

    /// What was in a snapshot; none if it was not told.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn content(&self, snapshot: &SnapshotId) -> Result<Option<Content>, JournalError> {
        let select = "SELECT content FROM content WHERE snapshot = ?1";
        let found = self.connection.query_row(select, [snapshot.as_str()], |row| from_json(row, 0)).optional();
        found.map_err(|source| self.failed(source))
    }

    /// The newest runs that ended, of one job or of all, the newest first.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn runs(&self, job: Option<&JobName>, most: u32) -> Result<Vec<Run>, JournalError> {
        let read = || {
            let mut select = self.connection.prepare_cached(
                "SELECT run.id, job, started, at, outcome FROM run JOIN run_outcome ON run = run.id
                 WHERE ?1 IS NULL OR job = ?1 ORDER BY run.id DESC LIMIT ?2",
            )?;
            let runs = select.query_map(params![job.map(JobName::as_str), most], row::run)?;
            runs.collect::<rusqlite::Result<Vec<Run>>>()
        };
        read().map_err(|source| self.failed(source))
    }

    /// One run; none if there is none of this number, or it goes on.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn run(&self, id: RunId) -> Result<Option<Run>, JournalError> {
        let select =
            "SELECT run.id, job, started, at, outcome FROM run JOIN run_outcome ON run = run.id WHERE run.id = ?1";
        self.connection.query_row(select, [id.0], row::run).optional().map_err(|source| self.failed(source))
    }

    /// The newest drills of a job, the newest first.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn drills(&self, job: &JobName, most: u32) -> Result<Vec<Drill>, JournalError> {
        let read = || {
            let mut select = self.connection.prepare_cached(
                "SELECT job, started, at, outcome FROM drill WHERE job = ?1 ORDER BY id DESC LIMIT ?2",
            )?;
            let drills = select.query_map(params![job.as_str(), most], drill)?;
            drills.collect::<rusqlite::Result<Vec<Drill>>>()
        };
        read().map_err(|source| self.failed(source))
    }

    /// What was stored of a job's server's log since a run was started, the oldest first; since [`RunId`] 0 all of it.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn wal_since(&self, job: &JobName, run: RunId) -> Result<Vec<WalBatch>, JournalError> {
        let read = || {
            let select = "SELECT at, stored, files, segment_size FROM wal WHERE job = ?1 AND run >= ?2 ORDER BY id";
            let mut select = self.connection.prepare_cached(select)?;
            let batches = select.query_map(params![job.as_str(), run.0], |row| wal(row, job))?;
            batches.collect::<rusqlite::Result<Vec<WalBatch>>>()
        };
        read().map_err(|source| self.failed(source))
    }

    /// What was stored of it last before a run was started.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn wal_before(&self, job: &JobName, run: RunId) -> Result<Option<WalBatch>, JournalError> {
        let select =
            "SELECT at, stored, files, segment_size FROM wal WHERE job = ?1 AND run < ?2 ORDER BY id DESC LIMIT 1";
        let found = self.connection.query_row(select, params![job.as_str(), run.0], |row| wal(row, job)).optional();
        found.map_err(|source| self.failed(source))
    }

    /// The newest backup of a job that counts, with what was in it, and what was stored of a server's log since it was begun.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn restorable(&self, job: &JobName) -> Result<Option<Restorable>, JournalError> {
        let Some(Backup { run, mut snapshots, .. }) = self.newest_backup(job)? else { return Ok(None) };
        for stored in &mut snapshots {
            stored.manifest.content = self.content(&stored.snapshot)?;
        }
        Ok(Some(Restorable { snapshots, wal: self.wal_since(job, run)? }))
    }

    /// When something was last done for a repository, how often it was done well, and how the last time ended.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn upkeep(&self, repository: &RepositoryName, task: Task) -> Result<(u32, Option<Upkeep>), JournalError> {
        let read = || {
            let count = "SELECT count(*) FROM upkeep WHERE repository = ?1 AND task = ?2 AND outcome = 'null'";
            let key = params![repository.as_str(), task.name()];
            let good: u32 = self.connection.query_row(count, key, |row| row.get(0))?;
            let last =
                "SELECT started, at, outcome FROM upkeep WHERE repository = ?1 AND task = ?2 ORDER BY id DESC LIMIT 1";
            let key = params![repository.as_str(), task.name()];
            let last = self.connection.query_row(last, key, |row| {
                let fault: Option<Fault> = from_json(row, 2)?;
                let (started, ended) = (parsed(row, 0)?, parsed(row, 1)?);
                Ok(Upkeep { repository: repository.clone(), task, started, ended, outcome: fault.map_or(Ok(()), Err) })
            });
            Ok((good, last.optional()?))
        };
        read().map_err(|source| self.failed(source))
    }

    /// When something was begun for a repository that ended well, the last time.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn last_good(&self, repository: &RepositoryName, task: Task) -> Result<Option<Timestamp>, JournalError> {
        let select = "SELECT started FROM upkeep WHERE repository = ?1 AND task = ?2 AND outcome = 'null'
                      ORDER BY id DESC LIMIT 1";
        let key = params![repository.as_str(), task.name()];
        let found = self.connection.query_row(select, key, |row| parsed(row, 0)).optional();
        found.map_err(|source| self.failed(source))
    }

    /// Whether every record is as it was written.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn sealed(&self) -> Result<Sealed, JournalError> {
        self.read_seals().map_err(|source| self.failed(source))
    }

    /// How many records are sealed, and the newest seal, without looking whether they are right.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn sealing(&self) -> Result<Sealing, JournalError> {
        let count = || {
            let records: u32 = self.connection.query_row("SELECT count(*) FROM seal", [], |row| row.get(0))?;
            Ok(Sealing { records: u64::from(records), seal: newest_seal(&self.connection)? })
        };
        count().map_err(|source| self.failed(source))
    }

    fn read_seals(&self) -> rusqlite::Result<Sealed> {
        let moment = self.connection.unchecked_transaction()?;
        let mut select = moment.prepare_cached("SELECT record, seal FROM seal ORDER BY id")?;
        let mut seals = select.query([])?;
        let (mut records, mut before) = (0, String::new());
        while let Some(row) = seals.next()? {
            let (record, seal): (String, String) = (row.get(0)?, row.get(1)?);
            let named = record.split_once('=').and_then(|(name, id)| {
                let id: i64 = id.parse().ok()?;
                SEALED.into_iter().find(|(table, key)| format!("{table}.{key}") == name).map(|found| (found, id))
            });
            let Some(((table, key), id)) = named else { return Ok(Sealed::Broken { record }) };
            if digest(&moment, &before, &record, table, key, id)? != Some(seal.clone()) {
                return Ok(Sealed::Broken { record });
            }
            (records, before) = (records + 1, seal);
        }
        for (table, _) in SEALED {
            let count: i64 = moment.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
            let sealed = "SELECT count(*) FROM seal WHERE record LIKE ?1";
            let sealed: i64 = moment.query_row(sealed, [format!("{table}.%")], |row| row.get(0))?;
            if count != sealed {
                return Ok(Sealed::Broken { record: table.to_owned() });
            }
        }
        Ok(Sealed::Whole { records, seal: before })
    }
}

/// The batch in a row of `at, stored, files, segment_size`.
fn wal(row: &rusqlite::Row<'_>, job: &JobName) -> rusqlite::Result<WalBatch> {
    let segment_size: i64 = row.get(3)?;
    let (at, stored, files) = (parsed(row, 0)?, from_json(row, 1)?, from_json(row, 2)?);
    Ok(WalBatch { job: job.clone(), at, stored, files, segment_size: u64::try_from(segment_size).unwrap_or_default() })
}

/// The drill in a row of `job, started, at, outcome`.
pub(super) fn drill(row: &rusqlite::Row<'_>) -> rusqlite::Result<Drill> {
    Ok(Drill { job: parsed(row, 0)?, started: parsed(row, 1)?, ended: parsed(row, 2)?, outcome: from_json(row, 3)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::{Kind, Manifest};
    use crate::journal::{Entry, Journal};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn job() -> JobName {
        "registras".parse().unwrap()
    }

    fn run(id: i64) -> Run {
        let mut content = Content { is_exact: true, ..Content::default() };
        content.note(Kind::Rows, "asmuo", "7");
        let snapshot = SnapshotId::try_from(format!("{id:08x}")).unwrap();
        let manifest = Manifest { octets: 10, sha256: "ab".to_owned(), content: Some(content) };
        let stored =
            Stored { part: "registras".to_owned(), file: "registras.db".to_owned(), snapshot, manifest, added: 1 };
        let outcome = Outcome::Complete { snapshots: vec![stored], read_back: true };
        Run { id: RunId(id), job: job(), started: at(id), ended: at(id + 1), outcome }
    }

    fn journal(path: &std::path::Path) -> Journal {
        let (mut journal, _) = Journal::open(path, at(0)).unwrap();
        for id in 1..=3 {
            let started = Entry::RunStarted { id: RunId(id), job: job(), started: at(id) };
            journal.append(&[started, Entry::RunEnded(run(id))]).unwrap();
        }
        journal.append(&[Entry::Removal(Removal { run: RunId(1), at: at(9), why: Why::Expired })]).unwrap();
        journal
    }

    #[test]
    fn the_catalogue_is_what_was_complete_and_not_removed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let _journal = journal(&path);
        let reader = JournalReader::open(&path).unwrap();
        let catalogue = reader.catalogue(&job()).unwrap();
        assert_eq!(catalogue.iter().map(|backup| backup.run.0).collect::<Vec<_>>(), [2, 3]);
        let content = reader.content(&catalogue[0].snapshots[0].snapshot).unwrap().unwrap();
        assert_eq!(content.rows(), 7);
    }

    #[test]
    fn a_quiet_change_breaks_a_seal() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        drop(journal(&path));
        let reader = || JournalReader::open(&path).unwrap().sealed().unwrap();
        let Sealed::Whole { records, .. } = reader() else { panic!("broken") };
        assert_eq!(records, 7, "three runs with what was in them, and a removal");
        let change = |statement: &str| {
            let connection = Connection::open(&path).unwrap();
            connection
                .execute_batch(&format!(
                    "DROP TRIGGER run_outcome_no_UPDATE; DROP TRIGGER drill_no_DELETE; {statement}"
                ))
                .unwrap();
        };
        change("UPDATE run_outcome SET at = '2026-01-01T00:00:00Z' WHERE run = 2");
        assert_eq!(reader(), Sealed::Broken { record: "run_outcome.run=2".to_owned() });
    }

    #[test]
    fn what_came_after_a_base_backup_is_known_whatever_the_clock_says() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let mut journal = journal(&path);
        let stored = run(9).outcome.snapshots()[0].clone();
        // The first one was dated by a clock that was a year ahead.
        let batch = |at: Timestamp, file: &str| WalBatch {
            job: job(),
            at,
            stored: stored.clone(),
            files: vec![file.to_owned()],
            segment_size: 16 << 20,
        };
        journal
            .append(&[
                Entry::Wal(batch(at(31_536_000), "a")),
                Entry::RunStarted { id: RunId(4), job: job(), started: at(20) },
            ])
            .unwrap();
        journal.append(&[Entry::Wal(batch(at(5), "b")), Entry::Wal(batch(at(6), "c"))]).unwrap();
        let reader = JournalReader::open(&path).unwrap();
        let files = |run| {
            reader.wal_since(&job(), RunId(run)).unwrap().into_iter().flat_map(|batch| batch.files).collect::<String>()
        };
        assert_eq!((files(0).as_str(), files(4).as_str(), files(5).as_str()), ("abc", "bc", ""));
        assert_eq!(reader.wal_before(&job(), RunId(4)).unwrap().unwrap().files, ["a"]);
        assert!(matches!(reader.sealed().unwrap(), Sealed::Whole { .. }));
    }

    #[test]
    fn a_record_that_nobody_sealed_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        drop(journal(&path));
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("INSERT INTO drill VALUES (1, 'registras', 'x', 'y', 'z')").unwrap();
        let sealed = JournalReader::open(&path).unwrap().sealed().unwrap();
        assert_eq!(sealed, Sealed::Broken { record: "drill".to_owned() });
    }
}
