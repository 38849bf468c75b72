//! Backups with the real restic, run by the daemon.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tests::{Database, Installation, Rotused, eventually, largest_file, restics};

const SUCCESS: &str = "rotuse_job_last_run_success{job=\"registras\"}";

#[test]
fn a_new_job_runs_at_once_and_its_snapshot_restores_the_same_rows() {
    let installation = Installation::new();
    let database = Database::make(installation.path("registras.db"), 3000);
    installation.job("daily");
    let mut rotused = installation.start();
    rotused.log.line_with(&["INFO", "backup proven", "job=registras", "snapshot="]);
    rotused.metric_is(SUCCESS, |value| value == 1.0);
    rotused.metric_is("rotuse_job_last_verified_timestamp_seconds{job=\"registras\"}", |time| time > 1.7e9);
    let restored = installation.restic(&["dump", "latest", "/registras.db"]);
    assert!(restored.status.success(), "{restored:?}");
    fs::write(installation.path("restored.db"), restored.stdout).unwrap();
    assert_eq!(Database::rows_of(&installation.path("restored.db")), database.rows());
    let snapshot = &installation.list("snapshots")[0][..8];
    let page = rotused.page_with("/backups?lang=en", &["registras", snapshot]);
    assert!(!page.contains("correct horse"), "{page}");
    assert_eq!(installation.list("locks"), Vec::<String>::new());
}

#[test]
fn one_wrong_octet_in_the_repository_fails_the_next_run_loudly() {
    let installation = Installation::new();
    let _database = Database::make(installation.path("registras.db"), 3000);
    installation.job("*:*:0/3");
    let mut rotused = installation.start();
    rotused.log.line_with(&["backup proven"]);
    let pack = largest_file(&installation.path("repository/data"));
    let mut octets = fs::read(&pack).unwrap();
    let middle = octets.len() / 2;
    octets[middle] ^= 1;
    fs::set_permissions(&pack, Permissions::from_mode(0o600)).unwrap();
    fs::write(&pack, octets).unwrap();
    let line = rotused.log.line_with(&["ERROR", "backup failed", "job=registras"]);
    assert!(line.contains("damaged"), "{line}");
    rotused.metric_is(SUCCESS, |value| value == 0.0);
    rotused.metric_is("rotuse_job_runs_total{job=\"registras\",outcome=\"failure\"}", |count| count >= 1.0);
    let _ = rotused.page_with("/?lang=en", &["the repository is damaged"]);
    let _ = rotused.page_with("/", &["saugykla sugadinta"]);
}

#[test]
fn a_job_that_cannot_run_fails_in_words_and_is_resolved_by_the_next_good_run() {
    let installation = Installation::new();
    installation.job("*:*:0/2");
    let mut rotused = installation.start();
    let line = rotused.log.line_with(&["ERROR", "backup failed", "job=registras"]);
    assert!(line.contains("there is no database at"), "{line}");
    let _ = rotused.page_with("/?lang=en", &["there is no database at"]);
    let _database = Database::make(installation.path("registras.db"), 10);
    rotused.log.line_with(&["backup proven"]);
    rotused.log.line_with(&["incident resolved", "subject=registras"]);
    rotused.metric_is(SUCCESS, |value| value == 1.0);
}

#[test]
fn a_wrong_repository_password_is_a_failed_run_that_says_what_to_do() {
    let installation = Installation::new();
    let _database = Database::make(installation.path("registras.db"), 10);
    installation.job("daily");
    installation.secret("secrets/repository", "wrong horse");
    let mut rotused = installation.start();
    let line = rotused.log.line_with(&["ERROR", "backup failed", "job=registras"]);
    assert!(line.contains("the password does not open the repository"), "{line}");
    rotused.metric_is(SUCCESS, |value| value == 0.0);
    let page = rotused.page_with("/", &["slaptažodis saugyklos neatrakina"]);
    assert!(!page.contains("wrong horse") && !line.contains("wrong horse"));
}

#[test]
fn a_repository_on_a_disk_that_cannot_be_written_fails_the_run_and_loses_nothing() {
    let installation = Installation::new();
    let _database = Database::make(installation.path("registras.db"), 10);
    installation.job("daily");
    let config = fs::read(installation.path("repository/config")).unwrap();
    let rotused = Rotused::of(&mut installation.run_with_read_only("repository"));
    rotused.metric_is(SUCCESS, |value| value == 0.0);
    let _ = rotused.page_with("/?lang=en", &["cannot be written", "read-only file system"]);
    drop(rotused);
    assert_eq!(fs::read(installation.path("repository/config")).unwrap(), config);
    let mut rotused = installation.start();
    assert_eq!(rotused.get("/healthz").status, 200);
    // The next planned time is tomorrow: a failed run is not repeated by a restart, and is still shown.
    rotused.metric_is(SUCCESS, |value| value == 0.0);
    rotused.signal(rustix::process::Signal::TERM);
    assert!(rotused.end().success());
}

#[test]
fn with_nothing_but_the_repository_and_the_sheet_everything_is_restored() {
    restics().iter().for_each(|restic| everything_is_restored(restic));
}

fn everything_is_restored(restic: &Path) {
    let installation = Installation::with_restic(restic);
    let database = Database::make(installation.path("registras.db"), 3000);
    installation.job("daily");
    installation.write("conf.d/nustatymai", "a = 1");
    installation.write(
        "jobs/failai.toml",
        "[[job]]\nname = \"failai\"\nrepository = \"vietine\"\nschedule = \"daily\"\nsource = { kind = \"files\", paths = \"conf.d\" }\n\
         [[job]]\nname = \"savas\"\nrepository = \"vietine\"\nschedule = \"daily\"\nsource = { kind = \"rotused\" }\n",
    );
    let mut rotused = installation.start();
    for job in ["registras", "failai", "savas"] {
        rotused.metric_is(&format!("rotuse_job_last_run_success{{job=\"{job}\"}}"), |value| value == 1.0);
    }
    for job in ["registras", "failai", "savas"] {
        let drilled = installation.rotused(&["backup", "drill", job]);
        assert!(drilled.status.success(), "{job}: {drilled:?}");
    }
    let _ = rotused.log.line_with(&["drill passed", "savas"]);
    drop(rotused);
    let sheet = fs::read_to_string(installation.path("sheet.html")).unwrap();
    let key = sheet.split("class=\"key\">").nth(1).unwrap().split('<').next().unwrap();
    installation.secret("key", key);
    let bare = |arguments: &[&str]| {
        let mut command = std::process::Command::new(tests::program("rotused"));
        // Of a bare machine's restic nobody says where it is.
        let beside = restic.parent().unwrap().display();
        command.env("PATH", format!("{beside}:{}", std::env::var("PATH").unwrap()));
        command
            .current_dir(installation.path("bare"))
            .arg("restore")
            .args(arguments)
            .args(["--no-catalogue", "--repository"]);
        command.arg(installation.path("repository")).arg("--password-file").arg(installation.path("key"));
        let done = command.output().unwrap();
        (done.status.success(), String::from_utf8([done.stdout, done.stderr].concat()).unwrap())
    };
    // With the key of the sheet and not the daemon's own.
    let by_sheet = ["backup", "drill", "registras", "--password-file", &installation.path("key").display().to_string()];
    let drilled = installation.rotused(&by_sheet);
    assert!(String::from_utf8_lossy(&drilled.stdout).contains("passed"), "{drilled:?}");
    installation.secret("wrong", "wrong horse");
    let wrong = ["backup", "drill", "registras", "--password-file", &installation.path("wrong").display().to_string()];
    let drilled = installation.rotused(&wrong);
    assert!(String::from_utf8_lossy(&drilled.stderr).contains("the password does not open"), "{drilled:?}");
    fs::create_dir(installation.path("bare")).unwrap();
    let (is_good, said) = bare(&["nera"]);
    assert!(!is_good && said.contains("failai, registras, savas"), "{said}");
    let (is_good, said) = bare(&["registras", "--to", "atkurta.db"]);
    assert!(is_good, "{said}");
    assert_eq!(Database::rows_of(&installation.path("bare/atkurta.db")), database.rows());
    let (is_good, said) = bare(&["savas", "--part", "configuration", "--to", "viskas"]);
    assert!(is_good, "{said}");
    let restored = format!("bare/viskas{}", installation.path("jobs/failai.toml").display());
    assert!(fs::read_to_string(installation.path(&restored)).unwrap().contains("savas"));
}

/// A job that backs up what a script writes.
fn script(installation: &Installation, script: &str, more: &str) {
    installation.job("daily");
    installation.write(
        "jobs/registras.toml",
        &format!(
            "[[job]]\nname = \"registras\"\nrepository = \"vietine\"\nschedule = \"daily\"\nretry = \"1s\"\n{more}\n\
             source = {{ kind = \"command\", command = [\"sh\", \"-c\", {script:?}], trailer = \"-- Dump completed\" }}\n"
        ),
    );
}

#[test]
fn a_daemon_that_is_killed_during_a_dump_leaves_nothing_that_counts() {
    let installation = Installation::new();
    let (begun, done) = (installation.path("begun"), installation.path("done"));
    let text = format!(
        "head -c 3000000 /dev/urandom; touch {}; until [ -e {} ]; do sleep 0.05; done; echo '-- Dump completed'",
        begun.display(),
        done.display()
    );
    script(&installation, &text, "");
    let mut rotused = installation.start();
    eventually("half a dump", || begun.exists().then_some(()));
    rotused.signal(rustix::process::Signal::KILL);
    let _ = rotused.end();
    // Nobody of the run outlives the daemon, and restic has not taken the end of the pipe for the end of the data.
    let repository = format!("RESTIC_REPOSITORY={}\0", installation.path("repository").display());
    eventually("an end of restic", || {
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let mut environments = processes.filter_map(|process| fs::read(process.path().join("environ")).ok());
        let is_there = environments.any(|environment| String::from_utf8_lossy(&environment).contains(&repository));
        (!is_there).then_some(())
    });
    // A dying daemon's end of the pipe is closed a moment before its death kills restic. Should restic ever be quicker, what it
    // stored stands in no catalogue, and so counts for nothing.
    let stray = installation.list("snapshots");
    fs::write(&done, "").unwrap();
    let mut rotused = installation.start();
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    assert_eq!(installation.list("snapshots").len(), stray.len() + 1);
    let listed = installation.rotused(&["backup", "list", "registras"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(listed.matches("proven").count(), 1, "{listed}");
    assert!(!stray.iter().any(|id| listed.contains(&id[..8])), "{listed}");
    assert_eq!(installation.list("locks"), Vec::<String>::new());
}

#[test]
fn a_run_is_ended_by_hand_and_begun_by_hand() {
    let installation = Installation::new();
    let done = installation.path("done");
    let text = format!("until [ -e {} ]; do echo x; sleep 0.05; done; echo '-- Dump completed'", done.display());
    script(&installation, &text, "");
    let mut rotused = installation.start();
    eventually("a run that can be ended", || {
        installation.rotused(&["backup", "cancel", "registras"]).status.success().then_some(())
    });
    let _ = rotused.log.line_with(&["WARN", "backup interrupted", "job=registras"]);
    assert_eq!(installation.list("snapshots"), Vec::<String>::new());
    let nobody = installation.rotused(&["backup", "cancel", "registras"]);
    assert!(String::from_utf8(nobody.stderr).unwrap().contains("no run of \"registras\" goes on"));
    fs::write(&done, "").unwrap();
    let run = installation.rotused(&["backup", "run", "registras"]);
    assert!(run.status.success(), "{run:?}");
    let listed = installation.rotused(&["backup", "list", "registras"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("proven") && listed.contains("interrupted"), "{listed}");
}

#[test]
fn what_is_kept_is_copied_and_what_is_not_is_removed_from_both() {
    restics().iter().for_each(|restic| what_is_kept_is_copied(restic));
}

fn what_is_kept_is_copied(restic: &Path) {
    let installation = Installation::with_restic(restic);
    let _database = Database::make(installation.path("registras.db"), 100);
    installation.job("daily");
    installation.secret("secrets/other", "another horse");
    installation.add(
        "[[repository]]\nname = \"kita\"\nlocation = \"other\"\npassword = { file = \"secrets/other\" }\n\
         copy = { from = \"vietine\", schedule = \"*:*:0/2\" }\ncheck = \"*:*:0/5\"\nprune = \"*:*:0/5\"",
    );
    let made = installation.rotused(&[
        "repo",
        "init",
        "kita",
        "--sheet",
        &installation.path("other.html").display().to_string(),
    ]);
    assert!(made.status.success(), "{made:?}");
    let job = fs::read_to_string(installation.path("jobs/registras.toml")).unwrap();
    installation.write("jobs/registras.toml", &format!("{job}keep = {{ last = 1, most_removed_percent = 100 }}\n"));
    let mut rotused = installation.start();
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    let first = installation.list("snapshots");
    let copies = || fs::read_dir(installation.path("other/snapshots")).unwrap().count();
    eventually("a copy", || (copies() == 1).then_some(()));
    let run = installation.rotused(&["backup", "run", "registras"]);
    assert!(run.status.success(), "{run:?}");
    eventually("the end of the first backup", || {
        let left = installation.list("snapshots");
        (left.len() == 1 && left != first).then_some(())
    });
    let _ = rotused.log.line_with(&["INFO", "1 backups are copied to the repository kita"]);
    let _ = rotused.log.line_with(&["INFO", "the check of the repository kita ended well"]);
    let _ = rotused.log.line_with(&["INFO", "the prune of the repository kita ended well"]);
    eventually("one copy again", || (copies() == 1).then_some(()));
    let verified = installation.rotused(&["backup", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
}

#[test]
fn a_backup_that_is_older_than_promised_is_a_fault_although_nothing_failed() {
    let installation = Installation::new();
    script(&installation, "echo '-- Dump completed'", "max_age = \"1s\"");
    let mut rotused = installation.start();
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    let _ = rotused.page_with("/incidents?lang=en", &["Age of the backup: registras"]);
}
