//! Receives traps and informs, of those alone whose community or user is known, and answers informs.
//!
//! The receiver of an inform has an snmpEngineID of its own, for which senders make their keys, and counts its starts, so
//! that nothing that was recorded can be played to it again (RFC 3414, 2.2). Both are kept in a small file.

use std::fs;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_snmp::v3::CryptoError;
use async_snmp::{
    AuthoritativeEngine, DesSaltState, NotificationAcceptance, NotificationEnvelope, NotificationReceiver,
    PersistedAuthoritativeEngine, PersistedDesSaltState, SecurityLevel, UsmUser, VarBind, generate_engine_id,
};

use super::notification::Notification;
use super::raw::Raw;
use super::session::{Transports, uses_des};
use crate::config::{Credential, Identity, Protection};

/// More than this in a second is a flood: who reads rests until the second is over, and the kernel drops what waits too long.
const MOST_A_SECOND: u32 = 2000;
const SECOND: Duration = Duration::from_secs(1);

/// How many have come since when.
struct Flood {
    since: Instant,
    come: u32,
}

impl Flood {
    /// Counts one more, and says how long to rest.
    fn rest(&mut self, now: Instant) -> Duration {
        let elapsed = now.saturating_duration_since(self.since);
        if elapsed >= SECOND {
            *self = Self { since: now, come: 0 };
        }
        self.come += 1;
        if self.come <= MOST_A_SECOND { Duration::ZERO } else { SECOND.saturating_sub(elapsed) }
    }
}

/// Receives, on a thread of its own: the library reads as long as there is something to read, and rests where it stands.
pub struct Receiver {
    receiver: NotificationReceiver,
    refused: Arc<AtomicU64>,
}

/// What was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Who sent it.
    pub source: IpAddr,
    /// What it says; none if we do not know.
    pub notification: Option<Notification>,
}

/// Why nothing can be received.
#[derive(Debug, thiserror::Error)]
pub enum CannotReceive {
    /// The address is taken, or not ours.
    #[error(
        "traps cannot be received on {address}: {detail}; stop what uses the address (ss -lunp shows it), or set another listen in [traps]; ports below 1024 need CAP_NET_BIND_SERVICE"
    )]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        detail: String,
    },
    /// The file of the engine cannot be used.
    #[error("{path}: {detail}; without it no inform can be answered", path = .path.display())]
    Engine {
        /// Which.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// A key cannot be made.
    #[error("a key of SNMPv3 cannot be made: {0}")]
    Key(#[from] CryptoError),
}

impl Receiver {
    /// Begins to receive at `address`; what it has to remember is in the file `engine`. Of several users of one name the
    /// last one counts.
    ///
    /// # Errors
    /// Why nothing can be received.
    pub async fn bind(
        address: SocketAddr,
        credentials: &[Arc<Credential>],
        transports: &Transports,
        engine: &Path,
    ) -> Result<Self, CannotReceive> {
        let mut builder = NotificationReceiver::builder().bind(address.to_string());
        let mut has_users = false;
        for credential in credentials {
            let Identity::User { name, protection } = &credential.identity else { continue };
            let keys = protection.as_ref().map(|protection| transports.keys_of(credential, protection)).transpose()?;
            has_users = true;
            builder = builder.usm_user(name.clone(), |user: UsmUser| match keys {
                Some(keys) => user.with_master_keys(keys),
                None => Ok(user),
            })?;
        }
        if has_users {
            let failed = |detail: String| CannotReceive::Engine { path: engine.to_owned(), detail };
            let before = remembered(engine).map_err(failed)?;
            let boots = before.engine_boots();
            let kept = engine.to_owned();
            let ours = AuthoritativeEngine::restart(before, move |state| remember(&kept, state));
            builder = builder.authoritative_engine(ours.map_err(|error| failed(error.to_string()))?);
            if credentials.iter().any(|credential| uses_des(credential)) {
                let before = PersistedDesSaltState::new(boots).map_err(|error| failed(error.to_string()))?;
                let salts = DesSaltState::restart(before, |_| Ok::<(), std::io::Error>(()));
                builder = builder.des_salt_state(salts.map_err(|error| failed(error.to_string()))?);
            }
        }
        let refused = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&refused);
        let known: Vec<Arc<Credential>> = credentials.to_vec();
        let flood = Mutex::new(Flood { since: Instant::now(), come: 0 });
        let policy = move |envelope: &NotificationEnvelope<'_>| {
            let rest = flood.lock().unwrap_or_else(PoisonError::into_inner).rest(Instant::now());
            if !rest.is_zero() {
                std::thread::sleep(rest);
            }
            if known.iter().any(|credential| is_of(envelope, credential)) {
                NotificationAcceptance::Accept
            } else {
                counted.fetch_add(1, Ordering::Relaxed);
                NotificationAcceptance::Reject
            }
        };
        let receiver = builder.acceptance_policy(policy).build().await;
        let receiver =
            receiver.map_err(|error| CannotReceive::Listen { address, detail: error.exchange_source().to_string() })?;
        Ok(Self { receiver, refused })
    }

    /// Where it receives.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.receiver.local_addr()
    }

    /// Waits for the next notification of somebody who is known. Nothing that anybody sends ends it. It may hold up its
    /// thread for as long as strangers send.
    pub async fn next(&self) -> Received {
        loop {
            // An error is a message that is none, or is not signed as it should be; it is counted, see `refused`.
            let Ok(received) = self.receiver.recv().await else {
                // Who sends such messages by the thousand must not keep a processor busy: the kernel drops what waits too long.
                tokio::time::sleep(Duration::from_millis(1)).await;
                continue;
            };
            let bindings: Vec<_> = received.notification.varbinds().iter().filter_map(binding).collect();
            let object_id = received.notification.trap_oid().ok();
            let notification = object_id.and_then(|object_id| Notification::new(object_id.arcs(), &bindings));
            return Received { source: received.source.ip().to_canonical(), notification };
        }
    }

    /// How many were refused since the start, because nobody here knows their community, user or keys.
    #[must_use]
    pub fn refused(&self) -> u64 {
        let receiver = &self.receiver;
        // Not those outside the time window: that is how the sender of an inform learns our time (RFC 3414, 3.2, 7a).
        let of_users = [
            receiver.usm_unknown_usernames(),
            receiver.usm_wrong_digests(),
            receiver.usm_unsupported_sec_levels(),
            receiver.usm_decryption_errors(),
        ];
        self.refused.load(Ordering::Relaxed) + of_users.into_iter().map(u64::from).sum::<u64>()
    }
}

/// Whether a notification is of this credential, and protected at least as it demands.
fn is_of(envelope: &NotificationEnvelope<'_>, credential: &Credential) -> bool {
    match &credential.identity {
        Identity::OldCommunity(community) | Identity::Community(community) => {
            envelope.community.is_some_and(|found| found.matches(community.reveal().as_bytes()))
        }
        Identity::User { name, protection } => {
            let least = match protection {
                None => SecurityLevel::NoAuthNoPriv,
                Some(Protection { privacy: None, .. }) => SecurityLevel::AuthNoPriv,
                Some(_) => SecurityLevel::AuthPriv,
            };
            envelope.username == Some(name.as_bytes()) && envelope.security_level >= Some(least)
        }
    }
}

fn binding(binding: &VarBind) -> Option<(Vec<u32>, Raw)> {
    Some((binding.oid.arcs().to_vec(), Raw::new(&binding.value)?))
}

/// The engine as it was at its last start; a new one where there is none.
fn remembered(path: &Path) -> Result<PersistedAuthoritativeEngine, String> {
    let (id, boots) = match fs::read_to_string(path) {
        Ok(text) => {
            read(&text).ok_or("is not what rotused wrote; delete it, then informs are answered as by a new engine")?
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            (generate_engine_id().map_err(|error| error.to_string())?.to_vec(), 1)
        }
        Err(error) => return Err(error.to_string()),
    };
    PersistedAuthoritativeEngine::new(id, boots).map_err(|error| error.to_string())
}

/// snmpEngineID in hexadecimal digits, and snmpEngineBoots.
fn read(text: &str) -> Option<(Vec<u8>, u32)> {
    let (id, boots) = text.trim().split_once(' ')?;
    let octets = id.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    Some((octets.collect::<Option<Vec<u8>>>()?, boots.parse().ok()?))
}

fn remember(path: &Path, engine: &PersistedAuthoritativeEngine) -> std::io::Result<()> {
    let id: String = engine.engine_id().iter().map(|octet| format!("{octet:02x}")).collect();
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{id} {}", engine.engine_boots())?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_flood_the_rest_of_the_second_is_for_others() {
        let start = Instant::now();
        let mut flood = Flood { since: start, come: 0 };
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        assert!((0..MOST_A_SECOND).all(|_| flood.rest(at(100)).is_zero()));
        assert_eq!(flood.rest(at(100)), Duration::from_millis(900));
        assert_eq!(flood.rest(at(1000)), Duration::ZERO);
    }

    #[test]
    fn an_engine_keeps_its_identity_and_counts_its_starts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("snmp-engine");
        let first = remembered(&path).unwrap();
        for boots in 2..5 {
            let kept = path.clone();
            let engine = AuthoritativeEngine::restart(remembered(&path).unwrap(), move |state| remember(&kept, state));
            let engine = engine.unwrap();
            assert_eq!(engine.engine_boots(), boots);
            if boots > 2 {
                assert_eq!(engine.engine_id(), remembered(&path).unwrap().engine_id());
            }
        }
        assert_ne!(first.engine_id(), remembered(&path).unwrap().engine_id(), "what was not kept is not known");
        fs::write(&path, "nonsense").unwrap();
        assert!(remembered(&path).is_err());
    }
}
