//! Where links lead.

use std::borrow::Cow;
use std::hash::{Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::Arc;

use messages::Message;
use percent_encoding::percent_decode_str;
use rayon::prelude::*;
use rustc_hash::FxHasher;
use strict_toml::Problem;
use unicode_normalization::UnicodeNormalization as _;

use super::texts::Settled;
use super::{Graph, PageId, Site};
use crate::content::{Kind, Sources};
use crate::markdown::{Answer, Contact, DocumentFacts, Picture, Question, Text, is_outside};
use crate::pictures::{Pictures, Variant, Variants};

/// What the site answers to a question of a page's text.
pub(super) fn answer(graph: &Graph, id: PageId, question: &Question) -> Answer {
    match question {
        Question::Link(link) => match target(graph, id, link) {
            Ok(address) => Answer::Address(address),
            Err(message) => Answer::Wrong(message),
        },
        Question::Picture(link) => picture(graph, id, link),
        Question::Document(link) => match file(graph, id, link) {
            Some((address, size)) => Answer::Document(DocumentFacts { format: format_of(&address), address, size }),
            None => Answer::Wrong(Message::new("site-document-missing").with("link", link.as_str())),
        },
        Question::Contact(name) => contact(graph, id, name),
    }
}

/// All that [`answer`] depends on, as one number: where pages and files are, in which language, what files are, and what people
/// and units say of themselves. While it is the same, so are all answers; that it may differ without need does no harm.
pub(super) fn fingerprint(graph: &Graph, sources: &Sources) -> u64 {
    let mut hasher = FxHasher::default();
    graph.settings.is_lenient.hash(&mut hasher);
    for file in sources.pages.keys() {
        file.hash(&mut hasher);
    }
    for node in &graph.nodes {
        (&node.page.file.path, &node.address, node.page.file.language, &node.translations).hash(&mut hasher);
        if matches!(node.page.front.kind, Kind::Person(_) | Kind::Unit(_)) {
            (&node.page.front.title, format!("{:?}", node.page.front.kind)).hash(&mut hasher);
        }
    }
    for section in &graph.sections {
        section.address.hash(&mut hasher);
    }
    for term in &graph.taxonomies {
        term.address.hash(&mut hasher);
    }
    for assets in [&sources.assets, &sources.statics] {
        for (file, asset) in assets {
            (file, &asset.path, asset.size, asset.modified).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// A picture as a page shows it: one of the site's own made anew in several widths, one that is published as it is (a drawing
/// in SVG, a file of `static/`) as it is.
fn picture(graph: &Graph, id: PageId, link: &str) -> Answer {
    match variants(graph, id, link) {
        Some((folder, Ok(variants))) => {
            let set = |variants: &[Variant]| {
                let sources = variants.iter().map(|variant| format!("/{folder}{} {}w", variant.name, variant.width));
                sources.collect::<Vec<_>>().join(", ")
            };
            let middle = variants.fallback.get(variants.fallback.len() / 2);
            Answer::Picture(Picture {
                source: middle.map_or_else(String::new, |variant| format!("/{folder}{}", variant.name)),
                width: variants.width,
                height: variants.height,
                webp: set(&variants.webp),
                fallback: set(&variants.fallback),
            })
        }
        Some((_, Err(message))) => Answer::Wrong(message),
        None => match file(graph, id, link) {
            Some((address, _)) => Answer::Picture(Picture { source: address, ..Picture::default() }),
            None => Answer::Wrong(Message::new("site-picture-missing").with("link", link)),
        },
    }
}

/// What a picture beside the text becomes, and in which folder of the site that stands; none when it is no such picture.
fn variants<'s>(graph: &'s Graph, id: PageId, link: &str) -> Option<(&'s str, Result<Arc<Variants>, Message>)> {
    let decoded = percent_decode_str(link).decode_utf8_lossy();
    let path = decoded.split(['#', '?']).next().unwrap_or_default();
    let inner = join(&graph.page(id).file.folder, path)?;
    let (folder, asset) = graph.addresses.pictures.get(&*composed(&inner))?;
    Some((folder, graph.pictures.variants(asset)))
}

/// The files that the pictures of all pages become: their path on the site, and on the disk. One that several pages show is there
/// several times.
pub(super) fn picture_files(site: &Site) -> Vec<(String, PathBuf)> {
    let pages: Vec<PageId> = site.pages().collect();
    let files = pages.par_iter().flat_map_iter(|id| {
        let asked = site.text(*id).asked.iter().filter_map(|(question, _)| match question {
            Question::Picture(link) => Some(link.as_str()),
            Question::Link(link) if Pictures::is_picture(link) => Some(link.as_str()),
            _ => None,
        });
        let named = site.page(*id).front.images.iter().map(|image| image.file.as_str());
        asked.chain(named).flat_map(|link| picture_files_of(site, *id, link))
    });
    files.collect()
}

fn picture_files_of(graph: &Graph, id: PageId, link: &str) -> Vec<(String, PathBuf)> {
    let Some((folder, Ok(variants))) = variants(graph, id, link) else { return Vec::new() };
    let variants = variants.webp.iter().chain(&variants.fallback);
    variants.map(|variant| (format!("{folder}{}", variant.name), variant.file.clone())).collect()
}

/// What people call a kind of file: its ending, in capitals.
#[must_use]
pub(crate) fn format_of(address: &str) -> String {
    address.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_uppercase())
}

/// A file that is published as it is: its address, and its size in octets.
pub(crate) fn file(graph: &Graph, id: PageId, link: &str) -> Option<(String, u64)> {
    let decoded = percent_decode_str(link).decode_utf8_lossy();
    let path = decoded.split(['#', '?']).next().unwrap_or_default();
    let inner = join(&graph.page(id).file.folder, path)?;
    if let Some((target, size)) = graph.addresses.assets.get(&*composed(&inner)) {
        return Some((format!("/{target}"), *size));
    }
    let published = graph.addresses.files.get(inner.as_str())?;
    let size = std::fs::metadata(published).map_or(0, |metadata| metadata.len());
    Some((format!("/{inner}"), size))
}

fn target(graph: &Graph, id: PageId, link: &str) -> Result<String, Message> {
    let wrong = |key: &str| Message::new(key).with("link", link);
    // Zola writes links to files so.
    let link = link.strip_prefix('@').unwrap_or(link);
    let (path, fragment) = link.find(['#', '?']).map_or((link, ""), |at| link.split_at(at));
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let inner = join(&graph.page(id).file.folder, &decoded).ok_or_else(|| wrong("site-link-outside"))?;
    if let Some(found) = graph.addresses.by_file.get(&*composed(&inner)) {
        let found = found.ok_or_else(|| wrong("site-link-unpublished"))?;
        return Ok(format!("{}{fragment}", in_language_of(graph, id, found)));
    }
    if let Some((folder, found)) = variants(graph, id, path) {
        let largest = found?.fallback.last().map(|variant| format!("/{folder}{}", variant.name));
        return largest.ok_or_else(|| wrong("site-link-missing"));
    }
    if let Some((address, _)) = file(graph, id, path) {
        return Ok(format!("{address}{fragment}"));
    }
    // An address, as it stands in a browser.
    let address = if inner.is_empty() { "/".to_owned() } else { format!("/{inner}/") };
    if decoded.starts_with('/') && is_address(graph, &address) {
        return Ok(format!("{address}{fragment}"));
    }
    Err(wrong("site-link-missing"))
}

fn is_address(graph: &Graph, address: &str) -> bool {
    let site_has = |address: &str| graph.addresses.by_address.contains_key(address);
    site_has(address)
        || graph.sections.iter().any(|section| section.address == address)
        || graph.taxonomies.iter().any(|term| term.address == address)
}

/// The address of a page, in the language of whoever links to it if there is a translation.
fn in_language_of(graph: &Graph, from: PageId, target: PageId) -> &str {
    let language = graph.page(from).file.language;
    let node = graph.node(target);
    let translation = node.translations.iter().find(|id| graph.page(**id).file.language == language);
    match translation {
        Some(translation) if node.page.file.language != language => &graph.node(*translation).address,
        _ => &node.address,
    }
}

fn contact(graph: &Graph, from: PageId, name: &str) -> Answer {
    let language = graph.page(from).file.language;
    let named = graph.pages().filter(|id| {
        let page = graph.page(*id);
        page.file.name == name && matches!(page.front.kind, Kind::Person(_) | Kind::Unit(_))
    });
    let in_language = |id: &PageId| graph.page(*id).file.language;
    let found = named.min_by_key(|id| (in_language(id) != language, in_language(id) != graph.settings.language, *id));
    let Some(id) = found else { return Answer::Wrong(Message::new("site-contact-missing").with("name", name)) };
    let node = graph.node(id);
    let (address, name) = (node.address.clone(), node.page.front.title.clone());
    Answer::Contact(match &node.page.front.kind {
        Kind::Person(person) => Contact {
            address,
            name,
            position: Some(person.position.clone()),
            phone: person.phone.clone(),
            email: person.email.clone(),
            room: person.room.clone(),
        },
        Kind::Unit(unit) => Contact {
            address,
            name,
            position: None,
            phone: unit.phone.clone(),
            email: unit.email.clone(),
            room: unit.address.clone(),
        },
        _ => Contact { address, name, position: None, phone: None, email: None, room: None },
    })
}

/// Reports files that front matter names in vain.
pub(super) fn report_lost_files(graph: &mut Graph) {
    let pages: Vec<PageId> = graph.pages().collect();
    let lost: Vec<Problem> = pages.par_iter().flat_map_iter(|id| lost_files(graph, *id)).collect();
    // In what comes from another generator, much leads nowhere: it is told of, and the rest is shown.
    if graph.settings.is_lenient {
        graph.notes.extend(lost);
    } else {
        graph.problems.extend(lost);
    }
}

/// Where the links of a text lead, within a graph.
#[derive(Debug)]
pub(super) struct Leads {
    /// Other pages, each once.
    pub(super) targets: Vec<PageId>,
    /// Places in pages.
    pub(super) anchors: Vec<Anchor>,
}

/// A place in a page that a text links to.
#[derive(Debug)]
pub(super) struct Anchor {
    page: PageId,
    fragment: String,
    /// As it was written.
    link: String,
}

impl Leads {
    /// Those of the text of the page `id`.
    pub(super) fn of(graph: &Graph, id: PageId, text: &Text) -> Self {
        let mut leads = Self { targets: Vec::new(), anchors: Vec::new() };
        for (question, answer) in &text.asked {
            let (Question::Link(link), Answer::Address(address)) = (question, answer) else { continue };
            let (path, fragment) = address.split_once('#').unwrap_or((address, ""));
            let Some(page) = graph.page_at(path) else { continue };
            if page != id {
                leads.targets.push(page);
            }
            if !fragment.is_empty() {
                leads.anchors.push(Anchor { page, fragment: fragment.to_owned(), link: link.clone() });
            }
        }
        leads.targets.sort_unstable();
        leads.targets.dedup();
        leads
    }
}

/// Links to places that are not there.
pub(super) fn lost_anchors<'t>(graph: &'t Graph, texts: &'t [Settled]) -> impl Iterator<Item = Problem> + 't {
    let is_there = |anchor: &Anchor| {
        let Anchor { page, fragment, .. } = anchor;
        let text = texts[page.index()].text();
        text.headings.iter().any(|heading| heading.id == *fragment) || text.html.contains(&format!("id=\"{fragment}\""))
    };
    graph.pages().zip(texts).flat_map(move |(id, text)| {
        text.anchors().iter().filter(move |anchor| !is_there(anchor)).map(move |anchor| {
            let message = Message::new("site-link-anchor").with("link", anchor.link.as_str());
            Problem::of_file(&graph.page(id).path, message)
        })
    })
}

/// Files that the front matter of a page names and that are not there.
fn lost_files(graph: &Graph, id: PageId) -> Vec<Problem> {
    let page = graph.page(id);
    let images = page.front.images.iter().map(|image| Question::Picture(image.file.clone()));
    let attachments = page.front.attachments.iter().chain(page.front.kind.documents()).chain(&page.front.sign_language);
    let attached = attachments.map(|attachment| attachment.file.as_str());
    let distributions = match &page.front.kind {
        Kind::Dataset(dataset) => dataset.distributions.as_slice(),
        _ => &[],
    };
    let here = distributions.iter().map(|distribution| distribution.file.as_str()).filter(|file| !is_outside(file));
    let documents = attached.chain(here).map(|file| Question::Document(file.to_owned()));
    let wrong = images.chain(documents).filter_map(|question| match answer(graph, id, &question) {
        Answer::Wrong(message) => Some(Problem::of_file(&page.path, message)),
        _ => None,
    });
    wrong.collect()
}

/// A name with each letter as one character (NFC): macOS writes names of files with marks of their own (NFD), people do not.
pub(super) fn composed(name: &str) -> Cow<'_, str> {
    if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(name.nfc().collect()) }
}

/// A path relative to a folder of the site, or from its root when it begins with a slash; none when it leads out.
pub(super) fn join(folder: &str, path: &str) -> Option<String> {
    let from = if path.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in from.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}
