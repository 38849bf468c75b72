//! Lists of sections that are narrowed to one value of a facet.

use std::borrow::Cow;

use tera::Value;

use super::view::{Views, list, map};
use super::{RenderError, Renderer};
use crate::site::{FacetKey, FacetValue, Section, SectionId};

impl Views<'_> {
    /// By what the list of a section can be narrowed.
    pub(super) fn facets(&self, section: &Section) -> Value {
        list(section.facets.iter().map(|facet| {
            map([
                ("title", section.language.text(facet.key.key()).into()),
                ("values", list(facet.values.iter().map(value_view))),
            ])
        }))
    }
}

fn value_view(value: &FacetValue) -> Value {
    map([
        ("name", value.name.as_str().into()),
        ("address", value.address.as_str().into()),
        ("count", value.pages.len().into()),
    ])
}

impl Renderer<'_> {
    /// One page of a narrowed list.
    pub(super) fn facet(
        &self,
        id: SectionId,
        key: FacetKey,
        value: usize,
        number: usize,
    ) -> Result<Cow<'static, [u8]>, RenderError> {
        let section = self.site.section(id);
        // A plan of this site has only what is there.
        let Some(value) = self.site.facet(id, key).and_then(|facet| facet.values.get(value)) else {
            return Ok(Cow::Borrowed(&[]));
        };
        let values = [
            ("section", self.views.section(id)),
            ("above", self.views.way(id)),
            ("facets", self.views.facets(section)),
            ("current", value_view(value)),
            ("address", Section::list_address(&value.address, number).into()),
            ("paginator", self.views.paginator(&value.address, &value.pages, section.paginate_by, number)),
        ];
        self.document("facet.html", section.language, &value.address, values)
    }
}
