//! What front matter is made of beside text and numbers: moments, places, references to other pages.

use std::ops::Range;

use jiff::civil::{Date, DateTime, Time};
use messages::Message;
use serde::{Serialize, Serializer};
use strict_toml::{FromText, FromValue, Reporter, not_a};
use toml::Spanned;
use toml::de::DeValue;

/// A day, or a minute of a day, in the site's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// The whole day.
    Day(Date),
    /// A time of it.
    Time(DateTime),
}

/// Another page that front matter names: by its file (`/struktura/meras.md`), by the name of its file alone (`meras`), or an act
/// by its number (`T1-3`, `2023 T1-3`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// As it was written.
    pub text: String,
    /// Which bytes of the file.
    pub span: Range<usize>,
}

/// A place on the map, WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Coordinates {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

impl Moment {
    /// When it begins.
    #[must_use]
    pub fn start(self) -> DateTime {
        match self {
            Self::Day(day) => day.to_datetime(Time::midnight()),
            Self::Time(time) => time,
        }
    }

    /// The last instant that is still part of it: a day ends with its last second.
    #[must_use]
    pub fn end(self) -> DateTime {
        match self {
            Self::Day(day) => day.to_datetime(Time::constant(23, 59, 59, 0)),
            Self::Time(time) => time,
        }
    }

    /// The first instant, to the second, that is no part of it any more.
    #[must_use]
    pub fn after(self) -> DateTime {
        self.end().saturating_add(jiff::Span::new().seconds(1))
    }

    /// The day.
    #[must_use]
    pub fn date(self) -> Date {
        self.start().date()
    }
}

/// ISO 8601, to the minute.
impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Time(time) => write!(f, "{}", time.strftime("%Y-%m-%dT%H:%M")),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// A date, a date with a time, or, as other generators write it, one with an offset, of which the local time counts.
impl FromValue for Moment {
    const EXAMPLE: &'static str = "2026-11-23";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        let text = match value.get_ref() {
            DeValue::Datetime(found) => found.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => String::new(),
        };
        let moment = parse_moment(&text);
        if moment.is_none() {
            reporter.wrong_type(value, "site-moment");
        }
        moment
    }
}

impl std::str::FromStr for Moment {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        parse_moment(text).ok_or(())
    }
}

fn parse_moment(text: &str) -> Option<Moment> {
    let is_day = text.len() == 10;
    if is_day {
        return text.parse().ok().map(Moment::Day);
    }
    // RFC 3339 lets an offset follow the local time.
    let local = text.get(..19).filter(|_| text.len() > 19).unwrap_or(text);
    local.parse().ok().map(Moment::Time)
}

impl FromValue for Reference {
    const EXAMPLE: &'static str = "\"jonas-pavyzdys\"";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        let text = String::from_value(value, reporter)?;
        Some(Self { text, span: reporter.span(value) })
    }
}

impl FromText for Coordinates {
    const EXAMPLE: &'static str = "\"55.4906, 22.1839\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        let wrong = || not_a("site-coordinates", text, <Self as FromText>::EXAMPLE);
        let (latitude, longitude) = text.split_once(',').ok_or_else(wrong)?;
        let degrees = |text: &str, most: f64| text.trim().parse::<f64>().ok().filter(|degrees| degrees.abs() <= most);
        match (degrees(latitude, 90.0), degrees(longitude, 180.0)) {
            (Some(latitude), Some(longitude)) => Ok(Self { latitude, longitude }),
            _ => Err(wrong()),
        }
    }
}

/// A quarter of a year, from 1 to 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Quarter(pub u8);

impl FromValue for Quarter {
    const EXAMPLE: &'static str = "3";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        let number = u16::from_value(value, reporter)?;
        match u8::try_from(number) {
            Ok(quarter @ 1..=4) => Some(Self(quarter)),
            _ => {
                reporter.report(value, not_a("site-quarter", &number.to_string(), Self::EXAMPLE));
                None
            }
        }
    }
}

/// An address outside of the site: `https`, `http`, `mailto` or `tel`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Link(pub String);

impl FromText for Link {
    const EXAMPLE: &'static str = "\"https://www.epaslaugos.lt/…\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        if crate::markdown::is_outside(text)
            && !text.chars().any(|character| character.is_whitespace() || character.is_control())
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(not_a("site-link-kind", text, <Self as FromText>::EXAMPLE))
        }
    }
}

/// Defines types that are one of several words, each with its word in front matter and the key of its words in the catalogue.
macro_rules! words {
    ($( $(#[doc = $doc:literal])* $name:ident ($catalogue:literal) { $( $(#[doc = $case_doc:literal])* $case:ident = $word:literal ),* $(,)? } )*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        pub enum $name { $( $(#[doc = $case_doc])* #[serde(rename = $word)] $case ),* }

        impl $name {
            /// All of them with their words in front matter.
            pub const ALL: &'static [(&'static str, Self)] = &[$( ($word, Self::$case) ),*];

            /// The word in front matter.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $( Self::$case => $word ),* }
            }

            /// The key of its words in the catalogue.
            #[must_use]
            pub fn key(self) -> String {
                format!(concat!($catalogue, "-{}"), self.word())
            }
        }

        impl strict_toml::FromText for $name {
            const EXAMPLE: &'static str = words!(@first $($word),*);
            const CHOICES: &'static [&'static str] = &[$($word),*];
            const CATALOGUE: &'static str = $catalogue;

            fn from_text(text: &str) -> Result<Self, messages::Message> {
                strict_toml::choose(text, Self::ALL)
            }
        }
    )*};
    (@first $word:literal $(, $rest:literal)*) => { concat!("\"", $word, "\"") };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_days_or_minutes_and_offsets_of_other_generators_are_read() {
        let day = jiff::civil::date(2026, 11, 23);
        assert_eq!(parse_moment("2026-11-23"), Some(Moment::Day(day)));
        for text in ["2026-11-23T17:30", "2026-11-23 17:30:00", "2026-11-23T17:30:00+02:00", "2026-11-23T17:30:00.000Z"]
        {
            assert_eq!(parse_moment(text), Some(Moment::Time(day.at(17, 30, 0, 0))), "{text}");
        }
        for text in ["", "2026-13-23", "rytoj", "2026-11-2ė"] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }

    #[test]
    fn coordinates_are_two_numbers_within_the_globe() {
        assert!(Coordinates::from_text("55.4906, 22.1839").is_ok());
        for text in ["", "55.4906", "95, 22", "55;22", "NaN, 1"] {
            assert!(Coordinates::from_text(text).is_err(), "{text}");
        }
    }
}
