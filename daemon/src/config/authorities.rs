//! Certificate authorities: who may vouch for the servers that are asked.

use std::cell::OnceCell;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use messages::Message;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Those whose signature makes a certificate trusted: the system's, and those that the administrator adds for a check.
#[derive(Clone)]
pub struct Authorities {
    roots: Arc<RootCertStore>,
    /// The added certificates, as they are. A device's own self-signed certificate may be among them: then the device is
    /// trusted when it shows exactly that one.
    added: Arc<[CertificateDer<'static>]>,
}

/// The system's authorities, read when the first check needs them.
#[derive(Clone, Default)]
pub(super) struct SystemAuthorities(OnceCell<Authorities>);

/// More than this is no file of a few certificates.
const MAX_BYTES: u64 = 1024 * 1024;

impl Authorities {
    /// The system's and those of `added`.
    #[must_use]
    fn with(&self, added: Vec<CertificateDer<'static>>) -> Self {
        let mut roots = RootCertStore::clone(&self.roots);
        // What is no authority for others is still trusted as itself, see `added`.
        roots.add_parsable_certificates(added.iter().cloned());
        Self { roots: Arc::new(roots), added: added.into() }
    }

    /// Only these.
    #[cfg(test)]
    pub(crate) fn only(added: Vec<CertificateDer<'static>>) -> Self {
        Self { roots: Arc::new(RootCertStore::empty()), added: [].into() }.with(added)
    }

    /// What a chain may end in.
    #[must_use]
    pub fn roots(&self) -> &Arc<RootCertStore> {
        &self.roots
    }

    /// Whether exactly this certificate was added by the administrator.
    #[must_use]
    pub fn names_itself(&self, certificate: &CertificateDer<'_>) -> bool {
        self.added.iter().any(|added| added == certificate)
    }
}

/// Two are the same when they trust the same.
impl PartialEq for Authorities {
    fn eq(&self, other: &Self) -> bool {
        self.added == other.added && self.roots.roots == other.roots.roots
    }
}

/// A few hundred certificates would say nothing.
impl std::fmt::Debug for Authorities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authorities({} and {} added)", self.roots.len(), self.added.len())
    }
}

impl SystemAuthorities {
    fn get(&self) -> &Authorities {
        self.0.get_or_init(|| {
            // A machine without authorities still watches: its certificates are judged untrusted, which says what is missing.
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            Authorities { roots: Arc::new(roots), added: [].into() }
        })
    }

    /// The system's and, if a file is named, those of that file of PEM certificates (RFC 7468).
    pub(super) fn and(&self, file: Option<&Path>) -> Result<Authorities, Message> {
        match file {
            None => Ok(self.get().clone()),
            Some(path) => Ok(self.get().with(read(path)?)),
        }
    }
}

pub(super) fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, Message> {
    let unreadable = |error: String| {
        Message::new("config-authority-unreadable").with("path", path.display().to_string()).with("error", error)
    };
    let mut octets = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    file.take(MAX_BYTES).read_to_end(&mut octets).map_err(|error| unreadable(error.to_string()))?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&octets)
        .collect::<Result<_, _>>()
        .map_err(|error| unreadable(error.to_string()))?;
    if certificates.is_empty() {
        return Err(Message::new("config-authority-empty").with("path", path.display().to_string()));
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("authority.pem");
        assert_eq!(read(&path).unwrap_err().key(), "config-authority-unreadable");
        std::fs::write(&path, "nothing").unwrap();
        assert_eq!(read(&path).unwrap_err().key(), "config-authority-empty");
        let certificate = rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap();
        std::fs::write(&path, certificate.cert.pem()).unwrap();
        assert_eq!(read(&path).unwrap(), [certificate.cert.der().clone()]);
    }
}
