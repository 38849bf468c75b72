//! A drill of a whole PostgreSQL server: its base backup is compared with the server's own manifest, the server recovers with all
//! of the log that was stored since, and every row of every table is read. A log goes on, so that there is no moment of which a count
//! was taken; that the server comes up, without a gap, and all of its data can be read, is the proof.

use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::scratch::{Scratch, Server};
use crate::backup::child::Program;
use crate::backup::physical::{Layout, PointInTime, give, programs_of};
use crate::backup::restic::Restic;
use crate::backup::source::postgres::{self, Postgres};
use crate::backup::wal::{self, Spool, Waiting, newest_segment};
use crate::backup::{Content, Fault, Progress, unless_aborted};
use crate::config::{PhysicalSource, ServerSource};

/// How long a question may take that reads no data.
const SOON: Duration = Duration::from_secs(60);

/// How long a server may take to go through its log; the job's deadline is shorter.
const RECOVERY: Duration = Duration::from_secs(7 * 24 * 3600);

/// Nothing of the real server's own settings is used: neither its command for the log nor its memory. What the log says of how many
/// connections it had matters only to who lets others in meanwhile.
const SETTINGS: [&str; 10] = [
    // Of those that it had it may have had any number, and recovery wants room for them.
    "max_prepared_transactions=1000",
    "listen_addresses=",
    "hot_standby=off",
    "archive_mode=off",
    "fsync=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_wal_size=4GB",
    "shared_buffers=64MB",
    "jit=off",
];

/// Restores a server and lets it recover: how long that took, and what is in it.
pub(super) async fn restore(
    source: &PhysicalSource,
    restored: PointInTime<'_>,
    restic: &Restic<'_>,
    place: &Scratch,
    abort: &CancellationToken,
) -> Result<(Duration, Vec<Content>), Fault> {
    let begun = Instant::now();
    let user = place.user("postgres")?;
    let (data, log) = (place.path().join("data"), place.path().join("wal"));
    let programs = source.server.programs.as_deref();
    let layout = Layout { data: &data, wal: &log, user, programs };
    restored.lay_out(None, &layout, restic, &Progress::default(), abort).await?;
    let (settings, access) = (place.path().join("postgresql.conf"), place.path().join("pg_hba.conf"));
    let written = std::fs::write(&settings, "")
        .and_then(|()| std::fs::write(&access, "local all all trust\n"))
        .and_then(|()| std::fs::write(data.join("postgresql.auto.conf"), ""))
        .and_then(|()| wal::prepare_recovery(&data, &log, None));
    written.map_err(|error| Fault::from_io(&error))?;
    give(user, [&data.join("recovery.signal"), &settings, &access]).await?;
    let folder = programs_of(&data, programs);
    let mut server = Program::find("postgres", folder.as_deref())?.run_by(user);
    server = server.argument("-D").argument(&data).argument("-k").argument(place.path());
    server = server.argument("-c").argument(format!("config_file={}", settings.display()));
    server = server.argument("-c").argument(format!("hba_file={}", access.display()));
    for setting in SETTINGS {
        server = server.argument("-c").argument(setting);
    }
    let as_user = |user: &str| ServerSource::local(place.path(), user, folder.clone());
    // Who has no name here is told so only after the server has recovered.
    let stranger = as_user(source.server.user.as_deref().unwrap_or("postgres"));
    let stranger = Postgres::new(&stranger, place.path())?;
    let ready = async || stranger.session("postgres")?.ask("SELECT 1;", SOON).await.map(drop);
    let reading = async {
        let took = begun.elapsed();
        let replayed = "SELECT pg_catalog.pg_walfile_name(pg_catalog.pg_last_wal_replay_lsn());";
        let replayed = postgres::first(stranger.session("postgres")?.ask(replayed, SOON).await?);
        went_through(&log, &replayed)?;
        let highest = "SELECT rolname FROM pg_catalog.pg_roles WHERE rolsuper AND rolcanlogin ORDER BY oid LIMIT 1;";
        let highest = postgres::first(stranger.session("postgres")?.ask(highest, SOON).await?);
        let all = "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1;";
        let databases = stranger.session("postgres")?.ask(all, SOON).await?;
        let here = as_user(&highest);
        let here = Postgres::new(&here, place.path())?;
        let mut found = Vec::new();
        for database in databases.into_iter().flatten() {
            let mut inside = here.session(&database)?;
            postgres::prepare(&mut inside).await?;
            found.push(postgres::content(&mut inside).await?);
        }
        Ok((took, found))
    };
    unless_aborted(abort, Server::run(&server, RECOVERY, ready, reading)).await
}

/// Whether a server has gone through all of its log: it ends quietly at what it cannot read.
fn went_through(log: &Path, replayed: &str) -> Result<(), Fault> {
    let Waiting { files, segment_size } = Spool(log).waiting()?;
    let names = files.iter().filter_map(|file| file.file_name()?.to_str());
    let Some(last) = newest_segment(names) else { return Ok(()) };
    match wal::distance(replayed, last, segment_size) {
        Some(0) => Ok(()),
        _ => Err(Fault::CutOff { part: wal::PART.to_owned(), detail: format!("{replayed} … {last}") }),
    }
}
