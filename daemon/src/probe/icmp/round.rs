//! What came back to the echo requests of one round.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::probe::Failure;

/// One reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) round_trip: Duration,
    /// TTL or hop limit; none where the kernel does not say.
    pub(super) ttl: Option<u8>,
}

/// A round that is under way: the socket writes into it, and wakes up whoever waits when nothing is open any more.
pub(super) struct Round {
    results: Mutex<Results>,
    settled: Notify,
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
        Self { results: Mutex::new(Results::new(echoes)), settled: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Results> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A reply to this echo arrived.
    pub(super) fn answered(&self, echo: u8, reply: Reply) {
        self.settle_by(|results| match results.replies.get_mut(usize::from(echo)) {
            Some(first @ None) => *first = Some(reply),
            _ => results.duplicates += 1,
        });
    }

    /// This echo will not be answered.
    pub(super) fn undelivered(&self, failure: Failure) {
        self.settle_by(|results| {
            results.undelivered += 1;
            results.failure = Some(failure);
        });
    }

    fn settle_by(&self, change: impl FnOnce(&mut Results)) {
        let mut results = self.lock();
        change(&mut results);
        if results.are_complete() {
            self.settled.notify_one();
        }
    }

    /// Waits until every request was answered or is known to be lost.
    pub(super) async fn settled(&self) {
        // A permit of an earlier moment may be left over, so what counts is looked at.
        while !self.lock().are_complete() {
            self.settled.notified().await;
        }
    }

    pub(super) fn results(&self) -> Results {
        self.lock().clone()
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
