//! TLS against a web server with certificates of all kinds.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::net::TcpListener;

use tests::{Authority, Installation, NAME, Nginx, Slapd, Validity, free_port};

/// A server for each certificate of the folder, and a device `name` that is asked by TLS.
fn serve(authority: &Authority, installation: &Installation, names: &[&str]) -> Nginx {
    let ports: Vec<u16> = names.iter().map(|_| free_port()).collect();
    let server = |(name, port): (&&str, &u16)| {
        let path = |kind| authority.path(&format!("{name}.{kind}")).display().to_string();
        let (certificate, key) = (path("pem"), path("key"));
        format!(
            "server {{\nlisten 127.0.0.1:{port} ssl;\nssl_certificate {certificate};\nssl_certificate_key {key};\n\
             ssl_protocols TLSv1.2 TLSv1.3;\nssl_ciphers DEFAULT:@SECLEVEL=0;\nreturn 204;\n}}\n"
        )
    };
    for (name, port) in names.iter().zip(&ports) {
        installation.device(name, "127.0.0.1", &check(*port, &authority.path("authority.pem").display().to_string()));
    }
    Nginx::start(&names.iter().zip(&ports).map(server).collect::<String>(), &ports)
}

fn check(port: u16, authority: &str) -> String {
    format!(
        "{{ kind = \"tls\", name = \"tls\", port = {port}, server_name = \"{NAME}\", authority = \"{authority}\", \
         interval = \"5s\", timeout = \"4s\", confirm = 1 }}"
    )
}

#[test]
fn every_kind_of_certificate_is_called_what_it_is() {
    let (authority, installation) = (Authority::new(), Installation::new());
    authority.certify("geras", &[NAME], Validity::LONG);
    authority.certify("baigiasi", &[NAME], Validity { from: -300, until: 10 });
    authority.certify("pasibaiges", &[NAME], Validity { from: -300, until: -10 });
    authority.certify("kitas", &["www.azuolynas.example"], Validity::LONG);
    authority.self_sign("savo", &[NAME], Validity::LONG);
    authority.weak("silpnas");
    let all = ["geras", "baigiasi", "pasibaiges", "kitas", "savo", "silpnas"];
    let _nginx = serve(&authority, &installation, &all);
    let rotused = installation.start();

    rotused.state_is("geras", "tls", "up");
    let labels = "{device=\"geras\",check=\"tls\"}";
    let day = 24.0 * 3600.0;
    for metric in ["connect", "tls_handshake"] {
        rotused.metric_is(&format!("rotuse_check_{metric}_seconds{labels}"), |time| time > 0.0 && time < 4.0);
    }
    let remaining = format!("rotuse_check_certificate_remaining_seconds{labels}");
    rotused.metric_is(&remaining, |time| time > 299.0 * day && time < 301.0 * day);
    let page = rotused.page_with("/devices/geras?lang=en", &["TLS 1.3, subject CN=pastas", "issuer CN=Ąžuolyno CA"]);
    assert!(page.contains("TLS certificate"), "{page}");

    rotused.state_is("baigiasi", "tls", "degraded");
    let _ = rotused.page_with("/devices/baigiasi", &["sertifikatas galios dar 10 d."]);
    for (name, words) in [
        ("pasibaiges", "has expired on"),
        ("kitas", "the certificate is for www.azuolynas.example, not for pastas.azuolynas.example"),
        ("savo", "signed by CN=pastas.azuolynas.example, whom this machine does not trust"),
        ("silpnas", "too weak: RSA 1024 bit"),
    ] {
        rotused.state_is(name, "tls", "down");
        let _ = rotused.page_with(&format!("/devices/{name}?lang=en"), &[words]);
    }
    let labels = "{device=\"pasibaiges\",check=\"tls\"}";
    rotused.metric_is(&format!("rotuse_check_certificate_remaining_seconds{labels}"), |time| time < -9.0 * day);
}

#[test]
fn a_directory_goes_over_to_tls_when_asked() {
    let (authority, installation) = (Authority::new(), Installation::new());
    authority.certify("katalogas", &[NAME], Validity::LONG);
    let slapd = Slapd::start(&authority, "katalogas");
    let path = authority.path("authority.pem").display().to_string();
    let starttls = check(slapd.port, &path).replace("confirm = 1", "confirm = 1, starttls = \"ldap\"");
    installation.device("katalogas", "127.0.0.1", &starttls);
    // Without asking, it is no TLS that it speaks.
    installation.device("be-klausimo", "127.0.0.1", &check(slapd.port, &path));
    let rotused = installation.start();
    rotused.state_is("katalogas", "tls", "up");
    let _ = rotused.page_with("/devices/katalogas", &["subject CN=pastas.azuolynas.example"]);
    rotused.state_is("be-klausimo", "tls", "down");
}

#[test]
fn a_port_without_tls_is_said_to_be_one() {
    let (authority, installation) = (Authority::new(), Installation::new());
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = std::io::Write::write_all(&mut stream.unwrap(), b"220 labas\r\n");
        }
    });
    installation.device("paprastas", "127.0.0.1", &check(port, &authority.path("authority.pem").display().to_string()));
    let rotused = installation.start();
    rotused.state_is("paprastas", "tls", "down");
    let _ = rotused.page_with("/devices/paprastas?lang=en", &["it answers something that the protocol does not allow"]);
}

#[test]
fn mistakes_are_found_before_anything_is_asked() {
    let installation = Installation::new();
    let checks = "{ kind = \"tls\", server_name = \"ne vardas\" }, { kind = \"tls\", authority = \"nera.pem\" }, \
                  { kind = \"tls\", starttls = \"smpt\" }";
    installation.device("klaidos", "127.0.0.1", checks);
    let checked = installation.rotused(&["check"]);
    let said = String::from_utf8(checked.stderr).unwrap();
    assert_eq!(checked.status.code(), Some(2));
    for words in ["server_name must be a name or address", "nera.pem cannot be read", "did you mean \"smtp\"?"] {
        assert!(said.contains(words), "{words}: {said}");
    }
}
