//! A thousand devices that fail at once: one root is named, and one letter is written.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use tests::{Installation, Log, eventually, in_namespace};

const BEHIND: u32 = 1000;

/// A switch with many devices behind it, and a neighbour that is reached without it.
fn devices() -> String {
    let check =
        "{ kind = \"icmp\", interval = \"10s\", timeout = \"500ms\", confirm_interval = \"500ms\", echoes = 1 }";
    let device = |name: &str, address: &str, parents: &str| {
        format!(
            "[[device]]\nname = \"{name}\"\nsite = \"Rotušė\"\naddress = \"{address}\"\n{parents}\nchecks = [{check}]\n"
        )
    };
    let mut text = device("sw", "10.77.255.1", "") + &device("kaimynas", "127.0.0.1", "");
    for number in 0..BEHIND {
        let address = format!("10.77.{}.{}", number / 250, number % 250 + 1);
        text += &device(&format!("d{number}"), &address, "parents = [\"sw\"]");
    }
    text
}

#[test]
fn a_storm_of_a_thousand_devices_names_one_root_and_writes_one_letter() {
    let installation = Installation::new();
    let letters = installation.path("letters");
    installation.write("channel", &format!("#!/bin/sh\ncat >> {0}\necho >> {0}\n", letters.display()));
    fs::set_permissions(installation.path("channel"), Permissions::from_mode(0o755)).unwrap();
    let program = installation.path("channel");
    installation
        .add(&format!("[[channel]]\nname = \"failas\"\nkind = \"command\"\ncommand = [\"{}\"]", program.display()));
    installation.write("devices/all.toml", &devices());
    // All of 10.77.0.0/16 is this machine, until a line comes: then nothing leads there.
    let network = "
        set -e
        exec 3<&0
        ip link set lo up
        ip route add local 10.77.0.0/16 dev lo
        (read -r line; ip route del local 10.77.0.0/16 dev lo) <&3 &
        exec \"$@\"";
    let run = installation.command(&["run"]);
    let mut command = in_namespace("--net");
    command.args(["sh", "-c", network, "sh"]).arg(run.get_program()).args(run.get_args());
    command.stdin(Stdio::piped()).stderr(Stdio::piped()).env("RUST_LOG", "rotused=debug");
    command.env_remove("JOURNAL_STREAM").env_remove("NOTIFY_SOCKET");
    let mut child = command.spawn().unwrap();
    let mut cut = child.stdin.take().unwrap();
    let mut log = Log::of_stderr(&mut child);
    // The first round takes ten seconds; the last of them is seen to be up.
    for _ in 0..BEHIND + 2 {
        log.line_with(&["state changed", "to=up"]);
    }
    cut.write_all(b"cut\n").unwrap();
    let opened = log.line_with(&["incident opened"]);
    assert!(opened.contains("sw/icmp") && opened.contains("no route leads to it"), "{opened}");
    for _ in 0..BEHIND {
        log.line_with(&["state changed", "to=unreachable"]);
    }
    log.line_with(&["delivered by failas"]);
    let written =
        eventually("a letter", || fs::read_to_string(&letters).ok().filter(|text| text.contains("[Gedimas]")));
    child.kill().unwrap();
    child.wait().unwrap();
    let log = log.everything();
    assert_eq!(log.matches("incident opened").count(), 1, "one root");
    assert!(!log.contains("device=kaimynas check=icmp from=up"), "who is reached otherwise is up");
    assert_eq!(written.lines().filter(|line| !line.trim().is_empty()).count(), 1, "one letter");
    assert!(
        written.contains("dėl to nepasiekiama 1000 įrenginių") || written.contains("dėl to nepasiekiam"),
        "{written}"
    );
}
