//! `kind = "webhook"`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hyper::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, HeaderValue, TRANSFER_ENCODING};
use messages::Message;
use strict_toml::{FromText, Table, choose};

use super::{Endpoint, Reading, within};
use crate::notify::template::{Broken, JSON, Template};

/// A request to a web server for each letter.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    /// Where.
    pub endpoint: Endpoint,
    /// How.
    pub method: WebhookMethod,
    /// What the other side understands.
    pub dialect: Dialect,
    /// What makes the content of the request out of a letter.
    pub template: Template,
    /// Further fields of the request.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// To whom, for gateways of text messages.
    pub to: Vec<String>,
}

/// How a letter is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookMethod {
    /// As something new.
    Post,
    /// As something with a name, which stays one however often it is handed over.
    Put,
}

/// What the other side understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Mattermost's incoming webhooks.
    Mattermost,
    /// Slack's incoming webhooks.
    Slack,
    /// Workflows of Microsoft Teams, which take an Adaptive Card.
    Teams,
    /// The client-server API of Matrix: the address ends in `/send/m.room.message`, to which the letter's id is added.
    Matrix,
    /// ntfy: the last part of the address is the topic.
    Ntfy,
    /// A gateway of text messages: `to` and a short `message`.
    Sms,
    /// The letter as it is.
    Json,
    /// What the administrator's own template makes.
    Own,
}

/// Fields that say how the request is sent, which is ours to say.
const OURS: [HeaderName; 5] = [HOST, CONTENT_LENGTH, CONTENT_TYPE, CONNECTION, TRANSFER_ENCODING];
/// A longer template is a mistake.
const LONGEST_TEMPLATE: u64 = 1024 * 1024;

impl Webhook {
    pub(super) fn read(table: &mut Table<'_>, reading: &Reading<'_>) -> Option<Self> {
        let endpoint = Endpoint::read(table, reading);
        let ready: Option<Dialect> = table.optional("template");
        let dialect = ready.unwrap_or(Dialect::Own);
        let template = match (table.has("template"), table.has("body")) {
            (true, false) => dialect.template(),
            (false, true) => own_template(table, reading),
            (true, true) | (false, false) => {
                table.report(&table.place_of("body"), Message::new("config-channel-template-or-body"));
                None
            }
        };
        let method = table.or("method", dialect.method());
        let headers = headers(table);
        let to: Vec<String> = table.or("to", Vec::new());
        let mut good = within(table, "to", dialect != Dialect::Sms || !to.is_empty(), "config-channel-sms-to");
        if let Some(endpoint) = &endpoint {
            good &= dialect.fits(endpoint, table);
        }
        let (endpoint, (template, headers)) = endpoint.zip(template.zip(headers))?;
        good.then_some(Self { endpoint, method, dialect, template, headers, to })
    }
}

impl Dialect {
    const fn method(self) -> WebhookMethod {
        match self {
            Self::Matrix => WebhookMethod::Put,
            _ => WebhookMethod::Post,
        }
    }

    /// The template that is a part of the program. One that is broken is found by the tests.
    fn template(self) -> Option<Template> {
        let source = match self {
            Self::Mattermost => include_str!("../../../templates/channels/mattermost.json"),
            Self::Slack => include_str!("../../../templates/channels/slack.json"),
            Self::Teams => include_str!("../../../templates/channels/teams.json"),
            Self::Matrix => include_str!("../../../templates/channels/matrix.json"),
            Self::Ntfy => include_str!("../../../templates/channels/ntfy.json"),
            Self::Sms => include_str!("../../../templates/channels/sms.json"),
            Self::Json => include_str!("../../../templates/channels/json.json"),
            Self::Own => return None,
        };
        Template::new(source, JSON).ok()
    }

    /// Whether the address is one of this dialect; if not, that is reported.
    fn fits(self, endpoint: &Endpoint, table: &Table<'_>) -> bool {
        let target = endpoint.url.target();
        let path = target.split('?').next().unwrap_or_default();
        match self {
            Self::Matrix => {
                let is_address = path.trim_end_matches('/').ends_with("/send/m.room.message");
                within(table, "url", is_address, "config-channel-matrix-url")
                    & within(table, "token", endpoint.token.is_some(), "config-channel-matrix-token")
            }
            Self::Ntfy => within(table, "url", path.len() > 1 && !path.ends_with('/'), "config-channel-ntfy-url"),
            _ => true,
        }
    }
}

impl FromText for Dialect {
    const EXAMPLE: &'static str = "\"mattermost\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(
            text,
            &[
                ("mattermost", Self::Mattermost),
                ("slack", Self::Slack),
                ("teams", Self::Teams),
                ("matrix", Self::Matrix),
                ("ntfy", Self::Ntfy),
                ("sms", Self::Sms),
                ("json", Self::Json),
            ],
        )
    }
}

impl FromText for WebhookMethod {
    const EXAMPLE: &'static str = "\"POST\"";

    fn from_text(text: &str) -> Result<Self, Message> {
        choose(text, &[("POST", Self::Post), ("PUT", Self::Put)])
    }
}

/// Reads `body = { file = "…" }` and `content_type`, and tries the template with example letters.
fn own_template(table: &mut Table<'_>, reading: &Reading<'_>) -> Option<Template> {
    let content_type = table.or("content_type", JSON.to_owned());
    let good = HeaderValue::try_from(content_type.as_str()).is_ok();
    let good = within(table, "content_type", good, "config-channel-content-type");
    let place = table.place_of("body");
    let file: Option<PathBuf> = table.table("body")?.required("file");
    let path = reading.resolve(&file?);
    let template = read(&path)
        .map_err(|error| Message::new("config-channel-template-unreadable").with("error", error.to_string()));
    let template = template.and_then(|source| {
        let template = Template::new(&source, &content_type).and_then(|template| template.tried().map(|()| template));
        template.map_err(|broken| match broken {
            Broken::Template(detail) => Message::new("config-channel-template").with("detail", detail),
            Broken::Json(detail) => Message::new("config-channel-template-json").with("detail", detail),
        })
    });
    let template = template.map_err(|message| table.report(&place, message.with("path", path.display().to_string())));
    template.ok().filter(|_| good)
}

fn read(path: &Path) -> std::io::Result<String> {
    use std::io::Read;
    let mut text = String::new();
    std::fs::File::open(path)?.take(LONGEST_TEMPLATE).read_to_string(&mut text)?;
    Ok(text)
}

fn headers(table: &mut Table<'_>) -> Option<Vec<(HeaderName, HeaderValue)>> {
    let written: BTreeMap<String, String> = table.or("headers", BTreeMap::new());
    let field = |(name, value): (&String, &String)| {
        let name = HeaderName::try_from(name.as_str()).ok().filter(|name| !OURS.contains(name))?;
        let mut value = HeaderValue::try_from(value.as_str()).ok()?;
        // Some gateways have their key in a field of their own.
        value.set_sensitive(true);
        Some((name, value))
    };
    let headers: Option<Vec<_>> = written.iter().map(field).collect();
    within(table, "headers", headers.is_some(), "config-channel-headers").then_some(())?;
    headers
}
