//! What only an administrator can mend is written to them.

use super::configuration::Configuration;
use crate::letter::Letter;

/// Writes to the administrator, where the configuration names one. Whether somebody was written to.
///
/// # Errors
/// Why the letter was not taken, in words.
pub fn tell_administrator(configuration: &Configuration, subject: String, text: String) -> Result<bool, String> {
    let Some(route) = &configuration.mail else { return Ok(false) };
    let Some(to) = &route.administrator else { return Ok(false) };
    Letter::new(subject, text)
        .send(&route.server, &route.from, to)
        .map(|()| true)
        .map_err(|error| format!("{to} could not be told by mail: {error}"))
}
