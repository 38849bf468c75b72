//! A drill of PostgreSQL.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::compare;
use super::scratch::{STARTING, Scratch, Server};
use crate::backup::child::{Program, feed};
use crate::backup::restic::Restic;
use crate::backup::source::postgres::{self, GLOBALS_FILE, Postgres};
use crate::backup::{Content, Fault, Progress, Stored};
use crate::config::ServerSource;

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
    Server::run(&server, STARTING, ready, restore_into(&here, newest, restic, abort)).await
}

async fn restore_into(
    here: &Postgres<'_>,
    newest: &[Stored],
    restic: &Restic<'_>,
    abort: &CancellationToken,
) -> Result<(Duration, Vec<Content>), Fault> {
    let begun = Instant::now();
    let (globals, databases): (Vec<&Stored>, Vec<&Stored>) =
        newest.iter().partition(|stored| stored.file == GLOBALS_FILE);
    for globals in globals {
        // Owners must be there before what they own.
        let mut text = Vec::new();
        restic.pour(globals, &mut text, &Progress::default(), abort).await?;
        let text = without_tablespaces(&String::from_utf8_lossy(&text));
        let psql = here.program("psql", "postgres")?.arguments(["-X", "-q", "-w", "-v", "ON_ERROR_STOP=1", "-f", "-"]);
        feed(&psql, async |input| input.write_all(text.as_bytes()).await.map_err(|error| Fault::from_io(&error)))
            .await?;
    }
    let mut session = here.session("postgres")?;
    let mut took = begun.elapsed();
    let mut compared = Vec::new();
    for stored in databases {
        let begun = Instant::now();
        let is_theirs = is_template(&stored.part);
        let database = if is_theirs { format!("rotused_{}", stored.part) } else { stored.part.clone() };
        // Its own locale may not be installed here.
        let make = format!("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8';", postgres::name(&database));
        session.ask(&make, MAKING).await?;
        let restore = here.pg_restore(&database)?.arguments(["-1", "--exit-on-error"]);
        feed(&restore, async |input| restic.pour(stored, input, &Progress::default(), abort).await).await?;
        took += begun.elapsed();
        let mut inside = here.session(&database)?;
        postgres::prepare(&mut inside).await?;
        let found = postgres::content(&mut inside).await?;
        compare(stored, &found)?;
        compared.push(found);
    }
    Ok((took, compared))
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
