//! What every pass needs to know.

use std::time::Duration;

use super::mapping::MappingPlan;
use crate::config::{AwsSettings, Emit, OutboxLimits};
use crate::map::Dialect;
use crate::metrics::Metrics;

/// The agent: how to reach AWS, how users become events, and who receives them.
#[derive(Debug, Clone)]
pub struct Agent {
    /// How to reach AWS.
    pub aws: AwsSettings,
    /// How users become events.
    pub mapping: MappingPlan,
    /// Who receives them.
    pub receivers: Vec<Receiver>,
    /// What a pass sends, and what it keeps.
    pub plan: PassPlan,
    /// What is counted of passes and deliveries.
    pub metrics: Metrics,
}

/// A sink together with its destination, as far as staging is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// The sink's name.
    pub sink: String,
    /// The name and the fingerprint of the destination: another destination is another receiver.
    pub id: String,
    /// The dialect of its events.
    pub dialect: Dialect,
    /// How much may wait for it.
    pub outbox: OutboxLimits,
}

/// What a pass sends, and what it keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassPlan {
    /// Which users are sent.
    pub emit: Emit,
    /// How long until everything is sent again; never if `None`.
    pub full_resync_every: Option<Duration>,
    /// When a disappearance is reported.
    pub deletions: DeletionPlan,
    /// How long the history, and what has ended, is kept.
    pub keep_history: Duration,
}

/// When a disappearance is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletionPlan {
    /// Whether deletions are reported at all.
    pub is_sent: bool,
    /// The share of known users, in percent, that may be gone at once without being accepted.
    pub percent_max: u8,
    /// Whether the operator accepts any number.
    pub is_accepted: bool,
}

impl PassPlan {
    /// What ended before this moment is forgotten at `now`.
    pub fn horizon(&self, now: time::OffsetDateTime) -> time::OffsetDateTime {
        let kept = time::Duration::try_from(self.keep_history).unwrap_or(time::Duration::MAX);
        now.checked_sub(kept)
            .unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
            .max(time::OffsetDateTime::UNIX_EPOCH)
    }
}
