//! What there is to read: the feeds of the public release, which say nothing that is not public.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use messages::Language;
use serde::{Deserialize, Serialize};

/// What stands between the title of a section and the institution's in its feed.
const SEPARATOR: &str = " – ";

/// A section as its feed shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Section {
    /// Its title, with the institution's.
    pub(super) title: String,
    /// The language in which it is written.
    pub(super) language: String,
    /// The newest first.
    pub(super) entries: Vec<Entry>,
}

/// A page of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Names it for ever.
    pub(super) id: String,
    /// Where it is read.
    pub(super) url: String,
    /// Its title.
    pub(super) title: String,
    /// What it says, in a sentence or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) summary: Option<String>,
    /// When it appeared.
    pub(super) date_published: Timestamp,
}

/// What we read of a JSON Feed (<https://www.jsonfeed.org/version/1.1/>).
#[derive(Deserialize)]
struct Feed {
    title: String,
    language: String,
    items: Vec<Entry>,
}

impl Section {
    /// Where the feed of the section with this address is, in the folder of the public release.
    pub(super) fn path(public: &Path, address: &str) -> PathBuf {
        public.join(address.trim_start_matches('/')).join("feed.json")
    }

    /// Reads the section with this address in the folder of the public release; none if there is no such section, or it has
    /// no feed.
    ///
    /// # Errors
    /// Its feed cannot be read, or is none.
    pub(super) fn read(public: &Path, address: &str) -> io::Result<Option<Self>> {
        let text = match fs::read(Self::path(public, address)) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let feed: Feed = serde_json::from_slice(&text)?;
        Ok(Some(Self { title: feed.title, language: feed.language, entries: feed.items }))
    }

    /// The language in which its readers are written to.
    pub(super) fn language(&self) -> Language {
        Language::from_tag(&self.language).unwrap_or(Language::Lithuanian)
    }

    /// Its title alone.
    pub(super) fn name(&self) -> &str {
        self.title.rsplit_once(SEPARATOR).map_or(&*self.title, |(name, _)| name)
    }

    /// The institution's, if it stands behind.
    pub(super) fn institution(&self) -> Option<String> {
        self.title.rsplit_once(SEPARATOR).map(|(_, institution)| institution.to_owned())
    }
}
