//! What became of one device in a period: how long it was in which state, and its outages.

use jiff::{SignedDuration, Timestamp};

use super::Period;
use crate::health::{IncidentId, State};
use crate::journal::Turn;
use crate::probe::Failure;

/// How long something was in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// It did what was asked.
    pub up: SignedDuration,
    /// It did, but not always, or not as it should.
    pub degraded: SignedDuration,
    /// It did not.
    pub down: SignedDuration,
    /// It could not be reached.
    pub unreachable: SignedDuration,
    /// It was being worked on, as was announced.
    pub maintenance: SignedDuration,
    /// It was not watched, or nothing was known of it.
    pub unknown: SignedDuration,
}

/// A time in which a device was not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// When it began, in the period.
    pub from: Timestamp,
    /// When it ended, in the period.
    pub to: Timestamp,
    /// Down, if it was that at any time of it, else unreachable.
    pub state: State,
    /// Why; of several reasons the first.
    pub failure: Option<Failure>,
    /// The incident about it, or that took it with it; of several the first.
    pub incident: Option<IncidentId>,
    /// Whether it ended, in the period, because it worked again: not by announced work, nor because nothing was known any longer.
    pub is_repaired: bool,
}

/// What became of a device in a period.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// How long it was in each state; together the period.
    pub parts: Parts,
    /// When it was not there, the oldest first.
    pub outages: Vec<Outage>,
}

/// A time in which the state of a device did not change, and the turn that made it so.
#[derive(Debug, Clone, Copy)]
struct Stretch<'t> {
    from: Timestamp,
    to: Timestamp,
    state: State,
    by: Option<&'t Turn>,
}

impl Parts {
    /// The part of a state.
    #[must_use]
    pub const fn of(&self, state: State) -> SignedDuration {
        match state {
            State::Up => self.up,
            State::Degraded => self.degraded,
            State::Down => self.down,
            State::Unreachable => self.unreachable,
            State::Maintenance => self.maintenance,
            State::Unknown => self.unknown,
        }
    }

    /// How long it was not there.
    #[must_use]
    pub fn lost(&self) -> SignedDuration {
        self.down + self.unreachable
    }

    /// The share of 0 to 1 of the time that counts in which it was there; none if no time counts.
    #[must_use]
    pub fn availability(&self) -> Option<f64> {
        let there = (self.up + self.degraded).as_secs_f64();
        let counted = there + self.lost().as_secs_f64();
        (counted > 0.0).then(|| there / counted)
    }

    fn add(&mut self, state: State, time: SignedDuration) {
        let part = match state {
            State::Up => &mut self.up,
            State::Degraded => &mut self.degraded,
            State::Down => &mut self.down,
            State::Unreachable => &mut self.unreachable,
            State::Maintenance => &mut self.maintenance,
            State::Unknown => &mut self.unknown,
        };
        *part += time;
    }
}

impl std::ops::AddAssign for Parts {
    fn add_assign(&mut self, other: Self) {
        for state in State::ALL {
            self.add(state, other.of(state));
        }
    }
}

impl Outage {
    /// How long it was, in the period.
    #[must_use]
    pub fn length(&self) -> SignedDuration {
        self.to.duration_since(self.from)
    }
}

impl Record {
    /// That of a device whose face came into these states, a list a check. They may come in any order; turns outside of the
    /// period say only in which state the check was at its beginning.
    #[must_use]
    pub fn new<'t>(face: impl IntoIterator<Item = &'t [Turn]>, period: Period) -> Self {
        let mut record = Self::default();
        let timelines: Vec<Vec<&Turn>> = face.into_iter().map(timeline).collect();
        for stretch in stretches(&timelines, period) {
            record.take_in(stretch);
        }
        record
    }

    /// The longest of its outages, if it had any.
    #[must_use]
    pub fn longest(&self) -> Option<SignedDuration> {
        self.outages.iter().map(Outage::length).max()
    }

    /// How long a repair took, in the mean of the outages that ended with one; none if none did.
    #[must_use]
    pub fn mean_time_to_repair(&self) -> Option<SignedDuration> {
        let repaired = || self.outages.iter().filter(|outage| outage.is_repaired);
        let count = i32::try_from(repaired().count()).ok().filter(|count| *count > 0)?;
        Some(repaired().map(Outage::length).fold(SignedDuration::ZERO, |sum, length| sum + length) / count)
    }

    fn take_in(&mut self, stretch: Stretch<'_>) {
        self.parts.add(stretch.state, stretch.to.duration_since(stretch.from));
        let under_way = self.outages.last_mut().filter(|outage| outage.to == stretch.from);
        match (stretch.state, under_way) {
            (State::Down | State::Unreachable, Some(outage)) => {
                outage.to = stretch.to;
                outage.state = outage.state.max(stretch.state);
                outage.failure = outage.failure.take().or_else(|| stretch.by?.failure.clone());
                outage.incident = outage.incident.or_else(|| stretch.by?.incident);
            }
            (State::Down | State::Unreachable, None) => self.outages.push(Outage {
                from: stretch.from,
                to: stretch.to,
                state: stretch.state,
                failure: stretch.by.and_then(|turn| turn.failure.clone()),
                incident: stretch.by.and_then(|turn| turn.incident),
                is_repaired: false,
            }),
            (State::Up | State::Degraded, Some(outage)) => outage.is_repaired = true,
            _ => {}
        }
    }
}

/// The states that a device was in, one after another: what [`Record::new`] adds up.
#[must_use]
pub fn states<'t>(face: impl IntoIterator<Item = &'t [Turn]>, period: Period) -> Vec<(State, Period)> {
    let timelines: Vec<Vec<&Turn>> = face.into_iter().map(timeline).collect();
    let mut states: Vec<(State, Period)> = Vec::new();
    for stretch in stretches(&timelines, period) {
        match states.last_mut() {
            Some((state, before)) if *state == stretch.state => before.to = stretch.to,
            _ => states.push((stretch.state, Period { from: stretch.from, to: stretch.to })),
        }
    }
    states
}

/// The turns of a check in the order of time: at each moment it is in the state of the last entry that is dated no later.
/// What a clock that went ahead has dated into the future is overruled by what was written after it was set back.
fn timeline(turns: &[Turn]) -> Vec<&Turn> {
    let mut written: Vec<&Turn> = turns.iter().collect();
    written.sort_unstable_by_key(|turn| turn.entry);
    let mut timeline: Vec<&Turn> = Vec::with_capacity(written.len());
    for turn in written {
        while timeline.last().is_some_and(|before| before.at >= turn.at) {
            timeline.pop();
        }
        timeline.push(turn);
    }
    timeline
}

/// The period, cut where the state of the device may change.
fn stretches<'t>(timelines: &[Vec<&'t Turn>], period: Period) -> Vec<Stretch<'t>> {
    let within = |at: &Timestamp| period.from < *at && *at < period.to;
    let mut cuts: Vec<Timestamp> = timelines.iter().flatten().map(|turn| turn.at).filter(within).collect();
    cuts.sort_unstable();
    cuts.dedup();
    // How many turns of each check have been.
    let mut been = vec![0; timelines.len()];
    let begins = std::iter::once(period.from).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain(std::iter::once(period.to));
    let stretches = begins.zip(ends).filter(|(from, to)| from < to).map(|(from, to)| {
        let mut worst: (State, Option<&Turn>) = (State::Unknown, None);
        for (timeline, been) in timelines.iter().zip(&mut been) {
            while timeline.get(*been).is_some_and(|turn| turn.at <= from) {
                *been += 1;
            }
            let last = been.checked_sub(1).map(|last| timeline[last]);
            let state = last.map_or(State::Unknown, |turn| turn.to);
            if weight(state) > weight(worst.0) {
                worst = (state, last);
            }
        }
        Stretch { from, to, state: worst.0, by: worst.1 }
    });
    stretches.collect()
}

/// Which of the states of its checks a device is in: the heaviest.
const fn weight(state: State) -> u8 {
    match state {
        State::Unknown => 0,
        State::Up => 1,
        State::Degraded => 2,
        State::Unreachable => 3,
        State::Down => 4,
        State::Maintenance => 5,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn period(from: i64, to: i64) -> Period {
        Period { from: at(from), to: at(to) }
    }

    fn seconds(seconds: i64) -> SignedDuration {
        SignedDuration::from_secs(seconds)
    }

    fn turn(entry: i64, second: i64, to: State) -> Turn {
        let failure = (to == State::Down).then_some(Failure::Refused);
        let incident = matches!(to, State::Down | State::Unreachable).then_some(IncidentId(entry));
        Turn { entry, at: at(second), to, failure, incident }
    }

    /// The turns of a check from (second, state), in the order in which they were written.
    fn turns(written: &[(i64, State)]) -> Vec<Turn> {
        written.iter().zip(1..).map(|((second, to), entry)| turn(entry, *second, *to)).collect()
    }

    #[test]
    fn only_time_that_counts_is_shared_out() {
        use State::{Degraded, Down, Maintenance, Unknown, Unreachable, Up};
        let turns = turns(&[(10, Up), (50, Degraded), (60, Down), (70, Unreachable), (75, Maintenance), (95, Unknown)]);
        let record = Record::new([&*turns], period(0, 100));
        let parts = State::ALL.map(|state| (state, record.parts.of(state).as_secs()));
        assert_eq!(parts, [(Up, 40), (Maintenance, 20), (Degraded, 10), (Unknown, 15), (Unreachable, 5), (Down, 10)]);
        assert_eq!(record.parts.availability(), Some(50.0 / 65.0));
        assert_eq!(Record::new([&*turns], period(0, 5)).parts.availability(), None, "nobody watched");
        assert_eq!(Record::new([&*turns], period(76, 90)).parts.availability(), None, "it was being worked on");
    }

    #[test]
    fn an_outage_is_one_whatever_it_changes_between_and_says_why() {
        use State::{Degraded, Down, Unreachable, Up};
        let turns = turns(&[(0, Up), (10, Unreachable), (20, Down), (40, Degraded), (50, Down), (60, Up)]);
        let record = Record::new([&*turns], period(0, 100));
        let [first, second] = &record.outages[..] else { panic!("{:?}", record.outages) };
        assert_eq!((first.from, first.to, first.state), (at(10), at(40), Down));
        assert_eq!((&first.failure, first.incident), (&Some(Failure::Refused), Some(IncidentId(2))));
        assert_eq!(second.length(), seconds(10));
        assert_eq!((record.longest(), record.mean_time_to_repair()), (Some(seconds(30)), Some(seconds(20))));
    }

    #[test]
    fn outages_that_reach_over_the_edges_are_cut_and_only_repairs_are_repairs() {
        use State::{Down, Maintenance, Up};
        let turns = turns(&[(-50, Down), (10, Up), (30, Down), (40, Maintenance), (60, Up), (90, Down)]);
        let record = Record::new([&*turns], period(0, 100));
        let outages: Vec<_> = record.outages.iter().map(|outage| (outage.length(), outage.is_repaired)).collect();
        assert_eq!(outages, [(seconds(10), true), (seconds(10), false), (seconds(10), false)]);
        assert_eq!(record.outages[0].failure, Some(Failure::Refused), "why it was down is known from before");
        assert_eq!(record.mean_time_to_repair(), Some(seconds(10)));
        assert_eq!(Record::new([&*turns], period(65, 80)).mean_time_to_repair(), None);
    }

    #[test]
    fn a_device_is_in_the_worst_state_of_its_face() {
        use State::{Down, Maintenance, Unknown, Up};
        let first = turns(&[(0, Up), (30, Down), (40, Up)]);
        let second = turns(&[(0, Unknown), (20, Up), (50, Down), (60, Maintenance), (70, Up)]);
        let record = Record::new([&*first, &*second], period(0, 100));
        assert_eq!(record.parts.of(Unknown), seconds(0), "the other was known");
        assert_eq!(record.parts.of(Down), seconds(20));
        assert_eq!(record.parts.of(Maintenance), seconds(10));
        assert_eq!(record.outages.len(), 2);
        assert_eq!(Record::new([], period(0, 100)).parts.of(Unknown), seconds(100));
    }

    #[test]
    fn what_a_clock_that_went_ahead_has_dated_is_overruled() {
        use State::{Down, Up};
        let turns = turns(&[(0, Up), (80, Down), (20, Up)]);
        assert_eq!(Record::new([&*turns], period(0, 100)).parts.of(Up), seconds(100));
    }

    /// Checks of a face, each with what was written of it.
    fn faces() -> impl Strategy<Value = Vec<Vec<Turn>>> {
        let written = proptest::collection::vec((-50..150_i64, proptest::sample::select(&State::ALL[..])), 0..12);
        proptest::collection::vec(written.prop_map(|written| turns(&written)), 1..4)
    }

    /// The state in a second, told in another way: by asking every entry.
    fn state_in(face: &[Vec<Turn>], second: i64) -> State {
        let of_check = |turns: &Vec<Turn>| {
            let until_then = turns.iter().filter(|turn| turn.at <= at(second));
            until_then.max_by_key(|turn| turn.entry).map_or(State::Unknown, |turn| turn.to)
        };
        let states: Vec<State> = face.iter().map(of_check).collect();
        let order = [State::Maintenance, State::Down, State::Unreachable, State::Degraded, State::Up];
        order.into_iter().find(|state| states.contains(state)).unwrap_or(State::Unknown)
    }

    proptest! {
        #[test]
        fn the_parts_are_the_period(face in faces(), from in -60..160_i64, length in 0..200_i64) {
            let period = period(from, from + length);
            let parts = Record::new(face.iter().map(Vec::as_slice), period).parts;
            let sum = State::ALL.iter().fold(SignedDuration::ZERO, |sum, state| sum + parts.of(*state));
            prop_assert_eq!(sum, period.length());
        }

        #[test]
        fn counting_every_second_gives_the_same(face in faces(), from in -60..160_i64, length in 0..200_i64) {
            let record = Record::new(face.iter().map(Vec::as_slice), period(from, from + length));
            let counted: Vec<State> = (from..from + length).map(|second| state_in(&face, second)).collect();
            for state in State::ALL {
                let count = counted.iter().filter(|found| **found == state).count();
                prop_assert_eq!(record.parts.of(state), seconds(i64::try_from(count).unwrap()), "{}", state);
            }
            let is_lost = |state: &State| matches!(state, State::Down | State::Unreachable);
            let runs: Vec<usize> = counted.split(|state| !is_lost(state)).map(<[State]>::len).filter(|run| *run > 0).collect();
            let lengths: Vec<_> = record.outages.iter().map(|outage| outage.length().as_secs()).collect();
            prop_assert_eq!(lengths, runs.iter().map(|run| i64::try_from(*run).unwrap()).collect::<Vec<_>>());
            let repairs = counted.windows(2).filter(|pair| is_lost(&pair[0]) && matches!(pair[1], State::Up | State::Degraded));
            prop_assert_eq!(record.outages.iter().filter(|outage| outage.is_repaired).count(), repairs.count());
        }

        #[test]
        fn the_order_in_which_they_are_read_does_not_matter(
            (face, shuffled) in faces().prop_flat_map(|face| {
                let shuffled: Vec<_> = face.iter().cloned().map(|turns| Just(turns).prop_shuffle()).collect();
                (Just(face), shuffled)
            }),
        ) {
            let record = |face: &[Vec<Turn>]| Record::new(face.iter().map(Vec::as_slice), period(0, 100));
            prop_assert_eq!(record(&face), record(&shuffled));
        }
    }
}
