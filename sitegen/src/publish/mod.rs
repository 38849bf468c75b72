//! Publishing: a commit of a bare repository becomes the public site, or its author learns why not.
//!
//! Whatever happens, and whenever this process is killed, the public site is one whole release. The order of steps makes it so:
//!
//! 1. one process has the [`lock`], at most one waits;
//! 2. what a killed one has left is settled: torn lines of the [`log`], intents, folders that are half done;
//! 3. [`standing`] tells whether there is anything to do;
//! 4. what the commit holds is looked at, before anything of it is written ([`repository`]), and whether there is room;
//! 5. it is written into a private place, the [`gate`] decides, the site is built into a folder that is no release yet
//!    ([`build`]) and read back from the disk ([`verification`]);
//! 6. the disk has all of it (syncfs(2));
//! 7. the log has the intent; the folder gets its name, the link is switched ([`releases`]); the log has what happened.
//!
//! A commit that is refused ([`Refusal`]) is written down too, and neither tried nor told of again.

mod administrator;
mod build;
pub mod configuration;
mod copy;
mod error;
pub mod gate;
pub mod lock;
pub mod log;
pub mod manifest;
mod markup;
mod place;
mod publisher;
mod refusal;
pub mod releases;
pub mod report;
pub mod repository;
pub mod standing;
pub mod verification;

pub use administrator::tell_administrator;
pub use configuration::Configuration;
pub use copy::Copy;
pub use error::PublishError;

pub use publisher::{Order, Outcome, Publisher};
pub use refusal::Refusal;
