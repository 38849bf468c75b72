//! Pixels made smaller, and written.

use fast_image_resize as resize;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ExtendedColorType, ImageEncoder, RgbImage, RgbaImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::{ImageError, Size};

/// Where text on photographs stays clean and a further step costs more bytes than anyone sees.
pub(super) const WEBP_QUALITY: u8 = 78;
/// As above; JPEG is only for browsers older than 2020, so it may be a little larger.
pub(super) const JPEG_QUALITY: u8 = 80;

/// Resamples with Lanczos and premultiplied alpha. The same size is a copy.
pub(super) fn shrink(pixels: &DynamicImage, size: Size) -> Result<DynamicImage, ImageError> {
    if (pixels.width(), pixels.height()) == (size.width, size.height) {
        return Ok(pixels.clone());
    }
    let pixel_type = if pixels.color().has_alpha() { resize::PixelType::U8x4 } else { resize::PixelType::U8x3 };
    let failed = |reason: String| ImageError::Defect { step: "resampled", reason };
    let source = resize::images::ImageRef::new(pixels.width(), pixels.height(), pixels.as_bytes(), pixel_type)
        .map_err(|error| failed(error.to_string()))?;
    let mut target = resize::images::Image::new(size.width, size.height, pixel_type);
    let options = resize::ResizeOptions::new().resize_alg(resize::ResizeAlg::Convolution(resize::FilterType::Lanczos3));
    resize::Resizer::new().resize(&source, &mut target, &options).map_err(|error| failed(error.to_string()))?;
    with_bytes(pixels, size, target.into_vec()).ok_or_else(|| failed("resampled to a wrong length".to_owned()))
}

/// A picture like `model` with other content; nothing when `bytes` has the wrong length.
fn with_bytes(model: &DynamicImage, Size { width, height }: Size, bytes: Vec<u8>) -> Option<DynamicImage> {
    if model.color().has_alpha() {
        return RgbaImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgba8);
    }
    RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8)
}

/// Converts to sRGB, which is what browsers take pictures without a profile for; iPhones store Display P3.
///
/// A profile that cannot be read or is for other channels than the pixels' is ignored, as browsers do. That is also
/// the way of CMYK: its decoder has already gone to RGB without the profile, so colours are near, not exact.
pub(super) fn to_srgb(pixels: DynamicImage, profile: &[u8], gray: bool) -> DynamicImage {
    let Ok(profile) = ColorProfile::new_from_slice(profile) else { return pixels };
    let wanted = if gray { DataColorSpace::Gray } else { DataColorSpace::Rgb };
    if profile.color_space != wanted {
        return pixels;
    }
    let alpha = pixels.color().has_alpha();
    let to = if alpha { Layout::Rgba } else { Layout::Rgb };
    let (from, source) = match (gray, alpha) {
        (false, _) => (to, pixels.as_bytes().to_vec()),
        (true, false) => (Layout::Gray, pixels.as_bytes().chunks_exact(3).map(|pixel| pixel[0]).collect()),
        (true, true) => {
            let pairs = pixels.as_bytes().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[3]]);
            (Layout::GrayAlpha, pairs.collect())
        }
    };
    let mut converted = vec![0; pixels.as_bytes().len()];
    let srgb = ColorProfile::new_srgb();
    let done = profile
        .create_transform_8bit(from, &srgb, to, TransformOptions::default())
        .and_then(|transform| transform.transform(&source, &mut converted));
    let size = Size { width: pixels.width(), height: pixels.height() };
    match done {
        Ok(()) => with_bytes(&pixels, size, converted).unwrap_or(pixels),
        Err(_) => pixels,
    }
}

pub(super) fn encode_webp(pixels: &DynamicImage) -> Result<Vec<u8>, ImageError> {
    let failed = |reason: String| ImageError::Defect { step: "written as WebP", reason };
    let layout = if pixels.color().has_alpha() { webp::PixelLayout::Rgba } else { webp::PixelLayout::Rgb };
    let mut config = webp::WebPConfig::new().map_err(|()| failed("libwebp of another version".to_owned()))?;
    config.quality = f32::from(WEBP_QUALITY);
    let encoded = webp::Encoder::new(pixels.as_bytes(), layout, pixels.width(), pixels.height())
        .encode_advanced(&config)
        .map_err(|error| failed(format!("{error:?}")))?;
    Ok(encoded.to_vec())
}

pub(super) fn encode_jpeg(pixels: &DynamicImage) -> Result<Vec<u8>, ImageError> {
    let failed = |reason: String| ImageError::Defect { step: "written as JPEG", reason };
    let side = |pixels: u32| u16::try_from(pixels).map_err(|error| failed(error.to_string()));
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, JPEG_QUALITY);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    encoder.set_chroma_subsampling_method(jpeg_encoder::ChromaSubsamplingMethod::Average);
    encoder.set_progressive(true);
    encoder.set_optimized_huffman_tables(true);
    encoder
        .encode(pixels.as_bytes(), side(pixels.width())?, side(pixels.height())?, jpeg_encoder::ColorType::Rgb)
        .map_err(|error| failed(error.to_string()))?;
    Ok(bytes)
}

pub(super) fn encode_png(pixels: &DynamicImage) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive)
        .write_image(pixels.as_bytes(), pixels.width(), pixels.height(), ExtendedColorType::Rgba8)
        .map_err(|error| ImageError::Defect { step: "written as PNG", reason: error.to_string() })?;
    Ok(bytes)
}
