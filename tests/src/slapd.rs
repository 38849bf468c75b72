//! A real directory server.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::{Authority, eventually, free_port};

/// OpenLDAP's server without any entries.
#[derive(Debug)]
pub struct Slapd {
    _folder: TempDir,
    /// Where it listens, in plain text on 127.0.0.1.
    pub port: u16,
    child: Child,
}

impl Slapd {
    /// Starts one with the certificate `file` of an authority and waits until it listens.
    #[must_use]
    pub fn start(authority: &Authority, file: &str) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let configuration = format!(
            "pidfile {}/pid\nTLSCertificateFile {}\nTLSCertificateKeyFile {}\n",
            folder.path().display(),
            authority.path(&format!("{file}.pem")).display(),
            authority.path(&format!("{file}.key")).display(),
        );
        let path = folder.path().join("slapd.conf");
        fs::write(&path, configuration).unwrap();
        let program = if Path::new("/usr/sbin/slapd").exists() { "/usr/sbin/slapd" } else { "slapd" };
        // With a debug level, even none, it stays in the foreground.
        let child = Command::new(program)
            .args(["-d", "0", "-h", &format!("ldap://127.0.0.1:{port}"), "-f"])
            .arg(path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("slapd starts; tests/install-packages installs it");
        eventually("slapd", || TcpStream::connect(("127.0.0.1", port)).ok());
        Self { _folder: folder, port, child }
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        // Of a process that has ended already there is nothing left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
