//! Files and folders as they lie.

use std::path::PathBuf;

use super::Input;
use crate::backup::Fault;

/// Finds every path: restic before 0.19 exits with 0 for a missing one.
///
/// # Errors
/// [`Fault::SourceMissing`].
pub(super) fn open(paths: Vec<PathBuf>, excludes: Vec<String>) -> Result<Input, Fault> {
    match paths.iter().find(|path| path.symlink_metadata().is_err()) {
        Some(missing) => Err(Fault::SourceMissing { what: missing.display().to_string() }),
        None => Ok(Input::Paths { paths, excludes }),
    }
}
