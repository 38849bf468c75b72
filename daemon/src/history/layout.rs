//! Which series a check measures, in a fixed order: the columns of its rows and blocks.

use std::collections::HashMap;
use std::sync::Arc;

use super::precision;
use crate::probe::{Measurement, Metric};

/// The columns of a check's rows. They only become more: what is not measured this time has no value in the row.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Layout {
    columns: Vec<(Metric, Option<Arc<str>>)>,
}

/// A column as it is read from the file: none for a metric that is no longer known, and what it is of.
pub(super) type StoredColumn = (Option<Metric>, Option<String>);

/// So many columns without a value are no waste.
const FEW: usize = 32;

impl Layout {
    /// A value for each column as it is kept, NaN where there is none; false if something is measured that has no column.
    pub(super) fn fill(&self, row: &mut Vec<f64>, measurements: &[Measurement]) -> bool {
        row.clear();
        row.resize(self.columns.len(), f64::NAN);
        let mut next = 0;
        for measured in measurements {
            // Nearly always they come in the order of the columns.
            let from_next = (next..self.columns.len()).chain(0..next);
            let Some(place) = from_next.into_iter().find(|place| is_of(&self.columns[*place], measured)) else {
                return false;
            };
            row[place] = precision::kept(measured.metric, measured.value);
            next = place + 1;
        }
        true
    }

    /// Whether most columns are of things that are no longer there, as interfaces of containers are after a day.
    pub(super) const fn is_outdated(&self, measurements: &[Measurement]) -> bool {
        self.columns.len() > 2 * measurements.len() + FEW
    }

    /// Adds a column for each measurement that has none. What was written by fewer columns is still read by them.
    pub(super) fn extend(&mut self, measurements: &[Measurement]) {
        for measured in measurements {
            if !self.columns.iter().any(|column| is_of(column, measured)) {
                self.columns.push((measured.metric, measured.instance.clone()));
            }
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.columns.len()
    }

    /// A layout that was stored; none if it has metrics that are no longer known. Names that are measured now are shared.
    pub(super) fn stored(text: &str, measurements: &[Measurement]) -> Option<Self> {
        let mut names: HashMap<String, Arc<str>> = measurements
            .iter()
            .filter_map(|measured| measured.instance.clone())
            .map(|name| (name.to_string(), name))
            .collect();
        let columns = Self::from_json(text)?.into_iter().map(|(metric, instance)| {
            let name = |name: String| Arc::clone(names.entry(name).or_insert_with_key(|name| name.as_str().into()));
            Some((metric?, instance.map(name)))
        });
        Some(Self { columns: columns.collect::<Option<_>>()? })
    }

    /// As it is stored.
    pub(super) fn to_json(&self) -> String {
        let columns =
            self.columns.iter().map(|(metric, instance)| serde_json::json!([metric.name(), instance.as_deref()]));
        serde_json::Value::from_iter(columns).to_string()
    }

    /// What was stored. A metric that is no longer known keeps its place, and nothing is found there.
    pub(super) fn from_json(text: &str) -> Option<Vec<StoredColumn>> {
        let columns: Vec<(String, Option<String>)> = serde_json::from_str(text).ok()?;
        Some(columns.into_iter().map(|(name, instance)| (Metric::named(&name), instance)).collect())
    }
}

fn is_of((metric, instance): &(Metric, Option<Arc<str>>), measured: &Measurement) -> bool {
    *metric == measured.metric
        && match (instance, &measured.instance) {
            (Some(known), Some(found)) => Arc::ptr_eq(known, found) || known == found,
            (None, None) => true,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn measured(metric: Metric, instance: Option<&str>, value: f64) -> Measurement {
        Measurement { metric, instance: instance.map(Into::into), value }
    }

    proptest! {
        #[test]
        fn every_value_stands_in_the_column_of_its_series(
            first in proptest::collection::vec((0_usize..4, 0_u8..3), 0..9),
            second in proptest::collection::vec((0_usize..4, 0_u8..3), 0..9),
        ) {
            let of = |picks: &[(usize, u8)]| {
                let mut seen = std::collections::HashSet::new();
                let picks = picks.iter().filter(|pick| seen.insert(**pick)).copied().collect::<Vec<_>>();
                let one = |(place, (metric, instance)): (usize, (usize, u8))| {
                    let instance = ["a", "b"].get(usize::from(instance)).copied();
                    measured(Metric::ALL[metric], instance, f64::from(u32::try_from(place).unwrap()))
                };
                picks.into_iter().enumerate().map(one).collect::<Vec<_>>()
            };
            let (first, second) = (of(&first), of(&second));
            let mut layout = Layout::default();
            layout.extend(&first);
            let before = layout.clone();
            layout.extend(&second);
            prop_assert_eq!(&layout.columns[..before.len()], &before.columns);
            let mut row = Vec::new();
            for measurements in [&first, &second] {
                prop_assert!(layout.fill(&mut row, measurements));
                for measured in measurements {
                    let column = layout.columns.iter().position(|column| is_of(column, measured)).unwrap();
                    prop_assert_eq!(row[column], measured.value);
                }
                prop_assert_eq!(row.iter().filter(|value| !value.is_nan()).count(), measurements.len());
            }
            let stored = Layout::from_json(&layout.to_json()).unwrap();
            let known: Vec<_> = layout.columns.iter().map(|(metric, of)| (Some(*metric), of.as_deref().map(str::to_owned))).collect();
            prop_assert_eq!(stored, known);
            prop_assert_eq!(Layout::stored(&layout.to_json(), &second), Some(layout));
        }
    }

    #[test]
    fn things_that_come_and_go_are_noticed() {
        let measurements: Vec<_> =
            (0..5).map(|number| measured(Metric::Loss, Some(&format!("veth{number}")), 1.0)).collect();
        let mut layout = Layout::default();
        for day in 0..7 {
            assert!(!layout.is_outdated(&measurements));
            let others = (0..5).map(|number| measured(Metric::Loss, Some(&format!("veth{day}.{number}")), 1.0));
            layout.extend(&others.collect::<Vec<_>>());
        }
        layout
            .extend(&(0..10).map(|number| measured(Metric::Loss, Some(&format!("{number}")), 1.0)).collect::<Vec<_>>());
        assert!(layout.is_outdated(&measurements));
    }

    #[test]
    fn what_has_no_column_is_noticed() {
        let mut layout = Layout::default();
        layout.extend(&[measured(Metric::Loss, None, 0.0)]);
        let mut row = Vec::new();
        assert!(!layout.fill(&mut row, &[measured(Metric::Loss, Some("a"), 0.0)]));
        assert!(!layout.fill(&mut row, &[measured(Metric::RttMean, None, 0.0)]));
        assert!(layout.fill(&mut row, &[]));
        assert_eq!(row.len(), 1);
    }
}
