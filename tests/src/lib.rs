//! Starts both programs as their users do, beside real peers, and looks at them from outside.
//!
//! [`Installation`] is a folder of configuration; [`Rotused`] is the daemon running on it, with its log; [`Snmpd`] and
//! [`Database`] are peers. Whatever a test starts is stopped when its value is dropped. Waiting is always for an event
//! with a deadline: for a line of a log, or with [`eventually`] for something that only asking can tell.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's failure is its message")]

mod agents;
mod browser;
mod certificates;
mod chronyd;
mod daemon;
mod databases;
mod desk;
mod mail_listener;
mod mail_system;
mod newsroom;
mod nginx;
mod nsd;
mod peers;
mod slapd;
mod web_listener;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

pub use agents::{Agents, Misbehaviour, Walk};
pub use browser::Browser;
pub use certificates::{Authority, NAME, Validity};
pub use chronyd::Chronyd;
pub use daemon::{Installation, Rotused, largest_file};
pub use databases::{DatabaseServer, Load};
pub use desk::Desk;
pub use mail_listener::{Mail, MailListener};
pub use mail_system::MailSystem;
pub use newsroom::Newsroom;
pub use nginx::Nginx;
pub use nsd::Nsd;
pub use peers::{Database, Snmpd, free_port};
pub use slapd::Slapd;
pub use web_listener::{Request, WebListener};

/// How long anything may take that should happen soon. Only a failing test waits so long.
pub const SOON: Duration = Duration::from_secs(30);

/// Copies a folder with all that is in it.
///
/// # Panics
/// When it cannot be read or written.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// All that a program said.
#[must_use]
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The root of the sources.
#[must_use]
pub fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The oldest restic that is supported, which this system has, and the new one that `tests/newer-restic` fetches.
///
/// # Panics
/// When that was not fetched.
#[must_use]
pub fn restics() -> [PathBuf; 2] {
    let newer = sources().join("target/newer-restic/usr/bin/restic");
    assert!(newer.exists(), "there is no newer restic; tests/newer-restic fetches it");
    [PathBuf::from("restic"), newer]
}

/// One of our programs, as `cargo build` has left it beside the tests.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join(name);
    assert!(path.exists(), "{} is not built; run `make test`, or `cargo build --workspace` first", path.display());
    path
}

/// Asks again and again until there is an answer, for as long as [`SOON`].
///
/// # Panics
/// When there is none; `what` says what was waited for.
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited {SOON:?} in vain for {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Processor time of a process and of its children that have ended (proc_pid_stat(5)).
#[must_use]
pub fn processor_time(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11..15].iter().map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

/// A command that runs what is added to it in a namespace of its own (`--net`, `--mount`; unshare(1)): as the root that we
/// are or, where root may not, as the root of a namespace of users.
#[must_use]
pub fn in_namespace(kind: &str) -> Command {
    let mut command = Command::new("unshare");
    let may = Command::new("unshare").args([kind, "true"]).stderr(Stdio::null()).status();
    if !may.is_ok_and(|status| status.success()) {
        command.arg("--map-root-user");
    }
    command.arg(kind);
    command
}

/// What a web server answered.
#[derive(Debug)]
pub struct Response {
    /// The status code (RFC 9110, 15).
    pub status: u16,
    /// The header fields, as they came.
    pub head: String,
    /// The content.
    pub body: String,
}

/// Asks a web server on this machine (RFC 9112); none while nobody answers.
#[must_use]
pub fn get(address: SocketAddr, path: &str) -> Option<Response> {
    let mut stream = TcpStream::connect_timeout(&address, SOON).ok()?;
    stream.set_read_timeout(Some(SOON)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut octets = Vec::new();
    stream.read_to_end(&mut octets).ok()?;
    Response::read(&octets)
}

impl Response {
    /// What a server has sent until it closed the connection.
    fn read(octets: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(octets).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Self { status, head: head.to_owned(), body: body.to_owned() })
    }

    /// The first value of a header field, whose name is written in lower case.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// The lines that a program writes, as they come.
#[derive(Debug)]
pub struct Log {
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Log {
    /// Of the standard error of a child.
    #[must_use]
    pub fn of_stderr(child: &mut Child) -> Self {
        let stderr: ChildStderr = child.stderr.take().unwrap();
        Self::of(stderr)
    }

    /// Of the standard output of a child.
    #[must_use]
    pub fn of_stdout(child: &mut Child) -> Self {
        let stdout: ChildStdout = child.stdout.take().unwrap();
        Self::of(stdout)
    }

    fn of(stream: impl Read + Send + 'static) -> Self {
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                // A test that has seen enough no longer listens.
                let _ = sender.send(without_colours(&line));
            }
        });
        Self { lines, seen: Vec::new() }
    }

    /// The next line that holds all of `words`.
    ///
    /// # Panics
    /// When none comes, with everything that came instead.
    pub fn line_with(&mut self, words: &[&str]) -> String {
        let deadline = Instant::now() + SOON;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if words.iter().all(|word| line.contains(word)) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("no line with {words:?} came; the log is:\n{}", self.seen.join("\n"))
                }
            }
        }
    }

    /// Everything that was ever written, once the program has ended.
    pub fn everything(&mut self) -> String {
        while let Ok(line) = self.lines.recv_timeout(SOON) {
            self.seen.push(line);
        }
        self.seen.join("\n")
    }
}

/// Drops the escape sequences that colour a terminal (ECMA-48).
fn without_colours(line: &str) -> String {
    let mut text = String::new();
    let mut is_sequence = false;
    for character in line.chars() {
        match character {
            '\x1b' => is_sequence = true,
            'm' if is_sequence => is_sequence = false,
            _ if is_sequence => {}
            other => text.push(other),
        }
    }
    text
}
