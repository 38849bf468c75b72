//! What the pages say of a backup job.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use messages::Message;
use serde::Serialize;

use super::reader::{Reader, When};
use super::standing::{Figure, Standing, elapsed};
use crate::backup::{self, Drill, DrillOutcome, Outcome, Step, Stored};
use crate::health::State;
use crate::live::{JobStatus, Running};

/// A backup job in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobView {
    /// What people call it.
    pub title: String,
    /// Its name in the configuration.
    pub name: String,
    /// What is backed up.
    pub source: String,
    /// Where to.
    pub repository: String,
    /// How the newest run that ended stands.
    pub standing: Standing,
    /// How it ended, in words.
    pub outcome: String,
    /// That a run goes on now, and for how long.
    pub running: Option<String>,
    /// When the newest run ended.
    pub ended: Option<When>,
    /// When the newest proven snapshot was proven.
    pub proven: Option<When>,
    /// When the next run starts.
    pub next: Option<When>,
    /// What the newest drill came to.
    pub drill: Option<DrillView>,
    /// When the next one is.
    pub next_drill: Option<When>,
    /// How old the newest backup is, and may be.
    pub age: Option<PromiseView>,
    /// How long a restore took, and may take.
    pub restore: Option<PromiseView>,
    /// What else is known.
    pub figures: Vec<Figure>,
}

/// A drill in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrillView {
    /// How it ended.
    pub standing: Standing,
    /// What was compared, or why it failed.
    pub words: String,
    /// When it ended.
    pub at: When,
}

/// A promise, and whether it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PromiseView {
    /// How it is.
    pub is: String,
    /// How it may be; none if nothing is promised.
    pub most: Option<String>,
    /// Whether that is kept.
    pub standing: Standing,
}

impl JobView {
    /// What is known of a job.
    #[must_use]
    pub fn new(reader: &Reader, job: &JobStatus) -> Self {
        let (standing, outcome) = ending(reader, job);
        let expected = job.record.newest.as_ref().map_or(0, |(_, snapshots)| backup::size(snapshots).0);
        let running = job.running.as_ref().map(|running| running_words(reader, running, expected));
        Self {
            title: job.title.clone(),
            name: job.name.to_string(),
            source: job.source.shown(),
            repository: job.repository.to_string(),
            standing,
            outcome,
            running,
            ended: job.record.last.as_ref().map(|run| reader.when(run.ended)),
            proven: job.record.newest.as_ref().map(|(at, _)| reader.when(*at)),
            next: job.next.map(|next| reader.when(next)),
            drill: job.record.drill.as_ref().map(|drill| DrillView::new(reader, drill)),
            next_drill: job.next_drill.map(|next| reader.when(next)),
            age: age(reader, job),
            restore: restore(reader, job),
            figures: figures(reader, job),
        }
    }
}

impl DrillView {
    fn new(reader: &Reader, drill: &Drill) -> Self {
        let (state, word, message) = match &drill.outcome {
            DrillOutcome::Passed { tables, rows, octets, server, .. } => {
                let message = match server {
                    Some(server) => Message::new("web-drill-passed-given-words").with("server", server.as_str()),
                    None => Message::new("web-drill-passed-words"),
                };
                let message =
                    message.with("tables", *tables).with("rows", *rows).with("octets", reader.octets(*octets));
                (State::Up, "web-drill-passed", message)
            }
            DrillOutcome::Failed { fault } => (State::Down, "web-drill-failed", fault.message()),
            DrillOutcome::Interrupted => {
                (State::Degraded, "web-job-interrupted", Message::new("web-job-interrupted-words"))
            }
        };
        Self {
            standing: Standing::saying(state, reader.text(word)),
            words: reader.say(&message),
            at: reader.when(drill.ended),
        }
    }
}

impl PromiseView {
    fn new(reader: &Reader, is: SignedDuration, most: Option<Duration>) -> Self {
        let most = most.and_then(|most| SignedDuration::try_from(most).ok());
        let (state, word) = match most {
            Some(most) if is > most => (State::Down, "web-promise-broken"),
            Some(_) => (State::Up, "web-promise-kept"),
            None => (State::Unknown, "web-promise-none"),
        };
        Self {
            is: reader.duration(is),
            most: most.map(|most| reader.duration(most)),
            standing: Standing::saying(state, reader.text(word)),
        }
    }
}

fn age(reader: &Reader, job: &JobStatus) -> Option<PromiseView> {
    let (at, _) = job.record.newest.as_ref()?;
    let age = reader.now.duration_since(*at).max(SignedDuration::ZERO);
    Some(PromiseView::new(reader, age, job.max_age))
}

fn restore(reader: &Reader, job: &JobStatus) -> Option<PromiseView> {
    match job.record.drill.as_ref()?.outcome {
        // Less than a second is not nothing.
        DrillOutcome::Passed { took, .. } => {
            let took = took.max(SignedDuration::from_secs(1));
            Some(PromiseView::new(reader, took, job.max_restore_time))
        }
        DrillOutcome::Failed { .. } | DrillOutcome::Interrupted => None,
    }
}

/// How a job stands by the newest run that ended, its newest drill, and the age of its newest backup.
#[must_use]
pub fn state(job: &JobStatus, now: Timestamp) -> State {
    let of_run = match job.record.last.as_ref().map(|run| &run.outcome) {
        None => State::Unknown,
        Some(Outcome::Complete { .. }) => State::Up,
        Some(Outcome::Interrupted) => State::Degraded,
        Some(Outcome::Unproven { .. } | Outcome::Failed { .. }) => State::Down,
    };
    let drill = job.record.drill.as_ref().map(|drill| &drill.outcome);
    let age = job.record.newest.as_ref().map(|(at, _)| now.duration_since(*at).unsigned_abs());
    let is_late = age.zip(job.max_age).is_some_and(|(age, most)| age > most);
    match drill {
        Some(DrillOutcome::Failed { .. }) => State::Down,
        _ if is_late && of_run == State::Up => State::Degraded,
        _ => of_run,
    }
}

fn ending(reader: &Reader, job: &JobStatus) -> (Standing, String) {
    let words = match &job.record.last {
        Some(run) => {
            let (standing, words, _) = ended(reader, &run.outcome);
            return (standing, words);
        }
        None if job.running.is_some() => "web-job-first-run",
        None => "web-job-never-run",
    };
    (Standing::saying(State::Unknown, reader.text("web-job-waiting")), reader.text(words))
}

/// How a run ended, why, and whether its snapshot is proven.
pub(super) fn ended(reader: &Reader, outcome: &Outcome) -> (Standing, String, bool) {
    let (state, word, message) = match outcome {
        Outcome::Complete { read_back: true, .. } => {
            (State::Up, "web-job-proven", Message::new("web-job-proven-words"))
        }
        Outcome::Complete { .. } => (State::Up, "web-job-complete", Message::new("web-job-complete-words")),
        Outcome::Unproven { fault, .. } => {
            (State::Down, "web-job-unproven", Message::new("web-job-unproven-words").with("reason", fault.message()))
        }
        Outcome::Failed { step, fault } => {
            let key = match step {
                Step::Dump => "web-job-dump-failed",
                Step::Store => "web-job-store-failed",
            };
            (State::Down, "web-job-failed", Message::new(key).with("reason", fault.message()))
        }
        Outcome::Interrupted => (State::Degraded, "web-job-interrupted", Message::new("web-job-interrupted-words")),
    };
    (Standing::saying(state, reader.text(word)), reader.say(&message), state == State::Up)
}

/// The snapshots of a run: its only one, or how many there are.
pub(super) fn shown(snapshots: &[Stored]) -> String {
    match snapshots {
        [only] => only.snapshot.short().to_owned(),
        [first, others @ ..] => format!("{} +{}", first.snapshot.short(), others.len()),
        [] => String::new(),
    }
}

/// How far a run is; `expected` octets were there the last time.
fn running_words(reader: &Reader, running: &Running, expected: u64) -> String {
    let duration = elapsed(reader, running.since);
    let message = match running.progress.octets() {
        octets if (1..expected).contains(&octets) => {
            let seconds = Timestamp::now().duration_since(running.since).as_secs().unsigned_abs();
            let left = u128::from(seconds) * u128::from(expected - octets) / u128::from(octets);
            let left = SignedDuration::from_secs(i64::try_from(left).unwrap_or(i64::MAX));
            Message::new("web-job-running-estimate")
                .with("duration", duration)
                .with("octets", reader.octets(octets))
                .with("expected", reader.octets(expected))
                .with("left", reader.duration(left))
        }
        0 => Message::new("web-job-running").with("duration", duration),
        octets => {
            Message::new("web-job-running-octets").with("duration", duration).with("octets", reader.octets(octets))
        }
    };
    reader.say(&message)
}

fn figures(reader: &Reader, job: &JobStatus) -> Vec<Figure> {
    let figure = |key: &str, value: String| Figure { label: reader.text(key), value };
    let mut figures = Vec::new();
    if let Some(run) = &job.record.last {
        let took = run.ended.duration_since(run.started).max(SignedDuration::ZERO);
        figures.push(figure("web-job-took", reader.duration(took)));
    }
    let last = job.record.last.as_ref().map(|run| run.outcome.snapshots()).filter(|snapshots| !snapshots.is_empty());
    let newest = last.or_else(|| job.record.newest.as_ref().map(|(_, snapshots)| snapshots.as_slice()));
    if let Some(snapshots) = newest {
        let (octets, added) = backup::size(snapshots);
        figures.push(figure("web-job-size", reader.octets(octets)));
        figures.push(figure("web-job-added", reader.octets(added)));
        figures.push(figure("web-job-snapshot", shown(snapshots)));
    }
    if let Some((at, last)) = &job.record.wal {
        let words = Message::new("web-job-wal-words").with("at", reader.when(*at).local).with("last", last.as_str());
        figures.push(figure("web-job-wal", reader.say(&words)));
    }
    let runs =
        Message::new("web-job-runs-words").with("proven", job.record.runs.good).with("failed", job.record.runs.failed);
    figures.push(figure("web-job-runs", reader.say(&runs)));
    figures
}
