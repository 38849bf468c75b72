//! The gate: what keeps a text from being published, each with its file and line, what is wrong, why, and what to write instead.
//!
//! [`judge`] looks at a site and gives a [`Verdict`]. Everything it needs is handed to it: the site, what the institution has
//! decided ([`Policy`]), what the law asks ([`Rules`]), what git tells of the texts ([`History`]), and the time. Each file of
//! this folder knows one kind of mistake and nothing of the others; the [`Policy`] says afterwards which findings weigh how much,
//! and which are excused. What a page must be to become a site at all (keys, links, files) the rest of the program finds by
//! itself; here it is one rule among the others.

mod acts;
pub mod approval;
mod attachments;
mod contrast;
pub mod documents;
mod duty;
mod finding;
mod gate;
pub mod history;
pub mod language;
mod law;
mod pages;
pub mod personal;
mod policy;
pub mod press_release;
mod report;
mod sizes;
mod wording;

use jiff::civil::DateTime;

pub use duty::{Duty, Standing, compliance, table};
pub use finding::{Finding, Rule, Severity};
pub use gate::Gate;
pub use history::History;
pub use law::Rules;
pub use policy::{Approval, Links, Policy};
pub use report::Format;

use crate::content::Sources;
use crate::site::{PageId, Site};

/// What the gate looks at.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What is about to be public.
    pub site: &'a Site,
    /// The files that it is made of.
    pub sources: &'a Sources,
    /// What the institution has decided.
    pub policy: &'a Policy,
    /// What the law asks.
    pub rules: &'a Rules,
    /// What git tells, where there is a repository.
    pub history: Option<&'a History>,
}

impl Case<'_> {
    /// Local time for which is judged.
    #[must_use]
    pub fn now(&self) -> DateTime {
        self.site.now
    }
}

/// What the gate found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// In the order of files and lines; what the policy excuses is not among them.
    pub findings: Vec<Finding>,
    /// How many the policy excuses.
    pub excused: usize,
    /// Pages that are urgent and go first: residents are told that the language editor has not seen them yet.
    pub unapproved: Vec<PageId>,
}

impl Verdict {
    /// Whether the site may be published.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity < Severity::Error)
    }
}

/// Looks at a site.
#[must_use]
pub fn judge(case: &Case<'_>) -> Verdict {
    let mut found: Vec<Finding> = Vec::new();
    found.extend(case.site.problems().iter().cloned().map(|problem| Finding::new(Rule::Content, problem)));
    found.extend(case.site.notes().iter().cloned().map(|problem| Finding::told(Rule::Content, problem)));
    let (of_approval, unapproved) = approval::check(case);
    found.extend(of_approval);
    found.extend(duty::check(case));
    found.extend(acts::check(case));
    found.extend(press_release::check(case));
    found.extend(pages::check(case));
    found.extend(attachments::check(case));
    found.extend(contrast::check(case));
    found.extend(sizes::check(case));
    found.extend(wording::check(case));
    Verdict { unapproved, ..case.policy.weigh(found, case.now().date()) }
}
