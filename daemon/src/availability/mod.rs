//! Availability: for how much of a time something did what was asked of it. Pure: states that were written down go in,
//! figures come out, and the same figures come out of the same journal for ever.
//!
//! Every moment of a [`Period`] belongs to exactly one [`Part`](Parts): of a check it is the state that was last written down until
//! then; before anything was, it was not watched, so its state is unknown. What is announced work, and what nobody knows, says
//! nothing of how something does and counts for neither side:
//!
//! ```text
//! availability = (up + degraded) / (up + degraded + down + unreachable)
//! ```
//!
//! A device is what its *face* is ([`DeviceStatus::face`](crate::live::DeviceStatus::face)): its pings, or all its checks if it
//! has none. At each moment it is in the worst of their states, worse being the later of up, degraded, unreachable, down; an
//! unknown one says nothing beside one that is known, so that a device whose plugin was never able to run is judged by the rest. One
//! in maintenance puts the whole device there: windows are announced for devices, and close for all checks of one at once.
//!
//! An [`Outage`] is a time without gap in which a device was down or unreachable, whatever it changed between the two. It begins
//! and ends with the period if it reaches over its edges: an outage over midnight of the first is one of both months, and each month
//! has its own share of it. A [`Summary`] of several devices has the mean of their availabilities, in which each weighs the same,
//! whether it was watched for a day or a month.
//!
//! What the journal does not know, these figures do not either: while the daemon itself did not run, everything is what it was
//! last.

mod month;
mod percentiles;
mod record;
mod summary;
mod table;

pub use month::{Month, NotAMonth, Period};
pub use percentiles::Percentiles;
pub use record::{Outage, Parts, Record, states};
pub use summary::Summary;
pub use table::{RoundTrips, Row, Subject, Table};
