//! `content/gate.toml`: what the institution has decided: who approves texts, how much findings weigh, what is excused and why.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use messages::Message;
use strict_toml::{Document, Problem, Problems, Table};

use super::Verdict;
use super::finding::{Finding, Rule, Severity};

/// Where it stands in the folder of a site.
const FILE: &str = "content/gate.toml";

/// What the institution has decided.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policy {
    /// Who approves texts; without it, nobody needs to.
    pub approval: Option<Approval>,
    /// How much findings of a rule weigh, where that is not as much as the rule says.
    pub severities: BTreeMap<Rule, Severity>,
    /// What is excused.
    pub exceptions: Vec<Exception>,
    /// The institution's own bank accounts, which may be public.
    pub accounts: Vec<String>,
    /// Where dictionaries are; without it, where Debian has them.
    pub dictionaries: Option<PathBuf>,
    /// How often addresses elsewhere are asked, and when one counts as dead.
    pub links: Links,
}

/// How often addresses elsewhere are asked, and when one counts as dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Links {
    /// For how many days an address must have failed before anybody is told: one bad evening is no reason to change a page.
    pub patience_days: u16,
    /// For how many days an address that was fine need not be asked again.
    pub recent_days: u16,
}

impl Default for Links {
    fn default() -> Self {
        Self { patience_days: 3, recent_days: 7 }
    }
}

/// Who approves texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Approval {
    /// The language editors, by the e-mail addresses of their commits.
    pub editors: Vec<String>,
    /// Whose merges count as the approval of the reviewers that they name: the e-mail address with which the forge commits.
    pub merged_by: Vec<String>,
    /// The keys with which approvals must be signed (`ssh-keygen(1)`, ALLOWED SIGNERS); without it, signatures are not looked at.
    pub allowed_signers: Option<PathBuf>,
    /// For how many hours a notice may be public before it is approved.
    pub emergency_hours: u16,
}

/// For how many hours a notice may be public before it is approved, unless the policy says otherwise.
const EMERGENCY_HOURS: u16 = 24;

/// A finding that is excused for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct Exception {
    rule: Rule,
    /// A file or a folder inside `content/`; without it, everywhere.
    file: Option<String>,
    /// Only where the line has these words.
    text: Option<String>,
    expires: Date,
    /// The exception itself, for when it does not hold any more.
    place: Problem,
}

impl Policy {
    /// Reads the policy of the site in `folder`, or the one at `instead`; a site without one has the default.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(folder: &Path, instead: Option<&Path>) -> Result<Self, Vec<Problem>> {
        let path = instead.map_or_else(|| folder.join(FILE), Path::to_owned);
        if instead.is_none() && !path.exists() {
            return Ok(Self::default());
        }
        let problems = Problems::default();
        let policy = Document::open(&path, "check-policy-missing", &problems)
            .and_then(|document| Self::of(&document, &problems));
        let problems = problems.into_vec();
        match policy {
            Some(policy) if problems.is_empty() => Ok(policy),
            _ => Err(problems),
        }
    }

    fn of(document: &Document, problems: &Problems) -> Option<Self> {
        let mut table = document.table(problems)?;
        let approval = table.table("approval").map(|mut inner| Approval {
            editors: inner.or("editors", Vec::new()),
            merged_by: inner.or("merged_by", Vec::new()),
            allowed_signers: inner.optional::<String>("allowed_signers").map(PathBuf::from),
            emergency_hours: inner.or("emergency_hours", EMERGENCY_HOURS),
        });
        let mut severities = BTreeMap::new();
        if let Some(mut inner) = table.table("severity") {
            for (word, rule) in Rule::ALL {
                severities.extend(inner.optional::<Severity>(word).map(|severity| (*rule, severity)));
            }
        }
        let exceptions = table.tables("exception").into_iter().filter_map(|inner| Exception::of(inner, document));
        let exceptions = exceptions.collect();
        let Links { patience_days, recent_days } = Links::default();
        let links = table.table("links").map(|mut inner| Links {
            patience_days: inner.or("patience_days", patience_days),
            recent_days: inner.or("recent_days", recent_days),
        });
        Some(Self {
            approval,
            severities,
            exceptions,
            accounts: table.or("accounts", Vec::new()),
            dictionaries: table.optional::<String>("dictionaries").map(PathBuf::from),
            links: links.unwrap_or_default(),
        })
    }

    /// How much findings of a rule weigh.
    #[must_use]
    pub fn severity(&self, rule: Rule) -> Severity {
        self.severities.get(&rule).copied().unwrap_or_else(|| rule.severity())
    }

    /// Whether an address elsewhere to which the file `path` links is excused on `today`. The `text` of such an exception is
    /// looked for in the address and not in the line, which may hold other addresses too.
    #[must_use]
    pub fn excuses_address(&self, path: &Path, address: &str, today: Date) -> bool {
        self.exceptions.iter().any(|exception| {
            exception.rule == Rule::ExternalLink
                && exception.expires >= today
                && exception.is_of_file(path)
                && exception.text.as_deref().is_none_or(|text| address.contains(text))
        })
    }

    /// Gives every finding its weight and leaves out what is excused on `today`.
    pub(super) fn weigh(&self, found: Vec<Finding>, today: Date) -> Verdict {
        let mut verdict = Verdict::default();
        let over = self.exceptions.iter().filter(|exception| exception.expires < today);
        let told = over.map(|exception| Finding::new(Rule::Exception, exception.place.clone()));
        for mut finding in found.into_iter().chain(told) {
            // What only tells, tells whatever the rule weighs.
            if finding.severity == finding.rule.severity() {
                finding.severity = self.severity(finding.rule);
            }
            if self.exceptions.iter().any(|exception| exception.expires >= today && exception.is_for(&finding)) {
                verdict.excused += 1;
            } else if finding.severity > Severity::None {
                verdict.findings.push(finding);
            }
        }
        verdict.findings.sort_by_cached_key(|finding| (finding.problem.order(), finding.rule));
        verdict
    }
}

impl Exception {
    /// An exception without a name, a reason or an end is none.
    fn of(mut table: Table<'_>, document: &Document) -> Option<Self> {
        let span = table.place_of("rule");
        let rule: Option<Rule> = table.required("rule");
        let (author, reason): (Option<String>, Option<String>) = (table.required("author"), table.required("reason"));
        let expires: Option<Date> = table.required("expires");
        let (file, text) = (table.optional("file"), table.optional("text"));
        let message = Message::new("check-exception-over").with("author", author?).with("reason", reason?);
        Some(Self { rule: rule?, file, text, expires: expires?, place: document.problem(&span, message) })
    }

    fn is_for(&self, finding: &Finding) -> bool {
        let has = |text: &str| finding.problem.place.as_ref().is_some_and(|place| place.source.contains(text));
        self.rule == finding.rule && self.is_of_file(&finding.problem.path) && self.text.as_deref().is_none_or(has)
    }

    fn is_of_file(&self, path: &Path) -> bool {
        self.file.as_deref().is_none_or(|file| {
            let path = path.to_string_lossy();
            path.split_once("content/").is_some_and(|(_, inner)| {
                inner == file
                    || inner.strip_prefix(file.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Policy>, Vec<String>) {
        let problems = Problems::default();
        let policy = Policy::of(&Document::new("gate.toml", text), &problems);
        (policy, problems.into_vec().iter().map(ToString::to_string).collect())
    }

    fn finding(path: &str) -> Finding {
        Finding::new(Rule::Orphan, Problem::of_file(path, Message::new("check-orphan")))
    }

    #[test]
    fn an_exception_needs_an_author_a_reason_and_an_end() {
        let (policy, problems) = read("[[exception]]\nrule = \"orphan\"\n");
        assert_eq!(policy.map(|policy| policy.exceptions.len()), Some(0));
        assert_eq!(problems.len(), 3, "{problems:?}");
    }

    #[test]
    fn an_exception_holds_for_its_folder_until_its_day_and_is_told_after() {
        let text = "[[exception]]\nrule = \"orphan\"\nfile = \"senas\"\nauthor = \"A\"\nreason = \"B\"\nexpires = 2026-12-01\n";
        let policy = read(text).0.unwrap();
        let found = || vec![finding("x/content/senas/a.md"), finding("x/content/senasis.md")];
        let on = |day| policy.weigh(found(), day);
        let before = on(jiff::civil::date(2026, 12, 1));
        assert_eq!((before.findings.len(), before.excused), (1, 1));
        let after = on(jiff::civil::date(2026, 12, 2));
        assert_eq!((after.findings.len(), after.excused), (3, 0));
        assert_eq!(after.findings[0].rule, Rule::Exception);
    }

    #[test]
    fn an_address_is_excused_by_what_it_is_and_not_by_what_stands_beside_it() {
        let text = "[[exception]]\nrule = \"external-link\"\nfile = \"senas\"\ntext = \"https://a.example/\"\nauthor = \"A\"\nreason = \"B\"\nexpires = 2026-12-01\n";
        let policy = read(text).0.unwrap();
        let excused = |path: &str, address: &str, day: i8| {
            policy.excuses_address(Path::new(path), address, jiff::civil::date(2026, 12, day))
        };
        assert!(excused("content/senas/a.md", "https://a.example/b", 1));
        assert!(!excused("content/senas/a.md", "https://b.example/b", 1));
        assert!(!excused("content/naujas/a.md", "https://a.example/b", 1));
        assert!(!excused("content/senas/a.md", "https://a.example/b", 2));
    }

    #[test]
    fn the_policy_says_how_much_a_rule_weighs() {
        let policy = read("[severity]\norphan = \"error\"\ncontact = \"none\"\n").0.unwrap();
        let verdict = policy.weigh(vec![finding("content/a.md")], jiff::civil::date(2026, 1, 1));
        assert!(!verdict.is_good());
        let contact = Finding::new(Rule::Contact, Problem::of_file("content/a.md", Message::new("check-orphan")));
        assert!(policy.weigh(vec![contact], jiff::civil::date(2026, 1, 1)).findings.is_empty());
        assert!(read("[severity]\norfan = \"error\"\n").1[0].contains("orphan"));
    }
}
