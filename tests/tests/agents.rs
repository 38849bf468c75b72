//! SNMP agents as they are: slow, wrong, broken, and hostile.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::collections::BTreeMap;
use std::time::Duration;

use tests::{Agents, Installation, Misbehaviour, Walk, eventually};

fn installation() -> Installation {
    let installation = Installation::new();
    installation.secret("secrets/community", Agents::COMMUNITY);
    installation.secret("secrets/authentication", Agents::AUTHENTICATION);
    installation.secret("secrets/privacy", Agents::PRIVACY);
    installation.add(&format!(
        "[[credential]]\nname = \"v1\"\nversion = \"1\"\ncommunity = {{ file = \"secrets/community\" }}\n\
         [[credential]]\nname = \"v2c\"\nversion = \"2c\"\ncommunity = {{ file = \"secrets/community\" }}\n\
         [[credential]]\nname = \"v3\"\nversion = \"3\"\nuser = \"{}\"\nauthentication = \"SHA-1\"\n\
         authentication_passphrase = {{ file = \"secrets/authentication\" }}\nprivacy = \"AES-128\"\n\
         privacy_passphrase = {{ file = \"secrets/privacy\" }}",
        Agents::USER
    ));
    installation
}

/// What is understood of an agent.
fn explained(agents: &Agents, credential: &str, what: &str) -> String {
    let address = format!("127.7.0.1:{}", agents.port);
    let arguments = ["snmp", "explain", &address, "--credentials", credential, "--timeout", "25", "--json"];
    let output = installation().rotused(&arguments);
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// That all of a switch of 48 ports was understood, and nothing else.
fn assert_whole(said: &str, what: &str) {
    assert_eq!(said.matches("\"physical_address\"").count(), 48, "{what}: {said}");
    for port in [1, 17, 48] {
        let place = format!("\"name\":\"Gi1/0/{port}\"");
        assert!(said.contains(&place), "{what}: no {place} in {said}");
    }
    assert_eq!(said.matches("\"speed_bits_per_second\":1000000000").count(), 48, "{what}: {said}");
}

#[test]
fn all_versions_bring_the_same_of_a_switch() {
    let agents = Agents::start(Walk::switch(48), Misbehaviour::default());
    for credential in ["v1", "v2c", "v3"] {
        assert_whole(&explained(&agents, credential, credential), credential);
    }
}

#[test]
fn agents_that_bear_little_or_answer_strangely_are_understood_all_the_same() {
    let of = |misbehaviour| Agents::start(Walk::switch(48), misbehaviour);
    for (what, misbehaviour) in [
        ("tooBig", Misbehaviour { largest: 400, ..Misbehaviour::default() }),
        ("silent to large GETBULKs", Misbehaviour { most_repetitions: 2, ..Misbehaviour::default() }),
        ("from another address", Misbehaviour { from_elsewhere: true, ..Misbehaviour::default() }),
        ("tables in circles", Misbehaviour { loops: true, ..Misbehaviour::default() }),
        ("slow", Misbehaviour { delay: Duration::from_millis(60), ..Misbehaviour::default() }),
    ] {
        assert_whole(&explained(&of(misbehaviour), "v2c", what), what);
    }
}

#[test]
fn ten_thousand_damaged_replies_bring_no_panic_no_hang_and_no_wrong_value() {
    const REPLIES: u64 = 10_000;
    let agents = Agents::start(Walk::switch(8), Misbehaviour { damages: true, ..Misbehaviour::default() });
    let installation = installation();
    let mut devices = String::new();
    for number in 0..60 {
        let credential = ["v1", "v2c", "v3"][number % 3];
        devices += &format!(
            "[[device]]\nname = \"d{number}\"\naddress = \"127.7.1.{number}\"\nchecks = [{{ kind = \"snmp\", port = {}, \
             credential = \"{credential}\", interval = \"500ms\", timeout = \"400ms\", confirm = 1 }}]\n",
            agents.port
        );
    }
    installation.write("devices/all.toml", &devices);
    let rotused = installation.start();
    // Long enough for the slowest machine; most of the time is waited for replies that cannot be understood.
    let mut waited = 0;
    while agents.counted().0 < REPLIES {
        let before = agents.counted().0;
        eventually("more questions", || (agents.counted().0 >= (before + 500).min(REPLIES)).then_some(()));
        waited += 1;
        assert!(waited < 100);
    }
    let metrics = rotused.get("/metrics").body;
    for line in metrics.lines().filter(|line| line.starts_with("rotuse_interface_")) {
        let (labels, value) = line.rsplit_once(' ').unwrap();
        let value: f64 = value.parse().unwrap();
        // What the agents count is at most two megabits a second, on interfaces of a gigabit. A damaged octet of a counter
        // that is not signed cannot be told from a true one, but it is never more than the interface can carry twice over.
        assert!((0.0..=2e9).contains(&value), "{line}");
        assert!(labels.is_ascii() || !labels.contains('\u{fffd}'), "{line}");
    }
    let states: BTreeMap<&str, usize> = ["up", "down", "unknown", "degraded"]
        .into_iter()
        .map(|state| {
            let is_it = |line: &&str| line.contains(&format!("state=\"{state}\"")) && line.ends_with(" 1");
            (state, metrics.lines().filter(is_it).count())
        })
        .collect();
    assert_eq!(states["unknown"] + states["degraded"], 0, "{states:?}");
    let page = rotused.get("/devices/d1?lang=en");
    assert_eq!(page.status, 200);
    let (_, log) = rotused.stop();
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn signed_replies_that_were_damaged_are_not_believed() {
    let agents = Agents::start(Walk::switch(4), Misbehaviour { damages: true, ..Misbehaviour::default() });
    let installation = installation();
    let check = format!(
        "{{ kind = \"snmp\", port = {}, credential = \"v3\", interval = \"300ms\", timeout = \"250ms\", confirm = 1 }}",
        agents.port
    );
    installation.device("d", "127.7.2.1", &check);
    let rotused = installation.start();
    rotused.state_is("d", "snmp", "down");
    eventually("three hundred replies", || (agents.counted().0 >= 300).then_some(()));
    let metrics = rotused.get("/metrics").body;
    assert!(!metrics.contains("rotuse_interface_up{device=\"d\""), "{metrics}");
}
