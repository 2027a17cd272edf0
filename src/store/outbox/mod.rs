//! What waits for each receiver, and what it rejected for good.

mod acknowledge;
mod batch;
mod dead_letters;
mod entry;
mod fill;
mod retry;

use time::OffsetDateTime;

pub use batch::{Batch, BatchLimits};
pub use dead_letters::DeadLetter;
pub(super) use dead_letters::DeadRecord;
pub(super) use entry::OutboxEntry;
pub use entry::{Queued, Receipt};
pub use fill::Fill;
pub(super) use fill::{FillChange, Fills};

/// The sink's name in a receiver's.
pub fn sink_of(receiver: &str) -> &str {
    receiver.rsplit_once('@').map_or(receiver, |(name, _)| name)
}

pub(super) fn unix_ms(at: OffsetDateTime) -> i64 {
    at.unix_timestamp() * 1_000 + i64::from(at.millisecond())
}
