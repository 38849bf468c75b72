//! One who drills a job: waits for its time, restores its newest backup to a scratch place and reports what came of it.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::{Bell, Surroundings, turn};
use crate::backup::{self, Drill, DrillOutcome, Fault};
use crate::config::Job;
use crate::recorder::Report;

/// One who drills a job.
pub(super) struct Driller {
    pub(super) job: Job,
    pub(super) around: Surroundings,
    /// Held while it is read: nobody may remove from under us what we read.
    pub(super) repository: Arc<Mutex<()>>,
    pub(super) bell: Arc<Bell>,
    pub(super) retired: CancellationToken,
}

impl Driller {
    /// Drills the job at every time of its calendar, and when the bell rings, until the daemon stops or the job is retired. What
    /// was missed is caught up with.
    pub(super) async fn keep(self) {
        let Self { job, around, repository, bell, retired } = &self;
        let name = job.name.clone();
        let last = around.ask_journal(move |journal| journal.drills(&name, 1)).await.unwrap_or_default();
        let mut last =
            last.first().filter(|drill| drill.outcome != DrillOutcome::Interrupted).map(|drill| drill.started);
        while !retired.is_cancelled() {
            let now = Timestamp::now();
            let next = job.drill.as_ref().and_then(|calendar| match last {
                Some(last) => calendar.due_or_next(last, now, &around.zone),
                None => calendar.next_after(now, &around.zone),
            });
            if around.reports.send(Report::DrillPlanned(job.name.clone(), next)).await.is_err() {
                return;
            }
            let turn = turn(next, &bell.drill, repository);
            let Some(turn) = around.until(retired, turn).await else { return };
            if turn.is_none() {
                continue;
            }
            let drill = self.drill_once().await;
            drop(turn);
            last = Some(drill.started);
            let is_stopping = drill.outcome == DrillOutcome::Interrupted;
            if around.reports.send(Report::DrillEnded(drill)).await.is_err() || is_stopping {
                return;
            }
        }
    }

    async fn drill_once(&self) -> Drill {
        let Self { job, around, .. } = self;
        let started = Timestamp::now();
        info!(job = %job.name, "drill: the newest backup of {} is restored and compared", job.name);
        let name = job.name.clone();
        let newest = around.ask_journal(move |journal| journal.restorable(&name)).await.flatten();
        let outcome = match newest {
            None => DrillOutcome::Failed { fault: Fault::NoBackup },
            Some(newest) => backup::drill(job, &newest, &around.workplace, &around.stop).await,
        };
        Drill { job: job.name.clone(), started, ended: Timestamp::now(), outcome }
    }
}
