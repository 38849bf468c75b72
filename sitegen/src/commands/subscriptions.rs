//! Readers by mail: what a mail server and a timer run, and what an administrator asks.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use lettre::Address;
use sitegen::publish::Configuration;
use sitegen::subscriptions::{Envelope, Office, Received, Token};

#[derive(Args)]
pub(crate) struct SubscriptionArguments {
    #[command(subcommand)]
    command: SubscriptionCommand,
    /// The configuration of publishing, with the list's address in [mail]
    #[arg(long, value_name = "FILE", default_value = "/etc/sitegen/publish.toml", global = true)]
    config: PathBuf,
}

#[derive(Subcommand)]
pub(crate) enum SubscriptionCommand {
    /// Answers a letter to the list, which the mail server writes to standard input (Postfix: pipe(8)).
    Receive {
        /// Who has sent it, as the mail server says
        #[arg(long, value_name = "ADDRESS", default_value = "")]
        sender: String,
        /// What stands behind the + of the list's address to which it was sent
        #[arg(long, value_name = "TEXT", default_value = "")]
        extension: String,
    },
    /// Sends every reader what is new in their sections since the last digest; nothing to whom nothing is new.
    Digest,
    /// Lists the readers, what they read, and since when they do.
    List,
    /// Takes somebody off the list.
    Remove {
        /// Their address
        #[arg(value_name = "ADDRESS")]
        address: Address,
    },
}

pub(crate) fn subscriptions(arguments: &SubscriptionArguments) -> anyhow::Result<()> {
    let configuration = Configuration::read(&arguments.config)?;
    let mut office = Office::open(&configuration)?;
    match &arguments.command {
        SubscriptionCommand::Receive { sender, extension } => {
            let mut chance = [0; Token::OCTETS];
            getrandom::fill(&mut chance)?;
            let envelope = Envelope { sender: sender.clone(), extension: extension.clone() };
            match office.receive(std::io::stdin().lock(), &envelope, Token::of(chance), Timestamp::now())? {
                Received::Answered(to) => eprintln!("answered {to}"),
                Received::Nothing(why) => eprintln!("not answered: {why}"),
            }
        }
        SubscriptionCommand::Digest => {
            let sent = office.digest(Timestamp::now(), |text| eprintln!("{text}"))?;
            println!("digests were sent to {} readers", sent.letters);
            for address in sent.gone {
                println!("{address} is no reader any more: digests do not reach them");
            }
        }
        SubscriptionCommand::List => {
            for (address, sections) in office.readers() {
                let sections: Vec<String> = sections
                    .iter()
                    .map(|(section, since)| format!("{section} since {}", since.strftime("%F")))
                    .collect();
                println!("{address}  {}", sections.join(", "));
            }
        }
        SubscriptionCommand::Remove { address } => {
            if !office.remove(address)? {
                anyhow::bail!("{address} is not on the list");
            }
        }
    }
    Ok(())
}
