//! Ping and TCP against real hosts.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Stdio;

use socket2::{Domain, Protocol, Socket, Type};

use tests::{Installation, Rotused, free_port, in_namespace};

#[test]
fn hosts_that_answer_are_up_with_their_round_trip_time_and_loss() {
    let installation = Installation::new();
    for (name, address) in [("vienas", "127.0.0.1"), ("kitas", "127.0.0.20"), ("sesi", "::1")] {
        installation.device(name, address, "{ kind = \"icmp\", interval = \"2s\", timeout = \"1s\" }");
    }
    let rotused = installation.start();
    for name in ["vienas", "kitas", "sesi"] {
        rotused.state_is(name, "icmp", "up");
        let labels = format!("{{device=\"{name}\",check=\"icmp\"}}");
        rotused.metric_is(&format!("rotuse_check_rtt_seconds{labels}"), |time| time > 0.0 && time < 1.0);
        rotused.metric_is(&format!("rotuse_check_loss_ratio{labels}"), |loss| loss == 0.0);
    }
    assert_eq!(rotused.get("/devices/vienas?lang=en").status, 200);
    assert_eq!(rotused.get("/devices/nera").status, 404);
    assert_eq!(rotused.get("/healthz").status, 200);
}

#[test]
fn a_round_says_how_steady_the_line_is_and_packets_come_from_where_they_are_told_to() {
    let installation = Installation::new();
    let more = "echoes = 3, spacing = \"5ms\", payload = 1000, source = \"127.0.0.5\"";
    let ours = format!("{{ kind = \"icmp\", {more}, interval = \"2s\", timeout = \"1s\" }}");
    let foreign =
        "{ kind = \"icmp\", name = \"svetimas\", source = \"192.0.2.77\", interval = \"2s\", timeout = \"1s\" }";
    installation.device("vienas", "127.0.0.1", &format!("{ours}, {foreign}"));
    let rotused = installation.start();
    rotused.state_is("vienas", "icmp", "up");
    let labels = "{device=\"vienas\",check=\"icmp\"}";
    rotused.metric_is(&format!("rotuse_check_jitter_seconds{labels}"), |jitter| (0.0..1.0).contains(&jitter));
    rotused.metric_is(&format!("rotuse_check_rtt_max_seconds{labels}"), |time| time > 0.0 && time < 1.0);
    // An address that this machine does not have is a fault of this machine, not of the host.
    rotused.state_is("vienas", "svetimas", "unknown");
    let _ = rotused.page_with("/devices/vienas?lang=en", &["this machine could not ask", "192.0.2.77"]);
}

/// Two hosts with one address: what the kernel answers, this answers once more. It also sees what class the packets have.
#[test]
fn an_address_that_two_hosts_have_answers_twice_and_packets_travel_in_their_class() {
    let host = Ipv4Addr::new(127, 0, 0, 77);
    let mut second = match Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4)) {
        Ok(socket) => socket,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            eprintln!("NOT TESTED: this needs a raw socket, and root may have one");
            return;
        }
        Err(error) => panic!("a raw socket: {error}"),
    };
    second.bind(&SocketAddr::from((host, 0)).into()).unwrap();
    let (classes, seen) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut packet = [0; 2048];
        while let Ok(length) = second.read(&mut packet) {
            let (header, echo) = packet[..length].split_at_mut(20);
            if echo[0] != 8 || classes.send(header[1]).is_err() {
                continue;
            }
            echo[0] = 0;
            // Type 8 became 0, so the sum of all pairs (RFC 1071) lacks 0x0800.
            let sum = u32::from(u16::from_be_bytes([echo[2], echo[3]])) + 0x0800;
            let sum = u16::try_from((sum & 0xFFFF) + (sum >> 16)).unwrap();
            echo[2..4].copy_from_slice(&sum.to_be_bytes());
            let asker = Ipv4Addr::from(<[u8; 4]>::try_from(&header[12..16]).unwrap());
            second.send_to(echo, &SocketAddr::from((asker, 0)).into()).unwrap();
        }
    });
    let installation = Installation::new();
    let check = "{ kind = \"icmp\", echoes = 2, dscp = 46, interval = \"1s\", timeout = \"500ms\", confirm = 1 }";
    installation.device("dvigubas", &host.to_string(), check);
    let rotused = installation.start();
    rotused.state_is("dvigubas", "icmp", "degraded");
    let labels = "{device=\"dvigubas\",check=\"icmp\"}";
    rotused.metric_is(&format!("rotuse_check_duplicates{labels}"), |count| count == 2.0);
    rotused.metric_is(&format!("rotuse_check_loss_ratio{labels}"), |loss| loss == 0.0);
    let _ = rotused.page_with("/devices/dvigubas?lang=en", &["it answers more than once"]);
    assert_eq!(seen.recv().unwrap(), 46 << 2);
}

/// In a network of its own, with a router that lets nobody through to one network and knows no way to another.
#[test]
fn what_a_router_says_about_a_host_is_what_the_administrator_reads() {
    let installation = Installation::new();
    let check =
        "{ kind = \"icmp\", interval = \"1s\", timeout = \"500ms\", confirm = 1, confirm_interval = \"100ms\" }";
    for (name, address) in [("uzdaras", "10.98.0.1"), ("tolimas", "10.97.0.1"), ("tuscias", "10.99.0.9")] {
        installation.device(name, address, check);
    }
    installation.device("uzdaras-v6", "fd00:98::1", check);
    let run = installation.command(&["run"]);
    let network = "set -e
        exec 5<>\"$0/go\" 6<>\"$0/done\"
        ip link set lo up
        ip link add name veth0 type veth peer name veth1
        ip addr add 10.99.0.1/24 dev veth0
        ip addr add fd00:99::1/64 dev veth0 nodad
        ip link set veth0 up
        echo 20 >/proc/sys/net/ipv4/neigh/veth0/retrans_time_ms
        setpriv --pdeathsig KILL unshare --net sh -c 'read -r go
            ip addr add 10.99.0.2/24 dev veth1
            ip addr add fd00:99::2/64 dev veth1 nodad
            ip link set veth1 up
            ip route add prohibit 10.98.0.0/16
            ip -6 route add prohibit fd00:98::/32
            echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
            echo 0 >/proc/sys/net/ipv6/icmp/ratelimit
            echo 1 >/proc/sys/net/ipv4/ip_forward
            echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
            echo done
            exec sleep 600' <&5 >&6 &
        router=$!
        while [ \"$(readlink /proc/$router/ns/net)\" = \"$(readlink /proc/$$/ns/net)\" ]; do
            read -r -t 0.05 nothing <&6 || :
        done
        ip link set veth1 netns $router
        echo go >&5
        read -r answer <&6
        ip route add 10.98.0.0/16 via 10.99.0.2
        ip route add 10.97.0.0/16 via 10.99.0.2
        ip -6 route add fd00:98::/32 via fd00:99::2
        exec \"$@\"";
    let pipes = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("mkfifo").current_dir(pipes.path()).args(["go", "done"]).status();
    assert!(made.unwrap().success());
    let mut command = in_namespace("--net");
    command.args(["bash", "-c", network]).arg(pipes.path()).arg(run.get_program()).args(run.get_args());
    command.stderr(Stdio::piped()).env_remove("JOURNAL_STREAM").env_remove("NOTIFY_SOCKET");
    let mut child = command.spawn().unwrap();
    let mut log = tests::Log::of_stderr(&mut child);
    let mut failures = Vec::new();
    for _ in 0..4 {
        failures.push(log.line_with(&["state changed", "to=down"]));
    }
    let about = |name: &str| failures.iter().find(|line| line.contains(name)).map_or("", String::as_str);
    assert!(about("device=uzdaras ").contains("10.99.0.2 says: a filter or firewall"), "{failures:#?}");
    assert!(about("device=uzdaras-v6").contains("fd00:99::2 says: a filter or firewall"), "{failures:#?}");
    assert!(about("device=tolimas").contains("10.99.0.2 says: no route leads to it"), "{failures:#?}");
    assert!(about("device=tuscias").contains("nobody answers to its address"), "{failures:#?}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_server_is_known_by_what_it_says_first() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        // Those who are asked wait for the other side to go on, as servers do.
        let mut talking = Vec::new();
        for mut stream in listener.incoming().map_while(Result::ok) {
            if stream.write_all(b"SSH-2.0-Azuolynas\r\n").is_ok() {
                talking.push(stream);
            }
        }
    });
    let installation = Installation::new();
    let check = |name: &str, banner: &str| {
        format!(
            "{{ kind = \"tcp\", name = \"{name}\", port = {port}, banner = \"{banner}\", interval = \"2s\", timeout = \"500ms\", confirm = 1 }}"
        )
    };
    installation.device("serveris", "127.0.0.1", &format!("{}, {}", check("ssh", "SSH-2.0"), check("ftp", "220 ")));
    let rotused = installation.start();
    rotused.state_is("serveris", "ssh", "up");
    rotused.state_is("serveris", "ftp", "down");
    let expected = ["it answers &quot;SSH-2.0-Azuolynas&quot; where &quot;220 &quot; is expected"];
    let _ = rotused.page_with("/devices/serveris?lang=en", &expected);
    let banner = "rotuse_check_banner_seconds{device=\"serveris\",check=\"ssh\"}";
    rotused.metric_is(banner, |time| (0.0..0.5).contains(&time));
}

#[test]
fn a_port_where_nothing_listens_is_down_until_something_does() {
    let installation = Installation::new();
    let port = free_port();
    let check = format!(
        "{{ kind = \"tcp\", port = {port}, name = \"web\", interval = \"2s\", timeout = \"1s\", confirm = 2, confirm_interval = \"100ms\" }}"
    );
    installation.device("serveris", "127.0.0.1", &check);
    let mut rotused = installation.start();
    let line = rotused.log.line_with(&["WARN", "state changed", "device=serveris", "check=web", "to=down"]);
    assert!(line.contains("refused"), "{line}");
    rotused.state_is("serveris", "web", "down");
    let page = rotused.page_with("/?lang=en", &["refused"]);
    assert!(page.contains("lang=\"en\""), "{page}");
    let _ = rotused.page_with("/", &["lang=\"lt\"", "niekas neklauso"]);
    let _listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    rotused.log.line_with(&["INFO", "state changed", "device=serveris", "from=down", "to=up"]);
    rotused.state_is("serveris", "web", "up");
}

/// In a network of its own, where packets to one host go nowhere until the host appears.
#[test]
fn a_host_that_does_not_answer_is_down_and_recovers() {
    let installation = Installation::new();
    let check =
        "{ kind = \"icmp\", interval = \"2s\", timeout = \"300ms\", confirm = 2, confirm_interval = \"100ms\" }";
    installation.device("dingusi", "10.99.0.2", check);
    let run = installation.command(&["run"]);
    let network = "set -e
        ip link set lo up
        ip link add name veth0 type veth peer name veth1
        ip addr add 10.99.0.1/24 dev veth0
        ip link set veth0 up
        ip link set veth1 up
        ip neigh replace 10.99.0.2 lladdr 02:00:00:00:00:02 dev veth0
        (read -r line; ip addr add 10.99.0.2/32 dev lo) <&3 &
        exec \"$@\"";
    let mut command = in_namespace("--net");
    command.args(["sh", "-c", &format!("exec 3<&0; {network}"), "sh"]).arg(run.get_program()).args(run.get_args());
    command.stdin(Stdio::piped()).stderr(Stdio::piped()).env_remove("JOURNAL_STREAM").env_remove("NOTIFY_SOCKET");
    let mut child = command.spawn().unwrap();
    let mut appear = child.stdin.take().unwrap();
    let mut log = tests::Log::of_stderr(&mut child);
    let line = log.line_with(&["state changed", "device=dingusi", "to=down"]);
    assert!(line.contains("no answer within 0.3 s"), "{line}");
    appear.write_all(b"appear\n").unwrap();
    log.line_with(&["state changed", "device=dingusi", "from=down", "to=up"]);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_healthy_network_says_little() {
    let installation = Installation::new();
    for number in 1..=20 {
        let check = "{ kind = \"icmp\", interval = \"1s\", timeout = \"500ms\", echoes = 1 }";
        installation.device(&format!("host-{number}"), &format!("127.0.0.{number}"), check);
    }
    let rotused: Rotused = installation.start();
    for number in 1..=20 {
        rotused.state_is(&format!("host-{number}"), "icmp", "up");
    }
    let (_, log) = rotused.stop();
    assert!(log.lines().count() <= 5, "{log}");
}
