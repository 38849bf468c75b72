//! Checks: one file a kind of question, each with what the question consists of and how it is read.

mod database;
mod dns;
mod exec;
mod http;
mod icmp;
mod imap;
mod mail;
mod mail_server;
mod ntp;
mod smtp;
mod snmp;
mod tcp;
mod threshold;
mod tls;

use std::net::IpAddr;
use std::time::Duration;

use messages::Message;
use strict_toml::{FromText, Table, choose};

use super::Reading;
use super::name::{CheckName, DeviceName};

pub use database::{DatabaseServer, Mysql, Postgres};
pub use dns::{Dns, DnsRecords, DomainName};
pub use exec::Exec;
pub use http::{Http, HttpMethod, HttpPlace, Pattern};
pub use icmp::Icmp;
pub use imap::{Imap, MailboxName};
pub use mail::{Mail, MailAddress};
pub use mail_server::{Login, MailServer, Security};
pub use ntp::Ntp;
pub use smtp::Smtp;
pub use snmp::{SNMP_PORT, Snmp};
pub use tcp::Tcp;
pub use threshold::{Quantity, Threshold};
pub use tls::{StartTls, Tls, TlsPeer};

/// A question asked of a device again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Which one it is.
    pub id: CheckId,
    /// What to ask, and whom.
    pub question: Question,
    /// From one question to the next.
    pub interval: Duration,
    /// How long an answer may take; shorter than `interval`.
    pub timeout: Duration,
    /// When an answer that is worse than before is believed.
    pub confirmation: Confirmation,
    /// Which numbers are not as they should be.
    pub thresholds: Vec<Threshold>,
}

/// Names a check in the whole installation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct CheckId {
    /// The device that is asked.
    pub device: DeviceName,
    /// The check of that device.
    pub check: CheckName,
}

/// When an answer that is worse than the state so far is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmation {
    /// How many such answers in a row are needed, at least 1.
    pub times: u32,
    /// How soon the question is asked again meanwhile.
    pub every: Duration,
}

impl std::fmt::Display for CheckId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.device, self.check)
    }
}

/// One table for everything that differs between the kinds: the key in the configuration, how long an answer may take and
/// how often the question is asked unless the configuration says otherwise.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $key:literal every $interval:literal s, within $timeout:literal s;)*) => {
        /// What is asked, and of whom. In a box each, because there are many small ones and few large ones.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Question {
            $($(#[$doc])* $kind(Box<$kind>),)*
        }

        #[derive(Clone, Copy, PartialEq, Eq)]
        enum Kind {
            $($kind,)*
        }

        impl Question {
            /// Every kind.
            pub const KINDS: &[&'static str] = &[$($key),*];

            /// The protocol's name, as in the configuration's `kind`.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => $key,)*
                }
            }
        }

        impl Kind {
            const fn interval(self) -> Duration {
                match self {
                    $(Self::$kind => Duration::from_secs($interval),)*
                }
            }

            const fn timeout(self) -> Duration {
                match self {
                    $(Self::$kind => Duration::from_secs($timeout),)*
                }
            }

            /// The question in a table, and what the check is called if the administrator does not say.
            fn read(self, table: &mut Table<'_>, address: IpAddr, reading: &Reading<'_>) -> Option<(Question, String)> {
                match self {
                    $(Self::$kind => {
                        let (question, name) = $kind::read(table, address, reading)?;
                        Some((Question::$kind(Box::new(question)), name))
                    })*
                }
            }
        }

        impl FromText for Kind {
            const EXAMPLE: &'static str = "\"icmp\"";

            fn from_text(text: &str) -> Result<Self, Message> {
                choose(text, &[$(($key, Self::$kind),)*])
            }
        }
    };
}

kinds! {
    /// ICMP echo requests (RFC 792, RFC 4443).
    Icmp "icmp" every 30 s, within 2 s;
    /// A TCP connection (RFC 9293).
    Tcp "tcp" every 60 s, within 5 s;
    /// What an SNMP agent says of its device.
    Snmp "snmp" every 60 s, within 20 s;
    /// A TLS handshake and its certificate (RFC 8446).
    Tls "tls" every 300 s, within 10 s;
    /// A page of the web (RFC 9110).
    Http "http" every 60 s, within 10 s;
    /// A server that takes mail (RFC 5321).
    Smtp "smtp" every 60 s, within 10 s;
    /// A server that gives mail out (RFC 9051).
    Imap "imap" every 60 s, within 10 s;
    /// A message that is sent and must arrive.
    Mail "mail" every 900 s, within 300 s;
    /// A question to a name server (RFC 1035).
    Dns "dns" every 60 s, within 5 s;
    /// The time of a server (RFC 5905).
    Ntp "ntp" every 300 s, within 5 s;
    /// A PostgreSQL server.
    Postgres "postgres" every 60 s, within 10 s;
    /// A MySQL or MariaDB server.
    Mysql "mysql" every 60 s, within 10 s;
    /// A plugin of the Monitoring Plugins.
    Exec "exec" every 60 s, within 20 s;
}

/// Reads one table of `checks`.
pub(super) fn read(
    mut table: Table<'_>,
    device: Option<&DeviceName>,
    address: IpAddr,
    reading: &Reading<'_>,
) -> Option<Check> {
    let kind: Kind = table.required("kind")?;
    let name: Option<CheckName> = table.optional("name");
    let interval = table.or("interval", kind.interval());
    let timeout = table.or("timeout", kind.timeout().min(interval.mul_f32(0.9)));
    let confirmation =
        Confirmation { times: table.or("confirm", 3), every: table.or("confirm_interval", Duration::from_secs(2)) };
    let mut good = within(&table, "timeout", timeout < interval, "config-timeout-too-long");
    good &= within(&table, "confirm", (1..=100).contains(&confirmation.times), "config-confirm-range");
    let thresholds: Vec<_> = table.tables("thresholds").into_iter().map(threshold::read).collect();
    let (question, default_name) = kind.read(&mut table, address, reading)?;
    let check = name.or_else(|| default_name.parse().ok())?;
    let id = CheckId { device: device?.clone(), check };
    let thresholds = thresholds.into_iter().collect::<Option<_>>()?;
    good.then_some(Check { id, question, interval, timeout, confirmation, thresholds })
}

/// Reports `message` at `key` unless the value is good.
fn within(table: &Table<'_>, key: &'static str, good: bool, message: &'static str) -> bool {
    if !good {
        table.report(&table.place_of(key), Message::new(message).with("key", key));
    }
    good
}
