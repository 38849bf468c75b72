//! From what an agent sends to what it means: textual conventions (RFC 2579), scales, enumerated values.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use crate::snmp::raw::{Raw, dotted};

/// A value that is understood.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// Text.
    Text(Arc<str>),
    /// A number, in the unit of its field.
    Number(f64),
    /// A counter of 32 bits: it wraps.
    Counter32(u32),
    /// A counter of 64 bits.
    Counter64(u64),
}

/// How octets and numbers are to be understood.
#[derive(Debug, Clone, PartialEq)]
pub enum Convention {
    /// DisplayString and SnmpAdminString; what is not UTF-8 is read as Windows-1257, the code page of Baltic devices.
    Text,
    /// Any kind of number, times a scale, plus an offset.
    Number(Scale),
    /// A counter, of which only differences mean something.
    Counter,
    /// Numbers, texts or OIDs that stand for words.
    Words(Vec<(String, Arc<str>)>),
    /// MacAddress, PhysAddress.
    Mac,
    /// IpAddress, InetAddress, CiscoNetworkAddress.
    Address,
    /// DateAndTime.
    Date,
    /// OBJECT IDENTIFIER.
    Oid,
    /// InetAddressType, length and octets, as they stand in an index (RFC 4001).
    TypedAddress,
}

/// What a number is multiplied by, what is added to it, and which numbers say that there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// Multiplied by this.
    pub scale: f64,
    /// This is added afterwards.
    pub offset: f64,
    /// A negative INTEGER is a number beyond 2^31 that did not fit (hrStorageSize of large volumes).
    pub is_unsigned: bool,
    /// What agents send instead of nothing.
    pub missing: Vec<i64>,
}

/// The longest text that is kept of one value.
const LONGEST_TEXT: usize = 1024;

impl Datum {
    /// Text of something.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&Arc<str>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Counter32(number) => Some(f64::from(*number)),
            #[expect(clippy::cast_precision_loss, reason = "whoever needs all 64 bits matches on the counter")]
            Self::Counter64(number) => Some(*number as f64),
            Self::Text(_) => None,
        }
    }

    /// The number as an arc of an OID, if it can be one.
    #[must_use]
    pub fn as_arc(&self) -> Option<u32> {
        let number = self.as_number().filter(|number| (0.0..=f64::from(u32::MAX)).contains(number))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
        Some(number as u32)
    }
}

/// As people read it.
impl std::fmt::Display for Datum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Counter32(number) => write!(f, "{number}"),
            Self::Counter64(number) => write!(f, "{number}"),
        }
    }
}

impl Default for Scale {
    fn default() -> Self {
        Self { scale: 1.0, offset: 0.0, is_unsigned: false, missing: Vec::new() }
    }
}

impl Scale {
    /// The number in `raw`; none if it is none, or one of those that say so.
    #[must_use]
    pub fn read(&self, raw: &Raw) -> Option<f64> {
        let number = match raw {
            Raw::Integer(number) if self.is_unsigned => f64::from(number.cast_unsigned()),
            other => other.number()?,
        };
        #[expect(clippy::cast_precision_loss, reason = "such numbers are small, or the largest of 32 bits")]
        let is_missing = self.missing.iter().any(|missing| *missing as f64 == number);
        let scaled = number * self.scale + self.offset;
        // 0.1 × 236 is 23.6 to people, not 23.6000…03; a whole number is exact as it is.
        let rounded = if scaled.fract() == 0.0 { scaled } else { shortest(scaled) };
        (!is_missing && rounded.is_finite()).then_some(rounded)
    }
}

/// The number with fifteen digits, as many as are certain in a binary fraction: what is beyond is noise.
fn shortest(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

impl Convention {
    /// What `raw` means; none if it means nothing by this convention: a wrong type never becomes a wrong value.
    #[must_use]
    pub fn read(&self, raw: &Raw) -> Option<Datum> {
        match self {
            Self::Text => text_of(raw).map(|text| Datum::Text(text.into())),
            Self::Number(scale) => scale.read(raw).map(Datum::Number),
            Self::Counter => match raw {
                Raw::Counter32(number) => Some(Datum::Counter32(*number)),
                Raw::Counter64(number) => Some(Datum::Counter64(*number)),
                _ => None,
            },
            Self::Words(words) => word(words, raw),
            Self::Mac => match raw {
                Raw::Octets(octets) => mac(octets).map(|text| Datum::Text(text.into())),
                _ => None,
            },
            Self::Address => address(raw).map(|text| Datum::Text(text.into())),
            Self::Date => match raw {
                Raw::Octets(octets) => date(octets).map(|text| Datum::Text(text.into())),
                _ => None,
            },
            Self::Oid => match raw {
                Raw::Oid(arcs) => Some(Datum::Text(dotted(arcs).into())),
                _ => None,
            },
            Self::TypedAddress => None,
        }
    }

    /// What arcs of an index mean.
    #[must_use]
    pub fn read_arcs(&self, arcs: &[u32]) -> Option<Datum> {
        let octets = || -> Option<Box<[u8]>> { arcs.iter().map(|arc| u8::try_from(*arc).ok()).collect() };
        match self {
            Self::Mac | Self::Address => self.read(&Raw::Octets(octets()?)),
            Self::Text => self.read(&Raw::Octets(octets()?)),
            Self::TypedAddress => match arcs {
                // The length is left out where the type implies it, by some agents.
                [1, 4, rest @ ..] if rest.len() >= 4 => Self::Address.read_arcs(&rest[..4]),
                [2, 16, rest @ ..] if rest.len() >= 16 => Self::Address.read_arcs(&rest[..16]),
                [1, rest @ ..] if rest.len() == 4 => Self::Address.read_arcs(rest),
                [2, rest @ ..] if rest.len() == 16 => Self::Address.read_arcs(rest),
                // ipv4z and ipv6z: the zone comes after the address.
                [3, 8, rest @ ..] if rest.len() >= 4 => Self::Address.read_arcs(&rest[..4]),
                [4, 20, rest @ ..] if rest.len() >= 16 => Self::Address.read_arcs(&rest[..16]),
                _ => None,
            },
            Self::Oid => Some(Datum::Text(dotted(arcs).into())),
            Self::Number(_) | Self::Words(_) | Self::Counter => match arcs {
                [arc] => self.read(&Raw::Gauge(*arc)),
                _ => None,
            },
            Self::Date => None,
        }
    }
}

fn word(words: &[(String, Arc<str>)], raw: &Raw) -> Option<Datum> {
    let key = match raw {
        Raw::Integer(number) => number.to_string(),
        Raw::Gauge(number) | Raw::Counter32(number) => number.to_string(),
        Raw::Oid(arcs) => dotted(arcs),
        other => text_of(other)?,
    };
    match words.iter().find(|(known, _)| *known == key) {
        // A word that is empty says that the value says nothing.
        Some((_, word)) => (!word.is_empty()).then(|| Datum::Text(Arc::clone(word))),
        None => words.iter().find(|(known, _)| known == "*").map(|(_, word)| Datum::Text(Arc::clone(word))),
    }
}

/// Text as a person reads it: line breaks become spaces, other control characters are dropped, and nothing is no text.
#[must_use]
pub fn text_of(raw: &Raw) -> Option<String> {
    let octets = match raw {
        Raw::Octets(octets) => octets,
        Raw::Integer(number) => return Some(number.to_string()),
        Raw::Gauge(number) | Raw::Counter32(number) => return Some(number.to_string()),
        Raw::Counter64(number) => return Some(number.to_string()),
        Raw::Float(number) => return Some(number.to_string()),
        Raw::Oid(arcs) => return Some(dotted(arcs)),
        Raw::Address(octets) => return Some(Ipv4Addr::from(*octets).to_string()),
        Raw::Ticks(_) => return None,
    };
    // Some agents send the terminating zero, or fill up with zeros, and what comes after is no text.
    let octets = octets.split(|octet| *octet == 0).next().unwrap_or_default();
    let octets = &octets[..octets.len().min(LONGEST_TEXT)];
    let controls = octets.iter().filter(|octet| **octet < 0x20 && !octet.is_ascii_whitespace()).count();
    if controls * 3 > octets.len() {
        return Some(hexadecimal(octets));
    }
    let decoded = match std::str::from_utf8(octets) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::WINDOWS_1257.decode_without_bom_handling(octets).0,
    };
    let mut text = String::with_capacity(decoded.len().min(LONGEST_TEXT));
    for character in decoded.trim().chars() {
        if text.len() >= LONGEST_TEXT {
            break;
        }
        if !character.is_control() {
            text.push(character);
        } else if character.is_whitespace() && !text.ends_with(' ') {
            text.push(' ');
        }
    }
    (!text.trim().is_empty()).then_some(text)
}

fn hexadecimal(octets: &[u8]) -> String {
    let octets: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    octets.join(":")
}

/// Six octets, or eight (EUI-64), or their text in any usual notation.
fn mac(octets: &[u8]) -> Option<String> {
    match octets.len() {
        6 | 8 => Some(hexadecimal(octets)),
        _ => {
            let text = std::str::from_utf8(octets).ok()?;
            let parts: Vec<u8> = if text.contains([':', '-', ' ']) {
                let parts = text.trim().split([':', '-', ' ']).map(|part| u8::from_str_radix(part, 16).ok());
                parts.collect::<Option<_>>()?
            } else {
                let digits: String = text.trim().chars().filter(|character| *character != '.').collect();
                if digits.len() != 12 || !digits.is_ascii() {
                    return None;
                }
                (0..6)
                    .map(|place| u8::from_str_radix(&digits[place * 2..place * 2 + 2], 16).ok())
                    .collect::<Option<_>>()?
            };
            (parts.len() == 6).then(|| hexadecimal(&parts))
        }
    }
}

fn address(raw: &Raw) -> Option<String> {
    match raw {
        Raw::Address(octets) => Some(Ipv4Addr::from(*octets).to_string()),
        Raw::Octets(octets) => {
            if let Ok(octets) = <[u8; 4]>::try_from(octets.as_ref()) {
                return Some(Ipv4Addr::from(octets).to_string());
            }
            if let Ok(octets) = <[u8; 16]>::try_from(octets.as_ref()) {
                return Some(Ipv6Addr::from(octets).to_string());
            }
            // LLDP's network addresses begin with the number of their family (IANA Address Family Numbers).
            match octets.as_ref() {
                [1, a, b, c, d] => Some(Ipv4Addr::new(*a, *b, *c, *d).to_string()),
                [2, rest @ ..] if rest.len() == 16 => address(&Raw::Octets(rest.into())),
                other => {
                    std::str::from_utf8(other).ok()?.trim().parse().ok().map(|ip: std::net::IpAddr| ip.to_string())
                }
            }
        }
        _ => None,
    }
}

/// DateAndTime (RFC 2579): local time in 8 octets, or with its offset from UTC in 11, as RFC 3339 writes it.
fn date(octets: &[u8]) -> Option<String> {
    let [high, low, month, day, hour, minute, second, ..] = *octets else { return None };
    let year = i16::from_be_bytes([high, low]);
    let date = jiff::civil::date(year.clamp(0, 9999), 1, 1).with();
    let date = date.month(i8::try_from(month).ok()?).day(i8::try_from(day).ok()?).build().ok()?;
    if year == 0 || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let time = format!("{date}T{hour:02}:{minute:02}:{:02}", second.min(59));
    match octets[7..] {
        [_, sign @ (b'+' | b'-'), hours @ 0..=14, minutes @ 0..=59] => {
            Some(format!("{time}{}{hours:02}:{minutes:02}", char::from(sign)))
        }
        [] | [_] => Some(time),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn octets(octets: &[u8]) -> Raw {
        Raw::Octets(octets.into())
    }

    fn read(convention: &Convention, raw: &Raw) -> Option<String> {
        convention.read(raw).map(|datum| datum.to_string())
    }

    #[test]
    fn strange_texts_stay_readable() {
        let text = |raw: &[u8]| text_of(&octets(raw));
        assert_eq!(text("Rūsys\r\nlentyna".as_bytes()), Some("Rūsys lentyna".to_owned()));
        assert_eq!(text(b"R\xFBsys"), Some("Rūsys".to_owned()));
        assert_eq!(text(b"P\xC3\xA0gas\x1B[2J"), Some("Pàgas[2J".to_owned()));
        assert_eq!(text(b"eth0\0\0\0junk"), Some("eth0".to_owned()));
        assert_eq!(text(b"\x01\x02\x03"), Some("01:02:03".to_owned()));
        assert_eq!(text(b" \0"), None);
        assert_eq!(text(b""), None);
    }

    #[test]
    fn conventions_of_addresses_and_dates() {
        assert_eq!(read(&Convention::Mac, &octets(&[0, 0x1b, 2, 3, 4, 0xff])), Some("00:1b:02:03:04:ff".to_owned()));
        assert_eq!(read(&Convention::Mac, &octets(b"0:1b:2:3:4:ff")), Some("00:1b:02:03:04:ff".to_owned()));
        assert_eq!(read(&Convention::Mac, &octets(b"001B.0203.04FF")), Some("00:1b:02:03:04:ff".to_owned()));
        assert_eq!(read(&Convention::Mac, &octets(b"none")), None);
        assert_eq!(read(&Convention::Address, &octets(&[1, 10, 0, 0, 7])), Some("10.0.0.7".to_owned()));
        assert_eq!(read(&Convention::Address, &Raw::Address([10, 0, 0, 7])), Some("10.0.0.7".to_owned()));
        let v6 = Convention::TypedAddress.read_arcs(&[2, 16, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(v6, Some(Datum::text("fe80::1")));
        let at = octets(&[0x07, 0xE2, 8, 15, 8, 15, 0, 3, b'+', 2, 0]);
        assert_eq!(read(&Convention::Date, &at), Some("2018-08-15T08:15:00+02:00".to_owned()));
        assert_eq!(read(&Convention::Date, &octets(&[0; 8])), None);
        assert_eq!(read(&Convention::Date, &octets(&[0x07, 0xE2, 2, 30, 8, 15, 0, 3])), None);
    }

    #[test]
    fn numbers_are_scaled_and_sentinels_are_no_numbers() {
        let tenths = Scale { scale: 0.1, missing: vec![-1, 65535], ..Scale::default() };
        assert_eq!(tenths.read(&Raw::Integer(236)), Some(23.6));
        let hundredths = Scale { scale: 0.01, ..Scale::default() };
        assert_eq!(hundredths.read(&Raw::Gauge(2_510_919_899)), Some(25_109_198.99));
        assert_eq!(tenths.read(&Raw::Integer(-1)), None);
        assert_eq!(tenths.read(&Raw::Gauge(65535)), None);
        assert_eq!(tenths.read(&octets(b"off")), None);
        let unsigned = Scale { is_unsigned: true, ..Scale::default() };
        assert_eq!(unsigned.read(&Raw::Integer(-2)), Some(4_294_967_294.0));
    }

    #[test]
    fn words_are_found_by_number_text_and_oid_and_nothing_is_made_up() {
        let words = |pairs: &[(&str, &str)]| {
            Convention::Words(pairs.iter().map(|(key, word)| ((*key).to_owned(), (*word).into())).collect())
        };
        let status = words(&[("1", "up"), ("2", "down"), ("3", "")]);
        assert_eq!(read(&status, &Raw::Integer(2)), Some("down".to_owned()));
        assert_eq!(read(&status, &Raw::Integer(3)), None);
        assert_eq!(read(&status, &Raw::Integer(9)), None);
        assert_eq!(read(&words(&[("1.3.6", "ram")]), &Raw::Oid([1, 3, 6].into())), Some("ram".to_owned()));
        assert_eq!(read(&words(&[("*", "other")]), &Raw::Integer(9)), Some("other".to_owned()));
    }

    proptest! {
        #[test]
        fn any_octets_are_read_without_a_panic_and_without_control_characters(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let raw = octets(&bytes);
            let all = [Convention::Text, Convention::Mac, Convention::Address, Convention::Date, Convention::Number(Scale::default())];
            for convention in all {
                if let Some(Datum::Text(text)) = convention.read(&raw) {
                    prop_assert!(!text.chars().any(char::is_control));
                }
                let arcs: Vec<u32> = bytes.iter().map(|octet| u32::from(*octet) * 3).collect();
                let _ = convention.read_arcs(&arcs);
            }
        }
    }
}
