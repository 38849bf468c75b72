//! Devices: something with an address, and what is asked of it.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use messages::Message;
use strict_toml::{FromText, Problem, Problems, Table, choose};

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
    /// What it is.
    pub kind: Option<DeviceKind>,
    /// The devices through which it is reached; any one of them suffices.
    pub parents: Vec<DeviceName>,
    /// Names of what it belongs to beside its site, such as a network or a contract.
    pub groups: Vec<String>,
    /// An address rather than a host name, so that a fault of DNS never looks like a fault of every device.
    pub address: IpAddr,
    /// The questions, at least one.
    pub checks: Vec<Arc<Check>>,
}

macro_rules! device_kinds {
    ($($kind:ident $name:literal)*) => {
        /// What a device is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum DeviceKind {
            $($kind,)*
        }

        impl DeviceKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// As in the configuration and in keys of the message catalogue.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }

        impl FromText for DeviceKind {
            const EXAMPLE: &'static str = "\"switch\"";

            fn from_text(text: &str) -> Result<Self, Message> {
                choose(text, &[$(($name, Self::$kind),)*])
            }
        }
    };
}

device_kinds! {
    Switch "switch"
    Router "router"
    Firewall "firewall"
    AccessPoint "access-point"
    WirelessController "wireless-controller"
    Server "server"
    Nas "nas"
    Printer "printer"
    Ups "ups"
    Camera "camera"
    Phone "phone"
    Other "other"
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
    let kind = table.optional("kind");
    let parents = table.or("parents", Vec::new());
    let groups = table.or("groups", Vec::new());
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
    let checks: Vec<Arc<Check>> = read.into_iter().map(|check| check.map(Arc::new)).collect::<Option<_>>()?;
    for (index, check) in checks.iter().enumerate() {
        if checks[..index].iter().any(|earlier| earlier.id == check.id) {
            table.report(&place, Message::new("config-check-twice").with("name", check.id.check.as_str()));
            return None;
        }
    }
    let (name, address) = name.zip(address)?;
    let title = title.unwrap_or_else(|| name.to_string());
    Some(Device { title, name, site, kind, parents, groups, address, checks })
}

/// Parents are devices, and nobody is reached through oneself.
pub(super) fn check_parents(devices: &[Device], folder: &Path, problems: &Problems) {
    let parents: HashMap<&str, &[DeviceName]> =
        devices.iter().map(|device| (device.name.as_str(), device.parents.as_slice())).collect();
    let names = devices.iter().map(|device| device.name.as_str());
    for device in devices {
        for parent in device.parents.iter().filter(|parent| !parents.contains_key(parent.as_str())) {
            let message = super::unknown_name("config-unknown-parent", parent.as_str(), names.clone());
            problems.report(Problem::of_file(folder, message.with("device", device.name.as_str())));
        }
        if is_above(device.name.as_str(), device, &parents) {
            let message = Message::new("config-parents-circle").with("device", device.name.as_str());
            problems.report(Problem::of_file(folder, message));
        }
    }
}

/// Gateways are devices.
pub(super) fn check_gateways(gateways: &[DeviceName], devices: &[Device], path: &Path, problems: &Problems) {
    let names = devices.iter().map(|device| device.name.as_str());
    for gateway in gateways.iter().filter(|gateway| devices.iter().all(|device| device.name != **gateway)) {
        problems.report(Problem::of_file(
            path,
            super::unknown_name("config-unknown-gateway", gateway.as_str(), names.clone()),
        ));
    }
}

fn is_above(name: &str, device: &Device, parents: &HashMap<&str, &[DeviceName]>) -> bool {
    let mut seen = HashSet::new();
    let mut left: Vec<&DeviceName> = device.parents.iter().collect();
    while let Some(parent) = left.pop() {
        if parent.as_str() == name {
            return true;
        }
        if seen.insert(parent) {
            left.extend(parents.get(parent.as_str()).copied().unwrap_or_default());
        }
    }
    false
}
