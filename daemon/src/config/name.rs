//! Names that administrators give to things. One alphabet for all of them, so that a name can stand in a URL, a metric's
//! label, a file name and a restic tag without being escaped or misread.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The most letters of a name.
pub const LONGEST_NAME: usize = 64;

/// Letters `A–Z a–z`, digits, `.`, `_`, `-`; at most [`LONGEST_NAME`]; starting with a letter or digit.
#[must_use]
fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// Text that is no name: see the module's rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name has up to {LONGEST_NAME} letters a-z, digits, dots, dashes and underscores and starts with a letter or digit"
)]
pub struct NotAName;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, $example:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAName;

            fn from_str(text: &str) -> Result<Self, NotAName> {
                if is_name(text) { Ok(Self(text.into())) } else { Err(NotAName) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAName;

            fn try_from(text: String) -> Result<Self, NotAName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl strict_toml::FromText for $name {
            const EXAMPLE: &'static str = $example;

            fn from_text(text: &str) -> Result<Self, messages::Message> {
                text.parse().map_err(|NotAName| strict_toml::not_a("config-name", text, $example))
            }
        }
    )*};
}

names! {
    /// The name of a device.
    DeviceName, "\"sw-rotuse-1\"";
    /// The name of a check, unique within its device.
    CheckName, "\"web\"";
    /// The name of a backup job.
    JobName, "\"registras\"";
    /// The name of a restic repository.
    RepositoryName, "\"vietine\"";
    /// The name of an SNMP credential.
    CredentialName, "\"lan-v3\"";
    /// The name of a channel by which people are told.
    ChannelName, "\"pastas\"";
    /// The name by which somebody logs in to the status pages.
    UserName, "\"ona\"";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_in_urls_labels_and_file_names() {
        for good in ["sw-rotuse-1", "a", "10.0.0.1", "UPS_2"] {
            assert!(good.parse::<DeviceName>().is_ok(), "{good}");
        }
        for bad in ["", "..", "-v", "a b", "a/b", "ąžuolas", "a\"b", &"a".repeat(65)] {
            assert!(bad.parse::<DeviceName>().is_err(), "{bad}");
        }
    }
}
