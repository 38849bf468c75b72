//! What the answers of one check say of it, whatever stands around it.
//!
//! An answer that is better than what was believed is believed at once; one that is worse must be confirmed by more of its
//! kind in a row.

use std::time::Duration;

use jiff::Timestamp;

use super::gauge::Gauge;
use super::{Moment, State};
use crate::config::{Check, Confirmation};
use crate::probe::{Failure, Observation};

/// What is believed of one check by its own answers.
#[derive(Debug, Clone)]
pub(super) struct Belief {
    /// Up, degraded, unknown or down.
    pub(super) state: State,
    /// Why it is not well.
    pub(super) failure: Option<Failure>,
    /// The first of the observations that say so.
    pub(super) since: Timestamp,
    /// When the last of them came in: when we were sure.
    pub(super) confirmed: Duration,
    /// When something was heard of the target for the last time, be it a refusal.
    pub(super) heard: Option<Duration>,
    /// When the last question remained without an answer.
    pub(super) missed: Option<Duration>,
    /// Whether it ever was well.
    pub(super) was_well: bool,
    confirmation: Confirmation,
    gauges: Vec<Gauge>,
    suspicion: Option<Suspicion>,
}

/// Answers in a row, each worse than what is believed.
#[derive(Debug, Clone)]
struct Suspicion {
    answers: u32,
    since: Timestamp,
    /// The mildest of them: at least so bad it is.
    state: State,
    failure: Option<Failure>,
}

/// What follows from an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judgement {
    /// Nothing.
    Unchanged,
    /// It has to be confirmed: ask again so soon.
    AskAgain(Duration),
    /// Something else is believed.
    Changed,
}

impl Belief {
    /// Of a check of which nothing is known.
    pub(super) fn new(check: &Check) -> Self {
        Self {
            state: State::Unknown,
            failure: None,
            since: Timestamp::UNIX_EPOCH,
            confirmed: Duration::ZERO,
            heard: None,
            missed: None,
            was_well: false,
            confirmation: check.confirmation,
            gauges: check.thresholds.iter().cloned().map(Gauge::new).collect(),
            suspicion: None,
        }
    }

    /// Whether nothing is heard of the target any more, and that is confirmed.
    pub(super) fn is_dead(&self) -> bool {
        self.state == State::Down && self.failure.as_ref().is_some_and(Failure::is_silence)
    }

    /// Whether answers that are worse than what is believed are being confirmed.
    pub(super) const fn is_suspected(&self) -> bool {
        self.suspicion.is_some()
    }

    /// Believes nothing any more: what was seen does not hold for what is now.
    pub(super) fn reset(&mut self) {
        (self.state, self.failure, self.suspicion) = (State::Unknown, None, None);
    }

    /// Time did not pass as it should: what was suspected, and what rates would be reckoned from, is of another time.
    pub(super) fn forget_suspicion(&mut self) {
        self.suspicion = None;
        self.gauges.iter_mut().for_each(Gauge::forget_rates);
    }

    /// Takes an answer in. While time is not settled a failure says nothing; a clock that is not trusted cannot tell whether a
    /// certificate has expired.
    pub(super) fn judge(
        &mut self,
        observation: &Observation,
        now: Moment,
        is_settled: bool,
        is_trusted: bool,
    ) -> Judgement {
        let answer = &observation.answer;
        let mut seen = State::of(answer);
        let mut failure = answer.outcome.failure().cloned();
        if failure.as_ref().is_some_and(Failure::is_of_time) && !is_trusted {
            seen = State::Unknown;
        }
        for gauge in &mut self.gauges {
            if let Some((state, beyond)) = gauge.judge(answer, observation.at)
                && state > seen
            {
                (seen, failure) = (state, Some(beyond));
            }
        }
        match &failure {
            Some(failure) if failure.is_silence() => self.missed = Some(now.elapsed),
            _ if seen != State::Unknown => self.heard = Some(now.elapsed),
            _ => {}
        }
        // What is not known to be well is not known to be unwell either: that has to be confirmed.
        let is_first = self.state == State::Unknown && seen == State::Degraded;
        if seen <= self.state && !is_first {
            self.suspicion = None;
            if seen == self.state {
                // It is what it was, if perhaps for another reason: a host that is silent now, and refused before.
                self.failure = failure;
                return Judgement::Unchanged;
            }
            return self.believe(seen, failure, observation.at, now);
        }
        if !is_settled {
            return Judgement::AskAgain(self.confirmation.every);
        }
        let mut suspicion = self.suspicion.take().unwrap_or_else(|| Suspicion {
            answers: 0,
            since: observation.at,
            state: seen,
            failure: failure.clone(),
        });
        suspicion.answers += 1;
        if seen <= suspicion.state {
            (suspicion.state, suspicion.failure) = (seen, failure);
        }
        if suspicion.answers < self.confirmation.times {
            self.suspicion = Some(suspicion);
            return Judgement::AskAgain(self.confirmation.every);
        }
        self.believe(suspicion.state, suspicion.failure, suspicion.since, now)
    }

    fn believe(&mut self, state: State, failure: Option<Failure>, since: Timestamp, now: Moment) -> Judgement {
        (self.state, self.failure, self.since, self.confirmed) = (state, failure, since, now.elapsed);
        self.was_well |= state <= State::Degraded;
        Judgement::Changed
    }
}
