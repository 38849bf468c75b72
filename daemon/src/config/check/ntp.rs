//! `kind = "ntp"`.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use strict_toml::Table;

use super::{Reading, within};

/// The time of a server (RFC 5905), asked for as a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ntp {
    /// Which server.
    pub target: SocketAddr,
    /// How far its clock may be from ours.
    pub offset: Duration,
}

impl Ntp {
    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, _: &Reading<'_>) -> Option<(Self, String)> {
        let port = table.or("port", 123);
        let offset = table.or("offset", Duration::from_millis(500));
        let good = within(table, "offset", !offset.is_zero(), "config-ntp-offset");
        good.then(|| (Self { target: SocketAddr::new(address, port), offset }, "ntp".to_owned()))
    }
}
