//! `rotused discover` against an office of simulated agents.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::net::Ipv4Addr;

use tests::{Agents, Installation, Walk};

/// SNMPv2-MIB, and one interface for each name, with MAC addresses that begin with 02 and end with `number` and its place.
fn device(name: &str, object_id: &str, number: u8, interfaces: &[&str]) -> String {
    let mut text = format!(
        "1.3.6.1.2.1.1.1.0|4|{name}, made for a test\n1.3.6.1.2.1.1.2.0|6|{object_id}\n1.3.6.1.2.1.1.3.0|67|100\n\
         1.3.6.1.2.1.1.5.0|4|{name}.azuolynas.lan\n1.3.6.1.2.1.1.6.0|4|Rotušė, 2 aukštas\n"
    );
    for (index, interface) in (1..).zip(interfaces) {
        text += &format!(
            "1.3.6.1.2.1.2.2.1.2.{index}|4|{interface}\n1.3.6.1.2.1.2.2.1.6.{index}|4x|02000000{number:02x}{index:02x}\n\
             1.3.6.1.2.1.31.1.1.1.1.{index}|4|{interface}\n1.3.6.1.2.1.17.1.4.1.2.{index}|2|{index}\n"
        );
    }
    text
}

/// That the MAC address of the first interface of device `number` is learned on port `port`.
fn learned(number: u8, port: u32) -> String {
    let mac = format!("2.0.0.0.{number}.1");
    format!("1.3.6.1.2.1.17.4.3.1.2.{mac}|2|{port}\n1.3.6.1.2.1.17.4.3.1.3.{mac}|2|3\n")
}

/// That on the local port `port` device `number` says who it is.
fn neighbour(port: u32, number: u8) -> String {
    format!(
        "1.0.8802.1.1.2.1.3.7.1.4.{port}|4|{port}\n1.0.8802.1.1.2.1.4.1.1.4.0.{port}.1|2|4\n\
         1.0.8802.1.1.2.1.4.1.1.5.0.{port}.1|4x|02000000{number:02x}01\n"
    )
}

const PORTS: [&str; 5] = ["1", "2", "3", "4", "5"];
const CORE: &str = "1.3.6.1.4.1.99999.1";
const SWITCH: &str = "1.3.6.1.4.1.11.2.3.7.11.1";

fn office() -> Agents {
    let core =
        device("Branduolys", CORE, 1, &PORTS) + &neighbour(2, 2) + &learned(2, 2) + &learned(3, 2) + &learned(4, 5);
    let address = "1.3.6.1.2.1.4.20.1.1.127.9.0.1|64|127.9.0.1\n1.3.6.1.2.1.4.20.1.2.127.9.0.1|2|1\n\
                   1.3.6.1.2.1.4.20.1.1.127.9.0.5|64|127.9.0.5\n1.3.6.1.2.1.4.20.1.2.127.9.0.5|2|2\n";
    let switch = device("sw-Žalgirio", SWITCH, 2, &PORTS) + &neighbour(1, 1) + &learned(1, 1) + &learned(3, 4);
    let printer = device("spausdintuvas \"1\"", "1.3.6.1.4.1.2435.2.3.9.1", 3, &["eth"]);
    let ups = device("ups", "1.3.6.1.4.1.318.1.3.27.1", 4, &["eth"]);
    let at = |last| Ipv4Addr::new(127, 9, 0, last);
    Agents::of([
        (at(1), Walk::recorded(&(core.clone() + address))),
        (at(5), Walk::recorded(&(core + address))),
        (at(2), Walk::recorded(&switch)),
        (at(3), Walk::recorded(&printer)),
        (at(4), Walk::recorded(&ups)),
    ])
}

#[test]
fn what_answers_is_proposed_with_its_kind_site_and_parent_and_is_a_good_configuration() {
    let agents = office();
    let installation = Installation::new();
    installation.secret("secrets/community", Agents::COMMUNITY);
    installation.add("[[credential]]\nname = \"v2c\"\nversion = \"2c\"\ncommunity = { file = \"secrets/community\" }");
    let check = format!("{{ kind = \"snmp\", credential = \"v2c\", port = {} }}", agents.port);
    installation.device("ups-1", "127.9.0.4", &check);
    let port = agents.port.to_string();
    let arguments = ["discover", "127.9.0.0/29", "--port", &port, "--root", "127.9.0.1"];
    let output = installation.rotused(&arguments);
    let (proposal, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{said}");
    // Every address of 127.0.0.0/8 answers to ping; one is another address of the core.
    assert!(said.contains("5 devices, 1 of them in the configuration already"), "{said}");
    let blocks: Vec<&str> = proposal.split("\n\n").filter(|block| !block.trim().is_empty()).collect();
    assert_eq!(blocks.len(), 4, "{proposal}");
    let expected = [
        "# Branduolys, made for a test\n# answers as 127.9.0.5 too\n[[device]]\nname = \"branduolys\"\n\
         title = \"Branduolys.azuolynas.lan\"\nsite = \"Rotušė, 2 aukštas\"\nkind = \"switch\"\naddress = \"127.9.0.1\"\n\
         checks = [{ kind = \"icmp\" }, { kind = \"snmp\", credential = \"v2c\", port = PORT }]",
        "name = \"sw-zalgirio\"\ntitle = \"sw-Žalgirio.azuolynas.lan\"\nsite = \"Rotušė, 2 aukštas\"\nkind = \"switch\"\n\
         parents = [\"branduolys\"] # it is a neighbour on 2\naddress = \"127.9.0.2\"",
        "name = \"spausdintuvas--1\"\ntitle = \"spausdintuvas \\\"1\\\".azuolynas.lan\"\nsite = \"Rotušė, 2 aukštas\"\n\
         kind = \"printer\"\nparents = [\"sw-zalgirio\"] # its MAC address is learned on 4\naddress = \"127.9.0.3\"",
        "name = \"ip-127.9.0.6\"\naddress = \"127.9.0.6\"\nchecks = [{ kind = \"icmp\" }]",
    ];
    for (block, expected) in blocks.iter().zip(expected.map(|text| text.replace("PORT", &port))) {
        assert!(block.contains(&expected), "{expected}\n---\n{block}");
    }
    installation.write("devices/found.toml", &proposal);
    let checked = installation.rotused(&["check"]);
    assert!(checked.status.success(), "{checked:?}");
    // What has been taken over is not proposed again.
    let again = installation.rotused(&arguments);
    assert_eq!(String::from_utf8(again.stdout).unwrap().trim(), "");
}

#[test]
fn what_cannot_be_looked_at_is_said() {
    let installation = Installation::new();
    for (arguments, words) in [
        (["discover", "10.0.0.0/8"].as_slice(), "10.0.0.0/8 has more than 65536 addresses"),
        (&["discover", "127.0.0.1", "--credentials", "nera"], "no [[credential]] is called \"nera\""),
        (&["discover", "tinklas"], "a network looks like 10.0.0.0/22"),
    ] {
        let output = installation.rotused(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(words), "{words}: {said}");
    }
}
