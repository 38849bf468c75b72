//! Hyphens where a dash belongs, as far as the output cannot see it: joined words, months, days, grouped numbers.

use std::ops::Range;

use super::super::words::Word;
use super::typesetting::Change;
use super::{Finding, MistakeKind, Reading};

/// Words in which a range of time is said; each line is one form.
const TIMES: &[&[&str]] = &[
    &[
        "sausis",
        "vasaris",
        "kovas",
        "balandis",
        "gegužė",
        "birželis",
        "liepa",
        "rugpjūtis",
        "rugsėjis",
        "spalis",
        "lapkritis",
        "gruodis",
    ],
    &[
        "sausio",
        "vasario",
        "kovo",
        "balandžio",
        "gegužės",
        "birželio",
        "liepos",
        "rugpjūčio",
        "rugsėjo",
        "spalio",
        "lapkričio",
        "gruodžio",
    ],
    &["pirmadienis", "antradienis", "trečiadienis", "ketvirtadienis", "penktadienis", "šeštadienis", "sekmadienis"],
    &[
        "pirmadieniais",
        "antradieniais",
        "trečiadieniais",
        "ketvirtadieniais",
        "penktadieniais",
        "šeštadieniais",
        "sekmadieniais",
    ],
    &["pirmadienį", "antradienį", "trečiadienį", "ketvirtadienį", "penktadienį", "šeštadienį", "sekmadienį"],
    &["pirmadienio", "antradienio", "trečiadienio", "ketvirtadienio", "penktadienio", "šeštadienio", "sekmadienio"],
];
/// Towns between which roads and buses go.
const TOWNS: &[&str] =
    &["vilnius", "kaunas", "klaipėda", "šiauliai", "panevėžys", "alytus", "marijampolė", "utena", "tauragė", "telšiai"];
/// After a hyphen that hangs on a first part: "dvi- ir trivietis".
const CONJUNCTIONS: &[&str] = &["ir", "ar", "arba", "bei", "nei", "o", "bet"];

/// Finds hyphens that should be dashes.
pub(super) fn check(reading: &Reading<'_>, changes: &[Change], found: &mut Vec<Finding>) {
    let is_set = |range: &Range<usize>| {
        changes.iter().any(|change| change.range.start < range.end && range.start < change.range.end)
    };
    for (at, word) in reading.words.iter().enumerate() {
        if word.text.contains('-') && !is_set(&word.range) {
            found.extend(joined_range(reading, at, word));
        }
        let Some(next) = reading.word(at + 1) else { continue };
        let gap = word.range.end..next.range.start;
        found.extend(between(reading, word, next, &gap));
    }
}

/// "sausio-kovo", "I-IV", "2020-2024": the ends of a range in one word.
fn joined_range(reading: &Reading<'_>, at: usize, word: &Word<'_>) -> Option<Finding> {
    let (low, high) = word.lower.split_once('-')?;
    let is_code = || {
        let before = at.checked_sub(1).and_then(|before| reading.word(before));
        before.is_some_and(|before| matches!(before.lower.as_ref(), "nr" | "no" | "tel" | "kodas" | "straipsnio"))
    };
    let same_line = TIMES.iter().any(|line| line.contains(&low) && line.contains(&high));
    let towns = TOWNS.contains(&low) && TOWNS.contains(&high);
    let roman = || !is_code() && roman(low).zip(roman(high)).is_some_and(|(low, high)| low < high);
    let years = || !is_code() && year(low).zip(years_end(high)).is_some_and(|(low, high)| low < high);
    let is_range = low != high && (same_line || towns || roman() || years());
    is_range.then(|| {
        let instead = word.text.replacen('-', "–", 1);
        Finding::new(word.range.clone(), MistakeKind::Range, instead, "check-language-range")
    })
}

/// What stands between two words.
fn between(reading: &Reading<'_>, word: &Word<'_>, next: &Word<'_>, gap: &Range<usize>) -> Option<Finding> {
    let signs = reading.slice(gap);
    if !signs.contains(['-', '–', '.', ':']) {
        return None;
    }
    let dash = |range: &Range<usize>, instead: &str| {
        Some(Finding::new(range.clone(), MistakeKind::Dash, instead.to_owned(), "check-language-dash"))
    };
    let letters = word.is_of_letters() && next.is_of_letters();
    match signs {
        "--" | "---" if letters => dash(gap, " – "),
        // "-as" is an ending that is spoken of.
        " -" if letters && next.text.chars().count() > 3 => dash(gap, " – "),
        "- " if letters && !CONJUNCTIONS.contains(&next.lower.as_ref()) => dash(gap, " – "),
        " - " | " – " | " -" | "- " | "– " | " –" => spaced_range(reading, word, next, gap),
        _ => None,
    }
}

/// "2020 – 2024", "8.00 - 17.00": no spaces belong around the dash of a range.
fn spaced_range(reading: &Reading<'_>, word: &Word<'_>, next: &Word<'_>, gap: &Range<usize>) -> Option<Finding> {
    let years = year(&word.lower).zip(year(&next.lower)).is_some_and(|(low, high)| low < high);
    let is_range = years || (ends_a_time(reading, word) && begins_a_time(reading, next));
    is_range.then(|| Finding::new(gap.clone(), MistakeKind::Range, "–".to_owned(), "check-language-range-spaces"))
}

/// Whether a word is the minutes of "8.00".
fn ends_a_time(reading: &Reading<'_>, word: &Word<'_>) -> bool {
    let hour = reading.text.get(..word.range.start).unwrap_or_default();
    let digits =
        hour.strip_suffix(['.', ':']).map_or(0, |hour| hour.bytes().rev().take_while(u8::is_ascii_digit).count());
    word.is_number() && word.text.len() == 2 && (1..=2).contains(&digits)
}

/// Whether a word is the hours of "17.00".
fn begins_a_time(reading: &Reading<'_>, word: &Word<'_>) -> bool {
    let minute = reading.text.get(word.range.end..).unwrap_or_default();
    let digits =
        minute.strip_prefix(['.', ':']).map_or(0, |minute| minute.bytes().take_while(u8::is_ascii_digit).count());
    word.is_number() && word.text.len() <= 2 && digits == 2
}

fn year(text: &str) -> Option<u32> {
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|year| is_year && (1900..2100).contains(year))
}

/// The year that "2024m" begins with.
fn years_end(text: &str) -> Option<u32> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(digits..)?;
    year(text.get(..digits)?).filter(|_| rest.chars().all(char::is_alphabetic))
}

/// A Roman numeral up to 20, in small letters.
fn roman(text: &str) -> Option<usize> {
    const NUMERALS: [&str; 20] = [
        "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii",
        "xviii", "xix", "xx",
    ];
    NUMERALS.iter().position(|numeral| *numeral == text)
}
