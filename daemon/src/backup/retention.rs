//! Which backups of a job may go, by the catalogue alone: what a repository lists, and when it says that that was made, is
//! whatever some client wrote there. A single snapshot that is dated into the future makes `restic forget --keep-last 1` delete
//! every real one.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::RunId;
use crate::config::Keep;

/// A backup in the catalogue, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What stored it.
    pub run: RunId,
    /// When that began, by our clock.
    pub at: Timestamp,
}

/// Why nothing is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// How many would go.
    pub removed: usize,
    /// Of how many.
    pub of: usize,
}

/// Fewer are removed whatever share that is: of three daily ones that become two.
const FEW: usize = 3;

/// The backups that `keep` does not keep, the oldest first. `entries` are in the order of runs. `protected` ones and the newest one
/// never go; those of the future (the clock was wrong) stay too, and take nobody's place.
///
/// # Errors
/// [`TooMany`] when more would go at once than is allowed.
pub fn expired(
    entries: &[Entry],
    keep: &Keep,
    now: Timestamp,
    zone: &TimeZone,
    protected: &[RunId],
) -> Result<Vec<RunId>, TooMany> {
    let past: Vec<&Entry> = entries.iter().filter(|entry| entry.at <= now).collect();
    let mut kept: Vec<RunId> = protected.to_vec();
    kept.extend(past.iter().map(|entry| entry.run).max());
    let last = usize::try_from(keep.last).unwrap_or(usize::MAX);
    kept.extend(past.iter().rev().take(last).map(|entry| entry.run));
    let within = |entry: &&&Entry| {
        jiff::SignedDuration::try_from(keep.within).is_ok_and(|within| now.duration_since(entry.at) <= within)
    };
    if !keep.within.is_zero() {
        kept.extend(past.iter().filter(within).map(|entry| entry.run));
    }
    let rules: [(u32, Period); 5] = [
        (keep.hourly, |at| at.date().at(at.hour(), 0, 0, 0)),
        (keep.daily, |at| midnight(at.date())),
        (keep.weekly, |at| midnight(monday(at.date()))),
        (keep.monthly, |at| midnight(at.date().first_of_month())),
        (keep.yearly, |at| midnight(at.date().first_of_year())),
    ];
    for (count, period) in rules {
        kept.extend(newest_of_each(&past, zone, count, period));
    }
    let expired: Vec<RunId> = past.iter().map(|entry| entry.run).filter(|run| !kept.contains(run)).collect();
    let share = expired.len() * 100 > past.len() * usize::from(keep.most_removed_percent);
    if share && expired.len() >= FEW {
        return Err(TooMany { removed: expired.len(), of: past.len() });
    }
    Ok(expired)
}

/// The beginning of the period that a local time lies in.
type Period = fn(DateTime) -> DateTime;

/// The newest of each of the newest periods that have one, so many.
fn newest_of_each(past: &[&Entry], zone: &TimeZone, count: u32, period: Period) -> impl Iterator<Item = RunId> {
    let mut newest: Vec<(DateTime, &Entry)> =
        past.iter().map(|entry| (period(zone.to_datetime(entry.at)), *entry)).collect();
    newest.sort_by_key(|(period, entry)| std::cmp::Reverse((*period, entry.at, entry.run)));
    newest.dedup_by_key(|(period, _)| *period);
    newest.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    newest.into_iter().map(|(_, entry)| entry.run).collect::<Vec<_>>().into_iter()
}

fn midnight(date: Date) -> DateTime {
    date.at(0, 0, 0, 0)
}

fn monday(date: Date) -> Date {
    let days = i64::from(date.weekday().to_monday_zero_offset());
    date.checked_sub(jiff::Span::new().days(days)).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const NOTHING: Keep = Keep {
        last: 0,
        hourly: 0,
        daily: 0,
        weekly: 0,
        monthly: 0,
        yearly: 0,
        within: Duration::ZERO,
        most_removed_percent: 100,
    };

    fn vilnius() -> TimeZone {
        TimeZone::get("Europe/Vilnius").unwrap()
    }

    fn entries(times: &[&str]) -> Vec<Entry> {
        let entry = |(id, at): (usize, &&str)| Entry { run: RunId(id as i64 + 1), at: at.parse().unwrap() };
        times.iter().enumerate().map(entry).collect()
    }

    fn now() -> Timestamp {
        "2026-11-25T12:00:00Z".parse().unwrap()
    }

    fn gone(times: &[&str], keep: Keep) -> Vec<i64> {
        expired(&entries(times), &keep, now(), &vilnius(), &[]).unwrap().into_iter().map(|run| run.0).collect()
    }

    #[test]
    fn days_are_those_of_the_time_zone() {
        // 22:30 UTC is the next day in Vilnius.
        let times = ["2026-11-22T21:30:00Z", "2026-11-22T22:30:00Z", "2026-11-23T12:00:00Z", "2026-11-24T12:00:00Z"];
        assert_eq!(gone(&times, Keep { daily: 2, ..NOTHING }), [1, 2]);
        assert_eq!(gone(&times, Keep { daily: 3, ..NOTHING }), [2], "of the 23rd the later one stays");
    }

    #[test]
    fn a_backup_of_the_future_takes_nobodys_place() {
        let times = ["2026-11-23T12:00:00Z", "2099-01-01T00:00:00Z", "2026-11-24T12:00:00Z"];
        assert_eq!(gone(&times, Keep { last: 1, ..NOTHING }), [1]);
        assert_eq!(gone(&times, Keep { yearly: 1, ..NOTHING }), [1]);
    }

    #[test]
    fn the_newest_and_the_protected_never_go() {
        let times = ["2020-01-01T12:00:00Z", "2020-01-02T12:00:00Z", "2020-01-03T12:00:00Z"];
        assert_eq!(gone(&times, Keep { within: Duration::from_secs(1), ..NOTHING }), [1, 2]);
        let kept = expired(&entries(&times), &NOTHING, now(), &vilnius(), &[RunId(1)]).unwrap();
        assert_eq!(kept, [RunId(2)]);
    }

    #[test]
    fn many_at_once_are_somebodys_mistake() {
        let times: Vec<String> = (1..=20).map(|day| format!("2026-11-{day:02}T12:00:00Z")).collect();
        let times: Vec<&str> = times.iter().map(String::as_str).collect();
        let keep = Keep { last: 2, most_removed_percent: 50, ..NOTHING };
        let refused = expired(&entries(&times), &keep, now(), &vilnius(), &[]);
        assert_eq!(refused, Err(TooMany { removed: 18, of: 20 }));
        let few = expired(&entries(&times[..4]), &keep, now(), &vilnius(), &[]).unwrap();
        assert_eq!(few.len(), 2, "two are not many");
    }

    proptest! {
        #[test]
        fn what_goes_is_never_the_newest_and_a_second_time_nothing_goes(
            mut hours in prop::collection::vec(0_i64..20_000, 1..60), last in 0_u32..5, daily in 0_u32..10, weekly in 0_u32..5,
            monthly in 0_u32..5, yearly in 0_u32..3,
        ) {
            hours.sort_unstable_by(|one, other| other.cmp(one));
            let entry = |(id, hours): (usize, &i64)| Entry {
                run: RunId(id as i64), at: now().checked_sub(jiff::SignedDuration::from_hours(*hours)).unwrap(),
            };
            let all: Vec<Entry> = hours.iter().enumerate().map(entry).collect();
            let keep = Keep { last, daily, weekly, monthly, yearly, ..NOTHING };
            let gone = expired(&all, &keep, now(), &vilnius(), &[]).unwrap();
            prop_assert!(!gone.contains(&all.last().unwrap().run));
            let left: Vec<Entry> = all.iter().filter(|entry| !gone.contains(&entry.run)).copied().collect();
            prop_assert!(left.len() >= all.len().min(last as usize));
            prop_assert_eq!(expired(&left, &keep, now(), &vilnius(), &[]).unwrap(), Vec::<RunId>::new());
        }
    }
}
