//! Personal data in a text: personal codes, bank accounts and birth dates, each with its place.
//!
//! Only what can be told from chance is found: codes and accounts have check digits, and a date is a birth date only
//! when the words before it say so. A finding that is wrong costs an editor's trust; three kinds that are nearly always
//! right are worth more than ten that are not.
//!
//! What is found is never repeated whole: what warns of a leak must not become one in a log or in a terminal.

mod birth;
mod code;
mod iban;
#[cfg(test)]
mod tests;

use std::ops::Range;

use messages::Message;

/// A piece of personal data in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalData {
    /// Where it stands, in octets of the text that was searched.
    pub range: Range<usize>,
    /// What it is.
    pub kind: PersonalKind,
}

/// Kinds of personal data that are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PersonalKind {
    /// A Lithuanian personal code.
    PersonalCode,
    /// A bank account's number (ISO 13616). The institution's own are no secret: compare [`PersonalData::compact`]
    /// with a list of those.
    Iban,
    /// A date that the words before it call somebody's birth date.
    BirthDate,
}

impl PersonalData {
    /// What was found with only its ends shown: enough to find it in the text, too little to use it.
    ///
    /// `text` is the one that was searched; with any other text the answer is only dots.
    #[must_use]
    pub fn masked(&self, text: &str) -> String {
        let found = self.compact(text);
        let (first, last) = match self.kind {
            PersonalKind::PersonalCode => (1, 3),
            PersonalKind::Iban => (2, 4),
            PersonalKind::BirthDate => return "…".to_owned(),
        };
        let Some((head, tail)) = found.len().checked_sub(last).and_then(|at| found.split_at_checked(at)) else {
            return "…".to_owned();
        };
        format!("{}…{tail}", head.get(..first).unwrap_or_default())
    }

    /// The letters and digits of what was found, in capitals, without what stands between them.
    ///
    /// It is for comparing only: show people [`Self::masked`].
    #[must_use]
    pub fn compact(&self, text: &str) -> String {
        let found = text.get(self.range.clone()).unwrap_or_default();
        found.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
    }

    /// What to tell the editor.
    #[must_use]
    pub fn message(&self, text: &str) -> Message {
        let key = match self.kind {
            PersonalKind::PersonalCode => "check-personal-code",
            PersonalKind::Iban => "check-personal-iban",
            PersonalKind::BirthDate => return Message::new("check-personal-birth"),
        };
        Message::new(key).with("value", self.masked(text))
    }
}

/// Finds personal data in `text`, in the order in which it stands there; findings do not overlap.
///
/// The time it takes grows with the length of the text, whatever stands in it.
#[must_use]
pub fn find(text: &str) -> Vec<PersonalData> {
    let named = |kind| move |range| PersonalData { range, kind };
    let mut found: Vec<PersonalData> = iban::find(text).into_iter().map(named(PersonalKind::Iban)).collect();
    found.extend(code::find(text).into_iter().map(named(PersonalKind::PersonalCode)));
    found.extend(birth::find(text).into_iter().map(named(PersonalKind::BirthDate)));
    // The longer of two that begin together comes first, so an account is not also a code that is a part of it.
    found.sort_by_key(|data| (data.range.start, usize::MAX - data.range.end));
    let mut end = 0;
    found.retain(|data| {
        let is_apart = data.range.start >= end;
        end = end.max(data.range.end);
        is_apart
    });
    found
}

/// Whether a character may stand between the groups of a number that was written to be read.
fn is_separator(letter: char) -> bool {
    is_space(letter) || matches!(letter, '-' | '\u{2010}' | '\u{2011}' | '\u{2013}')
}

/// A space within a line: the usual one, those that do not break, and the thin ones.
fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}')
}
