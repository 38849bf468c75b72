//! Readers by mail: how one gets on the list and off it, and what is sent to whom.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use tests::{Mail, MailListener, MailSystem, Newsroom, said};

const ONA: &str = "ona@pastas.example";

/// A public site with a list, and the mail server of its machine.
fn newsroom() -> (Newsroom, MailListener) {
    let (newsroom, mails) = (Newsroom::new(), MailListener::start());
    newsroom.configure(&format!(
        "[mail]\nserver = \"127.0.0.1:{}\"\nfrom = \"svetaine@azuolynas.example\"\nsubscriptions = \"prenumerata@azuolynas.example\"\n",
        mails.port
    ));
    publish(&newsroom);
    (newsroom, mails)
}

fn publish(newsroom: &Newsroom) {
    let _ = newsroom.says(&[]);
}

/// What the mail server does with a letter to the list; its exit code.
fn bring(newsroom: &Newsroom, letter: &str, options: &[&str]) -> Option<i32> {
    let mut arguments = vec!["receive"];
    arguments.extend(options);
    let mut command = newsroom.sitegen("subscriptions", &arguments);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(letter.as_bytes()).unwrap();
    child.wait_with_output().unwrap().status.code()
}

fn write(newsroom: &Newsroom, from: &str, subject: &str) -> Option<i32> {
    bring(newsroom, &format!("From: {from}\r\nSubject: {subject}\r\n\r\nLabas\r\n"), &["--sender", from])
}

fn subscriptions(newsroom: &Newsroom, arguments: &[&str], code: i32) -> String {
    let output = newsroom.sitegen("subscriptions", arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    said(&output)
}

/// The token in the only brackets of a letter, or behind the + of its sender.
fn token(mail: &Mail) -> String {
    let words = mail.text.split(|c: char| !c.is_ascii_alphanumeric());
    let found = words
        .chain(mail.sender.split(['+', '@']))
        .find(|word| word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit()));
    found.unwrap_or_else(|| panic!("no token in {mail:?}")).to_owned()
}

/// Puts somebody on the list as they do it themselves.
fn subscribe(newsroom: &Newsroom, mails: &MailListener, who: &str, section: &str) {
    assert_eq!(write(newsroom, who, &format!("Prenumeruoti {section}")), Some(0));
    let asked = token(&mails.mail());
    assert_eq!(write(newsroom, who, &format!("Re: Patvirtinkite [{asked}]")), Some(0));
    assert_eq!(mails.mail().recipients, [who]);
}

#[test]
fn a_reader_subscribes_confirms_reads_and_leaves() {
    let (newsroom, mails) = newsroom();
    let section = newsroom.public("naujienos/index.html").unwrap();
    assert!(
        section.contains("href=\"mailto:prenumerata@azuolynas.example?subject=Prenumeruoti%20/naujienos/\""),
        "{section}"
    );
    assert_eq!(write(&newsroom, ONA, "Prenumeruoti /naujienos/"), Some(0));
    let asked = mails.mail();
    assert_eq!(asked.recipients, [ONA]);
    assert!(asked.text.contains("Auto-Submitted: auto-generated"), "{asked:?}");
    assert_eq!(subscriptions(&newsroom, &["list"], 0), "", "nobody has answered yet");
    assert_eq!(write(&newsroom, "kitas@pastas.example", &format!("Re: [{}]", token(&asked))), Some(0));
    assert_eq!(mails.mail().recipients, [ONA], "the address that was asked is the one that counts");
    let list = subscriptions(&newsroom, &["list"], 0);
    assert!(list.starts_with("ona@pastas.example  /naujienos/ since 2"), "{list}");
    let mode = |name: &str| fs::metadata(newsroom.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("state/subscriptions"), mode("state/subscriptions/list.json")), (0o700, 0o600));

    // What was there before is no news.
    assert!(subscriptions(&newsroom, &["digest"], 0).contains("to 0 readers"));
    newsroom.news("talka", "2026-11-24", "Šeštadienį.");
    newsroom.push("talka");
    publish(&newsroom);
    assert!(subscriptions(&newsroom, &["digest"], 0).contains("to 1 readers"));
    let digest = mails.mail();
    assert_eq!(digest.recipients, [ONA]);
    for line in [
        "List-Id: <prenumerata.azuolynas.example>",
        "Precedence: list",
        "https://www.azuolynas.example/naujienos/talka/",
        "Bandymas",
    ] {
        assert!(digest.text.contains(line), "{line} is not in {}", digest.text);
    }
    assert!(!digest.text.contains("ziemos-keliai"), "{}", digest.text);
    assert!(subscriptions(&newsroom, &["digest"], 0).contains("to 0 readers"), "told twice");
    assert_eq!(mails.waiting(), 0);

    // As mail programs leave a list.
    let leave = digest.text.lines().find(|line| line.starts_with("List-Unsubscribe: ")).unwrap();
    let (_, subject) = leave.split_once("?subject=").unwrap_or_else(|| panic!("{leave}"));
    let subject = subject.trim_end_matches('>').replace("%20", " ");
    assert_eq!(write(&newsroom, ONA, &subject), Some(0));
    assert_eq!(mails.mail().recipients, [ONA]);
    assert_eq!(subscriptions(&newsroom, &["list"], 0), "");
    let left = fs::read_to_string(newsroom.path("state/subscriptions/list.json")).unwrap();
    assert!(left.contains("\"readers\":{}"), "{left}");
}

#[test]
fn machines_get_no_answer_and_people_get_help() {
    let (newsroom, mails) = newsroom();
    let robot = "From: a@b.example\r\nAuto-Submitted: auto-replied\r\nSubject: Prenumeruoti /naujienos/\r\n\r\n";
    for (letter, options) in
        [(robot, &["--sender", "a@b.example"]), ("", &["--sender", ""]), ("From: nobody\r\n\r\n", &["--sender", "x"])]
    {
        assert_eq!(bring(&newsroom, letter, options), Some(0), "{letter}");
    }
    assert_eq!(mails.waiting(), 0);
    for subject in ["Labas", "Prenumeruoti /nera/", "Prenumeruoti /../../etc/"] {
        assert_eq!(write(&newsroom, ONA, subject), Some(0), "{subject}");
        assert_eq!(mails.mail().recipients, [ONA]);
    }
    // A letter that cannot be answered for now comes again (EX_TEMPFAIL).
    assert_eq!(write(&newsroom, MailSystem::BUSY, "Labas"), Some(75));
    assert_eq!(write(&newsroom, MailSystem::GONE, "Labas"), Some(0));
}

#[test]
fn a_digest_that_is_cut_off_goes_on_and_addresses_that_are_gone_are_forgotten() {
    let (newsroom, mails) = newsroom();
    subscribe(&newsroom, &mails, ONA, "/naujienos/");
    subscribe(&newsroom, &mails, "zita@pastas.example", "/naujienos/");
    // Two that were good when they subscribed.
    let list = newsroom.path("state/subscriptions/list.json");
    let text = fs::read_to_string(&list).unwrap();
    let text = text.replace("\"address\":\"zita@pastas.example\"", &format!("\"address\":\"{}\"", MailSystem::BUSY));
    fs::write(&list, text).unwrap();
    newsroom.news("talka", "2026-11-24", "Šeštadienį.");
    newsroom.push("talka");
    publish(&newsroom);
    let failed = subscriptions(&newsroom, &["digest"], 75);
    assert!(
        failed.contains(MailSystem::BUSY) && failed.contains("450") && failed.contains("nothing is lost"),
        "{failed}"
    );
    assert_eq!(mails.mail().recipients, [ONA]);
    // What comes meanwhile is the next one's.
    newsroom.news("mugė", "2026-11-25", "Sekmadienį.");
    newsroom.push("mugė");
    publish(&newsroom);
    let text = fs::read_to_string(&list).unwrap().replace(MailSystem::BUSY, "zita@pastas.example");
    fs::write(&list, text).unwrap();
    let digest = newsroom.path("state/subscriptions/digest.json");
    let text = fs::read_to_string(&digest).unwrap().replace(MailSystem::BUSY, "zita@pastas.example");
    fs::write(&digest, text).unwrap();
    assert!(subscriptions(&newsroom, &["digest"], 0).contains("to 1 readers"));
    let mail = mails.mail();
    assert_eq!(mail.recipients, ["zita@pastas.example"]);
    assert!(mail.text.contains("talka") && !mail.text.contains("mug"), "{}", mail.text);
    assert!(subscriptions(&newsroom, &["digest"], 0).contains("to 2 readers"));
    let (first, second) = (mails.mail(), mails.mail());
    assert_eq!([first.recipients.concat(), second.recipients.concat()], [ONA, "zita@pastas.example"]);

    // The mail server reports later, to an address that tells whom it could not reach.
    let reader = token(&second);
    let report =
        "From: MAILER-DAEMON\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n";
    let options = ["--sender", "MAILER-DAEMON", "--extension", &reader];
    assert_eq!(bring(&newsroom, report, &options), Some(0));
    assert_eq!(subscriptions(&newsroom, &["list"], 0).lines().count(), 2, "one report is no proof");
    assert_eq!(subscriptions(&newsroom, &["remove", "zita@pastas.example"], 0), "");
    assert!(subscriptions(&newsroom, &["remove", "zita@pastas.example"], 1).contains("is not on the list"));
    assert_eq!(subscriptions(&newsroom, &["list"], 0).lines().count(), 1);
}

#[test]
fn without_a_list_nobody_subscribes_and_the_reason_is_said() {
    let newsroom = Newsroom::new();
    assert!(subscriptions(&newsroom, &["list"], 1).contains("`subscriptions`"));
}
