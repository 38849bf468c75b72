//! The pages over real connections.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::availability::Month;
use crate::config::{CheckId, Config, Web};
use crate::health::{Change, Event, State as Health};
use crate::history::{History, Retention};
use crate::journal::{Entry, Journal};
use crate::live::Status;
use crate::probe::{Answer, Measurement, Metric, Observation};
use crate::schedule::Lateness;
use crate::users::{Proof, Users};

struct Server {
    address: SocketAddr,
    live: Arc<Live>,
    stop: CancellationToken,
    ended: JoinHandle<io::Result<()>>,
}

fn live(status: Status) -> Arc<Live> {
    let live = Live::new(&Config::empty());
    *live.write() = status;
    Arc::new(live)
}

fn door(web: Web) -> Arc<Door> {
    Arc::new(Door::new(([127, 0, 0, 1], 0).into(), Arc::new(web)).unwrap())
}

fn pages(live: Arc<Live>, web: Web, history: Option<HistoryReader>, journal: Option<JournalReader>) -> Pages {
    let (retention, zone) = (Retention::default(), TimeZone::get("Europe/Vilnius").unwrap());
    Pages::new(Sources { live, door: door(web), history, journal, retention, state_directory: "/".into(), zone })
}

async fn server(status: Status) -> Server {
    serving(status, Web::default()).await
}

async fn serving(status: Status, web: Web) -> Server {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    Journal::open(&path, samples::now()).unwrap();
    // The file is gone, and read all the same.
    let live = live(status);
    start(Arc::clone(&live), pages(live, web, None, Some(JournalReader::open(&path).unwrap()))).await
}

async fn server_with(status: Status, journal: Option<JournalReader>) -> Server {
    let live = live(status);
    start(Arc::clone(&live), pages(live, Web::default(), None, journal)).await
}

async fn start(live: Arc<Live>, pages: Pages) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let ended = tokio::spawn(serve(listener, pages, stop.clone()));
    Server { address, live, stop, ended }
}

impl Server {
    /// The whole answer to one request, as text.
    async fn ask(&self, request: &str) -> String {
        self.ask_with(request, "").await
    }

    async fn ask_with(&self, request: &str, body: &str) -> String {
        let mut connection = TcpStream::connect(self.address).await.unwrap();
        let request = format!("{request}\r\nConnection: close\r\n\r\n{body}");
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        answer
    }

    async fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: localhost:8080")).await
    }
}

#[tokio::test]
async fn every_page_is_made_in_both_languages() {
    let server = server(samples::status()).await;
    let devices = samples::status().devices;
    let others = ["/", "/wall", "/map", "/incidents", "/backups", "/backups/audit", "/watcher"].map(str::to_owned);
    let paths = devices.iter().map(|device| format!("/devices/{}", device.name)).chain(others);
    for path in paths {
        for language in Language::ALL {
            let page = server.get(&format!("{path}?lang={language}")).await;
            assert!(page.starts_with("HTTP/1.1 200"), "{path}: {page}");
            assert!(page.contains(&format!("<html lang=\"{language}\">")));
            assert!(page.contains("<noscript><meta http-equiv=\"refresh\" content=\"10\">"));
            let other = if language == Language::English { "lt" } else { "en" };
            assert!(page.contains(&format!("<a href=\"{path}?lang={other}\" lang=\"{other}\"")), "{page}");
            assert!(!page.contains("[web-"), "a word is missing: {page}");
        }
    }
}

#[tokio::test]
async fn what_devices_and_administrators_say_is_escaped() {
    let server = server(samples::status()).await;
    let overview = server.get("/").await;
    assert!(!overview.contains("<b>ilgu</b>"));
    assert!(overview.contains("&lt;b&gt;ilgu&lt;"));
    assert!(!server.get("/devices/sw-rotuse-1").await.contains("<uplink>"));
    assert!(!server.get("/devices/%3Cscript%3E").await.contains("<script>"));
}

#[tokio::test]
async fn the_map_links_to_devices_and_sites_and_escapes_their_names() {
    let mut status = samples::status();
    status.devices[2].title = "<script>alert(1)</script>".to_owned();
    status.devices[2].site = Some("\"><script>&č".to_owned());
    status.devices[2].parents = vec!["sw-rotuse-1".parse().unwrap()];
    let server = server(status).await;
    for language in Language::ALL {
        let get = async |path: &str| server.get(path).await.replace("<script src=\"/live.js\" defer></script>", "");
        let page = get(&format!("/map?lang={language}")).await;
        assert!(page.contains("<svg role=\"group\" aria-labelledby=\"map-label\""), "{page}");
        assert!(page.contains(&format!("href=\"/devices/sw-kultura?lang={language}\"")), "{page}");
        assert!(!page.contains("<script") && !page.contains(" style="), "{page}");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
        let site = "%22%3E%3Cscript%3E%26%C4%8D";
        assert!(page.contains(&format!("href=\"/map?lang={language}&amp;site={site}\"")), "{page}");
        let part = get(&format!("/map?lang={language}&site={site}")).await;
        assert!(part.starts_with("HTTP/1.1 200") && part.contains("sw-kultura") && !part.contains("dvs"), "{part}");
        assert!(!part.contains("<script") && !part.contains("[web-"), "{part}");
    }
    let nowhere = server.get("/map?site=M%C4%97nulis").await;
    assert!(nowhere.starts_with("HTTP/1.1 404") && nowhere.contains("Mėnulis"), "{nowhere}");
    assert!(server.get("/map?site=%ff&site").await.starts_with("HTTP/1.1 "), "what is no text is no fault");
}

#[tokio::test]
async fn the_language_is_chosen_by_the_address_then_by_the_browser() {
    let server = server(samples::status()).await;
    let english = "GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en-GB,en;q=0.9";
    assert!(server.ask(english).await.contains("<html lang=\"en\">"));
    let chosen = english.replace("GET / ", "GET /?lang=lt&paused ");
    let page = server.ask(&chosen).await;
    assert!(page.contains("<html lang=\"lt\" data-paused=\"yes\">"));
    assert!(page.contains("href=\"/devices/pastas?lang=lt&amp;paused\""), "links keep what was chosen");
    assert!(!page.contains("http-equiv") && !page.contains("<script"));
    assert!(server.get("/").await.contains("<html lang=\"lt\">"));
}

#[tokio::test]
async fn what_is_not_there_is_said_in_words() {
    let server = server(samples::status()).await;
    let device = server.get("/devices/sw-9").await;
    assert!(device.starts_with("HTTP/1.1 404"));
    assert!(device.contains("sw-9“"), "{device}");
    let elsewhere = server.get("//example.com/").await;
    assert!(elsewhere.starts_with("HTTP/1.1 404"));
    assert!(!elsewhere.contains("example.com"), "no link may lead away: {elsewhere}");
}

#[tokio::test]
async fn health_says_why_it_is_not_well() {
    let server = server(samples::status()).await;
    let well = server.get("/healthz").await;
    assert!(well.starts_with("HTTP/1.1 200") && well.ends_with("\r\n\r\nok\n"), "{well}");
    {
        let mut live = server.live.write();
        live.unwritten = Some("disk full".to_owned());
        live.version += 1;
    }
    let unwell = server.get("/healthz?lang=en").await;
    assert!(unwell.starts_with("HTTP/1.1 503") && unwell.contains("disk full"), "{unwell}");
    assert!(server.get("/?lang=en").await.contains("disk full"));
}

#[tokio::test]
async fn more_than_can_be_done_is_said() {
    let server = server(samples::status()).await;
    assert!(!server.get("/").await.contains("ši mašina spėja"));
    {
        let mut live = server.live.write();
        let (median, p99, longest) = (Duration::from_millis(20), Duration::from_millis(3210), Duration::from_secs(9));
        live.lateness = Some(Lateness { median, p99, longest, skipped: 7 });
        live.is_too_much = true;
        live.version += 1;
    }
    let page = server.get("/").await;
    assert!(page.contains("vėluodama daugiau kaip 3,21\u{a0}s, o praleista turų – 7"), "{page}");
    let metrics = server.get("/metrics").await;
    for line in ["rotuse_lateness_seconds{quantile=\"0.99\"} 3.21", "rotuse_rounds_skipped_total 7"] {
        assert!(metrics.contains(line), "{metrics}");
    }
}

/// A journal in which the switch of the culture centre was down from the beginning of the running month on.
fn journal(directory: &tempfile::TempDir) -> JournalReader {
    let path = directory.path().join("journal.db");
    let now = Timestamp::now();
    let (mut journal, _) = Journal::open(&path, now).unwrap();
    let from = Month::of(now, &TimeZone::get("Europe/Vilnius").unwrap()).period(&TimeZone::UTC, now).from;
    let check = CheckId { device: "sw-kultura".parse().unwrap(), check: "icmp".parse().unwrap() };
    let at = from.checked_sub(SignedDuration::from_hours(24)).unwrap();
    let change = Change { check, from: Health::Unknown, to: Health::Down, at, failure: None, incident: None };
    journal.append(&[Entry::Event(Event::StateChanged(change))]).unwrap();
    JournalReader::open(&path).unwrap()
}

#[tokio::test]
async fn a_month_is_shown_in_both_languages_and_leaves_whoever_reads_it_alone() {
    let directory = tempfile::tempdir().unwrap();
    let mut status = samples::status();
    status.devices[2].groups = vec!["sutartis <12>".to_owned()];
    let server = server_with(status, Some(journal(&directory))).await;
    for (language, share) in [(Language::Lithuanian, "0,000 %"), (Language::English, "0.000%")] {
        let page = server.get(&format!("/availability?lang={language}&site=Kult%C5%ABros+centras")).await;
        assert!(page.starts_with("HTTP/1.1 200"), "{page}");
        assert!(!page.contains("[web-"), "a word is missing: {page}");
        assert!(page.contains(share), "{page}");
        assert!(!page.contains("\r\nrefresh:") && !page.contains("10 s"), "{page}");
        assert!(page.contains(&format!("name=\"lang\" value=\"{language}\"")), "the form keeps the language");
        assert!(page.contains("form-action 'self'"), "or no browser sends the form");
        assert!(
            page.contains("&amp;site=Kult%C5%ABros%20centras&amp;lang="),
            "nor does another language forget: {page}"
        );
        assert!(page.contains("<option selected>Kultūros centras</option>"), "{page}");
        assert!(page.contains("sutartis &lt;12&gt;") && !page.contains("<12>"), "{page}");
        assert!(!page.contains("Pašto serveris") && page.contains("Kultūros centro komutatorius"), "{page}");
    }
    let csv = server.get("/availability.csv?site=Kult%C5%ABros%20centras").await;
    assert!(csv.contains("content-type: text/csv; charset=utf-8") && csv.contains("attachment; filename="), "{csv}");
    assert!(csv.contains("\r\n\r\nkind,name,title,site,"), "{csv}");
    let devices = csv.lines().filter(|line| line.starts_with("device,"));
    assert!(devices.eq(csv.lines().filter(|line| line.starts_with("device,sw-kultura,"))), "{csv}");
}

#[tokio::test]
async fn a_month_a_place_or_a_group_that_is_not_there_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let server = server_with(samples::status(), Some(journal(&directory))).await;
    for query in ["month=2999-01", "month=%3Cb%3E", "site=nera", "group=nera", "site=a&site=b", "site=%FF"] {
        for path in ["/availability", "/availability.csv"] {
            let answer = server.get(&format!("{path}?{query}")).await;
            assert!(answer.starts_with("HTTP/1.1 404"), "{path}?{query}: {answer}");
            assert!(path.ends_with(".csv") || !answer.contains("„<b>"), "{answer}");
        }
    }
    let unread = server_with(samples::status(), None).await;
    let page = unread.get("/availability?lang=en").await;
    assert!(page.contains("The journal cannot be read"), "{page}");
    assert!(unread.get("/availability.csv").await.starts_with("HTTP/1.1 503"));
}

#[tokio::test]
async fn strangers_and_writers_are_refused_in_words() {
    let server = server(samples::status()).await;
    let rebound = server.ask("GET /metrics HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost").await;
    assert!(rebound.starts_with("HTTP/1.1 421") && rebound.contains("evil.example"), "{rebound}");
    let writing = server.ask("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0").await;
    assert!(writing.starts_with("HTTP/1.1 405") && writing.contains("allow: GET, HEAD"), "{writing}");
    let balancer = server.ask("GET /healthz HTTP/1.0").await;
    assert!(balancer.contains(" 200 OK"), "{balancer}");
    let head = server.ask("HEAD / HTTP/1.1\r\nHost: localhost").await;
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
}

#[tokio::test]
async fn browsers_are_told_what_a_page_may_not_do() {
    let server = server(samples::status()).await;
    for path in
        ["/", "/devices/none", "/incidents", "/api/v1/devices", "/metrics", "/healthz", "/style.css", "/live.js"]
    {
        let answer = server.get(path).await;
        assert!(
            answer.contains("content-security-policy: default-src 'none'; style-src 'self'; script-src 'self';"),
            "{path}"
        );
        assert!(answer.contains("x-content-type-options: nosniff"), "{path}");
        // No script or style but those of files of our own.
        let own = answer.replace("<script src=\"/live.js\" defer></script>", "");
        assert!(!own.contains("<script") && !own.contains(" style=") && !own.contains(" onclick"), "{path}");
    }
    assert!(server.get("/metrics").await.contains("content-type: text/plain; version=0.0.4; charset=utf-8"));
}

#[tokio::test]
async fn silent_connections_do_not_hold_the_stop_up() {
    let server = server(samples::status()).await;
    let silent = TcpStream::connect(server.address).await.unwrap();
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut buffer = [0; 1024];
    assert!(idle.read(&mut buffer).await.unwrap() > 0);
    let started = Instant::now();
    server.stop.cancel();
    server.ended.await.unwrap().unwrap();
    assert!(started.elapsed() < PATIENCE + Duration::from_millis(500), "{:?}", started.elapsed());
    drop((silent, idle));
}

#[test]
fn a_day_of_numbers_becomes_graphs() {
    let directory = tempfile::tempdir().unwrap();
    let mut history = History::open(&directory.path().join("history.db"), Retention::default()).unwrap();
    let status = samples::status();
    let device = status.device("sw-rotuse-1").unwrap();
    let wanted = device::drawn_series(device);
    assert_eq!(wanted.len(), 1 + 2 * 2, "one round trip, and both ways of both interfaces that are up");
    for series in &wanted {
        let measured = Measurement { metric: series.metric, instance: series.instance.clone(), value: 1000.0 };
        let answer = Answer::good(vec![measured]);
        history.append(&Observation { check: series.check.clone(), at: samples::now(), answer });
    }
    history.commit(samples::now()).unwrap();
    let pages = pages(live(status.clone()), Web::default(), Some(history.reader().unwrap()), None);
    let samples = pages
        .0
        .samples(&wanted, Span::Day, samples::now().checked_add(jiff::SignedDuration::from_secs(1)).unwrap())
        .unwrap();
    let reader = Reader { language: Language::English, zone: TimeZone::UTC, now: samples::now() };
    let page = DevicePage::new(&reader, &status, device, Span::Day, Some(&samples));
    let round_trip = page.checks[0].graph.as_ref().unwrap();
    assert!(round_trip.label.contains("Round trip: least 1000\u{a0}s"), "{}", round_trip.label);
    let drawn = page.agents[0].interfaces.iter().filter(|interface| interface.graph.is_some());
    assert_eq!(drawn.count(), 2);
    assert!(wanted.iter().any(|series| series.metric == Metric::TransmitRate));
}

#[tokio::test]
async fn devices_are_chosen_by_the_address() {
    let server = server(samples::status()).await;
    let page = server.get("/?q=KULT%C5%AAROS&lang=lt").await;
    assert!(page.contains("sw-kultura") && !page.contains("href=\"/devices/pastas"), "{page}");
    assert!(page.contains("value=\"KULTŪROS\""), "{page}");
    let page = server.get("/?state=up&site=Rotu%C5%A1%C4%97").await;
    assert!(page.contains("/devices/pastas") && !page.contains("/devices/dvs"), "{page}");
    let hostile = server.get("/?q=%22%3E%3Cscript%3E").await;
    assert!(!hostile.contains("\"><script>"), "{hostile}");
}

#[tokio::test]
async fn the_same_is_known_as_json_and_as_a_feed() {
    let server = server(samples::status()).await;
    let body = |answer: String| answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    let devices: serde_json::Value =
        serde_json::from_str(&body(server.get("/api/v1/devices?state=down").await)).unwrap();
    assert_eq!(devices[0]["name"], "sw-kultura");
    let device: serde_json::Value =
        serde_json::from_str(&body(server.get("/api/v1/devices/sw-kultura").await)).unwrap();
    assert_eq!(device["checks"][0]["failure"]["kind"], "timeout");
    assert!(server.get("/api/v1/devices/none").await.starts_with("HTTP/1.1 404"));
    let described: serde_json::Value = serde_json::from_str(&body(server.get("/api/v1/openapi.json").await)).unwrap();
    for path in described["paths"].as_object().unwrap().keys() {
        let asked = format!("/api/v1{}", path.replace("{name}", "pastas").replace("{number}", "1"));
        assert!(!server.get(&asked).await.starts_with("HTTP/1.1 5"), "{asked}");
    }
    assert!(server.get("/incidents.atom").await.contains("<feed xmlns=\"http://www.w3.org/2005/Atom\""));
}

#[tokio::test]
async fn with_users_everything_but_the_form_needs_a_login() {
    let proof = Proof::of("teisingas slaptažodis").unwrap();
    let users = Some(Arc::new(Users::read(&format!("ona:{proof}")).unwrap()));
    let server = serving(samples::status(), Web { users, ..Web::default() }).await;
    for (path, place) in [
        ("/", "location: /login\r\n"),
        ("/devices/pastas?lang=en", "location: /login?lang=en&next=%2Fdevices%2Fpastas%3Flang%3Den\r\n"),
        ("/nera", "location: /login?next=%2Fnera\r\n"),
        ("//evil.example/", "location: /login\r\n"),
        ("/login/", "location: /login?next=%2Flogin%2F\r\n"),
    ] {
        let answer = server.get(path).await;
        assert!(answer.starts_with("HTTP/1.1 303") && answer.contains(place), "{path}: {answer}");
        assert!(!answer.contains("pastas.azuolynas"), "{answer}");
    }
    let metrics = server.get("/metrics").await;
    assert!(metrics.starts_with("HTTP/1.1 401") && metrics.contains("www-authenticate: Basic realm="), "{metrics}");
    for path in ["/healthz", "/style.css", "/login"] {
        assert!(server.get(path).await.starts_with("HTTP/1.1 200"), "{path}");
    }
    // A link in a letter: the browser has a cookie and may not send it, until our own page asks.
    let link = "GET /devices/a HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document";
    let once_more = server.ask(link).await;
    assert!(
        once_more.starts_with("HTTP/1.1 200") && once_more.contains("refresh: 0; url=/devices/a\r\n"),
        "{once_more}"
    );
}

#[tokio::test]
async fn the_form_is_for_everybody_and_says_what_is_wrong() {
    let proof = Proof::of("teisingas slaptažodis").unwrap();
    let users = Some(Arc::new(Users::read(&format!("ona:{proof}")).unwrap()));
    let server = serving(samples::status(), Web { users, ..Web::default() }).await;
    for language in Language::ALL {
        let form = server.get(&format!("/login?lang={language}&next=/devices/a")).await;
        assert!(!form.contains("[web-") && !form.contains("refresh: "), "{form}");
        for words in ["<label for=\"name\">", "autocomplete=\"current-password\"", "value=\"/devices/a\""] {
            assert!(form.contains(words), "{words}: {form}");
        }
    }
    let send = async |name: &str, password: &str, more: &str| {
        let body = format!("name={name}&password={password}&next=%2Fdevices%2Fpastas");
        let length = body.len();
        let form = "Content-Type: application/x-www-form-urlencoded";
        server
            .ask_with(
                &format!("POST /login HTTP/1.1\r\nHost: localhost\r\n{form}\r\nContent-Length: {length}{more}"),
                &body,
            )
            .await
    };
    let wrong = send("%3Cb%3E", "blogas-zodis", "").await;
    assert!(wrong.starts_with("HTTP/1.1 403") && wrong.contains("role=\"alert\""), "{wrong}");
    assert!(wrong.contains("value=\"&lt;b&gt;\"") && !wrong.contains("blogas-zodis"), "{wrong}");
    let elsewhere = send("ona", "teisingas+slapta%C5%BEodis", "\r\nSec-Fetch-Site: cross-site").await;
    assert!(elsewhere.starts_with("HTTP/1.1 403") && !elsewhere.contains("set-cookie"), "{elsewhere}");
    let right = send("ona", "teisingas+slapta%C5%BEodis", "").await;
    assert!(right.starts_with("HTTP/1.1 303") && right.contains("location: /devices/pastas\r\n"), "{right}");
    let cookie = right.split("set-cookie: ").nth(1).unwrap().split(';').next().unwrap().to_owned();
    let page = server.ask(&format!("GET /devices/pastas HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}")).await;
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("(ona)</button>"), "{page}");
    let left =
        server.ask(&format!("POST /logout HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nCookie: {cookie}")).await;
    assert!(left.contains("location: /login\r\n") && left.contains("Max-Age=0"), "{left}");
    let again = server.ask(&format!("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}")).await;
    assert!(again.starts_with("HTTP/1.1 303"), "{again}");
}

#[tokio::test]
async fn without_users_nobody_logs_in() {
    let server = server(samples::status()).await;
    assert!(server.get("/login").await.starts_with("HTTP/1.1 404"));
    assert!(
        server.ask("POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0").await.starts_with("HTTP/1.1 405")
    );
    assert!(!server.get("/").await.contains("/logout"));
}
