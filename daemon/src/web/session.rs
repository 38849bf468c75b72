//! Who has logged in.
//!
//! A session is a random number that a browser keeps in a cookie and we in memory, as a hash: it ends by logging out, by a time
//! limit, with a restart of the daemon, and when the user is taken out of the file or gets another password. The credentials
//! that programs send with every request (RFC 7617) are remembered in the same way, so that they are not proven anew each time.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use sha2::{Digest, Sha256};

use crate::config::UserName;
use crate::users::{Account, Users};

/// The sessions that there are.
pub(super) struct Sessions {
    /// Of this run of the daemon alone: what is in memory tells nothing about what was sent.
    salt: [u8; 32],
    open: HashMap<Key, Session>,
}

/// What a browser keeps: 64 hexadecimal digits.
pub(super) struct Token(String);

/// What we keep of what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 32]);

#[derive(Debug)]
struct Session {
    account: Account,
    begun: Instant,
    seen: Instant,
}

/// A session ends after so long, whatever happens.
const LONGEST: Duration = Duration::from_hours(12);

/// And so long after its last page. A page that is open reads itself again and again.
const IDLE: Duration = Duration::from_hours(2);

/// How many sessions a user has; the one that was not used for longest makes place.
const MOST_OF_A_USER: usize = 20;

/// The length of a token.
const DIGITS: usize = 64;

impl Sessions {
    pub(super) fn new() -> Result<Self, getrandom::Error> {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt)?;
        Ok(Self { salt, open: HashMap::new() })
    }

    /// Begins a session for a browser.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub(super) fn begin(&mut self, account: Account, now: Instant) -> Result<Token, getrandom::Error> {
        let mut random = [0; DIGITS / 2];
        getrandom::fill(&mut random)?;
        let token = Token(random.iter().map(|octet| format!("{octet:02x}")).collect());
        self.remember(self.key("cookie", &token.0), account, now);
        Ok(token)
    }

    /// The key of something of a kind that was sent.
    pub(super) fn key(&self, kind: &str, sent: &str) -> Key {
        let digest = Sha256::new().chain_update(self.salt).chain_update(kind).chain_update([0]).chain_update(sent);
        Key(digest.finalize().into())
    }

    /// The key of the cookie that a browser sent.
    pub(super) fn key_of(&self, token: &Token) -> Key {
        self.key("cookie", &token.0)
    }

    /// Remembers who it is that sends this.
    pub(super) fn remember(&mut self, key: Key, account: Account, now: Instant) {
        self.open.retain(|_, session| session.is_open(now));
        let ours = || self.open.iter().filter(|(_, session)| session.account.name == account.name);
        if ours().count() >= MOST_OF_A_USER
            && let Some(oldest) = ours().min_by_key(|(_, session)| session.seen).map(|(key, _)| *key)
        {
            self.open.remove(&oldest);
        }
        self.open.insert(key, Session { account, begun: now, seen: now });
    }

    /// Who it is that sends this, if they may still come in.
    pub(super) fn find(&mut self, key: Key, users: &Users, now: Instant) -> Option<UserName> {
        let session = self.open.get_mut(&key)?;
        if !session.is_open(now) || !users.still_has(&session.account) {
            self.open.remove(&key);
            return None;
        }
        session.seen = now;
        Some(session.account.name.clone())
    }

    /// Ends a session, and says whose it was.
    pub(super) fn end(&mut self, key: Key) -> Option<UserName> {
        self.open.remove(&key).map(|session| session.account.name)
    }
}

impl Session {
    fn is_open(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.begun) < LONGEST && now.saturating_duration_since(self.seen) < IDLE
    }
}

impl Token {
    /// The token among the cookies of a request (RFC 6265, 5.4). The first of several counts.
    pub(super) fn of(headers: &HeaderMap, secure: bool) -> Option<Self> {
        let fields = headers.get_all(COOKIE).iter().filter_map(|field| field.to_str().ok());
        let mut pairs = fields.flat_map(|field| field.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(name, _)| *name == cookie_name(secure))?;
        let is_token = value.len() == DIGITS && value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_token.then(|| Self(value.to_owned()))
    }

    /// What sets the cookie (RFC 6265, 4.1): for no script, for no other site, and until the browser is closed.
    pub(super) fn cookie(&self, secure: bool) -> String {
        format!("{}={}{}", cookie_name(secure), self.0, attributes(secure))
    }

    /// What deletes it.
    pub(super) fn no_cookie(secure: bool) -> String {
        format!("{}=; Max-Age=0{}", cookie_name(secure), attributes(secure))
    }
}

/// With the prefix a browser takes the cookie only from this very host by HTTPS (RFC 6265bis, 4.1.3.2).
const fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-rotuse" } else { "rotuse" }
}

const fn attributes(secure: bool) -> &'static str {
    if secure { "; Path=/; HttpOnly; SameSite=Strict; Secure" } else { "; Path=/; HttpOnly; SameSite=Strict" }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::users::Proof;

    fn users() -> (Users, Account) {
        let users = Users::read(&format!("ona:{}", Proof::of("teisingas slaptažodis").unwrap())).unwrap();
        let account = users.verify("ona", "teisingas slaptažodis").unwrap();
        (users, account)
    }

    fn headers(cookies: &[&str]) -> HeaderMap {
        cookies.iter().filter_map(|cookie| Some((COOKIE, cookie.parse().ok()?))).collect()
    }

    #[test]
    fn a_session_ends_in_every_way() {
        let (users, account) = users();
        let (mut sessions, now) = (Sessions::new().unwrap(), Instant::now());
        let key = |sessions: &mut Sessions| {
            let token = sessions.begin(account.clone(), now).unwrap();
            sessions.key_of(&token)
        };
        let idle = key(&mut sessions);
        assert!(sessions.find(idle, &users, now + IDLE - Duration::from_secs(1)).is_some());
        assert!(sessions.find(idle, &users, now + IDLE + Duration::from_hours(1)).is_some(), "it was used");
        assert_eq!(sessions.find(idle, &users, now + 2 * IDLE + Duration::from_hours(1)), None);
        let busy = key(&mut sessions);
        for hour in 1..12 {
            assert!(sessions.find(busy, &users, now + Duration::from_hours(hour)).is_some());
        }
        assert_eq!(sessions.find(busy, &users, now + LONGEST), None);
        let left = key(&mut sessions);
        assert_eq!(sessions.end(left).unwrap().as_str(), "ona");
        assert_eq!(sessions.find(left, &users, now), None);
        let changed = key(&mut sessions);
        assert_eq!(sessions.find(changed, &self::users().0, now), None, "another password");
        assert!(sessions.open.is_empty(), "nothing is kept of what has ended");
    }

    #[test]
    fn a_user_has_a_bounded_number_of_sessions() {
        let (users, account) = users();
        let (mut sessions, now) = (Sessions::new().unwrap(), Instant::now());
        let keys: Vec<_> = (0..100)
            .map(|second| {
                let token = sessions.begin(account.clone(), now + Duration::from_secs(second)).unwrap();
                sessions.key_of(&token)
            })
            .collect();
        let open = keys.iter().filter(|key| sessions.find(**key, &users, now + Duration::from_secs(100)).is_some());
        assert_eq!(open.count(), MOST_OF_A_USER);
        assert!(sessions.find(keys[99], &users, now + Duration::from_secs(100)).is_some());
    }

    #[test]
    fn the_cookie_comes_back_among_others() {
        let (_, account) = users();
        let mut sessions = Sessions::new().unwrap();
        for secure in [true, false] {
            let token = sessions.begin(account.clone(), Instant::now()).unwrap();
            let cookie = token.cookie(secure);
            assert!(cookie.ends_with("; HttpOnly; SameSite=Strict; Secure") == secure, "{cookie}");
            let sent = cookie.split(';').next().unwrap();
            let found = Token::of(&headers(&["a=b; c", &format!("d={}; {sent};x=", "0".repeat(64))]), secure).unwrap();
            assert_eq!(found.0, token.0);
            assert!(Token::of(&headers(&[sent]), !secure).is_none(), "one is not taken for the other");
        }
        assert_ne!(sessions.key("cookie", "x"), sessions.key("basic", "x"));
        assert_ne!(sessions.key("cookie", "x"), Sessions::new().unwrap().key("cookie", "x"));
    }

    proptest! {
        #[test]
        fn whatever_a_browser_sends_is_a_token_or_none(cookies in proptest::collection::vec("(__Host-rotuse=|rotuse=|[ -~]|[0-9a-f]{64}|; ){0,8}", 0..4)) {
            let cookies: Vec<&str> = cookies.iter().map(String::as_str).collect();
            for secure in [true, false] {
                if let Some(token) = Token::of(&headers(&cookies), secure) {
                    prop_assert!(token.0.len() == DIGITS && token.0.bytes().all(|byte| byte.is_ascii_hexdigit()));
                }
            }
        }
    }
}
