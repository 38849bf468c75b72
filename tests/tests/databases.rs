//! Database servers: PostgreSQL and MariaDB.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use tests::{Authority, DatabaseServer, Installation, NAME, Validity};

fn authority() -> Authority {
    let authority = Authority::new();
    authority.certify("server", &[NAME], Validity::LONG);
    authority
}

fn installation() -> Installation {
    let installation = Installation::new();
    installation.secret("secrets/password", DatabaseServer::PASSWORD);
    installation.secret("secrets/wrong", "neteisingas");
    installation
}

/// The keys of a check that is asked under TLS.
fn keys(kind: &str, port: u16, authority: &Authority) -> String {
    format!(
        "kind = \"{kind}\", name = \"db\", port = {port}, user = \"{}\", interval = \"2s\", timeout = \"1900ms\", \
         confirm = 1, server_name = \"{NAME}\", authority = \"{}\"",
        DatabaseServer::USER,
        authority.path("authority.pem").display(),
    )
}

const RIGHT: &str = "password = { file = \"secrets/password\" }";
const WRONG: &str = "password = { file = \"secrets/wrong\" }";

#[test]
fn postgresql_answers_and_its_replica_says_how_far_it_is_behind() {
    let authority = authority();
    let server = DatabaseServer::postgres(&authority, "server");
    let replica = server.replica();
    let late = server.replica();
    let installation = installation();
    let device = |name: &str, port: u16, more: &str| {
        let check = format!("{{ {}, database = \"gyventojai\", {more} }}", keys("postgres", port, &authority));
        installation.device(name, "127.0.0.1", &check);
    };
    device("geras", server.port, &format!("{RIGHT}, query = \"SELECT 'veikia'\", expect = \"veikia\""));
    device(
        "kitoks",
        server.port,
        &format!("{RIGHT}, query = \"SELECT count(*) FROM pg_tables WHERE false\", expect = \"7\""),
    );
    device("rasantis", server.port, &format!("{RIGHT}, query = \"CREATE TABLE x ()\""));
    device("svetimas", server.port, WRONG);
    device("replika", replica.port, RIGHT);
    device("velluoja", late.port, &format!("{RIGHT}, lag = \"1s\""));
    let plain = format!(
        "{{ kind = \"postgres\", name = \"db\", port = {}, user = \"{}\", {RIGHT}, database = \"nera\", tls = false, confirm = 1 }}",
        server.port,
        DatabaseServer::USER
    );
    installation.device("be-bazes", "127.0.0.1", &plain);
    let rotused = installation.start();
    rotused.state_is("geras", "db", "up");
    let labels = "{device=\"geras\",check=\"db\"}";
    for metric in ["connect_seconds", "tls_handshake_seconds", "login_seconds", "query_seconds", "connections"] {
        rotused.metric_is(&format!("rotuse_check_{metric}{labels}"), |value| value > 0.0);
    }
    rotused.metric_is(&format!("rotuse_check_connections_ratio{labels}"), |share| share > 0.0 && share < 1.0);
    rotused.state_is("replika", "db", "up");
    rotused.metric_is("rotuse_check_replication_lag_seconds{device=\"replika\",check=\"db\"}", |lag| lag == 0.0);
    // It has followed until here, and no longer.
    server.psql("CREATE TABLE pirma ()");
    late.psql("SELECT FROM pirma");
    late.psql("SELECT pg_wal_replay_pause()");
    server.psql("CREATE TABLE antra ()");
    for (name, state, words) in [
        ("velluoja", "degraded", "s behind, and 1 s are allowed"),
        ("kitoks", "down", "it answers &quot;0&quot; where &quot;7&quot; is expected"),
        ("rasantis", "down", "the database server says: cannot execute CREATE TABLE in a read-only transaction"),
        ("svetimas", "down", "it does not accept our user or password"),
        ("be-bazes", "down", "database &quot;nera&quot; does not exist"),
    ] {
        rotused.state_is(name, "db", state);
        let _ = rotused.page_with(&format!("/devices/{name}?lang=en"), &[words]);
    }
    let (_, log) = rotused.stop();
    assert!(!log.contains(DatabaseServer::PASSWORD) && !log.contains("neteisingas"), "{log}");
}

#[test]
fn mariadb_answers_and_its_replica_says_whether_it_follows() {
    let authority = authority();
    let server = DatabaseServer::mariadb(&authority, "server", 1);
    let replica = DatabaseServer::mariadb(&authority, "server", 2);
    let allowed = format!("GRANT REPLICA MONITOR ON *.* TO {}@'127.0.0.1'", DatabaseServer::USER);
    replica.mariadb_say(&allowed);
    for statement in [
        "CREATE USER kopija@'127.0.0.1' IDENTIFIED BY 'kopija'",
        "GRANT REPLICATION SLAVE ON *.* TO kopija@'127.0.0.1'",
        "RESET MASTER",
    ] {
        server.mariadb_say(statement);
    }
    let port = server.port;
    replica.mariadb_say(&format!(
        "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={port}, MASTER_USER='kopija', MASTER_PASSWORD='kopija'"
    ));
    replica.mariadb_say("START SLAVE");
    let installation = installation();
    let device = |name: &str, port: u16, more: &str| {
        installation.device(name, "127.0.0.1", &format!("{{ {}, {more} }}", keys("mysql", port, &authority)));
    };
    device("geras", server.port, &format!("{RIGHT}, query = \"SELECT 'veikia'\", expect = \"veikia\""));
    device("replika", replica.port, RIGHT);
    device("svetimas", server.port, WRONG);
    device("klaida", server.port, &format!("{RIGHT}, query = \"SELECT * FROM nera.nera\""));
    let other = keys("mysql", server.port, &authority).replace(NAME, "kitas.example");
    installation.device("vardas", "127.0.0.1", &format!("{{ {other}, {RIGHT} }}"));
    let plain = format!(
        "{{ kind = \"mysql\", name = \"db\", port = {}, user = \"{}\", {RIGHT}, database = \"information_schema\", tls = false }}",
        server.port,
        DatabaseServer::USER
    );
    installation.device("atviras", "127.0.0.1", &plain);
    let rotused = installation.start();
    rotused.state_is("geras", "db", "up");
    rotused.state_is("atviras", "db", "up");
    let labels = "{device=\"geras\",check=\"db\"}";
    for metric in [
        "connect_seconds",
        "tls_handshake_seconds",
        "login_seconds",
        "query_seconds",
        "connections",
        "connections_ratio",
    ] {
        rotused.metric_is(&format!("rotuse_check_{metric}{labels}"), |value| value > 0.0);
    }
    let _ = rotused.page_with("/devices/geras", &["MariaDB"]);
    for (name, words) in [
        ("svetimas", "it does not accept our user or password"),
        ("klaida", "the database server says: "),
        ("vardas", "the certificate is for pastas.azuolynas.example, not for kitas.example"),
    ] {
        rotused.state_is(name, "db", "down");
        let _ = rotused.page_with(&format!("/devices/{name}?lang=en"), &[words]);
    }
    rotused.state_is("replika", "db", "up");
    rotused.metric_is("rotuse_check_replication_lag_seconds{device=\"replika\",check=\"db\"}", |lag| lag == 0.0);
    replica.mariadb_say("STOP SLAVE");
    rotused.state_is("replika", "db", "degraded");
    let _ = rotused.page_with("/devices/replika?lang=en", &["the replica no longer follows"]);
}
