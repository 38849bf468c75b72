//! Protocols of lines (SMTP, IMAP, POP3): reading them bounded, whatever the other side sends.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::connection::{Octets, broken};
use super::{Failure, one_line};

/// A connection on which lines go to and fro. How long is the caller's to limit.
pub(super) struct Lines {
    stream: Box<dyn Octets>,
    /// What has come and was not read yet.
    waiting: Vec<u8>,
}

/// Longer than the line limits of SMTP (RFC 5321, 4.5.3.1.5) and of what is asked here of IMAP servers.
const LONGEST_LINE: usize = 8 * 1024;
/// More lines than the longest answer that is expected has.
const MOST_LINES: usize = 256;

/// One reply of an SMTP server (RFC 5321, section 4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// Three digits.
    pub(super) code: u16,
    /// What follows the code, line by line.
    pub(super) lines: Vec<String>,
}

impl Lines {
    pub(super) fn new(stream: Box<dyn Octets>) -> Self {
        Self { stream, waiting: Vec::new() }
    }

    /// The connection itself, to put TLS on it.
    ///
    /// # Errors
    /// [`Failure::Protocol`] when more has come than was read: somebody on the way could have added it in plain text, to be
    /// taken for something that came under TLS (CVE-2011-0411).
    pub(super) fn into_stream(self) -> Result<Box<dyn Octets>, Failure> {
        if self.waiting.is_empty() {
            return Ok(self.stream);
        }
        Err(Failure::Protocol { detail: format!("plain text before TLS: {}", one_line(&self.waiting)) })
    }

    /// Sends octets as they are.
    pub(super) async fn send(&mut self, octets: &[u8]) -> Result<(), Failure> {
        self.stream.write_all(octets).await.map_err(|error| broken(&error))?;
        self.stream.flush().await.map_err(|error| broken(&error))
    }

    /// The next line, without its end.
    pub(super) async fn line(&mut self) -> Result<Vec<u8>, Failure> {
        loop {
            if let Some(line) = take_line(&mut self.waiting) {
                return Ok(line);
            }
            if self.waiting.len() > LONGEST_LINE {
                return Err(Failure::Protocol { detail: format!("a line without end: {}", one_line(&self.waiting)) });
            }
            if self.stream.read_buf(&mut self.waiting).await.map_err(|error| broken(&error))? == 0 {
                return Err(Failure::Protocol { detail: closed(&self.waiting) });
            }
        }
    }

    /// The next reply of an SMTP server.
    pub(super) async fn reply(&mut self) -> Result<Reply, Failure> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await?;
            let Some((code, is_last, text)) = reply_line(&line) else {
                return Err(Failure::Protocol { detail: one_line(&line) });
            };
            lines.push(text);
            if is_last {
                return Ok(Reply { code, lines });
            }
            if lines.len() > MOST_LINES {
                return Err(Failure::Protocol { detail: "a reply without end".to_owned() });
            }
        }
    }

    /// Sends an SMTP command and awaits a reply with this code.
    pub(super) async fn command(&mut self, command: &str, code: u16) -> Result<Reply, Failure> {
        self.send(format!("{command}\r\n").as_bytes()).await?;
        self.reply().await?.expect(code)
    }

    /// Sends an IMAP command and awaits its end; the untagged answers that came before (RFC 9051, section 2.2.2).
    ///
    /// `parts` after the first are sent as literals, each when the server is ready for it: so they may hold any octet.
    pub(super) async fn tagged(&mut self, tag: &str, parts: &[&[u8]]) -> Result<Tagged, Failure> {
        let mut untagged = Vec::new();
        let [command, literals @ ..] = parts else { return Ok(Tagged { untagged, status: String::new() }) };
        let mut octets = zeroize::Zeroizing::new([tag.as_bytes(), b" ", command].concat());
        for literal in literals {
            octets.extend_from_slice(format!(" {{{}}}\r\n", literal.len()).as_bytes());
            self.send(&octets).await?;
            if let Some(status) = self.until_tagged_or_ready(tag, &mut untagged).await? {
                return Ok(Tagged { untagged, status });
            }
            octets = zeroize::Zeroizing::new(literal.to_vec());
        }
        octets.extend_from_slice(b"\r\n");
        self.send(&octets).await?;
        match self.until_tagged_or_ready(tag, &mut untagged).await? {
            Some(status) => Ok(Tagged { untagged, status }),
            None => Err(Failure::Protocol { detail: "+ for a command that has ended".to_owned() }),
        }
    }

    /// Reads up to the end of the command with this tag, and returns its status; none when the server asks for more.
    async fn until_tagged_or_ready(
        &mut self,
        tag: &str,
        untagged: &mut Vec<String>,
    ) -> Result<Option<String>, Failure> {
        for _ in 0..MOST_LINES {
            let line = String::from_utf8_lossy(&self.line().await?).into_owned();
            if line.starts_with('+') {
                return Ok(None);
            }
            if let Some(status) = line.strip_prefix(tag).and_then(|rest| rest.strip_prefix(' ')) {
                return Ok(Some(status.to_owned()));
            }
            untagged.push(line);
        }
        Err(Failure::Protocol { detail: "an answer without end".to_owned() })
    }
}

/// What an IMAP server answered to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tagged {
    /// The lines before the last, as they came.
    pub(super) untagged: Vec<String>,
    /// The last line, without its tag: `OK …`, `NO …`, `BAD …`.
    pub(super) status: String,
}

impl Tagged {
    /// Whether the command was carried out.
    pub(super) fn is_ok(&self) -> bool {
        self.status.get(..2).is_some_and(|status| status.eq_ignore_ascii_case("OK"))
    }

    /// This answer, if the command was carried out.
    pub(super) fn ok(self) -> Result<Self, Failure> {
        if self.is_ok() {
            return Ok(self);
        }
        Err(Failure::Unexpected { wanted: "OK".to_owned(), got: one_line(self.status.as_bytes()) })
    }
}

impl Reply {
    /// This reply, if it has the code.
    pub(super) fn expect(self, code: u16) -> Result<Self, Failure> {
        if self.code == code {
            return Ok(self);
        }
        Err(Failure::Unexpected { wanted: code.to_string(), got: self.said() })
    }

    /// The code and the first line that says something.
    pub(super) fn said(&self) -> String {
        one_line(format!("{} {}", self.code, self.lines.join("\n")).as_bytes())
    }
}

/// Takes the first line out of `waiting`, if it has come as a whole.
fn take_line(waiting: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = waiting.iter().take(LONGEST_LINE).position(|octet| *octet == b'\n')?;
    let rest = waiting.split_off(end + 1);
    let mut line = std::mem::replace(waiting, rest);
    line.pop();
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Some(line)
}

/// Code, whether it is the last line of its reply, and the text (RFC 5321, section 4.2.1).
fn reply_line(line: &[u8]) -> Option<(u16, bool, String)> {
    let (code, rest) = line.split_at_checked(3)?;
    let code = code.iter().all(u8::is_ascii_digit).then(|| std::str::from_utf8(code).ok()?.parse().ok()).flatten()?;
    match rest {
        [] => Some((code, true, String::new())),
        [b' ', text @ ..] => Some((code, true, String::from_utf8_lossy(text).into_owned())),
        [b'-', text @ ..] => Some((code, false, String::from_utf8_lossy(text).into_owned())),
        _ => None,
    }
}

/// What is said of a connection that the other side has closed too early.
fn closed(waiting: &[u8]) -> String {
    match one_line(waiting) {
        text if text.is_empty() => "the connection was closed".to_owned(),
        text => format!("the connection was closed after: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A peer that has said all it says and has closed.
    fn having_said(octets: &[u8]) -> Lines {
        Lines::new(Box::new(tokio::io::join(std::io::Cursor::new(octets.to_vec()), tokio::io::sink())))
    }

    fn now<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn a_reply_of_several_lines_is_read_to_its_end() {
        let mut lines = having_said(b"250-mail.example\r\n250-STARTTLS\n250 SIZE 1000\r\n220 next\r\n");
        let reply = now(lines.reply()).unwrap();
        assert_eq!(
            reply,
            Reply { code: 250, lines: ["mail.example", "STARTTLS", "SIZE 1000"].map(str::to_owned).to_vec() }
        );
        assert_eq!(now(lines.reply()).unwrap().code, 220);
        assert_eq!(now(lines.reply()), Err(Failure::Protocol { detail: "the connection was closed".to_owned() }));
    }

    #[test]
    fn an_answer_of_imap_ends_with_its_tag() {
        let mut lines = having_said(b"* SEARCH 7 9\r\n* a1 not a tag\r\na1 OK done\r\na2 NO no such mailbox\r\n");
        let answer = now(lines.tagged("a1", &[b"SEARCH ALL"])).unwrap();
        assert!(answer.is_ok());
        assert_eq!(answer.untagged, ["* SEARCH 7 9", "* a1 not a tag"]);
        let refused = now(lines.tagged("a2", &[b"SELECT x"])).unwrap();
        assert_eq!(refused.ok().unwrap_err().to_string(), "it answers \"NO no such mailbox\" where \"OK\" is expected");
    }

    #[test]
    fn text_that_somebody_slipped_in_before_tls_is_noticed() {
        let mut lines = having_said(b"220 go ahead\r\n250 slipped in\r\n");
        now(lines.reply()).unwrap();
        assert!(lines.into_stream().is_err());
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let mut lines = having_said(&vec![b'x'; 10 * LONGEST_LINE]);
        assert!(now(lines.line()).unwrap_err().to_string().contains("a line without end"));
        let mut lines = having_said("250-more\r\n".repeat(10 * MOST_LINES).as_bytes());
        assert!(now(lines.reply()).unwrap_err().to_string().contains("a reply without end"));
        let mut lines = having_said("* more\r\n".repeat(10 * MOST_LINES).as_bytes());
        assert!(now(lines.tagged("a", &[b"NOOP"])).unwrap_err().to_string().contains("an answer without end"));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_to_an_end(octets in prop::collection::vec(any::<u8>(), 0..2000)) {
            let _ = now(having_said(&octets).reply());
            let _ = now(having_said(&octets).tagged("a", &[b"LOGIN", b"user", b"password"]));
        }

        #[test]
        fn whatever_looks_like_a_protocol_is_read_to_an_end(
            text in "([0-9]{0,4}[ -]?|\\* |a |\\+ ?|OK|\\{[0-9]*\\}|\r?\n|[ -~]{0,5}){0,60}",
        ) {
            let mut lines = having_said(text.as_bytes());
            while now(lines.reply()).is_ok() {}
            let mut lines = having_said(text.as_bytes());
            for _ in 0..100 {
                if now(lines.tagged("a", &[b"LOGIN", b"user", b"password"])).is_err() {
                    break;
                }
            }
        }
    }
}
