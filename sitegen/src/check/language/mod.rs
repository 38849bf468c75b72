//! Mistakes of language in the text of a page, found without changing anything.
//!
//! - [`prose`]: what of the Markdown people read, and in which language;
//! - [`spelling`]: words that no dictionary knows;
//! - [`rules`]: what a dictionary lets pass, for Lithuanian.
//!
//! A false alarm costs more than a mistake that stays: editors who are told wrong things stop reading. Every rule says
//! nothing where the text could also be meant as it stands.

pub mod prose;
pub mod rules;
pub mod spelling;
mod words;

pub use rules::{Mistake, MistakeKind, mistakes, mistakes_of, set_on_output};
pub use spelling::{AllowedWords, Dictionaries, Spelling, Unknown, unknown_words};

#[cfg(test)]
mod tests;
