//! What was measured is read from the command line while the daemon runs, after it was killed, and after it has stopped.
#![allow(clippy::unwrap_used, reason = "a test's failure is its message")]

use tests::{Installation, eventually};

#[test]
fn what_was_measured_is_read_while_it_is_measured_and_after() {
    let installation = Installation::new();
    installation.device("vienas", "127.0.0.1", "{ kind = \"icmp\", interval = \"2s\", timeout = \"1s\" }");
    let rotused = installation.start();
    rotused.state_is("vienas", "icmp", "up");
    let ask = |arguments: &[&str]| {
        let answered = installation.rotused(arguments);
        let said = String::from_utf8(answered.stderr).unwrap();
        (answered.status.code(), String::from_utf8(answered.stdout).unwrap(), said)
    };
    let query = ["query", "vienas/icmp", "loss_ratio", "--from", "1h"];
    let table = eventually("a sample", || Some(ask(&query).1).filter(|table| table.contains('T')));
    assert!(table.lines().skip(2).all(|line| line.ends_with(" 0")), "{table}");
    let (code, csv, _) = ask(&["export", "--metric", "loss_ratio"]);
    assert_eq!(code, Some(0));
    assert!(csv.lines().nth(1).unwrap().contains(",vienas,icmp,loss_ratio,,0"), "{csv}");
    let (_, openmetrics, _) = ask(&["export", "--format", "openmetrics", "--from", "1h"]);
    assert!(openmetrics.starts_with("# TYPE rotuse_check_rtt_seconds gauge\n"), "{openmetrics}");
    let (code, _, said) = ask(&["query", "vienas/icmp", "rtt"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("loss_ratio"), "{said}");
    // Programs, and the graphs of the pages, ask the daemon itself.
    let day = "from=2026-01-01T00:00:00Z&to=2100-01-01T00:00:00Z";
    let answer = rotused.get(&format!("/api/v1/devices/vienas/series?check=icmp&metric=loss_ratio&{day}"));
    assert_eq!(answer.status, 200);
    let expected = "\"instance\":null,\"metric\":\"loss_ratio\",\"points\":[[";
    assert!(answer.body.contains(expected) && answer.body.contains("\"unit\":\"ratio\""), "{}", answer.body);
    assert_eq!(rotused.get("/api/v1/devices/vienas/series?check=icmp&metric=loss_ratio").status, 400);
    drop(rotused);
    let after = ask(&["query", "vienas/icmp", "loss_ratio", "--resolution", "1h"]).1;
    assert!(after.lines().count() >= 3, "{after}");
}

#[test]
fn what_is_coarser_is_kept_at_least_as_long() {
    let installation = Installation::new();
    installation.add("[history]\nfull = \"400 days\"");
    let _ = installation.mistakes(&["five_minutes must be at least as long"]);
}
