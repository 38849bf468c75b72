//! A server that is given for drills, on which others have databases. A drill restores there under names that nobody else chooses, and
//! removes what has such a name: at its end, however that comes, and at the beginning of the next one what a killed drill left.
//!
//! Who made a database is told by the server, from the same moment in which the database is there (its owner, its comment): a list of
//! our own could be lost, or be written a moment too late. Drills of one job wait for each other, or one would take the other's for
//! a leftover.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use tracing::{info, warn};

use messages::Message;

use crate::backup::source::Session;
use crate::backup::{Fault, hex};
use crate::config::Job;

/// Why a given server cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Unfit {
    /// It is the one that is backed up, or a copy of it that cannot be told from it.
    IsSource,
    /// A database there has a name of ours, and we have not made it.
    NotOurs {
        /// Which.
        database: String,
    },
    /// Another drill of the same job is at work there.
    Busy,
    /// What is restored would begin to act: events of MariaDB.
    RunsEvents,
    /// It cannot keep who made a database: it is older than MariaDB 10.5, or MySQL.
    TellsNoMaker,
}

/// How a kind of server is spoken to.
pub(super) struct Words {
    /// What no other server answers.
    pub(super) identity: &'static str,
    /// What is answered with nothing unless the server is unfit.
    pub(super) obstacles: &'static [(&'static str, Unfit)],
    /// Lets a session rest for as long as a drill takes.
    pub(super) rest: &'static str,
    /// Answers with whether the lock of this name is ours.
    pub(super) lock: fn(&str) -> String,
    /// Answers with the databases whose names begin so, and whether we have made each.
    pub(super) find: fn(&str) -> String,
    /// Makes a database that is told to be ours, unless there is one of that name.
    pub(super) make: fn(&str) -> String,
    /// Removes a database.
    pub(super) remove: fn(&str) -> String,
}

/// Opens a session on a server.
pub(super) type Connect<'c> = dyn Fn() -> Result<Session, Fault> + Send + Sync + 'c;

/// A server that is ours to restore to.
pub(super) struct Given<'g> {
    connect: &'g Connect<'g>,
    words: &'static Words,
    /// What people call the server.
    server: String,
    /// What the names of the job's databases begin with.
    prefix: String,
    /// And go on with, in this drill.
    run: String,
    /// How many of them there are.
    made: usize,
    /// Holds the lock.
    _lock: Session,
}

/// How long a question may take that reads no data.
const SOON: Duration = Duration::from_secs(60);

/// How long making or removing a database may take.
const MAKING: Duration = Duration::from_secs(300);

/// For so long the server may still have to find out that a killed drill is gone.
const WAITING: Duration = Duration::from_secs(30);

/// What the names of all databases of all drills begin with.
pub(super) const PREFIX: &str = "rotused_drill_";

/// What the names of a job's databases begin with: the same at each drill of it, on whatever machine, and of no other job.
fn prefix(job: &Job) -> String {
    let mut digest = Sha256::new();
    digest.update(job.name.as_str());
    digest.update([0]);
    digest.update(&job.repository.location);
    format!("{PREFIX}{}_", hex(&digest.finalize()[..8]))
}

impl<'g> Given<'g> {
    /// Takes a server for a drill of `job` that begins `now`: makes sure that it is not the one that is backed up, waits until no
    /// other drill of the job is there, and removes what a killed one left.
    ///
    /// # Errors
    /// [`Fault::Scratch`], or one of the two servers does not answer: of a source that cannot be asked nobody knows that it is another.
    pub(super) async fn take(
        (connect, words, server): (&'g Connect<'g>, &'static Words, String),
        source: &Connect<'_>,
        job: &Job,
        now: Timestamp,
    ) -> Result<Self, Fault> {
        let (prefix, run) = (prefix(job), now.strftime("%Y%m%d%H%M%S").to_string());
        let unfit = |why: Unfit| Fault::Scratch { server: server.clone(), why };
        let mut lock = connect()?;
        let here = lock.ask(words.identity, SOON).await?;
        let there = source()?.ask(words.identity, SOON).await?;
        if here == there {
            return Err(unfit(Unfit::IsSource));
        }
        for (question, why) in words.obstacles {
            if !lock.ask(question, SOON).await?.is_empty() {
                return Err(unfit(why.clone()));
            }
        }
        lock.ask(words.rest, SOON).await?;
        let (begun, wanted) = (Instant::now(), (words.lock)(&prefix));
        while !is_true(lock.ask(&wanted, SOON).await?.concat().first()) {
            if begun.elapsed() > WAITING {
                return Err(unfit(Unfit::Busy));
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let given = Self { connect, words, server, prefix, run, made: 0, _lock: lock };
        let left = given.sweep().await?;
        if !left.is_empty() {
            info!(server = given.server, "removed what a drill that was killed left: {}", left.join(", "));
        }
        Ok(given)
    }

    /// Makes an empty database, and says what it is called.
    ///
    /// # Errors
    /// The server says no.
    pub(super) async fn make(&mut self) -> Result<String, Fault> {
        self.made += 1;
        let name = format!("{}{}_{}", self.prefix, self.run, self.made);
        (self.connect)()?.ask(&(self.words.make)(&name), MAKING).await?;
        Ok(name)
    }

    /// Removes all that was made, and gives back what came of the work, unless something stays.
    ///
    /// # Errors
    /// That of the work, or the server says no: the next drill tries again.
    pub(super) async fn clear<T>(self, done: Result<T, Fault>) -> Result<T, Fault> {
        match self.sweep().await {
            Ok(_) => done,
            Err(fault) => {
                warn!(server = self.server, "databases of the drill stay for the next one to remove: {fault}");
                done.and(Err(fault))
            }
        }
    }

    /// Removes the databases of all drills of the job, and says which there were.
    async fn sweep(&self) -> Result<Vec<String>, Fault> {
        let mut session = (self.connect)()?;
        let found = session.ask(&(self.words.find)(&self.prefix), SOON).await?;
        let ours = all_ours(&found, &self.prefix);
        let ours =
            ours.map_err(|database| Fault::Scratch { server: self.server.clone(), why: Unfit::NotOurs { database } })?;
        for name in &ours {
            session.ask(&(self.words.remove)(name), MAKING).await?;
        }
        Ok(ours)
    }
}

impl Unfit {
    /// Why, in words.
    pub(in crate::backup) fn message(&self, server: &str) -> Message {
        let message = match self {
            Self::IsSource => Message::new("backup-scratch-is-source"),
            Self::NotOurs { database } => Message::new("backup-scratch-not-ours").with("database", database.as_str()),
            Self::Busy => Message::new("backup-scratch-busy"),
            Self::RunsEvents => Message::new("backup-scratch-runs-events"),
            Self::TellsNoMaker => Message::new("backup-scratch-tells-no-maker"),
        };
        message.with("server", server)
    }
}

/// As PostgreSQL and MariaDB say it.
fn is_true(value: Option<&String>) -> bool {
    value.is_some_and(|value| value == "t" || value == "1")
}

/// Of databases, and whether we have made each, the names, if all are ours; else one that is not.
fn all_ours(found: &[Vec<String>], prefix: &str) -> Result<Vec<String>, String> {
    let check = |row: &Vec<String>| {
        let name = row.first().cloned().unwrap_or_default();
        let is_ours = is_true(row.get(1)) && name.strip_prefix(prefix).is_some_and(is_run_and_number);
        if is_ours { Ok(name) } else { Err(name) }
    };
    found.iter().map(check).collect()
}

fn is_run_and_number(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    text.split_once('_').is_some_and(|(run, number)| is_number(run) && is_number(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "rotused_drill_0123456789abcdef_";

    fn found(rows: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let rows: Vec<_> =
            rows.iter().map(|(name, is_ours)| vec![format!("{OURS}{name}"), (*is_ours).into()]).collect();
        all_ours(&rows, OURS)
    }

    #[test]
    fn what_we_made_goes() {
        let names = [format!("{OURS}20261128140000_1"), format!("{OURS}20261128140000_12")];
        assert_eq!(found(&[("20261128140000_1", "t"), ("20261128140000_12", "1")]), Ok(names.to_vec()));
        assert_eq!(found(&[]), Ok(Vec::new()));
    }

    #[test]
    fn nothing_goes_when_one_is_somebody_elses() {
        for other in [("20261128140000_2", "f"), ("20261128140000_2", "0"), ("20261128140000_2", ""), ("kopija", "t")] {
            let name = format!("{OURS}{}", other.0);
            assert_eq!(found(&[("20261128140000_1", "t"), other]), Err(name), "{other:?}");
        }
        assert_eq!(all_ours(&[vec!["gyventojai".to_owned(), "t".to_owned()]], OURS), Err("gyventojai".to_owned()));
        assert!(all_ours(&[Vec::new()], OURS).is_err(), "an answer that is none removes nothing");
    }

    #[test]
    fn names_are_short_enough_for_every_server() {
        let longest = format!("{OURS}20261128140000_{}", u32::MAX);
        // NAMEDATALEN of PostgreSQL is 64 with its zero; MariaDB has 64 letters.
        assert!(longest.len() < 64, "{longest}");
    }
}
