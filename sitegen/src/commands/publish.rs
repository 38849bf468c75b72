//! From a commit to the public site, and back.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use sitegen::publish::{Configuration, Order as PublishOrder, Outcome, PublishError, Publisher, report};

use super::gate::Refused;

#[derive(Args)]
pub(crate) struct PublishArguments {
    #[command(subcommand)]
    command: Option<PublishCommand>,
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "/etc/sitegen/publish.toml", global = true)]
    config: PathBuf,
    /// The site as it is at this time, such as 2026-11-24T12:00:00Z; the log keeps the true time
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
    /// Publishes although nothing changed: after a new version of sitegen, or to end what a rollback holds
    #[arg(long)]
    again: bool,
    /// How long another publish is waited for
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    wait: u64,
}

#[derive(Subcommand)]
pub(crate) enum PublishCommand {
    /// Says what is public since when and by whom, what was refused, and what changes next.
    Status,
    /// Goes back to the release before, or to the one that is named, at once.
    ///
    /// The newest commit is not published again by itself; the next one is.
    Rollback {
        /// The name of a release, or the beginning of its commit
        #[arg(value_name = "RELEASE")]
        release: Option<String>,
    },
    /// Lists the addresses that were added (+), removed (-) and changed (~) from one release to another.
    Diff {
        /// The name of a release, the beginning of its commit, or `current`
        #[arg(value_name = "A")]
        from: String,
        /// The same
        #[arg(value_name = "B")]
        to: String,
    },
    /// Checks that the log is what was written, and that each release is what it says.
    Verify,
    /// Prints when the public site changes by itself (RFC 3339), or nothing when it does not.
    NextChange,
}

pub(crate) fn publish_command(arguments: &PublishArguments) -> anyhow::Result<()> {
    // What is public must be readable for the web server, whoever publishes.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    let configuration = Configuration::read(&arguments.config)?;
    let Some(command) = &arguments.command else { return publish_commit(&configuration, arguments) };
    if arguments.again || arguments.now.is_some() {
        anyhow::bail!("--again and --now are of `sitegen publish` alone");
    }
    match command {
        PublishCommand::Status => publish_status(&configuration),
        PublishCommand::Rollback { release } => publish_rollback(&configuration, release.as_deref()),
        PublishCommand::Diff { from, to } => {
            print!("{}", report::diff(&configuration, from, to)?);
            Ok(())
        }
        PublishCommand::Verify => {
            print!("{}", report::verify(&configuration)?);
            Ok(())
        }
        PublishCommand::NextChange => {
            report::next_change(&configuration)?.iter().for_each(|next| println!("{next}"));
            Ok(())
        }
    }
}

fn publish_commit(configuration: &Configuration, arguments: &PublishArguments) -> anyhow::Result<()> {
    let tell = |text: &str| eprintln!("{text}");
    let Some(publisher) = Publisher::wait(configuration, Duration::from_secs(arguments.wait), &tell)? else {
        println!("another publish waits already; it will publish the newest commit");
        return Ok(());
    };
    match publisher.publish(PublishOrder { now: arguments.now, again: arguments.again })? {
        Outcome::Published { entry, removed } => {
            let release = entry.release.map_or_else(String::new, |release| release.to_string());
            println!("published {release}; {removed} old releases were removed");
        }
        Outcome::Nothing { rest, head, until } => println!("{}", report::nothing(rest, &head, until)),
        Outcome::Refused { text, page } => {
            let page = page.display();
            return Err(Refused(format!("{text}\nnot published; the public site is as it was; see {page}")).into());
        }
    }
    Ok(())
}

fn publish_status(configuration: &Configuration) -> anyhow::Result<()> {
    let tell = |text: &str| eprintln!("{text}");
    // What a killed process has left is settled first; who may only read sees it as it is.
    match Publisher::if_free(configuration, &tell) {
        Ok(None) => println!("a publish is under way"),
        Ok(Some(_)) | Err(PublishError::Files { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    print!("{}", report::status(configuration, Timestamp::now())?);
    Ok(())
}

/// How long a rollback waits for a publish: there is somebody at the terminal.
const ROLLBACK_PATIENCE: Duration = Duration::from_secs(120);

fn publish_rollback(configuration: &Configuration, release: Option<&str>) -> anyhow::Result<()> {
    let tell = |text: &str| eprintln!("{text}");
    let mut publisher = Publisher::next(configuration, ROLLBACK_PATIENCE, &tell)?;
    let by = ["SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    let entry = publisher.rollback(release, by)?;
    let name = entry.release.map_or_else(String::new, |release| release.to_string());
    println!("{name} is public");
    if let Some(held) = entry.held {
        println!("{held} is not published again by itself; the next commit is");
    }
    Ok(())
}
