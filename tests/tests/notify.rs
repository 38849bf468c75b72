//! Who is told, and that nothing that is to be told gets lost: from a fault to the mailbox.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use rustix::process::Signal;
use tests::{Installation, MailSystem, NAME, Rotused, WebListener, eventually, free_port};

/// A check that is asked often, and believed at once.
fn check(port: u16) -> String {
    format!("{{ kind = \"tcp\", port = {port}, name = \"web\", interval = \"1s\", timeout = \"500ms\", confirm = 1 }}")
}

/// A channel that appends each letter to a file.
fn with_a_file(installation: &Installation) {
    installation
        .write("channel", &format!("#!/bin/sh\ncat >> {0}\necho >> {0}\n", installation.path("letters").display()));
    fs::set_permissions(installation.path("channel"), Permissions::from_mode(0o755)).unwrap();
    let program = installation.path("channel");
    installation
        .add(&format!("[[channel]]\nname = \"failas\"\nkind = \"command\"\ncommand = [\"{}\"]", program.display()));
}

fn letters(installation: &Installation) -> Vec<String> {
    let text = fs::read_to_string(installation.path("letters")).unwrap_or_default();
    text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}

fn show(installation: &Installation, incident: &str) -> String {
    String::from_utf8(installation.rotused(&["incident", "show", incident]).stdout).unwrap()
}

/// Asks for everything that waits to be tried at once: a configuration that is read again is a reason to.
fn try_again(rotused: &Rotused) {
    rotused.signal(Signal::HUP);
}

#[test]
fn mail_waits_while_the_mail_server_is_down_and_is_delivered_when_it_is_back() {
    let Some(mut system) = MailSystem::start() else { return };
    let installation = Installation::new();
    installation.secret("secrets/password", MailSystem::PASSWORD);
    installation.add(&format!(
        "[[channel]]\nname = \"pastas\"\nkind = \"mail\"\nserver = \"127.0.0.1\"\nport = {}\nfrom = \"rotused@{domain}\"\n\
         to = \"zinute@{domain}\"\nserver_name = \"{NAME}\"\nauthority = \"{}\"\nuser = \"zinute\"\npassword = {{ file = \"secrets/password\" }}",
        system.smtp,
        system.authority.path("authority.pem").display(),
        domain = MailSystem::DOMAIN,
    ));
    let port = free_port();
    installation.device("serveris", "127.0.0.1", &check(port));
    system.stop_postfix();
    let mut rotused = installation.start();
    rotused.log.line_with(&["not delivered by pastas yet", "nothing listens"]);
    // Killed while it waits: the next daemon finds the letter in the journal.
    rotused.signal(Signal::KILL);
    drop(rotused);
    let mut rotused = installation.start();
    rotused.log.line_with(&["not delivered by pastas yet"]);
    system.start_postfix_again();
    try_again(&rotused);
    rotused.log.line_with(&["delivered by pastas: 250"]);
    eventually("the letter in the mailbox", || (system.count("zinute") == 1).then_some(()));
    // It works again, which is said in the same thread.
    let _listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    rotused.log.line_with(&["incident resolved"]);
    rotused.log.line_with(&["delivered by pastas: 250"]);
    let messages = eventually("both letters", || {
        let found = fs::read_dir(system.new_messages("zinute")).ok()?;
        let texts: Vec<String> = found.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
        (texts.len() == 2).then_some(texts)
    });
    let field = |message: &String, name: &str| {
        message.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
    };
    let first = messages.iter().find(|message| field(message, "In-Reply-To:").is_none()).unwrap();
    let answer = messages.iter().find_map(|message| field(message, "In-Reply-To:")).unwrap();
    assert_eq!(Some(answer), field(first, "Message-ID:"));
    let story = show(&installation, "1");
    for words in ["queued for pastas", "not sent by pastas yet", "nothing listens", "sent by pastas: 250", "resolved"] {
        assert!(story.contains(words), "{words}: {story}");
    }
}

#[test]
fn forty_devices_that_fail_together_are_one_letter_that_names_the_site() {
    let installation = Installation::new();
    with_a_file(&installation);
    let mut devices = String::new();
    for place in 1..=40 {
        let check = check(free_port());
        devices += &format!(
            "[[device]]\nname = \"s{place}\"\nsite = \"Rotušė\"\naddress = \"127.0.0.{place}\"\nchecks = [{check}]\n"
        );
    }
    installation.write("devices/visi.toml", &devices);
    let mut rotused = installation.start();
    rotused.log.line_with(&["delivered by failas"]);
    let (_, log) = rotused.stop();
    assert_eq!(log.matches("incident opened").count(), 40);
    let letters = letters(&installation);
    assert_eq!(letters.len(), 1);
    assert!(letters[0].contains("[Gedimas] Rotušė: 40 gedimų, tikėtina priežastis – s"), "{}", letters[0]);
}

#[test]
fn a_channel_that_refuses_is_told_of_through_another() {
    let installation = Installation::new();
    let server = WebListener::start(|_| ("410 Gone".to_owned(), "no such channel".to_owned()));
    installation.add(&format!(
        "[[channel]]\nname = \"pokalbis\"\nkind = \"webhook\"\ntemplate = \"json\"\nurl = \"http://127.0.0.1:{}/\"",
        server.port
    ));
    with_a_file(&installation);
    installation.add("[[rule]]\nchannel = \"failas\"\nkinds = [\"watcher\"]\nlanguage = \"en\"");
    installation.device("serveris", "127.0.0.1", &check(free_port()));
    let mut rotused = installation.start();
    rotused.log.line_with(&["pokalbis refuses a letter for good", "410 Gone"]);
    rotused.log.line_with(&["incident opened", "incident=2"]);
    rotused.log.line_with(&["delivered by failas"]);
    let letters = letters(&installation);
    assert!(letters[0].contains("the channel of notifications \\\"pokalbis\\\""), "{}", letters[0]);
    assert!(show(&installation, "1").contains("refused by pokalbis: HTTP/1.1 410 Gone: no such channel"));
}

#[test]
fn a_heartbeat_says_elsewhere_that_we_live() {
    let installation = Installation::new();
    let server = WebListener::start(|_| ("200 OK".to_owned(), "OK".to_owned()));
    installation.add(&format!(
        "[notify]\nheartbeat = {{ url = \"http://127.0.0.1:{}/ping/rotuse\", every = \"100ms\" }}",
        server.port
    ));
    installation.device("serveris", "127.0.0.1", &check(free_port()));
    let _rotused = installation.start();
    for _ in 0..3 {
        assert!(server.request().line.starts_with("GET /ping/rotuse "));
    }
}
