//! `rotused query` and `rotused export`: what was measured, for people on a terminal and for other programs.
//!
//! Both open the file only to read, and may run beside the daemon. What is written goes series by series, so that a year of
//! everything needs no more memory than a year of a few series.

use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::request::{Format, Selection, Stretch};
use super::{HistoryError, HistoryReader, Point, Resolution, Series};
use crate::config::CheckId;
use crate::probe::{Metric, Unit};

/// Why nothing was written, or not all.
#[derive(Debug, thiserror::Error)]
pub enum CannotExport {
    /// The history cannot be read.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// A time lies outside of what can be reckoned with.
    #[error("a time is out of range: {0}")]
    Time(#[from] jiff::Error),
    /// Nothing is meant.
    #[error("the end lies before the beginning")]
    Reversed,
    /// There is no such check.
    #[error("nothing is kept of {0}; `rotused export --format csv` shows what is")]
    NoSuchCheck(CheckId),
    /// The check does not measure it.
    #[error("{check} does not measure \"{metric}\"; it does: {known}")]
    NoSuchMetric {
        /// The check.
        check: CheckId,
        /// What was asked for.
        metric: String,
        /// What there is.
        known: String,
    },
    /// The metric is one of several things alike.
    #[error("which one? say --instance with one of: {known}")]
    WhichInstance {
        /// What there is.
        known: String,
    },
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
}

/// So many series are read at once: more is faster, and takes more memory.
const TOGETHER: usize = 8;

/// Writes what was measured of one series as a table for people.
///
/// # Errors
/// There is no such series, the history cannot be read, or the output not written.
pub fn query(
    reader: &HistoryReader,
    (check, metric, instance): (&CheckId, &str, Option<&str>),
    stretch: &Stretch,
    zone: &TimeZone,
    out: &mut impl Write,
) -> Result<(), CannotExport> {
    let series = find(reader.series()?, check, metric, instance)?;
    let points = reader.range(std::slice::from_ref(&series), stretch.from, stretch.to, stretch.resolution)?.remove(0);
    let mut title = format!("{check} {}", series.metric.name());
    if let Some(instance) = &series.instance {
        let _ = write!(title, " {instance}");
    }
    writeln!(out, "{title}: {}", series.metric.meaning())?;
    let unit = unit(series.metric);
    let is_full = stretch.resolution == Resolution::Full;
    if is_full {
        writeln!(out, "{:<25}  {unit:>12}", "time")?;
    } else {
        writeln!(out, "{:<25}  {:>6}  {:>12}  {:>12}  {:>12}  {unit}", "time", "count", "min", "mean", "max")?;
    }
    for Point { at, count, min, max, mean } in points {
        let at = at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        let [min, mean, max] = [min, mean, max].map(short);
        if is_full {
            writeln!(out, "{at}  {mean:>12}")?;
        } else {
            writeln!(out, "{at}  {count:>6}  {min:>12}  {mean:>12}  {max:>12}")?;
        }
    }
    Ok(())
}

fn find(all: Vec<Series>, check: &CheckId, metric: &str, instance: Option<&str>) -> Result<Series, CannotExport> {
    let of_check: Vec<Series> = all.into_iter().filter(|series| series.check == *check).collect();
    if of_check.is_empty() {
        return Err(CannotExport::NoSuchCheck(check.clone()));
    }
    let of_metric: Vec<&Series> = of_check.iter().filter(|series| series.metric.name() == metric).collect();
    let listed = |names: &mut dyn Iterator<Item = &str>| {
        let mut names: Vec<&str> = names.collect();
        names.dedup();
        names.join(", ")
    };
    if of_metric.is_empty() {
        let known = listed(&mut of_check.iter().map(|series| series.metric.name()));
        return Err(CannotExport::NoSuchMetric { check: check.clone(), metric: metric.to_owned(), known });
    }
    let found = match (instance, of_metric.as_slice()) {
        (None, [only]) => Some(*only),
        _ => of_metric.iter().copied().find(|series| series.instance.as_deref() == instance),
    };
    let known = || listed(&mut of_metric.iter().filter_map(|series| series.instance.as_deref()));
    found.cloned().ok_or_else(|| CannotExport::WhichInstance { known: known() })
}

const fn unit(metric: Metric) -> &'static str {
    match metric.unit() {
        Unit::Seconds => "seconds",
        Unit::Ratio => "0 to 1",
        Unit::BitsPerSecond => "bits/s",
        Unit::Octets => "octets",
        Unit::Number => "value",
    }
}

/// Seven digits: one more than are kept of what is noisy.
fn short(value: f64) -> String {
    format!("{value:.6e}").parse().unwrap_or(value).to_string()
}

/// Writes all series that are selected.
///
/// # Errors
/// The history cannot be read, or the output not written.
pub fn export(
    reader: &HistoryReader,
    selection: &Selection,
    stretch: &Stretch,
    format: Format,
    out: &mut impl Write,
) -> Result<(), CannotExport> {
    let mut all: Vec<Series> = reader.series()?.into_iter().filter(|series| selection.has(series)).collect();
    if format == Format::OpenMetrics {
        // All lines of a metric stand together, as the format demands.
        all.sort_by_key(|series| series.metric);
    }
    let is_full = stretch.resolution == Resolution::Full;
    if format == Format::Csv {
        let numbers = if is_full { "value" } else { "count,min,mean,max" };
        write!(out, "time,device,check,metric,instance,{numbers}\r\n")?;
    }
    let mut last = None;
    // Those of one check and metric are read together.
    for alike in all.chunk_by(|one, next| (&one.check, one.metric) == (&next.check, next.metric)) {
        for series in alike.chunks(TOGETHER) {
            let found = reader.range(series, stretch.from, stretch.to, stretch.resolution)?;
            for (series, points) in series.iter().zip(found).filter(|(_, points)| !points.is_empty()) {
                if format == Format::OpenMetrics && last != Some(series.metric) {
                    family(series.metric, out)?;
                    last = Some(series.metric);
                }
                write_series(series, &points, format, is_full, out)?;
            }
        }
    }
    if format == Format::OpenMetrics {
        out.write_all(b"# EOF\n")?;
    }
    Ok(())
}

fn family(metric: Metric, out: &mut impl Write) -> io::Result<()> {
    let name = metric.name();
    writeln!(out, "# TYPE rotuse_check_{name} gauge\n# HELP rotuse_check_{name} {}", metric.meaning())
}

fn write_series(
    series: &Series,
    points: &[Point],
    format: Format,
    is_full: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let Series { check: CheckId { device, check }, metric, instance } = series;
    let instance = instance.as_deref();
    match format {
        Format::Csv => {
            let of = format!("{device},{check},{},{}", metric.name(), csv(instance.unwrap_or_default()));
            for Point { at, count, min, max, mean } in points {
                if is_full {
                    write!(out, "{at},{of},{mean}\r\n")?;
                } else {
                    write!(out, "{at},{of},{count},{min},{mean},{max}\r\n")?;
                }
            }
        }
        Format::JsonLines => {
            let instance = serde_json::Value::from(instance);
            let of = format!(
                "\"device\":\"{device}\",\"check\":\"{check}\",\"metric\":\"{}\",\"instance\":{instance}",
                metric.name()
            );
            for Point { at, count, min, max, mean } in points {
                if is_full {
                    writeln!(out, "{{\"time\":\"{at}\",{of},\"value\":{mean}}}")?;
                } else {
                    writeln!(
                        out,
                        "{{\"time\":\"{at}\",{of},\"count\":{count},\"min\":{min},\"mean\":{mean},\"max\":{max}}}"
                    )?;
                }
            }
        }
        Format::OpenMetrics => {
            let mut labels = format!("device=\"{device}\",check=\"{check}\"");
            if let Some(instance) = instance {
                let _ = write!(labels, ",instance=\"{}\"", escaped(instance));
            }
            let name = metric.name();
            let mut line = |statistic: &str, value: fn(&Point) -> f64| {
                points.iter().try_for_each(|point| {
                    let (at, value) = (point.at.as_millisecond(), value(point));
                    let (second, millisecond) = (at.div_euclid(1000), at.rem_euclid(1000));
                    writeln!(out, "rotuse_check_{name}{{{labels}{statistic}}} {value} {second}.{millisecond:03}")
                })
            };
            if is_full {
                return line("", |point| point.mean);
            }
            line(",statistic=\"mean\"", |point| point.mean)?;
            line(",statistic=\"min\"", |point| point.min)?;
            line(",statistic=\"max\"", |point| point.max)?;
            line(",statistic=\"count\"", |point| f64::from(point.count))?;
        }
    }
    Ok(())
}

/// A field: quoted if it would be misread, and made harmless to spreadsheets, which take what begins like a formula for one.
fn csv(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula || text.contains([',', '"', '\r', '\n']) {
        let guard = if is_formula { "'" } else { "" };
        return format!("\"{guard}{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}

/// The value of a label (`OpenMetrics`, "escaping").
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::{History, Retention};
    use super::*;
    use crate::probe::{Answer, Measurement, Observation};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_057_600 + second).unwrap()
    }

    fn check() -> CheckId {
        CheckId { device: "sw-1".parse().unwrap(), check: "snmp".parse().unwrap() }
    }

    fn reader(directory: &tempfile::TempDir) -> HistoryReader {
        let mut history = History::open(&directory.path().join("history.db"), Retention::default()).unwrap();
        for minute in 0..2 {
            let of = |instance: &str, value| Measurement {
                metric: Metric::ReceiveRate,
                instance: Some(instance.into()),
                value,
            };
            let measurements = vec![
                of("a,\"b\"", 1000.0),
                of("=lan", 8.0 * f64::from(minute)),
                Measurement::new(Metric::PollTime, 0.5),
            ];
            let at = at(i64::from(minute) * 60);
            history.append(&Observation { check: check(), at, answer: Answer::good(measurements) });
        }
        history.commit(at(120)).unwrap();
        history.reader().unwrap()
    }

    fn exported(format: Format, resolution: Resolution, selection: &Selection) -> String {
        let directory = tempfile::tempdir().unwrap();
        let stretch = Stretch { from: at(0), to: at(3600), resolution };
        let mut out = Vec::new();
        export(&reader(&directory), selection, &stretch, format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn csv_is_read_by_any_program() {
        let selection = Selection { metrics: vec!["receive_bits_per_second".to_owned()], ..Selection::default() };
        let text = exported(Format::Csv, Resolution::Full, &selection);
        assert_eq!(
            text,
            "time,device,check,metric,instance,value\r\n\
             2027-01-16T00:00:00Z,sw-1,snmp,receive_bits_per_second,\"'=lan\",0\r\n\
             2027-01-16T00:01:00Z,sw-1,snmp,receive_bits_per_second,\"'=lan\",8\r\n\
             2027-01-16T00:00:00Z,sw-1,snmp,receive_bits_per_second,\"a,\"\"b\"\"\",1000\r\n\
             2027-01-16T00:01:00Z,sw-1,snmp,receive_bits_per_second,\"a,\"\"b\"\"\",1000\r\n"
        );
    }

    #[test]
    fn json_lines_are_json() {
        let text = exported(Format::JsonLines, Resolution::Hour, &Selection::default());
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[1]["instance"], "=lan");
        assert_eq!((&lines[1]["count"], &lines[1]["mean"], &lines[1]["max"]), (&2.into(), &4.into(), &8.into()));
        assert!(lines[0]["instance"].is_null());
    }

    #[test]
    fn openmetrics_has_its_families_together() {
        let text = exported(Format::OpenMetrics, Resolution::Full, &Selection::default());
        assert!(text.ends_with("# EOF\n"));
        assert_eq!(text.matches("# TYPE").count(), 2);
        let line = "rotuse_check_receive_bits_per_second{device=\"sw-1\",check=\"snmp\",instance=\"a,\\\"b\\\"\"} 1000 1800057660.000";
        assert!(text.lines().any(|found| found == line), "{text}");
        let text = exported(Format::OpenMetrics, Resolution::Hour, &Selection::default());
        assert!(text.contains(",statistic=\"max\"} 8 1800057600.000"), "{text}");
    }

    #[test]
    fn a_query_is_a_table_and_says_what_there_is() {
        let directory = tempfile::tempdir().unwrap();
        let reader = reader(&directory);
        let stretch = Stretch { from: at(0), to: at(3600), resolution: Resolution::FiveMinutes };
        let ask = |metric: &str, instance: Option<&str>| {
            let mut out = Vec::new();
            let asked = query(&reader, (&check(), metric, instance), &stretch, &TimeZone::UTC, &mut out);
            asked.map(|()| String::from_utf8(out).unwrap()).map_err(|error| error.to_string())
        };
        let table = ask("receive_bits_per_second", Some("=lan")).unwrap();
        let last = table.lines().last().unwrap().split_whitespace().collect::<Vec<_>>();
        assert_eq!(last, ["2027-01-16T00:00:00+00:00", "2", "0", "4", "8"]);
        assert!(ask("poll_seconds", None).unwrap().contains("0.5"));
        assert!(ask("receive_bits_per_second", None).unwrap_err().contains("=lan, a,\"b\""));
        assert!(ask("rtt", None).unwrap_err().contains("poll_seconds, receive_bits_per_second"));
    }
}
