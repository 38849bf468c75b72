//! What became of several devices: of a site, or of a group.

use jiff::SignedDuration;

use super::{Parts, Record};

/// Several devices together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Summary {
    /// How many.
    pub devices: usize,
    /// The mean of their availabilities, of those that have one.
    pub availability: Option<f64>,
    /// How many outages they had together.
    pub outages: usize,
    /// How long they were in each state, together.
    pub parts: Parts,
    /// The longest of their outages, if they had any.
    pub longest: Option<SignedDuration>,
}

impl Summary {
    /// That of these devices.
    #[must_use]
    pub fn new<'r>(records: impl IntoIterator<Item = &'r Record>) -> Self {
        let mut summary = Self::default();
        let (mut sum, mut counted) = (0.0, 0_u32);
        for record in records {
            summary.devices += 1;
            if let Some(availability) = record.parts.availability() {
                sum += availability;
                counted += 1;
            }
            summary.outages += record.outages.len();
            summary.parts += record.parts;
            summary.longest = summary.longest.max(record.longest());
        }
        summary.availability = (counted > 0).then(|| sum / f64::from(counted));
        summary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_device_weighs_the_same_and_those_without_a_figure_weigh_nothing() {
        let seconds = SignedDuration::from_secs;
        let half = Parts { up: seconds(10), down: seconds(10), ..Parts::default() };
        let whole = Parts { up: seconds(1000), ..Parts::default() };
        let unwatched = Parts { unknown: seconds(1000), ..Parts::default() };
        let records = [half, whole, unwatched].map(|parts| Record { parts, outages: Vec::new() });
        let summary = Summary::new(&records);
        assert_eq!((summary.devices, summary.availability), (3, Some(0.75)));
        assert_eq!((summary.parts.lost(), summary.parts.unknown, summary.longest), (seconds(10), seconds(1000), None));
        assert_eq!(Summary::new(&records[2..]).availability, None);
    }
}
