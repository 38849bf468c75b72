//! `kind = "icmp"`.

use std::net::IpAddr;
use std::time::Duration;

use strict_toml::Table;

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
    /// Differentiated services code point (RFC 2474), 0 to 63: the class in which routers carry the packets.
    pub dscp: u8,
    /// The address of this machine that they come from; none: what the routing table says.
    pub source: Option<IpAddr>,
}

impl Icmp {
    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, _: &Reading<'_>) -> Option<(Self, String)> {
        let echoes = table.or("echoes", 3);
        let spacing = table.or("spacing", Duration::from_millis(20));
        let payload = table.or("payload", 56);
        let dscp = table.or("dscp", 0);
        let source: Option<IpAddr> = table.optional("source");
        let mut good = within(table, "echoes", (1..=20).contains(&echoes), "config-echoes-range");
        good &= within(table, "dscp", dscp <= 63, "config-dscp-range");
        // Below 16 octets hosts differ in what they send back; above, IPv4 would fragment.
        good &= within(table, "payload", (16..=1472).contains(&payload), "config-payload-range");
        let same_family = source.is_none_or(|source| source.is_ipv4() == address.is_ipv4());
        good &= within(table, "source", same_family || address.is_unspecified(), "config-source-family");
        good.then(|| (Self { address, echoes, spacing, payload, dscp, source }, "icmp".to_owned()))
    }

    /// The octet of the IP header that says the class: the code point in its upper six bits.
    #[must_use]
    pub const fn traffic_class(&self) -> u8 {
        self.dscp << 2
    }
}
