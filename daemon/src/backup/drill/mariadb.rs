//! A drill of MariaDB.

use std::time::Duration;

use jiff::Timestamp;
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::compare;
use super::given::{Given, Unfit, Words};
use super::scratch::{STARTING, Scratch, Server};
use crate::backup::child::{Program, feed};
use crate::backup::restic::Restic;
use crate::backup::source::mariadb::{self, Mariadb, USERS_FILE};
use crate::backup::{Content, Fault, Progress, Stored, unless_aborted};
use crate::config::{Job, ServerSource};

/// How long making an empty server may take.
const MAKING: Duration = Duration::from_secs(180);

/// What need not survive anything is not written twice; nothing that was dumped does anything by itself.
const SETTINGS: [&str; 9] = [
    "--skip-networking",
    "--skip-log-bin",
    "--skip-grant-tables",
    "--event-scheduler=DISABLED",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-log-file-size=256M",
    "--max-allowed-packet=1G",
    "--sql-mode=",
];

/// How a given server is spoken to. It has no owners of databases; a comment comes with a database.
const WORDS: Words = Words {
    identity: "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('hostname', 'port', 'socket', 'datadir', 'server_uid', 'server_uuid');",
    obstacles: &[
        (
            "SELECT 1 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE \
             TABLE_SCHEMA = 'information_schema' AND TABLE_NAME = 'SCHEMATA' AND COLUMN_NAME = 'SCHEMA_COMMENT');",
            Unfit::TellsNoMaker,
        ),
        ("SELECT 1 FROM DUAL WHERE @@GLOBAL.event_scheduler = 'ON';", Unfit::RunsEvents),
    ],
    rest: "SET SESSION wait_timeout = 2592000;",
    lock: |name| format!("SELECT GET_LOCK({}, 0);", mariadb::text(name)),
    find: |prefix| {
        format!(
            "SELECT SCHEMA_NAME, SCHEMA_COMMENT = '{MARK}' FROM information_schema.SCHEMATA \
             WHERE LEFT(SCHEMA_NAME, {}) = {} ORDER BY 1;",
            prefix.len(),
            mariadb::text(prefix)
        )
    },
    make: |name| format!("CREATE DATABASE {} COMMENT '{MARK}';", mariadb::name(name)),
    remove: |name| format!("SET SESSION lock_wait_timeout = 120; DROP DATABASE IF EXISTS {};", mariadb::name(name)),
};

/// By what a database of ours is known.
const MARK: &str = "made by a drill of rotused, which removes it";

/// Restores all databases to a given server beside those that it has, compares them, and removes them.
pub(super) async fn restore_to(
    given: &ServerSource,
    source: &ServerSource,
    job: &Job,
    newest: &[Stored],
    restic: &Restic<'_>,
    place: &Scratch,
    abort: &CancellationToken,
) -> Result<(Duration, Vec<Content>), Fault> {
    let here = Mariadb::new(given, place.path())?;
    let there = Mariadb::new(source, place.path())?;
    let connect = || here.session();
    let connect_there = || there.session();
    let taking = Given::take((&connect, &WORDS, given.shown()), &connect_there, job, Timestamp::now());
    let mut given = unless_aborted(abort, taking).await?;
    let done = restore_into(&here, newest, restic, Some(&mut given), abort).await;
    given.clear(done).await
}

/// Restores all databases to a scratch server and compares them: how long the restore took, and what there is.
pub(super) async fn restore(
    source: &ServerSource,
    newest: &[Stored],
    restic: &Restic<'_>,
    place: &Scratch,
    abort: &CancellationToken,
) -> Result<(Duration, Vec<Content>), Fault> {
    let programs = source.programs.as_deref();
    let user = place.user("mysql")?;
    let (data, socket) = (place.path().join("data"), place.path().join("socket"));
    let install = Program::find("mariadb-install-db", programs)?.run_by(user);
    let install = install.arguments(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
    install.argument(format!("--datadir={}", data.display())).output(MAKING).await?;
    let server = Program::find("mariadbd", programs)?.run_by(user).argument("--no-defaults");
    let server = server.argument(format!("--datadir={}", data.display()));
    let server = server.argument(format!("--socket={}", socket.display()));
    let server = server.argument(format!("--pid-file={}", place.path().join("pid").display())).arguments(SETTINGS);
    let reached = ServerSource::local(&socket, "root", source.programs.clone());
    let here = Mariadb::new(&reached, place.path())?;
    let ready = async || here.session()?.ask("SELECT 1;", Duration::from_secs(10)).await.map(drop);
    Server::run(&server, STARTING, ready, restore_into(&here, newest, restic, None, abort)).await
}

async fn restore_into(
    here: &Mariadb<'_>,
    newest: &[Stored],
    restic: &Restic<'_>,
    mut given: Option<&mut Given<'_>>,
    abort: &CancellationToken,
) -> Result<(Duration, Vec<Content>), Fault> {
    let mut took = Duration::ZERO;
    let mut compared = Vec::new();
    for stored in newest {
        if stored.file == USERS_FILE {
            // Users of a server are not made on another one; that all of it is there and the same is read.
            restic.pour(stored, &mut tokio::io::sink(), &Progress::default(), abort).await?;
            continue;
        }
        let begun = Instant::now();
        let client = here.client()?;
        let (database, begin) = match &mut given {
            Some(given) => {
                let database = given.make().await?;
                let begin = format!("USE {};\n", mariadb::name(&database));
                (database, begin)
            }
            None => {
                let name = mariadb::name(&stored.part);
                (stored.part.clone(), format!("CREATE DATABASE {name}; USE {name};\n"))
            }
        };
        feed(&client, async |input| {
            input.write_all(begin.as_bytes()).await.map_err(|error| Fault::from_io(&error))?;
            restic.pour(stored, input, &Progress::default(), abort).await
        })
        .await?;
        took += begun.elapsed();
        let mut session = here.session()?;
        let reading = async {
            mariadb::prepare(&mut session).await?;
            mariadb::content_as(&mut session, &database, &stored.part).await
        };
        let found = unless_aborted(abort, reading).await?;
        compare(stored, &found)?;
        compared.push(found);
    }
    Ok((took, compared))
}
