//! The one who publishes: has the lock, knows what is public, and changes it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use lettre::Address;
use messages::Message;
use rustix::fs::syncfs;

use super::build::{Built, NotBuilt, Plan, build};
use super::configuration::Configuration;
use super::error::PublishError;
use super::gate::Gate;
use super::lock::Lock;
use super::log::{Action, Entry, Log, clock};
use super::manifest::{Announcement, Manifest};
use super::place::{self, Partial, check_room};
use super::refusal::{Refusal, Refused};
use super::releases::{ReleaseName, Releases};
use super::repository::{Author, CommitId, GitHistory, Repository, TreeError};
use super::standing::{Rest, Standing};
use crate::letter::Letter;
use crate::whole;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// For which time the site is made; without it, for now.
    pub now: Option<Timestamp>,
    /// Whether it is made although there is nothing to do: after another version of the program, or to end a hold.
    pub again: bool,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// A new release is public.
    Published {
        /// The log's line of it.
        entry: Box<Entry>,
        /// How many old releases were removed.
        removed: usize,
    },
    /// There was nothing to do.
    Nothing {
        /// Why.
        rest: Rest,
        /// The newest commit.
        head: CommitId,
        /// When that changes by itself.
        until: Option<Timestamp>,
    },
    /// The newest commit is not published.
    Refused {
        /// Why.
        text: String,
        /// Where its author can read it.
        page: PathBuf,
    },
}

/// Who has the lock, and has settled what others have left.
pub struct Publisher<'c> {
    configuration: &'c Configuration,
    tell: &'c dyn Fn(&str),
    repository: Repository,
    releases: Releases,
    log: Log,
    standing: Standing,
    /// What is sent once others may publish.
    letters: Vec<(Letter, Address)>,
    lock: Lock,
}

/// A release that nobody sees yet.
struct Made {
    name: ReleaseName,
    built: Built,
}

/// Why there is none.
enum Unmade {
    Refused(Refusal, Option<Timestamp>),
    Failed(PublishError),
}

impl From<PublishError> for Unmade {
    fn from(error: PublishError) -> Self {
        Self::Failed(error)
    }
}

impl<'c> Publisher<'c> {
    /// Waits for the lock, at most for `patience`, and settles what a killed process has left. None when another waits already, who
    /// will publish what is newest. `tell` hears what administrators should know and nothing fails of.
    ///
    /// # Errors
    /// The lock could not be had in time, or a folder or the log cannot be used.
    pub fn wait(
        configuration: &'c Configuration,
        patience: Duration,
        tell: &'c dyn Fn(&str),
    ) -> Result<Option<Self>, PublishError> {
        let lock = Lock::wait(&configuration.state, patience)?;
        lock.map(|lock| Self::with(lock, configuration, tell)).transpose()
    }

    /// The same for who wants something else than the newest commit, and so waits however many do.
    ///
    /// # Errors
    /// As [`Publisher::wait`].
    pub fn next(
        configuration: &'c Configuration,
        patience: Duration,
        tell: &'c dyn Fn(&str),
    ) -> Result<Self, PublishError> {
        Self::with(Lock::next(&configuration.state, patience)?, configuration, tell)
    }

    /// The same for who only wants to look: none when somebody publishes just now.
    ///
    /// # Errors
    /// A folder or the log cannot be used.
    pub fn if_free(configuration: &'c Configuration, tell: &'c dyn Fn(&str)) -> Result<Option<Self>, PublishError> {
        let lock = Lock::if_free(&configuration.state)?;
        lock.map(|lock| Self::with(lock, configuration, tell)).transpose()
    }

    fn with(lock: Lock, configuration: &'c Configuration, tell: &'c dyn Fn(&str)) -> Result<Self, PublishError> {
        let releases = Releases::new(&configuration.public);
        releases.prepare()?;
        place::empty(&place::private(configuration))?;
        whole::clear_up(&configuration.state);
        whole::clear_up(&problems(configuration));
        let log = Log::open(&log_path(configuration), tell)?;
        let standing = Standing::read(&configuration.state, &log)?;
        let repository = Repository::new(configuration.repository.clone());
        let mut publisher =
            Self { configuration, tell, repository, releases, log, standing, letters: Vec::new(), lock };
        publisher.settle()?;
        Ok(publisher)
    }

    /// Writes down what was done and not written down.
    fn settle(&mut self) -> Result<(), PublishError> {
        let current = self.releases.current();
        if let Some(mut entry) = self.standing.intent.clone() {
            entry.time = clock();
            if entry.release == current {
                entry.action = Action::Recovered;
                entry.time = self.releases.switched_at().unwrap_or(entry.time);
                (self.tell)("a process was killed after it had published; the log says so now");
            } else {
                entry.action = Action::Abandoned;
                self.forget(&entry);
            }
            return self.write(entry).map(drop);
        }
        let public = self.standing.public.as_ref();
        match current {
            Some(name) if public.and_then(|public| public.release.as_ref()) != Some(&name) => self.found(&name),
            None if public.is_some() => {
                (self.tell)("the link to the public release is gone; the newest commit is published again");
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Somebody has switched by hand. They are believed, and kept from being overruled within the minute.
    fn found(&mut self, name: &ReleaseName) -> Result<(), PublishError> {
        let Some(announcement) = Announcement::read(&self.releases.path(name)) else { return Ok(()) };
        let mut entry = Entry::new(clock(), Action::Recovered, announcement.commit.clone());
        entry.time = self.releases.switched_at().unwrap_or(entry.time);
        let public = self.standing.public.as_ref();
        entry.of = Some(Action::Rollback);
        entry.replaces = public.and_then(|public| public.release.clone());
        entry.held = public.map(|public| public.held.clone().unwrap_or_else(|| public.commit.clone()));
        // A log that was begun anew does not know until when that release holds.
        entry.until = entry.held.is_none().then_some(entry.time);
        (self.tell)(&format!("{name} is public, and the log did not know; it does now"));
        self.write(describe(entry, name, &announcement)).map(drop)
    }

    /// Removes the release of an intent that came to nothing, unless it is one that was public before.
    fn forget(&self, intent: &Entry) {
        if let (Some(Action::Publish), Some(name)) = (intent.of, &intent.release) {
            self.releases.remove(name);
        }
    }

    fn write(&mut self, entry: Entry) -> Result<Entry, PublishError> {
        let entry = self.log.append(entry)?;
        self.standing.take(entry.clone());
        self.standing.keep(&self.configuration.state, &self.log);
        Ok(entry)
    }

    /// What the log comes to.
    #[must_use]
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Publishes the newest commit, if there is anything to do.
    ///
    /// # Errors
    /// Why that could not be done; the public site is as it was, unless the words say otherwise.
    pub fn publish(mut self, order: Order) -> Result<Outcome, PublishError> {
        let outcome = self.publish_newest(order);
        // A mail server that takes its time keeps nobody from publishing.
        drop(self.lock);
        if let Some(route) = &self.configuration.mail {
            for (letter, to) in &self.letters {
                match letter.send(&route.server, &route.from, to) {
                    Ok(()) => (self.tell)(&format!("{to} was told by mail")),
                    Err(error) => (self.tell)(&format!("{to} could not be told by mail: {error}")),
                }
            }
        }
        outcome
    }

    fn publish_newest(&mut self, order: Order) -> Result<Outcome, PublishError> {
        let now = order.now.unwrap_or_else(clock);
        let head = self.repository.head(&self.configuration.branch)?;
        let rest = self.standing.rest(&head, now);
        if let Some(rest) =
            rest.filter(|rest| !order.again && (*rest == Rest::Refused || self.releases.current().is_some()))
        {
            return Ok(Outcome::Nothing { rest, head, until: self.standing.next_change() });
        }
        let author = self.repository.author(&head)?;
        self.log.reserve()?;
        // An error of writing is told to whoever had the disk open before it happened (syncfs(2)).
        let folder = self.releases.folder();
        let disk = File::open(folder).map_err(PublishError::files(folder, "read"))?;
        let name = self.releases.new_name(Timestamp::now(), &head);
        let made = self.make(&name, &head, now);
        let partial = Partial(self.releases.partial(&name));
        match made {
            Ok(made) => {
                syncfs(&disk).map_err(|errno| PublishError::files(&partial.0, "written")(errno.into()))?;
                for note in &made.built.notes {
                    (self.tell)(note);
                }
                self.show(&made, head, &author, now)
            }
            Err(Unmade::Refused(refusal, until)) => {
                self.refuse(&refusal.readable(self.configuration.language), &head, &author, now, until)
            }
            Err(Unmade::Failed(error)) => Err(error),
        }
    }

    /// Makes a release of a commit. What is left of one that failed is the caller's to remove.
    fn make(&self, name: &ReleaseName, head: &CommitId, now: Timestamp) -> Result<Made, Unmade> {
        let configuration = self.configuration;
        let gate = Gate {
            cache: &configuration.cache,
            language: configuration.language,
            policy: configuration.policy.as_ref(),
            folder: &configuration.folder,
        };
        let tree =
            self.repository.tree(head, &configuration.folder, configuration.limits).map_err(|error| match error {
                TreeError::Refused(messages) => Unmade::Refused(Refusal::of(&messages, configuration.language), None),
                TreeError::Failed(error) => Unmade::Failed(error),
            })?;
        check_room(configuration, tree.octets)?;
        let private = place::private(configuration);
        let place = tempfile::tempdir_in(&private).map_err(PublishError::files(&private, "written"))?;
        let site = place.path();
        self.repository.check_out(&tree, site)?;
        // On a disk that has filled meanwhile, good pictures look bad; no author is to be told of that.
        let refused = |refusal| match check_room(configuration, 0) {
            Ok(()) => Unmade::Refused(refusal, gate.next_change(site, now)),
            Err(error) => Unmade::Failed(error),
        };
        let history = GitHistory { git_dir: self.repository.git_dir().to_owned(), commit: head.clone() };
        let unapproved = gate.check(site, &history, now).map_err(refused)?;
        let current = self.releases.current().map(|name| (self.releases.path(&name), name));
        let plan = Plan {
            site,
            folder: &self.releases.partial(name),
            before: current.as_ref().map(|(folder, name)| (name, folder.as_path())),
            name,
            commit: head,
            now,
            unapproved: &unapproved,
            log: self.log.head(),
        };
        match build(&plan, configuration) {
            Ok(built) => Ok(Made { name: name.clone(), built }),
            Err(NotBuilt::Refused(refusal)) => Err(refused(refusal)),
            Err(NotBuilt::Failed(error)) => Err(Unmade::Failed(error)),
        }
    }

    /// Makes a release public and writes that down.
    fn show(&mut self, made: &Made, head: CommitId, author: &Author, now: Timestamp) -> Result<Outcome, PublishError> {
        let mut entry = Entry::new(clock(), Action::Intent, head);
        entry.author = Some(author.to_string());
        entry.as_of = Some(now);
        entry.replaces = self.releases.current();
        if let Some(before) = self.standing.published.clone().filter(|before| *before != entry.commit) {
            entry.rewritten = !self.repository.descends(&entry.commit, &before)?;
            entry.instead_of = entry.rewritten.then_some(before);
        }
        entry.until = made.built.until;
        let entry = describe(entry, &made.name, &made.built.announcement);
        let releases = Releases::new(&self.configuration.public);
        let entry = self.switch(entry, Action::Publish, || {
            releases.complete(&made.name)?;
            releases.switch(&made.name)
        })?;
        if entry.rewritten {
            self.write_of_rewriting(&entry, author);
        }
        let needed: Vec<&ReleaseName> = entry.release.iter().chain(&entry.replaces).collect();
        let removed = self.releases.prune(self.configuration.keep, &needed);
        Ok(Outcome::Published { entry: Box::new(entry), removed })
    }

    /// Writes the intent, switches, and writes what has happened.
    fn switch(
        &mut self,
        mut entry: Entry,
        of: Action,
        switch: impl FnOnce() -> Result<(), PublishError>,
    ) -> Result<Entry, PublishError> {
        entry.of = Some(of);
        let mut entry = self.write(entry)?;
        if let Err(error) = switch() {
            entry.action = Action::Abandoned;
            entry.time = clock();
            self.forget(&entry);
            // If the log cannot be told either, the next start settles the intent.
            let _ = self.write(entry);
            return Err(error);
        }
        (entry.action, entry.of, entry.time) = (of, None, clock());
        let (release, since) = (entry.release.as_ref().map(ToString::to_string).unwrap_or_default(), entry.time);
        self.write(entry).map_err(|error| PublishError::NotLogged { release, since, source: Box::new(error) })
    }

    /// Writes down that a commit is not published, and tells its author once.
    fn refuse(
        &mut self,
        refusal: &Refusal,
        head: &CommitId,
        author: &Author,
        now: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<Outcome, PublishError> {
        let language = self.configuration.language;
        let is_public = self.standing.public.as_ref().is_some_and(|public| public.commit == *head);
        let is_known = |entry: &Entry| entry.action == Action::Refused && entry.commit == *head;
        let was_told = self.log.entries()?.iter().any(is_known);
        let refused = Refused { refusal, commit: head, author, branch: &self.configuration.branch, is_public };
        let page = refused.write_page(&problems(self.configuration), language)?;
        let letter = refused.letter(language);
        let mut entry = Entry::new(clock(), Action::Refused, head.clone());
        (entry.author, entry.as_of, entry.until) = (Some(author.to_string()), Some(now), until);
        // Before the letter: a process that is killed between the two has told nobody, and none is told twice.
        self.write(entry)?;
        if !was_told {
            self.write_to_author(&letter, author, is_public);
        }
        Ok(Outcome::Refused { text: refusal.text.clone(), page })
    }

    fn write_to_author(&mut self, letter: &Letter, author: &Author, and_administrator: bool) {
        let Some(route) = &self.configuration.mail else { return };
        let address = author.email.parse::<Address>().ok().filter(|address| route.may_tell(address));
        if address.is_none() {
            (self.tell)(&format!("{author} is nobody whom [mail] may tell; the administrator is told instead"));
        }
        let administrator = route.administrator.clone().filter(|_| and_administrator || address.is_none());
        self.letters.extend(address.into_iter().chain(administrator).map(|to| (letter.clone(), to)));
    }

    fn write_of_rewriting(&mut self, entry: &Entry, author: &Author) {
        let language = self.configuration.language;
        let instead_of = entry.instead_of.as_ref().map_or("", CommitId::as_str);
        let message = |key: &str| {
            let message = Message::new(key).with("commit", entry.commit.as_str()).with("before", instead_of);
            language.say(&message.with("author", author.to_string()).with("branch", self.configuration.branch.as_str()))
        };
        (self.tell)(&format!("history was rewritten: {} does not descend from {instead_of}", entry.commit));
        let text = message("publish-rewritten") + "\n";
        let letter = Letter::new(message("publish-rewritten-title"), text);
        let administrator = self.configuration.mail.as_ref().and_then(|route| route.administrator.clone());
        self.letters.extend(administrator.map(|to| (letter, to)));
    }

    /// Goes back to the release that was public before, or to the one that is named. The newest commit is held from then on.
    ///
    /// # Errors
    /// There is no such release, or it is no longer whole; the public site is as it was.
    pub fn rollback(&mut self, to: Option<&str>, by: Option<String>) -> Result<Entry, PublishError> {
        let missing = |text: &str| PublishError::NoRelease(text.to_owned());
        let current = self.releases.current().ok_or_else(|| missing("nothing is public yet"))?;
        let target = match to {
            Some(text) => find(&self.releases, text)?,
            None => Announcement::read(&self.releases.path(&current))
                .and_then(|announcement| announcement.previous)
                .filter(|name| self.releases.path(name).is_dir())
                .ok_or_else(|| missing("the release before is no longer kept; name one of `sitegen publish status`"))?,
        };
        if target == current {
            return Err(PublishError::NoRelease(format!("{target} is public already")));
        }
        let folder = self.releases.path(&target);
        let announcement = intact(&folder)?;
        let mut entry = Entry::new(clock(), Action::Intent, announcement.commit.clone());
        entry.replaces = Some(current);
        entry.by = by;
        // Without a repository there is nothing that could be published again but what was.
        let head = self.repository.head(&self.configuration.branch);
        entry.held = head.ok().or_else(|| self.standing.public.as_ref().map(|public| public.commit.clone()));
        let entry = describe(entry, &target, &announcement);
        let releases = Releases::new(&self.configuration.public);
        self.switch(entry, Action::Rollback, || releases.switch(&target))
    }
}

/// The release that a text names: its name, the beginning of its commit, or `current`.
///
/// # Errors
/// There is none, or more than one.
pub(super) fn find(releases: &Releases, text: &str) -> Result<ReleaseName, PublishError> {
    if text == super::releases::CURRENT
        && let Some(current) = releases.current()
    {
        return Ok(current);
    }
    let names = releases.list();
    let is_commit = |name: &ReleaseName| name.as_str().split('-').nth(1).is_some_and(|commit| commit.starts_with(text));
    let exact = names.iter().filter(|name| name.as_str() == text);
    let found: Vec<&ReleaseName> = exact.chain(names.iter().filter(|name| is_commit(name))).collect();
    match found[..] {
        [name] => Ok(name.clone()),
        [] => Err(PublishError::NoRelease(format!("there is no release {text}; `sitegen publish status` lists them"))),
        _ => Err(PublishError::NoRelease(format!("{text} names more than one release; write the whole name"))),
    }
}

/// What the release in `folder` says of itself, if all its files are as they were when it was made.
///
/// # Errors
/// They are not.
pub(super) fn intact(folder: &Path) -> Result<Announcement, PublishError> {
    let harmed = |what: &str| PublishError::NoRelease(format!("{} {what}; go to another", folder.display()));
    let announcement = Announcement::read(folder).ok_or_else(|| harmed("does not say what it is"))?;
    let kept = Manifest::read(folder)?;
    if kept.hash() != announcement.manifest {
        return Err(harmed("has another manifest than when it was made"));
    }
    match kept.differences(&Manifest::of(folder)?).first() {
        None => Ok(announcement),
        Some((_, address)) => Err(harmed(&format!("was changed since it was made, at {address}"))),
    }
}

fn describe(mut entry: Entry, name: &ReleaseName, announcement: &Announcement) -> Entry {
    entry.release = Some(name.clone());
    entry.manifest = Some(announcement.manifest.clone());
    entry
}

/// Where the log is.
pub(super) fn log_path(configuration: &Configuration) -> PathBuf {
    configuration.public.join("log.jsonl")
}

/// Where authors read why their commits were refused.
pub(super) fn problems(configuration: &Configuration) -> PathBuf {
    configuration.public.join("problems")
}
