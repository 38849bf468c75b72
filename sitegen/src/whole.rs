//! Small files that are whole or not there.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What the name of a file begins with while it is written.
const UNFINISHED: &str = ".new-";

/// Writes a file in one step: whoever reads it finds the old one or the new one.
///
/// # Errors
/// It cannot be written; the old one is as it was.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    write_for(path, text, 0o644)
}

/// The same with a file that only we can read.
///
/// # Errors
/// The same.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    write_for(path, text, 0o600)
}

fn write_for(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    // A file of `tempfile` is closed to all but us.
    file.as_file().set_permissions(Permissions::from_mode(mode))?;
    file.persist(path)?;
    Ok(())
}

/// Removes what killed processes have left of such files. What cannot be removed is in nobody's way.
pub(crate) fn clear_up(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED)) {
        let _ = fs::remove_file(entry.path());
    }
}
