//! What happens to the daemon and its repositories while backups run: servers that are away, disks that are full, clocks that jump,
//! a daemon that is killed. Each leaves no backup that is none, says what it was, and the next run is good.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;
use tests::{
    Authority, Database, DatabaseServer, Installation, NAME, Rotused, Validity, eventually, free_port, in_namespace,
};

const DONE: &str = "echo '-- Dump completed'";

/// A job that backs up what a script writes.
fn script(installation: &Installation, script: &str, more: &str) {
    installation.write(
        "jobs/registras.toml",
        &format!(
            "[[job]]\nname = \"registras\"\nrepository = \"vietine\"\nschedule = \"daily\"\n{more}\n\
             source = {{ kind = \"command\", command = [\"sh\", \"-c\", {script:?}], trailer = \"-- Dump completed\" }}\n"
        ),
    );
}

/// Serves the repository of an installation over HTTP, as rest-server does.
struct Served(Child);

impl Served {
    fn start(installation: &Installation, port: u16, more: &[&str]) -> Self {
        let mut command = Command::new("rclone");
        command.args(["serve", "restic", "--addr", &format!("127.0.0.1:{port}"), "--config", "/dev/null"]).args(more);
        command.arg(installation.path("repository")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let served = Self(command.spawn().expect("rclone; tests/install-packages installs it"));
        eventually("rclone", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
        served
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reaches the repository that is there by another location from now on.
fn moved(installation: &Installation, location: &str, more: &str) {
    let text = fs::read_to_string(installation.path("rotused.toml")).unwrap();
    let moved = text.replace("location = \"repository\"", &format!("location = \"{location}\"\n{more}"));
    assert_ne!(moved, text);
    installation.write("rotused.toml", &moved);
}

#[test]
fn a_repository_that_is_away_is_said_to_be_and_waited_for() {
    let installation = Installation::new();
    installation.job("daily");
    let port = free_port();
    moved(&installation, &format!("rest:http://127.0.0.1:{port}/"), "");
    script(&installation, DONE, "deadline = \"4s\"\nretry = \"1s\"");
    let mut rotused = installation.start();
    // For good: by the deadline it has not come, and that is why.
    let line = rotused.log.line_with(&["ERROR", "backup failed", "job=registras"]);
    assert!(line.contains("connection refused") && line.contains("does not answer"), "{line}");
    // For some seconds at the start: the run is begun, and the server comes later.
    let begun = installation.path("begun");
    script(&installation, &format!("touch {}; {DONE}", begun.display()), "");
    let _ = rotused.log.line_with(&["INFO", "configuration"]);
    let mut run = installation.command(&["backup", "run", "registras"]).stdout(Stdio::null()).spawn().unwrap();
    eventually("a dump", || begun.exists().then_some(()));
    let served = Served::start(&installation, port, &[]);
    assert!(run.wait().unwrap().success());
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    // For some seconds in the middle of a run.
    let (half, go) = (installation.path("half"), installation.path("go"));
    let text = format!(
        "head -c 30000000 /dev/urandom; touch {}; until [ -e {} ]; do sleep 0.05; done; {DONE}",
        half.display(),
        go.display()
    );
    script(&installation, &text, "");
    let _ = rotused.log.line_with(&["INFO", "configuration"]);
    let mut run = installation.command(&["backup", "run", "registras"]).stdout(Stdio::null()).spawn().unwrap();
    eventually("half a dump", || half.exists().then_some(()));
    drop(served);
    fs::write(&go, "").unwrap();
    eventually("nobody there", || std::net::TcpStream::connect(("127.0.0.1", port)).err());
    let _served = Served::start(&installation, port, &[]);
    assert!(run.wait().unwrap().success());
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    assert_eq!(installation.list("snapshots").len(), 2);
    assert_eq!(installation.list("locks"), Vec::<String>::new());
}

/// Whoever has this machine must not have its backups: the server refuses to remove anything, and nothing here takes that for a fault.
#[test]
fn an_append_only_repository_takes_backups_and_gives_none_away() {
    let installation = Installation::new();
    installation.job("daily");
    let port = free_port();
    let _served = Served::start(&installation, port, &["--append-only"]);
    moved(
        &installation,
        &format!("rest:http://127.0.0.1:{port}/"),
        "append_only = true\ncheck = \"*:*:0/5\"\nprune = \"*:*:0/2\"",
    );
    script(&installation, DONE, "keep = { last = 1, most_removed_percent = 100 }");
    let mut rotused = installation.start();
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    for _ in 0..2 {
        let run = installation.rotused(&["backup", "run", "registras"]);
        assert!(run.status.success(), "{run:?}");
    }
    let drilled = installation.rotused(&["backup", "drill", "registras"]);
    assert!(drilled.status.success(), "{drilled:?}");
    let _ = rotused.log.line_with(&["INFO", "the check of the repository vietine ended well"]);
    assert_eq!(installation.list("snapshots").len(), 3);
    let (_, log) = rotused.stop();
    assert!(!log.contains("ERROR") && !log.contains("WARN") && !log.contains("prune"), "{log}");
}

#[test]
fn a_repository_behind_rclone_is_one_like_others() {
    let installation = Installation::new();
    installation.job("daily");
    let location = format!("rclone::local:{}", installation.path("repository").display());
    moved(&installation, &location, "");
    script(&installation, DONE, "");
    let mut rotused = installation.start();
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    assert_eq!(installation.list("snapshots").len(), 1);
}

/// `rotused run` where a folder of the installation is a disk of so many megabytes.
fn run_on_small_disk(installation: &Installation, folder: &str, megabytes: u32) -> Command {
    let run = installation.command(&["run"]);
    let mut command = in_namespace("--mount");
    let text = "mkdir -p \"$1\" && cp -a \"$1\" \"$1.before\" && mount -t tmpfs -o size=$2m none \"$1\" && cp -a \"$1.before/.\" \"$1\" && \
                chmod 700 \"$1\" && shift 2 && exec \"$@\"";
    command.args(["sh", "-c", text, "sh"]).arg(installation.path(folder)).arg(megabytes.to_string());
    command.arg(run.get_program()).args(run.get_args()).env_remove("JOURNAL_STREAM").env_remove("NOTIFY_SOCKET");
    command
}

/// A folder of an installation as the daemon sees it.
fn seen_by(rotused: &Rotused, path: &Path) -> PathBuf {
    PathBuf::from(format!("/proc/{}/root{}", rotused.pid(), path.display()))
}

fn count(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn a_repository_on_a_full_disk_fails_in_words_and_pruning_makes_room_again() {
    let installation = Installation::new();
    installation.job("daily");
    moved(&installation, "repository", "prune = \"*:*:0/3\"");
    let size = installation.path("size");
    fs::write(&size, "90000000").unwrap();
    script(&installation, &format!("head -c $(cat {}) /dev/urandom; {DONE}", size.display()), "");
    let mut rotused = Rotused::of(&mut run_on_small_disk(&installation, "repository", 60));
    let line = rotused.log.line_with(&["ERROR", "backup failed", "job=registras"]);
    assert!(line.contains("no space left on device"), "{line}");
    let repository = seen_by(&rotused, &installation.path("repository"));
    assert_eq!(count(&repository.join("snapshots")), 0);
    let _ = rotused.log.line_with(&["INFO", "the prune of the repository vietine ended well"]);
    fs::write(&size, "10000000").unwrap();
    let run = installation.rotused(&["backup", "run", "registras"]);
    assert!(run.status.success(), "{run:?}");
    assert_eq!(count(&repository.join("snapshots")), 1);
}

#[test]
fn a_full_disk_for_dumps_is_said_before_anything_is_dumped() {
    let installation = Installation::new();
    let _database = Database::make(installation.path("registras.db"), 100_000);
    installation.job("daily");
    let mut rotused = Rotused::of(&mut run_on_small_disk(&installation, "state", 20));
    let line = rotused.log.line_with(&["ERROR", "backup failed", "job=registras"]);
    assert!(line.contains("octets free") && line.contains("state/scratch"), "{line}");
    assert_eq!(installation.list("snapshots"), Vec::<String>::new());
}

#[test]
fn a_cache_that_cannot_be_written_makes_backups_slower_and_no_worse() {
    let installation = Installation::new();
    installation.job("daily");
    script(&installation, DONE, "");
    fs::create_dir_all(installation.path("state/cache")).unwrap();
    let mut rotused = Rotused::of(&mut installation.run_with_read_only("state/cache"));
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
}

#[test]
fn a_change_of_the_configuration_leaves_a_run_that_goes_on_alone() {
    let installation = Installation::new();
    installation.job("daily");
    let (begun, go) = (installation.path("begun"), installation.path("go"));
    let text = format!("touch {}; until [ -e {} ]; do sleep 0.05; done; {DONE}", begun.display(), go.display());
    script(&installation, &text, "");
    let mut rotused = installation.start();
    eventually("a run", || begun.exists().then_some(()));
    script(&installation, DONE, "title = \"Kitas\"");
    let _ = rotused.log.line_with(&["INFO", "configuration"]);
    let _ = rotused.page_with("/backups?lang=en", &["Kitas"]);
    fs::write(&go, "").unwrap();
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    let _ = rotused.page_with("/backups?lang=en", &["Kitas", "Proven"]);
    assert_eq!(installation.list("snapshots").len(), 1, "the run was neither lost nor made twice");
}

/// Whether a process lives whose command line or environment has some words.
fn lives(words: &str) -> bool {
    let has = |path: PathBuf| fs::read(path).is_ok_and(|found| String::from_utf8_lossy(&found).contains(words));
    let processes = fs::read_dir("/proc").unwrap().flatten().map(|process| process.path());
    processes.into_iter().any(|process| has(process.join("cmdline")) || has(process.join("environ")))
}

#[test]
fn a_daemon_that_is_killed_while_it_forgets_or_prunes_is_none_the_worse() {
    let installation = Installation::new();
    installation.job("daily");
    script(
        &installation,
        &format!("head -c 3000000 /dev/urandom; {DONE}"),
        "keep = { last = 1, most_removed_percent = 100 }",
    );
    moved(&installation, "repository", "prune = \"*:*:0/5\"");
    let repository = format!("RESTIC_REPOSITORY={}", installation.path("repository").display());
    let mut rotused = installation.start();
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    for command in ["forget", "prune"] {
        let words = format!("restic\0{command}\0");
        let mut run = installation
            .command(&["backup", "run", "registras"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = std::time::Instant::now() + tests::SOON;
        while !lives(&words) {
            assert!(std::time::Instant::now() < deadline, "restic {command} does not come");
        }
        rotused.signal(Signal::KILL);
        let _ = rotused.end();
        let _ = run.wait();
        eventually("an end of restic", || (!lives(&repository)).then_some(()));
        rotused = installation.start();
        let run = installation.rotused(&["backup", "run", "registras"]);
        assert!(run.status.success(), "{command}: {run:?}");
        eventually("one backup", || (installation.list("snapshots").len() == 1).then_some(()));
    }
    // While it runs it prunes, and then nobody else may have the repository.
    let _ = rotused.stop();
    let checked = installation.restic(&["check", "--read-data"]);
    assert!(checked.status.success(), "{checked:?}");
    assert_eq!(installation.list("locks"), Vec::<String>::new());
    let _rotused = installation.start();
    let verified = installation.rotused(&["backup", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
}

#[test]
fn a_daemon_that_is_killed_during_a_drill_leaves_no_server_behind() {
    let authority = Authority::new();
    authority.certify("server", &[NAME], Validity::LONG);
    let server = DatabaseServer::postgres(&authority, "server");
    let _ = server.query("gyventojai", "CREATE TABLE a AS SELECT i, md5(i::text) FROM generate_series(1, 300000) i");
    let installation = Installation::new();
    installation.job("daily");
    installation.write(
        "jobs/registras.toml",
        &format!(
            "[[job]]\nname = \"registras\"\nrepository = \"vietine\"\nschedule = \"daily\"\n\
             source = {{ kind = \"postgres\", host = {:?}, port = {}, user = \"admin\", databases = \"gyventojai\" }}\n",
            server.folder(),
            server.port
        ),
    );
    let places = tempfile::tempdir().unwrap();
    fs::set_permissions(places.path(), Permissions::from_mode(0o711)).unwrap();
    let start = || Rotused::of(installation.command(&["run"]).env("TMPDIR", places.path()));
    let mut rotused = start();
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    let mut drill = installation
        .command(&["backup", "drill", "registras"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("a restore", || lives("pg_restore\0-w").then_some(()));
    rotused.signal(Signal::KILL);
    let _ = rotused.end();
    let _ = drill.wait();
    let scratch = if rustix::process::geteuid().is_root() {
        places.path().to_owned()
    } else {
        installation.path("state/scratch")
    };
    eventually("an end of the scratch server", || (!lives(&format!("-D\0{}", scratch.display()))).then_some(()));
    let _rotused = start();
    let drilled = installation.rotused(&["backup", "drill", "registras"]);
    assert!(drilled.status.success(), "{drilled:?}");
    assert_eq!(installation.list("locks"), Vec::<String>::new());
}

/// `rotused run` under a clock that is ahead of ours by what stands in a file (faketime(1)).
fn run_with_clock(installation: &Installation) -> Option<Command> {
    let libraries =
        fs::read_dir("/usr/lib").ok()?.flatten().map(|folder| folder.path().join("faketime/libfaketime.so.1"));
    let library = libraries.into_iter().find(|library| library.exists())?;
    let mut command = installation.command(&["run"]);
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", installation.path("clock"));
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    Some(command)
}

fn next_of(rotused: &Rotused) -> jiff::Timestamp {
    let jobs: serde_json::Value = serde_json::from_str(&rotused.get("/api/v1/jobs").body).unwrap();
    jobs[0]["next"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_machine_that_slept_catches_up_once_and_a_clock_that_was_a_year_ahead_does_no_harm() {
    let installation = Installation::new();
    installation.job("daily");
    script(&installation, DONE, "");
    let set = |clock: &str| installation.write("clock", clock);
    set("+0");
    let mut rotused =
        Rotused::of(&mut run_with_clock(&installation).expect("faketime; tests/install-packages installs it"));
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    let day = jiff::SignedDuration::from_hours(24);
    eventually("a plan", || (next_of(&rotused) > jiff::Timestamp::now()).then_some(()));
    // Three times of the schedule pass in its sleep.
    set("+3d");
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    eventually("another plan", || (next_of(&rotused) > jiff::Timestamp::now() + day * 3).then_some(()));
    set("+365d");
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    assert_eq!(installation.list("snapshots").len(), 3);
    eventually("a plan far ahead", || (next_of(&rotused) > jiff::Timestamp::now() + day * 365).then_some(()));
    set("+0");
    eventually("a plan for tomorrow", || (next_of(&rotused) < jiff::Timestamp::now() + day).then_some(()));
    assert_eq!(installation.list("snapshots").len(), 3);
}
