//! The site that is public, as it was written: for who wants to look at it and changes nothing.

use std::path::Path;

use tempfile::TempDir;

use super::configuration::Configuration;
use super::error::PublishError;
use super::log;
use super::publisher::log_path;
use super::refusal::Refusal;
use super::repository::{Repository, TreeError};
use super::standing::Standing;

/// The files of the public commit, in a folder that nobody else can read and that is removed with this value.
#[derive(Debug)]
pub struct Copy(TempDir);

impl Copy {
    /// Checks the public commit out.
    ///
    /// # Errors
    /// Nothing is public, git failed, or a file cannot be written.
    pub fn of(configuration: &Configuration) -> Result<Self, PublishError> {
        let entries = log::read(&log_path(configuration))?;
        let public = Standing::of(entries.into_iter().map(|(entry, _)| entry)).public;
        let public = public.ok_or_else(|| PublishError::NoRelease("nothing is public yet".to_owned()))?;
        let repository = Repository::new(configuration.repository.clone());
        let tree = repository.tree(&public.commit, &configuration.folder, configuration.limits);
        let tree = tree.map_err(|error| match error {
            TreeError::Failed(error) => error,
            // It was public under other limits.
            TreeError::Refused(said) => PublishError::NoRelease(Refusal::of(&said, configuration.language).text),
        })?;
        // Not among what a publish removes as left by others.
        let folder = tempfile::tempdir().map_err(PublishError::files(&std::env::temp_dir(), "written"))?;
        repository.check_out(&tree, folder.path())?;
        Ok(Self(folder))
    }

    /// The folder with `site.toml`.
    #[must_use]
    pub fn site(&self) -> &Path {
        self.0.path()
    }
}
