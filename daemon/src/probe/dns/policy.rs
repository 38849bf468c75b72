//! The texts by which a domain says who may send its mail: SPF, DKIM and DMARC. Receivers ignore a record that breaks its
//! grammar, mostly without telling anybody; then forged mail looks as good as the municipality's own.

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::{PublicKey, RSAPublicKey};
use x509_parser::x509::SubjectPublicKeyInfo;

use super::super::DnsFault;
use crate::config::DnsRecords;

/// Receivers give up after so many questions (RFC 7208, 4.6.4).
const MOST_LOOKUPS: u32 = 10;
/// RFC 8301, 3.2.
const FEWEST_RSA_BITS: usize = 1024;

/// By which rules a text is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    Spf,
    Dkim,
    Dmarc,
}

impl Rules {
    pub(super) const fn of(records: DnsRecords) -> Option<Self> {
        match records {
            DnsRecords::Spf => Some(Self::Spf),
            DnsRecords::Dkim => Some(Self::Dkim),
            DnsRecords::Dmarc => Some(Self::Dmarc),
            _ => None,
        }
    }

    /// Whether a text means to be such a record.
    pub(super) fn is_one(self, text: &str) -> bool {
        match self {
            Self::Spf => text.split(' ').next().is_some_and(|version| version.eq_ignore_ascii_case("v=spf1")),
            // The version may be left out (RFC 6376, 3.6.1), and nothing else has such a name.
            Self::Dkim => true,
            Self::Dmarc => {
                let first = text.split(';').next().and_then(|tag| tag.split_once('='));
                first.is_some_and(|(name, value)| name.trim() == "v" && value.trim().eq_ignore_ascii_case("DMARC1"))
            }
        }
    }

    /// # Errors
    /// What is wrong with it.
    pub(super) fn judge(self, text: &str) -> Result<(), DnsFault> {
        match self {
            Self::Spf => spf(text),
            Self::Dkim => dkim(text),
            Self::Dmarc => dmarc(text),
        }
    }

    fn wrong(self, part: &str) -> DnsFault {
        let records = match self {
            Self::Spf => DnsRecords::Spf,
            Self::Dkim => DnsRecords::Dkim,
            Self::Dmarc => DnsRecords::Dmarc,
        };
        DnsFault::Malformed { records: records.name().to_owned(), part: super::one_line(part.as_bytes()) }
    }
}

/// RFC 7208, section 12. Records that this one includes are not followed: they are others' affair.
fn spf(text: &str) -> Result<(), DnsFault> {
    let mut lookups = 0;
    let mut modifiers = Vec::new();
    for term in text.split(' ').skip(1).filter(|term| !term.is_empty()) {
        let is_modifier = term.find('=').is_some_and(|at| term.find([':', '/']).is_none_or(|other| at < other));
        if let (true, Some((name, value))) = (is_modifier, term.split_once('=')) {
            let name = name.to_ascii_lowercase();
            let is_known = name == "redirect" || name == "exp";
            let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
                && name.chars().all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it));
            if !is_name || (is_known && (!is_domain(value) || modifiers.contains(&name))) {
                return Err(Rules::Spf.wrong(term));
            }
            lookups += u32::from(name == "redirect");
            modifiers.push(name);
            continue;
        }
        let mechanism = term.strip_prefix(['+', '-', '~', '?']).unwrap_or(term);
        let (name, rest) = mechanism.split_at(mechanism.find([':', '/']).unwrap_or(mechanism.len()));
        let name = name.to_ascii_lowercase();
        let argument = rest.strip_prefix(':');
        let is_right = match name.as_str() {
            "all" => rest.is_empty(),
            "include" | "exists" => argument.is_some_and(is_domain),
            "ptr" => rest.is_empty() || argument.is_some_and(is_domain),
            "a" | "mx" => {
                let (domain, prefixes) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                (domain.is_empty() || domain.strip_prefix(':').is_some_and(is_domain)) && are_prefixes(prefixes)
            }
            "ip4" => argument.is_some_and(|network| is_network::<Ipv4Addr>(network, 32)),
            "ip6" => argument.is_some_and(|network| is_network::<Ipv6Addr>(network, 128)),
            _ => false,
        };
        if !is_right {
            return Err(Rules::Spf.wrong(term));
        }
        lookups += u32::from(matches!(name.as_str(), "include" | "exists" | "ptr" | "a" | "mx"));
    }
    if lookups > MOST_LOOKUPS {
        return Err(DnsFault::TooManyLookups { count: lookups });
    }
    Ok(())
}

/// A name, perhaps with macros (RFC 7208, section 7).
fn is_domain(text: &str) -> bool {
    let has_macro = text.contains("%{");
    let is_visible = !text.is_empty() && text.chars().all(|character| character.is_ascii_graphic());
    is_visible && (has_macro || (text.contains('.') && !text.contains(['/', ':', '@']) && !text.contains("..")))
}

/// What may follow a name: a length for IPv4, for IPv6, or both.
fn are_prefixes(text: &str) -> bool {
    let is_length = |text: &str, longest: u8| text.parse::<u8>().is_ok_and(|length| length <= longest);
    let (v4, v6) = match text.split_once("//") {
        Some((v4, v6)) => (v4, Some(v6)),
        None => (text, None),
    };
    (v4.is_empty() || v4.strip_prefix('/').is_some_and(|v4| is_length(v4, 32)))
        && v6.is_none_or(|v6| is_length(v6, 128))
}

fn is_network<A: std::str::FromStr>(text: &str, longest: u8) -> bool {
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    address.parse::<A>().is_ok()
        && length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= longest))
}

/// The tags of a record in their order (RFC 6376, 3.2).
fn tags(rules: Rules, text: &str) -> Result<Vec<(&str, &str)>, DnsFault> {
    let mut tags: Vec<(&str, &str)> = Vec::new();
    for tag in text.split(';').map(str::trim).filter(|tag| !tag.is_empty()) {
        let Some((name, value)) = tag.split_once('=') else { return Err(rules.wrong(tag)) };
        let name = name.trim_end();
        let is_twice = tags.iter().any(|(other, _)| *other == name);
        if name.is_empty() || is_twice || !name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_') {
            return Err(rules.wrong(tag));
        }
        tags.push((name, value.trim_start()));
    }
    Ok(tags)
}

/// RFC 6376, 3.6.1, and RFC 8463 for Ed25519.
fn dkim(text: &str) -> Result<(), DnsFault> {
    let tags = tags(Rules::Dkim, text)?;
    let value = |wanted: &str| tags.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
    let is_first = tags.first().is_some_and(|(name, _)| *name == "v");
    if value("v").is_some_and(|version| version != "DKIM1" || !is_first) {
        return Err(Rules::Dkim.wrong(value("v").unwrap_or_default()));
    }
    let kind = value("k").unwrap_or("rsa");
    let Some(key) = value("p") else { return Err(Rules::Dkim.wrong(text)) };
    let key: String = key.split_ascii_whitespace().collect();
    if key.is_empty() {
        return Err(DnsFault::Revoked);
    }
    let wrong_key = || Rules::Dkim.wrong(&format!("p={key}"));
    let octets = STANDARD.decode(&key).map_err(|_| wrong_key())?;
    match kind {
        "rsa" => {
            let bits = rsa_bits(&octets).ok_or_else(wrong_key)?;
            if bits < FEWEST_RSA_BITS {
                return Err(DnsFault::WeakKey { bits: u32::try_from(bits).unwrap_or_default() });
            }
            Ok(())
        }
        "ed25519" if octets.len() == 32 => Ok(()),
        "ed25519" => Err(wrong_key()),
        other => Err(Rules::Dkim.wrong(&format!("k={other}"))),
    }
}

/// A key may be in the form of certificates or, after the letter of RFC 6376, bare.
fn rsa_bits(octets: &[u8]) -> Option<usize> {
    if let Ok((_, key)) = SubjectPublicKeyInfo::from_der(octets) {
        return match key.parsed() {
            Ok(PublicKey::RSA(key)) => Some(key.key_size()),
            _ => None,
        };
    }
    RSAPublicKey::from_der(octets).ok().map(|(_, key)| key.key_size())
}

/// RFC 7489, 6.3 and 6.4.
fn dmarc(text: &str) -> Result<(), DnsFault> {
    let tags = tags(Rules::Dmarc, text)?;
    let is_policy = |value: &str| ["none", "quarantine", "reject"].iter().any(|it| value.eq_ignore_ascii_case(it));
    for (place, (name, value)) in tags.iter().enumerate() {
        let is_right = match *name {
            "v" => place == 0 && *value == "DMARC1",
            "p" => place == 1 && is_policy(value),
            "sp" => is_policy(value),
            "adkim" | "aspf" => ["r", "s"].contains(value),
            "pct" => value.parse::<u8>().is_ok_and(|percent| percent <= 100),
            "ri" => value.parse::<u32>().is_ok(),
            "rua" | "ruf" => value.split(',').all(|address| is_address(address.trim())),
            // Others are for the future, and for receivers to ignore.
            _ => true,
        };
        if !is_right {
            return Err(Rules::Dmarc.wrong(&format!("{name}={value}")));
        }
    }
    if tags.iter().all(|(name, _)| *name != "p") {
        return Err(Rules::Dmarc.wrong("p="));
    }
    Ok(())
}

/// An address for reports: a URI, in practice of mail.
fn is_address(text: &str) -> bool {
    text.strip_prefix("mailto:").map_or_else(
        || text.split_once("://").is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty()),
        |address| address.split_once('@').is_some_and(|(user, domain)| !user.is_empty() && domain.contains('.')),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(rules: Rules, text: &str) -> Option<String> {
        match rules.judge(text) {
            Err(DnsFault::Malformed { part, .. }) => Some(part),
            Err(other) => Some(format!("{other:?}")),
            Ok(()) => None,
        }
    }

    #[test]
    fn spf_records_that_receivers_understand() {
        for good in [
            "v=spf1 -all",
            "v=spf1",
            "v=spf1 mx a:pastas.azuolynas.lt/28//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 include:_spf.litnet.lt ~all",
            "V=SPF1 ?ptr exists:%{ir}.%{v}._spf.azuolynas.lt redirect=_spf.azuolynas.lt exp=why.azuolynas.lt x-kas=a=b",
            "v=spf1 a/24 mx//64  -ALL",
        ] {
            assert_eq!(part(Rules::Spf, good), None, "{good}");
        }
    }

    #[test]
    fn the_first_wrong_part_of_an_spf_record_is_named() {
        for (wrong, where_) in [
            ("v=spf1 ip4:192.0.2.300 -all", "ip4:192.0.2.300"),
            ("v=spf1 ip4:192.0.2.0/33 -all", "ip4:192.0.2.0/33"),
            ("v=spf1 ipv4:192.0.2.1 -all", "ipv4:192.0.2.1"),
            ("v=spf1 include: -all", "include:"),
            ("v=spf1 mx, -all", "mx,"),
            ("v=spf1 all:azuolynas.lt", "all:azuolynas.lt"),
            ("v=spf1 redirect=a.lt redirect=b.lt", "redirect=b.lt"),
            ("v=spf1 include:192.0.2.1/24 -all", "include:192.0.2.1/24"),
        ] {
            assert_eq!(part(Rules::Spf, wrong).as_deref(), Some(where_), "{wrong}");
        }
        let many = format!("v=spf1{} -all", " include:a.lt".repeat(11));
        assert_eq!(spf(&many), Err(DnsFault::TooManyLookups { count: 11 }));
        assert!(!Rules::Spf.is_one("v=spf10 -all") && !Rules::Spf.is_one("v=spf2.0/pra"));
    }

    #[test]
    fn a_dkim_key_can_be_used_or_is_said_to_be_withdrawn_or_weak() {
        let ed25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
        assert_eq!(part(Rules::Dkim, ed25519), None);
        assert_eq!(dkim("v=DKIM1; p="), Err(DnsFault::Revoked));
        assert_eq!(part(Rules::Dkim, "k=rsa; v=DKIM1; p=AAAA").as_deref(), Some("DKIM1"), "v must be first");
        assert_eq!(part(Rules::Dkim, "v=DKIM1; p=tai ne raktas!").as_deref(), Some("p=taineraktas!"));
        assert_eq!(part(Rules::Dkim, "v=DKIM1; k=rsa").as_deref(), Some("v=DKIM1; k=rsa"), "no key");
        let weak = "v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL8eJ5AKoIsjURpcEoGubZMxLD7+kT+TLr7UkvEtFrRhDDKMtuII\
                    q19FrL4pUIMymPMSLBn3hJLe30Dw48GQM4UCAwEAAQ==";
        assert_eq!(dkim(weak), Err(DnsFault::WeakKey { bits: 512 }));
    }

    #[test]
    fn a_dmarc_record_says_what_becomes_of_mail() {
        let good = "v=DMARC1; p=reject; sp=quarantine; rua=mailto:dmarc@azuolynas.lt!10m,mailto:kitas@a.lt; pct=50";
        assert_eq!(part(Rules::Dmarc, good), None);
        assert_eq!(part(Rules::Dmarc, "v=DMARC1; rua=mailto:a@b.lt").as_deref(), Some("p="));
        assert_eq!(part(Rules::Dmarc, "v=DMARC1; p=deny").as_deref(), Some("p=deny"));
        assert_eq!(
            part(Rules::Dmarc, "v=DMARC1; p=none; rua=dmarc@azuolynas.lt").as_deref(),
            Some("rua=dmarc@azuolynas.lt")
        );
        assert_eq!(part(Rules::Dmarc, "v=DMARC1; p=none; pct=101").as_deref(), Some("pct=101"));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_to_be_judged(text in "(v=(spf1|DKIM1|DMARC1))?[ ;:=/a-z0-9+~.%{}ąž-]{0,60}") {
            for rules in [Rules::Spf, Rules::Dkim, Rules::Dmarc] {
                let _ = rules.is_one(&text);
                let _ = rules.judge(&text);
            }
        }
    }
}
