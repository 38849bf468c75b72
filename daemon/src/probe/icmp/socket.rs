//! One socket a family through which all hosts are asked, and who waits for which reply.
//!
//! The raw socket needs CAP_NET_RAW. Without it there is the datagram socket, for a group in `net.ipv4.ping_group_range`; it
//! hears no errors of routers (icmp(7)). `surge-ping` would take the descriptor out of our hands, and with it duplicates,
//! DSCP, errors of routers and two thirds of the time of the processor; hence our own, on what `nix` and `socket2` make safe.
//!
//! A round trip ends when the kernel received the reply and not when we came to read it, so it is right on a busy machine too.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::io::{ErrorKind, IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use nix::libc;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrIn, SockaddrIn6, SockaddrStorage, recvmsg, sendmsg,
    setsockopt, sockopt,
};
use nix::sys::time::TimeSpec;
use socket2::{Domain, Protocol, SockFilter, SockRef, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::packet::{self, Heard};
use super::round::{Reply, Round, Watched};
use crate::config::Icmp;
use crate::probe::Failure;

/// Requests after which replies are read, whether or not the runtime has found the time: the kernel drops what it cannot queue.
const READ_AFTER: u32 = 32;
/// What the kernel may queue, in octets; it may give less.
const RECEIVE_BUFFER: usize = 4 << 20;
/// How often it is looked which rounds have ended. A timer for each would cost more than the ping.
const SWEEP: Duration = Duration::from_millis(50);
/// The largest reply, with its headers.
const LARGEST: usize = 2048;

/// An ICMP socket of one family and those who wait for what it hears.
pub(super) struct Socket {
    /// Not UDP at all, but what the runtime can wait for with the same calls.
    socket: UdpSocket,
    is_ipv4: bool,
    is_raw: bool,
    /// Tells our requests from those of other programs.
    identifier: u16,
    tokens: RandomState,
    /// Told when there is a round to be watched and was none before.
    is_watching: Notify,
    state: Mutex<State>,
}

struct State {
    /// Which requests nobody has answered yet, or may answer twice.
    pending: HashMap<(IpAddr, u16), Pending>,
    /// Rounds whose requests have been sent.
    watched: Vec<Watched>,
    sequence: u16,
    /// What is sent, what is received, and what the kernel says of it; kept only so as not to be made anew each time.
    packet: Vec<u8>,
    octets: Box<[u8; LARGEST]>,
    control: Vec<u8>,
    /// The differentiated services field that the socket writes now.
    traffic_class: u8,
    sent_since_read: u32,
}

struct Pending {
    round: Arc<Round>,
    /// Which echo of the round.
    echo: u8,
    token: u64,
    sent: SystemTime,
    sent_at: Instant,
}

impl Socket {
    /// Opens one; must be called inside the runtime that will ask.
    ///
    /// # Errors
    /// [`Failure::NotPermitted`] without the right to it, [`Failure::Local`] if there is no such family here.
    pub(super) fn open(is_ipv4: bool) -> Result<Arc<Self>, Failure> {
        Self::open_with(is_ipv4).map_err(|error| match error.kind() {
            ErrorKind::PermissionDenied => Failure::NotPermitted,
            _ => Failure::Local { detail: error.to_string() },
        })
    }

    fn open_with(is_ipv4: bool) -> std::io::Result<Arc<Self>> {
        let (domain, protocol) =
            if is_ipv4 { (Domain::IPV4, Protocol::ICMPV4) } else { (Domain::IPV6, Protocol::ICMPV6) };
        let tokens = RandomState::new();
        let (socket, is_raw) = match socket2::Socket::new(domain, Type::RAW, Some(protocol)) {
            Ok(socket) => (socket, true),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                (socket2::Socket::new(domain, Type::DGRAM, Some(protocol))?, false)
            }
            Err(error) => return Err(error),
        };
        socket.set_nonblocking(true)?;
        // Less is given where it may not be had; then a burst is read more often.
        let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
        let identifier = if is_raw {
            let [high, low, ..] = tokens.hash_one(0_u64).to_be_bytes();
            u16::from_be_bytes([high, low])
        } else {
            // The kernel takes the port for the identifier.
            let any: IpAddr = if is_ipv4 { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
            socket.bind(&SocketAddr::new(any, 0).into())?;
            socket.local_addr()?.as_socket().map_or(0, |address| address.port())
        };
        if is_raw {
            socket.attach_filter(&filter(is_ipv4, identifier))?;
        }
        setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
        if is_ipv4 {
            setsockopt(&socket, sockopt::Ipv4RecvTtl, &true)?;
        } else {
            setsockopt(&socket, sockopt::Ipv6RecvHopLimit, &true)?;
        }
        let socket = UdpSocket::from_std(std::net::UdpSocket::from(OwnedFd::from(socket)))?;
        let state = State {
            pending: HashMap::new(),
            watched: Vec::new(),
            sequence: 0,
            packet: Vec::new(),
            octets: Box::new([0; LARGEST]),
            control: nix::cmsg_space!(TimeSpec, libc::c_int),
            traffic_class: 0,
            sent_since_read: 0,
        };
        let (is_watching, state) = (Notify::new(), Mutex::new(state));
        let socket = Arc::new(Self { socket, is_ipv4, is_raw, identifier, tokens, is_watching, state });
        tokio::spawn(listen(Arc::clone(&socket)));
        tokio::spawn(sweep(Arc::clone(&socket)));
        Ok(socket)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends one echo request of `round` and remembers who waits for its reply. Waits while the kernel can take no more.
    ///
    /// # Errors
    /// What the system said when it could not be sent.
    pub(super) async fn send(&self, question: &Icmp, round: &Arc<Round>, echo: u8) -> std::io::Result<Sent> {
        loop {
            match self.try_send(question, round, echo) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.socket.writable().await?,
                sent => return sent,
            }
        }
    }

    fn try_send(&self, question: &Icmp, round: &Arc<Round>, echo: u8) -> std::io::Result<Sent> {
        let mut guard = self.lock();
        let state = &mut *guard;
        let key = loop {
            state.sequence = state.sequence.wrapping_add(1);
            let key = (question.address, state.sequence);
            if !state.pending.contains_key(&key) {
                break key;
            }
        };
        let sent = SystemTime::now();
        let sent_at = Instant::now();
        let token = self.tokens.hash_one((key, sent));
        let id = (self.identifier, key.1);
        packet::write_request(&mut state.packet, self.is_ipv4, id, token, question.payload);
        if state.traffic_class != question.traffic_class() {
            self.set_traffic_class(question.traffic_class())?;
            state.traffic_class = question.traffic_class();
        }
        let pending = Pending { round: Arc::clone(round), echo, token, sent, sent_at };
        state.pending.insert(key, pending);
        if let Err(error) = self.transmit(question, &state.packet) {
            state.pending.remove(&key);
            return Err(error);
        }
        state.sent_since_read += 1;
        if state.sent_since_read >= READ_AFTER {
            // What it ends in does not concern this request.
            let _ = self.read_all(state);
        }
        Ok(Sent(key))
    }

    fn set_traffic_class(&self, class: u8) -> nix::Result<()> {
        let class = libc::c_int::from(class);
        if self.is_ipv4 {
            setsockopt(&self.socket, sockopt::Ipv4Tos, &class)
        } else {
            setsockopt(&self.socket, sockopt::Ipv6TClass, &class)
        }
    }

    fn transmit(&self, question: &Icmp, packet: &[u8]) -> std::io::Result<()> {
        let descriptor = self.socket.as_raw_fd();
        let octets = [IoSlice::new(packet)];
        let none = MsgFlags::empty();
        let send = || match (question.address, question.source) {
            (address, None) => {
                SockRef::from(&self.socket).send_to(packet, &SocketAddr::new(address, 0).into())?;
                Ok(())
            }
            (IpAddr::V4(address), Some(IpAddr::V4(source))) => {
                let to = SockaddrIn::from(SocketAddrV4::new(address, 0));
                let source = libc::in_addr { s_addr: u32::from(source).to_be() };
                let from =
                    libc::in_pktinfo { ipi_ifindex: 0, ipi_spec_dst: source, ipi_addr: libc::in_addr { s_addr: 0 } };
                sendmsg(descriptor, &octets, &[ControlMessage::Ipv4PacketInfo(&from)], none, Some(&to))?;
                Ok(())
            }
            (IpAddr::V6(address), Some(IpAddr::V6(source))) => {
                let to = SockaddrIn6::from(SocketAddrV6::new(address, 0, 0, 0));
                let source = libc::in6_addr { s6_addr: source.octets() };
                let from = libc::in6_pktinfo { ipi6_addr: source, ipi6_ifindex: 0 };
                sendmsg(descriptor, &octets, &[ControlMessage::Ipv6PacketInfo(&from)], none, Some(&to))?;
                Ok(())
            }
            // The configuration refuses it, except for an address that is any.
            _ => Err(ErrorKind::AddrNotAvailable.into()),
        };
        self.socket.try_io(Interest::WRITABLE, send)
    }

    /// Ends a round whose requests have all been sent: at `deadline`, or `linger` after the last reply.
    pub(super) fn watch(&self, round: &Arc<Round>, deadline: Instant, linger: Duration) {
        let mut state = self.lock();
        if state.watched.is_empty() {
            self.is_watching.notify_one();
        }
        state.watched.push(Watched { round: Arc::clone(round), deadline, linger, settled: None });
    }

    /// Ends the rounds that are over; whether others are left.
    fn end_rounds(&self, now: Instant) -> bool {
        let mut state = self.lock();
        state.watched.retain_mut(|watched| !watched.end_if_over(now));
        !state.watched.is_empty()
    }

    /// Nobody waits for these requests any longer.
    pub(super) fn forget(&self, sent: &[Sent]) {
        let mut state = self.lock();
        for Sent(key) in sent {
            state.pending.remove(key);
        }
    }

    /// Reads until there is nothing left, or the kernel complains.
    fn read_all(&self, state: &mut State) -> std::io::Result<()> {
        state.sent_since_read = 0;
        loop {
            self.read_one(state)?;
        }
    }

    /// Reads one message and tells whom it concerns.
    fn read_one(&self, state: &mut State) -> std::io::Result<()> {
        let State { pending, octets, control, .. } = state;
        let mut slices = [IoSliceMut::new(octets.as_mut_slice())];
        let descriptor = self.socket.as_raw_fd();
        let message = recvmsg::<SockaddrStorage>(descriptor, &mut slices, Some(control), MsgFlags::empty())?;
        let mut received = None;
        let mut ttl = None;
        for control in message.cmsgs().into_iter().flatten() {
            match control {
                ControlMessageOwned::ScmTimestampns(at) => {
                    received = Some(SystemTime::UNIX_EPOCH + Duration::from(at));
                }
                ControlMessageOwned::Ipv4Ttl(hops) | ControlMessageOwned::Ipv6HopLimit(hops) => {
                    ttl = u8::try_from(hops).ok();
                }
                _ => {}
            }
        }
        let (from, length) = (message.address.as_ref().and_then(address), message.bytes);
        if let (Some(from), Some(octets)) = (from, octets.get(..length)) {
            self.hear(pending, octets, from, received, ttl);
        }
        Ok(())
    }

    fn hear(
        &self,
        pending: &HashMap<(IpAddr, u16), Pending>,
        octets: &[u8],
        from: IpAddr,
        received: Option<SystemTime>,
        ttl: Option<u8>,
    ) {
        let message = if self.is_ipv4 && self.is_raw { packet::without_ipv4_header(octets) } else { Some(octets) };
        match message.and_then(|message| packet::read(message, self.is_ipv4)) {
            Some(Heard::Reply { identifier, sequence, token }) if identifier == self.identifier => {
                let Some(pending) = pending.get(&(from, sequence)) else { return };
                if pending.token == token {
                    let round_trip = round_trip(pending.sent_at.elapsed(), pending.sent, received);
                    pending.round.answered(pending.echo, Reply { round_trip, ttl });
                }
            }
            Some(Heard::Undelivered { destination, identifier, sequence, obstacle })
                if identifier == self.identifier =>
            {
                if let Some(pending) = pending.get(&(destination, sequence)) {
                    pending.round.undelivered(Failure::Unreachable { obstacle, by: Some(from) });
                }
            }
            _ => {}
        }
    }
}

/// One request that was sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent((IpAddr, u16));

/// Reads whenever something arrives, as long as the runtime lives.
async fn listen(socket: Arc<Socket>) {
    while socket.socket.readable().await.is_ok() {
        // It ends in an error always; that there is nothing more is one that the runtime understands.
        let _ = socket.socket.try_io(Interest::READABLE, || socket.read_all(&mut socket.lock()));
    }
}

/// Ends rounds, many at once, as long as the runtime lives.
async fn sweep(socket: Arc<Socket>) {
    loop {
        socket.is_watching.notified().await;
        loop {
            tokio::time::sleep(SWEEP).await;
            if !socket.end_rounds(Instant::now()) {
                break;
            }
        }
    }
}

fn address(from: &SockaddrStorage) -> Option<IpAddr> {
    let v4 = from.as_sockaddr_in().map(|from| IpAddr::V4(from.ip()));
    v4.or_else(|| from.as_sockaddr_in6().map(|from| IpAddr::V6(from.ip())))
}

/// The kernel's clock says when the reply arrived, ours when we came to it; if the time of day was set meanwhile, only the
/// second is right.
fn round_trip(until_now: Duration, sent: SystemTime, received: Option<SystemTime>) -> Duration {
    let by_kernel = received.and_then(|received| received.duration_since(sent).ok());
    by_kernel.filter(|time| *time <= until_now).unwrap_or(until_now)
}

/// A program of the Berkeley packet filter (bpf(4)): only replies to our identifier, and errors. Without it a machine would
/// wake us up for every request that somebody sends to it.
fn filter(is_ipv4: bool, identifier: u16) -> Vec<SockFilter> {
    const LOAD_OCTET: u16 = 0x50;
    const LOAD_PAIR: u16 = 0x48;
    const LOAD_X_IPV4_HEADER_LENGTH: u16 = 0xB1;
    const LOAD_X: u16 = 0x01;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    let (reply, errors): (u32, [u32; 3]) = if is_ipv4 { (0, [3, 11, 11]) } else { (129, [1, 2, 3]) };
    vec![
        // Where ICMP begins: behind the IPv4 header, or at once.
        SockFilter::new(if is_ipv4 { LOAD_X_IPV4_HEADER_LENGTH } else { LOAD_X }, 0, 0, 0),
        SockFilter::new(LOAD_OCTET, 0, 0, 0),
        SockFilter::new(JUMP_IF_EQUAL, 3, 0, errors[0]),
        SockFilter::new(JUMP_IF_EQUAL, 2, 0, errors[1]),
        SockFilter::new(JUMP_IF_EQUAL, 1, 0, errors[2]),
        SockFilter::new(JUMP_IF_EQUAL, 1, 4, reply),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
        SockFilter::new(LOAD_PAIR, 0, 0, 4),
        SockFilter::new(JUMP_IF_EQUAL, 0, 1, identifier.into()),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
        SockFilter::new(RETURN, 0, 0, 0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_knows_better_when_a_reply_came_unless_the_clock_was_set() {
        let sent = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        let after = |milliseconds| Some(sent + Duration::from_millis(milliseconds));
        let until_now = Duration::from_millis(5);
        assert_eq!(round_trip(until_now, sent, after(2)), Duration::from_millis(2));
        assert_eq!(round_trip(until_now, sent, after(3_600_000)), until_now, "set forward");
        assert_eq!(round_trip(until_now, sent, Some(SystemTime::UNIX_EPOCH)), until_now, "set back");
        assert_eq!(round_trip(until_now, sent, None), until_now);
    }
}
