//! The text of a page: CommonMark with tables, footnotes, definition lists, alerts and a few blocks for editors, as HTML that
//! can do no harm.
//!
//! A text is parsed once. What it needs to know of the rest of the site (where a link leads, how large a picture is) it asks of
//! a [`Resolver`], and keeps the questions with their answers: while the answers stay the same, so does the HTML, which is how
//! an incremental build knows what one edit changes. HTML inside Markdown is kept as far as `ammonia` finds it harmless.

mod block;
mod footnote;
mod picture;
mod raw;
mod slug;
pub mod typography;
mod writer;

use std::ops::Range;

use messages::{Language, Message};

use crate::search::terms::Terms;
pub(crate) use block::Block;
pub use slug::{slug, slug_of_file};
use writer::Writer;
pub(crate) use writer::options;

/// What a text asks of the site.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Question {
    /// Where a link leads.
    Link(String),
    /// How a picture is shown.
    Picture(String),
    /// What a document is: type, size, language.
    Document(String),
    /// How to reach a person or a unit.
    Contact(String),
}

/// What the site answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The address to write.
    Address(String),
    /// The picture.
    Picture(Picture),
    /// The document.
    Document(DocumentFacts),
    /// The contact.
    Contact(Contact),
    /// It is not there, or must not be used, and why.
    Wrong(Message),
}

/// A picture as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Picture {
    /// The address of the picture for browsers that know no other form.
    pub source: String,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// `srcset` in WebP; empty when there is none.
    pub webp: String,
    /// `srcset` in the form of `source`; empty when there is none.
    pub fallback: String,
}

/// What is told of a document before somebody opens it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DocumentFacts {
    /// Where it is.
    pub address: String,
    /// Such as `PDF`.
    pub format: String,
    /// Octets.
    pub size: u64,
}

/// How to reach a person or a unit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Contact {
    /// Where more is said.
    pub address: String,
    /// Who.
    pub name: String,
    /// What they do.
    pub position: Option<String>,
    /// As it is dialled.
    pub phone: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Where to find them.
    pub room: Option<String>,
}

/// Whoever knows the rest of the site.
pub trait Resolver {
    /// The answer to a question of a text.
    fn answer(&self, question: &Question) -> Answer;
}

/// How a text is to be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// The language of the page.
    pub language: Language,
    /// Whether quotation marks, dashes and spaces are set as printers do.
    pub typography: bool,
    /// Whether the text without markup is wanted, for a search.
    pub plain: bool,
    /// Whether links that lead nowhere stay as they are.
    pub is_lenient: bool,
}

/// A text, as HTML and as what else is to be known of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Text {
    /// The HTML.
    pub html: String,
    /// Its headings, in their order.
    pub headings: Vec<Heading>,
    /// The first paragraph without markup, shortened.
    pub beginning: String,
    /// The whole text without markup; empty unless it was wanted.
    pub plain: String,
    /// What a search finds it by; none unless the whole text was wanted.
    pub terms: Option<Terms>,
    /// What it asked, and what the answer was.
    pub asked: Vec<(Question, Answer)>,
    /// What editors have to mend.
    pub mistakes: Vec<Mistake>,
}

/// A heading of a text.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Heading {
    /// 2 to 6: the title of the page is the only heading of level 1.
    pub level: u8,
    /// The anchor.
    pub id: String,
    /// What it says.
    pub title: String,
}

/// A mistake at some bytes of the Markdown.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// Which bytes.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: Message,
}

/// Turns Markdown into HTML.
#[must_use]
pub fn parse(markdown: &str, style: Style, resolver: &dyn Resolver) -> Text {
    let mut writer = Writer::new(style, resolver);
    writer.write(markdown);
    writer.finish()
}

/// Whether a link leads out of the site in a way that browsers follow without running anything.
#[must_use]
pub fn is_outside(url: &str) -> bool {
    ["https://", "http://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// Where a place is shown on OpenStreetMap.
#[must_use]
pub fn map_address(place: crate::content::Coordinates) -> String {
    let (latitude, longitude) = (place.latitude, place.longitude);
    format!("https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}")
}

/// RFC 3986, 3.1, read generously: `java\nscript:` is one for some browsers.
fn has_scheme(url: &str) -> bool {
    url.split(['/', '?', '#']).next().is_some_and(|first| first.contains(':')) || url.starts_with("//")
}

#[cfg(test)]
mod tests;
