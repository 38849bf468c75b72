//! What stands around every page: the institution, the menu, notices, the way to the other language.

use messages::Language;
use tera::Value;

use super::view::{Views, fields, list, map};
use super::words;
use crate::content::Kind;
use crate::outputs;
use crate::site::{Overview, PageId};

impl Views<'_> {
    /// What every page of a language shows: the menu, notices, the way to the other language.
    pub(super) fn frame(&self, language: Language) -> Vec<(&'static str, Value)> {
        let site = self.site;
        let settings = &site.settings;
        let institution = settings.institution(language);
        let languages = settings.languages().filter(|other| site.home(*other).is_some()).map(|other| {
            map([
                ("lang", other.tag().into()),
                ("name", other.text("site-language-name").into()),
                ("address", settings.root(other).into()),
            ])
        });
        let info = map([
            ("title", institution.title.as_str().into()),
            ("summary", institution.summary.as_deref().into()),
            ("base_url", settings.base_url.as_str().into()),
            ("address", institution.address.as_deref().into()),
            ("phone", settings.phone.as_deref().into()),
            ("phone_link", settings.phone.as_deref().map(words::dialled).into()),
            ("email", settings.email.as_deref().into()),
            ("entity_code", settings.entity_code.as_deref().into()),
            ("root", settings.root(language).into()),
            (
                "search",
                settings
                    .search
                    .then(|| format!("{}{}/", settings.root(language), outputs::search_folder(language)))
                    .into(),
            ),
            ("directory", site.overview(Overview::Directory, language).into()),
            ("index", site.overview(Overview::Index, language).into()),
            ("languages", list(languages)),
            ("extra", Value::from_serializable(&settings.extra)),
        ]);
        vec![
            ("lang", language.tag().into()),
            ("site", info),
            ("menu", self.menu(language, true)),
            ("foot", self.menu(language, false)),
            ("notices", self.notices(language)),
        ]
    }

    /// Pages and sections right below home: those that say where they stand in the menu, or the others, which the foot of each
    /// page leads to.
    fn menu(&self, language: Language, is_in_menu: bool) -> Value {
        let site = self.site;
        let Some(home) = site.home(language) else { return list(std::iter::empty()) };
        let mut items: Vec<(i64, PageId)> = Vec::new();
        let sections = home.below.iter().filter_map(|id| site.section(*id).page);
        for id in sections.chain(home.listed.iter().copied()) {
            let front = &site.page(id).front;
            if front.menu.is_some() == is_in_menu && !matches!(front.kind, Kind::Notice(_)) {
                items.push((front.menu.unwrap_or_default(), id));
            }
        }
        items.sort();
        self.entries(items.into_iter().map(|(_, id)| id))
    }

    fn notices(&self, language: Language) -> Value {
        let site = self.site;
        let shown = site.pages().filter(|id| {
            let page = site.page(*id);
            matches!(&page.front.kind, Kind::Notice(notice)
                if page.file.language == language && notice.from.start() <= site.now && notice.until.end() >= site.now)
        });
        let severity = |id: &PageId| match &site.page(*id).front.kind {
            Kind::Notice(notice) => std::cmp::Reverse(notice.severity),
            _ => std::cmp::Reverse(crate::content::Severity::Information),
        };
        let mut shown: Vec<PageId> = shown.collect();
        shown.sort_by_key(severity);
        list(shown.into_iter().map(|id| {
            let page = site.page(id);
            map([("entry", self.entry(id)), ("fields", fields(&page.front.kind))])
        }))
    }
}
