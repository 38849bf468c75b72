//! What of all that is known people are told. Pure.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use messages::Message;

use super::address::{Address, is_public};
use super::fault::{Answer, Fault, code};
use super::memory::{Entry, Memory};
use super::places::Places;
use crate::check::{Finding, Policy, Rule, Severity, Verdict};

/// How long an address must have failed before anybody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience(pub SignedDuration);

/// What is said of the addresses of a site.
#[derive(Debug, Default)]
pub struct Report {
    /// Findings, one for each place.
    pub verdict: Verdict,
    /// The addresses that count as dead.
    pub dead: BTreeSet<Address>,
    /// How many addresses there are.
    pub known: usize,
    /// How many were asked now.
    pub asked: usize,
    /// How many fail and are not told of yet.
    pub waiting: usize,
}

/// What is said of one address.
enum Said {
    Dead(Message, Message, Option<Timestamp>),
    Barred(u16),
    Moved(String),
    Waiting,
    Nothing,
}

impl Report {
    /// What is said at `now`, with dates of `time_zone`.
    #[must_use]
    pub fn of(
        places: &Places,
        memory: &Memory,
        policy: &Policy,
        patience: Patience,
        now: Timestamp,
        time_zone: &TimeZone,
    ) -> Self {
        let mut report = Self { known: places.addresses().count(), ..Self::default() };
        let mut waiting: BTreeSet<&Address> = BTreeSet::new();
        let severity = policy.severity(Rule::ExternalLink);
        for place in places.all() {
            let entry = place.address.as_ref().and_then(|address| memory.of(address));
            let (message, is_hint) = match said(place.address.as_ref(), entry, patience, now) {
                Said::Nothing => continue,
                Said::Waiting => {
                    waiting.extend(&place.address);
                    continue;
                }
                Said::Dead(what, advice, since) => {
                    report.dead.extend(place.address.clone());
                    let message = Message::new(if since.is_some() { "links-failing" } else { "links-wrong" });
                    let since = since.map(|since| time_zone.to_datetime(since).date().to_string());
                    (message.with("what", what).with("advice", advice).with("since", since.unwrap_or_default()), false)
                }
                Said::Barred(status) => (Message::new("links-barred").with("status", code(status)), true),
                Said::Moved(target) => {
                    (Message::new("links-moved").with("target", with_fragment(&target, &place.written)), true)
                }
            };
            let mut problem = place.problem.clone();
            problem.message = message.with("address", place.written.as_str());
            let severity = if is_hint { severity.min(Severity::Note) } else { severity };
            if severity > Severity::None {
                report.verdict.findings.push(Finding { rule: Rule::ExternalLink, severity, problem });
            }
        }
        report.waiting = waiting.len();
        report.verdict.findings.sort_by_cached_key(|finding| finding.problem.order());
        report
    }

    /// Names files by their paths inside of `folder`.
    pub fn name_files_in(&mut self, folder: &Path) {
        for finding in &mut self.verdict.findings {
            if let Ok(inner) = finding.problem.path.strip_prefix(folder) {
                finding.problem.path = inner.to_owned();
            }
        }
    }

    /// The numbers of it all.
    #[must_use]
    pub fn summary(&self) -> Message {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Message::new("links-summary")
            .with("known", number(self.known))
            .with("asked", number(self.asked))
            .with("dead", number(self.dead.len()))
            .with("waiting", number(self.waiting))
            .with("excused", number(self.verdict.excused))
    }
}

fn said(address: Option<&Address>, entry: Option<&Entry>, patience: Patience, now: Timestamp) -> Said {
    if address.is_none() {
        return Said::Dead(Fault::Malformed.what(), Fault::Malformed.advice(), None);
    }
    let Some(entry) = entry else { return Said::Nothing };
    let since = entry.since.unwrap_or(entry.asked);
    let is_old = now.duration_since(since) >= patience.0;
    match &entry.answer {
        Answer::Fine { moved: Some(target) } => Said::Moved(target.clone()),
        Answer::Fine { moved: None } => Said::Nothing,
        Answer::Failed { fault } if is_old || is_certain(fault, address) => {
            Said::Dead(fault.what(), fault.advice(), Some(since))
        }
        Answer::Barred { status } if is_old => Said::Barred(*status),
        Answer::Failed { .. } => Said::Waiting,
        Answer::Barred { .. } => Said::Nothing,
    }
}

/// Whether waiting changes nothing: an address of the house that is written as such is none of the internet tomorrow either.
fn is_certain(fault: &Fault, address: Option<&Address>) -> bool {
    let ip = address.and_then(Address::ip);
    matches!(fault, Fault::Malformed) || matches!((fault, ip), (Fault::Private { .. }, Some(ip)) if !is_public(ip))
}

/// The new address, with the anchor of the old one, which browsers keep.
fn with_fragment(target: &str, written: &str) -> String {
    written.split_once('#').map_or_else(|| target.to_owned(), |(_, fragment)| format!("{target}#{fragment}"))
}

/// Whether answers look as if this machine had no network: several hosts were asked, and not one of them is there.
#[must_use]
pub fn is_offline(answers: &[(Address, Answer)]) -> bool {
    let is_of_network = |answer: &Answer| {
        matches!(
            answer,
            Answer::Failed { fault: Fault::Unresolved { .. } | Fault::Unreachable { .. } | Fault::SilentHost { .. } }
        )
    };
    let lost: BTreeSet<&str> =
        answers.iter().filter(|(_, answer)| is_of_network(answer)).map(|(address, _)| address.host()).collect();
    lost.len() >= FEWEST_HOSTS && answers.iter().all(|(_, answer)| !answer.is_of_server())
}

/// Of fewer hosts it may be true that none is there.
const FEWEST_HOSTS: usize = 3;

#[cfg(test)]
mod tests {
    use messages::Language;
    use strict_toml::Problem;

    use super::super::places::Place;
    use super::*;

    const DAYS: Patience = Patience(SignedDuration::from_hours(3 * 24));

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_784_635_200 + day * 86_400).unwrap()
    }

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn status(status: u16) -> Answer {
        Answer::Failed { fault: Fault::Status { status } }
    }

    fn places(written: &[&str]) -> Places {
        let place = |written: &&str| Place {
            written: (*written).to_owned(),
            address: Address::parse(written),
            problem: Problem::of_file("content/a.md", Message::new("x")),
        };
        Places::new(written.iter().map(place).collect())
    }

    /// What is told of an address with these answers on these days, on the last of them.
    fn told(written: &str, answers: &[(i64, Answer)]) -> Vec<(Severity, String)> {
        let mut memory = Memory::default();
        for (at, answer) in answers {
            memory.note(&address(written), answer, day(*at));
        }
        let now = day(answers.last().unwrap().0);
        let policy = Policy::default();
        let report = Report::of(&places(&[written]), &memory, &policy, DAYS, now, &TimeZone::UTC);
        let say = |finding: &Finding| (finding.severity, Language::English.say(&finding.problem.message));
        report.verdict.findings.iter().map(say).collect()
    }

    #[test]
    fn one_bad_evening_is_no_alarm() {
        let web = "https://a.lt/";
        let fine = Answer::Fine { moved: None };
        assert_eq!(told(web, &[(0, status(404))]), []);
        assert_eq!(told(web, &[(0, status(404)), (1, status(404)), (2, status(500))]), []);
        assert_eq!(told(web, &[(0, status(404)), (2, fine), (3, status(404))]), []);
        let told = told(web, &[(0, status(404)), (3, status(404))]);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].0, Severity::Error);
        for words in [web, "404", "2026-07-21"] {
            assert!(told[0].1.contains(words), "{told:?}");
        }
    }

    #[test]
    fn what_cannot_be_otherwise_tomorrow_is_told_at_once() {
        let private = |address: &str| Answer::Failed { fault: Fault::Private { address: address.to_owned() } };
        assert_eq!(told("http://10.0.0.1/", &[(0, private("http://10.0.0.1/"))]).len(), 1);
        // A name may lead elsewhere tomorrow, and so may a redirect.
        assert_eq!(told("http://a.lt/", &[(0, private("http://a.lt/"))]), []);
        let report =
            Report::of(&places(&["https://"]), &Memory::default(), &Policy::default(), DAYS, day(0), &TimeZone::UTC);
        assert_eq!(report.verdict.findings.len(), 1);
    }

    #[test]
    fn what_moved_or_is_barred_is_a_hint() {
        let moved = Answer::Fine { moved: Some("https://b.lt/x".to_owned()) };
        let hint = told("https://a.lt/x#y", &[(0, moved)]);
        assert_eq!(hint[0].0, Severity::Note);
        assert!(hint[0].1.contains("https://b.lt/x#y"), "{hint:?}");
        let barred = Answer::Barred { status: 403 };
        assert_eq!(told("https://a.lt/", &[(0, barred.clone())]), []);
        assert_eq!(told("https://a.lt/", &[(0, barred.clone()), (7, barred)])[0].0, Severity::Note);
    }

    #[test]
    fn a_machine_without_a_network_accuses_nobody() {
        let lost = |host: &str| {
            let fault = Fault::Unresolved { host: host.to_owned(), detail: String::new() };
            (address(&format!("https://{host}/")), Answer::Failed { fault })
        };
        let mut answers = vec![lost("a.lt"), lost("b.lt")];
        assert!(!is_offline(&answers));
        answers.push(lost("c.lt"));
        assert!(is_offline(&answers));
        answers.push((address("https://d.lt/"), status(404)));
        assert!(!is_offline(&answers));
        assert!(!is_offline(&[]));
    }

    #[test]
    fn every_fault_has_words_in_both_languages() {
        let text = || "x".to_owned();
        let mut faults = vec![
            Fault::Malformed,
            Fault::Private { address: text() },
            Fault::Unresolved { host: text(), detail: text() },
            Fault::Refused,
            Fault::Unreachable { detail: text() },
            Fault::SilentHost { seconds: 20 },
            Fault::SilentServer { seconds: 20 },
            Fault::Tls { detail: text() },
            Fault::Protocol { detail: text() },
            Fault::TooManyRedirects { last: text() },
            Fault::Loop { address: text() },
            Fault::Astray { location: text() },
            Fault::Status { status: 404 },
            Fault::Status { status: 503 },
            Fault::Status { status: 405 },
        ];
        use super::super::CertificateFault as C;
        let certificates = [C::Expired, C::NotYetValid, C::OtherName, C::Unknown, C::Other { detail: text() }];
        faults.extend(certificates.map(|certificate| Fault::Certificate { certificate }));
        for language in Language::ALL {
            for fault in &faults {
                for said in [language.say(&fault.what()), language.say(&fault.advice())] {
                    assert!(!said.starts_with('[') && !said.contains('{'), "{said}");
                }
            }
        }
    }
}
