//! `kind = "imap"`.

use std::net::IpAddr;

use messages::Message;
use strict_toml::{FromText, Table, not_a};

use super::mail_server::{MailServer, Ports};
use super::{Reading, within};

/// A server that gives mail out (RFC 9051, RFC 3501).
#[derive(Debug, Clone, PartialEq)]
pub struct Imap {
    /// Which.
    pub server: MailServer,
    /// What is opened after logging in, without changing anything; none: nothing.
    pub mailbox: Option<MailboxName>,
}

/// The name of a mailbox as it goes over the wire: what is not ASCII is written in modified UTF-7 (RFC 3501, 5.1.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxName(String);

impl Imap {
    /// RFC 9051 and RFC 8314.
    pub(super) const PORTS: Ports = Ports { plain: 143, starttls: 143, tls: 993 };

    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, reading: &Reading<'_>) -> Option<(Self, String)> {
        let mailbox: Option<MailboxName> = table.optional("mailbox");
        let server = MailServer::read(table, address, Self::PORTS, reading);
        let server = server?;
        let good = within(table, "mailbox", mailbox.is_none() || server.login.is_some(), "config-mailbox-needs-login");
        good.then(|| (Self { server, mailbox }, "imap".to_owned()))
    }
}

impl MailboxName {
    /// The mailbox that everybody has.
    pub(super) fn inbox() -> Self {
        Self("INBOX".to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromText for MailboxName {
    const EXAMPLE: &'static str = "\"INBOX\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        let is_good = text.bytes().all(|octet| octet.is_ascii_graphic() || octet == b' ');
        is_good.then(|| Self(text.to_owned())).ok_or_else(|| not_a("config-mailbox", text, Self::EXAMPLE))
    }
}
