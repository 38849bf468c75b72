//! The page of the backups: every job, how it stands, and its runs.

use std::collections::HashMap;

use jiff::SignedDuration;
use messages::Message;
use serde::Serialize;

use super::job::{JobView, ended, shown};
use super::reader::{Reader, When};
use super::standing::Standing;
use crate::backup::{self, Run};
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
    /// How large its backups became.
    pub sizes: Option<Sizes>,
}

/// The sizes of the newest backups as a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// In words.
    pub label: String,
    /// In SVG path notation, 100 across and 20 down.
    pub path: String,
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
            sizes: runs.get(&job.name).and_then(|runs| Sizes::new(reader, runs)),
        };
        Self { jobs: status.jobs.iter().map(job).collect() }
    }
}

impl Sizes {
    /// `runs` are the newest first; of one nothing can be drawn.
    fn new(reader: &Reader, runs: &[Run]) -> Option<Self> {
        let stored = runs.iter().rev().map(|run| run.outcome.snapshots()).filter(|snapshots| !snapshots.is_empty());
        let sizes: Vec<u64> = stored.map(|snapshots| backup::size(snapshots).0).collect();
        let (least, greatest) = (*sizes.iter().min()?, *sizes.iter().max()?);
        if sizes.len() < 2 {
            return None;
        }
        let place = |(number, size): (usize, &u64)| {
            #[expect(clippy::cast_precision_loss, reason = "a line of a few points")]
            let (across, share) = (number as f64 / (sizes.len() - 1) as f64, *size as f64 / greatest.max(1) as f64);
            let command = if number == 0 { 'M' } else { 'L' };
            format!("{command}{:.1} {:.1}", across * 100.0, 20.0 - share * 20.0)
        };
        let message = Message::new("web-job-sizes")
            .with("count", sizes.len() as u64)
            .with("least", reader.octets(least))
            .with("greatest", reader.octets(greatest));
        Some(Self { label: reader.say(&message), path: sizes.iter().enumerate().map(place).collect() })
    }
}

impl RunRow {
    fn new(reader: &Reader, run: &Run) -> Self {
        let (standing, words, is_good) = ended(reader, &run.outcome);
        let snapshots = run.outcome.snapshots();
        let stored = (!snapshots.is_empty()).then(|| backup::size(snapshots));
        Self {
            started: reader.when(run.started),
            took: reader.duration(run.ended.duration_since(run.started).max(SignedDuration::ZERO)),
            standing,
            reason: (!is_good).then_some(words),
            size: stored.map(|(octets, _)| reader.octets(octets)),
            added: stored.map(|(_, added)| reader.octets(added)),
            snapshot: stored.map(|_| shown(snapshots)),
        }
    }
}
