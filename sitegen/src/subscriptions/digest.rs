//! What is new since the last digest, and who is to hear of it: decided before the first letter is sent, so that whoever is
//! killed on the way can go on where it was.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::list::{List, Reader};
use super::news::{Entry, Section};

/// A digest that is being sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Digest {
    /// By their addresses, with nothing but what is new.
    pub(super) sections: BTreeMap<String, Section>,
    /// Who is written to.
    pub(super) readers: Vec<Reader>,
}

/// What is new in `sections`, for whom. The list knows afterwards that they were told.
pub(super) fn prepare(list: &mut List, sections: &BTreeMap<String, Section>) -> Digest {
    let mut digest = Digest::default();
    for (address, section) in sections {
        let ids: BTreeSet<String> = section.entries.iter().map(|entry| entry.id.clone()).collect();
        // Whoever is the first reader of a section is not told of what was there before.
        let told = list.told.entry(address.clone()).or_insert_with(|| ids.clone());
        let fresh: Vec<_> = section.entries.iter().filter(|entry| !told.contains(&entry.id)).cloned().collect();
        // What is told once is never told again, also when an older release is public for a while.
        told.extend(ids);
        if !fresh.is_empty() {
            digest.sections.insert(address.clone(), Section { entries: fresh, ..section.clone() });
        }
    }
    let hears = |reader: &&Reader| reader.sections.keys().any(|section| digest.sections.contains_key(section));
    digest.readers = list.readers.values().filter(hears).cloned().collect();
    digest
}

/// The list knows that readers were told of what is in a digest.
pub(super) fn has_told(list: &mut List, digest: &Digest) {
    for (address, section) in &digest.sections {
        let ids = section.entries.iter().map(|entry| entry.id.clone());
        list.told.entry(address.clone()).or_default().extend(ids);
    }
}

/// The part of a digest that is a reader's: each page once, though it may be in several of their sections.
pub(super) fn of_reader<'d>(digest: &'d Digest, reader: &Reader) -> Vec<(&'d Section, Vec<&'d Entry>)> {
    let mut told = BTreeSet::new();
    let sections = reader.sections.keys().filter_map(|address| digest.sections.get(address));
    let mut parts = Vec::new();
    for section in sections {
        let entries: Vec<_> = section.entries.iter().filter(|entry| told.insert(&entry.id)).collect();
        if !entries.is_empty() {
            parts.push((section, entries));
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::list::Token;
    use super::super::request::Wish;
    use super::*;

    fn section(ids: &[&str]) -> Section {
        let entry = |id: &&str| Entry {
            id: (*id).to_owned(),
            url: (*id).to_owned(),
            title: (*id).to_owned(),
            summary: None,
            date_published: Timestamp::UNIX_EPOCH,
        };
        Section { title: "Naujienos".to_owned(), language: "lt".to_owned(), entries: ids.iter().map(entry).collect() }
    }

    fn sections(news: &[&str], events: &[&str]) -> BTreeMap<String, Section> {
        [("/naujienos/", news), ("/renginiai/", events)].map(|(address, ids)| (address.to_owned(), section(ids))).into()
    }

    fn read(list: &mut List, address: &str, section: &str) {
        let (from, token) = (address.parse().unwrap(), |number| Token::of([number; Token::OCTETS]));
        let _ = list.answer(&from, &Wish::Subscribe(section.to_owned()), token(1), Timestamp::UNIX_EPOCH, |_| true);
        let _ = list.answer(&from, &Wish::Token(token(1), false), token(2), Timestamp::UNIX_EPOCH, |_| true);
    }

    #[test]
    fn each_page_is_told_once_to_whoever_reads_its_section() {
        let mut list = List::default();
        read(&mut list, "ona@a.example", "/naujienos/");
        read(&mut list, "ona@a.example", "/renginiai/");
        read(&mut list, "jonas@a.example", "/renginiai/");
        assert!(
            prepare(&mut list, &sections(&["old"], &["old"])).readers.is_empty(),
            "what was there before is no news"
        );

        let digest = prepare(&mut list, &sections(&["new", "both", "old"], &["both", "old"]));
        assert_eq!(digest.readers.len(), 2);
        let told = |address: &str| -> Vec<Vec<&str>> {
            let parts = of_reader(&digest, &list.readers[address]);
            parts.into_iter().map(|(_, entries)| entries.iter().map(|entry| entry.id.as_str()).collect()).collect()
        };
        assert_eq!(told("ona@a.example"), [["new", "both"]]);
        assert_eq!(told("jonas@a.example"), [["both"]]);

        // The release before is public for a day, and then the newer one again.
        assert!(prepare(&mut list, &sections(&["old"], &["old"])).readers.is_empty());
        assert!(prepare(&mut list, &sections(&["new", "both", "old"], &["both", "old"])).readers.is_empty());
    }
}
