//! Pages become HTML documents by Tera's templates. Everything is escaped but the HTML that [`crate::markdown`] made.

use jiff::civil::{Date, DateTime};
use messages::{Language, Message};
use serde::Serialize;
use strict_toml::Problems;
use tera::{Context, Kwargs, State, Tera, TeraResult};

use crate::content::{ActForm, Kind, Page, Person};
use crate::site::Site;

/// The theme: documents and what they are made of. It is part of the program.
const TEMPLATES: [(&str, &str); 5] = [
    ("base.html", include_str!("../../templates/base.html")),
    ("page.html", include_str!("../../templates/page.html")),
    ("list.html", include_str!("../../templates/list.html")),
    ("feed.xml", include_str!("../../templates/feed.xml")),
    ("sitemap.xml", include_str!("../../templates/sitemap.xml")),
];

/// The style sheet of every page.
pub const STYLE: &str = include_str!("../../theme/style.css");

/// How many news and events the home page shows.
const ON_HOME: usize = 5;

/// Fills templates in with the pages of one site.
#[derive(Debug)]
pub struct Renderer<'s> {
    tera: Tera,
    site: &'s Site<'s>,
    /// What every document shows: found once, not once a page.
    frame: Context,
}

/// What templates know of the site.
#[derive(Debug, Serialize)]
struct Frame {
    lang: &'static str,
    base_url: String,
    title: String,
    address: String,
    phone: String,
    phone_link: String,
    email: String,
    entity_code: Option<String>,
    menu: Vec<Entry>,
}

/// A page as lists show it.
#[derive(Debug, Serialize)]
struct Entry {
    address: String,
    title: String,
    summary: Option<String>,
    kind: &'static str,
    facts: Facts,
}

/// What only some kinds of pages have, in words and for machines.
#[derive(Debug, Default, Serialize)]
struct Facts {
    /// The page's own date, ISO 8601.
    date: Option<String>,
    date_words: Option<String>,
    /// When an event ends, ISO 8601.
    ends: Option<String>,
    ends_words: Option<String>,
    place: Option<String>,
    form: Option<String>,
    number: Option<String>,
    /// What an act is called: its form and its number.
    act: Option<String>,
    people: Vec<PersonView>,
}

#[derive(Debug, Serialize)]
struct PersonView {
    name: String,
    position: String,
    phone: Option<String>,
    phone_link: Option<String>,
    email: Option<String>,
}

/// A whole page as its template sees it.
#[derive(Debug, Serialize)]
struct PageView {
    entry: Entry,
    is_home: bool,
    html: String,
    ancestors: Vec<Entry>,
    children: Vec<Entry>,
    news: Vec<Entry>,
    events: Vec<Entry>,
}

fn theme() -> TeraResult<Tera> {
    let mut tera = Tera::new();
    tera.autoescape_on([".html", ".xml"]);
    tera.register_function("t", translate);
    tera.add_raw_templates(TEMPLATES)?;
    Ok(tera)
}

impl<'s> Renderer<'s> {
    /// Reads the templates.
    ///
    /// # Errors
    /// A template is broken, which the tests find first.
    pub fn new(site: &'s Site<'s>) -> TeraResult<Self> {
        Ok(Self { tera: theme()?, site, frame: Context::from_serialize(&Frame::new(site))? })
    }

    /// The document of a page. Mistakes in its text go to `problems`.
    ///
    /// # Errors
    /// A template cannot be filled in.
    pub fn page(&self, page: &Page, problems: &Problems) -> TeraResult<String> {
        let site = self.site;
        let is_home = page.address.parent().is_none();
        let (mut news, mut events) = (Vec::new(), Vec::new());
        if is_home {
            news = self.entries(site.news().into_iter().take(ON_HOME));
            events = self.entries(site.coming_events().into_iter().take(ON_HOME));
        }
        let is_listed = page.kind == Kind::Section && !is_home;
        let view = PageView {
            entry: Entry::new(page, site.settings.language),
            is_home,
            html: site.html(page, problems),
            ancestors: self.entries(site.ancestors(page)),
            children: if is_listed { self.entries(site.children(&page.address)) } else { Vec::new() },
            news,
            events,
        };
        self.document("page.html", "page", &view)
    }

    /// A document that lists `pages`.
    ///
    /// # Errors
    /// The template cannot be filled in.
    pub(crate) fn list<'p>(&self, template: &str, pages: impl IntoIterator<Item = &'p Page>) -> TeraResult<String> {
        self.document(template, "pages", &self.entries(pages))
    }

    fn document<T: Serialize>(&self, template: &str, name: &'static str, value: &T) -> TeraResult<String> {
        let mut context = self.frame.clone();
        context.insert(name, value);
        self.tera.render(template, &context)
    }

    fn entries<'p>(&self, pages: impl IntoIterator<Item = &'p Page>) -> Vec<Entry> {
        pages.into_iter().map(|page| Entry::new(page, self.site.settings.language)).collect()
    }
}

impl Frame {
    fn new(site: &Site<'_>) -> Self {
        let settings = site.settings;
        Self {
            lang: settings.language.tag(),
            base_url: settings.base_url.clone(),
            title: settings.title.clone(),
            address: settings.address.clone(),
            phone_link: dialled(&settings.phone),
            phone: settings.phone.clone(),
            email: settings.email.clone(),
            entity_code: settings.entity_code.clone(),
            menu: site.menu().into_iter().map(|page| Entry::new(page, settings.language)).collect(),
        }
    }
}

impl Entry {
    fn new(page: &Page, language: Language) -> Self {
        let (kind, facts) = match &page.kind {
            Kind::Page => ("page", Facts::default()),
            Kind::Section => ("section", Facts::default()),
            Kind::News { published } => ("news", Facts::of_day(*published, language)),
            Kind::Event { starts, ends, place } => ("event", Facts::of_event(*starts, *ends, place, language)),
            Kind::Act { form, number, adopted } => {
                let form = language.text(form_key(*form));
                let act = Message::new("site-act-name").with("form", form.as_str()).with("number", number.as_str());
                let (act, number) = (Some(language.say(&act)), Some(number.clone()));
                let facts = Facts { form: Some(form), number, act, ..Facts::of_day(*adopted, language) };
                ("act", facts)
            }
            Kind::Contacts { people } => {
                ("contacts", Facts { people: people.iter().map(PersonView::new).collect(), ..Facts::default() })
            }
        };
        Self {
            address: page.address.to_string(),
            title: page.title.clone(),
            summary: page.summary.clone(),
            kind,
            facts,
        }
    }
}

impl Facts {
    fn of_day(day: Date, language: Language) -> Self {
        Self { date: Some(day.to_string()), date_words: Some(day_words(day, language)), ..Self::default() }
    }

    fn of_event(starts: DateTime, ends: Option<DateTime>, place: &str, language: Language) -> Self {
        let ends_words = ends.map(|ends| match ends.date() == starts.date() {
            true => ends.strftime("%H:%M").to_string(),
            false => time_words(ends, language),
        });
        Self {
            date: Some(starts.strftime("%Y-%m-%dT%H:%M").to_string()),
            date_words: Some(time_words(starts, language)),
            ends: ends.map(|ends| ends.strftime("%Y-%m-%dT%H:%M").to_string()),
            ends_words,
            place: Some(place.to_owned()),
            ..Self::default()
        }
    }
}

impl PersonView {
    fn new(person: &Person) -> Self {
        Self {
            name: person.name.clone(),
            position: person.position.clone(),
            phone_link: person.phone.as_deref().map(dialled),
            phone: person.phone.clone(),
            email: person.email.clone(),
        }
    }
}

const fn form_key(form: ActForm) -> &'static str {
    match form {
        ActForm::CouncilDecision => "site-act-council-decision",
        ActForm::MayorDecree => "site-act-mayor-decree",
        ActForm::DirectorOrder => "site-act-director-order",
    }
}

/// A telephone number without what only makes it easier to read (RFC 3966).
fn dialled(phone: &str) -> String {
    phone.chars().filter(|character| character.is_ascii_digit() || *character == '+').collect()
}

/// „2026 m. lapkričio 24 d.“, “24 November 2026”.
fn day_words(day: Date, language: Language) -> String {
    let month = Message::new(format!("site-month-{}", day.month()));
    let message = Message::new("site-day")
        .with("year", day.year().to_string())
        .with("month", month)
        .with("day", day.day().to_string());
    language.say(&message)
}

fn time_words(time: DateTime, language: Language) -> String {
    format!("{}, {}", day_words(time.date(), language), time.strftime("%H:%M"))
}

/// `t(key="…")`: words of the catalogue in the language of the page. Inside a component there is no page to ask, so that
/// components are given their words.
#[expect(clippy::needless_pass_by_value, reason = "Tera's signature")]
fn translate(arguments: Kwargs, state: &State) -> TeraResult<String> {
    let language = state.get::<String>("lang")?.as_deref().and_then(Language::from_tag);
    let language = language.ok_or_else(|| tera::Error::message("t() does not know in which language"))?;
    Ok(language.text(arguments.must_get::<&str>("key")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_said_as_people_say_them() {
        let day = jiff::civil::date(2026, 11, 4);
        assert_eq!(day_words(day, Language::Lithuanian), "2026 m. lapkričio 4 d.");
        assert_eq!(day_words(day, Language::English), "4 November 2026");
        for month in 1..=12 {
            let day = jiff::civil::date(2026, month, 1);
            assert!(Language::ALL.iter().all(|language| !day_words(day, *language).contains('[')));
        }
    }

    #[test]
    fn telephone_numbers_can_be_dialled() {
        assert_eq!(dialled("(0 000) 12 345"), "000012345");
        assert_eq!(dialled("+370 000 12345"), "+37000012345");
    }

    #[test]
    fn the_templates_can_be_read() {
        theme().unwrap();
    }
}
