//! What must never be lost: states, incidents and backup runs, in `journal.db`.
//!
//! Every table only grows; triggers refuse to change or delete a row, so a correction is a new entry. Each call of
//! [`Journal::append`] is one transaction that has reached the disk when it returns (`synchronous = FULL`). A journal
//! that is damaged or of a newer version is not repaired, replaced or guessed at: the daemon refuses to start and says so.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::backup::{JobRecord, Outcome, Run, RunId};
use crate::config::{CheckId, JobName};
use crate::health::{Event, Incident, IncidentId, Memory, Notified, State};

/// How many of the newest notifications are shown.
pub const SHOWN_NOTIFICATIONS: u16 = 500;

/// The journal. There is one, in the recorder.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    connection: Connection,
}

/// Something to be written down.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// What health concluded.
    Event(Event),
    /// A backup run begins.
    RunStarted {
        /// Its number.
        id: RunId,
        /// Of which job.
        job: JobName,
        /// When.
        started: Timestamp,
    },
    /// A backup run has ended.
    RunEnded(Run),
}

/// What an opened journal remembers.
#[derive(Debug, Clone, Default)]
pub struct Remembered {
    /// For health.
    pub health: Memory,
    /// The highest number a run ever had; 0 when there was none.
    pub last_run: i64,
    /// By job; also of jobs that are no longer configured.
    pub jobs: HashMap<JobName, JobRecord>,
    /// What devices said by themselves last, the oldest first.
    pub notified: Vec<Notified>,
    /// Runs that were under way when the daemon died. They are now marked as interrupted.
    pub interrupted: Vec<Run>,
}

/// The journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be read or written.
    #[error("the journal {path} cannot be used: {source}", path = .path.display())]
    Database {
        /// Which.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// A check of its whole content found damage.
    #[error("the journal {path} is damaged ({detail}); move it aside or restore it from a backup, then start again", path = .path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What SQLite found first.
        detail: String,
    },
    /// It was written by a version that knows more.
    #[error("the journal {path} has version {found}, this rotused knows {VERSION}; install the newer rotused again", path = .path.display())]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
}

/// `PRAGMA user_version` of the schema.
const VERSION: i64 = 2;

/// Times are RFC 3339 in UTC and reasons JSON, so that `sqlite3 journal.db` is readable without us.
const SCHEMA: &str = "
    CREATE TABLE incident (id INTEGER PRIMARY KEY, subject TEXT NOT NULL, opened TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
    CREATE TABLE incident_resolution (incident INTEGER PRIMARY KEY REFERENCES incident, at TEXT NOT NULL) STRICT;
    CREATE TABLE state_change (
        id INTEGER PRIMARY KEY, device TEXT NOT NULL, check_name TEXT NOT NULL,
        state_from TEXT NOT NULL, state_to TEXT NOT NULL, at TEXT NOT NULL, failure TEXT
    ) STRICT;
    CREATE INDEX state_change_check ON state_change (device, check_name, id);
    CREATE TABLE run (id INTEGER PRIMARY KEY, job TEXT NOT NULL, started TEXT NOT NULL) STRICT;
    CREATE INDEX run_job ON run (job, id);
    CREATE TABLE run_outcome (run INTEGER PRIMARY KEY REFERENCES run, at TEXT NOT NULL, outcome TEXT NOT NULL) STRICT;
";

const TABLES: [&str; 5] = ["incident", "incident_resolution", "state_change", "run", "run_outcome"];

/// What version 2 has beside that: what devices said by themselves.
const SCHEMA_2: &str = "
    CREATE TABLE notification (
        id INTEGER PRIMARY KEY, device TEXT NOT NULL, at TEXT NOT NULL, notification TEXT NOT NULL
    ) STRICT;
";

impl Journal {
    /// Opens the journal at `path`, making it if it is not there, and marks runs that a dead daemon left behind as
    /// interrupted at `now`.
    ///
    /// # Errors
    /// It cannot be written, is damaged, or was written by a newer version.
    pub fn open(path: &Path, now: Timestamp) -> Result<(Self, Remembered), JournalError> {
        let failed = |source| JournalError::Database { path: path.to_owned(), source };
        let mut connection = Connection::open(path).map_err(failed)?;
        check_integrity(&connection, path)?;
        let found = prepare(&mut connection).map_err(failed)?;
        if found > VERSION {
            return Err(JournalError::Newer { path: path.to_owned(), found });
        }
        let mut journal = Self { path: path.to_owned(), connection };
        let interrupted = journal.unfinished(now).map_err(failed)?;
        journal.append(&interrupted.iter().cloned().map(Entry::RunEnded).collect::<Vec<_>>())?;
        let remembered = journal.remembered(interrupted).map_err(failed)?;
        Ok((journal, remembered))
    }

    /// Writes all of `entries` or none.
    ///
    /// # Errors
    /// They could not be written; nothing has changed.
    pub fn append(&mut self, entries: &[Entry]) -> Result<(), JournalError> {
        if entries.is_empty() {
            return Ok(());
        }
        write(&mut self.connection, entries)
            .map_err(|source| JournalError::Database { path: self.path.clone(), source })
    }

    fn unfinished(&self, now: Timestamp) -> rusqlite::Result<Vec<Run>> {
        let mut statement = self
            .connection
            .prepare("SELECT id, job, started FROM run WHERE id NOT IN (SELECT run FROM run_outcome) ORDER BY id")?;
        let runs = statement.query_map([], |row| {
            let (id, job, started) = (RunId(row.get(0)?), parsed(row, 1)?, parsed(row, 2)?);
            Ok(Run { id, job, started, ended: now, outcome: Outcome::Interrupted })
        })?;
        runs.collect()
    }

    fn remembered(&self, interrupted: Vec<Run>) -> rusqlite::Result<Remembered> {
        let highest = |table: &str| {
            let select = format!("SELECT coalesce(max(id), 0) FROM {table}");
            self.connection.query_row(&select, [], |row| row.get(0))
        };
        let health =
            Memory { states: self.states()?, open: self.open_incidents()?, last_incident: highest("incident")? };
        let notified = self.notified()?;
        Ok(Remembered { health, last_run: highest("run")?, jobs: self.jobs()?, notified, interrupted })
    }

    fn notified(&self) -> rusqlite::Result<Vec<Notified>> {
        let mut statement =
            self.connection.prepare("SELECT device, at, notification FROM notification ORDER BY id DESC LIMIT ?1")?;
        let notified = statement.query_map([SHOWN_NOTIFICATIONS], |row| {
            Ok(Notified { device: parsed(row, 0)?, at: parsed(row, 1)?, notification: from_json(row, 2)? })
        })?;
        let mut notified = notified.collect::<rusqlite::Result<Vec<_>>>()?;
        notified.reverse();
        Ok(notified)
    }

    fn states(&self) -> rusqlite::Result<HashMap<CheckId, (State, Timestamp)>> {
        // The columns beside max() are those of its row (sqlite.org/lang_select.html#bareagg).
        let mut statement = self.connection.prepare(
            "SELECT device, check_name, state_to, at, max(id) FROM state_change GROUP BY device, check_name",
        )?;
        let states = statement.query_map([], |row| {
            let check = CheckId { device: parsed(row, 0)?, check: parsed(row, 1)? };
            Ok((check, (named_state(row, 2)?, parsed(row, 3)?)))
        })?;
        states.collect()
    }

    fn open_incidents(&self) -> rusqlite::Result<Vec<Incident>> {
        let mut statement = self.connection.prepare(
            "SELECT id, subject, opened, reason FROM incident
             WHERE id NOT IN (SELECT incident FROM incident_resolution) ORDER BY id",
        )?;
        let incidents = statement.query_map([], |row| {
            Ok(Incident {
                id: IncidentId(row.get(0)?),
                subject: from_json(row, 1)?,
                opened: parsed(row, 2)?,
                reason: from_json(row, 3)?,
                resolved: None,
            })
        })?;
        incidents.collect()
    }

    fn jobs(&self) -> rusqlite::Result<HashMap<JobName, JobRecord>> {
        let mut statement = self.connection.prepare(
            "SELECT run.id, job, started, at, outcome FROM run JOIN run_outcome ON run = run.id ORDER BY run.id",
        )?;
        let runs = statement.query_map([], |row| {
            let (id, job, started) = (RunId(row.get(0)?), parsed(row, 1)?, parsed(row, 2)?);
            Ok(Run { id, job, started, ended: parsed(row, 3)?, outcome: from_json(row, 4)? })
        })?;
        let mut jobs: HashMap<JobName, JobRecord> = HashMap::new();
        for run in runs {
            let run = run?;
            jobs.entry(run.job.clone()).or_default().take_in(run);
        }
        Ok(jobs)
    }
}

fn check_integrity(connection: &Connection, path: &Path) -> Result<(), JournalError> {
    let damaged = |detail: String| JournalError::Damaged { path: path.to_owned(), detail };
    let found: rusqlite::Result<String> = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
    match found {
        Ok(verdict) if verdict == "ok" => Ok(()),
        Ok(verdict) => Err(damaged(verdict)),
        Err(error) => match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                Err(damaged(error.to_string()))
            }
            _ => Err(JournalError::Database { path: path.to_owned(), source: error }),
        },
    }
}

/// Brings the file to [`VERSION`] unless it is newer; returns the version found, or reached.
fn prepare(connection: &mut Connection) -> rusqlite::Result<i64> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    let transaction = connection.transaction()?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found >= VERSION {
        return Ok(found);
    }
    if found < 1 {
        add(&transaction, SCHEMA, &TABLES)?;
    }
    add(&transaction, SCHEMA_2, &["notification"])?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(VERSION)
}

/// Adds tables that only grow.
fn add(connection: &Connection, schema: &str, tables: &[&str]) -> rusqlite::Result<()> {
    connection.execute_batch(schema)?;
    for table in tables {
        for action in ["UPDATE", "DELETE"] {
            connection.execute_batch(&format!(
                "CREATE TRIGGER {table}_no_{action} BEFORE {action} ON {table}
                 BEGIN SELECT raise(ABORT, 'the journal only grows'); END;"
            ))?;
        }
    }
    Ok(())
}

fn write(connection: &mut Connection, entries: &[Entry]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for entry in entries {
        match entry {
            Entry::Event(event) => write_event(&transaction, event)?,
            Entry::RunStarted { id, job, started } => {
                let values = params![id.0, job.as_str(), started.to_string()];
                transaction.execute("INSERT INTO run VALUES (?1, ?2, ?3)", values)?;
            }
            Entry::RunEnded(run) => {
                let values = params![run.id.0, run.ended.to_string(), json(&run.outcome)?];
                transaction.execute("INSERT INTO run_outcome VALUES (?1, ?2, ?3)", values)?;
            }
        }
    }
    transaction.commit()
}

fn write_event(connection: &Connection, event: &Event) -> rusqlite::Result<()> {
    match event {
        Event::StateChanged(change) => connection.execute(
            "INSERT INTO state_change (device, check_name, state_from, state_to, at, failure)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                change.check.device.as_str(),
                change.check.check.as_str(),
                change.from.name(),
                change.to.name(),
                change.at.to_string(),
                change.failure.as_ref().map(json).transpose()?,
            ],
        ),
        Event::IncidentOpened(incident) => connection.execute(
            "INSERT INTO incident VALUES (?1, ?2, ?3, ?4)",
            params![incident.id.0, json(&incident.subject)?, incident.opened.to_string(), json(&incident.reason)?],
        ),
        Event::IncidentResolved(incident) => connection.execute(
            "INSERT INTO incident_resolution VALUES (?1, ?2)",
            params![incident.id.0, incident.resolved.unwrap_or(incident.opened).to_string()],
        ),
        Event::Notified(Notified { device, at, notification }) => connection.execute(
            "INSERT INTO notification (device, at, notification) VALUES (?1, ?2, ?3)",
            params![device.as_str(), at.to_string(), json(notification)?],
        ),
    }
    .map(drop)
}

fn json<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| unreadable(column, error))
}

fn parsed<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let text: String = row.get(column)?;
    text.parse().map_err(|error| unreadable(column, error))
}

fn named_state(row: &Row<'_>, column: usize) -> rusqlite::Result<State> {
    let text: String = row.get(column)?;
    let found = State::ALL.into_iter().find(|state| state.name() == text);
    found.ok_or_else(|| unreadable(column, std::io::Error::other(format!("no state is called {text}"))))
}

fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::{Fault, RunCounts, Step};
    use crate::health::{Change, Reason, Subject};
    use crate::probe::Failure;
    use crate::snmp::{Notification, NotificationKind};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn check() -> CheckId {
        CheckId { device: "sw-1".parse().unwrap(), check: "icmp".parse().unwrap() }
    }

    fn incident(id: i64) -> Incident {
        let reason = Reason::Probe(Failure::Timeout { after: Duration::from_secs(2) });
        Incident { id: IncidentId(id), subject: Subject::Check(check()), opened: at(id), reason, resolved: None }
    }

    fn change(to: State, second: i64) -> Entry {
        let failure = (to == State::Down).then_some(Failure::Refused);
        Entry::Event(Event::StateChanged(Change { check: check(), from: State::Unknown, to, at: at(second), failure }))
    }

    fn started(id: i64) -> Entry {
        Entry::RunStarted { id: RunId(id), job: "registras".parse().unwrap(), started: at(id) }
    }

    fn ended(id: i64, outcome: Outcome) -> Entry {
        let job = "registras".parse().unwrap();
        Entry::RunEnded(Run { id: RunId(id), job, started: at(id), ended: at(id + 1), outcome })
    }

    fn reopened(path: &Path) -> Remembered {
        Journal::open(path, at(1000)).unwrap().1
    }

    #[test]
    fn states_and_open_incidents_are_remembered() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let (mut journal, remembered) = Journal::open(&path, at(0)).unwrap();
        assert!(remembered.health.states.is_empty());
        let resolved = Incident { resolved: Some(at(3)), ..incident(1) };
        journal
            .append(&[
                change(State::Down, 1),
                Entry::Event(Event::IncidentOpened(incident(1))),
                change(State::Up, 3),
                Entry::Event(Event::IncidentResolved(resolved)),
                change(State::Down, 5),
                Entry::Event(Event::IncidentOpened(incident(2))),
            ])
            .unwrap();
        drop(journal);
        let remembered = reopened(&path);
        assert_eq!(remembered.health.states[&check()], (State::Down, at(5)));
        assert_eq!(remembered.health.open, [incident(2)]);
        assert_eq!(remembered.health.last_incident, 2);
    }

    #[test]
    fn what_devices_said_is_remembered_also_in_a_journal_of_the_first_version() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let old = Connection::open(&path).unwrap();
        add(&old, SCHEMA, &TABLES).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        drop(old);
        let (mut journal, _) = Journal::open(&path, at(0)).unwrap();
        let notified = |second| Notified {
            device: "sw-1".parse().unwrap(),
            at: at(second),
            notification: Notification { kind: NotificationKind::LinkDown, interface_index: Some(7), about: None },
        };
        journal.append(&[1, 2].map(|second| Entry::Event(Event::Notified(notified(second))))).unwrap();
        drop(journal);
        assert_eq!(reopened(&path).notified, [notified(1), notified(2)]);
    }

    #[test]
    fn a_run_that_a_dead_daemon_left_behind_was_interrupted() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let (mut journal, _) = Journal::open(&path, at(0)).unwrap();
        let failed = Outcome::Failed { step: Step::Store, fault: Fault::WrongPassword };
        journal.append(&[started(1), ended(1, failed), started(2)]).unwrap();
        drop(journal);
        let remembered = reopened(&path);
        assert_eq!(remembered.interrupted.len(), 1);
        assert_eq!(remembered.last_run, 2);
        let job = &remembered.jobs[&"registras".parse::<JobName>().unwrap()];
        assert_eq!(job.runs, RunCounts { proven: 0, failed: 2 });
        let last = job.last.as_ref().unwrap();
        assert_eq!((last.id, last.ended, &last.outcome), (RunId(2), at(1000), &Outcome::Interrupted));
        assert!(reopened(&path).interrupted.is_empty());
    }

    #[test]
    fn nothing_written_can_be_changed_or_deleted() {
        let directory = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(&directory.path().join("journal.db"), at(0)).unwrap();
        journal.append(&[change(State::Up, 1)]).unwrap();
        for statement in ["UPDATE state_change SET at = ''", "DELETE FROM state_change"] {
            let refused = journal.connection.execute(statement, []).unwrap_err();
            assert!(refused.to_string().contains("the journal only grows"), "{refused}");
        }
    }

    #[test]
    fn entries_are_written_all_or_none() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let (mut journal, _) = Journal::open(&path, at(0)).unwrap();
        let twice = Entry::Event(Event::IncidentOpened(incident(1)));
        assert!(journal.append(&[twice.clone(), twice]).is_err());
        drop(journal);
        assert_eq!(reopened(&path).health.last_incident, 0);
    }

    #[test]
    fn a_damaged_or_newer_journal_is_refused_and_left_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        std::fs::write(&path, [b'x'; 8192]).unwrap();
        let error = Journal::open(&path, at(0)).unwrap_err();
        assert!(matches!(error, JournalError::Damaged { .. }), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), [b'x'; 8192]);
        std::fs::remove_file(&path).unwrap();
        let newer = Connection::open(&path).unwrap();
        newer.pragma_update(None, "user_version", VERSION + 1).unwrap();
        drop(newer);
        let error = Journal::open(&path, at(0)).unwrap_err();
        assert!(matches!(error, JournalError::Newer { .. }), "{error}");
    }
}
