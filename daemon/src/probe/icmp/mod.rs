//! ICMP echo (RFC 792, RFC 4443): does a host answer, how fast, how steadily, and how often not, or more than once?

mod packet;
mod round;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use self::round::{Reply, Results, Round};
use self::socket::{Sent, Socket};
use super::{Answer, Failure, Measurement, Metric, Outcome};
use crate::config::Icmp;

/// The sockets through which all hosts are asked. A family whose socket cannot be had stays without, with the reason.
pub struct Sockets {
    v4: Result<Arc<Socket>, Failure>,
    v6: Result<Arc<Socket>, Failure>,
}

impl Sockets {
    /// Opens both sockets; must be called inside the runtime that will ask.
    #[must_use]
    pub fn open() -> Self {
        let open = |is_ipv4, family: &str| {
            Socket::open(is_ipv4).inspect_err(|failure| {
                tracing::warn!(family, "no host of this family ({family}) can be pinged: {failure}");
            })
        };
        Self { v4: open(true, "IPv4"), v6: open(false, "IPv6") }
    }

    /// Why hosts cannot be pinged, if they cannot; those of IPv6 only if that is asked.
    #[must_use]
    pub fn failure(&self, with_ipv6: bool) -> Option<&Failure> {
        self.v4.as_ref().err().or_else(|| self.v6.as_ref().err().filter(|_| with_ipv6))
    }
}

/// Sends a round of echo requests, `spacing` apart, each of which may be answered within `timeout`.
pub async fn probe(sockets: &Sockets, question: &Icmp, timeout: Duration) -> Answer {
    let socket = match if question.address.is_ipv4() { &sockets.v4 } else { &sockets.v6 } {
        Ok(socket) => socket,
        Err(failure) => return Answer::failed(failure.clone()),
    };
    let mut asking = Asking { socket, round: Arc::new(Round::new(question.echoes)), sent: Vec::new() };
    for echo in 0..question.echoes {
        if echo > 0 {
            tokio::time::sleep(question.spacing).await;
        }
        match socket.send(question, &asking.round, echo).await {
            Ok(sent) => asking.sent.push(sent),
            Err(error) => asking.round.undelivered(not_sent(&error, question, timeout)),
        }
    }
    // Somebody who answers twice does so at once.
    socket.watch(&asking.round, Instant::now() + timeout, question.spacing);
    asking.round.ended().await;
    answer(&asking.round.results(), timeout)
}

/// A round that is being asked. When it ends, or is given up, nobody waits for its replies any longer.
struct Asking<'a> {
    socket: &'a Socket,
    round: Arc<Round>,
    sent: Vec<Sent>,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.socket.forget(&self.sent);
    }
}

/// Why a request could not be sent. A source that is not ours looks to the kernel like a network without a route.
fn not_sent(error: &std::io::Error, question: &Icmp, timeout: Duration) -> Failure {
    let source = question.source.map(|source| (source, std::net::UdpSocket::bind((source, 0))));
    match source {
        Some((source, Err(error))) => Failure::Local { detail: format!("source {source}: {error}") },
        _ => Failure::from_io(error, timeout),
    }
}

/// What the results of a round say. A host is reached when one reply came.
fn answer(results: &Results, timeout: Duration) -> Answer {
    let replies: Vec<Reply> = results.replies.iter().flatten().copied().collect();
    let echoes = u32::try_from(results.replies.len()).unwrap_or(u32::MAX).max(1);
    let received = u32::try_from(replies.len()).unwrap_or(u32::MAX);
    let lost = echoes - received.min(echoes);
    // Nearly all answers have so many, and each of ten thousand is kept until the next one comes.
    let mut measurements = Vec::with_capacity(if echoes > 1 { 6 } else { 5 });
    measurements.push(Measurement::new(Metric::Loss, f64::from(lost) / f64::from(echoes)));
    let times = replies.iter().map(|reply| reply.round_trip);
    if let (Some(shortest), Some(longest)) = (times.clone().min(), times.clone().max()) {
        let mean = times.sum::<Duration>() / received.max(1);
        measurements.extend([
            Measurement::time(Metric::RttMin, shortest),
            Measurement::time(Metric::RttMean, mean),
            Measurement::time(Metric::RttMax, longest),
        ]);
    }
    measurements.extend(jitter(&replies).map(|jitter| Measurement::time(Metric::Jitter, jitter)));
    let ttl = replies.last().and_then(|reply| reply.ttl);
    measurements.extend(ttl.map(|ttl| Measurement::new(Metric::ReplyTtl, ttl.into())));
    if results.duplicates > 0 {
        measurements.push(Measurement::new(Metric::Duplicates, results.duplicates.into()));
    }
    let outcome = if received == 0 {
        Outcome::Failed(results.failure.clone().unwrap_or(Failure::Timeout { after: timeout }))
    } else if lost > 0 {
        Outcome::Impaired(Failure::Loss { percent: u8::try_from(lost * 100 / echoes).unwrap_or(100) })
    } else if results.duplicates > 0 {
        Outcome::Impaired(Failure::Duplicates { count: results.duplicates })
    } else {
        Outcome::Good
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
    use super::super::failure::Obstacle;
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(1);

    fn replies(milliseconds: &[u64]) -> Vec<Reply> {
        milliseconds.iter().map(|time| Reply { round_trip: Duration::from_millis(*time), ttl: Some(63) }).collect()
    }

    fn results(echoes: u8, milliseconds: &[u64]) -> Results {
        let mut results = Results::new(echoes);
        for (place, reply) in results.replies.iter_mut().zip(replies(milliseconds)) {
            *place = Some(reply);
        }
        results
    }

    #[test]
    fn a_silent_host_has_lost_everything() {
        let answer = answer(&results(3, &[]), TIMEOUT);
        assert_eq!(answer.outcome, Outcome::Failed(Failure::Timeout { after: TIMEOUT }));
        assert_eq!(answer.value(Metric::Loss), Some(1.0));
        assert_eq!(answer.value(Metric::RttMean), None);
    }

    #[test]
    fn what_a_router_says_is_better_than_silence() {
        let mut results = results(3, &[]);
        let failure = Failure::Unreachable { obstacle: Obstacle::NoHost, by: Some([192, 0, 2, 1].into()) };
        results.failure = Some(failure.clone());
        assert_eq!(answer(&results, TIMEOUT).outcome, Outcome::Failed(failure));
    }

    #[test]
    fn one_reply_of_four_reaches_the_host_with_three_quarters_lost() {
        let answer = answer(&results(4, &[8]), TIMEOUT);
        assert_eq!(answer.outcome, Outcome::Impaired(Failure::Loss { percent: 75 }));
        assert_eq!(answer.value(Metric::Loss), Some(0.75));
        assert_eq!(answer.value(Metric::RttMax), Some(0.008));
        assert_eq!(answer.value(Metric::Jitter), None);
        assert_eq!(answer.value(Metric::ReplyTtl), Some(63.0));
        assert_eq!(answer.value(Metric::Duplicates), None);
    }

    #[test]
    fn who_answers_twice_is_reached_but_not_well() {
        let mut results = results(1, &[8]);
        results.duplicates = 2;
        let answer = answer(&results, TIMEOUT);
        assert_eq!(answer.outcome, Outcome::Impaired(Failure::Duplicates { count: 2 }));
        assert_eq!(answer.value(Metric::Loss), Some(0.0));
        assert_eq!(answer.value(Metric::Duplicates), Some(2.0));
    }

    #[test]
    fn the_mean_is_of_the_replies_only() {
        let answer = answer(&results(3, &[1, 3]), TIMEOUT);
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
