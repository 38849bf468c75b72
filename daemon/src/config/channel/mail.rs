//! `kind = "mail"`.

use messages::Message;
use rustls::pki_types::ServerName;
use strict_toml::{FromText, OneOrSeveral, Table, choose, not_a};

use super::super::check::{Login, MailAddress, Security, TlsPeer};
use super::super::secret::secret;
use super::{Reading, within};

/// Who takes our mail, and from whom to whom it goes.
#[derive(Debug, Clone, PartialEq)]
pub struct MailRoute {
    /// The server that takes it: a name, which the system's resolver knows, or an address.
    pub host: String,
    /// Where it listens.
    pub port: u16,
    /// How the connection is made safe.
    pub security: Security,
    /// As whom; never without TLS.
    pub login: Option<Login>,
    /// From whom.
    pub from: MailAddress,
    /// To whom, at least one.
    pub to: Vec<MailAddress>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Protection {
    StartTls,
    Tls,
    None,
}

impl Protection {
    /// RFC 6409, RFC 8314; in plain text mail is handed from server to server (RFC 5321).
    const fn port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

impl FromText for Protection {
    const EXAMPLE: &'static str = "\"starttls\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &[("starttls", Self::StartTls), ("tls", Self::Tls), ("none", Self::None)])
    }
}

/// A name or an address of a server.
struct Host(ServerName<'static>);

impl FromText for Host {
    const EXAMPLE: &'static str = "\"pastas.azuolynas.lt\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        let found = ServerName::try_from(text.to_owned());
        found.map(Self).map_err(|_| not_a("config-server-name", text, Self::EXAMPLE))
    }
}

impl MailRoute {
    pub(super) fn read(table: &mut Table<'_>, reading: &Reading<'_>) -> Option<Self> {
        let host: Option<Host> = table.required("server");
        let protection = table.or("security", Protection::StartTls);
        let port = table.or("port", protection.port());
        let user: Option<String> = table.optional("user");
        let has_secret_way = user.is_none() || protection != Protection::None;
        let good = within(table, "user", has_secret_way, "config-channel-login-in-plain-text");
        let login = match user {
            // Then a password is an unknown key, among those that are known `user`.
            None => Some(None),
            Some(user) => secret(table, "password", reading).map(|password| Some(Login { user, password })),
        };
        let security = match protection {
            Protection::None => Some(Security::Plain),
            protected => {
                let name: Option<Host> = table.optional("server_name");
                let name = name.as_ref().or(host.as_ref()).map(|host| host.0.clone());
                // Without a name there is a mistake already; the other keys are read all the same.
                let placeholder = ServerName::IpAddress(std::net::Ipv4Addr::UNSPECIFIED.into());
                let peer = TlsPeer::named(table, name.unwrap_or(placeholder), reading);
                peer.map(if protected == Protection::Tls { Security::Tls } else { Security::StartTls })
            }
        };
        let from: Option<MailAddress> = table.required("from");
        let to: Option<OneOrSeveral<MailAddress>> = table.required("to");
        // The library that writes the mail has rules of its own, such as about the length of a part of a domain.
        let is_known = |address: &MailAddress| address.to_string().parse::<lettre::Address>().is_ok();
        let good = good & within(table, "from", from.iter().all(is_known), "config-channel-address");
        let good = good & within(table, "to", to.iter().flat_map(|to| &to.0).all(is_known), "config-channel-address");
        let (host, (login, security)) = host.zip(login.zip(security))?;
        let (from, OneOrSeveral(to)) = from.zip(to)?;
        good.then(|| Self { host: host.0.to_str().into_owned(), port, security, login, from, to })
    }
}
