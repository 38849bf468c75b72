//! The website's generator, with a small site that has a little of everything: `tests/site/`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use rustix::process::{Pid, Signal, kill_process};
use tests::{Desk, Log, eventually, get, program};

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
        "struktura/ona-azuolaite/index.html",
        "en/index.html",
        "en/contacts/index.html",
        "feed.xml",
        "feed.json",
        "naujienos/feed.xml",
        "naujienos/2026/index.html",
        "renginiai/calendar.ics",
        "renginiai/egles-iziebimas/event.ics",
        "acts.csv",
        "acts.json",
        "paieska/index.html",
        "paieska/index/index.json",
        "sitemap.xml",
        "robots.txt",
        ".well-known/security.txt",
        "site.webmanifest",
        "404.html",
        "style.css",
        "search.js",
    ] {
        assert!(built.contains(file), "{file} is not in {built:?}");
    }
    for file in built.iter().filter(|file| file.ends_with(".html")) {
        let html = fs::read_to_string(desk.path("site").join(file)).unwrap();
        let language = if file.starts_with("en/") { "en" } else { "lt" };
        assert!(html.contains(&format!("<html lang=\"{language}\">")) && html.matches("<h1>").count() == 1, "{file}");
        // Data for machines is not run.
        let scripts = html.matches("<script").count() - html.matches("<script type=\"application/ld+json\">").count();
        assert_eq!(
            scripts,
            usize::from(file.ends_with("paieska/index.html") || file.ends_with("search/index.html")),
            "{file}"
        );
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
fn an_english_page_has_english_words_and_leads_to_its_original() {
    let desk = Desk::new();
    let file = desk.path("content/kontaktai.en.md");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("menu = 1", "menu = 1\npublished = 2026-10-29")).unwrap();
    let output = desk.build(&["--now", "2026-11-24T12:00:00Z"]);
    assert!(output.status.success(), "{output:?}");
    let page = fs::read_to_string(desk.path("site/en/contacts/index.html")).unwrap();
    assert!(page.contains("<html lang=\"en\">") && page.contains("Skip to content"), "{page}");
    assert!(page.contains("hreflang=\"lt\" href=\"https://www.azuolynas.example/kontaktai/\""), "{page}");
}

#[test]
fn news_of_later_days_appear_on_their_day() {
    let desk = Desk::new();
    let news = |day: &str| {
        let output = desk.build(&["--now", &format!("{day}T12:00:00Z")]);
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8_lossy(&output.stdout);
        let is_told = said.contains("ziemos-keliai.md: bus viešas 2026\u{a0}m. lapkričio\u{a0}23\u{a0}d.");
        assert_eq!(is_told, day == "2026-11-22", "{said}");
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
        "ziemos-keliai.md:17:",
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

    fs::write(&file, text.replace("summary", "sumary")).unwrap();
    log.line_with(&["kontaktai.md:", "sumary"]);
    eventually("the mistake above the page", || {
        let body = page().body;
        (body.contains("preview-mistakes") && body.contains("sumary") && body.contains("Kada dirbame")).then_some(())
    });

    fs::write(&file, &text).unwrap();
    eventually("the mended page", || {
        let body = page().body;
        (!body.contains("preview-mistakes") && body.contains("Darbo laikas")).then_some(())
    });

    // A template that is wrong does not replace one that was good.
    fs::create_dir(desk.path("theme")).unwrap();
    fs::write(desk.path("theme/style.css"), "body { color: black }").unwrap();
    eventually("the new style", || (get(address, "/style.css").unwrap().body == "body { color: black }").then_some(()));
    fs::write(desk.path("theme/page.html"), "{{ nera }}").unwrap();
    eventually("the mistake in the template", || page().body.contains("page.html:1:").then_some(()));
    assert!(page().status == 200 && page().body.contains("Darbo laikas"));
    fs::remove_file(desk.path("theme/page.html")).unwrap();
    eventually("the template of before", || (!page().body.contains("preview-mistakes")).then_some(()));

    // As many editors save: a new file takes the place of the old one.
    let beside = desk.path("content/.kontaktai.md.tmp");
    fs::write(&beside, text.replace("Darbo laikas\n", "Kada atvykti\n")).unwrap();
    fs::rename(&beside, &file).unwrap();
    eventually("the heading of the file that was renamed", || page().body.contains("Kada atvykti").then_some(()));
    fs::create_dir(desk.path("content/nauja")).unwrap();
    fs::write(desk.path("content/nauja/_index.md"), "+++\ntitle = \"Naujas skyrius\"\n+++\n").unwrap();
    eventually("the new section", || (get(address, "/nauja/").unwrap().status == 200).then_some(()));
    fs::remove_dir_all(desk.path("content/nauja")).unwrap();
    eventually("the end of the new section", || (get(address, "/nauja/").unwrap().status == 404).then_some(()));
    kill_process(Pid::from_child(&preview.0), Signal::TERM).unwrap();
    assert!(eventually("the end of the preview", || preview.0.try_wait().unwrap()).success());
}

/// Files with what they hold and when they were written.
fn state_of(folder: &Path) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
    let mut found = BTreeSet::new();
    files(folder, "", &mut found);
    found
        .into_iter()
        .map(|file| {
            let path = folder.join(&file);
            let written = fs::metadata(&path).unwrap().modified().unwrap();
            (file, (fs::read(&path).unwrap(), written))
        })
        .collect()
}

#[test]
fn a_file_that_did_not_change_is_not_written_again() {
    let desk = Desk::new();
    let now = ["--now", "2026-11-24T12:00:00Z"];
    assert!(desk.build(&now).status.success());
    let before = state_of(&desk.path("site"));
    let file = desk.path("content/kontaktai.md");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("Darbo laikas\n", "Kada dirbame\n")).unwrap();
    let said = String::from_utf8(desk.build(&now).stdout).unwrap();
    let after = state_of(&desk.path("site"));
    assert_eq!(before.keys().collect::<Vec<_>>().len(), after.len());
    let changed: Vec<&String> = after.keys().filter(|file| before.get(*file) != after.get(*file)).collect();
    assert!(changed.iter().any(|file| *file == "kontaktai/index.html"), "{changed:?}");
    for file in changed {
        let is_expected = file == ".sitegen" || file.starts_with("kontaktai/") || file.starts_with("paieska/index/");
        assert!(is_expected, "{file} was written again; {said}");
    }
}

#[test]
fn a_build_after_which_nothing_changed_does_nothing_and_what_somebody_harmed_is_mended() {
    let desk = Desk::new();
    // Times that are as coarse as a file system's cannot tell a change in the same moment.
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    let mut found = BTreeSet::new();
    files(&desk.path(""), "", &mut found);
    for file in &found {
        fs::File::options().write(true).open(desk.path(file)).unwrap().set_modified(long_ago).unwrap();
    }
    let said = |output: Output| String::from_utf8(output.stdout).unwrap();
    let is_unchanged = || said(desk.build(&[])).contains("niekas nepasikeitė");
    // The time at which a file's entry changed cannot be set back: it becomes old enough by itself.
    eventually("a build with nothing to do", || is_unchanged().then_some(()));
    fs::write(desk.path("site/kontaktai/index.html"), "x").unwrap();
    assert!(!is_unchanged());
    assert!(fs::read_to_string(desk.path("site/kontaktai/index.html")).unwrap().contains("Darbo laikas"));
    assert!(is_unchanged());
    assert!(!said(desk.build(&["--drafts"])).contains("niekas nepasikeitė"));
}

#[test]
fn two_builds_are_the_same_whatever_the_number_of_threads() {
    let desk = Desk::new();
    let build = |threads: &str, output: &str| {
        let mut command = desk.command("build", &["--now", "2026-11-24T12:00:00Z", "--output"]);
        let output = command.arg(desk.path(output)).env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    build("1", "one");
    build("4", "four");
    let octets = |folder: &str| {
        let mut state = state_of(&desk.path(folder));
        state.remove(".sitegen");
        state.into_iter().map(|(file, (octets, _))| (file, octets)).collect::<BTreeMap<_, _>>()
    };
    assert!(octets("one") == octets("four"));
}

#[test]
fn addresses_of_the_old_site_lead_to_what_is_there_now() {
    let desk = Desk::new();
    fs::write(
        desk.path("content/addresses.toml"),
        "[pages]\n\"/go.php/lit/Kontaktai/7\" = \"kontaktai.md\"\n\"/2023/04/senas/\" = \"kontaktai.md\"\n",
    )
    .unwrap();
    assert_eq!(desk.build(&[]).status.code(), Some(0));
    let page = fs::read_to_string(desk.path("site/2023/04/senas/index.html")).unwrap();
    assert!(page.contains("url=/kontaktai/"), "{page}");
    let map = fs::read_to_string(desk.path("site/.redirects/nginx.conf")).unwrap();
    assert!(map.contains("/go.php/lit/Kontaktai/7"), "{map}");
    assert!(!desk.path("site/addresses.toml").exists());
    fs::write(desk.path("content/addresses.toml"), "[pages]\n\"/a/\" = \"nera.md\"\n").unwrap();
    let output = desk.build(&[]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("addresses.toml: "), "{output:?}");
}

#[test]
fn a_web_editor_is_told_of_every_section_and_field_in_the_words_of_editors() {
    let desk = Desk::new();
    let text = desk
        .says("editor-config", &["--forge", "https://git.azuolynas.example", "--repository", "savivaldybe/svetaine"]);
    assert!(!text.contains("\"["), "a key without words: {text}");
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let collections = value["collections"].as_array().unwrap();
    let events = collections.iter().find(|one| one["folder"] == "content/renginiai").unwrap();
    let field =
        |name: &str| events["fields"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone();
    assert_eq!((&field("start")["required"], &field("start")["label"]), (&true.into(), &"Pradžia".into()));
    assert_eq!(field("status")["options"][2]["value"], "cancelled");
    let part = |name: &str, part: usize| field(name)["fields"][part].clone();
    assert_eq!((&part("images", 0)["widget"], &part("images", 1)["name"]), (&"image".into(), &"alt".into()));
    assert_eq!(part("attachments", 0)["widget"], "file");
    assert_eq!(events["media_folder"], "");
}

#[test]
fn a_new_page_is_right_as_soon_as_its_gaps_are_filled() {
    let desk = Desk::new();
    let path = desk.says("new", &["news", "Šeštadienį – talka „Žalia“"]);
    let path = PathBuf::from(path.trim());
    assert!(path.ends_with("content/naujienos/sestadieni-talka-zalia.md"), "{path:?}");
    let again = desk.command("new", &["news", "Šeštadienį – talka „Žalia“"]).output().unwrap();
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    for kind in [
        "event",
        "act",
        "service",
        "person",
        "unit",
        "vacancy",
        "procurement",
        "consultation",
        "dataset",
        "course",
        "visit",
        "project",
        "sitting",
        "document",
        "notice",
        "page",
    ] {
        desk.says("new", &[kind, &format!("Bandymas {kind}"), "--folder", "naujienos"]);
    }
    assert!(desk.says("check", &["--drafts"]).contains("Skelbti galima"));
}

#[test]
fn pages_are_listed_and_explained() {
    let desk = Desk::new();
    assert!(desk.says("list", &["act"]).starts_with("teises-aktai/t-101.md\tact\t/teises-aktai/t-101/\tviešas\t"));
    let explained = desk.says("explain", &["content/kontaktai.md"]);
    for words in [
        "/kontaktai/",
        "viešas",
        "kontaktai.en.md",
        "contacts → struktura/ona-azuolaite.md",
        "naujienos/ziemos-keliai.md",
    ] {
        assert!(explained.contains(words), "{words:?} is not in:\n{explained}");
    }
    assert!(desk.says("links", &["/kontaktai/"]).contains("naujienos/ziemos-keliai.md"));
}

#[test]
fn a_template_of_the_sites_own_replaces_ours_and_its_mistakes_are_named() {
    let desk = Desk::new();
    fs::create_dir(desk.path("theme")).unwrap();
    fs::write(desk.path("theme/404.html"), "<!DOCTYPE html><title>{{ site.title }}: nėra</title>").unwrap();
    fs::write(desk.path("theme/style.css"), "body { color: black }").unwrap();
    assert!(desk.build(&[]).status.success());
    assert!(fs::read_to_string(desk.path("site/404.html")).unwrap().ends_with(": nėra</title>"));
    assert_eq!(fs::read_to_string(desk.path("site/style.css")).unwrap(), "body { color: black }");
    fs::write(desk.path("theme/page.html"), "\n{{ page.nera.title }}").unwrap();
    let output = desk.build(&[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code() == Some(2) && said.contains("theme/page.html:2:9: ") && said.contains(".md"),
        "{said}"
    );
    assert!(said.contains("\n  2 | {{ page.nera.title }}\n") && said.contains("šablonas netinka puslapiui"), "{said}");
    // Found while it is read, and of a template that is there only in name.
    for (text, place) in [("<p>\n{% if %}", "theme/page.html:2:"), ("{% extends \"nera.html\" %}", "theme/page.html: ")]
    {
        fs::write(desk.path("theme/page.html"), text).unwrap();
        let output = desk.build(&[]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code() == Some(2) && said.contains(place) && said.contains("šablonas neteisingas"),
            "{said}"
        );
    }
}

#[test]
fn a_disk_that_fills_during_a_build_leaves_the_site_that_was_there() {
    let desk = Desk::new();
    let script = format!(
        "mount -t tmpfs -o size=600k tmpfs {site} && cd {site} && {program} build --site {folder} --output out && \
         cp out/index.html before && head -c 300000 /dev/urandom > full; echo x >> {folder}/content/kontaktai.md; \
         {program} build --site {folder} --output out; echo \"code $?\"; cmp out/index.html before && ls -A | grep -c sitegen-",
        site = desk.path("disk").display(),
        program = program("sitegen").display(),
        folder = desk.path("").display(),
    );
    fs::create_dir(desk.path("disk")).unwrap();
    let output = tests::in_namespace("--mount").args(["sh", "-c", &script]).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("code 1") && said.contains("No space left") && said.trim_end().contains("\n0"), "{said}");
}

/// A JPEG of 1,200 by 800 pixels that says where it was taken (Exif 2.3, 4.6.6).
fn photograph(path: &Path) {
    let mut made = std::io::Cursor::new(Vec::new());
    let pixels = |x: u32, y: u32| image::Rgb([x, y, x ^ y].map(|shade| u8::try_from(shade % 256).unwrap_or(0)));
    image::RgbImage::from_fn(1200, 800, pixels).write_to(&mut made, image::ImageFormat::Jpeg).unwrap();
    let octets = made.into_inner();
    // One entry of the main directory leads to the directory of positions, which says that the latitude is north.
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x88\x25\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0".to_vec();
    exif.extend(b"\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0SLAPTA VIETA");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let whole = [&octets[..2], b"\xff\xe1", &length, &exif, &octets[2..]].concat();
    fs::write(path, whole).unwrap();
}

#[test]
fn a_photograph_is_shown_in_several_widths_and_says_nothing_of_where_it_was_taken() {
    let desk = Desk::new();
    photograph(&desk.path("content/naujienos/Tarybos salė.jpg"));
    let file = desk.path("content/naujienos/ziemos-keliai.md");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}\n![Tarybos salė](Tarybos%20salė.jpg \"Salė po remonto\")\n")).unwrap();
    let output = desk.build(&[]);
    assert!(output.status.success(), "{output:?}");
    let html = fs::read_to_string(desk.path("site/naujienos/ziemos-keliai/index.html")).unwrap();
    assert!(
        html.contains("width=\"1200\" height=\"800\" loading=\"lazy\"") && html.contains("<figcaption>Salė po remonto"),
        "{html}"
    );
    let mut built = BTreeSet::new();
    files(&desk.path("site"), "", &mut built);
    let pictures: Vec<&String> = built.iter().filter(|file| file.contains("tarybos-sale-")).collect();
    assert_eq!(pictures.len(), 6, "{built:?}");
    assert!(!built.iter().any(|file| file.contains("Tarybos")), "{built:?}");
    for picture in pictures {
        assert!(html.contains(&format!("/{picture}")), "{picture} is not in {html}");
        let octets = fs::read(desk.path("site").join(picture)).unwrap();
        assert!(!octets.windows(6).any(|some| some == b"SLAPTA" || some == b"Exif\0\0"), "{picture}");
    }
    fs::write(desk.path("content/naujienos/Tarybos salė.jpg"), "tekstas").unwrap();
    let output = desk.build(&[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("tai ne paveikslas") && said.contains("ziemos-keliai.md:"), "{said}");
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
    for arguments in [&["--help"][..], &["build", "--help"], &["serve", "--help"], &["new", "--help"]] {
        let output = Command::new(program("sitegen")).args(arguments).output().unwrap();
        assert!(output.status.success() && output.stdout.len() > 300, "{arguments:?}");
    }
    let output = Command::new(program("sitegen")).arg("--help").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("Exit codes:"));
}
