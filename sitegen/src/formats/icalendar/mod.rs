//! Events for people's own calendars: the file behind "add to my calendar" and the address to which a telephone can
//! subscribe. It is iCalendar (RFC 5545), with the name of a calendar from RFC 7986.
//!
//! [`write()`] makes the text, [`occurrences`] answers on which days a page has to show a repeated event. Both read the
//! same [`Recurrence`], so that the page and the telephone cannot disagree. Nothing here knows what time it is now:
//! the same events are the same bytes, and a file that did not change is not published again.
//!
//! A repeated event of 18:00 stays at 18:00 when summer time begins, therefore the file names the zone and describes
//! it (`VTIMEZONE`, see `zone`); jiff's copy of the IANA database is where the description comes from.

mod lines;
mod repetition;
mod zone;

use std::num::NonZeroU32;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

use self::lines::Lines;
use self::zone::Zones;

pub use self::repetition::occurrences;

/// A calendar: a VCALENDAR (RFC 5545, section 3.4).
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// What it is called in a list of calendars (RFC 7986, section 5.1).
    pub name: String,
    /// The language of its texts, a tag of RFC 5646 such as `lt`.
    pub language: String,
    /// What wrote it: PRODID (RFC 5545, section 3.7.3), such as `-//Šilupė//sitegen//LT`.
    pub product: String,
    /// Its events, in the order in which they are written.
    pub events: Vec<Event>,
}

/// An event: a VEVENT (RFC 5545, section 3.6.1).
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Names the event for ever, in all calendars of the world (section 3.8.4.7, RFC 7986, section 5.3).
    pub uid: String,
    /// When the event was last modified. It becomes DTSTAMP, which without a METHOD means just that (section 3.8.7.2);
    /// it must never be the time of the build, or every subscriber sees every event change every time.
    pub stamp: Timestamp,
    /// How many times it was changed in a way that matters to those who come (section 3.8.7.4).
    pub sequence: u32,
    /// When it begins, for the first time if it is repeated.
    pub start: When,
    /// When it ends: an instant, or the last day, itself included. `None` is the same day, or an event without length.
    pub end: Option<When>,
    /// What it is called.
    pub summary: String,
    /// More about it, as plain text.
    pub description: Option<String>,
    /// Where it is, in words.
    pub location: Option<String>,
    /// Where it is: degrees of latitude and longitude, WGS 84 (section 3.8.1.6).
    pub coordinates: Option<(f64, f64)>,
    /// The page about it.
    pub url: Option<String>,
    /// Who organises it.
    pub organiser: Option<Organiser>,
    /// Under which headings it is found.
    pub categories: Vec<String>,
    /// Whether it takes place.
    pub status: Status,
    /// How it is repeated.
    pub recurrence: Option<Recurrence>,
}

impl Event {
    /// An event of which only this is known, and which takes place.
    #[must_use]
    pub fn new(uid: String, stamp: Timestamp, start: When, summary: String) -> Self {
        Self {
            uid,
            stamp,
            sequence: 0,
            start,
            end: None,
            summary,
            description: None,
            location: None,
            coordinates: None,
            url: None,
            organiser: None,
            categories: Vec::new(),
            status: Status::Confirmed,
            recurrence: None,
        }
    }
}

/// Who organises an event (RFC 5545, section 3.8.4.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organiser {
    /// Their name.
    pub name: String,
    /// How to reach them, a URI: the format has no organiser without one. `mailto:kultura@silupe.example`.
    pub address: String,
}

/// A day or an instant of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// A whole day, wherever one is (a DATE, section 3.3.4).
    Day(Date),
    /// What the clocks of a zone show (form 3 of DATE-TIME, section 3.3.5).
    Local(DateTime, TimeZone),
}

impl When {
    /// The day.
    pub fn date(&self) -> Date {
        match self {
            When::Day(date) => *date,
            When::Local(time, _) => time.date(),
        }
    }
}

/// Whether an event takes place (section 3.8.1.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// It does.
    Confirmed,
    /// It was called off; it stays in the calendar, so that those who subscribed see that.
    Cancelled,
    /// Perhaps.
    Tentative,
}

/// How an event is repeated (RRULE and EXDATE, sections 3.8.5.3 and 3.8.5.1). Weeks begin on Monday.
///
/// The first time is the start of the event, which should itself agree with the rule: section 3.8.5.3 leaves open what
/// happens otherwise, and programs differ. Here it then counts as one more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    /// What is repeated.
    pub frequency: Frequency,
    /// Every how many days, weeks, months or years.
    pub interval: NonZeroU32,
    /// Until when.
    pub limit: Limit,
    /// On which days. Empty: on the day of the week, of the month or of the year on which it began.
    pub by_day: Vec<ByDay>,
    /// The days on which it does not take place.
    pub except: Vec<Date>,
}

/// What is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Frequency {
    /// Days.
    Daily,
    /// Weeks.
    Weekly,
    /// Months. Those without the day on which it began (the 31st) are passed over.
    Monthly,
    /// Years. Those without 29 February are passed over, if that is the day.
    Yearly,
}

/// When a repetition stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Never.
    Forever,
    /// After this day, by the clocks of the event.
    Until(Date),
    /// After so many times, the first and the exceptions counted.
    Count(NonZeroU32),
}

/// A day of the week on which something is repeated (`weekdaynum`, section 3.3.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByDay {
    /// Which one of the month or of the year: 1 the first, -1 the last. `None`: every one. Days and weeks ignore it.
    pub ordinal: Option<i8>,
    /// Which day.
    pub weekday: Weekday,
}

/// Writes a calendar as text/calendar, in UTF-8.
pub fn write(calendar: &Calendar) -> String {
    let zones = Zones::of(&calendar.events);
    let mut lines = Lines::default();
    lines.push("BEGIN:VCALENDAR");
    lines.push("VERSION:2.0");
    lines.text("PRODID", &calendar.product);
    lines.push("CALSCALE:GREGORIAN");
    lines.text(&format!("NAME;LANGUAGE={}", calendar.language), &calendar.name);
    // Older than NAME, and still the only one that some programs read.
    lines.text("X-WR-CALNAME", &calendar.name);
    zones.write(&mut lines);
    for event in &calendar.events {
        write_event(event, &calendar.language, &zones, &mut lines);
    }
    lines.push("END:VCALENDAR");
    lines.finish()
}

fn write_event(event: &Event, language: &str, zones: &Zones, lines: &mut Lines) {
    let text = |lines: &mut Lines, name: &str, value: &str| lines.text(&format!("{name};LANGUAGE={language}"), value);
    lines.push("BEGIN:VEVENT");
    lines.text("UID", &event.uid);
    lines.push(&format!("DTSTAMP:{}", utc(event.stamp)));
    lines.push(&format!("LAST-MODIFIED:{}", utc(event.stamp)));
    lines.push(&format!("SEQUENCE:{}", event.sequence));
    lines.push(&format!("DTSTART{}", zones.value(&event.start)));
    if let Some(end) = exclusive_end(event) {
        lines.push(&format!("DTEND{}", zones.value(&end)));
    }
    if let Some(recurrence) = &event.recurrence {
        lines.push(&rule(recurrence, &event.start));
        for day in &recurrence.except {
            lines.push(&format!("EXDATE{}", zones.value(&moved(&event.start, *day))));
        }
    }
    text(lines, "SUMMARY", &event.summary);
    if let Some(description) = &event.description {
        text(lines, "DESCRIPTION", description);
    }
    if let Some(location) = &event.location {
        text(lines, "LOCATION", location);
    }
    if let Some((latitude, longitude)) = event.coordinates {
        lines.push(&format!("GEO:{latitude:.6};{longitude:.6}"));
    }
    if let Some(url) = &event.url {
        lines.push(&format!("URL:{url}"));
    }
    if let Some(Organiser { name, address }) = &event.organiser {
        lines.push(&format!("ORGANIZER;CN=\"{}\":{address}", lines::parameter(name)));
    }
    if !event.categories.is_empty() {
        let categories: Vec<_> = event.categories.iter().map(|category| lines::escape(category)).collect();
        lines.push(&format!("CATEGORIES;LANGUAGE={language}:{}", categories.join(",")));
    }
    lines.push(match event.status {
        Status::Confirmed => "STATUS:CONFIRMED",
        Status::Cancelled => "STATUS:CANCELLED",
        Status::Tentative => "STATUS:TENTATIVE",
    });
    lines.push("END:VEVENT");
}

/// DTEND: of the same type as DTSTART, later than it, and not itself a part of the event (section 3.8.2.2).
fn exclusive_end(event: &Event) -> Option<When> {
    match (&event.start, event.end.as_ref()?) {
        (When::Day(first), last) => last.date().max(*first).tomorrow().ok().map(When::Day),
        (When::Local(..), When::Day(last)) => midnight_after(&event.start, *last),
        (When::Local(..), end @ When::Local(..)) => (instant(end)? > instant(&event.start)?).then(|| end.clone()),
    }
}

/// An event with an hour that lasts "until Sunday" ends when Sunday does.
fn midnight_after(start: &When, last: Date) -> Option<When> {
    let When::Local(_, zone) = start else { return None };
    let end = last.max(start.date()).tomorrow().ok()?.to_datetime(jiff::civil::Time::midnight());
    Some(When::Local(end, zone.clone()))
}

/// The instant that clocks show. A time that is skipped in spring is read with the offset before the gap, one that
/// comes twice in autumn is its first (section 3.3.5): both are what jiff calls compatible.
fn instant(when: &When) -> Option<Timestamp> {
    match when {
        When::Day(_) => None,
        When::Local(time, zone) => zone.to_timestamp(*time).ok(),
    }
}

/// The same hour on another day.
fn moved(start: &When, day: Date) -> When {
    match start {
        When::Day(_) => When::Day(day),
        When::Local(time, zone) => When::Local(day.to_datetime(time.time()), zone.clone()),
    }
}

fn rule(recurrence: &Recurrence, start: &When) -> String {
    let frequency = match recurrence.frequency {
        Frequency::Daily => "DAILY",
        Frequency::Weekly => "WEEKLY",
        Frequency::Monthly => "MONTHLY",
        Frequency::Yearly => "YEARLY",
    };
    let mut rule = format!("RRULE:FREQ={frequency}");
    if recurrence.interval.get() > 1 {
        rule += &format!(";INTERVAL={}", recurrence.interval);
    }
    match recurrence.limit {
        Limit::Forever => {}
        Limit::Count(count) => rule += &format!(";COUNT={count}"),
        Limit::Until(last) => rule += &format!(";UNTIL={}", until(last, start)),
    }
    if !recurrence.by_day.is_empty() {
        let with_ordinals = matches!(recurrence.frequency, Frequency::Monthly | Frequency::Yearly);
        let days: Vec<_> = recurrence.by_day.iter().map(|day| weekday_number(*day, with_ordinals)).collect();
        rule += &format!(";BYDAY={}", days.join(","));
    }
    rule
}

fn weekday_number(day: ByDay, with_ordinal: bool) -> String {
    let ordinal = day.ordinal.filter(|_| with_ordinal).map(|ordinal| ordinal.to_string());
    ordinal.unwrap_or_default() + weekday(day.weekday)
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "MO",
        Weekday::Tuesday => "TU",
        Weekday::Wednesday => "WE",
        Weekday::Thursday => "TH",
        Weekday::Friday => "FR",
        Weekday::Saturday => "SA",
        Weekday::Sunday => "SU",
    }
}

/// UNTIL: a day for whole days, else an instant in UTC (section 3.3.10): the last second of the day.
fn until(last: Date, start: &When) -> String {
    match start {
        When::Day(_) => basic_date(last),
        When::Local(_, zone) => match zone.to_timestamp(last.at(23, 59, 59, 0)) {
            Ok(end) => utc(end),
            Err(_) => format!("{}T235959Z", basic_date(last)),
        },
    }
}

fn basic_date(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

fn basic_time(time: DateTime) -> String {
    format!("{}T{:02}{:02}{:02}", basic_date(time.date()), time.hour(), time.minute(), time.second())
}

fn utc(instant: Timestamp) -> String {
    basic_time(TimeZone::UTC.to_datetime(instant)) + "Z"
}

fn days(count: i64) -> Span {
    count.days()
}

#[cfg(test)]
mod tests;
