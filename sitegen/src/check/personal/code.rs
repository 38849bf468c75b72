//! Lithuanian personal codes: `GYYMMDDNNNC`.
//!
//! `G` tells the century and the sex, `C` is the check digit. See the Law on the Population Register.

use std::ops::Range;

use jiff::civil::Date;

use super::{is_separator, is_space};

const DIGITS: usize = 11;

/// How people part a code: the lengths of its groups. Free grouping would make codes of table columns.
const SHAPES: [&[usize]; 6] = [&[11], &[1, 6, 4], &[1, 2, 2, 2, 4], &[7, 4], &[1, 10], &[1, 6, 3, 1]];

/// Digits that stand together.
struct Group {
    range: Range<usize>,
    /// Whether exactly one separator stands between the group before and this one.
    follows: bool,
}

/// Finds codes whose date exists and whose check digit is right.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let groups = groups(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < groups.len() {
        let fits = SHAPES.iter().find_map(|shape| code_at(text, &groups, at, shape));
        let Some((range, length)) = fits else {
            at += 1;
            continue;
        };
        found.push(range);
        at += length;
    }
    found
}

/// The code that groups from `at` make when their lengths are those of `shape`, and how many groups it has.
fn code_at(text: &str, groups: &[Group], at: usize, shape: &[usize]) -> Option<(Range<usize>, usize)> {
    let parts = groups.get(at..at + shape.len())?;
    let is_shape = parts.iter().zip(shape).all(|(group, length)| group.range.len() == *length);
    if !is_shape || !parts.iter().skip(1).all(|group| group.follows) {
        return None;
    }
    let range = parts.first()?.range.start..parts.last()?.range.end;
    if !stands_alone(text, &range) {
        return None;
    }
    let digits = parts.iter().flat_map(|group| text[group.range.clone()].bytes());
    is_code(&digits.map(|digit| u32::from(digit - b'0')).collect::<Vec<_>>()).then_some((range, shape.len()))
}

fn groups(text: &str) -> Vec<Group> {
    let bytes = text.as_bytes();
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            at += 1;
            continue;
        }
        let follows = groups.last().is_some_and(|before| is_one_separator(&text[before.range.end..at]));
        groups.push(Group { range: at..at + length, follows });
        at += length;
    }
    groups
}

fn is_one_separator(between: &str) -> bool {
    let mut letters = between.chars();
    letters.next().is_some_and(is_separator) && letters.next().is_none()
}

/// Whether what stands around makes it a part of something longer: a word, a decimal number, a telephone number after
/// `+`, a number with dashes.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let mut before = text[..range.start].chars().rev();
    let mut after = text[range.end..].chars();
    let (last, next) = (before.next(), after.next());
    let joins = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    let links = |letter: char| matches!(letter, '.' | ',' | '/') || (is_separator(letter) && !is_space(letter));
    let goes_on = |letter: Option<char>, beyond: Option<char>| {
        letter.is_some_and(links) && beyond.is_some_and(|letter| letter.is_ascii_digit())
    };
    !joins(last) && !joins(next) && last != Some('+') && !goes_on(last, before.next()) && !goes_on(next, after.next())
}

fn is_code(digits: &[u32]) -> bool {
    let &[sex, y1, y2, m1, m2, d1, d2, _, _, _, check] = digits else { return false };
    let century = match sex {
        1 | 2 => 1800,
        3 | 4 => 1900,
        5 | 6 => 2000,
        _ => return false,
    };
    // Each is below 2100, so that none is cut.
    let [year, month, day] = [century + 10 * y1 + y2, 10 * m1 + m2, 10 * d1 + d2];
    let date = (i16::try_from(year), i8::try_from(month), i8::try_from(day));
    let (Ok(year), Ok(month), Ok(day)) = date else { return false };
    Date::new(year, month, day).is_ok() && check == check_digit(&digits[..DIGITS - 1])
}

/// The check digit by two rows of weights: the second is for when the first gives 10.
fn check_digit(digits: &[u32]) -> u32 {
    const FIRST: [u32; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1];
    const SECOND: [u32; 10] = [3, 4, 5, 6, 7, 8, 9, 1, 2, 3];
    let rest = |weights: [u32; 10]| digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11;
    match rest(FIRST) {
        10 => rest(SECOND) % 10,
        digit => digit,
    }
}
