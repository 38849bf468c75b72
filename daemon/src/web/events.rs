//! Tells pages that something has changed (server-sent events, HTML Living Standard, 9.2). What has, they ask for themselves.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::{Pages, Visit, plain};

/// No page is told more often.
const PAUSE: Duration = Duration::from_secs(2);

/// When nothing changes, something is said so often, so that a connection that is dead is noticed.
const SILENCE: Duration = Duration::from_secs(30);

/// Says something for as long as the page is open.
pub(super) async fn listen(State(Pages(inner)): State<Pages>, visit: Visit) -> Response {
    let Ok(place) = std::sync::Arc::clone(&inner.listeners).try_acquire_owned() else {
        return plain(StatusCode::SERVICE_UNAVAILABLE, &visit.language.text("web-too-many-listeners"));
    };
    let seen = inner.live.read().version;
    let told = futures_util::stream::unfold((inner, place, seen), |(inner, place, seen)| async move {
        let mut waited = Duration::ZERO;
        loop {
            tokio::time::sleep(PAUSE).await;
            waited += PAUSE;
            let version = inner.live.read().version;
            if version != seen {
                let words = Bytes::from(format!("data: {version}\n\n"));
                return Some((Ok::<_, Infallible>(words), (inner, place, version)));
            }
            if waited >= SILENCE {
                return Some((Ok(Bytes::from_static(b": still here\n\n")), (inner, place, seen)));
            }
        }
    });
    ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(told)).into_response()
}
