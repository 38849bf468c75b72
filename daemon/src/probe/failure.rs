//! Why a target did not do what was asked: typed, so that the page, the journal and the log say it in words.

use std::net::IpAddr;
use std::time::Duration;

use messages::Message;
use serde::{Deserialize, Serialize};

use super::{Metric, Unit};
use crate::config::Quantity;

/// Why a target did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Failure {
    /// Nothing came back in time.
    Timeout {
        /// How long was waited.
        after: Duration,
    },
    /// A message was taken and has not arrived.
    NotDelivered {
        /// How long was waited.
        after: Duration,
    },
    /// The target is there and refuses.
    Refused,
    /// The network says that the target cannot be reached.
    Unreachable {
        /// What is in the way.
        #[serde(flatten)]
        obstacle: Obstacle,
        /// The router that said so; none: this machine did.
        by: Option<IpAddr>,
    },
    /// The target does not accept who we say we are.
    Authentication {
        /// What it does not accept.
        rejected: Rejected,
    },
    /// The target answers something else than the protocol allows.
    Protocol {
        /// What it answered.
        detail: String,
    },
    /// The target answers by the protocol, but not what is expected of it.
    Unexpected {
        /// What was expected.
        wanted: String,
        /// What came.
        got: String,
    },
    /// A name cannot be resolved.
    Unresolved {
        /// Which.
        name: String,
        /// What the resolver said.
        detail: String,
    },
    /// The certificate that the target shows is not to be trusted, or soon no longer.
    Certificate {
        /// Why.
        #[serde(flatten)]
        fault: CertificateFault,
    },
    /// What a name server says is not as it should be.
    Dns {
        /// In what.
        #[serde(flatten)]
        fault: DnsFault,
    },
    /// A time server's time is not to be used.
    Clock {
        /// Why.
        #[serde(flatten)]
        fault: ClockFault,
    },
    /// A database server says why it does not do what it was asked.
    Database {
        /// What it says.
        text: String,
    },
    /// A replica is too far behind.
    ReplicaBehind {
        /// By how much.
        behind: Duration,
        /// How much is allowed.
        limit: Duration,
    },
    /// A replica no longer follows.
    ReplicationStopped {
        /// What the server says of it.
        reason: String,
    },
    /// A number is beyond the limit that the administrators set.
    Beyond {
        /// Of what: a metric's name.
        metric: String,
        /// Of which of several things alike.
        instance: Option<String>,
        /// What of it was compared.
        of: Quantity,
        /// The number.
        value: Amount,
        /// The limit.
        limit: Amount,
    },
    /// Some echo requests were not answered.
    Loss {
        /// Their share, in percent.
        percent: u8,
    },
    /// Echo requests were answered more than once: an address that two hosts have, or a loop of switches.
    Duplicates {
        /// Replies beyond the first.
        count: u32,
    },
    /// A plugin says that something is not as it should be.
    Plugin {
        /// What it says.
        text: String,
    },
    /// A plugin says that it cannot tell. It says nothing about the target.
    PluginUnknown {
        /// What it says.
        text: String,
    },
    /// The program that asks cannot be started. It says nothing about the target.
    NotStarted {
        /// Which.
        command: String,
        /// What the system said.
        detail: String,
    },
    /// This process may not send echo requests. It says nothing about the target.
    NotPermitted,
    /// This machine could not even ask. It says nothing about the target.
    Local {
        /// What the system said.
        detail: String,
    },
}

/// A finite number that was measured or configured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Amount(pub f64);

/// Finite numbers are equal to themselves.
impl Eq for Amount {}

impl Amount {
    /// The number in words.
    fn message(self, unit: Unit) -> Message {
        let (key, value) = match unit {
            Unit::Ratio => ("quantity-percent", self.0 * 100.0),
            Unit::Seconds => ("quantity-seconds", self.0),
            Unit::BitsPerSecond => ("quantity-megabits", self.0 / 1e6),
            Unit::Octets => ("quantity-megabytes", self.0 / 1e6),
            Unit::Number => ("quantity-number", self.0),
        };
        // Four digits say enough, whatever the magnitude.
        let scale = 10_f64.powf(3.0 - value.abs().max(f64::MIN_POSITIVE).log10().floor());
        let rounded = (value * scale).round() / scale;
        Message::new(key).with("value", if rounded.is_finite() { rounded } else { value })
    }
}

fn beyond(metric: &str, instance: Option<&str>, of: Quantity, value: Amount, limit: Amount) -> Message {
    let known = Metric::named(metric);
    let (key, unit) = match of {
        Quantity::Value => ("failure-beyond", known.map_or(Unit::Number, Metric::unit)),
        Quantity::Rate => ("failure-beyond-rate", known.map_or(Unit::Number, Metric::unit)),
        Quantity::Capacity => ("failure-beyond-capacity", Unit::Ratio),
    };
    let what = Message::new(format!("metric-{}", metric.replace('_', "-")));
    let what = match instance {
        Some(instance) => Message::new("failure-beyond-instance").with("metric", what).with("instance", instance),
        None => what,
    };
    Message::new(key).with("what", what).with("value", value.message(unit)).with("limit", limit.message(unit))
}

/// Why a packet did not arrive (the errors of RFC 792 and RFC 4443).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "obstacle", rename_all = "kebab-case")]
pub enum Obstacle {
    /// No route leads to its network.
    NoRoute,
    /// Its network is there, but nobody answers to the address.
    NoHost,
    /// A filter or firewall does not let it pass.
    Prohibited,
    /// It passed too many routers; usually they send it in a circle.
    TooFar,
    /// It does not fit through a link and may not be taken apart.
    TooBig,
    /// Something else.
    Other {
        /// The type of the ICMP message.
        icmp_type: u8,
        /// Its code.
        code: u8,
    },
}

impl Obstacle {
    fn message(self) -> Message {
        match self {
            Self::NoRoute => Message::new("failure-unreachable-no-route"),
            Self::NoHost => Message::new("failure-unreachable-no-host"),
            Self::Prohibited => Message::new("failure-unreachable-prohibited"),
            Self::TooFar => Message::new("failure-unreachable-too-far"),
            Self::TooBig => Message::new("failure-unreachable-too-big"),
            Self::Other { icmp_type, code } => Message::new("failure-unreachable-other")
                .with("type", u64::from(icmp_type))
                .with("code", u64::from(code)),
        }
    }
}

/// What a target did not accept (the usmStats counters of RFC 3414, 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rejected {
    /// No such user there.
    User,
    /// The user exists, the authentication passphrase or protocol is wrong.
    AuthenticationPassphrase,
    /// The privacy passphrase or protocol is wrong.
    PrivacyPassphrase,
    /// The clocks of the two engines disagree.
    Clock,
    /// The user exists, but not with as much protection as we use.
    SecurityLevel,
    /// The agent does not say what.
    Unspecified,
}

/// Why a certificate is not to be trusted (RFC 5280, section 6; RFC 9525 for names).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum CertificateFault {
    /// It was valid until this time (RFC 3339).
    Expired {
        /// When.
        at: String,
    },
    /// It will be valid from this time on (RFC 3339).
    NotYetValid {
        /// When.
        at: String,
    },
    /// It expires soon.
    ExpiresSoon {
        /// Whole days left.
        days: u32,
    },
    /// It is for other names.
    OtherName {
        /// The name that was asked for.
        name: String,
        /// The names that it is for.
        names: String,
    },
    /// No authority that we trust has signed it.
    Untrusted {
        /// Who has.
        issuer: String,
    },
    /// Its key or signature is weaker than what is accepted today.
    Weak {
        /// What is weak about it.
        detail: String,
    },
    /// Something else.
    Other {
        /// What.
        detail: String,
    },
}

impl CertificateFault {
    fn message(&self) -> Message {
        match self {
            Self::Expired { at } => Message::new("failure-certificate-expired").with("at", at.as_str()),
            Self::NotYetValid { at } => Message::new("failure-certificate-not-yet-valid").with("at", at.as_str()),
            Self::ExpiresSoon { days } => {
                Message::new("failure-certificate-expires-soon").with("days", u64::from(*days))
            }
            Self::OtherName { name, names } => {
                Message::new("failure-certificate-other-name").with("name", name.as_str()).with("names", names.as_str())
            }
            Self::Untrusted { issuer } => Message::new("failure-certificate-untrusted").with("issuer", issuer.as_str()),
            Self::Weak { detail } => Message::new("failure-certificate-weak").with("detail", detail.as_str()),
            Self::Other { detail } => Message::new("failure-certificate-other").with("detail", detail.as_str()),
        }
    }
}

/// In what a name server's answer is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum DnsFault {
    /// There is no such name (NXDOMAIN, RFC 2308).
    NoSuchName {
        /// Which.
        name: String,
    },
    /// The name is there, but has no such record.
    NoRecords {
        /// Which.
        name: String,
        /// What kind of record: A, MX, SPF.
        records: String,
    },
    /// The server does not answer the question, and says so.
    NotAnswered {
        /// The response code in words (RFC 1035, 4.1.1).
        code: String,
    },
    /// There are several records where only one may be.
    Several {
        /// What kind of record.
        records: String,
        /// How many.
        count: u32,
    },
    /// A record does not follow its grammar.
    Malformed {
        /// What kind of record.
        records: String,
        /// The first part that does not.
        part: String,
    },
    /// An SPF record makes receivers ask more often than they do (RFC 7208, 4.6.4).
    TooManyLookups {
        /// How often.
        count: u32,
    },
    /// A DKIM key was withdrawn (RFC 6376, 3.6.1).
    Revoked,
    /// A DKIM key is shorter than what receivers accept (RFC 8301, 3.2).
    WeakKey {
        /// Its length.
        bits: u32,
    },
    /// Not all servers of a zone have it in the same version.
    OtherSerials {
        /// Each server with its serial.
        serials: String,
    },
    /// Another server of the zone could not be asked.
    Elsewhere {
        /// Which.
        server: IpAddr,
        /// Why.
        failure: Box<Failure>,
    },
}

impl DnsFault {
    fn message(&self) -> Message {
        match self {
            Self::NoSuchName { name } => Message::new("failure-dns-no-such-name").with("name", name.as_str()),
            Self::NoRecords { name, records } => {
                Message::new("failure-dns-no-records").with("name", name.as_str()).with("records", records.as_str())
            }
            Self::NotAnswered { code } => Message::new("failure-dns-not-answered").with("code", code.as_str()),
            Self::Several { records, count } => {
                Message::new("failure-dns-several").with("records", records.as_str()).with("count", u64::from(*count))
            }
            Self::Malformed { records, part } => {
                Message::new("failure-dns-malformed").with("records", records.as_str()).with("part", part.as_str())
            }
            Self::TooManyLookups { count } => {
                Message::new("failure-dns-too-many-lookups").with("count", u64::from(*count))
            }
            Self::Revoked => Message::new("failure-dns-revoked"),
            Self::WeakKey { bits } => Message::new("failure-dns-weak-key").with("bits", u64::from(*bits)),
            Self::OtherSerials { serials } => {
                Message::new("failure-dns-other-serials").with("serials", serials.as_str())
            }
            Self::Elsewhere { server, failure } => Message::new("failure-dns-elsewhere")
                .with("server", server.to_string())
                .with("failure", failure.message()),
        }
    }
}

/// Why a time server's time is not to be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum ClockFault {
    /// It says itself that it does not know the time (RFC 5905, 7.3).
    Unsynchronised,
    /// It does not want to be asked, or not so often (RFC 5905, 7.4).
    KissOfDeath {
        /// The code: DENY, RATE, RSTR.
        code: String,
    },
    /// It differs from ours by more than is allowed.
    Offset {
        /// By how much.
        offset: Duration,
        /// How much is allowed.
        limit: Duration,
    },
}

impl ClockFault {
    fn message(&self) -> Message {
        match self {
            Self::Unsynchronised => Message::new("failure-clock-unsynchronised"),
            Self::KissOfDeath { code } => Message::new("failure-clock-kiss-of-death").with("code", code.as_str()),
            Self::Offset { offset, limit } => Message::new("failure-clock-offset")
                .with("offset", offset.as_secs_f64())
                .with("limit", limit.as_secs_f64()),
        }
    }
}

impl Failure {
    /// The failure in words.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Timeout { after } => Message::new("failure-timeout").with("seconds", after.as_secs_f64()),
            Self::NotDelivered { after } => Message::new("failure-not-delivered").with("seconds", after.as_secs_f64()),
            Self::Refused => Message::new("failure-refused"),
            Self::Unreachable { obstacle, by: None } => obstacle.message(),
            Self::Unreachable { obstacle, by: Some(router) } => Message::new("failure-unreachable-said")
                .with("router", router.to_string())
                .with("obstacle", obstacle.message()),
            Self::Authentication { rejected } => Message::new(match rejected {
                Rejected::User => "failure-authentication-user",
                Rejected::AuthenticationPassphrase => "failure-authentication-passphrase",
                Rejected::PrivacyPassphrase => "failure-authentication-privacy",
                Rejected::SecurityLevel => "failure-authentication-level",
                Rejected::Clock => "failure-authentication-clock",
                Rejected::Unspecified => "failure-authentication",
            }),
            Self::Protocol { detail } => Message::new("failure-protocol").with("detail", detail.as_str()),
            Self::Unexpected { wanted, got } => {
                Message::new("failure-unexpected").with("wanted", wanted.as_str()).with("got", got.as_str())
            }
            Self::Unresolved { name, detail } => {
                Message::new("failure-unresolved").with("name", name.as_str()).with("detail", detail.as_str())
            }
            Self::Certificate { fault } => fault.message(),
            Self::Dns { fault } => fault.message(),
            Self::Clock { fault } => fault.message(),
            Self::Database { text } => Message::new("failure-database").with("text", text.as_str()),
            Self::ReplicaBehind { behind, limit } => Message::new("failure-replica-behind")
                .with("behind", behind.as_secs_f64())
                .with("limit", limit.as_secs_f64()),
            Self::ReplicationStopped { reason } => {
                Message::new("failure-replication-stopped").with("reason", reason.as_str())
            }
            Self::Beyond { metric, instance, of, value, limit } => {
                beyond(metric, instance.as_deref(), *of, *value, *limit)
            }
            Self::Loss { percent } => Message::new("failure-loss").with("percent", u64::from(*percent)),
            Self::Duplicates { count } => Message::new("failure-duplicates").with("count", u64::from(*count)),
            Self::Plugin { text } => Message::new("failure-plugin").with("text", text.as_str()),
            Self::PluginUnknown { text } => Message::new("failure-plugin-unknown").with("text", text.as_str()),
            Self::NotStarted { command, detail } => {
                Message::new("failure-not-started").with("command", command.as_str()).with("detail", detail.as_str())
            }
            Self::NotPermitted => Message::new("failure-not-permitted"),
            Self::Local { detail } => Message::new("failure-local").with("detail", detail.as_str()),
        }
    }

    /// Whether nothing was heard of the target: it may be there, and something on the way is not.
    #[must_use]
    pub const fn is_silence(&self) -> bool {
        match self {
            Self::Timeout { .. } => true,
            // A filter is there, and so is what stands behind it.
            Self::Unreachable { obstacle, .. } => !matches!(obstacle, Obstacle::Prohibited | Obstacle::TooBig),
            _ => false,
        }
    }

    /// Whether it was found by comparing with the clock of this machine.
    #[must_use]
    pub const fn is_of_time(&self) -> bool {
        use CertificateFault::{Expired, ExpiresSoon, NotYetValid};
        match self {
            Self::Certificate { fault } => matches!(fault, Expired { .. } | ExpiresSoon { .. } | NotYetValid { .. }),
            Self::Clock { fault } => matches!(fault, ClockFault::Offset { .. }),
            _ => false,
        }
    }

    /// What an error of the operating system says about a target.
    #[must_use]
    pub fn from_io(error: &std::io::Error, after: Duration) -> Self {
        use std::io::ErrorKind as Kind;
        match error.kind() {
            Kind::TimedOut => Self::Timeout { after },
            Kind::ConnectionRefused | Kind::ConnectionReset => Self::Refused,
            Kind::HostUnreachable => Self::Unreachable { obstacle: Obstacle::NoHost, by: None },
            Kind::NetworkUnreachable | Kind::NetworkDown => Self::Unreachable { obstacle: Obstacle::NoRoute, by: None },
            _ => Self::Local { detail: error.to_string() },
        }
    }
}

/// English, see [`Failure::message`].
impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.message().fmt(f)
    }
}
