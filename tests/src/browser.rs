//! As much of a browser as logging in takes.

use std::cell::RefCell;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::{Response, SOON};

/// Asks one server, by HTTPS or HTTP, and keeps its cookie.
pub struct Browser {
    address: SocketAddr,
    /// As what it is asked for.
    host: String,
    tls: Option<Arc<ClientConfig>>,
    cookie: RefCell<Option<String>>,
}

impl Browser {
    /// One that asks by HTTP.
    #[must_use]
    pub fn plain(address: SocketAddr) -> Self {
        Self { address, host: address.to_string(), tls: None, cookie: RefCell::default() }
    }

    /// One that asks for `host` by HTTPS and trusts the authority in a file.
    #[must_use]
    pub fn secure(address: SocketAddr, host: &str, authority: &Path) -> Self {
        let mut roots = RootCertStore::empty();
        let pem = fs::read(authority).unwrap();
        roots.add(CertificateDer::from_pem_slice(&pem).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { address, host: host.to_owned(), tls: Some(Arc::new(config)), cookie: RefCell::default() }
    }

    /// Asks for a page.
    #[must_use]
    pub fn get(&self, path: &str) -> Response {
        self.get_with(path, "")
    }

    /// The same with header fields, each with its line end.
    #[must_use]
    pub fn get_with(&self, path: &str, fields: &str) -> Response {
        self.ask(&format!("GET {path} HTTP/1.1\r\n{fields}"), "")
    }

    /// Sends a form.
    #[must_use]
    pub fn post(&self, path: &str, fields: &str, form: &str) -> Response {
        let kind = "Content-Type: application/x-www-form-urlencoded";
        self.ask(&format!("POST {path} HTTP/1.1\r\n{fields}{kind}\r\nContent-Length: {}\r\n", form.len()), form)
    }

    /// Sends the form of the login page.
    #[must_use]
    pub fn log_in(&self, name: &str, password: &str) -> Response {
        self.post("/login", "Sec-Fetch-Site: same-origin\r\n", &format!("name={name}&password={password}"))
    }

    fn ask(&self, head: &str, body: &str) -> Response {
        let cookie = self.cookie.borrow().as_ref().map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
        let request = format!("{head}Host: {}\r\n{cookie}Connection: close\r\n\r\n{body}", self.host);
        let answer = Response::read(&self.exchange(&request).unwrap()).unwrap();
        if let Some(set) = answer.field("set-cookie") {
            let (pair, attributes) = set.split_once(';').unwrap();
            *self.cookie.borrow_mut() = (!attributes.contains("Max-Age=0")).then(|| pair.to_owned());
        }
        answer
    }

    fn exchange(&self, request: &str) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect_timeout(&self.address, SOON)?;
        stream.set_read_timeout(Some(SOON))?;
        let mut answer = Vec::new();
        match &self.tls {
            None => {
                stream.write_all(request.as_bytes())?;
                stream.read_to_end(&mut answer)?;
            }
            Some(_) => {
                let mut stream = StreamOwned::new(self.handshake()?, stream);
                stream.write_all(request.as_bytes())?;
                stream.read_to_end(&mut answer)?;
            }
        }
        Ok(answer)
    }

    fn handshake(&self) -> io::Result<ClientConnection> {
        let config = Arc::clone(self.tls.as_ref().unwrap());
        let name = ServerName::try_from(self.host.clone()).unwrap();
        ClientConnection::new(config, name).map_err(io::Error::other)
    }

    /// The certificate that the server shows now.
    #[must_use]
    pub fn certificate(&self) -> Vec<u8> {
        let stream = TcpStream::connect_timeout(&self.address, SOON).unwrap();
        let mut stream = StreamOwned::new(self.handshake().unwrap(), stream);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).unwrap();
        }
        stream.conn.peer_certificates().unwrap()[0].to_vec()
    }
}
