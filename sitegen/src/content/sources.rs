//! The files of a site as they are on the disk, read once, and read again one by one when they change.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use messages::Message;
use rayon::prelude::*;
use strict_toml::{Document, Problem, Problems};

use super::front_matter;
use super::kind::{Kind, Type};
use super::page::{Page, PageFile, folder_above};
use super::settings::Settings;

/// No editor writes a text of so many octets by hand; a file that large is there by mistake.
const LARGEST_TEXT: u64 = 16 << 20;

/// The key of what is said of a file that is not there.
const MISSING: &str = "site-missing-file";

const SETTINGS: &str = "site.toml";
const CONTENT: &str = "content";
const STATIC: &str = "static";
const THEME: &str = "theme";

/// Addresses of before, beside the content: an old site had thousands, and pages need not carry them all.
const ADDRESSES: &str = "addresses.toml";

/// A file that is published as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Where it is on the disk.
    pub path: PathBuf,
    /// Octets.
    pub size: u64,
    /// When it was last written.
    pub modified: SystemTime,
}

/// Everything that a site is made of.
#[derive(Debug)]
pub struct Sources {
    folder: PathBuf,
    /// What holds for all pages.
    pub settings: Settings,
    /// Pages by the path of their file inside `content/`.
    pub pages: BTreeMap<String, Arc<Page>>,
    /// Files inside `content/` that are no pages, by their path.
    pub assets: BTreeMap<String, Asset>,
    /// Files of `static/`, and of `theme/` what is no template, by their path inside.
    pub statics: BTreeMap<String, Asset>,
    /// Templates of the site's own, by their path inside `theme/`.
    pub templates: BTreeMap<String, String>,
    /// Addresses of before, as `content/addresses.toml` has them: of each, the file of the page that is there now.
    pub old_addresses: BTreeMap<String, String>,
    /// What is wrong with files, by their path inside the site's folder.
    problems: BTreeMap<String, Vec<Problem>>,
}

/// How far reaches what an update found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// At most texts of pages are others: how pages hang together is as it was.
    Texts,
    /// Heads of pages, or which files there are.
    Pages,
    /// A template or the settings: everything may look otherwise.
    Everything,
}

/// What a file read gives.
type Outcome = (String, Option<Page>, Vec<Problem>);

impl Sources {
    /// Reads the folder `site`.
    ///
    /// # Errors
    /// `site.toml` is missing or wrong: there is nothing to begin with. Mistakes in other files are kept, see
    /// [`Sources::problems`].
    pub fn read(site: &Path) -> Result<Self, Vec<Problem>> {
        let problems = Problems::default();
        let path = site.join(SETTINGS);
        let settings = Document::open(&path, MISSING, &problems).and_then(|found| Settings::read(&found, &problems));
        let problems = problems.into_vec();
        let settings = match settings {
            Some(settings) if problems.is_empty() => settings,
            _ => return Err(problems),
        };
        let mut sources = Self {
            folder: site.to_owned(),
            settings,
            pages: BTreeMap::new(),
            assets: BTreeMap::new(),
            statics: BTreeMap::new(),
            templates: BTreeMap::new(),
            old_addresses: BTreeMap::new(),
            problems: BTreeMap::new(),
        };
        let mut files = BTreeSet::new();
        for folder in [CONTENT, STATIC, THEME] {
            sources.list(folder, &mut files);
        }
        sources.take(files);
        Ok(sources)
    }

    /// Reads again what is at `paths` of the disk: files, folders, or what was there and is gone.
    ///
    /// # Errors
    /// `site.toml` is wrong now; what was there before is kept.
    pub fn update(&mut self, paths: &BTreeSet<PathBuf>) -> Result<Change, Vec<Problem>> {
        let inner: BTreeSet<String> =
            paths.iter().filter_map(|path| Some(path.strip_prefix(&self.folder).ok()?.to_str()?.to_owned())).collect();
        let is_everything = inner.contains(SETTINGS) || inner.contains("");
        if is_everything {
            *self = Self::read(&self.folder)?;
            return Ok(Change::Everything);
        }
        let is_ours = |path: &&String| {
            let mut names = path.split('/');
            names.next().is_some_and(|top| [CONTENT, STATIC, THEME].contains(&top)) && !names.any(is_hidden)
        };
        let inner: Vec<&String> = inner.iter().filter(is_ours).collect();
        if inner.iter().all(|path| self.retell(path)) {
            return Ok(Change::Texts);
        }
        let types = self.types();
        let mut change = Change::Pages;
        let mut files = BTreeSet::new();
        for path in inner {
            if path.split('/').next() == Some(THEME) {
                change = Change::Everything;
            }
            self.forget(path);
            self.list(path, &mut files);
        }
        self.take(files);
        // A section's page says the type of all below it.
        if self.types() != types {
            self.forget(CONTENT);
            let mut files = BTreeSet::new();
            self.list(CONTENT, &mut files);
            self.take(files);
        }
        Ok(change)
    }

    /// Reads a page again, and says whether that is all there is to do: it was there before, and nothing but its text is another.
    fn retell(&self, path: &str) -> bool {
        let inner = path.split_once('/').filter(|(top, _)| *top == CONTENT).map(|(_, inner)| inner);
        let Some((inner, page)) = inner.and_then(|inner| self.pages.get_key_value(inner)) else { return false };
        let is_sound =
            !self.problems.contains_key(path) && fs::symlink_metadata(&page.path).is_ok_and(|file| file.is_file());
        is_sound
            && match self.read_page(inner.clone()) {
                (_, Some(read), problems) => problems.is_empty() && page.retell(read),
                _ => false,
            }
    }

    /// The types that sections give to the pages below them.
    fn types(&self) -> BTreeMap<String, Type> {
        let types = self.pages.iter().filter_map(|(path, page)| match &page.front.kind {
            Kind::Section(section) => Some((path.clone(), section.contains?)),
            _ => None,
        });
        types.collect()
    }

    /// Where the site is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where its templates are.
    #[must_use]
    pub fn theme(&self) -> PathBuf {
        self.folder.join(THEME)
    }

    /// What is wrong with files, in the order of their paths.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.problems.values().flatten()
    }

    /// How messages name a file of `content/`.
    #[must_use]
    pub fn named(&self, file: &str) -> PathBuf {
        self.folder.join(CONTENT).join(file)
    }

    /// Drops what was read of `path` and of everything below it.
    fn forget(&mut self, path: &str) {
        let below = format!("{path}/");
        let is_it = |found: &str| found == path || found.starts_with(&below);
        self.problems.retain(|found, _| !is_it(found));
        if let Some(inner) = path.strip_prefix(CONTENT) {
            let inner = inner.trim_start_matches('/');
            let below = if inner.is_empty() { String::new() } else { format!("{inner}/") };
            let is_it = |found: &str| found == inner || found.starts_with(&below);
            if is_it(ADDRESSES) {
                self.old_addresses.clear();
            }
            self.pages.retain(|found, _| !is_it(found));
            self.assets.retain(|found, _| !is_it(found));
        }
        let folder = self.folder.clone();
        self.statics
            .retain(|_, asset| !asset.path.strip_prefix(&folder).ok().and_then(Path::to_str).is_some_and(is_it));
        self.templates.retain(|found, _| !is_it(&format!("{THEME}/{found}")));
    }

    /// Adds the files at and below `path` of the site's folder. What is not there is not added.
    fn list(&mut self, path: &str, files: &mut BTreeSet<String>) {
        let full = self.folder.join(path);
        let kind = match fs::symlink_metadata(&full) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => return self.report(path, Problem::unreadable(&full, &error)),
        };
        self.list_known(path, kind, files);
    }

    fn list_known(&mut self, path: &str, kind: fs::FileType, files: &mut BTreeSet<String>) {
        let full = self.folder.join(path);
        if kind.is_file() {
            files.insert(path.to_owned());
            return;
        }
        if !kind.is_dir() {
            return self.report(path, Problem::of_file(&full, Message::new("site-not-a-file")));
        }
        let entries = match fs::read_dir(&full).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => return self.report(path, Problem::unreadable(&full, &error)),
        };
        for entry in entries {
            let Ok(name) = entry.file_name().into_string() else {
                self.report(path, Problem::of_file(entry.path(), Message::new("site-name-not-utf8")));
                continue;
            };
            if is_hidden(&name) {
                continue;
            }
            match entry.file_type() {
                Ok(kind) => self.list_known(&format!("{path}/{name}"), kind, files),
                Err(error) => self.report(path, Problem::unreadable(entry.path(), &error)),
            }
        }
    }

    fn report(&mut self, path: &str, problem: Problem) {
        self.problems.entry(path.to_owned()).or_default().push(problem);
    }

    /// Reads `files`.
    fn take(&mut self, files: BTreeSet<String>) {
        let mut texts = Vec::new();
        for path in files {
            let Some((top, inner)) = path.split_once('/') else { continue };
            match top {
                CONTENT if inner == ADDRESSES => self.take_addresses(&path),
                CONTENT if is_for_editors(inner) => {}
                CONTENT if inner.ends_with(".md") => texts.push(inner.to_owned()),
                THEME if is_template(inner) => self.take_template(&path, inner),
                // Whatever else a theme has (a style sheet, a picture) is published at `/`, as in `static/`.
                _ => self.take_asset(&path, top, inner),
            }
        }
        // Sections first: they say the type of the pages below them.
        let (sections, pages): (Vec<String>, Vec<String>) =
            texts.into_iter().partition(|path| path.ends_with("_index.md"));
        for paths in [sections, pages] {
            let read: Vec<Outcome> = paths.into_par_iter().map(|path| self.read_page(path)).collect();
            for (path, page, problems) in read {
                if !problems.is_empty() {
                    self.problems.entry(format!("{CONTENT}/{path}")).or_default().extend(problems);
                }
                if let Some(page) = page {
                    self.pages.insert(path, Arc::new(page));
                }
            }
        }
    }

    fn read_page(&self, path: String) -> Outcome {
        let named = self.named(&path);
        let problems = Problems::default();
        let page = match read_text(&named) {
            Ok(text) => self.page_of(&path, &named, text, &problems),
            Err(problem) => {
                problems.report(*problem);
                None
            }
        };
        (path, page, problems.into_vec())
    }

    /// The page that `path` inside `content/` would be with this text; none if that is not one.
    #[must_use]
    pub fn parse(&self, path: &str, text: String) -> Option<Page> {
        self.page_of(path, &self.named(path), text, &Problems::default())
    }

    fn page_of(&self, path: &str, named: &Path, text: String, problems: &Problems) -> Option<Page> {
        let file = PageFile::of(path, self.settings.language)?;
        if !self.settings.languages().any(|language| language == file.language) {
            let message = Message::new("site-language-unknown").with("language", file.language.tag());
            problems.report(Problem::of_file(named, message));
            return None;
        }
        let parts = front_matter::split(&named.to_string_lossy(), text, self.settings.is_lenient)
            .map_err(|problem| problems.report(*problem))
            .ok()?;
        let title = self.settings.is_lenient.then(|| title_of(parts.text(), &file));
        let inherited = self.inherited_type(&file.section);
        let mut front = front_matter::read(parts.head(), title, &self.settings, inherited, file.is_section, problems)?;
        if self.settings.typography {
            front.typeset(file.language);
        }
        Some(Page::new(file, front, named, parts))
    }

    /// The type of pages in a folder, as the page of the nearest folder above says.
    #[must_use]
    pub fn inherited_type(&self, folder: &str) -> Type {
        let mut folder = Some(folder);
        while let Some(path) = folder {
            let index = if path.is_empty() { "_index.md".to_owned() } else { format!("{path}/_index.md") };
            if let Some(Kind::Section(section)) = self.pages.get(&index).map(|page| &page.front.kind)
                && let Some(type_) = section.contains
            {
                return type_;
            }
            folder = folder_above(path);
        }
        Type::Page
    }

    fn take_addresses(&mut self, path: &str) {
        let problems = Problems::default();
        let read = Document::open(&self.folder.join(path), MISSING, &problems).and_then(|document| {
            let mut table = document.table(&problems)?;
            let mut pages = table.table("pages")?;
            let entries = pages.rest().into_iter();
            let texts = entries.filter_map(|(old, file)| Some((old, file.as_str()?.to_owned())));
            Some(texts.collect())
        });
        self.old_addresses = read.unwrap_or_default();
        for problem in problems.into_vec() {
            self.report(path, problem);
        }
    }

    fn take_template(&mut self, path: &str, inner: &str) {
        let full = self.folder.join(path);
        match read_text(&full) {
            Ok(text) => drop(self.templates.insert(inner.to_owned(), text)),
            Err(problem) => self.report(path, *problem),
        }
    }

    fn take_asset(&mut self, path: &str, top: &str, inner: &str) {
        let full = self.folder.join(path);
        let asset = fs::metadata(&full).and_then(|metadata| {
            Ok(Asset { size: metadata.len(), modified: metadata.modified()?, path: full.clone() })
        });
        match asset {
            Ok(_) if inner.to_ascii_lowercase().ends_with(".svg") && is_active(&full) => {
                self.report(path, Problem::of_file(&full, Message::new("site-svg-active")));
            }
            Ok(asset) => {
                let assets = if top == CONTENT { &mut self.assets } else { &mut self.statics };
                assets.insert(inner.to_owned(), asset);
            }
            Err(error) => self.report(path, Problem::unreadable(&full, &error)),
        }
    }
}

/// Whether a file or folder is of a program: git, editors that save, macOS.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.') && name != ".well-known" || name.ends_with('~')
}

/// Whether a drawing runs something: a script, or a handler of an event. A browser that opens it alone would.
fn is_active(path: &Path) -> bool {
    let Ok(octets) = fs::read(path) else { return false };
    let text = String::from_utf8_lossy(&octets).to_ascii_lowercase();
    let has_handler = text.split_whitespace().any(|word| word.starts_with("on") && word.contains('='));
    has_handler || ["<script", "javascript:", "<foreignobject", "<!entity"].iter().any(|active| text.contains(active))
}

/// What stands with the content and is for whoever writes it: rules and word lists in the uppermost folder, and whatever begins
/// with `_` and is no folder's own page.
pub(crate) fn is_for_editors(inner: &str) -> bool {
    let is_rule = !inner.contains('/') && inner.ends_with(".toml");
    is_rule || inner.split('/').any(|name| name.starts_with('_') && !name.starts_with("_index."))
}

fn is_template(path: &str) -> bool {
    path.ends_with(".html") || path.ends_with(".xml")
}

pub(super) fn read_text(path: &Path) -> Result<String, Box<Problem>> {
    let size = fs::metadata(path).map_err(|error| Problem::unreadable(path, &error))?.len();
    if size > LARGEST_TEXT {
        let message = Message::new("site-too-large").with("megabytes", LARGEST_TEXT >> 20);
        return Err(Box::new(Problem::of_file(path, message)));
    }
    let octets = fs::read(path).map_err(|error| Problem::unreadable(path, &error))?;
    String::from_utf8(octets).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        Box::new(Document::new(path, text).problem(&(valid..valid + 1), Message::new("toml-not-utf8")))
    })
}

/// What a page of another generator without a title is called: its first heading, or its file.
fn title_of(markdown: &str, file: &PageFile) -> String {
    let heading = markdown.lines().find_map(|line| line.strip_prefix("# ")).map(str::trim);
    match heading {
        Some(heading) if !heading.is_empty() => heading.to_owned(),
        _ if file.name.is_empty() => file.path.clone(),
        _ => file.name.clone(),
    }
}
