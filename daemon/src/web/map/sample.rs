//! Made-up networks for tests.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::config::{CheckId, DeviceKind};
use crate::health::State;
use crate::live::{CheckStatus, DeviceStatus, Status};
use crate::probe::{Answer, Observation};
use crate::snmp::profile::Row;
use crate::snmp::section::Section;
use crate::snmp::{Counters, Interface, InterfaceIndex, OperationalStatus, Rate, Reading, System};

/// A cable as the device at one end speaks of it.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::web) struct Cable {
    pub(in crate::web) name: Option<&'static str>,
    pub(in crate::web) chassis: Option<&'static str>,
    pub(in crate::web) address: Option<&'static str>,
    pub(in crate::web) interface: Option<&'static str>,
    /// Whether the interface is one that was added before, under another name.
    pub(in crate::web) is_known: bool,
    pub(in crate::web) speed: u64,
    pub(in crate::web) received: f64,
    pub(in crate::web) sent: f64,
}

/// A device that is up and whose agent has said nothing but that it is there.
pub(in crate::web) fn device(name: &str, site: &str, kind: DeviceKind, parents: &[&str]) -> DeviceStatus {
    let id = CheckId { device: name.parse().unwrap(), check: "snmp".parse().unwrap() };
    let (system, interfaces) = (System::default(), Vec::new());
    let reading = Reading { system, interfaces, rates: Vec::new(), sections: Vec::new() };
    let answer = Answer { reading: Some(Arc::new(reading)), ..Answer::good(Vec::new()) };
    let at: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
    let check = CheckStatus {
        kind: "snmp",
        interval: Duration::from_secs(30),
        state: State::Up,
        since: Some(at),
        incident: None,
        last: Some(Observation { check: id.clone(), at, answer }),
        id,
    };
    DeviceStatus {
        name: name.parse().unwrap(),
        title: name.to_owned(),
        site: Some(site.to_owned()).filter(|site| !site.is_empty()),
        kind: Some(kind),
        groups: Vec::new(),
        parents: parents.iter().map(|parent| parent.parse().unwrap()).collect(),
        address: "192.0.2.1".parse().unwrap(),
        checks: vec![check],
    }
}

/// Lets a device speak of a neighbour.
pub(in crate::web) fn says(devices: &mut [DeviceStatus], device: usize, cable: &Cable) {
    let last = devices[device].checks[0].last.as_mut().unwrap();
    let reading = Arc::make_mut(last.answer.reading.as_mut().unwrap());
    if let Some(name) = cable.interface
        && !cable.is_known
    {
        let index = InterfaceIndex(u32::try_from(reading.interfaces.len()).unwrap() + 1);
        reading.interfaces.push(Interface {
            index,
            name: name.into(),
            alias: None,
            speed: Some(cable.speed),
            status: OperationalStatus::Up,
            counters: Counters::default(),
            discontinuity: None,
        });
        reading.rates.push((index, Rate { received: cable.received, sent: cable.sent, ..Rate::default() }));
    }
    let said = [
        ("local_interface", cable.interface),
        ("name", cable.name),
        ("chassis", cable.chassis),
        ("address", cable.address),
    ];
    let said: Vec<(&str, &str)> = said.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
    knows(&mut devices[device], Section::NEIGHBOURS, &said);
}

/// Lets a device know one more thing.
pub(in crate::web) fn knows(device: &mut DeviceStatus, section: &'static Section, row: &[(&str, &str)]) {
    let last = device.checks[0].last.as_mut().unwrap();
    let reading = Arc::make_mut(last.answer.reading.as_mut().unwrap());
    let mut rows = reading.rows(section).to_vec();
    rows.push(Row::of_texts(section, row));
    reading.sections.retain(|(known, _)| *known != section);
    reading.sections.push((section, rows.into()));
}

/// A municipality of sites with a switch and so many things on it, all in one core.
pub(in crate::web) fn municipality(sites: usize, things: usize) -> Status {
    let mut devices = vec![device("core", "Rotušė", DeviceKind::Router, &[])];
    for site in 0..sites {
        let (place, switch) = (format!("Seniūnija {site}"), format!("sw-{site}"));
        devices.push(device(&switch, &place, DeviceKind::Switch, &["core"]));
        for thing in 0..things {
            let name = format!("ap-{site}-{thing}");
            devices.push(device(&name, &place, DeviceKind::AccessPoint, &[&switch]));
        }
        let place = devices.len() - 1 - things;
        let cable = Cable { name: Some("core"), speed: 1_000_000_000, received: 3e8, sent: 5e7, ..Cable::default() };
        says(&mut devices, place, &Cable { interface: Some("Gi0/1"), ..cable });
    }
    Status::new(devices)
}
