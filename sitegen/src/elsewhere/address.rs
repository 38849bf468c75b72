//! What can be asked: an address of the web, as browsers understand it; and where nobody is sent by what stands on a page.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// An address of `http` or `https`, as browsers read it (WHATWG URL): names in Punycode, without a fragment, which is none of the
/// server's business, and without a user, whom nobody but a reader should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Url);

impl Address {
    /// The address that is written so; none when nobody can be asked there.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::of(Url::parse(text).ok()?)
    }

    fn of(mut url: Url) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return None;
        }
        url.set_fragment(None);
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
        Some(Self(url))
    }

    /// Where a reference in an answer of this address leads; none when nobody can be asked there.
    #[must_use]
    pub fn join(&self, reference: &str) -> Option<Self> {
        Self::of(self.0.join(reference).ok()?)
    }

    /// As it is asked.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it is asked under TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// A name, or an address of the network without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
    }

    /// The address of the network, when that is written instead of a name.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Domain(_) => None,
            Host::Ipv4(ip) => Some(ip.into()),
            Host::Ipv6(ip) => Some(ip.into()),
        }
    }

    /// The port that is asked.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(80)
    }

    /// Host and, if it is not the usual one, port: the Host field (RFC 9110, section 7.2).
    #[must_use]
    pub fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Path and query: what a server is asked for (RFC 9112, section 3.2.1).
    #[must_use]
    pub fn target(&self) -> String {
        self.0.query().map_or_else(|| self.0.path().to_owned(), |query| format!("{}?{query}", self.0.path()))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether an address of the network is one of the internet's, which anybody may ask. All others (this machine, networks of the
/// house, what is reserved; RFC 6890 and the IANA registries of special-purpose addresses) are nothing to residents, and whoever
/// may write a page must not have the server ask there.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = matches!(
        (a, b, c),
        (0 | 127, _, _) // this network, this machine
        | (100, 64..=127, _) // shared by customers of a provider (RFC 6598)
        | (192, 0, 0) // assignments of protocols
        | (192, 88, 99) // 6to4 relays, given up (RFC 7526)
        | (198, 18 | 19, _)
    ); // benchmarks (RFC 2544)
    !(is_special
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_documentation()
        // Multicast, reserved, broadcast.
        || a >= 224)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // An IPv4 address in other clothes is what it is underneath: mapped, NAT64 (RFC 6052), 6to4 (RFC 3056).
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // Teredo, benchmarks, ORCHID: assignments of protocols (RFC 2928); documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] => false,
        // Documentation (RFC 9637).
        [0x3fff, 0..=0xfff, ..] => false,
        // All that was ever given to anybody (RFC 4291): neither this machine, nor a link, a site, or many at once.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_a_browser_reads_it() {
        let address = Address::parse("HTTPS://ona@Ąžuolynas.lt:8443/ą b?c=č#d").unwrap();
        assert_eq!(address.as_str(), "https://xn--uolynas-o4a30i.lt:8443/%C4%85%20b?c=%C4%8D");
        assert_eq!((address.port(), address.is_https()), (8443, true));
        assert_eq!(address.target(), "/%C4%85%20b?c=%C4%8D");
        let plain = Address::parse("http://a.lt").unwrap();
        assert_eq!((plain.as_str(), plain.port(), plain.authority().as_str()), ("http://a.lt/", 80, "a.lt"));
        assert_eq!(Address::parse("http://a.lt/#x"), Some(plain));
        let six = Address::parse("http://[2a00::1]:81/").unwrap();
        assert_eq!((six.host(), six.authority().as_str()), ("2a00::1", "[2a00::1]:81"));
        for text in ["ftp://a.lt/", "https://", "http://a b.lt/", "mailto:a@b.lt", "https://a.lt:99999/", "a.lt", ""] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_redirect_leads_to_the_web_or_nowhere() {
        let address = Address::parse("https://a.lt/b/c").unwrap();
        assert_eq!(address.join("../d").unwrap().as_str(), "https://a.lt/d");
        assert_eq!(address.join("//b.lt").unwrap().as_str(), "https://b.lt/");
        for reference in ["file:///etc/passwd", "javascript:alert(1)", "http://"] {
            assert_eq!(address.join(reference), None, "{reference}");
        }
    }

    #[test]
    fn nobody_is_asked_who_is_not_on_the_internet() {
        for ip in [
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fec0::1",
            "fd00::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "3fff::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "193.219.0.1",
            "2a00:1450::1",
            "2606:4700:4700::1111",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
            "2002:101:101::",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn no_way_of_writing_an_address_of_this_machine_hides_it() {
        for text in
            ["http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://[::ffff:7f00:1]/"]
        {
            let ip = Address::parse(text).and_then(|address| address.ip());
            assert!(ip.is_some_and(|ip| !is_public(ip)), "{text}");
        }
    }
}
