//! What is backed up, one file a kind. Each says which parts a run has, and opens one after the other: what a part's dump is made
//! of, and what is in it.

mod files;
pub(super) mod mariadb;
pub(super) mod postgres;
pub(super) mod postgres_physical;
mod session;
pub(super) mod sqlite;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::NamedTempFile;
use tokio_util::sync::CancellationToken;

use super::child::Program;
use super::content::Content;
use super::ending::Ending;
use super::physical::{BASE, BASE_FILE};
use super::pipeline::{Counting, Feed};
use super::snapshot::escaped;
use super::{Fault, Workplace};
use crate::config::{Databases, Source};

use mariadb::Mariadb;
use postgres::Postgres;

pub(super) use session::Session;

/// One of the snapshots that a run makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// What it is, for people: the name of the database.
    pub(super) name: String,
    /// The name of the file in the snapshot.
    pub(super) file: String,
}

/// A part that is about to be stored.
pub(super) struct Opened {
    pub(super) input: Input,
    /// What is in it, if it is known before the dump.
    pub(super) content: Option<Content>,
    /// Says it after the dump.
    pub(super) counting: Option<Counting>,
    /// Holds the moment of the dump until it is over.
    pub(super) moment: Option<Session>,
    /// What programs log in with.
    pub(super) login: Option<Arc<NamedTempFile>>,
}

/// Where a part comes from.
pub(super) enum Input {
    /// A stream.
    Feed(Feed),
    /// Files as they lie.
    Paths {
        /// The files and folders, all of which are there.
        paths: Vec<PathBuf>,
        /// Patterns of what is left out.
        excludes: Vec<String>,
    },
}

/// How long a database may take to answer a question that is not about all rows.
const PATIENCE: Duration = Duration::from_secs(60);

/// And one that is: counting a large table takes long.
const COUNTING: Duration = Duration::from_secs(4 * 3600);

impl Opened {
    /// A part of which nothing is told.
    const fn of(input: Input) -> Self {
        Self { input, content: None, counting: None, moment: None, login: None }
    }
}

/// Which of the databases that were found are wanted.
///
/// # Errors
/// [`Fault::SourceMissing`] for a named one that was not found.
fn wanted(databases: &Databases, found: Vec<String>, is_system: impl Fn(&str) -> bool) -> Result<Vec<String>, Fault> {
    match databases {
        Databases::All { except } => {
            Ok(found.into_iter().filter(|name| !is_system(name) && !except.contains(name)).collect())
        }
        Databases::Named(names) => match names.iter().find(|name| !found.contains(name)) {
            Some(missing) => Err(Fault::SourceMissing { what: format!("the database \"{missing}\"") }),
            None => Ok(names.clone()),
        },
    }
}

impl Part {
    fn new(name: impl Into<String>, extension: &str) -> Self {
        let name = name.into();
        Self { file: format!("{}.{extension}", escaped(&name)), name }
    }
}

/// The parts of a run. `job` is what a source of one part is called.
///
/// # Errors
/// The source cannot be reached, or is not there.
pub(super) async fn parts(source: &Source, job: &str, workplace: &Workplace) -> Result<Vec<Part>, Fault> {
    match source {
        Source::Sqlite { .. } => Ok(vec![Part::new(job, "db")]),
        Source::Postgres(server) => Postgres::new(server, &workplace.scratch)?.parts().await,
        Source::PostgresPhysical(_) => Ok(vec![Part { name: BASE.to_owned(), file: BASE_FILE.to_owned() }]),
        Source::Mariadb(server) => Mariadb::new(server, &workplace.scratch)?.parts().await,
        Source::Files { .. } => Ok(vec![Part::new(job, "files")]),
        Source::Command { .. } => Ok(vec![Part::new(job, "dump")]),
        Source::Own { .. } => Ok(vec![Part::new("journal", "db"), Part::new("configuration", "files")]),
    }
}

/// Opens a part.
///
/// # Errors
/// Why it cannot be dumped; [`Fault::Deadline`] after `abort`.
pub(super) async fn open(
    source: &Source,
    part: &Part,
    workplace: &Workplace,
    abort: &CancellationToken,
) -> Result<Opened, Fault> {
    match source {
        Source::Sqlite { path } => sqlite::open(path, &workplace.scratch, abort).await,
        Source::Postgres(server) => Postgres::new(server, &workplace.scratch)?.open(part).await,
        Source::PostgresPhysical(physical) => postgres_physical::open(physical, &workplace.scratch).await,
        Source::Mariadb(server) => Mariadb::new(server, &workplace.scratch)?.open(part).await,
        Source::Files { paths, excludes } => files::open(paths.clone(), excludes.clone()).map(Opened::of),
        Source::Command { arguments, trailer } => {
            let (program, arguments) =
                arguments.split_first().map_or(("", &[][..]), |(name, rest)| (name.as_str(), rest));
            let program = Program::find(program, None)?.arguments(arguments);
            let ending = trailer.as_deref().map_or(Ending::Any, Ending::trailer);
            Ok(Opened::of(Input::Feed(Feed::Program(program, ending))))
        }
        Source::Own { journal, configuration } => {
            if part.name == "journal" {
                return sqlite::open(journal, &workplace.scratch, abort).await;
            }
            files::open(vec![configuration.clone()], Vec::new()).map(Opened::of)
        }
    }
}

/// A file that only we can read, for secrets that a program reads by itself; it is gone with what is given back.
fn secret_file(scratch: &Path, text: &str) -> Result<NamedTempFile, Fault> {
    use std::io::Write;

    let write = || {
        let mut file = tempfile::Builder::new().prefix("login-").tempfile_in(scratch)?;
        file.write_all(text.as_bytes())?;
        Ok(file)
    };
    write().map_err(|error: std::io::Error| Fault::from_io(&error))
}
