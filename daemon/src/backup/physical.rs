//! A PostgreSQL server from a base backup and its log: laid out in a folder, compared with the server's own manifest, and told to
//! recover.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::child::{Program, feed};
use super::restic::Restic;
use super::restore::with_ending;
use super::wal::{self, Spool, WalBatch, gap};
use super::{Fault, Progress, Stored, unless_aborted};

/// The part of a run that is a base backup.
pub const BASE: &str = "base";

/// Its file in the snapshot.
pub const BASE_FILE: &str = "base.tar";

/// A base backup and what was logged since.
#[derive(Debug, Clone, Copy)]
pub struct PointInTime<'b> {
    /// The base backup.
    pub base: &'b Stored,
    /// What was stored of the log since it was begun, the oldest first.
    pub wal: &'b [WalBatch],
}

/// Where it is laid out, and by whom.
pub(super) struct Layout<'p> {
    /// The data of the server; made anew.
    pub(super) data: &'p Path,
    /// Its log; made anew.
    pub(super) wal: &'p Path,
    /// Whose both have to be; none: ours.
    pub(super) user: Option<&'p str>,
    /// Where the vendor's programs are, if the configuration says so.
    pub(super) programs: Option<&'p Path>,
}

/// How long what reads no data may take.
const SOON: Duration = Duration::from_secs(60);

/// And what reads all of it.
const READING: Duration = Duration::from_secs(4 * 3600);

impl PointInTime<'_> {
    /// Restores both, and compares every file with what the server said of it.
    ///
    /// # Errors
    /// It is not whole: nothing of it can be used.
    pub(super) async fn lay_out(
        &self,
        to_time: Option<Timestamp>,
        place: &Layout<'_>,
        restic: &Restic<'_>,
        progress: &Progress,
        abort: &CancellationToken,
    ) -> Result<(), Fault> {
        let Layout { data, wal, user, .. } = place;
        let make = |folder: &Path| {
            DirBuilder::new().mode(0o700).create(folder).map_err(|error| match error.kind() {
                std::io::ErrorKind::AlreadyExists => Fault::Exists { what: folder.display().to_string() },
                _ => Fault::from_io(&error),
            })
        };
        make(data)?;
        make(wal)?;
        // All that comes into them is theirs from the beginning: whoever unpacks is they.
        let parts = wal.join("restoring");
        make(&parts)?;
        give(*user, [*data, *wal, &parts]).await?;
        let unpack = |into: &Path, how: &[&str]| {
            let tar = Program::find("tar", None)?.run_by(*user).arguments(["-x", "--no-same-owner"]);
            Ok(tar.arguments(how).arguments(["-f", "-", "-C"]).argument(into))
        };
        let tar: Program = unpack(data, &["-p"])?;
        feed(&tar, async |input| restic.pour(self.base, input, progress, abort).await).await?;
        unless_aborted(abort, verify(place)).await?;
        for batch in self.wal {
            // Owners and modes of a spool are nobody's business here, and a daemon that may not set them could not restore it.
            let tar = unpack(&parts, &["--no-same-permissions"])?;
            feed(&tar, async |input| restic.pour(&batch.stored, input, progress, abort).await).await?;
        }
        let gathered = wal::gather(&parts, wal).and_then(|()| std::fs::remove_dir_all(&parts));
        gathered.map_err(|error| Fault::from_io(&error))?;
        // What the base backup brings along has to reach to what came after it.
        let (brought, after) = (Spool(&data.join("pg_wal")).waiting()?, Spool(wal).waiting()?);
        let files = brought.files.iter().chain(&after.files);
        let gap = gap(files.filter_map(|file| file.file_name()?.to_str()), brought.segment_size);
        // To a moment before it the server can come.
        match gap {
            Some(gap) if to_time.is_none() => Err(Fault::WalMissing(gap)),
            _ => Ok(()),
        }
    }

    /// Restores a server to a new folder, from which it comes back to a moment, or as far as its log goes, when it is started.
    ///
    /// # Errors
    /// It cannot be restored, or something is there already.
    pub async fn restore(
        &self,
        folder: &Path,
        to_time: Option<Timestamp>,
        programs: Option<&Path>,
        restic: &Restic<'_>,
        progress: &Progress,
        abort: &CancellationToken,
    ) -> Result<String, Fault> {
        let folder = std::path::absolute(folder).map_err(|error| Fault::from_io(&error))?;
        let wal = with_ending(&folder, "-wal");
        let place = Layout { data: &folder, wal: &wal, user: None, programs };
        self.lay_out(to_time, &place, restic, progress, abort).await?;
        wal::prepare_recovery(&folder, &wal, to_time).map_err(|error| Fault::from_io(&error))?;
        Ok(folder.display().to_string())
    }
}

/// Gives what was made to the user as whom a server runs, if we are not they.
pub(super) async fn give<const N: usize>(user: Option<&str>, paths: [&Path; N]) -> Result<(), Fault> {
    let Some(user) = user else { return Ok(()) };
    let chown = Program::find("chown", None)?.arguments([&format!("{user}:"), "--"]);
    paths.into_iter().fold(chown, Program::argument).output(SOON).await.map(drop)
}

/// Compares every file with the manifest that the server made of them.
async fn verify(place: &Layout<'_>) -> Result<(), Fault> {
    let folder = programs_of(place.data, place.programs);
    let verify = Program::find("pg_verifybackup", folder.as_deref())?.run_by(place.user);
    verify.argument("-q").argument(place.data).output(READING).await.map(drop)
}

/// Where the programs of the release are that a base backup is of: those of another cannot use it. Debian's are in no `$PATH`.
pub(super) fn programs_of(data: &Path, configured: Option<&Path>) -> Option<PathBuf> {
    if let Some(configured) = configured {
        return Some(configured.to_owned());
    }
    let release = std::fs::read_to_string(data.join("PG_VERSION")).ok()?;
    let release = release.trim();
    let is_number = !release.is_empty() && release.bytes().all(|octet| octet.is_ascii_digit());
    let folder = Path::new("/usr/lib/postgresql").join(release).join("bin");
    (is_number && folder.is_dir()).then_some(folder)
}
