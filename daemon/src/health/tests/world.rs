//! Whole networks that break in known ways, second by second: what is concluded, and what must never be.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::super::*;
use super::{at, config};
use crate::config::{Config, Maintenance, Occasion, Question};

/// From one question to the next.
const INTERVAL: u64 = 30;

/// A silent target is given up after so long.
const TIMEOUT: u64 = 2;

/// A network, and a daemon that watches it.
struct World {
    config: Config,
    health: Health,
    second: u64,
    /// By how much the clock is wrong.
    clock: i64,
    due: BTreeMap<CheckId, u64>,
    /// Answers that are under way, by the second in which they come in.
    coming: BTreeMap<u64, Vec<(CheckId, u64, bool)>>,
    happened: Vec<Event>,
}

impl World {
    /// Devices, each with those through which it is reached.
    fn new(devices: &[(&str, &[&str])]) -> Self {
        Self::of(network(devices))
    }

    fn of(config: Config) -> Self {
        let checks = config.devices.iter().flat_map(|device| &device.checks);
        let due = checks.zip(0_u64..).map(|(check, place)| (check.id.clone(), (place * 7) % INTERVAL)).collect();
        let health = Health::new(Model::new(&config), Memory::default());
        Self { config, health, second: 0, clock: 0, due, coming: BTreeMap::new(), happened: Vec::new() }
    }

    fn moment(&self) -> Moment {
        let at = at(i64::try_from(self.second).unwrap() + self.clock);
        Moment { at, elapsed: Duration::from_secs(self.second) }
    }

    /// Lets time pass until `end`; `dead` says which devices, or links to this machine (""), do not work.
    fn run(&mut self, end: u64, dead: impl Fn(&str) -> bool) -> &mut Self {
        while self.second < end {
            let verdict = self.health.pass(self.moment());
            self.take_in(None, verdict);
            let now = self.second;
            let due: Vec<CheckId> = self.due.iter().filter(|(_, at)| **at <= now).map(|(id, _)| id.clone()).collect();
            for id in due {
                self.due.insert(id.clone(), now + INTERVAL);
                let answers = !dead("") && self.is_reachable(&id.device, &dead);
                let comes = if answers { now } else { now + TIMEOUT };
                self.coming.entry(comes).or_default().push((id, now, answers));
            }
            for (id, asked, answers) in self.coming.remove(&now).unwrap_or_default() {
                let timeout = Failure::Timeout { after: Duration::from_secs(TIMEOUT) };
                let answer = if answers { Answer::good(Vec::new()) } else { Answer::failed(timeout) };
                let asked = at(i64::try_from(asked).unwrap() + self.clock);
                let observation = Observation { check: id.clone(), at: asked, answer };
                let verdict = self.health.observe(&observation, self.moment());
                self.take_in(Some(&id), verdict);
            }
            self.second += 1;
        }
        self
    }

    fn is_reachable(&self, name: &DeviceName, dead: &impl Fn(&str) -> bool) -> bool {
        let device = self.config.devices.iter().find(|device| device.name == *name).unwrap();
        !dead(name.as_str())
            && (device.parents.is_empty() || device.parents.iter().any(|parent| self.is_reachable(parent, dead)))
    }

    fn take_in(&mut self, asked: Option<&CheckId>, verdict: Verdict) {
        if let (Some(id), Some(soon)) = (asked, verdict.ask_again) {
            self.sooner(id, soon.as_secs());
        }
        for id in &verdict.ask {
            self.sooner(id, 1);
        }
        self.happened.extend(verdict.events);
    }

    fn sooner(&mut self, id: &CheckId, within: u64) {
        let due = self.due.get_mut(id).unwrap();
        *due = (*due).min(self.second + within);
    }

    fn state(&self, device: &str) -> State {
        let id = CheckId { device: device.parse().unwrap(), check: "tcp".parse().unwrap() };
        self.health.state(&id).unwrap()
    }

    /// What incidents were opened about.
    fn opened(&self) -> Vec<String> {
        let opened = self.happened.iter().filter_map(|event| match event {
            Event::IncidentOpened(incident) => Some(incident.subject.to_string()),
            _ => None,
        });
        opened.collect()
    }

    fn resolved(&self) -> usize {
        self.happened.iter().filter(|event| matches!(event, Event::IncidentResolved(_))).count()
    }

    /// Who was ever said to be down.
    fn ever_down(&self) -> BTreeSet<String> {
        let down = self.happened.iter().filter_map(|event| match event {
            Event::StateChanged(change) if change.to == State::Down => Some(change.check.device.to_string()),
            _ => None,
        });
        down.collect()
    }
}

fn network(devices: &[(&str, &[&str])]) -> Config {
    let names: Vec<&str> = devices.iter().map(|(name, _)| *name).collect();
    let mut config = config(&names, 3);
    for (device, (_, parents)) in config.devices.iter_mut().zip(devices) {
        device.parents = parents.iter().map(|parent| parent.parse().unwrap()).collect();
    }
    config
}

/// A router, a switch behind it with two devices, and four that hang on nothing known.
const TOWN: [(&str, &[&str]); 8] = [
    ("router", &[]),
    ("switch", &["router"]),
    ("camera", &["switch"]),
    ("phone", &["switch"]),
    ("a", &[]),
    ("b", &[]),
    ("c", &[]),
    ("d", &[]),
];

#[test]
fn one_incident_names_the_root_and_what_hangs_on_it_is_unreachable() {
    let mut town = World::new(&TOWN);
    town.run(100, |_| false).run(200, |device| device == "switch");
    assert_eq!(town.opened(), ["switch/tcp"]);
    assert_eq!(["switch", "camera", "phone", "router"].map(|device| town.state(device)), {
        use State::{Down, Unreachable, Up};
        [Down, Unreachable, Unreachable, Up]
    });
    let taken = town
        .happened
        .iter()
        .filter(|event| matches!(event, Event::StateChanged(change) if change.incident == Some(IncidentId(1))));
    assert_eq!(taken.count(), 2);
    town.run(400, |_| false);
    assert_eq!((town.opened().len(), town.resolved()), (1, 1));
    assert_eq!(town.state("phone"), State::Up);
}

#[test]
fn a_link_above_takes_everything_behind_it_along_whoever_is_asked_first() {
    for first in ["router", "switch", "camera", "phone"] {
        let mut town = World::new(&TOWN);
        town.run(100, |_| false);
        // Its turn comes first when the router dies.
        for id in town.due.keys().cloned().collect::<Vec<_>>() {
            town.due.insert(id.clone(), if id.device.as_str() == first { 100 } else { 129 });
        }
        town.run(250, |device| device == "router");
        assert_eq!(town.opened(), ["router/tcp"], "{first} first");
        assert_eq!(town.ever_down(), BTreeSet::from(["router".to_owned()]), "{first} first");
    }
}

#[test]
fn any_one_of_several_parents_suffices() {
    let devices: [(&str, &[&str]); 5] =
        [("left", &[]), ("right", &[]), ("server", &["left", "right"]), ("a", &[]), ("b", &[])];
    let mut ring = World::new(&devices);
    ring.run(100, |_| false).run(200, |device| device == "left");
    assert_eq!(ring.state("server"), State::Up);
    ring.run(300, |device| device == "left" || device == "server");
    assert_eq!(ring.state("server"), State::Down);
    ring.run(400, |_| false).run(600, |device| device == "left" || device == "right");
    assert_eq!(ring.state("server"), State::Unreachable);
    assert_eq!(ring.opened(), ["left/tcp", "server/tcp", "left/tcp", "right/tcp"]);
}

#[test]
fn what_does_not_come_back_with_its_switch_is_a_fault_of_its_own() {
    let mut town = World::new(&TOWN);
    town.run(100, |_| false).run(200, |device| device == "switch");
    town.run(300, |device| device == "phone");
    // It may still be starting.
    assert_eq!(town.opened(), ["switch/tcp"]);
    town.run(500, |device| device == "phone");
    assert_eq!(town.opened(), ["switch/tcp", "phone/tcp"]);
    assert_eq!((town.state("camera"), town.state("phone")), (State::Up, State::Down));
}

#[test]
fn a_machine_that_has_lost_its_network_says_so_once_and_blames_nobody() {
    let mut town = World::new(&TOWN);
    town.run(100, |_| false).run(300, |link| link.is_empty());
    assert_eq!(town.opened(), ["the network of the watching machine"]);
    assert!(town.ever_down().is_empty(), "{:?}", town.ever_down());
    assert!(TOWN.iter().all(|(device, _)| town.state(device) == State::Unknown));
    town.run(500, |_| false);
    assert_eq!((town.opened().len(), town.resolved()), (1, 1));
    assert!(TOWN.iter().all(|(device, _)| town.state(device) == State::Up));
}

#[test]
fn silent_gateways_are_the_watchers_fault_unless_the_others_answer() {
    let mut config = network(&TOWN);
    config.gateways = vec!["router".parse().unwrap()];
    let mut alone = World::of(Config { devices: config.devices[..4].to_vec(), ..config.clone() });
    alone.run(100, |_| false).run(250, |device| device == "router");
    assert_eq!(alone.opened(), ["the network of the watching machine"]);
    assert!(alone.ever_down().is_empty());
    let mut town = World::of(config);
    town.run(100, |_| false).run(250, |device| device == "router");
    assert_eq!(town.opened(), ["router/tcp"]);
}

#[test]
fn a_fault_that_outlasts_the_watchers_own_is_found() {
    let mut town = World::new(&TOWN);
    town.run(100, |_| false).run(300, |link| link.is_empty()).run(600, |device| device == "b");
    assert_eq!(town.opened(), ["the network of the watching machine", "b/tcp"]);
}

#[test]
fn flapping_is_reported_once_until_it_is_calm() {
    let mut town = World::new(&TOWN);
    for turn in 0..20 {
        town.run(100 + turn * 100, |_| false).run(150 + turn * 100, |device| device == "a");
    }
    town.run(4000, |_| false);
    let updates: Vec<&Update> = town
        .happened
        .iter()
        .filter_map(|event| match event {
            Event::IncidentUpdated { update, .. } => Some(update),
            _ => None,
        })
        .collect();
    let [Update::Flapping { changes: 7 }, Update::Calm { changes }] = updates[..] else { panic!("{updates:?}") };
    assert_eq!(*changes, 40);
    assert_eq!((town.opened().len(), town.resolved()), (4, 4));
    // The last of them is resolved when it was seen to work, not when it was believed to last.
    let last = town.happened.iter().rev().find_map(|event| match event {
        Event::IncidentResolved(incident) => incident.resolved,
        _ => None,
    });
    assert!(last.unwrap() < at(2100), "{last:?}");
}

#[test]
fn nobody_is_told_of_announced_work_and_what_is_broken_afterwards_is_a_fault() {
    let mut config = network(&TOWN);
    config.maintenance = vec![Maintenance {
        title: "keičiamas komutatorius".to_owned(),
        devices: vec!["switch".parse().unwrap()],
        sites: Vec::new(),
        groups: Vec::new(),
        when: Occasion::Once { from: at(100), to: at(300) },
    }];
    let mut town = World::of(config);
    town.run(120, |_| false).run(290, |device| device == "switch");
    assert!(town.opened().is_empty(), "{:?}", town.opened());
    assert_eq!(["switch", "camera", "phone"].map(|device| town.state(device)), [State::Maintenance; 3]);
    town.run(400, |device| device == "switch");
    assert_eq!(town.opened(), ["switch/tcp"]);
    assert_eq!((town.state("switch"), town.state("phone")), (State::Down, State::Unreachable));
    let opened = town.happened.iter().find_map(|event| match event {
        Event::IncidentOpened(incident) => Some(incident.opened),
        _ => None,
    });
    assert!(opened.unwrap() >= at(300));
    town.run(700, |_| false);
    assert!(TOWN.iter().all(|(device, _)| town.state(device) == State::Up));
}

#[test]
fn a_clock_that_jumps_stops_or_goes_back_opens_nothing() {
    for by in [7200, -7200, 86_400 * 365] {
        let mut town = World::new(&TOWN);
        town.run(100, |_| false);
        town.clock = by;
        town.run(300, |_| false);
        assert!(town.opened().is_empty() && town.ever_down().is_empty(), "{by}");
    }
    let mut town = World::new(&TOWN);
    for second in 101..300 {
        town.clock -= 1;
        town.run(second, |_| false);
    }
    assert!(town.opened().is_empty());
}

#[test]
fn a_machine_that_slept_believes_no_failure_from_before() {
    let mut town = World::new(&TOWN);
    town.run(100, |_| false);
    // Everything that was under way is lost, and the network takes 20 seconds to come back.
    town.second += 8 * 3600;
    let woke = town.second;
    town.run(woke + 20, |link| link.is_empty()).run(woke + 200, |_| false);
    assert!(town.opened().is_empty(), "{:?}", town.opened());
    assert!(town.ever_down().is_empty());
}

#[test]
fn a_restarted_daemon_opens_nothing_twice_and_resolves_what_it_finds_repaired() {
    let mut before = World::new(&TOWN);
    before.run(100, |_| false).run(200, |device| device == "switch");
    let mut memory = Memory { open: before.health.open_incidents(), last_incident: 1, ..Memory::default() };
    for event in &before.happened {
        if let Event::StateChanged(change) = event {
            memory.states.insert(change.check.clone(), change.clone());
        }
    }
    let mut after = World::new(&TOWN);
    after.health = Health::new(Model::new(&after.config), memory);
    after.run(100, |device| device == "switch");
    assert!(after.opened().is_empty(), "{:?}", after.opened());
    after.run(400, |_| false);
    assert_eq!((after.opened().len(), after.resolved()), (0, 1));
    assert!(TOWN.iter().all(|(device, _)| after.state(device) == State::Up));
}

#[test]
fn a_ping_that_is_not_answered_explains_why_nothing_else_is() {
    let mut config = network(&[("server", &[]), ("a", &[]), ("b", &[])]);
    let web = config.devices[0].checks[0].clone();
    let mut ping = web.as_ref().clone();
    ping.id.check = "icmp".parse().unwrap();
    ping.question = Question::Icmp(Box::new(crate::config::Icmp {
        address: [10, 0, 0, 1].into(),
        echoes: 1,
        spacing: Duration::ZERO,
        payload: 56,
        dscp: 0,
        source: None,
    }));
    config.devices[0].checks.push(ping.into());
    let mut town = World::of(config);
    town.run(100, |_| false).run(200, |device| device == "server");
    assert_eq!(town.opened(), ["server/icmp"]);
    assert_eq!(town.state("server"), State::Unreachable);
}

/// Trees of up to 12 devices: each hangs on an earlier one, or on nothing.
fn trees() -> impl Strategy<Value = Vec<Option<usize>>> {
    proptest::collection::vec(proptest::option::weighted(0.7, 0_usize..12), 1..12).prop_map(|parents| {
        parents
            .into_iter()
            .enumerate()
            .map(|(place, parent)| parent.filter(|_| place > 0).map(|parent| parent % place.max(1)))
            .collect()
    })
}

fn tree(parents: &[Option<usize>]) -> Config {
    let names: Vec<String> = (0..parents.len()).map(|place| format!("d{place}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut config = config(&names, 3);
    for (place, parent) in parents.iter().enumerate() {
        let above = parent.iter().map(|parent| names[*parent].parse().unwrap());
        config.devices[place].parents = above.collect();
    }
    config
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn whoever_dies_nobody_else_is_blamed_and_all_ends_well(
        parents in trees(), dead in proptest::collection::btree_set(0_usize..12, 0..4), length in 60_u64..200,
    ) {
        let mut world = World::of(tree(&parents));
        let is_dead = |device: &str| dead.iter().any(|place| device == format!("d{place}"));
        world.run(100, |_| false).run(100 + length, is_dead).run(1000, |_| false);
        prop_assert!(world.ever_down().iter().all(|device| is_dead(device)), "{:?}", world.ever_down());
        let open = world.health.open_incidents();
        prop_assert!(open.is_empty(), "{:?}", open);
        prop_assert_eq!(world.opened().len(), world.resolved());
        for device in &world.config.devices {
            prop_assert_eq!(world.state(device.name.as_str()), State::Up);
        }
        // Long enough to be confirmed: somebody is blamed, if only the watcher.
        let is_there = dead.iter().any(|place| *place < parents.len());
        prop_assert_eq!(!world.opened().is_empty(), is_there && length >= 60);
    }

    #[test]
    fn every_incident_closes_at_most_once_and_never_opens_without_a_confirmed_failure(
        times in 1_u32..5,
        states in proptest::collection::vec(
            proptest::sample::select(&[State::Up, State::Degraded, State::Unknown, State::Down][..]), 0..80),
    ) {
        let events = super::feed(&mut super::health(times), &states);
        let mut open = None;
        for event in &events {
            match event {
                Event::IncidentOpened(incident) => {
                    prop_assert_eq!(open.replace(incident.id), None);
                    let first = usize::try_from(incident.opened.as_second() - at(0).as_second()).unwrap();
                    let confirming = &states[first..first + usize::try_from(times).unwrap()];
                    prop_assert!(confirming.iter().all(|state| *state >= State::Degraded));
                }
                Event::IncidentResolved(incident) => prop_assert_eq!(open.take(), Some(incident.id)),
                Event::IncidentUpdated { incident, .. } => prop_assert_eq!(open, Some(*incident)),
                Event::StateChanged(change) => prop_assert_ne!(change.from, change.to),
                Event::Notified(_) => prop_assert!(false, "nobody notified"),
            }
        }
    }

    #[test]
    fn the_order_of_independent_devices_does_not_matter(
        first in proptest::collection::vec(proptest::sample::select(&[State::Up, State::Degraded, State::Down][..]), 0..30),
        second in proptest::collection::vec(proptest::sample::select(&[State::Up, State::Degraded, State::Down][..]), 0..30),
        order in proptest::collection::vec(any::<bool>(), 60),
    ) {
        let told = |order: &[bool]| {
            let mut health = Health::new(Model::new(&config(&["one", "other"], 2)), Memory::default());
            let mut left = [first.iter().enumerate(), second.iter().enumerate()];
            let mut happened = Vec::new();
            let mut take = |which: usize| {
                let Some((second, state)) = left[which].next() else { return };
                let device: DeviceName = ["one", "other"][which].parse().unwrap();
                let check = CheckId { device, check: "tcp".parse().unwrap() };
                let observation = Observation { check, at: at(i64::try_from(second).unwrap()), answer: super::answer(*state) };
                happened.extend(health.observe(&observation, super::moment(0)).events.into_iter().map(|event| match event {
                    Event::IncidentOpened(incident) => format!("opened {} {}", incident.subject, incident.opened),
                    Event::IncidentResolved(incident) => format!("resolved {} {:?}", incident.subject, incident.resolved),
                    Event::IncidentUpdated { update, at, .. } => format!("{update} {at}"),
                    other => format!("{other:?}"),
                }));
            };
            order.iter().for_each(|first| take(usize::from(!first)));
            (0..60).for_each(|turn| take(turn % 2));
            happened.sort();
            happened
        };
        prop_assert_eq!(told(&order), told(&[]));
    }
}
