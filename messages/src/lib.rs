//! The one catalogue of what Rotušė says to people.
//!
//! Residents, editors, management and administrators read Lithuanian first and English too. Whatever a page, an editor's
//! message or a fault says stands in `lt.ftl` and `en.ftl` (Project Fluent, which knows that Lithuanian counts „1 diena,
//! 2 dienos, 10 dienų“), and nowhere else. Code holds a [`Message`]: a key and its arguments; the [`Language`] is chosen
//! where the words are shown, so a fault recorded today can be read in either language tomorrow.
//!
//! Texts are plain text: whoever puts them into HTML escapes them, as Tera does by itself.

use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use unic_langid::LanguageIdentifier;

/// A language that people of the municipality read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
    /// Lithuanian, the official language and the default everywhere.
    #[serde(rename = "lt")]
    Lithuanian,
    /// English.
    #[serde(rename = "en")]
    English,
}

/// Something that can be said in every [`Language`]: a key of the catalogue with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    key: String,
    arguments: Vec<(&'static str, Argument)>,
}

/// A value inside a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// Text from the world: a name, an address, what a tool said.
    Text(String),
    /// A number that grammar may depend on.
    Number(f64),
    /// Another message, said in the same language.
    Message(Box<Message>),
    /// A text that a table of data has in every language.
    Each {
        /// What it is in Lithuanian.
        lithuanian: String,
        /// What it is in English.
        english: String,
    },
}

impl Language {
    /// Every language of the catalogue, the default first.
    pub const ALL: [Self; 2] = [Self::Lithuanian, Self::English];

    /// The BCP 47 tag: `lt` or `en`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Lithuanian => "lt",
            Self::English => "en",
        }
    }

    /// The language of a BCP 47 tag such as `en-GB`, if it is one of ours.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.trim();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The language a browser prefers by its `Accept-Language` header (RFC 9110, 12.5.4); Lithuanian when it names none
    /// of ours.
    #[must_use]
    pub fn preferred(accept_language: &str) -> Self {
        let mut best: Option<(f32, Self)> = None;
        for range in accept_language.split(',') {
            let mut parts = range.split(';');
            let Some(language) = parts.next().and_then(|tag| Self::from_tag(tag.trim())) else {
                continue;
            };
            let quality = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(Some(1.0), |value| value.parse::<f32>().ok())
                .unwrap_or(0.0);
            if quality > 0.0 && best.is_none_or(|(highest, _)| quality > highest) {
                best = Some((quality, language));
            }
        }
        best.map_or(Self::Lithuanian, |(_, language)| language)
    }

    /// The words of `message` in this language. A key that the catalogue lacks is shown as itself, in brackets: a page
    /// with one odd word is better than no page, and the tests find it first.
    #[must_use]
    pub fn say(self, message: &Message) -> String {
        let bundle = &CATALOGUE[self as usize];
        let Some(pattern) = bundle.get_message(&message.key).and_then(|found| found.value()) else {
            return format!("[{}]", message.key);
        };
        let mut arguments = FluentArgs::with_capacity(message.arguments.len());
        for (name, argument) in &message.arguments {
            let value = match argument {
                Argument::Text(text) => FluentValue::from(text.as_str()),
                Argument::Number(number) => FluentValue::from(*number),
                Argument::Message(inner) => FluentValue::from(self.say(inner)),
                Argument::Each { lithuanian, english } => FluentValue::from(match self {
                    Self::Lithuanian => lithuanian.as_str(),
                    Self::English => english.as_str(),
                }),
            };
            arguments.set(*name, value);
        }
        bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }

    /// The words of a message without arguments.
    #[must_use]
    pub fn text(self, key: &str) -> String {
        self.say(&Message::new(key))
    }

    /// How long something lasted or will last, in its two largest units: „3 d. 4 val.“, “12 min 5 s”.
    #[must_use]
    pub fn duration(self, duration: SignedDuration) -> String {
        let seconds = duration.as_secs().unsigned_abs();
        let parts = [
            ("duration-days", seconds / 86_400),
            ("duration-hours", seconds / 3600 % 24),
            ("duration-minutes", seconds / 60 % 60),
            ("duration-seconds", seconds % 60),
        ];
        let first = parts.iter().position(|(_, count)| *count > 0).unwrap_or(parts.len() - 1);
        let said: Vec<String> = parts[first..]
            .iter()
            .take(2)
            .enumerate()
            .filter(|(place, (_, count))| *place == 0 || *count > 0)
            .map(|(_, (key, count))| self.say(&Message::new(*key).with("count", *count)))
            .collect();
        said.join(" ")
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl Message {
    /// The message with this key of the catalogue.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), arguments: Vec::new() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Argument>) -> Self {
        self.arguments.push((name, value.into()));
        self
    }

    /// The key in the catalogue.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// English: logs and command lines are read by administrators together with everything else on the machine.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Language::English.say(self))
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Message> for Argument {
    fn from(message: Message) -> Self {
        Self::Message(Box::new(message))
    }
}

impl From<f64> for Argument {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for Argument {
    #[expect(clippy::cast_precision_loss, reason = "counts shown to people stay far below 2^53")]
    fn from(number: u64) -> Self {
        Self::Number(number as f64)
    }
}

impl From<u32> for Argument {
    fn from(number: u32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<u16> for Argument {
    fn from(number: u16) -> Self {
        Self::Number(f64::from(number))
    }
}

static CATALOGUE: LazyLock<[FluentBundle<FluentResource>; 2]> = LazyLock::new(|| Language::ALL.map(bundle));

const fn source(language: Language) -> &'static str {
    match language {
        Language::Lithuanian => include_str!("lt.ftl"),
        Language::English => include_str!("en.ftl"),
    }
}

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    // A broken entry is left out here and shown as its key; `both_languages_say_the_same_things` keeps it from landing.
    let resource = FluentResource::try_new(source(language).to_owned()).unwrap_or_else(|(partial, _)| partial);
    let identifier: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
    // Isolation marks (U+2068, U+2069) around arguments would reach logs, e-mail and `grep`.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fluent_syntax::ast::Entry;

    use super::*;

    fn keys(language: Language) -> BTreeSet<String> {
        let resource = fluent_syntax::parser::parse(source(language)).expect("the catalogue has no syntax error");
        resource
            .body
            .iter()
            .map(|entry| match entry {
                Entry::Message(message) => message.id.name.to_owned(),
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => String::new(),
                other => panic!("only messages and comments belong here: {other:?}"),
            })
            .filter(|name| !name.is_empty())
            .collect()
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(keys(Language::Lithuanian), keys(Language::English));
    }

    #[test]
    fn lithuanian_counts_in_its_own_way() {
        let say = |count: u64| Language::Lithuanian.say(&Message::new("problems-found").with("count", count));
        assert!(say(1).contains("1 klaida"), "{}", say(1));
        assert!(say(2).contains("2 klaidos"), "{}", say(2));
        assert!(say(10).contains("10 klaidų"), "{}", say(10));
        assert!(say(21).contains("21 klaida"), "{}", say(21));
    }

    #[test]
    fn an_unknown_key_is_shown_rather_than_hidden() {
        assert_eq!(Language::English.text("no-such-key"), "[no-such-key]");
    }

    #[test]
    fn the_browser_chooses_the_language() {
        assert_eq!(Language::preferred("en-GB,en;q=0.9,lt;q=0.8"), Language::English);
        assert_eq!(Language::preferred("de, lt;q=0.5, en;q=0.4"), Language::Lithuanian);
        assert_eq!(Language::preferred("de,fr"), Language::Lithuanian);
        assert_eq!(Language::preferred("en;q=0, lt;q=0.1"), Language::Lithuanian);
        assert_eq!(Language::preferred("en;q=high"), Language::Lithuanian);
    }

    #[test]
    fn durations_have_at_most_two_units() {
        let say = |seconds| Language::English.duration(SignedDuration::from_secs(seconds));
        assert_eq!(say(0), "0 s");
        assert_eq!(say(59), "59 s");
        assert_eq!(say(725), "12 min 5 s");
        assert_eq!(say(3600), "1 h");
        assert_eq!(say(273_600 + 59), "3 d 4 h");
    }
}
