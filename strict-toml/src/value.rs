//! What a TOML value can become. One implementation a type, each with the example that a message shows.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo};
use messages::Message;
use toml::Spanned;
use toml::de::DeValue;

use crate::{Document, Problems, Table};

/// Where a value that cannot be read is reported.
pub struct Reporter<'a> {
    pub(crate) document: &'a Document,
    pub(crate) problems: &'a Problems,
    pub(crate) key: &'a str,
}

/// A type that can be read from one TOML value.
pub trait FromValue: Sized {
    /// What a user could write, as TOML.
    const EXAMPLE: &'static str;

    /// The words it can be, when there are only some, for forms.
    const CHOICES: &'static [&'static str] = &[];

    /// What the key of the words of each choice begins with in the catalogue.
    const CATALOGUE: &'static str = "";

    /// The value, or none after reporting why not.
    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self>;
}

impl Reporter<'_> {
    /// Which bytes of the document `value` is, for problems that are found later.
    #[must_use]
    pub fn span(&self, value: &Spanned<DeValue<'_>>) -> Range<usize> {
        self.document.shifted(value.span())
    }

    /// The table that `value` is, or none after reporting that it is none.
    #[must_use]
    pub fn table<'t>(&'t self, value: &'t Spanned<DeValue<'t>>) -> Option<Table<'t>> {
        let DeValue::Table(entries) = value.get_ref() else {
            self.wrong_type(value, "toml-table");
            return None;
        };
        let name = format!("[{}]", self.key);
        Some(Table::new(self.document, self.problems, name, self.span(value), entries.clone()))
    }

    /// Reports that `value` is of the wrong type.
    pub fn wrong_type(&self, value: &Spanned<DeValue<'_>>, expected: &'static str) {
        let found = crate::found_type(value.get_ref().type_str());
        self.report(
            value,
            Message::new("toml-wrong-type").with("expected", Message::new(expected)).with("found", found),
        );
    }

    /// Reports a problem with `value`; the message gets the key as `$key`.
    pub fn report(&self, value: &Spanned<DeValue<'_>>, message: Message) {
        let span = self.document.shifted(value.span());
        self.problems.report(self.document.problem(&span, message.with("key", self.key)));
    }
}

/// A type that is written as text in TOML: a name, a schedule, one of several words.
pub trait FromText: Sized {
    /// What a user could write, as TOML.
    const EXAMPLE: &'static str;

    /// As [`FromValue::CHOICES`].
    const CHOICES: &'static [&'static str] = &[];

    /// As [`FromValue::CATALOGUE`].
    const CATALOGUE: &'static str = "";

    /// The value.
    ///
    /// # Errors
    /// What is wrong with the text; the message gets the key as `$key`.
    fn from_text(text: &str) -> Result<Self, Message>;
}

impl<T: FromText> FromValue for T {
    const EXAMPLE: &'static str = T::EXAMPLE;
    const CHOICES: &'static [&'static str] = T::CHOICES;
    const CATALOGUE: &'static str = T::CATALOGUE;

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        let text = String::from_value(value, reporter)?;
        T::from_text(&text).map_err(|message| reporter.report(value, message)).ok()
    }
}

/// The one of `choices` that `text` names.
///
/// # Errors
/// All names, and the nearest of them.
pub fn choose<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, Message> {
    if let Some((_, chosen)) = choices.iter().find(|(name, _)| *name == text) {
        return Ok(*chosen);
    }
    let names = choices.iter().map(|(name, _)| *name);
    let known: Vec<String> = names.clone().map(|name| format!("\"{name}\"")).collect();
    let message = match crate::nearest(text, names) {
        Some(nearest) => Message::new("toml-choice-nearest").with("nearest", nearest),
        None => Message::new("toml-choice"),
    };
    Err(message.with("found", text).with("known", known.join(", ")))
}

/// The message about text that is not what was wanted; `wanted` is the key of the message that says what was.
#[must_use]
pub fn not_a(wanted: &str, found: &str, example: &str) -> Message {
    Message::new("toml-not-a").with("wanted", Message::new(wanted)).with("found", found).with("example", example)
}

/// Reads text and turns it into `T`; `wanted` is the message about text that is none.
fn parsed<T: FromStr>(
    value: &Spanned<DeValue<'_>>,
    reporter: &Reporter<'_>,
    wanted: &'static str,
    example: &str,
) -> Option<T> {
    let text = String::from_value(value, reporter)?;
    let parsed = text.parse().ok();
    if parsed.is_none() {
        reporter.report(value, not_a(wanted, &text, example));
    }
    parsed
}

impl FromValue for String {
    const EXAMPLE: &'static str = "\"…\"";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        let DeValue::String(text) = value.get_ref() else {
            reporter.wrong_type(value, "toml-text");
            return None;
        };
        if text.trim().is_empty() {
            reporter.report(value, Message::new("toml-empty"));
            return None;
        }
        Some(text.to_string())
    }
}

impl FromValue for PathBuf {
    const EXAMPLE: &'static str = "\"/srv/…\"";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        String::from_value(value, reporter).map(Self::from)
    }
}

impl FromValue for bool {
    const EXAMPLE: &'static str = "true";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        if let DeValue::Boolean(found) = value.get_ref() {
            return Some(*found);
        }
        reporter.wrong_type(value, "toml-boolean");
        None
    }
}

macro_rules! whole_numbers {
    ($($kind:ty),*) => {$(
        impl FromValue for $kind {
            const EXAMPLE: &'static str = "1";

            fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
                let DeValue::Integer(digits) = value.get_ref() else {
                    reporter.wrong_type(value, "toml-integer");
                    return None;
                };
                let number = Self::from_str_radix(digits.as_str(), digits.radix()).ok();
                if number.is_none() {
                    let message = Message::new("toml-out-of-range")
                        .with("lowest", Self::MIN.to_string())
                        .with("highest", Self::MAX.to_string());
                    reporter.report(value, message.with("found", digits.as_str()));
                }
                number
            }
        }
    )*};
}

whole_numbers!(u8, u16, u32, u64, i32, i64);

/// Finite; a whole number will do.
impl FromValue for f64 {
    const EXAMPLE: &'static str = "0.1";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        let digits = match value.get_ref() {
            DeValue::Float(digits) => digits.as_str(),
            DeValue::Integer(digits) if digits.radix() == 10 => digits.as_str(),
            _ => "",
        };
        let number = digits.parse().ok().filter(|number: &Self| number.is_finite());
        if number.is_none() {
            reporter.wrong_type(value, "toml-number");
        }
        number
    }
}

/// Where something begins to be too much: a number, a share („80 %“ is 0.8), or a time in seconds („50 ms“ is 0.05).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit(pub f64);

impl FromValue for Limit {
    const EXAMPLE: &'static str = "\"80 %\"";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        let DeValue::String(text) = value.get_ref() else {
            return f64::from_value(value, reporter).map(Self);
        };
        let Some(percent) = text.strip_suffix('%') else {
            return Duration::from_value(value, reporter).map(|time| Self(time.as_secs_f64()));
        };
        let percent = percent.trim().parse().ok().filter(|percent: &f64| percent.is_finite());
        if percent.is_none() {
            reporter.wrong_type(value, "toml-number");
        }
        percent.map(|percent| Self(percent / 100.0))
    }
}

impl FromValue for IpAddr {
    const EXAMPLE: &'static str = "\"10.0.0.1\"";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        parsed(value, reporter, "toml-ip-address", Self::EXAMPLE)
    }
}

impl FromValue for SocketAddr {
    const EXAMPLE: &'static str = "\"127.0.0.1:8080\"";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        parsed(value, reporter, "toml-socket-address", Self::EXAMPLE)
    }
}

/// Of the IANA database.
impl FromValue for TimeZone {
    const EXAMPLE: &'static str = "\"Europe/Vilnius\"";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        let name = String::from_value(value, reporter)?;
        let zone = Self::get(&name).ok();
        if zone.is_none() {
            reporter.report(value, not_a("toml-time-zone", &name, <Self as FromValue>::EXAMPLE));
        }
        zone
    }
}

/// Longer than zero; „30s“, „5 min“, „1h 30m“, „21d“. A day is 24 hours.
impl FromValue for Duration {
    const EXAMPLE: &'static str = "\"30s\"";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        let span: Span = parsed(value, reporter, "toml-duration", Self::EXAMPLE)?;
        let signed = span.to_duration(SpanRelativeTo::days_are_24_hours());
        let duration =
            signed.ok().and_then(|signed| Self::try_from(signed).ok()).filter(|duration| !duration.is_zero());
        if duration.is_none() {
            reporter.report(value, Message::new("toml-duration-not-positive"));
        }
        duration
    }
}

impl FromValue for Date {
    const EXAMPLE: &'static str = "2026-11-23";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        match value.get_ref() {
            DeValue::Datetime(found) if found.time.is_none() && found.offset.is_none() => {
                let date = found.to_string().parse().ok();
                if date.is_none() {
                    reporter.wrong_type(value, "toml-date");
                }
                date
            }
            DeValue::String(_) => parsed(value, reporter, "toml-date", Self::EXAMPLE),
            _ => {
                reporter.wrong_type(value, "toml-date");
                None
            }
        }
    }
}

impl FromValue for jiff::civil::DateTime {
    const EXAMPLE: &'static str = "2026-11-23T17:30";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        match value.get_ref() {
            DeValue::Datetime(found) if found.date.is_some() && found.time.is_some() && found.offset.is_none() => {
                let moment = found.to_string().parse().ok();
                if moment.is_none() {
                    reporter.wrong_type(value, "toml-date-time");
                }
                moment
            }
            _ => {
                reporter.wrong_type(value, "toml-date-time");
                None
            }
        }
    }
}

/// A table whose keys are the user's own.
impl<T: FromValue> FromValue for BTreeMap<String, T> {
    const EXAMPLE: &'static str = "{ … }";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        let DeValue::Table(entries) = value.get_ref() else {
            reporter.wrong_type(value, "toml-table");
            return None;
        };
        // As with an array, all wrong values are reported.
        let read: Vec<Option<(String, T)>> = entries
            .iter()
            .map(|(name, value)| Some((name.get_ref().to_string(), T::from_value(value, reporter)?)))
            .collect();
        read.into_iter().collect()
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    const EXAMPLE: &'static str = "[…]";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        let DeValue::Array(elements) = value.get_ref() else {
            reporter.wrong_type(value, "toml-array");
            return None;
        };
        // Not `collect::<Option<_>>`, which would stop at the first wrong element.
        let read: Vec<Option<T>> = elements.iter().map(|element| T::from_value(element, reporter)).collect();
        read.into_iter().collect()
    }
}

/// At least one value; a single one needs no brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOrSeveral<T>(pub Vec<T>);

impl<T: FromValue> FromValue for OneOrSeveral<T> {
    const EXAMPLE: &'static str = T::EXAMPLE;

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        match value.get_ref() {
            DeValue::Array(elements) if elements.is_empty() => {
                reporter.report(value, Message::new("toml-empty"));
                None
            }
            DeValue::Array(_) => Vec::from_value(value, reporter).map(Self),
            _ => T::from_value(value, reporter).map(|one| Self(vec![one])),
        }
    }
}
