//! What came back to the echo requests of one round.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::probe::Failure;

/// One reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) round_trip: Duration,
    /// TTL or hop limit; none where the kernel does not say.
    pub(super) ttl: Option<u8>,
}

/// A round that is under way: the socket writes into it, and wakes up whoever waits when it has ended.
pub(super) struct Round {
    results: Mutex<Results>,
    ended: Notify,
}

/// A round that somebody has to end.
pub(super) struct Watched {
    pub(super) round: Arc<Round>,
    /// At the latest then.
    pub(super) deadline: Instant,
    /// How long a second reply is waited for.
    pub(super) linger: Duration,
    /// When nothing was open any more.
    pub(super) settled: Option<Instant>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Results {
    /// The first reply to each request, in the order of sending.
    pub(super) replies: Vec<Option<Reply>>,
    /// Replies beyond the first.
    pub(super) duplicates: u32,
    /// Why a request could not be sent or delivered, if something said so.
    pub(super) failure: Option<Failure>,
    /// Requests that were not delivered; no reply to them will come.
    undelivered: u32,
}

impl Round {
    pub(super) fn new(echoes: u8) -> Self {
        Self { results: Mutex::new(Results::new(echoes)), ended: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Results> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A reply to this echo arrived.
    pub(super) fn answered(&self, echo: u8, reply: Reply) {
        self.change(|results| match results.replies.get_mut(usize::from(echo)) {
            Some(first @ None) => *first = Some(reply),
            _ => results.duplicates += 1,
        });
    }

    /// This echo will not be answered.
    pub(super) fn undelivered(&self, failure: Failure) {
        self.change(|results| {
            results.undelivered += 1;
            results.failure = Some(failure);
        });
    }

    fn change(&self, change: impl FnOnce(&mut Results)) {
        change(&mut self.lock());
    }

    /// Waits until the socket has ended it, see [`Watched::end_if_over`].
    pub(super) async fn ended(&self) {
        self.ended.notified().await;
    }

    pub(super) fn results(&self) -> Results {
        self.lock().clone()
    }
}

impl Watched {
    /// Ends the round when every request was answered, or is known to be lost, and nobody has answered twice since for long
    /// enough, or when its time is up. Whether it has ended.
    pub(super) fn end_if_over(&mut self, now: Instant) -> bool {
        if self.settled.is_none() && self.round.lock().are_complete() {
            self.settled = Some(now);
        }
        let is_over = now >= self.deadline || self.settled.is_some_and(|settled| now >= settled + self.linger);
        if is_over {
            self.round.ended.notify_one();
        }
        is_over
    }
}

impl Results {
    pub(super) fn new(echoes: u8) -> Self {
        Self { replies: vec![None; usize::from(echoes)], duplicates: 0, failure: None, undelivered: 0 }
    }

    fn are_complete(&self) -> bool {
        let open = self.replies.iter().filter(|reply| reply.is_none()).count();
        u32::try_from(open).is_ok_and(|open| open <= self.undelivered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINGER: Duration = Duration::from_millis(20);

    fn watched(now: Instant) -> Watched {
        let round = Arc::new(Round::new(1));
        Watched { round, deadline: now + Duration::from_secs(2), linger: LINGER, settled: None }
    }

    #[test]
    fn a_round_ends_some_time_after_its_last_reply_or_when_its_time_is_up() {
        let now = Instant::now();
        let after = |milliseconds| now + Duration::from_millis(milliseconds);
        let mut answered = watched(now);
        assert!(!answered.end_if_over(after(50)));
        answered.round.answered(0, Reply { round_trip: Duration::from_millis(3), ttl: None });
        assert!(!answered.end_if_over(after(100)), "somebody may answer twice");
        answered.round.answered(0, Reply { round_trip: Duration::from_millis(4), ttl: None });
        assert!(answered.end_if_over(after(120)));
        assert_eq!(answered.round.results().duplicates, 1);
        let mut silent = watched(now);
        assert!(!silent.end_if_over(after(1999)));
        assert!(silent.end_if_over(after(2000)));
        let mut lost = watched(now);
        lost.round.undelivered(Failure::NotPermitted);
        assert!(!lost.end_if_over(after(1)));
        assert!(lost.end_if_over(after(21)));
    }
}
