//! Everything that is not a page: the feed of the news (RFC 4287), the sitemap (sitemaps.org), robots.txt (RFC 9309).

use tera::TeraResult;

use crate::render::{Renderer, STYLE};
use crate::site::Site;

/// How many news the feed holds.
const IN_FEED: usize = 30;

/// Everything that is not a page, by its path.
///
/// # Errors
/// A template cannot be filled in.
pub fn files(renderer: &Renderer<'_>, site: &Site<'_>) -> TeraResult<Vec<(String, String)>> {
    let feed = renderer.list("feed.xml", site.news().into_iter().take(IN_FEED))?;
    let sitemap = renderer.list("sitemap.xml", site.pages())?;
    let robots = format!("User-agent: *\nAllow: /\nSitemap: {}/sitemap.xml\n", site.settings.base_url);
    Ok(vec![
        ("feed.xml".to_owned(), feed),
        ("sitemap.xml".to_owned(), sitemap),
        ("robots.txt".to_owned(), robots),
        ("style.css".to_owned(), STYLE.to_owned()),
    ])
}
