//! A plugin after the Monitoring Plugins Development Guidelines: a program that asks by itself, says on its first line what
//! it found, and ends with 0 (OK), 1 (WARNING), 2 (CRITICAL) or 3 (UNKNOWN).
//!
//! It is a process group of its own, which is killed as a whole when the time is over or the daemon ends: a plugin that is
//! a shell script leaves nothing behind.

mod performance;

use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};

use self::performance::parse;
use super::{Answer, Failure, Measurement, Metric, Outcome, one_line};
use crate::config::Exec;

/// As much as is kept of what a plugin writes to either stream; the rest is read and dropped.
const MOST_KEPT: usize = 64 * 1024;

/// Runs the plugin and takes its word for how things stand.
pub async fn probe(question: &Exec, limit: Duration) -> Answer {
    let started = Instant::now();
    let not_started = |error: std::io::Error| {
        let command = question.program.display().to_string();
        Answer::failed(Failure::NotStarted { command, detail: error.to_string() })
    };
    let mut child = match start(question) {
        Ok(child) => child,
        Err(error) => return not_started(error),
    };
    let group = Group::of(&child);
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let ended = async { tokio::join!(beginning(stdout), beginning(stderr), child.wait()) };
    let Ok((written, complained, status)) = timeout(limit, ended).await else {
        return Answer::failed(Failure::Timeout { after: limit });
    };
    group.has_ended();
    let status = match status {
        Ok(status) => status,
        Err(error) => return Answer::failed(Failure::Local { detail: error.to_string() }),
    };
    let mut answer = judge(status, &written, &complained);
    answer.measurements.push(Measurement::time(Metric::TotalTime, started.elapsed()));
    answer
}

fn start(question: &Exec) -> std::io::Result<Child> {
    let mut command = Command::new(&question.program);
    command.args(&question.arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    // In another language a plugin would write numbers with commas.
    command.env_clear().env("LC_ALL", "C.UTF-8");
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.spawn()
}

/// What an exit status and the words with it mean.
fn judge(status: ExitStatus, written: &[u8], complained: &[u8]) -> Answer {
    let output = parse(written);
    // A program that broke down instead of answering says so on standard error.
    let text = if output.text.is_empty() { one_line(complained) } else { output.text };
    let outcome = match (status.code(), status.signal()) {
        (Some(0), _) => Outcome::Good,
        (Some(1), _) => Outcome::Impaired(Failure::Plugin { text: text.clone() }),
        (Some(2), _) => Outcome::Failed(Failure::Plugin { text: text.clone() }),
        (Some(3), _) => Outcome::Failed(Failure::PluginUnknown { text: text.clone() }),
        (Some(other), _) => Outcome::Failed(Failure::Protocol { detail: format!("exit status {other}: {text}") }),
        (None, Some(signal)) => Outcome::Failed(Failure::Protocol { detail: format!("signal {signal}: {text}") }),
        (None, None) => Outcome::Failed(Failure::Protocol { detail: text.clone() }),
    };
    let said = (!text.is_empty()).then_some(text);
    Answer { outcome, said, ..Answer::good(output.measurements) }
}

/// Reads to the end and keeps the beginning. A stream that breaks has ended.
pub(crate) async fn beginning(stream: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut kept = Vec::new();
    let Some(mut stream) = stream else { return kept };
    let mut buffer = vec![0; 8 * 1024];
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        let room = MOST_KEPT - kept.len();
        kept.extend_from_slice(&buffer[..read.min(room)]);
    }
    kept
}

/// The processes of a plugin, killed when dropped.
pub(crate) struct Group(Option<Pid>);

impl Group {
    /// Those of a child that was started as the first of a process group.
    pub(crate) fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }

    /// The plugin has ended, and its number may belong to another process soon.
    pub(crate) fn has_ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // A group that is gone meanwhile cannot be killed, and need not be.
        let _ = self.0.map(|group| kill_process_group(group, Signal::KILL));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::State;

    #[test]
    fn an_exit_status_is_a_state() {
        for (code, state) in
            [(0, State::Up), (1, State::Degraded), (2, State::Down), (3, State::Unknown), (4, State::Down)]
        {
            let answer = judge(ExitStatus::from_raw(code << 8), b"USERS - 3 users | users=3;5", b"");
            assert_eq!(State::of(&answer), state, "{code}");
            assert_eq!(answer.said.as_deref(), Some("USERS - 3 users"));
            assert_eq!(answer.measurements.len(), 1);
        }
    }

    #[test]
    fn a_plugin_that_broke_down_is_quoted() {
        let answer = judge(ExitStatus::from_raw(1 << 8), b"", b"Traceback (most recent call last):\n...");
        assert_eq!(
            answer.outcome,
            Outcome::Impaired(Failure::Plugin { text: "Traceback (most recent call last):".to_owned() })
        );
        let killed = judge(ExitStatus::from_raw(9), b"", b"").outcome;
        assert_eq!(killed, Outcome::Failed(Failure::Protocol { detail: "signal 9: ".to_owned() }));
    }
}
