//! The proof: the newest backup is restored to a scratch place, everything in it is compared with what was told in the moment of the
//! dump, and the time that took is written down. A server for it is started in a private folder, without a network, and gone
//! afterwards.
//!
//! Nothing less proves anything: `pg_restore -l` is content with half an archive, `psql -1` with a dump that was cut between two
//! statements, and a repository that restic finds whole may hold what nobody can load.

mod mariadb;
mod postgres;
mod scratch;

use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::content::Kind;
use super::restic::Restic;
use super::source::sqlite;
use super::{Content, Difference, Fault, Progress, Stored, Workplace, within};
use crate::config::{Job, JobName, Source};

use scratch::Scratch;

/// A drill that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// Of which job.
    pub job: JobName,
    /// When it was started.
    pub started: Timestamp,
    /// When it ended, the comparison included.
    pub ended: Timestamp,
    /// What came of it.
    pub outcome: DrillOutcome,
}

/// What came of a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DrillOutcome {
    /// All was restored and is what was dumped.
    Passed {
        /// How long the restore took, without the comparison: the recovery time.
        took: SignedDuration,
        /// Which snapshots.
        snapshots: Vec<super::SnapshotId>,
        /// Octets that were restored.
        octets: u64,
        /// Tables that were compared.
        tables: u64,
        /// Rows that were compared.
        rows: u64,
    },
    /// It could not be restored, or is something else.
    Failed {
        /// Why.
        fault: Fault,
    },
    /// The daemon was stopped before the end.
    Interrupted,
}

/// What is told of differences at most.
const MOST_TOLD: usize = 5;

/// Restores the newest backup of a job and compares it.
pub async fn drill(job: &Job, newest: &[Stored], workplace: &Workplace, stop: &CancellationToken) -> DrillOutcome {
    let abort = stop.child_token();
    match within(job.deadline, &abort, attempt(job, newest, workplace, &abort)).await {
        Ok((took, octets, content)) => DrillOutcome::Passed {
            took: SignedDuration::try_from(took).unwrap_or(SignedDuration::MAX),
            snapshots: newest.iter().map(|stored| stored.snapshot.clone()).collect(),
            octets,
            tables: content.iter().map(|content| content.tables() as u64).sum(),
            rows: content.iter().map(Content::rows).sum(),
        },
        Err(_) if stop.is_cancelled() => DrillOutcome::Interrupted,
        Err(fault) => DrillOutcome::Failed { fault },
    }
}

async fn attempt(
    job: &Job,
    newest: &[Stored],
    workplace: &Workplace,
    abort: &CancellationToken,
) -> Result<(Duration, u64, Vec<Content>), Fault> {
    let restic = Restic::new(workplace, job.repository.clone());
    let place = Scratch::new(workplace)?;
    let mut took = Duration::ZERO;
    let mut compared = Vec::new();
    match &job.source {
        Source::Postgres(server) => {
            (took, compared) = postgres::restore(server, newest, &restic, &place, abort).await?;
        }
        Source::Mariadb(server) => {
            (took, compared) = mariadb::restore(server, newest, &restic, &place, abort).await?;
        }
        Source::Sqlite { .. } | Source::Files { .. } | Source::Command { .. } | Source::Own { .. } => {
            for stored in newest {
                let begun = Instant::now();
                let found = if stored.file.is_empty() {
                    files(stored, &restic, &place, abort).await?
                } else {
                    let path = place.path().join(&stored.file);
                    let mut file = tokio::fs::File::create(&path).await.map_err(|error| Fault::from_io(&error))?;
                    restic.pour(stored, &mut file, &Progress::default(), abort).await?;
                    drop(file);
                    took += begun.elapsed();
                    let is_sqlite = !matches!(job.source, Source::Command { .. });
                    if is_sqlite { Some(database(path, abort).await?) } else { None }
                };
                if stored.file.is_empty() {
                    took += begun.elapsed();
                }
                if let Some(found) = found {
                    compare(stored, &found)?;
                    compared.push(found);
                }
            }
        }
    }
    let octets = newest.iter().map(|stored| stored.manifest.octets).sum();
    Ok((took, octets, compared))
}

async fn database(path: PathBuf, abort: &CancellationToken) -> Result<Content, Fault> {
    let abort = abort.clone();
    let looking = tokio::task::spawn_blocking(move || sqlite::content(&path, &abort));
    looking.await.unwrap_or_else(|error| {
        Err(Fault::Unexpected { command: "drill".to_owned(), status: None, detail: error.to_string() })
    })
}

/// restic compares every restored file with its own digests (`--verify`); we count them.
async fn files(
    stored: &Stored,
    restic: &Restic<'_>,
    place: &Scratch,
    abort: &CancellationToken,
) -> Result<Option<Content>, Fault> {
    let target = place.path().join("files");
    restic.restore_files(stored, &target, &[], abort).await?;
    let counting = target.clone();
    let counted = tokio::task::spawn_blocking(move || count_files(&counting)).await;
    let counted = counted.map_err(std::io::Error::other).and_then(|counted| counted);
    let count = counted.map_err(|error| Fault::from_io(&error))?;
    let _ = tokio::fs::remove_dir_all(&target).await;
    let mut content = Content { server: "files".to_owned(), is_exact: true, ..Content::default() };
    content.note(Kind::Rows, "files", count.to_string());
    Ok(Some(content))
}

fn count_files(folder: &std::path::Path) -> std::io::Result<u64> {
    let mut count = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            count += count_files(&entry.path())?;
        }
        // As restic counts them: neither folders nor links.
        count += u64::from(kind.is_file());
    }
    Ok(count)
}

/// Whether a restored part is what was dumped.
///
/// # Errors
/// [`Fault::NotTheSame`], or that it was not told what was dumped.
fn compare(stored: &Stored, restored: &Content) -> Result<(), Fault> {
    let Some(dumped) = &stored.manifest.content else {
        return Err(Fault::NothingToCompare { part: stored.part.clone() });
    };
    let mut differences: Vec<Difference> = dumped.differences(restored);
    if differences.is_empty() {
        return Ok(());
    }
    let count = differences.len() as u64;
    differences.truncate(MOST_TOLD);
    Err(Fault::NotTheSame { part: stored.part.clone(), count, differences })
}
