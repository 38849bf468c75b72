//! What devices of many vendors say, as facts: who they are, some values, and what they must be understood as.

use strict_toml::Problems;

use super::super::raw::{Raw, arcs};
use super::super::section::Section;
use super::tests::store;
use super::{Profiles, Row};

struct Fact {
    /// sysObjectID and sysDescr.
    device: (&'static str, &'static str),
    /// The profile that it must get.
    profile: &'static str,
    section: &'static Section,
    values: Vec<(&'static str, Raw)>,
    /// The rows of the section, in alphabetical order.
    rows: &'static str,
}

fn text(text: &str) -> Raw {
    Raw::Octets(text.as_bytes().into())
}

fn oid(text: &str) -> Raw {
    Raw::Oid(arcs(text).unwrap().into())
}

fn fact(
    profile: &'static str,
    device: (&'static str, &'static str),
    section: &'static Section,
    values: impl Into<Vec<(&'static str, Raw)>>,
    rows: &'static str,
) -> Fact {
    Fact { device, profile, section, values: values.into(), rows }
}

#[test]
fn vendors_own_tables_are_understood() {
    let profiles = Profiles::load(None, &Problems::default());
    for Fact { device: (object_id, description), profile: name, section, values, rows } in facts() {
        let profile = profiles.of(&arcs(object_id).unwrap(), description).unwrap();
        assert_eq!(profile.name, name, "{object_id} {description}");
        let row = |row: &Row| {
            let known: Vec<String> =
                row.known(section).map(|(field, datum)| format!("{}={datum}", field.name)).collect();
            known.join(" ")
        };
        let mut seen: Vec<String> = profile.rows(section, &store(&values)).iter().map(row).collect();
        seen.retain(|row| !row.is_empty());
        seen.sort();
        assert_eq!(seen.join("; "), rows, "{name} {}", section.name);
    }
}

fn facts() -> Vec<Fact> {
    vec![
        fact(
            "apc",
            ("1.3.6.1.4.1.318.1.3.27.1", ""),
            Section::UPS,
            [
                ("1.3.6.1.4.1.318.1.1.1.2.1.1.0", Raw::Integer(2)),
                ("1.3.6.1.4.1.318.1.1.1.2.2.1.0", Raw::Gauge(100)),
                ("1.3.6.1.4.1.318.1.1.1.2.3.1.0", Raw::Gauge(998)),
                ("1.3.6.1.4.1.318.1.1.1.2.2.3.0", Raw::Ticks(612_000)),
                ("1.3.6.1.4.1.318.1.1.1.4.1.1.0", Raw::Integer(18)),
            ],
            "battery_status=normal charge_percent=99.8 remaining_seconds=6120 source=normal",
        ),
        fact(
            "apc-pdu",
            ("1.3.6.1.4.1.318.1.3.4.6", ""),
            Section::SENSORS,
            [
                ("1.3.6.1.4.1.318.1.1.26.6.3.1.4.1", Raw::Integer(2)),
                ("1.3.6.1.4.1.318.1.1.26.6.3.1.5.1", Raw::Integer(65)),
                ("1.3.6.1.4.1.318.1.1.26.6.1.1.6.1", Raw::Integer(19)),
                ("1.3.6.1.4.1.318.1.1.26.6.1.1.7.1", Raw::Integer(24)),
            ],
            "name=Phase 1 quantity=current unit=amperes value=6.5 state=normal high_warning=19 high_critical=24",
        ),
        fact(
            "mikrotik",
            ("1.3.6.1.4.1.14988.1", ""),
            Section::SENSORS,
            [
                ("1.3.6.1.4.1.14988.1.1.3.100.1.2.14", text("temperature")),
                ("1.3.6.1.4.1.14988.1.1.3.100.1.3.14", Raw::Integer(44)),
                ("1.3.6.1.4.1.14988.1.1.3.100.1.4.14", Raw::Integer(1)),
                ("1.3.6.1.4.1.14988.1.1.3.100.1.2.13", text("voltage")),
                ("1.3.6.1.4.1.14988.1.1.3.100.1.3.13", Raw::Integer(241)),
                ("1.3.6.1.4.1.14988.1.1.3.100.1.4.13", Raw::Integer(3)),
                ("1.3.6.1.4.1.14988.1.1.19.1.1.2.25", text("sfp-sfpplus1")),
                ("1.3.6.1.4.1.14988.1.1.19.1.1.10.25", Raw::Integer(-5673)),
            ],
            "name=sfp-sfpplus1 receive quantity=dbm unit=dbm value=-5.673; name=temperature quantity=temperature unit=celsius value=44; name=voltage quantity=voltage unit=volts value=24.1",
        ),
        fact(
            "cisco-ios",
            ("1.3.6.1.4.1.9.1.1208", ""),
            Section::PROCESSORS,
            [
                ("1.3.6.1.4.1.9.9.109.1.1.1.1.2.1", Raw::Integer(1000)),
                ("1.3.6.1.4.1.9.9.109.1.1.1.1.7.1", Raw::Gauge(17)),
                ("1.3.6.1.2.1.47.1.1.1.1.7.1000", text("Switch System")),
            ],
            "name=Switch System load_percent=17",
        ),
        fact(
            "cisco-ios",
            (
                "1.3.6.1.4.1.9.1.516",
                "Cisco IOS Software, C3750 Software (C3750-IPBASE-M), Version 12.2(50)SE5, RELEASE SOFTWARE (fc1)",
            ),
            Section::SYSTEM,
            [
                (
                    "1.3.6.1.2.1.1.1.0",
                    text(
                        "Cisco IOS Software, C3750 Software (C3750-IPBASE-M), Version 12.2(50)SE5, RELEASE SOFTWARE (fc1)",
                    ),
                ),
                ("1.3.6.1.2.1.47.1.1.1.1.11.1001", text("FDO1450Y1AB")),
            ],
            "description=Cisco IOS Software, C3750 Software (C3750-IPBASE-M), Version 12.2(50)SE5, RELEASE SOFTWARE (fc1) vendor=Cisco serial_number=FDO1450Y1AB software_version=12.2(50)SE5",
        ),
        fact(
            "cisco-ios",
            ("1.3.6.1.4.1.9.1.1208", ""),
            Section::SENSORS,
            [
                ("1.3.6.1.4.1.9.9.91.1.1.1.1.1.1006", Raw::Integer(8)),
                ("1.3.6.1.4.1.9.9.91.1.1.1.1.2.1006", Raw::Integer(9)),
                ("1.3.6.1.4.1.9.9.91.1.1.1.1.3.1006", Raw::Integer(1)),
                ("1.3.6.1.4.1.9.9.91.1.1.1.1.4.1006", Raw::Integer(301)),
                ("1.3.6.1.4.1.9.9.91.1.1.1.1.5.1006", Raw::Integer(1)),
                ("1.3.6.1.2.1.47.1.1.1.1.7.1006", text("Te1/1/1 Module Temperature Sensor")),
                ("1.3.6.1.4.1.9.9.91.1.2.1.1.2/1006.1", Raw::Integer(20)),
                ("1.3.6.1.4.1.9.9.91.1.2.1.1.3/1006.1", Raw::Integer(4)),
                ("1.3.6.1.4.1.9.9.91.1.2.1.1.4/1006.1", Raw::Integer(750)),
                ("1.3.6.1.4.1.9.9.91.1.2.1.1.2/1006.2", Raw::Integer(10)),
                ("1.3.6.1.4.1.9.9.91.1.2.1.1.3/1006.2", Raw::Integer(4)),
                ("1.3.6.1.4.1.9.9.91.1.2.1.1.4/1006.2", Raw::Integer(700)),
                ("1.3.6.1.4.1.9.9.91.1.2.1.1.2/1006.3", Raw::Integer(10)),
                ("1.3.6.1.4.1.9.9.91.1.2.1.1.3/1006.3", Raw::Integer(2)),
                ("1.3.6.1.4.1.9.9.91.1.2.1.1.4/1006.3", Raw::Integer(0)),
                ("1.3.6.1.4.1.9.9.91.1.2.1.1.2/1006.4", Raw::Integer(20)),
                ("1.3.6.1.4.1.9.9.91.1.2.1.1.3/1006.4", Raw::Integer(2)),
                ("1.3.6.1.4.1.9.9.91.1.2.1.1.4/1006.4", Raw::Integer(-50)),
            ],
            "name=Te1/1/1 Module Temperature Sensor quantity=temperature unit=celsius value=30.1 state=ok low_critical=-5 low_warning=0 high_warning=70 high_critical=75",
        ),
        fact(
            "kyocera",
            ("1.3.6.1.4.1.1347.41", ""),
            Section::SUPPLIES,
            [
                ("1.3.6.1.2.1.43.11.1.1.3/1.1", Raw::Integer(1)),
                ("1.3.6.1.2.1.43.11.1.1.5/1.1", Raw::Integer(3)),
                ("1.3.6.1.2.1.43.11.1.1.6/1.1", text("TK-130")),
                ("1.3.6.1.2.1.43.11.1.1.8/1.1", Raw::Integer(7200)),
                ("1.3.6.1.2.1.43.11.1.1.9/1.1", Raw::Integer(1800)),
                ("1.3.6.1.2.1.43.12.1.1.4/1.1", text("black")),
            ],
            "name=TK-130 kind=toner colour=black capacity=7200 level=1800 level_percent=25",
        ),
        fact(
            "generic",
            ("1.3.6.1.4.1.99999", "a printer that counts in percent"),
            Section::SUPPLIES,
            [
                ("1.3.6.1.2.1.43.11.1.1.6/1.1", text("Juoda")),
                ("1.3.6.1.2.1.43.11.1.1.7/1.1", Raw::Integer(19)),
                ("1.3.6.1.2.1.43.11.1.1.8/1.1", Raw::Integer(-2)),
                ("1.3.6.1.2.1.43.11.1.1.9/1.1", Raw::Integer(40)),
            ],
            "name=Juoda unit=percent level=40 level_percent=40",
        ),
        fact(
            "synology",
            ("1.3.6.1.4.1.8072.3.2.10", "Linux hostname 3.10.77 #8451 SMP Wed Jan 4 00:31:32 CST 2017 x86_64"),
            Section::STORAGE,
            [
                ("1.3.6.1.4.1.6574.3.1.1.2.0", text("Volume 1")),
                ("1.3.6.1.4.1.6574.3.1.1.3.0", Raw::Integer(1)),
                ("1.3.6.1.4.1.6574.3.1.1.4.0", Raw::Counter64(250)),
                ("1.3.6.1.4.1.6574.3.1.1.5.0", Raw::Counter64(1000)),
            ],
            "name=Volume 1 kind=raid size_octets=1000 used_octets=750 free_octets=250 used_percent=75 status=normal",
        ),
        fact(
            "eaton",
            ("1.3.6.1.4.1.534.1", "ConnectUPS Web/SNMP Card V4.38"),
            Section::UPS,
            [
                ("1.3.6.1.4.1.534.1.2.2.0", Raw::Integer(78)),
                ("1.3.6.1.4.1.534.1.2.4.0", Raw::Integer(100)),
                ("1.3.6.1.4.1.534.1.3.1.0", Raw::Integer(500)),
                ("1.3.6.1.4.1.534.1.4.1.0", Raw::Integer(9)),
                ("1.3.6.1.4.1.534.1.4.5.0", Raw::Integer(10)),
            ],
            "charge_percent=100 battery_volts=78 source=normal load_percent=9 input_hertz=50",
        ),
        fact(
            "mge",
            ("1.3.6.1.4.1.705.1.2", "MGE Galaxy 7000 UPS 250 kVA"),
            Section::UPS,
            [
                ("1.3.6.1.4.1.705.1.5.1.0", Raw::Integer(7260)),
                ("1.3.6.1.4.1.705.1.5.2.0", Raw::Integer(100)),
                ("1.3.6.1.4.1.705.1.5.5.0", Raw::Integer(6000)),
                ("1.3.6.1.4.1.705.1.5.7.0", Raw::Integer(17)),
                ("1.3.6.1.4.1.705.1.5.11.0", Raw::Integer(2)),
                ("1.3.6.1.4.1.705.1.5.14.0", Raw::Integer(2)),
                ("1.3.6.1.4.1.705.1.6.2.1.2.1.0", Raw::Integer(4080)),
                ("1.3.6.1.4.1.705.1.7.3.0", Raw::Integer(2)),
                ("1.3.6.1.4.1.705.1.7.4.0", Raw::Integer(2)),
            ],
            "battery_status=normal charge_percent=100 remaining_seconds=7260 battery_volts=600 battery_celsius=17 source=normal input_volts=408 battery_replace=no",
        ),
        fact(
            "qnap",
            ("1.3.6.1.4.1.24681", "Linux hostname 4.2.2"),
            Section::SENSORS,
            [
                ("1.3.6.1.4.1.24681.1.4.1.1.1.1.1.2.1.7.1", Raw::Integer(33)),
                ("1.3.6.1.4.1.24681.1.4.1.1.1.1.2.2.1.4.1", Raw::Integer(0)),
                ("1.3.6.1.4.1.24681.1.4.1.1.1.1.2.2.1.5.1", Raw::Integer(4504)),
                ("1.3.6.1.4.1.24681.1.4.1.1.1.1.5.2.1.4.1", text("Good")),
                ("1.3.6.1.4.1.24681.1.4.1.1.1.1.5.2.1.6.1", Raw::Integer(28)),
            ],
            "name=Disk 1 quantity=temperature unit=celsius value=28 state=good; name=Enclosure 1 quantity=temperature unit=celsius value=33; name=Fan 1 quantity=fan unit=rpm value=4504 state=ok",
        ),
        fact(
            "qnap-qts",
            ("1.3.6.1.4.1.8072.3.2.10", "Linux hostname 4.2.2"),
            Section::SENSORS,
            [
                ("1.3.6.1.4.1.24681.1.4.1.1.1.1.1.2.1.7.1", Raw::Integer(33)),
                ("1.3.6.1.4.1.24681.1.4.1.1.1.1.2.2.1.4.1", Raw::Integer(0)),
                ("1.3.6.1.4.1.24681.1.4.1.1.1.1.2.2.1.5.1", Raw::Integer(4504)),
                ("1.3.6.1.4.1.24681.1.4.1.1.1.1.5.2.1.4.1", text("Good")),
                ("1.3.6.1.4.1.24681.1.4.1.1.1.1.5.2.1.6.1", Raw::Integer(28)),
            ],
            "name=Disk 1 quantity=temperature unit=celsius value=28 state=good; name=Enclosure 1 quantity=temperature unit=celsius value=33; name=Fan 1 quantity=fan unit=rpm value=4504 state=ok",
        ),
        fact(
            "vmware-esxi",
            ("1.3.6.1.4.1.6876.4.1", ""),
            Section::SYSTEM,
            [
                ("1.3.6.1.2.1.47.1.1.1.1.2.1", text("HP ProLiant DL380p Gen8")),
                ("1.3.6.1.2.1.47.1.1.1.1.11.1", text("CZ162913BZ")),
                ("1.3.6.1.4.1.6876.1.2.0", text("7.0.0")),
            ],
            "vendor=VMware model=HP ProLiant DL380p Gen8 serial_number=CZ162913BZ software_version=7.0.0",
        ),
        fact(
            "linux",
            ("1.3.6.1.4.1.8072.3.2.10", ""),
            Section::MEMORY,
            [
                ("1.3.6.1.2.1.25.2.3.1.2.1", oid("1.3.6.1.2.1.25.2.1.2")),
                ("1.3.6.1.2.1.25.2.3.1.3.1", text("Physical memory")),
                ("1.3.6.1.2.1.25.2.3.1.4.1", Raw::Integer(1024)),
                ("1.3.6.1.2.1.25.2.3.1.5.1", Raw::Integer(1000)),
                ("1.3.6.1.2.1.25.2.3.1.6.1", Raw::Integer(940)),
                ("1.3.6.1.2.1.25.2.3.1.2.7", oid("1.3.6.1.2.1.25.2.1.1")),
                ("1.3.6.1.2.1.25.2.3.1.3.7", text("Cached memory")),
                ("1.3.6.1.2.1.25.2.3.1.4.7", Raw::Integer(1024)),
                ("1.3.6.1.2.1.25.2.3.1.5.7", Raw::Integer(207_040)),
                ("1.3.6.1.2.1.25.2.3.1.6.7", Raw::Integer(207_040)),
                ("1.3.6.1.4.1.2021.4.5.0", Raw::Integer(1000)),
                ("1.3.6.1.4.1.2021.4.27.0", Raw::Integer(750)),
            ],
            "name=Cached memory kind=cached used_octets=212008960; name=Physical memory kind=physical size_octets=1024000 used_octets=256000 free_octets=768000 used_percent=25",
        ),
        fact(
            "linux",
            ("1.3.6.1.4.1.8072.3.2.10", ""),
            Section::STORAGE,
            [
                ("1.3.6.1.2.1.25.2.3.1.2.1", oid("1.3.6.1.2.1.25.2.1.2")),
                ("1.3.6.1.2.1.25.2.3.1.3.1", text("Physical memory")),
                ("1.3.6.1.2.1.25.2.3.1.4.1", Raw::Integer(1024)),
                ("1.3.6.1.2.1.25.2.3.1.5.1", Raw::Integer(1000)),
                ("1.3.6.1.2.1.25.2.3.1.6.1", Raw::Integer(940)),
                ("1.3.6.1.2.1.25.2.3.1.2.7", oid("1.3.6.1.2.1.25.2.1.1")),
                ("1.3.6.1.2.1.25.2.3.1.3.7", text("Cached memory")),
                ("1.3.6.1.2.1.25.2.3.1.4.7", Raw::Integer(1024)),
                ("1.3.6.1.2.1.25.2.3.1.5.7", Raw::Integer(207_040)),
                ("1.3.6.1.2.1.25.2.3.1.6.7", Raw::Integer(207_040)),
                ("1.3.6.1.4.1.2021.4.5.0", Raw::Integer(1000)),
                ("1.3.6.1.4.1.2021.4.27.0", Raw::Integer(750)),
            ],
            "",
        ),
        fact(
            "linux",
            ("1.3.6.1.4.1.8072.3.2.10", ""),
            Section::STORAGE,
            [
                ("1.3.6.1.2.1.25.2.3.1.2.31", oid("1.3.6.1.2.1.25.2.1.4")),
                ("1.3.6.1.2.1.25.2.3.1.3.31", text("/")),
                ("1.3.6.1.2.1.25.2.3.1.4.31", Raw::Integer(4096)),
                ("1.3.6.1.2.1.25.2.3.1.5.31", Raw::Integer(1000)),
                ("1.3.6.1.2.1.25.2.3.1.6.31", Raw::Integer(500)),
                ("1.3.6.1.4.1.2021.9.1.2.1", text("/")),
                ("1.3.6.1.4.1.2021.9.1.6.1", Raw::Integer(3999)),
                ("1.3.6.1.4.1.2021.9.1.8.1", Raw::Integer(1999)),
            ],
            "name=/ kind=fixedDisk size_octets=4096000 used_octets=2048000 used_percent=50",
        ),
        fact(
            "windows",
            ("1.3.6.1.4.1.311.1.1.3.1.2", ""),
            Section::SYSTEM,
            [
                ("1.3.6.1.4.1.674.10892.1.300.10.1.9.1", text("PowerEdge 2650")),
                ("1.3.6.1.4.1.674.10892.1.300.10.1.11.1", text("1234567")),
            ],
            "vendor=Microsoft model=PowerEdge 2650 serial_number=1234567",
        ),
        fact(
            "windows",
            ("1.3.6.1.4.1.311.1.1.3.1.2", ""),
            Section::STORAGE,
            [
                ("1.3.6.1.2.1.25.2.3.1.2.1", oid("1.3.6.1.2.1.25.2.1.5")),
                ("1.3.6.1.2.1.25.2.3.1.3.1", text("A:\\")),
                ("1.3.6.1.2.1.25.2.3.1.4.1", Raw::Integer(0)),
                ("1.3.6.1.2.1.25.2.3.1.5.1", Raw::Integer(0)),
                ("1.3.6.1.2.1.25.2.3.1.6.1", Raw::Integer(0)),
            ],
            "",
        ),
        fact(
            "brother",
            ("1.3.6.1.4.1.2435.2.3.9.1", ""),
            Section::SYSTEM,
            [
                ("1.3.6.1.2.1.25.3.2.1.3.1", text("Brother MFC-L2710DW series")),
                ("1.3.6.1.4.1.2435.2.3.9.4.2.1.5.5.1.0", text("000A5J431816")),
                ("1.3.6.1.4.1.2435.2.4.3.1240.6.5.0", text("Firmware Ver.Q")),
            ],
            "vendor=Brother model=Brother MFC-L2710DW series serial_number=000A5J431816 software_version=Firmware Ver.Q",
        ),
        fact(
            "generic",
            ("1.3.6.1.4.1.1248.1.2", ""),
            Section::SYSTEM,
            [("1.3.6.1.2.1.25.3.2.1.3.1", text("EPSON WF-C5790BA")), ("1.3.6.1.2.1.43.5.1.1.17.1", text("X3B8022793"))],
            "model=EPSON WF-C5790BA serial_number=X3B8022793",
        ),
        fact(
            "cisco-small-business",
            ("1.3.6.1.4.1.9.6.1.1004.28.5", "CBS350-24P-4G 24-Port Gigabit PoE Managed Switch"),
            Section::SENSORS,
            [("1.3.6.1.4.1.9.6.1.101.83.5.1.1.2.1", Raw::Integer(55))],
            "name=Unit 1 quantity=temperature unit=celsius value=55",
        ),
        fact(
            "cisco-small-business",
            ("1.3.6.1.4.1.9.6.1.1004.28.5", ""),
            Section::PROCESSORS,
            [("1.3.6.1.4.1.9.6.1.101.1.8.0", Raw::Integer(42))],
            "name=Processor load_percent=42",
        ),
        fact(
            "cisco-catalyst-1300",
            ("1.3.6.1.4.1.9.1.3219", "Catalyst 1300 Series Managed Switch"),
            Section::PROCESSORS,
            [("1.3.6.1.4.1.9.6.1.101.1.8.0", Raw::Integer(42))],
            "name=Processor load_percent=42",
        ),
        fact(
            "cisco-nxos",
            ("1.3.6.1.4.1.9.12.3.1.3.1084", ""),
            Section::MEMORY,
            [
                ("1.3.6.1.4.1.9.9.109.1.1.1.1.12.1", Raw::Gauge(2_429_964)),
                ("1.3.6.1.4.1.9.9.109.1.1.1.1.13.1", Raw::Gauge(5_823_892)),
            ],
            "name=Memory kind=physical size_octets=8451948544 used_octets=2488283136 free_octets=5963665408 used_percent=29.44",
        ),
        fact(
            "hpe-procurve",
            ("1.3.6.1.4.1.11.2.3.7.8.5.2", "HP Stack, revision KA.15.03.3004, ROM KA.15.05"),
            Section::SENSORS,
            [
                ("1.3.6.1.4.1.11.2.14.11.5.1.55.1.1.1.2.1", Raw::Integer(3)),
                ("1.3.6.1.4.1.11.2.14.11.5.1.55.1.1.1.6.1", Raw::Integer(48)),
                ("1.3.6.1.4.1.11.2.14.11.5.1.55.1.1.1.7.1", Raw::Integer(1100)),
            ],
            "name=Power supply 1 quantity=power unit=watts value=48 state=powered high_critical=1100",
        ),
        fact(
            "aruba-cx",
            ("1.3.6.1.4.1.47196.4.1.1.1.100", ""),
            Section::SENSORS,
            [
                ("1.3.6.1.4.1.47196.4.1.1.3.11.3.1.1.5/1.3.1.1", text("1/1-1")),
                ("1.3.6.1.4.1.47196.4.1.1.3.11.3.1.1.6/1.3.1.1", text("normal")),
                ("1.3.6.1.4.1.47196.4.1.1.3.11.3.1.1.7/1.3.1.1", Raw::Integer(28_500)),
            ],
            "name=1/1-1 quantity=temperature unit=celsius value=28.5 state=normal",
        ),
        fact(
            "aruba-controller",
            ("1.3.6.1.4.1.14823.1.1.32", "ArubaOS (MODEL: Aruba7210), Version 6.5.1.6 (60228)"),
            Section::MEMORY,
            [
                ("1.3.6.1.4.1.14823.2.2.1.1.1.11.1.2.1", Raw::Integer(5_170_880)),
                ("1.3.6.1.4.1.14823.2.2.1.1.1.11.1.3.1", Raw::Integer(2_624_000)),
                ("1.3.6.1.4.1.14823.2.2.1.1.1.11.1.4.1", Raw::Integer(2_546_880)),
            ],
            "name=Memory kind=physical size_octets=5294981120 used_octets=2686976000 free_octets=2608005120 used_percent=50.75",
        ),
        fact(
            "hpe-comware",
            ("1.3.6.1.4.1.25506.1.578", "H3C Switch E528 Software Version 5.20"),
            Section::SENSORS,
            [
                ("1.3.6.1.4.1.25506.2.6.1.1.1.1.12.34", Raw::Integer(40)),
                ("1.3.6.1.4.1.25506.2.6.1.1.1.1.13.34", Raw::Integer(85)),
                ("1.3.6.1.2.1.47.1.1.1.1.7.34", text("Sensor1")),
            ],
            "name=Sensor1 quantity=temperature unit=celsius value=40 high_critical=85",
        ),
        fact(
            "ubiquiti",
            ("1.3.6.1.4.1.10002.1", "Linux 3.3.8 mips"),
            Section::MEMORY,
            [
                ("1.3.6.1.4.1.10002.1.1.1.1.1.0", Raw::Gauge(62_384)),
                ("1.3.6.1.4.1.10002.1.1.1.1.2.0", Raw::Gauge(38_688)),
            ],
            "name=Memory kind=physical size_octets=63881216 used_octets=24264704 free_octets=39616512 used_percent=37.98",
        ),
        fact(
            "edgeswitch",
            ("1.3.6.1.4.1.4413", "EdgeSwitch 24-Port 250W, 1.0.1.4720839, Linux 3.6.5-f4a26ed5"),
            Section::SENSORS,
            [("1.3.6.1.4.1.4413.1.1.43.1.8.1.5/1.0", Raw::Integer(70))],
            "name=Temperature 1.0 quantity=temperature unit=celsius value=70",
        ),
        fact(
            "edgeswitch",
            ("1.3.6.1.4.1.4413", ""),
            Section::SYSTEM,
            [("1.3.6.1.2.1.1.1.0", text("EdgeSwitch 24-Port 250W, 1.0.1.4720839, Linux 3.6.5-f4a26ed5"))],
            "description=EdgeSwitch 24-Port 250W, 1.0.1.4720839, Linux 3.6.5-f4a26ed5 vendor=Ubiquiti model=EdgeSwitch 24-Port 250W software_version=1.0.1.4720839",
        ),
        fact(
            "edgeswitch",
            ("1.3.6.1.4.1.4413", ""),
            Section::PROCESSORS,
            [(
                "1.3.6.1.4.1.4413.1.1.1.1.4.9.0",
                text("    5 Secs ( 96.4918%)   60 Secs ( 54.2271%)  300 Secs ( 53.0%)"),
            )],
            "name=Processor load_percent=54.2271",
        ),
        fact(
            "zyxel",
            ("1.3.6.1.4.1.890.1.15", "XGS4600-32F"),
            Section::SENSORS,
            [
                ("1.3.6.1.4.1.890.1.15.3.26.1.2.1.2.1", text("1/CPU/MAC")),
                ("1.3.6.1.4.1.890.1.15.3.26.1.2.1.3.1", Raw::Integer(40)),
                ("1.3.6.1.4.1.890.1.15.3.26.1.2.1.6.1", Raw::Integer(85)),
                ("1.3.6.1.4.1.890.1.15.3.26.1.2.1.7.1", text("NORMAL")),
                ("1.3.6.1.4.1.890.1.15.3.26.1.3.1.2.1", text("1/1.0V_A")),
                ("1.3.6.1.4.1.890.1.15.3.26.1.3.1.3.1", Raw::Integer(1008)),
                ("1.3.6.1.4.1.890.1.15.3.26.1.3.1.6.1", Raw::Integer(1000)),
                ("1.3.6.1.4.1.890.1.15.3.26.1.3.1.7.1", Raw::Integer(950)),
                ("1.3.6.1.4.1.890.1.15.3.26.1.3.1.8.1", text("Normal")),
            ],
            "name=1/1.0V_A quantity=voltage unit=volts value=1.008 state=Normal low_warning=0.95; name=1/CPU/MAC quantity=temperature unit=celsius value=40 state=NORMAL high_warning=85",
        ),
        fact(
            "dlink",
            ("1.3.6.1.4.1.171.10.113.3.1", "DES-3200-18 Fast Ethernet Switch"),
            Section::SENSORS,
            [
                ("1.3.6.1.4.1.171.12.11.1.8.1.2.1", Raw::Integer(53)),
                ("1.3.6.1.4.1.171.12.11.1.8.1.3.1", Raw::Integer(79)),
                ("1.3.6.1.4.1.171.12.11.1.8.1.4.1", Raw::Integer(11)),
            ],
            "name=Unit 1 quantity=temperature unit=celsius value=53 low_critical=11 high_critical=79",
        ),
        fact(
            "dlink",
            ("1.3.6.1.4.1.171.10.113.3.1", ""),
            Section::SYSTEM,
            [("1.3.6.1.2.1.1.1.0", text("DES-3200-18 Fast Ethernet Switch"))],
            "description=DES-3200-18 Fast Ethernet Switch vendor=D-Link model=DES-3200-18",
        ),
        fact(
            "tplink",
            ("1.3.6.1.4.1.11863.5.238", ""),
            Section::POWER_PORTS,
            [
                ("1.3.6.1.4.1.11863.6.56.1.1.2.1.1.2.1", Raw::Integer(1)),
                ("1.3.6.1.4.1.11863.6.56.1.1.2.1.1.7.1", Raw::Integer(20)),
                ("1.3.6.1.4.1.11863.6.56.1.1.2.1.1.10.1", Raw::Integer(3)),
                ("1.3.6.1.4.1.11863.6.56.1.1.2.1.1.11.1", Raw::Integer(2)),
            ],
            "name=Port 1 admin_status=enabled status=on class=class3 watts=2",
        ),
        fact(
            "juniper",
            ("1.3.6.1.4.1.2636.1.1.1.2.21", ""),
            Section::SENSORS,
            [
                ("1.3.6.1.2.1.31.1.1.1.1.620", text("xe-0/0/1")),
                ("1.3.6.1.4.1.2636.3.60.1.1.1.1.7.620", Raw::Integer(-289)),
                ("1.3.6.1.4.1.2636.3.60.1.1.1.1.17.620", Raw::Integer(100)),
                ("1.3.6.1.4.1.2636.3.60.1.1.1.1.18.620", Raw::Integer(-801)),
                ("1.3.6.1.4.1.2636.3.60.1.1.1.1.19.620", Raw::Integer(0)),
                ("1.3.6.1.4.1.2636.3.60.1.1.1.1.20.620", Raw::Integer(-749)),
            ],
            "name=xe-0/0/1 transmit quantity=dbm unit=dbm value=-2.89 low_critical=-8.01 low_warning=-7.49 high_warning=0 high_critical=1",
        ),
        fact(
            "fortinet",
            ("1.3.6.1.4.1.12356.101.1.30000", ""),
            Section::PROCESSORS,
            [("1.3.6.1.4.1.12356.101.4.1.3.0", Raw::Gauge(5))],
            "name=All processors load_percent=5",
        ),
        fact(
            "generic",
            ("1.3.6.1.4.1.99999", "agents that leave the address column out"),
            Section::ADDRESSES,
            [
                ("1.3.6.1.2.1.4.20.1.2/192.168.11.1", Raw::Integer(10)),
                ("1.3.6.1.2.1.4.20.1.3/192.168.11.1", Raw::Address([255, 255, 255, 0])),
            ],
            "address=192.168.11.1 interface_index=10 netmask=255.255.255.0",
        ),
    ]
}
