//! What an act said on which day: its first text, and one after each act that changed it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::validity::first_day;
use super::{Graph, PageId};
use crate::content::{Act, Kind};

/// The text of an act from one day to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// The first day.
    pub from: Date,
    /// The last day; none when none is known.
    pub to: Option<Date>,
    /// Which text that is.
    pub text: EditionText,
    /// The acts that made it another one.
    pub by: Vec<PageId>,
}

/// Where the text of an edition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditionText {
    /// It is the act as it was adopted.
    Original,
    /// It is this one of its consolidated texts.
    Consolidated(usize),
    /// Nobody has made it yet: the text before, with what the acts that changed it say.
    Missing,
}

impl Edition {
    /// Whether it is what the act says on `day`.
    #[must_use]
    pub fn is_of(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// The editions of `act`, the oldest first, when other acts change it from these days on, and it ends before `end`.
fn editions(act: &Act, changes: &[(Date, PageId)], end: Option<Date>) -> Vec<Edition> {
    let Some(first) = first_day(act) else { return Vec::new() };
    let mut begins: BTreeMap<Date, (EditionText, Vec<PageId>)> = BTreeMap::new();
    for (day, by) in changes {
        // What was changed before its first day has one text all the same.
        let (_, all) = begins.entry((*day).max(first)).or_insert((EditionText::Missing, Vec::new()));
        all.push(*by);
    }
    for (place, edition) in act.consolidated.iter().enumerate() {
        begins.entry(edition.from.max(first)).or_insert((EditionText::Missing, Vec::new())).0 =
            EditionText::Consolidated(place);
    }
    if begins.is_empty() {
        return Vec::new();
    }
    begins.entry(first).or_insert((EditionText::Original, Vec::new()));
    let last = [act.in_force_to, end.and_then(|day| day.yesterday().ok())].into_iter().flatten().min();
    let begun: Vec<(Date, (EditionText, Vec<PageId>))> =
        begins.into_iter().filter(|(from, _)| last.is_none_or(|last| *from <= last)).collect();
    let nexts: Vec<Option<Date>> = begun.iter().skip(1).map(|(next, _)| next.yesterday().ok()).chain([last]).collect();
    begun.into_iter().zip(nexts).map(|((from, (text, by)), to)| Edition { from, to, text, by }).collect()
}

impl Graph {
    /// What an act said on which days, the oldest first; nothing of what is no act, is a draft, or was never changed.
    #[must_use]
    pub fn editions(&self, id: PageId) -> Vec<Edition> {
        let Kind::Act(act) = &self.page(id).front.kind else { return Vec::new() };
        let changes = self.first_days_of(id, "amends");
        let end = self.first_days_of(id, "repeals").into_iter().map(|(day, _)| day).min();
        editions(act, &changes, end)
    }

    /// The first days of the acts that amend or repeal this one, as `key` says; drafts have none.
    #[must_use]
    pub fn first_days_of(&self, id: PageId, key: &str) -> Vec<(Date, PageId)> {
        let by = self.node(id).named_by.iter().filter(|(of, _)| *of == key);
        let days = by.filter_map(|(_, by)| match &self.page(*by).front.kind {
            Kind::Act(act) => Some((first_day(act)?, *by)),
            _ => None,
        });
        days.collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::validity::tests::act;
    use super::*;
    use crate::content::{Attachment, ConsolidatedText};

    fn consolidated(from: Date) -> ConsolidatedText {
        let text = Attachment { file: "suvestine.pdf".to_owned(), title: None, language: None };
        ConsolidatedText { from, text }
    }

    fn shown(act: &Act, changes: &[Date], end: Option<Date>) -> Vec<(Date, Option<Date>, EditionText)> {
        let changes: Vec<_> = changes.iter().map(|day| (*day, PageId::of(0))).collect();
        editions(act, &changes, end).into_iter().map(|edition| (edition.from, edition.to, edition.text)).collect()
    }

    #[test]
    fn each_day_has_one_text() {
        let (first, second, third) = (date(2026, 1, 30), date(2026, 2, 27), date(2026, 6, 26));
        let mut told = act(Some(date(2026, 1, 29)), Some(first), None);
        assert!(shown(&told, &[], None).is_empty(), "what was never changed needs no list");
        told.consolidated = vec![consolidated(third)];
        assert_eq!(
            shown(&told, &[third, second], None),
            [
                (first, Some(date(2026, 2, 26)), EditionText::Original),
                (second, Some(date(2026, 6, 25)), EditionText::Missing),
                (third, None, EditionText::Consolidated(0)),
            ]
        );
        // What was repealed before a change came into force was never changed by it.
        let ended = shown(&told, &[second, third], Some(date(2026, 6, 1)));
        assert_eq!(ended.last(), Some(&(second, Some(date(2026, 5, 31)), EditionText::Missing)));
        told.in_force_to = Some(date(2026, 12, 31));
        assert_eq!(shown(&told, &[second, third], None).last().unwrap().1, Some(date(2026, 12, 31)));
    }

    #[test]
    fn a_draft_has_no_editions_and_a_change_before_the_first_day_makes_one_text() {
        assert!(shown(&act(None, None, None), &[date(2026, 1, 1)], None).is_empty());
        let first = date(2026, 6, 1);
        let told = act(Some(date(2026, 4, 30)), Some(first), None);
        assert_eq!(shown(&told, &[date(2026, 5, 15)], None), [(first, None, EditionText::Missing)]);
    }
}
