//! Addresses of the web (RFC 3986): of them only what can be asked, `http` and `https` with a host.

use std::fmt;

use iri_string::format::ToDedicatedString;
use iri_string::types::{UriAbsoluteString, UriReferenceStr, UriString};
use messages::Message;
use rustls::pki_types::ServerName;
use strict_toml::{FromText, not_a};

/// A web address that can be asked. It has no fragment, which is none of the server's business, and no user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    uri: UriAbsoluteString,
    host: String,
    port: u16,
}

impl Url {
    fn new(text: &str) -> Option<Self> {
        Self::of(UriString::try_from(text.to_owned()).ok()?)
    }

    fn of(uri: UriString) -> Option<Self> {
        let uri = uri.into_absolute();
        let default_port = match uri.scheme_str().to_ascii_lowercase().as_str() {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        let authority = uri.authority_components()?;
        let port = match authority.port() {
            None | Some("") => default_port,
            Some(port) => port.parse().ok()?,
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let asks_nobody_else = authority.userinfo().is_none();
        (asks_nobody_else && ServerName::try_from(host.as_str()).is_ok()).then_some(Self { uri, host, port })
    }

    /// What a reference in a page of this address leads to (RFC 3986, section 5); none when that cannot be asked.
    #[must_use]
    pub fn join(&self, reference: &str) -> Option<Self> {
        let reference = UriReferenceStr::new(reference).ok()?;
        Self::of(reference.resolve_against(&self.uri).to_dedicated_string())
    }

    /// Whether it is asked under TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.uri.scheme_str().eq_ignore_ascii_case("https")
    }

    /// A name, or an address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port that is asked.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Host and, if it is written, port: what goes into the Host field (RFC 9110, section 7.2).
    #[must_use]
    pub fn authority(&self) -> &str {
        self.uri.authority_str().unwrap_or_default()
    }

    /// Path and query: what a server is asked for (RFC 9112, section 3.2.1).
    #[must_use]
    pub fn target(&self) -> String {
        let path = match self.uri.path_str() {
            "" => "/",
            path => path,
        };
        match self.uri.query_str() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        }
    }

    /// The name that a certificate of this server must be for.
    #[must_use]
    pub fn server_name(&self) -> ServerName<'static> {
        // It was one when this value was made.
        ServerName::try_from(self.host.clone()).unwrap_or(ServerName::IpAddress(std::net::Ipv4Addr::UNSPECIFIED.into()))
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uri.fmt(f)
    }
}

impl FromText for Url {
    const EXAMPLE: &'static str = "\"https://www.azuolynas.lt/\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        Self::new(text).ok_or_else(|| not_a("config-url", text, Self::EXAMPLE))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Url {
        Url::new(text).unwrap()
    }

    #[test]
    fn only_what_can_be_asked_is_an_address() {
        for text in [
            "ftp://a.lt/",
            "www.azuolynas.lt",
            "https://",
            "https://a.lt:99999/",
            "http://user@a.lt/",
            "https:///x",
            "http://a b.lt/",
            "mailto:a@b.lt",
            "",
        ] {
            assert_eq!(Url::new(text), None, "{text}");
        }
        let plain = url("http://a.lt");
        assert_eq!((plain.host(), plain.port(), plain.is_https(), plain.target().as_str()), ("a.lt", 80, false, "/"));
        let secure = url("HTTPS://[::1]:8443/a?b=c#d");
        assert_eq!((secure.host(), secure.port(), secure.is_https()), ("::1", 8443, true));
        assert_eq!((secure.authority(), secure.target().as_str()), ("[::1]:8443", "/a?b=c"));
    }

    #[test]
    fn references_lead_where_browsers_go() {
        let base = url("http://a.lt/b/c?d");
        for (reference, wanted) in [
            ("https://a.lt/", "https://a.lt/"),
            ("//b.lt", "http://b.lt"),
            ("/x#top", "http://a.lt/x"),
            ("x", "http://a.lt/b/x"),
            ("../x", "http://a.lt/x"),
            ("?e", "http://a.lt/b/c?e"),
        ] {
            assert_eq!(base.join(reference).unwrap().to_string(), wanted, "{reference}");
        }
        assert_eq!(base.join("javascript:alert(1)"), None);
        assert_eq!(base.join("mailto:a@b.lt"), None);
    }

    proptest! {
        #[test]
        fn no_reference_is_too_odd(reference in ".{0,40}") {
            let _ = url("http://a.lt/b/c?d").join(&reference);
        }
    }
}
