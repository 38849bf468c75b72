//! What the site links to elsewhere: does it still answer? The only part of the program that asks the internet, on a timer of its
//! own and never for a build: whether a site can be published must not hang on servers of others.
//!
//! - [`places`]: which addresses pages lead to, and in which lines they stand;
//! - [`address`]: what an address is, and which places of the network must not be asked;
//! - [`pursuit`]: from one answer to the next step: redirects, second opinions, patience; pure;
//! - [`client`]: one request; [`crowd`]: many, with manners;
//! - [`memory`]: since when an address fails and when it was fine last;
//! - [`report`]: what of that people are told.

mod address;
mod client;
mod crowd;
mod fault;
mod memory;
mod places;
mod pursuit;
mod report;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use messages::{Language, Message};

pub use address::{Address, is_public};
pub use crowd::Manners;
pub use fault::{Answer, CertificateFault, Fault};
pub use memory::{Entry, Memory};
pub use places::{Place, Places};
pub use report::{Patience, Report, is_offline};

use crate::check::Policy;
use crate::site::Publish;
use crate::workshop::Workshop;

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub struct Order<'o> {
    /// For which time pages are public and answers are remembered.
    pub now: Timestamp,
    /// The folder of caches; what is remembered stands in it.
    pub cache: &'o Path,
    /// Whether addresses are asked that were fine lately.
    pub again: bool,
    /// Whether what fails is told at once.
    pub at_once: bool,
    /// How others are asked.
    pub manners: Manners,
}

/// What was learnt.
#[derive(Debug)]
pub struct Asked {
    /// What people are told.
    pub report: Report,
    memory: Memory,
    path: PathBuf,
}

impl Asked {
    /// Whether something counts as dead of which nobody was written to.
    #[must_use]
    pub fn is_news(&self) -> bool {
        self.report.dead.iter().any(|address| !self.memory.is_told(address))
    }

    /// Remembers that somebody was written to of all that counts as dead.
    ///
    /// # Errors
    /// That cannot be kept: it will be written again.
    pub fn remember_letter(&mut self) -> Result<(), AskError> {
        self.report.dead.iter().for_each(|address| self.memory.tell(address));
        keep(&self.memory, &self.path)
    }
}

fn keep(memory: &Memory, path: &Path) -> Result<(), AskError> {
    memory.keep(path).map_err(|source| AskError::Memory { path: path.to_owned(), source })
}

/// Why nobody learns anything.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody could be asked: it is more likely that this machine has no network than that all others are gone.
    #[error("{0}")]
    Offline(String),
    /// What was learnt cannot be kept.
    #[error("{path} cannot be written: {source}", path = .path.display())]
    Memory {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nobody can be asked, for a reason of this machine.
    #[error("nobody can be asked: {0}")]
    Local(String),
}

/// How often what was learnt is kept while others are still asked: who is stopped has not asked in vain.
const KEEP: Duration = Duration::from_secs(30);

/// Asks all addresses elsewhere that the published pages of a site lead to, as far as they are due, and says what of them is wrong.
/// `tell` hears what administrators should know and nothing fails of.
///
/// # Errors
/// Nobody could be asked, or what was learnt cannot be kept.
pub fn ask(
    workshop: &mut Workshop,
    policy: &Policy,
    order: &Order<'_>,
    language: Language,
    tell: &dyn Fn(&str),
) -> Result<Asked, AskError> {
    let site = workshop.site(order.now, Publish::Finished);
    let places = Places::of(&site, workshop.sources().folder());
    let today = site.now.date();
    let (places, excused) = places.without(|place| policy.excuses_address(&place.problem.path, &place.written, today));
    let path = memory::path(order.cache, &site.settings.base_url);
    let mut memory = Memory::read(&path).unwrap_or_else(|error| {
        tell(&format!("{}: {error}; what was remembered is forgotten", path.display()));
        Memory::default()
    });
    let recent = days(policy.links.recent_days);
    let due: Vec<Address> = places
        .addresses()
        .filter(|address| order.again || memory.is_due(address, order.now, recent))
        .cloned()
        .collect();
    let asked = due.len();
    let before = memory.clone();
    let answers = asked_all(due, &site.settings.base_url, order, |address, answer, last_kept| {
        memory.note(address, answer, order.now);
        if last_kept.elapsed() >= KEEP {
            *last_kept = Instant::now();
            // At the end it is tried again, and an error is one then.
            let _ = memory.keep(&path);
        }
    })?;
    if is_offline(&answers) && !has_network(&before, &site.settings.base_url, order)? {
        // What was kept meanwhile is of a machine without a network.
        let _ = before.keep(&path);
        return Err(AskError::Offline(language.say(&Message::new("links-offline"))));
    }
    memory.retain(|address| places.leads_to(address));
    keep(&memory, &path)?;
    let patience = match order.at_once {
        true => Patience(SignedDuration::ZERO),
        false => Patience(days(policy.links.patience_days)),
    };
    let mut report = Report::of(&places, &memory, policy, patience, order.now, &site.settings.time_zone);
    report.asked = asked;
    report.verdict.excused = excused;
    Ok(Asked { report, memory, path })
}

/// So many that were fine are asked when nobody is there.
const WITNESSES: usize = 3;

/// Whether anybody is there who should be: those that were fine last, or the public site itself. When only what fails was to be asked,
/// all of it may be gone indeed.
fn has_network(memory: &Memory, base_url: &str, order: &Order<'_>) -> Result<bool, AskError> {
    let witnesses = memory.witnesses(WITNESSES).into_iter().chain(Address::parse(base_url)).collect();
    Ok(asked_all(witnesses, base_url, order, |_, _, _| {})?.iter().any(|(_, answer)| answer.is_of_server()))
}

fn days(count: u16) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(count))
}

type Answers = Vec<(Address, Answer)>;

/// Asks, and hands each answer on as it comes, with the moment at which answers were kept last.
fn asked_all(
    due: Vec<Address>,
    base_url: &str,
    order: &Order<'_>,
    mut note: impl FnMut(&Address, &Answer, &mut Instant),
) -> Result<Answers, AskError> {
    let client = client::Client::new(base_url, &order.manners).map_err(AskError::Local)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| AskError::Local(error.to_string()))?;
    let mut answers = Answers::new();
    let mut last_kept = Instant::now();
    runtime.block_on(async {
        let mut coming = crowd::ask(due, client, order.manners);
        while let Some((address, answer)) = coming.recv().await {
            note(&address, &answer, &mut last_kept);
            answers.push((address, answer));
        }
    });
    // A resolver that still waits for its answer keeps nobody waiting.
    runtime.shutdown_background();
    Ok(answers)
}
