//! The folder of releases and the one link that says which of them is public.
//!
//! A folder in `releases/` whose name is a [`ReleaseName`] is always a whole release: one that is written has another name until it
//! is whole, and one that is removed gets another name before its first file goes.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::PublishError;
use super::repository::CommitId;

/// The link that the web server serves.
pub const CURRENT: &str = "current";

/// What the link is called before it replaces the old one.
const NEXT: &str = ".current.new";

/// What the name of a folder ends with while it is written.
const PARTIAL: &str = ".partial";

/// What the name of a folder ends with while it is removed.
const GONE: &str = ".gone";

/// The name of a release: when it was made and of which commit, `20261128T101500Z-0123456789ab`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReleaseName(String);

impl ReleaseName {
    /// The name of a folder, if it is one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (time, rest) = text.split_once('-')?;
        let is_time = time.len() == 16 && time.ends_with('Z') && time.as_bytes().get(8) == Some(&b'T');
        let is_rest = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        (is_time && is_rest).then(|| Self(text.to_owned()))
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ReleaseName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The folder with the releases and the link.
#[derive(Debug)]
pub struct Releases {
    public: PathBuf,
    folder: PathBuf,
}

impl Releases {
    /// Those in the folder `public`.
    #[must_use]
    pub fn new(public: &Path) -> Self {
        Self { public: public.to_owned(), folder: public.join("releases") }
    }

    /// Makes the folders and removes what killed processes have left half done. Only who has the lock may do that.
    ///
    /// # Errors
    /// The folders cannot be made. What cannot be removed is in nobody's way.
    pub fn prepare(&self) -> Result<(), PublishError> {
        fs::create_dir_all(&self.folder).map_err(PublishError::files(&self.folder, "made"))?;
        let _ = fs::remove_file(self.public.join(NEXT));
        for entry in fs::read_dir(&self.folder).map_err(PublishError::files(&self.folder, "read"))?.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.') && (name.ends_with(PARTIAL) || name.ends_with(GONE)) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Ok(())
    }

    /// The folder of all releases.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of a release.
    #[must_use]
    pub fn path(&self, name: &ReleaseName) -> PathBuf {
        self.folder.join(name.as_str())
    }

    /// The folder of a release that is being written.
    #[must_use]
    pub fn partial(&self, name: &ReleaseName) -> PathBuf {
        self.folder.join(format!(".{name}{PARTIAL}"))
    }

    /// The release that is public.
    #[must_use]
    pub fn current(&self) -> Option<ReleaseName> {
        let target = fs::read_link(self.public.join(CURRENT)).ok()?;
        let name = ReleaseName::parse(target.file_name()?.to_str()?)?;
        self.path(&name).is_dir().then_some(name)
    }

    /// When the link to it was made.
    #[must_use]
    pub fn switched_at(&self) -> Option<Timestamp> {
        let metadata = fs::symlink_metadata(self.public.join(CURRENT)).ok()?;
        Timestamp::new(metadata.ctime(), i32::try_from(metadata.ctime_nsec()).ok()?).ok()
    }

    /// All releases, the oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<ReleaseName> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let mut names: Vec<ReleaseName> =
            entries.flatten().filter_map(|entry| ReleaseName::parse(entry.file_name().to_str()?)).collect();
        names.sort();
        names
    }

    /// A name that no release has.
    #[must_use]
    pub fn new_name(&self, time: Timestamp, commit: &CommitId) -> ReleaseName {
        let time = time.strftime("%Y%m%dT%H%M%SZ").to_string();
        let plain = ReleaseName(format!("{time}-{}", commit.short()));
        let numbered = (2..).map(|number| ReleaseName(format!("{plain}-{number}")));
        let free = |name: &ReleaseName| !self.path(name).exists();
        std::iter::once(plain.clone()).chain(numbered).find(free).unwrap_or(plain)
    }

    /// A release that was written is one from now on.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn complete(&self, name: &ReleaseName) -> Result<(), PublishError> {
        let partial = self.partial(name);
        // A folder of `tempfile` or of a careful umask is closed; a web server has to read this one.
        let done = fs::set_permissions(&partial, fs::Permissions::from_mode(0o755))
            .and_then(|()| fs::rename(&partial, self.path(name)))
            .and_then(|()| synchronise(&self.folder));
        done.map_err(PublishError::files(&partial, "renamed"))
    }

    /// Makes a release the public one, in one step.
    ///
    /// # Errors
    /// The folder cannot be written; what was public is.
    pub fn switch(&self, name: &ReleaseName) -> Result<(), PublishError> {
        let (next, current) = (self.public.join(NEXT), self.public.join(CURRENT));
        let _ = fs::remove_file(&next);
        let target = Path::new("releases").join(name.as_str());
        let switched = std::os::unix::fs::symlink(target, &next).and_then(|()| fs::rename(&next, &current));
        switched.map_err(PublishError::files(&current, "switched"))?;
        // Who has switched must not say that nothing was: a folder that cannot be synchronised is so for another reason.
        let _ = synchronise(&self.public);
        Ok(())
    }

    /// Removes a release. What cannot be removed now is removed later.
    pub fn remove(&self, name: &ReleaseName) {
        let gone = self.folder.join(format!(".{name}{GONE}"));
        if fs::rename(self.path(name), &gone).is_ok() {
            let _ = fs::remove_dir_all(gone);
        }
    }

    /// Removes all but the `keep` newest releases, and never one of `needed`. How many went.
    #[must_use]
    pub fn prune(&self, keep: usize, needed: &[&ReleaseName]) -> usize {
        let names = self.list();
        let removable = names.len().saturating_sub(keep);
        let old: Vec<&ReleaseName> = names.iter().filter(|name| !needed.contains(name)).take(removable).collect();
        for name in &old {
            self.remove(name);
        }
        old.len()
    }
}

/// Waits until the disk has the names in a folder.
fn synchronise(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}
