//! What an error of the SNMP library says about the agent, in our words.

use std::time::Duration;

use async_snmp::v3::ReportStatus;
use async_snmp::{Error, ErrorStatus};

use crate::probe::{Failure, Rejected};

/// What an error says; `timeout` is how long was waited.
pub(super) fn failure(error: &Error, timeout: Duration) -> Failure {
    let rejected = |rejected| Failure::Authentication { rejected };
    match error {
        Error::Timeout { .. } | Error::ConstructionTimeout { .. } => Failure::Timeout { after: timeout },
        Error::Network { source, .. } => Failure::from_io(source, timeout),
        Error::Auth { .. } => rejected(Rejected::Unspecified),
        Error::Report { status, .. } => match **status {
            ReportStatus::UnknownUserName { .. } => rejected(Rejected::User),
            ReportStatus::WrongDigest { .. } => rejected(Rejected::AuthenticationPassphrase),
            ReportStatus::DecryptionError { .. } => rejected(Rejected::PrivacyPassphrase),
            ReportStatus::NotInTimeWindow { .. } => rejected(Rejected::Clock),
            ReportStatus::UnsupportedSecurityLevel { .. } => rejected(Rejected::SecurityLevel),
            _ => Failure::Protocol { detail: error.to_string() },
        },
        Error::Snmp { status: ErrorStatus::AuthorizationError | ErrorStatus::NoAccess, .. } => {
            rejected(Rejected::Unspecified)
        }
        Error::Snmp { .. } | Error::Decode(_) | Error::MalformedResponse { .. } | Error::WalkAborted { .. } => {
            Failure::Protocol { detail: error.to_string() }
        }
        _ => Failure::Local { detail: error.to_string() },
    }
}
