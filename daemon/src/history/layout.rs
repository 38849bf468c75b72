//! Which series a check measures, in a fixed order: the columns of its rows.

use std::sync::Arc;

use crate::probe::{Measurement, Metric};

/// The columns of a check's rows. They only become more: what is not measured this time has no value in the row.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Layout {
    columns: Vec<(Metric, Option<Arc<str>>)>,
}

/// So many columns without a value are no waste.
const FEW: usize = 32;

impl Layout {
    /// A value for each column, NaN where there is none; none if something is measured that has no column.
    pub(super) fn row(&self, measurements: &[Measurement]) -> Option<Box<[f64]>> {
        let mut row = vec![f64::NAN; self.columns.len()];
        let mut next = 0;
        for measured in measurements {
            // Nearly always they come in the order of the columns.
            let from_next = (next..self.columns.len()).chain(0..next);
            let place = from_next.into_iter().find(|place| is_of(&self.columns[*place], measured))?;
            row[place] = if measured.value.is_finite() { measured.value } else { f64::NAN };
            next = place + 1;
        }
        Some(row.into())
    }

    /// The same columns, and one for each measurement that has none. When most columns are of things that are no longer
    /// there, as interfaces of containers are after a day, it begins anew with those that are.
    pub(super) fn extended(&self, measurements: &[Measurement]) -> Self {
        let is_outdated = self.columns.len() > 2 * measurements.len() + FEW;
        let mut columns = if is_outdated { Vec::new() } else { self.columns.clone() };
        for measured in measurements {
            if !columns.iter().any(|column| is_of(column, measured)) {
                columns.push((measured.metric, measured.instance.clone()));
            }
        }
        Self { columns }
    }

    /// As it is stored.
    pub(super) fn to_json(&self) -> String {
        let columns =
            self.columns.iter().map(|(metric, instance)| serde_json::json!([metric.name(), instance.as_deref()]));
        serde_json::Value::from_iter(columns).to_string()
    }

    /// What was stored. A metric that is no longer known keeps its place, and nothing is found there.
    pub(super) fn from_json(text: &str) -> Option<Vec<(Option<Metric>, Option<String>)>> {
        let columns: Vec<(String, Option<String>)> = serde_json::from_str(text).ok()?;
        let metric = |name: &str| Metric::ALL.iter().find(|metric| metric.name() == name).copied();
        Some(columns.into_iter().map(|(name, instance)| (metric(&name), instance)).collect())
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
            let layout = Layout::default().extended(&first).extended(&second);
            for measurements in [&first, &second] {
                let row = layout.row(measurements).unwrap();
                for measured in measurements {
                    let column = layout.columns.iter().position(|column| is_of(column, measured)).unwrap();
                    prop_assert_eq!(row[column], measured.value);
                }
                prop_assert_eq!(row.iter().filter(|value| !value.is_nan()).count(), measurements.len());
            }
            let stored = Layout::from_json(&layout.to_json()).unwrap();
            let known: Vec<_> = layout.columns.iter().map(|(metric, of)| (Some(*metric), of.as_deref().map(str::to_owned))).collect();
            prop_assert_eq!(stored, known);
        }
    }

    #[test]
    fn things_that_come_and_go_do_not_make_rows_longer_for_ever() {
        let mut layout = Layout::default();
        for day in 0..1000 {
            let names = (0..5).map(|number| format!("veth{}", day * 5 + number)).collect::<Vec<_>>();
            let measurements: Vec<_> =
                names.iter().map(|name| measured(Metric::ReceiveRate, Some(name), 1.0)).collect();
            layout = layout.extended(&measurements);
            assert!(layout.row(&measurements).is_some_and(|row| row.len() <= 2 * 5 + FEW + 5));
        }
    }

    #[test]
    fn what_has_no_column_is_noticed() {
        let layout = Layout::default().extended(&[measured(Metric::Loss, None, 0.0)]);
        assert_eq!(layout.row(&[measured(Metric::Loss, Some("a"), 0.0)]), None);
        assert_eq!(layout.row(&[measured(Metric::RttMean, None, 0.0)]), None);
        assert_eq!(layout.row(&[]).map(|row| row.len()), Some(1));
    }
}
