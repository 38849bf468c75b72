//! What is known right now: written by the recorder alone, read by the web.
//!
//! One lock around plain data. The recorder holds it for the time of a few assignments, a page for the time of copying
//! what it shows; nobody holds it while waiting for anything.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use jiff::Timestamp;

use crate::backup::{JobRecord, Progress};
use crate::config::{
    ChannelName, CheckId, Config, DeviceKind, DeviceName, Invalid, Job, JobName, Keep, Repository, RepositoryName,
    Source,
};
use crate::health::{Incident, IncidentId, Notified, State};
use crate::journal::SHOWN_NOTIFICATIONS;
use crate::probe::Observation;
use crate::schedule::Lateness;
use crate::traps::Counts;

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
    /// Counts what has changed that people want to see at once: not every number that is measured.
    pub version: u64,
    /// Who works on which open incident, and since when.
    pub acknowledged: BTreeMap<IncidentId, Acknowledged>,
    /// How each channel by which people are told does.
    pub outbox: BTreeMap<ChannelName, Route>,
    /// What devices said by themselves last, the oldest first.
    pub notified: VecDeque<Notified>,
    /// What became of all that devices said by themselves; none if nobody listens.
    pub traps: Option<Arc<Counts>>,
    /// How late the checks of the last minute started; none before the first minute is over.
    pub lateness: Option<Lateness>,
    /// Whether more is due than this machine can do.
    pub is_too_much: bool,
    /// Why a new configuration was refused, and when; the one before goes on.
    pub refused: Option<Refused>,
    /// Why what happened could not be written down the last time it was tried; none when all is written.
    pub unwritten: Option<String>,
    /// What the runs of jobs that are not configured now have come to: one that comes back is not new.
    pub(crate) former_jobs: HashMap<JobName, JobRecord>,
    /// Where each check stands among the devices.
    places: Arc<HashMap<CheckId, (usize, usize)>>,
}

/// Somebody works on an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// Who.
    pub author: String,
    /// Since when.
    pub at: Timestamp,
}

/// How a channel does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Route {
    /// How many letters wait to be delivered.
    pub waiting: usize,
    /// When one was delivered last.
    pub delivered: Option<Timestamp>,
    /// Why none can be delivered, if none can.
    pub failing: Option<Failing>,
}

/// Why a channel does not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// The first attempt that was in vain.
    pub since: Timestamp,
    /// What was said at the last one.
    pub answer: String,
}

/// A configuration that is not used.
#[derive(Debug, Clone)]
pub struct Refused {
    /// When it was read.
    pub at: Timestamp,
    /// What is wrong with it.
    pub mistakes: Arc<Invalid>,
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
    /// What it is.
    pub kind: Option<DeviceKind>,
    /// The devices through which it is reached.
    pub parents: Vec<DeviceName>,
    /// What it belongs to beside its site.
    pub groups: Vec<String>,
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
    /// The incident that takes it with it, if it is unreachable.
    pub incident: Option<IncidentId>,
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
    /// What is planned of it.
    pub plan: Arc<Plan>,
    /// When it will start next.
    pub next: Option<Timestamp>,
    /// The run that goes on now.
    pub running: Option<Running>,
    /// When it will be drilled next.
    pub next_drill: Option<Timestamp>,
    /// How old the newest backup may be.
    pub max_age: Option<Duration>,
    /// How long a restore may take.
    pub max_restore_time: Option<Duration>,
    /// What its runs have come to.
    pub record: JobRecord,
}

/// What is planned of a job, for those who ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// When it runs, as a calendar event.
    pub schedule: String,
    /// When it is drilled, as a calendar event.
    pub drill: Option<String>,
    /// Which backups are kept; none: all.
    pub keep: Option<Keep>,
    /// Where they are kept, without passwords.
    pub places: Vec<String>,
}

impl Plan {
    fn of(job: &Job, repositories: &[Arc<Repository>]) -> Self {
        let is_copy = |repository: &&Arc<Repository>| {
            repository.copy.as_ref().is_some_and(|copy| copy.from.name == job.repository.name)
        };
        let copies = repositories.iter().filter(is_copy).map(|repository| repository.shown_location());
        Self {
            schedule: job.schedule.to_string(),
            drill: job.drill.as_ref().map(ToString::to_string),
            keep: job.keep,
            places: std::iter::once(job.repository.shown_location()).chain(copies).collect(),
        }
    }
}

/// A run that goes on.
#[derive(Debug, Clone)]
pub struct Running {
    /// When it was started.
    pub since: Timestamp,
    /// How far it is.
    pub progress: Arc<Progress>,
}

/// The kind of a check that pings.
const PING: &str = "icmp";

impl Live {
    /// What a configuration asks for, of which nothing is known yet.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self(RwLock::new(Status::of(config)))
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

    /// The checks by which it shows whether it is there: its pings, or all its checks if it has none, as in
    /// [`Model`](crate::health::Model).
    pub fn face(&self) -> impl Iterator<Item = &CheckStatus> {
        let is_pinged = self.is_pinged();
        self.checks.iter().filter(move |check| !is_pinged || check.kind == PING)
    }

    /// Whether it is pinged.
    #[must_use]
    pub fn is_pinged(&self) -> bool {
        self.checks.iter().any(|check| check.kind == PING)
    }

    /// The name of the interface with this ifIndex, if its agent has told.
    #[must_use]
    pub fn interface(&self, index: u32) -> Option<&str> {
        let readings = self.checks.iter().filter_map(|check| check.last.as_ref()?.answer.reading.as_deref());
        let mut interfaces = readings.flat_map(|reading| &reading.interfaces);
        interfaces.find(|interface| interface.index.0 == index).map(|interface| &*interface.name)
    }

    /// Since when it is in its state: the longest of the checks that are in it.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        let state = self.state();
        self.checks.iter().filter(|check| check.state == state).filter_map(|check| check.since).min()
    }
}

impl Status {
    /// What a configuration asks for, of which nothing is known yet.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let devices = config.devices.iter().map(|device| DeviceStatus {
            name: device.name.clone(),
            title: device.title.clone(),
            site: device.site.clone(),
            kind: device.kind,
            parents: device.parents.clone(),
            groups: device.groups.clone(),
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
                    incident: None,
                    last: None,
                })
                .collect(),
        });
        let jobs = config.jobs.iter().map(|job| JobStatus {
            name: job.name.clone(),
            title: job.title.clone(),
            source: job.source.clone(),
            repository: job.repository.name.clone(),
            plan: Arc::new(Plan::of(job, &config.repositories)),
            next: None,
            running: None,
            next_drill: None,
            max_age: job.max_age,
            max_restore_time: job.max_restore_time,
            record: JobRecord::default(),
        });
        Self { jobs: jobs.collect(), ..Self::new(devices.collect()) }
    }

    /// Becomes what `config` asks for, and still knows what it knew, but for the checks in `changed`.
    pub(crate) fn reconfigure(&mut self, config: &Config, changed: &HashSet<CheckId>) {
        let Self { devices, jobs, places, .. } = Self::of(config);
        let before = std::mem::replace(&mut self.devices, devices);
        let jobs_before = std::mem::replace(&mut self.jobs, jobs);
        self.places = places;
        for known in before.into_iter().flat_map(|device| device.checks).filter(|known| !changed.contains(&known.id)) {
            if let Some(check) = self.check_mut(&known.id) {
                (check.state, check.since) = (known.state, known.since);
                (check.incident, check.last) = (known.incident, known.last);
            }
        }
        for known in jobs_before {
            match self.job_mut(&known.name) {
                Some(job) => {
                    (job.next, job.next_drill) = (known.next, known.next_drill);
                    (job.running, job.record) = (known.running, known.record);
                }
                None => drop(self.former_jobs.insert(known.name, known.record)),
            }
        }
        for job in &mut self.jobs {
            if let Some(record) = self.former_jobs.remove(&job.name) {
                job.record = record;
            }
        }
    }

    /// One that knows of these devices and of nothing else.
    #[must_use]
    pub fn new(devices: Vec<DeviceStatus>) -> Self {
        let mut places = HashMap::new();
        for (place, device) in devices.iter().enumerate() {
            places.extend(device.checks.iter().enumerate().map(|(check, status)| (status.id.clone(), (place, check))));
        }
        Self { devices, places: Arc::new(places), ..Self::default() }
    }

    /// Notes what a device said by itself.
    pub(crate) fn note(&mut self, notified: Notified) {
        self.notified.push_back(notified);
        while self.notified.len() > usize::from(SHOWN_NOTIFICATIONS) {
            self.notified.pop_front();
        }
    }

    /// The device of that name.
    #[must_use]
    pub fn device(&self, name: &str) -> Option<&DeviceStatus> {
        self.devices.iter().find(|device| device.name.as_str() == name)
    }

    /// How many devices are unreachable because of an incident.
    #[must_use]
    pub fn taken_by(&self, incident: IncidentId) -> u64 {
        let is_taken = |device: &&DeviceStatus| {
            device.state() == State::Unreachable && device.checks.iter().any(|check| check.incident == Some(incident))
        };
        u64::try_from(self.devices.iter().filter(is_taken).count()).unwrap_or(u64::MAX)
    }

    /// The check of that id, to write to.
    pub(crate) fn check_mut(&mut self, id: &CheckId) -> Option<&mut CheckStatus> {
        let (device, check) = *self.places.get(id)?;
        self.devices.get_mut(device)?.checks.get_mut(check)
    }

    /// The job of that name.
    #[must_use]
    pub fn job(&self, name: &JobName) -> Option<&JobStatus> {
        self.jobs.iter().find(|job| job.name == *name)
    }

    /// The job of that name, to write to.
    pub(crate) fn job_mut(&mut self, name: &JobName) -> Option<&mut JobStatus> {
        self.jobs.iter_mut().find(|job| job.name == *name)
    }
}
