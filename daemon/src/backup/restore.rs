//! Restoring: a database, one of its schemas or tables, a file, a folder. Always to a new name, unless the original is named: then it
//! is put aside where that can be done, and never deleted.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio_util::sync::CancellationToken;

use super::child::feed;
use super::restic::Restic;
use super::source::mariadb::{self, Mariadb, USERS_FILE};
use super::source::postgres::{self, GLOBALS_FILE, Postgres};
use super::tables::OneTable;
use super::{Fault, Progress, Stored, Workplace};
use crate::config::{ServerSource, Source};

/// What is restored of a part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// Only this schema (PostgreSQL).
    pub schema: Option<String>,
    /// Only this table.
    pub table: Option<String>,
    /// Only these files and folders, in restic's notation.
    pub includes: Vec<String>,
}

/// Where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A new file, folder or database of that name; it must not be there.
    New(String),
    /// Over the original, whose name somebody has typed; what is there is put aside where that can be done.
    Original,
}

/// How long a database may take to be made, or renamed.
const MAKING: Duration = Duration::from_secs(120);

/// Restores a part of a backup, and says where to.
///
/// # Errors
/// Why it is not restored; what was there before is as it was, or beside it.
pub async fn restore(
    source: &Source,
    stored: &Stored,
    choice: &Choice,
    target: &Target,
    (workplace, restic): (&Workplace, &Restic<'_>),
    progress: &Progress,
    abort: &CancellationToken,
) -> Result<String, Fault> {
    match source {
        Source::Postgres(server) if stored.file != GLOBALS_FILE => {
            let here = Postgres::new(server, &workplace.scratch)?;
            postgres_database(&here, stored, choice, target, restic, progress, abort).await
        }
        Source::Mariadb(server) if stored.file != USERS_FILE => {
            mariadb_database(server, workplace, (stored, choice, target), restic, progress, abort).await
        }
        Source::Sqlite { path: original } | Source::Own { journal: original, .. } => {
            extract(stored, choice, target, Some(original), restic, progress, abort).await
        }
        _ => extract(stored, choice, target, None, restic, progress, abort).await,
    }
}

/// Writes what a snapshot holds into a folder if it holds files as they lay, else into a file, as it was dumped.
///
/// # Errors
/// It cannot be read or written, or something is there already.
pub async fn extract(
    stored: &Stored,
    choice: &Choice,
    target: &Target,
    original: Option<&PathBuf>,
    restic: &Restic<'_>,
    progress: &Progress,
    abort: &CancellationToken,
) -> Result<String, Fault> {
    if !stored.file.is_empty() {
        return file(stored, target, original, restic, progress, abort).await;
    }
    let folder = match target {
        Target::New(folder) if Path::new(folder).exists() => return Err(Fault::Exists { what: folder.clone() }),
        Target::New(folder) => PathBuf::from(folder),
        // Snapshots of files have their whole paths.
        Target::Original => PathBuf::from("/"),
    };
    restic.restore_files(stored, &folder, &choice.includes, abort).await?;
    Ok(folder.display().to_string())
}

/// Writes what a snapshot holds into a file, whole or not at all.
async fn file(
    stored: &Stored,
    target: &Target,
    original: Option<&PathBuf>,
    restic: &Restic<'_>,
    progress: &Progress,
    abort: &CancellationToken,
) -> Result<String, Fault> {
    let path = match (target, original) {
        (Target::New(path), _) => PathBuf::from(path),
        (Target::Original, Some(original)) => original.clone(),
        (Target::Original, None) => return Err(Fault::Exists { what: "this has no original".to_owned() }),
    };
    if path.exists() && *target != Target::Original {
        return Err(Fault::Exists { what: path.display().to_string() });
    }
    let unwritable = |error: std::io::Error| Fault::from_io(&error);
    let beside = with_ending(&path, ".restoring");
    let mut writing = tokio::fs::File::create(&beside).await.map_err(unwritable)?;
    let poured = async {
        restic.pour(stored, &mut writing, progress, abort).await?;
        writing.sync_all().await.map_err(unwritable)
    };
    if let Err(fault) = poured.await {
        let _ = tokio::fs::remove_file(&beside).await;
        return Err(fault);
    }
    if path.exists() {
        // What SQLite has not yet written into the original belongs to it.
        for ending in ["", "-wal", "-shm"] {
            let before = with_ending(&path, ending);
            if before.exists() {
                let aside = with_ending(&path, &format!(".before-restore{ending}"));
                tokio::fs::rename(&before, &aside).await.map_err(unwritable)?;
            }
        }
    }
    tokio::fs::rename(&beside, &path).await.map_err(unwritable)?;
    Ok(path.display().to_string())
}

/// A path whose name goes on.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

async fn postgres_database(
    here: &Postgres<'_>,
    stored: &Stored,
    choice: &Choice,
    target: &Target,
    restic: &Restic<'_>,
    progress: &Progress,
    abort: &CancellationToken,
) -> Result<String, Fault> {
    let mut session = here.session("template1")?;
    let database = match target {
        Target::New(name) => name.clone(),
        Target::Original => {
            let now = jiff::Timestamp::now().strftime("%Y%m%d%H%M%S");
            let aside = postgres::name(&format!("{}_before_{now}", stored.part));
            session.ask(&format!("ALTER DATABASE {} RENAME TO {aside};", postgres::name(&stored.part)), MAKING).await?;
            stored.part.clone()
        }
    };
    session.ask(&format!("CREATE DATABASE {} TEMPLATE template0;", postgres::name(&database)), MAKING).await?;
    let mut program = here.pg_restore(&database)?.arguments(["--exit-on-error", "-1"]);
    for (option, name) in [("--schema", &choice.schema), ("--table", &choice.table)] {
        if let Some(name) = name {
            program = program.argument(format!("{option}={name}"));
        }
    }
    feed(&program, async |input| restic.pour(stored, input, progress, abort).await).await?;
    Ok(database)
}

async fn mariadb_database(
    server: &ServerSource,
    workplace: &Workplace,
    (stored, choice, target): (&Stored, &Choice, &Target),
    restic: &Restic<'_>,
    progress: &Progress,
    abort: &CancellationToken,
) -> Result<String, Fault> {
    let here = Mariadb::new(server, &workplace.scratch)?;
    let (database, if_new) = match target {
        Target::New(name) => (name, ""),
        Target::Original => (&stored.part, "IF NOT EXISTS "),
    };
    let name = mariadb::name(database);
    let begin = format!("CREATE DATABASE {if_new}{name}; USE {name};\n");
    let client = here.client()?;
    feed(&client, async |input| {
        input.write_all(begin.as_bytes()).await.map_err(|error| Fault::from_io(&error))?;
        match &choice.table {
            Some(table) => {
                let mut filter = OneTable::new(table, input);
                restic.pour(stored, &mut filter, progress, abort).await
            }
            None => restic.pour(stored, input, progress, abort).await,
        }
    })
    .await?;
    Ok(database.clone())
}
