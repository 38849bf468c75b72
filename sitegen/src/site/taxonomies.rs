//! Pages grouped by what they are about.

use messages::Language;
use rustc_hash::FxHashMap;

use super::sections::collation_key;
use super::{Graph, PageId, TermId};
use crate::content::Page;
use crate::markdown::slug;

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
pub fn taxonomy_address(graph: &Graph, language: Language, taxonomy: usize) -> String {
    let name = slug(&graph.settings.taxonomies[taxonomy].name);
    format!("{}{name}/", graph.settings.root(language))
}

/// Terms by the words that pages have for them, of one taxonomy in one language.
pub(super) type TermIndex = FxHashMap<String, TermId>;

/// Gathers the terms of all pages.
pub(super) fn collect(graph: &mut Graph) {
    let mut terms: Vec<Term> = Vec::new();
    // Words that differ only in capitals or diacritics are one term. Most pages have words that others had before.
    let mut by_slug: FxHashMap<(Language, usize, String), usize> = FxHashMap::default();
    let mut by_name: FxHashMap<(Language, usize), FxHashMap<&str, usize>> = FxHashMap::default();
    for id in graph.pages().filter(|id| graph.is_current(*id)) {
        let page = graph.page(id);
        let language = page.file.language;
        for (taxonomy, settings) in graph.settings.taxonomies.iter().enumerate() {
            let names = by_name.entry((language, taxonomy)).or_default();
            for name in page.front.terms.get(&settings.name).into_iter().flatten() {
                let index = *names.entry(name).or_insert_with(|| {
                    *by_slug.entry((language, taxonomy, slug(name))).or_insert_with(|| {
                        let address = format!("{}{}/", taxonomy_address(graph, language, taxonomy), slug(name));
                        terms.push(Term { language, taxonomy, name: name.clone(), address, pages: Vec::new() });
                        terms.len() - 1
                    })
                });
                let pages = &mut terms[index].pages;
                if pages.last() != Some(&id) {
                    pages.push(id);
                }
            }
        }
    }
    let mut order: Vec<usize> = (0..terms.len()).collect();
    order.sort_by_cached_key(|index| {
        let term = &terms[*index];
        (term.language.tag(), term.taxonomy, collation_key(&term.name))
    });
    let mut places = vec![TermId::of(0); terms.len()];
    for (place, index) in order.iter().enumerate() {
        places[*index] = TermId::of(place);
    }
    let named = |names: FxHashMap<&str, usize>| -> TermIndex {
        names.into_iter().map(|(name, index)| (name.to_owned(), places[index])).collect()
    };
    let term_index = by_name.into_iter().map(|(key, names)| (key, named(names))).collect();
    for term in &mut terms {
        term.pages.sort_unstable_by_key(|id| graph.place(*id));
    }
    let mut ordered: Vec<Option<Term>> = terms.into_iter().map(Some).collect();
    graph.taxonomies = order.into_iter().filter_map(|index| ordered[index].take()).collect();
    graph.term_index = term_index;
}

impl Graph {
    /// The terms of a page.
    pub fn terms_of_page<'s>(&'s self, page: &'s Page) -> impl Iterator<Item = &'s Term> {
        let language = page.file.language;
        page.front.terms.iter().flat_map(move |(taxonomy, names)| {
            names.iter().filter_map(move |name| {
                let taxonomy = self.settings.taxonomies.iter().position(|found| found.name == *taxonomy)?;
                self.term_named(language, taxonomy, name)
            })
        })
    }

    /// The term of a taxonomy that pages in a language call `name`.
    #[must_use]
    pub fn term_named(&self, language: Language, taxonomy: usize, name: &str) -> Option<&Term> {
        self.term_index.get(&(language, taxonomy))?.get(name).map(|id| self.term(*id))
    }

    /// The terms of a taxonomy in a language, by name.
    pub fn terms_of(&self, language: Language, taxonomy: usize) -> impl Iterator<Item = TermId> + '_ {
        let is_one = move |term: &Term| term.language == language && term.taxonomy == taxonomy;
        self.taxonomies.iter().enumerate().filter(move |(_, term)| is_one(term)).map(|(index, _)| TermId::of(index))
    }
}
