//! A TLS handshake (RFC 8446, RFC 5246), at once or after asking for it in another protocol, and the certificate shown in it.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::connection::{Octets, broken, connect, secure};
use super::lines::Lines;
use super::{Answer, Failure, imap, one_line, smtp};
use crate::config::{StartTls, Tls};

/// Connects, asks for TLS, shakes hands, and closes the connection.
pub async fn probe(question: &Tls, timeout: Duration) -> Answer {
    let mut answer = Answer::good(Vec::new());
    let asked = tokio::time::timeout(timeout, ask(question, timeout, &mut answer)).await;
    answer.concluded(asked, timeout)
}

async fn ask(question: &Tls, timeout: Duration, answer: &mut Answer) -> Result<(), Failure> {
    let stream = connect(&[question.target], timeout, answer).await?;
    let own_address = stream.local_addr().map_err(|error| broken(&error))?.ip();
    let mut stream: Box<dyn Octets> = Box::new(stream);
    match question.starttls {
        None => {}
        Some(StartTls::Smtp) => {
            let mut lines = Lines::new(stream);
            lines.reply().await?.expect(220)?;
            stream = smtp::start_tls(lines, own_address).await?;
        }
        Some(StartTls::Imap) => {
            let mut lines = Lines::new(stream);
            imap::greeting(&mut lines).await?;
            stream = imap::start_tls(lines).await?;
        }
        Some(StartTls::Pop3) => stream = start_pop3(stream).await?,
        Some(StartTls::Ldap) => start_ldap(&mut stream).await?,
    }
    secure(stream, &question.peer, answer).await.map(drop)
}

/// STLS (RFC 2595, section 4).
async fn start_pop3(stream: Box<dyn Octets>) -> Result<Box<dyn Octets>, Failure> {
    let mut lines = Lines::new(stream);
    positive(&lines.line().await?)?;
    lines.send(b"STLS\r\n").await?;
    positive(&lines.line().await?)?;
    lines.into_stream()
}

fn positive(line: &[u8]) -> Result<(), Failure> {
    if line.starts_with(b"+OK") {
        return Ok(());
    }
    Err(Failure::Unexpected { wanted: "+OK".to_owned(), got: one_line(line) })
}

/// `ExtendedRequest` of message 1 for the operation 1.3.6.1.4.1.1466.20037 (RFC 4511, sections 4.12 and 4.14.1).
const LDAP_REQUEST: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
const LONGEST_LDAP_ANSWER: usize = 4096;

async fn start_ldap(stream: &mut Box<dyn Octets>) -> Result<(), Failure> {
    stream.write_all(LDAP_REQUEST).await.map_err(|error| broken(&error))?;
    stream.flush().await.map_err(|error| broken(&error))?;
    let mut octets = Vec::new();
    let message = loop {
        match ldap_message(&octets) {
            Ok(Some(found)) => break found,
            Ok(None) if octets.len() <= LONGEST_LDAP_ANSWER => {}
            _ => return Err(Failure::Protocol { detail: "no answer of LDAP".to_owned() }),
        }
        if stream.read_buf(&mut octets).await.map_err(|error| broken(&error))? == 0 {
            return Err(Failure::Protocol { detail: "the connection was closed".to_owned() });
        }
    };
    match ldap_result(message.content) {
        Some(0) if message.rest.is_empty() => Ok(()),
        Some(0) => Err(Failure::Protocol { detail: "plain text before TLS".to_owned() }),
        Some(code) => Err(Failure::Unexpected { wanted: "resultCode 0".to_owned(), got: format!("resultCode {code}") }),
        None => Err(Failure::Protocol { detail: "no answer of LDAP to StartTLS".to_owned() }),
    }
}

/// What is no BER (X.690), as far as LDAP uses it.
#[derive(Debug, PartialEq, Eq)]
struct NotBer;

/// One element, and what follows it.
#[derive(Debug, PartialEq, Eq)]
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    rest: &'a [u8],
}

/// The first element; none when not all of it has come.
fn element(octets: &[u8]) -> Result<Option<Element<'_>>, NotBer> {
    let [tag, length, rest @ ..] = octets else { return Ok(None) };
    let (length, rest) = match length {
        0..=0x7f => (usize::from(*length), rest),
        // Active Directory writes lengths in four octets, however small they are.
        0x81..=0x84 => {
            let Some((length, rest)) = rest.split_at_checked(usize::from(length - 0x80)) else { return Ok(None) };
            (length.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)), rest)
        }
        _ => return Err(NotBer),
    };
    Ok(rest.split_at_checked(length).map(|(content, rest)| Element { tag: *tag, content, rest }))
}

/// The first LDAP message, if it has come as a whole.
fn ldap_message(octets: &[u8]) -> Result<Option<Element<'_>>, NotBer> {
    match octets.first() {
        Some(0x30) | None => element(octets),
        Some(_) => Err(NotBer),
    }
}

/// The result code in the content of an LDAP message that is an `ExtendedResponse` to message 1.
fn ldap_result(message: &[u8]) -> Option<u8> {
    let Ok(Some(Element { tag: 0x02, content: [1], rest })) = element(message) else { return None };
    let Ok(Some(Element { tag: 0x78, content: response, .. })) = element(rest) else { return None };
    let Ok(Some(Element { tag: 0x0a, content: [code], .. })) = element(response) else { return None };
    Some(*code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn answers_of_ldap_are_read_as_openldap_and_active_directory_write_them() {
        let openldap = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00";
        let active_directory =
            b"\x30\x84\x00\x00\x00\x10\x02\x01\x01\x78\x84\x00\x00\x00\x07\x0a\x01\x34\x04\x00\x04\x00";
        for (octets, code) in [(openldap.as_slice(), 0), (active_directory.as_slice(), 52)] {
            let message = ldap_message(octets).unwrap().unwrap();
            assert!(message.rest.is_empty());
            assert_eq!(ldap_result(message.content), Some(code));
            for end in 0..octets.len() {
                assert_eq!(ldap_message(&octets[..end]), Ok(None), "{end}");
            }
        }
        assert_eq!(ldap_message(b"HTTP/1.1 400"), Err(NotBer));
    }

    proptest! {
        #[test]
        fn no_octets_are_too_odd_for_ldap(octets in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(Some(message)) = ldap_message(&octets) {
                let _ = ldap_result(message.content);
            }
        }
    }
}
