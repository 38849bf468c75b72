//! What one check measured and is in no chunk yet: in memory, and as far as it is committed in the log.

use rusqlite::{Connection, OptionalExtension, params};

use super::layout::Layout;
use super::store::{self, Chunk, Extent};
use crate::config::CheckId;
use crate::probe::Measurement;

/// What a check measured that is in no chunk yet.
#[derive(Debug)]
pub(super) struct Gathering {
    pub(super) check: CheckId,
    pub(super) layout: Layout,
    /// The number of the layout in the file; none while it is not written.
    pub(super) id: Option<i64>,
    /// How many of its columns are written.
    pub(super) written: usize,
    pub(super) rows: Chunk,
    /// So many octets of the rows are in the log.
    pub(super) logged: usize,
    /// The tick of the first row.
    pub(super) since: i64,
    /// What the layout has in chunks; none while that is not known.
    pub(super) stored: Option<Extent>,
    pub(super) is_due: bool,
}

/// What a commit has changed of a check.
pub(super) struct Change {
    /// The number of its layout, if it was written.
    pub(super) id: Option<i64>,
    /// What it had in chunks before, if it got one more.
    pub(super) chunk: Option<Extent>,
}

/// So many octets of rows make a chunk. Rows of a switch come to that in a few minutes, those of a ping in ten.
pub(super) const CHUNK: usize = 512;

/// After so many ticks rows become a chunk however few they are, so that the log stays short: a quarter to half an hour, not all
/// checks at once.
const OLDEST_TICK: i64 = 90;

impl Gathering {
    pub(super) fn new(check: CheckId) -> Self {
        let (layout, rows) = (Layout::default(), Chunk::default());
        Self { check, layout, id: None, written: 0, rows, logged: 0, since: 0, stored: None, is_due: false }
    }

    /// With the newest layout that the check had before a restart. What cannot be read begins anew.
    pub(super) fn recalled(connection: &Connection, check: &CheckId, measurements: &[Measurement]) -> Self {
        let newest = || {
            let select =
                "SELECT id, columns FROM layout WHERE device = ?1 AND check_name = ?2 ORDER BY id DESC LIMIT 1";
            let mut select = connection.prepare_cached(select)?;
            let names = [check.device.as_str(), check.check.as_str()];
            select.query_row(names, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))).optional()
        };
        let anew = Self::new(check.clone());
        let Ok(Some((id, columns))) = newest() else { return anew };
        let Some(layout) = Layout::stored(&columns, measurements) else { return anew };
        Self { written: layout.len(), layout, id: Some(id), ..anew }
    }

    /// Writes what is new: as a chunk if it is enough, else by adding it to what goes to the log.
    pub(super) fn write<'g>(
        &'g self,
        transaction: &Connection,
        tick: i64,
        is_last: bool,
        logged: &mut Vec<(i64, &'g [u8])>,
    ) -> rusqlite::Result<Change> {
        let mut change = Change { id: None, chunk: None };
        if self.rows.extent.rows == 0 {
            return Ok(change);
        }
        if self.written < self.layout.len() {
            change.id = Some(self.write_layout(transaction)?);
        }
        let Some(id) = change.id.or(self.id) else { return Ok(change) };
        let is_old = tick - self.since >= OLDEST_TICK + id.rem_euclid(OLDEST_TICK);
        if is_last || is_old || self.rows.octets.len() >= CHUNK {
            let stored = match self.stored {
                Some(stored) => stored,
                None => store::extent(transaction, id)?,
            };
            store::put_chunk(transaction, id, tick, &self.rows)?;
            change.chunk = Some(stored);
        } else if self.logged < self.rows.octets.len() {
            logged.push((id, &self.rows.octets[self.logged..]));
        }
        Ok(change)
    }

    /// Writes the layout, and says its number.
    fn write_layout(&self, transaction: &Connection) -> rusqlite::Result<i64> {
        let columns = self.layout.to_json();
        if let Some(id) = self.id {
            transaction
                .prepare_cached("UPDATE layout SET columns = ?2 WHERE id = ?1")?
                .execute(params![id, columns])?;
            return Ok(id);
        }
        let (device, name) = (self.check.device.as_str(), self.check.check.as_str());
        let insert = "INSERT INTO layout (device, check_name, columns) VALUES (?1, ?2, ?3) RETURNING id";
        transaction.prepare_cached(insert)?.query_row([device, name, &columns], |row| row.get(0))
    }
}
