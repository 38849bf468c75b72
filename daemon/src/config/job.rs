//! Backup jobs and the repositories they write to.

use std::sync::Arc;
use std::time::Duration;

use messages::Message;
use strict_toml::Table;

use super::name::{JobName, RepositoryName};
use super::secret::{Secret, SecretFile, secret, secret_file};
use super::source::{self, ServerSource, Source};
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
    /// A run starts up to so long after its time, at another moment each day: not all at once.
    pub jitter: Duration,
    /// How long one run, verification included, may take before it is ended as failed.
    pub deadline: Duration,
    /// So long nothing may move before a run is ended as failed.
    pub stall: Duration,
    /// For how long after its start a run is tried again that failed for what may pass by itself.
    pub retry: Duration,
    /// Whether each snapshot is read back whole and compared.
    pub read_back: bool,
    /// How much of the repository's data is read after each run; none: the repository is not checked by it.
    pub read_data: Option<ReadData>,
    /// Which snapshots are kept; none: all.
    pub keep: Option<Keep>,
    /// When the newest snapshots are restored to a scratch place and compared.
    pub drill: Option<Calendar>,
    /// On which server, if not on one of their own.
    pub drill_server: Option<ServerSource>,
    /// How old the newest backup may be: the recovery point objective.
    pub max_age: Option<Duration>,
    /// How long a restore may take: the recovery time objective.
    pub max_restore_time: Option<Duration>,
}

/// Which snapshots are kept: whoever fits one of these. Hours to years are those of the time zone; of each, the last snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// The newest, so many.
    pub last: u32,
    /// Of so many hours.
    pub hourly: u32,
    /// Of so many days.
    pub daily: u32,
    /// Of so many weeks, which begin on Monday (ISO 8601).
    pub weekly: u32,
    /// Of so many months.
    pub monthly: u32,
    /// Of so many years.
    pub yearly: u32,
    /// All that are not older.
    pub within: Duration,
    /// If more of them would go at once, none does, and somebody has to look.
    pub most_removed_percent: u8,
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
    /// Nothing can be removed from it: the server refuses.
    pub append_only: bool,
    /// When it is checked.
    pub check: Option<Calendar>,
    /// In so many checks all of its data is read.
    pub check_turns: u32,
    /// When what nobody needs any more is removed from it.
    pub prune: Option<Calendar>,
    /// What is copied to it.
    pub copy: Option<Copying>,
    /// KiB a second that may be written to it.
    pub limit_upload: Option<u32>,
    /// KiB a second that may be read from it.
    pub limit_download: Option<u32>,
    /// What the storage wants to know of us, as variables of restic's environment.
    pub environment: Vec<(&'static str, Secret)>,
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

/// That a repository has the same backups as another.
#[derive(Clone, PartialEq, Eq)]
pub struct Copying {
    /// The other.
    pub from: Arc<Repository>,
    /// When they are copied.
    pub schedule: Calendar,
    /// How long it may be behind.
    pub max_lag: Duration,
}

impl Repository {
    /// Where it is, without passwords.
    #[must_use]
    pub fn shown_location(&self) -> String {
        crate::backup::shown(&self.location)
    }

    /// The same, opened by what stands in another file.
    #[must_use]
    pub fn opened_by(&self, password: &std::path::Path) -> Self {
        Self { password: SecretFile::unchecked(password), ..self.clone() }
    }

    /// One of which nothing is known but where it is and what opens it.
    #[must_use]
    pub fn bare(name: RepositoryName, location: &str, password: &std::path::Path) -> Self {
        Self {
            name,
            location: location.to_owned(),
            password: SecretFile::unchecked(password),
            append_only: false,
            check: None,
            check_turns: 1,
            prune: None,
            copy: None,
            limit_upload: None,
            limit_download: None,
            environment: Vec::new(),
        }
    }
}

impl Named for Repository {
    fn name(&self) -> &str {
        self.name.as_str()
    }
}

/// Reads `copy = { from = "…", schedule = "…" }`. What is copied must stand before, and be no copy itself.
fn read_copy(mut table: Table<'_>, before: &[Arc<Repository>]) -> Option<Copying> {
    let wanted: Option<RepositoryName> = table.required("from");
    let schedule: Option<Calendar> = table.required("schedule");
    let max_lag = table.or("max_lag", Duration::from_secs(26 * 3600));
    let wanted = wanted?;
    let from = before.iter().find(|repository| repository.name == wanted && repository.copy.is_none()).cloned();
    if from.is_none() {
        let known =
            before.iter().filter(|repository| repository.copy.is_none()).map(|repository| repository.name.as_str());
        let message = super::unknown_name("config-unknown-repository", wanted.as_str(), known);
        table.report(&table.place_of("from"), message);
    }
    Some(Copying { from: from?, schedule: schedule?, max_lag })
}

/// Variables by which restic's storages learn who we are (restic.readthedocs.io, "Environment Variables").
const VARIABLES: [&str; 9] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_ACCOUNT_NAME",
    "AZURE_ACCOUNT_KEY",
    "B2_ACCOUNT_ID",
    "B2_ACCOUNT_KEY",
    "RESTIC_REST_USERNAME",
    "RESTIC_REST_PASSWORD",
];

/// Reads one `[[repository]]`.
pub(super) fn read_repository(
    mut table: Table<'_>,
    before: &[Arc<Repository>],
    reading: &Reading<'_>,
) -> Option<Repository> {
    let name: Option<RepositoryName> = table.required("name");
    if let Some(name) = &name {
        table.name(format!("[[repository]] \"{name}\""));
    }
    let location: Option<String> = table.required("location");
    let password = secret_file(&mut table, "password", reading);
    let append_only = table.or("append_only", false);
    let check: Option<Calendar> = table.optional("check");
    let check_turns = table.or("check_turns", 7);
    let prune: Option<Calendar> = table.optional("prune");
    let limit_upload: Option<u32> = table.optional("limit_upload");
    let limit_download: Option<u32> = table.optional("limit_download");
    let copy = table.table("copy").map(|table| read_copy(table, before));
    let copy = match copy {
        Some(None) => return None,
        Some(copy) => copy,
        None => None,
    };
    let mut environment = Vec::new();
    if let Some(mut variables) = table.table("environment") {
        let known = VARIABLES.into_iter().filter(|name| variables.has(name)).collect::<Vec<_>>();
        environment.extend(known.into_iter().filter_map(|name| Some((name, secret(&mut variables, name, reading)?))));
    }
    // restic has one of each for both.
    let of_original = copy.iter().flat_map(|copy| &copy.from.environment);
    let is_another = |(name, value): &&(&str, Secret)| {
        environment.iter().any(|(ours, other): &(&str, Secret)| ours == name && other != value)
    };
    if let Some((name, _)) = of_original.clone().find(is_another) {
        let message = Message::new("config-copy-environment").with("variable", *name);
        table.report(&table.place_of("environment"), message);
    }
    let location = location?;
    // A scheme is what restic itself would take for one; everything else is a folder.
    let is_remote = ["sftp:", "rest:", "s3:", "rclone:", "b2:", "azure:", "gs:", "swift:"]
        .iter()
        .any(|scheme| location.starts_with(scheme));
    let location = if is_remote { location } else { reading.resolve(location.as_ref()).to_string_lossy().into_owned() };
    Some(Repository {
        name: name?,
        location,
        password: password?,
        append_only,
        check,
        check_turns,
        prune,
        copy,
        limit_upload,
        limit_download,
        environment,
    })
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
    let percent: Option<u8> = table.optional("read_data_percent");
    if percent.is_some_and(|percent| percent > 100) {
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
    let source = table.table("source").and_then(|table| source::read(table, reading));
    let jitter = table.or("jitter", Duration::ZERO);
    let stall = table.or("stall", Duration::from_mins(15));
    let retry = table.or("retry", Duration::from_mins(30));
    let read_back = table.or("read_back", true);
    let keep = table.table("keep").map(read_keep);
    let drill: Option<Calendar> = table.optional("drill");
    let drill_server = source::read_drill_server(&mut table, source.as_ref(), reading);
    let max_age: Option<Duration> = table.optional("max_age");
    let max_restore_time: Option<Duration> = table.optional("max_restore_time");
    let (name, repository) = (name?, repository?);
    // Where somebody checks the repository on a calendar, not every run has to.
    let read_data = match percent {
        Some(percent) => Some(ReadData(percent.min(100))),
        None => repository.check.is_none().then_some(ReadData(100)),
    };
    Some(Job {
        title: title.unwrap_or_else(|| name.to_string()),
        name,
        source: source?,
        repository,
        schedule: schedule?,
        jitter,
        deadline,
        stall,
        retry,
        read_back,
        read_data,
        keep,
        drill,
        drill_server,
        max_age,
        max_restore_time,
    })
}

fn read_keep(mut table: Table<'_>) -> Keep {
    let keep = Keep {
        last: table.or("last", 0),
        hourly: table.or("hourly", 0),
        daily: table.or("daily", 0),
        weekly: table.or("weekly", 0),
        monthly: table.or("monthly", 0),
        yearly: table.or("yearly", 0),
        within: table.or("within", Duration::ZERO),
        most_removed_percent: table.or("most_removed_percent", 50),
    };
    let keeps = [keep.last, keep.hourly, keep.daily, keep.weekly, keep.monthly, keep.yearly];
    if keeps.iter().all(|count| *count == 0) && keep.within.is_zero() {
        table.report(&table.place_of(""), Message::new("config-keep-nothing"));
    }
    keep
}
