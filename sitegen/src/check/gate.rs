//! The gate with all that it looks at, opened once: for the command line, and before anything is published.

use std::path::Path;

use jiff::Timestamp;
use messages::Language;
use strict_toml::Problem;

use super::{Case, History, Policy, Rules, Verdict, judge};
use crate::site::{Publish, Site};
use crate::workshop::{BuildError, Mistakes, Workshop};

/// A site with everything by which it is judged.
#[derive(Debug)]
pub struct Gate {
    /// The content.
    pub workshop: Workshop,
    /// What the institution has decided.
    pub policy: Policy,
    /// What the law asks.
    pub rules: Rules,
    /// What git tells, where there is a repository.
    pub history: Option<History>,
}

impl Gate {
    /// Opens the gate for a site. `policy` is a file that stands in the place of the site's own.
    ///
    /// # Errors
    /// What is wrong with the settings, the templates, the policy or the rules.
    pub fn new(
        workshop: Workshop,
        policy: Option<&Path>,
        history: Option<History>,
        language: Language,
    ) -> Result<Self, BuildError> {
        let mistakes = |problems: Vec<Problem>| BuildError::Mistakes(Mistakes::new(problems, language));
        let folder = workshop.sources().folder().to_owned();
        let policy = Policy::read(&folder, policy).map_err(mistakes)?;
        let rules = Rules::read(&folder).map_err(mistakes)?;
        Ok(Self { workshop, policy, rules, history })
    }

    /// The site as it is at `now`, mistakes or not.
    pub fn site(&mut self, now: Timestamp, publish: Publish) -> Site {
        self.workshop.site(now, publish)
    }

    /// All that is looked at.
    #[must_use]
    pub fn case<'a>(&'a self, site: &'a Site) -> Case<'a> {
        Case {
            site,
            sources: self.workshop.sources(),
            policy: &self.policy,
            rules: &self.rules,
            history: self.history.as_ref(),
        }
    }

    /// Judges a site.
    #[must_use]
    pub fn judge(&self, site: &Site) -> Verdict {
        judge(&self.case(site))
    }
}
