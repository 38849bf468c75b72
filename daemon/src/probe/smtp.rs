//! SMTP (RFC 5321): greeting, STARTTLS (RFC 3207).

use std::net::IpAddr;

use super::Failure;
use super::connection::Octets;
use super::lines::{Lines, Reply};

/// Asks a server that has greeted for TLS; what comes next on the connection is the handshake.
pub(super) async fn start_tls(mut lines: Lines, own_address: IpAddr) -> Result<Box<dyn Octets>, Failure> {
    let reply = hello(&mut lines, own_address).await?;
    if !offers(&reply, "STARTTLS") {
        return Err(Failure::Unexpected { wanted: "STARTTLS".to_owned(), got: reply.lines.join(", ") });
    }
    lines.command("STARTTLS", 220).await?;
    lines.into_stream()
}

/// EHLO with our address (RFC 5321, section 4.1.3): it is always right, which a name would have to be made.
pub(super) async fn hello(lines: &mut Lines, own_address: IpAddr) -> Result<Reply, Failure> {
    let literal = match own_address.to_canonical() {
        IpAddr::V4(address) => format!("[{address}]"),
        IpAddr::V6(address) => format!("[IPv6:{address}]"),
    };
    lines.command(&format!("EHLO {literal}"), 250).await
}

/// Whether the reply to EHLO names an extension.
fn offers(reply: &Reply, extension: &str) -> bool {
    let keyword = |line: &String| line.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case(extension));
    reply.lines.iter().skip(1).any(keyword)
}
