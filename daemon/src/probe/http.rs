//! A page of the web (RFC 9110, RFC 9112): each phase timed, and the answer compared with what is expected.
//!
//! HTTP/1.1 on a connection of our own for each request: so every phase is seen, and nothing is left open between two.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::header::LOCATION;
use tokio::time::Instant;

use super::connection::{Octets, connect, secure};
use super::web_client::{Page, exchange, request, resolve};
use super::{Answer, Failure, Measurement, Metric, contains, one_line};
use crate::config::{Http, HttpMethod, HttpPlace, TlsPeer, Url};

/// As much of a body is read and looked at; the rest is left to the server.
const LONGEST_BODY: usize = 1024 * 1024;

/// Asks for the page, follows where the server leads, and looks at what comes.
pub async fn probe(question: &Http, timeout: Duration) -> Answer {
    let mut answer = Answer::good(Vec::new());
    let asked = tokio::time::timeout(timeout, ask(question, timeout, &mut answer)).await;
    answer.concluded(asked, timeout)
}

async fn ask(question: &Http, timeout: Duration, answer: &mut Answer) -> Result<(), Failure> {
    let started = Instant::now();
    let mut url = question.url.clone();
    for followed in 0..=question.redirects {
        // The phases are those of the last request; the total is of all.
        answer.measurements.clear();
        answer.said = None;
        let page = fetch(question, &url, timeout, answer).await?;
        let agreed = answer.said.take().map(|agreed| format!(", {agreed}")).unwrap_or_default();
        let from = if followed > 0 { format!(", {url}") } else { String::new() };
        answer.said = Some(one_line(format!("{}{from}{agreed}", page.status_line()).as_bytes()));
        let next = location(&page, &url, question)?;
        if followed == 0 && question.redirects_to_https && !next.as_ref().is_some_and(Url::is_https) {
            let got = next.map_or_else(|| page.status_line(), |next| format!("Location: {next}"));
            return Err(Failure::Unexpected {
                wanted: "Location: https://…".to_owned(),
                got: one_line(got.as_bytes()),
            });
        }
        let is_final = question.redirects == 0 || question.status.contains(&page.status.as_u16());
        match next {
            Some(next) if !is_final => url = next,
            _ => {
                answer.measurements.push(Measurement::time(Metric::TotalTime, started.elapsed()));
                return judge(&page, question);
            }
        }
    }
    Err(Failure::Protocol { detail: format!("more than {} redirects, the last to {url}", question.redirects) })
}

/// One request and its answer.
async fn fetch(question: &Http, url: &Url, timeout: Duration, answer: &mut Answer) -> Result<Page, Failure> {
    let targets = match question.place {
        HttpPlace::Device(address) => vec![SocketAddr::new(address, url.port())],
        HttpPlace::Resolved => locate(url, answer).await?,
    };
    let stream = connect(&targets, timeout, answer).await?;
    if !url.is_https() {
        return ask_for(Box::new(stream), question.method, url, answer).await;
    }
    let peer = TlsPeer { name: url.server_name(), ..question.peer.clone() };
    let stream = secure(Box::new(stream), &peer, answer).await?;
    ask_for(stream, question.method, url, answer).await
}

async fn locate(url: &Url, answer: &mut Answer) -> Result<Vec<SocketAddr>, Failure> {
    let started = Instant::now();
    let found = resolve(url.host(), url.port()).await?;
    answer.measurements.push(Measurement::time(Metric::ResolveTime, started.elapsed()));
    Ok(found)
}

async fn ask_for(stream: Box<dyn Octets>, method: HttpMethod, url: &Url, answer: &mut Answer) -> Result<Page, Failure> {
    let method = match method {
        HttpMethod::Get => hyper::Method::GET,
        HttpMethod::Head => hyper::Method::HEAD,
    };
    let request = request(method, url, &url.target())
        .body(Empty::<Bytes>::new())
        .map_err(|error| Failure::Local { detail: error.to_string() })?;
    let started = Instant::now();
    let head_came = || answer.measurements.push(Measurement::time(Metric::FirstByteTime, started.elapsed()));
    let page = exchange(stream, request, LONGEST_BODY, head_came).await?;
    #[expect(clippy::cast_precision_loss, reason = "at most a mebioctet")]
    answer.measurements.push(Measurement::new(Metric::BodySize, page.body.len() as f64));
    Ok(page)
}

/// Where the server leads, if it does (RFC 9110, section 15.4).
fn location(page: &Page, url: &Url, question: &Http) -> Result<Option<Url>, Failure> {
    const LEADING: [u16; 5] = [301, 302, 303, 307, 308];
    let Some(location) = page.headers.get(LOCATION).filter(|_| LEADING.contains(&page.status.as_u16())) else {
        return Ok(None);
    };
    let next = location.to_str().ok().and_then(|location| url.join(location));
    if next.is_none() && question.redirects > 0 && !question.status.contains(&page.status.as_u16()) {
        return Err(Failure::Protocol { detail: format!("Location: {}", one_line(location.as_bytes())) });
    }
    Ok(next)
}

/// Compares the last answer with what is expected.
fn judge(page: &Page, question: &Http) -> Result<(), Failure> {
    let unexpected = |wanted: String, got: String| Err(Failure::Unexpected { wanted, got });
    let status = page.status.as_u16();
    let good =
        if question.status.is_empty() { (200..400).contains(&status) } else { question.status.contains(&status) };
    if !good {
        let wanted: Vec<String> = question.status.iter().map(u16::to_string).collect();
        let wanted = if wanted.is_empty() { "200–399".to_owned() } else { wanted.join(", ") };
        return unexpected(wanted, page.status_line());
    }
    for (name, wanted) in &question.headers {
        let mut found = page.headers.get_all(name.as_str()).iter();
        if !found.any(|value| contains(value.as_bytes(), wanted.as_bytes())) {
            let got = page.headers.get(name.as_str()).map(|value| one_line(value.as_bytes())).unwrap_or_default();
            return unexpected(format!("{name}: {wanted}"), format!("{name}: {got}"));
        }
    }
    if let Some(wanted) = question.contains.as_ref().filter(|wanted| !contains(&page.body, wanted.as_bytes())) {
        return unexpected(wanted.clone(), one_line(&page.body));
    }
    if let Some(wanted) = question.matches.as_ref().filter(|wanted| !wanted.0.is_match(&page.body)) {
        return unexpected(wanted.0.as_str().to_owned(), one_line(&page.body));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use strict_toml::FromText;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::super::web_client::LONGEST_HEAD;
    use super::*;

    /// What is made of the answer of a server that waits for the request and then says `octets` and no more.
    fn answered(octets: &[u8]) -> Result<Page, Failure> {
        let (ours, mut theirs) = tokio::io::duplex(LONGEST_HEAD);
        let url = Url::from_text("http://a.lt/").unwrap();
        let mut answer = Answer::good(Vec::new());
        let server = async {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                assert_ne!(theirs.read_buf(&mut request).await.unwrap(), 0);
            }
            // Nobody listens to the end of what is too long.
            let _ = theirs.write_all(octets).await;
            drop(theirs);
        };
        let exchange = ask_for(Box::new(ours), HttpMethod::Get, &url, &mut answer);
        let both = async { tokio::join!(exchange, server).0 };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let limited = async { tokio::time::timeout(Duration::from_secs(10), both).await };
        runtime.block_on(limited).expect("an exchange with a server that has closed ends")
    }

    #[test]
    fn a_page_is_read_whole_or_not_at_all() {
        let page = answered(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlabas").unwrap();
        assert_eq!((page.status_line().as_str(), page.body.as_slice()), ("HTTP/1.1 200 OK", b"labas".as_slice()));
        assert!(answered(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nlabas").is_err());
        assert!(answered(b"SSH-2.0-OpenSSH\r\n").is_err());
        assert!(answered(b"").is_err());
    }

    #[test]
    fn of_an_endless_page_only_the_beginning_is_read() {
        let mut octets = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        octets.resize(3 * LONGEST_BODY, b'x');
        assert_eq!(answered(&octets).unwrap().body.len(), LONGEST_BODY);
        let endless_head = [b"HTTP/1.1 200 OK\r\nA: ".as_slice(), &vec![b'x'; 2 * LONGEST_HEAD]].concat();
        assert!(answered(&endless_head).is_err());
    }

    #[test]
    fn a_page_is_good_when_all_that_is_expected_is_found() {
        let page = answered(b"HTTP/1.1 200 OK\r\nA: b\r\nA: cd\r\nContent-Length: 5\r\n\r\nlabas").unwrap();
        let any = Http {
            url: Url::from_text("http://a.lt/").unwrap(),
            place: HttpPlace::Resolved,
            method: HttpMethod::Get,
            status: Vec::new(),
            contains: None,
            matches: None,
            headers: [].into(),
            redirects: 5,
            redirects_to_https: false,
            peer: TlsPeer {
                name: Url::from_text("http://a.lt/").unwrap().server_name(),
                authorities: crate::config::Authorities::only(Vec::new()),
                expires_within: Duration::from_secs(1),
            },
        };
        assert_eq!(judge(&page, &any), Ok(()));
        let all = Http {
            status: vec![200, 204],
            contains: Some("aba".to_owned()),
            matches: Some(crate::config::Pattern::from_text("^l.*s$").unwrap()),
            headers: [("a".to_owned(), "d".to_owned())].into(),
            ..any
        };
        assert_eq!(judge(&page, &all), Ok(()));
        for worse in [
            Http { status: vec![204], ..all.clone() },
            Http { contains: Some("LABAS".to_owned()), ..all.clone() },
            Http { matches: Some(crate::config::Pattern::from_text("^a").unwrap()), ..all.clone() },
            Http { headers: [("a".to_owned(), "x".to_owned())].into(), ..all.clone() },
            Http { headers: [("b".to_owned(), "c".to_owned())].into(), ..all },
        ] {
            assert!(matches!(judge(&page, &worse), Err(Failure::Unexpected { .. })), "{worse:?}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_is_too_odd(
            status in "HTTP/1.[019] [0-9]{1,4}( [ -~]{0,9})?\r\n",
            head in "([A-Za-z-]{0,12}:? ?[ -~]{0,20}\r?\n|Content-Length: [0-9]{0,20}\r\n|Transfer-Encoding: chunked\r\n){0,5}",
            rest in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let _ = answered(&[status.as_bytes(), head.as_bytes(), b"\r\n", &rest].concat());
            let _ = answered(&rest);
        }
    }
}
