//! What a restarted daemon has to know of what was written down.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::row::{self, from_json, parsed};
use super::{Journal, Remembered, SHOWN_NOTIFICATIONS, Words};
use crate::backup::{JobRecord, Outcome, Run, RunId};
use crate::config::{CheckId, JobName};
use crate::health::{Change, Incident, IncidentId, Memory, Notified};
use crate::live::Acknowledged;
use crate::notify::Recollection;

impl Journal {
    pub(super) fn unfinished(&self, now: Timestamp) -> rusqlite::Result<Vec<Run>> {
        let mut statement = self
            .connection
            .prepare("SELECT id, job, started FROM run WHERE id NOT IN (SELECT run FROM run_outcome) ORDER BY id")?;
        let runs = statement.query_map([], |row| {
            let (id, job, started) = (RunId(row.get(0)?), parsed(row, 1)?, parsed(row, 2)?);
            Ok(Run { id, job, started, ended: now, outcome: Outcome::Interrupted })
        })?;
        runs.collect()
    }

    pub(super) fn remembered(&self, interrupted: Vec<Run>, now: Timestamp) -> rusqlite::Result<Remembered> {
        let highest = |table: &str| {
            let select = format!("SELECT coalesce(max(id), 0) FROM {table}");
            self.connection.query_row(&select, [], |row| row.get(0))
        };
        let health =
            Memory { states: self.states()?, open: self.open_incidents()?, last_incident: highest("incident")? };
        let acknowledged = self.acknowledged()?;
        let told = Recollection {
            acknowledged: acknowledged.keys().copied().collect(),
            ..self.recollection(&health.open, now)?
        };
        Ok(Remembered {
            health,
            last_run: highest("run")?,
            jobs: self.jobs()?,
            notified: self.notified()?,
            acknowledged,
            told,
            letters: self.waiting()?,
            interrupted,
        })
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

    fn acknowledged(&self) -> rusqlite::Result<BTreeMap<IncidentId, Acknowledged>> {
        let mut statement = self.connection.prepare(
            "SELECT incident, at, author, remark FROM remark
             WHERE incident NOT IN (SELECT incident FROM incident_resolution) ORDER BY id",
        )?;
        let remarks = statement.query_map([], |row| {
            let words: Words = from_json(row, 3)?;
            let acknowledged = Acknowledged { at: parsed(row, 1)?, author: row.get(2)? };
            Ok(matches!(words, Words::Acknowledged { .. }).then_some((IncidentId(row.get(0)?), acknowledged)))
        })?;
        Ok(remarks.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    fn states(&self) -> rusqlite::Result<HashMap<CheckId, Change>> {
        // The columns beside max() are those of its row (sqlite.org/lang_select.html#bareagg).
        let mut statement = self.connection.prepare(
            "SELECT device, check_name, state_from, state_to, at, failure, incident, max(id)
             FROM state_change GROUP BY device, check_name",
        )?;
        let states = statement.query_map([], |row| row::change(row).map(|change| (change.check.clone(), change)))?;
        states.collect()
    }

    fn open_incidents(&self) -> rusqlite::Result<Vec<Incident>> {
        let select = format!(
            "SELECT {} FROM incident WHERE id NOT IN (SELECT incident FROM incident_resolution) ORDER BY id",
            row::INCIDENT
        );
        let incidents =
            self.connection.prepare(&select)?.query_map([], row::incident)?.collect::<rusqlite::Result<_>>();
        let mut incidents: Vec<Incident> = incidents?;
        for incident in &mut incidents {
            for (_, update) in row::updates(&self.connection, incident.id)? {
                incident.take_in(&update);
            }
            // That it flaps is forgotten: a restart is calm.
            incident.flapping = None;
        }
        Ok(incidents)
    }

    fn jobs(&self) -> rusqlite::Result<HashMap<JobName, JobRecord>> {
        let mut statement = self.connection.prepare(
            "SELECT run.id, job, started, at, outcome FROM run JOIN run_outcome ON run = run.id ORDER BY run.id",
        )?;
        let runs = statement.query_map([], row::run)?;
        let mut jobs: HashMap<JobName, JobRecord> = HashMap::new();
        for run in runs {
            let run = run?;
            jobs.entry(run.job.clone()).or_default().take_in(run);
        }
        // The columns beside max() are those of its row.
        let mut statement =
            self.connection.prepare("SELECT job, started, at, outcome, max(id) FROM drill GROUP BY job")?;
        for drill in statement.query_map([], super::backups::drill)? {
            let drill = drill?;
            let record = jobs.entry(drill.job.clone()).or_default();
            record.drill = Some(drill);
        }
        let mut statement = self.connection.prepare("SELECT job, at, files, max(id) FROM wal GROUP BY job")?;
        let stored = statement.query_map([], |row| {
            let files: Vec<String> = from_json(row, 2)?;
            Ok((parsed(row, 0)?, parsed(row, 1)?, files.into_iter().next_back().unwrap_or_default()))
        })?;
        for stored in stored {
            let (job, at, last): (JobName, _, _) = stored?;
            jobs.entry(job).or_default().wal = Some((at, last));
        }
        Ok(jobs)
    }
}
