//! The fault journal: the list of incidents, one of them from its beginning until now, and the feed (RFC 4287).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use messages::Message;
use serde::Serialize;

use super::device::{Link, Samples, main_metric};
use super::graph::{Drawn, Graph, Of, Span};
use super::reader::{Reader, When};
use super::standing::IncidentView;
use crate::health::{Incident, Subject};
use crate::history::Series;
use crate::journal::{LetterStory, Remark, Story, Words};
use crate::live::Status;
use crate::notify::Delivery;

/// So many incidents are listed.
pub(super) const MOST_LISTED: u32 = 300;

/// So many stand in the feed.
pub(super) const MOST_IN_FEED: u32 = 50;

/// So many devices that are unreachable are named.
const MOST_NAMED: usize = 200;

/// The list of incidents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IncidentsPage {
    /// The newest first.
    pub incidents: Vec<IncidentView>,
    /// Whether those that are over are listed too.
    pub all: bool,
    /// That there may be more, in words.
    pub more: Option<String>,
}

/// One incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IncidentPage {
    /// What is broken, since when, and why.
    pub incident: IncidentView,
    /// What happened, in the order of time.
    pub timeline: Vec<Moment>,
    /// Devices that it took with it.
    pub taken: Vec<Link>,
    /// How many more there are.
    pub more_taken: usize,
    /// Incidents that belong together with it.
    pub linked: Vec<i64>,
    /// The day around it.
    pub graph: Option<Graph>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When.
    pub at: When,
    /// Of what kind it is, which style sheets know: `event`, `remark`, `letter` or `fault`.
    pub kind: &'static str,
    /// Who said it, if a person did.
    pub author: Option<String>,
    /// What.
    pub words: String,
}

impl IncidentsPage {
    /// The incidents that were found.
    #[must_use]
    pub fn new(reader: &Reader, status: &Status, found: &[Incident], all: bool) -> Self {
        let is_full = found.len() >= usize::try_from(MOST_LISTED).unwrap_or(usize::MAX);
        Self {
            incidents: found.iter().map(|incident| IncidentView::new(reader, status, incident)).collect(),
            all,
            more: is_full
                .then(|| reader.say(&Message::new("web-incidents-more").with("count", u64::from(MOST_LISTED)))),
        }
    }
}

/// The series that shows most of a fault, and the end of the day of it that is drawn: an hour after the repair.
pub(super) fn around(reader: &Reader, status: &Status, story: &Story) -> Option<(Series, Timestamp)> {
    let Subject::Check(id) = &story.incident.subject else { return None };
    let check = status.device(id.device.as_str())?.checks.iter().find(|check| check.id == *id)?;
    let series = Series { check: id.clone(), metric: main_metric(check)?, instance: None };
    let end = story.incident.resolved.and_then(|at| at.checked_add(SignedDuration::from_hours(1)).ok());
    Some((series, end.map_or(reader.now, |end| end.min(reader.now))))
}

impl IncidentPage {
    /// Everything that is known of an incident, with the day until `end`.
    #[must_use]
    pub fn new(
        reader: &Reader,
        status: &Status,
        story: &Story,
        end: Option<Timestamp>,
        samples: Option<&Samples>,
    ) -> Self {
        let link = |name: &str| {
            let found = status.device(name);
            Link { name: name.to_owned(), title: found.map_or_else(|| name.to_owned(), |device| device.title.clone()) }
        };
        let own = story.incident.subject.device();
        let mut taken: Vec<&str> = story
            .taken
            .iter()
            .filter(|change| Some(&change.check.device) != own)
            .map(|change| change.check.device.as_str())
            .collect();
        taken.sort_unstable();
        taken.dedup();
        let graph = samples.and_then(|samples| samples.first()).zip(end).and_then(|((series, points), end)| {
            let reader = Reader { now: end, ..reader.clone() };
            let drawn = Drawn { metric: series.metric, name: reader.metric(series.metric), points };
            let of = Of { check: &series.check, instance: None };
            Graph::new(&reader, Span::Day, &reader.text("web-day-around"), of, &[drawn], Reader::seconds)
        });
        let linked = story.remarks.iter().filter_map(|remark| match remark.words {
            Words::Linked { to } => Some(to.0),
            _ => None,
        });
        Self {
            incident: IncidentView::new(reader, status, &story.incident),
            timeline: timeline(reader, story),
            more_taken: taken.len().saturating_sub(MOST_NAMED),
            taken: taken.into_iter().take(MOST_NAMED).map(link).collect(),
            linked: linked.collect(),
            graph,
        }
    }
}

fn timeline(reader: &Reader, story: &Story) -> Vec<Moment> {
    let mut moments: Vec<(Timestamp, &'static str, Option<String>, Message)> = Vec::new();
    let incident = &story.incident;
    moments.push((incident.opened, "fault", None, Message::new("incident-opened")));
    moments.extend(story.updates.iter().map(|(at, update)| (*at, "event", None, update.message())));
    moments.extend(story.remarks.iter().map(|remark| (remark.at, "remark", Some(remark.author.clone()), said(remark))));
    moments.extend(taken_at(story));
    for letter in &story.letters {
        moments.extend(told(letter));
    }
    moments.extend(incident.resolved.map(|at| (at, "event", None, Message::new("incident-resolved"))));
    // What happened at the same time stays in the order of cause and effect in which it was gathered.
    moments.sort_by_key(|(at, ..)| *at);
    let moment = |(at, kind, author, message): (Timestamp, _, _, Message)| Moment {
        at: reader.when(at),
        kind,
        author,
        words: reader.say(&message),
    };
    moments.into_iter().map(moment).collect()
}

/// How many checks it took with it, a minute at a time: a storm is one line.
fn taken_at(story: &Story) -> Vec<(Timestamp, &'static str, Option<String>, Message)> {
    let mut minutes: BTreeMap<i64, (Timestamp, u64)> = BTreeMap::new();
    for change in &story.taken {
        let (_, count) = minutes.entry(change.at.as_second().div_euclid(60)).or_insert((change.at, 0));
        *count += 1;
    }
    let line = |(at, count): (Timestamp, u64)| (at, "event", None, Message::new("incident-took").with("count", count));
    minutes.into_values().map(line).collect()
}

fn said(Remark { words, .. }: &Remark) -> Message {
    let with = |plain: &str, worded: &str, text: &Option<String>| match text {
        Some(text) => Message::new(worded).with("text", text.as_str()),
        None => Message::new(plain),
    };
    match words {
        Words::Reported => Message::new("remark-reported"),
        Words::Acknowledged { text } => with("remark-acknowledged", "remark-acknowledged-with", text),
        Words::Note { text } => Message::new("remark-note").with("text", text.as_str()),
        Words::Repair { wrong, done, parts, minutes } => {
            let key = if parts.is_empty() { "remark-repair" } else { "remark-repair-with" };
            Message::new(key)
                .with("wrong", wrong.as_str())
                .with("done", done.as_str())
                .with("parts", parts.join(", "))
                .with("minutes", u64::from(*minutes))
        }
        Words::Closed { text } => with("remark-closed", "remark-closed-with", text),
        Words::Linked { to } => Message::new("remark-linked").with("number", to.to_string()),
    }
}

fn told(
    LetterStory { channel, letter, attempts }: &LetterStory,
) -> Vec<(Timestamp, &'static str, Option<String>, Message)> {
    let queued =
        Message::new("letter-queued").with("channel", channel.as_str()).with("subject", letter.subject.as_str());
    let attempt = |(at, delivery): &(Timestamp, Delivery)| {
        let (key, answer) = match delivery {
            Delivery::Delivered { answer } => ("letter-delivered", answer),
            Delivery::Delayed { answer, .. } => ("letter-delayed", answer),
            Delivery::Refused { answer } => ("letter-refused", answer),
        };
        (*at, "letter", None, Message::new(key).with("channel", channel.as_str()).with("answer", answer.as_str()))
    };
    std::iter::once((letter.at, "letter", None, queued)).chain(attempts.iter().map(attempt)).collect()
}

/// The newest incidents as an Atom feed (RFC 4287) of the pages at `host`.
pub(super) fn feed(reader: &Reader, status: &Status, incidents: &[Incident], host: &str) -> String {
    let host = entities(host);
    let newest = incidents.iter().map(|incident| incident.resolved.unwrap_or(incident.opened)).max();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
         <id>tag:{host},2026:rotuse:incidents</id><title>{}</title><updated>{}</updated>\n\
         <link rel=\"self\" href=\"http://{host}/incidents.atom\"/><author><name>rotused</name></author>\n",
        reader.language.tag(),
        entities(&reader.text("web-incidents-page")),
        newest.unwrap_or(Timestamp::UNIX_EPOCH),
    );
    for incident in incidents {
        let view = IncidentView::new(reader, status, incident);
        let _ = writeln!(
            text,
            "<entry><id>tag:{host},2026:rotuse:incident:{number}</id><title>{title}</title><updated>{updated}</updated>\
             <published>{published}</published><link href=\"http://{host}/incidents/{number}\"/><summary>{summary}</summary></entry>",
            number = view.number,
            title = entities(&format!("{}: {}", view.standing.word, view.what)),
            updated = incident.resolved.unwrap_or(incident.opened),
            published = incident.opened,
            summary = entities(&view.why),
        );
    }
    text.push_str("</feed>\n");
    text
}

/// Text for XML 1.0, where most control characters may not even be written as references.
fn entities(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\n' | '\t' => written.push(character),
            control if control.is_control() => {}
            other => written.push(other),
        }
    }
    written
}
