//! The `restic` command as a child process: arguments without secrets, an environment of our choice, and an orderly end.
//!
//! restic reads the repository's password itself, from a file; no password passes through us. A child that must end gets
//! SIGINT first, on which restic removes its lock and leaves no snapshot, and SIGKILL only when it does not listen.

use std::fs::File;
use std::io::Seek;
use std::path::Path;
use std::pin::Pin;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::fault::{classify, is_hopeless};
use super::{Fault, Manifest, Stored, Workplace};
use crate::config::{JobName, ReadData, Repository};

/// restic's name for a snapshot: hexadecimal, short or whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SnapshotId(String);

/// restic with one repository.
#[derive(Debug, Clone)]
pub struct Restic<'w> {
    workplace: &'w Workplace,
    repository: Arc<Repository>,
}

/// How long restic may take to end after SIGINT.
const GRACE: Duration = Duration::from_millis(2500);

/// How long clearing up after it may take. Both together end before the daemon's own time to stop is over.
const CLEARING: Duration = Duration::from_millis(1500);

/// How much of what restic says is kept; the rest is read and dropped.
const MOST_SAID: usize = 256 * 1024;

impl SnapshotId {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first eight digits, as restic shows it.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.0[..8]
    }
}

impl TryFrom<String> for SnapshotId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_id = (8..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_id { Ok(Self(text)) } else { Err("restic names no snapshot".to_owned()) }
    }
}

impl From<SnapshotId> for String {
    fn from(id: SnapshotId) -> Self {
        id.0
    }
}

impl std::fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.short())
    }
}

/// The last line of `restic backup --json` (restic.readthedocs.io, "Scripting").
#[derive(Deserialize)]
struct Summary {
    snapshot_id: SnapshotId,
    data_added: u64,
    total_bytes_processed: u64,
}

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
        self.call(&["init", "--no-cache"], None, &CancellationToken::new(), &mut |_| {}).await
    }

    /// Stores what `dump` holds as a snapshot of one file.
    ///
    /// # Errors
    /// Why there is no snapshot that counts.
    pub(super) async fn store(
        &self,
        job: &JobName,
        dump: &File,
        manifest: &Manifest,
        abort: &CancellationToken,
    ) -> Result<Stored, Fault> {
        let (tag, name) = (format!("job={job}"), file_name(job));
        let arguments = ["backup", "--json", "--stdin", "--stdin-filename", &name, "--tag", &tag];
        let mut said = Vec::new();
        self.call(&arguments, Some(dump), abort, &mut |part| keep(&mut said, part)).await?;
        let Some(summary) = summary(&said) else {
            let detail = "no summary with a snapshot".to_owned();
            return Err(Fault::Unexpected { command: "backup".to_owned(), status: Some(0), detail });
        };
        if summary.total_bytes_processed != manifest.octets {
            return Err(Fault::Differs { dumped: manifest.octets, stored: summary.total_bytes_processed });
        }
        Ok(Stored { snapshot: summary.snapshot_id, manifest: manifest.clone(), added: summary.data_added })
    }

    /// Reads a snapshot back and compares it with what was dumped, then lets restic check the whole repository and read
    /// `read_data` of its pack files.
    ///
    /// # Errors
    /// Why the snapshot is not proven.
    pub(super) async fn verify(
        &self,
        job: &JobName,
        stored: &Stored,
        read_data: ReadData,
        abort: &CancellationToken,
    ) -> Result<(), Fault> {
        let name = format!("/{}", file_name(job));
        let (mut digest, mut octets) = (Sha256::new(), 0_u64);
        let mut take_in = |part: &[u8]| {
            digest.update(part);
            octets += part.len() as u64;
        };
        // A cache would prove that the cache is whole.
        let arguments = ["dump", "--no-cache", stored.snapshot.as_str(), &name];
        self.call(&arguments, None, abort, &mut take_in).await.map_err(as_damage)?;
        if octets != stored.manifest.octets || super::hex(&digest.finalize()) != stored.manifest.sha256 {
            return Err(Fault::Differs { dumped: stored.manifest.octets, stored: octets });
        }
        self.check(read_data, abort).await
    }

    async fn check(&self, read_data: ReadData, abort: &CancellationToken) -> Result<(), Fault> {
        let share = match read_data.percent() {
            0 => None,
            100 => Some("--read-data".to_owned()),
            percent => Some(format!("--read-data-subset={percent}%")),
        };
        let arguments: Vec<&str> = ["check"].into_iter().chain(share.as_deref()).collect();
        self.call(&arguments, None, abort, &mut |_| {}).await.map_err(as_damage)
    }

    /// Removes the lock of a restic that was told to end in the fifth of a second between making its lock and knowing of it,
    /// when it forgets to remove it, or that had to be killed.
    async fn clear_up(&self) {
        let Ok(mut child) = self.spawn(&["unlock", "--no-cache"], Stdio::null()) else { return };
        // What is not done in time, the next run does when it finds the lock.
        let _ = tokio::time::timeout(CLEARING, child.wait()).await;
    }

    /// Runs a command that reads `input` from its start; `consume` gets its standard output. When the repository is locked,
    /// locks whose owner is dead, as a killed restic leaves them, and no others, are removed, and the command is run again.
    /// restic asks for its lock before it says anything else, so that nothing is consumed twice.
    async fn call(
        &self,
        arguments: &[&str],
        input: Option<&File>,
        abort: &CancellationToken,
        consume: &mut (dyn FnMut(&[u8]) + Send),
    ) -> Result<(), Fault> {
        match self.call_once(arguments, from_start(input)?, abort, consume).await {
            Err(Fault::Locked) => {}
            other => return other,
        }
        let repository = &self.repository.name;
        info!(%repository, "the repository {repository} is locked; removing locks whose owner is dead");
        self.call_once(&["unlock"], Stdio::null(), abort, &mut |_| {}).await?;
        self.call_once(arguments, from_start(input)?, abort, consume).await
    }

    /// Runs one command to its end, or to the end that `abort` asks for.
    async fn call_once(
        &self,
        arguments: &[&str],
        input: Stdio,
        abort: &CancellationToken,
        consume: &mut (dyn FnMut(&[u8]) + Send),
    ) -> Result<(), Fault> {
        if abort.is_cancelled() {
            return Err(Fault::Deadline);
        }
        let mut child = self.spawn(arguments, input)?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        // restic tries again for a quarter of an hour what will not succeed; that is for networks, not for full disks.
        let hopeless = CancellationToken::new();
        let ended = async {
            let mut said = Vec::new();
            let mut listen = |part: &[u8]| {
                keep(&mut said, part);
                if is_hopeless(&String::from_utf8_lossy(&said)) {
                    hopeless.cancel();
                }
            };
            let (read, heard, status) =
                tokio::join!(read_all(stdout, consume), read_all(stderr, &mut listen), child.wait());
            read.and(heard).and(status).map(|status| (status, said))
        };
        tokio::pin!(ended);
        let ended = tokio::select! {
            ended = &mut ended => ended,
            () = hopeless.cancelled() => end_in_order(pid, ended).await,
            () = abort.cancelled() => {
                // How it ended makes no difference to one that had to.
                let _ = end_in_order(pid, ended).await;
                self.clear_up().await;
                return Err(Fault::Deadline);
            }
        };
        let command = arguments[0];
        let unexpected = |detail: String| Fault::Unexpected { command: command.to_owned(), status: None, detail };
        let (status, said) = ended.map_err(|error| unexpected(error.to_string()))?;
        if status.success() {
            return Ok(());
        }
        let said = without_password(&String::from_utf8_lossy(&said), &self.repository.location);
        Err(classify(command, &shown(&self.repository.location), status.code(), &said))
    }

    fn spawn(&self, arguments: &[&str], input: Stdio) -> Result<Child, Fault> {
        let Workplace { restic, scratch, cache } = self.workplace;
        let mut command = Command::new(restic);
        command.args(arguments).stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own: a Ctrl-C on our terminal reaches us alone, and we end restic in order.
        command.process_group(0).kill_on_drop(true).env_clear();
        // HOME for the backends that restic starts: ssh, rclone.
        for name in ["PATH", "HOME"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.env("TMPDIR", scratch).env("RESTIC_CACHE_DIR", cache).env("RESTIC_PROGRESS_FPS", "0.1");
        command.env("RESTIC_REPOSITORY", &self.repository.location);
        command.env("RESTIC_PASSWORD_FILE", self.repository.password.path());
        command
            .spawn()
            .map_err(|error| Fault::ResticMissing { command: restic.display().to_string(), detail: error.to_string() })
    }
}

/// Asks a child to end, makes it end when it does not listen, and waits until it has.
async fn end_in_order<T>(pid: Option<Pid>, mut ended: Pin<&mut impl Future<Output = T>>) -> T {
    // A child that is gone meanwhile cannot be signalled, and need not be.
    let _ = pid.map(|pid| kill_process(pid, Signal::INT));
    if let Ok(ended) = tokio::time::timeout(GRACE, &mut ended).await {
        return ended;
    }
    let _ = pid.map(|pid| kill_process_group(pid, Signal::KILL));
    ended.await
}

/// What a child reads: a file from its start, or nothing.
fn from_start(input: Option<&File>) -> Result<Stdio, Fault> {
    let Some(file) = input else { return Ok(Stdio::null()) };
    let mut input = file.try_clone().map_err(|error| Fault::from_io(&error))?;
    input.rewind().map_err(|error| Fault::from_io(&error))?;
    Ok(input.into())
}

/// Of the one file in each of a job's snapshots.
fn file_name(job: &JobName) -> String {
    format!("{job}.db")
}

/// Reading back fails in as many words as there are ways to damage a repository; whatever it is, the data cannot be read.
fn as_damage(fault: Fault) -> Fault {
    match fault {
        // Ended by a signal (out of memory) restic has not found anything, and says nothing of the repository.
        Fault::Unexpected { status: Some(_), detail, .. } => Fault::Damaged { detail },
        other => other,
    }
}

fn summary(said: &[u8]) -> Option<Summary> {
    said.split(|octet| *octet == b'\n').rev().find_map(|line| serde_json::from_slice(line).ok())
}

fn keep(kept: &mut Vec<u8>, part: &[u8]) {
    // The end is what matters: the summary, the reason.
    kept.extend_from_slice(part);
    if kept.len() > MOST_SAID {
        kept.drain(..kept.len() - MOST_SAID);
    }
}

async fn read_all(
    stream: Option<impl AsyncRead + Unpin>,
    consume: &mut (dyn FnMut(&[u8]) + Send),
) -> std::io::Result<()> {
    let Some(mut stream) = stream else { return Ok(()) };
    let mut buffer = vec![0; 1 << 16];
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            read => consume(&buffer[..read]),
        }
    }
}

/// The user and password of a location such as `rest:https://user:password@host/`.
fn user_info(location: &str) -> Option<&str> {
    let (_, rest) = location.split_once("://")?;
    let authority = rest.split('/').next()?;
    authority.rsplit_once('@').map(|(user_info, _)| user_info)
}

/// A location as it may be shown.
pub(super) fn shown(location: &str) -> String {
    without_password(location, location)
}

fn without_password(text: &str, location: &str) -> String {
    let Some(user_info) = user_info(location) else { return text.to_owned() };
    let text = text.replace(user_info, "***");
    match user_info.split_once(':') {
        Some((_, password)) if !password.is_empty() => text.replace(password, "***"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_in_a_location_is_never_shown() {
        let location = "rest:https://rotuse:labas%40rytas@backup.example/registras";
        assert_eq!(shown(location), "rest:https://***@backup.example/registras");
        let said = format!("Fatal: unable to open {location}: labas%40rytas is wrong");
        assert!(!without_password(&said, location).contains("labas"));
        assert_eq!(shown("/srv/atsargos"), "/srv/atsargos");
        assert_eq!(shown("sftp:user@host:/srv"), "sftp:user@host:/srv");
    }

    #[test]
    fn the_summary_is_found_among_progress() {
        let said = b"{\"message_type\":\"status\",\"percent_done\":0}\n\
            {\"message_type\":\"summary\",\"data_added\":5,\"total_bytes_processed\":7,\"snapshot_id\":\"0a1b2c3d\"}\n";
        let found = summary(said).unwrap();
        assert_eq!((found.snapshot_id.as_str(), found.data_added, found.total_bytes_processed), ("0a1b2c3d", 5, 7));
        assert!(summary(b"{\"data_added\":5,\"total_bytes_processed\":7,\"snapshot_id\":\"../etc\"}").is_none());
    }
}
