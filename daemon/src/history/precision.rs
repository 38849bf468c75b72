//! How exactly numbers are kept: as exactly as they were measured, and no more.
//!
//! A rate over a minute or a round trip is computed in 53 bits, of which all but the first dozen are noise: agents update their
//! counters every few seconds, and a round trip differs from the next by more than a tenth. Noise cannot be compressed; kept,
//! it would be four fifths of the file. What counts things or is shown to the last digit is kept as it is.

use crate::probe::{Metric, Unit};

/// Of numbers that are noisy so many bits after the first are kept: they change by one part in 8,192 at most.
const NOISY_BITS: u32 = 12;

/// Means of numbers that are kept exactly are rounded to so many bits after the first.
const MEAN_BITS: u32 = 23;

/// How many bits after the first a binary64 has.
pub(super) const MANTISSA: u32 = 52;

/// Whether a number of this metric carries noise beyond its first digits.
const fn is_noisy(metric: Metric) -> bool {
    use Metric::{
        BatteryRuntime, CertificateRemaining, PluginSeconds, ReceiveDiscards, ReceiveErrors, ReplicationLag,
        TransmitDiscards, TransmitErrors,
    };
    match metric {
        // These are read somewhere in whole seconds, or mean whatever a plugin says.
        CertificateRemaining | BatteryRuntime | ReplicationLag | PluginSeconds => false,
        ReceiveErrors | TransmitErrors | ReceiveDiscards | TransmitDiscards => true,
        _ => matches!(metric.unit(), Unit::Seconds | Unit::BitsPerSecond),
    }
}

/// A measured number as it is kept; NaN if it is not finite.
pub(super) fn kept(metric: Metric, value: f64) -> f64 {
    if !value.is_finite() {
        return f64::NAN;
    }
    if is_noisy(metric) { rounded(value, NOISY_BITS) } else { value }
}

/// A mean of kept numbers as it is kept.
pub(super) fn kept_mean(metric: Option<Metric>, mean: f64) -> f64 {
    rounded(mean, if metric.is_some_and(is_noisy) { NOISY_BITS } else { MEAN_BITS })
}

/// The nearest number with at most `bits` bits after the first; beyond the greatest of them, the greatest.
fn rounded(value: f64, bits: u32) -> f64 {
    let dropped = MANTISSA - bits;
    let half = 1_u64 << (dropped - 1);
    let mask = !((1_u64 << dropped) - 1);
    // A carry out of the mantissa raises the exponent by one, which is what rounding up to the next power of two is.
    let nearest = f64::from_bits((value.to_bits() + half) & mask);
    let nearest = if nearest.is_finite() { nearest } else { f64::from_bits(value.to_bits() & mask) };
    // There is one nought.
    nearest + 0.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rounding_is_near_and_done_once(value in any::<f64>().prop_filter("finite", |value| value.is_normal())) {
            let once = kept(Metric::ReceiveRate, value);
            let bound = value.abs() * 2_f64.powi(-12);
            prop_assert!((once - value).abs() <= bound, "{value} {once}");
            prop_assert_eq!(kept(Metric::ReceiveRate, once).to_bits(), once.to_bits());
        }
    }

    #[test]
    fn what_counts_is_kept_exactly() {
        assert_eq!(kept(Metric::PagesPrinted, 1_234_567.0), 1_234_567.0);
        assert_eq!(kept(Metric::BodySize, 123_456_789.0), 123_456_789.0);
        assert_eq!(kept(Metric::CertificateRemaining, 7_775_999.0), 7_775_999.0);
        assert!(kept(Metric::RttMean, f64::INFINITY).is_nan());
        assert_eq!(kept(Metric::ClockOffset, -0.0).to_bits(), 0.0_f64.to_bits());
    }
}
