//! SMTP (RFC 5321): greeting, EHLO, STARTTLS (RFC 3207), login (RFC 4954), and handing a message in.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::connection::{Octets, broken, connect, secure};
use super::failure::Rejected;
use super::lines::{Lines, Reply};
use super::{Answer, Failure, Measurement, Metric, add_said};
use crate::config::{Login, MailServer, Security, Smtp};

/// How long a server is waited for that was told goodbye.
pub(super) const GOODBYE: Duration = Duration::from_secs(1);

/// Connects, listens to the greeting, shakes hands and logs in as far as is asked for, and says goodbye.
pub async fn probe(question: &Smtp, timeout: Duration) -> Answer {
    let mut answer = Answer::good(Vec::new());
    let asked = tokio::time::timeout(timeout, ask(question, timeout, &mut answer)).await;
    answer.concluded(asked, timeout)
}

async fn ask(question: &Smtp, timeout: Duration, answer: &mut Answer) -> Result<(), Failure> {
    let started = Instant::now();
    let session = Session::open(&question.server, timeout, answer).await?;
    answer.measurements.push(Measurement::time(Metric::TotalTime, started.elapsed()));
    session.quit().await;
    Ok(())
}

/// A server that knows us and waits for a message.
pub(super) struct Session {
    lines: Lines,
}

impl Session {
    /// Opens one, with the times of its phases and the greeting in `answer`.
    pub(super) async fn open(server: &MailServer, timeout: Duration, answer: &mut Answer) -> Result<Self, Failure> {
        let Greeted { stream, own_address } = greeted(&[server.target], &server.security, timeout, answer).await?;
        let mut lines = Lines::new(stream);
        let extensions = hello(&mut lines, own_address).await?;
        let mut session = Self { lines };
        if let Some(login) = &server.login {
            let began = Instant::now();
            session.log_in(login, &extensions).await?;
            answer.measurements.push(Measurement::time(Metric::LoginTime, began.elapsed()));
        }
        Ok(session)
    }

    async fn log_in(&mut self, login: &Login, extensions: &Reply) -> Result<(), Failure> {
        let mechanisms = mechanisms(extensions);
        let offers = |wanted: &str| mechanisms.iter().any(|mechanism| mechanism.eq_ignore_ascii_case(wanted));
        let (user, password) = (login.user.as_bytes(), login.password.reveal().as_bytes());
        let code = if offers("PLAIN") {
            let both = Zeroizing::new([b"\0", user, b"\0", password].concat());
            self.secret("AUTH PLAIN ", &both).await?
        } else if offers("LOGIN") {
            self.lines.command("AUTH LOGIN", 334).await?;
            match self.secret("", user).await? {
                334 => self.secret("", password).await?,
                refused => refused,
            }
        } else {
            let got = if mechanisms.is_empty() { "no AUTH".to_owned() } else { mechanisms.join(", ") };
            return Err(Failure::Unexpected { wanted: "AUTH PLAIN, LOGIN".to_owned(), got });
        };
        match code {
            235 => Ok(()),
            // RFC 4954, section 6.
            530 | 534 | 535 | 538 => Err(Failure::Authentication { rejected: Rejected::Unspecified }),
            // The code alone: what a server says at this point might hold what we have said.
            other => Err(Failure::Unexpected { wanted: "235".to_owned(), got: other.to_string() }),
        }
    }

    /// Sends a secret in base64, which leaves nothing of itself in memory.
    async fn secret(&mut self, command: &str, secret: &[u8]) -> Result<u16, Failure> {
        let mut line = Zeroizing::new(String::with_capacity(command.len() + secret.len() * 2 + 8));
        line.push_str(command);
        STANDARD.encode_string(secret, &mut line);
        line.push_str("\r\n");
        self.lines.send(line.as_bytes()).await?;
        Ok(self.lines.reply().await?.code)
    }

    /// Hands a message in; it must be made of lines that end in CR LF and do not begin with a dot.
    pub(super) async fn hand_in(&mut self, from: &str, to: &str, message: &str) -> Result<(), Failure> {
        self.lines.command(&format!("MAIL FROM:<{from}>"), 250).await?;
        self.lines.command(&format!("RCPT TO:<{to}>"), 250).await?;
        self.lines.command("DATA", 354).await?;
        self.lines.command(&format!("{message}."), 250).await?;
        Ok(())
    }

    /// Says goodbye. What was asked has been answered: how the server takes it changes nothing.
    pub(super) async fn quit(mut self) {
        let _ = tokio::time::timeout(GOODBYE, self.lines.command("QUIT", 221)).await;
    }
}

/// A connection to a server that has greeted, as safe as it is to be; what comes next is EHLO.
pub(crate) struct Greeted {
    /// The connection.
    pub(crate) stream: Box<dyn Octets>,
    /// Our own address on it.
    pub(crate) own_address: IpAddr,
}

/// Connects, listens to the greeting and puts TLS on the connection, with the times of these phases and the greeting in
/// `answer`; `timeout` is only said, the caller keeps to it.
pub(crate) async fn greeted(
    targets: &[SocketAddr],
    security: &Security,
    timeout: Duration,
    answer: &mut Answer,
) -> Result<Greeted, Failure> {
    let stream = connect(targets, timeout, answer).await?;
    let own_address = stream.local_addr().map_err(|error| broken(&error))?.ip();
    let mut stream: Box<dyn Octets> = Box::new(stream);
    if let Security::Tls(peer) = security {
        stream = secure(stream, peer, answer).await?;
    }
    let began = Instant::now();
    let mut lines = Lines::new(stream);
    let greeting = lines.reply().await?.expect(220)?;
    answer.measurements.push(Measurement::time(Metric::BannerTime, began.elapsed()));
    add_said(answer, &greeting.said());
    let stream = match security {
        Security::StartTls(peer) => secure(start_tls(lines, own_address).await?, peer, answer).await?,
        Security::Plain | Security::Tls(_) => lines.into_stream()?,
    };
    Ok(Greeted { stream, own_address })
}

/// Asks a server that has greeted for TLS; what comes next on the connection is the handshake.
pub(super) async fn start_tls(mut lines: Lines, own_address: IpAddr) -> Result<Box<dyn Octets>, Failure> {
    let reply = hello(&mut lines, own_address).await?;
    if !extensions(&reply).any(|mut words| words.next().is_some_and(|word| word.eq_ignore_ascii_case("STARTTLS"))) {
        return Err(Failure::Unexpected { wanted: "STARTTLS".to_owned(), got: reply.said() });
    }
    lines.command("STARTTLS", 220).await?;
    lines.into_stream()
}

/// EHLO with our address (RFC 5321, section 4.1.3): it is always right, which a name would have to be made.
async fn hello(lines: &mut Lines, own_address: IpAddr) -> Result<Reply, Failure> {
    let literal = match own_address.to_canonical() {
        IpAddr::V4(address) => format!("[{address}]"),
        IpAddr::V6(address) => format!("[IPv6:{address}]"),
    };
    lines.command(&format!("EHLO {literal}"), 250).await
}

/// The extensions in a reply to EHLO, each as its words; the first line is the server's name.
fn extensions(reply: &Reply) -> impl Iterator<Item = std::str::SplitAsciiWhitespace<'_>> {
    reply.lines.iter().skip(1).map(|line| line.split_ascii_whitespace())
}

/// The mechanisms by which one may log in (RFC 4954, section 3).
fn mechanisms(reply: &Reply) -> Vec<&str> {
    let offered = extensions(reply)
        .filter_map(|mut words| words.next().is_some_and(|word| word.eq_ignore_ascii_case("AUTH")).then_some(words));
    offered.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_can_is_read_from_its_reply_and_not_from_its_name() {
        let lines = ["auth.STARTTLS.example AUTH x", "SIZE 1000", "auth PLAIN  LOGIN", "AUTH"].map(str::to_owned);
        let reply = Reply { code: 250, lines: lines.to_vec() };
        assert_eq!(mechanisms(&reply), ["PLAIN", "LOGIN"]);
        assert_eq!(extensions(&reply).count(), 3);
    }
}
