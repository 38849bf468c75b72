//! The numbers of a reading that are worth a history: rates of interfaces, sensors, loads, levels.

use std::sync::Arc;

use super::profile::{Datum, Row};
use super::section::Section;
use super::{Interface, Rate, Reading};
use crate::probe::{Measurement, Metric};

/// What is measured of every row of a section: from which field, and what a unit of it is in the metric's unit.
const OF_SECTIONS: [(&Section, &str, Metric, f64); 9] = [
    (Section::PROCESSORS, "load_percent", Metric::ProcessorLoad, 0.01),
    (Section::MEMORY, "used_percent", Metric::MemoryUsed, 0.01),
    (Section::STORAGE, "used_percent", Metric::StorageUsed, 0.01),
    (Section::SUPPLIES, "level_percent", Metric::SupplyLevel, 0.01),
    (Section::UPS, "charge_percent", Metric::BatteryCharge, 0.01),
    (Section::UPS, "remaining_seconds", Metric::BatteryRuntime, 1.0),
    (Section::UPS, "load_percent", Metric::UpsLoad, 0.01),
    (Section::UPS_OUTPUTS, "load_percent", Metric::UpsLoad, 0.01),
    (Section::SYSTEM, "pages_printed", Metric::PagesPrinted, 1.0),
];

/// What a sensor measures, by its quantity.
const OF_SENSORS: [(&str, Metric, f64); 8] = [
    ("temperature", Metric::Temperature, 1.0),
    ("voltage", Metric::Voltage, 1.0),
    ("current", Metric::Current, 1.0),
    ("power", Metric::Power, 1.0),
    ("frequency", Metric::Frequency, 1.0),
    ("humidity", Metric::Humidity, 0.01),
    ("fan", Metric::Fan, 1.0),
    ("charge", Metric::BatteryCharge, 0.01),
];

/// Every number of a reading that has a metric.
#[must_use]
pub fn measurements(reading: &Reading) -> Vec<Measurement> {
    let mut measurements = Vec::with_capacity(reading.rates.len() * 2 + 8);
    let mut interfaces = reading.interfaces.iter();
    for (index, rate) in &reading.rates {
        // Rates come in the order of the interfaces.
        if let Some(interface) = interfaces.find(|interface| interface.index == *index) {
            of_interface(interface, rate, &mut measurements);
        }
    }
    for (section, field, metric, scale) in OF_SECTIONS {
        for row in reading.rows(section) {
            push(&mut measurements, section, row, field, metric, scale);
        }
    }
    for row in reading.rows(Section::SENSORS) {
        let quantity = row.get(Section::SENSORS, "quantity").and_then(Datum::as_text);
        let known = OF_SENSORS.iter().find(|(name, ..)| quantity.is_some_and(|quantity| **quantity == **name));
        if let Some((_, metric, scale)) = known {
            push(&mut measurements, Section::SENSORS, row, "value", *metric, *scale);
        }
    }
    measurements
}

fn of_interface(interface: &Interface, rate: &Rate, measurements: &mut Vec<Measurement>) {
    let mut add = |metric, value| {
        measurements.push(Measurement { metric, instance: Some(Arc::clone(&interface.name)), value });
    };
    add(Metric::ReceiveRate, rate.received);
    add(Metric::TransmitRate, rate.sent);
    let faults = [
        (Metric::ReceiveErrors, rate.receive_errors),
        (Metric::TransmitErrors, rate.send_errors),
        (Metric::ReceiveDiscards, rate.receive_discards),
        (Metric::TransmitDiscards, rate.send_discards),
    ];
    // Nearly all interfaces have none nearly always; a history of noughts would be two thirds of all that is stored.
    for (metric, value) in faults {
        if let Some(value) = value.filter(|value| *value > 0.0) {
            add(metric, value);
        }
    }
}

/// Adds a number, unless a row before has the same name: a series that came twice would be two curves in one.
fn push(measurements: &mut Vec<Measurement>, section: &Section, row: &Row, field: &str, metric: Metric, scale: f64) {
    let Some(value) = row.get(section, field).and_then(Datum::as_number) else { return };
    let name = if section.is_single { None } else { row.get(section, "name").and_then(Datum::as_text).cloned() };
    if !measurements.iter().any(|known| known.metric == metric && known.instance == name) {
        measurements.push(Measurement { metric, instance: name, value: value * scale });
    }
}
