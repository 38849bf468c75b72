//! The first page: is everything well, and if not, what is not?

use std::collections::{BTreeSet, HashMap, HashSet};

use messages::Message;
use serde::Serialize;

use super::choice::{Choice, Filter};
use super::job::{self, JobView};
use super::reader::{Reader, When};
use super::standing::{CheckView, IncidentView, Standing};
use super::website::WebsiteView;
use crate::config::DeviceKind;
use crate::health::{Incident, Severity, State};
use crate::live::{DeviceStatus, JobStatus, Refused, Status};

/// The first page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// Whether everything is well, in one sentence.
    pub headline: Standing,
    /// How many devices are in which state; states without devices are left out.
    pub counts: Vec<Count>,
    /// What can be chosen by, and what is.
    pub filter: FilterView,
    /// Why what happened cannot be written down, if it cannot.
    pub unwritten: Option<String>,
    /// What is wrong with a new configuration that is not used.
    pub refused: Option<RefusedView>,
    /// That more is due than this machine can do, if it is.
    pub overload: Option<String>,
    /// What is broken, the worst first, and of those the oldest.
    pub incidents: Vec<IncidentView>,
    /// How many more there are.
    pub more_incidents: usize,
    /// Devices that are not up, the worst first.
    pub troubled: Vec<DeviceRow>,
    /// How many more there are.
    pub more_troubled: usize,
    /// Devices that are hidden behind others that are down, by site.
    pub unreachable: Vec<Site>,
    /// Devices that are up, by site.
    pub sites: Vec<Site>,
    /// Backup jobs that need somebody.
    pub jobs: Vec<JobView>,
    /// How many backup jobs are as they should be.
    pub good_jobs: usize,
    /// Which release of the website is public; none when none is configured.
    pub website: Option<WebsiteView>,
}

/// What can be chosen by, and what is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FilterView {
    /// Letters in a name.
    pub text: String,
    /// Whether anything is chosen by.
    pub is_chosen: bool,
    /// How many devices fit, in words.
    pub found: String,
    /// Sites, kinds, groups and states; a menu with nothing to choose from is left out.
    pub menus: Vec<Menu>,
}

/// A menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Menu {
    /// The key in the query.
    pub key: &'static str,
    /// What is chosen, in words.
    pub label: String,
    /// What there is to choose from.
    pub options: Vec<Choosable>,
}

/// One entry of a menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choosable {
    /// The value in the query.
    pub value: String,
    /// The word.
    pub word: String,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// What there is to choose from: the values in the query, and the words.
type ValuesAndWords = Vec<(String, String)>;

/// So many are shown; who has more to do looks at the list of incidents, or chooses.
const MOST_INCIDENTS: usize = 30;
const MOST_TROUBLED: usize = 100;

/// Of a site with more devices that are well only their number is shown, when there are many in all.
const MANY: usize = 1500;
const MANY_AT_A_SITE: usize = 40;

/// How many devices are in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The state's name, to choose by.
    pub state: &'static str,
    /// The state.
    pub standing: Standing,
    /// How many.
    pub count: usize,
}

/// The devices of a place that are up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Site {
    /// What people call the place.
    pub title: String,
    /// Where its devices alone are shown.
    pub address: String,
    /// How many devices are up there.
    pub count: usize,
    /// The devices, in the order of the configuration; none when there are too many.
    pub devices: Vec<Tile>,
}

/// A device that is well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tile {
    /// Its name, which stands in the address of its page.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What was measured first: a round trip, most often.
    pub figure: Option<String>,
}

/// One device that needs somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceRow {
    /// Its name, which stands in the address of its page.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Where it stands.
    pub site: Option<String>,
    /// Its address.
    pub address: String,
    /// How it stands.
    pub standing: Standing,
    /// Since when.
    pub since: Option<When>,
    /// Its checks.
    pub checks: Vec<CheckView>,
}

impl Overview {
    /// What is known right now of the devices that are chosen.
    #[must_use]
    pub(super) fn new(reader: &Reader, status: &Status, filter: &Filter) -> Self {
        let chosen: Vec<(&DeviceStatus, State)> =
            status.devices.iter().filter(|device| filter.has(device)).map(|device| (device, device.state())).collect();
        let of = |wanted: State| -> Vec<&DeviceStatus> {
            chosen.iter().filter(|(_, state)| *state == wanted).map(|(device, _)| *device).collect()
        };
        // Nobody can do anything about those that are unreachable but repair what hides them.
        let is_troubled = |state: State| !matches!(state, State::Up | State::Unreachable);
        let mut troubled: Vec<_> = chosen.iter().filter(|(_, state)| is_troubled(*state)).collect();
        troubled.sort_by_key(|(_, state)| std::cmp::Reverse(*state));
        let mut incidents: Vec<&Incident> =
            status.incidents.iter().filter(|incident| concerns(status, filter, incident)).collect();
        incidents.sort_by_key(|incident| (std::cmp::Reverse(incident.severity), incident.id));
        let jobs = || status.jobs.iter().filter(|_| filter.is_empty());
        let is_good = |job: &&JobStatus| job::state(job, reader.now) == State::Up;
        Self {
            headline: headline(reader, status),
            counts: Count::all(reader, chosen.iter().map(|(_, state)| *state)),
            filter: FilterView::new(reader, status, filter, chosen.len()),
            unwritten: status.unwritten.clone(),
            refused: status.refused.as_ref().map(|refused| RefusedView::new(reader, refused)),
            overload: overload(reader, status),
            more_incidents: incidents.len().saturating_sub(MOST_INCIDENTS),
            incidents: incidents
                .iter()
                .take(MOST_INCIDENTS)
                .map(|incident| IncidentView::new(reader, status, incident))
                .collect(),
            more_troubled: troubled.len().saturating_sub(MOST_TROUBLED),
            troubled: troubled.iter().take(MOST_TROUBLED).map(|(device, _)| DeviceRow::new(reader, device)).collect(),
            unreachable: sites(reader, &of(State::Unreachable)),
            sites: sites(reader, &of(State::Up)),
            jobs: jobs().filter(|job| !is_good(job)).map(|job| JobView::new(reader, job)).collect(),
            good_jobs: jobs().filter(is_good).count(),
            website: None,
        }
    }
}

/// Whether an incident is of one of the devices that are chosen; of what is no device only when nothing is chosen.
fn concerns(status: &Status, filter: &Filter, incident: &Incident) -> bool {
    if filter.is_empty() {
        return true;
    }
    let device = incident.subject.device().and_then(|device| status.device(device.as_str()));
    device.is_some_and(|device| filter.has(device))
}

impl Count {
    /// How many are in each state that somebody is in.
    #[must_use]
    pub fn all(reader: &Reader, states: impl Iterator<Item = State>) -> Vec<Self> {
        let states: Vec<State> = states.collect();
        let count = |wanted: State| Self {
            state: wanted.name(),
            standing: Standing::new(reader, wanted),
            count: states.iter().filter(|state| **state == wanted).count(),
        };
        State::ALL.map(count).into_iter().filter(|count| count.count > 0).collect()
    }
}

impl FilterView {
    fn new(reader: &Reader, status: &Status, filter: &Filter, found: usize) -> Self {
        let sites: BTreeSet<&str> = status.devices.iter().filter_map(|device| device.site.as_deref()).collect();
        let groups: BTreeSet<&str> =
            status.devices.iter().flat_map(|device| &device.groups).map(String::as_str).collect();
        let kinds: BTreeSet<&str> =
            status.devices.iter().filter_map(|device| device.kind).map(DeviceKind::name).collect();
        let plain = |names: BTreeSet<&str>| names.into_iter().map(|name| (name.to_owned(), name.to_owned())).collect();
        let kinds = kinds.into_iter().map(|kind| (kind.to_owned(), reader.text(&format!("device-kind-{kind}"))));
        let states = State::ALL.map(|state| (state.name().to_owned(), Standing::new(reader, state).word));
        let menus: [(&'static str, &str, ValuesAndWords, Option<&str>); 4] = [
            ("site", "web-place", plain(sites), filter.site.as_deref()),
            ("kind", "web-device-kind", kinds.collect(), filter.kind.as_deref()),
            ("group", "web-group", plain(groups), filter.group.as_deref()),
            ("state", "web-state", states.to_vec(), filter.state.map(State::name)),
        ];
        let menus =
            menus.into_iter().filter(|(_, _, options, _)| options.len() > 1).map(|(key, label, options, chosen)| {
                let option =
                    |(value, word): (String, String)| Choosable { is_chosen: chosen == Some(&value), value, word };
                Menu { key, label: reader.text(label), options: options.into_iter().map(option).collect() }
            });
        Self {
            text: filter.text.clone().unwrap_or_default(),
            is_chosen: !filter.is_empty(),
            found: reader
                .say(&Message::new("web-found-devices").with("count", u64::try_from(found).unwrap_or(u64::MAX))),
            menus: menus.collect(),
        }
    }
}

impl Tile {
    fn new(reader: &Reader, device: &DeviceStatus) -> Self {
        let measured = device.checks.first().and_then(|check| check.last.as_ref()?.answer.measurements.first());
        let measured = measured.filter(|_| device.state() == State::Up);
        let figure = measured.map(|measured| reader.measured(measured.metric.unit(), measured.value));
        Self { name: device.name.to_string(), title: device.title.clone(), figure }
    }
}

/// A new configuration that is not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedView {
    /// When it was read.
    pub at: When,
    /// Everything that is wrong with it.
    pub mistakes: Vec<String>,
}

impl RefusedView {
    pub(super) fn new(reader: &Reader, refused: &Refused) -> Self {
        let mistakes = refused.mistakes.problems().iter().map(|problem| problem.describe(reader.language));
        Self { at: reader.when(refused.at), mistakes: mistakes.collect() }
    }
}

/// That more is due than this machine can do, if it is.
pub(super) fn overload(reader: &Reader, status: &Status) -> Option<String> {
    let lateness = status.lateness.filter(|_| status.is_too_much)?;
    let time = reader.seconds(lateness.p99.as_secs_f64());
    Some(reader.say(&Message::new("web-overload").with("time", time).with("skipped", lateness.skipped)))
}

impl DeviceRow {
    fn new(reader: &Reader, device: &DeviceStatus) -> Self {
        Self {
            name: device.name.to_string(),
            title: device.title.clone(),
            site: device.site.clone(),
            address: device.address.to_string(),
            standing: Standing::new(reader, device.state()),
            since: device.since().map(|since| reader.when(since)),
            checks: device.checks.iter().map(|check| CheckView::new(reader, check)).collect(),
        }
    }
}

/// Groups by site, in the order in which the configuration names the sites; what has none comes last.
fn sites(reader: &Reader, devices: &[&DeviceStatus]) -> Vec<Site> {
    let mut seen = HashSet::new();
    let mut names: Vec<Option<&str>> = Vec::new();
    names.extend(devices.iter().map(|device| device.site.as_deref()).filter(|site| seen.insert(*site)));
    names.sort_by_key(Option::is_none);
    let only_one = names.len() == 1;
    let is_many = devices.len() > MANY;
    let mut by_site: HashMap<Option<&str>, Vec<&DeviceStatus>> = HashMap::new();
    for device in devices {
        by_site.entry(device.site.as_deref()).or_default().push(device);
    }
    let site = |name: Option<&str>| {
        let of_site = by_site.get(&name).map_or(&[][..], Vec::as_slice);
        let is_listed = !is_many || of_site.len() <= MANY_AT_A_SITE;
        Site {
            title: match name {
                Some(name) => name.to_owned(),
                None if only_one => reader.text("web-all-devices"),
                None => reader.text("web-without-site"),
            },
            address: {
                let filter = Filter { site: name.map(str::to_owned), ..Filter::default() };
                format!("/{}", Choice { filter, ..Choice::default() }.here())
            },
            count: of_site.len(),
            devices: of_site.iter().filter(|_| is_listed).map(|device| Tile::new(reader, device)).collect(),
        }
    };
    names.into_iter().map(site).collect()
}

/// Whether everything is well, in one sentence.
#[must_use]
pub fn headline(reader: &Reader, status: &Status) -> Standing {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let states =
        status.devices.iter().map(DeviceStatus::state).chain(status.jobs.iter().map(|job| job::state(job, reader.now)));
    let doubtful = states.clone().filter(|state| matches!(state, State::Degraded | State::Down)).count();
    let unknown = states.filter(|state| *state == State::Unknown).count();
    let critical = status.incidents.iter().filter(|incident| incident.severity == Severity::Critical).count();
    let (state, message) = if critical > 0 {
        (State::Down, Message::new("web-headline-down").with("count", count(critical)))
    } else if status.unwritten.is_some() {
        (State::Down, Message::new("web-headline-unwritten"))
    } else if doubtful > 0 {
        (State::Degraded, Message::new("web-headline-degraded").with("count", count(doubtful)))
    } else if status.devices.is_empty() && status.jobs.is_empty() {
        (State::Unknown, Message::new("web-headline-nothing"))
    } else if unknown > 0 {
        (State::Unknown, Message::new("web-headline-unknown").with("count", count(unknown)))
    } else {
        (State::Up, Message::new("web-headline-up"))
    };
    Standing::saying(state, reader.say(&message))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use messages::Language;

    use super::super::samples;
    use super::*;

    fn reader(language: Language) -> Reader {
        Reader { language, zone: TimeZone::UTC, now: samples::now() }
    }

    fn overview(status: &Status) -> Overview {
        Overview::new(&reader(Language::English), status, &Filter::default())
    }

    fn names(rows: &[DeviceRow]) -> Vec<&str> {
        rows.iter().map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn what_is_broken_comes_first_with_when_what_and_why() {
        let overview = overview(&samples::status());
        assert_eq!(overview.headline.word, "2 open incidents");
        let incident = &overview.incidents[0];
        assert_eq!(incident.what, "Kultūros centro komutatorius");
        assert_eq!(incident.since.relative, "1\u{a0}h\u{a0}23\u{a0}min ago");
        assert_eq!(incident.why, "no answer within 2 s");
    }

    #[test]
    fn devices_that_are_not_up_stand_apart_and_the_worst_first() {
        let overview = overview(&samples::status());
        assert_eq!(names(&overview.troubled), ["sw-kultura", "ups-1", "ap-biblioteka"]);
        let sites: Vec<_> = overview
            .sites
            .iter()
            .map(|site| (site.title.as_str(), site.devices.iter().map(|tile| tile.name.as_str()).collect::<Vec<_>>()))
            .collect();
        assert_eq!(sites, [("Rotušė", vec!["sw-rotuse-1", "pastas"]), ("Without a site", vec!["dvs"])]);
    }

    #[test]
    fn everything_works_is_said_only_when_it_does() {
        let mut status = samples::status();
        status.incidents.clear();
        status.devices.retain(|device| device.state() == State::Up);
        status.jobs.truncate(1);
        assert_eq!(overview(&status).headline.word, "Everything works");
        let mut unwritten = status.clone();
        unwritten.unwritten = Some("disk full".to_owned());
        assert_eq!(overview(&unwritten).headline.state, "down");
        let mut waiting = status.clone();
        waiting.devices[0].checks[0].state = State::Unknown;
        assert_eq!(overview(&waiting).headline.state, "unknown");
        waiting.devices[0].checks[0].state = State::Degraded;
        assert_eq!(overview(&waiting).headline.state, "degraded");
        assert_eq!(overview(&Status::default()).headline.state, "unknown");
    }

    #[test]
    fn lithuanian_headlines_count_in_their_own_way() {
        let mut status = samples::status();
        let say = |status: &Status| headline(&reader(Language::Lithuanian), status).word;
        assert_eq!(say(&status), "2 nepašalinti gedimai");
        status.incidents.truncate(1);
        assert_eq!(say(&status), "1 nepašalintas gedimas");
        status.incidents = vec![status.incidents[0].clone(); 11];
        assert_eq!(say(&status), "11 nepašalintų gedimų");
    }

    #[test]
    fn a_job_says_how_it_ended_and_what_it_stored() {
        let overview = overview(&samples::status());
        assert_eq!((overview.jobs.len(), overview.good_jobs), (2, 1));
        let jobs = samples::status().jobs;
        let jobs: Vec<JobView> = jobs.iter().map(|job| JobView::new(&reader(Language::English), job)).collect();
        let [proven, unproven, new] = &jobs[..] else { panic!("{jobs:?}") };
        assert_eq!((proven.standing.state, unproven.standing.state, new.standing.state), ("up", "down", "unknown"));
        let figures: Vec<_> = proven.figures.iter().map(|figure| figure.value.as_str()).collect();
        let expected = ["1\u{a0}min\u{a0}40\u{a0}s", "48.2\u{a0}MB", "1.31\u{a0}MB", "4bba301e", "41 proven, 2 not"];
        assert_eq!(figures, expected);
        assert_eq!(new.running.as_deref(), Some("running for 42\u{a0}s"));
        assert_eq!(new.proven, None);
    }
}
