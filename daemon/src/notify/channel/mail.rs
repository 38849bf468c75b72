//! A letter as a mail (RFC 5322): as text and as HTML, in one thread with the others about the same matter.
//!
//! Connection and TLS are those of the probes, so that a certificate is judged and explained in one way; what is said on it
//! is lettre's. Each recipient is named on its own: one whose mailbox is gone does not keep the letter from the others.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use lettre::address::Address;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::super::{LONGEST_DELIVERY, Letter, NotDelivered, Receipt, letter_id};
use crate::config::{Login, MailAddress, MailRoute};
use crate::probe::connection::Octets;
use crate::probe::smtp::{Greeted, greeted};
use crate::probe::web_client::resolve;
use crate::probe::{Answer, Failure, Rejected, one_line};

/// How long a server is waited for that was told goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// Hands a letter to the mail server.
pub(super) async fn deliver(route: &MailRoute, letter: &Letter) -> Result<Receipt, NotDelivered> {
    let built = address(&route.from).and_then(|from| {
        let to: Result<Vec<Address>, Unbuildable> = route.to.iter().map(address).collect();
        Ok((message(route, letter)?.formatted(), from, to?))
    });
    let (mail, from, to) = built.map_err(|error| NotDelivered::permanent(&error.to_string()))?;
    let mut session = open(route).await?;
    let handed_in = hand_in(&mut session, &mail, from, to).await;
    // What was asked has been answered: how the server takes the goodbye changes nothing.
    let _ = tokio::time::timeout(GOODBYE, session.quit()).await;
    handed_in
}

/// A server that knows us and waits for a mail.
async fn open(route: &MailRoute) -> Result<AsyncSmtpConnection, NotDelivered> {
    let mut phases = Answer::good(Vec::new());
    let targets = resolve(&route.host, route.port).await?;
    let Greeted { stream, own_address } = greeted(&targets, &route.security, LONGEST_DELIVERY, &mut phases).await?;
    let hello = match own_address.to_canonical() {
        IpAddr::V4(address) => ClientId::Ipv4(address),
        IpAddr::V6(address) => ClientId::Ipv6(address),
    };
    let stream = Box::new(GreetedAgain { greeting: b"220 \r\n", stream });
    let mut session = AsyncSmtpConnection::connect_with_transport(stream, &hello).await.map_err(|error| yet(&error))?;
    if let Some(login) = &route.login {
        log_in(&mut session, login).await?;
    }
    Ok(session)
}

/// A login that is refused says nothing about the letter: when the password has been mended, it is wanted.
async fn log_in(session: &mut AsyncSmtpConnection, login: &Login) -> Result<(), NotDelivered> {
    let credentials = Credentials::new(login.user.clone(), login.password.reveal().to_owned());
    let answered = session.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
    answered.map(drop).map_err(|error| match error.status() {
        // The code alone: what a server says at this point might hold what we have said.
        Some(code) if error.is_permanent() => {
            let words = Failure::Authentication { rejected: Rejected::Unspecified };
            NotDelivered::temporary(&format!("{words} ({code})"))
        }
        Some(code) => NotDelivered::temporary(&code.to_string()),
        None => yet(&error),
    })
}

async fn hand_in(
    session: &mut AsyncSmtpConnection,
    mail: &[u8],
    from: Address,
    to: Vec<Address>,
) -> Result<Receipt, NotDelivered> {
    // A sender that is refused, or that had to log in first, is the channel's fault: once it is mended the letter is wanted.
    session.command(Mail::new(Some(from), Vec::new())).await.map_err(|error| yet(&error))?;
    let mut refusals = Vec::new();
    let mut taken = 0;
    for recipient in to {
        match session.command(Rcpt::new(recipient.clone(), Vec::new())).await {
            Ok(_) => taken += 1,
            Err(error) if error.status().is_some() => refusals.push((recipient, error)),
            Err(error) => return Err(yet(&error)),
        }
    }
    if taken == 0 {
        // Of several reasons the one with which there is hope.
        let hopeful = refusals.iter().find(|(_, error)| error.is_transient()).or(refusals.first());
        return Err(hopeful.map_or_else(|| NotDelivered::permanent("no recipient"), |(_, error)| refused(error)));
    }
    session.command(Data).await.map_err(|error| refused(&error))?;
    let response = session.message(mail).await.map_err(|error| refused(&error))?;
    let mut answer = said(&response);
    for (recipient, error) in &refusals {
        answer = format!("{answer}; not to {recipient}: {}", words(error));
    }
    Ok(Receipt::of(&answer))
}

/// A reply as the server wrote it, on one line.
fn said(response: &Response) -> String {
    let text: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), text.join(" "))
}

/// The server's own words if there are such.
fn words(error: &SmtpError) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let words = match error.status() {
        Some(code) => format!("{code} {}", source.replace(['\r', '\n'], " ")),
        None => error.to_string(),
    };
    one_line(words.as_bytes())
}

/// What keeps us from asking passes.
fn yet(error: &SmtpError) -> NotDelivered {
    NotDelivered::temporary(&words(error))
}

/// What a server answers to the letter itself (RFC 5321, section 4.2.1).
fn refused(error: &SmtpError) -> NotDelivered {
    if error.is_permanent() { NotDelivered::permanent(&words(error)) } else { yet(error) }
}

/// Why no mail can be made: an address that we take for one and the library does not.
#[derive(Debug, thiserror::Error)]
enum Unbuildable {
    #[error(transparent)]
    Address(#[from] lettre::address::AddressError),
    #[error(transparent)]
    Mail(#[from] lettre::error::Error),
}

fn address(address: &MailAddress) -> Result<Address, Unbuildable> {
    Ok(address.to_string().parse()?)
}

/// The mail itself.
fn message(route: &MailRoute, letter: &Letter) -> Result<Message, Unbuildable> {
    let id = |of: &str| format!("<{}@{}>", letter_id(of), route.from.domain());
    let mut builder = Message::builder()
        .from(Mailbox::new(Some("Rotušė".to_owned()), address(&route.from)?))
        .subject(one_line(letter.subject.as_bytes()))
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(letter.at.as_second().unsigned_abs()))
        .message_id(Some(id(&letter.id)))
        .header(Automatic)
        .header(NoAutomaticAnswer);
    for to in &route.to {
        builder = builder.to(Mailbox::new(None, address(to)?));
    }
    if let Some(thread) = letter.thread.as_ref().filter(|thread| **thread != letter.id) {
        builder = builder.in_reply_to(id(thread)).references(id(thread));
    }
    Ok(builder.multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))?)
}

macro_rules! constant_fields {
    ($($(#[$doc:meta])* $field:ident, $name:literal, $value:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        struct $field;

        impl Header for $field {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($name)
            }

            fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self)
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), $value.to_owned())
            }
        }
    )*};
}

constant_fields! {
    /// RFC 3834, section 5: so that no absence notice answers.
    Automatic, "Auto-Submitted", "auto-generated";
    /// The same for Microsoft Exchange ([MS-OXCMAIL], 2.2.3.2.14).
    NoAutomaticAnswer, "X-Auto-Response-Suppress", "All";
}

/// A connection whose greeting has been heard, for a client that wants to hear one.
struct GreetedAgain {
    /// What it hears first.
    greeting: &'static [u8],
    stream: Box<dyn Octets>,
}

impl std::fmt::Debug for GreetedAgain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GreetedAgain")
    }
}

impl AsyncTokioStream for GreetedAgain {
    /// Asked by nobody here.
    fn peer_addr(&self) -> std::io::Result<SocketAddr> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}

impl AsyncRead for GreetedAgain {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if self.greeting.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let (now, later) = self.greeting.split_at(self.greeting.len().min(buffer.remaining()));
        buffer.put_slice(now);
        self.greeting = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for GreetedAgain {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use strict_toml::FromText;

    use super::*;
    use crate::config::Security;
    use crate::notify::LetterKind;

    fn route() -> MailRoute {
        let address = |text| MailAddress::from_text(text).unwrap();
        MailRoute {
            host: "pastas.azuolynas.lt".to_owned(),
            port: 25,
            security: Security::Plain,
            login: None,
            from: address("rotused@azuolynas.lt"),
            to: vec![address("it@azuolynas.lt"), address("budi@azuolynas.lt")],
        }
    }

    fn written(letter: &Letter) -> String {
        String::from_utf8(message(&route(), letter).unwrap().formatted()).unwrap()
    }

    /// The header fields, unfolded (RFC 5322, section 2.2.3), and the rest.
    fn taken_apart(mail: &str) -> (Vec<String>, &str) {
        let (head, body) = mail.split_once("\r\n\r\n").unwrap();
        let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        (head.split("\r\n").map(str::to_owned).collect(), body)
    }

    #[test]
    fn a_mail_has_both_forms_and_its_place_in_the_thread() {
        let first = written(&Letter::example());
        let (fields, body) = taken_apart(&first);
        for field in [
            "Message-ID: <17-opened@azuolynas.lt>",
            "To: it@azuolynas.lt, budi@azuolynas.lt",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: All",
            "Date: Thu, 01 Jan 1970 00:00:00 +0000",
        ] {
            assert!(fields.iter().any(|found| found == field), "{field}: {fields:?}");
        }
        assert!(!first.contains("In-Reply-To"), "{first}");
        let plain = body.find("Content-Type: text/plain; charset=utf-8").unwrap();
        assert!(plain < body.find("Content-Type: text/html; charset=utf-8").unwrap(), "{body}");
        let later = Letter { id: "17-resolved".to_owned(), kind: LetterKind::Resolved, ..Letter::example() };
        let later = written(&later);
        let (fields, _) = taken_apart(&later);
        for field in [
            "Message-ID: <17-resolved@azuolynas.lt>",
            "In-Reply-To: <17-opened@azuolynas.lt>",
            "References: <17-opened@azuolynas.lt>",
        ] {
            assert!(fields.iter().any(|found| found == field), "{field}: {fields:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_in_a_letter_adds_a_field(
            subject in "(\r\n|\n|\r|[ -~ąž]){0,300}",
            id in "(\r\n|[ -~ą]){0,40}",
            text in "(\r\n|\n|\\.|[ -~ąž]){0,300}",
        ) {
            let letter = Letter { subject, thread: Some(format!("{id}x")), id, text, ..Letter::example() };
            let mail = written(&letter);
            prop_assert!(mail.is_ascii());
            let (fields, _) = taken_apart(&mail);
            let mut names: Vec<_> = fields.iter().map(|field| field.split(':').next().unwrap()).collect();
            names.sort_unstable();
            prop_assert_eq!(names, [
                "Auto-Submitted", "Content-Type", "Date", "From", "In-Reply-To", "MIME-Version", "Message-ID", "References",
                "Subject", "To", "X-Auto-Response-Suppress",
            ]);
        }
    }
}
