//! Backups that are proven: dump, store with restic, read back, compare.
//!
//! The order of effects is the design. The dump is whole, sound and digested before restic hears of it, so that half a
//! dump cannot become a snapshot. The snapshot counts only after it has been read back from the repository octet by octet
//! and restic has checked the rest: a run is [`Outcome::Proven`] or it is no backup.
//!
//! [`run`] knows no schedule and no journal; it is one attempt, from its start to an [`Outcome`].

mod fault;
mod restic;
mod sqlite;

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::config::{Job, JobName, Source};

pub use fault::Fault;
pub use restic::{Restic, SnapshotId};

/// The number of a run, counted from 1 over the whole life of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub i64);

/// One execution of a job, from its start to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// Of which job.
    pub job: JobName,
    /// When it was started.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
}

/// What the runs of a job have come to.
#[derive(Debug, Clone, Default)]
pub struct JobRecord {
    /// The newest run.
    pub last: Option<Run>,
    /// The newest proven snapshot, and when it was.
    pub proven: Option<(Timestamp, Stored)>,
    /// How many there were, over the whole life of the journal.
    pub runs: RunCounts,
}

/// How many runs of a job ended in what way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// With a proven snapshot.
    pub proven: u64,
    /// In any other way.
    pub failed: u64,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// A snapshot was stored and has been read back.
    Proven {
        /// The snapshot.
        stored: Stored,
    },
    /// A snapshot was stored, and could not be proven. It does not count.
    Unproven {
        /// The snapshot.
        stored: Stored,
        /// Why not.
        fault: Fault,
    },
    /// There is no snapshot.
    Failed {
        /// Where it failed.
        step: Step,
        /// Why.
        fault: Fault,
    },
    /// The daemon was stopped, or died, before the end.
    Interrupted,
}

/// The steps before there is a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Copying the database.
    Dump,
    /// Storing the copy in the repository.
    Store,
}

/// A snapshot and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// restic's name for it.
    pub snapshot: SnapshotId,
    /// What was dumped.
    pub manifest: Manifest,
    /// Octets that the repository grew by, after deduplication and before compression.
    pub added: u64,
}

/// What a dump holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Its length.
    pub octets: u64,
    /// Its SHA-256 (FIPS 180-4), hexadecimal.
    pub sha256: String,
}

/// Where runs work.
#[derive(Debug, Clone)]
pub struct Workplace {
    /// The `restic` command.
    restic: PathBuf,
    /// For dumps; empty between runs.
    scratch: PathBuf,
    /// restic's cache of what it knows of repositories.
    cache: PathBuf,
}

impl JobRecord {
    /// Takes in the run that ended after all others.
    pub fn take_in(&mut self, run: Run) {
        if let Outcome::Proven { stored } = &run.outcome {
            self.runs.proven += 1;
            self.proven = Some((run.ended, stored.clone()));
        } else {
            self.runs.failed += 1;
        }
        self.last = Some(run);
    }
}

impl Outcome {
    /// The snapshot that was stored, whether it was proven or not.
    #[must_use]
    pub const fn stored(&self) -> Option<&Stored> {
        match self {
            Self::Proven { stored } | Self::Unproven { stored, .. } => Some(stored),
            Self::Failed { .. } | Self::Interrupted => None,
        }
    }
}

impl Workplace {
    /// Inside `state_directory`; nothing is touched yet.
    #[must_use]
    pub fn new(restic: PathBuf, state_directory: &Path) -> Self {
        Self { restic, scratch: state_directory.join("scratch"), cache: state_directory.join("cache") }
    }

    /// Makes the folders, closed to others, and removes what a killed daemon left in them.
    ///
    /// # Errors
    /// They cannot be made.
    pub fn prepare(&self) -> io::Result<()> {
        match std::fs::remove_dir_all(&self.scratch) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        for folder in [&self.scratch, &self.cache] {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        Ok(())
    }
}

/// Runs `job` once, until its end, its deadline or `stop`.
pub async fn run(job: &Job, workplace: &Workplace, stop: &CancellationToken) -> Outcome {
    let abort = stop.child_token();
    let attempt = attempt(job, workplace, &abort);
    tokio::pin!(attempt);
    let outcome = match tokio::time::timeout(job.deadline, &mut attempt).await {
        Ok(outcome) => outcome,
        Err(_) => {
            abort.cancel();
            attempt.await
        }
    };
    let was_aborted = matches!(
        outcome,
        Outcome::Failed { fault: Fault::Deadline, .. } | Outcome::Unproven { fault: Fault::Deadline, .. }
    );
    if was_aborted && stop.is_cancelled() { Outcome::Interrupted } else { outcome }
}

async fn attempt(job: &Job, workplace: &Workplace, abort: &CancellationToken) -> Outcome {
    let failed = |step| move |fault| Outcome::Failed { step, fault };
    let (file, manifest) = match dump(&job.source, workplace, abort).await.map_err(failed(Step::Dump)) {
        Ok(dumped) => dumped,
        Err(outcome) => return outcome,
    };
    let restic = Restic::new(workplace, job.repository.clone());
    let stored = match restic.store(&job.name, &file, &manifest, abort).await.map_err(failed(Step::Store)) {
        Ok(stored) => stored,
        Err(outcome) => return outcome,
    };
    drop(file);
    match restic.verify(&job.name, &stored, job.read_data, abort).await {
        Ok(()) => Outcome::Proven { stored },
        Err(fault) => Outcome::Unproven { stored, fault },
    }
}

async fn dump(source: &Source, workplace: &Workplace, abort: &CancellationToken) -> Result<(File, Manifest), Fault> {
    let Source::Sqlite { path } = source;
    let (path, scratch, abort) = (path.clone(), workplace.scratch.clone(), abort.clone());
    let dumping = tokio::task::spawn_blocking(move || sqlite::dump(&path, &scratch, &abort));
    dumping.await.unwrap_or_else(|error| {
        Err(Fault::Unexpected { command: "dump".to_owned(), status: None, detail: error.to_string() })
    })
}

/// Octets in hexadecimal.
fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests;
