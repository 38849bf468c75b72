//! SQLite: a consistent copy of a database that others are writing to.
//!
//! Copying the file, with or without its `-wal`, gives a wrong copy beside a busy writer, and `integrity_check` calls it
//! "ok". `VACUUM INTO` reads inside one transaction and writes a whole new database. That copy is plain text on a disk, so it
//! stands in a folder that only we can enter and is unlinked before restic has read the first octet: however we end, the
//! kernel removes it.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::{Fault, Manifest};

/// How long somebody may hold the database for themselves, in tries of a second.
const MOST_TRIES: u32 = 60;

/// SQLite looks at `abort` after so many steps of its virtual machine, about a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// Copies the database at `path` into a nameless file on the disk of `scratch`, proves that the copy is a sound database,
/// and says what it holds. Blocks; looks at `abort` at least every second.
///
/// # Errors
/// Why there is no copy; [`Fault::Deadline`] after `abort`.
pub(super) fn dump(path: &Path, scratch: &Path, abort: &CancellationToken) -> Result<(File, Manifest), Fault> {
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
    let mut file = File::open(&copy).map_err(|error| Fault::from_io(&error))?;
    prove(path, &copy, abort)?;
    folder.close().map_err(|error| Fault::from_io(&error))?;
    let manifest = manifest(&mut file, abort)?;
    Ok((file, manifest))
}

fn copy_into(path: &Path, copy: &Path, abort: &CancellationToken) -> Result<(), Fault> {
    let source = open(path, abort).map_err(|error| fault(path, &error))?;
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

fn prove(path: &Path, copy: &Path, abort: &CancellationToken) -> Result<(), Fault> {
    let found: rusqlite::Result<String> = open(copy, abort)
        .and_then(|connection| connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)));
    match found {
        Ok(verdict) if verdict == "ok" => Ok(()),
        Ok(detail) => Err(Fault::DatabaseDamaged { path: path.to_owned(), detail }),
        Err(error) => Err(fault(path, &error)),
    }
}

fn open(path: &Path, abort: &CancellationToken) -> rusqlite::Result<Connection> {
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

/// Counts and digests the whole file, and leaves it at its start.
fn manifest(file: &mut File, abort: &CancellationToken) -> Result<Manifest, Fault> {
    let mut digest = Sha256::new();
    let mut octets = 0;
    let mut buffer = vec![0; 1 << 16];
    loop {
        if abort.is_cancelled() {
            return Err(Fault::Deadline);
        }
        let read = file.read(&mut buffer).map_err(|error| Fault::from_io(&error))?;
        if read == 0 {
            break;
        }
        digest.update(&buffer[..read]);
        octets += read as u64;
    }
    file.rewind().map_err(|error| Fault::from_io(&error))?;
    Ok(Manifest { octets, sha256: super::hex(&digest.finalize()) })
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
                let (file, manifest) = dump(&path, scratch.path(), &CancellationToken::new()).unwrap();
                assert_eq!(file.metadata().unwrap().len(), manifest.octets);
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
