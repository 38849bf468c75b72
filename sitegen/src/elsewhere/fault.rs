//! What came of asking an address, as it is remembered and as people read it.

use messages::Message;
use serde::{Deserialize, Serialize};

/// What an address answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Answer {
    /// Something is there.
    Fine {
        /// Where it has moved for good (RFC 9110, 15.4.2 and 15.4.9).
        moved: Option<String>,
    },
    /// The server does not say it to programs: whether something is there only a person can tell.
    Barred {
        /// The status code.
        status: u16,
    },
    /// Nothing is there, or nobody gets to it.
    Failed {
        /// Why.
        fault: Fault,
    },
}

/// Why nobody gets to an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum Fault {
    /// It is no address of the web.
    Malformed,
    /// It leads to a network that only some can reach.
    Private {
        /// Which address it was in the end.
        address: String,
    },
    /// The host has no address.
    Unresolved {
        /// The host.
        host: String,
        /// What the resolver said.
        detail: String,
    },
    /// The host is there, and nobody listens.
    Refused,
    /// There is no way to the host.
    Unreachable {
        /// What the system said.
        detail: String,
    },
    /// The host says nothing, not even that nobody listens.
    SilentHost {
        /// For how long it was waited.
        seconds: u64,
    },
    /// The server has taken the request and does not answer.
    SilentServer {
        /// For how long it was waited.
        seconds: u64,
    },
    /// The certificate proves nothing.
    Certificate {
        /// Why.
        certificate: CertificateFault,
    },
    /// There is no connection under TLS.
    Tls {
        /// Why.
        detail: String,
    },
    /// The answer is none of HTTP.
    Protocol {
        /// Why.
        detail: String,
    },
    /// It leads on and on.
    TooManyRedirects {
        /// Where it was given up.
        last: String,
    },
    /// It leads to where it has been.
    Loop {
        /// Where.
        address: String,
    },
    /// It leads to what nobody can ask.
    Astray {
        /// Where.
        location: String,
    },
    /// The server answers that there is nothing, or that it cannot.
    Status {
        /// The status code.
        status: u16,
    },
}

/// Why a certificate proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "certificate", rename_all = "kebab-case")]
pub enum CertificateFault {
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It is for others.
    OtherName,
    /// No authority that this machine knows vouches for it.
    Unknown,
    /// Something else.
    Other {
        /// What.
        detail: String,
    },
}

/// As much of what others say is said on.
const LONGEST: usize = 200;

/// Words of others on one line, without what would steer a terminal.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(LONGEST).collect()
}

impl Answer {
    /// Whether a server answered at all: then this machine has a network.
    #[must_use]
    pub const fn is_of_server(&self) -> bool {
        match self {
            Self::Fine { .. } | Self::Barred { .. } => true,
            Self::Failed { fault } => fault.is_of_server(),
        }
    }
}

impl Fault {
    /// Whether a server has answered something.
    const fn is_of_server(&self) -> bool {
        match self {
            Self::Malformed
            | Self::Private { .. }
            | Self::Unresolved { .. }
            | Self::Unreachable { .. }
            | Self::SilentHost { .. } => false,
            Self::Refused
            | Self::SilentServer { .. }
            | Self::Certificate { .. }
            | Self::Tls { .. }
            | Self::Protocol { .. }
            | Self::TooManyRedirects { .. }
            | Self::Loop { .. }
            | Self::Astray { .. }
            | Self::Status { .. } => true,
        }
    }

    /// Whether all other addresses of the same server fail likewise, and need not be asked.
    #[must_use]
    pub const fn is_of_host(&self) -> bool {
        matches!(
            self,
            Self::Private { .. }
                | Self::Unresolved { .. }
                | Self::Refused
                | Self::Unreachable { .. }
                | Self::SilentHost { .. }
                | Self::Certificate { .. }
                | Self::Tls { .. }
        )
    }

    /// Whether the server may only have stumbled over being asked without content (HEAD).
    #[must_use]
    pub const fn may_be_of_head(&self) -> bool {
        matches!(self, Self::SilentServer { .. } | Self::Protocol { .. })
    }

    /// What is wrong.
    #[must_use]
    pub fn what(&self) -> Message {
        let with = |key: &str, detail: &str| Message::new(key).with("detail", detail);
        match self {
            Self::Malformed => Message::new("links-malformed"),
            Self::Private { address } => with("links-private", address),
            Self::Unresolved { host, detail } => with("links-unresolved", detail).with("host", host.as_str()),
            Self::Refused => Message::new("links-refused"),
            Self::Unreachable { detail } => with("links-unreachable", detail),
            Self::SilentHost { seconds } => Message::new("links-silent-host").with("seconds", *seconds),
            Self::SilentServer { seconds } => Message::new("links-silent-server").with("seconds", *seconds),
            Self::Certificate { certificate } => certificate.what(),
            Self::Tls { detail } => with("links-tls", detail),
            Self::Protocol { detail } => with("links-protocol", detail),
            Self::TooManyRedirects { last } => with("links-redirects", last),
            Self::Loop { address } => with("links-loop", address),
            Self::Astray { location } => with("links-astray", location),
            Self::Status { status: status @ (404 | 410) } => Message::new("links-gone").with("status", code(*status)),
            Self::Status { status: status @ 500.. } => Message::new("links-broken").with("status", code(*status)),
            Self::Status { status } => Message::new("links-status").with("status", code(*status)),
        }
    }

    /// What to do.
    #[must_use]
    pub fn advice(&self) -> Message {
        Message::new(match self {
            Self::Malformed => "links-advice-write",
            Self::Private { .. } => "links-advice-private",
            Self::Certificate { .. } | Self::Tls { .. } => "links-advice-owner",
            Self::Unresolved { .. }
            | Self::Refused
            | Self::Unreachable { .. }
            | Self::SilentHost { .. }
            | Self::SilentServer { .. }
            | Self::Protocol { .. }
            | Self::TooManyRedirects { .. }
            | Self::Loop { .. }
            | Self::Astray { .. }
            | Self::Status { .. } => "links-advice-replace",
        })
    }
}

/// Codes are names and not numbers: none is set with spaces between thousands.
pub(super) fn code(status: u16) -> String {
    status.to_string()
}

impl CertificateFault {
    fn what(&self) -> Message {
        match self {
            Self::Expired => Message::new("links-certificate-expired"),
            Self::NotYetValid => Message::new("links-certificate-early"),
            Self::OtherName => Message::new("links-certificate-name"),
            Self::Unknown => Message::new("links-certificate-unknown"),
            Self::Other { detail } => Message::new("links-certificate").with("detail", detail.as_str()),
        }
    }
}

impl From<rustls::CertificateError> for CertificateFault {
    fn from(error: rustls::CertificateError) -> Self {
        use rustls::CertificateError as E;
        match error {
            E::Expired | E::ExpiredContext { .. } => Self::Expired,
            E::NotValidYet | E::NotValidYetContext { .. } => Self::NotYetValid,
            E::NotValidForName | E::NotValidForNameContext { .. } => Self::OtherName,
            E::UnknownIssuer => Self::Unknown,
            other => Self::Other { detail: one_line(&other.to_string()) },
        }
    }
}
