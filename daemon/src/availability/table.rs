//! The figures of many devices, and of the sites and groups that they belong to.

use std::collections::HashMap;
use std::hash::Hash;

use super::{Percentiles, Record, Summary};
use crate::config::{CheckId, DeviceName};

/// A device as far as its availability needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its name.
    pub name: DeviceName,
    /// What people call it.
    pub title: String,
    /// Where it stands.
    pub site: Option<String>,
    /// What it belongs to beside that.
    pub groups: Vec<String>,
    /// The checks by which it is judged.
    pub face: Vec<CheckId>,
    /// Whether those are pings.
    pub is_pinged: bool,
}

/// How long a device took to answer its pings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RoundTrips {
    /// It is not pinged, or no measurements of that time are kept.
    None,
    /// That is being counted.
    Pending,
    /// As said.
    Counted(Percentiles),
}

/// A device and its figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Which.
    pub device: Subject,
    /// What became of it.
    pub record: Record,
    /// How long it took to answer.
    pub round_trips: RoundTrips,
}

/// The figures of many devices.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// All of them together.
    pub all: Summary,
    /// By the place where they stand, in the order of the configuration; those that stand nowhere come last.
    pub sites: Vec<(Option<String>, Summary)>,
    /// By what they belong to beside that; a device of two groups counts in both.
    pub groups: Vec<(String, Summary)>,
    /// One by one: the least available first, those without a figure last.
    pub rows: Vec<Row>,
}

impl Table {
    /// The figures of these devices, which come in the order of the configuration.
    #[must_use]
    pub fn new(mut rows: Vec<Row>) -> Self {
        let mut sites = summaries(rows.iter().map(|row| (&row.device.site, &row.record)));
        let groups =
            summaries(rows.iter().flat_map(|row| row.device.groups.iter().map(move |group| (group, &row.record))));
        sites.sort_by_key(|(site, _)| site.is_none());
        let availability = |row: &Row| row.record.parts.availability().unwrap_or(f64::INFINITY);
        rows.sort_by(|one, other| availability(one).total_cmp(&availability(other)));
        Self { all: Summary::new(rows.iter().map(|row| &row.record)), sites, groups, rows }
    }
}

/// What has the same key together, in the order in which the keys come first.
fn summaries<'r, K: Clone + Eq + Hash + 'r>(records: impl Iterator<Item = (&'r K, &'r Record)>) -> Vec<(K, Summary)> {
    let mut places: HashMap<&K, usize> = HashMap::new();
    let mut together: Vec<(&K, Vec<&Record>)> = Vec::new();
    for (key, record) in records {
        let place = *places.entry(key).or_insert(together.len());
        match together.get_mut(place) {
            Some((_, records)) => records.push(record),
            None => together.push((key, vec![record])),
        }
    }
    together.into_iter().map(|(key, records)| (key.clone(), Summary::new(records))).collect()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::super::Parts;
    use super::*;

    fn row(name: &str, site: Option<&str>, groups: &[&str], up: i64, down: i64) -> Row {
        let (up, down) = (SignedDuration::from_secs(up), SignedDuration::from_secs(down));
        let device = Subject {
            name: name.parse().unwrap(),
            title: name.to_owned(),
            site: site.map(str::to_owned),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            face: Vec::new(),
            is_pinged: false,
        };
        let record = Record { parts: Parts { up, down, ..Parts::default() }, outages: Vec::new() };
        Row { device, record, round_trips: RoundTrips::None }
    }

    #[test]
    fn the_worst_come_first_and_a_device_counts_in_all_its_groups() {
        let table = Table::new(vec![
            row("nezinomas", None, &[], 0, 0),
            row("geras", Some("Rotušė"), &["sutartis", "branduolys"], 100, 0),
            row("blogas", Some("Biblioteka"), &["sutartis"], 50, 50),
        ]);
        let names: Vec<_> = table.rows.iter().map(|row| row.device.name.as_str()).collect();
        assert_eq!(names, ["blogas", "geras", "nezinomas"]);
        let sites: Vec<_> = table.sites.iter().map(|(site, all)| (site.as_deref(), all.availability)).collect();
        assert_eq!(sites, [(Some("Rotušė"), Some(1.0)), (Some("Biblioteka"), Some(0.5)), (None, None)]);
        let groups: Vec<_> = table.groups.iter().map(|(group, all)| (group.as_str(), all.availability)).collect();
        assert_eq!(groups, [("sutartis", Some(0.75)), ("branduolys", Some(1.0))]);
        assert_eq!((table.all.devices, table.all.availability), (3, Some(0.75)));
    }
}
