//! A drill of PostgreSQL.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::compare;
use super::given::{Given, Words};
use super::scratch::{STARTING, Scratch, Server};
use crate::backup::child::{Program, feed};
use crate::backup::restic::Restic;
use crate::backup::source::postgres::{self, GLOBALS_FILE, Postgres};
use crate::backup::{Content, Fault, Progress, Stored, unless_aborted};
use crate::config::{Job, ServerSource};

/// The superuser of the scratch server; nobody else is called so.
const USER: &str = "rotused_drill";

/// How long making an empty server may take.
const MAKING: Duration = Duration::from_secs(120);

/// What need not survive anything is not written twice.
const SETTINGS: [&str; 12] = [
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=4GB",
    "autovacuum=off",
    "maintenance_work_mem=128MB",
    "shared_buffers=64MB",
    "logging_collector=off",
    "jit=off",
];

/// How a given server is spoken to. A copy of a server has its identifier too; whoever makes a database owns it.
const WORDS: Words = Words {
    identity: "SELECT system_identifier FROM pg_catalog.pg_control_system();",
    obstacles: &[],
    // Before version 14 nobody was ended who rests.
    rest: "SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name = 'idle_session_timeout';",
    lock: |name| format!("SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended({}, 0));", text(name)),
    find: |prefix| {
        format!(
            "SELECT datname, datdba = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user) \
             FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname::text, {}) ORDER BY 1;",
            text(prefix)
        )
    },
    make: |name| make(name, " LC_COLLATE 'C' LC_CTYPE 'C'"),
    remove: |name| format!("DROP DATABASE IF EXISTS {} WITH (FORCE);", postgres::name(name)),
};

/// What would reach beyond the databases that are made: roles are the server's, and a subscription is a connection to elsewhere.
const ONLY_INSIDE: [&str; 3] = ["--no-owner", "--no-privileges", "--no-subscriptions"];

/// Restores all databases to a given server beside those that it has, compares them, and removes them.
pub(super) async fn restore_to(
    given: &ServerSource,
    source: &ServerSource,
    job: &Job,
    newest: &[Stored],
    restic: &Restic<'_>,
    place: &Scratch,
    abort: &CancellationToken,
) -> Result<(Duration, Vec<Content>), Fault> {
    let here = Postgres::new(given, place.path())?;
    let there = Postgres::new(source, place.path())?;
    let connect = || here.session(here.maintenance());
    let connect_there = || there.session(there.maintenance());
    let taking = Given::take((&connect, &WORDS, given.shown()), &connect_there, job, Timestamp::now());
    let mut given = unless_aborted(abort, taking).await?;
    let done = restore_into(&here, newest, restic, Some(&mut given), abort).await;
    given.clear(done).await
}

/// Restores all parts to a scratch server and compares them: how long the restore took, and what there is.
pub(super) async fn restore(
    source: &ServerSource,
    newest: &[Stored],
    restic: &Restic<'_>,
    place: &Scratch,
    abort: &CancellationToken,
) -> Result<(Duration, Vec<Content>), Fault> {
    let folder = source.programs.clone().or_else(newest_release);
    let user = place.user("postgres")?;
    let data = place.path().join("data");
    let initdb = Program::find("initdb", folder.as_deref())?.run_by(user);
    let initdb = initdb.arguments(["--no-sync", "-A", "trust", "-E", "UTF8", "--locale=C", "-U", USER, "-D"]);
    initdb.argument(&data).output(MAKING).await?;
    let mut server = Program::find("postgres", folder.as_deref())?.run_by(user);
    server = server.argument("-D").argument(&data).argument("-k").argument(place.path());
    for setting in SETTINGS {
        server = server.argument("-c").argument(setting);
    }
    let reached = ServerSource::local(place.path(), USER, folder.clone());
    let here = Postgres::new(&reached, place.path())?;
    let ready = async || here.session("postgres")?.ask("SELECT 1;", Duration::from_secs(10)).await.map(drop);
    Server::run(&server, STARTING, ready, restore_into(&here, newest, restic, None, abort)).await
}

async fn restore_into(
    here: &Postgres<'_>,
    newest: &[Stored],
    restic: &Restic<'_>,
    mut given: Option<&mut Given<'_>>,
    abort: &CancellationToken,
) -> Result<(Duration, Vec<Content>), Fault> {
    let begun = Instant::now();
    let (globals, databases): (Vec<&Stored>, Vec<&Stored>) =
        newest.iter().partition(|stored| stored.file == GLOBALS_FILE);
    for globals in globals {
        if given.is_some() {
            // Roles of a server are not made on another one; that all of it is there and the same is read.
            restic.pour(globals, &mut tokio::io::sink(), &Progress::default(), abort).await?;
            continue;
        }
        // Owners must be there before what they own.
        let mut text = Vec::new();
        restic.pour(globals, &mut text, &Progress::default(), abort).await?;
        let text = without_tablespaces(&String::from_utf8_lossy(&text));
        let psql = here.program("psql", "postgres")?.arguments(["-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", "-f", "-"]);
        feed(&psql, async |input| input.write_all(text.as_bytes()).await.map_err(|error| Fault::from_io(&error)))
            .await?;
        compare(globals, &postgres::roles(&mut here.session("postgres")?).await?)?;
    }
    let mut took = begun.elapsed();
    let mut compared = Vec::new();
    for stored in databases {
        let begun = Instant::now();
        let mut restore = Vec::from(["-1", "--exit-on-error"]);
        let database = match &mut given {
            Some(given) => {
                restore.extend(ONLY_INSIDE);
                given.make().await?
            }
            None => make_own(here, &stored.part).await?,
        };
        let restore = here.pg_restore(&database)?.arguments(restore);
        feed(&restore, async |input| restic.pour(stored, input, &Progress::default(), abort).await).await?;
        took += begun.elapsed();
        let mut inside = here.session(&database)?;
        let reading = async {
            postgres::prepare(&mut inside).await?;
            postgres::content(&mut inside).await
        };
        let found = unless_aborted(abort, reading).await?;
        compare(stored, &found)?;
        compared.push(found);
    }
    Ok((took, compared))
}

/// Makes an empty database on a server of our own.
async fn make_own(here: &Postgres<'_>, part: &str) -> Result<String, Fault> {
    let database = if is_template(part) { format!("rotused_{part}") } else { part.to_owned() };
    here.session("postgres")?.ask(&make(&database, ""), MAKING).await?;
    Ok(database)
}

/// Makes an empty database; the locale of what is restored may not be installed where it is restored.
fn make(name: &str, locale: &str) -> String {
    format!("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'{locale};", postgres::name(name))
}

/// A text in a statement.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The scratch server needs its own.
fn is_template(name: &str) -> bool {
    matches!(name, "postgres" | "template0" | "template1")
}

/// Tablespaces lie in folders of the real server: nobody must touch them from here.
fn without_tablespaces(globals: &str) -> String {
    let is_of_tablespace = |line: &&str| {
        ["CREATE TABLESPACE ", "ALTER TABLESPACE ", "COMMENT ON TABLESPACE ", "SECURITY LABEL "]
            .iter()
            .any(|start| line.starts_with(start))
            || (line.contains(" ON TABLESPACE ") && (line.starts_with("GRANT ") || line.starts_with("REVOKE ")))
    };
    let kept: Vec<&str> = globals.lines().filter(|line| !is_of_tablespace(line)).collect();
    kept.join("\n") + "\n"
}

/// Where the programs of the newest PostgreSQL are on Debian: its servers are in no `$PATH`.
pub(super) fn newest_release() -> Option<PathBuf> {
    let releases = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = releases.map(|release| release.path()).filter(|path| path.join("bin/postgres").exists());
    newest.max_by_key(|path| number(path)).map(|path| path.join("bin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_real_server_is_touched() {
        let globals = "CREATE ROLE ona;\nCREATE TABLESPACE greita OWNER ona LOCATION '/srv/ssd';\nGRANT CREATE ON TABLESPACE greita TO ona;\nGRANT petras TO ona;\n";
        assert_eq!(without_tablespaces(globals), "CREATE ROLE ona;\nGRANT petras TO ona;\n");
    }
}
