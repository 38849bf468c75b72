//! Words of a text, each with where it stands and how it hangs together with the word before.

use std::borrow::Cow;
use std::ops::Range;

use super::prose::STAND_IN;

/// A word or a number.
#[derive(Debug, Clone)]
pub(super) struct Word<'t> {
    /// Which bytes of the text.
    pub(super) range: Range<usize>,
    /// As it is written.
    pub(super) text: &'t str,
    /// In small letters.
    pub(super) lower: Cow<'t, str>,
    /// Whether nothing but spaces stands between it and the word before.
    pub(super) is_joined: bool,
    /// Whether a sentence begins with it.
    pub(super) begins_sentence: bool,
}

impl Word<'_> {
    /// Whether it has letters only (and marks between them).
    pub(super) fn is_of_letters(&self) -> bool {
        !self.text.chars().any(|c| c.is_numeric() || c == STAND_IN)
    }

    /// Whether it has digits only.
    pub(super) fn is_number(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Whether it is written as a name is: a capital, then small letters.
    pub(super) fn is_capitalised(&self) -> bool {
        let mut letters = self.text.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
    }
}

/// The words of a text in their order.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::with_capacity(text.len() / 7);
    let mut end = 0;
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if !belongs(first) {
            continue;
        }
        let mut stop = start + first.len_utf8();
        while let Some(&(at, c)) = rest.peek() {
            let after = text.get(at + c.len_utf8()..).and_then(|after| after.chars().next());
            let goes_on = belongs(c) || (joins(c) && after.is_some_and(belongs));
            if !goes_on {
                break;
            }
            stop = at + c.len_utf8();
            rest.next();
        }
        let gap = text.get(end..start).unwrap_or_default();
        words.push(word(text.get(start..stop).unwrap_or_default(), start..stop, gap, words.is_empty()));
        end = stop;
    }
    words
}

fn word<'t>(text: &'t str, range: Range<usize>, gap: &str, is_first: bool) -> Word<'t> {
    let is_small = text.chars().all(|c| !c.is_uppercase());
    Word {
        range,
        text,
        lower: if is_small { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) },
        is_joined: !is_first && !gap.is_empty() && gap.chars().all(|c| c.is_whitespace() && c != '\n'),
        begins_sentence: is_first || gap.contains(['.', '!', '?', '…', ':', '\n']),
    }
}

/// Whether a character is part of a word wherever it stands. Combining marks are: some keyboards write `e` and a dot.
fn belongs(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}' | '\u{ad}' | STAND_IN)
}

/// Whether a character is part of a word when letters stand on both sides.
fn joins(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\'' | '’')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_where_a_reader_cuts_them() {
        let texts = |text| words(text).into_iter().map(|word| word.text.to_owned()).collect::<Vec<_>>();
        assert_eq!(texts("„Ąžuolas“, 5-ąją d. – O'Connor’s!"), ["Ąžuolas", "5-ąją", "d", "O'Connor’s"]);
        assert_eq!(texts("- a -b c-"), ["a", "b", "c"]);
        assert_eq!(texts("e\u{307}jo ir/ar"), ["e\u{307}jo", "ir", "ar"]);
    }

    #[test]
    fn a_word_knows_what_stands_before_it() {
        let found = words("Vienas du, trys. Keturi\u{a0}penki");
        assert_eq!(found.iter().map(|word| word.is_joined).collect::<Vec<_>>(), [false, true, false, false, true]);
        let begin = found.iter().map(|word| word.begins_sentence).collect::<Vec<_>>();
        assert_eq!(begin, [true, false, false, true, false]);
    }
}
