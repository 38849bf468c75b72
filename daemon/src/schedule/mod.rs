//! When: pure answers to "when is the next time?", without knowing what is being run.
//!
//! Checks repeat at an [`interval`] and start spread over it. Backups follow a [`Calendar`] and are caught up with after
//! downtime. Whether it was kept is counted too ([`Lateness`]). Nobody here reads a clock: the time is an argument.

mod calendar;
pub mod interval;
mod lateness;

pub use calendar::{Calendar, NotACalendar};
pub use lateness::{Counting, Lateness, Turn};
