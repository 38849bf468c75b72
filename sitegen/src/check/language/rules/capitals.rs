//! Capitals in the names of institutions and posts: the first word of a name has one, the words after it have none.

use super::super::words::Word;
use super::{Finding, MistakeKind, Reading};

/// A word that is no name after another one: "savivaldybės Taryba". Terms that an act defines, "(toliau – Taryba)", stand
/// alone, so the word before tells them apart.
const SMALL_AFTER: &[(&str, &[&str])] = &[
    ("rajono", &["Savivaldyb"]),
    ("miesto", &["Savivaldyb"]),
    ("savivaldybės", &["Taryb", "Administracij", "Mer", "Vicemer", "Kontrolier"]),
    ("administracijos", &["Direktor"]),
    ("direktoriaus", &["Pavaduotoj"]),
    ("mero", &["Pavaduotoj", "Patarėj"]),
    ("skyriaus", &["Vedėj", "Specialist"]),
    ("seniūnijos", &["Seniūn"]),
    ("tarybos", &["Sekretor", "Nar"]),
];
/// After the name of a place these are small: "Kaltinėnų seniūnija".
const SMALL_AFTER_PLACE: &[&str] = &["Rajon", "Seniūnij", "Gimnazij", "Progimnazij", "Seniūnaitij"];
/// After a word with a capital inside a sentence these are small: "Socialinės paramos skyrius".
const SMALL_AFTER_NAME: &[&str] = &["Skyri", "Ministerij", "Departament", "Inspekcij", "Savivaldyb", "Administracij"];
/// International names, all of whose words have capitals, and words that are no names.
const OTHERS: &[&str] = &[
    "europos",
    "sąjungos",
    "baltijos",
    "tautų",
    "šios",
    "šio",
    "mūsų",
    "jūsų",
    "visos",
    "viso",
    "kiekvieno",
    "kiekvienos",
    "tos",
    "to",
    "kitos",
    "kito",
    "iš",
    "prie",
    "nuo",
    "po",
    "pagal",
    "dėl",
    "jo",
    "jos",
    "jų",
    "savo",
    "kurio",
    "kurios",
];
/// After "Lietuvos Respublikos" these have capitals, for there is one of each.
const GREAT_AFTER_REPUBLIC: &[&str] = &["seim", "vyriausyb", "konstitucij"];
/// The one parliament, in the cases of the singular.
const PARLIAMENT: &[&str] = &["seimas", "seimo", "seimui", "seimą", "seimu", "seime"];
/// Parliaments of other times, and the assemblies of others.
const OTHER_PARLIAMENTS: &[&str] =
    &["didžiojo", "didysis", "didžiajame", "lietuvių", "ponų", "bajorų", "jaunimo", "vaikų", "lenkijos", "latvijos"];
/// How the names of ministries begin.
const MINISTRIES: &[&str] = &[
    "Aplinkos",
    "Ekonomikos",
    "Energetikos",
    "Finansų",
    "Krašto",
    "Kultūros",
    "Socialinės",
    "Susisiekimo",
    "Sveikatos",
    "Švietimo",
    "Teisingumo",
    "Užsienio",
    "Ūkio",
    "Vidaus",
    "Žemės",
];
const MONTHS: &[&str] = &[
    "Sausio",
    "Vasario",
    "Kovo",
    "Balandžio",
    "Gegužės",
    "Birželio",
    "Liepos",
    "Rugpjūčio",
    "Rugsėjo",
    "Spalio",
    "Lapkričio",
    "Gruodžio",
];

/// Finds words with a capital too many or too few.
pub(super) fn check(reading: &Reading<'_>, found: &mut Vec<Finding>) {
    for (at, word) in reading.words.iter().enumerate() {
        if word.is_capitalised() && !word.begins_sentence && is_small(reading, at, word) {
            found.push(small(word, "check-language-capital-institution"));
        } else if is_month(reading, at, word) {
            found.push(small(word, "check-language-capital-month"));
        } else if !word.is_capitalised() && is_great(reading, at, word) {
            found.push(Finding::new(
                word.range.clone(),
                MistakeKind::CapitalLetter,
                capitalised(word.text),
                "check-language-capital-name",
            ));
        }
    }
}

fn small(word: &Word<'_>, reason: &str) -> Finding {
    Finding::new(word.range.clone(), MistakeKind::CapitalLetter, word.lower.clone().into_owned(), reason)
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Whether a word with a capital should be small because of the words around it.
fn is_small(reading: &Reading<'_>, at: usize, word: &Word<'_>) -> bool {
    let Some(before) = reading.before(at) else { return false };
    let begins = |stems: &[&str]| stems.iter().any(|stem| word.text.starts_with(stem));
    let is_listed = SMALL_AFTER.iter().any(|(first, stems)| before.lower == *first && begins(stems));
    if is_listed && !is_surname(word) {
        return true;
    }
    if word.text == "Miesto" || word.text == "Rajono" {
        let is_of_place = before.is_capitalised() && !OTHERS.contains(&before.lower.as_ref());
        return is_of_place && (word.text == "Rajono" || followed_by(reading, at, "savivaldyb"));
    }
    if MINISTRIES.contains(&word.text) && before.lower == "respublikos" {
        return (at + 1..at + 5)
            .any(|later| reading.word(later).is_some_and(|word| word.lower.starts_with("ministerij")));
    }
    let is_genitive = ["o", "ės", "os", "ų", "aus", "ies"].iter().any(|end| before.lower.ends_with(end));
    if !before.is_capitalised() || !is_genitive || OTHERS.contains(&before.lower.as_ref()) {
        return false;
    }
    begins(SMALL_AFTER_PLACE) || (begins(SMALL_AFTER_NAME) && !before.begins_sentence)
}

/// "Merė" is a post, "Merkevičius" a name: the table's stems are posts only as whole words.
fn is_surname(word: &Word<'_>) -> bool {
    let length = word.text.chars().count();
    (word.text.starts_with("Mer") && length > 5) || (word.text.starts_with("Seniūn") && length > 9)
}

fn followed_by(reading: &Reading<'_>, at: usize, stem: &str) -> bool {
    reading.after(at).is_some_and(|next| next.lower.starts_with(stem))
}

/// "2026 m. Lapkričio": a month after its year.
fn is_month(reading: &Reading<'_>, at: usize, word: &Word<'_>) -> bool {
    let (Some(unit), Some(year)) = (
        at.checked_sub(1).and_then(|before| reading.word(before)),
        at.checked_sub(2).and_then(|before| reading.word(before)),
    ) else {
        return false;
    };
    let gap = reading.slice(&(unit.range.end..word.range.start));
    MONTHS.contains(&word.text)
        && unit.lower == "m"
        && unit.is_joined
        && year.is_number()
        && year.text.len() == 4
        && matches!(gap, ". " | ".\u{a0}" | " " | "\u{a0}")
}

/// Whether a small word is the name of something of which there is one.
fn is_great(reading: &Reading<'_>, at: usize, word: &Word<'_>) -> bool {
    if word.text.chars().any(char::is_uppercase) {
        return false;
    }
    let before = reading.before(at).map(|before| before.lower.as_ref());
    let begins = |stems: &[&str]| stems.iter().any(|stem| word.lower.starts_with(stem));
    let after_republic =
        || before == Some("respublikos") && at > 1 && reading.word(at - 2).is_some_and(|word| word.lower == "lietuvos");
    // "lietuvos" itself is in no dictionary in small letters.
    (before == Some("lietuvos") && begins(&["respublik"]))
        || (before == Some("europos") && begins(&["sąjung"]))
        || (after_republic() && begins(GREAT_AFTER_REPUBLIC))
        || (PARLIAMENT.contains(&word.lower.as_ref()) && before.is_none_or(|word| !OTHER_PARLIAMENTS.contains(&word)))
}
