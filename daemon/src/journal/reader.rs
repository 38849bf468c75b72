//! Reads what was written down, while it is being written.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::letters::{self, LetterStory};
use super::row::{self, from_json, parsed};
use super::{JournalError, Remark};
use crate::backup::Run;
use crate::config::JobName;
use crate::health::{Change, Incident, IncidentId, Update};

/// Reads the journal. Nothing that it does can change it.
#[derive(Debug)]
pub struct JournalReader {
    path: PathBuf,
    pub(super) connection: Connection,
}

/// So many runs of each job are of interest.
const NEWEST_RUNS: u32 = 30;

/// An incident from its beginning until now.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// The incident as it is now.
    pub incident: Incident,
    /// What it was when it was opened, and became since.
    pub updates: Vec<(Timestamp, Update)>,
    /// What people said of it.
    pub remarks: Vec<Remark>,
    /// Who was told of it, and whether that arrived.
    pub letters: Vec<LetterStory>,
    /// What it took with it, and when.
    pub taken: Vec<Change>,
}

impl JournalReader {
    /// Opens the journal at `path`, which must be there.
    ///
    /// # Errors
    /// It cannot be read, or is of another version.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let failed = |source| JournalError::Database { path: path.to_owned(), source };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(failed)?;
        let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
        if found != super::VERSION {
            return Err(JournalError::OtherVersion { path: path.to_owned(), found });
        }
        Ok(Self { path: path.to_owned(), connection })
    }

    /// The newest incidents, the newest first; perhaps only those that are open.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn incidents(&self, only_open: bool, most: u32) -> Result<Vec<Incident>, JournalError> {
        self.list(only_open, most).map_err(|source| self.failed(source))
    }

    /// What happened in and around an incident; none if there is none of this number.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn story(&self, id: IncidentId) -> Result<Option<Story>, JournalError> {
        self.read(id).map_err(|source| self.failed(source))
    }

    /// The newest runs of each job that ended, the newest first, so many at most.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn newest_runs(&self) -> Result<HashMap<JobName, Vec<Run>>, JournalError> {
        self.read_newest_runs().map_err(|source| self.failed(source))
    }

    fn read_newest_runs(&self) -> rusqlite::Result<HashMap<JobName, Vec<Run>>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT run.id, job, started, at, outcome FROM
             (SELECT *, row_number() OVER (PARTITION BY job ORDER BY id DESC) AS place FROM run) run
             JOIN run_outcome ON run = run.id WHERE place <= ?1 ORDER BY run.id DESC",
        )?;
        let runs = statement.query_map([NEWEST_RUNS], row::run)?;
        let mut by_job: HashMap<JobName, Vec<Run>> = HashMap::new();
        for run in runs {
            let run = run?;
            by_job.entry(run.job.clone()).or_default().push(run);
        }
        Ok(by_job)
    }

    pub(super) fn failed(&self, source: rusqlite::Error) -> JournalError {
        JournalError::Database { path: self.path.clone(), source }
    }

    fn list(&self, only_open: bool, most: u32) -> rusqlite::Result<Vec<Incident>> {
        let select = format!(
            "SELECT {}, resolution.at FROM incident LEFT JOIN incident_resolution resolution ON incident = incident.id
             WHERE resolution.at IS NULL OR NOT ?1 ORDER BY incident.id DESC LIMIT ?2",
            row::INCIDENT
        );
        let mut statement = self.connection.prepare_cached(&select)?;
        let incidents = statement.query_map((only_open, most), row::resolved)?;
        incidents.map(|incident| self.as_it_became(incident?).map(|(incident, _)| incident)).collect()
    }

    fn as_it_became(&self, mut incident: Incident) -> rusqlite::Result<(Incident, Vec<(Timestamp, Update)>)> {
        let updates = row::updates(&self.connection, incident.id)?;
        for (_, update) in &updates {
            incident.take_in(update);
        }
        Ok((incident, updates))
    }

    fn read(&self, id: IncidentId) -> rusqlite::Result<Option<Story>> {
        let select = format!(
            "SELECT {}, resolution.at FROM incident LEFT JOIN incident_resolution resolution ON incident = incident.id
             WHERE incident.id = ?1",
            row::INCIDENT
        );
        let found = self.connection.query_row(&select, [id.0], row::resolved).optional()?;
        let Some(incident) = found else { return Ok(None) };
        let (incident, updates) = self.as_it_became(incident)?;
        let letters = letters::of_incident(&self.connection, id)?;
        Ok(Some(Story { incident, updates, remarks: self.remarks(id)?, letters, taken: self.taken(id)? }))
    }

    fn remarks(&self, id: IncidentId) -> rusqlite::Result<Vec<Remark>> {
        let mut statement =
            self.connection.prepare_cached("SELECT at, author, remark FROM remark WHERE incident = ?1 ORDER BY id")?;
        let remarks = statement.query_map([id.0], |row| {
            Ok(Remark { incident: id, at: parsed(row, 0)?, author: row.get(1)?, words: from_json(row, 2)? })
        })?;
        remarks.collect()
    }

    fn taken(&self, id: IncidentId) -> rusqlite::Result<Vec<Change>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT device, check_name, state_from, state_to, at, failure, incident FROM state_change
             WHERE incident = ?1 ORDER BY id",
        )?;
        let taken = statement.query_map([id.0], row::change)?;
        taken.collect()
    }
}
