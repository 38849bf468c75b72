//! NTP as a client (RFC 5905): does a server know the time, and is it ours?
//!
//! The request says nothing of our clock: its transmit timestamp is random, and the reply must repeat it (as
//! draft-ietf-ntp-data-minimization advises), so that nobody can answer who has not seen the request.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use super::connection::connected;
use super::{Answer, ClockFault, Failure, Measurement, Metric, Outcome};
use crate::config::Ntp;

/// Octets of a packet without extensions (RFC 5905, 7.3).
const PACKET: usize = 48;
/// Version 4, mode 3 (client).
const CLIENT: u8 = 4 << 3 | 3;
/// From the epoch of NTP, the year 1900, to that of Unix.
const FROM_1900_TO_1970: u64 = 2_208_988_800;
/// The stratum of who is not synchronised (RFC 5905, figure 11).
const UNSYNCHRONISED: u8 = 16;

/// Asks a server for the time once.
pub async fn probe(question: &Ntp, timeout: Duration) -> Answer {
    let mut answer = Answer::good(Vec::new());
    let asked = tokio::time::timeout(timeout, ask(question, timeout, &mut answer)).await;
    answer.concluded(asked, timeout)
}

async fn ask(question: &Ntp, timeout: Duration, answer: &mut Answer) -> Result<(), Failure> {
    let socket = connected(question.target).await.map_err(|error| Failure::from_io(&error, timeout))?;
    let nonce = RandomState::new().hash_one(SystemTime::now());
    let mut request = [0; PACKET];
    request[0] = CLIENT;
    request[40..].copy_from_slice(&nonce.to_be_bytes());
    let (sent, clock) = (SystemTime::now(), Instant::now());
    socket.send(&request).await.map_err(|error| Failure::from_io(&error, timeout))?;
    let mut octets = [0; 1024];
    let reply = loop {
        let length = socket.recv(&mut octets).await.map_err(|error| Failure::from_io(&error, timeout))?;
        match Reply::parse(&octets[..length], nonce) {
            // Somebody else's, or a guess.
            Ok(None) => {}
            Ok(Some(reply)) => break reply,
            Err(detail) => return Err(Failure::Protocol { detail }),
        }
    };
    // Our clock may be set while we wait; how long we waited may not.
    let waited = clock.elapsed();
    if let Some(code) = reply.kiss_code() {
        return Err(Failure::Clock { fault: ClockFault::KissOfDeath { code } });
    }
    if reply.is_unsynchronised() {
        return Err(Failure::Clock { fault: ClockFault::Unsynchronised });
    }
    let offset = reply.offset(sent, waited);
    answer.measurements.extend([
        Measurement::new(Metric::ClockOffset, offset),
        Measurement::time(Metric::QueryTime, waited),
        Measurement::new(Metric::Stratum, reply.stratum.into()),
    ]);
    if offset.abs() > question.offset.as_secs_f64() {
        let offset = Duration::try_from_secs_f64(offset.abs()).unwrap_or(Duration::MAX);
        let fault = ClockFault::Offset { offset, limit: question.offset };
        answer.outcome = Outcome::Impaired(Failure::Clock { fault });
    }
    Ok(())
}

/// What of a server's reply is needed.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Reply {
    leap: u8,
    stratum: u8,
    reference: [u8; 4],
    received: u64,
    transmitted: u64,
}

impl Reply {
    /// Reads a reply to the request with `nonce`; none if it is a reply to something else.
    fn parse(octets: &[u8], nonce: u64) -> Result<Option<Self>, String> {
        let Some(packet) = octets.first_chunk::<PACKET>() else {
            return Err(format!("{} octets, {PACKET} at least are a packet of NTP", octets.len()));
        };
        let timestamp = |at: usize| u64::from_be_bytes(std::array::from_fn(|octet| packet[at + octet]));
        let (version, mode) = (packet[0] >> 3 & 7, packet[0] & 7);
        if timestamp(24) != nonce {
            return Ok(None);
        }
        if mode != 4 || !(3..=4).contains(&version) {
            return Err(format!("version {version}, mode {mode}; version 3 or 4, mode 4 is a server's reply"));
        }
        let reference = [packet[12], packet[13], packet[14], packet[15]];
        let (received, transmitted) = (timestamp(32), timestamp(40));
        Ok(Some(Self { leap: packet[0] >> 6, stratum: packet[1], reference, received, transmitted }))
    }

    /// Why a server does not want to be asked (RFC 5905, 7.4).
    fn kiss_code(&self) -> Option<String> {
        let is_code = self.stratum == 0 && self.reference.iter().all(u8::is_ascii_alphanumeric);
        is_code.then(|| self.reference.iter().map(|octet| char::from(*octet)).collect())
    }

    const fn is_unsynchronised(&self) -> bool {
        self.leap == 3 || self.stratum == 0 || self.stratum >= UNSYNCHRONISED || self.transmitted == 0
    }

    /// How far the server's clock is ahead of ours, in seconds (RFC 5905, section 8).
    fn offset(&self, sent: SystemTime, waited: Duration) -> f64 {
        let sent = timestamp(sent);
        // Differences wrap with the era, 136 years (RFC 5905, section 6), and are small: as signed numbers they are right.
        let seconds = |difference: u64| difference.cast_signed() as f64 / 2f64.powi(32);
        let to = seconds(self.received.wrapping_sub(sent));
        let fro = seconds(self.transmitted.wrapping_sub(sent)) - waited.as_secs_f64();
        f64::midpoint(to, fro)
    }
}

/// A time in the 64-bit format of RFC 5905, section 6: seconds since 1900, and their 2^-32 parts.
fn timestamp(time: SystemTime) -> u64 {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let fraction = (u64::from(since_1970.subsec_nanos()) << 32) / 1_000_000_000;
    (since_1970.as_secs() + FROM_1900_TO_1970) << 32 | fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(first: u8, stratum: u8, nonce: u64) -> [u8; PACKET] {
        let mut packet = [0; PACKET];
        packet[0] = first;
        packet[1] = stratum;
        packet[12..16].copy_from_slice(b"RATE");
        packet[24..32].copy_from_slice(&nonce.to_be_bytes());
        packet
    }

    #[test]
    fn only_a_reply_to_this_request_counts() {
        assert_eq!(Reply::parse(&packet(0x24, 2, 7), 8), Ok(None));
        assert_eq!(Reply::parse(&packet(0x24, 2, 7), 7).map(|reply| reply.map(|it| it.stratum)), Ok(Some(2)));
        assert!(Reply::parse(&packet(0x23, 2, 7), 7).is_err(), "a client's");
        assert!(Reply::parse(&[0x24; 47], 7).is_err(), "short");
    }

    #[test]
    fn who_does_not_know_the_time_is_not_believed() {
        let read = |first, stratum| Reply::parse(&packet(first, stratum, 7), 7).ok().flatten();
        assert_eq!(read(0xE4, 0).and_then(|reply| reply.kiss_code()), Some("RATE".to_owned()));
        assert_eq!(read(0xE4, 2).map(|reply| reply.is_unsynchronised()), Some(true), "leap 3");
        assert_eq!(read(0x24, 16).map(|reply| reply.is_unsynchronised()), Some(true));
    }

    #[test]
    fn the_way_there_and_back_is_taken_out_of_the_offset() {
        let sent = UNIX_EPOCH + Duration::from_secs(1_795_000_000);
        let ahead = |milliseconds| timestamp(sent + Duration::from_millis(milliseconds));
        let reply = Reply { leap: 0, stratum: 1, reference: [0; 4], received: ahead(1010), transmitted: ahead(1012) };
        let offset = reply.offset(sent, Duration::from_millis(22));
        assert!((offset - 1.0).abs() < 1e-6, "{offset}");
        // The era of NTP ends on 2036-02-07.
        let late = UNIX_EPOCH + Duration::from_secs(2_085_978_495);
        let received = timestamp(late + Duration::from_secs(2));
        let reply = Reply { leap: 0, stratum: 1, reference: [0; 4], received, transmitted: received };
        let offset = reply.offset(late, Duration::ZERO);
        assert!((offset - 2.0).abs() < 1e-6, "{offset}");
    }
}
