//! What is concluded from observations, one check at a time; see `world` for whole networks.

mod world;

use std::sync::Arc;

use super::*;
use crate::config::{Check, Config, Confirmation, Device, Question, Tcp};

fn check() -> CheckId {
    CheckId { device: "sw-1".parse().unwrap(), check: "tcp".parse().unwrap() }
}

/// Devices with one check each.
fn config(names: &[&str], times: u32) -> Config {
    let device = |name: &&str| {
        let id = CheckId { device: name.parse().unwrap(), check: "tcp".parse().unwrap() };
        let check = Check {
            id,
            question: Question::Tcp(Box::new(Tcp { target: ([10, 0, 0, 1], 22).into(), banner: None })),
            interval: Duration::from_secs(30),
            timeout: Duration::from_secs(2),
            confirmation: Confirmation { times, every: Duration::from_secs(2) },
            thresholds: Vec::new(),
        };
        Device {
            name: name.parse().unwrap(),
            title: (*name).to_owned(),
            site: None,
            kind: None,
            parents: Vec::new(),
            groups: Vec::new(),
            address: [10, 0, 0, 1].into(),
            checks: vec![Arc::new(check)],
        }
    };
    Config { devices: names.iter().map(device).collect(), ..Config::empty() }
}

fn health(times: u32) -> Health {
    Health::new(Model::new(&config(&["sw-1"], times)), Memory::default())
}

fn answer(state: State) -> Answer {
    match state {
        State::Degraded => {
            Answer { outcome: Outcome::Impaired(Failure::Loss { percent: 33 }), ..Answer::good(Vec::new()) }
        }
        State::Unknown => Answer::failed(Failure::Local { detail: "no socket".to_owned() }),
        State::Down => Answer::failed(Failure::Refused),
        _ => Answer::good(Vec::new()),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn moment(second: u32) -> Moment {
    Moment { at: at(second.into()), elapsed: Duration::from_secs(1000 + u64::from(second)) }
}

fn down(second: i64) -> Change {
    let (from, to) = (State::Up, State::Down);
    Change { check: check(), from, to, at: at(second), failure: Some(Failure::Refused), incident: None }
}

/// Feeds one observation a second and returns what happened.
fn feed(health: &mut Health, states: &[State]) -> Vec<Event> {
    let mut events = Vec::new();
    for (second, state) in (0..).zip(states) {
        let observation = Observation { check: check(), at: at(second.into()), answer: answer(*state) };
        // The time goes on over several calls only if it does not go back.
        events.extend(health.observe(&observation, moment(second)).events);
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
    let verdict = health.observe(&observation, moment(9));
    assert_eq!(verdict, Verdict { ask_again: Some(Duration::from_secs(2)), ..Verdict::default() });
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
fn what_gets_worse_or_better_stays_one_incident() {
    use State::{Degraded, Down, Up};
    let events = feed(&mut health(2), &[Up, Degraded, Degraded, Down, Down, Degraded, Up]);
    let severities: Vec<Severity> = events
        .iter()
        .filter_map(|event| match event {
            Event::IncidentOpened(incident) => Some(incident.severity),
            Event::IncidentUpdated { update: Update::Severity { severity, .. }, .. } => Some(*severity),
            _ => None,
        })
        .collect();
    assert_eq!(severities, [Severity::Warning, Severity::Critical, Severity::Warning]);
    assert!(matches!(events.last(), Some(Event::IncidentResolved(incident)) if incident.opened == at(1)));
}

#[test]
fn mixed_bad_answers_confirm_the_mildest() {
    let events = feed(&mut health(3), &[State::Up, State::Down, State::Degraded, State::Down]);
    assert!(matches!(events.last(), Some(Event::IncidentOpened(incident)) if incident.severity == Severity::Warning));
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
    let memory =
        Memory { states: HashMap::from([(check(), down(1))]), open: before.open_incidents(), last_incident: 1 };
    let mut after = Health::new(Model::new(&config(&["sw-1"], 1)), memory);
    assert_eq!(feed(&mut after, &[State::Down]), []);
    let events = feed(&mut after, &[State::Up, State::Down]);
    assert!(matches!(&events[1], Event::IncidentResolved(incident) if incident.id == IncidentId(1)));
    assert!(matches!(&events[3], Event::IncidentOpened(incident) if incident.id == IncidentId(2)));
}

#[test]
fn a_new_configuration_changes_only_what_changed() {
    let mut health = health(2);
    feed(&mut health, &[State::Up, State::Down]);
    let model = || Model::new(&config(&["sw-1", "sw-2"], 2));
    health.reconfigure(model(), &HashSet::new(), moment(0));
    // The answer before is not forgotten: this one confirms it.
    assert_eq!(opened(&feed(&mut health, &[State::Down])).len(), 1);
    health.reconfigure(model(), &HashSet::from([check()]), moment(0));
    let events = feed(&mut health, &[State::Up]);
    assert!(matches!(&events[0], Event::StateChanged(change) if change.from == State::Unknown));
    assert!(matches!(events[1], Event::IncidentResolved(_)));
    health.reconfigure(Model::new(&Config::empty()), &HashSet::new(), moment(0));
    assert_eq!(feed(&mut health, &[State::Down, State::Down]), []);
}

#[test]
fn a_job_that_keeps_failing_is_one_incident() {
    let mut health = health(1);
    let job: JobName = "registras".parse().unwrap();
    let fault = || Err(Fault::WrongPassword);
    assert!(matches!(health.run_ended(&job, at(1), fault(), moment(1))[..], [Event::IncidentOpened(_)]));
    assert_eq!(health.run_ended(&job, at(2), fault(), moment(2)), []);
    assert!(matches!(health.run_ended(&job, at(3), Ok(()), moment(3))[..], [Event::IncidentResolved(_)]));
    assert_eq!(health.run_ended(&job, at(4), Ok(()), moment(4)), []);
}
