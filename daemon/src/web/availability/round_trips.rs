//! How long devices took to answer in a month, counted once and remembered.
//!
//! A month of one device is tens of thousands of measurements, and of a thousand devices more than any page may read while
//! somebody waits. So a page shows what was counted before; what was not is counted behind it, one device after the other, and is
//! there when the page is asked for again. A month that is over is counted once, the running one again after an hour.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::super::Inner;
use crate::availability::{Month, Percentiles, Period, RoundTrips, Subject};
use crate::config::{CheckId, DeviceName};
use crate::history::{HistoryError, HistoryReader, Resolution, Series};
use crate::probe::Metric;

/// So long what was counted of a running month is shown.
const FRESH: SignedDuration = SignedDuration::from_hours(1);

/// What was counted.
#[derive(Debug, Default)]
pub(in crate::web) struct Counted {
    known: Mutex<HashMap<(DeviceName, Month), Known>>,
    /// Held by the one who counts: two at a time would only hinder each other at the disk.
    counting: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    counted: Timestamp,
    percentiles: Option<Percentiles>,
}

/// The round trips that `check` measured from `from` until `to`, in seconds: each of them as far as they are kept, and before that
/// what five minutes and then an hour came to in the mean, as often as was measured. The only place that knows how the history is
/// asked for them.
fn rtts(history: &HistoryReader, check: &CheckId, from: Timestamp, to: Timestamp) -> Result<Vec<f64>, HistoryError> {
    let series = [Series { check: check.clone(), metric: Metric::RttMean, instance: None }];
    let (mut rtts, mut until) = (Vec::new(), to);
    for resolution in Resolution::ALL {
        let points = history.range(&series, from, until, resolution)?.concat();
        for point in &points {
            let often = usize::try_from(point.count).unwrap_or(usize::MAX).min(MOST_IN_A_POINT);
            rtts.extend(std::iter::repeat_n(point.mean, often));
        }
        until = points.first().map_or(until, |first| first.at.max(from));
        if until.duration_since(from) < EDGE {
            break;
        }
    }
    Ok(rtts)
}

/// Less than this at the beginning of a month is no reason to look for coarser numbers.
const EDGE: SignedDuration = SignedDuration::from_hours(1);

/// An hour of one ping a second; what says more is wrong.
const MOST_IN_A_POINT: usize = 3600;

impl Counted {
    /// What is known of a device in a month.
    pub(in crate::web) fn of(&self, device: &Subject, month: Month) -> RoundTrips {
        if !device.is_pinged {
            return RoundTrips::None;
        }
        match self.known().get(&(device.name.clone(), month)) {
            None => RoundTrips::Pending,
            Some(Known { percentiles, .. }) => percentiles.map_or(RoundTrips::None, RoundTrips::Counted),
        }
    }

    fn is_due(&self, device: &Subject, month: Month, period: Period, now: Timestamp) -> bool {
        let known = self.known().get(&(device.name.clone(), month)).copied();
        let is_good = |known: Known| {
            // What ended before it was counted is complete.
            let is_complete = known.counted > period.to;
            is_complete || now.duration_since(known.counted) < FRESH
        };
        device.is_pinged && !known.is_some_and(is_good)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<(DeviceName, Month), Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Counts what of `devices` has to be counted, and waits for it for as long as `patience`.
    pub(in crate::web) async fn count_round_trips(
        self: &Arc<Self>,
        devices: &[Subject],
        month: Month,
        patience: Duration,
    ) {
        let now = Timestamp::now();
        let period = month.period(&self.zone, now);
        let is_due = |device: &&Subject| self.counted.is_due(device, month, period, now);
        let due: Vec<Subject> = devices.iter().filter(is_due).cloned().collect();
        if due.is_empty() || self.history.is_none() {
            return;
        }
        let counting = Arc::clone(&self.counted.counting);
        if let Ok(held) = Arc::clone(&counting).try_lock_owned() {
            // It ends by itself with the last device, or with the pages; nothing is lost when it is dropped half-way.
            let pages = Arc::downgrade(self);
            tokio::spawn(async move {
                count(&pages, due, month, period).await;
                drop(held);
            });
        }
        let _ = tokio::time::timeout(patience, counting.lock()).await;
    }

    /// Whether it could be counted.
    fn count_one(&self, device: &Subject, month: Month, period: Period) -> bool {
        let Some(history) = &self.history else { return false };
        let counted = Timestamp::now();
        let read = {
            let history = history.lock().unwrap_or_else(PoisonError::into_inner);
            let of_checks = device.face.iter().map(|check| rtts(&history, check, period.from, period.to));
            of_checks.collect::<Result<Vec<_>, _>>()
        };
        match read {
            Ok(rtts) => {
                let percentiles = Percentiles::of(rtts.concat());
                self.counted.known().insert((device.name.clone(), month), Known { counted, percentiles });
                true
            }
            Err(error) => {
                tracing::warn!(%error, "round trips of a month cannot be counted");
                false
            }
        }
    }
}

async fn count(pages: &Weak<Inner>, devices: Vec<Subject>, month: Month, period: Period) {
    for device in devices {
        let Some(pages) = pages.upgrade() else { return };
        // One device at a time: pages that draw graphs want the same reader between them.
        let counted = tokio::task::spawn_blocking(move || pages.count_one(&device, month, period)).await;
        if !counted.unwrap_or(false) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::super::super::{Door, Pages, Sources, samples};
    use super::*;
    use crate::config::Config;
    use crate::history::{History, Retention};
    use crate::live::Live;
    use crate::probe::{Answer, Measurement, Observation};

    #[tokio::test]
    async fn they_are_counted_once_and_then_remembered() {
        let directory = tempfile::tempdir().unwrap();
        let mut history = History::open(&directory.path().join("history.db"), Retention::default()).unwrap();
        let status = samples::status();
        let device = &status.devices[0];
        let (now, zone) = (Timestamp::now(), TimeZone::UTC);
        let month = Month::of(now, &zone);
        let from = month.period(&zone, now).from;
        for (second, rtt) in [(-1, 9.0), (0, 0.25), (1, 0.5)] {
            let answer = Answer::good(vec![Measurement::new(Metric::RttMean, rtt)]);
            let at = from.checked_add(SignedDuration::from_secs(second)).unwrap();
            history.append(&Observation { check: device.checks[0].id.clone(), at, answer });
        }
        history.commit(from).unwrap();
        let live = Arc::new(Live::new(&Config::empty()));
        let (history, journal, retention) = (Some(history.reader().unwrap()), None, Retention::default());
        let door = Arc::new(Door::new(([127, 0, 0, 1], 0).into(), Arc::default()).unwrap());
        let pages =
            Pages::new(Sources { live, door, history, journal, retention, state_directory: "/".into(), zone }).0;
        let subject = |is_pinged| Subject {
            name: device.name.clone(),
            title: device.title.clone(),
            site: None,
            groups: Vec::new(),
            face: device.face().map(|check| check.id.clone()).collect(),
            is_pinged,
        };
        let (pinged, other) = (subject(true), subject(false));
        assert_eq!(pages.counted.of(&pinged, month), RoundTrips::Pending);
        assert_eq!(pages.counted.of(&other, month), RoundTrips::None);
        pages.count_round_trips(std::slice::from_ref(&pinged), month, Duration::from_secs(30)).await;
        let expected = Percentiles { p50: 0.25, p95: 0.5, p99: 0.5, samples: 2 };
        assert_eq!(pages.counted.of(&pinged, month), RoundTrips::Counted(expected));
        let period = month.period(&pages.zone, now);
        let later = |hours| now.checked_add(SignedDuration::from_hours(hours)).unwrap();
        assert!(!pages.counted.is_due(&pinged, month, period, now));
        let running = Period { to: later(48), ..period };
        assert!(pages.counted.is_due(&pinged, month, running, later(2)));
    }
}
