//! A TCP connection (RFC 9293): does somebody listen, how long until the connection stands, and what is said first?

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::{Answer, Failure, Measurement, Metric};
use crate::config::Tcp;

/// As much as is read of what the other side says by itself.
const MOST_OF_A_BANNER: usize = 4096;

/// Connects, waits for the banner if one is expected, and closes the connection.
pub async fn probe(question: &Tcp, timeout: Duration) -> Answer {
    let started = Instant::now();
    let deadline = started + timeout;
    let mut stream = match timeout_at(deadline, TcpStream::connect(question.target)).await {
        Err(_) => return Answer::failed(Failure::Timeout { after: timeout }),
        Ok(Err(error)) => return Answer::failed(Failure::from_io(&error, timeout)),
        Ok(Ok(stream)) => stream,
    };
    let connected = Measurement::time(Metric::ConnectTime, started.elapsed());
    let Some(wanted) = &question.banner else { return Answer::good(vec![connected]) };
    let mut banner = Vec::new();
    let ended = timeout_at(deadline, async {
        while !contains(&banner, wanted.as_bytes()) && banner.len() < MOST_OF_A_BANNER {
            if stream.read_buf(&mut banner).await? == 0 {
                break;
            }
        }
        Ok(())
    });
    let ended: Result<Result<(), std::io::Error>, _> = ended.await;
    let said = (!banner.is_empty()).then(|| super::one_line(&banner));
    let failure = match ended {
        _ if contains(&banner, wanted.as_bytes()) => None,
        Ok(Err(error)) => Some(Failure::from_io(&error, timeout)),
        // Something else was said, or nothing.
        Err(_) if said.is_none() => Some(Failure::Timeout { after: timeout }),
        _ => Some(Failure::Unexpected { wanted: wanted.clone(), got: said.clone().unwrap_or_default() }),
    };
    let greeted = Measurement::time(Metric::BannerTime, started.elapsed());
    match failure {
        None => Answer { said, ..Answer::good(vec![connected, greeted]) },
        Some(failure) => Answer { measurements: vec![connected], said, ..Answer::failed(failure) },
    }
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|window| window == wanted)
}
