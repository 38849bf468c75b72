//! The daemon's life: everything is opened before anything starts, and everything that was started is waited for.
//!
//! Who spawns what: one task a check ([`crate::watch`]) and one a job ([`crate::jobs`]), the web server, the watchdog,
//! and the recorder on a thread of its own. All but the recorder hold a clone of the stop token and are counted by one
//! tracker; the recorder ends by itself when the last of them has dropped its sender, having written everything.

use std::collections::HashMap;
use std::fs::{DirBuilder, File};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustix::fs::{FlockOperation, flock};
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use crate::backup::{Restic, Workplace};
use crate::config::Config;
use crate::health::Health;
use crate::history::{History, HistoryError, HistoryReader};
use crate::jobs::{self, Surroundings};
use crate::journal::{Journal, JournalError, Remembered};
use crate::live::Live;
use crate::recorder::{self, Recorder, Report};
use crate::watch::{self, Sockets};
use crate::web::{self, Pages};

/// Why the daemon did not start. Nothing has been watched, backed up or served.
#[derive(Debug, thiserror::Error)]
pub enum CannotStart {
    /// The state directory cannot be written.
    #[error("the state directory {path} cannot be used: {source}; make it writable for the user that rotused runs as, or set another state_directory", path = .path.display())]
    StateDirectory {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another daemon works there.
    #[error("another rotused uses the state directory {path}; stop it first, or set another state_directory", path = .0.display())]
    AlreadyRunning(PathBuf),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The history cannot be used.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The address of the status pages is taken or not ours.
    #[error(
        "the status pages cannot be served on {address}: {source}; stop what uses the address (ss -ltnp shows it), or set another listen"
    )]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// There are jobs, and no restic.
    #[error(
        "the backup jobs need restic, but {command} cannot be run: {detail}; install the package restic, or say where it is with restic = \"/path/to/restic\""
    )]
    Restic {
        /// What was called.
        command: String,
        /// Why it cannot be.
        detail: String,
    },
    /// The system refuses something that no configuration can change.
    #[error("the system refuses what every daemon needs: {0}")]
    System(io::Error),
}

/// A run ends within this time after it was told to, whatever it is doing; systemd kills after its own.
const LONGEST_STOP: Duration = Duration::from_millis(4500);

/// Everything that is open before anything starts.
struct Opened {
    /// Locked while we live.
    _lock: File,
    recorder: Recorder,
    reader: HistoryReader,
    remembered: Remembered,
    workplace: Workplace,
    listener: TcpListener,
    address: SocketAddr,
}

/// Watches, backs up and shows until SIGTERM or SIGINT.
///
/// # Errors
/// Why it could not start.
pub async fn run(config: Config) -> Result<(), CannotStart> {
    let mut terminate = Signals::new().map_err(CannotStart::System)?;
    let opened = open(&config).await?;
    let live = Arc::clone(&opened.recorder.live);
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    let (reports, received) = mpsc::channel(recorder::WAITING);
    let recorder = opened.recorder;
    let recording = tokio::task::spawn_blocking(move || recorder.run(received));

    let pages = Pages::new(live, Some(opened.reader), config.time_zone.clone());
    let serving = web::serve(opened.listener, web::router(pages), stop.clone());
    tasks.spawn(async move {
        if let Err(fault) = serving.await {
            error!("the status pages are no longer served; restart rotused: {fault}");
        }
    });
    let started = Instant::now();
    let sockets = Sockets::open(Arc::clone(&config.profiles)).await;
    for check in config.devices.iter().flat_map(|device| &device.checks) {
        tasks.spawn(watch::watch(check.clone(), sockets.clone(), started, reports.clone(), stop.clone()));
    }
    spawn_jobs(&config, &opened.remembered, opened.workplace, &reports, &stop, &tasks);
    tasks.spawn(watchdog(reports.clone(), stop.clone()));
    // From here on only tasks hold senders: when the last task ends, the recorder does.
    drop(reports);

    notify(&[NotifyState::Ready]);
    let (devices, jobs) = (config.devices.len(), config.jobs.len());
    let address = format!("http://{}/", opened.address);
    info!(address = %address, devices, jobs, "listening on {address}: {devices} devices, {jobs} backup jobs");

    let name = terminate.next().await;
    info!(signal = name, "stopping, as {name} asks");
    notify(&[NotifyState::Stopping]);
    stop.cancel();
    tasks.close();
    tokio::select! {
        () = finish(tasks, recording) => info!("stopped"),
        () = tokio::time::sleep(LONGEST_STOP) => error!("something did not stop in time and is abandoned"),
        name = terminate.next() => warn!(signal = name, "stopped at once, as the second signal asks"),
    }
    Ok(())
}

async fn finish(tasks: TaskTracker, recording: tokio::task::JoinHandle<()>) {
    tasks.wait().await;
    if let Err(fault) = recording.await {
        error!("the recorder ended badly: {fault}");
    }
}

async fn open(config: &Config) -> Result<Opened, CannotStart> {
    let lock = claim(&config.state_directory)?;
    let workplace = Workplace::new(config.restic.clone(), &config.state_directory);
    workplace
        .prepare()
        .map_err(|source| CannotStart::StateDirectory { path: config.state_directory.clone(), source })?;
    if !config.jobs.is_empty() {
        let version = Restic::version(&config.restic).await;
        version.map_err(|fault| CannotStart::Restic {
            command: config.restic.display().to_string(),
            detail: fault.to_string(),
        })?;
    }
    let (journal, remembered) = Journal::open(&config.state_directory.join("journal.db"), Timestamp::now())?;
    let history = History::open(&config.state_directory.join("history.db"))?;
    let reader = history.reader()?;
    let listener = TcpListener::bind(config.listen).await;
    let (listener, address) = listener
        .and_then(|listener| listener.local_addr().map(|address| (listener, address)))
        .map_err(|source| CannotStart::Listen { address: config.listen, source })?;
    for run in &remembered.interrupted {
        let job = &run.job;
        warn!(%job, run = run.id.0, "backup interrupted: {job}, when rotused died; it is run again");
    }
    let checks = config.devices.iter().flat_map(|device| &device.checks);
    let health = Health::new(checks.map(|check| (check.id.clone(), check.confirmation)), remembered.health.clone());
    let live = Arc::new(Live::new(config));
    remember(&live, &remembered, &health);
    let recorder = Recorder { health, journal, history, live, last_run: remembered.last_run, unwritten: Vec::new() };
    Ok(Opened { _lock: lock, recorder, reader, remembered, workplace, listener, address })
}

/// Makes the state directory ours: there, writable, closed to others, and no second daemon in it.
fn claim(path: &Path) -> Result<File, CannotStart> {
    let failed = |source| CannotStart::StateDirectory { path: path.to_owned(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
    let lock = File::options().create(true).append(true).open(path.join("lock")).map_err(failed)?;
    // The kernel lets go of the lock however we die; a file with a process number in it would not.
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(lock),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(CannotStart::AlreadyRunning(path.to_owned())),
        Err(errno) => Err(failed(errno.into())),
    }
}

/// Shows what the journal remembers, before the first new answer.
fn remember(live: &Live, remembered: &Remembered, health: &Health) {
    let mut live = live.write();
    for (check, (state, since)) in &remembered.health.states {
        if let Some(found) = live.check_mut(check) {
            (found.state, found.since) = (*state, Some(*since));
        }
    }
    for (name, record) in &remembered.jobs {
        if let Some(job) = live.job_mut(name) {
            job.record = record.clone();
        }
    }
    live.incidents = health.open_incidents();
}

fn spawn_jobs(
    config: &Config,
    remembered: &Remembered,
    workplace: Workplace,
    reports: &mpsc::Sender<Report>,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) {
    let workplace = Arc::new(workplace);
    let mut repositories: HashMap<_, Arc<Mutex<()>>> = HashMap::new();
    for job in &config.jobs {
        let around = Surroundings {
            zone: config.time_zone.clone(),
            workplace: Arc::clone(&workplace),
            repository: Arc::clone(repositories.entry(job.repository.name.clone()).or_default()),
            reports: reports.clone(),
            stop: stop.clone(),
        };
        let last = remembered.jobs.get(&job.name).and_then(|record| record.last.clone());
        tasks.spawn(jobs::keep(job.clone(), last, around));
    }
}

/// Tells systemd that we live, twice as often as it asks for (sd_watchdog_enabled(3)), but only while the recorder
/// answers: a daemon whose disk hangs does not do its job and is better restarted.
async fn watchdog(reports: mpsc::Sender<Report>, stop: CancellationToken) {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    let mut tick = tokio::time::interval(limit / 2);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        let (reply, answer) = oneshot::channel();
        if reports.send(Report::Heartbeat(reply)).await.is_ok() && answer.await.is_ok() {
            notify(&[NotifyState::Watchdog]);
        }
    }
}

fn notify(states: &[NotifyState<'_>]) {
    // Does nothing, successfully, when systemd has not started us.
    if let Err(fault) = sd_notify::notify(states) {
        warn!("systemd cannot be told how we are: {fault}");
    }
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the next of them and says which it was.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
