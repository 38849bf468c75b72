//! The gate between what editors write and what residents read, with git as editors use it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tests::program;

const EDITOR: &str = "kalba@azuolynas.example";
const WRITER: &str = "rasytoja@azuolynas.example";

const SETTINGS: &str = r#"
title = "Ąžuolyno rajono savivaldybė"
base_url = "https://www.azuolynas.example"
"#;

const POLICY: &str = r#"
[approval]
editors = ["kalba@azuolynas.example"]
"#;

/// A repository with a site in it.
struct Repository {
    folder: TempDir,
}

impl Repository {
    /// With a home page, and `files` inside the folder of the site, all committed by the writer.
    fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        repository.git(WRITER, &["init", "--quiet", "--initial-branch=main"]);
        repository.write("site.toml", SETTINGS);
        repository.write("content/_index.md", "+++\ntitle = \"Pradžia\"\n+++\n\nSveiki atvykę.\n");
        for (name, text) in files {
            repository.write(name, text);
        }
        repository.commit("Pirmieji puslapiai");
        repository
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs git as somebody; git itself is not asked who that is.
    fn git(&self, email: &str, arguments: &[&str]) -> String {
        let output =
            as_somebody(Command::new("git").arg("-C").arg(self.folder.path()).args(arguments), email).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self, message: &str) {
        self.git(WRITER, &["add", "--all"]);
        self.git(WRITER, &["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    /// Runs sitegen as somebody, with a clock that stands.
    fn sitegen(&self, email: &str, command: &str, arguments: &[&str]) -> Output {
        let mut sitegen = Command::new(program("sitegen"));
        sitegen.arg(command).arg("--site").arg(self.folder.path()).arg("--cache").arg(self.path(".git/cache"));
        as_somebody(sitegen.args(arguments), email).output().unwrap()
    }

    fn check(&self) -> Output {
        self.sitegen(WRITER, "check", &["--language", "en", "--now", "2026-11-28T12:00:00Z"])
    }

    /// What the gate says when it refuses.
    fn refuses(&self) -> String {
        let output = self.check();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }

    fn lets_pass(&self) {
        let output = self.check();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }

    fn approves(&self, files: &[&str]) {
        let output = self.sitegen(EDITOR, "approve", files);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }

    fn findings(&self, arguments: &[&str]) -> Vec<Value> {
        let all = [&["--format", "json", "--language", "en", "--now", "2026-11-28T12:00:00Z"], arguments].concat();
        let output = self.sitegen(WRITER, "check", &all);
        let value: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        value["findings"].as_array().unwrap().clone()
    }
}

fn as_somebody<'c>(command: &'c mut Command, email: &str) -> &'c mut Command {
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Kas nors").env(format!("GIT_{role}_EMAIL"), email);
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").stdin(Stdio::null())
}

fn page(title: &str, text: &str) -> String {
    format!("+++\ntitle = \"{title}\"\nmenu = 1\n+++\n\n{text}\n")
}

#[test]
fn a_text_is_public_only_while_it_is_the_one_that_was_approved() {
    let news = "content/susitikimas.md";
    let text = "Kviečiame į susitikimą penktadienį.";
    let repository = Repository::new(&[("content/gate.toml", POLICY), (news, &page("Susitikimas", text))]);
    let said = repository.refuses();
    assert!(said.contains("sitegen approve content/susitikimas.md"), "{said}");
    // Only a language editor approves, and only of what is committed.
    let stranger = repository.sitegen(WRITER, "approve", &["--language", "en", news]);
    assert_eq!(stranger.status.code(), Some(1), "{stranger:?}");
    assert!(String::from_utf8_lossy(&stranger.stderr).contains(WRITER), "{stranger:?}");
    repository.write(news, &page("Susitikimas", "Kita."));
    let uncommitted = repository.sitegen(EDITOR, "approve", &["--language", "en", news]);
    assert!(String::from_utf8_lossy(&uncommitted.stderr).contains("not committed"), "{uncommitted:?}");
    repository.git(WRITER, &["checkout", "--", news]);
    repository.approves(&["content/_index.md", news]);
    repository.lets_pass();
    // A date and layout are not the text.
    let dated =
        format!("+++\ntitle = \"Susitikimas\"\nmenu = 2\nupdated = 2026-11-28\n+++\n\n{}\n", text.replace(' ', "\n"));
    repository.write(news, &dated);
    repository.lets_pass();
    // One word is.
    repository.write(news, &page("Susitikimas", &text.replace("penktadienį", "šeštadienį")));
    let said = repository.refuses();
    assert!(said.contains("[-penktadienį.-]") && said.contains("{+šeštadienį.+}"), "{said}");
    repository.commit("Kita diena");
    let pending = repository.sitegen(WRITER, "pending", &["--language", "en"]);
    let pending = String::from_utf8(pending.stdout).unwrap();
    assert!(pending.starts_with("content/susitikimas.md: waits for 0 days"), "{pending}");
    repository.approves(&[news]);
    repository.lets_pass();
    // Nothing of what git had staged was touched.
    assert_eq!(repository.git(WRITER, &["status", "--porcelain"]), "");
    // The words that were approved before are approved still.
    repository.write(news, &page("Susitikimas", text));
    repository.lets_pass();
    // A title is part of the text.
    repository.write(news, &page("Susirinkimas", text));
    assert!(repository.refuses().contains("{+Susirinkimas+}"));
}

#[test]
fn nobody_approves_in_the_name_of_the_language_editor() {
    let repository = Repository::new(&[("content/gate.toml", POLICY)]);
    repository.approves(&["content/_index.md"]);
    let approved = repository.git(WRITER, &["log", "-1", "--format=%B"]);
    repository.lets_pass();
    // The same words by another author count for nothing, and neither does a message that looks like git's own output.
    repository.git(WRITER, &["reset", "--quiet", "--hard", "HEAD^"]);
    repository.commit(&approved);
    repository.refuses();
    repository.commit(&format!("A\u{1e}\u{1f}{EDITOR}\u{1f}\n\n{approved}"));
    repository.refuses();
}

#[test]
fn an_approval_can_be_made_to_need_a_signature() {
    let repository = Repository::new(&[]);
    let key = repository.path(".git/key");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status().unwrap();
    assert!(made.success());
    let public = fs::read_to_string(repository.path(".git/key.pub")).unwrap();
    fs::write(repository.path(".git/allowed"), format!("{EDITOR} {public}")).unwrap();
    let allowed = repository.path(".git/allowed");
    repository.write("content/gate.toml", &format!("{POLICY}allowed_signers = \"{}\"\n", allowed.display()));
    repository.commit("Reikia parašo");
    repository.approves(&["content/_index.md"]);
    repository.refuses();
    repository.git(WRITER, &["config", "gpg.format", "ssh"]);
    repository.git(WRITER, &["config", "user.signingKey", &key.to_string_lossy()]);
    repository.git(WRITER, &["config", "commit.gpgSign", "true"]);
    repository.approves(&["content/_index.md"]);
    repository.lets_pass();
}

#[test]
fn what_a_forge_merged_after_a_review_by_the_language_editor_is_approved() {
    let forge = "forgejo@azuolynas.example";
    let policy = format!("{POLICY}merged_by = [\"{forge}\"]\n");
    let repository = Repository::new(&[("content/gate.toml", &policy)]);
    repository.approves(&["content/_index.md"]);
    let merge = |email: &str, reviewer: &str, name: &str| {
        repository.git(WRITER, &["checkout", "--quiet", "-b", name]);
        repository.write(&format!("content/{name}.md"), &page(name, "Tekstas."));
        repository.commit(name);
        repository.git(WRITER, &["checkout", "--quiet", "main"]);
        let message = format!("Merge {name}\n\nReviewed-by: Kalba <{reviewer}>");
        repository.git(email, &["merge", "--quiet", "--no-ff", "--message", &message, name]);
    };
    merge(forge, EDITOR, "geras");
    repository.lets_pass();
    merge(WRITER, EDITOR, "savas");
    let said = repository.refuses();
    assert!(said.contains("savas.md") && !said.contains("geras.md"), "{said}");
    merge(forge, WRITER, "kitas");
    assert!(repository.refuses().contains("kitas.md"));
}

#[test]
fn an_urgent_notice_goes_first_and_is_approved_later() {
    let notice = |from: &str| {
        format!(
            "+++\ntitle = \"Vanduo\"\ntype = \"notice\"\nseverity = \"danger\"\nfrom = {from}\nuntil = 2026-12-30\n+++\n\nNegerkite.\n"
        )
    };
    let repository = Repository::new(&[("content/gate.toml", POLICY)]);
    repository.approves(&["content/_index.md"]);
    repository.write("content/vanduo.md", &notice("2026-11-28T08:00"));
    let output = repository.check();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("2026-11-29 08:00"), "{output:?}");
    repository.write("content/vanduo.md", &notice("2026-11-27T08:00"));
    repository.refuses();
}

#[test]
fn findings_are_written_for_people_and_for_machines() {
    let text = "Skaitykite [čia](_index.md).\n\n#### Per gili\n\n![](https://a.example/a.jpg)\n";
    let repository = Repository::new(&[("content/apie.md", &page("Apie", text))]);
    let found = repository.findings(&[]);
    let has = |rule: &str, line: u64| found.iter().any(|one| one["rule"] == rule && one["line"] == line);
    assert!(has("link-text", 6) && has("heading-order", 8), "{found:?}");
    let sarif = repository.sitegen(WRITER, "check", &["--format", "sarif"]);
    let sarif: Value = serde_json::from_slice(&sarif.stdout).unwrap();
    let first = &sarif["runs"][0]["results"][0];
    assert_eq!((&sarif["version"], &first["level"]), (&"2.1.0".into(), &"error".into()), "{sarif}");
    assert!(first["locations"][0]["physicalLocation"]["region"]["startLine"].is_u64(), "{sarif}");
    let review = repository.sitegen(WRITER, "check", &["--format", "forgejo"]);
    let review: Value = serde_json::from_slice(&review.stdout).unwrap();
    assert_eq!(review["event"], "REQUEST_CHANGES");
    assert_eq!(review["comments"][0]["new_position"], 6, "{review}");
    // An exception with a name, a reason and an end.
    let excused = "[[exception]]\nrule = \"link-text\"\nfile = \"apie.md\"\nauthor = \"Ona\"\nreason = \"Citata\"\nexpires = 2026-12-31\n";
    repository.write("content/gate.toml", excused);
    assert!(!repository.findings(&[]).iter().any(|one| one["rule"] == "link-text"));
    repository.write("content/gate.toml", &excused.replace("expires = 2026-12-31\n", ""));
    let output = repository.check();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("gate.toml"), "{output:?}");
}

#[test]
fn the_law_is_data_and_the_site_is_compared_with_it() {
    let rule = |point: &str, title: &str, folder: &str| {
        format!(
            "[[section]]\npoint = \"{point}\"\ntitle = \"{title}\"\nfolder = \"{folder}\"\nsource = \"Nr. 480\"\nverified = 2026-11-23\n"
        )
    };
    let rules = [
        rule("13.5.3", "Darbo užmokestis", "darbo-uzmokestis"),
        rule("13.6", "Paslaugos", "paslaugos"),
        rule("13.7", "Atviri duomenys", "atviri-duomenys"),
        "[[periodic]]\nfolder = \"darbo-uzmokestis\"\nevery = \"quarter\"\ndays = 30\nsource = \"Nr. 480\"\nverified = 2026-11-23\n".to_owned(),
        "[[deadline]]\nwhat = \"minutes\"\ndays = 10\nsource = \"Vietos savivaldos įstatymas\"\nverified = 2026-11-23\n".to_owned(),
    ];
    let section = |title: &str, more: &str| format!("+++\ntitle = \"{title}\"\nmenu = 1\n{more}+++\n");
    let repository = Repository::new(&[
        ("content/rules.toml", &rules.concat()),
        ("content/darbo-uzmokestis/_index.md", &section("Darbo užmokestis", "contains = \"document\"\n")),
        (
            "content/darbo-uzmokestis/2026-2.md",
            "+++\ntitle = \"Vidutinis užmokestis\"\nyear = 2026\nquarter = 2\n+++\n\nLentelė.\n",
        ),
        ("content/paslaugos/_index.md", &section("Paslaugos gyventojams", "contains = \"service\"\n")),
        ("content/posedziai/_index.md", &section("Posėdžiai", "contains = \"sitting\"\n")),
        (
            "content/posedziai/1.md",
            "+++\ntitle = \"Posėdis\"\nbody = \"council\"\nstart = 2026-11-10T10:00\nplace = \"Salė\"\n+++\n",
        ),
    ]);
    let found = repository.findings(&[]);
    let rules_of: Vec<(&str, &str)> = found
        .iter()
        .map(|one| (one["rule"].as_str().unwrap(), one["file"].as_str().unwrap().rsplit("content/").next().unwrap()))
        .collect();
    for expected in [
        ("periodic", "darbo-uzmokestis/_index.md"),
        ("section", "paslaugos/_index.md"),
        ("section", "atviri-duomenys"),
        ("deadline", "posedziai/1.md"),
    ] {
        assert!(rules_of.contains(&expected), "{expected:?} {found:?}");
    }
    repository.write(
        "content/darbo-uzmokestis/2026-3.md",
        "+++\ntitle = \"Vidutinis užmokestis III\"\nyear = 2026\nquarter = 3\n+++\n\nLentelė.\n",
    );
    repository.write("content/paslaugos/_index.md", &section("Paslaugos", "contains = \"service\"\n"));
    repository.write(
        "content/atviri-duomenys/_index.md",
        &section("Atviri duomenys", "contains = \"dataset\"\nabsent = \"rinkinių dar nėra\"\n"),
    );
    let found = repository.findings(&[]);
    let empty: Vec<&Value> = found.iter().filter(|one| one["severity"] == "error").collect();
    assert!(empty.len() == 1 && empty[0]["rule"] == "empty-section", "{found:?}");
    let table = repository.sitegen(WRITER, "compliance", &["--language", "en", "--now", "2026-11-28T12:00:00Z"]);
    let table = String::from_utf8(table.stdout).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[1].starts_with("13.5.3") && lines[1].contains("there (2)"), "{table}");
    assert!(lines[2].contains("EMPTY") && lines[3].contains("absent: rinkinių dar nėra"), "{table}");
}

#[test]
fn words_that_nobody_knows_and_what_a_dictionary_lets_pass_are_told_with_their_line() {
    let text = "Vakar posėdyje priimta 22 sprendimai.\n\nMuziejuje dirba Ona Pavyzdaitytė ir jos kolegos.\n\nSvetainėje yra klaaida.";
    let repository = Repository::new(&[("content/zinia.md", &page("Žinia", text))]);
    let at = |rule: &str| {
        let found = repository.findings(&[]);
        let lines = found.iter().filter(|one| one["rule"] == rule).map(|one| one["line"].as_u64().unwrap());
        lines.collect::<Vec<u64>>()
    };
    assert_eq!((at("language"), at("spelling")), (vec![6], vec![8, 10]));
    // A name of the directory is known in all its forms; a word of the list is somebody's.
    repository.write(
        "content/ona.md",
        "+++\ntitle = \"Ona Pavyzdaitytė\"\ntype = \"person\"\nposition = \"Merė\"\nmenu = 1\n+++\n",
    );
    assert_eq!(at("spelling"), [10]);
    repository.write("content/words.toml", "[[word]]\nword = \"klaaida\"\n");
    assert!(repository.refuses().contains("words.toml:1"));
    repository.write("content/words.toml", "[[word]]\nword = \"klaaida\"\nby = \"Ona\"\nwhy = \"Bandymas\"\n");
    assert_eq!(at("spelling"), [] as [u64; 0]);
}

#[test]
fn personal_data_is_found_in_texts_and_documents_and_not_repeated() {
    let code = "38001010001";
    let digits: Vec<u32> = code.bytes().take(10).map(|byte| u32::from(byte - b'0')).collect();
    let weights = |shift: u32| (0..10).map(move |place| (place + shift) % 9 + 1);
    let sum = |shift: u32| digits.iter().zip(weights(shift)).map(|(digit, weight)| digit * weight).sum::<u32>() % 11;
    let check = if sum(0) < 10 {
        sum(0)
    } else if sum(2) < 10 {
        sum(2)
    } else {
        0
    };
    let code = format!("{}{check}", &code[..10]);
    let text = format!("Prašymą pateikė Jonas, asmens kodas {code}, sąskaita LT12 1000 0111 0100 1000.");
    let repository = Repository::new(&[
        ("content/prasymas.md", &page("Prašymas", &text)),
        ("content/sarasas.csv", &format!("Vardas;Kodas\nJonas;{code}\n")),
    ]);
    let found = repository.findings(&[]);
    let personal: Vec<&Value> = found.iter().filter(|one| one["rule"] == "personal-data").collect();
    assert_eq!(personal.len(), 3, "{found:?}");
    let said = repository.refuses();
    assert!(!said.contains(&code) && said.contains("sarasas.csv"), "{said}");
    // The institution's own account is no secret.
    repository.write("content/gate.toml", "accounts = [\"LT12 1000 0111 0100 1000\"]\n");
    let found = repository.findings(&[]);
    assert_eq!(found.iter().filter(|one| one["rule"] == "personal-data").count(), 2, "{found:?}");
}

/// A decision of the council.
fn act(number: &str, adopted: &str, more: &str) -> String {
    format!(
        "+++\ntitle = \"Dėl {number} tvarkos\"\nform = \"council-decision\"\nnumber = \"{number}\"\nadopted = {adopted}\n{more}+++\n\nTekstas.\n"
    )
}

#[test]
fn acts_hold_together_and_a_press_release_tells_what_the_sitting_decided() {
    let repository = Repository::new(&[
        ("content/aktai/_index.md", "+++\ntitle = \"Aktai\"\nmenu = 1\ncontains = \"act\"\n+++\n"),
        ("content/aktai/1.md", &act("T1-1", "2026-01-29", "")),
        ("content/aktai/2.md", &act("T1-2", "2026-11-26", "amends = [\"T1-1\"]\n")),
        ("content/aktai/3.md", &act("T1-3", "2026-11-26", "")),
        ("content/naujienos/_index.md", "+++\ntitle = \"Naujienos\"\nmenu = 2\ncontains = \"news\"\n+++\n"),
        ("content/posedziai/_index.md", "+++\ntitle = \"Posėdžiai\"\nmenu = 3\ncontains = \"sitting\"\n+++\n"),
        (
            "content/posedziai/lapkritis.md",
            "+++\ntitle = \"Lapkričio posėdis\"\nbody = \"council\"\nstart = 2026-11-26T10:00\nplace = \"Rotušės salėje\"\npresent = 21\nabsent = [\"Ona Ąžuolaitė\"]\n+++\n",
        ),
    ]);
    let drafted = repository.sitegen(WRITER, "new", &["press-release", "--sitting", "2026-11-26"]);
    assert_eq!(drafted.status.code(), Some(0), "{drafted:?}");
    let path = PathBuf::from(String::from_utf8(drafted.stdout).unwrap().trim());
    let text = fs::read_to_string(&path).unwrap();
    // It is dated by the clock of this machine, and the gate is asked about a day of its own.
    let is_date = |line: &str| line.starts_with("published = ");
    let dated = |line: &str| if is_date(line) { "published = 2026-11-27".to_owned() } else { line.to_owned() };
    let text: String = text.lines().map(|line| format!("{}\n", dated(line))).collect();
    for words in [
        "priimti 2 sprendimai",
        "dalyvavo 21 tarybos narys",
        "Nedalyvavo Ona Ąžuolaitė",
        "## Sprendimų pakeitimai",
        "Nr. T1-1](/aktai/1.md)",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    fs::write(&path, text.replace("draft = true\n", "")).unwrap();
    repository.lets_pass();
    // A decision that is taken away from the release, or added to the sitting, is missed; and so is a wrong number.
    let without: String = text
        .lines()
        .filter(|line| !line.contains("T1-3]") && *line != "draft = true")
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(&path, without.replace("priimti 2 sprendimai", "priimti 3 sprendimai")).unwrap();
    let found = repository.findings(&[]);
    assert_eq!(found.iter().filter(|one| one["rule"] == "press-release").count(), 2, "{found:?}");
    fs::write(&path, text.replace("draft = true\n", "")).unwrap();
    // Numbers that repeat, jump, and acts that contradict each other.
    repository.write("content/aktai/4.md", &act("T1-3", "2026-11-27", "repeals = [\"T1-1\"]\n"));
    repository.write("content/aktai/5.md", &act("T1-6", "2026-11-28", "amends = [\"T1-1\"]\n"));
    repository.write("content/aktai/1.md", &act("T1-1", "2026-01-29", "in_force_to = 2026-11-27\n"));
    let found = repository.findings(&[]);
    let of = |rule: &str| found.iter().filter(|one| one["rule"] == rule).count();
    assert_eq!((of("act-number"), of("act-force")), (2, 1), "{found:?}");
}

#[test]
fn colours_that_are_too_weak_pictures_that_are_too_large_and_texts_that_nobody_consolidated_are_told() {
    let repository = Repository::new(&[]);
    repository.write("theme/style.css", ":root { --paper: #fff; --ink: #888; }\n");
    repository.write("content/judesys.gif", &"0".repeat(1_000_001));
    repository.write("content/aktai/_index.md", "+++\ntitle = \"Aktai\"\ncontains = \"act\"\n+++\n");
    repository.write("content/aktai/2.md", &act("T1-2", "2026-02-26", "amends = [\"T1-1\"]\n"));
    repository.write("content/aktai/t1-1.txt", "Tekstas\n");
    let consolidated = |day: &str| format!("consolidated = [{{ from = {day}, text = \"t1-1.txt\" }}]\n");
    for (extra, expected) in [
        (String::new(), "amended by T1-2 from 2026-02-26 on"),
        (consolidated("2026-03-01"), "nothing amended the act T1-1 on 2026-03-01"),
    ] {
        repository.write("content/aktai/1.md", &act("T1-1", "2026-01-29", &extra));
        let found = repository.findings(&[]);
        let told = |rule: &str, words: &str| {
            found.iter().any(|one| one["rule"] == rule && one["message"].as_str().unwrap().contains(words))
        };
        assert!(told("contrast", "--ink and --paper is 3.54"), "{found:#?}");
        assert!(told("picture-size", "judesys.gif"), "{found:#?}");
        assert!(told("act-force", expected), "{found:#?}");
    }
    repository.write("content/aktai/1.md", &act("T1-1", "2026-01-29", &consolidated("2026-02-26")));
    assert!(repository.findings(&[]).iter().all(|one| one["rule"] != "act-force"));
}
