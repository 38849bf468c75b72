//! XML as a stream of the few things that matter here.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::Unreadable;

/// How deep elements may nest. Office documents stay below a hundred.
const MAX_DEPTH: usize = 1000;

/// A thing in an XML document. Names come without their prefixes: those of office formats do not clash where it matters.
pub(super) enum Item<'a> {
    /// An element begins.
    Start(&'a BytesStart<'a>),
    /// An element ends; also after every `Start` of an empty one.
    End(&'a str),
    /// Text in the innermost open element, whole or in parts.
    Text(&'a str),
}

/// Reads a document to its end. Entities other than XML's own five are passed over: they are defined nowhere in
/// these formats but in bombs.
pub(super) fn read(source: impl BufRead, mut each: impl FnMut(Item<'_>)) -> Result<(), Unreadable> {
    let damaged = |error: quick_xml::Error| Unreadable::Damaged(error.to_string());
    let mut reader = Reader::from_reader(source);
    let mut buffer = Vec::new();
    let mut depth = 0_usize;
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(damaged)? {
            Event::Start(start) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Unreadable::Damaged("nests too deep".to_owned()));
                }
                each(Item::Start(&start));
            }
            Event::Empty(start) => {
                each(Item::Start(&start));
                each(Item::End(start.local_name().as_ref()));
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                each(Item::End(end.local_name().as_ref()));
            }
            Event::Text(text) => each(Item::Text(&text.xml10_content())),
            Event::CData(text) => each(Item::Text(&text.xml10_content())),
            Event::GeneralRef(reference) => each(Item::Text(&character(&reference))),
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// An attribute's value by its name without prefix.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found =
        start.attributes().with_checks(false).flatten().find(|found| found.key.local_name().as_ref() == name)?;
    Some(found.value.to_string())
}

fn character(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return letter.to_string();
    }
    let known: &str = reference;
    let letter = match known {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    };
    letter.to_owned()
}
