//! What stands between words but is none: addresses of pages and of mailboxes, names of files, tags.

use std::ops::Range;

/// Ends of names of files that pages of a municipality mention.
const FILE_ENDINGS: &[&str] = &[
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "adoc", "rtf", "txt", "csv", "zip", "7z",
    "rar", "jpg", "jpeg", "png", "gif", "webp", "svg", "mp3", "mp4", "htm", "html", "xml", "json", "ics", "md", "exe",
];

/// Ends of names of hosts that are taken for such without a path behind them.
const DOMAINS: &[&str] =
    &["lt", "eu", "com", "org", "net", "example", "info", "gov", "lv", "ee", "pl", "de", "uk", "io"];

/// Where addresses and names of files stand in a text.
pub(super) fn addresses(text: &str) -> Vec<Range<usize>> {
    // Every one of them has one of these signs, and most texts have few.
    if !text.contains(['.', '/', '@', '#', '\\']) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut at = 0;
    for chunk in text.split(char::is_whitespace) {
        let start = at;
        // `split` drops the one space, whose length in bytes is that of whatever character it was.
        at += chunk.len();
        at += text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let inner = chunk.trim_start_matches(is_around);
        let begin = start + chunk.len() - inner.len();
        let inner = inner.trim_end_matches(|c| is_around(c) || matches!(c, '.' | ',' | ';' | ':' | '!' | '?'));
        if is_address(inner) {
            found.push(begin..begin + inner.len());
        }
    }
    found
}

fn is_around(c: char) -> bool {
    matches!(c, '(' | ')' | '[' | ']' | '<' | '>' | '"' | '\'' | '„' | '“' | '”' | '«' | '»' | '–' | '—')
}

fn is_address(chunk: &str) -> bool {
    let is_tag = |sign: char| chunk.strip_prefix(sign).is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    chunk.contains("://")
        || chunk.starts_with("www.")
        || chunk.contains('\\')
        || is_tag('#')
        || is_tag('@')
        || chunk.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
        || is_path(chunk)
        || is_file_or_host(chunk)
}

/// `/kontaktai/`, but not "ir/ar".
fn is_path(chunk: &str) -> bool {
    chunk.starts_with("../")
        || chunk.starts_with("./")
        || chunk.strip_prefix('/').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

fn is_file_or_host(chunk: &str) -> bool {
    let host = chunk.split(['/', '?']).next().unwrap_or_default();
    let Some((name, ending)) = chunk.rsplit_once('.') else { return false };
    let ending = ending.to_lowercase();
    let is_name = !name.is_empty() && !name.ends_with('.');
    if is_name && FILE_ENDINGS.contains(&ending.as_str()) {
        return true;
    }
    let is_host = |host: &str| {
        host.rsplit_once('.').is_some_and(|(name, domain)| {
            !name.is_empty()
                && DOMAINS.contains(&domain.to_lowercase().as_str())
                && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'))
                && name.chars().next_back().is_some_and(char::is_alphanumeric)
        })
    };
    is_host(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names_of_files_are_no_language() {
        let found = |text: &str| addresses(text).into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>();
        assert_eq!(
            found("Rašykite meras@azuolynas.example, žr. (www.lrs.lt/x)."),
            ["meras@azuolynas.example", "www.lrs.lt/x"]
        );
        assert_eq!(
            found("Failas „prasymas.pdf“ ir epaslaugos.lt/forma?x=1"),
            ["prasymas.pdf", "epaslaugos.lt/forma?x=1"]
        );
        assert_eq!(found("ir/ar 8.00–17.00 val. Nr. T1-101, t.y. taip.Lt ne"), ["taip.Lt"]);
        assert_eq!(found("nbsp\u{a0}https://a.lt #žyma /kontaktai/"), ["https://a.lt", "#žyma", "/kontaktai/"]);
    }
}
