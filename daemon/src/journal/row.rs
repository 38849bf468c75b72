//! What stands in a column, checked as everything that comes from outside.

use jiff::Timestamp;
use rusqlite::{Connection, Row};
use serde::de::DeserializeOwned;

use crate::backup::{Run, RunId};
use crate::config::CheckId;
use crate::health::{Change, Incident, IncidentId, Severity, State, Update};

pub(super) fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| unreadable(column, error))
}

pub(super) fn parsed<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let text: String = row.get(column)?;
    text.parse().map_err(|error| unreadable(column, error))
}

pub(super) fn named_state(row: &Row<'_>, column: usize) -> rusqlite::Result<State> {
    let text: String = row.get(column)?;
    State::named(&text).ok_or_else(|| unreadable(column, std::io::Error::other(format!("no state is called {text}"))))
}

pub(super) fn severity(row: &Row<'_>, column: usize) -> rusqlite::Result<Severity> {
    let text: String = row.get(column)?;
    Ok(if text == Severity::Warning.name() { Severity::Warning } else { Severity::Critical })
}

fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

/// The columns of [`incident`], in its order.
pub(super) const INCIDENT: &str = "incident.id, subject, severity, opened, reason";

/// An incident as it was opened.
pub(super) fn incident(row: &Row<'_>) -> rusqlite::Result<Incident> {
    Ok(Incident {
        id: IncidentId(row.get(0)?),
        subject: from_json(row, 1)?,
        severity: severity(row, 2)?,
        opened: parsed(row, 3)?,
        reason: from_json(row, 4)?,
        flapping: None,
        resolved: None,
    })
}

/// The change in a row of `device, check_name, state_from, state_to, at, failure, incident`.
pub(super) fn change(row: &Row<'_>) -> rusqlite::Result<Change> {
    let failure: Option<String> = row.get(5)?;
    let incident: Option<i64> = row.get(6)?;
    Ok(Change {
        check: CheckId { device: parsed(row, 0)?, check: parsed(row, 1)? },
        from: named_state(row, 2)?,
        to: named_state(row, 3)?,
        at: parsed(row, 4)?,
        failure: failure.map(|_| from_json(row, 5)).transpose()?,
        incident: incident.map(IncidentId),
    })
}

/// What became of an incident, in the order in which it did.
pub(super) fn updates(connection: &Connection, incident: IncidentId) -> rusqlite::Result<Vec<(Timestamp, Update)>> {
    let mut statement =
        connection.prepare_cached("SELECT at, change FROM incident_update WHERE incident = ?1 ORDER BY id")?;
    let updates = statement.query_map([incident.0], |row| Ok((parsed(row, 0)?, from_json(row, 1)?)))?;
    updates.collect()
}

/// The incident in a row of [`INCIDENT`] and the time at which it was resolved, if it was.
pub(super) fn resolved(row: &Row<'_>) -> rusqlite::Result<Incident> {
    let at: Option<String> = row.get(5)?;
    Ok(Incident { resolved: at.map(|_| parsed(row, 5)).transpose()?, ..incident(row)? })
}

/// The run in a row of `id, job, started, at, outcome`.
pub(super) fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    let (id, job, started) = (RunId(row.get(0)?), parsed(row, 1)?, parsed(row, 2)?);
    Ok(Run { id, job, started, ended: parsed(row, 3)?, outcome: from_json(row, 4)? })
}
