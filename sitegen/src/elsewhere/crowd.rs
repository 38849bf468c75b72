//! Many addresses at once, with manners: few servers at a time, each asked one thing at a time and with a pause between, one that
//! wants fewer requests left alone, one that is not there not asked again.
//!
//! A task for each host follows the addresses of that host one by one, and all of them send to one bounded channel. Where
//! redirects lead to another host, that host's turn is waited for. Nobody who has a turn waits for another, so none waits for ever.
//! When the receiver is dropped, so are the tasks.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::{Mutex as AsyncMutex, Semaphore};
use tokio::time::{Instant, sleep_until};

use super::address::Address;
use super::client::Client;
use super::fault::{Answer, Fault};
use super::pursuit::{Head, Pursuit, Step, Waits};

/// How others are asked.
#[derive(Debug, Clone, Copy)]
pub struct Manners {
    /// How long a connection, and then an answer, is waited for.
    pub timeout: Duration,
    /// How long a host is left alone after each request.
    pub pause: Duration,
    /// How long before a server that stumbled is asked again, the first time.
    pub backoff: Duration,
    /// The longest time that a server can ask to be left alone and still be asked again today.
    pub longest_wait: Duration,
    /// How many hosts are asked at once.
    pub together: usize,
    /// Whether networks that are not the internet's may be asked.
    pub allow_private: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(20),
            pause: Duration::from_millis(500),
            backoff: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
            together: 16,
            allow_private: false,
        }
    }
}

/// What is known of a host in this run.
struct Host {
    /// Before this time it is not asked.
    next: Instant,
    /// Whether it wants no more requests today.
    is_left: bool,
    /// Why nobody gets to its servers, by port and whether under TLS.
    faults: HashMap<(u16, bool), Fault>,
}

struct Crowd {
    client: Client,
    manners: Manners,
    turns: Semaphore,
    hosts: Mutex<HashMap<String, Arc<AsyncMutex<Host>>>>,
}

/// Asks addresses. Their answers come in no order; of a host that wants to be left alone, not all come.
pub(super) fn ask(addresses: Vec<Address>, client: Client, manners: Manners) -> Receiver<(Address, Answer)> {
    let turns = Semaphore::new(manners.together.max(1));
    let crowd = Arc::new(Crowd { client, manners, turns, hosts: Mutex::default() });
    let mut by_host: BTreeMap<String, Vec<Address>> = BTreeMap::new();
    for address in addresses {
        by_host.entry(address.host().to_owned()).or_default().push(address);
    }
    let (sender, receiver) = channel(64);
    for addresses in by_host.into_values() {
        let (crowd, sender) = (Arc::clone(&crowd), sender.clone());
        tokio::spawn(async move {
            for address in addresses {
                let answer = tokio::select! {
                    answer = crowd.pursue(address.clone()) => answer,
                    () = sender.closed() => return,
                };
                if let Some(answer) = answer
                    && sender.send((address, answer)).await.is_err()
                {
                    return;
                }
            }
        });
    }
    receiver
}

impl Crowd {
    /// Follows an address to its end; none when a host on the way wants to be left alone.
    async fn pursue(&self, address: Address) -> Option<Answer> {
        let waits = Waits { backoff: self.manners.backoff, longest: self.manners.longest_wait };
        let mut pursuit = Pursuit::new(address);
        loop {
            let host = self.host(pursuit.question().0.host());
            let heard = self.turn(&host, &pursuit).await?;
            match pursuit.after(heard, Timestamp::now(), waits) {
                Step::Ask => {}
                Step::Wait(wait) => {
                    let mut host = host.lock().await;
                    host.next = host.next.max(Instant::now() + wait);
                }
                Step::Leave(answer) => {
                    host.lock().await.is_left = true;
                    return Some(answer);
                }
                Step::Done(answer) => return Some(answer),
            }
        }
    }

    fn host(&self, name: &str) -> Arc<AsyncMutex<Host>> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(AsyncMutex::new(Host { next: Instant::now(), is_left: false, faults: HashMap::new() }));
        Arc::clone(hosts.entry(name.to_owned()).or_insert_with(new))
    }

    /// One request, when it is its turn; none when the host wants no more.
    async fn turn(&self, host: &AsyncMutex<Host>, pursuit: &Pursuit) -> Option<Result<Head, Fault>> {
        let (address, method) = pursuit.question();
        let server = (address.port(), address.is_https());
        let mut host = host.lock().await;
        if host.is_left {
            return None;
        }
        if let Some(fault) = host.faults.get(&server) {
            return Some(Err(fault.clone()));
        }
        sleep_until(host.next).await;
        // The semaphore is never closed.
        let _turn = self.turns.acquire().await.ok()?;
        let heard = self.client.ask(address, method).await;
        host.next = Instant::now() + self.manners.pause;
        if let Err(fault) = &heard
            && fault.is_of_host()
        {
            host.faults.insert(server, fault.clone());
        }
        Some(heard)
    }
}
