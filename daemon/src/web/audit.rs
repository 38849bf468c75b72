//! The page for the auditor: of every job what is backed up, when, kept for how long, where, encrypted how, when it was last proven
//! and how, and how long a restore takes. It is read on paper too, with the newest seal of the records at its end.

use serde::Serialize;

use super::job::JobView;
use super::reader::{Reader, When};
use crate::config::Keep;
use crate::journal::Sealing;
use crate::live::{JobStatus, Status};

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditPage {
    /// When it was made.
    pub made: When,
    /// In the order of the configuration.
    pub jobs: Vec<AuditedJob>,
    /// How many records of backups there are.
    pub records: u64,
    /// The newest seal; whoever changes a record has to change it.
    pub seal: String,
}

/// What an auditor asks of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedJob {
    /// What administrators see of it.
    pub job: JobView,
    /// When it runs, as a calendar event.
    pub schedule: String,
    /// When it is drilled, as a calendar event.
    pub drill: Option<String>,
    /// How long what is kept.
    pub keep: String,
    /// Where it is kept.
    pub places: Vec<String>,
    /// When it was last read back from the repository and compared.
    pub read_back: Option<When>,
    /// How old the newest may be.
    pub max_age: Option<String>,
    /// How long a restore may take.
    pub max_restore_time: Option<String>,
}

impl AuditPage {
    /// What is known of all jobs, and the newest seal.
    #[must_use]
    pub fn new(reader: &Reader, status: &Status, sealing: Sealing) -> Self {
        Self {
            made: reader.when(reader.now),
            jobs: status.jobs.iter().map(|job| AuditedJob::new(reader, job)).collect(),
            records: sealing.records,
            seal: sealing.seal,
        }
    }
}

impl AuditedJob {
    fn new(reader: &Reader, job: &JobStatus) -> Self {
        let duration = |time: std::time::Duration| {
            reader.duration(jiff::SignedDuration::try_from(time).unwrap_or(jiff::SignedDuration::MAX))
        };
        let plan = &job.plan;
        Self {
            schedule: plan.schedule.clone(),
            drill: plan.drill.clone(),
            keep: plan.keep.as_ref().map_or_else(|| reader.text("web-keep-all"), |keep| kept(reader, keep)),
            places: plan.places.clone(),
            read_back: job.record.read_back.map(|at| reader.when(at)),
            max_age: job.max_age.map(duration),
            max_restore_time: job.max_restore_time.map(duration),
            job: JobView::new(reader, job),
        }
    }
}

fn kept(reader: &Reader, keep: &Keep) -> String {
    let counts = [
        ("web-keep-last", keep.last),
        ("web-keep-hourly", keep.hourly),
        ("web-keep-daily", keep.daily),
        ("web-keep-weekly", keep.weekly),
        ("web-keep-monthly", keep.monthly),
        ("web-keep-yearly", keep.yearly),
    ];
    let some = counts.into_iter().filter(|(_, count)| *count > 0);
    let mut words: Vec<String> = some.map(|(key, count)| format!("{} {count}", reader.text(key))).collect();
    if !keep.within.is_zero() {
        let within = jiff::SignedDuration::try_from(keep.within).unwrap_or(jiff::SignedDuration::MAX);
        words.push(format!("{} {}", reader.text("web-keep-within"), reader.duration(within)));
    }
    words.join(", ")
}
