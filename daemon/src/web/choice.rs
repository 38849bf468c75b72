//! What a reader chose by the query of an address: the language, whether the page stays as it is, and which devices are shown.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use messages::Language;

use super::graph::Span;
use crate::health::State;
use crate::live::DeviceStatus;

/// What a reader chose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Choice {
    pub(super) language: Option<Language>,
    pub(super) paused: bool,
    pub(super) filter: Filter,
}

/// Which devices, or incidents, are shown; what is not said is not chosen by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Filter {
    /// Letters in the name, the title or the address.
    pub(super) text: Option<String>,
    pub(super) site: Option<String>,
    /// A name of [`crate::config::DeviceKind`].
    pub(super) kind: Option<String>,
    pub(super) group: Option<String>,
    pub(super) state: Option<State>,
    /// Also what is over.
    pub(super) all: bool,
    /// How far back graphs go.
    pub(super) span: Span,
}

impl Choice {
    /// What stands in a query; what we do not know is ignored.
    pub(super) fn of(query: Option<&str>) -> Self {
        let mut choice = Self::default();
        for (key, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            // An empty field of a form chooses nothing.
            let text = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
            let filter = &mut choice.filter;
            match &*key {
                "lang" => choice.language = Language::from_tag(&value).or(choice.language),
                "paused" => choice.paused = true,
                "q" => filter.text = text,
                "site" => filter.site = text,
                "kind" => filter.kind = text,
                "group" => filter.group = text,
                "state" => filter.state = State::named(&value),
                "all" => filter.all = true,
                "span" => filter.span = Span::ALL.into_iter().find(|span| span.name() == value).unwrap_or_default(),
                _ => {}
            }
        }
        choice
    }

    /// The query by which another page is read in the same way: empty, or with its `?`.
    pub(super) fn query(&self) -> String {
        Self { filter: Filter::default(), ..self.clone() }.here()
    }

    /// The query that says all of it: empty, or with its `?`.
    pub(super) fn here(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let Self { language, paused, filter } = self;
        if let Some(language) = language {
            query.append_pair("lang", language.tag());
        }
        if *paused {
            query.append_key_only("paused");
        }
        let state = filter.state.map(|state| state.name().to_owned());
        let chosen = [
            ("q", &filter.text),
            ("site", &filter.site),
            ("kind", &filter.kind),
            ("group", &filter.group),
            ("state", &state),
        ];
        for (key, value) in chosen {
            if let Some(value) = value {
                query.append_pair(key, value);
            }
        }
        if filter.span != Span::default() {
            query.append_pair("span", filter.span.name());
        }
        if filter.all {
            query.append_key_only("all");
        }
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }

    /// The chosen language, else the one that the browser prefers, else Lithuanian.
    pub(super) fn language(&self, headers: &HeaderMap) -> Language {
        let preferred = || headers.get(ACCEPT_LANGUAGE)?.to_str().ok().map(Language::preferred);
        self.language.or_else(preferred).unwrap_or(Language::Lithuanian)
    }
}

impl Filter {
    /// Whether anything is chosen by.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a device is shown.
    pub(super) fn has(&self, device: &DeviceStatus) -> bool {
        let has_text = |text: &String| {
            let text = text.to_lowercase();
            [device.name.as_str(), &device.title, &device.address.to_string()]
                .iter()
                .any(|found| found.to_lowercase().contains(&text))
        };
        self.text.as_ref().is_none_or(has_text)
            && self.site.as_ref().is_none_or(|site| device.site.as_ref() == Some(site))
            && self.kind.as_ref().is_none_or(|kind| device.kind.is_some_and(|found| found.name() == kind))
            && self.group.as_ref().is_none_or(|group| device.groups.contains(group))
            && self.state.is_none_or(|state| device.state() == state)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_chosen_is_kept_in_links(
            text in proptest::option::of("[^\\s].{0,9}[^\\s]"), site in proptest::option::of("[a-ząčęė&=?/#+%]{1,9}"),
            paused: bool, state in proptest::option::of(proptest::sample::select(&State::ALL[..])),
        ) {
            let filter = Filter { text, site, state, ..Filter::default() };
            let choice = Choice { language: Some(Language::English), paused, filter };
            let here = choice.here();
            prop_assert!(here.is_ascii() && !here.contains(['"', '<', ' ']));
            prop_assert_eq!(Choice::of(here.strip_prefix('?')), choice);
        }
    }
}
