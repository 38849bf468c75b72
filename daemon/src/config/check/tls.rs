//! `kind = "tls"`, and what every check that speaks TLS expects of the other side.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use messages::Message;
use rustls::pki_types::ServerName;
use strict_toml::{FromText, Table, choose, not_a};

use super::super::authorities::Authorities;
use super::Reading;

/// A TLS handshake (RFC 8446, RFC 5246) and the certificate that is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Tls {
    /// Where.
    pub target: SocketAddr,
    /// The protocol in which TLS is asked for first; none: TLS from the first octet on.
    pub starttls: Option<StartTls>,
    /// Who must answer.
    pub peer: TlsPeer,
}

/// A protocol that begins in plain text and goes over to TLS when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartTls {
    /// RFC 3207.
    Smtp,
    /// RFC 9051, section 6.2.1.
    Imap,
    /// RFC 2595, section 4.
    Pop3,
    /// RFC 4511, section 4.14.
    Ldap,
}

/// Who the other side of a TLS connection must prove to be.
#[derive(Debug, Clone, PartialEq)]
pub struct TlsPeer {
    /// The name or address that the certificate must be for (RFC 9525).
    pub name: ServerName<'static>,
    /// Who may vouch for it.
    pub authorities: Authorities,
    /// The certificate is worth a warning when it is valid for less than this.
    pub expires_within: Duration,
}

impl Tls {
    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, reading: &Reading<'_>) -> Option<(Self, String)> {
        let starttls: Option<StartTls> = table.optional("starttls");
        let port = table.or("port", starttls.map_or(443, StartTls::port));
        let peer = TlsPeer::read(table, address, reading)?;
        Some((Self { target: SocketAddr::new(address, port), starttls, peer }, format!("tls-{port}")))
    }
}

impl StartTls {
    /// The protocol's registered port.
    const fn port(self) -> u16 {
        match self {
            Self::Smtp => 25,
            Self::Imap => 143,
            Self::Pop3 => 110,
            Self::Ldap => 389,
        }
    }
}

impl FromText for StartTls {
    const EXAMPLE: &'static str = "\"smtp\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &[("smtp", Self::Smtp), ("imap", Self::Imap), ("pop3", Self::Pop3), ("ldap", Self::Ldap)])
    }
}

impl TlsPeer {
    /// Reads `server_name` (by default the address itself), `authority` and `expires_within`.
    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, reading: &Reading<'_>) -> Option<Self> {
        let name: Option<String> = table.optional("server_name");
        let name = name.map_or(Ok(ServerName::from(address)), |name| {
            ServerName::try_from(name.clone()).map_err(|_| {
                let message = not_a("config-server-name", &name, "\"pastas.azuolynas.lt\"").with("key", "server_name");
                table.report(&table.place_of("server_name"), message);
            })
        });
        let this = Self::named(table, name.clone().unwrap_or(ServerName::from(address)), reading);
        name.ok().and(this)
    }

    /// Reads `authority` and `expires_within`, for protocols that know the name from elsewhere.
    pub(in crate::config) fn named(
        table: &mut Table<'_>,
        name: ServerName<'static>,
        reading: &Reading<'_>,
    ) -> Option<Self> {
        let file: Option<PathBuf> = table.optional("authority");
        let expires_within = table.or("expires_within", Duration::from_hours(21 * 24));
        let file = file.map(|file| reading.resolve(&file));
        let authorities = reading.system_authorities.and(file.as_deref());
        let authorities = authorities.map_err(|message| table.report(&table.place_of("authority"), message)).ok()?;
        Some(Self { name, authorities, expires_within })
    }
}
