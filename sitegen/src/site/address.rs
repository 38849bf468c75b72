//! Where each page is.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::collections::hash_map::Entry;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::DateTime;
use messages::{Language, Message};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use strict_toml::Problem;

use super::links::composed;
use super::sections::Section;
use super::{Graph, Node, PageId, Publish, SectionId};
use crate::content::{Asset, Page, Sources, Visibility, folder_above};
use crate::markdown::{slug, slug_of_file};
use crate::pictures::Pictures;

/// What is at which address.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    /// The page of each file of `content/`; none for one that is not published.
    pub(super) by_file: FxHashMap<String, Option<PageId>>,
    pub(super) by_address: FxHashMap<String, PageId>,
    /// Files that are published as they are: by their path on the site, their path on the disk.
    pub(super) files: FxHashMap<String, PathBuf>,
    /// The path on the site of each file of `content/` that is published as it is, with its size in octets.
    pub(super) assets: FxHashMap<String, (String, u64)>,
    /// Pictures of `content/` by their file: the folder on the site where what they become stands, and the file on the disk.
    pub(super) pictures: FxHashMap<String, (String, Asset)>,
    /// Sections by language and folder.
    pub(super) sections: FxHashMap<(Language, String), SectionId>,
    /// Where each page was before.
    pub(super) aliases: Vec<(String, PageId)>,
}

fn is_published(visibility: Visibility, publish: Publish) -> bool {
    matches!(visibility, Visibility::Public | Visibility::Expired) || publish == Publish::Everything
}

/// The sections that the pages make, those above before those below.
pub(super) fn settle(
    sources: &Sources,
    now: DateTime,
    publish: Publish,
    problems: &mut Vec<Problem>,
) -> (Vec<Section>, Addresses) {
    let mut own: FxHashMap<(Language, Cow<'_, str>), &Arc<Page>> = FxHashMap::default();
    let mut listed: FxHashSet<(Language, Cow<'_, str>)> = FxHashSet::default();
    for page in sources.pages.values().filter(|page| is_published(page.visibility(now), publish)) {
        let key = (page.file.language, page.file.listed_in());
        if page.file.is_section {
            own.insert(key.clone(), page);
        }
        listed.insert(key);
    }
    let mut folders = BTreeSet::from([(String::new(), sources.settings.language)]);
    for (language, folder) in &listed {
        let mut next = Some(&**folder);
        // With a folder, those above it are known.
        while let Some(path) = next.filter(|path| folders.insert(((*path).to_owned(), *language))) {
            next = folder_above(path);
        }
    }
    let mut sections: Vec<Section> = Vec::with_capacity(folders.len());
    let mut addresses = Addresses::default();
    // In this order the folder above comes first.
    for (folder, language) in folders {
        let page = own.get(&(language, Cow::Borrowed(&*folder)));
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", &folder));
        let parent =
            if folder.is_empty() { None } else { addresses.sections.get(&(language, above.to_owned())).copied() };
        let address = match parent {
            None => sources.settings.root(language),
            Some(parent) => {
                let segment = page.map_or_else(|| slug(name), |page| page.segment());
                format!("{}{segment}/", sections[parent.index()].address)
            }
        };
        let is_implied = page.is_none();
        if is_implied && !sources.settings.is_lenient && language == sources.settings.language {
            let file = if folder.is_empty() { "_index.md".to_owned() } else { format!("{folder}/_index.md") };
            problems.push(Problem::of_file(sources.named(&file), Message::new("site-section-missing")));
        }
        let id = SectionId::of(sections.len());
        addresses.sections.insert((language, folder.clone()), id);
        sections.push(Section::new(language, folder, address, parent));
    }
    (sections, addresses)
}

/// Gives every page and file its address.
pub(super) fn place(graph: &mut Graph, sources: &Sources) {
    let pages: Vec<(&String, &Arc<Page>)> = sources.pages.iter().collect();
    let places: Vec<Option<Node>> = pages.par_iter().map(|(_, page)| place_of(graph, page)).collect();
    let mut ids: Vec<Option<PageId>> = Vec::with_capacity(pages.len());
    graph.nodes.reserve(pages.len());
    graph.addresses.by_address.reserve(pages.len());
    for ((file, page), place) in pages.iter().zip(places) {
        let id = PageId::of(graph.nodes.len());
        let Some(node) = place else {
            ids.push(None);
            continue;
        };
        match graph.addresses.by_address.entry(node.address.clone()) {
            Entry::Vacant(free) => drop(free.insert(id)),
            Entry::Occupied(taken) => {
                let other = graph.nodes[taken.get().index()].page.file.path.as_str();
                let message = Message::new("site-same-address").with("address", node.address).with("other", other);
                graph.problems.push(Problem::of_file(sources.named(file), message));
                ids.push(None);
                continue;
            }
        }
        if page.file.is_section {
            graph.sections[node.section.index()].page = Some(id);
        }
        graph.nodes.push(node);
        ids.push(Some(id));
    }
    let files = pages.iter().zip(ids).map(|((file, _), id)| (composed(file).into_owned(), id));
    graph.addresses.by_file = files.collect();
    place_files(graph, sources);
    place_aliases(graph, sources);
}

/// A page at its place; none if it is not published.
fn place_of(graph: &Graph, page: &Arc<Page>) -> Option<Node> {
    let visibility = page.visibility(graph.now);
    if !is_published(visibility, graph.publish) {
        return None;
    }
    let folder = page.file.listed_in().into_owned();
    // The folder of a page that is published is a section.
    let section = graph.addresses.sections.get(&(page.file.language, folder)).copied()?;
    let above = &graph.section(section).address;
    let address = if page.file.is_section { above.clone() } else { format!("{above}{}/", page.segment()) };
    Some(Node {
        page: Arc::clone(page),
        address,
        visibility,
        section,
        translations: Vec::new(),
        relations: Vec::new(),
        named_by: Vec::new(),
        neighbours: [None; 2],
    })
}

fn place_files(graph: &mut Graph, sources: &Sources) {
    for (path, asset) in &sources.statics {
        graph.addresses.files.insert(path.clone(), asset.path.clone());
    }
    // Files stand where their folder's page is.
    for (file, asset) in &sources.assets {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        let segments = folder.split('/').filter(|part| !part.is_empty()).map(slug);
        let mut target: Vec<String> = segments.collect();
        if Pictures::is_picture(name) {
            // As it is, it may say where and when it was taken.
            let inner = if target.is_empty() { String::new() } else { format!("{}/", target.join("/")) };
            graph.addresses.pictures.insert(composed(file).into_owned(), (inner, asset.clone()));
            continue;
        }
        target.push(slug_of_file(name));
        let target = target.join("/");
        let other = graph.addresses.files.insert(target.clone(), asset.path.clone());
        if let Some(other) = other {
            let message = Message::new("site-same-address").with("address", format!("/{target}"));
            let message = message.with("other", other.display().to_string());
            graph.problems.push(Problem::of_file(&asset.path, message));
        }
        graph.addresses.assets.insert(composed(file).into_owned(), (target, asset.size));
    }
}

fn place_aliases(graph: &mut Graph, sources: &Sources) {
    let mut aliases: Vec<(String, PageId)> = Vec::new();
    let mut wrong: Vec<(PageId, Message)> = Vec::new();
    for id in graph.pages() {
        for alias in &graph.page(id).front.aliases {
            match old_address(alias) {
                Some(alias) => aliases.push((alias, id)),
                None => wrong.push((id, Message::new("site-alias").with("alias", alias.as_str()))),
            }
        }
    }
    for (old, file) in &sources.old_addresses {
        let path = sources.named("addresses.toml");
        match (old_address(old), graph.addresses.by_file.get(&*composed(file)).copied()) {
            (Some(alias), Some(Some(id))) => aliases.push((alias, id)),
            // A page that is not public has no address of before either.
            (Some(_), Some(None)) => {}
            (None, _) => {
                graph.problems.push(Problem::of_file(path, Message::new("site-alias").with("alias", old.as_str())));
            }
            (_, None) => {
                graph
                    .problems
                    .push(Problem::of_file(path, Message::new("site-link-missing").with("link", file.as_str())));
            }
        }
    }
    aliases.sort();
    let same = |alias: &str, other: &str| Message::new("site-same-address").with("address", alias).with("other", other);
    for pair in aliases.windows(2) {
        if let [(alias, one), (other, id)] = pair
            && alias == other
            && one != id
        {
            wrong.push((*id, same(alias, &graph.page(*one).file.path)));
        }
    }
    for (alias, id) in &aliases {
        if let Some(taken) = graph.page_at(alias).filter(|taken| taken != id) {
            wrong.push((*id, same(alias, &graph.page(taken).file.path)));
        }
    }
    for (id, message) in wrong {
        let path = graph.page(id).path.clone();
        graph.problems.push(Problem::of_file(path, message));
    }
    aliases.retain(|(alias, _)| !graph.addresses.by_address.contains_key(alias));
    aliases.dedup_by(|one, other| one.0 == other.0);
    graph.addresses.aliases = aliases;
}

/// An address of before with a slash at its start; none when it is none of this site.
fn old_address(alias: &str) -> Option<String> {
    let inner = alias.strip_prefix('/').unwrap_or(alias);
    let path = inner.split('?').next().unwrap_or_default();
    let is_wrong = |part: &str| part == ".." || part == ".";
    let has_wrong_letter = inner.chars().any(|letter| letter.is_control() || "\\\"'<>{};#".contains(letter));
    let is_elsewhere = inner.starts_with('/') || path.contains(':');
    (!path.split('/').any(is_wrong) && !has_wrong_letter && !is_elsewhere).then(|| format!("/{inner}"))
}
