//! Our ends of the pipes to and from the programs of a backup.
//!
//! Dump tools write a few kilobytes at a time. Whoever is woken by each (epoll(7)) makes three processes take turns a hundred thousand
//! times a gigabyte, which costs more than all else that we do. So a pipe is looked at from time to time, and what gathers in it
//! meanwhile is taken at once.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::io::{Errno, ioctl_fionbio};
use rustix::pipe::{fcntl_getpipe_size, fcntl_setpipe_size};
use tokio::process::{ChildStdin, ChildStdout};

/// So much a pipe of ours holds, if the system allows it (`/proc/sys/fs/pipe-max-size`).
pub(super) const CAPACITY: usize = 1 << 20;

/// How soon a pipe is looked at again: at this rate half a gigabyte a second passes.
const PAUSE: Duration = Duration::from_millis(2);

/// How soon at the latest, when nothing moves.
const LONGEST_PAUSE: Duration = Duration::from_millis(32);

/// Our end of the standard output of a child.
#[derive(Debug)]
pub(super) struct Outlet {
    end: OwnedFd,
    /// Less than this is little.
    enough: usize,
    /// Whether little was there when we last looked.
    is_low: bool,
}

/// Our end of the standard input of a child, which is open as long as this is there.
#[derive(Debug)]
pub(super) struct Inlet(OwnedFd);

impl Outlet {
    /// # Errors
    /// The system refuses what every pipe can do.
    pub(super) fn new(stdout: ChildStdout) -> io::Result<Self> {
        let end = stdout.into_owned_fd()?;
        let enough = widened(&end)? / 2;
        Ok(Self { end, enough, is_low: false })
    }

    /// What is there, as much as `buffer` has room for; nothing at the end.
    ///
    /// # Errors
    /// The pipe cannot be read.
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_low {
            tokio::time::sleep(PAUSE).await;
        }
        let read = patiently(|| rustix::io::read(&self.end, &mut *buffer)).await?;
        self.is_low = read < self.enough;
        Ok(read)
    }
}

impl Inlet {
    /// # Errors
    /// The system refuses what every pipe can do.
    pub(super) fn new(stdin: ChildStdin) -> io::Result<Self> {
        let end = stdin.into_owned_fd()?;
        widened(&end)?;
        Ok(Self(end))
    }

    /// Writes as much of `octets` as there is room for, at least one.
    ///
    /// # Errors
    /// Nobody reads any more.
    pub(super) async fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        patiently(|| rustix::io::write(&self.0, octets)).await
    }
}

/// Makes a pipe as wide as it may be, and one that nobody waits in; how much it holds.
fn widened(end: &OwnedFd) -> io::Result<usize> {
    ioctl_fionbio(end, true)?;
    // A system that does not allow it has a narrower one.
    let _ = fcntl_setpipe_size(end, CAPACITY);
    Ok(fcntl_getpipe_size(end)?)
}

/// Tries again until it can be done.
async fn patiently(mut attempt: impl FnMut() -> Result<usize, Errno>) -> io::Result<usize> {
    let mut pause = PAUSE;
    loop {
        match attempt() {
            Ok(octets) => return Ok(octets),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use tokio::process::Command;

    use super::*;

    #[tokio::test]
    async fn all_that_goes_in_comes_out_in_few_pieces() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut inlet = Inlet::new(child.stdin.take().unwrap()).unwrap();
        let mut outlet = Outlet::new(child.stdout.take().unwrap()).unwrap();
        let octets: Vec<u8> = (0..5_000_000_u32).map(|place| (place % 251) as u8).collect();
        let writing = async {
            let mut rest = octets.as_slice();
            while !rest.is_empty() {
                let next = rest.len().min(4096);
                rest = &rest[inlet.write(&rest[..next]).await.unwrap()..];
            }
            drop(inlet);
        };
        let reading = async {
            let (mut read, mut pieces, mut buffer) = (Vec::new(), 0, vec![0; CAPACITY]);
            loop {
                match outlet.read(&mut buffer).await.unwrap() {
                    0 => return (read, pieces),
                    octets => read.extend_from_slice(&buffer[..octets]),
                }
                pieces += 1;
            }
        };
        let ((), (read, pieces)) = tokio::join!(writing, reading);
        assert!(read == octets, "{} of {} octets", read.len(), octets.len());
        assert!(pieces < 5_000_000 / 4096, "{pieces} pieces");
    }

    #[tokio::test]
    async fn nobody_is_waited_for_who_is_gone() {
        let mut child = Command::new("true").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut inlet = Inlet::new(child.stdin.take().unwrap()).unwrap();
        let mut outlet = Outlet::new(child.stdout.take().unwrap()).unwrap();
        child.wait().await.unwrap();
        assert_eq!(outlet.read(&mut [0; 9]).await.unwrap(), 0);
        assert_eq!(inlet.write(b"a").await.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
