//! A new configuration while the daemon runs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs;
use std::net::TcpListener;

use rustix::process::Signal;
use tests::{Database, Installation, Rotused, Snmpd, free_port};

fn tcp(port: u16) -> String {
    format!("{{ kind = \"tcp\", port = {port}, name = \"web\", interval = \"1s\", timeout = \"500ms\", confirm = 1 }}")
}

/// A device that is up and one that is down.
fn installation(listener: &TcpListener) -> Installation {
    let installation = Installation::new();
    installation.device("gerai", "127.0.0.1", &tcp(listener.local_addr().unwrap().port()));
    installation.device("blogai", "127.0.0.1", &tcp(free_port()));
    installation
}

fn start(installation: &Installation) -> Rotused {
    let mut rotused = installation.start();
    rotused.log.line_with(&["incident opened", "incident=1"]);
    rotused.state_is("gerai", "web", "up");
    rotused
}

#[test]
fn a_saved_file_is_used_and_what_did_not_change_goes_on() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let installation = installation(&listener);
    let mut rotused = start(&installation);
    let port = listener.local_addr().unwrap().port();
    installation.device("naujas", "127.0.0.1", &tcp(port));
    rotused.log.line_with(&["a file was saved", "1 checks were started, 0 stopped"]);
    rotused.state_is("naujas", "web", "up");
    rotused.state_is("blogai", "web", "down");
    // An editor that writes beside and renames, and another question for the same check.
    let text = fs::read_to_string(installation.path("devices/blogai.toml")).unwrap();
    let mended =
        text.replace(&text[text.find("port = ").unwrap()..text.find(", name").unwrap()], &format!("port = {port}"));
    installation.write("devices/.blogai.toml.swp", &mended);
    fs::rename(installation.path("devices/.blogai.toml.swp"), installation.path("devices/blogai.toml")).unwrap();
    rotused.log.line_with(&["incident resolved", "incident=1"]);
    rotused.state_is("blogai", "web", "up");
    fs::remove_file(installation.path("devices/naujas.toml")).unwrap();
    rotused.log.line_with(&["0 checks were started, 1 stopped"]);
    assert_eq!(rotused.metric("rotuse_check_state{device=\"naujas\",check=\"web\",state=\"up\"}"), None);
    let (_, log) = rotused.stop();
    assert_eq!(log.matches("incident opened").count(), 1, "{log}");
    assert!(!log.contains("gerai"), "what did not change is no news: {log}");
}

#[test]
fn a_configuration_with_mistakes_is_refused_whole_and_the_old_one_goes_on() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let installation = installation(&listener);
    let mut rotused = start(&installation);
    let before = fs::read_to_string(installation.path("devices/gerai.toml")).unwrap();
    installation.write("devices/gerai.toml", &before.replace("address", "adress"));
    rotused.log.line_with(&["ERROR", "the new configuration is not used"]);
    let page = rotused.page_with("/?lang=lt", &["Naujoje konfigūracijoje yra klaidų", "adress"]);
    assert!(page.contains("gerai.toml:3:1"), "{page}");
    rotused.metric_is("rotuse_config_refused", |refused| refused == 1.0);
    rotused.state_is("gerai", "web", "up");
    // Nothing but the mistake is put right: the same configuration as before is used, and no longer complained of.
    installation.write("devices/gerai.toml", &before);
    rotused.metric_is("rotuse_config_refused", |refused| refused == 0.0);
    assert!(!rotused.get("/?lang=lt").body.contains("adress"));
}

#[test]
fn sighup_reads_it_again_and_counters_go_on() {
    let agent = Snmpd::start();
    let installation = Installation::new();
    installation.secret("secrets/community", Snmpd::COMMUNITY);
    installation.add("[[credential]]\nname = \"v2c\"\nversion = \"2c\"\ncommunity = { file = \"secrets/community\" }");
    let check = |interval: &str| {
        format!(
            "{{ kind = \"snmp\", port = {}, credential = \"v2c\", interval = \"{interval}\", timeout = \"1s\" }}",
            agent.port
        )
    };
    installation.device("agentas", "127.0.0.1", &check("30s"));
    let mut rotused = installation.start();
    rotused.state_is("agentas", "snmp", "up");
    // A secret is no file of the configuration; systemctl reload is how it is read anew.
    installation.secret("secrets/community", "neteisinga");
    rotused.signal(Signal::HUP);
    rotused.log.line_with(&["SIGHUP: the new configuration is used; 1 checks were started, 1 stopped"]);
    installation.secret("secrets/community", Snmpd::COMMUNITY);
    installation.device("agentas", "127.0.0.1", &check("2s"));
    rotused.log.line_with(&["a file was saved: the new configuration is used; 1 checks were started, 1 stopped"]);
    let rate = "rotuse_interface_receive_bits_per_second{device=\"agentas\",check=\"snmp\",interface=\"lo\"}";
    rotused.metric_is(rate, |bits| bits > 0.0);
    // A profile of one's own is used from the next poll on, by the same session: there is a rate at once.
    installation.write(
        "profiles/linux.toml",
        "title = \"Mine\"\ninherits = [\"generic\"]\nobject_id = [\"1.3.6.1.4.1.8072\"]\n[[table]]\nsection = \"system\"\n\
         fields.vendor = { oid = \"1.3.6.1.2.1.1.5.0\" }\n",
    );
    let page = rotused.page_with("/devices/agentas?lang=en", &["Model", "<dd>agentas</dd>"]);
    assert!(page.contains("b/s"), "{page}");
}

#[test]
fn a_job_that_is_taken_out_and_put_back_or_called_otherwise_is_not_new() {
    let installation = Installation::new();
    let _database = Database::make(installation.path("registras.db"), 10);
    installation.job("daily");
    let mut rotused = installation.start();
    rotused.log.line_with(&["backup proven"]);
    let job = installation.path("jobs/registras.toml");
    let text = fs::read_to_string(&job).unwrap();
    fs::remove_file(&job).unwrap();
    rotused.log.line_with(&["the new configuration is used"]);
    let _ = rotused.page_with("/?lang=en", &["Nothing is watched or backed up"]);
    for title in ["", "title = \"Registras\"\n"] {
        installation.write("jobs/registras.toml", &format!("{text}{title}"));
        rotused.log.line_with(&["the new configuration is used"]);
        // It is planned for tomorrow, and still known to be proven.
        rotused.metric_is("rotuse_job_runs_total{job=\"registras\",outcome=\"success\"}", |count| count == 1.0);
        let _ = rotused.page_with("/backups?lang=en", &["1 proven, 0 not"]);
    }
    let (_, log) = rotused.stop();
    assert_eq!(log.matches("backup proven").count(), 1, "{log}");
}
