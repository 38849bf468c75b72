//! What the pages say of a backup job.

use jiff::SignedDuration;
use messages::Message;
use serde::Serialize;

use super::reader::{Reader, When};
use super::standing::{Figure, Standing, elapsed};
use crate::backup::{Outcome, Step};
use crate::config::Source;
use crate::health::State;
use crate::live::JobStatus;

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
    /// What else is known.
    pub figures: Vec<Figure>,
}

impl JobView {
    /// What is known of a job.
    #[must_use]
    pub fn new(reader: &Reader, job: &JobStatus) -> Self {
        let Source::Sqlite { path } = &job.source;
        let (standing, outcome) = ending(reader, job);
        let running = job
            .running
            .map(|since| reader.say(&Message::new("web-job-running").with("duration", elapsed(reader, since))));
        Self {
            title: job.title.clone(),
            name: job.name.to_string(),
            source: path.display().to_string(),
            repository: job.repository.to_string(),
            standing,
            outcome,
            running,
            ended: job.record.last.as_ref().map(|run| reader.when(run.ended)),
            proven: job.record.proven.as_ref().map(|(at, _)| reader.when(*at)),
            next: job.next.map(|next| reader.when(next)),
            figures: figures(reader, job),
        }
    }
}

/// How a job stands by the newest run that ended.
#[must_use]
pub fn state(job: &JobStatus) -> State {
    match job.record.last.as_ref().map(|run| &run.outcome) {
        None => State::Unknown,
        Some(Outcome::Proven { .. }) => State::Up,
        Some(Outcome::Interrupted) => State::Degraded,
        Some(Outcome::Unproven { .. } | Outcome::Failed { .. }) => State::Down,
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
        Outcome::Proven { .. } => (State::Up, "web-job-proven", Message::new("web-job-proven-words")),
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

fn figures(reader: &Reader, job: &JobStatus) -> Vec<Figure> {
    let figure = |key: &str, value: String| Figure { label: reader.text(key), value };
    let mut figures = Vec::new();
    if let Some(run) = &job.record.last {
        let took = run.ended.duration_since(run.started).max(SignedDuration::ZERO);
        figures.push(figure("web-job-took", reader.duration(took)));
    }
    let newest = job.record.last.as_ref().and_then(|run| run.outcome.stored());
    let newest = newest.or_else(|| job.record.proven.as_ref().map(|(_, stored)| stored));
    if let Some(stored) = newest {
        figures.push(figure("web-job-size", reader.octets(stored.manifest.octets)));
        figures.push(figure("web-job-added", reader.octets(stored.added)));
        figures.push(figure("web-job-snapshot", stored.snapshot.short().to_owned()));
    }
    let runs = Message::new("web-job-runs-words")
        .with("proven", job.record.runs.proven)
        .with("failed", job.record.runs.failed);
    figures.push(figure("web-job-runs", reader.say(&runs)));
    figures
}
