//! Variants made before, shared by all builds of this machine.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::encode::{JPEG_QUALITY, WEBP_QUALITY};
use super::{Format, ImageError, Made, Size, Variant, Variants, Widths, make};

/// Raise it when a change here or in an encoder's crate changes the bytes for the same input: it is part of every
/// cache key. The test `the_bytes_of_a_known_picture_have_not_changed` says when.
const PIPELINE: u32 = 1;

/// Hexadecimal digits of the content's hash in a name: with twelve, the chance that any two of 10,000 pictures called
/// `foto` share one is below one in five million.
const NAME_DIGITS: usize = 12;

/// A used entry's age is noted at most once in this time, so that warm builds do not write.
const TOUCH_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// Variants made before, in a folder that any number of processes may share and that may be deleted at any time.
///
/// An entry is a folder named by key: `480.webp`, `480.jpg`, … and `manifest`, which is written last and holds its
/// own hash and that of every file. Files appear under their names by rename, whole or not at all for other
/// processes; after a power cut even an empty or torn file only costs work, because every hash is checked on use.
/// Two writers of one entry write the same bytes.
#[derive(Debug, Clone)]
pub struct ImageCache {
    pub(super) folder: PathBuf,
}

impl ImageCache {
    /// Uses `folder`, which is made when first written to.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Makes the variants of a picture, or finds them.
    ///
    /// `stem` begins the variants' names and has no part in the key: a renamed picture is not made again.
    ///
    /// # Errors
    /// [`ImageError::Stem`]; [`ImageError::Cache`] when the folder cannot be written; the others say what is wrong
    /// with the picture. A failure is not cached.
    pub fn variants(&self, stem: &str, bytes: &[u8], widths: &Widths) -> Result<Variants, ImageError> {
        check_stem(stem)?;
        let key = key(bytes, widths);
        let entry = self.entry(&key, || make(bytes, widths))?;
        Ok(entry.into_variants(stem, &self.folder.join(key)))
    }

    /// Deletes entries that no build used in `unused_for`, with whatever killed builds left in them.
    ///
    /// Use weeks, not minutes: a build elsewhere may be about to copy what it has just found.
    ///
    /// # Errors
    /// [`ImageError::Cache`] naming what cannot be read or deleted.
    pub fn sweep(&self, unused_for: Duration, now: SystemTime) -> Result<(), ImageError> {
        let folders = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            folders => folders.map_err(|source| cache_error(&self.folder, source))?,
        };
        for folder in folders {
            let folder = folder.map_err(|source| cache_error(&self.folder, source))?.path();
            // Never finished: its folder's own age counts.
            let used = modified(&folder.join(MANIFEST)).or_else(|| modified(&folder));
            let age = used.and_then(|used| now.duration_since(used).ok()).unwrap_or_default();
            if age > unused_for {
                fs::remove_dir_all(&folder).map_err(|source| cache_error(&folder, source))?;
            }
        }
        Ok(())
    }

    pub(super) fn entry(
        &self,
        key: &str,
        make: impl FnOnce() -> Result<Made, ImageError>,
    ) -> Result<Entry, ImageError> {
        let folder = self.folder.join(key);
        if let Some(entry) = Entry::read(&folder) {
            note_use(&folder);
            return Ok(entry);
        }
        let made = make()?;
        made.write(&folder)
    }
}

pub(super) const MANIFEST: &str = "manifest";

/// What `manifest` says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    width: u32,
    height: u32,
    animated: bool,
    files: Vec<Record>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    format: Format,
    width: u32,
    height: u32,
    hash: String,
}

impl Record {
    fn file_name(&self) -> String {
        format!("{}.{}", self.width, self.format.extension())
    }
}

impl Entry {
    /// Reads an entry and all of its files. Whatever is missing, torn or unreadable makes the entry absent: it will
    /// be made again, and if the disk is at fault the write will say so.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        let manifest = fs::read_to_string(folder.join(MANIFEST)).ok()?;
        let (hash, body) = manifest.split_once('\n')?;
        if blake3::hash(body.as_bytes()).to_hex().as_str() != hash {
            return None;
        }
        let entry: Self = serde_json::from_str(body).ok()?;
        let sound = entry.files.iter().all(|record| {
            fs::read(folder.join(record.file_name()))
                .is_ok_and(|bytes| blake3::hash(&bytes).to_hex().as_str() == record.hash)
        });
        sound.then_some(entry)
    }

    pub(super) fn into_variants(self, stem: &str, folder: &Path) -> Variants {
        let variants = self.files.into_iter().map(|record| Variant {
            width: record.width,
            height: record.height,
            format: record.format,
            name: format!(
                "{stem}-{}.{}.{}",
                record.width,
                record.hash.get(..NAME_DIGITS).unwrap_or(&record.hash),
                record.format.extension()
            ),
            file: folder.join(record.file_name()),
        });
        let (webp, fallback) = variants.partition(|variant| variant.format == Format::WebP);
        Variants { width: self.width, height: self.height, animated: self.animated, webp, fallback }
    }
}

impl Made {
    fn write(self, folder: &Path) -> Result<Entry, ImageError> {
        fs::create_dir_all(folder).map_err(|source| cache_error(folder, source))?;
        let mut entry = Entry {
            width: self.original.width,
            height: self.original.height,
            animated: self.animated,
            files: Vec::with_capacity(self.files.len()),
        };
        for (format, Size { width, height }, bytes) in self.files {
            let record = Record { format, width, height, hash: blake3::hash(&bytes).to_hex().to_string() };
            replace(folder, &record.file_name(), &bytes)?;
            entry.files.push(record);
        }
        let body = serde_json::to_string(&entry).map_err(|error| cache_error(folder, error.into()))?;
        let hash = blake3::hash(body.as_bytes());
        replace(folder, MANIFEST, format!("{}\n{body}", hash.to_hex()).as_bytes())?;
        Ok(entry)
    }
}

/// Puts a file in place by rename. No `fsync`: readers check hashes, so a lost write is only lost work.
fn replace(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), ImageError> {
    let path = folder.join(name);
    let written = || -> io::Result<()> {
        // Private as temporary files are by default, they could not be linked into a site that another user serves.
        let readable = fs::Permissions::from_mode(0o644);
        let mut file = tempfile::Builder::new().permissions(readable).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.persist(&path)?;
        Ok(())
    };
    written().map_err(|source| cache_error(&path, source))
}

/// Keeps a used entry from [`ImageCache::sweep`]. A cache that cannot be written may still be read.
fn note_use(folder: &Path) {
    let manifest = folder.join(MANIFEST);
    let now = SystemTime::now();
    let recent = modified(&manifest).is_some_and(|used| now.duration_since(used).is_ok_and(|age| age < TOUCH_INTERVAL));
    if !recent && let Ok(file) = fs::File::options().append(true).open(&manifest) {
        let _ = file.set_modified(now);
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

fn cache_error(path: &Path, source: io::Error) -> ImageError {
    ImageError::Cache { path: path.to_owned(), source }
}

/// Names an entry by everything that decides its bytes.
pub(super) fn key(bytes: &[u8], widths: &Widths) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&PIPELINE.to_le_bytes());
    hasher.update(&[WEBP_QUALITY, JPEG_QUALITY]);
    // The count first, lest widths and picture run into one another.
    hasher.update(&widths.0.len().to_le_bytes());
    for width in &widths.0 {
        hasher.update(&width.to_le_bytes());
    }
    hasher.update(bytes);
    hasher.finalize().to_hex().to_string()
}

fn check_stem(stem: &str) -> Result<(), ImageError> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    if stem.is_empty() || stem.len() > 200 || !stem.bytes().all(fits) {
        return Err(ImageError::Stem(stem.to_owned()));
    }
    Ok(())
}
