//! Devices and what is asked of them.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use messages::Message;
use strict_toml::{FromText, Table, choose};

use super::Named;
use super::credential::Credential;
use super::name::{CheckName, CredentialName, DeviceName};

/// Something with an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Unique; stands in addresses of pages, in metrics and in the journal.
    pub name: DeviceName,
    /// What people call it; the name when the configuration has no title.
    pub title: String,
    /// Where it stands: a building, a unit of the municipality.
    pub site: Option<String>,
    /// An address rather than a host name, so that a fault of DNS never looks like a fault of every device.
    pub address: IpAddr,
    /// The questions, at least one.
    pub checks: Vec<Check>,
}

/// A question asked of a device again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which one it is.
    pub id: CheckId,
    /// Whom to ask.
    pub address: IpAddr,
    /// What to ask.
    pub question: Question,
    /// From one question to the next.
    pub interval: Duration,
    /// How long an answer may take; shorter than `interval`.
    pub timeout: Duration,
    /// When an answer that is worse than before is believed.
    pub confirmation: Confirmation,
}

/// Names a check in the whole installation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct CheckId {
    /// The device that is asked.
    pub device: DeviceName,
    /// The check of that device.
    pub check: CheckName,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// ICMP echo requests (RFC 792, RFC 4443).
    Icmp {
        /// How many a round, 1 to 20.
        echoes: u8,
    },
    /// A TCP connection (RFC 9293).
    Tcp {
        /// Where.
        target: SocketAddr,
    },
    /// The system group and the interfaces over SNMP (RFC 3418, RFC 2863).
    Snmp {
        /// Where.
        target: SocketAddr,
        /// As whom.
        credential: Arc<Credential>,
    },
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

impl Question {
    /// The protocol's name, as in the configuration's `kind`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Icmp { .. } => "icmp",
            Self::Tcp { .. } => "tcp",
            Self::Snmp { .. } => "snmp",
        }
    }
}

impl Named for Device {
    fn name(&self) -> &str {
        self.name.as_str()
    }
}

/// Reads one `[[device]]`.
pub(super) fn read(mut table: Table<'_>, credentials: &[Arc<Credential>]) -> Option<Device> {
    let name: Option<DeviceName> = table.required("name");
    if let Some(name) = &name {
        table.name(format!("[[device]] \"{name}\""));
    }
    let title: Option<String> = table.optional("title");
    let site = table.optional("site");
    let address: Option<IpAddr> = table.required("address");
    let place = table.place_of("checks");
    table.must_exist("checks", "[{ kind = \"icmp\" }]");
    let tables = table.tables("checks");
    if tables.is_empty() {
        return None;
    }
    let mut read = Vec::new();
    for check in tables {
        // Without a device the checks are still read, so that their own mistakes are reported in the same go.
        let device = name.clone().zip(address);
        read.push(read_check(check, device, credentials));
    }
    let checks: Vec<Check> = read.into_iter().collect::<Option<_>>()?;
    for (index, check) in checks.iter().enumerate() {
        if checks[..index].iter().any(|earlier| earlier.id == check.id) {
            table.report(&place, Message::new("config-check-twice").with("name", check.id.check.as_str()));
            return None;
        }
    }
    let (name, address) = name.zip(address)?;
    Some(Device { title: title.unwrap_or_else(|| name.to_string()), name, site, address, checks })
}

fn read_check(
    mut table: Table<'_>,
    device: Option<(DeviceName, IpAddr)>,
    credentials: &[Arc<Credential>],
) -> Option<Check> {
    let kind: Kind = table.required("kind")?;
    let check_name: Option<CheckName> = table.optional("name");
    let interval = table.or("interval", kind.interval());
    let timeout = table.or("timeout", kind.timeout());
    let confirmation =
        Confirmation { times: table.or("confirm", 3), every: table.or("confirm_interval", Duration::from_secs(2)) };
    let within = |table: &Table<'_>, key: &'static str, good: bool, message: &'static str| {
        if !good {
            table.report(&table.place_of(key), Message::new(message).with("key", key));
        }
        good
    };
    let mut good = within(&table, "timeout", timeout < interval, "config-timeout-too-long");
    good &= within(&table, "confirm", (1..=100).contains(&confirmation.times), "config-confirm-range");
    let (question, default_name) = match kind {
        Kind::Icmp => {
            let echoes = table.or("echoes", 3);
            good &= within(&table, "echoes", (1..=20).contains(&echoes), "config-echoes-range");
            (Some(Question::Icmp { echoes }), "icmp".to_owned())
        }
        Kind::Tcp => {
            let port: u16 = table.required("port")?;
            let question = device.as_ref().map(|(_, ip)| Question::Tcp { target: SocketAddr::new(*ip, port) });
            (question, format!("tcp-{port}"))
        }
        Kind::Snmp => {
            let port = table.or("port", 161);
            let wanted: CredentialName = table.required("credential")?;
            let Some(credential) = credentials.iter().find(|credential| credential.name == wanted) else {
                let known = credentials.iter().map(|credential| credential.name.as_str());
                let message = super::unknown_name("config-unknown-credential", wanted.as_str(), known);
                table.report(&table.place_of("credential"), message);
                return None;
            };
            let credential = Arc::clone(credential);
            let question =
                device.as_ref().map(|(_, ip)| Question::Snmp { target: SocketAddr::new(*ip, port), credential });
            (question, "snmp".to_owned())
        }
    };
    let (device, address) = device?;
    let check = check_name.or_else(|| default_name.parse().ok())?;
    let id = CheckId { device, check };
    good.then_some(Check { id, address, question: question?, interval, timeout, confirmation })
}

/// The `kind` of a check.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Icmp,
    Tcp,
    Snmp,
}

impl Kind {
    const fn interval(self) -> Duration {
        match self {
            Self::Icmp => Duration::from_secs(30),
            Self::Tcp | Self::Snmp => Duration::from_secs(60),
        }
    }

    const fn timeout(self) -> Duration {
        match self {
            Self::Icmp => Duration::from_secs(2),
            Self::Tcp | Self::Snmp => Duration::from_secs(5),
        }
    }
}

impl FromText for Kind {
    const EXAMPLE: &'static str = "\"icmp\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &[("icmp", Self::Icmp), ("tcp", Self::Tcp), ("snmp", Self::Snmp)])
    }
}
