//! Profiles: which tables and scalars a kind of device has, and what each value means. They are data, not code.
//!
//! A profile is a TOML file. It says to which devices it belongs (by sysObjectID and sysDescr), from which profiles it
//! inherits, and where the values of each [`Section`] stand. Those in `daemon/profiles/` are part of the program;
//! administrators add their own beside the configuration, and one of the same name takes the place of ours.
//! `daemon/profiles/README.md` says how one is written.

mod convention;
mod plan;
mod read;
mod row;
mod template;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use regex::bytes::Regex;
use strict_toml::{Document, Problem, Problems};

use super::section::Section;
use crate::config::DeviceKind;

pub use convention::{Convention, Datum, text_of};
pub use plan::{Group, Plan, Wanted};
pub use row::{Explained, Origin, Row, Store};
pub use template::Template;

/// All profiles, with inheritance worked out.
#[derive(Debug, Clone)]
pub struct Profiles {
    by_name: BTreeMap<String, Arc<Profile>>,
    /// The administrators' own, as they are written.
    own: BTreeMap<String, String>,
}

/// Ours are part of the program, so that only the administrators' own can differ.
impl PartialEq for Profiles {
    fn eq(&self, other: &Self) -> bool {
        self.own == other.own
    }
}

/// What a kind of device has.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The name of its file, without `.toml`.
    pub name: String,
    /// What people call such devices.
    pub title: String,
    /// What such a device is, if they all are the same.
    pub kind: Option<DeviceKind>,
    belongs: Belongs,
    inherits: Vec<String>,
    /// Its own tables, after those that it inherits.
    tables: Vec<Arc<Table>>,
    /// What has to be asked for to fill them in.
    pub plan: Plan,
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
    fields: Vec<Field>,
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
    /// What part of a text is meant: its first group, or all that matches.
    pattern: Option<Regex>,
    /// What a text is followed by.
    suffix: String,
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

/// A column of a row, and the numbers of which it must have one.
#[derive(Debug, Clone)]
struct Condition {
    column: Box<[u32]>,
    numbers: Vec<i64>,
}

#[derive(Debug, Clone)]
enum Source {
    /// The value there.
    At(Template),
    /// Arcs of the row's index, counted from 1; the last is left out if it is to the end.
    Index(usize, Option<usize>),
    /// The arcs after what the template says, of the first value there.
    Under(Template),
    /// The first value under what the template says in whose row these columns have one of these numbers: thresholds that
    /// a device lists in any order.
    Find(Template, Vec<Condition>),
    /// Text with `$1` for an arc of the index.
    Text(String),
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
    "aruba-controller" "aruba-cx" "cisco-catalyst-1300" "cisco-ios" "cisco-nxos" "cisco-small-business" "dlink" "edgeswitch"
    "fortinet" "hpe-comware" "hpe-procurve" "juniper" "mikrotik" "tplink" "ubiquiti" "zyxel"
    "apc" "apc-pdu" "eaton" "mge"
    "linux" "qnap" "qnap-qts" "synology" "vmware-esxi" "windows"
    "brother" "canon" "hp-printer" "kyocera" "ricoh" "xerox"
}

/// What every device is asked first: sysDescr, sysObjectID, sysUpTime and snmpEngineBoots: who is it, and since when?
pub const IDENTITY: [&[u32]; 4] = [
    &[1, 3, 6, 1, 2, 1, 1, 1, 0],
    &[1, 3, 6, 1, 2, 1, 1, 2, 0],
    &[1, 3, 6, 1, 2, 1, 1, 3, 0],
    &[1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0],
];

/// The profile of devices that no other belongs to.
const FALLBACK: &str = "generic";

impl Profiles {
    /// Ours and those of the folder `own`, if there is one.
    pub fn load(own: Option<&Path>, problems: &Problems) -> Self {
        let mut profiles = BTreeMap::new();
        let mut texts = BTreeMap::new();
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
                texts.insert(name, document.text().to_owned());
            }
        }
        for profile in profiles.values() {
            for unknown in profile.inherits.iter().filter(|inherited| !profiles.contains_key(*inherited)) {
                let known = profiles.keys().map(String::as_str);
                let message = crate::config::unknown_name("profile-unknown-parent", unknown, known);
                problems.report(Problem::of_file(format!("{}.toml", profile.name), message));
            }
        }
        Self { by_name: Self::with_inheritance(&profiles), own: texts }
    }

    /// Works inheritance out: what is inherited comes first, each table once, whatever the way it comes by.
    fn with_inheritance(profiles: &BTreeMap<String, Profile>) -> BTreeMap<String, Arc<Profile>> {
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
            let plan = Plan::new(&tables, &IDENTITY);
            let profile = Profile { tables, plan, ..profiles[name].clone() };
            (name.clone(), Arc::new(profile))
        });
        whole.collect()
    }

    /// The profile of a device: the one whose sysObjectID says most, and of those the one whose pattern fits sysDescr.
    #[must_use]
    pub fn of(&self, object_id: &[u32], description: &str) -> Option<&Arc<Profile>> {
        let fits = |profile: &&Arc<Profile>| profile.belongs.fits(object_id, description).is_some();
        let fitting = self.by_name.values().filter(fits);
        fitting
            .max_by_key(|profile| profile.belongs.fits(object_id, description))
            .or_else(|| self.by_name.get(FALLBACK))
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

impl Profile {
    /// A profile that knows nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            name: String::new(),
            title: String::new(),
            kind: None,
            belongs: Belongs::default(),
            inherits: Vec::new(),
            tables: Vec::new(),
            plan: Plan::default(),
        }
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

#[cfg(test)]
mod vendors;

#[cfg(test)]
mod tests {
    use super::super::raw::Raw;
    use super::*;

    fn profile(text: &str) -> Profile {
        let problems = Problems::default();
        let profile = read::profile("test", &Document::new("test.toml", text), &problems);
        let problems: Vec<String> = problems.into_vec().iter().map(ToString::to_string).collect();
        assert_eq!(problems, Vec::<String>::new());
        profile.unwrap()
    }

    pub(super) fn store(values: &[(&str, Raw)]) -> Store {
        let mut store = Store::default();
        for (oid, value) in values {
            // The column is what stands before the slash, or before the last arc.
            let (column, suffix) = oid.rsplit_once('/').or_else(|| oid.rsplit_once('.')).unwrap();
            let prefix = super::super::raw::arcs(column).unwrap();
            let suffix: Vec<u32> = suffix.split('.').map(|arc| arc.parse().unwrap()).collect();
            let mut column = store.column(&prefix).cloned().unwrap_or_default();
            column.set(&suffix, value.clone());
            store.replace(prefix.into(), column);
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
    fn sizes_are_exact_to_the_octet() {
        let store = store(&[
            ("1.3.6.1.2.1.25.2.3.1.2.31", Raw::Oid([1, 3, 6, 1, 2, 1, 25, 2, 1, 4].into())),
            ("1.3.6.1.2.1.25.2.3.1.3.31", Raw::Octets(b"/".as_slice().into())),
            ("1.3.6.1.2.1.25.2.3.1.4.31", Raw::Integer(4096)),
            ("1.3.6.1.2.1.25.2.3.1.5.31", Raw::Integer(1_234_567_891)),
            ("1.3.6.1.2.1.25.2.3.1.6.31", Raw::Integer(-2)),
        ]);
        let profiles = Profiles::load(None, &Problems::default());
        let rows = profiles.of(&[], "").unwrap().rows(Section::STORAGE, &store);
        let octets = |field| rows[0].get(Section::STORAGE, field).and_then(Datum::as_number);
        assert_eq!(octets("size_octets"), Some(1_234_567_891.0 * 4096.0));
        assert_eq!(octets("used_octets"), Some(4_294_967_294.0 * 4096.0), "beyond 2^31 units");
    }

    #[test]
    fn only_what_hardly_changes_and_is_needed_often_is_kept_and_nothing_is_asked_twice() {
        let profiles = Profiles::load(None, &Problems::default());
        let plan = &profiles.of(&[], "").unwrap().plan;
        let if_type: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 3];
        let if_hc_in_octets: &[u32] = &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6];
        let hr_sw_run_name: &[u32] = &[1, 3, 6, 1, 2, 1, 25, 4, 2, 1, 2];
        let kept = [if_type, if_hc_in_octets, hr_sw_run_name].map(|column| plan.kept.contains(column));
        assert_eq!(kept, [true, false, false]);
        let wanted = plan.often.iter().chain(&plan.seldom).flat_map(|group| &group.columns);
        let mut asked: Vec<_> = wanted.map(|wanted| (wanted.prefix.clone(), wanted.scalar)).collect();
        assert!(asked.iter().all(|(prefix, _)| !IDENTITY.iter().any(|oid| oid.starts_with(prefix))));
        let count = asked.len();
        asked.sort();
        asked.dedup();
        assert_eq!(asked.len(), count);
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
        for profile in profiles.by_name.values() {
            for inherited in &profile.inherits {
                assert!(profiles.by_name.contains_key(inherited), "{} inherits from {inherited}", profile.name);
            }
        }
        assert_eq!(profiles.of(&[1, 3, 6, 1, 4, 1, 99_999], "unheard of").unwrap().name, FALLBACK);
    }

    #[test]
    fn inheriting_from_what_is_not_there_is_a_mistake() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mine.toml"), "title = \"Mine\"\ninherits = [\"generik\"]\n").unwrap();
        let problems = Problems::default();
        let _ = Profiles::load(Some(folder.path()), &problems);
        let problems: Vec<String> = problems.into_vec().iter().map(ToString::to_string).collect();
        assert_eq!(problems, ["mine.toml: no profile is called \"generik\"; did you mean \"generic\"?"]);
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
