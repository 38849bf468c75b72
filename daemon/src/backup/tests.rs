//! Runs with the real restic and real databases.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use rusqlite::Connection;

use super::*;
use crate::config::Location;

/// A folder with a database, a password, and a configuration of one job with its repository.
struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let database = Connection::open(path("registras.db")).unwrap();
        database
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT);")
            .unwrap();
        database
            .execute_batch(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000)
                 INSERT INTO person SELECT i, hex(randomblob(50)) FROM n;",
            )
            .unwrap();
        fs::create_dir(path("jobs")).unwrap();
        fs::write(path("jobs/registras.toml"), "[[job]]\nname = \"registras\"\nschedule = \"daily\"\nrepository = \"vietine\"\nsource = { kind = \"sqlite\", path = \"registras.db\" }\n").unwrap();
        fs::write(
            path("rotused.toml"),
            "state_directory = \"state\"\n[[repository]]\nname = \"vietine\"\nlocation = \"repository\"\npassword = { file = \"password\" }\n",
        )
        .unwrap();
        let office = Self { folder };
        office.set_password("correct horse");
        office
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn set_password(&self, password: &str) {
        fs::write(self.path("password"), password).unwrap();
        fs::set_permissions(self.path("password"), Permissions::from_mode(0o600)).unwrap();
    }

    fn job(&self) -> Job {
        Location { main: self.path("rotused.toml"), credentials_directory: None }.load().unwrap().jobs.remove(0)
    }

    fn workplace(&self, restic: &str) -> Workplace {
        let workplace = Workplace::new(restic.into(), &self.path("state"));
        workplace.prepare().unwrap();
        workplace
    }

    async fn with_repository() -> Self {
        let office = Self::new();
        Restic::new(&office.workplace("restic"), office.job().repository).init().await.unwrap();
        office
    }

    async fn run(&self) -> Outcome {
        run(&self.job(), &self.workplace("restic"), &CancellationToken::new()).await
    }

    /// What restic itself lists.
    fn list(&self, what: &str) -> Vec<String> {
        let output = Command::new("restic")
            .args(["list", what, "--no-lock", "--quiet"])
            .env("RESTIC_REPOSITORY", self.path("repository"))
            .env("RESTIC_PASSWORD_FILE", self.path("password"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn a_good_run_is_proven_and_leaves_neither_lock_nor_dump() {
    let office = Office::with_repository().await;
    let outcome = office.run().await;
    let Outcome::Proven { stored } = &outcome else { panic!("{outcome:?}") };
    assert!(stored.manifest.octets > 100_000 && stored.added > 0, "{stored:?}");
    assert_eq!(office.list("snapshots").len(), 1);
    assert_eq!(office.list("locks"), Vec::<String>::new());
    assert_eq!(fs::read_dir(office.path("state/scratch")).unwrap().count(), 0);
}

#[tokio::test]
async fn one_wrong_octet_in_a_pack_file_is_found() {
    let office = Office::with_repository().await;
    assert!(matches!(office.run().await, Outcome::Proven { .. }));
    let pack = fs::read_dir(office.path("repository/data"))
        .unwrap()
        .flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap())
        .map(|pack| pack.unwrap().path())
        .max_by_key(|pack| fs::metadata(pack).unwrap().len())
        .unwrap();
    let mut octets = fs::read(&pack).unwrap();
    let middle = octets.len() / 2;
    octets[middle] ^= 1;
    fs::set_permissions(&pack, Permissions::from_mode(0o600)).unwrap();
    fs::write(&pack, octets).unwrap();
    let outcome = office.run().await;
    assert!(matches!(outcome, Outcome::Unproven { fault: Fault::Damaged { .. }, .. }), "{outcome:?}");
}

#[tokio::test]
async fn every_fault_before_the_snapshot_has_its_name() {
    let office = Office::new();
    let outcome = office.run().await;
    assert!(
        matches!(outcome, Outcome::Failed { step: Step::Store, fault: Fault::RepositoryMissing { .. } }),
        "{outcome:?}"
    );

    let office = Office::with_repository().await;
    office.set_password("wrong horse");
    let outcome = office.run().await;
    assert_eq!(outcome, Outcome::Failed { step: Step::Store, fault: Fault::WrongPassword });

    let workplace = office.workplace("no-such-restic");
    let outcome = run(&office.job(), &workplace, &CancellationToken::new()).await;
    assert!(
        matches!(outcome, Outcome::Failed { step: Step::Store, fault: Fault::ResticMissing { .. } }),
        "{outcome:?}"
    );

    fs::remove_file(office.path("registras.db")).unwrap();
    let outcome = office.run().await;
    assert!(
        matches!(outcome, Outcome::Failed { step: Step::Dump, fault: Fault::DatabaseMissing { .. } }),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_repository_is_never_made_twice() {
    let office = Office::with_repository().await;
    let again = Restic::new(&office.workplace("restic"), office.job().repository).init().await;
    assert!(matches!(again, Err(Fault::RepositoryExists { .. })), "{again:?}");
}

#[tokio::test]
async fn a_job_past_its_deadline_fails_and_leaves_nothing() {
    let office = Office::with_repository().await;
    let job = Job { deadline: std::time::Duration::from_millis(1), ..office.job() };
    let outcome = run(&job, &office.workplace("restic"), &CancellationToken::new()).await;
    assert!(matches!(outcome, Outcome::Failed { fault: Fault::Deadline, .. }), "{outcome:?}");
    assert_eq!(office.list("snapshots"), Vec::<String>::new());
    assert_eq!(office.list("locks"), Vec::<String>::new());
}

#[tokio::test]
async fn a_run_of_a_stopping_daemon_is_interrupted() {
    let office = Office::with_repository().await;
    let stop = CancellationToken::new();
    stop.cancel();
    assert_eq!(run(&office.job(), &office.workplace("restic"), &stop).await, Outcome::Interrupted);
    assert_eq!(office.list("locks"), Vec::<String>::new());
}

#[tokio::test]
async fn a_lock_of_a_dead_restic_is_removed() {
    let office = Office::with_repository().await;
    assert!(matches!(office.run().await, Outcome::Proven { .. }));
    // A check holds an exclusive lock; killed, it leaves the lock behind.
    let mut holder = Command::new("restic")
        .args(["check", "--read-data", "--limit-download", "1"])
        .env("RESTIC_REPOSITORY", office.path("repository"))
        .env("RESTIC_PASSWORD_FILE", office.path("password"))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while fs::read_dir(office.path("repository/locks")).unwrap().count() == 0 {
        assert!(std::time::Instant::now() < deadline, "restic takes no lock");
        tokio::task::yield_now().await;
    }
    holder.kill().unwrap();
    holder.wait().unwrap();
    let outcome = office.run().await;
    assert!(matches!(outcome, Outcome::Proven { .. }), "{outcome:?}");
}
