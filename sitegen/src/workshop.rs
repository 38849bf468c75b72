//! From a folder of content to a site: what was read and parsed is kept, so that a change costs what changed.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use messages::{Language, Message};
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use strict_toml::Problem;

use crate::content::{Change, Sources};
use crate::outputs::{Output, Outputs, Plan};
use crate::pictures::Pictures;
use crate::render::{RenderError, Renderer, Theme};
use crate::site::{Graph, Publish, Site, Texts};

/// Why there is no site.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Editors have something to mend.
    #[error("{0}")]
    Mistakes(Mistakes),
    /// A file of the site could not be made.
    #[error(transparent)]
    Render(RenderError),
}

impl BuildError {
    /// What has to be mended is said in `language`.
    #[must_use]
    pub fn of(error: RenderError, language: Language) -> Self {
        match error {
            RenderError::Template(problem) => Self::Mistakes(Mistakes::new(vec![*problem], language)),
            error => Self::Render(error),
        }
    }
}

/// Everything that editors have to mend, in the language that they read.
#[derive(Debug)]
pub struct Mistakes {
    problems: Vec<Problem>,
    language: Language,
}

impl Mistakes {
    /// Problems, to be said in `language`.
    #[must_use]
    pub const fn new(problems: Vec<Problem>, language: Language) -> Self {
        Self { problems, language }
    }

    /// What is wrong, one by one.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
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

fn theme_of(sources: &Sources, language: Language) -> Result<Theme, BuildError> {
    let theme = Theme::new(&sources.templates, sources.theme());
    theme.map_err(|problem| BuildError::of(RenderError::Template(problem), language))
}

/// A folder of content, read and kept up to date.
#[derive(Debug)]
pub struct Workshop {
    language: Language,
    sources: Sources,
    texts: Texts,
    /// How pages hang together, with the files that follow from it, until a head of a page or more is another.
    graph: Option<(Arc<Graph>, Arc<Plan>)>,
    theme: Arc<Theme>,
    pictures: Arc<Pictures>,
}

impl Workshop {
    /// Reads the folder `site`. Mistakes are said in `language`; what is dear to make is kept in the folder `cache`.
    ///
    /// # Errors
    /// There is no `site.toml`, or it or a template is wrong.
    pub fn open(site: &Path, cache: &Path, language: Language) -> Result<Self, BuildError> {
        let sources = Sources::read(site).map_err(|problems| BuildError::Mistakes(Mistakes { problems, language }))?;
        let theme = Arc::new(theme_of(&sources, language)?);
        let pictures = Arc::new(Pictures::new(cache));
        Ok(Self { language, sources, texts: Texts::default(), graph: None, theme, pictures })
    }

    /// Reads again what changed at `paths`.
    ///
    /// # Errors
    /// As [`Workshop::open`]; what was there before is kept.
    pub fn update(&mut self, paths: &BTreeSet<PathBuf>) -> Result<Change, BuildError> {
        let language = self.language;
        let change =
            self.sources.update(paths).map_err(|problems| BuildError::Mistakes(Mistakes { problems, language }))?;
        if change >= Change::Pages {
            self.graph = None;
        }
        if change == Change::Everything {
            // Typography and the like are of the settings.
            self.texts = Texts::default();
            self.theme = Arc::new(theme_of(&self.sources, language)?);
        }
        Ok(change)
    }

    /// In which language mistakes are said.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// What was read.
    #[must_use]
    pub const fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The templates.
    #[must_use]
    pub const fn theme(&self) -> &Arc<Theme> {
        &self.theme
    }

    /// The pictures.
    #[must_use]
    pub fn pictures(&self) -> &Pictures {
        &self.pictures
    }

    /// The site as it is at `now`, with its mistakes.
    pub fn site(&mut self, now: Timestamp, publish: Publish) -> Site {
        self.site_and_plan(now, publish).0
    }

    fn site_and_plan(&mut self, now: Timestamp, publish: Publish) -> (Site, Arc<Plan>) {
        let now = self.sources.settings.time_zone.to_datetime(now);
        let Self { sources, texts, pictures, .. } = self;
        let (site, graph, plan) = match self.graph.take().filter(|(graph, _)| graph.holds(now, publish)) {
            Some((graph, plan)) => (Site::new(&graph, texts), graph, plan),
            None => {
                let graph = Arc::new(Graph::new(sources, now, publish, pictures));
                let (site, plan) = rayon::join(|| Site::new(&graph, texts), || Arc::new(Plan::of(&graph)));
                (site, graph, plan)
            }
        };
        self.graph = Some((graph, Arc::clone(&plan)));
        (site, plan)
    }

    /// Until when what [`Workshop::site`] made last holds, as long as nobody changes anything.
    #[must_use]
    pub fn holds_until(&self) -> Option<Timestamp> {
        self.graph.as_ref()?.0.holds_until()
    }

    /// The site as it is at `now` with the plan of its files.
    ///
    /// # Errors
    /// Editors have something to mend.
    pub fn plan(&mut self, now: Timestamp, publish: Publish) -> Result<(Site, Outputs), BuildError> {
        let (site, plan) = self.site_and_plan(now, publish);
        let problems: Vec<Problem> = site.problems().iter().chain(&plan.problems).cloned().collect();
        if problems.is_empty() {
            let outputs = Outputs::new(&plan, &site);
            Ok((site, outputs))
        } else {
            Err(BuildError::Mistakes(Mistakes { problems, language: self.language }))
        }
    }

    /// As [`Workshop::plan`], for a preview. When templates are others now, each is tried with the first page that it is for, so
    /// that one that is wrong does not replace one that was good.
    ///
    /// # Errors
    /// As [`Workshop::files`].
    pub fn preview(&mut self, now: Timestamp, publish: Publish, change: Change) -> Result<(Site, Outputs), BuildError> {
        let (site, outputs) = self.plan(now, publish)?;
        if change == Change::Everything {
            let renderer = Renderer::new(&site, &self.theme);
            let mut tried = FxHashSet::default();
            let first = outputs.iter().map(|(_, output)| output).filter(|output| match output {
                Output::File(_) | Output::Theme(_) => false,
                Output::Page(id) => {
                    tried.insert((std::mem::discriminant(*output), Some(site.page(*id).front.kind.type_())))
                }
                output => tried.insert((std::mem::discriminant(*output), None)),
            });
            for output in first.collect::<Vec<_>>() {
                renderer.render(output).map_err(|error| BuildError::of(error, self.language))?;
            }
        }
        Ok((site, outputs))
    }

    /// All files of the site by path: what a clean build writes.
    ///
    /// # Errors
    /// Editors have something to mend, or a file could not be made.
    pub fn files(&mut self, now: Timestamp, publish: Publish) -> Result<Vec<(String, Vec<u8>)>, BuildError> {
        let (site, outputs) = self.plan(now, publish)?;
        let renderer = Renderer::new(&site, &self.theme);
        let made: Result<Vec<_>, RenderError> = outputs
            .par_iter()
            .map(|(path, output)| Ok((path.to_owned(), renderer.render(output)?.into_owned())))
            .collect();
        let mut made = made.map_err(|error| BuildError::of(error, self.language))?;
        made.extend(crate::search::files(&site));
        Ok(made)
    }
}
