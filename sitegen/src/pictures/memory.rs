//! The pictures of one site: each is made or found once, and then known while its file does not change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use messages::Message;
use rustc_hash::FxHashMap;

use super::{ImageCache, ImageError, Variants, Widths};
use crate::content::Asset;
use crate::markdown::slug;

/// Widths at which pictures are shown, in pixels: a telephone, a telephone with a fine screen, a large screen.
const WIDTHS: [u32; 3] = [480, 960, 1600];

/// How long what no build uses is kept: a picture that comes back within it costs nothing.
const UNUSED_FOR: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// What is known of a file: its size and time when it was looked at, and what came of it.
type Known = (u64, SystemTime, Result<Arc<Variants>, Message>);

/// The pictures of a site.
#[derive(Debug)]
pub struct Pictures {
    cache: ImageCache,
    known: Mutex<FxHashMap<PathBuf, Known>>,
}

impl Pictures {
    /// Keeps what it makes in the folder `cache`, for the next time.
    #[must_use]
    pub fn new(cache: &Path) -> Self {
        Self { cache: ImageCache::new(cache.join("pictures")), known: Mutex::default() }
    }

    /// Whether a file is a picture that is made anew before anybody sees it: by its ending, because an editor who gave it that
    /// ending means a picture.
    #[must_use]
    pub fn is_picture(file: &str) -> bool {
        let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
        ["jpg", "jpeg", "png", "webp", "gif"].iter().any(|picture| ending.eq_ignore_ascii_case(picture))
    }

    /// The variants of a picture.
    ///
    /// # Errors
    /// What is wrong with it, for the editor.
    pub fn variants(&self, asset: &Asset) -> Result<Arc<Variants>, Message> {
        // What a thread that failed has left here is whole: entries are only ever put in.
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((size, modified, found)) = known().get(&asset.path)
            && (*size, *modified) == (asset.size, asset.modified)
        {
            return found.clone();
        }
        let made = self.make(&asset.path);
        known().insert(asset.path.clone(), (asset.size, asset.modified, made.clone()));
        made
    }

    /// Removes from the cache what no build has used for a season, whichever site it is of. What cannot be removed now will be later.
    pub fn sweep(&self, now: SystemTime) {
        let _ = self.cache.sweep(UNUSED_FOR, now);
    }

    fn make(&self, path: &Path) -> Result<Arc<Variants>, Message> {
        let unreadable = |error: std::io::Error| Message::new("toml-unreadable").with("error", error.to_string());
        let octets = std::fs::read(path).map_err(unreadable)?;
        let stem = path.file_stem().map(|stem| slug(&stem.to_string_lossy())).unwrap_or_default();
        let stem: String = stem.chars().take(100).collect();
        let stem = if stem.is_empty() { "paveikslas" } else { &stem };
        let made = Widths::new(&WIDTHS).and_then(|widths| self.cache.variants(stem, &octets, &widths));
        made.map(Arc::new).map_err(|error| error.message())
    }
}

impl ImageError {
    /// What is wrong, for an editor.
    #[must_use]
    pub fn message(&self) -> Message {
        let pixels = |key: &str, width: u32, height: u32| {
            Message::new(key).with("width", width.to_string()).with("height", height.to_string())
        };
        match self {
            Self::NotAPicture => Message::new("site-picture-not"),
            Self::Unsupported { format, .. } => Message::new("site-picture-format").with("format", *format),
            Self::TooManyPixels { width, height } => pixels("site-picture-pixels", *width, *height),
            Self::TooMuchMemory => Message::new("site-picture-memory"),
            Self::TooThin { width, height } => pixels("site-picture-thin", *width, *height),
            Self::Truncated => Message::new("site-picture-truncated"),
            Self::Damaged(_) => Message::new("site-picture-damaged"),
            Self::Stem(_) | Self::Widths | Self::Defect { .. } | Self::Cache { .. } => {
                Message::new("site-picture-failed").with("error", self.to_string())
            }
        }
    }
}
