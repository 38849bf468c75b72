//! The sitemap: which pages there are, for search engines, with when each last changed and where it is in other
//! languages (<https://www.sitemaps.org/protocol.html>, and for languages
//! <https://developers.google.com/search/docs/specialty/international/localized-versions#sitemap>).
//!
//! One file may hold 50,000 addresses and 50 MB. A larger site gets several, and an index in the place of the one.

use jiff::Timestamp;

use super::xml::{push_element, push_empty};

/// A page of the sitemap. All addresses are absolute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SitemapPage<'p> {
    /// Its address.
    pub url: &'p str,
    /// When it last changed in a way that matters.
    pub modified: Option<Timestamp>,
    /// The same page in other languages, as (language, address), itself included; empty when there is only one.
    pub alternates: &'p [(&'p str, &'p str)],
}

/// How much one file may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limits {
    urls: usize,
    bytes: usize,
}

const PROTOCOL: Limits = Limits { urls: 50_000, bytes: 52_428_800 };

const START: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
    <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n";
const END: &str = "</urlset>\n";
const INDEX_START: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
    <sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
const INDEX_END: &str = "</sitemapindex>\n";

/// The sitemap as files, by name. The first is always `sitemap.xml`: the sitemap itself, or the index of the others,
/// which then stand beside it at `base`, an absolute address that ends in `/`.
pub fn sitemap(pages: &[SitemapPage<'_>], base: &str) -> Vec<(String, String)> {
    split(pages, base, PROTOCOL)
}

fn split(pages: &[SitemapPage<'_>], base: &str, limits: Limits) -> Vec<(String, String)> {
    let mut parts = parts(pages, limits);
    if parts.len() == 1 {
        return parts.drain(..).map(|part| ("sitemap.xml".to_owned(), part.text)).collect();
    }
    let mut index = INDEX_START.to_owned();
    let mut files = Vec::new();
    for (number, part) in parts.into_iter().enumerate() {
        let name = format!("sitemap-{}.xml", number + 1);
        index.push_str("<sitemap>\n");
        push_element(&mut index, "loc", &format!("{base}{name}"));
        if let Some(modified) = part.modified {
            push_element(&mut index, "lastmod", &modified.to_string());
        }
        index.push_str("</sitemap>\n");
        files.push((name, part.text));
    }
    index.push_str(INDEX_END);
    files.insert(0, ("sitemap.xml".to_owned(), index));
    files
}

/// One file of addresses.
struct Part {
    text: String,
    urls: usize,
    /// The newest of its pages.
    modified: Option<Timestamp>,
}

impl Part {
    fn new() -> Part {
        Part { text: START.to_owned(), urls: 0, modified: None }
    }
}

/// At least one, for a sitemap without pages is one, too.
fn parts(pages: &[SitemapPage<'_>], limits: Limits) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut part = Part::new();
    let mut entry = String::new();
    for page in pages {
        entry.clear();
        push_page(&mut entry, page);
        let full = part.urls == limits.urls || part.text.len() + entry.len() + END.len() > limits.bytes;
        if full && part.urls > 0 {
            parts.push(std::mem::replace(&mut part, Part::new()));
        }
        part.text.push_str(&entry);
        part.urls += 1;
        part.modified = part.modified.max(page.modified);
    }
    parts.push(part);
    for part in &mut parts {
        part.text.push_str(END);
    }
    parts
}

fn push_page(into: &mut String, page: &SitemapPage<'_>) {
    into.push_str("<url>\n");
    push_element(into, "loc", page.url);
    if let Some(modified) = page.modified {
        push_element(into, "lastmod", &modified.to_string());
    }
    for (language, url) in page.alternates {
        push_empty(into, "xhtml:link", &[("rel", "alternate"), ("hreflang", language), ("href", url)]);
    }
    into.push_str("</url>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: SitemapPage<'_> =
        SitemapPage { url: "https://silupe.example/?a=1&b=2", modified: None, alternates: &[] };

    #[test]
    fn a_small_site_has_one_file() {
        let alternates = [("lt", "https://silupe.example/"), ("en", "https://silupe.example/en/")];
        let modified = Some("2026-11-23T08:00:00Z".parse().unwrap());
        let files =
            sitemap(&[PAGE, SitemapPage { modified, alternates: &alternates, ..PAGE }], "https://silupe.example/");
        let [(name, text)] = files.as_slice() else { panic!("{files:?}") };
        assert_eq!(name, "sitemap.xml");
        assert!(text.contains("<loc>https://silupe.example/?a=1&amp;b=2</loc>\n</url>"), "{text}");
        assert!(
            text.contains("<lastmod>2026-11-23T08:00:00Z</lastmod>\n<xhtml:link rel=\"alternate\" hreflang=\"lt\"")
        );
    }

    #[test]
    fn no_pages_are_a_sitemap_too() {
        assert_eq!(sitemap(&[], "https://silupe.example/").len(), 1);
    }

    #[test]
    fn past_the_number_of_addresses_an_index_names_the_parts() {
        let files = sitemap(&vec![PAGE; 100_001], "https://silupe.example/");
        let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["sitemap.xml", "sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml"]);
        assert!(files[0].1.contains("<loc>https://silupe.example/sitemap-3.xml</loc>"));
        assert_eq!(files[3].1.matches("<url>").count(), 1);
    }

    #[test]
    fn no_file_is_larger_than_it_may_be() {
        let limits = Limits { urls: 50, bytes: 1000 };
        let files = split(&vec![PAGE; 100], "https://silupe.example/", limits);
        assert!(files[1..].iter().all(|(_, text)| text.len() <= limits.bytes));
        assert_eq!(files[1..].iter().map(|(_, text)| text.matches("<url>").count()).sum::<usize>(), 100);
    }
}
