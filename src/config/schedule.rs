//! `[schedule]`: when the daemon collects.

use std::time::Duration;

use serde::Deserialize;

use super::duration;

/// `[schedule]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleSettings {
    /// From the start of one pass to the start of the next.
    #[serde(deserialize_with = "duration::positive")]
    pub every: Duration,
    /// How long until everything is sent again, changed or not.
    #[serde(deserialize_with = "duration::positive_or_never")]
    pub full_resync_every: Option<Duration>,
}

impl Default for ScheduleSettings {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(20 * 60),
            full_resync_every: Some(Duration::from_secs(7 * 24 * 60 * 60)),
        }
    }
}
