//! A mail server as SMTP and IMAP have it: where it is, how it is made safe, and as whom it is asked.

use std::net::{IpAddr, SocketAddr};

use strict_toml::Table;

use super::super::secret::{Secret, secret};
use super::tls::TlsPeer;
use super::{Reading, within};

/// A mail server, spoken to by SMTP or IMAP.
#[derive(Debug, Clone, PartialEq)]
pub struct MailServer {
    /// Where.
    pub target: SocketAddr,
    /// How the connection is made safe.
    pub security: Security,
    /// As whom; never without TLS.
    pub login: Option<Login>,
}

/// How a connection to a mail server is made safe.
#[derive(Debug, Clone, PartialEq)]
pub enum Security {
    /// Not at all.
    Plain,
    /// In plain text at first, then by TLS as the server must offer (STARTTLS).
    StartTls(TlsPeer),
    /// By TLS from the first octet on (RFC 8314, section 3).
    Tls(TlsPeer),
}

/// A user and what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The name.
    pub user: String,
    /// The password.
    pub password: Secret,
}

/// The registered ports of a protocol.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ports {
    /// In plain text.
    pub(super) plain: u16,
    /// With STARTTLS.
    pub(super) starttls: u16,
    /// By TLS from the first octet on.
    pub(super) tls: u16,
}

impl MailServer {
    /// Reads `port`, `starttls` or `tls` with what [`TlsPeer`] needs, `user` and `password`.
    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, ports: Ports, reading: &Reading<'_>) -> Option<Self> {
        let starttls = table.or("starttls", false);
        let tls = table.or("tls", false);
        let default_port = if tls {
            ports.tls
        } else if starttls {
            ports.starttls
        } else {
            ports.plain
        };
        let port = table.or("port", default_port);
        let user: Option<String> = table.optional("user");
        let mut good = within(table, "tls", !(starttls && tls), "config-tls-twice");
        good &= within(table, "user", user.is_none() || starttls || tls, "config-login-in-plain-text");
        let login = match user {
            // Then a password is an unknown key, among those that are known `user`.
            None => Some(None),
            Some(user) => secret(table, "password", reading).map(|password| Some(Login { user, password })),
        };
        let security = if starttls || tls {
            let peer = TlsPeer::read(table, address, reading);
            peer.map(if tls { Security::Tls } else { Security::StartTls })
        } else {
            Some(Security::Plain)
        };
        let (login, security) = login.zip(security)?;
        good.then(|| Self { target: SocketAddr::new(address, port), security, login })
    }

    /// The server of a sub-table, which may have an `address` of its own.
    pub(super) fn read_in(
        table: &mut Table<'_>,
        key: &'static str,
        address: IpAddr,
        ports: Ports,
        reading: &Reading<'_>,
    ) -> Option<Self> {
        table.must_exist(key, "{ starttls = true, user = \"…\", password = { file = \"…\" } }");
        let mut server = table.table(key)?;
        let address = server.or("address", address);
        Self::read(&mut server, address, ports, reading)
    }
}
