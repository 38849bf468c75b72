//! MySQL and MariaDB: does the server let us in, answer a query, and how far is a replica behind?
//!
//! The client libraries there are keep the connection to themselves, and with it the certificate, which has to be judged and
//! told as everywhere else. Of the protocol so little is needed that it stands here ([`packet`]).

mod packet;

use std::time::Duration;

use tokio::time::Instant;
use zeroize::Zeroizing;

use self::packet::{Packets, Said, scramble};
use super::connection::{Octets, connect};
use super::database::{Figures, Replication, conclude, judge, refused};
use super::failure::Rejected;
use super::{Answer, Failure, Measurement, Metric, add_said};
use crate::config::{DatabaseServer, Mysql};

/// ER_ACCESS_DENIED_ERROR, ER_DBACCESS_DENIED_ERROR, ER_NOT_SUPPORTED_AUTH_MODE, ER_ACCESS_DENIED_NO_PASSWORD_ERROR.
const REJECTIONS: [u16; 4] = [1045, 1044, 1251, 1698];
/// ER_PARSE_ERROR, and ER_SPECIFIC_ACCESS_DENIED_ERROR.
const NO_SUCH_STATEMENT: u16 = 1064;
const NOT_ALLOWED: u16 = 1227;

/// Connects, logs in, asks the query and how the server is.
pub async fn probe(question: &Mysql, timeout: Duration) -> Answer {
    let mut answer = Answer::good(Vec::new());
    let asked = tokio::time::timeout(timeout, ask(&question.server, timeout, &mut answer)).await;
    answer.concluded(asked, timeout)
}

async fn ask(server: &DatabaseServer, timeout: Duration, answer: &mut Answer) -> Result<(), Failure> {
    let started = Instant::now();
    let stream: Box<dyn Octets> = Box::new(connect(&[server.target], timeout, answer).await?);
    let mut packets = Packets::new(stream);
    let began = Instant::now();
    let greeting = packets.greeting().await.map_err(failure)?;
    answer.measurements.push(Measurement::time(Metric::BannerTime, began.elapsed()));
    if let Some(peer) = &server.peer {
        if !greeting.offers_tls {
            return Err(Failure::Unexpected { wanted: "TLS".to_owned(), got: "no TLS".to_owned() });
        }
        packets.ask_for_tls(server.database.is_some()).await.map_err(failure)?;
        packets = packets.secured(peer, answer).await?;
    }
    let began = Instant::now();
    log_in(&mut packets, server, &greeting).await?;
    answer.measurements.push(Measurement::time(Metric::LoginTime, began.elapsed()));
    let began = Instant::now();
    packets.query("START TRANSACTION READ ONLY").await.map_err(failure)?;
    let rows = packets.query(&server.query).await.map_err(failure)?;
    answer.measurements.push(Measurement::time(Metric::QueryTime, began.elapsed()));
    judge(rows.value(0), server, answer)?;
    packets.query("ROLLBACK").await.map_err(failure)?;
    conclude(&figures(&mut packets).await?, server, answer);
    add_said(answer, &greeting.version);
    answer.measurements.push(Measurement::time(Metric::TotalTime, started.elapsed()));
    packets.quit().await;
    Ok(())
}

/// Proves who we are, by whatever the server wants of what we know.
async fn log_in(packets: &mut Packets, server: &DatabaseServer, greeting: &packet::Greeting) -> Result<(), Failure> {
    let password = server.login.password.reveal().as_bytes();
    let unknown = |plugin: &str| Failure::Unexpected {
        wanted: "mysql_native_password, caching_sha2_password".to_owned(),
        got: plugin.to_owned(),
    };
    // What we do not know the server has for some other user, and asks us for another.
    let proof = scramble(&greeting.plugin, password, &greeting.challenge).unwrap_or_default();
    let said = packets.hello(server, &proof, &greeting.plugin).await;
    let mut said = said.map_err(failure)?;
    loop {
        match said {
            Said::Done => return Ok(()),
            Said::Change { plugin, challenge } => {
                let proof = if plugin == "mysql_clear_password" && server.peer.is_some() {
                    packet::in_clear(password)
                } else {
                    Zeroizing::new(scramble(&plugin, password, &challenge).ok_or_else(|| unknown(&plugin))?)
                };
                packets.send(&proof).await.map_err(failure)?;
            }
            Said::Known => {}
            // Under TLS the password itself; without it, it would need a key that anybody could have sent.
            Said::InFull if server.peer.is_some() => {
                packets.send(&packet::in_clear(password)).await.map_err(failure)?;
            }
            Said::InFull => {
                return Err(Failure::Unexpected {
                    wanted: "tls = true".to_owned(),
                    got: "caching_sha2_password".to_owned(),
                });
            }
        }
        said = packets.said().await.map_err(failure)?;
    }
}

/// What the server says of itself, as far as its user may see it.
async fn figures(packets: &mut Packets) -> Result<Figures, Failure> {
    let rows = packets.query("SHOW GLOBAL STATUS LIKE 'Threads_connected'").await.map_err(failure)?;
    let connections = rows.value(1).and_then(|text| text.parse().ok());
    let rows = packets.query("SELECT @@global.max_connections").await.map_err(failure)?;
    let most_connections = rows.value(0).and_then(|text| text.parse().ok());
    let mut replication = None;
    // MySQL knows only the second since 8.4, and MariaDB only the first before 10.5.
    for statement in ["SHOW SLAVE STATUS", "SHOW REPLICA STATUS"] {
        match packets.query(statement).await {
            Ok(rows) => {
                replication = replicates(&rows);
                break;
            }
            Err(packet::Trouble::Error { code: NO_SUCH_STATEMENT, .. }) => {}
            Err(packet::Trouble::Error { code: NOT_ALLOWED, .. }) => break,
            Err(other) => return Err(failure(other)),
        }
    }
    Ok(Figures { connections, most_connections, replication })
}

/// How a server replicates, by the columns of SHOW REPLICA STATUS; none if it is nobody's replica.
fn replicates(rows: &packet::Rows) -> Option<Replication> {
    rows.first.as_ref()?;
    let column = |names: [&str; 2]| names.iter().find_map(|name| rows.named(name));
    let behind = column(["Seconds_Behind_Master", "Seconds_Behind_Source"]).and_then(|text| text.parse().ok());
    let reason = || {
        let said = ["Last_IO_Error", "Last_SQL_Error"].iter().filter_map(|name| rows.named(name));
        said.filter(|said| !said.is_empty()).collect::<Vec<_>>().join("; ")
    };
    Some(behind.map_or_else(|| Replication::Stopped(reason()), Replication::Behind))
}

fn failure(trouble: packet::Trouble) -> Failure {
    match trouble {
        packet::Trouble::Connection(detail) | packet::Trouble::Malformed(detail) => Failure::Protocol { detail },
        packet::Trouble::Error { code, .. } if REJECTIONS.contains(&code) => {
            Failure::Authentication { rejected: Rejected::Unspecified }
        }
        packet::Trouble::Error { code, text } => refused(&format!("{text} ({code})")),
    }
}
