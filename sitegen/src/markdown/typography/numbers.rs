//! Numbers, and what is plainly a range of them. In doubt it is none: a telephone number with a dash in it is worse
//! than a range with a hyphen.

use super::NO_BREAK_SPACE;

pub(super) fn digits_at_start(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

pub(super) fn digits_at_end(text: &str) -> usize {
    text.bytes().rev().take_while(u8::is_ascii_digit).count()
}

/// How many bytes a number takes at the start of `characters`: digits, with one separator between two of them.
pub(super) fn number_length(characters: impl Iterator<Item = char>) -> usize {
    let mut length = 0;
    let mut pending = 0;
    let mut separated = false;
    for c in characters {
        match c {
            '0'..='9' => {
                length += pending + 1;
                pending = 0;
            }
            '.' | ',' | ':' if length > 0 && !separated => {
                separated = true;
                pending = 1;
            }
            _ => break,
        }
    }
    length
}

/// Whether a range can end before `rest`: no more of a number, a date or a code follows.
pub(super) fn range_may_end(rest: &str) -> bool {
    let mut following = rest.chars();
    let Some(next) = following.next() else { return true };
    let digit_follows = following.next().is_some_and(|c| c.is_ascii_digit());
    match next {
        // "8-37 123456" is a telephone number.
        ' ' | NO_BREAK_SPACE | ',' | '.' | ':' => !digit_follows,
        '\n' | ')' | ']' | ';' | '!' | '?' | '%' | '°' | '…' | '"' | '\'' | '„' | '“' | '”' | '’' => true,
        _ => false,
    }
}

/// Whether `low` and `high` are written alike and can be the ends of a range.
pub(super) fn is_ordered(low: &str, high: &str) -> bool {
    let separator = |text: &str| text.chars().find(|c| !c.is_ascii_digit());
    let kind = separator(low);
    if kind != separator(high) || low == high {
        return false;
    }
    let Some(kind) = kind else { return whole_range(low, high) };
    let (Some((low_whole, low_part)), Some((high_whole, high_part))) = (low.split_once(kind), high.split_once(kind))
    else {
        return false;
    };
    let value = |text: &str| text.parse::<u32>().ok();
    if kind == ',' {
        return low_part.len() == high_part.len() && value(low_whole) <= value(high_whole) && low_whole.len() <= 6;
    }
    // Hours; those of the night, "22.00-6.00", do not grow.
    let is_time = |hour: &str, minute: &str| {
        value(hour).is_some_and(|hour| hour <= 24)
            && minute.len() == 2
            && value(minute).is_some_and(|minute| minute < 60)
    };
    is_time(low_whole, low_part) && is_time(high_whole, high_part)
}

/// Years, or two numbers of up to three digits of nearly the same length: `8-600` would rather be a telephone number.
fn whole_range(low: &str, high: &str) -> bool {
    let (Ok(low_value), Ok(high_value)) = (low.parse::<u32>(), high.parse::<u32>()) else { return false };
    let years = (1000..2200).contains(&low_value) && (1000..2200).contains(&high_value);
    let small = high.len() <= 3 && high.len() - low.len().min(high.len()) <= 1;
    low_value < high_value && !low.starts_with('0') && (years || small)
}
