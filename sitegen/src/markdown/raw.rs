//! HTML that an editor wrote into a text: its links are asked for as any other, and what could do harm is taken out.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use pulldown_cmark::LinkType;
use rustc_hash::FxHashSet;

use super::writer::Writer;
use super::{has_scheme, is_outside};

impl Writer<'_> {
    /// Adds HTML that an editor wrote: where it leads is asked as of any link.
    pub(super) fn raw_html(&mut self, html: &str, span: &Range<usize>) {
        let mut rest = html;
        while let Some((at, name)) = next_address(rest) {
            let (before, after) = rest.split_at(at);
            self.html(before);
            let quote = if after.starts_with('\'') { '\'' } else { '"' };
            let inner = &after[1..];
            let Some(end) = inner.find(quote) else {
                rest = after;
                break;
            };
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
}

/// Where the value of the next `href` or `src` begins, with its quotation mark.
fn next_address(html: &str) -> Option<(usize, &'static str)> {
    let found = [" href=", " src="].into_iter().filter_map(|pattern| {
        let at = html.find(pattern)? + pattern.len();
        html[at..].starts_with(['"', '\'']).then_some((at, if pattern == " src=" { "src" } else { "href" }))
    });
    found.min()
}

/// HTML without what could do harm, and in which no two elements are called the same: the first keeps its name. What we write
/// ourselves passes unchanged.
pub(super) fn sanitised(html: &str) -> String {
    let ids = Mutex::new(FxHashSet::default());
    let is_new = move |id: &str| ids.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
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
        .attribute_filter(move |_, name, value| (name != "id" || is_new(value)).then_some(value.into()))
        .url_schemes(["https", "http", "mailto", "tel"].into())
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(None);
    builder.clean(html).to_string()
}
