//! What both pages say of a device, a check and an incident.

use jiff::{SignedDuration, Timestamp};
use messages::Message;
use serde::Serialize;

use super::reader::{Reader, When};
use crate::config::JobName;
use crate::health::{Incident, Severity, State, Subject};
use crate::live::{CheckStatus, Status};
use crate::probe::Measurement;
use crate::snmp::OperationalStatus;

/// How something stands: a colour, a symbol and a word, so that nobody depends on the colour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The state's name, which style sheets know.
    pub state: &'static str,
    /// A sign for those who look.
    pub symbol: &'static str,
    /// The word for everyone.
    pub word: String,
}

/// A check in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckView {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// Since when.
    pub since: Option<When>,
    /// Why it is not well, or what else is to be known of it.
    pub reason: Option<String>,
    /// What was measured last.
    pub figures: Vec<Figure>,
}

/// A number with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// What it is.
    pub label: String,
    /// The number with its unit.
    pub value: String,
}

/// An incident in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IncidentView {
    /// Its number.
    pub number: i64,
    /// What is broken.
    pub what: String,
    /// Of which device; none if it is of none, or of one that is no longer configured.
    pub device: Option<String>,
    /// Which check of it, if it is one.
    pub check: Option<String>,
    /// How bad it is: a colour, a symbol and a word.
    pub standing: Standing,
    /// Where it stands, if it is of a device that does.
    pub site: Option<String>,
    /// Since when.
    pub since: When,
    /// Until when, if it is over.
    pub resolved: Option<When>,
    /// How long it has gone on, or went on.
    pub lasted: String,
    /// Why.
    pub why: String,
    /// Who works on it.
    pub acknowledged: Option<AcknowledgedView>,
    /// How many other devices are unreachable with it, in words.
    pub taken: Option<String>,
    /// That it comes and goes, in words.
    pub flapping: Option<String>,
}

/// Somebody works on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AcknowledgedView {
    /// Who.
    pub author: String,
    /// Since when.
    pub at: When,
}

impl Standing {
    /// That of a device or a check.
    #[must_use]
    pub fn new(reader: &Reader, state: State) -> Self {
        let key = match state {
            State::Up => "web-state-up",
            State::Degraded => "web-state-degraded",
            State::Unknown => "web-state-unknown",
            State::Maintenance => "web-state-maintenance",
            State::Unreachable => "web-state-unreachable",
            State::Down => "web-state-down",
        };
        Self::saying(state, reader.text(key))
    }

    /// That of an incident.
    #[must_use]
    pub fn of_incident(reader: &Reader, incident: &Incident) -> Self {
        match (incident.resolved, incident.severity) {
            (Some(_), _) => Self::saying(State::Up, reader.text("web-incident-resolved")),
            (None, Severity::Warning) => Self::saying(State::Degraded, reader.text("web-incident-warning")),
            (None, Severity::Critical) => Self::saying(State::Down, reader.text("web-incident-critical")),
        }
    }

    /// That of something with its own word for it.
    #[must_use]
    pub fn saying(state: State, word: String) -> Self {
        let symbol = match state {
            State::Up => "✓",
            State::Degraded => "!",
            State::Unknown => "?",
            State::Maintenance => "⚙",
            State::Unreachable => "↯",
            State::Down => "✕",
        };
        Self { state: state.name(), symbol, word }
    }
}

impl CheckView {
    /// What is known of a check.
    #[must_use]
    pub fn new(reader: &Reader, check: &CheckStatus) -> Self {
        Self {
            name: check.id.check.to_string(),
            standing: Standing::new(reader, check.state),
            since: check.since.map(|since| reader.when(since)),
            reason: reason(check).map(|message| reader.say(&message)),
            figures: figures(reader, check),
        }
    }
}

/// Why a check is not well, or what else is to be known of it.
fn reason(check: &CheckStatus) -> Option<Message> {
    let Some(last) = &check.last else {
        let asked_before = check.since.is_some();
        return Some(Message::new(if asked_before { "web-not-asked-again" } else { "web-not-asked" }));
    };
    match check.state {
        State::Unreachable => return Some(unreachable(check)),
        State::Maintenance => return Some(Message::new("web-in-maintenance")),
        _ => {}
    }
    let failure = last.answer.outcome.failure()?;
    if State::of(&last.answer) > check.state {
        return Some(Message::new("web-unconfirmed").with("reason", failure.message()));
    }
    Some(failure.message())
}

fn unreachable(check: &CheckStatus) -> Message {
    match check.incident {
        Some(incident) => Message::new("web-unreachable-by").with("number", incident.to_string()),
        None => Message::new("web-unreachable"),
    }
}

fn figures(reader: &Reader, check: &CheckStatus) -> Vec<Figure> {
    let Some(answer) = check.last.as_ref().map(|last| &last.answer) else {
        return Vec::new();
    };
    let figure = |key: &str, value: String| Figure { label: reader.text(key), value };
    let mut figures: Vec<Figure> = {
        let principal = answer.measurements.iter().filter(|measured| !measured.metric.is_detail());
        principal.map(|measured| measurement(reader, measured)).collect()
    };
    figures.extend(answer.said.as_ref().map(|said| figure("web-said", said.clone())));
    if let Some(reading) = &answer.reading {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let up = reading.interfaces.iter().filter(|interface| interface.status == OperationalStatus::Up);
        let message = Message::new("web-interfaces-up")
            .with("up", count(up.count()))
            .with("all", count(reading.interfaces.len()));
        figures.push(figure("web-interfaces", reader.say(&message)));
    }
    figures
}

fn measurement(reader: &Reader, measured: &Measurement) -> Figure {
    let label = match &measured.instance {
        Some(instance) => instance.to_string(),
        None => reader.metric(measured.metric),
    };
    Figure { label, value: reader.measured(measured.metric.unit(), measured.value) }
}

impl IncidentView {
    /// What is known of an incident.
    #[must_use]
    pub fn new(reader: &Reader, status: &Status, incident: &Incident) -> Self {
        let (what, device, check) = match &incident.subject {
            Subject::Check(id) => {
                let found = status.device(id.device.as_str());
                let what = found.map_or_else(|| id.device.to_string(), |device| device.title.clone());
                (what, found.map(|device| device.name.to_string()), Some(id.check.to_string()))
            }
            Subject::Job { job } => {
                (reader.say(&Message::new("web-backup-of").with("title", title(status, job))), None, None)
            }
            Subject::Promise { job, promise } => (reader.say(&promise.message(&title(status, job))), None, None),
            Subject::Repository { repository } => {
                (reader.say(&Message::new("web-repository").with("name", repository.as_str())), None, None)
            }
            Subject::Copy { repository } => {
                (reader.say(&Message::new("web-copy-to").with("name", repository.as_str())), None, None)
            }
            Subject::Watcher { part } => (reader.say(&part.message()), None, None),
            Subject::Reported { what, device } => (what.clone(), device.as_ref().map(ToString::to_string), None),
        };
        let of_device = incident.subject.device().and_then(|device| status.device(device.as_str()));
        let acknowledged = status.acknowledged.get(&incident.id);
        let taken = status.taken_by(incident.id);
        Self {
            number: incident.id.0,
            what,
            device,
            check,
            standing: Standing::of_incident(reader, incident),
            site: of_device.and_then(|device| device.site.clone()),
            since: reader.when(incident.opened),
            resolved: incident.resolved.map(|at| reader.when(at)),
            lasted: reader.duration(
                incident.resolved.unwrap_or(reader.now).duration_since(incident.opened).max(SignedDuration::ZERO),
            ),
            why: reader.say(&incident.reason.message()),
            acknowledged: acknowledged
                .map(|found| AcknowledgedView { author: found.author.clone(), at: reader.when(found.at) }),
            taken: (taken > 0).then(|| reader.say(&Message::new("web-taken").with("count", taken))),
            flapping: incident
                .flapping
                .map(|changes| reader.say(&Message::new("update-flapping").with("changes", u64::from(changes)))),
        }
    }
}

fn title(status: &Status, job: &JobName) -> String {
    status.job(job).map_or_else(|| job.to_string(), |job| job.title.clone())
}

/// How long something has gone on, at least nothing.
#[must_use]
pub fn elapsed(reader: &Reader, since: Timestamp) -> String {
    reader.duration(reader.now.duration_since(since).max(SignedDuration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::probe::{Answer, Failure};

    fn reason_of(state: State, failure: Option<Failure>) -> Option<String> {
        let mut check = samples::status().devices.remove(0).checks.remove(0);
        check.state = state;
        if let (Some(last), Some(failure)) = (&mut check.last, failure) {
            last.answer = Answer::failed(failure);
        }
        reason(&check).map(|message| message.to_string())
    }

    #[test]
    fn what_is_well_needs_no_reason() {
        assert_eq!(reason_of(State::Up, None), None);
    }

    #[test]
    fn a_bad_answer_is_shown_before_it_is_believed() {
        let refused = Failure::Refused.message().to_string();
        assert_eq!(reason_of(State::Down, Some(Failure::Refused)), Some(refused.clone()));
        let unconfirmed = reason_of(State::Up, Some(Failure::Refused)).unwrap();
        assert_eq!(unconfirmed, format!("the last answer was bad, it is being confirmed: {refused}"));
    }

    #[test]
    fn a_state_from_before_the_restart_says_so() {
        let mut check = samples::status().devices.remove(0).checks.remove(0);
        check.last = None;
        assert_eq!(reason(&check), Some(Message::new("web-not-asked-again")));
        check.since = None;
        assert_eq!(reason(&check), Some(Message::new("web-not-asked")));
    }
}
