//! From a dump to restic: octets are counted and digested as they pass, and only when the dump is known to be whole does
//! [`Feeding::feed`] say so. See [`Restic::store`](super::restic::Restic::store) for what that is worth.

use std::fs::File;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;
use tokio::process::Child;

use super::child::{self, Group, Program, keep, read_all};
use super::content::Content;
use super::ending::Ending;
use super::pipe::{CAPACITY, Inlet, Outlet};
use super::source::{Session, mariadb};
use super::{Fault, hex};

/// Where the octets of a part come from.
#[derive(Debug)]
pub(super) enum Feed {
    /// A file of ours, whole and nameless.
    File(File),
    /// What a program writes to its standard output.
    Program(Program, Ending),
}

/// A part on its way.
pub(super) struct Feeding<'p> {
    /// What is dumped, for people.
    pub(super) part: String,
    pub(super) feed: Feed,
    /// Who says afterwards what was in it.
    pub(super) counting: Option<Counting>,
    /// So long nothing may move.
    pub(super) stall: Duration,
    pub(super) progress: &'p Progress,
}

/// How far a run is, for those who look.
#[derive(Debug, Default)]
pub struct Progress {
    octets: AtomicU64,
}

/// What has passed, whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fed {
    pub(super) octets: u64,
    pub(super) sha256: String,
    /// What is in it, if somebody counted.
    pub(super) content: Option<Content>,
}

/// Who counts what is in a dump of MariaDB while it stands still for them.
pub(super) struct Counting {
    /// In a transaction of the moment of the dump.
    pub(super) session: Session,
    pub(super) database: String,
    /// Whether its moment is exactly that of the dump.
    pub(super) is_exact: bool,
    /// Keeps everybody from writing until the dump has begun.
    pub(super) lock: Option<Session>,
}

/// A dump that has not begun after so long must not keep everybody waiting.
const LONGEST_LOCK: Duration = Duration::from_secs(15);

/// So long what a program said last is waited for.
const LAST_WORDS: Duration = Duration::from_secs(1);

impl Progress {
    /// Takes in that so many octets have passed.
    pub(super) fn passed(&self, octets: u64) {
        self.octets.fetch_add(octets, Ordering::Relaxed);
    }

    /// Octets that have been read from the source.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.octets.load(Ordering::Relaxed)
    }
}

/// Counts and digests what passes.
struct Passing<'f> {
    digest: Sha256,
    octets: u64,
    progress: &'f Progress,
    stall: Duration,
    /// Let go of with the first octets.
    lock: Option<Session>,
    /// They have come after the lock was let go of.
    is_late: bool,
}

impl Feeding<'_> {
    /// Writes all of the part into `pipe` and leaves it open.
    ///
    /// # Errors
    /// The part is not whole, or does not move. Never when the other end of the pipe is closed: then it waits, because whoever
    /// has closed it says why.
    pub(super) async fn feed(&mut self, pipe: &mut Inlet) -> Result<Fed, Fault> {
        let lock = self.counting.as_mut().and_then(|counting| counting.lock.take());
        let mut passing = Passing {
            digest: Sha256::new(),
            octets: 0,
            progress: self.progress,
            stall: self.stall,
            lock,
            is_late: false,
        };
        match &mut self.feed {
            Feed::File(file) => {
                let file = file.try_clone().map_err(|error| Fault::from_io(&error))?;
                let file = Spring::File(tokio::fs::File::from_std(file));
                passing.pass(file, pipe, &self.part, |_| {}).await?;
            }
            Feed::Program(program, ending) => {
                let mut child = program.start(Stdio::null(), Stdio::piped())?;
                // What is stopped before its end must end, and what it has started must not live on.
                let _group = Group(child::pid(&child));
                passing.pass_program(&mut child, program, ending, pipe).await?;
                ending.judge().map_err(|detail| Fault::CutOff { part: self.part.clone(), detail })?;
            }
        }
        let content = match self.counting.take() {
            Some(mut counting) => Some(Content {
                is_exact: counting.is_exact && !passing.is_late,
                ..mariadb::content(&mut counting.session, &counting.database).await?
            }),
            None => None,
        };
        Ok(Fed { octets: passing.octets, sha256: hex(&passing.digest.finalize()), content })
    }
}

/// Where octets come from as they pass.
enum Spring {
    File(tokio::fs::File),
    Program(Outlet),
}

impl Spring {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer).await,
            Self::Program(outlet) => outlet.read(buffer).await,
        }
    }
}

impl Passing<'_> {
    /// Passes all that comes.
    async fn pass(
        &mut self,
        mut from: Spring,
        pipe: &mut Inlet,
        name: &str,
        mut look: impl FnMut(&[u8]),
    ) -> Result<(), Fault> {
        let mut buffer = vec![0; CAPACITY];
        loop {
            let read = self.read(from.read(&mut buffer), name).await?;
            if read == 0 {
                return Ok(());
            }
            let part = &buffer[..read];
            self.digest.update(part);
            self.octets += read as u64;
            look(part);
            self.write(pipe, part).await?;
            self.progress.passed(read as u64);
        }
    }

    async fn write(&self, pipe: &mut Inlet, mut part: &[u8]) -> Result<(), Fault> {
        let stalled = |_| Fault::Stalled { program: "restic".to_owned(), seconds: self.stall.as_secs() };
        while !part.is_empty() {
            match tokio::time::timeout(self.stall, pipe.write(part)).await.map_err(stalled)? {
                Ok(written) => part = &part[written..],
                Err(_) => std::future::pending::<()>().await,
            }
        }
        Ok(())
    }

    async fn read(&mut self, reading: impl Future<Output = io::Result<usize>>, name: &str) -> Result<usize, Fault> {
        tokio::pin!(reading);
        let mut read = None;
        if let Some(lock) = self.lock.take() {
            read = tokio::time::timeout(LONGEST_LOCK, &mut reading).await.ok();
            self.is_late = read.is_none();
            drop(lock);
        }
        let read = match read {
            Some(read) => read,
            None => tokio::time::timeout(self.stall, reading)
                .await
                .map_err(|_| Fault::Stalled { program: name.to_owned(), seconds: self.stall.as_secs() })?,
        };
        read.map_err(|error| Fault::from_io(&error))
    }

    /// Passes what a program writes, and hears what it says meanwhile. The end of its output is not its end: it may still fail.
    async fn pass_program(
        &mut self,
        child: &mut Child,
        program: &Program,
        ending: &mut Ending,
        pipe: &mut Inlet,
    ) -> Result<(), Fault> {
        let stall = self.stall;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let mut said = Vec::new();
        let mut hear = |part: &[u8]| keep(&mut said, part);
        let dumping = async {
            if let Some(stdout) = stdout {
                let outlet = Outlet::new(stdout).map_err(|error| Fault::from_io(&error))?;
                let take_in = |part: &[u8]| ending.take_in(part);
                self.pass(Spring::Program(outlet), pipe, &program.name, take_in).await?;
            }
            let stalled = |_| Fault::Stalled { program: program.name.clone(), seconds: stall.as_secs() };
            let status = tokio::time::timeout(stall, child.wait()).await.map_err(stalled)?;
            status.map_err(|error| Fault::from_io(&error))
        };
        let status = {
            let hearing = read_all(stderr, &mut hear);
            tokio::pin!(dumping, hearing);
            let mut is_silent = false;
            let status = loop {
                tokio::select! {
                    status = &mut dumping => break status,
                    _ = &mut hearing, if !is_silent => is_silent = true,
                }
            };
            if !is_silent {
                // Somebody that it has started may hold the other end for ever.
                let _ = tokio::time::timeout(LAST_WORDS, hearing).await;
            }
            status
        };
        let status: ExitStatus = status?;
        if status.success() { Ok(()) } else { Err(program.fault(status, &said)) }
    }
}
