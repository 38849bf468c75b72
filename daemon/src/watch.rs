//! One task a check: wait for its time, ask, report, and ask again soon if the answer has to be confirmed. [`Watchers`]
//! starts and stops them as the configuration says, and lets those go on that did not change.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Check, CheckId, Device, DeviceName, Difference, Question, Snmp, difference};
use crate::probe::{
    Answer, Observation, dns, exec, http, icmp, imap, mail, mysql, ntp, postgres, smtp, snmp, tcp, tls,
};
use crate::recorder::{Prompt, Punctuality, Report};
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

    /// Those of SNMP.
    #[must_use]
    pub const fn transports(&self) -> &Transports {
        &self.snmp
    }
}

/// Everybody who asks.
pub struct Watchers {
    sockets: Sockets,
    /// When the daemon was started: what phases are counted from.
    started: Instant,
    reports: mpsc::Sender<Report>,
    stop: CancellationToken,
    tasks: TaskTracker,
    running: HashMap<CheckId, Watcher>,
}

/// One who asks.
#[derive(Clone)]
struct Watcher {
    check: Arc<Check>,
    stop: CancellationToken,
    prompt: Arc<Prompt>,
}

impl Watchers {
    /// Nobody yet. Whoever will ask is counted by `tasks`, reports to `reports`, and stops with `stop`.
    #[must_use]
    pub fn new(sockets: Sockets, reports: mpsc::Sender<Report>, stop: CancellationToken, tasks: TaskTracker) -> Self {
        Self { sockets, started: Instant::now(), reports, stop, tasks, running: HashMap::new() }
    }

    /// What has to change so that the checks of `devices` are asked, and no others.
    #[must_use]
    pub fn difference(&self, devices: &[Device]) -> Difference {
        difference(self.running.values().map(|watcher| watcher.check.as_ref()), devices)
    }

    /// Changes it. What did not change goes on: its state, its counters, and when it is asked.
    pub fn apply(&mut self, difference: Difference) {
        for id in &difference.stopped {
            if let Some(watcher) = self.running.remove(id) {
                watcher.stop.cancel();
            }
        }
        for check in difference.started {
            let watcher = Watcher { check: Arc::new(check), stop: self.stop.child_token(), prompt: Arc::default() };
            self.tasks.spawn(watcher.clone().watch(self.sockets.clone(), self.started, self.reports.clone()));
            self.running.insert(watcher.check.id.clone(), watcher);
        }
    }

    /// Through which SNMP agents are asked.
    #[must_use]
    pub const fn transports(&self) -> &Transports {
        self.sockets.transports()
    }

    /// Understands devices by these profiles from now on.
    pub fn understand_by(&self, profiles: Arc<Profiles>) {
        self.sockets.snmp.understand_by(profiles);
    }

    /// Asks a device at once, by ping and SNMP.
    pub fn ask_now(&self, device: &DeviceName) {
        let of_device = self.running.values().filter(|watcher| watcher.check.id.device == *device);
        let is_quick = |watcher: &&Watcher| matches!(watcher.check.question, Question::Icmp(_) | Question::Snmp(_));
        of_device.filter(is_quick).for_each(|watcher| watcher.prompt.ask_within(Duration::ZERO));
    }
}

/// After a start everything is asked once within this time, so that nobody looks at an empty page for an hour.
const FIRST_ROUND: Duration = Duration::from_secs(10);

impl Watcher {
    /// Asks again and again until it is stopped. `started` is when the daemon was, and the same for all checks.
    async fn watch(self, sockets: Sockets, started: Instant, reports: mpsc::Sender<Report>) {
        let Self { check, stop, prompt } = self;
        let mut session = None;
        let phase = interval::phase(&check.id, check.interval);
        // Both counted from `started`: when it is asked next, and when it would be if nobody prompted.
        let mut next = first_start(started.elapsed(), &check, phase);
        let mut regular = next;
        let mut skipped = 0;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep_until(started + next) => {}
                soon = prompt.told() => {
                    next = regular.min(started.elapsed() + soon);
                    continue;
                }
            }
            let at = Timestamp::now();
            let punctuality = Punctuality { late: started.elapsed().saturating_sub(next), skipped };
            let answer = tokio::select! {
                () = stop.cancelled() => return,
                answer = ask(&check, &sockets, &mut session) => answer,
            };
            let observation = Observation { check: check.id.clone(), at, answer };
            if reports.send(Report::Observed(observation, punctuality, Arc::clone(&prompt))).await.is_err() {
                return;
            }
            next = interval::next_start(started.elapsed(), check.interval, phase);
            skipped = interval::rounds_between(std::mem::replace(&mut regular, next), next, check.interval);
        }
    }
}

/// Soon after the start of the daemon, or of the check.
fn first_start(elapsed: Duration, check: &Check, phase: Duration) -> Duration {
    let soon = elapsed + interval::phase(&check.id, check.interval.min(FIRST_ROUND));
    soon.min(interval::next_start(elapsed, check.interval, phase))
}

/// Asks once. The conversation with an SNMP agent is kept in `session` from one answer to the next.
async fn ask(check: &Check, sockets: &Sockets, session: &mut Option<Box<Session>>) -> Answer {
    let timeout = check.timeout;
    match &check.question {
        Question::Icmp(question) => icmp::probe(&sockets.icmp, question, timeout).await,
        // A future is as large as the largest one that it may have to wait for, and there is one for each check: a ping,
        // which is asked most often, needs the least.
        Question::Tcp(question) => Box::pin(tcp::probe(question, timeout)).await,
        Question::Dns(question) => Box::pin(dns::probe(question, timeout)).await,
        Question::Ntp(question) => Box::pin(ntp::probe(question, timeout)).await,
        Question::Postgres(question) => Box::pin(postgres::probe(question, timeout)).await,
        Question::Mysql(question) => Box::pin(mysql::probe(question, timeout)).await,
        Question::Exec(question) => Box::pin(exec::probe(question, timeout)).await,
        Question::Tls(question) => Box::pin(tls::probe(question, timeout)).await,
        Question::Smtp(question) => Box::pin(smtp::probe(question, timeout)).await,
        Question::Imap(question) => Box::pin(imap::probe(question, timeout)).await,
        Question::Mail(question) => Box::pin(mail::probe(question, timeout)).await,
        Question::Http(question) => Box::pin(http::probe(question, timeout)).await,
        Question::Snmp(Snmp { target, credential }) => {
            let begin = || Box::new(Session::new(*target, Arc::clone(credential), sockets.snmp.clone()));
            Box::pin(snmp::probe(session.get_or_insert_with(begin), timeout)).await
        }
    }
}
