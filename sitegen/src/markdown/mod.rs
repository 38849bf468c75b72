//! The text of a page: CommonMark with tables, as HTML that can do no harm.
//!
//! HTML inside Markdown is shown as the text that it is, never passed through: an editor's paste cannot bring a script into
//! the site. Links to other pages are written as links to their files (`../kontaktai.md`), so that they work in the
//! repository as well, and are checked: a link to a file that is not there is a mistake with its place.

use std::collections::BTreeSet;
use std::ops::Range;

use messages::Message;
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

/// Where a link leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Into the site: the address to write.
    Inside(String),
    /// Nowhere, and why.
    Wrong(Message),
}

/// A mistake at some bytes of the Markdown.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// Which bytes.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: Message,
}

/// Turns Markdown into HTML. `resolve` says where a link to a file of the site leads.
#[must_use]
pub fn to_html(markdown: &str, resolve: impl Fn(&str) -> Target) -> (String, Vec<Mistake>) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut writer = Writer { resolve, mistakes: Vec::new(), ids: BTreeSet::new(), opened: Vec::new() };
    let mut events: Vec<Event<'_>> = Vec::new();
    for (event, span) in Parser::new_ext(markdown, options).into_offset_iter() {
        events.extend(writer.rewrite(event, span));
    }
    give_headings_ids(&mut events, &mut writer.ids);
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events.into_iter());
    (html, writer.mistakes)
}

struct Writer<R> {
    resolve: R,
    mistakes: Vec<Mistake>,
    ids: BTreeSet<String>,
    /// Whether each open link or picture is kept.
    opened: Vec<bool>,
}

impl<R: Fn(&str) -> Target> Writer<R> {
    fn rewrite<'a>(&mut self, event: Event<'a>, span: Range<usize>) -> Option<Event<'a>> {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
            Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
            Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                Some(Event::Start(Tag::Heading { level: below_title(level), id, classes, attrs }))
            }
            Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(below_title(level)))),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let link = self.address(link_type, dest_url, span);
                self.opened.push(link.is_some());
                link.map(|dest_url| Event::Start(Tag::Link { link_type, dest_url, title, id }))
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let link = self.address(link_type, dest_url, span);
                self.opened.push(link.is_some());
                link.map(|dest_url| Event::Start(Tag::Image { link_type, dest_url, title, id }))
            }
            Event::End(TagEnd::Link | TagEnd::Image) => self.opened.pop().unwrap_or(false).then_some(event),
            other => Some(other),
        }
    }

    /// What to write for a link; none, after reporting, for one that must not be written.
    fn address<'a>(&mut self, link_type: LinkType, url: CowStr<'a>, span: Range<usize>) -> Option<CowStr<'a>> {
        if link_type == LinkType::Email || url.starts_with('#') || is_outside(&url) {
            return Some(url);
        }
        let target = if has_scheme(&url) {
            Target::Wrong(Message::new("site-link-scheme").with("link", url.as_ref()))
        } else {
            (self.resolve)(&url)
        };
        match target {
            Target::Inside(address) => Some(address.into()),
            Target::Wrong(message) => {
                self.mistakes.push(Mistake { span, message });
                None
            }
        }
    }
}

/// The title of the page is its only `h1`.
const fn below_title(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        other => other,
    }
}

fn is_outside(url: &str) -> bool {
    ["https://", "http://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// RFC 3986, 3.1, read generously: `java\nscript:` is one for some browsers.
fn has_scheme(url: &str) -> bool {
    url.split(['/', '?', '#']).next().is_some_and(|first| first.contains(':')) || url.starts_with("//")
}

/// Headings can be linked to by what they say.
fn give_headings_ids<'a>(events: &mut [Event<'a>], ids: &mut BTreeSet<String>) {
    let mut start = None;
    let mut said = String::new();
    let mut found = Vec::new();
    for (index, event) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::Heading { .. }) => (start, said) = (Some(index), String::new()),
            Event::Text(text) | Event::Code(text) if start.is_some() => said.push_str(text),
            Event::End(TagEnd::Heading(_)) => found.extend(start.take().map(|index| (index, unique(slug(&said), ids)))),
            _ => {}
        }
    }
    for (index, new) in found {
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[index] {
            *id = Some(new.into());
        }
    }
}

/// Text as a part of an address: lower-case letters without diacritics, digits and dashes.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.to_lowercase().chars() {
        let plain = match character {
            'ą' => 'a',
            'č' => 'c',
            'ę' | 'ė' => 'e',
            'į' => 'i',
            'š' => 's',
            'ų' | 'ū' => 'u',
            'ž' => 'z',
            other => other,
        };
        if plain.is_ascii_alphanumeric() {
            slug.push(plain);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

fn unique(slug: String, ids: &mut BTreeSet<String>) -> String {
    let base = if slug.is_empty() { "skyrius".to_owned() } else { slug };
    let mut id = base.clone();
    for number in 2.. {
        if ids.insert(id.clone()) {
            break;
        }
        id = format!("{base}-{number}");
    }
    id
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn html(markdown: &str) -> String {
        to_html(markdown, |link| Target::Inside(format!("/{link}/"))).0
    }

    #[test]
    fn html_in_markdown_is_shown_as_text() {
        let shown = html("A <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n");
        assert!(!shown.contains("<script") && !shown.contains("<img"), "{shown}");
        assert!(shown.contains("&lt;script&gt;"), "{shown}");
    }

    #[test]
    fn links_that_lead_nowhere_or_do_harm_are_mistakes_with_their_place() {
        let markdown = "Žr. [čia](nera.md) ir [ten](javascript:alert(1)), [anapus](//evil.example).";
        let (shown, mistakes) =
            to_html(markdown, |_| Target::Wrong(Message::new("site-link-missing").with("link", "nera.md")));
        assert_eq!(mistakes.len(), 3);
        assert_eq!(&markdown[mistakes[0].span.clone()], "[čia](nera.md)");
        assert!(!shown.contains("href"), "{shown}");
        assert!(shown.contains("čia"), "{shown}");
    }

    #[test]
    fn links_outside_stay_as_they_are() {
        let shown = html("[a](https://e-tar.lt/x) [b](mailto:a@b.example) [c](tel:+370) <a@b.example> [d](#apie)");
        for link in ["https://e-tar.lt/x", "mailto:a@b.example", "tel:+370", "#apie"] {
            assert!(shown.contains(&format!("href=\"{link}\"")), "{shown}");
        }
    }

    #[test]
    fn headings_stand_below_the_title_and_have_unique_ids() {
        let shown = html("# Darbo laikas\n\n## Darbo laikas\n\n### Šeštadienį ir „sekmadienį“\n");
        assert!(shown.contains("<h2 id=\"darbo-laikas\">") && shown.contains("<h2 id=\"darbo-laikas-2\">"), "{shown}");
        assert!(shown.contains("<h3 id=\"sestadieni-ir-sekmadieni\">"), "{shown}");
    }

    proptest! {
        #[test]
        fn no_markdown_brings_a_script_or_a_handler(markdown in "[<>\\[\\]()\"'`*_#a-z:/=! \\n&-]{0,200}") {
            let shown = html(&markdown).to_lowercase();
            for tag in ["<script", "<iframe", "<style", "<object", "<form", "<svg"] {
                prop_assert!(!shown.contains(tag), "{}", shown);
            }
            prop_assert!(!shown.contains("href=\"javascript:"), "{}", shown);
        }
    }
}
