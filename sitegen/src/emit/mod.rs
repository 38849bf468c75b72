//! Everything that is not a page: feeds, calendars, lists of addresses for search engines, data for other programs.

pub mod acts;
pub mod calendar;
pub mod catalogue;
pub mod feed;
pub mod linked_data;
pub mod redirects;
pub mod sitemap;
pub mod structure;
pub mod well_known;
