//! Time servers: chrony.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's failure is its message")]

use std::net::UdpSocket;

use tests::{Chronyd, Installation};

const SOON: &str = "interval = \"2s\", timeout = \"1s\", confirm = 1";

#[test]
fn a_time_server_knows_the_time_or_says_that_it_does_not() {
    let knows = Chronyd::start("local stratum 3");
    let knows_not = Chronyd::start("");
    let installation = Installation::new();
    for (name, port) in [("zino", knows.port), ("nezino", knows_not.port)] {
        installation.device(name, "127.0.0.1", &format!("{{ kind = \"ntp\", port = {port}, {SOON} }}"));
    }
    let rotused = installation.start();
    rotused.state_is("zino", "ntp", "up");
    let labels = "{device=\"zino\",check=\"ntp\"}";
    rotused.metric_is(&format!("rotuse_check_clock_offset_seconds{labels}"), |offset| offset.abs() < 0.1);
    rotused.metric_is(&format!("rotuse_check_stratum{labels}"), |stratum| stratum == 3.0);
    rotused.state_is("nezino", "ntp", "down");
    let _ = rotused.page_with("/devices/nezino?lang=en", &["it does not know the time itself"]);
}

/// A server whose clock is wrong cannot be had without changing that of this machine.
#[test]
fn a_clock_that_is_an_hour_ahead_is_said_to_be() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut packet = [0; 48];
        while let Ok((_, asker)) = server.recv_from(&mut packet) {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
            let seconds = u32::try_from(now.as_secs() + 2_208_988_800 + 3600).unwrap();
            let mut reply = [0; 48];
            (reply[0], reply[1]) = (0x24, 2);
            reply[24..32].copy_from_slice(&packet[40..48]);
            for at in [32, 40] {
                reply[at..at + 4].copy_from_slice(&seconds.to_be_bytes());
            }
            server.send_to(&reply, asker).unwrap();
        }
    });
    let installation = Installation::new();
    installation.device(
        "skuba",
        "127.0.0.1",
        &format!("{{ kind = \"ntp\", port = {port}, offset = \"1min\", {SOON} }}"),
    );
    let rotused = installation.start();
    rotused.state_is("skuba", "ntp", "degraded");
    let is_an_hour = |offset: f64| (3598.0..=3600.0).contains(&offset);
    rotused.metric_is("rotuse_check_clock_offset_seconds{device=\"skuba\",check=\"ntp\"}", is_an_hour);
    let _ = rotused.page_with("/devices/skuba?lang=en", &["its clock differs from ours by", "60 s are allowed"]);
}
