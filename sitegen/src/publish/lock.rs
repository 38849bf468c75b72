//! One publishes, one may wait, all others leave: whoever waits publishes what is newest when their turn comes.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::error::PublishError;

/// How often a lock that is taken is asked for. flock(2) knows no deadline.
const AGAIN: Duration = Duration::from_millis(50);

/// The right to change what is public. It ends with the process, however that ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock is held for as long as the file is open")] File);

impl Lock {
    /// Takes the lock in the folder `state`, and waits for it at most for `patience`. None when another waits already.
    ///
    /// # Errors
    /// It could not be had in time, or the folder cannot be written.
    pub fn wait(state: &Path, patience: Duration) -> Result<Option<Self>, PublishError> {
        let Some(queue) = Self::take(state, "waiting")? else { return Ok(None) };
        let lock = Self::next(state, patience)?;
        // Before anything is looked at: who comes from now on may know of a newer commit, and must wait in turn.
        drop(queue);
        Ok(Some(lock))
    }

    /// Takes the lock as soon as it is free, however many wait, and waits for it at most for `patience`.
    ///
    /// # Errors
    /// It could not be had in time, or the folder cannot be written.
    pub fn next(state: &Path, patience: Duration) -> Result<Self, PublishError> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(lock) = Self::take(state, "lock")? {
                return Ok(lock);
            }
            if Instant::now() >= deadline {
                return Err(PublishError::Busy { path: state.join("lock"), seconds: patience.as_secs() });
            }
            std::thread::sleep(AGAIN);
        }
    }

    /// Takes the lock if it is free.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn if_free(state: &Path) -> Result<Option<Self>, PublishError> {
        Self::take(state, "lock")
    }

    fn take(state: &Path, name: &str) -> Result<Option<Self>, PublishError> {
        let path = state.join(name);
        let open = || -> std::io::Result<Option<File>> {
            fs::create_dir_all(state)?;
            let file = File::options().create(true).append(true).open(&path)?;
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => Ok(Some(file)),
                Err(Errno::WOULDBLOCK) => Ok(None),
                Err(errno) => Err(errno.into()),
            }
        };
        Ok(open().map_err(PublishError::files(&path, "locked"))?.map(Self))
    }
}
