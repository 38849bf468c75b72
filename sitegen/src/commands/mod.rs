//! The commands that take more than a few lines: the gate's, the one that asks other sites, and those that publish.

pub(crate) mod gate;
pub(crate) mod links;
pub(crate) mod publish;
pub(crate) mod subscriptions;
