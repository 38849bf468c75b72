//! The one writer: takes in what probes and backups report, and carries it to health, journal, history and live state.
//!
//! It is one task on one thread of its own, because it waits for the disk. What happened and cannot be written down
//! (a full disk) is kept in order and tried again at every commit; meanwhile the log, the
//! pages and `/healthz` say so.

mod backups;

use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use futures_util::task::AtomicWaker;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, oneshot};
use tokio::time::MissedTickBehavior;
use tracing::{debug, error, info, warn};

use crate::backup::wal::WalBatch;
use crate::backup::{Drill, Progress, Run, RunId};
use crate::config::{CheckId, Config, JobName, RepositoryName};
use crate::desk::{self, Request};
use crate::health::{
    Change, Event, Health, IncidentId, Model, Moment, Notified, Part, Promise, Reason, Severity, State, Subject,
    TimeFault, Verdict,
};
use crate::history::{COMMIT_INTERVAL, History};
use crate::journal::{Entry, Journal, Remark, Removal, Upkeep, Words};
use crate::live::{Acknowledged, Failing, Live, Refused};
use crate::notify::{Attempt, Delivery, Planned, Planner};
use crate::probe::Observation;
use crate::replay::Recording;
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
    RunStarted(JobName, Timestamp, Arc<Progress>, oneshot::Sender<RunId>),
    /// A run has ended. The reply is whether that is written down.
    RunEnded(Run, oneshot::Sender<bool>),
    /// A job will be drilled next at this time; none: never.
    DrillPlanned(JobName, Option<Timestamp>),
    /// A drill has ended.
    DrillEnded(Drill),
    /// Something that is promised of a job's backups is kept, or broken for a reason.
    Promised(JobName, Promise, Option<Reason>),
    /// Some of a server's log was stored. The reply is whether that is written down.
    Wal(WalBatch, oneshot::Sender<bool>),
    /// Backups go out of the catalogue. The reply is whether that is written down.
    Removed(Vec<Removal>, oneshot::Sender<bool>),
    /// A repository is behind the one that it is a copy of, for a reason, or is not.
    Lagging(RepositoryName, Option<Reason>),
    /// Something was done for a repository. The reply is whether that is written down.
    Upkeep(Upkeep, oneshot::Sender<bool>),
    /// A new configuration is used from now on; of the checks in the set nothing is known any longer.
    /// The reply comes when that is so.
    Reconfigured(Arc<Config>, HashSet<CheckId>, oneshot::Sender<()>),
    /// A new configuration is not used.
    Refused(Refused),
    /// Somebody says something of an incident. The reply is which one, when it is written down, or why it is not.
    Said(Request, oneshot::Sender<Result<IncidentId, String>>),
    /// An attempt to tell somebody has ended.
    Delivered(Attempt),
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

/// A channel that has not worked for so long is a fault; shorter is what mail servers do to strangers (greylisting).
const LONG: SignedDuration = SignedDuration::from_mins(10);

/// How often health is told that time passes.
const TICK: Duration = Duration::from_secs(1);

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
    /// Who is told of what.
    pub planner: Planner,
    /// To those who carry letters.
    pub letters: mpsc::UnboundedSender<Planned>,
    /// How to ask a check sooner, of each that was answered.
    pub prompts: HashMap<CheckId, Arc<Prompt>>,
    /// Where observations are recorded, to be replayed; none: nowhere.
    pub recording: Option<Recording>,
    /// Time since the start.
    pub stopwatch: Stopwatch,
}

/// Counts time since it was made, also while the machine sleeps (`CLOCK_BOOTTIME`, clock_gettime(2)).
#[derive(Debug)]
pub struct Stopwatch(Duration);

impl Stopwatch {
    /// Begins now.
    #[must_use]
    pub fn start() -> Self {
        Self(since_boot())
    }

    /// What time it is by both clocks.
    #[must_use]
    pub fn now(&self) -> Moment {
        Moment { at: Timestamp::now(), elapsed: since_boot().saturating_sub(self.0) }
    }
}

fn since_boot() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::try_from(time).unwrap_or_default()
}

impl Recorder {
    /// Takes reports in until all senders are gone, then writes the rest. Blocks its thread.
    pub fn run(mut self, mut reports: mpsc::Receiver<Report>) {
        let runtime = tokio::runtime::Handle::current();
        runtime.block_on(async {
            let mut commit = tokio::time::interval(COMMIT_INTERVAL);
            commit.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut tick = tokio::time::interval(TICK);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut minute = tokio::time::interval(MINUTE);
            minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    report = reports.recv() => match report {
                        Some(report) => self.take_in(report),
                        None => break,
                    },
                    _ = tick.tick() => self.pass(),
                    _ = commit.tick() => {
                        self.look_at_ages();
                        self.commit();
                    }
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
                let verdict = self.observe(observation, &prompt);
                if let Some(soon) = verdict.ask_again {
                    prompt.ask_within(soon);
                }
                self.conclude(&verdict);
            }
            Report::Notified(notified) => self.notified(notified),
            Report::Planned(job, next) => {
                if let Some(job) = self.live.write().job_mut(&job) {
                    job.next = next;
                }
            }
            Report::RunStarted(job, started, progress, number) => {
                let _ = number.send(self.run_started(job, started, progress));
            }
            Report::RunEnded(run, reply) => {
                self.run_ended(&run);
                let _ = reply.send(self.is_written());
            }
            Report::DrillPlanned(job, next) => {
                if let Some(job) = self.live.write().job_mut(&job) {
                    job.next_drill = next;
                }
            }
            Report::DrillEnded(drill) => self.drill_ended(&drill),
            Report::Promised(job, promise, broken) => {
                let events = self.promised(&job, promise, broken);
                self.record(&events);
            }
            Report::Wal(batch, reply) => {
                self.wal_stored(batch);
                let _ = reply.send(self.is_written());
            }
            Report::Removed(removals, reply) => {
                self.write(removals.into_iter().map(Entry::Removal).collect());
                let _ = reply.send(self.is_written());
            }
            Report::Lagging(repository, reason) => self.stands(Subject::Copy { repository }, reason),
            Report::Upkeep(upkeep, reply) => {
                self.looked_after(&upkeep);
                let _ = reply.send(self.is_written());
            }
            Report::Reconfigured(config, changed, reply) => {
                let verdict = self.health.reconfigure(Model::new(&config), &changed, self.stopwatch.now());
                {
                    let mut live = self.live.write();
                    live.reconfigure(&config, &changed);
                    live.refused = None;
                    live.version += 1;
                }
                self.prompts.retain(|check, _| !changed.contains(check));
                self.planner.reconfigure(config);
                self.conclude(&verdict);
                let _ = reply.send(());
            }
            Report::Refused(refused) => {
                let mut live = self.live.write();
                live.refused = Some(refused);
                live.version += 1;
            }
            Report::Said(request, reply) => {
                let _ = reply.send(self.said(request));
            }
            Report::Delivered(attempt) => self.delivered(attempt),
            Report::Heartbeat(reply) => {
                let _ = reply.send(());
            }
        }
    }

    fn observe(&mut self, observation: Observation, prompt: &Arc<Prompt>) -> Verdict {
        debug!(device = %observation.check.device, check = %observation.check.check, answer = ?observation.answer.outcome,
            "answered");
        match self.prompts.get_mut(&observation.check) {
            Some(known) if Arc::ptr_eq(known, prompt) => {}
            Some(known) => *known = Arc::clone(prompt),
            None => drop(self.prompts.insert(observation.check.clone(), Arc::clone(prompt))),
        }
        let now = self.stopwatch.now();
        if let Some(recording) = &mut self.recording {
            recording.observed(&observation, now);
        }
        let verdict = self.health.observe(&observation, now);
        self.history.append(&observation);
        if let Some(check) = self.live.write().check_mut(&observation.check) {
            check.last = Some(observation);
        }
        verdict
    }

    fn pass(&mut self) {
        let now = self.stopwatch.now();
        if let Some(recording) = &mut self.recording {
            recording.passed(now);
        }
        let verdict = self.health.pass(now);
        self.conclude(&verdict);
        let planned = self.planner.pass(now);
        if planned.is_empty() {
            return;
        }
        for Planned { channel, letter } in &planned {
            info!(%channel, letter = letter.id, "to {channel}: {}", letter.subject);
            self.live.write().outbox.entry(channel.clone()).or_default().waiting += 1;
        }
        // A disk that cannot be written is a reason to tell people, not to be silent.
        self.write(planned.iter().cloned().map(Entry::Letter).collect());
        for planned in planned {
            // When nobody carries letters any more, we are stopping, and the next start finds this one in the journal.
            let _ = self.letters.send(planned);
        }
    }

    /// Writes down how an attempt to tell somebody has ended, and notices a channel that does not work.
    fn delivered(&mut self, attempt: Attempt) {
        let Attempt { channel, letter, at, delivery } = &attempt;
        let now = self.stopwatch.now();
        let subject = Subject::Watcher { part: Part::Channel(channel.to_string()) };
        let is_failing = {
            let mut live = self.live.write();
            let route = live.outbox.entry(channel.clone()).or_default();
            route.waiting = route.waiting.saturating_sub(usize::from(delivery.is_final()));
            match delivery {
                Delivery::Delivered { .. } => {
                    (route.delivered, route.failing) = (Some(*at), None);
                    None
                }
                Delivery::Delayed { answer, .. } | Delivery::Refused { answer } => {
                    let failing = route.failing.get_or_insert_with(|| Failing { since: *at, answer: String::new() });
                    failing.answer.clone_from(answer);
                    let for_long = at.duration_since(failing.since) >= LONG;
                    (for_long || delivery.is_final()).then(|| answer.clone())
                }
            }
        };
        match delivery {
            Delivery::Delivered { answer } => info!(%channel, letter, "delivered by {channel}: {answer}"),
            Delivery::Delayed { answer, next } => {
                warn!(%channel, letter, "not delivered by {channel} yet, tried again at {next}: {answer}");
            }
            Delivery::Refused { answer } => error!(%channel, letter, "{channel} refuses a letter for good: {answer}"),
        }
        let events = match (is_failing, delivery) {
            (Some(answer), _) => self.health.said(subject, Severity::Critical, Reason::Said(answer), now),
            (None, Delivery::Delivered { .. }) => self.health.unsaid(&subject, now).into_iter().collect(),
            (None, _) => Vec::new(),
        };
        self.write(vec![Entry::Delivery(attempt)]);
        self.record(&events);
    }

    /// Does what follows from an observation, or from time passing.
    fn conclude(&mut self, verdict: &Verdict) {
        match verdict.time {
            Some(TimeFault::Paused(duration)) => {
                warn!("rotused could not run for {} s; what failed meanwhile is asked again", duration.as_secs());
            }
            Some(TimeFault::Jumped(by)) => {
                warn!("the clock of this machine was set by {by:#}; what failed meanwhile is asked again");
            }
            None => {}
        }
        for check in &verdict.ask {
            if let Some(prompt) = self.prompts.get(check) {
                prompt.ask_within(Duration::ZERO);
            }
        }
        self.record(&verdict.events);
    }

    /// Writes down what somebody says, and only then says that it is.
    fn said(&mut self, request: Request) -> Result<IncidentId, String> {
        let author = request.author.clone();
        let (incident, entries) =
            desk::apply(request, &mut self.health, self.stopwatch.now()).map_err(|refusal| refusal.to_string())?;
        info!(incident = %incident, author, "{author} says something of incident {incident}");
        let events: Vec<Event> = entries.iter().filter_map(Entry::event).cloned().collect();
        events.iter().for_each(log_event);
        self.show(&events);
        for entry in &entries {
            if let Entry::Remark(Remark { words: Words::Acknowledged { .. }, author, at, .. }) = entry {
                self.planner.acknowledged(incident);
                let acknowledged = Acknowledged { author: author.clone(), at: *at };
                let mut live = self.live.write();
                live.acknowledged.insert(incident, acknowledged);
                live.version += 1;
            }
        }
        self.write(entries);
        match &self.live.read().unwritten {
            None => Ok(incident),
            Some(fault) => Err(format!("it is kept in memory, and written down as soon as that is possible: {fault}")),
        }
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
        self.record(&[Event::Notified(notified)]);
    }

    fn is_written(&self) -> bool {
        self.live.read().unwritten.is_none()
    }

    fn record(&mut self, events: &[Event]) {
        if !events.is_empty() {
            self.record_with(None, events, || {});
        }
    }

    /// What happened, and what follows from it, are one entry in the journal: neither without the other. Only when they are written
    /// down the log says so: `say` what happened, then what follows.
    fn record_with(&mut self, happened: Option<Entry>, events: &[Event], say: impl FnOnce()) {
        self.show(events);
        self.write(happened.into_iter().chain(events.iter().cloned().map(Entry::Event)).collect());
        say();
        events.iter().for_each(log_event);
    }

    /// Something that is looked at again and again is broken for a reason, or is not. What is said already is not said again, with
    /// another number each time.
    fn stands(&mut self, subject: Subject, broken: Option<Reason>) {
        let now = self.stopwatch.now();
        let events = match (broken, self.health.open_incident(&subject)) {
            (Some(reason), None) => self.health.said(subject, Severity::Critical, reason, now),
            (None, Some(_)) => self.health.unsaid(&subject, now).into_iter().collect(),
            _ => return,
        };
        self.record(&events);
    }

    /// Makes what happened known to those who look and those who are told.
    fn show(&mut self, events: &[Event]) {
        events.iter().for_each(|event| self.planner.take_in(event));
        let mut live = self.live.write();
        live.version += u64::from(!events.is_empty());
        for event in events {
            if let Event::StateChanged(change) = event
                && let Some(check) = live.check_mut(&change.check)
            {
                (check.state, check.since, check.incident) = (change.to, Some(change.at), change.incident);
            }
        }
        if events.iter().any(|event| event.incident().is_some()) {
            live.incidents = self.health.open_incidents();
            live.acknowledged.retain(|incident, _| self.health.is_open(*incident));
        }
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
        let poller = Subject::Watcher { part: Part::Poller };
        let events = match turn {
            Some(Turn::TooMuch) => {
                let late = format!("{:.1} s", lateness.p99.as_secs_f64());
                self.health.said(
                    poller,
                    Severity::Warning,
                    Reason::Late { by: late, skipped: lateness.skipped },
                    self.stopwatch.now(),
                )
            }
            Some(_) => self.health.unsaid(&poller, self.stopwatch.now()).into_iter().collect(),
            None => Vec::new(),
        };
        self.record(&events);
        self.look_at_schedules();
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
        let store = Subject::Watcher { part: Part::Store };
        let events = match self.history.commit(Timestamp::now()) {
            Ok(()) if self.health.open_incident(&store).is_none() => return,
            Ok(()) => self.health.unsaid(&store, self.stopwatch.now()).into_iter().collect(),
            Err(fault) => {
                warn!("measurements cannot be written and are kept in memory: {fault}");
                self.health.said(store, Severity::Warning, Reason::Said(fault.to_string()), self.stopwatch.now())
            }
        };
        self.record(&events);
    }
}

// Every message says the whole by itself: `journalctl` shows only the message. The fields beside it are for filters
// (`journalctl DEVICE=sw-1`).
fn log_event(event: &Event) {
    match event {
        Event::StateChanged(Change { check: id, from, to, at, failure, .. }) => {
            let (device, check) = (&id.device, &id.check);
            let reason = failure.as_ref().map(|failure| format!(": {failure}")).unwrap_or_default();
            // What works from the start is no news; ten thousand such lines would hide what does not.
            // Nor is what an incident took with it, which says so itself.
            let is_taken = |state: &State| matches!(state, State::Unknown | State::Unreachable | State::Maintenance);
            if is_taken(to) || (is_taken(from) && *to == State::Up) {
                debug!(%device, %check, %from, %to, since = %at, "state changed: {id} is {to}");
            } else if *to == State::Up {
                info!(%device, %check, %from, %to, since = %at, "state changed: {id} is {to}");
            } else {
                warn!(%device, %check, %from, %to, since = %at, "state changed: {id} is {to}{reason}");
            }
        }
        Event::IncidentOpened(incident) => {
            let (id, subject) = (incident.id, &incident.subject);
            let (severity, reason) = (incident.severity.name(), &incident.reason);
            warn!(incident = %id, %subject, severity, "incident opened: number {id}, {subject}: {reason}");
        }
        Event::IncidentUpdated { incident, update, .. } => {
            info!(incident = %incident, ?update, "incident {incident}: {update}");
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
