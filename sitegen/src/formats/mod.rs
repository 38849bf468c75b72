//! Standard formats, written from plain values: what of the site goes into them is [`crate::emit`]'s matter.

pub mod feed;
pub mod icalendar;
pub mod sitemap;
mod xml;
