//! Stores of earlier formats, brought to this one.
//!
//! Every step can be repeated: the format is told only after all of it is durable, and a crash
//! before that leaves a store that is migrated again.

use serde::Deserialize;
use time::OffsetDateTime;

use super::entry::OutboxEntry;
use super::record;
use crate::model::EventId;

/// An outbox entry of format 1: without the time at which it was queued.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct UntimedEntry {
    pub(super) event_id: [u8; 16],
    #[serde(with = "super::bytes")]
    pub(super) json: Vec<u8>,
}

/// From format 1: what waits in the outbox counts as queued now.
pub(super) fn time_the_outbox(outbox: &sled::Tree) -> sled::Result<()> {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    for item in outbox {
        let (key, value) = item?;
        if record::decode::<OutboxEntry>(&key, &value).is_ok() {
            continue;
        }
        // What is neither is damaged, and dealt with as such.
        let Ok(entry) = record::decode::<UntimedEntry>(&key, &value) else {
            continue;
        };
        let id = EventId::from_bytes(entry.event_id);
        let timed = OutboxEntry::new(&id, entry.json, now);
        if let Ok(record) = record::encode(&key, &timed) {
            outbox.insert(key, record)?;
        }
    }
    Ok(())
}
