//! Pages grouped by what they are about.

use std::collections::BTreeMap;

use messages::Language;

use super::sections::collation_key;
use super::{PageId, Site};
use crate::content::Page;
use crate::markdown::slug;

/// A term of a [`Site`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermId(u32);

impl TermId {
    /// The term at `index` of [`Site::terms`].
    #[must_use]
    pub fn of(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One word by which pages are grouped, in one language.
#[derive(Debug)]
pub struct Term {
    /// The language of its pages.
    pub language: Language,
    /// Which of the taxonomies of `site.toml`, counted from 0.
    pub taxonomy: usize,
    /// The word, as the first of its pages has it.
    pub name: String,
    /// Where its list is.
    pub address: String,
    /// Its pages, the newest first.
    pub pages: Vec<PageId>,
}

/// Where the terms of a taxonomy are listed.
#[must_use]
pub fn taxonomy_address(site: &Site, language: Language, taxonomy: usize) -> String {
    let name = slug(&site.settings.taxonomies[taxonomy].name);
    format!("{}{name}/", site.settings.root(language))
}

/// Gathers the terms of all pages.
pub(super) fn collect(site: &mut Site) {
    let mut found: BTreeMap<(&'static str, usize, String), Term> = BTreeMap::new();
    for id in site.pages().filter(|id| site.is_current(*id)) {
        let page = site.page(id);
        let language = page.file.language;
        for (taxonomy, settings) in site.settings.taxonomies.iter().enumerate() {
            for name in page.front.terms.get(&settings.name).into_iter().flatten() {
                let key = (language.tag(), taxonomy, slug(name));
                let term = found.entry(key).or_insert_with(|| Term {
                    language,
                    taxonomy,
                    name: name.clone(),
                    address: format!("{}{}/", taxonomy_address(site, language, taxonomy), slug(name)),
                    pages: Vec::new(),
                });
                if term.pages.last() != Some(&id) {
                    term.pages.push(id);
                }
            }
        }
    }
    let mut terms: Vec<Term> = found.into_values().collect();
    let order = |id: &PageId| (site.rank(*id), *id);
    for term in &mut terms {
        term.pages.sort_by_cached_key(order);
    }
    terms.sort_by_cached_key(|term| (term.language.tag(), term.taxonomy, collation_key(&term.name)));
    let key = |term: &Term| (term.language, term.taxonomy, slug(&term.name));
    site.term_index = terms.iter().enumerate().map(|(index, term)| (key(term), TermId::of(index))).collect();
    site.taxonomies = terms;
}

impl Site {
    /// The terms of a page.
    pub fn terms_of_page<'s>(&'s self, page: &'s Page) -> impl Iterator<Item = &'s Term> {
        let language = page.file.language;
        page.front.terms.iter().flat_map(move |(taxonomy, names)| {
            names.iter().filter_map(move |name| {
                let taxonomy = self.settings.taxonomies.iter().position(|found| found.name == *taxonomy)?;
                self.term_named(language, taxonomy, &slug(name))
            })
        })
    }

    fn term_named(&self, language: Language, taxonomy: usize, slug: &str) -> Option<&Term> {
        self.term_index.get(&(language, taxonomy, slug.to_owned())).map(|id| self.term(*id))
    }

    /// The terms of a taxonomy in a language, by name.
    pub fn terms_of(&self, language: Language, taxonomy: usize) -> impl Iterator<Item = TermId> + '_ {
        let is_one = move |term: &Term| term.language == language && term.taxonomy == taxonomy;
        self.taxonomies.iter().enumerate().filter(move |(_, term)| is_one(term)).map(|(index, _)| TermId::of(index))
    }
}
