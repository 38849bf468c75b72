//! `site.toml`: what holds for all pages.

use std::path::Path;

use jiff::tz::TimeZone;
use messages::{Language, Message};
use strict_toml::{Document, FromText, Problems, choose};

/// What holds for all pages.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The municipality's name.
    pub title: String,
    /// Where the site will be, without a slash at the end: `https://www.azuolynas.example`.
    pub base_url: String,
    /// In which language it is written.
    pub language: Language,
    /// In which time zone its dates are meant.
    pub time_zone: TimeZone,
    /// Street, place and postcode.
    pub address: String,
    /// As it is dialled.
    pub phone: String,
    /// The e-mail address.
    pub email: String,
    /// The municipality's number in the register of legal entities.
    pub entity_code: Option<String>,
}

/// Reads the file.
pub(super) fn read(path: &Path, problems: &Problems) -> Option<Settings> {
    let document = Document::open(path, super::MISSING, problems)?;
    let mut table = document.table(problems)?;
    let title: Option<String> = table.required("title");
    let base_url: Option<BaseUrl> = table.required("base_url");
    let language = table.or("language", SiteLanguage(Language::Lithuanian));
    let time_zone = table.or("time_zone", TimeZone::get("Europe/Vilnius").unwrap_or(TimeZone::UTC));
    let address: Option<String> = table.required("address");
    let phone: Option<String> = table.required("phone");
    let email: Option<String> = table.required("email");
    let entity_code: Option<String> = table.optional("entity_code");
    Some(Settings {
        title: title?,
        base_url: base_url?.0,
        language: language.0,
        time_zone,
        address: address?,
        phone: phone?,
        email: email?,
        entity_code,
    })
}

struct BaseUrl(String);

impl FromText for BaseUrl {
    const EXAMPLE: &'static str = "\"https://www.azuolynas.example\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        let host = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .map(|rest| rest.trim_end_matches('/'));
        match host {
            Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '"', ' ']) => {
                Ok(Self(text.trim_end_matches('/').to_owned()))
            }
            _ => Err(strict_toml::not_a("site-base-url", text, Self::EXAMPLE)),
        }
    }
}

struct SiteLanguage(Language);

impl FromText for SiteLanguage {
    const EXAMPLE: &'static str = "\"lt\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &Language::ALL.map(|language| (language.tag(), language))).map(Self)
    }
}
