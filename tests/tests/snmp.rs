//! SNMP against net-snmp's agent.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use tests::{Installation, Snmpd};

/// Devices `v2c` and `v3` that are the same agent, asked in both ways.
fn installation(agent: &Snmpd, privacy: &str) -> Installation {
    let installation = Installation::new();
    installation.secret("secrets/community", Snmpd::COMMUNITY);
    installation.secret("secrets/authentication", Snmpd::AUTHENTICATION);
    installation.secret("secrets/privacy", privacy);
    installation.add(&format!(
        "[[credential]]\nname = \"v2c\"\nversion = \"2c\"\ncommunity = {{ file = \"secrets/community\" }}\n\
         [[credential]]\nname = \"v3\"\nversion = \"3\"\nuser = \"{}\"\n\
         authentication_passphrase = {{ file = \"secrets/authentication\" }}\n\
         privacy_passphrase = {{ file = \"secrets/privacy\" }}\n",
        Snmpd::USER
    ));
    for version in ["v2c", "v3"] {
        let check = format!(
            "{{ kind = \"snmp\", port = {}, credential = \"{version}\", interval = \"2s\", timeout = \"1s\", confirm = 2, confirm_interval = \"100ms\" }}",
            agent.port
        );
        installation.device(version, "127.0.0.1", &check);
    }
    installation
}

#[test]
fn both_versions_show_the_system_and_the_rates_of_the_interfaces() {
    let agent = Snmpd::start();
    let rotused = installation(&agent, Snmpd::PRIVACY).start();
    for version in ["v2c", "v3"] {
        rotused.state_is(version, "snmp", "up");
        let rate =
            format!("rotuse_interface_receive_bits_per_second{{device=\"{version}\",check=\"snmp\",interface=\"lo\"}}");
        // What is asked goes over this very interface.
        rotused.metric_is(&rate, |bits| bits > 0.0);
        let page =
            rotused.page_with(&format!("/devices/{version}?lang=en"), &["agentas", "Rūsys", "it@azuolynas.example"]);
        assert!(page.contains("b/s"), "{page}");
    }
}

#[test]
fn an_agent_that_dies_is_seen_and_so_is_its_return() {
    let mut agent = Snmpd::start();
    let mut rotused = installation(&agent, Snmpd::PRIVACY).start();
    rotused.state_is("v2c", "snmp", "up");
    rotused.state_is("v3", "snmp", "up");
    agent.kill();
    for _ in ["v2c", "v3"] {
        rotused.log.line_with(&["WARN", "state changed", "check=snmp", "from=up", "to=down"]);
    }
    let page = rotused.page_with("/?lang=en", &["no answer within"]);
    assert!(page.contains("v3"), "{page}");
    agent.restart();
    for version in ["v2c", "v3"] {
        rotused.state_is(version, "snmp", "up");
    }
    let (_, log) = rotused.stop();
    assert_eq!(log.matches("incident resolved").count(), 2, "{log}");
}

#[test]
fn a_wrong_passphrase_is_a_fault_in_words_and_never_shown() {
    let agent = Snmpd::start();
    let mut rotused = installation(&agent, "neteisingas-2026").start();
    let line = rotused.log.line_with(&["WARN", "state changed", "device=v3", "to=down"]);
    assert!(line.contains("privacy passphrase") || line.contains("no answer"), "{line}");
    rotused.state_is("v2c", "snmp", "up");
    let page = rotused.get("/devices/v3?lang=en").body;
    let (_, log) = rotused.stop();
    for secret in ["neteisingas", Snmpd::AUTHENTICATION, Snmpd::COMMUNITY] {
        assert!(!log.contains(secret) && !page.contains(secret), "{secret}");
    }
}
