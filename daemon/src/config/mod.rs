//! What the administrators wrote: TOML files, turned once into a [`Config`] that cannot be wrong.
//!
//! The main file (`rotused.toml`) says where state lives, where the status pages are served, and names SNMP credentials,
//! restic repositories and the channels by which people are told. Devices stand in `devices/*.toml`, backup jobs in
//! `jobs/*.toml` and maintenance windows in `maintenance/*.toml` beside it, in as many files as the administrators like.
//! Nothing past this folder validates again.
//!
//! Reading does not stop at the first mistake: [`load`] returns all of them, each with its place. Relative paths are
//! relative to the folder of the main file, so that the configuration means the same wherever the daemon is started.

mod authorities;
mod channel;
mod check;
mod credential;
mod device;
mod difference;
mod history;
mod job;
mod maintenance;
mod name;
mod rule;
mod secret;
mod source;
mod traps;
mod url;
mod web;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::history::Retention;
use crate::snmp::profile::Profiles;
use jiff::tz::TimeZone;
use messages::{Language, Message};
use strict_toml::{Document, Problem, Problems};

use authorities::SystemAuthorities;

pub use authorities::Authorities;
pub use channel::{Alertmanager, Channel, ChannelKind, Command, Dialect, Endpoint, MailRoute, Webhook, WebhookMethod};
pub use check::{
    Check, CheckId, Confirmation, DatabaseServer, Dns, DnsRecords, DomainName, Exec, Http, HttpMethod, HttpPlace, Icmp,
    Imap, Login, Mail, MailAddress, MailServer, MailboxName, Mysql, Ntp, Pattern, Postgres, Quantity, Question,
    SNMP_PORT, Security, Smtp, Snmp, StartTls, Tcp, Threshold, Tls, TlsPeer,
};
pub use credential::{AuthenticationProtocol, Credential, Identity, PrivacyProtocol, Protection};
pub use device::{Device, DeviceKind};
pub use difference::{Difference, difference};
pub use job::{Copying, Job, Keep, ReadData, Repository};
pub use maintenance::{Maintenance, Occasion};
pub use name::{
    ChannelName, CheckName, CredentialName, DeviceName, JobName, LONGEST_NAME, NotAName, RepositoryName, UserName,
};
pub use rule::{FaultKind, Heartbeat, Notify, Rule};
pub use secret::{Secret, SecretFile};
pub use source::{Databases, PhysicalSource, ServerSource, Source, WAL};
pub use traps::Traps;
pub use url::Url;
pub use web::{HostName, ServerCertificate, Web};

/// Where the configuration is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The main file.
    pub main: PathBuf,
    /// `$CREDENTIALS_DIRECTORY`: where systemd has put credentials, if it has (systemd.exec(5)).
    pub credentials_directory: Option<PathBuf>,
}

/// Everything the daemon was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where the daemon keeps what it must remember; only it writes there.
    pub state_directory: PathBuf,
    /// In which schedules are meant and times are shown.
    pub time_zone: TimeZone,
    /// Where the status pages are served.
    pub listen: SocketAddr,
    /// Who may see them, and how they are reached.
    pub web: Arc<Web>,
    /// The `restic` command: a path, or a name to be found in `PATH`.
    pub restic: PathBuf,
    /// As whom SNMP agents are asked, and notify.
    pub credentials: Vec<Arc<Credential>>,
    /// Whether devices may notify us, and where.
    pub traps: Option<Traps>,
    /// By which people are told.
    pub channels: Vec<Arc<Channel>>,
    /// Who is told of what, and when.
    pub rules: Vec<Rule>,
    /// What holds for all of them.
    pub notify: Notify,
    /// How long what was measured is kept.
    pub history: Retention,
    /// What is watched, in the order of file names and places.
    pub devices: Vec<Device>,
    /// The devices through which this machine reaches all others: if they are silent, it may be this machine's fault.
    pub gateways: Vec<DeviceName>,
    /// When something is expected not to work.
    pub maintenance: Vec<Maintenance>,
    /// What may be initialised and written to.
    pub repositories: Vec<Arc<Repository>>,
    /// What is backed up.
    pub jobs: Vec<Job>,
    /// What kinds of devices have.
    pub profiles: Arc<Profiles>,
}

/// A configuration that cannot be used, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Invalid(Vec<Problem>);

/// What readers of single tables need to know beside the table.
#[derive(Clone)]
struct Reading<'a> {
    /// The folder of the main file.
    folder: &'a Path,
    /// Where the daemon keeps what it must remember.
    state_directory: PathBuf,
    /// `$CREDENTIALS_DIRECTORY` (systemd.exec(5)).
    credentials_directory: Option<PathBuf>,
    /// As whom SNMP agents may be asked.
    credentials: &'a [Arc<Credential>],
    /// Who vouches for servers unless a check says otherwise.
    system_authorities: SystemAuthorities,
}

/// The key of what is said of a file that is not there.
const MISSING: &str = "config-missing-file";

/// Things that are told apart by name.
trait Named {
    fn name(&self) -> &str;
}

impl Invalid {
    /// Every mistake, in the order of files and places.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.0
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.0 {
            writeln!(f, "{problem}")?;
        }
        let count = u64::try_from(self.0.len()).unwrap_or(u64::MAX);
        write!(f, "{}", Message::new("config-invalid").with("count", count))
    }
}

impl std::error::Error for Invalid {}

/// Folders of files beside the main file.
pub const FOLDERS: [&str; 4] = ["devices", "jobs", "maintenance", "profiles"];

impl Location {
    /// The folder of the main file; relative paths begin there.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match self.main.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        }
    }

    /// Every folder that has files of the configuration, whether or not it is there.
    pub fn folders(&self) -> impl Iterator<Item = PathBuf> {
        std::iter::once(self.folder().to_owned()).chain(FOLDERS.map(|folder| self.folder().join(folder)))
    }

    /// Reads the main file and the folders beside it.
    ///
    /// # Errors
    /// All mistakes of all files in one go.
    pub fn load(&self) -> Result<Config, Invalid> {
        let problems = Problems::default();
        let reading = Reading {
            folder: self.folder(),
            state_directory: PathBuf::new(),
            credentials_directory: self.credentials_directory.clone(),
            credentials: &[],
            system_authorities: SystemAuthorities::default(),
        };
        match read(&self.main, &reading, &problems) {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(Invalid(problems.into_vec())),
        }
    }
}

fn read(path: &Path, reading: &Reading<'_>, problems: &Problems) -> Option<Config> {
    let document = Document::open(path, MISSING, problems)?;
    let mut main = document.table(problems)?;
    let state_directory: Option<PathBuf> = main.required("state_directory");
    let time_zone = main.or("time_zone", TimeZone::get("Europe/Vilnius").unwrap_or(TimeZone::UTC));
    let listen = main.or("listen", SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)));
    let web = main.table("web").map_or_else(Web::unread, |table| web::read(table, reading, problems));
    if !web.may_be_served_on(listen) {
        // Whoever reaches the pages learns the whole network.
        main.report(&main.place_of("listen"), Message::new("config-listen-not-loopback"));
    }
    let restic = main.or("restic", PathBuf::from("restic"));
    let credentials = main.tables("credential").into_iter().filter_map(|table| credential::read(table, reading));
    let credentials: Vec<_> = credentials.map(Arc::new).collect();
    unique("credential", credentials.iter().map(AsRef::as_ref), path, problems);
    let traps = main.table("traps").map(traps::read);
    let channels = main.tables("channel").into_iter().filter_map(|table| channel::read(table, reading));
    let channels: Vec<_> = channels.map(Arc::new).collect();
    unique("channel", channels.iter().map(AsRef::as_ref), path, problems);
    let notify = main.table("notify").map(|table| rule::read_notify(table, reading)).unwrap_or_default();
    let rules = main.tables("rule").into_iter().filter_map(|table| rule::read(table, &channels, &notify));
    let mut rules: Vec<Rule> = rules.collect();
    let unnamed = channels.iter().filter(|channel| rules.iter().all(|rule| rule.channel != channel.name));
    rules.extend(unnamed.map(|channel| Rule::all(channel, &notify)).collect::<Vec<_>>());
    let history = main.table("history").map(history::read).unwrap_or_default();
    let mut repositories: Vec<Arc<Repository>> = Vec::new();
    for table in main.tables("repository") {
        repositories.extend(job::read_repository(table, &repositories, reading).map(Arc::new));
    }
    unique("repository", repositories.iter().map(AsRef::as_ref), path, problems);
    let gateways: Vec<DeviceName> = main.or("gateways", Vec::new());
    drop(main);
    let state_directory = state_directory.map(|path| reading.resolve(&path));
    let reading = &Reading {
        credentials: &credentials,
        state_directory: state_directory.clone().unwrap_or_default(),
        ..reading.clone()
    };

    let mut devices = Vec::new();
    let [device_folder, job_folder, maintenance_folder, profile_folder] =
        FOLDERS.map(|folder| reading.folder.join(folder));
    for_each_table(&device_folder, "device", problems, |table| {
        devices.extend(device::read(table, reading));
    });
    unique("device", devices.iter(), &device_folder, problems);
    device::check_parents(&devices, &device_folder, problems);
    device::check_gateways(&gateways, &devices, path, problems);
    let mut maintenance = Vec::new();
    for_each_table(&maintenance_folder, "maintenance", problems, |table| {
        maintenance.extend(maintenance::read(table, &time_zone));
    });
    maintenance::check(&maintenance, &devices, &maintenance_folder, problems);
    let mut jobs = Vec::new();
    for_each_table(&job_folder, "job", problems, |table| {
        jobs.extend(job::read(table, &repositories, reading));
    });
    unique("job", jobs.iter(), &job_folder, problems);

    let profiles = Arc::new(Profiles::load(Some(&profile_folder), problems));

    Some(Config {
        state_directory: state_directory?,
        time_zone,
        listen,
        web: Arc::new(web.into_web()),
        restic,
        credentials,
        traps,
        channels,
        rules,
        notify,
        history,
        devices,
        gateways,
        maintenance,
        repositories,
        jobs,
        profiles,
    })
}

/// Reads every `[[key]]` of every `*.toml` in a folder, in the order of file names. A folder that is not there is empty.
fn for_each_table(folder: &Path, key: &'static str, problems: &Problems, mut read: impl FnMut(strict_toml::Table<'_>)) {
    for path in toml_files(folder, problems) {
        let Some(document) = Document::open(&path, MISSING, problems) else { continue };
        let Some(mut file) = document.table(problems) else { continue };
        for table in file.tables(key) {
            read(table);
        }
    }
}

/// Every `*.toml` in a folder, in the order of their names. A folder that is not there is empty.
pub(crate) fn toml_files(folder: &Path, problems: &Problems) -> Vec<PathBuf> {
    let unreadable = |error: &std::io::Error| problems.report(Problem::unreadable(folder, error));
    let mut paths = Vec::new();
    match std::fs::read_dir(folder) {
        Ok(entries) => {
            for entry in entries {
                match entry {
                    Ok(entry) => paths.push(entry.path()),
                    Err(error) => unreadable(&error),
                }
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => unreadable(&error),
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    paths
}

fn unique<'a, T: Named + 'a>(kind: &str, things: impl Iterator<Item = &'a T>, path: &Path, problems: &Problems) {
    let mut names: Vec<&str> = things.map(Named::name).collect();
    names.sort_unstable();
    for pair in names.windows(2).filter(|pair| pair[0] == pair[1]) {
        let message = Message::new("config-name-twice").with("kind", kind).with("name", pair[0]);
        problems.report(Problem::of_file(path, message));
    }
}

/// The message about a name that nothing has, with the nearest one or all that there are.
pub(crate) fn unknown_name<'a>(key: &str, wanted: &str, known: impl Iterator<Item = &'a str> + Clone) -> Message {
    let names = match strict_toml::nearest(wanted, known.clone()) {
        Some(nearest) => Message::new("config-did-you-mean").with("nearest", nearest),
        None => Message::new("config-known-names").with("known", known.collect::<Vec<_>>().join(", ")),
    };
    Message::new(key).with("name", wanted).with("hint", names)
}

impl Reading<'_> {
    fn resolve(&self, path: &Path) -> PathBuf {
        // Absolute, because children (restic) may be started elsewhere, and without `..`, because it is shown to people.
        // The folder is followed through its symbolic links first: beyond one, `..` leads elsewhere than it reads.
        let folder = self.folder.canonicalize().unwrap_or_else(|_| self.folder.to_owned());
        let mut resolved = PathBuf::new();
        for part in folder.join(path).components() {
            match part {
                Component::ParentDir => drop(resolved.pop()),
                Component::CurDir => {}
                other => resolved.push(other),
            }
        }
        resolved
    }
}

#[cfg(test)]
impl Config {
    /// One that asks for nothing.
    pub(crate) fn empty() -> Self {
        Self {
            state_directory: "/nowhere".into(),
            time_zone: TimeZone::get("Europe/Vilnius").unwrap(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            web: Arc::default(),
            restic: "restic".into(),
            credentials: Vec::new(),
            traps: None,
            channels: Vec::new(),
            rules: Vec::new(),
            notify: Notify::default(),
            history: Retention::default(),
            devices: Vec::new(),
            gateways: Vec::new(),
            maintenance: Vec::new(),
            repositories: Vec::new(),
            jobs: Vec::new(),
            profiles: Arc::new(Profiles::load(None, &Problems::default())),
        }
    }
}

/// What `rotused check` says of a good configuration.
#[must_use]
pub fn summary(config: &Config, language: Language) -> String {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let checks = config.devices.iter().map(|device| device.checks.len()).sum();
    let message = Message::new("config-valid")
        .with("devices", count(config.devices.len()))
        .with("checks", count(checks))
        .with("jobs", count(config.jobs.len()));
    language.say(&message)
}
