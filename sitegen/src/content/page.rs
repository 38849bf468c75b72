//! One page as it was written, and whether residents may see it.

use std::borrow::Cow;
use std::hash::Hasher as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::civil::DateTime;
use messages::{Language, Message};
use rustc_hash::FxHasher;
use strict_toml::Problem;

use super::front_matter::{FrontMatter, Parts};
use crate::markdown::slug;

/// What the path of a page's file says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageFile {
    /// The path inside `content/`, with `/` between the parts: `naujienos/vizitas/index.en.md`.
    pub path: String,
    /// The language.
    pub language: Language,
    /// The folder that the page stands in, without a language: `naujienos`; empty for the uppermost. A folder's own page and a
    /// page with its files beside it stand in the folder above.
    pub section: String,
    /// The name in that folder: `vizitas`; empty for the home page.
    pub name: String,
    /// Whether it is a folder's own page.
    pub is_section: bool,
    /// Where its files are: `naujienos/vizitas`.
    pub folder: String,
}

/// A page as it was written.
#[derive(Debug)]
pub struct Page {
    /// What the path of its file says.
    pub file: PageFile,
    /// Its head.
    pub front: FrontMatter,
    /// Where the file is on the disk.
    pub path: PathBuf,
    told: Mutex<Told>,
}

/// The text of a page. It may become another while everything else that the file says stays as it is.
#[derive(Debug)]
struct Told {
    /// What was read, until it is needed: the texts of a large site are not kept twice, as Markdown and as HTML.
    read: Option<Parts>,
    /// Tells whether the file is still the one that was read.
    hash: u64,
    /// Counts the texts that it has had.
    version: u64,
}

/// Whether residents see a page at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// They do, and it is current.
    Public,
    /// They do, but it is of the past: it stands in no list of what is current.
    Expired,
    /// Not before this time.
    Embargo(DateTime),
    /// It is not finished.
    Draft,
}

impl PageFile {
    /// What `path` says; none if it is no Markdown file. `default` is the language of files that name none.
    #[must_use]
    pub fn of(path: &str, default: Language) -> Option<Self> {
        let stem = path.strip_suffix(".md")?;
        let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
        // Either way of telling languages apart: `kontaktai.en.md`, or `en/kontaktai.md`.
        let (name, by_name) = match name.rsplit_once('.') {
            Some((inner, tag)) if is_tag(tag) && !inner.is_empty() => (inner, Language::from_tag(tag)),
            _ => (name, None),
        };
        let (first, rest) = folder.split_once('/').unwrap_or((folder, ""));
        let by_folder = Language::from_tag(first).filter(|language| is_tag(first) && *language != default);
        let inner = if by_folder.is_some() { rest } else { folder };
        let language = by_name.or(by_folder).unwrap_or(default);
        let is_section = name == "_index";
        let (section, own) = match name {
            "_index" | "index" => inner.rsplit_once('/').unwrap_or(("", inner)),
            name => (inner, name),
        };
        Some(Self {
            path: path.to_owned(),
            language,
            section: section.to_owned(),
            name: own.to_owned(),
            // A file `index.md` in the uppermost folder can only be meant for the home page.
            is_section: is_section || own.is_empty(),
            folder: folder.to_owned(),
        })
    }

    /// The folder whose list the page is in; of a folder's own page, that folder.
    #[must_use]
    pub fn listed_in(&self) -> Cow<'_, str> {
        if self.is_section { Cow::Owned(self.key()) } else { Cow::Borrowed(&self.section) }
    }

    /// What it has in common with its translations: the path without language and ending.
    #[must_use]
    pub fn key(&self) -> String {
        match (self.section.as_str(), self.name.as_str()) {
            ("", name) => name.to_owned(),
            (section, name) => format!("{section}/{name}"),
        }
    }
}

/// The folder that a folder of `content/` is in; none for the uppermost, whose path is empty.
#[must_use]
pub fn folder_above(folder: &str) -> Option<&str> {
    (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(above, _)| above))
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

fn is_tag(tag: &str) -> bool {
    Language::ALL.iter().any(|language| language.tag() == tag)
}

impl Page {
    /// Its part of the address.
    #[must_use]
    pub fn segment(&self) -> String {
        let wished = self.front.slug.as_deref().unwrap_or(&self.file.name);
        slug(wished)
    }

    pub(super) fn new(file: PageFile, front: FrontMatter, path: &Path, parts: Parts) -> Self {
        let hash = hash(parts.document.text());
        let told = Mutex::new(Told { read: Some(parts), hash, version: 0 });
        Self { file, front, path: path.to_owned(), told }
    }

    /// Takes the text of the same page as it was `read` again, unless more than its text is another. Whether it did.
    pub(super) fn retell(&self, read: Self) -> bool {
        if (&self.file, &self.front, &self.path) != (&read.file, &read.front, &read.path) {
            return false;
        }
        let Told { read, hash, .. } = read.told.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut told = self.told();
        *told = Told { read, hash, version: told.version + 1 };
        true
    }

    /// Which text it has: another number, another text.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.told().version
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file as it was read. Whoever asks gets it for themselves; it is read again for the next one who does.
    ///
    /// # Errors
    /// The file is another now, or cannot be read any more.
    pub fn parts(&self) -> Result<Parts, Box<Problem>> {
        let (kept, expected) = {
            let mut told = self.told();
            (told.read.take(), told.hash)
        };
        if let Some(parts) = kept {
            return Ok(parts);
        }
        let text = super::sources::read_text(&self.path)?;
        if hash(&text) != expected {
            return Err(Box::new(Problem::of_file(&self.path, Message::new("site-changed-meanwhile"))));
        }
        super::front_matter::split(&self.path.to_string_lossy(), text, true)
    }

    /// A problem at some bytes of the front matter.
    #[must_use]
    pub fn problem(&self, span: &Range<usize>, message: Message) -> Problem {
        match self.parts() {
            Ok(parts) => {
                let problem = parts.head().problem(span, message);
                self.told().read = Some(parts);
                problem
            }
            Err(problem) => *problem,
        }
    }

    /// Whether residents see it at `now`, in local time.
    #[must_use]
    pub fn visibility(&self, now: DateTime) -> Visibility {
        let front = &self.front;
        match (front.published, front.expires) {
            _ if front.is_draft => Visibility::Draft,
            (Some(published), _) if published.start() > now => Visibility::Embargo(published.start()),
            (_, Some(expires)) if expires.end() < now => Visibility::Expired,
            _ => Visibility::Public,
        }
    }

    /// The next moment after `now` at which [`Page::visibility`] is another.
    #[must_use]
    pub fn next_change(&self, now: DateTime) -> Option<DateTime> {
        let front = &self.front;
        if front.is_draft {
            return None;
        }
        let moments = [front.published.map(super::Moment::start), front.expires.map(super::Moment::after)];
        moments.into_iter().flatten().filter(|moment| *moment > now).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str) -> (Language, String, String, bool) {
        let file = PageFile::of(path, Language::Lithuanian).unwrap();
        (file.language, file.section, file.name, file.is_section)
    }

    #[test]
    fn the_path_says_language_section_and_name() {
        let (lt, en) = (Language::Lithuanian, Language::English);
        for (path, language, section, name, is_section) in [
            ("_index.md", lt, "", "", true),
            ("index.en.md", en, "", "", true),
            ("kontaktai.md", lt, "", "kontaktai", false),
            ("kontaktai.en.md", en, "", "kontaktai", false),
            ("en/kontaktai.md", en, "", "kontaktai", false),
            ("en/_index.md", en, "", "", true),
            ("naujienos/_index.en.md", en, "", "naujienos", true),
            ("naujienos/2026/vizitas/index.md", lt, "naujienos/2026", "vizitas", false),
            ("naujienos/v1.2.md", lt, "naujienos", "v1.2", false),
            ("lt/a.md", lt, "lt", "a", false),
        ] {
            assert_eq!(said(path), (language, section.to_owned(), name.to_owned(), is_section), "{path}");
        }
        assert!(PageFile::of("foto.jpg", lt).is_none());
    }
}
