//! From the octets of a file to pixels, if they can be borne.

use std::io::{self, Cursor};

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{AnimationDecoder, DynamicImage, ImageDecoder, ImageFormat, Limits};

use super::{ImageError, Size};

/// Most pixels a picture may have: twice the 50 megapixels of today's telephones, and what a bomb must stay under.
pub const MAX_PIXELS: u64 = 100_000_000;

/// Most bytes the decoded pixels may fill: `MAX_PIXELS` with four channels of 8 bits. A picture of 16 bits a channel
/// is copied once to 8, so one picture holds at most one and a half times this; a progressive JPEG three times.
pub const MAX_DECODED_BYTES: u64 = 4 * MAX_PIXELS;

/// A picture whose header has been read and found bearable.
pub(super) enum Source<'a> {
    Jpeg(JpegDecoder<Cursor<&'a [u8]>>, &'a [u8]),
    // Boxed because these are many times as large as the others.
    Png(Box<PngDecoder<Cursor<&'a [u8]>>>),
    WebP(Box<WebPDecoder<Cursor<&'a [u8]>>>),
    Gif(Box<GifDecoder<Cursor<&'a [u8]>>>),
}

/// 8-bit pixels as stored: not yet upright, not yet sRGB.
pub(super) struct Decoded {
    /// `ImageRgba8` when at least one pixel is not opaque, else `ImageRgb8`.
    pub(super) pixels: DynamicImage,
    pub(super) profile: Option<Vec<u8>>,
    /// Whether the channels were one, so that only a profile for grey can mean them.
    pub(super) gray: bool,
    pub(super) animated: bool,
}

impl<'a> Source<'a> {
    /// Goes by content alone: editors rename files.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let reader = Cursor::new(bytes);
        let mut source = match image::guess_format(bytes) {
            Ok(ImageFormat::Jpeg) => Self::Jpeg(JpegDecoder::new(reader).map_err(damaged)?, bytes),
            Ok(ImageFormat::Png) => {
                Self::Png(Box::new(PngDecoder::with_limits(reader, png_limits()).map_err(damaged)?))
            }
            Ok(ImageFormat::WebP) => Self::WebP(Box::new(WebPDecoder::new(reader).map_err(damaged)?)),
            Ok(ImageFormat::Gif) => Self::Gif(Box::new(GifDecoder::new(reader).map_err(damaged)?)),
            _ => return Err(foreign(bytes)),
        };
        let (width, height) = source.decoder().dimensions();
        if u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(ImageError::TooManyPixels { width, height });
        }
        if width == 0 || height == 0 {
            return Err(ImageError::TooThin { width, height });
        }
        if source.decoder().total_bytes() > MAX_DECODED_BYTES {
            return Err(ImageError::TooMuchMemory);
        }
        Ok(source)
    }

    pub(super) fn decoder(&mut self) -> &mut dyn ImageDecoder {
        match self {
            Self::Jpeg(decoder, _) => decoder,
            Self::Png(decoder) => decoder.as_mut(),
            Self::WebP(decoder) => decoder.as_mut(),
            Self::Gif(decoder) => decoder.as_mut(),
        }
    }

    pub(super) fn orientation(&mut self) -> Result<Orientation, ImageError> {
        self.decoder().orientation().map_err(damaged)
    }

    pub(super) fn upright_size(&mut self) -> Result<Size, ImageError> {
        let orientation = self.orientation()?;
        let (width, height) = self.decoder().dimensions();
        Ok(Size { width, height }.turned_by(orientation))
    }

    pub(super) fn decode(mut self) -> Result<Decoded, ImageError> {
        let profile = self.decoder().icc_profile().map_err(damaged)?;
        let gray = !self.decoder().color_type().has_color();
        self.decoder().set_limits(limits()).map_err(damaged)?;
        let (pixels, animated) = match self {
            Self::Jpeg(decoder, bytes) => {
                // The decoder paints what is missing grey; an editor would publish that without seeing it.
                if !jpeg_is_whole(bytes) {
                    return Err(ImageError::Truncated);
                }
                (DynamicImage::from_decoder(decoder), false)
            }
            Self::Png(decoder) => {
                let animated = decoder.is_apng().map_err(damaged)?;
                (DynamicImage::from_decoder(*decoder), animated)
            }
            Self::WebP(decoder) => {
                let animated = decoder.has_animation();
                (DynamicImage::from_decoder(*decoder), animated)
            }
            Self::Gif(decoder) => {
                let mut frames = decoder.into_frames();
                let Some(first) = frames.next() else { return Err(ImageError::Truncated) };
                let pixels = first.map(|frame| DynamicImage::ImageRgba8(frame.into_buffer()));
                (pixels, frames.next().is_some())
            }
        };
        Ok(Decoded { pixels: to_8_bits(pixels.map_err(damaged)?), profile, gray, animated })
    }
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    // Decoders count their own buffers too; the pixels themselves were counted by `Source::open`.
    limits.max_alloc = Some(MAX_DECODED_BYTES + MAX_DECODED_BYTES / 2);
    limits
}

/// For what PNG reads before anyone sees its dimensions: profiles and texts are compressed and may inflate without end.
/// Room for the largest honest profile and a line of pixels.
fn png_limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(64 << 20);
    limits
}

/// Sorts a decoder's failures by what the editor can do.
fn damaged(error: image::ImageError) -> ImageError {
    match error {
        image::ImageError::Limits(_) => ImageError::TooMuchMemory,
        image::ImageError::IoError(io) if io.kind() == io::ErrorKind::UnexpectedEof => ImageError::Truncated,
        other => ImageError::Damaged(other),
    }
}

/// Names what came instead of a picture, since "save it as JPEG" helps most when the editor learns what it is now.
fn foreign(bytes: &[u8]) -> ImageError {
    let unsupported = |format, hint| ImageError::Unsupported { format, hint };
    let start = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    match start {
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f' | b's', ..] => unsupported("AVIF", ""),
        [_, _, _, _, b'f', b't', b'y', b'p', b'h' | b'm', b'e' | b'i', ..] => {
            unsupported("HEIC", "; on an iPhone: Settings, Camera, Formats, Most Compatible")
        }
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => unsupported("TIFF", ""),
        [b'B', b'M', ..] if bytes.len() > 26 => unsupported("BMP", ""),
        _ if start.windows(4).any(|four| four == b"<svg") => unsupported("SVG", ""),
        _ => ImageError::NotAPicture,
    }
}

/// Whether the marker "end of image" comes where the structure wants it. Telephones append films and depth maps
/// after it, so the end of the file says nothing; thumbnails have their own, but inside segments, which are skipped.
fn jpeg_is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let Some(at) = rest.iter().position(|byte| *byte == 0xFF) {
        rest = rest.get(at + 1..).unwrap_or_default();
        match *rest {
            [0xD9, ..] => return true,
            // Fill bytes; an escaped 0xFF; restart markers: all within compressed data.
            [0xFF, ..] => {}
            [0x00 | 0x01 | 0xD0..=0xD7, ref after @ ..] => rest = after,
            [_, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([high, low]));
                rest = rest.get(1 + length..).unwrap_or_default();
            }
            _ => return false,
        }
    }
    false
}

fn to_8_bits(pixels: DynamicImage) -> DynamicImage {
    if !pixels.color().has_alpha() {
        return DynamicImage::ImageRgb8(pixels.into_rgb8());
    }
    let pixels = pixels.into_rgba8();
    if pixels.pixels().all(|pixel| pixel.0[3] == u8::MAX) {
        return DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(pixels).into_rgb8());
    }
    DynamicImage::ImageRgba8(pixels)
}
