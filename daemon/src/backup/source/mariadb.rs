//! MariaDB and MySQL, a database at a time: `mariadb-dump` in one transaction; in another one of the same moment every row is
//! counted and digested. Users and what they may are a part of their own.
//!
//! Two transactions see the same only if nobody writes between their beginnings: for that moment all tables are locked (`FLUSH
//! TABLES WITH READ LOCK`), until the dump's first octets have come, a few milliseconds. Who may not lock is told by
//! [`Content::is_exact`] being false.
//!
//! Source: MariaDB knowledge base, `mariadb-dump`; `CONCAT_WS`, `MD5`, `CONV`.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tempfile::NamedTempFile;
use tracing::warn;

use super::session::{Dialect, Session};
use super::{COUNTING, Input, Opened, PATIENCE, Part, secret_file, wanted};
use crate::backup::Fault;
use crate::backup::child::Program;
use crate::backup::content::{Content, Kind};
use crate::backup::ending::Ending;
use crate::backup::pipeline::{Counting, Feed};
use crate::config::{Databases, ServerSource};

/// How a server is reached.
pub(in crate::backup) struct Mariadb<'s> {
    server: &'s ServerSource,
    /// All of the connection, for programs that read it by themselves.
    login: Arc<NamedTempFile>,
}

/// The part with users and what they may.
const USERS: &str = "users";

/// Its file in the snapshot.
pub(in crate::backup) const USERS_FILE: &str = "users.sql";

const DIALECT: Dialect = Dialect { mark: "SELECT 'rotused:answered';", column: b'\t', row: b'\n', escapes: true };

/// Not databases of anybody.
const SYSTEM: [&str; 4] = ["information_schema", "performance_schema", "sys", "mysql"];

/// Longer, nobody else should be kept waiting.
const LOCKING: &str = "SET lock_wait_timeout = 10; FLUSH TABLES WITH READ LOCK;";

impl<'s> Mariadb<'s> {
    /// What reaches `server`; what programs read is written into `scratch`.
    ///
    /// # Errors
    /// Nothing can be written there.
    pub(in crate::backup) fn new(server: &'s ServerSource, scratch: &Path) -> Result<Self, Fault> {
        Ok(Self { server, login: Arc::new(secret_file(scratch, &options(server))?) })
    }

    /// One of the vendor's programs, by its newer or its older name.
    ///
    /// # Errors
    /// It is not installed.
    fn program(&self, names: [&str; 2]) -> Result<Program, Fault> {
        let folder = self.server.programs.as_deref();
        let program =
            Program::find(names[0], folder).or_else(|missing| Program::find(names[1], folder).map_err(|_| missing))?;
        Ok(program.argument(format!("--defaults-file={}", self.login.path().display())))
    }

    /// The client, to be fed with a dump.
    ///
    /// # Errors
    /// It is not installed.
    pub(in crate::backup) fn client(&self) -> Result<Program, Fault> {
        let client = self.program(["mariadb", "mysql"])?;
        Ok(client.arguments(["--batch", "--binary-mode", "--max-allowed-packet=1G", "--default-character-set=utf8mb4"]))
    }

    /// Connects.
    ///
    /// # Errors
    /// There is no client.
    pub(in crate::backup) fn session(&self) -> Result<Session, Fault> {
        let client = self.program(["mariadb", "mysql"])?;
        let client = client.arguments([
            "--batch",
            "--skip-column-names",
            "--unbuffered",
            "--default-character-set=utf8mb4",
            "--connect-timeout=30",
        ]);
        Session::start(client, DIALECT, Some(Arc::clone(&self.login)))
    }

    /// The databases, and the users.
    ///
    /// # Errors
    /// The server does not let us in.
    pub(super) async fn parts(&self) -> Result<Vec<Part>, Fault> {
        let mut session = self.session()?;
        let found: Vec<String> = session.ask("SHOW DATABASES;", PATIENCE).await?.into_iter().flatten().collect();
        let wanted = wanted(&self.server.databases, found, |name| SYSTEM.contains(&name))?;
        let users = Part { name: USERS.to_owned(), file: USERS_FILE.to_owned() };
        let databases = wanted.into_iter().map(|name| Part::new(name, "dump.sql"));
        // `--system` is MariaDB's alone, and needs to read all of the system.
        let may_see_users = session.ask("SELECT VERSION();", PATIENCE).await?.concat().concat().contains("MariaDB")
            && matches!(self.server.databases, Databases::All { .. });
        Ok(databases.chain(may_see_users.then_some(users)).collect())
    }

    /// Is ready to dump a part, and to tell afterwards what was in it.
    ///
    /// # Errors
    /// The server says no.
    pub(super) async fn open(&self, part: &Part) -> Result<Opened, Fault> {
        let dump = self.program(["mariadb-dump", "mysqldump"])?;
        let login = Some(Arc::clone(&self.login));
        let trailer = Ending::trailer("-- Dump completed");
        if part.file == USERS_FILE {
            let dump = dump.argument("--system=users");
            let feed = Feed::Program(dump, trailer);
            return Ok(Opened { login, ..Opened::of(Input::Feed(feed)) });
        }
        let dump = dump.arguments([
            "--single-transaction",
            "--quick",
            "--routines",
            "--events",
            "--triggers",
            "--hex-blob",
            "--skip-dump-date",
            "--default-character-set=utf8mb4",
            "--",
            &part.name,
        ]);
        let mut session = self.session()?;
        self.warn_of_engines(&mut session, &part.name).await?;
        let lock = self.lock().await;
        prepare(&mut session).await?;
        session.ask("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;", PATIENCE).await?;
        session.ask("START TRANSACTION WITH CONSISTENT SNAPSHOT;", PATIENCE).await?;
        let counting = Counting { session, database: part.name.clone(), is_exact: lock.is_some(), lock };
        let feed = Feed::Program(dump, trailer);
        Ok(Opened { counting: Some(counting), login, ..Opened::of(Input::Feed(feed)) })
    }

    async fn lock(&self) -> Option<Session> {
        let mut lock = self.session().ok()?;
        match lock.ask(LOCKING, Duration::from_secs(15)).await {
            Ok(_) => Some(lock),
            Err(fault) => {
                warn!("rows are counted in nearly the moment of the dump only: {fault}");
                None
            }
        }
    }

    /// A table that is not transactional is not dumped in one moment with the others.
    async fn warn_of_engines(&self, session: &mut Session, database: &str) -> Result<(), Fault> {
        let select = format!(
            "SELECT TABLE_NAME, ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} \
             AND TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB';",
            text(database)
        );
        let tables = session.ask(&select, PATIENCE).await?;
        if !tables.is_empty() {
            let named: Vec<String> = tables.iter().take(10).map(|row| row.join(" is ")).collect();
            warn!(
                database,
                "not all tables of {database} are of one moment, because they are not InnoDB: {}",
                named.join(", ")
            );
        }
        Ok(())
    }
}

/// An option file (mariadb manual, "Option Files") with all of the connection.
fn options(server: &ServerSource) -> String {
    let mut text = "[client]\n".to_owned();
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let mut option = |name: &str, value: &str| {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{name}=\"{}\"", quoted(value));
    };
    match server.host.as_deref() {
        Some(socket) if socket.starts_with('/') => option("socket", socket),
        Some(host) => {
            option("host", host);
            option("protocol", "tcp");
        }
        None => {}
    }
    if let Some(port) = server.port {
        option("port", &port.to_string());
    }
    if let Some(user) = &server.user {
        option("user", user);
    }
    if let Some(password) = &server.password {
        option("password", password.reveal());
    }
    if let Some(authority) = &server.authority {
        option("ssl-ca", &authority.display().to_string());
        let _ = writeln!(text, "ssl-verify-server-cert");
    }
    text
}

/// A name in a statement.
pub(in crate::backup) fn name(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text in a statement.
pub(in crate::backup) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// What is in a database, as it is in the transaction of a session.
///
/// # Errors
/// The server says no.
pub(in crate::backup) async fn content(session: &mut Session, database: &str) -> Result<Content, Fault> {
    content_as(session, database, database).await
}

/// Prepares a session for [`content`]: moments look the same wherever they are.
///
/// # Errors
/// The server says no.
pub(in crate::backup) async fn prepare(session: &mut Session) -> Result<(), Fault> {
    session.ask("SET time_zone = '+00:00';", PATIENCE).await.map(drop)
}

/// What is in a database as if it were called `original`: views have the name of their database in them.
///
/// # Errors
/// The server says no.
pub(in crate::backup) async fn content_as(
    session: &mut Session,
    database: &str,
    original: &str,
) -> Result<Content, Fault> {
    let version = session.ask("SELECT VERSION();", PATIENCE).await?.concat().concat();
    let mut content = Content::of(version);
    let select = format!(
        "SELECT c.TABLE_NAME, c.COLUMN_NAME FROM information_schema.COLUMNS c JOIN information_schema.TABLES t \
         ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME \
         WHERE c.TABLE_SCHEMA = {} AND t.TABLE_TYPE = 'BASE TABLE' ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION;",
        text(database)
    );
    let columns = session.ask(&select, PATIENCE).await?;
    for of_table in columns.chunk_by(|before, after| before.first() == after.first()) {
        let Some(table) = of_table.first().and_then(|row| row.first()) else { continue };
        let columns = of_table.iter().filter_map(|row| row.get(1));
        let columns: Vec<String> =
            columns.map(|column| format!("IFNULL(HEX(CAST({} AS BINARY)), 'N')", name(column))).collect();
        let select = format!(
            "SELECT COUNT(*), COALESCE(SUM(CAST(CONV(LEFT(MD5(CONCAT_WS('.', {})), 15), 16, 10) AS UNSIGNED)), 0) FROM {}.{};",
            columns.join(", "),
            name(database),
            name(table)
        );
        if let [rows, checksum] = &session.ask(&select, COUNTING).await?.concat()[..] {
            content.note(Kind::Rows, table, rows);
            content.note(Kind::Checksum, table, checksum);
        }
    }
    for (kind, select) in DEFINITIONS {
        let select = select.replace("{here}", &text(&format!("{}.", name(database))));
        let select = select.replace("{there}", &text(&format!("{}.", name(original))));
        let select = select.replace("{database}", &text(database));
        content.note_rows(kind, &session.ask(&select, PATIENCE).await?);
    }
    Ok(content)
}

/// Kinds of definitions, and how they are asked for. Bodies are digested.
const DEFINITIONS: [(Kind, &str); 5] = [
    (
        Kind::Index,
        "SELECT CONCAT(TABLE_NAME, '.', INDEX_NAME), GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX) \
         FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = {database} GROUP BY TABLE_NAME, INDEX_NAME;",
    ),
    (
        Kind::Constraint,
        "SELECT CONCAT(TABLE_NAME, '.', CONSTRAINT_NAME), CONSTRAINT_TYPE FROM information_schema.TABLE_CONSTRAINTS \
         WHERE TABLE_SCHEMA = {database};",
    ),
    (
        Kind::View,
        "SELECT TABLE_NAME, MD5(REPLACE(VIEW_DEFINITION, {here}, {there})) FROM information_schema.VIEWS \
         WHERE TABLE_SCHEMA = {database};",
    ),
    (
        Kind::Routine,
        "SELECT CONCAT(ROUTINE_TYPE, ' ', ROUTINE_NAME), IFNULL(MD5(ROUTINE_DEFINITION), '') FROM information_schema.ROUTINES \
         WHERE ROUTINE_SCHEMA = {database};",
    ),
    (
        Kind::Trigger,
        "SELECT TRIGGER_NAME, MD5(ACTION_STATEMENT) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {database};",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_stay_names() {
        assert_eq!(name("a`b; DROP"), "`a``b; DROP`");
        assert_eq!(text("O'Neil \\"), "'O''Neil \\\\'");
    }
}
