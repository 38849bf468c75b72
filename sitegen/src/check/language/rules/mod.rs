//! What a dictionary lets pass, in Lithuanian: each rule finds one kind of mistake in one passage.

mod accusative;
mod capitals;
mod counting;
mod dashes;
mod phrases;
mod quotes;
mod typesetting;

use std::ops::Range;

use messages::{Language, Message};

use self::typesetting::Change;
use super::prose::{self, Passage};
use super::words::{Word, words};

/// What kind of mistake it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MistakeKind {
    /// A quotation mark of another language, or without its partner.
    Quotes,
    /// A hyphen where a dash belongs.
    Dash,
    /// A hyphen between the ends of a range, or spaces around its dash.
    Range,
    /// A space at which a line must not end.
    NonBreakingSpace,
    /// Dots that are one character.
    Ellipsis,
    /// A capital where a small letter belongs, or the other way round.
    CapitalLetter,
    /// A participle or a noun that does not agree with its number.
    NumeralAgreement,
    /// A word that lost its diacritics and so became another word.
    LostDiacritics,
    /// What the language commission calls a great error, and what is like it.
    GreatError,
}

impl MistakeKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Quotes,
        Self::Dash,
        Self::Range,
        Self::NonBreakingSpace,
        Self::Ellipsis,
        Self::CapitalLetter,
        Self::NumeralAgreement,
        Self::LostDiacritics,
        Self::GreatError,
    ];

    /// The word by which configuration and reports name it; it never changes.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Quotes => "quotes",
            Self::Dash => "dash",
            Self::Range => "range",
            Self::NonBreakingSpace => "non-breaking-space",
            Self::Ellipsis => "ellipsis",
            Self::CapitalLetter => "capital-letter",
            Self::NumeralAgreement => "numeral-agreement",
            Self::LostDiacritics => "lost-diacritics",
            Self::GreatError => "great-error",
        }
    }
}

/// A mistake of language.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// Which bytes of the source.
    pub range: Range<usize>,
    /// Which rule found it.
    pub kind: MistakeKind,
    /// What stands there.
    pub found: String,
    /// What to write in its place, as far as that can be said.
    pub instead: Option<String>,
    /// Why.
    pub reason: Message,
    /// Whether nothing is to be done: pages are shown right, whatever was typed.
    pub is_fixed_on_output: bool,
}

impl Mistake {
    /// What to tell whoever wrote it.
    #[must_use]
    pub fn message(&self) -> Message {
        let key = match self.instead {
            Some(_) => "check-language-mistake-instead",
            None => "check-language-mistake",
        };
        Message::new(key)
            .with("found", self.found.as_str())
            .with("instead", self.instead.as_deref().unwrap_or_default())
            .with("reason", self.reason.clone())
    }
}

/// A passage with its words, as rules look at it.
struct Reading<'p> {
    text: &'p str,
    words: Vec<Word<'p>>,
}

impl<'p> Reading<'p> {
    fn word(&self, at: usize) -> Option<&Word<'p>> {
        self.words.get(at)
    }

    /// The word before, if only spaces stand between.
    fn before(&self, at: usize) -> Option<&Word<'p>> {
        self.word(at).filter(|word| word.is_joined)?;
        self.word(at.checked_sub(1)?)
    }

    /// The word after, if only spaces stand between.
    fn after(&self, at: usize) -> Option<&Word<'p>> {
        self.word(at + 1).filter(|word| word.is_joined)
    }

    /// Whether some words have capitals only.
    fn is_in_capitals(&self, words: &Range<usize>) -> bool {
        let words = self.words.get(words.clone()).unwrap_or_default();
        words.iter().all(|word| word.text.chars().all(char::is_uppercase))
    }

    fn slice(&self, range: &Range<usize>) -> &'p str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

/// What a rule found in the text of a passage.
struct Finding {
    range: Range<usize>,
    kind: MistakeKind,
    instead: Option<String>,
    reason: Message,
}

impl Finding {
    fn new(range: Range<usize>, kind: MistakeKind, instead: impl Into<Option<String>>, reason: &str) -> Self {
        Self { range, kind, instead: instead.into(), reason: Message::new(reason) }
    }
}

/// The mistakes of a page's Markdown that a person has to mend, in their order.
#[must_use]
pub fn mistakes(body: &str, language: Language) -> Vec<Mistake> {
    mistakes_of(&prose::of_markdown(body, language))
}

/// The mistakes of passages that a person has to mend; none in a language other than Lithuanian.
#[must_use]
pub fn mistakes_of(passages: &[Passage]) -> Vec<Mistake> {
    let mut found = Vec::new();
    let mut balance = quotes::Balance::default();
    for passage in passages {
        let changes = typesetting::changes(passage);
        found.extend(findings(passage, &changes).into_iter().map(|finding| mistake(passage, finding, false)));
        if passage.page_language() == Language::Lithuanian {
            balance.read(passage, &changes);
        }
    }
    found.extend(balance.finish().map(|(passage, finding)| mistake(passage, finding, false)));
    found.sort_by_key(|mistake| (mistake.range.start, mistake.range.end, mistake.kind));
    found
}

/// What the output sets right by itself: nothing is to be done, but somebody may like to know.
#[must_use]
pub fn set_on_output(passages: &[Passage]) -> Vec<Mistake> {
    let of_passage = |passage| {
        let changes = typesetting::changes(passage);
        changes.into_iter().map(move |change| mistake(passage, change.finding(passage), true))
    };
    passages.iter().flat_map(of_passage).collect()
}

fn findings(passage: &Passage, changes: &[Change]) -> Vec<Finding> {
    let reading = Reading { text: passage.text(), words: words(passage.text()) };
    let mut found = Vec::new();
    dashes::check(&reading, changes, &mut found);
    quotes::check(&reading, changes, &mut found);
    capitals::check(&reading, &mut found);
    counting::check(&reading, &mut found);
    accusative::check(&reading, &mut found);
    phrases::check(&reading, &mut found);
    let is_ours = |at: usize| passage.language(at) == Some(Language::Lithuanian);
    found.retain(|finding| is_ours(finding.range.start) && passage.is_read(&finding.range));
    found
}

fn mistake(passage: &Passage, finding: Finding, is_fixed_on_output: bool) -> Mistake {
    Mistake {
        range: passage.source(&finding.range),
        kind: finding.kind,
        found: passage.text().get(finding.range).unwrap_or_default().to_owned(),
        instead: finding.instead,
        reason: finding.reason,
        is_fixed_on_output,
    }
}
