//! From the events of the Markdown parser to passages.

use std::mem;
use std::ops::Range;

use messages::Language;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use super::markup::{Markup, Part};
use super::{Passage, PassageKind, PieceKind, STAND_IN};
use crate::markdown::{Block, options};

/// How deep blocks for editors may stand in each other; each is Markdown inside Markdown.
const DEEPEST: usize = 4;

/// The passages of Markdown.
pub(super) fn read(body: &str, language: Language) -> Vec<Passage> {
    let mut reader = Reader::new(body, language, 0);
    for (event, span) in Parser::new_ext(body, options()).into_offset_iter() {
        reader.event(event, span);
    }
    reader.finish_passage();
    reader.passages
}

struct Reader<'s> {
    source: &'s str,
    language: Language,
    depth: usize,
    passages: Vec<Passage>,
    /// The passage at work.
    passage: Passage,
    /// The kinds of the blocks that are open.
    kinds: Vec<PassageKind>,
    /// The passage around an open picture, and how many pictures are open inside it.
    around_picture: Option<(Passage, usize)>,
    /// An open code block: the first word after its fence, and where its lines stand.
    code: Option<(String, Vec<Range<usize>>)>,
    markup: Markup,
}

impl<'s> Reader<'s> {
    fn new(source: &'s str, language: Language, depth: usize) -> Self {
        Self {
            source,
            language,
            depth,
            passages: Vec::new(),
            passage: Passage::new(PassageKind::Paragraph, language),
            kinds: Vec::new(),
            around_picture: None,
            code: None,
            markup: Markup::default(),
        }
    }

    fn event(&mut self, event: Event<'_>, span: Range<usize>) {
        match event {
            Event::Text(text) => self.text(&text, span),
            Event::Code(_) | Event::InlineMath(_) | Event::DisplayMath(_) => self.stand_in(span),
            Event::SoftBreak => self.push(" ", span, PieceKind::SoftBreak),
            Event::HardBreak => self.push("\n", span, PieceKind::HardBreak),
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html, &span),
            Event::Start(tag) => self.start(tag, span),
            Event::End(tag) => self.end(tag),
            Event::Rule => self.finish_passage(),
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn text(&mut self, text: &str, span: Range<usize>) {
        if let Some((_, lines)) = &mut self.code {
            lines.push(span);
        } else if self.markup.is_code() {
            self.stand_in(span);
        } else {
            self.push(text, span, PieceKind::Words);
        }
    }

    fn stand_in(&mut self, span: Range<usize>) {
        self.push(STAND_IN.encode_utf8(&mut [0; 4]), span, PieceKind::StandIn);
    }

    fn push(&mut self, text: &str, source: Range<usize>, kind: PieceKind) {
        let is_verbatim = self.source.get(source.clone()) == Some(text);
        let language = self.markup.language(Some(self.language));
        if self.passage.text.is_empty() && self.around_picture.is_none() {
            self.passage.kind = self.kinds.last().copied().unwrap_or(PassageKind::Paragraph);
        }
        self.passage.push(text, source, kind, is_verbatim, language);
    }

    fn finish_passage(&mut self) {
        let passage = mem::replace(&mut self.passage, Passage::new(PassageKind::Paragraph, self.language));
        self.passages.extend(passage.finish());
    }

    fn html(&mut self, html: &str, span: &Range<usize>) {
        let mut markup = mem::take(&mut self.markup);
        markup.read(html, |open, part| match part {
            Part::Gap => self.finish_passage_of_html(),
            Part::Words(range) if !open.is_code() => {
                let source = span.start + range.start..(span.start + range.end).min(span.end);
                let language = open.language(Some(self.language));
                let words = html.get(range).unwrap_or_default();
                // An entity is no word, and its letters are no letters.
                let is_verbatim = self.source.get(source.clone()) == Some(words) && !words.contains('&');
                let words = if words.contains('&') { without_entities(words) } else { words.to_owned() };
                self.passage.push(&words.replace('\n', " "), source, PieceKind::Raw, is_verbatim, language);
            }
            Part::Words(_) => {}
        });
        self.markup = markup;
    }

    /// A tag between words of a line, `<br>`, must not end the alternative text of a picture.
    fn finish_passage_of_html(&mut self) {
        if self.around_picture.is_none() {
            self.finish_passage();
        }
    }

    fn start(&mut self, tag: Tag<'_>, span: Range<usize>) {
        match tag {
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Superscript | Tag::Subscript => {}
            Tag::Link { title, .. } => self.caption(&title, &span),
            Tag::Image { title, .. } => {
                self.caption(&title, &span);
                match &mut self.around_picture {
                    Some((_, depth)) => *depth += 1,
                    None => {
                        let inner = Passage::new(PassageKind::PictureText, self.language);
                        self.around_picture = Some((mem::replace(&mut self.passage, inner), 0));
                    }
                }
            }
            Tag::CodeBlock(kind) => {
                self.finish_passage();
                let name = match &kind {
                    CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default(),
                    CodeBlockKind::Indented => "",
                };
                self.code = Some((name.to_owned(), Vec::new()));
            }
            block => {
                self.finish_passage();
                self.kinds.push(kind_of(&block, self.kinds.last().copied()));
            }
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link => {}
            TagEnd::Image => match self.around_picture.take() {
                Some((outer, 0)) => {
                    let inner = mem::replace(&mut self.passage, outer);
                    self.passages.extend(inner.finish());
                }
                Some((outer, depth)) => self.around_picture = Some((outer, depth - 1)),
                None => {}
            },
            TagEnd::CodeBlock => self.end_code(),
            _ => {
                self.finish_passage();
                self.kinds.pop();
            }
        }
    }

    /// The title of a picture or of a link: the parser does not say where it stands.
    fn caption(&mut self, title: &str, span: &Range<usize>) {
        let Some(source) = self.source.get(span.clone()) else { return };
        let Some(at) = source.rfind(title).filter(|_| !title.is_empty()) else { return };
        let mut passage = Passage::new(PassageKind::Caption, self.language);
        let place = span.start + at;
        let language = self.markup.language(Some(self.language));
        passage.push(title, place..place + title.len(), PieceKind::Words, true, language);
        self.passages.extend(passage.finish());
    }

    /// A code block is one of our blocks for editors, or it is no language.
    fn end_code(&mut self) {
        let Some((name, lines)) = self.code.take() else { return };
        let Some(block) = Block::named(&name).filter(|_| self.depth < DEEPEST) else { return };
        let skipped = match block {
            // Names of the directory, not sentences.
            Block::Contact => return,
            // A place, an address.
            Block::Map | Block::Video => 1,
            Block::Gallery | Block::Documents | Block::Accordion | Block::Steps => 0,
        };
        self.inner(&lines, skipped);
    }

    /// Reads Markdown that stands in pieces, and says of each letter where it stands in the whole.
    fn inner(&mut self, lines: &[Range<usize>], skipped: usize) {
        let mut inner = String::new();
        // Where each piece begins in `inner`, and where in the source.
        let mut places: Vec<(usize, usize)> = Vec::new();
        for line in lines {
            places.push((inner.len(), line.start));
            inner.push_str(self.source.get(line.clone()).unwrap_or_default());
        }
        let start: usize = inner.split_inclusive('\n').take(skipped).map(str::len).sum();
        let markdown = inner.get(start..).unwrap_or_default();
        let mut reader = Reader::new(markdown, self.language, self.depth + 1);
        for (event, span) in Parser::new_ext(markdown, options()).into_offset_iter() {
            reader.event(event, span);
        }
        reader.finish_passage();
        let outside = |at: usize| {
            let place = places.partition_point(|(begin, _)| *begin <= at).saturating_sub(1);
            places.get(place).map_or(0, |(begin, source)| source + at.saturating_sub(*begin))
        };
        for mut passage in reader.passages {
            for piece in &mut passage.pieces {
                let (begin, end) = (piece.source.start + start, piece.source.end + start);
                let begin = outside(begin);
                piece.source = begin..begin.max(outside(end.saturating_sub(1)) + 1);
                let is_whole =
                    self.source.is_char_boundary(piece.source.start) && self.source.is_char_boundary(piece.source.end);
                if !is_whole {
                    piece.source = begin..begin;
                    piece.is_verbatim = false;
                }
            }
            self.passages.push(passage);
        }
    }
}

fn kind_of(tag: &Tag<'_>, outer: Option<PassageKind>) -> PassageKind {
    match tag {
        Tag::Heading { .. } => PassageKind::Heading,
        Tag::Item => PassageKind::Item,
        Tag::TableCell | Tag::TableHead | Tag::TableRow | Tag::Table(_) => PassageKind::Cell,
        Tag::DefinitionListTitle => PassageKind::Term,
        Tag::DefinitionListDefinition => PassageKind::Definition,
        // A paragraph of an item is read as the item.
        Tag::Paragraph => outer.unwrap_or(PassageKind::Paragraph),
        _ => PassageKind::Paragraph,
    }
}

/// HTML text in which every entity is a space or a character that is no letter.
fn without_entities(html: &str) -> String {
    let mut words = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('&') {
        words.push_str(before);
        let name =
            after.split(';').next().filter(|name| name.len() < after.len() && !name.contains(char::is_whitespace));
        let (sign, length) = match name {
            Some("nbsp") => (' ', "nbsp;".len()),
            Some(name) => (STAND_IN, name.len() + 1),
            None => ('&', 0),
        };
        words.push(sign);
        rest = after.get(length..).unwrap_or_default();
    }
    words.push_str(rest);
    words
}
