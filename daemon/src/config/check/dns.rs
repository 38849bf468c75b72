//! `kind = "dns"`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use hickory_proto::rr::{Name, RecordType};
use messages::Message;
use strict_toml::{FromText, Table, choose, not_a};

use super::{Reading, within};

/// A question to a name server (RFC 1035).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dns {
    /// Which server.
    pub target: SocketAddr,
    /// The name that is asked for.
    pub name: DomainName,
    /// What is asked of it.
    pub records: DnsRecords,
    /// What must be answered, as [`DnsRecords::expected`] writes it; empty: anything. Of texts there may be more, of
    /// everything else not.
    pub expect: Vec<String>,
    /// Other servers of the zone, which must have it in the same version.
    pub same_serial_as: Vec<SocketAddr>,
}

/// A domain name (RFC 1035, 2.3.1), internationalised ones in their ASCII form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainName(pub Name);

/// What can be asked of a name. The last three are texts that are also judged by the rules of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DnsRecords {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// Who takes mail.
    Mx,
    /// Texts.
    Txt,
    /// The zone itself.
    Soa,
    /// The zone's servers.
    Ns,
    /// Who may send mail (RFC 7208).
    Spf,
    /// A key that mail is signed with (RFC 6376).
    Dkim,
    /// What becomes of mail that fails both (RFC 7489).
    Dmarc,
}

impl Dns {
    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, _: &Reading<'_>) -> Option<(Self, String)> {
        let port = table.or("port", 53);
        let query: Option<DomainName> = table.required("query");
        let records = table.or("type", DnsRecords::A);
        let selector: Option<DomainName> = table.optional("selector");
        let expect: Vec<String> = table.or("expect", Vec::new());
        let others: Vec<IpAddr> = table.or("same_serial_as", Vec::new());
        let is_soa = records == DnsRecords::Soa;
        let is_dkim = records == DnsRecords::Dkim;
        let mut good = within(table, "expect", expect.is_empty() || !is_soa, "config-dns-expect-none");
        good &= within(table, "selector", selector.is_some() == is_dkim, "config-dns-selector");
        good &= within(table, "same_serial_as", others.is_empty() || is_soa, "config-dns-same-serial");
        let mut expected = Vec::new();
        for value in &expect {
            match records.expected(value) {
                Some(value) => expected.push(value),
                None if is_soa => {}
                None => {
                    let message = Message::new("config-dns-expect").with("key", "expect").with("found", value.as_str());
                    table.report(&table.place_of("expect"), message.with("records", records.name()));
                    good = false;
                }
            }
        }
        let below = match (records, selector) {
            (DnsRecords::Dkim, Some(DomainName(selector))) => {
                DomainName::parse("_domainkey").and_then(|domainkey| selector.append_name(&domainkey.0).ok())
            }
            (DnsRecords::Dmarc, _) => DomainName::parse("_dmarc").map(|name| name.0),
            _ => Some(Name::new()),
        };
        let mut name = below?.append_domain(&query?.0).ok()?;
        name.set_fqdn(true);
        let same_serial_as = others.into_iter().map(|other| SocketAddr::new(other, port)).collect();
        let target = SocketAddr::new(address, port);
        let read = Self { target, name: DomainName(name), records, expect: expected, same_serial_as };
        good.then(|| (read, format!("dns-{}", records.name().to_ascii_lowercase())))
    }
}

impl DomainName {
    fn parse(text: &str) -> Option<Self> {
        let mut name = Name::from_str_relaxed(text).ok()?;
        name.set_fqdn(false);
        Some(Self(name)).filter(|_| !text.is_empty())
    }
}

impl FromText for DomainName {
    const EXAMPLE: &'static str = "\"azuolynas.lt\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        Self::parse(text).ok_or_else(|| not_a("config-domain", text, Self::EXAMPLE))
    }
}

impl DnsRecords {
    const NAMES: [(&'static str, Self); 9] = [
        ("A", Self::A),
        ("AAAA", Self::Aaaa),
        ("MX", Self::Mx),
        ("TXT", Self::Txt),
        ("SOA", Self::Soa),
        ("NS", Self::Ns),
        ("SPF", Self::Spf),
        ("DKIM", Self::Dkim),
        ("DMARC", Self::Dmarc),
    ];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, records)| *records == self).map_or("", |(name, _)| name)
    }

    /// The type of the records that are asked for.
    #[must_use]
    pub const fn record_type(self) -> RecordType {
        match self {
            Self::A => RecordType::A,
            Self::Aaaa => RecordType::AAAA,
            Self::Mx => RecordType::MX,
            Self::Soa => RecordType::SOA,
            Self::Ns => RecordType::NS,
            Self::Txt | Self::Spf | Self::Dkim | Self::Dmarc => RecordType::TXT,
        }
    }

    /// Whether these are texts, beside which there may be others.
    #[must_use]
    pub const fn are_texts(self) -> bool {
        matches!(self, Self::Txt | Self::Spf | Self::Dkim | Self::Dmarc)
    }

    /// How the value of such a record is written, so that what means the same is the same; none if it is no such value.
    #[must_use]
    pub fn expected(self, value: &str) -> Option<String> {
        let name = |text: &str| DomainName::parse(text).map(|name| name.to_string());
        match self {
            Self::A => Some(value.parse::<Ipv4Addr>().ok()?.to_string()),
            Self::Aaaa => Some(value.parse::<Ipv6Addr>().ok()?.to_string()),
            Self::Mx => {
                let (preference, exchange) = value.split_once(' ')?;
                Some(format!("{} {}", preference.parse::<u16>().ok()?, name(exchange.trim())?))
            }
            Self::Ns => name(value),
            Self::Soa => None,
            Self::Txt | Self::Spf | Self::Dkim | Self::Dmarc => Some(value.to_owned()),
        }
    }
}

/// In lower case, without the dot of the root.
impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_lowercase().to_ascii();
        f.write_str(if text.len() > 1 { text.trim_end_matches('.') } else { &text })
    }
}

impl FromText for DnsRecords {
    const EXAMPLE: &'static str = "\"MX\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &Self::NAMES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_is_written_the_same() {
        assert_eq!(DnsRecords::Mx.expected("010 Pastas.Azuolynas.LT."), Some("10 pastas.azuolynas.lt".to_owned()));
        assert_eq!(DnsRecords::Aaaa.expected("2001:DB8:0::1"), Some("2001:db8::1".to_owned()));
        assert_eq!(DnsRecords::Ns.expected("ąžuolynas.lt"), Some("xn--uolynas-o4a30i.lt".to_owned()));
        assert_eq!(DnsRecords::A.expected("2001:db8::1"), None);
        assert_eq!(DnsRecords::Mx.expected("pastas.azuolynas.lt"), None);
    }
}
