//! Which time is looked at: a calendar month of the municipality, up to now.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// A time from a moment to a later one, which does not belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
}

/// A month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(
    /// Its first day.
    Date,
);

/// Text that is no month: `2026-11` is one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a month is written as a year and a number of two digits: 2026-11")]
pub struct NotAMonth;

impl Period {
    /// How long it is; nothing if it ends before it begins.
    #[must_use]
    pub fn length(&self) -> SignedDuration {
        self.to.duration_since(self.from).max(SignedDuration::ZERO)
    }
}

impl Month {
    /// The one that a moment is in, by the clocks of `zone`.
    #[must_use]
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        Self(at.to_zoned_datetime(zone.clone()).date().first_of_month())
    }

    /// Its year, and its number from 1 to 12.
    #[must_use]
    pub fn year_and_number(self) -> (i16, i8) {
        (self.0.year(), self.0.month())
    }

    /// The one before; itself if there is none.
    #[must_use]
    pub fn previous(self) -> Self {
        Self(self.0.saturating_sub(1.month()))
    }

    /// From its first midnight to the next month's, by the clocks of `zone`, but not beyond `now`. A month in which the clocks go
    /// back is an hour longer, one in which they go forward an hour shorter; one that has not begun is empty.
    #[must_use]
    pub fn period(self, zone: &TimeZone, now: Timestamp) -> Period {
        // Midnights out of the calendar's range are those of years that nobody watches.
        let midnight =
            |day: Date| day.to_zoned_datetime(zone.clone()).map_or(Timestamp::MAX, |midnight| midnight.timestamp());
        let from = midnight(self.0);
        let to = midnight(self.0.saturating_add(1.month()));
        Period { from, to: to.min(now).max(from) }
    }
}

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let (year, month) = text.split_once('-').ok_or(NotAMonth)?;
        let is_number = |text: &str, digits| text.len() == digits && text.bytes().all(|digit| digit.is_ascii_digit());
        if !is_number(year, 4) || !is_number(month, 2) {
            return Err(NotAMonth);
        }
        let (year, month) = (year.parse().map_err(|_| NotAMonth)?, month.parse().map_err(|_| NotAMonth)?);
        Date::new(year, month, 1).map(Self).map_err(|_| NotAMonth)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(month: &str) -> i64 {
        let zone = TimeZone::get("Europe/Vilnius").unwrap();
        month.parse::<Month>().unwrap().period(&zone, Timestamp::MAX).length().as_hours()
    }

    #[test]
    fn months_are_as_long_as_the_clocks_of_the_zone_say() {
        assert_eq!(["2026-10", "2026-03", "2026-11", "2028-02"].map(hours), [745, 743, 720, 696]);
    }

    #[test]
    fn the_running_month_lasts_until_now_and_the_next_has_no_time_yet() {
        let zone = TimeZone::get("Europe/Vilnius").unwrap();
        let now: Timestamp = "2026-10-31T22:30:00Z".parse().unwrap();
        let month = Month::of(now, &zone);
        assert_eq!(month.to_string(), "2026-11", "by the clocks of Vilnius it is the first of November already");
        let period = month.period(&zone, now);
        assert_eq!((period.from.to_string().as_str(), period.to), ("2026-10-31T22:00:00Z", now));
        assert_eq!("2026-12".parse::<Month>().unwrap().period(&zone, now).length(), SignedDuration::ZERO);
        assert_eq!(month.previous().to_string(), "2026-10");
        assert_eq!("2026-01".parse::<Month>().unwrap().previous().to_string(), "2025-12");
    }

    #[test]
    fn what_is_no_month_is_refused() {
        for text in ["", "2026", "2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "+026-11", "-2026-1", "٢٠٢٦-11"]
        {
            assert_eq!(text.parse::<Month>(), Err(NotAMonth), "{text}");
        }
    }
}
