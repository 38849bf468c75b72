//! What an SNMP agent says of the parts of its device, as tables: sensors, volumes, supplies, hardware, neighbours.

use jiff::SignedDuration;
use serde::Serialize;

use super::reader::Reader;
use crate::snmp::{Datum, Reading, Row, Section};

/// A table of parts that are alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SectionView {
    /// Its name in profiles, for style sheets and anchors.
    pub name: &'static str,
    /// What it is called.
    pub title: String,
    /// What is known of each part; the first is its name.
    pub columns: Vec<String>,
    /// The parts.
    pub rows: Vec<Vec<Cell>>,
    /// How many more there are.
    pub more: usize,
}

/// One thing that is known of a part.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cell {
    /// In words; empty if it is not known.
    pub words: String,
    /// How full or how busy it is, 0 to 100, if that is what it says.
    pub percent: Option<f64>,
}

/// So many parts are shown: a switch of five hundred sensors is not read by people.
const MOST_ROWS: usize = 60;

/// Which sections are shown, and which of their fields.
const SHOWN: [(&Section, &[&str]); 12] = [
    (Section::ALERTS, &["description", "severity"]),
    (
        Section::UPS,
        &[
            "source",
            "battery_status",
            "charge_percent",
            "remaining_seconds",
            "load_percent",
            "input_volts",
            "output_volts",
            "battery_celsius",
        ],
    ),
    (Section::SUPPLIES, &["name", "level_percent", "colour", "state"]),
    (Section::TRAYS, &["name", "media", "level", "capacity", "state"]),
    (Section::PROCESSORS, &["name", "load_percent"]),
    (Section::MEMORY, &["name", "used_percent", "used_octets", "size_octets"]),
    (Section::STORAGE, &["name", "used_percent", "used_octets", "size_octets", "status"]),
    (Section::SENSORS, &["name", "value", "state", "high_warning", "high_critical"]),
    (Section::UPS_OUTPUTS, &["name", "volts", "amperes", "watts", "load_percent"]),
    (Section::POWER_PORTS, &["name", "status", "watts"]),
    (Section::NEIGHBOURS, &["local_interface", "name", "port", "address", "description"]),
    (Section::HARDWARE, &["name", "model", "serial_number", "software_version", "firmware_version", "status"]),
];

/// What there is of a device.
#[must_use]
pub fn sections(reader: &Reader, reading: &Reading) -> Vec<SectionView> {
    SHOWN.iter().filter_map(|(section, fields)| view(reader, section, fields, reading.rows(section))).collect()
}

fn view(reader: &Reader, section: &'static Section, fields: &[&'static str], rows: &[Row]) -> Option<SectionView> {
    let is_known = |row: &&Row| fields.iter().any(|field| row.get(section, field).is_some());
    let rows: Vec<&Row> = rows.iter().filter(is_known).collect();
    // What no part says needs no column.
    let fields: Vec<&str> =
        fields.iter().filter(|field| rows.iter().any(|row| row.get(section, field).is_some())).copied().collect();
    if fields.is_empty() {
        return None;
    }
    let cells = |row: &&Row| fields.iter().map(|field| cell(reader, section, field, row)).collect();
    Some(SectionView {
        name: section.name,
        title: reader.text(&format!("section-{}", section.name.replace('_', "-"))),
        columns: fields.iter().map(|field| reader.text(&format!("field-{}", field.replace('_', "-")))).collect(),
        more: rows.len().saturating_sub(MOST_ROWS),
        rows: rows.iter().take(MOST_ROWS).map(cells).collect(),
    })
}

fn cell(reader: &Reader, section: &'static Section, field: &str, row: &Row) -> Cell {
    let Some(datum) = row.get(section, field) else { return Cell { words: "–".to_owned(), percent: None } };
    let Some(number) = datum.as_number() else { return Cell { words: datum.to_string(), percent: None } };
    let unit = match field {
        "value" | "high_warning" | "high_critical" => {
            row.get(section, "unit").and_then(Datum::as_text).map_or("", |unit| unit)
        }
        field => field.rsplit('_').next().unwrap_or_default(),
    };
    Cell {
        words: quantity(reader, number, unit),
        percent: (unit == "percent" && field.ends_with("_percent")).then_some(number),
    }
}

/// A number in the unit that its field's name ends in.
fn quantity(reader: &Reader, number: f64, unit: &str) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from f64 saturates")]
    match unit {
        "percent" => reader.percent(number / 100.0),
        "octets" => reader.octets(number.max(0.0) as u64),
        "seconds" => reader.duration(SignedDuration::from_secs(number as i64)),
        "celsius" => reader.with_unit(number, "°C"),
        "volts" => reader.with_unit(number, "V"),
        "amperes" => reader.with_unit(number, "A"),
        "watts" => reader.with_unit(number, "W"),
        "hertz" => reader.with_unit(number, "Hz"),
        "rpm" => reader.with_unit(number, "rpm"),
        "dbm" => reader.with_unit(number, "dBm"),
        _ => reader.number(number),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use messages::Language;

    use super::*;

    #[test]
    fn every_section_and_field_that_is_shown_exists_and_has_a_name_in_both_languages() {
        for language in Language::ALL {
            for (section, fields) in SHOWN {
                let title = language.text(&format!("section-{}", section.name.replace('_', "-")));
                assert!(!title.starts_with('['), "{title}");
                for field in fields {
                    assert!(section.position(field).is_some(), "{}: {field}", section.name);
                    let name = language.text(&format!("field-{}", field.replace('_', "-")));
                    assert!(!name.starts_with('['), "{name}");
                }
            }
        }
    }

    #[test]
    fn numbers_have_the_units_of_their_fields() {
        let now = super::super::samples::now();
        let reader = Reader { language: Language::Lithuanian, zone: TimeZone::UTC, now };
        let said = |number, unit| quantity(&reader, number, unit);
        assert_eq!(said(83.0, "percent"), reader.percent(0.83));
        assert_eq!(said(-12.5, "celsius"), "-12,5\u{a0}°C");
        assert_eq!(said(2700.0, "seconds"), "45\u{a0}min.");
        assert_eq!(said(5.0, ""), "5");
    }
}
