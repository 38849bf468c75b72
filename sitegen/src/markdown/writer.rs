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

use super::typography::{Quotes, typeset};
use super::{Answer, Heading, Mistake, Picture, Question, Resolver, Style, Text, block, has_scheme, is_outside, slug};

/// How much of the first paragraph is kept, in characters.
const BEGINNING: usize = 280;

/// What a paragraph before a table begins with when it is the table's caption.
const CAPTIONS: [&str; 2] = ["Lentelė: ", "Table: "];

/// Turns events into HTML.
pub(super) struct Writer<'r> {
    style: Style,
    resolver: &'r dyn Resolver,
    text: Text,
    /// Anchors that are taken, each with how many headings wished for it.
    ids: FxHashMap<String, usize>,
    /// Links to anchors of this very text.
    fragments: Vec<(String, Range<usize>)>,
    /// Where the HTML of the open heading begins, and what it says so far.
    heading: Option<(usize, String)>,
    /// The text of the open picture.
    alt: Option<(Opened, String)>,
    /// How each open link ends.
    links: Vec<&'static str>,
    table: Table,
    /// Where the HTML of the last paragraph begins, if nothing came after it.
    paragraph: Option<usize>,
    is_in_first_paragraph: bool,
    code: Option<(Option<String>, String, Range<usize>)>,
    footnotes: Footnotes,
    has_raw_html: bool,
    quotes: Quotes,
}

struct Opened {
    picture: Option<Picture>,
    title: String,
    span: Range<usize>,
}

#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    is_head: bool,
}

#[derive(Default)]
struct Footnotes {
    /// Numbers by label, in the order in which they are referred to.
    numbers: FxHashMap<String, (usize, usize)>,
    /// The HTML of each that is defined.
    defined: Vec<(String, String)>,
    /// The HTML around the open definition.
    outer: Option<(String, String)>,
}

/// What is understood beside CommonMark.
fn options() -> Options {
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

    /// Adds HTML that an editor wrote: where it leads is asked as of any link.
    fn raw_html(&mut self, html: &str, span: &Range<usize>) {
        let mut rest = html;
        while let Some((at, name)) = next_address(rest) {
            let (before, after) = rest.split_at(at);
            self.html(before);
            let quote = if after.starts_with('\'') { '\'' } else { '"' };
            let inner = &after[1..];
            let Some(end) = inner.find(quote) else { break };
            let (value, next) = inner.split_at(end);
            let is_inside = !value.is_empty() && !value.starts_with('#') && !is_outside(value) && !has_scheme(value);
            let address = match (is_inside, name) {
                (false, _) => Some(value.to_owned()),
                (true, "src") => self.picture(value, span).map(|picture| picture.source),
                (true, _) => self.address(LinkType::Inline, value, span),
            };
            self.html("\"");
            self.attribute(&address.unwrap_or_default());
            self.html("\"");
            rest = &next[1..];
        }
        self.html(rest);
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

    fn href(&mut self, address: &str) {
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
            TagEnd::TableCell => self.end_block(if self.table.is_head { "</th>" } else { "</td>" }),
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
        self.table = Table { alignments, column: 0, is_head: false };
        let caption = paragraph.and_then(|start| {
            let words = self.text.html[start..].strip_prefix("<p>")?.strip_suffix("</p>\n")?;
            let words = CAPTIONS.iter().find_map(|caption| words.strip_prefix(caption))?.to_owned();
            self.text.html.truncate(start);
            Some(words)
        });
        // A wide table is scrolled by itself, also with the keyboard.
        self.html("<div class=\"table\" tabindex=\"0\" role=\"group\"><table>");
        if let Some(caption) = caption {
            self.html("<caption>");
            self.html(&caption);
            self.html("</caption>");
        }
    }

    fn start_cell(&mut self) {
        let alignment = self.table.alignments.get(self.table.column).copied();
        self.table.column += 1;
        self.html(if self.table.is_head { "<th scope=\"col\"" } else { "<td" });
        self.html(match alignment {
            Some(Alignment::Left) => " class=\"left\">",
            Some(Alignment::Center) => " class=\"center\">",
            Some(Alignment::Right) => " class=\"right\">",
            _ => ">",
        });
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

    fn start_picture(&mut self, url: &str, title: &str, span: Range<usize>) {
        let picture = self.picture(url, &span);
        self.alt = Some((Opened { picture, title: title.to_owned(), span }, String::new()));
    }

    /// The picture at `url`; none, after reporting, when it must not be shown.
    pub(super) fn picture(&mut self, url: &str, span: &Range<usize>) -> Option<Picture> {
        if has_scheme(url) {
            self.mistake(span, Message::new("site-picture-elsewhere").with("link", url));
            return None;
        }
        match self.ask(Question::Picture(url.to_owned())) {
            Answer::Picture(picture) => Some(picture),
            Answer::Wrong(message) => {
                self.mistake(span, message);
                None
            }
            _ => None,
        }
    }

    fn end_picture(&mut self) {
        let Some((Opened { picture, title, span }, alt)) = self.alt.take() else { return };
        if alt.trim().is_empty() {
            self.mistake(&span, Message::new("site-picture-alt"));
        }
        if let Some(picture) = picture {
            self.figure(&picture, &alt, &title);
        }
    }

    /// A picture, with what stands under it if there is any.
    pub(super) fn figure(&mut self, picture: &Picture, alt: &str, caption: &str) {
        // A figure is a block, which no link in a paragraph can hold.
        let is_figure = !caption.is_empty() && self.links.is_empty();
        if is_figure {
            self.html("<figure>");
        }
        if !picture.webp.is_empty() {
            self.html("<picture><source type=\"image/webp\" srcset=\"");
            self.attribute(&picture.webp);
            self.html("\" sizes=\"(min-width: 48rem) 44rem, 100vw\">");
        }
        self.html("<img src=\"");
        self.href(&picture.source);
        if !picture.fallback.is_empty() {
            self.html("\" srcset=\"");
            self.attribute(&picture.fallback);
            self.html("\" sizes=\"(min-width: 48rem) 44rem, 100vw");
        }
        self.html("\" alt=\"");
        self.attribute(alt.trim());
        self.html("\"");
        if picture.width > 0 {
            let _ = write!(self.text.html, " width=\"{}\" height=\"{}\"", picture.width, picture.height);
        }
        self.html(" loading=\"lazy\" decoding=\"async\">");
        if !picture.webp.is_empty() {
            self.html("</picture>");
        }
        if is_figure {
            self.html("<figcaption>");
            self.escaped(caption);
            self.html("</figcaption></figure>");
        }
    }

    fn footnote_reference(&mut self, label: &str) {
        let next = self.footnotes.numbers.len() + 1;
        let (number, times) = self.footnotes.numbers.entry(label.to_owned()).or_insert((next, 0));
        *times += 1;
        let (number, times) = (*number, *times);
        let again = if times > 1 { format!("-{times}") } else { String::new() };
        let _ = write!(
            self.text.html,
            "<sup><a href=\"#_isnasa-{number}\" id=\"_nuoroda-{number}{again}\" class=\"footnote-reference\">[{number}]</a></sup>"
        );
    }

    /// Footnotes stand at the end, in the order in which the text refers to them.
    fn write_footnotes(&mut self) {
        let mut defined: Vec<(usize, String)> = mem::take(&mut self.footnotes.defined)
            .into_iter()
            .filter_map(|(label, html)| Some((self.footnotes.numbers.get(&label)?.0, html)))
            .collect();
        if defined.is_empty() {
            return;
        }
        defined.sort_by_key(|(number, _)| *number);
        let back = self.style.language.text("site-footnote-back");
        self.html("<section class=\"footnotes\"><ol>\n");
        for (number, html) in defined {
            let _ = write!(self.text.html, "<li id=\"_isnasa-{number}\" value=\"{number}\">");
            let inner = html.strip_suffix("</p>\n");
            self.html(inner.unwrap_or(&html));
            let _ = write!(self.text.html, " <a href=\"#_nuoroda-{number}\" aria-label=\"");
            self.attribute(&back);
            self.html("\">↩</a>");
            self.html(if inner.is_some() { "</p></li>\n" } else { "</li>\n" });
        }
        self.html("</ol></section>\n");
    }
}

/// Where the value of the next `href` or `src` begins, with its quotation mark.
fn next_address(html: &str) -> Option<(usize, &'static str)> {
    let found = [" href=", " src="].into_iter().filter_map(|pattern| {
        let at = html.find(pattern)? + pattern.len();
        html[at..].starts_with(['"', '\'']).then_some((at, if pattern == " src=" { "src" } else { "href" }))
    });
    found.min()
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

/// HTML without what could do harm. What we write ourselves passes unchanged.
fn sanitised(html: &str) -> String {
    let mut builder = ammonia::Builder::default();
    builder
        .add_tags(["address", "figure", "figcaption", "picture", "source", "section", "caption"])
        // Obsolete ones, and a second title of the page; what is in them stays.
        .rm_tags(["center", "font", "strike", "tt", "h1"])
        .add_generic_attributes(["id", "class", "lang", "dir", "tabindex", "role", "aria-label", "aria-hidden"])
        .add_tag_attributes("source", ["srcset", "sizes", "type"])
        .add_tag_attributes("img", ["srcset", "sizes", "loading", "decoding"])
        .add_tag_attributes("th", ["scope"])
        .add_tag_attributes("li", ["value"])
        .add_tag_attributes("details", ["open"])
        .url_schemes(["https", "http", "mailto", "tel"].into())
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(None);
    builder.clean(html).to_string()
}
