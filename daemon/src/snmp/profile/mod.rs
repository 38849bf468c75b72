//! Profiles: which tables and scalars a kind of device has, and what each value means. They are data, not code.
//!
//! A profile is a TOML file. It says to which devices it belongs (by sysObjectID and sysDescr), from which profiles it
//! inherits, and where the values of each [`Section`] stand. Those in `daemon/profiles/` are part of the program;
//! administrators add their own beside the configuration, and one of the same name takes the place of ours.
//! `daemon/profiles/README.md` says how one is written.

mod convention;
mod read;
mod template;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use regex::bytes::Regex;
use strict_toml::{Document, Problems};

use super::raw::{Column, Raw, Suffix};
use super::section::Section;

pub use convention::{Convention, Datum, text_of};
pub use template::Template;

/// All profiles, with inheritance worked out.
#[derive(Debug, Clone)]
pub struct Profiles(BTreeMap<String, Arc<Profile>>);

/// What a kind of device has.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The name of its file, without `.toml`.
    pub name: String,
    /// What people call such devices.
    pub title: String,
    belongs: Belongs,
    inherits: Vec<String>,
    /// Its own tables, after those that it inherits.
    pub tables: Vec<Arc<Table>>,
}

/// To which devices a profile belongs; to none by itself if it only serves others to inherit from.
#[derive(Debug, Clone, Default)]
struct Belongs {
    object_ids: Vec<Vec<u32>>,
    description: Option<Regex>,
}

/// One table of a device, or some scalars, that fill in a section.
#[derive(Debug, Clone)]
pub struct Table {
    /// What it fills in.
    pub section: &'static Section,
    entry: Option<Box<[u32]>>,
    constants: Vec<(usize, Datum)>,
    /// Where its values stand.
    pub fields: Vec<Field>,
    only: Vec<(usize, Vec<String>)>,
}

/// Where the values of a field stand and what they mean.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its place among the fields of the section.
    position: usize,
    /// Where to look, in this order.
    sources: Vec<Source>,
    convention: Convention,
    /// The value is multiplied by this one.
    times: Option<Template>,
    /// entPhySensorScale and entPhySensorPrecision (RFC 3433).
    sensor_scale: Option<Template>,
    sensor_precision: Option<Template>,
    /// Another value says whether this one is a MAC address, a network address or text (LldpChassisIdSubtype).
    subtype: Option<Subtype>,
    is_seldom: bool,
}

/// The column with the subtype, and the subtypes that are addresses.
#[derive(Debug, Clone)]
struct Subtype {
    column: Template,
    macs: Vec<u32>,
    addresses: Vec<u32>,
}

#[derive(Debug, Clone)]
enum Source {
    /// The value there.
    At(Template),
    /// Arcs of the row's index, counted from 1; the last is left out if it is to the end.
    Index(usize, Option<usize>),
    /// The arcs after what the template says, of the first value there.
    Under(Template),
    /// Text with `$1` for an arc of the index.
    Text(String),
}

/// Everything that is known of an agent's values, by column.
#[derive(Debug, Clone, Default)]
pub struct Store(HashMap<Box<[u32]>, Column>);

/// One row that is understood: a value for each field of the section that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its index in the agent's table.
    pub index: Suffix,
    data: Box<[Option<Datum>]>,
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

/// A column that has to be walked, or a scalar that has to be asked for, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What is walked; of a scalar, the OID without its last arc.
    pub prefix: Box<[u32]>,
    /// The last arc of a scalar.
    pub scalar: Option<u32>,
    /// Whether once an hour is enough.
    pub is_seldom: bool,
    /// Whether it is only of interest when what stands before it in the list of sources has no rows.
    pub instead_of: Option<Box<[u32]>>,
}

macro_rules! shipped {
    ($($name:literal)*) => {
        const SHIPPED: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../profiles/", $name, ".toml")))),*];
    };
}

shipped! {
    "generic"
    "snmpv2-mib" "if-mib" "ip-mib" "entity-mib" "entity-sensor-mib" "host-resources-mib" "ucd-snmp-mib"
    "printer-mib" "ups-mib" "bridge-mib" "lldp-mib" "power-ethernet-mib"
    "cisco-ios" "mikrotik" "juniper" "fortinet"
    "apc" "linux" "synology" "windows"
    "brother" "canon" "hp-printer" "kyocera" "ricoh" "xerox"
}

/// The profile of devices that no other belongs to.
const FALLBACK: &str = "generic";

impl Profiles {
    /// Ours and those of the folder `own`, if there is one.
    pub fn load(own: Option<&Path>, problems: &Problems) -> Self {
        let mut profiles = BTreeMap::new();
        let mut add = |name: &str, document: &Document| {
            if let Some(profile) = read::profile(name, document, problems) {
                profiles.insert(name.to_owned(), profile);
            }
        };
        for (name, text) in SHIPPED {
            add(name, &Document::new(format!("{name}.toml"), *text));
        }
        for path in own.map(|folder| crate::config::toml_files(folder, problems)).unwrap_or_default() {
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if let Some(document) = Document::open(&path, "config-missing-file", problems) {
                add(&name, &document);
            }
        }
        Self::with_inheritance(&profiles)
    }

    /// Works inheritance out: what is inherited comes first, each table once, whatever the way it comes by.
    fn with_inheritance(profiles: &BTreeMap<String, Profile>) -> Self {
        fn gather(
            name: &str,
            all: &BTreeMap<String, Profile>,
            seen: &mut HashSet<String>,
            tables: &mut Vec<Arc<Table>>,
        ) {
            let Some(profile) = all.get(name).filter(|_| seen.insert(name.to_owned())) else { return };
            for inherited in &profile.inherits {
                gather(inherited, all, seen, tables);
            }
            tables.extend(profile.tables.iter().cloned());
        }
        let whole = profiles.keys().map(|name| {
            let mut tables = Vec::new();
            gather(name, profiles, &mut HashSet::new(), &mut tables);
            let profile = Profile { tables, ..profiles[name].clone() };
            (name.clone(), Arc::new(profile))
        });
        Self(whole.collect())
    }

    /// The profile of a device: the one whose sysObjectID says most, and of those the one whose pattern fits sysDescr.
    #[must_use]
    pub fn of(&self, object_id: &[u32], description: &str) -> Option<&Arc<Profile>> {
        let fits = |profile: &&Arc<Profile>| profile.belongs.fits(object_id, description).is_some();
        let fitting = self.0.values().filter(fits);
        fitting.max_by_key(|profile| profile.belongs.fits(object_id, description)).or_else(|| self.0.get(FALLBACK))
    }

    /// The profile of that name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Arc<Profile>> {
        self.0.get(name)
    }
}

impl Belongs {
    /// How well a device fits: by how many arcs, and whether by its description too; none if it does not.
    fn fits(&self, object_id: &[u32], description: &str) -> Option<(usize, bool)> {
        let arcs = self.object_ids.iter().filter(|prefix| object_id.starts_with(prefix)).map(Vec::len).max();
        match (&self.description, arcs) {
            (None, arcs) => arcs.map(|arcs| (arcs, false)),
            (Some(pattern), _) if !pattern.is_match(description.as_bytes()) => None,
            (Some(_), None) if !self.object_ids.is_empty() => None,
            (Some(_), arcs) => Some((arcs.unwrap_or(0), true)),
        }
    }
}

impl Wanted {
    /// The whole OID of a scalar.
    #[must_use]
    pub fn oid(&self) -> Option<Box<[u32]>> {
        let scalar = self.scalar?;
        Some(self.prefix.iter().copied().chain([scalar]).collect())
    }
}

impl Profile {
    /// A profile that knows nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            name: String::new(),
            title: String::new(),
            belongs: Belongs::default(),
            inherits: Vec::new(),
            tables: Vec::new(),
        }
    }

    /// What has to be asked for, in the order of its tables.
    #[must_use]
    pub fn wanted(&self) -> Vec<Wanted> {
        let mut wanted: Vec<Wanted> = Vec::new();
        let mut places: HashMap<(Box<[u32]>, Option<u32>), usize> = HashMap::new();
        for one in self.tables.iter().flat_map(|table| table.wanted()) {
            match places.get(&(one.prefix.clone(), one.scalar)) {
                // Who needs it often, or in any case, decides.
                Some(place) => {
                    let before = &mut wanted[*place];
                    before.is_seldom &= one.is_seldom;
                    if one.instead_of.is_none() {
                        before.instead_of = None;
                    }
                }
                None => {
                    places.insert((one.prefix.clone(), one.scalar), wanted.len());
                    wanted.push(one);
                }
            }
        }
        wanted
    }

    /// Everything that is known of a section.
    #[must_use]
    pub fn rows(&self, section: &'static Section, store: &Store) -> Vec<Row> {
        self.explain_with(section, store, |_, _| Vec::new()).into_iter().map(|explained| explained.row).collect()
    }

    /// The same, with the values that each row is known from.
    #[must_use]
    pub fn explain(&self, section: &'static Section, store: &Store) -> Vec<Explained> {
        self.explain_with(section, store, |table, row| table.origins(row, store))
    }

    fn explain_with(
        &self,
        section: &'static Section,
        store: &Store,
        origins: impl Fn(&Table, &Row) -> Vec<Origin>,
    ) -> Vec<Explained> {
        let mut rows: Vec<Explained> = Vec::new();
        for table in self.tables.iter().filter(|table| table.section == section) {
            let before = rows.len();
            // The later a table comes, the more it knows of this kind of device.
            let key = section.key.and_then(|key| section.position(key));
            let mut known: HashMap<String, usize> = HashMap::new();
            if let Some(key) = key {
                let named =
                    rows.iter().enumerate().filter_map(|(place, known)| Some((known.row.data[key].as_ref()?, place)));
                known.extend(named.map(|(name, place)| (name.to_string(), place)));
            }
            for row in table.rows(store) {
                let origins = origins(table, &row);
                let same = match key {
                    Some(key) => row.data[key].as_ref().and_then(|name| known.remove(&name.to_string())),
                    None if section.is_single && before > 0 => Some(0),
                    None => None,
                };
                match same.and_then(|place| rows.get_mut(place)) {
                    Some(known) => {
                        known.origins.retain(|origin| !origins.iter().any(|newer| newer.field == origin.field));
                        known.origins.extend(origins);
                        known.row.take_in(row);
                    }
                    None => rows.push(Explained { row, origins }),
                }
            }
        }
        rows
    }
}

impl Table {
    /// What has to be asked for to fill it in.
    #[must_use]
    pub fn wanted(&self) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for field in &self.fields {
            let is_seldom = self.section.is_seldom || field.is_seldom;
            let mut before: Option<Box<[u32]>> = None;
            let of = |template: &Template, instead_of: Option<Box<[u32]>>, is_seldom| Wanted {
                prefix: template.prefix.clone(),
                scalar: template.is_scalar().then(|| template.oid().last().copied()).flatten(),
                is_seldom,
                instead_of,
            };
            for source in &field.sources {
                let (Source::At(template) | Source::Under(template)) = source else { continue };
                // What names a row by another table's row is a name, and names hardly change.
                let is_name = !template.is_own() && !template.is_scalar();
                wanted.push(of(template, before.replace(template.prefix.clone()), is_seldom || is_name));
                let entry = self.entry.as_deref().unwrap_or_default();
                wanted
                    .extend(template.columns().map(|column| of(&Template::of_column(entry, column), None, is_seldom)));
            }
            let subtype = field.subtype.iter().map(|subtype| &subtype.column);
            for template in field.times.iter().chain(&field.sensor_scale).chain(&field.sensor_precision).chain(subtype)
            {
                wanted.push(of(template, None, is_seldom));
            }
        }
        wanted
    }

    /// Its rows, as far as `store` knows them.
    fn rows(&self, store: &Store) -> Vec<Row> {
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
    fn origins(&self, row: &Row, store: &Store) -> Vec<Origin> {
        let reading = Reading { table: self, store, index: row.index.clone(), data: row.data.to_vec() };
        let origin = |field: &Field| {
            field.sources.iter().find_map(|source| {
                let Source::At(template) = source else { return None };
                let suffix = template.suffix(&reading)?;
                let raw = store.0.get(&template.prefix)?.get(&suffix)?;
                reading.read_source(source, reading.convention(field))?;
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
        (essential.is_empty() || essential.iter().any(is_known)) && self.only.iter().all(is_wanted)
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
            Source::At(template) | Source::Under(template) => template.needs_fields(),
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
        let datum = field.sources.iter().find_map(|source| self.read_source(source, convention))?;
        let Datum::Number(number) = datum else { return Some(datum) };
        let mut number = number;
        if let Some(times) = &field.times {
            number *= self.store.at(times, self)?.number()?;
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
        // Ten digits are more than any agent measures; what is beyond is the noise of binary fractions.
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

    fn read_source(&self, source: &Source, convention: &Convention) -> Option<Datum> {
        match source {
            Source::At(template) => convention.read(self.store.at(template, self)?),
            Source::Index(from, to) => {
                let to = to.unwrap_or(self.index.len());
                convention.read_arcs(self.index.get(from - 1..to)?)
            }
            Source::Under(template) => {
                let under = template.suffix(self)?;
                convention.read_arcs(self.store.0.get(&template.prefix)?.first_under(&under)?)
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

    /// Puts a scalar in.
    pub fn put(&mut self, prefix: Box<[u32]>, suffix: &[u32], value: Raw) {
        self.0.entry(prefix).or_default().set(suffix, value);
    }

    /// Forgets everything but what `keeps`.
    pub fn retain(&mut self, keeps: impl Fn(&[u32]) -> bool) {
        self.0.retain(|prefix, _| keeps(prefix));
    }
}

impl Row {
    /// The value of a field.
    #[must_use]
    pub fn get(&self, section: &Section, field: &str) -> Option<&Datum> {
        self.data[section.position(field)?].as_ref()
    }

    /// All fields that are known, in the order of the section.
    pub fn known<'r>(
        &'r self,
        section: &'static Section,
    ) -> impl Iterator<Item = (&'static super::section::Field, &'r Datum)> {
        section.fields.iter().zip(&self.data).filter_map(|(field, datum)| Some((field, datum.as_ref()?)))
    }

    fn take_in(&mut self, other: Self) {
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
            self.fill(section, "level_percent", share.map(|(level, full)| Datum::Number(percent(level, full))));
        } else if section == Section::STORAGE || section == Section::MEMORY {
            let of = |field| number(self, field);
            let (size, used, free) = (of("size_octets"), of("used_octets"), of("free_octets"));
            let size = size.or_else(|| Some(used? + free?));
            let used = used.or_else(|| size.zip(free).map(|(size, free)| (size - free).max(0.0)));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(text: &str) -> Profile {
        let problems = Problems::default();
        let profile = read::profile("test", &Document::new("test.toml", text), &problems);
        let problems: Vec<String> = problems.into_vec().iter().map(ToString::to_string).collect();
        assert_eq!(problems, Vec::<String>::new());
        profile.unwrap()
    }

    fn store(values: &[(&str, Raw)]) -> Store {
        let mut store = Store::default();
        for (oid, value) in values {
            // The column is what stands before the slash, or before the last arc.
            let (column, suffix) = oid.rsplit_once('/').or_else(|| oid.rsplit_once('.')).unwrap();
            let prefix = super::super::raw::arcs(column).unwrap();
            let suffix: Vec<u32> = suffix.split('.').map(|arc| arc.parse().unwrap()).collect();
            store.put(prefix.into(), &suffix, value.clone());
        }
        store
    }

    #[test]
    fn a_table_with_scale_and_words_becomes_rows_with_names() {
        let profile = profile(
            r#"
            title = "Test"
            [[table]]
            section = "sensors"
            entry = "1.3.6.1.9.1"
            constants = { quantity = "temperature" }
            fields.name = { oid = "1.3.6.1.8.7.$1", text = "Sensor $1" }
            fields.value = { column = 2, scale = 0.1, missing = [-1] }
            fields.state = { column = 3, words = { 1 = "ok", 2 = "critical" } }
            "#,
        );
        let store = store(&[
            ("1.3.6.1.9.1.2.1", Raw::Integer(236)),
            ("1.3.6.1.9.1.2.2", Raw::Integer(-1)),
            ("1.3.6.1.9.1.3.1", Raw::Integer(1)),
            ("1.3.6.1.9.1.2.3", Raw::Integer(240)),
            ("1.3.6.1.9.1.3.3", Raw::Integer(2)),
            ("1.3.6.1.8.7.1", Raw::Octets(b"Inlet".as_slice().into())),
        ]);
        let rows = profile.rows(Section::SENSORS, &store);
        let seen: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.known(Section::SENSORS).map(|(field, datum)| format!("{}={datum}", field.name)).collect())
            .collect();
        assert_eq!(seen[0], ["name=Inlet", "quantity=temperature", "unit=celsius", "value=23.6", "state=ok"]);
        assert_eq!(seen[1], ["name=Sensor 3", "quantity=temperature", "unit=celsius", "value=24", "state=critical"]);
        assert_eq!(rows.len(), 2, "a row without value and state is none");
    }

    #[test]
    fn what_ships_is_without_mistakes_and_every_file_ships() {
        let problems = Problems::default();
        let profiles = Profiles::load(None, &problems);
        let problems: Vec<String> = problems.into_vec().iter().map(ToString::to_string).collect();
        assert_eq!(problems, Vec::<String>::new());
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let names = files.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
        let names: HashSet<String> = names.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        assert_eq!(names, SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect());
        for profile in profiles.0.values() {
            for inherited in &profile.inherits {
                assert!(profiles.0.contains_key(inherited), "{} inherits from {inherited}", profile.name);
            }
        }
        assert_eq!(profiles.of(&[1, 3, 6, 1, 4, 1, 99_999], "unheard of").unwrap().name, FALLBACK);
    }

    /// What devices of several vendors say, as facts: object identifier, values, and what they are to be understood as.
    #[test]
    fn vendors_own_tables_are_understood() {
        let text = |text: &str| Raw::Octets(text.as_bytes().into());
        type Device = (&'static str, &'static Section, Vec<(&'static str, Raw)>, &'static str);
        let devices: [Device; 5] = [
            (
                "1.3.6.1.4.1.318.1.3.27.1",
                Section::UPS,
                vec![
                    ("1.3.6.1.4.1.318.1.1.1.2.1.1.0", Raw::Integer(2)),
                    ("1.3.6.1.4.1.318.1.1.1.2.2.1.0", Raw::Gauge(100)),
                    ("1.3.6.1.4.1.318.1.1.1.2.3.1.0", Raw::Gauge(998)),
                    ("1.3.6.1.4.1.318.1.1.1.2.2.3.0", Raw::Ticks(612_000)),
                    ("1.3.6.1.4.1.318.1.1.1.4.1.1.0", Raw::Integer(3)),
                ],
                "battery_status=normal charge_percent=99.8 remaining_seconds=6120 source=battery",
            ),
            (
                "1.3.6.1.4.1.14988.1",
                Section::SENSORS,
                vec![
                    ("1.3.6.1.4.1.14988.1.1.3.100.1.2.14", text("temperature")),
                    ("1.3.6.1.4.1.14988.1.1.3.100.1.3.14", Raw::Integer(44)),
                    ("1.3.6.1.4.1.14988.1.1.3.100.1.4.14", Raw::Integer(1)),
                    ("1.3.6.1.4.1.14988.1.1.3.100.1.2.13", text("voltage")),
                    ("1.3.6.1.4.1.14988.1.1.3.100.1.3.13", Raw::Integer(241)),
                    ("1.3.6.1.4.1.14988.1.1.3.100.1.4.13", Raw::Integer(3)),
                ],
                "name=temperature quantity=temperature unit=celsius value=44; \
                 name=voltage quantity=voltage unit=volts value=24.1",
            ),
            (
                "1.3.6.1.4.1.9.1.1208",
                Section::PROCESSORS,
                vec![
                    ("1.3.6.1.4.1.9.9.109.1.1.1.1.2.1", Raw::Integer(1000)),
                    ("1.3.6.1.4.1.9.9.109.1.1.1.1.7.1", Raw::Gauge(17)),
                    ("1.3.6.1.2.1.47.1.1.1.1.7.1000", text("Switch System")),
                ],
                "name=Switch System load_percent=17",
            ),
            (
                "1.3.6.1.4.1.1347.41",
                Section::SUPPLIES,
                vec![
                    ("1.3.6.1.2.1.43.11.1.1.3/1.1", Raw::Integer(1)),
                    ("1.3.6.1.2.1.43.11.1.1.5/1.1", Raw::Integer(3)),
                    ("1.3.6.1.2.1.43.11.1.1.6/1.1", text("TK-130")),
                    ("1.3.6.1.2.1.43.11.1.1.8/1.1", Raw::Integer(7200)),
                    ("1.3.6.1.2.1.43.11.1.1.9/1.1", Raw::Integer(1800)),
                    ("1.3.6.1.2.1.43.12.1.1.4/1.1", text("black")),
                ],
                "name=TK-130 kind=toner colour=black capacity=7200 level=1800 level_percent=25",
            ),
            (
                "1.3.6.1.4.1.8072.3.2.10",
                Section::STORAGE,
                vec![
                    ("1.3.6.1.4.1.6574.3.1.1.2.0", text("Volume 1")),
                    ("1.3.6.1.4.1.6574.3.1.1.3.0", Raw::Integer(1)),
                    ("1.3.6.1.4.1.6574.3.1.1.4.0", Raw::Counter64(250)),
                    ("1.3.6.1.4.1.6574.3.1.1.5.0", Raw::Counter64(1000)),
                ],
                "name=Volume 1 kind=raid size_octets=1000 used_octets=750 free_octets=250 used_percent=75 status=normal",
            ),
        ];
        let profiles = Profiles::load(None, &Problems::default());
        for (object_id, section, values, expected) in devices {
            let object_id = super::super::raw::arcs(object_id).unwrap();
            let profile = profiles.of(&object_id, "").unwrap();
            let rows = profile.rows(section, &store(&values));
            let row = |row: &Row| {
                let known: Vec<String> =
                    row.known(section).map(|(field, datum)| format!("{}={datum}", field.name)).collect();
                known.join(" ")
            };
            let mut seen: Vec<String> = rows.iter().map(row).collect();
            seen.sort();
            assert_eq!(seen.join("; "), expected, "{}", profile.name);
        }
    }

    #[test]
    fn the_most_exact_object_id_decides_and_then_the_description() {
        let belongs = |object_ids: &[&[u32]], description: Option<&str>| Belongs {
            object_ids: object_ids.iter().map(|arcs| arcs.to_vec()).collect(),
            description: description.map(|pattern| Regex::new(pattern).unwrap()),
        };
        let vendor = belongs(&[&[1, 3, 9]], None);
        let family = belongs(&[&[1, 3, 9]], Some("IOS XE"));
        let model = belongs(&[&[1, 3, 9, 5]], None);
        assert!(family.fits(&[1, 3, 9, 5], "IOS XE 17") > vendor.fits(&[1, 3, 9, 5], "IOS XE 17"));
        assert!(model.fits(&[1, 3, 9, 5], "") > vendor.fits(&[1, 3, 9, 5], ""));
        assert_eq!(family.fits(&[1, 3, 9], "IOS"), None);
        assert_eq!(family.fits(&[1, 3, 8], "IOS XE"), None);
        assert_eq!(belongs(&[], None).fits(&[1, 3, 9], ""), None);
        assert!(belongs(&[], Some("Linux")).fits(&[1, 3], "Linux srv 6.1").is_some());
    }
}
