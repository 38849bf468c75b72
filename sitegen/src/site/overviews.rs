//! Pages that nobody writes because all others are in them: whom to call, and what there is.

use std::collections::BTreeMap;

use messages::Language;
use rustc_hash::{FxHashMap, FxHashSet};

use super::sections::collation_key;
use super::taken::Taken;
use super::{Graph, PageId, SectionId};
use crate::content::Kind;

/// A page that gathers others, one for each language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overview {
    /// Everybody who works here, by units.
    Directory,
    /// All sections with their pages.
    Index,
}

/// Whom one heading of the directory stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Office {
    /// Those who belong to no unit and stand in this section, such as the mayor.
    Section(SectionId),
    /// A unit.
    Unit(PageId),
}

/// People of the directory under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The heading.
    pub office: Office,
    /// Who leads it, then the others by name; nobody when the unit has only a telephone or an e-mail address.
    pub people: Vec<PageId>,
}

impl Overview {
    /// All.
    pub const ALL: [Self; 2] = [Self::Directory, Self::Index];

    const fn folder(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Directory, Language::Lithuanian) => "kontaktu-katalogas",
            (Self::Directory, Language::English) => "directory",
            (Self::Index, Language::Lithuanian) => "svetaines-medis",
            (Self::Index, Language::English) => "site-map",
        }
    }
}

/// Finds which overviews there are, and where. One whose address somebody chose for a page is not made.
pub(super) fn fill(graph: &mut Graph) {
    let taken = Taken::of(graph);
    let mut found: Vec<(Overview, Language, String)> = Vec::new();
    for language in graph.settings.languages().filter(|language| graph.home(*language).is_some()) {
        for overview in Overview::ALL {
            let is_needed = overview == Overview::Index || people(graph, language).next().is_some();
            let address = format!("{}{}/", graph.settings.root(language), overview.folder(language));
            if is_needed && !taken.has(&address) {
                found.push((overview, language, address));
            }
        }
    }
    graph.overviews = found;
}

/// Everybody who works here and has a page in a language.
fn people(graph: &Graph, language: Language) -> impl Iterator<Item = PageId> + '_ {
    graph.pages().filter(move |id| {
        let page = graph.page(*id);
        page.file.language == language
            && matches!(page.front.kind, Kind::Person(_))
            && page.front.easy_to_read_of.is_none()
            && graph.is_current(*id)
    })
}

fn related(relations: &[(&'static str, PageId)], key: &str) -> Option<PageId> {
    relations.iter().find(|(of, _)| *of == key).map(|(_, id)| *id)
}

/// Where somebody works: the unit that they say, or else lead.
fn office(graph: &Graph, person: PageId) -> Office {
    let node = graph.node(person);
    let unit = related(&node.relations, "unit").or_else(|| related(&node.named_by, "head"));
    unit.map_or(Office::Section(node.section), Office::Unit)
}

/// What orders pages and sections as the menus do.
type Rank = (i64, (String, String));

fn rank(graph: &Graph, id: PageId) -> Rank {
    let front = &graph.page(id).front;
    (front.menu.unwrap_or(i64::MAX), collation_key(&front.title))
}

/// What orders sections: those above first.
fn section_rank(graph: &Graph, id: SectionId) -> Vec<Rank> {
    let way = graph.way_to(Some(id)).into_iter();
    let of_section = |section: &super::Section| match section.page {
        Some(page) => rank(graph, page),
        None => (i64::MAX, collation_key(section.title(graph))),
    };
    way.map(of_section).collect()
}

impl Graph {
    /// Where an overview in a language is, if there is one.
    #[must_use]
    pub fn overview(&self, overview: Overview, language: Language) -> Option<&str> {
        let is_it = |(of, in_language, _): &&(Overview, Language, String)| *of == overview && *in_language == language;
        self.overviews.iter().find(is_it).map(|(_, _, address)| address.as_str())
    }

    /// All overviews, with their languages and addresses.
    #[must_use]
    pub fn overviews(&self) -> &[(Overview, Language, String)] {
        &self.overviews
    }

    /// Everybody who works here, under headings: first those of no unit, then the units, each followed by those that are part of
    /// it.
    #[must_use]
    pub fn directory(&self, language: Language) -> Vec<Group> {
        let mut by_office: BTreeMap<Office, Vec<PageId>> = BTreeMap::new();
        for person in people(self, language) {
            by_office.entry(office(self, person)).or_default().push(person);
        }
        for unit in self.reachable_units(language) {
            by_office.entry(Office::Unit(unit)).or_default();
        }
        let mut sections: Vec<SectionId> = Vec::new();
        let mut units: Vec<PageId> = Vec::new();
        for office in by_office.keys() {
            match office {
                Office::Section(id) => sections.push(*id),
                Office::Unit(id) => units.push(*id),
            }
        }
        sections.sort_by_cached_key(|id| section_rank(self, *id));
        let offices = sections.into_iter().map(Office::Section);
        let offices = offices.chain(self.as_tree(units).into_iter().map(Office::Unit));
        let group = |office: Office| {
            let mut people = by_office.remove(&office).unwrap_or_default();
            let head = match office {
                Office::Unit(unit) => related(&self.node(unit).relations, "head"),
                Office::Section(_) => None,
            };
            match office {
                Office::Unit(_) => {
                    people.sort_by_cached_key(|id| (Some(*id) != head, collation_key(&self.page(*id).front.title)));
                }
                Office::Section(_) => people.sort_by_cached_key(|id| rank(self, *id)),
            }
            Group { office, people }
        };
        offices.map(group).collect()
    }

    /// Units that can be called or written to.
    fn reachable_units(&self, language: Language) -> impl Iterator<Item = PageId> + '_ {
        self.pages().filter(move |id| {
            let page = self.page(*id);
            let is_reachable =
                matches!(&page.front.kind, Kind::Unit(unit) if unit.phone.is_some() || unit.email.is_some());
            is_reachable
                && page.file.language == language
                && page.front.easy_to_read_of.is_none()
                && self.is_current(*id)
        })
    }

    /// Units in order, each followed by those that are part of it.
    fn as_tree(&self, mut units: Vec<PageId>) -> Vec<PageId> {
        units.sort_by_cached_key(|id| (section_rank(self, self.node(*id).section), rank(self, *id)));
        let known: FxHashSet<PageId> = units.iter().copied().collect();
        let mut below: FxHashMap<Option<PageId>, Vec<PageId>> = FxHashMap::default();
        // The last of a stack comes first.
        for unit in units.iter().rev() {
            let parent = related(&self.node(*unit).relations, "parent").filter(|parent| known.contains(parent));
            below.entry(parent).or_default().push(*unit);
        }
        let mut ordered: Vec<PageId> = Vec::with_capacity(units.len());
        let mut seen: FxHashSet<PageId> = FxHashSet::default();
        let mut waiting = below.remove(&None).unwrap_or_default();
        while let Some(unit) = waiting.pop() {
            if seen.insert(unit) {
                ordered.push(unit);
                waiting.extend(below.remove(&Some(unit)).into_iter().flatten());
            }
        }
        // Units that are part of each other are reported as a mistake; nobody is lost meanwhile.
        ordered.extend(units.iter().copied().filter(|id| !seen.contains(id)));
        ordered
    }
}
