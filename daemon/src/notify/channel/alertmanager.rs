//! Incidents as alerts of Prometheus' Alertmanager (its API v2), which groups, silences and passes on by rules of its own.
//!
//! An alert is known by its labels. Alertmanager believes that one is over when nobody has spoken of it for a while, where
//! we speak of an incident only when something happens to it: so an open one is said to end far in the future.

use hyper::Method;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::super::template::JSON;
use super::super::{Alert, Letter, LetterKind, NotDelivered, Receipt};
use super::post::{Parcel, post};
use crate::config::Alertmanager;
use crate::health::Severity;

/// As long an open incident is believed in without a further word.
const BELIEVED: SignedDuration = SignedDuration::from_hours(7 * 24);
/// As long something that is no incident is shown.
const SHOWN: SignedDuration = SignedDuration::from_mins(15);

/// Of Alertmanager's `postableAlert`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Postable<'a> {
    labels: Labels<'a>,
    annotations: Annotations<'a>,
    starts_at: Timestamp,
    ends_at: Timestamp,
    #[serde(rename = "generatorURL", skip_serializing_if = "Option::is_none")]
    generator_url: Option<&'a str>,
}

/// What an alert is known by. An empty label is none for Alertmanager, and is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
struct Labels<'a> {
    alertname: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    device: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    check: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    site: &'a str,
    severity: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    incident: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Annotations<'a> {
    summary: &'a str,
    description: &'a str,
}

/// Hands the incidents of a letter over.
pub(super) async fn deliver(
    alertmanager: &Alertmanager,
    letter: &Letter,
    now: Timestamp,
) -> Result<Receipt, NotDelivered> {
    let alerts = postable(letter, now);
    let content = serde_json::to_string(&alerts).map_err(|error| NotDelivered::permanent(&error.to_string()))?;
    let address = alertmanager.endpoint.url.target();
    let path = address.split('?').next().unwrap_or_default();
    let target = format!("{}/api/v2/alerts", path.trim_end_matches('/'));
    let parcel =
        Parcel { method: Method::POST, target: &target, headers: &[], content_type: JSON, content, id: &letter.id };
    post(&alertmanager.endpoint, parcel).await
}

/// What Alertmanager is told of a letter.
fn postable(letter: &Letter, now: Timestamp) -> Vec<Postable<'_>> {
    if letter.alerts.is_empty() {
        return of_itself(letter, now).into_iter().collect();
    }
    let link = letter.link.as_deref();
    let mut postable: Vec<_> =
        letter.alerts.iter().map(|alert| of_incident(alert, alert.severity, link, now)).collect();
    if letter.kind == LetterKind::Escalated {
        // By its severity it is another alert than before; the one before would else be believed in for days.
        let before = letter.alerts.iter().filter(|alert| alert.severity == Severity::Critical);
        postable
            .extend(before.map(|alert| Postable { ends_at: now, ..of_incident(alert, Severity::Warning, link, now) }));
    }
    postable
}

fn of_incident<'a>(alert: &'a Alert, severity: Severity, link: Option<&'a str>, now: Timestamp) -> Postable<'a> {
    Postable {
        labels: Labels {
            alertname: "RotuseIncident",
            device: &alert.device,
            check: &alert.check,
            site: alert.site.as_deref().unwrap_or_default(),
            severity: severity.name(),
            incident: alert.number.to_string(),
        },
        annotations: Annotations { summary: &alert.summary, description: &alert.description },
        starts_at: alert.started,
        ends_at: alert.ended.unwrap_or_else(|| now.saturating_add(BELIEVED).unwrap_or(now)),
        generator_url: link,
    }
}

/// A letter that is about no incident: shown for a while if it is about the daemon or the channel.
fn of_itself(letter: &Letter, now: Timestamp) -> Option<Postable<'_>> {
    let alertname = match letter.kind {
        LetterKind::Test => "RotuseTest",
        LetterKind::Watcher => "RotuseWatcher",
        _ => return None,
    };
    Some(Postable {
        labels: Labels { alertname, severity: letter.severity.name(), ..Labels::default() },
        annotations: Annotations { summary: &letter.subject, description: &letter.text },
        starts_at: letter.at,
        ends_at: now.saturating_add(SHOWN).unwrap_or(now),
        generator_url: letter.link.as_deref(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::constant(3600, 0);

    #[test]
    fn an_open_incident_is_believed_in_and_a_resolved_one_is_over() {
        let mut letter = Letter { link: Some("https://rotuse.lt/".to_owned()), ..Letter::example() };
        let open = serde_json::to_value(postable(&letter, NOW)).unwrap();
        assert_eq!(
            open[0]["labels"],
            json!({
                "alertname": "RotuseIncident", "device": "sw-rotuse-1", "check": "icmp", "site": "Rotušė, „rūsys“",
                "severity": "critical", "incident": "17"
            })
        );
        assert_eq!(open[0]["startsAt"], "1970-01-01T00:00:00Z");
        assert_eq!(open[0]["endsAt"], "1970-01-08T01:00:00Z");
        assert_eq!(open[0]["generatorURL"], "https://rotuse.lt/");
        letter.kind = LetterKind::Resolved;
        letter.alerts[0].ended = Some(Timestamp::constant(60, 0));
        let over = serde_json::to_value(postable(&letter, NOW)).unwrap();
        assert_eq!(
            (&over[0]["labels"], over[0]["endsAt"].as_str()),
            (&open[0]["labels"], Some("1970-01-01T00:01:00Z"))
        );
    }

    #[test]
    fn what_has_become_worse_is_no_longer_what_it_was() {
        let letter = Letter { kind: LetterKind::Escalated, ..Letter::example() };
        let told = postable(&letter, NOW);
        let ends: Vec<_> = told.iter().map(|alert| (alert.labels.severity, alert.ends_at == NOW)).collect();
        assert_eq!(ends, [("critical", false), ("warning", true)]);
    }

    #[test]
    fn a_test_is_shown_and_a_digest_without_incidents_is_not() {
        let letter = Letter { kind: LetterKind::Test, alerts: Vec::new(), ..Letter::example() };
        assert_eq!(postable(&letter, NOW)[0].labels.alertname, "RotuseTest");
        assert_eq!(postable(&Letter { kind: LetterKind::Digest, ..letter }, NOW), []);
    }
}
