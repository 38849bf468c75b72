//! Backups that are proven: dump, store with restic, read back, restore, compare.
//!
//! The order of effects is the design. What is dumped goes to restic as a stream and is counted and digested on its way
//! ([`pipeline`]); restic hears that it ends only when it is known to be whole ([`Restic::store`]). A snapshot counts when the journal
//! says so, which is the catalogue; what restic has beside that is a leftover.
//!
//! [`run`] knows no schedule and no journal; it is one attempt, from its start to an [`Outcome`].

mod archive;
mod child;
mod content;
mod drill;
mod ending;
mod fault;
mod location;
pub mod physical;
mod pipe;
mod pipeline;
mod restic;
pub mod restore;
pub mod retention;
mod snapshot;
mod source;
mod tables;
pub mod wal;

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use self::pipeline::Feeding;
use self::snapshot::Label;
use self::source::{Input, Opened, Part};
use crate::config::{Job, JobName, PhysicalSource, Source};

pub use content::{Content, Difference, Kind};
pub use drill::{Drill, DrillOutcome, Restorable, Unfit, drill};
pub use fault::Fault;
pub(crate) use location::shown;
pub use pipeline::Progress;
pub use restic::Restic;
pub use snapshot::{Listed, SnapshotId, unescaped};

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
    /// The newest backup that counts: when the run ended, and its snapshots.
    pub newest: Option<(Timestamp, Vec<Stored>)>,
    /// When a backup was read back from the repository and compared last.
    pub read_back: Option<Timestamp>,
    /// The newest drill.
    pub drill: Option<Drill>,
    /// When some of a server's log was stored last, and the last file of it.
    pub wal: Option<(Timestamp, String)>,
    /// How many there were, over the whole life of the journal.
    pub runs: RunCounts,
}

/// How many runs of a job ended in what way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// With a backup that counts.
    pub good: u64,
    /// In any other way.
    pub failed: u64,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// All that was to be stored is, whole.
    #[serde(alias = "proven")]
    Complete {
        /// The snapshots, one for each part.
        #[serde(alias = "stored", deserialize_with = "one_or_several")]
        snapshots: Vec<Stored>,
        /// Whether all of them have been read back from the repository and compared.
        #[serde(default = "yes")]
        read_back: bool,
    },
    /// All was stored, and could not be proven. It does not count.
    Unproven {
        /// The snapshots.
        #[serde(alias = "stored", deserialize_with = "one_or_several")]
        snapshots: Vec<Stored>,
        /// Why not.
        fault: Fault,
    },
    /// There is no backup; parts that were stored before are leftovers.
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
    /// Which part of the job it is: the name of the database.
    #[serde(default)]
    pub part: String,
    /// The file in the snapshot that holds it; none if it holds files as they lay.
    #[serde(default)]
    pub file: String,
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
    /// Its SHA-256 (FIPS 180-4), hexadecimal; empty for files as they lay, of which restic keeps its own.
    pub sha256: String,
    /// What is in it. It is kept apart from the run: a database has thousands of tables.
    #[serde(skip)]
    pub content: Option<Content>,
}

fn one_or_several<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Stored>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrSeveral {
        Several(Vec<Stored>),
        // Before version 4 of the journal a run had one.
        One(Stored),
    }
    Ok(match OneOrSeveral::deserialize(deserializer)? {
        OneOrSeveral::Several(several) => several,
        OneOrSeveral::One(one) => vec![one],
    })
}

const fn yes() -> bool {
    true
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
        if let Outcome::Complete { snapshots, read_back } = &run.outcome {
            self.runs.good += 1;
            self.read_back = read_back.then_some(run.ended).or(self.read_back);
            self.newest = Some((run.ended, snapshots.clone()));
        } else {
            self.runs.failed += 1;
        }
        self.last = Some(run);
    }
}

impl Outcome {
    /// The snapshots that were stored, whether they count or not.
    #[must_use]
    pub fn snapshots(&self) -> &[Stored] {
        match self {
            Self::Complete { snapshots, .. } | Self::Unproven { snapshots, .. } => snapshots,
            Self::Failed { .. } | Self::Interrupted => &[],
        }
    }
}

/// Octets in several snapshots, and those that they have added to the repository.
#[must_use]
pub fn size(snapshots: &[Stored]) -> (u64, u64) {
    let sum = |octets: fn(&Stored) -> u64| snapshots.iter().map(octets).sum();
    (sum(|stored| stored.manifest.octets), sum(|stored| stored.added))
}

impl Workplace {
    /// Inside `state_directory`; nothing is touched yet.
    #[must_use]
    pub fn new(restic: PathBuf, state_directory: &Path) -> Self {
        Self { restic, scratch: state_directory.join("scratch"), cache: state_directory.join("cache") }
    }

    /// One that a command works in beside the daemon, of whose folders it must not leave any to somebody else.
    ///
    /// # Errors
    /// No temporary folder can be made.
    pub fn beside(restic: PathBuf) -> io::Result<(Self, tempfile::TempDir)> {
        let folder = tempfile::Builder::new().prefix("rotused-").tempdir()?;
        let workplace = Self::new(restic, folder.path());
        workplace.prepare()?;
        Ok((workplace, folder))
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

/// Runs `job` once, until its end, its deadline or `stop`. By `growth` octets the repository is expected to grow: by as many as the
/// last time.
pub async fn run(
    job: &Job,
    workplace: &Workplace,
    progress: &Progress,
    growth: u64,
    stop: &CancellationToken,
) -> Outcome {
    if let Err(fault) = has_room(job, workplace, growth) {
        return Outcome::Failed { step: Step::Store, fault };
    }
    let abort = stop.child_token();
    let restic = Restic::new(workplace, job.repository.clone());
    let attempt = Attempt { job, workplace, restic, progress, abort: &abort };
    let outcome = within(job.deadline, &abort, attempt.again_and_again()).await;
    // Whatever was said of it then, it had to end.
    if stop.is_cancelled() && !matches!(outcome, Outcome::Complete { .. }) { Outcome::Interrupted } else { outcome }
}

/// Stores files of a server's log.
///
/// # Errors
/// Why there is no snapshot that has all of them.
pub async fn store_wal(
    job: &Job,
    files: &[PathBuf],
    workplace: &Workplace,
    stop: &CancellationToken,
) -> Result<Stored, Fault> {
    let abort = stop.child_token();
    let restic = Restic::new(workplace, job.repository.clone());
    restic.is_there()?;
    let label = Label { job: job.name.clone(), part: wal::PART.to_owned(), file: String::new() };
    let stored = within(job.deadline, &abort, restic.store_files(&label, files, &[], &abort)).await?;
    let count = stored.manifest.content.as_ref().map_or(0, Content::rows);
    if count != files.len() as u64 {
        return Err(Fault::Incomplete { detail: format!("{count} / {}", files.len()) });
    }
    Ok(stored)
}

/// Whether a server hands over its log to us, of which `newest` is the newest segment that came.
///
/// # Errors
/// It does not, or does not answer.
pub async fn hands_over_wal(source: &PhysicalSource, newest: Option<&str>, workplace: &Workplace) -> Result<(), Fault> {
    source::postgres_physical::hands_over(source, newest, &workplace.scratch).await
}

/// Does some work that nothing is lost of when it is left, unless it has to end.
async fn unless_aborted<T>(
    abort: &CancellationToken,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    tokio::select! {
        done = work => done,
        () = abort.cancelled() => Err(Fault::Deadline),
    }
}

/// Waits for work, and asks it to end when it takes longer than `limit`.
async fn within<T>(limit: Duration, abort: &CancellationToken, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    match tokio::time::timeout(limit, &mut work).await {
        Ok(done) => done,
        Err(_) => {
            abort.cancel();
            work.await
        }
    }
}

/// Whether the disks have as much room as the last run needed, and a little more: half a backup on a full disk helps nobody, and a
/// full disk harms others.
fn has_room(job: &Job, workplace: &Workplace, growth: u64) -> Result<(), Fault> {
    const MARGIN: u64 = 16 << 20;

    let repository = Path::new(&job.repository.location);
    let mut wanted = Vec::new();
    if repository.is_absolute() {
        wanted.push((repository, growth + MARGIN));
    }
    if let Source::Sqlite { path } = &job.source {
        // Its copy stands on the disk until it is stored.
        let size = path.metadata().map_or(0, |found| found.len());
        wanted.push((workplace.scratch.as_path(), size + MARGIN));
    }
    for (path, needed) in wanted {
        // What is not there is somebody else's fault to tell.
        let Ok(disk) = rustix::fs::statvfs(path) else { continue };
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free < needed {
            return Err(Fault::NoRoom { path: path.to_owned(), free, needed });
        }
    }
    Ok(())
}

/// So long after the first attempt comes the second; each next one twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// An attempt of a run.
struct Attempt<'a> {
    job: &'a Job,
    workplace: &'a Workplace,
    restic: Restic<'a>,
    progress: &'a Progress,
    abort: &'a CancellationToken,
}

/// For how long something is tried again that failed for what may pass by itself.
struct Patience {
    begun: Instant,
    pause: Duration,
}

impl Patience {
    fn begin() -> Self {
        Self { begun: Instant::now(), pause: FIRST_PAUSE }
    }

    /// Waits for the next attempt; false if there is none.
    async fn wait(&mut self, attempt: &Attempt<'_>, fault: &Fault) -> bool {
        let Attempt { job, abort, .. } = attempt;
        if !fault.may_pass() || self.begun.elapsed() + self.pause > job.retry {
            return false;
        }
        let (name, pause) = (&job.name, self.pause);
        warn!(job = %name, "backup of {name} is tried again in {} s: {fault}", pause.as_secs());
        self.pause *= 2;
        tokio::select! {
            () = abort.cancelled() => false,
            () = tokio::time::sleep(pause) => true,
        }
    }
}

impl Attempt<'_> {
    /// Tries again what failed for what may pass by itself: the dump, or the proof of what is stored already, which somebody else who
    /// uses the repository may be in the way of.
    async fn again_and_again(&self) -> Outcome {
        let mut patience = Patience::begin();
        let snapshots = loop {
            match self.store_all().await {
                Ok(snapshots) => break snapshots,
                Err((_, fault)) if patience.wait(self, &fault).await => {}
                Err((step, fault)) => return Outcome::Failed { step, fault },
            }
        };
        let mut patience = Patience::begin();
        loop {
            match self.prove(&snapshots).await {
                Ok(()) => break,
                Err(fault) if patience.wait(self, &fault).await => {}
                Err(fault) => return Outcome::Unproven { snapshots, fault },
            }
        }
        // Of files as they lie restic alone knows what they were.
        let read_back = self.job.read_back && snapshots.iter().all(|stored| !stored.file.is_empty());
        Outcome::Complete { snapshots, read_back }
    }

    async fn store_all(&self) -> Result<Vec<Stored>, (Step, Fault)> {
        let Self { job, workplace, restic, .. } = self;
        let _claim = restic.claim().map_err(|fault| (Step::Store, fault))?;
        let parts = self.of_source(source::parts(&job.source, job.name.as_str(), workplace)).await?;
        let mut snapshots = Vec::with_capacity(parts.len());
        for part in parts {
            snapshots.push(self.store(&part).await?);
        }
        Ok(snapshots)
    }

    /// Stores one part, a second time if the first was in somebody's way.
    async fn store(&self, part: &Part) -> Result<Stored, (Step, Fault)> {
        match self.store_once(part).await {
            Err((_, Fault::Locked { by })) if self.restic.unlocked(&by, self.abort).await.unwrap_or(false) => {}
            // ER_TABLE_DEF_CHANGED: somebody has altered a table meanwhile.
            Err((_, Fault::Tool { detail, .. })) if detail.contains("1412") => {
                warn!(job = %self.job.name, part = part.name, "the dump of {} is made again: {detail}", part.name);
            }
            other => return other,
        }
        self.store_once(part).await
    }

    async fn store_once(&self, part: &Part) -> Result<Stored, (Step, Fault)> {
        let Self { job, workplace, restic, progress, abort } = self;
        let opened = self.of_source(source::open(&job.source, part, workplace, abort)).await?;
        let Opened { input, content, counting, moment, login } = opened;
        let label = Label { job: job.name.clone(), part: part.name.clone(), file: part.file.clone() };
        let stored = match input {
            Input::Feed(feed) => {
                let name = part.name.clone();
                let mut feeding = Feeding { part: name, feed, counting, stall: job.stall, progress };
                restic.store(&label, &mut feeding, abort).await
            }
            Input::Paths { paths, excludes } => {
                restic.store_files(&label, &paths, &excludes, abort).await.map_err(|fault| (Step::Store, fault))
            }
        };
        drop((moment, login));
        let mut stored = stored?;
        stored.manifest.content = stored.manifest.content.or(content);
        Ok(stored)
    }

    /// What a source says, unless the run has to end.
    async fn of_source<T>(&self, asked: impl Future<Output = Result<T, Fault>>) -> Result<T, (Step, Fault)> {
        unless_aborted(self.abort, asked).await.map_err(|fault| (Step::Dump, fault))
    }

    /// Reads back what was stored, if that is wanted, and lets restic look at all of the repository.
    async fn prove(&self, snapshots: &[Stored]) -> Result<(), Fault> {
        let Self { job, restic, abort, .. } = self;
        for stored in snapshots.iter().filter(|stored| job.read_back && !stored.file.is_empty()) {
            restic.pour(stored, &mut tokio::io::sink(), &Progress::default(), abort).await?;
        }
        match job.read_data {
            Some(read_data) => restic.check(read_data, abort).await,
            None => Ok(()),
        }
    }
}

/// Octets in hexadecimal.
pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests;
