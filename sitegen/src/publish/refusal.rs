//! A commit that is not published, and how its author learns why: as a page beside the log, and by mail.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use messages::{Language, Message};
use pulldown_cmark_escape::escape_html;

use super::error::PublishError;
use super::repository::{Author, CommitId};
use crate::letter::Letter;
use crate::whole;
use crate::workshop::BuildError;

/// How many pages are kept. Who has not read theirs by then has pushed again since.
const KEPT: usize = 100;

/// How many lines of a refusal anybody reads, and how many characters of a line.
const MOST_LINES: usize = 500;
const LONGEST_LINE: usize = 1000;

/// Why a commit is not published, in the words that its author reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The words, several lines.
    pub text: String,
}

/// A refusal with whom it is for.
#[derive(Debug)]
pub(super) struct Refused<'r> {
    /// Why.
    pub refusal: &'r Refusal,
    /// What.
    pub commit: &'r CommitId,
    /// Who has written it.
    pub author: &'r Author,
    /// On which branch it is.
    pub branch: &'r str,
    /// Whether the same commit is public and was refused only now, because time has passed.
    pub is_public: bool,
}

impl Refusal {
    /// A refusal with these words.
    #[must_use]
    pub fn of(messages: &[Message], language: Language) -> Self {
        let words: Vec<String> = messages.iter().map(|message| language.say(message)).collect();
        Self { text: words.join("\n") }
    }

    /// What is wrong with the site in the folder `site`, by the paths that its author knows.
    #[must_use]
    pub fn about(site: &Path, error: &BuildError) -> Self {
        Self { text: error.to_string().replace(&format!("{}/", site.display()), "") }
    }

    /// The same, as far as anybody reads it, and without what would steer a terminal.
    #[must_use]
    pub fn readable(&self, language: Language) -> Self {
        let is_shown = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
        let mut lines = self.text.lines();
        let mut text = String::new();
        for line in lines.by_ref().take(MOST_LINES) {
            text.extend(line.chars().filter(is_shown).take(LONGEST_LINE));
            text.push('\n');
        }
        let more = u64::try_from(lines.count()).unwrap_or(u64::MAX);
        if more > 0 {
            text.push_str(&language.say(&Message::new("publish-more").with("count", more)));
        }
        text.truncate(text.trim_end().len());
        Self { text }
    }
}

impl Refused<'_> {
    fn message(&self, key: &str) -> Message {
        let message = Message::new(key).with("commit", self.commit.short()).with("author", self.author.name.as_str());
        message.with("branch", self.branch)
    }

    fn explanation(&self) -> Message {
        self.message(if self.is_public { "publish-refused-by-time" } else { "publish-refused" })
    }

    /// Writes the page into the folder `problems`, for the commit and as the latest. Where it is.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn write_page(&self, problems: &Path, language: Language) -> Result<PathBuf, PublishError> {
        let path = problems.join(format!("{}.html", self.commit));
        let page = self.page(language);
        for path in [&path, &problems.join("latest.html")] {
            whole::write(path, &page).map_err(PublishError::files(path, "written"))?;
        }
        sweep(problems);
        Ok(path)
    }

    /// Nothing of it is ours but the frame: whatever an editor has written is shown and does nothing.
    fn page(&self, language: Language) -> String {
        let escaped = |text: &str| {
            let mut html = String::new();
            // Writing to a string cannot fail.
            let _ = escape_html(&mut html, text);
            html
        };
        format!(
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<meta charset=\"utf-8\">\n<meta name=\"robots\" content=\"noindex\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
             <style>body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font-family: sans-serif }} \
             pre {{ overflow-x: auto; padding: 1rem; border: 1px solid }}</style>\n\
             <h1>{title}</h1>\n<p>{}</p>\n<pre>{}</pre>\n<p>{}</p>\n",
            language.tag(),
            escaped(&language.say(&self.explanation())),
            escaped(&self.refusal.text),
            escaped(&language.text("publish-refused-then")),
            title = escaped(&language.say(&self.message("publish-refused-title"))),
        )
    }

    /// The letter to the author.
    #[must_use]
    pub(super) fn letter(&self, language: Language) -> Letter {
        let subject = language.say(&self.message("publish-refused-title"));
        let explanation = language.say(&self.explanation());
        let text = &self.refusal.text;
        let text = format!("{explanation}\n\n{text}\n\n{}\n", language.text("publish-refused-then"));
        Letter::new(subject, text)
    }
}

/// Removes the oldest pages. What cannot be removed is in nobody's way.
fn sweep(problems: &Path) {
    let Ok(entries) = fs::read_dir(problems) else { return };
    let mut pages: Vec<(SystemTime, PathBuf)> =
        entries.flatten().filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
    pages.sort();
    for (_, path) in pages.iter().take(pages.len().saturating_sub(KEPT)) {
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_without_end_is_cut_and_steers_no_terminal() {
        let refusal = Refusal { text: "a\u{1b}[31m\n".repeat(600) }.readable(Language::English);
        assert!(refusal.text.starts_with("a[31m\n") && refusal.text.ends_with("… and 100 more"), "{}", refusal.text);
    }

    #[test]
    fn what_editors_write_does_nothing_on_the_page() {
        let commit: CommitId = serde_json::from_value("a".repeat(40).into()).unwrap();
        let refusal = Refusal { text: "<script>alert(1)</script> „&“".to_owned() };
        let author = Author { name: "<b>Ona</b>".to_owned(), email: String::new() };
        let refused = Refused { refusal: &refusal, commit: &commit, author: &author, branch: "main", is_public: false };
        let page = refused.page(Language::Lithuanian);
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script") && !page.contains("<b>"), "{page}");
    }
}
