//! What every event of one pass shares.

use time::OffsetDateTime;
use uuid::Uuid;

/// A pass's identity and time, stamped on its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassStamp {
    /// The pass, `metadata.correlation_uid` of its events.
    pub id: Uuid,
    /// The time of the collection.
    pub collected_at: OffsetDateTime,
}

impl PassStamp {
    /// A new pass at `now`; ids of later passes sort after those of earlier ones.
    pub fn new(now: OffsetDateTime) -> Self {
        let seconds = u64::try_from(now.unix_timestamp()).unwrap_or_default();
        let timestamp = uuid::Timestamp::from_unix(uuid::NoContext, seconds, now.nanosecond());
        Self {
            id: Uuid::new_v7(timestamp),
            collected_at: now,
        }
    }

    /// The time of the collection in Unix milliseconds.
    pub fn unix_ms(&self) -> i64 {
        self.collected_at.unix_timestamp() * 1_000 + i64::from(self.collected_at.millisecond())
    }
}
