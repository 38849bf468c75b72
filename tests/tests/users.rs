//! Who may see the status pages: users, HTTPS, proxies, and those who guess.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs::{self, Permissions};
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Output, Stdio};

use rustix::process::Signal;
use tests::{Authority, Browser, Installation, Validity, eventually};

const HOST: &str = "rotuse.azuolynas.example";
const PASSWORD: &str = "teisingas-zodis";

/// `ona:teisingas-zodis` and `ona:blogas-zodis-12` in Base64.
const RIGHT: &str = "Authorization: Basic b25hOnRlaXNpbmdhcy16b2Rpcw==\r\n";
const WRONG: &str = "Authorization: Basic b25hOmJsb2dhcy16b2Rpcy0xMg==\r\n";

fn user(installation: &Installation, arguments: &[&str], password: &str) -> Output {
    let mut command = installation.command(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that asks for nothing may have ended before.
    let _ = writeln!(child.stdin.take().unwrap(), "{password}");
    child.wait_with_output().unwrap()
}

/// One with a user, and with `[web]` as it is given beside.
fn installation(web: &str) -> Installation {
    let installation = Installation::new();
    installation.add(&format!("[web]\nusers = \"users\"\n{web}"));
    let added = user(&installation, &["user", "add", "ona"], PASSWORD);
    assert!(added.status.success(), "{added:?}");
    installation
}

fn certify(installation: &Installation, authority: &Authority) {
    authority.certify("web", &[HOST], Validity::LONG);
    fs::copy(authority.path("web.pem"), installation.path("cert.pem")).unwrap();
    installation.secret("secrets/key", &fs::read_to_string(authority.path("web.key")).unwrap());
}

const TLS: &str = "tls = { certificate = \"cert.pem\", key = { file = \"secrets/key\" } }";

#[test]
fn people_log_in_by_https_and_out_again() {
    let authority = Authority::new();
    let installation = installation(&format!("{TLS}\nhosts = [\"{HOST}\"]"));
    certify(&installation, &authority);
    let main = fs::read_to_string(installation.path("rotused.toml")).unwrap();
    installation.write("rotused.toml", &main.replace("127.0.0.1:0", "0.0.0.0:0"));
    installation.device("a", "127.0.0.1", "{ kind = \"tcp\", port = 1 }");
    let mut rotused = installation.start();
    let browser =
        Browser::secure(([127, 0, 0, 1], rotused.address().port()).into(), HOST, &authority.path("authority.pem"));

    let away = browser.get("/devices/a");
    assert_eq!((away.status, away.field("location")), (303, Some("/login?next=%2Fdevices%2Fa")));
    assert_eq!(browser.get("/healthz").status, 200);
    let form = browser.get("/login?lang=en");
    assert!(form.body.contains("<label for=\"password\">Password</label>"), "{}", form.body);
    assert!(form.field("strict-transport-security").unwrap().contains("max-age=31536000"));
    assert!(form.field("content-security-policy").unwrap().contains("form-action 'self'"));

    let refused = browser.log_in("ona%0Aadmin", "blogas-zodis-12");
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("role=\"alert\"") && refused.field("set-cookie").is_none(), "{}", refused.body);
    let line = rotused.log.line_with(&["login refused"]);
    assert!(line.contains("\"ona\\nadmin\" from 127.0.0.1") && !line.contains("blogas-zodis"), "{line}");
    let elsewhere = browser.post("/login", "Sec-Fetch-Site: cross-site\r\n", &format!("name=ona&password={PASSWORD}"));
    assert_eq!((elsewhere.status, elsewhere.field("set-cookie")), (403, None));

    let admitted = browser.log_in("ona", PASSWORD);
    assert_eq!((admitted.status, admitted.field("location")), (303, Some("/")));
    let cookie = admitted.field("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-rotuse=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"));
    rotused.log.line_with(&["login: ona from 127.0.0.1"]);
    assert!(browser.get("/devices/a").body.contains("(ona)</button>"));
    let metrics = browser.get("/metrics").body;
    for outcome in ["success", "failure"] {
        assert!(metrics.contains(&format!("rotuse_logins_total{{outcome=\"{outcome}\"}} 1\n")), "{metrics}");
    }
    assert_eq!(browser.post("/logout", "Sec-Fetch-Site: same-origin\r\n", "").status, 303);
    assert_eq!(browser.get("/").status, 303);
    let (_, log) = rotused.stop();
    assert!(!log.contains(PASSWORD) && !log.contains("argon2id"), "{log}");
}

#[test]
fn a_new_certificate_is_shown_after_a_reload_and_a_new_password_logs_out() {
    let authority = Authority::new();
    let installation = installation(TLS);
    certify(&installation, &authority);
    let mut rotused = installation.start();
    let browser = Browser::secure(rotused.address(), HOST, &authority.path("authority.pem"));
    assert_eq!(browser.get("/healthz").status, 421, "the name is not in hosts yet");
    let before = browser.certificate();
    assert_eq!(before, browser.certificate());

    certify(&installation, &authority);
    installation.add(&format!("hosts = [\"{HOST}\"]"));
    rotused.signal(Signal::HUP);
    rotused.log.line_with(&["SIGHUP: the new configuration is used"]);
    assert_ne!(browser.certificate(), before);
    assert_eq!(browser.log_in("ona", PASSWORD).status, 303);
    assert_eq!(browser.get("/").status, 200);

    // A certificate without its key is refused, and the one before goes on.
    authority.certify("other", &[HOST], Validity::LONG);
    fs::copy(authority.path("other.pem"), installation.path("cert.pem")).unwrap();
    rotused.signal(Signal::HUP);
    rotused.log.line_with(&["the new configuration is not used"]);
    eventually("the page that says so", || browser.get("/").body.contains("cert.pem").then_some(()));

    certify(&installation, &authority);
    assert!(user(&installation, &["user", "add", "ona"], "kitas-slaptazodis").status.success());
    rotused.signal(Signal::HUP);
    rotused.log.line_with(&["SIGHUP: the new configuration is used"]);
    assert_eq!(browser.get("/").status, 303);
    assert_eq!(browser.log_in("ona", PASSWORD).status, 403);
    assert_eq!(browser.log_in("ona", "kitas-slaptazodis").status, 303);
    assert_eq!(browser.get("/").status, 200);
}

#[test]
fn programs_read_metrics_by_name_and_password() {
    let installation = installation("");
    let rotused = installation.start();
    let browser = Browser::plain(rotused.address());
    let asked = browser.get("/metrics");
    assert_eq!(asked.status, 401);
    assert!(asked.field("www-authenticate").unwrap().starts_with("Basic "));
    assert_eq!(browser.get_with("/metrics", WRONG).status, 401);
    for _ in 0..20 {
        let metrics = browser.get_with("/metrics", RIGHT);
        assert_eq!(metrics.status, 200);
        assert!(metrics.body.contains("rotuse_logins_total{outcome=\"success\"} 1\n"), "{}", metrics.body);
    }
    for path in ["/api/v1/devices", "/incidents.atom"] {
        assert_eq!((browser.get(path).status, browser.get_with(path, RIGHT).status), (401, 200), "{path}");
    }
    assert_eq!(browser.get_with("/", RIGHT).status, 200);
    assert_eq!(browser.get_with("/", WRONG).status, 401);
}

#[test]
fn who_guesses_must_wait_and_others_need_not() {
    let installation = installation("proxy = [\"127.0.0.1\"]");
    let rotused = installation.start();
    let browser = Browser::plain(rotused.address());
    let from = |client: &str, name: &str, password: &str| {
        let fields = format!("X-Forwarded-For: 10.9.9.9, {client}\r\nSec-Fetch-Site: same-origin\r\n");
        browser.post("/login?lang=en", &fields, &format!("name={name}&password={password}"))
    };
    let refused = (0..30).map(|number| from("10.0.0.66", &format!("u{number}"), "blogas-zodis-12"));
    let limited = refused.inspect(|answer| assert!(answer.status != 303)).find(|answer| answer.status == 429).unwrap();
    assert!(limited.body.contains("Please wait"), "{}", limited.body);
    let wait: u64 = limited.field("retry-after").unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    assert_eq!(from("10.0.0.66", "ona", PASSWORD).status, 429, "not even with the right one");
    assert_eq!(from("10.0.0.7", "ona", PASSWORD).status, 303);
    assert!(browser.get("/metrics").body.contains("rotuse_logins_total{outcome=\"limited\"} 2\n"));

    // One name, many addresses.
    let limited = (0..100).find(|number| from(&format!("10.1.0.{number}"), "jonas", "blogas-zodis-12").status == 429);
    assert!(limited.is_some_and(|number| number >= 10), "{limited:?}");
    let (_, log) = rotused.stop();
    assert!(log.contains("for \"u0\" from 10.0.0.66") && !log.contains("10.9.9.9"), "{log}");
}

#[test]
fn pages_for_strangers_are_refused_in_words() {
    let installation = installation("");
    assert_eq!(installation.rotused(&["check"]).status.code(), Some(0));
    let main = fs::read_to_string(installation.path("rotused.toml")).unwrap();
    let everywhere = main.replace("127.0.0.1:0", "0.0.0.0:0");
    installation.write("rotused.toml", &everywhere);
    installation.mistakes(&[
        "rotused.toml:2:10: listen must be an address of this machine alone",
        "users and also tls or proxy",
    ]);
    installation.write("rotused.toml", &everywhere.replace("users = \"users\"", "proxy = [\"127.0.0.1\"]"));
    installation.mistakes(&["listen must be an address of this machine alone"]);
    installation.write("rotused.toml", &format!("{everywhere}proxy = [\"127.0.0.1\"]"));
    assert_eq!(installation.rotused(&["check"]).status.code(), Some(0));

    fs::set_permissions(installation.path("users"), Permissions::from_mode(0o644)).unwrap();
    installation.mistakes(&["users has mode 0644", "chmod 600"]);
    installation.secret("users", "# kas gali\nona:labas-vakaras\n");
    let said = installation.mistakes(&["users:2:1: after the colon comes the Argon2id hash", "2 | ona:…"]);
    assert!(!said.contains("labas-vakaras"), "{said}");
    fs::remove_file(installation.path("users")).unwrap();
    installation.mistakes(&["users is not there", "rotused user add NAME"]);
}

#[test]
fn a_running_daemon_never_opens_its_pages_to_strangers() {
    let installation = installation("proxy = [\"127.0.0.1\"]");
    let main = fs::read_to_string(installation.path("rotused.toml")).unwrap();
    installation.write("rotused.toml", &main.replace("127.0.0.1:0", "0.0.0.0:0"));
    let mut rotused = installation.start();
    let address = ([127, 0, 0, 1], rotused.address().port()).into();
    // Good for a daemon that listens here alone, but this one listens everywhere until it is started again.
    installation.write("rotused.toml", "state_directory = \"state\"\nlisten = \"127.0.0.1:0\"\n");
    rotused.log.line_with(&["the new [web] is for another listen"]);
    rotused.log.line_with(&["the new configuration is used"]);
    assert_eq!(Browser::plain(address).get("/").status, 303);
}

#[test]
fn users_are_added_changed_listed_and_removed() {
    let installation = installation("");
    let path = installation.path("users");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("ona:$argon2id$v=19$m=19456,t=2,p=1$"), "{text}");
    let short = user(&installation, &["user", "add", "jonas"], "vienuolika.");
    assert_eq!(short.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&short.stderr).contains("at least 12 characters"), "{short:?}");
    assert_eq!(user(&installation, &["user", "add", "jo nas"], PASSWORD).status.code(), Some(2));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);

    assert!(user(&installation, &["user", "add", "jonas"], PASSWORD).status.success());
    let changed = user(&installation, &["user", "add", "ona"], "kitas-slaptazodis");
    assert!(String::from_utf8_lossy(&changed.stdout).contains("changed the password of \"ona\""), "{changed:?}");
    assert_eq!(installation.rotused(&["user", "list"]).stdout, b"jonas\nona\n");
    assert!(installation.rotused(&["user", "remove", "ona"]).status.success());
    let nobody = installation.rotused(&["user", "remove", "ona"]);
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("there is no user \"ona\""), "{nobody:?}");
    let last = installation.rotused(&["user", "remove", "jonas"]);
    assert!(String::from_utf8_lossy(&last.stderr).contains("the only user"), "{last:?}");
    assert_eq!(installation.rotused(&["user", "list"]).stdout, b"jonas\n");
    let unnamed = Installation::new();
    let said = user(&unnamed, &["user", "add", "ona"], PASSWORD);
    assert_eq!(said.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&said.stderr).contains("[web] does not say where the users are"), "{said:?}");
}

#[test]
fn silent_connections_do_not_keep_others_out() {
    let installation = installation("");
    let rotused = installation.start();
    // A few more than there are places for; the rest waits in the system's queue, of 128.
    let silent: Vec<_> = (0..560).map(|_| TcpStream::connect(rotused.address())).collect();
    // As long as a client may be silent, and then there is room again.
    let answer = tests::get(rotused.address(), "/healthz");
    let (_, log) = rotused.stop();
    assert!(silent.iter().all(Result::is_ok), "{silent:?}: {log}");
    assert!(answer.is_some_and(|answer| answer.status == 200), "{log}");
}
