//! Backup jobs and the repositories they write to.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use messages::Message;
use strict_toml::{FromText, Table, choose};

use super::name::{JobName, RepositoryName};
use super::secret::{SecretFile, secret_file};
use super::{Named, Reading};
use crate::schedule::Calendar;

/// A backup as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Unique; stands in metrics, in the journal and as a tag on snapshots.
    pub name: JobName,
    /// What people call it; the name when the configuration has no title.
    pub title: String,
    /// What is backed up.
    pub source: Source,
    /// Where it is kept.
    pub repository: Arc<Repository>,
    /// When.
    pub schedule: Calendar,
    /// How long one run, verification included, may take before it is ended as failed.
    pub deadline: Duration,
    /// How much of the repository's data each verification reads back.
    pub read_data: ReadData,
}

/// What is backed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A SQLite database file.
    Sqlite {
        /// The database, not its `-wal` or `-shm`.
        path: PathBuf,
    },
}

/// A restic repository. `Debug` does not show its location, which may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Repository {
    /// What jobs call it.
    pub name: RepositoryName,
    /// restic's own notation: an absolute folder, `sftp:…`, `rest:…`, `s3:…`, `rclone:…`.
    pub location: String,
    /// The file that restic reads the repository's password from.
    pub password: SecretFile,
}

/// The share of a repository's pack files that a verification reads back, in percent, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadData(u8);

impl ReadData {
    /// Percent, 0 to 100.
    #[must_use]
    pub const fn percent(self) -> u8 {
        self.0
    }
}

impl Named for Job {
    fn name(&self) -> &str {
        self.name.as_str()
    }
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Named for Repository {
    fn name(&self) -> &str {
        self.name.as_str()
    }
}

/// Reads one `[[repository]]`.
pub(super) fn read_repository(mut table: Table<'_>, reading: &Reading<'_>) -> Option<Repository> {
    let name: Option<RepositoryName> = table.required("name");
    if let Some(name) = &name {
        table.name(format!("[[repository]] \"{name}\""));
    }
    let location: Option<String> = table.required("location");
    let password = secret_file(&mut table, "password", reading);
    let location = location?;
    // A scheme is what restic itself would take for one; everything else is a folder.
    let is_remote = ["sftp:", "rest:", "s3:", "rclone:", "b2:", "azure:", "gs:", "swift:"]
        .iter()
        .any(|scheme| location.starts_with(scheme));
    let location = if is_remote { location } else { reading.resolve(location.as_ref()).to_string_lossy().into_owned() };
    Some(Repository { name: name?, location, password: password? })
}

/// Reads one `[[job]]`.
pub(super) fn read(mut table: Table<'_>, repositories: &[Arc<Repository>], reading: &Reading<'_>) -> Option<Job> {
    let name: Option<JobName> = table.required("name");
    if let Some(name) = &name {
        table.name(format!("[[job]] \"{name}\""));
    }
    let title: Option<String> = table.optional("title");
    let schedule: Option<Calendar> = table.required("schedule");
    let deadline = table.or("deadline", Duration::from_secs(4 * 3600));
    let percent: u8 = table.or("read_data_percent", 100);
    if percent > 100 {
        let message = Message::new("config-percent").with("key", "read_data_percent");
        table.report(&table.place_of("read_data_percent"), message);
    }
    let wanted: Option<RepositoryName> = table.required("repository");
    let repository = wanted.and_then(|wanted| {
        let found = repositories.iter().find(|repository| repository.name == wanted).cloned();
        if found.is_none() {
            let known = repositories.iter().map(|repository| repository.name.as_str());
            let message = super::unknown_name("config-unknown-repository", wanted.as_str(), known);
            table.report(&table.place_of("repository"), message);
        }
        found
    });
    table.must_exist("source", "{ kind = \"sqlite\", path = \"/srv/…/registras.db\" }");
    let source = table.table("source").and_then(|mut source| match source.required("kind")? {
        SourceKind::Sqlite => {
            let path: PathBuf = source.required("path")?;
            Some(Source::Sqlite { path: reading.resolve(&path) })
        }
    });
    let name = name?;
    Some(Job {
        title: title.unwrap_or_else(|| name.to_string()),
        name,
        source: source?,
        repository: repository?,
        schedule: schedule?,
        deadline,
        read_data: ReadData(percent.min(100)),
    })
}

#[derive(Clone, Copy)]
enum SourceKind {
    Sqlite,
}

impl FromText for SourceKind {
    const EXAMPLE: &'static str = "\"sqlite\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &[("sqlite", Self::Sqlite)])
    }
}
