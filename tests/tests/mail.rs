//! Mail servers: Postfix and Dovecot.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs;

use tests::{Installation, MailSystem, NAME, eventually};

/// An installation with the password of the mail system's users.
fn installation() -> Installation {
    let installation = Installation::new();
    installation.secret("secrets/password", MailSystem::PASSWORD);
    installation.secret("secrets/wrong", "neteisingas");
    installation
}

/// What both protocols need of TLS.
fn tls(system: &MailSystem) -> String {
    format!("server_name = \"{NAME}\", authority = \"{}\"", system.authority.path("authority.pem").display())
}

/// Who may log in.
const USER: &str = "user = \"zinute\", password = { file = \"secrets/password\" }";
const STRANGER: &str = "user = \"zinute\", password = { file = \"secrets/wrong\" }";
const SOON: &str = "interval = \"5s\", timeout = \"4s\", confirm = 1";

#[test]
fn mail_servers_greet_agree_on_tls_and_know_their_users() {
    let Some(system) = MailSystem::start() else { return };
    let installation = installation();
    let tls = tls(&system);
    let (smtp, smtps, imap, imaps, pop3) = (system.smtp, system.smtps, system.imap, system.imaps, system.pop3);
    let good = [
        ("smtp-atviras", "smtp", format!("port = {smtp}")),
        ("smtp-starttls", "smtp", format!("port = {smtp}, starttls = true, {tls}, {USER}")),
        ("smtp-tls", "smtp", format!("port = {smtps}, tls = true, {tls}, {USER}")),
        ("imap-atviras", "imap", format!("port = {imap}")),
        ("imap-starttls", "imap", format!("port = {imap}, starttls = true, {tls}, {USER}, mailbox = \"INBOX\"")),
        ("imap-tls", "imap", format!("port = {imaps}, tls = true, {tls}, {USER}")),
        ("tls-smtp", "tls", format!("port = {smtp}, starttls = \"smtp\", {tls}")),
        ("tls-imap", "tls", format!("port = {imap}, starttls = \"imap\", {tls}")),
        ("tls-pop3", "tls", format!("port = {pop3}, starttls = \"pop3\", {tls}")),
    ];
    let other = tls.replace(NAME, "kitas.example");
    let unknown = "the certificate is for pastas.azuolynas.example, not for kitas.example";
    let bad = [
        (
            "smtp-svetimas",
            "smtp",
            format!("port = {smtp}, starttls = true, {tls}, {STRANGER}"),
            "does not accept our user",
        ),
        ("imap-svetimas", "imap", format!("port = {imaps}, tls = true, {tls}, {STRANGER}"), "does not accept our user"),
        ("imap-dezute", "imap", format!("port = {imaps}, tls = true, {tls}, {USER}, mailbox = \"Nera\""), "NO "),
        ("smtp-vardas", "smtp", format!("port = {smtp}, starttls = true, {other}, {USER}"), unknown),
        ("imap-vardas", "imap", format!("port = {imap}, starttls = true, {other}, {USER}"), unknown),
        ("smtp-imap", "smtp", format!("port = {imap}"), "the protocol does not allow: * OK"),
        ("imap-smtp", "imap", format!("port = {smtp}"), "it answers &quot;220 "),
    ];
    let device = |name: &str, kind: &str, keys: &str| {
        let check = format!("{{ kind = \"{kind}\", name = \"{kind}\", {SOON}, {keys} }}");
        installation.device(name, "127.0.0.1", &check);
    };
    good.iter().for_each(|(name, kind, keys)| device(name, kind, keys));
    bad.iter().for_each(|(name, kind, keys, _)| device(name, kind, keys));
    let rotused = installation.start();
    for (name, kind, _) in &good {
        rotused.state_is(name, kind, "up");
        let labels = format!("{{device=\"{name}\",check=\"{kind}\"}}");
        rotused.metric_is(&format!("rotuse_check_connect_seconds{labels}"), |time| time > 0.0);
        if !name.ends_with("atviras") {
            rotused.metric_is(&format!("rotuse_check_tls_handshake_seconds{labels}"), |time| time > 0.0);
            rotused.metric_is(&format!("rotuse_check_certificate_remaining_seconds{labels}"), |time| time > 1e7);
        }
        if *kind != "tls" {
            rotused.metric_is(&format!("rotuse_check_banner_seconds{labels}"), |time| time > 0.0);
            rotused.metric_is(&format!("rotuse_check_total_seconds{labels}"), |time| time > 0.0);
        }
    }
    rotused.metric_is("rotuse_check_login_seconds{device=\"smtp-tls\",check=\"smtp\"}", |time| time > 0.0);
    rotused.metric_is("rotuse_check_login_seconds{device=\"imap-tls\",check=\"imap\"}", |time| time > 0.0);
    let _ = rotused.page_with("/devices/smtp-starttls", &["220 pastas.azuolynas.example ESMTP", "TLS 1.3", "(SMTP)"]);
    for (name, kind, _, words) in &bad {
        rotused.state_is(name, kind, "down");
        let _ = rotused.page_with(&format!("/devices/{name}?lang=en"), &[words]);
    }
    let (_, log) = rotused.stop();
    assert!(!log.contains(MailSystem::PASSWORD) && !log.contains("neteisingas"), "{log}");
}

/// A check of the whole way from `rotused@` to a user.
fn round_trip(system: &MailSystem, to: &str, timeout: &str) -> String {
    let tls = tls(system);
    format!(
        "{{ kind = \"mail\", from = \"rotused@{domain}\", to = \"{to}@{domain}\", interval = \"8s\", \
         timeout = \"{timeout}\", confirm = 1, smtp = {{ port = {}, starttls = true, {tls}, {USER} }}, \
         imap = {{ port = {}, tls = true, {tls}, {USER} }} }}",
        system.smtp,
        system.imaps,
        domain = MailSystem::DOMAIN,
    )
}

#[test]
fn a_message_arrives_and_nothing_is_left_of_it() {
    let Some(system) = MailSystem::start() else { return };
    let installation = installation();
    installation.device("pastas", "127.0.0.1", &round_trip(&system, "zinute", "7s"));
    let rotused = installation.start();
    rotused.state_is("pastas", "mail", "up");
    let labels = "{device=\"pastas\",check=\"mail\"}";
    rotused.metric_is(&format!("rotuse_check_mail_round_trip_seconds{labels}"), |time| time > 0.0 && time < 7.0);
    let _ = rotused.page_with("/devices/pastas", &["Laiškas pristatytas per"]);
    assert_eq!(system.count("zinute"), 0);

    // One that came too late for the round that sent it, and one that is none of ours.
    let message = |field: &str| format!("From: <rotused@azuolynas.example>\r\nSubject: x\r\n{field}\r\n\r\nx\r\n");
    let folder = system.new_messages("zinute");
    fs::write(folder.join("1.late"), message("X-Rotuse-Check: round-trip")).unwrap();
    fs::write(folder.join("2.other"), message("X-Other: round-trip")).unwrap();
    eventually("the deletion of a message that came late", || (system.count("zinute") == 1).then_some(()));
    rotused.state_is("pastas", "mail", "up");
}

#[test]
fn a_message_that_does_not_arrive_is_missed() {
    let Some(system) = MailSystem::start() else { return };
    let installation = installation();
    installation.device("pastas", "127.0.0.1", &round_trip(&system, "kitas", "3s"));
    let rotused = installation.start();
    rotused.state_is("pastas", "mail", "down");
    let _ = rotused.page_with("/?lang=en", &["the message was accepted, but has not arrived in the mailbox within"]);
    let _ = rotused.page_with("/", &["laiškas priimtas, bet per"]);
    eventually("the message in the wrong mailbox", || (system.count("kitas") > 0).then_some(()));
}

#[test]
fn mistakes_are_found_before_anything_is_asked() {
    let installation = installation();
    let checks = format!(
        "{{ kind = \"smtp\", {USER} }}, {{ kind = \"imap\", tls = true, starttls = true }},
         {{ kind = \"imap\", name = \"b\", tls = true, mailbox = \"Šiukšlės\", {USER} }},
         {{ kind = \"imap\", name = \"c\", mailbox = \"INBOX\" }},
         {{ kind = \"mail\", from = \"a\", to = \"b@c\", smtp = {{}}, imap = {{}} }}"
    );
    installation.device("klaidos", "127.0.0.1", &checks);
    let said = installation.mistakes(&[
        "without TLS everybody on the way could read the password",
        "a connection has TLS from the start",
        "mailbox must be the name of a mailbox in ASCII",
        "to open a mailbox, user and password are needed",
        "from must be a mail address",
    ]);
    assert!(!said.contains(MailSystem::PASSWORD), "{said}");
}
