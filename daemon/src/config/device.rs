//! Devices: something with an address, and what is asked of it.

use std::net::{IpAddr, Ipv4Addr};

use messages::Message;
use strict_toml::Table;

use super::check::{self, Check};
use super::name::DeviceName;
use super::{Named, Reading};

/// Something with an address.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Unique; stands in addresses of pages, in metrics and in the journal.
    pub name: DeviceName,
    /// What people call it; the name when the configuration has no title.
    pub title: String,
    /// Where it stands: a building, a unit of the municipality.
    pub site: Option<String>,
    /// An address rather than a host name, so that a fault of DNS never looks like a fault of every device.
    pub address: IpAddr,
    /// The questions, at least one.
    pub checks: Vec<Check>,
}

impl Named for Device {
    fn name(&self) -> &str {
        self.name.as_str()
    }
}

/// Reads one `[[device]]`.
pub(super) fn read(mut table: Table<'_>, reading: &Reading<'_>) -> Option<Device> {
    let name: Option<DeviceName> = table.required("name");
    if let Some(name) = &name {
        table.name(format!("[[device]] \"{name}\""));
    }
    let title: Option<String> = table.optional("title");
    let site = table.optional("site");
    let address: Option<IpAddr> = table.required("address");
    let place = table.place_of("checks");
    table.must_exist("checks", "[{ kind = \"icmp\" }]");
    let tables = table.tables("checks");
    if tables.is_empty() {
        return None;
    }
    // Without an address the checks are still read, so that their own mistakes are reported in the same go.
    let asked = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let read: Vec<_> = tables.into_iter().map(|table| check::read(table, name.as_ref(), asked, reading)).collect();
    let checks: Vec<Check> = read.into_iter().collect::<Option<_>>()?;
    for (index, check) in checks.iter().enumerate() {
        if checks[..index].iter().any(|earlier| earlier.id == check.id) {
            table.report(&place, Message::new("config-check-twice").with("name", check.id.check.as_str()));
            return None;
        }
    }
    let (name, address) = name.zip(address)?;
    Some(Device { title: title.unwrap_or_else(|| name.to_string()), name, site, address, checks })
}
