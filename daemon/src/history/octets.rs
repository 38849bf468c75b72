//! Numbers in octets: how rows and blocks write them, and how they are read from a file that nobody vouches for.

/// Octets that are read from the front. Whatever is in them, reading ends with none, not with a panic.
#[derive(Debug, Clone, Copy)]
pub(super) struct Octets<'a>(&'a [u8]);

impl<'a> Octets<'a> {
    pub(super) const fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many are left.
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// The next `count` of them.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The next `N` of them.
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    /// A number as [`put_number`] writes it.
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let [octet] = self.array()?;
            let part = u64::from(octet & 0x7f);
            // The tenth octet has room for one bit only.
            if shift == 63 && part > 1 {
                return None;
            }
            number |= part << shift;
            if octet & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A number that is at most `most`: how many of something follow.
    pub(super) fn count(&mut self, most: usize) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= most)
    }

    /// A number as [`put_signed`] writes it.
    pub(super) fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        let magnitude = (number >> 1).cast_signed();
        Some(if number & 1 == 0 { magnitude } else { !magnitude })
    }
}

/// Seven bits an octet, the lowest first; all octets but the last have their highest bit set (LEB128).
pub(super) fn put_number(into: &mut Vec<u8>, mut number: u64) {
    loop {
        let part = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            into.push(part);
            return;
        }
        into.push(part | 0x80);
    }
}

/// [`put_number`] of how many of something follow.
pub(super) fn put_count(into: &mut Vec<u8>, count: usize) {
    put_number(into, count as u64);
}

/// Small numbers of either sign in few octets.
pub(super) fn put_signed(into: &mut Vec<u8>, number: i64) {
    put_number(into, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(unsigned in any::<u64>(), signed in any::<i64>(), shift in 0_u32..64) {
            let mut octets = Vec::new();
            put_number(&mut octets, unsigned >> shift);
            put_signed(&mut octets, signed >> shift);
            let mut read = Octets::new(&octets);
            prop_assert_eq!(read.number(), Some(unsigned >> shift));
            prop_assert_eq!(read.signed(), Some(signed >> shift));
            prop_assert!(read.is_empty());
        }

        #[test]
        fn anything_can_be_read(octets in proptest::collection::vec(any::<u8>(), 0..24)) {
            let mut read = Octets::new(&octets);
            while read.number().is_some() {}
            let _ = (read.signed(), read.count(9), read.take(3), read.array::<8>());
        }
    }
}
