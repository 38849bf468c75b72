//! Every file of a release with its size and hash, and what the release says of itself in public.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::PublishError;
use super::releases::ReleaseName;
use super::repository::CommitId;

/// Where the manifest of a release is: anybody may compare what they have kept with it (`b3sum`).
pub const MANIFEST: &str = ".well-known/release-manifest.txt";

/// Where a release says what it is.
pub const ANNOUNCEMENT: &str = ".well-known/release.json";

/// `/.well-known/release.json`: which release is public. Keys are only ever added; `rotused` and others read them. Who has written
/// the commit is not said, and not when the site changes by itself: that something is under embargo is nobody's business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// The name of the release: when it was made, and of which commit.
    pub release: ReleaseName,
    /// The commit, all digits.
    pub commit: CommitId,
    /// When the release was made, moments before it became public (RFC 3339).
    pub published: Timestamp,
    /// Where the site is.
    pub base_url: String,
    /// The release that was public before; null for the first.
    pub previous: Option<ReleaseName>,
    /// How many files it has, without this one and the manifest.
    pub files: u64,
    /// Their octets.
    pub octets: u64,
    /// BLAKE3 of `/.well-known/release-manifest.txt`, in hexadecimal.
    pub manifest: String,
    /// BLAKE3 of the last line that the log of publications had before this release: a log that was changed since is no longer
    /// that one.
    pub log: String,
    /// The program that made it.
    pub generator: String,
}

impl Announcement {
    /// What the release in `folder` says of itself; none when it says nothing that can be read.
    #[must_use]
    pub fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(folder.join(ANNOUNCEMENT)).ok()?).ok()
    }
}

/// The files of a release by their path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Size and hash by path.
    pub files: BTreeMap<String, FileFacts>,
}

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// Size.
    pub octets: u64,
    /// BLAKE3, in hexadecimal.
    pub hash: String,
}

impl Manifest {
    /// Reads all files of a folder, but not what a release says of itself.
    ///
    /// # Errors
    /// One cannot be read, or is no file.
    pub fn of(folder: &Path) -> Result<Self, PublishError> {
        let mut paths = Vec::new();
        list(folder, "", &mut paths).map_err(PublishError::files(folder, "read"))?;
        paths.retain(|path| path != MANIFEST && path != ANNOUNCEMENT);
        let facts = |path: String| {
            let file = folder.join(&path);
            let content = fs::read(&file).map_err(PublishError::files(&file, "read"))?;
            let octets = u64::try_from(content.len()).unwrap_or(u64::MAX);
            Ok((path, FileFacts { octets, hash: blake3::hash(&content).to_hex().to_string() }))
        };
        let files: Result<_, PublishError> = paths.into_par_iter().map(facts).collect();
        Ok(Self { files: files? })
    }

    /// Reads the manifest of the release in `folder`.
    ///
    /// # Errors
    /// There is none that can be read.
    pub fn read(folder: &Path) -> Result<Self, PublishError> {
        let path = folder.join(MANIFEST);
        let text = fs::read_to_string(&path).map_err(PublishError::files(&path, "read"))?;
        let line = |line: &str| {
            let mut parts = line.splitn(3, ' ');
            let (hash, octets, path) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?, parts.next()?);
            Some((path.to_owned(), FileFacts { octets, hash }))
        };
        let files: Option<_> = text.lines().map(line).collect();
        let files = files.ok_or_else(|| PublishError::files(&path, "understood")(io::ErrorKind::InvalidData.into()))?;
        Ok(Self { files })
    }

    /// A line a file, in the order of their paths: hash, octets, path.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (path, facts) in &self.files {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} {} {path}", facts.hash, facts.octets);
        }
        text
    }

    /// The hash of the text.
    #[must_use]
    pub fn hash(&self) -> String {
        blake3::hash(self.text().as_bytes()).to_hex().to_string()
    }

    /// Octets of all files.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.files.values().map(|facts| facts.octets).sum()
    }

    /// What is other in `later`: addresses that were added, removed and changed, each with its sign.
    #[must_use]
    pub fn differences<'m>(&'m self, later: &'m Self) -> Vec<(char, String)> {
        let mut found = Vec::new();
        for (path, facts) in &self.files {
            match later.files.get(path) {
                None => found.push(('-', address(path))),
                Some(now) if now != facts => found.push(('~', address(path))),
                Some(_) => {}
            }
        }
        let added = later.files.keys().filter(|path| !self.files.contains_key(*path));
        found.extend(added.map(|path| ('+', address(path))));
        found.sort_by(|one, other| one.1.cmp(&other.1));
        found
    }
}

/// The address at which a file is.
fn address(path: &str) -> String {
    match path.strip_suffix("index.html") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => format!("/{folder}"),
        _ => format!("/{path}"),
    }
}

/// All files below a folder.
fn list(folder: &Path, inner: &str, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder.join(inner))? {
        let entry = entry?;
        let unusual = || io::Error::other(format!("{} has a name that is no text", entry.path().display()));
        let name = format!("{inner}{}", entry.file_name().to_str().ok_or_else(unusual)?);
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(folder, &format!("{name}/"), found)?;
        } else if kind.is_file() {
            found.push(name);
        } else {
            return Err(io::Error::other(format!("{} is neither a file nor a folder", entry.path().display())));
        }
    }
    Ok(())
}
