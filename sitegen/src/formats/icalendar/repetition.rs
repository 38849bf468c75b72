//! On which days a repeated event takes place: the reading of an RRULE (RFC 5545, section 3.3.10).

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, ToSpan};

use super::{ByDay, Event, Frequency, Limit, Recurrence, When, days, instant, midnight_after, moved};

/// When the event takes place between two days, both included, by its own clocks: each time with its start and its
/// end, in order. The ends mean what [`Event::end`] means: of whole days, the last one.
///
/// An hour is the same hour in summer and in winter; how long an event lasts is the same in seconds, as section 3.8.5.3
/// wants, also in the night in which clocks are turned. (An end in the hour that then comes twice is told by what the
/// clocks show; read back, it is the first of the two.) What began before `from` and is not over is among them.
pub fn occurrences(event: &Event, from: Date, to: Date) -> Vec<(When, When)> {
    let mut found = Vec::new();
    for start in starts(event, to) {
        let start = moved(&event.start, start);
        let Some(end) = end_of(event, &start) else { continue };
        if last_day(&start, &end) >= from {
            found.push((start, end));
        }
    }
    found
}

/// The days on which it begins, up to `to`.
fn starts(event: &Event, to: Date) -> Vec<Date> {
    let first = event.start.date();
    let Some(recurrence) = &event.recurrence else {
        return if first <= to { vec![first] } else { Vec::new() };
    };
    let to = match recurrence.limit {
        Limit::Until(last) => last.min(to),
        _ => to,
    };
    let count = match recurrence.limit {
        Limit::Count(count) => count.get() as usize,
        _ => usize::MAX,
    };
    let mut starts = vec![first];
    let mut period = first_period(recurrence.frequency, first);
    while period <= to && starts.len() < count {
        let days = days_in_period(recurrence, period, first).into_iter().filter(|&day| day > first);
        starts.extend(days);
        let Some(next) = next_period(recurrence, period) else { break };
        period = next;
    }
    starts.truncate(count);
    starts.retain(|day| *day <= to && !recurrence.except.contains(day));
    starts
}

/// The first day of the day, week, month or year of `day`.
fn first_period(frequency: Frequency, day: Date) -> Date {
    match frequency {
        Frequency::Daily => day,
        Frequency::Weekly => day.saturating_sub(days(i64::from(day.weekday().to_monday_zero_offset()))),
        Frequency::Monthly => day.first_of_month(),
        Frequency::Yearly => day.first_of_year(),
    }
}

/// `None` where the calendar of jiff ends.
fn next_period(recurrence: &Recurrence, period: Date) -> Option<Date> {
    let interval = i64::from(recurrence.interval.get());
    let span = match recurrence.frequency {
        Frequency::Daily => 1.days().checked_mul(interval),
        Frequency::Weekly => 1.weeks().checked_mul(interval),
        Frequency::Monthly => 1.months().checked_mul(interval),
        Frequency::Yearly => 1.years().checked_mul(interval),
    };
    period.checked_add(span.ok()?).ok()
}

/// The days of one period on which the event takes place, in order.
fn days_in_period(recurrence: &Recurrence, period: Date, first: Date) -> Vec<Date> {
    let by_day = &recurrence.by_day;
    let weekdays = || by_day.iter().map(|day| day.weekday);
    let mut found: Vec<Date> = match recurrence.frequency {
        Frequency::Daily if by_day.is_empty() => vec![period],
        Frequency::Daily => weekdays().filter(|&weekday| weekday == period.weekday()).map(|_| period).collect(),
        Frequency::Weekly if by_day.is_empty() => vec![in_week(period, first.weekday())],
        Frequency::Weekly => weekdays().map(|weekday| in_week(period, weekday)).collect(),
        Frequency::Monthly if by_day.is_empty() => {
            Date::new(period.year(), period.month(), first.day()).into_iter().collect()
        }
        Frequency::Monthly => chosen(by_day, period, period.last_of_month()),
        Frequency::Yearly if by_day.is_empty() => {
            Date::new(period.year(), first.month(), first.day()).into_iter().collect()
        }
        Frequency::Yearly => chosen(by_day, period, period.last_of_year()),
    };
    found.sort_unstable();
    found.dedup();
    found
}

fn in_week(monday: Date, weekday: Weekday) -> Date {
    monday.saturating_add(days(i64::from(weekday.to_monday_zero_offset())))
}

/// The days of the week that `by_day` asks for, between two days: all of them, or the n-th from the start or the end.
fn chosen(by_day: &[ByDay], first: Date, last: Date) -> Vec<Date> {
    let mut found = Vec::new();
    for ByDay { ordinal, weekday } in by_day {
        let offset = days(i64::from(first.weekday().until(*weekday)));
        let all: Vec<Date> = first.saturating_add(offset).series(1.week()).take_while(|day| *day <= last).collect();
        match ordinal {
            None => found.extend(all),
            Some(n @ 1..) => found.extend(all.get(*n as usize - 1)),
            Some(n) => found.extend(all.iter().rev().nth((n.unsigned_abs() as usize).wrapping_sub(1))),
        }
    }
    found
}

/// The end of the time that begins at `start`. `None` where the calendar of jiff ends.
fn end_of(event: &Event, start: &When) -> Option<When> {
    match (start, &event.end) {
        (_, None) => Some(start.clone()),
        (When::Day(day), Some(end)) => {
            let longer = event.start.date().duration_until(end.date()).max(SignedDuration::ZERO);
            day.checked_add(longer).ok().map(When::Day)
        }
        (When::Local(_, zone), Some(end)) => {
            let (end, zone) = match end {
                When::Day(last) => (midnight_after(&event.start, *last)?, zone),
                // The end is told in its own zone: a flight lands by other clocks.
                When::Local(_, zone) => (end.clone(), zone),
            };
            let length = instant(&event.start)?.duration_until(instant(&end)?).max(SignedDuration::ZERO);
            let end = instant(start)?.checked_add(length).ok()?;
            Some(When::Local(zone.to_datetime(end), zone.clone()))
        }
    }
}

/// The last day of a time, by the clocks of its start; one that ends at midnight does not touch the new day.
fn last_day(start: &When, end: &When) -> Date {
    let (When::Local(_, zone), Some(begins), Some(ends)) = (start, instant(start), instant(end)) else {
        return end.date();
    };
    let last = if ends > begins { ends - SignedDuration::from_nanos(1) } else { ends };
    zone.to_datetime(last).date()
}
