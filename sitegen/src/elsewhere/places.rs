//! Which addresses elsewhere a site leads to, and where each stands: in the text of pages, in their front matter, in `site.toml`.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use messages::Message;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use strict_toml::{Document, Problem, Problems};

use super::address::Address;
use crate::markdown::{Block, options};
use crate::site::{PageId, Site};

/// An address where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// As it is written.
    pub written: String,
    /// What is asked; none when nobody can be.
    pub address: Option<Address>,
    /// File and line, as a problem whose words are still to be found.
    pub problem: Problem,
}

/// All addresses elsewhere of a site.
#[derive(Debug, Default)]
pub struct Places {
    places: Vec<Place>,
    addresses: BTreeSet<Address>,
}

impl Places {
    /// Those of the pages of `site`, and of `site.toml` in its `folder`. Addresses of the site itself are none: each is looked for
    /// whenever it is published.
    #[must_use]
    pub fn of(site: &Site, folder: &Path) -> Self {
        let own = site.settings.base_url.as_str();
        let mut places: Vec<Place> = site.pages().flat_map(|id| of_page(site, id)).collect();
        if let Some(settings) = Document::open(&folder.join("site.toml"), "site-no-settings", &Problems::default()) {
            places.extend(of_values(&settings));
        }
        places.retain(|place| !is_own(&place.written, own));
        Self::new(places)
    }

    /// Only those of which `is_left_out` is not true, and how many that leaves out.
    #[must_use]
    pub fn without(self, is_left_out: impl Fn(&Place) -> bool) -> (Self, usize) {
        let before = self.places.len();
        let places: Vec<Place> = self.places.into_iter().filter(|place| !is_left_out(place)).collect();
        let left_out = before - places.len();
        (Self::new(places), left_out)
    }

    /// These.
    #[must_use]
    pub fn new(places: Vec<Place>) -> Self {
        let addresses = places.iter().filter_map(|place| place.address.clone()).collect();
        Self { places, addresses }
    }

    /// Every address once.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.addresses.iter()
    }

    /// Every place.
    #[must_use]
    pub fn all(&self) -> &[Place] {
        &self.places
    }

    /// Whether any place leads to an address.
    #[must_use]
    pub fn leads_to(&self, address: &str) -> bool {
        Address::parse(address).is_some_and(|address| self.addresses.contains(&address))
    }
}

fn is_own(written: &str, base_url: &str) -> bool {
    let rest = written.get(base_url.len()..).filter(|_| written[..base_url.len()].eq_ignore_ascii_case(base_url));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

fn is_of_web(text: &str) -> bool {
    let starts = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    starts("https://") || starts("http://")
}

fn of_page(site: &Site, id: PageId) -> Vec<Place> {
    let Ok(parts) = site.page(id).parts() else { return Vec::new() };
    let mut found = of_values(parts.head());
    let mut of_text = Vec::new();
    collect(parts.text(), parts.markdown.start, &mut of_text);
    found.extend(of_text.into_iter().map(|(span, written)| place(&parts.document, &span, written)));
    found
}

/// Values that are an address and nothing else, whatever their keys are.
fn of_values(document: &Document) -> Vec<Place> {
    let texts = document.texts().into_iter().filter(|(_, text)| is_of_web(text) && !text.contains(char::is_whitespace));
    texts.map(|(span, text)| place(document, &span, text)).collect()
}

fn place(document: &Document, span: &Range<usize>, written: String) -> Place {
    // The words are found when it is known what is wrong.
    let problem = document.problem(span, Message::new("links-malformed"));
    Place { address: Address::parse(&written), written, problem }
}

/// Addresses in a Markdown text that begins at `offset` of its file.
fn collect(markdown: &str, offset: usize, found: &mut Vec<(Range<usize>, String)>) {
    let mut add = |span: Range<usize>, written: &str| {
        if is_of_web(written) {
            // Where the address itself stands, if it stands there as it is.
            let within = markdown.get(span.clone()).and_then(|text| text.find(written));
            let span = within.map_or(span.clone(), |at| span.start + at..span.start + at + written.len());
            found.push((span.start + offset..span.end + offset, written.to_owned()));
        }
    };
    let mut block: Option<Block> = None;
    let mut inner: Vec<Range<usize>> = Vec::new();
    for (event, span) in Parser::new_ext(markdown, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => add(span, &dest_url),
            Event::Html(html) | Event::InlineHtml(html) => {
                for written in of_html(&html) {
                    add(span.clone(), &written);
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                block = info.split_whitespace().next().and_then(Block::named);
            }
            Event::Text(text) if block == Some(Block::Video) => {
                // The address of a film stands alone in its line.
                text.lines().map(str::trim).for_each(|line| add(span.clone(), line));
            }
            Event::Text(_) if matches!(block, Some(Block::Accordion | Block::Steps)) => match inner.last_mut() {
                // In a quotation or a list there is something between the lines.
                Some(last) if last.end == span.start => last.end = span.end,
                _ => inner.push(span),
            },
            Event::End(TagEnd::CodeBlock) => block = None,
            _ => {}
        }
    }
    for span in inner {
        collect(markdown.get(span.clone()).unwrap_or_default(), offset + span.start, found);
    }
}

/// The values of `href` and `src` in HTML that an editor wrote.
fn of_html(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["href=", "src="] {
        for (at, _) in html.match_indices(name) {
            let value = &html[at + name.len()..];
            let Some(quote) = value.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { continue };
            let written = value[1..].split(quote).next().unwrap_or_default();
            found.push(written.replace("&amp;", "&"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(markdown: &str) -> Vec<(usize, String)> {
        let document = Document::new("a.md", markdown);
        let mut found = Vec::new();
        collect(markdown, 0, &mut found);
        let line = |span: &Range<usize>| document.problem(span, Message::new("x")).place.unwrap().line;
        found.into_iter().map(|(span, written)| (line(&span), written)).collect()
    }

    fn one(line: usize, written: &str) -> (usize, String) {
        (line, written.to_owned())
    }

    #[test]
    fn addresses_are_found_wherever_a_text_can_have_them() {
        let text = "[a](https://a.lt/?x=1&y=2 \"A\") ir\n<https://b.lt>, [c][c], `https://kodas.lt`\n\n\
            - [d](HTTP://d.lt/)\n- [vidus](kontaktai.md), [pastas](mailto:a@b.lt), https://tekstas.lt\n\n\
            <a href='https://e.lt/?a=1&amp;b=2'>e</a>\n\nŽodis[^1].\n\n[^1]: [f](https://f.lt)\n\n[c]: https://c.lt\n";
        let mut expected = vec![
            one(1, "https://a.lt/?x=1&y=2"),
            one(2, "https://b.lt"),
            one(2, "https://c.lt"),
            one(4, "HTTP://d.lt/"),
            one(7, "https://e.lt/?a=1&b=2"),
            one(11, "https://f.lt"),
        ];
        let mut found = found(text);
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn addresses_are_found_inside_of_blocks() {
        let text = "```video\nhttps://video.lt/1\nFilmas\n```\n\n```steps\n## Pirma\n[a](https://a.lt)\n```\n\n\
            > ```klausimai\n> ## Ar?\n>\n> Taip: <https://b.lt>\n> ```\n\n```text\n[ne](https://ne.lt)\n```\n";
        assert_eq!(found(text), [one(2, "https://video.lt/1"), one(8, "https://a.lt"), one(14, "https://b.lt")]);
    }

    #[test]
    fn values_that_are_an_address_are_found_by_their_lines() {
        let text = "title = \"https://a.lt yra\"\nlink = \"https://a.lt\"\n# x = \"https://b.lt\"\n[extra]\nl = [{ u = 'http://c.lt' }]\n";
        let places = of_values(&Document::new("a.md", text));
        let lines: Vec<_> =
            places.into_iter().map(|place| one(place.problem.place.unwrap().line, &place.written)).collect();
        assert_eq!(lines, [one(2, "https://a.lt"), one(5, "http://c.lt")]);
    }

    #[test]
    fn the_sites_own_addresses_are_no_others() {
        let own = "https://www.azuolynas.example";
        for written in [own, "https://www.azuolynas.example/a", "HTTPS://www.azuolynas.example?x"] {
            assert!(is_own(written, own), "{written}");
        }
        for written in ["https://www.azuolynas.example.lt/", "http://www.azuolynas.example/", "https://www.ąžuolynas"]
        {
            assert!(!is_own(written, own), "{written}");
        }
    }
}
