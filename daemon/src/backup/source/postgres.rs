//! PostgreSQL, a database at a time: `pg_dump` in the custom format, uncompressed because restic compresses and finds again what it
//! has, inside a snapshot that a session of ours has exported; in that same snapshot every row is counted and digested. Roles
//! and tablespaces are a part of their own.
//!
//! Source: PostgreSQL manual, `pg_dump`, `pg_dumpall`, 9.27.5 "Snapshot Synchronization Functions".

use std::path::Path;
use std::sync::Arc;

use tempfile::NamedTempFile;

use super::session::{Dialect, Session};
use super::{COUNTING, Input, Opened, PATIENCE, Part, secret_file, wanted};
use crate::backup::Fault;
use crate::backup::child::Program;
use crate::backup::content::{Content, Kind};
use crate::backup::ending::Ending;
use crate::backup::pipeline::Feed;
use crate::config::{Databases, ServerSource};

/// How a server is reached.
pub(in crate::backup) struct Postgres<'s> {
    server: &'s ServerSource,
    /// What says all words of a connection but the database.
    variables: Vec<(&'static str, String)>,
    /// The password, for programs that read it by themselves.
    login: Option<Arc<NamedTempFile>>,
}

/// The part with what belongs to no database.
const GLOBALS: &str = "globals";

/// Its file in the snapshot.
pub(in crate::backup) const GLOBALS_FILE: &str = "globals.sql";

const DIALECT: Dialect = Dialect { mark: "\\echo rotused:answered", column: 0x1f, row: 0x1e, escapes: false };

/// Without it a dump waits for ever behind a migration, and everybody else behind the dump.
const LOCK_WAIT: &str = "--lock-wait-timeout=60s";

/// So that rows look the same as text wherever they are.
const SETTINGS: &str = "SET search_path = ''; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET timezone = 'UTC'; \
    SET bytea_output = 'hex'; SET extra_float_digits = 3; SET lc_monetary = 'C'; SET row_security = off; \
    SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '60s'; \
    SET client_min_messages = 'error';";

/// Rows of every table that a dump has rows of, and the sum of their digests. What belongs to an extension is not dumped.
///
/// A row is digested value by value: to write it down as one text takes the server three times as long. The digest of an array is a
/// sum of those of its elements, so it is digested once more, or two rows might exchange values. Columns are taken by name:
/// those of a table that inherits may come back in another order. What a type that is not PostgreSQL's own looks like as text, a cast
/// may say otherwise than its output does, and only the output is dumped.
const ROWS: &str = "SELECT format('SELECT %L, count(*), coalesce(sum(pg_catalog.hashint8extended( \
    pg_catalog.hash_array_extended(ARRAY[%s]::int8[], 0), 0)), 0) \
    FROM ONLY %I.%I AS rotuse_row', n.nspname || '.' || c.relname, (SELECT string_agg(format('pg_catalog.hashtextextended(' \
    || CASE t.typnamespace WHEN 'pg_catalog'::regnamespace THEN 'rotuse_row.%1$I::text' \
    ELSE 'CASE pg_catalog.num_nulls(rotuse_row.%1$I) WHEN 0 THEN pg_catalog.concat(rotuse_row.%1$I) END' END \
    || ' COLLATE \"C\", 0)', a.attname), ', ' ORDER BY a.attname) \
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), n.nspname, c.relname) \
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'e') \
    AND (c.relkind = 'r' OR c.relispopulated) ORDER BY 1 \\gexec";

/// Where sequences are; downward ones are counted downward.
const SEQUENCES: &str = "SELECT format('SELECT %L, (last_value - CASE WHEN is_called THEN 0 ELSE %s END) * %s FROM %I.%I', \
    n.nspname || '.' || c.relname, s.seqincrement, sign(s.seqincrement), n.nspname, c.relname) \
    FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relpersistence <> 't' \
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'e') \
    \\gexec";

/// Kinds of definitions, and how they are asked for.
const DEFINITIONS: [(Kind, &str); 5] = [
    (
        Kind::Index,
        "SELECT schemaname || '.' || indexname, md5(indexdef) FROM pg_catalog.pg_indexes \
         WHERE schemaname <> 'information_schema' AND schemaname !~ '^pg_';",
    ),
    (
        Kind::Constraint,
        "SELECT n.nspname || '.' || coalesce(r.relname || '.', '') || c.conname, md5(pg_catalog.pg_get_constraintdef(c.oid)) \
         FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace \
         LEFT JOIN pg_catalog.pg_class r ON r.oid = c.conrelid WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND c.contype <> 'n';",
    ),
    (
        Kind::View,
        "SELECT n.nspname || '.' || c.relname, md5(pg_catalog.pg_get_viewdef(c.oid)) FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') \
         AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_';",
    ),
    (
        Kind::Routine,
        "SELECT n.nspname || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')', \
         md5(pg_catalog.pg_get_functiondef(p.oid)) FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
         WHERE p.prokind IN ('f', 'p', 'w') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e');",
    ),
    (
        Kind::Trigger,
        "SELECT n.nspname || '.' || c.relname || '.' || t.tgname, md5(pg_catalog.pg_get_triggerdef(t.oid)) FROM pg_catalog.pg_trigger t \
         JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal;",
    ),
];

const ROLES: &str = "SELECT rolname, concat(rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolconnlimit) \
    FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_';";

impl<'s> Postgres<'s> {
    pub(in crate::backup) fn new(server: &'s ServerSource, scratch: &'s Path) -> Result<Self, Fault> {
        let mut variables = vec![("PGAPPNAME", "rotused".to_owned()), ("PGCONNECT_TIMEOUT", "30".to_owned())];
        variables.extend(server.host.clone().map(|host| ("PGHOST", host)));
        variables.extend(server.port.map(|port| ("PGPORT", port.to_string())));
        variables.extend(server.user.clone().map(|user| ("PGUSER", user)));
        if let Some(authority) = &server.authority {
            variables.push(("PGSSLMODE", "verify-full".to_owned()));
            variables.push(("PGSSLROOTCERT", authority.display().to_string()));
        }
        // libpq, "The Password File": `:` and `\` are escaped.
        let line = |password: &str| format!("*:*:*:*:{}\n", password.replace('\\', "\\\\").replace(':', "\\:"));
        let password = server.password.as_ref();
        let login = password.map(|password| secret_file(scratch, &line(password.reveal()))).transpose()?.map(Arc::new);
        Ok(Self { server, variables, login })
    }

    /// One of the vendor's programs, which will connect to a database.
    ///
    /// # Errors
    /// It is not installed.
    pub(in crate::backup) fn program(&self, name: &str, database: &str) -> Result<Program, Fault> {
        let program = Program::find(name, self.server.programs.as_deref())?;
        let program = self.variables.iter().fold(program, |program, (name, value)| program.variable(name, value));
        // Not as an argument, where `=` in a name would make it a connection string.
        let program = program.variable("PGDATABASE", database);
        Ok(match &self.login {
            Some(login) => program.variable("PGPASSFILE", login.path()),
            None => program,
        })
    }

    /// What programs log in with, to be kept as long as they run.
    pub(super) fn login(&self) -> Option<Arc<NamedTempFile>> {
        self.login.clone()
    }

    /// `pg_restore` into a database, as the superuser or whoever we are.
    ///
    /// # Errors
    /// It is not installed.
    pub(in crate::backup) fn pg_restore(&self, database: &str) -> Result<Program, Fault> {
        // libpq takes a name with `=` in it, or one that looks like an address, for a connection string.
        let is_conninfo = database.contains('=') || database.contains("://");
        let quoted = || database.replace('\\', "\\\\").replace('\'', "\\'");
        let target = if is_conninfo { format!("dbname='{}'", quoted()) } else { database.to_owned() };
        Ok(self.program("pg_restore", database)?.arguments(["-w", "--no-tablespaces", "-d", &target]))
    }

    /// Connects to a database.
    ///
    /// # Errors
    /// There is no `psql`.
    pub(in crate::backup) fn session(&self, database: &str) -> Result<Session, Fault> {
        let psql = self.program("psql", database)?;
        let psql = psql.arguments(["-X", "-A", "-t", "-q", "-w", "-v", "ON_ERROR_STOP=1", "-F", "\x1f", "-R", "\x1e"]);
        Session::start(psql, DIALECT, self.login.clone())
    }

    /// The databases, and what belongs to none.
    ///
    /// # Errors
    /// The server does not let us in.
    pub(super) async fn parts(&self) -> Result<Vec<Part>, Fault> {
        let mut session = self.session(self.maintenance())?;
        let select = "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1;";
        let found: Vec<String> = session.ask(select, PATIENCE).await?.into_iter().flatten().collect();
        let wanted = wanted(&self.server.databases, found, |_| false)?;
        let databases = wanted.into_iter().map(|name| Part::new(name, "dump"));
        Ok(databases.chain([Part { name: GLOBALS.to_owned(), file: GLOBALS_FILE.to_owned() }]).collect())
    }

    /// Where one connects who wants no database.
    pub(in crate::backup) fn maintenance(&self) -> &str {
        match &self.server.databases {
            Databases::Named(names) => names.first().map_or("postgres", String::as_str),
            Databases::All { .. } => "postgres",
        }
    }

    /// Exports a snapshot, tells what is in it, and is ready to dump it.
    ///
    /// # Errors
    /// The server says no.
    pub(super) async fn open(&self, part: &Part) -> Result<Opened, Fault> {
        if part.file == GLOBALS_FILE {
            return self.open_globals().await;
        }
        let mut session = self.session(&part.name)?;
        session.ask(SETTINGS, PATIENCE).await?;
        session.ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;", PATIENCE).await?;
        let snapshot = first(session.ask("SELECT pg_catalog.pg_export_snapshot();", PATIENCE).await?);
        let content = content(&mut session).await?;
        let dump = self.program("pg_dump", &part.name)?;
        let dump = dump.arguments(["-w", "-Fc", "-Z0", LOCK_WAIT, &format!("--snapshot={snapshot}")]);
        let input = Input::Feed(Feed::Program(dump, Ending::archive()));
        let login = self.login.clone();
        Ok(Opened { content: Some(content), moment: Some(session), login, ..Opened::of(input) })
    }

    async fn open_globals(&self) -> Result<Opened, Fault> {
        let mut session = self.session(self.maintenance())?;
        let content = roles(&mut session).await?;
        let is_super = "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user;";
        let is_super = first(session.ask(is_super, PATIENCE).await?) == "t";
        let mut dump = self.program("pg_dumpall", self.maintenance())?;
        dump = dump.arguments(["-w", "--globals-only", LOCK_WAIT, "-l", self.maintenance()]);
        if !is_super {
            // Only a superuser may read the passwords.
            dump = dump.argument("--no-role-passwords");
        }
        let ending = Ending::trailer("-- PostgreSQL database cluster dump complete");
        let input = Input::Feed(Feed::Program(dump, ending));
        Ok(Opened { content: Some(content), login: self.login.clone(), ..Opened::of(input) })
    }
}

/// A name in a statement.
pub(in crate::backup) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The first value of an answer.
pub(in crate::backup) fn first(rows: Vec<Vec<String>>) -> String {
    rows.into_iter().flatten().next().unwrap_or_default()
}

/// The server and its release.
///
/// # Errors
/// It does not answer.
pub(super) async fn version(session: &mut Session) -> Result<String, Fault> {
    let version = session.ask("SELECT pg_catalog.current_setting('server_version');", PATIENCE).await?;
    Ok(format!("PostgreSQL {}", first(version)))
}

/// The roles of a server, and what they may.
///
/// # Errors
/// The server does not answer.
pub(in crate::backup) async fn roles(session: &mut Session) -> Result<Content, Fault> {
    let mut content = Content::of(version(session).await?);
    content.note_rows(Kind::Role, &session.ask(ROLES, PATIENCE).await?);
    Ok(content)
}

/// What is in the database of a session, as it is in its transaction.
///
/// # Errors
/// The server says no.
pub(in crate::backup) async fn content(session: &mut Session) -> Result<Content, Fault> {
    let mut content = Content::of(version(session).await?);
    for row in session.ask(ROWS, COUNTING).await? {
        if let [name, rows, checksum] = &row[..] {
            content.note(Kind::Rows, name, rows);
            content.note(Kind::Checksum, name, checksum);
        }
    }
    content.note_rows(Kind::Sequence, &session.ask(SEQUENCES, PATIENCE).await?);
    for (kind, select) in DEFINITIONS {
        content.note_rows(kind, &session.ask(select, PATIENCE).await?);
    }
    Ok(content)
}

/// Prepares a session for [`content`].
///
/// # Errors
/// The server says no.
pub(in crate::backup) async fn prepare(session: &mut Session) -> Result<(), Fault> {
    session.ask(SETTINGS, PATIENCE).await.map(drop)
}
