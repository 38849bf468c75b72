//! What devices say by themselves: traps and informs are heard, limited, and told to the one who steers the daemon.
//!
//! A notification is a hint, nothing more: it becomes an event in the journal, and its device is asked at once. What is
//! believed of the device is decided by its answers alone.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::config::{Device, DeviceName};
use crate::health::Notified;
use crate::snmp::{Received, Receiver};

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
    /// Their device had said too much already.
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
        let before = counts.refused.load(Ordering::Relaxed);
        let mut said = 0;
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
                    if refused > said {
                        warn!(
                            refused,
                            "{} traps or informs were refused: nobody here knows their community, user or keys; see [[credential]]",
                            refused - said
                        );
                    }
                    said = refused;
                }
                // Nobody is told of what is refused; so it is looked at.
                _ = second.tick() => {}
            }
            counts.refused.store(before + receiver.refused(), Ordering::Relaxed);
        }
    };
    (heard, hearing)
}

/// Decides what becomes of what is heard.
#[derive(Debug)]
pub struct Hearing {
    devices: HashMap<IpAddr, DeviceName>,
    allowances: HashMap<DeviceName, Allowance>,
    counts: Arc<Counts>,
}

impl Hearing {
    /// Of these devices.
    #[must_use]
    pub fn new(devices: &[Device], counts: Arc<Counts>) -> Self {
        let mut hearing = Self { devices: HashMap::new(), allowances: HashMap::new(), counts };
        hearing.reconfigure(devices);
        hearing
    }

    /// Of these devices from now on.
    pub fn reconfigure(&mut self, devices: &[Device]) {
        // Several devices may share an address, as jails of one host; the first one speaks for it.
        self.devices = devices.iter().rev().map(|device| (device.address, device.name.clone())).collect();
        self.allowances.retain(|name, _| devices.iter().any(|device| device.name == *name));
    }

    /// What is to be written down, if anything.
    pub fn take_in(&mut self, received: Received, at: Timestamp, now: Instant) -> Option<Notified> {
        let count = |counter: &AtomicU64| {
            counter.fetch_add(1, Ordering::Relaxed);
        };
        let Some(device) = self.devices.get(&received.source) else {
            count(&self.counts.strangers);
            return None;
        };
        if !self.allowances.entry(device.clone()).or_insert_with(|| Allowance::new(now)).spend(now) {
            count(&self.counts.limited);
            return None;
        }
        let Some(notification) = received.notification else {
            count(&self.counts.unknown);
            return None;
        };
        count(&self.counts.taken);
        Some(Notified { device: device.clone(), at, notification })
    }
}

/// How many notifications of one device are taken in: some at once, and then one in a while.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    left: u32,
    since: Instant,
}

const MOST_AT_ONCE: u32 = 20;
const THEN_EVERY: Duration = Duration::from_secs(6);

impl Allowance {
    const fn new(now: Instant) -> Self {
        Self { left: MOST_AT_ONCE, since: now }
    }

    /// Whether one more is allowed.
    fn spend(&mut self, now: Instant) -> bool {
        let gained = now.saturating_duration_since(self.since).as_millis() / THEN_EVERY.as_millis();
        if gained > 0 {
            self.left = MOST_AT_ONCE.min(self.left.saturating_add(u32::try_from(gained).unwrap_or(u32::MAX)));
            self.since += THEN_EVERY.saturating_mul(u32::try_from(gained).unwrap_or(u32::MAX));
        }
        let is_allowed = self.left > 0;
        self.left = self.left.saturating_sub(1);
        is_allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_off_and_what_comes_later_is_heard_again() {
        let start = Instant::now();
        let mut allowance = Allowance::new(start);
        let spent = |allowance: &mut Allowance, after: u64, times: u32| {
            let now = start + Duration::from_secs(after);
            (0..times).filter(|_| allowance.spend(now)).count()
        };
        assert_eq!(spent(&mut allowance, 0, 1000), 20);
        assert_eq!(spent(&mut allowance, 5, 1000), 0);
        assert_eq!(spent(&mut allowance, 13, 1000), 2);
        assert_eq!(spent(&mut allowance, 17, 1000), 0);
        assert_eq!(spent(&mut allowance, 18, 1000), 1);
        assert_eq!(spent(&mut allowance, 100_000, 1000), 20, "silence is not saved up");
    }
}
