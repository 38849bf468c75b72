//! `kind = "command"`.

use std::path::PathBuf;
use std::time::Duration;

use messages::Message;
use strict_toml::Table;

use super::within;
use crate::notify::LONGEST_DELIVERY;

/// A program that is given each letter as JSON on its standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program, an absolute path.
    pub program: PathBuf,
    /// What it is given, as it is: there is no shell that would interpret it.
    pub arguments: Vec<String>,
    /// How long it may take; then it is killed with all that it has started.
    pub timeout: Duration,
}

impl Command {
    pub(super) fn read(table: &mut Table<'_>) -> Option<Self> {
        let timeout = table.or("timeout", Duration::from_secs(30));
        let good = within(table, "timeout", timeout <= LONGEST_DELIVERY, "config-channel-timeout");
        let command: Vec<String> = table.required("command")?;
        let mut command = command.into_iter();
        let program = command.next().map(PathBuf::from).filter(|program| program.is_absolute());
        let Some(program) = program else {
            // Which program a bare name means would depend on how the daemon was started.
            let message = Message::new("config-channel-command-absolute").with("key", "command");
            table.report(&table.place_of("command"), message);
            return None;
        };
        good.then(|| Self { program, arguments: command.collect(), timeout })
    }
}
