//! Quotation marks that the output cannot set right: those of other languages, and those without a partner.

use std::ops::Range;

use super::super::prose::Passage;
use super::typesetting::Change;
use super::{Finding, MistakeKind, Reading};

/// A quotation mark as the output shows it.
struct Mark {
    range: Range<usize>,
    sign: Sign,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// „
    Open,
    /// “
    Close,
    /// “ before a word, as English begins a quotation.
    EnglishOpen,
    /// ” after a word.
    EnglishClose,
    /// What the output could not decide: " or '' or ,, or ”.
    Undecided,
}

/// The marks of a text, after the changes that the output makes.
fn marks(text: &str, changes: &[Change]) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut skipped_to = 0;
    let mut pending = changes.iter().peekable();
    for (at, c) in text.char_indices() {
        if let Some(change) = pending.next_if(|change| change.range.start <= at) {
            skipped_to = change.range.end;
            let sign = match change.into {
                '„' => Sign::Open,
                '“' => Sign::Close,
                _ => continue,
            };
            marks.push(Mark { range: change.range.clone(), sign });
        } else if at >= skipped_to
            && matches!(c, '„' | '“' | '”' | '"' | '\'' | ',')
            && let Some((sign, length)) = sign(text, at, c)
        {
            skipped_to = at + length;
            marks.push(Mark { range: at..at + length, sign });
        }
    }
    marks
}

/// Which mark stands at a place that the output leaves as it is, and how long it is.
fn sign(text: &str, at: usize, c: char) -> Option<(Sign, usize)> {
    let before = text.get(..at).and_then(|start| start.chars().next_back());
    let rest = text.get(at..)?;
    let after = rest.chars().nth(1);
    let begins_word =
        before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[')) && after.is_some_and(char::is_alphanumeric);
    let length = c.len_utf8();
    Some(match c {
        '„' => (Sign::Open, length),
        '“' if begins_word => (Sign::EnglishOpen, length),
        '“' => (Sign::Close, length),
        '”' if begins_word => (Sign::EnglishOpen, length),
        // Inches.
        '”' | '"' if before.is_some_and(|c| c.is_ascii_digit()) => return None,
        '”' if before.is_some_and(|c| !c.is_whitespace()) => (Sign::EnglishClose, length),
        '”' | '"' => (Sign::Undecided, length),
        // A row of commas or apostrophes is something else.
        ',' | '\'' if doubled(rest, c) && before != Some(c) => (Sign::Undecided, 2),
        _ => return None,
    })
}

fn doubled(rest: &str, c: char) -> bool {
    rest.chars().take_while(|next| *next == c).count() == 2
}

/// Marks that are wrong by themselves.
pub(super) fn check(reading: &Reading<'_>, changes: &[Change], found: &mut Vec<Finding>) {
    let text = reading.text;
    let mut report = |range: Range<usize>, instead: Option<&str>, reason: &str| {
        found.push(Finding::new(range, MistakeKind::Quotes, instead.map(str::to_owned), reason));
    };
    for mark in marks(text, changes) {
        let Range { start, end } = mark.range.clone();
        match mark.sign {
            Sign::EnglishOpen => report(mark.range, Some("„"), "check-language-quotes-open"),
            Sign::EnglishClose => report(mark.range, Some("“"), "check-language-quotes-close"),
            Sign::Undecided => report(mark.range, None, "check-language-quotes-undecided"),
            Sign::Open if text.get(end..).is_some_and(|rest| rest.starts_with(' ')) => {
                report(start..end + 1, Some("„"), "check-language-quotes-space");
            }
            Sign::Close if start > 0 && text.get(..start).is_some_and(|before| before.ends_with(' ')) => {
                report(start - 1..end, Some("“"), "check-language-quotes-space");
            }
            Sign::Open | Sign::Close => {}
        }
    }
}

/// Which quotations are open, over the passages of a page: a quotation may run over paragraphs.
#[derive(Default)]
pub(super) struct Balance<'p> {
    open: Vec<Opening<'p>>,
    strays: Vec<(&'p Passage, Range<usize>)>,
}

struct Opening<'p> {
    passage: &'p Passage,
    range: Range<usize>,
    /// Whether a quotation inside it ended: where two end at one place, Lithuanian writes one mark, UAB „Leidykla
    /// „Šviesa“.
    may_be_closed: bool,
}

impl<'p> Balance<'p> {
    pub(super) fn read(&mut self, passage: &'p Passage, changes: &[Change]) {
        for mark in marks(passage.text(), changes) {
            match mark.sign {
                Sign::Open | Sign::EnglishOpen => {
                    self.open.push(Opening { passage, range: mark.range, may_be_closed: false });
                }
                Sign::Close | Sign::EnglishClose => {
                    if self.open.pop().is_none() {
                        self.strays.push((passage, mark.range));
                    }
                    self.open.iter_mut().for_each(|opening| opening.may_be_closed = true);
                }
                // It may be the partner of any: nothing more can be said about this text.
                Sign::Undecided => self.open.iter_mut().for_each(|opening| opening.may_be_closed = true),
            }
        }
        // What may be closed is no partner for a mark of a later passage.
        self.open.retain(|opening| !opening.may_be_closed);
    }

    pub(super) fn finish(self) -> impl Iterator<Item = (&'p Passage, Finding)> {
        let open =
            self.open.into_iter().map(|opening| (opening.passage, opening.range, "check-language-quotes-unclosed"));
        let strays = self.strays.into_iter().map(|(passage, range)| (passage, range, "check-language-quotes-unopened"));
        let finding = |range, reason| Finding::new(range, MistakeKind::Quotes, None, reason);
        open.chain(strays)
            .filter(|(passage, range, _)| passage.is_read(range))
            .map(move |(passage, range, reason)| (passage, finding(range, reason)))
    }
}
