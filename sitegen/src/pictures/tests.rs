use std::fs;
use std::io::{Cursor, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Barrier;
use std::time::{Duration, SystemTime};

use image::codecs::gif::GifEncoder;
use image::{Frame, ImageBuffer, ImageFormat, RgbImage, Rgba, RgbaImage};
use moxcms::ColorProfile;
use tempfile::TempDir;

use super::cache::{Entry, MANIFEST, key};
use super::*;

const RED: [u8; 3] = [220, 30, 30];
const GREEN: [u8; 3] = [30, 180, 60];
const BLUE: [u8; 3] = [40, 60, 210];
const WHITE: [u8; 3] = [245, 245, 245];

fn cache() -> (TempDir, ImageCache) {
    let folder = tempfile::tempdir().unwrap();
    let cache = ImageCache::new(folder.path().join("pictures"));
    (folder, cache)
}

fn widths() -> Widths {
    Widths::new(&[1600, 480, 960]).unwrap()
}

fn attempt(bytes: &[u8]) -> Result<Variants, ImageError> {
    let (_folder, cache) = cache();
    cache.variants("foto", bytes, &widths())
}

/// Quarters of four colours, read in lines: red, green, blue, white.
fn quarters(width: u32, height: u32) -> RgbImage {
    ImageBuffer::from_fn(width, height, |x, y| {
        image::Rgb(match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => WHITE,
        })
    })
}

fn jpeg(pixels: &[u8], width: u16, height: u16, color: jpeg_encoder::ColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 95).encode(pixels, width, height, color).unwrap();
    bytes
}

fn quarters_jpeg(width: u16, height: u16) -> Vec<u8> {
    jpeg(&quarters(width.into(), height.into()), width, height, jpeg_encoder::ColorType::Rgb)
}

fn png(pixels: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A big-endian TIFF with orientation and a GPS directory, as telephones write it.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08".to_vec();
    tiff.extend([0, 2]);
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]);
    tiff.extend([0; 4]);
    tiff.extend([0, 1]);
    // GPSMapDatum, ASCII: a text that can be looked for in the output.
    tiff.extend([0, 0x12, 0, 2, 0, 0, 0, 14, 0, 0, 0, 56]);
    tiff.extend([0; 4]);
    tiff.extend(b"SECRET-PLACE\0\0");
    tiff
}

fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, content, &jpeg[2..]].concat()
}

fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    with_segment(jpeg, 0xE1, &[b"Exif\0\0".as_slice(), &exif(orientation)].concat())
}

fn png_chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), content].concat();
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [length.as_slice(), &body, &crc32fast::hash(&body).to_be_bytes()].concat()
}

fn bomb_png(side: u32) -> Vec<u8> {
    let header = [side.to_be_bytes().as_slice(), &side.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".as_slice(), &png_chunk(b"IHDR", &header), &png_chunk(b"IDAT", &[0x78, 0x9c, 0, 0])].concat()
}

fn gif(frames: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for number in 0..frames {
        let color = if number == 0 { RED } else { BLUE };
        let pixels = RgbaImage::from_pixel(600, 300, Rgba([color[0], color[1], color[2], 255]));
        encoder.encode_frame(Frame::new(pixels)).unwrap();
    }
    drop(encoder);
    bytes
}

fn moving_webp() -> Vec<u8> {
    let first = RgbImage::from_pixel(600, 300, image::Rgb(RED));
    let second = RgbImage::from_pixel(600, 300, image::Rgb(BLUE));
    let config = webp::WebPConfig::new().unwrap();
    let mut encoder = webp::AnimEncoder::new(600, 300, &config);
    encoder.add_frame(webp::AnimFrame::from_rgb(&first, 600, 300, 0));
    encoder.add_frame(webp::AnimFrame::from_rgb(&second, 600, 300, 100));
    encoder.encode().to_vec()
}

fn open(variant: &Variant) -> DynamicImage {
    image::open(&variant.file).unwrap()
}

fn near(pixel: [u8; 4], color: [u8; 3]) -> bool {
    pixel.iter().zip(color).all(|(own, wanted)| own.abs_diff(wanted) < 24)
}

fn color_at(pixels: &DynamicImage, x: u32, y: u32) -> [u8; 4] {
    image::GenericImageView::get_pixel(pixels, x, y).0
}

#[test]
fn every_orientation_ends_upright() {
    // How EXIF 2.32, "Orientation", shows red, green, blue, white, read in lines.
    let table = [
        (1, [RED, GREEN, BLUE, WHITE]),
        (2, [GREEN, RED, WHITE, BLUE]),
        (3, [WHITE, BLUE, GREEN, RED]),
        (4, [BLUE, WHITE, RED, GREEN]),
        (5, [RED, BLUE, GREEN, WHITE]),
        (6, [BLUE, RED, WHITE, GREEN]),
        (7, [WHITE, GREEN, BLUE, RED]),
        (8, [GREEN, WHITE, RED, BLUE]),
    ];
    let plain = quarters_jpeg(640, 320);
    for (orientation, expected) in table {
        let picture = with_exif(&plain, orientation);
        let (_folder, cache) = cache();
        let made = cache.variants("foto", &picture, &widths()).unwrap();
        let upright = if orientation < 5 { (640, 320) } else { (320, 640) };
        assert_eq!(dimensions(&picture).unwrap(), upright, "{orientation}");
        assert_eq!((made.width, made.height), upright, "{orientation}");
        for variant in made.webp.iter().chain(&made.fallback) {
            let pixels = open(variant);
            let (width, height) = (pixels.width(), pixels.height());
            assert_eq!((width, height), (variant.width, variant.height));
            for (quarter, color) in (0..).zip(expected) {
                let seen =
                    color_at(&pixels, width / 4 + quarter % 2 * width / 2, height / 4 + quarter / 2 * height / 2);
                assert!(near(seen, color), "{orientation}, quarter {quarter}: {seen:?}");
            }
        }
    }
}

#[test]
fn no_metadata_reaches_the_output() {
    let mut picture = with_exif(&quarters_jpeg(640, 320), 6);
    picture = with_segment(&picture, 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>SECRET-XMP</x>");
    picture = with_segment(&picture, 0xFE, b"SECRET-COMMENT");
    assert!(picture.windows(12).any(|part| part == b"SECRET-PLACE"));
    let (_folder, cache) = cache();
    let made = cache.variants("foto", &picture, &widths()).unwrap();
    for variant in made.webp.iter().chain(&made.fallback) {
        let bytes = fs::read(&variant.file).unwrap();
        for word in [b"SECRET".as_slice(), b"Exif", b"EXIF", b"xap", b"ICC_PROFILE", b"ICCP"] {
            assert!(!bytes.windows(word.len()).any(|part| part == word), "{} in {}", word.escape_ascii(), variant.name);
        }
    }
}

#[test]
fn pictures_are_never_enlarged() {
    let sizes = |width, height| -> Vec<(u32, u32)> {
        let sizes = widths().sizes(Size { width, height }).unwrap();
        sizes.into_iter().map(|size| (size.width, size.height)).collect()
    };
    assert_eq!(sizes(4000, 3000), [(480, 360), (960, 720), (1600, 1200)]);
    assert_eq!(sizes(1600, 900), [(480, 270), (960, 540), (1600, 900)]);
    assert_eq!(sizes(1000, 1), [(480, 1), (960, 1), (1000, 1)]);
    assert_eq!(sizes(479, 100), [(479, 100)]);
    assert_eq!(sizes(1080, 20_000), [(480, 8889), (884, 16_370)]);
    assert!(matches!(widths().sizes(Size { width: 1, height: 20_000 }), Err(ImageError::TooThin { .. })));
}

#[test]
fn widths_that_make_no_sense_are_refused() {
    for widths in [[].as_slice(), &[0], &[480, MAX_SIDE + 1]] {
        assert!(matches!(Widths::new(widths), Err(ImageError::Widths)));
    }
}

#[test]
fn stems_cannot_leave_the_folder() {
    let (_folder, cache) = cache();
    for stem in ["", "../foto", "a/b", "Foto", "žiema", "a b"] {
        let made = cache.variants(stem, &quarters_jpeg(64, 32), &widths());
        assert!(matches!(made, Err(ImageError::Stem(_))), "{stem}");
    }
}

#[test]
fn bombs_are_refused_from_their_header() {
    let mut big_gif = gif(1);
    big_gif[6..10].copy_from_slice(&[0xFF; 4]);
    for bomb in [bomb_png(50_000), big_gif] {
        assert!(matches!(dimensions(&bomb), Err(ImageError::TooManyPixels { .. })));
        assert!(matches!(attempt(&bomb), Err(ImageError::TooManyPixels { .. })));
    }
}

#[test]
fn a_profile_that_inflates_without_end_costs_no_memory() {
    let mut zeros = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..300 {
        zeros.write_all(&[0; 1 << 20]).unwrap();
    }
    let small = png(&DynamicImage::ImageRgb8(quarters(64, 32)));
    let profile = png_chunk(b"iCCP", &[b"p\0\0".as_slice(), &zeros.finish().unwrap()].concat());
    let bomb = [&small[..33], &profile, &small[33..]].concat();
    let profile = Source::open(&bomb).map(|mut source| source.decoder().icc_profile());
    assert!(!matches!(profile, Ok(Ok(Some(_)))), "either refused or read without the profile");
}

#[test]
fn truncated_files_are_refused_at_every_length() {
    let alpha = DynamicImage::ImageRgba8(RgbaImage::from_fn(64, 32, |x, y| Rgba([x as u8, y as u8, 9, 128])));
    let webp = encode_webp(&DynamicImage::ImageRgb8(quarters(64, 32))).unwrap();
    let lossy = encode_webp(&alpha).unwrap();
    for whole in [quarters_jpeg(64, 32), png(&alpha), gif(1), webp, lossy] {
        assert!(attempt(&whole).is_ok());
        // Containers end with a few bytes that decoders may do without.
        for length in (0..whole.len().saturating_sub(16)).step_by(7) {
            let made = attempt(&whole[..length]);
            assert!(made.is_err(), "{length} of {} bytes: {:?}", whole.len(), whole.get(..4));
        }
    }
}

#[test]
fn a_film_behind_the_picture_does_no_harm() {
    let picture = [quarters_jpeg(64, 32), b"\0\0\0\x18ftypmp42".to_vec()].concat();
    assert!(attempt(&picture).is_ok());
}

#[test]
fn foreign_files_are_called_by_their_name() {
    assert!(matches!(attempt(b"Labas rytas, cia ne paveikslas."), Err(ImageError::NotAPicture)));
    assert!(matches!(attempt(b""), Err(ImageError::NotAPicture)));
    let table: [(&[u8], &str); 4] = [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1", "AVIF"),
        (b"II\x2A\0\x08\0\0\0", "TIFF"),
        (b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG"),
    ];
    for (bytes, expected) in table {
        let Err(ImageError::Unsupported { format, .. }) = attempt(bytes) else { panic!("{expected}") };
        assert_eq!(format, expected);
    }
}

#[test]
fn printers_cmyk_becomes_rgb() {
    let inks: Vec<u8> = [0_u8, 255, 255, 0].repeat(64 * 32);
    for color in [jpeg_encoder::ColorType::Cmyk, jpeg_encoder::ColorType::CmykAsYcck] {
        let (_folder, cache) = cache();
        let made = cache.variants("foto", &jpeg(&inks, 64, 32, color), &widths()).unwrap();
        let seen = color_at(&open(&made.fallback[0]), 20, 20);
        assert!(near(seen, [255, 0, 0]), "{color:?}: {seen:?}");
    }
}

#[test]
fn sixteen_bits_become_eight() {
    let deep = DynamicImage::ImageRgb8(quarters(640, 320)).into_rgba16();
    let (_folder, cache) = cache();
    let made = cache.variants("foto", &png(&DynamicImage::ImageRgba16(deep)), &widths()).unwrap();
    assert_eq!(made.fallback[0].format, Format::Jpeg, "an alpha channel without transparency needs no PNG");
    assert!(near(color_at(&open(&made.webp[1]), 10, 10), RED));
}

#[test]
fn transparency_survives_in_both_formats() {
    let pixels = RgbaImage::from_fn(640, 320, |x, _| Rgba([220, 30, 30, if x < 320 { 0 } else { 255 }]));
    let (_folder, cache) = cache();
    let made = cache.variants("foto", &png(&DynamicImage::ImageRgba8(pixels)), &widths()).unwrap();
    assert_eq!(made.fallback[0].format, Format::Png);
    for variant in [&made.webp[0], &made.fallback[0]] {
        let pixels = open(variant);
        assert_eq!(color_at(&pixels, 20, 20)[3], 0);
        assert_eq!(color_at(&pixels, 460, 20)[3], 255);
        assert!(near(color_at(&pixels, 460, 20), RED));
    }
}

#[test]
fn animations_stand_still_at_their_first_frame() {
    for (picture, moves) in [(gif(3), true), (gif(1), false), (moving_webp(), true)] {
        let (_folder, cache) = cache();
        let made = cache.variants("foto", &picture, &widths()).unwrap();
        assert_eq!(made.animated, moves);
        assert!(near(color_at(&open(&made.fallback[0]), 20, 20), RED));
    }
}

#[test]
fn a_wide_profile_is_converted_to_srgb() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let picture = quarters_jpeg(64, 32);
    let tagged = with_segment(&picture, 0xE2, &[b"ICC_PROFILE\0\x01\x01".as_slice(), &profile].concat());
    let (_folder, cache) = cache();
    let plain = cache.variants("foto", &picture, &widths()).unwrap();
    let converted = cache.variants("foto", &tagged, &widths()).unwrap();
    let (before, after) = (open(&plain.fallback[0]), open(&converted.fallback[0]));
    // P3 (220, 30, 30) is a red that sRGB has only at its edge; P3 white is sRGB white.
    assert!(color_at(&after, 10, 10)[0] > color_at(&before, 10, 10)[0] + 8);
    assert!(near(color_at(&after, 54, 26), WHITE));
}

#[test]
fn a_broken_profile_is_ignored() {
    let broken = with_segment(&quarters_jpeg(64, 32), 0xE2, b"ICC_PROFILE\0\x01\x01no profile");
    assert!(attempt(&broken).is_ok());
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let picture = quarters_jpeg(1000, 700);
    let ((_one, first), (_two, second)) = (cache(), cache());
    let first = first.variants("foto", &picture, &widths()).unwrap();
    let second = second.variants("foto", &picture, &widths()).unwrap();
    for (one, two) in first.webp.iter().chain(&first.fallback).zip(second.webp.iter().chain(&second.fallback)) {
        assert_eq!(one.name, two.name);
        assert_eq!(fs::read(&one.file).unwrap(), fs::read(&two.file).unwrap());
    }
}

/// Fails when an encoder or resampler changed its output: raise `PIPELINE`, then copy the new names.
#[test]
fn the_bytes_of_a_known_picture_have_not_changed() {
    let (_folder, cache) = cache();
    let opaque = DynamicImage::ImageRgb8(ImageBuffer::from_fn(1000, 700, |x, y| {
        image::Rgb([(x / 4) as u8, (y / 3) as u8, ((x * y) / 512) as u8])
    }));
    let clear =
        DynamicImage::ImageRgba8(RgbaImage::from_fn(500, 350, |x, y| Rgba([x as u8, y as u8, 9, (x / 2) as u8])));
    let mut names = Vec::new();
    for picture in [opaque, clear] {
        let made = cache.variants("foto", &png(&picture), &widths()).unwrap();
        names.extend(made.webp.into_iter().chain(made.fallback).map(|variant| variant.name));
    }
    assert_eq!(names, KNOWN);
}

const KNOWN: [&str; 10] = [
    "foto-480.5308faa42d7a.webp",
    "foto-960.7595ed0af011.webp",
    "foto-1000.2f308ba69250.webp",
    "foto-480.9fa446b54914.jpg",
    "foto-960.7c82b5f6c713.jpg",
    "foto-1000.b6911e19fddf.jpg",
    "foto-480.961806406602.webp",
    "foto-500.742112a4bb73.webp",
    "foto-480.c5eae23b7559.png",
    "foto-500.13ab1353e78a.png",
];

#[test]
fn a_hit_decodes_nothing() {
    let (_folder, cache) = cache();
    let picture = quarters_jpeg(1000, 700);
    let made = cache.variants("foto", &picture, &widths()).unwrap();
    let key = key(&picture, &widths());
    let entry = cache.entry(&key, || panic!("decoded again")).unwrap();
    assert_eq!(entry.into_variants("foto", &cache.folder.join(&key)), made);
}

#[test]
fn other_widths_or_bytes_are_another_entry() {
    let picture = quarters_jpeg(64, 32);
    let other = Widths::new(&[480, 960]).unwrap();
    assert_ne!(key(&picture, &widths()), key(&picture, &other));
    assert_ne!(key(&picture, &widths()), key(&quarters_jpeg(64, 34), &widths()));
}

#[test]
fn harm_to_an_entry_is_noticed_and_repaired() {
    let (_folder, cache) = cache();
    let picture = quarters_jpeg(1000, 700);
    let made = cache.variants("foto", &picture, &widths()).unwrap();
    let sound = fs::read(&made.webp[1].file).unwrap();
    let manifest = cache.folder.join(key(&picture, &widths())).join(MANIFEST);
    let noted = fs::read(&manifest).unwrap();
    let flipped = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        bytes
    };
    let table: [(&Path, Option<Vec<u8>>); 7] = [
        (&made.webp[1].file, Some(Vec::new())),
        (&made.webp[1].file, Some(sound[..sound.len() - 1].to_vec())),
        (&made.webp[1].file, Some(flipped(&sound))),
        (&made.webp[1].file, None),
        (&manifest, Some(Vec::new())),
        (&manifest, Some(flipped(&noted))),
        (&manifest, None),
    ];
    for (path, content) in table {
        match content {
            Some(content) => fs::write(path, content).unwrap(),
            None => fs::remove_file(path).unwrap(),
        }
        assert_eq!(cache.variants("foto", &picture, &widths()).unwrap(), made);
        assert_eq!(fs::read(&made.webp[1].file).unwrap(), sound);
        assert_eq!(fs::read(&manifest).unwrap(), noted);
    }
}

#[test]
fn writers_at_once_agree() {
    let (_folder, cache) = cache();
    let picture = quarters_jpeg(1000, 700);
    let start = Barrier::new(6);
    let made: Vec<Variants> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..6)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    cache.variants("foto", &picture, &widths()).unwrap()
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    assert!(made.iter().all(|one| *one == made[0]));
    let folder = cache.folder.join(key(&picture, &widths()));
    assert!(Entry::read(&folder).is_some());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 7, "six variants, a manifest, no leftovers");
}

#[test]
fn a_killed_builds_leftovers_do_not_disturb_and_are_swept() {
    let (_folder, cache) = cache();
    let picture = quarters_jpeg(64, 32);
    let folder = cache.folder.join(key(&picture, &widths()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(".tmpAbCdEf"), b"half").unwrap();
    fs::write(folder.join("64.webp"), b"half").unwrap();
    cache.variants("foto", &picture, &widths()).unwrap();
    assert!(Entry::read(&folder).is_some());

    let month = Duration::from_secs(30 * 24 * 60 * 60);
    cache.sweep(month, SystemTime::now()).unwrap();
    assert!(folder.exists());
    cache.sweep(month, SystemTime::now() + 2 * month).unwrap();
    assert!(!folder.exists());
}

#[test]
fn an_old_entry_in_use_is_not_swept() {
    let (_folder, cache) = cache();
    let picture = quarters_jpeg(64, 32);
    cache.variants("foto", &picture, &widths()).unwrap();
    let folder = cache.folder.join(key(&picture, &widths()));
    let month = Duration::from_secs(30 * 24 * 60 * 60);
    let manifest = fs::File::options().append(true).open(folder.join(MANIFEST)).unwrap();
    manifest.set_modified(SystemTime::now() - 2 * month).unwrap();
    cache.variants("foto", &picture, &widths()).unwrap();
    cache.sweep(month, SystemTime::now()).unwrap();
    assert!(folder.exists());
}

#[test]
fn variants_are_readable_by_the_web_server() {
    let (_folder, cache) = cache();
    let made = cache.variants("foto", &quarters_jpeg(64, 32), &widths()).unwrap();
    assert_eq!(fs::metadata(&made.webp[0].file).unwrap().permissions().mode() & 0o777, 0o644);
}
