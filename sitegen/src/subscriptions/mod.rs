//! Readers by mail: who wants the news of which section, and the letter with what is new.
//!
//! Everything goes by mail, since the public site is files and no program that could take a form. A reader sends a letter that the
//! site has prepared (`mailto:`), gets one back, and answers it: only then are they on the list, so that nobody is put there by
//! others. Data flow one way:
//!
//! - [`request`]: what the mail server hands to `sitegen subscriptions receive` becomes a wish;
//! - [`list`]: the list and the wish become an answer, and another list;
//! - [`news`]: the feeds of the public release say what there is;
//! - [`digest`]: the list and the news become one letter for each reader, at most one a run;
//! - [`letters`]: their words;
//! - [`office`]: the folder with the list, outside the public site, and the order in which things are written down and sent.

mod digest;
mod letters;
mod list;
mod news;
mod office;
mod request;

pub use list::Token;
pub use office::{Office, Received, Sent, SubscriptionError};
pub use request::Envelope;
