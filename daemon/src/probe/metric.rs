//! What can be measured, in one table: the name in metrics and history, the unit, and what it means.

/// What a number is in. Names of metrics end in it, after the conventions of Prometheus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// A share, 0 to 1.
    Ratio,
    /// Bits a second.
    BitsPerSecond,
    /// Octets.
    Octets,
    /// A number of things, or a number that means itself.
    Number,
}

impl Unit {
    /// Its name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Ratio => "ratio",
            Self::BitsPerSecond => "bits_per_second",
            Self::Octets => "octets",
            Self::Number => "number",
        }
    }
}

macro_rules! metrics {
    ($($metric:ident $name:literal $unit:ident $meaning:literal)*) => {
        /// What a number measures. The unit belongs to the metric.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Metric {
            $(#[doc = $meaning] $metric,)*
        }

        impl Metric {
            /// Every metric.
            pub const ALL: &[Self] = &[$(Self::$metric),*];

            /// The metric of that name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().find(|metric| metric.name() == name).copied()
            }

            /// Stable name with the unit, after the conventions of Prometheus.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$metric => $name,)*
                }
            }

            /// The unit.
            #[must_use]
            pub const fn unit(self) -> Unit {
                match self {
                    $(Self::$metric => Unit::$unit,)*
                }
            }

            /// Whether it is of interest only to those who look closely.
            #[must_use]
            pub const fn is_detail(self) -> bool {
                use Metric::{Jitter, ReplyTtl, RttMax, RttMin, Stratum};
                matches!(self, RttMin | RttMax | Jitter | ReplyTtl | Stratum) || self.is_of_a_part()
            }

            /// Whether it is of a part of a device, such as an interface or a sensor, that its agent speaks of.
            #[must_use]
            pub const fn is_of_a_part(self) -> bool {
                self as u8 >= Self::ReceiveRate as u8
            }

            /// What it means, in a sentence.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$metric => $meaning,)*
                }
            }
        }
    };
}

metrics! {
    RttMean "rtt_seconds" Seconds "Mean round trip of a round of echo requests."
    RttMin "rtt_min_seconds" Seconds "Shortest round trip of a round."
    RttMax "rtt_max_seconds" Seconds "Longest round trip of a round."
    Jitter "jitter_seconds" Seconds "Mean absolute difference between round trips that follow each other."
    Loss "loss_ratio" Ratio "Share of echo requests without a reply."
    Duplicates "duplicates" Number "Replies beyond the first to an echo request."
    ReplyTtl "reply_ttl" Number "TTL or hop limit that the last reply arrived with."
    ConnectTime "connect_seconds" Seconds "Time until a TCP connection stood."
    ResolveTime "resolve_seconds" Seconds "Time until a name was resolved."
    TlsTime "tls_handshake_seconds" Seconds "Time that the TLS handshake took."
    FirstByteTime "first_byte_seconds" Seconds "Time from the request until the first octet of the answer."
    BannerTime "banner_seconds" Seconds "Time from the connection until the server had greeted."
    LoginTime "login_seconds" Seconds "Time that logging in took."
    QueryTime "query_seconds" Seconds "Time that the query took."
    TotalTime "total_seconds" Seconds "Time that everything took."
    MailRoundTrip "mail_round_trip_seconds" Seconds "Time from handing a message in until it lay in the mailbox."
    BodySize "body_octets" Octets "Size of the answer's body."
    CertificateRemaining "certificate_remaining_seconds" Seconds "Time until the first certificate of the chain expires."
    ClockOffset "clock_offset_seconds" Seconds "How far the server's clock is ahead of ours."
    Stratum "stratum" Number "Distance from a reference clock."
    Connections "connections" Number "Connections that the server has open."
    ConnectionsUsed "connections_ratio" Ratio "Share of the connections that the server allows."
    ReplicationLag "replication_lag_seconds" Seconds "How far a replica is behind."
    PollTime "poll_seconds" Seconds "Time until an SNMP agent had answered everything."
    PluginNumber "plugin_value" Number "Performance data without a unit."
    PluginSeconds "plugin_seconds" Seconds "Performance data in seconds."
    PluginRatio "plugin_ratio" Ratio "Performance data in percent, as a share."
    PluginOctets "plugin_octets" Octets "Performance data in octets."
    PluginTotal "plugin_total" Number "Performance data that only grows."
    ReceiveRate "receive_bits_per_second" BitsPerSecond "What an interface receives."
    TransmitRate "transmit_bits_per_second" BitsPerSecond "What an interface sends."
    ReceiveErrors "receive_errors_per_second" Number "Packets that an interface receives damaged."
    TransmitErrors "transmit_errors_per_second" Number "Packets that an interface cannot send because of errors."
    ReceiveDiscards "receive_discards_per_second" Number "Packets that an interface drops on arrival."
    TransmitDiscards "transmit_discards_per_second" Number "Packets that an interface drops instead of sending them."
    ProcessorLoad "processor_load_ratio" Ratio "How busy a processor is."
    MemoryUsed "memory_used_ratio" Ratio "How much of a memory is used."
    StorageUsed "storage_used_ratio" Ratio "How full a file system or volume is."
    Temperature "temperature_celsius" Number "What a sensor of temperature shows."
    Voltage "voltage_volts" Number "What a sensor of voltage shows."
    Current "current_amperes" Number "What a sensor of current shows."
    Power "power_watts" Number "What a sensor of power shows."
    Frequency "frequency_hertz" Number "What a sensor of frequency shows."
    Humidity "humidity_ratio" Ratio "What a sensor of humidity shows."
    Fan "fan_rpm" Number "How fast a fan turns."
    SupplyLevel "supply_level_ratio" Ratio "How much of a printer's supply is left."
    PagesPrinted "pages_printed_total" Number "How many pages a printer has printed in its life."
    BatteryCharge "battery_charge_ratio" Ratio "How full a battery is."
    BatteryRuntime "battery_runtime_seconds" Seconds "How long a battery would last."
    UpsLoad "ups_load_ratio" Ratio "How much of what a UPS can give it gives."
}
