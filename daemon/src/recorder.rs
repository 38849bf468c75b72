//! The one writer: takes in what probes and backups report, and carries it to health, journal, history and live state.
//!
//! It is one task on one thread of its own, because it waits for the disk. What happened and cannot be written down
//! (a full disk) is kept in order and tried again at every commit; meanwhile the log, the
//! pages and `/healthz` say so.

use std::collections::HashSet;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use futures_util::task::AtomicWaker;
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::time::MissedTickBehavior;
use tracing::{debug, error, info, warn};

use crate::backup::{Outcome, Run, RunId, Stored};
use crate::config::{CheckId, Config, JobName};
use crate::health::{Change, Event, Health, Notified, State};
use crate::history::{COMMIT_INTERVAL, History};
use crate::journal::{Entry, Journal};
use crate::live::{Live, Refused};
use crate::probe::Observation;
use crate::schedule::{Counting, Turn};

/// What the recorder is told.
#[derive(Debug)]
pub enum Report {
    /// A check was answered. Who asked is prompted to ask again soon, if the answer has to be confirmed.
    Observed(Observation, Punctuality, Arc<Prompt>),
    /// A device said something by itself.
    Notified(Notified),
    /// A job will start next at this time; none: never again.
    Planned(JobName, Option<Timestamp>),
    /// A job starts now. The reply is the number of the run.
    RunStarted(JobName, Timestamp, oneshot::Sender<RunId>),
    /// A run has ended.
    RunEnded(Run),
    /// A new configuration is used from now on; of the checks in the set nothing is known any longer.
    /// The reply comes when that is so.
    Reconfigured(Arc<Config>, HashSet<CheckId>, oneshot::Sender<()>),
    /// A new configuration is not used.
    Refused(Refused),
    /// Are you there? The watchdog asks.
    Heartbeat(oneshot::Sender<()>),
}

/// Whether a check was asked when it was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Punctuality {
    /// How long after it was due.
    pub late: Duration,
    /// How many rounds were left out before, because something took too long.
    pub skipped: u32,
}

/// Tells who asks a check to ask it sooner than it is due. Nearly always there is nothing to be told, and nobody is woken up.
#[derive(Debug)]
pub struct Prompt {
    waker: AtomicWaker,
    /// How soon, in nanoseconds; [`UNTOLD`] if nothing was told.
    within: AtomicU64,
}

const UNTOLD: u64 = u64::MAX;

impl Default for Prompt {
    fn default() -> Self {
        Self { waker: AtomicWaker::new(), within: AtomicU64::new(UNTOLD) }
    }
}

impl Prompt {
    /// Tells to ask again so soon.
    pub fn ask_within(&self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).min(UNTOLD - 1);
        self.within.fetch_min(nanoseconds, Ordering::AcqRel);
        self.waker.wake();
    }

    /// Waits until told, and says how soon.
    pub async fn told(&self) -> Duration {
        poll_fn(|context| {
            self.waker.register(context.waker());
            match self.within.swap(UNTOLD, Ordering::AcqRel) {
                UNTOLD => Poll::Pending,
                nanoseconds => Poll::Ready(Duration::from_nanos(nanoseconds)),
            }
        })
        .await
    }
}

/// How many reports may wait. A recorder that falls behind slows the probes down instead of eating the memory.
pub const WAITING: usize = 1024;

/// How long lateness is counted before it is said.
const MINUTE: Duration = Duration::from_secs(60);

/// Everything that is written while the daemon runs.
#[derive(Debug)]
pub struct Recorder {
    /// What is believed.
    pub health: Health,
    /// Where what happened goes.
    pub journal: Journal,
    /// Where what was measured goes.
    pub history: History,
    /// What the web reads.
    pub live: Arc<Live>,
    /// The highest number a run ever had.
    pub last_run: i64,
    /// What happened and is not written down yet, in order.
    pub unwritten: Vec<Entry>,
    /// Whether checks start when they are due.
    pub counting: Counting,
}

impl Recorder {
    /// Takes reports in until all senders are gone, then writes the rest. Blocks its thread.
    pub fn run(mut self, mut reports: mpsc::Receiver<Report>) {
        let runtime = tokio::runtime::Handle::current();
        runtime.block_on(async {
            let mut commit = tokio::time::interval(COMMIT_INTERVAL);
            commit.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut minute = tokio::time::interval(MINUTE);
            minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    report = reports.recv() => match report {
                        Some(report) => self.take_in(report),
                        None => break,
                    },
                    _ = commit.tick() => self.commit(),
                    _ = minute.tick() => self.end_of_minute(),
                }
            }
        });
        self.commit();
    }

    fn take_in(&mut self, report: Report) {
        match report {
            Report::Observed(observation, punctuality, prompt) => {
                self.counting.note(punctuality.late, punctuality.skipped);
                if let Some(soon) = self.observe(observation) {
                    prompt.ask_within(soon);
                }
            }
            Report::Notified(notified) => self.notified(notified),
            Report::Planned(job, next) => {
                if let Some(job) = self.live.write().job_mut(&job) {
                    job.next = next;
                }
            }
            Report::RunStarted(job, started, number) => {
                let _ = number.send(self.run_started(job, started));
            }
            Report::RunEnded(run) => self.run_ended(run),
            Report::Reconfigured(config, changed, reply) => {
                let checks = config.devices.iter().flat_map(|device| &device.checks);
                self.health.reconfigure(checks.map(|check| (check.id.clone(), check.confirmation)), &changed);
                let mut live = self.live.write();
                live.reconfigure(&config, &changed);
                live.refused = None;
                let _ = reply.send(());
            }
            Report::Refused(refused) => self.live.write().refused = Some(refused),
            Report::Heartbeat(reply) => {
                let _ = reply.send(());
            }
        }
    }

    fn observe(&mut self, observation: Observation) -> Option<Duration> {
        debug!(device = %observation.check.device, check = %observation.check.check, answer = ?observation.answer.outcome,
            "answered");
        let verdict = self.health.observe(&observation);
        self.history.append(&observation);
        {
            let mut live = self.live.write();
            if let Some(check) = live.check_mut(&observation.check) {
                for event in &verdict.events {
                    if let Event::StateChanged(change) = event {
                        (check.state, check.since) = (change.to, Some(change.at));
                    }
                }
                check.last = Some(observation);
            }
            if !verdict.events.is_empty() {
                live.incidents = self.health.open_incidents();
            }
        }
        self.record(verdict.events);
        verdict.ask_again
    }

    /// Names the interface by what is known of the device, if it did not name it itself.
    fn notified(&mut self, mut notified: Notified) {
        {
            let mut live = self.live.write();
            let notification = &mut notified.notification;
            if let (None, Some(index)) = (&notification.about, notification.interface_index) {
                let name = live.device(notified.device.as_str()).and_then(|device| device.interface(index));
                notification.about = Some(name.map_or_else(|| format!("ifIndex {index}"), |name| name.to_string()));
            }
            live.note(notified.clone());
        }
        self.record(vec![Event::Notified(notified)]);
    }

    fn run_started(&mut self, job: JobName, started: Timestamp) -> RunId {
        self.last_run += 1;
        let id = RunId(self.last_run);
        if let Some(job) = self.live.write().job_mut(&job) {
            job.running = Some(started);
        }
        self.write(vec![Entry::RunStarted { id, job, started }]);
        id
    }

    fn run_ended(&mut self, run: Run) {
        log_run(&run);
        let is_configured = self.live.read().job(&run.job).is_some();
        let event = match &run.outcome {
            // An incident of a job that is gone could never be resolved.
            _ if !is_configured => None,
            Outcome::Proven { .. } => self.health.run_ended(&run.job, run.ended, Ok(())),
            Outcome::Unproven { fault, .. } | Outcome::Failed { fault, .. } => {
                self.health.run_ended(&run.job, run.ended, Err(fault.clone()))
            }
            // Our own stop says nothing about the job; it is run again at the next start.
            Outcome::Interrupted => None,
        };
        {
            let mut live = self.live.write();
            if let Some(job) = live.job_mut(&run.job) {
                job.record.take_in(run.clone());
                job.running = None;
            }
            live.incidents = self.health.open_incidents();
        }
        // The run and what follows from it are one entry in the journal: neither without the other.
        let mut entries = vec![Entry::RunEnded(run)];
        entries.extend(event.into_iter().inspect(log_event).map(Entry::Event));
        self.write(entries);
    }

    fn record(&mut self, events: Vec<Event>) {
        events.iter().for_each(log_event);
        self.write(events.into_iter().map(Entry::Event).collect());
    }

    fn write(&mut self, entries: Vec<Entry>) {
        if entries.is_empty() && self.unwritten.is_empty() {
            return;
        }
        let is_refused = !self.unwritten.is_empty() && !entries.is_empty();
        self.unwritten.extend(entries);
        if is_refused {
            // A disk that is full is tried again at the next commit, and not with all that waits at each report.
            return;
        }
        match self.journal.append(&self.unwritten) {
            Ok(()) => {
                self.unwritten.clear();
                if self.live.write().unwritten.take().is_some() {
                    info!("the journal can be written again; nothing was lost");
                }
            }
            Err(fault) => {
                let said_before = self.live.write().unwritten.replace(fault.to_string()).is_some();
                if !said_before {
                    error!(
                        "what happened cannot be written down and is kept in memory; free space on the disk: {fault}"
                    );
                }
            }
        }
    }

    fn end_of_minute(&mut self) {
        let (Some(lateness), turn) = self.counting.end_of_minute() else { return };
        let is_too_much = {
            let mut live = self.live.write();
            live.lateness = Some(lateness);
            live.is_too_much = turn.map_or(live.is_too_much, |turn| turn == Turn::TooMuch);
            live.is_too_much
        };
        match turn {
            Some(_) if is_too_much => warn!(
                p99 = ?lateness.p99, skipped = lateness.skipped,
                "more is due than this machine can do: of a hundred checks one starts more than {:.1} s late, and {} rounds \
                 were left out since the start; ask less often, or give it more processors or a faster disk",
                lateness.p99.as_secs_f64(), lateness.skipped
            ),
            Some(_) => info!("checks start when they are due again"),
            None => {}
        }
    }

    fn commit(&mut self) {
        self.write(Vec::new());
        if let Err(fault) = self.history.commit(Timestamp::now()) {
            warn!("measurements cannot be written and are kept in memory: {fault}");
        }
    }
}

// Every message says the whole by itself: `journalctl` shows only the message. The fields beside it are for filters
// (`journalctl DEVICE=sw-1`).
fn log_event(event: &Event) {
    match event {
        Event::StateChanged(Change { check: id, from, to, at, failure }) => {
            let (device, check) = (&id.device, &id.check);
            let reason = failure.as_ref().map(|failure| format!(": {failure}")).unwrap_or_default();
            // What works from the start is no news; ten thousand such lines would hide what does not.
            if (*from, *to) == (State::Unknown, State::Up) {
                debug!(%device, %check, %from, %to, since = %at, "state changed: {id} is {to}");
            } else if *to == State::Up {
                info!(%device, %check, %from, %to, since = %at, "state changed: {id} is {to}");
            } else {
                warn!(%device, %check, %from, %to, since = %at, "state changed: {id} is {to}{reason}");
            }
        }
        Event::IncidentOpened(incident) => {
            let (id, subject) = (incident.id, &incident.subject);
            info!(incident = %id, %subject, "incident opened: number {id}, {subject}");
        }
        Event::Notified(Notified { device, notification, .. }) => {
            let kind = notification.kind.name();
            info!(%device, kind, "{device} says: {notification}");
        }
        Event::IncidentResolved(incident) => {
            let (id, subject) = (incident.id, &incident.subject);
            info!(incident = %id, %subject, "incident resolved: number {id}, {subject}");
        }
    }
}

fn log_run(run: &Run) {
    let (job, id) = (&run.job, run.id.0);
    match &run.outcome {
        Outcome::Proven { stored } => {
            let Stored { snapshot, manifest, .. } = stored;
            info!(%job, run = id, %snapshot, octets = manifest.octets, "backup proven: {job}, snapshot {snapshot}");
        }
        Outcome::Unproven { stored, fault } => {
            let snapshot = &stored.snapshot;
            error!(%job, run = id, %snapshot, "backup failed: {job} was stored but not proven: {fault}");
        }
        Outcome::Failed { step, fault } => error!(%job, run = id, ?step, "backup failed: {job}: {fault}"),
        Outcome::Interrupted => warn!(%job, run = id, "backup interrupted: {job}; it is run again at the next start"),
    }
}
