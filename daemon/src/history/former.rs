//! What the version before kept: a row an answer, every number in eight octets. It is moved in turn with the commits.

use rusqlite::{Connection, OptionalExtension, params};

use super::layout::Layout;
use super::row::Row;
use super::{closing, precision};

/// Whether some of it is there: then each of its rows needs its layout, also one that no check has any longer.
pub(super) fn is_there(connection: &Connection) -> rusqlite::Result<bool> {
    let exists = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'poll' AND type = 'table')";
    connection.prepare_cached(exists)?.query_row([], |row| row.get(0))
}

/// Moves some of it into blocks: about so many numbers.
pub(super) fn move_some(connection: &Connection, numbers: usize) -> rusqlite::Result<()> {
    // Nearly always it is not there, which costs a look at what is known of the file anyway.
    if !is_there(connection)? {
        return Ok(());
    }
    let first = "SELECT layout, length(data) / 8 FROM poll ORDER BY layout, at LIMIT 1";
    let first: Option<(i64, u32)> = connection.query_row(first, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((layout, width)) = first else {
        tracing::info!("the history of the version before has been moved");
        return connection.execute_batch("DROP TABLE poll");
    };
    // A day's rows at a time become good blocks; many numbers wide ones fewer.
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let count = u32::try_from(numbers / width).unwrap_or(u32::MAX).clamp(1, 1440);
    let columns: Option<String> =
        connection.query_row("SELECT columns FROM layout WHERE id = ?1", [layout], |row| row.get(0)).optional()?;
    let columns = columns.and_then(|columns| Layout::from_json(&columns)).unwrap_or_default();
    let mut rows = Vec::new();
    let mut select = connection.prepare("SELECT at, data FROM poll WHERE layout = ?1 ORDER BY at LIMIT ?2")?;
    let mut found = select.query(params![layout, count])?;
    let mut last = 0;
    while let Some(row) = found.next()? {
        let (at, data) = (row.get(0)?, row.get_ref(1)?.as_blob()?);
        let numbers = data.chunks_exact(8).map(|octets| octets.try_into().map_or(f64::NAN, f64::from_le_bytes));
        let kept = numbers.zip(&columns).map(|(value, (metric, _))| {
            let value = if value.is_finite() { value } else { f64::NAN };
            metric.map_or(value, |metric| precision::kept(metric, value))
        });
        last = at;
        if at >= 0 {
            rows.push(Row { at, values: kept.collect() });
        }
    }
    closing::store_samples(connection, layout, rows)?;
    connection.execute("DELETE FROM poll WHERE layout = ?1 AND at <= ?2", [layout, last])?;
    Ok(())
}
