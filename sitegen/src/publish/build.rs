//! From a commit in its private place to a folder that could be a release: built, described and read back.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use messages::{Language, Message};

use super::configuration::Configuration;
use super::error::PublishError;
use super::log::clock;
use super::manifest::{ANNOUNCEMENT, Announcement, MANIFEST, Manifest};
use super::refusal::Refusal;
use super::releases::ReleaseName;
use super::repository::CommitId;
use super::verification::{Findings, Verification};
use crate::outputs::Output;
use crate::release::{ReleaseError, write};
use crate::render::{RenderError, Renderer};
use crate::site::Publish;
use crate::whole;
use crate::workshop::{BuildError, Workshop};

/// How many findings are said; more of them say nothing more.
const SAID: usize = 50;

/// What is to be built.
#[derive(Debug)]
pub(super) struct Plan<'p> {
    /// The folder with `site.toml`.
    pub site: &'p Path,
    /// Where it goes.
    pub folder: &'p Path,
    /// The release that is public, with which files that did not change are shared.
    pub before: Option<(&'p ReleaseName, &'p Path)>,
    /// What it will be called.
    pub name: &'p ReleaseName,
    /// Of what it is made.
    pub commit: &'p CommitId,
    /// For which time.
    pub now: Timestamp,
    /// Files of pages that go first and that the language editor sees later.
    pub unapproved: &'p [String],
    /// The last line of the log.
    pub log: &'p str,
}

/// What was built.
#[derive(Debug)]
pub(super) struct Built {
    /// What it says of itself.
    pub announcement: Announcement,
    /// When it changes by itself.
    pub until: Option<Timestamp>,
    /// What does not keep it from being public.
    pub notes: Vec<String>,
}

/// Why nothing was.
#[derive(Debug)]
pub(super) enum NotBuilt {
    /// The author has something to mend.
    Refused(Refusal),
    /// An administrator has.
    Failed(PublishError),
}

impl From<PublishError> for NotBuilt {
    fn from(error: PublishError) -> Self {
        Self::Failed(error)
    }
}

/// The gate should have found it; that it did not makes it no administrator's matter.
fn mistaken(site: &Path) -> impl Fn(BuildError) -> NotBuilt {
    |error| NotBuilt::Refused(Refusal::about(site, &error))
}

/// Builds, describes and verifies.
pub(super) fn build(plan: &Plan<'_>, configuration: &Configuration) -> Result<Built, NotBuilt> {
    let language = configuration.language;
    let mistaken = mistaken(plan.site);
    let mut workshop = Workshop::open(plan.site, &configuration.cache, language).map_err(&mistaken)?;
    let (mut site, outputs) = workshop.plan(plan.now, Publish::Finished).map_err(&mistaken)?;
    site.set_unapproved(plan.unapproved.iter().filter_map(|file| site.page_of_file(file)).collect());
    let until = site.holds_until();
    let renderer = Renderer::new(&site, workshop.theme());
    fs::create_dir(plan.folder).map_err(PublishError::files(plan.folder, "made"))?;
    let before = plan.before.map(|(_, folder)| folder);
    let written = write(&site, &renderer, &outputs, plan.folder, before).map_err(|error| match error {
        ReleaseError::Render(error @ RenderError::Template(_)) => mistaken(BuildError::of(error, language)),
        error => NotBuilt::Failed(error.into()),
    })?;
    workshop.pictures().sweep(std::time::SystemTime::now());
    let base_url = site.settings.base_url.clone();
    let announcement = announce(plan, base_url)?;
    let is_file = |path: &&String| matches!(outputs.get(path), Some(Output::File(_)));
    let as_they_are: BTreeSet<String> = written.iter().filter(is_file).cloned().collect();
    let verification = Verification {
        folder: plan.folder,
        planned: &written.iter().cloned().collect(),
        as_they_are: &as_they_are,
        base_url: &announcement.base_url,
        elsewhere: &configuration.elsewhere,
        is_lenient: site.settings.is_lenient,
    };
    let Findings { mistakes, notes } = verification.run()?;
    if !mistakes.is_empty() {
        return Err(NotBuilt::Refused(refusal(&mistakes, language)));
    }
    let said = site.notes().iter().map(|note| note.describe(Language::English));
    let said = said.chain(notes.iter().map(|note| Language::English.say(note)));
    let notes = said.take(SAID).collect();
    Ok(Built { announcement, until, notes })
}

fn refusal(mistakes: &[Message], language: Language) -> Refusal {
    let mut said = mistakes[..mistakes.len().min(SAID)].to_vec();
    if mistakes.len() > SAID {
        let more = u64::try_from(mistakes.len() - SAID).unwrap_or(u64::MAX);
        said.push(Message::new("publish-more").with("count", more));
    }
    Refusal::of(&said, language)
}

/// Writes the manifest, and what the release says of itself.
fn announce(plan: &Plan<'_>, base_url: String) -> Result<Announcement, PublishError> {
    let manifest = Manifest::of(plan.folder)?;
    let announcement = Announcement {
        release: plan.name.clone(),
        commit: plan.commit.clone(),
        published: clock(),
        base_url,
        previous: plan.before.map(|(name, _)| name.clone()),
        files: u64::try_from(manifest.files.len()).unwrap_or(u64::MAX),
        octets: manifest.octets(),
        manifest: manifest.hash(),
        log: plan.log.to_owned(),
        generator: concat!("sitegen ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let text = serde_json::to_string_pretty(&announcement).unwrap_or_default() + "\n";
    for (name, text) in [(MANIFEST, manifest.text()), (ANNOUNCEMENT, text)] {
        let path = plan.folder.join(name);
        whole::write(&path, &text).map_err(PublishError::files(&path, "written"))?;
    }
    Ok(announcement)
}
