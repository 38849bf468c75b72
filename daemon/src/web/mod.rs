//! The status pages: what is known right now, for people and for Prometheus. They only read.
//!
//! | address | what |
//! | --- | --- |
//! | `/` | is everything well, and if not, what is not? Filters: `q`, `site`, `kind`, `group`, `state` |
//! | `/wall` | the same for a screen on the wall |
//! | `/devices/NAME` | one device, its interfaces and its last day, and graphs to zoom into (`series.rs`, `chart.js`) |
//! | `/incidents`, `/incidents/NUMBER`, `/incidents.atom` | the fault journal, one fault from its beginning until now, a feed |
//! | `/availability`, `/availability.csv` | for how much of a month devices, sites and groups were there, for people and for programs |
//! | `/backups`, `/backups/audit` | every job and its runs; the same for auditors |
//! | `/watcher` | what is wrong with the watching itself |
//! | `/api/v1/…` | the same as JSON, described by `/api/v1/openapi.json` |
//! | `/events` | says that something has changed (server-sent events) |
//! | `/map` | the network as a tree; `?site=` shows one site |
//! | `/healthz` | 200 while everything can be written down, else 503 and why |
//! | `/metrics` | everything for Prometheus |
//!
//! Pages are Lithuanian or English by `?lang=` or the browser's `Accept-Language`. They need no script: without one they read
//! themselves again every ten seconds, with it as soon as something changes, unless asked not to (`?paused`). A page is a function of what
//! is known (a file each); only this file knows HTTP. What may be asked stands in `guard.rs`,
//! and by whom in `door.rs`: where there are users they log in at `/login` (`login.rs`), but for `/healthz`. Connections and TLS are in
//! `tls.rs`.

mod api;
mod assets;
pub mod audit;
pub mod availability;
pub mod backups;
mod cache;
mod choice;
mod client;
pub mod device;
mod door;
mod events;
pub mod graph;
mod guard;
pub mod incident;
pub mod job;
mod limit;
mod login;
pub mod map;
pub mod metrics;
pub mod overview;
pub mod reader;
#[cfg(test)]
mod samples;
pub mod sections;
mod series;
mod session;
pub mod standing;
pub mod strip;
mod templates;
mod tls;
pub mod wall;
pub mod watcher;
mod website;

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequestParts, Path, Query, Request, State};
use axum::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use messages::{Language, Message};
use tokio::sync::Semaphore;

use self::audit::AuditPage;
use self::availability::{AvailabilityPage, Choices, Counted, Fields, Wanted};
use self::backups::BackupsPage;
use self::cache::{Cache, Made};
use self::choice::Choice;
use self::device::{DevicePage, Samples};
use self::graph::Span;
use self::guard::Refusal;
use self::incident::{IncidentPage, IncidentsPage};
use self::login::Guest;
use self::map::MapPage;
use self::overview::Overview;
use self::reader::Reader;
use self::strip::Strip;
use self::templates::{Frame, Notice, Page, Templates};
use self::wall::WallPage;
use self::watcher::WatcherPage;
use self::website::WebsiteView;
use crate::availability::Period;
use crate::config::{CheckId, UserName};
use crate::health::IncidentId;
use crate::history::{HistoryReader, Point, Resolution, Retention, Series};
use crate::journal::{JournalError, JournalReader};
use crate::live::{DeviceStatus, Live};

pub use self::door::{Door, Logins};
pub use self::tls::serve;

/// What the pages show, and how.
#[derive(Clone)]
pub struct Pages(Arc<Inner>);

struct Inner {
    live: Arc<Live>,
    door: Arc<Door>,
    history: Option<Mutex<HistoryReader>>,
    journal: Option<Mutex<JournalReader>>,
    state_directory: PathBuf,
    retention: Retention,
    cache: Cache,
    counted: Counted,
    listeners: Arc<Semaphore>,
    zone: TimeZone,
    started: Timestamp,
    templates: Templates,
}

/// For whom a page is made.
#[derive(Debug, Clone)]
struct Visit {
    choice: Choice,
    language: Language,
    accepts_gzip: bool,
    /// Who has logged in; none where nobody has to.
    user: Option<UserName>,
}

/// How long a page may take. One takes milliseconds; a disk that hangs must not gather requests.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// So long the page of a month waits for round trips that are being counted: the figures of few devices are complete at once.
const PAGE_PATIENCE: Duration = Duration::from_millis(30);

/// And so long the file does, which programs read and nobody opens again.
const FILE_PATIENCE: Duration = Duration::from_secs(5);

/// How long requests that are being answered may hold the stop of the daemon up.
const PATIENCE: Duration = Duration::from_secs(1);

/// Nothing is loaded from elsewhere, nothing runs but our own script, nothing frames the pages.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Whoever has come by HTTPS comes by it for a year (RFC 6797).
const TRANSPORT_SECURITY: &str = "max-age=31536000";

/// So many pages are told of changes at once; the others look by themselves.
const LISTENERS: usize = 100;

/// Where the pages get from what they show.
pub struct Sources {
    /// What is known right now.
    pub live: Arc<Live>,
    /// Who may see it.
    pub door: Arc<Door>,
    /// What was measured; without it pages have no graphs.
    pub history: Option<HistoryReader>,
    /// What happened; without it there is no page of an incident.
    pub journal: Option<JournalReader>,
    /// How long what was measured is kept.
    pub retention: Retention,
    /// Whose disk is looked at.
    pub state_directory: PathBuf,
    /// In which times are shown.
    pub zone: TimeZone,
}

impl Pages {
    /// The pages of what is known.
    #[must_use]
    pub fn new(Sources { live, door, history, journal, retention, state_directory, zone }: Sources) -> Self {
        Self(Arc::new(Inner {
            live,
            door,
            history: history.map(Mutex::new),
            journal: journal.map(Mutex::new),
            state_directory,
            retention,
            cache: Cache::default(),
            counted: Counted::default(),
            listeners: Arc::new(Semaphore::new(LISTENERS)),
            zone,
            started: Timestamp::now(),
            templates: Templates::new(),
        }))
    }
}

impl Pages {
    /// Whose figures are meant, their round trips being counted for as long as `patience` if they have to be.
    async fn chosen(
        &self,
        fields: Result<Query<Fields>, QueryRejection>,
        patience: Duration,
    ) -> Result<(Wanted, Choices), Message> {
        let Query(fields) = fields.map_err(|_| Message::new("web-no-such-page"))?;
        let inner = Arc::clone(&self.0);
        let chosen = tokio::task::spawn_blocking(move || inner.wanted(fields, Timestamp::now())).await;
        let (wanted, choices) = chosen.map_err(|_| Message::new("web-broken"))??;
        self.0.count_round_trips(&choices.devices, wanted.month, patience).await;
        Ok((wanted, choices))
    }
}

/// Every address that is answered.
fn router(pages: Pages) -> Router {
    Router::new()
        .route("/", get(overview))
        .route("/wall", get(wall))
        .route("/devices/{name}", get(device))
        .route("/incidents", get(incidents))
        .route("/incidents/{number}", get(incident))
        .route("/incidents.atom", get(feed))
        .route("/availability", get(availability))
        .route("/availability.csv", get(availability_csv))
        .route("/backups", get(backups))
        .route("/backups/audit", get(audit))
        .route("/watcher", get(watcher))
        .route("/events", get(events::listen))
        .nest("/api/v1", api::router())
        .route("/map", get(map))
        .route("/healthz", get(healthz))
        .route("/login", get(login::show).post(login::log_in))
        .route("/logout", post(login::log_out))
        .route("/metrics", get(metrics))
        .merge(assets::routes())
        .fallback(nowhere)
        .layer(middleware::from_fn_with_state(pages.clone(), guarded))
        .with_state(pages)
}

async fn overview(State(pages): State<Pages>, visit: Visit) -> Response {
    let filter = visit.choice.filter.clone();
    show(pages, visit, "/", move |inner, reader| {
        let status = inner.live.read().clone();
        let website = inner.door.web().website.as_ref().map(|folder| WebsiteView::read(reader, folder));
        Ok(Overview { website, ..Overview::new(reader, &status, &filter) })
    })
    .await
}

async fn wall(State(pages): State<Pages>, visit: Visit) -> Response {
    show(pages, visit, "/wall", |inner, reader| Ok(WallPage::new(reader, &inner.live.read()))).await
}

async fn device(State(pages): State<Pages>, visit: Visit, name: Result<Path<String>, PathRejection>) -> Response {
    let name = name.map_or_else(|_| String::new(), |Path(name)| name);
    let span = visit.choice.filter.span;
    let path = format!("/devices/{}", if pages.0.live.read().device(&name).is_some() { &name } else { "" });
    show(pages, visit, &path, move |inner, reader| {
        let status = inner.live.read().clone();
        let Some(device) = status.device(&name) else {
            return Err(Message::new("web-no-such-device").with("name", name));
        };
        let samples = inner.samples(&device::drawn_series(device), span, reader.now);
        let strip = inner.strip(reader, device, span);
        Ok(DevicePage { strip, ..DevicePage::new(reader, &status, device, span, samples.as_ref()) })
    })
    .await
}

async fn incidents(State(pages): State<Pages>, visit: Visit) -> Response {
    let all = visit.choice.filter.all;
    show(pages, visit, "/incidents", move |inner, reader| {
        let found = inner.ask_journal(|journal| journal.incidents(!all, incident::MOST_LISTED))?;
        Ok(IncidentsPage::new(reader, &inner.live.read(), &found, all))
    })
    .await
}

async fn incident(State(pages): State<Pages>, visit: Visit, number: Result<Path<i64>, PathRejection>) -> Response {
    let number = number.map_or(0, |Path(number)| number);
    show(pages, visit, &format!("/incidents/{number}"), move |inner, reader| {
        let story = inner.ask_journal(|journal| journal.story(IncidentId(number)))?;
        let story = story.ok_or_else(|| Message::new("web-no-such-incident").with("number", number.to_string()))?;
        let status = inner.live.read().clone();
        let around = incident::around(reader, &status, &story);
        let samples =
            around.as_ref().and_then(|(series, at)| inner.samples(std::slice::from_ref(series), Span::Day, *at));
        Ok(IncidentPage::new(reader, &status, &story, around.map(|(_, at)| at), samples.as_ref()))
    })
    .await
}

async fn feed(State(pages): State<Pages>, visit: Visit, headers: HeaderMap) -> Response {
    let host =
        headers.get(axum::http::header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost").to_owned();
    let made = tokio::task::spawn_blocking(move || {
        let inner = pages.0;
        let reader = inner.reader(visit.language);
        let found = inner.ask_journal(|journal| journal.incidents(false, incident::MOST_IN_FEED));
        found.map(|found| incident::feed(&reader, &inner.live.read(), &found, &host))
    });
    match made.await {
        Ok(Ok(feed)) => ([(CONTENT_TYPE, "application/atom+xml; charset=utf-8")], feed).into_response(),
        Ok(Err(message)) => plain(StatusCode::SERVICE_UNAVAILABLE, &visit_language(&headers).say(&message)),
        Err(fault) => broken(Language::Lithuanian, &fault),
    }
}

async fn availability(
    State(pages): State<Pages>,
    visit: Visit,
    fields: Result<Query<Fields>, QueryRejection>,
) -> Response {
    let chosen = pages.chosen(fields, PAGE_PATIENCE).await;
    let path =
        chosen.as_ref().map_or_else(|_| "/availability".to_owned(), |(wanted, _)| wanted.address("/availability"));
    let language = visit.choice.language.map(Language::tag);
    // What is chosen stands in the address already.
    let visit = Visit { choice: Choice { filter: Default::default(), ..visit.choice }, ..visit };
    show(pages, visit, &path, move |inner, reader| {
        let (wanted, mut choices) = chosen?;
        let period = wanted.month.period(&reader.zone, reader.now);
        let table = inner.availability(std::mem::take(&mut choices.devices), wanted.month, period);
        let page = AvailabilityPage::new(reader, (&wanted, &choices), period, inner.first_month(), table.as_ref());
        Ok(AvailabilityPage { language, ..page })
    })
    .await
}

async fn availability_csv(
    State(pages): State<Pages>,
    visit: Visit,
    fields: Result<Query<Fields>, QueryRejection>,
) -> Response {
    let (wanted, choices) = match pages.chosen(fields, FILE_PATIENCE).await {
        Ok(chosen) => chosen,
        Err(message) => return plain(StatusCode::NOT_FOUND, &visit.language.say(&message)),
    };
    let name = format!("attachment; filename=\"availability-{}.csv\"", wanted.month);
    let made = tokio::task::spawn_blocking(move || {
        let period = wanted.month.period(&pages.0.zone, Timestamp::now());
        let table = pages.0.availability(choices.devices, wanted.month, period);
        table.map(|table| availability::csv::text(&table, period))
    });
    match made.await {
        Ok(Some(text)) => ([(CONTENT_TYPE, availability::csv::MEDIA_TYPE), (CONTENT_DISPOSITION, name.as_str())], text)
            .into_response(),
        Ok(None) => plain(StatusCode::SERVICE_UNAVAILABLE, &visit.language.text("web-availability-unread")),
        Err(fault) => broken(visit.language, &fault),
    }
}

async fn backups(State(pages): State<Pages>, visit: Visit) -> Response {
    show(pages, visit, "/backups", |inner, reader| {
        let runs = inner.ask_journal(JournalReader::newest_runs)?;
        Ok(BackupsPage::new(reader, &inner.live.read(), &runs))
    })
    .await
}

async fn audit(State(pages): State<Pages>, visit: Visit) -> Response {
    show(pages, visit, "/backups/audit", |inner, reader| {
        let sealing = inner.ask_journal(JournalReader::sealing)?;
        Ok(AuditPage::new(reader, &inner.live.read(), sealing))
    })
    .await
}

async fn watcher(State(pages): State<Pages>, visit: Visit) -> Response {
    show(pages, visit, "/watcher", |inner, reader| {
        let disk = watcher::Disk::of(&inner.state_directory);
        Ok(WatcherPage::new(reader, &inner.live.read(), disk, inner.started))
    })
    .await
}

async fn map(State(pages): State<Pages>, visit: Visit) -> Response {
    let site = visit.choice.filter.site.clone();
    show(pages, visit, "/map", move |inner, reader| {
        let status = inner.live.read().clone();
        MapPage::new(reader, &status, site.as_deref())
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
    let mut text = metrics::text(&status, inner.started, env!("CARGO_PKG_VERSION"));
    metrics::logins(&mut text, inner.door.logins());
    ([(CONTENT_TYPE, metrics::MEDIA_TYPE)], text).into_response()
}

async fn nowhere(State(pages): State<Pages>, visit: Visit) -> Response {
    // Never the address that was asked for: `//example.com` in a link would lead away.
    show(pages, visit, "", |_, _| Err::<Overview, _>(Message::new("web-no-such-page"))).await
}

fn visit_language(headers: &HeaderMap) -> Language {
    Choice::default().language(headers)
}

/// Makes the page of the address `path`, unless it was made a moment ago, where waiting for the disk and for the lock holds
/// nobody up.
async fn show<P: Page>(
    pages: Pages,
    visit: Visit,
    path: &str,
    make: impl FnOnce(&Inner, &Reader) -> Result<P, Message> + Send + 'static,
) -> Response {
    let Visit { choice, language, accepts_gzip, user } = visit;
    // What has changed since is another page: who was told of the change must not see the one before.
    let version = pages.0.live.read().version;
    let reads = user.as_ref().map_or("", UserName::as_str);
    let key = format!("{version} {reads} {language} {path}{}", choice.here());
    let (inner, path) = (Arc::clone(&pages.0), path.to_owned());
    let making = async move {
        let made = tokio::task::spawn_blocking(move || {
            let reader = inner.reader(language);
            match make(&inner, &reader) {
                Ok(page) => inner.page(StatusCode::OK, &path, &reader, &choice, user, &page),
                Err(message) => {
                    let heading = reader.text("web-not-found");
                    let notice = Notice { heading, words: reader.say(&message) };
                    inner.page(
                        StatusCode::NOT_FOUND,
                        "/",
                        &reader,
                        &Choice { filter: Default::default(), ..choice },
                        user,
                        &notice,
                    )
                }
            }
        });
        made.await.unwrap_or_else(|fault| unmade(language, &fault))
    };
    // What is not there has no address that could be kept, and strangers could ask for any.
    let made = if key.len() > LONGEST_KEPT { Arc::new(making.await) } else { pages.0.cache.get(key, making).await };
    answer(&made, accepts_gzip)
}

/// A longer address is not kept.
const LONGEST_KEPT: usize = 300;

/// What was made, as a browser wants it.
fn answer(made: &Made, accepts_gzip: bool) -> Response {
    let body = if accepts_gzip { made.compressed.clone() } else { made.body.clone() };
    let mut response = (made.status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if accepts_gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

impl Inner {
    fn reader(&self, language: Language) -> Reader {
        Reader { language, zone: self.zone.clone(), now: Timestamp::now() }
    }

    fn page<P: Page>(
        &self,
        status: StatusCode,
        path: &str,
        reader: &Reader,
        choice: &Choice,
        user: Option<UserName>,
        page: &P,
    ) -> Made {
        let frame = Frame { refreshes: P::REFRESHES && !choice.paused, user, ..Frame::new(reader, path, choice) };
        match self.templates.render(&frame, page) {
            Ok(html) => Made::new(status, html),
            Err(error) => unmade(reader.language, &error),
        }
    }

    /// What the journal says.
    fn ask_journal<T>(&self, ask: impl FnOnce(&JournalReader) -> Result<T, JournalError>) -> Result<T, Message> {
        let journal = self.journal.as_ref().ok_or_else(|| Message::new("web-broken"))?;
        let journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
        ask(&journal).map_err(|error| {
            tracing::error!("a status page cannot be made: {error}");
            Message::new("web-broken")
        })
    }

    /// What became of a device in a span until now; nothing when it cannot be read.
    fn strip(&self, reader: &Reader, device: &DeviceStatus, span: Span) -> Option<Strip> {
        let period = Period { from: reader.now.saturating_sub(span.length()).ok()?, to: reader.now };
        let face: Vec<&CheckId> = device.face().map(|check| &check.id).collect();
        let turns = self.ask_journal(|journal| journal.turns(&face, period.from, period.to)).ok()?;
        Some(Strip::new(reader, &turns, period))
    }

    /// What some series came to in a span until `end`; nothing when it cannot be read.
    fn samples(&self, wanted: &[Series], span: Span, end: Timestamp) -> Option<Samples> {
        let (points, _) = self.points(wanted, end.saturating_sub(span.length()).ok()?, end)?;
        Some(wanted.iter().cloned().zip(points).collect())
    }

    /// What each of some series came to, in the resolution that suits the span; nothing when it cannot be read.
    fn points(&self, wanted: &[Series], from: Timestamp, to: Timestamp) -> Option<(Vec<Vec<Point>>, Resolution)> {
        let history = self.history.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let resolution = self.retention.resolution(from, to, Timestamp::now());
        let read = history.range(wanted, from, to, resolution);
        let read = read.inspect_err(|error| tracing::warn!(%error, "a graph cannot be drawn"));
        Some((read.ok()?, resolution))
    }
}

/// A page that cannot be made: the log knows why.
fn unmade(language: Language, error: &(dyn std::error::Error + 'static)) -> Made {
    tracing::error!(error, "a status page could not be made");
    Made::new(StatusCode::INTERNAL_SERVER_ERROR, format!("{}\n", language.text("web-broken")))
}

/// The same for what is no page.
fn broken(language: Language, error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(error, "a status page could not be made");
    plain(StatusCode::INTERNAL_SERVER_ERROR, &language.text("web-broken"))
}

fn plain(status: StatusCode, words: &str) -> Response {
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{words}\n")).into_response()
}

/// Refuses what is not for us, ends what takes too long, and tells the browser what a page may not do.
async fn guarded(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let web = pages.0.door.web();
    let language = Choice::of(request.uri().query()).language(request.headers());
    let refusal = guard::admit(request.method(), request.uri(), request.headers(), &web).err();
    let mut response = match refusal {
        Some(Refusal { status, message }) => plain(status, &language.say(&message)),
        None => tokio::time::timeout(TIME_LIMIT, login::pass(&pages, request, next, language))
            .await
            .unwrap_or_else(|_| plain(StatusCode::SERVICE_UNAVAILABLE, &language.text("web-too-slow"))),
    };
    let is_refused_method = response.status() == StatusCode::METHOD_NOT_ALLOWED;
    let headers = response.headers_mut();
    if is_refused_method {
        headers.entry(ALLOW).or_insert(HeaderValue::from_static("GET, HEAD"));
    }
    if web.certificate.is_some() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(TRANSPORT_SECURITY));
    }
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Other sites learn nothing; `no-referrer` would keep from us too whether a form is ours.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(VARY, HeaderValue::from_static("Accept-Language, Accept-Encoding"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let choice = Choice::of(parts.uri.query());
        let encodings = parts.headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let accepts_gzip = encodings.split(',').any(|encoding| matches!(encoding.trim(), "gzip" | "*"));
        let user = parts.extensions.get::<Guest>().map(|Guest(name)| name.clone());
        Ok(Self { language: choice.language(&parts.headers), choice, accepts_gzip, user })
    }
}

#[cfg(test)]
mod tests;
