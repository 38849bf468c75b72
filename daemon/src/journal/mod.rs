//! What must never be lost: states, incidents and backup runs, in `journal.db`.
//!
//! Every table only grows; triggers refuse to change or delete a row, so a correction is a new entry. Each call of
//! [`Journal::append`] is one transaction that has reached the disk when it returns (`synchronous = FULL`). A journal
//! that is damaged or of a newer version is not repaired, replaced or guessed at: the daemon refuses to start and says so.

mod backups;
mod letters;
mod reader;
mod remark;
mod remembered;
mod row;
mod turns;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::backup::wal::WalBatch;
use crate::backup::{Drill, JobRecord, Run, RunId};
use crate::config::JobName;
use crate::health::{Event, IncidentId, Memory, Notified};
use crate::live::Acknowledged;
use crate::notify::{Attempt, Planned, Recollection};

pub use backups::{Backup, Removal, Sealed, Sealing, Task, Upkeep, Why};
pub use letters::LetterStory;
pub use reader::{JournalReader, Story};
pub use remark::{Remark, Words};
pub use turns::Turn;

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
    /// A drill has ended.
    Drill(Drill),
    /// Some of a server's log was stored.
    Wal(WalBatch),
    /// A backup goes out of the catalogue.
    Removal(Removal),
    /// Something was done for a repository.
    Upkeep(Upkeep),
    /// A person says something of an incident.
    Remark(Remark),
    /// Somebody is to be told.
    Letter(Planned),
    /// An attempt to tell somebody has ended.
    Delivery(Attempt),
}

impl Entry {
    /// The event in it, if it is one.
    #[must_use]
    pub const fn event(&self) -> Option<&Event> {
        match self {
            Self::Event(event) => Some(event),
            _ => None,
        }
    }
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
    /// Who works on which open incident.
    pub acknowledged: BTreeMap<IncidentId, Acknowledged>,
    /// What was told of which incidents.
    pub told: Recollection,
    /// Letters that wait to be delivered.
    pub letters: Vec<Planned>,
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
    /// The daemon that writes it is of another version.
    #[error("the journal {path} has version {found}, this rotused reads {VERSION}; start the daemon of the same version first", path = .path.display())]
    OtherVersion {
        /// Which.
        path: PathBuf,
        /// Its version.
        found: i64,
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
const VERSION: i64 = 5;

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

/// What version 3 has beside that: how bad an incident is, what became of it, what people say of it, whom it takes with it, and
/// who was told.
const SCHEMA_3: &str = "
    ALTER TABLE incident ADD COLUMN severity TEXT NOT NULL DEFAULT 'critical';
    ALTER TABLE state_change ADD COLUMN incident INTEGER REFERENCES incident;
    CREATE INDEX state_change_incident ON state_change (incident) WHERE incident IS NOT NULL;
    CREATE TABLE incident_update (
        id INTEGER PRIMARY KEY, incident INTEGER NOT NULL REFERENCES incident, at TEXT NOT NULL, change TEXT NOT NULL
    ) STRICT;
    CREATE INDEX incident_update_incident ON incident_update (incident);
    CREATE TABLE remark (
        id INTEGER PRIMARY KEY, incident INTEGER NOT NULL REFERENCES incident, at TEXT NOT NULL,
        author TEXT NOT NULL, remark TEXT NOT NULL
    ) STRICT;
    CREATE INDEX remark_incident ON remark (incident);
    CREATE TABLE letter (id TEXT PRIMARY KEY, at TEXT NOT NULL, channel TEXT NOT NULL, letter TEXT NOT NULL) STRICT;
    CREATE TABLE letter_incident (
        letter TEXT NOT NULL REFERENCES letter, incident INTEGER NOT NULL REFERENCES incident,
        severity TEXT NOT NULL, is_over INTEGER NOT NULL, PRIMARY KEY (letter, incident)
    ) STRICT;
    CREATE INDEX letter_incident_incident ON letter_incident (incident);
    CREATE TABLE delivery (
        id INTEGER PRIMARY KEY, letter TEXT NOT NULL REFERENCES letter, at TEXT NOT NULL,
        is_final INTEGER NOT NULL, delivery TEXT NOT NULL
    ) STRICT;
    CREATE INDEX delivery_letter ON delivery (letter);
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
        let remembered = journal.remembered(interrupted, now).map_err(failed)?;
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
    if found > VERSION {
        return Ok(found);
    }
    if found < 1 {
        add(&transaction, SCHEMA, &TABLES)?;
    }
    if found < 2 {
        add(&transaction, SCHEMA_2, &["notification"])?;
    }
    if found < 3 {
        add(&transaction, SCHEMA_3, &["incident_update", "remark", "letter", "letter_incident", "delivery"])?;
    }
    if found < 4 {
        add(&transaction, backups::SCHEMA, &backups::TABLES)?;
        backups::seal_old(&transaction)?;
    }
    if found < 5 {
        add(&transaction, backups::SCHEMA_5, &["wal"])?;
    }
    transaction.execute_batch(turns::INDEXES)?;
    // A journal that is as it should be is not written to: a full disk must not keep the daemon from watching.
    if found < VERSION {
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
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
            Entry::Remark(remark) => write_remark(&transaction, remark)?,
            Entry::Letter(planned) => letters::write_letter(&transaction, planned)?,
            Entry::Delivery(Attempt { letter, at, delivery, .. }) => {
                letters::write_delivery(&transaction, letter, *at, delivery)?;
            }
            Entry::RunEnded(run) => backups::write_run(&transaction, run)?,
            Entry::Drill(drill) => backups::write_drill(&transaction, drill)?,
            Entry::Wal(batch) => backups::write_wal(&transaction, batch)?,
            Entry::Removal(removal) => backups::write_removal(&transaction, removal)?,
            Entry::Upkeep(upkeep) => backups::write_upkeep(&transaction, upkeep)?,
        }
    }
    transaction.commit()
}

fn write_event(connection: &Connection, event: &Event) -> rusqlite::Result<()> {
    match event {
        Event::StateChanged(change) => connection.execute(
            "INSERT INTO state_change (device, check_name, state_from, state_to, at, failure, incident)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                change.check.device.as_str(),
                change.check.check.as_str(),
                change.from.name(),
                change.to.name(),
                change.at.to_string(),
                change.failure.as_ref().map(json).transpose()?,
                change.incident.map(|incident| incident.0),
            ],
        ),
        Event::IncidentOpened(incident) => connection.execute(
            "INSERT INTO incident (id, subject, opened, reason, severity) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                incident.id.0,
                json(&incident.subject)?,
                incident.opened.to_string(),
                json(&incident.reason)?,
                incident.severity.name(),
            ],
        ),
        Event::IncidentUpdated { incident, at, update } => connection.execute(
            "INSERT INTO incident_update (incident, at, change) VALUES (?1, ?2, ?3)",
            params![incident.0, at.to_string(), json(update)?],
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

fn write_remark(connection: &Connection, remark: &Remark) -> rusqlite::Result<()> {
    let Remark { incident, at, author, words } = remark;
    connection
        .execute(
            "INSERT INTO remark (incident, at, author, remark) VALUES (?1, ?2, ?3, ?4)",
            params![incident.0, at.to_string(), author, json(words)?],
        )
        .map(drop)
}

fn json<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::{Fault, Outcome, RunCounts, Step};
    use crate::config::CheckId;
    use crate::health::{Change, Incident, Reason, Severity, State, Subject};
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
        let (subject, severity) = (Subject::Check(check()), Severity::Critical);
        Incident { id: IncidentId(id), subject, severity, opened: at(id), reason, flapping: None, resolved: None }
    }

    fn changed(to: State, second: i64) -> Change {
        let failure = (to == State::Down).then_some(Failure::Refused);
        Change { check: check(), from: State::Unknown, to, at: at(second), failure, incident: None }
    }

    fn change(to: State, second: i64) -> Entry {
        Entry::Event(Event::StateChanged(changed(to, second)))
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
        assert_eq!(remembered.health.states[&check()], changed(State::Down, 5));
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
        assert_eq!(job.runs, RunCounts { good: 0, failed: 2 });
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
