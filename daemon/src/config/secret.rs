//! Secrets come from files, never from a command line or the configuration itself.
//!
//! Either a file that only its owner can read (`{ file = "…" }`), or a systemd credential (`{ credential = "…" }`,
//! `LoadCredential=` in systemd.exec(5)), which systemd has put where nobody else can look.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use messages::Message;
use zeroize::Zeroizing;

use super::Reading;

/// A secret text. It is wiped from memory when dropped, and never shown: `Debug` says only that it is one.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

/// A file with a secret in it that a child process reads by itself, found to be readable by nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretFile(PathBuf);

/// The longest secret that is read; a longer file is not a secret but a mistake.
const MAX_BYTES: u64 = 64 * 1024;

impl Secret {
    /// The secret itself, for the one call that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl SecretFile {
    /// A file that somebody names on the command line, whoever may read it.
    pub(super) fn unchecked(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// Reads `key = { file = "…" }` or `key = { credential = "…" }` and the secret it points to.
pub(super) fn secret(table: &mut strict_toml::Table<'_>, key: &'static str, reading: &Reading<'_>) -> Option<Secret> {
    checked(table, key, reading).map(|(_, secret)| secret)
}

/// The same for a secret that a child process is going to read; it is read here only to find mistakes early.
pub(super) fn secret_file(
    table: &mut strict_toml::Table<'_>,
    key: &'static str,
    reading: &Reading<'_>,
) -> Option<SecretFile> {
    checked(table, key, reading).map(|(path, _)| SecretFile(path))
}

/// Reads a whole file that only its owner may read, but for line ends at its end.
pub(super) fn owners_file(path: &Path) -> Result<Secret, Message> {
    read(path, Protection::OwnerOnly).map(|(_, secret)| secret)
}

fn checked(table: &mut strict_toml::Table<'_>, key: &'static str, reading: &Reading<'_>) -> Option<(PathBuf, Secret)> {
    let place = table.place_of(key);
    let Some(mut source) = table.table(key) else {
        // A value of another type has been reported already; a missing one has not.
        table.must_exist(key, "{ file = \"…\" }");
        return None;
    };
    let file: Option<PathBuf> = source.optional("file");
    let credential: Option<String> = source.optional("credential");
    let found = match (file, credential) {
        (Some(path), None) => read(&reading.resolve(&path), Protection::OwnerOnly),
        (None, Some(name)) => match &reading.credentials_directory {
            Some(directory) if !name.contains('/') => read(&directory.join(name), Protection::BySystemd),
            Some(_) => Err(Message::new("config-credential-name").with("name", name)),
            None => Err(Message::new("config-no-credentials-directory").with("name", name)),
        },
        _ => Err(Message::new("config-secret-source").with("key", key)),
    };
    found.map_err(|message| source.report(&place, message)).ok()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Protection {
    OwnerOnly,
    /// The directory is closed to everyone else, whatever the mode of the file in it.
    BySystemd,
}

fn read(path: &Path, protection: Protection) -> Result<(PathBuf, Secret), Message> {
    let unreadable = |error: std::io::Error| {
        Message::new("config-secret-unreadable")
            .with("path", path.display().to_string())
            .with("error", error.to_string())
    };
    // The mode is asked of the opened file, not of its name: what is judged is what is read.
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Message::new("config-secret-not-a-file").with("path", path.display().to_string()));
    }
    if protection == Protection::OwnerOnly && metadata.mode() & 0o077 != 0 {
        return Err(Message::new("config-secret-exposed")
            .with("path", path.display().to_string())
            .with("mode", format!("{:04o}", metadata.mode() & 0o7777)));
    }
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    let trimmed = text.trim_end_matches(['\r', '\n']);
    if trimmed.is_empty() {
        return Err(Message::new("config-secret-empty").with("path", path.display().to_string()));
    }
    Ok((path.to_owned(), Secret(Zeroizing::new(trimmed.to_owned()))))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("password");
        fs::write(&path, "labas\n").unwrap();
        for (mode, allowed) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o644, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let found = read(&path, Protection::OwnerOnly);
            assert_eq!(found.is_ok(), allowed, "{mode:o}");
            if let Err(message) = found {
                assert!(message.to_string().contains("chmod 600"), "{message}");
                assert!(!message.to_string().contains("labas"));
            }
        }
    }

    #[test]
    fn a_secret_never_shows_itself() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("password");
        fs::write(&path, "labas\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let (_, secret) = read(&path, Protection::OwnerOnly).unwrap();
        assert_eq!(secret.reveal(), "labas");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
