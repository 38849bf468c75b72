//! Why nothing was published although the content may be good: for administrators. What editors have to mend is no error but
//! a [`super::Refusal`].

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::release::ReleaseError;

/// Why publishing, or what was asked about it, could not be done. The public site is as it was unless the words say otherwise.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// `publish.toml` has mistakes.
    #[error("{0}")]
    Configuration(String),
    /// A file or folder cannot be used.
    #[error("{path} cannot be {done}: {source}{advice}", path = .path.display())]
    Files {
        /// Which.
        path: PathBuf,
        /// What was to be done with it: `written`, `read`, …
        done: &'static str,
        /// Why not.
        source: io::Error,
        /// What to do, if that can be told.
        advice: &'static str,
    },
    /// `git` failed.
    #[error("git {what} in {repository} failed: {said}", repository = .repository.display())]
    Git {
        /// The repository.
        repository: PathBuf,
        /// The command.
        what: &'static str,
        /// Its own words.
        said: String,
    },
    /// There is nothing to publish.
    #[error("{repository} has no branch {branch}; push to it, or set `branch` in publish.toml", repository = .repository.display())]
    NoBranch {
        /// The repository.
        repository: PathBuf,
        /// The branch.
        branch: String,
    },
    /// Another publish goes on for too long.
    #[error("another publish has held {path} for {seconds} s; see what it waits for, or come again", path = .path.display())]
    Busy {
        /// The lock.
        path: PathBuf,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The disk is too full to begin.
    #[error("{path} has {free} MiB and {files} files free, and publishing needs {needed} MiB; the public site is as it was: make room, or lower `keep` in publish.toml", path = .path.display())]
    NoSpace {
        /// A folder on the disk.
        path: PathBuf,
        /// Free MiB.
        free: u64,
        /// Needed MiB.
        needed: u64,
        /// Free files (inodes).
        files: u64,
    },
    /// A line of the log is not what was written.
    #[error("line {line} of {path} {what}", path = .path.display())]
    BrokenLog {
        /// The log.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it, and what to do.
        what: String,
    },
    /// A release that was asked for is none.
    #[error("{0}")]
    NoRelease(String),
    /// The new release is public, and the log could not be told.
    #[error("{release} is public since {since}, but the log does not know yet: {source}; the next run writes it down")]
    NotLogged {
        /// The release.
        release: String,
        /// Since when.
        since: Timestamp,
        /// Why.
        source: Box<PublishError>,
    },
    /// A release could not be written.
    #[error(transparent)]
    Release(#[from] ReleaseError),
}

impl PublishError {
    /// The exit code of `sitegen publish`: 75 (EX_TEMPFAIL of sysexits(3)) for what goes by by itself.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Busy { .. } => 75,
            _ => 1,
        }
    }

    /// For `map_err`: `path` could not be `done`.
    pub(crate) fn files(path: &Path, done: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| {
            let advice = match source.kind() {
                io::ErrorKind::StorageFull => "; make room on the disk",
                io::ErrorKind::PermissionDenied => "; run as the user who publishes, or give it to that user",
                _ => "",
            };
            Self::Files { path, done, source, advice }
        }
    }
}
