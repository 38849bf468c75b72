//! What a built site was made of, so that the next build can tell that there is nothing to do.
//!
//! As `make` and git do, it looks at sizes and times, not into files. Times of a file system are coarse: a file that changed so
//! shortly before the build that a later change could bear the same time is taken for changed.

use std::fmt::Write as _;
use std::fs;
use std::hash::Hasher;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use rayon::prelude::*;
use rustc_hash::FxHasher;

use crate::site::Publish;

/// The first line of a record.
const HEAD: &str = "What sitegen made of what, 1";

/// Within this time before the build, a file's times say nothing.
const COARSE: Duration = Duration::from_secs(2);

/// What a site is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The program, the order, and the names, sizes and times of all files, as one number; none when it is not to be trusted.
    inputs: Option<u64>,
    /// From when it holds.
    from: Timestamp,
    /// Until when it holds.
    until: Option<Timestamp>,
}

impl Record {
    /// Looks at the files in the folder `site`. None when one of them cannot be looked at.
    #[must_use]
    pub fn of(site: &Path, publish: Publish) -> Option<Inputs> {
        let started = SystemTime::now();
        let mut files = Vec::new();
        for name in ["site.toml", "content", "static", "theme"] {
            list(&site.join(name), &mut files).ok()?;
        }
        files.sort();
        let newest = i128::try_from(started.duration_since(UNIX_EPOCH).ok()?.saturating_sub(COARSE).as_nanos()).ok()?;
        let looked: Option<Vec<Looked>> = files.par_iter().map(|path| look(path).ok()).collect();
        let mut hasher = FxHasher::default();
        hasher.write(env!("CARGO_PKG_VERSION").as_bytes());
        if let Some(program) = std::env::current_exe().ok().and_then(|path| look(&path).ok()) {
            program.hash(&mut hasher);
        }
        hasher.write_u8(u8::from(publish == Publish::Everything));
        let mut is_settled = true;
        for (path, looked) in files.iter().zip(looked?) {
            hasher.write(path.as_os_str().as_encoded_bytes());
            looked.hash(&mut hasher);
            is_settled &= looked.changed < newest;
        }
        Some(Inputs { hash: hasher.finish(), is_settled })
    }

    /// What the folder `output` was made of, as was noted in the folder `cache`, if it is as we left it.
    #[must_use]
    pub fn read(cache: &Path, output: &Path) -> Option<Self> {
        let text = fs::read_to_string(place(cache, output)?).ok()?;
        let mut lines = text.lines();
        if lines.next()? != HEAD {
            return None;
        }
        let inputs = u64::from_str_radix(lines.next()?, 16).ok();
        let from = lines.next()?.parse().ok()?;
        let until = lines.next()?;
        let until = if until.is_empty() { None } else { Some(until.parse().ok()?) };
        let files: Vec<&str> = lines.collect();
        let is_as_left = files.par_iter().all(|line| {
            let mut parts = line.splitn(3, ' ');
            let (Some(size), Some(modified), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
                return false;
            };
            look(&output.join(path))
                .is_ok_and(|found| found.size.to_string() == size && found.modified.to_string() == modified)
        });
        is_as_left.then_some(Self { inputs, from, until })
    }

    /// A record of a site that is about to be written.
    #[must_use]
    pub fn new(inputs: Option<Inputs>, from: Timestamp, until: Option<Timestamp>) -> Self {
        // Inputs that are too new for their times to be believed are like no others.
        let inputs = inputs.filter(|inputs| inputs.is_settled).map(|inputs| inputs.hash);
        Self { inputs, from, until }
    }

    /// Whether a site made of `inputs` for `now` would be the same.
    #[must_use]
    pub fn holds(&self, inputs: Inputs, now: Timestamp) -> bool {
        self.inputs == Some(inputs.hash) && self.from <= now && self.until.is_none_or(|until| now < until)
    }

    /// Notes in the folder `cache` what `output` is made of. What cannot be noted is only made again.
    pub fn keep(&self, cache: &Path, output: &Path, files: &[String]) {
        let Some(place) = place(cache, output) else { return };
        let kept = || -> io::Result<()> {
            let folder = place.parent().unwrap_or(cache);
            fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(self.text(output, files).as_bytes())?;
            file.persist(&place)?;
            Ok(())
        };
        if kept().is_err() {
            let _ = fs::remove_file(&place);
        }
    }

    /// The record as it is kept, with sizes and times of the files in `folder`.
    fn text(&self, folder: &Path, files: &[String]) -> String {
        let until = self.until.map_or_else(String::new, |until| until.to_string());
        let inputs = self.inputs.map_or_else(String::new, |inputs| format!("{inputs:016x}"));
        let mut text = format!("{HEAD}\n{inputs}\n{}\n{until}\n", self.from);
        let looked: Vec<Option<Looked>> = files.par_iter().map(|path| look(&folder.join(path)).ok()).collect();
        for (path, looked) in files.iter().zip(looked) {
            if let Some(looked) = looked {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{} {} {path}", looked.size, looked.modified);
            }
        }
        text
    }
}

/// Where the record of a folder is kept: it is not for the public, and tells times, which differ between two equal sites.
fn place(cache: &Path, output: &Path) -> Option<PathBuf> {
    let output = fs::canonicalize(output).ok()?;
    let mut hasher = FxHasher::default();
    hasher.write(output.as_os_str().as_encoded_bytes());
    Some(cache.join("records").join(format!("{:016x}", hasher.finish())))
}

/// What a site would be made of now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inputs {
    hash: u64,
    is_settled: bool,
}

/// What can be told of a file without opening it. Times are nanoseconds since 1970.
#[derive(Debug, Clone, Copy)]
struct Looked {
    size: u64,
    inode: u64,
    modified: i128,
    changed: i128,
}

impl Looked {
    fn hash(self, hasher: &mut FxHasher) {
        hasher.write_u64(self.size);
        hasher.write_u64(self.inode);
        hasher.write_i128(self.modified);
        hasher.write_i128(self.changed);
    }
}

fn look(path: &Path) -> io::Result<Looked> {
    let metadata = fs::symlink_metadata(path)?;
    let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    Ok(Looked {
        size: metadata.size(),
        inode: metadata.ino(),
        modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
    })
}

/// All files at and below a path; a path that is not there has none.
fn list(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    match fs::read_dir(path) {
        Ok(entries) => {
            for entry in entries {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    list(&entry.path(), files)?;
                } else {
                    files.push(entry.path());
                }
            }
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            files.push(path.to_owned());
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
