//! Rotušė's site generator: Markdown that editors write becomes the municipality's public website.
//!
//! Data flow one way, from the top of this list to its end:
//!
//! - [`content`]: files become typed pages; every mistake has its file, line and column;
//! - [`markdown`]: the text of a page becomes HTML; [`pictures`]: photographs become what pages show;
//! - [`site`]: which pages there are now, and how they hang together;
//! - [`outputs`]: which files that makes;
//! - [`render`]: pages become HTML documents; [`emit`]: everything that is not a page; [`formats`]: how
//!   standards want it written; [`search`]: what is found;
//! - [`check`]: the gate between what editors wrote and what residents read;
//! - [`workshop`]: all of that, kept up to date while files change;
//! - [`release`]: the built site replaces the old one in one step; [`record`]: whether there is anything to do;
//! - [`publish`]: from a commit to the public site, by whole releases that can be gone back to;
//! - [`subscriptions`]: who reads what by mail, and the [`letter`] with what is new;
//! - [`elsewhere`]: whether what the site links to on other sites still answers, asked on a timer and never for a build;
//! - [`serve`]: a preview that follows the editor; [`desk`]: what helps them write,
//!   and [`web_editor`] for those who write in a browser.

pub mod check;
pub mod content;
pub mod desk;
pub mod elsewhere;
pub mod emit;
pub mod formats;
pub mod letter;
pub mod markdown;
pub mod outputs;
pub mod pictures;
pub mod publish;
pub mod record;
pub mod release;
pub mod render;
pub mod search;
pub mod serve;
pub mod site;
pub mod subscriptions;
pub mod web_editor;
mod whole;
pub mod workshop;
