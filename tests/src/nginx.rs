//! A real web server.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::eventually;

/// nginx in one process, with a folder of its own.
#[derive(Debug)]
pub struct Nginx {
    _folder: TempDir,
    child: Child,
}

impl Nginx {
    /// Starts one with these `server` blocks and waits until it listens on all of `ports`.
    #[must_use]
    pub fn start(servers: &str, ports: &[u16]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {}/{kind};\n", folder.path().display()))
            .concat();
        // One process: what is killed is all there is.
        let configuration = format!(
            "daemon off;\nmaster_process off;\npid {}/pid;\nevents {{}}\n\
             http {{\naccess_log off;\n{temporary}{servers}\n}}\n",
            folder.path().display()
        );
        let path = folder.path().join("nginx.conf");
        fs::write(&path, configuration).unwrap();
        let program = if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
        let mut child = Command::new(program)
            .args(["-e", "stderr", "-c"])
            .arg(path)
            .arg("-p")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("nginx starts; tests/install-packages installs it");
        eventually("nginx", || {
            assert_eq!(child.try_wait().unwrap(), None, "nginx has ended");
            ports.iter().all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok()).then_some(())
        });
        Self { _folder: folder, child }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Of a process that has ended already there is nothing left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
