//! Time zones described in the calendar itself: VTIMEZONE (RFC 5545, section 3.6.5).
//!
//! The description begins with the change of clocks before the earliest event and covers all that follow. A change that
//! comes back every year by the same rule ("the last Sunday of March at three") is written as that rule; one that stops
//! doing so gets an UNTIL, one that never did is a list of dates. Whether a rule still holds is seen from the years
//! after the last event, which jiff continues from the rule of the zone itself. A zone that never had such a rule
//! (Jerusalem, Casablanca) is described by dates only, which end some years after the last event.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::lines::Lines;
use super::{ByDay, Event, Limit, When, basic_time, instant, utc, weekday_number};

/// How many years after the last event are looked at. A rule that holds that long is written without an end.
const YEARS_AHEAD: i64 = 8;
/// How many years in a row make a rule.
const YEARS_OF_A_RULE: usize = 3;

/// The zones of a calendar.
pub(super) struct Zones(Vec<Zone>);

struct Zone {
    name: String,
    zone: TimeZone,
    from: Timestamp,
    to: Timestamp,
}

impl Zones {
    /// Those that the events name, in the order of their first use. UTC needs no description.
    pub(super) fn of(events: &[Event]) -> Zones {
        let mut zones = Zones(Vec::new());
        for event in events {
            for when in [Some(&event.start), event.end.as_ref()].into_iter().flatten() {
                zones.note(when, last_day(event));
            }
        }
        zones
    }

    fn note(&mut self, when: &When, last: Date) {
        let When::Local(_, zone) = when else { return };
        let Some(at) = instant(when) else { return };
        let last = TimeZone::UTC.to_timestamp(last.at(23, 59, 59, 0)).unwrap_or(at).max(at);
        if *zone == TimeZone::UTC {
            return;
        }
        match self.0.iter_mut().find(|known| known.zone == *zone) {
            Some(known) => {
                known.from = known.from.min(at);
                known.to = known.to.max(last);
            }
            None => {
                let name = zone.iana_name().map_or_else(|| format!("Local-{}", self.0.len() + 1), str::to_owned);
                self.0.push(Zone { name, zone: zone.clone(), from: at, to: last });
            }
        }
    }

    /// What follows the name of a property: its parameters, the colon and the value.
    pub(super) fn value(&self, when: &When) -> String {
        match when {
            When::Day(day) => format!(";VALUE=DATE:{}", super::basic_date(*day)),
            When::Local(time, zone) => match self.0.iter().find(|known| known.zone == *zone) {
                Some(known) => format!(";TZID={}:{}", known.name, basic_time(*time)),
                None => format!(":{}Z", basic_time(*time)),
            },
        }
    }

    pub(super) fn write(&self, lines: &mut Lines) {
        for zone in &self.0 {
            lines.push("BEGIN:VTIMEZONE");
            lines.push(&format!("TZID:{}", zone.name));
            for observance in observances(zone) {
                observance.write(lines);
            }
            lines.push("END:VTIMEZONE");
        }
    }
}

/// Until when the IANA database lists changes one by one; what comes later follows a rule. Zones are described until
/// then for an event that is repeated for ever.
const LISTED: Date = jiff::civil::date(2037, 12, 31);

/// The last day for which the clocks of an event have to be known.
fn last_day(event: &Event) -> Date {
    let end = event.end.as_ref().map_or(event.start.date(), When::date);
    match event.recurrence.as_ref().map(|recurrence| recurrence.limit) {
        Some(Limit::Until(last)) => last.max(end),
        Some(Limit::Forever) => LISTED.max(end),
        Some(Limit::Count(_)) => {
            let to = end.saturating_add(100.years());
            super::occurrences(event, event.start.date(), to).last().map_or(end, |(_, last)| last.date())
        }
        None => end,
    }
}

/// A change of the clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    at: Timestamp,
    from: Offset,
    to: Offset,
    summer: bool,
    name: String,
}

impl Change {
    /// What the clocks show when they are turned: in the old offset, as DTSTART of an observance is (section 3.6.5).
    fn onset(&self) -> DateTime {
        self.from.to_datetime(self.at)
    }

    fn is_like(&self, other: &Change) -> bool {
        (self.from, self.to, self.summer, &self.name) == (other.from, other.to, other.summer, &other.name)
    }
}

/// Changes that one STANDARD or DAYLIGHT component tells of.
struct Observance {
    /// In order; never empty.
    first: Change,
    others: Vec<Change>,
    /// By which day of which month they come, when they do so by a rule, and whether the rule ends with the last.
    rule: Option<(ByDay, bool)>,
}

impl Observance {
    fn write(&self, lines: &mut Lines) {
        let kind = if self.first.summer { "DAYLIGHT" } else { "STANDARD" };
        lines.push(&format!("BEGIN:{kind}"));
        lines.push(&format!("DTSTART:{}", basic_time(self.first.onset())));
        lines.push(&format!("TZOFFSETFROM:{}", offset(self.first.from)));
        lines.push(&format!("TZOFFSETTO:{}", offset(self.first.to)));
        lines.text("TZNAME", &self.first.name);
        if let Some((day, ends)) = self.rule {
            // A day late, for there are programs that compare it with local time and would miss the last change.
            let late = |last: &Change| last.at.checked_add(SignedDuration::from_hours(24)).unwrap_or(last.at);
            let until = self.others.last().filter(|_| ends).map(|last| format!(";UNTIL={}", utc(late(last))));
            let (month, day) = (self.first.onset().month(), weekday_number(day, true));
            lines.push(&format!("RRULE:FREQ=YEARLY;BYMONTH={month};BYDAY={day}{}", until.unwrap_or_default()));
        } else {
            for other in &self.others {
                lines.push(&format!("RDATE:{}", basic_time(other.onset())));
            }
        }
        lines.push(&format!("END:{kind}"));
    }
}

fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let (sign, seconds) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
    let text = format!("{sign}{:02}{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 == 0 { text } else { format!("{text}{:02}", seconds % 60) }
}

/// Describes a zone over the time in which the events need it.
fn observances(zone: &Zone) -> Vec<Observance> {
    let (changes, horizon) = changes(zone);
    let mut left = changes;
    let mut found = Vec::new();
    while !left.is_empty() {
        let first = left.remove(0);
        let (alike, others) = left.into_iter().partition(|change| change.is_like(&first));
        left = others;
        found.extend(by_rules(first, alike, horizon));
    }
    found
}

/// The changes from the one before the first event to some years after the last one, and until when they were sought.
fn changes(zone: &Zone) -> (Vec<Change>, Timestamp) {
    let horizon = zone.to.checked_add(SignedDuration::from_hours(YEARS_AHEAD * 366 * 24)).unwrap_or(zone.to);
    let rim = |at: Timestamp| at.checked_sub(SignedDuration::from_secs(1)).unwrap_or(at);
    // `preceding` is strict: an event at the very instant of the change already needs it.
    let after_start = zone.from.checked_add(SignedDuration::from_secs(1)).unwrap_or(zone.from);
    let Some(before) = zone.zone.preceding(after_start).next() else {
        // The clocks were never turned: one component that says so, from long ago (section 3.6.5 wants at least one).
        let info = zone.zone.to_offset_info(zone.from);
        let (to, name) = (info.offset(), info.abbreviation().to_owned());
        let at = Timestamp::UNIX_EPOCH.min(zone.from);
        let always = Change { at, from: to, to, summer: false, name };
        let later = zone.zone.following(zone.from).take_while(|next| next.timestamp() <= horizon);
        return (std::iter::once(always).chain(later.map(|next| change(&zone.zone, &next, rim))).collect(), horizon);
    };
    let first = change(&zone.zone, &before, rim);
    let later = zone.zone.following(before.timestamp()).take_while(|next| next.timestamp() <= horizon);
    (std::iter::once(first).chain(later.map(|next| change(&zone.zone, &next, rim))).collect(), horizon)
}

fn change(zone: &TimeZone, to: &jiff::tz::TimeZoneTransition<'_>, rim: impl Fn(Timestamp) -> Timestamp) -> Change {
    Change {
        at: to.timestamp(),
        from: zone.to_offset(rim(to.timestamp())),
        to: to.offset(),
        summer: to.dst().is_dst(),
        name: to.abbreviation().to_owned(),
    }
}

/// Puts changes of one kind into components: as few rules as tell all of them, and one list of the rest.
fn by_rules(first: Change, others: Vec<Change>, horizon: Timestamp) -> Vec<Observance> {
    let all: Vec<Change> = std::iter::once(first).chain(others).collect();
    let mut found = Vec::new();
    let mut single = Vec::new();
    let mut rest = all.as_slice();
    while let Some(first) = rest.first() {
        let (length, day) = longest_rule(rest);
        let (run, later) = rest.split_at(length);
        if let (Some(day), true) = (day, length >= YEARS_OF_A_RULE) {
            // It goes on beyond what we looked at, unless more than a year is left in which it did not come.
            let ends = !later.is_empty()
                || run
                    .last()
                    .is_some_and(|last| horizon.duration_since(last.at) > SignedDuration::from_hours(370 * 24));
            found.push(Observance { first: first.clone(), others: run[1..].to_vec(), rule: Some((day, ends)) });
            rest = later;
        } else {
            single.push(first.clone());
            rest = &rest[1..];
        }
    }
    if !single.is_empty() {
        let first = single.remove(0);
        found.push(Observance { first, others: single, rule: None });
    }
    found
}

/// How many of the first changes come a year apart on the n-th (or last) weekday of a month, at one hour.
fn longest_rule(changes: &[Change]) -> (usize, Option<ByDay>) {
    let Some(first) = changes.first().map(Change::onset) else { return (0, None) };
    let holds = |ordinal: i8| {
        let expected = |years: usize| {
            let year = first.year().checked_add(i16::try_from(years).ok()?)?;
            let month = Date::new(year, first.month(), 1).ok()?;
            Some(month.nth_weekday_of_month(ordinal, first.weekday()).ok()?.to_datetime(first.time()))
        };
        changes.iter().enumerate().take_while(|(years, change)| Some(change.onset()) == expected(*years)).count()
    };
    // The last one first: where the fourth is always the last, "last" is what was meant.
    let candidates = [-1, 1, 2, 3, 4].map(|ordinal| (holds(ordinal), ordinal));
    let best = candidates.into_iter().rev().max_by_key(|(length, _)| *length);
    match best {
        Some((length, ordinal)) if length > 0 => {
            (length, Some(ByDay { ordinal: Some(ordinal), weekday: first.weekday() }))
        }
        _ => (0, None),
    }
}
