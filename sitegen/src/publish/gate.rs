//! The gate between a commit and the public site. What decides is [`crate::check`]; here its words become a refusal.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use messages::{Language, Message};
use rayon::prelude::*;

use super::Refusal;
use super::repository::GitHistory;
use crate::check::{self, Format, History, Severity};
use crate::render::Renderer;
use crate::site::Publish;
use crate::workshop::{BuildError, Workshop};

/// What the gate needs beside the site.
#[derive(Debug, Clone, Copy)]
pub struct Gate<'g> {
    /// Where pictures that were made once are kept.
    pub cache: &'g Path,
    /// The language that editors read.
    pub language: Language,
    /// A policy that stands in the place of the site's own.
    pub policy: Option<&'g PathBuf>,
    /// The folder of the site inside the repository.
    pub folder: &'g str,
}

impl Gate<'_> {
    /// Whether the site in the folder `site` may be public at `now`; `history` is what led to it. Returns the files of pages that
    /// go first and that the language editor sees later.
    ///
    /// # Errors
    /// What its author has to mend.
    pub fn check(self, site: &Path, history: &GitHistory, now: Timestamp) -> Result<Vec<String>, Refusal> {
        let about = |error: &BuildError| Refusal::about(site, error);
        let history = History::of_commit(&history.git_dir, &history.commit.to_string(), self.folder)
            .map_err(|error| Refusal { text: error.to_string() })?;
        let workshop = Workshop::open(site, self.cache, self.language).map_err(|error| about(&error))?;
        let mut gate = check::Gate::new(workshop, self.policy.map(PathBuf::as_path), Some(history), self.language)
            .map_err(|error| about(&error))?;
        let judged = gate.site(now, Publish::Finished);
        let verdict = gate.judge(&judged);
        if !verdict.is_good() {
            let errors = u64::try_from(Severity::Error.count(&verdict)).unwrap_or(u64::MAX);
            let summary = self.language.say(&Message::new("publish-refused-count").with("errors", errors));
            let text = format!("{summary}\n\n{}", Format::Text.write(&verdict, self.language));
            return Err(Refusal { text: text.replace(&format!("{}/", site.display()), "") });
        }
        let unapproved = verdict.unapproved.iter().map(|id| judged.page(*id).file.path.clone()).collect();
        let (made, outputs) = gate.workshop.plan(now, Publish::Finished).map_err(|error| about(&error))?;
        let renderer = Renderer::new(&made, gate.workshop.theme());
        outputs
            .par_iter()
            .try_for_each(|(_, output)| renderer.render(output).map(drop))
            .map_err(|error| about(&BuildError::of(error, self.language)))?;
        Ok(unapproved)
    }

    /// When a site that was refused at `now` may be another by itself: what it lacks may be public then.
    #[must_use]
    pub fn next_change(self, site: &Path, now: Timestamp) -> Option<Timestamp> {
        let mut workshop = Workshop::open(site, self.cache, self.language).ok()?;
        workshop.site(now, Publish::Finished).holds_until()
    }
}
