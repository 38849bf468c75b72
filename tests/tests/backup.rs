//! Backups with the real restic, run by the daemon.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use tests::{Database, Installation, Rotused, largest_file};

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
    let installation = Installation::new();
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
        command
            .current_dir(installation.path("bare"))
            .arg("restore")
            .args(arguments)
            .args(["--no-catalogue", "--repository"]);
        command.arg(installation.path("repository")).arg("--password-file").arg(installation.path("key"));
        let done = command.output().unwrap();
        (done.status.success(), String::from_utf8([done.stdout, done.stderr].concat()).unwrap())
    };
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
