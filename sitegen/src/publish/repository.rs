//! The bare repository, asked through `git`, and a commit of it as files.
//!
//! Whoever may push is not trusted with this machine. Of the commit we take names and octets and nothing else: `git cat-file`
//! knows no attributes, filters, hooks, symbolic links or submodules, so that none of them has to be switched off, as it
//! would with a check-out. The environment is emptied, so that a hook's `GIT_DIR` and the like do not lead elsewhere, and
//! `refs/replace`, which can be pushed, cannot make a commit another than its name says.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use messages::Message;
use serde::{Deserialize, Serialize};

use super::configuration::Limits;
use super::error::PublishError;

/// How many mistakes of a tree are named; more of them say nothing more.
const NAMED: usize = 20;

/// How many octets Linux allows a name to have, and a path, of which the folder above it needs some.
const LONGEST_NAME: usize = 255;
const LONGEST_PATH: usize = 3000;

/// The name of a commit: 40 hexadecimal digits, or 64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommitId(String);

/// Who has written a commit, as the commit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The name.
    pub name: String,
    /// The e-mail address, which may be none.
    pub email: String,
}

/// The history behind a commit, for checks that ask it.
#[derive(Debug, Clone)]
pub struct GitHistory {
    /// The bare repository.
    pub git_dir: PathBuf,
    /// The commit.
    pub commit: CommitId,
}

/// A bare repository.
#[derive(Debug)]
pub struct Repository {
    git_dir: PathBuf,
}

/// What a commit holds, before anything of it is written.
#[derive(Debug)]
pub struct Tree {
    files: Vec<TreeFile>,
    /// Octets of all files.
    pub octets: u64,
}

#[derive(Debug)]
struct TreeFile {
    object: String,
    octets: u64,
    path: String,
}

/// Why there is no tree.
#[derive(Debug)]
pub enum TreeError {
    /// For the author of the commit.
    Refused(Vec<Message>),
    /// For administrators.
    Failed(PublishError),
}

impl CommitId {
    fn parse(text: &str) -> Option<Self> {
        let is_id = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_id.then(|| Self(text.to_owned()))
    }

    /// All digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve digits, by which people tell commits apart.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl std::fmt::Display for CommitId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Display for Author {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} <{}>", self.name, self.email)
    }
}

impl Repository {
    /// The repository in the folder `git_dir`.
    #[must_use]
    pub const fn new(git_dir: PathBuf) -> Self {
        Self { git_dir }
    }

    /// The folder.
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The newest commit of a branch.
    ///
    /// # Errors
    /// There is none, or git failed.
    pub fn head(&self, branch: &str) -> Result<CommitId, PublishError> {
        let name = format!("refs/heads/{branch}^{{commit}}");
        let output = self.run("rev-parse", &["--verify", "--quiet", "--end-of-options", &name])?;
        let said = String::from_utf8_lossy(&output.stdout);
        if let Some(commit) = CommitId::parse(said.trim()) {
            return Ok(commit);
        }
        // Silence is a branch that is not there; words are a repository that is none.
        if output.stderr.is_empty() {
            return Err(PublishError::NoBranch { repository: self.git_dir.clone(), branch: branch.to_owned() });
        }
        Err(self.failed("rev-parse", &output.stderr))
    }

    /// Who has written a commit.
    ///
    /// # Errors
    /// git failed.
    pub fn author(&self, commit: &CommitId) -> Result<Author, PublishError> {
        let output = self.run("cat-file", &["commit", commit.as_str()])?;
        if !output.status.success() {
            return Err(self.failed("cat-file", &output.stderr));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix("author "));
        let (name, rest) = line.unwrap_or_default().split_once('<').unwrap_or_default();
        let email = rest.split('>').next().unwrap_or_default();
        let plain = |text: &str| text.trim().chars().filter(|c| !c.is_control()).take(200).collect();
        Ok(Author { name: plain(name), email: plain(email) })
    }

    /// Whether `later` has `earlier` among its ancestors. A commit that is no longer there is nobody's ancestor.
    ///
    /// # Errors
    /// git cannot be started.
    pub fn descends(&self, later: &CommitId, earlier: &CommitId) -> Result<bool, PublishError> {
        let output = self.run("merge-base", &["--is-ancestor", earlier.as_str(), later.as_str()])?;
        Ok(output.status.success())
    }

    /// What a commit holds in a folder.
    ///
    /// # Errors
    /// There is something that is not published, or too much of it; or git failed. Nothing was written.
    pub fn tree(&self, commit: &CommitId, folder: &str, limits: Limits) -> Result<Tree, TreeError> {
        let name = if folder.is_empty() { format!("{commit}^{{tree}}") } else { format!("{commit}:{folder}") };
        let known = self.run("cat-file", &["-e", &name])?;
        if !known.status.success() {
            return Err(TreeError::Refused(vec![Message::new("publish-folder-missing").with("folder", folder)]));
        }
        let mut command = self.command("ls-tree");
        let mut child =
            Git(command.args(["-r", "-l", "-z", &name]).spawn().map_err(|error| self.not_started(&error))?);
        let listed = child.0.stdout.take().map(BufReader::new);
        let mut listing = Listing { limits, tree: Tree { files: Vec::new(), octets: 0 }, mistakes: Vec::new() };
        for line in listed.into_iter().flat_map(|reader| reader.split(0)) {
            let line = line.map_err(|error| self.not_started(&error))?;
            // A listing without end is not read to its end: dropping the child ends it.
            listing.take(&line)?;
        }
        let mut said = Vec::new();
        if let Some(mut errors) = child.0.stderr.take() {
            let _ = errors.read_to_end(&mut said);
        }
        match child.0.wait() {
            Ok(status) if status.success() => listing.tree(),
            Ok(_) => Err(TreeError::Failed(self.failed("ls-tree", &said))),
            Err(error) => Err(TreeError::Failed(self.not_started(&error))),
        }
    }

    /// Writes a tree into an empty folder.
    ///
    /// # Errors
    /// A file cannot be written, or git failed.
    pub fn check_out(&self, tree: &Tree, folder: &Path) -> Result<(), PublishError> {
        let mut command = self.command("cat-file");
        command.arg("--batch").stdin(Stdio::piped());
        let mut child = Git(command.spawn().map_err(|error| self.not_started(&error))?);
        let (Some(mut asked), Some(answers)) = (child.0.stdin.take(), child.0.stdout.take()) else {
            return Err(self.failed("cat-file", b"no pipe"));
        };
        let mut answers = BufReader::with_capacity(1 << 16, answers);
        let cut_off = |error: io::Error| self.failed("cat-file", error.to_string().as_bytes());
        for file in &tree.files {
            writeln!(asked, "{}", file.object).map_err(cut_off)?;
            let mut head = String::new();
            answers.read_line(&mut head).map_err(cut_off)?;
            if head.trim_end() != format!("{} blob {}", file.object, file.octets) {
                return Err(self.failed("cat-file", head.as_bytes()));
            }
            write_file(&folder.join(&file.path), &mut answers, file.octets)?;
            answers.read_exact(&mut [0]).map_err(cut_off)?;
        }
        Ok(())
    }

    fn run(&self, name: &'static str, arguments: &[&str]) -> Result<Output, PublishError> {
        self.command(name).args(arguments).output().map_err(|error| self.not_started(&error))
    }

    fn command(&self, name: &'static str) -> Command {
        let mut git = Command::new("git");
        git.env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            git.env("PATH", path);
        }
        for (name, value) in [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_ATTR_NOSYSTEM", "1"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("LC_ALL", "C"),
        ] {
            git.env(name, value);
        }
        // The repository belongs to the user who takes pushes, not to the one who publishes (git-config(1), safe.directory).
        for setting in ["safe.directory=*", "core.hooksPath=/dev/null", "core.fsmonitor=false"] {
            git.args(["-c", setting]);
        }
        git.arg("--no-pager").arg("--literal-pathspecs").arg("--git-dir").arg(&self.git_dir).arg(name);
        git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        git
    }

    fn failed(&self, what: &'static str, said: &[u8]) -> PublishError {
        let said = String::from_utf8_lossy(said).trim().replace('\n', "; ");
        PublishError::Git { repository: self.git_dir.clone(), what, said }
    }

    fn not_started(&self, error: &io::Error) -> PublishError {
        self.failed("(the program)", format!("{error}; is git installed?").as_bytes())
    }
}

impl From<PublishError> for TreeError {
    fn from(error: PublishError) -> Self {
        Self::Failed(error)
    }
}

/// A child that does not outlive our interest in it.
struct Git(Child);

impl Drop for Git {
    fn drop(&mut self) {
        // One that has ended already cannot be ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A tree while it is listed.
struct Listing {
    limits: Limits,
    tree: Tree,
    mistakes: Vec<Message>,
}

impl Listing {
    /// Takes an entry: `100644 blob OBJECT   SIZE<tab>PATH` (git-ls-tree(1)).
    fn take(&mut self, line: &[u8]) -> Result<(), TreeError> {
        let line = String::from_utf8_lossy(line);
        let (head, path) = line.split_once('\t').unwrap_or((&*line, ""));
        let mut parts = head.split_ascii_whitespace();
        let (mode, _, object, octets) = (parts.next(), parts.next(), parts.next(), parts.next());
        let mistake = match mode {
            Some("120000") => Some("publish-symbolic-link"),
            Some("160000") => Some("publish-submodule"),
            _ if !is_plain(path) => Some("publish-file-name"),
            _ => None,
        };
        if let Some(key) = mistake {
            self.mistakes.push(Message::new(key).with("file", path));
            return if self.mistakes.len() < NAMED { Ok(()) } else { Err(self.refused()) };
        }
        let octets = octets.and_then(|octets| octets.parse().ok()).unwrap_or(0);
        self.tree.octets = self.tree.octets.saturating_add(octets);
        self.tree.files.push(TreeFile { object: object.unwrap_or_default().to_owned(), octets, path: path.to_owned() });
        let files = u64::try_from(self.tree.files.len()).unwrap_or(u64::MAX);
        if files > self.limits.files {
            self.mistakes.push(Message::new("publish-too-many-files").with("most", self.limits.files));
            return Err(self.refused());
        }
        if self.tree.octets > self.limits.octets {
            let message = Message::new("publish-too-large").with("most", self.limits.octets >> 20);
            self.mistakes.push(message.with("file", path));
            return Err(self.refused());
        }
        Ok(())
    }

    fn refused(&mut self) -> TreeError {
        TreeError::Refused(std::mem::take(&mut self.mistakes))
    }

    fn tree(mut self) -> Result<Tree, TreeError> {
        if self.mistakes.is_empty() { Ok(self.tree) } else { Err(self.refused()) }
    }
}

/// Whether a path leads to a file inside the folder in which it is looked for. What git itself would never write can be pushed
/// all the same.
fn is_plain(path: &str) -> bool {
    let is_part = |part: &str| {
        !matches!(part, "" | "." | "..") && !part.eq_ignore_ascii_case(".git") && !part.contains(['\n', '\u{fffd}'])
    };
    let is_short = |part: &str| part.len() <= LONGEST_NAME;
    path.len() <= LONGEST_PATH && path.split('/').all(|part| is_part(part) && is_short(part))
}

fn write_file(path: &Path, content: &mut impl Read, octets: u64) -> Result<(), PublishError> {
    let failed = |error| PublishError::files(path, "written")(error);
    fs::create_dir_all(path.parent().unwrap_or(path)).map_err(failed)?;
    let mut file = fs::File::create_new(path).map_err(failed)?;
    let copied = io::copy(&mut content.take(octets), &mut file).map_err(failed)?;
    if copied == octets { Ok(()) } else { Err(failed(io::ErrorKind::UnexpectedEof.into())) }
}
