//! The skeleton of a municipality's site and the status pages, judged by the validators that others judge pages with.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use tests::{Database, Installation, Snmpd, program, sources};

/// A day on which the skeleton was right: its deadlines pass.
const DAY: &str = "2026-11-28T12:00:00Z";

fn tools() -> PathBuf {
    let tools = sources().join("target/validators");
    assert!(tools.join("installed").exists(), "the validators are missing: run tests/validators/install");
    tools
}

fn built() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut sitegen = Command::new(program("sitegen"));
    sitegen.args(["build", "--now", DAY, "--site"]).arg(sources());
    sitegen.arg("--cache").arg(folder.path().join("cache")).arg("--output").arg(folder.path().join("site"));
    let output = sitegen.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    folder
}

#[test]
fn the_skeleton_passes_the_gate_without_a_warning() {
    let cache = tempfile::tempdir().unwrap();
    let mut sitegen = Command::new(program("sitegen"));
    sitegen.args(["check", "--format", "json", "--now", DAY, "--site"]).arg(sources()).arg("--cache").arg(cache.path());
    let output = sitegen.output().unwrap();
    let verdict: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = verdict["findings"].as_array().unwrap();
    // Files of the work tree that are not committed yet have no dates.
    let told: Vec<&Value> =
        findings.iter().filter(|one| one["severity"] != "note" && one["rule"] != "lost-address").collect();
    assert!(told.is_empty(), "{told:#?}");
    assert_eq!(verdict["is_good"], true);
}

#[test]
fn the_nu_html_checker_has_nothing_against_any_page() {
    let built = built();
    let mut pages = Vec::new();
    list(&built.path().join("site"), &mut pages);
    let jar = tools().join("node_modules/vnu-jar/build/dist/vnu.jar");
    let mut checker = Command::new("java");
    checker
        .args(["-Xss1024k", "-jar"])
        .arg(jar)
        .args(["--format", "json", "--stdout", "--exit-zero-always"])
        .args(&pages);
    let output = checker.output().unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let errors: Vec<&Value> = said["messages"].as_array().unwrap().iter().filter(|one| one["type"] != "info").collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(pages.len() > 400, "{}", pages.len());
}

fn list(folder: &Path, pages: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, pages);
        } else if path.extension().is_some_and(|ending| ending == "html") {
            pages.push(path);
        }
    }
}

#[test]
fn feeds_calendars_and_the_catalogue_are_what_libraries_of_others_read() {
    let built = built();
    // Debian's, for which its packages are.
    let mut reader = Command::new("/usr/bin/python3");
    reader.arg(sources().join("tests/validators/formats.py")).arg(built.path().join("site"));
    finds_nothing(reader.arg("https://www.azuolynas.example"), "read 4");
}

/// Of the deeper pages every twelfth; `EVERY_PAGE=1` looks at all, which takes minutes.
#[test]
fn pages_are_accessible_fit_a_telephone_and_ask_nobody_else() {
    let built = built();
    let step = if std::env::var_os("EVERY_PAGE").is_some() { "1" } else { "12" };
    finds_nothing(script("pages.mjs").arg(built.path().join("site")).arg(step), "looked ");
}

/// A script that looks at pages in Chromium.
fn script(name: &str) -> Command {
    let mut node = Command::new("node");
    node.arg(sources().join("tests/validators").join(name)).arg(tools());
    node
}

/// Runs one of the programs that print a line for each finding and then what they have looked at.
fn finds_nothing(command: &mut Command, last: &str) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines.len() == 1 && lines[0].starts_with(last), "{said}");
}

/// A switch with its ports, a server without its mail, a computer that somebody complained of, a database with its backup.
#[test]
fn status_pages_are_accessible_fit_a_telephone_and_ask_nobody_else() {
    let agent = Snmpd::start();
    let installation = Installation::new();
    installation.secret("secrets/community", Snmpd::COMMUNITY);
    installation.add("[[credential]]\nname = \"v2c\"\nversion = \"2c\"\ncommunity = { file = \"secrets/community\" }");
    installation.write(
        "devices/all.toml",
        &format!(
            "[[device]]\nname = \"sw\"\ntitle = \"Rotušės komutatorius <script>\"\nsite = \"Rotušė\"\naddress = \"127.0.0.1\"\n\
             checks = [{{ kind = \"icmp\" }}, {{ kind = \"snmp\", port = {}, credential = \"v2c\", interval = \"2s\" }}]\n\
             [[device]]\nname = \"pastas\"\ngroups = [\"serveriai\"]\nsite = \"Rotušė\"\naddress = \"127.0.0.1\"\nparents = [\"sw\"]\n\
             checks = [{{ kind = \"tcp\", name = \"smtp\", port = 1, interval = \"2s\", confirm = 1 }}, {{ kind = \"icmp\" }}]\n",
            agent.port
        ),
    );
    let _database = Database::make(installation.path("registras.db"), 100);
    installation.job("daily");
    let rotused = installation.start();
    rotused.state_is("sw", "snmp", "up");
    rotused.state_is("pastas", "smtp", "down");
    let _ = rotused.page_with("/incidents/1", &["pastas"]);
    for command in [
        &["backup", "run", "registras"] as &[&str],
        &["incident", "open", "Nespausdina spausdintuvas", "Skambino Ona", "--author", "jonas"],
        &["incident", "ack", "1", "--author", "jonas"],
        &["incident", "note", "1", "Stabdytas paštas", "--author", "jonas"],
    ] {
        let done = installation.rotused(command);
        assert!(done.status.success(), "{command:?}: {done:?}");
    }
    let mut looking = script("status_pages.mjs");
    looking.arg(format!("http://{}", rotused.address())).args([
        "/",
        "/?state=down",
        "/wall",
        "/devices/sw",
        "/devices/pastas",
        "/incidents?all",
        "/incidents/1",
        "/incidents/2",
        "/map",
        "/availability",
        "/backups",
        "/backups/audit",
        "/watcher",
    ]);
    finds_nothing(&mut looking, "looked ");
}
