//! `thresholds` of a check: from which number on something is not as it should be.

use messages::Message;
use strict_toml::{FromText, Limit, Table, choose};

use super::within;
use crate::probe::Metric;

/// From which number on something is not as it should be. Once it is, the number has to come back by [`Self::hysteresis`]
/// before it is as it should be again, so that one which swings around its limit is one fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// What is measured.
    pub metric: Metric,
    /// Of which of several things alike: an interface, a file system; none: of each.
    pub instance: Option<String>,
    /// What of it is compared.
    pub of: Quantity,
    /// Whether small numbers are the bad ones.
    pub is_below: bool,
    /// From here on it is degraded, in the unit of the metric (a rate: each second; of capacity: a share).
    pub warn: Option<f64>,
    /// From here on it is down.
    pub fail: Option<f64>,
    /// The part of a limit by which the number has to come back, 0 to 1.
    pub hysteresis: f64,
}

/// What of a measurement is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// The number itself.
    Value,
    /// By how much it grows in a second.
    Rate,
    /// Its share of the most that is possible: of the speed of an interface (ifHighSpeed).
    Capacity,
}

impl FromText for Metric {
    const EXAMPLE: &'static str = "\"storage_used_ratio\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        let choices: Vec<(&str, Self)> = Self::ALL.iter().map(|metric| (metric.name(), *metric)).collect();
        choose(text, &choices)
    }
}

impl FromText for Quantity {
    const EXAMPLE: &'static str = "\"rate\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &[("value", Self::Value), ("rate", Self::Rate), ("capacity", Self::Capacity)])
    }
}

/// Reads one table of `thresholds`.
pub(super) fn read(mut table: Table<'_>) -> Option<Threshold> {
    let metric: Option<Metric> = table.required("metric");
    let instance = table.optional("instance");
    let of = table.or("of", Quantity::Value);
    let is_below = table.or("below", false);
    let [warn, fail] = ["warn", "fail"].map(|key| table.optional(key).map(|Limit(limit)| limit));
    let Limit(hysteresis) = table.or("hysteresis", Limit(0.05));
    let metric = metric?;
    let has_capacity = matches!(metric, Metric::ReceiveRate | Metric::TransmitRate);
    let mut good = within(&table, "of", of != Quantity::Capacity || has_capacity, "config-threshold-capacity");
    good &= within(&table, "hysteresis", (0.0..1.0).contains(&hysteresis), "config-threshold-hysteresis");
    good &= within(&table, "warn", warn.is_some() || fail.is_some(), "config-threshold-none");
    let is_ordered = match (warn, fail) {
        (Some(warn), Some(fail)) if is_below => warn > fail,
        (Some(warn), Some(fail)) => warn < fail,
        _ => true,
    };
    good &= within(&table, "fail", is_ordered, "config-threshold-order");
    good.then_some(Threshold { metric, instance, of, is_below, warn, fail, hysteresis })
}
