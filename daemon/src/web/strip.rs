//! What became of a device in a span of time: its states as a strip, and its outages.

use messages::Message;
use serde::Serialize;

use super::reader::{Reader, When};
use super::standing::Standing;
use crate::availability::{Outage, Period, Record, states};
use crate::journal::Turn;

/// What became of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Strip {
    /// All of it in words, for those who do not see it.
    pub label: String,
    /// The states, from left to right.
    pub pieces: Vec<Piece>,
    /// The time at the left edge.
    pub from: String,
    /// The time at the right edge.
    pub to: String,
    /// The share of the time in which it was there, in percent.
    pub availability: Option<String>,
    /// When it was not there, the newest first.
    pub outages: Vec<OutageView>,
    /// How many more there were.
    pub more: usize,
}

/// A time in one state, in thousandths of the span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// The state, which style sheets know.
    pub state: &'static str,
    /// Where it begins.
    pub begin: i64,
    /// How wide it is, at least one, so that a short outage is seen too.
    pub width: i64,
    /// What it was and how long.
    pub words: String,
}

/// A time in which it was not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutageView {
    /// Since when.
    pub from: When,
    /// For how long.
    pub lasted: String,
    /// What it was.
    pub standing: Standing,
    /// Why, if it is known.
    pub why: Option<String>,
    /// The incident.
    pub incident: Option<i64>,
}

/// So many outages are listed.
const MOST: usize = 20;

impl Strip {
    /// What the turns of a device's face say of a period.
    #[must_use]
    pub fn new(reader: &Reader, face: &[Vec<Turn>], period: Period) -> Self {
        let turns = || face.iter().map(Vec::as_slice);
        let record = Record::new(turns(), period);
        let length = period.length().as_secs().max(1);
        let place = |at: jiff::Timestamp| at.duration_since(period.from).as_secs() * 1000 / length;
        let pieces = states(turns(), period).into_iter().map(|(state, time)| Piece {
            state: state.name(),
            begin: place(time.from),
            width: (place(time.to) - place(time.from)).max(1),
            words: format!(
                "{}: {}, {}",
                Standing::new(reader, state).word,
                reader.when(time.from).local,
                reader.duration(time.length())
            ),
        });
        let availability = record.parts.availability().map(|share| reader.exact_percent(share));
        let label = Message::new("web-strip")
            .with("availability", availability.clone().unwrap_or_else(|| reader.text("web-not-known")))
            .with("outages", u64::try_from(record.outages.len()).unwrap_or(u64::MAX));
        Self {
            label: reader.say(&label),
            pieces: pieces.collect(),
            from: reader.day_and_minute(period.from),
            to: reader.day_and_minute(period.to),
            availability,
            more: record.outages.len().saturating_sub(MOST),
            outages: record.outages.iter().rev().take(MOST).map(|outage| OutageView::new(reader, outage)).collect(),
        }
    }
}

impl OutageView {
    fn new(reader: &Reader, outage: &Outage) -> Self {
        Self {
            from: reader.when(outage.from),
            lasted: reader.duration(outage.length()),
            standing: Standing::new(reader, outage.state),
            why: outage.failure.as_ref().map(|failure| reader.say(&failure.message())),
            incident: outage.incident.map(|incident| incident.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use jiff::{SignedDuration, Timestamp};
    use messages::Language;

    use super::*;
    use crate::health::State;

    #[test]
    fn a_short_outage_is_seen_and_everything_is_said() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let reader = Reader { language: Language::English, zone: TimeZone::UTC, now };
        let ago = |minutes| now.checked_sub(SignedDuration::from_mins(minutes)).unwrap();
        let turn = |entry, at, to| Turn { entry, at, to, failure: None, incident: None };
        let turns = vec![turn(1, ago(3000), State::Up), turn(2, ago(600), State::Down), turn(3, ago(599), State::Up)];
        let strip = Strip::new(&reader, &[turns], Period { from: ago(1440), to: now });
        let states: Vec<_> = strip.pieces.iter().map(|piece| (piece.state, piece.begin, piece.width)).collect();
        assert_eq!(states, [("up", 0, 583), ("down", 583, 1), ("up", 584, 416)]);
        assert_eq!(strip.availability.as_deref(), Some("99.931%"));
        assert_eq!((strip.outages.len(), strip.outages[0].lasted.as_str()), (1, "1\u{a0}min"));
    }
}
