//! The website's generator, with the content that is in these sources.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tests::{Log, eventually, get, program, sources};

/// A copy of the content, and a place to build it.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&sources().join("content"), &folder.path().join("content"));
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, command: &str, arguments: &[&str]) -> Command {
        let mut sitegen = Command::new(program("sitegen"));
        sitegen.arg(command).arg("--site").arg(self.path("content")).arg("--output").arg(self.path("site"));
        sitegen.args(arguments).stdin(Stdio::null());
        sitegen
    }

    fn build(&self, arguments: &[&str]) -> Output {
        self.command("build", arguments).output().unwrap()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Every file below a folder, as its path inside.
fn files(folder: &Path, inner: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder.join(inner)).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{inner}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            files(folder, &format!("{name}/"), found);
        } else {
            found.insert(name);
        }
    }
}

/// The values of an attribute, wherever it stands.
fn attributes<'h>(html: &'h str, name: &str) -> Vec<&'h str> {
    html.split(&format!(" {name}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn the_site_of_these_sources_is_whole_and_every_link_in_it_leads_somewhere() {
    let desk = Desk::new();
    let output = desk.build(&["--now", "2026-11-24T12:00:00Z"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("Sukurt"), "{output:?}");
    let mut built = BTreeSet::new();
    files(&desk.path("site"), "", &mut built);
    for file in [
        "index.html",
        "naujienos/index.html",
        "renginiai/index.html",
        "teises-aktai/t-101/index.html",
        "kontaktai/index.html",
        "feed.xml",
        "sitemap.xml",
        "robots.txt",
        "style.css",
    ] {
        assert!(built.contains(file), "{file} is not in {built:?}");
    }
    assert_eq!(built.iter().filter(|file| file.starts_with("naujienos/")).count(), 6);
    for file in built.iter().filter(|file| file.ends_with(".html")) {
        let html = fs::read_to_string(desk.path("site").join(file)).unwrap();
        assert!(html.contains("<html lang=\"lt\">") && html.matches("<h1>").count() == 1, "{file}");
        assert!(!html.contains("<script") && !html.contains('['), "{file}");
        for link in attributes(&html, "href").into_iter().filter(|link| link.starts_with('/')) {
            let target = link.split('#').next().unwrap().trim_start_matches('/');
            let target = if target.is_empty() || target.ends_with('/') {
                format!("{target}index.html")
            } else {
                target.to_owned()
            };
            assert!(built.contains(&target), "{file} links to {link}");
        }
    }
}

#[test]
fn an_english_site_has_english_words_on_every_page() {
    let desk = Desk::new();
    let settings = fs::read_to_string(desk.path("content/site.toml")).unwrap();
    fs::write(desk.path("content/site.toml"), settings.replace("language = \"lt\"", "language = \"en\"")).unwrap();
    let output = desk.build(&["--now", "2026-11-24T12:00:00Z"]);
    assert!(output.status.success(), "{output:?}");
    let acts = fs::read_to_string(desk.path("site/teises-aktai/index.html")).unwrap();
    assert!(acts.contains("<html lang=\"en\">") && acts.contains("Council decision No. T-101"), "{acts}");
    assert!(acts.contains("29 October 2026") && acts.contains("Skip to content"), "{acts}");
}

#[test]
fn news_of_later_days_appear_on_their_day() {
    let desk = Desk::new();
    let news = |day: &str| {
        let output = desk.build(&["--now", &format!("{day}T12:00:00Z")]);
        assert!(output.status.success(), "{output:?}");
        fs::read_to_string(desk.path("site/naujienos/index.html")).unwrap()
    };
    assert!(!news("2026-11-22").contains("Žiemą rajono kelius"));
    assert!(news("2026-11-23").contains("Žiemą rajono kelius"));
}

#[test]
fn a_misspelt_key_is_named_with_its_place_and_the_site_that_was_there_stays() {
    let desk = Desk::new();
    assert!(desk.build(&[]).status.success());
    let before = fs::read_to_string(desk.path("site/index.html")).unwrap();
    let file = desk.path("content/naujienos/ziemos-keliai.md");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("summary =", "sumary =").replace("../kontaktai.md", "../kontaktas.md")).unwrap();
    let output = desk.build(&[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for words in [
        "naujienos/ziemos-keliai.md:3:1: ",
        "„sumary“",
        "summary",
        "^^^^^^",
        "ziemos-keliai.md:18:",
        "../kontaktas.md",
        "2 klaidos",
    ] {
        assert!(said.contains(words), "{words:?} is not in:\n{said}");
    }
    let english = desk.build(&["--language", "en"]);
    assert!(String::from_utf8_lossy(&english.stderr).contains("unknown key \"sumary\""), "{english:?}");
    assert_eq!(fs::read_to_string(desk.path("site/index.html")).unwrap(), before);
}

#[test]
fn a_folder_that_sitegen_did_not_make_is_left_alone() {
    let desk = Desk::new();
    fs::create_dir(desk.path("site")).unwrap();
    fs::write(desk.path("site/svarbu.txt"), "svarbu").unwrap();
    let output = desk.build(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("was not made by sitegen"), "{output:?}");
    assert_eq!(fs::read_dir(desk.path("site")).unwrap().count(), 1);
}

/// A preview that is killed when it is no longer looked at.
struct Preview(Child);

impl Drop for Preview {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_preview_follows_the_editor_and_says_what_to_mend() {
    let desk = Desk::new();
    let mut child = desk.command("serve", &["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut log = Log::of_stdout(&mut child);
    let mut preview = Preview(child);
    let line = log.line_with(&["http://127.0.0.1:"]);
    let address = line.trim().trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    let page = || get(address, "/kontaktai/").unwrap();
    assert_eq!(page().status, 200);
    assert_eq!(get(address, "/nera/").unwrap().status, 404);
    assert_eq!(get(address, "/kontaktai").unwrap().status, 301);

    let file = desk.path("content/kontaktai.md");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("Darbo laikas\n", "Kada dirbame\n")).unwrap();
    eventually("the new heading", || page().body.contains("Kada dirbame").then_some(()));
    eventually("the new heading on the disk", || {
        fs::read_to_string(desk.path("site/kontaktai/index.html")).unwrap().contains("Kada dirbame").then_some(())
    });

    fs::write(&file, text.replace("position", "pozition")).unwrap();
    log.line_with(&["kontaktai.md:", "pozition"]);
    eventually("the mistake above the page", || {
        let body = page().body;
        (body.contains("preview-mistakes") && body.contains("pozition") && body.contains("Kada dirbame")).then_some(())
    });

    fs::write(&file, &text).unwrap();
    eventually("the mended page", || {
        let body = page().body;
        (!body.contains("preview-mistakes") && body.contains("Darbo laikas")).then_some(())
    });
    kill_process(Pid::from_child(&preview.0), Signal::TERM).unwrap();
    assert!(eventually("the end of the preview", || preview.0.try_wait().unwrap()).success());
}

#[test]
fn a_busy_port_is_named() {
    let desk = Desk::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let output = desk.command("serve", &["--listen", &address]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&address) && said.contains("choose another --listen"), "{said}");
}

#[test]
fn help_reads_like_a_manual() {
    for arguments in [&["--help"][..], &["build", "--help"], &["serve", "--help"]] {
        let output = Command::new(program("sitegen")).args(arguments).output().unwrap();
        assert!(output.status.success() && output.stdout.len() > 300, "{arguments:?}");
    }
    let output = Command::new(program("sitegen")).arg("--help").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("Exit codes:"));
}
