//! Child processes as a backup needs them: restic, dump tools, clients and servers of databases.
//!
//! A child gets an environment of our choice and a process group of its own, so that a Ctrl-C on our terminal reaches us alone and
//! we end it in order. It is niced, and dies with us, however we die (`PR_SET_PDEATHSIG`, prctl(2)): `setpriv` and `nice`, which
//! every Debian has, see to that before they become it. No secret is ever an argument.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStdin, Command};

use super::Fault;
use super::fault::last_words;

/// A program that is about to be run.
#[derive(Debug, Clone)]
pub(super) struct Program {
    /// What it is called, for people.
    pub(super) name: String,
    path: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    user: Option<String>,
}

/// How long a child may take to end after SIGINT.
pub(super) const GRACE: Duration = Duration::from_millis(2500);

/// How much of what a child says is kept; the rest is read and dropped.
const MOST_SAID: usize = 256 * 1024;

/// Where Debian keeps what only administrators call.
const SYSTEM_FOLDERS: &str = "/usr/local/sbin:/usr/sbin:/sbin";

impl Program {
    /// Finds `name`, which may be a path, in `folder` if there is one, else in `$PATH`.
    ///
    /// # Errors
    /// [`Fault::ToolMissing`].
    pub(super) fn find(name: &str, folder: Option<&Path>) -> Result<Self, Fault> {
        let named = |folder: &Path| Some(folder.join(name)).filter(|path| is_program(path));
        let found = match folder {
            _ if name.contains('/') => Some(PathBuf::from(name)).filter(|path| is_program(path)),
            Some(folder) => named(folder),
            None => {
                let path = std::env::var_os("PATH").unwrap_or_default();
                let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
                folders
                    .iter()
                    .find_map(|folder| named(folder))
                    .or_else(|| std::env::split_paths(OsStr::new(SYSTEM_FOLDERS)).find_map(|folder| named(&folder)))
            }
        };
        let path = found.ok_or_else(|| Fault::ToolMissing { program: name.to_owned() })?;
        let file = path.file_name().map_or_else(|| name.to_owned(), |file| file.to_string_lossy().into_owned());
        Ok(Self { name: file, path, arguments: Vec::new(), environment: Vec::new(), user: None })
    }

    pub(super) fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    pub(super) fn arguments<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    pub(super) fn variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// As another user, which only root can.
    pub(super) fn run_by(mut self, user: Option<&str>) -> Self {
        self.user = user.map(str::to_owned);
        self
    }

    /// Starts it; nothing of it is inherited but what is piped.
    ///
    /// # Errors
    /// [`Fault::ToolMissing`] when the system cannot start it.
    pub(super) fn start(&self, stdin: Stdio, stdout: Stdio) -> Result<Child, Fault> {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]);
        if let Some(user) = &self.user {
            command.arg(format!("--reuid={user}")).arg(format!("--regid={user}")).arg("--init-groups");
        }
        command.args(["nice", "-n", "10"]).arg(&self.path).args(&self.arguments);
        command.stdin(stdin).stdout(stdout).stderr(Stdio::piped()).process_group(0).kill_on_drop(true).env_clear();
        // HOME for the backends that restic starts (ssh, rclone); words that are understood are English.
        for name in ["PATH", "HOME"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.env("LC_ALL", "C.UTF-8").envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.spawn().map_err(|error| Fault::ToolMissing { program: format!("setpriv ({error})") })
    }

    /// Runs it to its end and gives its standard output, of which no more than [`MOST_SAID`] octets are kept.
    ///
    /// # Errors
    /// [`Fault::Tool`] with what it said when it does not end well within `limit`.
    pub(super) async fn output(&self, limit: Duration) -> Result<Vec<u8>, Fault> {
        let mut child = self.start(Stdio::null(), Stdio::piped())?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (mut out, mut said) = (Vec::new(), Vec::new());
        let ended = async {
            let (mut take, mut hear) = (|part: &[u8]| keep(&mut out, part), |part: &[u8]| keep(&mut said, part));
            let (read, heard, status) =
                tokio::join!(read_all(stdout, &mut take), read_all(stderr, &mut hear), child.wait());
            read.and(heard).and(status)
        };
        let ended = tokio::time::timeout(limit, ended).await;
        match ended {
            Ok(Ok(status)) if status.success() => Ok(out),
            Ok(Ok(status)) => Err(self.fault(status, &said)),
            Ok(Err(error)) => Err(Fault::Tool { program: self.name.clone(), status: None, detail: error.to_string() }),
            Err(_) => {
                end(&mut child).await;
                Err(Fault::Stalled { program: self.name.clone(), seconds: limit.as_secs() })
            }
        }
    }

    /// What a bad end means.
    pub(super) fn fault(&self, status: ExitStatus, said: &[u8]) -> Fault {
        let detail = last_words(&String::from_utf8_lossy(said));
        let detail = if detail.is_empty() { status.to_string() } else { detail };
        Fault::Tool { program: self.name.clone(), status: status.code(), detail }
    }
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file() && found.mode() & 0o111 != 0)
}

/// The process of a child that has not been waited for.
pub(super) fn pid(child: &Child) -> Option<Pid> {
    child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
}

/// Asks a child to end, makes it and all that it started end when it does not listen, and waits until it has.
pub(super) async fn end_in_order<T>(pid: Option<Pid>, mut ended: Pin<&mut impl Future<Output = T>>) -> T {
    // A child that is gone meanwhile cannot be signalled, and need not be.
    let _ = pid.map(|pid| kill_process(pid, Signal::INT));
    if let Ok(ended) = tokio::time::timeout(GRACE, &mut ended).await {
        return ended;
    }
    end_group(pid);
    ended.await
}

/// Ends all that a child has started, and the child.
fn end_group(child: Option<Pid>) {
    // There is nobody left, mostly.
    let _ = child.map(|pid| kill_process_group(pid, Signal::KILL));
}

/// A child and all that it starts: dropped, they end.
pub(super) struct Group(pub(super) Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        end_group(self.0);
    }
}

/// Ends a child and all that it started, at once, and waits until it has.
pub(super) async fn end(child: &mut Child) {
    end_group(pid(child));
    let _ = child.wait().await;
}

/// Keeps the end of what is said, which is what matters: the summary, the reason.
pub(super) fn keep(kept: &mut Vec<u8>, part: &[u8]) {
    kept.extend_from_slice(part);
    if kept.len() > MOST_SAID {
        kept.drain(..kept.len() - MOST_SAID);
    }
}

pub(super) async fn read_all(
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

/// Runs a program to its end, writing its input; if both fail, what the program says is why.
pub(super) async fn feed(
    program: &Program,
    write: impl AsyncFnOnce(&mut ChildStdin) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut child = program.start(Stdio::piped(), Stdio::piped())?;
    let _group = Group(pid(&child));
    let (stdout, stderr, input) = (child.stdout.take(), child.stderr.take(), child.stdin.take());
    let mut said = Vec::new();
    let mut hear = |part: &[u8]| keep(&mut said, part);
    let writing = async {
        let Some(mut input) = input else { return Ok(()) };
        write(&mut input).await
    };
    let mut ignored = |_: &[u8]| {};
    let (written, _, _, status) =
        tokio::join!(writing, read_all(stdout, &mut ignored), read_all(stderr, &mut hear), child.wait());
    let status = status.map_err(|error| Fault::from_io(&error))?;
    if status.success() {
        written
    } else {
        Err(written.err().filter(is_of_source).unwrap_or_else(|| program.fault(status, &said)))
    }
}

/// What stopped the writing before the program had a reason to fail.
fn is_of_source(fault: &Fault) -> bool {
    !matches!(fault, Fault::NotWritable { .. } | Fault::DiskFull { .. } | Fault::Differs { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_tool_and_a_bad_end_are_told_apart() {
        let missing = Program::find("no-such-tool", None).unwrap_err();
        assert_eq!(missing, Fault::ToolMissing { program: "no-such-tool".to_owned() });
        let shell = |script: &str| Program::find("sh", None).unwrap().arguments(["-c", script]);
        let limit = Duration::from_secs(10);
        assert_eq!(shell("echo labas").output(limit).await.unwrap(), b"labas\n");
        let fault = shell("echo 'no such database' >&2; exit 3").output(limit).await.unwrap_err();
        let detail = "no such database".to_owned();
        assert_eq!(fault, Fault::Tool { program: "sh".to_owned(), status: Some(3), detail });
    }
}
