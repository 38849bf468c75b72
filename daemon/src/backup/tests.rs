//! Runs with real restics, this system's and the newer one that `tests/newer-restic` fetches, and real databases.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use rusqlite::Connection;

use super::*;
use crate::config::Location;

/// A folder with a database, a password, and a configuration of one job with its repository.
struct Office {
    folder: tempfile::TempDir,
    restic: PathBuf,
}

/// The oldest restic that is supported, and a new one: they differ in how they end, lock and speak.
fn restics() -> [PathBuf; 2] {
    let newer = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/newer-restic/usr/bin/restic");
    assert!(newer.exists(), "there is no newer restic; tests/newer-restic fetches it");
    [PathBuf::from("restic"), newer]
}

impl Office {
    fn new(restic: &Path) -> Self {
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
        let office = Self { folder, restic: restic.to_owned() };
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

    fn workplace(&self) -> Workplace {
        let workplace = Workplace::new(self.restic.clone(), &self.path("state"));
        workplace.prepare().unwrap();
        workplace
    }

    async fn with_repository(restic: &Path) -> Self {
        let office = Self::new(restic);
        Restic::new(&office.workplace(), office.job().repository).init().await.unwrap();
        office
    }

    async fn run(&self) -> Outcome {
        run(&self.job(), &self.workplace(), &Progress::default(), 0, &CancellationToken::new()).await
    }

    /// What the repository has of a kind: `snapshots`, `locks`, `keys`. Each is a file.
    fn list(&self, what: &str) -> Vec<String> {
        let files = fs::read_dir(self.path("repository").join(what)).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Lets somebody take an exclusive lock, as who reads all data does, and kills them: the lock is left.
    async fn leave_a_lock(&self, mut restic: Command) -> Vec<String> {
        restic.args(["check", "--read-data", "--limit-download", "1"]);
        restic.env("RESTIC_REPOSITORY", self.path("repository")).env("RESTIC_PASSWORD_FILE", self.path("password"));
        let nowhere = std::process::Stdio::null;
        let mut holder = restic.stdout(nowhere()).stderr(nowhere()).spawn().unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        // Before it is whole it has another name.
        while !self.list("locks").iter().any(|name| name.len() == 64) {
            assert!(std::time::Instant::now() < deadline, "restic takes no lock");
            tokio::task::yield_now().await;
        }
        holder.kill().unwrap();
        holder.wait().unwrap();
        self.list("locks")
    }

    /// A run that finds the repository locked, and tries for a second only; by whom it is locked.
    async fn is_locked_out(&self) -> String {
        let text = fs::read_to_string(self.path("jobs/registras.toml")).unwrap();
        fs::write(self.path("jobs/registras.toml"), format!("{text}retry = \"1s\"\n")).unwrap();
        let outcome = self.run().await;
        let (Outcome::Failed { fault, .. } | Outcome::Unproven { fault, .. }) = outcome else { panic!("{outcome:?}") };
        let Fault::Locked { by } = fault else { panic!("{fault:?}") };
        by
    }

    /// The largest file in a folder of the repository.
    fn largest(&self, folder: &str) -> PathBuf {
        let mut folders = vec![self.path("repository").join(folder)];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files.into_iter().max_by_key(|file| fs::metadata(file).unwrap().len()).unwrap()
    }

    /// Changes a file of the repository, which restic has made read-only.
    fn harm(&self, file: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        let mut octets = fs::read(file).unwrap();
        change(&mut octets);
        fs::set_permissions(file, Permissions::from_mode(0o600)).unwrap();
        fs::write(file, octets).unwrap();
    }
}

#[tokio::test]
async fn a_good_run_is_proven_and_leaves_neither_lock_nor_dump() {
    for restic in restics() {
        let office = Office::with_repository(&restic).await;
        let outcome = office.run().await;
        let Outcome::Complete { snapshots, .. } = &outcome else { panic!("{outcome:?}") };
        let [stored] = &snapshots[..] else { panic!("{snapshots:?}") };
        assert!(stored.manifest.octets > 100_000 && stored.added > 0, "{stored:?}");
        assert_eq!(office.list("snapshots").len(), 1);
        assert_eq!(office.list("locks"), Vec::<String>::new());
        assert_eq!(fs::read_dir(office.path("state/scratch")).unwrap().count(), 0);
    }
}

/// What may happen to a repository, what must be said of it, and that putting it right again is all that has to be done.
#[tokio::test]
async fn a_repository_that_is_damaged_is_never_taken_for_a_good_one() {
    for restic in restics() {
        let office = Office::with_repository(&restic).await;
        assert!(matches!(office.run().await, Outcome::Complete { .. }));
        let (pack, index, config) = (office.largest("data"), office.largest("index"), office.path("repository/config"));
        let key = office.largest("keys");
        let job = fs::read_to_string(office.path("jobs/registras.toml")).unwrap();
        let cut = |octets: &mut Vec<u8>| octets.truncate(octets.len() / 2);
        let flip = |octets: &mut Vec<u8>| {
            let middle = octets.len() / 2;
            octets[middle] ^= 1;
        };
        let remove = |_: &mut Vec<u8>| {};
        type Harm<'h> = &'h dyn Fn(&mut Vec<u8>);
        let faults: [(&str, &Path, Harm<'_>, &str); 6] = [
            ("one wrong octet in a pack", &pack, &flip, "the repository is damaged"),
            ("half a pack", &pack, &cut, "the repository is damaged"),
            ("no pack", &pack, &remove, "the repository is damaged"),
            ("half an index", &index, &cut, "restic"),
            ("half of its config", &config, &cut, "restic"),
            ("no key", &key, &remove, "the password does not open the repository"),
        ];
        for (name, file, change, expected) in faults {
            let whole = fs::read(file).unwrap();
            if expected.contains("password") || name == "no pack" {
                fs::remove_file(file).unwrap();
            } else {
                office.harm(file, |octets| change(octets));
            }
            // Sizes and places of packs are looked at without reading them, for whose sake restic 0.14 would try for half a minute.
            let is_of_pack = matches!(name, "half a pack" | "no pack");
            let more = if is_of_pack { "read_back = false\nread_data_percent = 0\n" } else { "" };
            fs::write(office.path("jobs/registras.toml"), format!("{job}{more}")).unwrap();
            let outcome = office.run().await;
            let (Outcome::Failed { fault, .. } | Outcome::Unproven { fault, .. }) = &outcome else {
                panic!("{name}: {outcome:?}")
            };
            assert!(fault.to_string().contains(expected), "{name}: {fault}");
            assert_eq!(office.list("locks"), Vec::<String>::new(), "{name}");
            let _ = fs::remove_file(file);
            fs::write(file, whole).unwrap();
        }
        assert!(matches!(office.run().await, Outcome::Complete { .. }));
    }
}

#[tokio::test]
async fn every_fault_before_the_snapshot_has_its_name() {
    for restic in restics() {
        let office = Office::new(&restic);
        let outcome = office.run().await;
        assert!(
            matches!(outcome, Outcome::Failed { step: Step::Store, fault: Fault::RepositoryMissing { .. } }),
            "{outcome:?}"
        );

        let office = Office::with_repository(&restic).await;
        office.set_password("wrong horse");
        let outcome = office.run().await;
        assert_eq!(outcome, Outcome::Failed { step: Step::Store, fault: Fault::WrongPassword });

        let workplace = Workplace::new("no-such-restic".into(), &office.path("state"));
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
}

#[tokio::test]
async fn a_repository_is_never_made_twice() {
    for restic in restics() {
        let office = Office::with_repository(&restic).await;
        let again = Restic::new(&office.workplace(), office.job().repository).init().await;
        assert!(matches!(again, Err(Fault::RepositoryExists { .. })), "{again:?}");
    }
}

#[tokio::test]
async fn a_job_past_its_deadline_fails_and_leaves_nothing() {
    for restic in restics() {
        let office = Office::with_repository(&restic).await;
        let job = Job { deadline: std::time::Duration::from_millis(1), ..office.job() };
        let outcome = run(&job, &office.workplace(), &Progress::default(), 0, &CancellationToken::new()).await;
        assert!(matches!(outcome, Outcome::Failed { fault: Fault::Deadline, .. }), "{outcome:?}");
        assert_eq!(office.list("snapshots"), Vec::<String>::new());
        assert_eq!(office.list("locks"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_run_of_a_stopping_daemon_is_interrupted() {
    for restic in restics() {
        let office = Office::with_repository(&restic).await;
        let stop = CancellationToken::new();
        stop.cancel();
        assert_eq!(run(&office.job(), &office.workplace(), &Progress::default(), 0, &stop).await, Outcome::Interrupted);
        assert_eq!(office.list("locks"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_lock_of_a_dead_restic_is_removed() {
    for restic in restics() {
        let office = Office::with_repository(&restic).await;
        assert!(matches!(office.run().await, Outcome::Complete { .. }));
        let _ = office.leave_a_lock(Command::new(&office.restic)).await;
        let outcome = office.run().await;
        assert!(matches!(outcome, Outcome::Complete { .. }), "{outcome:?}");
    }
}

/// What a dump tool may do, and what must be said of it.
#[tokio::test]
async fn half_a_dump_never_counts_however_it_comes_about() {
    for restic in restics() {
        let half = "head -c 3000000 /dev/urandom;";
        // So much waits in the pipe: however long restic takes to begin, it is not what is waited for.
        let few = "head -c 500000 /dev/urandom;";
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
            ("hangs silently", format!("{few} sleep 1000"), "stall = \"1s\"", "nothing has come from sh for 1 s"),
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
                format!("{few} echo '-- Dump completed'; sleep 1000 & exit 0"),
                "stall = \"1s\"",
                "nothing has come from sh for 1 s",
            ),
            (
                "closes its output and hangs",
                format!("{few} echo '-- Dump completed'; exec >&-; sleep 1000"),
                "stall = \"1s\"",
                "nothing has come from sh for 1 s",
            ),
            ("is missing", "true".to_owned(), "", "no-such-tool is not installed"),
        ];
        let office = Office::with_repository(&restic).await;
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
}

#[tokio::test]
async fn a_restic_that_is_killed_leaves_no_snapshot_and_the_next_run_is_good() {
    for restic in restics() {
        let office = Office::with_repository(&restic).await;
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
}

#[tokio::test]
async fn a_disk_without_room_is_said_before_anything_is_written() {
    for restic in restics() {
        let office = Office::with_repository(&restic).await;
        let growth = u64::MAX / 2;
        let outcome =
            run(&office.job(), &office.workplace(), &Progress::default(), growth, &CancellationToken::new()).await;
        assert!(matches!(outcome, Outcome::Failed { fault: Fault::NoRoom { .. }, .. }), "{outcome:?}");
        assert_eq!(office.list("snapshots"), Vec::<String>::new());
    }
}

/// Whoever mounts nothing has an empty folder; a new repository in it would hide that for years.
#[tokio::test]
async fn an_empty_folder_is_no_repository_and_becomes_none() {
    for restic in restics() {
        let office = Office::new(&restic);
        fs::create_dir(office.path("repository")).unwrap();
        let outcome = office.run().await;
        assert!(
            matches!(outcome, Outcome::Failed { step: Step::Store, fault: Fault::RepositoryMissing { .. } }),
            "{outcome:?}"
        );
        assert_eq!(fs::read_dir(office.path("repository")).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn a_lock_of_another_machine_is_left_alone_and_told() {
    for restic in restics() {
        let office = Office::with_repository(&restic).await;
        assert!(matches!(office.run().await, Outcome::Complete { .. }));
        let mut holder = unshared();
        holder.args(["--uts", "sh", "-c", "hostname kitas && exec \"$@\"", "sh"]).arg(&office.restic);
        let lock = office.leave_a_lock(holder).await;
        let by = office.is_locked_out().await;
        assert!(by.contains(" on kitas by "), "{by}");
        assert_eq!(office.list("locks"), lock, "its owner may live");
    }
}

/// Half an hour long, as restic has it; or until whoever has the number now is gone.
#[tokio::test]
async fn a_lock_whose_owners_number_somebody_else_has_now_is_left_alone_and_told() {
    for restic in restics() {
        let office = Office::with_repository(&restic).await;
        assert!(matches!(office.run().await, Outcome::Complete { .. }));
        // restic asks whether somebody lives by sending them a SIGHUP.
        let mut other = Command::new("sh").args(["-c", "trap '' HUP; exec sleep 600"]).spawn().unwrap();
        let number = other.id();
        let mut holder = unshared();
        let script = format!("echo {} > /proc/sys/kernel/ns_last_pid && \"$@\"; exit", number - 1);
        holder.args(["--pid", "--fork", "--kill-child", "sh", "-c", &script, "sh"]).arg(&office.restic);
        let lock = office.leave_a_lock(holder).await;
        let by = office.is_locked_out().await;
        assert!(by.contains(&format!("PID {number} ")), "{by}");
        assert_eq!(office.list("locks"), lock, "its owner may live");
        other.kill().unwrap();
        other.wait().unwrap();
        let outcome = office.run().await;
        assert!(matches!(outcome, Outcome::Complete { .. }), "{outcome:?}");
        assert_eq!(office.list("locks"), Vec::<String>::new());
    }
}

/// What is added runs in namespaces of its own (unshare(1)).
fn unshared() -> Command {
    let mut command = Command::new("unshare");
    if !rustix::process::geteuid().is_root() {
        command.arg("--map-root-user");
    }
    command
}

#[tokio::test]
async fn two_who_store_in_one_repository_wait_for_each_other() {
    for restic in restics() {
        let office = Office::with_repository(&restic).await;
        let (job, here, there) = (office.job(), office.workplace(), office.path("other"));
        let there = Workplace::new(restic, &there);
        there.prepare().unwrap();
        let (progress, stop) = (Progress::default(), CancellationToken::new());
        let both = tokio::join!(run(&job, &here, &progress, 0, &stop), run(&job, &there, &progress, 0, &stop));
        assert!(matches!(both, (Outcome::Complete { .. }, Outcome::Complete { .. })), "{both:?}");
        assert_eq!(office.list("snapshots").len(), 2);
        assert_eq!(office.list("locks"), Vec::<String>::new());
    }
}
