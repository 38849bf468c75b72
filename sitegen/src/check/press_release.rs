//! Press releases on sittings of the council: drafted from its decisions, and kept true to them.

use std::fmt::Write as _;

use jiff::civil::Date;
use messages::{Language, Message};
use strict_toml::Problem;

use super::Case;
use super::finding::{Finding, Rule};
use crate::content::{Kind, SittingBody};
use crate::markdown::{Answer, Question};
use crate::site::{PageId, Site};

/// The sitting of the council on `day`.
#[must_use]
pub fn sitting_on(site: &Site, day: Date) -> Option<PageId> {
    site.pages().find(|id| {
        matches!(&site.page(*id).front.kind, Kind::Sitting(sitting)
            if sitting.body == SittingBody::Council && sitting.start.date() == day)
    })
}

/// Acts that the decisions of a sitting name by `key`, in the order of the decisions.
fn named(site: &Site, decisions: &[PageId], key: &str) -> Vec<PageId> {
    let mut all = Vec::new();
    for decision in decisions {
        for (of, target) in &site.node(*decision).relations {
            if *of == key && !all.contains(target) {
                all.push(*target);
            }
        }
    }
    all
}

/// The text of a press release on a sitting, as Markdown: how many members came, what was decided, amended and repealed.
#[must_use]
pub fn draft(site: &Site, sitting: PageId) -> String {
    let language = Language::Lithuanian;
    let page = site.page(sitting);
    let Kind::Sitting(told) = &page.front.kind else { return String::new() };
    let decisions = site.decisions(sitting);
    let count = u64::try_from(decisions.len()).unwrap_or(u64::MAX);
    let day = crate::render::words::day(told.start.date(), language);
    let mut text = String::new();
    // Writing to a string cannot fail.
    let mut line = |line: String| {
        let _ = writeln!(text, "{line}");
    };
    let opening = Message::new("check-release-opening").with("day", day).with("place", told.place.as_str());
    line(language.say(&opening.with("count", count)));
    if let Some(present) = told.present {
        let mut said = language.say(&Message::new("check-release-present").with("count", u64::from(present)));
        if !told.absent.is_empty() {
            let absent = Message::new("check-release-absent").with("names", told.absent.join(", "));
            let _ = write!(said, " {}", language.say(&absent));
        }
        line(format!("\n{said}"));
    }
    for (key, acts) in [
        ("check-release-decisions", decisions.clone()),
        ("check-release-amended", named(site, &decisions, "amends")),
        ("check-release-repealed", named(site, &decisions, "repeals")),
    ] {
        if !acts.is_empty() {
            line(format!("\n## {}\n", language.text(key)));
            acts.iter().for_each(|act| line(format!("- {}", item(site, *act))));
        }
    }
    text
}

/// `[2026 m. vasario 2 d. sprendimas Nr. T1-3](/teises-aktai/….md) „Dėl …“`
fn item(site: &Site, id: PageId) -> String {
    let page = site.page(id);
    let (number, adopted) = match &page.front.kind {
        Kind::Act(act) => (act.number.clone().unwrap_or_default(), act.adopted),
        _ => Default::default(),
    };
    let day = adopted.map_or_else(String::new, |day| crate::render::words::day(day, Language::Lithuanian));
    let name = Message::new("check-release-act").with("day", day).with("number", number);
    format!(
        "[{}](/{}) „{}“",
        Language::Lithuanian.say(&name),
        page.file.path,
        page.front.title.trim_matches(['„', '“'])
    )
}

/// Press releases that do not tell what the sitting decided.
pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for id in case.site.pages() {
        let Kind::News(news) = &case.site.page(id).front.kind else { continue };
        if let Some(day) = news.sitting {
            found.extend(of_release(case, id, day));
        }
    }
    found
}

fn of_release(case: &Case<'_>, id: PageId, day: Date) -> Vec<Finding> {
    let site = case.site;
    let page = site.page(id);
    let say = |message: Message| Finding::new(Rule::PressRelease, Problem::of_file(&page.path, message));
    let Some(sitting) = sitting_on(site, day) else {
        return vec![say(Message::new("check-release-no-sitting").with("day", day.to_string()))];
    };
    let decisions = site.decisions(sitting);
    let linked: Vec<PageId> = site.text(id).asked.iter().filter_map(|asked| linked(site, asked)).collect();
    let mut found = Vec::new();
    for (key, acts) in [
        ("check-release-misses-decision", decisions.clone()),
        ("check-release-misses-amended", named(site, &decisions, "amends")),
        ("check-release-misses-repealed", named(site, &decisions, "repeals")),
    ] {
        let missed = acts.into_iter().filter(|act| !linked.contains(act));
        found.extend(missed.map(|act| say(Message::new(key).with("item", item(site, act)))));
    }
    let told = page.parts().ok().and_then(|parts| number_of_decisions(parts.text()));
    if let Some(told) = told.filter(|told| *told != decisions.len()) {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let message =
            Message::new("check-release-count").with("told", number(told)).with("count", number(decisions.len()));
        found.push(say(message));
    }
    found
}

fn linked(site: &Site, (question, answer): &(Question, Answer)) -> Option<PageId> {
    let (Question::Link(_), Answer::Address(address)) = (question, answer) else { return None };
    site.page_at(address.split(['#', '?']).next().unwrap_or_default())
}

/// How many decisions a text says were adopted: the number of „priimti 22 sprendimai“, the first of the text.
fn number_of_decisions(text: &str) -> Option<usize> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(3).find_map(|window| {
        let [verb, number, noun] = window else { return None };
        let is_it = verb.to_lowercase().starts_with("priim") && noun.to_lowercase().starts_with("sprendim");
        number.parse().ok().filter(|_| is_it)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_decisions_is_found_in_the_text() {
        assert_eq!(number_of_decisions("Posėdyje priimti 22 sprendimai."), Some(22));
        assert_eq!(number_of_decisions("Taryba priėmė sprendimą dėl 3 klausimų."), None);
    }
}
