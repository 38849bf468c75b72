//! Merges the terms of all pages into the files that `search.js` fetches.
//!
//! | file | what | when it is fetched |
//! | --- | --- | --- |
//! | `index.json` | names of all other files, kinds, units, years, the stemming tables | when the field gets the focus |
//! | `HASH.cols` | kind and unit of every page, for the filters | with it |
//! | `HASH.terms` | a range of the sorted terms with the pages that have them | when a query needs that range |
//! | `HASH.words` | a range of the terms without pages, for typing errors | when a word finds nothing |
//! | `HASH.json` | addresses, titles, summaries of [`CHUNK`] pages | when one of them is shown |
//!
//! Names are hashes of the contents, so all but `index.json` may be cached for ever, and a visitor who has an old
//! `index.json` never mixes two generations. Pages are numbered from the oldest to the newest: a new page gets the last
//! number and touches only the ranges that hold its terms. Binary files are compact as they are, because many servers
//! compress only text.

use super::language;
use super::terms::Terms;
use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What results show of a page and what they are filtered by.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The address, as the link to it says.
    pub url: &'a str,
    /// The title, plain text.
    pub title: &'a str,
    /// One or two sentences, plain text; longer ones are cut at [`LONGEST_SUMMARY`].
    pub summary: &'a str,
    /// What it is, as the filter names it: "naujiena", "sprendimas".
    pub kind: &'a str,
    /// The year it belongs to; undated pages (services, contacts) are current and come before dated ones.
    pub year: Option<i16>,
    /// The unit of the municipality that answers for it.
    pub unit: Option<&'a str>,
}

/// Pages in a file of titles: ten results fetch at most ten of these, about 4 kB each.
pub const CHUNK: usize = 32;
/// Letters of a summary that a result shows.
pub const LONGEST_SUMMARY: usize = 180;
/// Bytes after which a range of terms ends. Uncompressed: a phone fetches less, a server without compression no more.
const RANGE: usize = 32 * 1024;
/// A vocabulary above this is full of typing errors and numbers: then words of a single page correct nobody's spelling.
const LARGE_VOCABULARY: usize = 20_000;
/// Shorter words are never corrected; stems are shorter than words.
const SHORTEST_CORRECTED: usize = 4;

/// The files by path under `/search/`, in the order of their paths.
///
/// The result depends only on the entries and their order. Give the newest first: within a year results keep it.
pub fn index(pages: &[(Entry<'_>, &Terms)]) -> Vec<(String, Vec<u8>)> {
    let pages = oldest_first(pages);
    let vocabulary = postings(&pages);
    let mut files = Files::default();
    let kinds = Numbering::of(pages.iter().map(|(entry, _)| Some(entry.kind)));
    let units = Numbering::of(pages.iter().map(|(entry, _)| entry.unit));
    let columns = files.add("cols", columns(&pages, &kinds, &units));
    let terms = ranges(&vocabulary, term_record).into_iter();
    let terms: Vec<Value> = terms.map(|(first, bytes)| json!([first, files.add("terms", bytes)])).collect();
    let words = ranges(&correctable(&vocabulary), word_record).into_iter();
    let words: Vec<Value> = words.map(|(first, bytes)| json!([first, files.add("words", bytes)])).collect();
    let chunks: Vec<String> = pages.chunks(CHUNK).map(|chunk| files.add("json", titles(chunk))).collect();
    let directory = json!({
        "pages": pages.len(), "chunk": CHUNK, "kinds": kinds.names, "units": units.names, "years": years(&pages),
        "columns": columns, "terms": terms, "words": words, "titles": chunks, "language": language::as_json(),
    });
    files.0.insert("index.json".into(), directory.to_string().into_bytes());
    files.0.into_iter().collect()
}

type Page<'a> = (Entry<'a>, &'a Terms);

/// Undated pages first, then year by year; each in reverse, because the caller gives the newest first.
fn oldest_first<'a>(pages: &[Page<'a>]) -> Vec<Page<'a>> {
    let mut ordered: Vec<Page<'a>> = pages.iter().rev().copied().collect();
    ordered.sort_by_key(|(entry, _)| entry.year);
    ordered
}

/// The pages of one term: for each, the distance from the one before times four plus the place, as [`varint`]s.
#[derive(Default)]
struct Posting {
    last: u32,
    pages: u32,
    bytes: Vec<u8>,
}

/// All terms in order, each with its pages.
fn postings<'a>(pages: &[Page<'a>]) -> Vec<(&'a [u8], Posting)> {
    let mut numbers: FxHashMap<&'a [u8], u32> = FxHashMap::default();
    let mut found: Vec<(&'a [u8], Posting)> = Vec::new();
    for (page, (_, terms)) in (0u32..).zip(pages) {
        for (term, place) in terms.iter() {
            let number = *numbers.entry(term).or_insert_with(|| {
                found.push((term, Posting::default()));
                (found.len() - 1) as u32
            });
            let Some((_, posting)) = found.get_mut(number as usize) else { continue };
            varint(&mut posting.bytes, (page - posting.last) << 2 | u32::from(place));
            posting.last = page;
            posting.pages += 1;
        }
    }
    found.sort_unstable_by_key(|(term, _)| *term);
    found
}

/// Seven bits a byte, the lowest first; the top bit says that more follow.
fn varint(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Cuts sorted records into files of at most [`RANGE`] bytes (or one record), each with the first term in it.
fn ranges<T>(sorted: &[T], record: impl Fn(&T, &[u8], &mut Vec<u8>)) -> Vec<(String, Vec<u8>)>
where
    T: Named,
{
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let (mut before, mut one): (&[u8], Vec<u8>) = (&[], Vec::new());
    for item in sorted {
        one.clear();
        record(item, before, &mut one);
        match files.last_mut() {
            Some((_, bytes)) if bytes.len() + one.len() <= RANGE => bytes.extend_from_slice(&one),
            _ => {
                // The first record of a file has no word before it to share letters with.
                one.clear();
                record(item, &[], &mut one);
                files.push((String::from_utf8_lossy(item.name()).into_owned(), one.clone()));
            }
        }
        before = item.name();
    }
    files
}

trait Named {
    fn name(&self) -> &[u8];
}

impl Named for (&[u8], Posting) {
    fn name(&self) -> &[u8] {
        self.0
    }
}

impl Named for &[u8] {
    fn name(&self) -> &[u8] {
        self
    }
}

/// Letters shared with the term before, letters of its own, those letters, length of the pages, the pages.
fn term_record((term, posting): &(&[u8], Posting), before: &[u8], bytes: &mut Vec<u8>) {
    word_record(term, before, bytes);
    varint(bytes, posting.bytes.len() as u32);
    bytes.extend_from_slice(&posting.bytes);
}

/// Letters shared with the word before, letters of its own, those letters.
fn word_record(word: &&[u8], before: &[u8], bytes: &mut Vec<u8>) {
    let shared = word.iter().zip(before).take_while(|(left, right)| left == right).count();
    let own = word.get(shared..).unwrap_or_default();
    // Counted in bytes; terms are at most 48 of them, so one byte each is enough.
    bytes.push(shared as u8);
    bytes.push(own.len() as u8);
    bytes.extend_from_slice(own);
}

/// The terms that a mistyped word may have meant.
fn correctable<'a>(vocabulary: &[(&'a [u8], Posting)]) -> Vec<&'a [u8]> {
    let least = if vocabulary.len() > LARGE_VOCABULARY { 2 } else { 1 };
    let worth = |(term, posting): &&(&[u8], Posting)| {
        posting.pages >= least && term.len() >= SHORTEST_CORRECTED && !term.iter().any(u8::is_ascii_digit)
    };
    vocabulary.iter().filter(worth).map(|(term, _)| *term).collect()
}

/// Distinct names in order, and the number of each.
struct Numbering<'a> {
    names: Vec<&'a str>,
    numbers: FxHashMap<&'a str, u16>,
}

impl<'a> Numbering<'a> {
    fn of(names: impl Iterator<Item = Option<&'a str>>) -> Self {
        let mut names: Vec<&str> = names.flatten().collect();
        names.sort_unstable();
        names.dedup();
        let numbers = names.iter().copied().zip(1u16..).collect();
        Self { names, numbers }
    }

    /// From one; zero is "none".
    fn number(&self, name: Option<&str>) -> u16 {
        name.and_then(|name| self.numbers.get(name)).copied().unwrap_or_default()
    }
}

/// Two bytes (lowest first) a page for the kinds, then two for the units; the empty halves compress to nothing.
fn columns(pages: &[Page<'_>], kinds: &Numbering<'_>, units: &Numbering<'_>) -> Vec<u8> {
    let kinds = pages.iter().map(|(entry, _)| kinds.number(Some(entry.kind)));
    let units = pages.iter().map(|(entry, _)| units.number(entry.unit));
    kinds.chain(units).flat_map(u16::to_le_bytes).collect()
}

/// Runs of pages of one year, as pages are in their order; year 0 is undated.
fn years(pages: &[Page<'_>]) -> Vec<(i16, usize)> {
    let mut runs: Vec<(i16, usize)> = Vec::new();
    for (entry, _) in pages {
        let year = entry.year.unwrap_or_default();
        match runs.last_mut() {
            Some((last, count)) if *last == year => *count += 1,
            _ => runs.push((year, 1)),
        }
    }
    runs
}

fn titles(chunk: &[Page<'_>]) -> Vec<u8> {
    let rows: Vec<Value> =
        chunk.iter().map(|(entry, _)| json!([entry.url, entry.title, shortened(entry.summary)])).collect();
    Value::from(rows).to_string().into_bytes()
}

/// Whole words up to [`LONGEST_SUMMARY`] letters.
fn shortened(summary: &str) -> String {
    let Some((end, _)) = summary.char_indices().nth(LONGEST_SUMMARY) else { return summary.to_owned() };
    let (head, _) = summary.split_at(end);
    let words = head.rsplit_once(' ').map_or(head, |(words, _)| words);
    format!("{}…", words.trim_end_matches([',', ';', ':', '–', '-', ' ']))
}

/// The files by name.
#[derive(Default)]
struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    /// Names the contents by their hash and returns the name.
    fn add(&mut self, extension: &str, bytes: Vec<u8>) -> String {
        let name = format!("{:012x}.{extension}", fingerprint(&bytes) >> 16);
        self.0.insert(name.clone(), bytes);
        name
    }
}

/// FNV-1a, eight bytes a step: the name only has to change with the contents, nobody attacks it.
fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325 ^ bytes.len() as u64;
    for piece in bytes.chunks(8) {
        let word = piece.iter().rev().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
        // The rotation brings high bits down; a plain multiplication would never let them reach the low ones.
        hash = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    }
    hash ^ hash >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::terms::Tokeniser;
    use proptest::prelude::*;
    use rayon::prelude::*;

    /// A page for tests: title, summary, text, year.
    type Draft = (String, String, String, Option<i16>);

    fn entry<'a>(draft: &'a Draft, urls: &'a str) -> Entry<'a> {
        let kind = if draft.0.len().is_multiple_of(2) { "naujiena" } else { "sprendimas" };
        Entry { url: urls, title: &draft.0, summary: &draft.1, kind, year: draft.3, unit: None }
    }

    fn build(drafts: &[Draft], terms: &[Terms]) -> Vec<(String, Vec<u8>)> {
        let urls: Vec<String> = (0..drafts.len()).map(|number| format!("/{number}/")).collect();
        let entries = drafts.iter().zip(&urls).map(|(draft, url)| entry(draft, url));
        index(&entries.zip(terms).collect::<Vec<_>>())
    }

    fn read_varint(bytes: &[u8], at: &mut usize) -> u32 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = bytes[*at];
            *at += 1;
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return value;
            }
            shift += 7;
        }
    }

    /// What the browser does: from a term to addresses with places.
    fn look_up(files: &[(String, Vec<u8>)], term: &str) -> Vec<(String, u32)> {
        let file = |name: &str| &files.iter().find(|(path, _)| path == name).unwrap().1;
        let directory: Value = serde_json::from_slice(file("index.json")).unwrap();
        let ranges = directory["terms"].as_array().unwrap();
        let Some(range) = ranges.iter().rev().find(|range| range[0].as_str().unwrap() <= term) else { return vec![] };
        let (bytes, mut at, mut name) = (file(range[1].as_str().unwrap()), 0, Vec::new());
        while at < bytes.len() {
            name.truncate(bytes[at].into());
            let own = usize::from(bytes[at + 1]);
            name.extend_from_slice(&bytes[at + 2..at + 2 + own]);
            at += 2 + own;
            let end = read_varint(bytes, &mut at) as usize + at;
            if name != term.as_bytes() {
                at = end;
                continue;
            }
            let (mut page, mut found) = (0, Vec::new());
            while at < end {
                let value = read_varint(bytes, &mut at);
                page += value as usize >> 2;
                let chunk = directory["titles"][page / CHUNK].as_str().unwrap();
                let rows: Value = serde_json::from_slice(file(chunk)).unwrap();
                found.push((rows[page % CHUNK][0].as_str().unwrap().to_owned(), value & 3));
            }
            return found;
        }
        vec![]
    }

    fn word() -> impl Strategy<Value = String> {
        prop_oneof![3 => "[a-zA-ZąčęėįšųūžŠŽ]{1,12}", 1 => "[0-9]{1,4}", 1 => "\\PC{1,6}"]
    }

    fn draft() -> impl Strategy<Value = Draft> {
        let text = |most| prop::collection::vec(word(), 0..most).prop_map(|words| words.join(" "));
        (text(4), text(6), text(40), prop::option::of(2000i16..2030))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_files_do_not_depend_on_how_pages_were_shared_out(drafts in prop::collection::vec(draft(), 1..80), split in 1usize..9) {
            let mut single = Tokeniser::new();
            let one: Vec<Terms> = drafts.iter().map(|page| single.terms(&page.0, &page.1, &page.2)).collect();
            let many: Vec<Terms> = drafts.par_chunks(split).flat_map_iter(|part| {
                let mut own = Tokeniser::new();
                part.iter().map(move |page| own.terms(&page.0, &page.1, &page.2))
            }).collect();
            prop_assert_eq!(build(&drafts, &one), build(&drafts, &many));
        }

        #[test]
        fn every_word_finds_its_page(drafts in prop::collection::vec(draft(), 1..80)) {
            let mut tokeniser = Tokeniser::new();
            let terms: Vec<Terms> = drafts.iter().map(|page| tokeniser.terms(&page.0, &page.1, &page.2)).collect();
            let files = build(&drafts, &terms);
            for (number, page) in drafts.iter().enumerate() {
                let words = [&page.0, &page.1, &page.2].map(|text| text.split(|letter: char| !letter.is_alphanumeric()));
                for word in words.into_iter().flatten() {
                    let Some(term) = language::term(&language::fold(word)) else { continue };
                    // A combining mark splits for us here but not for the tokeniser.
                    let marks = |text: &String| text.contains(|letter| ('\u{300}'..='\u{36f}').contains(&letter) || letter == '\u{ad}');
                    if marks(&page.0) || marks(&page.1) || marks(&page.2) { continue }
                    let url = format!("/{number}/");
                    prop_assert!(look_up(&files, &term).iter().any(|(found, _)| *found == url), "{word} as {term}");
                }
            }
        }
    }

    #[test]
    fn newer_pages_have_higher_numbers_and_undated_ones_the_lowest() {
        let page = |title: &str, year| (title.to_owned(), String::new(), "tiltas".to_owned(), year);
        let drafts = [
            page("naujas", Some(2025)),
            page("senas", Some(2019)),
            page("kontaktas", None),
            page("vėlesnis", Some(2019)),
        ];
        let mut tokeniser = Tokeniser::new();
        let terms: Vec<Terms> = drafts.iter().map(|page| tokeniser.terms(&page.0, &page.1, &page.2)).collect();
        let found: Vec<String> = look_up(&build(&drafts, &terms), "tilt").into_iter().map(|(url, _)| url).collect();
        assert_eq!(found, ["/2/", "/3/", "/1/", "/0/"]);
    }

    #[test]
    fn no_range_of_terms_is_large() {
        let text =
            |page: usize| (0..200).map(|word| format!("žodis{} ", (page * 31 + word * 7) % 9000)).collect::<String>();
        let drafts: Vec<Draft> = (0..2000).map(|page| (String::new(), String::new(), text(page), None)).collect();
        let mut tokeniser = Tokeniser::new();
        let terms: Vec<Terms> = drafts.iter().map(|page| tokeniser.terms(&page.0, &page.1, &page.2)).collect();
        let files = build(&drafts, &terms);
        let ranges: Vec<usize> =
            files.iter().filter(|file| file.0.ends_with("terms")).map(|file| file.1.len()).collect();
        assert!(ranges.len() > 5 && ranges.iter().all(|length| *length <= RANGE), "{ranges:?}");
    }

    #[test]
    fn a_long_summary_ends_at_a_word() {
        assert_eq!(shortened("trumpa"), "trumpa");
        let long = "žodis, ".repeat(60);
        let short = shortened(&long);
        assert!(short.ends_with("žodis…") && short.chars().count() <= LONGEST_SUMMARY + 1, "{short}");
    }
}
