//! Whether an act holds: what residents want to know of it before they read it.

use jiff::civil::Date;

use super::{Graph, PageId};
use crate::content::{Act, Kind};

/// Whether an act holds at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// It is not adopted.
    Draft,
    /// It is adopted, and its first day is still to come.
    Pending,
    /// It holds as it was adopted.
    InForce,
    /// It holds with the changes of another act.
    Amended,
    /// Another act ended it.
    Repealed,
    /// Its last day is over.
    Expired,
}

impl Validity {
    /// Whether `act` holds on `day`, when other acts that hold, or held, on that day amend or repeal it.
    ///
    /// What ended does not come back: an act that was repealed is repealed also after the other act has expired.
    #[must_use]
    pub fn of(act: &Act, is_amended: bool, is_repealed: bool, day: Date) -> Self {
        match (act.adopted, first_day(act)) {
            (None, _) => Self::Draft,
            _ if is_repealed => Self::Repealed,
            _ if act.in_force_to.is_some_and(|last| last < day) => Self::Expired,
            (_, Some(first)) if first > day => Self::Pending,
            _ if is_amended => Self::Amended,
            _ => Self::InForce,
        }
    }

    /// Its name in templates, and the end of the key of its words in the catalogue.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Pending => "pending",
            Self::InForce => "in-force",
            Self::Amended => "amended",
            Self::Repealed => "repealed",
            Self::Expired => "expired",
        }
    }

    /// The key of its words in the catalogue.
    #[must_use]
    pub fn key(self) -> String {
        format!("site-validity-{}", self.word())
    }

    /// Whether the act must be kept to.
    #[must_use]
    pub const fn is_in_force(self) -> bool {
        matches!(self, Self::InForce | Self::Amended)
    }
}

/// The first day on which an act holds; a draft has none.
pub(super) fn first_day(act: &Act) -> Option<Date> {
    act.adopted.map(|adopted| act.in_force_from.unwrap_or(adopted))
}

impl Graph {
    /// Whether an act holds at the time of the site; none for what is no act.
    #[must_use]
    pub fn validity(&self, id: PageId) -> Option<Validity> {
        let Kind::Act(act) = &self.page(id).front.kind else { return None };
        let today = self.now.date();
        let is_named_by = |key: &str| self.first_days_of(id, key).iter().any(|(first, _)| *first <= today);
        Some(Validity::of(act, is_named_by("amends"), is_named_by("repeals"), today))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::content::ActForm;

    pub(in crate::site) fn act(adopted: Option<Date>, from: Option<Date>, to: Option<Date>) -> Act {
        Act {
            form: ActForm::CouncilDecision,
            number: None,
            adopted,
            in_force_from: from,
            in_force_to: to,
            register_identifier: None,
            signatory: None,
            amends: Vec::new(),
            repeals: Vec::new(),
            implements: Vec::new(),
            annexes: Vec::new(),
            consolidated: Vec::new(),
            sitting: None,
            consultation_until: None,
        }
    }

    #[test]
    fn an_act_holds_from_its_first_day_to_its_last() {
        let (adopted, first, last) = (date(2026, 1, 29), date(2026, 3, 1), date(2026, 12, 31));
        let told = act(Some(adopted), Some(first), Some(last));
        let on = |day: Date| Validity::of(&told, false, false, day);
        assert_eq!(on(date(2026, 2, 28)), Validity::Pending);
        assert_eq!(on(first), Validity::InForce);
        assert_eq!(on(last), Validity::InForce);
        assert_eq!(on(date(2027, 1, 1)), Validity::Expired);
    }

    #[test]
    fn without_a_first_day_an_act_holds_from_the_day_it_was_adopted() {
        let told = act(Some(date(2026, 1, 29)), None, None);
        assert_eq!(Validity::of(&told, false, false, date(2026, 1, 28)), Validity::Pending);
        assert_eq!(Validity::of(&told, false, false, date(2026, 1, 29)), Validity::InForce);
    }

    #[test]
    fn other_acts_change_and_end_it_and_a_draft_stays_one() {
        let day = date(2026, 11, 24);
        let told = act(Some(date(2026, 1, 29)), None, None);
        assert_eq!(Validity::of(&told, true, false, day), Validity::Amended);
        assert_eq!(Validity::of(&told, true, true, day), Validity::Repealed);
        assert_eq!(Validity::of(&act(None, Some(date(2026, 1, 1)), None), true, true, day), Validity::Draft);
    }
}
