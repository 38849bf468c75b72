//! What was asked for by the query of an address: which month, which place, which group.

use std::collections::HashSet;
use std::fmt::Write as _;

use messages::Message;
use serde::Deserialize;

use crate::availability::{Month, Subject};
use crate::live::Status;

/// The fields of the form, as they come. What else stands in the query is not ours.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub(in crate::web) struct Fields {
    #[serde(default)]
    month: String,
    #[serde(default)]
    site: String,
    #[serde(default)]
    group: String,
}

/// Whose figures are wanted, and of when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Wanted {
    /// Of when.
    pub(in crate::web) month: Month,
    /// Only those that stand here.
    pub(super) site: Option<String>,
    /// Only those that belong to this.
    pub(super) group: Option<String>,
}

/// What can be chosen, and what is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::web) struct Choices {
    /// Every place where something stands.
    pub(super) sites: Vec<String>,
    /// Every group.
    pub(super) groups: Vec<String>,
    /// What is chosen by them.
    pub(in crate::web) devices: Vec<Subject>,
}

impl Wanted {
    /// What the fields say; a field that is empty or missing restricts nothing, and without a month it is `this_month`.
    ///
    /// # Errors
    /// It is no month, or one that has not begun: figures of another one than was asked for would mislead.
    pub(in crate::web) fn new(fields: Fields, this_month: Month) -> Result<Self, Message> {
        let Fields { month, site, group } = fields;
        let text = |text: String| (!text.is_empty()).then_some(text);
        let month = match text(month) {
            None => this_month,
            Some(month) => match month.parse() {
                Ok(found) if found <= this_month => found,
                _ => return Err(Message::new("web-no-such-month").with("month", month)),
            },
        };
        Ok(Self { month, site: text(site), group: text(group) })
    }

    /// The address that asks `path` for the same, for links.
    pub(in crate::web) fn address(&self, path: &str) -> String {
        let mut address = format!("{path}?month={}", self.month);
        for (key, value) in [("site", &self.site), ("group", &self.group)] {
            if let Some(value) = value {
                let _ = write!(address, "&{key}={}", percent_encoded(value));
            }
        }
        address
    }

    /// The devices that are meant, and among which others they were chosen.
    ///
    /// # Errors
    /// No device stands in such a place, or belongs to such a group.
    pub(in crate::web) fn choose(&self, status: &Status) -> Result<Choices, Message> {
        let sites = distinct(status.devices.iter().filter_map(|device| device.site.as_ref()));
        let groups = distinct(status.devices.iter().flat_map(|device| &device.groups));
        if let Some(site) = self.site.as_ref().filter(|site| !sites.contains(site)) {
            return Err(Message::new("web-no-such-site").with("name", site.clone()));
        }
        if let Some(group) = self.group.as_ref().filter(|group| !groups.contains(group)) {
            return Err(Message::new("web-no-such-group").with("name", group.clone()));
        }
        let chosen = status.devices.iter().filter(|device| {
            (self.site.is_none() || device.site == self.site)
                && self.group.as_ref().is_none_or(|group| device.groups.contains(group))
        });
        let devices = chosen.map(|device| Subject {
            name: device.name.clone(),
            title: device.title.clone(),
            site: device.site.clone(),
            groups: device.groups.clone(),
            face: device.face().map(|check| check.id.clone()).collect(),
            is_pinged: device.is_pinged(),
        });
        Ok(Choices { devices: devices.collect(), sites, groups })
    }
}

/// Each once, in the order of the configuration.
fn distinct<'n>(names: impl Iterator<Item = &'n String>) -> Vec<String> {
    let mut seen = HashSet::new();
    names.filter(|name| seen.insert(*name)).cloned().collect()
}

/// Text as it may stand in a query (RFC 3986, 2.1 and 2.3).
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for octet in text.bytes() {
        match octet {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(octet)),
            _ => {
                let _ = write!(encoded, "%{octet:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;
    use super::*;

    fn wanted(month: &str, site: &str, group: &str) -> Result<Wanted, Message> {
        let fields = Fields { month: month.to_owned(), site: site.to_owned(), group: group.to_owned() };
        Wanted::new(fields, "2026-11".parse().unwrap())
    }

    #[test]
    fn what_is_chosen_stands_in_the_address() {
        assert_eq!(wanted("", "", "").unwrap().address("/availability"), "/availability?month=2026-11");
        let chosen = wanted("2026-10", "Kultūros centras & kt.", "a/b").unwrap();
        let expected = "/x?month=2026-10&site=Kult%C5%ABros%20centras%20%26%20kt.&group=a%2Fb";
        assert_eq!(chosen.address("/x"), expected);
    }

    #[test]
    fn what_is_not_there_is_said() {
        for month in ["2026-12", "lapkritis"] {
            assert_eq!(wanted(month, "", "").unwrap_err().key(), "web-no-such-month");
        }
        let status = samples::status();
        let refused = |site, group| wanted("", site, group).unwrap().choose(&status).unwrap_err();
        assert_eq!(refused("Mėnulis", "").key(), "web-no-such-site");
        assert_eq!(refused("", "nera").key(), "web-no-such-group");
    }

    #[test]
    fn a_place_and_a_group_restrict_together() {
        let mut status = samples::status();
        status.devices[1].groups = vec!["sutartis".to_owned()];
        let names = |site, group| {
            let chosen = wanted("", site, group).unwrap().choose(&status).unwrap();
            let names: Vec<_> = chosen.devices.iter().map(|device| device.name.to_string()).collect();
            names
        };
        assert_eq!(names("", "").len(), 6);
        assert_eq!(names("Rotušė", ""), ["sw-rotuse-1", "pastas"]);
        assert_eq!(names("Rotušė", "sutartis"), ["pastas"]);
        assert!(names("Biblioteka", "sutartis").is_empty());
        let all = wanted("", "", "").unwrap().choose(&status).unwrap();
        assert_eq!(all.sites, ["Rotušė", "Kultūros centras", "Biblioteka"]);
        let switch = &all.devices[0];
        assert!(switch.is_pinged);
        assert_eq!(switch.face.len(), 1, "a device that is pinged is judged by its pings");
    }
}
