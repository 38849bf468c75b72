//! From the events of the Markdown parser to HTML, in one pass.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::mem;
use std::ops::Range;

use messages::Message;
use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd,
};
use pulldown_cmark_escape::{escape_href, escape_html, escape_html_body_text};
use rustc_hash::FxHashMap;

use super::footnote::Footnotes;
use super::picture::Opened;
use super::raw::sanitised;
use super::typography::{Quotes, typeset};
use super::{Answer, Heading, Mistake, Question, Resolver, Style, Text, block, has_scheme, is_outside, slug};

/// How much of the first paragraph is kept, in characters.
const BEGINNING: usize = 280;

/// What a paragraph before a table begins with when it is the table's caption.
const CAPTIONS: [&str; 2] = ["Lentelė: ", "Table: "];

/// Turns events into HTML.
pub(super) struct Writer<'r> {
    pub(super) style: Style,
    pub(super) resolver: &'r dyn Resolver,
    pub(super) text: Text,
    /// Anchors that are taken, each with how many headings wished for it.
    ids: FxHashMap<String, usize>,
    /// Links to anchors of this very text.
    fragments: Vec<(String, Range<usize>)>,
    /// Where the HTML of the open heading begins, and what it says so far.
    heading: Option<(usize, String)>,
    /// The text of the open picture.
    pub(super) alt: Option<(Opened, String)>,
    /// How each open link ends.
    pub(super) links: Vec<&'static str>,
    table: Table,
    /// Where the HTML of the last paragraph begins, if nothing came after it.
    paragraph: Option<usize>,
    is_in_first_paragraph: bool,
    code: Option<(Option<String>, String, Range<usize>)>,
    pub(super) footnotes: Footnotes,
    has_raw_html: bool,
    quotes: Quotes,
}

#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    is_head: bool,
    /// Where the HTML of the cell begins.
    cell: usize,
}

/// What is understood beside CommonMark.
pub(crate) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_TASKLISTS
}

impl<'r> Writer<'r> {
    pub(super) fn new(style: Style, resolver: &'r dyn Resolver) -> Self {
        Self {
            style,
            resolver,
            text: Text::default(),
            ids: FxHashMap::default(),
            fragments: Vec::new(),
            heading: None,
            alt: None,
            links: Vec::new(),
            table: Table::default(),
            paragraph: None,
            is_in_first_paragraph: false,
            code: None,
            footnotes: Footnotes::default(),
            has_raw_html: false,
            quotes: Quotes::default(),
        }
    }

    /// Adds the HTML of `markdown`.
    pub(super) fn write(&mut self, markdown: &str) {
        self.text.html.reserve(markdown.len() + markdown.len() / 4);
        for (event, span) in Parser::new_ext(markdown, options()).into_offset_iter() {
            self.event(event, span);
        }
    }

    /// Adds the HTML of Markdown inside a block; mistakes in it are mistakes of the whole block, `span`.
    pub(super) fn write_part(&mut self, markdown: &str, span: &Range<usize>) {
        let before = self.text.mistakes.len();
        self.write(markdown);
        for mistake in &mut self.text.mistakes[before..] {
            mistake.span = span.clone();
        }
    }

    /// Adds the HTML of one line of Markdown, without a paragraph around it.
    pub(super) fn write_line(&mut self, markdown: &str) {
        self.quotes = Quotes::default();
        for (event, span) in Parser::new_ext(markdown, options()).into_offset_iter() {
            let is_inline = match &event {
                Event::Start(tag) => !is_block(tag),
                Event::End(tag) => matches!(
                    tag,
                    TagEnd::Emphasis
                        | TagEnd::Strong
                        | TagEnd::Strikethrough
                        | TagEnd::Superscript
                        | TagEnd::Subscript
                        | TagEnd::Link
                        | TagEnd::Image
                ),
                _ => true,
            };
            if is_inline {
                self.event(event, span);
            }
        }
    }

    pub(super) fn finish(mut self) -> Text {
        self.write_footnotes();
        for (fragment, span) in mem::take(&mut self.fragments) {
            let is_there = fragment.is_empty() || self.text.html.contains(&format!("id=\"{fragment}\""));
            if !is_there {
                self.mistake(&span, Message::new("site-link-anchor").with("link", format!("#{fragment}")));
            }
        }
        if self.has_raw_html {
            self.text.html = sanitised(&self.text.html);
        }
        self.text
    }

    fn event(&mut self, event: Event<'_>, span: Range<usize>) {
        match event {
            Event::Text(text) => self.words(&text),
            Event::Start(tag) => self.start(tag, span),
            Event::End(tag) => self.end(tag),
            Event::Code(text) => self.inline_code(&text),
            Event::SoftBreak if self.style.typography => {
                let end = self.quotes.soft_break(self.style.language);
                self.space(end);
            }
            Event::SoftBreak => self.space("\n"),
            Event::HardBreak => {
                self.quotes.pass('\n');
                self.space("<br>\n");
            }
            Event::Rule => self.html("<hr>\n"),
            Event::Html(html) | Event::InlineHtml(html) => {
                self.has_raw_html = true;
                self.raw_html(&html, &span);
            }
            Event::FootnoteReference(label) => self.footnote_reference(&label),
            Event::TaskListMarker(is_done) => {
                let (key, sign) = if is_done { ("site-done", '☑') } else { ("site-not-done", '☐') };
                let words = self.style.language.text(key);
                let _ = write!(self.text.html, "<span role=\"img\" aria-label=\"{words}\">{sign}</span> ");
            }
            Event::InlineMath(text) | Event::DisplayMath(text) => self.inline_code(&text),
        }
    }

    /// Adds HTML of our own.
    pub(super) fn html(&mut self, html: &str) {
        self.text.html.push_str(html);
    }

    /// Adds text, escaped.
    pub(super) fn escaped(&mut self, text: &str) {
        // Writing to a string cannot fail.
        let _ = escape_html_body_text(&mut self.text.html, text);
    }

    /// Adds text in an attribute's value, escaped.
    pub(super) fn attribute(&mut self, text: &str) {
        let _ = escape_html(&mut self.text.html, text);
    }

    /// Adds a link of our own.
    pub(super) fn anchor(&mut self, address: &str, words: &str) {
        self.html("<a href=\"");
        self.attribute(address);
        self.html("\">");
        self.escaped(words);
        self.html("</a>");
    }

    pub(super) fn href(&mut self, address: &str) {
        let _ = escape_href(&mut self.text.html, address);
    }

    /// Asks the rest of the site, and remembers the answer.
    pub(super) fn ask(&mut self, question: Question) -> Answer {
        let answer = self.resolver.answer(&question);
        self.text.asked.push((question, answer.clone()));
        answer
    }

    pub(super) fn mistake(&mut self, span: &Range<usize>, message: Message) {
        self.text.mistakes.push(Mistake { span: span.clone(), message });
    }

    pub(super) fn language(&self) -> messages::Language {
        self.style.language
    }

    fn words(&mut self, text: &str) {
        if let Some((_, code, _)) = &mut self.code {
            code.push_str(text);
            return;
        }
        let text = match self.style.typography {
            true => typeset(text, self.style.language, &mut self.quotes),
            false => Cow::Borrowed(text),
        };
        if let Some((_, alt)) = &mut self.alt {
            alt.push_str(&text);
            return;
        }
        self.say(&text);
        self.escaped(&text);
    }

    /// What is read by those who do not see the markup: headings, the beginning, the search.
    fn say(&mut self, text: &str) {
        if let Some((_, said)) = &mut self.heading {
            said.push_str(text);
        }
        if self.is_in_first_paragraph {
            self.text.beginning.push_str(text);
        }
        if self.style.plain {
            self.text.plain.push_str(text);
        }
    }

    fn space(&mut self, html: &str) {
        match &mut self.alt {
            Some((_, alt)) => alt.push(' '),
            None => {
                self.say(" ");
                self.html(html);
            }
        }
    }

    fn inline_code(&mut self, text: &str) {
        if let Some((_, alt)) = &mut self.alt {
            alt.push_str(text);
            return;
        }
        self.quotes.pass('x');
        self.say(text);
        self.html("<code>");
        self.escaped(text);
        self.html("</code>");
    }

    fn start(&mut self, tag: Tag<'_>, span: Range<usize>) {
        let mut paragraph = None;
        if is_block(&tag) {
            paragraph = self.paragraph.take();
            self.quotes = Quotes::default();
        }
        match tag {
            Tag::Paragraph => {
                self.paragraph = Some(self.text.html.len());
                self.is_in_first_paragraph = self.text.beginning.is_empty() && self.footnotes.outer.is_none();
                self.html("<p>");
            }
            Tag::Heading { id, .. } => {
                self.heading = Some((self.text.html.len(), String::new()));
                if let Some(id) = id {
                    self.text.headings.push(Heading { level: 0, id: id.to_string(), title: String::new() });
                }
            }
            Tag::BlockQuote(kind) => self.start_quote(kind),
            Tag::CodeBlock(kind) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) if !info.is_empty() => Some(info.to_string()),
                    _ => None,
                };
                self.code = Some((info, String::new(), span));
            }
            Tag::List(None) => self.html("<ul>\n"),
            Tag::List(Some(1)) => self.html("<ol>\n"),
            Tag::List(Some(start)) => {
                let _ = writeln!(self.text.html, "<ol start=\"{start}\">");
            }
            Tag::Item => self.html("<li>"),
            Tag::DefinitionList => self.html("<dl>\n"),
            Tag::DefinitionListTitle => self.html("<dt>"),
            Tag::DefinitionListDefinition => self.html("<dd>"),
            Tag::FootnoteDefinition(label) => {
                let outer = mem::take(&mut self.text.html);
                self.footnotes.outer = Some((label.to_string(), outer));
            }
            Tag::Table(alignments) => self.start_table(alignments, paragraph),
            Tag::TableHead => {
                self.table.is_head = true;
                self.table.column = 0;
                self.html("<thead><tr>");
            }
            Tag::TableRow => {
                self.table.column = 0;
                self.html("<tr>");
            }
            Tag::TableCell => self.start_cell(),
            Tag::Emphasis => self.inline("<em>"),
            Tag::Strong => self.inline("<strong>"),
            Tag::Strikethrough => self.inline("<del>"),
            Tag::Superscript => self.inline("<sup>"),
            Tag::Subscript => self.inline("<sub>"),
            Tag::Link { link_type, dest_url, title, .. } => self.start_link(link_type, &dest_url, &title, &span),
            Tag::Image { dest_url, title, .. } => self.start_picture(&dest_url, &title, span),
            Tag::HtmlBlock | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.end_paragraph(),
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::BlockQuote(kind) => self.html(if kind.is_some() { "</div>\n" } else { "</blockquote>\n" }),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::List(true) => self.html("</ol>\n"),
            TagEnd::List(false) => self.html("</ul>\n"),
            TagEnd::Item => self.end_block("</li>\n"),
            TagEnd::DefinitionList => self.html("</dl>\n"),
            TagEnd::DefinitionListTitle => self.end_block("</dt>\n"),
            TagEnd::DefinitionListDefinition => self.end_block("</dd>\n"),
            TagEnd::FootnoteDefinition => {
                if let Some((label, outer)) = self.footnotes.outer.take() {
                    let html = mem::replace(&mut self.text.html, outer);
                    self.footnotes.defined.push((label, html));
                }
            }
            TagEnd::Table => self.html("</tbody></table></div>\n"),
            TagEnd::TableHead => {
                self.table.is_head = false;
                self.html("</tr></thead><tbody>\n");
            }
            TagEnd::TableRow => self.html("</tr>\n"),
            TagEnd::TableCell => self.end_cell(),
            TagEnd::Emphasis => self.inline("</em>"),
            TagEnd::Strong => self.inline("</strong>"),
            TagEnd::Strikethrough => self.inline("</del>"),
            TagEnd::Superscript => self.inline("</sup>"),
            TagEnd::Subscript => self.inline("</sub>"),
            TagEnd::Link => {
                let end = self.links.pop().unwrap_or_default();
                self.inline(end);
            }
            TagEnd::Image => self.end_picture(),
            TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => {}
        }
    }

    /// Markup inside the text of a picture is left out: only words can be said.
    fn inline(&mut self, html: &str) {
        if self.alt.is_none() {
            self.html(html);
        }
    }

    /// Words of the next block are other words.
    fn end_block(&mut self, html: &str) {
        self.html(html);
        if self.style.plain {
            self.text.plain.push('\n');
        }
    }

    fn end_paragraph(&mut self) {
        if mem::take(&mut self.is_in_first_paragraph) {
            shorten(&mut self.text.beginning);
        }
        // A picture alone in its paragraph is a figure, which no paragraph can hold.
        match self.paragraph.filter(|start| self.text.html[*start..].starts_with("<p><figure>")) {
            Some(start) if self.text.html.ends_with("</figure>") => {
                self.text.html.replace_range(start..start + "<p>".len(), "");
                self.end_block("\n");
            }
            _ => self.end_block("</p>\n"),
        }
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let Some((start, said)) = self.heading.take() else { return };
        let inner = self.text.html.split_off(start);
        // The title of the page is its only heading of level 1.
        let level = (level as u8).max(2);
        let wished = self.text.headings.pop_if(|heading| heading.level == 0).map(|heading| heading.id);
        let id = self.unique_id(wished.unwrap_or_else(|| slug(&said)));
        let _ = write!(self.text.html, "<h{level} id=\"");
        self.attribute(&id);
        self.html("\">");
        self.html(&inner);
        self.end_block(match level {
            2 => "</h2>\n",
            3 => "</h3>\n",
            4 => "</h4>\n",
            5 => "</h5>\n",
            _ => "</h6>\n",
        });
        self.text.headings.push(Heading { level, id, title: said });
    }

    fn unique_id(&mut self, wished: String) -> String {
        let base = if wished.is_empty() { "skyrius".to_owned() } else { wished };
        let mut id = base.clone();
        let mut number = *self.ids.entry(base.clone()).and_modify(|wished| *wished += 1).or_insert(1);
        if number > 1 {
            id = format!("{base}-{number}");
            while self.ids.insert(id.clone(), 1).is_some() {
                number += 1;
                id = format!("{base}-{number}");
            }
            self.ids.insert(base, number);
        }
        id
    }

    fn start_quote(&mut self, kind: Option<BlockQuoteKind>) {
        let name = match kind {
            None => return self.html("<blockquote>\n"),
            Some(BlockQuoteKind::Note) => "note",
            Some(BlockQuoteKind::Tip) => "tip",
            Some(BlockQuoteKind::Important) => "important",
            Some(BlockQuoteKind::Warning) => "warning",
            Some(BlockQuoteKind::Caution) => "caution",
        };
        let words = self.style.language.text(&format!("site-alert-{name}"));
        let _ = write!(self.text.html, "<div class=\"alert alert-{name}\"><p class=\"alert-title\">");
        self.escaped(&words);
        self.html("</p>\n");
    }

    fn end_code(&mut self) {
        let Some((info, code, span)) = self.code.take() else { return };
        if self.style.plain {
            self.text.plain.push_str(&code);
        }
        let word = info.as_deref().and_then(|info| info.split_whitespace().next()).unwrap_or_default();
        if let Some(kind) = block::Block::named(word) {
            return block::write(self, kind, &code, &span);
        }
        if word.is_empty() {
            self.html("<pre><code>");
        } else {
            self.html("<pre><code class=\"language-");
            self.attribute(word);
            self.html("\">");
        }
        self.escaped(&code);
        self.html("</code></pre>\n");
    }

    fn start_table(&mut self, alignments: Vec<Alignment>, paragraph: Option<usize>) {
        self.table = Table { alignments, ..Table::default() };
        let caption = paragraph.and_then(|start| {
            let words = self.text.html[start..].strip_prefix("<p>")?.strip_suffix("</p>\n")?;
            let words = CAPTIONS.iter().find_map(|caption| words.strip_prefix(caption))?.to_owned();
            self.text.html.truncate(start);
            Some(words)
        });
        // A wide table is scrolled by itself, also with the keyboard.
        let name = self.style.language.text("site-table");
        self.html("<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"");
        self.attribute(&name);
        self.html("\"><table>");
        if let Some(caption) = caption {
            self.html("<caption>");
            self.html(&caption);
            self.html("</caption>");
        }
    }

    fn start_cell(&mut self) {
        let alignment = self.table.alignments.get(self.table.column).copied();
        self.table.column += 1;
        self.table.cell = self.text.html.len();
        self.html(if self.table.is_head { "<th scope=\"col\"" } else { "<td" });
        self.html(match alignment {
            Some(Alignment::Left) => " class=\"left\">",
            Some(Alignment::Center) => " class=\"center\">",
            Some(Alignment::Right) => " class=\"right\">",
            _ => ">",
        });
    }

    fn end_cell(&mut self) {
        if !self.table.is_head {
            return self.end_block("</td>");
        }
        // The corner above names of rows heads nothing.
        let cell = &self.text.html[self.table.cell..];
        if cell.find('>').is_some_and(|end| end + 1 == cell.len()) {
            self.text.html.truncate(self.table.cell);
            return self.end_block("<td></td>");
        }
        self.end_block("</th>");
    }

    fn start_link(&mut self, link_type: LinkType, url: &CowStr<'_>, title: &str, span: &Range<usize>) {
        let end = match self.address(link_type, url, span) {
            Some(address) => {
                if self.alt.is_none() {
                    self.html("<a href=\"");
                    self.href(&address);
                    if !title.is_empty() {
                        self.html("\" title=\"");
                        self.attribute(title);
                    }
                    self.html("\">");
                }
                "</a>"
            }
            None => "",
        };
        self.links.push(end);
    }

    /// The address to write for a link; none, after reporting, for one that must not be written.
    pub(super) fn address(&mut self, link_type: LinkType, url: &str, span: &Range<usize>) -> Option<String> {
        if link_type == LinkType::Email {
            return Some(format!("mailto:{url}"));
        }
        if let Some(fragment) = url.strip_prefix('#') {
            self.fragments.push((fragment.to_owned(), span.clone()));
            return Some(url.to_owned());
        }
        if is_outside(url) {
            return Some(url.to_owned());
        }
        if has_scheme(url) && !url.starts_with('@') {
            self.mistake(span, Message::new("site-link-scheme").with("link", url));
            return None;
        }
        match self.ask(Question::Link(url.to_owned())) {
            Answer::Address(address) => Some(address),
            Answer::Wrong(message) => {
                self.mistake(span, message);
                self.style.is_lenient.then(|| url.to_owned())
            }
            _ => None,
        }
    }
}

/// Whether the words inside have nothing to do with those before.
const fn is_block(tag: &Tag<'_>) -> bool {
    !matches!(
        tag,
        Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Link { .. }
            | Tag::Image { .. }
    )
}

/// Cuts the beginning of a text at a word.
fn shorten(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(BEGINNING) {
        let cut = text[..end].rfind(' ').unwrap_or(end);
        text.truncate(cut);
        text.push('…');
    }
}
