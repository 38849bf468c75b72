//! Whether a dump came to its end, as far as its octets tell: read as they pass, a few of them kept.
//!
//! A dump tool that dies half-way may still exit with 0, or a script around it may. What it wrote must show by itself that it
//! is whole: a trailer, or the structure of an archive.

use super::archive::Archive;

/// The end that a stream must have.
#[derive(Debug)]
pub(super) enum Ending {
    /// Any: its program's exit status is all there is.
    Any,
    /// A text in the last lines.
    Trailer(Trailer),
    /// That of an archive in PostgreSQL's custom format.
    Archive(Box<Archive>),
}

/// A text that must stand near the end.
#[derive(Debug)]
pub(super) struct Trailer {
    expected: Vec<u8>,
    /// So many octets may follow.
    room: usize,
    tail: Vec<u8>,
}

/// So many octets may follow a trailer: line ends, a date, `\unrestrict` of newer dumps.
const ROOM: usize = 256;

impl Ending {
    pub(super) fn trailer(expected: &str) -> Self {
        Self::trailer_within(expected, ROOM)
    }

    pub(super) fn trailer_within(expected: &str, room: usize) -> Self {
        Self::Trailer(Trailer { expected: expected.as_bytes().to_vec(), room, tail: Vec::new() })
    }

    pub(super) fn archive() -> Self {
        Self::Archive(Box::default())
    }

    /// Takes in what has passed.
    pub(super) fn take_in(&mut self, part: &[u8]) {
        match self {
            Self::Any => {}
            Self::Trailer(trailer) => trailer.take_in(part),
            Self::Archive(archive) => archive.take_in(part),
        }
    }

    /// Whether what has passed is all.
    ///
    /// # Errors
    /// What is missing.
    pub(super) fn judge(&self) -> Result<(), String> {
        match self {
            Self::Any => Ok(()),
            Self::Trailer(trailer) => trailer.judge(),
            Self::Archive(archive) => archive.judge(),
        }
    }
}

impl Trailer {
    fn take_in(&mut self, part: &[u8]) {
        let room = self.expected.len() + self.room;
        self.tail.extend_from_slice(&part[part.len().saturating_sub(room)..]);
        if self.tail.len() > room {
            self.tail.drain(..self.tail.len() - room);
        }
    }

    fn judge(&self) -> Result<(), String> {
        let is_there = !self.expected.is_empty()
            && self.tail.windows(self.expected.len()).any(|window| window == self.expected.as_slice());
        if is_there { Ok(()) } else { Err(format!("no \"{}\"", String::from_utf8_lossy(&self.expected))) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_trailer_is_found_however_the_stream_is_cut_into_parts(
            before in prop::collection::vec(any::<u8>(), 0..2000), after in prop::collection::vec(any::<u8>(), 0..100),
            size in 1_usize..700,
        ) {
            let whole = [&before[..], b"-- Dump completed", &after].concat();
            let mut ending = Ending::trailer("-- Dump completed");
            whole.chunks(size).for_each(|part| ending.take_in(part));
            prop_assert_eq!(ending.judge(), Ok(()));
            let mut cut = Ending::trailer("-- Dump completed");
            whole[..before.len() + 16].chunks(size).for_each(|part| cut.take_in(part));
            prop_assert!(cut.judge().is_err() || before.windows(17).any(|window| window == b"-- Dump completed"));
        }
    }
}
