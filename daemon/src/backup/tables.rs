//! One table of a dump of MariaDB: what `mariadb-dump` writes between the heading of the table and the next heading, and what stands
//! before all tables (settings of the session).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

/// Lets one table pass.
pub(super) struct OneTable<'s, W> {
    sink: &'s mut W,
    heading: Vec<u8>,
    /// The beginning of the line that is being read, as long as it may be a heading.
    line: Vec<u8>,
    is_within_line: bool,
    passes: bool,
    /// What is to be written.
    waiting: Vec<u8>,
}

/// What a heading begins with (`mariadb-dump`, "Table structure for table", "Dumping routines for database", …).
const HEADINGS: [&[u8]; 7] = [
    b"-- Table structure for ",
    b"-- Temporary table structure ",
    b"-- Temporary view structure ",
    b"-- Final view structure ",
    b"-- Dumping routines ",
    b"-- Dumping events ",
    b"-- Dump completed",
];

/// A heading is not longer: the longest one and a name of 64 letters.
const LONGEST: usize = 400;

impl<'s, W: AsyncWrite + Unpin> OneTable<'s, W> {
    pub(super) fn new(table: &str, sink: &'s mut W) -> Self {
        let heading = format!("-- Table structure for table `{}`", table.replace('`', "``")).into_bytes();
        Self { sink, heading, line: Vec::new(), is_within_line: false, passes: true, waiting: Vec::new() }
    }

    fn take_in(&mut self, part: &[u8]) {
        for piece in part.split_inclusive(|octet| *octet == b'\n') {
            let ends = piece.ends_with(b"\n");
            if self.is_within_line {
                self.put(piece);
            } else {
                self.line.extend_from_slice(piece);
                let may_be_heading = self.line.starts_with(b"--") || b"--".starts_with(&self.line);
                let is_told = ends || self.line.len() > LONGEST || !may_be_heading;
                if is_told {
                    self.decide();
                    let line = std::mem::take(&mut self.line);
                    self.put(&line);
                    self.is_within_line = true;
                }
            }
            if ends {
                self.is_within_line = false;
            }
        }
    }

    fn decide(&mut self) {
        if HEADINGS.iter().any(|heading| self.line.starts_with(heading)) {
            let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
            self.passes = line == self.heading || line.starts_with(b"-- Dump completed");
        }
    }

    fn put(&mut self, octets: &[u8]) {
        if self.passes {
            self.waiting.extend_from_slice(octets);
        }
    }

    fn poll_put(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.waiting.is_empty() {
            let written = ready!(Pin::new(&mut *self.sink).poll_write(context, &self.waiting))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.waiting.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for OneTable<'_, W> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_put(context))?;
        self.take_in(octets);
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_put(context))?;
        Pin::new(&mut *self.sink).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_put(context))?;
        Pin::new(&mut *self.sink).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::AsyncWriteExt;

    use super::*;

    const DUMP: &str = "-- MariaDB dump\n/*!40101 SET NAMES utf8mb4 */;\n\n--\n-- Table structure for table `a`\n--\nCREATE TABLE `a` (i int);\n\
        --\n-- Dumping data for table `a`\n--\nINSERT INTO `a` VALUES (1,'-- Table structure for table `b`');\n\
        --\n-- Table structure for table `b`\n--\nCREATE TABLE `b` (i int);\n--\n-- Dumping routines for database 'x'\n--\nCREATE PROCEDURE p() x;\n-- Dump completed\n";

    proptest! {
        #[test]
        fn one_table_passes_however_the_dump_is_cut_into_parts(size in 1_usize..200) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let mut passed = Vec::new();
            runtime.block_on(async {
                let mut filter = OneTable::new("a", &mut passed);
                for part in DUMP.as_bytes().chunks(size) {
                    filter.write_all(part).await.unwrap();
                }
                filter.flush().await.unwrap();
            });
            let passed = String::from_utf8(passed).unwrap();
            prop_assert!(passed.starts_with("-- MariaDB dump\n/*!40101 SET"));
            prop_assert!(passed.contains("CREATE TABLE `a`") && passed.contains("INSERT INTO `a`"));
            prop_assert!(!passed.contains("CREATE TABLE `b`") && !passed.contains("PROCEDURE"));
            prop_assert!(passed.ends_with("-- Dump completed\n"));
        }
    }
}
