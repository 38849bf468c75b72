//! Whether a picture says where it was taken.

use std::io::Cursor;

use exif::{In, Reader, Tag};

use super::guarded;

/// How XMP writes a position, in attributes and in elements. It is stored plainly in every format.
const XMP_POSITION: &[u8] = b"exif:GPSLatitude";

/// Whether the beginning is that of a picture's format that may carry a position, or of GIF.
pub(super) fn is_picture(bytes: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 6] = [b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1A\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*"];
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let brands: [&[u8]; 7] = [b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif"];
    let is_heif = bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12).is_some_and(|brand| brands.contains(&brand));
    is_webp || is_heif || BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning))
}

/// Whether a latitude is in its EXIF or XMP. A picture that cannot be read says nothing to anybody.
pub(super) fn has_position(bytes: &[u8]) -> bool {
    let in_exif = guarded(|| {
        let mut reader = Reader::new();
        // One wrong field, which cameras write, must not hide the rest.
        reader.continue_on_error(true);
        let read = reader.read_from_container(&mut Cursor::new(bytes));
        let read = read.or_else(|error| error.distill_partial_result(|_| ()));
        Ok(read.is_ok_and(|exif| exif.get_field(Tag::GPSLatitude, In::PRIMARY).is_some()))
    });
    in_exif.unwrap_or(false) || bytes.windows(XMP_POSITION.len()).any(|window| window == XMP_POSITION)
}
