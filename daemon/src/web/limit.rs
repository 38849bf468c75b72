//! How often somebody may try to log in.
//!
//! Whoever guesses passwords must wait, longer after every attempt: by the address that asks, and by the name that is tried, so
//! that many addresses do not help either. An attempt counts when it begins, because a hundred at once are a hundred; one that
//! succeeds is taken back. What is remembered is bounded: when there is no place left, who has tried least is forgotten first.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::config::UserName;

/// Attempts to log in.
#[derive(Debug, Default)]
pub(super) struct Limits {
    clients: Attempts<Network>,
    names: Attempts<UserName>,
}

/// Whom an address belongs to: of IPv6 everybody has a whole network (RFC 6177).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Network {
    V4(u32),
    V6(u64),
}

#[derive(Debug)]
struct Attempts<K> {
    made: HashMap<K, Made>,
}

#[derive(Debug, Clone, Copy)]
struct Made {
    count: u32,
    last: Instant,
}

/// How fast the waiting grows.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// So many attempts are free: people mistype.
    free: u32,
    /// The longest wait.
    longest: Duration,
}

const OF_CLIENTS: Patience = Patience { free: 5, longest: Duration::from_mins(15) };

/// Whoever is named need not be who tries: they must not be shut out for long.
const OF_NAMES: Patience = Patience { free: 10, longest: Duration::from_mins(1) };

/// The first wait; every other is twice the one before.
const FIRST: Duration = Duration::from_secs(2);

/// Who has not tried for so long begins anew.
const FORGOTTEN: Duration = Duration::from_hours(1);

/// How many clients, and how many names, are remembered.
const MOST: usize = 4096;

impl Limits {
    /// Begins an attempt of `client` to log in as `name`, which is none if nobody can be called so.
    ///
    /// # Errors
    /// How long they must wait before the next; this one does not count.
    pub(super) fn begin(&mut self, now: Instant, client: IpAddr, name: Option<&UserName>) -> Result<(), Duration> {
        let wait = self.wait(now, client, name);
        if !wait.is_zero() {
            return Err(wait);
        }
        self.clients.count(now, client.into());
        if let Some(name) = name {
            self.names.count(now, name.clone());
        }
        Ok(())
    }

    /// How long `client` must wait before it may try to log in as `name`.
    pub(super) fn wait(&self, now: Instant, client: IpAddr, name: Option<&UserName>) -> Duration {
        let by_client = self.clients.wait(now, &client.into(), OF_CLIENTS);
        name.map_or(by_client, |name| by_client.max(self.names.wait(now, name, OF_NAMES)))
    }

    /// An attempt that began has succeeded. Others of the same client stay counted: who has a password of their own does not
    /// thereby get more guesses at those of others.
    pub(super) fn succeeded(&mut self, client: IpAddr, name: &UserName) {
        self.clients.take_back(&client.into());
        self.names.made.remove(name);
    }
}

impl<K: Eq + Hash + Clone> Attempts<K> {
    fn wait(&self, now: Instant, who: &K, patience: Patience) -> Duration {
        let Some(made) = self.made.get(who) else { return Duration::ZERO };
        delay(made.count, patience).saturating_sub(now.saturating_duration_since(made.last))
    }

    fn count(&mut self, now: Instant, who: K) {
        let is_forgotten = |made: &Made| now.saturating_duration_since(made.last) >= FORGOTTEN;
        if self.made.len() >= MOST && !self.made.contains_key(&who) {
            self.made.retain(|_, made| !is_forgotten(made));
            self.make_room();
        }
        let made = self.made.entry(who).or_insert(Made { count: 0, last: now });
        if is_forgotten(made) {
            made.count = 0;
        }
        *made = Made { count: made.count.saturating_add(1), last: now };
    }

    fn make_room(&mut self) {
        if self.made.len() < MOST {
            return;
        }
        let least = self.made.iter().min_by_key(|(_, made)| (made.count, made.last)).map(|(who, _)| who.clone());
        if let Some(least) = least {
            self.made.remove(&least);
        }
    }

    fn take_back(&mut self, who: &K) {
        if let Some(made) = self.made.get_mut(who) {
            made.count = made.count.saturating_sub(1);
        }
    }
}

impl<K> Default for Attempts<K> {
    fn default() -> Self {
        Self { made: HashMap::new() }
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => Self::V6((address.to_bits() >> 64) as u64),
        }
    }
}

/// The wait after the last of `count` attempts.
fn delay(count: u32, patience: Patience) -> Duration {
    let Some(doubled) = count.checked_sub(patience.free) else { return Duration::ZERO };
    FIRST.saturating_mul(1_u32.checked_shl(doubled).unwrap_or(u32::MAX)).min(patience.longest)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::*;

    fn address(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(number).into()
    }

    fn name(text: &str) -> UserName {
        text.parse().unwrap()
    }

    #[test]
    fn a_few_mistakes_are_free_and_then_the_wait_grows() {
        let (mut limits, mut now, client) = (Limits::default(), Instant::now(), address(1));
        let mut waits = Vec::new();
        for attempt in 0..20 {
            // Names nobody has: only the address is counted.
            while let Err(wait) = limits.begin(now, client, None) {
                waits.push((attempt, wait.as_secs()));
                now += wait;
            }
        }
        assert_eq!(waits[..4], [(5, 2), (6, 4), (7, 8), (8, 16)]);
        assert_eq!(waits.last(), Some(&(19, 900)));
        assert_eq!(limits.begin(now, address(2), None), Ok(()), "others are not held up");
        assert_eq!(limits.begin(now + FORGOTTEN, client, None), Ok(()));
        assert_eq!(limits.wait(now + FORGOTTEN, client, None), Duration::ZERO, "an hour later it begins anew");
    }

    #[test]
    fn many_addresses_do_not_help_against_one_name() {
        let (mut limits, now, ona) = (Limits::default(), Instant::now(), name("ona"));
        let admitted = (0..1000).filter(|client| limits.begin(now, address(*client), Some(&ona)).is_ok()).count();
        assert_eq!(admitted, 10);
        assert!(limits.begin(now, address(2000), Some(&name("jonas"))).is_ok());
        assert!(limits.wait(now, address(2000), Some(&ona)) <= OF_NAMES.longest);
    }

    #[test]
    fn who_has_a_password_gets_no_more_guesses_at_others() {
        let (mut limits, now, client, jonas) = (Limits::default(), Instant::now(), address(1), name("jonas"));
        let mut guesses = 0;
        while limits.begin(now, client, Some(&name(&format!("a{guesses}")))).is_ok() {
            guesses += 1;
            if limits.begin(now, client, Some(&jonas)).is_ok() {
                limits.succeeded(client, &jonas);
            }
        }
        assert_eq!(guesses, 5);
        // Who mistypes nothing never waits.
        let (mut limits, ona) = (Limits::default(), name("ona"));
        for _ in 0..100 {
            assert_eq!(limits.begin(now, client, Some(&ona)), Ok(()));
            limits.succeeded(client, &ona);
        }
    }

    #[test]
    fn one_network_of_ipv6_is_one_client() {
        let (mut limits, now) = (Limits::default(), Instant::now());
        let of = |network: u16, host: u16| IpAddr::from(Ipv6Addr::new(0x2001, 0xdb8, 0, network, 0, 0, 0, host));
        let admitted = (0..100).filter(|host| limits.begin(now, of(1, *host), None).is_ok()).count();
        assert_eq!(admitted, 5);
        assert!(limits.begin(now, of(2, 1), None).is_ok());
    }

    proptest! {
        #[test]
        fn waits_grow_and_end(count in 0_u32.., free in 0_u32..20, longest in 1_u64..10_000) {
            let patience = Patience { free, longest: Duration::from_secs(longest) };
            prop_assert!(delay(count, patience) <= patience.longest);
            prop_assert!(delay(count, patience) <= delay(count.saturating_add(1), patience));
            prop_assert_eq!(delay(count, patience).is_zero(), count < free);
        }

        #[test]
        fn what_is_remembered_is_bounded_and_who_waits_is_let_in(
            attempts in proptest::collection::vec((0_u32..6, 0_u32..4, 0_u64..2000, any::<bool>()), 0..200)
        ) {
            let (mut limits, mut now) = (Limits::default(), Instant::now());
            for (client, user, seconds, is_right) in attempts {
                let (client, user) = (address(client), name(&format!("u{user}")));
                now += Duration::from_secs(seconds);
                if let Err(wait) = limits.begin(now, client, Some(&user)) {
                    prop_assert!(wait <= OF_CLIENTS.longest);
                    now += wait;
                    prop_assert_eq!(limits.begin(now, client, Some(&user)), Ok(()));
                }
                if is_right {
                    limits.succeeded(client, &user);
                }
            }
        }
    }

    #[test]
    fn a_flood_is_forgotten_before_who_has_tried_most() {
        let (mut limits, now) = (Limits::default(), Instant::now());
        for _ in 0..5 {
            limits.begin(now, address(0), None).unwrap();
        }
        for client in 1..6000 {
            limits.begin(now, address(client), None).unwrap();
        }
        assert!(limits.clients.made.len() <= MOST);
        assert!(limits.begin(now, address(0), None).is_err());
    }
}
