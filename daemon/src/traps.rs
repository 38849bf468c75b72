//! What devices say by themselves: traps and informs are heard, limited, and told to the one who steers the daemon.
//!
//! A notification is a hint, nothing more: it becomes an event in the journal, and its device is asked at once. What is
//! believed of the device is decided by its answers alone.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::config::{Device, DeviceName, Question};
use crate::health::Notified;
use crate::snmp::{Notification, Received, Receiver};

/// How many have been heard, and what became of them.
#[derive(Debug, Default)]
pub struct Counts {
    /// Became events.
    pub taken: AtomicU64,
    /// Of a kind that we do not know.
    pub unknown: AtomicU64,
    /// Nobody here knows the community, user or keys.
    pub refused: AtomicU64,
    /// No device has the sender's address.
    pub strangers: AtomicU64,
    /// Their device had just said the same.
    pub repeated: AtomicU64,
    /// Their device, or all of them, had said too much already.
    pub limited: AtomicU64,
}

/// How many notifications that are heard may wait to be taken in.
const WAITING: usize = 256;
/// How often the log says that something was refused.
const MINUTE: Duration = Duration::from_secs(60);
/// How often it is counted.
const SECOND: Duration = Duration::from_secs(1);

/// Hears until it is stopped.
pub fn hear(
    receiver: Receiver,
    counts: Arc<Counts>,
    stop: CancellationToken,
) -> (mpsc::Receiver<Received>, impl Future<Output = ()> + Send) {
    let (tell, heard) = mpsc::channel(WAITING);
    let hearing = async move {
        let mut minute = tokio::time::interval(MINUTE);
        let mut second = tokio::time::interval(SECOND);
        // Of receivers before this one.
        let refused_before = counts.refused.load(Ordering::Relaxed);
        let mut refused_said = 0;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                received = receiver.next() => {
                    // What cannot be taken in soon is of no use later.
                    if tell.try_send(received).is_err() {
                        counts.limited.fetch_add(1, Ordering::Relaxed);
                    }
                }
                _ = minute.tick() => {
                    let refused = receiver.refused();
                    if refused > refused_said {
                        warn!(
                            refused,
                            "{} traps or informs were refused: nobody here knows their community, user or keys; see [[credential]]",
                            refused - refused_said
                        );
                    }
                    refused_said = refused;
                }
                // What is refused ends no waiting; it is counted below.
                _ = second.tick() => {}
            }
            counts.refused.store(refused_before + receiver.refused(), Ordering::Relaxed);
        }
    };
    (heard, hearing)
}

/// Decides what becomes of what is heard.
#[derive(Debug)]
pub struct Hearing {
    devices: HashMap<IpAddr, DeviceName>,
    /// What each said last, and how much more may be written down of it.
    heard: HashMap<DeviceName, Speaker>,
    /// The same of all of them together: what is written down is never deleted.
    all: Allowance,
    counts: Arc<Counts>,
}

impl Hearing {
    /// Of these devices.
    #[must_use]
    pub fn new(devices: &[Device], counts: Arc<Counts>, now: Instant) -> Self {
        let all = Allowance::new(OF_ALL, now);
        let mut hearing = Self { devices: HashMap::new(), heard: HashMap::new(), all, counts };
        hearing.reconfigure(devices);
        hearing
    }

    /// Of these devices from now on.
    pub fn reconfigure(&mut self, devices: &[Device]) {
        // Several devices may share an address, as containers of one host; the first one whose agent is asked speaks for it.
        let is_asked = |device: &&Device| device.checks.iter().any(|check| matches!(check.question, Question::Snmp(_)));
        let (asked, others): (Vec<_>, Vec<_>) = devices.iter().rev().partition(is_asked);
        self.devices = others.into_iter().chain(asked).map(|device| (device.address, device.name.clone())).collect();
        let names: HashSet<&DeviceName> = devices.iter().map(|device| &device.name).collect();
        self.heard.retain(|name, _| names.contains(name));
    }

    /// Whom to ask now, and what is to be written down, if anything.
    pub fn take_in(
        &mut self,
        received: Received,
        at: Timestamp,
        now: Instant,
    ) -> Option<(DeviceName, Option<Notified>)> {
        let count = |counter: &AtomicU64| {
            counter.fetch_add(1, Ordering::Relaxed);
        };
        let Some(device) = self.devices.get(&received.source) else {
            count(&self.counts.strangers);
            return None;
        };
        let Some(notification) = received.notification else {
            count(&self.counts.unknown);
            return None;
        };
        let speaker = self.heard.entry(device.clone());
        let speaker = speaker.or_insert_with(|| Speaker { allowance: Allowance::new(OF_ONE, now), said: None });
        let is_repeated = speaker.said.as_ref().is_some_and(|(said, until)| now < *until && *said == notification);
        if is_repeated {
            count(&self.counts.repeated);
            return Some((device.clone(), None));
        }
        if !speaker.allowance.spend(now) || !self.all.spend(now) {
            count(&self.counts.limited);
            return None;
        }
        count(&self.counts.taken);
        speaker.said = Some((notification.clone(), now + SAME_AGAIN));
        Some((device.clone(), Some(Notified { device: device.clone(), at, notification })))
    }
}

/// What one device said.
#[derive(Debug)]
struct Speaker {
    allowance: Allowance,
    /// Its last notification, and until when the same one is no news.
    said: Option<(Notification, Instant)>,
}

/// Devices send a notification several times, to be sure.
const SAME_AGAIN: Duration = Duration::from_secs(60);

/// How many notifications are written down: some at once, and then one in a while.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    most: u32,
    every: Duration,
    left: u32,
    since: Instant,
}

const OF_ONE: (u32, Duration) = (20, Duration::from_secs(30));
const OF_ALL: (u32, Duration) = (500, Duration::from_secs(2));

impl Allowance {
    const fn new((most, every): (u32, Duration), now: Instant) -> Self {
        Self { most, every, left: most, since: now }
    }

    /// Whether one more is allowed.
    fn spend(&mut self, now: Instant) -> bool {
        let gained = now.saturating_duration_since(self.since).as_millis() / self.every.as_millis();
        let gained = u32::try_from(gained).unwrap_or(u32::MAX);
        self.left = self.most.min(self.left.saturating_add(gained));
        self.since += self.every.saturating_mul(gained);
        let is_allowed = self.left > 0;
        self.left = self.left.saturating_sub(1);
        is_allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snmp::NotificationKind;

    #[test]
    fn what_is_said_again_asks_again_but_is_written_down_once() {
        let start = Instant::now();
        let address = IpAddr::from([10, 0, 0, 1]);
        let name: DeviceName = "sw-1".parse().unwrap();
        let counts = Arc::new(Counts::default());
        let mut hearing = Hearing::new(&[], Arc::clone(&counts), start);
        hearing.devices.insert(address, name.clone());
        let mut hear = |kind: Option<NotificationKind>, source: IpAddr, second: u64| {
            let notification = kind.map(|kind| Notification { kind, interface_index: None, about: None });
            let now = start + Duration::from_secs(second);
            let heard = hearing.take_in(Received { source, notification }, Timestamp::UNIX_EPOCH, now);
            heard.map(|(device, notified)| (device == name, notified.is_some()))
        };
        let (down, up) = (Some(NotificationKind::LinkDown), Some(NotificationKind::LinkUp));
        assert_eq!(hear(down, address, 0), Some((true, true)));
        assert_eq!(hear(down, address, 1), Some((true, false)));
        assert_eq!(hear(up, address, 2), Some((true, true)));
        assert_eq!(hear(down, address, 3), Some((true, true)));
        assert_eq!(hear(down, address, 70), Some((true, true)));
        assert_eq!(hear(None, address, 71), None);
        assert_eq!(hear(down, IpAddr::from([10, 0, 0, 2]), 72), None);
        let counted = [&counts.taken, &counts.repeated, &counts.unknown, &counts.strangers];
        assert_eq!(counted.map(|count| count.load(Ordering::Relaxed)), [4, 1, 1, 1]);
    }

    #[test]
    fn a_flood_is_cut_off_and_what_comes_later_is_heard_again() {
        let start = Instant::now();
        let mut allowance = Allowance::new(OF_ONE, start);
        let spent = |allowance: &mut Allowance, after: u64, times: u32| {
            let now = start + Duration::from_secs(after);
            (0..times).filter(|_| allowance.spend(now)).count()
        };
        assert_eq!(spent(&mut allowance, 0, 1000), 20);
        assert_eq!(spent(&mut allowance, 29, 1000), 0);
        assert_eq!(spent(&mut allowance, 65, 1000), 2);
        assert_eq!(spent(&mut allowance, 89, 1000), 0);
        assert_eq!(spent(&mut allowance, 90, 1000), 1);
        assert_eq!(spent(&mut allowance, 100_000, 1000), 20, "silence is not saved up");
    }
}
