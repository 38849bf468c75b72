//! What SNMP agents say of their devices.
//!
//! [`Session`] asks one agent, in the order and manner that it bears. [`profile`] says what the values mean: device
//! profiles are data. [`Reading`] is what one poll brought, [`rates`] turns two readings into rates. Everything an agent
//! sends is hostile until parsed: a wrong type or a missing column leaves a field empty, never a wrong number.

pub mod explain;
mod failure;
mod interfaces;
mod measurements;
mod notification;
pub mod profile;
pub mod rates;
pub mod raw;
mod receiver;
pub mod section;
mod session;
mod walk;

pub use interfaces::{Count, Counters, Interface, InterfaceIndex, OperationalStatus};
pub use measurements::measurements;
pub use notification::{Notification, NotificationKind};
pub use profile::{Datum, Row};
pub use rates::Rate;
pub use receiver::{CannotReceive, Received, Receiver};
pub use section::Section;
pub use session::{Session, Transports};

use std::sync::Arc;
use std::time::Duration;

/// What one poll of an agent brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What the device says of itself as a whole.
    pub system: System,
    /// The interfaces in the agent's order.
    pub interfaces: Vec<Interface>,
    /// What goes through each interface since the reading before; none for the first one. In the order of the interfaces.
    pub rates: Vec<(InterfaceIndex, Rate)>,
    /// Everything else that is known, by section; those without rows are left out.
    pub sections: Vec<(&'static Section, Arc<[Row]>)>,
}

/// What a device says of itself as a whole (SNMPv2-MIB, RFC 3418, section 2, and vendors' own).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct System {
    /// sysDescr: what the device says it is.
    pub description: Option<Arc<str>>,
    /// sysName: what it says it is called.
    pub name: Option<Arc<str>>,
    /// sysLocation: where it says it stands.
    pub location: Option<Arc<str>>,
    /// sysContact: whom it names.
    pub contact: Option<Arc<str>>,
    /// Who made it.
    pub vendor: Option<Arc<str>>,
    /// What the vendor calls it.
    pub model: Option<Arc<str>>,
    /// The vendor's number for this one.
    pub serial_number: Option<Arc<str>>,
    /// The version of its operating system or firmware.
    pub software_version: Option<Arc<str>>,
    /// sysUpTime: since the agent was started; wraps after 497 days.
    pub uptime: Option<Duration>,
    /// snmpEngineBoots: how often the agent was started.
    pub boots: Option<u32>,
}

impl System {
    fn new(row: &Row) -> Self {
        let get = |field: &str| row.get(Section::SYSTEM, field);
        let text = |field: &str| get(field).and_then(Datum::as_text).cloned();
        let seconds = get("uptime_seconds").and_then(Datum::as_number);
        Self {
            description: text("description"),
            name: text("name"),
            location: text("location"),
            contact: text("contact"),
            vendor: text("vendor"),
            model: text("model"),
            serial_number: text("serial_number"),
            software_version: text("software_version"),
            uptime: seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            boots: get("engine_boots").and_then(Datum::as_arc),
        }
    }
}

impl Reading {
    /// The rate of an interface, if two readings could be compared.
    #[must_use]
    pub fn rate(&self, index: InterfaceIndex) -> Option<Rate> {
        self.rates.iter().find(|(found, _)| *found == index).map(|(_, rate)| *rate)
    }

    /// What is known of a section.
    #[must_use]
    pub fn rows(&self, section: &'static Section) -> &[Row] {
        self.sections.iter().find(|(found, _)| *found == section).map_or(&[], |(_, rows)| rows)
    }
}
