//! One who stores the log of a PostgreSQL server: looks into its spool on a beat, stores what has come, and watches that the server
//! hands over all of it. A log with a gap, or one that stays with its server, is a fault although no run failed.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::Surroundings;
use crate::backup::wal::{Spool, WalBatch, gap_in, newest_segment};
use crate::backup::{self, Fault, RunId};
use crate::config::{Job, PhysicalSource};
use crate::health::{Promise, Reason};
use crate::journal::{JournalError, JournalReader};
use crate::recorder::Report;

/// One who stores the log of a job's server.
pub(super) struct Archiver {
    pub(super) job: Job,
    pub(super) source: PhysicalSource,
    pub(super) around: Surroundings,
    pub(super) retired: CancellationToken,
}

/// For so long somebody who checks or prunes the repository may keep the log waiting. Who only stores or drills does not: restic lets several
/// of them in, and a base backup of hours must not hold up what is to be lost least.
const LONGEST_CHECK: Duration = Duration::from_hours(1);

/// So many files are stored together at most: a gigabyte of usual ones.
const MOST_TOGETHER: usize = 64;

impl Archiver {
    /// Stores what comes until the daemon stops or the job is retired.
    pub(super) async fn keep(self) {
        let Self { job, source, around, retired, .. } = &self;
        let mut was_doubtful = false;
        loop {
            // When the daemon stops it ends in order, by itself.
            let stored = self.store_all().await;
            let batches = self.since_base().await;
            let last = batches.last().and_then(|batch| newest_segment(batch.files.iter().map(String::as_str)));
            let asked = backup::hands_over_wal(source, last, &around.workplace);
            let Some(handed_over) = around.until(retired, asked).await else { return };
            // A moment of much work is no fault, nor is one before the first file.
            let is_doubtful = matches!(handed_over, Err(Fault::WalWaits { .. } | Fault::WalElsewhere { .. }));
            let handed_over = if is_doubtful && !was_doubtful { Ok(()) } else { handed_over };
            was_doubtful = is_doubtful;
            let is_whole = gap_in(&batches).map_or(Ok(()), |gap| Err(Fault::WalMissing(gap)));
            let found = stored.and(is_whole).and(handed_over);
            if around.stop.is_cancelled() || retired.is_cancelled() {
                return;
            }
            let broken = found.err().map(Reason::Backup);
            let told = around.reports.send(Report::Promised(job.name.clone(), Promise::Wal, broken)).await;
            if told.is_err() || around.until(retired, tokio::time::sleep(source.wal_every)).await.is_none() {
                return;
            }
        }
    }

    async fn store_all(&self) -> Result<(), Fault> {
        loop {
            let folder = self.source.wal.clone();
            let waiting = tokio::task::spawn_blocking(move || Spool(&folder).waiting()).await;
            let waiting = waiting.unwrap_or_else(|error| Err(Fault::Incomplete { detail: error.to_string() }))?;
            if waiting.files.is_empty() {
                return Ok(());
            }
            let some = &waiting.files[..waiting.files.len().min(MOST_TOGETHER)];
            match self.store(some, waiting.segment_size).await {
                // Somebody checks or prunes; that takes its time, and what waits is safe on a disk.
                Err(Fault::Locked { .. }) if waiting.age() < LONGEST_CHECK.max(self.source.wal_every * 4) => {
                    return Ok(());
                }
                other => other?,
            }
        }
    }

    /// Stores some files, and lets go of them when the journal knows of it.
    async fn store(&self, files: &[PathBuf], segment_size: u64) -> Result<(), Fault> {
        let Self { job, around, .. } = self;
        let stored = backup::store_wal(job, files, &around.workplace, &around.stop).await?;
        let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let batch = WalBatch {
            job: job.name.clone(),
            at: Timestamp::now(),
            stored,
            files: files.iter().filter_map(name).collect(),
            segment_size,
        };
        let (reply, is_written) = oneshot::channel();
        let told = around.reports.send(Report::Wal(batch, reply)).await.is_ok();
        let is_written = told && is_written.await == Ok(true);
        if !is_written {
            return Err(Fault::NotWritable { detail: "journal.db".to_owned() });
        }
        if let Err(error) = Spool::remove(files) {
            let folder = self.source.wal.display();
            warn!(job = %job.name, "what is stored of the log of {} cannot be removed from {folder}: {error}", job.name);
            return Err(Fault::from_io(&error));
        }
        Ok(())
    }

    /// What has come since the newest base backup was begun, and the segment before that.
    async fn since_base(&self) -> Vec<WalBatch> {
        let name = self.job.name.clone();
        let read = move |journal: &JournalReader| -> Result<Vec<WalBatch>, JournalError> {
            let since = journal.newest_backup(&name)?.map_or(RunId(0), |base| base.run);
            // What came last before it says with which the next one has to begin.
            let mut batches = Vec::from_iter(journal.wal_before(&name, since)?);
            for before in &mut batches {
                let last = newest_segment(before.files.iter().map(String::as_str));
                before.files = last.map(str::to_owned).into_iter().collect();
            }
            batches.extend(journal.wal_since(&name, since)?);
            Ok(batches)
        };
        self.around.ask_journal(read).await.unwrap_or_default()
    }
}
