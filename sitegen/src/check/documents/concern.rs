//! What to say to the editor about a document.

use messages::Message;

use super::{Facts, Kind, Unreadable};

/// Something about a document that its editor should know before the public gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Concern {
    /// A PDF without a structure: screen readers cannot tell headings, lists and tables.
    Untagged,
    /// No title, or one that readers are not told to show.
    Untitled,
    /// No language: screen readers read it in the wrong one.
    NoLanguage,
    /// Pictures of pages without a text.
    Scanned,
    /// A password or limits.
    Encrypted,
    /// Recorded changes.
    TrackedChanges,
    /// Comments.
    Comments,
    /// A position on Earth.
    Position,
    /// A person's name in the properties; often it is meant, so this is for information only.
    Author,
    /// Not everything was read, so there may be more to say.
    Cut,
    /// An office format from before 2007.
    Outdated,
    /// Damaged or too large.
    Unreadable,
}

impl Concern {
    /// The message to the editor, in whole sentences.
    #[must_use]
    pub fn message(self) -> Message {
        Message::new(match self {
            Self::Untagged => "check-document-untagged",
            Self::Untitled => "check-document-untitled",
            Self::NoLanguage => "check-document-no-language",
            Self::Scanned => "check-document-scanned",
            Self::Encrypted => "check-document-encrypted",
            Self::TrackedChanges => "check-document-tracked-changes",
            Self::Comments => "check-document-comments",
            Self::Position => "check-document-position",
            Self::Author => "check-document-author",
            Self::Cut => "check-document-cut",
            Self::Outdated => "check-document-outdated",
            Self::Unreadable => "check-document-unreadable",
        })
    }
}

impl Facts {
    /// What its editor should know, what bars readers first.
    ///
    /// Of a document that cannot be opened only that is said: nothing else is known of it.
    #[must_use]
    pub fn concerns(&self) -> Vec<Concern> {
        let is_closed = self.is_encrypted && !self.has_text;
        if is_closed {
            return vec![Concern::Encrypted];
        }
        if self.is_cut && self.pages.is_none() && self.kind == Kind::Pdf {
            return vec![Concern::Cut];
        }
        let is_pdf = self.kind == Kind::Pdf;
        let has_properties = !matches!(self.kind, Kind::Text | Kind::Picture | Kind::Locked);
        let is_scanned = is_pdf && !self.has_text && !self.is_cut;
        let found = [
            (self.is_encrypted, Concern::Encrypted),
            (is_scanned, Concern::Scanned),
            // A scan is to be recognised first; its structure is the step after that.
            (self.is_tagged == Some(false) && !is_scanned, Concern::Untagged),
            (has_properties && (self.title.is_none() || self.displays_title == Some(false)), Concern::Untitled),
            (has_properties && self.language.is_none(), Concern::NoLanguage),
            (self.has_tracked_changes, Concern::TrackedChanges),
            (self.has_comments, Concern::Comments),
            (self.has_position, Concern::Position),
            (self.author.is_some(), Concern::Author),
            (self.is_cut, Concern::Cut),
        ];
        found.into_iter().filter_map(|(is_so, concern)| is_so.then_some(concern)).collect()
    }
}

impl Unreadable {
    /// What its editor should know, if anything: an archive or a film need not be looked into.
    #[must_use]
    pub const fn concern(&self) -> Option<Concern> {
        match self {
            Self::Unknown => None,
            Self::Outdated => Some(Concern::Outdated),
            Self::TooLarge | Self::Damaged(_) => Some(Concern::Unreadable),
        }
    }
}
