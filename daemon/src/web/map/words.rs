//! What a map says of devices, sites and links, in the reader's language.

use std::collections::{BTreeMap, HashMap};

use iri_string::percent_encode::PercentEncodedForUri;
use messages::Message;

use super::SpotView;
use super::links::{Link, Load};
use super::scene::{Spot, WITHOUT_SITE};
use crate::config::DeviceKind;
use crate::health::State;
use crate::web::reader::Reader;
use crate::web::standing::Standing;

/// The words of the catalogue that a map says again and again.
pub(super) struct Words<'r> {
    pub(super) reader: &'r Reader,
    standings: BTreeMap<State, Standing>,
    kinds: HashMap<DeviceKind, String>,
    without_site: String,
    said_only: String,
}

impl<'r> Words<'r> {
    pub(super) fn new(reader: &'r Reader) -> Self {
        let kind = |kind: DeviceKind| (kind, reader.text(&format!("device-kind-{}", kind.name())));
        Self {
            reader,
            standings: State::ALL.into_iter().map(|state| (state, Standing::new(reader, state))).collect(),
            kinds: DeviceKind::ALL.iter().copied().map(kind).collect(),
            without_site: reader.text("web-without-site"),
            said_only: reader.text("web-map-said-only"),
        }
    }

    pub(super) fn standing(&self, state: State) -> Standing {
        self.standings.get(&state).cloned().unwrap_or_else(|| Standing::new(self.reader, state))
    }

    pub(super) fn site(&self, site: Option<&str>) -> String {
        site.unwrap_or(&self.without_site).to_owned()
    }

    pub(super) fn title(&self, spot: &Spot) -> String {
        match spot {
            Spot::Device { device, .. } => device.title.clone(),
            Spot::Site { site, .. } => self.site(*site),
        }
    }

    pub(super) fn spot(&self, spot: &Spot) -> SpotView {
        let (title, standing) = (self.title(spot), self.standing(spot.state()));
        match spot {
            Spot::Device { device, is_elsewhere, .. } => SpotView {
                device: Some(device.name.to_string()),
                site: None,
                title,
                standing,
                detail: device.kind.and_then(|kind| self.kinds.get(&kind).cloned()),
                is_elsewhere: *is_elsewhere,
            },
            Spot::Site { site, counts } => {
                let worst = State::ALL.iter().position(|state| *state == spot.state()).unwrap_or(0);
                let message = Message::new("web-map-of")
                    .with("count", count(counts[worst]))
                    .with("all", count(counts.iter().sum()));
                SpotView {
                    device: None,
                    site: Some(code(*site)),
                    title,
                    standing,
                    detail: Some(self.reader.say(&message)),
                    is_elsewhere: false,
                }
            }
        }
    }

    /// How busy a link is, towards the lower end and from it.
    pub(super) fn load(&self, link: &Link, upper: usize) -> Option<(String, String)> {
        let Load { forth, back } = link.load?;
        let (down, up) = if link.ends[0] == upper { (forth, back) } else { (back, forth) };
        Some((self.reader.percent(down), self.reader.percent(up)))
    }

    /// What is to be known of a link.
    pub(super) fn about(&self, link: &Link, upper: usize) -> Option<String> {
        let load = self
            .load(link, upper)
            .map(|(down, up)| self.reader.say(&Message::new("web-map-load").with("down", down).with("up", up)));
        let said = (!link.is_configured).then(|| self.said_only.clone());
        let words: Vec<String> = load.into_iter().chain(said).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }
}

/// A site as addresses write it.
pub(super) fn code(site: Option<&str>) -> String {
    PercentEncodedForUri::unreserve(site.unwrap_or(WITHOUT_SITE)).to_string()
}

/// A number of things in a message.
pub(super) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
