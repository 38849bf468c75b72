//! One thing to mend, by which rule, and how much it weighs.

use messages::Language;
use strict_toml::Problem;

use crate::content::words;

words! {
    /// How much a finding weighs; the words are SARIF's levels (SARIF 2.1.0, 3.27.10).
    Severity ("check-severity") {
        /// It is not told at all.
        None = "none",
        /// Good to know.
        Note = "note",
        /// To be mended, and no reason to wait with publishing.
        Warning = "warning",
        /// Nothing is published until it is mended.
        Error = "error",
    }
    /// What the gate looks for; the words of each in the catalogue say why it matters.
    Rule ("check-rule") {
        /// A file cannot become a page: a key, a link or a file is wrong.
        Content = "content",
        /// An exception of the policy does not hold any more.
        Exception = "exception",
        /// The language editor has not approved of the text.
        Approval = "approval",
        /// A section that the law wants is not there, or is called otherwise.
        Section = "section",
        /// A section that the law wants shows nothing and does not say why.
        EmptySection = "empty-section",
        /// A document that is due again and again is late.
        Periodic = "periodic",
        /// Something has to be public within days: minutes, drafts, agendas, a statement.
        Deadline = "deadline",
        /// Numbers of acts leave gaps or are there twice.
        ActNumber = "act-number",
        /// What acts say of each other contradicts itself.
        ActForce = "act-force",
        /// A press release does not tell what the sitting decided.
        PressRelease = "press-release",
        /// Two pages are called the same.
        DuplicateTitle = "duplicate-title",
        /// No list and no link leads to the page.
        Orphan = "orphan",
        /// A page is gone, and whoever has its address finds nothing.
        LostAddress = "lost-address",
        /// A picture has no words for those who cannot see it.
        Alternative = "alternative",
        /// A heading skips a level.
        HeadingOrder = "heading-order",
        /// A link does not say where it leads.
        LinkText = "link-text",
        /// A table has no header, or one that says nothing.
        TableHeader = "table-header",
        /// A word that no dictionary knows.
        Spelling = "spelling",
        /// What a dictionary lets pass and a language editor would not.
        Language = "language",
        /// Something that is about a person and for nobody else: a personal code, an account, a position, a comment.
        PersonalData = "personal-data",
        /// A document that not everybody can read.
        Document = "document",
        /// Colours of the site's own theme that not everybody can tell apart.
        Contrast = "contrast",
        /// A picture that is larger than anybody needs.
        PictureSize = "picture-size",
        /// A page lacks what its readers look for.
        Incomplete = "incomplete",
        /// Contacts are written by hand that stand in the directory.
        Contact = "contact",
        /// An address elsewhere does not answer any more; only `sitegen links --external` looks, so nothing waits for it.
        ExternalLink = "external-link",
    }
}

/// One thing to mend.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// By which rule.
    pub rule: Rule,
    /// How much it weighs.
    pub severity: Severity,
    /// Where it is, what is wrong, and what to write instead.
    pub problem: Problem,
}

impl Rule {
    /// How much its findings weigh where the policy says nothing.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::Content
            | Self::Approval
            | Self::Section
            | Self::EmptySection
            | Self::ActForce
            | Self::PersonalData
            | Self::PressRelease
            | Self::Alternative
            | Self::LinkText
            | Self::HeadingOrder
            | Self::Contrast
            | Self::ExternalLink => Severity::Error,
            Self::Exception
            | Self::Periodic
            | Self::Deadline
            | Self::ActNumber
            | Self::DuplicateTitle
            | Self::LostAddress
            | Self::Document
            | Self::Spelling
            | Self::Language
            | Self::PictureSize
            | Self::Incomplete
            | Self::TableHeader => Severity::Warning,
            Self::Orphan | Self::Contact => Severity::Note,
        }
    }
}

impl Finding {
    /// A finding that weighs as much as those of its rule do.
    #[must_use]
    pub const fn new(rule: Rule, problem: Problem) -> Self {
        Self { rule, severity: rule.severity(), problem }
    }

    /// A finding that never keeps anything from being published.
    #[must_use]
    pub const fn told(rule: Rule, problem: Problem) -> Self {
        Self { rule, severity: Severity::Note, problem }
    }

    /// The finding as a person reads it: where, how much it weighs, what is wrong, the line, and why.
    #[must_use]
    pub fn describe(&self, language: Language) -> String {
        let severity = language.text(&self.severity.key());
        format!(
            "{severity} [{}] {}\n  {}",
            self.rule.word(),
            self.problem.describe(language),
            language.text(&self.rule.key())
        )
    }
}
