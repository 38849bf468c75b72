//! What states many checks came into in a time, read at once.
//!
//! A year has tens of thousands of changes, and a page about a month must not read them all: one statement seeks, for
//! each check, the last change before the time and goes on from there, along an index by moments.
//!
//! What counts within the time is decided by who reads them. At its beginning the change with the latest moment counts, even if a
//! clock that was set back meanwhile has dated a later entry before it: to find that, all entries since would have to be read.

use jiff::Timestamp;
use rusqlite::Row;

use super::row::{from_json, named_state, parsed};
use super::{JournalError, JournalReader};
use crate::config::CheckId;
use crate::health::{IncidentId, State, Subject};
use crate::probe::Failure;

/// A state that a check came into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The number of its entry in the journal: of two at one moment, the later counts.
    pub entry: i64,
    /// The first observation of the state.
    pub at: Timestamp,
    /// The state.
    pub to: State,
    /// Why it is not well, if it is not.
    pub failure: Option<Failure>,
    /// The incident that it is in, or that takes it with it.
    pub incident: Option<IncidentId>,
}

/// `rtrim` makes text sort as moments do: `…:05Z` is before `…:05.1Z`, but not as text. Every version of the schema that has
/// these tables can have these indexes, so they are made when they are missing.
pub(super) const INDEXES: &str = "
    CREATE INDEX IF NOT EXISTS state_change_moment ON state_change (device, check_name, rtrim(at, 'Z'));
    CREATE INDEX IF NOT EXISTS incident_subject ON incident (subject, id);
";

/// `?1`: an array of [device, check, subject of its incidents]; `?2`, `?3`: the time.
///
/// Of a check that is down the incident is the newest about it that was open then: one check has one at a time.
const TURNS: &str = "
    WITH wanted AS MATERIALIZED (
        SELECT key AS place, value ->> 0 AS device, value ->> 1 AS name, value ->> 2 AS subject FROM json_each(?1)
    )
    SELECT place, turn.id, turn.at, turn.state_to, turn.failure, coalesce(turn.incident, CASE turn.state_to WHEN 'down' THEN (
            SELECT incident.id FROM incident
            WHERE incident.subject = wanted.subject AND rtrim(incident.opened, 'Z') <= rtrim(turn.at, 'Z')
            ORDER BY incident.id DESC LIMIT 1
        ) END)
    FROM wanted CROSS JOIN state_change AS turn ON turn.device = wanted.device AND turn.check_name = wanted.name
        AND rtrim(turn.at, 'Z') < ?3
        AND rtrim(turn.at, 'Z') >= coalesce((
            SELECT rtrim(before.at, 'Z') FROM state_change AS before
            WHERE before.device = wanted.device AND before.check_name = wanted.name AND rtrim(before.at, 'Z') <= ?2
            ORDER BY rtrim(before.at, 'Z') DESC LIMIT 1
        ), '')
";

impl JournalReader {
    /// The states that each of `checks` came into from `from` until `to`, and the one in which it was at `from`, if it was ever
    /// in any; in no particular order.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn turns(&self, checks: &[&CheckId], from: Timestamp, to: Timestamp) -> Result<Vec<Vec<Turn>>, JournalError> {
        self.read_turns(checks, from, to).map_err(|source| self.failed(source))
    }

    /// When the first of all changes was written down; none if nothing ever changed.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn first_change(&self) -> Result<Option<Timestamp>, JournalError> {
        let select = "SELECT at FROM state_change ORDER BY id LIMIT 1";
        let first = self.connection.prepare_cached(select).and_then(|mut statement| {
            let mut rows = statement.query([])?;
            rows.next()?.map(|row| parsed(row, 0)).transpose()
        });
        first.map_err(|source| self.failed(source))
    }

    fn read_turns(&self, checks: &[&CheckId], from: Timestamp, to: Timestamp) -> rusqlite::Result<Vec<Vec<Turn>>> {
        let mut turns = vec![Vec::new(); checks.len()];
        let mut statement = self.connection.prepare_cached(TURNS)?;
        let moment = |at: Timestamp| at.to_string().trim_end_matches('Z').to_owned();
        let mut rows = statement.query((wanted(checks)?, moment(from), moment(to)))?;
        while let Some(row) = rows.next()? {
            let place = usize::try_from(row.get::<_, i64>(0)?).ok();
            if let Some(turns) = place.and_then(|place| turns.get_mut(place)) {
                turns.push(turn(row)?);
            }
        }
        Ok(turns)
    }
}

/// The checks as `?1` of [`TURNS`].
fn wanted(checks: &[&CheckId]) -> rusqlite::Result<String> {
    let subject = |check: &CheckId| super::json(&Subject::Check(check.clone()));
    let wanted: rusqlite::Result<Vec<_>> =
        checks.iter().map(|check| Ok((check.device.as_str(), check.check.as_str(), subject(check)?))).collect();
    super::json(&wanted?)
}

fn turn(row: &Row<'_>) -> rusqlite::Result<Turn> {
    let to = named_state(row, 3)?;
    // Only of what is not well somebody wants to know why.
    let has_reason = to >= State::Unreachable && row.get_ref(4)? != rusqlite::types::ValueRef::Null;
    Ok(Turn {
        entry: row.get(1)?,
        at: parsed(row, 2)?,
        to,
        failure: if has_reason { from_json(row, 4)? } else { None },
        incident: row.get::<_, Option<i64>>(5)?.map(IncidentId),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::health::{Change, Event, Incident, Reason, Severity};
    use crate::journal::{Entry, Journal};

    fn check(device: &str) -> CheckId {
        CheckId { device: device.parse().unwrap(), check: "icmp".parse().unwrap() }
    }

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + milliseconds).unwrap()
    }

    fn change(device: &str, to: State, milliseconds: i64) -> Entry {
        let failure = (to == State::Down).then_some(Failure::Refused);
        let (check, from, at) = (check(device), State::Unknown, at(milliseconds));
        Entry::Event(Event::StateChanged(Change { check, from, to, at, failure, incident: None }))
    }

    fn incident(id: i64, device: &str, milliseconds: i64) -> Entry {
        Entry::Event(Event::IncidentOpened(Incident {
            id: IncidentId(id),
            subject: Subject::Check(check(device)),
            severity: Severity::Critical,
            opened: at(milliseconds),
            reason: Reason::Probe(Failure::Timeout { after: Duration::from_secs(2) }),
            flapping: None,
            resolved: None,
        }))
    }

    fn reader(entries: &[Entry]) -> (tempfile::TempDir, JournalReader) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let (mut journal, _) = Journal::open(&path, at(0)).unwrap();
        journal.append(entries).unwrap();
        (directory, JournalReader::open(&path).unwrap())
    }

    #[test]
    fn the_state_at_the_beginning_is_found_however_long_ago_it_began() {
        let (_directory, reader) = reader(&[
            change("sw-1", State::Up, -90_000),
            change("sw-2", State::Down, 5_000),
            change("sw-1", State::Down, 1_000),
            // As text, `…:01Z` is after `…:01.5Z`.
            change("sw-1", State::Up, 1_500),
            change("sw-1", State::Down, 7_000),
            change("sw-1", State::Up, 9_000),
        ]);
        let found = |from, to| -> Vec<Vec<(State, i64)>> {
            let checks = [check("sw-1"), check("sw-2"), check("nera")];
            let turns = reader.turns(&checks.each_ref(), at(from), at(to)).unwrap();
            let of_check = |mut turns: Vec<Turn>| {
                turns.sort_by_key(|turn| turn.entry);
                turns.iter().map(|turn| (turn.to, turn.at.duration_since(at(0)).as_millis() as i64)).collect()
            };
            turns.into_iter().map(of_check).collect()
        };
        let [sw_1, sw_2, none] = &found(1_700, 9_000)[..] else { panic!() };
        assert_eq!(*sw_1, [(State::Up, 1_500), (State::Down, 7_000)]);
        assert_eq!(*sw_2, [(State::Down, 5_000)]);
        assert!(none.is_empty());
        assert_eq!(found(1_499, 1_500)[0], [(State::Down, 1_000)]);
        assert_eq!(found(0, 800)[0], [(State::Up, -90_000)]);
        assert_eq!(reader.first_change().unwrap(), Some(at(-90_000)));
    }

    #[test]
    fn what_is_down_is_told_with_why_and_with_its_incident() {
        let (_directory, reader) = reader(&[
            change("sw-1", State::Down, 1_000),
            incident(1, "sw-1", 1_000),
            incident(2, "sw-2", 1_500),
            change("sw-1", State::Up, 2_000),
            change("sw-1", State::Down, 3_000),
            incident(3, "sw-1", 3_000),
        ]);
        let turns = reader.turns(&[&check("sw-1")], at(0), at(9_000)).unwrap().remove(0);
        let mut told: Vec<_> = turns.into_iter().map(|turn| (turn.entry, turn.failure, turn.incident)).collect();
        told.sort_by_key(|(entry, ..)| *entry);
        let refused = || Some(Failure::Refused);
        let (first, third) = (Some(IncidentId(1)), Some(IncidentId(3)));
        assert_eq!(told, [(1, refused(), first), (2, None, None), (3, refused(), third)]);
    }

    #[test]
    fn the_indexes_are_used() {
        let (_directory, reader) = reader(&[]);
        let mut statement = reader.connection.prepare(&format!("EXPLAIN QUERY PLAN {TURNS}")).unwrap();
        let plan = statement.query_map(("[]", "", ""), |row| row.get::<_, String>(3)).unwrap();
        let plan = plan.collect::<rusqlite::Result<Vec<_>>>().unwrap().join("\n");
        assert_eq!(plan.matches("state_change_moment (device=? AND check_name=? AND").count(), 2, "{plan}");
        assert!(plan.contains("incident_subject (subject=?"), "{plan}");
        assert!(!plan.contains("SCAN turn") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}
