//! Certificates as servers have them, and as they should not.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::TempDir;

/// The name that the certificates of [`Authority`] are for, unless another is wanted.
pub const NAME: &str = "pastas.azuolynas.example";

/// An authority, and a folder of what it has certified.
#[derive(Debug)]
pub struct Authority {
    folder: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// When a certificate is valid, in days from now.
#[derive(Debug, Clone, Copy)]
pub struct Validity {
    /// From; negative: in the past.
    pub from: i32,
    /// Until.
    pub until: i32,
}

impl Validity {
    /// Since yesterday and for most of a year.
    pub const LONG: Self = Self { from: -1, until: 300 };
}

fn in_days(days: i32) -> SystemTime {
    // An hour more, so that "10 days left" is true for a while.
    let away = Duration::from_hours(24 * u64::from(days.unsigned_abs()));
    let now = SystemTime::now() + Duration::from_hours(1);
    if days < 0 { now - away } else { now + away }
}

fn params(names: &[&str], validity: Validity) -> CertificateParams {
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    (params.not_before, params.not_after) = (in_days(validity.from).into(), in_days(validity.until).into());
    params.distinguished_name.push(DnType::CommonName, *names.first().unwrap_or(&"Ąžuolyno CA"));
    params
}

impl Authority {
    /// One whose certificate is in [`Authority::path`] `authority.pem`.
    #[must_use]
    pub fn new() -> Self {
        let mut own = params(&[], Validity { from: -100, until: 3000 });
        own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(own, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("authority.pem"), issuer.pem()).unwrap();
        Self { folder, issuer }
    }

    /// A file of the folder.
    #[must_use]
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Writes `file.pem` and `file.key`: certified by this authority.
    pub fn certify(&self, file: &str, names: &[&str], validity: Validity) {
        let key = KeyPair::generate().unwrap();
        self.write(file, &params(names, validity).signed_by(&key, &self.issuer).unwrap(), &key);
    }

    /// Writes `file.pem` and `file.key`: certified by nobody.
    pub fn self_sign(&self, file: &str, names: &[&str], validity: Validity) {
        let key = KeyPair::generate().unwrap();
        self.write(file, &params(names, validity).self_signed(&key).unwrap(), &key);
    }

    /// Writes `file.pem` and `file.key` with an RSA key of 1,024 bits.
    pub fn weak(&self, file: &str) {
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:1024", "-nodes", "-sha256", "-days", "300", "-subj", "/CN=silpnas"])
            .args(["-addext", &format!("subjectAltName=DNS:{NAME}"), "-out"])
            .arg(self.path(&format!("{file}.pem")))
            .arg("-keyout")
            .arg(self.path(&format!("{file}.key")))
            .stdin(Stdio::null())
            .output()
            .expect("openssl starts; tests/install-packages installs it");
        assert!(made.status.success(), "{made:?}");
    }

    fn write(&self, file: &str, certificate: &Certificate, key: &KeyPair) {
        fs::write(self.path(&format!("{file}.pem")), certificate.pem()).unwrap();
        fs::write(self.path(&format!("{file}.key")), key.serialize_pem()).unwrap();
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}
