//! Real database servers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{Authority, eventually, free_port, processor_time};

/// A database server with its data in a folder of its own.
#[derive(Debug)]
pub struct DatabaseServer {
    folder: TempDir,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    child: Child,
}

impl DatabaseServer {
    /// Its user: may log in and nothing else.
    pub const USER: &str = "rotuse";
    /// That user's password.
    pub const PASSWORD: &str = "duombaze-2026";

    /// Starts PostgreSQL with the certificate `file` of an authority and waits until it answers.
    #[must_use]
    pub fn postgres(authority: &Authority, file: &str) -> Self {
        let folder = folder();
        let data = folder.path().join("data");
        certify(authority, file, folder.path());
        must(as_postgres(&postgres("initdb")).args(["--no-sync", "-U", "admin", "-A", "trust", "-D"]).arg(&data));
        // Whoever comes without TLS is not asked for a password in another way than who comes with it.
        let access = "local all admin trust\nlocal replication admin trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
        fs::write(data.join("pg_hba.conf"), access).unwrap();
        let server = Self::run_postgres(folder, data, &[]);
        let statement =
            format!("CREATE ROLE {} LOGIN PASSWORD '{}'; CREATE DATABASE gyventojai", Self::USER, Self::PASSWORD);
        for statement in statement.split("; ") {
            server.psql(statement);
        }
        server
    }

    /// The folder of its Unix socket.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What PostgreSQL answers to its administrator in a database.
    ///
    /// # Panics
    /// When it answers nothing.
    #[must_use]
    pub fn query(&self, database: &str, statement: &str) -> String {
        let answer = self.command(database).args(["-c", statement]).output().unwrap();
        assert!(answer.status.success(), "{statement}: {}", String::from_utf8_lossy(&answer.stderr));
        String::from_utf8(answer.stdout).unwrap().trim().to_owned()
    }

    /// `psql` with a database, as its administrator, not started yet.
    #[must_use]
    pub fn command(&self, database: &str) -> Command {
        let mut command = as_postgres(&postgres("psql"));
        command.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-U", "admin", "-p", &self.port.to_string()]);
        command.arg("-h").arg(self.folder.path()).env("PGDATABASE", database);
        command
    }

    /// A replica of it.
    #[must_use]
    pub fn replica(&self) -> Self {
        let folder = folder();
        let data = folder.path().join("data");
        let mut copy = as_postgres(&postgres("pg_basebackup"));
        copy.args(["-R", "-X", "stream", "-c", "fast", "-U", "admin", "-p", &self.port.to_string(), "-h"]);
        must(copy.arg(self.folder.path()).arg("-D").arg(&data));
        for name in ["server.pem", "server.key"] {
            must(Command::new("cp").arg("-p").arg(self.folder.path().join(name)).arg(folder.path()));
        }
        Self::run_postgres(folder, data, &[])
    }

    /// Starts PostgreSQL that hands over its log by `archive_command`, in which `{spool}` is its folder `spool`, and waits until it
    /// answers. It has the same user.
    #[must_use]
    pub fn archiving(authority: &Authority, file: &str, archive_command: &str) -> Self {
        let folder = folder();
        let (data, spool) = (folder.path().join("data"), folder.path().join("spool"));
        certify(authority, file, folder.path());
        must(as_postgres(&postgres("initdb")).args(["--no-sync", "-U", "admin", "-A", "trust", "-D"]).arg(&data));
        must(as_postgres(Path::new("mkdir")).arg(&spool));
        let command = archive_command.replace("{spool}", &spool.display().to_string());
        Self::run_postgres(folder, data, &["archive_mode=on".to_owned(), format!("archive_command={command}")])
    }

    /// Starts PostgreSQL with data that were restored to `restored`, whose log lies beside it, and waits until it has recovered.
    #[must_use]
    pub fn restored(authority: &Authority, file: &str, restored: &Path) -> Self {
        let folder = folder();
        certify(authority, file, folder.path());
        if rustix::process::geteuid().is_root() {
            let log = format!("{}-wal", restored.display());
            must(Command::new("chown").args(["-R", "postgres:"]).arg(restored).arg(log));
        }
        Self::run_postgres(folder, restored.to_owned(), &["archive_mode=off".to_owned()])
    }

    fn run_postgres(folder: TempDir, data: PathBuf, more: &[String]) -> Self {
        let port = free_port();
        let mut command = as_postgres(&postgres("postgres"));
        command.arg("-D").arg(data).args(["-p", &port.to_string(), "-h", "127.0.0.1", "-F", "-k"]).arg(folder.path());
        for (name, file) in [("ssl_cert_file", "server.pem"), ("ssl_key_file", "server.key")] {
            command.arg("-c").arg(format!("{name}={}", folder.path().join(file).display()));
        }
        command.args(["-c", "ssl=on", "-c", "hot_standby=on", "-c", "max_connections=250"]);
        command.args(more.iter().flat_map(|setting| ["-c", setting]));
        let server = Self { folder, port, child: started(&mut command) };
        eventually("an answer of PostgreSQL", || server.ask("SELECT 1").status.success().then_some(()));
        server
    }

    /// Its processor time, and that of those of its children that have ended.
    #[must_use]
    pub fn processor_time(&self) -> Duration {
        processor_time(self.child.id())
    }

    /// Lets many clients write to PostgreSQL until what is given back is dropped (pgbench(1)).
    #[must_use]
    pub fn load(&self, database: &str, clients: u32) -> Load {
        let bench = || {
            let mut command = as_postgres(&postgres("pgbench"));
            command.args(["-U", "admin", "-p", &self.port.to_string(), "-h"]).arg(self.folder.path());
            command
        };
        must(bench().args(["-i", "-q", "-s", "5", database]));
        let mut command = bench();
        command.args(["-n", "-c", &clients.to_string(), "-j", "2", "-T", "600", "-R", "400", database]);
        Load(started(&mut command))
    }

    /// Says something to PostgreSQL as its administrator, as soon as it does it.
    pub fn psql(&self, statement: &str) {
        eventually(statement, || self.ask(statement).status.success().then_some(()));
    }

    fn ask(&self, statement: &str) -> Output {
        let mut command = as_postgres(&postgres("psql"));
        command.args(["-U", "admin", "-p", &self.port.to_string(), "-d", "postgres", "-c", statement, "-h"]);
        command.arg(self.folder.path()).output().unwrap()
    }

    /// Starts MariaDB with the certificate `file` of an authority and waits until it answers. Its `number` tells it from
    /// others that it replicates with.
    #[must_use]
    pub fn mariadb(authority: &Authority, file: &str, number: u8) -> Self {
        let (folder, port) = (folder(), free_port());
        certify(authority, file, folder.path());
        let data = folder.path().join("data");
        let mut install = Command::new("mariadb-install-db");
        install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
        must(install.arg(format!("--datadir={}", data.display())).arg(format!("--user={}", user())));
        let program = if Path::new("/usr/sbin/mariadbd").exists() { "/usr/sbin/mariadbd" } else { "mariadbd" };
        let mut command = Command::new(program);
        command.args(["--no-defaults", "--bind-address=127.0.0.1", "--log-bin", "--innodb-flush-method=nosync"]);
        command.args([format!("--user={}", user()), format!("--port={port}"), format!("--server-id={number}")]);
        for (name, value) in [
            ("datadir", "data"),
            ("socket", "socket"),
            ("pid-file", "pid"),
            ("ssl-cert", "server.pem"),
            ("ssl-key", "server.key"),
        ] {
            command.arg(format!("--{name}={}", folder.path().join(value).display()));
        }
        let server = Self { folder, port, child: started(&mut command) };
        eventually("an answer of MariaDB", || server.say("SELECT 1").status.success().then_some(()));
        server.mariadb_say(&format!("CREATE USER {}@'127.0.0.1' IDENTIFIED BY '{}'", Self::USER, Self::PASSWORD));
        server
    }

    /// Says something to MariaDB as its administrator.
    pub fn mariadb_say(&self, statement: &str) {
        let said = self.say(statement);
        assert!(said.status.success(), "{said:?}");
    }

    /// What MariaDB answers to its administrator.
    ///
    /// # Panics
    /// When it answers nothing.
    #[must_use]
    pub fn mariadb_query(&self, statement: &str) -> String {
        let answer = self.say(statement);
        assert!(answer.status.success(), "{statement}: {}", String::from_utf8_lossy(&answer.stderr));
        String::from_utf8(answer.stdout).unwrap().trim().to_owned()
    }

    fn say(&self, statement: &str) -> Output {
        let mut command = Command::new("mariadb");
        command
            .args(["--no-defaults", "--batch", "--skip-column-names", "-u", "root", "-e", statement, "-S"])
            .arg(self.folder.path().join("socket"));
        command.output().unwrap()
    }
}

/// Clients at work.
#[derive(Debug)]
pub struct Load(Child);

impl Drop for Load {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
        let _ = self.0.wait();
    }
}

impl Drop for DatabaseServer {
    fn drop(&mut self) {
        // PostgreSQL ends its children only when it is asked to end (SIGINT: at once); MariaDB has none.
        let _ = kill_process(Pid::from_child(&self.child), Signal::INT);
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

/// A folder that the user of PostgreSQL may enter too.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    if rustix::process::geteuid().is_root() {
        must(Command::new("chown").arg("postgres").arg(folder.path()));
    }
    folder
}

/// Copies a certificate to where a server may read it, and nobody else.
fn certify(authority: &Authority, file: &str, folder: &Path) {
    for kind in ["pem", "key"] {
        let to = folder.join(format!("server.{kind}"));
        fs::copy(authority.path(&format!("{file}.{kind}")), &to).unwrap();
        must(Command::new("chmod").arg("600").arg(&to));
        if rustix::process::geteuid().is_root() {
            must(Command::new("chown").arg("postgres").arg(&to));
        }
    }
}

fn must(command: &mut Command) {
    let done = command.stdin(Stdio::null()).output().expect("it starts; tests/install-packages installs it");
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn started(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("it starts; tests/install-packages installs it")
}

/// A program of PostgreSQL, of the latest version that Debian has here; its place is in no PATH.
fn postgres(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.exists()).max();
    newest.expect("PostgreSQL is there; tests/install-packages installs it")
}

/// A command of PostgreSQL, which refuses to be run by root.
fn as_postgres(program: &Path) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

/// Whoever we are.
pub(crate) fn user() -> String {
    let id = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(id.stdout).unwrap().trim().to_owned()
}
