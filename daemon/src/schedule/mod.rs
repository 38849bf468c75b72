//! When: pure answers to "when is the next time?", without knowing what is being run.
//!
//! Checks repeat at an [`interval`] and start spread over it. Backups follow a [`Calendar`] and are caught up with after
//! downtime. Nobody here reads a clock: the time is an argument.

mod calendar;
pub mod interval;

pub use calendar::{Calendar, NotACalendar};
