//! The status pages: what is known right now, for people and for Prometheus. They only read.
//!
//! | address | what |
//! | --- | --- |
//! | `/` | is everything well, and if not, what is not? |
//! | `/devices/NAME` | one device, its interfaces and its last day |
//! | `/healthz` | 200 while everything can be written down, else 503 and why |
//! | `/metrics` | everything for Prometheus |
//!
//! Pages are Lithuanian or English by `?lang=` or the browser's `Accept-Language`, need no script, and read themselves
//! again every ten seconds unless asked not to (`?paused`). [`overview`], [`device`] and [`metrics`] are functions of what
//! is known; only this file knows HTTP. Who may ask stands in `guard.rs`.

pub mod device;
pub mod graph;
mod guard;
pub mod job;
pub mod metrics;
pub mod overview;
pub mod reader;
#[cfg(test)]
mod samples;
pub mod standing;
mod templates;

use std::convert::Infallible;
use std::future::IntoFuture;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::header::{
    ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, REFRESH, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use messages::{Language, Message};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::device::{DevicePage, Samples};
use self::guard::Refusal;
use self::overview::Overview;
use self::reader::Reader;
use self::templates::{Frame, Notice, Page, Templates};
use crate::history::{HistoryReader, Series};
use crate::live::Live;

/// What the pages show, and how.
#[derive(Clone)]
pub struct Pages(Arc<Inner>);

struct Inner {
    live: Arc<Live>,
    history: Option<Mutex<HistoryReader>>,
    zone: TimeZone,
    started: Timestamp,
    templates: Templates,
}

/// What a reader chose by the query of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Choice {
    language: Option<Language>,
    paused: bool,
}

/// For whom a page is made.
#[derive(Debug, Clone, Copy)]
struct Visit {
    choice: Choice,
    language: Language,
}

/// How long a page may take. One takes milliseconds; a disk that hangs must not gather requests.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// How long requests that are being answered may hold the stop of the daemon up.
const PATIENCE: Duration = Duration::from_secs(1);

/// Nothing is loaded from elsewhere, nothing runs, nothing frames the pages.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

const STYLE: &str = include_str!("../../templates/style.css");

impl Pages {
    /// The pages of what is known. Times are shown in `zone`; without `history` the pages have no graphs.
    #[must_use]
    pub fn new(live: Arc<Live>, history: Option<HistoryReader>, zone: TimeZone) -> Self {
        let history = history.map(Mutex::new);
        let (started, templates) = (Timestamp::now(), Templates::new());
        Self(Arc::new(Inner { live, history, zone, started, templates }))
    }
}

/// Every address that is answered.
pub fn router(pages: Pages) -> Router {
    Router::new()
        .route("/", get(overview))
        .route("/devices/{name}", get(device))
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics))
        .route("/style.css", get(style))
        .fallback(nowhere)
        .layer(middleware::from_fn(guarded))
        .with_state(pages)
}

/// Answers until `stop`, and then those who are waiting already, for at most a second.
///
/// # Errors
/// The listener does not accept any more.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> io::Result<()> {
    let serving = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
    let impatience = async {
        stop.cancelled().await;
        // A connection on which nothing was ever asked is not idle to the server, and would be waited for.
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        ended = serving.into_future() => ended,
        () = impatience => Ok(()),
    }
}

async fn overview(State(pages): State<Pages>, visit: Visit) -> Response {
    show(pages, visit, |inner, reader| {
        let status = inner.live.read().clone();
        Ok(("/".to_owned(), Overview::new(reader, &status)))
    })
    .await
}

async fn device(State(pages): State<Pages>, visit: Visit, name: Result<Path<String>, PathRejection>) -> Response {
    let name = name.map_or_else(|_| String::new(), |Path(name)| name);
    show(pages, visit, move |inner, reader| {
        let status = inner.live.read().clone();
        let Some(device) = status.device(&name) else {
            return Err(Message::new("web-no-such-device").with("name", name));
        };
        let samples = inner.samples(&device::drawn_series(device), reader.now);
        let page = DevicePage::new(reader, &status, device, samples.as_ref());
        Ok((format!("/devices/{}", device.name), page))
    })
    .await
}

async fn healthz(State(Pages(inner)): State<Pages>, visit: Visit) -> Response {
    let unwritten = inner.live.read().unwritten.clone();
    match unwritten {
        None => plain(StatusCode::OK, "ok"),
        Some(error) => {
            let message = Message::new("web-unwritten").with("error", error);
            plain(StatusCode::SERVICE_UNAVAILABLE, &visit.language.say(&message))
        }
    }
}

async fn metrics(State(Pages(inner)): State<Pages>) -> Response {
    let status = inner.live.read().clone();
    let text = metrics::text(&status, inner.started, env!("CARGO_PKG_VERSION"));
    ([(CONTENT_TYPE, metrics::MEDIA_TYPE)], text).into_response()
}

async fn style() -> Response {
    // Pages read themselves again every ten seconds; their looks change with a release.
    ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "max-age=300")], STYLE).into_response()
}

async fn nowhere(State(pages): State<Pages>, visit: Visit) -> Response {
    show(pages, visit, |_, _| Err::<(String, Overview), _>(Message::new("web-no-such-page"))).await
}

/// Makes a page where waiting for the disk and for the lock holds nobody up.
///
/// `make` gives the page's own address and its content, or says that there is no such page.
async fn show<P: Page>(
    pages: Pages,
    visit: Visit,
    make: impl FnOnce(&Inner, &Reader) -> Result<(String, P), Message> + Send + 'static,
) -> Response {
    let made = tokio::task::spawn_blocking(move || {
        let inner = pages.0;
        let reader = Reader { language: visit.language, zone: inner.zone.clone(), now: Timestamp::now() };
        match make(&inner, &reader) {
            Ok((path, page)) => inner.page(StatusCode::OK, &path, &reader, visit, &page),
            Err(message) => {
                let heading = reader.text("web-not-found");
                let notice = Notice { heading, words: reader.say(&message) };
                // Never the address that was asked for: `//example.com` in a link would lead away.
                inner.page(StatusCode::NOT_FOUND, "/", &reader, visit, &notice)
            }
        }
    });
    made.await.unwrap_or_else(|fault| broken(visit.language, &fault))
}

impl Inner {
    fn page<P: Page>(&self, status: StatusCode, path: &str, reader: &Reader, visit: Visit, page: &P) -> Response {
        let html = match self.templates.render(&Frame::new(reader, path, visit.choice), page) {
            Ok(html) => html,
            Err(error) => return broken(visit.language, &error),
        };
        let mut response = (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
        if status.is_success() && !visit.choice.paused {
            response.headers_mut().insert(REFRESH, HeaderValue::from_static("10"));
        }
        response
    }

    /// The last day of some series; nothing when it cannot be read.
    fn samples(&self, wanted: &[Series], now: Timestamp) -> Option<Samples> {
        let history = self.history.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let from = now.saturating_sub(graph::SPAN).ok()?;
        let read = history.since(wanted, from);
        let read = read.inspect_err(|error| tracing::warn!(%error, "a page is shown without graphs")).ok()?;
        Some(wanted.iter().cloned().zip(read).collect())
    }
}

/// A page that cannot be made: the log knows why.
fn broken(language: Language, error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(error, "a status page could not be made");
    plain(StatusCode::INTERNAL_SERVER_ERROR, &language.text("web-broken"))
}

fn plain(status: StatusCode, words: &str) -> Response {
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{words}\n")).into_response()
}

/// Refuses what is not for us, ends what takes too long, and tells the browser what a page may not do.
async fn guarded(request: Request, next: Next) -> Response {
    let language = Choice::of(request.uri().query()).language(request.headers());
    let refusal = guard::admit(request.method(), request.uri(), request.headers()).err();
    let mut response = match refusal {
        Some(Refusal { status, message }) => plain(status, &language.say(&message)),
        None => tokio::time::timeout(TIME_LIMIT, next.run(request))
            .await
            .unwrap_or_else(|_| plain(StatusCode::SERVICE_UNAVAILABLE, &language.text("web-too-slow"))),
    };
    let is_refused_method = response.status() == StatusCode::METHOD_NOT_ALLOWED;
    let headers = response.headers_mut();
    if is_refused_method {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(VARY, HeaderValue::from_static("Accept-Language"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

impl Choice {
    /// What stands in a query; what we do not know is ignored.
    fn of(query: Option<&str>) -> Self {
        let mut choice = Self::default();
        for pair in query.unwrap_or_default().split('&') {
            match pair.split_once('=').unwrap_or((pair, "")) {
                ("lang", tag) => choice.language = Language::from_tag(tag).or(choice.language),
                ("paused", _) => choice.paused = true,
                _ => {}
            }
        }
        choice
    }

    /// The query that says the same: empty, or with its `?`.
    fn query(self) -> String {
        match (self.language, self.paused) {
            (None, false) => String::new(),
            (None, true) => "?paused".to_owned(),
            (Some(language), false) => format!("?lang={language}"),
            (Some(language), true) => format!("?lang={language}&paused"),
        }
    }

    /// The chosen language, else the one that the browser prefers, else Lithuanian.
    fn language(self, headers: &HeaderMap) -> Language {
        let preferred = || headers.get(ACCEPT_LANGUAGE)?.to_str().ok().map(Language::preferred);
        self.language.or_else(preferred).unwrap_or(Language::Lithuanian)
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let choice = Choice::of(parts.uri.query());
        Ok(Self { choice, language: choice.language(&parts.headers) })
    }
}

#[cfg(test)]
mod tests;
