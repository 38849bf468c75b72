//! `[web]`: who may see the status pages, and how they are reached.

use std::fmt;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use messages::Message;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use strict_toml::{Document, FromText, Place, Problem, Problems, Table, not_a};

use super::secret::{Secret, owners_file, secret};
use super::{Invalid, Location, MISSING, Reading, authorities};
use crate::users::{Users, UsersFile};

/// Who may see the status pages, and how they are reached.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Web {
    /// Who may log in; none: whoever reaches the pages sees them.
    pub users: Option<Arc<Users>>,
    /// With what the pages are served by HTTPS; none: by HTTP.
    pub certificate: Option<ServerCertificate>,
    /// Reverse proxies, which are believed for whom they ask.
    pub proxies: Vec<IpAddr>,
    /// Names by which the pages are asked for, beside addresses and `localhost`.
    pub hosts: Vec<HostName>,
    /// The folder that a web server serves as the municipality's website, whose release the first page tells.
    pub website: Option<PathBuf>,
}

/// A certificate with its key, and what TLS makes of them.
#[derive(Clone)]
pub struct ServerCertificate {
    chain: Vec<CertificateDer<'static>>,
    key: Secret,
    server: Arc<ServerConfig>,
}

/// The name of a machine as it stands in `Host` (RFC 9110, 7.2), in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(String);

impl Web {
    /// What holds without a table `[web]`.
    pub(super) fn unread() -> Written {
        Written { web: Self::default(), users: false, way: false }
    }

    /// Whether the pages may be served there: on this machine to anybody, elsewhere only to users, and only so that nobody
    /// on the way can read their passwords.
    #[must_use]
    pub fn may_be_served_on(&self, listen: SocketAddr) -> bool {
        listen.ip().is_loopback() || self.users.is_some() && (self.certificate.is_some() || !self.proxies.is_empty())
    }

    /// Whether browsers reach the pages by HTTPS: ours, or that of a proxy.
    #[must_use]
    pub fn is_reached_by_https(&self) -> bool {
        self.certificate.is_some() || !self.proxies.is_empty()
    }
}

/// What was read of `[web]`, and what was meant, should there be mistakes in it.
pub(super) struct Written {
    web: Web,
    users: bool,
    way: bool,
}

impl Written {
    /// As [`Web::may_be_served_on`]; a mistake in a key that is there is not said twice.
    pub(super) fn may_be_served_on(&self, listen: SocketAddr) -> bool {
        listen.ip().is_loopback() || self.users && self.way
    }

    pub(super) fn into_web(self) -> Web {
        self.web
    }
}

impl ServerCertificate {
    /// What the pages are served with.
    #[must_use]
    pub const fn server(&self) -> &Arc<ServerConfig> {
        &self.server
    }

    fn new(chain: Vec<CertificateDer<'static>>, key: Secret) -> Result<Self, String> {
        let parsed = PrivateKeyDer::from_pem_slice(key.reveal().as_bytes()).map_err(|error| error.to_string())?;
        let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map(|builder| builder.with_no_client_auth().with_single_cert(chain.clone(), parsed));
        let mut server = server.and_then(|server| server).map_err(|error| error.to_string())?;
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { chain, key, server: Arc::new(server) })
    }
}

/// Two are the same when they show the same and prove it by the same key.
impl PartialEq for ServerCertificate {
    fn eq(&self, other: &Self) -> bool {
        (&self.chain, &self.key) == (&other.chain, &other.key)
    }
}

impl fmt::Debug for ServerCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerCertificate({} certificates)", self.chain.len())
    }
}

impl HostName {
    /// Whether this is the name that was asked for, whatever its case.
    #[must_use]
    pub fn is(&self, host: &str) -> bool {
        self.0.eq_ignore_ascii_case(host.strip_suffix('.').unwrap_or(host))
    }
}

impl FromText for HostName {
    const EXAMPLE: &'static str = "\"rotuse.azuolynas.lt\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        let is_label = |label: &str| {
            let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            !label.is_empty() && label.len() < 64 && label.bytes().all(is_letter) && !label.starts_with('-')
        };
        let is_host = text.len() < 254 && text.split('.').all(is_label);
        let wanted = || not_a("config-host", text, Self::EXAMPLE);
        is_host.then(|| Self(text.to_ascii_lowercase())).ok_or_else(wanted)
    }
}

/// Reads `[web]`.
pub(super) fn read(mut table: Table<'_>, reading: &Reading<'_>, problems: &Problems) -> Written {
    let proxies: Option<Vec<IpAddr>> = table.optional("proxy");
    let names_no_proxy = proxies.as_ref().is_some_and(Vec::is_empty);
    let (users, way) = (table.has("users"), table.has("tls") || table.has("proxy") && !names_no_proxy);
    let path: Option<PathBuf> = table.optional("users");
    let web = Web {
        users: path.and_then(|path| read_users(&table, &reading.resolve(&path), problems)),
        certificate: table.table("tls").and_then(|tls| read_certificate(tls, reading)),
        proxies: proxies.unwrap_or_default().iter().map(IpAddr::to_canonical).collect(),
        hosts: table.or("hosts", Vec::new()),
        website: table.optional::<PathBuf>("website").map(|path| reading.resolve(&path)),
    };
    Written { web, users, way }
}

fn read_users(table: &Table<'_>, path: &Path, problems: &Problems) -> Option<Arc<Users>> {
    let is_missing = match fs::metadata(path) {
        Ok(metadata) => metadata.is_file() && metadata.len() == 0,
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    let complain = |message: Message| table.report(&table.place_of("users"), message);
    if is_missing {
        complain(Message::new("config-users-missing").with("path", path.display().to_string()));
        return None;
    }
    let text = owners_file(path).map_err(complain).ok()?;
    let users = Users::read(text.reveal()).map_err(|mistakes| {
        for mistake in mistakes {
            let width = mistake.shown.chars().count().max(1);
            let place = Place { line: mistake.line, column: 1, source: mistake.shown, width };
            problems.report(Problem { path: path.to_owned(), place: Some(place), message: mistake.message });
        }
    });
    users.map(Arc::new).ok()
}

fn read_certificate(mut table: Table<'_>, reading: &Reading<'_>) -> Option<ServerCertificate> {
    let place = table.place_of("certificate");
    let path: Option<PathBuf> = table.required("certificate");
    let key = secret(&mut table, "key", reading);
    let path = reading.resolve(&path?);
    let chain = authorities::read(&path).map_err(|message| table.report(&place, message)).ok();
    let (chain, key) = chain.zip(key)?;
    let refused =
        |detail| Message::new("config-tls-certificate").with("path", path.display().to_string()).with("error", detail);
    ServerCertificate::new(chain, key).map_err(|detail| table.report(&place, refused(detail))).ok()
}

impl Location {
    /// The file of users that the main file names, for those who are about to write it. Nothing else is looked at: without
    /// users the rest may not be valid yet.
    ///
    /// # Errors
    /// The main file cannot be read, or names none.
    pub fn users_file(&self) -> Result<UsersFile, Invalid> {
        let problems = Problems::default();
        let Some(document) = Document::open(&self.main, MISSING, &problems) else {
            return Err(Invalid(problems.into_vec()));
        };
        // What is wrong with other keys is said by those who need them.
        let named = document.table(&problems).map(|mut main| {
            let users: Option<PathBuf> = main.table("web").and_then(|mut web| web.optional("users"));
            let state: Option<PathBuf> = main.optional("state_directory");
            (users, state.unwrap_or_default())
        });
        let Some((users, state)) = named else { return Err(Invalid(problems.into_vec())) };
        let reading = Reading {
            folder: self.folder(),
            state_directory: PathBuf::new(),
            credentials_directory: None,
            credentials: &[],
            system_authorities: super::SystemAuthorities::default(),
        };
        let Some(users) = users else {
            let message = Message::new("config-users-not-named");
            return Err(Invalid(vec![Problem::of_file(&self.main, message)]));
        };
        // A new file belongs to whom the daemon's state belongs to.
        Ok(UsersFile::new(reading.resolve(&users), reading.resolve(&state)))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::users::Proof;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            let folder = Self(tempfile::tempdir().unwrap());
            let made = rcgen::generate_simple_self_signed(["rotuse.azuolynas.lt".to_owned()]).unwrap();
            folder.write("cert.pem", &made.cert.pem(), 0o644);
            folder.write("key", &made.signing_key.serialize_pem(), 0o600);
            folder.write("users", &format!("ona:{}\n", Proof::of("teisingas slaptažodis").unwrap()), 0o600);
            folder
        }

        fn write(&self, name: &str, text: &str, mode: u32) {
            let path = self.0.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }

        /// What is wrong with a configuration.
        fn wrong(&self, text: &str) -> Vec<String> {
            self.write("rotused.toml", &format!("state_directory = \"state\"\n{text}"), 0o644);
            let main = self.0.path().join("rotused.toml");
            let location = Location { main, credentials_directory: None };
            let problems = location.load().map_or_else(|invalid| invalid.0, |_| Vec::new());
            problems.iter().map(|problem| problem.message.key().to_owned()).collect()
        }
    }

    const TLS: &str = "tls = { certificate = \"cert.pem\", key = { file = \"key\" } }";

    #[test]
    fn pages_leave_this_machine_only_for_users_and_only_encrypted() {
        let folder = Folder::new();
        let everywhere = |web: &str| folder.wrong(&format!("listen = \"0.0.0.0:443\"\n[web]\n{web}"));
        let refused = ["config-listen-not-loopback"];
        for web in ["", "users = \"users\"", TLS, "proxy = [\"10.0.0.5\"]", "users = \"users\"\nproxy = []"] {
            assert_eq!(everywhere(web), refused, "{web}");
        }
        assert!(everywhere(&format!("users = \"users\"\n{TLS}")).is_empty());
        assert!(everywhere("users = \"users\"\nproxy = [\"10.0.0.5\"]").is_empty());
        for web in
            ["", "[web]\nusers = \"users\"", &format!("[web]\n{TLS}"), "[web]\nhosts = [\"Rotuse.Azuolynas.LT\"]"]
        {
            assert!(folder.wrong(web).is_empty(), "{web}");
        }
    }

    #[test]
    fn every_mistake_has_its_words() {
        let folder = Folder::new();
        assert_eq!(folder.wrong("[web]\nusers = \"nera\""), ["config-users-missing"]);
        assert_eq!(folder.wrong("[web]\nhosts = [\"https://a\"]"), ["toml-not-a"]);
        folder.write("users", "ona:abc\n", 0o600);
        assert_eq!(
            folder.wrong("listen = \"[::]:80\"\n[web]\nusers = \"users\"\nproxy = [\"::1\"]"),
            ["config-user-hash"]
        );
        folder.write("users", "", 0o644);
        assert_eq!(folder.wrong("[web]\nusers = \"users\""), ["config-users-missing"]);
        folder.write("users", "ona:abc\n", 0o640);
        assert_eq!(folder.wrong("[web]\nusers = \"users\""), ["config-secret-exposed"]);
        let other = rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap();
        folder.write("key", &other.signing_key.serialize_pem(), 0o600);
        assert_eq!(folder.wrong(&format!("[web]\n{TLS}")), ["config-tls-certificate"]);
        folder.write("cert.pem", "nothing", 0o644);
        assert_eq!(folder.wrong(&format!("[web]\n{TLS}")), ["config-authority-empty"]);
    }
}
