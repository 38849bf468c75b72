//! What a database has in it, told by itself in the moment of its dump, and again after a restore: if both say the same, the
//! backup is worth something.

use std::collections::BTreeMap;

use messages::Message;
use serde::{Deserialize, Serialize};

/// What is in a part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Content {
    /// The server and its release, as it says it.
    pub server: String,
    /// Whether it was read in exactly the moment of the dump. If not, rows may have come or gone in between.
    pub is_exact: bool,
    /// What there is, by kind and name.
    pub facts: BTreeMap<Kind, BTreeMap<String, String>>,
}

/// What is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// How many rows a table has.
    Rows,
    /// A checksum over all rows of a table, whatever their order.
    Checksum,
    /// The next number of a sequence is not smaller than this.
    Sequence,
    /// An index and its definition.
    Index,
    /// A constraint and its definition.
    Constraint,
    /// A view and its definition.
    View,
    /// A function or procedure and its definition.
    Routine,
    /// A trigger and its definition.
    Trigger,
    /// A role, or user, and what it may.
    Role,
    /// A file and its SHA-256.
    File,
}

/// Where a restored database is not what was dumped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Of what kind.
    pub kind: Kind,
    /// What it is called.
    pub name: String,
    /// What it was; none: it was not there.
    pub dumped: Option<String>,
    /// What it is; none: it is not there.
    pub restored: Option<String>,
}

impl Content {
    /// Notes a fact.
    pub(crate) fn note(&mut self, kind: Kind, name: impl Into<String>, value: impl Into<String>) {
        self.facts.entry(kind).or_default().insert(name.into(), value.into());
    }

    /// Notes what a database answered: a name and a value in each row.
    pub(super) fn note_rows(&mut self, kind: Kind, rows: &[Vec<String>]) {
        for row in rows {
            if let [name, value] = &row[..] {
                self.note(kind, name, value);
            }
        }
    }

    /// What a server of this name and release will tell in one moment.
    pub(super) fn of(server: String) -> Self {
        Self { server, is_exact: true, facts: BTreeMap::new() }
    }

    /// Files, of which only their number is told.
    pub(super) fn of_files(count: u64) -> Self {
        let mut content = Self::of("files".to_owned());
        content.note(Kind::Rows, "files", count.to_string());
        content
    }

    /// Everything in which `restored` is not what this is.
    #[must_use]
    pub fn differences(&self, restored: &Self) -> Vec<Difference> {
        let none = BTreeMap::new();
        let mut kinds: Vec<Kind> = self.facts.keys().chain(restored.facts.keys()).copied().collect();
        kinds.sort_unstable();
        kinds.dedup();
        let mut differences = Vec::new();
        for kind in kinds {
            let (dumped, found) = (self.facts.get(&kind).unwrap_or(&none), restored.facts.get(&kind).unwrap_or(&none));
            let mut names: Vec<&String> = dumped.keys().chain(found.keys()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                let (dumped, found) = (dumped.get(name), found.get(name));
                if !self.is_as_good(kind, dumped, found) {
                    let (dumped, restored) = (dumped.cloned(), found.cloned());
                    differences.push(Difference { kind, name: name.clone(), dumped, restored });
                }
            }
        }
        differences
    }

    fn is_as_good(&self, kind: Kind, dumped: Option<&String>, restored: Option<&String>) -> bool {
        let (Some(dumped), Some(restored)) = (dumped, restored) else {
            // A scratch server has roles of its own.
            return kind == Kind::Role && dumped.is_none();
        };
        let number = |text: &String| text.parse::<i128>().ok();
        match kind {
            // Sequences move on outside of transactions.
            Kind::Sequence => number(restored) >= number(dumped),
            // What was not read in the moment of the dump can only be said not to be empty.
            Kind::Rows if !self.is_exact => (number(dumped) == Some(0)) || number(restored) > Some(0),
            Kind::Checksum if !self.is_exact => true,
            _ => dumped == restored,
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let rows = self.facts.get(&Kind::Rows).into_iter().flat_map(BTreeMap::values);
        rows.filter_map(|rows| rows.parse::<u64>().ok()).sum()
    }

    /// How many tables there are.
    #[must_use]
    pub fn tables(&self) -> usize {
        self.facts.get(&Kind::Rows).map_or(0, BTreeMap::len)
    }
}

impl Kind {
    /// Its name in keys of the message catalogue.
    const fn name(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Checksum => "checksum",
            Self::Sequence => "sequence",
            Self::Index => "index",
            Self::Constraint => "constraint",
            Self::View => "view",
            Self::Routine => "routine",
            Self::Trigger => "trigger",
            Self::Role => "role",
            Self::File => "file",
        }
    }
}

impl Difference {
    /// The difference in words.
    #[must_use]
    pub fn message(&self) -> Message {
        let end = match (&self.dumped, &self.restored) {
            (Some(_), None) => "missing",
            (None, _) => "new",
            _ => "differs",
        };
        Message::new(format!("difference-{}-{end}", self.kind.name()))
            .with("name", self.name.as_str())
            .with("dumped", self.dumped.clone().unwrap_or_default())
            .with("restored", self.restored.clone().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn content() -> Content {
        let mut content = Content { server: "PostgreSQL 15".to_owned(), is_exact: true, ..Content::default() };
        content.note(Kind::Rows, "public.person", "1000");
        content.note(Kind::Checksum, "public.person", "77");
        content.note(Kind::Sequence, "public.person_id_seq", "1000");
        content.note(Kind::Index, "public.person_pkey", "ab");
        content
    }

    fn words(change: impl FnOnce(&mut Content)) -> Vec<String> {
        let mut restored = content();
        change(&mut restored);
        content().differences(&restored).iter().map(|difference| difference.message().to_string()).collect()
    }

    #[test]
    fn every_loss_is_named() {
        assert_eq!(words(|_| {}), Vec::<String>::new());
        assert_eq!(
            words(|restored| restored.note(Kind::Rows, "public.person", "0")),
            ["the table public.person has 0 rows instead of 1000"]
        );
        assert_eq!(
            words(|restored| restored.note(Kind::Checksum, "public.person", "78")),
            ["the rows of the table public.person are not the same"]
        );
        assert_eq!(
            words(|restored| restored.note(Kind::Sequence, "public.person_id_seq", "999")),
            ["the sequence public.person_id_seq is at 999, behind 1000"]
        );
        assert_eq!(
            words(|restored| restored.note(Kind::Sequence, "public.person_id_seq", "1001")),
            Vec::<String>::new()
        );
        assert_eq!(
            words(|restored| drop(restored.facts.remove(&Kind::Index))),
            ["the index public.person_pkey is missing"]
        );
        assert_eq!(
            words(|restored| restored.note(Kind::Rows, "public.new", "1")),
            ["the table public.new was not there"]
        );
    }

    proptest! {
        #[test]
        fn what_is_the_same_never_differs_and_what_is_lost_always_does(
            rows in prop::collection::btree_map("[a-z]{1,6}", 1_u32..100, 1..8), lost: prop::sample::Index,
        ) {
            let mut whole = Content { is_exact: true, ..Content::default() };
            rows.iter().for_each(|(name, count)| whole.note(Kind::Rows, name.clone(), count.to_string()));
            prop_assert!(whole.differences(&whole).is_empty());
            let mut less = whole.clone();
            let name = lost.get(&rows.keys().collect::<Vec<_>>()).to_string();
            less.facts.get_mut(&Kind::Rows).unwrap().remove(&name);
            prop_assert_eq!(whole.differences(&less).len(), 1);
        }
    }
}
