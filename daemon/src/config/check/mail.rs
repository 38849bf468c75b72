//! `kind = "mail"`.

use std::fmt;
use std::net::IpAddr;

use messages::Message;
use strict_toml::{FromText, Table, not_a};

use super::imap::{Imap, MailboxName};
use super::mail_server::{MailServer, Ports};
use super::{Reading, within};

/// A message that is handed in by SMTP and must arrive in a mailbox that is read by IMAP.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    /// Who takes the message.
    pub smtp: MailServer,
    /// Who has the mailbox.
    pub imap: MailServer,
    /// Where the message must arrive.
    pub mailbox: MailboxName,
    /// From whom it is. What was left in the mailbox is known by it: no two checks of one mailbox may share it.
    pub from: MailAddress,
    /// To whom it is.
    pub to: MailAddress,
}

/// The address of a mailbox (RFC 5321, section 2.3.11), in ASCII and without what would have to be quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress(String);

impl Mail {
    /// As of a user's own mail program (RFC 6409, RFC 8314).
    const SUBMISSION: Ports = Ports { plain: 25, starttls: 587, tls: 465 };

    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, reading: &Reading<'_>) -> Option<(Self, String)> {
        let from: Option<MailAddress> = table.required("from");
        let to: Option<MailAddress> = table.required("to");
        let mailbox = table.or("mailbox", MailboxName::inbox());
        let smtp = MailServer::read_in(table, "smtp", address, Self::SUBMISSION, reading);
        let imap = MailServer::read_in(table, "imap", address, Imap::PORTS, reading);
        let ((from, to), (smtp, imap)) = from.zip(to).zip(smtp.zip(imap))?;
        let good = within(table, "imap", imap.login.is_some(), "config-mail-needs-login");
        good.then(|| (Self { smtp, imap, mailbox, from, to }, "mail".to_owned()))
    }
}

impl MailAddress {
    /// What stands behind the sign `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit('@').next().unwrap_or_default()
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromText for MailAddress {
    const EXAMPLE: &'static str = "\"rotused@azuolynas.lt\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        let of_word = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&octet);
        let of_domain = |octet: u8| octet.is_ascii_alphanumeric() || b"-.".contains(&octet);
        let is_good = text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && local.bytes().all(of_word) && domain.bytes().all(of_domain)
        });
        is_good.then(|| Self(text.to_owned())).ok_or_else(|| not_a("config-mail-address", text, Self::EXAMPLE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_command_is_no_address() {
        for text in ["a@b", "rotused@azuolynas.lt", "a.b+c@d-e.lt"] {
            assert!(MailAddress::from_text(text).is_ok(), "{text}");
        }
        for text in ["a", "@b", "a@", "a@b@c", "a b@c", "a@b>\r\nRCPT TO:<c@d", "<a@b>", "ą@b.lt", "\"a\"@b"] {
            assert!(MailAddress::from_text(text).is_err(), "{text}");
        }
    }
}
