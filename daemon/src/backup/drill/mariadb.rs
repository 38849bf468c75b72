//! A drill of MariaDB.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::compare;
use super::scratch::{STARTING, Scratch, Server};
use crate::backup::child::{Program, feed};
use crate::backup::restic::Restic;
use crate::backup::source::mariadb::{self, Mariadb, USERS_FILE};
use crate::backup::{Content, Fault, Progress, Stored};
use crate::config::ServerSource;

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
    Server::run(&server, STARTING, ready, restore_into(&here, newest, restic, abort)).await
}

async fn restore_into(
    here: &Mariadb<'_>,
    newest: &[Stored],
    restic: &Restic<'_>,
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
        let name = mariadb::name(&stored.part);
        let begin = format!("CREATE DATABASE {name}; USE {name};\n");
        feed(&client, async |input| {
            input.write_all(begin.as_bytes()).await.map_err(|error| Fault::from_io(&error))?;
            restic.pour(stored, input, &Progress::default(), abort).await
        })
        .await?;
        took += begun.elapsed();
        let mut session = here.session()?;
        let found = mariadb::content(&mut session, &stored.part).await?;
        compare(stored, &found)?;
        compared.push(found);
    }
    Ok((took, compared))
}
