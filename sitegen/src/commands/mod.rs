//! The commands that take more than a few lines: the gate's, and those that publish.

pub(crate) mod gate;
pub(crate) mod publish;
pub(crate) mod subscriptions;
