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

/// What `rotused snmp explain` says of the agent as one who is asked with these keys of a credential.
fn explain(agent: &Snmpd, credential: &str, arguments: &[&str]) -> (bool, String) {
    let installation = Installation::new();
    installation.secret("secrets/community", Snmpd::COMMUNITY);
    installation.secret("secrets/authentication", Snmpd::AUTHENTICATION);
    installation.secret("secrets/privacy", Snmpd::PRIVACY);
    installation.secret("secrets/wrong", "neteisingas-2026");
    installation.add(&format!("[[credential]]\nname = \"it\"\n{credential}\n"));
    let address = format!("127.0.0.1:{}", agent.port);
    let mut command = installation.command(&["snmp", "explain", &address, "--credentials", "it", "--timeout", "8"]);
    let output = command.args(arguments).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.success(), text)
}

const SECRETS: &str = "authentication_passphrase = { file = \"secrets/authentication\" }\n\
                       privacy_passphrase = { file = \"secrets/privacy\" }";

#[test]
fn every_protocol_of_authentication_and_privacy_is_spoken() {
    let authentication = [
        ("MD5", "MD5"),
        ("SHA-1", "SHA"),
        ("SHA-224", "SHA-224"),
        ("SHA-256", "SHA-256"),
        ("SHA-384", "SHA-384"),
        ("SHA-512", "SHA-512"),
    ];
    let privacy = [("DES", "DES"), ("AES-128", "AES"), ("AES-192", "AES-192"), ("AES-256", "AES-256")];
    let all = || authentication.iter().flat_map(|a| privacy.iter().map(move |p| (a, p)));
    let users = all().map(|((_, a), (_, p))| {
        let (signed, private) = (Snmpd::AUTHENTICATION, Snmpd::PRIVACY);
        format!("createUser u-{a}-{p} {a} \"{signed}\" {p} \"{private}\"\nrouser u-{a}-{p} authpriv\n")
    });
    let agent = Snmpd::start_with(&users.collect::<String>());
    for ((ours, theirs), (our_privacy, their_privacy)) in all() {
        let credential = format!(
            "version = \"3\"\nuser = \"u-{theirs}-{their_privacy}\"\nauthentication = \"{ours}\"\n\
             privacy = \"{our_privacy}\"\n{SECRETS}"
        );
        let (done, text) = explain(&agent, &credential, &["--json"]);
        assert!(done, "{ours} {our_privacy}: {text}");
        for words in [
            "\"name\":\"agentas\"",
            "\"location\":\"Rūsys\"",
            "\"type\":\"softwareLoopback\"",
            "\"address\":\"127.0.0.1\"",
        ] {
            assert!(text.contains(words), "{ours} {our_privacy}: no {words} in {text}");
        }
    }
}

#[test]
fn users_without_protection_and_the_first_version_are_spoken_too() {
    let agent = Snmpd::start_with(&format!(
        "createUser atviras\nrouser atviras noauth\ncreateUser tik-pasirasyta SHA-256 \"{}\"\nrouser tik-pasirasyta auth\n",
        Snmpd::AUTHENTICATION
    ));
    for credential in [
        "version = \"1\"\ncommunity = { file = \"secrets/community\" }",
        "version = \"3\"\nuser = \"atviras\"\nlevel = \"noAuthNoPriv\"",
        "version = \"3\"\nuser = \"tik-pasirasyta\"\nlevel = \"authNoPriv\"\nauthentication_passphrase = { file = \"secrets/authentication\" }",
    ] {
        let (done, text) = explain(&agent, credential, &[]);
        assert!(done, "{credential}: {text}");
        for words in [
            "name = agentas    (1.3.6.1.2.1.1.5.0 = STRING \"agentas\")",
            "type = softwareLoopback",
            "received_octets = ",
        ] {
            assert!(text.contains(words), "{credential}: no {words} in {text}");
        }
    }
}

#[test]
fn what_an_agent_does_not_accept_is_said() {
    let agent = Snmpd::start();
    let user = |name: &str, authentication: &str, privacy: &str| {
        format!(
            "version = \"3\"\nuser = \"{name}\"\nauthentication_passphrase = {{ file = \"secrets/{authentication}\" }}\n\
             privacy_passphrase = {{ file = \"secrets/{privacy}\" }}"
        )
    };
    for (credential, words) in [
        (user("niekas", "authentication", "privacy"), "does not know our user"),
        (user(Snmpd::USER, "wrong", "privacy"), "refuses our authentication passphrase"),
        (user(Snmpd::USER, "authentication", "wrong"), "the privacy passphrase or protocol is wrong"),
        ("version = \"2c\"\ncommunity = { file = \"secrets/wrong\" }".to_owned(), "no answer within 8 s"),
    ] {
        let (done, text) = explain(&agent, &credential, &[]);
        assert!(!done && text.contains(words), "{credential}: {text}");
        assert!(!text.contains("neteisingas"), "{text}");
    }
}

#[test]
fn a_wrong_passphrase_is_a_fault_in_words_and_never_shown() {
    let agent = Snmpd::start();
    let mut rotused = installation(&agent, "neteisingas-2026").start();
    let line = rotused.log.line_with(&["WARN", "state changed", "device=v3", "to=down"]);
    assert!(line.contains("privacy passphrase"), "{line}");
    rotused.state_is("v2c", "snmp", "up");
    let page = rotused.get("/devices/v3?lang=en").body;
    let (_, log) = rotused.stop();
    for secret in ["neteisingas", Snmpd::AUTHENTICATION, Snmpd::COMMUNITY] {
        assert!(!log.contains(secret) && !page.contains(secret), "{secret}");
    }
}
