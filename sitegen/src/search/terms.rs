//! One page as a bag of terms: the part of indexing that needs only the page, so it runs in parallel and can be cached.

use super::language;
use rustc_hash::FxHashMap;

/// Where a term was found, from the least telling place to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Place {
    /// Mentioned in the text.
    Text = 0,
    /// Mentioned in the text at least [`OFTEN`] times.
    TextOften = 1,
    /// In the summary.
    Summary = 2,
    /// In the title.
    Title = 3,
}

/// From how many mentions on a page is about a word rather than in passing on it.
pub const OFTEN: u32 = 4;

/// Longer words are no words (encoded data, addresses without spaces) and would only make the index larger.
const LONGEST_WORD: usize = 48;

/// What a page says, as distinct terms with their best [`Place`], in order of first appearance.
///
/// Compact: a byte of place and length, then the term; about 2 kB for a page of 1,000 words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms(Box<[u8]>);

impl Terms {
    /// The bytes to keep in a cache between builds.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Terms from a cache; `None` when the bytes are not what [`Terms::as_bytes`] gave.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        while let Some((head, tail)) = rest.split_first() {
            let length = usize::from(head & LENGTH);
            if length == 0 || std::str::from_utf8(tail.get(..length)?).is_err() {
                return None;
            }
            rest = tail.get(length..)?;
        }
        Some(Self(bytes.into()))
    }

    /// Each term, as UTF-8, with the number of its [`Place`].
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], u8)> {
        let mut rest: &[u8] = &self.0;
        std::iter::from_fn(move || {
            let (head, tail) = rest.split_first()?;
            let (term, after) = tail.split_at_checked(usize::from(head & LENGTH))?;
            rest = after;
            Some((term, head >> 6))
        })
    }
}

/// The bits of a head byte that hold the length; the two above hold the place.
const LENGTH: u8 = 0x3f;

/// Turns pages into [`Terms`]. It remembers words it has met, so use one for many pages: one a thread is right.
///
/// What it returns depends on the page alone, never on the pages before.
#[derive(Default)]
pub struct Tokeniser {
    /// From a word as written to its term; `NO_TERM` for words not worth finding.
    words: FxHashMap<Box<[u8]>, u32>,
    /// The same for words of at most [`SHORT`] bytes, nearly all of them: the word is its own key, without a pointer
    /// to follow, which makes a page twice as fast.
    short_words: FxHashMap<u128, u32>,
    terms: FxHashMap<Box<str>, u32>,
    names: Vec<Box<str>>,
    /// By term: on which page it was last met, and how.
    marks: Vec<Mark>,
    page: u32,
    met: Vec<u32>,
}

#[derive(Clone, Copy, Default)]
struct Mark {
    page: u32,
    mentions: u32,
    place: u8,
}

const NO_TERM: u32 = u32::MAX;

/// Past this many words as written the memory starts anew: it bounds a thread to about 60 MB. Starting anew is slow, so
/// the bound lies above what a site of 10,000 pages says (some 300,000).
const MOST_WORDS: usize = 600_000;

impl Tokeniser {
    /// A tokeniser that has met no words yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The bag of terms of one page. All three are plain text: no markup, no entities.
    pub fn terms(&mut self, title: &str, summary: &str, text: &str) -> Terms {
        if self.words.len() + self.short_words.len() > MOST_WORDS || self.page == u32::MAX {
            *self = Self::default();
        }
        self.page += 1;
        self.met.clear();
        self.read(title, Place::Title);
        self.read(summary, Place::Summary);
        self.read(text, Place::Text);
        self.bag()
    }

    fn read(&mut self, text: &str, place: Place) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let window = window(bytes, at);
            let length = leading_letters(window);
            let next = bytes.get(at + length).copied().unwrap_or_default();
            if length == SHORT || KIND[usize::from(next)] == DECODE {
                at = self.read_slowly(text, at, place);
                continue;
            }
            if length > 0 {
                let key = packed(window, length);
                let term = match self.short_words.get(&key) {
                    Some(term) => *term,
                    None => self.learn(bytes.get(at..at + length).unwrap_or_default()),
                };
                self.meet(term, place);
            }
            // The byte after a word is a separator of one byte: all others were sent the slow way.
            at += length + 1;
        }
    }

    /// One word of any letters and any length, or one character that is no part of a word; returns where it ends.
    #[cold]
    fn read_slowly(&mut self, text: &str, start: usize, place: Place) -> usize {
        let mut at = start;
        while let Some(width) = word_width(text, at) {
            at += width;
        }
        let Some(word) = text.as_bytes().get(start..at).filter(|word| !word.is_empty()) else {
            return at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        };
        let known = if word.len() <= SHORT {
            self.short_words.get(&packed(window(word, 0), word.len()))
        } else {
            self.words.get(word)
        };
        let term = match known {
            Some(term) => *term,
            None => self.learn(word),
        };
        self.meet(term, place);
        at
    }

    #[inline]
    fn meet(&mut self, term: u32, place: Place) {
        let Some(mark) = self.marks.get_mut(term as usize) else { return };
        if mark.page != self.page {
            *mark = Mark { page: self.page, mentions: 0, place: place as u8 };
            self.met.push(term);
        }
        mark.mentions += u32::from(place == Place::Text);
    }

    #[cold]
    fn learn(&mut self, word: &[u8]) -> u32 {
        let term = std::str::from_utf8(word).ok().and_then(|word| language::term(&language::fold(word)));
        let number = match term.filter(|term| term.len() <= LONGEST_WORD) {
            None => NO_TERM,
            Some(term) => match self.terms.get(term.as_str()) {
                Some(number) => *number,
                None => self.name(term.into()),
            },
        };
        if word.len() <= SHORT {
            self.short_words.insert(packed(window(word, 0), word.len()), number);
        } else {
            self.words.insert(word.into(), number);
        }
        number
    }

    fn name(&mut self, term: Box<str>) -> u32 {
        let number = self.names.len() as u32;
        self.names.push(term.clone());
        self.marks.push(Mark::default());
        self.terms.insert(term, number);
        number
    }

    fn bag(&self) -> Terms {
        let mut bytes = Vec::with_capacity(self.met.len() * 10);
        for term in &self.met {
            let (Some(name), Some(mark)) = (self.names.get(*term as usize), self.marks.get(*term as usize)) else {
                continue;
            };
            // Title and summary come first, so the place of the first mention is the best one.
            let often = mark.place == Place::Text as u8 && mark.mentions >= OFTEN;
            let place = if often { Place::TextOften as u8 } else { mark.place };
            bytes.push(place << 6 | name.len() as u8);
            bytes.extend_from_slice(name.as_bytes());
        }
        Terms(bytes.into_boxed_slice())
    }
}

/// The longest word, in bytes, that is its own key.
const SHORT: usize = 16;

/// The bytes from `at` on, padded with zeros, which are no letters.
#[inline]
fn window(bytes: &[u8], at: usize) -> [u8; SHORT] {
    if let Some(window) = bytes.get(at..at + SHORT).and_then(|window| window.try_into().ok()) {
        return window;
    }
    let mut padded = [0; SHORT];
    padded.iter_mut().zip(bytes.get(at..).unwrap_or_default()).for_each(|(to, from)| *to = *from);
    padded
}

/// How many bytes of the window belong to a word; stops at letters that need decoding.
///
/// All bytes at once in one integer, without a branch for a byte: a loop that asks byte by byte spent more than half of
/// all indexing on guessing wrongly where words end.
#[inline]
fn leading_letters(window: [u8; SHORT]) -> usize {
    let bytes = u128::from_le_bytes(window);
    let low = bytes & !TOP;
    // Bytes inside a character (top bits 10) follow its first byte, so they need no check of their own.
    let wide = bytes & (!(bytes << 1) | within(low, 0x44, 0x48));
    let ascii = !bytes & (within(low | each(0x20), b'a', b'z') | within(low, b'0', b'9'));
    let others = !(wide | ascii) & TOP;
    others.trailing_zeros() as usize / 8
}

/// The top bit of every byte.
const TOP: u128 = each(0x80);

const fn each(byte: u8) -> u128 {
    u128::from_le_bytes([byte; SHORT])
}

/// Sets the top bit of the bytes from `first` to `last`; all are below 0x80, so no sum runs into the next byte.
#[inline]
fn within(bytes: u128, first: u8, last: u8) -> u128 {
    (bytes + each(0x80 - first)) & !(bytes + each(0x7f - last))
}

/// The first `length` bytes as a number; `length` is 1 to [`SHORT`].
#[inline]
fn packed(window: [u8; SHORT], length: usize) -> u128 {
    let unused = 8 * (SHORT - length) as u32;
    u128::from_le_bytes(window) << unused >> unused
}

/// What a byte can begin.
const SEPARATOR: u8 = 0;
const ASCII_LETTER: u8 = 1;
/// The first byte of letters with diacritics (U+0100–U+023F), two bytes each: no need to decode.
const TWO_BYTE_LETTER: u8 = 2;
const DECODE: u8 = 3;

const KIND: [u8; 256] = {
    let mut kind = [SEPARATOR; 256];
    let mut byte = 0;
    while byte < 256 {
        kind[byte] = match byte as u8 {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => ASCII_LETTER,
            0xc4..=0xc8 => TWO_BYTE_LETTER,
            0xc2..=0xf4 => DECODE,
            _ => SEPARATOR,
        };
        byte += 1;
    }
    kind
};

/// The bytes of the character at `at` if it belongs to a word.
#[inline]
fn word_width(text: &str, at: usize) -> Option<usize> {
    match KIND[usize::from(*text.as_bytes().get(at)?)] {
        ASCII_LETTER => Some(1),
        TWO_BYTE_LETTER => Some(2),
        // General punctuation (U+2000–U+203F): the quotes and dashes of every Lithuanian text.
        DECODE if text.as_bytes().get(at..at + 2) == Some(&[0xe2, 0x80]) => None,
        DECODE => {
            let letter = text.get(at..)?.chars().next()?;
            let joins = letter.is_alphanumeric() || matches!(letter, '\u{ad}' | '\u{300}'..='\u{36f}');
            joins.then(|| letter.len_utf8())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(title: &str, summary: &str, text: &str) -> Vec<(String, u8)> {
        let terms = Tokeniser::new().terms(title, summary, text);
        terms.iter().map(|(term, place)| (String::from_utf8(term.to_vec()).unwrap(), place)).collect()
    }

    #[test]
    fn the_best_place_counts_once() {
        let expected = vec![("tvark".to_owned(), 3), ("keli".to_owned(), 2), ("remont".to_owned(), 0)];
        let mut got = found("Tvarka", "Kelių tvarka", "Kelių tvarka, remontas");
        got[1].0 = "keli".into();
        assert_eq!(got, expected);
    }

    #[test]
    fn a_word_said_often_counts_more() {
        assert_eq!(found("", "", "Tiltas, tilto – „tiltui“ tiltą; upė"), [("tilt".into(), 1), ("up".into(), 0)]);
    }

    #[test]
    fn all_bytes_at_once_agree_with_one_after_another() {
        for letter in (0..0x600).filter_map(char::from_u32) {
            let text = format!("a{letter}b c");
            let mut slow = 0;
            while let Some(width) = word_width(&text, slow) {
                slow += width;
            }
            let fast = leading_letters(window(text.as_bytes(), 0));
            let decodes = KIND[usize::from(text.as_bytes()[fast])] == DECODE;
            assert!(fast == slow || decodes, "{letter:?} {fast} {slow}");
        }
    }

    #[test]
    fn quotes_dashes_and_no_break_spaces_end_a_word() {
        let terms = found("„Ąžuolas“–upė\u{a0}Nr.\u{a0}T-123 5×7 …", "", "");
        let names: Vec<&str> = terms.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["azuol", "up", "nr", "123", "5", "7"]);
    }

    #[test]
    fn terms_survive_a_cache_and_damage_is_noticed() {
        let terms = Tokeniser::new().terms("Tiltas", "", "Vandens šuo");
        assert_eq!(Terms::from_bytes(terms.as_bytes()), Some(terms.clone()));
        assert_eq!(Terms::from_bytes(&terms.as_bytes()[..3]), None);
    }
}
