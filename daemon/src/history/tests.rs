//! What the history keeps through restarts, power failures, damage and clocks that jump.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use jiff::SignedDuration;
use proptest::prelude::*;
use rusqlite::params;

use super::gathering::CHUNK;
use super::*;
use crate::probe::{Answer, Measurement};

/// A midnight.
const START: i64 = 1_800_057_600;

fn check() -> CheckId {
    CheckId { device: "sw-1".parse().unwrap(), check: "icmp".parse().unwrap() }
}

fn observation(second: i64, measured: &[(Metric, f64)]) -> Observation {
    let measurements = measured.iter().map(|(metric, value)| Measurement::new(*metric, *value)).collect();
    Observation { check: check(), at: at(second), answer: Answer::good(measurements) }
}

fn rtt(second: i64, value: f64) -> Observation {
    observation(second, &[(Metric::RttMean, value)])
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(START + second).unwrap()
}

fn series(metric: Metric) -> Series {
    Series { check: check(), metric, instance: None }
}

fn open(directory: &tempfile::TempDir) -> History {
    History::open(&directory.path().join("history.db"), Retention::default()).unwrap()
}

fn values_of(history: &History, metric: Metric) -> Vec<f64> {
    let samples = history.reader().unwrap().since(&[series(metric)], at(0)).unwrap().remove(0);
    samples.into_iter().map(|(_, value)| value).collect()
}

fn values(history: &History) -> Vec<f64> {
    values_of(history, Metric::RttMean)
}

fn points(history: &History, resolution: Resolution) -> Vec<Point> {
    let reader = history.reader().unwrap();
    reader.range(&[series(Metric::RttMean)], at(0), Timestamp::MAX, resolution).unwrap().remove(0)
}

fn number(history: &History, sql: &str) -> i64 {
    history.connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// An answer a minute; one commit after so many.
fn watch(history: &mut History, minutes: std::ops::Range<i64>, each: i64) {
    for minute in minutes {
        #[expect(clippy::cast_precision_loss, reason = "small")]
        history.append(&rtt(minute * 60, minute as f64));
        if minute % each == 0 {
            history.commit(at(minute * 60)).unwrap();
        }
    }
}

#[test]
fn samples_are_read_back_in_order_also_after_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(&directory);
    for observation in [rtt(2, 0.25), rtt(1, 0.125), rtt(-1, 9.0), rtt(3, f64::NAN)] {
        history.append(&observation);
    }
    assert_eq!(values(&history), Vec::<f64>::new());
    history.commit(at(3)).unwrap();
    assert_eq!(values(&history), [0.125, 0.25]);
    drop(history);
    let mut history = open(&directory);
    assert_eq!(values(&history), [0.125, 0.25]);
    history.append(&rtt(4, 0.5));
    history.commit(at(4)).unwrap();
    assert_eq!(values(&history), [0.125, 0.25, 0.5]);
    assert_eq!(number(&history, "SELECT count(*) FROM layout"), 1);
}

#[test]
fn what_is_measured_later_or_only_sometimes_has_its_own_samples() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(&directory);
    history.append(&rtt(1, 0.125));
    history.append(&observation(2, &[(Metric::Loss, 0.5), (Metric::RttMean, 0.25)]));
    history.append(&observation(3, &[(Metric::Loss, 1.0)]));
    history.commit(at(3)).unwrap();
    history.append(&rtt(4, 0.5));
    history.append(&observation(5, &[(Metric::Jitter, 2.0)]));
    history.commit(at(4)).unwrap();
    assert_eq!(values(&history), [0.125, 0.25, 0.5]);
    assert_eq!(values_of(&history, Metric::Loss), [0.5, 1.0]);
    assert_eq!(values_of(&history, Metric::Jitter), [2.0]);
    assert_eq!(values_of(&history, Metric::Stratum), Vec::<f64>::new());
    assert_eq!(number(&history, "SELECT count(*) FROM layout"), 1, "a layout grows in its place");
}

#[test]
fn rows_become_chunks_and_chunks_blocks_and_nothing_is_lost_on_the_way() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(&directory);
    const MINUTES: i64 = 2 * 1440 + 17;
    for minute in 0..MINUTES {
        watch(&mut history, minute..minute + 1, 1);
        if minute % 97 == 0 {
            let expected: Vec<f64> = (0..=minute).map(|minute| f64::from(u16::try_from(minute).unwrap())).collect();
            assert_eq!(values(&history), expected, "after {minute} minutes");
        }
    }
    assert!(number(&history, "SELECT count(*) FROM block WHERE place % 17179869184 < 4294967296") >= 11);
    assert!(number(&history, "SELECT max(rows) FROM open") < 100, "chunks are written before they are long");
    assert!(number(&history, "SELECT sum(rows) FROM open") <= 300);
    assert!(history.checks[0].rows.octets.len() <= CHUNK, "little is in memory");
    let five_minutes = points(&history, Resolution::FiveMinutes);
    assert_eq!(five_minutes.len(), usize::try_from(MINUTES).unwrap().div_ceil(5));
    for (place, point) in five_minutes.iter().take(570).enumerate() {
        let first = f64::from(u16::try_from(place * 5).unwrap());
        let expected = Point { at: point.at, count: 5, min: first, max: first + 4.0, mean: first + 2.0 };
        assert_eq!(*point, expected);
        assert_eq!(point.at.as_second(), START + i64::try_from(place).unwrap() * 300);
    }
    let hours = points(&history, Resolution::Hour);
    assert_eq!(hours.len(), 49);
    assert_eq!((hours[3].count, hours[3].min, hours[3].max, hours[3].mean), (60, 180.0, 239.0, 209.5));
    assert_eq!(hours.iter().map(|point| i64::from(point.count)).sum::<i64>(), MINUTES);
    // The blocks of points of a day are few.
    let blocks = "SELECT count(*) FROM block WHERE place % 17179869184 >= 4294967296";
    assert!(number(&history, blocks) <= 10, "{}", number(&history, blocks));
}

#[test]
fn a_gap_stays_a_gap() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(&directory);
    watch(&mut history, 0..300, 10);
    watch(&mut history, 900..1500, 10);
    let times: Vec<i64> = points(&history, Resolution::Hour).iter().map(|point| point.at.as_second() - START).collect();
    let expected: Vec<i64> = (0..5).chain(15..25).map(|hour| hour * 3600).collect();
    assert_eq!(times, expected);
    assert_eq!(values(&history).len(), 891, "the last ones are not committed");
}

#[test]
fn a_clock_that_jumps_back_does_no_harm() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(&directory);
    watch(&mut history, 0..500, 5);
    // Two hours back, then a year ahead for a moment, then on.
    watch(&mut history, 380..700, 5);
    history.append(&rtt(366 * 86_400, 7.0));
    watch(&mut history, 700..1500, 5);
    history.commit(at(0)).unwrap();
    let values = values(&history);
    assert_eq!(values.len(), 1501);
    let distinct: std::collections::BTreeSet<u64> = values.iter().map(|value| value.to_bits()).collect();
    assert_eq!(distinct.len(), 1500, "of two samples of one time one is kept");
    let times: Vec<Timestamp> = points(&history, Resolution::Hour).iter().map(|point| point.at).collect();
    assert!(times.is_sorted() && times.len() == 26, "{}", times.len());
    let early = Observation { at: Timestamp::MIN, ..rtt(0, 1.0) };
    history.append(&early);
    history.append(&Observation { at: Timestamp::MAX, ..early });
    history.commit(Timestamp::MAX).unwrap();
    history.commit(Timestamp::MIN).unwrap();
}

#[test]
fn a_layout_that_began_anew_is_forgotten_with_its_last_block() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(&directory);
    let names: Vec<Measurement> = (0..40)
        .map(|number| Measurement { metric: Metric::Loss, instance: Some(format!("veth{number}").into()), value: 0.5 })
        .collect();
    history.append(&Observation { check: check(), at: at(0), answer: Answer::good(names) });
    history.append(&observation(1, &[(Metric::RttMean, 1.0)]));
    history.commit(at(2)).unwrap();
    assert_eq!(history.checks.len(), 1);
    assert_eq!(number(&history, "SELECT count(*) FROM layout"), 2);
    assert_eq!(history.reader().unwrap().series().unwrap().len(), 41);
    history.append(&observation(86_400, &[(Metric::RttMean, 2.0)]));
    for day in [3, 20, 420, 3700] {
        // The first one after all have had their turn.
        for _ in 0..2 {
            history.append(&observation(day * 86_400, &[(Metric::RttMean, 3.0)]));
            history.commit(at(day * 86_400)).unwrap();
        }
        let layouts = number(&history, "SELECT count(*) FROM layout");
        assert_eq!(layouts, if day < 3700 { 2 } else { 1 }, "after {day} days");
    }
}

#[test]
fn old_samples_are_forgotten_and_their_points_stay() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(&directory);
    watch(&mut history, 0..1500, 10);
    for _ in 0..200 {
        history.append(&rtt(16 * 86_400, 1.0));
        history.commit(at(16 * 86_400)).unwrap();
    }
    assert_eq!(values(&history), [1.0], "only what is new");
    assert_eq!(points(&history, Resolution::FiveMinutes).len(), 300 + 1);
    for _ in 0..200 {
        history.append(&rtt(500 * 86_400, 1.0));
        history.commit(at(500 * 86_400)).unwrap();
    }
    assert_eq!(points(&history, Resolution::FiveMinutes).len(), 1);
    assert_eq!(points(&history, Resolution::Hour).len(), 25 + 2);
    for _ in 0..200 {
        history.append(&rtt(5000 * 86_400, 1.0));
        history.commit(at(5000 * 86_400)).unwrap();
    }
    assert_eq!(points(&history, Resolution::Hour).len(), 1);
}

#[test]
fn what_cannot_be_written_is_written_later() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(&directory);
    history.connection.busy_timeout(Duration::from_millis(1)).unwrap();
    history.append(&rtt(1, 0.125));
    let other = Connection::open(&history.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(history.commit(at(1)).is_err());
    other.execute_batch("ROLLBACK").unwrap();
    history.append(&rtt(2, 0.25));
    history.commit(at(2)).unwrap();
    assert_eq!(values(&history), [0.125, 0.25]);
}

#[test]
fn a_damaged_file_is_put_aside_and_a_new_one_begun() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("history.db");
    std::fs::write(&path, [b'x'; 8192]).unwrap();
    let mut history = open(&directory);
    history.append(&rtt(1, 0.125));
    history.commit(at(1)).unwrap();
    assert_eq!(values(&history), [0.125]);
    assert!(directory.path().join("history.db.damaged").exists());
    history.connection.pragma_update(None, "user_version", store::VERSION + 1).unwrap();
    assert!(matches!(history.reader(), Err(HistoryError::OtherRelease(_))));
    drop(history);
    assert_eq!(values(&open(&directory)), Vec::<f64>::new());
    assert!(directory.path().join("history.db.newer").exists());
}

#[test]
fn a_damaged_block_is_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(&directory);
    watch(&mut history, 0..1500, 5);
    let whole = values(&history).len();
    let damage = |column: &str, table: &str, offset: i64| {
        let sql = format!(
            "UPDATE {table} SET {column} = CAST(substr({column}, 1, {offset}) || x'5a' || substr({column}, {offset} + 2) AS BLOB)
             WHERE place = (SELECT min(place) FROM {table})"
        );
        history.connection.execute(&sql, []).unwrap();
    };
    damage("data", "block", 40);
    let left = values(&history).len();
    assert!(left < whole && left > whole / 2, "{left} of {whole}");
    damage("data", "open", 3);
    assert!(values(&history).len() < left);
    history.connection.execute("UPDATE tick SET data = x'00'", []).unwrap();
    history.connection.execute("UPDATE block SET data = x''", []).unwrap();
    let _ = values(&history);
    drop(history);
    let mut history = open(&directory);
    watch(&mut history, 1500..2000, 5);
    assert!(values(&history).len() >= 490);
}

#[test]
fn what_the_version_before_kept_is_moved() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("history.db");
    let former = Connection::open(&path).unwrap();
    former
        .execute_batch(
            "CREATE TABLE layout (id INTEGER PRIMARY KEY, device TEXT NOT NULL, check_name TEXT NOT NULL, columns TEXT NOT NULL) STRICT;
             CREATE INDEX layout_check ON layout (device, check_name);
             CREATE TABLE poll (layout INTEGER NOT NULL REFERENCES layout, at INTEGER NOT NULL, data BLOB NOT NULL,
                 PRIMARY KEY (layout, at)) STRICT, WITHOUT ROWID;
             INSERT INTO layout VALUES (7, 'sw-1', 'icmp', '[[\"rtt_seconds\",null],[\"loss_ratio\",null]]');
             -- Since the daemon was started anew; the rows of the one before need theirs until they are moved.
             INSERT INTO layout VALUES (8, 'sw-1', 'icmp', '[[\"rtt_seconds\",null]]');
             PRAGMA user_version = 2;",
        )
        .unwrap();
    for minute in 0..3000_i64 {
        let data = [0.25_f64, if minute % 2 == 0 { 0.0 } else { f64::NAN }].map(f64::to_le_bytes).concat();
        former.execute("INSERT INTO poll VALUES (7, ?1, ?2)", params![(START + minute * 60) * 1000, data]).unwrap();
    }
    drop(former);
    let mut history = open(&directory);
    for _ in 0..5 {
        history.append(&rtt(3000 * 60, 0.5));
        history.commit(at(3000 * 60)).unwrap();
    }
    assert_eq!(values(&history).len(), 3001);
    assert_eq!(values_of(&history, Metric::Loss).len(), 1500);
    assert_eq!(points(&history, Resolution::Hour).len(), 51);
    assert_eq!(number(&history, "SELECT count(*) FROM sqlite_schema WHERE name = 'poll'"), 0);
    assert_eq!(number(&history, "SELECT count(*) FROM layout"), 2);
}

/// The environment variable that makes a run of this test the writer that is killed.
const VICTIM: &str = "ROTUSED_TEST_HISTORY_VICTIM";

#[test]
fn what_was_committed_survives_kill_9_at_any_time() {
    if let Some(path) = std::env::var_os(VICTIM) {
        let mut history = History::open(Path::new(&path), Retention::default()).unwrap();
        let begun = i64::try_from(values(&history).len()).unwrap();
        for minute in begun.. {
            watch(&mut history, minute..minute + 1, 1);
            println!("\ncommitted {}", minute + 1);
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("history.db");
    let mut committed = 0;
    for round in 0..12_u64 {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "history::tests::what_was_committed_survives_kill_9_at_any_time", "--nocapture"])
            .env(VICTIM, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
        let told =
            lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("committed ")?.parse::<usize>().ok());
        let wait = std::time::Instant::now() + Duration::from_millis(100 + round * 37);
        for now in told {
            committed = now;
            if std::time::Instant::now() >= wait {
                victim.kill().unwrap();
            }
        }
        victim.wait().unwrap();
        let reader = HistoryReader::open(&path).unwrap();
        let found = reader.since(&[series(Metric::RttMean)], at(0)).unwrap().remove(0);
        assert!(found.len() >= committed, "{} of {committed}", found.len());
        let expected = (0..found.len()).map(|minute| f64::from(u32::try_from(minute).unwrap()));
        assert!(
            found.iter().map(|(_, value)| *value).eq(expected.map(|value| precision::kept(Metric::RttMean, value)))
        );
    }
    assert!(committed > 300, "{committed}");
    let check: String =
        Connection::open(&path).unwrap().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the times, the restarts and the commits: each time has the sample that came last, and points count each once
    /// where no time came twice.
    #[test]
    fn what_is_read_is_what_was_appended(
        answers in proptest::collection::vec((0_i64..400_000, prop_oneof![Just(f64::NAN), 0.0_f64..1e3], 0_u8..40), 1..900),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let mut history = open(&directory);
        let mut expected = BTreeMap::new();
        for (second, value, what) in &answers {
            history.append(&rtt(*second, *value));
            let value = precision::kept(Metric::RttMean, *value);
            if !value.is_nan() {
                expected.insert(*second, value);
            }
            match what {
                0 => {
                    history.commit(at(0)).unwrap();
                    drop(history);
                    history = open(&directory);
                }
                1..10 => history.commit(at(0)).unwrap(),
                _ => {}
            }
        }
        for _ in 0..3 {
            history.commit(at(500_000)).unwrap();
        }
        let seconds: std::collections::HashSet<i64> = answers.iter().map(|(second, ..)| *second).collect();
        prop_assume!(seconds.len() == answers.len());
        prop_assert_eq!(values(&history), expected.values().copied().collect::<Vec<_>>());
        for resolution in [Resolution::FiveMinutes, Resolution::Hour] {
            let step = resolution.step().unwrap() / 1000;
            let mut steps: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
            expected.iter().for_each(|(second, value)| steps.entry(second / step).or_default().push(*value));
            let points = points(&history, resolution);
            prop_assert_eq!(points.len(), steps.len());
            for (point, (step_number, values)) in points.iter().zip(&steps) {
                prop_assert_eq!(point.at, at(step_number * step));
                let least = values.iter().copied().fold(f64::INFINITY, f64::min);
                let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                prop_assert_eq!((point.count as usize, point.min, point.max), (values.len(), least, greatest));
                let mean = values.iter().sum::<f64>() / f64::from(point.count);
                // Points of one step in many pieces are rounded once a piece.
                prop_assert!((point.mean - mean).abs() <= greatest.abs() * 2e-3, "{} {}", point.mean, mean);
            }
        }
    }
}

#[test]
fn a_time_span_is_read_to_its_edges() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = open(&directory);
    watch(&mut history, 0..1441, 1);
    let reader = history.reader().unwrap();
    let range = |from, to, resolution| {
        let found = reader.range(&[series(Metric::RttMean)], at(from), at(to), resolution).unwrap().remove(0);
        found.iter().map(|point| point.at.as_second() - START).collect::<Vec<_>>()
    };
    assert_eq!(range(60, 181, Resolution::Full), [60, 120, 180]);
    assert_eq!(range(60, 180, Resolution::Full), [60, 120]);
    assert_eq!(range(301, 901, Resolution::FiveMinutes), [300, 600, 900]);
    assert_eq!(range(50_000, 50_000, Resolution::Full), Vec::<i64>::new());
    let reversed = reader.range(&[series(Metric::RttMean)], at(9), at(3), Resolution::Hour).unwrap();
    assert!(reversed[0].len() <= 1);
    let end = Timestamp::MAX.saturating_sub(SignedDuration::ZERO).unwrap();
    assert_eq!(reader.range(&[series(Metric::RttMean)], Timestamp::MIN, end, Resolution::Full).unwrap()[0].len(), 1441);
}
