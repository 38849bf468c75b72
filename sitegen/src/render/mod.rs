//! Pages become HTML documents by Tera's templates, and every other file by [`crate::emit`].
//!
//! Everything is escaped but the HTML that [`crate::markdown`] made. The templates are part of the program; a site replaces one by
//! putting its own under the same name into `theme/`.

mod editions;
mod facets;
mod frame;
mod months;
mod overviews;
mod view;
pub mod words;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::RwLock;

use messages::{Language, Message};
use rustc_hash::FxHashMap;
use strict_toml::{Document, Problem};
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

use crate::content::{Kind, Moment, Type};
use crate::emit;
use crate::outputs::{Listed, Output};
use crate::site::{PageId, Section, Site, TermId, taxonomy_address};
use view::{Views, map};

/// The theme: documents and what they are made of.
const TEMPLATES: [(&str, &str); 15] = [
    ("base.html", include_str!("../../templates/base.html")),
    ("home.html", include_str!("../../templates/home.html")),
    ("page.html", include_str!("../../templates/page.html")),
    ("fields.html", include_str!("../../templates/fields.html")),
    ("section.html", include_str!("../../templates/section.html")),
    ("list.html", include_str!("../../templates/list.html")),
    ("facet.html", include_str!("../../templates/facet.html")),
    ("calendar.html", include_str!("../../templates/calendar.html")),
    ("terms.html", include_str!("../../templates/terms.html")),
    ("term.html", include_str!("../../templates/term.html")),
    ("directory.html", include_str!("../../templates/directory.html")),
    ("site-index.html", include_str!("../../templates/site-index.html")),
    ("search.html", include_str!("../../templates/search.html")),
    ("redirect.html", include_str!("../../templates/redirect.html")),
    ("404.html", include_str!("../../templates/404.html")),
];

/// The looks of all pages.
pub const STYLE: &str = "style.css";

/// Files of the theme that are published as they are.
pub const THEME_FILES: &[(&str, &str)] = &[
    (STYLE, include_str!("../../theme/style.css")),
    ("search.js", include_str!("../../theme/search.js")),
    ("favicon.svg", include_str!("../../theme/favicon.svg")),
    ("pattern.svg", include_str!("../../theme/pattern.svg")),
];

/// How many pages of a type the home page shows.
const ON_HOME: usize = 6;

/// How many services.
const SERVICES_ON_HOME: usize = 8;

/// Why a file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template is wrong, or asks for what is not there: which, where in it, and on which page.
    #[error("{0}")]
    Template(Box<Problem>),
    /// A file that is published as it is cannot be read.
    #[error("{path} cannot be read: {source}", path = .path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Templates, ready to be filled in.
#[derive(Debug)]
pub struct Theme {
    tera: Tera,
    /// What the site puts in their places, and where that stands.
    own: BTreeMap<String, String>,
    folder: PathBuf,
}

impl Theme {
    /// The built-in templates, with those of `own`, which stand in `folder`, in their places.
    ///
    /// # Errors
    /// A template is wrong: which, and where in it.
    pub fn new(own: &BTreeMap<String, String>, folder: PathBuf) -> Result<Self, Box<Problem>> {
        let mut theme = Self { tera: Tera::new(), own: own.clone(), folder };
        theme.fill().map_err(|error| theme.problem(&error, None))?;
        Ok(theme)
    }

    fn fill(&mut self) -> TeraResult<()> {
        let Self { tera, own, .. } = self;
        tera.autoescape_on([".html", ".xml"]);
        tera.register_function("t", translate);
        tera.register_filter("day", day);
        tera.register_filter("euros", euros);
        tera.register_filter("shown_link", |link: &str, _: Kwargs, _: &State| {
            link.trim_start_matches("https://")
                .trim_start_matches("mailto:")
                .trim_start_matches("tel:")
                .trim_end_matches('/')
                .to_owned()
        });
        tera.register_filter("dialled", |phone: &str, _: Kwargs, _: &State| words::dialled(phone));
        let built_in = TEMPLATES.iter().filter(|(name, _)| !own.contains_key(*name));
        let all = built_in.map(|(name, text)| (*name, *text));
        let own = own.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        tera.add_raw_templates(all.chain(own).collect::<Vec<_>>())
    }

    /// What somebody has to mend who wrote a template.
    fn problem(&self, error: &tera::Error, page: Option<&str>) -> Box<Problem> {
        use tera::ErrorKind::{CircularExtend, CircularInclude, MissingParent, RenderingError, SyntaxError};
        let said = |detail: &str| match page {
            Some(page) => Message::new("site-template-on").with("page", page).with("detail", detail),
            None => Message::new("site-template").with("detail", detail),
        };
        let built_in =
            |name: &str| TEMPLATES.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
        let path = |name: &str| if self.own.contains_key(name) { self.folder.join(name) } else { PathBuf::from(name) };
        Box::new(match error.kind() {
            SyntaxError(report) | RenderingError(report) => {
                let name = report.filename();
                let text = self.own.get(name).cloned().or_else(|| built_in(name)).unwrap_or_default();
                Document::new(path(name), text).problem(&report.span().range, said(report.message()))
            }
            CircularExtend { tpl: name, .. }
            | CircularInclude { tpl: name, .. }
            | MissingParent { current: name, .. } => Problem::of_file(path(name), said(&error.to_string())),
            _ => Problem::of_file(&self.folder, said(&error.to_string())),
        })
    }
}

/// Makes the files of one site.
#[derive(Debug)]
pub struct Renderer<'s> {
    site: &'s Site,
    theme: &'s Theme,
    views: Views<'s>,
    frames: Vec<(Language, Context)>,
}

impl<'s> Renderer<'s> {
    /// Gets ready.
    #[must_use]
    pub fn new(site: &'s Site, theme: &'s Theme) -> Self {
        let views = Views::new(site);
        let frames = site.settings.languages().map(|language| {
            let mut context = Context::new();
            for (key, value) in views.frame(language) {
                context.insert_value(key, value);
            }
            (language, context)
        });
        let frames = frames.collect();
        Self { site, theme, views, frames }
    }

    /// The octets of a file.
    ///
    /// # Errors
    /// The template, or the file that it copies, and why.
    pub fn render(&self, output: &Output) -> Result<Cow<'static, [u8]>, RenderError> {
        let site = self.site;
        let owned = |text: String| Ok(Cow::Owned(text.into_bytes()));
        match output {
            Output::Page(id) => {
                let page = site.page(*id);
                let values = [("address", site.node(*id).address.as_str().into()), ("page", self.views.page(*id))];
                self.document("page.html", page.file.language, &page.file.path, values)
            }
            Output::List(id, number) => self.list(*id, *number),
            Output::Year(id, year, number) => {
                let section = site.section(*id);
                let address = format!("{}{year}/", section.address);
                let listed = section.years.get(&std::cmp::Reverse(*year)).map(Vec::as_slice).unwrap_or_default();
                let values = [
                    ("title", format!("{}, {year}", section.title(site)).into()),
                    ("above", self.views.way(*id)),
                    ("address", Section::list_address(&address, *number).into()),
                    ("paginator", self.views.paginator(&address, listed, section.paginate_by, *number)),
                    ("feed", Value::none()),
                ];
                self.document("term.html", section.language, &address, values)
            }
            Output::Facet(id, key, value, number) => self.facet(*id, *key, *value, *number),
            Output::Month(id, month) => self.month(*id, *month),
            Output::Terms(language, taxonomy) => {
                let address = taxonomy_address(site, *language, *taxonomy);
                let settings = &site.settings.taxonomies[*taxonomy];
                let terms: Vec<Value> = site.terms_of(*language, *taxonomy).map(|id| self.term_view(id)).collect();
                let values = [
                    ("title", settings.title.as_ref().unwrap_or(&settings.name).as_str().into()),
                    ("address", address.as_str().into()),
                    ("terms", Value::from(terms)),
                ];
                self.document("terms.html", *language, &address, values)
            }
            Output::Term(id, number) => {
                let term = site.term(*id);
                let settings = &site.settings.taxonomies[term.taxonomy];
                let per_page = usize::from(site.settings.paginate_by);
                let has_feed = crate::outputs::has_feed(site, term);
                let values = [
                    ("title", format!("{}: {}", settings.title.as_ref().unwrap_or(&settings.name), term.name).into()),
                    ("above", Value::none()),
                    ("address", Section::list_address(&term.address, *number).into()),
                    ("paginator", self.views.paginator(&term.address, &term.pages, per_page, *number)),
                    ("feed", has_feed.then(|| format!("{}feed.xml", term.address)).into()),
                ];
                self.document("term.html", term.language, &term.address, values)
            }
            Output::Redirect(id) => {
                let node = site.node(*id);
                let values = [("entry", self.views.entry(*id))];
                self.document("redirect.html", node.page.file.language, &node.address, values)
            }
            Output::Directory(language) => self.directory(*language),
            Output::SiteIndex(language) => self.index(*language),
            Output::Search(language) => {
                let folder = crate::outputs::search_folder(*language);
                let address = format!("{}{folder}/", site.settings.root(*language));
                let values = [("address", address.as_str().into())];
                self.document("search.html", *language, folder, values)
            }
            Output::NotFound(language) => self.document("404.html", *language, "404.html", []),
            Output::Feed(listed, format) => owned(emit::feed::write(site, *listed, *format)),
            Output::Calendar(id) => owned(emit::calendar::of_section(site, *id)),
            Output::Event(id) => owned(emit::calendar::of_event(site, *id)),
            Output::Sitemap(number) => owned(emit::sitemap::write(site, *number)),
            Output::Robots => owned(emit::well_known::robots(site)),
            Output::Manifest => owned(emit::well_known::manifest(site)),
            Output::Security => owned(emit::well_known::security(site)),
            Output::Acts(format) => owned(emit::acts::write(site, *format)),
            Output::Catalogue => owned(emit::catalogue::write(site)),
            Output::Redirects(server) => owned(emit::redirects::write(site, *server)),
            Output::Theme(name) => {
                let text = THEME_FILES.iter().find(|(found, _)| found == name).map_or("", |(_, text)| text);
                Ok(Cow::Borrowed(text.as_bytes()))
            }
            Output::File(path) => {
                let unreadable = |source| RenderError::Unreadable { path: path.clone(), source };
                std::fs::read(path).map(Cow::Owned).map_err(unreadable)
            }
        }
    }

    fn list(&self, id: crate::site::SectionId, number: usize) -> Result<Cow<'static, [u8]>, RenderError> {
        let site = self.site;
        let section = site.section(id);
        let name = section.page.map_or(section.folder.as_str(), |page| &site.page(page).file.path);
        if section.parent.is_none() {
            let newest = |type_| self.views.entries(site.newest(type_, section.language, ON_HOME));
            let coming =
                site.newest(Type::Event, section.language, ON_HOME).into_iter().filter(|id| site.is_coming(*id));
            let values = [
                ("section", self.views.section(id)),
                ("services", self.views.entries(self.needed_services(section.language))),
                ("deadlines", self.views.entries(self.deadlines(section.language))),
                ("news", newest(Type::News)),
                ("events", self.views.entries(coming)),
                ("all_news", self.views.all_of(Type::News, section.language)),
                ("all_events", self.views.all_of(Type::Event, section.language)),
                ("address", section.address.as_str().into()),
                ("linked_data", Value::safe_string(&emit::linked_data::of_institution(site, section.language))),
            ];
            return self.document("home.html", section.language, name, values);
        }
        let values = [
            ("section", self.views.section(id)),
            ("address", Section::list_address(&section.address, number).into()),
            ("paginator", self.views.paginator(&section.address, &section.listed, section.paginate_by, number)),
        ];
        self.document("section.html", section.language, name, values)
    }

    /// The services that residents need most: those that say where they stand in the menu; where none does, the first.
    fn needed_services(&self, language: Language) -> Vec<PageId> {
        let site = self.site;
        let is_service = |id: &PageId| {
            let page = site.page(*id);
            page.file.language == language
                && page.front.kind.type_() == Type::Service
                && page.front.easy_to_read_of.is_none()
        };
        let mut services: Vec<PageId> = site.pages().filter(is_service).collect();
        services.sort_by_key(|id| (site.page(*id).front.menu.unwrap_or(i64::MAX), *id));
        services.truncate(SERVICES_ON_HOME);
        services
    }

    /// What ends or takes place soon and waits for residents: sittings, consultations, drafts, vacancies; the next first.
    fn deadlines(&self, language: Language) -> Vec<PageId> {
        let site = self.site;
        let is_open = |id: &PageId| {
            let page = site.page(*id);
            let is_of_kind = matches!(page.front.kind, Kind::Sitting(_) | Kind::Consultation(_) | Kind::Vacancy(_));
            page.file.language == language && is_of_kind && site.is_coming(*id)
        };
        let mut open: Vec<PageId> = site.pages().filter(is_open).collect();
        open.sort_by_key(|id| (site.day(*id), *id));
        open.truncate(ON_HOME);
        open
    }

    fn term_view(&self, id: TermId) -> Value {
        let term = self.site.term(id);
        map([
            ("name", term.name.as_str().into()),
            ("address", term.address.as_str().into()),
            ("count", term.pages.len().into()),
        ])
    }

    fn document<const N: usize>(
        &self,
        template: &str,
        language: Language,
        page: &str,
        values: [(&'static str, Value); N],
    ) -> Result<Cow<'static, [u8]>, RenderError> {
        let mut context = match self.frames.iter().find(|(of, _)| *of == language) {
            Some((_, frame)) => frame.clone(),
            None => Context::new(),
        };
        for (key, value) in values {
            context.insert_value(key, value);
        }
        let mut octets = Vec::with_capacity(16 << 10);
        let rendered = self.theme.tera.render_to(template, &context, &mut octets);
        rendered.map_err(|error| RenderError::Template(self.theme.problem(&error, Some(page))))?;
        Ok(Cow::Owned(octets))
    }
}

impl Listed {
    /// The language of what is listed.
    #[must_use]
    pub fn language(self, site: &Site) -> Language {
        match self {
            Self::Site(language) => language,
            Self::Section(id) => site.section(id).language,
            Self::Term(id) => site.term(id).language,
        }
    }
}

/// The language of the page that is being made.
fn language_of(state: &State) -> TeraResult<Language> {
    let language = state.get::<String>("lang")?.as_deref().and_then(Language::from_tag);
    language.ok_or_else(|| tera::Error::message("it is not known in which language: lang is missing"))
}

/// Words of the catalogue that were asked for, by language: a page asks for the same as all others.
static SAID: RwLock<[Option<FxHashMap<String, Value>>; 2]> = RwLock::new([None, None]);

/// `t(key="…")`: words of the catalogue in the language of the page.
#[expect(clippy::needless_pass_by_value, reason = "Tera's signature")]
fn translate(arguments: Kwargs, state: &State) -> TeraResult<Value> {
    let language = language_of(state)?;
    let key = arguments.must_get::<&str>("key")?;
    if let Ok(said) = SAID.read()
        && let Some(value) = said[language as usize].as_ref().and_then(|said| said.get(key))
    {
        return Ok(value.clone());
    }
    let words = language.text(key);
    if words.starts_with('[') {
        return Err(tera::Error::message(Message::new("site-no-words").with("key", key)));
    }
    let value = Value::from(words);
    if let Ok(mut said) = SAID.write() {
        said[language as usize].get_or_insert_default().insert(key.to_owned(), value.clone());
    }
    Ok(value)
}

/// `{{ amount | euros }}`: money in words.
fn euros(amount: f64, _: Kwargs, state: &State) -> TeraResult<String> {
    Ok(words::euros(amount, language_of(state)?))
}

/// `{{ date | day }}`: a day or a minute in words.
fn day(date: &str, _: Kwargs, state: &State) -> TeraResult<String> {
    let language = language_of(state)?;
    let moment: Result<Moment, ()> = date.parse();
    let moment = moment.map_err(|_| tera::Error::message(format!("“{date}” is no date")))?;
    Ok(words::moment(moment, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_templates_can_be_read() {
        Theme::new(&BTreeMap::new(), PathBuf::new()).unwrap();
    }
}
