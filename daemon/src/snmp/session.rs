//! One conversation with one agent: keys and engine state are kept between polls, and so is the reading before.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_snmp::v3::ReportStatus;
use async_snmp::{
    Auth, AuthProtocol, Client, Error, ErrorStatus, Oid, PrivProtocol, Retry, UdpHandle, UdpTransport, UsmConfig,
    Value, VarBind,
};
use tokio::time::Instant;

use super::interfaces::{self, readable};
use super::{Reading, System, rates};
use crate::config::{AuthenticationProtocol, Credential, Identity, PrivacyProtocol};
use crate::probe::{Failure, Rejected};

/// The sockets through which all agents are asked. A family whose socket cannot be had stays without, with the reason.
#[derive(Clone)]
pub struct Transports {
    v4: Result<UdpTransport, String>,
    v6: Result<UdpTransport, String>,
}

/// A conversation with one agent.
pub struct Session {
    target: SocketAddr,
    credential: Arc<Credential>,
    transports: Transports,
    client: Option<Client<UdpHandle>>,
    has_wide_counters: bool,
    before: Option<(Instant, Reading)>,
}

/// sysDescr, sysUpTime, sysContact, sysName and sysLocation (RFC 3418, section 2).
const SYSTEM: [u32; 7] = [1, 3, 6, 1, 2, 1, 1];
const SYSTEM_COLUMNS: [u32; 5] = [1, 3, 4, 5, 6];

/// Rows a request (max-repetitions, RFC 3416, 4.2.3). 25 rows of a counter column fit into one packet of 1,500 octets.
const ROWS_A_REQUEST: u32 = 25;

/// More rows than any device has; an agent that sends more is not made to be believed.
const MOST_ROWS: usize = 16_384;

impl Transports {
    /// Opens both sockets; must be called inside the runtime that will ask.
    pub async fn open() -> Self {
        let open = async |address: &str| UdpTransport::bind(address).await.map_err(|error| error.to_string());
        Self { v4: open("0.0.0.0:0").await, v6: open("[::]:0").await }
    }
}

impl Session {
    /// A conversation that begins with the first poll.
    #[must_use]
    pub const fn new(target: SocketAddr, credential: Arc<Credential>, transports: Transports) -> Self {
        Self { target, credential, transports, client: None, has_wide_counters: true, before: None }
    }

    /// Asks for everything, for at most `timeout`.
    ///
    /// # Errors
    /// Why there is no answer, or none that can be used.
    pub async fn poll(&mut self, timeout: Duration) -> Result<Reading, Failure> {
        let polled = tokio::time::timeout(timeout, self.ask(timeout)).await;
        let polled = polled.unwrap_or(Err(Failure::Timeout { after: timeout }));
        if polled.is_err() {
            // An agent that was set up anew has another snmpEngineID and other keys (RFC 3414, 5): begin from the start.
            self.client = None;
        }
        polled
    }

    async fn ask(&mut self, timeout: Duration) -> Result<Reading, Failure> {
        if self.client.is_none() {
            self.client = Some(self.connect(timeout).await?);
        }
        let Some(client) = &self.client else { return Err(Failure::Timeout { after: timeout }) };
        let failed = |error: Box<Error>| failure(error.exchange_source(), timeout);
        let system = client.get_many(&SYSTEM_COLUMNS.map(system_oid)).await.map_err(failed)?;
        let taken = Instant::now();
        let mut rows = interfaces::rows(&walk(client, interfaces::columns(self.has_wide_counters), timeout).await?);
        if self.has_wide_counters && !rows.is_empty() && rows.iter().all(|row| row.octets.is_none()) {
            self.has_wide_counters = false;
            rows = interfaces::rows(&walk(client, interfaces::columns(false), timeout).await?);
        }
        let mut reading = Reading { system: system_group(&system.varbinds), interfaces: rows, rates: Vec::new() };
        if let Some((taken_before, before)) = &self.before {
            reading.rates = rates::rates(before, &reading, taken - *taken_before);
        }
        self.before = Some((taken, reading.clone()));
        Ok(reading)
    }

    async fn connect(&self, timeout: Duration) -> Result<Client<UdpHandle>, Failure> {
        let local = |detail: String| Failure::Local { detail };
        let transport = if self.target.is_ipv4() { &self.transports.v4 } else { &self.transports.v6 };
        let transport = transport.as_ref().map_err(|detail| local(detail.clone()))?;
        // UDP loses packets: the question is asked twice within the time limit.
        let retry = Retry::fixed(1, Duration::ZERO).map_err(|error| local(error.to_string()))?;
        let auth = auth(&self.credential.identity).map_err(local)?;
        let builder = Client::builder(self.target, auth).request_timeout(timeout.mul_f32(0.45)).retry(retry);
        builder.build_with(transport).await.map_err(|error| failure(error.exchange_source(), timeout))
    }
}

fn system_oid(column: u32) -> Oid {
    Oid::new(SYSTEM.iter().copied().chain([column, 0]))
}

async fn walk(client: &Client<UdpHandle>, columns: Vec<Oid>, timeout: Duration) -> Result<Vec<VarBind>, Failure> {
    let failed = |error: Box<Error>| failure(error.exchange_source(), timeout);
    let mut values = Vec::new();
    for column in columns {
        let mut rows = 0_usize;
        let mut walk = client.bulk_walk(column.clone(), ROWS_A_REQUEST).map_err(failed)?;
        while let Some(value) = walk.next().await {
            values.push(value.map_err(failed)?);
            rows += 1;
            if rows > MOST_ROWS {
                return Err(Failure::Protocol { detail: format!("more than {MOST_ROWS} rows of {column}") });
            }
        }
    }
    Ok(values)
}

fn system_group(values: &[VarBind]) -> System {
    let value = |column| values.iter().find(|found| found.oid == system_oid(column)).map(|found| &found.value);
    let text = |column| value(column).and_then(readable);
    System {
        description: text(1),
        uptime: value(3).and_then(Value::as_duration),
        contact: text(4),
        name: text(5),
        location: text(6),
    }
}

fn auth(identity: &Identity) -> Result<Auth, String> {
    match identity {
        Identity::Community(community) => Ok(Auth::v2c(community.reveal())),
        Identity::User { name, authentication, privacy } => {
            let (protocol, passphrase) = authentication;
            let authentication_protocol = match protocol {
                AuthenticationProtocol::Sha1 => AuthProtocol::Sha1,
                AuthenticationProtocol::Sha224 => AuthProtocol::Sha224,
                AuthenticationProtocol::Sha256 => AuthProtocol::Sha256,
                AuthenticationProtocol::Sha384 => AuthProtocol::Sha384,
                AuthenticationProtocol::Sha512 => AuthProtocol::Sha512,
            };
            let (cipher, privacy_passphrase) = privacy;
            let privacy_protocol = match cipher {
                PrivacyProtocol::Aes128 => PrivProtocol::Aes128,
                PrivacyProtocol::Aes192 => PrivProtocol::Aes192Blumenthal,
                PrivacyProtocol::Aes256 => PrivProtocol::Aes256Blumenthal,
            };
            UsmConfig::new(name.clone())
                .auth_priv(authentication_protocol, passphrase.reveal(), privacy_protocol, privacy_passphrase.reveal())
                .map(Auth::from)
                .map_err(|error| error.to_string())
        }
    }
}

/// What an error of the library says about the agent.
fn failure(error: &Error, timeout: Duration) -> Failure {
    let rejected = |rejected| Failure::Authentication { rejected };
    match error {
        Error::Timeout { .. } | Error::ConstructionTimeout { .. } => Failure::Timeout { after: timeout },
        Error::Network { source, .. } => Failure::from_io(source, timeout),
        Error::Auth { .. } => rejected(Rejected::Unspecified),
        Error::Report { status, .. } => match **status {
            ReportStatus::UnknownUserName { .. } => rejected(Rejected::User),
            ReportStatus::WrongDigest { .. } => rejected(Rejected::AuthenticationPassphrase),
            ReportStatus::DecryptionError { .. } => rejected(Rejected::PrivacyPassphrase),
            ReportStatus::NotInTimeWindow { .. } => rejected(Rejected::Clock),
            ReportStatus::UnsupportedSecurityLevel { .. } => rejected(Rejected::Unspecified),
            _ => Failure::Protocol { detail: error.to_string() },
        },
        Error::Snmp { status: ErrorStatus::AuthorizationError | ErrorStatus::NoAccess, .. } => {
            rejected(Rejected::Unspecified)
        }
        Error::Snmp { .. } | Error::Decode(_) | Error::MalformedResponse { .. } | Error::WalkAborted { .. } => {
            Failure::Protocol { detail: error.to_string() }
        }
        _ => Failure::Local { detail: error.to_string() },
    }
}
