//! One who keeps a job: waits for its time, runs it, reports how it ended, and looks after what it keeps.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::{Bell, Last, Ringing, Surroundings, keeping, turn};
use crate::backup::{self, Outcome, Progress, Run};
use crate::config::{Job, JobName};
use crate::recorder::Report;

/// One who keeps a job.
pub(super) struct Keeper {
    pub(super) job: Job,
    pub(super) around: Surroundings,
    /// Held while a run uses the job's repository: restic's own verification needs a repository for itself.
    pub(super) repository: Arc<Mutex<()>>,
    pub(super) bell: Arc<Bell>,
    /// The job is no longer configured, or no longer so: a run under way is finished, and no other begun.
    pub(super) retired: CancellationToken,
}

impl Keeper {
    /// Runs the job at every time of its schedule, and when the bell rings, until the daemon stops or the job is retired.
    ///
    /// `last` is its newest run, if it ever ran. A time that was missed while the daemon was down is caught up with at
    /// once; so is a run that was interrupted, and the first run of a new job: a mistake in it is seen now, not next night.
    pub(super) async fn keep(self, last: Option<Last>) {
        let Self { job, around, repository, bell, retired } = &self;
        let mut next = first_start(job, last, Timestamp::now(), &around.zone);
        while !retired.is_cancelled() {
            if around.reports.send(Report::Planned(job.name.clone(), next)).await.is_err() {
                return;
            }
            let turn = turn(next, &bell.run, repository);
            let Some(turn) = around.until(retired, turn).await else { return };
            if turn.is_some() && !self.run_once().await {
                return;
            }
            drop(turn);
            next = next_start(job, Timestamp::now(), &around.zone);
        }
    }

    /// Runs the job once and reports it; false when the daemon is stopping.
    async fn run_once(&self) -> bool {
        let Self { job, around, bell, .. } = self;
        let started = Timestamp::now();
        let (reply, number) = oneshot::channel();
        let progress = Arc::new(Progress::default());
        let report = Report::RunStarted(job.name.clone(), started, Arc::clone(&progress), reply);
        if around.reports.send(report).await.is_err() {
            return false;
        }
        let Ok(id) = number.await else { return false };
        let name = job.name.clone();
        let newest = around.ask_journal(move |journal| journal.newest_backup(&name)).await.flatten();
        let (expected, growth) = newest.map_or((0, 0), |backup| backup::size(&backup.snapshots));
        let abort = around.stop.child_token();
        let set = |running| *bell.running.lock().unwrap_or_else(PoisonError::into_inner) = running;
        set(Some(Ringing { since: started, progress: Arc::clone(&progress), abort: abort.clone() }));
        let outcome = {
            let running = backup::run(job, &around.workplace, &progress, growth, &abort);
            tokio::pin!(running);
            let mut minute = tokio::time::interval_at(Instant::now() + MINUTE, MINUTE);
            loop {
                tokio::select! {
                    outcome = &mut running => break outcome,
                    _ = minute.tick() => log_progress(&job.name, started, &progress, expected),
                }
            }
        };
        set(None);
        let is_stopping = around.stop.is_cancelled() && outcome == Outcome::Interrupted;
        let is_good = matches!(outcome, Outcome::Complete { .. });
        let run = Run { id, job: job.name.clone(), started, ended: Timestamp::now(), outcome };
        let (reply, is_written) = oneshot::channel();
        if around.reports.send(Report::RunEnded(run, reply)).await.is_err() || is_stopping {
            return false;
        }
        // What is not in the catalogue must not be taken for a leftover.
        if is_written.await == Ok(true) && is_good {
            keeping::keep(job, around).await;
        }
        true
    }
}

/// Whoever waits for a long run sees that it moves.
fn log_progress(job: &JobName, started: Timestamp, progress: &Progress, expected: u64) {
    let octets = progress.octets();
    let minutes = Timestamp::now().duration_since(started).as_secs() / 60;
    let of = if octets < expected { format!(" of about {}", expected / 1_000_000) } else { String::new() };
    info!(%job, octets, expected, "backup of {job} goes on: {}{of} MB in {minutes} min", octets / 1_000_000);
}

const MINUTE: Duration = Duration::from_secs(60);

fn first_start(job: &Job, last: Option<Last>, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let Some(last) = last else { return Some(now) };
    if last.was_interrupted || job.schedule.is_due(last.started, now, zone) {
        return Some(now);
    }
    next_start(job, now, zone)
}

/// The next time of the schedule, and a moment of its jitter after that, which is another for each job and each time but the same
/// however often it is asked for.
fn next_start(job: &Job, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let next = job.schedule.next_after(now, zone)?;
    let jitter = u32::try_from(job.jitter.as_secs()).unwrap_or(u32::MAX);
    if jitter == 0 {
        return Some(next);
    }
    let drawn = crc32fast::hash(format!("{} {next}", job.name).as_bytes()) % jitter;
    next.checked_add(SignedDuration::from_secs(i64::from(drawn))).ok()
}
