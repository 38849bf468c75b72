//! Drills on a server that is given for them, on which others have databases too: they leave it as it was.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::process::{Child, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use tests::{Authority, DatabaseServer, Installation, NAME, Rotused, Validity, eventually};

fn authority() -> Authority {
    let authority = Authority::new();
    authority.certify("server", &[NAME], Validity::LONG);
    authority
}

/// A job of which there is a backup.
struct Office {
    installation: Installation,
    source: String,
    rotused: Rotused,
}

impl Office {
    /// Backs up `source`, which is to be drilled on `given`.
    fn new(source: &str, given: &str) -> Self {
        let installation = Installation::new();
        installation.job("daily");
        installation.secret("secrets/given", DatabaseServer::PASSWORD);
        describe(&installation, source, given);
        let mut rotused = installation.start();
        let _ = rotused.log.line_with(&["INFO", "backup proven", "job=registras"]);
        Self { installation, source: source.to_owned(), rotused }
    }

    fn drill_on(&self, given: &str) {
        describe(&self.installation, &self.source, given);
    }

    /// Drills by hand, beside the daemon.
    fn begin(&self) -> Child {
        let key = self.installation.path("secrets/repository").display().to_string();
        let mut command = self.installation.command(&["backup", "drill", "registras", "--password-file", &key]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn drill(&self) -> (bool, String) {
        ended(self.begin())
    }

    fn passes(&self) -> String {
        let (is_good, said) = self.drill();
        assert!(is_good, "{said}");
        said
    }

    fn fails(&self, words: &str) {
        let (is_good, said) = self.drill();
        assert!(!is_good && said.contains(words), "{said}");
        assert!(!said.contains(DatabaseServer::PASSWORD), "{said}");
    }
}

fn describe(installation: &Installation, source: &str, given: &str) {
    let job = "[[job]]\nname = \"registras\"\nrepository = \"vietine\"\nschedule = \"daily\"\n";
    installation.write("jobs/registras.toml", &format!("{job}source = {{ {source} }}\ndrill_server = {{ {given} }}\n"));
}

fn ended(drill: Child) -> (bool, String) {
    let done = drill.wait_with_output().unwrap();
    (done.status.success(), String::from_utf8([done.stdout, done.stderr].concat()).unwrap())
}

/// As somebody who may make databases, and is no administrator.
fn given(server: &DatabaseServer) -> String {
    format!(
        "host = \"127.0.0.1\", port = {}, user = \"{}\", password = {{ file = \"secrets/given\" }}",
        server.port,
        DatabaseServer::USER
    )
}

const LEFT: &str = "SELECT string_agg(datname, ',') FROM pg_database WHERE datname LIKE 'rotused%'";

/// All that a PostgreSQL server says of itself, and what is in the one database that was there before.
fn portrait(server: &DatabaseServer) -> String {
    let all = "SELECT (SELECT string_agg(concat(datname, datdba, datacl), ',' ORDER BY 1) FROM pg_database) || \
        (SELECT string_agg(concat(rolname, rolsuper, rolcreatedb, rolcanlogin, rolpassword), ',' ORDER BY 1) FROM pg_authid) || \
        (SELECT count(*) || ',' || coalesce(string_agg(setrole || array_to_string(setconfig, ','), ','), '') FROM pg_db_role_setting)";
    let inside = "SELECT string_agg(relname, ',' ORDER BY 1) || (SELECT sum(id) FROM asmuo) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    server.query("postgres", all) + &server.query("gyventojai", inside)
}

#[test]
fn drills_of_postgresql_leave_a_given_server_as_it_was() {
    let authority = authority();
    let (server, other) =
        (DatabaseServer::postgres(&authority, "server"), DatabaseServer::postgres(&authority, "server"));
    for statement in
        ["CREATE ROLE skaitytojas", "CREATE ROLE savininkas", "ALTER DATABASE gyventojai OWNER TO savininkas"]
    {
        server.psql(statement);
    }
    let _ = server.query(
        "gyventojai",
        "CREATE TABLE asmuo (id serial PRIMARY KEY, vardas text, kada timestamptz DEFAULT now());
         INSERT INTO asmuo (vardas) SELECT 'Vardas ' || i FROM generate_series(1, 400000) i;
         ALTER TABLE asmuo OWNER TO savininkas; GRANT SELECT ON asmuo TO skaitytojas;
         CREATE VIEW vardai AS SELECT vardas FROM asmuo; CREATE FUNCTION du() RETURNS int LANGUAGE sql AS 'SELECT 2';
         CREATE PUBLICATION visi FOR TABLE asmuo; SELECT lo_from_bytea(0, 'labas');",
    );
    other.psql(&format!("ALTER ROLE {} CREATEDB", DatabaseServer::USER));
    other.psql("CREATE ROLE savininkas PASSWORD 'kita'");
    let _ = other.query("gyventojai", "CREATE TABLE asmuo (id int); INSERT INTO asmuo VALUES (7)");
    let before = portrait(&other);
    let source = format!("kind = \"postgres\", host = {:?}, port = {}, user = \"admin\"", server.folder(), server.port);
    let office = Office::new(&source, &given(&other));

    let said = office.installation.rotused(&["backup", "drill", "registras"]);
    let said = String::from_utf8([said.stdout, said.stderr].concat()).unwrap();
    assert!(said.contains("1 tables with 400000 rows"), "{said}");
    assert!(said.contains(&format!("given server 127.0.0.1:{}", other.port)) && said.contains("roles"), "{said}");
    let page = office.rotused.page_with("/backups?lang=en", &["Passed", "roles were not restored there"]);
    assert!(!page.contains(DatabaseServer::PASSWORD));
    assert_eq!(portrait(&other), before);

    // Two at once wait for each other: neither takes the other's database for a leftover.
    let both = [office.begin(), office.begin()].map(ended);
    assert!(both.iter().all(|(is_good, _)| *is_good), "{both:?}");
    assert_eq!(portrait(&other), before);

    // One that is killed, one that is cancelled, and what the first has left.
    let mut killed = office.begin();
    let left =
        eventually("a database of the drill", || Some(other.query("postgres", LEFT)).filter(|left| !left.is_empty()));
    killed.kill().unwrap();
    killed.wait().unwrap();
    // What it had asked for last may have come to be after its end.
    assert!(other.query("postgres", LEFT).contains(&left));
    let cancelled = office.begin();
    let run = left.rsplit_once('_').unwrap().0;
    eventually("a database of another drill, when what was left is gone", || {
        let now = other.query("postgres", LEFT);
        (!now.is_empty() && !now.contains(run)).then_some(())
    });
    kill_process(Pid::from_child(&cancelled), Signal::INT).unwrap();
    let (is_good, said) = ended(cancelled);
    assert!(!is_good && said.contains("interrupted"), "{said}");
    assert_eq!(portrait(&other), before);

    // Somebody else's database of such a name.
    other.psql(&format!("CREATE DATABASE {}", left.split(',').next().unwrap()));
    let theirs = portrait(&other);
    office.fails("no drill of ours has made it");
    assert_eq!(portrait(&other), theirs);
    other.psql(&format!("DROP DATABASE {}", left.split(',').next().unwrap()));

    // Who restores where the data are has proven nothing, and is in the way there.
    server.psql(&format!("ALTER ROLE {} CREATEDB", DatabaseServer::USER));
    office.drill_on(&given(&server));
    office.fails("is the one that is backed up");
    assert_eq!(server.query("postgres", LEFT), "");
    let replica = server.replica();
    office.drill_on(&given(&replica));
    office.fails("is the one that is backed up");

    // What cannot be restored there is gone all the same.
    office.drill_on(&given(&other));
    let _ = server.query("gyventojai", "CREATE POLICY skaito ON asmuo TO skaitytojas USING (true)");
    let run = office.installation.rotused(&["backup", "run", "registras"]);
    assert!(run.status.success(), "{run:?}");
    office.fails("role \"skaitytojas\" does not exist");
    assert_eq!(portrait(&other), before);
    // Without a right to make databases nothing is made.
    other.psql(&format!("ALTER ROLE {} NOCREATEDB", DatabaseServer::USER));
    office.fails("permission denied to create database");
    assert_eq!(other.query("postgres", LEFT), "");
}

/// All databases of a MariaDB server, its users, and what is in the one database that was there before.
fn portrait_of_mariadb(server: &DatabaseServer) -> String {
    server.mariadb_query(
        "SHOW DATABASES; SELECT user, host, authentication_string FROM mysql.user ORDER BY 1, 2; SELECT * FROM mysql.db;
         SELECT SUM(a) FROM svetaine.sena; SHOW TABLES FROM svetaine; SELECT COUNT(*) FROM information_schema.EVENTS;",
    )
}

const LEFT_IN_MARIADB: &str = "SHOW DATABASES LIKE 'rotused%'";

#[test]
fn drills_of_mariadb_leave_a_given_server_as_it_was() {
    let authority = authority();
    let server = DatabaseServer::mariadb(&authority, "server", 1);
    let other = DatabaseServer::mariadb(&authority, "server", 2);
    server.mariadb_say(
        "CREATE DATABASE svetaine; USE svetaine;
         CREATE TABLE asmuo (id INT AUTO_INCREMENT PRIMARY KEY, vardas VARCHAR(50), kada TIMESTAMP DEFAULT '2026-01-02 03:04:05');
         INSERT INTO asmuo (vardas) SELECT CONCAT('Vardas ', seq) FROM seq_1_to_300000;
         CREATE VIEW vardai AS SELECT vardas FROM asmuo; CREATE PROCEDURE du() SELECT 2;
         CREATE TRIGGER t BEFORE INSERT ON asmuo FOR EACH ROW SET NEW.vardas = 'x';
         CREATE EVENT valyti ON SCHEDULE EVERY 1 SECOND DO DELETE FROM asmuo LIMIT 1;
         CREATE DATABASE `kita; DROP`; CREATE TABLE `kita; DROP`.`a``b` (a INT); INSERT INTO `kita; DROP`.`a``b` VALUES (1);",
    );
    other.mariadb_say(&format!(
        "SET GLOBAL time_zone = '+05:00'; SET GLOBAL log_bin_trust_function_creators = 1;
         CREATE DATABASE svetaine; CREATE TABLE svetaine.sena (a INT); INSERT INTO svetaine.sena VALUES (7);
         GRANT ALL ON `rotused\\_drill\\_%`.* TO {user}@'127.0.0.1'; GRANT SET USER ON *.* TO {user}@'127.0.0.1';
         GRANT SELECT ON mysql.proc TO {user}@'127.0.0.1'",
        user = DatabaseServer::USER
    ));
    let before = portrait_of_mariadb(&other);
    let socket = server.folder().join("socket");
    let office = Office::new(&format!("kind = \"mariadb\", host = {socket:?}, user = \"root\""), &given(&other));
    let said = office.passes();
    assert!(said.contains("2 tables with 300001 rows"), "{said}");
    assert!(said.contains(&format!("given server 127.0.0.1:{}", other.port)) && said.contains("roles"), "{said}");
    assert_eq!(portrait_of_mariadb(&other), before);

    let mut killed = office.begin();
    let left = eventually("a database of the drill", || {
        Some(other.mariadb_query(LEFT_IN_MARIADB)).filter(|left| !left.is_empty())
    });
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(other.mariadb_query(LEFT_IN_MARIADB).contains(&left));
    let _ = office.passes();
    assert_eq!(portrait_of_mariadb(&other), before);

    other.mariadb_say(&format!("CREATE DATABASE {}", left.lines().next().unwrap()));
    office.fails("no drill of ours has made it");
    assert_eq!(other.mariadb_query(LEFT_IN_MARIADB), left.lines().next().unwrap());
    other.mariadb_say(&format!("DROP DATABASE {}", left.lines().next().unwrap()));

    other.mariadb_say("SET GLOBAL event_scheduler = ON");
    office.fails("event scheduler");
    other.mariadb_say("SET GLOBAL event_scheduler = OFF");
    office.drill_on(&given(&server));
    office.fails("is the one that is backed up");
    assert_eq!(portrait_of_mariadb(&other), before);
    assert_eq!(server.mariadb_query(LEFT_IN_MARIADB), "");
}

#[test]
fn a_given_server_is_for_what_can_be_restored_there() {
    let installation = Installation::new();
    installation.job("daily");
    let refused = |source: &str, given: &str, words: &str| {
        describe(&installation, source, given);
        let _ = installation.mistakes(&["jobs/registras.toml:6:16", words]);
    };
    let whole = "kind = \"postgres-physical\", wal = \"/var/spool/rotused/wal\"";
    refused(whole, "host = \"10.0.0.8\"", "leave drill_server out");
    refused("kind = \"files\", paths = \"/etc\"", "host = \"10.0.0.8\"", "leave it out");
    describe(&installation, "kind = \"postgres\"", "hots = \"10.0.0.8\"");
    let _ = installation.mistakes(&["unknown key \"hots\"", "did you mean \"host\"?"]);
    describe(&installation, "kind = \"postgres\"", "host = \"10.0.0.8\", databases = \"gyventojai\"");
    let _ = installation.mistakes(&["unknown key \"databases\""]);
    describe(&installation, "kind = \"postgres\"", "host = \"10.0.0.8\", password = \"atvirai\"");
    let _ = installation.mistakes(&["password"]);
}
