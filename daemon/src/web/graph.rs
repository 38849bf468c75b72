//! The last day, week, month or year of a series as lines of an SVG: drawn here, shown by the template, without any script.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use messages::Message;
use serde::Serialize;

use super::reader::Reader;
use super::series;
use crate::config::CheckId;
use crate::history::Point as Measured;
use crate::probe::Metric;

/// How far back a graph goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Span {
    /// 24 hours.
    #[default]
    Day,
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
    /// 365 days.
    Year,
}

/// Units across and down in which the lines are drawn; the page stretches them.
const WIDTH: f64 = 288.0;
const HEIGHT: f64 = 60.0;

/// Across: of a day, one point every five minutes.
const POINTS: usize = 288;

/// Answers that come less often than points are drawn are joined; of a day, an hour without any is a gap.
const JOINED: usize = 12;

/// Of what a graph is: one check, and one of several things alike if it has them.
#[derive(Debug, Clone, Copy)]
pub struct Of<'a> {
    /// The check that measures it.
    pub check: &'a CheckId,
    /// The name of the interface.
    pub instance: Option<&'a str>,
}

/// Lines over a span of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Graph {
    /// What it shows in words, for those who do not see it.
    pub label: String,
    /// The value at the upper edge; the lower edge is nothing.
    pub top: String,
    /// The time at the left edge.
    pub from: String,
    /// The time at the right edge.
    pub to: String,
    /// The same times for programs (RFC 3339).
    pub begin: String,
    /// And this one.
    pub end: String,
    /// The address of the numbers, without the times.
    pub series: String,
    /// What the button says that opens the graph to zoom into it.
    pub zoom: String,
    /// And what it says to those who do not see what it stands under.
    pub zoom_label: String,
    /// What is drawn.
    pub lines: Vec<Line>,
}

/// One series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What the series is.
    pub name: String,
    /// What the series is and its least, mean and greatest value, in words.
    pub words: String,
    /// The means, in SVG path notation. Where nothing was measured the line is broken.
    pub path: String,
    /// From the least to the greatest value around the line, as an outline in SVG path notation.
    pub band: String,
}

/// What was measured in one part of the day.
#[derive(Debug, Clone, Copy)]
struct Point {
    place: usize,
    least: f64,
    mean: f64,
    greatest: f64,
}

/// A series with its name in words.
#[derive(Debug)]
pub struct Drawn<'a> {
    /// What is measured.
    pub metric: Metric,
    /// The same in words.
    pub name: String,
    /// The numbers, the oldest first.
    pub points: &'a [Measured],
}

impl Span {
    /// Every one, from shorter to longer.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Year];

    /// Its name in addresses and in keys of the message catalogue.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// How long it is.
    #[must_use]
    pub const fn length(self) -> SignedDuration {
        match self {
            Self::Day => SignedDuration::from_hours(24),
            Self::Week => SignedDuration::from_hours(7 * 24),
            Self::Month => SignedDuration::from_hours(30 * 24),
            Self::Year => SignedDuration::from_hours(365 * 24),
        }
    }
}

impl Graph {
    /// Draws the series, whose points are in the order of time, on one scale; nothing when none of them has a number within the span.
    #[must_use]
    pub fn new(
        reader: &Reader,
        span: Span,
        title: &str,
        of: Of<'_>,
        drawn: &[Drawn<'_>],
        show: impl Fn(&Reader, f64) -> String,
    ) -> Option<Self> {
        let from = reader.now.saturating_sub(span.length()).ok()?;
        let within = |points: &[Measured]| -> Vec<Measured> {
            let inside = |point: &&Measured| (from..=reader.now).contains(&point.at) && point.mean.is_finite();
            points.iter().filter(inside).copied().collect()
        };
        let series: Vec<_> =
            drawn.iter().map(|drawn| (drawn, within(drawn.points))).filter(|(_, points)| !points.is_empty()).collect();
        if series.is_empty() {
            return None;
        }
        let highest = series.iter().flat_map(|(_, points)| points).map(|point| point.max).fold(0.0, f64::max);
        let lines: Vec<Line> = series
            .iter()
            .map(|(drawn, measured)| {
                let (path, band) = paths(&points(measured, from, span), highest);
                Line { name: drawn.name.clone(), words: summary(reader, &drawn.name, measured, &show), path, band }
            })
            .collect();
        let names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
        let words: Vec<&str> = lines.iter().map(|line| line.words.as_str()).collect();
        Some(Self {
            label: format!("{title}. {}", words.join(" ")),
            top: show(reader, highest),
            from: reader.day_and_minute(from),
            to: reader.day_and_minute(reader.now),
            begin: from.to_string(),
            end: reader.now.to_string(),
            series: series::address(of.check, of.instance, series.iter().map(|(drawn, _)| drawn.metric)),
            zoom_label: reader.say(&Message::new("web-zoom-label").with("name", names.join(", "))),
            zoom: reader.text("web-zoom"),
            lines,
        })
    }
}

/// The least, the mean and the greatest of what was measured, at least once.
fn together(measured: &[Measured]) -> (f64, f64, f64) {
    let least = measured.iter().map(|point| point.min).fold(f64::INFINITY, f64::min);
    let greatest = measured.iter().map(|point| point.max).fold(f64::NEG_INFINITY, f64::max);
    let count: f64 = measured.iter().map(|point| f64::from(point.count)).sum();
    let sum: f64 = measured.iter().map(|point| point.mean * f64::from(point.count)).sum();
    (least, sum / count, greatest)
}

fn summary(reader: &Reader, name: &str, measured: &[Measured], show: impl Fn(&Reader, f64) -> String) -> String {
    let (least, mean, greatest) = together(measured);
    let message = Message::new("web-graph-summary")
        .with("name", name)
        .with("least", show(reader, least))
        .with("mean", show(reader, mean))
        .with("greatest", show(reader, greatest));
    reader.say(&message)
}

/// The parts of the span in which something was measured.
fn points(measured: &[Measured], from: Timestamp, span: Span) -> Vec<Point> {
    let place = |at: Timestamp| {
        let share = at.duration_since(from).as_secs_f64() / span.length().as_secs_f64();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of 0 to 1 of a few hundred points"
        )]
        let place = (share * POINTS as f64) as usize;
        place.min(POINTS - 1)
    };
    let parts = measured.chunk_by(|before, after| place(before.at) == place(after.at));
    let point = |part: &[Measured]| {
        let (least, mean, greatest) = together(part);
        Point { place: place(part[0].at), least, mean, greatest }
    };
    parts.map(point).collect()
}

/// The line of the means and the band around it.
fn paths(points: &[Point], highest: f64) -> (String, String) {
    let across = |point: &Point| {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred points")]
        let share = (point.place as f64 + 0.5) / POINTS as f64;
        share * WIDTH
    };
    let down = |value: f64| {
        let share = if highest > 0.0 { (value / highest).clamp(0.0, 1.0) } else { 0.0 };
        HEIGHT - share * HEIGHT
    };
    let (mut path, mut band) = (String::new(), String::new());
    for run in points.chunk_by(|before, after| after.place.saturating_sub(before.place) <= JOINED) {
        let over = run.iter().map(|point| (across(point), down(point.greatest)));
        let under = run.iter().rev().map(|point| (across(point), down(point.least)));
        draw(&mut path, run.iter().map(|point| (across(point), down(point.mean))));
        if run.len() == 1 {
            // A point has no length; a dash as wide as its five minutes is seen.
            path.push_str("m-0.5 0h1");
        }
        draw(&mut band, over.chain(under));
        band.push('Z');
    }
    (path, band)
}

fn draw(path: &mut String, places: impl Iterator<Item = (f64, f64)>) {
    for (number, (across, down)) in places.enumerate() {
        let command = if number == 0 { 'M' } else { 'L' };
        // Writing into a string cannot fail.
        let _ = write!(path, "{command}{across:.1} {down:.1}");
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use messages::Language;
    use proptest::prelude::*;

    use super::*;

    fn reader() -> Reader {
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        Reader { language: Language::English, zone: TimeZone::UTC, now }
    }

    fn graph(samples: &[(i64, f64)]) -> Option<Graph> {
        let now = reader().now;
        let at = |minutes| now.checked_sub(SignedDuration::from_mins(minutes)).unwrap();
        let point = |(minutes, value): &(i64, f64)| {
            let (at, value) = (at(*minutes), *value);
            Measured { at, count: 1, min: value, max: value, mean: value }
        };
        let points: Vec<_> = samples.iter().map(point).collect();
        let drawn = Drawn { metric: Metric::RttMean, name: "Round trip".to_owned(), points: &points };
        let check = CheckId { device: "sw-1".parse().unwrap(), check: "icmp".parse().unwrap() };
        let of = Of { check: &check, instance: None };
        Graph::new(&reader(), Span::Day, "Last day", of, &[drawn], |reader, value| reader.seconds(value))
    }

    #[test]
    fn what_is_drawn_is_also_said() {
        let graph = graph(&[(20, 0.010), (10, 0.030)]).unwrap();
        assert_eq!(graph.label, "Last day. Round trip: least 10\u{a0}ms, mean 20\u{a0}ms, greatest 30\u{a0}ms.");
        assert_eq!((graph.from.as_str(), graph.to.as_str()), ("11-23 12:00", "11-24 12:00"));
    }

    #[test]
    fn a_silent_hour_is_a_gap_and_yesterday_is_left_out() {
        let graph = graph(&[(2000, 9.0), (300, 0.1), (290, 0.1), (100, 0.1), (95, 0.1)]).unwrap();
        assert_eq!(graph.lines[0].path.matches('M').count(), 2);
        assert_eq!(graph.top, "100\u{a0}ms");
    }

    #[test]
    fn nothing_measured_is_no_graph() {
        assert_eq!(graph(&[]), None);
        assert_eq!(graph(&[(2000, 1.0), (1, f64::NAN)]), None);
    }

    proptest! {
        #[test]
        fn every_point_lies_inside(samples in prop::collection::vec((0_i64..1440, 0.0_f64..1e12), 1..50)) {
            let graph = graph(&samples).unwrap();
            let Line { path, band, .. } = &graph.lines[0];
            let commands = path.split(['M', 'L']).skip(1).chain(band.split(['M', 'L']).skip(1));
            for command in commands {
                let command = command.trim_end_matches("m-0.5 0h1").trim_end_matches('Z');
                let (across, down) = command.split_once(' ').unwrap();
                prop_assert!((0.0..=WIDTH).contains(&across.parse::<f64>().unwrap()));
                prop_assert!((0.0..=HEIGHT).contains(&down.parse::<f64>().unwrap()));
            }
        }
    }
}
