//! Blocks for editors: a fenced code block whose first word is the name of a block, in Lithuanian or English.
//!
//! ````text
//! ```žingsniai
//! ## Užpildykite prašymą
//! Prašymo forma yra [čia](prasymas.pdf).
//! ```
//! ````

use std::ops::Range;

use messages::Message;
use pulldown_cmark::LinkType;

use super::writer::Writer;
use super::{Answer, Question, is_outside};
use crate::render::words::{dialled, size};

/// The kinds of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    /// Pictures side by side: a line each, `![what is on it](foto.jpg "what stands under it")`.
    Gallery,
    /// Documents with their type and size: a line each, `[title](file.pdf)`.
    Documents,
    /// People or units: a line each, as front matter names them.
    Contact,
    /// Questions that open: headings, each with its text.
    Accordion,
    /// Steps: headings, each with its text.
    Steps,
    /// A place: `55.4906, 22.1839`, then what is there.
    Map,
    /// A video elsewhere: its address, then its title. Nothing is loaded from there until somebody follows the link.
    Video,
}

impl Block {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "gallery" | "galerija" => Self::Gallery,
            "documents" | "dokumentai" => Self::Documents,
            "contact" | "contacts" | "kontaktai" => Self::Contact,
            "accordion" | "klausimai" => Self::Accordion,
            "steps" | "žingsniai" | "zingsniai" => Self::Steps,
            "map" | "žemėlapis" | "zemelapis" => Self::Map,
            "video" | "vaizdas" => Self::Video,
            _ => return None,
        })
    }
}

/// Adds the HTML of a block. `span` is the whole block in the text, for mistakes.
pub(super) fn write(writer: &mut Writer<'_>, block: Block, inner: &str, span: &Range<usize>) {
    match block {
        Block::Gallery => gallery(writer, inner, span),
        Block::Documents => documents(writer, inner, span),
        Block::Contact => contacts(writer, inner, span),
        Block::Accordion => titled(writer, inner, span, ["<details><summary>", "</summary>\n", "</details>\n"]),
        Block::Steps => {
            writer.html("<ol class=\"steps\">\n");
            titled(writer, inner, span, ["<li><strong>", "</strong>\n", "</li>\n"]);
            writer.html("</ol>\n");
        }
        Block::Map => map(writer, inner, span),
        Block::Video => video(writer, inner, span),
    }
}

/// Parts with a title each: what stands before the title, between it and the text, and after the text.
fn titled(writer: &mut Writer<'_>, inner: &str, span: &Range<usize>, [before, between, after]: [&str; 3]) {
    for (title, text) in parts(writer, inner, span) {
        writer.html(before);
        writer.write_line(title);
        writer.html(between);
        writer.write_part(text, span);
        writer.html(after);
    }
}

fn lines(inner: &str) -> impl Iterator<Item = &str> {
    inner.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// `[words](target "title")`, without the mark of a picture.
fn link(line: &str) -> Option<(&str, &str, &str)> {
    let (words, rest) = line.strip_prefix('[')?.split_once("](")?;
    let inner = rest.strip_suffix(')')?;
    Some(match inner.split_once(" \"") {
        Some((target, title)) => (words, target.trim(), title.trim_end().trim_end_matches('"')),
        None => (words, inner.trim(), ""),
    })
}

fn wrong(writer: &mut Writer<'_>, span: &Range<usize>, line: &str, example: &'static str) {
    writer.mistake(span, Message::new("site-block-line").with("line", line).with("example", example));
}

/// Parts that begin with a heading: the title and the text.
fn parts<'i>(writer: &mut Writer<'_>, inner: &'i str, span: &Range<usize>) -> Vec<(&'i str, &'i str)> {
    let mut parts: Vec<(&str, usize, usize)> = Vec::new();
    let mut at = 0;
    for line in inner.split_inclusive('\n') {
        let end = at + line.len();
        if let Some(title) = line.strip_prefix("## ") {
            parts.push((title.trim(), end, end));
        } else if let Some((_, _, text_end)) = parts.last_mut() {
            *text_end = end;
        } else if !line.trim().is_empty() {
            wrong(writer, span, line.trim(), "## …");
        }
        at = end;
    }
    parts.into_iter().map(|(title, start, end)| (title, &inner[start..end])).collect()
}

fn gallery(writer: &mut Writer<'_>, inner: &str, span: &Range<usize>) {
    writer.html("<ul class=\"gallery\">\n");
    for line in lines(inner) {
        let Some((alt, target, caption)) = line.strip_prefix('!').and_then(link) else {
            wrong(writer, span, line, "![…](nuotrauka.jpg \"…\")");
            continue;
        };
        if alt.is_empty() {
            writer.mistake(span, Message::new("site-picture-alt"));
        }
        if let Some(picture) = writer.picture(target, span) {
            writer.html("<li>");
            writer.figure(&picture, alt, caption);
            writer.html("</li>\n");
        }
    }
    writer.html("</ul>\n");
}

fn documents(writer: &mut Writer<'_>, inner: &str, span: &Range<usize>) {
    writer.html("<ul class=\"documents\">\n");
    for line in lines(inner) {
        let line = line.strip_prefix("- ").unwrap_or(line);
        let Some((title, target, _)) = link(line) else {
            wrong(writer, span, line, "[…](dokumentas.pdf)");
            continue;
        };
        match writer.ask(Question::Document(target.to_owned())) {
            Answer::Document(facts) => {
                let size = size(facts.size, writer.language());
                writer.html("<li>");
                writer.anchor(&facts.address, title);
                writer.html(" <span class=\"format\">(");
                writer.escaped(&format!("{}, {size}", facts.format));
                writer.html(")</span></li>\n");
            }
            Answer::Wrong(message) => writer.mistake(span, message),
            _ => {}
        }
    }
    writer.html("</ul>\n");
}

fn contacts(writer: &mut Writer<'_>, inner: &str, span: &Range<usize>) {
    for line in lines(inner) {
        match writer.ask(Question::Contact(line.to_owned())) {
            Answer::Contact(contact) => {
                writer.html("<address class=\"contact\">");
                writer.anchor(&contact.address, &contact.name);
                for text in [&contact.position, &contact.room].into_iter().flatten() {
                    writer.html("<br>");
                    writer.escaped(text);
                }
                let phone = contact.phone.iter().map(|phone| (format!("tel:{}", dialled(phone)), phone));
                let email = contact.email.iter().map(|email| (format!("mailto:{email}"), email));
                for (address, words) in phone.chain(email) {
                    writer.html("<br>");
                    writer.anchor(&address, words);
                }
                writer.html("</address>\n");
            }
            Answer::Wrong(message) => writer.mistake(span, message),
            _ => {}
        }
    }
}

fn map(writer: &mut Writer<'_>, inner: &str, span: &Range<usize>) {
    use strict_toml::FromText;
    let mut lines = lines(inner);
    let first = lines.next().unwrap_or_default();
    let Ok(place) = crate::content::Coordinates::from_text(first) else {
        return wrong(writer, span, first, "55.4906, 22.1839");
    };
    let words = lines.collect::<Vec<_>>().join(" ");
    let words = if words.is_empty() { writer.language().text("site-map") } else { words };
    writer.html("<p class=\"map\">");
    writer.anchor(&super::map_address(place), &words);
    writer.html("</p>\n");
}

fn video(writer: &mut Writer<'_>, inner: &str, span: &Range<usize>) {
    let mut lines = lines(inner);
    let first = lines.next().unwrap_or_default();
    if !is_outside(first) {
        return wrong(writer, span, first, "https://…");
    }
    let Some(address) = writer.address(LinkType::Inline, first, span) else { return };
    let words = lines.collect::<Vec<_>>().join(" ");
    let words = if words.is_empty() { writer.language().text("site-video") } else { words };
    writer.html("<p class=\"video\">");
    writer.anchor(&address, &format!("▶ {words}"));
    writer.html("</p>\n");
}
