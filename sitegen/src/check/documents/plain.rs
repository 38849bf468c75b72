//! Plain text, in whatever encoding it is.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1257};

use super::{Facts, Kind, Text, Unreadable};

/// Endings of files that are text whatever their octets are.
const ENDINGS: [&str; 12] = ["txt", "csv", "tsv", "log", "md", "json", "geojson", "xml", "html", "htm", "ics", "svg"];

/// Reads a text: by its mark, as UTF-8, or as Windows-1257, in which Lithuanian programs wrote for twenty years.
pub(super) fn inspect(name: &str, bytes: &[u8]) -> Result<Facts, Unreadable> {
    let is_marked = Encoding::for_bom(bytes).is_some();
    if !is_marked && bytes.contains(&0) {
        return Err(Unreadable::Unknown);
    }
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_named = ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known));
    let is_utf8 = std::str::from_utf8(bytes).is_ok();
    if !(is_marked || is_named || is_utf8) {
        return Err(Unreadable::Unknown);
    }
    // Each octet becomes at most three, and the rest is cut: what is decoded is bounded by what came in.
    let encoding = if is_utf8 { UTF_8 } else { WINDOWS_1257 };
    let (decoded, _, _) = encoding.decode(bytes);
    let mut text = Text::default();
    text.push(&decoded);
    Ok(Facts { has_text: text.has_any(), is_cut: text.is_cut, text: text.kept, ..Facts::new(Kind::Text) })
}
