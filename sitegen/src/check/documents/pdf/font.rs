//! Fonts: which characters codes mean, and how wide they are.

use lopdf::{Dictionary, Document, Object};
use rustc_hash::FxHashMap;

use super::super::Budget;
use super::cmap::CharacterMap;

/// Most octets of one character map; those of the largest fonts have about one megabyte.
const MAX_MAP: usize = 4 << 20;

/// Most octets of a font's parts that are read beside its map, charged so that reading fonts again and again ends.
const COST: usize = 4096;

/// A code's width when the font does not say, in thousandths of its size.
const USUAL_WIDTH: f64 = 500.0;

/// What is needed of a font to read what is set in it.
#[derive(Debug)]
pub(super) struct Font {
    /// Codes have two octets, not one.
    is_composite: bool,
    map: CharacterMap,
    /// What codes mean where the map does not say; only for codes of one octet.
    encoding: Vec<String>,
    widths: FxHashMap<u16, f64>,
    usual_width: f64,
}

/// A code as it is set.
pub(super) struct Glyph<'f> {
    /// What it means; a replacement character when nothing says.
    pub(super) text: &'f str,
    /// In sizes of the font.
    pub(super) width: f64,
    /// Whether spacing of words applies to it.
    pub(super) is_space: bool,
}

impl Font {
    /// Reads a font as far as `budget` allows.
    pub(super) fn read(document: &Document, font: &Dictionary, budget: &mut Budget) -> Self {
        let is_composite =
            font.get_deref(b"Subtype", document).and_then(Object::as_name).is_ok_and(|name| name == b"Type0");
        budget.spend(COST);
        let map = read_map(document, font, budget);
        let encoding = if is_composite || budget.left < 256 { Vec::new() } else { read_encoding(document, font) };
        let (widths, usual_width) =
            if is_composite { composite_widths(document, font, budget) } else { simple_widths(document, font) };
        Self { is_composite, map, encoding, widths, usual_width }
    }

    /// The glyphs of a string.
    pub(super) fn glyphs<'f>(&'f self, string: &'f [u8]) -> impl Iterator<Item = Glyph<'f>> {
        string.chunks(if self.is_composite { 2 } else { 1 }).map(|bytes| {
            let code = bytes.iter().fold(0, |code: u16, byte| code.wrapping_shl(8) | u16::from(*byte));
            let encoded = || self.encoding.get(usize::from(code)).map(String::as_str);
            let width = self.widths.get(&code).copied().unwrap_or(self.usual_width) / 1000.0;
            let text = self.map.get(code).or_else(encoded).unwrap_or("\u{fffd}");
            Glyph { text, width, is_space: !self.is_composite && code == 32 }
        })
    }
}

fn read_map(document: &Document, font: &Dictionary, budget: &mut Budget) -> CharacterMap {
    let stream = font.get_deref(b"ToUnicode", document).and_then(Object::as_stream);
    let Ok(stream) = stream else { return CharacterMap::default() };
    let Ok(content) = stream.get_plain_content_with_limit(MAX_MAP.min(budget.left)) else {
        budget.spend(MAX_MAP);
        return CharacterMap::default();
    };
    budget.spend(content.len());
    CharacterMap::read(&content)
}

/// What each of the 256 codes means by the font's encoding.
fn read_encoding(document: &Document, font: &Dictionary) -> Vec<String> {
    let Ok(encoding) = font.get_font_encoding_with_limit(document, 0) else { return Vec::new() };
    (0..=u8::MAX).map(|code| encoding.bytes_to_string(&[code]).unwrap_or_default()).collect()
}

fn simple_widths(document: &Document, font: &Dictionary) -> (FxHashMap<u16, f64>, f64) {
    let first = font.get_deref(b"FirstChar", document).and_then(Object::as_i64).unwrap_or(0);
    let widths = font.get_deref(b"Widths", document).and_then(Object::as_array);
    let widths = widths.map(Vec::as_slice).unwrap_or_default().iter().take(256);
    let known =
        widths.zip(first..).filter_map(|(width, code)| Some((u16::try_from(code).ok()?, number(document, width)?)));
    (known.collect(), USUAL_WIDTH)
}

/// Widths of a composite font: `code [width …]` and `first last width` (ISO 32000-1, 9.7.4.3). That codes are glyphs'
/// numbers is so with every encoding in use for other than Chinese, Japanese and Korean.
fn composite_widths(document: &Document, font: &Dictionary, budget: &mut Budget) -> (FxHashMap<u16, f64>, f64) {
    let mut widths = FxHashMap::default();
    let descendants = font.get_deref(b"DescendantFonts", document).and_then(Object::as_array);
    let descendant = descendants.ok().and_then(|fonts| document.dereference(fonts.first()?).ok()?.1.as_dict().ok());
    let Some(descendant) = descendant else { return (widths, USUAL_WIDTH) };
    let usual = descendant.get_deref(b"DW", document).ok().and_then(|width| number(document, width)).unwrap_or(1000.0);
    let entries = descendant.get_deref(b"W", document).and_then(Object::as_array);
    let mut entries = entries.map(Vec::as_slice).unwrap_or_default().iter();
    while let Some(first) = entries.next().and_then(|first| code(document, first)) {
        let Some(Ok((_, next))) = entries.next().map(|next| document.dereference(next)) else { break };
        if let Ok(list) = next.as_array() {
            budget.spend(list.len());
            let known = (first..=u16::MAX).zip(list).filter_map(|(code, width)| Some((code, number(document, width)?)));
            widths.extend(known);
            continue;
        }
        let (Some(last), Some(width)) = (code(document, next), entries.next()) else { break };
        let Some(width) = number(document, width) else { break };
        // One that says so with every pair of numbers asks for more than it has.
        if !budget.spend(usize::from(last.saturating_sub(first))) {
            break;
        }
        widths.extend((first..=last).map(|code| (code, width)));
    }
    (widths, usual)
}

fn code(document: &Document, object: &Object) -> Option<u16> {
    document.dereference(object).ok()?.1.as_i64().ok().and_then(|code| u16::try_from(code).ok())
}

fn number(document: &Document, object: &Object) -> Option<f64> {
    document.dereference(object).ok()?.1.as_float().ok().map(f64::from)
}
