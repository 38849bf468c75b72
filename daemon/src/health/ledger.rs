//! The open incidents: at most one a subject, and one that comes and goes again and again is one.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use super::{Event, Incident, IncidentId, Moment, Reason, Severity, Subject, Update};

/// Open incidents, and how often each came and went of late.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    open: BTreeMap<Subject, Incident>,
    last: i64,
    turns: HashMap<Subject, Turns>,
}

/// When something broke or was repaired.
#[derive(Debug, Default)]
struct Turns {
    at: VecDeque<Duration>,
    flapping: Option<Flapping>,
}

#[derive(Debug)]
struct Flapping {
    changes: u32,
    /// When it was seen to work, if it works now.
    repaired: Option<Timestamp>,
}

/// So many changes
const MANY: usize = 7;

/// within this time are flapping,
const SPAN: Duration = Duration::from_mins(30);

/// until there was none for so long.
const CALM: Duration = Duration::from_mins(15);

impl Ledger {
    pub(super) fn new(open: Vec<Incident>, last: i64) -> Self {
        let open = open.into_iter().map(|incident| (incident.subject.clone(), incident)).collect();
        Self { open, last, turns: HashMap::new() }
    }

    /// The number of the open incident about something.
    pub(super) fn of(&self, subject: &Subject) -> Option<IncidentId> {
        self.open.get(subject).map(|incident| incident.id)
    }

    /// The highest number that an incident ever had.
    pub(super) const fn last(&self) -> i64 {
        self.last
    }

    pub(super) fn is_open(&self, id: IncidentId) -> bool {
        self.open.values().any(|incident| incident.id == id)
    }

    /// The open incidents, the oldest first.
    pub(super) fn list(&self) -> Vec<Incident> {
        let mut open: Vec<Incident> = self.open.values().cloned().collect();
        open.sort_by_key(|incident| incident.id);
        open
    }

    /// Something is broken: opens an incident, or says that the open one is worse or better now.
    pub(super) fn broken(
        &mut self,
        subject: Subject,
        severity: Severity,
        opened: Timestamp,
        reason: Reason,
        now: Moment,
    ) -> Vec<Event> {
        let turns = self.turns.entry(subject.clone()).or_default();
        if let Some(flapping) = &mut turns.flapping
            && flapping.repaired.take().is_some()
        {
            flapping.changes += 1;
            turns.at.push_back(now.elapsed);
            return Vec::new();
        }
        if let Some(incident) = self.open.get_mut(&subject) {
            if incident.severity == severity {
                return Vec::new();
            }
            (incident.severity, incident.reason) = (severity, reason.clone());
            let update = Update::Severity { severity, reason };
            return vec![Event::IncidentUpdated { incident: incident.id, at: now.at, update }];
        }
        turns.turn(now);
        self.last += 1;
        let id = IncidentId(self.last);
        let mut incident = Incident { id, subject, severity, opened, reason, flapping: None, resolved: None };
        let mut events = vec![Event::IncidentOpened(incident.clone())];
        if turns.at.len() >= MANY {
            let changes = u32::try_from(turns.at.len()).unwrap_or(u32::MAX);
            turns.flapping = Some(Flapping { changes, repaired: None });
            incident.flapping = Some(changes);
            events.push(Event::IncidentUpdated { incident: id, at: now.at, update: Update::Flapping { changes } });
        }
        self.open.insert(incident.subject.clone(), incident);
        events
    }

    /// Something works again: its incident is resolved, unless it flaps.
    pub(super) fn repaired(&mut self, subject: &Subject, at: Timestamp, now: Moment) -> Option<Event> {
        if !self.open.contains_key(subject) {
            return None;
        }
        let turns = self.turns.entry(subject.clone()).or_default();
        turns.turn(now);
        if let Some(flapping) = &mut turns.flapping {
            flapping.changes += 1;
            flapping.repaired = Some(at);
            return None;
        }
        self.close(subject, at)
    }

    /// Closes the incident of that number, whatever it is about.
    pub(super) fn close_by_number(&mut self, id: IncidentId, at: Timestamp) -> Option<Event> {
        let subject = self.open.values().find(|incident| incident.id == id)?.subject.clone();
        self.turns.remove(&subject);
        self.close(&subject, at)
    }

    fn close(&mut self, subject: &Subject, at: Timestamp) -> Option<Event> {
        let incident = self.open.remove(subject)?;
        Some(Event::IncidentResolved(Incident { resolved: Some(at.max(incident.opened)), flapping: None, ..incident }))
    }

    /// Lets those be calm that did not change for long enough.
    pub(super) fn pass(&mut self, now: Moment) -> Vec<Event> {
        let mut calm: Vec<(Subject, Option<Flapping>)> = Vec::new();
        self.turns.retain(|subject, turns| {
            let quiet = now.elapsed.saturating_sub(turns.at.back().copied().unwrap_or_default());
            let is_over = if turns.flapping.is_some() { quiet >= CALM } else { quiet >= SPAN };
            if is_over {
                calm.push((subject.clone(), turns.flapping.take()));
            }
            !is_over
        });
        calm.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut events = Vec::new();
        for (subject, flapping) in calm {
            let (Some(Flapping { changes, repaired }), Some(incident)) = (flapping, self.open.get_mut(&subject)) else {
                continue;
            };
            incident.flapping = None;
            let update = Update::Calm { changes };
            events.push(Event::IncidentUpdated { incident: incident.id, at: now.at, update });
            events.extend(repaired.and_then(|at| self.close(&subject, at)));
        }
        events
    }
}

impl Turns {
    fn turn(&mut self, now: Moment) {
        self.at.push_back(now.elapsed);
        while self.at.front().is_some_and(|first| now.elapsed.saturating_sub(*first) > SPAN) {
            self.at.pop_front();
        }
    }
}
