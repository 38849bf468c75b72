//! The types of pages and what each has beside a title: one struct a type, read by the table in this file alone, which the
//! macros of [`super::field`] understand.
//!
//! A field is `required`, `optional`, or `several` (none to many). From the same table come the reader, the errors with the
//! example of each field, and the commented front matter that `sitegen new` writes.

use jiff::civil::Date;
use serde::Serialize;
use strict_toml::{FromValue, Reporter, Table};
use toml::Spanned;
use toml::de::DeValue;

use super::field::{Field, asked, kept, kinds, parts, read};
use super::value::{Coordinates, Link, Moment, Quarter, Reference, words};

kinds! {
    /// A folder's own page.
    Section = "section",
    /// Something that is true until it is changed.
    Page = "page",
    /// What happened.
    News = "news",
    /// What will happen, and where.
    Event = "event",
    /// A legal document.
    Act = "act",
    /// What residents can ask for.
    Service = "service",
    /// Somebody who works here.
    Person = "person",
    /// A part of the institution.
    Unit = "unit",
    /// A job to apply for.
    Vacancy = "vacancy",
    /// Something that is bought.
    Procurement = "procurement",
    /// A question to residents.
    Consultation = "consultation",
    /// Open data.
    Dataset = "dataset",
    /// A course to attend.
    Course = "course",
    /// An official visit, here or abroad.
    Visit = "visit",
    /// A funded project.
    Project = "project",
    /// A sitting of the council, or of one of its committees.
    Sitting = "sitting",
    /// A document that the institution must show: a plan, a report, pay by posts.
    Document = "document",
    /// An urgent message above all pages.
    Notice = "notice",
}

words! {
    /// In which order a section lists its pages.
    Sorting ("site-sorting") {
        /// The newest, or the next, first.
        Date = "date",
        /// By `menu`, then by title.
        Menu = "menu",
        /// By title.
        Title = "title",
    }
    /// Who adopted an act, and as what.
    ActForm ("site-act") {
        /// A decision of the council.
        CouncilDecision = "council-decision",
        /// A decree of the mayor.
        MayorDecree = "mayor-decree",
        /// An order of the director of the administration.
        DirectorOrder = "director-order",
    }
    /// Who sits.
    SittingBody ("site-body") {
        /// The council.
        Council = "council",
        /// A committee of the council.
        Committee = "committee",
        /// A commission.
        Commission = "commission",
    }
    /// How much a notice matters.
    Severity ("site-severity") {
        /// Good to know.
        Information = "information",
        /// Take care.
        Warning = "warning",
        /// Act now.
        Danger = "danger",
    }
    /// What became of an event.
    EventStatus ("site-event") {
        /// As it was said.
        Planned = "planned",
        /// At another time or place.
        Moved = "moved",
        /// It does not take place.
        Cancelled = "cancelled",
    }
    /// How often an event repeats (RFC 5545, 3.3.10).
    Frequency ("site-frequency") {
        /// Every day.
        Daily = "daily",
        /// Every week.
        Weekly = "weekly",
        /// Every month.
        Monthly = "monthly",
        /// Every year.
        Yearly = "yearly",
    }
    /// How often a dataset is renewed (the EU's frequency table).
    Updating ("site-updating") {
        /// Every day.
        Daily = "daily",
        /// Every week.
        Weekly = "weekly",
        /// Every month.
        Monthly = "monthly",
        /// Four times a year.
        Quarterly = "quarterly",
        /// Once a year.
        Annual = "annual",
        /// When something changes.
        Irregular = "irregular",
    }
}

read! {
    /// A folder's own page.
    Section {
        /// The type of the pages in the folder and below that do not say their own.
        optional contains: Type,
        /// The order of its pages.
        optional sort_by: Sorting,
        /// How many pages stand on one page of the list.
        optional paginate_by: u16,
        /// Whether it has feeds; without a word, whether its pages have dates.
        optional feed: bool,
        /// Whether it has a list a year; without a word, whether its pages are news or acts.
        optional archive: bool,
        /// Why the institution has nothing to show here, where the law wants the section all the same.
        optional absent: String,
    }
    /// Something that is true until it is changed.
    Page {
        /// When somebody must look whether it is still true.
        optional review_by: Date,
    }
    /// What happened.
    News {
        /// Such as „Kultūra“.
        optional category: String,
        /// Whether it was sent to the press.
        optional press_release: bool,
        /// The day of the sitting of the council that it tells of.
        optional sitting: Date,
        /// What somebody said.
        several quotes: Quote,
    }
    /// What somebody said.
    Quote {
        /// The words.
        required text: String,
        /// Who.
        required by: String,
        /// Who that is.
        optional position: String,
    }
    /// What will happen, and where.
    Event {
        /// When it starts.
        required start: Moment,
        /// When it ends.
        optional end: Moment,
        /// Where.
        required place: String,
        /// Where on the map.
        optional coordinates: Coordinates,
        /// Who holds it.
        optional organiser: String,
        /// What it costs; nothing when nothing is said.
        optional price: String,
        /// Where to register: an address.
        optional registration: Link,
        /// How it repeats.
        optional recurrence: Recurrence,
        /// Whether it is moved or cancelled.
        optional status: EventStatus,
    }
    /// How an event repeats.
    Recurrence {
        /// How often.
        required frequency: Frequency,
        /// Every so many of them.
        optional interval: u16,
        /// The last day.
        optional until: Date,
        /// How many times in all.
        optional count: u16,
        /// Days on which it does not take place.
        several except: Date,
    }
    /// A legal document.
    Act {
        /// Who adopted it, and as what.
        required form: ActForm,
        /// Its own number; a draft has none.
        optional number: String,
        /// The day it was adopted; a draft is not yet.
        optional adopted: Date,
        /// The first day it holds.
        optional in_force_from: Date,
        /// The last day it holds.
        optional in_force_to: Date,
        /// Its number in the register of legal acts (TAR).
        optional register_identifier: String,
        /// Who signed it.
        optional signatory: Reference,
        /// Acts that it changes.
        several amends: Reference,
        /// Acts that it ends.
        several repeals: Reference,
        /// Acts that it carries out.
        several implements: Reference,
        /// Documents that belong to it: files beside the text.
        several annexes: Attachment,
        /// Its text as other acts changed it, from which day on: files beside the text.
        several consolidated: ConsolidatedText,
        /// The sitting at which a draft is decided.
        optional sitting: Date,
        /// Until when a draft can be commented.
        optional consultation_until: Date,
    }
    /// The text of an act with what other acts changed in it.
    ConsolidatedText {
        /// The day on which the last of them came into force.
        required from: Date,
        /// The text: a file beside the act's.
        required text: Attachment,
    }
    /// What residents can ask for.
    Service {
        /// Who may use it.
        required who: String,
        /// What they must bring.
        several needed: String,
        /// What happens, one after the other.
        several steps: String,
        /// How long it takes.
        required duration: String,
        /// What it costs.
        required price: String,
        /// Where to order it.
        optional link: Link,
        /// Whom to ask.
        optional responsible: Reference,
        /// The law it rests on.
        several legal_basis: String,
    }
    /// Somebody who works here.
    Person {
        /// What they do.
        required position: String,
        /// As it is dialled.
        optional phone: String,
        /// The e-mail address.
        optional email: String,
        /// Where to find them.
        optional room: String,
        /// When to find them.
        optional reception: String,
        /// Who leads them.
        optional reports_to: Reference,
    }
    /// A part of the institution.
    Unit {
        /// The unit it is part of.
        optional parent: Reference,
        /// Who leads it.
        optional head: Reference,
        /// As it is dialled.
        optional phone: String,
        /// The e-mail address.
        optional email: String,
        /// Where it is.
        optional address: String,
        /// When it is open.
        optional reception: String,
        /// Where on the map.
        optional coordinates: Coordinates,
    }
    /// A job to apply for.
    Vacancy {
        /// The last day to apply.
        required deadline: Date,
        /// The pay, in words.
        optional pay: String,
        /// Where to apply.
        optional link: Link,
        /// What came of it.
        optional result: String,
    }
    /// Something that is bought.
    Procurement {
        /// The last moment to bid.
        required deadline: Moment,
        /// Its number.
        optional number: String,
        /// How it is bought.
        optional procedure: String,
        /// Where to bid.
        optional link: Link,
        /// Who won, and for how much.
        optional result: String,
    }
    /// A question to residents.
    Consultation {
        /// The last day to answer.
        required deadline: Date,
        /// How to answer.
        required how: String,
        /// The draft it is about.
        several drafts: Reference,
        /// What came of it.
        optional result: String,
    }
    /// Open data.
    Dataset {
        /// The files.
        several distributions: Distribution,
        /// The first day it tells of.
        optional period_from: Date,
        /// The last day it tells of.
        optional period_to: Date,
        /// How often it is renewed.
        required updated_every: Updating,
        /// Under which licence: an address.
        required licence: Link,
        /// What it is about: a theme of the EU's table, such as `GOVE`.
        optional theme: String,
    }
    /// One file of a dataset.
    Distribution {
        /// A file beside the text, or an address.
        required file: String,
        /// What is in it.
        optional title: String,
    }
    /// A course to attend.
    Course {
        /// For whom.
        optional level: String,
        /// When it takes place.
        several dates: Moment,
        /// Where.
        required place: String,
        /// Who teaches.
        optional lecturer: String,
        /// Where to register.
        optional registration: Link,
        /// Files to take home.
        several materials: Attachment,
    }
    /// An official visit, here or abroad.
    Visit {
        /// Whom we visit, or who visits us.
        required partner: String,
        /// The country.
        required country: String,
        /// The first day.
        required from: Date,
        /// The last day.
        optional to: Date,
        /// What happens when.
        several programme: ProgrammeItem,
        /// Whom the media may ask.
        optional media_contact: Reference,
    }
    /// One item of a programme.
    ProgrammeItem {
        /// When.
        required time: Moment,
        /// What.
        required text: String,
        /// Where.
        optional place: String,
    }
    /// A funded project.
    Project {
        /// Who pays how much.
        several funding: Funding,
        /// The first day.
        required from: Date,
        /// The last day.
        required to: Date,
        /// Who takes part.
        several partners: String,
    }
    /// Who pays how much for a project.
    Funding {
        /// Who.
        required source: String,
        /// How much, in euros.
        required amount: f64,
    }
    /// A sitting of the council, or of one of its committees. Decisions of the council of the same day are its decisions.
    Sitting {
        /// Who sits.
        required body: SittingBody,
        /// When it begins.
        required start: Moment,
        /// Where.
        required place: String,
        /// What is decided, in order.
        several agenda: AgendaItem,
        /// Where it is shown while it lasts, and after.
        optional broadcast: Link,
        /// What was said: a file beside the text.
        optional minutes: Attachment,
        /// How many members came.
        optional present: u16,
        /// Who did not come.
        several absent: String,
    }
    /// One item of an agenda.
    AgendaItem {
        /// What it is about.
        required text: String,
        /// The draft.
        optional draft: Reference,
        /// Who presents it.
        optional speaker: String,
    }
    /// A document that the institution must show.
    Document {
        /// The year that it is of.
        optional year: u16,
        /// The quarter of the year, 1 to 4.
        optional quarter: Quarter,
        /// The document itself: files beside the text.
        several files: Attachment,
    }
    /// An urgent message above all pages.
    Notice {
        /// How much it matters.
        required severity: Severity,
        /// Where it matters.
        optional area: String,
        /// From when it is shown.
        required from: Moment,
        /// Until when it is shown.
        required until: Moment,
    }
    /// A document that belongs to a page.
    Attachment {
        /// A file beside the text.
        required file: String,
        /// What it is; without a word, the file's name.
        optional title: String,
        /// The language it is written in, when it is another than the page's: `en`.
        optional language: String,
    }
    /// A picture that belongs to a page.
    Image {
        /// A file beside the text.
        required file: String,
        /// What is on it, for whoever cannot see it.
        required alt: String,
        /// What stands under it.
        optional caption: String,
        /// Who took it.
        optional author: String,
    }
}

parts! {
    Quote = "{ text = \"…\", by = \"…\" }",
    ConsolidatedText = "{ from = 2026-03-28, text = \"suvestine-redakcija.pdf\" }",
    Recurrence = "{ frequency = \"weekly\", until = 2026-12-31 }",
    Distribution = "{ file = \"biudzetas.csv\" }",
    ProgrammeItem = "{ time = 2026-11-23T10:00, text = \"…\" }",
    AgendaItem = "{ text = \"…\", draft = \"2026-biudzetas\" }",
    Funding = "{ source = \"…\", amount = 10000 }",
}

/// A file alone will do.
impl FromValue for Attachment {
    const EXAMPLE: &'static str = "{ file = \"priedas.pdf\", title = \"…\" }";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        if let DeValue::String(file) = value.get_ref() {
            return Some(Self { file: file.to_string(), title: None, language: None });
        }
        Self::read(&mut reporter.table(value)?)
    }
}

impl FromValue for Image {
    const EXAMPLE: &'static str = "{ file = \"nuotrauka.jpg\", alt = \"…\" }";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        Self::read(&mut reporter.table(value)?)
    }
}
