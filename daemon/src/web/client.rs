//! Who asks.
//!
//! Behind a reverse proxy every connection comes from the proxy, which says in `X-Forwarded-For` or `Forwarded` (RFC 7239)
//! for whom. Anybody can write such a field, so only proxies that the configuration names are believed.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use axum::http::header::FORWARDED;

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// Longer chains of proxies than this are made up.
const LONGEST_CHAIN: usize = 32;

/// The address of who asks, as far as it is known for certain.
pub(super) fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let peer = peer.to_canonical();
    if !proxies.contains(&peer) {
        return peer;
    }
    let by = |chain: Vec<Option<IpAddr>>| nearest_stranger(peer, &chain, proxies);
    let (old, new) = (by(x_forwarded_for(headers)), by(forwarded(headers)));
    match (headers.contains_key(X_FORWARDED_FOR), headers.contains_key(FORWARDED)) {
        // A proxy that writes one of them passes the other on as the client has sent it: which is which is not known.
        (true, true) => {
            if old == new {
                old
            } else {
                peer
            }
        }
        (true, false) => old,
        (false, true) => new,
        (false, false) => peer,
    }
}

/// Proxies add whom they serve at the end. From there, the first that is no proxy of ours is who asks; what stands before that
/// is hearsay.
fn nearest_stranger(peer: IpAddr, chain: &[Option<IpAddr>], proxies: &[IpAddr]) -> IpAddr {
    let mut nearest = peer;
    for hop in chain.iter().rev().take(LONGEST_CHAIN) {
        let Some(address) = hop else { return nearest };
        nearest = *address;
        if !proxies.contains(address) {
            break;
        }
    }
    nearest
}

fn fields<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h str> {
    let texts = headers.get_all(name).iter().map(|field| field.to_str().unwrap_or("?"));
    texts.flat_map(|field| field.split(',')).map(str::trim)
}

fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    fields(headers, X_FORWARDED_FOR).map(hop).collect()
}

fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let is_for = |pair: &&str| pair.split_once('=').is_some_and(|(key, _)| key.trim().eq_ignore_ascii_case("for"));
    let of = |element: &str| {
        let value = element.split(';').find(is_for)?.split_once('=')?.1.trim();
        hop(value.trim_matches('"'))
    };
    fields(headers, FORWARDED.as_str()).map(of).collect()
}

/// An address with or without a port, IPv6 with or without brackets.
fn hop(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked(peer: &str, fields: &[(&'static str, &str)]) -> String {
        let headers = fields
            .iter()
            .filter_map(|(name, value)| Some((axum::http::HeaderName::from_static(name), value.parse().ok()?)));
        let proxies = ["127.0.0.1", "10.0.0.5"].map(|proxy| proxy.parse().unwrap());
        address(peer.parse().unwrap(), &headers.collect(), &proxies).to_string()
    }

    #[test]
    fn only_proxies_are_believed() {
        assert_eq!(asked("10.0.0.9", &[("x-forwarded-for", "1.1.1.1")]), "10.0.0.9");
        for (field, value, expected) in [
            ("x-forwarded-for", "10.0.0.9", "10.0.0.9"),
            ("x-forwarded-for", "1.1.1.1, 10.0.0.9", "10.0.0.9"),
            ("x-forwarded-for", "1.1.1.1, 10.0.0.9, 10.0.0.5", "10.0.0.9"),
            ("x-forwarded-for", "::ffff:10.0.0.9", "10.0.0.9"),
            ("x-forwarded-for", "[2001:db8::1]:443", "2001:db8::1"),
            ("x-forwarded-for", "10.0.0.9, labas", "127.0.0.1"),
            ("x-forwarded-for", "", "127.0.0.1"),
            ("forwarded", "for=10.0.0.9;proto=https", "10.0.0.9"),
            ("forwarded", "for=1.1.1.1, Proto=https; For=\"[2001:db8::1]:80\"", "2001:db8::1"),
            ("forwarded", "for=_hidden", "127.0.0.1"),
        ] {
            assert_eq!(asked("127.0.0.1", &[(field, value)]), expected, "{field}: {value}");
        }
        assert_eq!(asked("::ffff:127.0.0.1", &[("x-forwarded-for", "10.0.0.9")]), "10.0.0.9");
    }

    #[test]
    fn who_sends_both_fields_is_believed_only_if_they_agree() {
        let made_up = [("x-forwarded-for", "10.0.0.9"), ("forwarded", "for=1.1.1.1")];
        assert_eq!(asked("127.0.0.1", &made_up), "127.0.0.1");
        let same = [("x-forwarded-for", "10.0.0.9"), ("forwarded", "for=10.0.0.9")];
        assert_eq!(asked("127.0.0.1", &same), "10.0.0.9");
    }

    #[test]
    fn what_a_client_writes_stands_before_what_a_proxy_adds() {
        let fields = [("x-forwarded-for", "10.0.0.5"), ("x-forwarded-for", "10.0.0.9")];
        assert_eq!(asked("127.0.0.1", &fields), "10.0.0.9");
    }

    proptest! {
        #[test]
        fn no_client_makes_itself_another(made_up in "[ -~]{0,60}") {
            prop_assert_eq!(asked("127.0.0.1", &[("x-forwarded-for", &format!("{made_up}, 10.0.0.9"))]), "10.0.0.9");
        }
    }
}
