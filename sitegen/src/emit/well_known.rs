//! Small files at addresses that browsers, robots and researchers know.

use std::fmt::Write as _;

use serde_json::json;

use crate::site::Site;

/// `robots.txt` (RFC 9309): everything may be read.
#[must_use]
pub fn robots(site: &Site) -> String {
    format!("User-agent: *\nAllow: /\nSitemap: {}/sitemap.xml\n", site.settings.base_url)
}

/// `security.txt` (RFC 9116).
#[must_use]
pub fn security(site: &Site) -> String {
    let mut text = String::new();
    let Some(security) = &site.settings.security else { return text };
    let languages: Vec<&str> = site.settings.languages().map(messages::Language::tag).collect();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "Contact: {}", security.contact);
    let _ = writeln!(text, "Expires: {}T23:59:59Z", security.expires);
    let _ = writeln!(text, "Preferred-Languages: {}", languages.join(", "));
    let _ = writeln!(text, "Canonical: {}/.well-known/security.txt", site.settings.base_url);
    text
}

/// The web application manifest (W3C): what a telephone shows when somebody puts the site on its screen.
#[must_use]
pub fn manifest(site: &Site) -> String {
    let language = site.settings.language;
    let institution = site.settings.institution(language);
    let manifest = json!({
        "name": institution.title,
        "short_name": institution.title.chars().take(30).collect::<String>(),
        "lang": language.tag(),
        "start_url": "/",
        "display": "browser",
        "icons": [{ "src": "/favicon.svg", "type": "image/svg+xml", "sizes": "any" }],
    });
    format!("{manifest:#}\n")
}
