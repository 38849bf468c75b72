//! Words that neither a dictionary nor the site's own list knows.
//!
//! A run holds one [`Spelling`], which may be asked from many threads: it remembers every word it has looked up, for of
//! three million words of a large site hardly a hundred thousand are different. What might have been meant is asked for
//! separately, word by word: [`Dictionary::likely`] is quick, [`Dictionary::suggestions`] takes a third of a second.

mod abbreviation;
mod allowed;
mod dictionary;
mod suggestion;

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use messages::{Language, Message};
use rustc_hash::{FxBuildHasher, FxHashMap};
use unicode_normalization::UnicodeNormalization;

pub use allowed::AllowedWords;
pub use dictionary::{Dictionaries, Dictionary, DictionaryError, FOLDER};

use super::prose::Passage;
use super::words::{Word, words};
use crate::markdown::typography::is_unit;

/// A word that nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Which bytes of the source.
    pub range: Range<usize>,
    /// As it is written.
    pub word: String,
    /// The language it was looked up in.
    pub language: Language,
}

impl Unknown {
    /// What to tell whoever wrote it, with what may have been meant.
    #[must_use]
    pub fn message(&self, likely: &[String]) -> Message {
        match likely {
            [] => Message::new("check-language-unknown-word").with("word", self.word.as_str()),
            likely => Message::new("check-language-unknown-word-likely")
                .with("word", self.word.as_str())
                .with("likely", likely.join(", ")),
        }
    }
}

/// How many locks the remembered words are spread over, so that threads seldom wait for each other.
const SHARDS: usize = 16;

type Known = FxHashMap<Box<str>, bool>;

/// Looks words up, and remembers what it found.
pub struct Spelling<'d> {
    dictionaries: &'d Dictionaries,
    allowed: &'d (dyn Fn(&str) -> bool + Sync),
    /// For each language its words, spread by their hash.
    seen: [[RwLock<Known>; SHARDS]; Language::ALL.len()],
}

impl<'d> Spelling<'d> {
    /// `allowed` says of a word whether the site knows it; see [`AllowedWords`].
    #[must_use]
    pub fn new(dictionaries: &'d Dictionaries, allowed: &'d (dyn Fn(&str) -> bool + Sync)) -> Self {
        Self { dictionaries, allowed, seen: Default::default() }
    }

    /// The words of passages that nobody knows, in their order.
    #[must_use]
    pub fn unknown(&self, passages: &[Passage]) -> Vec<Unknown> {
        passages.iter().flat_map(|passage| self.unknown_of(passage)).collect()
    }

    fn unknown_of(&self, passage: &Passage) -> Vec<Unknown> {
        let text = passage.text();
        let words = words(text);
        let is_shouted = is_shouted(text);
        let mut unknown = Vec::new();
        for (number, word) in words.iter().enumerate() {
            let Some(language) = passage.language(word.range.start) else { continue };
            let before = number.checked_sub(1).and_then(|before| words.get(before));
            if is_no_word(word, before, text, is_shouted)
                || abbreviation::is_one(word, text, language)
                || self.is_known(word.text, language)
                || !passage.is_read(&word.range)
            {
                continue;
            }
            unknown.push(Unknown { range: passage.source(&word.range), word: word.text.to_owned(), language });
        }
        unknown
    }

    /// Whether a dictionary or the site knows a word.
    #[must_use]
    pub fn is_known(&self, word: &str, language: Language) -> bool {
        let word = plain(word);
        let shard = FxBuildHasher.hash_one(word.as_bytes()) as usize % SHARDS;
        let Some(seen) = self.seen.get(language as usize).and_then(|shards| shards.get(shard)) else { return false };
        let remembered = seen.read().unwrap_or_else(PoisonError::into_inner).get(word.as_ref()).copied();
        remembered.unwrap_or_else(|| {
            let is_known = self.look_up(&word, language);
            seen.write().unwrap_or_else(PoisonError::into_inner).insert(word.as_ref().into(), is_known);
            is_known
        })
    }

    fn look_up(&self, word: &str, language: Language) -> bool {
        let dictionary = self.dictionaries.of(language);
        let knows = |part: &str| dictionary.knows(part) || (self.allowed)(part);
        // "Petrauskaitė-Jonaitienė", "socialinis-ekonominis": each part is a word.
        let knows_parts = || word.split('-').all(|part| part.chars().count() > 1 && knows(part));
        // A possessive is not in every dictionary; "ES’o" is a word with a Lithuanian ending.
        let knows_stem = || word.split_once('\'').is_some_and(|(stem, _)| is_initials(stem) || knows(stem));
        knows(word) || (word.contains('-') && knows_parts()) || knows_stem()
    }
}

/// The words of passages that nobody knows; for one text only, as nothing is remembered afterwards.
#[must_use]
pub fn unknown_words(
    passages: &[Passage],
    dictionaries: &Dictionaries,
    allowed: &(dyn Fn(&str) -> bool + Sync),
) -> Vec<Unknown> {
    Spelling::new(dictionaries, allowed).unknown(passages)
}

/// How the dictionaries write a word: composed letters, a straight apostrophe, a plain hyphen, no soft hyphens.
fn plain(word: &str) -> Cow<'_, str> {
    let is_special = |c: char| matches!(c, '’' | '\u{ad}' | '\u{2010}' | '\u{2011}' | '\u{300}'..='\u{36f}');
    if !word.contains(is_special) {
        return Cow::Borrowed(word);
    }
    let composed = word.nfc().filter(|c| *c != '\u{ad}').map(|c| match c {
        '’' => '\'',
        '\u{2010}' | '\u{2011}' => '-',
        c => c,
    });
    Cow::Owned(composed.collect())
}

/// Whether a word is nothing that a dictionary could know: a letter, a number, initials, a unit after its number.
fn is_no_word(word: &Word<'_>, before: Option<&Word<'_>>, text: &str, is_shouted: bool) -> bool {
    let is_unit_after_number = || {
        word.is_joined
            && before.is_some_and(|before| before.text.ends_with(|c: char| c.is_ascii_digit()))
            && is_unit(word.text)
    };
    let is_letter = || word.text.chars().nth(1).is_none();
    !word.is_of_letters()
        || is_letter()
        || (!is_shouted && is_initials(word.text))
        || is_roman(word.text)
        || is_unit_after_number()
        // "-ąją", "-ojo": an ending that is spoken of, or one after a number in another piece.
        || text.get(..word.range.start).is_some_and(|start| start.ends_with(['-', '+']) && !start.ends_with(" -"))
}

/// "LR", "VšĮ", "BDAR", "PVM-o": at most six letters of which at least half are capitals, perhaps with an ending.
fn is_initials(word: &str) -> bool {
    let stem = word.split(['-', '’', '\'']).next().unwrap_or(word);
    let (letters, capitals) =
        stem.chars().fold((0, 0), |(letters, capitals), c| (letters + 1, capitals + usize::from(c.is_uppercase())));
    let rest_is_ending = word.len() == stem.len() || word.len() - stem.len() <= "-ams".len() + 2;
    (2..=6).contains(&letters) && capitals >= 2 && capitals * 2 >= letters && rest_is_ending
}

fn is_roman(word: &str) -> bool {
    word.bytes().all(|byte| b"IVXLCM".contains(&byte))
}

/// Whether a text is in capitals only, where capitals say nothing.
fn is_shouted(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphabetic());
    letters.clone().count() > 12 && letters.all(|c| !c.is_lowercase())
}

#[cfg(test)]
mod tests;
