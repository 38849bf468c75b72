//! From observations to states to incidents. Pure: the same observations at the same moments give the same incidents
//! ([`replay`](crate::replay) proves it on recorded ones), and time is an argument.
//!
//! It is decided in three steps. What a check's own answers say is a `Belief`: one bad answer is not a fault, it must be confirmed
//! by more of its kind in a row, and the question is asked again quickly meanwhile. What stands around it decides what that means: a
//! device behind one that is dead is [`State::Unreachable`], one that is being worked on is in [`State::Maintenance`], and when
//! this machine has lost its network nothing is known of those that are silent. Only what then remains broken opens an
//! [`Incident`], dated by the first of the observations that confirmed it; the first good answer resolves it, unless it comes and
//! goes again and again. A backup job needs no confirmation: a run either proved its snapshot or did not.

mod belief;
mod clock;
mod doubt;
mod gauge;
mod incident;
mod ledger;
mod model;
mod settle;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::belief::{Belief, Judgement};
use self::clock::Clock;
use self::doubt::Doubt;
use self::ledger::Ledger;
use self::settle::{Pending, Shown};
use crate::backup::Fault;
use crate::config::{CheckId, DeviceName, JobName};
use crate::probe::{Answer, Failure, Observation, Outcome};
use crate::snmp::Notification;

pub use clock::{Moment, TimeFault};
pub use incident::{Incident, IncidentId, Part, Promise, Reason, Severity, Subject, Update};
pub use model::Model;

/// What we believe of something. Ordered from better to worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It does what is asked.
    Up,
    /// It is being worked on, as was announced.
    Maintenance,
    /// It answers, but not always, or not as it should.
    Degraded,
    /// We cannot tell: not asked yet, or this machine was not able to ask.
    Unknown,
    /// What it is reached through is down.
    Unreachable,
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
    /// The incident that takes it with it, if it is unreachable.
    pub incident: Option<IncidentId>,
}

/// Something that people may want to know, in the order in which it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A check came into another state.
    StateChanged(Change),
    /// Something broke.
    IncidentOpened(Incident),
    /// An open incident is no longer what it was.
    IncidentUpdated {
        /// Which.
        incident: IncidentId,
        /// When.
        at: Timestamp,
        /// In what.
        update: Update,
    },
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

/// What follows from an observation, or from time passing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// What happened.
    pub events: Vec<Event>,
    /// The answer has to be confirmed: ask again so soon.
    pub ask_again: Option<Duration>,
    /// Others that have to be asked at once, to tell whose fault it is.
    pub ask: Vec<CheckId>,
    /// Time did not pass as it should.
    pub time: Option<TimeFault>,
}

/// What is believed of every check, and which incidents are open.
#[derive(Debug)]
pub struct Health {
    model: Model,
    /// What each check's own answers say, in the order of the model.
    beliefs: Vec<Belief>,
    /// What is said of each, in the same order.
    shown: Vec<Shown>,
    /// In how many open maintenance windows each is.
    windows: Vec<u16>,
    /// Which maintenance windows are open.
    open_windows: Vec<bool>,
    /// Of which it is not decided yet whose fault it is.
    pending: BTreeMap<usize, Pending>,
    doubt: Option<Doubt>,
    ledger: Ledger,
    clock: Clock,
}

/// What a restarted daemon knows from its journal.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// The last state of each check that had one.
    pub states: HashMap<CheckId, Change>,
    /// Incidents that are not resolved.
    pub open: Vec<Incident>,
    /// The highest number that an incident ever had; 0 when there was none.
    pub last_incident: i64,
}

impl State {
    /// Every state, from better to worse.
    pub const ALL: [Self; 6] =
        [Self::Up, Self::Maintenance, Self::Degraded, Self::Unknown, Self::Unreachable, Self::Down];

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// The state's name in metrics, in logs and in keys of the message catalogue.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Maintenance => "maintenance",
            Self::Degraded => "degraded",
            Self::Unknown => "unknown",
            Self::Unreachable => "unreachable",
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
    pub fn new(model: Model, memory: Memory) -> Self {
        let Memory { states, open, last_incident } = memory;
        let has_doubt = open.iter().any(|incident| incident.subject == doubt::SUBJECT);
        let mut health = Self {
            beliefs: model.checks.iter().map(|node| Belief::new(&node.check)).collect(),
            shown: vec![Shown::default(); model.checks.len()],
            windows: vec![0; model.checks.len()],
            open_windows: vec![false; model.windows.len()],
            pending: BTreeMap::new(),
            doubt: has_doubt.then(|| Doubt::remembered(&model)),
            ledger: Ledger::new(open, last_incident),
            clock: Clock::default(),
            model,
        };
        for (check, last) in states {
            if let Some(place) = health.model.place(&check) {
                health.remember(place, last);
            }
        }
        health
    }

    /// Believes in these checks from now on. Of those in `changed` nothing is known any longer; the others stay what they
    /// are. Incidents of checks that are gone stay open, see [`Health::new`].
    pub fn reconfigure(&mut self, model: Model, changed: &HashSet<CheckId>, now: Moment) -> Verdict {
        let before = std::mem::replace(&mut self.model, model);
        let mut kept: HashMap<&CheckId, (Belief, Shown)> = HashMap::new();
        let (beliefs, shown) = (std::mem::take(&mut self.beliefs), std::mem::take(&mut self.shown));
        for ((node, belief), shown) in before.checks.iter().zip(beliefs).zip(shown) {
            if !changed.contains(&node.check.id) {
                kept.insert(&node.check.id, (belief, shown));
            }
        }
        for node in &self.model.checks {
            let (belief, shown) =
                kept.remove(&node.check.id).unwrap_or_else(|| (Belief::new(&node.check), Shown::default()));
            self.beliefs.push(belief);
            self.shown.push(shown);
        }
        self.windows = vec![0; self.model.checks.len()];
        self.open_windows = vec![false; self.model.windows.len()];
        self.pending = BTreeMap::new();
        if self.doubt.is_some() {
            self.doubt = Some(Doubt::remembered(&self.model));
        }
        let mut verdict = self.pass(now);
        // Who stood behind somebody else, or in a window that is no more, stands where it stands now.
        self.settle_all(now, &mut verdict);
        verdict
    }

    /// Takes an observation in. One of a check that is not configured says nothing.
    pub fn observe(&mut self, observation: &Observation, now: Moment) -> Verdict {
        let mut verdict = self.pass_time(now);
        let Some(place) = self.model.place(&observation.check) else { return verdict };
        let (is_settled, is_trusted) = (self.clock.is_settled(now), self.clock.is_trusted(now));
        match self.beliefs[place].judge(observation, now, is_settled, is_trusted) {
            Judgement::AskAgain(soon) => verdict.ask_again = Some(soon),
            Judgement::Changed => self.settle(place, now, &mut verdict),
            // The same answer again may be what was waited for.
            Judgement::Unchanged if self.pending.contains_key(&place) => self.settle(place, now, &mut verdict),
            Judgement::Unchanged => {}
        }
        if self.beliefs[place].heard == Some(now.elapsed) {
            self.heard(place, observation.at, now, &mut verdict);
        }
        verdict
    }

    /// Takes in that time passes; wanted about each second.
    pub fn pass(&mut self, now: Moment) -> Verdict {
        let mut verdict = self.pass_time(now);
        self.pass_windows(now, &mut verdict);
        self.pass_pending(now, &mut verdict);
        self.pass_aftermath(now, &mut verdict);
        verdict.events.extend(self.ledger.pass(now));
        verdict
    }

    /// Takes in how a run of a backup job ended: with a proven snapshot, or with a fault.
    pub fn run_ended(&mut self, job: &JobName, at: Timestamp, outcome: Result<(), Fault>, now: Moment) -> Vec<Event> {
        let subject = Subject::Job { job: job.clone() };
        match outcome {
            Ok(()) => self.ledger.repaired(&subject, at, now).into_iter().collect(),
            Err(fault) => self.ledger.broken(subject, Severity::Critical, at, Reason::Backup(fault), now),
        }
    }

    /// Takes in what somebody says of something that is not asked: a person of a broken computer, a part of the daemon of itself.
    /// Nothing if it was said before.
    pub fn said(&mut self, subject: Subject, severity: Severity, reason: Reason, now: Moment) -> Vec<Event> {
        self.ledger.broken(subject, severity, now.at, reason, now)
    }

    /// What [`Health::said`] is broken is so no longer.
    pub fn unsaid(&mut self, subject: &Subject, now: Moment) -> Option<Event> {
        self.ledger.repaired(subject, now.at, now)
    }

    /// Closes an incident because a person says so; none if it is not open.
    pub fn close(&mut self, incident: IncidentId, at: Timestamp) -> Option<Event> {
        self.ledger.close_by_number(incident, at)
    }

    /// The open incident about something, if there is one.
    #[must_use]
    pub fn open_incident(&self, subject: &Subject) -> Option<IncidentId> {
        self.ledger.of(subject)
    }

    /// Whether there ever was an incident of that number.
    #[must_use]
    pub fn knows(&self, incident: IncidentId) -> bool {
        (1..=self.ledger.last()).contains(&incident.0)
    }

    /// Whether an incident is open.
    #[must_use]
    pub fn is_open(&self, incident: IncidentId) -> bool {
        self.ledger.is_open(incident)
    }

    /// Whether a device of that name is configured.
    #[must_use]
    pub fn has_device(&self, device: &DeviceName) -> bool {
        self.model.checks.iter().any(|node| node.check.id.device == *device)
    }

    /// The open incidents, the oldest first.
    #[must_use]
    pub fn open_incidents(&self) -> Vec<Incident> {
        self.ledger.list()
    }

    fn pass_time(&mut self, now: Moment) -> Verdict {
        let time = self.clock.pass(now);
        if time.is_some() {
            self.beliefs.iter_mut().for_each(Belief::forget_suspicion);
        }
        Verdict { time, ..Verdict::default() }
    }
}
