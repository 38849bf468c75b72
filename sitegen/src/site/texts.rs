//! The texts of pages as HTML, kept from one state of the site to the next as long as they hold.

use std::cell::RefCell;
use std::sync::Arc;

use rayon::prelude::*;
use strict_toml::Problem;

use super::links::{Anchor, Leads};
use super::{Graph, PageId};
use crate::content::{Kind, Page, Parts};
use crate::markdown::{self, Answer, Question, Resolver, Style, Text};
use crate::search::terms::Tokeniser;

thread_local! {
    /// It remembers the words that it has met, which makes the next page cheaper.
    static TOKENISER: RefCell<Tokeniser> = RefCell::new(Tokeniser::new());
}

/// The texts of the site before, with the graph that they were settled in.
#[derive(Debug, Default)]
pub struct Texts(Option<(Arc<Graph>, Arc<[Settled]>)>);

/// What the file of a page says.
#[derive(Debug, Default)]
struct Read {
    text: Text,
    problems: Vec<Problem>,
    /// Of which text of the page, see [`Page::version`].
    version: u64,
}

/// The text of a page in a site.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    read: Arc<Read>,
    leads: Arc<Leads>,
}

impl Settled {
    fn new(graph: &Graph, id: PageId, read: Arc<Read>) -> Self {
        let leads = Arc::new(Leads::of(graph, id, &read.text));
        Self { read, leads }
    }

    pub(super) fn text(&self) -> &Text {
        &self.read.text
    }

    /// What is wrong in it.
    pub(super) fn problems(&self) -> &[Problem] {
        &self.read.problems
    }

    /// The pages that it links to, each once.
    pub(super) fn targets(&self) -> &[PageId] {
        &self.leads.targets
    }

    /// The places in pages that it links to.
    pub(super) fn anchors(&self) -> &[Anchor] {
        &self.leads.anchors
    }
}

struct Asker<'g> {
    graph: &'g Graph,
    page: PageId,
}

impl Resolver for Asker<'_> {
    fn answer(&self, question: &Question) -> Answer {
        self.graph.answer(self.page, question)
    }
}

/// Gives every page its text: the one before while its file and all answers to its questions are the same.
pub(super) fn settle(graph: &Arc<Graph>, texts: &mut Texts) -> Arc<[Settled]> {
    let ids: Vec<PageId> = graph.pages().collect();
    let before = texts.0.take();
    let before = before.as_ref().map(|(graph, settled)| (graph, &**settled));
    let settled: Vec<Settled> = ids.into_par_iter().map(|id| settled(graph, id, before)).collect();
    let settled: Arc<[Settled]> = settled.into();
    texts.0 = Some((Arc::clone(graph), Arc::clone(&settled)));
    settled
}

fn settled(graph: &Arc<Graph>, id: PageId, before: Option<(&Arc<Graph>, &[Settled])>) -> Settled {
    let page = &graph.node(id).page;
    let kept = before.and_then(|(before, settled)| {
        // Then also every page has the number that it had.
        let are_places_same = Arc::ptr_eq(before, graph) || before.answers == graph.answers;
        let was = if are_places_same { id } else { before.page_of_file(&page.file.path)? };
        let is_same_file = Arc::ptr_eq(&before.node(was).page, page);
        let kept = Some(&settled[was.index()]).filter(|kept| is_same_file && kept.read.version == page.version())?;
        if are_places_same {
            return Some(kept.clone());
        }
        let mut asked = kept.text().asked.iter();
        let are_answers_same = asked.all(|(question, answer)| graph.answer(id, question) == *answer);
        are_answers_same.then(|| Settled::new(graph, id, Arc::clone(&kept.read)))
    });
    kept.unwrap_or_else(|| {
        let version = page.version();
        let read = match page.parts() {
            Ok(parts) => read(graph, id, &parts, version),
            Err(problem) => Read { problems: vec![*problem], version, ..Read::default() },
        };
        Settled::new(graph, id, Arc::new(read))
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

fn read(graph: &Graph, id: PageId, parts: &Parts, version: u64) -> Read {
    let page = graph.page(id);
    let settings = &graph.settings;
    let style = Style {
        language: page.file.language,
        typography: settings.typography,
        plain: settings.search,
        is_lenient: settings.is_lenient,
    };
    let mut text = markdown::parse(parts.text(), style, &Asker { graph, page: id });
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
    Read { text, problems, version }
}
