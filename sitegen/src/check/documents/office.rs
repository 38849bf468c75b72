//! Office documents: archives of XML, by OASIS (OpenDocument) and by ECMA (Office Open XML).

use std::io::{BufReader, Cursor, Read};

use zip::ZipArchive;

use super::xml::{self, Item, attribute};
use super::{Budget, Facts, Kind, Text, Unreadable, picture, stated};

/// Most parts an archive may have. A presentation with a thousand pictures stays below a tenth of it.
const MAX_PARTS: usize = 20_000;

/// Most octets of one picture that are looked at: what says where it was taken stands at its beginning.
const MAX_PICTURE: u64 = 32 << 20;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// What a part of an archive is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Manifest,
    Properties,
    Styles,
    Text,
    Comments,
    Revisions,
    Picture,
}

/// Reads an office document, or finds that an archive is none.
pub(super) fn inspect(bytes: &[u8]) -> Result<Facts, Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| Unreadable::Damaged(error.to_string()))?;
    let kind = kind_of(&archive).ok_or(Unreadable::Unknown)?;
    let mut reading = Reading { facts: Facts::new(kind), text: Text::default(), budget: Budget::new() };
    let count = archive.len().min(MAX_PARTS);
    reading.facts.is_cut = archive.len() > count;
    let named = (0..count).filter_map(|index| {
        let name = archive.name_for_index(index)?.ok()?;
        Some((part_of(kind, &name)?, index))
    });
    let mut parts: Vec<(Part, usize)> = named.collect();
    // The manifest comes first, as the order of `Part` has it: it says whether the others can be read.
    parts.sort_unstable();
    for (part, index) in parts {
        reading.read(&mut archive, index, part)?;
    }
    Ok(reading.into_facts())
}

/// A compound file: since 2007 the wrapping of an encrypted document, before that the format itself.
pub(super) fn inspect_compound(bytes: &[u8]) -> Result<Facts, Unreadable> {
    // Names of streams are UTF-16; the directory stands anywhere in the file.
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if bytes.windows(name.len()).any(|window| window == name) {
        return Ok(Facts { is_encrypted: true, ..Facts::new(Kind::Locked) });
    }
    Err(Unreadable::Outdated)
}

fn kind_of(archive: &Archive<'_>) -> Option<Kind> {
    let has = |name: &str| archive.index_for_name(name).is_some();
    let parts =
        [("word/document.xml", Kind::Docx), ("xl/workbook.xml", Kind::Xlsx), ("ppt/presentation.xml", Kind::Pptx)];
    if let Some((_, kind)) = parts.into_iter().find(|(name, _)| has(name)) {
        return Some(kind);
    }
    if !has("content.xml") || !has("META-INF/manifest.xml") {
        return None;
    }
    let mut mimetype = String::new();
    // The type stands first and is never longer than this.
    archive.clone().by_name("mimetype").ok()?.take(100).read_to_string(&mut mimetype).ok()?;
    match mimetype.trim().strip_prefix("application/vnd.oasis.opendocument.")? {
        "text" | "text-template" => Some(Kind::Odt),
        "spreadsheet" | "spreadsheet-template" => Some(Kind::Ods),
        "presentation" | "presentation-template" => Some(Kind::Odp),
        _ => None,
    }
}

fn part_of(kind: Kind, name: &str) -> Option<Part> {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let stem = file.strip_suffix(".xml").unwrap_or("");
    let stem = stem.trim_end_matches(|letter: char| letter.is_ascii_digit());
    match (kind, folder, stem) {
        (Kind::Odt | Kind::Ods | Kind::Odp, "", "content") => Some(Part::Text),
        (Kind::Odt | Kind::Ods | Kind::Odp, "", "styles") => Some(Part::Styles),
        (Kind::Odt | Kind::Ods | Kind::Odp, "", "meta") => Some(Part::Properties),
        (Kind::Odt | Kind::Ods | Kind::Odp, "META-INF", "manifest") => Some(Part::Manifest),
        (_, "docProps", "core") => Some(Part::Properties),
        (Kind::Docx, "word", "document" | "header" | "footer" | "footnotes" | "endnotes") => Some(Part::Text),
        (Kind::Docx, "word", "styles") => Some(Part::Styles),
        (Kind::Docx, "word", "comments") => Some(Part::Comments),
        (Kind::Xlsx, "xl", "sharedStrings") | (Kind::Xlsx, "xl/worksheets", _) => Some(Part::Text),
        (Kind::Xlsx, "xl", "comments") | (Kind::Xlsx, "xl/threadedComments", _) => Some(Part::Comments),
        (Kind::Xlsx, "xl/revisions", "revisionLog") => Some(Part::Revisions),
        (Kind::Pptx, "ppt/slides" | "ppt/notesSlides", _) => Some(Part::Text),
        (Kind::Pptx, "ppt/comments", _) => Some(Part::Comments),
        (_, "word/media" | "xl/media" | "ppt/media" | "Pictures", _) => Some(Part::Picture),
        _ => None,
    }
}

/// A document while its parts are read.
struct Reading {
    facts: Facts,
    text: Text,
    budget: Budget,
}

impl Reading {
    fn read(&mut self, archive: &mut Archive<'_>, index: usize, part: Part) -> Result<(), Unreadable> {
        let damaged = |error: &dyn std::fmt::Display| Unreadable::Damaged(error.to_string());
        let file = archive.by_index(index).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(_) => Unreadable::Damaged("packed in an unusual way".to_owned()),
            error => damaged(&error),
        })?;
        if part == Part::Picture {
            let mut bytes = Vec::new();
            let limit = MAX_PICTURE.min(self.budget.left as u64);
            file.take(limit).read_to_end(&mut bytes).map_err(|error| damaged(&error))?;
            self.budget.spend(bytes.len());
            self.facts.has_position |= picture::is_picture(&bytes) && picture::has_position(&bytes);
            return Ok(());
        }
        let mut limited = file.take(self.budget.left as u64);
        let read = self.read_xml(part, BufReader::new(&mut limited));
        let unspent = usize::try_from(limited.limit()).unwrap_or(0);
        self.budget.left = unspent;
        if unspent == 0 {
            // The XML ends where the budget does, so its error says nothing about the document.
            self.facts.is_cut = true;
            return Ok(());
        }
        read
    }

    fn read_xml(&mut self, part: Part, source: impl std::io::BufRead) -> Result<(), Unreadable> {
        match part {
            Part::Properties => self.read_properties(source),
            Part::Manifest => xml::read(source, |item| {
                self.facts.is_encrypted |=
                    matches!(item, Item::Start(start) if start.local_name().as_ref() == "encryption-data");
            }),
            // An encrypted part is no XML.
            _ if self.facts.is_encrypted => Ok(()),
            _ => self.read_text(part, source),
        }
    }

    fn read_properties(&mut self, source: impl std::io::BufRead) -> Result<(), Unreadable> {
        let mut value = String::new();
        xml::read(source, |item| match item {
            Item::Start(_) => value.clear(),
            Item::Text(text) => value.push_str(text),
            Item::End(name) => {
                let target = match name {
                    "title" => &mut self.facts.title,
                    "language" => &mut self.facts.language,
                    "creator" | "initial-creator" | "lastModifiedBy" => &mut self.facts.author,
                    _ => return value.clear(),
                };
                *target = target.take().or_else(|| stated(&value));
                value.clear();
            }
        })
    }

    fn read_text(&mut self, part: Part, source: impl std::io::BufRead) -> Result<(), Unreadable> {
        self.text.part('\n');
        let kind = self.facts.kind;
        let mut cell = Cell::default();
        xml::read(source, |item| match item {
            Item::Start(start) => {
                let name = start.local_name();
                self.note(part, start);
                match name.as_ref() {
                    "tab" | "table-cell" | "covered-table-cell" => self.text.part('\t'),
                    "br" | "line-break" | "cr" => self.text.part('\n'),
                    "s" if kind != Kind::Xlsx => self.text.push(" "),
                    "c" if kind == Kind::Xlsx => cell.begin(start),
                    _ => {}
                }
                cell.is_open |= is_text(kind, name.as_ref());
            }
            Item::Text(text) if cell.is_open && !cell.is_index => self.text.push(&plain_number(kind, text)),
            Item::Text(_) => {}
            Item::End(name) => {
                if is_text(kind, name) {
                    cell.is_open = false;
                }
                match name {
                    "p" | "h" | "si" | "row" | "table-row" => self.text.part('\n'),
                    "c" if kind == Kind::Xlsx => self.text.part('\t'),
                    _ => {}
                }
            }
        })
    }

    /// What the beginning of an element tells beside the text.
    fn note(&mut self, part: Part, start: &quick_xml::events::BytesStart<'_>) {
        let name = start.local_name();
        let name = name.as_ref();
        let is_word = self.facts.kind == Kind::Docx;
        match name {
            "ins" | "del" | "moveFrom" | "moveTo" if is_word => self.facts.has_tracked_changes = true,
            "changed-region" => self.facts.has_tracked_changes = true,
            "annotation" => self.facts.has_comments = true,
            "lang" if part == Part::Styles => self.note_language(attribute(start, "val"), None),
            "text-properties" if part == Part::Styles => {
                self.note_language(attribute(start, "language"), attribute(start, "country"));
            }
            // PowerPoint says the language with every run of text.
            "rPr" if self.facts.kind == Kind::Pptx => self.note_language(attribute(start, "lang"), None),
            // The text that is shown may be shortened („3,8E+10“); the value is published too.
            "table-cell" if attribute(start, "value-type").as_deref() == Some("float") => {
                if let Some(value) = attribute(start, "value").filter(|value| value.len() >= 11) {
                    self.text.part('\t');
                    self.text.push(&value);
                    self.text.part('\t');
                }
            }
            _ => {}
        }
        self.facts.has_comments |= part == Part::Comments && matches!(name, "comment" | "threadedComment" | "cm");
        self.facts.has_tracked_changes |= part == Part::Revisions;
    }

    fn note_language(&mut self, language: Option<String>, country: Option<String>) {
        let language = language.filter(|language| language != "none" && language != "zxx");
        let Some(language) = language.as_deref().and_then(stated) else { return };
        let whole = match country.filter(|country| country != "none") {
            Some(country) => format!("{language}-{country}"),
            None => language,
        };
        self.facts.language.get_or_insert(whole);
    }

    fn into_facts(self) -> Facts {
        Facts {
            has_text: self.text.has_any(),
            is_cut: self.facts.is_cut || self.text.is_cut,
            text: self.text.kept,
            ..self.facts
        }
    }
}

/// Where in a sheet of Office Open XML the reader is; in other kinds only whether in a text.
#[derive(Default)]
struct Cell {
    is_open: bool,
    /// The value is the number of a string kept elsewhere.
    is_index: bool,
}

impl Cell {
    fn begin(&mut self, start: &quick_xml::events::BytesStart<'_>) {
        self.is_index = attribute(start, "t").as_deref() == Some("s");
    }
}

/// Whether an element holds text. In Office Open XML few do; in OpenDocument paragraphs do, at any depth, so that their
/// end must not close one around them: there everything in the content counts.
fn is_text(kind: Kind, name: &str) -> bool {
    match kind {
        Kind::Docx => matches!(name, "t" | "delText"),
        Kind::Xlsx => matches!(name, "t" | "v"),
        Kind::Pptx => matches!(name, "t" | "text"),
        _ => matches!(name, "body" | "master-styles"),
    }
}

/// A cell's number as people write it: Excel stores a personal code as `3.8001020123E10`.
fn plain_number(kind: Kind, text: &str) -> String {
    let parsed = || text.trim().parse::<f64>().ok().filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
    match (kind == Kind::Xlsx && text.contains(['E', 'e'])).then(parsed).flatten() {
        Some(number) => format!("{number:.0}"),
        None => text.to_owned(),
    }
}
