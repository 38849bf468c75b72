//! The fault journal: what people say of incidents, and that nothing that is written is ever lost.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use rusqlite::Connection;
use rustix::process::Signal;
use tests::{Installation, Rotused, free_port, program};

fn incident(installation: &Installation, arguments: &[&str]) -> Output {
    let mut command = Command::new(program("rotused"));
    command.arg("incident").args(arguments).arg("--config").arg(installation.path("rotused.toml"));
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A device with a check that is down.
fn with_a_fault() -> Installation {
    let installation = Installation::new();
    let port = free_port();
    let check = format!(
        "{{ kind = \"tcp\", port = {port}, name = \"web\", interval = \"1s\", timeout = \"500ms\", confirm = 1 }}"
    );
    installation.device("serveris", "127.0.0.1", &check);
    installation
}

#[test]
fn what_people_say_stands_in_the_journal_with_author_and_time() {
    let installation = with_a_fault();
    let mut rotused = installation.start();
    rotused.log.line_with(&["incident opened", "incident=1"]);
    let by = ["--author", "Ona"];
    let say = |arguments: &[&str]| {
        let output = incident(&installation, &[arguments, &by].concat());
        assert!(output.status.success(), "{}", said(&output));
    };
    say(&["ack", "1", "važiuoju"]);
    say(&["note", "1", "perdegė <maitinimo> blokas"]);
    say(&["repair", "1", "--wrong", "blokas", "--done", "pakeista", "--part", "PSU 500 W", "--minutes", "40"]);
    say(&["open", "neveikia Jono kompiuteris", "skambino 10 val.", "--warning", "--device", "serveris"]);
    say(&["link", "2", "1"]);
    let shown = said(&incident(&installation, &["show", "1"]));
    for words in [
        "serveris/web",
        "Ona works on it: važiuoju",
        "Ona: perdegė <maitinimo> blokas",
        "in 40 min: blokas; pakeista; parts: PSU 500 W",
    ] {
        assert!(shown.contains(words), "{shown}");
    }
    let listed = said(&incident(&installation, &["list"]));
    assert!(listed.contains("warning") && listed.contains("neveikia Jono kompiuteris"), "{listed}");
    // A phone call that is over; the daemon alone knows when the server is.
    say(&["close", "2", "perkrautas"]);
    rotused.log.line_with(&["incident resolved", "incident=2"]);
    let listed = said(&incident(&installation, &["list"]));
    assert!(!listed.contains("Jono"), "{listed}");
    assert!(said(&incident(&installation, &["show", "2"])).contains("belongs together with incident 1"));
}

#[test]
fn what_cannot_be_said_is_refused_in_words() {
    let installation = with_a_fault();
    let mut rotused = installation.start();
    rotused.log.line_with(&["incident opened", "incident=1"]);
    for (arguments, words) in [
        (&["note", "7", "?"][..], "there is no incident 7"),
        (&["note", "1", " "], "a text is empty"),
        (&["link", "1", "1"], "not linked with itself"),
        (&["open", "x", "--device", "serveriss"], "no device is called"),
    ] {
        let output = incident(&installation, arguments);
        assert!(!output.status.success() && said(&output).contains(words), "{arguments:?}: {}", said(&output));
    }
}

#[test]
fn without_a_daemon_the_command_writes_by_itself_and_the_next_daemon_knows() {
    let installation = with_a_fault();
    let output = incident(&installation, &["open", "sudegė spausdintuvas"]);
    assert!(output.status.success(), "{}", said(&output));
    let mut rotused = installation.start();
    rotused.metric_is("rotuse_incidents_open", |count| count == 2.0);
    rotused.log.line_with(&["incident opened", "incident=2"]);
}

#[test]
fn what_was_recorded_is_replayed_to_the_same_incidents() {
    let installation = Installation::new();
    let port = free_port();
    let check = format!(
        "{{ kind = \"tcp\", port = {port}, name = \"web\", interval = \"1s\", timeout = \"500ms\", confirm = 1 }}"
    );
    installation.device("serveris", "127.0.0.1", &check);
    let recording = installation.path("recording.jsonl");
    let mut rotused = Rotused::of(installation.command(&["run"]).arg("--record").arg(&recording));
    rotused.log.line_with(&["incident opened", "serveris/web"]);
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    rotused.log.line_with(&["incident resolved"]);
    drop(listener);
    rotused.log.line_with(&["incident opened", "incident=2"]);
    let _ = rotused.stop();
    let replay = || {
        let mut command: Command = installation.command(&["replay"]);
        let output = command.arg(&recording).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let said = replay();
    let incidents: Vec<&str> = said.lines().filter(|line| line.contains(" incident ")).collect();
    let [opened, resolved, again] = incidents[..] else { panic!("{said}") };
    assert!(opened.contains("incident 1 opened (critical): serveris/web") && resolved.contains("incident 1 resolved"));
    assert!(again.contains("incident 2 opened"), "{again}");
    assert_eq!(said, replay());
}

/// What stands in a table, by number.
fn rows(journal: &Connection, table: &str, columns: &str) -> BTreeMap<i64, String> {
    let mut statement = journal.prepare(&format!("SELECT {columns} FROM {table}")).unwrap();
    let rows = statement.query_map([], |row| {
        let count = row.as_ref().column_count();
        let texts = (1..count).map(|column| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default));
        Ok((row.get(0)?, texts.collect::<Result<Vec<_>, _>>()?.join("|")))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

const TABLES: [(&str, &str); 4] = [
    ("incident", "id, subject, opened, reason, severity"),
    ("incident_resolution", "incident, at"),
    ("remark", "id, author, at, remark"),
    ("state_change", "id, device, check_name, state_from, state_to, at"),
];

/// So many times the daemon is killed in the middle of its work.
const KILLS: u32 = 200;

#[test]
fn a_daemon_that_is_killed_at_any_moment_loses_no_incident_and_nothing_that_was_said() {
    let installation = Installation::new();
    // Ports that open and close faster than they are asked: there is always something to write.
    let ports: Vec<u16> = (0..8).map(|_| free_port()).collect();
    for (place, port) in ports.iter().enumerate() {
        let check = format!(
            "{{ kind = \"tcp\", port = {port}, interval = \"250ms\", timeout = \"200ms\", confirm = 1, confirm_interval = \"50ms\" }}"
        );
        installation.device(&format!("s{place}"), "127.0.0.1", &check);
    }
    let is_over = AtomicBool::new(false);
    let mut acknowledged: BTreeMap<i64, String> = BTreeMap::new();
    let mut before: Vec<BTreeMap<i64, String>> = vec![BTreeMap::new(); TABLES.len()];
    std::thread::scope(|scope| {
        for port in &ports {
            let is_over = &is_over;
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let listener = TcpListener::bind(("127.0.0.1", *port));
                    std::thread::park_timeout(random(400));
                    drop(listener);
                    std::thread::park_timeout(random(400));
                }
            });
        }
        for kill in 0..KILLS {
            let rotused = installation.start();
            let said: Vec<(i64, String)> = std::thread::scope(|scope| {
                let speaking: Vec<_> = (0..2)
                    .map(|speaker| {
                        let installation = &installation;
                        scope.spawn(move || speak(installation, &format!("{kill}-{speaker}")))
                    })
                    .collect();
                std::thread::park_timeout(random(700));
                rotused.signal(Signal::KILL);
                speaking.into_iter().flat_map(|speaking| speaking.join().unwrap()).collect()
            });
            drop(rotused);
            acknowledged.extend(said);
            before = verify(&installation, &acknowledged, &before);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert!(acknowledged.len() > 100, "only {} commands were acknowledged", acknowledged.len());
    let faults = before[0].values().filter(|incident| incident.contains("\"check\"")).count();
    assert!(faults > 100, "only {faults} incidents were opened");
    println!("{KILLS} kills: {faults} incidents of checks, {} commands, nothing lost", acknowledged.len());
}

/// Reports a fault and notes something of it, and returns what was acknowledged.
fn speak(installation: &Installation, text: &str) -> Vec<(i64, String)> {
    let output = incident(installation, &["open", text, "--author", "Ona"]);
    let number = said(&output).trim().rsplit(' ').next().and_then(|number| number.parse().ok());
    let (true, Some(number)) = (output.status.success(), number) else { return Vec::new() };
    vec![(number, text.to_owned())]
}

/// Everything that was there is there, unchanged; everything that was acknowledged is there too.
fn verify(
    installation: &Installation,
    acknowledged: &BTreeMap<i64, String>,
    before: &[BTreeMap<i64, String>],
) -> Vec<BTreeMap<i64, String>> {
    let journal = Connection::open(installation.path("state/journal.db")).unwrap();
    let verdict: String = journal.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    let now: Vec<_> = TABLES.iter().map(|(table, columns)| rows(&journal, table, columns)).collect();
    for ((was, is), (table, _)) in before.iter().zip(&now).zip(TABLES) {
        for (id, row) in was {
            assert_eq!(is.get(id), Some(row), "{table} {id}");
        }
    }
    for (number, text) in acknowledged {
        assert!(now[0].get(number).is_some_and(|row| row.contains(&format!("\"{text}\""))), "incident {number} {text}");
    }
    let doubled: i64 = journal
        .query_row(
            "SELECT count(*) - count(DISTINCT subject) FROM incident
             WHERE id NOT IN (SELECT incident FROM incident_resolution)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(doubled, 0, "a fault has two open incidents");
    let unreported: i64 = journal
        .query_row(
            "SELECT count(*) FROM incident WHERE subject LIKE '%reported%' AND id NOT IN (SELECT incident FROM remark)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(unreported, 0, "an incident is there without who has reported it");
    now
}

/// A time of so many milliseconds at most; which one does not matter, only that it is another each time.
fn random(most: u64) -> Duration {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().subsec_nanos();
    Duration::from_millis(u64::from(now / 1000) % most)
}
