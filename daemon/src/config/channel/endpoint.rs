//! A web server that takes what we post, as webhooks and Alertmanager have it.

use std::fmt;

use messages::Message;
use strict_toml::{FromText, Table};

use super::super::check::TlsPeer;
use super::super::secret::{Secret, secret};
use super::super::url::Url;
use super::Reading;

/// Where something is posted, who must answer there, and what proves that we may.
#[derive(Clone, PartialEq)]
pub struct Endpoint {
    /// The address. Whoever knows that of a chat may write into it: see `is_secret`.
    pub url: Url,
    /// Whether path and query of the address are a secret.
    pub is_secret: bool,
    /// Who must answer when the address is `https`.
    pub peer: TlsPeer,
    /// What goes into the Authorization field (RFC 6750).
    pub token: Option<Secret>,
}

/// Neither the path nor the token.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("server", &self.url.authority()).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Reads `url`, `token`, `authority` and `expires_within`.
    pub(in crate::config) fn read(table: &mut Table<'_>, reading: &Reading<'_>) -> Option<Self> {
        let is_secret = table.is_table("url");
        let url = if is_secret { secret_url(table, reading) } else { table.required("url") };
        let has_token = table.is_table("token");
        let token = if has_token { secret(table, "token", reading).map(Some) } else { no_token(table) };
        // Without an address there is a mistake already; the other keys are read all the same.
        let name = url.as_ref().map_or(std::net::Ipv4Addr::UNSPECIFIED.into(), Url::server_name);
        let peer = TlsPeer::named(table, name, reading);
        let (url, (token, peer)) = url.zip(token.zip(peer))?;
        Some(Self { url, is_secret, peer, token })
    }
}

/// The address in a secret file. It is not quoted when it is none.
fn secret_url(table: &mut Table<'_>, reading: &Reading<'_>) -> Option<Url> {
    let found = secret(table, "url", reading)?;
    let url = Url::from_text(found.reveal());
    url.map_err(|_| table.report(&table.place_of("url"), Message::new("config-channel-secret-url"))).ok()
}

/// Reports a token that stands in the configuration itself.
fn no_token(table: &mut Table<'_>) -> Option<Option<Secret>> {
    let written: Option<String> = table.optional("token");
    if written.is_some() {
        table.report(&table.place_of("token"), Message::new("config-secret-source").with("key", "token"));
        return None;
    }
    Some(None)
}
