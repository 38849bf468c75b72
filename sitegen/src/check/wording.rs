//! The words of a site: those that no dictionary knows, and what a dictionary lets pass.
//!
//! What the site calls its own is known: the words of `content/words.toml`, each with who added it and why, the names of people,
//! units and places in the directory, and the words that a page allows for itself.

use std::ops::Range;
use std::path::Path;

use messages::{Language, Message};
use rayon::prelude::*;
use strict_toml::{Document, Problem, Problems};

use super::Case;
use super::finding::{Finding, Rule};
use super::language::{AllowedWords, Dictionaries, Spelling, mistakes_of, prose, spelling};
use crate::content::{Kind, Page};
use crate::site::PageId;

/// Where the site's own words stand in its folder.
const FILE: &str = "content/words.toml";

/// Of how many unknown words of a run it is asked what may have been meant: each takes some milliseconds.
const MOST_ASKED: usize = 200;

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let folder = case.policy.dictionaries.as_deref().unwrap_or_else(|| Path::new(spelling::FOLDER));
    let of_site = |message| Finding::new(Rule::Spelling, Problem::of_file(case.sources.folder(), message));
    let dictionaries = match Dictionaries::load(folder) {
        Ok(dictionaries) => dictionaries,
        Err(error) => return vec![of_site(Message::new("check-spelling-dictionary").with("error", error.to_string()))],
    };
    let mut found = Vec::new();
    let listed = match listed(case.sources.folder()) {
        Ok(listed) => listed,
        Err(problems) => {
            found.extend(problems.into_iter().map(|problem| Finding::new(Rule::Content, problem)));
            Vec::new()
        }
    };
    let own = AllowedWords::new(listed.iter().map(String::as_str).chain(names(case)));
    let allowed = |word: &str| own.allows(word);
    let spelling = Spelling::new(&dictionaries, &allowed);
    let pages: Vec<PageId> = case.site.pages().collect();
    let mut remarks: Vec<(PageId, Remark)> = pages
        .par_iter()
        .flat_map_iter(|id| of_page(case.site.page(*id), &spelling).into_iter().map(|one| (*id, one)))
        .collect();
    // What stands in most files of a large site is a word that is missing in the list.
    let asked = remarks.len().min(MOST_ASKED);
    remarks[..asked].par_iter_mut().for_each(|(_, remark)| remark.ask(&dictionaries));
    found.par_extend(remarks.into_par_iter().filter_map(|(id, remark)| remark.finding(case.site.page(id))));
    found
}

/// Where in a page's file something is.
#[derive(Debug)]
enum Place {
    /// At some bytes of its Markdown.
    Text(Range<usize>),
    /// Somewhere in its head.
    Head,
}

#[derive(Debug)]
struct Remark {
    rule: Rule,
    place: Place,
    message: Message,
    unknown: Option<spelling::Unknown>,
}

impl Remark {
    /// Finds what may have been meant.
    fn ask(&mut self, dictionaries: &Dictionaries) {
        if let Some(unknown) = &self.unknown {
            self.message = unknown.message(&dictionaries.of(unknown.language).likely(&unknown.word));
        }
    }

    fn finding(self, page: &Page) -> Option<Finding> {
        let problem = match self.place {
            Place::Head => Problem::of_file(&page.path, self.message),
            Place::Text(range) => {
                let parts = page.parts().ok()?;
                let start = parts.markdown.start;
                parts.document.problem(&(range.start + start..range.end + start), self.message)
            }
        };
        Some(Finding::new(self.rule, problem))
    }
}

fn of_page(page: &Page, spelling: &Spelling<'_>) -> Vec<Remark> {
    let Ok(parts) = page.parts() else { return Vec::new() };
    let language = page.file.language;
    let front = &page.front;
    let mut remarks = Vec::new();
    let of_page = AllowedWords::new(front.words.iter().map(String::as_str));
    let mut read = |passages: &[prose::Passage], is_head: bool| {
        let place = |range: &Range<usize>| if is_head { Place::Head } else { Place::Text(range.clone()) };
        for mistake in mistakes_of(passages) {
            let (place, message) = (place(&mistake.range), mistake.message());
            remarks.push(Remark { rule: Rule::Language, place, message, unknown: None });
        }
        for unknown in spelling.unknown(passages) {
            if !of_page.allows(&unknown.word) {
                let (place, message) = (place(&unknown.range), unknown.message(&[]));
                remarks.push(Remark { rule: Rule::Spelling, place, message, unknown: Some(unknown) });
            }
        }
    };
    read(&prose::of_markdown(parts.text(), language), false);
    // A person's name is the name of a page.
    let title = (!matches!(front.kind, Kind::Person(_))).then_some(front.title.as_str());
    for text in title.into_iter().chain(front.summary.as_deref()) {
        read(&prose::of_plain(text, language), true);
    }
    remarks
}

/// The words of the site's list.
fn listed(folder: &Path) -> Result<Vec<String>, Vec<Problem>> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let problems = Problems::default();
    let words = Document::open(&path, "check-policy-missing", &problems).and_then(|document| {
        let mut table = document.table(&problems)?;
        let words = table.tables("word").into_iter().filter_map(|mut inner| {
            // A word that nobody answers for is not in the list.
            let (word, by, why): (Option<String>, Option<String>, Option<String>) =
                (inner.required("word"), inner.required("by"), inner.required("why"));
            by.and(why).and(word)
        });
        Some(words.collect())
    });
    let problems = problems.into_vec();
    match words {
        Some(words) if problems.is_empty() => Ok(words),
        _ => Err(problems),
    }
}

/// Names of the directory: of people, of units, of places, and of the institution.
fn names<'c>(case: &Case<'c>) -> impl Iterator<Item = &'c str> {
    let pages = case.site.pages().map(|id| &case.site.page(id).front);
    let of_pages = pages.flat_map(|front| {
        let place = match &front.kind {
            Kind::Person(_) => None,
            Kind::Unit(unit) => unit.address.as_deref(),
            Kind::Event(event) => Some(event.place.as_str()),
            _ => return Vec::new(),
        };
        let is_name = matches!(front.kind, Kind::Person(_) | Kind::Unit(_));
        is_name.then_some(front.title.as_str()).into_iter().chain(place).collect()
    });
    let settings = &case.site.settings;
    let institution = settings.institution(Language::Lithuanian);
    of_pages.chain([institution.title.as_str()]).chain(institution.address.as_deref())
}
