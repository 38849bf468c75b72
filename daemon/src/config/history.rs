//! `[history]`: how long what was measured is kept.

use messages::Message;
use strict_toml::Table;

use crate::history::Retention;

/// Reads `[history]`.
pub(super) fn read(mut table: Table<'_>) -> Retention {
    let default = Retention::default();
    let retention = Retention {
        full: table.or("full", default.full),
        five_minutes: table.or("five_minutes", default.five_minutes),
        hour: table.or("hour", default.hour),
    };
    // Points are kept to show what is no longer there in full; the other way round they would only cost room.
    if retention.full > retention.five_minutes || retention.five_minutes > retention.hour {
        let place = if retention.full > retention.five_minutes { "five_minutes" } else { "hour" };
        table.report(&table.place_of(place), Message::new("config-history-order").with("key", place));
    }
    retention
}
