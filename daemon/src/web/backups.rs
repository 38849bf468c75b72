//! The page of the backups: every job, how it stands, and its runs.

use std::collections::HashMap;

use jiff::SignedDuration;
use serde::Serialize;

use super::job::{JobView, ended};
use super::reader::{Reader, When};
use super::standing::Standing;
use crate::backup::Run;
use crate::config::JobName;
use crate::live::{JobStatus, Status};

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackupsPage {
    /// In the order of the configuration.
    pub jobs: Vec<JobWithRuns>,
}

/// A job and what its runs have come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobWithRuns {
    /// How it stands.
    pub job: JobView,
    /// The newest runs, the newest first.
    pub runs: Vec<RunRow>,
}

/// A run that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunRow {
    /// When it was started.
    pub started: When,
    /// How long it took, verification included.
    pub took: String,
    /// How it ended.
    pub standing: Standing,
    /// Why it did not end well.
    pub reason: Option<String>,
    /// How large what was stored is.
    pub size: Option<String>,
    /// How much of it was new to the repository.
    pub added: Option<String>,
    /// Restic's number of it.
    pub snapshot: Option<String>,
}

impl BackupsPage {
    /// What is known of all jobs.
    #[must_use]
    pub fn new(reader: &Reader, status: &Status, runs: &HashMap<JobName, Vec<Run>>) -> Self {
        let job = |job: &JobStatus| JobWithRuns {
            job: JobView::new(reader, job),
            runs: runs.get(&job.name).into_iter().flatten().map(|run| RunRow::new(reader, run)).collect(),
        };
        Self { jobs: status.jobs.iter().map(job).collect() }
    }
}

impl RunRow {
    fn new(reader: &Reader, run: &Run) -> Self {
        let (standing, words, is_proven) = ended(reader, &run.outcome);
        let stored = run.outcome.stored();
        Self {
            started: reader.when(run.started),
            took: reader.duration(run.ended.duration_since(run.started).max(SignedDuration::ZERO)),
            standing,
            reason: (!is_proven).then_some(words),
            size: stored.map(|stored| reader.octets(stored.manifest.octets)),
            added: stored.map(|stored| reader.octets(stored.added)),
            snapshot: stored.map(|stored| stored.snapshot.short().to_owned()),
        }
    }
}
