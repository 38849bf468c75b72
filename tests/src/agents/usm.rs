//! The user-based security model (RFC 3414) of simulated agents: SHA-1 (RFC 3414, 7) and AES-128 (RFC 3826), each agent with
//! an engine of its own. That a message is signed rightly is not verified: real agents do that in other tests.

use std::collections::HashMap;
use std::net::Ipv4Addr;

use aes::Aes128;
use cfb_mode::cipher::KeyIvInit;
use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};

use super::ber::{self, INTEGER, OCTETS, Reader, SEQUENCE, number, tlv};

/// snmpEngineBoots of every agent.
const BOOTS: u32 = 3;
/// The octets of a signature.
const SIGNATURE: usize = 12;

/// The keys of one user with all agents.
pub(super) struct Users {
    authentication: [u8; 20],
    privacy: [u8; 20],
    /// Localised to each agent (RFC 3414, 2.6).
    localised: HashMap<Ipv4Addr, ([u8; 20], [u8; 16])>,
}

/// How a request was protected, and what is needed to protect the reply alike.
pub(super) struct Envelope {
    message: Vec<u8>,
    flags: u8,
    user: Vec<u8>,
    /// contextEngineID and contextName, as they came.
    context: Vec<u8>,
}

/// What a request of SNMPv3 is.
pub(super) enum Opened {
    /// Somebody who does not know our engine yet: this is the answer.
    Discovery(Vec<u8>),
    /// The PDU, and how it came.
    Request(Envelope, Vec<u8>),
}

impl Users {
    pub(super) fn new(authentication: &str, privacy: &str) -> Self {
        Self { authentication: master(authentication), privacy: master(privacy), localised: HashMap::new() }
    }

    fn keys(&mut self, agent: Ipv4Addr) -> ([u8; 20], [u8; 16]) {
        let (authentication, privacy) = (self.authentication, self.privacy);
        let localise = |key: [u8; 20]| -> [u8; 20] {
            let id = engine(agent);
            Sha1::digest([&key[..], &id, &key].concat()).into()
        };
        let entry = self.localised.entry(agent);
        *entry.or_insert_with(|| (localise(authentication), *localise(privacy).first_chunk().unwrap()))
    }

    /// Opens a message whose version has been read; `rest` is what follows it.
    pub(super) fn open(&mut self, agent: Ipv4Addr, seconds: u32, rest: &[u8]) -> Option<Opened> {
        let mut reader = Reader(rest);
        let mut header = Reader(reader.content(SEQUENCE)?);
        let message = number(INTEGER, header.number()?.into());
        header.number()?;
        let flags = *header.content(OCTETS)?.first()?;
        let mut security = Reader(Reader(reader.content(OCTETS)?).content(SEQUENCE)?);
        let known_engine = security.content(OCTETS)?;
        let (boots, time) = (security.number()?, security.number()?);
        let user = security.content(OCTETS)?.to_vec();
        security.content(OCTETS)?;
        let salt = security.content(OCTETS)?;
        if known_engine.is_empty() {
            // usmStatsUnknownEngineIDs
            let counter = [ber::oid(&[1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0]), number(0x41, 1)].concat();
            let bindings = tlv(SEQUENCE, &tlv(SEQUENCE, &counter));
            let fixed = [number(INTEGER, 0), number(INTEGER, 0), number(INTEGER, 0)].concat();
            let report = tlv(0xA8, &[fixed, bindings].concat());
            let context = [tlv(OCTETS, &engine(agent)), tlv(OCTETS, b"")].concat();
            let envelope = Envelope { message, flags: 0, user: Vec::new(), context };
            return Some(Opened::Discovery(self.seal(agent, seconds, &envelope, &report)));
        }
        let mut scoped = match flags & 2 {
            0 => tlv(SEQUENCE, reader.content(SEQUENCE)?),
            _ => reader.content(OCTETS)?.to_vec(),
        };
        if flags & 2 != 0 {
            let vector = vector(u32::try_from(boots).ok()?, u32::try_from(time).ok()?, salt);
            let (_, key) = self.keys(agent);
            cfb_mode::Decryptor::<Aes128>::new(&key.into(), &vector.into()).decrypt(&mut scoped);
        }
        let mut scoped = Reader(Reader(&scoped).content(SEQUENCE)?);
        let context = [tlv(OCTETS, scoped.content(OCTETS)?), tlv(OCTETS, scoped.content(OCTETS)?)].concat();
        let envelope = Envelope { message, flags, user, context };
        Some(Opened::Request(envelope, scoped.0.to_vec()))
    }

    /// Puts a PDU into a message that is protected as the request was.
    pub(super) fn seal(&mut self, agent: Ipv4Addr, seconds: u32, envelope: &Envelope, pdu: &[u8]) -> Vec<u8> {
        let keys = (envelope.flags & 1 != 0).then(|| self.keys(agent));
        let mut scoped = tlv(SEQUENCE, &[envelope.context.as_slice(), pdu].concat());
        let salt = u64::from(seconds) << 32 | u64::from(u32::from(agent)) ^ u64::from(envelope.message[2]);
        let salt = if envelope.flags & 2 == 0 { Vec::new() } else { salt.to_be_bytes().to_vec() };
        if let (Some((_, key)), false) = (keys, salt.is_empty()) {
            let vector = vector(BOOTS, seconds, &salt);
            cfb_mode::Encryptor::<Aes128>::new(&key.into(), &vector.into()).encrypt(&mut scoped);
            scoped = tlv(OCTETS, &scoped);
        }
        let unsigned = if keys.is_some() { vec![0; SIGNATURE] } else { Vec::new() };
        let security = [
            tlv(OCTETS, &engine(agent)),
            number(INTEGER, BOOTS.into()),
            number(INTEGER, seconds.into()),
            tlv(OCTETS, &envelope.user),
            tlv(OCTETS, &unsigned),
            tlv(OCTETS, &salt),
        ];
        let security = tlv(OCTETS, &tlv(SEQUENCE, &security.concat()));
        let flags = tlv(OCTETS, &[envelope.flags & 3]);
        let header = [envelope.message.clone(), number(INTEGER, 65507), flags, number(INTEGER, 3)].concat();
        let header = tlv(SEQUENCE, &header);
        let mut message = tlv(SEQUENCE, &[number(INTEGER, 3), header, security, scoped.clone()].concat());
        if let Some((key, _)) = keys {
            let mut mac = Hmac::<Sha1>::new_from_slice(&key).unwrap();
            mac.update(&message);
            let signature = mac.finalize().into_bytes();
            // It stands before the salt, and that before what is scoped.
            let end = message.len() - scoped.len() - salt.len() - 2;
            message[end - SIGNATURE..end].copy_from_slice(&signature[..SIGNATURE]);
        }
        message
    }
}

/// snmpEngineID by an IPv4 address (RFC 3411, 5).
fn engine(agent: Ipv4Addr) -> Vec<u8> {
    [&[0x80, 0x01, 0x86, 0x9F, 1][..], &agent.octets()].concat()
}

/// RFC 3826, 3.1.2.1.
fn vector(boots: u32, time: u32, salt: &[u8]) -> [u8; 16] {
    let mut vector = [0; 16];
    vector[..4].copy_from_slice(&boots.to_be_bytes());
    vector[4..8].copy_from_slice(&time.to_be_bytes());
    let length = salt.len().min(8);
    vector[8..8 + length].copy_from_slice(&salt[..length]);
    vector
}

/// A key from a passphrase: the hash of a megabyte of it (RFC 3414, A.2.2).
fn master(passphrase: &str) -> [u8; 20] {
    let mut hash = Sha1::new();
    let repeated: Vec<u8> = passphrase.bytes().cycle().take(1 << 20).collect();
    hash.update(repeated);
    hash.finalize().into()
}
