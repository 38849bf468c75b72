//! A preview that follows the editor: when a file is saved, the page that a browser asks for is made anew, and open pages are
//! told.
//!
//! Nothing is built ahead and nothing is written: a page is made when it is asked for, from a site that is kept up to date.
//! When the content has mistakes, the last good site stays, and every page says above its own text what there is to mend.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, LOCATION, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri};
use axum::routing::get;
use jiff::Timestamp;
use messages::Language;
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Config, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use percent_encoding::percent_decode_str;
use rustc_hash::FxHashMap;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::content::Change;
use crate::formats::media_type;
use crate::outputs::{Output, Outputs};
use crate::render::{Renderer, Theme};
use crate::site::{Publish, Site};
use crate::workshop::{BuildError, Workshop};

/// What is asked of a preview.
#[derive(Debug, Clone)]
pub struct Order {
    /// The folder with `site.toml` and the pages.
    pub site: PathBuf,
    /// Where what is dear to make is kept.
    pub cache: PathBuf,
    /// Which pages are left out.
    pub publish: Publish,
    /// In which language mistakes are said.
    pub language: Language,
    /// Where it is served.
    pub address: SocketAddr,
    /// How often the files are looked at, when the system cannot tell of changes, as on network disks.
    pub poll: Option<Duration>,
}

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The first build failed; later ones do not end the preview.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The address is taken or not ours.
    #[error(
        "the preview cannot be served on {address}: {source}; stop what uses the address, or choose another --listen"
    )]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The folder cannot be watched.
    #[error("changes in {path} cannot be watched: {source}", path = .path.display())]
    Watch {
        /// Which.
        path: PathBuf,
        /// Why.
        source: notify::Error,
    },
    /// The system refuses what every server needs.
    #[error("the system refuses what every server needs: {0}")]
    System(#[from] io::Error),
}

/// What is served. A new one for every change.
#[derive(Debug)]
struct Preview {
    /// Counts changes, so that a page knows whether it is old.
    version: u64,
    shown: Arc<Shown>,
    /// What is wrong with the newest content; empty when nothing is.
    mistakes: String,
}

/// A site that can be shown.
#[derive(Debug)]
struct Shown {
    site: Site,
    outputs: Outputs,
    theme: Arc<Theme>,
    /// In which language mistakes are said.
    language: Language,
    /// The files of the search, made when somebody searches.
    search: OnceLock<FxHashMap<String, Vec<u8>>>,
}

impl Shown {
    fn new((site, outputs): (Site, Outputs), workshop: &Workshop) -> Arc<Self> {
        let (theme, language) = (Arc::clone(workshop.theme()), workshop.language());
        Arc::new(Self { site, outputs, theme, language, search: OnceLock::new() })
    }

    /// The octets of a file of the search.
    fn found(&self, file: &str) -> Option<Vec<u8>> {
        let files = self.search.get_or_init(|| crate::search::files(&self.site).into_iter().collect());
        files.get(file).cloned()
    }
}

type Shared = watch::Receiver<Arc<Preview>>;

/// A program that saves in several steps has done so after this time; what comes later is another change.
const QUIET: Duration = Duration::from_millis(5);

/// A page that waits for a change asks anew after so long, before anything on the way gives up.
const LONGEST_WAIT: Duration = Duration::from_secs(25);

/// The site is never looked at less often than this for something that is due: an embargo that ends.
const LONGEST_SLEEP: Duration = Duration::from_secs(3600);

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

const RELOAD: &str = include_str!("../theme/reload.js");

/// Serves the site until SIGTERM or SIGINT. `report` is told what editors should read.
///
/// # Errors
/// Why it could not start.
pub async fn serve(order: &Order, report: impl Fn(&str) + Send + Sync + 'static) -> Result<(), ServeError> {
    let address = order.address;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let listener = TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })?;
    let address = listener.local_addr()?;
    // Watching begins before the first build: what is saved meanwhile is not overlooked.
    let (changed, changes) = mpsc::unbounded_channel();
    let folder = std::path::absolute(&order.site)?;
    let watch = Watch::new(&folder, order.poll, changed)?;
    let mut workshop = Workshop::open(&folder, &order.cache, order.language)?;
    let now = Timestamp::now();
    let shown = Shown::new(workshop.preview(now, order.publish, Change::Everything)?, &workshop);
    let (publish, shared) = watch::channel(Arc::new(Preview { version: 1, shown, mistakes: String::new() }));
    report(&format!("http://{address}/"));

    let stop = CancellationToken::new();
    let serving = axum::serve(listener, router(shared, stop.clone(), address.ip().is_loopback()))
        .with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::select! {
        served = serving.into_future() => served?,
        never = follow(order.publish, workshop, watch, changes, publish, report) => match never {},
        _ = terminate.recv() => stop.cancel(),
        _ = interrupt.recv() => stop.cancel(),
    }
    Ok(())
}

/// Watches the folders that a site is made of.
struct Watch {
    watcher: Box<dyn Watcher + Send>,
    folder: PathBuf,
    /// Folders that are not there yet, or were not when we looked.
    missing: Vec<&'static str>,
}

impl Watch {
    fn new(
        folder: &Path,
        poll: Option<Duration>,
        changed: mpsc::UnboundedSender<Vec<PathBuf>>,
    ) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Watch { path: folder.to_owned(), source };
        let root = folder.to_owned();
        let tell = move |event: notify::Result<Event>| {
            // The receiver is gone only when the preview is.
            match event {
                Ok(event) if is_change(event.kind) => drop(changed.send(event.paths)),
                Ok(_) => {}
                // A watch that lost events says so by an error: look at everything, to be sure.
                Err(_) => drop(changed.send(vec![root.clone()])),
            }
        };
        let mut watcher: Box<dyn Watcher + Send> = match poll {
            None => Box::new(RecommendedWatcher::new(tell, Config::default()).map_err(failed)?),
            Some(every) => {
                let config = Config::default().with_poll_interval(every);
                Box::new(PollWatcher::new(tell, config).map_err(failed)?)
            }
        };
        // Only what a site is made of: its folder may be a whole repository.
        watcher.watch(folder, RecursiveMode::NonRecursive).map_err(failed)?;
        let mut watch = Self { watcher, folder: folder.to_owned(), missing: vec!["content", "static", "theme"] };
        watch.look().map_err(failed)?;
        Ok(watch)
    }

    /// Watches folders that have come, and forgets those that are gone. Those that have come, to be read whole.
    fn look(&mut self) -> notify::Result<Vec<PathBuf>> {
        let mut come = Vec::new();
        for name in ["content", "static", "theme"] {
            let inner = self.folder.join(name);
            let was_missing = self.missing.contains(&name);
            if inner.is_dir() && was_missing {
                self.watcher.watch(&inner, RecursiveMode::Recursive)?;
                self.missing.retain(|missing| *missing != name);
                come.push(inner);
            } else if !inner.is_dir() && !was_missing {
                // The watch went with the folder.
                let _ = self.watcher.unwatch(&inner);
                self.missing.push(name);
            }
        }
        Ok(come)
    }
}

/// Whether something is another now. A file that is being written is not yet: it is when it is closed.
const fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        // Where the system tells of closing, it tells of writing before.
        EventKind::Modify(ModifyKind::Data(_)) => cfg!(not(target_os = "linux")),
        _ => true,
    }
}

/// Reads again what changed, after every change and when something is due.
async fn follow(
    publish: Publish,
    mut workshop: Workshop,
    mut watch: Watch,
    mut changes: mpsc::UnboundedReceiver<Vec<PathBuf>>,
    shared: watch::Sender<Arc<Preview>>,
    report: impl Fn(&str),
) -> Infallible {
    loop {
        let mut paths = BTreeSet::new();
        tokio::select! {
            changed = changes.recv() => match changed {
                Some(changed) => paths.extend(changed),
                None => return pending().await,
            },
            () = tokio::time::sleep(until_next_change(&workshop)) => {}
        }
        while let Ok(Some(changed)) = tokio::time::timeout(QUIET, changes.recv()).await {
            paths.extend(changed);
        }
        match watch.look() {
            Ok(come) => paths.extend(come),
            Err(error) => report(&error.to_string()),
        }
        let updated = tokio::task::spawn_blocking(move || {
            let planned =
                workshop.update(&paths).and_then(|change| workshop.preview(Timestamp::now(), publish, change));
            (workshop, planned)
        });
        let Ok((returned, planned)) = updated.await else { return pending().await };
        workshop = returned;
        let before = Arc::clone(&shared.borrow());
        let version = before.version + 1;
        let preview = match planned {
            Ok(planned) => Preview { version, shown: Shown::new(planned, &workshop), mistakes: String::new() },
            Err(error) => {
                let mistakes = error.to_string();
                report(&mistakes);
                Preview { version, shown: Arc::clone(&before.shown), mistakes }
            }
        };
        shared.send_replace(Arc::new(preview));
    }
}

fn until_next_change(workshop: &Workshop) -> Duration {
    let wait = workshop.holds_until().map(|next| next.duration_since(Timestamp::now()));
    let wait = wait.map(|wait| Duration::try_from(wait).unwrap_or_default());
    wait.unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP)
}

#[derive(Clone)]
struct App {
    shared: Shared,
    stop: CancellationToken,
    /// Whether only this machine is served: then only by its own names, so that no page of another site, under a name that it
    /// lets point here, reads drafts.
    is_local: bool,
}

impl App {
    fn is_meant(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let name = if host.starts_with('[') { host } else { host.split(':').next().unwrap_or_default() };
        !self.is_local || name == "localhost" || name.starts_with("127.") || name.starts_with("[::1]")
    }
}

#[derive(serde::Deserialize)]
struct Seen {
    version: u64,
}

fn router(shared: Shared, stop: CancellationToken, is_local: bool) -> Router {
    Router::new()
        .route("/_reload.js", get(async || answer(StatusCode::OK, "text/javascript; charset=utf-8", RELOAD)))
        .route("/_newer", get(newer))
        .fallback(file)
        .with_state(App { shared, stop, is_local })
}

/// Answers as soon as there is a newer site than the page has seen.
async fn newer(State(app): State<App>, Query(seen): Query<Seen>) -> Response<Body> {
    let mut shared = app.shared;
    let is_newer = tokio::select! {
        found = shared.wait_for(|preview| preview.version > seen.version) => found.is_ok(),
        () = tokio::time::sleep(LONGEST_WAIT) => false,
        () = app.stop.cancelled() => false,
    };
    answer(StatusCode::OK, "text/plain; charset=utf-8", if is_newer { "yes" } else { "no" })
}

async fn file(State(app): State<App>, method: Method, headers: HeaderMap, uri: Uri) -> Response<Body> {
    if !app.is_meant(&headers) {
        let text = "this preview is for this machine alone: ask for it by 127.0.0.1 or localhost, or choose another --listen\n";
        return answer(StatusCode::MISDIRECTED_REQUEST, "text/plain; charset=utf-8", text);
    }
    if method != Method::GET && method != Method::HEAD {
        return answer(StatusCode::METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", "only GET and HEAD\n");
    }
    let preview = Arc::clone(&app.shared.borrow());
    let path = percent_decode_str(uri.path()).decode_utf8_lossy().trim_start_matches('/').to_owned();
    // Making a page takes about a millisecond, reading a large file longer.
    let made = tokio::task::spawn_blocking(move || respond(&preview, &path)).await;
    made.unwrap_or_else(|_| answer(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", "failed\n"))
}

fn respond(preview: &Preview, path: &str) -> Response<Body> {
    let Shown { site, outputs, theme, language, .. } = &*preview.shown;
    if !path.is_empty() && !path.ends_with('/') && outputs.get(&format!("{path}/index.html")).is_some() {
        let mut response = answer(StatusCode::MOVED_PERMANENTLY, "text/plain; charset=utf-8", "");
        if let Ok(location) = HeaderValue::from_str(&format!("/{path}/")) {
            response.headers_mut().insert(LOCATION, location);
        }
        return response;
    }
    let file = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    if let Some(octets) = file.contains("/index/").then(|| preview.shown.found(&file)).flatten() {
        return answer(StatusCode::OK, media_type(&file), octets);
    }
    let (status, output, file) = match outputs.get(&file) {
        Some(output) => (StatusCode::OK, output, file.as_str()),
        None => (StatusCode::NOT_FOUND, &Output::NotFound(site.language_at(path)), "404.html"),
    };
    match Renderer::new(site, theme).render(output) {
        Ok(octets) if file.ends_with(".html") => {
            let text = with_preview(&String::from_utf8_lossy(&octets), &preview.mistakes, preview.version);
            answer(status, media_type(file), text)
        }
        Ok(octets) => answer(status, media_type(file), octets.into_owned()),
        Err(error) => {
            let text = "<!doctype html><html><title>500</title><body class=\"preview\"><h1>500</h1></body></html>";
            let mistakes = BuildError::of(error, *language).to_string();
            let text = with_preview(text, &mistakes, preview.version);
            answer(StatusCode::INTERNAL_SERVER_ERROR, "text/html; charset=utf-8", text)
        }
    }
}

/// A page with what only the preview adds: what there is to mend, and the script that waits for a newer site.
fn with_preview(html: &str, mistakes: &str, version: u64) -> String {
    let escaped = mistakes.replace('&', "&amp;").replace('<', "&lt;");
    let mistakes = match escaped.as_str() {
        "" => String::new(),
        text => format!("<pre role=\"alert\" class=\"preview-mistakes\">{text}</pre>"),
    };
    let script = format!("<script src=\"/_reload.js?version={version}\" defer></script></body>");
    let body = html.find("<body").and_then(|start| html[start..].find('>').map(|end| start + end + 1)).unwrap_or(0);
    let (head, rest) = html.split_at(body);
    format!("{head}{mistakes}{}", rest.replacen("</body>", &script, 1))
}

fn answer(status: StatusCode, media_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_stand_above_the_page_and_are_escaped() {
        let shown = with_preview("<html><body class=\"x\"><p>A</p></body></html>", "a.md:1:1: <script>", 3);
        assert_eq!(
            shown,
            "<html><body class=\"x\"><pre role=\"alert\" class=\"preview-mistakes\">a.md:1:1: &lt;script></pre><p>A</p>\
             <script src=\"/_reload.js?version=3\" defer></script></body></html>"
        );
    }
}
