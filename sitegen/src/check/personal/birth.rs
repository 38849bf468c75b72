//! Birth dates: a date after words that say what it is.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::{Captures, Regex};

/// Who was born before this year has died, and the law protects the living: pages about history name many such dates.
const FIRST_YEAR: i16 = 1910;

/// The words that announce a birth date, what may stand between, and the ways to write a date. The crate's matching
/// takes linear time, so that no text can hold a build up.
static BIRTH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = r"\bgim(?:\.|imo\s+(?:data|diena|metai)|ęs|usi(?:o|os|am|ai)?|usį|usią|ė)|\bborn|\bdate\s+of\s+birth|\bbirth\s*date|\bd\.?o\.?b\.?";
    let between = r"(?:[\s:(–—-]|\b(?:data|m|on|yra|is|was|the)\b\.?){0,8}?";
    let separator = r"\s?[-./‑–\s]\s?";
    let numbers = format!(r"(?<y1>\d{{4}})(?:{separator})(?<m1>\d{{1,2}})(?:{separator})(?<d1>\d{{1,2}})\b");
    let turned = r"(?<d2>\d{1,2})\s?[./-]\s?(?<m2>\d{1,2})\s?[./-]\s?(?<y2>\d{4})\b";
    let lithuanian = r"(?<y3>\d{4})\s*m\.?\s*(?<n3>\p{L}{3,9})\s+(?:mėn\.?\s*)?(?<d3>\d{1,2})(?:\s*d\.|\b)";
    let english = r"(?<d4>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(?<n4>\p{L}{3,9})\.?,?\s+(?<y4>\d{4})\b";
    let american = r"(?<n5>\p{L}{3,9})\.?\s+(?<d5>\d{1,2})(?:st|nd|rd|th)?,?\s+(?<y5>\d{4})\b";
    let dates = [numbers.as_str(), turned, lithuanian, english, american].join("|");
    // The pattern is the same in every run, and a test uses it: it cannot fail where that passed.
    Regex::new(&format!(r"(?i)(?:{words}){between}(?<date>{dates})")).ok()
});

/// Months as they begin in Lithuanian (in whatever case) and in English, January first.
const MONTHS: [[&str; 2]; 12] = [
    ["saus", "jan"],
    ["vasar", "feb"],
    ["kov", "mar"],
    ["baland", "apr"],
    ["geguž", "may"],
    ["birž", "jun"],
    ["liep", "jul"],
    ["rugpj", "aug"],
    ["rugs", "sep"],
    ["spal", "oct"],
    ["lapkr", "nov"],
    ["gruod", "dec"],
];

/// Finds dates that are said to be somebody's birth date.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let Some(birth) = BIRTH.as_ref() else { return Vec::new() };
    let dated =
        birth.captures_iter(text).filter(|captures| date(captures).is_some_and(|date| date.year() >= FIRST_YEAR));
    dated.filter_map(|captures| captures.name("date").map(|date| date.range())).collect()
}

fn date(captures: &Captures<'_>) -> Option<Date> {
    let part = |letter: &str| (1..=5).find_map(|way| captures.name(&format!("{letter}{way}")));
    let month = match part("m") {
        Some(number) => number.as_str().parse().ok()?,
        None => month(part("n")?.as_str())?,
    };
    Date::new(part("y")?.as_str().parse().ok()?, month, part("d")?.as_str().parse().ok()?).ok()
}

fn month(name: &str) -> Option<i8> {
    let name = name.to_lowercase();
    let index = MONTHS.iter().position(|beginnings| beginnings.iter().any(|beginning| name.starts_with(beginning)))?;
    i8::try_from(index + 1).ok()
}
