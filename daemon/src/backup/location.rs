//! Where a repository is, as it may be shown: a location in restic's notation may hold a password.

/// The user and password of a location such as `rest:https://user:password@host/`.
fn user_info(location: &str) -> Option<&str> {
    let (_, rest) = location.split_once("://")?;
    let authority = rest.split('/').next()?;
    authority.rsplit_once('@').map(|(user_info, _)| user_info)
}

/// A location as it may be shown.
pub(crate) fn shown(location: &str) -> String {
    without_password(location, location)
}

/// What was said of a location, as it may be shown.
pub(super) fn without_password(text: &str, location: &str) -> String {
    let Some(user_info) = user_info(location) else { return text.to_owned() };
    let text = text.replace(user_info, "***");
    match user_info.split_once(':') {
        Some((_, password)) if !password.is_empty() => text.replace(password, "***"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_in_a_location_is_never_shown() {
        let location = "rest:https://rotuse:labas%40rytas@backup.example/registras";
        assert_eq!(shown(location), "rest:https://***@backup.example/registras");
        let said = format!("Fatal: unable to open {location}: labas%40rytas is wrong");
        assert!(!without_password(&said, location).contains("labas"));
        assert_eq!(shown("/srv/atsargos"), "/srv/atsargos");
        assert_eq!(shown("sftp:user@host:/srv"), "sftp:user@host:/srv");
    }
}
