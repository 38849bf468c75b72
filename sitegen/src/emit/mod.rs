//! Everything that is not a page: the feed of the news (RFC 4287), the sitemap (sitemaps.org), robots.txt (RFC 9309).

use std::collections::BTreeMap;

use tera::TeraResult;

use crate::content::Page;
use crate::render::{Entry, Renderer, STYLE};
use crate::site::Site;

/// How many news the feed holds.
const IN_FEED: usize = 30;

/// Everything that is not a page, by its path.
///
/// # Errors
/// A template cannot be filled in.
pub fn files(renderer: &Renderer, site: &Site<'_>) -> TeraResult<Vec<(String, String)>> {
    let language = site.settings.language;
    let entries = |pages: Vec<&Page>| pages.into_iter().map(|page| Entry::new(page, language)).collect::<Vec<_>>();
    let news = entries(site.news().into_iter().take(IN_FEED).collect());
    let all = entries(site.pages().collect());
    let feed = renderer.document("feed.xml", site, BTreeMap::from([("news", news)]))?;
    let sitemap = renderer.document("sitemap.xml", site, BTreeMap::from([("pages", all)]))?;
    let robots = format!("User-agent: *\nAllow: /\nSitemap: {}/sitemap.xml\n", site.settings.base_url);
    Ok(vec![
        ("feed.xml".to_owned(), feed),
        ("sitemap.xml".to_owned(), sitemap),
        ("robots.txt".to_owned(), robots),
        ("style.css".to_owned(), STYLE.to_owned()),
    ])
}
