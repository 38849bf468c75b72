//! Rotušė's site generator: Markdown that editors write becomes the municipality's public website.
//!
//! Data flow one way, from the top of this list to its end:
//!
//! - [`content`]: files become typed pages; every mistake has its file, line and column;
//! - [`markdown`]: the text of a page becomes HTML;
//! - [`site`]: which pages there are now, and how they hang together;
//! - [`render`]: pages become HTML documents; [`emit`]: everything that is not a page;
//! - [`build`]: all of that, in memory;
//! - [`release`]: the built site replaces the old one in one step; [`serve`]: a preview that follows the editor.

pub mod build;
pub mod content;
pub mod emit;
pub mod markdown;
pub mod release;
pub mod render;
pub mod serve;
pub mod site;
