//! As whom SNMP agents are asked.

use messages::Message;
use strict_toml::{FromText, Table, choose};

use super::name::CredentialName;
use super::secret::{Secret, secret};
use super::{Named, Reading};

/// A community or a user of SNMP, with a name that devices refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// What devices call it.
    pub name: CredentialName,
    /// What the agent is told.
    pub identity: Identity,
}

/// What an SNMP agent is told of us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// SNMPv1 (RFC 1157), for devices that know nothing else: no 64-bit counters, one value at a time.
    OldCommunity(Secret),
    /// SNMPv2c (RFC 3584): a password that travels in clear text.
    Community(Secret),
    /// SNMPv3 with the User-based Security Model (RFC 3414).
    User {
        /// securityName.
        name: String,
        /// How messages are protected; none: anybody can be that user (noAuthNoPriv).
        protection: Option<Protection>,
    },
}

/// How messages of a user are signed and encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// How they are signed, and the passphrase for it.
    pub authentication: (AuthenticationProtocol, Secret),
    /// How they are encrypted, and the passphrase for it; none: anybody can read them (authNoPriv).
    pub privacy: Option<(PrivacyProtocol, Secret)>,
}

/// RFC 3414 and RFC 7860.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the standards' own")]
pub enum AuthenticationProtocol {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// RFC 3414 (DES), RFC 3826 (AES-128), and two ways to longer keys that are in use: draft-blumenthal-aes-usm-04, and Cisco's
/// after draft-reeder-snmpv3-usm-3desede-00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the standards' own")]
pub enum PrivacyProtocol {
    Des,
    Aes128,
    Aes192,
    Aes256,
    Aes192Cisco,
    Aes256Cisco,
}

/// RFC 3414, 11.2: passphrases shorter than this must be refused.
const SHORTEST_PASSPHRASE: usize = 8;

impl Named for Credential {
    fn name(&self) -> &str {
        self.name.as_str()
    }
}

/// Reads one `[[credential]]`.
pub(super) fn read(mut table: Table<'_>, reading: &Reading<'_>) -> Option<Credential> {
    let name: Option<CredentialName> = table.required("name");
    if let Some(name) = &name {
        table.name(format!("[[credential]] \"{name}\""));
    }
    let identity = match table.required("version")? {
        Version::V1 => secret(&mut table, "community", reading).map(Identity::OldCommunity),
        Version::V2c => secret(&mut table, "community", reading).map(Identity::Community),
        Version::V3 => {
            let user: Option<String> = table.required("user");
            let protection = match table.or("level", Level::Private) {
                Level::Open => Some(None),
                level => protection(&mut table, level, reading).map(Some),
            };
            user.zip(protection).map(|(name, protection)| Identity::User { name, protection })
        }
    };
    Some(Credential { name: name?, identity: identity? })
}

fn protection(table: &mut Table<'_>, level: Level, reading: &Reading<'_>) -> Option<Protection> {
    let protocol = table.or("authentication", AuthenticationProtocol::Sha256);
    let passphrase_of = passphrase(table, "authentication_passphrase", reading);
    let privacy = match level {
        Level::Private => {
            let cipher = table.or("privacy", PrivacyProtocol::Aes128);
            passphrase(table, "privacy_passphrase", reading).map(|passphrase| Some((cipher, passphrase)))
        }
        Level::Signed | Level::Open => Some(None),
    };
    let (passphrase, privacy) = passphrase_of.zip(privacy)?;
    Some(Protection { authentication: (protocol, passphrase), privacy })
}

fn passphrase(table: &mut Table<'_>, key: &'static str, reading: &Reading<'_>) -> Option<Secret> {
    let found = secret(table, key, reading)?;
    if found.reveal().chars().count() < SHORTEST_PASSPHRASE {
        table.report(&table.place_of(key), Message::new("config-passphrase-short").with("key", key));
        return None;
    }
    Some(found)
}

#[derive(Clone, Copy)]
enum Version {
    V1,
    V2c,
    V3,
}

impl FromText for Version {
    const EXAMPLE: &'static str = "\"2c\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &[("2c", Self::V2c), ("3", Self::V3), ("1", Self::V1)])
    }
}

/// securityLevel (RFC 3411, 3.4.3).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Open,
    Signed,
    Private,
}

impl FromText for Level {
    const EXAMPLE: &'static str = "\"authPriv\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &[("authPriv", Self::Private), ("authNoPriv", Self::Signed), ("noAuthNoPriv", Self::Open)])
    }
}

impl FromText for AuthenticationProtocol {
    const EXAMPLE: &'static str = "\"SHA-256\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(
            text,
            &[
                ("SHA-256", Self::Sha256),
                ("SHA-1", Self::Sha1),
                ("SHA-224", Self::Sha224),
                ("SHA-384", Self::Sha384),
                ("SHA-512", Self::Sha512),
                ("MD5", Self::Md5),
            ],
        )
    }
}

impl FromText for PrivacyProtocol {
    const EXAMPLE: &'static str = "\"AES-128\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(
            text,
            &[
                ("AES-128", Self::Aes128),
                ("AES-192", Self::Aes192),
                ("AES-256", Self::Aes256),
                ("AES-192-Cisco", Self::Aes192Cisco),
                ("AES-256-Cisco", Self::Aes256Cisco),
                ("DES", Self::Des),
            ],
        )
    }
}
