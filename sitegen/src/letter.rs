//! A letter to a person, handed to the mail server of this machine (RFC 5321), which brings it on and tries again when it must.

use std::fmt;
use std::sync::mpsc::channel;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message as Mail};
use lettre::{Address, SmtpTransport, Transport};
use messages::Message;
use strict_toml::{FromText, not_a};

/// How long the mail server is waited for, in all.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail server that takes mail of this machine without a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Who writes, as people read it; without it, the address alone.
    pub name: Option<String>,
    /// What stands above it.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// Of a letter of a list, what mail programs know it by.
    pub list: Option<ListFields>,
}

/// What a letter of a list says of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListFields {
    /// Names the list for ever (RFC 2919).
    pub id: String,
    /// An address or a `mailto:` URL with which one leaves it (RFC 2369, section 3.2).
    pub unsubscribe: String,
    /// Where the mail server says that a letter could not be brought; one for each reader.
    pub sender: Address,
}

/// Why a mail server did not take a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotTaken {
    /// It never will (a reply that begins with 5, RFC 5321, section 4.2.1).
    pub is_for_good: bool,
    /// In its words or ours.
    pub why: String,
}

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// So that no absence notice answers (RFC 3834, section 5).
#[derive(Clone)]
struct Automatic;

impl Header for Automatic {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// A line with which mail programs recognise a list.
fn field(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

impl Letter {
    /// One of no list, from the address alone.
    pub(crate) const fn new(subject: String, text: String) -> Self {
        Self { name: None, subject, text, list: None }
    }

    /// Hands the letter to the mail server as one from `from`.
    ///
    /// # Errors
    /// Why it was not taken.
    pub(crate) fn send(&self, server: &MailServer, from: &Address, to: &Address) -> Result<(), NotTaken> {
        let ours = |why: String| NotTaken { is_for_good: false, why };
        let mut mail = Mail::builder()
            .from(Mailbox::new(self.name.clone(), from.clone()))
            .to(Mailbox::new(None, to.clone()))
            .subject(self.subject.replace(|c: char| c.is_control(), " "))
            .header(Automatic)
            .header(ContentType::TEXT_PLAIN);
        if let Some(list) = &self.list {
            mail = mail.raw_header(field("List-Id", &format!("<{}>", list.id)));
            mail = mail.raw_header(field("List-Unsubscribe", &format!("<{}>", list.unsubscribe)));
            // Mail programs that know no List-Id answer no absence notice to it either.
            mail = mail.raw_header(field("Precedence", "list"));
        }
        let sender = self.list.as_ref().map_or(from, |list| &list.sender);
        let mail = mail.body(self.text.clone()).map_err(|error| ours(error.to_string()))?;
        let envelope =
            Envelope::new(Some(sender.clone()), vec![to.clone()]).map_err(|error| ours(error.to_string()))?;
        let octets = mail.formatted();
        let transport = SmtpTransport::builder_dangerous(&server.host);
        let transport = transport.port(server.port).timeout(Some(PATIENCE)).build();
        // The library's deadline is one of each answer; a server that answers octet by octet would hold us for ever.
        let (sender, answer) = channel();
        std::thread::spawn(move || {
            let sent = transport.send_raw(&envelope, &octets);
            let sent = sent.map(drop);
            // Who has waited long enough no longer listens.
            let _ = sender
                .send(sent.map_err(|error| NotTaken { is_for_good: error.is_permanent(), why: error.to_string() }));
        });
        let silence = |_| Err(ours(format!("no answer within {} s", PATIENCE.as_secs())));
        answer.recv_timeout(PATIENCE).unwrap_or_else(silence)
    }
}

impl FromText for MailServer {
    const EXAMPLE: &'static str = "\"127.0.0.1:25\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        let parsed = text.rsplit_once(':').and_then(|(host, port)| {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            Some(Self { host: host.to_owned(), port: port.parse().ok()? })
        });
        parsed
            .filter(|server| !server.host.is_empty() && !server.host.contains(char::is_whitespace))
            .ok_or_else(|| not_a("publish-mail-server", text, <Self as FromText>::EXAMPLE))
    }
}
