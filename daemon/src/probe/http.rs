//! A page of the web (RFC 9110, RFC 9112): each phase timed, and the answer compared with what is expected.
//!
//! HTTP/1.1 on a connection of our own for each request: so every phase is seen, and nothing is left open between two.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::header::{HeaderMap, LOCATION};
use hyper::{Request, Response, StatusCode, Version};
use hyper_util::rt::TokioIo;
use tokio::time::Instant;

use super::connection::{Octets, connect, secure};
use super::{Answer, Failure, Measurement, Metric, contains, one_line};
use crate::config::{Http, HttpMethod, HttpPlace, TlsPeer, Url};

/// As much of a body is read and looked at; the rest is left to the server.
const LONGEST_BODY: usize = 1024 * 1024;
/// As much of the header fields is read.
const LONGEST_HEAD: usize = 64 * 1024;

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Page {
    version: Version,
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

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
        answer.said = Some(one_line(format!("{}{from}{agreed}", status_line(&page)).as_bytes()));
        let next = location(&page, &url, question)?;
        if followed == 0 && question.redirects_to_https && !next.as_ref().is_some_and(Url::is_https) {
            let got = next.map_or_else(|| status_line(&page), |next| format!("Location: {next}"));
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
        HttpPlace::Resolved => resolve(url, answer).await?,
    };
    let stream = connect(&targets, timeout, answer).await?;
    if !url.is_https() {
        return exchange(Box::new(stream), question.method, url, answer).await;
    }
    let peer = TlsPeer { name: url.server_name(), ..question.peer.clone() };
    let stream = secure(Box::new(stream), &peer, answer).await?;
    exchange(stream, question.method, url, answer).await
}

async fn resolve(url: &Url, answer: &mut Answer) -> Result<Vec<SocketAddr>, Failure> {
    let unresolved = |detail: &str| Failure::Unresolved { name: url.host().to_owned(), detail: detail.to_owned() };
    let started = Instant::now();
    let found = tokio::net::lookup_host((url.host(), url.port())).await;
    let found: Vec<_> = found.map_err(|error| unresolved(&one_line(error.to_string().as_bytes())))?.collect();
    answer.measurements.push(Measurement::time(Metric::ResolveTime, started.elapsed()));
    if found.is_empty() { Err(unresolved("no address")) } else { Ok(found) }
}

async fn exchange(
    stream: Box<dyn Octets>,
    method: HttpMethod,
    url: &Url,
    answer: &mut Answer,
) -> Result<Page, Failure> {
    let request = Request::builder()
        .method(match method {
            HttpMethod::Get => hyper::Method::GET,
            HttpMethod::Head => hyper::Method::HEAD,
        })
        .uri(url.target())
        .header(hyper::header::HOST, url.authority())
        .header(hyper::header::USER_AGENT, concat!("rotused/", env!("CARGO_PKG_VERSION")))
        .header(hyper::header::ACCEPT, "*/*")
        .header(hyper::header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|error| Failure::Local { detail: error.to_string() })?;
    let started = Instant::now();
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(LONGEST_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| fault(&error))?;
    let exchange = async {
        let response = sender.send_request(request).await.map_err(|error| fault(&error))?;
        answer.measurements.push(Measurement::time(Metric::FirstByteTime, started.elapsed()));
        let page = read(response).await?;
        #[expect(clippy::cast_precision_loss, reason = "at most a mebioctet")]
        answer.measurements.push(Measurement::new(Metric::BodySize, page.body.len() as f64));
        Ok(page)
    };
    // The connection works only while it is polled. When it ends, the exchange has been told all that there is to tell.
    let drive = async {
        let _ = connection.await;
        std::future::pending().await
    };
    tokio::select! {
        page = exchange => page,
        page = drive => page,
    }
}

async fn read(response: Response<hyper::body::Incoming>) -> Result<Page, Failure> {
    let (head, mut incoming) = response.into_parts();
    let mut body = Vec::new();
    while body.len() < LONGEST_BODY {
        let Some(frame) = incoming.frame().await else { break };
        if let Ok(data) = frame.map_err(|error| fault(&error))?.into_data() {
            body.extend_from_slice(&data);
        }
    }
    body.truncate(LONGEST_BODY);
    Ok(Page { version: head.version, status: head.status, headers: head.headers, body })
}

fn fault(error: &hyper::Error) -> Failure {
    Failure::Protocol { detail: one_line(error.to_string().as_bytes()) }
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
        return unexpected(wanted, status_line(page));
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

fn status_line(page: &Page) -> String {
    format!("{:?} {}", page.version, page.status)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use strict_toml::FromText;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

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
        let exchange = exchange(Box::new(ours), HttpMethod::Get, &url, &mut answer);
        let both = async { tokio::join!(exchange, server).0 };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let limited = async { tokio::time::timeout(Duration::from_secs(10), both).await };
        runtime.block_on(limited).expect("an exchange with a server that has closed ends")
    }

    #[test]
    fn a_page_is_read_whole_or_not_at_all() {
        let page = answered(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlabas").unwrap();
        assert_eq!((status_line(&page).as_str(), page.body.as_slice()), ("HTTP/1.1 200 OK", b"labas".as_slice()));
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
