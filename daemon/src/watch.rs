//! One task a check: wait for its time, ask, report, and ask again soon if the answer has to be confirmed.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::{Check, Question, Snmp};
use crate::probe::{
    Answer, Observation, dns, exec, http, icmp, imap, mail, mysql, ntp, postgres, smtp, snmp, tcp, tls,
};
use crate::recorder::Report;
use crate::schedule::interval;
use crate::snmp::profile::Profiles;
use crate::snmp::{Session, Transports};

/// The sockets that all checks share.
#[derive(Clone)]
pub struct Sockets {
    icmp: Arc<icmp::Sockets>,
    snmp: Transports,
}

impl Sockets {
    /// Opens them; must be called inside the runtime that will ask.
    pub async fn open(profiles: Arc<Profiles>) -> Self {
        Self { icmp: Arc::new(icmp::Sockets::open()), snmp: Transports::open(profiles).await }
    }
}

/// After a start everything is asked once within this time, so that nobody looks at an empty page for an hour.
const FIRST_ROUND: Duration = Duration::from_secs(10);

/// Asks `check` again and again until `stop`. `started` is when the daemon was, and the same for all checks.
pub async fn watch(
    check: Check,
    sockets: Sockets,
    started: Instant,
    reports: mpsc::Sender<Report>,
    stop: CancellationToken,
) {
    let mut session = None;
    let phase = interval::phase(&check.id, check.interval);
    let mut next = started + interval::phase(&check.id, check.interval.min(FIRST_ROUND));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep_until(next) => {}
        }
        let at = Timestamp::now();
        let answer = tokio::select! {
            () = stop.cancelled() => return,
            answer = ask(&check, &sockets, &mut session) => answer,
        };
        let observation = Observation { check: check.id.clone(), at, answer };
        let (reply, ask_again) = oneshot::channel();
        if reports.send(Report::Observed(observation, reply)).await.is_err() {
            return;
        }
        let Ok(ask_again) = ask_again.await else { return };
        let regular = started + interval::next_start(started.elapsed(), check.interval, phase);
        next = match ask_again {
            Some(soon) => regular.min(Instant::now() + soon),
            None => regular,
        };
    }
}

/// Asks once. The conversation with an SNMP agent is kept in `session` from one answer to the next.
async fn ask(check: &Check, sockets: &Sockets, session: &mut Option<Box<Session>>) -> Answer {
    let timeout = check.timeout;
    match &check.question {
        Question::Icmp(question) => icmp::probe(&sockets.icmp, question, timeout).await,
        Question::Tcp(question) => tcp::probe(question, timeout).await,
        Question::Dns(question) => dns::probe(question, timeout).await,
        Question::Ntp(question) => ntp::probe(question, timeout).await,
        Question::Postgres(question) => postgres::probe(question, timeout).await,
        Question::Mysql(question) => mysql::probe(question, timeout).await,
        Question::Exec(question) => exec::probe(question, timeout).await,
        Question::Tls(question) => tls::probe(question, timeout).await,
        Question::Smtp(question) => smtp::probe(question, timeout).await,
        Question::Imap(question) => imap::probe(question, timeout).await,
        Question::Mail(question) => mail::probe(question, timeout).await,
        Question::Http(question) => http::probe(question, timeout).await,
        Question::Snmp(Snmp { target, credential }) => {
            let begin = || Box::new(Session::new(*target, Arc::clone(credential), sockets.snmp.clone()));
            snmp::probe(session.get_or_insert_with(begin), timeout).await
        }
    }
}
