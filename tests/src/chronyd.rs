//! A real time server.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::databases::user;
use crate::{eventually, free_port};

/// chrony's server, which gives out the clock of this machine and never sets it.
#[derive(Debug)]
pub struct Chronyd {
    _folder: TempDir,
    /// Where it listens, by UDP on 127.0.0.1.
    pub port: u16,
    child: Child,
}

impl Chronyd {
    /// Starts one with lines of configuration (chrony.conf(5)); `local` makes it one that claims to know the time.
    #[must_use]
    pub fn start(more: &str) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let configuration = format!(
            "port {port}\nbindaddress 127.0.0.1\ncmdport 0\nbindcmdaddress /\nallow 127.0.0.0/8\npidfile {}/pid\n{more}\n",
            folder.path().display(),
        );
        let path = folder.path().join("chrony.conf");
        fs::write(&path, configuration).unwrap();
        let program = if Path::new("/usr/sbin/chronyd").exists() { "/usr/sbin/chronyd" } else { "chronyd" };
        let child = Command::new(program)
            .args(["-x", "-d", "-U", "-u"])
            // It must not change to another.
            .arg(user())
            .arg("-f")
            .arg(path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chronyd starts; tests/install-packages installs it");
        let is_ours = |sockets: String| sockets.lines().any(|line| line.contains(&format!(":{port:04X} ")));
        eventually("chronyd", || fs::read_to_string("/proc/net/udp").ok().filter(|it| is_ours(it.clone())));
        Self { _folder: folder, port, child }
    }
}

impl Drop for Chronyd {
    fn drop(&mut self) {
        // Of a process that has ended already there is nothing left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
