//! Language mistakes.
pub mod prose;
pub mod spelling;
mod words;
