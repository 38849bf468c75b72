//! `[[maintenance]]`: times at which something is expected not to work.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use messages::Message;
use strict_toml::{Problem, Problems, Table};

use super::Device;
use super::name::DeviceName;
use crate::schedule::Calendar;

/// Times at which some devices are expected not to work: nobody is told, and they do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintenance {
    /// Why, in the words of the administrators.
    pub title: String,
    /// Which devices: these,
    pub devices: Vec<DeviceName>,
    /// those that stand there,
    pub sites: Vec<String>,
    /// and those that belong to these.
    pub groups: Vec<String>,
    /// When.
    pub when: Occasion,
}

/// When a window is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occasion {
    /// Once.
    Once {
        /// From this time on.
        from: Timestamp,
        /// Until this time, no longer at it.
        to: Timestamp,
    },
    /// Again and again.
    Recurring {
        /// When it begins.
        schedule: Calendar,
        /// For how long, at most 31 days.
        duration: Duration,
    },
}

/// A schedule is looked at no further back.
const LONGEST: Duration = Duration::from_hours(31 * 24);

impl Maintenance {
    /// Whether it is about the device.
    #[must_use]
    pub fn concerns(&self, device: &Device) -> bool {
        self.devices.contains(&device.name)
            || device.site.as_ref().is_some_and(|site| self.sites.contains(site))
            || device.groups.iter().any(|group| self.groups.contains(group))
    }
}

impl Occasion {
    /// Whether it is now.
    #[must_use]
    pub fn is_open(&self, at: Timestamp, zone: &TimeZone) -> bool {
        match self {
            Self::Once { from, to } => (*from..*to).contains(&at),
            Self::Recurring { schedule, duration } => {
                // Open if it has begun after the last time at which one that would still be open could not have.
                let Ok(duration) = SignedDuration::try_from(*duration) else { return false };
                let Ok(earliest) = at.checked_sub(duration) else { return false };
                schedule.next_after(earliest, zone).is_some_and(|begun| begun <= at)
            }
        }
    }
}

/// Reads one `[[maintenance]]`. Times are local ones of `zone`.
pub(super) fn read(mut table: Table<'_>, zone: &TimeZone) -> Option<Maintenance> {
    let title: Option<String> = table.required("title");
    if let Some(title) = &title {
        table.name(format!("[[maintenance]] \"{title}\""));
    }
    let devices: Vec<DeviceName> = table.or("devices", Vec::new());
    let sites: Vec<String> = table.or("sites", Vec::new());
    let groups: Vec<String> = table.or("groups", Vec::new());
    let from: Option<DateTime> = table.optional("from");
    let to: Option<DateTime> = table.optional("to");
    let schedule: Option<Calendar> = table.optional("schedule");
    let duration: Option<Duration> = table.optional("duration");
    // A local time that comes twice is meant as early as possible at the beginning and as late at the end.
    let at = |time: DateTime, is_late: bool| {
        let ambiguous = zone.to_ambiguous_timestamp(time);
        let found = if is_late { ambiguous.later() } else { ambiguous.earlier() };
        found.ok()
    };
    let when = match (from, to, schedule, duration) {
        (Some(from), Some(to), None, None) => {
            let (from, to) = (at(from, false)?, at(to, true)?);
            if from >= to {
                table.report(&table.place_of("to"), Message::new("config-maintenance-backwards"));
                return None;
            }
            Occasion::Once { from, to }
        }
        (None, None, Some(schedule), Some(duration)) => {
            if duration > LONGEST {
                table.report(&table.place_of("duration"), Message::new("config-maintenance-too-long"));
                return None;
            }
            Occasion::Recurring { schedule, duration }
        }
        _ => {
            table.report(&table.place_of("title"), Message::new("config-maintenance-when"));
            return None;
        }
    };
    if devices.is_empty() && sites.is_empty() && groups.is_empty() {
        table.report(&table.place_of("title"), Message::new("config-maintenance-what"));
        return None;
    }
    Some(Maintenance { title: title?, devices, sites, groups, when })
}

/// What windows are about must be there: a typing error would let a reboot alarm everyone.
pub(super) fn check(windows: &[Maintenance], devices: &[Device], path: &Path, problems: &Problems) {
    let names: BTreeSet<&str> = devices.iter().map(|device| device.name.as_str()).collect();
    let sites: BTreeSet<&str> = devices.iter().filter_map(|device| device.site.as_deref()).collect();
    let groups: BTreeSet<&str> = devices.iter().flat_map(|device| &device.groups).map(String::as_str).collect();
    for window in windows {
        let devices = window.devices.iter().map(|name| ("config-maintenance-device", name.as_str(), &names));
        let places = window.sites.iter().map(|site| ("config-maintenance-site", site.as_str(), &sites));
        let belongings = window.groups.iter().map(|group| ("config-maintenance-group", group.as_str(), &groups));
        for (key, wanted, known) in devices.chain(places).chain(belongings) {
            if !known.contains(wanted) {
                let message = super::unknown_name(key, wanted, known.iter().copied());
                problems.report(Problem::of_file(path, message.with("title", window.title.as_str())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nightly(schedule: &str, duration: Duration) -> Occasion {
        Occasion::Recurring { schedule: schedule.parse().unwrap(), duration }
    }

    #[test]
    fn a_recurring_window_is_open_from_its_beginning_until_just_before_its_end() {
        let zone = TimeZone::get("Europe/Vilnius").unwrap();
        let window = nightly("*-*-* 22:00", Duration::from_hours(2));
        let is_open = |at: &str| window.is_open(at.parse().unwrap(), &zone);
        assert!(!is_open("2026-11-24T21:59:59+02:00"));
        assert!(is_open("2026-11-24T22:00:00+02:00"));
        assert!(is_open("2026-11-24T23:59:59+02:00"));
        assert!(!is_open("2026-11-25T00:00:00+02:00"));
    }

    #[test]
    fn a_window_lasts_as_long_when_the_clocks_change_in_it() {
        let zone = TimeZone::get("Europe/Vilnius").unwrap();
        let window = nightly("Sun 02:00", Duration::from_hours(3));
        // The clocks go back from 04:00 to 03:00 on 25 October 2026: three hours after 02:00 it is 04:00.
        assert!(window.is_open("2026-10-25T03:59:59+02:00".parse().unwrap(), &zone));
        assert!(!window.is_open("2026-10-25T04:00:00+02:00".parse().unwrap(), &zone));
        // And forward from 03:00 to 04:00 on 29 March: then it is 06:00.
        assert!(window.is_open("2026-03-29T05:59:59+03:00".parse().unwrap(), &zone));
        assert!(!window.is_open("2026-03-29T06:00:00+03:00".parse().unwrap(), &zone));
    }
}
