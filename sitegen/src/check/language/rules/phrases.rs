//! Words and turns of speech that tables of data list, each with what is right and why.
//!
//! A pattern is a row of words in small letters with nothing but spaces between them:
//!
//! | written | stands for |
//! | --- | --- |
//! | `apart` | this word |
//! | `talpin*` | a word that begins so |
//! | `*ų` | a word that ends so |
//! | `eilė\|eilę` | one of these |
//! | `#` | a number that is no year; its groups of digits are one |

use std::ops::Range;
use std::sync::LazyLock;

use messages::{Argument, Message};
use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::{Finding, MistakeKind, Reading};

/// Great errors and their like.
const GREAT_ERRORS: &str = include_str!("../great_errors.toml");
/// Words that are right words only because they lost their diacritics.
const LOST_DIACRITICS: &str = include_str!("../lost_diacritics.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    error: Vec<Entry>,
}

/// What a table says of one error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    patterns: Vec<String>,
    /// Words before which, or after which, it is none.
    #[serde(default)]
    not_after: Vec<String>,
    #[serde(default)]
    not_before: Vec<String>,
    /// Whether it is one only when the passage says nothing else.
    #[serde(default)]
    alone: bool,
    instead: String,
    lt: String,
    en: String,
    /// Where it is listed.
    #[serde(default)]
    source: String,
}

struct Phrase {
    kind: MistakeKind,
    entry: Entry,
}

/// A pattern of one phrase.
struct Pattern {
    words: Vec<Vec<Part>>,
    phrase: usize,
}

/// What one word of a pattern may be.
enum Part {
    Exactly(String),
    Beginning(String),
    Ending(String),
    Number,
}

impl Part {
    fn new(text: &str) -> Self {
        match (text, text.strip_suffix('*'), text.strip_prefix('*')) {
            ("#", ..) => Self::Number,
            (_, Some(beginning), _) => Self::Beginning(beginning.to_owned()),
            (_, _, Some(ending)) => Self::Ending(ending.to_owned()),
            _ => Self::Exactly(text.to_owned()),
        }
    }

    fn matches(&self, lower: &str) -> bool {
        match self {
            Self::Exactly(text) => lower == text,
            Self::Beginning(text) => lower.starts_with(text.as_str()),
            Self::Ending(text) => lower.ends_with(text.as_str()) && lower.len() > text.len(),
            Self::Number => false,
        }
    }

    /// The letters by which it is found in the index; none when it may begin with any.
    fn key(&self) -> Option<Key> {
        match self {
            Self::Exactly(text) | Self::Beginning(text) => key(text),
            Self::Ending(_) | Self::Number => None,
        }
    }
}

/// The first two letters of a word.
type Key = [char; 2];

fn key(word: &str) -> Option<Key> {
    let mut letters = word.chars();
    Some([letters.next()?, letters.next()?])
}

struct Table {
    phrases: Vec<Phrase>,
    patterns: Vec<Pattern>,
    /// By the first letters of a word that no pattern leaves open: which pattern, and which of its words that is.
    index: FxHashMap<Key, Vec<(usize, usize)>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { phrases: Vec::new(), patterns: Vec::new(), index: FxHashMap::default() };
    for (kind, text) in [(MistakeKind::GreatError, GREAT_ERRORS), (MistakeKind::LostDiacritics, LOST_DIACRITICS)] {
        // A table that cannot be read finds nothing; `the_tables_can_be_read` keeps it from landing.
        for entry in toml::from_str::<Data>(text).map(|data| data.error).unwrap_or_default() {
            table.add(Phrase { kind, entry });
        }
    }
    table
});

impl Table {
    fn add(&mut self, phrase: Phrase) {
        for pattern in &phrase.entry.patterns {
            let alternatives = |word: &str| word.split('|').map(Part::new).collect();
            let words: Vec<Vec<Part>> = pattern.split(' ').map(alternatives).collect();
            let keys = words.iter().map(|parts| parts.iter().map(Part::key).collect::<Option<Vec<Key>>>());
            let Some((place, keys)) = keys.enumerate().find_map(|(place, keys)| Some((place, keys?))) else { continue };
            for key in keys {
                let found = self.index.entry(key).or_default();
                if !found.contains(&(self.patterns.len(), place)) {
                    found.push((self.patterns.len(), place));
                }
            }
            self.patterns.push(Pattern { words, phrase: self.phrases.len() });
        }
        self.phrases.push(phrase);
    }
}

impl Entry {
    fn reason(&self) -> Message {
        let each = Argument::Each { lithuanian: self.lt.clone(), english: self.en.clone() };
        if self.source.is_empty() {
            Message::new("check-language-phrase").with("reason", each)
        } else {
            Message::new("check-language-phrase-source").with("reason", each).with("source", self.source.as_str())
        }
    }

    /// Whether the words around let it be the error.
    fn fits(&self, reading: &Reading<'_>, words: &Range<usize>) -> bool {
        let is_one = |list: &[String], word: Option<&str>| {
            word.is_some_and(|word| list.iter().any(|listed| Part::new(listed).matches(word)))
        };
        let before = reading.before(words.start).map(|word| word.lower.as_ref());
        let after = words.end.checked_sub(1).and_then(|last| reading.after(last)).map(|word| word.lower.as_ref());
        let is_alone = words.len() == reading.words.len();
        !is_one(&self.not_after, before) && !is_one(&self.not_before, after) && (!self.alone || is_alone)
    }
}

/// Finds what the tables list. Where two patterns meet, the one that begins first is told.
pub(super) fn check(reading: &Reading<'_>, found: &mut Vec<Finding>) {
    let table = &*TABLE;
    let mut hits: Vec<(Range<usize>, &Phrase)> = Vec::new();
    for (at, word) in reading.words.iter().enumerate() {
        let candidates = key(&word.lower).and_then(|key| table.index.get(&key));
        for &(number, place) in candidates.into_iter().flatten() {
            let Some(pattern) = table.patterns.get(number) else { continue };
            let words = pattern.matched(reading, at, place);
            let Some((words, phrase)) = words.zip(table.phrases.get(pattern.phrase)) else { continue };
            if phrase.entry.fits(reading, &words) {
                hits.push((words, phrase));
            }
        }
    }
    // The longest of those that begin together: "visa eilė klausimų" rather than a part of it.
    hits.sort_by_key(|(words, _)| (words.start, usize::MAX - words.end));
    let mut end = 0;
    for (words, phrase) in hits {
        // "SIS" is the name of something.
        let is_name = || phrase.kind == MistakeKind::LostDiacritics && reading.is_in_capitals(&words);
        if words.start < end || is_name() {
            continue;
        }
        end = words.end;
        let (Some(first), Some(last)) = (reading.word(words.start), reading.word(words.end - 1)) else { continue };
        found.push(Finding {
            range: first.range.start..last.range.end,
            kind: phrase.kind,
            instead: Some(phrase.entry.instead.clone()),
            reason: phrase.entry.reason(),
        });
    }
}

impl Pattern {
    /// Which words match, when the word at `at` is to be that of the pattern's `place`.
    fn matched(&self, reading: &Reading<'_>, at: usize, place: usize) -> Option<Range<usize>> {
        // No number stands before the place that the index knows, so each word before it is one word of the text.
        let start = at.checked_sub(place)?;
        let mut next = start;
        for (number, parts) in self.words.iter().enumerate() {
            let word = reading.word(next)?;
            if number > 0 && !word.is_joined {
                return None;
            }
            if parts.iter().any(|part| matches!(part, Part::Number)) {
                next = after_number(reading, next)?;
            } else if parts.iter().any(|part| part.matches(&word.lower)) {
                next += 1;
            } else {
                return None;
            }
        }
        Some(start..next)
    }
}

/// The word after the number that begins at `at`: "2 000" is one number. None for a year.
fn after_number(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let first = reading.word(at).filter(|word| word.is_number())?;
    if first.text.len() == 4 && (first.text.starts_with("19") || first.text.starts_with("20")) {
        return None;
    }
    let mut next = at + 1;
    while reading.word(next).is_some_and(|word| word.is_joined && word.is_number() && word.text.len() == 3) {
        next += 1;
    }
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_can_be_read() {
        for text in [GREAT_ERRORS, LOST_DIACRITICS] {
            let data: Data = toml::from_str(text).unwrap();
            for entry in data.error {
                assert!(
                    !entry.instead.is_empty() && !entry.lt.is_empty() && !entry.en.is_empty(),
                    "{:?}",
                    entry.patterns
                );
                for pattern in &entry.patterns {
                    assert_eq!(*pattern, pattern.to_lowercase());
                    assert_eq!(pattern.trim(), pattern.replace("  ", " "));
                }
            }
        }
    }

    #[test]
    fn every_pattern_can_be_found() {
        let written: usize = TABLE.phrases.iter().map(|phrase| phrase.entry.patterns.len()).sum();
        assert_eq!(TABLE.patterns.len(), written, "a pattern has no word with known first letters");
        for pattern in &TABLE.patterns {
            let first = pattern.words.iter().position(|parts| parts.iter().any(|part| matches!(part, Part::Number)));
            let known = pattern.words.iter().position(|parts| parts.iter().all(|part| part.key().is_some()));
            assert!(first.is_none_or(|first| known.unwrap() < first));
        }
    }
}
