//! HTML that an editor wrote into Markdown: which language it says, and what of it is read.

use std::ops::Range;

use messages::Language;

/// Elements whose content is no language.
const CODE: &[&str] = &["code", "pre", "kbd", "samp", "var", "script", "style", "svg", "math", "textarea"];
/// Elements that have no end.
const EMPTY: &[&str] = &["br", "hr", "img", "input", "meta", "link", "source", "wbr", "col", "area", "embed", "track"];
/// Elements inside a line: words before and after them belong together.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s",
    "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr",
];

/// The elements that are open at a place.
#[derive(Debug, Default)]
pub(super) struct Markup {
    open: Vec<Element>,
    is_in_comment: bool,
}

#[derive(Debug)]
struct Element {
    name: String,
    /// What its attribute `lang` says; the inner none is a language that is not ours.
    language: Option<Option<Language>>,
}

/// What a stretch of HTML consists of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Something to read, at some bytes of the HTML.
    Words(Range<usize>),
    /// Words before and after have nothing to do with each other.
    Gap,
}

impl Markup {
    /// The language at this place; `default` when no element says otherwise.
    pub(super) fn language(&self, default: Option<Language>) -> Option<Language> {
        self.open.iter().rev().find_map(|element| element.language).unwrap_or(default)
    }

    /// Whether an element is open whose content is no language.
    pub(super) fn is_code(&self) -> bool {
        self.open.iter().any(|element| CODE.contains(&element.name.as_str()))
    }

    /// Goes through HTML. `each` is told of every part when it is reached, while what is open is known.
    pub(super) fn read(&mut self, html: &str, mut each: impl FnMut(&Self, Part)) {
        let mut at = 0;
        while let Some(rest) = html.get(at..).filter(|rest| !rest.is_empty()) {
            if self.is_in_comment {
                let Some(end) = rest.find("-->") else { return };
                self.is_in_comment = false;
                at += end + "-->".len();
            } else if rest.starts_with("<!--") {
                self.is_in_comment = true;
                at += "<!--".len();
            } else if let Some(length) = tag_length(rest) {
                if self.tag(rest.get(..length).unwrap_or_default()) {
                    each(self, Part::Gap);
                }
                at += length;
            } else {
                // A lone `<` is a character like any other.
                let length =
                    rest.char_indices().skip(1).find(|(_, c)| *c == '<').map_or(rest.len(), |(place, _)| place);
                each(self, Part::Words(at..at + length));
                at += length;
            }
        }
    }

    /// Opens or closes an element. Answers whether it parts words.
    fn tag(&mut self, tag: &str) -> bool {
        let inner = tag.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/');
        let is_end = inner.starts_with('/');
        let name = inner.trim_start_matches('/').split(|c: char| c.is_whitespace()).next().unwrap_or_default();
        let name = name.to_ascii_lowercase();
        let parts_words = !INLINE.contains(&name.as_str());
        if is_end {
            if let Some(place) = self.open.iter().rposition(|element| element.name == name) {
                self.open.truncate(place);
            }
        } else if !EMPTY.contains(&name.as_str()) && !tag.ends_with("/>") && !name.starts_with(['!', '?']) {
            let language = attribute(inner, "lang").map(Language::from_tag);
            self.open.push(Element { name, language });
        }
        parts_words
    }
}

/// How long the tag at the start is, if there is one.
fn tag_length(html: &str) -> Option<usize> {
    let second = html.strip_prefix('<')?.chars().next()?;
    if !(second.is_ascii_alphabetic() || matches!(second, '/' | '!' | '?')) {
        return None;
    }
    let mut quote = None;
    for (at, c) in html.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    // A tag that goes on in the next line: all of it is markup.
    Some(html.len())
}

/// The value of an attribute.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = tag;
    while let Some(at) = rest.find(name) {
        let (before, after) = (rest.get(..at)?, rest.get(at + name.len()..)?);
        let after = after.trim_start();
        if before.ends_with(char::is_whitespace)
            && let Some(value) = after.strip_prefix('=')
        {
            let value = value.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            return match quote {
                Some(quote) => value.get(1..)?.split(quote).next(),
                None => value.split(char::is_whitespace).next(),
            };
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_has_its_value_however_it_is_quoted() {
        for tag in
            ["span lang=\"en\"", "span class='x' lang='en'", "span\nlang = en id=x", "span hreflang=\"de\" lang=en"]
        {
            assert_eq!(attribute(tag, "lang"), Some("en"), "{tag}");
        }
        assert_eq!(attribute("span data-lang", "lang"), None);
    }

    #[test]
    fn a_comment_is_not_read_though_it_runs_over_lines() {
        let mut markup = Markup::default();
        let mut read = Vec::new();
        for line in ["<p>viena <!-- ne", "ir čia ne --> du", "</p> 1 < 2"] {
            markup.read(line, |_, part| {
                if let Part::Words(range) = part {
                    read.push(line[range].to_owned());
                }
            });
        }
        assert_eq!(read, ["viena ", " du", " 1 ", "< 2"]);
    }
}
