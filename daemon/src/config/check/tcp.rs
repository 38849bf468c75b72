//! `kind = "tcp"`.

use std::net::{IpAddr, SocketAddr};

use strict_toml::Table;

use super::Reading;

/// A TCP connection, and what the other side says first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tcp {
    /// Where.
    pub target: SocketAddr,
    /// Text that must be among the first octets that the other side sends by itself; none: nothing is waited for.
    pub banner: Option<String>,
}

impl Tcp {
    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, _: &Reading<'_>) -> Option<(Self, String)> {
        let port: Option<u16> = table.required("port");
        let banner = table.optional("banner");
        let port = port?;
        Some((Self { target: SocketAddr::new(address, port), banner }, format!("tcp-{port}")))
    }
}
