//! News for people's feed readers: the same [`Feed`] as Atom (RFC 4287), which every reader knows, and as JSON Feed 1.1
//! (<https://www.jsonfeed.org/version/1.1/>), which programs like better.
//!
//! Both are made from typed data and nothing else; that links in [`FeedEntry::html`] are absolute is up to the caller,
//! since readers show the text far from the page. The identifiers must never change (RFC 4287, section 4.2.6): a
//! reader takes an entry with a new one for news.

use jiff::Timestamp;
use serde::Serialize;

use super::xml::{push_element, push_empty, push_escaped};

/// A feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Names the feed for ever, a URI (RFC 4287, section 4.2.6).
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is about, in a sentence.
    pub subtitle: Option<String>,
    /// The language of its texts, a tag of RFC 5646.
    pub language: String,
    /// The page that shows the same.
    pub home_url: String,
    /// Where the Atom feed is.
    pub atom_url: String,
    /// Where the JSON feed is.
    pub json_url: String,
    /// When anything in it last changed in a way that matters; never the time of the build.
    pub updated: Timestamp,
    /// Who answers for it: entries name nobody themselves.
    pub author: String,
    /// Its entries, in the order in which they are written: the newest first.
    pub entries: Vec<FeedEntry>,
}

/// An entry of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// Names the entry for ever, a URI; its first address will do.
    pub id: String,
    /// The page.
    pub url: String,
    /// Its title, plain text.
    pub title: String,
    /// What it says, in a sentence or two of plain text.
    pub summary: Option<String>,
    /// The whole text, HTML, with absolute links.
    pub html: String,
    /// When it appeared.
    pub published: Timestamp,
    /// When it last changed in a way that matters.
    pub updated: Timestamp,
    /// Under which headings it is found.
    pub categories: Vec<String>,
    /// Files that belong to it.
    pub attachments: Vec<Attachment>,
}

/// A file that belongs to an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Where it is.
    pub url: String,
    /// Its media type, such as `application/pdf`.
    pub media_type: String,
    /// What it is called.
    pub title: Option<String>,
    /// How large it is, in bytes.
    pub size: Option<u64>,
}

/// The feed as application/atom+xml. Characters that XML 1.0 cannot hold are dropped.
pub fn atom(feed: &Feed) -> String {
    let mut xml =
        String::with_capacity(1024 + feed.entries.iter().map(|entry| entry.html.len() * 5 / 4 + 1024).sum::<usize>());
    xml.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
    push_escaped(&mut xml, &feed.language, true);
    xml.push_str("\">\n");
    push_element(&mut xml, "id", &feed.id);
    push_element(&mut xml, "title", &feed.title);
    if let Some(subtitle) = &feed.subtitle {
        push_element(&mut xml, "subtitle", subtitle);
    }
    push_element(&mut xml, "updated", &feed.updated.to_string());
    xml.push_str("<author>\n");
    push_element(&mut xml, "name", &feed.author);
    xml.push_str("</author>\n");
    push_empty(&mut xml, "link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", &feed.atom_url)]);
    push_empty(&mut xml, "link", &[("rel", "alternate"), ("type", "text/html"), ("href", &feed.home_url)]);
    push_empty(&mut xml, "link", &[("rel", "alternate"), ("type", "application/feed+json"), ("href", &feed.json_url)]);
    for entry in &feed.entries {
        push_entry(&mut xml, entry);
    }
    xml.push_str("</feed>\n");
    xml
}

fn push_entry(xml: &mut String, entry: &FeedEntry) {
    xml.push_str("<entry>\n");
    push_element(xml, "id", &entry.id);
    push_element(xml, "title", &entry.title);
    push_empty(xml, "link", &[("rel", "alternate"), ("type", "text/html"), ("href", &entry.url)]);
    push_element(xml, "published", &entry.published.to_string());
    push_element(xml, "updated", &entry.updated.to_string());
    for category in &entry.categories {
        push_empty(xml, "category", &[("term", category)]);
    }
    for attachment in &entry.attachments {
        push_enclosure(xml, attachment);
    }
    if let Some(summary) = &entry.summary {
        push_element(xml, "summary", summary);
    }
    xml.push_str("<content type=\"html\">");
    push_escaped(xml, &entry.html, false);
    xml.push_str("</content>\n</entry>\n");
}

/// Section 4.2.7.2, `enclosure`.
fn push_enclosure(xml: &mut String, attachment: &Attachment) {
    let size = attachment.size.map(|size| size.to_string());
    let mut attributes =
        vec![("rel", "enclosure"), ("type", attachment.media_type.as_str()), ("href", &attachment.url)];
    attributes.extend(attachment.title.as_deref().map(|title| ("title", title)));
    attributes.extend(size.as_deref().map(|size| ("length", size)));
    push_empty(xml, "link", &attributes);
}

/// The feed as application/feed+json.
pub fn json(feed: &Feed) -> String {
    let document = JsonFeed {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: &feed.home_url,
        feed_url: &feed.json_url,
        description: feed.subtitle.as_deref(),
        language: &feed.language,
        authors: [JsonAuthor { name: &feed.author }],
        items: feed.entries.iter().map(JsonItem::of).collect(),
    };
    // Only maps with keys that are not text, or a `Serialize` that fails by itself, can fail; here are neither.
    serde_json::to_string(&document).unwrap_or_default()
}

#[derive(Serialize)]
struct JsonFeed<'f> {
    version: &'static str,
    title: &'f str,
    home_page_url: &'f str,
    feed_url: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'f str>,
    language: &'f str,
    authors: [JsonAuthor<'f>; 1],
    items: Vec<JsonItem<'f>>,
}

#[derive(Serialize)]
struct JsonAuthor<'f> {
    name: &'f str,
}

#[derive(Serialize)]
struct JsonItem<'f> {
    id: &'f str,
    url: &'f str,
    title: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'f str>,
    content_html: &'f str,
    date_published: String,
    date_modified: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'f [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<JsonAttachment<'f>>,
}

impl JsonItem<'_> {
    fn of(entry: &FeedEntry) -> JsonItem<'_> {
        JsonItem {
            id: &entry.id,
            url: &entry.url,
            title: &entry.title,
            summary: entry.summary.as_deref(),
            content_html: &entry.html,
            date_published: entry.published.to_string(),
            date_modified: entry.updated.to_string(),
            tags: &entry.categories,
            attachments: entry.attachments.iter().map(JsonAttachment::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct JsonAttachment<'f> {
    url: &'f str,
    mime_type: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
}

impl JsonAttachment<'_> {
    fn of(attachment: &Attachment) -> JsonAttachment<'_> {
        JsonAttachment {
            url: &attachment.url,
            mime_type: &attachment.media_type,
            title: attachment.title.as_deref(),
            size_in_bytes: attachment.size,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed() -> Feed {
        let time: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        Feed {
            id: "https://silupe.example/naujienos/".to_owned(),
            title: "Šilupės naujienos".to_owned(),
            subtitle: None,
            language: "lt".to_owned(),
            home_url: "https://silupe.example/naujienos/".to_owned(),
            atom_url: "https://silupe.example/naujienos/feed.xml".to_owned(),
            json_url: "https://silupe.example/naujienos/feed.json".to_owned(),
            updated: time,
            author: "Šilupės rajono savivaldybė".to_owned(),
            entries: vec![FeedEntry {
                id: "https://silupe.example/naujienos/a/".to_owned(),
                url: "https://silupe.example/naujienos/a/?b=1&c=2".to_owned(),
                title: "Medis & <krūmas>\u{1}".to_owned(),
                summary: Some("Trumpai".to_owned()),
                html: "<p>Tekstas &amp; „kabutės“ ]]></p>".to_owned(),
                published: time,
                updated: time,
                categories: vec!["Aplinka".to_owned()],
                attachments: vec![Attachment {
                    url: "https://silupe.example/a.pdf".to_owned(),
                    media_type: "application/pdf".to_owned(),
                    title: Some("Planas \"A\"".to_owned()),
                    size: Some(1234),
                }],
            }],
        }
    }

    #[test]
    fn atom_escapes_text_and_drops_what_xml_forbids() {
        let xml = atom(&feed());
        assert!(xml.contains("<title>Medis &amp; &lt;krūmas&gt;</title>"), "{xml}");
        assert!(
            xml.contains("<content type=\"html\">&lt;p&gt;Tekstas &amp;amp; „kabutės“ ]]&gt;&lt;/p&gt;</content>"),
            "{xml}"
        );
        assert!(xml.contains("title=\"Planas &quot;A&quot;\" length=\"1234\"/>"), "{xml}");
        assert!(xml.contains("<updated>2026-11-23T08:00:00Z</updated>"), "{xml}");
    }

    #[test]
    fn json_says_the_same_and_leaves_out_what_is_not_there() {
        let text = json(&feed());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["version"], "https://jsonfeed.org/version/1.1");
        assert_eq!(value["items"][0]["attachments"][0]["size_in_bytes"], 1234);
        assert_eq!(value["items"][0]["content_html"], feed().entries[0].html);
        assert_eq!(value["items"][0]["tags"][0], "Aplinka");
        assert!(value.get("description").is_none());
    }

    #[test]
    fn a_feed_without_entries_is_a_feed() {
        let empty = Feed { entries: Vec::new(), ..feed() };
        assert!(atom(&empty).ends_with("</feed>\n"));
        assert!(json(&empty).ends_with("\"items\":[]}"));
    }
}
