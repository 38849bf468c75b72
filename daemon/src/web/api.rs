//! The same as the pages as JSON, for programs. `/api/v1/openapi.json` describes it (OpenAPI 3.1).
//!
//! Names and units are those of `/metrics`; times are RFC 3339 in UTC; states, severities and reasons have stable names. What is not
//! known is `null`.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::{Pages, Visit};
use crate::health::IncidentId;
use crate::incidents;
use crate::live::{CheckStatus, DeviceStatus, JobStatus, Status};

/// So many incidents are answered at once.
const MOST_INCIDENTS: u32 = 1000;

pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/status", get(status))
        .route("/devices", get(devices))
        .route("/devices/{name}", get(device))
        .route("/devices/{name}/series", get(super::series::answer))
        .route("/incidents", get(list))
        .route("/incidents/{number}", get(story))
        .route("/jobs", get(jobs))
        .route("/openapi.json", get(openapi))
}

async fn status(State(Pages(inner)): State<Pages>) -> Response {
    let live = inner.live.read();
    let counts = crate::health::State::ALL.map(|state| {
        let count = live.devices.iter().filter(|device| device.state() == state).count();
        (state.name().to_owned(), json!(count))
    });
    answer(&json!({
        "version": env!("CARGO_PKG_VERSION"),
        "started": inner.started,
        "devices": serde_json::Map::from_iter(counts),
        "incidents_open": live.incidents.len(),
        "unwritten": live.unwritten,
        "config_refused": live.refused.as_ref().map(|refused| refused.at),
    }))
}

async fn devices(State(Pages(inner)): State<Pages>, visit: Visit) -> Response {
    let live = inner.live.read();
    let found = live.devices.iter().filter(|device| visit.choice.filter.has(device));
    answer(&found.map(of_device).collect())
}

async fn device(State(Pages(inner)): State<Pages>, Path(name): Path<String>) -> Response {
    let live = inner.live.read();
    match live.device(&name) {
        None => missing("no device of this name is configured"),
        Some(device) => {
            let mut found = of_device(device);
            found["checks"] = device.checks.iter().map(of_check).collect();
            answer(&found)
        }
    }
}

fn of_device(device: &DeviceStatus) -> Value {
    json!({
        "name": device.name,
        "title": device.title,
        "site": device.site,
        "kind": device.kind.map(crate::config::DeviceKind::name),
        "groups": device.groups,
        "parents": device.parents,
        "address": device.address,
        "state": device.state(),
        "since": device.since(),
    })
}

fn of_check(check: &CheckStatus) -> Value {
    let answer = check.last.as_ref().map(|last| &last.answer);
    let measured = answer.into_iter().flat_map(|answer| &answer.measurements).map(|measured| {
        json!({ "metric": measured.metric.name(), "instance": measured.instance.as_deref(), "value": measured.value })
    });
    json!({
        "name": check.id.check,
        "kind": check.kind,
        "interval_seconds": check.interval.as_secs_f64(),
        "state": check.state,
        "since": check.since,
        "incident": check.incident,
        "asked": check.last.as_ref().map(|last| last.at),
        "failure": answer.and_then(|answer| answer.outcome.failure()),
        "reason": answer.and_then(|answer| answer.outcome.failure()).map(ToString::to_string),
        "said": answer.and_then(|answer| answer.said.as_deref()),
        "measured": measured.collect::<Value>(),
    })
}

async fn list(State(pages): State<Pages>, visit: Visit) -> Response {
    let only_open = !visit.choice.filter.all;
    let asked = tokio::task::spawn_blocking(move || {
        let found = pages.0.ask_journal(|journal| journal.incidents(only_open, MOST_INCIDENTS)).ok()?;
        let status = pages.0.live.read();
        Some(found.iter().map(|incident| with_standing(incidents::as_json(incident), &status, incident.id)).collect())
    });
    match asked.await.ok().flatten() {
        Some(found) => answer(&found),
        None => broken(JOURNAL_UNREAD),
    }
}

async fn story(State(pages): State<Pages>, Path(number): Path<i64>) -> Response {
    let asked = tokio::task::spawn_blocking(move || {
        let story = pages.0.ask_journal(|journal| journal.story(IncidentId(number))).ok()?;
        let status = pages.0.live.read();
        Some(story.map(|story| with_standing(incidents::story_as_json(&story), &status, story.incident.id)))
    });
    match asked.await.ok().flatten() {
        Some(Some(found)) => answer(&found),
        Some(None) => missing("there is no incident of this number"),
        None => broken(JOURNAL_UNREAD),
    }
}

fn with_standing(mut incident: Value, status: &Status, id: IncidentId) -> Value {
    let acknowledged = status.acknowledged.get(&id);
    incident["acknowledged"] = json!(acknowledged.map(|found| json!({ "author": found.author, "at": found.at })));
    incident["devices_unreachable"] = json!(status.taken_by(id));
    incident
}

async fn jobs(State(Pages(inner)): State<Pages>) -> Response {
    let live = inner.live.read();
    answer(&live.jobs.iter().map(of_job).collect())
}

fn of_job(job: &JobStatus) -> Value {
    let last = job.record.last.as_ref();
    let newest = job.record.newest.as_ref();
    json!({
        "name": job.name,
        "title": job.title,
        "repository": job.repository,
        "next": job.next,
        "running_since": job.running.as_ref().map(|running| running.since),
        "running_octets": job.running.as_ref().map(|running| running.progress.octets()),
        "last_started": last.map(|run| run.started),
        "last_ended": last.map(|run| run.ended),
        "last_is_good": last.map(|run| matches!(run.outcome, crate::backup::Outcome::Complete { .. })),
        "last_good": newest.map(|(at, _)| at),
        "last_wal": job.record.wal.as_ref().map(|(at, _)| at),
        "last_read_back": job.record.read_back,
        "size_octets": newest.map(|(_, snapshots)| crate::backup::size(snapshots).0),
        "runs_good": job.record.runs.good,
        "runs_failed": job.record.runs.failed,
    })
}

pub(super) fn answer(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], format!("{value}\n")).into_response()
}

fn missing(words: &str) -> Response {
    (StatusCode::NOT_FOUND, answer(&json!({ "error": words }))).into_response()
}

/// What was asked cannot be understood.
pub(super) fn refused(words: &str) -> Response {
    (StatusCode::BAD_REQUEST, answer(&json!({ "error": words }))).into_response()
}

const JOURNAL_UNREAD: &str = "the journal cannot be read; the log says why";

pub(super) fn broken(words: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, answer(&json!({ "error": words }))).into_response()
}

async fn openapi() -> Response {
    answer(&description())
}

/// The description of all of it.
fn description() -> Value {
    let array = |name: &str| json!({ "type": "array", "items": schema_of(name) });
    let filters: Vec<Value> = ["q", "site", "kind", "group", "state"].map(|name| parameter(name, "query")).to_vec();
    let mut of_series = vec![parameter("name", "path")];
    of_series.extend(["check", "from", "to", "instance", "metric"].map(|name| parameter(name, "query")));
    for required in &mut of_series[1..4] {
        required["required"] = json!(true);
    }
    of_series[5] = json!({
        "name": "metric", "in": "query", "required": true, "schema": { "type": "array", "items": { "type": "string" } },
    });
    let all = vec![
        json!({ "name": "all", "in": "query", "description": "also those that are resolved", "schema": { "type": "string" } }),
    ];
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "rotused", "version": env!("CARGO_PKG_VERSION"),
            "description": "What is known of the network, its faults and its backups. Read-only.",
            "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" },
        },
        "servers": [{ "url": "/api/v1" }],
        "paths": {
            "/status": path("status", "How everything stands, in numbers", &[], &schema_of("Status"), false),
            "/devices": path("devices", "Devices, by the same filters as the overview", &filters, &array("Device"), false),
            "/devices/{name}": path("device", "One device and its checks", &[parameter("name", "path")], &schema_of("DeviceWithChecks"), true),
            "/devices/{name}/series": path("series", "What a check measured, in the resolution that suits the span; at most 16 metrics", &of_series, &schema_of("SeriesAnswer"), false),
            "/incidents": path("incidents", "The newest incidents, the newest first; only open ones unless `all`", &all, &array("Incident"), false),
            "/incidents/{number}": path("incident", "One incident from its beginning until now", &[parameter("number", "path")], &schema_of("Story"), true),
            "/jobs": path("jobs", "Backup jobs", &[], &array("Job"), false),
        },
        "components": { "schemas": schemas() },
    })
}

fn schema_of(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn parameter(name: &str, place: &str) -> Value {
    let kind = if name == "number" { "integer" } else { "string" };
    json!({ "name": name, "in": place, "required": place == "path", "schema": { "type": kind } })
}

fn path(operation: &str, summary: &str, parameters: &[Value], schema: &Value, may_miss: bool) -> Value {
    let content = |schema: &Value| json!({ "application/json": { "schema": schema } });
    let mut responses = json!({ "200": { "description": summary, "content": content(schema) } });
    if may_miss {
        responses["404"] = json!({ "description": "There is none", "content": content(&schema_of("Error")) });
    }
    json!({ "get": { "operationId": operation, "summary": summary, "parameters": parameters, "responses": responses } })
}

fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let maybe_text = || json!({ "type": ["string", "null"] });
    let time = || json!({ "type": ["string", "null"], "format": "date-time" });
    let number = || json!({ "type": ["number", "null"] });
    let texts = || json!({ "type": "array", "items": { "type": "string" } });
    let anything = || json!({});
    let states: Vec<&str> = crate::health::State::ALL.iter().map(|state| state.name()).collect();
    let resolutions = crate::history::Resolution::ALL.map(crate::history::Resolution::name);
    let state = || json!({ "type": "string", "enum": states });
    let object = |properties: Value| json!({ "type": "object", "properties": properties });
    let device = json!({
        "name": text(), "title": text(), "site": maybe_text(), "kind": maybe_text(), "groups": texts(), "parents": texts(),
        "address": text(), "state": state(), "since": time(),
    });
    let mut with_checks = device.clone();
    with_checks["checks"] = json!({ "type": "array", "items": schema_of("Check") });
    let incident = json!({
        "incident": { "type": "integer" }, "subject": { "type": "object" },
        "severity": { "type": "string", "enum": ["warning", "critical"] }, "opened": time(), "resolved": time(),
        "reason": text(), "flapping": number(), "acknowledged": { "type": ["object", "null"] }, "devices_unreachable": number(),
    });
    let mut story = incident.clone();
    for list in ["updates", "remarks", "letters", "taken"] {
        story[list] = json!({ "type": "array", "items": { "type": "object" } });
    }
    json!({
        "Status": object(json!({
            "version": text(), "started": time(), "devices": { "type": "object", "additionalProperties": { "type": "integer" } },
            "incidents_open": { "type": "integer" }, "unwritten": maybe_text(), "config_refused": time(),
        })),
        "Device": object(device),
        "DeviceWithChecks": object(with_checks),
        "Check": object(json!({
            "name": text(), "kind": text(), "interval_seconds": number(), "state": state(), "since": time(), "incident": number(),
            "asked": time(), "failure": anything(), "reason": maybe_text(), "said": maybe_text(),
            "measured": { "type": "array", "items": object(json!({ "metric": text(), "instance": maybe_text(), "value": number() })) },
        })),
        "SeriesAnswer": object(json!({
            "from": time(), "to": time(), "resolution": { "type": "string", "enum": resolutions },
            "series": { "type": "array", "items": object(json!({
                "metric": text(), "unit": text(), "instance": maybe_text(),
                "points": {
                    "type": "array", "description": "milliseconds since 1970, count, least, mean, greatest",
                    "items": { "type": "array", "items": number() },
                },
            })) },
        })),
        "Incident": object(incident),
        "Story": object(story),
        "Job": object(json!({
            "name": text(), "title": text(), "repository": text(), "next": time(), "running_since": time(), "last_started": time(),
            "last_ended": time(), "last_is_good": { "type": ["boolean", "null"] }, "last_good": time(), "last_read_back": time(),
            "running_octets": number(), "size_octets": number(), "runs_good": number(), "runs_failed": number(),
        })),
        "Error": object(json!({ "error": text() })),
    })
}
