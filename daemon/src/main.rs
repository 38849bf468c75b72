//! The command line of `rotused`: one short function a command.

mod backup_command;
mod incident_command;
mod repo_command;
mod restore_command;
mod user_command;
mod wal_command;

use std::io::{IsTerminal, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use ipnet::IpNet;
use jiff::Timestamp;
use messages::Language;
use rotused::config::{self, ChannelName, CheckId, Config, Invalid, Location};
use rotused::discover::{self, Discovery, Search};
use rotused::history::export::{self, CannotExport};
use rotused::history::request::{Format, Moment, Selection, Stretch};
use rotused::history::{HistoryError, HistoryReader, Resolution};
use rotused::inspect::{self, CannotLook, Target};
use rotused::journal::{JournalError, JournalReader};
use rotused::notify::{Letter, deliver};
use rotused::replay;
use rotused::service::{self, CannotStart};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Watches a municipality's network and services, records faults, and backs databases up and proves it.
///
/// rotused reads TOML files, asks devices and services in turn (ping, SNMP, TCP, TLS, web, mail), writes down what broke
/// and when it was repaired, runs backup jobs through restic and verifies each of them, and shows everything on status
/// pages. It changes nothing on the devices that it watches, but for the messages that it sends and deletes where asked to.
#[derive(Parser)]
#[command(version, after_long_help = EXIT_CODES)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done; for `run`: stopped by SIGTERM or SIGINT
  1  another failure, in words on standard error
  2  the configuration or the command line is wrong; nothing was started
  3  `run` could not start: state directory, port, journal or restic; nothing was started

Environment:
  RUST_LOG               what is logged, such as `rotused=debug` (tracing-subscriber's EnvFilter); default `info`
  CREDENTIALS_DIRECTORY  where systemd has put the credentials of LoadCredential= (systemd.exec(5))
  NOTIFY_SOCKET, WATCHDOG_USEC, JOURNAL_STREAM  set by systemd

Files:
  /etc/rotused/rotused.toml      state directory, status pages, SNMP credentials, channels, restic repositories
  /etc/rotused/profiles/*.toml   what kinds of devices have, beside what is built in
  /etc/rotused/devices/*.toml    devices and what is asked of them
  /etc/rotused/jobs/*.toml       backup jobs
  /etc/rotused/users             who may see the status pages (wherever `users` of [web] says); see `rotused user`
  /etc/rotused/maintenance/*.toml  when something is expected not to work";

#[derive(Subcommand)]
enum Command {
    /// Watches, backs up and shows until SIGTERM or SIGINT; what systemd starts.
    ///
    /// Everything is opened before anything starts: with a mistake in the configuration, a busy port or a state
    /// directory that cannot be written, rotused says so and ends. SIGTERM stops within five seconds: a backup under way is
    /// aborted so that neither a half snapshot nor a lock stays behind, and is run again at the next start. A second
    /// SIGTERM ends at once.
    Run {
        /// Records every observation in this file, for `rotused replay`.
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
        #[command(flatten)]
        configured: Configured,
    },
    /// Prints what would have been concluded from recorded observations, by the configuration as it is now.
    ///
    /// `rotused run --record FILE` records. The same observations always give the same incidents.
    Replay {
        /// The recording.
        file: PathBuf,
        #[command(flatten)]
        configured: Configured,
    },
    /// Reads the configuration and says what is wrong with it, all of it in one go; starts nothing.
    ///
    /// Secrets are looked at too: a missing file or one that others can read is a mistake.
    Check(Configured),
    /// Looks at one SNMP agent by hand, with the daemon's own eyes.
    Snmp {
        #[command(subcommand)]
        command: Snmp,
    },
    /// Looks at a network and proposes TOML for the devices that answer ping or SNMP; changes nothing.
    ///
    /// Every address is pinged and asked by SNMP as each credential of the configuration. Who answers is asked for all that
    /// its profile knows; the proposal has its name, kind, site and address, and its parent from what devices say of
    /// their neighbours (LLDP, CDP) and of the MAC addresses behind their ports. Devices that are in the configuration are
    /// left out. Write it to a file in devices/, change what you know better, and run `rotused check`.
    Discover {
        /// Networks or addresses, such as 10.0.0.0/22.
        #[arg(required = true, value_parser = network)]
        networks: Vec<IpNet>,
        /// As whom agents are asked: the name of a [[credential]], perhaps several times; by default all of them.
        #[arg(long, value_name = "NAME")]
        credentials: Vec<String>,
        /// The port of SNMP agents.
        #[arg(long, default_value_t = rotused::config::SNMP_PORT)]
        port: u16,
        /// The address from which parents are seen; by default the gateway of this machine.
        #[arg(long, value_name = "ADDRESS")]
        root: Option<IpAddr>,
        #[command(flatten)]
        configured: Configured,
    },
    /// Reads and writes the fault journal.
    ///
    /// What is said is on the disk when the command ends with 0, and nothing that was said is ever changed: a correction is said
    /// too. It is written by the running daemon or, if none runs, by this command; either way as root or as rotused.
    Incident {
        #[command(subcommand)]
        command: incident_command::Incident,
    },
    /// Looks after the channels by which people are told.
    Channel {
        #[command(subcommand)]
        command: Channel,
    },
    /// Prints what was measured of one series as a table.
    ///
    /// Also while the daemon runs. Times are those of the configuration's time zone.
    Query {
        /// The check, as on its device's page: sw-rotuse-1/icmp.
        #[arg(value_name = "DEVICE/CHECK", value_parser = check_id)]
        check: CheckId,
        /// What is measured, by its name in /metrics without rotuse_check_: rtt_seconds, receive_bits_per_second.
        metric: String,
        /// Of which of several things alike: the name of an interface, a sensor, a file system.
        #[arg(long)]
        instance: Option<String>,
        #[command(flatten)]
        stretch: Between,
        #[command(flatten)]
        configured: Configured,
    },
    /// Writes what was measured to standard output, for other programs.
    ///
    /// Also while the daemon runs. Without filters all series are written; each filter may be given several times.
    Export {
        /// csv, jsonl (a JSON object a line) or openmetrics (OpenMetrics text, for `promtool tsdb create-blocks-from`).
        #[arg(long, default_value = "csv")]
        format: Format,
        /// Only of this device.
        #[arg(long = "device", value_name = "NAME")]
        devices: Vec<String>,
        /// Only of checks of this name.
        #[arg(long = "check", value_name = "NAME")]
        checks: Vec<String>,
        /// Only this metric.
        #[arg(long = "metric", value_name = "NAME")]
        metrics: Vec<String>,
        /// Only of this interface, sensor, file system.
        #[arg(long = "instance", value_name = "NAME")]
        instances: Vec<String>,
        #[command(flatten)]
        stretch: Between,
        #[command(flatten)]
        configured: Configured,
    },
    /// Runs backup jobs, proves them, and tells what they came to.
    Backup {
        #[command(subcommand)]
        command: backup_command::Backup,
    },
    /// Restores a backup, to a new name unless the original is named.
    Restore(restore_command::Restore),
    /// Takes the log of a PostgreSQL server, for restores to any moment.
    Wal {
        #[command(subcommand)]
        command: wal_command::Wal,
    },
    /// Looks after restic repositories.
    Repo {
        #[command(subcommand)]
        command: repo_command::Repo,
    },
    /// Looks after those who may see the status pages: the file that `users` of [web] names.
    ///
    /// The running daemon is told by `systemctl reload rotused`. Whoever is taken out, or gets another password, is logged out then.
    User {
        #[command(subcommand)]
        command: user_command::User,
    },
}

#[derive(Subcommand)]
enum Channel {
    /// Delivers a test letter through a channel and prints what the other side answered.
    ///
    /// The letter says that it is a test and asks nothing of who reads it. Whoever the channel leads to gets it.
    Test {
        /// The channel's name in the configuration.
        name: ChannelName,
        #[command(flatten)]
        configured: Configured,
    },
}

#[derive(Subcommand)]
enum Snmp {
    /// Prints what an agent answers, value by value.
    Walk {
        #[command(flatten)]
        agent: Agent,
        /// Where to begin; everything under it is printed.
        #[arg(default_value = "1.3.6.1.2.1", value_parser = object_id)]
        oid: ObjectId,
    },
    /// Prints how each value of a device is understood, by the profile that fits it.
    ///
    /// Profiles are TOML files: those that are part of rotused, and those in the folder profiles/ beside the configuration.
    Explain {
        #[command(flatten)]
        agent: Agent,
        /// Prints JSON for programs; `rotused snmp schema` describes it.
        #[arg(long)]
        json: bool,
    },
    /// Prints the JSON Schema of what `explain --json` prints: all sections and fields, with units and meanings.
    Schema,
}

#[derive(Args)]
struct Agent {
    /// A device of the configuration with a check of kind "snmp"; with --credentials also HOST or HOST:PORT.
    device: String,
    /// As whom to ask: the name of a [[credential]] of the configuration.
    #[arg(long, value_name = "NAME")]
    credentials: Option<String>,
    /// How long to wait for the agent, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    #[command(flatten)]
    configured: Configured,
}

#[derive(Args)]
struct Between {
    /// Since when: 2026-11-24T08:00:00Z, 2026-11-24T10:00 (in the configuration's time zone), or 24h (so long ago).
    #[arg(long, value_name = "TIME", default_value = "24h")]
    from: Moment,
    /// Until when.
    #[arg(long, value_name = "TIME", default_value = "now")]
    to: Moment,
    /// How finely: full, 5m or 1h; by default what suits the time and is still kept.
    #[arg(long)]
    resolution: Option<Resolution>,
}

impl Between {
    fn stretch(&self, config: &Config) -> Result<Stretch, CannotExport> {
        let now = Timestamp::now();
        let [from, to] = [&self.from, &self.to].map(|moment| moment.timestamp(now, &config.time_zone));
        Stretch::new(from?, to?, self.resolution, &config.history, now)
    }
}

#[derive(Clone)]
struct ObjectId(Vec<u32>);

fn object_id(text: &str) -> Result<ObjectId, String> {
    rotused::snmp::raw::arcs(text).map(ObjectId).ok_or_else(|| "an OID looks like 1.3.6.1.2.1.2.2".to_owned())
}

#[derive(Args)]
struct Configured {
    /// The main configuration file; devices/*.toml and jobs/*.toml are read beside it.
    #[arg(long, value_name = "FILE", default_value = "/etc/rotused/rotused.toml")]
    config: PathBuf,
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    match execute(command_line.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rotused: {error:#}");
            ExitCode::from(exit_code(&error))
        }
    }
}

fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<Invalid>() {
        2
    } else if error.is::<CannotStart>() {
        3
    } else {
        1
    }
}

fn execute(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Run { record, configured } => run(&configured.config, record.as_deref()),
        Command::Replay { file, configured } => replay(&configured.config, &file),
        Command::Check(configured) => check(&configured.config),
        Command::Snmp { command } => snmp(command),
        Command::Discover { networks, credentials, port, root, configured } => {
            discover(&configured.config, &Search { networks, credentials, port, root })
        }
        Command::Incident { command } => incident_command::execute(command),
        Command::Backup { command } => backup_command::execute(command),
        Command::Restore(wanted) => restore_command::execute(&wanted),
        Command::Channel { command: Channel::Test { name, configured } } => test_channel(&configured.config, &name),
        Command::Query { check, metric, instance, stretch, configured } => {
            query(&configured.config, &check, &metric, instance.as_deref(), &stretch)
        }
        Command::Export { format, devices, checks, metrics, instances, stretch, configured } => {
            export(&configured.config, format, &Selection { devices, checks, metrics, instances }, &stretch)
        }
        Command::Wal { command } => wal_command::execute(command),
        Command::Repo { command } => repo_command::execute(command),
        Command::User { command } => user_command::execute(command),
    }
}

fn location(path: &Path) -> Location {
    let credentials_directory = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    Location { main: path.to_owned(), credentials_directory }
}

fn load(path: &Path) -> Result<Config, Invalid> {
    location(path).load()
}

fn run(path: &Path, record: Option<&Path>) -> anyhow::Result<()> {
    let config = load(path)?;
    log();
    forbid_core_dumps()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(service::run(location(path), config, record));
    // What was abandoned is not waited for.
    runtime.shutdown_background();
    Ok(ended?)
}

fn replay(path: &Path, recording: &Path) -> anyhow::Result<()> {
    let config = load(path)?;
    let mut lines = Vec::new();
    let replayed = replay::replay(recording, &config, |event| lines.extend(replay::line(&event)));
    inspect::write_out(&lines.concat())?;
    Ok(replayed?)
}

fn check(path: &Path) -> anyhow::Result<()> {
    let config = load(path)?;
    println!("{}", config::summary(&config, Language::English));
    Ok(())
}

fn snmp(command: Snmp) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Snmp::Walk { agent, oid } => {
                let config = load(&agent.configured.config)?;
                agent.find(&config).await?.walk(&config, &oid.0, agent.timeout()).await?;
            }
            Snmp::Explain { agent, json } => {
                let config = load(&agent.configured.config)?;
                let explanation = agent.find(&config).await?.explain(&config, agent.timeout()).await?;
                inspect::print(&explanation, json)?;
            }
            Snmp::Schema => println!("{:#}", rotused::snmp::explain::schema()),
        }
        Ok(())
    })
}

fn discover(path: &Path, search: &Search) -> anyhow::Result<()> {
    let config = load(path)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tell = |words: &str| eprintln!("rotused: {words}");
    let found = runtime.block_on(discover::discover(&config, search, tell))?;
    let Discovery { proposal, devices, configured } = found;
    eprintln!("rotused: {devices} devices, {configured} of them in the configuration already");
    inspect::write_out(&proposal)?;
    Ok(())
}

fn query(path: &Path, check: &CheckId, metric: &str, instance: Option<&str>, between: &Between) -> anyhow::Result<()> {
    let config = load(path)?;
    let (reader, stretch) = (history(&config)?, between.stretch(&config)?);
    let mut out = std::io::stdout().lock();
    let written = export::query(&reader, (check, metric, instance), &stretch, &config.time_zone, &mut out);
    until_closed(written)
}

fn export(path: &Path, format: Format, selection: &Selection, between: &Between) -> anyhow::Result<()> {
    let config = load(path)?;
    let (reader, stretch) = (history(&config)?, between.stretch(&config)?);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let written = export::export(&reader, selection, &stretch, format, &mut out);
    until_closed(written.and_then(|()| Ok(out.flush()?)))
}

fn journal(config: &Config) -> Result<JournalReader, JournalError> {
    JournalReader::open(&config.state_directory.join("journal.db"))
}

fn history(config: &Config) -> Result<HistoryReader, HistoryError> {
    HistoryReader::open(&config.state_directory.join("history.db"))
}

fn until_closed(written: Result<(), CannotExport>) -> anyhow::Result<()> {
    match written {
        Err(CannotExport::Output(error)) => Ok(inspect::ignore_broken_pipe(error).map_err(CannotExport::Output)?),
        other => Ok(other?),
    }
}

fn check_id(text: &str) -> Result<CheckId, String> {
    let read = text.split_once('/').and_then(|(device, check)| Some((device.parse().ok()?, check.parse().ok()?)));
    let (device, check) = read.ok_or_else(|| "a check looks like sw-rotuse-1/icmp".to_owned())?;
    Ok(CheckId { device, check })
}

fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse().ok().map(|address: IpAddr| IpNet::from(address));
    text.parse().ok().or_else(address).ok_or_else(|| "a network looks like 10.0.0.0/22".to_owned())
}

impl Agent {
    async fn find(&self, config: &Config) -> Result<Target, CannotLook> {
        Target::find(config, &self.device, self.credentials.as_deref()).await
    }

    const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

fn test_channel(path: &Path, name: &ChannelName) -> anyhow::Result<()> {
    let config = load(path)?;
    let found = config.channels.iter().find(|channel| channel.name == *name);
    let channel = found.with_context(|| {
        let known: Vec<&str> = config.channels.iter().map(|channel| channel.name.as_str()).collect();
        format!("no [[channel]] is called \"{name}\" in {}; there are: {}", path.display(), known.join(", "))
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let now = Timestamp::now();
    let letter = Letter::test(name, Language::Lithuanian, now);
    let delivered = runtime.block_on(deliver(channel, &letter, now));
    let receipt = delivered.with_context(|| format!("channel \"{name}\""))?;
    println!("channel \"{name}\": delivered: {}", receipt.answer);
    Ok(())
}

/// To journald with all fields when systemd has connected us to it (systemd.exec(5), `$JOURNAL_STREAM`), else readable
/// on standard error.
fn log() {
    // What a library has to say below a warning is for its own developers; to async-snmp every silent agent is an error,
    // at every poll, where one line when the state changes is what an administrator needs.
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,rotused=info,async_snmp=off"));
    let registry = tracing_subscriber::registry().with(filter);
    if is_journald()
        && let Ok(journald) = tracing_journald::layer()
    {
        registry.with(journald.with_field_prefix(None)).init();
        return;
    }
    let is_terminal = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    registry.with(lines.with_ansi(is_terminal)).init();
}

/// Whether standard error leads to journald: `$JOURNAL_STREAM` is inherited by whoever has redirected it since.
fn is_journald() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    let found = rustix::fs::fstat(std::io::stderr());
    found.is_ok_and(|found| stream == format!("{}:{}", found.st_dev, found.st_ino))
}

/// Passphrases are in our memory: neither we nor the programs that we start leave a core dump (setrlimit(2)).
fn forbid_core_dumps() -> anyhow::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none).context("core dumps cannot be forbidden")
}
