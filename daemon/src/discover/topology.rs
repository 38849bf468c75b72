//! Through which device is each reached? From what devices say of their neighbours (LLDP, CDP) and of the MAC addresses
//! behind their ports (BRIDGE-MIB).
//!
//! A cable that both ends speak of is certain. Who speaks to nobody hangs on the switch that sees it behind the port with
//! the fewest others: every switch on the way sees it too, but behind ports where much else is.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::IpAddr;

/// What is known of where a device is connected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    /// What it calls itself.
    pub name: Option<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// The MAC addresses of its interfaces, as profiles write them.
    pub macs: Vec<String>,
    /// Who it says is at the other ends of its cables.
    pub neighbours: Vec<Neighbour>,
    /// Which MAC addresses it has learned, and the interface behind which each is.
    pub forwarding: Vec<(String, String)>,
}

/// The other end of a cable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Neighbour {
    /// Our interface.
    pub interface: Option<String>,
    /// The chassis identifier: mostly a MAC address.
    pub chassis: Option<String>,
    /// What it calls itself.
    pub name: Option<String>,
    /// Where it can be managed.
    pub address: Option<IpAddr>,
}

/// Through which device one is reached, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// Its place among the nodes.
    pub node: usize,
    /// Its interface that leads to the child, if it is known.
    pub interface: Option<String>,
    /// Whether a neighbour protocol says so; else the forwarding tables do.
    pub is_said: bool,
}

/// A cable as one end of it knows it.
#[derive(Debug, Clone)]
struct Link {
    to: usize,
    /// The interface at the near end.
    interface: Option<String>,
    is_said: bool,
}

/// The parent of each node as seen from `root`; none of the root itself and of what is not connected to it.
///
/// Without a root it is the node with the most cables: in an office network the core.
#[must_use]
pub fn parents(nodes: &[Node], root: Option<usize>) -> Vec<Option<Parent>> {
    let links = links(nodes);
    let mut parents: Vec<Option<Parent>> = vec![None; nodes.len()];
    let busiest = || (0..nodes.len()).max_by_key(|node| (links[*node].len(), std::cmp::Reverse(*node)));
    let Some(root) = root.or_else(busiest) else { return parents };
    let mut seen = HashSet::from([root]);
    let mut left = VecDeque::from([root]);
    while let Some(near) = left.pop_front() {
        for link in &links[near] {
            if seen.insert(link.to) {
                let Link { interface, is_said, .. } = link.clone();
                parents[link.to] = Some(Parent { node: near, interface, is_said });
                left.push_back(link.to);
            }
        }
    }
    parents
}

/// The cables of each node, those that somebody speaks of first.
fn links(nodes: &[Node]) -> Vec<Vec<Link>> {
    let index = Index::new(nodes);
    let mut links: Vec<Vec<Link>> = vec![Vec::new(); nodes.len()];
    let mut connect = |one: usize, other: usize, interface: Option<String>, is_said: bool| {
        if one == other {
            return;
        }
        match links[one].iter_mut().find(|link| link.to == other) {
            Some(link) => link.interface = link.interface.take().or(interface),
            None => links[one].push(Link { to: other, interface, is_said }),
        }
        // What the other end calls its own is not known, unless it says so itself.
        if !links[other].iter().any(|link| link.to == one) {
            links[other].push(Link { to: one, interface: None, is_said });
        }
    };
    for (place, node) in nodes.iter().enumerate() {
        for neighbour in &node.neighbours {
            if let Some(other) = index.find(neighbour) {
                connect(place, other, neighbour.interface.clone(), true);
            }
        }
    }
    let silent: Vec<usize> = (0..nodes.len()).filter(|place| links[*place].is_empty()).collect();
    let seen = seen_behind(nodes);
    for place in silent {
        let sightings = nodes[place].macs.iter().flat_map(|mac| seen.get(mac.as_str()).into_iter().flatten());
        let nearest = sightings.filter(|sighting| sighting.switch != place).min_by_key(|sighting| sighting.others);
        if let Some(Sighting { switch, interface, .. }) = nearest {
            links[place].push(Link { to: *switch, interface: None, is_said: false });
            links[*switch].push(Link { to: place, interface: Some((*interface).to_owned()), is_said: false });
        }
    }
    links
}

struct Sighting<'n> {
    switch: usize,
    interface: &'n str,
    /// How many MAC addresses are behind that interface.
    others: usize,
}

/// Behind which interfaces each MAC address is seen.
fn seen_behind(nodes: &[Node]) -> HashMap<&str, Vec<Sighting<'_>>> {
    let mut seen: HashMap<&str, Vec<Sighting<'_>>> = HashMap::new();
    for (switch, node) in nodes.iter().enumerate() {
        let mut behind: HashMap<&str, usize> = HashMap::new();
        for (_, interface) in &node.forwarding {
            *behind.entry(interface).or_default() += 1;
        }
        for (mac, interface) in &node.forwarding {
            let others = behind.get(interface.as_str()).copied().unwrap_or(0);
            seen.entry(mac).or_default().push(Sighting { switch, interface, others });
        }
    }
    seen
}

/// Finds nodes by what others call them.
struct Index<'n> {
    macs: HashMap<&'n str, usize>,
    addresses: HashMap<IpAddr, usize>,
    names: HashMap<&'n str, usize>,
}

impl<'n> Index<'n> {
    fn new(nodes: &'n [Node]) -> Self {
        let of = |place: usize, node: &'n Node| node.macs.iter().map(move |mac| (mac.as_str(), place));
        let each = || nodes.iter().enumerate();
        // A name that two have says nothing.
        let mut names: HashMap<&str, usize> = HashMap::new();
        let mut twice = HashSet::new();
        for (place, node) in each() {
            if let Some(name) = &node.name
                && names.insert(name, place).is_some()
            {
                twice.insert(name.as_str());
            }
        }
        names.retain(|name, _| !twice.contains(name));
        Self {
            macs: each().flat_map(|(place, node)| of(place, node)).collect(),
            addresses: each()
                .flat_map(|(place, node)| node.addresses.iter().map(move |address| (*address, place)))
                .collect(),
            names,
        }
    }

    fn find(&self, neighbour: &Neighbour) -> Option<usize> {
        let by_mac = neighbour.chassis.as_deref().and_then(|chassis| self.macs.get(chassis));
        let by_address = || neighbour.address.and_then(|address| self.addresses.get(&address));
        let by_name = || neighbour.name.as_deref().and_then(|name| self.names.get(name));
        by_mac.or_else(by_address).or_else(by_name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, mac: u8) -> Node {
        Node { name: Some(name.to_owned()), macs: vec![mac_of(mac)], ..Node::default() }
    }

    fn mac_of(mac: u8) -> String {
        format!("02:00:00:00:00:{mac:02x}")
    }

    fn says(interface: &str, chassis: u8) -> Neighbour {
        Neighbour { interface: Some(interface.to_owned()), chassis: Some(mac_of(chassis)), ..Neighbour::default() }
    }

    fn learned(table: &[(u8, &str)]) -> Vec<(String, String)> {
        table.iter().map(|(mac, interface)| (mac_of(*mac), (*interface).to_owned())).collect()
    }

    fn shown(nodes: &[Node], root: Option<usize>) -> Vec<String> {
        let name = |node: usize| nodes[node].name.clone().unwrap_or_default();
        let parents = parents(nodes, root);
        let one = |(node, parent): (usize, &Option<Parent>)| match parent {
            Some(parent) => {
                let how = if parent.is_said { "said" } else { "seen" };
                format!("{} {how} {} {}", name(node), name(parent.node), parent.interface.as_deref().unwrap_or("?"))
            }
            None => format!("{} -", name(node)),
        };
        parents.iter().enumerate().map(one).collect()
    }

    /// A core, two switches below it one of which is silent, and hosts.
    fn office() -> Vec<Node> {
        let core = Node {
            neighbours: vec![says("1", 2)],
            forwarding: learned(&[(2, "1"), (4, "1"), (3, "2"), (5, "2"), (6, "2"), (7, "3")]),
            ..node("core", 1)
        };
        let talking = Node {
            neighbours: vec![says("24", 1)],
            forwarding: learned(&[(1, "24"), (3, "24"), (5, "24"), (7, "24"), (4, "7")]),
            ..node("talking", 2)
        };
        let silent =
            Node { forwarding: learned(&[(1, "8"), (2, "8"), (4, "8"), (5, "1"), (6, "2")]), ..node("silent", 3) };
        vec![core, talking, silent, node("a", 4), node("b", 5), node("c", 6), node("d", 7), node("lost", 9)]
    }

    #[test]
    fn cables_that_are_spoken_of_come_first_and_the_rest_hangs_on_the_nearest_port() {
        let expected = [
            "core -",
            "talking said core 1",
            "silent seen core 2",
            "a seen talking 7",
            "b seen silent 1",
            "c seen silent 2",
            "d seen core 3",
            "lost -",
        ];
        assert_eq!(shown(&office(), Some(0)), expected);
    }

    #[test]
    fn seen_from_elsewhere_parents_are_others() {
        let seen = shown(&office(), Some(1));
        assert_eq!(seen[..2], ["core said talking 24", "talking -"]);
        assert_eq!(shown(&office(), None)[0], "core -", "the busiest is the root");
    }

    #[test]
    fn who_is_called_alike_is_not_mistaken_and_nobody_is_nobodys_parent() {
        let by_name = |name: &str| Neighbour { name: Some(name.to_owned()), ..Neighbour::default() };
        let mut nodes = vec![node("sw", 1), node("sw", 2), node("x", 3)];
        nodes[2].neighbours = vec![by_name("sw"), by_name("x")];
        assert_eq!(shown(&nodes, Some(2)), ["sw -", "sw -", "x -"]);
        assert_eq!(parents(&[], None), []);
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_said_there_is_no_circle(
            said in proptest::collection::vec((0_u8..8, 0_u8..8), 0..20),
            seen in proptest::collection::vec((0_u8..8, 0_u8..8, 0_u8..3), 0..30),
            root in 0_usize..8,
        ) {
            let mut nodes: Vec<Node> = (0..8).map(|mac| node(&mac.to_string(), mac)).collect();
            for (one, other) in said {
                nodes[usize::from(one)].neighbours.push(says("p", other));
            }
            for (switch, mac, interface) in seen {
                nodes[usize::from(switch)].forwarding.push((mac_of(mac), interface.to_string()));
            }
            let parents = parents(&nodes, Some(root));
            for start in 0..8 {
                let mut at = start;
                for _ in 0..8 {
                    match &parents[at] {
                        Some(parent) => at = parent.node,
                        None => break,
                    }
                }
                proptest::prop_assert!(parents[at].is_none(), "{start} goes in a circle");
            }
        }
    }
}
