//! The map: who hangs on whom, as a picture and, for those who do not see it, as a list.
//!
//! [`scene`] says what is shown and how it is connected ([`links`]), [`tree`] what hangs under what, [`layout`] where it
//! stands, [`drawing`] how lines run. All of them are functions of what is known right now: the same knowledge gives the
//! same picture, so that on a wall only what has changed moves. The picture is an SVG that the template writes.

mod drawing;
mod layout;
mod links;
mod neighbour;
mod order;
#[cfg(test)]
pub(in crate::web) mod sample;
mod scene;
mod tree;
mod words;

use messages::Message;
use serde::Serialize;

use self::layout::{About, NODE_HEIGHT, NODE_WIDTH, Picture};
use self::links::{Link, Load};
use self::scene::{Scene, Spot, WITHOUT_SITE};
use self::tree::Tree;
use self::words::{Words, code, count};
use super::overview::Count;
use super::reader::Reader;
use super::standing::Standing;
use crate::health::State;
use crate::live::Status;

/// The page with the map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MapPage {
    /// What it is a map of.
    pub title: String,
    /// Whether it shows one site only.
    pub is_part: bool,
    /// Why it shows sites instead of devices, if it does.
    pub note: Option<String>,
    /// The worst state, for the colour of the page's sign.
    pub state: &'static str,
    /// How many devices are in which state; states without devices are left out.
    pub counts: Vec<Count>,
    /// What the picture is, in words.
    pub label: String,
    /// How wide and how high the picture is.
    pub size: (u32, u32),
    /// How wide and how high each box is.
    pub node_size: (u32, u32),
    /// What stands above groups of boxes.
    pub headings: Vec<HeadingView>,
    /// Lines, those that lead to something that does not work last, so that nothing hides them.
    pub lines: Vec<LineView>,
    /// Boxes.
    pub nodes: Vec<NodeView>,
    /// The same as a list.
    pub items: Vec<Item>,
}

/// What stands above a group of boxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeadingView {
    /// Its left edge.
    pub x: u32,
    /// Where its letters stand.
    pub y: u32,
    /// What it says.
    pub words: String,
    /// What fits in of it.
    pub short: String,
    /// The site, as addresses write it, if it is one.
    pub site: Option<String>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineView {
    /// Which classes of the style sheet it has.
    pub class: String,
    /// What it says to those who point at it.
    pub words: String,
    /// What it shares with others, in SVG path notation.
    pub path: String,
    /// What is its own; none of a line across the tree.
    pub own: Option<String>,
    /// Where its label stands.
    pub middle: (u32, u32),
    /// How busy it is, towards the lower end and from it.
    pub load: Option<(String, String)>,
    /// The sign of the state of what it leads to, if that does not work.
    pub symbol: Option<&'static str>,
}

/// A box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NodeView {
    /// Its left edge.
    pub x: u32,
    /// Its upper edge.
    pub y: u32,
    /// What it is.
    pub spot: SpotView,
    /// What fits in of what people call it.
    pub short: String,
    /// What fits in of what else there is to know.
    pub detail: String,
    /// Everything, for those who point at it.
    pub words: String,
}

/// A device or a site in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpotView {
    /// The name of the device, which stands in the address of its page.
    pub device: Option<String>,
    /// The site, as addresses write it, if it is one.
    pub site: Option<String>,
    /// What people call it.
    pub title: String,
    /// How it stands.
    pub standing: Standing,
    /// The kind of the device, or how many there are at the site.
    pub detail: Option<String>,
    /// Whether it is not at the site of which this is the map.
    pub is_elsewhere: bool,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What it is.
    pub spot: SpotView,
    /// Where it stands.
    pub place: Option<String>,
    /// What is to be known of the link to what it hangs under.
    pub link: Option<String>,
    /// What else it is connected with.
    pub also: Vec<String>,
    /// Whether a list of what hangs under it follows.
    pub opens: bool,
    /// One for each list that ends after it.
    pub closes: Vec<()>,
}

/// Pixels within a box in which one can write.
const ROOM: u32 = NODE_WIDTH - 22;

/// Pixels that a heading may have: more would stand above the next column.
const HEADING_ROOM: u32 = NODE_WIDTH + 40;

impl MapPage {
    /// The map of everything, or of one site.
    ///
    /// # Errors
    /// There is no device at that site.
    pub fn new(reader: &Reader, status: &Status, site: Option<&str>) -> Result<Self, Message> {
        let scene = match site {
            None => Scene::whole(status),
            Some(site) => Scene::at(status, site).ok_or_else(|| Message::new("web-map-no-site").with("site", site))?,
        };
        let words = Words::new(reader);
        let title = match site {
            None => reader.text("web-map"),
            Some(site) => {
                let site = words.site(Some(site).filter(|site| *site != WITHOUT_SITE));
                reader.say(&Message::new("web-map-of-site").with("site", site))
            }
        };
        let shows_sites = matches!(scene.spots.first(), Some(Spot::Site { .. }));
        let all = count(status.devices.len());
        let note = shows_sites.then(|| reader.say(&Message::new("web-map-sites").with("count", all)));
        let label = Message::new("web-map-label").with("title", title.clone()).with("count", count(scene.spots.len()));
        let counts = counts(&scene, &words);
        let tree = Tree::new(&scene.ranks(), &scene.ties());
        let picture = layout::layout(&tree, &scene.sites());
        let spots: Vec<SpotView> = scene.spots.iter().map(|spot| words.spot(spot)).collect();
        Ok(Self {
            title,
            is_part: site.is_some(),
            note,
            state: scene.spots.iter().map(Spot::state).max().unwrap_or(State::Unknown).name(),
            counts,
            label: reader.say(&label),
            size: (picture.width, picture.height),
            node_size: (NODE_WIDTH, NODE_HEIGHT),
            headings: headings(&picture, &scene, &words),
            lines: lines(&picture, &scene, &tree, &words),
            items: items(&scene, &tree, &words, &spots),
            nodes: nodes(&picture, &scene, &words, spots),
        })
    }
}

fn counts(scene: &Scene, words: &Words) -> Vec<Count> {
    let mut counts = [0; State::ALL.len()];
    for spot in &scene.spots {
        match spot {
            Spot::Device { is_elsewhere: true, .. } => {}
            Spot::Device { state, .. } => {
                let place = State::ALL.iter().position(|found| found == state);
                place.into_iter().for_each(|place| counts[place] += 1);
            }
            Spot::Site { counts: here, .. } => counts.iter_mut().zip(here).for_each(|(all, here)| *all += here),
        }
    }
    let found = State::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0);
    found.map(|(state, count)| Count { state: state.name(), standing: words.standing(state), count }).collect()
}

fn headings(picture: &Picture, scene: &Scene, words: &Words) -> Vec<HeadingView> {
    // A single place need not be named, and sites that are boxes name themselves.
    let is_one_place = scene.sites().last().is_none_or(|last| *last == 0);
    let view = |heading: &layout::Heading| {
        let (words, site) = match heading.about {
            About::Unlinked => (words.reader.text("web-map-unlinked"), None),
            About::Site(_) if is_one_place => return None,
            About::Site(node) => {
                let site = scene.spots[node].site();
                (words.site(site), Some(code(site)))
            }
        };
        let short = drawing::shortened(&words, HEADING_ROOM);
        Some(HeadingView { x: heading.x, y: heading.y, words, short, site })
    };
    picture.headings.iter().filter_map(view).collect()
}

fn lines(picture: &Picture, scene: &Scene, tree: &Tree, words: &Words) -> Vec<LineView> {
    let mut lower_of: Vec<Option<usize>> = vec![None; scene.links.len()];
    for (node, branch) in tree.above.iter().enumerate() {
        if let Some(branch) = branch {
            lower_of[branch.tie] = Some(node);
        }
    }
    let view = |(link, lower): (&Link, &Option<usize>)| {
        let place = |node: usize| picture.places[node];
        let (upper, lower, is_across) = match lower {
            Some(lower) if link.ends[0] == *lower => (link.ends[1], *lower, false),
            Some(lower) => (link.ends[0], *lower, false),
            None => (link.ends[0], link.ends[1], true),
        };
        let is_broken = scene.spots[lower].is_cut_off() || (is_across && scene.spots[upper].is_cut_off());
        let (path, own, middle) = if is_across {
            (drawing::crossing(place(upper), place(lower)), None, (0, 0))
        } else {
            let line = drawing::branching(place(upper), place(lower));
            (line.shared, Some(line.own), line.middle)
        };
        let state = scene.spots[lower].state();
        let classes = [
            Some("link"),
            (!link.is_configured).then_some("said"),
            is_across.then_some("across"),
            is_broken.then_some("broken"),
            link.load.map(business),
        ];
        let ends = Message::new("web-map-link")
            .with("upper", words.title(&scene.spots[upper]))
            .with("lower", words.title(&scene.spots[lower]));
        let about = words.about(link, upper).map(|about| format!("; {about}")).unwrap_or_default();
        LineView {
            class: classes.into_iter().flatten().collect::<Vec<_>>().join(" "),
            words: format!("{}{about}", words.reader.say(&ends)),
            path,
            own,
            middle,
            load: words.load(link, upper).filter(|_| !is_across && !is_broken),
            symbol: (is_broken && !is_across).then(|| words.standing(state).symbol),
        }
    };
    let mut lines: Vec<LineView> = scene.links.iter().zip(&lower_of).map(view).collect();
    lines.sort_by_key(|line| (line.own.is_some(), line.class.contains("broken")));
    lines
}

/// How thick a line is drawn.
fn business(load: Load) -> &'static str {
    match load.forth.max(load.back) {
        busy if busy >= 0.8 => "busiest",
        busy if busy >= 0.5 => "busier",
        busy if busy >= 0.1 => "busy",
        _ => "idle",
    }
}

fn nodes(picture: &Picture, scene: &Scene, words: &Words, spots: Vec<SpotView>) -> Vec<NodeView> {
    let view = |(node, spot): (usize, SpotView)| {
        let place = picture.places[node];
        // The second line is written smaller, and what comes after the state not in bold: of seven letters there is room
        // for nine.
        let used = drawing::width_of(&spot.standing.word) * 11 / 13 + 30;
        let left = ROOM.saturating_sub(used) * 9 / 7;
        let detail = spot.detail.as_deref().unwrap_or_default();
        let site = spot.device.is_some().then(|| words.site(scene.spots[node].site()));
        let said = [Some(spot.standing.word.as_str()), spot.detail.as_deref(), site.as_deref()];
        let said: Vec<&str> = said.into_iter().flatten().collect();
        NodeView {
            x: place.x,
            y: place.y,
            short: drawing::shortened(&spot.title, ROOM),
            detail: drawing::shortened(detail, left),
            words: format!("{}: {}", spot.title, said.join("; ")),
            spot,
        }
    };
    spots.into_iter().enumerate().map(view).collect()
}

fn items(scene: &Scene, tree: &Tree, words: &Words, spots: &[SpotView]) -> Vec<Item> {
    let order = tree.in_order();
    let mut also: Vec<Vec<String>> = vec![Vec::new(); spots.len()];
    for (tie, link) in scene.links.iter().enumerate() {
        let is_branch = link.ends.iter().any(|end| tree.above[*end].is_some_and(|branch| branch.tie == tie));
        if !is_branch {
            let [one, other] = link.ends;
            also[one].push(spots[other].title.clone());
            also[other].push(spots[one].title.clone());
        }
    }
    let mut depths: Vec<usize> = vec![0; spots.len()];
    for node in &order {
        depths[*node] = tree.above[*node].map_or(0, |branch| depths[branch.node] + 1);
    }
    let view = |(place, node): (usize, &usize)| {
        let next = order.get(place + 1).map_or(0, |next| depths[*next]);
        let branch = tree.above[*node];
        let site = scene.spots[*node].site();
        let is_elsewhere = branch.is_none_or(|branch| scene.spots[branch.node].site() != site);
        Item {
            spot: spots[*node].clone(),
            place: site.filter(|_| is_elsewhere && spots[*node].device.is_some()).map(str::to_owned),
            link: branch.and_then(|branch| words.about(&scene.links[branch.tie], branch.node)),
            also: std::mem::take(&mut also[*node]),
            opens: next > depths[*node],
            closes: vec![(); depths[*node].saturating_sub(next)],
        }
    };
    order.iter().enumerate().map(view).collect()
}

#[cfg(test)]
mod tests;
