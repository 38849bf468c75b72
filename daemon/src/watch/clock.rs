//! Wakes many sleepers up together.
//!
//! Ten thousand timers of the runtime are a list through memory that has to be followed and rebuilt as time goes by; checks
//! start at whole ticks anyway, so that a list of who is to be woken up at each is enough.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use crate::schedule::interval::TICK;

/// Counts ticks since it was made. Who gave up sleeping is woken up all the same, for nothing, when the time comes.
#[derive(Debug)]
pub(super) struct Clock {
    started: Instant,
    /// The last tick that has come.
    tick: AtomicU64,
    /// Who sleeps until which tick.
    sleepers: Mutex<BTreeMap<u64, Vec<Waker>>>,
}

impl Clock {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { started: Instant::now(), tick: AtomicU64::new(0), sleepers: Mutex::default() })
    }

    /// Since it was made.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Ticks for ever.
    pub(super) async fn run(&self) {
        loop {
            let next = ticks(self.elapsed()) + 1;
            tokio::time::sleep_until(self.started + time(next)).await;
            // On a machine that has no time for us several have come.
            self.wake_until(ticks(self.elapsed()));
        }
    }

    fn wake_until(&self, tick: u64) {
        let due = {
            let mut sleepers = self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
            self.tick.store(tick, Ordering::Release);
            let later = sleepers.split_off(&(tick + 1));
            std::mem::replace(&mut *sleepers, later)
        };
        due.into_values().flatten().for_each(Waker::wake);
    }

    /// Sleeps until so much has elapsed: woken up with many others at a whole tick, else alone.
    pub(super) async fn sleep_until(&self, at: Duration) {
        if !at.as_nanos().is_multiple_of(TICK.as_nanos()) {
            return tokio::time::sleep_until(self.started + at).await;
        }
        let tick = ticks(at);
        let mut is_listed = false;
        poll_fn(|context| {
            if self.tick.load(Ordering::Acquire) >= tick {
                return Poll::Ready(());
            }
            if !is_listed {
                let mut sleepers = self.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
                if self.tick.load(Ordering::Acquire) >= tick {
                    return Poll::Ready(());
                }
                sleepers.entry(tick).or_default().push(context.waker().clone());
                is_listed = true;
            }
            Poll::Pending
        })
        .await;
    }
}

fn ticks(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_nanos() / TICK.as_nanos()).unwrap_or(u64::MAX)
}

fn time(tick: u64) -> Duration {
    Duration::from_nanos(u64::try_from(u128::from(tick) * TICK.as_nanos()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn sleepers_are_woken_up_when_their_time_has_come() {
        let clock = Clock::new();
        let ticking = tokio::spawn({
            let clock = Arc::clone(&clock);
            async move { clock.run().await }
        });
        for at in [TICK * 2, TICK * 2 + Duration::from_millis(7), TICK * 9] {
            clock.sleep_until(at).await;
            let over = clock.elapsed() - at;
            assert!(over < Duration::from_millis(5), "{at:?}: {over:?} late");
        }
        // What is in the past is over at once.
        clock.sleep_until(TICK).await;
        let many = (0..100).map(|_| clock.sleep_until(TICK * 12));
        futures_util::future::join_all(many).await;
        assert!(clock.elapsed() >= TICK * 12 && clock.elapsed() < TICK * 13);
        ticking.abort();
    }
}
