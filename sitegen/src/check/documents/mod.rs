//! What a document offers to those who open it, and what it gives away: its text and facts.
//!
//! Documents come from anywhere and are hostile until read. So everything is counted in advance: a document's parts
//! are unpacked up to [`MAX_UNPACKED`] octets together, text is kept up to [`MAX_TEXT`], and what nests is followed to
//! a set depth. The counts depend on the document alone, not on the clock: the same document always gives the same
//! answer. What lies beyond a limit is left unread, and [`Facts::is_cut`] says so.
//!
//! The kind is judged by content, never by name: editors rename files, and so do those who mean harm.

mod concern;
mod office;
mod pdf;
mod picture;
mod plain;
#[cfg(test)]
mod tests;
mod xml;

use std::panic::{UnwindSafe, catch_unwind};

pub use concern::Concern;

/// Most octets a document may have: above what a municipality should make its residents download.
pub const MAX_DOCUMENT: usize = 128 << 20;

/// Most octets that are unpacked of one document, everything together. Tests have less, since they run unoptimised and
/// reach it.
pub const MAX_UNPACKED: usize = if cfg!(test) { 4 << 20 } else { 256 << 20 };

/// Most octets of text that are kept: about four thousand pages.
pub const MAX_TEXT: usize = 8 << 20;

/// Kinds of documents that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Portable Document Format.
    Pdf,
    /// Text, Office Open XML.
    Docx,
    /// Spreadsheet, Office Open XML.
    Xlsx,
    /// Presentation, Office Open XML.
    Pptx,
    /// Text, OpenDocument.
    Odt,
    /// Spreadsheet, OpenDocument.
    Ods,
    /// Presentation, OpenDocument.
    Odp,
    /// An older or newer office document whose content is encrypted, so that its kind cannot be told.
    Locked,
    /// Plain text of any sort: CSV, calendars, XML.
    Text,
    /// JPEG, PNG, WebP, GIF, TIFF, HEIC or AVIF.
    Picture,
}

/// What was found out about a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What it is.
    pub kind: Kind,
    /// Its text as far as [`MAX_TEXT`], also what is struck out, commented or hidden: it is published with the rest.
    pub text: String,
    /// Whether something was left unread because a limit was reached.
    pub is_cut: bool,
    /// Its title in its properties; not empty.
    pub title: Option<String>,
    /// Whether a reader's window is to show the title rather than the file's name; only PDF can say.
    pub displays_title: Option<bool>,
    /// The language it says it is in, as it says it: a BCP 47 tag if it is right.
    pub language: Option<String>,
    /// Whether it has a structure for screen readers; only PDF can lack it.
    pub is_tagged: Option<bool>,
    /// Whether it has any text at all. A PDF of pictures has none; for [`Kind::Picture`] it is always false.
    pub has_text: bool,
    /// How many pages it has, if that is fixed: only in PDF.
    pub pages: Option<u32>,
    /// Whether it, or a picture in it, says where on Earth it was made.
    pub has_position: bool,
    /// Whether changes to it were recorded and are still there, with what was deleted.
    pub has_tracked_changes: bool,
    /// Whether somebody's comments are in it.
    pub has_comments: bool,
    /// Who wrote it or saved it last, if its properties say; not empty.
    pub author: Option<String>,
    /// Whether a password or limits on what may be done with it stand in the way.
    pub is_encrypted: bool,
}

/// Why a document could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// None of the kinds that can be read: an archive, a film. There is nothing wrong with that.
    #[error("of a kind that is not looked into")]
    Unknown,
    /// An office document of the formats before 2007, which few programs still read.
    #[error("in an office format from before 2007")]
    Outdated,
    /// More than [`MAX_DOCUMENT`] octets.
    #[error("too large to look into")]
    TooLarge,
    /// Its content contradicts its format; the reason is for those who look for the fault.
    #[error("damaged: {0}")]
    Damaged(String),
}

/// Reads a document.
///
/// `name` serves only to tell a text in an old encoding from something that is no text.
///
/// # Errors
/// [`Unreadable`]; a damaged document whose beginning could be read is also an error.
pub fn inspect(name: &str, bytes: &[u8]) -> Result<Facts, Unreadable> {
    if bytes.len() > MAX_DOCUMENT {
        return Err(Unreadable::TooLarge);
    }
    // Readers of PDF forgive what stands before the header, within the first kilobyte.
    let beginning = &bytes[..bytes.len().min(1024)];
    if beginning.windows(5).any(|window| window == b"%PDF-") {
        return pdf::inspect(bytes);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return office::inspect(bytes);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return office::inspect_compound(bytes);
    }
    if picture::is_picture(bytes) {
        return Ok(Facts { has_position: picture::has_position(bytes), ..Facts::new(Kind::Picture) });
    }
    plain::inspect(name, bytes)
}

impl Facts {
    /// Of a document about which nothing is known yet.
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            text: String::new(),
            is_cut: false,
            title: None,
            displays_title: None,
            language: None,
            is_tagged: None,
            has_text: false,
            pages: None,
            has_position: false,
            has_tracked_changes: false,
            has_comments: false,
            author: None,
            is_encrypted: false,
        }
    }
}

/// The text of a document while it is collected.
#[derive(Debug, Default)]
struct Text {
    kept: String,
    is_cut: bool,
}

impl Text {
    fn push(&mut self, text: &str) {
        let room = MAX_TEXT - self.kept.len();
        self.is_cut |= text.len() > room;
        self.kept.push_str(&text[..text.floor_char_boundary(room)]);
    }

    /// Parts what comes from what was, unless it is parted already.
    fn part(&mut self, separator: char) {
        if !self.kept.is_empty() && !self.kept.ends_with(['\n', separator]) {
            self.push(separator.encode_utf8(&mut [0; 4]));
        }
    }

    fn has_any(&self) -> bool {
        self.kept.chars().any(|letter| !letter.is_whitespace())
    }
}

/// Octets that may still be unpacked.
#[derive(Debug)]
struct Budget {
    left: usize,
}

impl Budget {
    fn new() -> Self {
        Self { left: MAX_UNPACKED }
    }

    /// Takes `amount` away; false when there is not so much left, and then there is nothing left.
    fn spend(&mut self, amount: usize) -> bool {
        let rest = self.left.checked_sub(amount);
        self.left = rest.unwrap_or(0);
        rest.is_some()
    }
}

/// Text that says something: trimmed and not empty.
fn stated(text: &str) -> Option<String> {
    let text = text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// Runs a parser that others wrote. They are tested against hostile input, and still have had panics on it; a build
/// must not end by one when the fault is one attachment's.
fn guarded<T>(parse: impl FnOnce() -> Result<T, Unreadable> + UnwindSafe) -> Result<T, Unreadable> {
    catch_unwind(parse).unwrap_or_else(|_| Err(Unreadable::Damaged("its parser failed".to_owned())))
}
