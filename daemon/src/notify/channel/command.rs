//! A letter as JSON on the standard input of a program, which says by its exit status what it has made of it.

use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin};
use tokio::time::timeout;

use super::super::{Letter, NotDelivered, Receipt};
use crate::config::Command;
use crate::probe::exec::{Group, beginning};
use crate::probe::{Failure, one_line};

/// EX_TEMPFAIL of sysexits(3): "come again later".
const COME_AGAIN: i32 = 75;
/// What the program inherits of our environment.
const INHERITED: [&str; 2] = ["PATH", "LANG"];

/// Runs the program and waits for its end.
pub(super) async fn deliver(command: &Command, letter: &Letter) -> Result<Receipt, NotDelivered> {
    let content = serde_json::to_vec(letter).map_err(|error| NotDelivered::permanent(&error.to_string()))?;
    // Somebody mends the installation, and the letter is wanted then.
    let not_started = |error: std::io::Error| {
        let command = command.program.display().to_string();
        NotDelivered::temporary(&Failure::NotStarted { command, detail: error.to_string() }.to_string())
    };
    let mut child = start(command).map_err(not_started)?;
    let group = Group::of(&child);
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let ended = async { tokio::join!(hand_over(stdin, &content), beginning(stdout), beginning(stderr), child.wait()) };
    let Ok(((), written, complained, status)) = timeout(command.timeout, ended).await else {
        return Err(Failure::Timeout { after: command.timeout }.into());
    };
    group.has_ended();
    let status = status.map_err(|error| NotDelivered::temporary(&error.to_string()))?;
    judge(status, &written, &complained)
}

fn start(command: &Command) -> std::io::Result<Child> {
    let mut process = tokio::process::Command::new(&command.program);
    process.args(&command.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    process.process_group(0).kill_on_drop(true);
    process.env_clear().envs(INHERITED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    process.spawn()
}

/// A program that does not read to the end knows why: what it has made of it, it says by its exit status.
async fn hand_over(stdin: Option<ChildStdin>, content: &[u8]) {
    let Some(mut stdin) = stdin else { return };
    let _ = stdin.write_all(content).await;
    let _ = stdin.shutdown().await;
}

/// What an exit status means, with the first line that was written.
fn judge(status: ExitStatus, written: &[u8], complained: &[u8]) -> Result<Receipt, NotDelivered> {
    let with = |octets: &[u8]| {
        let ended = match (status.code(), status.signal()) {
            (None, Some(signal)) => format!("signal {signal}"),
            (code, _) => format!("exit status {}", code.unwrap_or_default()),
        };
        let line = one_line(octets);
        if line.is_empty() { ended } else { format!("{ended}: {line}") }
    };
    match status.code() {
        Some(0) => Ok(Receipt::of(&with(written))),
        Some(COME_AGAIN) => Err(NotDelivered::temporary(&with(complained))),
        Some(_) => Err(NotDelivered::permanent(&with(complained))),
        // It was killed: by the machine, or by somebody. It says nothing about the letter.
        None => Err(NotDelivered::temporary(&with(complained))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_status_says_whether_another_try_makes_sense() {
        let judged = |wait_status| judge(ExitStatus::from_raw(wait_status), b"paimta\n", b"\nklaida\nkur");
        assert_eq!(judged(0), Ok(Receipt { answer: "exit status 0: paimta".to_owned() }));
        let temporary = |answer: &str| Err(NotDelivered::Temporary { answer: answer.to_owned() });
        assert_eq!(judged(75 << 8), temporary("exit status 75: klaida"));
        assert_eq!(judged(1 << 8), Err(NotDelivered::Permanent { answer: "exit status 1: klaida".to_owned() }));
        assert_eq!(judged(9), temporary("signal 9: klaida"));
    }
}
