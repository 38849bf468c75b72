//! Who is told of what, and when: from what happened to letters. Pure; time is an argument.
//!
//! What a channel is to be told is gathered for a moment, and for longer while more keeps coming: forty devices of one site that
//! fail within a minute are one letter. More letters than the limit of an hour wait and become one digest. Whatever was told is known
//! from the letters in the journal, so that a restarted daemon tells nothing twice and forgets nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::words::{Composed, compose};
use super::{Letter, LetterKind};
use crate::config::{ChannelName, Config, DeviceName, FaultKind, Rule};
use crate::health::{Event, Incident, IncidentId, Moment, Part, Severity, Subject};

/// Decides what is told. There is one, in the recorder.
#[derive(Debug)]
pub struct Planner {
    config: Arc<Config>,
    devices: HashMap<DeviceName, Place>,
    incidents: BTreeMap<IncidentId, Known>,
    told: HashMap<(ChannelName, IncidentId), Told>,
    gathering: HashMap<ChannelName, Gathering>,
    /// When letters went to each channel within the last hour.
    sent: HashMap<ChannelName, VecDeque<Timestamp>>,
    written: u64,
}

/// An incident, and what people want to know of it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) incident: Incident,
    pub(super) place: Place,
    /// What it took with it.
    pub(super) taken: BTreeSet<DeviceName>,
    is_acknowledged: bool,
}

/// What people call a device, and where it stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) title: Option<String>,
    pub(super) site: Option<String>,
    groups: Vec<String>,
}

/// What a channel knows of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The first letter about it.
    pub thread: String,
    /// The worst that was told.
    pub severity: Severity,
    /// When something was told last.
    pub at: Timestamp,
    /// Whether it was told that it works again.
    pub is_over: bool,
}

/// What waits to be told through a channel.
#[derive(Debug, Default)]
struct Gathering {
    since: Duration,
    /// When the last was added.
    last: Duration,
    incidents: BTreeSet<IncidentId>,
    /// The limit of the hour was reached.
    is_held: bool,
}

/// A letter, and what it tells of which incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// Through which channel.
    pub channel: ChannelName,
    /// What is told.
    pub letter: Letter,
}

/// What a planner of a restarted daemon knows.
#[derive(Debug, Clone, Default)]
pub struct Recollection {
    /// Incidents that are open, and those of which it was not told that they are resolved.
    pub incidents: Vec<Incident>,
    /// Which of them somebody works on.
    pub acknowledged: BTreeSet<IncidentId>,
    /// What was told of them.
    pub told: HashMap<(ChannelName, IncidentId), Told>,
    /// The letters of the last hour.
    pub sent: Vec<(ChannelName, Timestamp)>,
}

/// What comes within so long is told together;
const GATHER: Duration = Duration::from_secs(15);

/// while more keeps coming, nobody waits longer than this.
const LONGEST_GATHER: Duration = Duration::from_secs(60);

const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl Planner {
    /// One that goes on where `recollection` stopped.
    #[must_use]
    pub fn new(config: Arc<Config>, recollection: Recollection) -> Self {
        let Recollection { incidents, acknowledged, told, sent } = recollection;
        let mut planner = Self {
            devices: places(&config),
            config,
            incidents: BTreeMap::new(),
            told,
            gathering: HashMap::new(),
            sent: HashMap::new(),
            written: 0,
        };
        for incident in incidents {
            planner.note(incident);
        }
        for incident in acknowledged {
            planner.acknowledged(incident);
        }
        for (channel, at) in sent {
            planner.sent.entry(channel).or_default().push_back(at);
        }
        planner
    }

    /// Tells by these rules from now on.
    pub fn reconfigure(&mut self, config: Arc<Config>) {
        self.devices = places(&config);
        self.config = config;
    }

    /// Takes in what happened.
    pub fn take_in(&mut self, event: &Event) {
        match event {
            Event::IncidentOpened(incident) | Event::IncidentResolved(incident) => self.note(incident.clone()),
            Event::IncidentUpdated { incident, update, .. } => {
                if let Some(known) = self.incidents.get_mut(incident) {
                    known.incident.take_in(update);
                }
            }
            Event::StateChanged(change) => {
                if let Some(known) = change.incident.and_then(|incident| self.incidents.get_mut(&incident))
                    && known.incident.subject.device() != Some(&change.check.device)
                {
                    known.taken.insert(change.check.device.clone());
                }
            }
            Event::Notified(_) => {}
        }
    }

    /// Somebody works on an incident.
    pub fn acknowledged(&mut self, incident: IncidentId) {
        if let Some(known) = self.incidents.get_mut(&incident) {
            known.is_acknowledged = true;
        }
    }

    /// The letters that are to be written now; wanted about each second.
    pub fn pass(&mut self, now: Moment) -> Vec<Planned> {
        let config = Arc::clone(&self.config);
        let mut planned = Vec::new();
        for channel in &config.channels {
            planned.extend(self.pass_channel(&channel.name, &config, now));
        }
        self.forget(&config);
        planned
    }

    fn note(&mut self, incident: Incident) {
        let place =
            || incident.subject.device().and_then(|device| self.devices.get(device)).cloned().unwrap_or_default();
        match self.incidents.get_mut(&incident.id) {
            Some(known) => known.incident = incident,
            None => {
                let known = Known { place: place(), incident, taken: BTreeSet::new(), is_acknowledged: false };
                self.incidents.insert(known.incident.id, known);
            }
        }
    }

    fn pass_channel(&mut self, channel: &ChannelName, config: &Config, now: Moment) -> Vec<Planned> {
        let due: Vec<(IncidentId, LetterKind, usize)> =
            self.incidents.values().filter_map(|known| self.due(channel, known, config, now)).collect();
        if due.is_empty() {
            self.gathering.remove(channel);
            return Vec::new();
        }
        let gathering = self
            .gathering
            .entry(channel.clone())
            .or_insert_with(|| Gathering { since: now.elapsed, ..Gathering::default() });
        let incidents: BTreeSet<IncidentId> = due.iter().map(|(incident, ..)| *incident).collect();
        if !incidents.is_subset(&gathering.incidents) {
            gathering.last = now.elapsed;
        }
        gathering.incidents = incidents;
        let waited = |since: Duration| now.elapsed.saturating_sub(since);
        if waited(gathering.last) < GATHER && waited(gathering.since) < LONGEST_GATHER {
            return Vec::new();
        }
        let sent = self.sent.entry(channel.clone()).or_default();
        sent.retain(|at| now.at.duration_since(*at) < HOUR);
        if sent.len() >= usize::try_from(config.notify.limit).unwrap_or(usize::MAX) {
            gathering.is_held = true;
            return Vec::new();
        }
        let is_held = gathering.is_held;
        self.gathering.remove(channel);
        self.write(channel, &due, is_held, config, now)
    }

    /// Whether a channel is to be told something of an incident now: what, and by which rule.
    fn due(
        &self,
        channel: &ChannelName,
        known: &Known,
        config: &Config,
        now: Moment,
    ) -> Option<(IncidentId, LetterKind, usize)> {
        let told = self.told.get(&(channel.clone(), known.incident.id));
        let rules = config.rules.iter().enumerate();
        let mut of_incident = rules.filter(|(_, rule)| {
            rule.channel == *channel && concerns(rule, known, channel) && rule.is_open(now.at, &config.time_zone)
        });
        let incident = &known.incident;
        if incident.resolved.is_some() {
            told.filter(|told| !told.is_over)?;
            // What was told before it became better is told to be over, whatever it has become.
            let (rule, _) = config.rules.iter().enumerate().find(|(_, rule)| {
                rule.channel == *channel && rule.recovery && rule.is_open(now.at, &config.time_zone)
            })?;
            return Some((incident.id, LetterKind::Resolved, rule));
        }
        let open_for = now.at.duration_since(incident.opened);
        let has_waited = |after: Duration| SignedDuration::try_from(after).is_ok_and(|after| open_for >= after);
        of_incident.find_map(|(place, rule)| {
            let kind = match (told, rule.after) {
                (None, None) => LetterKind::Opened,
                (None, Some(after)) => {
                    (!known.is_acknowledged && has_waited(after)).then_some(LetterKind::Escalated)?
                }
                (Some(told), _) if told.severity < incident.severity => LetterKind::Escalated,
                (Some(told), _) => {
                    let repeat = SignedDuration::try_from(rule.repeat?).ok()?;
                    let is_time = now.at.duration_since(told.at) >= repeat;
                    (!known.is_acknowledged && is_time).then_some(LetterKind::Reminder)?
                }
            };
            Some((incident.id, kind, place))
        })
    }

    /// One letter for each kind of what is due, or a digest of all of it.
    fn write(
        &mut self,
        channel: &ChannelName,
        due: &[(IncidentId, LetterKind, usize)],
        is_held: bool,
        config: &Config,
        now: Moment,
    ) -> Vec<Planned> {
        let mut by_kind: BTreeMap<u8, (LetterKind, usize, Vec<IncidentId>)> = BTreeMap::new();
        for (incident, kind, rule) in due {
            // What is worse now and what is new are read together, and so are several things at once of a held hour.
            let (order, kind) = match kind {
                _ if is_held => (0, LetterKind::Digest),
                LetterKind::Resolved => (3, LetterKind::Resolved),
                LetterKind::Reminder => (2, LetterKind::Reminder),
                LetterKind::Escalated => (1, LetterKind::Escalated),
                other => (0, *other),
            };
            by_kind.entry(order).or_insert_with(|| (kind, *rule, Vec::new())).2.push(*incident);
        }
        let mut planned = Vec::new();
        for (kind, rule, incidents) in by_kind.into_values() {
            self.written += 1;
            let first = incidents.first().map_or(0, |incident| incident.0);
            let id = format!("{first}-{}-{}-{}", kind.name(), now.at.as_millisecond(), self.written);
            let thread = self.thread(channel, &incidents).unwrap_or_else(|| id.clone());
            let known: Vec<&Known> = incidents.iter().filter_map(|incident| self.incidents.get(incident)).collect();
            let language = config.rules[rule].language;
            let composed = Composed {
                id,
                thread,
                kind,
                language,
                at: now.at,
                zone: &config.time_zone,
                link: config.notify.link.as_deref(),
            };
            let letter = compose(composed, &known);
            self.remember(channel, &letter, now.at);
            planned.push(Planned { channel: channel.clone(), letter });
        }
        planned
    }

    /// The letter to which this one about the same incidents is an answer.
    fn thread(&self, channel: &ChannelName, incidents: &[IncidentId]) -> Option<String> {
        let threads: BTreeSet<&str> = incidents
            .iter()
            .map(|incident| self.told.get(&(channel.clone(), *incident)).map(|told| told.thread.as_str()))
            .collect::<Option<_>>()?;
        // Several letters cannot be answered with one.
        (threads.len() == 1).then(|| threads.first().map(|thread| (*thread).to_owned())).flatten()
    }

    fn remember(&mut self, channel: &ChannelName, letter: &Letter, at: Timestamp) {
        let thread = letter.thread.clone().unwrap_or_else(|| letter.id.clone());
        for alert in &letter.alerts {
            let told = Told { thread: thread.clone(), severity: alert.severity, at, is_over: alert.ended.is_some() };
            let key = (channel.clone(), IncidentId(alert.number));
            self.told
                .entry(key)
                .and_modify(|before| {
                    before.severity = before.severity.max(told.severity);
                    (before.at, before.is_over) = (told.at, told.is_over);
                })
                .or_insert(told);
        }
        self.sent.entry(channel.clone()).or_default().push_back(at);
    }

    /// Forgets what is over and of which everybody who has to know knows.
    fn forget(&mut self, config: &Config) {
        let has_recovery =
            |channel: &ChannelName| config.rules.iter().any(|rule| rule.channel == *channel && rule.recovery);
        let told = &self.told;
        self.incidents.retain(|id, known| {
            known.incident.resolved.is_none()
                || config.channels.iter().any(|channel| {
                    let of_channel = told.get(&(channel.name.clone(), *id));
                    of_channel.is_some_and(|told| !told.is_over) && has_recovery(&channel.name)
                })
        });
        let incidents = &self.incidents;
        self.told.retain(|(_, incident), _| incidents.contains_key(incident));
    }
}

/// Whether a rule is about an incident.
fn concerns(rule: &Rule, known: &Known, channel: &ChannelName) -> bool {
    let Known { incident, place, .. } = known;
    let kind = match &incident.subject {
        Subject::Check(_) => FaultKind::Check,
        Subject::Job { .. } | Subject::Promise { .. } | Subject::Repository { .. } | Subject::Copy { .. } => {
            FaultKind::Backup
        }
        // That a channel does not work is of no use to it.
        Subject::Watcher { part: Part::Channel(name) } if name == channel.as_str() => return false,
        Subject::Watcher { .. } => FaultKind::Watcher,
        Subject::Reported { .. } => FaultKind::Reported,
    };
    incident.severity >= rule.severity
        && (rule.kinds.is_empty() || rule.kinds.contains(&kind))
        && (rule.sites.is_empty() || place.site.as_ref().is_some_and(|site| rule.sites.contains(site)))
        && (rule.groups.is_empty() || place.groups.iter().any(|group| rule.groups.contains(group)))
}

fn places(config: &Config) -> HashMap<DeviceName, Place> {
    let place = |device: &crate::config::Device| Place {
        title: Some(device.title.clone()),
        site: device.site.clone(),
        groups: device.groups.clone(),
    };
    config.devices.iter().map(|device| (device.name.clone(), place(device))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Channel, ChannelKind, CheckId, Device, Occasion};
    use crate::health::{Change, Reason, State, Update};
    use crate::probe::Failure;
    use crate::schedule::Calendar;

    const CHANNEL: &str = "pastas";

    fn moment(second: i64) -> Moment {
        let elapsed = Duration::from_secs(u64::try_from(second).unwrap());
        Moment { at: Timestamp::from_second(1_800_000_000 + second).unwrap(), elapsed }
    }

    /// Forty devices of one site and one of another, and a channel.
    fn config(change: impl FnOnce(&mut Config)) -> Arc<Config> {
        let device = |place: u32| Device {
            name: format!("d{place}").parse().unwrap(),
            title: format!("Įrenginys {place}"),
            site: Some(if place < 40 { "Rotušė" } else { "Biblioteka" }.to_owned()),
            kind: None,
            parents: Vec::new(),
            groups: Vec::new(),
            address: [10, 0, 0, 1].into(),
            checks: Vec::new(),
        };
        let (program, arguments, timeout) = ("/bin/true".into(), Vec::new(), Duration::from_secs(1));
        let command = crate::config::Command { program, arguments, timeout };
        let channel = Channel { name: CHANNEL.parse().unwrap(), kind: ChannelKind::Command(Box::new(command)) };
        let mut config = Config {
            devices: (0..41).map(device).collect(),
            rules: vec![Rule::all(&channel, &Config::empty().notify)],
            channels: vec![Arc::new(channel)],
            ..Config::empty()
        };
        change(&mut config);
        Arc::new(config)
    }

    fn incident(id: i64, device: u32, opened: i64) -> Incident {
        let check = CheckId { device: format!("d{device}").parse().unwrap(), check: "icmp".parse().unwrap() };
        Incident {
            id: IncidentId(id),
            subject: Subject::Check(check),
            severity: Severity::Critical,
            opened: moment(opened).at,
            reason: Reason::Probe(Failure::Timeout { after: Duration::from_secs(2) }),
            flapping: None,
            resolved: None,
        }
    }

    fn resolved(incident: Incident, at: i64) -> Event {
        Event::IncidentResolved(Incident { resolved: Some(moment(at).at), ..incident })
    }

    /// The letters that are written from one second to another.
    fn pass(planner: &mut Planner, seconds: std::ops::Range<i64>) -> Vec<Letter> {
        seconds.flat_map(|second| planner.pass(moment(second))).map(|planned| planned.letter).collect()
    }

    #[test]
    fn forty_devices_of_one_site_in_one_minute_are_one_letter_that_names_the_site_and_the_root() {
        let mut planner = Planner::new(config(|_| ()), Recollection::default());
        let mut letters = Vec::new();
        for second in 0..40 {
            let device = u32::try_from(second).unwrap();
            planner.take_in(&Event::IncidentOpened(incident(second + 1, device, second)));
            letters.extend(pass(&mut planner, second..second + 1));
        }
        letters.extend(pass(&mut planner, 40..200));
        let [letter] = &letters[..] else { panic!("{} letters", letters.len()) };
        assert_eq!(letter.subject, "[Gedimas] Rotušė: 40 gedimų, tikėtina priežastis – Įrenginys 0 (d0/icmp)");
        assert_eq!(letter.alerts.len(), 40);
    }

    #[test]
    fn what_works_again_is_an_answer_to_the_letter_that_said_it_did_not() {
        let mut planner = Planner::new(config(|_| ()), Recollection::default());
        planner.take_in(&Event::IncidentOpened(incident(1, 3, 0)));
        let opened = pass(&mut planner, 0..60);
        assert_eq!(opened.len(), 1);
        planner.take_in(&resolved(incident(1, 3, 0), 300));
        let over = pass(&mut planner, 300..400);
        assert_eq!((over.len(), over[0].kind), (1, LetterKind::Resolved));
        assert_eq!(over[0].thread.as_ref(), Some(&opened[0].id));
        assert!(over[0].text.contains("truko 5 min"), "{}", over[0].text);
        assert!(pass(&mut planner, 400..1000).is_empty());
    }

    #[test]
    fn what_is_repaired_before_anybody_was_told_is_not_told() {
        let mut planner = Planner::new(config(|_| ()), Recollection::default());
        planner.take_in(&Event::IncidentOpened(incident(1, 3, 0)));
        assert!(pass(&mut planner, 0..5).is_empty());
        planner.take_in(&resolved(incident(1, 3, 0), 5));
        assert!(pass(&mut planner, 5..100).is_empty());
    }

    #[test]
    fn more_than_the_limit_waits_and_comes_as_one_digest() {
        let mut planner = Planner::new(config(|config| config.notify.limit = 2), Recollection::default());
        let mut letters = Vec::new();
        for place in 0..10 {
            let (second, device) = (place * 100, u32::try_from(place).unwrap());
            planner.take_in(&Event::IncidentOpened(incident(place + 1, device, second)));
            letters.extend(pass(&mut planner, second..second + 100));
        }
        assert_eq!(letters.len(), 2);
        planner.take_in(&resolved(incident(1, 0, 0), 1500));
        let held = pass(&mut planner, 1500..4000);
        assert_eq!(
            held.iter().map(|letter| (letter.kind, letter.alerts.len())).collect::<Vec<_>>(),
            [(LetterKind::Digest, 9)]
        );
    }

    #[test]
    fn escalation_and_reminders_end_with_an_acknowledgement() {
        let config = || {
            config(|config| {
                config.rules[0].after = Some(Duration::from_mins(15));
                config.rules[0].repeat = Some(Duration::from_hours(1));
            })
        };
        let mut planner = Planner::new(config(), Recollection::default());
        planner.take_in(&Event::IncidentOpened(incident(1, 3, 0)));
        let kinds: Vec<_> = pass(&mut planner, 0..8000).iter().map(|letter| (letter.kind, letter.at)).collect();
        let at = |second| moment(second).at;
        assert_eq!(kinds, [(LetterKind::Escalated, at(915)), (LetterKind::Reminder, at(4530))]);
        planner.acknowledged(IncidentId(1));
        assert!(pass(&mut planner, 8000..20_000).is_empty());
        let mut planner = Planner::new(config(), Recollection::default());
        planner.take_in(&Event::IncidentOpened(incident(1, 3, 0)));
        planner.acknowledged(IncidentId(1));
        assert!(pass(&mut planner, 0..8000).is_empty());
    }

    #[test]
    fn outside_of_working_hours_what_is_still_broken_waits_for_them() {
        // 1 800 000 000 is a Friday, 2027-01-15 10:00 in Vilnius.
        let hours = |schedule: &str| {
            let schedule: Calendar = schedule.parse().unwrap();
            Some(Occasion::Recurring { schedule, duration: Duration::from_hours(8) })
        };
        let mut planner =
            Planner::new(config(|config| config.rules[0].hours = hours("Mon..Fri 11:00")), Recollection::default());
        planner.take_in(&Event::IncidentOpened(incident(1, 3, 0)));
        let letters = pass(&mut planner, 0..4000);
        assert_eq!(letters.iter().map(|letter| letter.at).collect::<Vec<_>>(), [moment(3615).at]);
    }

    #[test]
    fn rules_choose_by_site_and_severity() {
        let config = config(|config| {
            config.rules[0].sites = vec!["Biblioteka".to_owned()];
            config.rules[0].severity = Severity::Critical;
        });
        let mut planner = Planner::new(config, Recollection::default());
        planner.take_in(&Event::IncidentOpened(incident(1, 3, 0)));
        planner.take_in(&Event::IncidentOpened(Incident { severity: Severity::Warning, ..incident(2, 40, 0) }));
        assert!(pass(&mut planner, 0..100).is_empty());
        let worse = Update::Severity { severity: Severity::Critical, reason: incident(2, 40, 0).reason };
        planner.take_in(&Event::IncidentUpdated { incident: IncidentId(2), at: moment(100).at, update: worse });
        let letters = pass(&mut planner, 100..200);
        assert_eq!(letters.iter().map(|letter| letter.alerts[0].number).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_restarted_daemon_tells_nothing_twice_and_forgets_nothing() {
        let mut before = Planner::new(config(|_| ()), Recollection::default());
        before.take_in(&Event::IncidentOpened(incident(1, 3, 0)));
        let letters = pass(&mut before, 0..60);
        // The second was opened, and nobody told yet.
        let recollection = Recollection {
            incidents: vec![incident(1, 3, 0), incident(2, 4, 60)],
            told: before.told.clone(),
            ..Recollection::default()
        };
        let mut after = Planner::new(config(|_| ()), recollection);
        let told = pass(&mut after, 100..200);
        assert_eq!(told.iter().map(|letter| letter.alerts[0].number).collect::<Vec<_>>(), [2]);
        after.take_in(&resolved(incident(1, 3, 0), 200));
        let over = pass(&mut after, 200..300);
        assert_eq!((over.len(), over[0].thread.as_ref()), (1, Some(&letters[0].id)));
    }

    #[test]
    fn a_letter_says_what_is_unreachable_with_it() {
        let mut planner = Planner::new(config(|_| ()), Recollection::default());
        planner.take_in(&Event::IncidentOpened(incident(1, 3, 0)));
        for device in ["d4", "d5"] {
            let check = CheckId { device: device.parse().unwrap(), check: "icmp".parse().unwrap() };
            let (from, to, at) = (State::Up, State::Unreachable, moment(1).at);
            let incident = Some(IncidentId(1));
            planner.take_in(&Event::StateChanged(Change { check, from, to, at, failure: None, incident }));
        }
        let letters = pass(&mut planner, 0..60);
        assert!(letters[0].text.contains("dėl to nepasiekiami 2 įrenginiai: d4, d5"), "{}", letters[0].text);
        assert!(letters[0].html.contains("<h1>[Gedimas] Įrenginys 3 (d3/icmp): "), "{}", letters[0].html);
    }
}
