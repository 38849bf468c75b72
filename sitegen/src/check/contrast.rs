//! Colours of a theme of the site's own that not everybody can tell apart.
//!
//! Colours stand as custom properties of `:root` in `theme/style.css`, once for everybody and again for who has a dark room or wants
//! more contrast. For each of the four kinds of reader, each text is compared with what is behind it (WCAG 2.2, 1.4.3).

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use cssparser::color::parse_hash_color;
use cssparser::{Delimiter, ParseError, Parser, Token};
use messages::Message;
use strict_toml::Document;

use super::Case;
use super::finding::{Finding, Rule};
use crate::render::STYLE;

/// The least contrast of text (WCAG 2.2, success criterion 1.4.3, level AA).
const LEAST: f64 = 4.5;

/// Texts and what is behind them, by the names of the built-in theme's properties; whoever has no such property is not asked.
const PAIRS: [(&str, &str); 11] = [
    ("--ink", "--paper"),
    ("--soft", "--paper"),
    ("--accent", "--paper"),
    ("--good", "--paper"),
    ("--warn", "--paper"),
    ("--bad", "--paper"),
    ("--ink", "--wash"),
    ("--soft", "--wash"),
    ("--accent", "--wash"),
    ("--on-accent", "--accent"),
    ("--on-foot", "--foot"),
];

/// For whom a rule holds, or who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Reader {
    /// In a dark room.
    is_dark: bool,
    /// Wants more contrast.
    wants_more: bool,
}

impl Reader {
    const ALL: [Self; 4] = [
        Self { is_dark: false, wants_more: false },
        Self { is_dark: true, wants_more: false },
        Self { is_dark: false, wants_more: true },
        Self { is_dark: true, wants_more: true },
    ];

    /// Whether what holds for `self` holds for `reader`.
    const fn holds_for(self, reader: Self) -> bool {
        (!self.is_dark || reader.is_dark) && (!self.wants_more || reader.wants_more)
    }

    /// The key of the words for it in the catalogue.
    const fn key(self) -> &'static str {
        match (self.is_dark, self.wants_more) {
            (false, false) => "check-contrast-for-all",
            (true, false) => "check-contrast-in-the-dark",
            (false, true) => "check-contrast-for-more",
            (true, true) => "check-contrast-for-more-in-the-dark",
        }
    }
}

/// A property of `:root`.
#[derive(Debug, PartialEq, Eq)]
struct Property {
    reader: Reader,
    name: String,
    value: String,
    span: Range<usize>,
}

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    // The built-in style is tested.
    let Some(own) = case.sources.statics.get(STYLE) else { return Vec::new() };
    // What cannot be read is told where it is published.
    let Ok(css) = std::fs::read_to_string(&own.path) else { return Vec::new() };
    let document = Document::new(&own.path, css);
    let weak = weak(document.text()).into_iter();
    weak.map(|(span, message)| Finding::new(Rule::Contrast, document.problem(&span, message))).collect()
}

/// The texts that are too weak, each with where its colour is written.
fn weak(css: &str) -> Vec<(Range<usize>, Message)> {
    let properties = properties(css);
    let (mut found, mut told) = (Vec::new(), HashSet::new());
    for reader in Reader::ALL {
        let held = properties.iter().filter(|property| property.reader.holds_for(reader));
        // Of two that hold the later counts.
        let seen: HashMap<&str, &Property> = held.map(|property| (property.name.as_str(), property)).collect();
        for (text, behind) in PAIRS {
            let (Some(of_text), Some(of_behind)) = (colour(&seen, text), colour(&seen, behind)) else { continue };
            let contrast = contrast(of_text, of_behind);
            let Some(property) = seen.get(text).filter(|_| contrast < LEAST) else { continue };
            // What is weak for everybody is weak in the dark too.
            if !told.insert((property.span.start, behind, of_text, of_behind)) {
                continue;
            }
            let message = Message::new("check-contrast")
                .with("text", text)
                .with("behind", behind)
                .with("contrast", format!("{contrast:.2}"))
                .with("reader", reader.key());
            found.push((property.span.clone(), message));
        }
    }
    found
}

/// The colour of a property, also by way of others.
fn colour(seen: &HashMap<&str, &Property>, name: &str) -> Option<[u8; 3]> {
    let mut name = name;
    // A circle is no colour.
    for _ in 0..seen.len() {
        let value = seen.get(name)?.value.as_str();
        if let Some(hash) = value.strip_prefix('#') {
            let (red, green, blue, _) = parse_hash_color(hash.as_bytes()).ok()?;
            return Some([red, green, blue]);
        }
        name = value.strip_prefix("var(")?.strip_suffix(')')?.trim();
    }
    None
}

/// The contrast ratio of two colours (WCAG 2.2, terms: contrast ratio, relative luminance).
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let luminance = |colour: [u8; 3]| {
        let [red, green, blue] = colour.map(|channel| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

fn properties(css: &str) -> Vec<Property> {
    let mut found = Vec::new();
    rules(&mut Parser::new(css), Reader::default(), &mut found);
    found
}

/// Reads rules: of `:root` what it says, of media queries that only ask for a dark room or more contrast the rules inside.
fn rules(parser: &mut Parser<'_>, reader: Reader, found: &mut Vec<Property>) {
    loop {
        parser.skip_whitespace();
        let mut start = parser.position();
        let prelude = loop {
            match parser.next() {
                Ok(Token::CurlyBracketBlock) => break parser.slice_from(start).trim_end_matches('{').trim(),
                // A rule without a block.
                Ok(Token::Semicolon) => {
                    parser.skip_whitespace();
                    start = parser.position();
                }
                Ok(_) => {}
                Err(_) => return,
            }
        };
        // What is skipped here is skipped by the next token.
        let _ = parser.parse_nested_block(|inner| -> Result<(), ParseError<()>> {
            if let Some(query) = prelude.strip_prefix("@media") {
                if let Some(asked) = asked(query) {
                    let is_dark = reader.is_dark || asked.is_dark;
                    rules(inner, Reader { is_dark, wants_more: reader.wants_more || asked.wants_more }, found);
                }
            } else if prelude.split(',').any(|selector| matches!(selector.trim(), ":root" | "html")) {
                declarations(inner, reader, found);
            }
            while inner.next().is_ok() {}
            Ok(())
        });
    }
}

/// For whom a media query asks; none if it asks for anything else.
fn asked(query: &str) -> Option<Reader> {
    let mut asked = Reader::default();
    for feature in query.split(" and ") {
        let (name, value) = feature.trim().strip_prefix('(')?.strip_suffix(')')?.split_once(':')?;
        match (name.trim(), value.trim()) {
            ("prefers-color-scheme", "dark") => asked.is_dark = true,
            ("prefers-contrast", "more") => asked.wants_more = true,
            _ => return None,
        }
    }
    Some(asked)
}

fn declarations(parser: &mut Parser<'_>, reader: Reader, found: &mut Vec<Property>) {
    loop {
        parser.skip_whitespace();
        let start = parser.position();
        let name = match parser.next() {
            Ok(Token::Ident(name)) => name.to_string(),
            Ok(_) => continue,
            Err(_) => return,
        };
        if !matches!(parser.next(), Ok(Token::Colon)) {
            continue;
        }
        let begin = parser.position();
        let value = parser.parse_until_before(Delimiter::Semicolon, |inner| -> Result<String, ParseError<()>> {
            while inner.next().is_ok() {}
            Ok(inner.slice_from(begin).trim().to_owned())
        });
        let span = start.byte_index()..parser.position().byte_index();
        if let Ok(value) = value
            && name.starts_with("--")
        {
            found.push(Property { reader, name, value, span });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::render::THEME_FILES;

    #[test]
    fn the_built_in_colours_can_be_told_apart_by_everybody() {
        let (_, css) = THEME_FILES.iter().find(|(name, _)| *name == STYLE).unwrap();
        let names = properties(css);
        for (text, behind) in PAIRS {
            assert!([text, behind].iter().all(|name| names.iter().any(|property| property.name == *name)), "{text}");
        }
        assert!(names.iter().any(|property| property.reader == Reader::ALL[3]));
        assert_eq!(weak(css), []);
    }

    #[test]
    fn weak_colours_are_found_for_whoever_sees_them() {
        let css = "/* { */ :root { --ink: #777; --paper: #fff; } @media print { :root { --ink: #eee } }\n\
                   @media (prefers-color-scheme: dark) { :root { --paper: var(--night); --night: #000; --ink: #444 } }";
        let found = weak(css);
        let places: Vec<&str> = found.iter().map(|(span, _)| &css[span.clone()]).collect();
        assert_eq!(places, ["--ink: #777", "--ink: #444 "]);
        assert_eq!(weak(":root { --ink: #767676; --paper: #fff }"), []);
        assert_eq!(weak(":root { --ink: var(--paper); --paper: var(--ink) }"), []);
    }

    #[test]
    fn the_contrast_is_the_one_of_the_recommendation() {
        assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
        assert!((contrast([0x77; 3], [255; 3]) - 4.478).abs() < 1e-3);
    }

    proptest! {
        #[test]
        fn anything_is_a_style(css in "[:{}();@a-z#0-9 \\-/*\"']{0,200}") {
            let _ = weak(&css);
        }
    }
}
