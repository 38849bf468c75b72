//! The outbox: letters, and how each attempt to deliver one ended. A letter waits until it is taken, or refused for good.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::row::{self, from_json, parsed};
use super::{Journal, json};
use crate::config::ChannelName;
use crate::health::{Incident, IncidentId};
use crate::notify::{Delivery, Letter, Planned, Recollection, Told};

/// A letter and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct LetterStory {
    /// Through which channel.
    pub channel: ChannelName,
    /// What it says.
    pub letter: Letter,
    /// Every attempt, the first first.
    pub attempts: Vec<(Timestamp, Delivery)>,
}

/// Of what is resolved longer ago nobody is told any more.
const LATE: SignedDuration = SignedDuration::from_hours(7 * 24);

const HOUR: SignedDuration = SignedDuration::from_hours(1);

pub(super) fn write_letter(connection: &Connection, Planned { channel, letter }: &Planned) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO letter (id, at, channel, letter) VALUES (?1, ?2, ?3, ?4)",
        params![letter.id, letter.at.to_string(), channel.as_str(), json(letter)?],
    )?;
    for alert in &letter.alerts {
        connection.execute(
            "INSERT INTO letter_incident (letter, incident, severity, is_over) VALUES (?1, ?2, ?3, ?4)",
            params![letter.id, alert.number, alert.severity.name(), alert.ended.is_some()],
        )?;
    }
    Ok(())
}

pub(super) fn write_delivery(
    connection: &Connection,
    letter: &str,
    at: Timestamp,
    delivery: &Delivery,
) -> rusqlite::Result<()> {
    let values = params![letter, at.to_string(), delivery.is_final(), json(delivery)?];
    connection
        .execute("INSERT INTO delivery (letter, at, is_final, delivery) VALUES (?1, ?2, ?3, ?4)", values)
        .map(drop)
}

/// The letters about an incident.
pub(super) fn of_incident(connection: &Connection, incident: IncidentId) -> rusqlite::Result<Vec<LetterStory>> {
    let mut statement = connection.prepare_cached(
        "SELECT channel, letter FROM letter WHERE id IN (SELECT letter FROM letter_incident WHERE incident = ?1)
         ORDER BY rowid",
    )?;
    let letters = statement.query_map([incident.0], planned)?;
    let mut attempts = connection.prepare_cached("SELECT at, delivery FROM delivery WHERE letter = ?1 ORDER BY id")?;
    letters
        .map(|planned| {
            let Planned { channel, letter } = planned?;
            let found = attempts.query_map([&letter.id], |row| Ok((parsed(row, 0)?, from_json(row, 1)?)))?;
            let attempts = found.collect::<rusqlite::Result<_>>()?;
            Ok(LetterStory { channel, letter, attempts })
        })
        .collect()
}

fn planned(row: &rusqlite::Row<'_>) -> rusqlite::Result<Planned> {
    Ok(Planned { channel: parsed(row, 0)?, letter: from_json(row, 1)? })
}

impl Journal {
    /// Letters that are neither taken nor refused, in the order in which they were written.
    pub(super) fn waiting(&self) -> rusqlite::Result<Vec<Planned>> {
        let mut statement = self.connection.prepare(
            "SELECT channel, letter FROM letter WHERE id NOT IN (SELECT letter FROM delivery WHERE is_final)
             ORDER BY rowid",
        )?;
        let waiting = statement.query_map([], planned)?;
        waiting.collect()
    }

    /// What was told of which incidents.
    pub(super) fn recollection(&self, open: &[Incident], now: Timestamp) -> rusqlite::Result<Recollection> {
        let mut incidents = open.to_vec();
        incidents.extend(self.resolved_lately(now)?);
        let mut told: HashMap<(ChannelName, IncidentId), Told> = HashMap::new();
        let mut statement = self.connection.prepare(
            "SELECT channel, incident, severity, is_over, letter.at, letter FROM letter_incident
             JOIN (SELECT rowid AS place, id, channel, at FROM letter) letter ON letter.id = letter
             ORDER BY letter.place",
        )?;
        let known = |incident: IncidentId| incidents.iter().any(|known| known.id == incident);
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (channel, incident): (ChannelName, _) = (parsed(row, 0)?, IncidentId(row.get(1)?));
            if !known(incident) {
                continue;
            }
            let severity = row::severity(row, 2)?;
            let (is_over, at, thread) = (row.get(3)?, parsed(row, 4)?, row.get(5)?);
            let told = told.entry((channel, incident)).or_insert(Told { thread, severity, at, is_over });
            (told.severity, told.at, told.is_over) = (told.severity.max(severity), at, is_over);
        }
        let mut statement = self.connection.prepare("SELECT channel, at FROM letter ORDER BY rowid DESC LIMIT 1000")?;
        let sent = statement.query_map([], |row| Ok((parsed(row, 0)?, parsed(row, 1)?)))?;
        let sent: Vec<(ChannelName, Timestamp)> = sent.collect::<rusqlite::Result<_>>()?;
        let sent = sent.into_iter().filter(|(_, at)| now.duration_since(*at) < HOUR).rev().collect();
        Ok(Recollection { incidents, acknowledged: Default::default(), told, sent })
    }

    /// Incidents that were told of and are resolved, which perhaps was not told.
    fn resolved_lately(&self, now: Timestamp) -> rusqlite::Result<Vec<Incident>> {
        let select = format!(
            "SELECT {}, resolution.at FROM incident JOIN incident_resolution resolution ON incident = incident.id
             WHERE incident.id IN (SELECT incident FROM letter_incident)
             AND resolution.at > ?1 ORDER BY incident.id",
            row::INCIDENT
        );
        let since = now.saturating_sub(LATE).unwrap_or(Timestamp::MIN);
        let mut statement = self.connection.prepare(&select)?;
        let resolved = statement.query_map([since.to_string()], row::resolved)?;
        resolved.collect()
    }
}
