//! A TCP connection (RFC 9293): does somebody listen, and how long until the connection stands?

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout as within};

use super::{Answer, Failure, Measurement, Metric};

/// Connects to `target` and closes the connection at once.
pub async fn probe(target: SocketAddr, timeout: Duration) -> Answer {
    let started = Instant::now();
    match within(timeout, TcpStream::connect(target)).await {
        Err(_) => Answer::failed(Failure::Timeout { after: timeout }),
        Ok(Err(error)) => Answer::failed(Failure::from_io(&error, timeout)),
        Ok(Ok(_)) => {
            let value = started.elapsed().as_secs_f64();
            let measurements = vec![Measurement { metric: Metric::ConnectTime, value }];
            Answer { outcome: Ok(()), measurements, reading: None }
        }
    }
}
