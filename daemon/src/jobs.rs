//! One task a backup job: wait for its time, run it, report how it ended.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::backup::{self, Outcome, Run, Workplace};
use crate::config::{Job, JobName, RepositoryName};
use crate::recorder::Report;

/// Everybody who keeps a job. [`Keepers::apply`] starts and retires them as the configuration says.
pub struct Keepers {
    around: Surroundings,
    tasks: TaskTracker,
    /// One for each repository, also of jobs that are gone: a run of theirs may still go on.
    repositories: HashMap<RepositoryName, Arc<Mutex<()>>>,
    running: HashMap<JobName, (Job, CancellationToken)>,
}

/// What every job's task needs.
#[derive(Clone)]
pub struct Surroundings {
    /// In which schedules are meant.
    pub zone: TimeZone,
    /// Where runs work.
    pub workplace: Arc<Workplace>,
    /// To the recorder.
    pub reports: mpsc::Sender<Report>,
    /// When the daemon stops: a run under way is aborted.
    pub stop: CancellationToken,
}

/// The newest run of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// When it was started.
    pub started: Timestamp,
    /// Whether it ended before it had come to anything.
    pub was_interrupted: bool,
}

impl From<&Run> for Last {
    fn from(run: &Run) -> Self {
        Self { started: run.started, was_interrupted: run.outcome == Outcome::Interrupted }
    }
}

/// One who keeps a job.
struct Keeper {
    job: Job,
    around: Surroundings,
    /// Held while a run uses the job's repository: restic's own verification needs a repository for itself.
    repository: Arc<Mutex<()>>,
    /// The job is no longer configured, or no longer so: a run under way is finished, and no other begun.
    retired: CancellationToken,
}

impl Keepers {
    /// Nobody yet. Whoever will keep a job is counted by `tasks`.
    #[must_use]
    pub fn new(around: Surroundings, tasks: TaskTracker) -> Self {
        Self { around, tasks, repositories: HashMap::new(), running: HashMap::new() }
    }

    /// Keeps these jobs and no others. `last` is the newest run of a job, if it ever ran, also one that goes on.
    pub fn apply(&mut self, jobs: &[Job], last: impl Fn(&JobName) -> Option<Last>) {
        self.running.retain(|_, (job, retired)| {
            let stays = jobs.contains(job);
            if !stays {
                retired.cancel();
            }
            stays
        });
        for job in jobs {
            if self.running.contains_key(&job.name) {
                continue;
            }
            let retired = CancellationToken::new();
            let keeper = Keeper {
                job: job.clone(),
                around: self.around.clone(),
                repository: Arc::clone(self.repositories.entry(job.repository.name.clone()).or_default()),
                retired: retired.clone(),
            };
            self.tasks.spawn(keeper.keep(last(&job.name)));
            self.running.insert(job.name.clone(), (job.clone(), retired));
        }
    }
}

/// The clock is read again at least this often, so that a clock that is set or a machine that slept does not make a
/// backup late.
const LONGEST_NAP: Duration = Duration::from_secs(15);

impl Keeper {
    /// Runs the job at every time of its schedule until the daemon stops or the job is retired.
    ///
    /// `last` is its newest run, if it ever ran. A time that was missed while the daemon was down is caught up with at
    /// once; so is a run that was interrupted, and the first run of a new job: a mistake in it is seen now, not next night.
    async fn keep(self, last: Option<Last>) {
        let Self { job, around, repository, retired } = &self;
        let mut next = first_start(job, last, Timestamp::now(), &around.zone);
        while !retired.is_cancelled() {
            if around.reports.send(Report::Planned(job.name.clone(), next)).await.is_err() {
                return;
            }
            let Some(start) = next else { return };
            let turn = async {
                sleep_until(start).await;
                repository.lock().await
            };
            let turn = tokio::select! {
                () = around.stop.cancelled() => return,
                () = retired.cancelled() => return,
                turn = turn => turn,
            };
            if !self.run_once().await {
                return;
            }
            drop(turn);
            next = job.schedule.next_after(Timestamp::now(), &around.zone);
        }
    }

    /// Runs the job once and reports it; false when the daemon is stopping.
    async fn run_once(&self) -> bool {
        let Self { job, around, .. } = self;
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
}

fn first_start(job: &Job, last: Option<Last>, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let Some(last) = last else { return Some(now) };
    if last.was_interrupted || job.schedule.is_due(last.started, now, zone) {
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
