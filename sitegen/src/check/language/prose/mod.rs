//! The stretches of a page that people read, with where each letter stands in the Markdown.
//!
//! A [`Passage`] is a heading, a paragraph, a cell: what is read in one breath. Its text is what a reader sees: without
//! emphasis, link targets and tags, so that "priimta **22** sprendimai" is three words that belong together. What is no
//! language (code) is one [`STAND_IN`]; addresses and names of files stay in the text, but [`Passage::is_read`] says
//! that they are none.

mod address;
mod markup;
mod reader;

use std::ops::Range;

use messages::Language;

/// Stands in a text for what is no language: code.
pub const STAND_IN: char = '\u{fffc}';

/// What a passage is on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassageKind {
    /// A heading.
    Heading,
    /// A paragraph.
    Paragraph,
    /// An item of a list.
    Item,
    /// A cell of a table.
    Cell,
    /// A term that is explained.
    Term,
    /// The explanation of a term.
    Definition,
    /// What is said of a picture to those who do not see it.
    PictureText,
    /// A caption of a picture, or what a link says when it is pointed at.
    Caption,
    /// A text that stands outside Markdown, such as a title.
    Plain,
}

/// What is read in one breath.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// What it is on the page.
    pub kind: PassageKind,
    /// The language of the page, in which the output sets it.
    page: Language,
    text: String,
    pieces: Vec<Piece>,
    /// Addresses and names of files in the text.
    addresses: Vec<Range<usize>>,
}

/// A part of a passage that stands in one piece in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where it begins in the text of the passage.
    pub(super) start: usize,
    /// Which bytes of the source it comes from.
    pub(super) source: Range<usize>,
    /// Whether the source has it letter for letter; an entity such as `&amp;` has not.
    is_verbatim: bool,
    pub(super) kind: PieceKind,
    /// The language it is in; none for one that is not ours.
    language: Option<Language>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    /// Words that the output sets as printers do.
    Words,
    /// Words inside HTML, which the output leaves as they are.
    Raw,
    /// Something that is no language.
    StandIn,
    /// The end of a line in the source.
    SoftBreak,
    /// The end of a line on the page.
    HardBreak,
}

impl Passage {
    fn new(kind: PassageKind, page: Language) -> Self {
        Self { kind, page, text: String::new(), pieces: Vec::new(), addresses: Vec::new() }
    }

    /// What is read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The language of the page it is on.
    #[must_use]
    pub const fn page_language(&self) -> Language {
        self.page
    }

    /// Which bytes of the source some bytes of the text come from.
    #[must_use]
    pub fn source(&self, range: &Range<usize>) -> Range<usize> {
        let Some(first) = self.piece(range.start) else { return 0..0 };
        let start = match first.is_verbatim {
            true => first.source.start + range.start.saturating_sub(first.start),
            false => first.source.start,
        };
        // The end belongs to the piece of the last byte: what stands between pieces is not part of what was found.
        let last = if range.is_empty() { first } else { self.piece(range.end - 1).unwrap_or(first) };
        let end = match last.is_verbatim {
            true => (last.source.start + range.end.saturating_sub(last.start)).min(last.source.end),
            false => last.source.end,
        };
        start.min(end)..end.max(start)
    }

    /// The language of a place in the text; none for one that is not ours.
    #[must_use]
    pub fn language(&self, at: usize) -> Option<Language> {
        self.piece(at)?.language
    }

    /// Whether the bytes of the text are words for people: no code, no address, no name of a file.
    #[must_use]
    pub fn is_read(&self, range: &Range<usize>) -> bool {
        let outside = |address: &Range<usize>| address.end <= range.start || range.end <= address.start;
        self.addresses.iter().all(outside)
            && !self.text.get(range.clone()).is_some_and(|found| found.contains(STAND_IN))
    }

    /// Its pieces in their order, each with its text.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (&Piece, &str)> {
        self.pieces.iter().enumerate().map(|(number, piece)| {
            let end = self.pieces.get(number + 1).map_or(self.text.len(), |next| next.start);
            (piece, self.text.get(piece.start..end).unwrap_or_default())
        })
    }

    fn piece(&self, at: usize) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| piece.start <= at);
        self.pieces.get(after.saturating_sub(1))
    }

    fn push(&mut self, text: &str, source: Range<usize>, kind: PieceKind, is_verbatim: bool, spoken: Option<Language>) {
        if text.is_empty() {
            return;
        }
        self.pieces.push(Piece { start: self.text.len(), source, is_verbatim, kind, language: spoken });
        self.text.push_str(text);
    }

    /// Nothing is added any more.
    fn finish(mut self) -> Option<Self> {
        self.addresses = address::addresses(&self.text);
        self.text.chars().any(char::is_alphanumeric).then_some(self)
    }
}

/// The passages of a page's Markdown.
#[must_use]
pub fn of_markdown(body: &str, language: Language) -> Vec<Passage> {
    reader::read(body, language)
}

/// A text that stands outside Markdown: a title, a summary. Ranges are those of `text`.
#[must_use]
pub fn of_plain(text: &str, language: Language) -> Vec<Passage> {
    let mut passage = Passage::new(PassageKind::Plain, language);
    passage.push(text, 0..text.len(), PieceKind::Words, true, Some(language));
    passage.finish().into_iter().collect()
}

#[cfg(test)]
mod tests;
