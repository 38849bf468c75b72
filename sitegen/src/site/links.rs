//! Where links lead.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::Arc;

use messages::Message;
use percent_encoding::percent_decode_str;
use rayon::prelude::*;
use rustc_hash::FxHasher;
use strict_toml::Problem;
use unicode_normalization::UnicodeNormalization as _;

use super::{PageId, Site};
use crate::content::{Kind, Sources};
use crate::markdown::{Answer, Contact, DocumentFacts, Picture, Question, is_outside};
use crate::pictures::{Pictures, Variant, Variants};

/// What the site answers to a question of a page's text.
pub(super) fn answer(site: &Site, id: PageId, question: &Question) -> Answer {
    match question {
        Question::Link(link) => match target(site, id, link) {
            Ok(address) => Answer::Address(address),
            Err(message) => Answer::Wrong(message),
        },
        Question::Picture(link) => picture(site, id, link),
        Question::Document(link) => match file(site, id, link) {
            Some((address, size)) => Answer::Document(DocumentFacts { format: format_of(&address), address, size }),
            None => Answer::Wrong(Message::new("site-document-missing").with("link", link.as_str())),
        },
        Question::Contact(name) => contact(site, id, name),
    }
}

/// All that [`answer`] depends on, as one number: where pages and files are, in which language, what files are, and what people
/// and units say of themselves. While it is the same, so are all answers; that it may differ without need does no harm.
pub(super) fn fingerprint(site: &Site, sources: &Sources) -> u64 {
    let mut hasher = FxHasher::default();
    site.settings.is_lenient.hash(&mut hasher);
    for file in sources.pages.keys() {
        file.hash(&mut hasher);
    }
    for node in &site.nodes {
        (&node.page.file.path, &node.address, node.page.file.language, &node.translations).hash(&mut hasher);
        if matches!(node.page.front.kind, Kind::Person(_) | Kind::Unit(_)) {
            (&node.page.front.title, format!("{:?}", node.page.front.kind)).hash(&mut hasher);
        }
    }
    for section in &site.sections {
        section.address.hash(&mut hasher);
    }
    for term in &site.taxonomies {
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
fn picture(site: &Site, id: PageId, link: &str) -> Answer {
    match variants(site, id, link) {
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
        None => match file(site, id, link) {
            Some((address, _)) => Answer::Picture(Picture { source: address, ..Picture::default() }),
            None => Answer::Wrong(Message::new("site-picture-missing").with("link", link)),
        },
    }
}

/// What a picture beside the text becomes, and in which folder of the site that stands; none when it is no such picture.
fn variants<'s>(site: &'s Site, id: PageId, link: &str) -> Option<(&'s str, Result<Arc<Variants>, Message>)> {
    let decoded = percent_decode_str(link).decode_utf8_lossy();
    let path = decoded.split(['#', '?']).next().unwrap_or_default();
    let inner = join(&site.page(id).file.folder, path)?;
    let (folder, asset) = site.addresses.pictures.get(&*composed(&inner))?;
    Some((folder, site.pictures.variants(asset)))
}

/// The files that the pictures of all pages become: by their path on the site, their path on the disk.
pub(super) fn picture_files(site: &Site) -> BTreeMap<String, PathBuf> {
    let mut files = BTreeMap::new();
    for id in site.pages() {
        let asked = site.text(id).asked.iter().filter_map(|(question, _)| match question {
            Question::Picture(link) => Some(link.as_str()),
            Question::Link(link) if Pictures::is_picture(link) => Some(link.as_str()),
            _ => None,
        });
        let named = site.page(id).front.images.iter().map(|image| image.file.as_str());
        for link in asked.chain(named) {
            let Some((folder, Ok(variants))) = variants(site, id, link) else { continue };
            for variant in variants.webp.iter().chain(&variants.fallback) {
                files.insert(format!("{folder}{}", variant.name), variant.file.clone());
            }
        }
    }
    files
}

/// What people call a kind of file: its ending, in capitals.
#[must_use]
pub(crate) fn format_of(address: &str) -> String {
    address.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_uppercase())
}

/// A file that is published as it is: its address, and its size in octets.
pub(crate) fn file(site: &Site, id: PageId, link: &str) -> Option<(String, u64)> {
    let decoded = percent_decode_str(link).decode_utf8_lossy();
    let path = decoded.split(['#', '?']).next().unwrap_or_default();
    let inner = join(&site.page(id).file.folder, path)?;
    if let Some((target, size)) = site.addresses.assets.get(&*composed(&inner)) {
        return Some((format!("/{target}"), *size));
    }
    let published = site.addresses.files.get(inner.as_str())?;
    let size = std::fs::metadata(published).map_or(0, |metadata| metadata.len());
    Some((format!("/{inner}"), size))
}

fn target(site: &Site, id: PageId, link: &str) -> Result<String, Message> {
    let wrong = |key: &str| Message::new(key).with("link", link);
    // Zola writes links to files so.
    let link = link.strip_prefix('@').unwrap_or(link);
    let (path, fragment) = link.find(['#', '?']).map_or((link, ""), |at| link.split_at(at));
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let inner = join(&site.page(id).file.folder, &decoded).ok_or_else(|| wrong("site-link-outside"))?;
    if let Some(found) = site.addresses.by_file.get(&*composed(&inner)) {
        let found = found.ok_or_else(|| wrong("site-link-unpublished"))?;
        return Ok(format!("{}{fragment}", in_language_of(site, id, found)));
    }
    if let Some((folder, found)) = variants(site, id, path) {
        let largest = found?.fallback.last().map(|variant| format!("/{folder}{}", variant.name));
        return largest.ok_or_else(|| wrong("site-link-missing"));
    }
    if let Some((address, _)) = file(site, id, path) {
        return Ok(format!("{address}{fragment}"));
    }
    // An address, as it stands in a browser.
    let address = if inner.is_empty() { "/".to_owned() } else { format!("/{inner}/") };
    if decoded.starts_with('/') && is_address(site, &address) {
        return Ok(format!("{address}{fragment}"));
    }
    Err(wrong("site-link-missing"))
}

fn is_address(site: &Site, address: &str) -> bool {
    let site_has = |address: &str| site.addresses.by_address.contains_key(address);
    site_has(address)
        || site.sections.iter().any(|section| section.address == address)
        || site.taxonomies.iter().any(|term| term.address == address)
}

/// The address of a page, in the language of whoever links to it if there is a translation.
fn in_language_of(site: &Site, from: PageId, target: PageId) -> &str {
    let language = site.page(from).file.language;
    let node = site.node(target);
    let translation = node.translations.iter().find(|id| site.page(**id).file.language == language);
    match translation {
        Some(translation) if node.page.file.language != language => &site.node(*translation).address,
        _ => &node.address,
    }
}

fn contact(site: &Site, from: PageId, name: &str) -> Answer {
    let language = site.page(from).file.language;
    let named = site.pages().filter(|id| {
        let page = site.page(*id);
        page.file.name == name && matches!(page.front.kind, Kind::Person(_) | Kind::Unit(_))
    });
    let in_language = |id: &PageId| site.page(*id).file.language;
    let found = named.min_by_key(|id| (in_language(id) != language, in_language(id) != site.settings.language, *id));
    let Some(id) = found else { return Answer::Wrong(Message::new("site-contact-missing").with("name", name)) };
    let node = site.node(id);
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

/// Finds who links to whom, links to anchors that are not there, and files that front matter names in vain.
pub(super) fn settle(site: &mut Site) {
    let pages: Vec<PageId> = site.pages().collect();
    let lost: Vec<Problem> = pages.par_iter().flat_map_iter(|id| lost_files(site, *id)).collect();
    if site.settings.is_lenient {
        site.notes.extend(lost);
    } else {
        site.problems.extend(lost);
    }
    let found: Vec<Links> = pages.par_iter().map(|id| links_of(site, *id)).collect();
    let mut backlinks: Vec<(PageId, PageId)> = Vec::new();
    let mut wrong: Vec<(PageId, Message)> = Vec::new();
    for (id, links) in pages.into_iter().zip(found) {
        backlinks.extend(links.targets.into_iter().map(|target| (target, id)));
        wrong.extend(links.wrong.into_iter().map(|message| (id, message)));
    }
    for (target, from) in backlinks {
        let found = &mut site.nodes[target.index()].backlinks;
        if found.last() != Some(&from) {
            found.push(from);
        }
    }
    for (id, message) in wrong {
        let path = site.page(id).path.clone();
        site.problems.push(Problem::of_file(path, message));
    }
}

/// Where the links of a page lead.
#[derive(Default)]
struct Links {
    targets: Vec<PageId>,
    /// Of those to anchors that are not there.
    wrong: Vec<Message>,
}

fn links_of(site: &Site, id: PageId) -> Links {
    let mut links = Links::default();
    for (question, answer) in &site.text(id).asked {
        let (Question::Link(link), Answer::Address(address)) = (question, answer) else { continue };
        let (path, fragment) = address.split_once('#').unwrap_or((address, ""));
        let Some(target) = site.page_at(path) else { continue };
        if target != id {
            links.targets.push(target);
        }
        let is_there = |fragment: &str| site.text(target).headings.iter().any(|heading| heading.id == fragment);
        if !fragment.is_empty()
            && !site.settings.is_lenient
            && !is_there(fragment)
            && !site.text(target).html.contains(&format!("id=\"{fragment}\""))
        {
            links.wrong.push(Message::new("site-link-anchor").with("link", link.as_str()));
        }
    }
    links
}

/// Files that the front matter of a page names and that are not there.
fn lost_files(site: &Site, id: PageId) -> Vec<Problem> {
    let page = site.page(id);
    let images = page.front.images.iter().map(|image| Question::Picture(image.file.clone()));
    let attachments = page.front.attachments.iter().chain(page.front.kind.documents()).chain(&page.front.sign_language);
    let attached = attachments.map(|attachment| attachment.file.as_str());
    let distributions = match &page.front.kind {
        Kind::Dataset(dataset) => dataset.distributions.as_slice(),
        _ => &[],
    };
    let here = distributions.iter().map(|distribution| distribution.file.as_str()).filter(|file| !is_outside(file));
    let documents = attached.chain(here).map(|file| Question::Document(file.to_owned()));
    let wrong = images.chain(documents).filter_map(|question| match answer(site, id, &question) {
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
