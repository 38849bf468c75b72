//! The texts of pages as HTML, kept from one state of the site to the next as long as they hold.

use std::cell::RefCell;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use strict_toml::Problem;

use super::{PageId, Site, links};
use crate::content::{Kind, Page, Parts, Sources};
use crate::markdown::{self, Answer, Question, Resolver, Style, Text};
use crate::search::terms::Tokeniser;

thread_local! {
    /// It remembers the words that it has met, which makes the next page cheaper.
    static TOKENISER: RefCell<Tokeniser> = RefCell::new(Tokeniser::new());
}

/// The texts of the site before.
#[derive(Debug, Default)]
pub struct Texts {
    /// By the address in memory of the page, which is another one as soon as its file was read again: the page is kept with its
    /// text, so that no other comes to that address.
    kept: FxHashMap<usize, (Arc<Page>, Arc<Settled>)>,
    /// All that the answers to questions depended on, as one number.
    answers: Option<u64>,
}

struct Asker<'s> {
    site: &'s Site,
    page: PageId,
}

impl Resolver for Asker<'_> {
    fn answer(&self, question: &Question) -> Answer {
        self.site.answer(self.page, question)
    }
}

/// A text with what is wrong in it.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) text: Text,
    problems: Vec<Problem>,
}

/// Gives every page its text: the one before while its file and all answers to its questions are the same.
pub(super) fn settle(site: &mut Site, sources: &Sources, texts: &mut Texts) {
    let ids: Vec<PageId> = site.pages().collect();
    let answers = links::fingerprint(site, sources);
    let is_same = texts.answers.replace(answers) == Some(answers);
    let settled: Vec<Arc<Settled>> = ids.into_par_iter().map(|id| settled(site, id, texts, is_same)).collect();
    let kept = site.nodes.iter().zip(&settled);
    texts.kept =
        kept.map(|(node, text)| (address_of(&node.page), (Arc::clone(&node.page), Arc::clone(text)))).collect();
    let problems = settled.iter().flat_map(|settled| settled.problems.iter().cloned());
    // In what comes from another generator, much leads nowhere: it is told of, and the rest is shown.
    if site.settings.is_lenient {
        site.notes.extend(problems);
    } else {
        site.problems.extend(problems);
    }
    site.texts = settled;
}

fn address_of(page: &Arc<Page>) -> usize {
    Arc::as_ptr(page).addr()
}

/// The text of a page. When `is_same`, all answers are as they were.
fn settled(site: &Site, id: PageId, texts: &Texts, is_same: bool) -> Arc<Settled> {
    let page = &site.node(id).page;
    if let Some((_, settled)) = texts.kept.get(&address_of(page))
        && (is_same || settled.text.asked.iter().all(|(question, answer)| site.answer(id, question) == *answer))
    {
        return Arc::clone(settled);
    }
    Arc::new(match page.parts() {
        Ok(parts) => parse(site, id, &parts),
        Err(problem) => Settled { problems: vec![*problem], ..Settled::default() },
    })
}

/// By what words a page is found, and how much each tells.
struct Found {
    title: String,
    summary: String,
    text: String,
}

impl Found {
    /// The words of the text, `plain`, and those of the front matter.
    fn of(page: &Page, plain: String) -> Self {
        let front = &page.front;
        let mut found =
            Self { title: front.title.clone(), summary: front.summary.clone().unwrap_or_default(), text: plain };
        let add = |text: &mut String, words: &str| {
            text.push('\n');
            text.push_str(words);
        };
        if let Kind::Act(act) = &front.kind {
            add(&mut found.title, &page.file.language.text(&act.form.key()));
            add(&mut found.title, act.number.as_deref().unwrap_or_default());
        }
        if let Kind::Person(person) = &front.kind {
            add(&mut found.title, &person.position);
        }
        front.terms.values().flatten().for_each(|term| add(&mut found.summary, term));
        // What else the type has: places, prices, what is needed, a programme.
        if let Ok(fields) = serde_json::to_value(&front.kind) {
            add_words(&fields, &mut found.text);
        }
        found
    }
}

fn add_words(value: &serde_json::Value, text: &mut String) {
    match value {
        serde_json::Value::String(words) => {
            text.push('\n');
            text.push_str(words);
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| add_words(value, text)),
        serde_json::Value::Object(fields) => fields.values().for_each(|value| add_words(value, text)),
        _ => {}
    }
}

fn parse(site: &Site, id: PageId, parts: &Parts) -> Settled {
    let page = site.page(id);
    let settings = &site.settings;
    let style = Style {
        language: page.file.language,
        typography: settings.typography,
        plain: settings.search,
        is_lenient: settings.is_lenient,
    };
    let mut text = markdown::parse(parts.text(), style, &Asker { site, page: id });
    if style.plain {
        let Found { title, summary, text: plain } = Found::of(page, std::mem::take(&mut text.plain));
        let terms = |tokeniser: &RefCell<Tokeniser>| tokeniser.borrow_mut().terms(&title, &summary, &plain);
        text.terms = Some(TOKENISER.with(terms));
    }
    text.html.shrink_to_fit();
    let problems = std::mem::take(&mut text.mistakes).into_iter().map(|mistake| {
        let start = parts.markdown.start;
        let span = start + mistake.span.start..start + mistake.span.end;
        parts.document.problem(&span, mistake.message)
    });
    let problems = problems.collect();
    Settled { text, problems }
}
