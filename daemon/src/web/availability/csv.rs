//! The figures for programs: comma-separated values (RFC 4180) in UTF-8, with the same header in every language, a point in
//! numbers and seconds in durations, so that what reads them does not depend on who asked.
//!
//! People open such files in spreadsheets, which run a cell that begins like a formula. Names and titles come from the
//! configuration and are not to be trusted with that: such a cell begins with an apostrophe, which spreadsheets show or hide, but never
//! calculate.

use std::borrow::Cow;

use jiff::SignedDuration;

use super::super::reader::thousandths;
use crate::availability::{Period, RoundTrips, Row, Summary, Table};

/// RFC 7111, 5.1.
pub(in crate::web) const MEDIA_TYPE: &str = "text/csv; charset=utf-8; header=present";

const HEADER: [&str; 22] = [
    "kind",
    "name",
    "title",
    "site",
    "groups",
    "period_from",
    "period_to",
    "devices",
    "availability_percent",
    "up_seconds",
    "degraded_seconds",
    "down_seconds",
    "unreachable_seconds",
    "maintenance_seconds",
    "unknown_seconds",
    "outages",
    "longest_outage_seconds",
    "mean_time_to_repair_seconds",
    "rtt_50_seconds",
    "rtt_95_seconds",
    "rtt_99_seconds",
    "rtt_samples",
];

/// A row a device, and then one for each site, each group and all together. What there is no figure for is empty.
pub(in crate::web) fn text(table: &Table, period: Period) -> String {
    let mut text = String::new();
    line(&mut text, &HEADER.map(Cow::Borrowed));
    for row in &table.rows {
        line(&mut text, &of_device(row, period));
    }
    for (site, summary) in &table.sites {
        line(&mut text, &of_several("site", site.as_deref().unwrap_or_default(), summary, period));
    }
    for (group, summary) in &table.groups {
        line(&mut text, &of_several("group", group, summary, period));
    }
    line(&mut text, &of_several("all", "", &table.all, period));
    text
}

fn of_device(row: &Row, period: Period) -> [Cow<'_, str>; HEADER.len()] {
    let (device, parts) = (&row.device, &row.record.parts);
    let round_trips = match row.round_trips {
        RoundTrips::Counted(counted) => {
            let times = [counted.p50, counted.p95, counted.p99].map(|time| format!("{time:.6}"));
            let [p50, p95, p99] = times;
            [p50, p95, p99, counted.samples.to_string()]
        }
        RoundTrips::None => [String::new(), String::new(), String::new(), "0".to_owned()],
        RoundTrips::Pending => Default::default(),
    };
    let [p50, p95, p99, samples] = round_trips.map(Cow::Owned);
    [
        "device".into(),
        device.name.as_str().into(),
        harmless(&device.title),
        harmless(device.site.as_deref().unwrap_or_default()),
        harmless(&device.groups.join(" ")).into_owned().into(),
        period.from.to_string().into(),
        period.to.to_string().into(),
        "1".into(),
        percent(parts.availability()),
        seconds(Some(parts.up)),
        seconds(Some(parts.degraded)),
        seconds(Some(parts.down)),
        seconds(Some(parts.unreachable)),
        seconds(Some(parts.maintenance)),
        seconds(Some(parts.unknown)),
        row.record.outages.len().to_string().into(),
        seconds(row.record.longest()),
        seconds(row.record.mean_time_to_repair()),
        p50,
        p95,
        p99,
        samples,
    ]
}

fn of_several<'n>(kind: &'n str, name: &'n str, summary: &Summary, period: Period) -> [Cow<'n, str>; HEADER.len()] {
    let empty = || Cow::Borrowed("");
    let parts = &summary.parts;
    [
        kind.into(),
        harmless(name),
        empty(),
        empty(),
        empty(),
        period.from.to_string().into(),
        period.to.to_string().into(),
        summary.devices.to_string().into(),
        percent(summary.availability),
        seconds(Some(parts.up)),
        seconds(Some(parts.degraded)),
        seconds(Some(parts.down)),
        seconds(Some(parts.unreachable)),
        seconds(Some(parts.maintenance)),
        seconds(Some(parts.unknown)),
        summary.outages.to_string().into(),
        seconds(summary.longest),
        empty(),
        empty(),
        empty(),
        empty(),
        empty(),
    ]
}

fn percent(share: Option<f64>) -> Cow<'static, str> {
    share.map_or(Cow::Borrowed(""), |share| format!("{:.3}", thousandths(share) / 1e3).into())
}

/// Seconds and milliseconds.
fn seconds(duration: Option<SignedDuration>) -> Cow<'static, str> {
    duration.map_or(Cow::Borrowed(""), |duration| format!("{:.3}", duration.as_secs_f64()).into())
}

/// Text that no spreadsheet takes for a formula. Tabs and line ends before one would not hinder it.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}").into() } else { text.into() }
}

fn line<const CELLS: usize>(text: &mut String, cells: &[Cow<'_, str>; CELLS]) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        if cell.contains(['"', ',', '\r', '\n']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::availability::{Parts, Percentiles, Record, Subject};

    fn written(cells: [&str; 3]) -> String {
        let mut text = String::new();
        line(&mut text, &cells.map(harmless));
        text
    }

    #[test]
    fn cells_are_quoted_only_if_they_must_be() {
        assert_eq!(written(["Rotušė", "a,b", "„q“ \"q\""]), "Rotušė,\"a,b\",\"„q“ \"\"q\"\"\"\r\n");
        assert_eq!(written(["", "a\nb", " "]), ",\"a\nb\", \r\n");
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(written(["=1+1", "+370", "-a"]), "'=1+1,'+370,'-a\r\n");
        assert_eq!(written(["@SUM(A1,A2)", "\t=1", "a=1"]), "\"'@SUM(A1,A2)\",'\t=1,a=1\r\n");
    }

    #[test]
    fn every_row_has_all_columns_and_what_is_not_known_is_empty() {
        let seconds = SignedDuration::from_secs;
        let device = |title: &str| Subject {
            name: "sw-1".parse().unwrap(),
            title: title.to_owned(),
            site: Some("Rotušė".to_owned()),
            groups: vec!["a".to_owned(), "b".to_owned()],
            face: Vec::new(),
            is_pinged: true,
        };
        let counted = RoundTrips::Counted(Percentiles { p50: 0.001, p95: 0.0123, p99: 1.5, samples: 7 });
        let parts = Parts { up: seconds(2), down: SignedDuration::from_millis(500), ..Parts::default() };
        let rows = vec![
            Row { device: device("=x"), record: Record { parts, outages: Vec::new() }, round_trips: counted },
            Row { device: device("y"), record: Record::default(), round_trips: RoundTrips::Pending },
        ];
        let period =
            Period { from: "2026-10-31T22:00:00Z".parse().unwrap(), to: "2026-11-30T22:00:00Z".parse().unwrap() };
        let text = text(&Table::new(rows), period);
        let lines: Vec<&str> = text.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 1 + 2 + 1 + 2 + 1);
        assert!(lines.iter().all(|line| line.split(',').count() == HEADER.len()), "{text}");
        let expected = "device,sw-1,'=x,Rotušė,a b,2026-10-31T22:00:00Z,2026-11-30T22:00:00Z,1,80.000,2.000,0.000,0.500,\
             0.000,0.000,0.000,0,,,0.001000,0.012300,1.500000,7";
        assert_eq!(lines[1], expected);
        assert!(lines[2].ends_with(",0.000,0,,,,,,"), "{text}");
        assert!(lines[3].starts_with("site,Rotušė,,,,2026-10-31T22:00:00Z,2026-11-30T22:00:00Z,2,80.000,"), "{text}");
    }
}
