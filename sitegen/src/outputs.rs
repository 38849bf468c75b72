//! Every file of the built site, by its path, and what makes it.
//!
//! The plan of a site is made without making any of its files: a build makes them all, on all cores; the preview makes the one
//! that a browser asks for. What texts add to what the graph says are the pictures that they show.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use messages::Language;
use rayon::prelude::*;
use strict_toml::Problem;

use crate::content::{Kind, Type};
use crate::site::{FacetKey, Graph, Month, Overview, PageId, Section, SectionId, Site, Term, TermId, taxonomy_address};

/// What makes one file.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// A page that is no section's own.
    Page(PageId),
    /// A page of a section's list, counted from 1; the first is the section's own page.
    List(SectionId, usize),
    /// A page of the list of a section's year.
    Year(SectionId, i16, usize),
    /// A page of the list of a section that is narrowed to a value of a facet: its place among the values, and the page, counted
    /// from 1.
    Facet(SectionId, FacetKey, usize, usize),
    /// The calendar of a month of what a section lists.
    Month(SectionId, Month),
    /// The terms of a taxonomy.
    Terms(Language, usize),
    /// A page of the list of a term.
    Term(TermId, usize),
    /// A feed.
    Feed(Listed, FeedFormat),
    /// The calendar of what a section lists.
    Calendar(SectionId),
    /// The calendar of one event.
    Event(PageId),
    /// An address at which a page was before.
    Redirect(PageId),
    /// Everybody who works here, by units.
    Directory(Language),
    /// All sections with their pages, for readers.
    SiteIndex(Language),
    /// The page of the search.
    Search(Language),
    /// What is shown when there is no page.
    NotFound(Language),
    /// The list of all addresses for search engines: the index of several, or the one with this number, counted from 1.
    Sitemap(Option<usize>),
    /// What robots may read (RFC 9309).
    Robots,
    /// How the site is shown when it is put on a telephone's screen.
    Manifest,
    /// Whom to tell of a security problem (RFC 9116).
    Security,
    /// All acts as a table.
    Acts(TableFormat),
    /// The catalogue of open data (DCAT-AP).
    Catalogue,
    /// The map of old addresses for a web server.
    Redirects(Server),
    /// A file of the theme that is part of the program.
    Theme(&'static str),
    /// A file that is published as it is.
    File(PathBuf),
}

/// A list that has feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// All news, and what else is dated, in a language.
    Site(Language),
    /// What a section lists.
    Section(SectionId),
    /// The pages of a term.
    Term(TermId),
}

/// The form of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedFormat {
    /// RFC 4287.
    Atom,
    /// JSON Feed 1.1.
    Json,
}

/// The form of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// RFC 4180.
    Csv,
    /// An array of objects.
    Json,
}

/// A web server that can be told of old addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// `map` of nginx.
    Nginx,
    /// The same for addresses with a query.
    NginxQuery,
    /// `redir` of Caddy.
    Caddy,
    /// `Redirect` of Apache's mod_alias.
    Apache,
}

/// How many addresses one list for search engines may have (sitemaps.org).
pub const SITEMAP_LIMIT: usize = 50_000;

/// The files of a site that its graph says, whatever stands in texts.
#[derive(Debug, Default)]
pub struct Plan {
    files: BTreeMap<String, Output>,
    /// Two that would be the same file.
    pub problems: Vec<Problem>,
}

/// All files of a site.
#[derive(Debug)]
pub struct Outputs {
    plan: Arc<Plan>,
    /// What pictures become. Two that are called the same are the same: their names tell what is in them.
    pictures: BTreeMap<String, Output>,
}

impl Outputs {
    /// Those of `site`, whose graph has the plan `plan`.
    #[must_use]
    pub fn new(plan: &Arc<Plan>, site: &Site) -> Self {
        let pictures = site.picture_files().into_iter().map(|(path, file)| (path, Output::File(file)));
        Self { plan: Arc::clone(plan), pictures: pictures.collect() }
    }

    /// What makes the file at `path`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Output> {
        self.pictures.get(path).or_else(|| self.plan.files.get(path))
    }

    /// All, by their path on the site.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Output)> {
        let others = self.plan.files.iter().filter(|(path, _)| !self.pictures.contains_key(*path));
        self.pictures.iter().chain(others).map(|(path, output)| (path.as_str(), output))
    }

    /// As [`Outputs::iter`], on all cores.
    pub fn par_iter(&self) -> impl ParallelIterator<Item = (&str, &Output)> {
        let others = self.plan.files.par_iter().filter(|(path, _)| !self.pictures.contains_key(*path));
        self.pictures.par_iter().chain(others).map(|(path, output)| (path.as_str(), output))
    }
}

/// The file of a page at `address`.
#[must_use]
pub fn file_of(address: &str) -> String {
    format!("{}index.html", address.trim_start_matches('/'))
}

impl Plan {
    /// Plans the files of `graph`.
    #[must_use]
    pub fn of(graph: &Graph) -> Self {
        let pages = || {
            let mut planning = Planning { graph, planned: Vec::new() };
            planning.pages();
            planning.planned
        };
        let others = || {
            let mut planning = Planning { graph, planned: Vec::new() };
            planning.lists();
            planning.terms();
            planning.whole_site();
            for (path, file) in graph.assets() {
                planning.add(path.clone(), Output::File(file.clone()));
            }
            planning.planned
        };
        let (mut planned, others) = rayon::join(pages, others);
        planned.extend(others);
        let mut plan = Planning { graph, planned }.settled();
        // What a site puts into `theme/` or `static/` under the name of a built-in file replaces it.
        for (name, _) in crate::render::THEME_FILES {
            plan.files.entry((*name).to_owned()).or_insert(Output::Theme(name));
        }
        plan
    }
}

/// The plan while it is made, in no order: one large sort is cheaper than as many insertions.
struct Planning<'g> {
    graph: &'g Graph,
    planned: Vec<(String, Output)>,
}

impl Planning<'_> {
    fn add(&mut self, path: String, output: Output) {
        self.planned.push((path, output));
    }

    /// Both forms of the feed of what is listed at `address`.
    fn add_feeds(&mut self, address: &str, listed: Listed) {
        let root = address.trim_start_matches('/');
        self.add(format!("{root}feed.xml"), Output::Feed(listed, FeedFormat::Atom));
        self.add(format!("{root}feed.json"), Output::Feed(listed, FeedFormat::Json));
    }

    /// What was planned, in order. Of two that would be the same file, the one that was planned first stays.
    fn settled(self) -> Plan {
        let Self { graph, mut planned } = self;
        planned.par_sort_by(|one, other| one.0.cmp(&other.0));
        let name = |path: &str, output: &Output| match output {
            Output::Page(id) => graph.page(*id).path.clone(),
            Output::File(file) => file.clone(),
            Output::List(id, _) | Output::Year(id, _, _) | Output::Facet(id, ..) | Output::Month(id, _) => {
                PathBuf::from(&graph.section(*id).folder)
            }
            _ => PathBuf::from(path),
        };
        let mut problems = Vec::new();
        for pair in planned.windows(2) {
            if let [(path, taken), (same, output)] = pair
                && path == same
            {
                let message = messages::Message::new("site-same-address").with("address", format!("/{path}"));
                let message = message.with("other", name(path, taken).display().to_string());
                problems.push(Problem::of_file(name(path, output), message));
            }
        }
        planned.dedup_by(|later, first| later.0 == first.0);
        Plan { files: planned.into_iter().collect(), problems }
    }

    fn pages(&mut self) {
        let graph = self.graph;
        for id in graph.pages() {
            let node = graph.node(id);
            if !node.page.file.is_section {
                self.add(file_of(&node.address), Output::Page(id));
            }
            if matches!(node.page.front.kind, Kind::Event(_)) {
                self.add(format!("{}event.ics", node.address.trim_start_matches('/')), Output::Event(id));
            }
        }
        for (alias, id) in graph.aliases() {
            let path = alias.trim_start_matches('/');
            // An old address with a query or an ending is only for the map of the web server.
            if path.ends_with('/') || !path.rsplit('/').next().unwrap_or_default().contains(['.', '?']) {
                self.add(file_of(&format!("/{}/", path.trim_end_matches('/'))), Output::Redirect(*id));
            } else if path.ends_with(".html") && !path.contains('?') {
                self.add(path.to_owned(), Output::Redirect(*id));
            }
        }
    }

    fn lists(&mut self) {
        let graph = self.graph;
        for (index, section) in graph.sections().iter().enumerate() {
            let id = SectionId::of(index);
            let is_home = section.parent.is_none();
            let pages = if is_home { 1 } else { section.list_pages() };
            for number in 1..=pages {
                self.add(file_of(&Section::list_address(&section.address, number)), Output::List(id, number));
            }
            if is_home {
                continue;
            }
            for (year, listed) in &section.years {
                let address = format!("{}{}/", section.address, year.0);
                // A folder of that year is the list of that year.
                if graph.sections().iter().any(|section| section.address == address) {
                    continue;
                }
                for number in 1..=listed.len().div_ceil(section.paginate_by).max(1) {
                    let address = Section::list_address(&address, number);
                    self.add(file_of(&address), Output::Year(id, year.0, number));
                }
            }
            for facet in &section.facets {
                for (value, found) in facet.values.iter().enumerate() {
                    for number in 1..=found.pages.len().div_ceil(section.paginate_by) {
                        let path = file_of(&Section::list_address(&found.address, number));
                        self.add(path, Output::Facet(id, facet.key, value, number));
                    }
                }
            }
            for month in &section.months {
                self.add(file_of(&month.address(&section.address)), Output::Month(id, *month));
            }
            if section.has_feed {
                self.add_feeds(&section.address, Listed::Section(id));
            }
            if crate::emit::calendar::is_needed(graph, section) {
                self.add(format!("{}calendar.ics", section.address.trim_start_matches('/')), Output::Calendar(id));
            }
        }
    }

    fn terms(&mut self) {
        let graph = self.graph;
        for language in graph.settings.languages() {
            for taxonomy in 0..graph.settings.taxonomies.len() {
                if graph.terms_of(language, taxonomy).next().is_some() {
                    let address = taxonomy_address(graph, language, taxonomy);
                    self.add(file_of(&address), Output::Terms(language, taxonomy));
                }
            }
        }
        let per_page = usize::from(graph.settings.paginate_by);
        for (index, term) in graph.terms().iter().enumerate() {
            let id = TermId::of(index);
            for number in 1..=term.pages.len().div_ceil(per_page) {
                self.add(file_of(&Section::list_address(&term.address, number)), Output::Term(id, number));
            }
            if has_feed(graph, term) {
                self.add_feeds(&term.address, Listed::Term(id));
            }
        }
    }

    fn whole_site(&mut self) {
        let graph = self.graph;
        for language in graph.settings.languages() {
            let root = graph.settings.root(language);
            let root = root.trim_start_matches('/');
            if graph.home(language).is_none() {
                continue;
            }
            self.add(format!("{root}404.html"), Output::NotFound(language));
            self.add_feeds(root, Listed::Site(language));
            if graph.settings.search {
                self.add(format!("{root}{}/index.html", search_folder(language)), Output::Search(language));
            }
        }
        for (overview, language, address) in graph.overviews() {
            let output = match overview {
                Overview::Directory => Output::Directory(*language),
                Overview::Index => Output::SiteIndex(*language),
            };
            self.add(file_of(address), output);
        }
        self.add("robots.txt".to_owned(), Output::Robots);
        self.add("site.webmanifest".to_owned(), Output::Manifest);
        let sitemaps = crate::emit::sitemap::count(graph).div_ceil(SITEMAP_LIMIT);
        self.add("sitemap.xml".to_owned(), Output::Sitemap(None));
        if sitemaps > 1 {
            for number in 1..=sitemaps {
                self.add(format!("sitemap-{number}.xml"), Output::Sitemap(Some(number)));
            }
        }
        if graph.settings.security.is_some() {
            self.add(".well-known/security.txt".to_owned(), Output::Security);
        }
        let has = |type_: Type| graph.pages().any(|id| graph.page(id).front.kind.type_() == type_);
        if has(Type::Act) {
            self.add("acts.csv".to_owned(), Output::Acts(TableFormat::Csv));
            self.add("acts.json".to_owned(), Output::Acts(TableFormat::Json));
        }
        if has(Type::Dataset) {
            self.add("catalog.jsonld".to_owned(), Output::Catalogue);
        }
        if !graph.aliases().is_empty() {
            let servers = [
                ("nginx.conf", Server::Nginx),
                ("nginx-query.conf", Server::NginxQuery),
                ("caddy.conf", Server::Caddy),
                ("apache.conf", Server::Apache),
            ];
            for (name, server) in servers {
                self.add(format!(".redirects/{name}"), Output::Redirects(server));
            }
        }
    }
}

/// Where the search of a language is.
#[must_use]
pub const fn search_folder(language: Language) -> &'static str {
    match language {
        Language::Lithuanian => "paieska",
        Language::English => "search",
    }
}

/// Whether a term has feeds.
#[must_use]
pub fn has_feed(graph: &Graph, term: &Term) -> bool {
    graph.settings.feeds == crate::content::Feeds::All && graph.settings.taxonomies[term.taxonomy].feed
}
