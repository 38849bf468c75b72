//! The page for the screen on the wall: large enough to be read across the room, and nothing that has to be touched.

use serde::Serialize;

use super::overview::{Count, headline};
use super::reader::Reader;
use super::standing::{IncidentView, Standing};
use crate::health::{Incident, State};
use crate::live::Status;

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WallPage {
    /// Whether everything is well, in one sentence.
    pub headline: Standing,
    /// How many devices are in which state.
    pub counts: Vec<Count>,
    /// What is broken, the worst first.
    pub incidents: Vec<IncidentView>,
    /// How many more there are.
    pub more: usize,
    /// Every site, with the worst state there.
    pub sites: Vec<SiteTile>,
}

/// A site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SiteTile {
    /// What people call it.
    pub title: String,
    /// The worst of its devices, but for maintenance.
    pub standing: Standing,
    /// How many devices are up.
    pub up: usize,
    /// How many there are.
    pub all: usize,
}

/// What fits on a screen.
const MOST: usize = 8;

impl WallPage {
    /// What is known right now.
    #[must_use]
    pub fn new(reader: &Reader, status: &Status) -> Self {
        let mut incidents: Vec<&Incident> = status.incidents.iter().collect();
        incidents.sort_by_key(|incident| (std::cmp::Reverse(incident.severity), std::cmp::Reverse(incident.id)));
        Self {
            headline: headline(reader, status),
            counts: Count::all(reader, status.devices.iter().map(crate::live::DeviceStatus::state)),
            more: incidents.len().saturating_sub(MOST),
            incidents: incidents
                .iter()
                .take(MOST)
                .map(|incident| IncidentView::new(reader, status, incident))
                .collect(),
            sites: sites(reader, status),
        }
    }
}

fn sites(reader: &Reader, status: &Status) -> Vec<SiteTile> {
    let mut tiles: Vec<(Option<&str>, State, usize, usize)> = Vec::new();
    for device in &status.devices {
        let (site, state) = (device.site.as_deref(), device.state());
        let place = tiles.iter().position(|(found, ..)| *found == site).unwrap_or_else(|| {
            tiles.push((site, State::Up, 0, 0));
            tiles.len() - 1
        });
        let (_, worst, up, all) = &mut tiles[place];
        *worst = (*worst).max(state);
        *up += usize::from(state == State::Up);
        *all += 1;
    }
    tiles.sort_by_key(|(site, worst, ..)| (std::cmp::Reverse(*worst), site.is_none()));
    let tile = |(site, worst, up, all): (Option<&str>, State, usize, usize)| SiteTile {
        title: site.map_or_else(|| reader.text("web-without-site"), str::to_owned),
        standing: Standing::new(reader, worst),
        up,
        all,
    };
    tiles.into_iter().map(tile).collect()
}
