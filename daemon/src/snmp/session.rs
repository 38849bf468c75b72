//! One conversation with one agent: what is kept between polls, and in which order everything is asked for.
//!
//! A poll begins with a few scalars: who are you, and since when. They choose the [`Profile`], and tell whether the agent
//! has restarted, which makes everything that was known of its tables doubtful. Then come the tables that change all
//! the time, and in what is left of the time, table by table, those that hardly ever do: they are asked once an hour.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use async_snmp::v3::CryptoError;
use async_snmp::{
    Auth, AuthProtocol, Client, DesSaltState, Error, MasterKeys, Oid, PersistedDesSaltState, PrivProtocol, Retry,
    UdpHandle, UdpTransport, UsmConfig,
};
use jiff::Timestamp;
use tokio::time::Instant;

use super::explain::Explanation;
use super::failure::failure;
use super::profile::{Group, IDENTITY, Profile, Profiles, Row, Store, Wanted, text_of};
use super::raw::{Column, Raw, dotted};
use super::section::Section;
use super::walk::{Manners, walk};
use super::{Interface, Reading, System, rates};
use crate::config::{AuthenticationProtocol, Credential, Identity, PrivacyProtocol, Protection};
use crate::probe::{Failure, Rejected};

/// The sockets through which all agents are asked, and what is known of all kinds of devices. A family whose socket cannot
/// be had stays without, with the reason.
#[derive(Clone)]
pub struct Transports {
    v4: Result<UdpTransport, String>,
    v6: Result<UdpTransport, String>,
    profiles: Arc<RwLock<Arc<Profiles>>>,
    keys: Arc<Mutex<Keys>>,
}

/// With how much protection a question is asked (securityLevel, RFC 3411, 3.4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Configured,
    Signed,
    Open,
}

/// The keys of each credential, once they have been needed.
type Keys = Vec<(Arc<Credential>, MasterKeys)>;

/// A conversation with one agent.
pub struct Session {
    target: SocketAddr,
    credential: Arc<Credential>,
    transports: Transports,
    client: Option<Client<UdpHandle>>,
    manners: Manners,
    known: Option<Known>,
    before: Option<(Instant, Arc<Reading>)>,
    /// Whether every value is kept, so that it can be shown where each came from.
    keeps_all: bool,
}

/// What is known of an agent as long as it does not restart.
struct Known {
    object_id: Vec<u32>,
    /// Among which its profile was found.
    profiles: Arc<Profiles>,
    profile: Arc<Profile>,
    store: Store,
    /// Columns that the agent turned out not to have.
    absent: HashSet<Box<[u32]>>,
    /// How many groups of what hardly changes have been asked for since `renewed`.
    asked: usize,
    /// When it was begun to ask for it.
    renewed: Instant,
    /// What hardly changes, as it was understood when all of it had been asked for.
    seldom: Vec<(&'static Section, Arc<[Row]>)>,
    /// Whether all of that was there once.
    is_understood: bool,
    oddities: Vec<String>,
}

/// Whom to ask, and how patiently.
struct Asking<'c> {
    client: &'c Client<UdpHandle>,
    /// How long the agent took to say who it is.
    round_trip: Duration,
    timeout: Duration,
}

/// How often what hardly changes is asked for.
const RENEWAL: Duration = Duration::from_secs(3600);

/// The share of a poll's time after which nothing more is begun that hardly changes.
const SHARE_FOR_SELDOM: f32 = 0.5;

impl Transports {
    /// Opens both sockets; must be called inside the runtime that will ask.
    pub async fn open(profiles: Arc<Profiles>) -> Self {
        let open = async |address: &str| {
            let builder = UdpTransport::builder().bind(address).recv_buffer_size(RECEIVE_BUFFER);
            let transport = builder.warn_on_source_mismatch(false).build().await;
            transport.map_err(|error| error.to_string())
        };
        let profiles = Arc::new(RwLock::new(profiles));
        Self { v4: open("0.0.0.0:0").await, v6: open("[::]:0").await, profiles, keys: Arc::default() }
    }

    /// Understands devices by these profiles from the next poll on.
    pub fn understand_by(&self, profiles: Arc<Profiles>) {
        *self.profiles.write().unwrap_or_else(PoisonError::into_inner) = profiles;
    }

    /// Forgets the keys of credentials that are no longer in use.
    pub fn forget_all_keys_but(&self, credentials: &[Arc<Credential>]) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|(known, _)| credentials.contains(known));
    }

    fn profiles(&self) -> Arc<Profiles> {
        Arc::clone(&self.profiles.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Answers of a thousand agents wait here while others are handled; the kernel gives as much of it as it is allowed to.
const RECEIVE_BUFFER: usize = 4 * 1024 * 1024;

impl Session {
    /// A conversation that begins with the first poll.
    #[must_use]
    pub fn new(target: SocketAddr, credential: Arc<Credential>, transports: Transports) -> Self {
        let manners = match credential.identity {
            Identity::OldCommunity(_) => Manners::WITHOUT_BULK,
            _ => Manners::NEW,
        };
        Self { target, credential, transports, client: None, manners, known: None, before: None, keeps_all: false }
    }

    /// Asks for what changes, and for some of what hardly does, for at most `timeout`.
    ///
    /// # Errors
    /// Why there is no answer, or none that can be used.
    pub async fn poll(&mut self, timeout: Duration) -> Result<Arc<Reading>, Failure> {
        let polled = tokio::time::timeout(timeout, self.ask(timeout)).await;
        let polled = polled.unwrap_or(Err(Failure::Timeout { after: timeout }));
        if polled.is_err() {
            // An agent that was set up anew has another snmpEngineID and other keys (RFC 3414, 5): begin from the start.
            self.client = None;
        }
        polled
    }

    /// Asks for everything that the device's profile knows, until all of it is there or `timeout` is over.
    ///
    /// # Errors
    /// Why there is no answer, or none that can be used.
    pub async fn explain(&mut self, timeout: Duration) -> Result<Explanation, Failure> {
        self.keeps_all = true;
        let deadline = Instant::now() + timeout;
        self.poll(timeout).await?;
        loop {
            let known = self.known.as_ref().ok_or(Failure::Timeout { after: timeout })?;
            let left = deadline.saturating_duration_since(Instant::now());
            if known.is_complete() || left.is_zero() {
                return Ok(known.explanation(timeout));
            }
            // What has been understood so far is worth more than why the rest was not.
            if self.poll(left).await.is_err() {
                return self
                    .known
                    .as_ref()
                    .map(|known| known.explanation(timeout))
                    .ok_or(Failure::Timeout { after: timeout });
            }
        }
    }

    /// Everything that stands under `root`, in order, and what was strange about it.
    ///
    /// # Errors
    /// Why there is no answer, or none that can be used.
    pub async fn walk(&mut self, root: &[u32], timeout: Duration) -> Result<(Column, Vec<String>), Failure> {
        let client = self.connect(timeout).await?;
        let walked = walk(&client, &[root.into()], &mut self.manners, timeout / 10, timeout).await?;
        Ok((walked.columns.into_iter().next().unwrap_or_default(), walked.oddities))
    }

    async fn ask(&mut self, timeout: Duration) -> Result<Arc<Reading>, Failure> {
        let started = Instant::now();
        if self.client.is_none() {
            self.client = Some(self.connect(timeout).await?);
        }
        let Some(client) = &self.client else { return Err(Failure::Timeout { after: timeout }) };
        let identity = match get(client, &IDENTITY.map(Into::into), timeout).await {
            Err(Failure::Timeout { .. }) => return Err(self.diagnose(timeout).await),
            answered => answered?,
        };
        let taken = Instant::now();
        let asking = Asking { client, round_trip: taken - started, timeout };
        let known = Known::renewed(self.known.take(), &identity, &self.transports.profiles(), taken);
        let known = self.known.insert(known);
        let profile = Arc::clone(&known.profile);
        for group in &profile.plan.often {
            known.ask(&asking, group, &mut self.manners).await?;
        }
        if taken - known.renewed >= RENEWAL {
            known.begin_renewal(taken);
            self.manners.grow();
        }
        let enough = started + timeout.mul_f32(SHARE_FOR_SELDOM);
        let was_complete = known.is_complete();
        while Instant::now() < enough
            && let Some(group) = profile.plan.seldom.get(known.asked)
        {
            known.asked += 1;
            // What an agent does not give of this kind says nothing about whether it works.
            if let Err(reason) = known.ask(&asking, group, &mut self.manners).await {
                known.note_refusal(group, &reason);
            }
        }
        if !was_complete {
            known.read_seldom();
        }
        let mut reading = known.reading(self.before.as_ref().map(|(_, before)| before.as_ref()));
        if !self.keeps_all {
            known.forget_what_changes();
        }
        if let Some((taken_before, before)) = &self.before {
            reading.rates = rates::rates(before, &reading, taken - *taken_before);
        }
        let reading = Arc::new(reading);
        self.before = Some((taken, Arc::clone(&reading)));
        Ok(reading)
    }

    /// Why there is silence. A report about a wrong user or passphrase is not signed, so that the library does not
    /// believe it and goes on waiting (RFC 3414, 3.2). The same question with less protection tells what is wrong: first
    /// with none, which any agent answers if only to say that it does not know the user, then signed only.
    async fn diagnose(&self, timeout: Duration) -> Failure {
        let silence = Failure::Timeout { after: timeout };
        let Identity::User { protection: Some(protection), .. } = &self.credential.identity else { return silence };
        let rejected = |rejected| Failure::Authentication { rejected };
        match self.ask_with(Level::Open, timeout).await {
            Ok(()) | Err(Failure::Protocol { .. }) => {}
            Err(Failure::Authentication { rejected: Rejected::User }) => return rejected(Rejected::User),
            Err(Failure::Authentication { .. }) => {}
            Err(_) => return silence,
        }
        match self.ask_with(Level::Signed, timeout).await {
            // What is refused although it was signed has been understood.
            Ok(()) | Err(Failure::Protocol { .. } | Failure::Authentication { rejected: Rejected::Unspecified })
                if protection.privacy.is_some() =>
            {
                rejected(Rejected::PrivacyPassphrase)
            }
            Err(Failure::Timeout { .. }) => rejected(Rejected::AuthenticationPassphrase),
            Err(failure @ Failure::Authentication { .. }) => failure,
            _ => silence,
        }
    }

    /// Asks since when the agent has been running, with less protection than is configured.
    async fn ask_with(&self, level: Level, timeout: Duration) -> Result<(), Failure> {
        let client = self.client(level, timeout.mul_f32(0.15), 0, timeout).await?;
        let asked = client.get(&Oid::from_slice(IDENTITY[2])).await;
        asked.map(drop).map_err(|error| failure(error.exchange_source(), timeout))
    }

    async fn connect(&self, timeout: Duration) -> Result<Client<UdpHandle>, Failure> {
        // UDP loses packets: each question is asked twice, and there has to be time for more than one of them.
        self.client(Level::Configured, timeout.mul_f32(0.25), 1, timeout).await
    }

    /// One who asks each question up to `retries` times again, and waits for `patience` each time.
    async fn client(
        &self,
        level: Level,
        patience: Duration,
        retries: u32,
        timeout: Duration,
    ) -> Result<Client<UdpHandle>, Failure> {
        let local = |detail: String| Failure::Local { detail };
        let transport = if self.target.is_ipv4() { &self.transports.v4 } else { &self.transports.v6 };
        let transport = transport.as_ref().map_err(|detail| local(detail.clone()))?;
        let retry = Retry::fixed(retries, Duration::ZERO).map_err(|error| local(error.to_string()))?;
        let auth = self.transports.auth(&self.credential, level).map_err(local)?;
        let mut builder = Client::builder(self.target, auth).request_timeout(patience).retry(retry);
        if level == Level::Configured && uses_des(&self.credential) {
            builder = builder.des_salt_state(des_salts().map_err(local)?);
        }
        builder.build_with(transport).await.map_err(|error| failure(error.exchange_source(), timeout))
    }
}

impl Known {
    /// What is still true of what was known, now that the agent has said who it is.
    fn renewed(before: Option<Self>, identity: &[Option<Raw>], profiles: &Arc<Profiles>, now: Instant) -> Self {
        let value = |place: usize| identity.get(place).and_then(Option::as_ref);
        let object_id = match value(1) {
            Some(Raw::Oid(arcs)) => arcs.to_vec(),
            _ => Vec::new(),
        };
        let description = value(0).and_then(text_of).unwrap_or_default();
        let mut known = match before {
            Some(known)
                if known.object_id == object_id
                    && Arc::ptr_eq(&known.profiles, profiles)
                    && !known.has_restarted(value(2), value(3)) =>
            {
                known
            }
            _ => Self::new(object_id, &description, profiles, now),
        };
        for (oid, value) in IDENTITY.iter().zip(identity) {
            if let Some(value) = value {
                known.store.put(oid, value.clone());
            }
        }
        known
    }

    fn new(object_id: Vec<u32>, description: &str, profiles: &Arc<Profiles>, now: Instant) -> Self {
        let profile = profiles.of(&object_id, description).map_or_else(|| Arc::new(Profile::empty()), Arc::clone);
        Self {
            object_id,
            profiles: Arc::clone(profiles),
            profile,
            store: Store::default(),
            absent: HashSet::new(),
            asked: 0,
            renewed: now,
            seldom: Vec::new(),
            is_understood: false,
            oddities: Vec::new(),
        }
    }

    /// Indexes may mean something else after a restart.
    fn has_restarted(&self, uptime: Option<&Raw>, boots: Option<&Raw>) -> bool {
        let ticks = |raw: Option<&Raw>| match raw {
            Some(Raw::Ticks(ticks)) => Some(Duration::from_millis(u64::from(*ticks) * 10)),
            _ => None,
        };
        let has_booted = boots.is_some() && self.store.get(IDENTITY[3]).is_some_and(|before| Some(before) != boots);
        has_booted || rates::has_restarted(ticks(self.store.get(IDENTITY[2])), ticks(uptime))
    }

    fn begin_renewal(&mut self, now: Instant) {
        self.renewed = now;
        self.asked = 0;
        self.absent.clear();
        self.oddities.clear();
    }

    fn explanation(&self, timeout: Duration) -> Explanation {
        let mut oddities = self.oddities.clone();
        let unasked = self.profile.plan.seldom.len().saturating_sub(self.asked);
        if unasked > 0 {
            oddities.push(format!("{unasked} tables could not be asked for within {} s", timeout.as_secs()));
        }
        Explanation::new(Arc::clone(&self.profile), &self.store, oddities)
    }

    /// Whether everything has been asked for that hardly changes.
    fn is_complete(&self) -> bool {
        self.asked >= self.profile.plan.seldom.len()
    }

    async fn ask(&mut self, asking: &Asking<'_>, group: &Group, manners: &mut Manners) -> Result<(), Failure> {
        let scalars: Vec<Box<[u32]>> = group.columns.iter().filter_map(Wanted::oid).collect();
        if !scalars.is_empty() {
            for (oid, value) in scalars.iter().zip(get(asking.client, &scalars, asking.timeout).await?) {
                if let Some(value) = value {
                    self.store.put(oid, value);
                }
            }
            return Ok(());
        }
        self.walk(asking, group, |wanted| wanted.instead_of.is_empty(), manners).await?;
        // The second best is asked for only where the best has nothing.
        let most = group.columns.iter().map(|wanted| wanted.instead_of.len()).max().unwrap_or(0);
        for rank in 1..=most {
            let says_nothing = |better: &[u32]| self.store.column(better).is_none_or(Column::says_nothing);
            let needed: HashSet<Box<[u32]>> = group
                .columns
                .iter()
                .filter(|wanted| {
                    wanted.instead_of.len() == rank && wanted.instead_of.iter().all(|better| says_nothing(better))
                })
                .map(|wanted| wanted.prefix.clone())
                .collect();
            self.walk(asking, group, |wanted| needed.contains(&wanted.prefix), manners).await?;
        }
        Ok(())
    }

    async fn walk(
        &mut self,
        asking: &Asking<'_>,
        group: &Group,
        is_meant: impl Fn(&Wanted) -> bool,
        manners: &mut Manners,
    ) -> Result<(), Failure> {
        let meant = group.columns.iter().filter(|wanted| is_meant(wanted)).map(|wanted| wanted.prefix.clone());
        let columns: Vec<Box<[u32]>> = meant.filter(|prefix| !self.absent.contains(prefix)).collect();
        if columns.is_empty() {
            return Ok(());
        }
        let walked = walk(asking.client, &columns, manners, asking.round_trip, asking.timeout).await?;
        for (prefix, column) in columns.into_iter().zip(walked.columns) {
            if column.is_empty() {
                self.absent.insert(prefix.clone());
            }
            self.store.replace(prefix, column);
        }
        self.oddities.extend(walked.oddities);
        self.oddities.truncate(MOST_ODDITIES);
        Ok(())
    }

    fn note_refusal(&mut self, group: &Group, reason: &Failure) {
        if let Some(first) = group.columns.first() {
            self.oddities.push(format!("{}: {reason}", dotted(&first.prefix)));
            self.oddities.truncate(MOST_ODDITIES);
        }
        self.absent.extend(group.columns.iter().map(|wanted| wanted.prefix.clone()));
    }

    /// What hardly changes is understood anew when all of it is there; the first time as far as it goes.
    fn read_seldom(&mut self) {
        if !self.is_complete() && self.is_understood {
            return;
        }
        self.is_understood = self.is_complete();
        let seldom = Section::ALL.iter().filter(|section| section.is_seldom);
        self.seldom = seldom.map(|section| (*section, self.profile.rows(section, &self.store).into())).collect();
    }

    fn reading(&self, before: Option<&Reading>) -> Reading {
        let rows = |section| self.profile.rows(section, &self.store);
        let system = rows(Section::SYSTEM).first().map(System::new).unwrap_or_default();
        let mut interfaces: Vec<Interface> = rows(Section::INTERFACES).iter().filter_map(Interface::new).collect();
        Interface::tell_apart(&mut interfaces);
        Interface::share_names(&mut interfaces, before.map(|before| before.interfaces.as_slice()).unwrap_or_default());
        let often = Section::ALL.iter().filter(|section| !section.is_seldom && **section != Section::INTERFACES);
        let often = often.map(|section| (*section, Arc::from(rows(section))));
        let sections = often.chain(self.seldom.iter().map(|(section, rows)| (*section, Arc::clone(rows))));
        Reading {
            system,
            interfaces,
            rates: Vec::new(),
            sections: sections.filter(|(_, rows)| !rows.is_empty()).collect(),
        }
    }

    fn forget_what_changes(&mut self) {
        if self.is_complete() {
            let kept = &self.profile.plan.kept;
            let is_identity =
                |prefix: &[u32]| IDENTITY.iter().any(|oid| oid.len() == prefix.len() + 1 && oid.starts_with(prefix));
            self.store.retain(|prefix| kept.contains(prefix) || is_identity(prefix));
        }
    }
}

/// How many oddities of an agent are kept; more tell nobody more.
const MOST_ODDITIES: usize = 20;

/// The values of these very OIDs, in this order. SNMPv1 refuses all for one that is missing; the others are asked again.
async fn get(client: &Client<UdpHandle>, oids: &[Box<[u32]>], timeout: Duration) -> Result<Vec<Option<Raw>>, Failure> {
    let mut left: Vec<usize> = (0..oids.len()).collect();
    let mut values = vec![None; oids.len()];
    while !left.is_empty() {
        let asked: Vec<Oid> = left.iter().map(|place| Oid::from_slice(&oids[*place])).collect();
        match client.get_many(&asked).await {
            Ok(answer) => {
                for (place, oid) in left.iter().zip(&asked) {
                    let found = answer.varbinds.iter().find(|found| found.oid == *oid);
                    values[*place] = found.and_then(|found| Raw::new(&found.value));
                }
                break;
            }
            Err(error) => match error.exchange_source() {
                Error::Snmp { index, .. } if left.len() > 1 || *index == 1 => {
                    let refused = usize::try_from(*index).ok().and_then(|index| index.checked_sub(1));
                    // An error without a place, such as tooBig, is met by asking for half.
                    match refused.filter(|place| *place < left.len()) {
                        Some(place) => drop(left.remove(place)),
                        None => {
                            let second = left.split_off(left.len() / 2);
                            let first: Vec<Box<[u32]>> = left.iter().map(|place| oids[*place].clone()).collect();
                            let found = Box::pin(get(client, &first, timeout)).await?;
                            left.drain(..).zip(found).for_each(|(place, value)| values[place] = value);
                            left = second;
                        }
                    }
                }
                other => return Err(failure(other, timeout)),
            },
        }
    }
    Ok(values)
}

impl Transports {
    fn auth(&self, credential: &Arc<Credential>, level: Level) -> Result<Auth, String> {
        let (name, protection) = match &credential.identity {
            Identity::OldCommunity(community) => return Ok(Auth::v1(community.reveal())),
            Identity::Community(community) => return Ok(Auth::v2c(community.reveal())),
            Identity::User { name, protection } => (name, protection),
        };
        let user = UsmConfig::new(name.clone());
        let Some(protection) = protection.as_ref().filter(|_| level != Level::Open) else { return Ok(user.into()) };
        if level == Level::Signed {
            let (protocol, passphrase) = &protection.authentication;
            let user = user.auth(authentication_protocol(*protocol), passphrase.reveal());
            return user.map(Auth::from).map_err(|error| error.to_string());
        }
        let keys = self.keys_of(credential, protection).map_err(|error| error.to_string())?;
        user.with_master_keys(keys).map(Auth::from).map_err(|error| error.to_string())
    }

    /// A key is a hash of a megabyte of its passphrase (RFC 3414, A.2): made once for all agents of a credential.
    pub(super) fn keys_of(
        &self,
        credential: &Arc<Credential>,
        protection: &Protection,
    ) -> Result<MasterKeys, CryptoError> {
        let mut known = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, keys)) = known.iter().find(|(known, _)| known == credential) {
            return Ok(keys.clone());
        }
        let (protocol, passphrase) = &protection.authentication;
        let mut keys = MasterKeys::new(authentication_protocol(*protocol), passphrase.reveal().as_bytes())?;
        if let Some((cipher, passphrase)) = &protection.privacy {
            keys = keys.with_privacy(privacy_protocol(*cipher), passphrase.reveal().as_bytes())?;
        }
        known.push((Arc::clone(credential), keys.clone()));
        Ok(keys)
    }
}

const fn authentication_protocol(protocol: AuthenticationProtocol) -> AuthProtocol {
    match protocol {
        AuthenticationProtocol::Md5 => AuthProtocol::Md5,
        AuthenticationProtocol::Sha1 => AuthProtocol::Sha1,
        AuthenticationProtocol::Sha224 => AuthProtocol::Sha224,
        AuthenticationProtocol::Sha256 => AuthProtocol::Sha256,
        AuthenticationProtocol::Sha384 => AuthProtocol::Sha384,
        AuthenticationProtocol::Sha512 => AuthProtocol::Sha512,
    }
}

const fn privacy_protocol(cipher: PrivacyProtocol) -> PrivProtocol {
    match cipher {
        PrivacyProtocol::Des => PrivProtocol::Des,
        PrivacyProtocol::Aes128 => PrivProtocol::Aes128,
        PrivacyProtocol::Aes192 => PrivProtocol::Aes192Blumenthal,
        PrivacyProtocol::Aes256 => PrivProtocol::Aes256Blumenthal,
        PrivacyProtocol::Aes192Cisco => PrivProtocol::Aes192Reeder,
        PrivacyProtocol::Aes256Cisco => PrivProtocol::Aes256Reeder,
    }
}

pub(super) fn uses_des(credential: &Credential) -> bool {
    let Identity::User { protection: Some(protection), .. } = &credential.identity else { return false };
    matches!(protection.privacy, Some((PrivacyProtocol::Des, _)))
}

/// The salts of DES must never repeat with the same key, also after a restart (RFC 3414, 8.1.1.1). They begin with a number
/// that grows from start to start: the time in seconds.
fn des_salts() -> Result<DesSaltState, String> {
    static SALTS: OnceLock<Result<DesSaltState, String>> = OnceLock::new();
    let salts = SALTS.get_or_init(|| {
        let seconds = u32::try_from(Timestamp::now().as_second()).unwrap_or(1);
        let before = PersistedDesSaltState::new(seconds.clamp(1, 0x7fff_fff0)).map_err(|error| error.to_string())?;
        DesSaltState::restart(before, |_| Ok::<(), std::io::Error>(())).map_err(|error| error.to_string())
    });
    salts.clone()
}
