//! The configuration of a web editor over a forge, from the content types: one description of what pages are drives the reader, the
//! errors, `sitegen new`, and the forms that editors fill in.
//!
//! It is that of Decap CMS (decapcms.org/docs/configuration-options, read by Sveltia CMS too), for whoever writes without git. It is
//! JSON, which is YAML as well (YAML 1.2, 1.2), and goes to `admin/config.yml` beside the editor's one page.

use messages::{Language, Message};
use serde_json::{Value, json};
use strict_toml::FromValue;

use crate::content::{Attachment, Field, Image, Kind, Sources, Type};

/// Where the content is.
#[derive(Debug, Clone)]
pub struct Forge {
    /// `forgejo` or `gitea`.
    pub backend: String,
    /// `owner/name`.
    pub repository: String,
    /// The address of the forge: `https://git.azuolynas.example`.
    pub address: String,
    /// The branch that is published.
    pub branch: String,
}

/// `admin/config.yml` for the sections of a site whose pages are of one type, with words in `language`.
#[must_use]
pub fn configuration(sources: &Sources, forge: &Forge, language: Language) -> String {
    let own = sources.settings.language;
    let sections = sources.pages.values().filter(|page| page.file.is_section && page.file.language == own);
    let collections = sections.filter_map(|page| match &page.front.kind {
        Kind::Section(section) => {
            let folder = page.file.key();
            Some(collection(&folder, &page.front.title, section.contains?, language))
        }
        _ => None,
    });
    let value = json!({
        "backend": {
            "name": forge.backend,
            "repo": forge.repository,
            "base_url": forge.address,
            "api_root": format!("{}/api/v1", forge.address.trim_end_matches('/')),
            "branch": forge.branch,
        },
        "locale": language.tag(),
        "site_url": sources.settings.base_url,
        "display_url": sources.settings.base_url,
        // Decap asks for one; each collection has its own.
        "media_folder": "static",
        "public_folder": "/",
        // Whether a text may be public is decided by the gate, whatever editor it was written in.
        "publish_mode": "simple",
        "slug": { "encoding": "ascii", "clean_accents": true },
        "collections": collections.collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}

fn collection(folder: &str, title: &str, type_: Type, language: Language) -> Value {
    let common = [("summary", "text", false), ("tags", "list", false), ("draft", "boolean", false)];
    let mut fields = vec![json!({ "name": "title", "label": label("title", language), "widget": "string" })];
    fields.push(json!({
        "name": "published", "label": label("published", language), "widget": "datetime",
        "format": "YYYY-MM-DDTHH:mm", "required": type_ == Type::News,
    }));
    for (name, widget, is_required) in common {
        fields.push(json!({ "name": name, "label": label(name, language), "widget": widget, "required": is_required }));
    }
    let documents = [("images", <Image as FromValue>::EXAMPLE), ("attachments", <Attachment as FromValue>::EXAMPLE)];
    fields.extend(documents.map(|(name, example)| {
        let inner = parts(example.trim_matches(['{', '}']), language);
        json!({ "name": name, "label": label(name, language), "widget": "list", "required": false, "fields": inner })
    }));
    fields.extend(type_.fields().iter().map(|field| of_field(field, language)));
    fields.push(json!({ "name": "body", "label": label("body", language), "widget": "markdown", "required": false }));
    // `body` is what Decap calls the text below the head; a sitting has a key of that name, which it then cannot have.
    let mut seen = Vec::new();
    fields.retain(|field| {
        let name = field["name"].as_str().unwrap_or_default().to_owned();
        let is_new = !seen.contains(&name);
        seen.push(name);
        is_new
    });
    json!({
        "name": folder.replace('/', "-"),
        "label": title,
        "label_singular": language.text(&type_.key()),
        "folder": format!("content/{folder}"),
        // Files stand beside the text that names them.
        "media_folder": "",
        "public_folder": "",
        "create": true,
        "extension": "md",
        "format": "yaml-frontmatter",
        "slug": "{{slug}}",
        "fields": fields,
    })
}

/// What a key is called in a form.
fn label(key: &str, language: Language) -> String {
    language.text(&format!("editor-{}", key.replace('_', "-")))
}

/// The form of one key.
fn of_field(field: &Field, language: Language) -> Value {
    let mut value = widget(field, language);
    value["name"] = field.key.into();
    value["label"] = label(field.key, language).into();
    value["required"] = field.is_required.into();
    if field.is_list {
        let hint = Message::new("editor-several");
        value["hint"] = language.say(&hint).into();
    }
    value
}

/// The widget for values like a field's example.
fn widget(field: &Field, language: Language) -> Value {
    if !field.choices.is_empty() {
        let options = field.choices.iter().map(|word| {
            let words = language.text(&format!("{}-{word}", field.catalogue));
            json!({ "value": word, "label": words })
        });
        return json!({ "widget": "select", "options": options.collect::<Vec<_>>() });
    }
    if let Some(inner) = field.example.strip_prefix('{') {
        let widget = if field.is_list { "list" } else { "object" };
        return json!({ "widget": widget, "fields": parts(inner.trim_end_matches('}'), language) });
    }
    if field.is_list { json!({ "widget": "list" }) } else { like(field.example) }
}

/// The forms of the keys of a table, of which one is written so: `file = "priedas.pdf", title = "…"`.
fn parts(example: &str, language: Language) -> Vec<Value> {
    let parts = example.split(',').filter_map(|pair| pair.split_once('='));
    parts
        .map(|(key, example)| {
            let (key, mut value) = (key.trim(), like(example.trim()));
            value["name"] = key.into();
            value["label"] = label(key, language).into();
            value["required"] = false.into();
            value
        })
        .collect()
}

/// The widget for one value that is written like `example`, as TOML.
fn like(example: &str) -> Value {
    let has_length_of = |other: &str| example.len() == other.len() && example.as_bytes().get(4) == Some(&b'-');
    let ending = example.trim_matches('"').rsplit_once('.').map_or("", |(_, ending)| ending);
    match example {
        _ if has_length_of("2026-11-23") => {
            json!({ "widget": "datetime", "format": "YYYY-MM-DD", "time_format": false })
        }
        _ if has_length_of("2026-11-23T10:00") => json!({ "widget": "datetime", "format": "YYYY-MM-DDTHH:mm" }),
        "true" | "false" => json!({ "widget": "boolean" }),
        _ if example.parse::<f64>().is_ok() => json!({ "widget": "number" }),
        _ if ending == "jpg" => json!({ "widget": "image", "choose_url": false }),
        // It is put beside the text.
        _ if matches!(ending, "pdf" | "csv") => json!({ "widget": "file", "choose_url": false }),
        _ => json!({ "widget": "string" }),
    }
}
