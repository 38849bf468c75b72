//! What git tells of a site's texts: who approved of which, and when files came and changed.
//!
//! Only `git` itself reads the repository. What it prints is separated by NUL, which no name, no message and no path can hold, so
//! that nobody can write a line that looks like one of git's.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};

use super::policy::Approval;

/// The trailer (`git-interpret-trailers(1)`) of a commit that approves of a text: its fingerprint, then its file.
pub const TRAILER: &str = "Language-approved";

/// Why git could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// There is no git, or it cannot be run.
    #[error("git cannot be run: {0}; install the package git")]
    Unavailable(#[from] std::io::Error),
    /// It said no.
    #[error("git {command}: {said}")]
    Failed {
        /// What was asked.
        command: String,
        /// What it answered.
        said: String,
    },
}

/// A repository at one of its commits.
#[derive(Debug)]
pub struct History {
    git_dir: PathBuf,
    /// The work tree, when there is one: only that can be committed to.
    work_tree: Option<PathBuf>,
    /// The commit that is judged.
    pub commit: String,
    /// The folder of `content/` inside the repository, with a slash at its end.
    content: String,
    commits: Vec<Commit>,
    dates: OnceLock<FxHashMap<String, Dates>>,
}

/// What the approval of texts needs of a commit.
#[derive(Debug)]
struct Commit {
    id: String,
    author: String,
    committer: String,
    is_merge: bool,
    approved: Vec<(String, String)>,
    reviewers: Vec<String>,
}

/// When a file came into the repository, and when it last changed there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    /// The first commit that has it.
    pub first: Timestamp,
    /// The last commit that changed it.
    pub last: Timestamp,
}

/// Texts of which a language editor approved.
#[derive(Debug, Default)]
pub struct Approvals {
    /// Fingerprints of texts.
    pub texts: FxHashSet<String>,
    /// Of each file, where it was approved, the newest first: what git calls the file as it was then.
    pub versions: FxHashMap<String, Vec<String>>,
}

impl History {
    /// The history of the site in `folder`, at the commit that is checked out; none when it is in no repository.
    ///
    /// # Errors
    /// git cannot be run, or the repository cannot be read.
    pub fn of_folder(folder: &Path) -> Result<Option<Self>, HistoryError> {
        let ask = |arguments: &[&str]| run(Command::new("git").arg("-C").arg(folder).args(arguments));
        let Ok(git_dir) = ask(&["rev-parse", "--absolute-git-dir"]) else {
            // Without git there is no history either, and that is another thing than no repository.
            run(Command::new("git").arg("--version"))?;
            return Ok(None);
        };
        let (top, prefix) = (ask(&["rev-parse", "--show-toplevel"])?, ask(&["rev-parse", "--show-prefix"])?);
        let Ok(commit) = ask(&["rev-parse", "--verify", "HEAD"]) else { return Ok(None) };
        let mut history = Self::of_commit(Path::new(git_dir.trim_end()), commit.trim_end(), prefix.trim_end())?;
        history.work_tree = Some(PathBuf::from(top.trim_end_matches('\n')));
        Ok(Some(history))
    }

    /// The history of the site in the folder `prefix` of a repository, at `commit`.
    ///
    /// # Errors
    /// As [`History::of_folder`].
    pub fn of_commit(git_dir: &Path, commit: &str, prefix: &str) -> Result<Self, HistoryError> {
        let prefix = prefix.trim_matches('/');
        let content = if prefix.is_empty() { "content/".to_owned() } else { format!("{prefix}/content/") };
        let mut history = Self {
            git_dir: git_dir.to_owned(),
            work_tree: None,
            commit: commit.to_owned(),
            content,
            commits: Vec::new(),
            dates: OnceLock::new(),
        };
        history.commits = history.read_commits()?;
        Ok(history)
    }

    fn git(&self) -> Command {
        let mut command = Command::new("git");
        command.arg("--git-dir").arg(&self.git_dir).args([
            "-c",
            "core.quotePath=false",
            // The repository belongs to whoever takes pushes, not to the one who publishes (git-config(1), safe.directory).
            "-c",
            "safe.directory=*",
            "-c",
            "log.showSignature=false",
        ]);
        command.arg("--no-replace-objects");
        command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env("GIT_OPTIONAL_LOCKS", "0");
        command
    }

    fn read_commits(&self) -> Result<Vec<Commit>, HistoryError> {
        const FIELDS: usize = 6;
        let format = format!(
            "--format=%H%x00%ae%x00%ce%x00%P%x00%(trailers:key={TRAILER},valueonly,unfold)%x00%(trailers:key=Reviewed-by,valueonly,unfold)"
        );
        let text = run(self.git().args(["log", "-z", &format, &self.commit]))?;
        let fields: Vec<&str> = text.split('\0').collect();
        let commits = fields.chunks_exact(FIELDS).map(|fields| {
            let approved = fields[4].lines().filter_map(|line| line.split_once(' '));
            Commit {
                id: fields[0].trim().to_owned(),
                author: fields[1].to_owned(),
                committer: fields[2].to_owned(),
                is_merge: fields[3].contains(' '),
                approved: approved.map(|(hash, file)| (hash.to_owned(), file.to_owned())).collect(),
                reviewers: fields[5].lines().filter_map(address_of).map(str::to_owned).collect(),
            }
        });
        Ok(commits.collect())
    }

    /// What language editors approved of.
    ///
    /// # Errors
    /// git cannot be asked.
    pub fn approvals(&self, policy: &Approval) -> Result<Approvals, HistoryError> {
        let is_editor = |address: &str| policy.editors.iter().any(|editor| editor.eq_ignore_ascii_case(address));
        let told: Vec<&Commit> =
            self.commits.iter().filter(|commit| !commit.approved.is_empty() && is_editor(&commit.author)).collect();
        let merged: Vec<&Commit> = self
            .commits
            .iter()
            .filter(|commit| commit.is_merge && commit.reviewers.iter().any(|address| is_editor(address)))
            .filter(|commit| policy.merged_by.iter().any(|forge| forge.eq_ignore_ascii_case(&commit.committer)))
            .collect();
        let signed = match &policy.allowed_signers {
            Some(signers) => Some(self.signed_by(signers, told.iter().chain(&merged).copied())?),
            None => None,
        };
        let is_believed = |commit: &&&Commit, address: &str| {
            signed.as_ref().is_none_or(|signed| {
                signed.get(&commit.id).is_some_and(|principal| principal.eq_ignore_ascii_case(address))
            })
        };
        let mut approvals = Approvals::default();
        for commit in told.iter().filter(|commit| is_believed(commit, &commit.author)) {
            for (hash, file) in &commit.approved {
                approvals.texts.insert(hash.clone());
                let versions = approvals.versions.entry(file.clone()).or_default();
                versions.push(format!("{}:{}{file}", commit.id, self.content));
            }
        }
        for commit in merged.iter().filter(|commit| is_believed(commit, &commit.committer)) {
            for file in self.changed_by(&commit.id)? {
                let version = format!("{}:{}{file}", commit.id, self.content);
                approvals.versions.entry(file).or_default().push(version);
            }
        }
        Ok(approvals)
    }

    /// Who signed each of `commits`, if the signature is good, by the name under which the key is allowed.
    fn signed_by<'c>(
        &self,
        signers: &Path,
        commits: impl Iterator<Item = &'c Commit>,
    ) -> Result<FxHashMap<String, String>, HistoryError> {
        let ids: String = commits.map(|commit| format!("{}\n", commit.id)).collect();
        if ids.is_empty() {
            return Ok(FxHashMap::default());
        }
        let mut allowed = std::ffi::OsString::from("gpg.ssh.allowedSignersFile=");
        allowed.push(signers);
        let mut command = self.git();
        command.arg("-c").arg(allowed).args(["-c", "gpg.format=ssh"]);
        command.args(["log", "-z", "--no-walk=unsorted", "--stdin", "--format=%H%x00%G?%x00%GS"]);
        let text = run_with(&mut command, ids.as_bytes())?;
        let fields: Vec<&str> = text.split('\0').collect();
        let good = fields.chunks_exact(3).filter(|fields| fields[1] == "G");
        Ok(good.map(|fields| (fields[0].trim().to_owned(), fields[2].to_owned())).collect())
    }

    /// The files of `content/` that a merge brought.
    fn changed_by(&self, merge: &str) -> Result<Vec<String>, HistoryError> {
        let first = format!("{merge}^1");
        let text = run(self.git().args(["diff-tree", "-r", "-z", "--name-only", "--no-renames", &first, merge]))?;
        Ok(text.split('\0').filter_map(|path| path.strip_prefix(&self.content)).map(str::to_owned).collect())
    }

    /// A file as it was, by what git calls it; none when it is not there.
    #[must_use]
    pub fn file(&self, version: &str) -> Option<String> {
        run(self.git().args(["cat-file", "blob", version])).ok()
    }

    /// When a file of `content/` came, and when it last changed.
    #[must_use]
    pub fn dates(&self, file: &str) -> Option<Dates> {
        self.dates.get_or_init(|| self.read_dates().unwrap_or_default()).get(file).copied()
    }

    fn read_dates(&self) -> Result<FxHashMap<String, Dates>, HistoryError> {
        let arguments =
            ["log", "-z", "-m", "--first-parent", "--no-renames", "--name-only", "--format=%x00%ct", &self.commit];
        let text = run(self.git().args(arguments).arg("--").arg(&self.content))?;
        let mut dates: FxHashMap<String, Dates> = FxHashMap::default();
        let mut time = Timestamp::UNIX_EPOCH;
        let mut is_time = false;
        // An empty field comes before each time; the newest commit comes first.
        for field in text.split('\0') {
            let field = field.trim_start_matches('\n');
            if field.is_empty() {
                is_time = true;
            } else if std::mem::take(&mut is_time) && field.bytes().all(|byte| byte.is_ascii_digit()) {
                time = field.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or(time);
            } else if let Some(file) = field.strip_prefix(&self.content) {
                dates
                    .entry(file.to_owned())
                    .and_modify(|dates| dates.first = time)
                    .or_insert(Dates { first: time, last: time });
            }
        }
        Ok(dates)
    }

    /// Pages of `content/` that some commit took away, in no order; they may be back.
    #[must_use]
    pub fn deleted(&self) -> Vec<String> {
        let arguments = ["log", "-z", "--no-renames", "--diff-filter=D", "--name-only", "--format=", &self.commit];
        let text = run(self.git().args(arguments).arg("--").arg(&self.content)).unwrap_or_default();
        let pages = text.split('\0').filter_map(|path| path.trim_start_matches('\n').strip_prefix(&self.content));
        let pages: FxHashSet<&str> = pages.filter(|path| path.ends_with(".md")).collect();
        pages.into_iter().map(str::to_owned).collect()
    }

    /// Whether files of `content/` are on the disk as they are in the commit.
    ///
    /// # Errors
    /// git cannot be asked.
    pub fn unchanged(&self, files: &[String]) -> Result<bool, HistoryError> {
        let Some(work_tree) = &self.work_tree else { return Ok(true) };
        let mut command = self.git();
        command.arg("--work-tree").arg(work_tree).args(["status", "--porcelain", "-z", "--"]);
        command.args(files.iter().map(|file| work_tree.join(format!("{}{file}", self.content))));
        Ok(run(&mut command)?.is_empty())
    }

    /// Who commits here: the e-mail address that git would write.
    ///
    /// # Errors
    /// git does not know it.
    pub fn identity(&self) -> Result<String, HistoryError> {
        let ident = run(self.git().args(["var", "GIT_AUTHOR_IDENT"]))?;
        Ok(address_of(&ident).unwrap_or_default().to_owned())
    }

    /// Adds a commit that changes no file and says `message`. Neither what is staged nor hooks are touched.
    ///
    /// # Errors
    /// git cannot be asked, or the branch moved meanwhile.
    pub fn note(&self, message: &str) -> Result<String, HistoryError> {
        let tree = format!("{}^{{tree}}", self.commit);
        let is_signed =
            run(self.git().args(["config", "--type=bool", "commit.gpgSign"])).is_ok_and(|said| said.trim() == "true");
        let mut command = self.git();
        command.arg("commit-tree").arg(&tree).args(["-p", &self.commit]).args(is_signed.then_some("-S"));
        let id = run_with(&mut command, message.as_bytes())?.trim().to_owned();
        run(self.git().args(["update-ref", "-m", "language approval", "HEAD", &id, &self.commit]))?;
        Ok(id)
    }
}

/// The address in `Name <address> …`.
fn address_of(ident: &str) -> Option<&str> {
    let (_, rest) = ident.split_once('<')?;
    Some(rest.split_once('>')?.0)
}

fn run(command: &mut Command) -> Result<String, HistoryError> {
    run_with(command, b"")
}

/// Runs git with `input` and returns what it prints; what is no UTF-8 in it is replaced.
fn run_with(command: &mut Command, input: &[u8]) -> Result<String, HistoryError> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).env("LC_ALL", "C.UTF-8").spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A git that does not want it all says so by its exit code.
        let _ = stdin.write_all(input);
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let command = command.get_args().collect::<Vec<_>>().join(OsStr::new(" ")).to_string_lossy().into_owned();
    Err(HistoryError::Failed { command, said })
}

/// The texts of a message that approves of `texts`: fingerprints by file.
#[must_use]
pub fn approval_message(texts: &BTreeMap<String, String>) -> String {
    let subject = match texts.keys().next() {
        Some(file) if texts.len() == 1 => format!("Kalba suderinta: {file}"),
        _ => format!("Kalba suderinta ({})", texts.len()),
    };
    let trailers: String = texts.iter().map(|(file, hash)| format!("{TRAILER}: {hash} {file}\n")).collect();
    format!("{subject}\n\n{trailers}")
}
