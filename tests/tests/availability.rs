//! The availability of a month, compared with what this test counts by itself from the same changes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::collections::HashMap;

use rusqlite::{Connection, params};
use tests::Installation;

/// October 2026 in Vilnius: the clocks go back on the 25th, so it has 745 hours.
const FROM: i64 = 1_790_802_000;
const TO: i64 = FROM + 745 * 3600;

/// What a second counts as, the worst that a face can be in first.
const ORDER: [&str; 6] = ["maintenance", "down", "unreachable", "degraded", "up", "unknown"];

/// A change: of which check of which device, in which second, into what.
type Change = (String, &'static str, i64, &'static str);

/// Numbers that look like chance and are the same in every run (Knuth, MMIX).
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// An installation in Vilnius with a journal that was never written to.
fn installation() -> Installation {
    let installation = Installation::new();
    installation.add("time_zone = \"Europe/Vilnius\"");
    installation
}

/// A device with `checks`, at an address where nothing is asked for hours.
fn device(installation: &Installation, name: &str, more: &str, checks: &[&str]) {
    let check = |name: &&str| match *name {
        "icmp" | "icmp-2" => format!("{{ kind = \"icmp\", name = \"{name}\", interval = \"1h\" }}"),
        _ => format!("{{ kind = \"tcp\", name = \"{name}\", port = 9, interval = \"1h\" }}"),
    };
    let checks: Vec<String> = checks.iter().map(check).collect();
    let text =
        format!("[[device]]\nname = \"{name}\"\naddress = \"127.0.0.1\"\n{more}\nchecks = [{}]\n", checks.join(", "));
    installation.write(&format!("devices/{name}.toml"), &text);
}

/// Writes changes down as the daemon does.
fn write(installation: &Installation, changes: &[Change]) {
    let mut journal = Connection::open(installation.path("state/journal.db")).unwrap();
    let transaction = journal.transaction().unwrap();
    {
        let insert = "INSERT INTO state_change (device, check_name, state_from, state_to, at)
            VALUES (?1, ?2, 'unknown', ?3, strftime('%Y-%m-%dT%H:%M:%SZ', ?4, 'unixepoch'))";
        let mut insert = transaction.prepare(insert).unwrap();
        for (device, check, at, to) in changes {
            insert.execute(params![device, check, to, at]).unwrap();
        }
    }
    transaction.commit().unwrap();
}

/// The rows of a CSV file by kind and name, each by column. The names in these tests need no quotes.
fn rows(csv: &str) -> HashMap<(String, String), HashMap<String, String>> {
    let mut lines = csv.split_terminator("\r\n").map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let row = |cells: Vec<&str>| {
        assert_eq!(cells.len(), header.len(), "{cells:?}");
        let key = (cells[0].to_owned(), cells[1].to_owned());
        (key, header.iter().zip(cells).map(|(name, cell)| ((*name).to_owned(), cell.to_owned())).collect())
    };
    lines.map(row).collect()
}

/// The state of a device in every second of the month.
fn seconds(changes: &[Change], device: &str, face: &[&str]) -> Vec<&'static str> {
    let mut month = vec!["unknown"; usize::try_from(TO - FROM).unwrap()];
    let rank = |state: &str| ORDER.iter().position(|known| *known == state);
    let place = |at: i64| usize::try_from((at - FROM).clamp(0, TO - FROM)).unwrap();
    for check in face {
        let mut of_check = vec!["unknown"; month.len()];
        // In the order of time each says what is from then on.
        for (.., at, to) in changes.iter().filter(|(name, of, ..)| name == device && of == check) {
            of_check[place(*at)..].fill(to);
        }
        for (second, state) in month.iter_mut().zip(of_check) {
            if rank(state) < rank(second) {
                *second = state;
            }
        }
    }
    month
}

#[test]
fn a_month_is_what_counting_its_seconds_gives() {
    let installation = installation();
    let devices: [(&str, &str, &[&str], &[&str]); 5] = [
        ("sw-1", "site = \"Rotuse\"\ngroups = [\"sutartis\"]", &["icmp"], &["icmp"]),
        ("sw-2", "site = \"Rotuse\"", &["icmp", "ssh"], &["icmp"]),
        ("sw-3", "groups = [\"sutartis\"]", &["icmp", "icmp-2", "ssh"], &["icmp", "icmp-2"]),
        ("web", "site = \"Biblioteka\"", &["http", "https"], &["http", "https"]),
        ("tylus", "site = \"Biblioteka\"", &["icmp"], &["icmp"]),
    ];
    for (name, more, checks, _) in devices {
        device(&installation, name, more, checks);
    }
    let _ = installation.start().stop();
    let mut chance = Chance(2026);
    let mut changes: Vec<Change> = Vec::new();
    for (name, _, checks, _) in &devices[..4] {
        for check in *checks {
            let mut at = FROM - 100_000;
            while at < TO + 100_000 {
                let state = ORDER[usize::try_from(chance.below(6)).unwrap()];
                changes.push(((*name).to_owned(), check, at, state));
                at += 1 + i64::try_from(chance.below(200_000)).unwrap();
            }
        }
    }
    write(&installation, &changes);
    let rotused = installation.start();
    let answer = rotused.get("/availability.csv?month=2026-10");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let rows = rows(&answer.body);
    let mut shares: HashMap<&str, f64> = HashMap::new();
    for (name, _, _, face) in devices {
        let row = &rows[&("device".to_owned(), name.to_owned())];
        assert_eq!(row["period_from"], "2026-09-30T21:00:00Z");
        assert_eq!(row["period_to"], "2026-10-31T22:00:00Z");
        let month = seconds(&changes, name, face);
        let count = |state: &str| month.iter().filter(|found| **found == state).count();
        for state in ORDER {
            assert_eq!(row[&format!("{state}_seconds")], format!("{}.000", count(state)), "{name} {state}");
        }
        let is_lost = |state: &&str| ["down", "unreachable"].contains(state);
        let outages: Vec<usize> =
            month.split(|state| !is_lost(state)).map(<[_]>::len).filter(|length| *length > 0).collect();
        assert_eq!(row["outages"], outages.len().to_string(), "{name}");
        let longest = outages.iter().max().map_or(String::new(), |longest| format!("{longest}.000"));
        assert_eq!(row["longest_outage_seconds"], longest, "{name}");
        let there = (count("up") + count("degraded")) as f64;
        let counted = there + (count("down") + count("unreachable")) as f64;
        let expected = if counted > 0.0 { format!("{:.3}", 100.0 * there / counted) } else { String::new() };
        assert_eq!(row["availability_percent"], expected, "{name}");
        if counted > 0.0 {
            shares.insert(name, there / counted);
        }
    }
    let means: [(&str, &str, &[&str]); 5] = [
        ("site", "Rotuse", &["sw-1", "sw-2"]),
        ("site", "Biblioteka", &["web"]),
        ("site", "", &["sw-3"]),
        ("group", "sutartis", &["sw-1", "sw-3"]),
        ("all", "", &["sw-1", "sw-2", "sw-3", "web"]),
    ];
    for (kind, name, of) in means {
        let mean = of.iter().map(|device| shares[device]).sum::<f64>() / of.len() as f64;
        let row = &rows[&(kind.to_owned(), name.to_owned())];
        assert_eq!(row["availability_percent"], format!("{:.3}", 100.0 * mean), "{kind} {name}");
    }
    let filtered = rotused.get("/availability.csv?month=2026-10&site=Rotuse&group=sutartis").body;
    let filtered = self::rows(&filtered);
    assert_eq!(filtered[&("device".to_owned(), "sw-1".to_owned())], rows[&("device".to_owned(), "sw-1".to_owned())]);
    assert_eq!(filtered.keys().filter(|(kind, _)| kind == "device").count(), 1);
    let share = format!("{:.3}", 100.0 * shares["sw-1"]).replace('.', ",");
    let page =
        rotused.page_with("/availability?month=2026-10&lang=lt", &[&format!("{share} %"), "2026\u{a0}m. spalis"]);
    assert!(page.contains("action=\"/availability\""), "{page}");
    assert!(!rotused.stop().1.contains("ERROR"));
}

/// What is measured now appears among the round trips of the running month.
#[test]
fn round_trips_of_the_running_month_are_counted() {
    let installation = installation();
    installation.device("vienas", "127.0.0.1", "{ kind = \"icmp\", interval = \"1s\", timeout = \"500ms\" }");
    let rotused = installation.start();
    rotused.state_is("vienas", "icmp", "up");
    // Measurements are written when the daemon stops, at the latest.
    let _ = rotused.stop();
    let rotused = installation.start();
    let rows = rows(&rotused.get("/availability.csv").body);
    let row = &rows[&("device".to_owned(), "vienas".to_owned())];
    assert_eq!(row["availability_percent"], "100.000");
    let number = |column: &str| row[column].parse::<f64>().unwrap();
    assert!(number("rtt_samples") >= 1.0, "{row:?}");
    let (p50, p95, p99) = (number("rtt_50_seconds"), number("rtt_95_seconds"), number("rtt_99_seconds"));
    assert!(0.0 < p50 && p50 <= p95 && p95 <= p99 && p99 < 0.5, "{row:?}");
}
