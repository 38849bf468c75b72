//! The folder in which the list lies, and in which order things are written down and sent.
//!
//! ```text
//! subscriptions/
//!   list.json      who reads what (0600)
//!   digest.json    a digest that is being sent, whole before its first letter
//!   sent           a line for each of its readers who has been written to
//! ```
//!
//! A process that is killed has written to nobody twice but, at most, to the one whose letter was just being taken.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use lettre::Address;

use super::digest::{self, Digest};
use super::letters;
use super::list::{Answer, List, Token};
use super::news::Section;
use super::request::{self, Envelope, Request};
use crate::letter::{Letter, NotTaken};
use crate::publish::configuration::MailRoute;
use crate::publish::lock::Lock;
use crate::publish::releases::CURRENT;
use crate::publish::{Configuration, PublishError};
use crate::whole;

/// How long another process is waited for: a letter comes again, and a digest is sent the next time.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the list is, and who has the right to change it.
pub struct Office<'c> {
    configuration: &'c Configuration,
    route: &'c MailRoute,
    /// The address of the list.
    address: &'c Address,
    folder: PathBuf,
    list: List,
    _lock: Lock,
}

/// What became of a letter to the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// It was answered.
    Answered(Address),
    /// It was not, for this reason.
    Nothing(String),
}

/// What became of a digest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// To how many readers.
    pub letters: usize,
    /// Who is no reader any more, because letters do not reach them.
    pub gone: Vec<Address>,
}

/// Why readers could not be served.
#[derive(Debug, thiserror::Error)]
pub enum SubscriptionError {
    /// The configuration has no list.
    #[error(
        "publish.toml has no `[mail]` with `subscriptions`, the address of the readers' list; nobody can subscribe"
    )]
    NoList,
    /// A file, or the lock, cannot be used.
    #[error(transparent)]
    Files(#[from] PublishError),
    /// A file of the folder is not what was written.
    #[error("{path} is not what sitegen has written ({source}); restore it from a backup, or remove it and lose what it says", path = .path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The mail server does not take letters.
    #[error(
        "the mail server {server} did not take a letter to {to}: {why}; nothing is lost, run the command again when it does"
    )]
    Mail {
        /// The server.
        server: String,
        /// The reader.
        to: Address,
        /// Its words.
        why: String,
    },
}

impl SubscriptionError {
    /// The exit code: 75 (EX_TEMPFAIL of sysexits(3)) for what goes by by itself, so that the mail server brings a letter again.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::NoList => 1,
            // A full disk, a lock, a server that is started again: a letter must wait for all of them.
            Self::Files(_) | Self::Damaged { .. } | Self::Mail { .. } => 75,
        }
    }
}

impl<'c> Office<'c> {
    /// Opens the list, alone.
    ///
    /// # Errors
    /// There is none, another process has it for too long, or it cannot be read.
    pub fn open(configuration: &'c Configuration) -> Result<Self, SubscriptionError> {
        let route = configuration.mail.as_ref().ok_or(SubscriptionError::NoList)?;
        let address = route.subscriptions.as_ref().ok_or(SubscriptionError::NoList)?;
        let folder = configuration.state.join("subscriptions");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::set_permissions(&folder, Permissions::from_mode(0o700)))
            .map_err(PublishError::files(&folder, "made"))?;
        let lock = Lock::next(&folder, PATIENCE)?;
        let list = read_json(&folder.join("list.json"))?.unwrap_or_default();
        Ok(Self { configuration, route, address, folder, list, _lock: lock })
    }

    /// Does what a letter asks for and answers it. `fresh` is a token that nobody can guess.
    ///
    /// # Errors
    /// The list could not be written, or the mail server did not take the answer; the letter must come again.
    pub fn receive(
        &mut self,
        letter: impl Read,
        envelope: &Envelope,
        fresh: Token,
        now: Timestamp,
    ) -> Result<Received, SubscriptionError> {
        let mut octets = Vec::new();
        letter
            .take(request::MOST_OCTETS)
            .read_to_end(&mut octets)
            .map_err(PublishError::files(Path::new("the letter"), "read"))?;
        let (from, wish) = match request::read(&octets, envelope) {
            Request::Nothing(why) => return Ok(Received::Nothing(why.to_owned())),
            Request::Refused(token) => {
                let gone = self.list.refused(&token, now);
                self.write()?;
                let what = gone.map_or_else(
                    || "a digest was not brought".to_owned(),
                    |gone| format!("{gone} is no reader any more: digests do not reach them"),
                );
                return Ok(Received::Nothing(what));
            }
            Request::Wish(from, wish) => (from, wish),
        };
        let public = self.public();
        let is_section = |address: &str| matches!(Section::read(&public, address), Ok(Some(_)));
        let (to, answer) = self.list.answer(&from, &wish, fresh, now, is_section);
        let found = answer.section().map(|address| self.section(address)).transpose()?.flatten();
        if let (Answer::Welcome(address), Some(found)) = (&answer, &found) {
            // What has been there already is no news for the first reader of a section.
            if self.list.readers_of(address) == 1 {
                let ids = found.entries.iter().map(|entry| entry.id.clone());
                self.list.told.entry(address.clone()).or_default().extend(ids);
            }
        }
        self.write()?;
        let language = found.as_ref().map_or(self.configuration.language, Section::language);
        let letter = match letters::answer(&answer, found.as_ref(), language) {
            Ok(letter) => letter,
            Err(why) => return Ok(Received::Nothing(why.to_owned())),
        };
        match self.send(&letter, &to) {
            Ok(()) => Ok(Received::Answered(to)),
            // Then it is no letter that can be answered either.
            Err(refused) if refused.is_for_good => Ok(Received::Nothing(refused.why)),
            Err(refused) => Err(self.not_taken(&to, refused)),
        }
    }

    /// Sends each reader what is new in their sections since the last digest; goes on with one that was not ended. `tell` hears of
    /// letters that are refused.
    ///
    /// # Errors
    /// A feed cannot be read, the list cannot be written, or the mail server takes nothing; the next run goes on there.
    pub fn digest(&mut self, now: Timestamp, tell: impl Fn(&str)) -> Result<Sent, SubscriptionError> {
        let path = self.folder.join("digest.json");
        let mut digest = match read_json::<Digest>(&path)? {
            // One that was not ended; what came since is the next one's.
            Some(digest) => {
                digest::has_told(&mut self.list, &digest);
                self.write()?;
                digest
            }
            None => self.prepare(&path)?,
        };
        let (sent_path, mut sent) = (self.folder.join("sent"), Sent::default());
        let mut is_sent: BTreeSet<String> =
            fs::read_to_string(&sent_path).unwrap_or_default().lines().map(str::to_owned).collect();
        // Who has left since.
        let still_read: BTreeSet<&Token> = self.list.readers.values().map(|reader| &reader.token).collect();
        digest.readers.retain(|reader| still_read.contains(&reader.token));
        let mut log = append(&sent_path).map_err(PublishError::files(&sent_path, "written"))?;
        for reader in &digest.readers {
            if !is_sent.insert(reader.token.as_str().to_owned()) {
                continue;
            }
            match self.send(&letters::digest(&digest, reader, self.address), &reader.address) {
                Ok(()) => sent.letters += 1,
                Err(refused) if refused.is_for_good => {
                    tell(&format!("a digest was refused: {}: {refused}", reader.address));
                    sent.gone.extend(self.list.refused(&reader.token, now));
                    self.write()?;
                }
                Err(refused) => return Err(self.not_taken(&reader.address, refused)),
            }
            writeln!(log, "{}", reader.token.as_str())
                .and_then(|()| log.sync_data())
                .map_err(PublishError::files(&sent_path, "written"))?;
        }
        // In this order: without the digest, what is in the other counts for nothing.
        for path in [&path, &sent_path] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(PublishError::files(path, "removed")(error).into());
                }
                _ => {}
            }
        }
        Ok(sent)
    }

    fn prepare(&mut self, path: &Path) -> Result<Digest, SubscriptionError> {
        // A digest that was ended just before its process was killed.
        let _ = fs::remove_file(self.folder.join("sent"));
        let read: BTreeSet<String> =
            self.list.readers.values().flat_map(|reader| reader.sections.keys().cloned()).collect();
        // Who reads a section again begins anew.
        self.list.told.retain(|address, _| read.contains(address));
        let mut sections = BTreeMap::new();
        for address in read {
            // A section that is gone may come back.
            if let Some(section) = self.section(&address)? {
                sections.insert(address, section);
            }
        }
        let digest = digest::prepare(&mut self.list, &sections);
        if !digest.readers.is_empty() {
            write_json(path, &digest)?;
        }
        // After the digest, which knows what the list is to know: nothing is lost between the two.
        self.write()?;
        Ok(digest)
    }

    /// Readers, their sections, and since when.
    #[must_use]
    pub fn readers(&self) -> Vec<(&Address, &BTreeMap<String, Timestamp>)> {
        self.list.readers.values().map(|reader| (&reader.address, &reader.sections)).collect()
    }

    /// Takes an address off the list; whether it was there.
    ///
    /// # Errors
    /// The list cannot be written.
    pub fn remove(&mut self, address: &Address) -> Result<bool, SubscriptionError> {
        let was_there = self.list.remove(address);
        self.write()?;
        Ok(was_there)
    }

    fn public(&self) -> PathBuf {
        self.configuration.public.join(CURRENT)
    }

    fn section(&self, address: &str) -> Result<Option<Section>, SubscriptionError> {
        let public = self.public();
        let path = Section::path(&public, address);
        Ok(Section::read(&public, address).map_err(PublishError::files(&path, "read"))?)
    }

    fn send(&self, letter: &Letter, to: &Address) -> Result<(), NotTaken> {
        letter.send(&self.route.server, self.address, to)
    }

    fn not_taken(&self, to: &Address, refused: NotTaken) -> SubscriptionError {
        let server = format!("{}:{}", self.route.server.host, self.route.server.port);
        SubscriptionError::Mail { server, to: to.clone(), why: refused.why }
    }

    fn write(&self) -> Result<(), SubscriptionError> {
        write_json(&self.folder.join("list.json"), &self.list)
    }
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, SubscriptionError> {
    match fs::read(path) {
        Ok(octets) => serde_json::from_slice(&octets)
            .map(Some)
            .map_err(|source| SubscriptionError::Damaged { path: path.to_owned(), source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(PublishError::files(path, "read")(error).into()),
    }
}

fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), SubscriptionError> {
    let written =
        serde_json::to_string(value).map_err(io::Error::from).and_then(|text| whole::write_private(path, &text));
    Ok(written.map_err(PublishError::files(path, "written"))?)
}

fn append(path: &Path) -> io::Result<File> {
    File::options().create(true).append(true).mode(0o600).open(path)
}
