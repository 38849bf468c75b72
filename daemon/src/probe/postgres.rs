//! PostgreSQL: does the server let us in, answer a query, and how far is a replica behind?
//!
//! The protocol is the library's; the connection and its TLS are ours, so that a certificate is judged and told as
//! everywhere else (SSLRequest: PostgreSQL manual, 55.2.12).

use std::time::Duration;

use futures_util::TryStreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, NoTls, SimpleQueryMessage};

use super::connection::{Octets, broken, connect, secure};
use super::database::{Figures, Replication, conclude, judge, refused};
use super::failure::Rejected;
use super::{Answer, Failure, Measurement, Metric, add_said, one_line};
use crate::config::{DatabaseServer, Postgres};

/// The code by which a client asks for TLS.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F];

/// Who is connected may be seen by everybody only as numbers. A replica that has replayed all that it received is behind by
/// nothing only while it receives; one that has replayed nothing yet does not know.
const FIGURES: &str = "SELECT (SELECT sum(numbackends) FROM pg_stat_database)::text, current_setting('max_connections'), \
    CASE WHEN NOT pg_is_in_recovery() THEN NULL \
    WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() \
    AND EXISTS (SELECT FROM pg_stat_wal_receiver WHERE pid IS NOT NULL) THEN '0' \
    ELSE greatest(extract(epoch FROM now() - pg_last_xact_replay_timestamp()), 0)::text END, \
    current_setting('server_version')";

/// Connects, logs in, asks the query and how the server is.
pub async fn probe(question: &Postgres, timeout: Duration) -> Answer {
    let mut answer = Answer::good(Vec::new());
    let asked = tokio::time::timeout(timeout, ask(&question.server, timeout, &mut answer)).await;
    answer.concluded(asked, timeout)
}

async fn ask(server: &DatabaseServer, timeout: Duration, answer: &mut Answer) -> Result<(), Failure> {
    let started = Instant::now();
    let mut stream: Box<dyn Octets> = Box::new(connect(&[server.target], timeout, answer).await?);
    if let Some(peer) = &server.peer {
        stream.write_all(&SSL_REQUEST).await.map_err(|error| broken(&error))?;
        match stream.read_u8().await.map_err(|error| broken(&error))? {
            b'S' => stream = secure(stream, peer, answer).await?,
            other => {
                let got = if other == b'N' { "no TLS".to_owned() } else { one_line(&[other]) };
                return Err(Failure::Unexpected { wanted: "TLS".to_owned(), got });
            }
        }
    }
    let mut configuration = tokio_postgres::Config::new();
    configuration
        .user(&server.login.user)
        .password(server.login.password.reveal())
        .dbname(server.database.as_deref().unwrap_or(&server.login.user))
        .application_name("rotused")
        .ssl_mode(SslMode::Disable);
    let began = Instant::now();
    let (client, connection) = configuration.connect_raw(stream, NoTls).await.map_err(|error| failure(&error))?;
    // It ends with this probe, however that ends.
    let mut conversation = JoinSet::new();
    conversation.spawn(connection);
    answer.measurements.push(Measurement::time(Metric::LoginTime, began.elapsed()));
    let began = Instant::now();
    client.batch_execute("BEGIN READ ONLY").await.map_err(|error| failure(&error))?;
    let row = first_row(&client, &server.query).await?;
    answer.measurements.push(Measurement::time(Metric::QueryTime, began.elapsed()));
    judge(row.first().and_then(Option::as_deref), server, answer)?;
    // A query of the administrator's may have ended the transaction; nothing may be left open either way.
    client.batch_execute("ROLLBACK").await.map_err(|error| failure(&error))?;
    let row = first_row(&client, FIGURES).await?;
    let text = |column: usize| row.get(column).and_then(Option::as_deref);
    let number = |column: usize| text(column).and_then(|text| text.parse().ok());
    let replication = number(2).map(Replication::Behind);
    let figures = Figures { connections: number(0), most_connections: number(1), replication };
    conclude(&figures, server, answer);
    add_said(answer, &format!("PostgreSQL {}", text(3).unwrap_or_default()));
    answer.measurements.push(Measurement::time(Metric::TotalTime, started.elapsed()));
    Ok(())
}

/// The columns of the first row as text; the others are not read.
async fn first_row(client: &Client, query: &str) -> Result<Vec<Option<String>>, Failure> {
    let messages = client.simple_query_raw(query).await.map_err(|error| failure(&error))?;
    let mut messages = std::pin::pin!(messages);
    let mut first = None;
    while let Some(message) = messages.try_next().await.map_err(|error| failure(&error))? {
        if let (SimpleQueryMessage::Row(row), None) = (message, &first) {
            let columns = (0..row.len()).map(|column| row.try_get(column).ok().flatten().map(str::to_owned));
            first = Some(columns.collect());
        }
    }
    Ok(first.unwrap_or_default())
}

fn failure(error: &Error) -> Failure {
    let Some(said) = error.as_db_error() else {
        return Failure::Protocol { detail: one_line(error.to_string().as_bytes()) };
    };
    let rejections = [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION];
    if rejections.contains(said.code()) {
        return Failure::Authentication { rejected: Rejected::Unspecified };
    }
    refused(said.message())
}
