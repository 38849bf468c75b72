//! What the probes of database servers have in common: what their answers mean.

use std::time::Duration;

use super::{Answer, Failure, Measurement, Metric, Outcome, add_said, one_line};
use crate::config::DatabaseServer;

/// What a server says of itself. What its user may not see is not there.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Figures {
    /// Connections that it has open.
    pub(super) connections: Option<f64>,
    /// Connections that it allows.
    pub(super) most_connections: Option<f64>,
    /// How it replicates; none: it is nobody's replica.
    pub(super) replication: Option<Replication>,
}

/// How a replica follows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Replication {
    /// So far behind, in seconds.
    Behind(f64),
    /// It does not follow, for a reason that the server gives.
    Stopped(String),
}

/// Puts a server's figures into the answer, and a judgement of how it replicates.
pub(super) fn conclude(figures: &Figures, server: &DatabaseServer, answer: &mut Answer) {
    let connections = figures.connections.map(|connections| Measurement::new(Metric::Connections, connections));
    answer.measurements.extend(connections);
    if let (Some(connections), Some(most)) = (figures.connections, figures.most_connections.filter(|most| *most > 0.0))
    {
        answer.measurements.push(Measurement::new(Metric::ConnectionsUsed, connections / most));
    }
    match &figures.replication {
        None => {}
        Some(Replication::Behind(seconds)) => {
            answer.measurements.push(Measurement::new(Metric::ReplicationLag, *seconds));
            let behind = Duration::try_from_secs_f64(*seconds).unwrap_or_default();
            if behind > server.lag {
                answer.outcome = Outcome::Impaired(Failure::ReplicaBehind { behind, limit: server.lag });
            }
        }
        Some(Replication::Stopped(reason)) => {
            answer.outcome = Outcome::Impaired(Failure::ReplicationStopped { reason: one_line(reason.as_bytes()) });
        }
    }
}

/// Judges the first value that a query gave; none: it gave no row, or a null.
pub(super) fn judge(value: Option<&str>, server: &DatabaseServer, answer: &mut Answer) -> Result<(), Failure> {
    let Some(wanted) = &server.expect else { return Ok(()) };
    let got = one_line(value.unwrap_or("NULL").as_bytes());
    if value == Some(wanted) {
        add_said(answer, &got);
        return Ok(());
    }
    Err(Failure::Unexpected { wanted: wanted.clone(), got })
}

/// What a server says when it does not do what it was asked.
pub(super) fn refused(text: &str) -> Failure {
    Failure::Database { text: one_line(text.as_bytes()) }
}
