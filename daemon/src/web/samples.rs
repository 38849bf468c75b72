//! A made-up municipality for tests: something of everything that a page can show.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::backup::{Fault, JobRecord, Manifest, Outcome, Run, RunCounts, RunId, Stored};
use crate::config::{CheckId, Source};
use crate::health::{Incident, IncidentId, Reason, Severity, State, Subject};
use crate::live::{CheckStatus, DeviceStatus, JobStatus, Running, Status};
use crate::probe::{Answer, Failure, Measurement, Metric, Observation, Outcome as Probed};
use crate::snmp::{Counters, Interface, InterfaceIndex, OperationalStatus, Rate, Reading, System};

/// The time at which everything happens.
pub(super) fn now() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

fn ago(seconds: i64) -> Timestamp {
    now().checked_sub(SignedDuration::from_secs(seconds)).unwrap()
}

fn check(device: &str, kind: &'static str, state: State, answered: Result<&[(Metric, f64)], Failure>) -> CheckStatus {
    let id = CheckId { device: device.parse().unwrap(), check: kind.parse().unwrap() };
    let loss = |loss| vec![Measurement::new(Metric::Loss, loss)];
    let answer = match answered {
        Ok(measured) => {
            Answer::good(measured.iter().map(|(metric, value)| Measurement::new(*metric, *value)).collect())
        }
        Err(failure @ Failure::Loss { .. }) => {
            Answer { outcome: Probed::Impaired(failure), ..Answer::good(loss(0.333)) }
        }
        Err(failure) => Answer { measurements: loss(1.0), ..Answer::failed(failure) },
    };
    let last = Observation { check: id.clone(), at: ago(7), answer };
    CheckStatus {
        id,
        kind,
        interval: Duration::from_secs(30),
        state,
        since: Some(ago(273_600)),
        incident: None,
        last: Some(last),
    }
}

fn device(name: &str, title: &str, site: Option<&str>, checks: Vec<CheckStatus>) -> DeviceStatus {
    DeviceStatus {
        name: name.parse().unwrap(),
        title: title.to_owned(),
        site: site.map(str::to_owned),
        kind: None,
        parents: Vec::new(),
        groups: Vec::new(),
        address: "10.1.0.7".parse().unwrap(),
        checks,
    }
}

fn interface(index: u32, name: &str, status: OperationalStatus) -> Interface {
    Interface {
        index: InterfaceIndex(index),
        name: name.into(),
        alias: (index == 1).then(|| "Į Kultūros centrą <uplink> & kt.".into()),
        speed: Some(1_000_000_000),
        status,
        counters: Counters::default(),
        discontinuity: None,
    }
}

fn stored() -> Stored {
    Stored {
        part: "registras".to_owned(),
        file: "registras.db".to_owned(),
        snapshot: "4bba301e0f7d6a6e9b1e0d7c3f5a8e21".to_owned().try_into().unwrap(),
        manifest: Manifest { octets: 48_234_496, sha256: "00".repeat(32), content: None },
        added: 1_310_720,
    }
}

fn job(name: &str, title: &str, outcome: Option<Outcome>) -> JobStatus {
    let name: crate::config::JobName = name.parse().unwrap();
    let run = |outcome| Run { id: RunId(7), job: name.clone(), started: ago(28_800), ended: ago(28_700), outcome };
    JobStatus {
        title: title.to_owned(),
        source: Source::Sqlite { path: "/srv/registras/registras.db".into() },
        repository: "vietine".parse().unwrap(),
        plan: Arc::default(),
        next: Some(ago(-57_600)),
        running: None,
        next_drill: None,
        max_age: Some(Duration::from_secs(48 * 3600)),
        max_restore_time: None,
        record: JobRecord {
            newest: outcome.as_ref().map(|_| (ago(115_100), vec![stored()])),
            read_back: outcome.as_ref().map(|_| ago(115_100)),
            wal: None,
            drill: None,
            last: outcome.map(run),
            runs: RunCounts { good: 41, failed: 2 },
        },
        name,
    }
}

pub(super) fn status() -> Status {
    let pinged: &[_] = &[(Metric::RttMean, 0.000_83), (Metric::Loss, 0.0)];
    let connected: &[_] = &[(Metric::ConnectTime, 0.012_4)];
    let timeout = || Failure::Timeout { after: Duration::from_secs(2) };
    let mut snmp = check("sw-rotuse-1", "snmp", State::Up, Ok(&[(Metric::PollTime, 0.214)]));
    let interfaces = vec![
        interface(1, "Gi0/1", OperationalStatus::Up),
        interface(2, "Gi0/2", OperationalStatus::Up),
        interface(3, "Gi0/3", OperationalStatus::Down),
        interface(4, "lan", OperationalStatus::Down),
        interface(5, "lan (ifIndex 5)", OperationalStatus::LowerLayerDown),
    ];
    let rates = vec![
        (InterfaceIndex(1), Rate { received: 18_400_000.0, sent: 2_130_000.0, ..Rate::default() }),
        (InterfaceIndex(2), Rate { received: 8_200.0, sent: 640.0, ..Rate::default() }),
    ];
    let system = System {
        description: Some("Cisco IOS Software, C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E8".into()),
        name: Some("sw-rotuse-1".into()),
        location: Some("Rotušė, 1 aukštas, serverinė".into()),
        contact: None,
        uptime: Some(Duration::from_secs(8_899_200)),
        ..System::default()
    };
    if let Some(last) = &mut snmp.last {
        last.answer.reading = Some(Arc::new(Reading { system, interfaces, rates, sections: Vec::new() }));
    }
    let never = CheckStatus { since: None, last: None, ..check("ups-1", "snmp", State::Unknown, Ok(&[])) };
    let devices = vec![
        device(
            "sw-rotuse-1",
            "Rotušės komutatorius",
            Some("Rotušė"),
            vec![check("sw-rotuse-1", "icmp", State::Up, Ok(pinged)), snmp],
        ),
        device(
            "pastas",
            "Pašto serveris",
            Some("Rotušė"),
            vec![check("pastas", "icmp", State::Up, Ok(pinged)), check("pastas", "tcp", State::Up, Ok(connected))],
        ),
        device(
            "sw-kultura",
            "Kultūros centro komutatorius",
            Some("Kultūros centras"),
            vec![check("sw-kultura", "icmp", State::Down, Err(timeout()))],
        ),
        device(
            "ap-biblioteka",
            "Bibliotekos prieigos taškas su <b>ilgu</b> pavadinimu",
            Some("Biblioteka"),
            vec![check("ap-biblioteka", "icmp", State::Degraded, Err(Failure::Loss { percent: 33 }))],
        ),
        device("ups-1", "UPS", None, vec![never]),
        device("dvs", "Dokumentų valdymo sistema", None, vec![check("dvs", "tcp", State::Up, Ok(connected))]),
    ];
    let subject = Subject::Check(CheckId { device: "sw-kultura".parse().unwrap(), check: "icmp".parse().unwrap() });
    let incident = |id, subject, reason| Incident {
        id: IncidentId(id),
        subject,
        severity: Severity::Critical,
        opened: ago(5_025),
        reason,
        flapping: None,
        resolved: None,
    };
    let fault = Fault::WrongPassword;
    let mut status = Status::new(devices);
    status.jobs = vec![
        job(
            "registras",
            "Gyventojų prašymų registras",
            Some(Outcome::Complete { snapshots: vec![stored()], read_back: true }),
        ),
        job(
            "dvs",
            "Dokumentų valdymo sistemos duomenų bazė",
            Some(Outcome::Unproven { snapshots: vec![stored()], fault: fault.clone() }),
        ),
        JobStatus {
            running: Some(Running { since: ago(42), progress: Arc::default() }),
            ..job("nauja", "Nauja užduotis", None)
        },
    ];
    status.incidents = vec![
        incident(11, subject, Reason::Probe(timeout())),
        incident(12, Subject::Job { job: "dvs".parse().unwrap() }, Reason::Backup(fault)),
    ];
    status
}
