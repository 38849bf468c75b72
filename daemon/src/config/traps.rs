//! `[traps]`: whether devices may notify us, and where.

use std::net::{Ipv6Addr, SocketAddr};

use strict_toml::Table;

/// Where traps and informs are received (RFC 3416, 4.2.6 and 4.2.7), of the communities and users of the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traps {
    /// The address; by default the port of the standard (RFC 3417) on all addresses of both families.
    pub listen: SocketAddr,
}

const PORT: u16 = 162;

/// Reads `[traps]`.
pub(super) fn read(mut table: Table<'_>) -> Traps {
    Traps { listen: table.or("listen", SocketAddr::from((Ipv6Addr::UNSPECIFIED, PORT))) }
}
