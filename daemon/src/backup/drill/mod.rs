//! The proof: the newest backup is restored to a scratch place, everything in it is compared with what was told in the moment of the
//! dump, and the time that took is written down. A server for it is started in a private folder, without a network, and gone
//! afterwards; or one is given on which nothing else is touched.
//!
//! Nothing less proves anything: `pg_restore -l` is content with half an archive, `psql -1` with a dump that was cut between two
//! statements, and a repository that restic finds whole may hold what nobody can load.

mod given;
mod mariadb;
mod physical;
mod postgres;
mod scratch;

use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::physical::PointInTime;
use super::restic::Restic;
use super::source::sqlite;
use super::wal::WalBatch;
use super::{Content, Difference, Fault, Progress, Stored, Workplace, within};
use crate::config::{Job, JobName, ServerSource, Source};

use scratch::Scratch;

pub use given::Unfit;

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

/// A backup, and what came after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restorable {
    /// Its snapshots, with what was in them.
    pub snapshots: Vec<Stored>,
    /// What was stored of a server's log since it was begun.
    pub wal: Vec<WalBatch>,
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
        /// On which given server; none: on one of its own. There owners, rights and roles are not restored.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<String>,
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

/// Restores the newest backup of a job, and compares it.
pub async fn drill(job: &Job, newest: &Restorable, workplace: &Workplace, stop: &CancellationToken) -> DrillOutcome {
    let abort = stop.child_token();
    match within(job.deadline, &abort, attempt(job, newest, workplace, &abort)).await {
        Ok((took, octets, content)) => DrillOutcome::Passed {
            took: SignedDuration::try_from(took).unwrap_or(SignedDuration::MAX),
            snapshots: newest.snapshots.iter().map(|stored| stored.snapshot.clone()).collect(),
            octets,
            tables: content.iter().map(|content| content.tables() as u64).sum(),
            rows: content.iter().map(Content::rows).sum(),
            server: job.drill_server.as_ref().map(ServerSource::shown),
        },
        Err(_) if stop.is_cancelled() => DrillOutcome::Interrupted,
        Err(fault) => DrillOutcome::Failed { fault },
    }
}

async fn attempt(
    job: &Job,
    Restorable { snapshots: newest, wal }: &Restorable,
    workplace: &Workplace,
    abort: &CancellationToken,
) -> Result<(Duration, u64, Vec<Content>), Fault> {
    let restic = Restic::new(workplace, job.repository.clone());
    let place = Scratch::new(workplace)?;
    let (took, compared) = match &job.source {
        Source::Postgres(server) => match &job.drill_server {
            Some(given) => postgres::restore_to(given, server, job, newest, &restic, &place, abort).await?,
            None => postgres::restore(server, newest, &restic, &place, abort).await?,
        },
        Source::PostgresPhysical(source) => {
            let base = newest.first().ok_or(Fault::NoBackup)?;
            physical::restore(source, PointInTime { base, wal }, &restic, &place, abort).await?
        }
        Source::Mariadb(server) => match &job.drill_server {
            Some(given) => mariadb::restore_to(given, server, job, newest, &restic, &place, abort).await?,
            None => mariadb::restore(server, newest, &restic, &place, abort).await?,
        },
        Source::Sqlite { .. } | Source::Files { .. } | Source::Command { .. } | Source::Own { .. } => {
            let (mut took, mut compared) = (Duration::ZERO, Vec::new());
            for stored in newest {
                let begun = Instant::now();
                let path = restore(stored, &restic, &place, abort).await?;
                took += begun.elapsed();
                let found = match &job.source {
                    _ if stored.file.is_empty() => files(path).await?,
                    // What a program wrote nobody here can read; it is the same again.
                    Source::Command { .. } => continue,
                    _ => database(path, abort).await?,
                };
                compare(stored, &found)?;
                compared.push(found);
            }
            (took, compared)
        }
    };
    let octets = newest.iter().map(|stored| stored.manifest.octets).sum();
    Ok((took, octets, compared))
}

/// Restores files to a folder, where restic compares each with its own digests (`--verify`), or a stream to a file.
async fn restore(
    stored: &Stored,
    restic: &Restic<'_>,
    place: &Scratch,
    abort: &CancellationToken,
) -> Result<PathBuf, Fault> {
    if stored.file.is_empty() {
        let folder = place.path().join("files");
        restic.restore_files(stored, &folder, &[], abort).await?;
        return Ok(folder);
    }
    let path = place.path().join(&stored.file);
    let mut file = tokio::fs::File::create(&path).await.map_err(|error| Fault::from_io(&error))?;
    restic.pour(stored, &mut file, &Progress::default(), abort).await?;
    Ok(path)
}

async fn database(path: PathBuf, abort: &CancellationToken) -> Result<Content, Fault> {
    let abort = abort.clone();
    let looking = tokio::task::spawn_blocking(move || sqlite::content(&path, &abort));
    looking.await.unwrap_or_else(|error| {
        Err(Fault::Unexpected { command: "drill".to_owned(), status: None, detail: error.to_string() })
    })
}

async fn files(folder: PathBuf) -> Result<Content, Fault> {
    let counting = folder.clone();
    let counted = tokio::task::spawn_blocking(move || count_files(&counting)).await;
    let counted = counted.map_err(std::io::Error::other).and_then(|counted| counted);
    let count = counted.map_err(|error| Fault::from_io(&error))?;
    let _ = tokio::fs::remove_dir_all(&folder).await;
    Ok(Content::of_files(count))
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
