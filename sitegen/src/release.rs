//! The built site replaces the old one in one step: whoever looks sees the one or the other, never half of both.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::build::Files;

/// Stands in every folder that we made, so that no other is ever replaced.
const MARK: &str = ".sitegen";

/// Why the site was not released. The old one is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The folder holds something that is not ours.
    #[error("{path} is not empty and was not made by sitegen; choose another --output, or empty it yourself", path = .0.display())]
    NotOurs(PathBuf),
    /// It cannot be written.
    #[error("{path} cannot be written: {source}", path = .path.display())]
    Write {
        /// What.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes `files` into the folder `output`, in place of what was there.
///
/// # Errors
/// Why not; what was there is as it was.
pub fn release(files: &Files, output: &Path) -> Result<(), ReleaseError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| ReleaseError::Write { path, source }
    };
    if !is_ours(output).map_err(failed(output))? {
        return Err(ReleaseError::NotOurs(output.to_owned()));
    }
    let parent = match output.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(failed(parent))?;
    // On the same disk, because only there renaming is one step.
    let next = tempfile::Builder::new().prefix(".sitegen-").tempdir_in(parent).map_err(failed(parent))?;
    write(files, next.path())?;
    switch(next.path(), output).map_err(failed(output))
    // What `next` names is now the old site, and goes with it.
}

fn is_ours(output: &Path) -> io::Result<bool> {
    match fs::read_dir(output) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
        Ok(mut entries) => Ok(entries.next().is_none() || output.join(MARK).exists()),
    }
}

fn write(files: &Files, folder: &Path) -> Result<(), ReleaseError> {
    let put = |path: &Path, octets: &[u8]| {
        let failed = |source| ReleaseError::Write { path: path.to_owned(), source };
        fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(failed)?;
        fs::write(path, octets).map_err(failed)
    };
    put(&folder.join(MARK), b"Made by sitegen, and replaced by it as a whole.\n")?;
    for (path, octets) in &files.0 {
        put(&folder.join(path), octets)?;
    }
    // A folder of `tempfile` is closed to all but us; a web server has to read this one.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(folder, open).map_err(|source| ReleaseError::Write { path: folder.to_owned(), source })
}

/// Puts `next` in the place of `output`, and what was there in the place of `next`.
fn switch(next: &Path, output: &Path) -> io::Result<()> {
    if !output.exists() {
        return fs::rename(next, output);
    }
    match renameat_with(CWD, next, CWD, output, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        // A file system that cannot exchange (NFS): for a moment there is no site.
        Err(rustix::io::Errno::INVAL) => {
            let old = next.with_extension("old");
            fs::rename(output, &old)?;
            fs::rename(next, output)?;
            fs::rename(&old, next)
        }
        Err(errno) => Err(errno.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn files(name: &str) -> Files {
        Files(BTreeMap::from([(format!("{name}/index.html"), name.as_bytes().to_vec())]))
    }

    #[test]
    fn a_release_replaces_the_one_before_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("out/site");
        release(&files("a"), &output).unwrap();
        release(&files("b"), &output).unwrap();
        assert_eq!(fs::read_to_string(output.join("b/index.html")).unwrap(), "b");
        assert!(!output.join("a").exists());
        assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("svarbu.txt"), "svarbu").unwrap();
        let refused = release(&files("a"), folder.path()).unwrap_err();
        assert!(matches!(refused, ReleaseError::NotOurs(_)), "{refused}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
