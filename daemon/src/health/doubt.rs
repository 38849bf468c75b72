//! Whether it is this machine that has lost its network, rather than everybody else.
//!
//! A device that is reached through no other is not believed to be down before some others were asked: the gateways of this
//! machine, if they are configured, and a sample of the devices that worked until now. If most of those are silent too, there
//! is one incident, about the watcher, and of those that are silent nothing is known.

use std::time::Duration;

use jiff::Timestamp;

use super::{Event, Health, Model, Moment, Part, Reason, Severity, State, Subject, Verdict};

/// What the incident is about.
pub(super) const SUBJECT: Subject = Subject::Watcher { part: Part::Network };

/// This machine is believed to have lost its network.
#[derive(Debug)]
pub(super) struct Doubt {
    /// When it began.
    began: Duration,
    /// Faces of devices that fell silent: when half of them are heard again, it is over.
    witnesses: Vec<Vec<usize>>,
}

/// Whose fault a silence is.
pub(super) enum Opinion {
    ItsFault,
    OurFault,
    /// These have to be asked.
    Undecided(Vec<usize>),
}

/// So many others are asked,
const SAMPLE: usize = 10;

/// and fewer cannot tell.
const FEWEST: usize = 2;

/// Who fell silent longer ago than this before another did is not of the same fault.
const TOGETHER: Duration = Duration::from_mins(2);

/// What another device says of a silence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Vote {
    Heard,
    Silent,
    NotAsked,
}

impl Doubt {
    /// One that the journal, or another configuration, knows of.
    pub(super) fn remembered(model: &Model) -> Self {
        let all = model.gateways.iter().chain(&model.tops).take(SAMPLE);
        Self { began: Duration::ZERO, witnesses: all.cloned().collect() }
    }
}

impl Health {
    /// Whether the check, which is silent and reached through no other, is broken, or this machine's network. If time is up, it
    /// is decided by those who answered until now.
    pub(super) fn opinion(&self, place: usize, is_time_up: bool) -> Opinion {
        let confirmed = self.beliefs[place].confirmed;
        let is_own =
            |face: &Vec<usize>| face.iter().any(|of| self.model.checks[*of].device == self.model.checks[place].device);
        let votes =
            |faces: &[&Vec<usize>]| -> Vec<Vote> { faces.iter().map(|face| self.vote(face, confirmed)).collect() };
        let gateways: Vec<&Vec<usize>> = self.model.gateways.iter().filter(|face| !is_own(face)).collect();
        let of_gateways = votes(&gateways);
        if of_gateways.contains(&Vote::Heard) {
            return Opinion::ItsFault;
        }
        let jurors = self.jurors(place);
        let of_jurors = votes(&jurors);
        let count = |vote: Vote| of_jurors.iter().filter(|found| **found == vote).count();
        let (heard, silent) = (count(Vote::Heard), count(Vote::Silent));
        let has_gateways = !self.model.gateways.is_empty();
        if jurors.len() < FEWEST && (!has_gateways || heard > 0) {
            return Opinion::ItsFault;
        }
        let is_majority = |votes: usize| votes * 2 >= jurors.len().max(1);
        if is_majority(heard) {
            return Opinion::ItsFault;
        }
        let are_gateways_silent = has_gateways && of_gateways.iter().all(|vote| *vote == Vote::Silent);
        let is_most_silent = jurors.len() >= FEWEST && silent * 2 > jurors.len();
        // With gateways, the others only say whether it is not us.
        let is_decided = if has_gateways {
            are_gateways_silent && (is_most_silent || count(Vote::NotAsked) == 0)
        } else {
            is_most_silent
        };
        if is_decided {
            return Opinion::OurFault;
        }
        if is_time_up {
            let is_ours = if has_gateways { are_gateways_silent } else { silent > heard };
            return if is_ours { Opinion::OurFault } else { Opinion::ItsFault };
        }
        let asked = gateways.iter().zip(&of_gateways).chain(jurors.iter().zip(&of_jurors));
        let missing = asked.filter(|(_, vote)| **vote == Vote::NotAsked).flat_map(|(face, _)| face.iter().copied());
        Opinion::Undecided(missing.filter(|of| !self.beliefs[*of].is_suspected()).collect())
    }

    /// Devices that worked until now, spread over the configuration.
    fn jurors(&self, place: usize) -> Vec<&Vec<usize>> {
        let confirmed = self.beliefs[place].confirmed;
        let device = self.model.checks[place].device;
        let is_other = |face: &&Vec<usize>| face.iter().all(|of| self.model.checks[*of].device != device);
        let worked = |face: &&Vec<usize>| {
            face.iter().any(|of| {
                let belief = &self.beliefs[*of];
                let fell_lately = belief.is_dead() && belief.confirmed + TOGETHER >= confirmed;
                belief.was_well && self.windows[*of] == 0 && (!belief.is_dead() || fell_lately)
            })
        };
        let all: Vec<&Vec<usize>> = self.model.tops.iter().filter(is_other).filter(worked).collect();
        let step = all.len().div_ceil(SAMPLE).max(1);
        all.into_iter().step_by(step).collect()
    }

    /// What a device says of a silence that was confirmed then.
    fn vote(&self, face: &[usize], confirmed: Duration) -> Vote {
        let beliefs = || face.iter().map(|of| &self.beliefs[*of]);
        if beliefs().any(|belief| belief.heard.is_some_and(|heard| heard >= confirmed)) {
            Vote::Heard
        } else if beliefs().all(|belief| belief.is_dead() || belief.missed.is_some_and(|missed| missed >= confirmed)) {
            Vote::Silent
        } else {
            Vote::NotAsked
        }
    }

    /// Opens the incident about the watcher if that is whose fault the silence of a check is.
    pub(super) fn begin_doubt(&mut self, place: usize, now: Moment, verdict: &mut Verdict) {
        let is_top = self.model.checks[place].parents.is_empty();
        if self.doubt.is_some() || !is_top || self.windows[place] > 0 || !self.beliefs[place].is_dead() {
            return;
        }
        if !matches!(self.opinion(place, self.is_overdue(place, now)), Opinion::OurFault) {
            return;
        }
        let gateways = self.model.gateways.iter().filter_map(|face| face.first());
        let gateways = gateways.map(|of| self.model.id(*of).device.clone()).collect();
        let is_missing = |of: &usize| self.is_silent(*of) || self.beliefs[*of].is_suspected();
        let fallen = self.model.tops.iter().filter(|face| face.iter().all(is_missing)).count();
        let reason = Reason::Network { silent: u32::try_from(fallen).unwrap_or(u32::MAX), gateways };
        let mut witnesses: Vec<Vec<usize>> = self.model.gateways.clone();
        witnesses.extend(self.jurors(place).into_iter().cloned());
        witnesses.push(vec![place]);
        let opened = self.beliefs[place].since;
        verdict.events.extend(self.ledger.broken(SUBJECT, Severity::Critical, opened, reason, now));
        self.doubt = Some(Doubt { began: now.elapsed, witnesses });
        for waiting in self.pending.keys().copied().collect::<Vec<_>>() {
            self.settle(waiting, now, verdict);
        }
    }

    /// A target was heard: perhaps the network is there again.
    pub(super) fn heard_in_doubt(&mut self, place: usize, at: Timestamp, now: Moment, verdict: &mut Verdict) {
        let Some(doubt) = &self.doubt else { return };
        if !doubt.witnesses.iter().any(|face| face.contains(&place)) {
            return;
        }
        let is_heard =
            |face: &&Vec<usize>| face.iter().any(|of| self.beliefs[*of].heard.is_some_and(|heard| heard > doubt.began));
        let heard = doubt.witnesses.iter().filter(is_heard).count();
        let is_gateway = self.model.gateways.iter().any(|face| face.contains(&place));
        if !is_gateway && heard * 2 < doubt.witnesses.len() {
            return;
        }
        self.doubt = None;
        verdict.events.extend(self.ledger.repaired(&SUBJECT, at, now));
        for of in 0..self.beliefs.len() {
            // Whether it is down is seen anew.
            if self.shown[of].state == State::Unknown && self.beliefs[of].is_dead() {
                self.beliefs[of].reset();
                verdict.ask.push(self.model.id(of).clone());
            }
        }
    }
}

impl Event {
    /// The incident that is opened, changed or resolved.
    #[must_use]
    pub const fn incident(&self) -> Option<super::IncidentId> {
        match self {
            Self::IncidentOpened(incident) | Self::IncidentResolved(incident) => Some(incident.id),
            Self::IncidentUpdated { incident, .. } => Some(*incident),
            Self::StateChanged(_) | Self::Notified(_) => None,
        }
    }
}
