//! DNS (RFC 1035): does a name server answer, what, how fast, and do all servers of a zone have the same version of it?
//!
//! The question goes to this one server and nobody else, so no resolver and no cache stands between; only the messages are
//! the library's. A reply that does not fit into a datagram is asked for again by TCP (RFC 7766).

mod policy;

use std::net::SocketAddr;
use std::time::Duration;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, Record};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::connection::{broken, connected};
use super::{Answer, DnsFault, Failure, Measurement, Metric, Outcome, one_line};
use crate::config::{Dns, DomainName};

/// Octets of a datagram that are never fragmented (RFC 9715).
const LARGEST_DATAGRAM: u16 = 1232;

/// Asks the question once.
pub async fn probe(question: &Dns, timeout: Duration) -> Answer {
    let mut answer = Answer::good(Vec::new());
    let asked = tokio::time::timeout(timeout, ask(question, timeout, &mut answer)).await;
    answer.concluded(asked, timeout)
}

async fn ask(question: &Dns, timeout: Duration, answer: &mut Answer) -> Result<(), Failure> {
    let started = Instant::now();
    let mut others = JoinSet::new();
    for other in question.same_serial_as.clone() {
        let query = query(question);
        others.spawn(async move { (other, exchange(other, &query, timeout).await) });
    }
    let reply = exchange(question.target, &query(question), timeout).await?;
    answer.measurements.push(Measurement::time(Metric::QueryTime, started.elapsed()));
    let values = values(question, &reply)?;
    answer.said = Some(one_line(values.join(", ").as_bytes()));
    let is_as_expected = question.expect.iter().all(|expected| values.contains(expected))
        && (question.records.are_texts()
            || question.expect.is_empty()
            || values.iter().all(|value| question.expect.contains(value)));
    if !is_as_expected {
        let got = one_line(values.join(", ").as_bytes());
        return Err(Failure::Unexpected { wanted: question.expect.join(", "), got });
    }
    if !question.same_serial_as.is_empty() {
        let mut serials = vec![(question.target, serial(&reply))];
        while let Some(asked) = others.join_next().await {
            let (other, reply) = asked.map_err(|error| Failure::Local { detail: error.to_string() })?;
            match reply.and_then(|reply| self::values(question, &reply).map(|_| reply)) {
                Ok(reply) => serials.push((other, serial(&reply))),
                Err(failure) => {
                    let fault = DnsFault::Elsewhere { server: other.ip(), failure: Box::new(failure) };
                    answer.outcome = Outcome::Impaired(Failure::Dns { fault });
                }
            }
        }
        if let Some(fault) = disagreement(&mut serials) {
            answer.outcome = Outcome::Impaired(Failure::Dns { fault });
        }
    }
    Ok(())
}

fn query(question: &Dns) -> Message {
    let mut message = Message::query();
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(question.name.0.clone(), question.records.record_type()));
    let mut edns = Edns::new();
    edns.set_max_payload(LARGEST_DATAGRAM);
    message.set_edns(edns);
    message
}

/// Sends a query and waits for its reply, without end; the caller has a limit.
async fn exchange(target: SocketAddr, query: &Message, timeout: Duration) -> Result<Message, Failure> {
    let of_system = |error: std::io::Error| Failure::from_io(&error, timeout);
    let octets = query.to_vec().map_err(|error| Failure::Local { detail: error.to_string() })?;
    let socket = connected(target).await.map_err(of_system)?;
    socket.send(&octets).await.map_err(of_system)?;
    let mut datagram = [0; LARGEST_DATAGRAM as usize];
    loop {
        let length = socket.recv(&mut datagram).await.map_err(of_system)?;
        match parse(&datagram[..length], query)? {
            Some(reply) if reply.metadata.truncation => break,
            Some(reply) => return Ok(reply),
            // Somebody else's, or a guess.
            None => {}
        }
    }
    let mut stream = TcpStream::connect(target).await.map_err(of_system)?;
    let length = u16::try_from(octets.len()).map_err(|error| Failure::Local { detail: error.to_string() })?;
    stream.write_all(&[&length.to_be_bytes(), octets.as_slice()].concat()).await.map_err(|error| broken(&error))?;
    let length = stream.read_u16().await.map_err(|error| broken(&error))?;
    let mut octets = vec![0; length.into()];
    stream.read_exact(&mut octets).await.map_err(|error| broken(&error))?;
    let another = || Failure::Protocol { detail: "a reply to another question".to_owned() };
    parse(&octets, query)?.ok_or_else(another)
}

/// Reads a reply; none if it is one to another question.
fn parse(octets: &[u8], query: &Message) -> Result<Option<Message>, Failure> {
    if octets.first_chunk() != Some(&query.metadata.id.to_be_bytes()) {
        return Ok(None);
    }
    let malformed = |detail: String| Failure::Protocol { detail: one_line(detail.as_bytes()) };
    let reply = Message::from_vec(octets).map_err(|error| malformed(error.to_string()))?;
    let answers = reply.metadata.message_type == MessageType::Response && reply.metadata.op_code == OpCode::Query;
    // A server that cannot read the question may leave it out (RFC 1035, 4.1.1, FORMERR).
    let is_it = reply.queries == query.queries || reply.queries.is_empty();
    Ok((answers && is_it).then_some(reply))
}

/// What a reply says, as people write it, and sorted.
fn values(question: &Dns, reply: &Message) -> Result<Vec<String>, Failure> {
    let name = || question.name.to_string();
    match reply.metadata.response_code {
        ResponseCode::NoError => {}
        ResponseCode::NXDomain => return Err(DnsFault::NoSuchName { name: name() }.into()),
        code => return Err(DnsFault::NotAnswered { code: code.to_string() }.into()),
    }
    let wanted = question.records.record_type();
    let of_type = reply.answers.iter().filter(|record| record.record_type() == wanted);
    let mut values: Vec<String> = of_type.filter_map(value).collect();
    values.sort_unstable();
    if let Some(rules) = policy::Rules::of(question.records) {
        values.retain(|text| rules.is_one(text));
        if let [text] = values.as_slice() {
            rules.judge(text)?;
        }
        if values.len() > 1 {
            let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
            return Err(DnsFault::Several { records: question.records.name().to_owned(), count }.into());
        }
    }
    if values.is_empty() {
        return Err(DnsFault::NoRecords { name: name(), records: question.records.name().to_owned() }.into());
    }
    Ok(values)
}

/// The value of a record, as [`DnsRecords::expected`](crate::config::DnsRecords::expected) writes it.
fn value(record: &Record) -> Option<String> {
    match &record.data {
        RData::A(address) => Some(address.0.to_string()),
        RData::AAAA(address) => Some(address.0.to_string()),
        RData::MX(mx) => Some(format!("{} {}", mx.preference, written(&mx.exchange))),
        RData::NS(name) => Some(written(&name.0)),
        RData::SOA(soa) => Some(format!("{} {}", written(&soa.mname), soa.serial)),
        // A text comes in pieces of 255 octets that belong together (RFC 7208, 3.3).
        RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
        _ => None,
    }
}

fn written(name: &Name) -> String {
    DomainName(name.clone()).to_string()
}

fn serial(reply: &Message) -> Option<u32> {
    reply.answers.iter().find_map(|record| match &record.data {
        RData::SOA(soa) => Some(soa.serial),
        _ => None,
    })
}

/// Whether servers have a zone in different versions.
fn disagreement(serials: &mut [(SocketAddr, Option<u32>)]) -> Option<DnsFault> {
    serials.sort_unstable();
    let (_, first) = serials.first()?;
    if serials.iter().all(|(_, serial)| serial == first) {
        return None;
    }
    let each = serials.iter().map(|(server, serial)| format!("{} – {}", server.ip(), serial.unwrap_or_default()));
    Some(DnsFault::OtherSerials { serials: each.collect::<Vec<_>>().join(", ") })
}

impl From<DnsFault> for Failure {
    fn from(fault: DnsFault) -> Self {
        Self::Dns { fault }
    }
}
