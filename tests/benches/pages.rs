//! How fast the status pages of 1,000 devices are while they are being pinged, the daemon on one core: 200 requests a second for each
//! page at fixed times (who is late does not ask less), each on a connection of its own. Prints a table; part of `make bench`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that fails says so")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use tests::{Installation, Rotused, program};

const DEVICES: u32 = 1000;
const A_SECOND: u32 = 200;
const FOR: Duration = Duration::from_secs(20);
const ASKING: u32 = 16;

const PAGES: [(&str, &str); 6] = [
    ("/", "p99 < 15 ms, < 60 kB"),
    ("/devices/d7", "p99 < 30 ms"),
    ("/wall", ""),
    ("/incidents?all", ""),
    ("/map", ""),
    ("/availability", ""),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if !words.is_empty() && !words.iter().any(|word| "pages".contains(word.as_str())) {
        return;
    }
    let installation = Installation::new();
    installation.write("devices/all.toml", &devices());
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", "0"]).arg(program("rotused")).arg("run").arg("--config");
    command.arg(installation.path("rotused.toml"));
    let rotused = Rotused::of(&mut command);
    rotused.state_is("d999", "icmp", "up");
    // Everything has been asked several times, and the day has numbers to draw.
    std::thread::sleep(Duration::from_secs(40));
    println!(
        "{A_SECOND} requests a second for {FOR:?} each, {DEVICES} devices pinged every 10 s, the daemon on one core\n"
    );
    println!("| page | median | p99 | longest | sent compressed | goal |\n| --- | --- | --- | --- | --- | --- |");
    for (path, goal) in PAGES {
        let mut times = ask(rotused.address(), path);
        times.sort();
        let at = |share: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a place"
            )]
            let place = (times.len() as f64 * share) as usize;
            times[place.min(times.len() - 1)]
        };
        let (size, _) = once(rotused.address(), path);
        println!(
            "| `{path}` | {:.2?} | {:.2?} | {:.2?} | {:.1} kB | {goal} |",
            at(0.5),
            at(0.99),
            at(1.0),
            f64::from(u32::try_from(size).unwrap()) / 1e3
        );
    }
}

/// Sites of 25 devices behind a switch each; every fiftieth device is not there.
fn devices() -> String {
    let device = |number: u32| {
        let site = number / 25;
        let address =
            if number % 50 == 49 { "203.0.113.1".to_owned() } else { Ipv4Addr::from(0x7f01_0001 + number).to_string() };
        let parents =
            if number.is_multiple_of(25) { String::new() } else { format!("parents = [\"d{}\"]\n", site * 25) };
        format!(
            "[[device]]\nname = \"d{number}\"\ntitle = \"Įrenginys {number}\"\nsite = \"Vieta {site}\"\naddress = \"{address}\"\n{parents}\
             checks = [{{ kind = \"icmp\", interval = \"10s\", timeout = \"500ms\", echoes = 1 }}]\n"
        )
    };
    (0..DEVICES).map(device).collect()
}

/// How long each answer took, counted from when it should have been asked for.
fn ask(address: SocketAddr, path: &str) -> Vec<Duration> {
    let all = A_SECOND * u32::try_from(FOR.as_secs()).unwrap();
    let began = Instant::now() + Duration::from_millis(100);
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..ASKING)
            .map(|first| {
                scope.spawn(move || {
                    let turns = (first..all).step_by(usize::try_from(ASKING).unwrap());
                    let one = |turn: u32| {
                        let due = began + Duration::from_secs(1) * turn / A_SECOND;
                        std::thread::sleep(due.saturating_duration_since(Instant::now()));
                        let (size, status) = once(address, path);
                        assert!(size > 0 && status == 200, "{path}: {status}");
                        due.elapsed()
                    };
                    turns.map(one).collect::<Vec<_>>()
                })
            })
            .collect();
        asking.into_iter().flat_map(|asking| asking.join().unwrap()).collect()
    })
}

/// The size of the content, as a browser gets it, and the status.
fn once(address: SocketAddr, path: &str) -> (usize, u16) {
    let mut stream = TcpStream::connect(address).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let status = String::from_utf8_lossy(&answer[9..12]).parse().unwrap();
    (answer.len() - head - 4, status)
}
