//! Pictures of a text: `![what is on it](file "what stands under it")`.

use std::fmt::Write as _;
use std::ops::Range;

use messages::Message;

use super::writer::Writer;
use super::{Answer, Picture, Question, has_scheme};

/// A picture whose words are still being read.
pub(super) struct Opened {
    picture: Option<Picture>,
    title: String,
    span: Range<usize>,
}

impl Writer<'_> {
    pub(super) fn start_picture(&mut self, url: &str, title: &str, span: Range<usize>) {
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

    pub(super) fn end_picture(&mut self) {
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
}
