//! Handing content to a web server, for all channels that do so. Redirects are not followed: a letter goes to nobody but the
//! server that the administrator has named.

use http_body_util::Full;
use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use super::super::{LONGEST_DELIVERY, NotDelivered, Receipt};
use crate::config::Endpoint;
use crate::probe::connection::{connect, secure};
use crate::probe::web_client::{Page, exchange, request, resolve};
use crate::probe::{Answer, Failure, one_line};

/// As much of an answer is looked at.
const LONGEST_ANSWER: usize = 16 * 1024;
/// A part of an address that is shorter is no secret, and is found in too many words.
const SHORTEST_SECRET: usize = 6;

/// Content on its way to a web server.
pub(in crate::notify) struct Parcel<'a> {
    /// How it is handed over.
    pub(in crate::notify) method: Method,
    /// Path and query.
    pub(in crate::notify) target: &'a str,
    /// Further fields.
    pub(in crate::notify) headers: &'a [(HeaderName, HeaderValue)],
    /// The kind of content.
    pub(in crate::notify) content_type: &'a str,
    /// The content.
    pub(in crate::notify) content: String,
    /// Of the letter.
    pub(in crate::notify) id: &'a str,
}

/// Hands content over and says what the server makes of it.
pub(in crate::notify) async fn post(endpoint: &Endpoint, parcel: Parcel<'_>) -> Result<Receipt, NotDelivered> {
    let secrets = Secrets::of(endpoint);
    match send(endpoint, parcel).await {
        Ok(page) => judge(&page, &secrets),
        Err(failure) => Err(NotDelivered::temporary(&secrets.hide(&failure.to_string()))),
    }
}

async fn send(endpoint: &Endpoint, parcel: Parcel<'_>) -> Result<Page, Failure> {
    let local = |error: &dyn std::fmt::Display| Failure::Local { detail: error.to_string() };
    let url = &endpoint.url;
    let mut request = request(parcel.method, url, parcel.target)
        .header(CONTENT_TYPE, parcel.content_type)
        .header("X-Idempotency-Key", super::super::letter_id(parcel.id));
    for (name, value) in parcel.headers {
        request = request.header(name, value);
    }
    if let Some(token) = &endpoint.token {
        let field = Zeroizing::new(format!("Bearer {}", token.reveal()));
        // The library's own error quotes nothing, ours must not either.
        let mut value = HeaderValue::from_str(&field).map_err(|_| local(&"the token is no token"))?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    let request = request.body(Full::new(Bytes::from(parcel.content))).map_err(|error| local(&error))?;
    // What is measured on the way interests nobody here.
    let mut phases = Answer::good(Vec::new());
    let targets = resolve(url.host(), url.port()).await?;
    let stream = connect(&targets, LONGEST_DELIVERY, &mut phases).await?;
    let stream =
        if url.is_https() { secure(Box::new(stream), &endpoint.peer, &mut phases).await? } else { Box::new(stream) };
    exchange(stream, request, LONGEST_ANSWER, || {}).await
}

/// What an answer means (RFC 9110, section 15).
fn judge(page: &Page, secrets: &Secrets) -> Result<Receipt, NotDelivered> {
    // Hidden before it is cut: the beginning of a secret is none of anybody's business either.
    let line = one_line(secrets.hide(&String::from_utf8_lossy(&page.body)).as_bytes());
    let answer = if line.is_empty() { page.status_line() } else { format!("{}: {line}", page.status_line()) };
    match page.status.as_u16() {
        200..=299 => Ok(Receipt::of(&answer)),
        // It was too slow, it was too early, there were too many, or the server has a fault of its own.
        408 | 425 | 429 | 500..=599 => Err(NotDelivered::temporary(&answer)),
        _ => Err(NotDelivered::permanent(&answer)),
    }
}

/// What must not be in an answer, though servers like to quote what they were asked.
struct Secrets(Vec<Zeroizing<String>>);

impl Secrets {
    fn of(endpoint: &Endpoint) -> Self {
        let mut secrets: Vec<Zeroizing<String>> = Vec::new();
        if endpoint.is_secret {
            let target = Zeroizing::new(endpoint.url.target());
            let parts = target.split(['/', '?', '&', '=', ';']).map(str::to_owned).map(Zeroizing::new);
            secrets.extend(parts.filter(|part| part.len() >= SHORTEST_SECRET));
            if target.len() >= SHORTEST_SECRET {
                secrets.push(target);
            }
        }
        secrets.extend(endpoint.token.iter().map(|token| Zeroizing::new(token.reveal().to_owned())));
        // The longer first: one may be a part of another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(secrets)
    }

    fn hide(&self, words: &str) -> String {
        self.0.iter().fold(words.to_owned(), |words, secret| words.replace(secret.as_str(), "…"))
    }
}

#[cfg(test)]
mod tests {
    use hyper::{StatusCode, Version};

    use super::*;

    fn judged(status: u16, body: &str) -> Result<Receipt, NotDelivered> {
        let page = Page {
            version: Version::HTTP_11,
            status: StatusCode::from_u16(status).unwrap(),
            headers: hyper::HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        };
        judge(
            &page,
            &Secrets(vec![Zeroizing::new("T0/B0/paslaptis".to_owned()), Zeroizing::new("paslaptis".to_owned())]),
        )
    }

    #[test]
    fn a_status_says_whether_another_try_makes_sense() {
        for status in [200, 201, 202, 204] {
            assert!(judged(status, "ok").is_ok(), "{status}");
        }
        for status in [408, 425, 429, 500, 502, 503, 504] {
            assert!(matches!(judged(status, ""), Err(NotDelivered::Temporary { .. })), "{status}");
        }
        for status in [301, 302, 307, 400, 401, 403, 404, 410, 413] {
            assert!(matches!(judged(status, ""), Err(NotDelivered::Permanent { .. })), "{status}");
        }
    }

    #[test]
    fn a_server_that_quotes_a_secret_is_not_quoted() {
        let NotDelivered::Permanent { answer } =
            judged(404, "\r\nCannot POST /T0/B0/paslaptis\x07\n<html>").unwrap_err()
        else {
            panic!("it is permanent");
        };
        assert_eq!(answer, "HTTP/1.1 404 Not Found: Cannot POST /…");
    }
}
