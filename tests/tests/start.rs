//! Bad input: each gives one clear message that says what to do, before anything has started.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use tests::{Database, Installation, program};

/// What must not work, and how it must say so.
fn refused(output: &Output, code: i32, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in:\n{said}");
    }
    assert!(!said.contains("panicked") && !said.contains("listening"), "{said}");
}

#[test]
fn a_good_configuration_is_summed_up() {
    let installation = Installation::new();
    installation.device("a", "127.0.0.1", "{ kind = \"icmp\" }, { kind = \"tcp\", port = 22 }");
    let output = installation.rotused(&["check"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.trim(), "the configuration is valid: 1 device, 2 checks, 0 backup jobs");
    assert!(!installation.path("state").exists());
}

#[test]
fn a_missing_configuration_names_the_file() {
    let output =
        Command::new(program("rotused")).args(["run", "--config", "/nonexistent/rotused.toml"]).output().unwrap();
    refused(&output, 2, &["/nonexistent/rotused.toml", "no such file", "--config"]);
}

#[test]
fn every_mistake_of_every_file_is_named_with_its_place_in_one_go() {
    let installation = Installation::new();
    installation.write("rotused.toml", "state_directory = 7\nlisten = \"0.0.0.0:8080\"\nrestik = \"restic\"\n");
    installation.write(
        "devices/lan.toml",
        "[[device]]\nname = \"sw-1\"\nadress = \"10.0.0.1\"\nchecks = [{ kind = \"pnig\" }]\n\
         [[device]]\nname = \"sw 2\"\naddress = \"10.0.0.300\"\nchecks = [{ kind = \"snmp\", credential = \"lan\" }]\n",
    );
    installation.write("jobs/db.toml", "[[job]]\nname = \"db\"\nschedule = \"dayly\"\nrepository = \"nas\"\n");
    installation.write("devices/broken.toml", "[[device]\n");
    let output = installation.rotused(&["check"]);
    let words = [
        "rotused.toml:1:19: state_directory must be text in quotes",
        "rotused.toml:2:10: listen must be an address of this machine alone",
        "rotused.toml:3:1: unknown key \"restik\"",
        "did you mean \"restic\"?",
        "devices/lan.toml:3:1: unknown key \"adress\" in [[device]] \"sw-1\"; did you mean \"address\"?",
        "devices/lan.toml:4:20: kind must be one of",
        "did you mean",
        "devices/lan.toml:6:8:",
        "devices/lan.toml:7:11:",
        "no [[credential]] is called \"lan\"",
        "jobs/db.toml:3:12:",
        "no [[repository]] is called \"nas\"",
        "devices/broken.toml:1:",
        "^^^^",
        "nothing was started",
    ];
    refused(&output, 2, &words);
    refused(&installation.rotused(&["run"]), 2, &words);
}

#[test]
fn a_secret_that_others_can_read_is_refused_and_not_shown() {
    let installation = Installation::new();
    installation.secret("secrets/community", "kaimynas");
    installation.add("[[credential]]\nname = \"lan\"\nversion = \"2c\"\ncommunity = { file = \"secrets/community\" }");
    assert_eq!(installation.rotused(&["check"]).status.code(), Some(0));
    fs::set_permissions(installation.path("secrets/community"), Permissions::from_mode(0o644)).unwrap();
    let output = installation.rotused(&["run"]);
    refused(&output, 2, &["secrets/community", "0644", "chmod 600"]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("kaimynas"));
}

#[test]
fn a_state_directory_that_cannot_be_made_is_named() {
    let installation = Installation::new();
    installation.write("state", "a file, not a directory");
    refused(&installation.rotused(&["run"]), 3, &["/state cannot be used", "set another state_directory"]);
    assert_eq!(fs::read_to_string(installation.path("state")).unwrap(), "a file, not a directory");
}

#[test]
fn a_read_only_disk_is_named() {
    let installation = Installation::new();
    fs::create_dir(installation.path("state")).unwrap();
    let output = installation.run_with_read_only("state").output().unwrap();
    refused(&output, 3, &["/state cannot be used", "Read-only file system"]);
}

#[test]
fn a_busy_port_is_named() {
    let installation = Installation::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    installation.write("rotused.toml", &format!("state_directory = \"state\"\nlisten = \"{address}\"\n"));
    refused(&installation.rotused(&["run"]), 3, &[&address, "in use", "set another listen"]);
}

#[test]
fn a_missing_restic_is_named_before_anything_starts() {
    let installation = Installation::new();
    let _database = Database::make(installation.path("registras.db"), 10);
    installation.job("daily");
    let main = fs::read_to_string(installation.path("rotused.toml")).unwrap();
    installation.write("rotused.toml", &format!("restic = \"/nonexistent/restic\"\n{main}"));
    refused(&installation.rotused(&["run"]), 3, &["/nonexistent/restic cannot be run", "install the package restic"]);
}

#[test]
fn a_second_daemon_in_the_same_state_directory_is_refused() {
    let installation = Installation::new();
    let first = installation.start();
    refused(&installation.rotused(&["run"]), 3, &["another rotused uses the state directory"]);
    assert_eq!(first.get("/healthz").status, 200);
}

#[test]
fn a_damaged_journal_is_refused_and_left_as_it_is() {
    let installation = Installation::new();
    installation.write("state/journal.db", &"x".repeat(9000));
    refused(&installation.rotused(&["run"]), 3, &["journal.db is damaged", "move it aside"]);
    assert_eq!(fs::read(installation.path("state/journal.db")).unwrap().len(), 9000);
}

#[test]
fn an_unknown_repository_is_named() {
    let installation = Installation::new();
    let output = installation.rotused(&["repo", "init", "nas", "--sheet", "sheet.html"]);
    refused(&output, 1, &["no [[repository]] is called \"nas\""]);
}

#[test]
fn help_reads_like_a_manual() {
    for arguments in
        [&["--help"][..], &["run", "--help"], &["check", "--help"], &["repo", "--help"], &["repo", "init", "--help"]]
    {
        let output = Command::new(program("rotused")).args(arguments).output().unwrap();
        assert!(output.status.success() && output.stdout.len() > 150, "{arguments:?}");
    }
    let output = Command::new(program("rotused")).arg("--help").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("Exit codes:"));
}
