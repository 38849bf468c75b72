//! Plugins of the Monitoring Plugins, and some that misbehave.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::os::unix::fs::PermissionsExt;

use tests::Installation;

const PLUGINS: &str = "/usr/lib/nagios/plugins";

fn check(name: &str, command: &str) -> String {
    format!(
        "{{ kind = \"exec\", name = \"{name}\", command = {command}, interval = \"2s\", timeout = \"1s\", confirm = 1 }}"
    )
}

#[test]
fn plugins_say_how_things_stand_and_their_numbers_are_metrics() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let installation = Installation::new();
    let checks = [
        check("gerai", &format!("[\"{PLUGINS}/check_tcp\", \"-H\", \"$ADDRESS\", \"-p\", \"{port}\"]")),
        check("ispejimas", &format!("[\"{PLUGINS}/check_dummy\", \"1\", \"maža vietos\"]")),
        check("blogai", &format!("[\"{PLUGINS}/check_dummy\", \"2\", \"<b>nėra</b>\"]")),
        check("neaisku", &format!("[\"{PLUGINS}/check_dummy\", \"3\", \"nežinau\"]")),
    ];
    installation.device("serveris", "127.0.0.1", &checks.join(",\n"));
    let rotused = installation.start();
    for (name, state) in [("gerai", "up"), ("ispejimas", "degraded"), ("blogai", "down"), ("neaisku", "unknown")] {
        rotused.state_is("serveris", name, state);
    }
    let time = "rotuse_check_plugin_seconds{device=\"serveris\",check=\"gerai\",instance=\"time\"}";
    rotused.metric_is(time, |seconds| (0.0..1.0).contains(&seconds));
    let page = rotused.page_with("/devices/serveris", &["maža vietos", "&lt;b&gt;nėra"]);
    assert!(!page.contains("<b>nėra"), "{page}");
}

#[test]
fn a_plugin_that_hangs_or_cannot_be_started_is_said_in_words_and_leaves_nothing_behind() {
    let installation = Installation::new();
    let folder = tempfile::tempdir().unwrap();
    let hanging = folder.path().join("check_hangs");
    let marker = folder.path().join("child");
    std::fs::write(&hanging, format!("#!/bin/sh\nsleep 600 &\necho $! > {}\nwait\n", marker.display())).unwrap();
    std::fs::set_permissions(&hanging, std::fs::Permissions::from_mode(0o755)).unwrap();
    let checks = [
        check("kabo", &format!("[\"{}\"]", hanging.display())),
        check("nera", "[\"/usr/lib/nagios/plugins/check_nothing_of_the_kind\"]"),
    ];
    installation.device("serveris", "127.0.0.1", &checks.join(",\n"));
    let rotused = installation.start();
    rotused.state_is("serveris", "kabo", "down");
    let _ =
        rotused.page_with("/devices/serveris?lang=en", &["no answer within 1 s", "cannot be started", "install it"]);
    let _ = rotused.stop();
    let child = std::fs::read_to_string(&marker).unwrap();
    tests::eventually("the plugin's own child is gone", || {
        let alive = std::path::Path::new("/proc").join(child.trim()).exists();
        (!alive).then_some(())
    });
}
