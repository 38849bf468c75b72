//! An editor's desk: the small site of the tests, and the programs that editors run on it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::{copy, program, sources};

/// A copy of the small site (`tests/site/`), and a place to build it.
#[derive(Debug)]
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    /// As it is in the sources.
    ///
    /// # Panics
    /// When it cannot be copied.
    #[must_use]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&sources().join("tests/site"), folder.path());
        Self { folder }
    }

    /// A path in its folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file in a folder that is there.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    /// A command of `sitegen` on the site, not started yet.
    #[must_use]
    pub fn command(&self, command: &str, arguments: &[&str]) -> Command {
        let mut sitegen = Command::new(program("sitegen"));
        sitegen
            .arg(command)
            .arg("--site")
            .arg(self.folder.path())
            .arg("--cache")
            .arg(self.path("cache"))
            .args(arguments)
            .stdin(Stdio::null());
        sitegen
    }

    /// Builds the site into its folder `site`.
    ///
    /// # Panics
    /// When the program cannot be started.
    #[must_use]
    pub fn build(&self, arguments: &[&str]) -> Output {
        self.command("build", arguments).arg("--output").arg(self.path("site")).output().unwrap()
    }

    /// What a command that ends well says.
    ///
    /// # Panics
    /// When it does not.
    pub fn says(&self, command: &str, arguments: &[&str]) -> String {
        let output = self.command(command, arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}
