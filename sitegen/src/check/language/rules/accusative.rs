//! "į savivaldybe" for "į savivaldybę": after some prepositions no other case can stand, so a lost ogonek shows.

use super::{Finding, MistakeKind, Reading};

/// Prepositions with the accusative only.
const PREPOSITIONS: &[&str] = &["į", "pro"];
/// What can stand after them though it ends in "-a": adverbs, and what belongs to a later word.
const OTHERS: &[&str] =
    &["čia", "šalia", "visa", "kita", "kada", "visada", "tada", "kasdiena", "arčiausia", "netoli", "savaitgaliais"];
/// Ends of feminine nouns whose instrumental in "-e" cannot be a locative.
const FEMININE: &[&str] = &[
    "ybe", "yste", "ykle", "atve", "ikšte", "įmone", "riemone", "ižiūre", "vente", "dėtuve", "ktuve", "inkme", "ugde",
    "eigme",
];

/// Finds nouns that lost the ogonek of their accusative.
pub(super) fn check(reading: &Reading<'_>, found: &mut Vec<Finding>) {
    for (at, word) in reading.words.iter().enumerate() {
        let Some(before) = reading.before(at) else { continue };
        if !PREPOSITIONS.contains(&before.lower.as_ref()) || !word.is_of_letters() || word.text.len() < 5 {
            continue;
        }
        let lower = word.lower.as_ref();
        if word.text.chars().all(char::is_uppercase) {
            continue;
        }
        // A foreign word is not declined; a participle's instrument ("į ranka rašytą") would need one after it.
        let is_modifier = || {
            reading.after(at).is_some_and(|next| {
                next.lower.ends_with(['ą', 'ę', 'į']) || next.lower.ends_with("us") || next.lower.ends_with("as")
            })
        };
        let ending = match lower.chars().next_back() {
            Some('a') if !OTHERS.contains(&lower) && !is_modifier() => 'ą',
            Some('e') if FEMININE.iter().any(|end| lower.ends_with(end)) => 'ę',
            _ => continue,
        };
        let stem = word.text.get(..word.text.len() - 1).unwrap_or_default();
        let instead = format!("{stem}{ending}");
        found.push(Finding::new(word.range.clone(), MistakeKind::LostDiacritics, instead, "check-language-accusative"));
    }
}
