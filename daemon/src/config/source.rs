//! What a backup job backs up.

use std::path::{Path, PathBuf};
use std::time::Duration;

use messages::Message;
use strict_toml::{FromText, OneOrSeveral, Table, choose};

use super::Reading;
use super::secret::{Secret, secret};

/// What is backed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A SQLite database file.
    Sqlite {
        /// The database, not its `-wal` or `-shm`.
        path: PathBuf,
    },
    /// Databases of a PostgreSQL server, and its roles.
    Postgres(ServerSource),
    /// A whole PostgreSQL server, restorable to any moment.
    PostgresPhysical(PhysicalSource),
    /// Databases of a MariaDB or MySQL server, and its users.
    Mariadb(ServerSource),
    /// Files and folders as they lie.
    Files {
        /// Which.
        paths: Vec<PathBuf>,
        /// Patterns of what is left out, in restic's notation.
        excludes: Vec<String>,
    },
    /// What a program writes to its standard output.
    Command {
        /// The program and its arguments.
        arguments: Vec<String>,
        /// What must stand at the end of it.
        trailer: Option<String>,
    },
    /// Of rotused itself: its journal and its configuration.
    Own {
        /// The journal.
        journal: PathBuf,
        /// The folder of the configuration.
        configuration: PathBuf,
    },
}

/// A database server, as the vendor's own client reaches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSource {
    /// A name or an address; beginning with `/` a Unix socket, or the folder of one. None: the client's default.
    pub host: Option<String>,
    /// The port; none: the client's default.
    pub port: Option<u16>,
    /// As whom; none: as whoever we are.
    pub user: Option<String>,
    /// The password, if one is wanted.
    pub password: Option<Secret>,
    /// Whose certificate the server's must be; none: the connection is not verified.
    pub authority: Option<PathBuf>,
    /// Which databases.
    pub databases: Databases,
    /// Where the vendor's programs are; none: in `$PATH`.
    pub programs: Option<PathBuf>,
}

/// A PostgreSQL server whose base backups and log are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhysicalSource {
    /// How it is reached. The user may replicate.
    pub server: ServerSource,
    /// The folder to which `rotused wal push` brings its log.
    pub wal: PathBuf,
    /// How long its log may wait there.
    pub wal_every: Duration,
}

impl ServerSource {
    /// All of a server on this machine, reached through a socket by a user without a password.
    #[must_use]
    pub(crate) fn local(socket: &Path, user: &str, programs: Option<PathBuf>) -> Self {
        Self {
            host: Some(socket.display().to_string()),
            port: None,
            user: Some(user.to_owned()),
            password: None,
            authority: None,
            databases: Databases::All { except: Vec::new() },
            programs,
        }
    }
}

impl ServerSource {
    /// Where it is, short, for people.
    #[must_use]
    pub fn shown(&self) -> String {
        let host = self.host.as_deref().unwrap_or("localhost");
        self.port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

/// Which databases of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Databases {
    /// All that there are at the time of a run, but these.
    All {
        /// The ones that are left out.
        except: Vec<String>,
    },
    /// These; one that is missing is a fault.
    Named(Vec<String>),
}

/// Where a server's log waits unless the configuration says otherwise.
pub const WAL: &str = "/var/spool/rotused/wal";

/// Where Debian keeps the certificates of public authorities.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Reads `source = { kind = "…", … }`.
pub(super) fn read(mut table: Table<'_>, reading: &Reading<'_>) -> Option<Source> {
    match table.required("kind")? {
        Kind::Sqlite => {
            let path: PathBuf = table.required("path")?;
            Some(Source::Sqlite { path: reading.resolve(&path) })
        }
        Kind::Postgres => read_server(&mut table, reading).map(Source::Postgres),
        Kind::PostgresPhysical => {
            let wal = table.or("wal", PathBuf::from(WAL));
            let wal_every = table.or("wal_every", Duration::from_mins(5));
            let server = read_connection(&mut table, Databases::All { except: Vec::new() }, reading)?;
            Some(Source::PostgresPhysical(PhysicalSource { server, wal: reading.resolve(&wal), wal_every }))
        }
        Kind::Mariadb => read_server(&mut table, reading).map(Source::Mariadb),
        Kind::Files => {
            let paths: OneOrSeveral<PathBuf> = table.required("paths")?;
            let excludes = table.or("exclude", OneOrSeveral(Vec::new())).0;
            Some(Source::Files { paths: paths.0.iter().map(|path| reading.resolve(path)).collect(), excludes })
        }
        Kind::Command => {
            let arguments: OneOrSeveral<String> = table.required("command")?;
            let trailer: Option<String> = table.optional("trailer");
            Some(Source::Command { arguments: arguments.0, trailer })
        }
        Kind::Own => Some(Source::Own {
            journal: reading.state_directory.join("journal.db"),
            configuration: reading.resolve("".as_ref()),
        }),
    }
}

fn read_server(table: &mut Table<'_>, reading: &Reading<'_>) -> Option<ServerSource> {
    let databases = table.optional("databases").map(|OneOrSeveral(names): OneOrSeveral<String>| names);
    let except = table.or("except", OneOrSeveral(Vec::new())).0;
    read_connection(table, databases.map_or(Databases::All { except }, Databases::Named), reading)
}

/// Reads `drill_server = { … }` of a job: a server of the same kind as that which is backed up.
pub(super) fn read_drill_server(
    table: &mut Table<'_>,
    source: Option<&Source>,
    reading: &Reading<'_>,
) -> Option<ServerSource> {
    let mut given = table.table("drill_server")?;
    let server = read_connection(&mut given, Databases::All { except: Vec::new() }, reading)?;
    let (problem, programs) = match source? {
        Source::Postgres(source) | Source::Mariadb(source) => (None, source.programs.clone()),
        Source::PostgresPhysical(_) => (Some("config-drill-server-physical"), None),
        Source::Sqlite { .. } | Source::Files { .. } | Source::Command { .. } | Source::Own { .. } => {
            (Some("config-drill-server-kind"), None)
        }
    };
    if let Some(problem) = problem {
        table.report(&table.place_of("drill_server"), Message::new(problem));
    }
    Some(ServerSource { programs: server.programs.or(programs), ..server })
}

fn read_connection(table: &mut Table<'_>, databases: Databases, reading: &Reading<'_>) -> Option<ServerSource> {
    let host: Option<String> = table.optional("host");
    let port: Option<u16> = table.optional("port");
    let user: Option<String> = table.optional("user");
    let has_password = table.has("password");
    let password = if has_password { secret(table, "password", reading) } else { None };
    let is_near = host.as_deref().is_none_or(|host| host.starts_with('/') || host == "localhost" || is_loopback(host));
    let authority: Option<PathBuf> = table.optional("authority");
    let tls = table.or("tls", !is_near || authority.is_some());
    let programs: Option<PathBuf> = table.optional("programs");
    if has_password && password.is_none() {
        return None;
    }
    Some(ServerSource {
        host,
        port,
        user,
        password,
        authority: tls.then(|| authority.map_or_else(|| AUTHORITIES.into(), |path| reading.resolve(&path))),
        databases,
        programs: programs.map(|folder| reading.resolve(&folder)),
    })
}

fn is_loopback(host: &str) -> bool {
    host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[derive(Clone, Copy)]
enum Kind {
    Sqlite,
    Postgres,
    PostgresPhysical,
    Mariadb,
    Files,
    Command,
    Own,
}

impl FromText for Kind {
    const EXAMPLE: &'static str = "\"postgres\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        let kinds = [
            ("sqlite", Self::Sqlite),
            ("postgres", Self::Postgres),
            ("postgres-physical", Self::PostgresPhysical),
            ("mariadb", Self::Mariadb),
            ("files", Self::Files),
            ("command", Self::Command),
            ("rotused", Self::Own),
        ];
        choose(text, &kinds)
    }
}

impl Source {
    /// What is backed up, short, for people.
    #[must_use]
    pub fn shown(&self) -> String {
        let server = |kind: &str, server: &ServerSource| {
            let host = server.host.as_deref().unwrap_or("localhost");
            match &server.databases {
                Databases::All { .. } => format!("{kind} {host}: *"),
                Databases::Named(names) => format!("{kind} {host}: {}", names.join(", ")),
            }
        };
        match self {
            Self::Sqlite { path } => path.display().to_string(),
            Self::Postgres(source) => server("PostgreSQL", source),
            Self::PostgresPhysical(source) => {
                format!("PostgreSQL {} + WAL", source.server.host.as_deref().unwrap_or("localhost"))
            }
            Self::Mariadb(source) => server("MariaDB", source),
            Self::Files { paths, .. } => {
                paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
            }
            Self::Command { arguments, .. } => arguments.first().cloned().unwrap_or_default(),
            Self::Own { .. } => "rotused".to_owned(),
        }
    }
}
