//! `kind = "snmp"`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use strict_toml::Table;

use super::super::credential::Credential;
use super::super::name::CredentialName;
use super::Reading;

/// The port of SNMP agents (RFC 3417).
pub const SNMP_PORT: u16 = 161;

/// What an SNMP agent says of its device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snmp {
    /// Where.
    pub target: SocketAddr,
    /// As whom.
    pub credential: Arc<Credential>,
}

impl Snmp {
    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, reading: &Reading<'_>) -> Option<(Self, String)> {
        let port = table.or("port", SNMP_PORT);
        let wanted: CredentialName = table.required("credential")?;
        let known = reading.credentials;
        let Some(credential) = known.iter().find(|credential| credential.name == wanted) else {
            let known = known.iter().map(|credential| credential.name.as_str());
            let message = super::super::unknown_name("config-unknown-credential", wanted.as_str(), known);
            table.report(&table.place_of("credential"), message);
            return None;
        };
        let credential = Arc::clone(credential);
        Some((Self { target: SocketAddr::new(address, port), credential }, "snmp".to_owned()))
    }
}
