//! What restic calls snapshots and says of them: numbers, marks, the summary of a backup, the list of a repository. Whoever may write
//! to a repository may say anything in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Manifest, Stored};
use crate::config::JobName;

/// restic's name for a snapshot: hexadecimal, short or whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SnapshotId(String);

/// A snapshot as a repository lists it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// Its number.
    pub id: SnapshotId,
    /// When it was made, as whoever made it says.
    pub time: Timestamp,
    /// What was stored: of a stream the file that holds it.
    #[serde(default)]
    pub paths: Vec<String>,
    /// What it is marked with.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Which it is a copy of, if it is one.
    #[serde(default)]
    pub original: Option<SnapshotId>,
}

/// The last line of `restic backup --json` (restic.readthedocs.io, "Scripting").
#[derive(Deserialize)]
pub(super) struct Summary {
    pub(super) snapshot_id: SnapshotId,
    pub(super) data_added: u64,
    pub(super) total_bytes_processed: u64,
    #[serde(default)]
    pub(super) total_files_processed: u64,
}

/// What the snapshot of a part is called and marked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    /// Of which job.
    pub(super) job: JobName,
    /// What of it.
    pub(super) part: String,
    /// The name of the file in the snapshot.
    pub(super) file: String,
}

impl Label {
    pub(super) fn stored(&self, summary: &Summary, manifest: Manifest) -> Stored {
        Stored {
            part: self.part.clone(),
            file: self.file.clone(),
            snapshot: summary.snapshot_id.clone(),
            manifest,
            added: summary.data_added,
        }
    }

    pub(super) fn tags(&self) -> [String; 2] {
        // A comma would end a tag.
        [format!("job={}", self.job), format!("part={}", escaped(&self.part))]
    }
}

impl SnapshotId {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both are of the same snapshot: one may be short.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0) || other.0.starts_with(&self.0)
    }

    /// The first eight digits, as restic shows it.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.0[..8]
    }
}

impl TryFrom<String> for SnapshotId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_id = (8..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_id { Ok(Self(text)) } else { Err("restic names no snapshot".to_owned()) }
    }
}

impl From<SnapshotId> for String {
    fn from(id: SnapshotId) -> Self {
        id.0
    }
}

impl std::fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.short())
    }
}

/// The name that [`escaped`] was given.
#[must_use]
pub fn unescaped(name: &str) -> String {
    let mut octets = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(octet) => {
                octets.push(octet);
                rest = &after[2..];
            }
            None => {
                octets.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

/// A name as it can stand in a tag and be a file's: whatever is unusual as `%XX` (RFC 3986, 2.1).
pub(super) fn escaped(name: &str) -> String {
    let is_usual = |octet: &u8| octet.is_ascii_alphanumeric() || b"._-".contains(octet);
    let one = |octet: u8| if is_usual(&octet) { char::from(octet).to_string() } else { format!("%{octet:02X}") };
    name.bytes().map(one).collect()
}

/// The summary among what `restic backup --json` says.
pub(super) fn summary(said: &[u8]) -> Option<Summary> {
    said.split(|octet| *octet == b'\n').rev().find_map(|line| serde_json::from_slice(line).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_told_again() {
        for name in ["gyventojai", "a b\"; DROP", "šalis,100%", "%41"] {
            assert_eq!(unescaped(&escaped(name)), name);
            assert!(escaped(name).bytes().all(|octet| octet.is_ascii_alphanumeric() || b"._-%".contains(&octet)));
        }
    }

    #[test]
    fn the_summary_is_found_among_progress() {
        let said = b"{\"message_type\":\"status\",\"percent_done\":0}\n\
            {\"message_type\":\"summary\",\"data_added\":5,\"total_bytes_processed\":7,\"snapshot_id\":\"0a1b2c3d\"}\n";
        let found = summary(said).unwrap();
        assert_eq!((found.snapshot_id.as_str(), found.data_added, found.total_bytes_processed), ("0a1b2c3d", 5, 7));
        assert!(summary(b"{\"data_added\":5,\"total_bytes_processed\":7,\"snapshot_id\":\"../etc\"}").is_none());
    }
}
