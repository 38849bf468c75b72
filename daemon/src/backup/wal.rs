//! The write-ahead log of a PostgreSQL server between two base backups, with which it can be restored to any moment.
//!
//! The server hands over each file of its log, once, in order, and waits for the answer before it goes on: `archive_command` is
//! `rotused wal push`, which copies the file into a spool folder and has it on the disk before it says yes ([`push`]). It needs
//! neither the daemon nor the repository, so that neither can keep the server waiting. From there the daemon stores what has come
//! in batches ([`Spool`]), and only what the journal knows to be stored leaves the spool.
//!
//! One missing file makes everything after it worthless until the next base backup, so that what has come is looked at for gaps
//! ([`gap`]).
//!
//! Source: PostgreSQL manual, 26.3 "Continuous Archiving and Point-in-Time Recovery (PITR)".

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Fault, Stored};
use crate::config::JobName;

/// Files of the log that were stored together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalBatch {
    /// Of which job.
    pub job: JobName,
    /// When they were stored.
    pub at: Timestamp,
    /// The snapshot.
    pub stored: Stored,
    /// The names of the files, in their order.
    pub files: Vec<String>,
    /// How large one of the server's segments is, in octets; 0 if none was among them.
    pub segment_size: u64,
}

/// Segments that never came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The first of them.
    pub first: String,
    /// The last of them.
    pub last: String,
}

/// Where the server's files wait to be stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spool<'f>(pub(crate) &'f Path);

/// What waits in a spool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// The files, in their order.
    pub(crate) files: Vec<PathBuf>,
    /// The size of a segment; 0 if none waits.
    pub(crate) segment_size: u64,
}

/// A segment of a log: which timeline, and where in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Segment {
    timeline: u32,
    number: u64,
}

/// What the files of a batch are called for people, and as a part in tags.
pub const PART: &str = "wal";

/// A spool whose disk has less room than this takes nothing more: the server keeps its log and says so, and the disk, on which others
/// may live, is not filled.
const LEAST_FREE: u64 = 64 << 20;

/// What a log is divided into: a file of `size` octets holds one segment.
const LOG: u64 = 1 << 32;

impl Segment {
    /// Of its file's name: eight hexadecimal digits each of the timeline, of the log, and of the segment in it.
    fn named(name: &str, size: u64) -> Option<Self> {
        let part = |from: usize| u32::from_str_radix(name.get(from..from + 8)?, 16).ok();
        if !is_hexadecimal(name, 24) || size == 0 || size > LOG {
            return None;
        }
        let number = u64::from(part(8)?) * (LOG / size) + u64::from(part(16)?);
        Some(Self { timeline: part(0)?, number })
    }

    fn name(self, size: u64) -> String {
        let Self { timeline, number } = self;
        let in_log = LOG / size;
        format!("{timeline:08X}{:08X}{:08X}", number / in_log, number % in_log)
    }
}

/// Whether a server names a file of its log so: a segment, a history of timelines, a note of a base backup, or the part of a segment
/// that a timeline ended with.
fn is_wal_name(name: &str) -> bool {
    let (stem, ending) = name.split_once('.').map_or((name, None), |(stem, ending)| (stem, Some(ending)));
    match ending {
        None | Some("partial") => is_hexadecimal(stem, 24),
        Some("history") => is_hexadecimal(stem, 8),
        Some(ending) => {
            let offset = ending.strip_suffix(".backup");
            is_hexadecimal(stem, 24) && offset.is_some_and(|offset| is_hexadecimal(offset, 8))
        }
    }
}

fn is_hexadecimal(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'A'..=b'F'))
}

/// How many segments lie between two, of whatever timelines; none if they are no names of segments.
#[must_use]
pub(crate) fn distance(from: &str, to: &str, size: u64) -> Option<u64> {
    let (from, to) = (Segment::named(from, size)?, Segment::named(to, size)?);
    Some(to.number.saturating_sub(from.number))
}

/// The first gap in what has come, in whatever order it came. A new timeline begins in the segment that the one before ended in.
pub(super) fn gap<'n>(names: impl IntoIterator<Item = &'n str>, size: u64) -> Option<Gap> {
    let mut segments: Vec<Segment> = names.into_iter().filter_map(|name| Segment::named(name, size)).collect();
    segments.sort_unstable();
    segments.windows(2).find(|pair| pair[1].number > pair[0].number + 1).map(|pair| {
        let missing = |number| Segment { number, ..pair[1] }.name(size);
        Gap { first: missing(pair[0].number + 1), last: missing(pair[1].number - 1) }
    })
}

/// The last segment that some files are, or are of, on whatever timeline: the number of a segment goes on over all of them, and those that
/// have the same number of digits are in order.
pub(crate) fn newest_segment<'n>(names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let segments = names.into_iter().filter(|name| is_wal_name(name)).filter_map(|name| name.get(..24));
    segments.max_by_key(|name| &name[8..])
}

/// The first gap in batches.
pub(crate) fn gap_in(batches: &[WalBatch]) -> Option<Gap> {
    let size = batches.iter().map(|batch| batch.segment_size).max()?;
    gap(batches.iter().flat_map(|batch| &batch.files).map(String::as_str), size)
}

/// Puts a file of the server's log into a spool: on the disk and whole, or not at all. Once is as good as twice.
///
/// # Errors
/// It is not there, is no file of a log, another one of this name is there, or it cannot be written. The server tries again.
pub fn push(file: &Path, spool: &Path) -> Result<(), PushError> {
    let name = file.file_name().and_then(|name| name.to_str()).filter(|name| is_wal_name(name));
    let name = name.ok_or_else(|| PushError::NoLog { file: file.to_owned() })?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| PushError::Io { path, source }
    };
    let disk = rustix::fs::statvfs(spool).map_err(io::Error::from).map_err(failed(spool))?;
    let size = file.metadata().map_err(failed(file))?.len();
    if disk.f_bavail.saturating_mul(disk.f_frsize) < size + LEAST_FREE {
        return Err(PushError::NoRoom { spool: spool.to_owned() });
    }
    let target = spool.join(name);
    if target.exists() {
        let is_there = is_same(file, &target).and_then(|is_same| File::open(spool)?.sync_all().map(|()| is_same));
        return if is_there.map_err(failed(&target))? { Ok(()) } else { Err(PushError::Other { target }) };
    }
    let beside = spool.join(format!(".{name}"));
    let write = || {
        let _ = fs::remove_file(&beside);
        let mut from = File::open(file)?;
        let mut to = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        // The daemon reads it by its group; what the server's own files may show to nobody, its umask would withhold.
        to.set_permissions(Permissions::from_mode(0o640))?;
        io::copy(&mut from, &mut to)?;
        to.set_modified(from.metadata()?.modified()?)?;
        to.sync_all()?;
        fs::rename(&beside, &target)?;
        File::open(spool)?.sync_all()
    };
    write().map_err(failed(&target))
}

fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let (one, other) = (File::open(one)?, File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut one, mut other) = (io::BufReader::new(one), io::BufReader::new(other));
    let (mut here, mut there) = ([0; 8192], [0; 8192]);
    loop {
        let read = one.read(&mut here)?;
        if read == 0 {
            return Ok(true);
        }
        other.read_exact(&mut there[..read])?;
        if here[..read] != there[..read] {
            return Ok(false);
        }
    }
}

/// Why a file did not get into a spool.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// It has no name of a log's file.
    #[error("{file} is no file of PostgreSQL's log; archive_command is: rotused wal push %p", file = .file.display())]
    NoLog {
        /// Which.
        file: PathBuf,
    },
    /// The disk of the spool is nearly full.
    #[error("the disk of {spool} is nearly full; make room, and see why the daemon does not store what waits there", spool = .spool.display())]
    NoRoom {
        /// Which.
        spool: PathBuf,
    },
    /// Another file of the same name waits there: of another server, or of one that was restored and has gone on.
    #[error("{target} is there and is another one; two servers must not share a folder", target = .target.display())]
    Other {
        /// Which.
        target: PathBuf,
    },
    /// It cannot be read or written.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// What.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Waiting {
    /// How long ago the server wrote the oldest of them.
    pub(crate) fn age(&self) -> Duration {
        let written = self.files.iter().filter_map(|file| file.metadata().and_then(|found| found.modified()).ok());
        written.min().and_then(|oldest| oldest.elapsed().ok()).unwrap_or_default()
    }
}

impl Spool<'_> {
    /// What waits, in the order in which it has to be read.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub(crate) fn waiting(self) -> Result<Waiting, Fault> {
        let unreadable = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => Fault::SourceMissing { what: self.0.display().to_string() },
            _ => Fault::Incomplete { detail: format!("{}: {error}", self.0.display()) },
        };
        let mut waiting = Waiting::default();
        for entry in fs::read_dir(self.0).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| is_wal_name(name)) else { continue };
            if name.len() == 24 {
                waiting.segment_size = entry.metadata().map_err(unreadable)?.len();
            }
            waiting.files.push(entry.path());
        }
        waiting.files.sort_unstable();
        Ok(waiting)
    }

    /// Lets go of what is stored.
    ///
    /// # Errors
    /// It cannot be removed; it is stored again the next time, which costs little.
    pub(crate) fn remove(files: &[PathBuf]) -> io::Result<()> {
        files.iter().try_for_each(fs::remove_file)
    }
}

/// Gathers what restic has restored with its whole paths in one folder, as the server looks for it.
///
/// # Errors
/// It cannot be moved.
pub(super) fn gather(from: &Path, into: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            gather(&path, into)?;
        } else if kind.is_file() && entry.file_name().to_str().is_some_and(is_wal_name) {
            fs::rename(&path, into.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// What a server has to be told to come back from a restored base backup and its log.
#[must_use]
pub(super) fn recovery_settings(wal: &Path, to_time: Option<Timestamp>) -> String {
    let file = format!("{}/%f", wal.display().to_string().replace('%', "%%"));
    // One word to the shell, and that inside a string of PostgreSQL's configuration.
    let command = format!("cp '{}' \"%p\"", file.replace('\'', "'\\''"));
    // Nobody wants two servers to hand their logs over to one place.
    let mut text =
        format!("archive_mode = 'off'\nrestore_command = '{}'\n", command.replace('\\', "\\\\").replace('\'', "''"));
    match to_time {
        // What an earlier restore has left is in every base backup since.
        None => text.push_str("recovery_target_time = ''\n"),
        Some(time) => text.push_str(&format!(
            "recovery_target_time = '{}'\nrecovery_target_action = 'promote'\n",
            time.strftime("%Y-%m-%d %H:%M:%S%.f+00")
        )),
    }
    text
}

/// Writes what [`recovery_settings`] says, and the sign that the server has to recover, into its restored data.
///
/// # Errors
/// It cannot be written.
pub(super) fn prepare_recovery(data: &Path, wal: &Path, to_time: Option<Timestamp>) -> io::Result<()> {
    let mut settings =
        OpenOptions::new().create(true).append(true).mode(0o600).open(data.join("postgresql.auto.conf"))?;
    settings.write_all(recovery_settings(wal, to_time).as_bytes())?;
    OpenOptions::new().create(true).append(true).mode(0o600).open(data.join("recovery.signal"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIZE: u64 = 16 << 20;

    #[test]
    fn names_are_those_of_a_log() {
        for good in [
            "000000010000000000000003",
            "00000002.history",
            "000000010000000000000003.00000028.backup",
            "000000010000000000000003.partial",
        ] {
            assert!(is_wal_name(good), "{good}");
        }
        for bad in [
            "",
            "archive_status",
            "../000000010000000000000003",
            "000000010000000000000003.tmp",
            ".000000010000000000000003",
            "00000001000000000000000g",
        ] {
            assert!(!is_wal_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_gap_is_found_and_named() {
        let found = |names: &[&str]| gap(names.iter().copied(), SIZE);
        assert_eq!(found(&["0000000100000000000000FE", "0000000100000000000000FF", "000000010000000100000000"]), None);
        assert_eq!(
            found(&["0000000100000000000000FE", "000000010000000100000001"]),
            Some(Gap { first: "0000000100000000000000FF".to_owned(), last: "000000010000000100000000".to_owned() })
        );
        // A segment comes twice, or late; another timeline begins where the first ended; what belongs to none is passed over.
        assert_eq!(
            found(&[
                "000000010000000000000004",
                "000000010000000000000003",
                "000000010000000000000003",
                "000000010000000000000005.partial",
                "00000002.history",
                "000000020000000000000005",
                "000000020000000000000006",
            ]),
            None
        );
        assert!(found(&["000000010000000000000003", "000000020000000000000005"]).is_some());
    }

    proptest! {
        #[test]
        fn whatever_is_missing_in_between_is_a_gap(first in 0_u64..1000, count in 3_u64..50, lost in 1_u64..49, twice in any::<bool>()) {
            let name = |number| Segment { timeline: 1, number }.name(SIZE);
            let mut names: Vec<String> = (first..first + count).map(name).collect();
            if twice {
                names.insert(1, names[0].clone());
            }
            let listed = |names: &[String]| gap(names.iter().map(String::as_str), SIZE);
            prop_assert_eq!(listed(&names), None);
            let lost = name(first + 1 + lost % (count - 2));
            names.retain(|name| *name != lost);
            prop_assert_eq!(listed(&names), Some(Gap { first: lost.clone(), last: lost }));
        }
    }

    #[test]
    fn a_file_is_pushed_once_and_never_over_another() {
        let (server, spool) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = server.path().join("000000010000000000000003");
        fs::write(&file, "labas ".repeat(5000)).unwrap();
        push(&file, spool.path()).unwrap();
        push(&file, spool.path()).unwrap();
        let waiting = Spool(spool.path()).waiting().unwrap();
        assert_eq!(waiting.files, [spool.path().join("000000010000000000000003")]);
        assert_eq!(waiting.segment_size, 30_000);
        fs::write(&file, "rytas ".repeat(5000)).unwrap();
        assert!(matches!(push(&file, spool.path()), Err(PushError::Other { .. })));
        let other = server.path().join("passwd");
        fs::write(&other, "").unwrap();
        assert!(matches!(push(&other, spool.path()), Err(PushError::NoLog { .. })));
        assert!(matches!(push(&file, &spool.path().join("nera")), Err(PushError::Io { .. })));
    }

    #[test]
    fn a_folder_with_a_quote_stays_one_word() {
        let settings = recovery_settings(Path::new("/srv/o'brien 5%"), None);
        assert_eq!(
            settings,
            "archive_mode = 'off'\nrestore_command = 'cp ''/srv/o''\\\\''''brien 5%%/%f'' \"%p\"'\nrecovery_target_time = ''\n"
        );
    }
}
