//! A letter as a request to a web server.

use std::borrow::Cow;

use hyper::Method;

use super::super::template::{Addressee, Broken};
use super::super::{Letter, NotDelivered, Receipt, letter_id};
use super::post::{Parcel, post};
use crate::config::{Dialect, Webhook, WebhookMethod};

/// Hands a letter over.
pub(super) async fn deliver(webhook: &Webhook, letter: &Letter) -> Result<Receipt, NotDelivered> {
    let address = webhook.endpoint.url.target();
    let (target, topic) = place(webhook.dialect, &address, letter);
    let filled = webhook.template.fill(letter, &Addressee { to: &webhook.to, topic });
    let content = filled.map_err(|broken| match broken {
        // Another try would make the same of it.
        Broken::Template(detail) | Broken::Json(detail) => NotDelivered::permanent(&detail),
    })?;
    let method = match webhook.method {
        WebhookMethod::Post => Method::POST,
        WebhookMethod::Put => Method::PUT,
    };
    let content_type = webhook.template.content_type();
    let parcel = Parcel { method, target: &target, headers: &webhook.headers, content_type, content, id: &letter.id };
    post(&webhook.endpoint, parcel).await
}

/// Path and query of the request, and the topic if the dialect has such.
fn place<'a>(dialect: Dialect, address: &'a str, letter: &Letter) -> (Cow<'a, str>, &'a str) {
    let (path, query) = address.split_once('?').map_or((address, None), |(path, query)| (path, Some(query)));
    let with_query = |path: String| match query {
        Some(query) => Cow::Owned(format!("{path}?{query}")),
        None => Cow::Owned(path),
    };
    match dialect {
        // The transaction's id, by which the server knows a request that comes again.
        Dialect::Matrix => (with_query(format!("{}/{}", path.trim_end_matches('/'), letter_id(&letter.id))), ""),
        Dialect::Ntfy => {
            let (before, topic) = path.rsplit_once('/').unwrap_or(("", path));
            (with_query(format!("{before}/")), topic)
        }
        _ => (Cow::Borrowed(address), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_the_dialect_makes_of_it() {
        let letter = Letter { id: "17/opened ą".to_owned(), ..Letter::example() };
        let placed = |dialect, address: &str| {
            let (target, topic) = place(dialect, address, &letter);
            (target.into_owned(), topic.to_owned())
        };
        let send = "/rooms/!a:b/send/m.room.message";
        let put = format!("{send}/17=2Fopened=20=C4=85");
        assert_eq!(placed(Dialect::Matrix, send), (put.clone(), String::new()));
        assert_eq!(
            placed(Dialect::Matrix, &format!("{send}/?user_id=@r:b")),
            (format!("{put}?user_id=@r:b"), String::new())
        );
        assert_eq!(placed(Dialect::Ntfy, "/rotuse"), ("/".to_owned(), "rotuse".to_owned()));
        assert_eq!(placed(Dialect::Ntfy, "/ntfy/rotuse"), ("/ntfy/".to_owned(), "rotuse".to_owned()));
        assert_eq!(placed(Dialect::Slack, "/services/a?b"), ("/services/a?b".to_owned(), String::new()));
    }
}
