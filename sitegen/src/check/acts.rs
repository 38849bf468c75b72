//! Acts of the institution: that their numbers neither jump nor repeat, and that what they say of each other holds together.

use std::collections::BTreeMap;

use jiff::civil::Date;
use messages::Message;
use strict_toml::Problem;

use super::Case;
use super::finding::{Finding, Rule, Severity};
use crate::content::{Act, ActForm, Kind};
use crate::site::{EditionText, PageId};

/// Of one form, year and series, the numbers with their pages.
type Series = BTreeMap<(ActForm, i16, String), Vec<(u32, PageId)>>;

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut found = numbers(case);
    for id in case.site.pages() {
        if let Some(act) = act(case, id) {
            found.extend(force(case, id, act));
        }
    }
    found
}

fn act<'c>(case: &Case<'c>, id: PageId) -> Option<&'c Act> {
    match &case.site.page(id).front.kind {
        Kind::Act(act) => Some(act),
        _ => None,
    }
}

fn finding(case: &Case<'_>, rule: Rule, severity: Severity, id: PageId, message: Message) -> Finding {
    Finding { rule, severity, problem: Problem::of_file(&case.site.page(id).path, message) }
}

fn numbers(case: &Case<'_>) -> Vec<Finding> {
    let mut all = Series::new();
    for id in case.site.pages() {
        // A translation has the number of its original.
        let is_original = case.site.page(id).file.language == case.site.settings.language;
        if let Some((act, adopted)) = act(case, id).and_then(|act| Some((act, act.adopted?)))
            && act.number.is_some()
            && is_original
        {
            let (series, number) = case.site.act_number(id);
            all.entry((act.form, adopted.year(), series)).or_default().push((number, id));
        }
    }
    let mut found = Vec::new();
    for ((_, year, series), mut numbers) in all {
        numbers.sort_unstable();
        // A series begins with its first number, whatever year it was in which the site began.
        for pair in numbers.windows(2) {
            let [(before, first), (number, id)] = *pair else { continue };
            let name = format!("{series}{number}");
            if before == number {
                let message = Message::new("check-act-double")
                    .with("number", name)
                    .with("year", year.to_string())
                    .with("other", case.site.page(first).file.path.as_str());
                found.push(finding(case, Rule::ActNumber, Severity::Error, id, message));
            } else if before + 1 != number {
                let message = Message::new("check-act-gap")
                    .with("number", name)
                    .with("year", year.to_string())
                    .with("before", format!("{series}{before}"));
                found.push(finding(case, Rule::ActNumber, Rule::ActNumber.severity(), id, message));
            }
        }
    }
    found
}

fn force(case: &Case<'_>, id: PageId, own: &Act) -> Vec<Finding> {
    let node = case.site.node(id);
    let mut found = Vec::new();
    let mut say = |severity: Severity, key: &str, other: PageId| {
        let number = |id: PageId| act(case, id).and_then(|act| act.number.clone()).unwrap_or_default();
        let message = Message::new(key)
            .with("number", number(id))
            .with("other", number(other))
            .with("file", case.site.page(other).file.path.as_str());
        found.push(finding(case, Rule::ActForce, severity, id, message));
    };
    if own.adopted.is_some() {
        for (key, other) in &node.relations {
            let Some(target) = act(case, *other).filter(|_| ["amends", "repeals"].contains(key)) else { continue };
            if target.adopted.is_none() {
                say(Severity::Error, "check-act-of-draft", *other);
            } else if target.adopted > own.adopted {
                say(Severity::Error, "check-act-before", *other);
            } else if *key == "amends" && target.in_force_to.zip(own.adopted).is_some_and(|(end, day)| end < day) {
                say(Severity::Error, "check-act-amends-repealed", *other);
            }
        }
    }
    let repealed = case.site.first_days_of(id, "repeals");
    for (begins, by) in &repealed {
        if own.in_force_to.is_some_and(|end| end > *begins) {
            say(Severity::Error, "check-act-longer", *by);
        }
    }
    if let [_, (_, second), ..] = repealed.as_slice() {
        say(Severity::Error, "check-act-repealed-twice", *second);
    }
    found.extend(editions(case, id, own));
    found
}

/// That each change of an act has its consolidated text, and each consolidated text its change.
fn editions(case: &Case<'_>, id: PageId, own: &Act) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut say = |severity: Severity, key: &str, day: Date, by: &[PageId]| {
        let number = |id: PageId| act(case, id).and_then(|act| act.number.clone()).unwrap_or_default();
        let others: Vec<String> = by.iter().map(|by| number(*by)).collect();
        let message = Message::new(key).with("number", number(id)).with("other", others.join(", "));
        found.push(finding(case, Rule::ActForce, severity, id, message.with("day", day.to_string())));
    };
    let (editions, today) = (case.site.editions(id), case.site.now.date());
    for edition in &editions {
        match edition.text {
            // Of what was in force once, nobody makes texts any more.
            EditionText::Missing if edition.to.is_none_or(|to| to >= today) => {
                say(Severity::Note, "check-act-no-consolidated", edition.from, &edition.by);
            }
            EditionText::Consolidated(_) if edition.by.is_empty() => {
                say(Severity::Warning, "check-act-edition-of-nothing", edition.from, &[]);
            }
            _ => {}
        }
    }
    let mut days: Vec<Date> = own.consolidated.iter().map(|consolidated| consolidated.from).collect();
    days.sort_unstable();
    for pair in days.windows(2).filter(|pair| pair[0] == pair[1]) {
        say(Severity::Error, "check-act-edition-twice", pair[0], &[]);
    }
    found
}
