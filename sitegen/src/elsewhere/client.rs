//! One request (RFC 9110) by HTTP/1.1 (RFC 9112), on a connection of its own. Of the answer only the head is read: the content is
//! left to the server, however long it is.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Empty;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, ACCEPT_LANGUAGE, CONNECTION, HOST, HeaderName, LOCATION, RETRY_AFTER, USER_AGENT};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::address::{Address, is_public};
use super::crowd::Manners;
use super::fault::{Fault, one_line};
use super::pursuit::{Head, Method};

/// As much of the header fields is read.
const LONGEST_HEAD: usize = 64 * 1024;

/// Who asks.
pub(super) struct Client {
    connector: TlsConnector,
    user_agent: String,
    patience: Duration,
    allow_private: bool,
}

impl Client {
    /// One that tells servers that it asks for the site at `base_url`.
    ///
    /// # Errors
    /// TLS cannot be had, in words.
    pub(super) fn new(base_url: &str, manners: &Manners) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        // A machine without authorities finds every certificate unknown, which says what is missing.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let configuration = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            connector: TlsConnector::from(Arc::new(configuration)),
            // The form in which search engines say who they are: many servers bar what has another.
            user_agent: format!("Mozilla/5.0 (compatible; sitegen/{}; +{base_url}/)", env!("CARGO_PKG_VERSION")),
            patience: manners.timeout,
            allow_private: manners.allow_private,
        })
    }

    /// Asks once.
    ///
    /// # Errors
    /// Why there is no answer.
    pub(super) async fn ask(&self, address: &Address, method: Method) -> Result<Head, Fault> {
        let seconds = self.patience.as_secs();
        let connecting = timeout(self.patience, self.connect(address)).await;
        let stream = connecting.map_err(|_| Fault::SilentHost { seconds })??;
        let exchange = async {
            if !address.is_https() {
                return self.exchange(stream, address, method).await;
            }
            let name = ServerName::try_from(address.host().to_owned()).map_err(|_| Fault::Malformed)?;
            let stream = self.connector.connect(name, stream).await.map_err(|error| of_tls(&error))?;
            self.exchange(stream, address, method).await
        };
        timeout(self.patience, exchange).await.map_err(|_| Fault::SilentServer { seconds })?
    }

    /// Connects to what the name is now, and to nothing else: it is not looked up twice.
    async fn connect(&self, address: &Address) -> Result<TcpStream, Fault> {
        let found = self.resolve(address).await?;
        let allowed: Vec<SocketAddr> =
            found.iter().copied().filter(|found| self.allow_private || is_public(found.ip())).collect();
        if allowed.is_empty() {
            return Err(Fault::Private { address: one_line(address.as_str()) });
        }
        TcpStream::connect(allowed.as_slice()).await.map_err(|error| match error.kind() {
            std::io::ErrorKind::ConnectionRefused => Fault::Refused,
            std::io::ErrorKind::TimedOut => Fault::SilentHost { seconds: self.patience.as_secs() },
            _ => Fault::Unreachable { detail: one_line(&error.to_string()) },
        })
    }

    async fn resolve(&self, address: &Address) -> Result<Vec<SocketAddr>, Fault> {
        if let Some(ip) = address.ip() {
            return Ok(vec![SocketAddr::new(ip, address.port())]);
        }
        let host = address.host();
        let unresolved = |detail: &str| Fault::Unresolved { host: one_line(host), detail: one_line(detail) };
        let found = lookup_host((host, address.port())).await.map_err(|error| unresolved(&error.to_string()))?;
        let found: Vec<SocketAddr> = found.collect();
        if found.is_empty() { Err(unresolved("no address")) } else { Ok(found) }
    }

    async fn exchange<S>(&self, stream: S, address: &Address, method: Method) -> Result<Head, Fault>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let method = match method {
            Method::Head => hyper::Method::HEAD,
            Method::Get => hyper::Method::GET,
        };
        let request = Request::builder()
            .method(method)
            .uri(address.target())
            .header(HOST, address.authority())
            .header(USER_AGENT, &self.user_agent)
            .header(ACCEPT, "text/html,*/*;q=0.8")
            .header(ACCEPT_LANGUAGE, "lt,en;q=0.5")
            .header(CONNECTION, "close")
            .body(Empty::<Bytes>::new())
            .map_err(|_| Fault::Malformed)?;
        let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
            .max_buf_size(LONGEST_HEAD)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| of_protocol(&error))?;
        let exchange = async { sender.send_request(request).await.map_err(|error| of_protocol(&error)) };
        // The connection works only while it is polled. When it ends, the exchange has been told all that there is to tell.
        let drive = async {
            let _ = connection.await;
            std::future::pending().await
        };
        let response = tokio::select! {
            response = exchange => response?,
            response = drive => response,
        };
        let field = |name: HeaderName| {
            let value = response.headers().get(name)?;
            // Servers write letters where octets of UTF-8 should be percent-encoded, and browsers follow.
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let (location, retry_after) = (field(LOCATION), field(RETRY_AFTER));
        Ok(Head { status: response.status().as_u16(), location, retry_after })
    }
}

fn of_protocol(error: &hyper::Error) -> Fault {
    Fault::Protocol { detail: one_line(&error.to_string()) }
}

fn of_tls(error: &std::io::Error) -> Fault {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(error)) => Fault::Certificate { certificate: error.clone().into() },
        _ => Fault::Tls { detail: one_line(&error.to_string()) },
    }
}
