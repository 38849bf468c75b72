//! What is remembered of addresses from one run to the next: since when each fails and when it was fine last. So one bad evening
//! is no alarm, and what was fine lately need not be asked again.
//!
//! It lies in the cache: without it, it only takes longer until something counts as dead.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::fault::Answer;
use crate::markdown::slug;
use crate::whole;

/// Which form it has; another is not read.
const VERSION: u32 = 1;

/// A timer that wakes once a week does not do so to the minute, and must not find everything one minute too young.
const UNPUNCTUAL: SignedDuration = SignedDuration::from_hours(12);

/// What is known of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was asked last.
    pub asked: Timestamp,
    /// What it answered.
    pub answer: Answer,
    /// Since when it has not been fine; none while it is.
    pub since: Option<Timestamp>,
    /// When it was fine last.
    pub fine: Option<Timestamp>,
    /// Whether somebody was written to since it fails.
    #[serde(default)]
    pub told: bool,
}

/// What is known of all addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    version: u32,
    addresses: BTreeMap<String, Entry>,
}

/// Where what is known for the site at `base_url` stands in the folder `cache`.
#[must_use]
pub(super) fn path(cache: &Path, base_url: &str) -> PathBuf {
    cache.join("links").join(format!("{}.json", slug(base_url)))
}

impl Memory {
    /// Reads what is remembered; nothing, when there is none.
    ///
    /// # Errors
    /// It cannot be read, or is something else.
    pub fn read(path: &Path) -> io::Result<Self> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            text => text?,
        };
        let memory: Self = serde_json::from_str(&text)?;
        if memory.version == VERSION { Ok(memory) } else { Ok(Self::default()) }
    }

    /// Writes it in one step: whoever reads it finds what was there or what is there.
    ///
    /// # Errors
    /// It cannot be written; what was there is as it was.
    pub fn keep(&self, path: &Path) -> io::Result<()> {
        let memory = Self { version: VERSION, addresses: self.addresses.clone() };
        whole::write_private(path, &serde_json::to_string_pretty(&memory)?)
    }

    /// What is known of an address.
    #[must_use]
    pub fn of(&self, address: &Address) -> Option<&Entry> {
        self.addresses.get(address.as_str())
    }

    /// Whether an address is to be asked at `now`: one that answered within `recent`, and has not failed since, is not. One that bars
    /// programs is not asked more often either.
    #[must_use]
    pub fn is_due(&self, address: &Address, now: Timestamp, recent: SignedDuration) -> bool {
        self.of(address).is_none_or(|entry| match entry.answer {
            Answer::Failed { .. } => true,
            // A clock that was set back would keep everything from being asked for as long.
            Answer::Fine { .. } | Answer::Barred { .. } => {
                let age = now.duration_since(entry.asked);
                age >= recent.saturating_sub(UNPUNCTUAL) || age.is_negative()
            }
        })
    }

    /// Notes what an address answered at `now`.
    pub fn note(&mut self, address: &Address, answer: &Answer, now: Timestamp) {
        let before = self.addresses.get(address.as_str());
        let is_fine = matches!(answer, Answer::Fine { .. });
        let entry = Entry {
            asked: now,
            answer: answer.clone(),
            since: (!is_fine).then(|| before.and_then(|before| before.since).unwrap_or(now)),
            fine: if is_fine { Some(now) } else { before.and_then(|before| before.fine) },
            told: !is_fine && before.is_some_and(|before| before.told),
        };
        self.addresses.insert(address.to_string(), entry);
    }

    /// Some addresses that were fine last, the latest first, each of another host: who can be asked whether there is a network.
    #[must_use]
    pub fn witnesses(&self, most: usize) -> Vec<Address> {
        let mut fine: Vec<(Timestamp, Address)> = self
            .addresses
            .iter()
            .filter(|(_, entry)| matches!(entry.answer, Answer::Fine { .. }))
            .filter_map(|(address, entry)| Some((entry.asked, Address::parse(address)?)))
            .collect();
        fine.sort_by_key(|(asked, _)| Reverse(*asked));
        let mut hosts = BTreeSet::new();
        let of_other_hosts = fine.into_iter().map(|(_, address)| address);
        of_other_hosts.filter(|address| hosts.insert(address.host().to_owned())).take(most).collect()
    }

    /// Whether somebody was written to since an address fails.
    #[must_use]
    pub fn is_told(&self, address: &Address) -> bool {
        self.of(address).is_some_and(|entry| entry.told)
    }

    /// Notes that somebody was written to of an address.
    pub fn tell(&mut self, address: &Address) {
        if let Some(entry) = self.addresses.get_mut(address.as_str()) {
            entry.told = true;
        }
    }

    /// Forgets what no page leads to any more.
    pub fn retain(&mut self, is_wanted: impl Fn(&str) -> bool) {
        self.addresses.retain(|address, _| is_wanted(address));
    }
}

#[cfg(test)]
mod tests {
    use super::super::fault::Fault;
    use super::*;

    const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_784_635_200 + day * 86_400).unwrap()
    }

    fn address() -> Address {
        Address::parse("https://a.lt/").unwrap()
    }

    fn gone() -> Answer {
        Answer::Failed { fault: Fault::Status { status: 404 } }
    }

    const FINE: Answer = Answer::Fine { moved: None };

    #[test]
    fn what_was_fine_lately_is_not_asked_and_what_fails_is() {
        let (mut memory, address) = (Memory::default(), address());
        assert!(memory.is_due(&address, day(0), WEEK));
        memory.note(&address, &FINE, day(0));
        assert!(!memory.is_due(&address, day(6), WEEK));
        assert!(memory.is_due(&address, day(7), WEEK));
        assert!(memory.is_due(&address, day(7) - SignedDuration::from_mins(1), WEEK));
        // The clock was set back.
        assert!(memory.is_due(&address, day(-1), WEEK));
        memory.note(&address, &gone(), day(7));
        assert!(memory.is_due(&address, day(7), WEEK));
        memory.note(&address, &Answer::Barred { status: 403 }, day(8));
        assert!(!memory.is_due(&address, day(9), WEEK));
    }

    #[test]
    fn a_failure_is_as_old_as_its_first_and_ends_with_the_first_that_is_fine() {
        let (mut memory, address) = (Memory::default(), address());
        let since = |memory: &Memory| memory.of(&address).map(|entry| (entry.since, entry.fine));
        memory.note(&address, &FINE, day(0));
        memory.note(&address, &gone(), day(7));
        memory.note(&address, &Answer::Failed { fault: Fault::Refused }, day(8));
        assert_eq!(since(&memory), Some((Some(day(7)), Some(day(0)))));
        memory.tell(&address);
        memory.note(&address, &gone(), day(8));
        assert!(memory.is_told(&address));
        memory.note(&address, &FINE, day(9));
        assert_eq!(since(&memory), Some((None, Some(day(9)))));
        memory.note(&address, &gone(), day(10));
        assert!(!memory.is_told(&address));
    }

    #[test]
    fn a_witness_was_fine_and_is_of_another_host_than_the_others() {
        let mut memory = Memory::default();
        for (at, (text, answer)) in (0..).zip([
            ("https://a.lt/1", FINE),
            ("https://b.lt/", FINE),
            ("https://a.lt/2", FINE),
            ("https://c.lt/", gone()),
            ("https://d.lt/", FINE),
        ]) {
            memory.note(&Address::parse(text).unwrap(), &answer, day(at));
        }
        let witnesses = |most| memory.witnesses(most).iter().map(Address::to_string).collect::<Vec<_>>();
        assert_eq!(witnesses(9), ["https://d.lt/", "https://a.lt/2", "https://b.lt/"]);
        assert_eq!(witnesses(1), ["https://d.lt/"]);
    }

    #[test]
    fn what_is_kept_is_read_and_what_is_none_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(folder.path(), "https://www.azuolynas.example");
        assert_eq!(path.file_name().unwrap(), "https-www-azuolynas-example.json");
        assert_eq!(Memory::read(&path).unwrap(), Memory::default());
        let mut memory = Memory::default();
        let faults = [Fault::Refused, Fault::Private { address: "http://10.0.0.1/".to_owned() }];
        for (at, fault) in faults.into_iter().enumerate() {
            let address = Address::parse(&format!("https://a.lt/{at}")).unwrap();
            memory.note(&address, &Answer::Failed { fault }, day(0));
        }
        let unproven = Fault::Certificate { certificate: super::super::CertificateFault::Expired };
        memory.note(&address(), &Answer::Failed { fault: unproven }, day(0));
        memory.keep(&path).unwrap();
        assert_eq!(Memory::read(&path).unwrap().addresses, memory.addresses);
        memory.retain(|address| address == "https://a.lt/1");
        assert_eq!(memory.addresses.len(), 1);
        fs::write(&path, "{\"version\":1,\"addresses\":").unwrap();
        assert!(Memory::read(&path).is_err());
        fs::write(&path, "{\"version\":2,\"addresses\":{}}").unwrap();
        assert_eq!(Memory::read(&path).unwrap(), Memory::default());
    }
}
