//! What was public when: a file to which lines are only ever added, each sealed by the hash of the one before.
//!
//! When it is disputed on which day something was published, this file answers. Whoever changes, inserts or removes a line
//! breaks the chain behind it. Whoever cuts its end off is found out by `/.well-known/release.json`, which names a hash of the
//! chain in public, where others keep copies.
//!
//! A publish is two lines: [`Action::Intent`] before the public site is switched, and after it what has happened. So the log
//! never claims what was not, and is never silent of what was: a process that is killed between the two leaves an intent
//! that the next one settles by looking at what is public ([`Action::Recovered`], [`Action::Abandoned`]).

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustix::fs::{FallocateFlags, fallocate};
use serde::{Deserialize, Serialize};

use super::error::PublishError;
use super::releases::ReleaseName;
use super::repository::CommitId;

/// What the first line names as the one before it.
const NONE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// How much room on the disk is reserved for the lines of one publish. Longer lines than that are not written.
const RESERVED: u64 = 16 << 10;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// The public site is about to be switched to this release.
    Intent,
    /// It was, because of a new commit or because time has passed.
    Publish,
    /// It was, because an administrator went back.
    Rollback,
    /// It was found switched although nobody had written so: by a process that was killed, or by hand.
    Recovered,
    /// An intent came to nothing.
    Abandoned,
    /// The gate refused a commit; the public site stayed.
    Refused,
}

/// A line of the log. Keys that mean nothing for its action are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was written, or of a switch that was found, when the link was made.
    pub time: Timestamp,
    /// What happened.
    pub action: Action,
    /// What the intent is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Action>,
    /// The commit.
    pub commit: CommitId,
    /// Who has written it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseName>,
    /// The hash of its manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<String>,
    /// The release that was public before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<ReleaseName>,
    /// For which time the site was made: who may see what depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
    /// When it changes by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether the commit that was published before is none of this one's ancestors: history was rewritten.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rewritten: bool,
    /// That commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<CommitId>,
    /// The commit that is not to be published after somebody went back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<CommitId>,
    /// The user of this machine who went back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// BLAKE3 of the line before, without its end, in hexadecimal.
    #[serde(default)]
    pub previous: String,
}

impl Entry {
    /// A line about a commit, with nothing else said.
    #[must_use]
    pub const fn new(time: Timestamp, action: Action, commit: CommitId) -> Self {
        Self {
            time,
            action,
            of: None,
            commit,
            author: None,
            release: None,
            manifest: None,
            replaces: None,
            as_of: None,
            until: None,
            rewritten: false,
            instead_of: None,
            held: None,
            by: None,
            previous: String::new(),
        }
    }
}

/// The log, open to be added to. Only who has the [`super::lock::Lock`] may open it so.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: File,
    length: u64,
    head: String,
}

impl Log {
    /// Opens the log at `path`, or begins it. A last line that was not written to its end is put aside into a file beside
    /// it, of which `tell` hears.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn open(path: &Path, tell: &dyn Fn(&str)) -> Result<Self, PublishError> {
        let failed = |error| PublishError::files(path, "opened")(error);
        // Append mode: an administrator may let the file system itself forbid anything else (chattr(1), +a).
        let mut file = File::options().create(true).read(true).append(true).open(path).map_err(failed)?;
        let (length, last) = last_line(&mut file).map_err(failed)?;
        let head = last.as_deref().map_or_else(|| NONE.to_owned(), hash);
        let log = Self { path: path.to_owned(), file, length, head };
        log.put_torn_line_aside(tell)?;
        Ok(log)
    }

    fn put_torn_line_aside(&self, tell: &dyn Fn(&str)) -> Result<(), PublishError> {
        let failed = |error| PublishError::files(&self.path, "mended")(error);
        let mut torn = Vec::new();
        let mut file = &self.file;
        file.seek(SeekFrom::Start(self.length)).map_err(failed)?;
        file.read_to_end(&mut torn).map_err(failed)?;
        if torn.is_empty() {
            return Ok(());
        }
        let aside = self.path.with_extension(format!("torn-{}", Timestamp::now().as_second()));
        let mut kept = File::options().create(true).append(true).open(&aside).map_err(failed)?;
        kept.write_all(&torn).and_then(|()| kept.sync_all()).map_err(failed)?;
        self.file.set_len(self.length).and_then(|()| self.file.sync_all()).map_err(failed)?;
        let (path, aside) = (self.path.display(), aside.display());
        tell(&format!("the last line of {path} was not written to its end; it was put aside into {aside}"));
        Ok(())
    }

    /// The hash of the last line.
    #[must_use]
    pub fn head(&self) -> &str {
        &self.head
    }

    /// Octets: another length is another log.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// All lines, the oldest first.
    ///
    /// # Errors
    /// The log cannot be read, or a line is none of ours.
    pub fn entries(&self) -> Result<Vec<Entry>, PublishError> {
        Ok(read(&self.path)?.into_iter().map(|(entry, _)| entry).collect())
    }

    /// Makes sure that there is room for the lines of one publish, so that none is missing when the disk is full.
    ///
    /// # Errors
    /// There is not.
    pub fn reserve(&self) -> Result<(), PublishError> {
        match fallocate(&self.file, FallocateFlags::KEEP_SIZE, self.length, RESERVED) {
            Err(rustix::io::Errno::NOSPC) => {
                Err(PublishError::files(&self.path, "written")(io::ErrorKind::StorageFull.into()))
            }
            // A file system that cannot reserve is taken as it is.
            _ => Ok(()),
        }
    }

    /// Adds a line and waits until the disk has it.
    ///
    /// # Errors
    /// It could not be written; nothing of it is left.
    pub fn append(&mut self, mut entry: Entry) -> Result<Entry, PublishError> {
        self.head.clone_into(&mut entry.previous);
        let written = serde_json::to_string(&entry).map_err(io::Error::from).and_then(|line| {
            self.file.write_all(format!("{line}\n").as_bytes())?;
            self.file.sync_data()?;
            Ok(line)
        });
        match written {
            Ok(line) => {
                self.head = hash(line.as_bytes());
                self.length += u64::try_from(line.len()).unwrap_or(0) + 1;
                Ok(entry)
            }
            Err(error) => {
                // If not even that can be done, the next start does it.
                let _ = self.file.set_len(self.length);
                Err(PublishError::files(&self.path, "written")(error))
            }
        }
    }
}

/// All lines of the log at `path` with their hashes, once the chain was found whole. A log that is not there has none; of a last
/// line that has no end nothing is said.
///
/// # Errors
/// It cannot be read, or which line is not what was written.
pub fn read(path: &Path) -> Result<Vec<(Entry, String)>, PublishError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(PublishError::files(path, "read")(error)),
    };
    let mut reader = BufReader::new(file);
    let mut entries: Vec<(Entry, String)> = Vec::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        reader.read_until(b'\n', &mut line).map_err(PublishError::files(path, "read"))?;
        if line.pop() != Some(b'\n') {
            return Ok(entries);
        }
        let broken = |what: String| PublishError::BrokenLog { path: path.to_owned(), line: entries.len() + 1, what };
        let entry: Entry =
            serde_json::from_slice(&line).map_err(|error| broken(format!("is none of ours: {error}")))?;
        if entry.previous != entries.last().map_or(NONE, |(_, hash)| hash) {
            let what = "does not follow on the line before it: one of the two was changed, or lines between them are missing; \
                        compare with a backup, and move it away to begin a new one";
            return Err(broken(what.to_owned()));
        }
        entries.push((entry, hash(&line)));
    }
}

/// Now, as the log writes it: more digits would only look more exact than clocks are.
pub(super) fn clock() -> Timestamp {
    let now = Timestamp::now();
    let round = jiff::TimestampRound::new().smallest(jiff::Unit::Millisecond).mode(jiff::RoundMode::Trunc);
    now.round(round).unwrap_or(now)
}

fn hash(line: &[u8]) -> String {
    blake3::hash(line).to_hex().to_string()
}

/// Where the last whole line ends, and what it says.
fn last_line(file: &mut File) -> io::Result<(u64, Option<Vec<u8>>)> {
    let length = file.metadata()?.len();
    let mut reach = 1 << 16;
    loop {
        let start = length.saturating_sub(reach);
        let mut octets = Vec::new();
        file.seek(SeekFrom::Start(start))?;
        Read::by_ref(file).take(reach).read_to_end(&mut octets)?;
        let end = octets.iter().rposition(|byte| *byte == b'\n');
        let before = end.and_then(|end| octets[..end].iter().rposition(|byte| *byte == b'\n').map(|at| at + 1));
        match (end, before) {
            (Some(end), Some(begin)) => {
                return Ok((start + u64::try_from(end).unwrap_or(0) + 1, Some(octets[begin..end].to_vec())));
            }
            _ if start > 0 => reach *= 4,
            (Some(end), None) => return Ok((u64::try_from(end).unwrap_or(0) + 1, Some(octets[..end].to_vec()))),
            (None, _) => return Ok((0, None)),
        }
    }
}
