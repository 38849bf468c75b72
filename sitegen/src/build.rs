//! From a folder of content to a whole site, in memory. Nothing is written here: a site with mistakes is no site.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use messages::{Language, Message};
use strict_toml::{Problem, Problems};

use crate::content;
use crate::emit;
use crate::render::Renderer;
use crate::site::{Publish, Site};

/// A built site: files by their path, with `/` between the parts and none at the start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files(pub BTreeMap<String, Vec<u8>>);

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Order {
    /// The folder with `site.toml` and the pages.
    pub site: PathBuf,
    /// Which pages are left out.
    pub publish: Publish,
    /// In which language mistakes are said.
    pub language: Language,
}

/// Why there is no site.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Editors have something to mend.
    #[error("{0}")]
    Mistakes(Mistakes),
    /// The theme is broken: a fault of the program.
    #[error("the theme cannot be used: {0}")]
    Theme(#[from] tera::Error),
    /// A file that is published as it is cannot be read.
    #[error("{path} cannot be read: {source}", path = .path.display())]
    Asset {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Everything that editors have to mend, in the language that they read.
#[derive(Debug)]
pub struct Mistakes {
    problems: Vec<Problem>,
    language: Language,
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{}", problem.describe(self.language))?;
        }
        let count = u64::try_from(self.problems.len()).unwrap_or(u64::MAX);
        f.write_str(&self.language.say(&Message::new("site-not-built").with("count", count)))
    }
}

/// Builds the site as it is at `now`.
///
/// # Errors
/// All mistakes in the content in one go, or why it could not be read.
pub fn build(order: &Order, now: Timestamp) -> Result<Files, BuildError> {
    let problems = Problems::default();
    let files = attempt(order, now, &problems)?;
    let problems = problems.into_vec();
    match files {
        Some(files) if problems.is_empty() => Ok(files),
        _ => Err(BuildError::Mistakes(Mistakes { problems, language: order.language })),
    }
}

fn attempt(order: &Order, now: Timestamp, problems: &Problems) -> Result<Option<Files>, BuildError> {
    let Some(content) = content::read(&order.site, problems) else { return Ok(None) };
    let now = content.settings.time_zone.to_datetime(now);
    let site = Site::new(&content, now, order.publish);
    let renderer = Renderer::new(&site)?;
    let mut files = BTreeMap::new();
    for page in site.pages() {
        files.insert(page.address.output_file(), renderer.page(page, problems)?.into_bytes());
    }
    for (path, text) in emit::files(&renderer, &site)? {
        files.insert(path, text.into_bytes());
    }
    for (path, source) in &content.assets {
        files.insert(path.clone(), read(source)?);
    }
    Ok(Some(Files(files)))
}

fn read(path: &Path) -> Result<Vec<u8>, BuildError> {
    std::fs::read(path).map_err(|source| BuildError::Asset { path: path.to_owned(), source })
}
