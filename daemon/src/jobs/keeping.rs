//! After a good run: whether what was stored looks as it should, which older backups may go, and what a repository has that stands in
//! no catalogue.
//!
//! The order is the design. What may go is taken out of the catalogue first, and is no backup any more when that is on the disk;
//! only then restic is told to forget it. If that fails it is a leftover, and forgotten the next time.

use jiff::{SignedDuration, Timestamp};
use tokio::sync::oneshot;
use tracing::{info, warn};

use super::Surroundings;
use crate::backup::retention::{Entry, expired};
use crate::backup::wal::WalBatch;
use crate::backup::{self, Listed, Outcome, Restic, Run, RunId, SnapshotId, Stored};
use crate::config::Job;
use crate::health::{Promise, Reason};
use crate::journal::{Backup, JournalReader, Removal, Why};
use crate::recorder::Report;

/// So long a snapshot that stands in no catalogue may be what somebody is making just now.
const GRACE: SignedDuration = SignedDuration::from_hours(24);

/// So many earlier backups say what is usual.
const USUAL: usize = 7;

/// Looks after what a job keeps.
pub(super) async fn keep(job: &Job, around: &Surroundings) {
    let name = job.name.clone();
    let Some(catalogue) = around.ask_journal(move |journal| journal.catalogue(&name)).await else { return };
    let unusual = unusual(&catalogue);
    let is_usual = unusual.is_none();
    tell(job, around, Promise::Size, unusual).await;
    if job.repository.append_only {
        return;
    }
    let mut catalogue = catalogue;
    let mut is_less = false;
    if let (Some(keep), true) = (&job.keep, is_usual) {
        let entries: Vec<Entry> =
            catalogue.iter().map(|backup| Entry { run: backup.run, at: backup.started }).collect();
        match expired(&entries, keep, Timestamp::now(), &around.zone, &[]) {
            Ok(gone) => {
                tell(job, around, Promise::Retention, None).await;
                let at = Timestamp::now();
                let removals: Vec<Removal> =
                    gone.iter().map(|run| Removal { run: *run, at, why: Why::Expired }).collect();
                if !removals.is_empty() {
                    let (reply, is_written) = oneshot::channel();
                    let told = around.reports.send(Report::Removed(removals, reply)).await.is_ok();
                    if !told || is_written.await != Ok(true) {
                        return;
                    }
                    info!(job = %job.name, "{} old backups of {} are no longer kept", gone.len(), job.name);
                    catalogue.retain(|backup| !gone.contains(&backup.run));
                    is_less = true;
                }
            }
            Err(too_many) => {
                let reason = Reason::TooManyExpired { removed: too_many.removed, of: too_many.of };
                tell(job, around, Promise::Retention, Some(reason)).await;
                return;
            }
        }
    }
    forget_leftovers(job, around, &catalogue, is_less).await;
}

async fn tell(job: &Job, around: &Surroundings, promise: Promise, broken: Option<Reason>) {
    // A recorder that is gone is stopping.
    let _ = around.reports.send(Report::Promised(job.name.clone(), promise, broken)).await;
}

/// Forgets what is no longer in the catalogue, and what never was and is old enough. Looking costs half a second of restic's: it is
/// done when something went out of the catalogue, when the run before did not end well, and once a day.
async fn forget_leftovers(job: &Job, around: &Surroundings, catalogue: &[Backup], is_less: bool) {
    let day = |at: Timestamp| around.zone.to_datetime(at).date();
    let is_usual = |[last, before]: &[Run; 2]| {
        matches!(before.outcome, Outcome::Complete { .. }) && day(last.started) == day(before.started)
    };
    let runs = async |most| {
        let name = job.name.clone();
        around.ask_journal(move |journal| journal.runs(Some(&name), most)).await
    };
    if !is_less && runs(2).await.is_some_and(|newest| newest.first_chunk::<2>().is_some_and(is_usual)) {
        return;
    }
    let Some(runs) = runs(u32::MAX).await else { return };
    let name = job.name.clone();
    let oldest = wal_needed_since(catalogue);
    let read =
        move |journal: &JournalReader| Ok([journal.wal_since(&name, RunId(0))?, journal.wal_since(&name, oldest)?]);
    let Some([wal, wal_needed]) = around.ask_journal(read).await else { return };
    let log = |batches: &[WalBatch]| batches.iter().map(|batch| batch.stored.snapshot.clone()).collect::<Vec<_>>();
    let restic = Restic::new(&around.workplace, job.repository.clone());
    let listed = match restic.snapshots(&job.name, &around.stop).await {
        Ok(listed) => listed,
        Err(fault) => return warn!(job = %job.name, "leftovers of {} cannot be looked for: {fault}", job.name),
    };
    let first = runs.last().map(|run| run.started);
    let stored = |snapshots: &[Stored]| snapshots.iter().map(|stored| stored.snapshot.clone()).collect::<Vec<_>>();
    let ours: Vec<SnapshotId> = runs.iter().flat_map(|run| stored(run.outcome.snapshots())).collect();
    let counted: Vec<SnapshotId> = catalogue.iter().flat_map(|backup| stored(&backup.snapshots)).collect();
    let (ours, counted) = ([ours, log(&wal)].concat(), [counted, log(&wal_needed)].concat());
    let now = Timestamp::now();
    let is_among = |ids: &[SnapshotId], listed: &Listed| ids.iter().any(|id| listed.id.is_same(id));
    let is_leftover = |listed: &&Listed| {
        // Of a journal that was begun anew the backups before it are all that there is.
        let is_of_this_journal = first.is_some_and(|first| listed.time >= first);
        let is_old = now.duration_since(listed.time) > GRACE;
        !is_among(&counted, listed) && (is_among(&ours, listed) || (is_old && is_of_this_journal))
    };
    let gone: Vec<SnapshotId> = listed.iter().filter(is_leftover).map(|listed| listed.id.clone()).collect();
    if gone.is_empty() {
        return;
    }
    match restic.forget(&gone, &around.stop).await {
        Ok(()) => info!(job = %job.name, "{} snapshots of {} that are no backups were removed", gone.len(), job.name),
        Err(fault) => warn!(job = %job.name, "snapshots of {} cannot be removed: {fault}", job.name),
    }
}

/// The oldest base backup that is kept: it, and all after it, need what was stored of a server's log since. Without one nobody knows.
pub(super) fn wal_needed_since(catalogue: &[Backup]) -> RunId {
    catalogue.first().map_or(RunId(0), |oldest| oldest.run)
}

/// What is unusual of the newest backup: half of the data, or of the rows, is gone, or nearly all of it is new. That is what
/// somebody who encrypts or deletes everything looks like, and then nothing older may go.
fn unusual(catalogue: &[Backup]) -> Option<Reason> {
    let (newest, earlier) = catalogue.split_last()?;
    let usual = &earlier[earlier.len().saturating_sub(USUAL)..];
    if usual.len() < 3 {
        return None;
    }
    let median = |number: fn(&Backup) -> u64| {
        let mut numbers: Vec<u64> = usual.iter().map(number).collect();
        numbers.sort_unstable();
        numbers[numbers.len() / 2]
    };
    let octets = |backup: &Backup| backup::size(&backup.snapshots).0;
    let added = |backup: &Backup| backup::size(&backup.snapshots).1;
    let (was, is) = (median(octets), octets(newest));
    if is < was / 2 || is / 10 > was {
        return Some(Reason::UnusualSize { was, is });
    }
    let (was_new, is_new) = (median(added), added(newest));
    if is > 1_000_000 && was_new < was / 4 && is_new > is / 10 * 9 {
        return Some(Reason::UnusualChange { was: was_new, is: is_new });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::{Manifest, SnapshotId, Stored};

    fn backup(octets: u64, added: u64) -> Backup {
        let snapshot = SnapshotId::try_from("0123abcd".to_owned()).unwrap();
        let manifest = Manifest { octets, sha256: String::new(), content: None };
        let stored = Stored { part: String::new(), file: String::new(), snapshot, manifest, added };
        let at = Timestamp::UNIX_EPOCH;
        Backup { run: RunId(1), started: at, ended: at, snapshots: vec![stored] }
    }

    fn after(octets: u64, added: u64) -> Option<Reason> {
        let mut catalogue = vec![backup(10_000_000, 10_000_000)];
        catalogue.extend((0..4).map(|_| backup(10_000_000, 300_000)));
        catalogue.push(backup(octets, added));
        unusual(&catalogue)
    }

    #[test]
    fn what_deletes_or_encrypts_everything_is_noticed() {
        assert_eq!(after(11_000_000, 500_000), None);
        assert_eq!(after(2_000_000, 10_000), Some(Reason::UnusualSize { was: 10_000_000, is: 2_000_000 }));
        assert_eq!(after(10_500_000, 10_400_000), Some(Reason::UnusualChange { was: 300_000, is: 10_400_000 }));
        assert_eq!(unusual(&[backup(10, 10), backup(1, 1)]), None, "two say nothing of what is usual");
    }
}
