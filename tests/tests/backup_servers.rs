//! Backups of real database servers, made by the daemon, restored by the vendors' own tools.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rusqlite::Connection;
use tempfile::TempDir;

use tests::{Authority, DatabaseServer, Installation, NAME, Rotused, Validity, eventually};

/// A name that somebody will give a database some day.
const ODD: &str = "a b\"; DROP";

fn authority() -> Authority {
    let authority = Authority::new();
    authority.certify("server", &[NAME], Validity::LONG);
    authority
}

fn postgres() -> DatabaseServer {
    let server = DatabaseServer::postgres(&authority(), "server");
    server.psql("CREATE DATABASE \"a b\"\"; DROP\"");
    for database in ["gyventojai", ODD] {
        let _ = server.query(
            database,
            "CREATE SCHEMA \"S chema\"; CREATE TABLE asmuo (id serial PRIMARY KEY, vardas text UNIQUE, gime date, kaina float8);
             INSERT INTO asmuo (vardas, gime, kaina) SELECT 'Vardas ' || i, date '2000-01-01' + i, i / 3.0 FROM generate_series(1, 5000) i;
             CREATE TABLE \"S chema\".\"tab\"\"le; --\" (\"rotuse_row\" int, t text);
             INSERT INTO \"S chema\".\"tab\"\"le; --\" VALUES (1, E'a\\nb'), (2, NULL);
             CREATE FUNCTION du() RETURNS int LANGUAGE sql AS 'SELECT 2'; CREATE VIEW jauni AS SELECT * FROM asmuo WHERE gime > '2010-01-01';
             CREATE TABLE tuscia (id int); SELECT lo_from_bytea(0, 'labas');",
        );
    }
    let _ = server.query(ODD, &kinds_of_tables());
    server
}

/// Tables of every shape, and some whose rows are nearly those of `lygus`.
fn kinds_of_tables() -> String {
    let many: Vec<String> = (0..1500).map(|column| format!("c{column} int")).collect();
    let rows = [
        ("lygus", "('a', 'b'), ('c', NULL)"),
        ("kitaip_sudeti", "('c', NULL), ('a', 'b')"),
        ("sukeisti", "('a', NULL), ('c', 'b')"),
        ("stulpeliai", "('b', 'a'), ('c', NULL)"),
        ("tusti", "('a', 'b'), ('c', '')"),
        ("suaugę", "('a', 'b'), ('c,', NULL)"),
        ("dukart", "('a', 'b'), ('a', 'b')"),
    ];
    let alike =
        rows.map(|(name, rows)| format!("CREATE TABLE {name} (x text, y text); INSERT INTO {name} VALUES {rows};"));
    format!(
        "CREATE TYPE spalva AS ENUM ('žalia', 'balta'); CREATE TYPE vieta AS (gatve text, namas int); CREATE DOMAIN kodas AS char(5);
         CREATE TABLE margas (s spalva, v vieta, k kodas, d \"char\", b bytea, j jsonb, m numeric[], i interval, l inet, x xml);
         INSERT INTO margas VALUES ('žalia', ('A', NULL), 'a', 'x', '\\x00ff', '{{\"a\": 1}}', '{{1.50,NULL}}', '1 day', '10.0.0.1', '<a/>'),
             (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
         CREATE TABLE tevas (b int, a int); CREATE TABLE vaikas (a int, b int); ALTER TABLE vaikas INHERIT tevas;
         INSERT INTO vaikas VALUES (1, 2); CREATE TABLE be_nieko (); INSERT INTO be_nieko DEFAULT VALUES;
         CREATE TABLE be_vieno (a int, b int); INSERT INTO be_vieno VALUES (1, 2); ALTER TABLE be_vieno DROP COLUMN a;
         CREATE TABLE platus ({}); INSERT INTO platus DEFAULT VALUES; {}",
        many.join(", "),
        alike.concat()
    )
}

/// What was told of rows in the moment of a dump tells apart whatever is not the same, and nothing else.
fn tells_rows_apart(journal: &Connection) {
    let told: String = journal
        .query_row("SELECT content FROM content WHERE content LIKE '%public.lygus%'", [], |row| row.get(0))
        .unwrap();
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let digest = |table: &str| told.pointer(&format!("/facts/checksum/public.{table}")).unwrap().as_str().unwrap();
    assert_eq!(digest("kitaip_sudeti"), digest("lygus"));
    let others =
        ["lygus", "sukeisti", "stulpeliai", "tusti", "suaugę", "dukart", "margas", "be_nieko", "be_vieno", "platus"];
    let digests: std::collections::BTreeSet<&str> = others.into_iter().map(digest).collect();
    assert_eq!(digests.len(), others.len(), "{told}");
}

fn job(installation: &Installation, source: &str, more: &str) {
    installation.job("daily");
    installation.write(
        "jobs/registras.toml",
        &format!("[[job]]\nname = \"registras\"\nrepository = \"vietine\"\nschedule = \"daily\"\nsource = {{ {source} }}\n{more}\n"),
    );
}

#[test]
fn every_database_of_postgresql_is_backed_up_and_can_be_restored() {
    let server = postgres();
    let installation = Installation::new();
    let source = format!("kind = \"postgres\", host = {:?}, port = {}, user = \"admin\"", server.folder(), server.port);
    job(&installation, &source, "");
    let places = places();
    let mut rotused = Rotused::of(installation.command(&["run"]).env("TMPDIR", places.path()));
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    assert_eq!(installation.list("snapshots").len(), 4, "postgres, gyventojai, the odd one, and what belongs to none");
    tells_rows_apart(&Connection::open(installation.path("state/journal.db")).unwrap());
    let dump = installation.restic(&["dump", "--tag", "part=a%20b%22%3B%20DROP", "latest", "/a%20b%22%3B%20DROP.dump"]);
    assert!(dump.status.success(), "{dump:?}");
    fs::write(installation.path("odd.dump"), &dump.stdout).unwrap();
    server.psql("CREATE DATABASE atkurta");
    let restored = Command::new("pg_restore")
        .args(["-d", "atkurta", "-U", "admin", "--exit-on-error", "-p", &server.port.to_string(), "-h"])
        .arg(server.folder())
        .stdin(Stdio::from(fs::File::open(installation.path("odd.dump")).unwrap()))
        .output()
        .unwrap();
    assert!(restored.status.success(), "{restored:?}");
    let sum = "SELECT count(*), sum(hashtextextended(a::text, 0)) FROM asmuo a";
    assert_eq!(server.query("atkurta", sum), server.query(ODD, sum));
    let globals = installation.restic(&["dump", "--tag", "part=globals", "latest", "/globals.sql"]);
    assert!(String::from_utf8(globals.stdout).unwrap().contains("CREATE ROLE rotuse"));
    let page = rotused.page_with("/backups?lang=en", &["Proven", "PostgreSQL"]);
    assert!(page.contains("+3"), "{page}");
    let said = drill(&installation, true);
    assert!(said.contains("passed") && said.contains("tables with 10024 rows"), "{said}");
    let _ = rotused.log.line_with(&["INFO", "drill passed", "job=registras"]);
    restores(&installation, &server, places.path());
    let left = fs::read_dir(places.path()).unwrap().flatten().map(|entry| entry.file_name());
    assert_eq!(left.collect::<Vec<_>>(), Vec::<OsString>::new());
}

fn restores(installation: &Installation, server: &DatabaseServer, places: &Path) {
    let restore = |arguments: &[&str]| {
        let mut command = installation.command(&[&["restore", "registras"], arguments].concat());
        let done = command.env("TMPDIR", places).output().unwrap();
        (done.status.success(), String::from_utf8([done.stdout, done.stderr].concat()).unwrap())
    };
    let (_, listed) = restore(&["--list"]);
    assert!(listed.contains("gyventojai") && listed.contains("3 tables, 5002 rows"), "{listed}");
    let (is_good, said) = restore(&["--part", "gyventojai", "--to", "nauja"]);
    assert!(is_good, "{said}");
    let sum = "SELECT count(*), sum(hashtextextended(a::text, 0)) FROM asmuo a";
    assert_eq!(server.query("nauja", sum), server.query("gyventojai", sum));
    let (is_good, said) = restore(&["--part", "gyventojai", "--to", "nauja"]);
    assert!(!is_good && said.contains("already exists"), "{said}");
    let (is_good, said) = restore(&["--part", "gyventojai", "--to", "lentele", "--table", "asmuo"]);
    assert!(is_good, "{said}");
    let tables =
        "SELECT string_agg(relname, ',') FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    assert_eq!(server.query("lentele", tables), "asmuo");
    let (is_good, said) = restore(&["--part", "gyventojai", "--over", "gyventojas"]);
    assert!(!is_good && said.contains("must name the original"), "{said}");
    let _ = server.query("gyventojai", "DELETE FROM asmuo");
    let (is_good, said) = restore(&["--part", "gyventojai", "--over", "gyventojai"]);
    assert!(is_good, "{said}");
    assert_eq!(server.query("gyventojai", sum), server.query("nauja", sum));
    // What was there is still there.
    let aside = server.query("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'gyventojai_before_%'");
    assert_eq!(server.query(&aside, "SELECT count(*) FROM asmuo"), "0");
}

/// Drills the job by hand.
fn drill(installation: &Installation, is_good: bool) -> String {
    let done = installation.rotused(&["backup", "drill", "registras"]);
    assert_eq!(done.status.success(), is_good, "{done:?}");
    String::from_utf8([done.stdout, done.stderr].concat()).unwrap()
}

/// A place for temporary files, which the user of a scratch server may pass through, and nobody else uses: what is left there is ours.
fn places() -> TempDir {
    let places = tempfile::tempdir().unwrap();
    fs::set_permissions(places.path(), Permissions::from_mode(0o711)).unwrap();
    places
}

/// What a drill must find: each change of what was told in the moment of the dump stands for the same change of what is restored.
#[test]
fn a_drill_fails_loudly_when_anything_is_not_as_it_was() {
    let server = postgres();
    let installation = Installation::new();
    let source = format!(
        "kind = \"postgres\", host = {:?}, port = {}, user = \"admin\", databases = [\"gyventojai\"]",
        server.folder(),
        server.port
    );
    job(&installation, &source, "");
    let mut rotused = installation.start();
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    let journal = Connection::open(installation.path("state/journal.db")).unwrap();
    journal.execute_batch("DROP TRIGGER content_no_UPDATE").unwrap();
    let told: String = journal
        .query_row("SELECT content FROM content WHERE content LIKE '%public.asmuo%'", [], |row| row.get(0))
        .unwrap();
    let tell = |content: &str| {
        let update = "UPDATE content SET content = ?1 WHERE content LIKE '%public.%'";
        assert_eq!(journal.execute(update, [content]).unwrap(), 1);
    };
    let checksum = told.split("\"checksum\":{").nth(1).unwrap().split("\"public.asmuo\":\"").nth(1).unwrap();
    let checksum = checksum.split('"').next().unwrap();
    let faults = [
        ("a row was changed", checksum, "1", "the rows of the table public.asmuo are not the same"),
        ("a row is gone", "\"public.asmuo\":\"5000\"", "\"public.asmuo\":\"5001\"", "has 5000 rows instead of 5001"),
        (
            "a table is empty",
            "\"public.tuscia\":\"0\"",
            "\"public.tuscia\":\"7\"",
            "the table public.tuscia has 0 rows instead of 7",
        ),
        (
            "a sequence is behind",
            "\"public.asmuo_id_seq\":\"5000\"",
            "\"public.asmuo_id_seq\":\"5001\"",
            "the sequence public.asmuo_id_seq is at 5000, behind 5001",
        ),
        (
            "an index is missing",
            "\"index\":{",
            "\"index\":{\"public.a_lost\":\"x\",",
            "the index public.a_lost is missing",
        ),
        ("another run", "public.asmuo", "public.kitas", "is not what was dumped"),
    ];
    for (name, from, to, expected) in faults {
        let changed = told.replacen(from, to, if name == "another run" { 100 } else { 1 });
        assert_ne!(changed, told, "{name}");
        tell(&changed);
        let said = drill(&installation, false);
        assert!(said.contains(expected), "{name}: {said}");
    }
    let _ = rotused.log.line_with(&["WARN", "incident opened", "Restore drill: registras"]);
    tell(&told);
    let roles = |from: &str, to: &str| {
        let update = "UPDATE content SET content = replace(content, ?1, ?2) WHERE content LIKE '%\"role\"%'";
        assert_eq!(journal.execute(update, [from, to]).unwrap(), 1);
    };
    roles("\"rotuse\":", "\"dingusi\":");
    let said = drill(&installation, false);
    assert!(said.contains("dingusi is missing"), "{said}");
    roles("\"dingusi\":", "\"rotuse\":");
    let _ = drill(&installation, true);
    let _ = rotused.log.line_with(&["INFO", "incident resolved", "Restore drill: registras"]);
    // Whoever has changed the journal by hand is found out all the same.
    let verified = installation.rotused(&["backup", "verify"]);
    assert!(verified.status.success(), "it says again what was written: {verified:?}");
    tell(&told.replace("5000", "5001"));
    let verified = installation.rotused(&["backup", "verify"]);
    assert!(String::from_utf8(verified.stderr).unwrap().contains("the journal was changed"));
}

#[test]
fn a_backend_that_dies_during_its_dump_leaves_no_backup() {
    let server = postgres();
    // Large enough that the dump goes on when its backend is ended.
    let _ = server.query("gyventojai", "INSERT INTO tuscia SELECT i FROM generate_series(1, 3000000) i");
    let installation = Installation::new();
    let source = format!(
        "kind = \"postgres\", host = {:?}, port = {}, user = \"admin\", databases = \"gyventojai\"",
        server.folder(),
        server.port
    );
    job(&installation, &source, "retry = \"1s\"");
    let mut rotused = installation.start();
    tests::eventually("a dump that is ended", || {
        let ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'COPY%tuscia%'";
        (server.query("postgres", ended) != "0").then_some(())
    });
    let line = rotused.log.line_with(&["ERROR", "backup failed", "job=registras"]);
    assert!(line.contains("pg_dump failed"), "{line}");
    assert_eq!(installation.list("snapshots"), Vec::<String>::new());
    assert_eq!(installation.list("locks"), Vec::<String>::new());
}

#[test]
fn every_database_of_mariadb_is_backed_up_and_can_be_restored() {
    let server = DatabaseServer::mariadb(&authority(), "server", 1);
    server.mariadb_say(
        "CREATE DATABASE `a b; DROP`; USE `a b; DROP`;
         CREATE TABLE `as``muo` (id INT AUTO_INCREMENT PRIMARY KEY, vardas VARCHAR(50), kaina DECIMAL(10,2), nuotrauka BLOB);
         INSERT INTO `as``muo` (vardas, kaina, nuotrauka) SELECT CONCAT('Vardas ', seq), seq / 3, UNHEX(MD5(seq)) FROM seq_1_to_5000;
         CREATE TABLE sena (a INT) ENGINE=MyISAM; CREATE VIEW brangus AS SELECT * FROM `as``muo` WHERE kaina > 100;
         CREATE PROCEDURE du() SELECT 2; CREATE TRIGGER t BEFORE INSERT ON `as``muo` FOR EACH ROW SET NEW.kaina = 1;",
    );
    let installation = Installation::new();
    let socket = server.folder().join("socket");
    job(&installation, &format!("kind = \"mariadb\", host = {socket:?}, user = \"root\""), "");
    let mut rotused = installation.start();
    let _ = rotused.log.line_with(&["WARN", "not all tables of a b; DROP are of one moment", "sena is MyISAM"]);
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    assert_eq!(installation.list("snapshots").len(), 2, "the database and the users");
    let dump = installation.restic(&["dump", "--tag", "part=a%20b%3B%20DROP", "latest", "/a%20b%3B%20DROP.dump.sql"]);
    assert!(dump.status.success(), "{dump:?}");
    let text = String::from_utf8_lossy(&dump.stdout);
    assert!(text.contains("CREATE DEFINER") && text.trim_end().ends_with("-- Dump completed"));
    let users = installation.restic(&["dump", "--tag", "part=users", "latest", "/users.sql"]);
    assert!(String::from_utf8_lossy(&users.stdout).contains("`rotuse`@`127.0.0.1`"));
    let said = drill(&installation, true);
    assert!(said.contains("2 tables with 5000 rows"), "{said}");
    let restored =
        installation.rotused(&["restore", "registras", "--part", "a b; DROP", "--to", "lentele", "--table", "as`muo"]);
    assert!(restored.status.success(), "{restored:?}");
    server.mariadb_say("SELECT 1 / (COUNT(*) = 5000) FROM lentele.`as``muo`");
    let missing = "SELECT IF(COUNT(*) = 1, 1, 1 DIV 0) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'lentele'";
    server.mariadb_say(&format!("SET sql_mode = 'ERROR_FOR_DIVISION_BY_ZERO,STRICT_ALL_TABLES'; {missing}"));
    let shown = installation.rotused(&["backup", "show", "1"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("5000  as`muo") && !shown.contains("nearly"), "{shown}");
}

#[test]
fn a_server_comes_back_to_any_moment_and_a_gap_in_its_log_is_an_alarm() {
    let authority = authority();
    // The server's user may not be allowed to come to where we were built.
    let program = tempfile::tempdir().unwrap();
    fs::set_permissions(program.path(), Permissions::from_mode(0o755)).unwrap();
    let rotused = program.path().join("rotused");
    fs::copy(tests::program("rotused"), &rotused).unwrap();
    let command = format!("{} wal push %p --to {{spool}}", rotused.display());
    let server = DatabaseServer::archiving(&authority, "server", &command);
    let spool = server.folder().join("spool");
    server.psql("CREATE TABLE asmuo (id serial PRIMARY KEY, vardas text)");
    let add = "INSERT INTO asmuo (vardas) SELECT 'Vardas ' || i FROM generate_series(1, 1000) i";
    let _ = server.query("postgres", add);
    let installation = Installation::new();
    let source = format!(
        "kind = \"postgres-physical\", host = {:?}, port = {}, user = \"admin\", wal = {spool:?}, wal_every = \"1s\"",
        server.folder(),
        server.port
    );
    job(&installation, &source, "");
    let places = places();
    let mut rotused = Rotused::of(installation.command(&["run"]).env("TMPDIR", places.path()));
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    let _ = server.query("postgres", add);
    let moment = server.query("postgres", "SELECT to_json(clock_timestamp())#>>'{}'");
    let _ = server.query("postgres", "DELETE FROM asmuo");
    let switched = server.query("postgres", "SELECT pg_walfile_name(pg_switch_wal())");
    let page = rotused.page_with("/backups?lang=en", &["WAL stored", &switched]);
    assert!(page.contains("PostgreSQL"), "{page}");
    eventually("an empty spool", || (fs::read_dir(&spool).unwrap().count() == 0).then_some(()));
    let said = drill(&installation, true);
    assert!(said.contains("passed") && said.contains("1 tables with 0 rows"), "{said}");

    let restore = |arguments: &[&str], to: &Path| {
        let mut command =
            installation.command(&[&["restore", "registras", "--to"], &[to.to_str().unwrap()][..], arguments].concat());
        let done = command.env("TMPDIR", places.path()).output().unwrap();
        (done.status.success(), String::from_utf8([done.stdout, done.stderr].concat()).unwrap())
    };
    let restored = places.path().join("atkurta");
    let (is_good, said) = restore(&["--to-time", &moment], &restored);
    assert!(is_good && said.contains("comes back to"), "{said}");
    let then = DatabaseServer::restored(&authority, "server", &restored);
    eventually("an end of the recovery", || {
        (then.query("postgres", "SELECT pg_is_in_recovery()") == "f").then_some(())
    });
    assert_eq!(then.query("postgres", "SELECT count(*) FROM asmuo"), "2000");
    drop(then);
    let (is_good, said) = restore(&[], &restored);
    assert!(!is_good && said.contains("there already"), "{said}");
    let bare = places.path().join("plika");
    let repository = installation.path("repository").display().to_string();
    let password = installation.path("secrets/repository").display().to_string();
    let (is_good, said) =
        restore(&["--no-catalogue", "--repository", &repository, "--password-file", &password], &bare);
    assert!(is_good && said.contains("as far as its log goes"), "{said}");
    assert!(fs::read_dir(places.path().join("plika-wal")).unwrap().count() > 1);

    // What was written after this file never came.
    let later = format!("{}{:08X}", &switched[..16], u32::from_str_radix(&switched[16..], 16).unwrap() + 3);
    fs::write(spool.join(&later), vec![0; 16 << 20]).unwrap();
    let line = rotused.log.line_with(&["WARN", "incident opened", "WAL archive: registras"]);
    assert!(line.contains("never came: nothing after it can be restored"), "{line}");
    let run = installation.rotused(&["backup", "run", "registras"]);
    assert!(run.status.success(), "{run:?}");
    // A base backup of a server that rests fills one file of the log; the next one comes up to the file that we made up.
    let _ = server.query("postgres", "INSERT INTO asmuo (vardas) VALUES ('y'); SELECT pg_switch_wal()");
    let _ = rotused.log.line_with(&["INFO", "incident resolved", "WAL archive: registras"]);

    fs::remove_dir_all(&spool).unwrap();
    fs::write(&spool, "").unwrap();
    let _ = server.query("postgres", "INSERT INTO asmuo (vardas) VALUES ('x'); SELECT pg_switch_wal()");
    let _ = rotused.log.line_with(&["WARN", "incident opened", "WAL archive: registras"]);
    let verified = installation.rotused(&["backup", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
}

#[test]
fn who_is_not_let_in_or_finds_no_database_says_so_and_no_password() {
    let server = postgres();
    let installation = Installation::new();
    installation.secret("secrets/db", "neteisingas-slaptazodis");
    let reached = |host: &str, user: &str, more: &str| {
        format!("kind = \"postgres\", host = {host:?}, port = {}, user = {user:?}, tls = false, {more}", server.port)
    };
    let folder = server.folder().display().to_string();
    job(
        &installation,
        &reached("127.0.0.1", DatabaseServer::USER, "password = { file = \"secrets/db\" }"),
        "retry = \"1s\"",
    );
    let mut rotused = installation.start();
    let line = rotused.log.line_with(&["ERROR", "backup failed", "job=registras"]);
    assert!(line.contains("password authentication failed") && !line.contains("neteisingas"), "{line}");
    let write = |source: &str| {
        installation.write(
            "jobs/registras.toml",
            &format!("[[job]]\nname = \"registras\"\nrepository = \"vietine\"\nschedule = \"daily\"\nretry = \"1s\"\nsource = {{ {source} }}\n"),
        );
    };
    write(&reached(&folder, "admin", "databases = \"nera\""));
    let _ = rotused.log.line_with(&["INFO", "configuration"]);
    let run = installation.rotused(&["backup", "run", "registras"]);
    assert!(!run.status.success(), "{run:?}");
    let line = rotused.log.line_with(&["ERROR", "backup failed", "job=registras"]);
    assert!(line.contains("database \"nera\" does not exist"), "{line}");
    // Who may come in, and may not read.
    write(&reached(
        "127.0.0.1",
        DatabaseServer::USER,
        "password = { file = \"secrets/db\" }, databases = \"gyventojai\"",
    ));
    installation.secret("secrets/db", DatabaseServer::PASSWORD);
    let _ = rotused.log.line_with(&["INFO", "configuration"]);
    let run = installation.rotused(&["backup", "run", "registras"]);
    assert!(!run.status.success(), "{run:?}");
    let line = rotused.log.line_with(&["ERROR", "backup failed", "job=registras"]);
    assert!(line.contains("permission denied"), "{line}");
    assert_eq!(installation.list("snapshots"), Vec::<String>::new());
    assert_eq!(installation.list("locks"), Vec::<String>::new());
}

#[test]
fn a_dump_waits_for_a_lock_and_is_exact_while_two_hundred_write() {
    let server = postgres();
    let load = server.load("gyventojai", 200);
    let installation = Installation::new();
    let source = format!(
        "kind = \"postgres\", host = {:?}, port = {}, user = \"admin\", databases = \"gyventojai\"",
        server.folder(),
        server.port
    );
    job(&installation, &source, "");
    let places = places();
    // Somebody alters a table, and takes some seconds for it.
    let mut locked = server.command("gyventojai");
    locked
        .args(["-c", "BEGIN; LOCK TABLE asmuo; SELECT pg_sleep(4); COMMIT"])
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let mut locked = locked.spawn().unwrap();
    eventually("a lock", || {
        let held = "SELECT count(*) FROM pg_locks WHERE relation = 'asmuo'::regclass AND mode = 'AccessExclusiveLock' AND granted";
        (server.query("gyventojai", held) != "0").then_some(())
    });
    let mut rotused = Rotused::of(installation.command(&["run"]).env("TMPDIR", places.path()));
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    assert!(locked.wait().unwrap().success());
    drop(load);
    let said = drill(&installation, true);
    assert!(said.contains("passed"), "{said}");
}

#[test]
fn a_dump_that_meets_a_changed_table_is_made_again() {
    let server = DatabaseServer::mariadb(&authority(), "server", 1);
    server.mariadb_say("CREATE DATABASE gyventojai; CREATE TABLE gyventojai.asmuo (id INT PRIMARY KEY)");
    let installation = Installation::new();
    // What MariaDB says is what it says when DDL comes between its snapshot and the table's turn, which no test can time.
    let once = installation.path("once");
    let dump = format!(
        "#!/bin/sh\nif [ ! -e {0} ]; then touch {0}; echo '-- MariaDB dump'; \
         echo 'mariadb-dump: Error 1412: Table definition has changed, please retry transaction when dumping table `asmuo` at row: 0' >&2; exit 3; fi\n\
         exec mariadb-dump \"$@\"\n",
        once.display()
    );
    installation.write("programs/mariadb-dump", &dump);
    installation.write("programs/mariadb", "#!/bin/sh\nexec mariadb \"$@\"\n");
    for name in ["mariadb", "mariadb-dump"] {
        fs::set_permissions(installation.path(&format!("programs/{name}")), Permissions::from_mode(0o755)).unwrap();
    }
    let socket = server.folder().join("socket");
    let source = format!(
        "kind = \"mariadb\", host = {socket:?}, user = \"root\", databases = \"gyventojai\", programs = \"programs\""
    );
    job(&installation, &source, "");
    let mut rotused = installation.start();
    let _ = rotused.log.line_with(&["WARN", "the dump of gyventojai is made again", "1412"]);
    let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
    assert_eq!(installation.list("locks"), Vec::<String>::new());
}
