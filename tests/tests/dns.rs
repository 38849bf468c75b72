//! Name servers: NSD.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fmt::Write;

use tests::{Installation, Nsd, free_port};

const RECORDS: &str = "
ns1 A 127.0.0.1
ns2 A 127.0.0.2
@ MX 10 pastas
@ MX 20 Atsarginis
www A 192.0.2.80
www AAAA 2001:db8::80
atviras CNAME www
@ TXT \"v=spf1 mx ip4:192.0.2.0/24 -all\"
@ TXT \"google-site-verification=abc\"
2026._domainkey TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"
2025._domainkey TXT \"v=DKIM1; p=\"
_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@azuolynas.example\"
blogas TXT \"v=spf1 ip4:192.0.2.300 -all\"
_dmarc.blogas TXT \"v=DMARC1; p=deny\"
dvigubas TXT \"v=spf1 -all\"
dvigubas TXT \"v=spf1 mx -all\"
";

#[test]
fn a_name_server_gives_what_it_must_and_what_it_gives_follows_the_rules() {
    let port = free_port();
    // More than fits into a datagram: this one comes by TCP.
    let mut records = RECORDS.to_owned();
    for number in 0..40 {
        writeln!(records, "ilgas TXT \"{number} {}\"", "x".repeat(60)).unwrap();
    }
    let _server = Nsd::start("127.0.0.1", port, 20_261_124, &records);
    let good = [
        ("a", "query = \"www.azuolynas.example\", expect = [\"192.0.2.80\"]"),
        ("aaaa", "query = \"WWW.azuolynas.example.\", type = \"AAAA\", expect = [\"2001:0db8::80\"]"),
        ("cname", "query = \"atviras.azuolynas.example\", expect = [\"192.0.2.80\"]"),
        (
            "mx",
            "query = \"azuolynas.example\", type = \"MX\", expect = [\"20 atsarginis.azuolynas.example\", \"10 pastas.azuolynas.example\"]",
        ),
        (
            "ns",
            "query = \"azuolynas.example\", type = \"NS\", expect = [\"ns1.azuolynas.example\", \"ns2.azuolynas.example\"]",
        ),
        ("soa", "query = \"azuolynas.example\", type = \"SOA\""),
        ("txt", "query = \"azuolynas.example\", type = \"TXT\", expect = [\"google-site-verification=abc\"]"),
        ("ilgas", "query = \"ilgas.azuolynas.example\", type = \"TXT\""),
        ("spf", "query = \"azuolynas.example\", type = \"SPF\""),
        ("dkim", "query = \"azuolynas.example\", type = \"DKIM\", selector = \"2026\""),
        ("dmarc", "query = \"azuolynas.example\", type = \"DMARC\""),
    ];
    let bad = [
        ("nera", "query = \"nera.azuolynas.example\"", "the name nera.azuolynas.example does not exist"),
        ("be-ipv6", "query = \"ns1.azuolynas.example\", type = \"AAAA\"", "has no AAAA record"),
        ("svetima", "query = \"kitas.example\"", "does not answer the question: "),
        (
            "kitas",
            "query = \"www.azuolynas.example\", expect = [\"192.0.2.81\"]",
            "it answers &quot;192.0.2.80&quot; where &quot;192.0.2.81&quot;",
        ),
        (
            "per-daug",
            "query = \"azuolynas.example\", type = \"MX\", expect = [\"10 pastas.azuolynas.example\"]",
            "20 atsarginis.azuolynas.example&quot; where",
        ),
        ("be-spf", "query = \"www.azuolynas.example\", type = \"SPF\"", "www.azuolynas.example has no SPF record"),
        (
            "blogas-spf",
            "query = \"blogas.azuolynas.example\", type = \"SPF\"",
            "the SPF record is wrong at &quot;ip4:192.0.2.300&quot;",
        ),
        (
            "blogas-dmarc",
            "query = \"blogas.azuolynas.example\", type = \"DMARC\"",
            "the DMARC record is wrong at &quot;p=deny&quot;",
        ),
        ("dvigubas", "query = \"dvigubas.azuolynas.example\", type = \"SPF\"", "there are 2 SPF records"),
        ("senas", "query = \"azuolynas.example\", type = \"DKIM\", selector = \"2025\"", "the DKIM key was withdrawn"),
    ];
    let installation = Installation::new();
    let device = |name: &str, keys: &str| {
        let check = format!(
            "{{ kind = \"dns\", name = \"dns\", port = {port}, {keys}, interval = \"2s\", timeout = \"1s\", confirm = 1 }}"
        );
        installation.device(name, "127.0.0.1", &check);
    };
    good.iter().for_each(|(name, keys)| device(name, keys));
    bad.iter().for_each(|(name, keys, _)| device(name, keys));
    installation.device(
        "tylus",
        "127.0.0.9",
        &format!("{{ kind = \"dns\", name = \"dns\", port = {port}, query = \"a.lt\", confirm = 1 }}"),
    );
    let rotused = installation.start();
    for (name, _) in &good {
        rotused.state_is(name, "dns", "up");
        rotused.metric_is(&format!("rotuse_check_query_seconds{{device=\"{name}\",check=\"dns\"}}"), |time| time > 0.0);
    }
    let _ = rotused.page_with("/devices/soa", &["ns1.azuolynas.example 20261124"]);
    for (name, _, words) in &bad {
        rotused.state_is(name, "dns", "down");
        let _ = rotused.page_with(&format!("/devices/{name}?lang=en"), &[words]);
    }
    rotused.state_is("tylus", "dns", "down");
    let _ = rotused.page_with("/devices/tylus", &["prisijungti neleista"]);
}

#[test]
fn all_servers_of_a_zone_must_have_the_same_version() {
    let port = free_port();
    let _first = Nsd::start("127.0.0.1", port, 5, RECORDS);
    let _second = Nsd::start("127.0.0.2", port, 5, RECORDS);
    let _late = Nsd::start("127.0.0.3", port, 4, RECORDS);
    let installation = Installation::new();
    let device = |name: &str, others: &str| {
        let keys = "query = \"azuolynas.example\", type = \"SOA\", interval = \"2s\", timeout = \"1s\", confirm = 1";
        let check =
            format!("{{ kind = \"dns\", name = \"zona\", port = {port}, {keys}, same_serial_as = [{others}] }}");
        installation.device(name, "127.0.0.1", &check);
    };
    device("sutaria", "\"127.0.0.2\"");
    device("velluoja", "\"127.0.0.2\", \"127.0.0.3\"");
    device("tyli", "\"127.0.0.2\", \"127.0.0.4\"");
    let rotused = installation.start();
    rotused.state_is("sutaria", "zona", "up");
    rotused.state_is("velluoja", "zona", "degraded");
    rotused.state_is("tyli", "zona", "degraded");
    let _ = rotused.page_with("/devices/velluoja?lang=en", &["127.0.0.1 – 5, 127.0.0.2 – 5, 127.0.0.3 – 4"]);
    let _ = rotused
        .page_with("/devices/tyli?lang=en", &["the server 127.0.0.4 of the same zone: the connection was refused"]);
}

#[test]
fn mistakes_in_a_question_are_named() {
    let installation = Installation::new();
    let check = |keys: &str| format!("{{ kind = \"dns\", {keys} }}");
    let wrong = [
        check("name = \"1\", query = \"a.lt\", expect = [\"2001:db8::1\"]"),
        check("name = \"2\", query = \"a.lt\", type = \"DKIM\""),
        check("name = \"3\", query = \"a.lt\", same_serial_as = [\"192.0.2.1\"]"),
        check("name = \"4\", query = \"a.lt\", type = \"SOA\", expect = [\"5\"]"),
        check("name = \"5\", query = \"a..lt\""),
    ];
    installation.device("vardai", "127.0.0.1", &wrong.join(", "));
    let _ = installation.mistakes(&[
        "expect has \"2001:db8::1\", which is no value of A records",
        "selector is the selector of a DKIM record",
        "same_serial_as is only for type = \"SOA\"",
        "expect makes no sense for SOA records",
        "query must be a domain name",
    ]);
}
