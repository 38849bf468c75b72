//! `[[channel]]`: by what people are told that something broke. One file a kind, each with what it needs and how it is read.
//!
//! Who is told what is said elsewhere; a channel only knows how.

mod alertmanager;
mod command;
mod endpoint;
mod mail;
mod webhook;

use messages::Message;
use strict_toml::{FromText, Table, choose};

use super::name::ChannelName;
use super::{Named, Reading};

pub use alertmanager::Alertmanager;
pub use command::Command;
pub use endpoint::Endpoint;
pub use mail::MailRoute;
pub use webhook::{Dialect, Webhook, WebhookMethod};

/// A way to people, with the name that it has in the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// What rules call it.
    pub name: ChannelName,
    /// How it reaches them.
    pub kind: ChannelKind,
}

/// How a channel reaches people. In a box each, because they differ much in size.
#[derive(Debug, Clone, PartialEq)]
pub enum ChannelKind {
    /// By mail (RFC 5322).
    Mail(Box<MailRoute>),
    /// By a request to a web server: a chat, a text message, anything.
    Webhook(Box<Webhook>),
    /// By Prometheus' Alertmanager, which has its own rules about who is told.
    Alertmanager(Box<Alertmanager>),
    /// By a program on this machine.
    Command(Box<Command>),
}

#[derive(Clone, Copy)]
enum Kind {
    Mail,
    Webhook,
    Alertmanager,
    Command,
}

impl FromText for Kind {
    const EXAMPLE: &'static str = "\"mail\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(
            text,
            &[
                ("mail", Self::Mail),
                ("webhook", Self::Webhook),
                ("alertmanager", Self::Alertmanager),
                ("command", Self::Command),
            ],
        )
    }
}

impl Named for Channel {
    fn name(&self) -> &str {
        self.name.as_str()
    }
}

/// Reads one `[[channel]]`.
pub(super) fn read(mut table: Table<'_>, reading: &Reading<'_>) -> Option<Channel> {
    let name: Option<ChannelName> = table.required("name");
    if let Some(name) = &name {
        table.name(format!("[[channel]] \"{name}\""));
    }
    let table = &mut table;
    let kind = match table.required("kind")? {
        Kind::Mail => MailRoute::read(table, reading).map(Box::new).map(ChannelKind::Mail),
        Kind::Webhook => Webhook::read(table, reading).map(Box::new).map(ChannelKind::Webhook),
        Kind::Alertmanager => Alertmanager::read(table, reading).map(Box::new).map(ChannelKind::Alertmanager),
        Kind::Command => Command::read(table).map(Box::new).map(ChannelKind::Command),
    };
    Some(Channel { name: name?, kind: kind? })
}

/// Reports `message` at `key` unless the value is good.
fn within(table: &Table<'_>, key: &'static str, good: bool, message: &'static str) -> bool {
    if !good {
        table.report(&table.place_of(key), Message::new(message).with("key", key));
    }
    good
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::super::Location;

    #[test]
    fn a_channel_never_shows_what_is_secret_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let secret = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).unwrap();
            fs::set_permissions(folder.path().join(name), Permissions::from_mode(0o600)).unwrap();
        };
        secret("url", "https://chat.azuolynas.lt/hooks/slapta");
        secret("token", "slapta");
        let main = folder.path().join("rotused.toml");
        let text = "state_directory = \"state\"
            channel = [
                { name = \"a\", kind = \"webhook\", template = \"json\", url = { file = \"url\" }, token = { file = \"token\" },
                  headers = { X-Api-Key = \"slapta\" } },
                { name = \"b\", kind = \"mail\", server = \"a.lt\", user = \"rotuse\", password = { file = \"token\" },
                  from = \"a@b.lt\", to = \"c@d.lt\" },
            ]";
        fs::write(&main, text).unwrap();
        let config = Location { main, credentials_directory: None }.load().unwrap();
        let shown = format!("{:?}", config.channels);
        assert!(shown.contains("chat.azuolynas.lt") && shown.contains("c@d.lt"), "{shown}");
        assert!(!shown.contains("slapta"), "{shown}");
    }
}
