//! The directory of contacts and the index of the site.

use std::borrow::Cow;
use std::collections::BTreeMap;

use messages::Language;
use tera::Value;

use super::view::{Views, list, map};
use super::{RenderError, Renderer};
use crate::content::Kind;
use crate::markdown::slug;
use crate::site::{Group, Office, Overview, PageId, SectionId};

/// How many pages of a section the index lists: a longer list has a page of its own, and years, and the search.
const FEW: usize = 40;

impl Views<'_> {
    fn group(&self, group: &Group, id: String) -> Value {
        let site = self.site;
        let people = list(group.people.iter().filter_map(|person| self.person(*person, group.office)));
        match group.office {
            Office::Section(section) => {
                let section = site.section(section);
                map([
                    ("id", id.into()),
                    ("title", section.title(site).into()),
                    ("address", section.address.as_str().into()),
                    ("lang", section.language.tag().into()),
                    ("people", people),
                ])
            }
            Office::Unit(unit) => {
                let node = site.node(unit);
                let told = match &node.page.front.kind {
                    Kind::Unit(told) => Some(told),
                    _ => None,
                };
                map([
                    ("id", id.into()),
                    ("title", node.page.front.title.as_str().into()),
                    ("address", node.address.as_str().into()),
                    ("lang", node.page.file.language.tag().into()),
                    ("phone", told.and_then(|told| told.phone.as_deref()).into()),
                    ("email", told.and_then(|told| told.email.as_deref()).into()),
                    ("place", told.and_then(|told| told.address.as_deref()).into()),
                    ("reception", told.and_then(|told| told.reception.as_deref()).into()),
                    ("people", people),
                ])
            }
        }
    }

    fn person(&self, id: PageId, office: Office) -> Option<Value> {
        let node = self.site.node(id);
        let Kind::Person(person) = &node.page.front.kind else { return None };
        let is_head = matches!(office, Office::Unit(unit)
            if self.site.node(unit).relations.contains(&("head", id)));
        Some(map([
            ("entry", self.entry(id)),
            ("position", person.position.as_str().into()),
            ("phone", person.phone.as_deref().into()),
            ("email", person.email.as_deref().into()),
            ("room", person.room.as_deref().into()),
            ("is_head", is_head.into()),
        ]))
    }

    /// A section with its pages and the sections below it.
    fn branch(&self, id: SectionId) -> Value {
        let site = self.site;
        let section = site.section(id);
        let is_home = section.parent.is_none();
        // The pages of a folder that is only a year stand in the section above.
        let is_listed = !section.is_year() && (is_home || section.listed.len() <= FEW);
        let pages = section.listed.iter().copied();
        let pages = pages.filter(|id| is_listed && !matches!(site.page(*id).front.kind, Kind::Notice(_)));
        map([
            ("title", section.title(site).into()),
            ("address", section.address.as_str().into()),
            ("count", section.listed.len().into()),
            ("pages", self.entries(pages)),
            ("below", list(section.below.iter().map(|id| self.branch(*id)))),
        ])
    }
}

impl Renderer<'_> {
    /// Everybody who works here, by units.
    pub(super) fn directory(&self, language: Language) -> Result<Cow<'static, [u8]>, RenderError> {
        let site = self.site;
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        let mut groups: Vec<Value> = Vec::new();
        for group in site.directory(language) {
            let name = match group.office {
                Office::Section(id) => slug(site.section(id).title(site)),
                Office::Unit(id) => site.page(id).segment(),
            };
            let count = names.entry(name.clone()).or_default();
            *count += 1;
            let id = if *count == 1 { name } else { format!("{name}-{count}") };
            groups.push(self.views.group(&group, id));
        }
        let values = [
            ("address", site.overview(Overview::Directory, language).into()),
            ("others", self.elsewhere(Overview::Directory, language)),
            ("groups", groups.into()),
        ];
        self.document("directory.html", language, "directory.html", values)
    }

    /// All sections, and the pages of those that are not long.
    pub(super) fn index(&self, language: Language) -> Result<Cow<'static, [u8]>, RenderError> {
        let site = self.site;
        let is_home = |id: &SectionId| {
            let section = site.section(*id);
            section.parent.is_none() && section.language == language
        };
        let home = (0..site.sections().len()).map(SectionId::of).find(is_home);
        let values = [
            ("address", site.overview(Overview::Index, language).into()),
            ("others", self.elsewhere(Overview::Index, language)),
            ("home", home.map(|home| self.views.branch(home)).into()),
        ];
        self.document("site-index.html", language, "site-index.html", values)
    }

    /// The same overview in other languages.
    fn elsewhere(&self, overview: Overview, language: Language) -> Value {
        let others = self.site.overviews().iter().filter(|(of, other, _)| *of == overview && *other != language);
        list(others.map(|(_, other, address)| {
            map([
                ("lang", other.tag().into()),
                ("name", other.text("site-language-name").into()),
                ("address", address.as_str().into()),
            ])
        }))
    }
}
