//! Editors type on a keyboard that has one kind of quotation mark, one kind of dash and one kind of space; a printed
//! text has more. This module puts the right ones into the text of a paragraph: „kabutės“, dashes, an ellipsis, and
//! spaces at which no line may end ("5 %", "Nr. 5", "o jis"). It never changes a letter or a digit, and where the
//! meaning is not plain (is `12-3` a range or a number of a document?) it leaves what the editor wrote.
//!
//! A Markdown parser hands over a paragraph in pieces, cut at emphasis, links and code. [`Quotes`] remembers from
//! piece to piece what stood before; make a new one for every block.
//!
//! Sources: Lithuanian rules of punctuation and of typing (Valstybinė lietuvių kalbos komisija, resolution N-2 of
//! 2006, and "Teksto ir skaitmenų rinkimas"), for English New Hart's Rules; the names of units are those of the SI.
//!
//! Two steps keep it fast. `concerned` looks at seven neighbouring bytes without a branch, so that the compiler does
//! it for sixteen places at once; it may say yes too often, never too seldom. Only where it says yes do the careful
//! rules look at words, and only where they change something is anything copied.

mod numbers;
mod words;

use std::borrow::Cow;

use self::numbers::{digits_at_end, digits_at_start, is_ordered, number_length, range_may_end};
pub(crate) use self::words::is_unit;
use self::words::{
    ENDS, ENGLISH_UNITS, LITHUANIAN_UNITS, abbreviation_binds, introduces_a_code, is_century, is_edge, leads_number,
    opens_after,
};
use messages::Language;

const NO_BREAK_SPACE: char = '\u{a0}';

/// What is remembered between the pieces of one block: make a new one (`Quotes::default()`) for every block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotes {
    /// How many double quotation marks are open.
    open: u32,
    /// The last two characters of what was set, the last one last.
    before: [char; 2],
}

impl Default for Quotes {
    /// The start of a block: as if after a line break.
    fn default() -> Quotes {
        Quotes { open: 0, before: ['\n', '\n'] }
    }
}

impl Quotes {
    /// Something stood here that is not text: a letter for code, an image or a formula, `'\n'` for a hard line break.
    pub fn pass(&mut self, stand_in: char) {
        self.before = [self.before[1], stand_in];
    }

    /// A line of the source ends here, which a browser shows as a space. Answers with what to write in its place: a
    /// line break, or a no-break space when a one-letter word stands before it.
    pub fn soft_break(&mut self, language: Language) -> &'static str {
        let [edge, letter] = self.before;
        let binds = language == Language::Lithuanian && letter.is_alphabetic() && is_edge(edge);
        self.pass(if binds { NO_BREAK_SPACE } else { '\n' });
        if binds { "\u{a0}" } else { "\n" }
    }
}

/// Sets one piece of text. Borrowed when there was nothing to change; setting it again changes nothing more.
pub fn typeset<'t>(text: &'t str, language: Language, state: &mut Quotes) -> Cow<'t, str> {
    let mut piece = Piece { text, language, set: String::new(), copied: 0, looked: 0, state };
    let bytes = text.as_bytes();
    // The quick test needs neighbours on both sides; the few places that lack them are looked at without it. They are
    // the same few in a short piece and in a long one, or else setting a piece twice could find more than setting it once.
    if bytes.len() >= WINDOW {
        (0..LEFT).for_each(|at| piece.look(at));
        for (number, window) in bytes.windows(WINDOW).step_by(CHUNK).enumerate() {
            piece.look_where(LEFT + number * CHUNK, &flags(window));
        }
        piece.look_where(bytes.len() - CHUNK - RIGHT, &flags(&bytes[bytes.len() - WINDOW..]));
        (bytes.len() - RIGHT..bytes.len()).for_each(|at| piece.look(at));
    } else {
        let mut window = [b' '; WINDOW];
        let shown = bytes.len().min(CHUNK + RIGHT);
        window[LEFT..][..shown].copy_from_slice(&bytes[..shown]);
        let mut flags = flags(&window);
        flags[..LEFT].fill(1);
        flags[bytes.len().saturating_sub(RIGHT).min(CHUNK)..bytes.len().min(CHUNK)].fill(1);
        piece.look_where(0, &flags);
        (CHUNK..bytes.len()).for_each(|at| piece.look(at));
    }
    piece.finish()
}

/// How many places are looked at together.
const CHUNK: usize = 32;
/// How many bytes before a place [`concerned`] looks at, and how many after it.
const LEFT: usize = 4;
const RIGHT: usize = 2;
/// How many bytes [`concerned`] sees of one chunk.
const WINDOW: usize = LEFT + CHUNK + RIGHT;

/// For each place of the chunk in the middle of `window`: 1 when the careful rules have to look there, 0 when not.
fn flags(window: &[u8]) -> [u8; CHUNK] {
    let mut flags = [1; CHUNK];
    // As an array, for with a length that the compiler does not know it would look at one place at a time.
    let Some(window) = window.first_chunk::<WINDOW>() else { return flags };
    for (place, flag) in flags.iter_mut().enumerate() {
        *flag = u8::from(concerned(
            window[place],
            window[place + 1],
            window[place + 2],
            window[place + 3],
            window[place + 4],
            window[place + 5],
            window[place + 6],
        ));
    }
    flags
}

/// Whether the careful rules may have something to do at byte `c`, with the four before it and the two after it.
///
/// `&` and `|` instead of `&&` and `||`: a branch would cost more than all of this, and forbid doing many at once. For
/// the same reason a test is left out where it would only seldom save the careful rules a look.
#[inline(always)]
fn concerned(p4: u8, p3: u8, p2: u8, p1: u8, c: u8, n1: u8, n2: u8) -> bool {
    let digit = |byte: u8| byte.wrapping_sub(b'0') < 10;
    // The space and the ASCII marks up to the comma, then the last bytes of U+00A0, „ and “.
    let edge = |byte: u8| (byte <= b',') | (byte == 0xa0) | (byte | 2 == 0x9e);
    // The first byte of a letter with a diacritic, U+0100 to U+01FF.
    let diacritic = |byte: u8| byte & 0xfc == 0xc4;
    let short_word = edge(p2) | (edge(p3) & diacritic(p2));
    let short_abbreviation = edge(p3) | (edge(p4) & diacritic(p3));
    // "Nr.", "dr.", "prof.", "doc.": hardly a Lithuanian sentence ends in these letters.
    let abbreviation = (p1 == b'.') & (short_abbreviation | (p2 == b'r') | (p2 == b'f') | (p2 == b'c'));
    let before_abbreviation = n2 == b'.';
    let space = (c == b' ') & (digit(p1) | digit(n1) | short_word | abbreviation | before_abbreviation);
    let doubled = (c == n1) & (c.wrapping_sub(b',') < 3); // the comma, the hyphen, the full stop
    let hyphen = (c == b'-') & (digit(p1) | (p1 & 0x7f == b' '));
    // 0xe2 begins the quotation marks and dashes that are already right, which we have to know of.
    space | doubled | hyphen | (c == b'"') | (c == b'\'') | (c == 0xe2)
}

/// A piece of text at work.
struct Piece<'t, 's> {
    text: &'t str,
    language: Language,
    /// What is set of `text[..copied]`; empty as long as nothing was changed.
    set: String,
    copied: usize,
    /// Before this place all is looked at.
    looked: usize,
    state: &'s mut Quotes,
}

impl<'t> Piece<'t, '_> {
    /// Looks at the places of the chunk from `start` on where the quick test says so.
    fn look_where(&mut self, start: usize, flags: &[u8; CHUNK]) {
        for (group, flags) in flags.as_chunks::<8>().0.iter().enumerate() {
            let mut flags = u64::from_le_bytes(*flags);
            while flags != 0 {
                self.look(start + group * 8 + flags.trailing_zeros() as usize / 8);
                flags &= flags - 1;
            }
        }
        self.looked = start + CHUNK;
    }

    /// Looks at one place, if that is still to be done.
    #[inline(always)]
    fn look(&mut self, at: usize) {
        // The last chunk overlaps the one before; what lies before `copied` was swallowed by the change before it.
        if at < self.looked || at < self.copied {
            return;
        }
        if let Some(b' ' | b'-' | b'.' | b'"' | b'\'' | b',' | 0xe2) = self.text.as_bytes().get(at) {
            self.set_right(at);
        }
    }

    /// Applies the careful rules at one place.
    fn set_right(&mut self, at: usize) {
        let language = self.language;
        match (self.text.as_bytes()[at], language) {
            (b' ', Language::Lithuanian) if self.binds(at) => self.change(at, at + 1, NO_BREAK_SPACE),
            (b' ', Language::English) if self.number_with_unit(at, ENGLISH_UNITS) => {
                self.change(at, at + 1, NO_BREAK_SPACE);
            }
            (b'-', _) => self.hyphen(at, language),
            (b'.', _) => self.dots(at),
            (b'"', _) => self.double_quote(at, language),
            (b'\'', Language::English) => self.apostrophe(at),
            (b'\'', Language::Lithuanian) => self.doubled_apostrophe(at),
            (b',', Language::Lithuanian) => self.commas(at),
            (0xe2, _) => self.already_right(at, language),
            _ => {}
        }
    }

    fn change(&mut self, from: usize, to: usize, into: char) {
        if self.set.is_empty() {
            // Every change adds at most two bytes, and few pieces have more than eight of them.
            self.set.reserve(self.text.len() + 16);
        }
        self.set.push_str(&self.text[self.copied..from]);
        self.set.push(into);
        self.copied = to;
    }

    fn finish(mut self) -> Cow<'t, str> {
        let set = if self.copied == 0 {
            Cow::Borrowed(self.text)
        } else {
            self.set.push_str(&self.text[self.copied..]);
            Cow::Owned(self.set)
        };
        let mut backwards = set.chars().rev();
        match (backwards.next(), backwards.next()) {
            (Some(last), Some(before)) => self.state.before = [before, last],
            (Some(last), None) => self.state.pass(last),
            _ => {}
        }
        set
    }

    /// The character before the byte `at`, as it is set.
    fn before(&self, at: usize) -> char {
        let last = if at > self.copied { &self.text[..at] } else { &self.set };
        last.chars().next_back().unwrap_or(self.state.before[1])
    }

    fn after(&self, at: usize) -> Option<char> {
        self.text[at..].chars().next()
    }

    /// The word that ends before `at`, unless it began in an earlier piece.
    fn word_before(&self, at: usize) -> Option<&'t str> {
        let text = &self.text[self.copied..at];
        let start = text.char_indices().rev().find(|&(_, c)| is_edge(c)).map_or(0, |(place, c)| place + c.len_utf8());
        (start > 0 || is_edge(self.before(self.copied))).then_some(&text[start..])
    }

    // ── spaces ──────────────────────────────────────────────────────────────────────────────────────────────────

    /// Whether no line may end at this space of a Lithuanian text.
    fn binds(&self, at: usize) -> bool {
        let next = self.after(at + 1);
        if next.is_some_and(char::is_whitespace) {
            return false;
        }
        let last = self.before(at);
        if last.is_ascii_digit() {
            return self.thousands(at) || self.number_with_unit(at, LITHUANIAN_UNITS);
        }
        if at == 0 {
            return last.is_alphabetic() && is_edge(self.state.before[0]);
        }
        let Some(word) = self.word_before(at) else { return false };
        let rest = &self.text[at + 1..];
        let before_number = next.is_some_and(|c| c.is_ascii_digit()) && leads_number(word, rest);
        before_number || abbreviation_binds(word, rest) || self.is_short_word(word, at) || is_century(word, rest)
    }

    /// "10 000": groups of three digits.
    fn thousands(&self, at: usize) -> bool {
        let digits = digits_at_end(&self.text[self.copied..at]);
        let start = at - digits;
        (1..=3).contains(&digits)
            && !matches!(self.before(start), '.' | ',' | ':' | '-' | '–')
            && !self.before(start).is_alphanumeric()
            && digits_at_start(&self.text[at + 1..]) == 3
            && !self.after(at + 4).is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '–'))
    }

    /// "5 %", "10 km", "2026 m."
    fn number_with_unit(&self, at: usize, units: &[&str]) -> bool {
        let rest = &self.text[at + 1..];
        let first = rest.bytes().next();
        self.before(at).is_ascii_digit()
            && units.iter().filter(|unit| unit.bytes().next() == first).any(|unit| {
                rest.strip_prefix(unit)
                    .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '—')))
            })
    }

    /// A word of one letter, which must not be the last of its line; "5 m ilgio" has none, for `m` belongs to `5`.
    fn is_short_word(&self, word: &str, at: usize) -> bool {
        let mut letters = word.chars();
        let (Some(letter), None) = (letters.next(), letters.next()) else { return false };
        let mut earlier = self.text[..at - word.len()].chars().rev();
        let after_number =
            earlier.next().is_some_and(char::is_whitespace) && earlier.next().is_some_and(|c| c.is_ascii_digit());
        letter.is_alphabetic() && !(after_number && LITHUANIAN_UNITS.contains(&word))
    }

    // ── dashes and dots ─────────────────────────────────────────────────────────────────────────────────────────

    fn hyphen(&mut self, at: usize, language: Language) {
        let hyphens = self.text[at..].bytes().take_while(|&byte| byte == b'-').count();
        let before = self.before(at);
        let after = self.after(at + hyphens);
        if matches!(before, ' ' | NO_BREAK_SPACE) && hyphens <= 3 && after.is_none_or(char::is_whitespace) {
            self.spaced_dash(at, at + hyphens);
        } else if hyphens == 1 && self.is_range(at) {
            self.change(at, at + 1, '–');
        } else if language == Language::English
            && (2..=3).contains(&hyphens)
            && before.is_alphabetic()
            && after.is_some_and(char::is_alphabetic)
        {
            self.change(at, at + hyphens, '—');
        }
    }

    /// A dash between spaces, never the first of its line: the hyphens from `at` to `end` become one.
    fn spaced_dash(&mut self, at: usize, end: usize) {
        if !self.word_stands_before_space(at) {
            return;
        }
        self.bind_before(at);
        self.change(at, end, '–');
    }

    fn word_stands_before_space(&self, at: usize) -> bool {
        let mut earlier = self.text[..at].chars().rev().chain(self.state.before.into_iter().rev());
        earlier.next().is_some_and(char::is_whitespace) && earlier.next().is_some_and(|c| !c.is_whitespace())
    }

    /// The space before `at` is made a no-break one; when it stood in an earlier piece, it is too late.
    fn bind_before(&mut self, at: usize) {
        if at > self.copied && self.text.as_bytes()[at - 1] == b' ' {
            self.change(at - 1, at, NO_BREAK_SPACE);
        }
    }

    /// Whether the hyphen at `at` plainly stands between the ends of a range: years, small numbers, hours, decimals.
    fn is_range(&self, at: usize) -> bool {
        let left = &self.text[self.copied..at];
        let right = &self.text[at + 1..];
        let low = &left[left.len() - number_length(left.chars().rev())..];
        let high = &right[..number_length(right.chars())];
        let start = at - low.len();
        // "(8-37) 123456" is a telephone number.
        let area_code = low == "8" && self.before(start) == '(' && right[high.len()..].starts_with(')');
        is_edge(self.before(start))
            && !area_code
            && range_may_end(&right[high.len()..])
            && !introduces_a_code(&self.text[..start])
            && is_ordered(low, high)
    }

    /// Three dots, and not a longer row to be filled in by hand.
    fn dots(&mut self, at: usize) {
        let dots = self.text[at..].bytes().take_while(|&byte| byte == b'.').count();
        if dots == 3 && self.before(at) != '.' {
            self.change(at, at + 3, '…');
        }
    }

    // ── quotation marks ─────────────────────────────────────────────────────────────────────────────────────────

    fn double_quote(&mut self, at: usize, language: Language) {
        let before = self.before(at);
        let after = self.after(at + 1);
        let (opening, closing) = match language {
            Language::Lithuanian => ('„', '“'),
            Language::English => ('“', '”'),
        };
        let is_open = self.state.open > 0;
        if opens_after(before, language) {
            // With spaces on both sides, or nothing that could be quoted, only an open one can tell which it is.
            if after.is_none_or(|c| !c.is_whitespace() && !ENDS.contains(&c)) {
                self.state.open += 1;
                return self.change(at, at + 1, opening);
            }
        } else if !is_open && (before.is_ascii_digit() || after.is_some_and(char::is_alphanumeric)) {
            // Inches, or something in code that is not marked as such.
            return;
        }
        if is_open || !opens_after(before, language) {
            self.state.open = self.state.open.saturating_sub(1);
            self.change(at, at + 1, closing);
        }
    }

    /// English: an apostrophe or a single quotation mark.
    fn apostrophe(&mut self, at: usize) {
        let before = self.before(at);
        let after = self.after(at + 1);
        if before.is_ascii_digit() && after.is_some_and(|c| c.is_ascii_digit()) {
            return; // feet and inches
        }
        if !opens_after(before, Language::English) {
            self.change(at, at + 1, '’');
        } else if after.is_some_and(|c| c.is_ascii_digit()) {
            self.change(at, at + 1, '’'); // the ’90s
        } else if after.is_none_or(|c| !c.is_whitespace() && !ENDS.contains(&c)) {
            self.change(at, at + 1, '‘');
        }
    }

    /// Lithuanian: '' ends what ,, began.
    fn doubled_apostrophe(&mut self, at: usize) {
        let apostrophes = self.text[at..].bytes().take_while(|&byte| byte == b'\'').count();
        let before = self.before(at);
        if apostrophes == 2 && self.state.open > 0 && before != '\'' && !before.is_whitespace() {
            self.state.open -= 1;
            self.change(at, at + 2, '“');
        }
    }

    /// Lithuanian: ,, before a word.
    fn commas(&mut self, at: usize) {
        let Some(rest) = self.text[at..].strip_prefix(",,") else { return };
        let after = rest.chars().next();
        if opens_after(self.before(at), Language::Lithuanian) && after.is_none_or(char::is_alphanumeric) {
            self.state.open += 1;
            self.change(at, at + 2, '„');
        }
    }

    /// A mark that needs no change: quotation marks are counted, a dash between spaces gets its no-break space.
    fn already_right(&mut self, at: usize, language: Language) {
        let mut rest = self.text[at..].chars();
        match (rest.next(), language) {
            (Some('„'), _) | (Some('“'), Language::English) => self.state.open += 1,
            (Some('”'), _) | (Some('“'), Language::Lithuanian) => {
                self.state.open = self.state.open.saturating_sub(1);
            }
            (Some('–' | '—'), _)
                if rest.next().is_none_or(char::is_whitespace) && self.word_stands_before_space(at) =>
            {
                self.bind_before(at);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
