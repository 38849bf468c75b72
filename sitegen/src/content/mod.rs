//! What editors wrote: a folder of Markdown files, turned once into typed [`Page`]s.
//!
//! The folder is the site: `naujienos/vasaros-stovykla.md` is the page `/naujienos/vasaros-stovykla/`, a file `_index.md` is
//! the page of its folder, `site.toml` says what holds for all pages, and every other file (a picture, a PDF) is published
//! as it is. Front matter stands between two `+++` lines; its type decides which keys it has ([`Kind`]). All mistakes of
//! all files are found in one go.

mod front_matter;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, DateTime};
use messages::Message;
use strict_toml::{Document, Problem, Problems};

pub use settings::Settings;

/// The key of what is said of a file that is not there.
const MISSING: &str = "site-missing-file";

/// Everything that editors wrote.
#[derive(Debug)]
pub struct Content {
    /// What holds for all pages.
    pub settings: Settings,
    /// The pages, by address.
    pub pages: BTreeMap<Address, Page>,
    /// Files that are published as they are: where they stand in the folder, and where to find them.
    pub assets: BTreeMap<String, PathBuf>,
}

/// Where a page is on the site: `/naujienos/vasaros-stovykla/`. Begins and ends with a slash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(String);

/// One page as it was written.
#[derive(Debug)]
pub struct Page {
    /// Where it will be.
    pub address: Address,
    /// The whole file, for problems that are found later.
    pub document: Document,
    /// Which bytes of the file are Markdown.
    pub markdown: Range<usize>,
    /// What it is called; the only `h1` of the page.
    pub title: String,
    /// What it says in a sentence, for lists, search engines and feeds.
    pub summary: Option<String>,
    /// Whether it is not finished yet.
    pub is_draft: bool,
    /// Its place in the menu, from left to right; none when it is not there.
    pub menu: Option<u32>,
    /// What kind of page it is, with what only that kind has.
    pub kind: Kind,
}

/// The kinds of pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Text that holds until it is changed.
    Page,
    /// A folder's own page: what it says, and a list of what is in it.
    Section,
    /// News of a day.
    News {
        /// Its day; the page appears on it.
        published: Date,
    },
    /// Something that people can go to.
    Event {
        /// Local time.
        starts: DateTime,
        /// Local time.
        ends: Option<DateTime>,
        /// Where.
        place: String,
    },
    /// A legal act.
    Act {
        /// Who adopted it, in what form.
        form: ActForm,
        /// Its number, such as `T-101`.
        number: String,
        /// When it was adopted.
        adopted: Date,
    },
    /// Whom to turn to.
    Contacts {
        /// The people, in the order of the file.
        people: Vec<Person>,
    },
}

/// The form of a legal act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActForm {
    /// A decision of the council.
    CouncilDecision,
    /// A decree of the mayor.
    MayorDecree,
    /// An order of the director of the administration.
    DirectorOrder,
}

/// Somebody to turn to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// First and last name.
    pub name: String,
    /// What they do.
    pub position: String,
    /// As it is dialled.
    pub phone: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
}

impl Address {
    /// The home page.
    #[must_use]
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// The address of a Markdown file, by its path inside the content folder with `/` between the parts.
    #[must_use]
    pub fn of_file(path: &str) -> Self {
        let stem = path.strip_suffix(".md").unwrap_or(path);
        match stem.strip_suffix("_index").unwrap_or(stem).trim_matches('/') {
            "" => Self::home(),
            inner => Self(format!("/{inner}/")),
        }
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The section that this page is in; none for the home page.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let inner = self.0.trim_end_matches('/');
        let (parent, _) = inner.rsplit_once('/')?;
        Some(Self(format!("{parent}/")))
    }

    /// The file of the built site.
    #[must_use]
    pub fn output_file(&self) -> String {
        format!("{}index.html", &self.0[1..])
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads the folder `site`. Mistakes go to `problems`; what has none is returned all the same, so that mistakes between
/// pages are found in the same go. None when there is no `site.toml` to begin with.
#[must_use]
pub fn read(site: &Path, problems: &Problems) -> Option<Content> {
    let settings = settings::read(&site.join("site.toml"), problems)?;
    let mut files = BTreeSet::new();
    list(site, "", &mut files, problems);
    let mut content = Content { settings, pages: BTreeMap::new(), assets: BTreeMap::new() };
    for file in files {
        let path = site.join(&file);
        if file == "site.toml" {
            continue;
        }
        if !has_good_name(&file) {
            problems.report(Problem::of_file(&path, Message::new("site-file-name")));
        } else if file.ends_with(".md") {
            let Some(page) = Document::open(&path, MISSING, problems)
                .and_then(|document| front_matter::read(&document, Address::of_file(&file), &file, problems))
            else {
                continue;
            };
            if let Some(other) = content.pages.insert(page.address.clone(), page) {
                let message = Message::new("site-same-address").with("address", other.address.as_str());
                problems.report(Problem::of_file(
                    &path,
                    message.with("other", other.document.path().display().to_string()),
                ));
            }
        } else {
            content.assets.insert(file, path);
        }
    }
    require_sections(site, &content, problems);
    Some(content)
}

/// Every folder needs a page of its own: it is where the way back leads.
fn require_sections(site: &Path, content: &Content, problems: &Problems) {
    let parents: BTreeSet<Address> =
        content.pages.keys().filter_map(Address::parent).chain([Address::home()]).collect();
    for missing in parents.iter().filter(|parent| !content.pages.contains_key(parent)) {
        let path = site.join(&missing.as_str()[1..]).join("_index.md");
        // It may be there and have mistakes of its own, which have been reported.
        if !path.exists() {
            problems.report(Problem::of_file(&path, Message::new("site-section-missing")));
        }
    }
}

/// All files below a folder, with `/` between the parts. What begins with a dot is not content.
fn list(site: &Path, folder: &str, files: &mut BTreeSet<String>, problems: &Problems) {
    let path = site.join(folder);
    let unreadable = |error: &std::io::Error| problems.report(Problem::unreadable(&path, error));
    let entries = match std::fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) => return unreadable(&error),
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                unreadable(&error);
                continue;
            }
        };
        let name = entry.file_name().to_string_lossy().into_owned();
        // Editors of text leave such behind: `.naujiena.md.swp`, `naujiena.md~`.
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        let inner = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => list(site, &inner, files, problems),
            Ok(kind) if kind.is_file() => {
                files.insert(inner);
            }
            // A symbolic link could publish any file of this machine.
            Ok(_) => problems.report(Problem::of_file(entry.path(), Message::new("site-not-a-file"))),
            Err(error) => unreadable(&error),
        }
    }
}

/// File names become addresses, which people read out over the telephone.
fn has_good_name(file: &str) -> bool {
    file.split('/').all(|part| {
        let part = if part == "_index.md" { "index.md" } else { part };
        part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_become_addresses_and_addresses_files() {
        for (file, address, output) in [
            ("_index.md", "/", "index.html"),
            ("kontaktai.md", "/kontaktai/", "kontaktai/index.html"),
            ("naujienos/_index.md", "/naujienos/", "naujienos/index.html"),
            ("naujienos/a.md", "/naujienos/a/", "naujienos/a/index.html"),
        ] {
            let found = Address::of_file(file);
            assert_eq!((found.as_str(), found.output_file().as_str()), (address, output));
        }
    }

    #[test]
    fn the_way_back_ends_at_home() {
        let page = Address::of_file("naujienos/a.md");
        let section = page.parent().unwrap();
        assert_eq!(section.as_str(), "/naujienos/");
        assert_eq!(section.parent(), Some(Address::home()));
        assert_eq!(Address::home().parent(), None);
    }

    #[test]
    fn names_that_cannot_be_read_out_are_refused() {
        assert!(has_good_name("naujienos/_index.md") && has_good_name("a/planas-2026.pdf"));
        for bad in ["Naujienos/a.md", "a b.md", "ąžuolas.md", "a/b_c.md", "a%2e.md"] {
            assert!(!has_good_name(bad), "{bad}");
        }
    }
}
