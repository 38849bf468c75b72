//! `kind = "exec"`.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use messages::Message;
use strict_toml::Table;

use super::super::name::CheckName;
use super::Reading;

/// A program after the conventions of the Nagios plugins, of which there are some for nearly everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exec {
    /// The program, an absolute path.
    pub program: PathBuf,
    /// What it is given, as it is: there is no shell that would interpret it.
    pub arguments: Vec<String>,
}

/// Stands for the device's address, where it is an argument of its own.
const ADDRESS: &str = "$ADDRESS";

impl Exec {
    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, _: &Reading<'_>) -> Option<(Self, String)> {
        let command: Vec<String> = table.required("command")?;
        let mut command = command.into_iter();
        let program = command.next().map(PathBuf::from).filter(|program| program.is_absolute());
        let Some(program) = program else {
            // Which program a bare name means would depend on how the daemon was started.
            table.report(&table.place_of("command"), Message::new("config-command-absolute").with("key", "command"));
            return None;
        };
        let replaced = |argument: String| if argument == ADDRESS { address.to_string() } else { argument };
        let name = name_of(&program);
        Some((Self { program, arguments: command.map(replaced).collect() }, name))
    }
}

/// The plugin's own name, if a check can be called so.
fn name_of(program: &Path) -> String {
    let name = program.file_name().and_then(|name| name.to_str()).filter(|name| name.parse::<CheckName>().is_ok());
    name.unwrap_or("exec").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_called_as_its_plugin_if_that_is_a_name() {
        assert_eq!(name_of(Path::new("/usr/lib/nagios/plugins/check_users")), "check_users");
        assert_eq!(name_of(Path::new("/opt/tikrinti šviesą")), "exec");
    }
}
