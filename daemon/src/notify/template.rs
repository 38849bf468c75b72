//! From a letter to the content of a request. What a letter says is escaped by the template engine as the kind of content
//! wants it: nothing that a device says of itself can end a text in JSON and begin something else.

use std::io::Write;
use std::sync::Arc;

use messages::Language;
use serde::Serialize;
use serde::de::IgnoredAny;
use tera::{Context, EscapeFn, Kwargs, State, Tera, Value};

use super::Letter;

/// The kind of content that most webhooks take.
pub(crate) const JSON: &str = "application/json";
/// The name of the one template of an engine.
const NAME: &str = "body";

/// A template of Tera that makes the content of a request out of a letter.
#[derive(Clone)]
pub struct Template {
    engine: Arc<Tera>,
    source: Arc<str>,
    content_type: Arc<str>,
}

/// Why a template makes no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It cannot be read, or names what there is not.
    Template(String),
    /// It makes something else than JSON.
    Json(String),
}

/// What a channel knows beside the letter.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Addressee<'a> {
    /// The numbers or names of people.
    pub(crate) to: &'a [String],
    /// The topic of a channel that has such.
    pub(crate) topic: &'a str,
}

#[derive(Serialize)]
struct View<'a> {
    letter: &'a Letter,
    /// The lines of the text that are not empty, for those who do not show ends of lines.
    lines: Vec<&'a str>,
    /// What the link to the status page is called.
    link_title: String,
    #[serde(flatten)]
    addressee: &'a Addressee<'a>,
}

impl Template {
    /// Reads one. What it prints is escaped for `content_type`.
    pub(crate) fn new(source: &str, content_type: &str) -> Result<Self, Broken> {
        let mut engine = Tera::new();
        match escape(content_type) {
            Some(escape) => {
                engine.set_escape_fn(escape);
                engine.autoescape_on([NAME]);
            }
            None => engine.autoescape_on(Vec::<&str>::new()),
        }
        engine.register_filter("json", |value: Value, _: Kwargs, _: &State| {
            serde_json::to_string(&value).map(|text| Value::safe_string(&text)).map_err(tera::Error::message)
        });
        engine.register_filter("entities", |text: &str, _: Kwargs, _: &State| entities(text));
        engine.register_filter("markdown", |text: &str, _: Kwargs, _: &State| markdown(text));
        engine.add_raw_template(NAME, source).map_err(|error| Broken::Template(described(&error)))?;
        Ok(Self { engine: Arc::new(engine), source: source.into(), content_type: content_type.into() })
    }

    /// The kind of content that it makes.
    pub(crate) fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The content for a letter.
    pub(crate) fn fill(&self, letter: &Letter, addressee: &Addressee<'_>) -> Result<String, Broken> {
        let language = Language::from_tag(&letter.language).unwrap_or(Language::Lithuanian);
        let view = View {
            letter,
            lines: letter.text.lines().filter(|line| !line.trim().is_empty()).collect(),
            link_title: language.text("notify-link"),
            addressee,
        };
        let context = Context::from_serialize(&view).map_err(|error| Broken::Template(described(&error)))?;
        let content = self.engine.render(NAME, &context).map_err(|error| Broken::Template(described(&error)))?;
        if is_json(&self.content_type) {
            let read: Result<IgnoredAny, _> = serde_json::from_str(&content);
            read.map_err(|error| Broken::Json(error.to_string()))?;
        }
        Ok(content)
    }

    /// Tries it with letters that have everything and nothing.
    pub(crate) fn tried(&self) -> Result<(), Broken> {
        let full = Letter::example();
        let bare = Letter { thread: None, link: None, alerts: Vec::new(), text: String::new(), ..full.clone() };
        let to = ["+37060000000".to_owned()];
        let addressee = Addressee { to: &to, topic: "rotuse" };
        self.fill(&full, &addressee)?;
        self.fill(&bare, &Addressee::default()).map(drop)
    }
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.content_type == other.content_type
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Template").field(&self.content_type).finish()
    }
}

/// The media type without its parameters (RFC 9110, section 8.3.1).
fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(content_type: &str) -> bool {
    let media_type = media_type(content_type);
    media_type.ends_with("/json") || media_type.ends_with("+json")
}

/// How text becomes harmless in this kind of content; none where nothing has a meaning.
fn escape(content_type: &str) -> Option<EscapeFn> {
    let media_type = media_type(content_type);
    if is_json(content_type) {
        Some(json)
    } else if media_type == "application/x-www-form-urlencoded" {
        Some(form)
    } else if media_type.ends_with("html") || media_type.ends_with("xml") {
        Some(tera::escape_html)
    } else {
        None
    }
}

/// Inside a string of JSON (RFC 8259, section 7).
fn json(text: &str, output: &mut dyn Write) -> std::io::Result<()> {
    let quoted = serde_json::to_string(text)?;
    output.write_all(quoted.get(1..quoted.len() - 1).unwrap_or_default().as_bytes())
}

/// Inside a value of a form (RFC 3986, section 2.1).
fn form(text: &str, output: &mut dyn Write) -> std::io::Result<()> {
    for octet in text.bytes() {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => output.write_all(&[octet])?,
            other => write!(output, "%{other:02X}")?,
        }
    }
    Ok(())
}

/// The characters that begin something in HTML and in Slack's own markup, as entities.
pub(crate) fn entities(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text that means nothing in Markdown (CommonMark, section 2.4) and calls nobody.
fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            // A chat would call whomever the name behind it is of; with nothing seen between, it does not.
            '@' => escaped.push_str("@\u{200b}"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '(' | ')' | '#' | '+' | '|' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(character);
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// What is wrong and where, on one line; the drawing of the place that follows would not be one.
fn described(error: &tera::Error) -> String {
    let words = error.to_string();
    let lines = words.lines().map(str::trim).take_while(|line| !line.starts_with('|'));
    lines.collect::<Vec<_>>().join(" ").trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::notify::LetterKind;

    const READY: [(&str, &str); 7] = [
        ("mattermost", include_str!("../../templates/channels/mattermost.json")),
        ("slack", include_str!("../../templates/channels/slack.json")),
        ("teams", include_str!("../../templates/channels/teams.json")),
        ("matrix", include_str!("../../templates/channels/matrix.json")),
        ("ntfy", include_str!("../../templates/channels/ntfy.json")),
        ("sms", include_str!("../../templates/channels/sms.json")),
        ("json", include_str!("../../templates/channels/json.json")),
    ];

    fn filled(name: &str, letter: &Letter) -> Value {
        let (_, source) = READY.iter().find(|(ready, _)| *ready == name).unwrap();
        let to = ["+37060000000".to_owned()];
        let content = Template::new(source, JSON).unwrap().fill(letter, &Addressee { to: &to, topic: "rotuse" });
        serde_json::from_str(&content.unwrap()).unwrap()
    }

    #[test]
    fn every_ready_template_can_be_used() {
        for (name, source) in READY {
            assert_eq!(Template::new(source, JSON).unwrap().tried(), Ok(()), "{name}");
        }
    }

    #[test]
    fn every_ready_template_says_what_the_other_side_wants_to_hear() {
        let letter = Letter {
            subject: "Neatsako <!channel> & @all: *sw*".to_owned(),
            text: "Pirma eilutė\n\nAntra \"eilutė\" <b>".to_owned(),
            ..Letter::example()
        };
        let chat = filled("mattermost", &letter);
        assert_eq!(chat["attachments"][0]["title"], "Neatsako \\<\\!channel\\> & @\u{200b}all: \\*sw\\*");
        assert_eq!(chat["attachments"][0]["color"], "#c62828");
        assert_eq!(chat["attachments"][0]["title_link"], "https://rotuse.azuolynas.lt/?a=\"b\"");
        let slack = filled("slack", &letter);
        assert_eq!(slack["text"], "Neatsako &lt;!channel&gt; &amp; @all: *sw*");
        assert_eq!(slack["blocks"][1]["text"]["text"], letter.text.as_str());
        assert_eq!(slack["blocks"][2]["elements"][0]["text"]["text"], "Būsenos puslapis");
        let card = filled("teams", &letter);
        let blocks = card["attachments"][0]["content"]["body"].as_array().unwrap();
        assert_eq!(blocks.len(), 3);
        assert_eq!(blocks[2]["inlines"][0]["text"], "Antra \"eilutė\" <b>");
        let matrix = filled("matrix", &letter);
        assert!(matrix["formatted_body"].as_str().unwrap().contains("<br>Antra \"eilutė\" &lt;b&gt;<br>"), "{matrix}");
        let ntfy = filled("ntfy", &letter);
        assert_eq!((&ntfy["topic"], &ntfy["priority"]), (&Value::from("rotuse"), &Value::from(5)));
        assert_eq!(filled("sms", &letter)["to"][0], "+37060000000");
        assert_eq!(filled("json", &letter), serde_json::to_value(&letter).unwrap());
    }

    #[test]
    fn what_cannot_be_filled_in_is_found_before_it_is_needed() {
        let tried = |source| Template::new(source, JSON).and_then(|template| template.tried());
        assert!(matches!(tried("{\"text\": \"{{ letter.subject }\"}"), Err(Broken::Template(_))));
        assert!(matches!(tried("{\"text\": \"{{ letter.subjekt }}\"}"), Err(Broken::Template(_))));
        assert!(matches!(tried("{\"text\": {{ letter.subject }}}"), Err(Broken::Json(_))));
        assert!(matches!(tried("{\"text\": \"{{ letter.subject | safe }}\"}"), Err(Broken::Json(_))));
        assert_eq!(tried("{\"text\": \"{{ letter.subject }}\", \"n\": {{ letter.alerts | length }}}"), Ok(()));
    }

    #[test]
    fn text_is_harmless_in_the_kind_of_content_that_it_stands_in() {
        let letter = Letter { subject: "ą&b=\"<c>\"".to_owned(), ..Letter::example() };
        let filled = |content_type| {
            let template = Template::new("{{ letter.subject }}", content_type).unwrap();
            template.fill(&letter, &Addressee::default()).unwrap()
        };
        assert_eq!(filled("application/x-www-form-urlencoded"), "%C4%85%26b%3D%22%3Cc%3E%22");
        assert_eq!(filled("text/xml; charset=utf-8"), "ą&amp;b=&quot;&lt;c&gt;&quot;");
        assert_eq!(filled("text/plain"), "ą&b=\"<c>\"");
    }

    proptest! {
        #[test]
        fn no_letter_breaks_a_ready_template(
            subject in "(\\PC|[\"\\\\\r\n\t\u{0}<>&{}%]){0,60}",
            text in "(\\PC|[\"\\\\\r\n\t\u{0}<>&{}%]|<script>){0,200}",
            link in proptest::option::of("\\PC{0,40}"),
            resolved in any::<bool>(),
        ) {
            let kind = if resolved { LetterKind::Resolved } else { LetterKind::Opened };
            let letter = Letter { subject, text, link, kind, ..Letter::example() };
            for (name, _) in READY {
                let content = filled(name, &letter);
                if name == "ntfy" {
                    prop_assert_eq!(content["topic"].as_str(), Some("rotuse"));
                    prop_assert_eq!(content["title"].as_str(), Some(letter.subject.as_str()));
                }
            }
        }
    }
}
