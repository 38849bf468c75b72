//! What goes wrong while the site is published: hostile commits, full disks, processes that are killed at any moment. The public
//! site is always one whole release, and the log says which.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tests::{Newsroom, SOON, program, said};

/// Publishing that ends with an exit code and says these words.
fn publish(newsroom: &Newsroom, arguments: &[&str], code: i32, words: &[&str]) {
    let output = newsroom.publish(arguments);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(words.iter().all(|word| said.contains(word)), "{words:?} are not in: {said}");
}

fn entries(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Nothing half done is left.
fn is_tidy(newsroom: &Newsroom) {
    let left = |name: &str| entries(&newsroom.path(name)).into_iter().filter(|name| name.starts_with('.')).collect();
    let folders = ["state", "state/public", "state/public/problems", "state/public/releases"];
    let left: [Vec<String>; 4] = folders.map(left);
    assert_eq!((left, entries(&newsroom.path("state/private"))), Default::default());
}

#[test]
fn what_a_commit_must_not_hold_is_refused_before_anything_of_it_is_written() {
    let newsroom = Newsroom::new();
    publish(&newsroom, &[], 0, &["published"]);
    let before = newsroom.current();
    let desk = newsroom.path("desk");
    let refused = |what: &str, words: &[&str]| {
        newsroom.push(what);
        publish(&newsroom, &[], 2, words);
        assert_eq!(newsroom.current(), before, "{what}");
        is_tidy(&newsroom);
    };
    std::os::unix::fs::symlink("/etc/passwd", desk.join("content/passwd.txt")).unwrap();
    refused("a symbolic link", &["content/passwd.txt", "simbolinės nuorodos"]);
    fs::remove_file(desk.join("content/passwd.txt")).unwrap();

    newsroom.git(&desk, &["update-index", "--add", "--cacheinfo", &format!("160000,{},content/kita", "1".repeat(40))]);
    let commit = ["commit", "--quiet", "--message", "a submodule"];
    newsroom.git(&desk, &commit);
    newsroom.git(&desk, &["push", "--quiet", "origin", "main"]);
    publish(&newsroom, &[], 2, &["content/kita", "submodule"]);
    newsroom.git(&desk, &["rm", "--quiet", "--cached", "content/kita"]);

    newsroom.configure("most_megabytes = 1\n");
    newsroom.write("content/didelis.bin", vec![7; 2 << 20]);
    refused("too large", &["content/didelis.bin", "1 MiB"]);
    fs::remove_file(desk.join("content/didelis.bin")).unwrap();
    newsroom.configure("most_files = 10\n");
    refused("too many files", &["daugiausia galima 10"]);
    newsroom.configure("folder = \"kitur\"\n");
    refused("no such folder", &["nėra aplanko „kitur“"]);
    newsroom.configure("");
    newsroom.push("good");
    publish(&newsroom, &[], 0, &["published"]);
}

/// git itself writes no such trees, and takes them when they are pushed.
#[test]
fn a_path_that_leads_out_of_the_private_place_is_refused() {
    let newsroom = Newsroom::new();
    let bare = newsroom.path("site.git");
    let blob = newsroom.git(&newsroom.path("desk"), &["rev-parse", "HEAD:site.toml"]);
    for name in ["..", ".git"] {
        // A tree object by hand: mode, name, a zero octet, the object's octets.
        let octets =
            |id: &str| (0..id.len()).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap()).collect();
        let tree = |mode: &str, name: &str, id: &str| -> String {
            let object: Vec<u8> = octets(id);
            let content = newsroom.path("tree");
            fs::write(&content, [format!("{mode} {name}\0").as_bytes(), &object].concat()).unwrap();
            let path = content.to_string_lossy().into_owned();
            newsroom.git(&bare, &["hash-object", "-t", "tree", "-w", "--literally", &path])
        };
        let root = tree("40000", name, &tree("100644", "ipuolis.toml", &blob));
        let commit = newsroom.git(&bare, &["commit-tree", "-m", "x", &root]);
        newsroom.git(&bare, &["update-ref", "refs/heads/main", &commit]);
        publish(&newsroom, &[], 2, &["pervadinkite", "ipuolis.toml"]);
    }
    assert!(!newsroom.path("state/ipuolis.toml").exists() && !newsroom.path("state/private/ipuolis.toml").exists());
}

#[test]
fn attributes_filters_replacements_and_the_environment_of_a_hook_change_nothing() {
    let newsroom = Newsroom::new();
    let bare = newsroom.path("site.git");
    let mark = newsroom.path("was-run");
    newsroom.git(&bare, &["config", "filter.piktas.smudge", &format!("touch {}; cat", mark.display())]);
    newsroom.write(".gitattributes", "* filter=piktas ident eol=crlf\n*.bin export-ignore\n");
    newsroom.write("static/failas.txt", "$Id$\n");
    newsroom.write("static/failas.bin", [0, 1, 2, 255]);
    let good = newsroom.push("attributes");
    newsroom.write("static/failas.txt", "pakeista\n");
    let other = newsroom.push("other");
    // A replacement makes git show another commit under the same name.
    newsroom.git(&bare, &["update-ref", &format!("refs/replace/{good}"), &other]);
    newsroom.git(&bare, &["update-ref", "refs/heads/main", &good]);
    let hooks = bare.join("hooks/post-checkout");
    fs::create_dir_all(hooks.parent().unwrap()).unwrap();
    fs::write(&hooks, format!("#!/bin/sh\ntouch {}\n", mark.display())).unwrap();
    fs::set_permissions(&hooks, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = newsroom.command(&[]);
    for (name, value) in [("GIT_DIR", "/nowhere"), ("GIT_WORK_TREE", "/nowhere"), ("GIT_INDEX_FILE", "/nowhere")] {
        command.env(name, value);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(newsroom.public("failas.txt").as_deref(), Some("$Id$\n"));
    assert_eq!(fs::read(newsroom.path("state/public/current/failas.bin")).unwrap(), [0, 1, 2, 255]);
    assert!(!mark.exists());
}

#[test]
fn what_the_gate_lets_through_is_read_back_before_it_is_public() {
    let newsroom = Newsroom::new();
    publish(&newsroom, &[], 0, &["published"]);
    newsroom
        .write("theme/404.html", "<!DOCTYPE html><title>x</title><a href=/nera/>x</a><a href=/kontaktai/#nera>y</a>");
    newsroom.write("static/senas.html", "<!DOCTYPE html><title>x</title><a href=/sena/>x</a>");
    newsroom.push("theme");
    publish(&newsroom, &[], 2, &["404.html: nuoroda „/nera/“ niekur neveda", "„/kontaktai/#nera“ veda į vietą"]);
    is_tidy(&newsroom);
    newsroom.configure("elsewhere = [\"/nera/\"]\n");
    newsroom
        .write("theme/404.html", "<!DOCTYPE html><title>x</title><a href=/nera/>x</a><a href=/kontaktai/#main>y</a>");
    fs::remove_file(newsroom.path("desk/theme/404.html")).unwrap();
    newsroom.push("mended");
    // An old page that is published as it is keeps nothing back.
    publish(&newsroom, &[], 0, &["published", "senas.html: the link \"/sena/\" leads nowhere"]);
}

#[test]
fn a_line_that_was_cut_off_is_put_aside_and_what_was_done_is_written_down() {
    let newsroom = Newsroom::new();
    publish(&newsroom, &[], 0, &["published"]);
    newsroom.push("second");
    publish(&newsroom, &[], 0, &["published"]);
    let path = newsroom.path("state/public/log.jsonl");
    let good = fs::read_to_string(&path).unwrap();
    // Killed in the middle of the last line.
    fs::write(&path, &good[..good.len() - 40]).unwrap();
    publish(&newsroom, &["status"], 0, &["was not written to its end", "killed after it had published", "found so"]);
    assert_eq!(newsroom.actions(), "intent publish intent recovered");
    let aside = entries(&newsroom.path("state/public")).into_iter().find(|name| name.contains("torn")).unwrap();
    let torn = fs::read_to_string(newsroom.path("state/public").join(aside)).unwrap();
    assert!(torn.starts_with("{\"time\"") && good.contains(&torn), "{torn}");
    let _ = newsroom.says(&["verify"]);
    publish(&newsroom, &[], 0, &["nothing to do"]);
    // Killed before it switched.
    let first = fs::read_to_string(&path).unwrap();
    let current = newsroom.current().unwrap();
    newsroom.push("third");
    publish(&newsroom, &[], 0, &["published"]);
    let whole = fs::read_to_string(&path).unwrap();
    let intent = whole[first.len()..].lines().next().unwrap();
    fs::write(&path, format!("{first}{intent}\n")).unwrap();
    let link = newsroom.path("state/public/current");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(format!("releases/{current}"), &link).unwrap();
    publish(&newsroom, &["status"], 0, &["waits to be published"]);
    assert!(newsroom.actions().ends_with("recovered intent abandoned"), "{}", newsroom.actions());
    publish(&newsroom, &[], 0, &["published"]);
    let _ = newsroom.says(&["verify"]);
    // Switched by hand: believed, and not overruled.
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(format!("releases/{current}"), &link).unwrap();
    publish(&newsroom, &[], 0, &["the log did not know", "nothing to do"]);
    assert_eq!(newsroom.current().unwrap(), current);
    let _ = newsroom.says(&["verify"]);
    // A log that somebody has moved away: the next one begins with what is public, and that is made again.
    fs::rename(&path, newsroom.path("old.jsonl")).unwrap();
    publish(&newsroom, &[], 0, &["the log did not know", "published"]);
    assert_eq!(newsroom.actions(), "recovered intent publish");
}

/// A disk on which at first nothing and then a little more fits each time, so that it fills at every step of the way.
#[test]
fn a_disk_that_fills_at_any_step_leaves_the_site_that_was_there_and_blames_nobody() {
    let newsroom = Newsroom::new();
    let first = newsroom.git(&newsroom.path("desk"), &["rev-parse", "HEAD"]);
    for number in 0..40 {
        newsroom.news(&format!("nr-{number}"), "2026-11-24", "![Aikštė](aikste.png)");
    }
    let picture = image::RgbImage::from_fn(900, 600, |x, y| image::Rgb([x, y, x ^ y].map(|shade| (shade % 251) as u8)));
    picture.save(newsroom.path("desk/content/naujienos/aikste.png")).unwrap();
    let second = newsroom.push("many");
    newsroom.git(&newsroom.path("site.git"), &["update-ref", "refs/heads/main", &first]);
    fs::create_dir(newsroom.path("state")).unwrap();
    let script = format!(
        "cd {folder}; mount -t tmpfs -o size=60m tmpfs state; {publish} || exit
        before=$(readlink state/public/current); git --git-dir site.git update-ref refs/heads/main {second}
        head -c 50000000 /dev/zero > state/fill; {publish}; echo \"code $?\"; rm state/fill
        for more in $(seq 0 12 600); do
            mount -o remount,nr_inodes=$(($(df --output=iused state | tail -n 1) + more)) state
            {publish}; code=$?; echo \"code $code\"
            [ $code = 0 ] && break
            [ \"$(readlink state/public/current)\" = $before ] || echo WRONG
            ls -A state/private state/public/releases | grep -q '^[.]' && echo WRONG
            {publish_verify} > /dev/null || echo WRONG
        done
        {publish_verify} && echo ended",
        folder = newsroom.path("").display(),
        publish = format_args!("{} publish --config publish.toml", program("sitegen").display()),
        publish_verify = format_args!("{} publish verify --config publish.toml", program("sitegen").display()),
    );
    let output = tests::in_namespace("--mount").args(["sh", "-c", &script]).output().unwrap();
    let said = said(&output);
    let count = |words: &str| said.matches(words).count();
    assert!(said.contains("MiB and") && said.contains("No space left on device"), "{said}");
    assert!(count("code 1") > 10 && count("code 0") == 1 && count("code 2") == 0 && count("WRONG") == 0, "{said}");
    assert!(said.contains("ended") && said.contains("2 releases, whole"), "{said}");
}

/// What can be seen from outside of how far a publish has come.
const STEPS: [fn(&Newsroom, &Before) -> bool; 9] = [
    |_, _| true,
    |newsroom, _| !entries(&newsroom.path("state/private")).is_empty(),
    |newsroom, _| private(newsroom).is_some_and(|folder| folder.join("site.toml").exists()),
    |newsroom, _| partial(newsroom).is_some(),
    |newsroom, _| partial(newsroom).is_some_and(|folder| folder.join("sitemap.xml").exists()),
    |newsroom, _| partial(newsroom).is_some_and(|folder| folder.join(".well-known/release.json").exists()),
    |newsroom, before| length(newsroom) > before.log,
    |newsroom, before| {
        entries(&newsroom.path("state/public/releases")).len() > before.releases && partial(newsroom).is_none()
    },
    |newsroom, before| newsroom.current() != before.current,
];

struct Before {
    log: u64,
    releases: usize,
    current: Option<String>,
}

fn private(newsroom: &Newsroom) -> Option<PathBuf> {
    let folder = newsroom.path("state/private");
    entries(&folder).pop().map(|name| folder.join(name))
}

fn partial(newsroom: &Newsroom) -> Option<PathBuf> {
    let folder = newsroom.path("state/public/releases");
    entries(&folder).into_iter().find(|name| name.ends_with(".partial")).map(|name| folder.join(name))
}

fn length(newsroom: &Newsroom) -> u64 {
    fs::metadata(newsroom.path("state/public/log.jsonl")).map_or(0, |metadata| metadata.len())
}

/// The public site is a release all of whose files are there, with their sizes; the text of its round.
fn whole(newsroom: &Newsroom) -> String {
    let manifest = newsroom.public(".well-known/release-manifest.txt").unwrap();
    for line in manifest.lines() {
        let mut parts = line.splitn(3, ' ').skip(1);
        let (octets, path) = (parts.next().unwrap(), parts.next().unwrap());
        let found = fs::metadata(newsroom.path("state/public/current").join(path)).unwrap();
        assert_eq!(found.len().to_string(), octets, "{path}");
    }
    newsroom.public("naujienos/kartas/index.html").unwrap()
}

#[test]
fn a_publish_that_is_killed_at_any_moment_leaves_one_whole_release_and_a_log_that_is_settled() {
    const ROUNDS: usize = 45;
    let newsroom = Newsroom::new();
    newsroom.configure("keep = 3\n");
    newsroom.news("kartas", "2026-11-24", "Kartas 0.");
    newsroom.push("0");
    publish(&newsroom, &[], 0, &["published"]);
    let mut killed = 0;
    for round in 1..=ROUNDS {
        newsroom.news("kartas", "2026-11-24", &format!("Kartas {round}."));
        newsroom.push("round");
        let before = Before {
            log: length(&newsroom),
            releases: entries(&newsroom.path("state/public/releases")).len(),
            current: newsroom.current(),
        };
        let mut child = newsroom.command(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let deadline = Instant::now() + SOON;
        let has_come = STEPS[round % STEPS.len()];
        while !has_come(&newsroom, &before) && child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "round {round}: the step never came");
        }
        // Not always at the very moment: later in the step too, and later each time it comes.
        let later = Instant::now() + Duration::from_micros(700) * u32::try_from(round / STEPS.len()).unwrap();
        while Instant::now() < later {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().code().is_none());
        let text = whole(&newsroom);
        let is_one = [round - 1, round].iter().any(|number| text.contains(&format!("Kartas {number}.")));
        assert!(is_one, "round {round}: {text}");
        let _ = newsroom.says(&["verify"]);
        publish(&newsroom, &[], 0, &[]);
        assert!(whole(&newsroom).contains(&format!("Kartas {round}.")), "round {round}");
        let _ = newsroom.says(&["verify"]);
        is_tidy(&newsroom);
    }
    let actions = newsroom.actions();
    println!("{killed} of {ROUNDS} were killed; the log: {actions}");
    assert!(killed > ROUNDS / 2, "{killed}");
    // Each intent has come to something, and is the only one that has not at its time.
    let settled: Vec<&str> = actions.split(' ').collect();
    for pair in settled.chunks(2) {
        assert!(matches!(pair, ["intent", "publish" | "recovered" | "abandoned"]), "{pair:?} in {actions}");
    }
}

#[test]
fn going_back_that_is_killed_is_settled_too() {
    let newsroom = Newsroom::new();
    for text in ["Senas", "Naujas"] {
        newsroom.news("kartas", "2026-11-24", text);
        newsroom.push(text);
        publish(&newsroom, &[], 0, &["published"]);
    }
    let mut killed = 0;
    for round in 0..20 {
        let (log, current) = (length(&newsroom), newsroom.current());
        let other =
            entries(&newsroom.path("state/public/releases")).into_iter().find(|name| Some(name) != current.as_ref());
        let mut command = newsroom.command(&["rollback", &other.unwrap()]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let has_come = || length(&newsroom) > log && (round % 2 == 0 || newsroom.current() != current);
        while !has_come() && child.try_wait().unwrap().is_none() {}
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().code().is_none());
        let _ = whole(&newsroom);
        let _ = newsroom.says(&["status"]);
        let _ = newsroom.says(&["verify"]);
        assert_eq!(entries(&newsroom.path("state/public/releases")).len(), 2);
    }
    let actions = newsroom.actions();
    println!("{killed} of 20 were killed; the log: {actions}");
    assert!(killed > 5 && actions.matches("intent").count() == 22, "{killed}: {actions}");
}
