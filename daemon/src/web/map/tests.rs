//! The page as a whole: what is drawn is what is known.

use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use messages::Language;

use super::sample::{Cable, device, municipality, says};
use super::*;
use crate::config::DeviceKind::{AccessPoint, Firewall, Server, Switch};
use crate::web::samples;
use crate::web::templates::{Frame, Templates};

fn reader(language: Language) -> Reader {
    Reader { language, zone: TimeZone::UTC, now: samples::now() }
}

fn page(status: &Status) -> MapPage {
    MapPage::new(&reader(Language::English), status, None).unwrap()
}

fn line<'p>(page: &'p MapPage, ends: &str) -> &'p LineView {
    page.lines.iter().find(|line| line.words.starts_with(ends)).unwrap()
}

/// A firewall, two switches of which one is known from LLDP only, and what hangs on them.
fn town() -> Status {
    let mut devices = vec![
        device("fw", "Rotušė", Firewall, &[]),
        device("sw", "Rotušė", Switch, &["fw"]),
        device("sw-2", "Biblioteka", Switch, &[]),
        device("ap", "Biblioteka", AccessPoint, &["sw-2"]),
        device("alone", "Rotušė", Server, &[]),
    ];
    let cable = Cable { interface: Some("1"), speed: 100, received: 3.0, sent: 85.0, ..Cable::default() };
    says(&mut devices, 1, &Cable { name: Some("sw-2"), ..cable });
    says(&mut devices, 2, &Cable { name: Some("fw"), interface: Some("9"), ..Cable::default() });
    Status::new(devices)
}

#[test]
fn links_say_how_they_are_known_and_how_busy_they_are() {
    let page = page(&town());
    let configured = line(&page, "fw – sw");
    assert_eq!((configured.class.as_str(), &configured.load), ("link", &None));
    // The nearer to the root wins, the other link is drawn across.
    assert_eq!(line(&page, "fw – sw-2").class, "link said");
    let across = line(&page, "sw – sw-2");
    assert_eq!(across.class, "link said across busiest");
    assert!(
        across.words.ends_with("85% of the speed used towards it, 3% from it; the link is known from LLDP or CDP only")
    );
    assert_eq!(page.headings.last().unwrap().words, "Rotušė", "the device without links stands last");
}

#[test]
fn what_leads_to_something_that_does_not_work_is_told_by_more_than_its_colour() {
    let mut status = town();
    status.devices[3].checks[0].state = State::Unreachable;
    let page = page(&status);
    let broken = line(&page, "sw-2 – ap");
    assert_eq!((broken.class.as_str(), broken.symbol), ("link broken", Some("↯")));
    assert_eq!(page.lines.last(), Some(broken), "nothing hides it");
    let node = page.nodes.iter().find(|node| node.short == "ap").unwrap();
    assert_eq!(node.words, "ap: Unreachable; access point; Biblioteka");
    assert_eq!(page.state, "unreachable");
}

#[test]
fn the_list_says_the_same_as_the_picture() {
    let page = page(&town());
    let mut depth: usize = 0;
    let mut shown = Vec::new();
    for item in &page.items {
        shown.push(format!("{}{}", "  ".repeat(depth), item.spot.title));
        depth = depth + usize::from(item.opens) - item.closes.len();
    }
    assert_eq!(depth, 0, "every list that is opened is closed");
    assert_eq!(shown, ["fw", "  sw-2", "    ap", "  sw", "alone"]);
    assert_eq!(page.items[1].also, ["sw"]);
    assert_eq!(page.items[1].place.as_deref(), Some("Biblioteka"));
}

#[test]
fn one_site_is_shown_with_a_way_back_and_a_strange_one_is_not() {
    let reader = reader(Language::Lithuanian);
    let page = MapPage::new(&reader, &town(), Some("Biblioteka")).unwrap();
    assert_eq!(page.title, "Tinklo schema: Biblioteka");
    assert_eq!(page.nodes.iter().map(|node| node.short.as_str()).collect::<Vec<_>>(), ["ap", "sw-2"]);
    assert!(MapPage::new(&reader, &town(), Some("Mėnulis")).is_err());
}

#[test]
fn every_line_begins_and_ends_at_a_box() {
    let page = page(&municipality(5, 9));
    let (width, height) = page.node_size;
    let left: Vec<(u32, u32)> = page.nodes.iter().map(|node| (node.x, node.y + height / 2)).collect();
    for line in &page.lines {
        let numbers = |path: &str| -> Vec<u32> {
            path.split(|letter: char| !letter.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
        };
        let (shared, own) = (numbers(&line.path), numbers(line.own.as_deref().unwrap()));
        assert!(left.contains(&(shared[0] - width, shared[1])), "{line:?}");
        assert!(left.contains(&(own[2], own[1])), "{line:?}");
    }
    assert_eq!(page.lines.len(), 5 + 5 * 9);
}

/// Optimised it takes some 10 ms for a thousand boxes; here only what grows faster than the network would be found.
#[test]
fn a_large_network_is_drawn_soon() {
    for (sites, things, most) in [(1, 999, 20), (100, 99, 60)] {
        let status = municipality(sites, things);
        let begun = Instant::now();
        let html = html(&status, None);
        assert!(begun.elapsed() < Duration::from_secs(most), "{:?} for {} octets", begun.elapsed(), html.len());
    }
}

fn html(status: &Status, site: Option<&str>) -> String {
    let reader = reader(Language::Lithuanian);
    let frame = Frame::new(&reader, "/map", &super::super::Choice::default());
    Templates::new().render(&frame, &MapPage::new(&reader, status, site).unwrap()).unwrap()
}
