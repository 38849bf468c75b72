//! IMAP (RFC 9051, RFC 3501): greeting, CAPABILITY, STARTTLS, LOGIN, and what is needed to find messages and delete them.

use std::time::Duration;

use tokio::time::Instant;

use super::connection::{Octets, connect, secure};
use super::failure::Rejected;
use super::lines::{Lines, Tagged};
use super::smtp::GOODBYE;
use super::{Answer, Failure, Measurement, Metric, add_said, one_line};
use crate::config::{Imap, Login, MailServer, MailboxName, Security};

/// Connects, listens to the greeting, shakes hands, logs in and opens a mailbox as far as is asked for, and says goodbye.
pub async fn probe(question: &Imap, timeout: Duration) -> Answer {
    let mut answer = Answer::good(Vec::new());
    let asked = tokio::time::timeout(timeout, ask(question, timeout, &mut answer)).await;
    answer.concluded(asked, timeout)
}

async fn ask(question: &Imap, timeout: Duration, answer: &mut Answer) -> Result<(), Failure> {
    let started = Instant::now();
    let mut session = Session::open(&question.server, timeout, answer).await?;
    if let Some(mailbox) = &question.mailbox {
        session.examine(mailbox).await?;
    }
    answer.measurements.push(Measurement::time(Metric::TotalTime, started.elapsed()));
    session.log_out().await;
    Ok(())
}

/// A server that knows us.
pub(super) struct Session {
    lines: Lines,
    /// How many commands were sent: each has a tag of its own.
    sent: u32,
    capabilities: Vec<String>,
}

impl Session {
    /// Opens one, with the times of its phases and the greeting in `answer`.
    pub(super) async fn open(server: &MailServer, timeout: Duration, answer: &mut Answer) -> Result<Self, Failure> {
        let stream = connect(&[server.target], timeout, answer).await?;
        let mut stream: Box<dyn Octets> = Box::new(stream);
        if let Security::Tls(peer) = &server.security {
            stream = secure(stream, peer, answer).await?;
        }
        let began = Instant::now();
        let mut lines = Lines::new(stream);
        let greeting = greeting(&mut lines).await?;
        answer.measurements.push(Measurement::time(Metric::BannerTime, began.elapsed()));
        add_said(answer, &greeting);
        if let Security::StartTls(peer) = &server.security {
            let stream = start_tls(lines).await?;
            lines = Lines::new(secure(stream, peer, answer).await?);
        }
        let mut session = Self { lines, sent: 0, capabilities: Vec::new() };
        session.ask_capabilities().await?;
        if let Some(login) = &server.login {
            let began = Instant::now();
            session.log_in(login).await?;
            answer.measurements.push(Measurement::time(Metric::LoginTime, began.elapsed()));
        }
        Ok(session)
    }

    async fn command(&mut self, parts: &[&[u8]]) -> Result<Tagged, Failure> {
        self.sent += 1;
        self.lines.tagged(&format!("r{}", self.sent), parts).await
    }

    async fn ask_capabilities(&mut self) -> Result<(), Failure> {
        let answer = self.command(&[b"CAPABILITY"]).await?.ok()?;
        self.capabilities = capabilities(&answer.untagged);
        Ok(())
    }

    fn has(&self, wanted: &str) -> bool {
        self.capabilities.iter().any(|capability| capability.eq_ignore_ascii_case(wanted))
    }

    async fn log_in(&mut self, login: &Login) -> Result<(), Failure> {
        if self.has("LOGINDISABLED") {
            return Err(Failure::Unexpected { wanted: "LOGIN".to_owned(), got: "LOGINDISABLED".to_owned() });
        }
        let (user, password) = (login.user.as_bytes(), login.password.reveal().as_bytes());
        let answer = self.command(&[b"LOGIN", user, password]).await?;
        if !answer.is_ok() {
            return Err(refused(&answer.status));
        }
        // A server may offer more to those whom it knows.
        self.ask_capabilities().await
    }

    /// Opens a mailbox so that nothing in it is changed.
    async fn examine(&mut self, mailbox: &MailboxName) -> Result<(), Failure> {
        self.command(&[b"EXAMINE", mailbox.as_str().as_bytes()]).await?.ok().map(drop)
    }

    /// Opens a mailbox so that messages can be deleted in it.
    pub(super) async fn select(&mut self, mailbox: &MailboxName) -> Result<(), Failure> {
        self.command(&[b"SELECT", mailbox.as_str().as_bytes()]).await?.ok().map(drop)
    }

    /// The messages of the opened mailbox that have all of these texts in these header fields, also those that have just come.
    pub(super) async fn search(&mut self, fields: &[(&str, &str)]) -> Result<Vec<u32>, Failure> {
        // Servers tell of new messages when they are asked for nothing (RFC 9051, section 6.1.2).
        self.command(&[b"NOOP"]).await?.ok()?;
        let criteria: Vec<String> = fields.iter().map(|(name, text)| format!("HEADER {name} \"{text}\"")).collect();
        let answer = self.command(&[format!("UID SEARCH {}", criteria.join(" ")).as_bytes()]).await?.ok()?;
        Ok(found(&answer.untagged))
    }

    /// Deletes messages of the opened mailbox.
    pub(super) async fn delete(&mut self, messages: &[u32]) -> Result<(), Failure> {
        // In portions, so that neither the command nor the answer grows without bound.
        for messages in messages.chunks(100) {
            let set = messages.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
            self.command(&[format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)").as_bytes()]).await?.ok()?;
            // Without UIDPLUS (RFC 4315) what others have marked as deleted goes as well; it is what they wanted.
            let expunge = if self.has("UIDPLUS") { format!("UID EXPUNGE {set}") } else { "EXPUNGE".to_owned() };
            self.command(&[expunge.as_bytes()]).await?.ok()?;
        }
        Ok(())
    }

    /// Says goodbye. What was asked has been answered: how the server takes it changes nothing.
    pub(super) async fn log_out(mut self) {
        let _ = tokio::time::timeout(GOODBYE, self.command(&[b"LOGOUT"])).await;
    }
}

/// Reads the greeting.
pub(super) async fn greeting(lines: &mut Lines) -> Result<String, Failure> {
    let line = one_line(&lines.line().await?);
    if line.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("* OK ")) {
        return Ok(line);
    }
    Err(Failure::Unexpected { wanted: "* OK".to_owned(), got: line })
}

/// Asks a server that has greeted for TLS; what comes next on the connection is the handshake.
pub(super) async fn start_tls(mut lines: Lines) -> Result<Box<dyn Octets>, Failure> {
    lines.tagged("s1", &[b"STARTTLS"]).await?.ok()?;
    lines.into_stream()
}

/// Why a login was refused, by the status of the command (RFC 5530).
fn refused(status: &str) -> Failure {
    let status = status.to_ascii_uppercase();
    let word = status.split(' ').next().unwrap_or_default();
    let code = status.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(code, _)| code);
    match (word, code) {
        ("NO", "UNAVAILABLE" | "SERVERBUG" | "INUSE" | "LIMIT" | "CONTACTADMIN") => {
            // The code alone: what a server says at this point might hold what we have said.
            Failure::Unexpected { wanted: "OK".to_owned(), got: format!("NO [{code}]") }
        }
        ("NO", _) => Failure::Authentication { rejected: Rejected::Unspecified },
        _ => Failure::Protocol { detail: one_line(word.as_bytes()) },
    }
}

/// What follows a word in untagged answers.
fn after<'a>(untagged: &'a [String], word: &str) -> impl Iterator<Item = &'a str> {
    untagged.iter().filter_map(move |line| {
        let (start, rest) = line.strip_prefix("* ")?.split_at_checked(word.len())?;
        start.eq_ignore_ascii_case(word).then_some(rest)
    })
}

fn capabilities(untagged: &[String]) -> Vec<String> {
    after(untagged, "CAPABILITY").flat_map(str::split_ascii_whitespace).map(str::to_owned).collect()
}

/// The numbers in answers to SEARCH (RFC 3501, section 7.2.5).
fn found(untagged: &[String]) -> Vec<u32> {
    let words = after(untagged, "SEARCH").flat_map(str::split_ascii_whitespace);
    words.filter_map(|word| word.parse().ok()).filter(|number| *number > 0).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn searching_finds_numbers() {
        let untagged = ["* 3 EXISTS", "* SEARCH 4 17", "* search", "* SEARCH 0 x 99999999999 5"].map(str::to_owned);
        assert_eq!(found(&untagged), [4, 17, 5]);
        assert_eq!(capabilities(&["* CAPABILITY IMAP4rev1 UIDPLUS".to_owned()]), ["IMAP4rev1", "UIDPLUS"]);
    }

    #[test]
    fn a_server_that_cannot_is_told_from_one_that_will_not() {
        let rejected = Failure::Authentication { rejected: Rejected::Unspecified };
        assert_eq!(refused("NO [AUTHENTICATIONFAILED] Authentication failed."), rejected);
        assert_eq!(refused("NO LOGIN failed."), rejected);
        let got = "NO [UNAVAILABLE]".to_owned();
        assert_eq!(refused("NO [UNAVAILABLE] Backend"), Failure::Unexpected { wanted: "OK".to_owned(), got });
    }

    proptest! {
        #[test]
        fn no_line_is_too_odd(lines in prop::collection::vec("(\\* )?(SEARCH|search|CAPABILITY|NO|BAD)?.{0,20}", 0..5)) {
            let _ = (found(&lines), capabilities(&lines));
            for line in &lines {
                let _ = refused(line);
            }
        }
    }
}
