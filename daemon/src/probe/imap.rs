//! IMAP (RFC 9051, RFC 3501): greeting, STARTTLS.

use super::connection::Octets;
use super::lines::Lines;
use super::{Failure, one_line};

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
