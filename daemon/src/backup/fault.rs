//! Why a backup is none, in words for the person who must act.

use std::path::PathBuf;

use messages::Message;
use serde::{Deserialize, Serialize};

use super::content::Difference;
use super::drill::Unfit;
use super::wal::Gap;

/// Why a run did not end with a proven snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fault {
    /// restic cannot be started.
    ResticMissing {
        /// What was called.
        command: String,
        /// What the system said.
        detail: String,
    },
    /// Nothing is at the repository's location, or something that is no repository.
    RepositoryMissing {
        /// Where, without passwords.
        location: String,
    },
    /// `restic init` found a repository already.
    RepositoryExists {
        /// Where, without passwords.
        location: String,
    },
    /// The password file does not open the repository.
    WrongPassword,
    /// Somebody else holds a lock on the repository.
    Locked {
        /// Who, as restic says it.
        #[serde(default)]
        by: String,
    },
    /// A disk is full: the repository's, or the one that the dump needs.
    DiskFull {
        /// What restic or the system said.
        detail: String,
    },
    /// Something cannot be written: a read-only disk, missing permissions.
    NotWritable {
        /// What restic or the system said.
        detail: String,
    },
    /// The database is not where the job says.
    DatabaseMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The database cannot be read.
    DatabaseUnreadable {
        /// Which.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// The database itself is damaged: its dump fails SQLite's own check.
    DatabaseDamaged {
        /// Which.
        path: PathBuf,
        /// What the check found first.
        detail: String,
    },
    /// The repository is damaged: what was stored cannot be read back.
    Damaged {
        /// What restic found.
        detail: String,
    },
    /// The snapshot can be read back, but is not what was dumped.
    Differs {
        /// Octets that were dumped.
        dumped: u64,
        /// Octets that the snapshot holds.
        stored: u64,
    },
    /// It took longer than the job's `deadline`.
    Deadline,
    /// A program that the source needs is not installed.
    ToolMissing {
        /// What it is called.
        program: String,
    },
    /// A dump tool, or a client of a database, has failed.
    Tool {
        /// Which.
        program: String,
        /// Its exit code; none when a signal ended it.
        status: Option<i32>,
        /// What it said last.
        detail: String,
    },
    /// Nothing has come for so long that nothing will.
    Stalled {
        /// From whom.
        program: String,
        /// For how long, in seconds.
        seconds: u64,
    },
    /// A dump has ended without its end.
    CutOff {
        /// Which part.
        part: String,
        /// What is missing.
        detail: String,
    },
    /// Something that is to be backed up is not there.
    SourceMissing {
        /// What.
        what: String,
    },
    /// Some files could not be read: the snapshot is not whole.
    Incomplete {
        /// Which, the first of them.
        detail: String,
    },
    /// What was restored is not what was dumped.
    NotTheSame {
        /// Which part.
        part: String,
        /// In how many places.
        count: u64,
        /// The first of them.
        differences: Vec<Difference>,
    },
    /// What was dumped was not told.
    NothingToCompare {
        /// Which part.
        part: String,
    },
    /// There is no backup yet.
    NoBackup,
    /// Something is there already.
    Exists {
        /// What.
        what: String,
    },
    /// The server that is given for drills cannot be used.
    Scratch {
        /// Which.
        server: String,
        /// Why.
        #[serde(flatten)]
        why: Unfit,
    },
    /// The repository does not answer.
    Unreachable {
        /// What restic said.
        detail: String,
    },
    /// There is less room than the next run needs.
    NoRoom {
        /// Where.
        path: PathBuf,
        /// Octets that are free.
        free: u64,
        /// Octets that the last runs needed.
        needed: u64,
    },
    /// A PostgreSQL server hands over nothing of its log.
    WalOff,
    /// It wants to, and cannot.
    WalNotHandedOver {
        /// Which file of it.
        segment: String,
        /// When it failed last.
        since: String,
    },
    /// It hands over too slowly, or its command hangs.
    WalWaits {
        /// So many segments wait.
        segments: u64,
    },
    /// It hands over, as it says, and nothing of it came.
    WalElsewhere {
        /// What it handed over last.
        segment: String,
    },
    /// Some of it never came.
    WalMissing(Gap),
    /// restic said something that we know no remedy for.
    Unexpected {
        /// Its command, such as `backup`.
        command: String,
        /// Its exit code; none when a signal ended it.
        status: Option<i32>,
        /// What it said last.
        detail: String,
    },
}

impl Fault {
    /// The fault in words.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::ResticMissing { command, detail } => {
                Message::new("backup-restic-missing").with("command", command.as_str()).with("detail", detail.as_str())
            }
            Self::RepositoryMissing { location } => {
                Message::new("backup-repository-missing").with("location", location.as_str())
            }
            Self::RepositoryExists { location } => {
                Message::new("backup-repository-exists").with("location", location.as_str())
            }
            Self::WrongPassword => Message::new("backup-wrong-password"),
            Self::Locked { by } => Message::new("backup-locked").with("by", by.as_str()),
            Self::DiskFull { detail } => Message::new("backup-disk-full").with("detail", detail.as_str()),
            Self::NotWritable { detail } => Message::new("backup-not-writable").with("detail", detail.as_str()),
            Self::DatabaseMissing { path } => {
                Message::new("backup-database-missing").with("path", path.display().to_string())
            }
            Self::DatabaseUnreadable { path, detail } => Message::new("backup-database-unreadable")
                .with("path", path.display().to_string())
                .with("detail", detail.as_str()),
            Self::DatabaseDamaged { path, detail } => Message::new("backup-database-damaged")
                .with("path", path.display().to_string())
                .with("detail", detail.as_str()),
            Self::Damaged { detail } => Message::new("backup-damaged").with("detail", detail.as_str()),
            Self::Differs { dumped, stored } => {
                Message::new("backup-differs").with("dumped", *dumped).with("stored", *stored)
            }
            Self::Deadline => Message::new("backup-deadline"),
            Self::ToolMissing { program } => Message::new("backup-tool-missing").with("program", program.as_str()),
            Self::Tool { program, status, detail } => Message::new("backup-tool")
                .with("program", program.as_str())
                .with("status", code(*status))
                .with("detail", detail.as_str()),
            Self::Stalled { program, seconds } => {
                Message::new("backup-stalled").with("program", program.as_str()).with("seconds", *seconds)
            }
            Self::CutOff { part, detail } => {
                Message::new("backup-cut-off").with("part", part.as_str()).with("detail", detail.as_str())
            }
            Self::SourceMissing { what } => Message::new("backup-source-missing").with("what", what.as_str()),
            Self::Incomplete { detail } => Message::new("backup-incomplete").with("detail", detail.as_str()),
            Self::NotTheSame { part, count, differences } => {
                let told: Vec<Message> = differences.iter().map(Difference::message).collect();
                let first = told.into_iter().next().unwrap_or_else(|| Message::new("difference-none"));
                Message::new("backup-not-the-same")
                    .with("part", part.as_str())
                    .with("count", *count)
                    .with("first", first)
            }
            Self::NothingToCompare { part } => Message::new("backup-nothing-to-compare").with("part", part.as_str()),
            Self::NoBackup => Message::new("backup-none"),
            Self::Exists { what } => Message::new("backup-exists").with("what", what.as_str()),
            Self::Scratch { server, why } => why.message(server),
            Self::Unreachable { detail } => Message::new("backup-unreachable").with("detail", detail.as_str()),
            Self::NoRoom { path, free, needed } => Message::new("backup-no-room")
                .with("path", path.display().to_string())
                .with("free", *free)
                .with("needed", *needed),
            Self::WalOff => Message::new("backup-wal-off"),
            Self::WalNotHandedOver { segment, since } => Message::new("backup-wal-not-handed-over")
                .with("segment", segment.as_str())
                .with("since", since.as_str()),
            Self::WalWaits { segments } => Message::new("backup-wal-waits").with("segments", *segments),
            Self::WalElsewhere { segment } => Message::new("backup-wal-elsewhere").with("segment", segment.as_str()),
            Self::WalMissing(Gap { first, last }) => {
                Message::new("backup-wal-missing").with("first", first.as_str()).with("last", last.as_str())
            }
            Self::Unexpected { command, status, detail } => Message::new("backup-unexpected")
                .with("command", command.as_str())
                .with("status", code(*status))
                .with("detail", detail.as_str()),
        }
    }

    /// Whether it may be gone a little later without anybody doing anything.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Locked { .. } | Self::Unreachable { .. } | Self::Tool { .. } | Self::Stalled { .. })
    }

    /// Whether it is said of this program.
    pub(super) fn is_of(&self, name: &str) -> bool {
        matches!(self, Self::Stalled { program, .. } if program == name)
    }

    /// What an error of the file system says.
    pub(crate) fn from_io(error: &std::io::Error) -> Self {
        let detail = error.to_string();
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull { detail },
            _ => Self::NotWritable { detail },
        }
    }
}

fn code(status: Option<i32>) -> String {
    status.map_or_else(|| "-".to_owned(), |status| status.to_string())
}

impl std::error::Error for Fault {}

/// English, see [`Fault::message`].
impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.message().fmt(f)
    }
}

/// What restic's exit code and standard error mean. Codes 10 to 12 are of restic 0.17 and newer
/// (restic.readthedocs.io, "Exit codes"); before, everything was 1 and only the words differed.
pub(super) fn classify(command: &str, location: &str, status: Option<i32>, said: &str) -> Fault {
    let lower = said.to_ascii_lowercase();
    let has = |text: &str| lower.contains(text);
    let location = || location.to_owned();
    let detail = || last_words(said);
    if has("config file already exists") || has("repository already initialized") {
        Fault::RepositoryExists { location: location() }
    } else if status == Some(12) || has("wrong password or no key found") {
        Fault::WrongPassword
    } else if command == "backup" && status == Some(3) {
        Fault::Incomplete { detail: first_words(said) }
    } else if status == Some(11) || has("already locked") {
        let lines = said.lines().map(plain);
        let by = lines.filter(|line| line.contains("already locked")).find_map(|line| {
            let (_, by) = line.split_once("locked by ").or_else(|| line.split_once("locked exclusively by "))?;
            by.lines().next().map(last_words)
        });
        Fault::Locked { by: by.unwrap_or_default() }
    } else if has("no space left on device") || has("disk quota exceeded") {
        Fault::DiskFull { detail: detail() }
    } else if has("read-only file system") || has("permission denied") {
        Fault::NotWritable { detail: detail() }
    } else if UNREACHABLE.iter().any(|words| has(words)) {
        Fault::Unreachable { detail: detail() }
    } else if status == Some(10) || has("is there a repository at the following location") {
        Fault::RepositoryMissing { location: location() }
    } else if ["ciphertext verification failed", "repository contains errors", "has been modified", "does not match id"]
        .iter()
        .any(|words| has(words))
    {
        Fault::Damaged { detail: detail() }
    } else {
        Fault::Unexpected { command: command.to_owned(), status, detail: detail() }
    }
}

/// What Go's network library and ssh say of what cannot be reached.
const UNREACHABLE: [&str; 7] = [
    "connection refused",
    "no such host",
    "no route to host",
    "network is unreachable",
    "i/o timeout",
    "connection timed out",
    "could not resolve hostname",
];

/// Whether restic is waiting to try again what only a person can mend: `Save(<lock/…>) returned error, retrying after …`.
pub(super) fn is_hopeless(said: &str) -> bool {
    said.lines().filter(|line| line.contains("retrying after")).any(|line| {
        let fault = classify("", "", None, line);
        matches!(fault, Fault::DiskFull { .. } | Fault::NotWritable { .. })
    })
}

/// What restic waits for at the end of what it said, if that is a network: it tries again for a quarter of an hour.
pub(super) fn awaited(said: &str) -> Option<Fault> {
    let last = said.lines().rev().map(plain).find(|line| !line.is_empty())?;
    let fault = classify("", "", None, &last);
    (last.contains("retrying after") && matches!(fault, Fault::Unreachable { .. })).then_some(fault)
}

/// The end of what a program said, short enough for a log line and a page.
pub(super) fn last_words(said: &str) -> String {
    const MOST: usize = 300;
    let lines: Vec<String> = said.lines().map(plain).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(3)..].join("; ");
    let clean: String = last.chars().map(|found| if found.is_control() { ' ' } else { found }).collect();
    match clean.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None => clean,
    }
}

/// A line in plain words: newer restics say with `--json` also why they fail in JSON.
fn plain(line: &str) -> String {
    #[derive(Deserialize)]
    struct Said {
        message: String,
    }
    let line = line.trim();
    serde_json::from_str(line).map_or_else(|_| line.to_owned(), |said: Said| said.message.trim().to_owned())
}

/// The first lines of what a program said: which files, not that there were some.
fn first_words(said: &str) -> String {
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).take(3).collect();
    last_words(&lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restic_of_every_age_is_understood() {
        let missing = Fault::RepositoryMissing { location: "/srv/r".to_owned() };
        // What 0.14.0 and 0.18.0 say, by status.
        let old = "Fatal: unable to open config file: stat /srv/r/config: no such file or directory\n\
                   Is there a repository at the following location?\n/srv/r\n";
        assert_eq!(classify("backup", "/srv/r", Some(1), old), missing);
        assert_eq!(classify("backup", "/srv/r", Some(10), "Fatal: repository does not exist"), missing);
        let wrong = "Fatal: wrong password or no key found\n";
        assert_eq!(classify("backup", "/srv/r", Some(1), wrong), Fault::WrongPassword);
        assert_eq!(classify("backup", "/srv/r", Some(12), ""), Fault::WrongPassword);
        let locked = "unable to create lock in backend: repository is already locked by PID 7 on a by root\n";
        assert_eq!(classify("check", "/srv/r", Some(1), locked), Fault::Locked { by: "PID 7 on a by root".to_owned() });
        assert!(matches!(classify("check", "/srv/r", Some(11), ""), Fault::Locked { .. }));
        let exclusively = "{\"message_type\":\"exit_error\",\"code\":11,\"message\":\"unable to create lock in backend: repository is \
                           already locked exclusively by PID 7 on a by root (UID 0, GID 0)\\nlock was created at 2026\"}\n";
        let by = "PID 7 on a by root (UID 0, GID 0)".to_owned();
        assert_eq!(classify("backup", "/srv/r", Some(11), exclusively), Fault::Locked { by });
        let full = "Save(<data/11>) returned error: write /srv/r/tmp: no space left on device";
        assert!(matches!(classify("backup", "/srv/r", Some(1), full), Fault::DiskFull { .. }));
        let damaged = "Fatal: repository contains errors";
        assert!(matches!(classify("check", "/srv/r", Some(1), damaged), Fault::Damaged { .. }));
        let new = "{\"message_type\":\"exit_error\",\"code\":1,\"message\":\"Fatal: config is damaged: ciphertext verification failed\"}\n";
        let detail = "Fatal: config is damaged: ciphertext verification failed".to_owned();
        assert_eq!(classify("snapshots", "/srv/r", Some(1), new), Fault::Damaged { detail });
    }

    #[test]
    fn what_a_journal_keeps_of_a_given_server_is_read_again() {
        let unfit = [
            Unfit::IsSource,
            Unfit::NotOurs { database: "rotused_drill_kopija".to_owned() },
            Unfit::Busy,
            Unfit::RunsEvents,
            Unfit::TellsNoMaker,
        ];
        for why in unfit {
            let fault = Fault::Scratch { server: "10.0.0.8".to_owned(), why };
            let kept = serde_json::to_string(&fault).unwrap();
            assert_eq!(serde_json::from_str::<Fault>(&kept).unwrap(), fault, "{kept}");
            assert!(fault.to_string().contains("10.0.0.8"), "{fault}");
        }
    }

    #[test]
    fn what_only_a_person_can_mend_is_not_waited_for() {
        assert!(is_hopeless(
            "Save(<lock/0a>) returned error, retrying after 5s: open /r/locks/0a: read-only file system"
        ));
        assert!(!is_hopeless("Save(<lock/0a>) returned error, retrying after 5s: connection refused"));
        assert!(!is_hopeless("unable to open cache: mkdir /root/.cache/restic: permission denied"));
    }

    #[test]
    fn what_is_waited_for_is_the_last_that_was_said() {
        let waits =
            "List(key) returned error, retrying after 5s: dial tcp 127.0.0.1:8000: connect: connection refused\n";
        assert!(matches!(awaited(waits), Some(Fault::Unreachable { .. })));
        assert_eq!(awaited(&format!("{waits}created new cache\n")), None);
        assert_eq!(awaited(""), None);
    }

    #[test]
    fn what_is_not_understood_is_quoted_but_not_at_length() {
        let said = format!("start\n{}\x1b[31m\n", "a".repeat(5000));
        let Fault::Unexpected { detail, .. } = classify("backup", "/srv/r", None, &said) else { panic!() };
        assert!(detail.chars().count() <= 301 && !detail.contains('\x1b'), "{detail}");
    }
}
