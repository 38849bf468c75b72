//! The head of a page's file: TOML between two `+++` lines, or, as other generators write it, YAML between `---` lines.
//!
//! YAML is turned into TOML line by line, so that there is one reader, and problems name the line that was written.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use messages::{Language, Message};
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::Value;
use strict_toml::{Document, Problem, Problems, Table};
use toml::de::DeValue;

use super::kind::{Attachment, Image, Kind, Type};
use super::settings::Settings;
use super::value::{Moment, Reference};
use crate::markdown::typography::{Quotes, typeset};

/// The head of a page as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontMatter {
    /// What it is called.
    pub title: String,
    /// In one or two sentences.
    pub summary: Option<String>,
    /// Its part of the address, when it is another than the file's name.
    pub slug: Option<String>,
    /// Whether it is not finished.
    pub is_draft: bool,
    /// From when it is public.
    pub published: Option<Moment>,
    /// When its text last changed in a way that readers should know of.
    pub updated: Option<Moment>,
    /// Until when it is current.
    pub expires: Option<Moment>,
    /// Where it stands in the menu of its section, or, in the uppermost folder, of the site.
    pub menu: Option<i64>,
    /// The unit that it is of.
    pub unit: Option<Reference>,
    /// Whom to turn to: people and units.
    pub contacts: Vec<Reference>,
    /// The page of which this is the translation, when its file has another name.
    pub translates: Option<Reference>,
    /// The page that this one tells again in easy words, for people who find reading hard.
    pub easy_to_read_of: Option<Reference>,
    /// The page in sign language: a film beside the text.
    pub sign_language: Option<Attachment>,
    /// Words that dictionaries do not know and that are right on this page.
    pub words: Vec<String>,
    /// Pictures beside the text.
    pub images: Vec<Image>,
    /// Documents beside the text.
    pub attachments: Vec<Attachment>,
    /// Addresses at which it was before.
    pub aliases: Vec<String>,
    /// Terms by taxonomy, as `site.toml` names them.
    pub terms: BTreeMap<String, Vec<String>>,
    /// The type, with what only pages of the type have.
    pub kind: Kind,
    /// Keys that `site.toml` lets pages have beside all these, for templates.
    pub extra: BTreeMap<String, Value>,
}

impl FrontMatter {
    /// Sets title and summary as printers do.
    pub(super) fn typeset(&mut self, language: Language) {
        let texts = [Some(&mut self.title), self.summary.as_mut()];
        for text in texts.into_iter().flatten() {
            if let Cow::Owned(set) = typeset(text, language, &mut Quotes::default()) {
                *text = set;
            }
        }
    }
}

/// A file whose head could be told from its text.
#[derive(Debug)]
pub struct Parts {
    /// The whole file; its TOML is the front matter, unless that is YAML.
    pub document: Document,
    /// The head as TOML, if it was written as YAML.
    pub yaml: Option<Document>,
    /// Which bytes of the file are Markdown.
    pub markdown: Range<usize>,
}

impl Parts {
    /// The document in which places of the front matter are places.
    #[must_use]
    pub fn head(&self) -> &Document {
        self.yaml.as_ref().unwrap_or(&self.document)
    }

    /// The text, as Markdown.
    #[must_use]
    pub fn text(&self) -> &str {
        self.document.text().get(self.markdown.clone()).unwrap_or_default()
    }
}

/// How a file begins, and what ends the head.
const TOML_FENCE: &str = "+++";
const YAML_FENCE: &str = "---";

/// Tells the head of a file from its text. `path` is how messages name the file.
///
/// # Errors
/// There is no head, or it does not end, or it is YAML that cannot be read.
pub(super) fn split(path: &str, text: String, is_lenient: bool) -> Result<Parts, Box<Problem>> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = Lines { text: &text, at: start };
    let fence = lines.next().map(|(line, _)| line.trim_end()).unwrap_or_default();
    if fence != TOML_FENCE && fence != YAML_FENCE {
        return match is_lenient {
            true => Ok(Parts {
                markdown: start..text.len(),
                document: Document::with_toml_at(path, text, 0..0),
                yaml: None,
            }),
            false => Err(Box::new(Problem::of_file(path, Message::new("site-front-matter-missing")))),
        };
    }
    let head = lines.at;
    let end = lines.find(|(line, _)| line.trim_end() == fence);
    let Some((_, end)) = end else {
        return Err(Box::new(Problem::of_file(path, Message::new("site-front-matter-open").with("fence", fence))));
    };
    let markdown = lines.at..text.len();
    if fence == TOML_FENCE {
        return Ok(Parts { document: Document::with_toml_at(path, text, head..end), markdown, yaml: None });
    }
    let toml = toml_of_yaml(&text[head..end]).map_err(|(line, detail)| {
        let document = Document::new(path, text.as_str());
        let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let message = Message::new("site-yaml").with("detail", detail);
        Box::new(document.problem(&(before..before + 1), message))
    })?;
    let yaml = Document::new(path, format!("\n{toml}")).written_as(text.as_str());
    Ok(Parts { document: Document::with_toml_at(path, text, 0..0), markdown, yaml: Some(yaml) })
}

/// Lines of a text with where each begins.
struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Lines<'t> {
    type Item = (&'t str, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let length = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        self.at += length;
        Some((&rest[..length], start))
    }
}

/// TOML with each key of `yaml` on the line on which it was.
///
/// # Errors
/// The line, counted from the fence's, and what is wrong.
fn toml_of_yaml(yaml: &str) -> Result<String, (usize, String)> {
    // A few lines of aliases of aliases are gigabytes.
    if let Some(line) =
        yaml.lines().position(|line| has_token(line, '*')).filter(|_| yaml.lines().any(|line| has_token(line, '&')))
    {
        return Err((line + 1, "&name, *name".to_owned()));
    }
    let documents =
        MarkedYaml::load_from_str(yaml).map_err(|error| (error.marker().line(), error.info().to_owned()))?;
    let Some(document) = documents.first() else { return Ok(String::new()) };
    let YamlData::Mapping(entries) = &document.data else {
        return match document.data {
            YamlData::Value(Scalar::Null) => Ok(String::new()),
            _ => Err((1, "title: …".to_owned())),
        };
    };
    let mut toml = String::new();
    let mut line = 1;
    for (key, value) in entries {
        let Some(written) = toml_value(value) else { continue };
        while line < key.span.start.line() {
            toml.push('\n');
            line += 1;
        }
        let key = key_text(key).ok_or_else(|| (key.span.start.line(), "title: …".to_owned()))?;
        toml.push_str(&format!("{} = {written}\n", quoted(&key)));
        line += 1;
    }
    Ok(toml)
}

/// Whether a line has an anchor (`&name`) or an alias (`*name`) of YAML 1.2, 7.1, or what may be one.
fn has_token(line: &str, mark: char) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + 1..].chars().next();
        before.is_none_or(|before| before.is_whitespace() || "[{,:-".contains(before))
            && after.is_some_and(char::is_alphanumeric)
    })
}

fn key_text(key: &MarkedYaml<'_>) -> Option<String> {
    match &key.data {
        YamlData::Value(Scalar::String(text)) => Some(text.to_string()),
        YamlData::Value(Scalar::Integer(number)) => Some(number.to_string()),
        YamlData::Value(Scalar::Boolean(value)) => Some(value.to_string()),
        _ => None,
    }
}

fn toml_value(value: &MarkedYaml<'_>) -> Option<String> {
    Some(match &value.data {
        YamlData::Value(Scalar::String(text)) => quoted(text),
        YamlData::Value(Scalar::Integer(number)) => number.to_string(),
        YamlData::Value(Scalar::FloatingPoint(number)) => format!("{:?}", number.into_inner()),
        YamlData::Value(Scalar::Boolean(value)) => value.to_string(),
        YamlData::Sequence(values) => {
            format!("[{}]", values.iter().filter_map(toml_value).collect::<Vec<_>>().join(", "))
        }
        YamlData::Mapping(entries) => {
            let entries = entries
                .iter()
                .filter_map(|(key, value)| Some(format!("{} = {}", quoted(&key_text(key)?), toml_value(value)?)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        _ => return None,
    })
}

/// A basic string (TOML 1.0, “String”); JSON's escapes are among TOML's.
fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

/// Reads the head. `inherited` is the type that its folder says; `is_section` whether the file is a folder's own page.
/// None after reporting what is wrong.
pub(super) fn read(
    document: &Document,
    markdown_title: Option<String>,
    settings: &Settings,
    inherited: Type,
    is_section: bool,
    problems: &Problems,
) -> Option<FrontMatter> {
    let mut table = document.table(problems)?;
    let title = match markdown_title {
        Some(title) if !table.has("title") => Some(title),
        _ => table.required("title"),
    };
    let type_ = match is_section {
        true => Type::Section,
        false => table.or("type", inherited),
    };
    // A block of YAML ends with a line break.
    let summary: Option<String> = first(&mut table, ["summary", "description"]);
    let summary = summary.map(|summary| summary.trim().to_owned());
    let needs_day = type_ == Type::News && !table.has("date");
    let published: Option<Option<Moment>> = match needs_day {
        true => table.required("published").map(Some),
        false => Some(first(&mut table, ["published", "date"])),
    };
    let updated = first(&mut table, ["updated", "lastmod"]);
    let expires = table.optional("expires");
    let slug = table.optional("slug");
    let is_draft = table.or("draft", false);
    let menu = first(&mut table, ["menu", "weight"]);
    let unit = table.optional("unit");
    let contacts = table.or("contacts", Vec::new());
    let translates = table.optional("translates");
    let easy_to_read_of = table.optional("easy_to_read_of");
    let sign_language = table.optional("sign_language");
    let words = table.or("words", Vec::new());
    let images = table.or("images", Vec::new());
    let attachments = table.or("attachments", Vec::new());
    let aliases = table.or("aliases", Vec::new());
    let kind = Kind::read(type_, &mut table);
    if let Some(Kind::Event(event)) = &kind
        && event.end.is_some_and(|end| end.end() < event.start.start())
    {
        table.report(&table.place_of("end"), Message::new("site-ends-before-start"));
    }
    let mut terms = read_terms(&mut table, settings);
    terms.retain(|_, terms| !terms.is_empty());
    let extra = read_extra(&mut table, settings);
    Some(FrontMatter {
        title: title?,
        summary,
        slug,
        is_draft,
        published: published?,
        updated,
        expires,
        menu,
        unit,
        contacts,
        translates,
        easy_to_read_of,
        sign_language,
        words,
        images,
        attachments,
        aliases,
        terms,
        kind: kind?,
        extra,
    })
}

/// The value of the first of two names of a key: ours, and the one that other generators have for it.
fn first<T: strict_toml::FromValue>(table: &mut Table<'_>, names: [&'static str; 2]) -> Option<T> {
    let [ours, other] = names.map(|name| table.optional(name));
    ours.or(other)
}

/// The terms of each taxonomy: a key of its name, or, as other generators have it, one in the table `taxonomies`.
fn read_terms(table: &mut Table<'_>, settings: &Settings) -> BTreeMap<String, Vec<String>> {
    let mut inner = table.table("taxonomies");
    let mut terms = BTreeMap::new();
    for taxonomy in &settings.taxonomies {
        let name = taxonomy.name.as_str();
        let outer: Option<Vec<String>> = table.named(name);
        let found = outer.or_else(|| inner.as_mut().and_then(|inner| inner.named(name)));
        terms.insert(name.to_owned(), found.unwrap_or_default());
    }
    if let Some(inner) = inner.as_mut().filter(|_| settings.is_lenient) {
        let _ = inner.rest();
    }
    terms
}

/// Keys of the site's own: those in the table `extra`, those that `site.toml` names, and, for an import, all that are left.
fn read_extra(table: &mut Table<'_>, settings: &Settings) -> BTreeMap<String, Value> {
    let mut extra = BTreeMap::new();
    if let Some(mut inner) = table.table("extra") {
        extra.extend(inner.rest().into_iter().map(|(name, value)| (name, json(value))));
    }
    for name in &settings.extra_keys {
        if let Some(Anything(value)) = table.named(name) {
            extra.insert(name.clone(), value);
        }
    }
    if settings.is_lenient {
        extra.extend(table.rest().into_iter().map(|(name, value)| (name, json(value))));
    }
    extra
}

/// A value of whatever type.
struct Anything(Value);

impl strict_toml::FromValue for Anything {
    const EXAMPLE: &'static str = "\"…\"";

    fn from_value(value: &toml::Spanned<DeValue<'_>>, _: &strict_toml::Reporter<'_>) -> Option<Self> {
        Some(Self(json(value.get_ref().clone())))
    }
}

pub(super) fn json(value: DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
            Ok(number) => Value::from(number),
            Err(_) => Value::from(digits.as_str()),
        },
        DeValue::Float(digits) => {
            digits.as_str().parse::<f64>().map_or_else(|_| Value::from(digits.as_str()), Value::from)
        }
        DeValue::Boolean(value) => Value::from(value),
        DeValue::Datetime(moment) => Value::from(moment.to_string()),
        DeValue::Array(values) => values.into_iter().map(|value| json(value.into_inner())).collect(),
        DeValue::Table(entries) => entries
            .into_iter()
            .map(|(name, value)| (name.into_inner().into_owned(), json(value.into_inner())))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        let text = "title = \"A\"\nbase_url = \"https://a.example\"\nextra_keys = [\"rusis\"]\n[[taxonomy]]\nname = \"tags\"\n";
        Settings::read(&Document::new("site.toml", text), &Problems::default()).unwrap()
    }

    fn read_text(text: &str) -> (Option<FrontMatter>, String, Vec<String>) {
        let problems = Problems::default();
        let parts = match split("naujienos/a.md", text.to_owned(), false) {
            Ok(parts) => parts,
            Err(problem) => return (None, String::new(), vec![problem.to_string()]),
        };
        let front = read(parts.head(), None, &settings(), Type::News, false, &problems);
        let markdown = parts.text().to_owned();
        (front, markdown, problems.into_vec().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn each_type_has_its_own_keys() {
        let (front, markdown, problems) =
            read_text("+++\ntitle = \"A\"\npublished = 2026-11-20\ntags = [\"b\"]\nrusis = 1\n+++\nTekstas\n");
        assert_eq!(problems, Vec::<String>::new());
        let front = front.unwrap();
        assert_eq!(front.kind.type_(), Type::News);
        assert_eq!(front.published, Some(Moment::Day(jiff::civil::date(2026, 11, 20))));
        assert_eq!((front.terms["tags"].as_slice(), &front.extra["rusis"]), (&["b".to_owned()][..], &Value::from(1)));
        assert_eq!(markdown, "Tekstas\n");
    }

    #[test]
    fn mistakes_count_lines_from_the_top_of_the_file() {
        let (front, _, problems) = read_text("+++\ntitle = \"A\"\npublishd = 2026-11-20\n+++\n");
        assert!(front.is_none());
        assert!(problems[1].starts_with("naujienos/a.md:3:1: unknown key \"publishd\""), "{problems:?}");
        assert!(problems[1].contains("did you mean \"published\"?"), "{problems:?}");
        assert!(problems[0].contains("needs published = 2026-11-23"), "{problems:?}");
    }

    #[test]
    fn yaml_of_other_generators_is_read_and_its_lines_are_shown() {
        let yaml = "---\ntitle: \"Antraštė: ilga\"\ndate: 2026-11-20T10:00:00+02:00\ntags: [a, b]\ndraft: false\ndescription: >\n  Du\n  žodžiai\n---\nTekstas\n";
        let (front, markdown, problems) = read_text(yaml);
        assert_eq!(problems, Vec::<String>::new());
        let front = front.unwrap();
        assert_eq!((front.title.as_str(), markdown.as_str()), ("Antraštė: ilga", "Tekstas\n"));
        assert_eq!(front.published.map(|moment| moment.to_string()).as_deref(), Some("2026-11-20T10:00"));
        assert_eq!(front.terms["tags"], ["a", "b"]);
        assert_eq!(front.summary.as_deref(), Some("Du žodžiai"));
        let (_, _, problems) = read_text("---\ntitle: A\ndate: rytoj\n---\n");
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0].starts_with("naujienos/a.md:3:1:") && problems[0].contains("3 | date: rytoj"),
            "{problems:?}"
        );
        let bomb = "---\ntitle: A\na: &a [x, x]\nb: &b [*a, *a]\n---\n";
        let (_, _, problems) = read_text(bomb);
        assert!(problems.len() == 1 && problems[0].starts_with("naujienos/a.md:4:"), "{problems:?}");
        let (_, _, problems) = read_text("---\ntitle: A\n  b: [\n---\n");
        assert!(problems.len() == 1 && problems[0].contains("valid YAML"), "{problems:?}");
    }

    #[test]
    fn front_matter_that_is_missing_or_does_not_end_is_said() {
        for text in ["Tekstas", "", "+++\ntitle = \"A\"\n", "++ +\n+++\n", "---\ntitle: A\n"] {
            let (front, _, problems) = read_text(text);
            assert!(front.is_none() && problems.len() == 1, "{problems:?}");
        }
    }

    #[test]
    fn line_ends_of_windows_are_line_ends() {
        let (front, markdown, problems) =
            read_text("\u{feff}+++\r\ntitle = \"A\"\r\npublished = 2026-11-20\r\n+++\r\nTekstas\r\n");
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!((front.unwrap().title.as_str(), markdown.as_str()), ("A", "Tekstas\r\n"));
    }

    #[test]
    fn an_act_needs_its_form_and_says_which_there_are() {
        let (_, _, problems) = read_text("+++\ntitle = \"A\"\ntype = \"act\"\nform = \"council-decison\"\n+++\n");
        assert!(problems.len() == 1 && problems[0].contains("council-decision"), "{problems:?}");
    }
}
