//! Room for a release that is being made: on the disk, and in places that nobody else may look into.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::statvfs;

use super::configuration::Configuration;
use super::error::PublishError;

/// How often the octets of a commit fit on the disk before we begin: checked out, built, and once more for what is made of pictures.
const TIMES: u64 = 3;

/// What must be free beside that: pages, lists, feeds, the log.
const MARGIN: u64 = 16 << 20;

/// How many files (inodes) must be free: fewer are none.
const FILES: u64 = 16;

/// Where commits are checked out: drafts and what is not public yet are nobody else's to read.
pub(super) fn private(configuration: &Configuration) -> PathBuf {
    configuration.state.join("private")
}

/// Makes the private place, and removes what killed processes have left in it.
pub(super) fn empty(private: &Path) -> Result<(), PublishError> {
    fs::create_dir_all(private)
        .and_then(|()| fs::set_permissions(private, Permissions::from_mode(0o700)))
        .map_err(PublishError::files(private, "made"))?;
    for entry in fs::read_dir(private).map_err(PublishError::files(private, "read"))?.flatten() {
        // What a killed process has left; a git that still writes there is in nobody's way either.
        let _ = fs::remove_dir_all(entry.path());
    }
    Ok(())
}

/// Whether all disks have room for a commit of so many octets.
pub(super) fn check_room(configuration: &Configuration, octets: u64) -> Result<(), PublishError> {
    for folder in [&configuration.state, &configuration.public, &configuration.cache] {
        fs::create_dir_all(folder).map_err(PublishError::files(folder, "made"))?;
        let disk = statvfs(folder).map_err(|errno| PublishError::files(folder, "asked for room")(errno.into()))?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let needed = octets.saturating_mul(TIMES).saturating_add(MARGIN);
        // A file system without a fixed number of files says that it has none (btrfs).
        let has_no_files_left = disk.f_files > 0 && disk.f_favail < FILES;
        if free < needed || has_no_files_left {
            let (path, free, needed) = (folder.clone(), free >> 20, needed >> 20);
            return Err(PublishError::NoSpace { path, free, needed, files: disk.f_favail });
        }
    }
    Ok(())
}

/// A folder that is removed unless it has got its name.
pub(super) struct Partial(pub(super) PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        // It has its name, or never was.
        let _ = fs::remove_dir_all(&self.0);
    }
}
