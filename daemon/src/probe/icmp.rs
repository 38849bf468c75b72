//! ICMP echo (RFC 792, RFC 4443): does a host answer, how fast, how steadily, and how often not?
//!
//! One socket a family serves all targets, and one more each address of ours that packets must come from. The raw socket needs
//! CAP_NET_RAW, the datagram socket a `net.ipv4.ping_group_range` that includes our group (icmp(7)); `surge-ping` takes the
//! one that it gets.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use surge_ping::{Client, Config, ICMP, IcmpPacket, PingIdentifier, PingSequence, SurgeError};

use super::{Answer, Failure, Measurement, Metric, Outcome};
use crate::config::Icmp;

/// The sockets through which all hosts are asked. A family whose socket cannot be had stays without, with the reason.
pub struct Sockets {
    v4: Result<Client, Failure>,
    v6: Result<Client, Failure>,
    bound: Mutex<HashMap<IpAddr, Client>>,
    identifier: AtomicU16,
}

/// One reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reply {
    round_trip: Duration,
    /// TTL or hop limit; none where the kernel does not say.
    ttl: Option<u8>,
}

impl Sockets {
    /// Opens both sockets; must be called inside the runtime that will ask.
    #[must_use]
    pub fn open() -> Self {
        let open_loudly = |kind| {
            open(kind, None).inspect_err(|failure| {
                tracing::warn!(family = ?kind, "no host of this family ({kind:?}) can be pinged: {failure}");
            })
        };
        Self {
            v4: open_loudly(ICMP::V4),
            v6: open_loudly(ICMP::V6),
            bound: Mutex::default(),
            identifier: AtomicU16::new(0),
        }
    }

    /// The socket for a target. One for an address of ours is opened when it is first needed; an address that this machine
    /// does not have now, it may have later.
    fn client(&self, question: &Icmp) -> Result<Client, Failure> {
        let kind = if question.address.is_ipv4() { ICMP::V4 } else { ICMP::V6 };
        let Some(source) = question.source else {
            return if question.address.is_ipv4() { self.v4.clone() } else { self.v6.clone() };
        };
        let mut bound = self.bound.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = bound.get(&source) {
            return Ok(client.clone());
        }
        let client = open(kind, Some(source))?;
        bound.insert(source, client.clone());
        Ok(client)
    }
}

fn open(kind: ICMP, source: Option<IpAddr>) -> Result<Client, Failure> {
    let mut config = Config::builder().kind(kind);
    if let Some(source) = source {
        config = config.bind(SocketAddr::new(source, 0));
    }
    Client::new(&config.build()).map_err(|error| match (error.kind(), source) {
        (std::io::ErrorKind::PermissionDenied, _) => Failure::NotPermitted,
        (_, Some(source)) => Failure::Local { detail: format!("source {source}: {error}") },
        (_, None) => Failure::Local { detail: error.to_string() },
    })
}

/// Sends a round of echo requests, each of which may be answered within `timeout`.
pub async fn probe(sockets: &Sockets, question: &Icmp, timeout: Duration) -> Answer {
    let client = match sockets.client(question) {
        Ok(client) => client,
        Err(failure) => return Answer::failed(failure),
    };
    let identifier = PingIdentifier(sockets.identifier.fetch_add(1, Ordering::Relaxed));
    let mut pinger = client.pinger(question.address, identifier).await;
    pinger.timeout(timeout);
    let payload = vec![0; usize::from(question.payload)];
    let mut replies = Vec::with_capacity(usize::from(question.echoes));
    let mut last_error = None;
    for sequence in 0..u16::from(question.echoes) {
        if sequence > 0 {
            tokio::time::sleep(question.spacing).await;
        }
        match pinger.ping(PingSequence(sequence), &payload).await {
            Ok((packet, round_trip)) => {
                let ttl = match packet {
                    IcmpPacket::V4(packet) => packet.get_ttl(),
                    IcmpPacket::V6(packet) => Some(packet.get_max_hop_limit()).filter(|limit| *limit > 0),
                };
                replies.push(Reply { round_trip, ttl });
            }
            Err(SurgeError::Timeout { .. }) => {}
            Err(SurgeError::IOError(error)) => last_error = Some(Failure::from_io(&error, timeout)),
            Err(error) => last_error = Some(Failure::Local { detail: error.to_string() }),
        }
    }
    answer(&replies, question.echoes, last_error.unwrap_or(Failure::Timeout { after: timeout }))
}

/// What `echoes` requests with these replies say. A host is reached when one reply came; `failure` is why if none did.
fn answer(replies: &[Reply], echoes: u8, failure: Failure) -> Answer {
    let received = u8::try_from(replies.len()).unwrap_or(u8::MAX).min(echoes);
    let loss = f64::from(echoes - received) / f64::from(echoes.max(1));
    let mut measurements = vec![Measurement::new(Metric::Loss, loss)];
    let times = replies.iter().map(|reply| reply.round_trip);
    if let (Some(shortest), Some(longest)) = (times.clone().min(), times.clone().max()) {
        let mean = times.sum::<Duration>() / u32::from(received.max(1));
        measurements.extend([
            Measurement::time(Metric::RttMin, shortest),
            Measurement::time(Metric::RttMean, mean),
            Measurement::time(Metric::RttMax, longest),
        ]);
    }
    measurements.extend(jitter(replies).map(|jitter| Measurement::time(Metric::Jitter, jitter)));
    let ttl = replies.last().and_then(|reply| reply.ttl);
    measurements.extend(ttl.map(|ttl| Measurement::new(Metric::ReplyTtl, ttl.into())));
    let outcome = match received {
        0 => Outcome::Failed(failure),
        _ if received < echoes => {
            let percent = u16::from(echoes - received) * 100 / u16::from(echoes);
            Outcome::Impaired(Failure::Loss { percent: u8::try_from(percent).unwrap_or(100) })
        }
        _ => Outcome::Good,
    };
    Answer { outcome, ..Answer::good(measurements) }
}

/// The mean absolute difference between round trips that follow each other; none with fewer than two.
fn jitter(replies: &[Reply]) -> Option<Duration> {
    let pairs = u32::try_from(replies.len().checked_sub(1)?).ok().filter(|pairs| *pairs > 0)?;
    let differences = replies.windows(2).map(|pair| pair[0].round_trip.abs_diff(pair[1].round_trip));
    Some(differences.sum::<Duration>() / pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENCE: Failure = Failure::Timeout { after: Duration::from_secs(1) };

    fn replies(milliseconds: &[u64]) -> Vec<Reply> {
        milliseconds.iter().map(|time| Reply { round_trip: Duration::from_millis(*time), ttl: Some(63) }).collect()
    }

    #[test]
    fn a_silent_host_has_lost_everything() {
        let answer = answer(&[], 3, SILENCE);
        assert_eq!(answer.outcome, Outcome::Failed(SILENCE));
        assert_eq!(answer.value(Metric::Loss), Some(1.0));
        assert_eq!(answer.value(Metric::RttMean), None);
    }

    #[test]
    fn one_reply_of_four_reaches_the_host_with_three_quarters_lost() {
        let answer = answer(&replies(&[8]), 4, SILENCE);
        assert_eq!(answer.outcome, Outcome::Impaired(Failure::Loss { percent: 75 }));
        assert_eq!(answer.value(Metric::Loss), Some(0.75));
        assert_eq!(answer.value(Metric::RttMax), Some(0.008));
        assert_eq!(answer.value(Metric::Jitter), None);
        assert_eq!(answer.value(Metric::ReplyTtl), Some(63.0));
    }

    #[test]
    fn the_mean_is_of_the_replies_only() {
        let answer = answer(&replies(&[1, 3]), 3, SILENCE);
        assert_eq!(answer.value(Metric::RttMean), Some(0.002));
        assert_eq!(answer.value(Metric::RttMin), Some(0.001));
    }

    #[test]
    fn jitter_is_the_mean_difference_of_neighbours() {
        assert_eq!(jitter(&replies(&[10, 14, 12, 12])), Some(Duration::from_millis(2)));
        assert_eq!(jitter(&replies(&[5])), None);
        assert_eq!(jitter(&[]), None);
    }
}
