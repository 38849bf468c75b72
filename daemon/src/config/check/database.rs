//! `kind = "postgres"` and `kind = "mysql"`: they differ in what is spoken and not in what is asked.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use strict_toml::Table;

use super::super::secret::secret;
use super::mail_server::Login;
use super::tls::TlsPeer;
use super::{Reading, within};

/// A PostgreSQL server, asked through its frontend/backend protocol 3.
#[derive(Debug, Clone, PartialEq)]
pub struct Postgres {
    /// What is asked, and of which server.
    pub server: DatabaseServer,
}

/// A MySQL or MariaDB server, asked through their client/server protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct Mysql {
    /// What is asked, and of which server.
    pub server: DatabaseServer,
}

/// A database server, as whom it is asked, and what.
#[derive(Debug, Clone, PartialEq)]
pub struct DatabaseServer {
    /// Where.
    pub target: SocketAddr,
    /// Who must answer under TLS; none: the connection is in plain text.
    pub peer: Option<TlsPeer>,
    /// As whom.
    pub login: Login,
    /// Which database is opened; none: the user's own, or none.
    pub database: Option<String>,
    /// What is asked in a transaction that may not write.
    pub query: String,
    /// What the first column of the first row must be, as text; none: anything.
    pub expect: Option<String>,
    /// How far a replica may be behind.
    pub lag: Duration,
}

impl Postgres {
    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, reading: &Reading<'_>) -> Option<(Self, String)> {
        let server = DatabaseServer::read(table, SocketAddr::new(address, 5432), reading)?;
        Some((Self { server }, "postgres".to_owned()))
    }
}

impl Mysql {
    pub(super) fn read(table: &mut Table<'_>, address: IpAddr, reading: &Reading<'_>) -> Option<(Self, String)> {
        let server = DatabaseServer::read(table, SocketAddr::new(address, 3306), reading)?;
        Some((Self { server }, "mysql".to_owned()))
    }
}

impl DatabaseServer {
    fn read(table: &mut Table<'_>, default: SocketAddr, reading: &Reading<'_>) -> Option<Self> {
        let port = table.or("port", default.port());
        let user: Option<String> = table.required("user");
        let password = secret(table, "password", reading);
        let database: Option<String> = table.optional("database");
        let query = table.or("query", "SELECT 1".to_owned());
        let expect = table.optional("expect");
        let lag = table.or("lag", Duration::from_mins(5));
        // Both protocols end names with a null.
        let is_text = |text: &str| !text.contains('\0');
        let mut good = within(table, "user", user.as_deref().is_none_or(is_text), "config-database-null");
        good &= within(table, "database", database.as_deref().is_none_or(is_text), "config-database-null");
        good &= within(table, "query", is_text(&query), "config-database-null");
        let peer = if table.or("tls", true) { Some(TlsPeer::read(table, default.ip(), reading)?) } else { None };
        let login = Login { user: user?, password: password? };
        let target = SocketAddr::new(default.ip(), port);
        good.then_some(Self { target, peer, login, database, query, expect, lag })
    }
}
