//! SNMP: does the agent answer, as whom we say we are, and what does it say of its interfaces?

use std::time::Duration;

use tokio::time::Instant;

use super::{Answer, Measurement, Metric};
use crate::snmp::Session;

/// Polls the agent of `session` for at most `timeout`.
pub async fn probe(session: &mut Session, timeout: Duration) -> Answer {
    let started = Instant::now();
    match session.poll(timeout).await {
        Err(failure) => Answer::failed(failure),
        Ok(reading) => {
            let mut measurements = vec![Measurement::time(Metric::PollTime, started.elapsed())];
            measurements.extend(crate::snmp::measurements(&reading));
            Answer { reading: Some(reading), ..Answer::good(measurements) }
        }
    }
}
