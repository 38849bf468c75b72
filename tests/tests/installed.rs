//! What an installation starts from: the shipped configuration, the unit, `make install`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use tests::{Authority, Validity, program, sources};

#[test]
fn the_shipped_configuration_is_valid() {
    let file = sources().join("config/rotused.toml");
    let output = Command::new(program("rotused")).arg("check").arg("--config").arg(&file).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Examples in comments rot unseen; here they are taken at their word.
#[test]
fn the_examples_in_the_shipped_configuration_are_valid_too() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["rotused.toml", "devices/pavyzdys.toml", "jobs/pavyzdys.toml", "maintenance/pavyzdys.toml"] {
        let text = fs::read_to_string(sources().join("config").join(file)).unwrap();
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, with_examples(&text)).unwrap();
    }
    let secrets = [
        "lan-v3-authentication",
        "lan-v3-privacy",
        "old-printers",
        "repository-nas",
        "repository-vietine",
        "mail",
        "db",
        "bandymai",
        "pastas",
        "matrix",
        "s3-id",
        "s3-key",
    ];
    fs::create_dir(folder.path().join("secrets")).unwrap();
    for secret in secrets {
        let path = folder.path().join("secrets").join(secret);
        fs::write(&path, "slaptas-zodis").unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    let chat = folder.path().join("secrets/pokalbis");
    fs::write(&chat, "https://pokalbis.azuolynas.lt/hooks/slapta").unwrap();
    fs::set_permissions(&chat, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let authority = Authority::new();
    fs::copy(authority.path("authority.pem"), folder.path().join("authority.pem")).unwrap();
    authority.certify("web", &["rotuse.azuolynas.lt"], Validity::LONG);
    fs::copy(authority.path("web.pem"), folder.path().join("web-certificate.pem")).unwrap();
    let key = folder.path().join("secrets/web-key");
    fs::copy(authority.path("web.key"), &key).unwrap();
    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    // The users file that the examples name is made as administrators make it.
    let mut adding = Command::new(program("rotused"))
        .args(["user", "add", "ona", "--config"])
        .arg(folder.path().join("rotused.toml"))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    adding.stdin.take().unwrap().write_all("teisingas slaptažodis\n".as_bytes()).unwrap();
    assert!(adding.wait().unwrap().success());
    let output = Command::new(program("rotused"))
        .arg("check")
        .arg("--config")
        .arg(folder.path().join("rotused.toml"))
        .env("CREDENTIALS_DIRECTORY", folder.path().join("secrets"))
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 device, 21 checks, 9 backup jobs"), "{said}");
}

/// As it is shipped, and with what is commented out.
#[test]
fn the_shipped_configuration_of_publishing_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let shipped = fs::read_to_string(sources().join("config/publish.toml")).unwrap();
    for text in [shipped.clone(), with_examples(&shipped)] {
        let mut text = text;
        for place in ["/srv/", "/var/"] {
            text = text.replace(place, &format!("{}{place}", folder.path().display()));
        }
        let file = folder.path().join("publish.toml");
        fs::write(&file, text).unwrap();
        let output =
            Command::new(program("sitegen")).args(["publish", "status", "--config"]).arg(&file).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("nothing yet"), "{output:?}");
    }
    fs::write(folder.path().join("publish.toml"), "repositry = \"x\"\n[mail]\nserver = \"x\"\n").unwrap();
    let mut command = Command::new(program("sitegen"));
    let output = command.args(["publish", "--config"]).arg(folder.path().join("publish.toml")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    for words in ["publish.toml:1:1: unknown key \"repositry\"", "publish.toml:3:10: server must be"] {
        assert!(output.status.code() == Some(1) && said.contains(words), "{said}");
    }
}

#[test]
fn the_unit_that_publishes_takes_away_what_it_does_not_need() {
    let unit = fs::read_to_string(sources().join("systemd/sitegen-publish.service")).unwrap();
    for line in [
        "Type=oneshot",
        "User=sitegen",
        "CapabilityBoundingSet=",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "MemoryDenyWriteExecute=yes",
        "StateDirectory=sitegen",
        "SuccessExitStatus=2 75",
    ] {
        assert!(unit.lines().any(|found| found == line), "{line}");
    }
}

#[test]
fn the_units_that_ask_other_sites_and_write_to_readers_take_away_as_much() {
    let read = |name: &str| fs::read_to_string(sources().join("systemd").join(name)).unwrap();
    let (unit, publish) = (read("sitegen-links.service"), read("sitegen-publish.service"));
    let is_of_work = |line: &&str| {
        ["[", "#", "Description=", "ExecStart=", "SuccessExitStatus=", "TimeoutStartSec=", "Nice="]
            .iter()
            .any(|start| line.starts_with(start))
    };
    for line in publish.lines().filter(|line| !is_of_work(line)) {
        for unit in [&unit, &read("sitegen-digest.service")] {
            assert!(unit.lines().any(|found| found == line), "{line}: {unit}");
        }
    }
    assert!(unit.contains("\nSuccessExitStatus=2\n"), "{unit}");
}

/// The text with every commented line that is TOML (a key, a table, an element) taken out of its comment.
fn with_examples(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let inner = line.trim_start().trim_start_matches("# ").trim_start();
        let is_key = inner
            .split_once(" = ")
            .is_some_and(|(key, _)| key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
        let is_toml = is_key || (inner.starts_with('[') && inner.ends_with(']')) || inner.starts_with("{ kind");
        if is_toml { inner } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_unit_takes_away_what_the_daemon_does_not_need() {
    let unit = fs::read_to_string(sources().join("systemd/rotused.service")).unwrap();
    for line in [
        "Type=notify",
        "WatchdogSec=30s",
        "User=rotused",
        "CapabilityBoundingSet=CAP_NET_RAW CAP_NET_BIND_SERVICE",
        "AmbientCapabilities=CAP_NET_RAW CAP_NET_BIND_SERVICE",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "MemoryDenyWriteExecute=yes",
        "LimitCORE=0",
        "UMask=0077",
    ] {
        assert!(unit.lines().any(|found| found == line), "{line}");
    }
    assert!(unit.contains("LoadCredential="));
}

#[test]
fn make_install_puts_everything_in_place_and_overwrites_no_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    // `make build` takes minutes; where its result would be is told apart from what is done with it.
    let built = tempfile::tempdir().unwrap();
    let release = built.path().join("target/release");
    fs::create_dir_all(&release).unwrap();
    for name in ["rotused", "sitegen"] {
        fs::copy(program(name), release.join(name)).unwrap();
    }
    for name in ["config", "systemd", "Makefile"] {
        std::os::unix::fs::symlink(sources().join(name), built.path().join(name)).unwrap();
    }
    let install = || {
        let made = Command::new("make")
            .arg("install")
            .arg(format!("DESTDIR={}", root.display()))
            .current_dir(built.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
    };
    install();
    for file in [
        "usr/bin/rotused",
        "usr/bin/sitegen",
        "usr/lib/systemd/system/rotused.service",
        "usr/lib/sysusers.d/rotused.conf",
        "usr/lib/tmpfiles.d/rotused.conf",
        "etc/rotused/rotused.toml",
        "etc/rotused/devices/pavyzdys.toml",
        "etc/rotused/jobs/pavyzdys.toml",
        "etc/rotused/maintenance/pavyzdys.toml",
        "usr/lib/systemd/system/sitegen-publish.service",
        "usr/lib/systemd/system/sitegen-publish.path",
        "usr/lib/systemd/system/sitegen-publish.timer",
        "usr/lib/systemd/system/sitegen-links.service",
        "usr/lib/systemd/system/sitegen-links.timer",
        "usr/lib/systemd/system/sitegen-digest.service",
        "usr/lib/systemd/system/sitegen-digest.timer",
        "usr/lib/sysusers.d/sitegen.conf",
        "usr/lib/tmpfiles.d/sitegen.conf",
        "usr/share/sitegen/post-receive",
        "usr/share/sitegen/postfix-subscriptions.cf",
        "usr/share/sitegen/nginx-site.conf",
        "etc/sitegen/publish.toml",
    ] {
        assert!(root.join(file).exists(), "{file}");
    }
    let check = Command::new(root.join("usr/bin/rotused"))
        .arg("check")
        .arg("--config")
        .arg(root.join("etc/rotused/rotused.toml"))
        .output()
        .unwrap();
    assert!(check.status.success(), "{check:?}");

    let ours = root.join("etc/rotused/rotused.toml");
    fs::write(&ours, "state_directory = \"/var/lib/kitur\"\n").unwrap();
    install();
    assert_eq!(fs::read_to_string(&ours).unwrap(), "state_directory = \"/var/lib/kitur\"\n");
    assert!(root.join("etc/rotused/rotused.toml.new").exists());
    assert!(!root.join("etc/sitegen/publish.toml.new").exists());
}
