//! How long answers took: not in the mean, which one bad minute spoils, but for most, nearly all and almost every of them.

/// Values below or at which so many percent of all are, by the nearest rank: each is one that was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percentiles {
    /// Of half of them.
    pub p50: f64,
    /// Of 95 %.
    pub p95: f64,
    /// Of 99 %.
    pub p99: f64,
    /// How many there are.
    pub samples: usize,
}

impl Percentiles {
    /// Those of `values`, which are numbers in any order; none if there are none.
    #[must_use]
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        // The least rank of which the share is not less, counted from 1.
        let rank = |percent: usize| (values.len() * percent).div_ceil(100).checked_sub(1);
        let value = |percent| rank(percent).and_then(|rank| values.get(rank).copied());
        Some(Self { p50: value(50)?, p95: value(95)?, p99: value(99)?, samples: values.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_values_that_were_measured() {
        let hundred = Percentiles::of((1..=100).rev().map(f64::from).collect()).unwrap();
        assert_eq!(hundred, Percentiles { p50: 50.0, p95: 95.0, p99: 99.0, samples: 100 });
        let few = Percentiles::of(vec![3.0, 1.0, 2.0]).unwrap();
        assert_eq!((few.p50, few.p95, few.p99), (2.0, 3.0, 3.0));
        assert_eq!(Percentiles::of(vec![7.0]).unwrap().p50, 7.0);
        assert_eq!(Percentiles::of(Vec::new()), None);
    }
}
