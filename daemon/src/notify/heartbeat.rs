//! Tells somebody elsewhere again and again that we live: a dead-man's switch, such as healthchecks or another monitoring system.
//! Whoever hears nothing knows that this machine, its network or the daemon is dead, which we cannot tell ourselves.

use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::channel::{Parcel, post};
use super::{LONGEST_DELIVERY, NotDelivered};
use crate::config::{Config, Heartbeat};
use crate::recorder::Report;

/// Beats until told to stop, but only while the recorder answers: a daemon whose disk hangs does not do its job.
pub async fn beat(mut config: watch::Receiver<Arc<Config>>, reports: mpsc::Sender<Report>, stop: CancellationToken) {
    let mut was_heard = true;
    loop {
        let heartbeat = config.borrow_and_update().notify.heartbeat.clone();
        let every = heartbeat.as_ref().map_or(Duration::MAX, |heartbeat| heartbeat.every);
        let beating = async {
            if let Some(heartbeat) = heartbeat
                && lives(&reports).await
            {
                let heard = once(&heartbeat).await;
                match &heard {
                    Ok(()) if !was_heard => info!("the heartbeat is heard again"),
                    Err(error) if was_heard => warn!("the heartbeat is not heard: {error}"),
                    _ => {}
                }
                was_heard = heard.is_ok();
            }
            tokio::time::sleep(every).await;
        };
        tokio::select! {
            () = stop.cancelled() => return,
            changed = config.changed() => if changed.is_err() { return },
            () = beating => {}
        }
    }
}

async fn lives(reports: &mpsc::Sender<Report>) -> bool {
    let (reply, answer) = oneshot::channel();
    reports.send(Report::Heartbeat(reply)).await.is_ok() && answer.await.is_ok()
}

async fn once(heartbeat: &Heartbeat) -> Result<(), NotDelivered> {
    let id = Timestamp::now().to_string();
    let target = heartbeat.endpoint.url.target();
    let parcel = Parcel {
        method: Method::GET,
        target: &target,
        headers: &[],
        content_type: "text/plain",
        content: String::new(),
        id: &id,
    };
    let sent = tokio::time::timeout(LONGEST_DELIVERY, post(&heartbeat.endpoint, parcel)).await;
    sent.unwrap_or_else(|_| Err(NotDelivered::temporary("no answer in time"))).map(drop)
}
