//! Turns an editor's picture into the sizes that pages offer in `srcset`.
//!
//! The way of one picture: its bytes and the wanted [`Widths`] give a key; a sound cache entry under that key is
//! the answer, and nothing is decoded. Otherwise the picture is judged by its header, decoded, shrunk to the largest
//! width, converted to sRGB, turned upright, shrunk to the other widths and encoded.
//!
//! Nothing but pixels passes from the input to the output. Position, camera, thumbnails, comments and colour profile
//! are not removed: they are never carried over, so a kind of metadata that nobody thought of cannot leak.
//!
//! Animations become their first frame: a public body's site may not move without a way to stop it (WCAG 2.2.2), and
//! [`Variants::animated`] lets the build tell the editor.
//!
//! Input is hostile until decoded. Decoding is pure Rust; the one C library (libwebp) only ever sees pixels of ours.

mod cache;
mod decode;
mod encode;
mod memory;

use std::io;
use std::path::PathBuf;

use image::DynamicImage;
use image::metadata::Orientation;
use serde::{Deserialize, Serialize};

pub use cache::ImageCache;
use decode::Source;
pub use decode::{MAX_DECODED_BYTES, MAX_PIXELS};
use encode::{encode_jpeg, encode_png, encode_webp, shrink, to_srgb};
pub use memory::Pictures;

/// Largest width or height of a variant, in pixels: the limit of WebP's 14-bit fields.
pub const MAX_SIDE: u32 = 16_383;

/// Why a picture cannot be shown, and what its editor can do about it.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The bytes are of no picture format known here, whatever the file's name says.
    #[error("not a picture, whatever its name says: open it on your computer and save it as JPEG or PNG")]
    NotAPicture,
    /// The bytes are a picture of a format that pages do not show.
    #[error("{format} pictures cannot be used here: save it as JPEG (photographs) or PNG (drawings){hint}")]
    Unsupported {
        /// The format's name.
        format: &'static str,
        /// How to avoid it next time; empty, or starts with `; `.
        hint: &'static str,
    },
    /// More than [`MAX_PIXELS`], read from the header before any decoding.
    #[error("{width} × {height} pixels are too many: make it smaller, 3000 pixels wide is plenty")]
    TooManyPixels {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// Decoding would need more than [`MAX_DECODED_BYTES`].
    #[error("needs too much memory when opened: save it with 8 bits a channel, or make it smaller")]
    TooMuchMemory,
    /// So narrow or so flat that no width fits within [`MAX_SIDE`].
    #[error("{width} × {height} pixels are too long and thin for a page: cut it into several pictures")]
    TooThin {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The file stops before the picture does.
    #[error("the file ends before the picture does: copy it again from where it came from")]
    Truncated,
    /// The header is fine and the rest is not.
    #[error("the file is damaged: open it on your computer and save it again: {0}")]
    Damaged(#[source] image::ImageError),
    /// A file name's stem with characters that do not belong into an address.
    #[error("`{0}` cannot be part of an address: use only a to z, 0 to 9, `-` and `_`")]
    Stem(String),
    /// No width, or one outside 1 to [`MAX_SIDE`].
    #[error("picture widths must be one or more numbers from 1 to {MAX_SIDE}")]
    Widths,
    /// A step that cannot fail on sound pixels did; a defect in this program.
    #[error("could not be {step}, please report it: {reason}")]
    Defect {
        /// What was to be done to the picture.
        step: &'static str,
        /// The failing crate's words.
        reason: String,
    },
    /// The cache folder cannot be written.
    #[error("picture cache: {path}: {source}")]
    Cache {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// Widths that a site wants of its pictures, in pixels; ascending, without repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widths(Vec<u32>);

impl Widths {
    /// Takes widths in any order.
    ///
    /// # Errors
    /// [`ImageError::Widths`] when there is none, or one is 0 or beyond [`MAX_SIDE`].
    pub fn new(widths: &[u32]) -> Result<Self, ImageError> {
        let mut widths = widths.to_vec();
        widths.sort_unstable();
        widths.dedup();
        if widths.is_empty() || widths.iter().any(|width| !(1..=MAX_SIDE).contains(width)) {
            return Err(ImageError::Widths);
        }
        Ok(Self(widths))
    }

    /// Sizes for an upright original: every wanted width below the largest possible, then that one. Never larger
    /// than the original; a long screenshot gets narrower until its height fits [`MAX_SIDE`].
    fn sizes(&self, original: Size) -> Result<Vec<Size>, ImageError> {
        let wanted = self.0.last().copied().unwrap_or(MAX_SIDE);
        let fitting = u64::from(original.width) * u64::from(MAX_SIDE) / u64::from(original.height.max(1));
        let largest = u64::from(wanted.min(original.width)).min(fitting);
        let largest = u32::try_from(largest).unwrap_or(MAX_SIDE);
        if largest == 0 {
            return Err(ImageError::TooThin { width: original.width, height: original.height });
        }
        let smaller = self.0.iter().copied().filter(|width| *width < largest);
        Ok(smaller.chain([largest]).map(|width| original.scaled_to(width)).collect())
    }
}

/// A variant's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Lossy WebP, with alpha where the picture has it.
    WebP,
    /// Progressive JPEG, for opaque pictures.
    Jpeg,
    /// PNG, for pictures with transparency.
    Png,
}

impl Format {
    /// The usual ending of a file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::WebP => "webp",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// Value for `type` of an HTML `<source>`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::WebP => "image/webp",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// What one picture becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variants {
    /// Width of the upright original in pixels.
    pub width: u32,
    /// Height of the upright original in pixels.
    pub height: u32,
    /// Whether the original moves; the variants show its first frame.
    pub animated: bool,
    /// Ascending in width, never empty.
    pub webp: Vec<Variant>,
    /// The same sizes for browsers without WebP; all JPEG or, with transparency, all PNG.
    pub fallback: Vec<Variant>,
}

/// One file for one width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What the file contains.
    pub format: Format,
    /// `foto-960.3f2a9c41d07b.webp`: stem, width, part of the content's hash. Other bytes have another name, so
    /// browsers may keep the file for ever, and equal names from different folders are equal files.
    pub name: String,
    /// The file in the cache, readable by all; copy or link it, never change it.
    pub file: PathBuf,
}

/// Width and height of a picture as shown, in pixels, from its header alone.
///
/// # Errors
/// As [`ImageCache::variants`], save for damage past the header, which goes unseen.
pub fn dimensions(bytes: &[u8]) -> Result<(u32, u32), ImageError> {
    let mut source = Source::open(bytes)?;
    let upright = source.upright_size()?;
    Ok((upright.width, upright.height))
}

/// Variants in memory, on their way into the cache.
struct Made {
    original: Size,
    animated: bool,
    files: Vec<(Format, Size, Vec<u8>)>,
}

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size {
    width: u32,
    height: u32,
}

impl Size {
    /// The same shape `width` wide; the height is rounded to the nearest pixel, at least one.
    fn scaled_to(self, width: u32) -> Self {
        let (own_width, own_height) = (u64::from(self.width.max(1)), u64::from(self.height));
        let height = (2 * u64::from(width) * own_height + own_width) / (2 * own_width);
        Self { width, height: u32::try_from(height).unwrap_or(u32::MAX).max(1) }
    }

    fn turned_by(self, orientation: Orientation) -> Self {
        use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
        match orientation {
            Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH => Self { width: self.height, height: self.width },
            _ => self,
        }
    }
}

/// Decodes, shrinks and encodes. Shrinking comes first, since all that follows then has a tenth of the pixels to do.
fn make(bytes: &[u8], widths: &Widths) -> Result<Made, ImageError> {
    let mut source = Source::open(bytes)?;
    let original = source.upright_size()?;
    let sizes = widths.sizes(original)?;
    let orientation = source.orientation()?;
    let decoded = source.decode()?;

    let mut files = Vec::with_capacity(2 * sizes.len());
    let mut previous: Option<DynamicImage> = None;
    // From large to small, each from the one before: at these ratios nobody sees it, and it costs a third.
    for size in sizes.into_iter().rev() {
        let pixels = match &previous {
            Some(larger) => shrink(larger, size)?,
            None => {
                let mut pixels = shrink(&decoded.pixels, size.turned_by(orientation))?;
                if let Some(profile) = &decoded.profile {
                    pixels = to_srgb(pixels, profile, decoded.gray);
                }
                pixels.apply_orientation(orientation);
                pixels
            }
        };
        files.push((Format::WebP, size, encode_webp(&pixels)?));
        files.push(match pixels {
            DynamicImage::ImageRgba8(_) => (Format::Png, size, encode_png(&pixels)?),
            _ => (Format::Jpeg, size, encode_jpeg(&pixels)?),
        });
        previous = Some(pixels);
    }
    files.reverse();
    Ok(Made { original, animated: decoded.animated, files })
}

#[cfg(test)]
mod tests;
