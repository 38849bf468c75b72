//! The daemon's life: everything is opened before anything starts, and everything that was started is waited for.
//!
//! Who spawns what: one task a check ([`crate::watch`]), two a job and one a repository ([`crate::jobs`]), the web server, the watchdog, the
//! [`desk`], and, each on a thread of its own, one who hears traps ([`crate::traps`]) and the recorder. All are counted by one tracker and
//! hold a clone of the stop token, but for those who watch, who are given up when [`Watchers`] is dropped; the recorder ends
//! by itself when the last of them has dropped its sender, having written everything. [`Steering`] is told when the
//! configuration may have changed, and changes what has to.

use std::collections::HashMap;
use std::fs::{DirBuilder, File};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use rustix::fs::{FlockOperation, flock};
use sd_notify::NotifyState;
use tokio::net::{TcpListener, UnixListener};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use crate::backup::{Restic, Workplace};
use crate::config::{Config, Device, JobName, Location};
use crate::desk;
use crate::health::{Health, Model};
use crate::history::{History, HistoryError, HistoryReader};
use crate::jobs::{Keepers, Last, Surroundings};
use crate::journal::{Journal, JournalError, JournalReader, Remembered};
use crate::live::{Live, Refused};
use crate::notify::{self, Planned, Planner, heartbeat};
use crate::recorder::{self, Recorder, Report, Stopwatch};
use crate::reload::Occasions;
use crate::replay::{CannotRecord, Recording};
use crate::schedule::Counting;
use crate::snmp::{CannotReceive, Received, Receiver, Transports};
use crate::traps::{self, Counts, Hearing};
use crate::watch::{Sockets, Watchers};
use crate::web::{self, Door, Pages, Sources};

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
    /// Nobody could be heard.
    #[error(transparent)]
    Traps(#[from] CannotReceive),
    /// Observations cannot be recorded.
    #[error(transparent)]
    Recording(#[from] CannotRecord),
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
    journal: JournalReader,
    remembered: Remembered,
    /// From the recorder to those who carry them; as many as the limit of an hour lets through.
    letters: mpsc::UnboundedReceiver<Planned>,
    workplace: Workplace,
    sockets: Sockets,
    receiver: Option<Receiver>,
    listener: TcpListener,
    address: SocketAddr,
    door: Arc<Door>,
    desk: UnixListener,
}

/// Watches, backs up and shows until SIGTERM or SIGINT. `config` is what was read at `location`. Observations are recorded in
/// the file `recording`, if there is one, for [`replay`](crate::replay).
///
/// # Errors
/// Why it could not start.
pub async fn run(location: Location, config: Config, recording: Option<&Path>) -> Result<(), CannotStart> {
    let mut terminate = Signals::new().map_err(CannotStart::System)?;
    let mut occasions = Occasions::new(location.clone()).map_err(CannotStart::System)?;
    let config = Arc::new(config);
    let opened = open(&config, recording).await?;
    let live = Arc::clone(&opened.recorder.live);
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    let (reports, received) = mpsc::channel(recorder::WAITING);
    let recorder = opened.recorder;
    let recording = tokio::task::spawn_blocking(move || recorder.run(received));

    let door = opened.door;
    let pages = Pages::new(Sources {
        door: Arc::clone(&door),
        live: Arc::clone(&live),
        history: Some(opened.reader),
        journal: Some(opened.journal),
        retention: config.history,
        state_directory: config.state_directory.clone(),
        zone: config.time_zone.clone(),
    });
    let serving = web::serve(opened.listener, pages, stop.clone());
    tasks.spawn(async move {
        if let Err(fault) = serving.await {
            error!("the status pages are no longer served; restart rotused: {fault}");
        }
    });
    let mut watchers = Watchers::new(opened.sockets, reports.clone(), tasks.clone());
    watchers.start(watchers.difference(&config.devices).started);
    let around = Surroundings {
        zone: config.time_zone.clone(),
        workplace: Arc::new(opened.workplace),
        journal: config.state_directory.join("journal.db"),
        reports: reports.clone(),
        stop: stop.clone(),
    };
    let mut keepers = Keepers::new(around, tasks.clone());
    let remembered = opened.remembered;
    let last = |job: &JobName| remembered.jobs.get(job).and_then(|record| record.last.as_ref()).map(Last::from);
    keepers.apply(&config.jobs, &config.repositories, last);
    tasks.spawn(watchdog(reports.clone(), stop.clone()));
    let (configured, configurations) = watch::channel(Arc::clone(&config));
    let waiting = remembered.letters.clone();
    tasks.spawn(notify::carry(waiting, opened.letters, configurations.clone(), reports.clone(), stop.clone()));
    tasks.spawn(heartbeat::beat(configurations, reports.clone(), stop.clone()));
    tasks.spawn(desk::serve(opened.desk, reports.clone(), keepers.bells(), tasks.clone(), stop.clone()));
    let ears = Ears::new(&config, &live, stop.clone(), tasks.clone(), opened.receiver);
    let runs_with = Arc::clone(&config);
    let mut steering =
        Steering { location, config, configured, runs_with, live, door, watchers, keepers, ears, reports };

    tell_systemd(&[NotifyState::Ready]);
    let (devices, jobs) = (steering.config.devices.len(), steering.config.jobs.len());
    let scheme = if steering.config.web.certificate.is_some() { "https" } else { "http" };
    let address = format!("{scheme}://{}/", opened.address);
    info!(address = %address, devices, jobs, "listening on {address}: {devices} devices, {jobs} backup jobs");

    let name = loop {
        tokio::select! {
            name = terminate.next() => break name,
            reason = occasions.next() => tokio::select! {
                () = steering.reload(reason) => {}
                // Reading and telling the recorder wait for disks, and nobody waits for those who wants us to stop.
                name = terminate.next() => break name,
            },
            received = steering.ears.next() => steering.take_in(received),
        }
    };
    info!(signal = name, "stopping, as {name} asks");
    tell_systemd(&[NotifyState::Stopping]);
    stop.cancel();
    tasks.close();
    // With it go those who watch, and the last sender of reports that is not a task's: when the last task ends, the
    // recorder does.
    drop(steering);
    tokio::select! {
        () = finish(tasks, recording) => info!("stopped"),
        () = tokio::time::sleep(LONGEST_STOP) => error!("something did not stop in time and is abandoned"),
        name = terminate.next() => warn!(signal = name, "stopped at once, as the second signal asks"),
    }
    Ok(())
}

/// What goes on while the daemon runs, and changes with the configuration.
struct Steering {
    location: Location,
    config: Arc<Config>,
    /// To those who look at it by themselves.
    configured: watch::Sender<Arc<Config>>,
    /// What it was started with: some of it is used until a restart.
    runs_with: Arc<Config>,
    live: Arc<Live>,
    door: Arc<Door>,
    watchers: Watchers,
    keepers: Keepers,
    ears: Ears,
    reports: mpsc::Sender<Report>,
}

/// Who hears what devices say by themselves.
struct Ears {
    /// The file of what the receiver has to remember.
    engine: PathBuf,
    hearing: Hearing,
    counts: Arc<Counts>,
    stop: CancellationToken,
    tasks: TaskTracker,
    /// None if nobody is to be heard.
    listening: Option<Listening>,
}

struct Listening {
    heard: mpsc::Receiver<Received>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Steering {
    /// Reads the configuration again. What did not change goes on; one with mistakes is refused whole.
    async fn reload(&mut self, reason: &str) {
        if let Ok(now) = NotifyState::monotonic_usec_now() {
            tell_systemd(&[NotifyState::Reloading, now]);
        }
        let location = self.location.clone();
        let read = tokio::task::spawn_blocking(move || location.load()).await;
        match read {
            Ok(Ok(config)) => self.adopt(Arc::new(config), reason).await,
            Ok(Err(mistakes)) => {
                let listed: Vec<String> = mistakes.problems().iter().map(ToString::to_string).collect();
                error!("{reason}: the new configuration is not used, the one before goes on:\n{}", listed.join("\n"));
                let refused = Refused { at: Timestamp::now(), mistakes: Arc::new(mistakes) };
                self.report(Report::Refused(refused)).await;
            }
            Err(fault) => error!("{reason}: the configuration could not be read: {fault}"),
        }
        tell_systemd(&[NotifyState::Ready]);
    }

    async fn adopt(&mut self, config: Arc<Config>, reason: &str) {
        for key in needs_restart(&self.runs_with, &config) {
            warn!("{reason}: a new {key} is used only after a restart of rotused");
        }
        let difference = self.watchers.difference(&config.devices);
        let (started, stopped) = (difference.started.len(), difference.stopped.len());
        if config.profiles != self.config.profiles {
            self.watchers.understand_by(Arc::clone(&config.profiles));
        }
        // What is still reported of a check as it was comes before the change, and what is reported of it as it is, after.
        self.watchers.stop(&difference.stopped).await;
        let changed = difference.stopped.into_iter().collect();
        let (reply, is_known) = oneshot::channel();
        self.report(Report::Reconfigured(Arc::clone(&config), changed, reply)).await;
        // What ended before that is known then too.
        let _ = is_known.await;
        self.watchers.start(difference.started);
        let last = |job: &JobName| {
            let live = self.live.read();
            let job = live.job(job)?;
            let running = job.running.as_ref().map(|running| Last { started: running.since, was_interrupted: false });
            running.or_else(|| job.record.last.as_ref().map(Last::from))
        };
        self.keepers.apply(&config.jobs, &config.repositories, last);
        self.watchers.transports().forget_all_keys_but(&config.credentials);
        self.door.reconfigure(&config.web);
        self.ears.reconfigure(&self.config, &config, self.watchers.transports(), &self.live).await;
        let is_the_same = config == self.config;
        self.configured.send_replace(Arc::clone(&config));
        self.config = config;
        if !is_the_same {
            info!(
                started,
                stopped,
                "{reason}: the new configuration is used; {started} checks were started, {stopped} stopped, the others go on"
            );
        }
    }

    /// Writes down what a device said by itself, and asks it at once.
    fn take_in(&mut self, received: Received) {
        let Some((device, notified)) = self.ears.hearing.take_in(received, Timestamp::now(), Instant::now()) else {
            return;
        };
        self.watchers.ask_now(&device);
        // A recorder that has fallen behind has no time for what was only said; the answer is what counts.
        if let Some(notified) = notified
            && self.reports.try_send(Report::Notified(notified)).is_err()
        {
            self.ears.counts.limited.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn report(&self, report: Report) {
        if self.reports.send(report).await.is_err() {
            error!("the recorder is gone; restart rotused");
        }
    }
}

/// What cannot be changed while the daemon runs.
fn needs_restart(before: &Config, after: &Config) -> Vec<&'static str> {
    let changed = [
        ("state_directory", before.state_directory != after.state_directory),
        ("listen", before.listen != after.listen),
        ("time_zone", before.time_zone != after.time_zone),
        ("restic", before.restic != after.restic),
        ("[history]", before.history != after.history),
    ];
    changed.into_iter().filter(|(_, is_changed)| *is_changed).map(|(key, _)| key).collect()
}

impl Ears {
    fn new(
        config: &Config,
        live: &Live,
        stop: CancellationToken,
        tasks: TaskTracker,
        receiver: Option<Receiver>,
    ) -> Self {
        let counts = Arc::new(Counts::default());
        let hearing = Hearing::new(heard(config), Arc::clone(&counts), Instant::now());
        let mut ears = Self { engine: engine(config), hearing, counts, stop, tasks, listening: None };
        ears.listen(receiver, live);
        ears
    }

    fn listen(&mut self, receiver: Option<Receiver>, live: &Live) {
        live.write().traps = receiver.is_some().then(|| Arc::clone(&self.counts));
        self.listening = receiver.map(|receiver| {
            let stop = self.stop.child_token();
            info!("traps and informs are received on {}", receiver.address());
            let (heard, hearing) = traps::hear(receiver, Arc::clone(&self.counts), stop.clone());
            // On a thread of its own, see `Receiver`.
            let runtime = tokio::runtime::Handle::current();
            Listening { heard, stop, task: self.tasks.spawn_blocking(move || runtime.block_on(hearing)) }
        });
    }

    /// Waits for what a device says by itself; for ever, if nobody is heard.
    async fn next(&mut self) -> Received {
        if let Some(listening) = &mut self.listening {
            if let Some(received) = listening.heard.recv().await {
                return received;
            }
            error!("traps and informs are no longer received; restart rotused");
            self.listening = None;
        }
        std::future::pending().await
    }

    /// Hears the devices of the new configuration, by its credentials.
    async fn reconfigure(&mut self, before: &Config, after: &Config, transports: &Transports, live: &Live) {
        self.hearing.reconfigure(heard(after));
        let is_as_wanted = self.listening.is_some() == after.traps.is_some();
        if is_as_wanted && (&before.traps, &before.credentials) == (&after.traps, &after.credentials) {
            return;
        }
        if let Some(Listening { stop, task, .. }) = self.listening.take() {
            stop.cancel();
            // The port is free when it has ended.
            let _ = task.await;
        }
        match receiver(after, transports, &self.engine).await {
            Ok(receiver) => self.listen(receiver, live),
            Err(error) => {
                live.write().traps = None;
                error!("{error}");
            }
        }
    }
}

async fn receiver(config: &Config, transports: &Transports, engine: &Path) -> Result<Option<Receiver>, CannotReceive> {
    let Some(traps) = &config.traps else { return Ok(None) };
    Receiver::bind(traps.listen, &config.credentials, transports, engine).await.map(Some)
}

/// Who may speak by themselves.
fn heard(config: &Config) -> &[Device] {
    if config.traps.is_some() { &config.devices } else { &[] }
}

fn engine(config: &Config) -> PathBuf {
    config.state_directory.join("snmp-engine")
}

async fn finish(tasks: TaskTracker, recording: tokio::task::JoinHandle<()>) {
    tasks.wait().await;
    if let Err(fault) = recording.await {
        error!("the recorder ended badly: {fault}");
    }
}

async fn open(config: &Arc<Config>, recording: Option<&Path>) -> Result<Opened, CannotStart> {
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
    let journal_file = config.state_directory.join("journal.db");
    let (journal, remembered) = Journal::open(&journal_file, Timestamp::now())?;
    let journal_reader = JournalReader::open(&journal_file)?;
    let history = History::open(&config.state_directory.join("history.db"), config.history)?;
    let reader = history.reader()?;
    let desk = desk::open(&config.state_directory)
        .map_err(|source| CannotStart::StateDirectory { path: config.state_directory.clone(), source })?;
    let sockets = Sockets::open(Arc::clone(&config.profiles)).await;
    let receiver = receiver(config, sockets.transports(), &engine(config)).await?;
    let door = Door::new(config.listen, Arc::clone(&config.web));
    let door = Arc::new(door.map_err(|error| CannotStart::System(io::Error::other(error)))?);
    let listener = TcpListener::bind(config.listen).await;
    let (listener, address) = listener
        .and_then(|listener| listener.local_addr().map(|address| (listener, address)))
        .map_err(|source| CannotStart::Listen { address: config.listen, source })?;
    for run in &remembered.interrupted {
        let job = &run.job;
        warn!(%job, run = run.id.0, "backup interrupted: {job}, when rotused died; it is run again");
    }
    let health = Health::new(Model::new(config), remembered.health.clone());
    let (letters, to_be_carried) = mpsc::unbounded_channel();
    let live = Arc::new(Live::new(config));
    remember(&live, &remembered, &health);
    let recorder = Recorder {
        health,
        journal,
        history,
        live,
        last_run: remembered.last_run,
        unwritten: Vec::new(),
        counting: Counting::default(),
        planner: Planner::new(Arc::clone(config), remembered.told.clone()),
        letters,
        prompts: HashMap::new(),
        recording: recording.map(Recording::begin).transpose()?,
        stopwatch: Stopwatch::start(),
    };
    Ok(Opened {
        _lock: lock,
        recorder,
        reader,
        journal: journal_reader,
        remembered,
        letters: to_be_carried,
        workplace,
        sockets,
        receiver,
        listener,
        address,
        door,
        desk,
    })
}

/// Makes the state directory ours: there, writable, closed to others, and no second daemon in it.
pub(crate) fn claim(path: &Path) -> Result<File, CannotStart> {
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
    for (check, last) in &remembered.health.states {
        if let Some(found) = live.check_mut(check) {
            (found.state, found.since, found.incident) = (last.to, Some(last.at), last.incident);
        }
    }
    for (name, record) in &remembered.jobs {
        match live.job_mut(name) {
            Some(job) => job.record = record.clone(),
            None => drop(live.former_jobs.insert(name.clone(), record.clone())),
        }
    }
    live.acknowledged = remembered.acknowledged.clone();
    for planned in &remembered.letters {
        live.outbox.entry(planned.channel.clone()).or_default().waiting += 1;
    }
    live.notified = remembered.notified.clone().into();
    live.incidents = health.open_incidents();
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
            tell_systemd(&[NotifyState::Watchdog]);
        }
    }
}

fn tell_systemd(states: &[NotifyState<'_>]) {
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
