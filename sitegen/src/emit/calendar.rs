//! Which pages calendars have, and what of them: events, sittings, the ends of consultations, courses.

use std::num::NonZeroU32;

use jiff::civil::Date;

use crate::content::{self, EventStatus, Kind, Moment, Page};
use crate::formats::icalendar::{self, Calendar, Event, Frequency, Limit, Recurrence, Status, When};
use crate::site::{Graph, PageId, Section, SectionId, Site};

/// What wrote the calendar (RFC 5545, 3.7.3).
const PRODUCT: &str = "-//Rotušė//sitegen//LT";

/// Whether a page has a time that people put into their calendars.
#[must_use]
pub fn is_in_calendars(page: &Page) -> bool {
    match &page.front.kind {
        Kind::Event(_) | Kind::Consultation(_) | Kind::Sitting(_) => true,
        Kind::Act(act) => act.adopted.is_none() && (act.sitting.is_some() || act.consultation_until.is_some()),
        Kind::Course(course) => !course.dates.is_empty(),
        _ => false,
    }
}

/// Whether a section has a calendar: whether it lists anything for one.
#[must_use]
pub fn is_needed(graph: &Graph, section: &Section) -> bool {
    section.listed.iter().any(|id| is_in_calendars(graph.page(*id)))
}

/// The calendar of one event.
#[must_use]
pub fn of_event(site: &Site, id: PageId) -> String {
    write(&site.page(id).front.title, site.page(id).file.language, events(site, id))
}

/// The calendar of what a section lists.
#[must_use]
pub fn of_section(site: &Site, id: SectionId) -> String {
    let section = site.section(id);
    let events = section.listed.iter().flat_map(|id| events(site, *id)).collect();
    write(section.title(site), section.language, events)
}

/// When an event that repeats takes place next, within a year; none for one that does not repeat.
pub(crate) fn next(graph: &Graph, told: &content::Event) -> Option<Moment> {
    let event = Event { recurrence: Some(recurrence(told.recurrence.as_ref()?)), ..bare(graph, told.start) };
    let today = graph.now.date();
    let in_a_year = today.checked_add(jiff::Span::new().days(366)).ok()?;
    icalendar::occurrences(&event, today, in_a_year)
        .into_iter()
        .map(|(start, _)| moment(&start))
        .find(|next| next.end() >= graph.now)
}

/// When what a page tells of takes place between two days, both included: each time with its start and its end. Events with their
/// repetitions, sittings and courses; nothing else is something to go to.
pub(crate) fn times(graph: &Graph, page: &Page, from: Date, to: Date) -> Vec<(Moment, Moment)> {
    let events = match &page.front.kind {
        Kind::Event(told) => vec![Event {
            end: told.end.map(|end| when(graph, end)),
            recurrence: told.recurrence.as_ref().map(recurrence),
            ..bare(graph, told.start)
        }],
        Kind::Sitting(sitting) => vec![bare(graph, sitting.start)],
        Kind::Course(course) => course.dates.iter().map(|date| bare(graph, *date)).collect(),
        _ => Vec::new(),
    };
    let times = events.iter().flat_map(|event| icalendar::occurrences(event, from, to));
    times.map(|(start, end)| (moment(&start), moment(&end))).collect()
}

/// An event of which only the time matters.
fn bare(graph: &Graph, start: Moment) -> Event {
    Event::new(String::new(), jiff::Timestamp::UNIX_EPOCH, when(graph, start), String::new())
}

fn moment(when: &When) -> Moment {
    match when {
        When::Day(day) => Moment::Day(*day),
        When::Local(time, _) => Moment::Time(*time),
    }
}

fn write(name: &str, language: messages::Language, events: Vec<Event>) -> String {
    icalendar::write(&Calendar {
        name: name.to_owned(),
        language: language.tag().to_owned(),
        product: PRODUCT.to_owned(),
        events,
    })
}

fn when(graph: &Graph, moment: Moment) -> When {
    match moment {
        Moment::Day(day) => When::Day(day),
        Moment::Time(time) => When::Local(time, graph.settings.time_zone.clone()),
    }
}

/// What a page puts into calendars.
fn events(site: &Site, id: PageId) -> Vec<Event> {
    let page = site.page(id);
    let plain = |suffix: &str, start: Moment| event(site, id, suffix, start);
    match &page.front.kind {
        Kind::Event(told) => vec![of_told(site, told, plain("", told.start))],
        Kind::Sitting(sitting) => {
            vec![Event { location: Some(sitting.place.clone()), ..plain("", sitting.start) }]
        }
        Kind::Consultation(consultation) => vec![plain("", Moment::Day(consultation.deadline))],
        Kind::Act(act) if act.adopted.is_none() => {
            let sitting = act.sitting.map(|sitting| plain("", Moment::Day(sitting)));
            let comments = act.consultation_until.map(|last| plain("-comments", Moment::Day(last)));
            sitting.into_iter().chain(comments).collect()
        }
        Kind::Course(course) => {
            let dates = course.dates.iter().enumerate();
            let of_date = |(index, date): (usize, &Moment)| Event {
                location: Some(course.place.clone()),
                ..plain(&format!("-{}", index + 1), *date)
            };
            dates.map(of_date).collect()
        }
        _ => Vec::new(),
    }
}

fn event(site: &Site, id: PageId, suffix: &str, start: Moment) -> Event {
    let node = site.node(id);
    let front = &node.page.front;
    let host = site.settings.base_url.split("://").nth(1).unwrap_or_default();
    // Of a page that says nothing of itself it is only known that it changed before anybody asked.
    let modified = front.updated.or(front.published);
    let summary = front.summary.clone().unwrap_or_else(|| site.text(id).beginning.clone());
    let uid = format!("{}{suffix}@{host}", node.address.trim_matches('/').replace('/', "-"));
    let stamp = modified.map_or(jiff::Timestamp::UNIX_EPOCH, |modified| super::feed::instant(site, modified));
    Event {
        description: (!summary.is_empty()).then_some(summary),
        url: Some(format!("{}{}", site.settings.base_url, node.address)),
        categories: front.terms.values().flatten().cloned().collect(),
        ..Event::new(uid, stamp, when(site, start), front.title.clone())
    }
}

fn of_told(site: &Site, told: &content::Event, event: Event) -> Event {
    // Of others who organise something, no address is known that the format could name (RFC 5545, section 3.8.4.3).
    let is_ours = |name: &&str| site.settings.institution.iter().any(|(_, institution)| institution.title == **name);
    let organiser = told
        .organiser
        .as_deref()
        .filter(is_ours)
        .zip(site.settings.email.as_deref())
        .map(|(name, email)| icalendar::Organiser { name: name.to_owned(), address: format!("mailto:{email}") });
    Event {
        end: told.end.map(|end| when(site, end)),
        location: Some(told.place.clone()),
        coordinates: told.coordinates.map(|at| (at.latitude, at.longitude)),
        organiser,
        status: match told.status {
            Some(EventStatus::Cancelled) => Status::Cancelled,
            _ => Status::Confirmed,
        },
        // Calendars take a change of time for one only when the number of changes grew.
        sequence: u32::from(told.status.is_some_and(|status| status != EventStatus::Planned)),
        recurrence: told.recurrence.as_ref().map(recurrence),
        ..event
    }
}

fn recurrence(told: &content::Recurrence) -> Recurrence {
    let times = |number: Option<u16>| number.and_then(|number| NonZeroU32::new(u32::from(number)));
    Recurrence {
        frequency: match told.frequency {
            content::Frequency::Daily => Frequency::Daily,
            content::Frequency::Weekly => Frequency::Weekly,
            content::Frequency::Monthly => Frequency::Monthly,
            content::Frequency::Yearly => Frequency::Yearly,
        },
        interval: times(told.interval).unwrap_or(NonZeroU32::MIN),
        limit: match (told.until, times(told.count)) {
            (Some(day), _) => Limit::Until(day),
            (None, Some(count)) => Limit::Count(count),
            (None, None) => Limit::Forever,
        },
        by_day: Vec::new(),
        except: told.except.clone(),
    }
}
