//! One task a check: wait for its time, ask, report, and ask again soon if the answer has to be confirmed. [`Watchers`]
//! starts and stops them as the configuration says, and lets those go on that did not change.

mod clock;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use self::clock::Clock;
use crate::config::{Check, CheckId, Device, DeviceName, Difference, Question, difference};
use crate::probe::{
    Answer, Observation, dns, exec, http, icmp, imap, mail, mysql, ntp, postgres, smtp, snmp, tcp, tls,
};
use crate::recorder::{Prompt, Punctuality, Report};
use crate::schedule::interval;
use crate::snmp::profile::Profiles;
use crate::snmp::{Session, Transports};

/// The sockets that all checks share.
pub struct Sockets {
    icmp: icmp::Sockets,
    snmp: Transports,
}

impl Sockets {
    /// Opens them; must be called inside the runtime that will ask.
    pub async fn open(profiles: Arc<Profiles>) -> Self {
        Self { icmp: icmp::Sockets::open(), snmp: Transports::open(profiles).await }
    }

    /// Those of SNMP.
    #[must_use]
    pub const fn transports(&self) -> &Transports {
        &self.snmp
    }
}

/// Everybody who asks. Whoever still does is stopped when this is dropped.
pub struct Watchers {
    sockets: Arc<Sockets>,
    clock: Arc<Clock>,
    reports: mpsc::Sender<Report>,
    tasks: TaskTracker,
    running: HashMap<CheckId, Watcher>,
    ticking: JoinHandle<()>,
}

/// One who asks.
struct Watcher {
    check: Arc<Check>,
    prompt: Arc<Prompt>,
    /// A probe is given up wherever it is; nothing that it holds outlives it.
    task: JoinHandle<()>,
}

impl Watchers {
    /// Nobody yet. Whoever will ask is counted by `tasks` and reports to `reports`.
    #[must_use]
    pub fn new(sockets: Sockets, reports: mpsc::Sender<Report>, tasks: TaskTracker) -> Self {
        let (sockets, clock) = (Arc::new(sockets), Clock::new());
        let runs = Arc::clone(&clock);
        let ticking = tasks.spawn(async move { runs.run().await });
        Self { sockets, clock, reports, tasks, running: HashMap::new(), ticking }
    }

    /// What has to change so that the checks of `devices` are asked, and no others.
    #[must_use]
    pub fn difference(&self, devices: &[Device]) -> Difference {
        difference(self.running.values().map(|watcher| watcher.check.as_ref()), devices)
    }

    /// Asks these no longer. Afterwards nobody reports of them any more.
    pub async fn stop(&mut self, checks: &[CheckId]) {
        let stopped: Vec<Watcher> = checks.iter().filter_map(|id| self.running.remove(id)).collect();
        stopped.iter().for_each(|watcher| watcher.task.abort());
        for watcher in stopped {
            // That it was given up is what it says.
            let _ = watcher.task.await;
        }
    }

    /// Asks these from now on.
    pub fn start(&mut self, checks: Vec<Arc<Check>>) {
        for check in checks {
            let prompt: Arc<Prompt> = Arc::default();
            let asking = watch(
                Arc::clone(&check),
                Arc::clone(&prompt),
                Arc::clone(&self.sockets),
                Arc::clone(&self.clock),
                self.reports.clone(),
            );
            let task = self.tasks.spawn(asking);
            let watcher = Watcher { check, prompt, task };
            self.running.insert(watcher.check.id.clone(), watcher);
        }
    }

    /// Through which SNMP agents are asked.
    #[must_use]
    pub fn transports(&self) -> &Transports {
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

impl Drop for Watchers {
    fn drop(&mut self) {
        self.running.values().for_each(|watcher| watcher.task.abort());
        self.ticking.abort();
    }
}

/// Asks again and again. The clock is the same for all checks, and so are the phases that are counted by it.
async fn watch(
    check: Arc<Check>,
    prompt: Arc<Prompt>,
    sockets: Arc<Sockets>,
    clock: Arc<Clock>,
    reports: mpsc::Sender<Report>,
) {
    let mut session = None;
    let phase = interval::phase(&check.id, check.interval);
    // When it is asked next, and when it would be if nobody prompted.
    let mut next = first_start(clock.elapsed(), &check, phase);
    let mut regular = next;
    let mut skipped = 0;
    loop {
        tokio::select! {
            () = clock.sleep_until(next) => {}
            soon = prompt.told() => {
                next = next.min(regular).min(clock.elapsed() + soon);
                continue;
            }
        }
        let at = Timestamp::now();
        let punctuality = Punctuality { late: clock.elapsed().saturating_sub(next), skipped };
        let answer = ask(&check, &sockets, &mut session).await;
        let observation = Observation { check: check.id.clone(), at, answer };
        if reports.send(Report::Observed(observation, punctuality, Arc::clone(&prompt))).await.is_err() {
            return;
        }
        next = interval::next_start(clock.elapsed(), check.interval, phase);
        skipped = interval::rounds_between(std::mem::replace(&mut regular, next), next, check.interval);
    }
}

/// Soon after the start of the daemon, or of the check.
fn first_start(elapsed: Duration, check: &Check, phase: Duration) -> Duration {
    let soon = interval::next_start(elapsed, interval::TICK, Duration::ZERO)
        + interval::phase(&check.id, check.interval.min(FIRST_ROUND));
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
        Question::Snmp(snmp) => {
            let begin = || Box::new(Session::new(snmp.target, Arc::clone(&snmp.credential), sockets.snmp.clone()));
            Box::pin(snmp::probe(session.get_or_insert_with(begin), timeout)).await
        }
    }
}
