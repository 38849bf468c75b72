//! What the law asks, and whether the site does it: by section, for people, and as findings.

use jiff::Span;
use jiff::civil::{Date, date};
use messages::{Language, Message};
use strict_toml::Problem;

use super::Case;
use super::finding::{Finding, Rule, Severity};
use super::law::{Deadline, Every, Periodic, RequiredSection, What};
use crate::content::{Kind, Moment, Page};
use crate::site::{PageId, Section};

/// How soon before it expires `security.txt` is told of, in days.
const SOON: i64 = 30;

/// How a required section stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is there and has so many pages.
    Kept(usize),
    /// It says why there is nothing.
    Absent(String),
    /// It shows nothing and does not say why.
    Empty,
    /// It is called otherwise.
    Named(String),
    /// It is not there.
    Missing,
    /// A document of this period is due since a day.
    Late(String, Date),
}

/// A required section, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// The point of the law.
    pub point: String,
    /// The heading that the law wants.
    pub title: String,
    /// How it stands.
    pub standing: Standing,
    /// When anything in it last changed.
    pub updated: Option<Date>,
    /// Which law says so.
    pub source: String,
}

/// All required sections, in the order of the law.
#[must_use]
pub fn compliance(case: &Case<'_>) -> Vec<Duty> {
    let duty = |rule: &RequiredSection| {
        let mut periodic = case.rules.periodic.iter().filter(|periodic| periodic.folder == rule.folder);
        let late = periodic.find_map(|periodic| late(case, periodic));
        let standing = match (standing(case, rule), late) {
            (Standing::Kept(_), Some((period, since))) => Standing::Late(period, since),
            (standing, _) => standing,
        };
        Duty {
            point: rule.point.clone(),
            title: rule.title.clone(),
            standing,
            updated: updated(case, &rule.folder),
            source: rule.source.clone(),
        }
    };
    case.rules.sections.iter().map(duty).collect()
}

/// The duties as a table for people.
#[must_use]
pub fn table(duties: &[Duty], language: Language) -> String {
    if duties.is_empty() {
        return format!("{}\n", language.text("check-compliance-none"));
    }
    let head =
        ["point", "title", "updated", "standing"].map(|column| language.text(&format!("check-compliance-{column}")));
    let rows = duties.iter().map(|duty| {
        let updated = duty.updated.map_or_else(|| "–".to_owned(), |day| day.to_string());
        [duty.point.clone(), duty.title.clone(), updated, duty.standing.say(language)]
    });
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 4] = std::array::from_fn(width);
    let line = |row: &[String; 4]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

impl Standing {
    fn say(&self, language: Language) -> String {
        let message = match self {
            Self::Kept(count) => {
                Message::new("check-standing-kept").with("count", u64::try_from(*count).unwrap_or(u64::MAX))
            }
            Self::Absent(reason) => Message::new("check-standing-absent").with("reason", reason.as_str()),
            Self::Empty => Message::new("check-standing-empty"),
            Self::Named(name) => Message::new("check-standing-named").with("name", name.as_str()),
            Self::Missing => Message::new("check-standing-missing"),
            Self::Late(period, since) => {
                Message::new("check-standing-late").with("period", period.as_str()).with("since", since.to_string())
            }
        };
        language.say(&message)
    }
}

/// The page that a rule names by a folder or a file.
fn page_of(case: &Case<'_>, folder: &str) -> Option<PageId> {
    match folder.ends_with(".md") {
        true => case.site.page_of_file(folder),
        false => case.site.page_of_file(&format!("{folder}/_index.md")),
    }
}

fn section_of<'s>(case: &Case<'s>, id: PageId) -> Option<&'s Section> {
    case.site.sections().iter().find(|section| section.page == Some(id))
}

fn standing(case: &Case<'_>, rule: &RequiredSection) -> Standing {
    let Some(id) = page_of(case, &rule.folder) else { return Standing::Missing };
    let page = case.site.page(id);
    if page.front.title != rule.title {
        return Standing::Named(page.front.title.clone());
    }
    let Some(section) = section_of(case, id) else { return Standing::Kept(1) };
    let Kind::Section(told) = &page.front.kind else { return Standing::Kept(1) };
    if let Some(reason) = &told.absent {
        return Standing::Absent(reason.clone());
    }
    let shown = section.listed.len() + section.expired.len() + section.below.len();
    // A text of its own is enough, unless it only introduces pages that are not there.
    let has_text = told.contains.is_none() && !case.site.text(id).html.trim().is_empty();
    if shown == 0 && !has_text { Standing::Empty } else { Standing::Kept(shown.max(1)) }
}

/// When anything in a folder last changed: as pages say, or git.
fn updated(case: &Case<'_>, folder: &str) -> Option<Date> {
    let inside = |page: &Page| page.file.path == folder || page.file.path.starts_with(&format!("{folder}/"));
    let days = case.site.pages().map(|id| case.site.page(id)).filter(|page| inside(page)).filter_map(|page| {
        let told = page.front.updated.map(Moment::date);
        let in_git = case.history.and_then(|history| history.dates(&page.file.path));
        told.or_else(|| in_git.map(|dates| case.site.settings.time_zone.to_datetime(dates.last).date()))
    });
    days.max()
}

/// The last period whose document is due and not there, with the day on which it was due.
fn late(case: &Case<'_>, rule: &Periodic) -> Option<(String, Date)> {
    let today = case.now().date();
    let (year, quarter, end) = last_due(today, rule.every, rule.days)?;
    let is_it = |page: &Page| match &page.front.kind {
        Kind::Document(document) => {
            let of_year = document.year.and_then(|year| i16::try_from(year).ok()) == Some(year);
            of_year && (quarter.is_none() || document.quarter.and_then(|told| i8::try_from(told.0).ok()) == quarter)
        }
        _ => false,
    };
    let below = format!("{}/", rule.folder);
    let is_there =
        case.site.pages().map(|id| case.site.page(id)).any(|page| page.file.path.starts_with(&below) && is_it(page));
    let period = match quarter {
        Some(quarter) => format!("{year} m. {quarter} ketv."),
        None => format!("{year} m."),
    };
    (!is_there).then(|| (period, end.saturating_add(Span::new().days(i64::from(rule.days)))))
}

/// The last period that ended at least `days` days before `today`: its year, its quarter, and its last day.
fn last_due(today: Date, every: Every, days: u16) -> Option<(i16, Option<i8>, Date)> {
    let latest = today.checked_sub(Span::new().days(i64::from(days))).ok()?;
    match every {
        Every::Year => {
            let year = latest.year() - i16::from(latest.month() != 12 || latest.day() != 31);
            Some((year, None, date(year, 12, 31)))
        }
        Every::Quarter => {
            let this = (latest.month() - 1) / 3 + 1;
            let end_of = |year: i16, quarter: i8| date(year, quarter * 3, 1).last_of_month();
            let (year, quarter) = match (latest.year(), this) {
                (year, quarter) if end_of(year, quarter) == latest => (year, quarter),
                (year, 1) => (year - 1, 4),
                (year, quarter) => (year, quarter - 1),
            };
            Some((year, Some(quarter), end_of(year, quarter)))
        }
    }
}

/// What is not as the law wants it.
pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = case.rules.sections.iter().filter_map(|rule| of_section(case, rule)).collect();
    found.extend(case.rules.periodic.iter().filter_map(|rule| of_period(case, rule)));
    found.extend(case.rules.deadlines.iter().flat_map(|rule| of_deadline(case, rule)));
    found.extend(security(case));
    found.extend(reviews(case));
    found
}

fn of_section(case: &Case<'_>, rule: &RequiredSection) -> Option<Finding> {
    let said = |key: &str| {
        Message::new(key)
            .with("title", rule.title.as_str())
            .with("folder", rule.folder.as_str())
            .with("point", rule.point.as_str())
            .with("source", rule.source.as_str())
    };
    let path = page_of(case, &rule.folder)
        .map_or_else(|| case.sources.named(&rule.folder), |id| case.site.page(id).path.clone());
    let (of, message) = match standing(case, rule) {
        Standing::Missing => (Rule::Section, said("check-section-missing")),
        Standing::Named(name) => (Rule::Section, said("check-section-named").with("name", name)),
        Standing::Empty => (Rule::EmptySection, said("check-section-empty")),
        Standing::Kept(_) | Standing::Absent(_) | Standing::Late(..) => return None,
    };
    Some(Finding::new(of, Problem::of_file(path, message)))
}

fn of_period(case: &Case<'_>, rule: &Periodic) -> Option<Finding> {
    // A section that is not there is told of already.
    let id = page_of(case, &rule.folder)?;
    if matches!(&case.site.page(id).front.kind, Kind::Section(told) if told.absent.is_some()) {
        return None;
    }
    let (period, since) = late(case, rule)?;
    let message = Message::new("check-periodic")
        .with("period", period)
        .with("since", since.to_string())
        .with("source", rule.source.as_str());
    Some(Finding::new(Rule::Periodic, Problem::of_file(&case.site.page(id).path, message)))
}

fn of_deadline(case: &Case<'_>, rule: &Deadline) -> Vec<Finding> {
    let today = case.now().date();
    let days = Span::new().days(i64::from(rule.days));
    let late = |page: &Page, since: Date| {
        let message = Message::new(rule.what.key())
            .with("days", u64::from(rule.days))
            .with("since", since.to_string())
            .with("source", rule.source.as_str());
        Finding::new(Rule::Deadline, Problem::of_file(&page.path, message))
    };
    let pages = case.site.pages().map(|id| case.site.page(id));
    if rule.what == What::Statement {
        let page = rule.page.as_deref().and_then(|file| case.site.page_of_file(file)).map(|id| case.site.page(id));
        let due = page.and_then(|page| {
            let looked_at = updated(case, &page.file.path)?;
            let until = looked_at.saturating_add(days);
            (until < today).then(|| late(page, until))
        });
        return due.into_iter().collect();
    }
    let due = pages.filter_map(|page| {
        let since = match (&page.front.kind, rule.what) {
            (Kind::Sitting(sitting), What::Minutes) if sitting.minutes.is_none() => {
                let until = sitting.start.date().saturating_add(days);
                (until < today).then_some(until)
            }
            (Kind::Sitting(sitting), What::Agenda) if sitting.agenda.is_empty() => {
                let from = sitting.start.date().saturating_sub(days);
                (from <= today && sitting.start.date() >= today).then_some(from)
            }
            (Kind::Act(act), What::Draft) if act.adopted.is_none() => {
                let until = act.sitting?.saturating_sub(days);
                (shown_since(case, page)? > until).then_some(until)
            }
            _ => None,
        };
        since.map(|since| late(page, since))
    });
    due.collect()
}

/// Since when a page is public: as it says, or since it is in the repository.
fn shown_since(case: &Case<'_>, page: &Page) -> Option<Date> {
    let in_git = || {
        let dates = case.history?.dates(&page.file.path)?;
        Some(case.site.settings.time_zone.to_datetime(dates.first).date())
    };
    page.front.published.map(Moment::date).or_else(in_git)
}

fn security(case: &Case<'_>) -> Option<Finding> {
    let expires = case.site.settings.security.as_ref()?.expires;
    let today = case.now().date();
    if today.saturating_add(Span::new().days(SOON)) < expires {
        return None;
    }
    let message = Message::new("check-security-expires").with("expires", expires.to_string());
    let problem = Problem::of_file(case.sources.folder().join("site.toml"), message);
    let severity = if expires < today { Severity::Error } else { Severity::Note };
    Some(Finding { rule: Rule::Deadline, severity, problem })
}

/// Pages that say themselves when somebody must look whether they are still true.
fn reviews(case: &Case<'_>) -> Vec<Finding> {
    let today = case.now().date();
    let due = case.site.pages().map(|id| case.site.page(id)).filter_map(|page| match &page.front.kind {
        Kind::Page(told) => {
            let by = told.review_by.filter(|by| *by < today)?;
            let message = Message::new("check-review").with("by", by.to_string());
            Some(Finding::new(Rule::Deadline, Problem::of_file(&page.path, message)))
        }
        _ => None,
    });
    due.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_that_is_due_is_the_last_that_ended_long_enough_ago() {
        for (today, every, days, expected) in [
            (date(2026, 11, 28), Every::Quarter, 30, (2026, Some(3), date(2026, 9, 30))),
            (date(2026, 10, 29), Every::Quarter, 30, (2026, Some(2), date(2026, 6, 30))),
            (date(2026, 10, 30), Every::Quarter, 30, (2026, Some(3), date(2026, 9, 30))),
            (date(2026, 1, 29), Every::Quarter, 30, (2025, Some(3), date(2025, 9, 30))),
            (date(2026, 1, 30), Every::Quarter, 30, (2025, Some(4), date(2025, 12, 31))),
            (date(2026, 11, 28), Every::Year, 90, (2025, None, date(2025, 12, 31))),
            (date(2026, 3, 30), Every::Year, 90, (2024, None, date(2024, 12, 31))),
            (date(2026, 3, 31), Every::Year, 90, (2025, None, date(2025, 12, 31))),
        ] {
            assert_eq!(last_due(today, every, days), Some(expected), "{today} {days}");
        }
    }
}
