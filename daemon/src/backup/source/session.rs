//! A client of a database, `psql` or `mariadb`, with which we talk: a statement in, its rows out, until it is dropped. So one
//! transaction can be held open while a dump is made of its moment; and whatever the vendor's client can (sockets, TLS, Kerberos)
//! we can too.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tempfile::NamedTempFile;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::task::JoinHandle;

use crate::backup::Fault;
use crate::backup::child::{Program, keep, read_all};

/// A client that has been started.
pub(in crate::backup) struct Session {
    program: Program,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// What it says on its standard error; none when that has been told.
    said: Option<JoinHandle<Vec<u8>>>,
    dialect: Dialect,
    /// What must stay as long as the client does.
    _login: Option<Arc<NamedTempFile>>,
}

/// How a client is told to say when it has answered, and how it separates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    /// What makes it say [`MARK`] on a line of its own.
    pub(super) mark: &'static str,
    /// Between columns.
    pub(super) column: u8,
    /// Between rows.
    pub(super) row: u8,
    /// Whether `\n`, `\t`, `\0` and `\\` stand for what they mean.
    pub(super) escapes: bool,
}

/// Rows of columns.
pub(in crate::backup) type Rows = Vec<Vec<String>>;

/// What a client says when it has answered.
pub(super) const MARK: &str = "rotused:answered";

/// No answer is longer: names and numbers of all tables.
const LONGEST: usize = 256 << 20;

impl Session {
    pub(super) fn start(program: Program, dialect: Dialect, login: Option<Arc<NamedTempFile>>) -> Result<Self, Fault> {
        let mut child = program.start(Stdio::piped(), Stdio::piped())?;
        let no_pipe =
            || Fault::Tool { program: program.name.clone(), status: None, detail: "it has no pipes".to_owned() };
        let (input, output) = child.stdin.take().zip(child.stdout.take()).ok_or_else(no_pipe)?;
        let stderr = child.stderr.take();
        let said = tokio::spawn(async move {
            let mut said = Vec::new();
            // What cannot be read any more has been said.
            let _ = read_all(stderr, &mut |part: &[u8]| keep(&mut said, part)).await;
            said
        });
        Ok(Self { program, child, input, output: BufReader::new(output), said: Some(said), dialect, _login: login })
    }

    /// Says `statement`, which ends with its own `;`, and reads all rows of the answer.
    ///
    /// # Errors
    /// The client or the server says no, or nothing for `limit`.
    pub(in crate::backup) async fn ask(&mut self, statement: &str, limit: Duration) -> Result<Rows, Fault> {
        let text = format!("{statement}\n{}\n", self.dialect.mark);
        let mark = format!("{MARK}\n");
        let exchange = async {
            // Somebody who reads nothing any more says why elsewhere.
            let _ = self.input.write_all(text.as_bytes()).await;
            let _ = self.input.flush().await;
            let mut answer = Vec::new();
            loop {
                let before = answer.len();
                let read = self.output.read_until(b'\n', &mut answer).await.unwrap_or(0);
                if answer[before..] == *mark.as_bytes() {
                    answer.truncate(before);
                    return Some(answer);
                }
                if read == 0 || answer.len() > LONGEST {
                    return None;
                }
            }
        };
        match tokio::time::timeout(limit, exchange).await {
            Ok(Some(answer)) => Ok(rows(&answer, self.dialect)),
            Ok(None) => Err(self.end().await),
            Err(_) => Err(Fault::Stalled { program: self.program.name.clone(), seconds: limit.as_secs() }),
        }
    }

    /// Why it has ended.
    async fn end(&mut self) -> Fault {
        let status = tokio::time::timeout(Duration::from_secs(5), self.child.wait()).await;
        let said = match self.said.take() {
            Some(said) => tokio::time::timeout(Duration::from_secs(1), said).await.ok(),
            None => None,
        };
        let said = said.and_then(Result::ok).unwrap_or_default();
        match status {
            Ok(Ok(status)) => self.program.fault(status, &said),
            _ => Fault::Tool {
                program: self.program.name.clone(),
                status: None,
                detail: String::from_utf8_lossy(&said).trim().to_owned(),
            },
        }
    }
}

/// The rows of an answer. A line end after the last is no row.
fn rows(answer: &[u8], dialect: Dialect) -> Rows {
    let answer = answer.strip_suffix(b"\n").unwrap_or(answer);
    if answer.is_empty() {
        return Rows::new();
    }
    let is_between_rows = |octet: &u8| *octet == dialect.row || (*octet == b'\n' && dialect.row != b'\n');
    let column = |column: &[u8]| {
        let text = String::from_utf8_lossy(column);
        if dialect.escapes { unescaped(&text) } else { text.into_owned() }
    };
    let row = |row: &[u8]| row.split(|octet| *octet == dialect.column).map(column).collect();
    answer.split(is_between_rows).filter(|found| !found.is_empty()).map(row).collect()
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('0') => '\0',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_taken_apart() {
        let psql = Dialect { mark: "", column: 0x1f, row: 0x1e, escapes: false };
        assert_eq!(rows(b"a\x1fb\x1ec\x1fd\n", psql), [["a", "b"], ["c", "d"]]);
        assert_eq!(rows(b"1\n2\n", psql), [["1"], ["2"]], "several statements answer one after the other");
        assert_eq!(rows(b"", psql), Rows::new());
        let mariadb = Dialect { mark: "", column: b'\t', row: b'\n', escapes: true };
        assert_eq!(rows(b"a\\tb\tc\\\\\nd\te\n", mariadb), [["a\tb", "c\\"], ["d", "e"]]);
    }
}
