//! What a device answers and how each value is understood: for people as text, for programs as JSON.
//!
//! The JSON has one member for each [`Section`]: an object where there is at most one row, an array of objects otherwise,
//! and besides `profile` and `oddities`. What is not known is left out. [`schema`] describes it as JSON Schema.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Number, Value, json};

use super::profile::{Datum, Explained, Profile, Row, Store};
use super::raw::dotted;
use super::section::{Kind, Section};

/// Everything that is known of a device, with the values that it is known from.
#[derive(Debug, Clone)]
pub struct Explanation {
    profile: Arc<Profile>,
    sections: Vec<(&'static Section, Vec<Explained>)>,
    oddities: Vec<String>,
}

impl Explanation {
    pub(super) fn new(profile: Arc<Profile>, store: &Store, oddities: Vec<String>) -> Self {
        let sections = Section::ALL.iter().map(|section| (*section, profile.explain(section, store)));
        Self { sections: sections.filter(|(_, rows)| !rows.is_empty()).collect(), profile, oddities }
    }

    /// The profile that fits.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// What is known of a section.
    pub fn rows(&self, section: &'static Section) -> impl Iterator<Item = &Row> {
        let found = self.sections.iter().find(|(found, _)| *found == section);
        found.into_iter().flat_map(|(_, rows)| rows).map(|explained| &explained.row)
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut root = Map::new();
        root.insert("profile".to_owned(), json!(self.profile.name));
        for section in Section::ALL {
            let rows = self.sections.iter().find(|(found, _)| found == section).map_or(&[][..], |(_, rows)| rows);
            let mut objects = rows.iter().map(|explained| {
                let known = explained.row.known(section);
                Value::Object(known.map(|(field, datum)| (field.name.to_owned(), json_of(datum, field.kind))).collect())
            });
            let value = match section.is_single {
                true => objects.next().unwrap_or_else(|| json!({})),
                false => Value::Array(objects.collect()),
            };
            root.insert(section.name.to_owned(), value);
        }
        root.insert("oddities".to_owned(), json!(self.oddities));
        Value::Object(root)
    }
}

/// For people: every value with the OID that it stands at and what the agent sent.
impl std::fmt::Display for Explanation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "profile: {} ({})", self.profile.title, self.profile.name)?;
        for (section, rows) in &self.sections {
            writeln!(f, "\n{}: {}", section.name, section.meaning)?;
            for explained in rows {
                if !section.is_single {
                    writeln!(f, "  [{}]", dotted(&explained.row.index))?;
                }
                for (field, datum) in explained.row.known(section) {
                    let mut line = format!("    {} = {datum}", field.name);
                    if let Some(origin) = explained.origins.iter().find(|origin| origin.field == field.name) {
                        let _ = write!(line, "    ({} = {})", dotted(&origin.oid), origin.raw);
                    }
                    writeln!(f, "{line}")?;
                }
            }
        }
        self.oddities.iter().try_for_each(|oddity| writeln!(f, "\nodd: {oddity}"))
    }
}

fn json_of(datum: &Datum, kind: Kind) -> Value {
    match datum {
        Datum::Text(text) => Value::from(&**text),
        Datum::Counter32(count) => json!(count),
        Datum::Counter64(count) => json!(count),
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        Datum::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 && kind == Kind::Number => {
            json!(*number as i64)
        }
        Datum::Number(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
    }
}

/// JSON Schema (draft 2020-12) of what [`Explanation::json`] returns.
#[must_use]
pub fn schema() -> Value {
    let mut properties = Map::new();
    properties
        .insert("profile".to_owned(), json!({ "type": "string", "description": "The profile that was found to fit." }));
    for section in Section::ALL {
        let fields = section.fields.iter().map(|field| {
            let kind = match field.kind {
                Kind::Text => "string",
                Kind::Number => "number",
            };
            (field.name.to_owned(), json!({ "type": kind, "description": field.meaning }))
        });
        let object = json!({
            "type": "object", "additionalProperties": false, "properties": fields.collect::<Map<_, _>>(),
        });
        let schema = match section.is_single {
            true => object,
            false => json!({ "type": "array", "items": object }),
        };
        let mut schema = schema;
        schema["description"] = json!(section.meaning);
        properties.insert(section.name.to_owned(), schema);
    }
    let oddities = "What was strange about the agent's answers.";
    properties.insert(
        "oddities".to_owned(),
        json!({ "type": "array", "items": { "type": "string" }, "description": oddities }),
    );
    let required: Vec<String> = properties.keys().cloned().collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What rotused snmp explain --json prints",
        "type": "object",
        "required": required,
        "additionalProperties": false,
        "properties": properties,
    })
}
