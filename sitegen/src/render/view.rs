//! What templates see of pages: small values, made when a template needs them and shared between all that do.

use std::sync::OnceLock;

use messages::Language;
use tera::Value;
use tera::value::{Key, Map};

use super::words;
use crate::content::{EventStatus, Kind, Moment, Page, Type, Visibility};
use crate::emit::{calendar, linked_data, structure};
use crate::markdown::Heading;
use crate::site::{PageId, Section, SectionId, Site, Validity};

/// Views of the pages of one site.
#[derive(Debug)]
pub(super) struct Views<'s> {
    pub(super) site: &'s Site,
    entries: Vec<OnceLock<Value>>,
    /// Of each section, what all pages of its list show.
    sections: Vec<OnceLock<Value>>,
}

/// A map for templates.
pub(super) fn map<const N: usize>(pairs: [(&'static str, Value); N]) -> Value {
    Value::from(pairs.into_iter().map(|(key, value)| (Key::from(key), value)).collect::<Map>())
}

/// A list for templates.
pub(super) fn list(values: impl Iterator<Item = Value>) -> Value {
    Value::from(values.collect::<Vec<_>>())
}

fn moment(moment: Option<Moment>) -> Value {
    moment.map(|moment| moment.to_string()).into()
}

fn moment_words(moment: Option<Moment>, language: Language) -> Value {
    moment.map(|moment| words::moment(moment, language)).into()
}

impl<'s> Views<'s> {
    pub(super) fn new(site: &'s Site) -> Self {
        let empty = |count: usize| std::iter::repeat_with(OnceLock::new).take(count).collect();
        Self { site, entries: empty(site.pages().count()), sections: empty(site.sections().len()) }
    }

    /// A page as lists show it.
    pub(super) fn entry(&self, id: PageId) -> Value {
        self.entries[id.index()].get_or_init(|| self.new_entry(id)).clone()
    }

    /// Pages as lists show them.
    pub(super) fn entries(&self, ids: impl IntoIterator<Item = PageId>) -> Value {
        list(ids.into_iter().map(|id| self.entry(id)))
    }

    fn new_entry(&self, id: PageId) -> Value {
        let node = self.site.node(id);
        let (front, language) = (&node.page.front, node.page.file.language);
        let next = self.site.next_start(&node.page);
        let validity = self.site.validity(id);
        let date = next.or_else(|| shown_date(&node.page));
        let when = match &front.kind {
            Kind::Event(event) if next.is_some_and(|next| next != event.start) => {
                next.map(|next| words::moment(next, language))
            }
            Kind::Event(event) => Some(words::span(event.start, event.end, language)),
            Kind::Visit(visit) => Some(words::span(Moment::Day(visit.from), visit.to.map(Moment::Day), language)),
            _ => date.map(|date| words::moment(date, language)),
        };
        let status = match &front.kind {
            Kind::Event(event) => event.status.filter(|status| *status != EventStatus::Planned),
            _ => None,
        };
        map([
            ("address", node.address.as_str().into()),
            ("title", front.title.as_str().into()),
            ("summary", front.summary.as_deref().into()),
            ("type", front.kind.type_().word().into()),
            ("lang", language.tag().into()),
            ("date", moment(date)),
            ("day", date.map(|date| i64::from(date.date().day())).into()),
            ("month", date.map(|date| language.text(&format!("site-short-month-{}", date.date().month()))).into()),
            ("when", when.into()),
            ("name", act_name(&node.page).into()),
            ("place", place(&front.kind).into()),
            ("position", position(&front.kind).into()),
            ("mark", mark(node.visibility).into()),
            ("mark_words", mark(node.visibility).map(|mark| language.text(&format!("site-short-{mark}"))).into()),
            ("is_coming", self.site.is_coming(id).into()),
            ("status", status.map(EventStatus::word).into()),
            ("status_words", status.map(|status| language.text(&status.key())).into()),
            ("validity", validity.map(Validity::word).into()),
            ("validity_words", validity.map(|validity| language.text(&validity.key())).into()),
        ])
    }

    /// A whole page.
    pub(super) fn page(&self, id: PageId) -> Value {
        let site = self.site;
        let node = site.node(id);
        let (page, front, language) = (&node.page, &node.page.front, node.page.file.language);
        let validity = site.validity(id);
        let text = site.text(id);
        let summary = front.summary.as_deref().unwrap_or(&text.beginning);
        let mut named_by = node.named_by.clone();
        named_by.sort_by_key(|(_, id)| site.day(*id));
        map([
            ("entry", self.entry(id)),
            ("address", node.address.as_str().into()),
            ("url", format!("{}{}", site.settings.base_url, node.address).into()),
            ("title", front.title.as_str().into()),
            ("summary", summary.into()),
            ("lead", front.summary.as_deref().into()),
            ("type", front.kind.type_().word().into()),
            ("html", Value::safe_string(&text.html)),
            ("toc", contents(&text.headings)),
            ("date", moment(shown_date(page))),
            ("date_words", moment_words(shown_date(page), language)),
            ("updated", moment(front.updated)),
            ("updated_words", moment_words(front.updated, language)),
            ("mark", mark(node.visibility).into()),
            ("is_unapproved", site.is_unapproved(id).into()),
            ("fields", fields(&front.kind)),
            ("when", self.when(page)),
            ("name", act_name(page).into()),
            ("validity", validity.map(Validity::word).into()),
            ("validity_words", validity.map(|validity| language.text(&validity.key())).into()),
            ("terms", self.terms(page)),
            ("ancestors", self.crumbs(site.ancestors(id))),
            ("relations", self.grouped(&node.relations)),
            ("named_by", self.grouped(&named_by)),
            ("of_unit", self.of_unit(id)),
            ("backlinks", self.entries(site.backlinks(id).iter().copied())),
            ("related", self.entries(self.related(id))),
            ("previous", node.neighbours[0].map(|id| self.entry(id)).into()),
            ("next", node.neighbours[1].map(|id| self.entry(id)).into()),
            ("translations", self.translations(id)),
            ("languages", self.languages(id)),
            ("images", self.images(id)),
            ("attachments", self.attachments(id)),
            ("editions", self.editions(id)),
            ("sign_language", self.sign_language(id).into()),
            ("has_calendar", calendar::is_in_calendars(page).into()),
            ("drawing", self.drawing(&[id])),
            ("distributions", self.distributions(id)),
            ("subject", subject(&front.title, &format!("{}{}", site.settings.base_url, node.address)).into()),
            ("repeats", self.repeats(page)),
            ("agenda", self.agenda(id)),
            ("decisions", self.entries(site.decisions(id))),
            ("period", period(&front.kind, language).into()),
            ("map", map_link(&front.kind).into()),
            ("extra", Value::from_serializable(&front.extra)),
            ("linked_data", Value::safe_string(&linked_data::of_page(site, id))),
        ])
    }

    /// The files of a dataset, with where each is.
    fn distributions(&self, id: PageId) -> Value {
        let Kind::Dataset(dataset) = &self.site.page(id).front.kind else { return Value::none() };
        list(dataset.distributions.iter().map(|distribution| {
            let title = distribution.title.as_deref().unwrap_or_else(|| name_of(&distribution.file));
            self.document(id, &distribution.file, title, None).unwrap_or_else(|| {
                map([
                    ("address", distribution.file.as_str().into()),
                    ("title", title.into()),
                    ("format", Value::none()),
                    ("size", Value::none()),
                ])
            })
        }))
    }

    /// A document of the site: where it is, and what is told of it before somebody opens it.
    pub(super) fn document(&self, id: PageId, file: &str, title: &str, language: Option<&str>) -> Option<Value> {
        let facts = self.site.document(id, file)?;
        Some(map([
            ("address", facts.address.as_str().into()),
            ("title", title.into()),
            ("format", facts.format.as_str().into()),
            ("size", words::size(facts.size, self.site.page(id).file.language).into()),
            ("language", language.into()),
        ]))
    }

    /// The agenda of a sitting, with the drafts that are public.
    fn agenda(&self, id: PageId) -> Value {
        let node = self.site.node(id);
        let Kind::Sitting(sitting) = &node.page.front.kind else { return Value::none() };
        list(sitting.agenda.iter().map(|item| {
            let draft = item.draft.as_ref().and_then(|draft| self.site.named_act(id, draft));
            map([
                ("text", item.text.as_str().into()),
                ("speaker", item.speaker.as_deref().into()),
                ("draft", draft.map(|draft| self.entry(draft)).into()),
            ])
        }))
    }

    /// How an event repeats, in words.
    fn repeats(&self, page: &Page) -> Value {
        let Kind::Event(event) = &page.front.kind else { return Value::none() };
        let Some(recurrence) = &event.recurrence else { return Value::none() };
        let language = page.file.language;
        let often = language.text(&recurrence.frequency.key());
        let until = recurrence.until.map(|until| {
            let message = messages::Message::new("site-repeats-until").with("day", words::day(until, language));
            language.say(&message)
        });
        let next = self.site.next_start(page).filter(|next| *next != event.start).map(|next| {
            let message = messages::Message::new("site-repeats-next").with("when", words::moment(next, language));
            language.say(&message)
        });
        [Some(often), until, next].into_iter().flatten().collect::<Vec<_>>().join(", ").into()
    }

    /// The structure of units, where there are any.
    fn drawing(&self, pages: &[PageId]) -> Value {
        let is_unit = |id: &&PageId| matches!(self.site.page(**id).front.kind, Kind::Unit(_));
        let units: Vec<PageId> = pages.iter().filter(is_unit).copied().collect();
        structure::drawing(self.site, &units).map(|svg| Value::safe_string(&svg)).into()
    }

    fn when(&self, page: &Page) -> Value {
        match &page.front.kind {
            Kind::Event(event) => words::span(event.start, event.end, page.file.language).into(),
            _ => Value::none(),
        }
    }

    /// Terms by taxonomy, with the addresses of their lists.
    fn terms(&self, page: &Page) -> Value {
        let site = self.site;
        let mut all = Map::default();
        for (index, taxonomy) in site.settings.taxonomies.iter().enumerate() {
            // What is of the past stands in no list of a term.
            let terms = page.front.terms.get(&taxonomy.name).into_iter().flatten().filter_map(|name| {
                let term = site.term_named(page.file.language, index, name)?;
                Some(map([("name", name.as_str().into()), ("address", term.address.as_str().into())]))
            });
            all.insert(Key::from(taxonomy.name.clone()), list(terms));
        }
        Value::from(all)
    }

    /// Sections by name and address.
    fn crumbs(&self, sections: Vec<&Section>) -> Value {
        list(sections.into_iter().map(|section| self.crumb(section)))
    }

    /// The way to what is below a section, from home down.
    pub(super) fn way(&self, id: SectionId) -> Value {
        self.crumbs(self.site.way_to(Some(id)))
    }

    /// The section right below home that has the newest page of a type: there are the others.
    pub(super) fn all_of(&self, type_: Type, language: Language) -> Value {
        let newest = self.site.newest(type_, language, 1);
        let section = newest.first().and_then(|id| self.site.ancestors(*id).get(1).copied());
        section.map(|section| self.crumb(section)).into()
    }

    /// A section by its name and address.
    fn crumb(&self, section: &Section) -> Value {
        let title = if section.parent.is_none() {
            section.language.text("site-home")
        } else {
            section.title(self.site).to_owned()
        };
        map([("address", section.address.as_str().into()), ("title", title.into())])
    }

    fn grouped(&self, relations: &[(&'static str, PageId)]) -> Value {
        let mut all = Map::default();
        for (key, _) in relations {
            let of_key = relations.iter().filter(|(other, _)| other == key);
            all.entry(Key::from(*key)).or_insert_with(|| self.entries(of_key.map(|(_, id)| *id)));
        }
        Value::from(all)
    }

    /// What names a unit as its own: people, services and all else apart, for a resident looks for one of these.
    fn of_unit(&self, id: PageId) -> Value {
        let pages = |wanted: &dyn Fn(&Kind) -> bool| {
            let named_by = self.site.node(id).named_by.iter().filter(|(key, _)| *key == "unit").map(|(_, id)| *id);
            self.entries(named_by.filter(|id| wanted(&self.site.page(*id).front.kind)))
        };
        map([
            ("people", pages(&|kind| matches!(kind, Kind::Person(_)))),
            ("services", pages(&|kind| matches!(kind, Kind::Service(_)))),
            ("others", pages(&|kind| !matches!(kind, Kind::Person(_) | Kind::Service(_)))),
        ])
    }

    /// Pages that share the most terms, the newest of them first.
    fn related(&self, id: PageId) -> Vec<PageId> {
        /// How many are shown.
        const MOST: usize = 3;
        /// How many of each term are looked at: of a large term only the newest matter.
        const LOOKED_AT: usize = 8;
        let site = self.site;
        let page = site.page(id);
        let mut shared: Vec<(usize, PageId)> = Vec::new();
        for term in site.terms_of_page(page) {
            let around = term.pages.iter().copied().filter(|other| *other != id).take(LOOKED_AT);
            for other in around {
                match shared.iter_mut().find(|(_, found)| *found == other) {
                    Some((count, _)) => *count += 1,
                    None => shared.push((1, other)),
                }
            }
        }
        shared.sort_by_key(|(count, other)| (std::cmp::Reverse(*count), std::cmp::Reverse(site.day(*other)), *other));
        shared.into_iter().filter(|(count, _)| *count > 1).take(MOST).map(|(_, id)| id).collect()
    }

    fn translations(&self, id: PageId) -> Value {
        list(self.site.node(id).translations.iter().map(|id| {
            let node = self.site.node(*id);
            map([
                ("lang", node.page.file.language.tag().into()),
                ("address", node.address.as_str().into()),
                ("title", node.page.front.title.as_str().into()),
            ])
        }))
    }

    /// The other languages of the site: where the same page is, or else their home page.
    fn languages(&self, id: PageId) -> Value {
        let site = self.site;
        let node = site.node(id);
        let others =
            site.settings.languages().filter(|other| *other != node.page.file.language && site.home(*other).is_some());
        list(others.map(|other| {
            let translation = node.translations.iter().find(|id| site.page(**id).file.language == other);
            let address = translation.map_or_else(|| site.settings.root(other), |id| site.node(*id).address.clone());
            map([
                ("lang", other.tag().into()),
                ("name", other.text("site-language-name").into()),
                ("address", address.into()),
                ("is_translated", translation.is_some().into()),
            ])
        }))
    }

    fn images(&self, id: PageId) -> Value {
        let page = self.site.page(id);
        list(page.front.images.iter().filter_map(|image| {
            let picture = self.site.picture(id, &image.file)?;
            Some(map([
                ("picture", Value::from_serializable(&picture)),
                ("alt", image.alt.as_str().into()),
                ("caption", image.caption.as_deref().into()),
                ("author", image.author.as_deref().into()),
            ]))
        }))
    }

    fn sign_language(&self, id: PageId) -> Option<Value> {
        let film = self.site.page(id).front.sign_language.as_ref()?;
        let title = film.title.as_deref().unwrap_or_else(|| name_of(&film.file));
        self.document(id, &film.file, title, None)
    }

    fn attachments(&self, id: PageId) -> Value {
        let front = &self.site.page(id).front;
        list(front.attachments.iter().chain(front.kind.attachments()).filter_map(|attachment| {
            let title = attachment.title.as_deref().unwrap_or_else(|| name_of(&attachment.file));
            self.document(id, &attachment.file, title, attachment.language.as_deref())
        }))
    }

    /// A section, as every page of its list shows it.
    pub(super) fn section(&self, id: SectionId) -> Value {
        self.sections[id.index()].get_or_init(|| self.new_section(id)).clone()
    }

    fn new_section(&self, id: SectionId) -> Value {
        let site = self.site;
        let section = site.section(id);
        let below = section.below.iter().map(|id| {
            let below = site.section(*id);
            let summary = below.page.and_then(|page| site.page(page).front.summary.as_deref());
            map([
                ("address", below.address.as_str().into()),
                ("title", below.title(site).into()),
                ("summary", summary.into()),
                ("is_year", below.is_year().into()),
            ])
        });
        let years = section.years.iter().map(|(year, pages)| {
            let address = format!("{}{}/", section.address, year.0);
            map([("year", i64::from(year.0).into()), ("address", address.into()), ("count", pages.len().into())])
        });
        map([
            ("title", section.title(site).into()),
            ("address", section.address.as_str().into()),
            ("url", format!("{}{}", site.settings.base_url, section.address).into()),
            ("page", section.page.map(|page| self.page(page)).into()),
            ("below", list(below)),
            ("years", list(years)),
            ("facets", self.facets(section)),
            ("months", self.present_month(section).into()),
            ("ancestors", self.crumbs(site.way_to(section.parent))),
            ("drawing", self.drawing(&structure::roots(site, &section.listed))),
            ("has_feed", section.has_feed.into()),
            ("subscription", self.subscription(section).into()),
            ("has_calendar", calendar::is_needed(site, section).into()),
        ])
    }

    /// The letter with which one subscribes to a section (RFC 6068), and how it is written by whose browser writes none.
    fn subscription(&self, section: &Section) -> Option<Value> {
        let to = self.site.settings.subscriptions.as_deref().filter(|_| section.has_feed)?;
        let word = section.language.text("site-subscribe");
        let how = messages::Message::new("site-by-mail-how").with("address", to);
        let how = how.with("subject", format!("{word} {}", section.address));
        Some(map([
            ("url", format!("mailto:{to}?subject={word}%20{}", section.address).into()),
            ("how", section.language.say(&how).into()),
        ]))
    }

    /// One page of a list.
    pub(super) fn paginator(&self, address: &str, ids: &[PageId], per_page: usize, number: usize) -> Value {
        let pages = ids.len().div_ceil(per_page).max(1);
        let shown = ids.chunks(per_page).nth(number - 1).unwrap_or_default();
        let at = |number: usize| Section::list_address(address, number);
        map([
            ("pages", self.entries(shown.iter().copied())),
            ("number", number.into()),
            ("count", pages.into()),
            ("total", ids.len().into()),
            ("previous", (number > 1).then(|| at(number - 1)).into()),
            ("next", (number < pages).then(|| at(number + 1)).into()),
        ])
    }
}

/// The name of a file without its folder.
pub(super) fn name_of(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

/// Where a place is shown on a map of others.
fn map_link(kind: &Kind) -> Option<String> {
    let at = match kind {
        Kind::Event(event) => event.coordinates,
        Kind::Unit(unit) => unit.coordinates,
        _ => None,
    };
    at.map(crate::markdown::map_address)
}

/// The day or minute that a list shows beside a page.
fn shown_date(page: &Page) -> Option<Moment> {
    page.front.kind.moment().or(page.front.published)
}

pub(super) fn fields(kind: &Kind) -> Value {
    // What is read from front matter can be written as well.
    Value::try_from_serializable(kind).unwrap_or_else(|_| Value::none())
}

/// The time that a document is of, in words.
fn period(kind: &Kind, language: Language) -> Option<String> {
    let Kind::Document(document) = kind else { return None };
    let year = document.year?.to_string();
    let message = match document.quarter {
        Some(quarter) => messages::Message::new("site-document-quarter").with("quarter", u64::from(quarter.0)),
        None => messages::Message::new("site-document-year"),
    };
    Some(language.say(&message.with("year", year)))
}

/// The subject of a letter about a page, as part of a `mailto` address (RFC 6068).
fn subject(title: &str, url: &str) -> String {
    percent_encoding::utf8_percent_encode(&format!("{title} ({url})"), percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What an act is called: its form and its number.
fn act_name(page: &Page) -> Option<String> {
    let Kind::Act(act) = &page.front.kind else { return None };
    let form = page.file.language.text(&act.form.key());
    let Some(number) = &act.number else { return Some(form) };
    let message = messages::Message::new("site-act-name").with("form", form).with("number", number.as_str());
    Some(page.file.language.say(&message))
}

fn place(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Event(event) => Some(&event.place),
        Kind::Course(course) => Some(&course.place),
        Kind::Sitting(sitting) => Some(&sitting.place),
        _ => None,
    }
}

fn position(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Person(person) => Some(&person.position),
        _ => None,
    }
}

/// What an editor sees of a page that residents do not, or not as current.
fn mark(visibility: Visibility) -> Option<&'static str> {
    match visibility {
        Visibility::Public => None,
        Visibility::Expired => Some("expired"),
        Visibility::Embargo(_) => Some("embargo"),
        Visibility::Draft => Some("draft"),
    }
}

/// Headings of the second level, each with those of the third below it.
fn contents(headings: &[Heading]) -> Value {
    let mut all: Vec<(&Heading, Vec<&Heading>)> = Vec::new();
    for heading in headings {
        match (heading.level, all.last_mut()) {
            (2, _) => all.push((heading, Vec::new())),
            (3, Some((_, below))) => below.push(heading),
            _ => {}
        }
    }
    let item = |heading: &Heading, below: Value| {
        map([("id", heading.id.as_str().into()), ("title", heading.title.as_str().into()), ("children", below)])
    };
    list(all.into_iter().map(|(heading, below)| {
        item(heading, list(below.into_iter().map(|heading| item(heading, list(std::iter::empty())))))
    }))
}
