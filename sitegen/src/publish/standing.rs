//! What the log comes to: what is public, what was refused, and whether there is anything to do.
//!
//! Everything here follows from the log and can be found again by reading all of it. It is kept in a small file beside, so that
//! the timer, which asks every minute, reads neither the log nor the site.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::PublishError;
use super::log::{Action, Entry, Log};
use super::releases::ReleaseName;
use super::repository::CommitId;
use crate::whole;

/// The file in which it is kept, in the folder of the state.
const FILE: &str = "standing.json";

/// What the log comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// How long the log was of which this is said.
    log_length: u64,
    /// The line by which the public release became public.
    pub public: Option<Entry>,
    /// The release that was public before that.
    pub before: Option<ReleaseName>,
    /// The commit that was published last, even if somebody has gone back since.
    pub published: Option<CommitId>,
    /// An intent of which nobody has written what became of it.
    pub intent: Option<Entry>,
    /// What was refused since something was published.
    pub refused: Option<Entry>,
}

/// Why there is nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// The newest commit is public.
    Public,
    /// Somebody has gone back, and there was no new commit since.
    Held,
    /// The newest commit was refused.
    Refused,
}

impl Standing {
    /// What `log` comes to. The file in the folder `state` is believed if it speaks of a log of that length.
    ///
    /// # Errors
    /// The log had to be read, and cannot be.
    pub fn read(state: &Path, log: &Log) -> Result<Self, PublishError> {
        let kept = fs::read(state.join(FILE)).ok().and_then(|text| serde_json::from_slice::<Self>(&text).ok());
        if let Some(standing) = kept.filter(|standing| standing.log_length == log.length()) {
            return Ok(standing);
        }
        let mut standing = Self::of(log.entries()?);
        standing.keep(state, log);
        Ok(standing)
    }

    /// What these lines come to.
    #[must_use]
    pub fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut standing = Self::default();
        entries.into_iter().for_each(|entry| standing.take(entry));
        standing
    }

    /// One line more.
    pub fn take(&mut self, entry: Entry) {
        match entry.action {
            Action::Intent => self.intent = Some(entry),
            Action::Abandoned => self.intent = None,
            Action::Refused => self.refused = Some(entry),
            Action::Publish | Action::Rollback | Action::Recovered => {
                self.intent = None;
                self.refused = None;
                self.before.clone_from(&entry.replaces);
                if entry.action == Action::Publish || entry.of == Some(Action::Publish) {
                    self.published = Some(entry.commit.clone());
                }
                self.public = Some(entry);
            }
        }
    }

    /// Keeps it for the next time. What cannot be kept is found again.
    pub fn keep(&mut self, state: &Path, log: &Log) {
        self.log_length = log.length();
        if let Ok(text) = serde_json::to_string(self) {
            let _ = whole::write(&state.join(FILE), &text);
        }
    }

    /// Why nothing is to be done at `now` while `head` is the newest commit; none when it is to be published.
    #[must_use]
    pub fn rest(&self, head: &CommitId, now: Timestamp) -> Option<Rest> {
        let holds = |entry: &&Entry| entry.commit == *head && entry.until.is_none_or(|until| now < until);
        if self.refused.as_ref().is_some_and(|refused| holds(&refused)) {
            return Some(Rest::Refused);
        }
        let public = self.public.as_ref()?;
        if public.held.as_ref() == Some(head) {
            return Some(Rest::Held);
        }
        holds(&public).then_some(Rest::Public)
    }

    /// When something changes without a new commit.
    #[must_use]
    pub fn next_change(&self) -> Option<Timestamp> {
        let public = self.public.as_ref().filter(|public| public.held.is_none());
        // What was refused is tried again when time may have mended it.
        self.refused.as_ref().or(public).and_then(|entry| entry.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(digit: char) -> CommitId {
        serde_json::from_value(digit.to_string().repeat(40).into()).unwrap()
    }

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn entry(action: Action, digit: char, until: Option<&str>) -> Entry {
        let mut entry = Entry::new(time("2026-11-28T10:00:00Z"), action, commit(digit));
        entry.until = until.map(time);
        entry
    }

    #[test]
    fn what_is_public_rests_until_a_commit_or_its_moment() {
        let standing = Standing::of([entry(Action::Publish, 'a', Some("2026-12-01T08:00:00Z"))]);
        assert_eq!(standing.rest(&commit('a'), time("2026-12-01T07:59:59Z")), Some(Rest::Public));
        assert_eq!(standing.rest(&commit('a'), time("2026-12-01T08:00:00Z")), None);
        assert_eq!(standing.rest(&commit('b'), time("2026-11-28T10:00:01Z")), None);
    }

    #[test]
    fn who_went_back_is_left_there_until_a_new_commit() {
        let mut rollback = entry(Action::Rollback, 'a', Some("2026-12-01T08:00:00Z"));
        rollback.held = Some(commit('b'));
        let standing = Standing::of([entry(Action::Publish, 'b', None), rollback]);
        assert_eq!(standing.rest(&commit('b'), time("2027-01-01T00:00:00Z")), Some(Rest::Held));
        assert_eq!(standing.rest(&commit('c'), time("2026-11-28T10:00:01Z")), None);
        assert_eq!((standing.next_change(), standing.published), (None, Some(commit('b'))));
    }

    #[test]
    fn what_was_refused_is_not_tried_again_before_time_may_have_mended_it() {
        let lines = [entry(Action::Publish, 'a', None), entry(Action::Refused, 'b', Some("2026-12-01T08:00:00Z"))];
        let standing = Standing::of(lines);
        assert_eq!(standing.rest(&commit('b'), time("2026-12-01T07:00:00Z")), Some(Rest::Refused));
        assert_eq!(standing.rest(&commit('b'), time("2026-12-01T08:00:00Z")), None);
        assert_eq!(standing.next_change(), Some(time("2026-12-01T08:00:00Z")));
        // The refused commit was taken back by a force-push.
        assert_eq!(standing.rest(&commit('a'), time("2026-12-01T07:00:00Z")), Some(Rest::Public));
    }
}
