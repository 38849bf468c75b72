//! Whom a neighbour that LLDP or CDP speaks of is: found among the devices by MAC address, IP address or name.
//!
//! A MAC address is certain, an address that the configuration names nearly so; names come last, because people give one
//! twice. What two devices claim belongs to neither: no link is better than a wrong one.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;

use crate::live::DeviceStatus;
use crate::snmp::Reading;
use crate::snmp::profile::{Datum, Row};
use crate::snmp::section::Section;

/// Finds devices by what their neighbours call them.
#[derive(Debug, Default)]
pub(super) struct Directory {
    macs: Claims<String>,
    configured: Claims<IpAddr>,
    own: Claims<IpAddr>,
    names: Claims<String>,
    /// Names without their domain.
    hosts: Claims<String>,
}

/// Who is called so; none if two are.
#[derive(Debug)]
struct Claims<K>(HashMap<K, Option<usize>>);

impl<K> Default for Claims<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> Claims<K> {
    fn claim(&mut self, key: K, device: usize) {
        let owner = self.0.entry(key).or_insert(Some(device));
        if *owner != Some(device) {
            *owner = None;
        }
    }

    fn find<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<usize>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.0.get(key).copied().flatten()
    }
}

impl Directory {
    /// What is known of these devices, each called by its place.
    pub(super) fn new(devices: &[&DeviceStatus]) -> Self {
        let mut directory = Self::default();
        for (place, device) in devices.iter().enumerate() {
            directory.configured.claim(device.address, place);
            directory.call(place, device.name.as_str());
            directory.call(place, &device.title);
            for reading in readings(device) {
                directory.read(place, reading);
            }
        }
        for reading in devices.iter().flat_map(|device| readings(device)) {
            directory.learn(reading);
        }
        directory
    }

    fn call(&mut self, device: usize, name: &str) {
        let name = name.trim().to_lowercase();
        self.hosts.claim(host(&name).to_owned(), device);
        self.names.claim(name, device);
    }

    /// What a device says of itself.
    fn read(&mut self, device: usize, reading: &Reading) {
        if let Some(name) = &reading.system.name {
            self.call(device, name);
        }
        for row in reading.rows(Section::ADDRESSES) {
            let address: Option<IpAddr> = text(row, Section::ADDRESSES, "address").and_then(|text| text.parse().ok());
            // Everybody has a loopback address.
            if let Some(address) = address.filter(|address| !address.is_loopback()) {
                self.own.claim(address, device);
            }
        }
        for row in reading.rows(Section::FORWARDING) {
            let of = |field| text(row, Section::FORWARDING, field);
            if let (Some("self"), Some(mac)) = (of("status"), of("address")) {
                self.macs.claim(mac.to_lowercase(), device);
            }
        }
    }

    /// What a device says of others: which MAC address an IP address has.
    fn learn(&mut self, reading: &Reading) {
        for row in reading.rows(Section::ARP) {
            let of = |field| text(row, Section::ARP, field);
            let known = of("address").and_then(|text| text.parse().ok()).and_then(|address| self.at(address));
            if let (Some(device), Some(mac)) = (known, of("physical_address")) {
                self.macs.claim(mac.to_lowercase(), device);
            }
        }
    }

    fn at(&self, address: IpAddr) -> Option<usize> {
        self.configured.find(&address).or_else(|| self.own.find(&address))
    }

    /// The device that a row of [`Section::NEIGHBOURS`] speaks of.
    pub(super) fn find(&self, row: &Row) -> Option<usize> {
        let of = |field| text(row, Section::NEIGHBOURS, field).map(|text| text.trim().to_lowercase());
        let (chassis, name) = (of("chassis"), of("name"));
        let as_address = |text: Option<&str>| text?.parse().ok().and_then(|address| self.at(address));
        let by_mac = chassis.as_ref().and_then(|chassis| self.macs.find(chassis.as_str()));
        let by_address = || as_address(of("address").as_deref()).or_else(|| as_address(chassis.as_deref()));
        let called = || [&name, &chassis].into_iter().flatten().map(|name| without_serial(name));
        by_mac
            .or_else(by_address)
            .or_else(|| called().find_map(|name| self.names.find(name)))
            .or_else(|| called().find_map(|name| self.hosts.find(host(name))))
    }
}

/// Every reading of a device, mostly one.
pub(super) fn readings(device: &DeviceStatus) -> impl Iterator<Item = &Reading> {
    device.checks.iter().filter_map(|check| check.last.as_ref()?.answer.reading.as_deref())
}

/// The text of a field.
pub(super) fn text<'r>(row: &'r Row, section: &'static Section, field: &str) -> Option<&'r str> {
    row.get(section, field).and_then(Datum::as_text).map(|text| &**text)
}

/// A name without its domain. An address has none.
fn host(name: &str) -> &str {
    let is_address = name.parse::<IpAddr>().is_ok();
    name.split_once('.').filter(|_| !is_address).map_or(name, |(host, _)| host)
}

/// CDP of some devices says `name(SERIAL)`.
fn without_serial(name: &str) -> &str {
    name.split_once('(').map(|(name, _)| name.trim_end()).filter(|name| !name.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{device, knows};
    use super::*;
    use crate::config::DeviceKind::Switch;

    fn found(devices: &[DeviceStatus], said: &[(&str, &str)]) -> Option<usize> {
        let devices: Vec<&DeviceStatus> = devices.iter().collect();
        Directory::new(&devices).find(&Row::of_texts(Section::NEIGHBOURS, said))
    }

    /// Three of the same name, told apart by the addresses that one of them and a router know.
    fn twins() -> Vec<DeviceStatus> {
        let mut devices: Vec<_> = ["router", "a", "b", "c"].map(|name| device(name, "", Switch, &[])).into();
        for (place, device) in devices.iter_mut().enumerate() {
            device.title = "Komutatorius".to_owned();
            device.address = format!("10.0.0.{place}").parse().unwrap();
        }
        let arp = [("address", "10.0.0.1"), ("physical_address", "02:00:00:00:00:01")];
        knows(&mut devices[0], Section::ARP, &arp);
        knows(&mut devices[2], Section::FORWARDING, &[("address", "02:00:00:00:00:02"), ("status", "self")]);
        knows(&mut devices[2], Section::FORWARDING, &[("address", "02:00:00:00:00:07"), ("status", "learned")]);
        knows(&mut devices[3], Section::ADDRESSES, &[("address", "192.168.1.3")]);
        devices
    }

    #[test]
    fn a_mac_address_is_known_from_neighbours_or_from_the_device_itself() {
        let mac = |mac| found(&twins(), &[("chassis", mac), ("name", "Komutatorius")]);
        assert_eq!(mac("02:00:00:00:00:01"), Some(1));
        assert_eq!(mac("02:00:00:00:00:02"), Some(2));
        assert_eq!(mac("02:00:00:00:00:07"), None, "what a switch has learned is not its own");
    }

    #[test]
    fn an_address_counts_before_a_name() {
        assert_eq!(found(&twins(), &[("address", "192.168.1.3"), ("name", "a")]), Some(3));
        assert_eq!(found(&twins(), &[("address", "192.168.1.9"), ("name", "A")]), Some(1));
    }
}
