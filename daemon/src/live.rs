//! What is known right now: written by the recorder alone, read by the web.
//!
//! One lock around plain data. The recorder holds it for the time of a few assignments, a page for the time of copying
//! what it shows; nobody holds it while waiting for anything.

use std::net::IpAddr;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use jiff::Timestamp;

use crate::backup::JobRecord;
use crate::config::{CheckId, Config, DeviceName, JobName, RepositoryName, Source};
use crate::health::{Incident, State};
use crate::probe::Observation;

/// What is known, shared.
#[derive(Debug)]
pub struct Live(RwLock<Status>);

/// What is known.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Every configured device, in the order of the configuration.
    pub devices: Vec<DeviceStatus>,
    /// Every configured job, in the order of the configuration.
    pub jobs: Vec<JobStatus>,
    /// Open incidents, the oldest first.
    pub incidents: Vec<Incident>,
    /// Why what happened could not be written down the last time it was tried; none when all is written.
    pub unwritten: Option<String>,
}

/// A device and what is known of it.
#[derive(Debug, Clone)]
pub struct DeviceStatus {
    /// Its name.
    pub name: DeviceName,
    /// What people call it.
    pub title: String,
    /// Where it stands.
    pub site: Option<String>,
    /// Its address.
    pub address: IpAddr,
    /// Its checks, at least one.
    pub checks: Vec<CheckStatus>,
}

/// A check and what is known of it.
#[derive(Debug, Clone)]
pub struct CheckStatus {
    /// Which one.
    pub id: CheckId,
    /// The protocol, as in the configuration.
    pub kind: &'static str,
    /// From one question to the next.
    pub interval: Duration,
    /// What is believed.
    pub state: State,
    /// Since when; none when it was never asked.
    pub since: Option<Timestamp>,
    /// The newest answer since the daemon was started.
    pub last: Option<Observation>,
}

/// A backup job and what is known of it.
#[derive(Debug, Clone)]
pub struct JobStatus {
    /// Its name.
    pub name: JobName,
    /// What people call it.
    pub title: String,
    /// What is backed up.
    pub source: Source,
    /// Where to.
    pub repository: RepositoryName,
    /// When it will start next.
    pub next: Option<Timestamp>,
    /// When the run that goes on now was started.
    pub running: Option<Timestamp>,
    /// What its runs have come to.
    pub record: JobRecord,
}

impl Live {
    /// What a configuration asks for, of which nothing is known yet.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let devices = config.devices.iter().map(|device| DeviceStatus {
            name: device.name.clone(),
            title: device.title.clone(),
            site: device.site.clone(),
            address: device.address,
            checks: device
                .checks
                .iter()
                .map(|check| CheckStatus {
                    id: check.id.clone(),
                    kind: check.question.kind(),
                    interval: check.interval,
                    state: State::Unknown,
                    since: None,
                    last: None,
                })
                .collect(),
        });
        let jobs = config.jobs.iter().map(|job| JobStatus {
            name: job.name.clone(),
            title: job.title.clone(),
            source: job.source.clone(),
            repository: job.repository.name.clone(),
            next: None,
            running: None,
            record: JobRecord::default(),
        });
        Self(RwLock::new(Status {
            devices: devices.collect(),
            jobs: jobs.collect(),
            incidents: Vec::new(),
            unwritten: None,
        }))
    }

    /// To read.
    pub fn read(&self) -> RwLockReadGuard<'_, Status> {
        // Plain data is whole after every assignment: a panic elsewhere does not make it wrong.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// To write; for the recorder.
    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Status> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DeviceStatus {
    /// The worst state of its checks.
    #[must_use]
    pub fn state(&self) -> State {
        self.checks.iter().map(|check| check.state).max().unwrap_or(State::Unknown)
    }

    /// Since when it is in its state: the longest of the checks that are in it.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        let state = self.state();
        self.checks.iter().filter(|check| check.state == state).filter_map(|check| check.since).min()
    }
}

impl Status {
    /// The device of that name.
    #[must_use]
    pub fn device(&self, name: &str) -> Option<&DeviceStatus> {
        self.devices.iter().find(|device| device.name.as_str() == name)
    }

    /// The check of that id, to write to.
    pub(crate) fn check_mut(&mut self, id: &CheckId) -> Option<&mut CheckStatus> {
        let device = self.devices.iter_mut().find(|device| device.name == id.device)?;
        device.checks.iter_mut().find(|check| check.id == *id)
    }

    /// The job of that name, to write to.
    pub(crate) fn job_mut(&mut self, name: &JobName) -> Option<&mut JobStatus> {
        self.jobs.iter_mut().find(|job| job.name == *name)
    }
}
