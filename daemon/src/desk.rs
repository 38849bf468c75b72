//! Where people say something of incidents: that they work on one, what was wrong, what they did, that a computer is broken.
//!
//! `rotused incident` hands what is said to the running daemon through a Unix socket in the state directory, which nobody else may
//! enter, because the daemon alone writes the journal. If none runs, the command takes its place for a moment, under the same
//! lock. Either way what is said has reached the disk before the command says that it has.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::config::{Config, DeviceName, JobName};
use crate::health::{Event, Health, IncidentId, Model, Moment, Reason, Severity, Subject};
use crate::jobs::{Bells, Wish};
use crate::journal::{Entry, Journal, JournalError, Remark, Words};
use crate::recorder::{Report, Stopwatch};
use crate::service::{CannotStart, claim};

pub use crate::jobs::Standing;

/// What somebody says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Who.
    pub author: String,
    /// What.
    pub command: Command,
}

/// What can be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
pub enum Command {
    /// Something is broken that nobody watches.
    Open {
        /// What.
        what: String,
        /// The device, if it is one that is watched.
        device: Option<DeviceName>,
        /// How bad it is.
        severity: Severity,
        /// What else there is to say.
        text: Option<String>,
    },
    /// A backup job is to do something now.
    Job {
        /// Which.
        job: JobName,
        /// What.
        wish: Wish,
    },
    /// Something about an incident.
    Remark {
        /// Which.
        incident: IncidentId,
        /// What.
        words: Words,
    },
}

/// Why what was said is not written down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such incident.
    #[error("there is no incident {0}; `rotused incident list --all` lists them")]
    NoSuchIncident(IncidentId),
    /// It is not open.
    #[error("incident {0} is not open any more; a note can still be added")]
    NotOpen(IncidentId),
    /// Somebody has said it before.
    #[error("incident {0} says the same already; add a note to it")]
    Open(IncidentId),
    /// There is no such device.
    #[error("no device is called \"{0}\" in the configuration")]
    NoSuchDevice(DeviceName),
    /// It is linked with itself.
    #[error("an incident is not linked with itself")]
    WithItself,
    /// Nobody is there who keeps jobs.
    #[error("the daemon does not run, and only it runs jobs; start it: systemctl start rotused")]
    NoDaemon,
    /// There is nothing in it.
    #[error("a text is empty or longer than {LONGEST_TEXT} characters")]
    Text,
}

/// Why nothing was said.
#[derive(Debug, thiserror::Error)]
pub enum CannotSay {
    /// The daemon refuses it.
    #[error("{0}")]
    Refused(String),
    /// The daemon is there and cannot be spoken to.
    #[error("the daemon cannot be spoken to at {path}: {source}; run this as root, or as rotused (sudo -u rotused …)", path = .path.display())]
    Socket {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No daemon runs, and its place is another user's.
    #[error("no daemon runs, and {path} belongs to another user; start it, or run this as its owner (sudo -u rotused …)", path = .0.display())]
    NotItsOwner(PathBuf),
    /// No daemon runs, and its place cannot be taken.
    #[error(transparent)]
    NoDaemon(#[from] CannotStart),
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// What is answered: the incident, or why not.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Reply {
    Written(IncidentId),
    Job(Standing),
    Refused(String),
}

/// Texts are for people to read.
const LONGEST_TEXT: usize = 10_000;

/// Nobody says more at once.
const LONGEST_REQUEST: u64 = 64 * 1024;

/// How long a word may take; a full disk takes long.
const PATIENCE: Duration = Duration::from_secs(20);

fn socket(state_directory: &Path) -> PathBuf {
    state_directory.join("desk")
}

/// What is to be written down because of what somebody says, and of which incident.
///
/// # Errors
/// It cannot be said; nothing has changed.
pub fn apply(
    Request { author, command }: Request,
    health: &mut Health,
    now: Moment,
) -> Result<(IncidentId, Vec<Entry>), Refusal> {
    let remark = |incident, words| Entry::Remark(Remark { incident, at: now.at, author: author.clone(), words });
    match command {
        Command::Open { what, device, severity, text } => {
            texts([Some(&what), text.as_ref(), Some(&author)])?;
            if let Some(device) = &device
                && !health.has_device(device)
            {
                return Err(Refusal::NoSuchDevice(device.clone()));
            }
            let subject = Subject::Reported { what: what.clone(), device };
            if let Some(open) = health.open_incident(&subject) {
                return Err(Refusal::Open(open));
            }
            let reason = Reason::Said(text.unwrap_or(what));
            let events = health.said(subject, severity, reason, now);
            let incident = events.iter().find_map(Event::incident).unwrap_or(IncidentId(0));
            let mut entries: Vec<Entry> = events.into_iter().map(Entry::Event).collect();
            // Who reported it stands in the journal as what they said.
            entries.push(remark(incident, Words::Reported));
            Ok((incident, entries))
        }
        Command::Job { .. } => Err(Refusal::NoDaemon),
        Command::Remark { incident, words } => {
            words.check().map_err(|()| Refusal::Text)?;
            texts([Some(&author)])?;
            if !health.knows(incident) {
                return Err(Refusal::NoSuchIncident(incident));
            }
            let needs_open = matches!(words, Words::Acknowledged { .. } | Words::Closed { .. });
            if needs_open && !health.is_open(incident) {
                return Err(Refusal::NotOpen(incident));
            }
            if let Words::Linked { to } = words {
                if to == incident {
                    return Err(Refusal::WithItself);
                }
                if !health.knows(to) {
                    return Err(Refusal::NoSuchIncident(to));
                }
            }
            let closed = matches!(words, Words::Closed { .. }).then(|| health.close(incident, now.at)).flatten();
            let mut entries = vec![remark(incident, words)];
            entries.extend(closed.map(Entry::Event));
            Ok((incident, entries))
        }
    }
}

fn texts<const N: usize>(texts: [Option<&String>; N]) -> Result<(), Refusal> {
    let is_good = |text: &String| !text.trim().is_empty() && text.chars().count() <= LONGEST_TEXT;
    if texts.into_iter().flatten().all(is_good) { Ok(()) } else { Err(Refusal::Text) }
}

impl Words {
    /// Whether every text in it is one.
    fn check(&self) -> Result<(), ()> {
        let checked = match self {
            Self::Acknowledged { text } | Self::Closed { text } => texts([text.as_ref()]),
            Self::Note { text } => texts([Some(text)]),
            Self::Repair { wrong, done, parts, .. } => {
                texts([Some(wrong), Some(done)]).and_then(|()| parts.iter().try_for_each(|part| texts([Some(part)])))
            }
            Self::Linked { .. } | Self::Reported => Ok(()),
        };
        checked.map_err(|_| ())
    }
}

/// Opens the socket in the state directory, of which the caller has the lock.
///
/// # Errors
/// It cannot be made.
pub fn open(state_directory: &Path) -> io::Result<UnixListener> {
    let path = socket(state_directory);
    // One that a dead daemon has left behind.
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Takes in what people say until told to stop.
pub async fn serve(
    listener: UnixListener,
    reports: mpsc::Sender<Report>,
    bells: Bells,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let (reports, bells, stop) = (reports.clone(), bells.clone(), stop.clone());
                tasks.spawn(async move {
                    // Who is not answered, because they are silent or we stop, is told so by the end of the connection.
                    tokio::select! {
                        _ = tokio::time::timeout(PATIENCE, hear(stream, reports, bells)) => {}
                        () = stop.cancelled() => {}
                    }
                });
            }
            Err(error) => {
                warn!("what people say cannot be heard: {error}");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn hear(mut stream: tokio::net::UnixStream, reports: mpsc::Sender<Report>, bells: Bells) -> io::Result<()> {
    let (read, mut write) = stream.split();
    let mut line = String::new();
    tokio::io::BufReader::new(read.take(LONGEST_REQUEST)).read_line(&mut line).await?;
    let reply = match serde_json::from_str(&line) {
        Ok(Request { author, command: Command::Job { job, wish } }) => {
            if wish != Wish::Look {
                info!(%job, author, ?wish, "{author} asks for something of the backup {job}");
            }
            bells.ring(&job, wish).map_or_else(Reply::Refused, Reply::Job)
        }
        Ok(request) => {
            let (reply, answer) = oneshot::channel();
            let told = reports.send(Report::Said(request, reply)).await.is_ok();
            let gone = || Reply::Refused("the daemon is stopping; say it again".to_owned());
            if told { answer.await.map_or_else(|_| gone(), Reply::from) } else { gone() }
        }
        Err(error) => Reply::Refused(format!("not understood: {error}; is the daemon of the same version?")),
    };
    let mut text = serde_json::to_string(&reply).map_err(io::Error::from)?;
    text.push('\n');
    write.write_all(text.as_bytes()).await
}

impl From<Result<IncidentId, String>> for Reply {
    fn from(answer: Result<IncidentId, String>) -> Self {
        answer.map_or_else(Self::Refused, Self::Written)
    }
}

/// Says something to the daemon, or writes it down itself if none runs.
///
/// # Errors
/// It is not written down.
pub fn say(config: &Config, request: Request) -> Result<IncidentId, CannotSay> {
    let path = socket(&config.state_directory);
    match UnixStream::connect(&path) {
        Ok(stream) => match ask(stream, &request).map_err(|source| CannotSay::Socket { path, source })? {
            Reply::Written(incident) => Ok(incident),
            Reply::Refused(why) => Err(CannotSay::Refused(why)),
            Reply::Job(_) => Err(CannotSay::Refused("the daemon is of another version; restart it".to_owned())),
        },
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            write_down(config, request)
        }
        Err(source) => Err(CannotSay::Socket { path, source }),
    }
}

/// Asks a job of the running daemon for something.
///
/// # Errors
/// No daemon runs, or it refuses.
pub fn ask_job(config: &Config, author: String, job: JobName, wish: Wish) -> Result<Standing, CannotSay> {
    let path = socket(&config.state_directory);
    let request = Request { author, command: Command::Job { job, wish } };
    let asked = UnixStream::connect(&path).and_then(|stream| ask(stream, &request));
    match asked {
        Ok(Reply::Job(standing)) => Ok(standing),
        Ok(Reply::Refused(why)) => Err(CannotSay::Refused(why)),
        Ok(Reply::Written(_)) => Err(CannotSay::Refused("the daemon is of another version; restart it".to_owned())),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            Err(CannotSay::Refused(Refusal::NoDaemon.to_string()))
        }
        Err(source) => Err(CannotSay::Socket { path, source }),
    }
}

fn ask(mut stream: UnixStream, request: &Request) -> io::Result<Reply> {
    stream.set_read_timeout(Some(PATIENCE * 2))?;
    let mut text = serde_json::to_string(request)?;
    text.push('\n');
    stream.write_all(text.as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST_REQUEST)).read_line(&mut line)?;
    if line.is_empty() {
        return Err(io::Error::other("the daemon ended before it had answered; look whether it was written down"));
    }
    Ok(serde_json::from_str(&line)?)
}

fn write_down(config: &Config, request: Request) -> Result<IncidentId, CannotSay> {
    // What root would leave behind, the daemon could not write.
    let owner = std::fs::metadata(&config.state_directory).map(|found| found.uid());
    if owner.is_ok_and(|owner| owner != rustix::process::geteuid().as_raw()) {
        return Err(CannotSay::NotItsOwner(config.state_directory.clone()));
    }
    let _lock = claim(&config.state_directory)?;
    let now = Stopwatch::start().now();
    let (mut journal, remembered) = Journal::open(&config.state_directory.join("journal.db"), now.at)?;
    let mut health = Health::new(Model::new(config), remembered.health);
    let (incident, entries) =
        apply(request, &mut health, now).map_err(|refusal| CannotSay::Refused(refusal.to_string()))?;
    journal.append(&entries)?;
    Ok(incident)
}
