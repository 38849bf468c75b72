//! A letter to an editor or an administrator, handed to the mail server of this machine. Whether it is taken changes nothing of
//! what is public.

use std::sync::mpsc::channel;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::{Address, SmtpTransport, Transport};

use super::configuration::MailRoute;

/// How long the mail server is waited for, in all.
const PATIENCE: Duration = Duration::from_secs(20);

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Letter {
    /// What stands above it.
    pub subject: String,
    /// What it says.
    pub text: String,
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

impl Letter {
    /// Hands the letter to the mail server.
    ///
    /// # Errors
    /// Why it was not taken, in words.
    pub(super) fn send(&self, route: &MailRoute, to: &Address) -> Result<(), String> {
        let message = Message::builder()
            .from(Mailbox::new(None, route.from.clone()))
            .to(Mailbox::new(None, to.clone()))
            .subject(self.subject.replace(|c: char| c.is_control(), " "))
            .header(Automatic)
            .header(ContentType::TEXT_PLAIN)
            .body(self.text.clone())
            .map_err(|error| error.to_string())?;
        let envelope = Envelope::new(Some(route.from.clone()), vec![to.clone()]).map_err(|error| error.to_string())?;
        let octets = message.formatted();
        let server = SmtpTransport::builder_dangerous(&route.server.host);
        let server = server.port(route.server.port).timeout(Some(PATIENCE)).build();
        // The library's deadline is one of each answer; a server that answers octet by octet would hold us for ever.
        let (sender, answer) = channel();
        std::thread::spawn(move || {
            let sent = server.send_raw(&envelope, &octets);
            // Who has waited long enough no longer listens.
            let _ = sender.send(sent.map(drop).map_err(|error| error.to_string()));
        });
        let silence = |_| Err(format!("no answer within {} s", PATIENCE.as_secs()));
        answer.recv_timeout(PATIENCE).unwrap_or_else(silence)
    }
}
