//! Which pages there are at a given time, and how they hang together. Pure: no files, no HTML.
//!
//! A [`Site`] is made anew from all pages whenever one of them changes, which takes milliseconds; only the texts of pages, which
//! are dear, are kept from one to the next ([`Texts`]). So an incremental build cannot differ from a clean one.

mod address;
mod editions;
mod facets;
mod links;
mod months;
mod overviews;
mod relations;
mod sections;
mod taken;
mod taxonomies;
#[cfg(test)]
mod tests;
mod texts;
mod validity;

use std::cmp::Reverse;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use messages::{Language, Message};
use rustc_hash::FxHashMap;
use strict_toml::Problem;

use crate::content::{self, ActForm, Kind, Moment, Page, Settings, SittingBody, Sources, Type, Visibility};
use crate::markdown::{Answer, DocumentFacts, Picture, Question, Text};

use crate::pictures::Pictures;
use address::Addresses;
pub use editions::{Edition, EditionText};
pub use facets::{Facet, FacetKey, FacetValue};
pub(crate) use links::format_of;
pub use months::{Month, Occasion};
pub use overviews::{Group, Office, Overview};
pub use sections::Section;
pub use taxonomies::{Term, taxonomy_address};
pub use texts::Texts;
pub use validity::Validity;

/// Numbers by which a [`Site`] knows what it holds: each is the place in one of its lists.
macro_rules! identifiers {
    ($( $(#[doc = $doc:literal])* $name:ident ),* $(,)?) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            /// The one at `index` of its list.
            #[must_use]
            pub fn of(index: usize) -> Self {
                // More than fit into 32 bits do not fit into memory.
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }

            /// Its place in the list.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

identifiers! {
    /// A page of a [`Site`], see [`Site::pages`].
    PageId,
    /// A section of a [`Site`], see [`Site::sections`].
    SectionId,
    /// A term of a [`Site`], see [`Site::terms`].
    TermId,
}

/// Which pages are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publish {
    /// Drafts, and pages of later times.
    Finished,
    /// None: an editor looks at what will be.
    Everything,
}

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
    /// Pages whose text links to it.
    pub backlinks: Vec<PageId>,
    /// The pages before and after it in its section.
    pub neighbours: [Option<PageId>; 2],
}

/// All that is published, and how it hangs together.
#[derive(Debug)]
pub struct Site {
    /// What holds for all pages.
    pub settings: Settings,
    /// Local time for which the site is made.
    pub now: DateTime,
    /// Which pages are left out.
    pub publish: Publish,
    nodes: Vec<Node>,
    /// Where each page stands among all, by date: every list is in this order, so that it is found once.
    places: Vec<u32>,
    texts: Vec<Arc<texts::Settled>>,
    sections: Vec<Section>,
    taxonomies: Vec<Term>,
    overviews: Vec<(Overview, Language, String)>,
    term_index: FxHashMap<(Language, usize), taxonomies::TermIndex>,
    addresses: Addresses,
    pictures: Arc<Pictures>,
    problems: Vec<Problem>,
    notes: Vec<Problem>,
    unapproved: Vec<PageId>,
}

impl Site {
    /// The site as it is at `now`, in local time. `texts` are those of the site before, of which what still holds is used again.
    #[must_use]
    pub fn new(
        sources: &Sources,
        now: DateTime,
        publish: Publish,
        texts: &mut Texts,
        pictures: &Arc<Pictures>,
    ) -> Self {
        let mut problems: Vec<Problem> = sources.problems().cloned().collect();
        let (sections, addresses) = address::settle(sources, now, publish, &mut problems);
        let mut site = Self {
            settings: sources.settings.clone(),
            now,
            publish,
            nodes: Vec::new(),
            places: Vec::new(),
            texts: Vec::new(),
            sections,
            taxonomies: Vec::new(),
            overviews: Vec::new(),
            term_index: FxHashMap::default(),
            addresses,
            pictures: Arc::clone(pictures),
            problems,
            notes: Vec::new(),
            unapproved: Vec::new(),
        };
        address::place(&mut site, sources);
        site.places = site.order();
        relations::connect(&mut site);
        sections::fill(&mut site);
        taxonomies::collect(&mut site);
        facets::fill(&mut site);
        months::fill(&mut site);
        overviews::fill(&mut site);
        texts::settle(&mut site, sources, texts);
        links::settle(&mut site);
        site.problems.sort_by_cached_key(Problem::order);
        site
    }

    /// What editors have to mend, in the order of files and lines.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What is wrong and does not keep the site from being built, because it comes from another generator.
    #[must_use]
    pub fn notes(&self) -> &[Problem] {
        &self.notes
    }

    /// Says which pages the language editor has not seen yet; they tell their readers.
    pub fn set_unapproved(&mut self, pages: Vec<PageId>) {
        self.unapproved = pages;
    }

    /// Whether a page is public before the language editor has seen it.
    #[must_use]
    pub fn is_unapproved(&self, id: PageId) -> bool {
        self.unapproved.contains(&id)
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

    /// The text of a page.
    #[must_use]
    pub fn text(&self, id: PageId) -> &Text {
        &self.texts[id.index()].text
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
        front.kind.moment().or(front.published).map(crate::content::Moment::date)
    }

    /// Whether an event, or something with a deadline, is not over.
    #[must_use]
    pub fn is_coming(&self, id: PageId) -> bool {
        match &self.page(id).front.kind {
            Kind::Event(event) => {
                let end = event.end.unwrap_or(event.start).end();
                end >= self.now || crate::emit::calendar::next(self, event).is_some()
            }
            Kind::Vacancy(vacancy) => vacancy.deadline >= self.now.date(),
            Kind::Procurement(procurement) => procurement.deadline.end() >= self.now,
            Kind::Consultation(consultation) => consultation.deadline >= self.now.date(),
            Kind::Visit(visit) => visit.to.unwrap_or(visit.from) >= self.now.date(),
            Kind::Course(course) => course.dates.iter().any(|date| date.end() >= self.now),
            Kind::Notice(notice) => notice.until.end() >= self.now,
            Kind::Sitting(sitting) => Moment::Day(sitting.start.date()).end() >= self.now,
            _ => false,
        }
    }

    /// When an event that repeats takes place next.
    #[must_use]
    pub fn next_start(&self, page: &Page) -> Option<Moment> {
        let Kind::Event(event) = &page.front.kind else { return None };
        event.recurrence.as_ref()?;
        crate::emit::calendar::next(self, event)
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
        ordered.sort_by_cached_key(|id| (self.rank(*id), *id));
        let mut places = vec![0; ordered.len()];
        for (place, id) in (0..).zip(ordered) {
            places[id.index()] = place;
        }
        places
    }

    /// Where a page stands among all, by date.
    fn place(&self, id: PageId) -> u32 {
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

    /// The next moment after `now` at which the site is another, in local time: something is published, or expires, or is over.
    #[must_use]
    pub fn next_change(sources: &Sources, now: DateTime) -> Option<DateTime> {
        let of_pages = sources.pages.values().filter_map(|page| page.next_change(now));
        // What is coming and what is over changes with each day, at the latest.
        let midnight = now.date().tomorrow().ok().map(|day| day.to_datetime(jiff::civil::Time::midnight()));
        of_pages.chain(midnight).min()
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

    /// The files that the pictures of all pages become: by their path on the site, their path on the disk.
    #[must_use]
    pub fn picture_files(&self) -> std::collections::BTreeMap<String, PathBuf> {
        links::picture_files(self)
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

    /// The last moment for which this site holds.
    #[must_use]
    pub fn holds_until(&self, sources: &Sources) -> Option<jiff::Timestamp> {
        let next = Self::next_change(sources, self.now)?;
        self.settings.time_zone.to_timestamp(next).ok()
    }

    fn report(&mut self, id: PageId, span: &std::ops::Range<usize>, message: Message) {
        let problem = self.page(id).problem(span, message);
        self.problems.push(problem);
    }

    /// What the site answers to a question of a page's text.
    fn answer(&self, id: PageId, question: &Question) -> Answer {
        links::answer(self, id, question)
    }
}
