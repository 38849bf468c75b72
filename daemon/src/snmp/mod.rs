//! What SNMP agents say of themselves: the system group (RFC 3418) and the interfaces (RFC 2863).
//!
//! [`Session`] asks, [`Reading`] is what one poll brought, [`rates`] turns two readings into bits a second. Everything an
//! agent sends is hostile until parsed: a wrong type or a missing column leaves a field empty, never a wrong number.

mod interfaces;
pub mod profile;
pub mod rates;
pub mod raw;
pub mod section;
mod session;

pub use interfaces::{Interface, InterfaceIndex, OperationalStatus};
pub use rates::Rate;
pub use session::{Session, Transports};

use std::time::Duration;

/// What one poll of an agent brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The system group.
    pub system: System,
    /// The interfaces in the agent's order.
    pub interfaces: Vec<Interface>,
    /// Bits a second of each interface since the reading before; none for the first one.
    pub rates: Vec<(InterfaceIndex, Rate)>,
}

/// The system group (SNMPv2-MIB, RFC 3418, section 2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct System {
    /// sysDescr: what the device says it is.
    pub description: Option<String>,
    /// sysName: what the device says it is called.
    pub name: Option<String>,
    /// sysLocation: where it says it stands.
    pub location: Option<String>,
    /// sysContact: whom it names.
    pub contact: Option<String>,
    /// sysUpTime: since the agent was started; wraps after 497 days.
    pub uptime: Option<Duration>,
}

impl Reading {
    /// The rate of an interface, if two readings could be compared.
    #[must_use]
    pub fn rate(&self, index: InterfaceIndex) -> Option<Rate> {
        self.rates.iter().find(|(found, _)| *found == index).map(|(_, rate)| *rate)
    }
}
