//! Where a value stands: an OID in which some arcs come from the row that is being read.
//!
//! | written | means |
//! | --- | --- |
//! | `1.3.6.1.2.1.1.5.0` | that very value |
//! | `…2.2.1.10.$*` | of the row whose index is ours |
//! | `…$2` | the second arc of our index |
//! | `…#3` | the number in column 3 of our row |
//! | `…@interface_index` | the number in the field of that name |

use crate::snmp::raw::{self, Suffix};

/// An OID with places to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The arcs before the first place: what has to be walked. Of a scalar: the OID without its last arc.
    pub prefix: Box<[u32]>,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Arc(u32),
    Index,
    IndexArc(usize),
    Column(u32),
    Field(String),
}

/// What a template is filled in from.
pub trait Row {
    /// The index of the row.
    fn index(&self) -> &[u32];
    /// The number in another column of the row's own table.
    fn column(&self, column: u32) -> Option<u32>;
    /// The number in a field that has been read already.
    fn field(&self, name: &str) -> Option<u32>;
}

impl Template {
    /// Reads a template; none if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('.').unwrap_or(text);
        let mut prefix = Vec::new();
        let mut parts = Vec::new();
        for word in text.split('.') {
            let part = match word.as_bytes() {
                b"$*" => Part::Index,
                [b'$', ..] => Part::IndexArc(word[1..].parse().ok().filter(|arc| *arc >= 1)?),
                [b'#', ..] => Part::Column(word[1..].parse().ok()?),
                [b'@', _, ..] => Part::Field(word[1..].to_owned()),
                _ => Part::Arc(word.parse().ok()?),
            };
            match part {
                Part::Arc(arc) if parts.is_empty() => prefix.push(arc),
                part => parts.push(part),
            }
        }
        if parts.is_empty() {
            parts.push(Part::Arc(prefix.pop()?));
        }
        (prefix.len() >= 2).then(|| Self { prefix: prefix.into(), parts })
    }

    /// The template of a column of the table whose entry is `entry`, for the row itself.
    #[must_use]
    pub fn of_column(entry: &[u32], column: u32) -> Self {
        let prefix = entry.iter().copied().chain([column]).collect();
        Self { prefix, parts: vec![Part::Index] }
    }

    /// Whether it is one value rather than one a row.
    #[must_use]
    pub fn is_scalar(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Arc(_)))
    }

    /// Whether it is of the very row that is being read, so that its rows are the table's rows.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.parts == [Part::Index]
    }

    /// Whether other fields have to be read first.
    #[must_use]
    pub fn needs_fields(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Field(_)))
    }

    /// The columns of the row's own table that have to be known to fill it in.
    pub fn columns(&self) -> impl Iterator<Item = u32> {
        self.parts.iter().filter_map(|part| match part {
            Part::Column(column) => Some(*column),
            _ => None,
        })
    }

    /// What comes after the prefix, for a row; none if something is missing.
    #[must_use]
    pub fn suffix(&self, row: &impl Row) -> Option<Suffix> {
        let mut suffix = Suffix::new();
        for part in &self.parts {
            match part {
                Part::Arc(arc) => suffix.push(*arc),
                Part::Index => suffix.extend_from_slice(row.index()),
                Part::IndexArc(place) => suffix.push(*row.index().get(place - 1)?),
                Part::Column(column) => suffix.push(row.column(*column)?),
                Part::Field(name) => suffix.push(row.field(name)?),
            }
        }
        Some(suffix)
    }

    /// The OID of a scalar; of anything else what is walked.
    #[must_use]
    pub fn oid(&self) -> Vec<u32> {
        let arcs = self.parts.iter().map_while(|part| match part {
            Part::Arc(arc) => Some(*arc),
            _ => None,
        });
        self.prefix.iter().copied().chain(arcs).collect()
    }
}

/// As it is written.
impl std::fmt::Display for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&raw::dotted(&self.prefix))?;
        self.parts.iter().try_for_each(|part| match part {
            Part::Arc(arc) => write!(f, ".{arc}"),
            Part::Index => f.write_str(".$*"),
            Part::IndexArc(place) => write!(f, ".${place}"),
            Part::Column(column) => write!(f, ".#{column}"),
            Part::Field(name) => write!(f, ".@{name}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Made;

    impl Row for Made {
        fn index(&self) -> &[u32] {
            &[7, 9]
        }

        fn column(&self, column: u32) -> Option<u32> {
            (column == 3).then_some(33)
        }

        fn field(&self, name: &str) -> Option<u32> {
            (name == "interface_index").then_some(44)
        }
    }

    fn filled(text: &str) -> Option<Vec<u32>> {
        Template::parse(text)?.suffix(&Made).map(|suffix| suffix.to_vec())
    }

    #[test]
    fn places_are_filled_in_from_the_row() {
        assert_eq!(filled("1.3.6.$*"), Some(vec![7, 9]));
        assert_eq!(filled("1.3.6.$2.5.$1"), Some(vec![9, 5, 7]));
        assert_eq!(filled("1.3.6.$1.#3"), Some(vec![7, 33]));
        assert_eq!(filled("1.3.6.@interface_index"), Some(vec![44]));
        assert_eq!(filled("1.3.6.1.5.0"), Some(vec![0]));
        assert_eq!(filled("1.3.6.$3"), None);
        assert_eq!(filled("1.3.6.#4"), None);
    }

    #[test]
    fn what_is_no_template_is_none() {
        for text in ["", "1", "1.3", "$*", "1.3.x", "1.3.$0", "1.3.$", "1.3.@", "1..3.0"] {
            assert_eq!(Template::parse(text), None, "{text}");
        }
        for text in ["1.3.6.1.5.0", "1.3.6.$*", "1.3.6.$2.5.@a.#3"] {
            assert_eq!(Template::parse(text).map(|template| template.to_string()), Some(text.to_owned()));
        }
    }
}
