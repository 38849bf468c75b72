//! A mail server that takes nearly everything (RFC 5321) and shows it to the test.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use crate::{MailSystem, SOON};

/// Listens on a free port of 127.0.0.1 for as long as the test runs.
#[derive(Debug)]
pub struct MailListener {
    /// Where.
    pub port: u16,
    mails: Receiver<Mail>,
}

/// What was handed in.
#[derive(Debug, Clone)]
pub struct Mail {
    /// From whom, as the envelope says.
    pub sender: String,
    /// To whom.
    pub recipients: Vec<String>,
    /// Header and body, as they came.
    pub text: String,
}

impl MailListener {
    /// One that takes every mail but those to [`MailSystem::GONE`] and [`MailSystem::BUSY`].
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, mails) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if let Some(mail) = take(&stream) {
                    // A test that has seen enough no longer listens.
                    let _ = sender.send(mail);
                }
            }
        });
        Self { port, mails }
    }

    /// The next mail that came.
    ///
    /// # Panics
    /// When none comes.
    #[must_use]
    pub fn mail(&self) -> Mail {
        self.mails.recv_timeout(SOON).expect("a mail")
    }

    /// How many mails have come that nobody asked for.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.mails.try_iter().count()
    }
}

/// Speaks with a client until it has handed its mail in.
fn take(stream: &TcpStream) -> Option<Mail> {
    stream.set_read_timeout(Some(SOON)).unwrap();
    let mut answer = stream;
    answer.write_all(b"220 ready\r\n").ok()?;
    let mut mail = Mail { sender: String::new(), recipients: Vec::new(), text: String::new() };
    let mut is_data = false;
    let mut is_taken = false;
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { break };
        if is_data && line == "." {
            (is_data, is_taken) = (false, true);
            answer.write_all(b"250 taken\r\n").ok()?;
        } else if is_data {
            mail.text.push_str(&format!("{line}\n"));
        } else if line.starts_with("DATA") {
            is_data = true;
            answer.write_all(b"354 go on\r\n").ok()?;
        } else if line.starts_with("QUIT") {
            let _ = answer.write_all(b"221 bye\r\n");
            break;
        } else {
            let recipient = line.strip_prefix("RCPT TO:<").and_then(|rest| rest.split('>').next());
            let reply: &[u8] = match recipient {
                Some(MailSystem::GONE) => b"550 5.1.1 the mailbox is gone\r\n",
                Some(MailSystem::BUSY) => b"450 4.2.0 come again\r\n",
                _ => b"250 good\r\n",
            };
            mail.recipients.extend(recipient.map(str::to_owned));
            mail.sender.extend(line.strip_prefix("MAIL FROM:<").and_then(|rest| rest.split('>').next()));
            answer.write_all(reply).ok()?;
        }
    }
    is_taken.then_some(mail)
}
