//! The words of a site that no dictionary has: names of its people, places and institutions, terms of its trade.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::search::language::{fold, term};

/// Words that a site allows, in all their forms: "Beržinis" in the list allows "Beržinio" and "Beržiniui".
///
/// Forms are joined by the stem that the search uses too. That stem knows no diacritics, so the letters themselves are
/// compared as well: "Azuolaite" is not "Ąžuolaitė". A name, written with a capital, does not allow a small word.
#[derive(Debug, Clone, Default)]
pub struct AllowedWords {
    /// By stem: how words with that stem begin.
    beginnings: FxHashMap<String, Vec<Beginning>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Beginning {
    letters: String,
    is_name: bool,
}

/// Shorter words have no endings worth cutting off.
const SHORTEST: usize = 3;

impl AllowedWords {
    /// The words of some texts: a line of a list, the name of a person.
    #[must_use]
    pub fn new<'w>(texts: impl IntoIterator<Item = &'w str>) -> Self {
        let mut allowed = Self::default();
        for text in texts {
            for word in super::super::words::words(text) {
                allowed.add(word.text);
                if word.text.contains('-') {
                    word.text.split('-').for_each(|part| allowed.add(part));
                }
            }
        }
        allowed
    }

    /// Whether a word is a form of an allowed one.
    #[must_use]
    pub fn allows(&self, word: &str) -> bool {
        let stem = stem(word);
        let Some(beginnings) = self.beginnings.get(&stem) else { return false };
        let is_capitalised = word.starts_with(char::is_uppercase);
        let letters = beginning(word, &stem);
        beginnings.iter().any(|known| known.letters == letters && (is_capitalised || !known.is_name))
    }

    fn add(&mut self, word: &str) {
        let stem = stem(word);
        let is_name = word.starts_with(char::is_uppercase);
        let beginning = Beginning { letters: beginning(word, &stem), is_name };
        let beginnings = self.beginnings.entry(stem).or_default();
        if !beginnings.contains(&beginning) {
            beginnings.push(beginning);
        }
    }
}

fn stem(word: &str) -> String {
    let folded = fold(word);
    if folded.chars().count() < SHORTEST {
        return folded;
    }
    term(&folded).unwrap_or(folded)
}

/// The letters that all forms of a word have in common, in small letters.
fn beginning(word: &str, stem: &str) -> String {
    let lower: SmallVec<[char; 24]> = word.chars().flat_map(char::to_lowercase).collect();
    let mut length = stem.chars().count().min(lower.len());
    // "Jurgaitis" and "Jurgaičio": the last letter of the stem softens.
    if lower.len() > length && stem.ends_with(['t', 'd']) {
        length -= 1;
    }
    lower.iter().take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_allowed_in_every_case() {
        let allowed = AllowedWords::new([
            "Ona Ąžuolaitė",
            "Jonas Beržinis",
            "Petras Jurgaitis",
            "Rasa Vaitkevič-Medė",
            "seniūnaitija",
        ]);
        for word in
            "Ąžuolaitės Ąžuolaitę Ąžuolaite Beržinio Beržiniui Beržinį Jono Onos Onai Jurgaičio Jurgaičiui Medės \
                     seniūnaitijos Seniūnaitijų seniūnaitijose"
                .split_whitespace()
        {
            assert!(allowed.allows(word), "{word}");
        }
        for word in ["Azuolaite", "ąžuolaitė", "Berzinio", "Ąžuolynė", "seniūnas", "Jonaitis", ""] {
            assert!(!allowed.allows(word), "{word}");
        }
    }
}
