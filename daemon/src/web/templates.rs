//! Views to HTML. Everything that comes from the world is escaped; words come from the catalogue.

use messages::{Language, Message};
use serde::Serialize;
use tera::{Context, Kwargs, State, Tera, TeraResult};

use super::audit::AuditPage;
use super::availability::AvailabilityPage;
use super::backups::BackupsPage;
use super::choice::Choice;
use super::device::DevicePage;
use super::incident::{IncidentPage, IncidentsPage};
use super::map::MapPage;
use super::overview::Overview;
use super::reader::Reader;
use super::wall::WallPage;
use super::watcher::WatcherPage;
use crate::config::UserName;

/// The pages, ready to be filled in.
pub(super) struct Templates(Tera);

/// What every page shows around its own content.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Frame {
    /// `lt` or `en`.
    pub(super) lang: &'static str,
    /// The page's own address, without its query.
    pub(super) path: String,
    /// The query that keeps what the reader has chosen, for links to other pages: empty or with its `?`.
    pub(super) query: String,
    /// The language that the reader has chosen, if not only the browser has.
    pub(super) chosen_language: Option<&'static str>,
    /// The same page in the other languages.
    pub(super) languages: Vec<OtherLanguage>,
    /// This page with or without reading itself again.
    pub(super) toggle: String,
    /// Whether browsers read the page again by themselves.
    pub(super) refreshes: bool,
    /// Whether the page stays as it is because the reader wants that.
    pub(super) paused: bool,
    /// The time at which the page was made.
    pub(super) now: super::reader::When,
    /// The name of the time zone in which times are shown.
    pub(super) zone: String,
    /// The release of the daemon.
    pub(super) version: &'static str,
    /// Who reads it and can log out.
    pub(super) user: Option<UserName>,
}

/// The same page in another language.
#[derive(Debug, Clone, Serialize)]
pub(super) struct OtherLanguage {
    /// Its tag.
    pub(super) lang: &'static str,
    /// Its address.
    pub(super) address: String,
    /// The language's own name.
    pub(super) name: String,
}

/// A page without more than a sentence.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Notice {
    /// What it is about.
    pub(super) heading: String,
    /// What it says.
    pub(super) words: String,
}

/// What can be shown.
pub(super) trait Page: Serialize {
    /// The template's name.
    const TEMPLATE: &'static str;
    /// Whether browsers read it again by themselves.
    const REFRESHES: bool = true;
}

impl Page for Overview {
    const TEMPLATE: &'static str = "overview.html";
}

impl Page for DevicePage {
    const TEMPLATE: &'static str = "device.html";
}

impl Page for WallPage {
    const TEMPLATE: &'static str = "wall.html";
}

impl Page for IncidentsPage {
    const TEMPLATE: &'static str = "incidents.html";
}

impl Page for IncidentPage {
    const TEMPLATE: &'static str = "incident.html";
}

impl Page for BackupsPage {
    const TEMPLATE: &'static str = "backups.html";
}

impl Page for AuditPage {
    const TEMPLATE: &'static str = "audit.html";
}

impl Page for WatcherPage {
    const TEMPLATE: &'static str = "watcher.html";
}

impl Page for MapPage {
    const TEMPLATE: &'static str = "map.html";
}

impl Page for AvailabilityPage {
    const TEMPLATE: &'static str = "availability.html";
    const REFRESHES: bool = false;
}

impl Page for Notice {
    const TEMPLATE: &'static str = "notice.html";
}

/// The templates' own text, which is part of the program.
const SOURCES: &[(&str, &str)] = &[
    ("frame.html", include_str!("../../templates/frame.html")),
    ("parts.html", include_str!("../../templates/parts.html")),
    ("alarms.html", include_str!("../../templates/alarms.html")),
    ("overview.html", include_str!("../../templates/overview.html")),
    ("device-row.html", include_str!("../../templates/device-row.html")),
    ("chart.html", include_str!("../../templates/chart.html")),
    ("device.html", include_str!("../../templates/device.html")),
    ("availability.html", include_str!("../../templates/availability.html")),
    ("login.html", include_str!("../../templates/login.html")),
    ("map.html", include_str!("../../templates/map.html")),
    ("notice.html", include_str!("../../templates/notice.html")),
    ("wall.html", include_str!("../../templates/wall.html")),
    ("incidents.html", include_str!("../../templates/incidents.html")),
    ("incident.html", include_str!("../../templates/incident.html")),
    ("incident-card.html", include_str!("../../templates/incident-card.html")),
    ("site-tiles.html", include_str!("../../templates/site-tiles.html")),
    ("job-card.html", include_str!("../../templates/job-card.html")),
    ("audit.html", include_str!("../../templates/audit.html")),
    ("backups.html", include_str!("../../templates/backups.html")),
    ("watcher.html", include_str!("../../templates/watcher.html")),
];

impl Templates {
    /// Reads the templates. One that is broken is found by the tests; should it get past them, it is logged and the
    /// pages say that they cannot be shown, while the daemon watches on.
    pub(super) fn new() -> Self {
        let mut tera = Tera::new();
        tera.autoescape_on([".html"]);
        tera.register_function("t", translate);
        if let Err(error) = tera.add_raw_templates(SOURCES.iter().copied()) {
            tracing::error!(error = %error, "the templates of the status pages are broken");
        }
        Self(tera)
    }

    /// Fills a page in.
    pub(super) fn render<P: Page>(&self, frame: &Frame, page: &P) -> TeraResult<String> {
        let mut context = Context::from_serialize(frame)?;
        context.insert("page", page);
        self.0.render(P::TEMPLATE, &context)
    }
}

/// `t(key="…")`: words of the catalogue in the language of the page; `count`, `error` and `name` become arguments.
/// Inside a component there is no page to ask, so that components are given their words.
#[expect(clippy::needless_pass_by_value, reason = "Tera's signature")]
fn translate(arguments: Kwargs, state: &State) -> TeraResult<String> {
    let language = state.get::<String>("lang")?.as_deref().and_then(Language::from_tag);
    let language = language.ok_or_else(|| tera::Error::message("t() does not know in which language"))?;
    let mut message = Message::new(arguments.must_get::<&str>("key")?);
    if let Some(count) = arguments.get::<f64>("count")? {
        message = message.with("count", count);
    }
    for name in ["error", "name"] {
        if let Some(text) = arguments.get::<&str>(name)? {
            message = message.with(name, text);
        }
    }
    Ok(language.say(&message))
}

impl Frame {
    /// The frame of the page at `path`, perhaps with a query of its own, for a reader who chose so.
    pub(super) fn new(reader: &Reader, path: &str, choice: &Choice) -> Self {
        let address = |choice: Choice| match choice.here() {
            // The page's own query comes first.
            query if path.contains('?') => format!("{path}{}", query.replacen('?', "&", 1)),
            query => format!("{path}{query}"),
        };
        let other = Language::ALL.into_iter().filter(|language| *language != reader.language);
        Self {
            lang: reader.language.tag(),
            path: path.to_owned(),
            query: choice.query(),
            chosen_language: choice.language.map(Language::tag),
            languages: other
                .map(|language| OtherLanguage {
                    lang: language.tag(),
                    address: address(Choice { language: Some(language), ..choice.clone() }),
                    name: language.text("web-language-name"),
                })
                .collect(),
            toggle: address(Choice { paused: !choice.paused, ..choice.clone() }),
            refreshes: !choice.paused,
            paused: choice.paused,
            now: reader.when(reader.now),
            zone: reader.zone.iana_name().unwrap_or("UTC").to_owned(),
            version: env!("CARGO_PKG_VERSION"),
            user: None,
        }
    }
}
