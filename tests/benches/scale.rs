//! What watching a large city costs: the daemon as it is installed, against hosts that the kernel answers for and simulated
//! SNMP agents. Prints a table; `make bench` runs all of it, `make bench CASES="ping"` those whose names hold a word.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that fails says so")]

use std::fs;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use tests::{Agents, Installation, Misbehaviour, Rotused, Walk, eventually};

/// What is watched, and what it may cost.
struct Case {
    name: &'static str,
    devices: u32,
    kind: Kind,
    /// Of so many devices one is silent; 0: none.
    silent: u32,
    goals: &'static str,
}

enum Kind {
    /// One echo every so many seconds.
    Ping(u32),
    /// A switch of 48 ports each 60 seconds.
    Snmp(Version),
}

enum Version {
    V2c,
    V3,
}

const CASES: [Case; 8] = [
    Case { name: "ping 100", devices: 100, kind: Kind::Ping(30), silent: 0, goals: "the same a device as with 10,000" },
    Case {
        name: "ping 10,000",
        devices: 10_000,
        kind: Kind::Ping(30),
        silent: 0,
        goals: "≤ 2 % of a core, ≤ 60 MB, no loss, p99 of the RTT < 0.2 ms",
    },
    Case {
        name: "ping 10,000 each 2 s",
        devices: 10_000,
        kind: Kind::Ping(2),
        silent: 0,
        goals: "CPU ≤ 12 µs a ping, no loss",
    },
    Case {
        name: "snmp v2c 100",
        devices: 100,
        kind: Kind::Snmp(Version::V2c),
        silent: 0,
        goals: "the same a device as with 1,000",
    },
    Case {
        name: "snmp v2c 1,000",
        devices: 1000,
        kind: Kind::Snmp(Version::V2c),
        silent: 0,
        goals: "CPU ≤ 1.5 s a minute, ≤ 120 MB",
    },
    Case {
        name: "snmp v3 1,000",
        devices: 1000,
        kind: Kind::Snmp(Version::V3),
        silent: 0,
        goals: "CPU ≤ 2.5 s a minute, ≤ 120 MB",
    },
    Case {
        name: "snmp v2c 1,000, a third silent",
        devices: 1000,
        kind: Kind::Snmp(Version::V2c),
        silent: 3,
        goals: "p99 of the lateness < 0.5 s",
    },
    Case {
        name: "ping 10,000 and snmp v3 1,000, a third silent",
        devices: 1000,
        kind: Kind::Snmp(Version::V3),
        silent: 3,
        goals: "p99 of the lateness < 0.5 s",
    },
];

/// Long enough that everything has been asked for once that is asked for seldom.
const WARMING_UP: Duration = Duration::from_secs(80);
const MEASURED: Duration = Duration::from_secs(60);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    println!(
        "Each case: {WARMING_UP:?} of warming up, then {MEASURED:?} measured; the daemon's user and system time.\n"
    );
    for case in CASES {
        if words.is_empty() || words.iter().all(|word| case.name.contains(word.as_str())) {
            measure(&case);
        }
    }
}

fn measure(case: &Case) {
    let agents = Agents::start(Walk::switch(48), Misbehaviour { silent: case.silent, ..Misbehaviour::default() });
    let installation = Installation::new();
    installation.secret("secrets/community", Agents::COMMUNITY);
    installation.secret("secrets/authentication", Agents::AUTHENTICATION);
    installation.secret("secrets/privacy", Agents::PRIVACY);
    installation.add(&format!(
        "[[credential]]\nname = \"v2c\"\nversion = \"2c\"\ncommunity = {{ file = \"secrets/community\" }}\n\
         [[credential]]\nname = \"v3\"\nversion = \"3\"\nuser = \"{}\"\n\
         authentication = \"SHA-1\"\nauthentication_passphrase = {{ file = \"secrets/authentication\" }}\n\
         privacy = \"AES-128\"\nprivacy_passphrase = {{ file = \"secrets/privacy\" }}",
        Agents::USER
    ));
    let ping =
        |seconds: u32| format!("{{ kind = \"icmp\", echoes = 1, interval = \"{seconds}s\", timeout = \"1500ms\" }}");
    let checks = match case.kind {
        Kind::Ping(seconds) => ping(seconds),
        Kind::Snmp(Version::V2c) => snmp("v2c", agents.port),
        Kind::Snmp(Version::V3) => snmp("v3", agents.port),
    };
    let mut text = devices("", Ipv4Addr::new(127, 1, 0, 1), case.devices, &checks);
    if case.name.starts_with("ping 10,000 and") {
        text += &devices("p", Ipv4Addr::new(127, 2, 0, 1), 10_000, &ping(30));
    }
    installation.write("devices/all.toml", &text);
    let rotused = Rotused::of(installation.command(&["run"]).envs(environment()));
    std::thread::sleep(WARMING_UP);
    let (before, values_before, began) = (cpu(&rotused), agents.counted().1, Instant::now());
    std::thread::sleep(MEASURED);
    let spent = (cpu(&rotused) - before).as_secs_f64() * 60.0 / began.elapsed().as_secs_f64();
    let values = agents.counted().1 - values_before;
    let (resident, most) = (memory(&rotused, "VmRSS"), memory(&rotused, "VmHWM"));
    let metrics = eventually("metrics", || Some(rotused.get("/metrics").body));
    let up = count(&metrics, "state=\"up\"");
    let down = count(&metrics, "state=\"down\"");
    let lateness = |quantile: &str| first(&metrics, &format!("rotuse_lateness_seconds{{quantile=\"{quantile}\"}} "));
    println!("## {}\n", case.name);
    println!("goals: {}\n", case.goals);
    println!(
        "- CPU {spent:.2} s a minute, {:.1} % of a core; {:.2} ms a device and minute",
        spent / 0.6,
        spent * 1e3 / f64::from(case.devices)
    );
    println!(
        "- resident {resident:.0} MB, at most {most:.0} MB; {:.1} kB a device",
        resident * 1e3 / f64::from(case.devices)
    );
    println!("- {up} checks up, {down} down");
    println!(
        "- lateness: median {}, p99 {}, longest {}",
        milliseconds(lateness("0.5")),
        milliseconds(lateness("0.99")),
        milliseconds(lateness("1"))
    );
    match case.kind {
        Kind::Ping(seconds) => {
            let pings = f64::from(case.devices) * 60.0 / f64::from(seconds);
            let mut times = values_of(&metrics, "rotuse_check_rtt_seconds{");
            times.sort_by(f64::total_cmp);
            let lost = values_of(&metrics, "rotuse_check_loss_ratio{").iter().filter(|loss| **loss > 0.0).count();
            println!("- {:.1} µs a ping; hosts with loss: {lost}", spent * 1e6 / pings);
            println!("- RTT: median {}, p99 {}", milliseconds(at(&times, 0.5)), milliseconds(at(&times, 0.99)));
        }
        Kind::Snmp(_) => println!(
            "- {values} values a minute, {:.2} µs a value",
            spent * 1e6 / f64::from(u32::try_from(values).unwrap().max(1))
        ),
    }
    println!();
    let (_, log) = rotused.stop();
    for line in log.lines().filter(|line| line.contains("WARN") && !line.contains("state changed")) {
        println!("    {line}");
    }
}

/// What the unit of systemd sets.
fn environment() -> Vec<(String, String)> {
    let unit = fs::read_to_string(tests::sources().join("systemd/rotused.service")).unwrap();
    let lines = unit.lines().filter_map(|line| line.strip_prefix("Environment="));
    let pairs = lines.flat_map(str::split_whitespace).filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn snmp(credential: &str, port: u16) -> String {
    format!(
        "{{ kind = \"snmp\", credential = \"{credential}\", port = {port}, interval = \"60s\", timeout = \"20s\" }}"
    )
}

fn devices(prefix: &str, first: Ipv4Addr, count: u32, checks: &str) -> String {
    (0..count)
        .map(|number| {
            let address = Ipv4Addr::from(u32::from(first) + number);
            format!("[[device]]\nname = \"{prefix}d{number}\"\naddress = \"{address}\"\nchecks = [{checks}]\n")
        })
        .collect()
}

/// User and system time (proc_pid_stat(5), fields 14 and 15), in hundredths of a second.
fn cpu(rotused: &Rotused) -> Duration {
    let text = fs::read_to_string(format!("/proc/{}/stat", rotused.pid())).unwrap();
    let fields: Vec<&str> = text.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

/// Megabytes.
fn memory(rotused: &Rotused, field: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{}/status", rotused.pid())).unwrap();
    let line = text.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1.024e-3
}

fn count(metrics: &str, label: &str) -> usize {
    metrics
        .lines()
        .filter(|line| line.starts_with("rotuse_check_state{") && line.contains(label) && line.ends_with(" 1"))
        .count()
}

fn values_of(metrics: &str, prefix: &str) -> Vec<f64> {
    let lines = metrics.lines().filter(|line| line.starts_with(prefix));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse().ok()).collect()
}

fn first(metrics: &str, prefix: &str) -> Option<f64> {
    values_of(metrics, prefix).first().copied()
}

fn at(sorted: &[f64], share: f64) -> Option<f64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place")]
    let place = (sorted.len() as f64 * share) as usize;
    sorted.get(place.min(sorted.len().checked_sub(1)?)).copied()
}

fn milliseconds(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "unknown".to_owned(), |seconds| format!("{:.3} ms", seconds * 1e3))
}
