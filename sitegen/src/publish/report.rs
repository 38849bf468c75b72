//! What administrators ask of the releases and their log. Nothing here changes anything.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::configuration::Configuration;
use super::error::PublishError;
use super::log::{self, Action, Entry};
use super::manifest::{Announcement, Manifest};
use super::publisher::{find, intact, log_path, problems};
use super::releases::{ReleaseName, Releases};
use super::repository::{CommitId, Repository};
use super::standing::{Rest, Standing};

/// What is public since when and by whom, what was refused, and what changes next.
///
/// # Errors
/// The log cannot be read or is not what was written.
pub fn status(configuration: &Configuration, now: Timestamp) -> Result<String, PublishError> {
    let entries = log::read(&log_path(configuration))?;
    let lines = entries.len();
    let standing = Standing::of(entries.into_iter().map(|(entry, _)| entry));
    let releases = Releases::new(&configuration.public);
    let mut text = String::new();
    let mut say = |name: &str, words: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:<10}{words}", format!("{name}:"));
    };
    match &standing.public {
        None => say("public", "nothing yet"),
        Some(public) => {
            say("public", &format!("{} since {}, {}", name_of(public), public.time, how(public)));
            say("commit", &written(public));
        }
    }
    if let Some(held) = standing.public.as_ref().and_then(|public| public.held.as_ref()) {
        say("held", &format!("{held} is not published; the next commit is, or this one by --again"));
    }
    if let Some(refused) = &standing.refused {
        let page = problems(configuration).join(format!("{}.html", refused.commit));
        say("refused", &format!("{} at {}; why: {}", written(refused), refused.time, page.display()));
    }
    say("branch", &branch(configuration, &standing, now));
    let next = standing.next_change();
    say(
        "changes",
        &next.map_or_else(|| "nothing changes without a commit".to_owned(), |next| format!("at {next} by itself")),
    );
    say("log", &format!("{lines} lines, whole"));
    let current = releases.current();
    for name in releases.list().into_iter().rev() {
        say("release", &format!("{name}{}", if current.as_ref() == Some(&name) { " (public)" } else { "" }));
    }
    Ok(text)
}

fn name_of(entry: &Entry) -> String {
    entry.release.as_ref().map_or_else(|| "?".to_owned(), ReleaseName::to_string)
}

fn written(entry: &Entry) -> String {
    match &entry.author {
        Some(author) => format!("{} by {author}", entry.commit),
        None => entry.commit.to_string(),
    }
}

fn how(entry: &Entry) -> String {
    let by = entry.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    match entry.action {
        Action::Rollback => format!("gone back to{by}"),
        Action::Recovered => "found so after a process was killed or somebody switched by hand".to_owned(),
        _ if entry.rewritten => "published over rewritten history".to_owned(),
        _ => "published".to_owned(),
    }
}

fn branch(configuration: &Configuration, standing: &Standing, now: Timestamp) -> String {
    let head: CommitId = match Repository::new(configuration.repository.clone()).head(&configuration.branch) {
        Ok(head) => head,
        Err(error) => return error.to_string(),
    };
    let words = match standing.rest(&head, now) {
        Some(Rest::Public) => "public",
        Some(Rest::Held) => "held",
        Some(Rest::Refused) => "refused",
        None => "waits to be published",
    };
    format!("{} at {head}: {words}", configuration.branch)
}

/// Why there was nothing to do.
#[must_use]
pub fn nothing(rest: Rest, head: &CommitId, until: Option<Timestamp>) -> String {
    let why = match rest {
        Rest::Public => "is public already",
        Rest::Held => "is held since somebody went back; push a new commit, or publish it with --again",
        Rest::Refused => "was refused before",
    };
    let next = until.map(|until| format!("; the next change by itself is at {until}")).unwrap_or_default();
    format!("nothing to do: {head} {why}{next}")
}

/// When the public site changes without a new commit.
///
/// # Errors
/// The log cannot be read or is not what was written.
pub fn next_change(configuration: &Configuration) -> Result<Option<Timestamp>, PublishError> {
    let entries = log::read(&log_path(configuration))?;
    Ok(Standing::of(entries.into_iter().map(|(entry, _)| entry)).next_change())
}

/// Which addresses were added, removed and changed from one release to another.
///
/// # Errors
/// There is no such release.
pub fn diff(configuration: &Configuration, from: &str, to: &str) -> Result<String, PublishError> {
    let releases = Releases::new(&configuration.public);
    let read = |text: &str| Manifest::read(&releases.path(&find(&releases, text)?));
    let (from, to) = (read(from)?, read(to)?);
    let mut text = String::new();
    for (sign, address) in from.differences(&to) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{sign} {address}");
    }
    Ok(text)
}

/// Whether the log is what was written, whether each release that is kept is what the log says, and whether the chain is the one of which
/// the releases speak in public.
///
/// # Errors
/// What is not.
pub fn verify(configuration: &Configuration) -> Result<String, PublishError> {
    let path = log_path(configuration);
    let entries = log::read(&path)?;
    let releases = Releases::new(&configuration.public);
    let names = releases.list();
    for name in &names {
        let announcement = intact(&releases.path(name))?;
        let wrong = |what: &str| PublishError::NoRelease(format!("{name}: {what}"));
        let is_of = |entry: &Entry| {
            entry.release.as_ref() == Some(name)
                && entry.manifest.as_ref() == Some(&announcement.manifest)
                && entry.commit == announcement.commit
        };
        if !entries.iter().any(|(entry, _)| is_of(entry)) {
            return Err(wrong("the log says nothing of it, or another manifest or commit"));
        }
        if !is_known(&announcement, &entries) {
            return Err(wrong("the log has lost the line that this release names: it was cut off or written anew"));
        }
    }
    let back = entries.windows(2).filter(|pair| pair[1].0.time < pair[0].0.time).count();
    let mut text = format!("{}: {} lines, whole\n{} releases, whole\n", path.display(), entries.len(), names.len());
    if back > 0 {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{back} lines are earlier than the line before: the clock was set back");
    }
    Ok(text)
}

fn is_known(announcement: &Announcement, entries: &[(Entry, String)]) -> bool {
    let is_first = entries.first().is_some_and(|(entry, _)| entry.previous == announcement.log);
    is_first || entries.iter().any(|(_, hash)| *hash == announcement.log)
}
