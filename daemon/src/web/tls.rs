//! Connections to the status pages, with or without TLS.
//!
//! One task a connection, at most [`MOST`] of them: who connects and says nothing is sent away, so that nobody can keep the
//! others out by sitting there. Which certificate is shown is asked anew for each, so that a new one is used at once.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::client::Peer;
use super::{PATIENCE, Pages, router};

/// How many may be connected. A page that is open keeps a connection.
const MOST: usize = 512;

/// How long a client may take to agree on TLS.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How long a client may take to say what it wants, the time between two requests included: pages read themselves again
/// every ten seconds.
const SILENCE: Duration = Duration::from_secs(20);

/// After an error that is ours, such as no more files, it is tried again after so long.
const PAUSE: Duration = Duration::from_secs(1);

/// Answers until `stop`, and then those who are waiting already, for at most a second.
///
/// # Errors
/// None so far: a listener that does not accept is asked again.
pub async fn serve(listener: TcpListener, pages: Pages, stop: CancellationToken) -> io::Result<()> {
    let router = router(pages.clone());
    let places = Arc::new(Semaphore::new(MOST));
    let mut connections = JoinSet::new();
    let accepting = async {
        loop {
            // Never closed, so that there is always a place some time.
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let (stream, peer) = accept(&listener).await;
            while connections.try_join_next().is_some() {}
            let (router, pages, stop) = (router.clone(), pages.clone(), stop.clone());
            connections.spawn(async move {
                let _place = place;
                converse(stream, peer, &pages, router, stop).await;
            });
        }
    };
    tokio::select! {
        () = accepting => {}
        () = stop.cancelled() => {}
    }
    drop(listener);
    // A connection on which nothing was ever asked is not idle to the server, and would be waited for.
    let _ = timeout(PATIENCE, async { while connections.join_next().await.is_some() {} }).await;
    Ok(())
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_one(&error) => debug!("a connection ended before it began: {error}"),
            Err(error) => {
                warn!("the status pages take no connection at the moment: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn is_of_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

async fn converse(stream: TcpStream, peer: SocketAddr, pages: &Pages, router: Router, stop: CancellationToken) {
    let Some(config) = pages.0.door.tls() else { return answer(stream, peer, router, stop).await };
    let agreed = tokio::select! {
        agreed = timeout(HANDSHAKE, TlsAcceptor::from(config).accept(stream)) => agreed,
        () = stop.cancelled() => return,
    };
    match agreed {
        Ok(Ok(stream)) => answer(stream, peer, router, stop).await,
        Ok(Err(error)) => debug!("no TLS with {peer}: {error}"),
        Err(_) => debug!("no TLS with {peer} in time"),
    }
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    stop: CancellationToken,
) {
    let service = TowerToHyperService::new(router);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer.ip()));
        service.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(SILENCE);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!("the connection of {peer} ended badly: {error}");
    }
}
