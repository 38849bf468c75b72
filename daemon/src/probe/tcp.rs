//! A TCP connection (RFC 9293): does somebody listen, how long until the connection stands, and what is said first?

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::time::Instant;

use super::connection::connect;
use super::{Answer, Failure, Measurement, Metric, Outcome, contains, one_line};
use crate::config::Tcp;

/// As much as is read of what the other side says by itself.
const MOST_OF_A_BANNER: usize = 4096;

/// Connects, waits for the banner if one is expected, and closes the connection.
pub async fn probe(question: &Tcp, timeout: Duration) -> Answer {
    let mut answer = Answer::good(Vec::new());
    let mut banner = Vec::new();
    let asked = tokio::time::timeout(timeout, ask(question, timeout, &mut answer, &mut banner)).await;
    let is_late = asked.is_err();
    let mut answer = answer.concluded(asked, timeout);
    if !banner.is_empty() {
        answer.said = Some(one_line(&banner));
    }
    // Whoever says something else, and then waits, is not silent.
    if let (true, Some(wanted), Some(got)) = (is_late, &question.banner, &answer.said) {
        answer.outcome = Outcome::Failed(Failure::Unexpected { wanted: wanted.clone(), got: got.clone() });
    }
    answer
}

async fn ask(question: &Tcp, timeout: Duration, answer: &mut Answer, banner: &mut Vec<u8>) -> Result<(), Failure> {
    let started = Instant::now();
    let mut stream = connect(&[question.target], timeout, answer).await?;
    let Some(wanted) = &question.banner else { return Ok(()) };
    while !contains(banner, wanted.as_bytes()) {
        let is_over = banner.len() >= MOST_OF_A_BANNER
            || stream.read_buf(banner).await.map_err(|error| Failure::from_io(&error, timeout))? == 0;
        if is_over {
            return Err(Failure::Unexpected { wanted: wanted.clone(), got: one_line(banner) });
        }
    }
    answer.measurements.push(Measurement::time(Metric::BannerTime, started.elapsed()));
    Ok(())
}
