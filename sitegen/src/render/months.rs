//! The calendar of a month: a table of its days.

use std::borrow::Cow;

use jiff::civil::Date;
use messages::{Language, Message};
use tera::Value;

use super::view::{Views, list, map};
use super::{RenderError, Renderer, words};
use crate::content::Moment;
use crate::site::{Month, Occasion, Section, SectionId};

/// How many days a week has.
const WEEK: usize = 7;

impl Views<'_> {
    /// Where the calendar of the present month of a section is.
    pub(super) fn present_month(&self, section: &Section) -> Option<String> {
        let present = Month::of(self.site.now.date());
        section.months.contains(&present).then(|| present.address(&section.address))
    }

    /// The weeks of a month: seven days each, of which those of other months have no date.
    fn weeks(&self, section: &Section, month: Month) -> Value {
        let mut days: Vec<Value> =
            std::iter::repeat_with(|| map([("date", Value::none())])).take(month.offset()).collect();
        days.extend(month.days().map(|day| self.day(section, day)));
        days.resize_with(days.len().next_multiple_of(WEEK), || map([("date", Value::none())]));
        list(days.chunks(WEEK).map(|week| Value::from(week.to_vec())))
    }

    fn day(&self, section: &Section, day: Date) -> Value {
        let occasions = section.days.get(&day).into_iter().flatten();
        let language = section.language;
        map([
            ("date", day.to_string().into()),
            ("day", i64::from(day.day()).into()),
            ("words", format!("{}, {}", weekday(day, language), words::day(day, language)).into()),
            ("is_today", (day == self.site.now.date()).into()),
            ("events", list(occasions.map(|occasion| self.occasion(*occasion, day)))),
        ])
    }

    fn occasion(&self, occasion: Occasion, day: Date) -> Value {
        // What began on a day before has no hour of this one.
        let hour = match occasion.start {
            Moment::Time(time) if time.date() == day => Some(time.strftime("%H:%M").to_string()),
            _ => None,
        };
        map([("entry", self.entry(occasion.page)), ("start", occasion.start.to_string().into()), ("hour", hour.into())])
    }
}

fn weekday(day: Date, language: Language) -> String {
    language.text(&format!("site-weekday-{}", day.weekday().to_monday_one_offset()))
}

/// The days of the week as the head of a table.
fn weekdays(language: Language) -> Value {
    list((1..=WEEK).map(|number| {
        map([
            ("name", language.text(&format!("site-weekday-{number}")).into()),
            ("short", language.text(&format!("site-short-weekday-{number}")).into()),
        ])
    }))
}

fn month_view(section: &Section, month: Month) -> Value {
    let title = Message::new("site-month")
        .with("year", month.year().to_string())
        .with("month", Message::new(format!("site-month-name-{}", month.number())));
    map([
        ("title", section.language.say(&title).into()),
        ("address", month.address(&section.address).into()),
        ("year", i64::from(month.year()).into()),
        ("number", i64::from(month.number()).into()),
    ])
}

impl Renderer<'_> {
    /// The calendar of a month of a section.
    pub(super) fn month(&self, id: SectionId, month: Month) -> Result<Cow<'static, [u8]>, RenderError> {
        let section = self.site.section(id);
        let present = Month::of(self.site.now.date());
        let before = section.months.iter().rev().find(|other| **other < month);
        let after = section.months.iter().find(|other| **other > month);
        // From a month next to it, the present one is one step away.
        let is_far = present != month && ![before, after].contains(&Some(&present));
        let is_far = is_far && section.months.contains(&present);
        let view = |month: &Month| month_view(section, *month);
        let address = month.address(&section.address);
        let values = [
            ("section", self.views.section(id)),
            ("above", self.views.way(id)),
            ("address", address.as_str().into()),
            ("month", view(&month)),
            ("previous", before.map(view).into()),
            ("next", after.map(view).into()),
            ("present", is_far.then(|| view(&present)).into()),
            ("weekdays", weekdays(section.language)),
            ("weeks", self.views.weeks(section, month)),
        ];
        self.document("calendar.html", section.language, &address, values)
    }
}
