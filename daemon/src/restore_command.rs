//! `rotused restore`: from the catalogue, or from nothing but a repository and its key.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use jiff::Timestamp;
use rotused::backup::physical::{BASE, BASE_FILE, PointInTime};
use rotused::backup::restore::{self, Choice, Target};
use rotused::backup::wal::{self, WalBatch};
use rotused::backup::{Listed, Manifest, Progress, Restic, Stored, Workplace};
use rotused::config::{Config, JobName, Repository, Source};
use rotused::inspect;
use rotused::journal::{Backup, JournalReader};
use tokio_util::sync::CancellationToken;

use super::backup_command::{Bar, local, megabytes, took};
use super::{Configured, journal, load};

/// What is restored, and where to.
#[derive(Args)]
pub(super) struct Restore {
    /// The job; with --no-catalogue the name that its snapshots have.
    job: JobName,
    /// Prints what can be restored, and restores nothing.
    #[arg(long)]
    list: bool,
    /// The backup of this run; by default the newest.
    #[arg(long, value_name = "NUMBER")]
    run: Option<i64>,
    /// The newest backup that was begun before this time (RFC 3339).
    #[arg(long, value_name = "TIME", conflicts_with = "run")]
    before: Option<Timestamp>,
    /// Of a whole PostgreSQL server: the moment that it comes back to (RFC 3339); by default as far as its log goes.
    #[arg(long, value_name = "TIME")]
    to_time: Option<Timestamp>,
    /// Which part: the name of the database. Needed only if the job has several.
    #[arg(long, value_name = "NAME")]
    part: Option<String>,
    /// The new file, folder or database; by default a new name beside the original.
    #[arg(long, value_name = "NAME", conflicts_with = "over")]
    to: Option<String>,
    /// Over the original, whose name has to be typed here: the part's, or the path. What is there is put aside where that can be done.
    #[arg(long, value_name = "NAME")]
    over: Option<String>,
    /// Only this schema (PostgreSQL).
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
    /// Only this table (PostgreSQL, MariaDB).
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// Only this file or folder, perhaps several times.
    #[arg(long = "include", value_name = "PATH")]
    includes: Vec<String>,
    /// On a bare machine: without configuration and journal, from --repository with the key in --password-file. What was dumped is
    /// written to a file; the recovery sheet says how it is loaded.
    #[arg(long, requires_all = ["repository", "password_file"])]
    no_catalogue: bool,
    /// The repository, in restic's notation.
    #[arg(long, value_name = "LOCATION")]
    repository: Option<String>,
    /// The file with the repository's password, or with the key of the recovery sheet.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    #[command(flatten)]
    configured: Configured,
}

pub(super) fn execute(wanted: &Restore) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    if wanted.no_catalogue {
        return runtime.block_on(without_catalogue(wanted));
    }
    let config = load(&wanted.configured.config)?;
    let journal = journal(&config)?;
    if wanted.list {
        return list(&config, &journal, &wanted.job);
    }
    runtime.block_on(from_catalogue(&config, &journal, wanted))
}

fn list(config: &Config, journal: &JournalReader, job: &JobName) -> anyhow::Result<()> {
    let mut text = String::new();
    for backup in journal.catalogue(job)?.iter().rev() {
        text.push_str(&format!("run {}, {}\n", backup.run.0, local(backup.started, &config.time_zone)));
        for stored in &backup.snapshots {
            let content = journal.content(&stored.snapshot)?;
            let content = content
                .map(|content| format!(", {}: {} tables, {} rows", content.server, content.tables(), content.rows()));
            let size = megabytes(stored.manifest.octets);
            let content = content.unwrap_or_default();
            text.push_str(&format!("    {:<30} {size:>10}  {}{content}\n", stored.part, stored.snapshot));
        }
    }
    if text.is_empty() {
        bail!("there is no backup of {job}");
    }
    Ok(inspect::write_out(&text)?)
}

async fn from_catalogue(config: &Config, journal: &JournalReader, wanted: &Restore) -> anyhow::Result<()> {
    let found = config.jobs.iter().find(|job| job.name == wanted.job);
    let job = found.with_context(|| format!("no job is called \"{}\"", wanted.job))?;
    let backups = journal.catalogue(&wanted.job)?;
    let is_wanted = |backup: &&Backup| {
        wanted.run.is_none_or(|run| backup.run.0 == run)
            && wanted.before.is_none_or(|before| backup.started < before)
            // Before its end the files of a base backup are of no one moment.
            && wanted.to_time.is_none_or(|time| backup.ended <= time)
    };
    let backup = backups.iter().rev().find(is_wanted);
    let backup = backup.with_context(|| format!("there is no such backup of {}; --list shows them", job.name))?;
    if let Source::PostgresPhysical(source) = &job.source {
        let wal = journal.wal_since(&job.name, backup.run)?;
        let base = backup.snapshots.first().context("the run has no base backup")?;
        let (workplace, _folder) = Workplace::beside(config.restic.clone())?;
        let restic = Restic::new(&workplace, Arc::clone(&job.repository));
        let restored = PointInTime { base, wal: &wal };
        return point_in_time(wanted, restored, source.server.programs.as_deref(), &restic).await;
    }
    if wanted.to_time.is_some() {
        bail!("--to-time is for jobs whose source is postgres-physical; say --before or --run");
    }
    let mut parts = backup.snapshots.iter();
    let stored = match (&wanted.part, &backup.snapshots[..]) {
        (None, [only]) => only,
        (Some(part), _) => parts.find(|stored| stored.part == *part).with_context(|| {
            format!("run {} has no part \"{part}\"; it has: {}", backup.run.0, names(&backup.snapshots))
        })?,
        (None, _) => bail!("say --part with one of: {}", names(&backup.snapshots)),
    };
    let original = match &job.source {
        Source::Sqlite { path } => path.display().to_string(),
        _ => stored.part.clone(),
    };
    let target = match (&wanted.over, &wanted.to) {
        (Some(typed), _) if *typed == original => Target::Original,
        (Some(_), _) => bail!("--over must name the original, \"{original}\", and it does not; nothing was restored"),
        (None, Some(name)) => Target::New(name.clone()),
        (None, None) => {
            let at = backup.started.to_zoned_datetime(config.time_zone.clone()).strftime("%Y%m%d_%H%M%S").to_string();
            Target::New(match &job.source {
                Source::Postgres(_) | Source::Mariadb(_) => format!("{original}_restored_{at}"),
                _ => format!("{original}.restored-{at}"),
            })
        }
    };
    let choice =
        Choice { schema: wanted.schema.clone(), table: wanted.table.clone(), includes: wanted.includes.clone() };
    let (workplace, _folder) = Workplace::beside(config.restic.clone())?;
    let restic = Restic::new(&workplace, Arc::clone(&job.repository));
    let progress = Progress::default();
    let restoring = async |abort: &CancellationToken| {
        restore::restore(&job.source, stored, &choice, &target, (&workplace, &restic), &progress, abort).await
    };
    let place = shown(stored.manifest.octets, &progress, restoring).await?;
    println!("restored {} of {} (run {}) to {place}", stored.part, job.name, backup.run.0);
    Ok(())
}

/// Restores a whole PostgreSQL server to a new folder.
async fn point_in_time(
    wanted: &Restore,
    restored: PointInTime<'_>,
    programs: Option<&Path>,
    restic: &Restic<'_>,
) -> anyhow::Result<()> {
    let folder = wanted.to.as_ref().context("say with --to in which new folder; over a server nothing is restored")?;
    let octets = |stored: &Stored| stored.manifest.octets;
    let expected = octets(restored.base) + restored.wal.iter().map(|batch| octets(&batch.stored)).sum::<u64>();
    let progress = Progress::default();
    let restoring = async |abort: &CancellationToken| {
        restored.restore(folder.as_ref(), wanted.to_time, programs, restic, &progress, abort).await
    };
    let place = shown(expected, &progress, restoring).await?;
    let moment = wanted.to_time.map_or_else(|| "as far as its log goes".to_owned(), |time| format!("to {time}"));
    println!("restored the base backup of {} to {place}, and its log beside it, to {place}-wal", wanted.job);
    println!("every file is what the server said of it. When it is started it comes back {moment}:");
    println!("    chown -R postgres: {place} {place}-wal");
    println!(
        "    put postgresql.conf and pg_hba.conf there if the old server had them elsewhere (Debian: /etc/postgresql)"
    );
    println!(
        "    it hands over no log (archive_mode, in postgresql.auto.conf), until you say: ALTER SYSTEM RESET archive_mode"
    );
    println!("    pg_ctl -D {place} start   (as postgres; another port than the old one's: -o '-p 5433')");
    Ok(())
}

fn names(parts: &[Stored]) -> String {
    parts.iter().map(|stored| stored.part.as_str()).collect::<Vec<_>>().join(", ")
}

/// Restores with a bar on a terminal; Ctrl-C ends it in order.
async fn shown(
    expected: u64,
    progress: &Progress,
    restoring: impl AsyncFnOnce(&CancellationToken) -> Result<String, rotused::backup::Fault>,
) -> anyhow::Result<String> {
    let abort = CancellationToken::new();
    let begun = Timestamp::now();
    let bar = Bar::new(expected);
    let restoring = restoring(&abort);
    tokio::pin!(restoring);
    let mut look = tokio::time::interval(std::time::Duration::from_millis(300));
    let restored = loop {
        tokio::select! {
            restored = &mut restoring => break restored,
            _ = look.tick() => bar.show(begun, progress.octets()),
            _ = tokio::signal::ctrl_c() => abort.cancel(),
        }
    };
    bar.end();
    let place = restored?;
    eprintln!("rotused: {} in {}", megabytes(progress.octets()), took(Timestamp::now().duration_since(begun)));
    Ok(place)
}

async fn without_catalogue(wanted: &Restore) -> anyhow::Result<()> {
    let (Some(location), Some(password)) = (&wanted.repository, &wanted.password_file) else {
        bail!("say --repository and --password-file");
    };
    let repository = Arc::new(Repository::bare("named-by-hand".parse()?, location, password));
    let (workplace, _folder) = Workplace::beside("restic".into())?;
    let restic = Restic::new(&workplace, repository);
    let abort = CancellationToken::new();
    let mut all = restic.all_snapshots(&abort).await?;
    all.sort_by_key(|listed| listed.time);
    let is_of_job = |listed: &&Listed| listed.tags.contains(&format!("job={}", wanted.job));
    let found: Vec<&Listed> = all.iter().filter(is_of_job).collect();
    if wanted.list || found.is_empty() {
        if found.is_empty() {
            let mut jobs: Vec<&str> =
                all.iter().flat_map(|listed| &listed.tags).filter_map(|tag| tag.strip_prefix("job=")).collect();
            jobs.sort_unstable();
            jobs.dedup();
            bail!("the repository has nothing of \"{}\"; it has: {}", wanted.job, jobs.join(", "));
        }
        let line = |listed: &&Listed| {
            format!("{}  {}  {}\n", listed.time.strftime("%Y-%m-%d %H:%M:%SZ"), listed.id, part(listed))
        };
        return Ok(inspect::write_out(&found.iter().rev().map(line).collect::<String>())?);
    }
    if found.iter().any(|listed| is_base(listed)) {
        return bare_point_in_time(wanted, &found, &restic).await;
    }
    let is_wanted = |listed: &&&Listed| {
        wanted.part.as_ref().is_none_or(|wanted| part(listed) == *wanted)
            && wanted.before.is_none_or(|before| listed.time < before)
    };
    let listed = found.iter().rev().find(is_wanted).context("there is no such snapshot; --list shows them")?;
    // A stream is one file in the root of its snapshot; files have their whole paths.
    let file = match &listed.paths[..] {
        [path] if !path[1..].contains('/') && listed.tags.iter().any(|tag| tag.starts_with("part=")) => {
            path[1..].to_owned()
        }
        _ => String::new(),
    };
    let name = part(listed);
    let stored = stored(listed, file);
    let to = wanted.to.clone().unwrap_or_else(|| match stored.file.as_str() {
        "" => format!("{}.restored", wanted.job),
        file => file.to_owned(),
    });
    let (target, progress) = (Target::New(to), Progress::default());
    let choice = Choice { includes: wanted.includes.clone(), ..Choice::default() };
    let restoring = async |abort: &CancellationToken| {
        restore::extract(&stored, &choice, &target, None, &restic, &progress, abort).await
    };
    let place = shown(0, &progress, restoring).await?;
    println!("restored {name} of {} to {place}", wanted.job);
    if place.ends_with(".dump") {
        println!("load it: createdb NEW && pg_restore --no-tablespaces -1 -d NEW {place}");
    } else if place.ends_with(".sql") {
        println!("load it: mariadb NEW < {place}   (of PostgreSQL's roles: psql -f {place} postgres)");
    }
    Ok(())
}

/// Which part of a job a snapshot says that it is.
fn part(listed: &Listed) -> String {
    let part = listed.tags.iter().find_map(|tag| tag.strip_prefix("part="));
    part.map(rotused::backup::unescaped).unwrap_or_default()
}

fn is_base(listed: &Listed) -> bool {
    part(listed) == BASE && matches!(&listed.paths[..], [path] if path.strip_prefix('/') == Some(BASE_FILE))
}

/// A snapshot of which nobody has written down what it holds.
fn stored(listed: &Listed, file: String) -> Stored {
    let manifest = Manifest { octets: 0, sha256: String::new(), content: None };
    Stored { part: part(listed), file, snapshot: listed.id.clone(), manifest, added: 0 }
}

/// A whole PostgreSQL server from what its snapshots say of themselves.
async fn bare_point_in_time(wanted: &Restore, found: &[&Listed], restic: &Restic<'_>) -> anyhow::Result<()> {
    let is_wanted = |listed: &&&Listed| {
        is_base(listed)
            && wanted.before.is_none_or(|before| listed.time < before)
            && wanted.to_time.is_none_or(|time| listed.time < time)
    };
    let base = found.iter().rev().find(is_wanted).context("there is no such base backup; --list shows them")?;
    let is_log = |listed: &&&Listed| listed.time >= base.time && part(listed) == wal::PART;
    let name = |path: &String| path.rsplit('/').next().unwrap_or_default().to_owned();
    let batch = |listed: &&Listed| WalBatch {
        job: wanted.job.clone(),
        at: listed.time,
        stored: stored(listed, String::new()),
        files: listed.paths.iter().map(name).collect(),
        // The files themselves will say it.
        segment_size: 0,
    };
    let wal: Vec<WalBatch> = found.iter().filter(is_log).map(batch).collect();
    println!(
        "the base backup that was begun {}; --before takes an older one",
        base.time.strftime("%Y-%m-%d %H:%M:%SZ")
    );
    let base = stored(base, BASE_FILE.to_owned());
    point_in_time(wanted, PointInTime { base: &base, wal: &wal }, None, restic).await
}
