//! Lists of a section that are narrowed to one kind of page, each at an address of its own: without JavaScript, and to be linked to.
//!
//! A section has them when its list is long and they tell its pages apart. Which, is said by what the section lists: acts by their
//! form, news by their category, events by whether they are over, and everything else by what it is about.

use std::cmp::Reverse;

use messages::Language;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::sections::collation_key;
use super::taken::Taken;
use super::{Graph, PageId, Section, SectionId};
use crate::content::{Kind, Type};
use crate::markdown::slug;

/// How many pages a section lists before it is worth narrowing.
const MANY: usize = 12;

/// How many values a facet has, at most: more are no choice but another list. The values with the most pages stay.
const MOST: usize = 24;

/// By what pages of a section are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FacetKey {
    /// Who adopted an act, and as what.
    Form,
    /// The category of news.
    Category,
    /// Whether an event is coming or over.
    Time,
    /// The terms of the first taxonomy of `site.toml`.
    Topic,
}

/// One way to narrow a section's list.
#[derive(Debug)]
pub struct Facet {
    /// By what.
    pub key: FacetKey,
    /// What can be chosen: at least two.
    pub values: Vec<FacetValue>,
}

/// What can be chosen of a facet.
#[derive(Debug)]
pub struct FacetValue {
    /// As people read it.
    pub name: String,
    /// Where its list is.
    pub address: String,
    /// Its pages, in the order of the section.
    pub pages: Vec<PageId>,
}

impl FacetKey {
    /// All, in the order in which people see them.
    const ALL: [Self; 4] = [Self::Form, Self::Category, Self::Time, Self::Topic];

    /// The key of its words in the catalogue.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Form => "site-facet-form",
            Self::Category => "site-facet-category",
            Self::Time => "site-facet-time",
            Self::Topic => "site-facet-topic",
        }
    }

    /// Its part of an address. Whether an event is over says enough by itself.
    #[must_use]
    pub const fn folder(self, language: Language) -> Option<&'static str> {
        match (self, language) {
            (Self::Time, _) => None,
            (Self::Form, Language::Lithuanian) => Some("rusis"),
            (Self::Form, Language::English) => Some("form"),
            (Self::Category, Language::Lithuanian) => Some("kategorija"),
            (Self::Category, Language::English) => Some("category"),
            (Self::Topic, Language::Lithuanian) => Some("tema"),
            (Self::Topic, Language::English) => Some("topic"),
        }
    }
}

/// Finds the facets of all sections.
pub(super) fn fill(graph: &mut Graph) {
    let taken = Taken::of(graph);
    let found: Vec<Vec<Facet>> =
        graph.sections().par_iter().map(|section| of_section(graph, section, &taken)).collect();
    for (section, facets) in graph.sections.iter_mut().zip(found) {
        section.facets = facets;
    }
}

fn of_section(graph: &Graph, section: &Section, taken: &Taken<'_>) -> Vec<Facet> {
    if section.parent.is_none() || section.is_year() || section.listed.len() <= MANY {
        return Vec::new();
    }
    let facets = FacetKey::ALL.into_iter().filter_map(|key| facet(graph, section, key, taken));
    // What is special to a type of pages tells them apart better than what all may have.
    let (special, general): (Vec<Facet>, Vec<Facet>) = facets.partition(|facet| facet.key != FacetKey::Topic);
    if special.is_empty() { general } else { special }
}

fn facet(graph: &Graph, section: &Section, key: FacetKey, taken: &Taken<'_>) -> Option<Facet> {
    let root = match key.folder(section.language) {
        Some(folder) => format!("{}{folder}/", section.address),
        None => section.address.clone(),
    };
    let mut values: Vec<FacetValue> = Vec::new();
    // Words that differ only in capitals or diacritics are one.
    let mut by_slug: FxHashMap<String, usize> = FxHashMap::default();
    for id in &section.listed {
        for name in names(graph, section.language, *id, key) {
            let slug = slug(&name);
            if slug.is_empty() {
                continue;
            }
            let index = *by_slug.entry(slug).or_insert_with_key(|slug| {
                values.push(FacetValue { name, address: format!("{root}{slug}/"), pages: Vec::new() });
                values.len() - 1
            });
            let pages = &mut values[index].pages;
            if pages.last() != Some(id) {
                pages.push(*id);
            }
        }
    }
    // What all have tells nothing apart.
    values.retain(|value| value.pages.len() < section.listed.len());
    values.sort_by_cached_key(|value| (Reverse(value.pages.len()), collation_key(&value.name)));
    values.truncate(MOST);
    match key {
        FacetKey::Time => values.sort_by_key(|value| value.pages.first().is_none_or(|id| !graph.is_coming(*id))),
        _ => values.sort_by_cached_key(|value| collation_key(&value.name)),
    }
    let is_taken = match key.folder(section.language) {
        Some(_) => taken.has(&root),
        None => values.iter().any(|value| taken.has(&value.address)),
    };
    (values.len() > 1 && !is_taken).then_some(Facet { key, values })
}

/// What a page has of a facet.
fn names(graph: &Graph, language: Language, id: PageId, key: FacetKey) -> Vec<String> {
    let page = graph.page(id);
    match (key, &page.front.kind) {
        (FacetKey::Form, Kind::Act(act)) => vec![language.text(&act.form.key())],
        (FacetKey::Category, Kind::News(news)) => news.category.iter().cloned().collect(),
        (FacetKey::Time, kind) if kind.type_() == Type::Event => {
            vec![language.text(if graph.is_coming(id) { "site-facet-coming" } else { "site-facet-past" })]
        }
        (FacetKey::Topic, _) => {
            let terms = graph.terms_of_page(page).filter(|term| term.taxonomy == 0);
            terms.map(|term| term.name.clone()).collect()
        }
        _ => Vec::new(),
    }
}

impl Graph {
    /// A facet of a section.
    #[must_use]
    pub fn facet(&self, section: SectionId, key: FacetKey) -> Option<&Facet> {
        self.section(section).facets.iter().find(|facet| facet.key == key)
    }
}
