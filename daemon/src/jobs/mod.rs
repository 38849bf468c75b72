//! Who does what the configuration says of backups: one task a job that runs it ([`keeper`]), one that drills it ([`driller`]),
//! for a PostgreSQL server one that stores its log ([`archiver`]), and one a repository that checks and prunes it ([`caretaker`]). Each
//! waits for its time, or for somebody who rings its bell, does its work and reports how that ended; but for a log, which waits for
//! nobody, a repository is used by one of them at a time.

mod archiver;
mod caretaker;
mod driller;
mod keeper;
mod keeping;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, MutexGuard, Notify, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::error;

use self::archiver::Archiver;
use self::caretaker::{Care, Caretaker};
use self::driller::Driller;
use self::keeper::Keeper;
use crate::backup::{Outcome, Progress, Run, Workplace};
use crate::config::{Job, JobName, Repository, RepositoryName, Source};
use crate::journal::{JournalError, JournalReader};
use crate::recorder::Report;

/// Everybody who keeps a job or a repository. [`Keepers::apply`] starts and retires them as the configuration says.
pub struct Keepers {
    around: Surroundings,
    tasks: TaskTracker,
    /// One for each repository, also of jobs that are gone: a run of theirs may still go on.
    repositories: HashMap<RepositoryName, Arc<Mutex<()>>>,
    running: HashMap<JobName, (Job, CancellationToken)>,
    caring: HashMap<RepositoryName, (Care, CancellationToken)>,
    bells: Bells,
}

/// What every task needs.
#[derive(Clone)]
pub struct Surroundings {
    /// In which schedules are meant.
    pub zone: TimeZone,
    /// Where runs work.
    pub workplace: Arc<Workplace>,
    /// Where the catalogue is.
    pub journal: PathBuf,
    /// To the recorder.
    pub reports: mpsc::Sender<Report>,
    /// When the daemon stops: a run under way is aborted.
    pub stop: CancellationToken,
}

/// The newest run of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// When it was started.
    pub started: Timestamp,
    /// Whether it ended before it had come to anything.
    pub was_interrupted: bool,
}

/// Whom people can ask to do something now.
#[derive(Debug, Clone, Default)]
pub struct Bells(Arc<Lock<HashMap<JobName, Arc<Bell>>>>);

/// What one who keeps a job can be asked.
#[derive(Debug, Default)]
pub struct Bell {
    run: Notify,
    drill: Notify,
    /// Of the run that goes on.
    running: Lock<Option<Ringing>>,
}

/// A run that goes on.
#[derive(Debug)]
struct Ringing {
    since: Timestamp,
    progress: Arc<Progress>,
    abort: CancellationToken,
}

/// What a job is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Nothing.
    Waiting,
    /// A run goes on.
    Running {
        /// Since when.
        since: Timestamp,
        /// Octets that it has read.
        octets: u64,
    },
}

/// What a job can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wish {
    /// To run now.
    Run,
    /// To be drilled now.
    Drill,
    /// To end the run that goes on.
    Cancel,
    /// To say what it is doing.
    Look,
}

impl From<&Run> for Last {
    fn from(run: &Run) -> Self {
        Self { started: run.started, was_interrupted: run.outcome == Outcome::Interrupted }
    }
}

impl Bells {
    /// Asks a job for something.
    ///
    /// # Errors
    /// Why that cannot be, in words.
    pub fn ring(&self, job: &JobName, wish: Wish) -> Result<Standing, String> {
        let bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(bell) = bells.get(job) else {
            let known: Vec<&str> = bells.keys().map(JobName::as_str).collect();
            return Err(format!("no job is called \"{job}\"; there are: {}", known.join(", ")));
        };
        let running = bell.running.lock().unwrap_or_else(PoisonError::into_inner);
        match (wish, &*running) {
            (Wish::Run, _) => bell.run.notify_one(),
            (Wish::Drill, _) => bell.drill.notify_one(),
            (Wish::Cancel, Some(run)) => run.abort.cancel(),
            (Wish::Cancel, None) => return Err(format!("no run of \"{job}\" goes on")),
            (Wish::Look, _) => {}
        }
        Ok(running
            .as_ref()
            .map_or(Standing::Waiting, |run| Standing::Running { since: run.since, octets: run.progress.octets() }))
    }

    fn of(&self, job: &JobName) -> Arc<Bell> {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(job.clone()).or_default())
    }

    fn retain(&self, jobs: &[Job]) {
        let mut bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bells.retain(|name, _| jobs.iter().any(|job| job.name == *name));
    }
}

impl Keepers {
    /// Nobody yet. Whoever will keep a job is counted by `tasks`.
    #[must_use]
    pub fn new(around: Surroundings, tasks: TaskTracker) -> Self {
        Self {
            around,
            tasks,
            repositories: HashMap::new(),
            running: HashMap::new(),
            caring: HashMap::new(),
            bells: Bells::default(),
        }
    }

    /// By which jobs are asked for something.
    #[must_use]
    pub fn bells(&self) -> Bells {
        self.bells.clone()
    }

    /// Keeps these jobs and repositories and no others. `last` is the newest run of a job, if it ever ran, also one that goes on.
    pub fn apply(&mut self, jobs: &[Job], repositories: &[Arc<Repository>], last: impl Fn(&JobName) -> Option<Last>) {
        retire(&mut self.running, |job| jobs.contains(job));
        let cares: Vec<Care> = repositories.iter().map(|repository| Care::of(repository, jobs)).collect();
        retire(&mut self.caring, |care| cares.contains(care));
        self.bells.retain(jobs);
        for job in jobs {
            if self.running.contains_key(&job.name) {
                continue;
            }
            let retired = CancellationToken::new();
            let repository = self.repository(&job.repository.name);
            let bell = self.bells.of(&job.name);
            let around = self.around.clone();
            let driller = Driller {
                job: job.clone(),
                around: around.clone(),
                repository: Arc::clone(&repository),
                bell: Arc::clone(&bell),
                retired: retired.clone(),
            };
            self.watch(format!("who drills {}", job.name), driller.keep());
            if let Source::PostgresPhysical(source) = &job.source {
                let archiver = Archiver {
                    job: job.clone(),
                    source: source.clone(),
                    around: around.clone(),
                    retired: retired.clone(),
                };
                self.watch(format!("who stores the log of {}", job.name), archiver.keep());
            }
            let keeper = Keeper { job: job.clone(), around, repository, bell, retired: retired.clone() };
            self.watch(format!("who runs {}", job.name), keeper.keep(last(&job.name)));
            self.running.insert(job.name.clone(), (job.clone(), retired));
        }
        for care in cares {
            let repository = Arc::clone(&care.repository);
            if self.caring.contains_key(&repository.name) {
                continue;
            }
            let retired = CancellationToken::new();
            let from = repository.copy.as_ref().map(|copy| copy.from.name.clone());
            let caretaker = Caretaker {
                care: care.clone(),
                around: self.around.clone(),
                turn: self.repository(&repository.name),
                turn_of_original: from.map(|from| self.repository(&from)),
                retired: retired.clone(),
            };
            self.watch(format!("who looks after the repository {}", repository.name), caretaker.keep());
            self.caring.insert(repository.name.clone(), (care, retired));
        }
    }

    /// Starts a task whose end by a mistake of ours is not silent.
    fn watch(&self, what: String, task: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(task);
        self.tasks.spawn(async move {
            if let Err(fault) = task.await {
                error!("{what} has ended by a mistake of rotused; restart it, and report this: {fault}");
            }
        });
    }

    fn repository(&mut self, name: &RepositoryName) -> Arc<Mutex<()>> {
        Arc::clone(self.repositories.entry(name.clone()).or_default())
    }
}

/// Retires whoever keeps what no longer is, or is no longer so.
fn retire<N, T>(kept: &mut HashMap<N, (T, CancellationToken)>, stays: impl Fn(&T) -> bool) {
    kept.retain(|_, (thing, retired)| {
        let stays = stays(thing);
        if !stays {
            retired.cancel();
        }
        stays
    });
}

impl Surroundings {
    /// Waits for something; none when the daemon stops, or who waits is retired.
    async fn until<T>(&self, retired: &CancellationToken, awaited: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            () = self.stop.cancelled() => None,
            () = retired.cancelled() => None,
            found = awaited => Some(found),
        }
    }

    /// What the journal says; none, and a line in the log, when it cannot be read.
    async fn ask_journal<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&JournalReader) -> Result<T, JournalError> + Send + 'static,
    ) -> Option<T> {
        let path = self.journal.clone();
        let asked = tokio::task::spawn_blocking(move || ask(&JournalReader::open(&path)?)).await;
        match asked {
            Ok(Ok(found)) => return Some(found),
            Ok(Err(fault)) => error!("the catalogue of backups cannot be read: {fault}"),
            Err(fault) => error!("the catalogue of backups cannot be read: {fault}"),
        }
        None
    }
}

/// Waits until a time has come or somebody rings, and then for a repository; none if the clock was set back, and the time is another one.
async fn turn<'r>(start: Option<Timestamp>, bell: &Notify, repository: &'r Mutex<()>) -> Option<MutexGuard<'r, ()>> {
    let is_time = tokio::select! {
        is_time = sleep_until(start) => is_time,
        () = bell.notified() => true,
    };
    if is_time { Some(repository.lock().await) } else { None }
}

/// The clock is read again at least this often, so that a clock that is set or a machine that slept does not make a
/// backup late.
const LONGEST_NAP: Duration = Duration::from_secs(5);

/// A clock that goes back by more than this was set, and what was planned by it is worth nothing: a time may be a year away.
const LEAST_SET_BACK: SignedDuration = SignedDuration::from_mins(1);

/// Waits until a time has come, for ever if there is none, or until the clock was set back: false.
async fn sleep_until(start: Option<Timestamp>) -> bool {
    let mut seen = Timestamp::now();
    loop {
        let now = Timestamp::now();
        if seen.duration_since(now) > LEAST_SET_BACK {
            return false;
        }
        seen = now;
        let left = match start {
            // Negative once the time has come.
            Some(start) => Duration::try_from(now.duration_until(start)).unwrap_or_default(),
            None => LONGEST_NAP,
        };
        if left.is_zero() {
            return true;
        }
        tokio::time::sleep(left.min(LONGEST_NAP)).await;
    }
}
