//! The built site replaces the old one in one step: whoever looks sees the one or the other, never half of both.
//!
//! The new site is written beside the old one. A file whose octets did not change is not written again but shared with the old
//! site (a hard link), so that its time of modification stays, for `rsync` and for caches. See also
//! [`crate::record`], by which a build after which nothing changed is not made at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::outputs::Outputs;
use crate::render::{RenderError, Renderer};
use crate::search;
use crate::site::Site;

/// Stands in every folder that we made, so that no other is ever replaced.
pub const MARK: &str = ".sitegen";

/// What the folder of a site begins with while it is written; then comes the number of the process that writes it.
const UNFINISHED: &str = ".sitegen-";

/// Why the site was not released. The old one is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The folder holds something that is not ours.
    #[error("{path} is not empty and was not made by sitegen; choose another --output, or empty it yourself", path = .0.display())]
    NotOurs(PathBuf),
    /// It cannot be written.
    #[error("{path} cannot be written: {source}; what was there is as it was", path = .path.display())]
    Write {
        /// What.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file could not be made.
    #[error(transparent)]
    Render(#[from] RenderError),
}

/// Writes the files of a site into the folder `output`, in place of what was there. The paths of all files.
///
/// # Errors
/// Why not; what was there is as it was.
pub fn release(
    site: &Site,
    renderer: &Renderer<'_>,
    outputs: &Outputs,
    output: &Path,
) -> Result<Vec<String>, ReleaseError> {
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
    clear_up(parent);
    // On the same disk, because only there renaming is one step.
    let prefix = format!("{UNFINISHED}{}-", std::process::id());
    let next = tempfile::Builder::new().prefix(&prefix).tempdir_in(parent).map_err(failed(parent))?;
    let folder = next.path();
    let paths = write(site, renderer, outputs, folder, Some(output))?;
    let mark = folder.join(MARK);
    fs::write(&mark, "Made by sitegen, and replaced by it as a whole.\n").map_err(failed(&mark))?;
    // A folder of `tempfile` is closed to all but us; a web server has to read this one.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(folder, open).map_err(failed(folder))?;
    switch(folder, output).map_err(failed(output))?;
    // What `next` names is now the old site, and goes with it.
    Ok(paths)
}

/// Writes the files of a site into the folder `folder`. Those that are the same in the folder `before` are shared with it. The
/// paths of all files.
///
/// # Errors
/// A file cannot be made or written; `folder` is half done.
pub fn write(
    site: &Site,
    renderer: &Renderer<'_>,
    outputs: &Outputs,
    folder: &Path,
    before: Option<&Path>,
) -> Result<Vec<String>, ReleaseError> {
    let put = |path: &str, octets: &[u8]| put(&folder.join(path), before.map(|before| before.join(path)), octets);
    let (found, written) = rayon::join(
        || search::files(site),
        || outputs.par_iter().try_for_each(|(path, what)| put(path, &renderer.render(what)?)),
    );
    written?;
    found.par_iter().try_for_each(|(path, octets)| put(path, octets))?;
    Ok(outputs.iter().map(|(path, _)| path.to_owned()).chain(found.into_iter().map(|(path, _)| path)).collect())
}

/// Removes what builds that were killed have left. What cannot be removed is in nobody's way.
fn clear_up(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner =
            name.to_str().and_then(|name| name.strip_prefix(UNFINISHED)?.split('-').next()?.parse::<u32>().ok());
        if owner.is_some_and(|owner| !Path::new("/proc").join(owner.to_string()).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_ours(output: &Path) -> io::Result<bool> {
    match fs::read_dir(output) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
        Ok(mut entries) => Ok(entries.next().is_none() || output.join(MARK).exists()),
    }
}

/// Makes the file `path`: the same as `before` if that has the same octets.
fn put(path: &Path, before: Option<PathBuf>, octets: &[u8]) -> Result<(), ReleaseError> {
    let failed = |source| ReleaseError::Write { path: path.to_owned(), source };
    fs::create_dir_all(path.parent().unwrap_or(path)).map_err(failed)?;
    let same = before.filter(|before| is_same(before, octets));
    if same.is_some_and(|same| fs::hard_link(same, path).is_ok()) {
        return Ok(());
    }
    fs::write(path, octets).map_err(failed)
}

/// Whether a file has these octets. One that cannot be read has not.
fn is_same(path: &Path, octets: &[u8]) -> bool {
    let is_as_long = |metadata: fs::Metadata| {
        metadata.is_file() && usize::try_from(metadata.len()).is_ok_and(|length| length == octets.len())
    };
    fs::symlink_metadata(path).is_ok_and(is_as_long) && fs::read(path).is_ok_and(|found| found == octets)
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
