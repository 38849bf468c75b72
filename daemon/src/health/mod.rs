//! From observations to states to incidents. Pure: the same observations in the same order give the same incidents.
//!
//! One bad answer is not a fault. An answer that is better than the state so far is believed at once; one that is worse
//! must be confirmed by more of its kind in a row, and the question is asked again quickly meanwhile
//! ([`Verdict::ask_again`]). A confirmed [`State::Down`] opens an [`Incident`], dated by the first of the observations
//! that confirmed it; the first good answer resolves it. A backup job needs no confirmation: a run either proved its
//! snapshot or did not.

mod incident;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::backup::Fault;
use crate::config::{CheckId, Confirmation, DeviceName, JobName};
use crate::probe::{Answer, Failure, Observation, Outcome};
use crate::snmp::Notification;

pub use incident::{Incident, IncidentId, Reason, Subject};

/// What we believe of something. Ordered from better to worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It does what is asked.
    Up,
    /// It answers, but not always.
    Degraded,
    /// We cannot tell: not asked yet, or this machine was not able to ask.
    Unknown,
    /// It does not do what is asked.
    Down,
}

/// A state that something came into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What changed.
    pub check: CheckId,
    /// What was believed before.
    pub from: State,
    /// What is believed now.
    pub to: State,
    /// The first observation of the new state.
    pub at: Timestamp,
    /// Why it is not well, if it is not.
    pub failure: Option<Failure>,
}

/// Something that people may want to know, in the order in which it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A check came into another state.
    StateChanged(Change),
    /// Something broke.
    IncidentOpened(Incident),
    /// It works again; the incident is the whole one, `resolved` included.
    IncidentResolved(Incident),
    /// A device said something by itself. It changes nothing that is believed: its answers do.
    Notified(Notified),
}

/// What a device said by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notified {
    /// Which device.
    pub device: DeviceName,
    /// When it was heard.
    pub at: Timestamp,
    /// What it said.
    pub notification: Notification,
}

/// What follows from one observation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// What happened.
    pub events: Vec<Event>,
    /// The answer has to be confirmed: ask again so soon.
    pub ask_again: Option<Duration>,
}

/// What is believed of every check, and which incidents are open.
#[derive(Debug, Default)]
pub struct Health {
    beliefs: HashMap<CheckId, Belief>,
    open: BTreeMap<Subject, Incident>,
    last_incident: i64,
}

/// What is believed of one check.
#[derive(Debug, Clone)]
struct Belief {
    state: State,
    confirmation: Confirmation,
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

/// What a restarted daemon knows from its journal.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// The last state of each check that had one.
    pub states: HashMap<CheckId, (State, Timestamp)>,
    /// Incidents that are not resolved.
    pub open: Vec<Incident>,
    /// The highest number that an incident ever had; 0 when there was none.
    pub last_incident: i64,
}

impl State {
    /// Every state, from better to worse.
    pub const ALL: [Self; 4] = [Self::Up, Self::Degraded, Self::Unknown, Self::Down];

    /// The state's name in metrics, in logs and in keys of the message catalogue.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Degraded => "degraded",
            Self::Unknown => "unknown",
            Self::Down => "down",
        }
    }

    /// What a single answer says, before any confirmation.
    #[must_use]
    pub fn of(answer: &Answer) -> Self {
        match &answer.outcome {
            // We were not able to ask.
            Outcome::Failed(
                Failure::Local { .. }
                | Failure::NotPermitted
                | Failure::NotStarted { .. }
                | Failure::PluginUnknown { .. },
            ) => Self::Unknown,
            Outcome::Failed(_) => Self::Down,
            Outcome::Impaired(_) => Self::Degraded,
            Outcome::Good => Self::Up,
        }
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Health {
    /// Goes on where `memory` stopped. Incidents of things that are no longer configured stay open until somebody
    /// closes them; what is configured for the first time starts as [`State::Unknown`].
    #[must_use]
    pub fn new(checks: impl IntoIterator<Item = (CheckId, Confirmation)>, memory: Memory) -> Self {
        let belief = |(check, confirmation): (CheckId, Confirmation)| {
            let state = memory.states.get(&check).map_or(State::Unknown, |(state, _)| *state);
            (check, Belief { state, confirmation, suspicion: None })
        };
        Self {
            beliefs: checks.into_iter().map(belief).collect(),
            open: memory.open.into_iter().map(|incident| (incident.subject.clone(), incident)).collect(),
            last_incident: memory.last_incident,
        }
    }

    /// Believes in these checks from now on. Of those in `changed` nothing is known any longer; the others stay what they
    /// are. Incidents of checks that are gone stay open, see [`Health::new`].
    pub fn reconfigure(
        &mut self,
        checks: impl IntoIterator<Item = (CheckId, Confirmation)>,
        changed: &HashSet<CheckId>,
    ) {
        let mut before = std::mem::take(&mut self.beliefs);
        let belief = |(check, confirmation): (CheckId, Confirmation)| {
            let kept = before.remove(&check).filter(|_| !changed.contains(&check));
            let belief = kept.unwrap_or(Belief { state: State::Unknown, confirmation, suspicion: None });
            (check, belief)
        };
        self.beliefs = checks.into_iter().map(belief).collect();
    }

    /// Takes an observation in. One of a check that is not configured says nothing.
    pub fn observe(&mut self, observation: &Observation) -> Verdict {
        let Some(belief) = self.beliefs.get_mut(&observation.check) else { return Verdict::default() };
        let change = match belief.judge(observation) {
            Judgement::Confirmed { state, since, failure } => {
                let from = std::mem::replace(&mut belief.state, state);
                Change { check: observation.check.clone(), from, to: state, at: since, failure }
            }
            Judgement::AskAgain => {
                return Verdict { events: Vec::new(), ask_again: Some(belief.confirmation.every) };
            }
            Judgement::Unchanged => return Verdict::default(),
        };
        let subject = Subject::Check(change.check.clone());
        let incident = match (change.to, &change.failure) {
            (State::Up | State::Degraded, _) => self.resolve(&subject, change.at),
            (State::Down, Some(failure)) => self.open(subject, change.at, Reason::Probe(failure.clone())),
            _ => None,
        };
        Verdict { events: std::iter::once(Event::StateChanged(change)).chain(incident).collect(), ask_again: None }
    }

    /// Takes in how a run of a backup job ended: with a proven snapshot, or with a fault.
    pub fn run_ended(&mut self, job: &JobName, at: Timestamp, outcome: Result<(), Fault>) -> Option<Event> {
        let subject = Subject::Job { job: job.clone() };
        match outcome {
            Ok(()) => self.resolve(&subject, at),
            Err(fault) => self.open(subject, at, Reason::Backup(fault)),
        }
    }

    /// The open incidents, the oldest first.
    #[must_use]
    pub fn open_incidents(&self) -> Vec<Incident> {
        let mut open: Vec<Incident> = self.open.values().cloned().collect();
        open.sort_by_key(|incident| incident.id);
        open
    }

    /// Opens an incident, unless one about the same subject is open: a fault that goes on is one fault.
    fn open(&mut self, subject: Subject, opened: Timestamp, reason: Reason) -> Option<Event> {
        if self.open.contains_key(&subject) {
            return None;
        }
        self.last_incident += 1;
        let incident = Incident { id: IncidentId(self.last_incident), subject, opened, reason, resolved: None };
        self.open.insert(incident.subject.clone(), incident.clone());
        Some(Event::IncidentOpened(incident))
    }

    fn resolve(&mut self, subject: &Subject, at: Timestamp) -> Option<Event> {
        let incident = self.open.remove(subject)?;
        Some(Event::IncidentResolved(Incident { resolved: Some(at), ..incident }))
    }
}

enum Judgement {
    Unchanged,
    AskAgain,
    Confirmed { state: State, since: Timestamp, failure: Option<Failure> },
}

impl Belief {
    fn judge(&mut self, observation: &Observation) -> Judgement {
        let seen = State::of(&observation.answer);
        let failure = observation.answer.outcome.failure().cloned();
        if seen <= self.state {
            self.suspicion = None;
            if seen == self.state {
                return Judgement::Unchanged;
            }
            return Judgement::Confirmed { state: seen, since: observation.at, failure };
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
            return Judgement::AskAgain;
        }
        Judgement::Confirmed { state: suspicion.state, since: suspicion.since, failure: suspicion.failure }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check() -> CheckId {
        CheckId { device: "sw-1".parse().unwrap(), check: "icmp".parse().unwrap() }
    }

    fn health(times: u32) -> Health {
        let confirmation = Confirmation { times, every: Duration::from_secs(2) };
        Health::new([(check(), confirmation)], Memory::default())
    }

    fn answer(state: State) -> Answer {
        match state {
            State::Up => Answer::good(Vec::new()),
            State::Degraded => {
                Answer { outcome: Outcome::Impaired(Failure::Loss { percent: 33 }), ..Answer::good(Vec::new()) }
            }
            State::Unknown => Answer::failed(Failure::Local { detail: "no socket".to_owned() }),
            State::Down => Answer::failed(Failure::Refused),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    /// Feeds one observation a second and returns what happened.
    fn feed(health: &mut Health, states: &[State]) -> Vec<Event> {
        let mut events = Vec::new();
        for (second, state) in (0..).zip(states) {
            let observation = Observation { check: check(), at: at(second), answer: answer(*state) };
            events.extend(health.observe(&observation).events);
        }
        events
    }

    fn opened(events: &[Event]) -> Vec<Timestamp> {
        let opened = events.iter().filter_map(|event| match event {
            Event::IncidentOpened(incident) => Some(incident.opened),
            _ => None,
        });
        opened.collect()
    }

    #[test]
    fn one_lost_answer_is_no_fault_but_is_asked_again_soon() {
        let mut health = health(3);
        feed(&mut health, &[State::Up]);
        let observation = Observation { check: check(), at: at(9), answer: answer(State::Down) };
        let verdict = health.observe(&observation);
        assert_eq!(verdict, Verdict { events: Vec::new(), ask_again: Some(Duration::from_secs(2)) });
        assert_eq!(feed(&mut health, &[State::Up, State::Down, State::Down, State::Up]), []);
    }

    #[test]
    fn a_confirmed_fault_is_dated_by_its_first_failure() {
        let events = feed(&mut health(3), &[State::Up, State::Down, State::Down, State::Down]);
        assert_eq!(opened(&events), [at(1)]);
        assert!(matches!(&events[1], Event::StateChanged(change) if change.at == at(1) && change.to == State::Down));
    }

    #[test]
    fn the_first_good_answer_resolves_the_incident() {
        let events = feed(&mut health(2), &[State::Up, State::Down, State::Down, State::Up]);
        let Some(Event::IncidentResolved(incident)) = events.last() else { panic!("{events:?}") };
        assert_eq!((incident.opened, incident.resolved), (at(1), Some(at(3))));
    }

    #[test]
    fn loss_degrades_without_an_incident() {
        let events = feed(&mut health(2), &[State::Up, State::Degraded, State::Degraded]);
        assert_eq!(opened(&events), []);
        assert!(matches!(events.last(), Some(Event::StateChanged(change)) if change.to == State::Degraded));
    }

    #[test]
    fn mixed_bad_answers_confirm_the_mildest() {
        let events = feed(&mut health(3), &[State::Up, State::Down, State::Degraded, State::Down]);
        assert!(matches!(events.last(), Some(Event::StateChanged(change)) if change.to == State::Degraded));
    }

    #[test]
    fn our_own_inability_to_ask_neither_opens_nor_resolves() {
        let events = feed(&mut health(1), &[State::Up, State::Unknown, State::Down, State::Unknown, State::Down]);
        assert_eq!(opened(&events), [at(2)]);
        assert!(!events.iter().any(|event| matches!(event, Event::IncidentResolved(_))));
    }

    #[test]
    fn a_restart_goes_on_with_the_same_incident() {
        let mut before = health(1);
        feed(&mut before, &[State::Up, State::Down]);
        let memory = Memory {
            states: HashMap::from([(check(), (State::Down, at(1)))]),
            open: before.open_incidents(),
            last_incident: 1,
        };
        let mut after = Health::new([(check(), Confirmation { times: 1, every: Duration::from_secs(1) })], memory);
        assert_eq!(feed(&mut after, &[State::Down]), []);
        let events = feed(&mut after, &[State::Up, State::Down]);
        assert!(matches!(&events[1], Event::IncidentResolved(incident) if incident.id == IncidentId(1)));
        assert!(matches!(&events[3], Event::IncidentOpened(incident) if incident.id == IncidentId(2)));
    }

    #[test]
    fn a_new_configuration_changes_only_what_changed() {
        let mut health = health(2);
        feed(&mut health, &[State::Up, State::Down]);
        let new = CheckId { device: "sw-2".parse().unwrap(), check: "icmp".parse().unwrap() };
        let checks = || [check(), new.clone()].map(|id| (id, Confirmation { times: 2, every: Duration::ZERO }));
        health.reconfigure(checks(), &HashSet::new());
        // The answer before is not forgotten: this one confirms it.
        assert_eq!(opened(&feed(&mut health, &[State::Down])).len(), 1);
        health.reconfigure(checks(), &HashSet::from([check()]));
        let events = feed(&mut health, &[State::Up]);
        assert!(matches!(&events[0], Event::StateChanged(change) if change.from == State::Unknown));
        assert!(matches!(events[1], Event::IncidentResolved(_)));
        health.reconfigure([], &HashSet::new());
        assert_eq!(feed(&mut health, &[State::Down, State::Down]), []);
    }

    #[test]
    fn a_job_that_keeps_failing_is_one_incident() {
        let mut health = health(1);
        let job: JobName = "registras".parse().unwrap();
        let fault = || Err(Fault::WrongPassword);
        assert!(matches!(health.run_ended(&job, at(1), fault()), Some(Event::IncidentOpened(_))));
        assert_eq!(health.run_ended(&job, at(2), fault()), None);
        assert!(matches!(health.run_ended(&job, at(3), Ok(())), Some(Event::IncidentResolved(_))));
        assert_eq!(health.run_ended(&job, at(4), Ok(())), None);
    }

    proptest! {
        #[test]
        fn incidents_are_confirmed_and_resolved_at_most_once(
            times in 1_u32..5, states in proptest::collection::vec(proptest::sample::select(&State::ALL[..]), 0..60),
        ) {
            let events = feed(&mut health(times), &states);
            let mut open = None;
            for event in &events {
                match event {
                    Event::IncidentOpened(incident) => {
                        prop_assert_eq!(open.replace(incident.id), None);
                        let first = usize::try_from(incident.opened.as_second() - at(0).as_second()).unwrap();
                        let confirming = &states[first..first + usize::try_from(times).unwrap()];
                        prop_assert!(confirming.iter().all(|state| *state == State::Down));
                    }
                    Event::IncidentResolved(incident) => prop_assert_eq!(open.take(), Some(incident.id)),
                    Event::StateChanged(change) => prop_assert_ne!(change.from, change.to),
                    Event::Notified(_) => prop_assert!(false, "nobody notified"),
                }
            }
        }
    }
}
