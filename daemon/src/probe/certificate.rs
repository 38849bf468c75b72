//! Is a certificate to be trusted? Decided here from what a server has shown, who it must be, and the time; nothing is asked.
//!
//! The verdict is webpki's, as in every TLS client of rustls. Before and beside it the certificates are read by ourselves, so
//! that people learn the reason that helps them most: a certificate that has expired is called expired, whoever signed it.

use jiff::{SignedDuration, Timestamp};
use rustls::CertificateError;
use rustls::client::danger::ServerCertVerifier;
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::oid_registry::{
    OID_HASH_SHA1, OID_MD5_WITH_RSA, OID_PKCS1_MD5WITHRSAENC, OID_PKCS1_RSASSAPSS, OID_PKCS1_SHA1WITHRSA,
    OID_SHA1_WITH_RSA, OID_SIG_DSA_WITH_SHA1, Oid, asn1_rs::oid,
};
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::signature_algorithm::RsaSsaPssParams;

use super::{CertificateFault, one_line};
use crate::config::TlsPeer;

/// What a server has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its certificate and those of the authorities above it, as it sent them.
    pub chain: Vec<CertificateDer<'static>>,
    /// Why its signature does not prove that it has the certificate's key; none: it does.
    pub unproven: Option<String>,
}

/// What is to be thought of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Why it is not to be trusted, or soon no longer ([`CertificateFault::ExpiresSoon`]).
    pub fault: Option<CertificateFault>,
    /// Until the first certificate of the chain expires; negative: since.
    pub remaining: Option<SignedDuration>,
    /// Whose certificate it is, from whom, and until when.
    pub description: String,
}

/// Shorter keys of RSA and DSA are weak (NIST SP 800-131A).
const FEWEST_RSA_BITS: usize = 2048;
/// Shorter keys of elliptic curves are weak (NIST SP 800-131A).
const FEWEST_CURVE_BITS: usize = 224;
const SECONDS_A_DAY: i64 = 24 * 60 * 60;
/// ecdsa-with-SHA1 (RFC 3279, section 2.2.3).
const ECDSA_WITH_SHA1: Oid<'static> = oid!(1.2.840.10045.4.1);

/// Judges what was shown `now` by whoever must be `peer`.
#[must_use]
pub fn judge(shown: &Shown, peer: &TlsPeer, now: Timestamp) -> Judgement {
    let chain: Vec<X509Certificate<'_>> = shown.chain.iter().map_while(read).collect();
    let Some(own) = chain.first().filter(|_| chain.len() == shown.chain.len()) else {
        let fault = CertificateFault::Other { detail: "it cannot be read".to_owned() };
        return Judgement { fault: Some(fault), remaining: None, description: String::new() };
    };
    // Authorities at the top of a chain are not looked at by clients: they know them already, or do not trust them.
    let relevant = || chain.iter().enumerate().filter(|(place, it)| *place == 0 || it.subject() != it.issuer());
    let verdict = verify(shown, peer, now);
    let ends = relevant().map(|(_, certificate)| until(certificate, now));
    // A chain can be good although one of its certificates has expired: then there is another way to an authority.
    let remaining = match verdict {
        Ok(()) => ends.filter(|remaining| remaining.is_positive()).min(),
        Err(_) => ends.min(),
    };
    let fault = time_fault(own, now)
        .or_else(|| relevant().find_map(|(_, certificate)| weakness(certificate)))
        .or_else(|| verdict.err().map(|error| explain(&error, &chain, peer, now)))
        .or_else(|| shown.unproven.clone().map(|detail| CertificateFault::Other { detail }))
        .or_else(|| {
            let days =
                |remaining: SignedDuration| u32::try_from(remaining.as_secs() / SECONDS_A_DAY).unwrap_or(u32::MAX);
            let soon = remaining.filter(|remaining| remaining.unsigned_abs() < peer.expires_within);
            soon.map(|remaining| CertificateFault::ExpiresSoon { days: days(remaining) })
        });
    let (subject, issuer) = (own.subject().to_string(), own.issuer().to_string());
    let until = time(own.validity().not_after.timestamp());
    let description = one_line(format!("subject {subject}, issuer {issuer}, valid until {until}").as_bytes());
    Judgement { fault, remaining, description }
}

fn read<'a>(shown: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    X509Certificate::from_der(shown).ok().map(|(_, certificate)| certificate)
}

/// What a TLS client would say.
fn verify(shown: &Shown, peer: &TlsPeer, now: Timestamp) -> Result<(), rustls::Error> {
    let [own, intermediates @ ..] = shown.chain.as_slice() else {
        return Err(rustls::Error::NoCertificatesPresented);
    };
    if peer.authorities.names_itself(own) {
        // Nobody else has to vouch for a certificate that the administrator has named; its time is judged by the caller.
        return verify_server_name(&ParsedCertificate::try_from(own)?, &peer.name);
    }
    let roots = peer.authorities.roots();
    if roots.is_empty() {
        return Err(CertificateError::UnknownIssuer.into());
    }
    let provider = rustls::crypto::ring::default_provider().into();
    let verifier = WebPkiServerVerifier::builder_with_provider(roots.clone(), provider)
        .build()
        .map_err(|error| rustls::Error::General(error.to_string()))?;
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    verifier.verify_server_cert(own, intermediates, &peer.name, &[], now).map(drop)
}

/// The verdict of [`verify`] in our words.
fn explain(error: &rustls::Error, chain: &[X509Certificate<'_>], peer: &TlsPeer, now: Timestamp) -> CertificateFault {
    let other = || CertificateFault::Other { detail: one_line(error.to_string().as_bytes()) };
    let rustls::Error::InvalidCertificate(error) = error else { return other() };
    match error {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateFault::OtherName {
                name: peer.name.to_str().into_owned(),
                names: chain.first().map(names).unwrap_or_default(),
            }
        }
        CertificateError::UnknownIssuer => {
            let issuer = chain.last().map(|last| last.issuer().to_string()).unwrap_or_default();
            CertificateFault::Untrusted { issuer: one_line(issuer.as_bytes()) }
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => {
            chain.iter().find_map(|certificate| time_fault(certificate, now)).unwrap_or_else(other)
        }
        _ => other(),
    }
}

fn until(certificate: &X509Certificate<'_>, now: Timestamp) -> SignedDuration {
    SignedDuration::from_secs(certificate.validity().not_after.timestamp().saturating_sub(now.as_second()))
}

fn time_fault(certificate: &X509Certificate<'_>, now: Timestamp) -> Option<CertificateFault> {
    let validity = certificate.validity();
    let (from, until) = (validity.not_before.timestamp(), validity.not_after.timestamp());
    if now.as_second() > until {
        return Some(CertificateFault::Expired { at: time(until) });
    }
    (now.as_second() < from).then(|| CertificateFault::NotYetValid { at: time(from) })
}

fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap_or_default().to_string()
}

/// What is weaker than accepted today.
fn weakness(certificate: &X509Certificate<'_>) -> Option<CertificateFault> {
    let detail = weak_key(certificate).or_else(|| weak_signature(certificate).map(str::to_owned))?;
    Some(CertificateFault::Weak { detail })
}

fn weak_key(certificate: &X509Certificate<'_>) -> Option<String> {
    let (kind, bits, fewest) = match certificate.public_key().parsed().ok()? {
        PublicKey::RSA(key) => ("RSA", bits(key.modulus), FEWEST_RSA_BITS),
        PublicKey::EC(point) => ("EC", point.key_size(), FEWEST_CURVE_BITS),
        PublicKey::DSA(key) => ("DSA", bits(key), FEWEST_RSA_BITS),
        _ => return None,
    };
    (bits < fewest).then(|| format!("{kind} {bits} bit"))
}

/// The length of a number, most significant octet first.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    let leading = number.get(zeros).map_or(0, |octet| octet.leading_zeros() as usize);
    (number.len() - zeros) * 8 - leading
}

fn weak_signature(certificate: &X509Certificate<'_>) -> Option<&'static str> {
    let algorithm = &certificate.signature_algorithm;
    let sha1 = [OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA, OID_SIG_DSA_WITH_SHA1, ECDSA_WITH_SHA1];
    if sha1.contains(&algorithm.algorithm) {
        return Some("SHA-1");
    }
    if [OID_PKCS1_MD5WITHRSAENC, OID_MD5_WITH_RSA].contains(&algorithm.algorithm) {
        return Some("MD5");
    }
    if algorithm.algorithm != OID_PKCS1_RSASSAPSS {
        return None;
    }
    let parameters = RsaSsaPssParams::try_from(algorithm.parameters.as_ref()?).ok()?;
    (*parameters.hash_algorithm_oid() == OID_HASH_SHA1).then_some("SHA-1")
}

/// The names that a certificate is for; of one that is too old to have any, its subject.
fn names(certificate: &X509Certificate<'_>) -> String {
    let alternatives = certificate.subject_alternative_name().ok().flatten();
    let names = alternatives.iter().flat_map(|extension| &extension.value.general_names);
    let names: Vec<String> = names.filter_map(name).collect();
    if names.is_empty() {
        return one_line(certificate.subject().to_string().as_bytes());
    }
    one_line(names.join(", ").as_bytes())
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(octets) => {
            let v4 = <[u8; 4]>::try_from(*octets).map(std::net::IpAddr::from);
            let address = v4.or_else(|_| <[u8; 16]>::try_from(*octets).map(std::net::IpAddr::from));
            address.ok().map(|address| address.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

    use super::*;
    use crate::config::Authorities;

    const NAME: &str = "pastas.azuolynas.example";

    fn params(names: &[&str], from: &str, until: &str) -> CertificateParams {
        let time = |day: &str| {
            let [year, month, day]: [i32; 3] =
                day.split('-').map(|part| part.parse().unwrap()).collect::<Vec<_>>().try_into().unwrap();
            rcgen::date_time_ymd(year, month.try_into().unwrap(), day.try_into().unwrap())
        };
        let mut params =
            CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
        (params.not_before, params.not_after) = (time(from), time(until));
        params
    }

    fn authority(until: &str) -> CertifiedIssuer<'static, KeyPair> {
        let mut params = params(&[], "2020-01-01", until);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Ąžuolyno CA");
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    }

    fn peer(authorities: Vec<CertificateDer<'static>>) -> TlsPeer {
        TlsPeer {
            name: NAME.try_into().unwrap(),
            authorities: Authorities::only(authorities),
            expires_within: Duration::from_hours(21 * 24),
        }
    }

    fn at(day: &str) -> Timestamp {
        format!("{day}T12:00:00Z").parse().unwrap()
    }

    /// A certificate from an authority, judged on a day by who trusts that authority.
    fn judged(params: &CertificateParams, day: &str) -> Judgement {
        let authority = authority("2040-01-01");
        let own = params.signed_by(&KeyPair::generate().unwrap(), &authority).unwrap();
        let shown = Shown { chain: vec![own.der().clone()], unproven: None };
        judge(&shown, &peer(vec![authority.der().clone()]), at(day))
    }

    #[test]
    fn a_certificate_is_good_until_it_expires_soon_and_then_expires() {
        let params = params(&[NAME], "2026-01-01", "2026-12-31");
        let good = judged(&params, "2026-06-01");
        assert_eq!(good.fault, None);
        assert_eq!(good.remaining.unwrap().as_secs() / SECONDS_A_DAY, 212);
        assert!(good.description.contains("issuer CN=Ąžuolyno CA, valid until 2026-12-31T00:00:00Z"), "{good:?}");
        assert_eq!(judged(&params, "2026-12-20").fault, Some(CertificateFault::ExpiresSoon { days: 10 }));
        let expired = judged(&params, "2027-01-01");
        assert_eq!(expired.fault, Some(CertificateFault::Expired { at: "2026-12-31T00:00:00Z".to_owned() }));
        assert!(expired.remaining.unwrap().is_negative());
        let early = judged(&params, "2025-12-31");
        assert_eq!(early.fault, Some(CertificateFault::NotYetValid { at: "2026-01-01T00:00:00Z".to_owned() }));
    }

    #[test]
    fn a_certificate_for_other_names_says_which() {
        let judgement =
            judged(&params(&["www.azuolynas.example", "10.0.0.1"], "2026-01-01", "2026-12-31"), "2026-06-01");
        let names = "www.azuolynas.example, 10.0.0.1".to_owned();
        assert_eq!(judgement.fault, Some(CertificateFault::OtherName { name: NAME.to_owned(), names }));
        let any = judged(&params(&["*.azuolynas.example"], "2026-01-01", "2026-12-31"), "2026-06-01");
        assert_eq!(any.fault, None);
    }

    #[test]
    fn the_first_certificate_of_the_chain_to_expire_counts() {
        let (root, mut params) = (authority("2040-01-01"), params(&[], "2026-01-01", "2026-06-11"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "tarpinė");
        let between = CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), &root).unwrap();
        let own = super::tests::params(&[NAME], "2026-01-01", "2026-12-31");
        let own = own.signed_by(&KeyPair::generate().unwrap(), &between).unwrap();
        // The root is sent as well, as some servers do, and does not count.
        let chain = vec![own.der().clone(), between.der().clone(), root.der().clone()];
        let (shown, peer) = (Shown { chain, unproven: None }, peer(vec![root.der().clone()]));
        assert_eq!(judge(&shown, &peer, at("2026-06-01")).fault, Some(CertificateFault::ExpiresSoon { days: 9 }));
        let expired = judge(&shown, &peer, at("2026-07-01"));
        assert_eq!(expired.fault, Some(CertificateFault::Expired { at: "2026-06-11T00:00:00Z".to_owned() }));
        let incomplete = Shown { chain: shown.chain[..1].to_vec(), unproven: None };
        let judgement = judge(&incomplete, &peer, at("2026-06-01"));
        assert!(matches!(judgement.fault, Some(CertificateFault::Untrusted { issuer }) if issuer.contains("tarpinė")));
    }

    #[test]
    fn a_self_signed_certificate_is_trusted_only_when_it_is_named() {
        let own = params(&[NAME], "2026-01-01", "2026-12-31").self_signed(&KeyPair::generate().unwrap()).unwrap();
        let shown = Shown { chain: vec![own.der().clone()], unproven: None };
        let stranger = judge(&shown, &peer(vec![authority("2040-01-01").der().clone()]), at("2026-06-01"));
        assert!(matches!(stranger.fault, Some(CertificateFault::Untrusted { .. })), "{stranger:?}");
        let named = peer(vec![own.der().clone()]);
        assert_eq!(judge(&shown, &named, at("2026-06-01")).fault, None);
        let expired = judge(&shown, &named, at("2027-06-01")).fault;
        assert!(matches!(expired, Some(CertificateFault::Expired { .. })), "{expired:?}");
        let other = TlsPeer { name: "kitas.example".try_into().unwrap(), ..named };
        let other = judge(&shown, &other, at("2026-06-01")).fault;
        assert!(matches!(other, Some(CertificateFault::OtherName { .. })), "{other:?}");
    }

    #[test]
    fn a_server_that_does_not_prove_to_have_the_key_is_not_trusted() {
        let own = params(&[NAME], "2026-01-01", "2026-12-31").self_signed(&KeyPair::generate().unwrap()).unwrap();
        let shown = Shown { chain: vec![own.der().clone()], unproven: Some("bad signature".to_owned()) };
        let judgement = judge(&shown, &peer(vec![own.der().clone()]), at("2026-06-01"));
        assert_eq!(judgement.fault, Some(CertificateFault::Other { detail: "bad signature".to_owned() }));
    }

    #[test]
    fn the_length_of_a_key_counts_without_leading_zeros() {
        assert_eq!((bits(&[]), bits(&[0, 0]), bits(&[0, 0x80, 0]), bits(&[1])), (0, 0, 16, 1));
    }

    proptest! {
        #[test]
        fn no_octets_are_too_odd_for_a_certificate(
            place in any::<prop::sample::Index>(),
            octets in prop::collection::vec(any::<u8>(), 0..32),
        ) {
            let own = params(&[NAME], "2026-01-01", "2026-12-31").self_signed(&KeyPair::generate().unwrap()).unwrap();
            let mut changed = own.der().to_vec();
            let place = place.index(changed.len());
            changed.splice(place..(place + octets.len()).min(own.der().len()), octets.clone());
            for chain in [vec![changed.into()], vec![octets.into()], vec![]] {
                let _ = judge(&Shown { chain, unproven: None }, &peer(vec![own.der().clone()]), at("2026-06-01"));
            }
        }
    }
}
