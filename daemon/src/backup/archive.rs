//! PostgreSQL's custom archive format, as far as telling whether an archive is whole takes: the table of contents says how many
//! blocks of data follow, each block says where it ends. `pg_restore -l` reads only the former, and is content with half an archive.
//!
//! Source: `src/bin/pg_dump/pg_backup_archiver.c` (`WriteHead`, `WriteToc`) and `pg_backup_custom.c` of PostgreSQL 11 to 18, whose
//! archives have versions 1.12 to 1.16.

/// Reads an archive as it passes.
#[derive(Debug)]
pub(super) struct Archive {
    /// What has come and is not understood yet: never more than one field.
    waiting: Vec<u8>,
    /// Octets that are passed over.
    skip: u64,
    place: Place,
    version: u16,
    /// Octets of an integer, without its sign, and of an offset.
    integer: usize,
    offset: usize,
    /// Entries in the table of contents that are not read yet.
    entries: i64,
    /// Blocks of data that the table of contents promises, and those that have come whole.
    promised: u64,
    whole: u64,
    /// Why it is no archive that we understand.
    broken: Option<String>,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Magic,
    /// An integer of the header, so many before the texts.
    Header(u8),
    HeaderText(u8),
    EntryCount,
    /// A field of an entry of the table of contents.
    Entry(u8),
    Dependency,
    EntryOffset,
    BlockKind,
    BlockEntry(bool),
    /// Lengths of pieces of a block.
    Piece,
    /// The number of a large object, 0 at the end of them.
    LargeObject,
    LargeObjectPiece,
}

/// What a field of an entry is.
#[derive(Clone, Copy)]
enum Field {
    Integer,
    /// An integer: whether the entry has data.
    HasData,
    Text,
}

const BLOCK_DATA: u8 = 1;
const BLOCK_LARGE_OBJECTS: u8 = 3;

/// A field is not longer: definitions of functions are.
const LONGEST: i64 = 1 << 30;

impl Default for Archive {
    fn default() -> Self {
        Self {
            waiting: Vec::new(),
            skip: 0,
            place: Place::Magic,
            version: 0,
            integer: 4,
            offset: 8,
            entries: 0,
            promised: 0,
            whole: 0,
            broken: None,
        }
    }
}

impl Archive {
    pub(super) fn take_in(&mut self, mut part: &[u8]) {
        while !part.is_empty() && self.broken.is_none() {
            if self.skip > 0 {
                let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(part.len());
                self.skip -= skipped as u64;
                part = &part[skipped..];
                continue;
            }
            let wanted = self.wanted().saturating_sub(self.waiting.len());
            let taken = wanted.min(part.len());
            self.waiting.extend_from_slice(&part[..taken]);
            part = &part[taken..];
            if taken == wanted {
                let field = std::mem::take(&mut self.waiting);
                self.understand(&field);
            }
        }
    }

    pub(super) fn judge(&self) -> Result<(), String> {
        match &self.broken {
            Some(broken) => Err(broken.clone()),
            None if self.place != Place::BlockKind || !self.waiting.is_empty() || self.skip > 0 => {
                Err("it ends in the middle".to_owned())
            }
            None if self.whole != self.promised => Err(format!("{} of {} blocks", self.whole, self.promised)),
            None => Ok(()),
        }
    }

    /// How many octets the next field has that must be seen.
    const fn wanted(&self) -> usize {
        match self.place {
            Place::Magic => 11,
            Place::BlockKind => 1,
            Place::EntryOffset => 1 + self.offset,
            // Of a text only its length; the text itself is passed over.
            _ => 1 + self.integer,
        }
    }

    fn understand(&mut self, field: &[u8]) {
        match self.place {
            Place::Magic => return self.magic(field),
            Place::BlockKind => {
                match field[0] {
                    BLOCK_DATA => self.place = Place::BlockEntry(false),
                    BLOCK_LARGE_OBJECTS => self.place = Place::BlockEntry(true),
                    other => self.broken = Some(format!("block of unknown kind {other}")),
                }
                return;
            }
            Place::EntryOffset => {
                self.entries -= 1;
                self.place = if self.entries > 0 { Place::Entry(0) } else { Place::BlockKind };
                return;
            }
            _ => {}
        }
        let Some(number) = number(field) else {
            self.broken = Some("a number is out of range".to_owned());
            return;
        };
        if number > LONGEST && self.place != Place::LargeObject {
            self.broken = Some("a field is too long".to_owned());
            return;
        }
        self.proceed(number);
    }

    fn magic(&mut self, field: &[u8]) {
        let [b'P', b'G', b'D', b'M', b'P', major, minor, _, integer, offset, format] = field else {
            self.broken = Some("it is no archive of pg_dump".to_owned());
            return;
        };
        self.version = u16::from(*major) << 8 | u16::from(*minor);
        (self.integer, self.offset) = (usize::from(*integer), usize::from(*offset));
        let is_known = (0x10C..=0x110).contains(&self.version) && *format == 1;
        if !is_known || self.integer == 0 || self.integer > 8 || self.offset == 0 || self.offset > 8 {
            self.broken = Some(format!("archives of version {major}.{minor} are not known"));
            return;
        }
        // Since 1.15 the compression is an octet; before, an integer.
        if self.version >= 0x10F {
            self.skip = 1;
            self.place = Place::Header(1);
        } else {
            self.place = Place::Header(0);
        }
    }

    /// Texts are passed over; their length is what was read.
    fn pass(&mut self, length: i64) {
        self.skip = u64::try_from(length).unwrap_or(0);
    }

    /// After an integer, or the length of a text.
    fn proceed(&mut self, number: i64) {
        self.place = match self.place {
            // Compression, then seconds, minutes, hours, day, month, year, daylight saving.
            Place::Header(7) => Place::HeaderText(0),
            Place::Header(read) => Place::Header(read + 1),
            // The database, the server's version, the tool's.
            Place::HeaderText(read) => {
                self.pass(number);
                if read == 2 { Place::EntryCount } else { Place::HeaderText(read + 1) }
            }
            Place::EntryCount => {
                self.entries = number;
                if number > 0 { Place::Entry(0) } else { Place::BlockKind }
            }
            Place::Entry(read) => self.entry(read, number),
            Place::Dependency if number < 0 => Place::EntryOffset,
            Place::Dependency => {
                self.pass(number);
                Place::Dependency
            }
            Place::BlockEntry(false) => Place::Piece,
            Place::BlockEntry(true) => Place::LargeObject,
            Place::Piece | Place::LargeObject if number == 0 => {
                self.whole += 1;
                Place::BlockKind
            }
            Place::LargeObject => Place::LargeObjectPiece,
            Place::LargeObjectPiece if number == 0 => Place::LargeObject,
            Place::Piece | Place::LargeObjectPiece => {
                self.pass(number);
                self.place
            }
            other @ (Place::Magic | Place::EntryOffset | Place::BlockKind) => other,
        };
    }

    fn entry(&mut self, read: u8, number: i64) -> Place {
        // Identifier, whether it has data, two texts of identifiers, tag, description, section, definition, drop, copy, namespace,
        // tablespace, since 1.14 the access method, since 1.16 the kind of relation, owner, whether with OIDs.
        let fields: &[Field] = match self.version {
            0x110.. => ENTRY_16,
            0x10E.. => ENTRY_14,
            _ => ENTRY_12,
        };
        match &fields[usize::from(read)] {
            Field::HasData => self.promised += u64::from(number != 0),
            Field::Integer => {}
            Field::Text => self.pass(number),
        }
        if usize::from(read) + 1 == fields.len() { Place::Dependency } else { Place::Entry(read + 1) }
    }
}

use Field::{HasData, Integer, Text};

const ENTRY_12: &[Field] =
    &[Integer, HasData, Text, Text, Text, Text, Integer, Text, Text, Text, Text, Text, Text, Text];
const ENTRY_14: &[Field] =
    &[Integer, HasData, Text, Text, Text, Text, Integer, Text, Text, Text, Text, Text, Text, Text, Text];
const ENTRY_16: &[Field] =
    &[Integer, HasData, Text, Text, Text, Text, Integer, Text, Text, Text, Text, Text, Text, Integer, Text, Text];

/// A sign, then the lowest octet first.
fn number(field: &[u8]) -> Option<i64> {
    let (sign, octets) = field.split_first()?;
    let value =
        octets.iter().rev().try_fold(0_i64, |value, octet| value.checked_mul(256)?.checked_add(i64::from(*octet)))?;
    Some(if *sign == 0 { value } else { -value })
}
