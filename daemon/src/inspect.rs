//! `rotused snmp walk` and `rotused snmp explain`: looking at one agent by hand, with the daemon's own eyes.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Config, Credential, Question, SNMP_PORT};
use crate::probe::Failure;
use crate::snmp::explain::Explanation;
use crate::snmp::raw::{Raw, Suffix, dotted};
use crate::snmp::{Session, Transports};

/// Which agent is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Where it is.
    pub address: SocketAddr,
    /// As whom it is asked.
    pub credential: Arc<Credential>,
}

/// Why an agent cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum CannotLook {
    /// Nothing of that name is configured.
    #[error(
        "no device is called \"{0}\" in the configuration; for an address that is not configured say --credentials NAME"
    )]
    NoSuchDevice(String),
    /// The device has no SNMP check.
    #[error("the device \"{0}\" has no check of kind \"snmp\"; say --credentials NAME and its address")]
    NoSnmp(String),
    /// No credential of that name is configured.
    #[error("no [[credential]] is called \"{0}\" in the configuration")]
    NoSuchCredential(String),
    /// The name has no address.
    #[error("the address of \"{name}\" cannot be found: {source}")]
    NoAddress {
        /// The name.
        name: String,
        /// Why.
        source: std::io::Error,
    },
    /// The agent does not answer as it should.
    #[error("{address}: {failure}")]
    Failed {
        /// Which agent.
        address: SocketAddr,
        /// Why.
        failure: Failure,
    },
    /// What was found cannot be written out.
    #[error("the output cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl Target {
    /// The agent of a configured device, or at an address if a credential is named.
    ///
    /// # Errors
    /// There is no such device, credential or address.
    pub async fn find(config: &Config, name: &str, credential: Option<&str>) -> Result<Self, CannotLook> {
        let device = config.devices.iter().find(|device| device.name.as_str() == name);
        let checks = device.iter().flat_map(|device| &device.checks);
        let configured = checks.into_iter().find_map(|check| match &check.question {
            Question::Snmp(snmp) => Some(snmp),
            _ => None,
        });
        let Some(wanted) = credential else {
            let snmp = configured.ok_or_else(|| match device {
                Some(_) => CannotLook::NoSnmp(name.to_owned()),
                None => CannotLook::NoSuchDevice(name.to_owned()),
            })?;
            return Ok(Self { address: snmp.target, credential: Arc::clone(&snmp.credential) });
        };
        let credential = config.credentials.iter().find(|credential| credential.name.as_str() == wanted);
        let credential = Arc::clone(credential.ok_or_else(|| CannotLook::NoSuchCredential(wanted.to_owned()))?);
        let address = match (configured, device) {
            (Some(snmp), _) => snmp.target,
            (None, Some(device)) => SocketAddr::new(device.address, SNMP_PORT),
            (None, None) => resolve(name).await?,
        };
        Ok(Self { address, credential })
    }

    async fn session(&self, config: &Config) -> Session {
        let transports = Transports::open(Arc::clone(&config.profiles)).await;
        Session::new(self.address, Arc::clone(&self.credential), transports)
    }

    fn failed(&self, failure: Failure) -> CannotLook {
        CannotLook::Failed { address: self.address, failure }
    }

    /// Prints every value under `root` as the agent sends it.
    ///
    /// # Errors
    /// The agent does not answer, or the output cannot be written.
    pub async fn walk(&self, config: &Config, root: &[u32], timeout: Duration) -> Result<(), CannotLook> {
        let walked = self.session(config).await.walk(root, timeout).await;
        let (column, oddities) = walked.map_err(|failure| self.failed(failure))?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let mut write =
            |(suffix, value): &(Suffix, Raw)| writeln!(out, ".{}.{} = {value}", dotted(root), dotted(suffix));
        let written = column.rows().try_for_each(&mut write);
        written.and_then(|()| out.flush()).or_else(ignore_broken_pipe)?;
        oddities.iter().for_each(|oddity| eprintln!("rotused: odd: {oddity}"));
        Ok(())
    }

    /// Asks for everything that the device's profile knows.
    ///
    /// # Errors
    /// The agent does not answer.
    pub async fn explain(&self, config: &Config, timeout: Duration) -> Result<Explanation, CannotLook> {
        let explained = self.session(config).await.explain(timeout).await;
        explained.map_err(|failure| self.failed(failure))
    }
}

/// Prints an explanation, as JSON or for people.
///
/// # Errors
/// The output cannot be written.
pub fn print(explanation: &Explanation, as_json: bool) -> Result<(), CannotLook> {
    let text = if as_json { as_text(&explanation.json()) } else { explanation.to_string() };
    write_out(&format!("{text}\n")).map_err(CannotLook::Output)
}

/// Writes to standard output, as far as somebody wants to read.
///
/// # Errors
/// The output cannot be written.
pub fn write_out(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).or_else(ignore_broken_pipe)
}

/// JSON for a person on a terminal, compact for a program.
fn as_text(value: &serde_json::Value) -> String {
    if std::io::stdout().is_terminal() { format!("{value:#}") } else { value.to_string() }
}

/// `| head` has seen enough: that is no failure.
///
/// # Errors
/// Any other.
pub fn ignore_broken_pipe(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

async fn resolve(name: &str) -> Result<SocketAddr, CannotLook> {
    let failed = |source| CannotLook::NoAddress { name: name.to_owned(), source };
    if let Ok(address) = name.parse() {
        return Ok(SocketAddr::new(address, SNMP_PORT));
    }
    let has_port = name.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let with_port = if has_port { name.to_owned() } else { format!("{name}:{SNMP_PORT}") };
    let mut found = tokio::net::lookup_host(&with_port).await.map_err(failed)?;
    found.next().ok_or_else(|| failed(std::io::Error::other("the name has no address")))
}
