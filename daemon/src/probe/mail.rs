//! The round trip of a message: handed in by SMTP, found by IMAP, and deleted there again.
//!
//! The mailbox is opened before the message is handed in: while it cannot be, no message is sent that nobody would delete.
//! What earlier rounds have left, because it came too late, is deleted then.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout_at};

use super::{Answer, Failure, Measurement, Metric, imap, smtp};
use crate::config::Mail;

/// The field that our messages are known by.
const MARK: (&str, &str) = ("X-Rotuse-Check", "round-trip");
/// The mailbox is looked into again after this time at first, then ever more seldom.
const FIRST_LOOK: Duration = Duration::from_millis(250);
const LAST_LOOK: Duration = Duration::from_secs(5);

/// A message on its way.
struct OnItsWay {
    mailbox: imap::Session,
    /// Its Message-ID.
    id: String,
    /// When it was handed in.
    since: Instant,
}

/// Sends a message and waits until it has arrived.
pub async fn probe(question: &Mail, timeout: Duration) -> Answer {
    let started = Instant::now();
    let deadline = started + timeout;
    let mut answer = Answer::good(Vec::new());
    let message = match timeout_at(deadline, hand_in(question, timeout, &mut answer)).await {
        Err(elapsed) => return answer.concluded(Err(elapsed), timeout),
        Ok(Err(failure)) => return answer.concluded(Ok(Err(failure)), timeout),
        Ok(Ok(message)) => message,
    };
    let since = message.since;
    let asked = timeout_at(deadline, arrive(message, &mut answer)).await;
    if asked.is_err() && answer.value(Metric::MailRoundTrip).is_none() {
        return answer.concluded(Ok(Err(Failure::NotDelivered { after: whole_seconds(since.elapsed()) })), timeout);
    }
    answer.measurements.push(Measurement::time(Metric::TotalTime, started.elapsed()));
    answer.concluded(asked, timeout)
}

async fn hand_in(question: &Mail, timeout: Duration, answer: &mut Answer) -> Result<OnItsWay, Failure> {
    // Whose address is said is spoken to: a failure tells which of the two it was.
    let mut phases = Answer::good(Vec::new());
    answer.said = Some(format!("IMAP {}", question.imap.target));
    let opened = imap::Session::open(&question.imap, timeout, &mut phases).await;
    add_phases(answer, phases, "imap");
    let mut mailbox = opened?;
    mailbox.select(&question.mailbox).await?;
    let left = mailbox.search(&[MARK, ("From", &question.from.to_string())]).await?;
    mailbox.delete(&left).await?;

    let mut phases = Answer::good(Vec::new());
    answer.said = Some(format!("SMTP {}", question.smtp.target));
    let opened = smtp::Session::open(&question.smtp, timeout, &mut phases).await;
    add_phases(answer, phases, "smtp");
    let mut submission = opened?;
    let id = message_id(question)?;
    let (from, to) = (question.from.to_string(), question.to.to_string());
    let since = Instant::now();
    submission.hand_in(&from, &to, &message(question, &id, Timestamp::now())).await?;
    submission.quit().await;
    answer.said = Some(id.clone());
    Ok(OnItsWay { mailbox, id, since })
}

async fn arrive(message: OnItsWay, answer: &mut Answer) -> Result<(), Failure> {
    let OnItsWay { mut mailbox, id, since } = message;
    let mut pause = FIRST_LOOK;
    let found = loop {
        let found = mailbox.search(&[("Message-ID", &id)]).await?;
        if !found.is_empty() {
            break found;
        }
        sleep(pause).await;
        pause = (pause * 2).min(LAST_LOOK);
    };
    answer.measurements.push(Measurement::time(Metric::MailRoundTrip, since.elapsed()));
    mailbox.delete(&found).await?;
    mailbox.log_out().await;
    Ok(())
}

/// Adds what was measured of one of the two servers; as an instance, since both have the same phases.
fn add_phases(answer: &mut Answer, phases: Answer, instance: &'static str) {
    let of_server = |measurement| Measurement { instance: Some(instance.into()), ..measurement };
    answer.measurements.extend(phases.measurements.into_iter().map(of_server));
    if phases.outcome.failure().is_some() {
        answer.outcome = phases.outcome;
    }
}

/// Unique, also among daemons.
fn message_id(question: &Mail) -> Result<String, Failure> {
    let mut octets = [0; 16];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut octets).map_err(|_| Failure::Local { detail: "no random numbers".to_owned() })?;
    Ok(format!("<rotuse.{:032x}@{}>", u128::from_be_bytes(octets), question.from.domain()))
}

/// The message (RFC 5322), each line of which ends in CR LF and none of which begins with a dot.
fn message(question: &Mail, id: &str, now: Timestamp) -> String {
    let date = jiff::fmt::rfc2822::to_string(&now.to_zoned_datetime(jiff::tz::TimeZone::UTC)).unwrap_or_default();
    // RFC 3834, section 5: so that no absence notice answers.
    [
        &format!("From: <{}>", question.from),
        &format!("To: <{}>", question.to),
        "Subject: rotused round trip",
        &format!("Date: {date}"),
        &format!("Message-ID: {id}"),
        "Auto-Submitted: auto-generated",
        &format!("{}: {}", MARK.0, MARK.1),
        "",
        "rotused sends this message to see whether mail arrives, and deletes it.",
        "",
    ]
    .join("\r\n")
}

/// As long as people want to know it.
fn whole_seconds(duration: Duration) -> Duration {
    Duration::from_secs(duration.as_secs())
}

#[cfg(test)]
mod tests {
    use strict_toml::FromText;

    use super::*;
    use crate::config::{MailAddress, MailServer, MailboxName, Security};

    #[test]
    fn a_message_is_all_of_whole_lines_and_ends_nothing_early() {
        let server = MailServer { target: ([127, 0, 0, 1], 25).into(), security: Security::Plain, login: None };
        let question = Mail {
            smtp: server.clone(),
            imap: server,
            mailbox: MailboxName::from_text("INBOX").unwrap(),
            from: MailAddress::from_text("rotused@a.lt").unwrap(),
            to: MailAddress::from_text("b@c.lt").unwrap(),
        };
        let (id, other) = (message_id(&question).unwrap(), message_id(&question).unwrap());
        assert_ne!(id, other);
        assert!(id.ends_with("@a.lt>"), "{id}");
        let text = message(&question, &id, "2026-11-24T08:00:00Z".parse().unwrap());
        assert!(text.ends_with("\r\n") && text.is_ascii(), "{text}");
        assert!(text.split("\r\n").all(|line| !line.starts_with('.') && !line.contains(['\r', '\n'])), "{text}");
        assert!(text.contains("\r\nDate: Tue, 24 Nov 2026 08:00:00 "), "{text}");
    }
}
