//! What editors wrote: a folder of Markdown files, turned once into typed [`Page`]s.
//!
//! `content/` is the site: `naujienos/vasaros-stovykla.md` is the page `/naujienos/vasaros-stovykla/`, `_index.md` is the page of
//! its folder, a folder with `index.md` is one page with its files beside it, `kontaktai.en.md` is the English `kontaktai.md`,
//! and every other file is published as it is. `site.toml` says what holds for all pages, `static/` is published at `/`, and
//! `theme/` replaces templates. Each file is read by itself, so that after a change only what changed is read again; how pages
//! hang together is [`crate::site`]'s matter. All mistakes of all files are found in one go.

mod field;
mod front_matter;
mod kind;
mod meaning;
mod page;
mod settings;
mod sources;
mod value;

pub use field::Field;
pub use front_matter::{FrontMatter, Parts};
pub use kind::{
    Act, ActForm, Attachment, ConsolidatedText, Document, Event, EventStatus, Frequency, Image, Kind, Recurrence,
    Section, Severity, Sitting, SittingBody, Sorting, Type, Updating,
};
pub use meaning::number_of_act;
pub use page::{Page, PageFile, Visibility, folder_above};
pub use settings::{Feeds, Institution, Settings, Taxonomy};
pub(crate) use sources::is_for_editors;
pub use sources::{Asset, Change, Sources};
pub(crate) use value::words;
pub use value::{Coordinates, Link, Moment, Quarter, Reference};
