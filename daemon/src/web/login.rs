//! Logging in and out, and what is said to those who have not logged in.
//!
//! `/login` and `/logout` are the only addresses to which anything is sent. A form on another site could send it too; a browser
//! says from where it comes, and only our own pages are heard. The cookie itself is sent for our own pages alone
//! (`SameSite=Strict`), also when somebody follows a link in a letter: then the page asks for itself once more, and is ours.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HOST, LOCATION, ORIGIN, REFRESH, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use messages::{Language, Message};
use serde::Serialize;
use zeroize::Zeroizing;

use super::client::{self, Peer};
use super::door::{Claim, Visitor};
use super::guard::LONGEST_FORM;
use super::templates::{Notice, Page};
use super::{Choice, Inner, Pages, Visit, answer, nowhere, plain};
use crate::config::{HostName, UserName};

/// The form.
#[derive(Debug, Clone, Serialize)]
pub(super) struct LoginPage {
    /// Where it is sent.
    action: String,
    /// Where to go afterwards.
    next: String,
    /// What was typed as a name.
    name: String,
    /// Why it is shown again.
    alert: Option<String>,
}

impl Page for LoginPage {
    const TEMPLATE: &'static str = "login.html";
    const REFRESHES: bool = false;
}

/// The user for whom a page is made.
#[derive(Debug, Clone)]
pub(super) struct Guest(pub(super) UserName);

/// An address of ours to which somebody is sent: a path that cannot lead to another site.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Destination(String);

/// What the form sends.
struct Form {
    claim: Claim,
    next: Destination,
}

/// What everybody may see: whether we live, and what the form needs.
const OPEN: [&str; 4] = ["/healthz", "/style.css", "/login", "/logout"];

/// Whether an address is for programs: they can do nothing with a form and are asked for a name and a password instead.
fn is_for_programs(path: &str) -> bool {
    matches!(path, "/metrics" | "/incidents.atom" | "/availability.csv") || path.starts_with("/api/")
}

const LONGEST_DESTINATION: usize = 512;

/// Lets a request pass if its sender may see the page, and says what to do if not.
pub(super) async fn pass(Pages(inner): &Pages, mut request: Request, next: Next, language: Language) -> Response {
    let web = inner.door.web();
    let Some(users) = &web.users else { return next.run(request).await };
    let peer = peer(&request);
    if !inner.door.answers(&web, peer) {
        return plain(StatusCode::FORBIDDEN, &language.text("web-not-by-proxy"));
    }
    if OPEN.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    match inner.door.visitor(&web, users, peer, request.headers()).await {
        Visitor::User(name) => {
            request.extensions_mut().insert(Guest(name));
            next.run(request).await
        }
        Visitor::Stranger if !is_for_programs(request.uri().path()) => inner.turn_away(&request, language),
        Visitor::Stranger => challenge(language, "web-login-needed"),
        Visitor::Impostor => challenge(language, "web-login-wrong"),
        Visitor::Hasty(wait) => {
            let message = Message::new("web-login-wait").with("time", language.duration(seconds(wait)));
            hold_up(plain(StatusCode::TOO_MANY_REQUESTS, &language.say(&message)), wait)
        }
    }
}

/// `GET /login`.
pub(super) async fn show(State(pages): State<Pages>, visit: Visit, request: Request) -> Response {
    if pages.0.door.web().users.is_none() {
        return nowhere(State(pages), visit).await;
    }
    let next = Destination::asked(request.uri().query().unwrap_or_default());
    pages.0.form(StatusCode::OK, visit, &next, String::new(), None)
}

/// `POST /login`.
pub(super) async fn log_in(State(pages): State<Pages>, visit: Visit, request: Request) -> Response {
    let inner = &pages.0;
    let web = inner.door.web();
    let Some(users) = &web.users else { return nowhere(State(pages), visit).await };
    if !is_ours(request.headers(), &web.hosts) {
        return plain(StatusCode::FORBIDDEN, &visit.language.text("web-login-elsewhere"));
    }
    let client = client::address(peer(&request), request.headers(), &web.proxies);
    let Some(Form { claim, next }) = Form::read(request).await else {
        return plain(StatusCode::BAD_REQUEST, &visit.language.text("web-login-form"));
    };
    let name = claim.name.clone();
    match inner.door.prove(users, claim, client).await {
        Ok(account) => match inner.door.admit(account) {
            Ok(token) => go(&next.0, Some(&token.cookie(web.is_reached_by_https()))),
            Err(error) => super::broken(visit.language, &error),
        },
        Err(Visitor::Hasty(wait)) => {
            let message = Message::new("web-login-wait").with("time", visit.language.duration(seconds(wait)));
            hold_up(inner.form(StatusCode::TOO_MANY_REQUESTS, visit, &next, name, Some(&message)), wait)
        }
        Err(_) => inner.form(StatusCode::FORBIDDEN, visit, &next, name, Some(&Message::new("web-login-wrong"))),
    }
}

/// `POST /logout`.
pub(super) async fn log_out(State(pages): State<Pages>, visit: Visit, request: Request) -> Response {
    let inner = &pages.0;
    let web = inner.door.web();
    if web.users.is_none() {
        return nowhere(State(pages), visit).await;
    }
    if !is_ours(request.headers(), &web.hosts) {
        return plain(StatusCode::FORBIDDEN, &visit.language.text("web-login-elsewhere"));
    }
    inner.door.leave(&web, request.headers());
    let gone = super::session::Token::no_cookie(web.is_reached_by_https());
    go(&format!("/login{}", visit.choice.query()), Some(&gone))
}

impl Inner {
    fn form(
        &self,
        status: StatusCode,
        visit: Visit,
        next: &Destination,
        name: String,
        alert: Option<&Message>,
    ) -> Response {
        let reader = self.reader(visit.language);
        let page = LoginPage {
            action: format!("/login{}", visit.choice.query()),
            next: next.0.clone(),
            name,
            alert: alert.map(|message| reader.say(message)),
        };
        let Visit { choice, user, accepts_gzip, .. } = visit;
        answer(&self.page(status, "/login", &reader, &choice, user, &page), accepts_gzip)
    }

    /// To the form and, after it, back.
    fn turn_away(&self, request: &Request, language: Language) -> Response {
        let choice = Choice::of(request.uri().query());
        let wanted = Destination::of(request.uri().path_and_query().map_or("/", |wanted| wanted.as_str()));
        if is_followed_link(request.headers()) {
            let reader = self.reader(language);
            let notice =
                Notice { heading: reader.text("web-login-continue"), words: reader.text("web-login-continues") };
            let accepts_gzip = false;
            let mut response = answer(&self.page(StatusCode::OK, "/", &reader, &choice, None, &notice), accepts_gzip);
            if let Ok(refresh) = HeaderValue::try_from(format!("0; url={}", wanted.0)) {
                response.headers_mut().insert(REFRESH, refresh);
                return response;
            }
        }
        let query = choice.query();
        let mut address = format!("/login{}", if query.is_empty() { "?" } else { &query });
        if wanted.0 != "/" {
            let next: String = form_urlencoded::byte_serialize(wanted.0.as_bytes()).collect();
            address = format!("{address}{}next={next}", if query.is_empty() { "" } else { "&" });
        }
        go(address.trim_end_matches('?'), None)
    }
}

/// Whether somebody followed a link on another site, for which a browser sends no cookie (Fetch Metadata).
fn is_followed_link(headers: &HeaderMap) -> bool {
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
    says("sec-fetch-site", "cross-site") && says("sec-fetch-mode", "navigate") && says("sec-fetch-dest", "document")
}

/// Whether what is sent comes from a page of ours (OWASP, Cross-Site Request Forgery Prevention). Programs that are no browsers
/// do not say; they have no cookie that another site could use.
fn is_ours(headers: &HeaderMap, hosts: &[HostName]) -> bool {
    let text = |value: Option<&HeaderValue>| value.map(|value| value.to_str().unwrap_or("?").to_owned());
    if let Some(site) = text(headers.get("sec-fetch-site")) {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = text(headers.get(ORIGIN)) else { return true };
    let Some((_, authority)) = origin.split_once("://") else { return false };
    let name = authority.rsplit_once(':').map_or(authority, |(name, _)| name);
    text(headers.get(HOST)).is_some_and(|host| host.eq_ignore_ascii_case(authority))
        || hosts.iter().any(|host| host.is(name))
}

impl Destination {
    /// A path of ours, or the overview.
    fn of(text: &str) -> Self {
        let is_path = text.starts_with('/') && !text.starts_with("//") && text.len() <= LONGEST_DESTINATION;
        // A browser takes a backslash for a slash, and what is not visible for nothing.
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'\'' | b';'));
        let leads_back = OPEN.iter().any(|open| text.split('?').next() == Some(open));
        Self(if is_path && is_plain && !leads_back { text.to_owned() } else { "/".to_owned() })
    }

    /// That of a query or a form.
    fn asked(query: &str) -> Self {
        let next = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "next");
        Self::of(&next.map(|(_, next)| next).unwrap_or_default())
    }
}

impl Form {
    /// None if it is not what our form sends.
    async fn read(request: Request) -> Option<Self> {
        let media = request.headers().get(CONTENT_TYPE)?.to_str().ok()?.split(';').next()?.trim();
        if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return None;
        }
        let octets = to_bytes(request.into_body(), LONGEST_FORM).await.ok()?;
        Self::parse(&octets)
    }

    fn parse(octets: &[u8]) -> Option<Self> {
        let (mut name, mut password, mut next) = (None, None, Destination::of("/"));
        for (key, value) in form_urlencoded::parse(octets) {
            match &*key {
                "name" => name = Some(value.trim().to_owned()),
                "password" => password = Some(Zeroizing::new(value.into_owned())),
                "next" => next = Destination::of(&value),
                _ => {}
            }
        }
        Some(Self { claim: Claim { name: name?, password: password? }, next })
    }
}

fn peer(request: &Request) -> std::net::IpAddr {
    // Every connection has another end; without one nobody is believed.
    request.extensions().get::<Peer>().map_or([0, 0, 0, 0].into(), |Peer(address)| *address)
}

/// To another page of ours, by GET (RFC 9110, 15.4.4).
fn go(address: &str, cookie: Option<&str>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let fields = [(LOCATION, Some(address)), (SET_COOKIE, cookie)];
    for (name, value) in fields {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn challenge(language: Language, key: &str) -> Response {
    let mut response = plain(StatusCode::UNAUTHORIZED, &language.text(key));
    let challenge = HeaderValue::from_static("Basic realm=\"rotuse\", charset=\"UTF-8\"");
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}

fn hold_up(mut response: Response, wait: std::time::Duration) -> Response {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds(wait).as_secs().unsigned_abs()));
    response
}

/// Whole seconds, and not one too few.
fn seconds(wait: std::time::Duration) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let named =
            |(name, value): &(&'static str, &str)| (axum::http::HeaderName::from_static(name), value.parse().unwrap());
        fields.iter().map(named).collect()
    }

    #[test]
    fn a_destination_is_ours() {
        for good in ["/", "/devices/sw-1?lang=en&paused", "/metrics", "/loginas", "/a//b"] {
            assert_eq!(Destination::of(good).0, good);
        }
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a b",
            "/ž",
            "/\t/evil",
            "/login?next=/",
            "/logout",
        ] {
            assert_eq!(Destination::of(bad).0, "/", "{bad}");
        }
        assert_eq!(Destination::asked("lang=en&next=%2Fdevices%2Fa%3Fpaused").0, "/devices/a?paused");
        assert_eq!(Destination::asked("next=%2F%2Fevil.example").0, "/");
    }

    #[test]
    fn forms_of_other_sites_are_not_heard() {
        let hosts = [strict_toml::FromText::from_text("rotuse.azuolynas.lt").unwrap()];
        for (fields, ours) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", "https://127.0.0.1:8443"), ("host", "127.0.0.1:8443")], true),
            (&[("origin", "https://127.0.0.1:9999"), ("host", "127.0.0.1:8443")], false),
            (&[("origin", "https://Rotuse.azuolynas.lt"), ("host", "127.0.0.1:8080")], true),
            (&[("origin", "https://rotuse.azuolynas.lt.evil.example"), ("host", "127.0.0.1:8080")], false),
            (&[("origin", "null"), ("host", "127.0.0.1:8080")], false),
        ] {
            assert_eq!(is_ours(&headers(fields), &hosts), ours, "{fields:?}");
        }
    }

    #[test]
    fn a_form_has_a_name_and_a_password() {
        let form = Form::parse(b"name=+ona+&password=a%26b+%C5%BE&next=%2Fdevices%2Fa").unwrap();
        assert_eq!((form.claim.name.as_str(), form.claim.password.as_str()), ("ona", "a&b ž"));
        assert_eq!(form.next.0, "/devices/a");
        assert!(Form::parse(b"name=ona").is_none() && Form::parse(b"").is_none());
    }

    proptest! {
        #[test]
        fn no_destination_leads_away(text in "[/\\\\a-z:?#@.%\t ]{0,12}") {
            let Destination(path) = Destination::of(&text);
            prop_assert!(path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'));
        }

        #[test]
        fn any_form_is_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Some(form) = Form::parse(&octets) {
                prop_assert!(form.next.0.starts_with('/'));
            }
        }
    }
}
