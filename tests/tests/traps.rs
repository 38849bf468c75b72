//! Traps and informs of net-snmp's own commands.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::process::Command;

use tests::{Installation, Rotused, Snmpd, eventually, free_port};

const USER: [&str; 12] =
    ["-v3", "-u", "rotuse", "-l", "authPriv", "-a", "SHA-256", "-A", Snmpd::AUTHENTICATION, "-x", "AES", "-X"];

struct Hearing {
    agent: Snmpd,
    installation: Installation,
    rotused: Rotused,
    port: u16,
}

/// A daemon that listens for traps, and a device at 127.0.0.1 that it asks by SNMP so seldom that only a trap can be why.
fn hearing() -> Hearing {
    let agent = Snmpd::start();
    let installation = Installation::new();
    let port = free_port();
    installation.secret("secrets/community", Snmpd::COMMUNITY);
    installation.secret("secrets/authentication", Snmpd::AUTHENTICATION);
    installation.secret("secrets/privacy", Snmpd::PRIVACY);
    installation.add(&format!(
        "[traps]\nlisten = \"127.0.0.1:{port}\"\n\
         [[credential]]\nname = \"v2c\"\nversion = \"2c\"\ncommunity = {{ file = \"secrets/community\" }}\n\
         [[credential]]\nname = \"v3\"\nversion = \"3\"\nuser = \"rotuse\"\n\
         authentication_passphrase = {{ file = \"secrets/authentication\" }}\n\
         privacy_passphrase = {{ file = \"secrets/privacy\" }}"
    ));
    let check =
        format!("{{ kind = \"snmp\", port = {}, credential = \"v2c\", interval = \"1h\", confirm = 1 }}", agent.port);
    installation.device("agentas", "127.0.0.1", &check);
    let rotused = installation.start();
    rotused.state_is("agentas", "snmp", "up");
    Hearing { agent, installation, rotused, port }
}

/// Sends with `program`, as net-snmp's snmptrap(1); whether it says that it was done.
fn send(program: &str, identity: &[&str], port: u16, rest: &[&str]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(program);
    command.args(identity).args(["-r1", "-t2"]).arg(format!("127.0.0.1:{port}")).args(rest);
    command.env("SNMP_PERSISTENT_DIR", folder.path()).env("SNMPCONFPATH", folder.path());
    command.output().unwrap().status.success()
}

fn v3() -> Vec<&'static str> {
    USER.into_iter().chain([Snmpd::PRIVACY]).collect()
}

#[test]
fn every_version_is_heard_and_informs_are_answered() {
    let Hearing { rotused, port, .. } = &mut hearing();
    let community = ["-c", Snmpd::COMMUNITY];
    let link_down = ["", "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.2.2.1.1.7", "i", "7"];
    assert!(send("snmptrap", &[&["-v2c"], &community[..]].concat(), *port, &link_down));
    rotused.log.line_with(&["agentas says: an interface went down (ifIndex 7)"]);
    let of_ups = ["1.3.6.1.4.1.318", "127.0.0.1", "6", "5", "0", "1.3.6.1.4.1.318.2.3.3.0", "s", "UPS: on battery"];
    assert!(send("snmptrap", &[&["-v1"], &community[..]].concat(), *port, &of_ups));
    rotused.log.line_with(&["agentas says: it feeds from its battery (UPS: on battery)"]);
    assert!(send("snmptrap", &v3(), *port, &["", "1.3.6.1.6.3.1.1.5.5"]));
    rotused.log.line_with(&["agentas says: somebody asked its SNMP agent with a wrong community"]);
    assert!(send("snmpinform", &[&["-v2c"], &community[..]].concat(), *port, &["", "1.3.6.1.6.3.1.1.5.1"]));
    rotused.log.line_with(&["agentas says: the agent started anew"]);
    assert!(send("snmpinform", &v3(), *port, &["", "1.3.6.1.2.1.43.18.2.0.1"]));
    rotused.log.line_with(&["agentas says: the printer needs somebody"]);
    let _ = rotused.page_with(
        "/devices/agentas?lang=lt",
        &["Ką įrenginys pranešė pats", "maitina iš akumuliatoriaus (UPS: on battery)"],
    );
    rotused.metric_is("rotuse_traps_total{fate=\"taken\"}", |taken| taken == 5.0);
}

#[test]
fn a_trap_asks_the_device_at_once_and_says_nothing_by_itself() {
    let Hearing { agent, rotused, port, installation } = &mut hearing();
    let link_down = ["", "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.2.1.2.2.1.1.1", "i", "1"];
    let identity = ["-v2c", "-c", Snmpd::COMMUNITY];
    let asked = "rotuse_check_last_asked_timestamp_seconds{device=\"agentas\",check=\"snmp\"}";
    let before = rotused.metric(asked).unwrap();
    assert!(send("snmptrap", &identity, *port, &link_down));
    rotused.log.line_with(&["agentas says: an interface went down (lo)"]);
    rotused.metric_is(asked, |at| at > before);
    rotused.state_is("agentas", "snmp", "up");
    assert_eq!(rotused.metric("rotuse_incidents_open"), Some(0.0), "a trap alone opens no incident");
    agent.kill();
    assert!(send("snmptrap", &identity, *port, &link_down));
    // An hour would pass until the next question, were it not for the trap.
    rotused.log.line_with(&["state changed", "agentas/snmp is down"]);
    rotused.signal(rustix::process::Signal::KILL);
    rotused.end();
    let after = installation.start();
    let _ = after.page_with("/devices/agentas?lang=en", &["an interface went down (lo)"]);
}

#[test]
fn strangers_and_floods_are_counted_and_change_nothing() {
    let Hearing { rotused, port, .. } = &mut hearing();
    let cold_start = ["", "1.3.6.1.6.3.1.1.5.1"];
    assert!(send("snmptrap", &["-v2c", "-c", "spelioju"], *port, &cold_start));
    rotused.metric_is("rotuse_traps_total{fate=\"refused\"}", |count| count >= 1.0);
    assert!(!send("snmpinform", &["-v2c", "-c", "spelioju"], *port, &cold_start), "nobody answers strangers");
    let mut wrong = v3();
    wrong[8] = "neteisingas-2026";
    send("snmptrap", &wrong, *port, &cold_start);
    rotused.metric_is("rotuse_traps_total{fate=\"refused\"}", |count| count >= 3.0);
    let garbage = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    for number in 0..200_u8 {
        garbage.send_to(&[0x30, number, 2, 1, number], ("127.0.0.1", *port)).unwrap();
    }
    // The same again is no news; a link that goes up and down is, but not for ever.
    for _ in 0..3 {
        send("snmptrap", &["-v2c", "-c", Snmpd::COMMUNITY], *port, &cold_start);
    }
    rotused.metric_is("rotuse_traps_total{fate=\"repeated\"}", |count| count >= 2.0);
    let mut turn = 3;
    eventually("the limit of a device", || {
        turn = 7 - turn;
        let link = ["", &format!("1.3.6.1.6.3.1.1.5.{turn}"), "1.3.6.1.2.1.2.2.1.1.7", "i", "7"];
        send("snmptrap", &["-v2c", "-c", Snmpd::COMMUNITY], *port, &link);
        rotused.metric("rotuse_traps_total{fate=\"limited\"}").filter(|count| *count > 0.0)
    });
    assert!(rotused.metric("rotuse_traps_total{fate=\"taken\"}").unwrap() <= 25.0);
    rotused.state_is("agentas", "snmp", "up");
}
