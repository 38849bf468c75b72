//! Views to HTML. Everything that comes from the world is escaped; words come from the catalogue.

use messages::{Language, Message};
use serde::Serialize;
use tera::{Context, Kwargs, State, Tera, TeraResult};

use super::device::DevicePage;
use super::overview::Overview;
use super::reader::Reader;

/// The pages, ready to be filled in.
pub(super) struct Templates(Tera);

/// What every page shows around its own content.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Frame {
    /// `lt` or `en`.
    pub(super) lang: &'static str,
    /// The query that keeps what the reader has chosen, for links to other pages: empty or with its `?`.
    pub(super) query: String,
    /// The same page in the other languages.
    pub(super) languages: Vec<OtherLanguage>,
    /// This page with or without reading itself again.
    pub(super) toggle: String,
    /// Whether the page stays as it is.
    pub(super) paused: bool,
    /// The time at which the page was made.
    pub(super) now: super::reader::When,
    /// The name of the time zone in which times are shown.
    pub(super) zone: String,
    /// The release of the daemon.
    pub(super) version: &'static str,
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
}

impl Page for Overview {
    const TEMPLATE: &'static str = "overview.html";
}

impl Page for DevicePage {
    const TEMPLATE: &'static str = "device.html";
}

impl Page for Notice {
    const TEMPLATE: &'static str = "notice.html";
}

/// The templates' own text, which is part of the program.
const SOURCES: [(&str, &str); 6] = [
    ("frame.html", include_str!("../../templates/frame.html")),
    ("parts.html", include_str!("../../templates/parts.html")),
    ("overview.html", include_str!("../../templates/overview.html")),
    ("device-row.html", include_str!("../../templates/device-row.html")),
    ("device.html", include_str!("../../templates/device.html")),
    ("notice.html", include_str!("../../templates/notice.html")),
];

impl Templates {
    /// Reads the templates. One that is broken is found by the tests; should it get past them, it is logged and the
    /// pages say that they cannot be shown, while the daemon watches on.
    pub(super) fn new() -> Self {
        let mut tera = Tera::new();
        tera.autoescape_on([".html"]);
        tera.register_function("t", translate);
        if let Err(error) = tera.add_raw_templates(SOURCES) {
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

/// `t(key="…")`: words of the catalogue in the language of the page; `count` and `error` become arguments.
/// Inside a component there is no page to ask, so that components are given their words.
#[expect(clippy::needless_pass_by_value, reason = "Tera's signature")]
fn translate(arguments: Kwargs, state: &State) -> TeraResult<String> {
    let language = state.get::<String>("lang")?.as_deref().and_then(Language::from_tag);
    let language = language.ok_or_else(|| tera::Error::message("t() does not know in which language"))?;
    let mut message = Message::new(arguments.must_get::<&str>("key")?);
    if let Some(count) = arguments.get::<f64>("count")? {
        message = message.with("count", count);
    }
    if let Some(error) = arguments.get::<&str>("error")? {
        message = message.with("error", error);
    }
    Ok(language.say(&message))
}

impl Frame {
    /// The frame of the page at `path` for a reader who chose `query` (empty or with its `?`).
    pub(super) fn new(reader: &Reader, path: &str, choice: super::Choice) -> Self {
        let address = |choice: super::Choice| format!("{path}{}", choice.query());
        let other = Language::ALL.into_iter().filter(|language| *language != reader.language);
        Self {
            lang: reader.language.tag(),
            query: choice.query(),
            languages: other
                .map(|language| OtherLanguage {
                    lang: language.tag(),
                    address: address(super::Choice { language: Some(language), ..choice }),
                    name: language.text("web-language-name"),
                })
                .collect(),
            toggle: address(super::Choice { paused: !choice.paused, ..choice }),
            paused: choice.paused,
            now: reader.when(reader.now),
            zone: reader.zone.iana_name().unwrap_or("UTC").to_owned(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}
