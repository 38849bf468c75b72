//! One who looks after a repository: checks it on a calendar, reading another part of its data each time, and prunes it on another,
//! or when its disk is nearly full; and copies to it what another has.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::keeping::wal_needed_since;
use super::{Surroundings, sleep_until};
use crate::backup::wal::WalBatch;
use crate::backup::{Fault, Listed, Restic, RunId, SnapshotId};
use crate::config::{Job, JobName, Repository};
use crate::health::Reason;
use crate::journal::{JournalReader, Task, Upkeep};
use crate::recorder::Report;

/// What is looked after.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Care {
    pub(super) repository: Arc<Repository>,
    /// The jobs whose backups it has copies of.
    copied: Vec<JobName>,
}

impl Care {
    pub(super) fn of(repository: &Arc<Repository>, jobs: &[Job]) -> Self {
        let from = repository.copy.as_ref().map(|copy| &copy.from.name);
        let copied = jobs.iter().filter(|job| Some(&job.repository.name) == from).map(|job| job.name.clone());
        Self { repository: Arc::clone(repository), copied: copied.collect() }
    }
}

/// One who looks after a repository.
pub(super) struct Caretaker {
    pub(super) care: Care,
    pub(super) around: Surroundings,
    /// Held while it is used.
    pub(super) turn: Arc<Mutex<()>>,
    /// Held while it is copied from; whoever is copied from is no copy, so that nobody waits for each other.
    pub(super) turn_of_original: Option<Arc<Mutex<()>>>,
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
        let Self { care: Care { repository, .. }, around, turn, retired, .. } = &self;
        if repository.append_only && repository.check.is_none() && repository.copy.is_none() {
            return;
        }
        let begun = Timestamp::now();
        loop {
            let now = Timestamp::now();
            let check = self.next(Task::Check, begun, now).await;
            let prune = self.next(Task::Prune, begun, now).await;
            let copy = self.next(Task::Copy, begun, now).await;
            self.tell_lag(now).await;
            let waiting = async {
                tokio::select! {
                    is_time = sleep_until(copy) => is_time.then_some(Task::Copy),
                    is_time = sleep_until(check) => is_time.then_some(Task::Check),
                    is_time = sleep_until(prune) => is_time.then_some(Task::Prune),
                    () = tokio::time::sleep(LOOKING) => self.is_pressed().await.then_some(Task::Prune),
                }
            };
            let Some(task) = around.until(retired, waiting).await else { return };
            let Some(task) = task else { continue };
            let Some(mine) = around.until(retired, turn.lock()).await else { return };
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

    /// When a task is due next, which may be now. One that was never done is due at its first time after `begun`, however long
    /// something else took meanwhile.
    async fn next(&self, task: Task, begun: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let repository = &self.care.repository;
        let calendar = match task {
            Task::Check => repository.check.as_ref()?,
            Task::Prune if repository.append_only => return None,
            Task::Prune => repository.prune.as_ref()?,
            Task::Copy => &repository.copy.as_ref()?.schedule,
        };
        let (_, last) = self.record(task).await;
        if last.is_none() && task == Task::Copy {
            // A new one is as far behind as it can be.
            return Some(now);
        }
        let since = last.map_or(begun, |last| last.started);
        calendar.due_or_next(since, now, &self.around.zone)
    }

    async fn record(&self, task: Task) -> (u32, Option<Upkeep>) {
        let name = self.care.repository.name.clone();
        self.around.ask_journal(move |journal| journal.upkeep(&name, task)).await.unwrap_or_default()
    }

    async fn work(&self, task: Task) -> Result<(), Fault> {
        let Self { care: Care { repository, .. }, around, .. } = self;
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
            Task::Copy => {
                let _turn = match &self.turn_of_original {
                    Some(turn) => Some(turn.lock().await),
                    None => None,
                };
                self.copy(&restic).await
            }
        }
    }

    /// Copies every backup that counts, looks whether all are there, and removes copies of what no longer counts.
    async fn copy(&self, restic: &Restic<'_>) -> Result<(), Fault> {
        let Self { care: Care { repository, copied }, around, .. } = self;
        let jobs = copied.clone();
        let read = move |journal: &JournalReader| {
            let (mut counted, mut known) = (Vec::new(), Vec::new());
            for job in &jobs {
                let backups = journal.catalogue(job)?;
                let snapshot = |batch: WalBatch| batch.stored.snapshot;
                counted.extend(journal.wal_since(job, wal_needed_since(&backups))?.into_iter().map(snapshot));
                known.extend(journal.wal_since(job, RunId(0))?.into_iter().map(snapshot));
                counted.extend(backups.into_iter().flat_map(|backup| backup.snapshots).map(|stored| stored.snapshot));
                let runs = journal.runs(Some(job), u32::MAX)?;
                known.extend(runs.iter().flat_map(|run| run.outcome.snapshots()).map(|stored| stored.snapshot.clone()));
            }
            Ok((counted, known))
        };
        let unread =
            || Fault::Unexpected { command: "copy".to_owned(), status: None, detail: "no catalogue".to_owned() };
        let (counted, known) = around.ask_journal(read).await.ok_or_else(unread)?;
        let is_of =
            |listed: &Listed, id: &SnapshotId| listed.original.as_ref().is_some_and(|original| original.is_same(id));
        let there = restic.all_snapshots(&around.stop).await?;
        let is_missing = |id: &&SnapshotId| !there.iter().any(|listed| is_of(listed, id));
        let missing: Vec<SnapshotId> = counted.iter().filter(is_missing).cloned().collect();
        let name = &repository.name;
        info!(repository = %name, "{} backups are copied to the repository {name}", missing.len());
        restic.copy(&missing, &around.stop).await?;
        let there = restic.all_snapshots(&around.stop).await?;
        let is_there = |id: &SnapshotId| there.iter().any(|listed| is_of(listed, id));
        if let Some(lost) = missing.iter().find(|id| !is_there(id)) {
            return Err(Fault::SourceMissing { what: format!("the copy of {lost}") });
        }
        let is_expired =
            |listed: &&Listed| known.iter().any(|id| is_of(listed, id)) && !counted.iter().any(|id| is_of(listed, id));
        let expired: Vec<SnapshotId> = there.iter().filter(is_expired).map(|listed| listed.id.clone()).collect();
        if repository.append_only || expired.is_empty() {
            return Ok(());
        }
        restic.forget(&expired, &around.stop).await
    }

    /// Tells when the copies are too far behind, although nothing failed.
    async fn tell_lag(&self, now: Timestamp) {
        let repository = &self.care.repository;
        let Some(copy) = &repository.copy else { return };
        let name = repository.name.clone();
        let last = self.around.ask_journal(move |journal| journal.last_good(&name, Task::Copy)).await.flatten();
        let age = last.map(|last| now.duration_since(last).unsigned_abs().as_secs());
        let most = copy.max_lag.as_secs();
        let reason = age.filter(|age| *age > most).map(|age| Reason::TooOld { age: Some(age), most });
        // A recorder that is gone is stopping.
        let _ = self.around.reports.send(Report::Lagging(repository.name.clone(), reason)).await;
    }

    /// Whether the disk of the repository is nearly full, and pruning may help.
    async fn is_pressed(&self) -> bool {
        let location = Path::new(&self.care.repository.location);
        if !location.is_absolute() || self.care.repository.append_only {
            return false;
        }
        let Ok(disk) = rustix::fs::statvfs(location) else { return false };
        let (_, last) = self.record(Task::Prune).await;
        let is_recent = last.is_some_and(|last| Timestamp::now().duration_since(last.started) < NOT_AGAIN);
        disk.f_bavail < disk.f_blocks / NEARLY_FULL && !is_recent
    }
}
