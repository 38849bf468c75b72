//! Traps and informs (RFC 3416, 4.2.6 and 4.2.7): what a device says by itself, as far as we know what it means.

use messages::Message;
use serde::{Deserialize, Serialize};

use super::profile::text_of;
use super::raw::Raw;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal [$($oid:literal)*];)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum NotificationKind {
            $($(#[$doc])* $kind,)*
        }

        impl NotificationKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// As in metrics, in the journal and in keys of the message catalogue.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }

            const fn object_ids(self) -> &'static [&'static str] {
                match self {
                    $(Self::$kind => &[$($oid),*],)*
                }
            }
        }
    };
}

// snmpTrapOID; of traps of SNMPv1 the one that they translate to (RFC 3584, 3.1), which has a 0 before the last arc.
kinds! {
    /// coldStart (RFC 3418): the agent started anew, perhaps with another configuration.
    ColdStart "cold-start" ["1.3.6.1.6.3.1.1.5.1"];
    /// warmStart (RFC 3418): the agent started anew, with the configuration that it had.
    WarmStart "warm-start" ["1.3.6.1.6.3.1.1.5.2"];
    /// linkDown (RFC 2863).
    LinkDown "link-down" ["1.3.6.1.6.3.1.1.5.3"];
    /// linkUp (RFC 2863).
    LinkUp "link-up" ["1.3.6.1.6.3.1.1.5.4"];
    /// authenticationFailure (RFC 3418): somebody asked the agent with a wrong community or passphrase.
    AuthenticationFailure "authentication-failure" ["1.3.6.1.6.3.1.1.5.5"];
    /// upsTrapOnBattery (RFC 1628); upsOnBattery of PowerNet-MIB.
    UpsOnBattery "ups-on-battery" ["1.3.6.1.2.1.33.2.1" "1.3.6.1.2.1.33.2.0.1" "1.3.6.1.4.1.318.0.5"];
    /// lowBattery of PowerNet-MIB.
    UpsLowBattery "ups-low-battery" ["1.3.6.1.4.1.318.0.7"];
    /// powerRestored of PowerNet-MIB.
    UpsPowerRestored "ups-power-restored" ["1.3.6.1.4.1.318.0.9"];
    /// upsTrapAlarmEntryAdded (RFC 1628).
    UpsAlarm "ups-alarm" ["1.3.6.1.2.1.33.2.3" "1.3.6.1.2.1.33.2.0.3"];
    /// upsTrapAlarmEntryRemoved (RFC 1628).
    UpsAlarmOver "ups-alarm-over" ["1.3.6.1.2.1.33.2.4" "1.3.6.1.2.1.33.2.0.4"];
    /// printerV2Alert (RFC 3805).
    PrinterAlert "printer-alert" ["1.3.6.1.2.1.43.18.2.0.1"];
}

/// What a device says by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// What happened.
    pub kind: NotificationKind,
    /// ifIndex of the interface that it is about.
    pub interface_index: Option<u32>,
    /// What it is about, in the device's words: the name of an interface, the text of an alarm.
    pub about: Option<String>,
}

/// Where a device's words for what it is about may stand, the best first: ifName, ifDescr, mtrapargsString (PowerNet-MIB),
/// prtAlertDescription.
const WORDS: [&[u32]; 4] = [
    &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1],
    &[1, 3, 6, 1, 2, 1, 2, 2, 1, 2],
    &[1, 3, 6, 1, 4, 1, 318, 2, 3, 3],
    &[1, 3, 6, 1, 2, 1, 43, 18, 1, 1, 8],
];

const IF_INDEX: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 1];

impl Notification {
    /// In words.
    #[must_use]
    pub fn message(&self) -> Message {
        let message = Message::new(format!("notification-{}", self.kind.name()));
        match &self.about {
            Some(about) => Message::new("notification-about").with("what", message).with("about", about.as_str()),
            None => message,
        }
    }

    /// What a notification says; none if it is none of those that we know.
    #[must_use]
    pub fn new(object_id: &[u32], bindings: &[(Vec<u32>, Raw)]) -> Option<Self> {
        let is_it = |known: &&str| super::raw::arcs(known).is_some_and(|known| known == object_id);
        let kind = *NotificationKind::ALL.iter().find(|kind| kind.object_ids().iter().any(is_it))?;
        let of = |column: &[u32]| bindings.iter().find(|(oid, _)| oid.starts_with(column)).map(|(_, value)| value);
        let words = WORDS.iter().find_map(|column| of(column).and_then(text_of));
        Some(Self { kind, interface_index: of(IF_INDEX).and_then(Raw::arc), about: words })
    }
}

/// English, see [`Notification::message`].
impl std::fmt::Display for Notification {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.message().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_goes_down_says_which() {
        let bindings = [
            (vec![1, 3, 6, 1, 2, 1, 2, 2, 1, 1, 7], Raw::Integer(7)),
            (vec![1, 3, 6, 1, 2, 1, 2, 2, 1, 2, 7], Raw::Octets(b"GigabitEthernet0/7".as_slice().into())),
            (vec![1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1, 7], Raw::Octets(b"Gi0/7".as_slice().into())),
        ];
        let notification = Notification::new(&[1, 3, 6, 1, 6, 3, 1, 1, 5, 3], &bindings).unwrap();
        let about = Some("Gi0/7".to_owned());
        assert_eq!(notification, Notification { kind: NotificationKind::LinkDown, interface_index: Some(7), about });
    }

    #[test]
    fn old_and_new_traps_of_a_ups_are_the_same() {
        for arcs in
            [&[1, 3, 6, 1, 2, 1, 33, 2, 1][..], &[1, 3, 6, 1, 2, 1, 33, 2, 0, 1], &[1, 3, 6, 1, 4, 1, 318, 0, 5]]
        {
            let kind = Notification::new(arcs, &[]).map(|notification| notification.kind);
            assert_eq!(kind, Some(NotificationKind::UpsOnBattery));
        }
    }

    #[test]
    fn what_nobody_knows_is_no_event() {
        assert_eq!(Notification::new(&[1, 3, 6, 1, 4, 1, 99_999, 0, 1], &[]), None);
        assert_eq!(Notification::new(&[], &[]), None);
    }

    #[test]
    fn every_kind_has_numbers_that_can_be_read_and_words() {
        for kind in NotificationKind::ALL {
            let said = Notification { kind: *kind, interface_index: None, about: Some("x".to_owned()) }.to_string();
            assert!(!said.contains('[') && said.ends_with(" (x)"), "{said}");
            assert!(kind.object_ids().iter().all(|oid| super::super::raw::arcs(oid).is_some()), "{}", kind.name());
        }
    }
}
