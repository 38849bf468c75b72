//! What fields of a type mean to the rest of the site: which pages it names, when it happens, which documents belong to it.

use jiff::civil::DateTime;

use super::kind::{Attachment, Kind, Type};
use super::value::{Moment, Reference};

/// A number of an act as its series and its number in it: `T1-101` is the 101st of `T1-`.
#[must_use]
pub fn number_of_act(number: &str) -> (String, u32) {
    let digits = number.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (series, digits) = number.split_at(number.len() - digits);
    (series.to_owned(), digits.parse().unwrap_or(u32::MAX))
}

impl Type {
    /// Whether a page of this type is news on the day on which it is published, and nothing else in it says which day that is.
    #[must_use]
    pub const fn is_news_when_published(self) -> bool {
        matches!(self, Self::News | Self::Vacancy | Self::Procurement | Self::Consultation)
    }
}

impl Kind {
    /// The pages it names, with the key that names them and the type they must have.
    #[must_use]
    pub fn references(&self) -> Vec<(&'static str, Type, &Reference)> {
        fn named<'k>(
            key: &'static str,
            type_: Type,
            named: impl IntoIterator<Item = &'k Reference>,
        ) -> Vec<(&'static str, Type, &'k Reference)> {
            named.into_iter().map(|reference| (key, type_, reference)).collect()
        }
        match self {
            Self::Act(act) => [
                named("signatory", Type::Person, &act.signatory),
                named("amends", Type::Act, &act.amends),
                named("repeals", Type::Act, &act.repeals),
                named("implements", Type::Act, &act.implements),
            ]
            .concat(),
            Self::Service(service) => named("responsible", Type::Person, &service.responsible),
            Self::Person(person) => named("reports_to", Type::Person, &person.reports_to),
            Self::Unit(unit) => {
                [named("parent", Type::Unit, &unit.parent), named("head", Type::Person, &unit.head)].concat()
            }
            Self::Consultation(consultation) => named("drafts", Type::Act, &consultation.drafts),
            Self::Sitting(sitting) => {
                named("agenda", Type::Act, sitting.agenda.iter().filter_map(|item| item.draft.as_ref()))
            }
            Self::Visit(visit) => named("media_contact", Type::Person, &visit.media_contact),
            _ => Vec::new(),
        }
    }

    /// The moment by which lists are ordered, if pages of this type have one of their own beside `published`.
    #[must_use]
    pub fn moment(&self) -> Option<Moment> {
        match self {
            Self::Event(event) => Some(event.start),
            Self::Act(act) => act.adopted.or(act.sitting).map(Moment::Day),
            Self::Vacancy(vacancy) => Some(Moment::Day(vacancy.deadline)),
            Self::Procurement(procurement) => Some(procurement.deadline),
            Self::Consultation(consultation) => Some(Moment::Day(consultation.deadline)),
            Self::Visit(visit) => Some(Moment::Day(visit.from)),
            Self::Notice(notice) => Some(notice.from),
            Self::Sitting(sitting) => Some(sitting.start),
            Self::Course(course) => course.dates.first().copied(),
            _ => None,
        }
    }

    /// Until when it is coming or going on; nothing for what has no such time. What repeats may come again after that.
    #[must_use]
    pub fn until(&self) -> Option<Moment> {
        match self {
            Self::Event(event) => Some(event.end.unwrap_or(event.start)),
            Self::Vacancy(vacancy) => Some(Moment::Day(vacancy.deadline)),
            Self::Procurement(procurement) => Some(procurement.deadline),
            Self::Consultation(consultation) => Some(Moment::Day(consultation.deadline)),
            Self::Visit(visit) => Some(Moment::Day(visit.to.unwrap_or(visit.from))),
            Self::Course(course) => course.dates.iter().copied().max_by_key(|date| date.end()),
            Self::Notice(notice) => Some(notice.until),
            Self::Sitting(sitting) => Some(Moment::Day(sitting.start.date())),
            _ => None,
        }
    }

    /// The next moment after `now`, in local time, at which a page of this type looks otherwise: a notice stands above all pages,
    /// or what was coming is over.
    #[must_use]
    pub fn next_change(&self, now: DateTime) -> Option<DateTime> {
        let shown = match self {
            Self::Notice(notice) => Some(notice.from.start()),
            _ => None,
        };
        [shown, self.until().map(Moment::after)].into_iter().flatten().filter(|moment| *moment > now).min()
    }

    /// The documents that only pages of this type have.
    #[must_use]
    pub fn documents(&self) -> Vec<&Attachment> {
        match self {
            Self::Act(act) => act.annexes.iter().chain(act.consolidated.iter().map(|one| &one.text)).collect(),
            _ => self.attachments(),
        }
    }

    /// Those of them that a page shows among its attachments.
    #[must_use]
    pub fn attachments(&self) -> Vec<&Attachment> {
        match self {
            Self::Act(act) => act.annexes.iter().collect(),
            Self::Course(course) => course.materials.iter().collect(),
            Self::Sitting(sitting) => sitting.minutes.iter().collect(),
            Self::Document(document) => document.files.iter().collect(),
            _ => Vec::new(),
        }
    }
}
