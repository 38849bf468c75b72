//! Search without a server: static files, of which `search.js` fetches the few that a query needs.
//!
//! Data flows in this order: [`language`] says how a word becomes a term, [`terms`] turns one page into a bag of terms (in
//! parallel, and kept while the page does not change), [`index`](mod@index) merges the bags of all pages into files.

pub mod index;
pub mod language;
pub mod terms;

use messages::Language;

use crate::content::Type;
use crate::site::{PageId, Site};

/// Where the files of the search of a language are, on the site.
#[must_use]
pub fn folder(site: &Site, language: Language) -> String {
    let root = site.settings.root(language);
    format!("{}{}/index/", root.trim_start_matches('/'), crate::outputs::search_folder(language))
}

/// The files of the search in every language, by path on the site.
#[must_use]
pub fn files(site: &Site) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    if !site.settings.search {
        return files;
    }
    for language in site.settings.languages().filter(|language| site.home(*language).is_some()) {
        let folder = folder(site, language);
        let pages = pages(site, language);
        let kinds: Vec<String> =
            pages.iter().map(|id| site.page(*id).front.kind.type_()).map(|type_| language.text(&type_.key())).collect();
        let entries: Vec<(index::Entry<'_>, &terms::Terms)> = pages
            .iter()
            .zip(&kinds)
            .filter_map(|(id, kind)| {
                let node = site.node(*id);
                let text = site.text(*id);
                let entry = index::Entry {
                    url: &node.address,
                    title: &node.page.front.title,
                    summary: node.page.front.summary.as_deref().unwrap_or(&text.beginning),
                    kind,
                    year: site.day(*id).map(jiff::civil::Date::year),
                    unit: unit(site, *id),
                };
                Some((entry, text.terms.as_ref()?))
            })
            .collect();
        files.extend(index::index(&entries).into_iter().map(|(name, octets)| (format!("{folder}{name}"), octets)));
    }
    files
}

/// The pages that can be found, the newest first.
fn pages(site: &Site, language: Language) -> Vec<PageId> {
    let mut pages: Vec<PageId> = site
        .pages()
        .filter(|id| {
            let page = site.page(*id);
            page.file.language == language && page.front.kind.type_() != Type::Notice && site.is_current(*id)
        })
        .collect();
    pages.sort_by_key(|id| (std::cmp::Reverse(site.day(*id)), *id));
    pages
}

/// The unit that a page is of.
fn unit(site: &Site, id: PageId) -> Option<&str> {
    let (_, unit) = site.node(id).relations.iter().find(|(key, _)| *key == "unit")?;
    Some(&site.page(*unit).front.title)
}
