//! A simulator of SNMP agents: one socket, and behind every address of 127.0.0.0/8 an agent that answers v1, v2c and v3
//! from a recorded or made walk. It is fast, so that what is measured is who asks; and it misbehaves on demand, as real agents
//! do without being asked.

mod ber;
mod usm;
mod walk;

use std::collections::HashMap;
use std::io::{IoSlice, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::libc;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg, sendmsg, setsockopt, sockopt,
};

use ber::{INTEGER, OCTETS, Oid, Reader, SEQUENCE, number, tlv};
use usm::{Opened, Users};
pub use walk::Walk;

/// How agents misbehave.
#[derive(Debug, Clone, Default)]
pub struct Misbehaviour {
    /// Of so many addresses in a row the last one never answers; 0: all answer.
    pub silent: u32,
    /// Replies are damaged: octets are changed, left out or added, in another way each time.
    pub damages: bool,
    /// Replies come from 127.0.0.1 instead of the address that was asked.
    pub from_elsewhere: bool,
    /// Replies of more octets are refused with tooBig; 0: none are.
    pub largest: usize,
    /// GETBULK with more repetitions than this is not answered; 0: all are.
    pub most_repetitions: usize,
    /// After the last row of a table comes its first one again.
    pub loops: bool,
    /// How long each reply takes; the other agents wait as long.
    pub delay: Duration,
}

/// Agents behind all addresses of 127.0.0.0/8 on one port. They stop when this is dropped.
#[derive(Debug)]
pub struct Agents {
    /// The port.
    pub port: u16,
    counted: Arc<Counted>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Counted {
    replies: AtomicU64,
    values: AtomicU64,
}

struct Agent {
    walks: HashMap<Ipv4Addr, Walk>,
    /// What all others have; none: they do not answer.
    default: Option<Walk>,
    users: Users,
    misbehaviour: Misbehaviour,
    started: Instant,
    counted: Arc<Counted>,
}

/// What kind of question a PDU is (RFC 3416, section 3).
const GET: u8 = 0xA0;
const GET_NEXT: u8 = 0xA1;
const GET_BULK: u8 = 0xA5;
const RESPONSE: u8 = 0xA2;
/// Error statuses (RFC 3416, section 3).
const TOO_BIG: u8 = 1;
const NO_SUCH_NAME: u8 = 2;
/// What a name has that has no value.
const NO_SUCH_INSTANCE: u8 = 0x81;
const END_OF_VIEW: u8 = 0x82;
/// How long agents have been running when they are started: counters that begin at nothing would hide mistakes.
const AGE: Duration = Duration::from_hours(240);
/// The largest reply; a datagram holds no more.
const LARGEST: usize = 65_000;

impl Agents {
    /// The community of SNMPv1 and v2c; what is sent is not looked at.
    pub const COMMUNITY: &str = "kaimynas";
    /// The user of SNMPv3, with SHA-1 and AES-128.
    pub const USER: &str = "rotuse";
    /// Its authentication passphrase.
    pub const AUTHENTICATION: &str = "tapatumas-2026";
    /// Its privacy passphrase.
    pub const PRIVACY: &str = "slaptumas-2026";

    /// Starts them, all alike.
    #[must_use]
    pub fn start(walk: Walk, misbehaviour: Misbehaviour) -> Self {
        Self::start_with(HashMap::new(), Some(walk), misbehaviour)
    }

    /// Starts those that are named, each with what it has; the others never answer.
    #[must_use]
    pub fn of<const N: usize>(walks: [(Ipv4Addr, Walk); N]) -> Self {
        Self::start_with(walks.into(), None, Misbehaviour::default())
    }

    fn start_with(walks: HashMap<Ipv4Addr, Walk>, default: Option<Walk>, misbehaviour: Misbehaviour) -> Self {
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        setsockopt(&socket, sockopt::Ipv4PacketInfo, &true).unwrap();
        // More than this may be refused, and then is not needed either.
        let _ = setsockopt(&socket, sockopt::RcvBuf, &(4 << 20));
        let (counted, stop) = (Arc::new(Counted::default()), Arc::new(AtomicBool::new(false)));
        let mut agent = Agent {
            walks,
            default,
            users: Users::new(Self::AUTHENTICATION, Self::PRIVACY),
            misbehaviour,
            started: Instant::now(),
            counted: Arc::clone(&counted),
        };
        let has_to_stop = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !has_to_stop.load(Ordering::Relaxed) {
                agent.serve(&socket);
            }
        });
        Self { port, counted, stop, thread: Some(thread) }
    }

    /// How many replies they have sent, and how many values in them.
    #[must_use]
    pub fn counted(&self) -> (u64, u64) {
        (self.counted.replies.load(Ordering::Relaxed), self.counted.values.load(Ordering::Relaxed))
    }
}

impl Drop for Agents {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the agents ended badly");
        }
    }
}

impl Agent {
    /// Waits for one request and answers it.
    fn serve(&mut self, socket: &UdpSocket) {
        let mut octets = [0; 4096];
        let mut control = nix::cmsg_space!(libc::in_pktinfo);
        let (length, asker, asked) = {
            let mut buffers = [IoSliceMut::new(&mut octets)];
            let received =
                recvmsg::<SockaddrIn>(socket.as_raw_fd(), &mut buffers, Some(&mut control), MsgFlags::empty());
            let received = match received {
                Ok(received) => received,
                Err(nix::Error::EAGAIN | nix::Error::EINTR) => return,
                Err(error) => panic!("the agents cannot listen: {error}"),
            };
            let asked = received.cmsgs().unwrap().find_map(|message| match message {
                ControlMessageOwned::Ipv4PacketInfo(info) => Some(info.ipi_addr),
                _ => None,
            });
            let Some((asker, asked)) = received.address.zip(asked) else { return };
            (received.bytes, SocketAddrV4::from(asker), Ipv4Addr::from(u32::from_be(asked.s_addr)))
        };
        let nth = self.misbehaviour.silent;
        if nth > 0 && u32::from(asked) % nth == nth - 1 {
            return;
        }
        std::thread::sleep(self.misbehaviour.delay);
        let Some(mut reply) = self.reply(asked, &octets[..length]) else { return };
        let replies = self.counted.replies.fetch_add(1, Ordering::Relaxed);
        if self.misbehaviour.damages {
            damage(&mut reply, replies);
        }
        let from = if self.misbehaviour.from_elsewhere { Ipv4Addr::LOCALHOST } else { asked };
        let source = libc::in_addr { s_addr: u32::from(from).to_be() };
        let from = libc::in_pktinfo { ipi_ifindex: 0, ipi_spec_dst: source, ipi_addr: libc::in_addr { s_addr: 0 } };
        let control = [ControlMessage::Ipv4PacketInfo(&from)];
        let to = SockaddrIn::from(asker);
        // Whoever has asked may be gone.
        let _ = sendmsg(socket.as_raw_fd(), &[IoSlice::new(&reply)], &control, MsgFlags::empty(), Some(&to));
    }

    fn reply(&mut self, agent: Ipv4Addr, request: &[u8]) -> Option<Vec<u8>> {
        let uptime = AGE + self.started.elapsed();
        let seconds = u32::try_from(uptime.as_secs()).ok()?;
        let mut message = Reader(Reader(request).content(SEQUENCE)?);
        let version = message.number()?;
        if version == 3 {
            return match self.users.open(agent, seconds, message.0)? {
                Opened::Discovery(report) => Some(report),
                Opened::Request(envelope, pdu) => {
                    let response = self.respond(agent, &pdu, version, uptime)?;
                    Some(self.users.seal(agent, seconds, &envelope, &response))
                }
            };
        }
        let community = message.content(OCTETS)?;
        let response = self.respond(agent, message.0, version, uptime)?;
        Some(tlv(SEQUENCE, &[number(INTEGER, version.into()), tlv(OCTETS, community), response].concat()))
    }

    /// The response to a PDU.
    fn respond(&self, agent: Ipv4Addr, pdu: &[u8], version: i64, uptime: Duration) -> Option<Vec<u8>> {
        let walk = self.walks.get(&agent).or(self.default.as_ref())?;
        let (kind, content) = Reader(pdu).any()?;
        let mut reader = Reader(content);
        let id = number(INTEGER, reader.number()?.into());
        let fixed = usize::try_from(reader.number()?).ok()?;
        let repetitions = usize::try_from(reader.number()?).ok()?;
        let asked = reader.content(SEQUENCE)?;
        let mut names: Vec<Oid> = Vec::new();
        let mut reader = Reader(asked);
        while !reader.0.is_empty() {
            names.push(Reader(reader.content(SEQUENCE)?).oid()?);
        }
        let mut bindings = Vec::with_capacity(2048);
        let mut values = names.len();
        let mut error = None;
        match kind {
            GET => {
                for (place, name) in names.iter().enumerate() {
                    match walk.find(name) {
                        Some(found) => walk.entries[found].write(uptime, &mut bindings),
                        None => {
                            error = error.or(Some((NO_SUCH_NAME, place + 1)));
                            bindings.extend(nothing(name, NO_SUCH_INSTANCE));
                        }
                    }
                }
            }
            GET_NEXT => {
                for (place, name) in names.iter().enumerate() {
                    if self.write_next(walk, name, uptime, &mut bindings) == *name {
                        error = error.or(Some((NO_SUCH_NAME, place + 1)));
                    }
                }
            }
            GET_BULK => {
                let most = self.misbehaviour.most_repetitions;
                if most > 0 && repetitions > most {
                    return None;
                }
                let mut row = names.split_off(fixed.min(names.len()));
                values = names.len();
                for name in &names {
                    self.write_next(walk, name, uptime, &mut bindings);
                }
                for _ in 0..repetitions {
                    let before = bindings.len();
                    let next: Vec<Oid> =
                        row.iter().map(|name| self.write_next(walk, name, uptime, &mut bindings)).collect();
                    // An agent sends as much as fits, and nothing more when nothing more is there (RFC 3416, 4.2.3).
                    if bindings.len() > LARGEST {
                        bindings.truncate(before);
                        break;
                    }
                    if next == row {
                        break;
                    }
                    values += next.len();
                    row = next;
                }
            }
            _ => return None,
        }
        let most = self.misbehaviour.largest;
        let (error, bindings) = if most > 0 && bindings.len() > most {
            (Some((TOO_BIG, 0)), Vec::new())
        } else if version == 0 && error.is_some() {
            (error, asked.to_vec())
        } else {
            (None, bindings)
        };
        self.counted.values.fetch_add(u64::try_from(values).ok()?, Ordering::Relaxed);
        let (status, index) = error.unwrap_or_default();
        let index = i128::try_from(index).ok()?;
        let error = [number(INTEGER, status.into()), number(INTEGER, index)].concat();
        Some(tlv(RESPONSE, &[id, error, tlv(SEQUENCE, &bindings)].concat()))
    }

    /// Writes what comes behind `name` and says what that is called; at the end it is the name itself.
    fn write_next(&self, walk: &Walk, name: &[u32], uptime: Duration, bindings: &mut Vec<u8>) -> Oid {
        let entries = &walk.entries;
        let mut next = walk.after(name);
        let column = |oid: &[u32]| oid.split_last().map(|(_, column)| column.to_vec());
        if let (true, Some(before)) = (self.misbehaviour.loops, walk.find(name))
            && entries.get(next).is_none_or(|found| column(&found.oid) != column(name))
        {
            next = entries[..=before].partition_point(|entry| column(&entry.oid) < column(name));
        }
        match entries.get(next) {
            Some(found) => {
                found.write(uptime, bindings);
                found.oid.clone()
            }
            None => {
                bindings.extend(nothing(name, END_OF_VIEW));
                name.to_vec()
            }
        }
    }
}

/// A name without a value, and why.
fn nothing(name: &[u32], why: u8) -> Vec<u8> {
    tlv(SEQUENCE, &[ber::oid(name), tlv(why, &[])].concat())
}

/// Changes, leaves out or adds some octets; which, depends only on `number`.
fn damage(reply: &mut Vec<u8>, number: u64) {
    // SplitMix64 (Steele, Lea, Flood 2014).
    let mut state = number;
    let mut random = |below: usize| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ mixed >> 31) % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    for _ in 0..=random(4) {
        let place = random(reply.len());
        let octet = u8::try_from(random(256)).unwrap();
        match random(4) {
            0 => reply.truncate(place),
            1 => reply.insert(place, octet),
            _ if reply.is_empty() => reply.push(octet),
            2 => drop(reply.remove(place)),
            _ => reply[place] = octet,
        }
    }
}
