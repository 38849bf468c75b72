//! Channels, by `rotused channel test`: a real mail system, web servers, and programs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tests::{Authority, Installation, MailSystem, NAME, Nginx, Request, Validity, WebListener, eventually, free_port};

const SUBJECT: &str = "Rotušė: bandomasis laiškas";
const TOKEN: &str = "syt_cm90dXNlZA_paslaptis";

/// Adds a channel.
fn channel(installation: &Installation, name: &str, keys: &str) {
    installation.add(&format!("[[channel]]\nname = \"{name}\"\n{keys}"));
}

/// What a test letter through a channel comes to: what is printed when it is delivered, or the words why it is not.
fn test(installation: &Installation, name: &str) -> Result<String, String> {
    let output = installation.rotused(&["channel", "test", name]);
    let (said, complained) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    match output.status.code() {
        Some(0) if complained.is_empty() => Ok(said),
        Some(1) if said.is_empty() => Err(complained),
        other => panic!("{other:?}: {said} {complained}"),
    }
}

fn delivered(installation: &Installation, name: &str, words: &str) {
    let said = test(installation, name).unwrap();
    assert!(said.contains(words), "{name}: {words}: {said}");
}

fn not_delivered(installation: &Installation, name: &str, words: &[&str]) {
    let said = test(installation, name).unwrap_err();
    assert!(words.iter().all(|word| said.contains(word)), "{name}: {words:?}: {said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    for secret in [MailSystem::PASSWORD, "neteisingas", TOKEN, "T01/B02/ypatingai-slapta", "ypatingai"] {
        assert!(!said.contains(secret), "{name}: {said}");
    }
}

const YET: &str = "not delivered for now: ";
const REFUSED: &str = "refused for good: ";

/// The channel of a mail system, without what makes it safe.
fn mail(port: u16, to: &str, keys: &str) -> String {
    format!(
        "kind = \"mail\"\nserver = \"127.0.0.1\"\nport = {port}\nfrom = \"rotused@{}\"\nto = {to}\n{keys}",
        MailSystem::DOMAIN
    )
}

#[test]
fn a_letter_arrives_as_mail_or_it_is_said_why_not() {
    let Some(mut system) = MailSystem::start() else { return };
    let installation = Installation::new();
    installation.secret("secrets/password", MailSystem::PASSWORD);
    installation.secret("secrets/wrong", "neteisingas");
    let safe = |name: &str| {
        let authority = system.authority.path("authority.pem");
        format!("server_name = \"{name}\"\nauthority = \"{}\"\n", authority.display())
    };
    let login = "user = \"zinute\"\npassword = { file = \"secrets/password\" }\n";
    let good = format!("{}{login}", safe(NAME));
    let to = |name: &str| format!("\"{name}@{}\"", MailSystem::DOMAIN);
    let (smtp, smtps) = (system.smtp, system.smtps);
    let add = |name: &str, port, to: &str, keys: &str| channel(&installation, name, &mail(port, to, keys));
    add("starttls", smtp, &to("zinute"), &good);
    add("tls", smtps, &format!("[{}, {}]", to("kitas"), to("zinute")), &format!("{good}security = \"tls\"\n"));
    add("dalis", smtp, &format!("[\"{}\", {}]", MailSystem::GONE, to("kitas")), &good);
    add("isejes", smtp, &format!("\"{}\"", MailSystem::GONE), &good);
    add("uzimtas", smtp, &format!("[\"{}\", \"{}\"]", MailSystem::GONE, MailSystem::BUSY), &good);
    add("atviras", smtp, &to("zinute"), "security = \"none\"\n");
    let stranger = format!("{}user = \"zinute\"\npassword = {{ file = \"secrets/wrong\" }}\n", safe(NAME));
    add("svetimas", smtp, &to("zinute"), &stranger);
    add("vardas", smtp, &to("zinute"), &format!("{}{login}", safe("kitas.example")));

    delivered(&installation, "starttls", "delivered: 250 2.0.0 Ok: queued as ");
    let arrived = eventually("the letter in the mailbox", || {
        let entry = fs::read_dir(system.new_messages("zinute")).ok()?.next()?;
        fs::read_to_string(entry.unwrap().path()).ok()
    });
    let (head, body) = arrived.split_once("\n\n").unwrap();
    let head = head.replace("\n ", " ");
    for field in [
        "From: =?utf-8?b?Um90dcWhxJc=?= <rotused@azuolynas.example>",
        "To: zinute@azuolynas.example",
        "Subject: =?utf-8?b?",
        "Message-ID: <test-",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "Content-Type: multipart/alternative;",
        "Date: ",
        "Return-Path: <rotused@azuolynas.example>",
    ] {
        assert!(head.lines().any(|line| line.starts_with(field)), "{field}: {head}");
    }
    assert!(body.contains("Content-Type: text/plain; charset=utf-8"), "{body}");
    assert!(body.contains("Content-Type: text/html; charset=utf-8"), "{body}");

    delivered(&installation, "tls", "delivered: 250 ");
    eventually("both letters", || (system.count("zinute") == 2 && system.count("kitas") == 1).then_some(()));
    delivered(&installation, "dalis", "; not to isejes@azuolynas.example: 550 5.1.1 ");
    eventually("the letter to who is left", || (system.count("kitas") == 2).then_some(()));
    not_delivered(&installation, "isejes", &[REFUSED, "550 5.1.1", "the mailbox is gone"]);
    not_delivered(&installation, "uzimtas", &[YET, "450 4.2.0", "come again"]);
    not_delivered(&installation, "atviras", &[REFUSED, "554 5.7.1"]);
    not_delivered(&installation, "svetimas", &[YET, "does not accept our user or password (535)"]);
    not_delivered(
        &installation,
        "vardas",
        &[YET, "the certificate is for pastas.azuolynas.example, not for kitas.example"],
    );
    system.stop();
    not_delivered(&installation, "starttls", &[YET, "nothing listens"]);
}

#[test]
fn each_chat_is_written_to_as_it_wants() {
    let server = WebListener::start(|_| ("200 OK".to_owned(), "ok".to_owned()));
    let installation = Installation::new();
    installation.secret("secrets/url", &format!("http://127.0.0.1:{}/hooks/ypatingai", server.port));
    installation.secret("secrets/token", TOKEN);
    installation.write("sms.txt", "to={{ to | first }}&text={{ letter.subject }}");
    let url = format!("url = \"http://127.0.0.1:{}", server.port);
    let add = |name: &str, keys: &str| channel(&installation, name, &format!("kind = \"webhook\"\n{keys}"));
    for name in ["mattermost", "slack", "teams", "json"] {
        add(name, &format!("url = {{ file = \"secrets/url\" }}\ntemplate = \"{name}\"\n"));
    }
    let room = "/_matrix/client/v3/rooms/!abc:azuolynas.lt/send/m.room.message";
    add("matrix", &format!("{url}{room}\"\ntemplate = \"matrix\"\ntoken = {{ file = \"secrets/token\" }}\n"));
    add("ntfy", &format!("{url}/rotuse\"\ntemplate = \"ntfy\"\nheaders = {{ X-Kita = \"reikšmė\" }}\n"));
    add("sms", &format!("{url}/sms\"\ntemplate = \"sms\"\nto = [\"+37060000000\"]\n"));
    let own = "body = { file = \"sms.txt\" }\ncontent_type = \"application/x-www-form-urlencoded\"\nto = [\"+370\"]\n";
    add("savas", &format!("{url}/savas\"\n{own}method = \"PUT\"\n"));
    let asked = |name: &str| -> Request {
        delivered(&installation, name, "delivered: HTTP/1.1 200 OK: ok");
        server.request()
    };

    let mattermost = asked("mattermost");
    assert_eq!(mattermost.line, "POST /hooks/ypatingai HTTP/1.1");
    assert_eq!(mattermost.field("Content-Type"), Some("application/json"));
    assert_eq!(mattermost.field("Host"), Some(format!("127.0.0.1:{}", server.port).as_str()));
    assert!(mattermost.field("X-Idempotency-Key").unwrap().starts_with("test-"));
    assert_eq!(mattermost.json()["attachments"][0]["title"], SUBJECT);
    assert_eq!(asked("slack").json()["text"], SUBJECT);
    assert_eq!(asked("teams").json()["attachments"][0]["content"]["body"][0]["inlines"][0]["text"], SUBJECT);
    let json = asked("json").json();
    assert_eq!((&json["kind"], &json["language"], &json["subject"]), (&"test".into(), &"lt".into(), &SUBJECT.into()));
    assert!(json["text"].as_str().unwrap().contains("kanalo „json“ bandymas"), "{json}");
    let matrix = asked("matrix");
    assert!(matrix.line.starts_with(&format!("PUT {room}/test-")), "{}", matrix.line);
    assert_eq!(matrix.field("Authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(matrix.json()["msgtype"], "m.text");
    let ntfy = asked("ntfy");
    assert_eq!((ntfy.line.as_str(), &ntfy.json()["topic"]), ("POST / HTTP/1.1", &"rotuse".into()));
    assert_eq!(ntfy.field("X-Kita"), Some("reikšmė"));
    assert_eq!(asked("sms").json(), serde_json::json!({ "to": ["+37060000000"], "message": SUBJECT }));
    let own = asked("savas");
    assert_eq!(own.line, "PUT /savas HTTP/1.1");
    assert_eq!(own.body, "to=%2B370&text=Rotu%C5%A1%C4%97%3A%20bandomasis%20lai%C5%A1kas");
}

#[test]
fn what_a_web_server_answers_says_whether_another_try_makes_sense() {
    let server = WebListener::start(|request| {
        let path = request.line.split(' ').nth(1).unwrap();
        let status = if path.starts_with("/500") { "500 Internal Server Error" } else { "400 Bad Request" };
        let status = if path.starts_with("/302") { "302 Found\r\nLocation: http://127.0.0.1:1/" } else { status };
        (status.to_owned(), format!("cannot write to {path}\u{7}\nsecond line"))
    });
    let (secure, closed) = (free_port(), free_port());
    let authority = Authority::new();
    authority.certify("localhost", &["localhost"], Validity::LONG);
    let (certificate, key) = (authority.path("localhost.pem"), authority.path("localhost.key"));
    let site = format!(
        "server {{ listen 127.0.0.1:{secure} ssl; ssl_certificate {}; ssl_certificate_key {};
         location / {{ return 200 'gerai'; }} }}",
        certificate.display(),
        key.display()
    );
    let _nginx = Nginx::start(&site, &[secure]);
    let installation = Installation::new();
    installation.secret("secrets/url", &format!("http://127.0.0.1:{}/services/T01/B02/ypatingai-slapta", server.port));
    let add = |name: &str, url: &str| {
        channel(&installation, name, &format!("kind = \"webhook\"\nurl = {url}\ntemplate = \"json\"\n"));
    };
    add("slapta", "{ file = \"secrets/url\" }");
    add("klaida", &format!("\"http://127.0.0.1:{}/500\"", server.port));
    add("kitur", &format!("\"http://127.0.0.1:{}/302\"", server.port));
    add("uzdaryta", &format!("\"http://127.0.0.1:{closed}/\""));
    add("nerastas", "\"http://nera.invalid/\"");
    add("nepatikima", &format!("\"https://localhost:{secure}/\""));
    let trusted =
        format!("\"https://localhost:{secure}/\"\nauthority = \"{}\"", authority.path("authority.pem").display());
    add("patikima", &trusted);

    not_delivered(&installation, "slapta", &[REFUSED, "HTTP/1.1 400 Bad Request: cannot write to …"]);
    not_delivered(&installation, "klaida", &[YET, "HTTP/1.1 500 Internal Server Error: cannot write to /500"]);
    not_delivered(&installation, "kitur", &[REFUSED, "HTTP/1.1 302 Found"]);
    not_delivered(&installation, "uzdaryta", &[YET, "nothing listens"]);
    not_delivered(&installation, "nerastas", &[YET, "the name nera.invalid cannot be resolved"]);
    not_delivered(&installation, "nepatikima", &[YET, "whom this machine does not trust"]);
    delivered(&installation, "patikima", "HTTP/1.1 200 OK: gerai");
}

#[test]
fn alertmanager_is_told_in_its_own_words() {
    let server = WebListener::start(|_| ("200 OK".to_owned(), String::new()));
    let installation = Installation::new();
    let url = format!("http://127.0.0.1:{}/am/", server.port);
    channel(&installation, "am", &format!("kind = \"alertmanager\"\nurl = \"{url}\"\n"));
    delivered(&installation, "am", "delivered: HTTP/1.1 200 OK");
    let request = server.request();
    assert_eq!(request.line, "POST /am/api/v2/alerts HTTP/1.1");
    let alerts = request.json();
    assert_eq!(alerts[0]["labels"], serde_json::json!({ "alertname": "RotuseTest", "severity": "warning" }));
    assert_eq!(alerts[0]["annotations"]["summary"], SUBJECT);
    assert!(alerts[0]["startsAt"].as_str() < alerts[0]["endsAt"].as_str(), "{alerts}");
}

/// Writes a program of the shell.
fn program(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[test]
fn a_program_gets_the_letter_and_says_by_its_exit_status_what_it_made_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let installation = Installation::new();
    let add = |name: &str, text: &str, keys: &str| {
        let program = program(folder.path(), name, text);
        let command = format!("kind = \"command\"\ncommand = [\"{program}\", \"a b\", \"$HOME\"]\n{keys}");
        channel(&installation, name, &command);
    };
    let here = folder.path().display();
    add("paima", &format!("cat > {here}/letter; env > {here}/environment; echo \"$1 $2\""), "");
    add("neskaito", "exit 0", "");
    add("veliau", "echo 'eilė pilna' >&2; echo antra >&2; exit 75", "");
    add("atmeta", "echo 'nežinomas gavėjas' >&2; exit 1", "");
    add("kabo", &format!("sleep 600 &\necho $! > {here}/child\nwait"), "timeout = \"1s\"");
    channel(&installation, "nera", "kind = \"command\"\ncommand = [\"/nera/tokios\"]\n");

    delivered(&installation, "paima", "delivered: exit status 0: a b $HOME");
    let letter: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("letter")).unwrap()).unwrap();
    assert_eq!((&letter["subject"], &letter["kind"]), (&SUBJECT.into(), &"test".into()));
    let environment = fs::read_to_string(folder.path().join("environment")).unwrap();
    // The shell adds some of its own.
    let names = environment.lines().filter_map(|line| line.split('=').next());
    assert!(
        names.into_iter().all(|name| ["PATH", "LANG", "PWD", "SHLVL", "_", "OLDPWD"].contains(&name)),
        "{environment}"
    );
    delivered(&installation, "neskaito", "delivered: exit status 0");
    not_delivered(&installation, "veliau", &[YET, "exit status 75: eilė pilna"]);
    not_delivered(&installation, "atmeta", &[REFUSED, "exit status 1: nežinomas gavėjas"]);
    not_delivered(&installation, "nera", &[YET, "/nera/tokios cannot be started"]);
    not_delivered(&installation, "kabo", &[YET, "no answer within 1 s"]);
    let child = fs::read_to_string(folder.path().join("child")).unwrap();
    eventually("the end of the program's own child", || {
        let is_alive = Path::new("/proc").join(child.trim()).exists();
        (!is_alive).then_some(())
    });
}

#[test]
fn mistakes_are_found_before_anything_is_sent() {
    let installation = Installation::new();
    installation.secret("secrets/token", TOKEN);
    installation.write("broken.json", "{ \"text\": {{ letter.subject }} }");
    installation.write("unknown.json", "{ \"text\": \"{{ letter.subjekt }}\" }");
    let add = |name: &str, keys: &str| channel(&installation, name, keys);
    let login = "user = \"a\"\npassword = { file = \"secrets/token\" }\nfrom = \"a@b.lt\"\nto = []\n";
    add("a", &format!("kind = \"mail\"\nserver = \"b.lt\"\nsecurity = \"none\"\n{login}"));
    add("b", "kind = \"webhook\"\nurl = { file = \"secrets/token\" }\ntemplate = \"slak\"\n");
    add("c", "kind = \"webhook\"\nurl = \"https://a.lt/\"\n");
    add("d", "kind = \"webhook\"\nurl = \"https://a.lt/\"\nbody = { file = \"broken.json\" }\n");
    add("e", "kind = \"webhook\"\nurl = \"https://a.lt/\"\nbody = { file = \"unknown.json\" }\n");
    add("f", "kind = \"webhook\"\nurl = \"https://a.lt/\"\ntemplate = \"matrix\"\n");
    add("g", "kind = \"webhook\"\nurl = \"https://a.lt/\"\ntemplate = \"ntfy\"\n");
    add("k", "kind = \"webhook\"\nurl = \"https://a.lt/\"\ntemplate = \"json\"\ntoken = \"atviras\"\n");
    add("h", "kind = \"webhook\"\nurl = \"https://a.lt/\"\ntemplate = \"sms\"\nheaders = { Host = \"b.lt\" }\n");
    add("i", "kind = \"command\"\ncommand = [\"sendmail\"]\ntimeout = \"2h\"\n");
    add("j", "kind = \"alertmanager\"\nurl = \"http://a.lt\"\nurls = \"\"\n");
    add("j", "kind = \"alertmanager\"\nurl = \"http://a.lt\"\n");
    let said = installation.mistakes(&[
        "choose security = \"starttls\" or \"tls\"",
        "to must not be empty",
        "the secret of url is no web address",
        "did you mean \"slack\"?",
        "a webhook needs either template",
        "broken.json makes no valid JSON",
        "unknown.json cannot be used: Field `subjekt` is not defined",
        "url must end in /send/m.room.message",
        "Matrix needs token",
        "url must end in a topic",
        "token needs either file",
        "to must name whom text messages go to",
        "a field that rotused fills in itself",
        "command must begin with the absolute path",
        "timeout must be at most 60s",
        "unknown key \"urls\" in [[channel]] \"j\"",
        "two channels are called \"j\"",
    ]);
    assert!(!said.contains(TOKEN), "{said}");
    let output = Installation::new().rotused(&["channel", "test", "nera"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("no [[channel]] is called \"nera\""));
}
