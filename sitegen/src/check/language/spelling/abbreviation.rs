//! Abbreviations that end in a full stop.

use messages::Language;

use super::super::words::Word;

/// By the rules of Lithuanian and in the language of officials.
const LITHUANIAN: &[&str] = &[
    "adr", "agr", "akad", "angl", "apskr", "apyg", "asm", "atsak", "aut", "bažn", "bendr", "biudž", "buv", "dab",
    "dail", "dek", "dept", "dir", "doc", "dr", "egz", "eil", "el", "faks", "feod", "filol", "gyd", "gyv", "gen",
    "geol", "gim", "gr", "habil", "hab", "inž", "išn", "įm", "įst", "įv", "įsak", "kab", "kand", "kl", "koresp", "kpt",
    "kt", "kub", "kun", "kv", "laik", "lent", "liet", "lot", "mėn", "med", "min", "mjr", "mln", "mlrd", "mob", "mokyt",
    "moksl", "mst", "nar", "neįg", "nr", "pan", "pav", "pavad", "pavyzd", "pirm", "plg", "plk", "pvz", "poz", "pr",
    "proc", "prof", "prok", "psl", "raj", "red", "rež", "rus", "sąs", "sav", "saviv", "sek", "sekr", "sen", "sk",
    "skyr", "spec", "st", "str", "švč", "šv", "tarp", "techn", "tel", "trln", "tūkst", "up", "val", "vad", "ved",
    "vert", "vet", "viet", "virš", "vyr", "vyresn", "vnt", "vok", "žml", "žr", "žin", "vid", "aps", "ltn", "bt", "pl",
    "al", "ež", "vs", "gl", "mstl", "glžk", "pst", "skg", "skv", "ter", "tak", "tt", "past", "gerb", "atst",
];
/// In English.
const ENGLISH: &[&str] = &[
    "approx", "art", "ave", "dept", "dr", "ed", "eds", "eg", "esp", "est", "etc", "fig", "ie", "inc", "jr", "ltd",
    "max", "min", "misc", "mr", "mrs", "ms", "mt", "no", "nos", "op", "para", "pp", "prof", "rd", "ref", "sr", "st",
    "tel", "univ", "vol", "vs", "ext", "mob", "ca", "cf",
];

/// Whether a word is an abbreviation and has its full stop.
pub(super) fn is_one(word: &Word<'_>, text: &str, language: Language) -> bool {
    let table = match language {
        Language::Lithuanian => LITHUANIAN,
        Language::English => ENGLISH,
    };
    word.text.len() <= 8
        && text.get(word.range.end..).is_some_and(|rest| rest.starts_with('.'))
        && table.contains(&word.lower.as_ref())
}
