//! Recorded observations, and what health concludes from them when they are replayed: the same as when they were made.
//!
//! A recording is JSON Lines, one for each time at which the daemon took something in: the moment by both clocks, and the
//! observation, if it was one. `rotused run --record FILE` makes one; it holds no secrets, but names and errors of devices. An administrator who
//! wonders why an incident was opened, or what another threshold would have made of the night, runs `rotused replay FILE`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::config::{CheckId, CheckName, Config, DeviceName};
use crate::health::{Event, Health, Memory, Model, Moment};
use crate::probe::{Answer, Measurement, Metric, Observation, Outcome};

/// What the daemon took in at one moment.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    moment: Moment,
    /// None: only time has passed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    observed: Option<Observed>,
}

/// An observation. What an agent says of its interfaces is left out, and with it what of their capacity is used.
#[derive(Debug, Serialize, Deserialize)]
struct Observed {
    device: DeviceName,
    check: CheckName,
    at: Timestamp,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    measured: Vec<(String, Option<String>, f64)>,
}

/// A file that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("observations cannot be recorded in {path}: {source}", path = .path.display())]
pub struct CannotRecord {
    path: PathBuf,
    source: io::Error,
}

/// A recording that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CannotReplay {
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is not what it should be.
    #[error("{path}:{line}: not a recorded observation: {source}", path = .path.display())]
    Line {
        /// In which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
}

/// Writes down what is taken in.
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    /// None after it could not be written.
    file: Option<BufWriter<File>>,
}

impl Recording {
    /// Begins one in a new file, or goes on in one that is there.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn begin(path: &Path) -> Result<Self, CannotRecord> {
        let opened = File::options().create(true).append(true).open(path);
        let file = opened.map_err(|source| CannotRecord { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file: Some(BufWriter::new(file)) })
    }

    /// An observation was taken in.
    pub fn observed(&mut self, observation: &Observation, moment: Moment) {
        let Observation { check: CheckId { device, check }, at, answer } = observation;
        let measured = answer.measurements.iter().map(|measured| {
            let instance = measured.instance.as_deref().map(str::to_owned);
            (measured.metric.name().to_owned(), instance, measured.value)
        });
        let observed = Observed {
            device: device.clone(),
            check: check.clone(),
            at: *at,
            outcome: answer.outcome.clone(),
            measured: measured.collect(),
        };
        self.write(&Line { moment, observed: Some(observed) });
    }

    /// Only time has passed.
    pub fn passed(&mut self, moment: Moment) {
        self.write(&Line { moment, observed: None });
        // What was recorded until the daemon is killed is what one wants to see.
        if let Some(file) = &mut self.file
            && let Err(error) = file.flush()
        {
            self.give_up(&error);
        }
    }

    fn write(&mut self, line: &Line) {
        let Some(file) = &mut self.file else { return };
        let written = serde_json::to_writer(&mut *file, line).map_err(io::Error::from);
        if let Err(error) = written.and_then(|()| file.write_all(b"\n")) {
            self.give_up(&error);
        }
    }

    fn give_up(&mut self, error: &io::Error) {
        warn!("observations are no longer recorded in {}: {error}", self.path.display());
        self.file = None;
    }
}

impl From<Observed> for Observation {
    fn from(observed: Observed) -> Self {
        let Observed { device, check, at, outcome, measured } = observed;
        let measurements = measured.into_iter().filter_map(|(metric, instance, value)| {
            let metric = Metric::named(&metric)?;
            Some(Measurement { metric, instance: instance.map(Into::into), value })
        });
        let answer = Answer { outcome, ..Answer::good(measurements.collect()) };
        Self { check: CheckId { device, check }, at, answer }
    }
}

/// An event as `rotused replay` prints it; what devices said by themselves is not of interest there.
#[must_use]
pub fn line(event: &Event) -> Option<String> {
    Some(match event {
        Event::StateChanged(change) => {
            let because = change.incident.map(|incident| format!(", by incident {incident}")).unwrap_or_default();
            format!("{} {} is {}{because}\n", change.at, change.check, change.to)
        }
        Event::IncidentOpened(incident) => {
            let (id, severity) = (incident.id, incident.severity.name());
            format!(
                "{} incident {id} opened ({severity}): {}: {}\n",
                incident.opened, incident.subject, incident.reason
            )
        }
        Event::IncidentUpdated { incident, at, update } => format!("{at} incident {incident}: {update}\n"),
        Event::IncidentResolved(incident) => {
            format!("{} incident {} resolved: {}\n", incident.resolved?, incident.id, incident.subject)
        }
        Event::Notified(_) => return None,
    })
}

/// Runs what was recorded in the file `path` through health, as `config` is, and hands over each event.
///
/// # Errors
/// The file cannot be read, or is no recording; what stands before has been handed over.
pub fn replay(path: &Path, config: &Config, mut tell: impl FnMut(Event)) -> Result<(), CannotReplay> {
    let unreadable = |source| CannotReplay::File { path: path.to_owned(), source };
    let file = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut health = Health::new(Model::new(config), Memory::default());
    for (number, line) in file.lines().enumerate() {
        let line = line.map_err(unreadable)?;
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |source| CannotReplay::Line { path: path.to_owned(), line: number + 1, source };
        let Line { moment, observed } = serde_json::from_str(&line).map_err(wrong)?;
        let verdict = match observed {
            Some(observed) => health.observe(&observed.into(), moment),
            None => health.pass(moment),
        };
        verdict.events.into_iter().for_each(&mut tell);
    }
    Ok(())
}
