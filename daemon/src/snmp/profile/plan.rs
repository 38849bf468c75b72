//! What has to be asked for so that the tables of a profile can be filled in, and what of it goes into one request.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::template::Template;
use super::{Source, Table};

/// Everything that a profile asks of a device. Made once for all devices of the kind.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// At every poll.
    pub often: Vec<Group>,
    /// Once an hour.
    pub seldom: Vec<Group>,
    /// Columns that hardly change and are needed at every poll, as names are.
    pub kept: HashSet<Box<[u32]>>,
}

/// Columns of one table that are walked side by side, or scalars that are asked for together.
#[derive(Debug, Clone)]
pub struct Group {
    /// All of the one or all of the other kind.
    pub columns: Vec<Wanted>,
}

/// Scalars in one request.
const SCALARS_A_REQUEST: usize = 20;

/// A column that has to be walked, or a scalar that has to be asked for, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What is walked; of a scalar, the OID without its last arc.
    pub prefix: Box<[u32]>,
    /// The last arc of a scalar.
    pub scalar: Option<u32>,
    /// Whether once an hour is enough.
    pub is_seldom: bool,
    /// What stands before it in the list of sources: it is of interest only where all of those have nothing.
    pub instead_of: Vec<Box<[u32]>>,
}

impl Wanted {
    /// The whole OID of a scalar.
    #[must_use]
    pub fn oid(&self) -> Option<Box<[u32]>> {
        let scalar = self.scalar?;
        Some(self.prefix.iter().copied().chain([scalar]).collect())
    }
}

impl Plan {
    /// What `tables` need, but for the OIDs of `known`, which are asked for in any case.
    pub(super) fn new(tables: &[Arc<Table>], known: &[&[u32]]) -> Self {
        let mut wanted = wanted(tables);
        wanted.retain(|one| one.oid().is_none_or(|oid| !known.contains(&oid.as_ref())));
        let of_often = tables.iter().filter(|table| !table.section.is_seldom);
        let needed: HashSet<Box<[u32]>> =
            of_often.flat_map(|table| table.wanted()).map(|wanted| wanted.prefix).collect();
        let of = |is_seldom: bool| wanted.iter().filter(move |one| one.is_seldom == is_seldom).cloned();
        let kept = of(true).map(|one| one.prefix).filter(|prefix| needed.contains(prefix)).collect();
        Self { often: groups(of(false)), seldom: groups(of(true)), kept }
    }
}

/// What has to be asked for, in the order of the tables, each once.
fn wanted(tables: &[Arc<Table>]) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut places: HashMap<(Box<[u32]>, Option<u32>), usize> = HashMap::new();
    for one in tables.iter().flat_map(|table| table.wanted()) {
        match places.get(&(one.prefix.clone(), one.scalar)) {
            // Who needs it often, or in any case, decides.
            Some(place) => {
                let before = &mut wanted[*place];
                before.is_seldom &= one.is_seldom;
                if one.instead_of.is_empty() {
                    before.instead_of.clear();
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

impl Table {
    fn wanted(&self) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for field in &self.fields {
            let is_seldom = self.section.is_seldom || field.is_seldom;
            let mut before: Vec<Box<[u32]>> = Vec::new();
            let of = |template: &Template, instead_of: Vec<Box<[u32]>>, is_seldom| Wanted {
                prefix: template.prefix.clone(),
                scalar: template.is_scalar().then(|| template.oid().last().copied()).flatten(),
                is_seldom,
                instead_of,
            };
            for source in &field.sources {
                if let Source::Find(template, given) = source {
                    wanted.push(of(template, Vec::new(), is_seldom));
                    wanted.extend(given.iter().map(|condition| Wanted {
                        prefix: condition.column.clone(),
                        scalar: None,
                        is_seldom,
                        instead_of: Vec::new(),
                    }));
                }
                let (Source::At(template) | Source::Under(template)) = source else { continue };
                // What names a row by another table's row is a name, and names hardly change.
                let is_name = !template.is_own() && !template.is_scalar();
                wanted.push(of(template, before.clone(), is_seldom || is_name));
                before.push(template.prefix.clone());
                let entry = self.entry.as_deref().unwrap_or_default();
                wanted.extend(
                    template.columns().map(|column| of(&Template::of_column(entry, column), Vec::new(), is_seldom)),
                );
            }
            let subtype = field.subtype.iter().map(|subtype| &subtype.column);
            for template in field.times.iter().chain(&field.sensor_scale).chain(&field.sensor_precision).chain(subtype)
            {
                wanted.push(of(template, Vec::new(), is_seldom));
            }
        }
        wanted
    }
}

/// Columns of the same table together, scalars together, in the order in which they come.
fn groups(wanted: impl Iterator<Item = Wanted>) -> Vec<Group> {
    let mut groups: Vec<(Option<Box<[u32]>>, Group)> = Vec::new();
    for one in wanted {
        let entry = match one.scalar {
            Some(_) => None,
            // A table and the one that augments it have the same rows (RFC 2578, 7.8): they are walked side by side.
            None => Some(augmented(&one.prefix[..one.prefix.len() - 1]).into()),
        };
        let most = if entry.is_none() { SCALARS_A_REQUEST } else { usize::MAX };
        match groups.iter_mut().find(|(found, group)| *found == entry && group.columns.len() < most) {
            Some((_, group)) => group.columns.push(one),
            None => groups.push((entry, Group { columns: vec![one] })),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// ifXEntry augments ifEntry (RFC 2863).
fn augmented(entry: &[u32]) -> &[u32] {
    const IF_ENTRY: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1];
    const IF_X_ENTRY: &[u32] = &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1];
    if entry == IF_X_ENTRY { IF_ENTRY } else { entry }
}
