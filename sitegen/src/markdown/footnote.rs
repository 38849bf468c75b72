//! Footnotes of a text: they stand at its end, in the order in which the text refers to them, whatever the order in which they
//! were written.

use std::fmt::Write as _;
use std::mem;

use rustc_hash::FxHashMap;

use super::writer::Writer;

#[derive(Default)]
pub(super) struct Footnotes {
    /// Numbers by label, in the order in which they are referred to.
    numbers: FxHashMap<String, (usize, usize)>,
    /// The HTML of each that is defined.
    pub(super) defined: Vec<(String, String)>,
    /// The HTML around the open definition.
    pub(super) outer: Option<(String, String)>,
}

impl Writer<'_> {
    pub(super) fn footnote_reference(&mut self, label: &str) {
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
    pub(super) fn write_footnotes(&mut self) {
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
