//! What makes a page hard to use: links and pictures without words, headings that jump, tables without headers, pages that are
//! called the same or that nobody finds, contacts that will not follow the directory.

use std::ops::Range;

use messages::{Language, Message};
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use strict_toml::Problem;

use super::Case;
use super::finding::{Finding, Rule};
use crate::content::{Kind, PageFile, Type, is_for_editors};
use crate::markdown::slug;
use crate::site::PageId;

/// What links must not be called alone, in lower case: people who jump from link to link hear only these words (WCAG 2.2, 2.4.4).
const EMPTY_WORDS: [&str; 14] = [
    "čia",
    "plačiau",
    "daugiau",
    "skaityti",
    "skaityti daugiau",
    "skaityti plačiau",
    "nuoroda",
    "spauskite čia",
    "paspauskite čia",
    "here",
    "click here",
    "more",
    "read more",
    "link",
];

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let directory = Directory::of(case);
    let pages: Vec<PageId> = case.site.pages().collect();
    let mut found: Vec<Finding> = pages.par_iter().flat_map_iter(|id| of_page(case, *id, &directory)).collect();
    found.extend(same_titles(case));
    found.extend(lost_addresses(case));
    found.extend(orphans(case));
    found
}

/// Something to mend at some bytes of a Markdown text.
#[derive(Debug, PartialEq)]
struct Remark {
    rule: Rule,
    span: Range<usize>,
    message: Message,
}

fn of_page(case: &Case<'_>, id: PageId, directory: &Directory) -> Vec<Finding> {
    let page = case.site.page(id);
    let Ok(parts) = page.parts() else { return Vec::new() };
    let mut remarks = of_text(parts.text());
    if !matches!(page.front.kind.type_(), Type::Person | Type::Unit) {
        remarks.extend(directory.remarks(parts.text()));
    }
    let place = |span: &Range<usize>| span.start + parts.markdown.start..span.end + parts.markdown.start;
    let mut found: Vec<Finding> = remarks
        .into_iter()
        .map(|remark| Finding::new(remark.rule, parts.document.problem(&place(&remark.span), remark.message)))
        .collect();
    let lacks = |key: &str| Problem::of_file(&page.path, Message::new(key));
    if page.front.published.is_none() && page.front.kind.type_().is_news_when_published() {
        found.push(Finding::told(Rule::Incomplete, lacks("check-undated")));
    }
    if matches!(&page.front.kind, Kind::Dataset(dataset) if dataset.distributions.is_empty()) {
        found.push(Finding::new(Rule::Incomplete, lacks("check-no-files")));
    }
    let silent = page.front.images.iter().filter(|image| image.alt.trim().is_empty());
    found.extend(silent.map(|image| {
        let message = Message::new("check-alternative").with("file", image.file.as_str());
        Finding::new(Rule::Alternative, Problem::of_file(&page.path, message))
    }));
    found
}

/// What is being read of a text.
#[derive(Default)]
struct Reading {
    remarks: Vec<Remark>,
    /// The level of the heading before; the title of a page is of level 1.
    level: usize,
    /// The link that is open: where it stands and what it says so far.
    link: Option<(Range<usize>, String)>,
    /// The picture that is open.
    picture: Option<(Range<usize>, String, String)>,
    /// Whether a cell of a table's head is open, and whether anything in the head says something.
    head: Option<(Range<usize>, bool)>,
}

fn of_text(markdown: &str) -> Vec<Remark> {
    let mut reading = Reading { level: 1, ..Reading::default() };
    for (event, span) in Parser::new_ext(markdown, crate::markdown::options()).into_offset_iter() {
        reading.read(event, span);
    }
    reading.remarks
}

impl Reading {
    fn read(&mut self, event: Event<'_>, span: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => self.heading(level, span),
            Event::Start(Tag::Link { .. }) => self.link = Some((span, String::new())),
            Event::Start(Tag::Image { dest_url, .. }) => {
                self.picture = Some((span, dest_url.into_string(), String::new()));
            }
            Event::Start(Tag::TableHead) => self.head = Some((span, false)),
            Event::Text(text) | Event::Code(text) => self.words(&text),
            Event::End(TagEnd::Link) => self.end_of_link(),
            Event::End(TagEnd::Image) => self.end_of_picture(),
            Event::End(TagEnd::TableHead) => {
                if let Some((span, false)) = self.head.take() {
                    self.say(Rule::TableHeader, span, Message::new("check-table-header"));
                }
            }
            _ => {}
        }
    }

    fn say(&mut self, rule: Rule, span: Range<usize>, message: Message) {
        self.remarks.push(Remark { rule, span, message });
    }

    fn words(&mut self, text: &str) {
        let has_words = !text.trim().is_empty();
        if let Some((_, _, alt)) = &mut self.picture {
            alt.push_str(text);
        } else if let Some((_, words)) = &mut self.link {
            words.push_str(text);
        }
        if let Some((_, says)) = &mut self.head {
            *says |= has_words;
        }
    }

    fn heading(&mut self, level: HeadingLevel, span: Range<usize>) {
        // A text may begin at either level: the page's title comes before it.
        let level = (level as usize).max(2);
        if level > self.level + 1 {
            let number = |level: usize| u64::try_from(level).unwrap_or(u64::MAX);
            let message =
                Message::new("check-heading-order").with("level", number(level)).with("before", number(self.level));
            self.say(Rule::HeadingOrder, span, message);
        }
        self.level = level;
    }

    fn end_of_link(&mut self) {
        let Some((span, words)) = self.link.take() else { return };
        let plain = words.trim().trim_end_matches(['.', '…', '»', '>', ':']).trim().to_lowercase();
        if plain.is_empty() {
            self.say(Rule::LinkText, span, Message::new("check-link-empty"));
        } else if EMPTY_WORDS.contains(&plain.as_str()) {
            self.say(Rule::LinkText, span, Message::new("check-link-text").with("words", words.trim()));
        }
    }

    fn end_of_picture(&mut self) {
        let Some((span, file, alt)) = self.picture.take() else { return };
        if alt.trim().is_empty() {
            self.say(Rule::Alternative, span, Message::new("check-alternative").with("file", file));
        } else if let Some((_, words)) = &mut self.link {
            // A link around a picture is called what the picture is.
            words.push_str(&alt);
        }
    }
}

/// E-mail addresses and telephone numbers of people and units.
struct Directory {
    emails: FxHashMap<String, String>,
    phones: FxHashMap<String, String>,
}

impl Directory {
    fn of(case: &Case<'_>) -> Self {
        let mut directory = Self { emails: FxHashMap::default(), phones: FxHashMap::default() };
        for id in case.site.pages() {
            let page = case.site.page(id);
            let (email, phone) = match &page.front.kind {
                Kind::Person(person) => (&person.email, &person.phone),
                Kind::Unit(unit) => (&unit.email, &unit.phone),
                _ => continue,
            };
            let name = page.file.name.clone();
            directory.emails.extend(email.as_ref().map(|email| (email.to_lowercase(), name.clone())));
            let digits = phone.as_deref().map(digits).filter(|digits| digits.len() >= 6);
            directory.phones.extend(digits.map(|digits| (digits, name)));
        }
        // What the institution says of itself stands at the foot of each page, and may stand anywhere.
        let settings = &case.site.settings;
        if let Some(email) = &settings.email {
            directory.emails.remove(&email.to_lowercase());
        }
        if let Some(phone) = &settings.phone {
            directory.phones.remove(&digits(phone));
        }
        directory
    }

    fn remarks(&self, text: &str) -> Vec<Remark> {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || ".-_+@".contains(letter);
        let emails = parts(text, is_part).filter_map(|(at, word)| {
            let word = word.trim_matches('.');
            self.emails.get(&word.to_lowercase()).map(|name| (at, word, name))
        });
        let is_digit = |letter: char| letter.is_ascii_digit() || "+() -\u{a0}".contains(letter);
        let phones = parts(text, is_digit).filter_map(|(at, number)| {
            let digits = digits(number);
            self.phones.get(&digits).map(|name| (at, number.trim(), name))
        });
        let remark = |(at, word, name): (usize, &str, &String)| Remark {
            rule: Rule::Contact,
            span: at..at + word.len(),
            message: Message::new("check-contact").with("contact", word).with("name", name.as_str()),
        };
        // A link has its address twice, and a page may repeat it: once is enough to mend all.
        let mut told = FxHashSet::default();
        emails.chain(phones).filter(|(_, _, name)| told.insert(name.as_str())).map(remark).collect()
    }
}

/// The national number: without the `+370`, `8` or `0` before it.
fn digits(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let national = digits.strip_prefix("370").filter(|rest| rest.len() == 8);
    let national = national.or_else(|| digits.strip_prefix(['8', '0']).filter(|rest| rest.len() == 8));
    national.unwrap_or(&digits).to_owned()
}

/// The longest parts of a text that have only letters of a kind, with where each begins.
fn parts(text: &str, is_part: impl Fn(char) -> bool + Copy) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(is_part)?;
        let end = text[start..].find(|letter| !is_part(letter)).map_or(text.len(), |length| start + length);
        rest = end;
        Some((start, &text[start..end]))
    })
}

fn same_titles(case: &Case<'_>) -> Vec<Finding> {
    let mut seen: FxHashMap<(Language, Type, String), PageId> = FxHashMap::default();
    let mut found = Vec::new();
    for id in case.site.pages() {
        let page = case.site.page(id);
        // Documents of different periods are told apart by their period, acts by their numbers.
        if matches!(page.front.kind.type_(), Type::Document | Type::Act | Type::Sitting) {
            continue;
        }
        let key = (page.file.language, page.front.kind.type_(), page.front.title.to_lowercase());
        match seen.get(&key) {
            None => drop(seen.insert(key, id)),
            Some(first) => {
                let other = case.site.page(*first).file.path.as_str();
                let message =
                    Message::new("check-duplicate-title").with("title", page.front.title.as_str()).with("other", other);
                found.push(Finding::new(Rule::DuplicateTitle, Problem::of_file(&page.path, message)));
            }
        }
    }
    found
}

/// Pages that were in the repository, are there no more, and left no way to what is there instead.
fn lost_addresses(case: &Case<'_>) -> Vec<Finding> {
    let Some(history) = case.history else { return Vec::new() };
    let settings = &case.site.settings;
    let lost = history.deleted().into_iter().filter_map(|path| {
        if case.sources.pages.contains_key(&path) || is_for_editors(&path) {
            return None;
        }
        let file = PageFile::of(&path, settings.language)?;
        let key = file.key();
        let address = match key.is_empty() {
            true => settings.root(file.language),
            false => {
                format!("{}{}/", settings.root(file.language), key.split('/').map(slug).collect::<Vec<_>>().join("/"))
            }
        };
        let is_there = case.site.page_at(&address).is_some()
            || case.site.sections().iter().any(|section| section.address == address)
            || case.site.aliases().iter().any(|(alias, _)| alias.trim_matches('/') == address.trim_matches('/'));
        let message = Message::new("check-lost-address").with("address", address);
        (!is_there).then(|| Finding::new(Rule::LostAddress, Problem::of_file(case.sources.named(&path), message)))
    });
    lost.collect()
}

/// Pages that stand in no list and that no page links to.
fn orphans(case: &Case<'_>) -> Vec<Finding> {
    let site = case.site;
    let mut found: FxHashSet<PageId> = FxHashSet::default();
    for section in site.sections().iter().filter(|section| section.parent.is_some()) {
        found.extend(section.listed.iter().chain(&section.expired));
        found.extend(section.page);
    }
    let lost = site.pages().filter(|id| {
        let node = site.node(*id);
        let is_led_to = node.page.front.menu.is_some() || !site.backlinks(*id).is_empty() || !node.named_by.is_empty();
        let is_shown = node.page.file.is_section || matches!(node.page.front.kind, Kind::Notice(_));
        let is_variant = node.page.front.easy_to_read_of.is_some() || !node.translations.is_empty();
        !(found.contains(id) || is_led_to || is_shown || is_variant)
    });
    lost.map(|id| Finding::new(Rule::Orphan, Problem::of_file(&site.page(id).path, Message::new("check-orphan"))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(markdown: &str) -> Vec<(Rule, &str)> {
        of_text(markdown).into_iter().map(|remark| (remark.rule, &markdown[remark.span])).collect()
    }

    #[test]
    fn a_link_says_where_it_leads() {
        assert_eq!(rules("Skaitykite [čia](a.md)."), [(Rule::LinkText, "[čia](a.md)")]);
        assert_eq!(rules("[](a.md)"), [(Rule::LinkText, "[](a.md)")]);
        assert_eq!(rules("[Plačiau…](a.md)").len(), 1);
        assert_eq!(rules("[![Herbas](h.png)](a.md) [Prašymo forma](a.md)"), []);
    }

    #[test]
    fn a_picture_has_words_and_headings_do_not_jump() {
        assert_eq!(rules("![](a.jpg)"), [(Rule::Alternative, "![](a.jpg)")]);
        assert_eq!(rules("## A\n\n### B\n\n## C\n"), []);
        assert_eq!(rules("## A\n\n#### B\n").len(), 1);
        assert_eq!(rules("### A\n").len(), 1);
    }

    #[test]
    fn a_table_has_a_head() {
        assert_eq!(rules("| | |\n|---|---|\n| a | b |\n").len(), 1);
        assert_eq!(rules("| | Kaina |\n|---|---|\n| a | b |\n"), []);
    }

    #[test]
    fn contacts_of_the_directory_are_found_however_they_are_written() {
        let directory = Directory {
            emails: [("ona@a.example".to_owned(), "ona".to_owned())].into_iter().collect(),
            phones: [("44974123".to_owned(), "ona".to_owned())].into_iter().collect(),
        };
        let found = |text: &str| directory.remarks(text).len();
        for text in ["Rašykite ona@a.example.", "tel. +370 449 74 123", "8 449 74123,", "(0 449) 74 123"] {
            assert_eq!(found(text), 1, "{text}");
        }
        assert_eq!(found("jona@a.example, 449 74 124"), 0);
    }
}
