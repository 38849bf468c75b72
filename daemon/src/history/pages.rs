//! Numbers of many columns, compressed together and read one by one.
//!
//! What is alike (the first bits of numbers, how far extremes lie from means, how many samples there were, numbers that are exact)
//! shares one table of the codec (pco) and one search for the best way to write it; each column is a page of its own, found by its
//! place, so that who reads one series of a switch does not unpack the others. A column of one number is only that number.
//! The codec is given nothing that its checksum does not vouch for.

use std::borrow::Cow;
use std::ops::Range;

use pco::errors::PcoError;
use pco::wrapped::{ChunkCompressor, ChunkDecompressor, FileCompressor, FileDecompressor};
use pco::{ChunkConfig, DeltaSpec, ModeSpec, PagingSpec};

use super::octets::{Octets, put_count, put_number};

/// What is alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// The first bits of binary64 numbers, as whole numbers of the same order.
    Codes,
    /// Differences between codes, never negative.
    Spreads,
    /// How many of something.
    Counts,
}

/// The numbers of one column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Numbers {
    Whole(Class, Vec<u32>),
    Exact(Vec<f64>),
}

/// So many kinds of chunks there are: one a class, and one of exact numbers.
const CHUNKS: usize = 4;
const EXACT: usize = 3;

/// What an entry of the directory says, in its lowest bits.
mod kind {
    pub(super) const CONSTANT: u64 = 0;
    pub(super) const CONSTANT_EXACT: u64 = 1;
    pub(super) const PAGE: u64 = 2;
    pub(super) const PAGE_EXACT: u64 = 3;
}

/// More octets than this are not read at once.
const LONGEST: usize = 1 << 24;

impl Class {
    const ALL: [Self; 3] = [Self::Codes, Self::Spreads, Self::Counts];

    fn config(self) -> ChunkConfig {
        let delta = match self {
            Self::Codes => DeltaSpec::Auto,
            Self::Spreads | Self::Counts => DeltaSpec::NoOp,
        };
        ChunkConfig::default().with_mode_spec(ModeSpec::Classic).with_delta_spec(delta)
    }
}

impl Numbers {
    fn chunk(&self) -> usize {
        match self {
            Self::Whole(class, _) => *class as usize,
            Self::Exact(_) => EXACT,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Whole(_, numbers) => numbers.len(),
            Self::Exact(numbers) => numbers.len(),
        }
    }

    /// The number that all are, by its bits.
    fn constant(&self) -> Option<u64> {
        match self {
            Self::Whole(_, numbers) => {
                let first = *numbers.first()?;
                numbers.iter().all(|number| *number == first).then_some(u64::from(first))
            }
            Self::Exact(numbers) => {
                let first = numbers.first()?.to_bits();
                numbers.iter().all(|number| number.to_bits() == first).then_some(first)
            }
        }
    }
}

/// Compresses columns: what says where each of them is, and what it says it of.
///
/// # Errors
/// The codec refuses; it has no reason to.
pub(super) fn compress(columns: &[Numbers]) -> Result<(Vec<u8>, Vec<u8>), PcoError> {
    let mut body = Vec::new();
    let mut compressors = [const { None }; CHUNKS];
    let mut directory = Vec::new();
    let is_constant: Vec<Option<u64>> = columns.iter().map(Numbers::constant).collect();
    for (chunk, compressor) in compressors.iter_mut().enumerate() {
        let of_chunk = columns.iter().zip(&is_constant);
        let of_chunk = of_chunk.filter(|(column, constant)| constant.is_none() && column.chunk() == chunk);
        let pages: Vec<&Numbers> = of_chunk.map(|(column, _)| column).filter(|column| column.len() > 0).collect();
        let before = body.len();
        if !pages.is_empty() {
            let made = chunk_compressor(chunk, &pages)?;
            // In front the version of the codec's format, so that a later codec reads it too.
            FileCompressor::default().write_header(&mut body)?;
            made.write_meta(&mut body)?;
            seal(&mut body, before);
            *compressor = Some((made, 0));
        }
        put_count(&mut directory, body.len() - before);
    }
    for (column, constant) in columns.iter().zip(&is_constant) {
        let chunk = column.chunk();
        let (is_exact, constant) = (chunk == EXACT, constant.or((column.len() == 0).then_some(0)));
        if let Some(constant) = constant {
            put_number(
                &mut directory,
                (chunk as u64) << 2 | if is_exact { kind::CONSTANT_EXACT } else { kind::CONSTANT },
            );
            if is_exact {
                directory.extend_from_slice(&constant.to_le_bytes());
            } else {
                put_number(&mut directory, constant);
            }
        } else if let Some((compressor, page)) = &mut compressors[chunk] {
            let before = body.len();
            compressor.write_page(*page, &mut body)?;
            seal(&mut body, before);
            *page += 1;
            put_number(&mut directory, (chunk as u64) << 2 | if is_exact { kind::PAGE_EXACT } else { kind::PAGE });
            put_count(&mut directory, body.len() - before);
        }
    }
    Ok((directory, body))
}

fn chunk_compressor(chunk: usize, pages: &[&Numbers]) -> Result<ChunkCompressor, PcoError> {
    let paging = PagingSpec::Exact(pages.iter().map(|page| page.len()).collect());
    let whole = pages.iter().filter_map(|page| match page {
        Numbers::Whole(_, numbers) => Some(numbers.as_slice()),
        Numbers::Exact(_) => None,
    });
    match Class::ALL.get(chunk) {
        Some(class) => {
            let numbers = whole.collect::<Vec<_>>().concat();
            FileCompressor::default().chunk_compressor(&numbers, &class.config().with_paging_spec(paging))
        }
        None => {
            let exact = pages.iter().filter_map(|page| match page {
                Numbers::Exact(numbers) => Some(numbers.as_slice()),
                Numbers::Whole(..) => None,
            });
            let numbers = exact.collect::<Vec<_>>().concat();
            FileCompressor::default().chunk_compressor(&numbers, &ChunkConfig::default().with_paging_spec(paging))
        }
    }
}

/// Adds the checksum of what was written since `start`.
pub(super) fn seal(body: &mut Vec<u8>, start: usize) {
    let checksum = crc32fast::hash(&body[start..]);
    body.extend_from_slice(&checksum.to_le_bytes());
}

/// What was sealed, without its checksum; none if it is not what was sealed.
pub(super) fn unsealed(sealed: &[u8]) -> Option<&[u8]> {
    let (octets, checksum) = sealed.split_last_chunk()?;
    (crc32fast::hash(octets) == u32::from_le_bytes(*checksum)).then_some(octets)
}

/// Where octets come from: memory, or a file of which only what is wanted is read.
pub(super) trait Source {
    /// The octets of `range`; none if they are not there.
    fn read(&self, range: Range<usize>) -> Option<Cow<'_, [u8]>>;
}

impl Source for &[u8] {
    fn read(&self, range: Range<usize>) -> Option<Cow<'_, [u8]>> {
        self.get(range).map(Cow::Borrowed)
    }
}

/// Where a column is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Constant(usize, u64),
    Page(usize, Range<usize>),
}

/// Where each column is, and what chunks their pages belong to.
#[derive(Debug)]
pub(super) struct Directory {
    chunks: [Range<usize>; CHUNKS],
    entries: Vec<Entry>,
}

impl Directory {
    /// Reads what [`compress`] wrote of so many columns; the body begins at `body`.
    pub(super) fn read(octets: &mut Octets<'_>, columns: usize, body: usize) -> Option<Self> {
        let mut end = body;
        let mut following = |length: usize| {
            let start = end;
            end = end.checked_add(length)?;
            Some(start..end)
        };
        let mut chunks = [const { 0..0 }; CHUNKS];
        for chunk in &mut chunks {
            *chunk = following(octets.count(LONGEST)?)?;
        }
        // Each entry takes two octets at least.
        if columns > octets.len() {
            return None;
        }
        let mut entries = Vec::with_capacity(columns);
        for _ in 0..columns {
            let header = octets.number()?;
            let chunk = usize::try_from(header >> 2).ok().filter(|chunk| *chunk < CHUNKS)?;
            let kind = header & 3;
            if (chunk == EXACT) != (kind == kind::CONSTANT_EXACT || kind == kind::PAGE_EXACT) {
                return None;
            }
            entries.push(match kind {
                kind::CONSTANT => Entry::Constant(chunk, octets.number()?),
                kind::CONSTANT_EXACT => Entry::Constant(chunk, u64::from_le_bytes(octets.array()?)),
                _ => Entry::Page(chunk, following(octets.count(LONGEST)?)?),
            });
        }
        Some(Self { chunks, entries })
    }
}

/// Unpacks columns one by one.
pub(super) struct Unpacking<'d, S> {
    directory: &'d Directory,
    source: S,
    whole: [Option<ChunkDecompressor<u32>>; EXACT],
    exact: Option<ChunkDecompressor<f64>>,
}

impl<'d, S: Source> Unpacking<'d, S> {
    pub(super) fn new(directory: &'d Directory, source: S) -> Self {
        Self { directory, source, whole: [const { None }; EXACT], exact: None }
    }

    /// The `count` numbers of a column; none if it is not there, or damaged.
    pub(super) fn column(&mut self, column: usize, count: usize) -> Option<Numbers> {
        match self.directory.entries.get(column)? {
            Entry::Constant(chunk, bits) => Some(match Class::ALL.get(*chunk) {
                Some(class) => Numbers::Whole(*class, vec![u32::try_from(*bits).ok()?; count]),
                None => Numbers::Exact(vec![f64::from_bits(*bits); count]),
            }),
            Entry::Page(chunk, range) => {
                let meta = &self.directory.chunks[*chunk];
                let page = self.source.read(range.clone())?;
                let page = unsealed(&page)?;
                Some(match Class::ALL.get(*chunk) {
                    Some(class) => {
                        Numbers::Whole(*class, unpacked(&mut self.whole[*chunk], &self.source, meta, page, count)?)
                    }
                    None => Numbers::Exact(unpacked(&mut self.exact, &self.source, meta, page, count)?),
                })
            }
        }
    }
}

fn unpacked<N: pco::data_types::Number + Default>(
    decompressor: &mut Option<ChunkDecompressor<N>>,
    source: &impl Source,
    meta: &Range<usize>,
    page: &[u8],
    count: usize,
) -> Option<Vec<N>> {
    let decompressor = match decompressor {
        Some(made) => made,
        None => {
            let meta = source.read(meta.clone())?;
            let (version, rest) = FileDecompressor::new(unsealed(&meta)?).ok()?;
            let (made, _) = version.chunk_decompressor(rest).ok()?;
            decompressor.insert(made)
        }
    };
    let mut numbers = vec![N::default(); count];
    let progress = decompressor.page_decompressor(page, count).ok()?.read(&mut numbers).ok()?;
    (progress.n_processed == count).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn columns() -> impl Strategy<Value = Vec<Numbers>> {
        let whole = (proptest::sample::select(&Class::ALL), proptest::collection::vec(0_u32..1 << 24, 0..300));
        let whole = whole.prop_map(|(class, numbers)| Numbers::Whole(class, numbers));
        let exact = proptest::collection::vec(-1e9_f64..1e9, 0..300).prop_map(Numbers::Exact);
        proptest::collection::vec(prop_oneof![whole, exact], 1..6)
    }

    fn unpack(directory: &[u8], body: &[u8], columns: &[Numbers]) -> Vec<Option<Numbers>> {
        let Some(directory) = Directory::read(&mut Octets::new(directory), columns.len(), 0) else { return Vec::new() };
        let mut unpacking = Unpacking::new(&directory, body);
        columns.iter().enumerate().map(|(place, column)| unpacking.column(place, column.len())).collect()
    }

    proptest! {
        #[test]
        fn columns_come_back(columns in columns()) {
            let (directory, body) = compress(&columns).unwrap();
            let expected: Vec<_> = columns.iter().cloned().map(Some).collect();
            prop_assert_eq!(unpack(&directory, &body, &columns), expected);
        }

        /// Should a checksum ever vouch for what is damaged, the codec must not end the daemon.
        #[test]
        fn damage_with_good_checksums_is_no_panic(
            columns in columns(),
            damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let (octets, mut body) = compress(&columns).unwrap();
            let directory = Directory::read(&mut Octets::new(&octets), columns.len(), 0).unwrap();
            let pages = directory.entries.iter().filter_map(|entry| match entry {
                Entry::Page(_, range) => Some(range.clone()),
                Entry::Constant(..) => None,
            });
            let ranges = directory.chunks.iter().cloned().chain(pages).filter(|range| range.len() > 4);
            for range in ranges.collect::<Vec<_>>() {
                for (place, octet) in &damage {
                    body[range.start + place.index(range.len() - 4)] = *octet;
                }
                let checksum = crc32fast::hash(&body[range.start..range.end - 4]);
                body[range.end - 4..range.end].copy_from_slice(&checksum.to_le_bytes());
            }
            let _ = unpack(&octets, &body, &columns);
        }
    }
}
