//! The `restic` command as a child process: arguments without secrets, an environment of our choice, and an orderly end.
//!
//! restic reads the repository's password itself, from a file; no password passes through us. A child that must end gets
//! SIGINT first, on which restic removes its lock and leaves no snapshot, and SIGKILL only when it does not listen.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use rustix::process::Pid;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::child::{self, Program, end_in_order, keep, read_all};
use super::fault::{awaited, classify, is_hopeless, last_words};
use super::location::{shown, without_password};
use super::pipe::Inlet;
use super::pipeline::{Fed, Feeding};
use super::snapshot::{Label, Listed, SnapshotId, summary};
use super::{Content, Fault, Manifest, Progress, Step, Stored, Workplace};
use crate::config::{JobName, ReadData, Repository};

/// restic with one repository.
#[derive(Debug, Clone)]
pub struct Restic<'w> {
    workplace: &'w Workplace,
    repository: Arc<Repository>,
}

/// What restic says while it tries again what does not succeed.
#[derive(Debug, Default)]
struct Complaints {
    /// It never will.
    hopeless: CancellationToken,
    /// Why it has not yet: what it waits for does not answer.
    unreachable: Mutex<Option<Fault>>,
}

impl Complaints {
    /// Takes in all that was said.
    fn hear(&self, said: &str) {
        if is_hopeless(said) {
            self.hopeless.cancel();
        }
        *self.unreachable.lock().unwrap_or_else(PoisonError::into_inner) = awaited(said);
    }

    /// Why something that was waited for too long did not come.
    fn instead_of(&self, fault: Fault) -> Fault {
        let why = || self.unreachable.lock().unwrap_or_else(PoisonError::into_inner).take();
        match fault {
            Fault::Deadline => why().unwrap_or(fault),
            Fault::Stalled { .. } if fault.is_of("restic") => why().unwrap_or(fault),
            _ => fault,
        }
    }
}

/// How long clearing up after it may take. Both together end before the daemon's own time to stop is over.
const CLEARING: Duration = Duration::from_millis(1500);

/// So many snapshots are named to one command.
const MOST_NAMED: usize = 100;

impl<'w> Restic<'w> {
    /// restic, working in `workplace`, with `repository`.
    #[must_use]
    pub const fn new(workplace: &'w Workplace, repository: Arc<Repository>) -> Self {
        Self { workplace, repository }
    }

    /// What `command` says of itself: `restic 0.14.0 compiled with …`.
    ///
    /// # Errors
    /// [`Fault::ResticMissing`] when it cannot be run.
    pub async fn version(command: &Path) -> Result<String, Fault> {
        let missing = |detail: String| Fault::ResticMissing { command: command.display().to_string(), detail };
        let asked = Command::new(command).arg("version").stdin(Stdio::null()).kill_on_drop(true).output();
        let answer = tokio::time::timeout(Duration::from_secs(10), asked).await;
        let answer = answer.map_err(|_| missing("no answer within 10 s".to_owned()))?;
        let answer = answer.map_err(|error| missing(error.to_string()))?;
        let said = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        if answer.status.success() && said.starts_with("restic ") {
            return Ok(said);
        }
        Err(missing(format!("{}, it is not restic", answer.status)))
    }

    /// Makes the repository: new, empty, encrypted.
    ///
    /// # Errors
    /// Why it was not made; [`Fault::RepositoryExists`] leaves what is there as it is.
    pub async fn init(&self) -> Result<(), Fault> {
        let mut arguments = vec!["init", "--no-cache"];
        // Cut into the same pieces as the other, a copy has as few of them.
        arguments.extend(self.repository.copy.as_ref().map(|_| "--copy-chunker-params"));
        self.call(&arguments, &CancellationToken::new(), &mut |_| {}).await
    }

    /// Copies snapshots from the repository that this one is a copy of, if they are not there.
    ///
    /// # Errors
    /// Some were not copied.
    pub async fn copy(&self, snapshots: &[SnapshotId], abort: &CancellationToken) -> Result<(), Fault> {
        self.call_with_each("copy", snapshots, abort).await
    }

    /// Adds a second key to the repository: whoever has what stands in the file can open it too.
    ///
    /// # Errors
    /// It was not added.
    pub async fn add_key(&self, file: &Path) -> Result<(), Fault> {
        let file = file.display().to_string();
        let arguments = ["key", "add", "--no-cache", "--new-password-file", &file];
        self.call(&arguments, &CancellationToken::new(), &mut |_| {}).await
    }

    /// Stores what is fed as a snapshot of one file.
    ///
    /// The dangerous moment of every backup is the end of the dump: to restic the end of its input is the end of the data, also when
    /// the dump tool has died. So the pipe stays open until `feeding` knows that all of it has come, and whoever has to be stopped
    /// before is stopped with the pipe open: restic 0.18 looks at a signal only when it has read something, and then it must be no
    /// end. When we die ourselves, restic dies with us; should it be too late, the snapshot stands in no catalogue.
    ///
    /// # Errors
    /// Why there is no snapshot that counts.
    pub(super) async fn store(
        &self,
        label: &Label,
        feeding: &mut Feeding<'_>,
        abort: &CancellationToken,
    ) -> Result<Stored, (Step, Fault)> {
        let [job, part] = label.tags();
        let arguments = ["backup", "--json", "--stdin", "--stdin-filename", &label.file, "--tag", &job, "--tag", &part];
        let not_stored = |fault| (Step::Store, fault);
        let mut child = self.spawn(&arguments, Stdio::piped()).map_err(not_stored)?;
        let Some(stdin) = child.stdin.take() else {
            return Err(not_stored(unexpected("backup", "it has no input")));
        };
        let mut pipe = Inlet::new(stdin).map_err(|error| not_stored(Fault::from_io(&error)))?;
        let stall = feeding.stall;
        let mut said = Vec::new();
        let mut take = |part: &[u8]| keep(&mut said, part);
        let pid = child::pid(&child);
        let complaints = Complaints::default();
        let fed = {
            let conversation = self.conversation(child, &mut take, &complaints);
            tokio::pin!(conversation);
            let fed = tokio::select! {
                biased;
                ended = &mut conversation => {
                    // It has ended before its input did.
                    let ended = ended.and_then(|ended| self.judge("backup", ended));
                    return Err(not_stored(ended.err().unwrap_or_else(|| unexpected("backup", "it ended before its input"))));
                }
                () = complaints.hopeless.cancelled() => Err(None),
                fault = deadline(abort) => Err(Some(not_stored(complaints.instead_of(fault)))),
                fed = feeding.feed(&mut pipe) => {
                    fed.map_err(|fault| Some((step_of(&fault), complaints.instead_of(fault))))
                }
            };
            match fed {
                Ok(fed) => {
                    drop(pipe);
                    let stop = async {
                        tokio::select! {
                            () = tokio::time::sleep(stall) => stalled(stall),
                            fault = deadline(abort) => fault,
                        }
                    };
                    let ended = self.until_end(pid, conversation, &complaints, stop).await.and_then(|ended| ended);
                    ended.and_then(|ended| self.judge("backup", ended)).map_err(not_stored)?;
                    fed
                }
                Err(fault) => {
                    let ended = end_in_order(pid, conversation).await;
                    drop(pipe);
                    self.clear_up().await;
                    let said = || ended.and_then(|ended| self.judge("backup", ended)).err();
                    return Err(fault.unwrap_or_else(|| not_stored(said().unwrap_or(Fault::Deadline))));
                }
            }
        };
        let Fed { octets, sha256, content } = fed;
        let Some(summary) = summary(&said) else {
            return Err(not_stored(unexpected("backup", "no summary with a snapshot")));
        };
        if summary.total_bytes_processed != octets {
            return Err(not_stored(Fault::Differs { dumped: octets, stored: summary.total_bytes_processed }));
        }
        Ok(label.stored(&summary, Manifest { octets, sha256, content }))
    }

    /// Stores files as they lie.
    ///
    /// # Errors
    /// Why there is no snapshot that counts; [`Fault::Incomplete`] if some could not be read.
    pub(super) async fn store_files(
        &self,
        label: &Label,
        paths: &[PathBuf],
        excludes: &[String],
        abort: &CancellationToken,
    ) -> Result<Stored, Fault> {
        let [job, part] = label.tags();
        let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let mut arguments = vec!["backup", "--json", "--tag", &job, "--tag", &part];
        arguments.extend(excludes.iter().flat_map(|pattern| ["--exclude", pattern.as_str()]));
        arguments.push("--");
        arguments.extend(paths.iter().map(String::as_str));
        let mut said = Vec::new();
        self.call(&arguments, abort, &mut |part| keep(&mut said, part)).await?;
        let summary = summary(&said).ok_or_else(|| unexpected("backup", "no summary with a snapshot"))?;
        let content = Content::of_files(summary.total_files_processed);
        let manifest =
            Manifest { octets: summary.total_bytes_processed, sha256: String::new(), content: Some(content) };
        Ok(Stored { file: String::new(), ..label.stored(&summary, manifest) })
    }

    /// Whether a repository on a disk of this machine is there: an empty folder, because something is not mounted, is known before
    /// anything is dumped. Of others restic tells by itself, while it is being fed, and costs half a second of scrypt each time.
    ///
    /// # Errors
    /// [`Fault::RepositoryMissing`].
    pub(super) fn is_there(&self) -> Result<(), Fault> {
        let location = Path::new(&self.repository.location);
        if location.is_absolute() && !location.join("config").exists() {
            return Err(Fault::RepositoryMissing { location: shown(&self.repository.location) });
        }
        Ok(())
    }

    /// Claims a repository on a disk of this machine for a run, as long as what is given back is kept: two daemons on one repository
    /// take turns. restic's own locks let several who store in, and none while somebody checks; those are for all machines.
    ///
    /// # Errors
    /// [`Fault::RepositoryMissing`], or [`Fault::Locked`] by another rotused.
    pub(super) fn claim(&self) -> Result<Option<File>, Fault> {
        self.is_there()?;
        let location = Path::new(&self.repository.location);
        if !location.is_absolute() {
            return Ok(None);
        }
        let config = File::open(location.join("config")).map_err(|error| Fault::from_io(&error))?;
        match flock(&config, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(config)),
            Err(Errno::WOULDBLOCK) => Err(Fault::Locked { by: "another rotused of this machine".to_owned() }),
            // A disk that knows no such locks has none.
            Err(_) => Ok(None),
        }
    }

    /// Writes what a snapshot holds into `sink`, and compares it on the way with what was dumped.
    ///
    /// # Errors
    /// It cannot be read, is not what was dumped, or `sink` takes no more.
    pub(super) async fn pour(
        &self,
        stored: &Stored,
        sink: &mut (impl AsyncWrite + Unpin),
        progress: &Progress,
        abort: &CancellationToken,
    ) -> Result<(), Fault> {
        match self.pour_once(stored, sink, progress, abort).await {
            // Nothing has been poured then.
            Err(Fault::Locked { by }) if self.unlocked(&by, abort).await? => {
                self.pour_once(stored, sink, progress, abort).await
            }
            other => other,
        }
    }

    async fn pour_once(
        &self,
        stored: &Stored,
        sink: &mut (impl AsyncWrite + Unpin),
        progress: &Progress,
        abort: &CancellationToken,
    ) -> Result<(), Fault> {
        if abort.is_cancelled() {
            return Err(Fault::Deadline);
        }
        let name = format!("/{}", stored.file);
        // A cache would prove that the cache is whole.
        let mut child = self.spawn(&["dump", "--no-cache", stored.snapshot.as_str(), &name], Stdio::null())?;
        let stdout = child.stdout.take();
        let pid = child::pid(&child);
        let complaints = Complaints::default();
        let mut nothing = |_: &[u8]| {};
        let conversation = self.conversation(child, &mut nothing, &complaints);
        let pouring = async {
            let (mut digest, mut octets) = (Sha256::new(), 0_u64);
            let Some(mut stdout) = stdout else { return Ok((octets, String::new())) };
            let mut buffer = vec![0; 1 << 17];
            loop {
                let read = stdout.read(&mut buffer).await?;
                if read == 0 {
                    sink.flush().await?;
                    return Ok((octets, super::hex(&digest.finalize())));
                }
                digest.update(&buffer[..read]);
                octets += read as u64;
                sink.write_all(&buffer[..read]).await?;
                progress.passed(read as u64);
            }
        };
        let both = async { tokio::join!(pouring, conversation) };
        tokio::pin!(both);
        let (poured, ended) = self.until_end(pid, both, &complaints, deadline(abort)).await?;
        let (octets, sha256) = poured.map_err(|error: std::io::Error| Fault::from_io(&error))?;
        self.judge("dump", ended?).map_err(as_damage)?;
        // A snapshot without a catalogue has nothing to be compared with but what restic has compared.
        let is_known = !stored.manifest.sha256.is_empty();
        if is_known && (octets, &sha256) != (stored.manifest.octets, &stored.manifest.sha256) {
            return Err(Fault::Differs { dumped: stored.manifest.octets, stored: octets });
        }
        Ok(())
    }

    /// Restores files to a folder; restic reads them again and compares them with its own digests.
    ///
    /// # Errors
    /// They cannot be restored.
    pub(super) async fn restore_files(
        &self,
        stored: &Stored,
        target: &Path,
        includes: &[String],
        abort: &CancellationToken,
    ) -> Result<(), Fault> {
        let target = target.display().to_string();
        let mut arguments = vec!["restore", "--verify", "--target", &target];
        arguments.extend(includes.iter().flat_map(|pattern| ["--include", pattern.as_str()]));
        arguments.push(stored.snapshot.as_str());
        self.call(&arguments, abort, &mut |_| {}).await.map_err(as_damage)
    }

    /// Lets restic check the whole repository and read `read_data` of its pack files.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) async fn check(&self, read_data: ReadData, abort: &CancellationToken) -> Result<(), Fault> {
        let share = match read_data.percent() {
            0 => None,
            100 => Some("--read-data".to_owned()),
            percent => Some(format!("--read-data-subset={percent}%")),
        };
        let arguments: Vec<&str> = ["check"].into_iter().chain(share.as_deref()).collect();
        self.call(&arguments, abort, &mut |_| {}).await.map_err(as_damage)
    }

    /// Reads part `part` of `turns` of all data, and checks all of the rest.
    ///
    /// # Errors
    /// What is wrong with the repository.
    pub async fn check_part(&self, part: u32, turns: u32, abort: &CancellationToken) -> Result<(), Fault> {
        let subset = format!("--read-data-subset={part}/{turns}");
        self.call(&["check", &subset], abort, &mut |_| {}).await.map_err(as_damage)
    }

    /// Removes data that no snapshot needs.
    ///
    /// # Errors
    /// It could not be removed.
    pub async fn prune(&self, abort: &CancellationToken) -> Result<(), Fault> {
        self.call(&["prune"], abort, &mut |_| {}).await
    }

    /// The snapshots that say that they are of a job; anybody may say so.
    ///
    /// # Errors
    /// They cannot be listed.
    pub async fn snapshots(&self, job: &JobName, abort: &CancellationToken) -> Result<Vec<Listed>, Fault> {
        let tag = format!("job={job}");
        self.list(&["--tag", &tag], abort).await
    }

    /// All snapshots, whosever they are.
    ///
    /// # Errors
    /// They cannot be listed.
    pub async fn all_snapshots(&self, abort: &CancellationToken) -> Result<Vec<Listed>, Fault> {
        self.list(&[], abort).await
    }

    async fn list(&self, which: &[&str], abort: &CancellationToken) -> Result<Vec<Listed>, Fault> {
        let mut said = Vec::new();
        let mut take = |part: &[u8]| said.extend_from_slice(part);
        let arguments: Vec<&str> = ["snapshots", "--json", "--no-lock"].iter().chain(which).copied().collect();
        self.call(&arguments, abort, &mut take).await?;
        serde_json::from_slice(&said).map_err(|error| unexpected("snapshots", &error.to_string()))
    }

    /// Removes snapshots, and no data yet.
    ///
    /// # Errors
    /// Some could not be removed.
    pub async fn forget(&self, snapshots: &[SnapshotId], abort: &CancellationToken) -> Result<(), Fault> {
        self.call_with_each("forget", snapshots, abort).await
    }

    async fn call_with_each(
        &self,
        command: &str,
        snapshots: &[SnapshotId],
        abort: &CancellationToken,
    ) -> Result<(), Fault> {
        for some in snapshots.chunks(MOST_NAMED) {
            let arguments: Vec<&str> = [command].into_iter().chain(some.iter().map(SnapshotId::as_str)).collect();
            self.call(&arguments, abort, &mut |_| {}).await?;
        }
        Ok(())
    }

    /// Removes the lock of a restic that was told to end in the fifth of a second between making its lock and knowing of it,
    /// when it forgets to remove it, or that had to be killed.
    async fn clear_up(&self) {
        let Ok(mut child) = self.spawn(&["unlock", "--no-cache"], Stdio::null()) else { return };
        // What is not done in time, the next run does when it finds the lock.
        let _ = tokio::time::timeout(CLEARING, child.wait()).await;
    }

    /// Runs a command; `consume` gets its standard output. When the repository is locked by a restic of this machine that is dead,
    /// as a killed one leaves it, that lock is removed, and the command is run again. restic asks for its lock before it says
    /// anything else, so that nothing is consumed twice.
    async fn call(
        &self,
        arguments: &[&str],
        abort: &CancellationToken,
        consume: &mut (dyn FnMut(&[u8]) + Send),
    ) -> Result<(), Fault> {
        match self.call_once(arguments, abort, consume).await {
            Err(Fault::Locked { by }) if self.unlocked(&by, abort).await? => {
                self.call_once(arguments, abort, consume).await
            }
            other => other,
        }
    }

    /// Removes locks whose owner is dead, if `by` is this machine's: of another machine nobody here knows whether its restic lives.
    /// `unlock` leaves the locks of living ones.
    pub(super) async fn unlocked(&self, by: &str, abort: &CancellationToken) -> Result<bool, Fault> {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        if !by.contains(&format!(" on {host} by ")) {
            return Ok(false);
        }
        let repository = &self.repository.name;
        info!(%repository, "the repository {repository} is locked by {by}; removing that lock if its owner is dead");
        self.call_once(&["unlock"], abort, &mut |_| {}).await?;
        Ok(true)
    }

    /// Runs one command to its end, or to the end that `abort` asks for.
    async fn call_once(
        &self,
        arguments: &[&str],
        abort: &CancellationToken,
        consume: &mut (dyn FnMut(&[u8]) + Send),
    ) -> Result<(), Fault> {
        if abort.is_cancelled() {
            return Err(Fault::Deadline);
        }
        let child = self.spawn(arguments, Stdio::null())?;
        let pid = child::pid(&child);
        let complaints = Complaints::default();
        let conversation = self.conversation(child, consume, &complaints);
        tokio::pin!(conversation);
        let ended = self.until_end(pid, conversation, &complaints, deadline(abort)).await?;
        self.judge(arguments[0], ended?)
    }

    /// Waits for the end of a child, and makes it end when what it tries is hopeless, or when `stop` comes, which says why.
    async fn until_end<T>(
        &self,
        pid: Option<Pid>,
        mut ended: Pin<&mut impl Future<Output = T>>,
        complaints: &Complaints,
        stop: impl Future<Output = Fault>,
    ) -> Result<T, Fault> {
        tokio::select! {
            ended = ended.as_mut() => Ok(ended),
            () = complaints.hopeless.cancelled() => Ok(end_in_order(pid, ended).await),
            fault = stop => {
                // How it ended makes no difference to one that had to.
                let _ = end_in_order(pid, ended).await;
                self.clear_up().await;
                Err(complaints.instead_of(fault))
            }
        }
    }

    /// Hears a child until its end. restic tries again for a quarter of an hour what will not succeed; that is for networks, not
    /// for full disks, which are `hopeless`.
    async fn conversation(
        &self,
        mut child: Child,
        consume: &mut (dyn FnMut(&[u8]) + Send),
        complaints: &Complaints,
    ) -> Result<Ended, Fault> {
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let mut said = Vec::new();
        let mut listen = |part: &[u8]| {
            keep(&mut said, part);
            complaints.hear(&String::from_utf8_lossy(&said));
        };
        let (read, heard, status) =
            tokio::join!(read_all(stdout, consume), read_all(stderr, &mut listen), child.wait());
        let status = read.and(heard).and(status).map_err(|error| unexpected("", &error.to_string()))?;
        Ok(Ended { status, said })
    }

    /// What the end of a command means.
    fn judge(&self, command: &str, Ended { status, said }: Ended) -> Result<(), Fault> {
        if status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&said);
        let from = self.repository.copy.as_ref().map(|copy| &copy.from.location);
        // A copy may also fail for the sake of what is copied.
        let location = from.filter(|from| said.contains(from.as_str())).unwrap_or(&self.repository.location);
        let both = [Some(&self.repository.location), from];
        let said = both.into_iter().flatten().fold(said.to_string(), |said, one| without_password(&said, one));
        Err(classify(command, &shown(location), status.code(), &said))
    }

    fn spawn(&self, arguments: &[&str], input: Stdio) -> Result<Child, Fault> {
        let Workplace { restic, scratch, cache } = self.workplace;
        let missing = |detail: String| Fault::ResticMissing { command: restic.display().to_string(), detail };
        let program = Program::find(&restic.to_string_lossy(), None).map_err(|_| missing("not found".to_owned()))?;
        let limit = |name: &str, limit: Option<u32>| limit.map(|limit| format!("--{name}={limit}"));
        let limits = [
            limit("limit-upload", self.repository.limit_upload),
            limit("limit-download", self.repository.limit_download),
        ];
        let program = match &self.repository.copy {
            Some(copy) => program
                .variable("RESTIC_FROM_REPOSITORY", &copy.from.location)
                .variable("RESTIC_FROM_PASSWORD_FILE", copy.from.password.path()),
            None => program,
        };
        let of_original = self.repository.copy.iter().flat_map(|copy| &copy.from.environment);
        let secrets = of_original.chain(&self.repository.environment);
        let program = secrets.fold(program, |program, (name, secret)| program.variable(name, secret.reveal()));
        let program = program
            .arguments(limits.into_iter().flatten())
            .arguments(arguments)
            .variable("TMPDIR", scratch)
            .variable("RESTIC_CACHE_DIR", cache)
            .variable("RESTIC_PROGRESS_FPS", "0.1")
            .variable("RESTIC_REPOSITORY", &self.repository.location)
            .variable("RESTIC_PASSWORD_FILE", self.repository.password.path());
        program.start(input, Stdio::piped()).map_err(|fault| missing(fault.to_string()))
    }
}

/// How a child has ended, and what it said on its standard error.
struct Ended {
    status: std::process::ExitStatus,
    said: Vec<u8>,
}

/// Comes when a run has to end.
async fn deadline(abort: &CancellationToken) -> Fault {
    abort.cancelled().await;
    Fault::Deadline
}

fn stalled(limit: Duration) -> Fault {
    Fault::Stalled { program: "restic".to_owned(), seconds: limit.as_secs() }
}

/// Whose fault it is that a part did not pass: restic's, if it has taken nothing, else the dump's.
fn step_of(fault: &Fault) -> Step {
    if fault.is_of("restic") { Step::Store } else { Step::Dump }
}

fn unexpected(command: &str, detail: &str) -> Fault {
    Fault::Unexpected { command: command.to_owned(), status: None, detail: last_words(detail) }
}

/// Reading back fails in as many words as there are ways to damage a repository; whatever it is, the data cannot be read.
fn as_damage(fault: Fault) -> Fault {
    match fault {
        // Ended by a signal (out of memory) restic has not found anything, and says nothing of the repository.
        Fault::Unexpected { status: Some(_), detail, .. } => Fault::Damaged { detail },
        other => other,
    }
}
