//! What a map shows: devices, or whole sites when there are too many devices for one picture.

use std::collections::HashMap;

use super::links::{Link, links};
use super::order::Collated;
use super::tree::Tie;
use crate::config::DeviceKind;
use crate::health::State;
use crate::live::{DeviceStatus, Status};

/// More are not drawn on one map, but their sites.
pub(super) const MOST_DEVICES: usize = 300;

/// What the address of a map calls the devices that have no site.
pub(super) const WITHOUT_SITE: &str = "-";

/// What is drawn, in the order in which people look for it: by site, then by name.
#[derive(Debug, Clone)]
pub(super) struct Scene<'s> {
    pub(super) spots: Vec<Spot<'s>>,
    pub(super) links: Vec<Link>,
}

/// Something that is drawn.
#[derive(Debug, Clone)]
pub(super) enum Spot<'s> {
    Device {
        device: &'s DeviceStatus,
        state: State,
        /// Whether it is not at the chosen site, but what is there is reached through it.
        is_elsewhere: bool,
    },
    Site {
        site: Option<&'s str>,
        /// How many devices are in which state, in the order of [`State::ALL`].
        counts: [usize; State::ALL.len()],
    },
}

impl<'s> Scene<'s> {
    /// Everything: the devices, or if there are too many, their sites.
    pub(super) fn whole(status: &'s Status) -> Self {
        let devices = sorted(status);
        let is_one_place = devices.first().map(|device| &device.site) == devices.last().map(|device| &device.site);
        let links = links(&devices);
        if devices.len() > MOST_DEVICES && !is_one_place {
            return Self::of_sites(&devices, &links);
        }
        let spots = devices.into_iter().map(|device| Spot::of(device, false)).collect();
        Self { spots, links }
    }

    /// The devices at one site, and those elsewhere that they are configured to be reached through; none if there are
    /// no devices at it.
    pub(super) fn at(status: &'s Status, site: &str) -> Option<Self> {
        let devices = sorted(status);
        let site = Some(site).filter(|site| *site != WITHOUT_SITE);
        let is_there = |device: usize| devices[device].site.as_deref() == site;
        let mut links = links(&devices);
        let mut is_shown: Vec<bool> = (0..devices.len()).map(is_there).collect();
        if !is_shown.contains(&true) {
            return None;
        }
        links.retain(|link| is_there(link.ends[1]) && (link.is_configured || is_there(link.ends[0])));
        for link in &links {
            is_shown[link.ends[0]] = true;
        }
        let mut places: Vec<usize> = vec![0; devices.len()];
        let mut spots = Vec::new();
        for (place, device) in devices.iter().enumerate().filter(|(place, _)| is_shown[*place]) {
            places[place] = spots.len();
            spots.push(Spot::of(device, !is_there(place)));
        }
        for link in &mut links {
            link.ends = link.ends.map(|end| places[end]);
        }
        Some(Self { spots, links })
    }

    fn of_sites(devices: &[&'s DeviceStatus], links: &[Link]) -> Self {
        let mut spots: Vec<Spot<'s>> = Vec::new();
        let mut place_of: Vec<usize> = Vec::with_capacity(devices.len());
        for part in devices.chunk_by(|one, other| one.site == other.site) {
            place_of.extend(part.iter().map(|_| spots.len()));
            let states: Vec<State> = part.iter().map(|device| device.state()).collect();
            let counts = State::ALL.map(|state| states.iter().filter(|found| **found == state).count());
            spots.push(Spot::Site { site: part[0].site.as_deref(), counts });
        }
        // How many configured and how many other links lead from one site to another.
        let mut between: HashMap<[usize; 2], [usize; 2]> = HashMap::new();
        for link in links {
            let ends = link.ends.map(|end| place_of[end]);
            if ends[0] != ends[1] {
                between.entry(ends).or_default()[usize::from(!link.is_configured)] += 1;
            }
        }
        let counted = |ends: [usize; 2]| between.get(&ends).copied().unwrap_or_default();
        let mut links: Vec<Link> = between
            .keys()
            .filter(|[one, other]| {
                // Of both ways the one that more are configured to be reached by.
                let (forth, back) = (counted([*one, *other]), counted([*other, *one]));
                forth > back || (forth == back && one < other)
            })
            .map(|ends| Link { ends: *ends, is_configured: counted(*ends)[0] > 0, load: None })
            .collect();
        links.sort_by_key(|link| (!link.is_configured, link.ends));
        Self { spots, links }
    }

    /// The links as the tree wants them.
    pub(super) fn ties(&self) -> Vec<Tie> {
        self.links.iter().map(|link| Tie { ends: link.ends, is_firm: link.is_configured }).collect()
    }

    /// How likely each is the root of its network: what leads out of it is more so, what uses it less.
    pub(super) fn ranks(&self) -> Vec<u8> {
        let rank = |spot: &Spot| match spot {
            Spot::Site { .. } => 0,
            Spot::Device { device, .. } => match device.kind {
                Some(DeviceKind::Router | DeviceKind::Firewall) => 0,
                Some(DeviceKind::Switch) | None => 1,
                Some(_) => 2,
            },
        };
        self.spots.iter().map(rank).collect()
    }

    /// The site of each as a number, ascending.
    pub(super) fn sites(&self) -> Vec<usize> {
        let mut number = 0;
        let mut sites = Vec::with_capacity(self.spots.len());
        for (place, spot) in self.spots.iter().enumerate() {
            // Sites that are drawn themselves stand nowhere.
            let is_new = |before: &Spot| matches!(spot, Spot::Device { .. }) && before.site() != spot.site();
            if place.checked_sub(1).is_some_and(|before| is_new(&self.spots[before])) {
                number += 1;
            }
            sites.push(number);
        }
        sites
    }
}

impl<'s> Spot<'s> {
    fn of(device: &'s DeviceStatus, is_elsewhere: bool) -> Self {
        Self::Device { device, state: device.state(), is_elsewhere }
    }

    /// Where it stands, or what it is.
    pub(super) fn site(&self) -> Option<&'s str> {
        match self {
            Self::Device { device, .. } => device.site.as_deref(),
            Self::Site { site, .. } => *site,
        }
    }

    /// What is shown of it: of a site the worst state.
    pub(super) fn state(&self) -> State {
        match self {
            Self::Device { state, .. } => *state,
            Self::Site { counts, .. } => found(counts).next_back().unwrap_or(State::Unknown),
        }
    }

    /// Whether nothing gets there: to a site, to none of its devices.
    pub(super) fn is_cut_off(&self) -> bool {
        let best = match self {
            Self::Device { state, .. } => *state,
            Self::Site { counts, .. } => found(counts).next().unwrap_or(State::Unknown),
        };
        matches!(best, State::Down | State::Unreachable)
    }
}

/// The states that any device is in, from better to worse.
fn found(counts: &[usize; State::ALL.len()]) -> impl DoubleEndedIterator<Item = State> {
    State::ALL.into_iter().zip(counts).filter(|(_, count)| **count > 0).map(|(state, _)| state)
}

/// By site, those without one last, then by name.
fn sorted(status: &Status) -> Vec<&DeviceStatus> {
    let mut sites: HashMap<&str, Collated> = HashMap::new();
    for site in status.devices.iter().filter_map(|device| device.site.as_deref()) {
        sites.entry(site).or_insert_with(|| Collated::new(site));
    }
    let mut devices: Vec<_> = status
        .devices
        .iter()
        .map(|device| {
            let site = device.site.as_deref();
            let site = site.map(|site| (sites.get(site), site));
            ((site.is_none(), site, Collated::new(&device.title), &device.name), device)
        })
        .collect();
    devices.sort_by(|(one, _), (other, _)| one.cmp(other));
    devices.into_iter().map(|(_, device)| device).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::municipality;
    use super::*;

    fn titles(scene: &Scene) -> Vec<String> {
        let title = |spot: &Spot| match spot {
            Spot::Device { device, is_elsewhere, .. } => {
                format!("{}{}", device.title, if *is_elsewhere { " elsewhere" } else { "" })
            }
            Spot::Site { site, counts } => format!("{} {}", site.unwrap_or("-"), counts.iter().sum::<usize>()),
        };
        scene.spots.iter().map(title).collect()
    }

    #[test]
    fn a_site_is_shown_with_what_it_is_reached_through() {
        let status = municipality(3, 2);
        let scene = Scene::at(&status, "Seniūnija 1").unwrap();
        assert_eq!(titles(&scene), ["core elsewhere", "ap-1-0", "ap-1-1", "sw-1"]);
        let ends: Vec<_> = scene.links.iter().map(|link| link.ends).collect();
        assert_eq!(ends, [[3, 1], [3, 2], [0, 3]]);
        assert!(Scene::at(&status, "Seniūnija 9").is_none());
        assert!(Scene::at(&status, WITHOUT_SITE).is_none());
    }

    #[test]
    fn too_many_devices_become_their_sites() {
        let mut status = municipality(3, 120);
        status.devices[2].checks[0].state = State::Down;
        let scene = Scene::whole(&status);
        assert_eq!(titles(&scene), ["Rotušė 1", "Seniūnija 0 121", "Seniūnija 1 121", "Seniūnija 2 121"]);
        assert_eq!(scene.spots[1].state(), State::Down);
        assert!(!scene.spots[1].is_cut_off());
        assert!(scene.links.iter().all(|link| link.ends[0] == 0 && link.is_configured));
    }

    #[test]
    fn devices_that_have_no_sites_are_all_drawn() {
        let mut status = municipality(3, 120);
        status.devices.iter_mut().for_each(|device| device.site = None);
        assert_eq!(Scene::whole(&status).spots.len(), 364);
    }
}
