//! What is asked for by whom we do not answer.
//!
//! What reaches the pages is a browser, and through it any page of the world whose name suddenly resolves to our address (DNS
//! rebinding). Such a request says in its `Host` the name of that page, so only addresses, `localhost` and the names that
//! the configuration gives are accepted there. A reverse proxy sends one of these, or `Host: 127.0.0.1:8080`, as nginx's
//! `proxy_pass` does by itself (Apache: `ProxyPreserveHost Off`, its default). `X-Forwarded-Host` is not looked at.
//!
//! The pages are only read; logging in and out are the two forms that are sent, and only where there are users.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use messages::Message;

use crate::config::Web;

/// The most that a form of ours sends, in octets.
pub(super) const LONGEST_FORM: usize = 8192;

/// Where a form may be sent.
const FORMS: [&str; 2] = ["/login", "/logout"];

/// No address of ours is nearly as long.
const LONGEST_ADDRESS: usize = 2048;

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) message: Message,
}

/// Whether a request may be answered.
///
/// # Errors
/// The status and the words of the refusal.
pub(super) fn admit(method: &Method, uri: &Uri, headers: &HeaderMap, web: &Web) -> Result<(), Refusal> {
    let refuse = |status, message| Err(Refusal { status, message });
    // A request without a Host (HTTP/1.0, as load balancers ask) does not come from a browser.
    let hosts = headers.get_all(HOST).iter().map(|host| host.to_str().unwrap_or("?"));
    for host in hosts.chain(uri.authority().map(|authority| authority.as_str())) {
        if !is_this_machine(host) && !is_named(host, web) {
            let message = Message::new("web-host-refused").with("host", host);
            return refuse(StatusCode::MISDIRECTED_REQUEST, message);
        }
    }
    let is_form = method == Method::POST && web.users.is_some() && FORMS.contains(&uri.path());
    if method != Method::GET && method != Method::HEAD && !is_form {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, Message::new("web-method-refused"));
    }
    let most = if is_form { LONGEST_FORM } else { 0 };
    let length = headers.get(CONTENT_LENGTH).map(|length| length.to_str().ok().and_then(|length| length.parse().ok()));
    if length.is_some_and(|length: Option<usize>| length.is_none_or(|length| length > most))
        || headers.contains_key(TRANSFER_ENCODING)
    {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, Message::new("web-body-refused"));
    }
    let address = uri.path_and_query().map_or(0, |address| address.as_str().len());
    if address > LONGEST_ADDRESS {
        return refuse(StatusCode::URI_TOO_LONG, Message::new("web-address-too-long"));
    }
    Ok(())
}

/// A name that the configuration gives, with or without a port.
fn is_named(host: &str, web: &Web) -> bool {
    let name = match host.split_once(':') {
        Some((name, port)) if is_port(port) => name,
        Some(_) => return false,
        None => host,
    };
    web.hosts.iter().any(|known| known.is(name))
}

/// An address or `localhost`, with or without a port.
fn is_this_machine(host: &str) -> bool {
    if let Some((address, rest)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let port = rest.strip_prefix(':');
        return address.parse::<Ipv6Addr>().is_ok() && (rest.is_empty() || port.is_some_and(is_port));
    }
    let name = match host.split_once(':') {
        Some((name, port)) if is_port(port) => name,
        Some(_) => return false,
        None => host,
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::users::{Proof, Users};

    fn admitted(host: &str) -> bool {
        let headers = HeaderMap::from_iter([(HOST, host.parse().unwrap())]);
        admit(&Method::GET, &Uri::from_static("/"), &headers, &Web::default()).is_ok()
    }

    #[test]
    fn only_addresses_and_localhost_are_ours() {
        for host in ["127.0.0.1", "127.0.0.1:8080", "localhost:8080", "LocalHost", "[::1]:8080", "[::1]", "10.0.0.1:80"]
        {
            assert!(admitted(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:8080",
            "[::1]x",
            "[evil]",
            "::1",
            "localhost:x",
        ] {
            assert!(!admitted(host), "{host}");
        }
    }

    #[test]
    fn a_second_host_cannot_hide_behind_the_first() {
        let mut both = HeaderMap::from_iter([(HOST, "localhost".parse().unwrap())]);
        both.append(HOST, "evil.example".parse().unwrap());
        assert!(admit(&Method::GET, &Uri::from_static("/"), &both, &Web::default()).is_err());
        let absolute = Uri::from_static("http://evil.example/");
        assert!(admit(&Method::GET, &absolute, &HeaderMap::new(), &Web::default()).is_err());
    }

    #[test]
    fn what_could_change_something_is_refused() {
        let admit = |method, headers: &HeaderMap| {
            admit(&method, &Uri::from_static("/login"), headers, &Web::default()).map_err(|refusal| refusal.status)
        };
        assert_eq!(admit(Method::HEAD, &HeaderMap::new()), Ok(()));
        assert_eq!(admit(Method::POST, &HeaderMap::new()), Err(StatusCode::METHOD_NOT_ALLOWED));
        let headers = HeaderMap::from_iter([(CONTENT_LENGTH, "9".parse().unwrap())]);
        assert_eq!(admit(Method::GET, &headers), Err(StatusCode::PAYLOAD_TOO_LARGE));
    }

    #[test]
    fn forms_are_short_and_sent_to_two_addresses_where_there_are_users() {
        let users = Users::read(&format!("ona:{}", Proof::of("teisingas slaptažodis").unwrap())).unwrap();
        let web = Web { users: Some(Arc::new(users)), ..Web::default() };
        let send = |path: &'static str, length: &'static str| {
            let headers = HeaderMap::from_iter([(CONTENT_LENGTH, length.parse().unwrap())]);
            admit(&Method::POST, &Uri::from_static(path), &headers, &web).map_err(|refusal| refusal.status)
        };
        assert_eq!(send("/login", "100"), Ok(()));
        assert_eq!(send("/logout", "0"), Ok(()));
        for length in ["8193", "-1", "", "99999999999999999999"] {
            assert_eq!(send("/login", length), Err(StatusCode::PAYLOAD_TOO_LARGE), "{length}");
        }
        for path in ["/", "/metrics", "/login/", "/devices/a"] {
            assert_eq!(send(path, "0"), Err(StatusCode::METHOD_NOT_ALLOWED), "{path}");
        }
    }

    #[test]
    fn names_of_the_configuration_are_ours() {
        let hosts = vec![strict_toml::FromText::from_text("rotuse.azuolynas.lt").unwrap()];
        let web = Web { hosts, ..Web::default() };
        for (host, ours) in [
            ("rotuse.azuolynas.lt", true),
            ("Rotuse.Azuolynas.LT:8443", true),
            ("rotuse.azuolynas.lt.:8443", true),
            ("rotuse.azuolynas.lt:x", false),
            ("rotuse.azuolynas.lt.evil.example", false),
            ("azuolynas.lt", false),
        ] {
            assert_eq!(is_named(host, &web), ours, "{host}");
        }
    }
}
