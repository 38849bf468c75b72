//! `kind = "icmp"`.

use std::net::IpAddr;
use std::time::Duration;

use messages::Message;
use strict_toml::{FromText, Table, not_a};

use super::{Reading, within};

/// Echo requests (RFC 792, RFC 4443).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Icmp {
    /// Whom to ask.
    pub address: IpAddr,
    /// How many a round, 1 to 20.
    pub echoes: u8,
    /// Between two of them.
    pub spacing: Duration,
    /// Octets after the ICMP header, 16 to 1,472.
    pub payload: u16,
    /// The class of service that the packets ask for.
    pub dscp: Dscp,
    /// The address of this machine that they come from; none: what the routing table says.
    pub source: Option<IpAddr>,
}

/// A Differentiated Services codepoint, 0 to 63 (RFC 2474, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Dscp(pub u8);

impl Icmp {
    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, _: &Reading<'_>) -> Option<(Self, String)> {
        let echoes = table.or("echoes", 3);
        let spacing = table.or("spacing", Duration::from_millis(20));
        let payload = table.or("payload", 56);
        let dscp = table.or("dscp", Dscp::default());
        let source: Option<IpAddr> = table.optional("source");
        let mut good = within(table, "echoes", (1..=20).contains(&echoes), "config-echoes-range");
        // Below 16 octets there is no room for what tells our replies from others'; above, IPv4 would fragment.
        good &= within(table, "payload", (16..=1472).contains(&payload), "config-payload-range");
        let same_family = source.is_none_or(|source| source.is_ipv4() == address.is_ipv4());
        good &= within(table, "source", same_family || address.is_unspecified(), "config-source-family");
        good.then(|| (Self { address, echoes, spacing, payload, dscp, source }, "icmp".to_owned()))
    }
}

/// The names of RFC 2474, RFC 2597, RFC 3246 and RFC 5865.
impl FromText for Dscp {
    const EXAMPLE: &'static str = "\"EF\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        let number = |text: &str| text.parse().ok();
        let named = match text {
            "EF" => Some(46),
            "VA" => Some(44),
            _ if let Some(class) = text.strip_prefix("CS") => {
                number(class).filter(|class| *class <= 7).map(|it: u8| it * 8)
            }
            _ if let Some(class) = text.strip_prefix("AF") => number(class)
                .filter(|class| (1..=4).contains(&(class / 10)) && (1..=3).contains(&(class % 10)))
                .map(|class: u8| class / 10 * 8 + class % 10 * 2),
            _ => number(text).filter(|codepoint| *codepoint <= 63),
        };
        named.map(Self).ok_or_else(|| not_a("config-dscp", text, Self::EXAMPLE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codepoints_have_the_standards_names() {
        for (text, codepoint) in [("EF", 46), ("CS0", 0), ("CS6", 48), ("AF11", 10), ("AF43", 38), ("63", 63)] {
            assert_eq!(Dscp::from_text(text), Ok(Dscp(codepoint)), "{text}");
        }
        for text in ["CS8", "AF14", "AF51", "64", "ef", "", "AF"] {
            assert!(Dscp::from_text(text).is_err(), "{text}");
        }
    }
}
