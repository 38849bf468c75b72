//! Whether what a site links to elsewhere still answers: `sitegen links --external` against servers that behave and that do not.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::collections::HashMap;
use std::fs;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::{
    Authority, Desk, MailListener, Newsroom, Nginx, Request, Validity, WebListener, free_port, in_namespace, program,
    said,
};

const FIRST: &str = "2026-11-24T07:00:00Z";
const LATER: &str = "2026-11-28T07:00:00Z";

/// The small site, with one page more.
fn linking(lines: &[String]) -> Desk {
    let desk = Desk::new();
    desk.write("content/nuorodos.md", &page(lines));
    desk
}

/// Asks whether what a site links to answers.
trait Asking {
    /// Without leave for this machine's own addresses.
    fn stranger(&self, now: &str, arguments: &[&str]) -> Command;
    fn asks(&self, now: &str, arguments: &[&str]) -> Output;
    fn findings(&self, now: &str, arguments: &[&str]) -> Vec<Value>;
}

impl Asking for Desk {
    fn stranger(&self, now: &str, arguments: &[&str]) -> Command {
        let mut sitegen = self.command("links", &["--external", "--pause", "10", "--now", now]);
        sitegen.args(arguments);
        if !arguments.contains(&"--language") {
            sitegen.args(["--language", "en"]);
        }
        sitegen
    }

    fn asks(&self, now: &str, arguments: &[&str]) -> Output {
        self.stranger(now, arguments).arg("--allow-private").output().unwrap()
    }

    fn findings(&self, now: &str, arguments: &[&str]) -> Vec<Value> {
        let output = self.asks(now, &[&["--format", "json"], arguments].concat());
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        report["findings"].as_array().unwrap().clone()
    }
}

/// A page whose text begins in line 6.
fn page(lines: &[String]) -> String {
    format!("+++\ntitle = \"Kitur\"\nmenu = 9\n+++\n\n{}\n", lines.join("\n"))
}

/// A link in a line of its own.
fn link(port: u16, path: &str) -> String {
    format!("- [Nuoroda {path}](http://127.0.0.1:{port}{path})")
}

/// What a server was asked, and when.
type Asked = Arc<Mutex<Vec<(String, Instant)>>>;

/// A server that behaves in many ways.
fn server() -> (WebListener, Asked) {
    let asked = Asked::default();
    let (noted, busy) = (Arc::clone(&asked), Mutex::new(0));
    let web = WebListener::start(move |request: &Request| {
        let line = request.line.trim_end_matches(" HTTP/1.1").to_owned();
        noted.lock().unwrap().push((line.clone(), Instant::now()));
        assert!(request.field("User-Agent").unwrap().contains("sitegen/"), "{request:?}");
        assert!(request.field("User-Agent").unwrap().contains("+https://www.azuolynas.example/"), "{request:?}");
        let (method, path) = line.split_once(' ').unwrap();
        let leads = |status: &str, to: &str| (format!("{status} Kitur\r\nLocation: {to}"), String::new());
        match path {
            "/geras" | "/naujas" | "/geras?a=1&b=2" => ("200 OK".to_owned(), String::new()),
            "/perkeltas" => leads("301", "/naujas"),
            "/siandien" => leads("302", "/naujas"),
            "/ratas" => leads("302", "/vel"),
            "/vel" => leads("302", "/ratas"),
            "/be-head" if method == "HEAD" => ("405 Method Not Allowed".to_owned(), String::new()),
            "/be-head" => ("200 OK".to_owned(), "x".repeat(8 << 20)),
            "/prisijunk" => ("403 Forbidden".to_owned(), String::new()),
            "/uzimtas" => {
                let mut count = busy.lock().unwrap();
                *count += 1;
                match *count {
                    1 => ("429 Too Many Requests\r\nRetry-After: 1".to_owned(), String::new()),
                    _ => ("200 OK".to_owned(), String::new()),
                }
            }
            _ => ("404 Not Found".to_owned(), String::new()),
        }
    });
    (web, asked)
}

fn times(asked: &Asked, line: &str) -> Vec<Instant> {
    asked.lock().unwrap().iter().filter(|(found, _)| found == line).map(|(_, at)| *at).collect()
}

#[test]
fn what_fails_for_days_is_named_with_page_and_line_and_nothing_else_is() {
    let (web, asked) = server();
    let closed = free_port();
    let mut lines: Vec<String> = [
        "/geras",
        "/nera",
        "/perkeltas#skyrius",
        "/siandien",
        "/be-head",
        "/uzimtas",
        "/ratas",
        "/prisijunk",
        "/nera#x",
    ]
    .map(|path| link(web.port, path))
    .to_vec();
    lines.push(link(closed, "/"));
    lines.push(format!("<a href=\"http://127.0.0.1:{}/geras?a=1&amp;b=2\">geras</a>", web.port));
    let desk = linking(&lines);
    let news = fs::read_to_string(desk.path("content/naujienos/ziemos-keliai.md")).unwrap();
    desk.write(
        "content/naujienos/ziemos-keliai.md",
        &format!("{news}\n[Kelininkai](http://127.0.0.1:{}/nera)\n", web.port),
    );
    // A draft is nobody's to read, and where it leads is not asked.
    desk.write(
        "content/juodrastis.md",
        &format!("+++\ntitle = \"J\"\ndraft = true\n+++\n\n{}\n", link(web.port, "/juodrastis")),
    );

    let first = desk.findings(FIRST, &[]);
    let words = |found: &Value| found["message"].as_str().unwrap().to_owned();
    assert_eq!(first.len(), 1, "{first:?}");
    let moved = format!("http://127.0.0.1:{}/naujas#skyrius", web.port);
    assert!(words(&first[0]).contains(&moved) && first[0]["severity"] == "note", "{first:?}");
    assert_eq!(first[0]["line"], 8);

    assert_eq!(times(&asked, "HEAD /geras").len(), 1);
    assert_eq!((times(&asked, "HEAD /be-head").len(), times(&asked, "GET /be-head").len()), (1, 1));
    assert_eq!((times(&asked, "HEAD /nera").len(), times(&asked, "GET /nera").len()), (1, 1));
    assert_eq!(times(&asked, "HEAD /juodrastis").len(), 0);
    let [before, after] = times(&asked, "HEAD /uzimtas")[..] else { panic!("{asked:?}") };
    assert!(after - before >= Duration::from_secs(1), "{:?}", after - before);

    // Four days later only what failed is asked again, and what still does is told of wherever it stands.
    asked.lock().unwrap().clear();
    let output = desk.asks(LATER, &[]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    for (place, words) in [
        ("nuorodos.md:7:", "/nera\" has not worked since 2026-11-24: there is no such page (404)"),
        ("nuorodos.md:12:", "the server redirects in circles"),
        ("nuorodos.md:14:", "there is no such page (404)"),
        ("nuorodos.md:15:", "the server takes no connections"),
        ("ziemos-keliai.md:", "there is no such page (404)"),
    ] {
        assert!(text.lines().any(|line| line.contains(place) && line.contains(words)), "{place} {words}: {text}");
    }
    assert_eq!(text.matches("has not worked").count(), 5, "{text}");
    assert!(text.contains("dead: 3"), "{text}");
    let lines: Vec<String> = asked.lock().unwrap().iter().map(|(line, _)| line.clone()).collect();
    assert_eq!(lines.iter().filter(|line| line.starts_with("HEAD /ratas")).count(), 1, "{lines:?}");
    for path in ["geras", "perkeltas", "be-head", "uzimtas", "prisijunk"] {
        assert!(!lines.iter().any(|line| line.contains(path)), "{lines:?}");
    }

    // In Lithuanian too; and a week later, what only programs may not see is a hint.
    let output = desk.asks("2026-12-02T07:00:00Z", &["--language", "lt", "--again"]);
    let text = said(&output);
    assert!(text.contains("neveikia nuo 2026-11-24: puslapio ten nėra (404)"), "{text}");
    assert!(text.lines().any(|line| line.starts_with("Pastaba") && line.contains("(403)")), "{text}");
}

#[test]
fn what_answers_again_is_forgotten_and_failing_begins_anew() {
    let is_there = Arc::new(Mutex::new(false));
    let looked = Arc::clone(&is_there);
    let web = WebListener::start(move |_| {
        let status = if *looked.lock().unwrap() { "200 OK" } else { "404 Not Found" };
        (status.to_owned(), String::new())
    });
    let desk = linking(&[link(web.port, "/a")]);
    assert_eq!(desk.findings(FIRST, &[]).len(), 0);
    assert_eq!(desk.findings(FIRST, &["--at-once"]).len(), 1);
    *is_there.lock().unwrap() = true;
    assert_eq!(desk.findings(LATER, &["--at-once"]).len(), 0);
    *is_there.lock().unwrap() = false;
    assert_eq!(desk.findings("2026-12-10T07:00:00Z", &[]).len(), 0);
    assert_eq!(desk.findings("2026-12-13T07:00:00Z", &[]).len(), 1);
    // A memory that is none costs patience and nothing else.
    let memory = desk.path("cache/links/https-www-azuolynas-example.json");
    fs::write(&memory, "{").unwrap();
    let output = desk.asks("2026-12-13T07:00:00Z", &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(said(&output).contains("what was remembered is forgotten"), "{output:?}");
}

#[test]
fn nobody_is_sent_into_private_networks() {
    let (web, asked) = server();
    let by_name = format!("- [Vardas](http://localhost:{}/geras)", web.port);
    let desk =
        linking(&[link(web.port, "/geras"), by_name, "- [Ne](http://10.0.0.1/) ir [ne](http://[::1]/)".to_owned()]);
    let output = desk.stranger(FIRST, &[]).output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    // What is written as such is told at once; a name may lead elsewhere tomorrow.
    assert_eq!(text.matches("private network").count(), 3, "{text}");
    let output = desk.stranger(FIRST, &["--at-once"]).output().unwrap();
    assert!(said(&output).contains(&format!("(http://localhost:{}/geras)", web.port)), "{output:?}");
    assert!(asked.lock().unwrap().is_empty(), "{asked:?}");
}

/// In a network of its own, where a server that seems to be of the internet leads to one of this machine.
#[test]
fn no_redirect_leads_into_private_networks() {
    let desk =
        linking(&["- [Nuoroda](http://193.219.10.1/)".to_owned(), "- [Gera](http://193.219.10.1/gera)".to_owned()]);
    let configuration = format!(
        "daemon off;\nmaster_process off;\npid {folder}/pid;\nevents {{}}\nhttp {{\naccess_log {folder}/asked;\n{temporary}\n\
         server {{ listen 193.219.10.1:80; location / {{ return 302 http://127.0.0.1:8099/slapta; }} location /gera {{ return 200; }} }}\n\
         server {{ listen 127.0.0.1:8099; location / {{ return 200; }} }}\n}}\n",
        folder = desk.path("").display(),
        temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {}/{kind};", desk.path("").display()))
            .join("\n"),
    );
    desk.write("nginx.conf", &configuration);
    let sitegen = desk.stranger(FIRST, &["--at-once"]);
    let script = "ip link set lo up && ip addr add 193.219.10.1/32 dev lo && PATH=$PATH:/usr/sbin && \
                  { nginx -e stderr -c \"$1\" & } && server=$! && shift && \
                  for try in $(seq 300); do if bash -c ': </dev/tcp/193.219.10.1/80' 2>&-; then break; fi; sleep 0.1; done; \
                  \"$@\"; code=$?; kill $server; wait $server; exit $code";
    let mut command = in_namespace("--net");
    command.args(["sh", "-c", script, "sh"]).arg(desk.path("nginx.conf"));
    command.arg(sitegen.get_program()).args(sitegen.get_args());
    let output = command.output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("private network, which residents cannot reach (http://127.0.0.1:8099/slapta)"), "{text}");
    assert!(text.contains("dead: 1"), "{text}");
    let asked = fs::read_to_string(desk.path("asked")).unwrap();
    assert!(asked.contains("HEAD /gera") && !asked.contains("slapta"), "{asked}");
}

#[test]
fn certificates_that_prove_nothing_are_told_apart() {
    let authority = Authority::new();
    authority.certify("geras", &["localhost"], Validity::LONG);
    authority.certify("baigesi", &["localhost"], Validity { from: -20, until: -10 });
    authority.certify("kitas", &["kitas.example"], Validity::LONG);
    authority.self_sign("nezinomas", &["nezinomas.example", "localhost"], Validity::LONG);
    let cases = [
        ("geras", ""),
        ("baigesi", "the server's certificate has expired"),
        ("kitas", "the server's certificate is for another name"),
        ("nezinomas", "nobody known vouches for the server's certificate"),
    ];
    let ports: HashMap<&str, u16> = cases.iter().map(|(name, _)| (*name, free_port())).collect();
    let plain = free_port();
    let servers: Vec<String> = cases
        .iter()
        .map(|(name, _)| {
            format!(
                "server {{ listen 127.0.0.1:{} ssl; ssl_certificate {}; ssl_certificate_key {}; location / {{ return 200; }} }}",
                ports[name],
                authority.path(&format!("{name}.pem")).display(),
                authority.path(&format!("{name}.key")).display()
            )
        })
        .collect();
    let plain_server = format!("server {{ listen 127.0.0.1:{plain}; location / {{ return 200; }} }}");
    let all: Vec<u16> = ports.values().copied().chain([plain]).collect();
    let _nginx = Nginx::start(&format!("{}\n{plain_server}", servers.join("\n")), &all);
    let mut lines: Vec<String> =
        cases.iter().map(|(name, _)| format!("- [Nuoroda {name}](https://localhost:{}/)", ports[name])).collect();
    lines.push(format!("- [Nuoroda be TLS](https://localhost:{plain}/)"));
    lines.push("- [Nuoroda į nieką](https://nera.invalid/)".to_owned());
    let desk = linking(&lines);
    let output = desk
        .stranger(FIRST, &["--at-once", "--allow-private"])
        .env("SSL_CERT_FILE", authority.path("authority.pem"))
        .output()
        .unwrap();
    let text = said(&output);
    for (name, words) in cases {
        let line = text.lines().find(|line| line.contains(&format!("localhost:{}/\"", ports[name])));
        match words {
            "" => assert_eq!(line, None, "{text}"),
            words => assert!(line.is_some_and(|line| line.contains(words)), "{name}: {text}"),
        }
    }
    assert!(
        text.contains("there is no secure connection") && text.contains("no server called \"nera.invalid\""),
        "{text}"
    );
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for_for_ever() {
    // The system takes the connection, and nobody the request.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let desk = linking(&[link(listener.local_addr().unwrap().port(), "/")]);
    let output = desk.asks(FIRST, &["--at-once", "--timeout", "1"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(said(&output).contains("did not answer within 1 s"), "{output:?}");
}

#[test]
fn what_is_excused_is_not_asked() {
    let (web, asked) = server();
    let both = format!("{} ir [kita](http://127.0.0.1:{}/prarasta)", link(web.port, "/nera"), web.port);
    let desk = linking(&[both]);
    let exception = "[links]\npatience_days = 0\n\n[[exception]]\nrule = \"external-link\"\nfile = \"nuorodos.md\"\ntext = \"/nera\"\n\
                     author = \"Ona\"\nreason = \"Tvarkoma\"\nexpires = 2026-11-30\n";
    desk.write("content/gate.toml", exception);
    let found = desk.findings(FIRST, &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0]["message"].as_str().unwrap().contains("/prarasta"), "{found:?}");
    assert_eq!(times(&asked, "HEAD /nera").len(), 0);
    assert_eq!(desk.findings("2026-12-01T07:00:00Z", &[]).len(), 2);
    // The weight is the institution's.
    desk.write("content/gate.toml", "[links]\npatience_days = 0\n\n[severity]\nexternal-link = \"warning\"\n");
    let output = desk.asks(FIRST, &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(said(&output).contains("Warning [external-link]"), "{output:?}");
}

#[test]
fn without_a_network_nothing_is_remembered() {
    let lines = ["a", "b", "c"].map(|name| format!("- [Nuoroda {name}](http://{name}.invalid/)"));
    let desk = linking(&lines);
    let output = desk.asks(FIRST, &["--at-once"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said(&output).contains("probably this machine has no internet"), "{output:?}");
    let memory = fs::read_to_string(desk.path("cache/links/https-www-azuolynas-example.json")).unwrap_or_default();
    assert!(!memory.contains("invalid"), "{memory}");
    // Who was fine is asked, although it is too early for that, and is there: then all the others are gone indeed.
    let (web, asked) = server();
    let all = [&[link(web.port, "/geras")], &lines[..]].concat();
    desk.write("content/nuorodos.md", &page(&all));
    assert_eq!(desk.asks(FIRST, &[]).status.code(), Some(0));
    desk.asks(FIRST, &["--at-once"]);
    assert_eq!(desk.findings(FIRST, &["--at-once"]).len(), 3);
    assert_eq!(times(&asked, "HEAD /geras").len(), 3);
}

#[test]
fn of_the_public_site_the_administrator_is_told_once() {
    let (web, _) = server();
    let mails = MailListener::start();
    let newsroom = Newsroom::new();
    newsroom.configure(&format!(
        "language = \"en\"\n[mail]\nserver = \"127.0.0.1:{}\"\nfrom = \"svetaine@azuolynas.example\"\nadministrator = \"it@azuolynas.example\"\n",
        mails.port
    ));
    newsroom.write("content/nuorodos.md", page(&[link(web.port, "/nera"), link(web.port, "/perkeltas")]));
    newsroom.push("nuorodos");
    let asks = || {
        let mut sitegen = newsroom.sitegen("links", &["--external", "--allow-private", "--at-once", "--pause", "10"]);
        sitegen.output().unwrap()
    };
    let output = asks();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said(&output).contains("nothing is public yet"), "{output:?}");
    assert!(newsroom.says(&[]).contains("published"));
    // What is committed and not public is not asked.
    newsroom.write("content/nuorodos.md", page(&[link(web.port, "/kita")]));
    newsroom.push("kita");
    let output = asks();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("Error [external-link] content/nuorodos.md:6:") && !text.contains("/kita"), "{text}");
    let mail = mails.mail();
    assert_eq!(mail.recipients, ["it@azuolynas.example"]);
    let text = mail.text.replace("=\n", "");
    assert!(text.contains("content/nuorodos.md:6:") && text.contains("Links of the website do not work: 1"), "{text}");
    assert_eq!(asks().status.code(), Some(2));
    assert_eq!(mails.waiting(), 0);
}

#[test]
fn the_command_line_says_what_goes_together() {
    let run = |arguments: &[&str]| Command::new(program("sitegen")).arg("links").args(arguments).output().unwrap();
    for arguments in [&[][..], &["--again", "kontaktai.md"], &["--external", "kontaktai.md"]] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    let conflict = run(&["--external", "--config", "a.toml", "--site", "b"]);
    assert!(said(&conflict).contains("cannot be used with"), "{conflict:?}");
}
