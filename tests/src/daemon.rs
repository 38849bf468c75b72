//! `rotused`, configured and started.

use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{Log, Response, SOON, eventually, get, in_namespace, program};

/// A folder with a configuration of `rotused` and all that it points to.
#[derive(Debug)]
pub struct Installation {
    folder: TempDir,
}

/// A running daemon, with its log.
#[derive(Debug)]
pub struct Rotused {
    child: Child,
    /// What it says on standard error.
    pub log: Log,
    address: SocketAddr,
}

impl Installation {
    /// One that watches nothing, serves its pages on a free port and keeps its state in `state`.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let installation = Self { folder };
        installation.write("rotused.toml", "state_directory = \"state\"\nlisten = \"127.0.0.1:0\"\n");
        installation
    }

    /// The same with this restic.
    #[must_use]
    pub fn with_restic(restic: &Path) -> Self {
        let installation = Self::new();
        installation.add(&format!("restic = {restic:?}"));
        installation
    }

    /// A path inside.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with its folders.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Adds to the main file.
    pub fn add(&self, text: &str) {
        let before = fs::read_to_string(self.path("rotused.toml")).unwrap();
        self.write("rotused.toml", &format!("{before}\n{text}\n"));
    }

    /// Writes a secret that only its owner can read.
    pub fn secret(&self, name: &str, text: &str) {
        self.write(name, text);
        fs::set_permissions(self.path(name), Permissions::from_mode(0o600)).unwrap();
    }

    /// Adds a device at `address` with `checks`, as TOML.
    pub fn device(&self, name: &str, address: &str, checks: &str) {
        let text = format!("[[device]]\nname = \"{name}\"\naddress = \"{address}\"\nchecks = [{checks}]\n");
        self.write(&format!("devices/{name}.toml"), &text);
    }

    /// Adds a database, an initialised repository, and a job that backs the one up into the other.
    pub fn job(&self, schedule: &str) {
        self.secret("secrets/repository", "correct horse battery staple");
        self.add("[[repository]]\nname = \"vietine\"\nlocation = \"repository\"\npassword = { file = \"secrets/repository\" }");
        self.write(
            "jobs/registras.toml",
            &format!(
                "[[job]]\nname = \"registras\"\nrepository = \"vietine\"\nschedule = \"{schedule}\"\n\
                 source = {{ kind = \"sqlite\", path = \"registras.db\" }}\n"
            ),
        );
        let sheet = self.path("sheet.html").display().to_string();
        let made = self.rotused(&["repo", "init", "vietine", "--sheet", &sheet]);
        assert!(made.status.success(), "{made:?}");
    }

    /// Runs a command of `rotused` with this configuration to its end.
    #[must_use]
    pub fn rotused(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What `rotused check` says of a configuration that is wrong; each of `words` must be in it.
    ///
    /// # Panics
    /// When the configuration is found good, or something is not said.
    pub fn mistakes(&self, words: &[&str]) -> String {
        let checked = self.rotused(&["check"]);
        let said = String::from_utf8(checked.stderr).unwrap();
        assert_eq!(checked.status.code(), Some(2), "{said}");
        for words in words {
            assert!(said.contains(words), "{words}: {said}");
        }
        said
    }

    /// A command of `rotused` with this configuration, not started yet.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("rotused"));
        command.args(arguments).arg("--config").arg(self.path("rotused.toml"));
        command.stdin(Stdio::null()).env_remove("RUST_LOG").env_remove("NOTIFY_SOCKET").env_remove("JOURNAL_STREAM");
        command
    }

    /// `rotused run` where one of the folders inside is on a disk that cannot be written: in a mount namespace of its own.
    #[must_use]
    pub fn run_with_read_only(&self, folder: &str) -> Command {
        let run = self.command(&["run"]);
        let mut command = in_namespace("--mount");
        command.args(["sh", "-c"]);
        command.arg("mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && shift && exec \"$@\"");
        command.arg("sh").arg(self.path(folder)).arg(run.get_program()).args(run.get_args());
        command.env_remove("JOURNAL_STREAM").env_remove("NOTIFY_SOCKET");
        command
    }

    /// Runs `restic` with the repository of [`Installation::job`].
    #[must_use]
    pub fn restic(&self, arguments: &[&str]) -> Output {
        Command::new("restic")
            .args(arguments)
            .env("RESTIC_REPOSITORY", self.path("repository"))
            .env("RESTIC_PASSWORD_FILE", self.path("secrets/repository"))
            .env("RESTIC_CACHE_DIR", self.path("restic-cache"))
            .output()
            .unwrap()
    }

    /// What restic lists of a kind (`snapshots`, `locks`), without touching the repository.
    #[must_use]
    pub fn list(&self, kind: &str) -> Vec<String> {
        let listed = self.restic(&["list", kind, "--no-lock", "--quiet"]);
        assert!(listed.status.success(), "{listed:?}");
        String::from_utf8(listed.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    /// Starts the daemon and waits until it serves.
    #[must_use]
    pub fn start(&self) -> Rotused {
        Rotused::of(&mut self.command(&["run"]))
    }
}

impl Default for Installation {
    fn default() -> Self {
        Self::new()
    }
}

impl Rotused {
    /// Starts a command that leads to `rotused run` and waits until it serves.
    #[must_use]
    pub fn of(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut log = Log::of_stderr(&mut child);
        let line = log.line_with(&["listening", "address="]);
        let (_, address) = line.split_once("address=http").unwrap().1.split_once("://").unwrap();
        let address = address.split('/').next().unwrap();
        let address = address.parse().unwrap();
        Self { child, log, address }
    }

    /// Asks for a page.
    #[must_use]
    pub fn get(&self, path: &str) -> Response {
        get(self.address, path).unwrap_or_else(|| panic!("no answer to {path}"))
    }

    /// Waits until a page holds all of `words`, and returns it.
    #[must_use]
    pub fn page_with(&self, path: &str, words: &[&str]) -> String {
        let mut last = String::new();
        eventually(&format!("{words:?} on {path}; the last page is in the panic above"), || {
            let page = self.get(path).body;
            let found = words.iter().all(|word| page.contains(word));
            last.clone_from(&page);
            found.then_some(page)
        })
    }

    /// The value of a metric, with all its labels as they are written, if it is there.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<f64> {
        let metrics = self.get("/metrics").body;
        let line = metrics.lines().find(|line| line.starts_with(name) && line[name.len()..].starts_with(' '))?;
        line.rsplit(' ').next()?.parse().ok()
    }

    /// Waits until a metric is there and as wanted.
    pub fn metric_is(&self, name: &str, wanted: impl Fn(f64) -> bool) -> f64 {
        eventually(name, || self.metric(name).filter(|value| wanted(*value)))
    }

    /// Waits until a check is in a state.
    pub fn state_is(&self, device: &str, check: &str, state: &str) {
        let name = format!("rotuse_check_state{{device=\"{device}\",check=\"{check}\",state=\"{state}\"}}");
        self.metric_is(&name, |value| value == 1.0);
    }

    /// Where it serves its pages.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end and says how it ended.
    pub fn end(&mut self) -> ExitStatus {
        eventually("the end of rotused", || self.child.try_wait().unwrap())
    }

    /// Stops it as systemd does, and says how long that took and all it ever logged.
    pub fn stop(mut self) -> (std::time::Duration, String) {
        let asked = Instant::now();
        self.signal(Signal::TERM);
        let status = self.end();
        assert!(status.success(), "{status}: {}", self.log.everything());
        (asked.elapsed().min(SOON), self.log.everything())
    }
}

impl Drop for Rotused {
    fn drop(&mut self) {
        // Of a process that has ended already there is nothing left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The largest file below a folder.
#[must_use]
pub fn largest_file(folder: &Path) -> PathBuf {
    let mut largest = (0, PathBuf::new());
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let metadata = entry.metadata().unwrap();
            if metadata.is_dir() {
                folders.push(entry.path());
            } else if metadata.len() > largest.0 {
                largest = (metadata.len(), entry.path());
            }
        }
    }
    largest.1
}
