//! PostgreSQL, a whole server as its files lie: `pg_basebackup` as a stream, in which the server has enough of its log that the base
//! backup stands by itself. With the log that is handed over afterwards (see [`wal`]) it is restored to any moment.
//!
//! Source: PostgreSQL manual, `pg_basebackup`; 73.1 "Backup Manifest Format".

use std::path::Path;

use super::postgres::{Postgres, first, version};
use super::session::Session;
use super::{Input, Opened, PATIENCE};
use crate::backup::content::Content;
use crate::backup::ending::Ending;
use crate::backup::pipeline::Feed;
use crate::backup::{Fault, wal};
use crate::config::PhysicalSource;

/// The last file of a base backup is its manifest, whose last line is its own checksum. At most a block of 512 octets is filled up after
/// it, and two more end the archive (POSIX, `pax`, "ustar Interchange Format").
const MANIFEST_END: (&str, usize) = ("\"Manifest-Checksum\":", 2048);

/// So many segments may wait to be handed over; of a server that writes much some always do.
const MOST_WAITING: u64 = 16;

/// Makes ready to store a base backup.
///
/// # Errors
/// The server does not let us in, or hands over no log.
pub(super) async fn open(source: &PhysicalSource, scratch: &Path) -> Result<Opened, Fault> {
    let postgres = Postgres::new(&source.server, scratch)?;
    let mut session = postgres.session("postgres")?;
    archives(&mut session).await?;
    let content = Content::of(version(&mut session).await?);
    let dump = postgres.program("pg_basebackup", "postgres")?;
    let dump = dump.arguments(["-w", "-D", "-", "-F", "tar", "-X", "fetch", "-c", "fast"]);
    let input = Input::Feed(Feed::Program(dump, Ending::trailer_within(MANIFEST_END.0, MANIFEST_END.1)));
    Ok(Opened { content: Some(content), login: postgres.login(), ..Opened::of(input) })
}

async fn archives(session: &mut Session) -> Result<(), Fault> {
    const ASKED: &str = "SELECT pg_catalog.current_setting('archive_mode') <> 'off' AND pg_catalog.concat( \
        pg_catalog.current_setting('archive_command'), pg_catalog.current_setting('archive_library', true)) <> '';";

    if first(session.ask(ASKED, PATIENCE).await?) == "t" { Ok(()) } else { Err(Fault::WalOff) }
}

/// Whether the server hands over its log, as it says itself, and to us: of a command that hangs, or brings it elsewhere, `newest`, the
/// newest segment that came to us, tells.
///
/// # Errors
/// It does not, or the server does not answer.
pub(in crate::backup) async fn hands_over(
    source: &PhysicalSource,
    newest: Option<&str>,
    scratch: &Path,
) -> Result<(), Fault> {
    const ASKED: &str = "SELECT last_failed_time > coalesce(last_archived_time, '-infinity'), coalesce(last_failed_wal, ''), \
        pg_catalog.to_char(last_failed_time AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS\"Z\"'), coalesce(last_archived_wal, ''), \
        CASE WHEN pg_catalog.pg_is_in_recovery() THEN '' ELSE pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()) END, \
        pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size')) FROM pg_catalog.pg_stat_archiver;";

    let mut session = Postgres::new(&source.server, scratch)?.session("postgres")?;
    archives(&mut session).await?;
    let rows = session.ask(ASKED, PATIENCE).await?;
    let Some([is_failing, failed, at, archived, current, size]) = rows.first().map(Vec::as_slice) else {
        return Err(Fault::WalOff);
    };
    if is_failing == "t" {
        return Err(Fault::WalNotHandedOver { segment: failed.clone(), since: at.clone() });
    }
    let Some(newest) = newest else {
        return if archived.is_empty() { Ok(()) } else { Err(Fault::WalElsewhere { segment: archived.clone() }) };
    };
    let waiting = wal::distance(newest, current, size.parse().unwrap_or_default());
    match waiting {
        Some(waiting) if waiting > MOST_WAITING => Err(Fault::WalWaits { segments: waiting }),
        _ => Ok(()),
    }
}
