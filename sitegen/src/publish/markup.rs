//! What of an HTML document other documents depend on: where it leads, and what in it others can lead to.

use std::cell::RefCell;
use std::collections::BTreeSet;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// Where a document leads and what in it can be led to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Document {
    /// The links, as they stand there; each once.
    pub links: BTreeSet<String>,
    /// The values of `id`, and of `name` of anchors.
    pub targets: BTreeSet<String>,
}

/// Reads a document. What is no UTF-8 is read as well as it can be.
#[must_use]
pub(super) fn scan(content: &[u8]) -> Document {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(String::from_utf8_lossy(content).as_ref()));
    let tokenizer = Tokenizer::new(Collector::default(), TokenizerOpts::default());
    while !input.is_empty() {
        // It stops at scripts, for browsers to run them.
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[derive(Default)]
struct Collector(RefCell<Document>);

impl TokenSink for Collector {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let TagToken(tag) = token else { return TokenSinkResult::Continue };
        if tag.kind != StartTag {
            return TokenSinkResult::Continue;
        }
        self.0.borrow_mut().take(&tag);
        // Their content is text and not markup; the parser's tree, which would know, is not made here.
        match &*tag.name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Document {
    fn take(&mut self, tag: &Tag) {
        let is_refresh = tag
            .attrs
            .iter()
            .any(|attribute| &*attribute.name.local == "http-equiv" && attribute.value.eq_ignore_ascii_case("refresh"));
        for attribute in &tag.attrs {
            let value = attribute.value.trim();
            match (&*tag.name, &*attribute.name.local) {
                (_, "id") | ("a", "name") => {
                    self.targets.insert(value.to_owned());
                }
                // Whom a browser asks in advance is a host and no page.
                ("link", "href") if is_hint(tag) => {}
                (_, "href" | "src" | "poster" | "action") | ("object", "data") => {
                    self.links.insert(value.to_owned());
                }
                (_, "srcset") => {
                    let addresses = value.split(", ").filter_map(|candidate| candidate.split_whitespace().next());
                    self.links.extend(addresses.map(str::to_owned));
                }
                ("meta", "content") if is_refresh => {
                    let address = value.split_once("url=").map(|(_, address)| address);
                    self.links.extend(address.map(|address| address.trim_matches(['\'', '"']).to_owned()));
                }
                _ => {}
            }
        }
    }
}

fn is_hint(tag: &Tag) -> bool {
    tag.attrs
        .iter()
        .any(|attribute| &*attribute.name.local == "rel" && matches!(&*attribute.value, "preconnect" | "dns-prefetch"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_targets_are_found_and_text_is_none() {
        let document = scan(
            b"<!DOCTYPE html><title><a href=1></title><meta http-equiv=Refresh content='0; url=/x/'>\
              <a href='/a/?b&amp;c#d' id=e>f</a><img srcset='/g.webp 1x, /h.webp 2x' src=/i.png>\
              <script>'<a href=no>'</script><!-- <a href=no> --><a name=j>",
        );
        let texts = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(texts(&document.links), "/a/?b&c#d /g.webp /h.webp /i.png /x/");
        assert_eq!(texts(&document.targets), "e j");
    }
}
