//! Words that want a number, a name or a unit in the same line, and where a word begins.

use super::numbers::digits_at_start;
use messages::Language;

/// Punctuation that can follow what is quoted, but not begin it.
pub(super) const ENDS: [char; 7] = [',', ';', ':', '!', '?', ')', ']'];

/// Whether a word may begin after `c`.
pub(super) fn is_edge(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | '[' | '{' | '"' | '\'' | '„' | '“' | '”' | '‘' | '’' | '«' | '–' | '—')
}

/// Whether a quotation mark after `c` is an opening one.
pub(super) fn opens_after(c: char, language: Language) -> bool {
    let opening_quote = match language {
        Language::Lithuanian => '„',
        Language::English => '“',
    };
    c.is_whitespace() || matches!(c, '(' | '[' | '{' | '‘' | '«' | '–' | '—' | '/') || c == opening_quote
}

/// What a number follows in one line: "Nr. 5", "str. 3", "Vilniaus g. 5", "§ 7".
const BEFORE_NUMBER: &[&str] = &[
    "Nr.", "nr.", "NR.", "Nr", "№", "§", "str.", "Str.", "p.", "psl.", "d.", "sk.", "t.", "r.", "g.", "pr.", "al.",
    "pl.", "a.", "k.", "kab.", "bt.", "pav.", "lent.", "priedas", "žr.", "plg.",
];
/// The months as they stand in a date.
const MONTHS: &[&str] = &[
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
];

/// Whether `word` belongs in one line with the number that `rest` begins with.
pub(super) fn leads_number(word: &str, rest: &str) -> bool {
    BEFORE_NUMBER.contains(&word) || (digits_at_start(rest) <= 2 && MONTHS.contains(&word))
}

/// "Nr. T1-177", "dr. Jonas", "t. y.", "J. Basanavičius".
pub(super) fn abbreviation_binds(word: &str, rest: &str) -> bool {
    let mut following = rest.chars();
    let next = following.next();
    let capital = next.is_some_and(char::is_uppercase);
    if matches!(word, "Nr." | "nr.") {
        return capital || next.is_none();
    }
    if matches!(word, "dr." | "Dr." | "prof." | "Prof." | "doc." | "Doc.") {
        return capital;
    }
    let Some(letter) = word.strip_suffix('.') else { return false };
    let mut letters = letter.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else { return false };
    let second = following.next();
    let both_short = next.is_some_and(char::is_alphabetic) && second == Some('.');
    let initial = letter.is_uppercase() && capital && second.is_some_and(char::is_lowercase);
    letter.is_alphabetic() && (both_short || initial)
}

/// "XX a."
pub(super) fn is_century(word: &str, rest: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| b"IVX".contains(&byte)) && rest.starts_with("a.")
}

/// What follows its number in one line. A unit with a full stop is an abbreviation, one without is a symbol of the SI.
pub(super) const LITHUANIAN_UNITS: &[&str] = &[
    "m.", "d.", "val.", "min.", "sek.", "mėn.", "sav.", "metų", "m", "km", "dm", "cm", "mm", "m²", "km²", "cm²", "m³",
    "kv.", "kub.", "ha", "a", "arų", "kg", "g", "mg", "t", "l", "ml", "h", "s", "min", "km/h", "m/s", "kW", "kWh",
    "MW", "MWh", "GWh", "W", "V", "A", "Hz", "kB", "KB", "MB", "GB", "TB", "Mb/s", "Gb/s", "Eur", "EUR", "eurų",
    "euro", "eurai", "€", "USD", "ct", "%", "‰", "proc.", "°", "°C", "tūkst.", "mln.", "mlrd.", "vnt.", "egz.", "asm.",
    "vnt", "p.", "psl.", "str.", "kl.", "kab.", "a.", "dB", "lx", "Pa", "hPa",
];
pub(super) const ENGLISH_UNITS: &[&str] = &[
    "m", "km", "cm", "mm", "m²", "km²", "m³", "ha", "kg", "g", "mg", "t", "l", "ml", "h", "s", "min", "km/h", "m/s",
    "kW", "kWh", "MW", "MWh", "GWh", "W", "V", "Hz", "kB", "KB", "MB", "GB", "TB", "Mb/s", "Gb/s", "EUR", "Eur",
    "euros", "€", "%", "‰", "°", "°C", "a.m.", "p.m.", "million", "billion", "dB",
];

/// After these words a number is a name: of a document, a telephone, a house with its flat ("Turgaus g. 5-12").
const BEFORE_CODE: &[&str] = &[
    "Nr.", "nr.", "NR.", "Nr", "No.", "no.", "№", "tel.", "Tel.", "mob.", "faks.", "Faks.", "kodas", "g.", "pr.",
    "al.", "pl.", "a.", "k.", "bt.",
];

/// Whether what stands before a number says that it is no amount: "Nr. ", "tel. ", "ISO ", another number.
pub(super) fn introduces_a_code(before: &str) -> bool {
    let words = before.trim_end();
    if words.len() == before.len() {
        return false;
    }
    let word = words.rsplit(is_edge).next().unwrap_or_default().trim_start_matches(',').trim_end_matches(':');
    words.ends_with(|c: char| c.is_ascii_digit() || c == '+')
        || BEFORE_CODE.contains(&word)
        || (word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase()) && !is_roman(word))
}

fn is_roman(word: &str) -> bool {
    word.bytes().all(|byte| b"IVXLC".contains(&byte))
}

/// Whether a word can stand after a number as its unit.
pub(crate) fn is_unit(word: &str) -> bool {
    [LITHUANIAN_UNITS, ENGLISH_UNITS].iter().any(|units| units.iter().any(|unit| unit.trim_end_matches('.') == word))
}
