//! `publish.toml`: where from, where to, how much, and who is told.
//!
//! It lies on the server and not in the repository: whoever may push must not decide what they may do.

use std::path::{Path, PathBuf};

use lettre::Address;
use messages::{Language, Message};
use strict_toml::{Document, FromText, Problem, Problems, Table, choose, not_a};

use super::error::PublishError;
use crate::letter::MailServer;

/// How many releases are kept at least: the public one and one to go back to.
const FEWEST_RELEASES: u16 = 2;

/// What `publish.toml` says.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// The bare repository.
    pub repository: PathBuf,
    /// The branch that is published.
    pub branch: String,
    /// The folder with `site.toml` inside the repository; empty for its root.
    pub folder: String,
    /// What belongs to nobody else: locks, the private place of the check-out, what was found last.
    pub state: PathBuf,
    /// Releases, the link to the public one, the log and the reasons of refusals.
    pub public: PathBuf,
    /// Pictures that were made once.
    pub cache: PathBuf,
    /// How many releases are kept.
    pub keep: usize,
    /// The language that editors read.
    pub language: Language,
    /// A policy of the gate in the place of the one in the repository, which everybody who may push can change.
    pub policy: Option<PathBuf>,
    /// How large a commit may be.
    pub limits: Limits,
    /// What addresses begin with that the web server serves from elsewhere.
    pub elsewhere: Vec<String>,
    /// How people are told; without it, nobody is.
    pub mail: Option<MailRoute>,
}

/// How large a commit may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Files.
    pub files: u64,
    /// Octets of all files.
    pub octets: u64,
}

/// How people are told.
#[derive(Debug, Clone)]
pub struct MailRoute {
    /// Host and port of the mail server.
    pub server: MailServer,
    /// The sender.
    pub from: Address,
    /// Who is told of what is no editor's matter.
    pub administrator: Option<Address>,
    /// The domains whose addresses may be told; empty for all.
    pub domains: Vec<String>,
    /// The address of the readers' list; without it, nobody can subscribe.
    pub subscriptions: Option<Address>,
}

impl Configuration {
    /// Reads the file `path`. Paths in it that are not absolute start at its folder.
    ///
    /// # Errors
    /// Everything that is to be mended in it.
    pub fn read(path: &Path) -> Result<Self, PublishError> {
        let problems = Problems::default();
        let read = Document::open(path, "publish-no-configuration", &problems).and_then(|document| {
            let mut table = document.table(&problems)?;
            Self::of(&mut table, path.parent().unwrap_or(Path::new("")))
        });
        let found = problems.into_vec();
        match read {
            Some(configuration) if found.is_empty() => Ok(configuration),
            _ => Err(PublishError::Configuration(found.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n"))),
        }
    }

    fn of(table: &mut Table<'_>, base: &Path) -> Option<Self> {
        let repository: Option<PathBuf> = table.required("repository");
        let state = base.join(table.or("state", PathBuf::from("/var/lib/sitegen")));
        let place =
            |chosen: Option<PathBuf>, name: &str| chosen.map_or_else(|| state.join(name), |path| base.join(path));
        let EditorLanguage(language) = table.or("language", EditorLanguage(Language::Lithuanian));
        let most_megabytes = u64::from(table.or("most_megabytes", 2048_u32));
        let limits = Limits { files: u64::from(table.or("most_files", 100_000_u32)), octets: most_megabytes << 20 };
        let (public, cache) = (place(table.optional("public"), "public"), place(table.optional("cache"), "cache"));
        let mail = table.table("mail").map(|mut inner| MailRoute::of(&mut inner));
        let configuration = Self {
            repository: base.join(repository?),
            branch: table.or("branch", Branch("main".to_owned())).0,
            folder: table.or("folder", Folder(String::new())).0,
            keep: usize::from(table.or("keep", 10_u16).max(FEWEST_RELEASES)),
            language,
            policy: table.optional("policy").map(|path: PathBuf| base.join(path)),
            limits,
            elsewhere: table.or("elsewhere", Vec::new()),
            mail: match mail {
                Some(route) => Some(route?),
                None => None,
            },
            state,
            public,
            cache,
        };
        Some(configuration)
    }
}

impl MailRoute {
    fn of(table: &mut Table<'_>) -> Option<Self> {
        let server: MailServer = table.or("server", MailServer { host: "127.0.0.1".to_owned(), port: 25 });
        let from: Option<Mailbox> = table.required("from");
        let administrator: Option<Mailbox> = table.optional("administrator");
        let domains = table.or("domains", Vec::new());
        let subscriptions: Option<Mailbox> = table.optional("subscriptions");
        let [administrator, subscriptions] =
            [administrator, subscriptions].map(|mailbox| mailbox.map(|mailbox| mailbox.0));
        Some(Self { server, from: from?.0, administrator, domains, subscriptions })
    }

    /// Whether `address` may be told. Who has written a commit is what the commit says: without this, whoever may push could
    /// have the server write to anybody.
    #[must_use]
    pub fn may_tell(&self, address: &Address) -> bool {
        let is_of = |domain: &String| address.domain().eq_ignore_ascii_case(domain);
        self.domains.is_empty() || self.domains.iter().any(is_of)
    }
}

struct Mailbox(Address);

impl FromText for Mailbox {
    const EXAMPLE: &'static str = "\"svetaine@azuolynas.example\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        text.parse().map(Self).map_err(|_| not_a("publish-mail-address", text, <Self as FromText>::EXAMPLE))
    }
}

struct Branch(String);

impl FromText for Branch {
    const EXAMPLE: &'static str = "\"main\"";

    /// Stricter than git, which forbids some more that nobody would write (git-check-ref-format(1)).
    fn from_text(text: &str) -> Result<Self, Message> {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        if text.starts_with('-') || text.contains("..") || !text.chars().all(is_name) {
            return Err(not_a("publish-branch", text, <Self as FromText>::EXAMPLE));
        }
        Ok(Self(text.to_owned()))
    }
}

struct Folder(String);

impl FromText for Folder {
    const EXAMPLE: &'static str = "\"svetaine\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        let inner = text.trim_end_matches('/');
        if inner == "." {
            return Ok(Self(String::new()));
        }
        if inner.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(not_a("publish-folder", text, <Self as FromText>::EXAMPLE));
        }
        Ok(Self(inner.to_owned()))
    }
}

struct EditorLanguage(Language);

impl FromText for EditorLanguage {
    const EXAMPLE: &'static str = "\"lt\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &Language::ALL.map(|language| (language.tag(), language))).map(Self)
    }
}
