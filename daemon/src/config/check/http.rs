//! `kind = "http"`.

use std::collections::BTreeMap;
use std::net::IpAddr;

use messages::Message;
use regex::bytes::Regex;
use strict_toml::{FromText, Table, choose};

use super::super::url::Url;
use super::tls::TlsPeer;
use super::{Reading, within};

/// A page of the web (RFC 9110, RFC 9112), or what a server answers instead.
#[derive(Debug, Clone, PartialEq)]
pub struct Http {
    /// What is asked for.
    pub url: Url,
    /// Where it is asked.
    pub place: HttpPlace,
    /// How it is asked for.
    pub method: HttpMethod,
    /// The status codes that are good; empty: 200 to 399.
    pub status: Vec<u16>,
    /// Text that must be in the body.
    pub contains: Option<String>,
    /// What must match somewhere in the body.
    pub matches: Option<Pattern>,
    /// Header fields that must be there, each with text that must be in it.
    pub headers: BTreeMap<String, String>,
    /// How often another address is asked because the server says so.
    pub redirects: u8,
    /// Whether the first answer must lead to `https`.
    pub redirects_to_https: bool,
    /// Who must answer when the address is `https`; the name is that of the first address.
    pub peer: TlsPeer,
}

/// Where a page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpPlace {
    /// At the device, whatever its names mean to the resolver.
    Device(IpAddr),
    /// Where the system's resolver says that the host is.
    Resolved,
}

/// How a page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpMethod {
    /// With its body.
    Get,
    /// Without.
    Head,
}

/// A regular expression.
#[derive(Debug, Clone)]
pub struct Pattern(pub Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Http {
    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, reading: &Reading<'_>) -> Option<(Self, String)> {
        let url: Option<Url> = table.required("url");
        let place = if table.or("resolve", false) { HttpPlace::Resolved } else { HttpPlace::Device(address) };
        let method = table.or("method", HttpMethod::Get);
        let status: Vec<u16> = table.or("status", Vec::new());
        let contains: Option<String> = table.optional("contains");
        let matches: Option<Pattern> = table.optional("matches");
        let headers: BTreeMap<String, String> = table.or("headers", BTreeMap::new());
        let redirects = table.or("redirects", 5);
        let redirects_to_https = table.or("redirects_to_https", false);
        let name = url.as_ref().map_or_else(|| address.into(), Url::server_name);
        let peer = TlsPeer::named(table, name, reading);
        let is_field = |name: &String| hyper::header::HeaderName::try_from(name.as_str()).is_ok();
        let bodiless = method == HttpMethod::Head && (contains.is_some() || matches.is_some());
        let is_https = url.as_ref().is_some_and(Url::is_https);
        let mut good = within(table, "status", status.iter().all(|it| (100..=599).contains(it)), "config-http-status");
        good &= within(table, "headers", headers.keys().all(is_field), "config-http-headers");
        good &= within(table, "redirects", redirects <= 20, "config-http-redirects");
        good &= within(table, "method", !bodiless, "config-http-head");
        good &= within(table, "redirects_to_https", !(redirects_to_https && is_https), "config-http-already-https");
        let (url, peer) = url.zip(peer)?;
        let read = Self { url, place, method, status, contains, matches, headers, redirects, redirects_to_https, peer };
        good.then(|| (read, "http".to_owned()))
    }
}

impl FromText for HttpMethod {
    const EXAMPLE: &'static str = "\"GET\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &[("GET", Self::Get), ("HEAD", Self::Head)])
    }
}

impl FromText for Pattern {
    const EXAMPLE: &'static str = "\"Ąžuolyn(as|o)\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        // The last line of the library's words says what is wrong; those before it draw where.
        let reason = |error: regex::Error| error.to_string().lines().last().unwrap_or_default().to_owned();
        Regex::new(text).map(Self).map_err(|error| Message::new("config-pattern").with("detail", reason(error)))
    }
}
