//! A web server that writes down what it is asked and answers as it was told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use crate::SOON;

/// Listens on a free port of 127.0.0.1 for as long as the test runs.
#[derive(Debug)]
pub struct WebListener {
    /// Where.
    pub port: u16,
    requests: Receiver<Request>,
}

/// What was asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// The first line: method, path and protocol.
    pub line: String,
    /// The header fields, as they came.
    pub fields: Vec<String>,
    /// The content.
    pub body: String,
}

impl WebListener {
    /// One that answers with a status, such as `200 OK`, and a body.
    #[must_use]
    pub fn start(answer: impl Fn(&Request) -> (String, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let Some(request) = read(&stream) else { continue };
                let (status, body) = answer(&request);
                let length = body.len();
                let _ = write!(&stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
                // A test that has seen enough no longer listens.
                let _ = sender.send(request);
            }
        });
        Self { port, requests }
    }

    /// The next request that came.
    ///
    /// # Panics
    /// When none comes.
    #[must_use]
    pub fn request(&self) -> Request {
        self.requests.recv_timeout(SOON).expect("a request")
    }
}

impl Request {
    /// The value of a header field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find_map(|field| {
            let (found, value) = field.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The content as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    stream.set_read_timeout(Some(SOON)).ok()?;
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let mut request = Request { line: head.first()?.clone(), fields: head.split_off(1), body: String::new() };
    let length = request.field("Content-Length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.body = String::from_utf8(body).ok()?;
    Some(request)
}
