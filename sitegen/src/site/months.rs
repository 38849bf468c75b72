//! What takes place on which day: the months of a section that lists events.
//!
//! Months that are further away than a year are in no calendar: nobody looks for them day by day, and an event that repeats for
//! ever would have no last one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;
use rayon::prelude::*;

use super::taken::Taken;
use super::{Graph, PageId, Section};
use crate::content::{Kind, Moment, Page};
use crate::emit::calendar;

/// How many months before and after the present one calendars have.
const MONTHS: i32 = 12;

/// A month of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: Date,
}

/// Something that takes place on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occasion {
    /// The page that tells of it.
    pub page: PageId,
    /// When it begins: on that day, or on one before when it lasts several days.
    pub start: Moment,
}

impl Month {
    /// The month of a day.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self { first: day.first_of_month() }
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.first.year()
    }

    /// The number in the year, from 1 to 12.
    #[must_use]
    pub fn number(self) -> i8 {
        self.first.month()
    }

    /// Its days, in order.
    pub fn days(self) -> impl Iterator<Item = Date> {
        self.first.series(1.day()).take_while(move |day| Self::of(*day) == self)
    }

    /// How many days of the week, which begins on Monday, come before its first day.
    #[must_use]
    pub fn offset(self) -> usize {
        usize::try_from(self.first.weekday().to_monday_zero_offset()).unwrap_or_default()
    }

    /// Where the calendar of the month is, of a section at `address`.
    #[must_use]
    pub fn address(self, address: &str) -> String {
        format!("{address}{}/", self.first.strftime("%Y-%m"))
    }
}

/// Puts what sections list into their calendars.
pub(super) fn fill(graph: &mut Graph) {
    let taken = Taken::of(graph);
    let found: Vec<_> = graph.sections().par_iter().map(|section| of_section(graph, section, &taken)).collect();
    for (section, (days, months)) in graph.sections.iter_mut().zip(found) {
        (section.days, section.months) = (days, months);
    }
}

type Days = BTreeMap<Date, Vec<Occasion>>;

fn of_section(graph: &Graph, section: &Section, taken: &Taken<'_>) -> (Days, Vec<Month>) {
    let mut days = Days::new();
    let has_events = section.listed.iter().any(|id| is_event(graph.page(*id)));
    if !has_events || section.parent.is_none() || section.is_year() {
        return (days, Vec::new());
    }
    let present = Month::of(graph.now.date());
    let from = present.first.saturating_sub(MONTHS.months());
    let to = present.first.saturating_add(MONTHS.months()).last_of_month();
    for id in section.listed.iter().chain(&section.expired) {
        for (start, end) in calendar::times(graph, graph.page(*id), from, to) {
            for day in start.date().max(from).series(1.day()).take_while(|day| *day <= last_day(start, end).min(to)) {
                days.entry(day).or_default().push(Occasion { page: *id, start });
            }
        }
    }
    for occasions in days.values_mut() {
        occasions.sort_by_key(|occasion| (occasion.start.start(), occasion.page));
    }
    let mut months: BTreeSet<Month> = days.keys().copied().map(Month::of).collect();
    months.insert(present);
    months.retain(|month| !taken.has(&month.address(&section.address)));
    (days, months.into_iter().collect())
}

/// Whether a page tells of something that people go to at a time.
fn is_event(page: &Page) -> bool {
    match &page.front.kind {
        Kind::Event(_) | Kind::Sitting(_) => true,
        Kind::Course(course) => !course.dates.is_empty(),
        _ => false,
    }
}

/// The last day of a time; one that ends at midnight does not touch the new day.
fn last_day(start: Moment, end: Moment) -> Date {
    match end {
        Moment::Time(time) if time.time() == jiff::civil::Time::midnight() && time > start.start() => {
            time.date().saturating_sub(1.day())
        }
        end => end.date(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn weeks_begin_on_monday() {
        let november = Month::of(date(2026, 11, 24));
        assert_eq!((november.offset(), november.days().count()), (6, 30));
        assert_eq!(Month::of(date(2027, 2, 1)).offset(), 0);
        assert_eq!(november.address("/renginiai/"), "/renginiai/2026-11/");
    }

    #[test]
    fn what_ends_at_midnight_is_not_of_the_next_day() {
        let at = |day: i8, hour: i8| Moment::Time(date(2026, 11, day).at(hour, 0, 0, 0));
        assert_eq!(last_day(at(5, 20), at(6, 0)), date(2026, 11, 5));
        assert_eq!(last_day(at(5, 20), at(6, 2)), date(2026, 11, 6));
        assert_eq!(last_day(at(5, 0), at(5, 0)), date(2026, 11, 5));
    }
}
