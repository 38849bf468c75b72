//! Who comes in.
//!
//! [`Door`] holds what is the same for all who ask: the configuration as it is now, who has logged in, and who has tried to.
//! Without users everybody comes in who reaches the pages, as they are served on this machine alone then. With users, a
//! browser shows a cookie that it got at `/login`, and a program, such as Prometheus, a name and a password with every
//! request (RFC 7617).

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::ServerConfig;
use tokio::sync::Semaphore;
use tracing::{info, warn};
use zeroize::Zeroizing;

use super::client;
use super::limit::Limits;
use super::session::{Key, Sessions, Token};
use crate::config::{UserName, Web};
use crate::users::{Account, Users};

/// Who may come in, and who has.
pub struct Door {
    listen: SocketAddr,
    web: RwLock<Arc<Web>>,
    sessions: Mutex<Sessions>,
    limits: Mutex<Limits>,
    /// Hashing takes memory and a processor: at most two at a time, however many ask.
    hashing: Arc<Semaphore>,
    counts: Logins,
}

/// How attempts to log in ended since the daemon was started.
#[derive(Debug, Default)]
pub struct Logins {
    /// By the right name and password.
    pub succeeded: AtomicU64,
    /// By another.
    pub failed: AtomicU64,
    /// By having to wait.
    pub limited: AtomicU64,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Visitor {
    /// One of the users.
    User(UserName),
    /// Somebody who has shown nothing, or something that holds no more.
    Stranger,
    /// Somebody who claims to be a user and is not.
    Impostor,
    /// Somebody who has tried too often and must wait so long.
    Hasty(Duration),
}

/// A name and a password, as they were sent.
pub(super) struct Claim {
    pub(super) name: String,
    pub(super) password: Zeroizing<String>,
}

const HASHING: usize = 2;

/// How much of a name that nobody has is written to the log.
const SHOWN_NAME: usize = 64;

impl Door {
    /// The door of pages that are served on `listen`.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn new(listen: SocketAddr, web: Arc<Web>) -> Result<Self, getrandom::Error> {
        Ok(Self {
            listen,
            web: RwLock::new(web),
            sessions: Mutex::new(Sessions::new()?),
            limits: Mutex::default(),
            hashing: Arc::new(Semaphore::new(HASHING)),
            counts: Logins::default(),
        })
    }

    /// Lets in by a new configuration from now on; whom it does not know is out. One that is meant for another address than
    /// the pages are served on, and would open them to strangers there, is not used.
    pub fn reconfigure(&self, web: &Arc<Web>) {
        if web.may_be_served_on(self.listen) {
            *self.web.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(web);
        } else {
            warn!("the new [web] is for another listen and is used only after a restart of rotused");
        }
    }

    pub(super) fn web(&self) -> Arc<Web> {
        Arc::clone(&self.web.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// With what a connection that begins now is served by TLS, if it is.
    pub(super) fn tls(&self) -> Option<Arc<ServerConfig>> {
        self.web().certificate.as_ref().map(|certificate| Arc::clone(certificate.server()))
    }

    /// How attempts to log in ended; none if nobody can.
    pub(super) fn logins(&self) -> Option<&Logins> {
        self.web().users.is_some().then_some(&self.counts)
    }

    /// Whether `peer` may speak to us at all: without TLS of our own, elsewhere than on this machine, only a proxy may, since
    /// of others everybody could read the password.
    pub(super) fn answers(&self, web: &Web, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        web.certificate.is_some() || peer.is_loopback() || web.users.is_none() || web.proxies.contains(&peer)
    }

    /// Who it is that sends these fields.
    pub(super) async fn visitor(&self, web: &Web, users: &Arc<Users>, peer: IpAddr, headers: &HeaderMap) -> Visitor {
        let now = Instant::now();
        if let Some(token) = Token::of(headers, web.is_reached_by_https()) {
            let mut sessions = self.sessions();
            let key = sessions.key_of(&token);
            if let Some(name) = sessions.find(key, users, now) {
                return Visitor::User(name);
            }
        }
        let Some(field) = headers.get(AUTHORIZATION).and_then(|field| field.to_str().ok()) else {
            return Visitor::Stranger;
        };
        let key = self.sessions().key("basic", field);
        if let Some(name) = self.sessions().find(key, users, now) {
            return Visitor::User(name);
        }
        let Some(claim) = Claim::basic(field) else { return Visitor::Impostor };
        match self.prove(users, claim, client::address(peer, headers, &web.proxies)).await {
            Ok(account) => {
                let name = account.name.clone();
                self.sessions().remember(key, account, now);
                Visitor::User(name)
            }
            Err(visitor) => visitor,
        }
    }

    /// The account of a claim that `client` makes, if it is true.
    ///
    /// # Errors
    /// Who it is else: an impostor, or somebody who must wait.
    pub(super) async fn prove(&self, users: &Arc<Users>, claim: Claim, client: IpAddr) -> Result<Account, Visitor> {
        let name = claim.name.parse::<UserName>().ok();
        if let Err(wait) = self.limits().begin(Instant::now(), client, name.as_ref()) {
            self.counts.limited.fetch_add(1, Ordering::Relaxed);
            return Err(Visitor::Hasty(wait));
        }
        let shown: String = claim.name.chars().take(SHOWN_NAME).collect();
        let account = self.hash(Arc::clone(users), claim).await;
        if let Some(account) = account {
            self.counts.succeeded.fetch_add(1, Ordering::Relaxed);
            self.limits().succeeded(client, &account.name);
            info!(user = %account.name, %client, "login: {} from {client}", account.name);
            return Ok(account);
        }
        self.counts.failed.fetch_add(1, Ordering::Relaxed);
        let wait = self.limits().wait(Instant::now(), client, name.as_ref()).as_millis().div_ceil(1000);
        let held_up = if wait == 0 { String::new() } else { format!("; the next attempt must wait {wait} s") };
        // Escaped: a line break in a name must not make a line of its own in a log.
        warn!(user = ?shown, %client, "login refused: wrong name or password for {shown:?} from {client}{held_up}");
        Err(Visitor::Impostor)
    }

    async fn hash(&self, users: Arc<Users>, claim: Claim) -> Option<Account> {
        let turn = Arc::clone(&self.hashing).acquire_owned().await.ok()?;
        let hashed = tokio::task::spawn_blocking(move || {
            // Held until it is done, also when nobody waits for the answer any more.
            let _turn = turn;
            users.verify(&claim.name, &claim.password)
        });
        hashed.await.ok().flatten()
    }

    /// Begins a session of a browser.
    pub(super) fn admit(&self, account: Account) -> Result<Token, getrandom::Error> {
        self.sessions().begin(account, Instant::now())
    }

    /// Ends the session of a browser.
    pub(super) fn leave(&self, web: &Web, headers: &HeaderMap) {
        let Some(token) = Token::of(headers, web.is_reached_by_https()) else { return };
        let mut sessions = self.sessions();
        let key: Key = sessions.key_of(&token);
        if let Some(user) = sessions.end(key) {
            info!(%user, "logout: {user}");
        }
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limits(&self) -> MutexGuard<'_, Limits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claim {
    /// The credentials of `Authorization: Basic …`.
    fn basic(field: &str) -> Option<Self> {
        let (scheme, credentials) = field.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("Basic") {
            return None;
        }
        let octets = Zeroizing::new(STANDARD.decode(credentials.trim()).ok()?);
        let (name, password) = std::str::from_utf8(&octets).ok()?.split_once(':')?;
        Some(Self { name: name.to_owned(), password: Zeroizing::new(password.to_owned()) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn credentials_are_read_as_the_standard_says() {
        let claim = Claim::basic("basic QWxhZGRpbjpvcGVuOnNlc2FtZQ==").unwrap();
        assert_eq!((claim.name.as_str(), claim.password.as_str()), ("Aladdin", "open:sesame"));
        for wrong in ["", "Basic", "Basic !", "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic QWxhZGRpbg==", "Basic /w=="]
        {
            assert!(Claim::basic(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_configuration_that_would_open_the_pages_to_strangers_is_not_used() {
        let proof = crate::users::Proof::of("teisingas slaptažodis").unwrap();
        let users = Some(Arc::new(Users::read(&format!("ona:{proof}")).unwrap()));
        let proxies = vec![IpAddr::from([10, 0, 0, 5])];
        let closed = Arc::new(Web { users, proxies, ..Web::default() });
        let door = Door::new(([0, 0, 0, 0], 8080).into(), Arc::clone(&closed)).unwrap();
        assert!(door.answers(&closed, [10, 0, 0, 5].into()) && door.answers(&closed, [127, 0, 0, 1].into()));
        assert!(!door.answers(&closed, [10, 0, 0, 6].into()), "it would send its password for all to read");
        door.reconfigure(&Arc::default());
        assert_eq!(door.web(), closed);
        let local = Door::new(([127, 0, 0, 1], 8080).into(), closed).unwrap();
        local.reconfigure(&Arc::default());
        assert_eq!(*local.web(), Web::default());
    }

    proptest! {
        #[test]
        fn any_credentials_are_read_or_refused(field in "(Basic |basic )?[ -~]{0,40}") {
            let _ = Claim::basic(&field);
        }
    }
}
