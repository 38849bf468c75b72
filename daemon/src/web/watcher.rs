//! The page of what is wrong with the watching itself: its configuration, its punctuality, its channels, its disk.

use std::path::Path;

use jiff::Timestamp;
use messages::Message;
use serde::Serialize;

use super::overview::{RefusedView, overload};
use super::reader::{Reader, When};
use super::standing::{Figure, IncidentView, Standing};
use crate::health::{State, Subject};
use crate::live::{Route, Status};

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WatcherPage {
    /// Incidents about the watcher.
    pub incidents: Vec<IncidentView>,
    /// Why what happened cannot be written down, if it cannot.
    pub unwritten: Option<String>,
    /// What is wrong with a new configuration that is not used.
    pub refused: Option<RefusedView>,
    /// That more is due than this machine can do, if it is.
    pub overload: Option<String>,
    /// What else is to be known.
    pub figures: Vec<Figure>,
    /// How the channels by which people are told do.
    pub channels: Vec<ChannelRow>,
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelRow {
    /// Its name.
    pub name: String,
    /// Whether it works.
    pub standing: Standing,
    /// How many letters wait.
    pub waiting: usize,
    /// When one was delivered last.
    pub delivered: Option<When>,
    /// Why none can be.
    pub failing: Option<String>,
    /// Since when.
    pub since: Option<When>,
}

/// The disk that the journal is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    free: u64,
    size: u64,
}

impl Disk {
    /// That of a folder; none if the system does not say.
    #[must_use]
    pub fn of(folder: &Path) -> Option<Self> {
        let found = rustix::fs::statvfs(folder).ok()?;
        Some(Self { free: found.f_bavail * found.f_frsize, size: found.f_blocks * found.f_frsize })
    }
}

impl WatcherPage {
    /// What is known right now.
    #[must_use]
    pub fn new(reader: &Reader, status: &Status, disk: Option<Disk>, started: Timestamp) -> Self {
        let of_watcher = status.incidents.iter().filter(|incident| matches!(incident.subject, Subject::Watcher { .. }));
        Self {
            incidents: of_watcher.map(|incident| IncidentView::new(reader, status, incident)).collect(),
            unwritten: status.unwritten.clone(),
            refused: status.refused.as_ref().map(|refused| RefusedView::new(reader, refused)),
            overload: overload(reader, status),
            figures: figures(reader, status, disk, started),
            channels: status.outbox.iter().map(|(name, route)| ChannelRow::new(reader, name.as_str(), route)).collect(),
        }
    }
}

fn figures(reader: &Reader, status: &Status, disk: Option<Disk>, started: Timestamp) -> Vec<Figure> {
    let figure = |key: &str, value: String| Figure { label: reader.text(key), value };
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let checks = status.devices.iter().map(|device| device.checks.len()).sum();
    let watched = Message::new("web-watched-words")
        .with("devices", count(status.devices.len()))
        .with("checks", count(checks))
        .with("jobs", count(status.jobs.len()));
    let mut figures = vec![
        figure("web-version", env!("CARGO_PKG_VERSION").to_owned()),
        figure("web-sqlite", rusqlite::version().to_owned()),
        figure("web-started", reader.when(started).relative),
        figure("web-watched", reader.say(&watched)),
    ];
    if let Some(lateness) = status.lateness {
        figures.push(figure("web-late-half", reader.seconds(lateness.median.as_secs_f64())));
        figures.push(figure("web-late-p99", reader.seconds(lateness.p99.as_secs_f64())));
        figures.push(figure("web-skipped", lateness.skipped.to_string()));
    }
    if let Some(Disk { free, size }) = disk {
        let of = Message::new("web-disk-words").with("free", reader.octets(free)).with("size", reader.octets(size));
        figures.push(figure("web-disk", reader.say(&of)));
    }
    figures
}

impl ChannelRow {
    fn new(reader: &Reader, name: &str, route: &Route) -> Self {
        let (state, key) = match (&route.failing, route.delivered) {
            (Some(_), _) => (State::Down, "web-channel-fails"),
            (None, Some(_)) => (State::Up, "web-channel-works"),
            (None, None) => (State::Unknown, "web-channel-unused"),
        };
        Self {
            name: name.to_owned(),
            standing: Standing::saying(state, reader.text(key)),
            waiting: route.waiting,
            delivered: route.delivered.map(|at| reader.when(at)),
            failing: route.failing.as_ref().map(|failing| failing.answer.clone()),
            since: route.failing.as_ref().map(|failing| reader.when(failing.since)),
        }
    }
}
