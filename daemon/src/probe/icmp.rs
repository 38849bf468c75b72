//! ICMP echo (RFC 792, RFC 4443): does a host answer, how fast, and how often not?
//!
//! One socket a family serves all targets. The raw socket needs CAP_NET_RAW, the datagram socket a
//! `net.ipv4.ping_group_range` that includes our group (icmp(7)); `surge-ping` takes the one that it gets.

use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use surge_ping::{Client, Config, ICMP, PingIdentifier, PingSequence, SurgeError};

use super::{Answer, Failure, Measurement, Metric, Outcome};
use crate::config::Icmp;

/// The sockets through which all hosts are asked. A family whose socket cannot be had stays without, with the reason.
pub struct Sockets {
    v4: Result<Client, Failure>,
    v6: Result<Client, Failure>,
    identifier: AtomicU16,
}

/// What `ping` carries as well: enough for every path to treat it as an ordinary packet.
const PAYLOAD: [u8; 56] = [0; 56];

/// Between the echo requests of one round.
const SPACING: Duration = Duration::from_millis(20);

impl Sockets {
    /// Opens both sockets; must be called inside the runtime that will ask.
    #[must_use]
    pub fn open() -> Self {
        let open = |kind| {
            let client = Client::new(&Config::builder().kind(kind).build()).map_err(|error| match error.kind() {
                std::io::ErrorKind::PermissionDenied => Failure::NotPermitted,
                _ => Failure::Local { detail: error.to_string() },
            });
            client.inspect_err(|failure| {
                tracing::warn!(family = ?kind, "no host of this family ({kind:?}) can be pinged: {failure}");
            })
        };
        Self { v4: open(ICMP::V4), v6: open(ICMP::V6), identifier: AtomicU16::new(0) }
    }
}

/// Sends `echoes` echo requests to `address`, each of which may be answered within `timeout`.
pub async fn probe(sockets: &Sockets, question: &Icmp, timeout: Duration) -> Answer {
    let Icmp { address, echoes, .. } = *question;
    let client = match if address.is_ipv4() { &sockets.v4 } else { &sockets.v6 } {
        Ok(client) => client,
        Err(failure) => return Answer::failed(failure.clone()),
    };
    let identifier = PingIdentifier(sockets.identifier.fetch_add(1, Ordering::Relaxed));
    let mut pinger = client.pinger(address, identifier).await;
    pinger.timeout(timeout);
    let mut round_trips = Vec::with_capacity(usize::from(echoes));
    let mut last_error = None;
    for sequence in 0..u16::from(echoes) {
        if sequence > 0 {
            tokio::time::sleep(SPACING).await;
        }
        match pinger.ping(PingSequence(sequence), &PAYLOAD).await {
            Ok((_, round_trip)) => round_trips.push(round_trip),
            Err(SurgeError::Timeout { .. }) => {}
            Err(SurgeError::IOError(error)) => last_error = Some(Failure::from_io(&error, timeout)),
            Err(error) => last_error = Some(Failure::Local { detail: error.to_string() }),
        }
    }
    answer(&round_trips, echoes, last_error.unwrap_or(Failure::Timeout { after: timeout }))
}

/// What `echoes` requests with these replies say. A host is reached when one reply came; `failure` is why if none did.
fn answer(round_trips: &[Duration], echoes: u8, failure: Failure) -> Answer {
    let replies = u8::try_from(round_trips.len()).unwrap_or(u8::MAX).min(echoes);
    let loss = f64::from(echoes - replies) / f64::from(echoes.max(1));
    let mut measurements = vec![Measurement::new(Metric::Loss, loss)];
    let shortest = round_trips.iter().min();
    let longest = round_trips.iter().max();
    if let (Some(shortest), Some(longest)) = (shortest, longest) {
        let mean = round_trips.iter().sum::<Duration>() / u32::from(replies.max(1));
        for (metric, time) in [(Metric::RttMin, *shortest), (Metric::RttMean, mean), (Metric::RttMax, *longest)] {
            measurements.push(Measurement::time(metric, time));
        }
    }
    let outcome = match replies {
        0 => Outcome::Failed(failure),
        _ if replies < echoes => {
            Outcome::Impaired(Failure::Loss { percent: (u16::from(echoes - replies) * 100 / u16::from(echoes)) as u8 })
        }
        _ => Outcome::Good,
    };
    Answer { outcome, ..Answer::good(measurements) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENCE: Failure = Failure::Timeout { after: Duration::from_secs(1) };

    #[test]
    fn a_silent_host_has_lost_everything() {
        let answer = answer(&[], 3, SILENCE);
        assert_eq!(answer.outcome, Outcome::Failed(SILENCE));
        assert_eq!(answer.value(Metric::Loss), Some(1.0));
        assert_eq!(answer.value(Metric::RttMean), None);
    }

    #[test]
    fn one_reply_of_four_reaches_the_host_with_three_quarters_lost() {
        let answer = answer(&[Duration::from_millis(8)], 4, SILENCE);
        assert_eq!(answer.outcome, Outcome::Impaired(Failure::Loss { percent: 75 }));
        assert_eq!(answer.value(Metric::Loss), Some(0.75));
        assert_eq!(answer.value(Metric::RttMax), Some(0.008));
    }

    #[test]
    fn the_mean_is_of_the_replies_only() {
        let answer = answer(&[Duration::from_millis(1), Duration::from_millis(3)], 3, SILENCE);
        assert_eq!(answer.value(Metric::RttMean), Some(0.002));
        assert_eq!(answer.value(Metric::RttMin), Some(0.001));
    }
}
