//! The language editor's approval: a text may be public only if exactly this text was approved.
//!
//! What is approved is the [`fingerprint`] of the words that people read, not of dates, addresses or layout. It stands in a trailer
//! of a commit by a listed editor, or a forge merged what a listed editor had reviewed. Any later change of a word makes another
//! fingerprint, and the approval is void by itself; going back to the approved words makes it hold again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use messages::{Language, Message};
use rayon::prelude::*;
use serde_json::Value;
use strict_toml::Problem;
use unicode_normalization::UnicodeNormalization as _;

use super::Case;
use super::finding::{Finding, Rule};
use super::history::{Approvals, History, HistoryError, approval_message};
use super::policy::Approval;
use crate::content::{FrontMatter, Kind, Page, Sources};
use crate::site::PageId;

/// Fields of front matter that are words for people; the others are numbers, dates, addresses and files.
const WORDS: [&str; 26] = [
    "absent",
    "agenda",
    "alt",
    "area",
    "by",
    "caption",
    "category",
    "duration",
    "how",
    "legal_basis",
    "level",
    "needed",
    "organiser",
    "partner",
    "partners",
    "pay",
    "place",
    "position",
    "price",
    "procedure",
    "reception",
    "result",
    "source",
    "steps",
    "text",
    "who",
];

/// A text that waits for the language editor.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// Its page.
    pub page: PageId,
    /// The file, inside `content/`.
    pub file: String,
    /// Since when it waits: the last commit that changed the file; none for what is not committed.
    pub since: Option<Timestamp>,
    /// The words as they were approved last; none when they never were.
    pub approved: Option<String>,
    /// The words as they are.
    pub words: String,
}

/// Why nothing was approved.
#[derive(Debug, thiserror::Error)]
pub enum ApproveError {
    /// git could not be asked.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// Somebody who must mend something first, in the words of the catalogue.
    #[error("{0}")]
    Refused(Message),
}

/// The words of a page that people read, one after the other, with every space, quotation mark and dash as the simplest of its
/// kind: how a text is set is not part of it.
#[must_use]
pub fn words(front: &FrontMatter, body: &str) -> String {
    let mut all: Vec<String> = vec![front.title.clone()];
    all.extend(front.summary.clone());
    for image in &front.images {
        all.push(image.alt.clone());
        all.extend(image.caption.clone());
    }
    all.extend(
        front.attachments.iter().chain(front.kind.documents()).filter_map(|attachment| attachment.title.clone()),
    );
    collect(&kind_value(&front.kind), false, &mut all);
    all.push(body.to_owned());
    let parts: Vec<String> = all.iter().map(|text| simplest(text)).filter(|text| !text.is_empty()).collect();
    parts.join("\n")
}

fn kind_value(kind: &Kind) -> Value {
    serde_json::to_value(kind).unwrap_or_default()
}

/// Texts in a value, those whose key, or the key of a table above, is one of [`WORDS`].
fn collect(value: &Value, is_words: bool, all: &mut Vec<String>) {
    match value {
        Value::String(text) if is_words => all.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| collect(value, is_words, all)),
        Value::Object(entries) => {
            entries.iter().for_each(|(key, value)| collect(value, WORDS.contains(&key.as_str()), all));
        }
        _ => {}
    }
}

fn simplest(text: &str) -> String {
    let plain: String = text
        .nfc()
        .map(|letter| match letter {
            '„' | '“' | '”' | '«' | '»' => '"',
            '–' | '—' | '‑' => '-',
            other => other,
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands for the words of a text, as hexadecimal digits.
#[must_use]
pub fn fingerprint(words: &str) -> String {
    blake3::Hasher::new_derive_key("sitegen 2026-11 words of a text")
        .update(words.as_bytes())
        .finalize()
        .to_hex()
        .to_string()
}

/// The words of a page as it is on the disk.
fn words_of(page: &Page) -> Option<String> {
    let parts = page.parts().ok()?;
    Some(words(&page.front, parts.text()))
}

/// Texts that may not be public yet, in the order of their files.
///
/// # Errors
/// git cannot be asked.
pub fn pending(case: &Case<'_>, approval: &Approval, history: &History) -> Result<Vec<Pending>, HistoryError> {
    let approvals = history.approvals(approval)?;
    let ids: Vec<PageId> = case.site.pages().collect();
    let waiting: Vec<Option<(PageId, String)>> = ids
        .into_par_iter()
        .map(|id| {
            let words = words_of(case.site.page(id))?;
            (!approvals.texts.contains(&fingerprint(&words))).then_some((id, words))
        })
        .collect();
    let pending = waiting.into_iter().flatten().filter_map(|(page, words)| {
        let file = case.site.page(page).file.path.clone();
        let approved = last_approved(case.sources, history, &approvals, &file, &words);
        if approved.as_deref() == Some(words.as_str()) {
            return None;
        }
        Some(Pending { page, since: history.dates(&file).map(|dates| dates.last), file, approved, words })
    });
    Ok(pending.collect())
}

/// The words of a file as they were approved last, or, if they were ever approved as they are now, these.
fn last_approved(sources: &Sources, history: &History, approvals: &Approvals, file: &str, now: &str) -> Option<String> {
    let versions = approvals.versions.get(file)?;
    let mut read = versions.iter().filter_map(|version| {
        let page = sources.parse(file, history.file(version)?)?;
        words_of(&page)
    });
    let newest = read.next()?;
    if newest == now || read.any(|words| words == now) { Some(now.to_owned()) } else { Some(newest) }
}

/// Texts that wait, each with how long it has waited and what changed since it was approved.
#[must_use]
pub fn list(pending: &[Pending], now: Timestamp, language: Language) -> String {
    if pending.is_empty() {
        return format!("{}\n", language.text("check-pending-none"));
    }
    let mut text = String::new();
    for one in pending {
        let since = match one.since {
            Some(since) => {
                let days = (now.duration_since(since).as_hours() / 24).max(0).unsigned_abs();
                language.say(&Message::new("check-pending-since").with("days", days))
            }
            None => language.text("check-pending-uncommitted"),
        };
        // Writing to a string cannot fail.
        let _ = match &one.approved {
            None => writeln!(text, "content/{}: {since}, {}", one.file, language.text("check-pending-new")),
            Some(approved) => writeln!(text, "content/{}: {since}\n  {}", one.file, difference(approved, &one.words)),
        };
    }
    text
}

/// Findings: what waits, unless it is an urgent notice that may go first.
pub(super) fn check(case: &Case<'_>) -> (Vec<Finding>, Vec<PageId>) {
    let Some(approval) = &case.policy.approval else { return Default::default() };
    let of_site =
        |message: Message| vec![Finding::new(Rule::Approval, Problem::of_file(case.sources.folder(), message))];
    let Some(history) = case.history else {
        return (of_site(Message::new("check-approval-no-history")), Vec::new());
    };
    let waiting = match pending(case, approval, history) {
        Ok(waiting) => waiting,
        Err(error) => {
            let message = Message::new("check-approval-git").with("error", error.to_string());
            return (of_site(message), Vec::new());
        }
    };
    let findings: Vec<Finding> = waiting.iter().map(|pending| finding(case, approval, pending)).collect();
    let urgent = waiting.iter().zip(&findings).filter(|(_, finding)| finding.severity < Rule::Approval.severity());
    let urgent = urgent.map(|(pending, _)| pending.page).collect();
    (findings, urgent)
}

fn finding(case: &Case<'_>, approval: &Approval, pending: &Pending) -> Finding {
    let page = case.site.page(pending.page);
    if let Some(until) = may_wait_until(case, approval, page, pending) {
        let message = Message::new("check-approval-urgent").with("until", until.strftime("%Y-%m-%d %H:%M").to_string());
        return Finding::told(Rule::Approval, Problem::of_file(&page.path, message));
    }
    let message = match &pending.approved {
        None => Message::new("check-approval-never").with("file", pending.file.as_str()),
        Some(approved) => Message::new("check-approval-changed")
            .with("file", pending.file.as_str())
            .with("difference", difference(approved, &pending.words)),
    };
    Finding::new(Rule::Approval, Problem::of_file(&page.path, message))
}

/// Until when a notice may be public without an approval.
fn may_wait_until(
    case: &Case<'_>,
    approval: &Approval,
    page: &Page,
    pending: &Pending,
) -> Option<jiff::civil::DateTime> {
    let Kind::Notice(notice) = &page.front.kind else { return None };
    let zone = &case.site.settings.time_zone;
    // Whoever dates a notice into the future does not win time by it, and nobody wins any by changing it again.
    let first =
        case.history.and_then(|history| history.dates(&pending.file)).map(|dates| zone.to_datetime(dates.first));
    let from = first.map_or(notice.from.start(), |first| first.min(notice.from.start()));
    let until = from.checked_add(SignedDuration::from_hours(i64::from(approval.emergency_hours))).ok()?;
    (until >= case.now()).then_some(until)
}

/// What changed between two texts, word by word: `[-gone-]` and `{+new+}` with a few words around, as `git diff --word-diff` has it.
#[must_use]
pub fn difference(before: &str, after: &str) -> String {
    /// How many words that stay the same are shown on either side.
    const AROUND: usize = 3;
    let diff = similar::TextDiff::configure().algorithm(similar::Algorithm::Patience).diff_words(before, after);
    let mut text = String::new();
    for (index, group) in diff.grouped_ops(AROUND * 2).iter().enumerate() {
        if index > 0 {
            text.push_str(" … ");
        }
        for part in group {
            let said = |tag: similar::ChangeTag| -> String {
                let changes = diff.iter_changes(part).filter(|change| change.tag() == tag);
                changes.map(|change| change.value().replace('\n', " ")).collect()
            };
            let [same, gone, new] =
                [similar::ChangeTag::Equal, similar::ChangeTag::Delete, similar::ChangeTag::Insert].map(said);
            text.push_str(&same);
            // A change of spaces alone is none of words.
            let is_change = !gone.trim().is_empty() || !new.trim().is_empty();
            for (words, [before, after]) in [(&gone, ["[-", "-]"]), (&new, ["{+", "+}"])] {
                if is_change && !words.is_empty() {
                    text.extend([before, words, after]);
                }
            }
            if !is_change {
                text.push_str(&new);
            }
        }
    }
    text.trim().to_owned()
}

/// Records that whoever runs this approves of the texts of `files` (inside `content/`) as they are committed. Returns the commit.
///
/// # Errors
/// It is no listed editor, a file has changes that are not committed, or git cannot be asked.
pub fn approve(
    sources: &Sources,
    approval: &Approval,
    history: &History,
    files: &[String],
) -> Result<String, ApproveError> {
    let refused = |message: Message| Err(ApproveError::Refused(message));
    let identity = history.identity()?;
    if !approval.editors.iter().any(|editor| editor.eq_ignore_ascii_case(&identity)) {
        return refused(Message::new("check-approve-stranger").with("email", identity));
    }
    if !history.unchanged(files)? {
        return refused(Message::new("check-approve-uncommitted"));
    }
    let mut texts = BTreeMap::new();
    for file in files {
        let words = sources.pages.get(file).and_then(|page| words_of(page));
        match words {
            Some(words) => drop(texts.insert(file.clone(), fingerprint(&words))),
            None => return refused(Message::new("site-no-page").with("page", file.as_str())),
        }
    }
    Ok(history.note(&approval_message(&texts))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_text_is_set_is_not_part_of_it() {
        assert_eq!(simplest("„Namas“ – \u{a0}mano\nir tavo"), simplest("\"Namas\" - mano ir  tavo"));
        assert_ne!(fingerprint("Namas"), fingerprint("Namai"));
    }

    #[test]
    fn the_difference_shows_words_with_a_few_around() {
        let before = "Kviečiame gyventojus į susitikimą penktadienį 17 val. kultūros centre";
        let after = "Kviečiame gyventojus į susitikimą šeštadienį 17 val. kultūros centre";
        let said = difference(before, after);
        assert!(said.contains("[-penktadienį-]") && said.contains("{+šeštadienį+}"), "{said}");
        assert_eq!(difference(before, before), "");
        let after = "Kviečiame visus į koncertą penktadienį 17 val. kultūros centre";
        assert!(difference(before, after).contains("[-gyventojus-]{+visus+} į [-susitikimą-]{+koncertą+}"));
        assert_eq!(difference("vienas du trys keturi", "vienas keturi"), "vienas [-du trys -]keturi");
    }
}
