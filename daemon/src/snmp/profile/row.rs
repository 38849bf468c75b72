//! From what an agent sent to rows that are understood, by what the tables of a profile say.

use std::collections::HashMap;

use regex::bytes::Regex;

use super::template::{self, Template};
use super::{Condition, Convention, Datum, Field, Source, Table};
use crate::snmp::raw::{Column, Raw, Suffix};
use crate::snmp::section::{self, Section};

/// Everything that is known of an agent's values, by column.
#[derive(Debug, Clone, Default)]
pub struct Store(HashMap<Box<[u32]>, Column>);

/// One row that is understood: a value for each field of the section that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its index in the agent's table.
    pub index: Suffix,
    pub(super) data: Box<[Option<Datum>]>,
}

/// A row with the values that it is known from.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// The row.
    pub row: Row,
    /// The values; not those of texts and indexes.
    pub origins: Vec<Origin>,
}

/// The value that a field is known from.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// Which field.
    pub field: &'static str,
    /// Where it stands.
    pub oid: Vec<u32>,
    /// What the agent sent.
    pub raw: Raw,
}

impl Table {
    /// Its rows, as far as `store` knows them.
    pub(super) fn rows(&self, store: &Store) -> Vec<Row> {
        let mut rows = Vec::new();
        for index in self.indexes(store) {
            let mut row = Reading { table: self, store, index, data: vec![None; self.section.fields.len()] };
            for (position, constant) in &self.constants {
                row.data[*position] = Some(constant.clone());
            }
            // What names other fields is read after them.
            for later in [false, true] {
                for field in self.fields.iter().filter(|field| field.needs_fields() == later) {
                    if let Some(datum) = row.read(field) {
                        row.data[field.position] = Some(datum);
                    }
                }
            }
            let mut row = Row { index: row.index, data: row.data.into() };
            row.complete(self.section);
            if self.accepts(&row) {
                rows.push(row);
            }
        }
        rows
    }

    /// Where the values of a row stand.
    pub(super) fn origins(&self, row: &Row, store: &Store) -> Vec<Origin> {
        let reading = Reading { table: self, store, index: row.index.clone(), data: row.data.to_vec() };
        let origin = |field: &Field| {
            field.sources.iter().find_map(|source| {
                let Source::At(template) = source else { return None };
                let suffix = template.suffix(&reading)?;
                let raw = store.0.get(&template.prefix)?.get(&suffix)?;
                reading.read_source(source, reading.convention(field), field.pattern.as_ref())?;
                let oid = template.prefix.iter().chain(&suffix).copied().collect();
                Some(Origin { field: self.section.fields[field.position].name, oid, raw: raw.clone() })
            })
        };
        self.fields.iter().filter_map(origin).collect()
    }

    fn accepts(&self, row: &Row) -> bool {
        let is_known = |name: &&str| self.section.position(name).is_some_and(|position| row.data[position].is_some());
        let essential = self.section.essential;
        let is_wanted = |(position, words): &(usize, Vec<String>)| {
            let text = row.data[*position].as_ref().and_then(Datum::as_text);
            text.is_some_and(|text| words.iter().any(|word| **word == **text))
        };
        // A drive without a medium has a size of nothing.
        let is_empty = self.section == Section::STORAGE
            && row.get(Section::STORAGE, "size_octets").and_then(Datum::as_number) == Some(0.0);
        (essential.is_empty() || essential.iter().any(is_known)) && !is_empty && self.only.iter().all(is_wanted)
    }

    /// The indexes of its rows: those of its own columns. Scalars are one row.
    fn indexes(&self, store: &Store) -> Vec<Suffix> {
        if self.entry.is_none() {
            return vec![Suffix::new()];
        }
        let mut indexes: Vec<Suffix> = Vec::new();
        for source in self.fields.iter().flat_map(|field| &field.sources) {
            if let Source::At(template) = source
                && template.is_own()
                && let Some(column) = store.0.get(&template.prefix)
            {
                // Nearly always all columns have the same rows.
                if !column.rows().map(|(suffix, _)| suffix).eq(indexes.iter()) {
                    indexes.extend(column.rows().map(|(suffix, _)| suffix.clone()));
                    indexes.sort_unstable();
                    indexes.dedup();
                }
            }
        }
        indexes
    }
}

impl Field {
    fn needs_fields(&self) -> bool {
        self.sources.iter().any(|source| match source {
            Source::At(template) | Source::Under(template) | Source::Find(template, _) => template.needs_fields(),
            Source::Index(..) | Source::Text(_) => false,
        })
    }
}

/// A row while it is being read.
struct Reading<'a> {
    table: &'a Table,
    store: &'a Store,
    index: Suffix,
    data: Vec<Option<Datum>>,
}

impl template::Row for Reading<'_> {
    fn index(&self) -> &[u32] {
        &self.index
    }

    fn column(&self, column: u32) -> Option<u32> {
        let entry = self.table.entry.as_deref()?;
        self.store.at(&Template::of_column(entry, column), self)?.arc()
    }

    fn field(&self, name: &str) -> Option<u32> {
        self.data[self.table.section.position(name)?].as_ref()?.as_arc()
    }
}

impl Reading<'_> {
    fn read(&self, field: &Field) -> Option<Datum> {
        let convention = self.convention(field);
        let datum =
            field.sources.iter().find_map(|source| self.read_source(source, convention, field.pattern.as_ref()))?;
        let mut number = match datum {
            Datum::Number(number) => number,
            Datum::Text(text) if !field.suffix.is_empty() => {
                return Some(Datum::Text(format!("{text}{}", field.suffix).into()));
            }
            other => return Some(other),
        };
        if let Some(times) = &field.times {
            number *= self.store.at(times, self)?.number()?;
        }
        if field.sensor_scale.is_none() && field.sensor_precision.is_none() {
            return Some(Datum::Number(number)).filter(|_| number.is_finite());
        }
        if let Some(scale) = field.sensor_scale.as_ref().and_then(|template| self.store.at(template, self)) {
            // units(9); each step up or down is a thousand (EntitySensorDataScale, RFC 3433).
            let steps = scale.number().filter(|steps| (1.0..=17.0).contains(steps))? - 9.0;
            number *= 1000_f64.powf(steps);
        }
        if let Some(precision) = field.sensor_precision.as_ref().and_then(|template| self.store.at(template, self)) {
            let digits = precision.number().filter(|digits| (-9.0..=9.0).contains(digits))?;
            number *= 10_f64.powf(-digits);
        }
        // Ten digits are more than any sensor measures; what is beyond is the noise of binary fractions.
        let rounded = format!("{number:.9e}").parse().ok().filter(|number: &f64| number.is_finite())?;
        Some(Datum::Number(rounded))
    }

    fn convention<'f>(&self, field: &'f Field) -> &'f Convention {
        let by_subtype = field.subtype.as_ref().and_then(|subtype| {
            let number = self.store.at(&subtype.column, self)?.arc()?;
            let is_mac = subtype.macs.contains(&number).then_some(&Convention::Mac);
            is_mac.or_else(|| subtype.addresses.contains(&number).then_some(&Convention::Address))
        });
        by_subtype.unwrap_or(&field.convention)
    }

    fn read_source(&self, source: &Source, convention: &Convention, pattern: Option<&Regex>) -> Option<Datum> {
        match source {
            Source::At(template) => {
                let raw = self.store.at(template, self)?;
                match pattern {
                    None => convention.read(raw),
                    Some(pattern) => convention.read(&part(raw, pattern)?),
                }
            }
            Source::Index(from, to) => {
                let to = to.unwrap_or(self.index.len());
                convention.read_arcs(self.index.get(from - 1..to)?)
            }
            Source::Under(template) => {
                let under = template.suffix(self)?;
                convention.read_arcs(self.store.0.get(&template.prefix)?.first_under(&under)?)
            }
            Source::Find(template, given) => {
                let under = template.suffix(self)?;
                let has = |suffix: &[u32], Condition { column, numbers }: &Condition| {
                    let number = self.store.0.get(column).and_then(|column| column.get(suffix)).and_then(Raw::number);
                    #[expect(clippy::cast_precision_loss, reason = "such numbers are small")]
                    number.is_some_and(|number| numbers.iter().any(|wanted| *wanted as f64 == number))
                };
                let mut rows = self.store.0.get(&template.prefix)?.rows_under(&under);
                let (_, raw) = rows.find(|(suffix, _)| given.iter().all(|condition| has(suffix, condition)))?;
                convention.read(raw)
            }
            Source::Text(text) => {
                let mut filled = text.clone();
                for (place, arc) in self.index.iter().enumerate().rev() {
                    filled = filled.replace(&format!("${}", place + 1), &arc.to_string());
                }
                Some(Datum::Text(filled.into()))
            }
        }
    }
}

/// The part of a text that a pattern means; none if it does not match.
fn part(raw: &Raw, pattern: &Regex) -> Option<Raw> {
    let Raw::Octets(octets) = raw else { return None };
    let captures = pattern.captures(octets)?;
    let found = captures.get(1).or_else(|| captures.get(0))?;
    Some(Raw::Octets(found.as_bytes().into()))
}

impl Store {
    /// The value that a template means for a row.
    fn at(&self, template: &Template, row: &impl template::Row) -> Option<&Raw> {
        self.0.get(&template.prefix)?.get(&template.suffix(row)?)
    }

    /// The column at `prefix`, if it was asked for and has values.
    #[must_use]
    pub fn column(&self, prefix: &[u32]) -> Option<&Column> {
        self.0.get(prefix)
    }

    /// Puts a column that was walked in the place of the one before.
    pub fn replace(&mut self, prefix: Box<[u32]>, column: Column) {
        if column.is_empty() {
            self.0.remove(&prefix);
        } else {
            self.0.insert(prefix, column);
        }
    }

    /// Puts the value of one OID in the place of the one before.
    pub fn put(&mut self, oid: &[u32], value: Raw) {
        if let Some((last, prefix)) = oid.split_last() {
            self.0.entry(prefix.into()).or_default().set(&[*last], value);
        }
    }

    /// The value of one OID.
    #[must_use]
    pub fn get(&self, oid: &[u32]) -> Option<&Raw> {
        let (last, prefix) = oid.split_last()?;
        self.0.get(prefix)?.get(&[*last])
    }

    /// Forgets everything but what `keeps`.
    pub fn retain(&mut self, keeps: impl Fn(&[u32]) -> bool) {
        self.0.retain(|prefix, _| keeps(prefix));
    }
}

impl Row {
    /// One of which only texts are known, for tests of what reads rows.
    #[cfg(test)]
    pub(crate) fn of_texts(section: &Section, texts: &[(&str, &str)]) -> Self {
        let mut row = Self { index: Suffix::new(), data: vec![None; section.fields.len()].into() };
        for (field, text) in texts {
            row.fill(section, field, Some(Datum::text(text)));
        }
        row
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, section: &Section, field: &str) -> Option<&Datum> {
        self.data[section.position(field)?].as_ref()
    }

    /// All fields that are known, in the order of the section.
    pub fn known<'r>(
        &'r self,
        section: &'static Section,
    ) -> impl Iterator<Item = (&'static section::Field, &'r Datum)> {
        section.fields.iter().zip(&self.data).filter_map(|(field, datum)| Some((field, datum.as_ref()?)))
    }

    pub(super) fn take_in(&mut self, other: Self) {
        for (mine, theirs) in self.data.iter_mut().zip(other.data) {
            if theirs.is_some() {
                *mine = theirs;
            }
        }
    }

    /// Fills in what follows from what is known.
    fn complete(&mut self, section: &'static Section) {
        let number = |row: &Self, field: &str| row.get(section, field).and_then(Datum::as_number);
        if section == Section::SENSORS {
            let quantity = self.get(section, "quantity").and_then(Datum::as_text);
            let unit = quantity.and_then(|quantity| unit_of(quantity)).map(Datum::text);
            self.fill(section, "unit", unit);
        } else if section == Section::SUPPLIES {
            let share = number(self, "level").zip(number(self, "capacity"));
            let share = share.filter(|(level, full)| *full > 0.0 && *level >= 0.0);
            let share = share.map(|(level, full)| percent(level, full));
            let is_percent =
                self.get(section, "unit").and_then(Datum::as_text).is_some_and(|unit| &**unit == "percent");
            let share =
                share.or_else(|| number(self, "level").filter(|level| is_percent && (0.0..=100.0).contains(level)));
            self.fill(section, "level_percent", share.map(Datum::Number));
        } else if section == Section::STORAGE || section == Section::MEMORY {
            let of = |field| number(self, field);
            let (size, used, free) = (of("size_octets"), of("used_octets"), of("free_octets"));
            let size = size.or_else(|| Some(used? + free?));
            let used = used.or_else(|| size.zip(free).map(|(size, free)| (size - free).max(0.0)));
            let used =
                used.or_else(|| size.zip(of("used_percent")).map(|(size, share)| (size * share / 100.0).round()));
            let share = used.zip(size).filter(|(_, size)| *size > 0.0);
            self.fill(section, "size_octets", size.map(Datum::Number));
            self.fill(section, "used_octets", used.map(Datum::Number));
            self.fill(section, "used_percent", share.map(|(used, size)| Datum::Number(percent(used, size))));
        }
    }

    /// Sets a field that is not known.
    fn fill(&mut self, section: &Section, field: &str, value: Option<Datum>) {
        if let Some(position) = section.position(field)
            && self.data[position].is_none()
        {
            self.data[position] = value;
        }
    }
}

fn percent(part: f64, whole: f64) -> f64 {
    (part / whole * 10_000.0).round() / 100.0
}

fn unit_of(quantity: &str) -> Option<&'static str> {
    Some(match quantity {
        "temperature" => "celsius",
        "voltage" => "volts",
        "current" => "amperes",
        "power" => "watts",
        "frequency" => "hertz",
        "humidity" | "charge" | "load" => "percent",
        "fan" => "rpm",
        "runtime" => "seconds",
        "dbm" => "dbm",
        _ => return None,
    })
}
