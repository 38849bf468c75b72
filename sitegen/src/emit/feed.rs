//! Which pages feeds have, and what of them.

use jiff::Timestamp;

use crate::content::{Attachment, Kind, Moment, Page};
use crate::formats::feed::{self, Feed, FeedEntry};
use crate::formats::media_type;
use crate::outputs::{FeedFormat, Listed};
use crate::site::{PageId, Site};

/// The feed of a list.
#[must_use]
pub fn write(site: &Site, listed: Listed, format: FeedFormat) -> String {
    let feed = of(site, listed);
    match format {
        FeedFormat::Atom => feed::atom(&feed),
        FeedFormat::Json => feed::json(&feed),
    }
}

fn of(site: &Site, listed: Listed) -> Feed {
    let settings = &site.settings;
    let language = listed.language(site);
    let institution = settings.institution(language);
    let (title, subtitle, address) = match listed {
        Listed::Site(_) => (institution.title.clone(), institution.summary.clone(), settings.root(language)),
        Listed::Section(id) => {
            let section = site.section(id);
            let summary = section.page.and_then(|page| site.page(page).front.summary.clone());
            (format!("{} – {}", section.title(site), institution.title), summary, section.address.clone())
        }
        Listed::Term(id) => {
            let term = site.term(id);
            (format!("{} – {}", term.name, institution.title), None, term.address.clone())
        }
    };
    let home_url = format!("{}{address}", settings.base_url);
    let newest = newest(site, listed);
    let entries: Vec<FeedEntry> = newest.into_iter().map(|(appeared, id)| entry(site, id, appeared)).collect();
    Feed {
        id: home_url.clone(),
        title,
        subtitle,
        language: language.tag().to_owned(),
        atom_url: format!("{home_url}feed.xml"),
        json_url: format!("{home_url}feed.json"),
        home_url,
        updated: entries.iter().map(|entry| entry.updated).max().unwrap_or(Timestamp::UNIX_EPOCH),
        author: institution.title.clone(),
        entries,
    }
}

/// When readers could first read a page.
fn appeared(page: &Page) -> Option<Moment> {
    page.front.published.or_else(|| match &page.front.kind {
        // The sitting at which it may be adopted is still to come.
        Kind::Act(act) => act.adopted.map(Moment::Day),
        // What is still to come is not when readers could first read of it.
        kind if kind.type_().is_news_when_published() => None,
        kind => kind.moment(),
    })
}

/// The pages that appeared last, with when that was.
fn newest(site: &Site, listed: Listed) -> Vec<(Moment, PageId)> {
    let of_site;
    let pages: &[PageId] = match listed {
        Listed::Site(language) => {
            let is_news = |id: &PageId| {
                let page = site.page(*id);
                let is_told = page.front.published.is_some() || matches!(page.front.kind, Kind::Act(_));
                page.file.language == language && is_told && !page.file.is_section && site.is_current(*id)
            };
            of_site = site.pages().filter(is_news).collect::<Vec<_>>();
            &of_site
        }
        Listed::Section(id) => &site.section(id).listed,
        Listed::Term(id) => &site.term(id).pages,
    };
    let mut newest: Vec<(Moment, PageId)> =
        pages.iter().filter_map(|id| Some((appeared(site.page(*id))?, *id))).collect();
    let order = |(appeared, id): &(Moment, PageId)| (std::cmp::Reverse(appeared.start()), *id);
    let most = usize::from(site.settings.feed_limit);
    if newest.len() > most && most > 0 {
        newest.select_nth_unstable_by_key(most - 1, order);
    }
    newest.truncate(most);
    newest.sort_by_key(order);
    newest
}

/// An instant of the site's time zone; one that its clocks never show is the one after.
pub(super) fn instant(site: &Site, moment: Moment) -> Timestamp {
    site.settings.time_zone.to_timestamp(moment.start()).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn entry(site: &Site, id: PageId, appeared: Moment) -> FeedEntry {
    let node = site.node(id);
    let (front, text) = (&node.page.front, site.text(id));
    let url = format!("{}{}", site.settings.base_url, node.address);
    let published = instant(site, appeared);
    let attachments = front.attachments.iter().filter_map(|attachment| enclosure(site, id, attachment));
    FeedEntry {
        id: url.clone(),
        title: front.title.clone(),
        summary: front.summary.clone(),
        html: absolute(&text.html, &site.settings.base_url, &url),
        published,
        updated: front.updated.map_or(published, |updated| instant(site, updated)),
        categories: front.terms.values().flatten().cloned().collect(),
        attachments: attachments.collect(),
        url,
    }
}

fn enclosure(site: &Site, id: PageId, attachment: &Attachment) -> Option<feed::Attachment> {
    let facts = site.document(id, &attachment.file)?;
    Some(feed::Attachment {
        url: format!("{}{}", site.settings.base_url, facts.address),
        // Of a file of others it is not known in which characters it is written.
        media_type: media_type(&facts.address).split(';').next().unwrap_or_default().to_owned(),
        title: attachment.title.clone(),
        size: Some(facts.size),
    })
}

/// HTML of a page at `url` with links that lead to the same places from anywhere.
fn absolute(html: &str, base: &str, url: &str) -> String {
    let mut absolute = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    while let Some(at) = rest.find("=\"") {
        let (before, after) = rest.split_at(at + "=\"".len());
        absolute.push_str(before);
        let name = before[..at].rsplit(|character: char| !character.is_ascii_alphabetic()).next().unwrap_or_default();
        if !["href", "src", "srcset"].contains(&name) {
            rest = after;
            continue;
        }
        let end = after.find('"').unwrap_or(after.len());
        let (value, next) = after.split_at(end);
        match name {
            "href" | "src" if value.starts_with('/') => {
                absolute.push_str(base);
                absolute.push_str(value);
            }
            "href" if value.starts_with('#') => {
                absolute.push_str(url);
                absolute.push_str(value);
            }
            "srcset" => {
                let sources = value.split(", ").map(|source| format!("{base}{source}"));
                absolute.push_str(&sources.collect::<Vec<_>>().join(", "));
            }
            _ => absolute.push_str(value),
        }
        rest = next;
    }
    absolute.push_str(rest);
    absolute
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_a_page_lead_to_the_same_places_from_anywhere() {
        let html = "<p><a href=\"/a/\">=\"/</a> <a href=\"#b\">b</a> <img srcset=\"/x-1.webp 1w, /x-2.webp 2w\" src=\"/x.jpg\" alt=\"/\"></p>";
        assert_eq!(
            absolute(html, "https://a.example", "https://a.example/c/"),
            "<p><a href=\"https://a.example/a/\">=\"/</a> <a href=\"https://a.example/c/#b\">b</a> \
             <img srcset=\"https://a.example/x-1.webp 1w, https://a.example/x-2.webp 2w\" src=\"https://a.example/x.jpg\" alt=\"/\"></p>"
        );
    }
}
