//! `[status]`: where a daemon serves its status.

use std::net::SocketAddr;

use serde::Deserialize;

/// `[status]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatusSettings {
    /// Where `rollcall run` serves its status; nowhere by default. It names accounts and sinks,
    /// and asks nobody who they are: an address that only this machine reaches is best.
    pub listen: Option<SocketAddr>,
}
