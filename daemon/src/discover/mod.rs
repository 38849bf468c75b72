//! `rotused discover`: looks at a whole network and proposes a configuration for what answers. It changes nothing, neither on
//! the devices nor in the configuration: people take over what they like.
//!
//! Every address is pinged and asked by SNMP as each of the credentials; who answers is asked for everything that its
//! profile knows. [`topology`] says through which device each is reached, [`proposal`] writes it down.

pub mod proposal;
pub mod topology;

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use ipnet::IpNet;

use self::proposal::Found;
use self::topology::{Neighbour, Node};
use crate::config::{Config, Credential, DeviceKind, Icmp};
use crate::probe::{Outcome, icmp};
use crate::snmp::explain::Explanation;
use crate::snmp::profile::{Datum, Row};
use crate::snmp::section::Section;
use crate::snmp::{Session, Transports};

/// What is looked at.
#[derive(Debug, Clone)]
pub struct Search {
    /// Networks or single addresses.
    pub networks: Vec<IpNet>,
    /// As whom agents are asked; empty: as all that are configured.
    pub credentials: Vec<String>,
    /// The port of SNMP agents.
    pub port: u16,
    /// The address from which parents are seen; none: the gateway of this machine, else the device with the most cables.
    pub root: Option<IpAddr>,
}

/// Why nothing was looked at.
#[derive(Debug, thiserror::Error)]
pub enum CannotSearch {
    /// Too much was asked for.
    #[error("{0} has more than {MOST} addresses; name smaller networks")]
    TooLarge(IpNet),
    /// No credential of that name is configured.
    #[error("no [[credential]] is called \"{0}\" in the configuration")]
    NoSuchCredential(String),
}

/// More addresses than this are a mistake in the prefix.
const MOST: usize = 65_536;
/// sysDescr: what is asked to see whether there is an agent.
const SYS_DESCR: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 1];
/// How many addresses are asked at the same time.
const AT_ONCE: usize = 256;
/// How many agents are asked for everything at the same time.
const EXPLAINED_AT_ONCE: usize = 16;
/// How long a host may take to answer an echo request, and an agent to say who it is.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long an agent may take to say everything.
const LONG_PATIENCE: Duration = Duration::from_secs(60);

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Discovery {
    /// TOML of what is not in the configuration yet.
    pub proposal: String,
    /// How many devices answer, and how many of them are in the configuration.
    pub devices: usize,
    /// See there.
    pub configured: usize,
}

/// One device that answers, and what its agent says.
struct Answering {
    found: Found,
    explanation: Option<Explanation>,
}

/// Looks; `tell` is told how it goes.
///
/// # Errors
/// Why nothing was looked at.
pub async fn discover(config: &Config, search: &Search, tell: impl Fn(&str)) -> Result<Discovery, CannotSearch> {
    let addresses = addresses(&search.networks)?;
    let credentials = credentials(config, &search.credentials)?;
    let sockets = icmp::Sockets::open();
    let transports = Transports::open(Arc::clone(&config.profiles)).await;
    tell(&format!("asking {} addresses by ping, and by SNMP as {} credentials", addresses.len(), credentials.len()));
    if let Some(failure) = sockets.failure(addresses.iter().any(IpAddr::is_ipv6)) {
        tell(&format!("nobody can be pinged, only those with an SNMP agent are found: {failure}"));
    }
    let asking = Asking { port: search.port, credentials: &credentials, sockets: &sockets, transports: &transports };
    let asked = stream::iter(addresses).map(|address| asking.who_is(address));
    let mut answering: Vec<_> = asked.buffer_unordered(AT_ONCE).filter_map(async |answer| answer).collect().await;
    answering.sort_by_key(|(found, _)| found.addresses.clone());
    let agents = answering.iter().filter(|(_, agent)| agent.is_some()).count();
    tell(&format!(
        "{} addresses answer, {agents} of them by SNMP, which are asked for everything now",
        answering.len()
    ));
    let explained = stream::iter(answering).map(async |(found, agent)| {
        let explanation = match agent {
            Some(mut session) => {
                // Its own limit is for the questions; this one is for whoever answers for ever.
                let explaining = tokio::time::timeout(LONG_PATIENCE * 2, session.explain(LONG_PATIENCE)).await;
                explaining.ok().and_then(Result::ok)
            }
            None => None,
        };
        Answering { found, explanation }
    });
    let mut devices = merged(explained.buffered(EXPLAINED_AT_ONCE).collect().await);
    for device in &mut devices {
        describe(device, config);
    }
    let nodes = nodes(&devices, &local_arp());
    let place_of = |address: IpAddr| nodes.iter().position(|node| node.addresses.contains(&address));
    let root = search.root.or_else(gateway).and_then(place_of);
    if let (None, Some(wanted)) = (root, search.root) {
        tell(&format!("{wanted} is not among what answers; parents are seen from the device with the most cables"));
    }
    let parents = topology::parents(&nodes, root);
    let found: Vec<Found> = devices.into_iter().map(|device| device.found).collect();
    let taken = config.devices.iter().map(|device| device.name.to_string()).collect();
    let names = proposal::names(&found, &taken);
    Ok(Discovery {
        proposal: proposal::toml(&found, &names, &parents),
        devices: found.len(),
        configured: found.iter().filter(|found| found.configured.is_some()).count(),
    })
}

fn addresses(networks: &[IpNet]) -> Result<Vec<IpAddr>, CannotSearch> {
    let mut addresses = Vec::new();
    for network in networks {
        let bits = network.max_prefix_len() - network.prefix_len();
        if 1_usize.checked_shl(bits.into()).is_none_or(|count| count > MOST) {
            return Err(CannotSearch::TooLarge(*network));
        }
        // A network of one address has it as its only host.
        addresses.extend(network.hosts());
    }
    addresses.sort();
    addresses.dedup();
    Ok(addresses)
}

fn credentials(config: &Config, names: &[String]) -> Result<Vec<Arc<Credential>>, CannotSearch> {
    if names.is_empty() {
        return Ok(config.credentials.clone());
    }
    let named = |name: &String| {
        let found = config.credentials.iter().find(|credential| credential.name.as_str() == name);
        found.cloned().ok_or_else(|| CannotSearch::NoSuchCredential(name.clone()))
    };
    names.iter().map(named).collect()
}

/// What is needed to ask an address who it is.
struct Asking<'a> {
    port: u16,
    credentials: &'a [Arc<Credential>],
    sockets: &'a icmp::Sockets,
    transports: &'a Transports,
}

impl Asking<'_> {
    /// Whether something answers there, and the conversation with its agent.
    async fn who_is(&self, address: IpAddr) -> Option<(Found, Option<Session>)> {
        let echo = Icmp { address, echoes: 2, spacing: Duration::from_millis(200), payload: 56, dscp: 0, source: None };
        let ping = icmp::probe(self.sockets, &echo, PATIENCE);
        let (ping, agent) = tokio::join!(ping, self.agent(address));
        let pings = !matches!(ping.outcome, Outcome::Failed(_));
        let (credential, session) = agent.map(|(name, session)| (Some(name), Some(session))).unwrap_or_default();
        let agent = credential.map(|credential| (credential, self.port));
        let found = Found { addresses: vec![address], pings, agent, ..Found::default() };
        (pings || session.is_some()).then_some((found, session))
    }

    /// The conversation as the first of the credentials that the agent accepts.
    async fn agent(&self, address: IpAddr) -> Option<(String, Session)> {
        for credential in self.credentials {
            let target = SocketAddr::new(address, self.port);
            let mut session = Session::new(target, Arc::clone(credential), self.transports.clone());
            let asked = tokio::time::timeout(PATIENCE, session.walk(SYS_DESCR, PATIENCE)).await;
            if matches!(asked, Ok(Ok(_))) {
                return Some((credential.name.to_string(), session));
            }
        }
        None
    }
}

/// A device whose agent answers at several addresses is one: it says which are its own. Where no agent answers, that is only
/// what somebody else says.
fn merged(answering: Vec<Answering>) -> Vec<Answering> {
    let mut devices: Vec<Answering> = Vec::new();
    let mut owners: HashMap<IpAddr, usize> = HashMap::new();
    for answer in answering {
        let address = answer.found.addresses.first().copied();
        let owner = address.and_then(|address| owners.get(&address)).copied();
        let name = |answer: &Answering| answer.explanation.as_ref().and_then(|explanation| text(explanation, "name"));
        let is_same = |owner: &usize| answer.explanation.is_some() && name(&devices[*owner]) == name(&answer);
        match owner.filter(is_same) {
            Some(owner) => {
                let known = &mut devices[owner].found;
                // The address that is proposed is one that answers to ping, if one does.
                if answer.found.pings && !known.pings {
                    known.addresses.splice(0..0, answer.found.addresses);
                    known.pings = true;
                } else {
                    known.addresses.extend(answer.found.addresses);
                }
            }
            None => {
                let mut answer = answer;
                answer.found.claimed_by = owner.and_then(|owner| name(&devices[owner]));
                let own = answer.explanation.iter().flat_map(own_addresses);
                for address in own {
                    owners.entry(address).or_insert(devices.len());
                }
                devices.push(answer);
            }
        }
    }
    devices
}

fn own_addresses(explanation: &Explanation) -> impl Iterator<Item = IpAddr> {
    let rows = explanation.rows(Section::ADDRESSES);
    let address = |row: &Row| datum(row, Section::ADDRESSES, "address")?.parse().ok();
    // Everybody has these.
    let is_everybodys =
        |address: &IpAddr| *address == IpAddr::from([127, 0, 0, 1]) || address == &IpAddr::from(Ipv6Addr::LOCALHOST);
    rows.filter_map(address).filter(move |address| !is_everybodys(address))
}

fn datum(row: &Row, section: &'static Section, field: &str) -> Option<String> {
    row.get(section, field).map(Datum::to_string)
}

fn text(explanation: &Explanation, field: &str) -> Option<String> {
    explanation.rows(Section::SYSTEM).next().and_then(|row| datum(row, Section::SYSTEM, field))
}

/// Fills in what the agent says of the device, and what the configuration calls it.
fn describe(device: &mut Answering, config: &Config) {
    let Answering { found, explanation } = device;
    let own: Vec<IpAddr> = explanation.iter().flat_map(own_addresses).collect();
    let is_it = |address: &IpAddr| found.addresses.contains(address) || own.contains(address);
    let configured = config.devices.iter().find(|known| is_it(&known.address));
    found.configured = configured.map(|device| device.name.to_string());
    let Some(explanation) = explanation else { return };
    let say = |field: &str| text(explanation, field);
    found.name = say("name");
    found.location = say("location");
    found.kind = kind(explanation);
    let model = [say("vendor"), say("model")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let facts = [
        Some(model).filter(|model| !model.is_empty()).or_else(|| say("description")),
        say("serial_number").map(|number| format!("serial number {number}")),
        say("software_version").map(|version| format!("software {version}")),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    found.description = Some(facts.join(", ")).filter(|facts| !facts.is_empty());
}

/// What the profile says that such devices are, else what the device has that others do not.
fn kind(explanation: &Explanation) -> Option<DeviceKind> {
    let count = |section| explanation.rows(section).count();
    let has = |section| count(section) > 0;
    let by_profile = explanation.profile().kind;
    by_profile.or_else(|| {
        if has(Section::UPS) {
            Some(DeviceKind::Ups)
        } else if has(Section::SUPPLIES) {
            Some(DeviceKind::Printer)
        } else if has(Section::FORWARDING) && count(Section::INTERFACES) > 4 {
            Some(DeviceKind::Switch)
        } else if has(Section::PROCESSES) || has(Section::STORAGE) {
            Some(DeviceKind::Server)
        } else if own_addresses(explanation).count() > 1 {
            Some(DeviceKind::Router)
        } else {
            None
        }
    })
}

/// What is known of where each device is connected. `arp` is what this machine knows of its own neighbourhood.
fn nodes(devices: &[Answering], arp: &[(IpAddr, String)]) -> Vec<Node> {
    let explanations = || devices.iter().filter_map(|device| device.explanation.as_ref());
    let pair = |row: &Row| {
        let value = |field| datum(row, Section::ARP, field);
        Some((value("address")?.parse().ok()?, value("physical_address")?))
    };
    let learned = explanations().flat_map(|explanation| explanation.rows(Section::ARP)).filter_map(pair);
    let mut macs: HashMap<IpAddr, HashSet<String>> = HashMap::new();
    for (address, mac) in learned.chain(arp.iter().cloned()) {
        macs.entry(address).or_default().insert(mac);
    }
    devices.iter().map(|device| node(device, &macs)).collect()
}

fn node(Answering { found, explanation }: &Answering, macs: &HashMap<IpAddr, HashSet<String>>) -> Node {
    let mut node = Node { name: found.name.clone(), addresses: found.addresses.clone(), ..Node::default() };
    let mut own: HashSet<String> =
        node.addresses.iter().filter_map(|address| macs.get(address)).flatten().cloned().collect();
    if let Some(explanation) = explanation {
        node.addresses.extend(own_addresses(explanation));
        let interfaces = explanation.rows(Section::INTERFACES);
        own.extend(interfaces.filter_map(|row| datum(row, Section::INTERFACES, "physical_address")));
        let neighbour = |row: &Row| {
            let value = |field| datum(row, Section::NEIGHBOURS, field);
            Neighbour {
                interface: value("local_interface"),
                chassis: value("chassis"),
                name: value("name"),
                address: value("address").and_then(|address| address.parse().ok()),
            }
        };
        node.neighbours = explanation.rows(Section::NEIGHBOURS).map(neighbour).collect();
        let learned = |row: &Row| {
            let value = |field| datum(row, Section::FORWARDING, field);
            let is_learned = value("status").is_none_or(|status| status == "learned");
            Some((value("address")?, value("interface").or_else(|| value("interface_index"))?)).filter(|_| is_learned)
        };
        node.forwarding = explanation.rows(Section::FORWARDING).filter_map(learned).collect();
    }
    own.remove("00:00:00:00:00:00");
    node.macs = own.into_iter().collect();
    node.macs.sort();
    node
}

/// The neighbours of this machine that it has spoken to (proc_net(5), `arp`).
fn local_arp() -> Vec<(IpAddr, String)> {
    let text = std::fs::read_to_string("/proc/net/arp").unwrap_or_default();
    let pair = |line: &str| {
        let mut fields = line.split_whitespace();
        Some((fields.next()?.parse().ok()?, fields.nth(2)?.to_owned()))
    };
    text.lines().filter_map(pair).collect()
}

/// The gateway of this machine (proc_net(5), `route`).
fn gateway() -> Option<IpAddr> {
    let text = std::fs::read_to_string("/proc/net/route").ok()?;
    let gateway = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, "00000000", gateway, ..] = fields.as_slice() else { return None };
        // In the order of octets of this machine, as the kernel keeps it.
        u32::from_str_radix(gateway, 16).ok().map(|octets| IpAddr::from(Ipv4Addr::from(octets.to_ne_bytes())))
    };
    text.lines().find_map(gateway)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_taken_apart_and_mistakes_in_the_prefix_are_refused() {
        let of = |texts: &[&str]| addresses(&texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpNet>>());
        let listed = |texts: &[&str]| of(texts).unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(listed(&["10.0.0.0/30", "10.0.0.2/32", "2001:db8::1/128"]), ["10.0.0.1", "10.0.0.2", "2001:db8::1"]);
        assert_eq!(of(&["10.0.0.0/22"]).unwrap().len(), 1022);
        assert!(matches!(of(&["10.0.0.0/8"]), Err(CannotSearch::TooLarge(_))));
        assert!(matches!(of(&["2001:db8::/64"]), Err(CannotSearch::TooLarge(_))));
    }
}
