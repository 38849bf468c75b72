//! Whether checks start when they are due. A machine that can no longer do all that it is asked must say so: a poll that
//! quietly comes every three minutes instead of every one looks exactly like a network that is well.

use std::time::Duration;

/// How late what started within a minute was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lateness {
    /// Half of the checks started within this time after they were due.
    pub median: Duration,
    /// Ninety-nine of a hundred did.
    pub p99: Duration,
    /// All did.
    pub longest: Duration,
    /// Rounds that were left out since the daemon was started, because the round before took until then.
    pub skipped: u64,
}

/// From here on people are told.
const TOO_LATE: Duration = Duration::from_millis(500);

/// What is being counted in this minute.
#[derive(Debug, Default)]
pub struct Counting {
    late: Vec<Duration>,
    skipped: u64,
    skipped_before: u64,
    is_too_much: bool,
}

/// What the end of a minute brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// More is due than can be done, since this minute.
    TooMuch,
    /// It can be done again.
    Enough,
}

impl Counting {
    /// A check started `late` after it was due, and had to leave `skipped` rounds out.
    pub fn note(&mut self, late: Duration, skipped: u32) {
        self.late.push(late);
        self.skipped += u64::from(skipped);
    }

    /// Ends a minute: how late its checks were, none if there were none, and whether that is news.
    pub fn end_of_minute(&mut self) -> (Option<Lateness>, Option<Turn>) {
        let mut late = std::mem::take(&mut self.late);
        late.sort_unstable();
        let at = |percent: usize| late.get((late.len() * percent / 100).min(late.len() - 1)).copied();
        let Some(longest) = late.last().copied() else { return (None, None) };
        let (median, p99) = (at(50).unwrap_or(longest), at(99).unwrap_or(longest));
        let lateness = Lateness { median, p99, longest, skipped: self.skipped };
        let is_too_much = p99 > TOO_LATE || self.skipped > self.skipped_before;
        self.skipped_before = self.skipped;
        let was_too_much = std::mem::replace(&mut self.is_too_much, is_too_much);
        let turn = match (was_too_much, is_too_much) {
            (false, true) => Some(Turn::TooMuch),
            (true, false) => Some(Turn::Enough),
            _ => None,
        };
        (Some(lateness), turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_late_is_not_too_much_but_many_are_until_they_are_not() {
        let mut counting = Counting::default();
        let minute = |counting: &mut Counting, late: u64| {
            for number in 0..200 {
                counting.note(Duration::from_millis(if number < late { 800 } else { 1 }), 0);
            }
            counting.end_of_minute()
        };
        let (lateness, turn) = minute(&mut counting, 1);
        let lateness = lateness.unwrap();
        assert_eq!((lateness.median, lateness.longest), (Duration::from_millis(1), Duration::from_millis(800)));
        assert_eq!((lateness.p99, turn), (Duration::from_millis(1), None));
        assert_eq!(minute(&mut counting, 20).1, Some(Turn::TooMuch));
        assert_eq!(minute(&mut counting, 20).1, None, "that is no news");
        assert_eq!(minute(&mut counting, 0).1, Some(Turn::Enough));
    }

    #[test]
    fn a_round_left_out_is_too_much() {
        let mut counting = Counting::default();
        counting.note(Duration::ZERO, 2);
        assert_eq!(counting.end_of_minute().1, Some(Turn::TooMuch));
        counting.note(Duration::ZERO, 0);
        let (lateness, turn) = counting.end_of_minute();
        assert_eq!((lateness.map(|it| it.skipped), turn), (Some(2), Some(Turn::Enough)));
        assert_eq!(counting.end_of_minute(), (None, None), "nothing was due");
    }
}
