//! Text as a part of an address.

use deunicode::deunicode;

/// Text as a part of an address: lower-case Latin letters without diacritics, digits and dashes.
///
/// Letters written with combining marks (NFD, as macOS names files) become the same as those written as one.
#[must_use]
pub fn slug(text: &str) -> String {
    if is_slug(text) {
        return text.to_owned();
    }
    let mut slug = String::with_capacity(text.len());
    let mut add = |character: char| {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    };
    for character in text.chars().filter(|character| !is_combining(*character)) {
        if character.is_ascii() {
            add(character);
        } else {
            deunicode(character.encode_utf8(&mut [0; 4])).chars().for_each(&mut add);
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// Whether a text is a part of an address as it is, as nearly all names of files are.
fn is_slug(text: &str) -> bool {
    let is_plain = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-';
    text.bytes().all(is_plain) && !text.starts_with('-') && !text.ends_with('-') && !text.contains("--")
}

/// The name of a file that is published as it is: like [`slug`], with dots and underscores kept, so that endings stay.
#[must_use]
pub fn slug_of_file(name: &str) -> String {
    let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~".contains(&octet);
    if name.bytes().all(is_plain) {
        return name.to_owned();
    }
    let parts: Vec<String> = name.split('.').map(slug).filter(|part| !part.is_empty()).collect();
    parts.join(".")
}

/// The block of combining diacritical marks.
fn is_combining(character: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lithuanian_letters_lose_their_marks_however_they_are_written() {
        assert_eq!(slug("Ąžuolų gatvės „šviesos“ – 2026 m."), "azuolu-gatves-sviesos-2026-m");
        assert_eq!(slug("S\u{30c}iaure\u{307}"), "siaure");
        assert_eq!(slug("  "), "");
    }

    #[test]
    fn names_of_files_keep_their_endings() {
        assert_eq!(slug_of_file("Ataskaita už 2026 m..PDF"), "ataskaita-uz-2026-m.pdf");
        assert_eq!(slug_of_file("foto_1.JPG"), "foto_1.JPG");
    }
}
