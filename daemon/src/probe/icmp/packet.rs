//! Echo requests as octets, and what octets that arrive say of them (RFC 792 for IPv4, RFC 4443 for IPv6).
//!
//! A payload begins with a token that nobody can guess, so that a reply that somebody else made up is not taken for one. An
//! error quotes only the first octets of our request, without the token; it is known by its sequence number and by whom we asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::probe::failure::Obstacle;

/// Octets of the ICMP header before the payload.
const HEADER: usize = 8;
/// Octets of an IPv6 header.
const IPV6_HEADER: usize = 40;
/// The protocol numbers of ICMP and ICMPv6.
const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

/// What a message that arrived says of one of our requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// It was answered.
    Reply { identifier: u16, sequence: u16, token: u64 },
    /// Somebody on the way could not deliver it.
    Undelivered { destination: IpAddr, identifier: u16, sequence: u16, obstacle: Obstacle },
}

/// Writes an echo request with `payload` octets, at least eight, into `packet`. The kernel fills in the checksum of ICMPv6,
/// which covers addresses that only it knows.
pub(super) fn write_request(packet: &mut Vec<u8>, is_ipv4: bool, id: (u16, u16), token: u64, payload: u16) {
    let (identifier, sequence) = id;
    packet.clear();
    packet.extend([if is_ipv4 { 8 } else { 128 }, 0, 0, 0]);
    packet.extend(identifier.to_be_bytes());
    packet.extend(sequence.to_be_bytes());
    packet.extend(token.to_be_bytes());
    packet.resize(HEADER + usize::from(payload), 0);
    if is_ipv4 {
        let checksum = checksum(packet);
        packet[2..4].copy_from_slice(&checksum.to_be_bytes());
    }
}

/// The Internet checksum (RFC 1071).
fn checksum(octets: &[u8]) -> u16 {
    let (pairs, rest) = octets.as_chunks::<2>();
    let mut sum: u32 = pairs.iter().map(|pair| u32::from(u16::from_be_bytes(*pair))).sum();
    sum += rest.first().map_or(0, |octet| u32::from(*octet) << 8);
    while sum > 0xFFFF {
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(0)
}

/// What an ICMP message says, without its IP header; nothing if it is no concern of ours.
pub(super) fn read(message: &[u8], is_ipv4: bool) -> Option<Heard> {
    let [kind, code] = *message.first_chunk::<2>()?;
    let obstacle = match (is_ipv4, kind) {
        (true, 0) | (false, 129) => {
            let (identifier, sequence) = identity(message)?;
            let token = u64::from_be_bytes(*message.get(HEADER..)?.first_chunk()?);
            return Some(Heard::Reply { identifier, sequence, token });
        }
        (true, _) => obstacle_of_ipv4(kind, code)?,
        (false, _) => obstacle_of_ipv6(kind, code)?,
    };
    let quoted = message.get(HEADER..)?;
    let (destination, request) = if is_ipv4 { quoted_by_ipv4(quoted)? } else { quoted_by_ipv6(quoted)? };
    let (identifier, sequence) = identity(request)?;
    Some(Heard::Undelivered { destination, identifier, sequence, obstacle })
}

/// An ICMP message without the IPv4 header in front of it, which raw sockets hand out.
pub(super) fn without_ipv4_header(packet: &[u8]) -> Option<&[u8]> {
    packet.get(usize::from(packet.first()? & 0x0F) * 4..)
}

fn identity(echo: &[u8]) -> Option<(u16, u16)> {
    let header: &[u8; HEADER] = echo.first_chunk()?;
    Some((u16::from_be_bytes([header[4], header[5]]), u16::from_be_bytes([header[6], header[7]])))
}

fn quoted_by_ipv4(quoted: &[u8]) -> Option<(IpAddr, &[u8])> {
    let destination: [u8; 4] = *quoted.get(16..)?.first_chunk()?;
    let request = without_ipv4_header(quoted)?;
    (quoted[9] == ICMP && request.first() == Some(&8)).then_some((Ipv4Addr::from(destination).into(), request))
}

fn quoted_by_ipv6(quoted: &[u8]) -> Option<(IpAddr, &[u8])> {
    let destination: [u8; 16] = *quoted.get(24..)?.first_chunk()?;
    let request = quoted.get(IPV6_HEADER..)?;
    (quoted[6] == ICMPV6 && request.first() == Some(&128)).then_some((Ipv6Addr::from(destination).into(), request))
}

/// RFC 792, with the codes of RFC 1812, 5.2.7.1.
fn obstacle_of_ipv4(kind: u8, code: u8) -> Option<Obstacle> {
    Some(match (kind, code) {
        (3, 0 | 6 | 11) => Obstacle::NoRoute,
        (3, 1 | 7 | 12) => Obstacle::NoHost,
        (3, 9 | 10 | 13) => Obstacle::Prohibited,
        (3, 4) => Obstacle::TooBig,
        (11, _) => Obstacle::TooFar,
        (3, _) => Obstacle::Other { icmp_type: kind, code },
        _ => return None,
    })
}

/// RFC 4443, section 3.
fn obstacle_of_ipv6(kind: u8, code: u8) -> Option<Obstacle> {
    Some(match (kind, code) {
        (1, 0) => Obstacle::NoRoute,
        (1, 3) => Obstacle::NoHost,
        (1, 1 | 5) => Obstacle::Prohibited,
        (2, _) => Obstacle::TooBig,
        (3, _) => Obstacle::TooFar,
        (1, _) => Obstacle::Other { icmp_type: kind, code },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REPLY: Heard = Heard::Reply { identifier: 7, sequence: 9, token: 0x0102_0304_0506_0708 };

    fn request(is_ipv4: bool) -> Vec<u8> {
        let mut packet = Vec::new();
        write_request(&mut packet, is_ipv4, (7, 9), 0x0102_0304_0506_0708, 16);
        packet
    }

    #[test]
    fn a_request_that_comes_back_as_a_reply_is_known() {
        for (is_ipv4, reply) in [(true, 0), (false, 129)] {
            let mut packet = request(is_ipv4);
            assert_eq!(read(&packet, is_ipv4), None, "a request is no reply");
            packet[0] = reply;
            assert_eq!(read(&packet, is_ipv4), Some(REPLY));
        }
    }

    #[test]
    fn the_checksum_of_a_message_with_its_checksum_is_nought() {
        assert_eq!(checksum(&request(true)), 0);
        assert_eq!(checksum(&[0, 1, 0xF2, 3, 0xF4, 0xF5, 0xF6, 0xF7]), !0xDDF2, "the example of RFC 1071, section 3");
        assert_eq!(checksum(&[1]), !0x0100);
    }

    #[test]
    fn an_error_is_known_by_what_it_quotes() {
        let mut quoted = vec![0x46, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7, 1, 1, 1, 1];
        quoted.extend(request(true));
        let error = [&[3, 13, 0, 0, 0, 0, 0, 0], quoted.as_slice()].concat();
        let expected = Heard::Undelivered {
            destination: IpAddr::from([198, 51, 100, 7]),
            identifier: 7,
            sequence: 9,
            obstacle: Obstacle::Prohibited,
        };
        assert_eq!(read(&error, true), Some(expected));
        // RFC 792 promises no more than eight octets of the request.
        assert_eq!(read(&error[..8 + 24 + 8], true), Some(expected));
        assert_eq!(read(&error[..8 + 24 + 7], true), None);
    }

    #[test]
    fn an_error_about_somebody_elses_packet_is_no_concern_of_ours() {
        let mut quoted = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7];
        quoted.extend(request(true));
        assert_eq!(read(&[&[3, 3, 0, 0, 0, 0, 0, 0], quoted.as_slice()].concat(), true), None);
    }

    #[test]
    fn an_error_of_ipv6_is_known_too() {
        let mut quoted = vec![0; IPV6_HEADER];
        quoted[6] = ICMPV6;
        quoted[39] = 1;
        quoted.extend(request(false));
        let error = [&[1, 3, 0, 0, 0, 0, 0, 0], quoted.as_slice()].concat();
        let expected = Heard::Undelivered {
            destination: IpAddr::V6(Ipv6Addr::LOCALHOST),
            identifier: 7,
            sequence: 9,
            obstacle: Obstacle::NoHost,
        };
        assert_eq!(read(&error, false), Some(expected));
    }

    proptest! {
        #[test]
        fn no_octets_are_too_strange(octets in proptest::collection::vec(any::<u8>(), 0..120), is_ipv4: bool) {
            read(&octets, is_ipv4);
            without_ipv4_header(&octets).map(|message| read(message, is_ipv4));
        }
    }
}
