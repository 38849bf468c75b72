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
    /// SNMPv2c (RFC 3584): a password that travels in clear text.
    Community(Secret),
    /// SNMPv3 with the User-based Security Model (RFC 3414), authenticated and encrypted (authPriv).
    User {
        /// securityName.
        name: String,
        /// How messages are signed, and the passphrase for it.
        authentication: (AuthenticationProtocol, Secret),
        /// How messages are encrypted, and the passphrase for it.
        privacy: (PrivacyProtocol, Secret),
    },
}

/// RFC 3414 and RFC 7860.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the standards' own")]
pub enum AuthenticationProtocol {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// RFC 3826, and its widely used extension to longer keys (draft-blumenthal-aes-usm-04).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the standards' own")]
pub enum PrivacyProtocol {
    Aes128,
    Aes192,
    Aes256,
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
        Version::V2c => secret(&mut table, "community", reading).map(Identity::Community),
        Version::V3 => {
            let user: Option<String> = table.required("user");
            let protocol = table.or("authentication", AuthenticationProtocol::Sha256);
            let authentication = passphrase(&mut table, "authentication_passphrase", reading);
            let cipher = table.or("privacy", PrivacyProtocol::Aes128);
            let privacy = passphrase(&mut table, "privacy_passphrase", reading);
            user.zip(authentication.zip(privacy)).map(|(name, (authentication, privacy))| Identity::User {
                name,
                authentication: (protocol, authentication),
                privacy: (cipher, privacy),
            })
        }
    };
    Some(Credential { name: name?, identity: identity? })
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
    V2c,
    V3,
}

impl FromText for Version {
    const EXAMPLE: &'static str = "\"2c\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &[("2c", Self::V2c), ("3", Self::V3)])
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
            ],
        )
    }
}

impl FromText for PrivacyProtocol {
    const EXAMPLE: &'static str = "\"AES-128\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &[("AES-128", Self::Aes128), ("AES-192", Self::Aes192), ("AES-256", Self::Aes256)])
    }
}
