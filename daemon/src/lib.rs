//! Rotušė's daemon: watches a municipality's network and services, records faults, backs the databases up and proves it.
//!
//! Data flow one way, from the top of this list to its end:
//!
//! - [`config`]: what the administrators wrote;
//! - [`schedule`]: when; [`probe`] and [`snmp`]: how to ask; [`watch`]: one task a check;
//! - [`backup`]: how to store, prove and restore; [`jobs`]: who runs and drills a job, and looks after a repository;
//! - [`health`]: from observations to states to incidents;
//! - [`mod@notify`]: how people are told;
//! - [`recorder`]: the one writer, into [`journal`], [`history`] and [`live`];
//! - [`availability`]: for how much of a month things did what was asked of them;
//! - [`users`]: to whom; [`web`]: shows it; [`desk`]: where people say something of it, or ask a job for something;
//! - [`traps`]: what devices say by themselves;
//! - [`incidents`]: prints the fault journal; [`inspect`]: looks at one SNMP agent by hand; [`discover`]: looks at a whole network and proposes a configuration;
//! - [`reload`]: when the configuration is read again;
//! - [`replay`]: recorded observations, judged again;
//! - [`service`]: starts, changes and stops all of it.

pub mod availability;
pub mod backup;
pub mod config;
pub mod desk;
pub mod discover;
pub mod health;
pub mod history;
pub mod incidents;
pub mod inspect;
pub mod jobs;
pub mod journal;
pub mod live;
pub mod notify;
pub mod probe;
pub mod recorder;
pub mod reload;
pub mod replay;
pub mod schedule;
pub mod service;
pub mod snmp;
pub mod traps;
pub mod users;
pub mod watch;
pub mod web;
