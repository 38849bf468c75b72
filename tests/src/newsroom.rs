//! Editors with a repository, and the server that publishes it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::{copy, program, sources};

/// A bare repository with the small site of the tests, a clone in which editors write, and a configuration.
#[derive(Debug)]
pub struct Newsroom {
    folder: TempDir,
}

impl Newsroom {
    /// With a first commit pushed, and nothing published.
    ///
    /// # Panics
    /// When there is no git.
    #[must_use]
    pub fn new() -> Self {
        let newsroom = Self { folder: tempfile::tempdir().unwrap() };
        let path = newsroom.folder.path();
        newsroom.git(path, &["init", "--quiet", "--bare", "--initial-branch=main", "site.git"]);
        newsroom.git(path, &["init", "--quiet", "--initial-branch=main", "desk"]);
        newsroom.git(&newsroom.path("desk"), &["remote", "add", "origin", "../site.git"]);
        copy(&sources().join("tests/site"), &newsroom.path("desk"));
        newsroom.configure("");
        newsroom.push("first");
        newsroom
    }

    /// A path in its folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the configuration, with these lines more.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn configure(&self, more: &str) {
        let text = format!("repository = \"site.git\"\nstate = \"state\"\n{more}");
        fs::write(self.path("publish.toml"), text).unwrap();
    }

    /// What git says.
    ///
    /// # Panics
    /// When it fails.
    pub fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = self.git_command(folder, arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn git_command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut git = Command::new("git");
        git.current_dir(folder).args(arguments).stdin(Stdio::null());
        git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        for (role, email) in [("AUTHOR", "ona@azuolynas.example"), ("COMMITTER", "kita@azuolynas.example")] {
            git.env(format!("GIT_{role}_NAME"), "Ona Ąžuolaitė").env(format!("GIT_{role}_EMAIL"), email);
        }
        git
    }

    /// Writes a file of the site.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        let path = self.path("desk").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Commits everything and pushes it. The commit.
    pub fn push(&self, message: &str) -> String {
        let desk = self.path("desk");
        self.git(&desk, &["add", "--all"]);
        self.git(&desk, &["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&desk, &["push", "--quiet", "--force", "origin", "main"]);
        self.git(&desk, &["rev-parse", "HEAD"])
    }

    /// A news page with this text, published on a day or at a time.
    pub fn news(&self, name: &str, published: &str, text: &str) {
        let page = format!("+++\ntitle = \"{name}\"\nsummary = \"Bandymas\"\npublished = {published}\n+++\n\n{text}\n");
        self.write(&format!("content/naujienos/{name}.md"), page);
    }

    /// `sitegen publish`, not started yet.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.sitegen("publish", arguments)
    }

    /// A command of `sitegen` that reads the configuration, not started yet.
    #[must_use]
    pub fn sitegen(&self, command: &str, arguments: &[&str]) -> Command {
        let mut sitegen = Command::new(program("sitegen"));
        sitegen.arg(command).args(arguments).arg("--config").arg(self.path("publish.toml")).stdin(Stdio::null());
        sitegen
    }

    /// `sitegen publish`.
    #[must_use]
    pub fn publish(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What a command that ends well says.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    pub fn says(&self, arguments: &[&str]) -> String {
        let output = self.publish(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The name of the release that is public.
    #[must_use]
    pub fn current(&self) -> Option<String> {
        let target = fs::read_link(self.path("state/public/current")).ok()?;
        Some(target.file_name()?.to_string_lossy().into_owned())
    }

    /// A file of the public site; none when it has none.
    #[must_use]
    pub fn public(&self, file: &str) -> Option<String> {
        let octets = fs::read(self.path("state/public/current").join(file)).ok()?;
        Some(String::from_utf8_lossy(&octets).into_owned())
    }

    /// The lines of the log.
    ///
    /// # Panics
    /// When one is no JSON.
    #[must_use]
    pub fn log(&self) -> Vec<serde_json::Value> {
        let text = fs::read_to_string(self.path("state/public/log.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What each line of the log says that was done.
    #[must_use]
    pub fn actions(&self) -> String {
        let log = self.log();
        log.iter().map(|line| line["action"].as_str().unwrap_or("?")).collect::<Vec<_>>().join(" ")
    }
}

impl Default for Newsroom {
    fn default() -> Self {
        Self::new()
    }
}
