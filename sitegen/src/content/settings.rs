//! `site.toml`: what holds for all pages.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use messages::{Language, Message};
use serde_json::Value;
use strict_toml::{Document, FromText, FromValue, Problems, Reporter, choose};
use toml::Spanned;
use toml::de::DeValue;

/// What holds for all pages.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where the site will be, without a slash at the end: `https://www.azuolynas.example`.
    pub base_url: String,
    /// The language of the pages at `/`.
    pub language: Language,
    /// What differs by language; the first is of `language`, and every language that pages may have is in it.
    pub institution: Vec<(Language, Institution)>,
    /// In which time zone its dates are meant.
    pub time_zone: TimeZone,
    /// The municipality's number in the register of legal entities.
    pub entity_code: Option<String>,
    /// As it is dialled.
    pub phone: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The e-mail address at which readers subscribe to sections.
    pub subscriptions: Option<String>,
    /// By what pages are grouped.
    pub taxonomies: Vec<Taxonomy>,
    /// How many pages stand on one page of a list.
    pub paginate_by: u16,
    /// How many entries feeds have.
    pub feed_limit: u16,
    /// Which lists have feeds.
    pub feeds: Feeds,
    /// Whether quotation marks, dashes and spaces are set as printers do.
    pub typography: bool,
    /// Whether there is a search.
    pub search: bool,
    /// Whether the pages come from another generator: keys that are not known are kept for templates, a page may have no head,
    /// and links that lead nowhere are only told of.
    pub is_lenient: bool,
    /// Keys that pages may have beside ours, for templates.
    pub extra_keys: Vec<String>,
    /// Whom to tell of a security problem, and until when that is true (RFC 9116).
    pub security: Option<Security>,
    /// Values of the site's own, for templates.
    pub extra: BTreeMap<String, Value>,
}

/// What the institution is called in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// Its name.
    pub title: String,
    /// The site in a sentence.
    pub summary: Option<String>,
    /// Street, place and postcode.
    pub address: Option<String>,
}

/// By what pages are grouped: a key of front matter with a list of terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxonomy {
    /// The key.
    pub name: String,
    /// What it is called on pages; without it, the key.
    pub title: Option<String>,
    /// Whether each term has feeds.
    pub feed: bool,
}

/// Which lists have feeds beside the site's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feeds {
    /// Every section with dated pages, and every term.
    All,
    /// Those that say `feed = true`.
    Chosen,
}

/// What `security.txt` says (RFC 9116).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Security {
    /// An address: `mailto:saugumas@azuolynas.example`.
    pub contact: String,
    /// The last day on which it is to be believed.
    pub expires: jiff::civil::Date,
}

/// How many pages stand on one page of a list, unless the site says otherwise.
const PAGINATE_BY: u16 = 20;

impl Settings {
    /// Reads `site.toml`. Mistakes go to `problems`.
    pub fn read(document: &Document, problems: &Problems) -> Option<Self> {
        let mut table = document.table(problems)?;
        let title: Option<String> = table.required("title");
        let base_url: Option<BaseUrl> = table.required("base_url");
        let SiteLanguage(language) = table.or("language", SiteLanguage(Language::Lithuanian));
        let own = Institution { title: title?, summary: table.optional("summary"), address: table.optional("address") };
        let mut institution = vec![(language, own)];
        for other in Language::ALL.into_iter().filter(|other| *other != language) {
            if let Some(mut inner) = table.table(other.tag()) {
                let title: Option<String> = inner.required("title");
                let (summary, address) = (inner.optional("summary"), inner.optional("address"));
                institution.extend(title.map(|title| (other, Institution { title, summary, address })));
            }
        }
        let taxonomies = table.tables("taxonomy").into_iter().filter_map(|mut inner| {
            let name: Option<String> = inner.required("name");
            let (title, feed) = (inner.optional("title"), inner.or("feed", true));
            Some(Taxonomy { name: name?, title, feed })
        });
        let taxonomies = taxonomies.collect();
        let security = table.table("security").and_then(|mut inner| {
            let (contact, expires): (Option<String>, _) = (inner.required("contact"), inner.required("expires"));
            Some(Security { contact: contact?, expires: expires? })
        });
        let mut own_values = table.table("extra");
        let extra: BTreeMap<String, Value> = own_values.as_mut().map_or_else(BTreeMap::new, |inner| {
            inner.rest().into_iter().map(|(name, value)| (name, super::front_matter::json(value))).collect()
        });
        Some(Self {
            base_url: base_url?.0,
            language,
            institution,
            time_zone: table.or("time_zone", TimeZone::get("Europe/Vilnius").unwrap_or(TimeZone::UTC)),
            entity_code: table.optional("entity_code"),
            phone: table.optional("phone"),
            email: table.optional("email"),
            subscriptions: table.optional("subscriptions"),
            taxonomies,
            paginate_by: table.or("paginate_by", PAGINATE_BY).max(1),
            feed_limit: table.or("feed_limit", PAGINATE_BY),
            feeds: table.or("feeds", Feeds::All),
            typography: table.or("typography", true),
            search: table.or("search", true),
            is_lenient: table.or("lenient", false),
            extra_keys: table.or("extra_keys", Vec::new()),
            security,
            extra,
        })
    }

    /// What the institution is called in `language`.
    #[must_use]
    pub fn institution(&self, language: Language) -> &Institution {
        let found = self.institution.iter().find(|(of, _)| *of == language);
        &found.unwrap_or(&self.institution[0]).1
    }

    /// The languages that pages may have, the site's own first.
    pub fn languages(&self) -> impl Iterator<Item = Language> + '_ {
        self.institution.iter().map(|(language, _)| *language)
    }

    /// What the addresses of pages in `language` begin with: `/` or `/en/`.
    #[must_use]
    pub fn root(&self, language: Language) -> String {
        if language == self.language { "/".to_owned() } else { format!("/{}/", language.tag()) }
    }
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
            _ => Err(strict_toml::not_a("site-base-url", text, <Self as FromText>::EXAMPLE)),
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

impl FromValue for Feeds {
    const EXAMPLE: &'static str = "\"all\"";

    fn from_value(value: &Spanned<DeValue<'_>>, reporter: &Reporter<'_>) -> Option<Self> {
        let text = String::from_value(value, reporter)?;
        choose(&text, &[("all", Self::All), ("chosen", Self::Chosen)])
            .map_err(|message| reporter.report(value, message))
            .ok()
    }
}
