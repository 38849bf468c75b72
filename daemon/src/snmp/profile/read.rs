//! Reads profiles: from TOML to what cannot be wrong, with every mistake in its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use messages::Message;
use strict_toml::{Document, FromText, Problems, choose};

use super::convention::{Convention, Datum, Scale};
use super::{Belongs, Condition, Field, Plan, Profile, Source, Subtype, Table, Template};
use crate::config::Pattern;
use crate::snmp::raw;
use crate::snmp::section::{Kind, Section};

/// Reads the profile of that name.
pub(super) fn profile(name: &str, document: &Document, problems: &Problems) -> Option<Profile> {
    let mut root = document.table(problems)?;
    let title: Option<String> = root.required("title");
    let kind = root.optional("kind");
    let inherits = root.or("inherits", Vec::new());
    let object_ids: Vec<ObjectId> = root.or("object_id", Vec::new());
    let description: Option<Pattern> = root.optional("description");
    let tables: Vec<Option<Table>> = root.tables("table").into_iter().map(table).collect();
    let tables = tables.into_iter().map(|table| table.map(Arc::new)).collect::<Option<Vec<_>>>()?;
    let belongs = Belongs {
        object_ids: object_ids.into_iter().map(|object_id| object_id.0).collect(),
        description: description.map(|pattern| pattern.0),
    };
    Some(Profile { name: name.to_owned(), title: title?, kind, belongs, inherits, tables, plan: Plan::default() })
}

fn table(mut table: strict_toml::Table<'_>) -> Option<Table> {
    let section: SectionName = table.required("section")?;
    let section = section.0;
    let entry: Option<ObjectId> = table.optional("entry");
    let entry: Option<Box<[u32]>> = entry.map(|entry| entry.0.into());
    let position = |table: &strict_toml::Table<'_>, key: &'static str, name: &str| {
        let found = section.position(name);
        if found.is_none() {
            let known = section.fields.iter().map(|field| field.name);
            let message = crate::config::unknown_name("profile-unknown-field", name, known);
            table.report(&table.place_of(key), message.with("section", section.name));
        }
        found
    };
    let mut good = true;
    let mut constants = Vec::new();
    for (name, text) in table.or("constants", BTreeMap::<String, String>::new()) {
        match position(&table, "constants", &name) {
            Some(position) => constants.push((position, Datum::text(&text))),
            None => good = false,
        }
    }
    let mut only = Vec::new();
    for (name, words) in table.or("only", BTreeMap::<String, Vec<String>>::new()) {
        match position(&table, "only", &name) {
            Some(position) => only.push((position, words)),
            None => good = false,
        }
    }
    let mut fields = Vec::new();
    for (name, field_table) in table.named_tables("fields") {
        let position = position(&table, "fields", &name);
        let kind = position.map(|position| section.fields[position].kind);
        match field(field_table, entry.as_deref(), position.unwrap_or(0), kind.unwrap_or(Kind::Text)) {
            Some(field) if position.is_some() => fields.push(field),
            _ => good = false,
        }
    }
    good.then_some(Table { section, entry, constants, fields, only })
}

fn field(mut table: strict_toml::Table<'_>, entry: Option<&[u32]>, position: usize, kind: Kind) -> Option<Field> {
    let column: Option<u32> = table.optional("column");
    let oid: Option<Template> = table.optional("oid");
    let under: Option<Template> = table.optional("under");
    let find: Option<Template> = table.optional("find");
    let given: BTreeMap<String, Vec<i64>> = table.or("given", BTreeMap::new());
    let index: Option<Arcs> = table.optional("index");
    let alternatives: Vec<Template> = table.or("or", Vec::new());
    let text: Option<String> = table.optional("text");
    let of_column = |table: &strict_toml::Table<'_>, key: &'static str, column: u32| {
        if entry.is_none() {
            table.report(&table.place_of(key), Message::new("profile-column-without-entry").with("key", key));
        }
        Some(Template::of_column(entry?, column))
    };
    let mut sources: Vec<Source> = Vec::new();
    if let Some(column) = column {
        sources.push(Source::At(of_column(&table, "column", column)?));
    }
    sources.extend(oid.map(Source::At));
    sources.extend(under.map(Source::Under));
    if let Some(template) = find {
        let Some(given) = conditions(&template, &given) else {
            table.report(&table.place_of("given"), Message::new("profile-given"));
            return None;
        };
        sources.push(Source::Find(template, given));
    }
    sources.extend(index.map(|Arcs(from, to)| Source::Index(from, to)));
    sources.extend(alternatives.into_iter().map(Source::At));
    sources.extend(text.map(Source::Text));
    if sources.is_empty() {
        table.report(&table.place_of(""), Message::new("profile-no-source"));
        return None;
    }
    let convention = convention(&mut table, kind);
    let pattern: Option<Pattern> = table.optional("pattern");
    let suffix = table.or("suffix", String::new());
    let times: Option<u32> = table.optional("times");
    let times = match times {
        Some(column) => Some(of_column(&table, "times", column)?),
        None => table.optional("times_oid"),
    };
    let sensor_scale: Option<u32> = table.optional("sensor_scale");
    let sensor_scale = match sensor_scale {
        Some(column) => Some(of_column(&table, "sensor_scale", column)?),
        None => table.optional("sensor_scale_oid"),
    };
    let sensor_precision: Option<u32> = table.optional("sensor_precision");
    let sensor_precision = match sensor_precision {
        Some(column) => Some(of_column(&table, "sensor_precision", column)?),
        None => table.optional("sensor_precision_oid"),
    };
    let subtype: Option<u32> = table.optional("subtype");
    let macs = table.or("macs", Vec::new());
    let addresses = table.or("addresses", Vec::new());
    let subtype = match subtype {
        Some(column) => Some(Subtype { column: of_column(&table, "subtype", column)?, macs, addresses }),
        None => None,
    };
    let is_seldom = table.or("seldom", false);
    Some(Field {
        subtype,
        position,
        sources,
        convention: convention?,
        pattern: pattern.map(|pattern| pattern.0),
        suffix,
        times,
        sensor_scale,
        sensor_precision,
        is_seldom,
    })
}

/// The columns beside that of the template, and which numbers they must have.
fn conditions(template: &Template, given: &BTreeMap<String, Vec<i64>>) -> Option<Vec<Condition>> {
    let (_, entry) = template.prefix.split_last()?;
    let condition = |(column, numbers): (&String, &Vec<i64>)| {
        let column = entry.iter().copied().chain([column.parse().ok()?]).collect();
        Some(Condition { column, numbers: numbers.clone() })
    };
    given.iter().map(condition).collect()
}

fn convention(table: &mut strict_toml::Table<'_>, kind: Kind) -> Option<Convention> {
    let words: Option<BTreeMap<String, Word>> = table.optional("words");
    let scale = Scale {
        scale: table.or("scale", 1.0),
        offset: table.or("offset", 0.0),
        is_unsigned: table.or("unsigned", false),
        missing: table.or("missing", Vec::new()),
    };
    let default = if words.is_some() { As::Words } else { As::of(kind) };
    let chosen = table.or("as", default);
    Some(match chosen {
        As::Text => Convention::Text,
        As::Number => Convention::Number(scale),
        As::Counter => Convention::Counter,
        As::Words => {
            let words = words.unwrap_or_default();
            Convention::Words(words.into_iter().map(|(key, word)| (key, word.0.into())).collect())
        }
        As::Mac => Convention::Mac,
        As::Address => Convention::Address,
        As::Date => Convention::Date,
        As::Oid => Convention::Oid,
        As::TypedAddress => Convention::TypedAddress,
    })
}

#[derive(Clone, Copy)]
enum As {
    Text,
    Number,
    Counter,
    Words,
    Mac,
    Address,
    Date,
    Oid,
    TypedAddress,
}

impl As {
    const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text,
            Kind::Number => Self::Number,
        }
    }
}

impl FromText for As {
    const EXAMPLE: &'static str = "\"text\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        let choices = [
            ("text", Self::Text),
            ("number", Self::Number),
            ("counter", Self::Counter),
            ("words", Self::Words),
            ("mac", Self::Mac),
            ("address", Self::Address),
            ("date", Self::Date),
            ("oid", Self::Oid),
            ("typed-address", Self::TypedAddress),
        ];
        choose(text, &choices)
    }
}

struct ObjectId(Vec<u32>);

impl FromText for ObjectId {
    const EXAMPLE: &'static str = "\"1.3.6.1.4.1.9\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        raw::arcs(text).map(Self).ok_or_else(|| strict_toml::not_a("profile-object-id", text, Self::EXAMPLE))
    }
}

impl FromText for Template {
    const EXAMPLE: &'static str = "\"1.3.6.1.2.1.2.2.1.2.$*\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        Self::parse(text).ok_or_else(|| strict_toml::not_a("profile-template", text, Self::EXAMPLE))
    }
}

/// Arcs of an index: `2`, `2..7` or `2..`, counted from 1, both ends included.
struct Arcs(usize, Option<usize>);

impl FromText for Arcs {
    const EXAMPLE: &'static str = "\"2..7\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        let read = || {
            let (from, to) = match text.split_once("..") {
                Some((from, "")) => (from.parse().ok()?, None),
                Some((from, to)) => (from.parse().ok()?, Some(to.parse().ok()?)),
                None => (text.parse().ok()?, Some(text.parse().ok()?)),
            };
            (from >= 1 && to.is_none_or(|to| to >= from)).then_some(Self(from, to))
        };
        read().ok_or_else(|| strict_toml::not_a("profile-arcs", text, Self::EXAMPLE))
    }
}

struct SectionName(&'static Section);

impl FromText for SectionName {
    const EXAMPLE: &'static str = "\"sensors\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        Section::named(text).map(Self).ok_or_else(|| {
            crate::config::unknown_name(
                "profile-unknown-section",
                text,
                Section::ALL.iter().map(|section| section.name),
            )
        })
    }
}

/// A word for an enumerated value; `-` says that the value says nothing.
struct Word(String);

impl FromText for Word {
    const EXAMPLE: &'static str = "\"up\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        Ok(Self(if text == "-" { String::new() } else { text.to_owned() }))
    }
}
