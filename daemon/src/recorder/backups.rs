//! What backups report: runs, drills, what was done for repositories, and whether what is promised of them is kept.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tracing::{debug, error, info, warn};

use super::{LONG, Recorder};
use crate::backup::wal::WalBatch;
use crate::backup::{self, Drill, DrillOutcome, Outcome, Progress, Run, RunId};
use crate::config::JobName;
use crate::health::{Event, Part, Promise, Reason, Severity, Subject};
use crate::journal::{Entry, Upkeep};
use crate::live::{JobStatus, Running};

impl Recorder {
    pub(super) fn run_started(&mut self, job: JobName, started: Timestamp, progress: Arc<Progress>) -> RunId {
        self.last_run += 1;
        let id = RunId(self.last_run);
        if let Some(job) = self.live.write().job_mut(&job) {
            job.running = Some(Running { since: started, progress });
        }
        self.write(vec![Entry::RunStarted { id, job, started }]);
        id
    }

    pub(super) fn run_ended(&mut self, run: &Run) {
        let is_configured = self.live.read().job(&run.job).is_some();
        let now = self.stopwatch.now();
        let events = match &run.outcome {
            // An incident of a job that is gone could never be resolved.
            _ if !is_configured => Vec::new(),
            Outcome::Complete { .. } => self.health.run_ended(&run.job, run.ended, Ok(()), now),
            Outcome::Unproven { fault, .. } | Outcome::Failed { fault, .. } => {
                self.health.run_ended(&run.job, run.ended, Err(fault.clone()), now)
            }
            // Our own stop says nothing about the job; it is run again at the next start.
            Outcome::Interrupted => Vec::new(),
        };
        if let Some(job) = self.live.write().job_mut(&run.job) {
            job.record.take_in(run.clone());
            job.running = None;
        }
        self.record_with(Some(Entry::RunEnded(run.clone())), &events, || log_run(run));
    }

    pub(super) fn wal_stored(&mut self, batch: WalBatch) {
        let WalBatch { job, at, files, .. } = &batch;
        let last = files.last().cloned().unwrap_or_default();
        debug!(%job, files = files.len(), last, "the log of {job} is stored up to {last}");
        if let Some(job) = self.live.write().job_mut(job) {
            job.record.wal = Some((*at, last));
        }
        self.write(vec![Entry::Wal(batch)]);
    }

    /// What follows from a promise that is kept, or is not.
    pub(super) fn promised(&mut self, job: &JobName, promise: Promise, broken: Option<Reason>) -> Vec<Event> {
        let subject = Subject::Promise { job: job.clone(), promise };
        let now = self.stopwatch.now();
        match broken {
            Some(reason) if self.live.read().job(job).is_some() => {
                self.health.said(subject, Severity::Critical, reason, now)
            }
            _ => self.health.unsaid(&subject, now).into_iter().collect(),
        }
    }

    pub(super) fn drill_ended(&mut self, drill: &Drill) {
        let job = &drill.job;
        let mut events = Vec::new();
        match &drill.outcome {
            DrillOutcome::Passed { took, .. } => {
                events.extend(self.promised(job, Promise::Drill, None));
                let most = self.live.read().job(job).and_then(|job| job.max_restore_time);
                let took = Duration::try_from(*took).unwrap_or_default();
                let late = most.filter(|most| took > *most);
                let late = late.map(|most| Reason::TooSlow { took: took.as_secs(), most: most.as_secs() });
                events.extend(self.promised(job, Promise::RestoreTime, late));
            }
            DrillOutcome::Failed { fault } => {
                events.extend(self.promised(job, Promise::Drill, Some(Reason::Backup(fault.clone()))));
            }
            // Our own stop says nothing of the backup.
            DrillOutcome::Interrupted => {}
        }
        if let Some(job) = self.live.write().job_mut(job)
            && drill.outcome != DrillOutcome::Interrupted
        {
            job.record.drill = Some(drill.clone());
        }
        self.record_with(Some(Entry::Drill(drill.clone())), &events, || log_drill(drill));
    }

    pub(super) fn looked_after(&mut self, upkeep: &Upkeep) {
        let now = self.stopwatch.now();
        let subject = Subject::Repository { repository: upkeep.repository.clone() };
        let events = match &upkeep.outcome {
            Ok(()) => self.health.unsaid(&subject, now).into_iter().collect(),
            Err(fault) => self.health.said(subject, Severity::Critical, Reason::Backup(fault.clone()), now),
        };
        self.record_with(Some(Entry::Upkeep(upkeep.clone())), &events, || log_upkeep(upkeep));
    }

    /// Notices a job that was not started when it was due.
    pub(super) fn look_at_schedules(&mut self) {
        let now = self.stopwatch.now().at;
        let schedules: Vec<(JobName, bool)> = {
            let live = self.live.read();
            let is_missed = |next: Option<Timestamp>| next.is_some_and(|next| now.duration_since(next) > LONG);
            let jobs = live.jobs.iter();
            jobs.map(|job| (job.name.clone(), job.running.is_none() && is_missed(job.next))).collect()
        };
        for (job, is_missed) in schedules {
            let subject = Subject::Watcher { part: Part::Schedule(job) };
            self.stands(subject, is_missed.then_some(Reason::NotStarted));
        }
    }

    /// Notices a backup that is older than promised, although nothing failed.
    pub(super) fn look_at_ages(&mut self) {
        let now = self.stopwatch.now().at;
        let since = |job: &JobStatus| job.record.newest.as_ref().map(|(at, _)| *at);
        let promised: Vec<(JobName, Option<Reason>)> = {
            let live = self.live.read();
            let broken = |job: &JobStatus| {
                let most = job.max_age?;
                let age = since(job).map(|at| now.duration_since(at).max(SignedDuration::ZERO).unsigned_abs());
                // The first run of a new job is given its time.
                let is_new = age.is_none() && job.record.last.is_none();
                let age = age.map(|age| age.as_secs());
                let is_late = !is_new && age.is_none_or(|age| age > most.as_secs());
                is_late.then_some(Reason::TooOld { age, most: most.as_secs() })
            };
            live.jobs.iter().map(|job| (job.name.clone(), broken(job))).collect()
        };
        for (job, broken) in promised {
            self.stands(Subject::Promise { job, promise: Promise::Age }, broken);
        }
    }
}

fn listed(run: &Run) -> String {
    run.outcome.snapshots().iter().map(|stored| stored.snapshot.short()).collect::<Vec<_>>().join(", ")
}

fn log_run(run: &Run) {
    let (job, id) = (&run.job, run.id.0);
    match &run.outcome {
        Outcome::Complete { snapshots, read_back } => {
            let (octets, added) = backup::size(snapshots);
            let how = if *read_back { "proven" } else { "complete" };
            let snapshot = listed(run);
            info!(%job, run = id, snapshot, octets, added, "backup {how}: {job}, snapshot {snapshot}");
        }
        Outcome::Unproven { fault, .. } => {
            let snapshot = listed(run);
            error!(%job, run = id, snapshot, "backup failed: {job} was stored but not proven: {fault}");
        }
        Outcome::Failed { step, fault } => error!(%job, run = id, ?step, "backup failed: {job}: {fault}"),
        Outcome::Interrupted => warn!(%job, run = id, "backup interrupted: {job}; it is run again at the next start"),
    }
}

fn log_drill(drill: &Drill) {
    let job = &drill.job;
    match &drill.outcome {
        DrillOutcome::Passed { took, tables, rows, server, .. } => {
            let seconds = took.as_secs_f64();
            info!(%job, seconds, tables, rows, server, "drill passed: {job} was restored in {seconds:.1} s and is what was backed up");
        }
        DrillOutcome::Failed { fault } => error!(%job, "drill failed: {job}: {fault}"),
        DrillOutcome::Interrupted => warn!(%job, "drill interrupted: {job}"),
    }
}

fn log_upkeep(upkeep: &Upkeep) {
    let (repository, task) = (&upkeep.repository, upkeep.task.name());
    match &upkeep.outcome {
        Ok(()) => info!(%repository, task, "the {task} of the repository {repository} ended well"),
        Err(fault) => error!(%repository, task, "the {task} of the repository {repository} failed: {fault}"),
    }
}
