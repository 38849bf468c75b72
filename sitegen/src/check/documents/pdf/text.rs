//! The text of pages: what their content streams show, in the order in which they show it.
//!
//! Spaces and lines are often not written but come from where text is put, so the reading follows positions: what
//! goes on where the last ended belongs to the same word, what stands apart on the line is another word, what stands
//! apart by more than a letter is another column, and everything else is another line.

use std::rc::Rc;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use rustc_hash::FxHashMap;

use super::super::{Budget, Text};
use super::font::Font;
use super::lexer::{Lexer, Token};
use super::matrix::Matrix;

/// Most octets of one content stream: the drawings of territorial plans have tens of megabytes.
const MAX_CONTENT: usize = 32 << 20;

/// How many octets one octet can become by DEFLATE.
const MAX_RATIO: usize = 1032;

/// How deep forms may contain forms, and graphics states be saved.
const MAX_FORMS: usize = 12;
const MAX_SAVED: usize = 512;

/// Most operands that are kept for an operator.
const MAX_OPERANDS: usize = 1 << 14;

/// From which part of the font's size on a gap is a space, another column, and another line.
const SPACE: f64 = 0.18;
const COLUMN: f64 = 1.2;
const LINE: f64 = 0.4;

/// What text depends on when it is shown.
#[derive(Debug, Clone)]
struct State {
    transform: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    stretch: f64,
    leading: f64,
    letter_spacing: f64,
    word_spacing: f64,
}

/// Reads text from pages.
pub(super) struct PageReader<'d> {
    document: &'d Document,
    budget: &'d mut Budget,
    text: Text,
    fonts: FxHashMap<ObjectId, Rc<Font>>,
    /// Where the last text ended, and how large it was.
    end: Option<(f64, f64, f64)>,
}

/// One content stream while it is gone through.
struct Run<'r> {
    resources: Vec<&'r Dictionary>,
    state: State,
    saved: Vec<State>,
    text: Matrix,
    line: Matrix,
    depth: usize,
}

impl<'d> PageReader<'d> {
    pub(super) fn new(document: &'d Document, budget: &'d mut Budget) -> Self {
        Self { document, budget, text: Text::default(), fonts: FxHashMap::default(), end: None }
    }

    pub(super) fn into_text(self) -> Text {
        self.text
    }

    /// Adds text that stands beside the page's content.
    pub(super) fn add(&mut self, text: &str) {
        self.text.part('\n');
        self.text.push(text);
    }

    /// Adds the text of a page.
    pub(super) fn read(&mut self, id: ObjectId) {
        self.text.part('\n');
        self.end = None;
        let resources = self.page_resources(id);
        let Ok(page) = self.document.get_dictionary(id) else { return };
        let Ok(contents) = page.get_deref(b"Contents", self.document) else { return };
        let parts = match contents {
            Object::Array(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        // An operator may begin in one part and end in the next.
        let mut content = Vec::new();
        for part in parts {
            let part = self.document.dereference(part).and_then(|(_, part)| part.as_stream());
            if let Ok(stream) = part {
                self.unpack(stream, &mut content);
                content.push(b'\n');
            }
        }
        self.run(&content, Run::new(resources, State::new(), 0));
    }

    fn unpack(&mut self, stream: &Stream, content: &mut Vec<u8>) {
        let limit = MAX_CONTENT.saturating_sub(content.len()).min(self.budget.left);
        match stream.get_plain_content_with_limit(limit) {
            Ok(unpacked) => {
                self.budget.spend(unpacked.len());
                content.extend(unpacked);
            }
            Err(error) => {
                // What failed has cost as much as could come of it; otherwise a thousand pages could fail for nothing.
                self.budget.spend(limit.min(stream.content.len().saturating_mul(MAX_RATIO)));
                self.text.is_cut |= matches!(error, lopdf::Error::Decompress(_));
            }
        }
    }

    /// A page's resources, nearest first: a page may leave them to the nodes above it.
    fn page_resources(&self, id: ObjectId) -> Vec<&'d Dictionary> {
        let mut found = Vec::new();
        let mut node = self.document.get_dictionary(id).ok();
        // Trees of a million pages are not deeper.
        for _ in 0..32 {
            let Some(page) = node else { break };
            found.extend(page.get_deref(b"Resources", self.document).and_then(Object::as_dict).ok());
            node = page.get_deref(b"Parent", self.document).and_then(Object::as_dict).ok();
        }
        found
    }

    fn run(&mut self, content: &[u8], mut run: Run<'d>) {
        let mut lexer = Lexer::new(content);
        let mut operands = Vec::new();
        while let Some(token) = lexer.next() {
            if let Token::Word(operator) = token {
                if operator == b"ID" {
                    lexer.skip_inline_picture();
                }
                self.operate(operator, &operands, &mut run);
                operands.clear();
            } else if operands.len() < MAX_OPERANDS {
                operands.push(token);
            }
        }
    }

    fn operate(&mut self, operator: &[u8], operands: &[Token<'_>], run: &mut Run<'d>) {
        let numbers: Vec<f64> = match operator {
            b"TJ" | b"Tj" => Vec::new(),
            _ => operands.iter().filter_map(Token::number).take(6).collect(),
        };
        match (operator, numbers.as_slice()) {
            (b"q", _) if run.saved.len() < MAX_SAVED => run.saved.push(run.state.clone()),
            (b"Q", _) => run.state = run.saved.pop().unwrap_or_else(|| run.state.clone()),
            (b"cm", numbers) => run.state.transform = Matrix::of(numbers).then(run.state.transform),
            (b"BT", _) => run.begin(Matrix::ONE),
            (b"Tm", numbers) => run.begin(Matrix::of(numbers)),
            (b"Td", [x, y]) => run.go(*x, *y),
            (b"TD", [x, y]) => {
                run.state.leading = -y;
                run.go(*x, *y);
            }
            (b"T*", _) => run.go(0.0, -run.state.leading),
            (b"TL", [leading]) => run.state.leading = *leading,
            (b"Tc", [spacing]) => run.state.letter_spacing = *spacing,
            (b"Tw", [spacing]) => run.state.word_spacing = *spacing,
            (b"Tz", [percent]) => run.state.stretch = percent / 100.0,
            (b"Tf", [size]) => {
                run.state.size = *size;
                run.state.font = operands.iter().find_map(Token::name).and_then(|name| self.font(name, run));
            }
            (b"Tj" | b"TJ", _) => self.show(operands, run),
            (b"'", _) => {
                run.go(0.0, -run.state.leading);
                self.show(operands, run);
            }
            (b"\"", [word, letter]) => {
                (run.state.word_spacing, run.state.letter_spacing) = (*word, *letter);
                run.go(0.0, -run.state.leading);
                self.show(operands.get(2..).unwrap_or_default(), run);
            }
            (b"Do", _) => {
                if let Some(name) = operands.iter().find_map(Token::name) {
                    self.form(name, run);
                }
            }
            _ => {}
        }
    }

    fn font(&mut self, name: &[u8], run: &Run<'d>) -> Option<Rc<Font>> {
        let entry = self.resource(b"Font", name, run)?;
        let (id, font) = self.document.dereference(entry).ok()?;
        let font = font.as_dict().ok()?;
        if let Some(known) = id.and_then(|id| self.fonts.get(&id)) {
            return Some(Rc::clone(known));
        }
        if self.budget.left == 0 {
            self.text.is_cut = true;
            return None;
        }
        let font = Rc::new(Font::read(self.document, font, self.budget));
        if let Some(id) = id {
            self.fonts.insert(id, Rc::clone(&font));
        }
        Some(font)
    }

    fn resource(&self, kind: &[u8], name: &[u8], run: &Run<'d>) -> Option<&'d Object> {
        run.resources.iter().find_map(|resources| {
            resources.get_deref(kind, self.document).and_then(Object::as_dict).and_then(|named| named.get(name)).ok()
        })
    }

    fn form(&mut self, name: &[u8], run: &Run<'d>) {
        let entry = self.resource(b"XObject", name, run);
        let Some(Ok((_, object))) = entry.map(|entry| self.document.dereference(entry)) else { return };
        let Ok(form) = object.as_stream() else { return };
        let is_form = form.dict.get_deref(b"Subtype", self.document).and_then(Object::as_name);
        if is_form.is_ok_and(|name| name != b"Form") || run.depth == MAX_FORMS {
            return;
        }
        // Each use costs, so that forms that use each other many times end.
        if !self.budget.spend(1024) {
            self.text.is_cut = true;
            return;
        }
        let mut content = Vec::new();
        self.unpack(form, &mut content);
        let mut resources = run.resources.clone();
        let own = form.dict.get_deref(b"Resources", self.document).and_then(Object::as_dict);
        resources.splice(0..0, own.ok());
        let matrix = form.dict.get_deref(b"Matrix", self.document).and_then(Object::as_array);
        let numbers = matrix.map(Vec::as_slice).unwrap_or_default().iter().filter_map(|number| number.as_float().ok());
        let mut state = run.state.clone();
        state.transform = Matrix::of(&numbers.map(f64::from).collect::<Vec<_>>()).then(state.transform);
        self.run(&content, Run::new(resources, state, run.depth + 1));
    }

    /// Shows the strings among `operands`; numbers between them move on.
    fn show(&mut self, operands: &[Token<'_>], run: &mut Run<'d>) {
        for operand in operands {
            match operand {
                Token::Number(back) => run.advance(-back / 1000.0 * run.state.size),
                Token::String(string) => self.show_string(string, run),
                _ => {}
            }
        }
    }

    fn show_string(&mut self, string: &[u8], run: &mut Run<'d>) {
        let Some(font) = run.state.font.clone() else { return };
        let place = run.text.then(run.state.transform);
        self.part(place, run.state.size);
        for glyph in font.glyphs(string) {
            self.text.push(glyph.text);
            let spacing = run.state.letter_spacing + if glyph.is_space { run.state.word_spacing } else { 0.0 };
            run.advance(glyph.width * run.state.size + spacing);
        }
        let end = run.text.then(run.state.transform);
        self.end = Some((end.e, end.f, end.scale() * run.state.size.abs()));
    }

    /// Puts between the last text and what begins at `place` what a reader sees there.
    fn part(&mut self, place: Matrix, size: f64) {
        let Some((x, y, last_size)) = self.end else { return };
        let (along, across) = place.seen_from(x, y);
        let size = last_size.max(place.scale() * size.abs()).max(f64::MIN_POSITIVE);
        let (along, across) = (along / size, across.abs() / size);
        if across > LINE || along < -1.0 {
            self.text.part('\n');
        } else if along > COLUMN {
            self.text.part('\t');
        } else if along > SPACE && !self.text.kept.ends_with([' ', '\t', '\u{a0}']) {
            self.text.part(' ');
        }
    }
}

impl<'r> Run<'r> {
    fn new(resources: Vec<&'r Dictionary>, state: State, depth: usize) -> Self {
        Self { resources, state, saved: Vec::new(), text: Matrix::ONE, line: Matrix::ONE, depth }
    }

    fn begin(&mut self, at: Matrix) {
        (self.text, self.line) = (at, at);
    }

    fn go(&mut self, x: f64, y: f64) {
        self.begin(Matrix::shift(x, y).then(self.line));
    }

    fn advance(&mut self, distance: f64) {
        self.text = Matrix::shift(distance * self.state.stretch, 0.0).then(self.text);
    }
}

impl State {
    fn new() -> Self {
        Self {
            transform: Matrix::ONE,
            font: None,
            size: 1.0,
            stretch: 1.0,
            leading: 0.0,
            letter_spacing: 0.0,
            word_spacing: 0.0,
        }
    }
}

impl Token<'_> {
    fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    fn name(&self) -> Option<&[u8]> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }
}
