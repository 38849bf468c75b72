//! Which addresses search engines are told of.

use crate::formats::sitemap::{SitemapPage, sitemap};
use crate::site::{Graph, Section, Site};

/// An address with when its page last changed and where it is in other languages.
#[derive(Debug)]
struct Entry {
    url: String,
    modified: Option<jiff::Timestamp>,
    alternates: Vec<(&'static str, String)>,
}

/// How many addresses search engines are told of.
#[must_use]
pub fn count(graph: &Graph) -> usize {
    let without_page = graph.sections().iter().filter(|section| section.page.is_none()).count();
    graph.pages().count() + without_page + graph.terms().len() + graph.overviews().len()
}

/// All addresses that are worth finding: pages and the first pages of lists.
#[must_use]
fn addresses(site: &Site) -> Vec<Entry> {
    let absolute = |address: &str| format!("{}{address}", site.settings.base_url);
    let plain = |address: &str| Entry { url: absolute(address), modified: None, alternates: Vec::new() };
    let mut entries: Vec<Entry> = site
        .sections()
        .iter()
        .filter(|section| section.page.is_none())
        .map(|section| plain(&section.address))
        .collect();
    for id in site.pages() {
        let node = site.node(id);
        let front = &node.page.front;
        let modified = front.updated.or(front.published).map(|moment| super::feed::instant(site, moment));
        let mut alternates: Vec<(&'static str, String)> = node
            .translations
            .iter()
            .map(|id| (site.page(*id).file.language.tag(), absolute(&site.node(*id).address)))
            .collect();
        if !alternates.is_empty() {
            alternates.push((node.page.file.language.tag(), absolute(&node.address)));
            alternates.sort();
        }
        entries.push(Entry { url: absolute(&node.address), modified, alternates });
    }
    entries.extend(site.terms().iter().map(|term| plain(&Section::list_address(&term.address, 1))));
    entries.extend(site.overviews().iter().map(|(_, _, address)| plain(address)));
    entries.sort_by(|one, other| one.url.cmp(&other.url));
    entries
}

/// `sitemap.xml`, or one of the files that it lists when there are too many for one, counted from 1.
#[must_use]
pub fn write(site: &Site, number: Option<usize>) -> String {
    let entries = addresses(site);
    let alternates: Vec<Vec<(&str, &str)>> = entries
        .iter()
        .map(|entry| entry.alternates.iter().map(|(language, url)| (*language, url.as_str())).collect())
        .collect();
    let pages: Vec<SitemapPage<'_>> = entries
        .iter()
        .zip(&alternates)
        .map(|(entry, alternates)| SitemapPage { url: &entry.url, modified: entry.modified, alternates })
        .collect();
    let files = sitemap(&pages, &format!("{}/", site.settings.base_url));
    let name = number.map_or_else(|| "sitemap.xml".to_owned(), |number| format!("sitemap-{number}.xml"));
    files.into_iter().find(|(found, _)| *found == name).map_or_else(String::new, |(_, text)| text)
}
