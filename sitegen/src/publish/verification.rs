//! A built release, read from the disk once more before it may be public: what was checked as content could still have become
//! a file that is cut off, empty or not what it says it is, and a template of the site's own can link to nowhere.
//!
//! What we made must be right. What editors publish as it is, an old page or a table of another program, is only told of.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use messages::Message;
use percent_encoding::percent_decode_str;
use quick_xml::Reader;
use quick_xml::events::Event;
use rayon::prelude::*;

use super::error::PublishError;
use super::manifest::{ANNOUNCEMENT, MANIFEST};
use super::markup::{Document, scan};
use crate::release::MARK;

/// What every site has.
const NEEDED: [&str; 4] = ["index.html", "404.html", "sitemap.xml", ANNOUNCEMENT];

/// What is to be verified.
#[derive(Debug)]
pub struct Verification<'v> {
    /// The folder of the release.
    pub folder: &'v Path,
    /// All files that were to be made.
    pub planned: &'v BTreeSet<String>,
    /// Those of them that editors publish as they are.
    pub as_they_are: &'v BTreeSet<String>,
    /// Where the site will be.
    pub base_url: &'v str,
    /// What addresses begin with that the web server serves from elsewhere.
    pub elsewhere: &'v [String],
    /// Whether links that lead nowhere are only told of.
    pub is_lenient: bool,
}

/// What was found.
#[derive(Debug, Default, PartialEq)]
pub struct Findings {
    /// Why the release must not be public.
    pub mistakes: Vec<Message>,
    /// What is only told.
    pub notes: Vec<Message>,
}

/// A file of the release, as far as others depend on it.
#[derive(Debug)]
enum Read {
    Page(Document),
    Other,
}

impl Verification<'_> {
    /// Reads everything.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn run(&self) -> Result<Findings, PublishError> {
        let mut findings = Findings::default();
        let needed = NEEDED.iter().map(|path| (*path).to_owned());
        for path in self.planned.iter().cloned().chain(needed).collect::<BTreeSet<_>>() {
            if !self.folder.join(&path).is_file() {
                findings.mistakes.push(Message::new("publish-file-missing").with("file", path));
            }
        }
        let made = self.planned.iter().filter(|path| self.folder.join(path).is_file());
        let paths: BTreeSet<&str> = made.map(String::as_str).chain([ANNOUNCEMENT, MANIFEST]).collect();
        let read: Result<Vec<_>, PublishError> = paths.into_par_iter().map(|path| self.read(path)).collect();
        let mut files = BTreeMap::new();
        for (path, read, mistake) in read? {
            if let Some(message) = mistake {
                self.add(path, message, &mut findings);
            }
            files.insert(path, read);
        }
        let broken: Vec<(&str, Message)> = files
            .par_iter()
            .flat_map_iter(|(path, read)| {
                let document = if let Read::Page(document) = read { Some(document) } else { None };
                let links = document.into_iter().flat_map(|document| &document.links);
                links.filter_map(|link| Some((*path, self.broken(&files, path, link)?)))
            })
            .collect();
        for (path, message) in broken {
            if self.is_lenient {
                findings.notes.push(message);
            } else {
                self.add(path, message, &mut findings);
            }
        }
        Ok(findings)
    }

    fn add(&self, path: &str, message: Message, findings: &mut Findings) {
        let is_note = self.as_they_are.contains(path);
        if is_note { &mut findings.notes } else { &mut findings.mistakes }.push(message);
    }

    /// Reads a file; what is wrong with it alone.
    fn read<'p>(&self, path: &'p str) -> Result<(&'p str, Read, Option<Message>), PublishError> {
        let file = self.folder.join(path);
        let content = fs::read(&file).map_err(PublishError::files(&file, "read"))?;
        let malformed = |error: String| Some(Message::new("publish-malformed").with("file", path).with("error", error));
        let mistake = match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
            _ if content.is_empty() && path != MARK => Some(Message::new("publish-empty-file").with("file", path)),
            "html" => return Ok((path, Read::Page(scan(&content)), None)),
            "xml" | "svg" => well_formed(&content).err().and_then(malformed),
            "json" | "jsonld" | "webmanifest" => {
                let parsed: Result<serde::de::IgnoredAny, _> = serde_json::from_slice(&content);
                parsed.err().and_then(|error| malformed(error.to_string()))
            }
            _ => None,
        };
        Ok((path, Read::Other, mistake))
    }

    /// What is wrong with a link in the file `from`.
    fn broken(&self, files: &BTreeMap<&str, Read>, from: &str, link: &str) -> Option<Message> {
        let wrong = |key| Some(Message::new(key).with("file", from).with("link", link));
        let inner = self.inner(link)?;
        let (rest, fragment) = inner.split_once('#').map_or((inner, None), |(rest, at)| (rest, Some(at)));
        let address = rest.split('?').next().unwrap_or_default();
        let decoded = percent_decode_str(address).decode_utf8_lossy();
        let target = if decoded.is_empty() { Some(from.to_owned()) } else { resolved(from, &decoded) };
        let Some(target) = target else { return wrong("publish-broken-link") };
        if self.elsewhere.iter().any(|prefix| format!("/{target}").starts_with(prefix.as_str())) {
            return None;
        }
        let as_folder = format!(
            "{}index.html",
            if target.is_empty() { String::new() } else { format!("{}/", target.trim_end_matches('/')) }
        );
        let found = files.get(target.as_str()).or_else(|| files.get(as_folder.as_str()));
        match (found, fragment) {
            (None, _) => wrong("publish-broken-link"),
            (Some(Read::Page(document)), Some(fragment)) if !has_target(document, fragment) => {
                wrong("publish-broken-fragment")
            }
            _ => None,
        }
    }

    /// The part of a link that is inside the site; none of one that leads to another.
    fn inner<'l>(&self, link: &'l str) -> Option<&'l str> {
        let link = link.trim();
        if let Some(rest) = link.strip_prefix(self.base_url) {
            return match rest.as_bytes().first() {
                None => Some("/"),
                Some(b'/' | b'#' | b'?') => Some(rest),
                Some(_) => None,
            };
        }
        let scheme = link.split(['/', '?', '#']).next().unwrap_or_default();
        (!link.starts_with("//") && !scheme.contains(':')).then_some(link)
    }
}

/// Whether a page has what a fragment names (HTML, "scrolling to a fragment").
fn has_target(document: &Document, fragment: &str) -> bool {
    let decoded = percent_decode_str(fragment).decode_utf8_lossy();
    let is_everywhere = decoded.is_empty() || decoded.eq_ignore_ascii_case("top") || decoded.starts_with(":~:");
    is_everywhere || document.targets.contains(fragment) || document.targets.contains(&*decoded)
}

/// The file or folder to which a path on the page `from` leads; none outside of the site.
fn resolved(from: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    if !path.starts_with('/') {
        parts.extend(from.split('/'));
        parts.pop();
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether octets are XML: elements that close in order, one root, and only references that everybody knows.
fn well_formed(content: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(content).map_err(|error| error.to_string())?;
    let mut reader = Reader::from_str(text);
    let (mut depth, mut roots) = (0_usize, 0_usize);
    let known =
        |reference: &str| reference.starts_with('#') || matches!(reference, "lt" | "gt" | "amp" | "quot" | "apos");
    loop {
        let at = reader.buffer_position();
        let wrong = |what: &str| Err(format!("{what} (octet {at})"));
        match reader.read_event().map_err(|error| format!("{error} (octet {at})"))? {
            Event::Start(element) => {
                for attribute in element.attributes() {
                    attribute.map_err(|error| format!("{error} (octet {at})"))?;
                }
                roots += usize::from(depth == 0);
                depth += 1;
            }
            Event::Empty(element) => {
                for attribute in element.attributes() {
                    attribute.map_err(|error| format!("{error} (octet {at})"))?;
                }
                roots += usize::from(depth == 0);
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Text(text) if depth == 0 && !text.trim().is_empty() => return wrong("text outside of elements"),
            Event::GeneralRef(reference) if !known(&reference) => return wrong("an unknown reference"),
            Event::Eof if depth > 0 => return wrong("it ends too early"),
            Event::Eof if roots != 1 => return wrong("it has not one root"),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_that_is_none_is_told_from_xml() {
        for good in ["<?xml version=\"1.0\"?>\n<a b=\"&amp;\"><c/>d &lt;</a>\n", "<a/>"] {
            assert_eq!(well_formed(good.as_bytes()), Ok(()));
        }
        for bad in ["", "<a>", "<a></b>", "<a/><b/>", "<a b=\"1\" b=\"2\"/>", "x<a/>", "<a>&nbsp;</a>", "<a>\u{0}<"] {
            assert!(well_formed(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn links_are_resolved_as_browsers_do() {
        assert_eq!(resolved("naujienos/index.html", "foto.jpg").as_deref(), Some("naujienos/foto.jpg"));
        assert_eq!(resolved("naujienos/a/index.html", "../b/").as_deref(), Some("naujienos/b"));
        assert_eq!(resolved("index.html", "/").as_deref(), Some(""));
        assert_eq!(resolved("index.html", "../x"), None);
    }

    /// A release with these files, of which `notes.html` and `old.json` are published as they are.
    fn found(files: &[(&str, &str)], is_lenient: bool) -> (Vec<String>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let whole = [("index.html", "<p id=a>"), ("404.html", "<p>"), ("sitemap.xml", "<a/>")];
        let said = [(ANNOUNCEMENT, "{}"), (MANIFEST, "x")];
        for (path, text) in whole.iter().chain(&said).chain(files) {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let names = |files: &[(&str, &str)]| files.iter().map(|(path, _)| (*path).to_owned()).collect::<BTreeSet<_>>();
        let mut planned = names(files);
        planned.extend(names(&whole));
        planned.insert("missing.css".to_owned());
        let verification = Verification {
            folder: folder.path(),
            planned: &planned,
            as_they_are: &["notes.html", "old.json"].map(str::to_owned).into(),
            base_url: "https://www.azuolynas.example",
            elsewhere: &["/forms/".to_owned()],
            is_lenient,
        };
        let findings = verification.run().unwrap();
        let said =
            |messages: &[Message]| messages.iter().map(|message| messages::Language::English.say(message)).collect();
        (said(&findings.mistakes), said(&findings.notes))
    }

    #[test]
    fn what_is_wrong_with_a_built_release_is_found() {
        let files = [
            (
                "a/index.html",
                "<a href=../#a><a href=/forms/x><a href='https://www.azuolynas.example/a/'><a href='#no'>",
            ),
            (
                "b.html",
                "<a href=/nowhere/><img src=c.png><a href=mailto:x@y.example><a href=//kitas.example/><a href='/a'>",
            ),
            ("notes.html", "<a href=/nowhere/>"),
            ("old.json", "{"),
            ("new.json", "{"),
            ("feed.xml", "<feed>"),
            ("empty.css", ""),
        ];
        let (mistakes, notes) = found(&files, false);
        assert_eq!(
            mistakes,
            [
                "missing.css: the file is not there, although it was to be made",
                "empty.css: the file is empty",
                "feed.xml: the file is malformed: it ends too early (octet 6)",
                "new.json: the file is malformed: EOF while parsing an object at line 1 column 1",
                "a/index.html: the link \"#no\" leads to a place that is not on that page",
                "b.html: the link \"/nowhere/\" leads nowhere",
                "b.html: the link \"c.png\" leads nowhere",
            ]
        );
        assert_eq!(notes.len(), 2, "{notes:?}");
        let (mistakes, notes) = found(&files, true);
        assert_eq!((mistakes.len(), notes.len()), (4, 5));
    }
}
