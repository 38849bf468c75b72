//! The page of one device: its checks, what its SNMP agent says of it, its interfaces and their last day.

use std::sync::Arc;

use jiff::SignedDuration;
use serde::Serialize;

use super::graph::{Drawn, Graph, Of, Span};
use super::reader::{Reader, When};
use super::sections::{SectionView, sections};
use super::standing::{CheckView, Figure, IncidentView, Standing};
use super::strip::Strip;
use crate::config::CheckId;
use crate::health::Subject;
use crate::history::{Point, Series};
use crate::live::{CheckStatus, DeviceStatus, Status};
use crate::probe::Metric;
use crate::snmp::{Datum, Interface, OperationalStatus, Rate, Reading, Row, Section, System};

/// The page of one device.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DevicePage {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Where it stands.
    pub site: Option<String>,
    /// What it is.
    pub kind: Option<String>,
    /// The devices through which it is reached.
    pub parents: Vec<Link>,
    /// Its address.
    pub address: String,
    /// How it stands.
    pub standing: Standing,
    /// Since when.
    pub since: Option<When>,
    /// What became of it in the span; none if the journal cannot be read.
    pub strip: Option<Strip>,
    /// What is broken of it.
    pub incidents: Vec<IncidentView>,
    /// Its checks.
    pub checks: Vec<CheckDetail>,
    /// What its agents say of it; one for each SNMP check that was answered.
    pub agents: Vec<Agent>,
    /// What it said by itself, the newest first.
    pub notified: Vec<NotifiedView>,
    /// How far back the graphs can go.
    pub spans: Vec<SpanLink>,
    /// What was measured cannot be read, so that no graph says anything.
    pub graphs_missing: bool,
}

/// How far back the graphs can go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpanLink {
    /// Its name in addresses.
    pub name: &'static str,
    /// In words.
    pub word: String,
    /// Whether it is what is shown.
    pub is_chosen: bool,
}

/// Another device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Its name, which stands in the address of its page.
    pub name: String,
    /// What people call it.
    pub title: String,
}

/// What the device said by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotifiedView {
    /// When.
    pub at: When,
    /// What.
    pub words: String,
}

/// How many notifications a page shows.
const MOST_NOTIFICATIONS: usize = 20;

/// A check with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckDetail {
    /// What the first page shows too.
    pub check: CheckView,
    /// The protocol, in words.
    pub kind: String,
    /// From one question to the next.
    pub interval: String,
    /// When it was asked last.
    pub asked: Option<When>,
    /// The last day of its main number.
    pub graph: Option<Graph>,
}

/// What an SNMP agent says of a device.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agent {
    /// The check that asks it.
    pub check: String,
    /// The system group; what the agent does not say is left out.
    pub system: Vec<Figure>,
    /// The interfaces in the agent's order.
    pub interfaces: Vec<InterfaceRow>,
    /// Sensors, volumes, supplies, hardware and whatever else it says of its parts.
    pub sections: Vec<SectionView>,
}

/// One interface.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InterfaceRow {
    /// Its name.
    pub name: String,
    /// What an administrator wrote on the device.
    pub alias: Option<String>,
    /// ifOperStatus.
    pub standing: Standing,
    /// Its speed.
    pub speed: Option<String>,
    /// What it receives.
    pub received: Option<String>,
    /// What it sends.
    pub sent: Option<String>,
    /// How much of its speed is used in the busier direction, 0 to 100.
    pub percent: Option<f64>,
    /// Packets a second that are damaged or dropped, in both directions, if there are any.
    pub errors: Option<String>,
    /// Who is at the other end of the cable.
    pub neighbour: Option<String>,
    /// The last day of both.
    pub graph: Option<Graph>,
}

/// The points that a page draws; a series without an entry is not drawn.
pub type Samples = Vec<(Series, Vec<Point>)>;

/// An interface costs two series a page: a switch with hundreds of ports shows the rates of all and draws these.
const MOST_DRAWN_INTERFACES: usize = 16;

/// The series that the page of a device draws.
#[must_use]
pub fn drawn_series(device: &DeviceStatus) -> Vec<Series> {
    let mut drawn = Vec::new();
    for check in &device.checks {
        let series = |metric, instance: Option<&str>| Series {
            check: check.id.clone(),
            metric,
            instance: instance.map(Into::into),
        };
        drawn.extend(main_metric(check).map(|metric| series(metric, None)));
        let interfaces = reading(check).map(drawn_interfaces).unwrap_or_default();
        for interface in interfaces {
            for metric in [Metric::ReceiveRate, Metric::TransmitRate] {
                drawn.push(series(metric, Some(&interface.name)));
            }
        }
    }
    drawn
}

/// Those that carry something: the first ones that are up.
fn drawn_interfaces(reading: &Reading) -> Vec<&Interface> {
    let up = reading.interfaces.iter().filter(|interface| interface.status == OperationalStatus::Up);
    up.take(MOST_DRAWN_INTERFACES).collect()
}

/// What a check is mostly about.
pub(super) fn main_metric(check: &CheckStatus) -> Option<Metric> {
    match check.kind {
        "icmp" => Some(Metric::RttMean),
        "tcp" => Some(Metric::ConnectTime),
        "tls" => Some(Metric::TlsTime),
        "mail" => Some(Metric::MailRoundTrip),
        "dns" | "postgres" | "mysql" => Some(Metric::QueryTime),
        "ntp" => Some(Metric::ClockOffset),
        "http" | "smtp" | "imap" | "exec" => Some(Metric::TotalTime),
        _ => None,
    }
}

fn reading(check: &CheckStatus) -> Option<&Reading> {
    check.last.as_ref()?.answer.reading.as_deref()
}

impl DevicePage {
    /// What is known right now, with the numbers of the span, if they can be read.
    #[must_use]
    pub fn new(reader: &Reader, status: &Status, device: &DeviceStatus, span: Span, samples: Option<&Samples>) -> Self {
        let graphs_missing = samples.is_none();
        let none = Samples::new();
        let samples = samples.unwrap_or(&none);
        let is_ours = |subject: &Subject| matches!(subject, Subject::Check(id) if id.device == device.name);
        Self {
            name: device.name.to_string(),
            title: device.title.clone(),
            site: device.site.clone(),
            kind: device.kind.map(|kind| reader.text(&format!("device-kind-{}", kind.name()))),
            parents: device
                .parents
                .iter()
                .filter_map(|parent| status.device(parent.as_str()))
                .map(|parent| Link { name: parent.name.to_string(), title: parent.title.clone() })
                .collect(),
            address: device.address.to_string(),
            standing: Standing::new(reader, device.state()),
            since: device.since().map(|since| reader.when(since)),
            strip: None,
            incidents: status
                .incidents
                .iter()
                .filter(|incident| is_ours(&incident.subject))
                .map(|incident| IncidentView::new(reader, status, incident))
                .collect(),
            checks: device.checks.iter().map(|check| CheckDetail::new(reader, check, span, samples)).collect(),
            agents: device.checks.iter().filter_map(|check| Agent::new(reader, check, span, samples)).collect(),
            notified: status
                .notified
                .iter()
                .rev()
                .filter(|notified| notified.device == device.name)
                .take(MOST_NOTIFICATIONS)
                .map(|notified| NotifiedView {
                    at: reader.when(notified.at),
                    words: reader.say(&notified.notification.message()),
                })
                .collect(),
            spans: Span::ALL
                .map(|one| SpanLink {
                    name: one.name(),
                    word: reader.text(&format!("web-last-{}", one.name())),
                    is_chosen: one == span,
                })
                .to_vec(),
            graphs_missing,
        }
    }
}

impl CheckDetail {
    fn new(reader: &Reader, check: &CheckStatus, span: Span, samples: &Samples) -> Self {
        let graph = main_metric(check).and_then(|metric| {
            let points = of(samples, &check.id, metric, None);
            let drawn = Drawn { metric, name: reader.metric(metric), points };
            let title = reader.text(&format!("web-last-{}", span.name()));
            Graph::new(reader, span, &title, Of { check: &check.id, instance: None }, &[drawn], Reader::seconds)
        });
        let interval = SignedDuration::try_from(check.interval).unwrap_or(SignedDuration::MAX);
        Self {
            check: CheckView::new(reader, check),
            kind: reader.kind(check.kind),
            interval: reader.duration(interval),
            asked: check.last.as_ref().map(|last| reader.when(last.at)),
            graph,
        }
    }
}

impl Agent {
    fn new(reader: &Reader, check: &CheckStatus, span: Span, samples: &Samples) -> Option<Self> {
        let reading = reading(check)?;
        let drawn: Vec<_> = drawn_interfaces(reading).iter().map(|interface| interface.index).collect();
        let row = |interface: &Interface| {
            let rate = reading.rate(interface.index);
            let graph = drawn.contains(&interface.index).then(|| {
                let drawn = |metric, key: &str| Drawn {
                    metric,
                    name: reader.text(key),
                    points: of(samples, &check.id, metric, Some(&interface.name)),
                };
                let series = [drawn(Metric::ReceiveRate, "web-received"), drawn(Metric::TransmitRate, "web-sent")];
                Graph::new(
                    reader,
                    span,
                    &reader.text(&format!("web-last-{}", span.name())),
                    Of { check: &check.id, instance: Some(&interface.name) },
                    &series,
                    Reader::bits_per_second,
                )
            });
            #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
            let speed = interface.speed.map(|speed| reader.bits_per_second(speed as f64));
            let percent = rate.zip(interface.speed.filter(|speed| *speed > 0)).map(|(rate, speed)| {
                #[expect(clippy::cast_precision_loss, reason = "shown in whole percent")]
                let share = rate.received.max(rate.sent) / speed as f64;
                (share * 100.0).round().clamp(0.0, 100.0)
            });
            InterfaceRow {
                percent,
                errors: rate.and_then(|rate| errors(reader, rate)),
                neighbour: neighbour(reading, &interface.name),
                name: interface.name.to_string(),
                alias: interface.alias.as_deref().map(str::to_owned),
                standing: operational(reader, interface.status),
                speed,
                received: rate.map(|rate| reader.bits_per_second(rate.received)),
                sent: rate.map(|rate| reader.bits_per_second(rate.sent)),
                graph: graph.flatten(),
            }
        };
        Some(Self {
            check: check.id.check.to_string(),
            system: system(reader, &reading.system),
            interfaces: reading.interfaces.iter().map(row).collect(),
            sections: sections(reader, reading),
        })
    }
}

fn errors(reader: &Reader, rate: Rate) -> Option<String> {
    let counted = [rate.receive_errors, rate.send_errors, rate.receive_discards, rate.send_discards];
    let sum: f64 = counted.into_iter().flatten().sum();
    (sum > 0.0).then(|| reader.with_unit(sum, "/s"))
}

/// Who is at the other end of an interface's cable (LLDP, CDP).
fn neighbour(reading: &Reading, interface: &str) -> Option<String> {
    let text = |row: &Row, field: &str| row.get(Section::NEIGHBOURS, field).and_then(Datum::as_text).cloned();
    let rows = reading.rows(Section::NEIGHBOURS).iter();
    let mut here = rows.filter(|row| text(row, "local_interface").is_some_and(|found| &*found == interface));
    let row = here.next()?;
    let name = text(row, "name").or_else(|| text(row, "chassis"))?;
    Some(text(row, "port").map_or_else(|| name.to_string(), |port| format!("{name} {port}")))
}

fn system(reader: &Reader, system: &System) -> Vec<Figure> {
    let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
    let uptime = system.uptime.and_then(|uptime| SignedDuration::try_from(uptime).ok());
    let said = [
        ("web-system-model", model(system)),
        ("web-system-serial-number", text(&system.serial_number)),
        ("web-system-software-version", text(&system.software_version)),
        ("web-system-name", text(&system.name)),
        ("web-system-description", text(&system.description)),
        ("web-system-location", text(&system.location)),
        ("web-system-contact", text(&system.contact)),
        ("web-system-uptime", uptime.map(|uptime| reader.duration(uptime))),
    ];
    said.into_iter().filter_map(|(key, value)| Some(Figure { label: reader.text(key), value: value? })).collect()
}

fn model(system: &System) -> Option<String> {
    let words: Vec<&str> = [&system.vendor, &system.model].into_iter().filter_map(Option::as_deref).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// An interface that is down is often only a socket without a cable: it is said, but not as a fault.
fn operational(reader: &Reader, status: OperationalStatus) -> Standing {
    let (state, symbol, key) = match status {
        OperationalStatus::Up => ("up", "✓", "web-interface-up"),
        OperationalStatus::Down => ("idle", "–", "web-interface-down"),
        OperationalStatus::Testing => ("unknown", "?", "web-interface-testing"),
        OperationalStatus::Unknown => ("unknown", "?", "web-interface-unknown"),
        OperationalStatus::Dormant => ("idle", "–", "web-interface-dormant"),
        OperationalStatus::NotPresent => ("idle", "–", "web-interface-not-present"),
        OperationalStatus::LowerLayerDown => ("idle", "–", "web-interface-lower-layer-down"),
    };
    Standing { state, symbol, word: reader.text(key) }
}

fn of<'s>(samples: &'s Samples, check: &CheckId, metric: Metric, instance: Option<&str>) -> &'s [Point] {
    let is_wanted =
        |series: &Series| series.check == *check && series.metric == metric && series.instance.as_deref() == instance;
    samples.iter().find(|(series, _)| is_wanted(series)).map_or(&[], |(_, samples)| samples)
}
