//! What the output will set right in a passage. The output's own code is asked, so this can never say anything else.

use std::ops::Range;

use super::super::prose::{Passage, PieceKind};
use super::{Finding, MistakeKind};
use crate::markdown::typography::{Quotes, typeset};

/// Something that the output sets otherwise than it was typed.
pub(super) struct Change {
    /// Which bytes of the passage's text.
    pub(super) range: Range<usize>,
    /// What the output has there.
    pub(super) into: char,
}

impl Change {
    pub(super) fn finding(&self, passage: &Passage) -> Finding {
        let between_digits = || {
            let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let text = passage.text();
            is_digit(text.get(..self.range.start).and_then(|start| start.chars().next_back()))
                && is_digit(text.get(self.range.end..).and_then(|end| end.chars().next()))
        };
        let kind = match self.into {
            '\u{a0}' => MistakeKind::NonBreakingSpace,
            '…' => MistakeKind::Ellipsis,
            '–' | '—' if between_digits() => MistakeKind::Range,
            '–' | '—' => MistakeKind::Dash,
            _ => MistakeKind::Quotes,
        };
        Finding::new(self.range.clone(), kind, self.into.to_string(), "check-language-set-on-output")
    }
}

/// What the output changes in a passage, in its order.
pub(super) fn changes(passage: &Passage) -> Vec<Change> {
    let language = passage.page_language();
    let mut changes = Vec::new();
    let mut state = Quotes::default();
    for (piece, text) in passage.pieces() {
        match piece.kind {
            PieceKind::Words => {
                let set = typeset(text, language, &mut state);
                if set != text {
                    compare(text, &set, piece.start, &mut changes);
                }
            }
            PieceKind::SoftBreak => {
                state.soft_break(language);
            }
            PieceKind::HardBreak => state.pass('\n'),
            PieceKind::StandIn => state.pass('x'),
            PieceKind::Raw => {}
        }
    }
    changes
}

/// Finds what of `text` was set otherwise: one character stands for one, or for a few that are alike.
fn compare(text: &str, set: &str, start: usize, changes: &mut Vec<Change>) {
    let mut typed = text.char_indices().peekable();
    for into in set.chars() {
        let Some((at, first)) = typed.next() else { return };
        if first == into {
            continue;
        }
        let most = match (into, first) {
            ('…', _) => 3,
            ('–' | '—', _) => usize::MAX,
            (_, ',' | '\'') if matches!(into, '„' | '“') => 2,
            _ => 1,
        };
        let mut end = at + first.len_utf8();
        let mut taken = 1;
        while taken < most && typed.next_if(|(_, next)| *next == first).is_some() {
            taken += 1;
            end += first.len_utf8();
        }
        changes.push(Change { range: start + at..start + end, into });
    }
}
