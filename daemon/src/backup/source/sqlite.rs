//! SQLite: a consistent copy of a database that others are writing to.
//!
//! Copying the file, with or without its `-wal`, gives a wrong copy beside a busy writer, and `integrity_check` calls it
//! "ok". `VACUUM INTO` reads inside one transaction and writes a whole new database. That copy is plain text on a disk, so it
//! stands in a folder that only we can enter and is unlinked before restic has read the first octet: however we end, the
//! kernel removes it.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio_util::sync::CancellationToken;

use super::{Input, Opened};
use crate::backup::Fault;
use crate::backup::content::{Content, Kind};
use crate::backup::pipeline::Feed;

/// How long somebody may hold the database for themselves, in tries of a second.
const MOST_TRIES: u32 = 60;

/// SQLite looks at `abort` after so many steps of its virtual machine, about a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// Copies the database and is ready to store the copy.
///
/// # Errors
/// Why there is no copy; [`Fault::Deadline`] after `abort`.
pub(super) async fn open(path: &Path, scratch: &Path, abort: &CancellationToken) -> Result<Opened, Fault> {
    let (path, scratch, abort) = (path.to_owned(), scratch.to_owned(), abort.clone());
    let dumping = tokio::task::spawn_blocking(move || dump(&path, &scratch, &abort));
    let unexpected = |error: tokio::task::JoinError| Fault::Unexpected {
        command: "dump".to_owned(),
        status: None,
        detail: error.to_string(),
    };
    let (file, content) = dumping.await.map_err(unexpected)??;
    let input = Input::Feed(Feed::File(file));
    Ok(Opened { content: Some(content), ..Opened::of(input) })
}

/// Copies the database at `path` into a nameless file on the disk of `scratch`, proves that the copy is a sound database,
/// and says what it holds. Blocks; looks at `abort` at least every second.
///
/// # Errors
/// Why there is no copy; [`Fault::Deadline`] after `abort`.
fn dump(path: &Path, scratch: &Path, abort: &CancellationToken) -> Result<(File, Content), Fault> {
    match path.try_exists() {
        Ok(true) => {}
        Ok(false) => return Err(Fault::DatabaseMissing { path: path.to_owned() }),
        // Not to be allowed into its folder is another thing than not to be there.
        Err(error) => return Err(Fault::DatabaseUnreadable { path: path.to_owned(), detail: error.to_string() }),
    }
    let folder =
        tempfile::Builder::new().prefix("dump-").tempdir_in(scratch).map_err(|error| Fault::from_io(&error))?;
    let copy = folder.path().join("copy.db");
    copy_into(path, &copy, abort)?;
    let file = File::open(&copy).map_err(|error| Fault::from_io(&error))?;
    let content = prove(path, &copy, abort)?;
    folder.close().map_err(|error| Fault::from_io(&error))?;
    Ok((file, content))
}

/// What is in the database at `path`, which must be sound.
///
/// # Errors
/// It is not.
pub(in crate::backup) fn content(path: &Path, abort: &CancellationToken) -> Result<Content, Fault> {
    prove(path, path, abort)
}

fn copy_into(path: &Path, copy: &Path, abort: &CancellationToken) -> Result<(), Fault> {
    let source = connect(path, abort).map_err(|error| fault(path, &error))?;
    let Some(target) = copy.to_str() else {
        let detail = format!("{} is not UTF-8", copy.display());
        return Err(Fault::NotWritable { detail });
    };
    for tried in 1.. {
        match source.execute("VACUUM INTO ?1", [target]) {
            Ok(_) => break,
            Err(error) if is_busy(&error) && tried < MOST_TRIES && !abort.is_cancelled() => {
                // What a try left behind would be refused as a target; often there is nothing.
                let _ = std::fs::remove_file(copy);
            }
            Err(error) => return Err(fault(path, &error)),
        }
    }
    Ok(())
}

/// Looks at `copy`, which is of the database at `path`.
fn prove(path: &Path, copy: &Path, abort: &CancellationToken) -> Result<Content, Fault> {
    let look = || {
        let connection = connect(copy, abort)?;
        let verdict: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        Ok((verdict, told(&connection)?))
    };
    match look() {
        Ok((verdict, content)) if verdict == "ok" => Ok(content),
        Ok((detail, _)) => Err(Fault::DatabaseDamaged { path: path.to_owned(), detail }),
        Err(error) => Err(fault(path, &error)),
    }
}

/// What a database tells of itself. Its rows are compared with all else by the digest of the file.
fn told(connection: &Connection) -> rusqlite::Result<Content> {
    let mut content = Content::of(format!("SQLite {}", rusqlite::version()));
    let mut select =
        connection.prepare("SELECT type, name, ifnull(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")?;
    let mut all = select.query([])?;
    while let Some(row) = all.next()? {
        let (kind, name, sql) = (row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?);
        match kind.as_str() {
            // A virtual table needs its module to be counted; what it keeps stands in tables of its own.
            "table" if !sql.trim_start().to_ascii_uppercase().starts_with("CREATE VIRTUAL") => {
                let count = format!("SELECT count(*) FROM \"{}\"", name.replace('"', "\"\""));
                let rows: i64 = connection.query_row(&count, [], |row| row.get(0))?;
                content.note(Kind::Rows, name, rows.to_string());
            }
            "index" => content.note(Kind::Index, name, sql),
            "view" => content.note(Kind::View, name, sql),
            "trigger" => content.note(Kind::Trigger, name, sql),
            _ => {}
        }
    }
    Ok(content)
}

fn connect(path: &Path, abort: &CancellationToken) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(1))?;
    let abort = abort.clone();
    connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(move || abort.is_cancelled()))?;
    Ok(connection)
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn fault(path: &Path, error: &rusqlite::Error) -> Fault {
    let detail = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => Fault::Deadline,
        Some(ErrorCode::DiskFull) => Fault::DiskFull { detail },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            Fault::DatabaseDamaged { path: path.to_owned(), detail }
        }
        _ => Fault::DatabaseUnreadable { path: path.to_owned(), detail },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    fn database(path: &Path) -> Connection {
        let connection = Connection::open(path).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER);")
            .unwrap();
        connection.execute_batch("INSERT INTO account VALUES (1, 1000), (2, 1000);").unwrap();
        connection
    }

    /// What the nameless file holds, as a database.
    fn sum(mut file: File, directory: &Path) -> i64 {
        let path = directory.join("read-back.db");
        std::io::copy(&mut file, &mut File::create(&path).unwrap()).unwrap();
        Connection::open(&path).unwrap().query_row("SELECT sum(balance) FROM account", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_copy_beside_a_busy_writer_is_of_one_moment_and_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let path = directory.path().join("registras.db");
        let mut writer = database(&path);
        let done = AtomicBool::new(false);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let transfer = writer.transaction().unwrap();
                    transfer.execute("UPDATE account SET balance = balance - 1 WHERE id = 1", []).unwrap();
                    transfer.execute("UPDATE account SET balance = balance + 1 WHERE id = 2", []).unwrap();
                    transfer.commit().unwrap();
                }
            });
            for _ in 0..20 {
                let (file, content) = dump(&path, scratch.path(), &CancellationToken::new()).unwrap();
                assert_eq!((content.tables(), content.rows()), (1, 2));
                assert_eq!(sum(file, directory.path()), 2000);
            }
            done.store(true, Ordering::Relaxed);
        });
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_missing_or_no_database_is_said() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("registras.db");
        let dumped = |path: &Path| dump(path, directory.path(), &CancellationToken::new()).unwrap_err();
        assert_eq!(dumped(&path), Fault::DatabaseMissing { path: path.clone() });
        std::fs::write(&path, "labas ".repeat(1000)).unwrap();
        assert!(matches!(dumped(&path), Fault::DatabaseDamaged { .. }));
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_aborted_dump_ends_and_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let path = directory.path().join("registras.db");
        let connection = database(&path);
        connection
            .execute_batch("WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n LIMIT 20000) INSERT INTO account SELECT i, i FROM n;")
            .unwrap();
        let abort = CancellationToken::new();
        abort.cancel();
        assert_eq!(dump(&path, scratch.path(), &abort).unwrap_err(), Fault::Deadline);
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
    }
}
