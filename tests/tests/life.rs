//! The daemon's life: start, restart, stop, and being killed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use rustix::process::Signal;
use tests::{Database, Installation, Rotused, SOON, eventually, free_port};

/// Longer than this systemd should not have to wait for us.
const LONGEST_STOP: Duration = Duration::from_secs(5);

/// A device with one check that is down.
fn with_a_fault() -> Installation {
    let installation = Installation::new();
    let check = format!(
        "{{ kind = \"tcp\", port = {}, name = \"web\", interval = \"2s\", timeout = \"1s\", confirm = 1 }}",
        free_port()
    );
    installation.device("serveris", "127.0.0.1", &check);
    installation
}

#[test]
fn a_restart_goes_on_with_the_same_incident() {
    let installation = with_a_fault();
    let mut rotused = installation.start();
    rotused.log.line_with(&["incident opened", "incident=1"]);
    let _ = rotused.stop();
    let rotused = installation.start();
    // Known before the first answer, from the journal.
    rotused.state_is("serveris", "web", "down");
    rotused.metric_is("rotuse_incidents_open", |count| count == 1.0);
    let answered = "rotuse_check_state{device=\"serveris\",check=\"web\",state=\"down\"}";
    rotused.metric_is(answered, |value| value == 1.0);
    let (_, log) = rotused.stop();
    assert!(!log.contains("incident opened"), "{log}");
}

#[test]
fn a_daemon_that_was_killed_starts_again_and_has_lost_nothing() {
    let installation = with_a_fault();
    for _ in 0..5 {
        let rotused = installation.start();
        rotused.state_is("serveris", "web", "down");
        rotused.signal(Signal::KILL);
    }
    let rotused = installation.start();
    rotused.metric_is("rotuse_incidents_open", |count| count == 1.0);
}

#[test]
fn a_stop_in_the_middle_of_a_backup_leaves_neither_lock_nor_half_a_snapshot() {
    let installation = Installation::new();
    // Large enough that restic is still storing or verifying when it is told to stop.
    let _database = Database::make(installation.path("registras.db"), 600_000);
    installation.job("daily");
    let rotused = installation.start();
    eventually("a lock of restic", || fs::read_dir(installation.path("repository/locks")).unwrap().next().map(drop));
    let (took, log) = rotused.stop();
    assert!(took < LONGEST_STOP, "{took:?}: {log}");
    assert!(log.contains("backup interrupted"), "{log}");
    assert_eq!(installation.list("locks"), Vec::<String>::new());
    let snapshots = installation.list("snapshots").len();
    let checked = installation.restic(&["check"]);
    assert!(checked.status.success(), "{checked:?}");
    assert_eq!(fs::read_dir(installation.path("state/scratch")).unwrap().count(), 0);
    // It is run again at the next start, although the next planned time is tomorrow.
    let mut rotused = installation.start();
    rotused.log.line_with(&["backup proven"]);
    assert!(installation.list("snapshots").len() > snapshots);
}

/// A restic that says its version and then neither works nor listens.
fn with_a_stubborn_restic() -> Installation {
    let installation = Installation::new();
    let _database = Database::make(installation.path("registras.db"), 10);
    installation.job("daily");
    let script = "#!/bin/sh\n[ \"$1\" = version ] && exec restic version\ntrap '' INT TERM\n: >\"$0.started\"\nwhile :; do sleep 1; done\n";
    installation.write("restic", script);
    fs::set_permissions(installation.path("restic"), Permissions::from_mode(0o755)).unwrap();
    let main = fs::read_to_string(installation.path("rotused.toml")).unwrap();
    let restic = installation.path("restic");
    installation.write("rotused.toml", &format!("restic = \"{}\"\n{main}", restic.display()));
    installation
}

#[test]
fn a_restic_that_does_not_listen_is_killed_in_time() {
    let installation = with_a_stubborn_restic();
    let rotused = installation.start();
    eventually("restic", || installation.path("restic.started").exists().then_some(()));
    let (took, log) = rotused.stop();
    assert!(took < LONGEST_STOP, "{took:?}: {log}");
    assert!(log.contains("backup interrupted"), "{log}");
}

#[test]
fn a_second_signal_ends_the_daemon_at_once() {
    let installation = with_a_stubborn_restic();
    let mut rotused = installation.start();
    eventually("restic", || installation.path("restic.started").exists().then_some(()));
    rotused.signal(Signal::TERM);
    rotused.log.line_with(&["stopping"]);
    rotused.signal(Signal::TERM);
    rotused.log.line_with(&["stopped at once"]);
    assert!(rotused.end().success());
}

#[test]
fn an_idle_daemon_stops_at_once_although_a_browser_is_connected() {
    let installation = with_a_fault();
    let rotused = installation.start();
    let _browser = std::net::TcpStream::connect(rotused.address()).unwrap();
    let (took, log) = rotused.stop();
    assert!(took < LONGEST_STOP, "{took:?}: {log}");
    assert!(log.contains("stopping") && log.contains("stopped"), "{log}");
}

#[test]
fn systemd_hears_when_it_is_ready_alive_and_stopping() {
    let installation = with_a_fault();
    let socket = UnixDatagram::bind(installation.path("notify")).unwrap();
    socket.set_read_timeout(Some(SOON)).unwrap();
    let hear = || {
        let mut buffer = [0; 512];
        let length = socket.recv(&mut buffer).expect("systemd hears something");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let mut command = installation.command(&["run"]);
    command.env("NOTIFY_SOCKET", installation.path("notify")).env("WATCHDOG_USEC", "2000000");
    let rotused = Rotused::of(&mut command);
    let mut heard = Vec::new();
    while !(heard.iter().any(|said: &String| said.contains("READY=1"))
        && heard.iter().any(|said| said.contains("WATCHDOG=1")))
    {
        heard.push(hear());
    }
    rotused.signal(Signal::TERM);
    while !hear().contains("STOPPING=1") {}
}

#[test]
fn passwords_are_in_no_environment_command_line_or_state() {
    let installation = Installation::new();
    let _database = Database::make(installation.path("registras.db"), 300_000);
    installation.job("daily");
    let mut rotused = installation.start();
    let secret = "correct horse";
    let seen = eventually("restic at work", || {
        let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", rotused.pid())).ok()?;
        // restic is started by one of the runtime's threads, so every thread's children are looked at.
        let threads = fs::read_dir(format!("/proc/{}/task", rotused.pid())).ok()?;
        let all = threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok());
        let pids: Vec<String> = all
            .chain([children])
            .flat_map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let pid = pids.first()?;
        let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
        let text = String::from_utf8_lossy(&[line, environment].concat()).into_owned();
        text.contains("RESTIC_PASSWORD_FILE").then_some(text)
    });
    assert!(!seen.contains(secret), "{seen}");
    rotused.log.line_with(&["backup proven"]);
    let (_, log) = rotused.stop();
    assert!(!log.contains(secret), "{log}");
    for name in ["journal.db", "history.db"] {
        let octets = fs::read(installation.path("state").join(name)).unwrap();
        assert!(!String::from_utf8_lossy(&octets).contains(secret), "{name}");
    }
}
