//! Pages that name each other in their front matter: an act the acts that it amends, a unit its head, a page its translations.

use std::ops::Range;

use messages::{Language, Message};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::links::{composed, join};
use super::{Graph, PageId};
use crate::content::{Kind, Reference, Type};

/// Pages by what front matter calls them.
struct Names {
    by_name: FxHashMap<(Type, String), Vec<PageId>>,
    acts: FxHashMap<String, Vec<PageId>>,
}

/// What the head of a page names.
#[derive(Default)]
struct Named {
    /// By the key that names it.
    found: Vec<(&'static str, PageId)>,
    /// What is no page, and where that is said.
    wrong: Vec<(Range<usize>, Message)>,
}

/// What a page that tells another one in easy words calls it.
pub(super) const EASY_TO_READ_OF: &str = "easy_to_read_of";

/// Finds the pages that pages name, and the reverse.
pub(super) fn connect(graph: &mut Graph) {
    translate(graph);
    let names = Names::new(graph);
    let pages: Vec<PageId> = graph.pages().collect();
    let named: Vec<Named> = pages.par_iter().map(|id| names.named_by(graph, *id)).collect();
    for (id, Named { found, wrong }) in pages.into_iter().zip(named) {
        // What is not adopted changes nothing yet.
        let is_draft = matches!(&graph.page(id).front.kind, Kind::Act(act) if act.adopted.is_none());
        for (key, target) in &found {
            let key = if is_draft && ["amends", "repeals", "implements"].contains(key) { "drafted" } else { key };
            graph.nodes[target.index()].named_by.push((key, id));
        }
        graph.nodes[id.index()].relations = found;
        for (span, message) in wrong {
            graph.report(id, &span, message);
        }
    }
    for key in ["amends", "repeals", "parent", "reports_to"] {
        report_circles(graph, key);
    }
}

/// Finds the same page in other languages.
fn translate(graph: &mut Graph) {
    if graph.settings.languages().nth(1).is_none() {
        return;
    }
    let mut groups: FxHashMap<String, Vec<PageId>> = FxHashMap::default();
    let mut wrong: Vec<(PageId, Range<usize>, Message)> = Vec::new();
    for id in graph.pages() {
        let page = graph.page(id);
        let key = match &page.front.translates {
            None => page.file.key(),
            Some(reference) => {
                let original = join(&page.file.folder, &reference.text).and_then(|file| graph.page_of_file(&file));
                match original {
                    Some(original) => graph.page(original).file.key(),
                    None => {
                        let message = Message::new("site-link-missing").with("link", reference.text.as_str());
                        wrong.push((id, reference.span.clone(), message));
                        page.file.key()
                    }
                }
            }
        };
        groups.entry(key).or_default().push(id);
    }
    for pages in groups.into_values().filter(|pages| pages.len() > 1) {
        for id in &pages {
            let mut others: Vec<PageId> = pages.iter().copied().filter(|other| other != id).collect();
            others.sort();
            graph.nodes[id.index()].translations = others;
        }
    }
    for (id, span, message) in wrong {
        graph.report(id, &span, message);
    }
}

impl Names {
    fn new(graph: &Graph) -> Self {
        let mut names = Self { by_name: FxHashMap::default(), acts: FxHashMap::default() };
        for id in graph.pages() {
            let page = graph.page(id);
            let type_ = page.front.kind.type_();
            if matches!(type_, Type::Person | Type::Unit | Type::Act) {
                names.by_name.entry((type_, page.file.name.clone())).or_default().push(id);
            }
            if let Kind::Act(act) = &page.front.kind
                && let Some(number) = &act.number
            {
                names.acts.entry(number.clone()).or_default().push(id);
            }
        }
        names
    }

    /// What the head of a page names.
    fn named_by(&self, graph: &Graph, id: PageId) -> Named {
        let front = &graph.page(id).front;
        let mut named = Named::default();
        let mut take = |key, reference: &Reference, target| match target {
            Ok(target) => named.found.extend(Option::map(target, |target| (key, target))),
            Err(message) => named.wrong.push((reference.span.clone(), message)),
        };
        let unit = front.unit.iter().map(|unit| ("unit", Type::Unit, unit));
        for (key, type_, reference) in front.kind.references().into_iter().chain(unit) {
            take(key, reference, self.find(graph, id, &[type_], reference));
        }
        if let Some(reference) = &front.easy_to_read_of {
            take(EASY_TO_READ_OF, reference, by_file(graph, id, &reference.text));
        }
        for reference in &front.contacts {
            take("contacts", reference, self.find(graph, id, &[Type::Person, Type::Unit], reference));
        }
        named
    }

    /// The page of one of `types` that `reference` names; none when it is there and not public.
    fn find(
        &self,
        graph: &Graph,
        from: PageId,
        types: &[Type],
        reference: &Reference,
    ) -> Result<Option<PageId>, Message> {
        let page = graph.page(from);
        let text = reference.text.as_str();
        if text.contains('/') || text.ends_with(".md") {
            return match by_file(graph, from, text)? {
                Some(id) if !types.contains(&graph.page(id).front.kind.type_()) => {
                    Err(of_type("site-reference-type", text, types))
                }
                found => Ok(found),
            };
        }
        let mut found: Vec<PageId> = Vec::new();
        for type_ in types {
            found.extend(self.by_name.get(&(*type_, text.to_owned())).into_iter().flatten());
        }
        if types.contains(&Type::Act) {
            let (year, number) = match text.split_once(' ') {
                Some((year, number)) if year.len() == 4 => (year.parse::<i16>().ok(), number.trim()),
                _ => (None, text),
            };
            let acts = self.acts.get(number).into_iter().flatten().copied();
            found.extend(acts.filter(|id| year.is_none() || graph.day(*id).map(jiff::civil::Date::year) == year));
        }
        let in_language: Vec<PageId> = of_language(graph, &found, page.file.language);
        let found =
            if in_language.is_empty() { of_language(graph, &found, graph.settings.language) } else { in_language };
        match found.as_slice() {
            [one] => Ok(Some(*one)),
            [] => Err(of_type("site-reference-missing", text, types)),
            several => {
                let files: Vec<&str> = several.iter().map(|id| graph.page(*id).file.path.as_str()).collect();
                Err(Message::new("site-reference-several").with("name", text).with("files", files.join(", ")))
            }
        }
    }
}

/// The page whose file is `text`, seen from the page `from`; none when it is there and not public.
fn by_file(graph: &Graph, from: PageId, text: &str) -> Result<Option<PageId>, Message> {
    let missing = || Message::new("site-link-missing").with("link", text);
    let file = join(&graph.page(from).file.folder, text).ok_or_else(missing)?;
    graph.addresses.by_file.get(&*composed(&file)).copied().ok_or_else(missing)
}

/// The act that an item of an agenda names, among those that the sitting was found to name.
pub(super) fn named_act(graph: &Graph, sitting: PageId, reference: &Reference) -> Option<PageId> {
    let text = reference.text.as_str();
    let file = join(&graph.page(sitting).file.folder, text);
    let is_called = |id: &PageId| {
        let page = graph.page(*id);
        let number = match &page.front.kind {
            Kind::Act(act) => act.number.as_deref(),
            _ => None,
        };
        page.file.name == text || number == Some(text) || file.as_deref() == Some(page.file.path.as_str())
    };
    let named = graph.node(sitting).relations.iter().filter(|(key, _)| *key == "agenda").map(|(_, id)| *id);
    named.into_iter().find(is_called)
}

fn of_language(graph: &Graph, pages: &[PageId], language: Language) -> Vec<PageId> {
    pages.iter().copied().filter(|id| graph.page(*id).file.language == language).collect()
}

fn of_type(key: &'static str, name: &str, types: &[Type]) -> Message {
    let words: Vec<&str> = types.iter().map(|type_| type_.word()).collect();
    Message::new(key).with("name", name).with("type", words.join(", "))
}

/// A circle of pages that name each other by `key`, where only a tree makes sense.
fn report_circles(graph: &mut Graph, key: &'static str) {
    // 0: not looked at; 1: on the way from where we began; 2: leads into no circle.
    let mut marks = vec![0_u8; graph.nodes.len()];
    let mut circles: Vec<Vec<PageId>> = Vec::new();
    for start in graph.pages() {
        if graph.node(start).relations.iter().all(|(of, _)| *of != key) {
            continue;
        }
        let mut way: Vec<(PageId, usize)> = vec![(start, 0)];
        while let Some((id, next)) = way.last_mut() {
            if *next == 0 && marks[id.index()] != 0 {
                way.pop();
                continue;
            }
            marks[id.index()] = 1;
            let target = graph.node(*id).relations.iter().filter(|(of, _)| *of == key).nth(*next);
            *next += 1;
            match target {
                None => {
                    marks[id.index()] = 2;
                    way.pop();
                }
                Some((_, target)) if marks[target.index()] == 1 => {
                    let from = way.iter().position(|(id, _)| id == target).unwrap_or(0);
                    circles.push(way[from..].iter().map(|(id, _)| *id).collect());
                }
                Some((_, target)) if marks[target.index()] == 0 => way.push((*target, 0)),
                Some(_) => {}
            }
        }
    }
    for circle in circles {
        let files: Vec<&str> = circle.iter().map(|id| graph.page(*id).file.path.as_str()).collect();
        let message = Message::new("site-circle").with("key", key).with("files", files.join(" → "));
        let problem = strict_toml::Problem::of_file(&graph.page(circle[0]).path, message);
        graph.problems.push(problem);
    }
}
