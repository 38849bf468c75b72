//! What tells a password from others without telling the password: Argon2id (RFC 9106) in a PHC string.

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use messages::Message;

/// A password must be at least so long, in characters.
pub const SHORTEST_PASSWORD: usize = 12;

/// And at most so long, in octets: more is no password but a mistake.
pub const LONGEST_PASSWORD: usize = 1024;

/// The least that a password must cost who guesses it: what OWASP recommends as the least, and what we write.
const LEAST: (u32, u32, u32) = (19_456, 2, 1);

/// The most that a login may cost us, in KiB, rounds and lanes: two at a time, each for some tenths of a second.
const MOST: (u32, u32, u32) = (131_072, 10, 4);

/// The salt, in octets (RFC 9106, 3.1).
const SALT: usize = 16;

/// An Argon2id hash of a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof(Arc<PasswordHash>);

/// A password that is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnfitPassword {
    /// It can be guessed.
    #[error(
        "a password has at least {SHORTEST_PASSWORD} characters; several words that nobody would put together are good"
    )]
    Short,
    /// It is something else.
    #[error("a password has at most {LONGEST_PASSWORD} octets")]
    Long,
    /// It cannot be typed.
    #[error("a password has no control characters")]
    Control,
}

/// A password of which no hash can be made.
#[derive(Debug, thiserror::Error)]
pub enum CannotProve {
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    /// Argon2 does not work.
    #[error("the password cannot be hashed: {0}")]
    Hash(#[from] argon2::password_hash::Error),
}

/// Whether a password may be chosen.
///
/// # Errors
/// Why not.
pub fn fit(password: &str) -> Result<(), UnfitPassword> {
    if password.len() > LONGEST_PASSWORD {
        return Err(UnfitPassword::Long);
    }
    if password.chars().any(char::is_control) {
        return Err(UnfitPassword::Control);
    }
    if password.chars().count() < SHORTEST_PASSWORD { Err(UnfitPassword::Short) } else { Ok(()) }
}

impl Proof {
    /// Of a password that was just chosen.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn of(password: &str) -> Result<Self, CannotProve> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt)?;
        let (memory, rounds, lanes) = LEAST;
        let params = Params::new(memory, rounds, lanes, None).map_err(argon2::password_hash::Error::from)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Ok(Self(Arc::new(argon2.hash_password_with_salt(password.as_bytes(), &salt)?)))
    }

    /// Reads a PHC string, and refuses what is too cheap for who guesses or too dear for us.
    pub(super) fn read(text: &str) -> Result<Self, Message> {
        let hash = PasswordHash::new(text).ok().filter(|hash| {
            let version = hash.version.is_some_and(|version| version == u32::from(Version::V0x13));
            let lengths = (hash.salt.as_ref().map(|salt| salt.len()), hash.hash.as_ref().map(Output::len));
            let is_long_enough = matches!(lengths, (Some(8..), Some(32..)));
            hash.algorithm.as_str() == Algorithm::Argon2id.as_str() && version && is_long_enough
        });
        let hash = hash.ok_or_else(|| Message::new("config-user-hash"))?;
        let (memory, rounds, lanes) = costs(&hash).ok_or_else(|| Message::new("config-user-hash"))?;
        if memory < LEAST.0 || rounds < LEAST.1 {
            return Err(Message::new("config-user-hash-weak"));
        }
        if memory > MOST.0 || rounds > MOST.1 || lanes > MOST.2 {
            return Err(Message::new("config-user-hash-costly"));
        }
        Ok(Self(Arc::new(hash)))
    }

    /// Whether it is of this password. Takes as long whatever the answer.
    pub(super) fn holds_for(&self, password: &str) -> bool {
        // The costs and the algorithm are those of the hash; outputs are compared in constant time.
        Argon2::default().verify_password(password.as_bytes(), &*self.0).is_ok()
    }

    /// The one that takes longest to compare with.
    pub(super) fn costliest<'p>(proofs: impl Iterator<Item = &'p Self>) -> Option<&'p Self> {
        proofs.max_by_key(|proof| costs(&proof.0).map(|(memory, rounds, _)| u64::from(memory) * u64::from(rounds)))
    }

    /// One of no password that takes as long to compare with as this one.
    pub(super) fn decoy(&self) -> Self {
        let zeros = [0; 64];
        let length = self.0.hash.as_ref().map_or(32, Output::len).min(zeros.len());
        let mut hash = PasswordHash::clone(&self.0);
        hash.salt = Salt::new(&zeros[..SALT]).ok();
        // No password has a hash of zeros that anybody could find.
        hash.hash = Output::new(&zeros[..length]).ok();
        Self(Arc::new(hash))
    }
}

/// Memory in KiB, rounds, lanes; none if they are no parameters of Argon2.
fn costs(hash: &PasswordHash) -> Option<(u32, u32, u32)> {
    let params = Params::try_from(hash).ok()?;
    Some((params.m_cost(), params.t_cost(), params.p_cost()))
}

/// The PHC string, for the file.
impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A hash is no news for a log.
impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_survives_its_file_and_hides_in_logs() {
        let proof = Proof::of("teisingas slaptažodis").unwrap();
        assert!(proof.to_string().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{proof}");
        let read = Proof::read(&proof.to_string()).unwrap();
        assert_eq!(read, proof);
        assert!(read.holds_for("teisingas slaptažodis") && !read.holds_for("teisingas slaptažodi"));
        assert_ne!(Proof::of("teisingas slaptažodis").unwrap(), proof, "every salt is new");
        assert_eq!(format!("{proof:?}"), "Proof(…)");
    }

    #[test]
    fn a_decoy_costs_the_same_and_never_holds() {
        let proof = Proof::of("teisingas slaptažodis").unwrap();
        let decoy = proof.decoy();
        assert_eq!(costs(&decoy.0), costs(&proof.0));
        assert!(Proof::read(&decoy.to_string()).is_ok(), "it is computed, not refused");
        assert!(!decoy.holds_for("teisingas slaptažodis") && !decoy.holds_for(""));
    }

    #[test]
    fn passwords_are_long_and_typed() {
        assert_eq!(fit("vienuolika."), Err(UnfitPassword::Short));
        assert_eq!(fit("ąžuolynas-12"), Ok(()));
        assert_eq!(fit("dvylika\tženklų"), Err(UnfitPassword::Control));
        assert_eq!(fit(&"a".repeat(1025)), Err(UnfitPassword::Long));
    }
}
