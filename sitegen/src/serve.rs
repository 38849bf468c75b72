//! A preview that follows the editor: serves the built site, builds it again when a file is saved, and tells open pages.
//!
//! When the content has mistakes, the last good site stays, and every page says above its own text what there is to mend.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Method, Response, StatusCode, Uri};
use axum::routing::get;
use jiff::Timestamp;
use notify::{Event, EventKind, RecursiveMode, Watcher};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::build::{BuildError, Files, Order, build};
use crate::release::{ReleaseError, release};

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The first build failed; later ones do not end the preview.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The site cannot be written.
    #[error(transparent)]
    Release(#[from] ReleaseError),
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

/// What is served. A new one for every build.
#[derive(Debug, Default)]
struct Preview {
    /// Counts builds, so that a page knows whether it is old.
    version: u64,
    files: Arc<Files>,
    /// What is wrong with the newest content; empty when nothing is.
    mistakes: String,
}

type Shared = watch::Receiver<Arc<Preview>>;

/// An editor's program saves in several steps; the build begins when it has been quiet for so long.
const QUIET: Duration = Duration::from_millis(40);

/// A page that waits for a change asks anew after so long, before anything on the way gives up.
const LONGEST_WAIT: Duration = Duration::from_secs(25);

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

const RELOAD: &str = include_str!("../theme/reload.js");

/// Serves the site on `address` and keeps `output` as it is served, until SIGTERM or SIGINT. `report` is told what editors
/// should read.
///
/// # Errors
/// Why it could not start.
pub async fn serve(
    order: &Order,
    output: &Path,
    address: SocketAddr,
    report: impl Fn(&str) + Send + Sync + 'static,
) -> Result<(), ServeError> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let listener = TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })?;
    let address = listener.local_addr()?;
    // Watching begins before the first build: what is saved meanwhile is not overlooked.
    let (changed, changes) = mpsc::unbounded_channel();
    let _watcher = watch_folder(&order.site, changed)?;
    let files = build(order, Timestamp::now())?;
    release(&files, output)?;
    let preview = Preview { version: 1, files: Arc::new(files), mistakes: String::new() };
    let (publish, shared) = watch::channel(Arc::new(preview));
    report(&format!("http://{address}/"));

    let stop = CancellationToken::new();
    let serving =
        axum::serve(listener, router(shared, stop.clone())).with_graceful_shutdown(stop.clone().cancelled_owned());
    tokio::select! {
        served = serving.into_future() => served?,
        never = follow(order.clone(), output.to_owned(), changes, publish, report) => match never {},
        _ = terminate.recv() => stop.cancel(),
        _ = interrupt.recv() => stop.cancel(),
    }
    Ok(())
}

fn watch_folder(folder: &Path, changed: mpsc::UnboundedSender<()>) -> Result<impl Watcher + use<>, ServeError> {
    let failed = |source| ServeError::Watch { path: folder.to_owned(), source };
    let tell = move |event: notify::Result<Event>| {
        // Reading, as the build does, is no change. A watch that lost events says so by an error: build to be sure.
        if !matches!(event, Ok(Event { kind: EventKind::Access(_), .. })) {
            // The receiver is gone only when the preview is.
            let _ = changed.send(());
        }
    };
    let mut watcher = notify::recommended_watcher(tell).map_err(failed)?;
    watcher.watch(folder, RecursiveMode::Recursive).map_err(failed)?;
    Ok(watcher)
}

/// Builds again after every change.
async fn follow(
    order: Order,
    output: PathBuf,
    mut changes: mpsc::UnboundedReceiver<()>,
    publish: watch::Sender<Arc<Preview>>,
    report: impl Fn(&str),
) -> Infallible {
    loop {
        if changes.recv().await.is_none() {
            return pending().await;
        }
        while let Ok(Some(())) = tokio::time::timeout(QUIET, changes.recv()).await {}
        let (order, output) = (order.clone(), output.clone());
        let built = tokio::task::spawn_blocking(move || rebuild(&order, &output)).await;
        let before = Arc::clone(&publish.borrow());
        let version = before.version + 1;
        let preview =
            match built.map_err(|error| error.to_string()).and_then(|built| built.map_err(|error| error.to_string())) {
                Ok(files) => Preview { version, files: Arc::new(files), mistakes: String::new() },
                Err(mistakes) => {
                    report(&mistakes);
                    Preview { version, files: Arc::clone(&before.files), mistakes }
                }
            };
        publish.send_replace(Arc::new(preview));
    }
}

fn rebuild(order: &Order, output: &Path) -> Result<Files, ServeError> {
    let files = build(order, Timestamp::now())?;
    release(&files, output)?;
    Ok(files)
}

#[derive(Clone)]
struct App {
    shared: Shared,
    stop: CancellationToken,
}

#[derive(serde::Deserialize)]
struct Seen {
    version: u64,
}

fn router(shared: Shared, stop: CancellationToken) -> Router {
    Router::new()
        .route("/_reload.js", get(async || answer(StatusCode::OK, "text/javascript; charset=utf-8", RELOAD)))
        .route("/_newer", get(newer))
        .fallback(file)
        .with_state(App { shared, stop })
}

/// Answers as soon as there is a newer build than the page has seen.
async fn newer(State(app): State<App>, Query(seen): Query<Seen>) -> Response<Body> {
    let mut shared = app.shared;
    let is_newer = tokio::select! {
        found = shared.wait_for(|preview| preview.version > seen.version) => found.is_ok(),
        () = tokio::time::sleep(LONGEST_WAIT) => false,
        () = app.stop.cancelled() => false,
    };
    answer(StatusCode::OK, "text/plain; charset=utf-8", if is_newer { "yes" } else { "no" })
}

async fn file(State(app): State<App>, method: Method, uri: Uri) -> Response<Body> {
    if method != Method::GET && method != Method::HEAD {
        return answer(StatusCode::METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", "only GET and HEAD\n");
    }
    let preview = Arc::clone(&app.shared.borrow());
    let path = uri.path().trim_start_matches('/');
    if !path.is_empty() && !path.ends_with('/') && preview.files.0.contains_key(&format!("{path}/index.html")) {
        let mut response = answer(StatusCode::MOVED_PERMANENTLY, "text/plain; charset=utf-8", "");
        if let Ok(location) = HeaderValue::from_str(&format!("/{path}/")) {
            response.headers_mut().insert(LOCATION, location);
        }
        return response;
    }
    let file = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    match preview.files.0.get(&file) {
        Some(octets) if file.ends_with(".html") => {
            let text = with_preview(&String::from_utf8_lossy(octets), &preview);
            answer(StatusCode::OK, media_type(&file), text)
        }
        Some(octets) => answer(StatusCode::OK, media_type(&file), octets.clone()),
        None => {
            let nothing = with_preview(
                "<!doctype html><title>404</title><h1>404</h1><p><a href=\"/\">/</a></p></body>",
                &preview,
            );
            answer(StatusCode::NOT_FOUND, "text/html; charset=utf-8", nothing)
        }
    }
}

/// A page with what only the preview adds: what there is to mend, and the script that waits for a newer build.
fn with_preview(html: &str, preview: &Preview) -> String {
    let escaped = preview.mistakes.replace('&', "&amp;").replace('<', "&lt;");
    let mistakes = match escaped.as_str() {
        "" => String::new(),
        text => format!("<pre role=\"alert\" class=\"preview-mistakes\">{text}</pre>"),
    };
    let script = format!("<script src=\"/_reload.js?version={}\" defer></script></body>", preview.version);
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

/// By the file's extension; what is not listed is only ever saved by a browser, never run.
fn media_type(file: &str) -> &'static str {
    match file.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("xml") => "application/xml; charset=utf-8",
        Some("txt") => "text/plain; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("pdf") => "application/pdf",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_stand_above_the_page_and_are_escaped() {
        let preview = Preview { version: 3, files: Arc::default(), mistakes: "a.md:1:1: <script>".to_owned() };
        let shown = with_preview("<html><body class=\"x\"><p>A</p></body></html>", &preview);
        assert_eq!(
            shown,
            "<html><body class=\"x\"><pre role=\"alert\" class=\"preview-mistakes\">a.md:1:1: &lt;script></pre><p>A</p>\
             <script src=\"/_reload.js?version=3\" defer></script></body></html>"
        );
    }
}
