//! One request to a web server (RFC 9110) by HTTP/1.1 (RFC 9112), on a connection of its own: nothing is left open between two.
//!
//! Shared by the probe of web pages and by the channels that post what they have to tell.

use std::net::SocketAddr;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{ACCEPT, CONNECTION, HOST, HeaderMap, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode, Version};
use hyper_util::rt::TokioIo;

use super::connection::Octets;
use super::{Failure, one_line};
use crate::config::Url;

/// As much of the header fields is read.
pub(crate) const LONGEST_HEAD: usize = 64 * 1024;

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// Of the protocol.
    pub(crate) version: Version,
    /// The status code.
    pub(crate) status: StatusCode,
    /// The header fields.
    pub(crate) headers: HeaderMap,
    /// The content, or its beginning.
    pub(crate) body: Vec<u8>,
}

impl Page {
    /// As the server wrote it: `HTTP/1.1 200 OK`.
    pub(crate) fn status_line(&self) -> String {
        format!("{:?} {}", self.version, self.status)
    }
}

/// Where the system's resolver says that a host is.
pub(crate) async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Failure> {
    let unresolved = |detail: &str| Failure::Unresolved { name: host.to_owned(), detail: detail.to_owned() };
    let found = tokio::net::lookup_host((host, port)).await;
    let found: Vec<_> = found.map_err(|error| unresolved(&one_line(error.to_string().as_bytes())))?.collect();
    if found.is_empty() { Err(unresolved("no address")) } else { Ok(found) }
}

/// A request for `target`, a path with its query, to the server of `url`.
pub(crate) fn request(method: Method, url: &Url, target: &str) -> hyper::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(target)
        .header(HOST, url.authority())
        .header(USER_AGENT, concat!("rotused/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "*/*")
        .header(CONNECTION, "close")
}

/// Sends a request and reads the answer, of its content no more than `longest_body`; `head_came` is called in between.
pub(crate) async fn exchange<B>(
    stream: Box<dyn Octets>,
    request: Request<B>,
    longest_body: usize,
    head_came: impl FnOnce(),
) -> Result<Page, Failure>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(LONGEST_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| fault(&error))?;
    let exchange = async {
        let response = sender.send_request(request).await.map_err(|error| fault(&error))?;
        head_came();
        read(response, longest_body).await
    };
    // The connection works only while it is polled. When it ends, the exchange has been told all that there is to tell.
    let drive = async {
        let _ = connection.await;
        std::future::pending().await
    };
    tokio::select! {
        page = exchange => page,
        page = drive => page,
    }
}

async fn read(response: Response<Incoming>, longest_body: usize) -> Result<Page, Failure> {
    let (head, mut incoming) = response.into_parts();
    let mut body = Vec::new();
    while body.len() < longest_body {
        let Some(frame) = incoming.frame().await else { break };
        if let Ok(data) = frame.map_err(|error| fault(&error))?.into_data() {
            body.extend_from_slice(&data);
        }
    }
    body.truncate(longest_body);
    Ok(Page { version: head.version, status: head.status, headers: head.headers, body })
}

fn fault(error: &hyper::Error) -> Failure {
    Failure::Protocol { detail: one_line(error.to_string().as_bytes()) }
}
