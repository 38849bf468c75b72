//! What is said of a check, in view of what stands around it: whether it is the one that is broken, or only hidden behind one that
//! is.

use std::time::Duration;

use jiff::Timestamp;

use super::doubt::Opinion;
use super::{Change, Event, Health, IncidentId, Moment, Reason, Severity, State, Subject, Verdict};
use crate::config::CheckId;
use crate::probe::Failure;

/// What is said of a check.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) state: State,
    pub(super) since: Option<Timestamp>,
    taken: Option<Taken>,
}

/// Something else is why it cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Taken {
    /// By which incident; none: by work that was announced, or by this machine's own fault.
    by: Option<IncidentId>,
    /// What it is reached through works again, and it has until then to come back.
    until: Option<Duration>,
}

/// It is not decided yet whose fault it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pending {
    since: Duration,
    /// When others were asked last.
    asked: Option<Duration>,
}

/// What is to be said of a check.
enum Target {
    /// What was said before.
    Stays,
    State(State),
    Taken(State, Option<IncidentId>),
    /// It is not decided; these have to be asked.
    Pending(Vec<usize>),
}

/// What is reached through something that came back has so long to start: switches feed what hangs on them.
const AFTERMATH: Duration = Duration::from_mins(3);

/// After so long it is decided by what is known.
const PATIENCE: Duration = Duration::from_secs(30);

/// Others are asked no more often.
const ASKING: Duration = Duration::from_secs(2);

impl Default for Shown {
    fn default() -> Self {
        Self { state: State::Unknown, since: None, taken: None }
    }
}

impl Health {
    /// What the journal says of a check.
    pub(super) fn remember(&mut self, place: usize, last: Change) {
        let (belief, shown) = (&mut self.beliefs[place], &mut self.shown[place]);
        (shown.state, shown.since) = (last.to, Some(last.at));
        match last.to {
            State::Up | State::Degraded | State::Down => {
                (belief.state, belief.failure, belief.since) = (last.to, last.failure, last.at);
                belief.was_well = last.to <= State::Degraded;
            }
            State::Unreachable => shown.taken = Some(Taken { by: last.incident, until: Some(AFTERMATH) }),
            State::Unknown | State::Maintenance => {}
        }
    }

    /// Says of every check what is to be said of it.
    pub(super) fn settle_all(&mut self, now: Moment, verdict: &mut Verdict) {
        for place in 0..self.beliefs.len() {
            self.settle(place, now, verdict);
        }
    }

    /// Says of a check what is to be said of it, and of those that are reached through it.
    pub(super) fn settle(&mut self, place: usize, now: Moment, verdict: &mut Verdict) {
        let mut left = vec![place];
        while let Some(place) = left.pop() {
            if self.settle_one(place, now, verdict) {
                // Whom it takes with it, or no longer. Circles cannot be configured, so this ends.
                let behind = self.model.checks[place].children.iter().copied();
                left.extend(
                    behind.filter(|child| self.beliefs[*child].is_dead() && self.shown[*child].state != State::Down),
                );
            }
        }
    }

    /// Whether something changed.
    fn settle_one(&mut self, place: usize, now: Moment, verdict: &mut Verdict) -> bool {
        let (to, taken) = match self.target(place, now) {
            Target::Stays => return self.pending.remove(&place).is_some(),
            Target::State(state) => (state, None),
            Target::Taken(state, by) => (state, Some(Taken { by, until: None })),
            Target::Pending(to_be_asked) => {
                let pending = self.pending.entry(place).or_insert(Pending { since: now.elapsed, asked: None });
                if pending.asked.is_none_or(|asked| now.elapsed.saturating_sub(asked) >= ASKING) {
                    pending.asked = Some(now.elapsed);
                    verdict.ask.extend(to_be_asked.into_iter().map(|place| self.model.id(place).clone()));
                }
                return false;
            }
        };
        let was_pending = self.pending.remove(&place).is_some();
        self.shown[place].taken = taken;
        let is_changed = self.change(place, to, now, verdict);
        self.follow(place, to, now, verdict);
        is_changed || was_pending
    }

    /// What its own answers say, and what stands around it.
    fn target(&self, place: usize, now: Moment) -> Target {
        let (belief, shown) = (&self.beliefs[place], &self.shown[place]);
        if self.windows[place] > 0 {
            return Target::State(State::Maintenance);
        }
        if belief.is_dead() {
            return self.blame(place, now);
        }
        match (belief.state, shown.taken) {
            // It was not asked since what it is reached through came back.
            (State::Unknown, Some(_)) => Target::Stays,
            (state, _) => Target::State(state),
        }
    }

    /// Why a check that is silent is so.
    fn blame(&self, place: usize, now: Moment) -> Target {
        let (belief, shown) = (&self.beliefs[place], &self.shown[place]);
        if shown.state == State::Down {
            return Target::State(State::Down);
        }
        let parents = &self.model.checks[place].parents;
        if parents.is_empty() {
            return self.blame_top(place, now);
        }
        if parents.iter().all(|parent| self.beliefs[*parent].is_dead()) {
            return self.blame_parents(parents);
        }
        if shown.taken.is_some() {
            return Target::Stays;
        }
        let is_reached =
            parents.iter().any(|parent| self.beliefs[*parent].heard.is_some_and(|heard| heard >= belief.confirmed));
        if is_reached || self.is_overdue(place, now) {
            return Target::State(State::Down);
        }
        // Those whose silence is being confirmed are asked again anyway.
        let to_be_asked = parents.iter().filter(|parent| !self.beliefs[**parent].is_suspected());
        Target::Pending(to_be_asked.copied().collect())
    }

    /// All that it is reached through is dead.
    fn blame_parents(&self, parents: &[usize]) -> Target {
        if parents.iter().any(|parent| self.pending.contains_key(parent)) {
            return Target::Pending(Vec::new());
        }
        let states = || parents.iter().map(|parent| self.shown[*parent].state);
        if states().any(|state| state == State::Maintenance) {
            return Target::Taken(State::Maintenance, None);
        }
        if states().any(|state| state == State::Unknown) {
            return Target::Taken(State::Unknown, None);
        }
        // The last of several to die took it with it.
        let by = parents.iter().filter_map(|parent| self.root(*parent)).max();
        Target::Taken(State::Unreachable, by)
    }

    /// The incident that a dead check stands for, or is taken by.
    fn root(&self, place: usize) -> Option<IncidentId> {
        match self.shown[place].taken {
            Some(taken) => taken.by,
            None => self.ledger.of(&Subject::Check(self.model.id(place).clone())),
        }
    }

    /// It is reached through nothing else: it is broken, or this machine has lost its network.
    fn blame_top(&self, place: usize, now: Moment) -> Target {
        if self.doubt.is_some() {
            return Target::State(State::Unknown);
        }
        match self.opinion(place, self.is_overdue(place, now)) {
            Opinion::ItsFault => Target::State(State::Down),
            // Opened by `pass_pending`, which can write.
            Opinion::OurFault => Target::Pending(Vec::new()),
            Opinion::Undecided(to_be_asked) => Target::Pending(to_be_asked),
        }
    }

    pub(super) fn is_overdue(&self, place: usize, now: Moment) -> bool {
        self.pending.get(&place).is_some_and(|pending| now.elapsed.saturating_sub(pending.since) >= PATIENCE)
    }

    /// Says it, if it is something else than before.
    fn change(&mut self, place: usize, to: State, now: Moment, verdict: &mut Verdict) -> bool {
        let (belief, shown) = (&self.beliefs[place], &mut self.shown[place]);
        if shown.state == to {
            return false;
        }
        let seen = match to {
            State::Maintenance => now.at,
            // Nothing was seen that says so.
            _ if belief.state == State::Unknown && belief.failure.is_none() => now.at,
            _ => belief.since,
        };
        // What was seen before the change before is dated by that one; a clock that was set back aside.
        let at = shown.since.filter(|since| *since <= now.at).map_or(seen, |since| seen.max(since));
        let failure = if to == State::Maintenance { None } else { belief.failure.clone() };
        let incident = if to == State::Unreachable { shown.taken.and_then(|taken| taken.by) } else { None };
        let check = self.model.id(place).clone();
        let from = std::mem::replace(&mut shown.state, to);
        shown.since = Some(at);
        verdict.events.push(Event::StateChanged(Change { check, from, to, at, failure, incident }));
        true
    }

    /// Opens, changes or resolves the incident about a check.
    fn follow(&mut self, place: usize, to: State, now: Moment, verdict: &mut Verdict) {
        let belief = &self.beliefs[place];
        let subject = || Subject::Check(self.model.id(place).clone());
        let severity = match (belief.state, to) {
            (State::Up, _) => {
                verdict.events.extend(self.ledger.repaired(&subject(), belief.since, now));
                return;
            }
            (State::Degraded, State::Degraded) => Severity::Warning,
            (State::Down, State::Down) => Severity::Critical,
            _ => return,
        };
        let Some(failure) = belief.failure.clone() else { return };
        let opened = self.shown[place].since.unwrap_or(belief.since);
        verdict.events.extend(self.ledger.broken(subject(), severity, opened, Reason::Probe(failure), now));
    }

    /// Something was heard of a target: who was waited for, or taken along, is looked at again.
    pub(super) fn heard(&mut self, place: usize, at: Timestamp, now: Moment, verdict: &mut Verdict) {
        self.heard_in_doubt(place, at, now, verdict);
        let children = self.model.checks[place].children.clone();
        for child in children {
            if self.shown[child].taken.is_some_and(|taken| taken.until.is_none()) {
                self.beliefs[child].reset();
                if let Some(taken) = &mut self.shown[child].taken {
                    taken.until = Some(now.elapsed + AFTERMATH);
                }
            } else if self.pending.contains_key(&child) {
                self.settle(child, now, verdict);
            }
        }
    }

    /// Opens and closes maintenance windows.
    pub(super) fn pass_windows(&mut self, now: Moment, verdict: &mut Verdict) {
        for window in 0..self.model.windows.len() {
            let of_window = &self.model.windows[window];
            let is_open = of_window.maintenance.when.is_open(now.at, &self.model.zone);
            if is_open == self.open_windows[window] {
                continue;
            }
            self.open_windows[window] = is_open;
            for place in of_window.checks.clone() {
                if is_open {
                    self.windows[place] += 1;
                } else {
                    self.windows[place] = self.windows[place].saturating_sub(1);
                    // What was seen meanwhile was expected; what is broken now is seen anew.
                    if self.windows[place] == 0 && self.beliefs[place].state == State::Down {
                        self.beliefs[place].reset();
                        verdict.ask.push(self.model.id(place).clone());
                    }
                }
                self.settle(place, now, verdict);
            }
        }
    }

    /// Decides of those that have waited, and asks those that can tell again.
    pub(super) fn pass_pending(&mut self, now: Moment, verdict: &mut Verdict) {
        let waiting: Vec<usize> = self.pending.keys().copied().collect();
        for place in waiting {
            // What was decided of another may have decided it.
            if self.pending.contains_key(&place) {
                self.begin_doubt(place, now, verdict);
                self.settle(place, now, verdict);
            }
        }
    }

    /// Ends the grace of those that did not come back with what they are reached through.
    pub(super) fn pass_aftermath(&mut self, now: Moment, verdict: &mut Verdict) {
        for place in 0..self.shown.len() {
            let is_over =
                self.shown[place].taken.and_then(|taken| taken.until).is_some_and(|until| now.elapsed >= until);
            if is_over {
                self.shown[place].taken = None;
                self.settle(place, now, verdict);
            }
        }
    }

    /// What is believed of a check, for tests and for those who begin.
    #[must_use]
    pub fn state(&self, check: &CheckId) -> Option<State> {
        self.model.place(check).map(|place| self.shown[place].state)
    }

    pub(super) fn is_silent(&self, place: usize) -> bool {
        self.beliefs[place].failure.as_ref().is_some_and(Failure::is_silence)
    }
}
