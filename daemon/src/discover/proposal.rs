//! From what was found to a configuration that people may take over: TOML, with what it was concluded from.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::net::IpAddr;

use super::topology::Parent;
use crate::config::{DeviceKind, LONGEST_NAME, SNMP_PORT};

/// A device that was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// Where it answers; the first is proposed.
    pub addresses: Vec<IpAddr>,
    /// Whether it answers to ping.
    pub pings: bool,
    /// As whom its SNMP agent answers, and on which port.
    pub agent: Option<(String, u16)>,
    /// The device that says that this address is its own, although nothing answers there to tell.
    pub claimed_by: Option<String>,
    /// What it calls itself.
    pub name: Option<String>,
    /// Where it says it stands.
    pub location: Option<String>,
    /// What it is.
    pub kind: Option<DeviceKind>,
    /// What is known of it: maker, model, serial number, or what it says it is.
    pub description: Option<String>,
    /// The name of the device of the configuration that has its address.
    pub configured: Option<String>,
}

/// Letters of the Lithuanian alphabet that a name may not have, and what stands for them.
const PLAIN: [(char, char); 9] =
    [('ą', 'a'), ('č', 'c'), ('ę', 'e'), ('ė', 'e'), ('į', 'i'), ('š', 's'), ('ų', 'u'), ('ū', 'u'), ('ž', 'z')];

/// Names for all of them, each different: that of the configuration, what a device calls itself, else its address.
#[must_use]
pub fn names(found: &[Found], taken: &HashSet<String>) -> Vec<String> {
    let mut taken = taken.clone();
    let mut name = |found: &Found| {
        if let Some(configured) = &found.configured {
            return configured.clone();
        }
        let address = found.addresses.first().map(|address| address.to_string().replace(':', "-")).unwrap_or_default();
        let wanted = found.name.as_deref().map(plain).filter(|name| !name.is_empty());
        let mut name: String = wanted.unwrap_or_else(|| format!("ip-{address}")).chars().take(LONGEST_NAME).collect();
        let stem = name.clone();
        for number in 1_u32.. {
            if taken.insert(name.clone()) {
                break;
            }
            let end = if number == 1 { format!("-{address}") } else { format!("-{address}-{number}") };
            name = stem.chars().take(LONGEST_NAME.saturating_sub(end.len())).collect::<String>() + &end;
        }
        name
    };
    found.iter().map(&mut name).collect()
}

/// The host part of a name in the letters that names of devices have.
fn plain(name: &str) -> String {
    let host = name.split('.').next().unwrap_or_default().to_lowercase();
    let letter = |letter: char| {
        let known = PLAIN.iter().find(|(from, _)| *from == letter).map(|(_, to)| *to);
        let letter = known.unwrap_or(letter);
        if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '-' }
    };
    let plain: String = host.chars().map(letter).collect();
    plain.trim_matches(['-', '_']).to_owned()
}

/// TOML for all that are not in the configuration yet.
#[must_use]
pub fn toml(found: &[Found], names: &[String], parents: &[Option<Parent>]) -> String {
    let mut text = String::new();
    for ((device, name), parent) in found.iter().zip(names).zip(parents) {
        if device.configured.is_none() {
            write_device(&mut text, device, name, parent.as_ref(), names);
        }
    }
    text
}

fn write_device(text: &mut String, device: &Found, name: &str, parent: Option<&Parent>, names: &[String]) {
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    if let Some(description) = &device.description {
        line(format!("# {}", one_line(description)));
    }
    let [address, others @ ..] = device.addresses.as_slice() else { return };
    if !others.is_empty() {
        let others: Vec<String> = others.iter().map(ToString::to_string).collect();
        line(format!("# answers as {} too", others.join(", ")));
    }
    if let Some(owner) = &device.claimed_by {
        line(format!("# \"{}\" says that this is an address of its own", one_line(owner)));
    }
    line("[[device]]".to_owned());
    line(format!("name = {}", quoted(name)));
    if let Some(title) = device.name.as_deref().filter(|title| *title != name && !title.trim().is_empty()) {
        line(format!("title = {}", quoted(title)));
    }
    if let Some(location) = device.location.as_deref().filter(|location| !location.trim().is_empty()) {
        line(format!("site = {}", quoted(location)));
    }
    if let Some(kind) = device.kind {
        line(format!("kind = {}", quoted(kind.name())));
    }
    if let Some((parent, parent_name)) = parent.and_then(|parent| Some((parent, names.get(parent.node)?))) {
        let how = if parent.is_said { "it is a neighbour" } else { "its MAC address is learned" };
        let port = parent.interface.as_deref().map(|port| format!(" on {}", one_line(port))).unwrap_or_default();
        line(format!("parents = [{}] # {how}{port}", quoted(parent_name)));
    }
    line(format!("address = {}", quoted(&address.to_string())));
    let ping = device.pings.then(|| "{ kind = \"icmp\" }".to_owned());
    let snmp = device.agent.as_ref().map(|(credential, port)| {
        let port = if *port == SNMP_PORT { String::new() } else { format!(", port = {port}") };
        format!("{{ kind = \"snmp\", credential = {}{port} }}", quoted(credential))
    });
    let checks: Vec<String> = ping.into_iter().chain(snmp).collect();
    line(format!("checks = [{}]", checks.join(", ")));
    line(String::new());
}

/// A basic string of TOML. What devices say of themselves must neither end it nor begin something else.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => drop(write!(quoted, "\\u{:04X}", u32::from(character))),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// A comment ends with its line.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(name: &str, address: [u8; 4]) -> Found {
        Found { name: Some(name.to_owned()), addresses: vec![address.into()], pings: true, ..Found::default() }
    }

    #[test]
    fn names_are_plain_and_different() {
        let devices = [
            found("Žalgirio-SW.azuolynas.lan", [10, 0, 0, 1]),
            found("zalgirio-sw", [10, 0, 0, 2]),
            Found { name: None, ..found("", [10, 0, 0, 3]) },
            found("---", [10, 0, 0, 4]),
            Found { configured: Some("senas".to_owned()), ..found("Kitas", [10, 0, 0, 5]) },
            found("senas", [10, 0, 0, 6]),
        ];
        let taken = HashSet::from(["senas".to_owned()]);
        let expected = ["zalgirio-sw", "zalgirio-sw-10.0.0.2", "ip-10.0.0.3", "ip-10.0.0.4", "senas", "senas-10.0.0.6"];
        assert_eq!(names(&devices, &taken), expected);
        let long = "a".repeat(70);
        let names = names(&[found(&long, [10, 0, 0, 1]), found(&long, [10, 0, 0, 2])], &taken);
        assert_eq!(names, ["a".repeat(64), format!("{}-10.0.0.2", "a".repeat(55))]);
    }

    #[test]
    fn a_proposal_says_what_it_was_concluded_from() {
        let core = Found { configured: Some("core".to_owned()), ..found("core", [10, 0, 0, 1]) };
        let mut switch = found("SW-2", [10, 0, 0, 2]);
        switch.addresses.push([10, 0, 1, 2].into());
        switch.agent = Some(("lan-v3".to_owned(), 161));
        switch.location = Some("Rūsys \"A\"".to_owned());
        switch.kind = Some(DeviceKind::Switch);
        switch.description = Some("HPE 2530-24G\nJ9776A".to_owned());
        let parent = Parent { node: 0, interface: Some("Gi1/0/3".to_owned()), is_said: true };
        let devices = [core, switch];
        let text = toml(&devices, &names(&devices, &HashSet::new()), &[None, Some(parent)]);
        let expected = r#"# HPE 2530-24G J9776A
# answers as 10.0.1.2 too
[[device]]
name = "sw-2"
title = "SW-2"
site = "Rūsys \"A\""
kind = "switch"
parents = ["core"] # it is a neighbour on Gi1/0/3
address = "10.0.0.2"
checks = [{ kind = "icmp" }, { kind = "snmp", credential = "lan-v3" }]

"#;
        assert_eq!(text, expected);
    }

    proptest! {
        #[test]
        fn whatever_a_device_says_the_proposal_is_toml(name in ".{0,40}", location in ".{0,40}", description: String) {
            let device = Found { location: Some(location.clone()), description: Some(description), ..found(&name, [10, 0, 0, 1]) };
            let devices = [device];
            let names = names(&devices, &HashSet::new());
            prop_assert!(names[0].parse::<crate::config::DeviceName>().is_ok(), "{}", names[0]);
            let problems = strict_toml::Problems::default();
            let document = strict_toml::Document::new("proposal.toml", toml(&devices, &names, &[None]));
            let mut root = document.table(&problems).unwrap();
            let mut device = root.tables("device").remove(0);
            let is_blank = location.trim().is_empty();
            prop_assert_eq!(device.optional::<String>("site"), Some(location).filter(|_| !is_blank));
        }
    }
}
