//! What an act said on which days, for its page.

use tera::Value;

use super::view::{Views, list, map, name_of};
use super::words;
use crate::content::Kind;
use crate::site::{EditionText, PageId};

impl Views<'_> {
    /// The editions of an act, the newest first.
    pub(super) fn editions(&self, id: PageId) -> Value {
        let (site, page) = (self.site, self.site.page(id));
        let (language, today) = (page.file.language, site.now.date());
        let Kind::Act(act) = &page.front.kind else { return Value::none() };
        list(site.editions(id).into_iter().rev().map(|edition| {
            let document = match edition.text {
                EditionText::Consolidated(place) => act.consolidated.get(place).and_then(|consolidated| {
                    let text = &consolidated.text;
                    let title = text.title.as_deref().unwrap_or_else(|| name_of(&text.file));
                    self.document(id, &text.file, title, text.language.as_deref())
                }),
                _ => None,
            };
            map([
                ("from", edition.from.to_string().into()),
                ("from_words", words::day(edition.from, language).into()),
                ("to", edition.to.map(|to| to.to_string()).into()),
                ("to_words", edition.to.map(|to| words::day(to, language)).into()),
                ("is_present", edition.is_of(today).into()),
                ("is_original", (edition.text == EditionText::Original).into()),
                ("document", document.into()),
                ("by", self.entries(edition.by.iter().copied())),
            ])
        }))
    }
}
