//! Real name servers.

use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::eventually;

/// NSD with the zone `azuolynas.example`.
#[derive(Debug)]
pub struct Nsd {
    _folder: TempDir,
    child: Child,
}

impl Nsd {
    /// Starts one at `address` and `port` with the records of a zone, behind an SOA with `serial`, and waits until it answers.
    #[must_use]
    pub fn start(address: &str, port: u16, serial: u32, records: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let zone = format!(
            "$ORIGIN azuolynas.example.\n$TTL 3600\n@ SOA ns1 it {serial} 3600 900 1209600 300\n@ NS ns1\n@ NS ns2\n{records}\n"
        );
        fs::write(path.join("zone"), zone).unwrap();
        let configuration = format!(
            "server:\n ip-address: {address}@{port}\n username: \"\"\n chroot: \"\"\n zonesdir: \"{folder}\"\n \
             database: \"\"\n pidfile: \"{folder}/pid\"\n xfrdfile: \"{folder}/xfrd\"\n zonelistfile: \"{folder}/zones\"\n \
             logfile: \"{folder}/log\"\n server-count: 1\nremote-control:\n control-enable: no\n\
             zone:\n name: azuolynas.example\n zonefile: zone\n",
            folder = path.display(),
        );
        fs::write(path.join("nsd.conf"), configuration).unwrap();
        let program = if Path::new("/usr/sbin/nsd").exists() { "/usr/sbin/nsd" } else { "nsd" };
        let child = Command::new(program)
            .args(["-d", "-c"])
            .arg(path.join("nsd.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nsd starts; tests/install-packages installs it");
        // The root of everything, which it does not have; it refuses, but it answers.
        let question = b"\x12\x34\0\0\0\x01\0\0\0\0\0\0\0\0\x02\0\x01";
        eventually("an answer of nsd", || {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
            socket.connect((address, port)).unwrap();
            socket.send(question).ok()?;
            socket.recv(&mut [0; 512]).ok()
        });
        Self { _folder: folder, child }
    }
}

impl Drop for Nsd {
    fn drop(&mut self) {
        // It ends its own children only when it is asked to end.
        let process = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(process, rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}
