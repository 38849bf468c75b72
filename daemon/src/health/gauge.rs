//! Whether a number is as it should be, by one threshold of a check.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::State;
use crate::config::{Quantity, Threshold};
use crate::probe::{Amount, Answer, Failure, Measurement};
use crate::snmp::Reading;

/// A threshold, and where each number that it is about stands.
#[derive(Debug, Clone)]
pub(super) struct Gauge {
    threshold: Threshold,
    standing: HashMap<Option<Arc<str>>, Standing>,
}

#[derive(Debug, Clone)]
struct Standing {
    state: State,
    /// The number before, for a rate.
    before: Option<(Timestamp, f64)>,
}

impl Gauge {
    pub(super) fn new(threshold: Threshold) -> Self {
        Self { threshold, standing: HashMap::new() }
    }

    /// Forgets the numbers before: the clock by which a rate would be reckoned has jumped.
    pub(super) fn forget_rates(&mut self) {
        self.standing.values_mut().for_each(|standing| standing.before = None);
    }

    /// The worst of the numbers in an answer, and what is wrong with it.
    pub(super) fn judge(&mut self, answer: &Answer, at: Timestamp) -> Option<(State, Failure)> {
        let wanted = self.threshold.instance.as_deref();
        let is_meant = |measured: &&Measurement| {
            measured.metric == self.threshold.metric && (wanted.is_none() || measured.instance.as_deref() == wanted)
        };
        let mut worst: Option<(State, Failure)> = None;
        for measured in answer.measurements.iter().filter(is_meant) {
            let standing =
                self.standing.entry(measured.instance.clone()).or_insert(Standing { state: State::Up, before: None });
            let Some(value) = quantity(&self.threshold, measured, answer.reading.as_deref(), standing, at) else {
                continue;
            };
            let (state, limit) = level(&self.threshold, value, standing.state);
            standing.state = state;
            if let Some(limit) = limit
                && worst.as_ref().is_none_or(|(found, _)| *found < state)
            {
                worst = Some((state, beyond(&self.threshold, measured, value, limit)));
            }
        }
        worst
    }
}

/// What is compared: the number, its rate, or its share of the capacity.
fn quantity(
    threshold: &Threshold,
    measured: &Measurement,
    reading: Option<&Reading>,
    standing: &mut Standing,
    at: Timestamp,
) -> Option<f64> {
    match threshold.of {
        Quantity::Value => Some(measured.value),
        Quantity::Rate => {
            let (then, before) = standing.before.replace((at, measured.value))?;
            let seconds = at.duration_since(then).as_secs_f64();
            // A counter that begins anew has no rate.
            (seconds > 0.0 && measured.value >= before).then(|| (measured.value - before) / seconds)
        }
        Quantity::Capacity => {
            let name = measured.instance.as_deref()?;
            let interface = reading?.interfaces.iter().find(|interface| *interface.name == *name)?;
            #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
            let speed = interface.speed.filter(|speed| *speed > 0)? as f64;
            Some(measured.value / speed)
        }
    }
}

/// What the number says, and the limit that it is beyond.
fn level(threshold: &Threshold, value: f64, before: State) -> (State, Option<f64>) {
    let is_beyond = |limit: f64, was_beyond: bool| {
        // Who was beyond has to come back by more than to the limit.
        let slack = if was_beyond { limit.abs() * threshold.hysteresis } else { 0.0 };
        match (threshold.is_below, was_beyond) {
            (false, false) => value >= limit,
            (false, true) => value > limit - slack,
            (true, false) => value <= limit,
            (true, true) => value < limit + slack,
        }
    };
    let limits = [(State::Down, threshold.fail), (State::Degraded, threshold.warn)];
    let found = limits.into_iter().find_map(|(state, limit)| {
        let limit = limit?;
        is_beyond(limit, before >= state).then_some((state, limit))
    });
    found.map_or((State::Up, None), |(state, limit)| (state, Some(limit)))
}

fn beyond(threshold: &Threshold, measured: &Measurement, value: f64, limit: f64) -> Failure {
    Failure::Beyond {
        metric: threshold.metric.name().to_owned(),
        instance: measured.instance.as_deref().map(str::to_owned),
        of: threshold.of,
        value: Amount(value),
        limit: Amount(limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Metric;

    fn gauge(of: Quantity, is_below: bool, warn: f64, fail: f64) -> Gauge {
        let (warn, fail) = (Some(warn), Some(fail));
        Gauge::new(Threshold { metric: Metric::StorageUsed, instance: None, of, is_below, warn, fail, hysteresis: 0.1 })
    }

    fn judged(gauge: &mut Gauge, second: i64, value: f64) -> State {
        let answer = Answer::good(vec![Measurement::new(Metric::StorageUsed, value)]);
        let at = Timestamp::from_second(1_800_000_000 + second).unwrap();
        gauge.judge(&answer, at).map_or(State::Up, |(state, _)| state)
    }

    #[test]
    fn a_number_that_swings_around_its_limit_is_beyond_until_it_has_come_back() {
        let mut gauge = gauge(Quantity::Value, false, 0.8, 0.9);
        let states =
            [0.79, 0.8, 0.79, 0.73, 0.72, 0.91, 0.85, 0.82, 0.81, 0.5].map(|value| judged(&mut gauge, 0, value));
        use State::{Degraded, Down, Up};
        assert_eq!(states, [Up, Degraded, Degraded, Degraded, Up, Down, Down, Down, Degraded, Up]);
    }

    #[test]
    fn small_numbers_can_be_the_bad_ones() {
        let mut gauge = gauge(Quantity::Value, true, 0.2, 0.1);
        let states = [0.5, 0.2, 0.21, 0.1, 0.105, 0.12, 0.3].map(|value| judged(&mut gauge, 0, value));
        use State::{Degraded, Down, Up};
        assert_eq!(states, [Up, Degraded, Degraded, Down, Down, Degraded, Up]);
    }

    #[test]
    fn a_rate_needs_two_numbers_and_a_counter_that_began_anew_has_none() {
        let mut gauge = gauge(Quantity::Rate, false, 1.0, 10.0);
        assert_eq!(judged(&mut gauge, 0, 1000.0), State::Up);
        assert_eq!(judged(&mut gauge, 10, 1020.0), State::Degraded);
        assert_eq!(judged(&mut gauge, 20, 2020.0), State::Down);
        assert_eq!(judged(&mut gauge, 30, 5.0), State::Up);
        assert_eq!(judged(&mut gauge, 40, 6.0), State::Up);
    }
}
