//! Reads TOML so that a typing error never silently disables a check, a backup or a page.
//!
//! `serde` stops at the first mistake. People who edit files want all of them at once, each with file, line, column, the
//! text in question and what to write instead. So a file is parsed into a tree that remembers where everything stood, and
//! readers take from each [`Table`] the keys they know: a missing or wrong value becomes a [`Problem`] and reading goes
//! on; a key that nobody asked for becomes one when the table is dropped, with the nearest key that was asked for.
//!
//! ```
//! # use strict_toml::{Document, Problems};
//! let document = Document::new("lan.toml", "adress = \"10.0.0.1\"");
//! let problems = Problems::default();
//! let mut table = document.table(&problems).unwrap();
//! let address: Option<std::net::IpAddr> = table.required("address");
//! drop(table);
//! assert_eq!(address, None);
//! assert!(problems.into_vec()[1].to_string().contains("did you mean \"address\"?"));
//! ```

mod value;

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use messages::{Language, Message};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use value::{FromText, FromValue, Limit, OneOrSeveral, Reporter, choose, not_a};

/// One text with a name, some part of which is TOML.
#[derive(Debug, Clone)]
pub struct Document {
    path: PathBuf,
    text: String,
    /// The part of `text` that is TOML: all of a configuration file, the front matter of a page.
    toml: Range<usize>,
    /// What the user wrote, when `text` was made from it line by line: problems show its lines.
    written: Option<String>,
}

/// One mistake in one file, for the person who will mend it.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The file as the user named it.
    pub path: PathBuf,
    /// Counted from 1; none when the file as a whole is meant.
    pub place: Option<Place>,
    /// What is wrong and what to write instead.
    pub message: Message,
}

/// Where in a file, for people and for editors that jump to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// The whole line.
    pub source: String,
    /// How many characters of it are meant, at least 1.
    pub width: usize,
}

/// Collects what is wrong while reading goes on.
#[derive(Debug, Default)]
pub struct Problems(RefCell<Vec<Problem>>);

/// A table of a [`Document`], being read. Dropping it reports the keys that nobody asked for.
pub struct Table<'a> {
    document: &'a Document,
    problems: &'a Problems,
    name: String,
    span: Range<usize>,
    entries: DeTable<'a>,
    asked: Vec<&'static str>,
}

impl Document {
    /// A document that is TOML from start to end.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { path: path.into(), toml: 0..text.len(), text, written: None }
    }

    /// Reads a file of text. Why it cannot be read goes to `problems`; `missing` is the key of the message that says what to
    /// do when there is no such file.
    pub fn open(path: &Path, missing: &str, problems: &Problems) -> Option<Self> {
        let read = std::fs::read_to_string(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Problem::of_file(path, Message::new(missing)),
            std::io::ErrorKind::InvalidData => Problem::of_file(path, Message::new("toml-not-utf8")),
            _ => Problem::unreadable(path, &error),
        });
        read.map(|text| Self::new(path, text)).map_err(|problem| problems.report(problem)).ok()
    }

    /// A document of which only the bytes of `toml` are TOML, as the front matter of a page is.
    ///
    /// Positions in problems count from the start of the whole text. A range outside of it reads as empty.
    #[must_use]
    pub fn with_toml_at(path: impl Into<PathBuf>, text: impl Into<String>, toml: Range<usize>) -> Self {
        Self { path: path.into(), text: text.into(), toml, written: None }
    }

    /// The same document, made line by line from what the user wrote in another notation: problems show those lines.
    #[must_use]
    pub fn written_as(mut self, written: impl Into<String>) -> Self {
        self.written = Some(written.into());
        self
    }

    /// The file as the user named it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The root table; none when the syntax is wrong, which is reported with every place where it is.
    pub fn table<'a>(&'a self, problems: &'a Problems) -> Option<Table<'a>> {
        let source = self.text.get(self.toml.clone()).unwrap_or_default();
        let (root, errors) = DeTable::parse_recoverable(source);
        for error in &errors {
            let span = error.span().unwrap_or(0..0);
            problems
                .report(self.problem(&self.shifted(span), Message::new("toml-syntax").with("detail", error.message())));
        }
        if !errors.is_empty() {
            return None;
        }
        let span = self.shifted(root.span());
        Some(Table::new(self, problems, String::new(), span, root.into_inner()))
    }

    /// All texts among the values, however deep, with the bytes where each stands: for what looks at them whatever their keys
    /// are. In the order of their places; what is no TOML has none.
    #[must_use]
    pub fn texts(&self) -> Vec<(Range<usize>, String)> {
        let source = self.text.get(self.toml.clone()).unwrap_or_default();
        let Ok(root) = DeTable::parse(source) else { return Vec::new() };
        let mut found = Vec::new();
        root.into_inner().values().for_each(|value| collect_texts(value, &mut found));
        found.sort_by_key(|(span, _)| span.start);
        found.into_iter().map(|(span, text)| (self.shifted(span), text)).collect()
    }

    /// A problem with the bytes of `span`.
    #[must_use]
    pub fn problem(&self, span: &Range<usize>, message: Message) -> Problem {
        Problem { path: self.path.clone(), place: Some(self.place(span)), message }
    }

    fn shifted(&self, span: Range<usize>) -> Range<usize> {
        span.start + self.toml.start..span.end + self.toml.start
    }

    fn place(&self, span: &Range<usize>) -> Place {
        let start = floor_boundary(&self.text, span.start);
        let line_start = self.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |newline| start + newline);
        let end = floor_boundary(&self.text, span.end).clamp(start, line_end);
        let line = self.text[..start].matches('\n').count() + 1;
        if let Some(written) = &self.written {
            let source = written.lines().nth(line - 1).unwrap_or_default().to_owned();
            return Place { line, column: 1, width: source.trim_end().chars().count().max(1), source };
        }
        Place {
            line,
            column: self.text[line_start..start].chars().count() + 1,
            source: self.text[line_start..line_end].trim_end_matches('\r').to_owned(),
            width: self.text[start..end].chars().count().max(1),
        }
    }
}

fn collect_texts(value: &Spanned<DeValue<'_>>, found: &mut Vec<(Range<usize>, String)>) {
    match value.get_ref() {
        DeValue::String(text) => found.push((value.span(), text.clone().into_owned())),
        DeValue::Array(values) => values.iter().for_each(|value| collect_texts(value, found)),
        DeValue::Table(entries) => entries.values().for_each(|value| collect_texts(value, found)),
        _ => {}
    }
}

fn floor_boundary(text: &str, index: usize) -> usize {
    (0..=index.min(text.len())).rev().find(|index| text.is_char_boundary(*index)).unwrap_or(0)
}

impl Problem {
    /// A problem with a file as a whole: it is missing, or cannot be read.
    #[must_use]
    pub fn of_file(path: impl Into<PathBuf>, message: Message) -> Self {
        Self { path: path.into(), place: None, message }
    }

    /// A file or folder that cannot be read.
    #[must_use]
    pub fn unreadable(path: impl Into<PathBuf>, error: &std::io::Error) -> Self {
        Self::of_file(path, Message::new("toml-unreadable").with("error", error.to_string()))
    }

    /// By what problems are put into the order in which somebody mends them: file, line, column.
    #[must_use]
    pub fn order(&self) -> (PathBuf, Option<(usize, usize)>) {
        (self.path.clone(), self.place.as_ref().map(|place| (place.line, place.column)))
    }

    /// The problem as a person reads it: `file:line:column: what is wrong`, then the line with the place underlined.
    #[must_use]
    pub fn describe(&self, language: Language) -> String {
        let words = language.say(&self.message);
        let path = self.path.display();
        let Some(place) = &self.place else {
            return format!("{path}: {words}");
        };
        let Place { line, column, source, width } = place;
        let margin = " ".repeat(line.to_string().len());
        // Tabs of the line are repeated under it, so that the mark stands right whatever a tab is wide.
        let indent: String =
            source.chars().take(column - 1).map(|character| if character == '\t' { '\t' } else { ' ' }).collect();
        let mark = "^".repeat(*width);
        format!("{path}:{line}:{column}: {words}\n  {line} | {source}\n  {margin} | {indent}{mark}")
    }
}

/// English, see [`Problem::describe`].
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(Language::English))
    }
}

impl Problems {
    /// Adds one.
    pub fn report(&self, problem: Problem) {
        self.0.borrow_mut().push(problem);
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// All of them in the order of their places.
    #[must_use]
    pub fn into_vec(self) -> Vec<Problem> {
        let mut problems = self.0.into_inner();
        problems.sort_by_cached_key(|problem| {
            (problem.path.clone(), problem.place.as_ref().map(|place| (place.line, place.column)))
        });
        problems
    }
}

impl<'a> Table<'a> {
    fn new(
        document: &'a Document,
        problems: &'a Problems,
        name: String,
        span: Range<usize>,
        entries: DeTable<'a>,
    ) -> Self {
        Self { document, problems, name, span, entries, asked: Vec::new() }
    }

    /// Says what this table is in messages: `[[device]] "sw-rotuse-1"`.
    pub fn name(&mut self, name: impl Into<String>) {
        self.name = name.into();
    }

    /// The value of a key that must be there.
    pub fn required<T: FromValue>(&mut self, key: &'static str) -> Option<T> {
        let found = self.optional_checked(key);
        if matches!(found, Ok(None)) {
            self.report_missing(key, T::EXAMPLE);
        }
        found.ok().flatten()
    }

    /// The value of a key that may be missing.
    pub fn optional<T: FromValue>(&mut self, key: &'static str) -> Option<T> {
        self.optional_checked(key).ok().flatten()
    }

    /// The value of a key, or its default when it is missing.
    pub fn or<T: FromValue>(&mut self, key: &'static str, default: T) -> T {
        self.optional(key).unwrap_or(default)
    }

    /// The value of a key whose name the user chose elsewhere, if it is there.
    pub fn named<T: FromValue>(&mut self, key: &str) -> Option<T> {
        let (_, value) = self.entries.remove_entry(key)?;
        T::from_value(&value, &Reporter { document: self.document, problems: self.problems, key })
    }

    /// The sub-table of a key, if it is there.
    pub fn table(&mut self, key: &'static str) -> Option<Table<'a>> {
        let value = self.take(key)?;
        self.open(key, value, format!("[{key}]"))
    }

    /// The tables of an array of tables (`[[key]]`), none when it is missing.
    pub fn tables(&mut self, key: &'static str) -> Vec<Table<'a>> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        let span = self.document.shifted(value.span());
        match value.into_inner() {
            DeValue::Array(elements) => {
                elements.into_iter().filter_map(|element| self.open(key, element, format!("[[{key}]]"))).collect()
            }
            other => {
                let message = wrong_type(key, &format!("[[{key}]]"), other.type_str());
                self.problems.report(self.document.problem(&span, message));
                Vec::new()
            }
        }
    }

    /// The sub-tables of the table `key` with the names that the user chose (`[key.name]`), none when it is missing.
    pub fn named_tables(&mut self, key: &'static str) -> Vec<(String, Table<'a>)> {
        let Some(mut outer) = self.table(key) else {
            return Vec::new();
        };
        let entries = std::mem::take(&mut outer.entries);
        let named = entries.into_iter().filter_map(|(name, value)| {
            let name = name.into_inner().into_owned();
            let table = outer.open(key, value, format!("[{key}.{name}]"))?;
            Some((name, table))
        });
        named.collect()
    }

    /// Reports `key` as missing if it is; for keys whose value is a table.
    pub fn must_exist(&self, key: &'static str, example: &'static str) {
        if !self.has(key) {
            self.report_missing(key, example);
        }
    }

    /// Whether `key` is written, whatever its value: for keys of which one excludes another.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, _)| name.get_ref() == key)
    }

    /// Whether the value of `key` is a table: for keys that can be written in more than one way.
    #[must_use]
    pub fn is_table(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, value)| name.get_ref() == key && matches!(value.get_ref(), DeValue::Table(_)))
    }

    /// Where the value of `key` stands, or the table when it is missing: for problems found later, between values.
    #[must_use]
    pub fn place_of(&self, key: &str) -> Range<usize> {
        self.entries
            .iter()
            .find(|(name, _)| name.get_ref() == key)
            .map_or_else(|| self.span.clone(), |(_, value)| self.document.shifted(value.span()))
    }

    /// Reports a problem with the bytes of `span` in this table's document.
    pub fn report(&self, span: &Range<usize>, message: Message) {
        self.problems.report(self.document.problem(span, message));
    }

    /// Takes the keys that nobody has asked for so far, whose names are the user's own.
    pub fn rest(&mut self) -> Vec<(String, DeValue<'a>)> {
        let entries = std::mem::take(&mut self.entries);
        let mut rest = Vec::new();
        for (name, value) in entries {
            if self.asked.iter().any(|asked| *asked == name.get_ref()) {
                self.entries.insert(name, value);
            } else {
                rest.push((name.into_inner().into_owned(), value.into_inner()));
            }
        }
        rest
    }

    fn report_missing(&self, key: &str, example: &str) {
        let nearest = self.unasked().into_iter().any(|present| is_near(present, key));
        let message = Message::new(if nearest { "toml-missing-misspelt" } else { "toml-missing" });
        let start = self.span.start..self.span.start + 1;
        self.report(&start, message.with("key", key).with("example", example).with("table", self.title()));
    }

    fn optional_checked<T: FromValue>(&mut self, key: &'static str) -> Result<Option<T>, ()> {
        self.asked.push(key);
        let Some((_, value)) = self.entries.iter().find(|(name, _)| name.get_ref() == key) else {
            return Ok(None);
        };
        let reporter = Reporter { document: self.document, problems: self.problems, key };
        T::from_value(value, &reporter).map(Some).ok_or(())
    }

    fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.entries.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value.clone())
    }

    fn open(&self, key: &'static str, value: Spanned<DeValue<'a>>, name: String) -> Option<Table<'a>> {
        let span = self.document.shifted(value.span());
        match value.into_inner() {
            DeValue::Table(entries) => Some(Table::new(self.document, self.problems, name, span, entries)),
            other => {
                self.report(&span, wrong_type(key, &name, other.type_str()));
                None
            }
        }
    }

    fn unasked(&self) -> Vec<&str> {
        let names = self.entries.iter().map(|(name, _)| name.get_ref().as_ref());
        names.filter(|name| !self.asked.contains(name)).collect()
    }

    fn title(&self) -> String {
        if self.name.is_empty() { self.document.path.display().to_string() } else { self.name.clone() }
    }
}

impl Drop for Table<'_> {
    fn drop(&mut self) {
        for (name, _) in &self.entries {
            let key = name.get_ref().as_ref();
            if self.asked.contains(&key) {
                continue;
            }
            let nearest = nearest(key, self.asked.iter().copied());
            let message = match nearest {
                Some(nearest) => Message::new("toml-unknown-key-nearest").with("nearest", nearest),
                None => Message::new("toml-unknown-key").with("known", self.asked.join(", ")),
            };
            let span = self.document.shifted(name.span());
            self.report(&span, message.with("key", key).with("table", self.title()));
        }
    }
}

fn wrong_type(key: &str, expected: &str, found: &str) -> Message {
    Message::new("toml-wrong-type").with("key", key).with("expected", expected).with("found", found_type(found))
}

/// The name of a type that the parser found, in the reader's language.
fn found_type(type_name: &str) -> Message {
    Message::new(format!("toml-found-{type_name}"))
}

fn is_near(found: &str, known: &str) -> bool {
    strsim::damerau_levenshtein(found, known) <= 2.max(known.len() / 4)
}

/// The name of `known` that `found` was probably meant to be.
#[must_use]
pub fn nearest<'n>(found: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    known.into_iter().filter(|name| is_near(found, name)).min_by_key(|name| strsim::damerau_levenshtein(found, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, reader: impl FnOnce(&mut Table<'_>)) -> Vec<Problem> {
        let document = Document::new("lan.toml", text);
        let problems = Problems::default();
        if let Some(mut table) = document.table(&problems) {
            reader(&mut table);
        }
        problems.into_vec()
    }

    #[test]
    fn texts_are_found_however_deep_they_are_with_their_places() {
        let text = "+++\nb = \"ą\"\na = [{ c = 'd' }, 7]\n[e]\nf = \"\"\n+++\n";
        let document = Document::with_toml_at("a.md", text, 4..text.len() - 4);
        let found: Vec<(&str, String)> =
            document.texts().into_iter().map(|(span, found)| (&text[span], found)).collect();
        let expected = [("\"ą\"", "ą"), ("'d'", "d"), ("\"\"", "")];
        assert_eq!(found, expected.map(|(written, text)| (written, text.to_owned())));
        assert!(Document::new("a.toml", "a = ").texts().is_empty());
    }

    #[test]
    fn every_mistake_is_reported_in_one_go_with_its_place() {
        let text = "name = 7\n[[device]]\nname = \"sw\"\nadress = \"10.0.0.1\"\nport = 70000\n";
        let problems = read(text, |table| {
            let _: Option<String> = table.required("name");
            for mut device in table.tables("device") {
                let name: String = device.required("name").unwrap();
                device.name(format!("[[device]] \"{name}\""));
                let _: Option<std::net::IpAddr> = device.required("address");
                let _: Option<u16> = device.optional("port");
            }
        });
        let lines: Vec<String> =
            problems.iter().map(|problem| problem.to_string().lines().next().unwrap().to_owned()).collect();
        assert_eq!(
            lines,
            [
                "lan.toml:1:8: name must be text in quotes, found integer",
                "lan.toml:2:1: [[device]] \"sw\" needs address = \"10.0.0.1\" (is it misspelt below?)",
                "lan.toml:4:1: unknown key \"adress\" in [[device]] \"sw\"; did you mean \"address\"?",
                "lan.toml:5:8: port must be a whole number from 0 to 65535, found 70000",
            ]
        );
    }

    #[test]
    fn the_text_in_question_is_underlined() {
        let problems = read("\tvardas = \"ąžuolas\"\n\tkiek = tru\n", |_| {});
        assert!(problems[0].to_string().starts_with("lan.toml:2:9: "), "{}", problems[0]);
        let problems = read("\"ąžuolas\" = 1\nb = 2", |table| {
            let _: Option<bool> = table.optional("b");
        });
        assert!(problems[0].to_string().ends_with("  1 | \"ąžuolas\" = 1\n    | ^^^^^^^^^"), "{}", problems[0]);
        assert!(problems[1].to_string().ends_with("  2 | b = 2\n    |     ^"), "{}", problems[1]);
    }

    #[test]
    fn positions_count_from_the_start_of_the_whole_text() {
        let text = "+++\ntitel = 1\n+++\nText";
        let document = Document::with_toml_at("a.md", text, 4..14);
        let problems = Problems::default();
        drop(document.table(&problems));
        assert!(problems.into_vec()[0].to_string().starts_with("a.md:2:1: unknown key \"titel\""));
    }

    #[test]
    fn all_syntax_errors_are_reported_and_nothing_is_read() {
        let problems = read("a = \nb = 1\nc = 'x\n", |_| panic!("nothing is read"));
        assert_eq!(problems.len(), 2, "{problems:?}");
    }
}
