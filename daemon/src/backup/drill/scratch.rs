//! A private folder in which something is restored, and a server that runs in it. Both are gone when it is dropped, however that
//! comes; what a killed daemon leaves is removed at its next start.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::Child;
use tokio::time::Instant;

use crate::backup::child::{self, Group, Program};
use crate::backup::{Fault, Workplace};

/// The folder.
pub(super) struct Scratch {
    folder: TempDir,
}

/// A server that is there as long as this.
pub(super) struct Server {
    child: Child,
    group: Group,
}

/// A server that does not answer after so long will not.
pub(super) const STARTING: Duration = Duration::from_secs(90);

/// How long one may take to end.
const ENDING: Duration = Duration::from_secs(20);

impl Scratch {
    pub(super) fn new(workplace: &Workplace) -> Result<Self, Fault> {
        // Root's servers run as their own users, who cannot enter our folder.
        let made = if rustix::process::geteuid().is_root() {
            tempfile::Builder::new().prefix("rotused-").tempdir()
        } else {
            tempfile::Builder::new().prefix("drill-").tempdir_in(&workplace.scratch)
        };
        Ok(Self { folder: made.map_err(|error| Fault::from_io(&error))? })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The user as whom a server has to run, if we are root: those servers refuse to run as root. The folder becomes theirs.
    pub(super) fn user(&self, name: &'static str) -> Result<Option<&'static str>, Fault> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let unknown = || Fault::SourceMissing { what: format!("the user \"{name}\"") };
        let passwd = std::fs::read_to_string("/etc/passwd").map_err(|error| Fault::from_io(&error))?;
        let line = passwd.lines().find(|line| line.split(':').next() == Some(name)).ok_or_else(unknown)?;
        let mut numbers = line.split(':').skip(2).map_while(|field| field.parse::<u32>().ok());
        let (user, group) = numbers.next().zip(numbers.next()).ok_or_else(unknown)?;
        let given = chown(self.path(), Some(user), Some(group))
            .and_then(|()| std::fs::set_permissions(self.path(), std::fs::Permissions::from_mode(0o700)));
        given.map_err(|error| Fault::from_io(&error))?;
        Ok(Some(name))
    }
}

impl Server {
    /// Does some work while a server runs, from when `asked` succeeds on, which it has to within `starting`, and ends it.
    pub(super) async fn run<T, F: Future<Output = Result<(), Fault>>>(
        program: &Program,
        starting: Duration,
        asked: impl Fn() -> F,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let server = Self::start(program, starting, asked).await?;
        let done = work.await;
        server.stop().await;
        done
    }

    async fn start<F: Future<Output = Result<(), Fault>>>(
        program: &Program,
        starting: Duration,
        asked: impl Fn() -> F,
    ) -> Result<Self, Fault> {
        let mut child = program.start(Stdio::null(), Stdio::null())?;
        let group = Group(child::pid(&child));
        let stderr = child.stderr.take();
        let said = tokio::spawn(async move {
            let mut said = Vec::new();
            let _ = child::read_all(stderr, &mut |part: &[u8]| child::keep(&mut said, part)).await;
            said
        });
        let begun = Instant::now();
        loop {
            if let Ok(Some(status)) = child.try_wait() {
                return Err(program.fault(status, &said.await.unwrap_or_default()));
            }
            match asked().await {
                Ok(()) => return Ok(Self { child, group }),
                Err(fault) if begun.elapsed() > starting => return Err(fault),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Ends it in order.
    async fn stop(mut self) {
        let ended = self.child.wait();
        tokio::pin!(ended);
        let pid = self.group.0;
        let _ = pid.map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::INT));
        let _ = tokio::time::timeout(ENDING, ended).await;
    }
}
