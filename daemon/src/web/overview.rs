//! The first page: is everything well, and if not, what is not?

use messages::Message;
use serde::Serialize;

use super::job::{self, JobView};
use super::reader::{Reader, When};
use super::standing::{CheckView, IncidentView, Standing};
use crate::health::State;
use crate::live::{DeviceStatus, Refused, Status};

/// The first page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// Whether everything is well, in one sentence.
    pub headline: Standing,
    /// How many devices are in which state; states without devices are left out.
    pub counts: Vec<Count>,
    /// Why what happened cannot be written down, if it cannot.
    pub unwritten: Option<String>,
    /// What is wrong with a new configuration that is not used.
    pub refused: Option<RefusedView>,
    /// That more is due than this machine can do, if it is.
    pub overload: Option<String>,
    /// What is broken, the oldest first.
    pub incidents: Vec<IncidentView>,
    /// Devices that are not up, the worst first.
    pub troubled: Vec<DeviceRow>,
    /// Devices that are up, by site.
    pub sites: Vec<Site>,
    /// Backup jobs.
    pub jobs: Vec<JobView>,
}

/// How many devices are in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
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
    /// The devices, in the order of the configuration.
    pub devices: Vec<DeviceRow>,
}

/// One device.
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
    /// What is known right now.
    #[must_use]
    pub fn new(reader: &Reader, status: &Status) -> Self {
        let (up, mut troubled): (Vec<_>, Vec<_>) =
            status.devices.iter().partition(|device| device.state() == State::Up);
        troubled.sort_by_key(|device| std::cmp::Reverse(device.state()));
        let counts = State::ALL.map(|state| Count {
            standing: Standing::new(reader, state),
            count: status.devices.iter().filter(|device| device.state() == state).count(),
        });
        Self {
            headline: headline(reader, status),
            counts: counts.into_iter().filter(|count| count.count > 0).collect(),
            unwritten: status.unwritten.clone(),
            refused: status.refused.as_ref().map(|refused| RefusedView::new(reader, refused)),
            overload: overload(reader, status),
            incidents: status.incidents.iter().map(|incident| IncidentView::new(reader, status, incident)).collect(),
            troubled: troubled.into_iter().map(|device| DeviceRow::new(reader, device)).collect(),
            sites: sites(reader, &up),
            jobs: status.jobs.iter().map(|job| JobView::new(reader, job)).collect(),
        }
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
    fn new(reader: &Reader, refused: &Refused) -> Self {
        let mistakes = refused.mistakes.problems().iter().map(|problem| problem.describe(reader.language));
        Self { at: reader.when(refused.at), mistakes: mistakes.collect() }
    }
}

/// That more is due than this machine can do, if it is.
fn overload(reader: &Reader, status: &Status) -> Option<String> {
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
    let mut names: Vec<Option<&str>> = Vec::new();
    for device in devices {
        let site = device.site.as_deref();
        if !names.contains(&site) {
            names.push(site);
        }
    }
    names.sort_by_key(Option::is_none);
    let only_one = names.len() == 1;
    names
        .into_iter()
        .map(|site| Site {
            title: match site {
                Some(site) => site.to_owned(),
                None if only_one => reader.text("web-all-devices"),
                None => reader.text("web-without-site"),
            },
            devices: devices
                .iter()
                .filter(|device| device.site.as_deref() == site)
                .map(|device| DeviceRow::new(reader, device))
                .collect(),
        })
        .collect()
}

/// Whether everything is well, in one sentence.
#[must_use]
pub fn headline(reader: &Reader, status: &Status) -> Standing {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let states = status.devices.iter().map(DeviceStatus::state).chain(status.jobs.iter().map(job::state));
    let doubtful = states.clone().filter(|state| matches!(state, State::Degraded | State::Down)).count();
    let unknown = states.filter(|state| *state == State::Unknown).count();
    let (state, message) = if !status.incidents.is_empty() {
        (State::Down, Message::new("web-headline-down").with("count", count(status.incidents.len())))
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
        Overview::new(&reader(Language::English), status)
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
        let sites: Vec<_> = overview.sites.iter().map(|site| (site.title.as_str(), names(&site.devices))).collect();
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
        let [proven, unproven, new] = &overview.jobs[..] else { panic!("{:?}", overview.jobs) };
        assert_eq!((proven.standing.state, unproven.standing.state, new.standing.state), ("up", "down", "unknown"));
        let figures: Vec<_> = proven.figures.iter().map(|figure| figure.value.as_str()).collect();
        let expected = ["1\u{a0}min\u{a0}40\u{a0}s", "48.2\u{a0}MB", "1.31\u{a0}MB", "4bba301e", "41 proven, 2 not"];
        assert_eq!(figures, expected);
        assert_eq!(new.running.as_deref(), Some("running for 42\u{a0}s"));
        assert_eq!(new.proven, None);
    }
}
