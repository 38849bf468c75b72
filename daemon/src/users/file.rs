//! The file of users as it is being changed: whole or not at all, by one at a time, and readable by its owner alone.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use tempfile::NamedTempFile;

use super::{Proof, is_remark, with, without};
use crate::config::UserName;

/// A file of users, which need not be there yet.
#[derive(Debug)]
pub struct UsersFile {
    path: PathBuf,
    /// Whoever owns this owns a new file.
    like: PathBuf,
}

/// Why a file of users is as it was.
#[derive(Debug, thiserror::Error)]
pub enum CannotChange {
    /// It cannot be read or written.
    #[error("the users file {path} cannot be {what}: {source}", path = .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// There is no such user.
    #[error("there is no user \"{name}\" in {path}; `rotused user list` lists them", path = .path.display())]
    NoSuchUser {
        /// Who.
        name: UserName,
        /// Where.
        path: PathBuf,
    },
    /// Nobody would be left.
    #[error("\"{0}\" is the only user, and a configuration without any would not be used; add another first")]
    LastUser(UserName),
}

impl UsersFile {
    /// The file at `path`; if it is not there, a new one will belong to whoever owns `like`.
    #[must_use]
    pub const fn new(path: PathBuf, like: PathBuf) -> Self {
        Self { path, like }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its text; empty if it is not there.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn text(&self) -> Result<String, CannotChange> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(source) => Err(self.failed("read", source)),
        }
    }

    /// Adds a user, or changes the password of one who is there, which is then said by `true`.
    ///
    /// # Errors
    /// The file is as it was.
    pub fn add(&self, name: &UserName, proof: &Proof) -> Result<bool, CannotChange> {
        let _alone = self.lock()?;
        let text = self.text()?;
        let was_there = without(&text, name).is_some();
        self.write(&with(&text, name, proof))?;
        Ok(was_there)
    }

    /// Takes a user out.
    ///
    /// # Errors
    /// The file is as it was.
    pub fn remove(&self, name: &UserName) -> Result<(), CannotChange> {
        let _alone = self.lock()?;
        let no_such = || CannotChange::NoSuchUser { name: name.clone(), path: self.path.clone() };
        let text = without(&self.text()?, name).ok_or_else(no_such)?;
        if text.lines().all(is_remark) {
            return Err(CannotChange::LastUser(name.clone()));
        }
        self.write(&text)
    }

    fn folder(&self) -> &Path {
        self.path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."))
    }

    /// Nobody else changes it until this is dropped. The folder is locked: the file itself is about to be replaced.
    fn lock(&self) -> Result<File, CannotChange> {
        let folder = File::open(self.folder()).map_err(|source| self.failed("locked", source))?;
        flock(&folder, FlockOperation::LockExclusive).map_err(|errno| self.failed("locked", errno.into()))?;
        Ok(folder)
    }

    fn write(&self, text: &str) -> Result<(), CannotChange> {
        self.replace(text).map_err(|source| self.failed("written", source))
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        // Through a symbolic link the file behind it is replaced, not the link.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = path.parent().unwrap_or_else(|| self.folder());
        // Made with mode 600, and never anything else.
        let mut new = NamedTempFile::with_prefix_in(".users-", folder)?;
        new.write_all(text.as_bytes())?;
        let owner = fs::metadata(&path).or_else(|_| fs::metadata(&self.like)).or_else(|_| fs::metadata(folder))?;
        let made = new.as_file().metadata()?;
        if (owner.uid(), owner.gid()) != (made.uid(), made.gid()) {
            std::os::unix::fs::fchown(new.as_file(), Some(owner.uid()), Some(owner.gid()))?;
        }
        new.as_file().sync_all()?;
        new.persist(&path)?;
        File::open(folder)?.sync_all()
    }

    fn failed(&self, what: &'static str, source: io::Error) -> CannotChange {
        CannotChange::Io { path: self.path.clone(), what, source }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_change_is_whole_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = UsersFile::new(folder.path().join("users"), folder.path().to_owned());
        let (ona, jonas): (UserName, UserName) = ("ona".parse().unwrap(), "jonas".parse().unwrap());
        let proof = Proof::of("teisingas slaptažodis").unwrap();
        assert!(!file.add(&ona, &proof).unwrap());
        assert!(file.add(&ona, &proof).unwrap(), "the second time the password is changed");
        assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o7777, 0o600);
        assert!(matches!(file.remove(&jonas), Err(CannotChange::NoSuchUser { .. })));
        assert!(matches!(file.remove(&ona), Err(CannotChange::LastUser(_))));
        assert!(!file.add(&jonas, &proof).unwrap());
        file.remove(&ona).unwrap();
        assert_eq!(file.text().unwrap(), format!("jonas:{proof}\n"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("real"), "# kas\n").unwrap();
        let link = folder.path().join("users");
        std::os::unix::fs::symlink("real", &link).unwrap();
        let proof = Proof::of("teisingas slaptažodis").unwrap();
        UsersFile::new(link.clone(), folder.path().to_owned()).add(&"ona".parse().unwrap(), &proof).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(folder.path().join("real")).unwrap().starts_with("# kas\nona:$argon2id"));
    }
}
