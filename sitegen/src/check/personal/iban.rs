//! Bank accounts' numbers by ISO 13616: a country, two check digits and the account, checked modulo 97.

use std::ops::Range;

use super::is_separator;

/// How long the number is in each country of the IBAN registry.
#[rustfmt::skip]
const LENGTHS: [(&str, usize); 89] = [
    ("AD", 24), ("AE", 23), ("AL", 28), ("AT", 20), ("AZ", 28), ("BA", 20), ("BE", 16), ("BG", 22), ("BH", 22),
    ("BI", 27), ("BR", 29), ("BY", 28), ("CH", 21), ("CR", 22), ("CY", 28), ("CZ", 24), ("DE", 22), ("DJ", 27),
    ("DK", 18), ("DO", 28), ("EE", 20), ("EG", 29), ("ES", 24), ("FI", 18), ("FK", 18), ("FO", 18), ("FR", 27),
    ("GB", 22), ("GE", 22), ("GI", 23), ("GL", 18), ("GR", 27), ("GT", 28), ("HN", 28), ("HR", 21), ("HU", 28),
    ("IE", 22), ("IL", 23), ("IQ", 23), ("IS", 26), ("IT", 27), ("JO", 30), ("KW", 30), ("KZ", 20), ("LB", 28),
    ("LC", 32), ("LI", 21), ("LT", 20), ("LU", 20), ("LV", 21), ("LY", 25), ("MC", 27), ("MD", 24), ("ME", 22),
    ("MK", 19), ("MN", 20), ("MR", 27), ("MT", 31), ("MU", 30), ("NI", 28), ("NL", 18), ("NO", 15), ("OM", 23),
    ("PK", 24), ("PL", 28), ("PS", 29), ("PT", 25), ("QA", 29), ("RO", 24), ("RS", 22), ("RU", 33), ("SA", 24),
    ("SC", 31), ("SD", 18), ("SE", 24), ("SI", 19), ("SK", 24), ("SM", 27), ("SO", 23), ("ST", 25), ("SV", 28),
    ("TL", 23), ("TN", 24), ("TR", 26), ("UA", 29), ("VA", 22), ("VG", 24), ("XK", 20), ("YE", 30),
];

/// Finds account numbers, written together or in groups.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in 0..bytes.len().saturating_sub(4) {
        let [country @ .., first, second] = &bytes[at..at + 4] else { continue };
        let begins = country.iter().all(u8::is_ascii_alphabetic) && first.is_ascii_digit();
        // People also write „LT 12 …“; that is so rare that it is not worth what else begins so.
        if !begins || !second.is_ascii_digit() || found.last().is_some_and(|last| at < last.end) {
            continue;
        }
        if text[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
            continue;
        }
        found.extend(account_at(text, at));
    }
    found
}

fn account_at(text: &str, start: usize) -> Option<Range<usize>> {
    let country = text.get(start..start + 2)?.to_ascii_uppercase();
    let (_, length) = LENGTHS.iter().find(|(known, _)| *known == country)?;
    let mut letters = Vec::with_capacity(*length);
    let mut after_separator = false;
    for (at, letter) in text[start..].char_indices() {
        if letters.len() == *length {
            let ends = !letter.is_alphanumeric();
            return (ends && is_checked(&letters)).then_some(start..start + at);
        }
        match letter {
            _ if letter.is_ascii_alphanumeric() => letters.push(letter),
            _ if is_separator(letter) && !after_separator => {}
            _ => return None,
        }
        after_separator = !letter.is_ascii_alphanumeric();
    }
    (letters.len() == *length && is_checked(&letters)).then_some(start..text.len())
}

/// Whether the number, its first four characters moved to the end and letters counted from A = 10, is 1 modulo 97.
fn is_checked(letters: &[char]) -> bool {
    let turned = letters.iter().skip(4).chain(letters.iter().take(4));
    let rest = turned.filter_map(|letter| letter.to_digit(36)).fold(0, |rest, value| {
        let shift = if value < 10 { 10 } else { 100 };
        (rest * shift + value) % 97
    });
    rest == 1
}
