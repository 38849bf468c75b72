//! `rotused backup`: runs, drills and what is kept.
//!
//! What is read comes from the journal; what is asked for goes to the running daemon ([`desk`]), which alone runs jobs.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Subcommand;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use messages::Language;
use rotused::backup::{self, DrillOutcome, Outcome, Run, RunId, Workplace};
use rotused::config::{Config, JobName};
use rotused::desk::{self, Standing};
use rotused::inspect;
use rotused::jobs::Wish;
use rotused::journal::Sealed;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::incident_command::who;
use super::{Configured, journal, load};

/// What can be done with backups.
#[derive(Subcommand)]
pub(super) enum Backup {
    /// Prints the newest runs, the newest first.
    List {
        /// Only of this job.
        job: Option<JobName>,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        most: u32,
        /// Prints JSON for programs, one run a line.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        configured: Configured,
    },
    /// Prints one run: what was stored, and what is in it.
    Show {
        /// Its number.
        run: i64,
        #[command(flatten)]
        configured: Configured,
    },
    /// Runs a job now, and waits until that has ended. Ends with 0 only if the backup counts.
    Run {
        /// The job.
        job: JobName,
        /// Only asks for it.
        #[arg(long)]
        no_wait: bool,
        #[command(flatten)]
        configured: Configured,
    },
    /// Ends the run of a job that goes on; nothing of it counts.
    Cancel {
        /// The job.
        job: JobName,
        #[command(flatten)]
        configured: Configured,
    },
    /// Restores the newest backup of a job to a scratch place, compares it, and waits until that has ended.
    Drill {
        /// The job.
        job: JobName,
        /// Only asks for it.
        #[arg(long)]
        no_wait: bool,
        /// Opens the repository with what stands in this file, such as the key of the recovery sheet: proves that it is right. Done
        /// by this command and not by the daemon, and so not written into the journal.
        #[arg(long, value_name = "FILE", conflicts_with = "no_wait")]
        password_file: Option<PathBuf>,
        #[command(flatten)]
        configured: Configured,
    },
    /// Tells whether every record of backups is as it was written, and the seal of the newest, to be kept elsewhere.
    Verify {
        #[command(flatten)]
        configured: Configured,
    },
}

/// How often somebody who waits looks.
const LOOKING: Duration = Duration::from_millis(300);

pub(super) fn execute(command: Backup) -> anyhow::Result<()> {
    match command {
        Backup::List { job, most, json, configured } => list(&load(&configured.config)?, job.as_ref(), most, json),
        Backup::Show { run, configured } => show(&load(&configured.config)?, RunId(run)),
        Backup::Run { job, no_wait, configured } => run(&load(&configured.config)?, &job, no_wait),
        Backup::Cancel { job, configured } => ask(&load(&configured.config)?, &job, Wish::Cancel),
        Backup::Drill { job, password_file: Some(file), configured, .. } => {
            drill_with(&load(&configured.config)?, &job, &file)
        }
        Backup::Drill { job, no_wait, configured, .. } => drill(&load(&configured.config)?, &job, no_wait),
        Backup::Verify { configured } => verify(&load(&configured.config)?),
    }
}

fn list(config: &Config, job: Option<&JobName>, most: u32, json: bool) -> anyhow::Result<()> {
    let runs = journal(config)?.runs(job, most)?;
    let mut text = String::new();
    if !json {
        text.push_str(&format!(
            "{:>6}  {:<16}  {:<20}  {:<12}  {:>10}  {:>9}  {:>9}  snapshots\n",
            "run", "started", "job", "outcome", "took", "size", "added"
        ));
    }
    for run in &runs {
        text.push_str(&if json { format!("{}\n", as_json(run)) } else { line(run, &config.time_zone) });
    }
    Ok(inspect::write_out(&text)?)
}

fn line(run: &Run, zone: &TimeZone) -> String {
    let snapshots = run.outcome.snapshots();
    let (octets, added) = backup::size(snapshots);
    let size = |octets: u64| if snapshots.is_empty() { "-".to_owned() } else { megabytes(octets) };
    let named: Vec<&str> = snapshots.iter().take(3).map(|stored| stored.snapshot.short()).collect();
    let more = if snapshots.len() > 3 { format!(" +{}", snapshots.len() - 3) } else { String::new() };
    let why = fault(&run.outcome).map(|fault| format!("  {fault}")).unwrap_or_default();
    format!(
        "{:>6}  {:<16}  {:<20}  {:<12}  {:>10}  {:>9}  {:>9}  {}{more}{why}\n",
        run.id.0,
        local(run.started, zone),
        run.job.as_str(),
        word(&run.outcome),
        took(run.ended.duration_since(run.started)),
        size(octets),
        size(added),
        named.join(" "),
    )
}

fn as_json(run: &Run) -> serde_json::Value {
    let (octets, added) = backup::size(run.outcome.snapshots());
    json!({
        "run": run.id.0, "job": run.job, "started": run.started, "ended": run.ended, "outcome": word(&run.outcome),
        "fault": fault(&run.outcome), "octets": octets, "added": added,
        "snapshots": run.outcome.snapshots().iter().map(|stored| json!({
            "part": stored.part, "file": stored.file, "snapshot": stored.snapshot, "octets": stored.manifest.octets,
            "sha256": stored.manifest.sha256, "added": stored.added,
        })).collect::<Vec<_>>(),
    })
}

const fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Complete { read_back: true, .. } => "proven",
        Outcome::Complete { .. } => "complete",
        Outcome::Unproven { .. } => "unproven",
        Outcome::Failed { .. } => "failed",
        Outcome::Interrupted => "interrupted",
    }
}

fn fault(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Unproven { fault, .. } | Outcome::Failed { fault, .. } => Some(fault.to_string()),
        Outcome::Complete { .. } | Outcome::Interrupted => None,
    }
}

fn show(config: &Config, id: RunId) -> anyhow::Result<()> {
    let journal = journal(config)?;
    let run = journal.run(id)?.with_context(|| format!("there is no run {}, or it has not ended", id.0))?;
    let zone = &config.time_zone;
    let mut text = format!(
        "run {} of {}: {}\nstarted {}, ended {}, took {}\n",
        run.id.0,
        run.job,
        word(&run.outcome),
        local(run.started, zone),
        local(run.ended, zone),
        took(run.ended.duration_since(run.started))
    );
    text.extend(fault(&run.outcome).map(|fault| format!("{fault}\n")));
    for stored in run.outcome.snapshots() {
        text.push_str(&format!("\n{}: snapshot {}\n", stored.part, stored.snapshot.as_str()));
        text.push_str(&format!("  {} octets, {} added to the repository\n", stored.manifest.octets, stored.added));
        if !stored.manifest.sha256.is_empty() {
            text.push_str(&format!("  SHA-256 {}\n", stored.manifest.sha256));
        }
        let Some(content) = journal.content(&stored.snapshot)? else { continue };
        let how = if content.is_exact { "" } else { " (nearly in the moment of the dump)" };
        text.push_str(&format!("  {}: {} tables, {} rows{how}\n", content.server, content.tables(), content.rows()));
        for (name, rows) in content.facts.get(&backup::Kind::Rows).into_iter().flatten() {
            text.push_str(&format!("    {rows:>12}  {name}\n"));
        }
    }
    Ok(inspect::write_out(&text)?)
}

fn ask(config: &Config, job: &JobName, wish: Wish) -> anyhow::Result<()> {
    Ok(desk::ask_job(config, who(), job.clone(), wish).map(drop)?)
}

fn run(config: &Config, job: &JobName, no_wait: bool) -> anyhow::Result<()> {
    let before = newest(config, job)?;
    ask(config, job, Wish::Run)?;
    if no_wait {
        return Ok(());
    }
    let expected = before.as_ref().map_or(0, |run| backup::size(run.outcome.snapshots()).0);
    let before = before.map_or(0, |run| run.id.0);
    let bar = Bar::new(expected);
    loop {
        std::thread::sleep(LOOKING);
        let run = newest(config, job)?.filter(|run| run.id.0 > before);
        if let Some(run) = run {
            bar.end();
            inspect::write_out(&line(&run, &config.time_zone))?;
            return match &run.outcome {
                Outcome::Complete { .. } => Ok(()),
                other => bail!(
                    "the backup of {job} does not count: {}",
                    fault(other).unwrap_or_else(|| "interrupted".to_owned())
                ),
            };
        }
        if let Standing::Running { since, octets } = desk::ask_job(config, who(), job.clone(), Wish::Look)? {
            bar.show(since, octets);
        }
    }
}

fn newest(config: &Config, job: &JobName) -> anyhow::Result<Option<Run>> {
    Ok(journal(config)?.runs(Some(job), 1)?.pop())
}

fn drill(config: &Config, job: &JobName, no_wait: bool) -> anyhow::Result<()> {
    let asked = Timestamp::now();
    ask(config, job, Wish::Drill)?;
    if no_wait {
        return Ok(());
    }
    loop {
        std::thread::sleep(LOOKING);
        let drill = journal(config)?.drills(job, 1)?.pop().filter(|drill| drill.ended >= asked);
        let Some(drill) = drill else {
            // Whether the daemon is still there.
            desk::ask_job(config, who(), job.clone(), Wish::Look)?;
            continue;
        };
        return told(job, drill.outcome);
    }
}

fn told(job: &JobName, outcome: DrillOutcome) -> anyhow::Result<()> {
    match outcome {
        DrillOutcome::Passed { took: restored, octets, tables, rows, server, .. } => {
            println!(
                "drill of {job} passed: {} restored in {}, {tables} tables with {rows} rows are what was backed up",
                megabytes(octets),
                took(restored)
            );
            if let Some(server) = server {
                println!(
                    "it was restored to the given server {server}: data and definitions; owners, rights and roles were not"
                );
            }
            Ok(())
        }
        DrillOutcome::Failed { fault } => bail!("the drill of {job} failed: {fault}"),
        DrillOutcome::Interrupted => bail!("the drill of {job} was interrupted"),
    }
}

/// Drills a job with another key than the daemon's.
fn drill_with(config: &Config, name: &JobName, key: &Path) -> anyhow::Result<()> {
    let job = config.jobs.iter().find(|job| job.name == *name);
    let mut job = job.with_context(|| format!("no job is called \"{name}\""))?.clone();
    job.repository = Arc::new(job.repository.opened_by(key));
    let newest = journal(config)?.restorable(name)?;
    let newest = newest.with_context(|| format!("there is no backup of {name}"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let (workplace, _folder) = Workplace::beside(config.restic.clone())?;
        let stop = CancellationToken::new();
        let drilling = backup::drill(&job, &newest, &workplace, &stop);
        tokio::pin!(drilling);
        let outcome = loop {
            tokio::select! {
                outcome = &mut drilling => break outcome,
                _ = tokio::signal::ctrl_c() => stop.cancel(),
            }
        };
        told(name, outcome)
    })
}

fn verify(config: &Config) -> anyhow::Result<()> {
    match journal(config)?.sealed()? {
        Sealed::Whole { records, seal } => {
            println!("{records} records of backups are as they were written; the newest seal is {seal}");
            Ok(())
        }
        Sealed::Broken { record } => {
            bail!(
                "the record {record} is not what was written, or gone: the journal was changed; compare it with a backup of it"
            )
        }
    }
}

/// How far a run is, on a terminal; elsewhere nothing.
pub(super) struct Bar {
    expected: u64,
    is_terminal: bool,
}

impl Bar {
    pub(super) fn new(expected: u64) -> Self {
        Self { expected, is_terminal: std::io::stderr().is_terminal() }
    }

    pub(super) fn show(&self, since: Timestamp, octets: u64) {
        if !self.is_terminal {
            return;
        }
        const WIDTH: usize = 30;
        let seconds = Timestamp::now().duration_since(since).as_secs_f64().max(0.1);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a bar"
        )]
        let (share, speed) = {
            let share = octets as f64 / (self.expected.max(octets).max(1)) as f64;
            ((share * WIDTH as f64) as usize, (octets as f64 / seconds) as u64)
        };
        let left = self.expected.saturating_sub(octets) / speed.max(1);
        let left = if self.expected > octets { format!(", about {left} s left") } else { String::new() };
        let bar = format!("{}{}", "#".repeat(share), ".".repeat(WIDTH - share));
        // Who does not see the bar does not miss it.
        let _ = write!(std::io::stderr(), "\r[{bar}] {}, {}/s{left}   ", megabytes(octets), megabytes(speed));
    }

    pub(super) fn end(&self) {
        if self.is_terminal {
            let _ = writeln!(std::io::stderr());
        }
    }
}

pub(super) fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

pub(super) fn took(duration: SignedDuration) -> String {
    Language::English.duration(duration.max(SignedDuration::ZERO))
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
pub(super) fn megabytes(octets: u64) -> String {
    match octets {
        0..1_000_000 => format!("{:.1} kB", octets as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", octets as f64 / 1e6),
        _ => format!("{:.2} GB", octets as f64 / 1e9),
    }
}
