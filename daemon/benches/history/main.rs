//! What keeping the history of a large city costs: samples a second, octets a sample, and how long graphs take, beside a table
//! of SQLite rows with the same data, and beside RRDtool and Prometheus where they are installed. `make bench` runs it; a number as
//! argument is how many switches there are instead of 1,000.
//!
//! The data are made up as a network makes them:
//!
//! - a switch of 48 ports asked each minute. What is measured of a port is what the daemon computes: octets counted since the last
//!   answer, times 8, by the time between both answers, which is some milliseconds more or less than a minute. Of ten ports three
//!   are unused, four are of workplaces (chatter of some kb/s, and by day bursts of all sizes), two of access points or servers (a
//!   day's curve with 20 % of noise that lasts for minutes), and one is an uplink (the same with 8 %);
//! - a ping of each switch each minute: three echoes with a floor, noise above it that is never negative, and sometimes a
//!   round that waits behind a backup; mean, least, greatest, jitter, loss, and the TTL.
#![allow(clippy::unwrap_used, clippy::panic, clippy::cast_precision_loss, reason = "a benchmark that fails says so")]

mod others;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rotused::config::CheckId;
use rotused::history::{History, HistoryReader, Resolution, Retention, Series};
use rotused::probe::{Answer, Measurement, Metric, Observation};
use rusqlite::Connection;

const PORTS: usize = 48;
const START: i64 = 1_800_057_600;
const DAY: i64 = 1440;

/// How long all switches are watched, in minutes.
const WATCHED: i64 = DAY + 90;
/// How long one of them was watched before.
const LONG: i64 = 31 * DAY;
/// For how long rows are kept for comparison.
const ROWS: i64 = 60;

/// A xorshift generator: the same data at every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Nearly normal, mean 0, deviation 1.
    fn normal(&mut self) -> f64 {
        (0..6).map(|_| self.next()).sum::<f64>() * std::f64::consts::SQRT_2 - 3.0 * std::f64::consts::SQRT_2
    }
}

enum Use {
    Unused,
    Workplace,
    Steady { noise: f64 },
}

struct Port {
    name: Arc<str>,
    kind: Use,
    /// Octets a second by day, each way.
    usual: [f64; 2],
    /// Noise that lasts.
    drift: [f64; 2],
}

struct Switch {
    snmp: CheckId,
    icmp: CheckId,
    ports: Vec<Port>,
    chance: Chance,
    /// When it was asked last, in milliseconds.
    asked: i64,
    /// The shortest round trip.
    floor: f64,
}

impl Switch {
    fn new(number: u64) -> Self {
        let mut chance = Chance(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let ports = (0..PORTS).map(|port| {
            let (kind, usual) = match port % 10 {
                0..3 => (Use::Unused, 0.0),
                3..7 => (Use::Workplace, 300.0 + 1500.0 * chance.next()),
                7..9 => (Use::Steady { noise: 0.2 }, 10_f64.powf(3.5 + 3.0 * chance.next())),
                _ => (Use::Steady { noise: 0.08 }, 10_f64.powf(6.0 + 1.5 * chance.next())),
            };
            let usual = [usual * (0.5 + chance.next()), usual * (0.5 + chance.next())];
            Port { name: format!("GigabitEthernet1/0/{}", port + 1).into(), kind, usual, drift: [0.0; 2] }
        });
        let ports = ports.collect();
        let floor = 0.000_25 + 0.003 * chance.next();
        let id =
            |check: &str| CheckId { device: format!("sw-{number}").parse().unwrap(), check: check.parse().unwrap() };
        Self { snmp: id("snmp"), icmp: id("icmp"), ports, chance, asked: START * 1000, floor }
    }

    fn series(&self) -> Vec<Series> {
        let both = [Metric::ReceiveRate, Metric::TransmitRate];
        let of = |port: &Port| {
            both.map(|metric| Series { check: self.snmp.clone(), metric, instance: Some(Arc::clone(&port.name)) })
        };
        self.ports.iter().flat_map(of).collect()
    }

    fn answers(&mut self, minute: i64, second: i64) -> [Observation; 2] {
        let chance = &mut self.chance;
        let late = (chance.next() * chance.next() * 12.0) as i64;
        let at = (START + minute * 60 + second) * 1000 + late;
        let elapsed = ((at - self.asked).max(1000)) as f64 / 1000.0;
        self.asked = at;
        let hour = minute as f64 / 60.0 % 24.0;
        // From a tenth by night to one at noon.
        let day = 0.1 + 0.9 * (-((hour - 12.5) / 4.0).powi(2)).exp();
        let mut measurements = Vec::with_capacity(PORTS * 2);
        for port in &mut self.ports {
            for (way, metric) in [Metric::ReceiveRate, Metric::TransmitRate].into_iter().enumerate() {
                let usual = port.usual[way];
                let octets_a_second = match port.kind {
                    Use::Unused => 0.0,
                    Use::Workplace => {
                        let chatter = usual * (1.0 + 0.1 * chance.normal()).max(0.1);
                        let burst =
                            if chance.next() < 0.3 * day { 10_f64.powf(3.0 + 3.5 * chance.next()) } else { 0.0 };
                        chatter + burst
                    }
                    Use::Steady { noise } => {
                        let drift = &mut port.drift[way];
                        *drift = 0.9 * *drift + 0.44 * chance.normal();
                        usual * day * (noise * *drift).exp()
                    }
                };
                let octets = (octets_a_second * elapsed).round();
                let value = octets * 8.0 / elapsed;
                measurements.push(Measurement { metric, instance: Some(Arc::clone(&port.name)), value });
            }
        }
        let asked = Timestamp::from_millisecond(at).unwrap();
        let snmp = Observation { check: self.snmp.clone(), at: asked, answer: Answer::good(measurements) };
        [snmp, Observation { check: self.icmp.clone(), at: asked, answer: Answer::good(self.ping()) }]
    }

    fn ping(&mut self) -> Vec<Measurement> {
        let chance = &mut self.chance;
        let waits = if chance.next() < 0.02 { 0.02 * chance.next() } else { 0.0 };
        // A clock counts nanoseconds.
        let mut echo = || ((self.floor + 0.000_04 * chance.normal().abs() + waits * chance.next()) * 1e9).round() / 1e9;
        let trips = [echo(), echo(), echo()];
        let mean = trips.iter().sum::<f64>() / 3.0;
        let jitter = ((trips[1] - trips[0]).abs() + (trips[2] - trips[1]).abs()) / 2.0;
        let loss = if chance.next() < 0.002 { 1.0 / 3.0 } else { 0.0 };
        [
            (Metric::RttMean, mean),
            (Metric::RttMin, trips.iter().copied().fold(f64::INFINITY, f64::min)),
            (Metric::RttMax, trips.iter().copied().fold(0.0, f64::max)),
            (Metric::Jitter, jitter),
            (Metric::Loss, loss),
            (Metric::ReplyTtl, 64.0),
        ]
        .map(|(metric, value)| Measurement::new(metric, value))
        .into()
    }
}

/// Rows as one would begin: time, series, value.
struct Rows {
    connection: Connection,
    gathered: Vec<(i64, i64, f64)>,
}

impl Rows {
    fn open(path: &Path) -> Self {
        let connection = Connection::open(path).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 CREATE TABLE sample (series INTEGER, at INTEGER, value REAL, PRIMARY KEY (series, at)) WITHOUT ROWID;",
            )
            .unwrap();
        Self { connection, gathered: Vec::new() }
    }

    fn append(&mut self, first: i64, observation: &Observation) {
        let at = observation.at.as_millisecond();
        let numbered = (first..).zip(&observation.answer.measurements);
        self.gathered.extend(numbered.map(|(series, measured)| (series, at, measured.value)));
    }

    fn commit(&mut self) {
        let transaction = self.connection.transaction().unwrap();
        {
            let mut insert = transaction.prepare_cached("INSERT OR REPLACE INTO sample VALUES (?1, ?2, ?3)").unwrap();
            for row in self.gathered.drain(..) {
                insert.execute(row).unwrap();
            }
        }
        transaction.commit().unwrap();
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let switches = words.iter().find_map(|word| word.parse().ok()).unwrap_or(1000_u64);
    // `make bench CASES="ping"` means cases of the other benchmark.
    if words.iter().any(|word| word.parse::<u64>().is_err() && !"history".contains(word.as_str())) {
        return;
    }
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (ours, theirs) = (directory.path().join("history.db"), directory.path().join("rows.db"));
    println!(
        "{switches} switches of {PORTS} ports and their pings, each minute: {} series; all for {WATCHED} minutes, the first one for {} \
         days before.\nCommitted and synced every 10 s. Time is of appending and committing, with the waiting for the disk, on one \
         thread.\n",
        switches * 102,
        LONG / DAY
    );
    let mut network: Vec<Switch> = (0..switches).map(Switch::new).collect();
    let before = memory();
    let mut history =
        History::open(&ours, Retention { full: Duration::from_secs(90 * 86_400), ..Retention::default() }).unwrap();
    let mut rows = Rows::open(&theirs);

    // What one switch measured in a month, of which graphs of a month are drawn.
    let mut beside = others::Month::new();
    for minute in -LONG..0 {
        let answers = network[0].answers(minute, 0);
        let values = answers[0].answer.measurements[4..][..others::PORTS * 2].iter().map(|measured| measured.value);
        beside.push((START + minute * 60, values.collect()));
        answers.iter().for_each(|answer| history.append(answer));
        answers.iter().zip([0, 96]).for_each(|(answer, first)| rows.append(first, answer));
        if minute % 30 == 0 {
            history.commit(answers[0].at).unwrap();
            rows.commit();
        }
    }
    history.commit(at(0)).unwrap();
    let month = octets(&ours);
    let samples = LONG * 102;
    println!(
        "- a month of one switch, with points of 5 minutes and hours: {:.2} octets a sample",
        month / samples as f64
    );

    let (mut spent, mut longest, mut spent_on_rows) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let rows_before = octets(&theirs);
    for minute in 0..WATCHED {
        for share in 0..6 {
            let mut answers: Vec<[Observation; 2]> = Vec::new();
            for (number, switch) in network.iter_mut().enumerate().filter(|(number, _)| number % 6 == share) {
                let second = i64::try_from(share * 10 + number / 6 % 10).unwrap();
                answers.push(switch.answers(minute, second));
            }
            let started = Instant::now();
            answers.iter().flatten().for_each(|answer| history.append(answer));
            let committing = Instant::now();
            history.commit(at(minute * 60)).unwrap();
            longest = longest.max(committing.elapsed());
            spent += started.elapsed();
            if minute < ROWS {
                let started = Instant::now();
                for (number, answers) in answers.iter().enumerate() {
                    let first = i64::try_from((number * 6 + share) * 102).unwrap();
                    answers.iter().zip([0, 96]).for_each(|(answer, of)| rows.append(first + of, answer));
                }
                rows.commit();
                spent_on_rows += started.elapsed();
            }
        }
    }
    let after = memory();
    let per_minute = f64::from(u32::try_from(switches).unwrap()) * 102.0;
    let all = per_minute * WATCHED as f64;
    println!("| | samples/s | octets a sample | longest commit |\n| --- | --- | --- | --- |");
    println!("| ours | {:.0} | see below | {longest:?} |", all / spent.as_secs_f64());
    println!(
        "| rows | {:.0} | {:.1} | |\n",
        per_minute * ROWS as f64 / spent_on_rows.as_secs_f64(),
        (octets(&theirs) - rows_before) / (per_minute * ROWS as f64)
    );
    sizes(&ours);
    println!(
        "- memory: {:.1} MB more than before, {:.0} octets a series (with SQLite's caches)",
        (after - before) / 1e6,
        (after - before) / (per_minute)
    );
    drop(history);
    others::compare(&beside, directory.path());
    read(&ours, &rows.connection, &network);
}

/// What the file is made of.
fn sizes(path: &Path) {
    let connection = Connection::open(path).unwrap();
    let query =
        |sql: &str| -> (f64, f64) { connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap() };
    // Of blocks of switches, which have 96 series.
    for (name, level) in [("samples", 0), ("points of 5 minutes", 1), ("points of hours", 2)] {
        let sql = format!(
            "SELECT total(length(data) + 16), total(rows * json_array_length(columns)) FROM block
             JOIN layout ON layout.id = place / 4294967296 / 4 WHERE place / 4294967296 % 4 = {level}"
        );
        let (octets, cells) = query(&sql);
        println!("- blocks of {name}: {:.1} MB, {:.2} octets each", octets / 1e6, octets / cells);
        for check in ["snmp", "icmp"] {
            let (octets, cells) = query(&format!("{sql} AND check_name = '{check}'"));
            println!("    - {check}: {:.2} octets each", octets / cells);
        }
    }
    let (open, rows) = query(
        "SELECT total(length(data)), total(rows * json_array_length(columns)) FROM open JOIN layout ON id = place / 4294967296",
    );
    println!("- chunks: {:.1} MB, {:.2} octets a sample, of the last hours", open / 1e6, open / rows);
    let (log, ticks) = query("SELECT total(length(data)), count(DISTINCT id / 32) FROM tick");
    println!("- log: {:.1} MB, {ticks} ticks", log / 1e6);
    let (samples, _) = query(
        "SELECT total(rows * json_array_length(columns)), 0 FROM block JOIN layout ON layout.id = place / 4294967296 / 4 WHERE place / 4294967296 % 4 = 0",
    );
    println!(
        "- the whole file: {:.1} MB, {:.2} octets a sample in all",
        octets(path) / 1e6,
        octets(path) / (samples + rows)
    );
}

fn read(ours: &Path, rows: &Connection, network: &[Switch]) {
    let reader = HistoryReader::open(ours).unwrap();
    let all = network[0].series();
    let now = at(WATCHED * 60);
    let ago = |days: i64| now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap();
    println!("\n| read | ours: median, worst | rows |\n| --- | --- | --- |");
    let month = timed(all.len(), |turn| {
        reader.range(&all[turn..=turn], ago(30), now, Resolution::FiveMinutes).unwrap()[0].len()
    });
    let from_rows = timed(5, |turn| {
        let sql = "SELECT at / 300000, count(*), min(value), max(value), avg(value) FROM sample
             WHERE series = ?1 AND at >= ?2 GROUP BY 1";
        let mut select = rows.prepare_cached(sql).unwrap();
        let mut found = select.query([i64::try_from(turn).unwrap(), ago(30).as_millisecond()]).unwrap();
        std::iter::from_fn(|| found.next().unwrap().map(|_| ())).count()
    });
    println!("| 30 days of one series by 5 minutes | {month} | {from_rows} |");
    let day = timed(network.len().min(200), |turn| {
        let wanted = network[turn * 7 % network.len()].series();
        reader.since(&wanted, ago(1)).unwrap().iter().map(Vec::len).sum()
    });
    let from_rows = timed(5, |_| {
        let mut select =
            rows.prepare_cached("SELECT at, value FROM sample WHERE series = ?1 AND at BETWEEN ?2 AND ?3").unwrap();
        let span = (at(-DAY * 60).as_millisecond(), at(0).as_millisecond());
        let one = |series: i64| {
            let found =
                select.query_map((series, span.0, span.1), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, f64>(1)?)));
            found.unwrap().map(Result::unwrap).count()
        };
        (0..96).map(one).sum()
    });
    println!("| 24 hours in full of the 96 series of a switch | {day} | {from_rows} |");
    let one = timed(network.len().min(200), |turn| {
        let wanted = &network[turn * 7 % network.len()].series()[7..8];
        reader.since(wanted, ago(1)).unwrap()[0].len()
    });
    println!("| 24 hours in full of one series | {one} | |");
    let year =
        timed(all.len(), |turn| reader.range(&all[turn..=turn], ago(365), now, Resolution::Hour).unwrap()[0].len());
    println!("| a year of one series by hours (a month is there) | {year} | |");
}

/// How long something takes, many times.
fn timed(times: usize, mut read: impl FnMut(usize) -> usize) -> String {
    let mut found = 0;
    let mut took: Vec<Duration> = (0..times)
        .map(|turn| {
            let started = Instant::now();
            found = read(turn);
            started.elapsed()
        })
        .collect();
    took.sort_unstable();
    format!(
        "{:.2} ms, {:.2} ms ({found} found)",
        took[times / 2].as_secs_f64() * 1e3,
        took[times - 1].as_secs_f64() * 1e3
    )
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(START + second).unwrap()
}

/// The size of a file.
fn octets(path: &Path) -> f64 {
    // What is in the write-ahead log is moved into the file first.
    let connection = Connection::open(path).unwrap();
    let _: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap();
    std::fs::metadata(path).unwrap().len() as f64
}

/// What this process has in memory, in octets.
fn memory() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0
}
