//! Which links there are between devices, and how busy each is.
//!
//! An administrator configures through what a device is reached; devices themselves say by LLDP or CDP who is at the other
//! ends of their cables. Both are taken, and merged where they speak of the same two devices.

use std::collections::HashMap;

use super::neighbour::{Directory, readings, text};
use crate::live::DeviceStatus;
use crate::snmp::section::Section;
use crate::snmp::{Interface, InterfaceIndex, Reading};

/// Two devices that are connected.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Link {
    /// Which: places among the devices. Of a configured link the first is the parent.
    pub(super) ends: [usize; 2],
    /// Whether the configuration names it.
    pub(super) is_configured: bool,
    /// How busy it is, if either end counts.
    pub(super) load: Option<Load>,
}

/// Which parts of its speed a link carries, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Load {
    /// From the first end to the second.
    pub(super) forth: f64,
    /// From the second end to the first.
    pub(super) back: f64,
}

/// What goes through the cables of a link as one end counts it, in bits a second.
#[derive(Debug, Clone, Default)]
struct Gauge {
    counted: Vec<InterfaceIndex>,
    received: f64,
    sent: f64,
    speed: f64,
}

/// The links by the two devices that they connect.
#[derive(Default)]
struct Links {
    links: Vec<Link>,
    gauges: Vec<[Gauge; 2]>,
    places: HashMap<(usize, usize), usize>,
}

/// Every link between two of the devices, each once. The configured ones come first, and of each device in the order in
/// which its parents are configured.
pub(super) fn links(devices: &[&DeviceStatus]) -> Vec<Link> {
    let names: HashMap<&str, usize> =
        devices.iter().enumerate().map(|(place, device)| (device.name.as_str(), place)).collect();
    let mut links = Links::default();
    for (place, device) in devices.iter().enumerate() {
        for parent in device.parents.iter().filter_map(|parent| names.get(parent.as_str())) {
            links.between(*parent, place, true);
        }
    }
    let directory = Directory::new(devices);
    for (place, device) in devices.iter().enumerate() {
        for reading in readings(device) {
            for row in reading.rows(Section::NEIGHBOURS) {
                let Some(link) = directory.find(row).and_then(|other| links.between(place, other, false)) else {
                    continue;
                };
                let interface = text(row, Section::NEIGHBOURS, "local_interface");
                if let Some(interface) = interface.and_then(|name| interface_called(reading, name)) {
                    links.count(link, place, reading, interface);
                }
            }
        }
    }
    let Links { mut links, gauges, .. } = links;
    for (link, gauges) in links.iter_mut().zip(&gauges) {
        link.load = load(gauges);
    }
    links
}

impl Links {
    /// The link between two devices, new or known; none between a device and itself.
    fn between(&mut self, one: usize, other: usize, is_configured: bool) -> Option<usize> {
        if one == other {
            return None;
        }
        let place = *self.places.entry((one.min(other), one.max(other))).or_insert_with(|| {
            self.links.push(Link { ends: [one, other], is_configured, load: None });
            self.gauges.push(Default::default());
            self.links.len() - 1
        });
        Some(place)
    }

    /// Adds one cable of a link, which LLDP and CDP may both have spoken of.
    fn count(&mut self, link: usize, end: usize, reading: &Reading, interface: &Interface) {
        let side = usize::from(self.links[link].ends[0] != end);
        let gauge = &mut self.gauges[link][side];
        let Some((speed, rate)) = interface.speed.zip(reading.rate(interface.index)) else { return };
        if !gauge.counted.contains(&interface.index) {
            gauge.counted.push(interface.index);
            gauge.received += rate.received;
            gauge.sent += rate.sent;
            #[expect(clippy::cast_precision_loss, reason = "a speed, of which a percentage is shown")]
            let speed = speed as f64;
            gauge.speed += speed;
        }
    }
}

/// What the first end counts, else what the second does.
fn load([first, second]: &[Gauge; 2]) -> Option<Load> {
    let share = |part: f64, gauge: &Gauge| (part / gauge.speed).clamp(0.0, 1.0);
    if first.speed > 0.0 {
        Some(Load { forth: share(first.sent, first), back: share(first.received, first) })
    } else if second.speed > 0.0 {
        Some(Load { forth: share(second.received, second), back: share(second.sent, second) })
    } else {
        None
    }
}

/// The interface that LLDP calls so: by its name, else by what an administrator calls it, else by the longer name that the
/// same vendor uses elsewhere (`GigabitEthernet1/0/1` is `Gi1/0/1`).
fn interface_called<'r>(reading: &'r Reading, name: &str) -> Option<&'r Interface> {
    let by = |is_it: &dyn Fn(&Interface) -> bool| reading.interfaces.iter().find(|interface| is_it(interface));
    by(&|interface| *interface.name == *name)
        .or_else(|| by(&|interface| interface.alias.as_deref() == Some(name)))
        .or_else(|| by(&|interface| is_short_for(&interface.name, name) || is_short_for(name, &interface.name)))
}

fn is_short_for(short: &str, long: &str) -> bool {
    let split = |name: &str| name.find(|letter: char| letter.is_ascii_digit());
    let Some(((short, number), (long, long_number))) =
        split(short).map(|at| short.split_at(at)).zip(split(long).map(|at| long.split_at(at)))
    else {
        return false;
    };
    let begins = long.get(..short.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(short));
    !short.is_empty() && number == long_number && begins
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Cable, device, says};
    use super::*;
    use crate::config::DeviceKind::Switch;

    fn shown(devices: &[DeviceStatus]) -> Vec<String> {
        let devices: Vec<&DeviceStatus> = devices.iter().collect();
        let one = |link: &Link| {
            let [one, other] = link.ends.map(|end| devices[end].name.as_str());
            format!("{one} {} {other}", if link.is_configured { "over" } else { "beside" })
        };
        links(&devices).iter().map(one).collect()
    }

    #[test]
    fn what_is_configured_and_what_is_said_is_one_link() {
        let mut devices = vec![device("core", "", Switch, &[]), device("sw", "", Switch, &["core", "gone"])];
        says(&mut devices, 1, &Cable { name: Some("CORE.savivaldybe.lt"), ..Cable::default() });
        says(&mut devices, 0, &Cable { name: Some("sw"), ..Cable::default() });
        assert_eq!(shown(&devices), ["core over sw"]);
    }

    #[test]
    fn a_neighbour_is_found_by_whatever_it_is_called() {
        let by = [
            Cable { name: Some("sw"), ..Cable::default() },
            Cable { name: Some("sw(FOC1234X0YZ)"), ..Cable::default() },
            Cable { chassis: Some("SW.example.lt"), ..Cable::default() },
            Cable { address: Some("10.0.0.2"), ..Cable::default() },
            Cable { chassis: Some("10.0.0.2"), ..Cable::default() },
        ];
        for cable in by {
            let mut devices = vec![device("core", "", Switch, &[]), device("sw", "", Switch, &[])];
            devices[0].address = "10.0.0.1".parse().unwrap();
            devices[1].address = "10.0.0.2".parse().unwrap();
            says(&mut devices, 0, &cable);
            assert_eq!(shown(&devices), ["core beside sw"], "{cable:?}");
        }
    }

    #[test]
    fn who_is_called_like_another_or_is_a_stranger_has_no_link() {
        let mut devices =
            vec![device("core", "", Switch, &[]), device("a", "", Switch, &[]), device("b", "", Switch, &[])];
        for twin in &mut devices[1..] {
            twin.title = "Komutatorius".to_owned();
        }
        for name in ["komutatorius", "core", "svetimas", ""] {
            says(&mut devices, 0, &Cable { name: Some(name), ..Cable::default() });
        }
        assert_eq!(shown(&devices), [""; 0]);
    }

    #[test]
    fn a_link_is_as_busy_as_its_cables_together() {
        let mut devices = vec![device("core", "", Switch, &[]), device("sw", "", Switch, &["core"])];
        let cable = |interface| Cable {
            name: Some("sw"),
            interface: Some(interface),
            speed: 1_000_000_000,
            received: 100e6,
            sent: 500e6,
            ..Cable::default()
        };
        says(&mut devices, 0, &cable("Gi0/1"));
        says(&mut devices, 0, &Cable { sent: 0.0, ..cable("Gi0/2") });
        says(&mut devices, 0, &Cable { is_known: true, ..cable("GigabitEthernet0/2") });
        let refs: Vec<&DeviceStatus> = devices.iter().collect();
        assert_eq!(links(&refs)[0].load, Some(Load { forth: 0.25, back: 0.1 }));
        let mut devices = vec![device("core", "", Switch, &[]), device("sw", "", Switch, &["core"])];
        says(&mut devices, 1, &Cable { name: Some("core"), ..cable("uplink") });
        let refs: Vec<&DeviceStatus> = devices.iter().collect();
        assert_eq!(links(&refs)[0].load, Some(Load { forth: 0.1, back: 0.5 }), "as the other end sees it");
    }

    #[test]
    fn names_of_interfaces_may_be_short() {
        assert!(is_short_for("Gi0/1", "GigabitEthernet0/1"));
        assert!(!is_short_for("Gi0/1", "GigabitEthernet0/11"));
        assert!(!is_short_for("1", "GigabitEthernet1"));
        assert!(!is_short_for("ė1", "e1"));
    }
}
