use jiff::civil::{date, datetime};
use proptest::prelude::*;

use super::*;

fn vilnius() -> TimeZone {
    TimeZone::get("Europe/Vilnius").unwrap()
}

fn event(start: When, end: Option<When>) -> Event {
    let stamp = "2026-09-01T10:00:00Z".parse().unwrap();
    Event { end, ..Event::new("susitikimas-1@silupe.example".to_owned(), stamp, start, "Susitikimas".to_owned()) }
}

fn local(time: DateTime) -> When {
    When::Local(time, vilnius())
}

fn repeated(frequency: Frequency, by_day: &[ByDay], limit: Limit) -> Option<Recurrence> {
    Some(Recurrence { frequency, interval: NonZeroU32::MIN, limit, by_day: by_day.to_vec(), except: Vec::new() })
}

fn calendar(events: Vec<Event>) -> Calendar {
    let product = "-//Šilupė//sitegen//LT".to_owned();
    Calendar { name: "Renginiai".to_owned(), language: "lt".to_owned(), product, events }
}

fn unfolded(text: &str) -> String {
    text.replace("\r\n ", "")
}

fn starts(event: &Event, from: Date, to: Date) -> Vec<Date> {
    occurrences(event, from, to).iter().map(|(start, _)| start.date()).collect()
}

#[test]
fn an_event_of_whole_days_ends_on_the_day_after_its_last() {
    let event = event(When::Day(date(2026, 6, 23)), Some(When::Day(date(2026, 6, 24))));
    let text = write(&calendar(vec![event]));
    assert!(text.contains("DTSTART;VALUE=DATE:20260623\r\nDTEND;VALUE=DATE:20260625\r\n"), "{text}");
    assert!(!text.contains("VTIMEZONE"));
}

#[test]
fn vilnius_is_described_by_two_rules() {
    let text = write(&calendar(vec![event(local(datetime(2026, 6, 23, 18, 0, 0, 0)), None)]));
    let zone = "BEGIN:VTIMEZONE\r\nTZID:Europe/Vilnius\r\n\
        BEGIN:DAYLIGHT\r\nDTSTART:20260329T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0300\r\nTZNAME:EEST\r\n\
        RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n\
        BEGIN:STANDARD\r\nDTSTART:20261025T040000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0200\r\nTZNAME:EET\r\n\
        RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
    assert!(text.contains(zone), "{text}");
    assert!(text.contains("DTSTART;TZID=Europe/Vilnius:20260623T180000\r\n"));
}

#[test]
fn a_zone_that_changed_its_rules_is_described_piece_by_piece() {
    // Lithuania had no summer time from 1999 to 2002.
    let mut old = event(local(datetime(1998, 6, 1, 18, 0, 0, 0)), None);
    old.recurrence = repeated(Frequency::Yearly, &[], Limit::Forever);
    let text = write(&calendar(vec![old, event(local(datetime(2026, 6, 1, 18, 0, 0, 0)), None)]));
    assert!(text.contains("DTSTART:20030330T030000"), "{text}");
    assert!(text.contains("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"), "{text}");
}

#[test]
fn a_zone_without_summer_time_has_one_component() {
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    for zone in [tokyo, TimeZone::fixed(jiff::tz::offset(2))] {
        let text = write(&calendar(vec![event(When::Local(datetime(2026, 6, 1, 18, 0, 0, 0), zone), None)]));
        assert_eq!(text.matches("BEGIN:STANDARD").count(), 1, "{text}");
        assert_eq!(text.matches("BEGIN:DAYLIGHT").count(), 0, "{text}");
    }
}

#[test]
fn utc_is_written_with_a_z() {
    let text = write(&calendar(vec![event(When::Local(datetime(2026, 6, 1, 18, 0, 0, 0), TimeZone::UTC), None)]));
    assert!(text.contains("DTSTART:20260601T180000Z\r\n") && !text.contains("VTIMEZONE"), "{text}");
}

#[test]
fn until_is_an_instant_in_utc_and_exceptions_have_the_hour() {
    let mut event = event(local(datetime(2026, 6, 3, 18, 0, 0, 0)), None);
    let wednesdays = [ByDay { ordinal: None, weekday: Weekday::Wednesday }];
    event.recurrence = repeated(Frequency::Weekly, &wednesdays, Limit::Until(date(2026, 12, 30)));
    event.recurrence.as_mut().unwrap().except = vec![date(2026, 6, 24)];
    let text = write(&calendar(vec![event]));
    assert!(text.contains("RRULE:FREQ=WEEKLY;UNTIL=20261230T215959Z;BYDAY=WE\r\n"), "{text}");
    assert!(text.contains("EXDATE;TZID=Europe/Vilnius:20260624T180000\r\n"), "{text}");
}

#[test]
fn nothing_that_an_editor_types_begins_a_new_property() {
    let mut hostile = event(When::Day(date(2026, 6, 1)), None);
    hostile.summary = "a,b;c\\d\nATTENDEE:x\r\u{7}".to_owned();
    hostile.url = Some("https://silupe.example/\r\nATTENDEE:x".to_owned());
    hostile.organiser =
        Some(Organiser { name: "\"A\":B^\n".to_owned(), address: "mailto:a@silupe.example\r\nX:y".to_owned() });
    let text = unfolded(&write(&calendar(vec![hostile])));
    assert!(text.contains("SUMMARY;LANGUAGE=lt:a\\,b\\;c\\\\d\\nATTENDEE:x\r\n"), "{text}");
    assert!(!text.contains("\r\nATTENDEE") && !text.contains("\r\nX:y"), "{text}");
    assert!(text.contains("ORGANIZER;CN=\"^'A^':B^^^n\":mailto:"), "{text}");
}

#[test]
fn an_evening_stays_at_its_hour_when_clocks_are_turned() {
    let mut event = event(local(datetime(2026, 10, 23, 18, 0, 0, 0)), Some(local(datetime(2026, 10, 23, 20, 0, 0, 0))));
    event.recurrence = repeated(Frequency::Daily, &[], Limit::Forever);
    let found = occurrences(&event, date(2026, 10, 24), date(2026, 10, 26));
    let hours: Vec<_> = found.iter().map(|(start, end)| (instant(start).unwrap(), instant(end).unwrap())).collect();
    let expected = [("24T15", "24T17"), ("25T16", "25T18"), ("26T16", "26T18")]
        .map(|(a, b)| (format!("2026-10-{a}:00:00Z").parse().unwrap(), format!("2026-10-{b}:00:00Z").parse().unwrap()));
    assert_eq!(hours, expected);
}

#[test]
fn a_night_in_which_clocks_are_turned_lasts_as_long_as_the_others() {
    let mut event = event(local(datetime(2026, 10, 23, 22, 0, 0, 0)), Some(local(datetime(2026, 10, 24, 6, 0, 0, 0))));
    event.recurrence = repeated(Frequency::Daily, &[], Limit::Count(NonZeroU32::new(3).unwrap()));
    let ends: Vec<_> =
        occurrences(&event, date(2026, 10, 23), date(2026, 10, 30)).into_iter().map(|(_, end)| end).collect();
    assert_eq!(ends[1], local(datetime(2026, 10, 25, 5, 0, 0, 0)));
    assert_eq!(ends[2], local(datetime(2026, 10, 26, 6, 0, 0, 0)));
}

#[test]
fn months_without_the_day_are_passed_over() {
    let mut event = event(When::Day(date(2026, 1, 31)), None);
    event.recurrence = repeated(Frequency::Monthly, &[], Limit::Forever);
    let found = starts(&event, date(2026, 1, 1), date(2026, 6, 1));
    assert_eq!(found, [date(2026, 1, 31), date(2026, 3, 31), date(2026, 5, 31)]);
}

#[test]
fn the_last_thursday_of_the_month_is_found() {
    let mut event = event(When::Day(date(2026, 1, 29)), None);
    let thursday = ByDay { ordinal: Some(-1), weekday: Weekday::Thursday };
    event.recurrence = repeated(Frequency::Monthly, &[thursday], Limit::Until(date(2026, 4, 30)));
    let found = starts(&event, date(2026, 2, 1), date(2027, 1, 1));
    assert_eq!(found, [date(2026, 2, 26), date(2026, 3, 26), date(2026, 4, 30)]);
}

#[test]
fn an_exception_counts_but_does_not_take_place() {
    let mut event = event(When::Day(date(2026, 1, 5)), None);
    event.recurrence = repeated(Frequency::Weekly, &[], Limit::Count(NonZeroU32::new(3).unwrap()));
    event.recurrence.as_mut().unwrap().except = vec![date(2026, 1, 12)];
    assert_eq!(starts(&event, date(2026, 1, 1), date(2027, 1, 1)), [date(2026, 1, 5), date(2026, 1, 19)]);
}

#[test]
fn what_began_earlier_and_is_not_over_is_shown() {
    let event = event(When::Day(date(2026, 6, 1)), Some(When::Day(date(2026, 6, 30))));
    assert_eq!(starts(&event, date(2026, 6, 15), date(2026, 6, 16)), [date(2026, 6, 1)]);
    assert_eq!(starts(&event, date(2026, 7, 1), date(2026, 7, 2)), []);
}

#[test]
fn what_ends_at_midnight_does_not_touch_the_new_day() {
    let event = event(local(datetime(2026, 6, 1, 20, 0, 0, 0)), Some(local(datetime(2026, 6, 2, 0, 0, 0, 0))));
    assert_eq!(starts(&event, date(2026, 6, 2), date(2026, 6, 2)), []);
}

proptest! {
    #[test]
    fn no_line_is_longer_than_75_octets_and_folding_can_be_undone(summary in "\\PC{0,200}") {
        let mut event = event(When::Day(date(2026, 6, 1)), None);
        event.summary = summary.clone();
        let text = write(&calendar(vec![event]));
        prop_assert!(text.split("\r\n").all(|line| line.len() <= 75));
        let line = format!("SUMMARY;LANGUAGE=lt:{}\r\n", lines::escape(&summary));
        prop_assert!(unfolded(&text).contains(&line));
    }
}
