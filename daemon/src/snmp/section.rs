//! What can be known of a device, in one table: the vocabulary of profiles and of `rotused snmp explain --json`.
//!
//! A profile says where a device keeps a value; this table says what the value means to us, and in which unit. Units
//! stand in the names of fields. Profiles may only fill in what is listed here, so that a misspelt field is a mistake
//! that is reported, and so that the pages, the metrics and the register read one vocabulary for all vendors.

use serde::Serialize;

/// A group of things of one kind, or one thing with many properties.
#[derive(Debug)]
pub struct Section {
    /// Its name in profiles and in JSON.
    pub name: &'static str,
    /// What it holds.
    pub meaning: &'static str,
    /// Whether there is at most one row of it, an object instead of an array in JSON.
    pub is_single: bool,
    /// Whether it hardly changes, so that it is asked once an hour instead of at every poll.
    pub is_seldom: bool,
    /// What is known of each row; the first is its name.
    pub fields: &'static [Field],
    /// What tells rows apart: two tables of an agent that both know a row with the same one know the same thing.
    pub key: Option<&'static str>,
    /// A row that has none of these is no row; empty: every row is one.
    pub essential: &'static [&'static str],
}

/// One property.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in profiles and in JSON.
    pub name: &'static str,
    /// What it is in JSON.
    pub kind: Kind,
    /// What it means.
    pub meaning: &'static str,
}

/// What a property is in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A string.
    Text,
    /// A number.
    Number,
}

macro_rules! sections {
    ($($constant:ident $name:literal $form:ident $cadence:ident $(by $key:literal)?, needs $essential:expr, $meaning:literal {
        $($field:literal $kind:ident $field_meaning:literal)*
    })*) => {
        impl Section {
            $(
                #[doc = $meaning]
                pub const $constant: &'static Self = &Self {
                    name: $name,
                    meaning: $meaning,
                    is_single: sections!(@single $form),
                    is_seldom: sections!(@seldom $cadence),
                    fields: &[$(Field { name: $field, kind: Kind::$kind, meaning: $field_meaning }),*],
                    key: sections!(@key $($key)?),
                    essential: &$essential,
                };
            )*

            /// Every section, in the order in which they are shown.
            pub const ALL: &'static [&'static Self] = &[$(Self::$constant),*];
        }
    };
    (@key) => { None };
    (@key $key:literal) => { Some($key) };
    (@single one) => { true };
    (@single many) => { false };
    (@seldom seldom) => { true };
    (@seldom often) => { false };
}

sections! {
    SYSTEM "system" one often, needs [], "What the device says of itself as a whole (SNMPv2-MIB, RFC 3418, and vendors' own)." {
        "name" Text "sysName: what it is called."
        "description" Text "sysDescr: what it says it is."
        "object_id" Text "sysObjectID: the vendor's number for the kind of device."
        "location" Text "sysLocation: where it says it stands."
        "contact" Text "sysContact: whom it names."
        "uptime_seconds" Number "sysUpTime: since the agent was started; begins anew after 497 days."
        "engine_boots" Number "snmpEngineBoots: how often the agent was started (RFC 3411, 5)."
        "vendor" Text "Who made it."
        "model" Text "What the vendor calls it."
        "serial_number" Text "The vendor's number for this one."
        "software_version" Text "The version of its operating system or firmware."
        "pages_printed" Number "prtMarkerLifeCount: how many pages a printer has printed in its life."
        "status" Text "How it says it is, as a whole."
    }
    INTERFACES "interfaces" many often by "index", needs ["description", "name"], "Network interfaces (IF-MIB, RFC 2863)." {
        "name" Text "ifName: the short name; else the description."
        "index" Number "ifIndex: the agent's number for it; may change when the agent restarts."
        "description" Text "ifDescr."
        "alias" Text "ifAlias: what an administrator wrote on the device."
        "type" Text "ifType: the medium (IANAifType-MIB)."
        "mtu_octets" Number "ifMtu: the largest packet."
        "speed_bits_per_second" Number "ifHighSpeed and ifSpeed, whichever is exact."
        "high_speed_bits_per_second" Number "ifHighSpeed, rounded to megabits."
        "physical_address" Text "ifPhysAddress: the MAC address."
        "admin_status" Text "ifAdminStatus: what it should be."
        "status" Text "ifOperStatus: what it is."
        "last_change_seconds" Number "ifLastChange: sysUpTime when it came into its status."
        "received_octets" Number "ifHCInOctets, else ifInOctets."
        "sent_octets" Number "ifHCOutOctets, else ifOutOctets."
        "receive_errors" Number "ifInErrors."
        "send_errors" Number "ifOutErrors."
        "receive_discards" Number "ifInDiscards."
        "send_discards" Number "ifOutDiscards."
        "discontinuity_seconds" Number "ifCounterDiscontinuityTime: sysUpTime when the counters last began anew."
        "duplex" Text "dot3StatsDuplexStatus."
        "vlan" Number "dot1qPvid: the VLAN of untagged frames."
        "aggregation_index" Number "dot3adAggPortAttachedAggID: the ifIndex of the aggregation that it belongs to (IEEE8023-LAG-MIB)."
    }
    ADDRESSES "addresses" many seldom by "address", needs ["address"], "IP addresses of the device (IP-MIB, RFC 4293)." {
        "address" Text "The address."
        "interface_index" Number "ifIndex of the interface that has it."
        "interface" Text "ifName of that interface."
        "netmask" Text "ipAdEntNetMask."
    }
    HARDWARE "hardware" many seldom, needs ["description", "name", "model", "serial_number"], "Physical parts (ENTITY-MIB, RFC 6933)." {
        "name" Text "entPhysicalName."
        "index" Number "entPhysicalIndex."
        "description" Text "entPhysicalDescr."
        "class" Text "entPhysicalClass."
        "contained_in" Number "entPhysicalContainedIn: the index of the part that it sits in; 0: in none."
        "manufacturer" Text "entPhysicalMfgName."
        "model" Text "entPhysicalModelName."
        "serial_number" Text "entPhysicalSerialNum."
        "hardware_revision" Text "entPhysicalHardwareRev."
        "firmware_version" Text "entPhysicalFirmwareRev."
        "software_version" Text "entPhysicalSoftwareRev."
        "asset" Text "entPhysicalAssetID."
        "size_octets" Number "The capacity of a disk or memory module."
        "status" Text "How it is."
        "temperature_celsius" Number "How warm it is."
    }
    PROCESSORS "processors" many often, needs ["load_percent"], "Processors and their load (HOST-RESOURCES-MIB, RFC 2790)." {
        "name" Text "Which."
        "load_percent" Number "How busy it was in the last minute, 0 to 100."
    }
    MEMORY "memory" many often by "name", needs ["size_octets", "used_octets", "free_octets", "used_percent"], "Working memory." {
        "name" Text "Which."
        "kind" Text "physical, virtual, swap, buffers, cached or shared."
        "size_octets" Number "How much there is."
        "used_octets" Number "How much of it is used."
        "free_octets" Number "How much of it is free."
        "used_percent" Number "How much of it is used, 0 to 100."
    }
    STORAGE "storage" many often by "name", needs ["size_octets", "used_octets", "used_percent"], "File systems and volumes." {
        "name" Text "Where it is mounted, or what it is called."
        "kind" Text "hrStorageType."
        "size_octets" Number "How much fits in."
        "used_octets" Number "How much is in."
        "free_octets" Number "How much still fits in."
        "used_percent" Number "How full it is, 0 to 100."
        "status" Text "How it is."
    }
    SENSORS "sensors" many often, needs ["value", "state"], "Measured quantities and states (ENTITY-SENSOR-MIB, RFC 3433, and vendors' own)." {
        "name" Text "Which."
        "quantity" Text "What is measured: temperature, voltage, current, power, frequency, humidity, fan, airflow, charge, runtime, load, dbm, count or state."
        "unit" Text "celsius, volts, amperes, watts, hertz, percent, rpm, seconds, dbm …; none for a state."
        "value" Number "The number, in the unit."
        "state" Text "What the device says of it."
        "low_critical" Number "Below this the device calls it critical."
        "low_warning" Number "Below this the device warns."
        "high_warning" Number "Above this the device warns."
        "high_critical" Number "Above this the device calls it critical."
    }
    SUPPLIES "supplies" many often, needs ["level", "level_percent", "state"], "What a printer uses up (Printer-MIB, RFC 3805)." {
        "name" Text "prtMarkerSuppliesDescription."
        "kind" Text "prtMarkerSuppliesType: toner, ink, drum …"
        "colour" Text "prtMarkerColorantValue."
        "unit" Text "prtMarkerSuppliesSupplyUnit."
        "capacity" Number "prtMarkerSuppliesMaxCapacity, in the unit."
        "level" Number "prtMarkerSuppliesLevel, in the unit."
        "level_percent" Number "How much is left (or, of a waste container, how full it is), 0 to 100."
        "state" Text "some-remaining, unknown or unlimited, when there is no number."
    }
    TRAYS "trays" many often, needs ["capacity", "level"], "Paper trays of a printer (Printer-MIB, RFC 3805)." {
        "name" Text "prtInputName."
        "media" Text "prtInputMediaName."
        "capacity" Number "Sheets that fit in."
        "level" Number "Sheets that are in."
        "state" Text "some-remaining or unknown, when there is no number."
    }
    ALERTS "alerts" many often, needs ["description", "code"], "What a device complains of (Printer-MIB alerts, UPS-MIB alarms)." {
        "description" Text "In the device's words."
        "code" Text "What it is."
        "severity" Text "How bad."
        "since_seconds" Number "sysUpTime when it began."
    }
    UPS "ups" one often, needs ["battery_status", "charge_percent", "source"], "The uninterruptible power supply (UPS-MIB, RFC 1628, and vendors' own)." {
        "battery_status" Text "normal, low, depleted or unknown."
        "charge_percent" Number "How full the battery is, 0 to 100."
        "remaining_seconds" Number "How long it would last."
        "on_battery_seconds" Number "How long it has been feeding from the battery."
        "battery_volts" Number "The battery's voltage."
        "battery_amperes" Number "The battery's current."
        "battery_celsius" Number "The battery's temperature."
        "source" Text "What feeds the load: normal, battery, bypass, booster, reducer, none or other."
        "output_hertz" Number "The frequency of what it gives."
        "output_volts" Number "The voltage of what it gives."
        "output_amperes" Number "The current of what it gives."
        "load_percent" Number "How much of what it can give it gives, 0 to 100."
        "input_volts" Number "The voltage of what it gets."
        "input_hertz" Number "The frequency of what it gets."
        "battery_replace" Text "Whether the battery should be replaced."
        "last_replaced" Text "When the battery was replaced last."
        "alarms" Number "upsAlarmsPresent: how many conditions it complains of."
    }
    UPS_INPUTS "ups_inputs" many often by "name", needs ["volts", "hertz", "amperes", "watts"], "Lines that feed a UPS (RFC 1628, 4.3)." {
        "name" Text "Which."
        "volts" Number "Voltage."
        "amperes" Number "Current."
        "hertz" Number "Frequency."
        "watts" Number "Power."
    }
    UPS_OUTPUTS "ups_outputs" many often by "name", needs ["volts", "amperes", "watts", "load_percent"], "Lines that a UPS feeds (RFC 1628, 4.4)." {
        "name" Text "Which."
        "volts" Number "Voltage."
        "amperes" Number "Current."
        "watts" Number "Power."
        "load_percent" Number "How much of what it can give it gives, 0 to 100."
    }
    POWER_PORTS "power_ports" many often, needs ["status"], "Ports that feed devices (POWER-ETHERNET-MIB, RFC 3621)." {
        "name" Text "Which port."
        "admin_status" Text "Whether it may."
        "status" Text "What it does."
        "class" Text "pethPsePortPowerClassifications."
        "watts" Number "What it gives."
    }
    NEIGHBOURS "neighbours" many seldom, needs ["chassis", "name", "port"], "Devices at the other ends of cables (LLDP-MIB, IEEE 802.1AB; CDP)." {
        "name" Text "What the neighbour is called."
        "protocol" Text "lldp or cdp."
        "local_interface" Text "Our interface."
        "chassis" Text "The neighbour's chassis identifier."
        "port" Text "The neighbour's port identifier."
        "port_description" Text "What it says of that port."
        "description" Text "What it says it is."
        "address" Text "Where it can be managed."
    }
    FORWARDING "forwarding" many seldom by "address", needs ["address"], "MAC addresses and the ports behind which they are (BRIDGE-MIB, RFC 4188; Q-BRIDGE-MIB, RFC 4363)." {
        "address" Text "The MAC address."
        "vlan" Number "The filtering database, mostly the VLAN."
        "interface_index" Number "ifIndex of the port."
        "interface" Text "ifName of the port."
        "status" Text "learned, self, mgmt, invalid or other."
    }
    ARP "arp" many seldom by "address", needs ["physical_address"], "IP addresses of the neighbourhood and their MAC addresses (IP-MIB, RFC 4293)." {
        "address" Text "The IP address."
        "physical_address" Text "The MAC address."
        "interface_index" Number "ifIndex of the interface behind which it is."
        "interface" Text "ifName of that interface."
    }
    VLANS "vlans" many seldom, needs ["name"], "Virtual LANs (Q-BRIDGE-MIB, RFC 4363)." {
        "name" Text "dot1qVlanStaticName."
        "id" Number "The VLAN identifier."
    }
    DEVICES "devices" many seldom, needs ["description"], "Devices of a host (HOST-RESOURCES-MIB, hrDeviceTable)." {
        "description" Text "hrDeviceDescr."
        "kind" Text "hrDeviceType."
        "status" Text "hrDeviceStatus."
        "errors" Number "hrDeviceErrors."
    }
    SOFTWARE "software" many seldom, needs ["name"], "Installed software (HOST-RESOURCES-MIB, hrSWInstalledTable)." {
        "name" Text "hrSWInstalledName."
        "kind" Text "hrSWInstalledType."
        "installed" Text "hrSWInstalledDate."
    }
    PROCESSES "processes" many seldom, needs ["name"], "Running software (HOST-RESOURCES-MIB, hrSWRunTable)." {
        "name" Text "hrSWRunName."
        "path" Text "hrSWRunPath."
        "kind" Text "hrSWRunType."
        "status" Text "hrSWRunStatus."
        "memory_octets" Number "hrSWRunPerfMem."
        "processor_seconds" Number "hrSWRunPerfCPU."
    }
}

/// There is one of each name.
impl PartialEq for Section {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Section {
    /// The section of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|section| section.name == name).copied()
    }

    /// Where the field of that name stands among its fields.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_what_is_essential_exists() {
        let names: HashSet<_> = Section::ALL.iter().map(|section| section.name).collect();
        assert_eq!(names.len(), Section::ALL.len());
        for section in Section::ALL {
            let fields: HashSet<_> = section.fields.iter().map(|field| field.name).collect();
            assert_eq!(fields.len(), section.fields.len(), "{}", section.name);
            assert!(section.essential.iter().all(|name| fields.contains(name)), "{}", section.name);
        }
    }
}
