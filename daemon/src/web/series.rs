//! What was measured, for the graphs into which a reader zooms and for programs: `/api/v1/devices/NAME/series`.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Pages, api};
use crate::config::{CheckId, CheckName};
use crate::history::{Point, Resolution, Series};
use crate::probe::Metric;

/// So many series are answered at once.
const MOST_SERIES: usize = 16;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    series: Vec<Series>,
    from: Timestamp,
    to: Timestamp,
}

/// The address of one or several metrics of one check, without the times.
pub(super) fn address(check: &CheckId, instance: Option<&str>, metrics: impl Iterator<Item = Metric>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("check", check.check.as_str());
    metrics.for_each(|metric| {
        query.append_pair("metric", metric.name());
    });
    if let Some(instance) = instance {
        query.append_pair("instance", instance);
    }
    format!("/api/v1/devices/{}/series?{}", check.device, query.finish())
}

/// Answers the points of the wanted series in the resolution that suits the span.
pub(super) async fn answer(
    State(pages): State<Pages>,
    Path(device): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let wanted = match wanted(&device, query.as_deref().unwrap_or_default()) {
        Ok(wanted) => wanted,
        Err(why) => return api::refused(&why),
    };
    let read = tokio::task::spawn_blocking(move || {
        let (points, resolution) = pages.0.points(&wanted.series, wanted.from, wanted.to)?;
        Some(as_json(&wanted, &points, resolution))
    });
    match read.await.ok().flatten() {
        Some(found) => api::answer(&found),
        None => api::broken("the history cannot be read; the log says why"),
    }
}

fn wanted(device: &str, query: &str) -> Result<Wanted, String> {
    let device = device.parse().map_err(|_| format!("\"{device}\" is no name of a device"))?;
    let (mut check, mut metrics, mut instance, mut from, mut to) = (None, Vec::new(), None, None, None);
    let name = |text: &str| text.parse::<CheckName>().map_err(|_| format!("\"{text}\" is no name of a check"));
    let time = |text: &str| text.parse::<Timestamp>().map_err(|_| format!("\"{text}\" is no time (RFC 3339)"));
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*key {
            "check" => check = Some(name(&value)?),
            "metric" => metrics.push(Metric::named(&value).ok_or_else(|| format!("there is no metric \"{value}\""))?),
            "instance" => instance = Some(Arc::<str>::from(&*value)),
            "from" => from = Some(time(&value)?),
            "to" => to = Some(time(&value)?),
            _ => return Err(format!("\"{key}\" is not understood: check, metric, instance, from, to")),
        }
    }
    let check = CheckId { device, check: check.ok_or("which check? say check=NAME")? };
    if metrics.is_empty() || metrics.len() > MOST_SERIES {
        return Err(format!("say metric=NAME, once to {MOST_SERIES} times"));
    }
    let (from, to) = (from.ok_or("since when? say from=TIME")?, to.ok_or("until when? say to=TIME")?);
    if from >= to {
        return Err("the end lies before the beginning".to_owned());
    }
    let series = |metric| Series { check: check.clone(), metric, instance: instance.clone() };
    Ok(Wanted { series: metrics.into_iter().map(series).collect(), from, to })
}

fn as_json(wanted: &Wanted, points: &[Vec<Point>], resolution: Resolution) -> Value {
    let points_of = |points: &Vec<Point>| -> Value {
        points
            .iter()
            .map(|point| json!([point.at.as_millisecond(), point.count, point.min, point.mean, point.max]))
            .collect()
    };
    let series = wanted.series.iter().zip(points).map(|(series, points)| {
        json!({
            "metric": series.metric.name(), "unit": series.metric.unit().name(),
            "instance": series.instance.as_deref(), "points": points_of(points),
        })
    });
    json!({
        "from": wanted.from, "to": wanted.to, "resolution": resolution.name(), "series": series.collect::<Value>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_for_what_it_was_made_of() {
        let check = CheckId { device: "sw-1".parse().unwrap(), check: "snmp".parse().unwrap() };
        let metrics = [Metric::ReceiveRate, Metric::TransmitRate];
        let address = address(&check, Some("Gi0/1 & <b>"), metrics.into_iter());
        let (path, query) = address.split_once('?').unwrap();
        assert_eq!(path, "/api/v1/devices/sw-1/series");
        let times = "&from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z";
        let wanted = wanted("sw-1", &format!("{query}{times}")).unwrap();
        let series = |metric| Series { check: check.clone(), metric, instance: Some("Gi0/1 & <b>".into()) };
        assert_eq!(wanted.series, metrics.map(series));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let times = "from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z";
        let why = |query: &str| wanted("sw-1", query).unwrap_err();
        assert_eq!(why(&format!("metric=rtt_seconds&{times}")), "which check? say check=NAME");
        assert!(why(&format!("check=icmp&metric=rtt&{times}")).contains("no metric \"rtt\""));
        assert!(why("check=icmp&metric=rtt_seconds&from=yesterday").contains("RFC 3339"));
        assert!(why(&format!("check=icmp&{times}")).contains("say metric"));
        assert!(why(&format!("checks=icmp&{times}")).contains("\"checks\" is not understood"));
    }
}
