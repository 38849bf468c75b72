//! What a backup costs beside its dump and restic: a PostgreSQL of a gigabyte is dumped by `pg_dump | restic backup --stdin`, with its
//! roles, and by a job, in pairs, first into an empty repository and then again after one row in a hundred was changed; it is
//! drilled, beside a restore alone; and ten thousand runs are listed. Prints tables; part of `make bench`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that fails says so")]

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tests::{Authority, DatabaseServer, Installation, NAME, Rotused, Validity, eventually, processor_time};

/// Rows of about 250 octets each, dates, names and numbers as a register has them.
const ROWS: u32 = 4_000_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let is_wanted = |case: &str| words.is_empty() || words.iter().any(|word| case.contains(word.as_str()));
    if is_wanted("list") {
        list();
    }
    if is_wanted("backup") {
        backup();
    }
}

fn memory(pid: u32, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

fn backup() {
    let authority = Authority::new();
    authority.certify("server", &[NAME], Validity::LONG);
    let server = DatabaseServer::postgres(&authority, "server");
    let _ = server.query(
        "gyventojai",
        &format!(
            "CREATE TABLE asmuo (id int PRIMARY KEY, gime date, vardas text, adresas text, pastabos text, suma numeric(12,2));
             INSERT INTO asmuo SELECT i, date '1930-01-01' + i % 30000, 'Vardas Pavardenis ' || md5(i::text),
                 'Gatvės g. ' || i % 200 || ', Šilalė, LT-' || 75000 + i % 999, repeat(md5((i * 7)::text), 4), i / 7.0
             FROM generate_series(1, {ROWS}) i; ANALYZE asmuo;"
        ),
    );
    let installation = Installation::new();
    installation.job("daily");
    fs::remove_file(installation.path("jobs/registras.toml")).unwrap();
    let rotused = installation.start();
    let plain = installation.path("plain").display().to_string();
    installation.write(
        "jobs/registras.toml",
        &format!(
            "[[job]]\nname = \"registras\"\nrepository = \"vietine\"\nschedule = \"*-01-01\"\nread_back = false\nread_data_percent = 0\n\
             source = {{ kind = \"postgres\", host = {:?}, port = {}, user = \"admin\", databases = \"gyventojai\" }}\n",
            server.folder(),
            server.port
        ),
    );
    // A new job runs at once.
    let idle = memory(rotused.pid(), "VmRSS");
    println!(
        "| PostgreSQL | the same dumps \\| restic | job: rotused and what it starts | on top | the server for one, for the other |"
    );
    println!("| --- | --- | --- | --- | --- |");
    for run in ["first run", "1 % changed"] {
        let before = (processor_time(rotused.pid()), server.processor_time());
        if run == "first run" {
            assert!(installation.restic(&["init", "--repo", &plain]).status.success());
        } else {
            let _ = server.query("gyventojai", "UPDATE asmuo SET suma = suma + 1 WHERE id % 100 = 7");
            let _ = installation.rotused(&["backup", "run", "registras"]);
        }
        rotused_has_ended(&installation, if run == "first run" { 1 } else { 2 });
        let ours = processor_time(rotused.pid()) - before.0;
        let their_share = server.processor_time() - before.1;
        let floor = server.processor_time();
        let script = format!(
            "export PGUSER=admin PGHOST='{}' PGPORT={}
             pg_dump -w -Fc -Z0 gyventojai | restic backup --quiet --stdin --stdin-filename gyventojai.dump
             pg_dumpall -w --globals-only | restic backup --quiet --stdin --stdin-filename globals.sql",
            server.folder().display(),
            server.port
        );
        let mut command = Command::new("sh");
        command.args(["-c", &script]).env("RESTIC_REPOSITORY", &plain).stdin(Stdio::null());
        command.env("RESTIC_PASSWORD_FILE", installation.path("secrets/repository"));
        command.env("RESTIC_CACHE_DIR", installation.path("restic-cache"));
        let before = processor_time(std::process::id());
        assert!(command.status().unwrap().success());
        let plain = processor_time(std::process::id()) - before;
        println!(
            "| {run} | {:.1} s | {:.1} s | {:.2} × (goal 1.02) | {:.1} s, {:.1} s |",
            plain.as_secs_f64(),
            ours.as_secs_f64(),
            ours.as_secs_f64() / plain.as_secs_f64(),
            (server.processor_time() - floor).as_secs_f64(),
            their_share.as_secs_f64()
        );
    }
    println!(
        "\nmemory: {idle} MB idle, {} MB at most while streaming (goal: 15 MB more)",
        memory(rotused.pid(), "VmHWM")
    );
    let begun = Instant::now();
    let drilled = installation.rotused(&["backup", "drill", "registras"]);
    assert!(drilled.status.success(), "{drilled:?}");
    let drill = begun.elapsed();
    server.psql("CREATE DATABASE atkurta");
    let begun = Instant::now();
    let script = format!(
        "restic dump --path /gyventojai.dump latest /gyventojai.dump | pg_restore -1 -d atkurta -U admin -h '{}' -p {}",
        server.folder().display(),
        server.port
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]).env("RESTIC_REPOSITORY", &plain);
    command.env("RESTIC_PASSWORD_FILE", installation.path("secrets/repository"));
    assert!(command.status().unwrap().success());
    let restore = begun.elapsed();
    println!(
        "\ndrill with comparison {drill:.1?}, restore alone {restore:.1?}: {:.2} × (goal 1.5)",
        drill.as_secs_f64() / restore.as_secs_f64()
    );
}

fn rotused_has_ended(installation: &Installation, runs: i64) {
    let deadline = Instant::now() + Duration::from_secs(600);
    loop {
        let listed = installation.rotused(&["backup", "list", "--json"]);
        let listed = String::from_utf8(listed.stdout).unwrap();
        if listed.lines().count() as i64 >= runs {
            assert!(!listed.contains("\"failed\""), "{listed}");
            return;
        }
        assert!(Instant::now() < deadline, "the run does not end");
        std::thread::sleep(Duration::from_millis(500));
    }
}

fn list() {
    let installation = Installation::new();
    let _database = tests::Database::make(installation.path("registras.db"), 10);
    installation.job("daily");
    let rotused: Rotused = installation.start();
    eventually("a run", || installation.list("snapshots").first().map(|_| ()));
    rotused_has_ended(&installation, 1);
    let _ = rotused.stop();
    let journal = Connection::open(installation.path("state/journal.db")).unwrap();
    journal
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n LIMIT 9999)
             INSERT INTO run SELECT i, job, started FROM n, run WHERE run.id = 1;
             WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n LIMIT 9999)
             INSERT INTO run_outcome SELECT i, at, outcome FROM n, run_outcome WHERE run = 1;",
        )
        .unwrap();
    println!("| 10,000 runs in the journal | median of 21 | goal |\n| --- | --- | --- |");
    for arguments in [&["backup", "list"][..], &["backup", "list", "--most", "10000"]] {
        let mut times: Vec<Duration> = (0..21)
            .map(|_| {
                let begun = Instant::now();
                let listed = installation.rotused(arguments);
                assert!(listed.status.success());
                begun.elapsed()
            })
            .collect();
        times.sort();
        println!("| `rotused {}` | {:.1?} | < 50 ms |", arguments.join(" "), times[10]);
    }
    println!();
}
