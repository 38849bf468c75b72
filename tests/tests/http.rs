//! Web pages of a real web server.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use tests::{Authority, Installation, NAME, Nginx, Validity, free_port};

/// A web server with a plain and a secure port, and an installation that is to watch it.
struct Web {
    plain: u16,
    secure: u16,
    authority: Authority,
    installation: Installation,
    _nginx: Nginx,
}

impl Web {
    fn start() -> Self {
        let (plain, secure, authority) = (free_port(), free_port(), Authority::new());
        authority.certify("serveris", &[NAME], Validity::LONG);
        let (certificate, key) = (authority.path("serveris.pem"), authority.path("serveris.key"));
        let servers = format!(
            "server {{
                listen 127.0.0.1:{plain};
                location / {{ return 301 https://{NAME}:{secure}$request_uri; }}
                location /kilpa {{ return 302 /kilpa; }}
                location /paprastas {{ return 200 'be apsaugos'; }}
                location /nesaugu {{ return 302 http://{NAME}:{plain}/paprastas; }}
            }}
            server {{
                listen 127.0.0.1:{secure} ssl;
                server_name {NAME};
                ssl_certificate {};
                ssl_certificate_key {};
                add_header Strict-Transport-Security 'max-age=31536000';
                location / {{ return 200 'Ąžuolyno rajono savivaldybė, $host'; }}
                location /gedimas {{ return 503; }}
            }}",
            certificate.display(),
            key.display()
        );
        let nginx = Nginx::start(&servers, &[plain, secure]);
        Self { plain, secure, authority, installation: Installation::new(), _nginx: nginx }
    }

    /// A device with this one check.
    fn device(&self, name: &str, url: &str, keys: &str) {
        let url = url
            .replace("PLAIN", &format!("http://{NAME}:{}", self.plain))
            .replace("SECURE", &format!("https://{NAME}:{}", self.secure));
        let authority = self.authority.path("authority.pem").display().to_string();
        let check = format!(
            "{{ kind = \"http\", url = \"{url}\", authority = \"{authority}\", interval = \"5s\", timeout = \"4s\", \
             confirm = 1, {keys} }}"
        );
        self.installation.device(name, "127.0.0.1", &check);
    }
}

#[test]
fn a_page_is_as_expected_and_every_phase_is_timed() {
    let web = Web::start();
    let keys = "contains = \"savivaldybė, pastas.azuolynas.example\", matches = \"^Ąž.*[[:alpha:]]$\", \
                status = [200], headers = { Strict-Transport-Security = \"max-age=\" }";
    web.device("puslapis", "SECURE/", keys);
    web.device("galva", "SECURE/", "method = \"HEAD\"");
    web.device("veda", "PLAIN/naujienos?a=b", "redirects_to_https = true, contains = \"Ąžuolyno\"");
    web.device("tik-veda", "PLAIN/", "status = [301]");
    web.device("neveda", "PLAIN/", "redirects = 0");
    web.device("vardas", &format!("http://localhost:{}/paprastas", web.plain), "resolve = true");
    let rotused = web.installation.start();
    for name in ["puslapis", "galva", "veda", "tik-veda", "neveda", "vardas"] {
        rotused.state_is(name, "http", "up");
    }
    let labels = "{device=\"puslapis\",check=\"http\"}";
    for metric in ["connect", "tls_handshake", "first_byte", "total"] {
        rotused.metric_is(&format!("rotuse_check_{metric}_seconds{labels}"), |time| time > 0.0 && time < 4.0);
    }
    let body = "Ąžuolyno rajono savivaldybė, pastas.azuolynas.example";
    rotused.metric_is(&format!("rotuse_check_body_octets{labels}"), |octets| octets as usize == body.len());
    rotused.metric_is(&format!("rotuse_check_certificate_remaining_seconds{labels}"), |time| time > 1e7);
    let labels = "{device=\"vardas\",check=\"http\"}";
    rotused.metric_is(&format!("rotuse_check_resolve_seconds{labels}"), |time| time > 0.0);
    let _ = rotused.page_with("/devices/veda?lang=en", &["HTTP/1.1 200 OK, https:", "TLS 1.", "Web page (HTTP)"]);
    let _ = rotused.page_with("/devices/galva", &["Tinklalapis (HTTP)"]);
}

#[test]
fn a_page_that_is_not_as_expected_says_why() {
    let web = Web::start();
    let other = format!("https://www.azuolynas.example:{}/", web.secure);
    let unknown = format!("http://nera.invalid:{}/", web.plain);
    let faults = [
        ("gedimas", "SECURE/gedimas", "", "HTTP/1.1 503 Service Unavailable"),
        ("kodas", "SECURE/", "status = [204, 404]", "204, 404"),
        ("zodziai", "SECURE/", "contains = \"Šilo\"", "Ąžuolyno rajono savivaldybė"),
        ("israiska", "SECURE/", "matches = \"[0-9]{4}\"", "[0-9]{4}"),
        ("laukas", "SECURE/", "headers = { X-Frame-Options = \"DENY\" }", "X-Frame-Options: DENY"),
        ("kilpa", "PLAIN/kilpa", "redirects = 3", "more than 3 redirects"),
        ("neveda", "PLAIN/paprastas", "redirects_to_https = true", "HTTP/1.1 200 OK"),
        ("nesaugu", "PLAIN/nesaugu", "redirects_to_https = true", "Location: http:"),
        ("kitas", &other, "", "is for pastas.azuolynas.example, not for www.azuolynas.example"),
        ("nerastas", &unknown, "resolve = true", "the name nera.invalid cannot be resolved"),
    ];
    for (name, url, keys, _) in faults {
        web.device(name, url, keys);
    }
    let rotused = web.installation.start();
    for (name, _, _, words) in faults {
        rotused.state_is(name, "http", "down");
        let _ = rotused.page_with(&format!("/devices/{name}?lang=en"), &[words]);
    }
}

#[test]
fn mistakes_are_found_before_anything_is_asked() {
    let installation = Installation::new();
    let checks = "{ kind = \"http\", url = \"www.azuolynas.lt\" },
        { kind = \"http\", url = \"https://a.lt/\", redirects_to_https = true },
        { kind = \"http\", url = \"https://a.lt/\", method = \"HEAD\", contains = \"a\" },
        { kind = \"http\", url = \"https://a.lt/\", matches = \"(\" },
        { kind = \"http\", url = \"https://a.lt/\", headers = { \"a b\" = \"c\" } },
        { kind = \"http\", url = \"https://a.lt/\", status = [99] }";
    installation.device("klaidos", "127.0.0.1", checks);
    let _ = installation.mistakes(&[
        "url must be a web address",
        "redirects_to_https makes sense only",
        "an answer to method",
        "matches is no regular expression: error: unclosed group",
        "a name in headers is no name",
        "status may hold only",
    ]);
}
