//! The texts of pages as HTML, kept from one state of the site to the next as long as they hold.

use std::cell::RefCell;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use strict_toml::Problem;

use super::{PageId, Site};
use crate::content::{Page, Sources};
use crate::markdown::{self, Answer, Question, Resolver, Style, Text};
use crate::search::terms::Tokeniser;

thread_local! {
    /// It remembers the words that it has met, which makes the next page cheaper.
    static TOKENISER: RefCell<Tokeniser> = RefCell::new(Tokeniser::new());
}

/// Texts by the path of their file.
#[derive(Debug, Default)]
pub struct Texts(FxHashMap<String, (Arc<Page>, Arc<Text>)>);

struct Asker<'s> {
    site: &'s Site,
    page: PageId,
}

impl Resolver for Asker<'_> {
    fn answer(&self, question: &Question) -> Answer {
        self.site.answer(self.page, question)
    }
}

/// Gives every page its text: the one before while its file and all answers to its questions are the same.
pub(super) fn settle(site: &mut Site, _sources: &Sources, texts: &mut Texts) {
    let ids: Vec<PageId> = site.pages().collect();
    let parsed: Vec<Arc<Text>> = ids.into_par_iter().map(|id| text(site, id, texts)).collect();
    let kept = site.nodes.iter().zip(&parsed);
    texts.0 =
        kept.map(|(node, text)| (node.page.file.path.clone(), (Arc::clone(&node.page), Arc::clone(text)))).collect();
    let mut problems: Vec<Problem> = Vec::new();
    for (node, text) in site.nodes.iter().zip(&parsed) {
        for mistake in &text.mistakes {
            let start = node.page.markdown.start;
            let span = start + mistake.span.start..start + mistake.span.end;
            problems.push(node.page.document.problem(&span, mistake.message.clone()));
        }
    }
    site.problems.extend(problems);
    site.texts = parsed;
}

fn text(site: &Site, id: PageId, texts: &Texts) -> Arc<Text> {
    let page = &site.node(id).page;
    if let Some((before, text)) = texts.0.get(&page.file.path)
        && Arc::ptr_eq(before, page)
        && text.asked.iter().all(|(question, answer)| site.answer(id, question) == *answer)
    {
        return Arc::clone(text);
    }
    let style =
        Style { language: page.file.language, typography: site.settings.typography, plain: site.settings.search };
    let mut text = markdown::parse(page.text(), style, &Asker { site, page: id });
    if style.plain {
        let summary = page.front.summary.as_deref().unwrap_or_default();
        let plain = std::mem::take(&mut text.plain);
        let terms = |tokeniser: &RefCell<Tokeniser>| tokeniser.borrow_mut().terms(&page.front.title, summary, &plain);
        text.terms = Some(TOKENISER.with(terms));
    }
    text.html.shrink_to_fit();
    Arc::new(text)
}
