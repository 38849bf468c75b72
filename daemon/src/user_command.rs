//! `rotused user`: those who may see the status pages come and go.
//!
//! A password is typed, or piped by a program; it is never on a command line, where everybody on the machine could read it.

use std::io::{BufRead, IsTerminal, Read};

use anyhow::Context;
use clap::Subcommand;
use rotused::config::UserName;
use rotused::inspect;
use rotused::users::{self, LONGEST_PASSWORD, Proof, Users};
use zeroize::Zeroizing;

use super::{Configured, location};

/// What can be done with users.
#[derive(Subcommand)]
pub(super) enum User {
    /// Adds a user, or gives one who is there another password.
    ///
    /// The password is asked for, twice; where there is no terminal, it is the first line of standard input. It never
    /// stands on a command line, and the file holds only what it can be compared with (Argon2id).
    Add {
        /// The name: letters a-z, digits, dots, dashes and underscores.
        name: UserName,
        #[command(flatten)]
        configured: Configured,
    },
    /// Takes a user out.
    Remove {
        /// The name.
        name: UserName,
        #[command(flatten)]
        configured: Configured,
    },
    /// Prints the names of all users, one a line.
    List(Configured),
}

/// Does it, and says so.
pub(super) fn execute(command: User) -> anyhow::Result<()> {
    match command {
        User::Add { name, configured } => {
            let file = location(&configured.config).users_file()?;
            let password = ask_password(&name)?;
            users::fit(&password)?;
            let was_there = file.add(&name, &Proof::of(&password)?)?;
            let done = if was_there { "changed the password of" } else { "added" };
            println!("{done} \"{name}\" in {}; {RELOAD}", file.path().display());
        }
        User::Remove { name, configured } => {
            let file = location(&configured.config).users_file()?;
            file.remove(&name)?;
            println!("removed \"{name}\" from {}; {RELOAD}", file.path().display());
        }
        User::List(configured) => {
            let file = location(&configured.config).users_file()?;
            let users = Users::read(&file.text()?);
            let users = users.map_err(|_| {
                anyhow::anyhow!("{} has no users, or mistakes; `rotused check` names them", file.path().display())
            })?;
            inspect::write_out(&users.names().map(|name| format!("{name}\n")).collect::<String>())?;
        }
    }
    Ok(())
}

/// What follows a change of the users.
const RELOAD: &str = "if rotused runs, tell it: systemctl reload rotused";

/// From the terminal without an echo, twice, or the first line of standard input.
fn ask_password(name: &UserName) -> anyhow::Result<Zeroizing<String>> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        let ask = |words: &str| rpassword::prompt_password(words).map(Zeroizing::new);
        let password = ask(&format!("Password of {name}: ")).context("no password was typed")?;
        users::fit(&password)?;
        let again = ask("Once more: ").context("the password was not typed twice")?;
        anyhow::ensure!(password == again, "the two are not the same; nothing was changed");
        return Ok(password);
    }
    let mut line = Zeroizing::new(String::new());
    let most = u64::try_from(LONGEST_PASSWORD + 2)?;
    stdin.lock().take(most).read_line(&mut line).context("no password could be read from standard input")?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}
