//! How pages hang together, as their heads and the set of files say. Pure: no files, no HTML, no text of a page.
//!
//! A [`Graph`] is made anew from the heads of all pages whenever one of them changes, which takes milliseconds; so it cannot differ
//! from one that is made from nothing. While only texts change, and nothing is due, the same graph holds.

use std::cmp::Reverse;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use messages::{Language, Message};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use strict_toml::Problem;

use super::address::{self, Addresses};
use super::{
    Overview, PageId, Publish, Section, SectionId, Term, TermId, facets, links, months, overviews, relations, sections,
    taxonomies,
};
use crate::content::{self, ActForm, Kind, Moment, Page, Settings, SittingBody, Sources, Type, Visibility};
use crate::emit::calendar;
use crate::markdown::{Answer, DocumentFacts, Picture, Question};
use crate::pictures::Pictures;

/// A page with its place in the site.
#[derive(Debug)]
pub struct Node {
    /// As it was written.
    pub page: Arc<Page>,
    /// Where it is: begins and ends with a slash.
    pub address: String,
    /// Whether residents see it.
    pub visibility: Visibility,
    /// The section that it is listed in; for a section's page, the section itself.
    pub section: SectionId,
    /// The same page in other languages.
    pub translations: Vec<PageId>,
    /// Pages that it names, by the key that names them.
    pub relations: Vec<(&'static str, PageId)>,
    /// Pages that name it, by the key that names it.
    pub named_by: Vec<(&'static str, PageId)>,
    /// The pages before and after it in its section.
    pub neighbours: [Option<PageId>; 2],
}

/// All that is published, and how it hangs together.
#[derive(Debug)]
pub struct Graph {
    /// What holds for all pages.
    pub settings: Settings,
    /// Local time for which it is made.
    pub now: DateTime,
    /// Which pages are left out.
    pub publish: Publish,
    /// The first moment at which it is another.
    until: DateTime,
    pub(super) nodes: Vec<Node>,
    /// Where each page stands among all, by date: every list is in this order, so that it is found once.
    places: Vec<u32>,
    pub(super) sections: Vec<Section>,
    pub(super) taxonomies: Vec<Term>,
    pub(super) overviews: Vec<(Overview, Language, String)>,
    pub(super) term_index: FxHashMap<(Language, usize), taxonomies::TermIndex>,
    pub(super) addresses: Addresses,
    pub(super) pictures: Arc<Pictures>,
    /// All that the answers to questions of texts depend on, as one number.
    pub(super) answers: u64,
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<Problem>,
}

impl Graph {
    /// The graph as it is at `now`, in local time.
    #[must_use]
    pub fn new(sources: &Sources, now: DateTime, publish: Publish, pictures: &Arc<Pictures>) -> Self {
        let mut problems: Vec<Problem> = sources.problems().cloned().collect();
        let (sections, addresses) = address::settle(sources, now, publish, &mut problems);
        let mut graph = Self {
            settings: sources.settings.clone(),
            now,
            publish,
            until: now,
            nodes: Vec::new(),
            places: Vec::new(),
            sections,
            taxonomies: Vec::new(),
            overviews: Vec::new(),
            term_index: FxHashMap::default(),
            addresses,
            pictures: Arc::clone(pictures),
            answers: 0,
            problems,
            notes: Vec::new(),
        };
        address::place(&mut graph, sources);
        graph.places = graph.order();
        relations::connect(&mut graph);
        sections::fill(&mut graph);
        taxonomies::collect(&mut graph);
        facets::fill(&mut graph);
        months::fill(&mut graph);
        overviews::fill(&mut graph);
        links::report_lost_files(&mut graph);
        graph.answers = links::fingerprint(&graph, sources);
        graph.until = graph.next_change(sources);
        graph
    }

    /// Whether it is the same at `now`, as long as nobody changes anything.
    #[must_use]
    pub fn holds(&self, now: DateTime, publish: Publish) -> bool {
        self.publish == publish && (self.now..self.until).contains(&now)
    }

    /// The first moment at which it is another, though nobody changes anything: something is published, or expires, or is over.
    #[must_use]
    pub fn holds_until(&self) -> Option<Timestamp> {
        self.settings.time_zone.to_timestamp(self.until).ok()
    }

    fn next_change(&self, sources: &Sources) -> DateTime {
        let published = sources.pages.values().filter_map(|page| page.next_change(self.now));
        let told = self.nodes.iter().flat_map(|node| {
            let again = self.next_start(&node.page).map(Moment::after);
            again.into_iter().chain(node.page.front.kind.next_change(self.now))
        });
        // What is of today is of another day tomorrow.
        let midnight = self.now.date().tomorrow().map_or(DateTime::MAX, |day| day.to_datetime(Time::midnight()));
        published.chain(told).min().map_or(midnight, |next| next.min(midnight))
    }

    /// All pages that are published, in the order of their files.
    pub fn pages(&self) -> impl Iterator<Item = PageId> + use<> {
        (0..self.nodes.len()).map(PageId::of)
    }

    /// A page with its place.
    #[must_use]
    pub fn node(&self, id: PageId) -> &Node {
        &self.nodes[id.index()]
    }

    /// A page as it was written.
    #[must_use]
    pub fn page(&self, id: PageId) -> &Page {
        &self.nodes[id.index()].page
    }

    /// All sections, those above before those below.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// A section.
    #[must_use]
    pub fn section(&self, id: SectionId) -> &Section {
        &self.sections[id.index()]
    }

    /// The language in which somebody reads who asks for a path of the site.
    #[must_use]
    pub fn language_at(&self, path: &str) -> Language {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        self.settings.languages().find(|language| language.tag() == first).unwrap_or(self.settings.language)
    }

    /// The section of the home page in a language.
    #[must_use]
    pub fn home(&self, language: Language) -> Option<&Section> {
        self.sections.iter().find(|section| section.parent.is_none() && section.language == language)
    }

    /// All terms, by language, taxonomy and name.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.taxonomies
    }

    /// A term.
    #[must_use]
    pub fn term(&self, id: TermId) -> &Term {
        &self.taxonomies[id.index()]
    }

    /// Files that are published as they are: by their path on the site, their path on the disk.
    #[must_use]
    pub fn assets(&self) -> &FxHashMap<String, PathBuf> {
        &self.addresses.files
    }

    /// The page of a file of `content/`.
    #[must_use]
    pub fn page_of_file(&self, file: &str) -> Option<PageId> {
        self.addresses.by_file.get(&*links::composed(file)).copied().flatten()
    }

    /// The page at an address.
    #[must_use]
    pub fn page_at(&self, address: &str) -> Option<PageId> {
        self.addresses.by_address.get(address).copied()
    }

    /// The sections above a page, from home down; without the section that a section's page is of.
    #[must_use]
    pub fn ancestors(&self, id: PageId) -> Vec<&Section> {
        let node = self.node(id);
        let section = self.section(node.section);
        self.way_to(if section.page == Some(id) { section.parent } else { Some(node.section) })
    }

    /// A section with those above it, from home down.
    #[must_use]
    pub fn way_to(&self, section: Option<SectionId>) -> Vec<&Section> {
        let above = |id: &SectionId| self.section(*id).parent;
        let mut way: Vec<&Section> = std::iter::successors(section, above).map(|id| self.section(id)).collect();
        way.reverse();
        way
    }

    /// Whether a page stands in lists of what is current.
    #[must_use]
    pub fn is_current(&self, id: PageId) -> bool {
        self.node(id).visibility != Visibility::Expired
    }

    /// The day by which a page is ordered and filed: its own, or the one on which it was published.
    #[must_use]
    pub fn day(&self, id: PageId) -> Option<Date> {
        let front = &self.page(id).front;
        front.kind.moment().or(front.published).map(Moment::date)
    }

    /// Whether an event, or something with a deadline, is not over.
    #[must_use]
    pub fn is_coming(&self, id: PageId) -> bool {
        let page = self.page(id);
        page.front.kind.until().is_some_and(|until| until.end() >= self.now) || self.next_start(page).is_some()
    }

    /// When an event that repeats takes place next.
    #[must_use]
    pub fn next_start(&self, page: &Page) -> Option<Moment> {
        let Kind::Event(event) = &page.front.kind else { return None };
        event.recurrence.as_ref()?;
        calendar::next(self, event)
    }

    /// What orders pages by date; smaller comes first: what is coming, the next first; then the newest.
    fn rank(&self, id: PageId) -> (bool, DateTime, Reverse<DateTime>) {
        let front = &self.page(id).front;
        let next = self.next_start(self.page(id));
        let moment = next.or_else(|| front.kind.moment()).or(front.published).map_or(DateTime::MIN, Moment::start);
        if self.is_coming(id) {
            (false, moment, Reverse(DateTime::MIN))
        } else {
            (true, DateTime::MIN, Reverse(moment))
        }
    }

    fn order(&self) -> Vec<u32> {
        let mut ordered: Vec<PageId> = self.pages().collect();
        ordered.par_sort_by_cached_key(|id| (self.rank(*id), *id));
        let mut places = vec![0; ordered.len()];
        for (place, id) in (0..).zip(ordered) {
            places[id.index()] = place;
        }
        places
    }

    /// Where a page stands among all, by date.
    pub(super) fn place(&self, id: PageId) -> u32 {
        self.places[id.index()]
    }

    /// The newest pages of a type in a language, as lists order them.
    #[must_use]
    pub fn newest(&self, type_: Type, language: Language, most: usize) -> Vec<PageId> {
        let mut pages: Vec<PageId> = self
            .pages()
            .filter(|id| {
                let page = self.page(*id);
                page.front.kind.type_() == type_ && page.file.language == language && self.is_current(*id)
            })
            .collect();
        pages.sort_unstable_by_key(|id| self.place(*id));
        pages.truncate(most);
        pages
    }

    /// Where pages were before, with the page that is meant.
    #[must_use]
    pub fn aliases(&self) -> &[(String, PageId)] {
        &self.addresses.aliases
    }

    /// The decisions of a sitting of the council: what it adopted on that day, in the order of their numbers.
    #[must_use]
    pub fn decisions(&self, sitting: PageId) -> Vec<PageId> {
        let page = self.page(sitting);
        let Kind::Sitting(told) = &page.front.kind else { return Vec::new() };
        if told.body != SittingBody::Council {
            return Vec::new();
        }
        let is_decision = |id: &PageId| {
            let other = self.page(*id);
            matches!(&other.front.kind, Kind::Act(act)
                if act.form == ActForm::CouncilDecision && act.adopted == Some(told.start.date()))
                && other.file.language == page.file.language
        };
        let mut decisions: Vec<PageId> = self.pages().filter(is_decision).collect();
        decisions.sort_by_cached_key(|id| self.act_number(*id));
        decisions
    }

    /// The act that an item of an agenda names, if it is public.
    #[must_use]
    pub fn named_act(&self, sitting: PageId, reference: &content::Reference) -> Option<PageId> {
        relations::named_act(self, sitting, reference)
    }

    /// What orders acts by their numbers: `T1-9` before `T1-10`.
    #[must_use]
    pub fn act_number(&self, id: PageId) -> (String, u32) {
        match &self.page(id).front.kind {
            Kind::Act(act) => act.number.as_deref().map(content::number_of_act).unwrap_or_default(),
            _ => Default::default(),
        }
    }

    /// The picture that the front matter of a page names.
    #[must_use]
    pub fn picture(&self, id: PageId, file: &str) -> Option<Picture> {
        match self.answer(id, &Question::Picture(file.to_owned())) {
            Answer::Picture(picture) => Some(picture),
            _ => None,
        }
    }

    /// The document that the front matter of a page names.
    #[must_use]
    pub fn document(&self, id: PageId, file: &str) -> Option<DocumentFacts> {
        match self.answer(id, &Question::Document(file.to_owned())) {
            Answer::Document(facts) => Some(facts),
            _ => None,
        }
    }

    pub(super) fn report(&mut self, id: PageId, span: &std::ops::Range<usize>, message: Message) {
        let problem = self.page(id).problem(span, message);
        self.problems.push(problem);
    }

    /// What the site answers to a question of a page's text.
    pub(super) fn answer(&self, id: PageId, question: &Question) -> Answer {
        links::answer(self, id, question)
    }
}
