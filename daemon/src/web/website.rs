//! Which release of the municipality's website is public, as `sitegen publish` says of it in `/.well-known/release.json`.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use messages::Message;
use serde::{Deserialize, Serialize};

use super::reader::{Reader, When};

/// Where a release says of itself what it is, in the folder that the web server serves.
const ANNOUNCEMENT: &str = ".well-known/release.json";

/// Nothing that a release says of itself is longer.
const LONGEST: u64 = 64 << 10;

/// The website on the first page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WebsiteView {
    /// What is public, or why that is not known.
    pub words: String,
    /// Where it is; none when nothing is known.
    pub address: Option<String>,
    /// Since when; none when nothing is known.
    pub published: Option<When>,
}

/// What we read of it.
#[derive(Debug, Deserialize)]
struct Release {
    commit: String,
    published: Timestamp,
    base_url: String,
}

impl WebsiteView {
    /// Looks into the folder that the web server serves.
    pub(super) fn read(reader: &Reader, folder: &Path) -> Self {
        match release(&folder.join(ANNOUNCEMENT)) {
            Ok(release) => {
                let short = release.commit.get(..12).unwrap_or(&release.commit);
                let is_address = release.base_url.starts_with("https://") || release.base_url.starts_with("http://");
                Self {
                    words: reader.say(&Message::new("web-website-release").with("commit", short)),
                    address: is_address.then_some(release.base_url),
                    published: Some(reader.when(release.published)),
                }
            }
            Err(error) => {
                let message = Message::new("web-website-unknown").with("error", error);
                Self { words: reader.say(&message), address: None, published: None }
            }
        }
    }
}

fn release(path: &Path) -> Result<Release, String> {
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let size = fs::metadata(path).map_err(|error| said(&error))?.len();
    if size > LONGEST {
        return Err(said(&"too long"));
    }
    let octets = fs::read(path).map_err(|error| said(&error))?;
    serde_json::from_slice(&octets).map_err(|error| said(&error))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use messages::Language;

    use super::*;

    #[test]
    fn the_release_is_told_with_its_time_and_what_cannot_be_read_with_the_reason() {
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
        let reader = Reader { language: Language::English, zone: TimeZone::UTC, now };
        let folder = tempfile::tempdir().unwrap();
        let view = WebsiteView::read(&reader, folder.path());
        assert!(view.address.is_none() && view.words.contains("release.json"), "{}", view.words);
        fs::create_dir(folder.path().join(".well-known")).unwrap();
        let text = r#"{"release":"x","commit":"0123456789abcdef","published":"2026-11-28T11:00:00Z","base_url":"https://a.example"}"#;
        fs::write(folder.path().join(ANNOUNCEMENT), text).unwrap();
        let view = WebsiteView::read(&reader, folder.path());
        assert!(view.words.contains("0123456789ab") && !view.words.contains("cdef"), "{}", view.words);
        assert_eq!(view.published.unwrap().machine, "2026-11-28T11:00:00+00:00");
    }
}
