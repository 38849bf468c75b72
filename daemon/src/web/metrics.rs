//! What is known, for Prometheus and what reads its text format (exposition format 0.0.4).
//!
//! Names and units follow Prometheus' conventions. What is not known has no line, rather than a number that is not true.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::Logins;
use crate::backup::{self, Outcome};
use crate::health::State;
use crate::live::{CheckStatus, JobStatus, Status};
use crate::probe::{Measurement, Metric};
use crate::snmp::{Interface, OperationalStatus, Rate, Reading};

/// The media type of what [`text`] writes.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A metric being written: all its lines stand together, as the format demands.
struct Family<'t> {
    text: &'t mut String,
    name: String,
}

/// Everything that is known, in Prometheus' text format.
#[must_use]
pub fn text(status: &Status, started: Timestamp, version: &str) -> String {
    let mut text = String::new();
    let checks: Vec<&CheckStatus> = status.devices.iter().flat_map(|device| &device.checks).collect();
    states(&mut text, &checks);
    measured(&mut text, &checks);
    asked(&mut text, &checks);
    interfaces(&mut text, &checks);
    jobs(&mut text, &status.jobs);
    lateness(&mut text, status);
    traps(&mut text, status);
    outbox(&mut text, status);
    let refused = f64::from(u8::from(status.refused.is_some()));
    Family::gauge(&mut text, "rotuse_config_refused", "Whether a new configuration is not used (1), for its mistakes.")
        .line(&[], refused);
    let open = status.incidents.len();
    Family::gauge(&mut text, "rotuse_incidents_open", "Faults that are not repaired.").line(&[], integer(open));
    let unwritten = f64::from(u8::from(status.unwritten.is_some()));
    Family::gauge(&mut text, "rotuse_unwritten", "Whether what happened cannot be written down (1) or can (0).")
        .line(&[], unwritten);
    Family::gauge(&mut text, "rotuse_start_timestamp_seconds", "When the daemon was started.")
        .line(&[], seconds(started));
    Family::gauge(&mut text, "rotuse_build_info", "The release of the daemon.").line(&[("version", version)], 1.0);
    text
}

fn lateness(text: &mut String, status: &Status) {
    let Some(lateness) = status.lateness else { return };
    let help =
        "How late the checks of the last minute started: half of them, 99 of 100, and all of them within this time.";
    let mut family = Family::gauge(text, "rotuse_lateness_seconds", help);
    for (quantile, late) in [("0.5", lateness.median), ("0.99", lateness.p99), ("1", lateness.longest)] {
        family.line(&[("quantile", quantile)], late.as_secs_f64());
    }
    let help = "Rounds of checks that were left out, because something took too long.";
    #[expect(clippy::cast_precision_loss, reason = "the format has no other numbers")]
    Family::new(text, "rotuse_rounds_skipped_total", "counter", help).line(&[], lateness.skipped as f64);
}

fn traps(text: &mut String, status: &Status) {
    let Some(counts) = &status.traps else { return };
    let help = "Traps and informs that devices sent, and what became of them.";
    let mut family = Family::new(text, "rotuse_traps_total", "counter", help);
    for (fate, count) in [
        ("taken", &counts.taken),
        ("unknown", &counts.unknown),
        ("refused", &counts.refused),
        ("stranger", &counts.strangers),
        ("repeated", &counts.repeated),
        ("limited", &counts.limited),
    ] {
        #[expect(clippy::cast_precision_loss, reason = "the format has no other numbers")]
        family.line(&[("fate", fate)], count.load(Ordering::Relaxed) as f64);
    }
}

/// How attempts to log in ended; nothing if nobody can.
pub fn logins(text: &mut String, logins: Option<&Logins>) {
    let Some(logins) = logins else { return };
    let help = "Attempts to log in to the status pages, by outcome.";
    let mut family = Family::new(text, "rotuse_logins_total", "counter", help);
    for (outcome, count) in [("success", &logins.succeeded), ("failure", &logins.failed), ("limited", &logins.limited)]
    {
        #[expect(clippy::cast_precision_loss, reason = "the format has no other numbers")]
        family.line(&[("outcome", outcome)], count.load(Ordering::Relaxed) as f64);
    }
}

fn outbox(text: &mut String, status: &Status) {
    let mut family =
        Family::gauge(text, "rotuse_letters_waiting", "Letters that wait to be delivered through a channel.");
    for (channel, route) in &status.outbox {
        #[expect(clippy::cast_precision_loss, reason = "the format has no other numbers")]
        family.line(&[("channel", channel.as_str())], route.waiting as f64);
    }
    let mut family =
        Family::gauge(text, "rotuse_channel_failing", "Whether letters cannot be delivered through a channel (1).");
    for (channel, route) in &status.outbox {
        family.line(&[("channel", channel.as_str())], f64::from(u8::from(route.failing.is_some())));
    }
}

fn of_check(check: &CheckStatus) -> [(&'static str, &str); 2] {
    [("device", check.id.device.as_str()), ("check", check.id.check.as_str())]
}

fn states(text: &mut String, checks: &[&CheckStatus]) {
    let help = "What is believed of a check: 1 for the state it is in, 0 for the others.";
    let mut family = Family::gauge(text, "rotuse_check_state", help);
    for check in checks {
        let [device, name] = of_check(check);
        for state in State::ALL {
            let believed = f64::from(u8::from(check.state == state));
            family.line(&[device, name, ("state", state.name())], believed);
        }
    }
}

/// What checks measured, a family a metric; a metric that nobody measures is left out.
fn measured(text: &mut String, checks: &[&CheckStatus]) {
    let mut lines: BTreeMap<Metric, Vec<(&CheckStatus, &Measurement)>> = BTreeMap::new();
    for check in checks {
        for measurement in check.last.iter().flat_map(|last| &last.answer.measurements) {
            // The rates of interfaces have families of their own, with the interfaces' labels.
            if matches!(measurement.metric, Metric::ReceiveRate | Metric::TransmitRate) {
                continue;
            }
            lines.entry(measurement.metric).or_default().push((check, measurement));
        }
    }
    for (metric, lines) in lines {
        let mut family = Family::new(text, &format!("rotuse_check_{}", metric.name()), "gauge", metric.meaning());
        for (check, measurement) in lines {
            let [device, name] = of_check(check);
            match &measurement.instance {
                None => family.line(&[device, name], measurement.value),
                Some(instance) => family.line(&[device, name, ("instance", instance)], measurement.value),
            }
        }
    }
}

fn asked(text: &mut String, checks: &[&CheckStatus]) {
    let mut family = Family::gauge(text, "rotuse_check_last_asked_timestamp_seconds", "When a check was asked last.");
    for check in checks {
        family.line_if_known(&of_check(check), check.last.as_ref().map(|last| seconds(last.at)));
    }
}

fn interfaces(text: &mut String, checks: &[&CheckStatus]) {
    let readings: Vec<(&CheckStatus, &Reading)> =
        checks.iter().filter_map(|check| Some((*check, check.last.as_ref()?.answer.reading.as_deref()?))).collect();
    let rates = |value: fn(Rate) -> f64| {
        move |reading: &Reading, interface: &Interface| reading.rate(interface.index).map(value)
    };
    let received = rates(|rate| rate.received);
    let sent = rates(|rate| rate.sent);
    let up = |_: &Reading, interface: &Interface| Some(f64::from(u8::from(interface.status == OperationalStatus::Up)));
    type Value<'a> = &'a dyn Fn(&Reading, &Interface) -> Option<f64>;
    let families: [(&str, &str, Value<'_>); 3] = [
        ("rotuse_interface_up", "Whether an interface is up (ifOperStatus).", &up),
        ("rotuse_interface_receive_bits_per_second", "What an interface receives.", &received),
        ("rotuse_interface_transmit_bits_per_second", "What an interface sends.", &sent),
    ];
    for (name, help, value) in families {
        let mut family = Family::gauge(text, name, help);
        for (check, reading) in &readings {
            let [device, check] = of_check(check);
            for interface in &reading.interfaces {
                let labels = [device, check, ("interface", &*interface.name)];
                family.line_if_known(&labels, value(reading, interface));
            }
        }
    }
}

fn jobs(text: &mut String, jobs: &[JobStatus]) {
    let job_label = |job: &'_ JobStatus| job.name.to_string();
    let mut family = Family::gauge(
        text,
        "rotuse_job_last_run_success",
        "Whether the newest run that ended made a backup that counts.",
    );
    for job in jobs {
        let success = job.record.last.as_ref().map(|run| matches!(run.outcome, Outcome::Complete { .. }));
        family.line_if_known(&[("job", &job_label(job))], success.map(|success| f64::from(u8::from(success))));
    }
    let mut family =
        Family::gauge(text, "rotuse_job_last_run_timestamp_seconds", "When the newest run that ended did end.");
    for job in jobs {
        family.line_if_known(&[("job", &job_label(job))], job.record.last.as_ref().map(|run| seconds(run.ended)));
    }
    type At = fn(&JobStatus) -> Option<Timestamp>;
    let times: [(&str, &str, At); 3] = [
        ("rotuse_job_last_success_timestamp_seconds", "When a run last ended with a backup that counts.", |job| {
            job.record.newest.as_ref().map(|(at, _)| *at)
        }),
        ("rotuse_job_last_verified_timestamp_seconds", "When a backup was last read back and compared.", |job| {
            job.record.read_back
        }),
        ("rotuse_job_last_wal_timestamp_seconds", "When some of the server's log was last stored.", |job| {
            job.record.wal.as_ref().map(|(at, _)| *at)
        }),
    ];
    for (name, help, at) in times {
        let mut family = Family::gauge(text, name, help);
        for job in jobs {
            family.line_if_known(&[("job", &job_label(job))], at(job).map(seconds));
        }
    }
    let mut family = Family::gauge(text, "rotuse_job_snapshot_size_bytes", "Size of the newest backup.");
    for job in jobs {
        #[expect(clippy::cast_precision_loss, reason = "the format has no other numbers")]
        let octets = job.record.newest.as_ref().map(|(_, snapshots)| backup::size(snapshots).0 as f64);
        family.line_if_known(&[("job", &job_label(job))], octets);
    }
    let mut family = Family::new(text, "rotuse_job_runs_total", "counter", "Runs that ended, by outcome.");
    for job in jobs {
        for (outcome, count) in [("success", job.record.runs.good), ("failure", job.record.runs.failed)] {
            #[expect(clippy::cast_precision_loss, reason = "the format has no other numbers")]
            family.line(&[("job", &job_label(job)), ("outcome", outcome)], count as f64);
        }
    }
}

impl<'t> Family<'t> {
    fn gauge(text: &'t mut String, name: &str, help: &str) -> Self {
        Self::new(text, name, "gauge", help)
    }

    fn new(text: &'t mut String, name: &str, kind: &str, help: &str) -> Self {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        Self { text, name: name.to_owned() }
    }

    fn line_if_known(&mut self, labels: &[(&str, &str)], value: Option<f64>) {
        if let Some(value) = value {
            self.line(labels, value);
        }
    }

    fn line(&mut self, labels: &[(&str, &str)], value: f64) {
        self.text.push_str(&self.name);
        for (place, (label, text)) in labels.iter().enumerate() {
            self.text.push(if place == 0 { '{' } else { ',' });
            let _ = write!(self.text, "{label}=\"");
            escape(self.text, text);
            self.text.push('"');
        }
        if !labels.is_empty() {
            self.text.push('}');
        }
        let value = match value {
            value if value.is_nan() => "NaN".to_owned(),
            f64::INFINITY => "+Inf".to_owned(),
            f64::NEG_INFINITY => "-Inf".to_owned(),
            value => value.to_string(),
        };
        let _ = writeln!(self.text, " {value}");
    }
}

/// A label's value: backslash, quote and line feed are escaped, everything else stands for itself.
fn escape(text: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
}

fn seconds(at: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this millennium stay below 2^53")]
    let milliseconds = at.as_millisecond() as f64;
    milliseconds / 1e3
}

fn integer(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::super::samples::status;
    use super::*;

    /// The value that [`escape`] was given.
    fn unescape(text: &str) -> String {
        let mut characters = text.chars();
        let mut value = String::new();
        while let Some(character) = characters.next() {
            value.push(match character {
                '\\' => match characters.next().unwrap() {
                    'n' => '\n',
                    other => other,
                },
                other => other,
            });
        }
        value
    }

    fn page() -> String {
        text(&status(), Timestamp::UNIX_EPOCH, "0.1.0")
    }

    #[test]
    fn no_series_comes_twice_and_every_one_has_a_type() {
        let page = page();
        let (mut families, mut seen) = (HashSet::new(), HashSet::new());
        let mut family = String::new();
        for line in page.lines() {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                family = rest.split(' ').next().unwrap().to_owned();
                assert!(families.insert(family.clone()), "{family} comes twice");
            } else if !line.starts_with('#') {
                let (series, value) = line.rsplit_once(' ').unwrap();
                assert_eq!(series.split('{').next().unwrap(), family);
                assert!(seen.insert(series.to_owned()), "{series} comes twice");
                value.parse::<f64>().unwrap();
            }
        }
        assert!(page.ends_with('\n'));
    }

    #[test]
    fn a_check_is_in_exactly_one_state() {
        let page = page();
        let states =
            page.lines().filter(|line| line.starts_with("rotuse_check_state{device=\"sw-rotuse-1\",check=\"icmp\""));
        let believed: Vec<_> = states.filter(|line| line.ends_with(" 1")).collect();
        assert_eq!(believed, ["rotuse_check_state{device=\"sw-rotuse-1\",check=\"icmp\",state=\"up\"} 1"]);
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let empty = text(&Status::default(), Timestamp::UNIX_EPOCH, "0.1.0");
        let lines: Vec<_> = empty.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            lines,
            [
                "rotuse_config_refused 0",
                "rotuse_incidents_open 0",
                "rotuse_unwritten 0",
                "rotuse_start_timestamp_seconds 0",
                "rotuse_build_info{version=\"0.1.0\"} 1"
            ]
        );
    }

    proptest! {
        #[test]
        fn any_label_stays_on_its_line_and_keeps_its_value(value in "[\\\\\"\n\r a{}=,ž\u{2028}]{0,20}") {
            let mut text = String::new();
            Family { text: &mut text, name: "m".to_owned() }.line(&[("l", &value)], 1.0);
            prop_assert_eq!(text.matches('\n').count(), 1);
            let inner = text.strip_prefix("m{l=\"").and_then(|rest| rest.strip_suffix("\"} 1\n")).unwrap();
            prop_assert_eq!(unescape(inner), value);
        }
    }
}
