//! The client/server protocol of MySQL and MariaDB, as far as logging in and asking needs it (MySQL internals manual,
//! "Client/Server Protocol"; MariaDB knowledge base, "Connection" and "Result Set Packets").

use sha1::Sha1;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroizing;

use super::super::connection::{Octets, broken, secure};
use super::super::smtp::GOODBYE;
use super::super::{Answer, Failure, one_line};
use crate::config::{DatabaseServer, TlsPeer};

/// The largest packet that we read; what we ask for is much smaller.
const LARGEST: usize = 1 << 20;
/// More columns no table has.
const MOST_COLUMNS: u64 = 4096;
/// utf8mb4_general_ci.
const CHARACTER_SET: u8 = 45;

/// What we can and a server must (capability flags): the errors and passwords of 4.1, transactions, and plugins.
const CAPABILITIES: u32 = 0x200 | 0x2000 | 0x8000 | 0x0008_0000;
const CONNECT_WITH_DATABASE: u32 = 8;
const TLS: u32 = 0x800;

/// Why a conversation does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The connection broke.
    Connection(String),
    /// What came is none of the protocol.
    Malformed(String),
    /// The server says no.
    Error {
        /// Its number for why.
        code: u16,
        /// Its words.
        text: String,
    },
}

/// What a server says of itself before anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Greeting {
    pub(super) version: String,
    pub(super) offers_tls: bool,
    /// How most users prove who they are.
    pub(super) plugin: String,
    /// What the proof is made with.
    pub(super) challenge: Vec<u8>,
}

/// What a server says while somebody logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// We are in.
    Done,
    /// The user proves himself in another way.
    Change { plugin: String, challenge: Vec<u8> },
    /// The proof is right; that we are in follows.
    Known,
    /// The server wants the password itself.
    InFull,
}

/// The first row of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) columns: Vec<String>,
    pub(super) first: Option<Vec<Option<String>>>,
}

impl Rows {
    /// A column of the first row; none: null, or no row.
    pub(super) fn value(&self, column: usize) -> Option<&str> {
        self.first.as_ref()?.get(column)?.as_deref()
    }

    /// The same by the column's name.
    pub(super) fn named(&self, name: &str) -> Option<&str> {
        self.value(self.columns.iter().position(|column| column.eq_ignore_ascii_case(name))?)
    }
}

/// A connection on which packets go to and fro.
pub(super) struct Packets {
    stream: Box<dyn Octets>,
    /// The number of the next packet.
    sequence: u8,
}

impl Packets {
    pub(super) fn new(stream: Box<dyn Octets>) -> Self {
        Self { stream, sequence: 0 }
    }

    /// The same conversation under TLS.
    pub(super) async fn secured(self, peer: &TlsPeer, answer: &mut Answer) -> Result<Self, Failure> {
        Ok(Self { stream: secure(self.stream, peer, answer).await?, sequence: self.sequence })
    }

    async fn receive(&mut self) -> Result<Vec<u8>, Trouble> {
        let connection = |error: std::io::Error| Trouble::Connection(broken(&error).to_string());
        let mut header = [0; 4];
        self.stream.read_exact(&mut header).await.map_err(connection)?;
        let length = u32::from_le_bytes([header[0], header[1], header[2], 0]) as usize;
        if length > LARGEST || length == 0 {
            return Err(malformed("a packet", &header));
        }
        self.sequence = header[3].wrapping_add(1);
        let mut packet = vec![0; length];
        self.stream.read_exact(&mut packet).await.map_err(connection)?;
        if packet[0] == 0xFF {
            return Err(error(&packet));
        }
        Ok(packet)
    }

    pub(super) async fn send(&mut self, content: &[u8]) -> Result<(), Trouble> {
        let length = u32::try_from(content.len()).ok().filter(|length| *length < 1 << 24);
        let Some(length) = length else { return Err(Trouble::Malformed("the query is too long".to_owned())) };
        let mut packet = Zeroizing::new(Vec::with_capacity(content.len() + 4));
        packet.extend(&length.to_le_bytes()[..3]);
        packet.push(self.sequence);
        packet.extend(content);
        self.sequence = self.sequence.wrapping_add(1);
        let sent = self.stream.write_all(&packet).await;
        sent.map_err(|error| Trouble::Connection(broken(&error).to_string()))?;
        self.stream.flush().await.map_err(|error| Trouble::Connection(broken(&error).to_string()))
    }

    pub(super) async fn greeting(&mut self) -> Result<Greeting, Trouble> {
        let packet = self.receive().await?;
        greeting(&packet).ok_or_else(|| malformed("a greeting", &packet))
    }

    /// What comes next on the connection is the handshake of TLS.
    pub(super) async fn ask_for_tls(&mut self, with_database: bool) -> Result<(), Trouble> {
        self.send(&begin(with_database, true)).await
    }

    /// Says who we are, with a first proof of it.
    pub(super) async fn hello(&mut self, server: &DatabaseServer, proof: &[u8], plugin: &str) -> Result<Said, Trouble> {
        let mut packet = begin(server.database.is_some(), server.peer.is_some());
        packet.extend(server.login.user.as_bytes());
        packet.push(0);
        // At most 32 octets, whatever the plugin.
        packet.push(u8::try_from(proof.len()).unwrap_or_default());
        packet.extend(proof);
        if let Some(database) = &server.database {
            packet.extend(database.as_bytes());
            packet.push(0);
        }
        packet.extend(plugin.as_bytes());
        packet.push(0);
        self.send(&packet).await?;
        self.said().await
    }

    pub(super) async fn said(&mut self) -> Result<Said, Trouble> {
        let packet = self.receive().await?;
        said(&packet).ok_or_else(|| malformed("an answer to a login", &packet))
    }

    /// Asks in text, and reads only the first row of the answer closely.
    pub(super) async fn query(&mut self, query: &str) -> Result<Rows, Trouble> {
        self.sequence = 0;
        self.send(&[b"\x03", query.as_bytes()].concat()).await?;
        let packet = self.receive().await?;
        // Nothing to give out; or, against all sense, a wish for one of our files.
        if packet[0] == 0 {
            return Ok(Rows::default());
        }
        let columns = Reader(&packet).number().filter(|columns| *columns <= MOST_COLUMNS);
        let columns = columns.filter(|_| packet[0] != 0xFB).ok_or_else(|| malformed("a number of columns", &packet))?;
        let mut rows = Rows::default();
        for _ in 0..columns {
            let packet = self.receive().await?;
            rows.columns.push(column_name(&packet).ok_or_else(|| malformed("a column", &packet))?);
        }
        let end = self.receive().await?;
        if !is_end(&end) {
            return Err(malformed("the end of the columns", &end));
        }
        loop {
            let packet = self.receive().await?;
            if is_end(&packet) {
                return Ok(rows);
            }
            if rows.first.is_none() {
                rows.first = Some(row(&packet, rows.columns.len()).ok_or_else(|| malformed("a row", &packet))?);
            }
        }
    }

    /// Says goodbye; how the server takes it changes nothing.
    pub(super) async fn quit(mut self) {
        self.sequence = 0;
        let _ = tokio::time::timeout(GOODBYE, self.send(b"\x01")).await;
    }
}

fn malformed(what: &str, packet: &[u8]) -> Trouble {
    Trouble::Malformed(format!("not {what}: {}", one_line(packet)))
}

/// The beginning of what a client says first.
fn begin(with_database: bool, with_tls: bool) -> Vec<u8> {
    let mut capabilities = CAPABILITIES;
    if with_database {
        capabilities |= CONNECT_WITH_DATABASE;
    }
    if with_tls {
        capabilities |= TLS;
    }
    let largest = u32::try_from(LARGEST).unwrap_or(u32::MAX);
    let mut packet = Vec::with_capacity(32);
    packet.extend(capabilities.to_le_bytes());
    packet.extend(largest.to_le_bytes());
    packet.push(CHARACTER_SET);
    packet.extend([0; 23]);
    packet
}

/// Takes a packet apart, and never reads beyond its end.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn octet(&mut self) -> Option<u8> {
        self.take(1).map(|octets| octets[0])
    }

    fn pair(&mut self) -> Option<u16> {
        self.take(2).map(|octets| u16::from_le_bytes([octets[0], octets[1]]))
    }

    /// Up to a null, which may be missing at the end of a packet.
    fn text(&mut self) -> String {
        let length = self.0.iter().position(|octet| *octet == 0).unwrap_or(self.0.len());
        let text = one_line(&self.0[..length]);
        self.0 = self.0.get(length + 1..).unwrap_or_default();
        text
    }

    /// A number of 1 to 9 octets (length-encoded integer).
    fn number(&mut self) -> Option<u64> {
        let count = match self.octet()? {
            small @ 0..=0xFA => return Some(small.into()),
            0xFC => 2,
            0xFD => 3,
            0xFE => 8,
            _ => return None,
        };
        let octets = self.take(count)?;
        let mut number = [0; 8];
        number[..count].copy_from_slice(octets);
        Some(u64::from_le_bytes(number))
    }

    /// Octets behind their number.
    fn octets(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).ok()?)
    }
}

fn error(packet: &[u8]) -> Trouble {
    let mut reader = Reader(&packet[1..]);
    let Some(code) = reader.pair() else { return malformed("an error", packet) };
    // Five letters of the SQL standard follow, except before the greeting.
    let text = if reader.0.first() == Some(&b'#') { reader.0.get(6..).unwrap_or_default() } else { reader.0 };
    Trouble::Error { code, text: one_line(text) }
}

fn greeting(packet: &[u8]) -> Option<Greeting> {
    let mut reader = Reader(packet);
    if reader.octet()? != 10 {
        return None;
    }
    let version = reader.text();
    reader.take(4)?;
    let mut challenge = reader.take(8)?.to_vec();
    reader.take(1)?;
    let low = reader.pair()?;
    reader.take(3)?;
    let high = reader.pair()?;
    let capabilities = u32::from(high) << 16 | u32::from(low);
    let length = usize::from(reader.octet()?);
    reader.take(10)?;
    let rest = reader.take(length.saturating_sub(8).max(13))?;
    // It ends in a null, which is no part of it.
    challenge.extend(rest.strip_suffix(&[0]).unwrap_or(rest));
    let is_usable = capabilities & CAPABILITIES == CAPABILITIES;
    let plugin = reader.text();
    is_usable.then_some(Greeting { version, offers_tls: capabilities & TLS != 0, plugin, challenge })
}

fn said(packet: &[u8]) -> Option<Said> {
    match packet {
        [0x00, ..] => Some(Said::Done),
        [0x01, 3] => Some(Said::Known),
        [0x01, 4] => Some(Said::InFull),
        [0xFE, rest @ ..] => {
            let mut reader = Reader(rest);
            let plugin = reader.text();
            let challenge = reader.0.strip_suffix(&[0]).unwrap_or(reader.0).to_vec();
            Some(Said::Change { plugin, challenge })
        }
        _ => None,
    }
}

/// The name that a column has in the answer.
fn column_name(packet: &[u8]) -> Option<String> {
    let mut reader = Reader(packet);
    // The catalogue, the schema, the table and what it is really called.
    for _ in 0..4 {
        reader.octets()?;
    }
    reader.octets().map(one_line)
}

fn is_end(packet: &[u8]) -> bool {
    packet[0] == 0xFE && packet.len() < 9
}

fn row(packet: &[u8], columns: usize) -> Option<Vec<Option<String>>> {
    let mut reader = Reader(packet);
    (0..columns)
        .map(|_| {
            if reader.0.first() == Some(&0xFB) {
                reader.take(1)?;
                return Some(None);
            }
            reader.octets().map(|octets| Some(String::from_utf8_lossy(octets).into_owned()))
        })
        .collect()
}

/// What proves that we know a password without telling it; none for a way that we do not know.
pub(super) fn scramble(plugin: &str, password: &[u8], challenge: &[u8]) -> Option<Vec<u8>> {
    fn mixed<D: Digest>(password: &[u8], second: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let once = D::digest(password);
        let twice = D::digest(&once);
        once.iter().zip(second(&twice)).map(|(one, other)| one ^ other).collect()
    }
    if password.is_empty() {
        return Some(Vec::new());
    }
    match plugin {
        "mysql_native_password" => {
            Some(mixed::<Sha1>(password, |twice| Sha1::digest([challenge, twice].concat()).to_vec()))
        }
        "caching_sha2_password" => {
            Some(mixed::<Sha256>(password, |twice| Sha256::digest([twice, challenge].concat()).to_vec()))
        }
        _ => None,
    }
}

/// The password itself, for a connection under TLS.
pub(super) fn in_clear(password: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([password, b"\0"].concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What MariaDB 10.11 says first.
    fn real() -> Vec<u8> {
        let mut packet = b"\x0A5.5.5-10.11.6-MariaDB\0\x1F\0\0\0abcdefgh\0\xFE\xFF\x2D\x02\0\xFF\x81\x15".to_vec();
        packet.extend(b"\0\0\0\0\0\0\x1D\0\0\0ijklmnopqrst\0mysql_native_password\0");
        packet
    }

    #[test]
    fn a_greeting_says_how_to_log_in() {
        let read = greeting(&real()).unwrap();
        assert_eq!(read.version, "5.5.5-10.11.6-MariaDB");
        assert_eq!(read.plugin, "mysql_native_password");
        assert_eq!(read.challenge, b"abcdefghijklmnopqrst");
        assert!(read.offers_tls);
    }

    #[test]
    fn an_error_has_its_words_with_and_without_a_state() {
        let denied = Trouble::Error { code: 1045, text: "Access denied".to_owned() };
        assert_eq!(error(b"\xFF\x15\x04#28000Access denied"), denied);
        assert_eq!(error(b"\xFF\x15\x04Access denied"), denied);
    }

    #[test]
    fn a_row_has_nulls_and_texts() {
        assert_eq!(row(b"\x02ok\xFB\x00", 3), Some(vec![Some("ok".into()), None, Some(String::new())]));
        assert_eq!(row(b"\x05ok", 1), None);
    }

    #[test]
    fn a_password_is_proven_as_the_manual_says() {
        // SHA1(password) XOR SHA1(challenge + SHA1(SHA1(password))), reckoned with another program.
        let proof = scramble("mysql_native_password", b"slaptas", b"abcdefghijklmnopqrst").unwrap();
        let hexadecimal: String = proof.iter().map(|octet| format!("{octet:02x}")).collect();
        assert_eq!(hexadecimal, "7510f064bc74d5b890a5bf74385b32c5106a80d8");
        let proof = scramble("caching_sha2_password", b"slaptas", b"abcdefghijklmnopqrst").unwrap();
        let hexadecimal: String = proof.iter().map(|octet| format!("{octet:02x}")).collect();
        assert_eq!(hexadecimal, "28591916d7c44a94eec03a72471d2bff4e513dd52015189b23ed94000891aae0");
        assert_eq!(scramble("kitas", b"slaptas", b""), None);
    }

    proptest! {
        #[test]
        fn nothing_that_comes_is_read_beyond_its_end(packet in prop::collection::vec(any::<u8>(), 1..80)) {
            let _ = (greeting(&packet), said(&packet), column_name(&packet), row(&packet, 3), error(&packet));
        }

        #[test]
        fn no_piece_of_a_greeting_is_a_greeting(length in 1_usize..60) {
            prop_assert_eq!(greeting(&real()[..length.min(40)]), None);
        }
    }
}
