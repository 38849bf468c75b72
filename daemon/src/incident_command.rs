//! `rotused incident`: the fault journal, read and written.
//!
//! What is read comes from the file; what is said goes to the running daemon or, if none runs, into the file ([`desk`]).

use std::path::Path;

use anyhow::Context;
use clap::{Args, Subcommand};
use rotused::config::DeviceName;
use rotused::desk::{self, Request};
use rotused::health::{IncidentId, Severity};
use rotused::journal::Words;
use rotused::{incidents, inspect};

use super::{Configured, journal, load};

/// What can be done with incidents.
#[derive(Subcommand)]
pub(super) enum Incident {
    /// Prints the open incidents, the newest first.
    List {
        /// Those that are resolved too.
        #[arg(long)]
        all: bool,
        /// How many at most.
        #[arg(long, default_value_t = 100)]
        most: u32,
        /// Prints JSON for programs, one incident a line.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        configured: Configured,
    },
    /// Prints one incident from its beginning until now: what became of it, what people said, what it took with it.
    Show {
        /// Its number.
        incident: i64,
        /// Prints JSON for programs.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        configured: Configured,
    },
    /// Writes down a fault that nobody watches, such as a phone call about a broken computer.
    Open {
        /// What is broken.
        what: String,
        /// What else there is to say.
        text: Option<String>,
        /// The device, if it is one of the configuration.
        #[arg(long, value_name = "NAME")]
        device: Option<DeviceName>,
        /// It works, but not as it should.
        #[arg(long)]
        warning: bool,
        #[command(flatten)]
        said: Said,
    },
    /// Says that somebody works on an incident; nobody else is called then.
    Ack {
        /// Its number.
        incident: i64,
        /// What else there is to say.
        text: Option<String>,
        #[command(flatten)]
        said: Said,
    },
    /// Adds a note to an incident, open or not.
    Note {
        /// Its number.
        incident: i64,
        /// The note.
        text: String,
        #[command(flatten)]
        said: Said,
    },
    /// Says how an incident was repaired: what the yearly report counts.
    Repair {
        /// Its number.
        incident: i64,
        /// What was wrong.
        #[arg(long)]
        wrong: String,
        /// What was done.
        #[arg(long)]
        done: String,
        /// What was put in, perhaps several times.
        #[arg(long = "part", value_name = "PART")]
        parts: Vec<String>,
        /// Minutes of work.
        #[arg(long)]
        minutes: u32,
        #[command(flatten)]
        said: Said,
    },
    /// Closes an incident that rotused cannot resolve: one that a person reported, or of a check that is gone.
    Close {
        /// Its number.
        incident: i64,
        /// Why.
        text: Option<String>,
        #[command(flatten)]
        said: Said,
    },
    /// Says that an incident belongs together with another.
    Link {
        /// Its number.
        incident: i64,
        /// That of the other.
        to: i64,
        #[command(flatten)]
        said: Said,
    },
}

/// By whom something is said.
#[derive(Args)]
pub(super) struct Said {
    /// Who says it; by default who has logged in.
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    #[command(flatten)]
    configured: Configured,
}

/// Does it, and says so.
pub(super) fn execute(command: Incident) -> anyhow::Result<()> {
    use desk::Command::{Open, Remark};
    let remark = |incident, words| Remark { incident: IncidentId(incident), words };
    let (said, command) = match command {
        Incident::List { all, most, json, configured } => return list_incidents(&configured.config, all, most, json),
        Incident::Show { incident, json, configured } => return show_incident(&configured.config, incident, json),
        Incident::Open { what, text, device, warning, said } => {
            let severity = if warning { Severity::Warning } else { Severity::Critical };
            (said, Open { what, device, severity, text })
        }
        Incident::Ack { incident, text, said } => (said, remark(incident, Words::Acknowledged { text })),
        Incident::Note { incident, text, said } => (said, remark(incident, Words::Note { text })),
        Incident::Repair { incident, wrong, done, parts, minutes, said } => {
            (said, remark(incident, Words::Repair { wrong, done, parts, minutes }))
        }
        Incident::Close { incident, text, said } => (said, remark(incident, Words::Closed { text })),
        Incident::Link { incident, to, said } => (said, remark(incident, Words::Linked { to: IncidentId(to) })),
    };
    let config = load(&said.configured.config)?;
    let written = desk::say(&config, Request { author: said.author(), command })?;
    println!("written down: incident {written}");
    Ok(())
}

impl Said {
    fn author(&self) -> String {
        self.author.clone().unwrap_or_else(who)
    }
}

/// Who has logged in, also behind sudo(8).
pub(super) fn who() -> String {
    let logged_in = ["SUDO_USER", "LOGNAME", "USER"].iter().find_map(|name| std::env::var(name).ok());
    logged_in.unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()))
}

fn list_incidents(path: &Path, all: bool, most: u32, json: bool) -> anyhow::Result<()> {
    let config = load(path)?;
    let found = journal(&config)?.incidents(!all, most)?;
    let text = if json {
        found.iter().map(|incident| format!("{}\n", incidents::as_json(incident))).collect()
    } else {
        incidents::list(&found, &config.time_zone)
    };
    Ok(inspect::write_out(&text)?)
}

fn show_incident(path: &Path, number: i64, json: bool) -> anyhow::Result<()> {
    let config = load(path)?;
    let story = journal(&config)?.story(IncidentId(number))?;
    let story =
        story.with_context(|| format!("there is no incident {number}; `rotused incident list --all` lists them"))?;
    let text = if json {
        format!("{:#}\n", incidents::story_as_json(&story))
    } else {
        incidents::story(&story, &config.time_zone)
    };
    Ok(inspect::write_out(&text)?)
}
