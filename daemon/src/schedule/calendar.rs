//! Calendar events in systemd's notation (systemd.time(7), "CALENDAR EVENTS"), because administrators know it from timers:
//! `daily`, `Mon..Fri 20:00`, `*-*-01 02:30`, `*:0/15`. Years are always `*`.
//!
//! What happens when the clocks change is decided here, not left to chance. A time that does not exist, because the clock
//! jumps over it, is made up for at the first moment after the jump. A time that comes twice is meant once, the first time,
//! unless the schedule has something in every hour: then an hour that comes twice is two hours.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use messages::Message;
use strict_toml::FromText;

/// When something happens again and again, to the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// As it was written.
    text: String,
    weekdays: Set,
    months: Set,
    days: Set,
    hours: Set,
    minutes: Set,
    seconds: Set,
}

/// Text that is no calendar event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no calendar event such as \"daily\", \"Mon..Fri 20:00\" or \"*-*-01 02:30\" (systemd.time(7))")]
pub struct NotACalendar(String);

/// Numbers below 64, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Set(u64);

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const SHORTHANDS: [(&str, &str); 5] = [
    ("minutely", "*-*-* *:*:00"),
    ("hourly", "*-*-* *:00:00"),
    ("daily", "*-*-* 00:00:00"),
    ("weekly", "Mon *-*-* 00:00:00"),
    ("monthly", "*-*-01 00:00:00"),
];

/// The Gregorian calendar repeats itself after 400 years, but 29 February is on each weekday within 40.
const YEARS_AHEAD: i16 = 40;

impl Calendar {
    /// The first time after `after`; none when no such day exists, as with 30 February.
    #[must_use]
    pub fn next_after(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut start = floor_to_second(after).checked_add(1.second()).ok()?;
        let last_day = zone.to_datetime(after).date().saturating_add(YEARS_AHEAD.years());
        // Between two changes of the clock local time runs evenly; each turn of this loop is one such stretch.
        loop {
            let offset = zone.to_offset(start);
            let mut from = offset.to_datetime(start);
            if let Some((changed, would_be)) = last_change(start, zone) {
                let is_missed = |time: DateTime| would_be <= time && time < from;
                if changed == start && self.next_civil(would_be, from.date()).is_some_and(is_missed) {
                    return Some(start);
                }
                if !self.is_every_hour() {
                    from = from.max(would_be);
                }
            }
            let change = zone.following(start).next().map(|change| change.timestamp());
            let last_day_here = change.map_or(last_day, |change| offset.to_datetime(change).date().min(last_day));
            let found = self.next_civil(from, last_day_here).and_then(|local| offset.to_timestamp(local).ok());
            match (found, change) {
                (Some(found), None) => return Some(found),
                (Some(found), Some(change)) if found < change => return Some(found),
                (_, Some(change)) if offset.to_datetime(change).date() <= last_day => start = change,
                _ => return None,
            }
        }
    }

    /// Whether a time has come since `last`, as when the daemon was not running.
    #[must_use]
    pub fn is_due(&self, last: Timestamp, now: Timestamp, zone: &TimeZone) -> bool {
        self.next_after(last, zone).is_some_and(|next| next <= now)
    }

    /// When it is next, having been kept last at `since`: now, if a time has come since.
    #[must_use]
    pub fn due_or_next(&self, since: Timestamp, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        if self.is_due(since, now, zone) { Some(now) } else { self.next_after(now, zone) }
    }

    fn is_every_hour(&self) -> bool {
        self.hours == Set::range(0, 23)
    }

    /// The first matching local time from `from` on, not later than on `last_day`.
    fn next_civil(&self, from: DateTime, last_day: Date) -> Option<DateTime> {
        let mut day = from.date();
        let mut earliest = from.time();
        while day <= last_day {
            if self.has_day(day)
                && let Some(time) = self.next_time(earliest)
            {
                return Some(day.to_datetime(time));
            }
            day = day.tomorrow().ok()?;
            earliest = Time::midnight();
        }
        None
    }

    fn has_day(&self, day: Date) -> bool {
        let weekday = day.weekday().to_monday_zero_offset();
        self.months.has(day.month()) && self.days.has(day.day()) && self.weekdays.has(weekday)
    }

    /// The first matching time of a day from `from` on.
    fn next_time(&self, from: Time) -> Option<Time> {
        for hour in self.hours.from(from.hour()) {
            let is_same_hour = hour == from.hour();
            for minute in self.minutes.from(if is_same_hour { from.minute() } else { 0 }) {
                let is_same_minute = is_same_hour && minute == from.minute();
                if let Some(second) = self.seconds.from(if is_same_minute { from.second() } else { 0 }).next() {
                    return Time::new(hour, minute, second, 0).ok();
                }
            }
        }
        None
    }
}

/// When the clock was last changed, at `start` or before, and what it would have shown then without the change: up to that
/// local time everything has come once.
fn last_change(start: Timestamp, zone: &TimeZone) -> Option<(Timestamp, DateTime)> {
    let changed = zone.preceding(start.checked_add(1.second()).ok()?).next()?.timestamp();
    let before = zone.to_offset(changed.checked_sub(1.second()).ok()?);
    Some((changed, before.to_datetime(changed)))
}

fn floor_to_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_millisecond().div_euclid(1000)).unwrap_or(time)
}

impl Set {
    const fn range(first: u8, last: u8) -> Self {
        Self((u64::MAX >> (63 - last as u32)) & (u64::MAX << first as u32))
    }

    fn has(self, number: i8) -> bool {
        u32::try_from(number).is_ok_and(|number| self.0 >> number & 1 == 1)
    }

    /// Its numbers from `first` on, in order.
    fn from(self, first: i8) -> impl Iterator<Item = i8> {
        (first.max(0)..64).filter(move |number| self.has(*number))
    }

    /// Reads a list of `*`, `a`, `a..b`, each perhaps with `/step`, where every number is from `first` to `last`.
    fn parse(text: &str, first: u8, last: u8) -> Option<Self> {
        let number = |text: &str| {
            text.parse::<u8>().ok().filter(|_| !text.starts_with('+')).filter(|number| (first..=last).contains(number))
        };
        let mut found = 0;
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(step.parse::<usize>().ok().filter(|step| *step > 0)?)),
                None => (part, None),
            };
            let (from, to) = match range.split_once("..") {
                Some((from, to)) => (number(from)?, number(to)?),
                None if range == "*" => (first, last),
                None if step.is_some() => (number(range)?, last),
                None => (number(range)?, number(range)?),
            };
            if from > to {
                return None;
            }
            for number in (from..=to).step_by(step.unwrap_or(1)) {
                found |= 1 << number;
            }
        }
        Some(Self(found))
    }

    fn parse_weekdays(text: &str) -> Option<Self> {
        let number = |name: &str| {
            // The whole name or its first three letters, nothing between: `monthly 03:00` is no Monday.
            WEEKDAYS
                .iter()
                .position(|weekday| name.eq_ignore_ascii_case(weekday) || name.eq_ignore_ascii_case(&weekday[..3]))
        };
        let mut found = 0;
        for part in text.split(',') {
            let (from, to) = part.split_once("..").unwrap_or((part, part));
            let (from, to) = (number(from)?, number(to)?);
            if from > to {
                return None;
            }
            for weekday in from..=to {
                found |= 1 << weekday;
            }
        }
        Some(Self(found))
    }
}

fn parse(text: &str) -> Option<Calendar> {
    let shorthand = SHORTHANDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    let mut parts = shorthand.map_or(text, |(_, meaning)| meaning).split_whitespace().peekable();
    let weekdays = match parts.next_if(|part| part.starts_with(|first: char| first.is_ascii_alphabetic())) {
        Some(part) => Set::parse_weekdays(part)?,
        None => Set::range(0, 6),
    };
    let date = parts.next_if(|part| part.contains('-')).unwrap_or("*-*-*");
    let time = parts.next_if(|part| part.contains(':')).unwrap_or("00:00:00");
    if parts.next().is_some() || text.trim().is_empty() {
        return None;
    }
    let (month, day) = match date.split('-').collect::<Vec<_>>()[..] {
        ["*", month, day] | [month, day] => (month, day),
        _ => return None,
    };
    let (hour, minute, second) = match time.split(':').collect::<Vec<_>>()[..] {
        [hour, minute, second] => (hour, minute, second),
        [hour, minute] => (hour, minute, "00"),
        _ => return None,
    };
    Some(Calendar {
        text: text.to_owned(),
        weekdays,
        months: Set::parse(month, 1, 12)?,
        days: Set::parse(day, 1, 31)?,
        hours: Set::parse(hour, 0, 23)?,
        minutes: Set::parse(minute, 0, 59)?,
        seconds: Set::parse(second, 0, 59)?,
    })
}

impl FromStr for Calendar {
    type Err = NotACalendar;

    fn from_str(text: &str) -> Result<Self, NotACalendar> {
        parse(text).ok_or_else(|| NotACalendar(text.to_owned()))
    }
}

impl FromText for Calendar {
    const EXAMPLE: &'static str = "\"Mon..Fri 20:00\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        text.parse().map_err(|NotACalendar(text)| strict_toml::not_a("config-calendar", &text, Self::EXAMPLE))
    }
}

/// As it was written.
impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vilnius() -> TimeZone {
        TimeZone::get("Europe/Vilnius").unwrap()
    }

    /// The next `count` times after `after`, in local time with its offset.
    fn next(calendar: &str, after: &str, count: usize) -> Vec<String> {
        let calendar: Calendar = calendar.parse().unwrap();
        let mut at: Timestamp = after.parse().unwrap();
        let mut times = Vec::new();
        for _ in 0..count {
            at = calendar.next_after(at, &vilnius()).unwrap();
            times.push(at.to_zoned_datetime(vilnius()).strftime("%a %F %T%z").to_string());
        }
        times
    }

    #[test]
    fn the_usual_schedules_mean_what_systemd_says() {
        let from = "2026-11-24T10:00:30+02:00";
        assert_eq!(next("minutely", from, 2), ["Tue 2026-11-24 10:01:00+0200", "Tue 2026-11-24 10:02:00+0200"]);
        assert_eq!(next("hourly", from, 1), ["Tue 2026-11-24 11:00:00+0200"]);
        assert_eq!(next("daily", from, 1), ["Wed 2026-11-25 00:00:00+0200"]);
        assert_eq!(next("weekly", from, 1), ["Mon 2026-11-30 00:00:00+0200"]);
        assert_eq!(next("monthly", from, 2), ["Tue 2026-12-01 00:00:00+0200", "Fri 2027-01-01 00:00:00+0200"]);
        assert_eq!(next("Fri..Sun 20:00", from, 2), ["Fri 2026-11-27 20:00:00+0200", "Sat 2026-11-28 20:00:00+0200"]);
        assert_eq!(next("*-*-01,15 02:30", from, 1), ["Tue 2026-12-01 02:30:00+0200"]);
        assert_eq!(next("*:0/20", from, 2), ["Tue 2026-11-24 10:20:00+0200", "Tue 2026-11-24 10:40:00+0200"]);
        assert_eq!(next("*:*:0/25", from, 2), ["Tue 2026-11-24 10:00:50+0200", "Tue 2026-11-24 10:01:00+0200"]);
        assert_eq!(next("Mon 02-29 12:00", from, 1), ["Mon 2044-02-29 12:00:00+0200"]);
    }

    #[test]
    fn what_is_no_calendar_event_is_refused() {
        for bad in [
            "",
            " ",
            "dayly",
            "monthly 03:00",
            "monthlly",
            "Mond 03:00",
            "+3:00",
            "25:00",
            "12:60",
            "Mon..",
            "Sun..Mon 10:00",
            "*-13-01",
            "*-*-00",
            "*:0/0",
            "x",
            "Pirm 10:00",
            "10",
            "10:00 10:00",
            "Žas 10:00",
            "2026-*-* 10:00",
            "*-*-* 1:2:3:4",
            "10:00 *-*-*",
        ] {
            assert!(bad.parse::<Calendar>().is_err(), "{bad}");
        }
        let never: Calendar = "*-02-30".parse().unwrap();
        assert_eq!(never.next_after(Timestamp::UNIX_EPOCH, &vilnius()), None);
    }

    #[test]
    fn a_time_that_the_clock_jumps_over_is_made_up_for_right_after() {
        // On 2026-03-29 the clock goes from 02:59:59+02 to 04:00:00+03.
        assert_eq!(
            next("03:30", "2026-03-28T12:00:00Z", 2),
            ["Sun 2026-03-29 04:00:00+0300", "Mon 2026-03-30 03:30:00+0300"]
        );
        assert_eq!(
            next("03:30", "2026-03-29T02:59:59+02:00", 2),
            ["Sun 2026-03-29 04:00:00+0300", "Mon 2026-03-30 03:30:00+0300"]
        );
        assert_eq!(
            next("*:0/30", "2026-03-29T02:29:00+02:00", 3),
            ["Sun 2026-03-29 02:30:00+0200", "Sun 2026-03-29 04:00:00+0300", "Sun 2026-03-29 04:30:00+0300"]
        );
    }

    #[test]
    fn a_time_that_comes_twice_is_meant_once_unless_every_hour_is() {
        // On 2026-10-25 the clock goes from 03:59:59+03 back to 03:00:00+02.
        assert_eq!(
            next("03:30", "2026-10-24T12:00:00Z", 2),
            ["Sun 2026-10-25 03:30:00+0300", "Mon 2026-10-26 03:30:00+0200"]
        );
        // A daemon that is started within the second pass knows that the first one has been.
        assert_eq!(next("03:30", "2026-10-25T03:10:00+02:00", 1), ["Mon 2026-10-26 03:30:00+0200"]);
        assert_eq!(
            next("hourly", "2026-10-25T02:30:00+03:00", 3),
            ["Sun 2026-10-25 03:00:00+0300", "Sun 2026-10-25 03:00:00+0200", "Sun 2026-10-25 04:00:00+0200"]
        );
    }

    #[test]
    fn what_was_missed_is_due_once() {
        let daily: Calendar = "03:00".parse().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let last = at("2026-11-20T03:00:00+02:00");
        assert!(!daily.is_due(last, at("2026-11-21T02:59:59+02:00"), &vilnius()));
        assert!(daily.is_due(last, at("2026-11-21T03:00:00+02:00"), &vilnius()));
        assert!(daily.is_due(last, at("2026-11-24T10:00:00+02:00"), &vilnius()));
        assert!(!daily.is_due(at("2026-11-24T10:00:00+02:00"), at("2026-11-24T11:00:00+02:00"), &vilnius()));
    }

    proptest! {
        #[test]
        fn the_next_time_is_the_first_one_after(second in 1_760_000_000_i64..1_830_000_000, which in 0_usize..4) {
            let text = ["*:0/7", "Mon..Fri 20:00,30", "*-*-29..31 03:15", "*:*:10/20"][which];
            let calendar: Calendar = text.parse().unwrap();
            let after = Timestamp::from_second(second).unwrap();
            let next = calendar.next_after(after, &vilnius()).unwrap();
            prop_assert!(next > after);
            // Nothing was left out: from any moment between, the next time is the same.
            let between = Timestamp::from_second(i64::midpoint(second, next.as_second() - 1)).unwrap();
            prop_assert_eq!(calendar.next_after(between, &vilnius()), Some(next));
        }
    }
}
