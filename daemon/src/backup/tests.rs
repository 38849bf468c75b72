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

    /// Backs up what a shell script writes.
    fn set_script(&self, script: &str, more: &str) {
        let command = format!("[\"sh\", \"-c\", {script:?}]");
        let text = format!(
            "[[job]]\nname = \"registras\"\nschedule = \"daily\"\nrepository = \"vietine\"\nretry = \"1s\"\n{more}\n\
             source = {{ kind = \"command\", command = {command}, trailer = \"-- Dump completed\" }}\n"
        );
        fs::write(self.path("jobs/registras.toml"), text).unwrap();
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
        run(&self.job(), &self.workplace("restic"), &Progress::default(), 0, &CancellationToken::new()).await
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
    let Outcome::Complete { snapshots, .. } = &outcome else { panic!("{outcome:?}") };
    let [stored] = &snapshots[..] else { panic!("{snapshots:?}") };
    assert!(stored.manifest.octets > 100_000 && stored.added > 0, "{stored:?}");
    assert_eq!(office.list("snapshots").len(), 1);
    assert_eq!(office.list("locks"), Vec::<String>::new());
    assert_eq!(fs::read_dir(office.path("state/scratch")).unwrap().count(), 0);
}

#[tokio::test]
async fn one_wrong_octet_in_a_pack_file_is_found() {
    let office = Office::with_repository().await;
    assert!(matches!(office.run().await, Outcome::Complete { .. }));
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
    let outcome = run(&office.job(), &workplace, &Progress::default(), 0, &CancellationToken::new()).await;
    assert!(
        matches!(outcome, Outcome::Failed { step: Step::Store, fault: Fault::ResticMissing { .. } }),
        "{outcome:?}"
    );

    office.set_password("correct horse");
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
    let outcome = run(&job, &office.workplace("restic"), &Progress::default(), 0, &CancellationToken::new()).await;
    assert!(matches!(outcome, Outcome::Failed { fault: Fault::Deadline, .. }), "{outcome:?}");
    assert_eq!(office.list("snapshots"), Vec::<String>::new());
    assert_eq!(office.list("locks"), Vec::<String>::new());
}

#[tokio::test]
async fn a_run_of_a_stopping_daemon_is_interrupted() {
    let office = Office::with_repository().await;
    let stop = CancellationToken::new();
    stop.cancel();
    assert_eq!(
        run(&office.job(), &office.workplace("restic"), &Progress::default(), 0, &stop).await,
        Outcome::Interrupted
    );
    assert_eq!(office.list("locks"), Vec::<String>::new());
}

#[tokio::test]
async fn a_lock_of_a_dead_restic_is_removed() {
    let office = Office::with_repository().await;
    assert!(matches!(office.run().await, Outcome::Complete { .. }));
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
    assert!(matches!(outcome, Outcome::Complete { .. }), "{outcome:?}");
}

/// What a dump tool may do, and what must be said of it.
#[tokio::test]
async fn half_a_dump_never_counts_however_it_comes_about() {
    let half = "head -c 3000000 /dev/urandom;";
    let faults: [(&str, String, &str, &str); 11] = [
        (
            "exits 1 at once",
            "echo 'no such database' >&2; exit 1".to_owned(),
            "",
            "sh failed (exit code 1): no such database",
        ),
        ("writes half, exits 1", format!("{half} exit 1"), "", "sh failed (exit code 1)"),
        (
            "writes half, exits 0",
            format!("{half} exit 0"),
            "",
            "the dump of registras has no end (no \"-- Dump completed\")",
        ),
        ("writes nothing, exits 0", "exit 0".to_owned(), "", "the dump of registras has no end"),
        ("is killed", format!("{half} kill -9 $$"), "", "sh failed (exit code -)"),
        ("hangs silently", format!("{half} sleep 1000"), "stall = \"1s\"", "nothing has come from sh for 1 s"),
        (
            "trickles",
            "while :; do echo x; sleep 0.1; done".to_owned(),
            "deadline = \"3s\"",
            "longer than the job's deadline",
        ),
        (
            "closes its output and fails later",
            format!("{half} echo '-- Dump completed'; exec >&-; sleep 1; exit 3"),
            "",
            "sh failed (exit code 3)",
        ),
        (
            "leaves somebody who holds the pipe",
            format!("{half} echo '-- Dump completed'; sleep 1000 & exit 0"),
            "stall = \"1s\"",
            "nothing has come from sh for 1 s",
        ),
        (
            "closes its output and hangs",
            format!("{half} echo '-- Dump completed'; exec >&-; sleep 1000"),
            "stall = \"1s\"",
            "nothing has come from sh for 1 s",
        ),
        ("is missing", "true".to_owned(), "", "no-such-tool is not installed"),
    ];
    let office = Office::with_repository().await;
    for (name, script, more, expected) in faults {
        office.set_script(&script, more);
        if name == "is missing" {
            let text = fs::read_to_string(office.path("jobs/registras.toml")).unwrap();
            fs::write(office.path("jobs/registras.toml"), text.replace("\"sh\"", "\"no-such-tool\"")).unwrap();
        }
        let Outcome::Failed { fault, .. } = office.run().await else { panic!("{name}") };
        assert!(fault.to_string().contains(expected), "{name}: {fault}");
        assert_eq!(office.list("snapshots"), Vec::<String>::new(), "{name}");
        assert_eq!(office.list("locks"), Vec::<String>::new(), "{name}");
        assert_eq!(fs::read_dir(office.path("state/scratch")).unwrap().count(), 0, "{name}");
    }
    office.set_script("head -c 3000000 /dev/urandom; echo '-- Dump completed'", "");
    let outcome = office.run().await;
    assert!(matches!(outcome, Outcome::Complete { .. }), "{outcome:?}");
    assert_eq!(office.list("snapshots").len(), 1);
}

#[tokio::test]
async fn a_restic_that_is_killed_leaves_no_snapshot_and_the_next_run_is_good() {
    let office = Office::with_repository().await;
    let (begun, done) = (office.path("begun"), office.path("done"));
    let script = format!(
        "head -c 3000000 /dev/urandom; touch {}; until [ -e {} ]; do sleep 0.05; done; echo '-- Dump completed'",
        begun.display(),
        done.display()
    );
    office.set_script(&script, "");
    let kill = async {
        while !begun.exists() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let repository = office.path("repository").display().to_string();
        for process in fs::read_dir("/proc").unwrap().flatten() {
            let Ok(pid) = process.file_name().to_string_lossy().parse::<i32>() else { continue };
            let environment = fs::read(process.path().join("environ")).unwrap_or_default();
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            if name.trim() == "restic"
                && String::from_utf8_lossy(&environment).contains(&format!("RESTIC_REPOSITORY={repository}\0"))
            {
                let pid = rustix::process::Pid::from_raw(pid).unwrap();
                rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
            }
        }
        fs::write(&done, "").unwrap();
    };
    let (outcome, ()) = tokio::join!(office.run(), kill);
    assert!(matches!(outcome, Outcome::Failed { step: Step::Store, .. }), "{outcome:?}");
    assert_eq!(office.list("snapshots"), Vec::<String>::new());
    let outcome = office.run().await;
    assert!(matches!(outcome, Outcome::Complete { .. }), "{outcome:?}");
    assert_eq!(office.list("locks"), Vec::<String>::new());
}

#[tokio::test]
async fn a_disk_without_room_is_said_before_anything_is_written() {
    let office = Office::with_repository().await;
    let growth = u64::MAX / 2;
    let outcome =
        run(&office.job(), &office.workplace("restic"), &Progress::default(), growth, &CancellationToken::new()).await;
    assert!(matches!(outcome, Outcome::Failed { fault: Fault::NoRoom { .. }, .. }), "{outcome:?}");
    assert_eq!(office.list("snapshots"), Vec::<String>::new());
}
