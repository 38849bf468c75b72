//! What the programs talk to.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::eventually;

/// A port of 127.0.0.1 that nobody uses, neither by TCP nor by UDP, and that nobody else is given meanwhile: another one each
/// time, below those that the kernel gives to whoever asks for any (`net.ipv4.ip_local_port_range`, from 32768 on).
#[must_use]
pub fn free_port() -> u16 {
    const FIRST: u32 = 15_000;
    const COUNT: u32 = 17_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Tests that run in another process begin elsewhere.
    let start = std::process::id().wrapping_mul(97);
    eventually("a free port", || {
        let number = start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        let port = u16::try_from(FIRST + number).unwrap();
        let is_free = UdpSocket::bind(("127.0.0.1", port)).is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok();
        is_free.then_some(port)
    })
}

/// net-snmp's agent on a port of its own.
#[derive(Debug)]
pub struct Snmpd {
    folder: TempDir,
    /// Where it listens, by UDP on 127.0.0.1.
    pub port: u16,
    child: Option<Child>,
}

impl Snmpd {
    /// Its community for SNMPv2c.
    pub const COMMUNITY: &str = "kaimynas";
    /// Its user for SNMPv3: SHA-256 and AES-128.
    pub const USER: &str = "rotuse";
    /// That user's authentication passphrase.
    pub const AUTHENTICATION: &str = "tapatumas-2026";
    /// That user's privacy passphrase.
    pub const PRIVACY: &str = "slaptumas-2026";

    /// Starts one and waits until it answers.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// Starts one with more lines of configuration (snmpd.conf(5)) and waits until it answers.
    #[must_use]
    pub fn start_with(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let configuration = format!(
            "rocommunity {} 127.0.0.1\ncreateUser {} SHA-256 \"{}\" AES \"{}\"\nrouser {} authpriv\n\
             sysName agentas\nsysLocation Rūsys\nsysContact it@azuolynas.example\n{more}",
            Self::COMMUNITY,
            Self::USER,
            Self::AUTHENTICATION,
            Self::PRIVACY,
            Self::USER,
        );
        fs::write(folder.path().join("agent.conf"), configuration).unwrap();
        let mut agent = Self { folder, port: free_port(), child: None };
        agent.restart();
        agent
    }

    /// Starts it again and waits until it answers.
    pub fn restart(&mut self) {
        self.kill();
        let program = if Path::new("/usr/sbin/snmpd").exists() { "/usr/sbin/snmpd" } else { "snmpd" };
        let child = Command::new(program)
            .args(["-f", "-Lo", "-C", "-c"])
            .arg(self.folder.path().join("agent.conf"))
            .arg("-p")
            .arg(self.folder.path().join("pid"))
            .arg(format!("udp:127.0.0.1:{}", self.port))
            .env("SNMP_PERSISTENT_DIR", self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("snmpd starts; tests/install-packages installs it");
        self.child = Some(child);
        eventually("an answer of snmpd", || {
            let asked = Command::new("snmpget")
                .args(["-v2c", "-c", Self::COMMUNITY, "-r0", "-t1", "-On"])
                .arg(format!("127.0.0.1:{}", self.port))
                .arg("1.3.6.1.2.1.1.5.0")
                .output()
                .expect("snmpget starts; tests/install-packages installs it");
            asked.status.success().then_some(())
        });
    }

    /// Kills it, as a power failure would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

impl Drop for Snmpd {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A SQLite database of residents.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
}

impl Database {
    /// Makes one of `rows` rows, about 100 octets each that cannot be compressed.
    #[must_use]
    pub fn make(path: PathBuf, rows: u32) -> Self {
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch(&format!(
                "PRAGMA journal_mode = WAL;
                 CREATE TABLE resident (id INTEGER PRIMARY KEY, name BLOB NOT NULL);
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {rows})
                 INSERT INTO resident SELECT i, randomblob(100) FROM n;"
            ))
            .unwrap();
        Self { path }
    }

    /// All rows in order, as one text.
    #[must_use]
    pub fn rows(&self) -> String {
        Self::rows_of(&self.path)
    }

    /// The same of any database of residents.
    #[must_use]
    pub fn rows_of(path: &Path) -> String {
        let connection = Connection::open(path).unwrap();
        let select = "SELECT group_concat(id || ':' || hex(name)) FROM (SELECT * FROM resident ORDER BY id)";
        connection.query_row(select, [], |row| row.get(0)).unwrap()
    }
}
