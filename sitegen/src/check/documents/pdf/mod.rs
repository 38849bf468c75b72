//! PDF: facts from the catalogue, text from the pages.
//!
//! The crate `lopdf` reads objects, repairs what is broken and unpacks streams up to a limit. How text is read from
//! the pages is ours: the crate's own way knows neither forms nor where words end, prefers a font's encoding to its
//! character map, and keeps a page's operators in memory at a hundred times their size.

mod cmap;
mod font;
mod lexer;
mod matrix;
mod text;

use lopdf::{DecompressError, Dictionary, Document, LoadOptions, Object, ObjectId, decode_text_string};

use super::xml::{self, Item, attribute};
use super::{Budget, Facts, Kind, Unreadable, guarded, picture, stated};
use text::PageReader;

/// Most octets that all streams of objects may have together: those of a thousand tagged pages have five megabytes.
/// In memory they become objects of up to sixty times that, so a bomb could take a gigabyte, or [`SHARES`] of them
/// if it consists of many.
const MAX_OBJECTS: usize = 16 << 20;

/// How much more than its even share one stream of objects may have.
const SHARES: usize = 4;

/// Most octets of metadata.
const MAX_METADATA: usize = 1 << 20;

/// Kinds of annotations that are remarks on a document rather than parts of it.
const REMARKS: [&[u8]; 11] = [
    b"Text",
    b"FreeText",
    b"Highlight",
    b"Underline",
    b"Squiggly",
    b"StrikeOut",
    b"Caret",
    b"Ink",
    b"Stamp",
    b"Popup",
    b"FileAttachment",
];

/// Reads a PDF document.
pub(super) fn inspect(bytes: &[u8]) -> Result<Facts, Unreadable> {
    guarded(|| {
        let options = LoadOptions::with_max_decompressed_size(limit_of_objects(bytes));
        match Document::load_mem_with_options(bytes, options) {
            Ok(document) => facts(&document),
            Err(lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_)) => Ok(closed()),
            // Not damaged, only more than is read.
            Err(lopdf::Error::Decompress(DecompressError::MemoryLimitExceeded { .. })) => {
                Ok(Facts { is_cut: true, ..Facts::new(Kind::Pdf) })
            }
            Err(error) => Err(Unreadable::Damaged(error.to_string())),
        }
    })
}

/// A document that does not open without a password.
fn closed() -> Facts {
    Facts { is_encrypted: true, ..Facts::new(Kind::Pdf) }
}

/// How many octets one stream of objects may have. The crate limits each by itself, so many small ones could together
/// have any size: here they share.
fn limit_of_objects(bytes: &[u8]) -> usize {
    let named = |name: &[u8]| bytes.windows(name.len()).filter(|window| *window == name).count();
    // A name may be written with codes for letters, `/Obj#53tm`. Nobody does who means well; it counts too.
    let is_escaped =
        |window: &[u8]| window[0] == b'#' && (b'4'..=b'7').contains(&window[1]) && window[2].is_ascii_hexdigit();
    let escaped = bytes.windows(3).filter(|window| is_escaped(window)).count();
    // Compressed octets look so once in a hundred kilobytes.
    let by_chance = bytes.len() / 100_000;
    let streams = named(b"ObjStm") + named(b"XRef") + escaped.saturating_sub(by_chance);
    // They are not of one size, and the table of all objects is among them: each may have a few shares.
    (SHARES * MAX_OBJECTS / streams.max(1)).clamp(MAX_OBJECTS / 256, MAX_OBJECTS)
}

/// Whether a stream is a JPEG as a camera made it.
fn is_jpeg(stream: &Dictionary) -> bool {
    let is_it = |filter: &Object| filter.as_name().is_ok_and(|name| name == b"DCTDecode");
    match stream.get(b"Filter") {
        Ok(Object::Array(filters)) => filters.len() == 1 && filters.iter().all(is_it),
        Ok(filter) => is_it(filter),
        Err(_) => false,
    }
}

fn facts(document: &Document) -> Result<Facts, Unreadable> {
    if document.is_encrypted() {
        return Ok(closed());
    }
    let catalog = document.catalog().map_err(|error| Unreadable::Damaged(error.to_string()))?;
    let mut budget = Budget::new();
    let mut facts = Facts { is_encrypted: document.was_encrypted(), ..Facts::new(Kind::Pdf) };
    let flag = |dictionary: &[u8], key: &[u8]| {
        let dictionary = catalog.get_deref(dictionary, document).and_then(Object::as_dict);
        dictionary.and_then(|found| found.get_deref(key, document)).and_then(Object::as_bool).unwrap_or(false)
    };
    facts.is_tagged = Some(flag(b"MarkInfo", b"Marked") && catalog.get_deref(b"StructTreeRoot", document).is_ok());
    facts.displays_title = Some(flag(b"ViewerPreferences", b"DisplayDocTitle"));
    facts.language = catalog.get_deref(b"Lang", document).ok().and_then(string);
    let info = document.trailer.get_deref(b"Info", document).and_then(Object::as_dict).ok();
    let stated_in_info = |key: &[u8]| info.and_then(|info| info.get_deref(key, document).ok()).and_then(string);
    facts.title = stated_in_info(b"Title").or_else(|| title_in_metadata(document, catalog, &mut budget));
    facts.author = stated_in_info(b"Author");
    facts.has_position = has_position(document);
    read_pages(document, &mut budget, &mut facts);
    Ok(facts)
}

fn read_pages(document: &Document, budget: &mut Budget, facts: &mut Facts) {
    let pages: Vec<ObjectId> = document.page_iter().collect();
    facts.pages = u32::try_from(pages.len()).ok();
    let mut reader = PageReader::new(document, budget);
    for page in pages {
        reader.read(page);
        for annotation in annotations(document, page) {
            let kind = annotation.get_deref(b"Subtype", document).and_then(Object::as_name).unwrap_or_default();
            let is_remark = REMARKS.contains(&kind);
            facts.has_comments |= is_remark;
            // What is filled into a form is its text as well.
            let key: &[u8] = if is_remark { b"Contents" } else { b"V" };
            if let Some(text) = annotation.get_deref(key, document).ok().and_then(string) {
                reader.add(&text);
            }
        }
    }
    let text = reader.into_text();
    facts.has_text = text.has_any();
    facts.is_cut = text.is_cut || budget.left == 0;
    facts.text = text.kept;
}

fn annotations(document: &Document, page: ObjectId) -> impl Iterator<Item = &Dictionary> {
    let page = document.get_dictionary(page);
    let list = page.and_then(|page| page.get_deref(b"Annots", document)).and_then(Object::as_array);
    let list = list.map(Vec::as_slice).unwrap_or_default().iter();
    list.filter_map(|entry| document.dereference(entry).ok()?.1.as_dict().ok())
}

/// The title in XMP metadata: the first alternative of `dc:title`.
fn title_in_metadata(document: &Document, catalog: &Dictionary, budget: &mut Budget) -> Option<String> {
    let stream = catalog.get_deref(b"Metadata", document).and_then(Object::as_stream).ok()?;
    let content = stream.get_plain_content_with_limit(MAX_METADATA).ok()?;
    budget.spend(content.len());
    let (mut title, mut is_title, mut value) = (None, false, String::new());
    let read = xml::read(content.as_slice(), |item| match item {
        Item::Start(start) => {
            is_title |= start.local_name().as_ref() == "title";
            value.clear();
            title = title.take().or_else(|| attribute(start, "title").as_deref().and_then(stated));
        }
        Item::Text(text) => value.push_str(text),
        Item::End(name) => {
            if is_title && title.is_none() {
                title = stated(&value);
            }
            is_title &= name != "title";
            value.clear();
        }
    });
    read.ok().and(title)
}

/// Whether a photograph in it says where it was taken.
fn has_position(document: &Document) -> bool {
    document.objects.values().filter_map(|object| object.as_stream().ok()).any(|stream| {
        is_jpeg(&stream.dict) && picture::is_picture(&stream.content) && picture::has_position(&stream.content)
    })
}

fn string(object: &Object) -> Option<String> {
    decode_text_string(object).ok().as_deref().and_then(stated)
}
