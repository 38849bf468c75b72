//! One who looks after a repository: checks it on a calendar, reading another part of its data each time, and prunes it on another,
//! or when its disk is nearly full.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::{Surroundings, sleep_until};
use crate::backup::{Fault, Restic};
use crate::config::Repository;
use crate::journal::{Task, Upkeep};
use crate::recorder::Report;

/// One who looks after a repository.
pub(super) struct Caretaker {
    pub(super) repository: Arc<Repository>,
    pub(super) around: Surroundings,
    /// Held while it is used.
    pub(super) turn: Arc<Mutex<()>>,
    pub(super) retired: CancellationToken,
}

/// How often the disk is looked at.
const LOOKING: Duration = Duration::from_secs(3600);

/// A disk with less than one part of so many free is nearly full.
const NEARLY_FULL: u64 = 20;

/// A full disk is pruned once a day, not always.
const NOT_AGAIN: SignedDuration = SignedDuration::from_hours(20);

impl Caretaker {
    /// Does what is due until the daemon stops or the repository is retired.
    pub(super) async fn keep(self) {
        let Self { repository, around, turn, retired } = &self;
        if repository.append_only && repository.check.is_none() {
            return;
        }
        loop {
            let now = Timestamp::now();
            let check = self.next(Task::Check, now).await;
            let prune = self.next(Task::Prune, now).await;
            let waiting = async {
                tokio::select! {
                    () = sleep_until(check) => Some(Task::Check),
                    () = sleep_until(prune) => Some(Task::Prune),
                    () = tokio::time::sleep(LOOKING) => self.is_pressed().await.then_some(Task::Prune),
                }
            };
            let task = tokio::select! {
                () = around.stop.cancelled() => return,
                () = retired.cancelled() => return,
                task = waiting => task,
            };
            let Some(task) = task else { continue };
            let mine = tokio::select! {
                () = around.stop.cancelled() => return,
                () = retired.cancelled() => return,
                mine = turn.lock() => mine,
            };
            let started = Timestamp::now();
            let outcome = self.work(task).await;
            drop(mine);
            if around.stop.is_cancelled() {
                return;
            }
            let upkeep =
                Upkeep { repository: repository.name.clone(), task, started, ended: Timestamp::now(), outcome };
            let (reply, is_written) = tokio::sync::oneshot::channel();
            if around.reports.send(Report::Upkeep(upkeep, reply)).await.is_err() || is_written.await != Ok(true) {
                // The next time would be now, for ever.
                tokio::select! {
                    () = around.stop.cancelled() => return,
                    () = tokio::time::sleep(LOOKING) => {}
                }
            }
        }
    }

    /// When a task is due next.
    async fn next(&self, task: Task, now: Timestamp) -> Option<Timestamp> {
        let calendar = match task {
            Task::Check => self.repository.check.as_ref()?,
            Task::Prune if self.repository.append_only => return None,
            Task::Prune => self.repository.prune.as_ref()?,
        };
        let (_, last) = self.record(task).await;
        match last {
            Some(last) if calendar.is_due(last.started, now, &self.around.zone) => Some(now),
            _ => calendar.next_after(now, &self.around.zone),
        }
    }

    async fn record(&self, task: Task) -> (u32, Option<Upkeep>) {
        let name = self.repository.name.clone();
        self.around.ask_journal(move |journal| journal.upkeep(&name, task)).await.unwrap_or_default()
    }

    async fn work(&self, task: Task) -> Result<(), Fault> {
        let Self { repository, around, .. } = self;
        let restic = Restic::new(&around.workplace, Arc::clone(repository));
        let name = &repository.name;
        match task {
            Task::Check => {
                let (done, _) = self.record(task).await;
                let turns = repository.check_turns.max(1);
                let part = done % turns + 1;
                info!(repository = %name, "the repository {name} is checked, and part {part} of {turns} of its data read");
                restic.check_part(part, turns, &around.stop).await
            }
            Task::Prune => {
                info!(repository = %name, "the repository {name} is pruned");
                restic.prune(&around.stop).await
            }
        }
    }

    /// Whether the disk of the repository is nearly full, and pruning may help.
    async fn is_pressed(&self) -> bool {
        let location = Path::new(&self.repository.location);
        if !location.is_absolute() || self.repository.append_only {
            return false;
        }
        let Ok(disk) = rustix::fs::statvfs(location) else { return false };
        let (_, last) = self.record(Task::Prune).await;
        let is_recent = last.is_some_and(|last| Timestamp::now().duration_since(last.started) < NOT_AGAIN);
        disk.f_bavail < disk.f_blocks / NEARLY_FULL && !is_recent
    }
}
