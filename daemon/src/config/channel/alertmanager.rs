//! `kind = "alertmanager"`.

use strict_toml::Table;

use super::{Endpoint, Reading};

/// Prometheus' Alertmanager.
#[derive(Debug, Clone, PartialEq)]
pub struct Alertmanager {
    /// Its own address, without `/api/v2`.
    pub endpoint: Endpoint,
}

impl Alertmanager {
    pub(super) fn read(table: &mut Table<'_>, reading: &Reading<'_>) -> Option<Self> {
        Some(Self { endpoint: Endpoint::read(table, reading)? })
    }
}
