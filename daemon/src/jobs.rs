//! One task a backup job: wait for its time, run it, report how it ended.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::backup::{self, Outcome, Run, Workplace};
use crate::config::Job;
use crate::recorder::Report;

/// What a job's task needs beside the job.
#[derive(Clone)]
pub struct Surroundings {
    /// In which schedules are meant.
    pub zone: TimeZone,
    /// Where runs work.
    pub workplace: Arc<Workplace>,
    /// Held while a run uses the job's repository: restic's own verification needs a repository for itself.
    pub repository: Arc<Mutex<()>>,
    /// To the recorder.
    pub reports: mpsc::Sender<Report>,
    /// When the daemon stops.
    pub stop: CancellationToken,
}

/// The clock is read again at least this often, so that a clock that is set or a machine that slept does not make a
/// backup late.
const LONGEST_NAP: Duration = Duration::from_secs(15);

/// Runs `job` at every time of its schedule until the daemon stops.
///
/// `last` is its newest run, if it ever ran. A time that was missed while the daemon was down is caught up with at once;
/// so is a run that was interrupted, and the first run of a new job: a mistake in it is seen now, not next night.
pub async fn keep(job: Job, last: Option<Run>, around: Surroundings) {
    let mut next = first_start(&job, last.as_ref(), Timestamp::now(), &around.zone);
    loop {
        if around.reports.send(Report::Planned(job.name.clone(), next)).await.is_err() {
            return;
        }
        let Some(start) = next else { return };
        tokio::select! {
            () = around.stop.cancelled() => return,
            () = sleep_until(start) => {}
        }
        let turn = tokio::select! {
            () = around.stop.cancelled() => return,
            turn = around.repository.lock() => turn,
        };
        if !run_once(&job, &around).await {
            return;
        }
        drop(turn);
        next = job.schedule.next_after(Timestamp::now(), &around.zone);
    }
}

/// Runs the job once and reports it; false when the daemon is stopping.
async fn run_once(job: &Job, around: &Surroundings) -> bool {
    let started = Timestamp::now();
    let (reply, number) = oneshot::channel();
    if around.reports.send(Report::RunStarted(job.name.clone(), started, reply)).await.is_err() {
        return false;
    }
    let Ok(id) = number.await else { return false };
    let outcome = backup::run(job, &around.workplace, &around.stop).await;
    let was_interrupted = matches!(outcome, Outcome::Interrupted);
    let run = Run { id, job: job.name.clone(), started, ended: Timestamp::now(), outcome };
    around.reports.send(Report::RunEnded(run)).await.is_ok() && !was_interrupted
}

fn first_start(job: &Job, last: Option<&Run>, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let Some(last) = last else { return Some(now) };
    if last.outcome == Outcome::Interrupted || job.schedule.is_due(last.started, now, zone) {
        return Some(now);
    }
    job.schedule.next_after(now, zone)
}

async fn sleep_until(start: Timestamp) {
    loop {
        // Negative once the time has come.
        let Ok(left) = Duration::try_from(Timestamp::now().duration_until(start)) else { return };
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left.min(LONGEST_NAP)).await;
    }
}
