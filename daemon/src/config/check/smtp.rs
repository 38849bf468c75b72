//! `kind = "smtp"`.

use std::net::IpAddr;

use strict_toml::Table;

use super::Reading;
use super::mail_server::{MailServer, Ports};

/// A server that takes mail (RFC 5321).
#[derive(Debug, Clone, PartialEq)]
pub struct Smtp {
    /// Which.
    pub server: MailServer,
}

impl Smtp {
    /// RFC 5321 and RFC 8314; between servers STARTTLS is on the port of plain text.
    const PORTS: Ports = Ports { plain: 25, starttls: 25, tls: 465 };

    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, reading: &Reading<'_>) -> Option<(Self, String)> {
        let server = MailServer::read(table, address, Self::PORTS, reading)?;
        Some((Self { server }, "smtp".to_owned()))
    }
}
