//! What health has to know of the configuration: which checks there are, what each is reached through, and when which of
//! them are expected not to work.
//!
//! A device shows by its *face* whether it can be reached: by its pings, or by all its checks if it has none. All its other checks
//! are reached through its face, and its face is reached through the faces of its parents.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::config::{Check, CheckId, Config, DeviceName, Maintenance, Question};

/// What health has to know of the configuration. Checks are told by their place in it.
#[derive(Debug, Clone)]
pub struct Model {
    pub(super) checks: Vec<Node>,
    places: HashMap<CheckId, usize>,
    /// The faces of devices that are reached through no other, a list a device.
    pub(super) tops: Vec<Vec<usize>>,
    /// The faces of the gateways of this machine.
    pub(super) gateways: Vec<Vec<usize>>,
    pub(super) windows: Vec<Window>,
    pub(super) zone: TimeZone,
}

/// A check among the others.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) check: Arc<Check>,
    /// Of which device, counted in the order of the configuration.
    pub(super) device: usize,
    /// The checks through which it is reached; any one of them suffices.
    pub(super) parents: Vec<usize>,
    /// The checks that are reached through it.
    pub(super) children: Vec<usize>,
}

/// A maintenance window and the checks that it is about.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub(super) maintenance: Maintenance,
    pub(super) checks: Vec<usize>,
}

impl Model {
    /// That of a configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let mut checks: Vec<Node> = Vec::new();
        let mut faces: HashMap<&DeviceName, Vec<usize>> = HashMap::new();
        let mut of_device: Vec<std::ops::Range<usize>> = Vec::new();
        for (place, device) in config.devices.iter().enumerate() {
            let first = checks.len();
            let node = |check: &Arc<Check>| Node {
                check: Arc::clone(check),
                device: place,
                parents: Vec::new(),
                children: Vec::new(),
            };
            checks.extend(device.checks.iter().map(node));
            let all = first..checks.len();
            let pings: Vec<usize> =
                all.clone().filter(|check| matches!(checks[*check].check.question, Question::Icmp(_))).collect();
            faces.insert(&device.name, if pings.is_empty() { all.clone().collect() } else { pings });
            of_device.push(all);
        }
        for (device, all) in config.devices.iter().zip(&of_device) {
            let face = &faces[&device.name];
            let above: Vec<usize> =
                device.parents.iter().filter_map(|parent| faces.get(parent)).flatten().copied().collect();
            for place in all.clone() {
                checks[place].parents = if face.contains(&place) { above.clone() } else { face.clone() };
            }
        }
        for place in 0..checks.len() {
            for parent in checks[place].parents.clone() {
                checks[parent].children.push(place);
            }
        }
        let is_top = |device: &&crate::config::Device| device.parents.is_empty();
        let tops = config.devices.iter().filter(is_top).map(|device| faces[&device.name].clone()).collect();
        let gateways = config.gateways.iter().filter_map(|gateway| faces.get(gateway).cloned()).collect();
        let windows = config.maintenance.iter().map(|maintenance| {
            let concerned = config.devices.iter().zip(&of_device).filter(|(device, _)| maintenance.concerns(device));
            Window { maintenance: maintenance.clone(), checks: concerned.flat_map(|(_, all)| all.clone()).collect() }
        });
        Self {
            windows: windows.collect(),
            places: checks.iter().enumerate().map(|(place, node)| (node.check.id.clone(), place)).collect(),
            checks,
            tops,
            gateways,
            zone: config.time_zone.clone(),
        }
    }

    pub(super) fn place(&self, check: &CheckId) -> Option<usize> {
        self.places.get(check).copied()
    }

    pub(super) fn id(&self, place: usize) -> &CheckId {
        &self.checks[place].check.id
    }
}
