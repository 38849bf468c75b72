//! From a push to the public site: editors with git, the server that publishes, and administrators who look and go back.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs;
use std::net::TcpListener;
use std::process::Stdio;

use rustix::fs::{FlockOperation, flock};
use tests::{Log, MailListener, Newsroom, eventually, free_port, said, sources};

/// Publishing that ends with an exit code and says these words.
fn publish(newsroom: &Newsroom, arguments: &[&str], code: i32, words: &[&str]) {
    let output = newsroom.publish(arguments);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(words.iter().all(|word| said.contains(word)), "{words:?} are not in: {said}");
}

#[test]
fn what_is_pushed_becomes_public_and_can_be_gone_back_from() {
    let newsroom = Newsroom::new();
    publish(&newsroom, &[], 0, &["published 2"]);
    let first = newsroom.current().unwrap();
    publish(&newsroom, &[], 0, &["nothing to do", "is public already"]);
    newsroom.news("talka", "2026-11-24", "Šeštadienį.");
    fs::remove_file(newsroom.path("desk/content/naujienos/ziemos-keliai.md")).unwrap();
    let commit = newsroom.push("talka");
    publish(&newsroom, &[], 0, &["published 2", &commit[..12]]);
    assert!(newsroom.public("naujienos/talka/index.html").unwrap().contains("Šeštadienį"));

    let announcement: serde_json::Value =
        serde_json::from_str(&newsroom.public(".well-known/release.json").unwrap()).unwrap();
    let second = newsroom.current().unwrap();
    for (key, expected) in [
        ("commit", &*commit),
        ("release", &second),
        ("previous", &first),
        ("base_url", "https://www.azuolynas.example"),
    ] {
        assert_eq!(announcement[key], expected, "{key}");
    }
    let status = newsroom.says(&["status"]);
    for words in
        [&*second, &commit, "by Ona Ąžuolaitė <ona@azuolynas.example>", "main at", "(public)", "4 lines, whole"]
    {
        assert!(status.contains(words), "{words} is not in: {status}");
    }
    let diff = newsroom.says(&["diff", &first, "current"]);
    for line in ["+ /naujienos/talka/", "- /naujienos/ziemos-keliai/", "~ /naujienos/", "~ /"] {
        assert!(diff.lines().any(|found| found == line), "{line} is not in: {diff}");
    }
    assert!(!diff.contains("kontaktai/\n~ /kontaktai"), "{diff}");

    // Nobody publishes again what somebody has just taken back, and the next commit is published.
    assert!(newsroom.says(&["rollback"]).contains(&first));
    assert!(newsroom.public("naujienos/talka/index.html").is_none());
    publish(&newsroom, &[], 0, &["nothing to do", "held since somebody went back"]);
    assert!(newsroom.says(&["status"]).contains("gone back to"));
    assert_eq!(newsroom.publish(&["rollback"]).status.code(), Some(1));
    newsroom.push("again");
    publish(&newsroom, &[], 0, &["published 2"]);
    assert!(newsroom.says(&["rollback", &second]).contains("is public"));
    assert_eq!(newsroom.actions(), "intent publish intent publish intent rollback intent publish intent rollback");
    publish(&newsroom, &["--again"], 0, &["published 2"]);
    let verified = newsroom.says(&["verify"]);
    assert!(verified.contains("12 lines, whole") && verified.contains("4 releases, whole"), "{verified}");
}

#[test]
fn the_hook_says_that_there_is_something_new_and_never_keeps_a_push_back() {
    let newsroom = Newsroom::new();
    let trigger = newsroom.path("trigger");
    let hook = fs::read_to_string(sources().join("config/post-receive")).unwrap();
    let hook = hook.replace("/var/spool/sitegen/trigger", &trigger.to_string_lossy());
    let place = newsroom.path("site.git/hooks/post-receive");
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(&place, hook).unwrap();
    fs::set_permissions(&place, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    newsroom.git(&newsroom.path("desk"), &["push", "--quiet", "origin", "main:kita"]);
    assert!(!trigger.exists());
    newsroom.push("main");
    assert!(trigger.exists());
    fs::remove_file(&trigger).unwrap();
    fs::create_dir(&trigger).unwrap();
    newsroom.push("a trigger that cannot be written");
}

#[test]
fn only_the_newest_releases_are_kept_and_share_what_did_not_change() {
    use std::os::unix::fs::MetadataExt;
    let newsroom = Newsroom::new();
    newsroom.configure("keep = 2\n");
    for name in ["a", "b", "c", "d"] {
        newsroom.news(name, "2026-11-24", "Tekstas.");
        newsroom.push(name);
        publish(&newsroom, &[], 0, &["published"]);
    }
    let kept = fs::read_dir(newsroom.path("state/public/releases")).unwrap().count();
    assert_eq!(kept, 2);
    let shared = fs::metadata(newsroom.path("state/public/current/kontaktai/index.html")).unwrap();
    assert_eq!(shared.nlink(), 2);
    assert!(newsroom.says(&["rollback"]).contains("is public"));
    publish(&newsroom, &["rollback"], 1, &["no longer kept"]);
}

#[test]
fn a_commit_with_mistakes_leaves_the_site_and_tells_its_author_once() {
    let newsroom = Newsroom::new();
    let mails = MailListener::start();
    newsroom
        .configure(&format!("[mail]\nserver = \"127.0.0.1:{}\"\nfrom = \"svetaine@azuolynas.example\"\n", mails.port));
    publish(&newsroom, &[], 0, &["published"]);
    let before = newsroom.current();
    newsroom.news("klaida", "2026-11-24", "[Nėra](nera.md) <script>alert(1)</script>");
    let commit = newsroom.push("klaida");
    publish(&newsroom, &[], 2, &["content/naujienos/klaida.md:7:", "nera.md", "public site is as it was"]);
    assert_eq!(newsroom.current(), before);
    let mail = mails.mail();
    assert_eq!(mail.recipients, ["ona@azuolynas.example"]);
    assert!(mail.text.contains("Auto-Submitted: auto-generated"), "{}", mail.text);
    let page = fs::read_to_string(newsroom.path(&format!("state/public/problems/{commit}.html"))).unwrap();
    assert!(page.contains("nera.md") && page.contains("&lt;script") && !page.contains("<script"), "{page}");
    assert_eq!(fs::read_to_string(newsroom.path("state/public/problems/latest.html")).unwrap(), page);
    publish(&newsroom, &[], 0, &["nothing to do", "was refused before"]);
    publish(&newsroom, &["--again"], 2, &["nera.md"]);
    assert_eq!(mails.waiting(), 0);
    assert!(newsroom.says(&["status"]).contains("refused:"));
    newsroom.news("klaida", "2026-11-24", "Jau gerai.");
    newsroom.push("pataisyta");
    publish(&newsroom, &[], 0, &["published"]);
    assert!(!newsroom.says(&["status"]).contains("refused:"));
    assert_eq!(newsroom.actions(), "intent publish refused refused intent publish");
}

#[test]
fn a_mail_server_that_is_away_or_silent_stops_nothing_and_is_told_of() {
    let newsroom = Newsroom::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let route = |port: u16| {
        newsroom.configure(&format!("[mail]\nserver = \"127.0.0.1:{port}\"\nfrom = \"svetaine@azuolynas.example\"\n"));
    };
    newsroom.news("klaida", "2026-11-24", "[Nėra](nera.md)");
    newsroom.push("away");
    route(free_port());
    publish(&newsroom, &[], 2, &["could not be told by mail", "nera"]);
    newsroom.push("silent");
    route(silent.local_addr().unwrap().port());
    let waits = newsroom.command(&[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _held = silent.accept().unwrap();
    // While it waits for an answer, others publish.
    newsroom.news("klaida", "2026-11-24", "Jau gerai.");
    newsroom.push("mended");
    publish(&newsroom, &["--wait", "0"], 0, &["published"]);
    let output = waits.wait_with_output().unwrap();
    assert!(output.status.code() == Some(2) && said(&output).contains("could not be told by mail"), "{output:?}");
}

#[test]
fn nobody_is_written_to_whose_domain_is_not_allowed() {
    let newsroom = Newsroom::new();
    let mails = MailListener::start();
    newsroom.configure(&format!(
        "[mail]\nserver = \"127.0.0.1:{}\"\nfrom = \"svetaine@azuolynas.example\"\nadministrator = \"it@azuolynas.example\"\n\
         domains = [\"kitur.example\"]\n",
        mails.port
    ));
    newsroom.news("klaida", "2026-11-24", "[Nėra](nera.md)");
    newsroom.push("klaida");
    publish(&newsroom, &[], 2, &["the administrator is told instead"]);
    assert_eq!(mails.mail().recipients, ["it@azuolynas.example"]);
}

#[test]
fn what_is_public_by_time_is_public_in_its_minute() {
    let newsroom = Newsroom::new();
    newsroom.news("rytoj", "2026-11-29T08:00", "Rytoj.");
    newsroom.push("rytoj");
    publish(&newsroom, &["--now", "2026-11-28T12:00:00Z"], 0, &["published"]);
    assert!(newsroom.public("naujienos/rytoj/index.html").is_none());
    // Midnight comes first, when events are over.
    publish(&newsroom, &["--now", "2026-11-29T00:00:01Z"], 0, &[]);
    assert_eq!(newsroom.says(&["next-change"]), "2026-11-29T06:00:00Z\n");
    publish(&newsroom, &["--now", "2026-11-29T05:59:59Z"], 0, &["nothing to do", "2026-11-29T06:00:00Z"]);
    assert!(newsroom.public("naujienos/rytoj/index.html").is_none());
    publish(&newsroom, &["--now", "2026-11-29T06:00:00Z"], 0, &["published"]);
    assert!(newsroom.public("naujienos/rytoj/index.html").is_some());
}

#[test]
fn what_time_may_mend_is_tried_again_then() {
    let newsroom = Newsroom::new();
    newsroom.news("rytoj", "2026-11-29T08:00", "Rytoj.");
    newsroom.news("siandien", "2026-11-28", "[Rytoj](rytoj.md)");
    newsroom.push("rytoj");
    publish(&newsroom, &["--now", "2026-11-29T05:00:00Z"], 2, &["dar nepaskelbtas"]);
    publish(&newsroom, &["--now", "2026-11-29T05:59:00Z"], 0, &["was refused before", "2026-11-29T06:00:00Z"]);
    publish(&newsroom, &["--now", "2026-11-29T06:00:00Z"], 0, &["published"]);
}

#[test]
fn rewritten_history_is_published_and_told_of() {
    let newsroom = Newsroom::new();
    let mails = MailListener::start();
    newsroom.configure(&format!(
        "[mail]\nserver = \"127.0.0.1:{}\"\nfrom = \"svetaine@azuolynas.example\"\nadministrator = \"it@azuolynas.example\"\n",
        mails.port
    ));
    let before = newsroom.push("second");
    publish(&newsroom, &[], 0, &["published"]);
    newsroom.git(&newsroom.path("desk"), &["reset", "--quiet", "--hard", "HEAD~1"]);
    newsroom.news("kita", "2026-11-24", "Kita istorija.");
    let after = newsroom.push("other");
    publish(&newsroom, &[], 0, &["published", "history was rewritten"]);
    let mail = mails.mail();
    assert_eq!(mail.recipients, ["it@azuolynas.example"]);
    let line = newsroom.log().pop().unwrap();
    assert_eq!(line["rewritten"], true);
    assert_eq!([line["commit"].as_str(), line["instead_of"].as_str()], [Some(&*after), Some(&*before)]);
    assert!(newsroom.says(&["status"]).contains("over rewritten history"));
}

#[test]
fn one_publishes_one_waits_and_others_leave() {
    let newsroom = Newsroom::new();
    publish(&newsroom, &[], 0, &["published"]);
    let held = fs::File::open(newsroom.path("state/lock")).unwrap();
    flock(&held, FlockOperation::LockExclusive).unwrap();
    publish(&newsroom, &["--wait", "0"], 75, &["another publish has held"]);
    assert!(newsroom.says(&["status"]).contains("under way"));
    let mut waits = newsroom.command(&[]).stdout(Stdio::piped()).spawn().unwrap();
    let queue = fs::File::open(newsroom.path("state/waiting")).unwrap();
    eventually("one that waits", || match flock(&queue, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => flock(&queue, FlockOperation::Unlock).map(|()| None).unwrap(),
        Err(_) => Some(()),
    });
    publish(&newsroom, &[], 0, &["another publish waits already"]);
    let newest = newsroom.push("newest");
    drop(held);
    let mut log = Log::of_stdout(&mut waits);
    assert!(log.line_with(&["published"]).contains(&newest[..12]));
    assert!(waits.wait().unwrap().success());
}

#[test]
fn two_at_once_leave_one_whole_release_and_one_chain() {
    let newsroom = Newsroom::new();
    for round in 0..5 {
        newsroom.news("a", "2026-11-24", &format!("Kartas {round}."));
        newsroom.push("a");
        let children = [(); 3].map(|()| newsroom.command(&[]).stdout(Stdio::null()).spawn().unwrap());
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
        assert!(newsroom.public("naujienos/a/index.html").unwrap().contains(&format!("Kartas {round}.")));
    }
    assert_eq!(newsroom.actions(), ["intent publish"; 5].join(" "));
    let _ = newsroom.says(&["verify"]);
}

#[test]
fn a_log_that_was_changed_is_found_out_and_where() {
    let newsroom = Newsroom::new();
    publish(&newsroom, &[], 0, &["published"]);
    newsroom.push("second");
    publish(&newsroom, &[], 0, &["published"]);
    let path = newsroom.path("state/public/log.jsonl");
    let good = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = good.lines().collect();
    let cases = [
        (good.replacen("\"time\":\"2", "\"time\":\"1", 1), "line 2 of"),
        (format!("{}\n{}\n{}\n", lines[0], lines[1], lines[3]), "line 3 of"),
        (format!("{}\nx\n{}\n{}\n", lines[0], lines[2], lines[3]), "line 2 of"),
        (format!("{}\n{}\n", lines[0], lines[1]), "the log says nothing of it"),
        (good.replace(&newsroom.current().unwrap(), "20200101T000000Z-000000000000"), "line 4 of"),
    ];
    for (text, words) in cases {
        fs::write(&path, text).unwrap();
        publish(&newsroom, &["verify"], 1, &[words]);
    }
    fs::write(&path, &good).unwrap();
    let _ = newsroom.says(&["verify"]);
    // A page that somebody changed on the server.
    let page = newsroom.path("state/public/current/kontaktai/index.html");
    fs::write(&page, fs::read_to_string(&page).unwrap().replace("8", "9")).unwrap();
    publish(&newsroom, &["verify"], 1, &["was changed since it was made, at /kontaktai/"]);
}
