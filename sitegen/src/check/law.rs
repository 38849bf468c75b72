//! `content/rules.toml`: what the law asks of the site, each rule with its source and the day on which somebody last compared it.
//!
//! Laws change more often than programs, and whoever runs the site answers for it: sections, headings and days are data.

use std::path::Path;

use jiff::civil::Date;
use messages::Message;
use strict_toml::{Document, Problem, Problems, Table};

use crate::content::words;

/// Where it stands in the folder of a site.
const FILE: &str = "content/rules.toml";

words! {
    /// How often a document is due.
    Every ("check-every") {
        /// After each quarter.
        Quarter = "quarter",
        /// After each year.
        Year = "year",
    }
    /// What has to be public within days.
    What ("check-deadline") {
        /// The minutes of a sitting, after it.
        Minutes = "minutes",
        /// The agenda of a sitting, before it.
        Agenda = "agenda",
        /// A draft act, before the sitting that decides on it.
        Draft = "draft",
        /// A page that somebody has to compare with the world, such as the accessibility statement, after the last time.
        Statement = "statement",
    }
}

/// What the law asks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// Sections that must be there, in the order of the law.
    pub sections: Vec<RequiredSection>,
    /// Documents that are due again and again.
    pub periodic: Vec<Periodic>,
    /// What has to be public within days.
    pub deadlines: Vec<Deadline>,
}

/// A section that must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredSection {
    /// The point of the law: `13.2.1`.
    pub point: String,
    /// Its heading, exactly.
    pub title: String,
    /// Its folder inside `content/`, or the file of a page.
    pub folder: String,
    /// Which law says so.
    pub source: String,
}

/// A document that is due again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Periodic {
    /// The folder inside `content/` that must have it.
    pub folder: String,
    /// How often.
    pub every: Every,
    /// How many days after the end of the period.
    pub days: u16,
    /// Which law says so.
    pub source: String,
}

/// What has to be public within days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// What.
    pub what: What,
    /// Within how many days.
    pub days: u16,
    /// The file of the page inside `content/`, for a statement.
    pub page: Option<String>,
    /// Which law says so.
    pub source: String,
}

/// How many significant words a heading of the menu may have (No. 480, 13).
const MOST_WORDS: usize = 4;

/// Words that do not count as significant.
const SMALL_WORDS: [&str; 5] = ["ir", "bei", "ar", "su", "dėl"];

impl Rules {
    /// Reads the rules of the site in `folder`; a site without them has none.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(folder: &Path) -> Result<Self, Vec<Problem>> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(Self::default());
        }
        let problems = Problems::default();
        let rules = Document::open(&path, "check-policy-missing", &problems)
            .and_then(|document| Self::of(&document, &problems));
        let problems = problems.into_vec();
        match rules {
            Some(rules) if problems.is_empty() => Ok(rules),
            _ => Err(problems),
        }
    }

    fn of(document: &Document, problems: &Problems) -> Option<Self> {
        let mut table = document.table(problems)?;
        let sections = table.tables("section").into_iter().filter_map(|mut inner| {
            let (point, title): (Option<String>, Option<String>) = (inner.required("point"), inner.required("title"));
            let folder: Option<String> = inner.required("folder");
            let source = source(&mut inner);
            let section = RequiredSection { point: point?, title: title?, folder: trimmed(&folder?), source: source? };
            if significant_words(&section.title) > MOST_WORDS {
                inner.report(
                    &inner.place_of("title"),
                    Message::new("check-rules-long").with("title", section.title.as_str()),
                );
            }
            Some(section)
        });
        let sections = sections.collect();
        let periodic = table.tables("periodic").into_iter().filter_map(|mut inner| {
            let (folder, every): (Option<String>, _) = (inner.required("folder"), inner.required("every"));
            let (days, source) = (inner.required("days"), source(&mut inner));
            Some(Periodic { folder: trimmed(&folder?), every: every?, days: days?, source: source? })
        });
        let periodic = periodic.collect();
        let deadlines = table.tables("deadline").into_iter().filter_map(|mut inner| {
            let (what, days) = (inner.required("what"), inner.required("days"));
            let (page, source) = (inner.optional("page"), source(&mut inner));
            Some(Deadline { what: what?, days: days?, page, source: source? })
        });
        let deadlines = deadlines.collect();
        Some(Self { sections, periodic, deadlines })
    }
}

/// A rule that nobody can look up, or that nobody has compared, is none.
fn source(table: &mut Table<'_>) -> Option<String> {
    let (source, verified): (Option<String>, Option<Date>) = (table.required("source"), table.required("verified"));
    verified.and(source)
}

fn trimmed(folder: &str) -> String {
    folder.trim_matches('/').to_owned()
}

fn significant_words(title: &str) -> usize {
    title.split_whitespace().filter(|word| !SMALL_WORDS.contains(&word.to_lowercase().as_str())).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_needs_its_source_and_the_day_on_which_it_was_compared() {
        let problems = Problems::default();
        let text = "[[section]]\npoint = \"13.6\"\ntitle = \"Paslaugos\"\nfolder = \"paslaugos/\"\nsource = \"Nr. 480\"\nverified = 2026-11-23\n\
            [[deadline]]\nwhat = \"minutes\"\ndays = 10\n";
        let rules = Rules::of(&Document::new("rules.toml", text), &problems).unwrap();
        assert_eq!((rules.sections.len(), rules.deadlines.len()), (1, 0));
        assert_eq!(rules.sections[0].folder, "paslaugos");
        assert_eq!(problems.into_vec().len(), 2);
    }

    #[test]
    fn small_words_of_a_heading_do_not_count() {
        assert_eq!(significant_words("Struktūra ir kontaktai"), 2);
        assert_eq!(significant_words("Biudžeto vykdymo ataskaitų rinkiniai"), 4);
    }
}
